"""What casework decides: households with their cases and visits, and officers' work records; stores nothing."""

from services.casework.domain.commands import (
    CloseCase,
    CloseNotice,
    DecideEligibility,
    DeliverRefusal,
    GivenMember,
    MarkOverdue,
    ObjectToNotice,
    OpenCase,
    PostNotice,
    ReadPersonalField,
    RecordBureauVisit,
    RecordInformationCheck,
    RecordSurvey,
    RecordVisit,
    RecordWork,
    RequestInformationCheck,
    SubmitOpinion,
    TakeOverHousehold,
)
from services.casework.domain.household import HOUSEHOLD
from services.casework.domain.officer import OFFICER, Officer
from services.casework.domain.state import Case, Household, SealedFields, readable, sealed_income

__all__ = [
    "HOUSEHOLD",
    "OFFICER",
    "Case",
    "CloseCase",
    "CloseNotice",
    "DecideEligibility",
    "DeliverRefusal",
    "GivenMember",
    "Household",
    "MarkOverdue",
    "ObjectToNotice",
    "Officer",
    "OpenCase",
    "PostNotice",
    "ReadPersonalField",
    "RecordBureauVisit",
    "RecordInformationCheck",
    "RecordSurvey",
    "RecordVisit",
    "RecordWork",
    "RequestInformationCheck",
    "SealedFields",
    "SubmitOpinion",
    "TakeOverHousehold",
    "readable",
    "sealed_income",
]
