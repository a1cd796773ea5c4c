"""The event log for IT and auditors: search, a live tail, one fact with its causes and effects, how far services are, what is parked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response
from fastapi.responses import StreamingResponse

from services.contracts.codec import decoder_of, encoder
from services.eventlog import standing as service_standing
from services.eventlog.problems import Problem, decoded
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor, go
from services.portal.api.forms import instant_of
from services.portal.api.menu import LOG_READERS
from services.portal.asking import ServiceSaid
from services.portal.rendering import instant

SERVICES: Final = ("intake", "casework", "payroll", "audit", "portal")
# The tail asks again and again in the visitor's name, so that a right that ended ends it; a browser comes back by itself.
TAIL_EVERY_SECONDS: Final = 1.0
TAIL_SECONDS_MAX: Final = 300.0
TAILS_MAX: Final = 20
_ROWS: Final = 50
_TAIL_ROWS: Final = 50
COLUMN: Final = 300
ROW: Final = 64
BOX: Final = (260, 48)
_REDRIVING: Final = frozenset({"operator", "system-administrator"})


def short(kind: str) -> str:
    """A type without what all have alike: ``assist.intake.request_received.v1`` → ``intake.request_received``."""
    return kind.removeprefix("assist.").rpartition(".v")[0] or kind


def line(fact: dict[str, Any]) -> dict[str, Any]:
    """A fact as a line of the tail."""
    return {
        "place": f"{fact['partition']}/{fact['sequence']}", "id": fact["event_id"], "type": short(fact["type"]),
        "subject": fact["subject"], "time": instant(fact["time"]), "actor": fact["actor"],
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A fact in the drawing: its fact, and where its box stands (in units of the drawing)."""

    fact: dict[str, Any]
    x: int
    y: int
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Boxes, a line from each cause to each effect as ``(x1, y1, x2, y2)``, and how large it is."""

    boxes: list[Box]
    lines: list[tuple[int, int, int, int]]
    width: int
    height: int


def drawing(facts: list[dict[str, Any]], centre: str) -> Drawing:
    """Facts of one chain as boxes, each in the column after its cause's, in the order they were sealed."""
    by_id = {fact["event_id"]: fact for fact in facts}

    def depth(fact: dict[str, Any]) -> int:
        steps, cause = 0, by_id.get(fact["causationid"] or "")
        while cause is not None and steps < len(facts):
            steps, cause = steps + 1, by_id.get(cause["causationid"] or "")
        return steps

    used: dict[int, int] = {}
    boxes: dict[str, Box] = {}
    for fact in facts:
        column = depth(fact)
        row = used[column] = used.get(column, -1) + 1
        boxes[fact["event_id"]] = Box(
            fact=fact, x=column * COLUMN, y=row * ROW, here=fact["event_id"] == centre
        )  # fmt: skip
    lines = [
        (cause.x + BOX[0], cause.y + BOX[1] // 2, box.x, box.y + BOX[1] // 2)
        for box in boxes.values()
        if (cause := boxes.get(box.fact["causationid"] or "")) is not None
    ]
    width = max((box.x for box in boxes.values()), default=0) + BOX[0]
    height = max((box.y for box in boxes.values()), default=0) + BOX[1]
    return Drawing(boxes=list(boxes.values()), lines=lines, width=width, height=height)


def routes(door: Door) -> None:
    """Put the pages of the event log beside the others."""
    tails = asyncio.Semaphore(TAILS_MAX)

    async def search(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        names = ("subject", "type", "since", "until", "place", "event_id", "before")
        chosen = {name: asked.get(name, "").strip() for name in names}
        problem: ServiceSaid | None = None
        page: dict[str, Any] = {"rows": [], "before": None, "looked_through_max": 0}
        try:
            page = await visitor.services.get(
                "audit", "/v1/facts", limit=_ROWS,
                **{**chosen, "since": instant_of(chosen["since"]), "until": instant_of(chosen["until"])},
            )  # fmt: skip
        except ServiceSaid as said:
            if said.status >= 500:
                raise
            problem = said
        rows = [{**row, "short": short(row["type"])} for row in page["rows"]]
        return door.shown(
            visitor, "log/search.html", status=problem.status if problem else 200, chosen=chosen, rows=rows,
            before=page["before"], looked=page["looked_through_max"], problem=problem, tab="search",
        )  # fmt: skip

    async def live(visitor: Visitor) -> Response:
        return door.shown(visitor, "log/live.html", tab="live")

    async def tail(visitor: Visitor) -> Response:
        if tails.locked():
            raise Problem(
                status=503, code="busy", zh="同时查看的人太多，请稍后重试", en="too many are looking; try again", retry_after_seconds=10
            )  # fmt: skip
        first = await visitor.services.get("audit", "/v1/new-facts")

        async def sent() -> AsyncIterator[bytes]:
            after, ends = first["after"], asyncio.get_running_loop().time() + TAIL_SECONDS_MAX
            async with tails:
                yield b"retry: 2000\n\n"
                while asyncio.get_running_loop().time() < ends and not await visitor.request.is_disconnected():
                    if await door.session(visitor.request, touch=False) is None:
                        return  # signed out, or the account is no longer what it was
                    try:
                        found = await visitor.services.get("audit", "/v1/new-facts", after=after, limit=_TAIL_ROWS)
                    except (ServiceSaid, Problem):
                        return  # the browser comes back, and is told at the door why not
                    after = found["after"]
                    rows = [line(fact) for fact in found["rows"]]
                    yield b"data: " + encoder.encode(rows) + b"\n\n" if rows else b": still here\n\n"
                    await asyncio.sleep(TAIL_EVERY_SECONDS)

        return StreamingResponse(sent(), media_type="text/event-stream", headers=SECURITY_HEADERS)

    async def one(visitor: Visitor) -> Response:
        said = await visitor.services.get("audit", f"/v1/facts/{visitor.request.path_params['event_id']}")
        related = said["related"]
        fact = said["fact"]
        drawn = drawing(related, fact["event_id"])
        return door.shown(
            visitor, "log/fact.html", fact=fact, short=short, lines=said["readable"], related=related, drawn=drawn,
            cause=next((one for one in related if one["event_id"] == fact["causationid"]), None), tab="search",
            effects=[one for one in related if one["causationid"] == fact["event_id"]],
            related_max=said["related_max"], box=BOX,
        )  # fmt: skip

    async def standing_of(visitor: Visitor, service: str) -> dict[str, Any]:
        if service == "portal":  # these pages are of portal itself, whose own standing is at hand
            return await service_standing.standing(door.runtime.pool, service)
        try:
            found: dict[str, Any] = await visitor.services.get(service, "/v1/standing")
        except (ServiceSaid, Problem) as away:
            return {"service": service, "away": away}
        return found

    async def standing(
        visitor: Visitor, *, problem: ServiceSaid | Problem | None = None, status: int = 200
    ) -> Response:
        services = await asyncio.gather(*(standing_of(visitor, service) for service in SERVICES))
        return door.shown(
            visitor, "log/standing.html", status=status, services=services, problem=problem, tab="standing",
            may_redrive=visitor.session.role in _REDRIVING, asked=visitor.request.query_params.get("asked", ""),
        )  # fmt: skip

    async def stands(visitor: Visitor) -> Response:
        return await standing(visitor)

    async def redriven(visitor: Visitor) -> Response:
        service = visitor.text("service")
        if service not in SERVICES:
            raise Problem(status=404, code="not-found", zh="没有这个服务", en="there is no such service")
        body = {
            "subject": visitor.text("subject"), "discard": visitor.text("discard") == "yes", "reason": visitor.text("reason"),
        }  # fmt: skip
        try:
            if service == "portal":
                await _redrive_here(door, visitor, body)
            else:
                await visitor.services.post(service, "/v1/parked/redrive", body)
        except (ServiceSaid, Problem) as said:
            if said.status >= 500:
                raise
            return await standing(visitor, problem=said, status=said.status)
        return go("/log/standing?asked=yes", visitor)

    door.page("/log", search, roles=LOG_READERS)
    door.page("/log/live", live, roles=LOG_READERS)
    door.page("/log/tail", tail, roles=LOG_READERS)
    door.page("/log/standing", stands, roles=LOG_READERS)
    door.page("/log/redrive", redriven, roles=_REDRIVING, methods=("POST",))
    door.page("/log/facts/{event_id:path}", one, roles=LOG_READERS)


async def _redrive_here(door: Door, visitor: Visitor, body: dict[str, Any]) -> None:
    """Portal's own parked records, as its door beside these pages would: leaving one behind is the operator's, with a reason."""
    wanted = decoded(decoder_of(service_standing.Redrive), encoder.encode(body))
    if wanted.discard and (visitor.session.role not in service_standing.DISCARDING or not wanted.reason):
        raise Problem(
            status=422, code="reason-missing", zh="舍弃须由运维人员说明理由", en="leaving a record behind is the operator's, with a reason"
        )  # fmt: skip
    if not await service_standing.ask_redrive(door.runtime.pool, "portal", wanted, visitor.session.acts_as):
        raise Problem(status=404, code="not-parked", zh="该主体没有搁置的记录", en="nothing of that subject is parked")
