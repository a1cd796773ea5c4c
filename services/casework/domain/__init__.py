"""What casework decides: households with their cases and visits, and officers' work records; stores nothing."""

from services.casework.domain.commands import (
    CloseCase,
    CloseNotice,
    DecideEligibility,
    GivenMember,
    MarkOverdue,
    ObjectToNotice,
    OpenCase,
    PostNotice,
    ReadPersonalField,
    RecordInformationCheck,
    RecordSurvey,
    RecordVisit,
    RecordWork,
    RequestInformationCheck,
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
    "GivenMember",
    "Household",
    "MarkOverdue",
    "ObjectToNotice",
    "Officer",
    "OpenCase",
    "PostNotice",
    "ReadPersonalField",
    "RecordInformationCheck",
    "RecordSurvey",
    "RecordVisit",
    "RecordWork",
    "RequestInformationCheck",
    "SealedFields",
    "TakeOverHousehold",
    "readable",
    "sealed_income",
]
