"""Audit's read models, one module per area; nobody's personal values."""

from typing import Final

from services.audit.projections.bundles import BUNDLES
from services.audit.projections.checkable import CHECKABLE
from services.audit.projections.checkpoints import CHECKPOINTS
from services.audit.projections.findings import FINDING_STEPS, FINDINGS, FINDINGS_BY_TOWN
from services.audit.projections.log import COVERAGE, FACT_COUNTS
from services.audit.projections.recomputation import ATTESTATIONS, RECOMPUTATIONS
from services.audit.projections.rectification import CLOCKS, DUE, INSPECTIONS, SUPPRESSIONS
from services.audit.projections.spot_checks import FIELD_SHEETS, SPOT_CHECKS

MODELS: Final = (
    FINDINGS,
    FINDINGS_BY_TOWN,
    COVERAGE,
    FACT_COUNTS,
    FINDING_STEPS,
    CLOCKS,
    DUE,
    SUPPRESSIONS,
    INSPECTIONS,
    CHECKABLE,
    CHECKPOINTS,
    SPOT_CHECKS,
    FIELD_SHEETS,
    BUNDLES,
    ATTESTATIONS,
    RECOMPUTATIONS,
)
