"""intake over HTTP: town events (single and batch), CSV and XLSX imports, town keys, quarantined input; commands of the window."""

import asyncio
import functools
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import FastAPI, Request, Response

from services.contracts.adopting import AdoptRulePack
from services.contracts.codec import decoder_of, derived_id
from services.contracts.deciding import Command
from services.eventlog import listing, metrics, papers
from services.eventlog.api.commands import answer, idempotency_key, outcome_body, refused, reply_status
from services.eventlog.api.queries import PAGE_ROWS_MAX
from services.eventlog.api.runtime import Doors, Runtime, json_response, see_command, wrong_role, wrong_town
from services.eventlog.auth import (
    Identity,
    NotAuthenticated,
    bearer,
    inbox_key,
    new_town_key,
    town_key_hash,
    town_of_key,
)
from services.eventlog.deciding import Incoming, Outcome
from services.eventlog.ids import uuid7
from services.eventlog.openapi import body_of
from services.eventlog.problems import FieldError, Problem, decoded
from services.eventlog.seeing import read_for, reader_of
from services.eventlog.sheets import error_file, kind_of_file
from services.intake import names, paper_door, store, town_events
from services.intake.domain import (
    AcceptHandover,
    AcceptReferral,
    ApproveErasure,
    CloseDiscovery,
    CompleteReferral,
    DecideMatch,
    DeclareNearRelative,
    DeclineHandover,
    ExtendClock,
    IntroduceApplication,
    IssueTownKey,
    OfferHandover,
    PauseClock,
    PrintPapers,
    ReadMatch,
    ReceiveRequest,
    RecordConsultation,
    ReferApplication,
    RefuseErasure,
    ReleaseInput,
    ReportDiscovery,
    RequestErasure,
    ResumeClock,
    ReturnReferral,
    RevokeTownKey,
    StaffWindow,
    SupplyMaterials,
    UnstaffWindow,
    WithdrawApplication,
)
from services.intake.domain.commands import ClaimedTown, Line, Place, TownCode
from services.intake.names import FindByName
from services.intake.projections import TOWN_KEYS
from services.intake.stream import inbox_secret
from services.intake.town_door import Given, Taken, fingerprint, now, payload_bytes, take
from services.intake.town_events import BadInput
from services.intake.town_files import rows_of

_WINDOW: Final = frozenset({"window", "town-leader"})
_RESPONSIBLE: Final = _WINDOW | {"committee", "officer"}
_BUREAU: Final = frozenset({"bureau", "bureau-leader"})
_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    ReceiveRequest: _WINDOW | {"committee"},
    SupplyMaterials: _WINDOW,
    WithdrawApplication: _WINDOW,
    ReferApplication: _WINDOW,
    IntroduceApplication: _WINDOW,
    AcceptReferral: _WINDOW,
    ReturnReferral: _WINDOW | _BUREAU,
    CompleteReferral: _WINDOW | _BUREAU,
    PauseClock: _WINDOW | _BUREAU,
    ResumeClock: _WINDOW | _BUREAU,
    ExtendClock: _WINDOW | _BUREAU,
    DeclareNearRelative: _RESPONSIBLE | _BUREAU,
    DecideMatch: _WINDOW | _BUREAU,
    OfferHandover: _RESPONSIBLE,
    AcceptHandover: _RESPONSIBLE,
    DeclineHandover: _RESPONSIBLE,
    ReportDiscovery: _RESPONSIBLE,
    CloseDiscovery: _WINDOW,
    RecordConsultation: _WINDOW | {"committee"},
    StaffWindow: _BUREAU | {"town-leader"},
    UnstaffWindow: _BUREAU | {"town-leader"},
    RequestErasure: frozenset({"bureau"}),
    ApproveErasure: frozenset({"bureau-leader"}),
    RefuseErasure: frozenset({"bureau-leader"}),
    AdoptRulePack: frozenset({"bureau-leader"}),
}
DOORS: Final = Doors(roles=_ROLES)
# Who brings a town's system in: the key, trying its events, and what it sent that is none.
_ONBOARDING: Final = frozenset({"security-administrator", "system-administrator", "operator", "auditor"})
_PRINTERS: Final = _WINDOW | _BUREAU | {"officer", "auditor", "inspector"}
_PRINTING: Final = Doors(roles={PrintPapers: _PRINTERS})
# Who decides what a match means has to see whom it is about.
_COMPARING: Final = Doors(roles={ReadMatch: _ROLES[DecideMatch]})


class KeyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose system is to get a key."""

    town: TownCode


class KeyRevocation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which key of a town's system ends, by its number, and why."""

    town: TownCode
    key_no: Annotated[int, msgspec.Meta(ge=1)]
    reason: Line


