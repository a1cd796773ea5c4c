"""casework's dated law; figures are the packs' own. One module per area."""

from services.casework.rules.ability import (
    Ability,
    Level,
    birthday,
)
from services.casework.rules.amounts import (
    Band,
    DibaoStandard,
    Grant,
    Groups,
    TekunStandard,
    TemporaryHelp,
    grant_of,
    standard_named,
    standard_version,
    top_up_under,
)
from services.casework.rules.changes import (
    BenefitChanges,
)
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
from services.casework.rules.lists import (
    BenefitLists,
)
from services.casework.rules.procedure import (
    STEPS,
    Complaints,
    Emergency,
    Procedure,
    Remedies,
    RemoteSurvey,
    Steps,
    procedure_of,
    steps_of,
    suit_last_day,
    survey_points_missed,
)
from services.casework.rules.recognition import (
    Criteria,
    Recognised,
    Recognition,
    recognition_of,
)
from services.casework.rules.reverification import (
    Reverification,
)
from services.casework.rules.service import (
    REGULAR_VISIT,
    Frequency,
    PlanRow,
    ServicePlan,
    ServiceStandard,
    Standard,
    WorkTypes,
    standard_points_missed,
)

__all__ = [
    "REGULAR_VISIT",
    "STEPS",
    "Ability",
    "Able",
    "Band",
    "BenefitChanges",
    "BenefitLists",
    "Complaints",
    "Criteria",
    "Delivery",
    "DibaoStandard",
    "Emergency",
    "Frequency",
    "Grant",
    "Groups",
    "Level",
    "PlanRow",
    "Procedure",
    "Rating",
    "Recognised",
    "Recognition",
    "Remedies",
    "RemoteSurvey",
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
    "birthday",
    "due_on",
    "grant_of",
    "procedure_of",
    "recognition_of",
    "standard_named",
    "standard_points_missed",
    "standard_version",
    "steps_of",
    "suit_last_day",
    "survey_points_missed",
    "top_up_under",
    "work_points_missed",
]
