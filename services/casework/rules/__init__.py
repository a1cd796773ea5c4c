"""casework's dated law; figures are the packs' own. One module per area."""

from services.casework.rules.amounts import DibaoStandard, Grant, TekunStandard, TemporaryHelp, grant_of
from services.casework.rules.delivery import (
    Able,
    Delivery,
    Rating,
    Visited,
    WorkNorm,
    WorkStandard,
    assigned,
    due_on,
    work_points_missed,
)
from services.casework.rules.procedure import STEPS, Procedure, Steps, procedure_of, steps_of, survey_points_missed
from services.casework.rules.reverification import Reverification
from services.casework.rules.service import (
    Frequency,
    ServicePlan,
    ServiceStandard,
    Standard,
    WorkTypes,
    standard_points_missed,
)

__all__ = [
    "STEPS",
    "Able",
    "Delivery",
    "DibaoStandard",
    "Frequency",
    "Grant",
    "Procedure",
    "Rating",
    "Reverification",
    "ServicePlan",
    "ServiceStandard",
    "Standard",
    "Steps",
    "TekunStandard",
    "TemporaryHelp",
    "Visited",
    "WorkNorm",
    "WorkStandard",
    "WorkTypes",
    "assigned",
    "due_on",
    "grant_of",
    "procedure_of",
    "standard_points_missed",
    "steps_of",
    "survey_points_missed",
    "work_points_missed",
]