class Release(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A quarantined input to drive again, or to discard with a reason. `town` may be one that nobody vouched for."""

    town: ClaimedTown
    place: Place
    discard: bool = False
    reason: Line = ""


_KEY_REQUESTS: Final = decoder_of(KeyRequest)
_KEY_REVOCATIONS: Final = decoder_of(KeyRevocation)
_RELEASES: Final = decoder_of(Release)


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put intake's own routes beside those of its commands and models."""

    async def events(request: Request) -> Response:
        town = await town_system(runtime, request)
        raw = await request.body()
        batch = "batch" in request.headers.get("content-type", "") or raw.lstrip()[:1] == b"["
        return await (_batch if batch else _single)(runtime, request, town, raw)

    async def imports(request: Request, dry_run: bool = False) -> Response:
        town = await town_system(runtime, request)
        told = await _import(runtime, town, await request.body(), dry_run=dry_run)
        told["error_file"] = error_file(told["errors"]) if told["errors"] else None
        if "text/csv" in request.headers.get("accept", ""):
            return Response(error_file(told["errors"]), media_type="text/csv; charset=utf-8", headers=_ATTACHED)
        return json_response(told)

    async def town_keys(request: Request) -> Response:
        identity = _with_role(runtime, request, "security-administrator")
        wanted = decoded(_KEY_REQUESTS, await request.body())
        key = new_town_key(wanted.town)
        digest = town_key_hash(key)
        runtime.keyring.ensure_secret(inbox_secret(wanted.town, digest), inbox_key(key))
        command = IssueTownKey(town=wanted.town, key_hash=digest)
        issued = Incoming(commandid=uuid7(), command=command, actor=identity.actor, role=identity.role)
        outcome = await runtime.decider.submit(issued)
        if outcome.status != "accepted":
            raise refused(outcome)
        return json_response({"town": wanted.town, "key": key, **outcome_body(outcome)}, 201)

    async def key_revoked(request: Request) -> Response:
        """From the commit on the key is refused on every road; the others of its town go on."""
        identity = _with_role(runtime, request, "security-administrator")
        wanted = decoded(_KEY_REVOCATIONS, await request.body())
        command = RevokeTownKey(town=wanted.town, key_no=wanted.key_no, reason=wanted.reason)
        revoked = Incoming(commandid=uuid7(), command=command, actor=identity.actor, role=identity.role)
        return await answer(runtime, request, await runtime.decider.submit(revoked))

    async def keys_issued(request: Request) -> Response:
        """Which towns' systems have keys, since which day, and which were revoked; no key and no hash of one."""
        _with_role(runtime, request, *_ONBOARDING)
        await see_command(runtime, request)
        rows, _ = await listing.page(runtime.pool, "intake", TOWN_KEYS, limit=PAGE_ROWS_MAX)
        return json_response({"rows": rows})

    async def conformance(request: Request, town: str) -> Response:
        """Try a town's sample events (one, an array, or one a line) by the checks of the door; nothing is stated or kept."""
        _with_role(runtime, request, *_ONBOARDING)
        at = await now(runtime)
        try:
            parts = town_events.split_sample(await request.body())
        except BadInput as bad:
            raise bad_input_problem(bad) from bad
        return json_response({"rows": [town_events.checked(part, town, at) for part in parts]})

    async def release(request: Request) -> Response:
        identity = _with_role(runtime, request, "operator", "bureau", "window")
        wanted = decoded(_RELEASES, await request.body())
        await see_command(runtime, request)
        return await _redrive(runtime, identity, wanted)

    add = functools.partial(app.add_api_route, methods=["POST"], tags=["town systems"])
    add("/v1/events", events, openapi_extra=body_of(town_events.TownEvent))
    add("/v1/imports", imports, openapi_extra=_FILE_BODY)
    add("/v1/town-keys", town_keys, openapi_extra=body_of(KeyRequest))
    add("/v1/town-keys/revoke", key_revoked, openapi_extra=body_of(KeyRevocation))
    app.add_api_route("/v1/town-keys", keys_issued, methods=["GET"], tags=["town systems"])
    add("/v1/conformance", conformance)
    add("/v1/quarantined/release", release, openapi_extra=body_of(Release))
    _add_papers(app, runtime)


def _add_papers(app: FastAPI, runtime: Runtime) -> None:
    """The window's part of the folder (一户一档), and both persons of a match: unmasked as a fact with its reason."""
    prints, reads, named = decoder_of(PrintPapers), decoder_of(ReadMatch), decoder_of(FindByName)

    async def folder(request: Request, household_no: str, format: Literal["html", "json"] = "html") -> Response:
        identity = _with_role(runtime, request, *DOORS.readers)
        await see_command(runtime, request)
        return _paper(await paper_door.folder(runtime, identity, household_no, as_json=format == "json"))

    async def form(request: Request, household_no: str, form: str, of: str = "") -> Response:
        identity = _with_role(runtime, request, *DOORS.readers)
        await see_command(runtime, request)
        return _paper(await paper_door.form(runtime, identity, household_no, form, of))

    async def printed(request: Request, of: str = "") -> Response:
        identity = _with_role(runtime, request, *_PRINTERS)
        command = decoded(prints, await request.body())
        await see_command(runtime, request)
        return _paper(await paper_door.printed(runtime, _PRINTING, identity, command, idempotency_key(request), of))

    async def match(request: Request) -> Response:
        identity = _with_role(runtime, request, *_ROLES[DecideMatch])
        command = decoded(reads, await request.body())
        await see_command(runtime, request)
        key = idempotency_key(request)
        return json_response(await paper_door.match_persons(runtime, _COMPARING, identity, command, key))

    async def by_name(request: Request) -> Response:
        """Whose households somebody is in who is called so: numbers alone. Not a GET, for a name may stand in no address."""
        identity = _with_role(runtime, request, *_WINDOW)
        assert identity.town is not None
        await see_command(runtime, request)
        wanted = decoded(named, await request.body())
        metrics.NAME_SEARCHES.labels(identity.town).inc()
        with read_for(reader_of(identity)):
            return json_response(await names.find(runtime.pool, runtime.keyring, identity.town, wanted.typed))

    app.add_api_route("/v1/households/{household_no}/folder", folder, methods=["GET"], tags=["papers"])
    app.add_api_route("/v1/households/{household_no}/forms/{form}", form, methods=["GET"], tags=["papers"])
    for path, endpoint, command in (
        ("/v1/print/papers", printed, PrintPapers),
        ("/v1/matches/unmask", match, ReadMatch),
        ("/v1/households/by-name", by_name, FindByName),
    ):
        app.add_api_route(
            path, endpoint, methods=["POST"], tags=["personal data"], openapi_extra=body_of(command)
        )  # fmt: skip


def _paper(paper: papers.Paper) -> Response:
    return Response(paper.content, media_type=paper.media_type, headers=papers.PAGE_HEADERS)


_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            _XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
_ATTACHED: Final = {"content-disposition": 'attachment; filename="import-errors.csv"'}


def _with_role(runtime: Runtime, request: Request, *roles: str) -> Identity:
    identity = runtime.identify(request)
    if identity.role not in roles:
        raise wrong_role(identity.role)
    return identity


async def town_system(runtime: Runtime, request: Request) -> str:
    """The town whose system (by its key) or window (by a token) asks."""
    credential = bearer(request.headers.get("authorization"))
    town = town_of_key(credential)
    if town is None:
        identity = runtime.tokens.read(credential)
        if identity.town is None or identity.role not in ("window", "committee"):
            raise Problem(
                status=403,
                code="wrong-role",
                zh="须用镇街系统密钥或窗口登录",
                en="a town key or a window's token is needed",
            )
        return identity.town
    if town_key_hash(credential) not in await store.key_hashes(runtime.pool, town):
        raise NotAuthenticated(
            "town-key-unknown",
            "镇街系统密钥无效，请向区民政局申领",
            "this town key is not known; ask the bureau for one",
        )
    return town


def bad_input_problem(bad: BadInput) -> Problem:
    """Bad input as a problem: 400 when it is no JSON, 403 for another town's event, else 422 with a pointer per field."""
    status = {"json-malformed": 400, "wrong-town": 403, "event-too-large": 413}.get(bad.code, 422)
    errors = tuple(FieldError(pointer=pointer, zh=zh, en=en) for pointer, zh, en in bad.errors)
    return Problem(status=status, code=bad.code, zh=f"事件未受理：{bad.zh}", en=f"refused: {bad.en}", errors=errors)


async def _single(runtime: Runtime, request: Request, town: str, raw: bytes) -> Response:
    _require_own_key(request, raw)
    (taken,) = await take(runtime, town, [Given(raw=raw)], road="http")
    if taken.bad is not None:
        raise bad_input_problem(taken.bad)
    assert taken.outcome is not None
    return await answer(runtime, request, taken.outcome)


def _require_own_key(request: Request, raw: bytes) -> None:
    """An event's own id is its idempotency key on every road; a header that says otherwise is a mistake."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return
    try:
        event_id = town_events.read(raw).id
    except BadInput as bad:
        raise bad_input_problem(bad) from bad
    if key.strip('"') != event_id:
        raise Problem(
            status=400, code="idempotency-key-differs", zh="Idempotency-Key 须与事件的 id 相同",
            en="Idempotency-Key must be the event's id",
        )  # fmt: skip


async def _batch(runtime: Runtime, request: Request, town: str, raw: bytes) -> Response:
    try:
        parts = town_events.split_batch(raw)
    except BadInput as bad:
        raise bad_input_problem(bad) from bad
    taken = await take(runtime, town, [Given(raw=part) for part in parts], road="http")
    outcomes = [one.outcome for one in taken if one.outcome is not None]
    return json_response([_told(one) for one in taken], await reply_status(runtime, request, outcomes, confirm=False))


def _told(taken: Taken) -> dict[str, Any]:
    if taken.bad is None:
        assert taken.outcome is not None
        return outcome_body(taken.outcome)
    problem = bad_input_problem(taken.bad)
    return {"outcome": "invalid", **msgspec.json.decode(problem.document("/v1/events"))}


async def _import(runtime: Runtime, town: str, raw: bytes, *, dry_run: bool) -> dict[str, Any]:
    """Rows of a CSV (UTF-8 or GB18030) or XLSX file as events. A dry run decides nothing; else bad rows are quarantined."""
    rows, kind = await asyncio.to_thread(rows_of, raw), kind_of_file(raw)
    place = f"{kind}/{town}/{fingerprint(runtime, raw)}"
    at = await now(runtime)
    given, errors = [], {}
    for number, row in rows:
        fault = None
        try:
            event = town_events.event_of_row(row, town)
            if dry_run:
                town_events.command_of(town_events.read(event), at)
        except BadInput as bad:
            fault, event = bad, msgspec.json.encode(row)
            errors[number] = _row_error(number, bad)
        given.append(Given(raw=event, place=f"{place}/{number}", bad=fault))
    if dry_run:
        return {"dry_run": True, "rows": len(rows), "errors": list(errors.values())}
    counts = {"accepted": 0, "refused": 0, "quarantined": 0, "replayed": 0}
    for (number, _), one in zip(rows, await take(runtime, town, given, road=kind), strict=True):
        assert one.outcome is not None
        if one.bad is not None:
            counts["quarantined"] += 1
            errors.setdefault(number, _row_error(number, one.bad))
            continue
        counts["replayed"] += one.outcome.replayed
        if one.outcome.status == "refused":
            counts["refused"] += 1
            errors[number] = _row_error(number, BadInput(one.outcome.code, one.outcome.zh, one.outcome.en))
        else:
            counts["accepted"] += 1
    told = [errors[number] for number in sorted(errors)]
    return {"dry_run": False, "rows": len(rows), **counts, "errors": told}


def _row_error(number: int, bad: BadInput) -> dict[str, Any]:
    pointer = bad.errors[0][0] if bad.errors else ""
    return {
        "row": number,
        "column": pointer.removeprefix("/data").removeprefix("/"),
        "code": bad.code,
        "detail": bad.zh,
        "detail_en": bad.en,
    }


async def _redrive(runtime: Runtime, identity: Identity, wanted: Release) -> Response:
    """Drive a quarantined input again, or discard it with a reason; either way stated on the log."""
    if identity.town not in (None, wanted.town):
        raise wrong_town()
    payload = await store.quarantined_payload(runtime.pool, runtime.keyring, wanted.town, wanted.place)
    if payload is None:
        raise Problem(status=404, code="not-quarantined", zh="该处没有待处理的输入", en="nothing waits at that place")
    outcome: Literal["accepted", "discarded"] = "discarded"
    told: dict[str, Any] = {}
    if not wanted.discard:
        event = await _taken_again(runtime, wanted, payload_bytes(payload))
        outcome, told = "accepted", outcome_body(event)
    command = ReleaseInput(town=wanted.town, place=wanted.place, outcome=outcome, reason=wanted.reason)
    released = Incoming(
        commandid=derived_id(f"{wanted.town}/{wanted.place}", "release"), command=command, actor=identity.actor,
        role=identity.role, town=identity.town,
    )  # fmt: skip
    done = await runtime.decider.submit(released)
    if done.status != "accepted":
        raise refused(done)
    return json_response({"released": outcome_body(done), "event": told})


async def _taken_again(runtime: Runtime, wanted: Release, raw: bytes) -> Outcome:
    """What becomes of a quarantined input now; a problem, and it stays, while it is still no valid event."""
    try:
        if wanted.place.startswith(("csv/", "xlsx/")):
            raw = town_events.event_of_kept_row(raw, wanted.town)
    except BadInput as bad:
        raise bad_input_problem(bad) from bad
    (taken,) = await take(runtime, wanted.town, [Given(raw=raw)], road="http")
    if taken.bad is not None:
        raise bad_input_problem(taken.bad)
    assert taken.outcome is not None
    if taken.outcome.status in ("conflict", "failed"):
        raise refused(taken.outcome)
    return taken.outcome
