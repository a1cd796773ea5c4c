"""casework's dated law; figures are the packs' own. One module per area."""

from services.casework.rules.amounts import DibaoStandard, Grant, TekunStandard, TemporaryHelp, grant_of
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
    "DibaoStandard",
    "Frequency",
    "Grant",
    "Procedure",
    "Reverification",
    "ServicePlan",
    "ServiceStandard",
    "Standard",
    "Steps",
    "TekunStandard",
    "TemporaryHelp",
    "WorkTypes",
    "grant_of",
    "procedure_of",
    "standard_points_missed",
    "steps_of",
    "survey_points_missed",
]
