"""What intake decides: a household's requests and applications, and what happens at a town's window; stores nothing."""

from services.intake.domain.commands import (
    AnswerApplication,
    GivenMember,
    IssueTownKey,
    QuarantineInput,
    ReceiveRequest,
    RecordConsultation,
    ReleaseInput,
    SupplyMaterials,
    WithdrawApplication,
)
from services.intake.domain.household import HOUSEHOLD, Application, Household, application_no_of, warnings_of
from services.intake.domain.town import TOWN, Town

__all__ = [
    "HOUSEHOLD",
    "TOWN",
    "AnswerApplication",
    "Application",
    "GivenMember",
    "Household",
    "IssueTownKey",
    "QuarantineInput",
    "ReceiveRequest",
    "RecordConsultation",
    "ReleaseInput",
    "SupplyMaterials",
    "Town",
    "WithdrawApplication",
    "application_no_of",
    "warnings_of",
]
