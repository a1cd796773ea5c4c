"""Facts audit owns: findings with their evidence, and certificates that the log was read whole (plan 四(三)); one module per area."""

from services.contracts.audit.bundles import BundleIssued
from services.contracts.audit.coverage import CoverageCertified, PartitionCoverage
from services.contracts.audit.every import (
    CommandRefused,
    ParkedDiscarded,
    RulePackAdopted,
)
from services.contracts.audit.findings import Evidence, FindingOpened

__all__ = (
    "BundleIssued",
    "CommandRefused",
    "CoverageCertified",
    "Evidence",
    "FindingOpened",
    "ParkedDiscarded",
    "PartitionCoverage",
    "RulePackAdopted",
)
