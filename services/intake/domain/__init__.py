"""What intake decides: a household's requests and applications, and what happens at a town's window; stores nothing."""

from services.intake.domain.commands import (
    AcceptHandover,
    AcceptReferral,
    AnswerApplication,
    CompleteReferral,
    DeclineHandover,
    GivenMember,
    IntroduceApplication,
    IssueTownKey,
    MarkReferralOverdue,
    OfferHandover,
    QuarantineInput,
    ReceiveRequest,
    RecordConsultation,
    ReferApplication,
    ReleaseInput,
    ReturnReferral,
    SupplyMaterials,
    WithdrawApplication,
)
from services.intake.domain.household import HOUSEHOLD, warnings_of
from services.intake.domain.state import Application, Household, application_no_of
from services.intake.domain.town import TOWN, Town

__all__ = [
    "HOUSEHOLD",
    "TOWN",
    "AcceptHandover",
    "AcceptReferral",
    "AnswerApplication",
    "Application",
    "CompleteReferral",
    "DeclineHandover",
    "GivenMember",
    "Household",
    "IntroduceApplication",
    "IssueTownKey",
    "MarkReferralOverdue",
    "OfferHandover",
    "QuarantineInput",
    "ReceiveRequest",
    "RecordConsultation",
    "ReferApplication",
    "ReleaseInput",
    "ReturnReferral",
    "SupplyMaterials",
    "Town",
    "WithdrawApplication",
    "application_no_of",
    "warnings_of",
]
