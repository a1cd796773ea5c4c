"""casework's read models: households, cases and their proof of procedure, work done, running clocks; no names."""

from typing import Any, Final

from services.casework.projections.cases import CASES
from services.casework.projections.clocks import DUE
from services.casework.projections.households import HOUSEHOLDS
from services.casework.projections.ledger import CLOCKS
from services.casework.projections.proofs import PROCEDURE_PROOFS
from services.casework.projections.work import TOWN_COUNTS, VISITS_BY_OFFICER, WORK_BY_OFFICER
from services.contracts.deciding import Model

MODELS: Final[tuple[Model[Any], ...]] = (
    HOUSEHOLDS,
    CASES,
    PROCEDURE_PROOFS,
    CLOCKS,
    VISITS_BY_OFFICER,
    WORK_BY_OFFICER,
    TOWN_COUNTS,
    DUE,
)
