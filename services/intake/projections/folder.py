"""The facts that the window's forms of a household's folder are filled in from, with what is personal sealed; for intake alone."""

from typing import Final

from services.contracts.deciding import Model
from services.contracts.folders import KeptFact, kept_facts
from services.contracts.intake import (
    ApplicationAccepted,
    ApplicationIntroduced,
    ApplicationReferred,
    ApplicationWithdrawn,
    MaterialsNoticeIssued,
    MaterialsNoticeRepeated,
    MaterialsSupplied,
    ReferralAccepted,
    ReferralCompleted,
    ReferralReturned,
    RequestReceived,
)

FOLDER_FACTS: Final[Model[KeptFact]] = kept_facts(
    RequestReceived,
    ApplicationAccepted,
    MaterialsNoticeIssued,
    MaterialsNoticeRepeated,
    MaterialsSupplied,
    ApplicationReferred,
    ApplicationIntroduced,
    ReferralAccepted,
    ReferralReturned,
    ReferralCompleted,
    ApplicationWithdrawn,
)
