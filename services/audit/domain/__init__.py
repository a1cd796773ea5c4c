"""What audit decides, one module per aggregate; it neither tests nor reads."""

from typing import Final

from services.audit.domain.attestation import ATTESTATION, AttestProjections
from services.audit.domain.bundle import BUNDLE, IssueBundle
from services.audit.domain.coverage import (
    COVERAGE,
    Certified,
    CertifyCoverage,
    StateCheckpoint,
    decide_checkpoint,
    decide_coverage,
    evolve_coverage,
)
from services.audit.domain.finding import (
    DISTRICT,
    FINDING,
    OpenFinding,
    decide_finding,
    evidence_of,
    finding_no_of,
    objection,
)
from services.audit.domain.inspection import INSPECTION
from services.audit.domain.matter import MATTER
from services.audit.domain.recomputation import RECOMPUTATION, StateRecomputation
from services.audit.domain.rectification import Finding
from services.audit.domain.rectification import evolve as evolve_finding
from services.audit.domain.spot_check import SPOT_CHECK
from services.audit.domain.suppression import SUPPRESSION
from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.audit import ParkedDiscarded, RulePackAdopted

AGGREGATES: Final = (
    FINDING,
    COVERAGE,
    SUPPRESSION,
    MATTER,
    INSPECTION,
    SPOT_CHECK,
    ATTESTATION,
    RECOMPUTATION,
    BUNDLE,
    rules_aggregate(RulePackAdopted),
    parked_aggregate(ParkedDiscarded),
)

__all__ = (
    "AGGREGATES",
    "ATTESTATION",
    "BUNDLE",
    "COVERAGE",
    "DISTRICT",
    "FINDING",
    "RECOMPUTATION",
    "SPOT_CHECK",
    "AttestProjections",
    "Certified",
    "CertifyCoverage",
    "Finding",
    "IssueBundle",
    "OpenFinding",
    "StateCheckpoint",
    "StateRecomputation",
    "decide_checkpoint",
    "decide_coverage",
    "decide_finding",
    "evidence_of",
    "evolve_coverage",
    "evolve_finding",
    "finding_no_of",
    "objection",
)
