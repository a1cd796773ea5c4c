"""casework's read models: households, cases, care, work done, clocks; training, committees, contracts; no names of people."""

from typing import Any, Final

from services.casework.projections.beside import COMPLAINTS, SPOT_CHECKS, SURVEY_HELP
from services.casework.projections.care import ASSESSMENTS_DUE, SERVICE_PLANS
from services.casework.projections.cases import CASES
from services.casework.projections.checks import OPEN_CHECKS
from services.casework.projections.clocks import DUE
from services.casework.projections.committees import (
    COMMITTEE_DUTIES,
    NOTICES_TAKEN_DOWN,
    POLICY_ANSWERS,
    PUBLICITY_BY_TOWN,
)
from services.casework.projections.contractors import (
    CONTRACTOR_EVALUATIONS,
    CONTRACTS,
    ENDED_WORK_ORDERS,
    OPEN_WORK_ORDERS,
    PROCUREMENTS,
)
from services.casework.projections.delivery import DELIVERY_MODELS
from services.casework.projections.folder import FOLDER_FACTS
from services.casework.projections.households import HOUSEHOLDS
from services.casework.projections.ledger import CLOCKS
from services.casework.projections.lists import LIST_MODELS
from services.casework.projections.municipal import MUNICIPAL_MODELS
from services.casework.projections.proofs import PROCEDURE_PROOFS
from services.casework.projections.recoveries import RECOVERIES
from services.casework.projections.training import (
    COURSES,
    KEY_PEOPLE,
    TRAINING_BY_PERSON,
    TRAINING_BY_TOWN,
    TRAINING_SESSIONS,
)
from services.casework.projections.work import TOWN_COUNTS, VISITS_BY_OFFICER, WORK_BY_OFFICER
from services.contracts.deciding import Model

MODELS: Final[tuple[Model[Any], ...]] = (
    HOUSEHOLDS,
    CASES,
    PROCEDURE_PROOFS,
    OPEN_CHECKS,
    COMPLAINTS,
    SURVEY_HELP,
    SPOT_CHECKS,
    CLOCKS,
    VISITS_BY_OFFICER,
    WORK_BY_OFFICER,
    TOWN_COUNTS,
    ASSESSMENTS_DUE,
    SERVICE_PLANS,
    RECOVERIES,
    *DELIVERY_MODELS,
    TRAINING_BY_PERSON,
    TRAINING_BY_TOWN,
    COURSES,
    TRAINING_SESSIONS,
    KEY_PEOPLE,
    COMMITTEE_DUTIES,
    NOTICES_TAKEN_DOWN,
    PUBLICITY_BY_TOWN,
    POLICY_ANSWERS,
    PROCUREMENTS,
    CONTRACTS,
    OPEN_WORK_ORDERS,
    ENDED_WORK_ORDERS,
    CONTRACTOR_EVALUATIONS,
    FOLDER_FACTS,
    *LIST_MODELS,
    *MUNICIPAL_MODELS,
    DUE,
)
