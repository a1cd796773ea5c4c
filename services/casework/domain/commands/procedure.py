"""Commands of a case beside its main road: review, papers after an emergency, help of another town, a validity's end."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from services.casework.domain.commands.case import OfApplication
from services.casework.domain.commands.household import OfHousehold
from services.casework.domain.commands.shapes import Line, Sha256, TownCode


class RecordReview(OfApplication, frozen=True, kw_only=True):
    """Record a community review (民主评议); who said what stays in its minutes."""

    reviewed_on: date
    participants_count: Annotated[int, Meta(ge=1, le=1000)]
    result: Literal["supported", "not_supported"]
    minutes_sha256: Sha256


class CompletePapers(OfApplication, frozen=True, kw_only=True):
    """State that all an emergency was helped without has been done."""

    completed_on: date


class AskSurveyHelp(OfApplication, frozen=True, kw_only=True):
    """Ask the town where the household lives (人户分离) to survey it."""

    helping_town: TownCode
    reason: Line


class DeclineSurveyHelp(OfApplication, frozen=True, kw_only=True):
    """Give the survey back to the town that asked; issued by the town that was asked."""

    reason: Line


class LapseRecognition(OfHousehold, frozen=True, kw_only=True):
    """State that a recognition's validity ended; issued by the timer."""

    valid_until: date
