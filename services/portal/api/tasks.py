"""The bureau's tasks beside cases: differences and warnings of the municipal system, complaints, recoveries; decides nothing."""

import asyncio
from typing import Any, Final

from fastapi import Response

from services.eventlog import listing
from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.door import Door, Visitor, go
from services.portal.api.issuing import (
    COMMAND,
    DONE,
    Refusal,
    fen,
    fresh,
    issue,
    new_command,
    refusal,
    sha256_of,
    typed,
)
from services.portal.api.menu import BUREAU
from services.portal.asking import ServiceSaid

ROWS_MAX: Final = 1000


def open_complaints(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Complaints that nobody answered yet, by last day, with their number and household apart."""
    found = [
        {**row, "complaint_no": row["key"].partition("/")[2], "household_no": row["household"]}
        for row in rows
        if not row["outcome"]
    ]
    return sorted(found, key=lambda row: (row["answer_by"], row["key"]))


def routes(door: Door) -> None:
    """Put the page of tasks beside the others."""

    async def shown(visitor: Visitor, problem: Refusal | None = None, person: Any = None) -> Response:
        services = visitor.services
        differences, warnings, complaints, recoveries = await asyncio.gather(
            fresh(visitor, "casework", "/v1/open-differences", order="settle_by", limit=ROWS_MAX),
            services.rows("casework", "/v1/warnings", limit=ROWS_MAX),
            services.rows("casework", "/v1/complaints", limit=ROWS_MAX),
            services.rows("casework", "/v1/recoveries", limit=ROWS_MAX),
        )
        return door.shown(
            visitor, "bureau/tasks.html", status=problem.status if problem else 200, differences=differences["rows"],
            warnings=sorted((one for one in warnings if one["status"] == "open"), key=lambda one: str(one["visit_by"])),
            complaints=open_complaints(complaints), recoveries=[one for one in recoveries if one["left_fen"] > 0],
            today=await listing.today(door.runtime.pool), words=words, named=words.named, command_id=new_command(),
            problem=problem, errors=problem.errors if problem else [], typed=typed(visitor), person=person,
            done=visitor.request.query_params.get(DONE, ""),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        what = visitor.request.path_params["what"]
        if what not in _ACTIONS:
            raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such action")
        try:
            done = await issue(visitor, "casework", **await _ACTIONS[what](visitor))
        except (ServiceSaid, Problem) as no:
            return await shown(visitor, refusal(no))
        return go(f"/bureau/tasks?{DONE}={done}", visitor)

    async def whom(visitor: Visitor) -> Response:
        """Whom a warning is about, in clear: the service states the look and its reason first."""
        body = {
            "command": "read-warned-person",
            "task_no": visitor.text("task_no"),
            "reason": visitor.text("reason"),
        }
        key = visitor.text(COMMAND) or new_command()
        try:
            person = await visitor.services.post("casework", "/v1/municipal/warned-person", body, idempotency_key=key)
        except ServiceSaid as no:
            return await shown(visitor, refusal(no))
        return await shown(visitor, person={**person, "task_no": visitor.text("task_no")})

    door.page("/bureau/tasks", opened, roles=BUREAU)
    door.page("/bureau/tasks/whom", whom, roles=BUREAU, methods=("POST",))
    door.page("/bureau/tasks/{what}", acted, roles=BUREAU, methods=("POST",))


async def _settle(visitor: Visitor) -> dict[str, Any]:
    names = ("task_no", "outcome", "reason", "settled_on")
    return {"command": "settle-difference", **{name: visitor.text(name) for name in names}}


async def _handle(visitor: Visitor) -> dict[str, Any]:
    body: dict[str, Any] = {
        "command": "handle-warning", "task_no": visitor.text("task_no"), "outcome": visitor.text("outcome"),
        "attempted_on": [visitor.text("attempted_on")], "request_no": visitor.text("request_no"),
    }  # fmt: skip
    if getattr(visitor.form.get("form_file"), "filename", ""):
        body["evidence_sha256"] = await sha256_of(visitor, "form_file")
    return body


async def _answer(visitor: Visitor) -> dict[str, Any]:
    names = ("household_no", "complaint_no", "outcome", "answered_on")
    given = {name: visitor.text(name) for name in names}
    return {"command": "answer-complaint", **given, "reply_sha256": await sha256_of(visitor, "form_file")}


async def _recovered(visitor: Visitor) -> dict[str, Any]:
    return {
        "command": "record-recovery", "household_no": visitor.text("household_no"),
        "amount_fen": fen(visitor.text("amount"), "/amount"), "received_on": visitor.text("received_on"),
        "receipt_sha256": await sha256_of(visitor, "form_file"),
    }  # fmt: skip


_ACTIONS: Final = {"settle": _settle, "handle": _handle, "answer": _answer, "recovered": _recovered}
