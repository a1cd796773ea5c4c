"""Facts audit owns: findings and what became of them, access of inspectors, certificates that the log was read whole (plan 四(三)); one module per area."""

from services.contracts.audit.coverage import (
    CoverageCertified,
    PartitionCoverage,
)
from services.contracts.audit.every import (
    CommandRefused,
    ParkedDiscarded,
    RulePackAdopted,
)
from services.contracts.audit.findings import (
    Evidence,
    FindingOpened,
)
from services.contracts.audit.inspections import (
    InspectorAccessExpired,
    InspectorAccessGranted,
    InspectorAccessRevoked,
    InspectorReadRecorded,
    InspectorSessionOpened,
)
from services.contracts.audit.rectification import (
    FindingAccounted,
    FindingAnswered,
    FindingAssigned,
    FindingClosed,
    FindingContestDecided,
    FindingContested,
    FindingEscalated,
    FindingHandled,
    FindingMisuseLinked,
    FindingRecurred,
    FindingReleased,
    FindingSuppressed,
    RectificationExtensionDecided,
    RectificationExtensionRequested,
    RectificationOverdue,
    RectificationVerified,
)
from services.contracts.audit.suppressions import (
    FindingNoted,
    MatterReleased,
    MatterSuppressed,
    SuppressionApproved,
    SuppressionDeclined,
    SuppressionEnded,
    SuppressionProposed,
)

__all__ = (
    "CommandRefused",
    "CoverageCertified",
    "Evidence",
    "FindingAccounted",
    "FindingAnswered",
    "FindingAssigned",
    "FindingClosed",
    "FindingContestDecided",
    "FindingContested",
    "FindingEscalated",
    "FindingHandled",
    "FindingMisuseLinked",
    "FindingNoted",
    "FindingOpened",
    "FindingRecurred",
    "FindingReleased",
    "FindingSuppressed",
    "InspectorAccessExpired",
    "InspectorAccessGranted",
    "InspectorAccessRevoked",
    "InspectorReadRecorded",
    "InspectorSessionOpened",
    "MatterReleased",
    "MatterSuppressed",
    "ParkedDiscarded",
    "PartitionCoverage",
    "RectificationExtensionDecided",
    "RectificationExtensionRequested",
    "RectificationOverdue",
    "RectificationVerified",
    "RulePackAdopted",
    "SuppressionApproved",
    "SuppressionDeclined",
    "SuppressionEnded",
    "SuppressionProposed",
)
