"""What audit decides, one module per aggregate; it neither tests nor reads."""

from typing import Final

from services.audit.domain.bundle import BUNDLE, IssueBundle
from services.audit.domain.coverage import COVERAGE, Certified, CertifyCoverage, decide_coverage, evolve_coverage
from services.audit.domain.finding import (
    DISTRICT,
    FINDING,
    Finding,
    OpenFinding,
    decide_finding,
    evidence_of,
    evolve_finding,
    finding_no_of,
    objection,
)
from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.audit import ParkedDiscarded, RulePackAdopted

AGGREGATES: Final = (FINDING, COVERAGE, BUNDLE, rules_aggregate(RulePackAdopted), parked_aggregate(ParkedDiscarded))

__all__ = (
    "AGGREGATES",
    "BUNDLE",
    "COVERAGE",
    "DISTRICT",
    "FINDING",
    "Certified",
    "CertifyCoverage",
    "Finding",
    "IssueBundle",
    "OpenFinding",
    "decide_coverage",
    "decide_finding",
    "evidence_of",
    "evolve_coverage",
    "evolve_finding",
    "finding_no_of",
    "objection",
)
