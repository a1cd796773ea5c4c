"""Tasks beside cases: differences and warnings of the municipal system, changes that committees reported, complaints, recoveries; a town sees its own."""

import asyncio
from typing import Any, Final

import msgspec
from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.case_forms import TASKS, WHOM
from services.portal.api.clocks import days_by_calendar
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import filled_in
from services.portal.api.menu import CASEWORK
from services.portal.api.posting import COMMAND, Refusal, by_label, named, refusal, take, told
from services.portal.api.town_words import CHANGES
from services.portal.asking import ServiceSaid

ROWS_MAX: Final = 1000
# The municipal system counts a suspended benefit as a status of its own.
_STANDINGS: Final = {**words.HOUSEHOLD_STATUS, "suspended": ("暂停发放", "suspended")}


def standing(text: str) -> tuple[str, str]:
    """How a side of a difference stands in words: ``dibao_urban/receiving`` as category and status, an amount as it is."""
    category, slash, status = text.partition("/")
    if not slash:
        return text, text
    (zh, en), (stands, stands_en) = words.named(words.CATEGORIES, category), words.named(_STANDINGS, status)
    return f"{zh}·{stands}", f"{en}, {stands_en}"


def open_complaints(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Complaints that nobody answered yet, by last day, with their number and household apart."""
    found = [
        {**row, "complaint_no": row["key"].partition("/")[2], "household_no": row["household"]}
        for row in rows
        if not row["outcome"]
    ]
    return sorted(found, key=lambda row: (row["answer_by"], row["key"]))


def _reported(row: dict[str, Any]) -> bool:
    """Whether an open task is a change that a committee reported (动态报告), by its number."""
    return "-C-" in row["key"]


def routes(door: Door) -> None:
    """Put the page of tasks beside the others."""

    async def shown(visitor: Visitor, no: Refusal | None = None, person: Any = None) -> Response:
        services = visitor.services
        differences, warnings, complaints, recoveries = await asyncio.gather(
            services.rows("casework", "/v1/open-differences", order="settle_by", limit=ROWS_MAX, town=visitor.town),
            services.all_rows("casework", "/v1/warnings", town=visitor.town),
            services.all_rows("casework", "/v1/complaints", town=visitor.town),
            services.all_rows("casework", "/v1/recoveries", town=visitor.town),
        )
        today = await door.today()
        waiting = sorted((one for one in warnings if one["status"] == "open"), key=lambda one: str(one["visit_by"]))
        return door.shown(
            visitor, "cases/tasks.html", left=await days_by_calendar(visitor, today), differences=differences, person=person, forms=TASKS, whom=WHOM,
            warnings=[one for one in waiting if not _reported(one)], changes=[one for one in waiting if _reported(one)],
            complaints=open_complaints(complaints), recoveries=[one for one in recoveries if one["left_fen"] > 0],
            today=today, words=words, change_words=CHANGES, named=words.named, standing=standing, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        return await take(visitor, named(TASKS, visitor.request.path_params["what"]), "/tasks", shown)

    async def whom(visitor: Visitor) -> Response:
        """Whom a warning is about, in clear: the service states the look and its reason first."""
        try:
            body = await filled_in(WHOM, visitor.form)
            given = await visitor.services.paper(
                "casework", "/v1/municipal/warned-person", body, commandid=visitor.text(COMMAND)
            )
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, by_label(refusal(said), WHOM))
        return await shown(visitor, person={**msgspec.json.decode(given.content), "task_no": body["task_no"]})

    door.page("/tasks", opened, roles=CASEWORK)
    door.page("/tasks/whom", whom, roles=CASEWORK, methods=("POST",))
    door.page("/tasks/{what}", acted, roles=CASEWORK, methods=("POST",))
