"""What audit decides, one module per aggregate; it neither tests nor reads."""

from typing import Final

from services.audit.domain.attestation import ATTESTATION, AttestProjections
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
from services.audit.domain.recomputation import RECOMPUTATION, StateRecomputation
from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.audit import ParkedDiscarded, RulePackAdopted

AGGREGATES: Final = (
    FINDING, COVERAGE, ATTESTATION, RECOMPUTATION, rules_aggregate(RulePackAdopted), parked_aggregate(ParkedDiscarded),
)  # fmt: skip

__all__ = (
    "AGGREGATES",
    "ATTESTATION",
    "COVERAGE",
    "DISTRICT",
    "FINDING",
    "RECOMPUTATION",
    "AttestProjections",
    "Certified",
    "CertifyCoverage",
    "Finding",
    "OpenFinding",
    "StateRecomputation",
    "decide_coverage",
    "decide_finding",
    "evidence_of",
    "evolve_coverage",
    "evolve_finding",
    "finding_no_of",
    "objection",
)
