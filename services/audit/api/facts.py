"""Facts over HTTP for the page of the event log: search, what is new, one fact with its causes and effects; values masked."""

import base64
import re
import uuid
from datetime import datetime
from functools import partial
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from services.audit import fact_store
from services.audit.fact_store import Kept, Sought
from services.audit.forms import readable
from services.contracts import codec
from services.contracts.codec import UnreadableRecord
from services.eventlog.api.runtime import Runtime, json_response, wrong_role
from services.eventlog.problems import FieldError, Problem

# IT looks at the log to run it, the auditor to supervise; what is personal stays sealed for both.
LOOKING: Final = frozenset({"operator", "system-administrator", "auditor"})
FACTS_MAX: Final = 200
_KIND: Final = re.compile(r"[a-z0-9_.]{0,100}")
_SUBJECT: Final = re.compile(r"[^\x00-\x1f\x7f]{0,200}")
_PLACE: Final = re.compile(r"\d{1,4}/\d{1,18}")
_PLACES: Final = re.compile(r"\d{1,4}:\d{1,18}(,\d{1,4}:\d{1,18}){0,255}")
_BEFORE: Final = re.compile(r"\d{1,18}:\d{1,4}:\d{1,18}")
_NOT_FOUND: Final = partial(
    Problem,
    status=404,
    code="not-found",
    zh="日志中没有这条事实（或尚未写入）",
    en="the log holds no such fact, or not yet",
)


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put them beside audit's other doors."""

    async def facts(
        request: Request, subject: str = "", type: str = "", since: str = "", until: str = "", place: str = "",
        event_id: str = "", before: str = "", limit: int = 50,
    ) -> Response:  # fmt: skip
        """The newest facts that fit, newest first: of a subject, a type (or a beginning of one, with a dot), sealed in a span of time."""
        _looking(runtime, request)
        limit = max(1, min(limit, FACTS_MAX))
        if event_id or place:
            found = [await _one(runtime, event_id or place)]
        else:
            sought = _sought(subject, type, since, until, before)
            found = await fact_store.newest(runtime.pool, sought, partitions=runtime.settings.partitions, limit=limit)
        last = found[-1] if found else None
        following = f"{last.sealed_ms}:{last.partition}:{last.sequence}" if last and len(found) >= limit else None
        return json_response(
            {"rows": [told(one) for one in found], "before": following, "looked_through_max": fact_store.LOOKED_THROUGH_MAX}
        )  # fmt: skip

    async def new_facts(request: Request, after: str = "", limit: int = 100) -> Response:
        """Facts after the sequences in `after` (``0:12,1:40``), oldest first, and the places to go on from; none without it."""
        _looking(runtime, request)
        heads = await fact_store.heads(runtime.pool)
        if not after:
            return json_response({"rows": [], "after": _places(heads)})
        if not _PLACES.fullmatch(after):
            raise _unfit("after", "须为 分区:序号 的列表", "a list of partition:sequence")
        places = {int(p): int(s) for p, s in (one.split(":") for one in after.split(","))}
        places = {p: places.get(p, 0) for p in heads}
        found = await fact_store.since(runtime.pool, places, limit=max(1, min(limit, FACTS_MAX)))
        for one in found:
            places[one.partition] = max(places[one.partition], one.sequence)
        return json_response({"rows": [told(one) for one in found], "after": _places(places)})

    async def fact(request: Request, event_id: str) -> Response:
        """One fact, its fields with personal values masked, and every fact of the same chain of causes and effects."""
        _looking(runtime, request)
        one = await _one(runtime, event_id)
        shown = told(one)
        related = await fact_store.related(runtime.pool, shown["correlationid"], one.sealed_ms)
        body = {
            "fact": shown,
            "readable": readable(one.value),
            "stored": base64.b64encode(one.value).decode(),
            "related": [told(each) for each in related],
            "related_max": fact_store.RELATED_MAX,
        }
        return json_response(body)

    app.add_api_route("/v1/facts", facts, methods=["GET"], tags=["facts"])
    app.add_api_route("/v1/new-facts", new_facts, methods=["GET"], tags=["facts"])
    app.add_api_route("/v1/facts/{event_id:path}", fact, methods=["GET"], tags=["facts"])


def _looking(runtime: Runtime, request: Request) -> None:
    identity = runtime.identify(request)
    if identity.role not in LOOKING:
        raise wrong_role(identity.role)


async def _one(runtime: Runtime, text: str) -> Kept:
    """A fact by its event id, or by its place ``partition/sequence``."""
    if _PLACE.fullmatch(text):
        partition, _, sequence = text.partition("/")
        found = await fact_store.at(runtime.pool, int(partition), int(sequence))
    else:
        try:
            event_id = uuid.UUID(text)
        except ValueError:
            raise _NOT_FOUND() from None
        found = await fact_store.by_id(runtime.pool, event_id)
    if found is None:
        raise _NOT_FOUND()
    return found


def told(one: Kept) -> dict[str, Any]:
    """What a record says of itself: place, when, about what, by whom, and what caused it; nothing of its data."""
    place = {"partition": one.partition, "sequence": one.sequence, "hash": one.hash.hex(), "sealed_ms": one.sealed_ms}
    try:
        envelope = codec.decode(one.value)
    except UnreadableRecord:
        names = ("event_id", "type", "subject", "time", "recordedtime", "actor", "commandid", "correlationid")
        return {**place, **dict.fromkeys(names, ""), "causationid": None, "unreadable": True}
    return {
        **place, "event_id": envelope.id, "type": envelope.type, "subject": envelope.subject, "time": envelope.time,
        "recordedtime": envelope.recordedtime, "actor": envelope.actor, "commandid": envelope.commandid,
        "correlationid": envelope.correlationid, "causationid": envelope.causationid, "unreadable": False,
    }  # fmt: skip


def _places(places: dict[int, int]) -> str:
    return ",".join(f"{partition}:{sequence}" for partition, sequence in sorted(places.items()))


def _sought(subject: str, kind: str, since: str, until: str, before: str) -> Sought:
    if not _SUBJECT.fullmatch(subject):
        raise _unfit("subject", "主体编号不符合要求", "does not fit a subject")
    if not _KIND.fullmatch(kind):
        raise _unfit(
            "type", "类型只含小写字母、数字、点和下划线", "a type is small letters, digits, dots and underscores"
        )
    if before and not _BEFORE.fullmatch(before):
        raise _unfit("before", "不是上一页给出的位置", "is no place that a page gave")
    sought = Sought(subject=subject, kind=kind)
    if since:
        sought = sought._replace(since_ms=_ms(since, "since"))
    if until:
        sought = sought._replace(until_ms=_ms(until, "until"))
    if before:
        at, partition, sequence = (int(part) for part in before.split(":"))
        sought = sought._replace(before=(at, partition, sequence))
    return sought


def _ms(text: str, name: str) -> int:
    try:
        instant = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise _unfit(name, "须为带时区的时刻", "an instant with its zone")
    return int(instant.timestamp() * 1000)


def _unfit(name: str, zh: str, en: str) -> Problem:
    return Problem(
        status=422, code="parameter-invalid", zh=zh, en=en,
        errors=(FieldError(pointer=f"/query/{name}", zh="此处不符合要求", en="does not fit"),),
    )  # fmt: skip
