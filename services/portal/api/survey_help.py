"""Surveys for other towns (协助调查): where a household lives apart from its registration; what this town was asked, and its answer."""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import Response

from services.portal.api import bureau_words as words
from services.portal.api.case_forms import DECLINE_HELP, HELP_SURVEY, without
from services.portal.api.cases import staff_of
from services.portal.api.clocks import days_by_calendar
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Form
from services.portal.api.menu import TOWN
from services.portal.api.posting import forms_door, told

_PATH: Final = "/survey-help"
Row = dict[str, Any]


def asked_first(rows: Iterable[Row], town: str) -> list[Row]:
    """What the town was asked and has not answered, the most urgent first."""
    return sorted(
        (row for row in rows if row["town"] == town and row["status"] == "asked"), key=lambda row: row["answer_by"]
    )


# By the last part of their address; the survey of a recognition (认定) looks at spending and property too.
FORMS: Final[dict[str, Form]] = {
    "record-survey": without(HELP_SURVEY, ("rigid_spending_per_head_fen", "property_over")), "record-recognition-survey": HELP_SURVEY,
    "decline-survey-help": DECLINE_HELP,
}  # fmt: skip


def survey_of(need: str) -> str:
    """Which survey the asking town's case needs."""
    return "record-recognition-survey" if need in words.RECOGNISED else "record-survey"


def routes(door: Door) -> None:
    """Put the page of what other towns ask beside the others."""

    async def lists(visitor: Visitor) -> dict[str, Any]:
        return {"property": words.PROPERTY, "staff": await staff_of(visitor, visitor.town or "")}

    async def opened(visitor: Visitor) -> Response:
        found = await visitor.services.rows("casework", "/v1/survey-help", town=visitor.town, limit=1_000)
        today = await door.today()
        return door.shown(
            visitor, "cases/survey_help.html", left=await days_by_calendar(visitor, today),
            rows=asked_first(found, visitor.town or ""), survey_of=survey_of, forms=FORMS,
            page=_PATH, today=today, words=words, named=words.named, me=visitor.session.acts_as, lists=await lists(visitor),
            **told(visitor),
        )  # fmt: skip

    door.page(_PATH, opened, roles=TOWN)
    forms_door(door, _PATH, FORMS, lists)
