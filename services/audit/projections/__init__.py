"""Audit's read models, one module per area; nobody's personal values."""

from typing import Final

from services.audit.projections.checkable import CHECKABLE
from services.audit.projections.findings import FINDINGS, FINDINGS_BY_TOWN
from services.audit.projections.log import COVERAGE, FACT_COUNTS
from services.audit.projections.spot_checks import FIELD_SHEETS, SPOT_CHECKS

MODELS: Final = (FINDINGS, FINDINGS_BY_TOWN, COVERAGE, FACT_COUNTS, CHECKABLE, SPOT_CHECKS, FIELD_SHEETS)
