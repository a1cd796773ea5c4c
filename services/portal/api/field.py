"""An officer's pages on a phone: today's households, forms kept on the device, and their upload through casework's own doors.

Whatever is recorded goes to the device's outbox first, with or without a signal; what is uploaded twice is decided once.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import Response
from msgspec import Meta

from services.contracts.codec import decoder_of, encoder
from services.eventlog.problems import Problem, decoded
from services.portal.api import field_words
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor
from services.portal.asking import ServiceSaid
from services.portal.rendering import STATIC, json_in_page

OFFICER: Final = frozenset({"officer"})
RECORDS_MAX: Final = 100
SOON_DAYS: Final = 7
_WORDS: Final = {
    name.lower(): getattr(field_words, name) for name in ("SERVICES", "WORKS", "BENEFITS", "CATEGORIES", "CARE_TIERS")
}
_CASEWORK: Final = "casework"
_NUMBER: Final = re.compile(r"T[0-9]{2,3}-H[0-9]{5,7}")


class WorkRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One record of administrative work as the device keeps it; its id becomes the command's."""

    record_id: str
    author: str
    fields: dict[str, Any]


class Outbox(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device sends at a time; visits go on as they are, for casework to read."""

    device: str
    sent_at: str
    visits: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=RECORDS_MAX)] = ()
    works: Annotated[tuple[WorkRecord, ...], Meta(max_length=RECORDS_MAX)] = ()


_OUTBOX: Final = decoder_of(Outbox)


def routes(door: Door) -> None:
    """Put the officer's pages beside the others."""
    _pages(door)
    _uploads(door)


def officer_of(visitor: Visitor) -> str:
    """The number of the officer who is signed in: ``O001`` of ``officer:O001``."""
    return visitor.session.acts_as.partition(":")[2]


def shown(door: Door, visitor: Visitor, template: str, *, status: int = 200, **more: Any) -> Response:
    """A page with what the device has to know of the session: who records, in which town, and the sample's clock."""
    return door.shown(visitor, template, status=status, words=field_words.words, **_WORDS, **more)


async def clock_of(door: Door) -> str:
    """The log's clock in sample mode, where it is not the phone's; else empty."""
    if not door.runtime.settings.simulated_clock:
        return ""
    now: datetime = await door.runtime.pool.fetchval("SELECT log.now()")
    return now.isoformat()


def _pages(door: Door) -> None:
    async def carried(visitor: Visitor) -> dict[str, Any]:
        found = await visitor.services.get(_CASEWORK, f"/v1/caseloads/{officer_of(visitor)}")
        return {
            "caseload": found, "clock": await clock_of(door), "kept": json_in_page(encoder.encode(found["rows"])),
            "standard": json_in_page(encoder.encode(found["standard"])),
        }  # fmt: skip

    async def today(visitor: Visitor) -> Response:
        more = await carried(visitor)
        day = date.fromisoformat(more["caseload"]["as_of"])
        return shown(
            door,
            visitor,
            "field/today.html",
            groups=grouped(more["caseload"]["rows"], day),
            left=services_left,
            day=day,
            **more,
        )

    async def visit(visitor: Visitor) -> Response:
        return shown(door, visitor, "field/visit.html", **await carried(visitor))

    async def work(visitor: Visitor) -> Response:
        return shown(door, visitor, "field/work.html", **await carried(visitor))

    async def outbox(visitor: Visitor) -> Response:
        rows = await visitor.services.rows(_CASEWORK, "/v1/visit-conflicts", limit=1000)
        own = own_conflicts(rows, officer_of(visitor))
        return shown(
            door,
            visitor,
            "field/outbox.html",
            conflicts=own,
            conflict_words=field_words.CONFLICTS,
            clock=await clock_of(door),
        )

    async def household(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        told: dict[str, Any] = {"values": (), "problem": None, "reason": visitor.text("reason"), "field": "names"}
        found = await visitor.services.get(_CASEWORK, f"/v1/caseloads/{officer_of(visitor)}")
        row = next((one for one in found["rows"] if one["household_no"] == number), None)
        if row is None or not _NUMBER.fullmatch(number):
            raise Problem(status=404, code="not-found", zh="本人名下没有这户", en="no such household in your hands")
        if visitor.request.method == "POST":
            told["field"] = "address" if visitor.text("field") == "address" else "names"
            told |= await _unmasked(visitor, number, told["field"], told["reason"])
        status = told["problem"].status if told["problem"] else 200
        return shown(
            door, visitor, "field/household.html", status=status, row=row, as_of=date.fromisoformat(found["as_of"]),
            clock=await clock_of(door), **told,
        )  # fmt: skip

    door.page("/field/today", today, roles=OFFICER)
    door.page("/field/visit", visit, roles=OFFICER)
    door.page("/field/work", work, roles=OFFICER)
    door.page("/field/outbox", outbox, roles=OFFICER)
    door.page("/field/households/{number}", household, roles=OFFICER)
    door.page("/field/households/{number}", household, roles=OFFICER, methods=("POST",))


async def _unmasked(visitor: Visitor, number: str, field: str, reason: str) -> dict[str, Any]:
    """Names or address in clear, once casework has stated that they were read and why; never kept on the device."""
    if not reason:
        return {"problem": Problem(status=422, code="reason-missing", zh="请写明查看原因", en="say why you need it")}
    asked = {"command": "read-personal-field", "household_no": number, "field": field, "reason": reason}
    try:
        found = await visitor.services.post(_CASEWORK, "/v1/households/unmask", asked)
    except ServiceSaid as said:
        return {"problem": Problem(status=said.status, code=said.code, zh=said.zh, en=said.en)}
    return {"values": found["values"]}


def grouped(rows: Iterable[Mapping[str, Any]], today: date) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Households by when the next planned visit of the month is due, the urgent first; nobody is left out."""
    groups: dict[str, list[Mapping[str, Any]]] = {"late": [], "today": [], "soon": [], "month": [], "done": []}
    for row in sorted(rows, key=lambda one: (one["due_on"] or "9999", one["household_no"])):
        groups[_when(row["due_on"], today)].append(row)
    return [(name, found) for name, found in groups.items() if found]


def services_left(row: Mapping[str, Any]) -> int:
    """How many of the month's planned services, of every kind, nobody recorded yet: more of one makes up for no other."""
    done = row["services_done"]
    return sum(max(0, int(one["times_per_month"]) - int(done.get(one["service"], 0))) for one in row["services"])


def _when(due_on: str | None, today: date) -> str:
    if due_on is None:
        return "done"
    left = (date.fromisoformat(due_on) - today).days
    if left <= 0:
        return "late" if left < 0 else "today"
    return "soon" if left <= SOON_DAYS else "month"


def own_conflicts(rows: Iterable[Mapping[str, Any]], officer: str) -> list[Mapping[str, Any]]:
    """Contradictions that an own record is a side of, the open ones first, the latest first among them."""
    own = [one for one in rows if officer in (one["first"]["officer"], one["second"]["officer"])]
    return sorted(
        sorted(own, key=lambda one: str(one["found_at"]), reverse=True), key=lambda one: one["status"] != "open"
    )


def _uploads(door: Door) -> None:
    async def session(visitor: Visitor) -> Response:
        """Who is signed in now, and this session's form token: a page from the device's store may hold an older one."""
        told = {
            "form_token": visitor.session.form_token, "actor": visitor.session.acts_as, "town": visitor.session.town,
            "clock": await clock_of(door),
        }  # fmt: skip
        return _json(told)

    async def sync(visitor: Visitor) -> Response:
        sent = decoded(_OUTBOX, await visitor.request.body())
        try:
            visits = await _visits(visitor, sent)
        except ServiceSaid as said:
            told = {"outcome": "failed", "code": said.code, "reason": said.zh, "reason_en": said.en}
            visits = [told] * len(sent.visits)
        works = [await _work(visitor, one) for one in sent.works]
        return _json({"visits": visits, "works": works})

    async def worker(_: Visitor) -> Response:
        script = (STATIC / "field" / "worker.js").read_bytes()
        return Response(script, media_type="text/javascript", headers={**SECURITY_HEADERS, "cache-control": "no-cache"})

    door.page("/field/session", session, roles=OFFICER)
    door.page("/field/sync", sync, roles=OFFICER, methods=("POST",))
    door.page("/field/worker.js", worker, roles=OFFICER)


def _json(told: object) -> Response:
    return Response(encoder.encode(told), media_type="application/json", headers=SECURITY_HEADERS)


async def _visits(visitor: Visitor, sent: Outbox) -> list[dict[str, Any]]:
    """What became of each visit, in the order they were sent."""
    if not sent.visits:
        return []
    batch = {"device": sent.device, "town": visitor.session.town, "sent_at": sent.sent_at, "records": sent.visits}
    return list((await visitor.services.post(_CASEWORK, "/v1/visit-batches", batch))["records"])


async def _work(visitor: Visitor, record: WorkRecord) -> dict[str, Any]:
    """One piece of work under the id the device gave it: sent again it is decided once. Only its author brings it in."""
    if record.author != visitor.session.acts_as:
        return {
            "outcome": "failed", "code": "author-not-signed-in", "reason": "事务性工作须由记录人本人登录后上传",
            "reason_en": "administrative work is brought in by its author",
        }  # fmt: skip
    body = {**record.fields, "command": "record-work", "officer": officer_of(visitor), "town": visitor.session.town}
    try:
        return await visitor.services.command(_CASEWORK, body, commandid=record.record_id)
    except (ServiceSaid, ValueError) as error:
        return refusal_of(error)
    except Problem as away:
        return {"outcome": "failed", "code": away.code, "reason": away.zh, "reason_en": away.en}


def refusal_of(error: ServiceSaid | ValueError) -> dict[str, Any]:
    """A record's answer where its command was not taken; what may go better another time is `failed` and stays unsent."""
    if isinstance(error, ValueError):
        return {
            "outcome": "invalid",
            "code": "record-id-invalid",
            "reason": "记录编号无效",
            "reason_en": "its id is no UUID",
        }
    again = error.status >= 500 or error.status in (401, 429)
    told = {"code": error.code, "reason": error.zh, "reason_en": error.en, "errors": error.errors}
    return {"outcome": "failed" if again else "refused", **told}
