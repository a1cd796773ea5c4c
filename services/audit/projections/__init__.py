"""Audit's read models, one module per area; nobody's personal values."""

from typing import Final

from services.audit.projections.bundles import BUNDLES
from services.audit.projections.findings import FINDINGS, FINDINGS_BY_TOWN
from services.audit.projections.log import COVERAGE, FACT_COUNTS

MODELS: Final = (FINDINGS, FINDINGS_BY_TOWN, COVERAGE, FACT_COUNTS, BUNDLES)
