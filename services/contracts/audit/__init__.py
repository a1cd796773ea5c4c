"""Facts audit owns: findings with their evidence, and certificates that the log was read whole (plan 四(三)); one module per area."""

from services.contracts.audit.coverage import CoverageCertified, PartitionCoverage
from services.contracts.audit.every import (
    CommandRefused,
    ParkedDiscarded,
    RulePackAdopted,
)
from services.contracts.audit.findings import Evidence, FindingOpened
from services.contracts.audit.recomputation import (
    EditedProjectionRow,
    LogCheckpoint,
    ModelDigest,
    PartitionHead,
    ProjectionsAttested,
    RecomputationStated,
    RecomputedArea,
)

__all__ = (
    "CommandRefused",
    "CoverageCertified",
    "EditedProjectionRow",
    "Evidence",
    "FindingOpened",
    "LogCheckpoint",
    "ModelDigest",
    "ParkedDiscarded",
    "PartitionCoverage",
    "PartitionHead",
    "ProjectionsAttested",
    "RecomputationStated",
    "RecomputedArea",
    "RulePackAdopted",
)
