"""Facts audit owns: findings with their evidence, spot checks, and certificates that the log was read whole (plan 四(三)); one module per area."""

from services.contracts.audit.coverage import CoverageCertified, PartitionCoverage
from services.contracts.audit.every import (
    CommandRefused,
    ParkedDiscarded,
    RulePackAdopted,
)
from services.contracts.audit.findings import Evidence, FindingOpened
from services.contracts.audit.spot_checks import (
    AttributeResult,
    CheckedAttribute,
    DrawnItem,
    FieldSheetsAssigned,
    ForcedItem,
    RiskWeight,
    RootCheckpoint,
    SpotCheckAbandoned,
    SpotCheckCommitted,
    SpotCheckConcluded,
    SpotCheckDrawn,
    SpotCheckExtended,
    SpotCheckPlan,
    SpotCheckPlanned,
    SpotCheckResultRecorded,
    SpotStratum,
    StratumResult,
    StratumSize,
)

__all__ = (
    "AttributeResult",
    "CheckedAttribute",
    "CommandRefused",
    "CoverageCertified",
    "DrawnItem",
    "Evidence",
    "FieldSheetsAssigned",
    "FindingOpened",
    "ForcedItem",
    "ParkedDiscarded",
    "PartitionCoverage",
    "RiskWeight",
    "RootCheckpoint",
    "RulePackAdopted",
    "SpotCheckAbandoned",
    "SpotCheckCommitted",
    "SpotCheckConcluded",
    "SpotCheckDrawn",
    "SpotCheckExtended",
    "SpotCheckPlan",
    "SpotCheckPlanned",
    "SpotCheckResultRecorded",
    "SpotStratum",
    "StratumResult",
    "StratumSize",
)
