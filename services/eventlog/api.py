"""HTTP for every service alike: command and query routes, health, metrics, OpenAPI; no rule of any service."""

import functools
import operator
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.contracts.calendar import WorkingCalendar
from services.contracts.clocks import ClockRow, as_of
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import Command, Model, Service, kebab
from services.contracts.envelope import partition_of
from services.contracts.rulebook import NoRule
from services.eventlog import listing, metrics, openapi, seeing, standing, waiting
from services.eventlog.auth import READERS, Identity, Tokens, bearer
from services.eventlog.deciding import Decider, Enrich, Incoming, Outcome
from services.eventlog.ids import uuid7
from services.eventlog.keyring import Keyring
from services.eventlog.logs import TRACE
from services.eventlog.postgres import UNAVAILABLE, Pool, open_pool
from services.eventlog.problems import FieldError, Problem, decoded
from services.eventlog.settings import Settings
from services.eventlog.shapes import ensure_tables
from services.eventlog.shell import add_shell, internal_problem
from services.eventlog.worker import Worker

BATCH_COMMANDS_MAX: Final = 500
PAGE_ROWS_MAX: Final = 1_000
CONFIRM_SECONDS: Final = 5.0
WAIT_SECONDS: Final = 5.0
# An id of a subject or a row; what PostgreSQL could not hold as text never reaches it.
_SUBJECT: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_VERSION: Final = re.compile(r'"[0-9]{1,18}"')


_NOT_VISIBLE_YET: Final = partial(
    Problem,
    status=503, code="not-visible-yet", zh="该命令的结果尚未可见，请稍后再查", en="that command is not visible yet; ask again",
    retry_after_seconds=1,
)  # fmt: skip


# The rows of a model by key, as at a day and as known by a prefix of the log, both as the query wrote them.
PastRows = Callable[["Runtime", Model[Any], str, str], Awaitable[Mapping[str, dict[str, Any]]]]


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Who may issue which command, and who may read. Commands that are absent come only from log, inbox or timer.

    `past`: where a service answers for earlier days too, by ``as_at`` and ``known_on``.
    """

    roles: Mapping[type[Command], frozenset[str]]
    readers: frozenset[str] = READERS
    confirm_always: frozenset[type[Command]] = frozenset()
    past: PastRows | None = None


@dataclass(kw_only=True)
class Runtime:
    """What a running service has: its stores, its keys, and its worker when it has one in this process."""

    service: Service
    settings: Settings
    doors: Doors
    enrich: Enrich | None = None
    pool: Pool = field(init=False)
    keyring: Keyring = field(init=False)
    decider: Decider = field(init=False)
    tokens: Tokens = field(init=False)
    worker: Worker | None = None

    @asynccontextmanager
    async def running(self, *, as_worker: bool, slot: int) -> AsyncIterator["Runtime"]:
        """Stores open and the decider at work, for the length of a block; with a worker where asked."""
        name = self.service.name
        metrics.CLOCK_SIMULATED.set(int(self.settings.simulated_clock))
        async with AsyncExitStack() as stack:
            self.keyring = Keyring(self.settings.keyring)
            stack.callback(self.keyring.close)
            self.tokens = Tokens(self.keyring)
            self.pool = await open_pool(self.settings.postgres_url, application=f"jiuzhu-{name}", size=6)
            stack.push_async_callback(self.pool.close)
            await ensure_tables(self.pool, self.service, self.settings.partitions)
            self.decider = Decider(self.service, self.pool, self.keyring, enrich=self.enrich)
            await self.decider.start()
            stack.push_async_callback(self.decider.stop)
            if as_worker:
                self.worker = Worker(self.service, self.settings, self.pool, self.decider, slot=slot)
                await stack.enter_async_context(self.worker.running())
            yield self

    def identify(self, request: Request) -> Identity:
        """The identity behind a request, for whom it reads from here on; 403 for a token of another service alone.

        `NotAuthenticated` when there is none.
        """
        identity = self.tokens.read(bearer(request.headers.get("authorization")))
        if identity.service not in (None, self.service.name):
            raise wrong_role(identity.role)
        seeing.note(request.method, identity)
        return identity


Routes = Callable[[FastAPI, Runtime], None]


def service_app(
    runtime: Runtime,
    *,
    serve: bool,
    as_worker: bool,
    slot: int = 0,
    routes: Routes | None = None,
    beside: Callable[[Runtime], Any] | None = None,
) -> FastAPI:
    """The ASGI app of a service process: commands and queries when it serves, always health and metrics.

    `beside` makes an async context manager that runs for the life of the process (an inbox listener, say).
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(runtime.running(as_worker=as_worker, slot=slot))
            if beside is not None:
                await stack.enter_async_context(beside(runtime))
            yield

    name = runtime.service.name
    app = _Documented(title=f"jiuzhu {name}", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.service, app.commands = runtime.service, tuple(runtime.doors.roles)
    _add_vitals(app, runtime)
    if serve:
        for command in runtime.doors.roles:
            _add_command(app, runtime, command)
        _add_batch(app, runtime)
        _add_stream_versions(app, runtime)
        _add_standing(app, runtime)
        if routes is not None:  # before the models: what lies under a row's address is no row's key
            routes(app, runtime)
        for model in runtime.service.models:
            if not model.internal:
                _add_queries(app, runtime, model)
        if any(model.row is ClockRow for model in runtime.service.models):
            _add_open_clocks(app, runtime)
        _add_rule_packs(app, runtime)
    add_shell(app)
    return app


class _Documented(FastAPI):
    """An app whose OpenAPI document knows the schemas of its commands and read models."""

    service: Service
    commands: tuple[type[Command], ...]

    def openapi(self) -> dict[str, Any]:
        self.openapi_schema = self.openapi_schema or openapi.document(self, self.service, self.commands)
        return self.openapi_schema


def json_response(body: object, status: int = 200) -> Response:
    """JSON in the project's own encoding."""
    return Response(encoder.encode(body), status_code=status, media_type="application/json")


def _add_vitals(app: FastAPI, runtime: Runtime) -> None:
    async def healthz() -> Response:
        return json_response(
            {"alive": True, "service": runtime.service.name, "sample": runtime.settings.simulated_clock}
        )

    async def readyz() -> Response:
        reasons = runtime.worker.trouble() if runtime.worker else []
        try:
            door = await runtime.pool.fetchrow("SELECT * FROM log.door_state()", timeout=2.0)
            if door is not None and not door["open"]:
                reasons.append(f"{door['code']}: {door['reason_zh']} / {door['reason_en']}")
        except UNAVAILABLE as error:
            reasons.append(f"PostgreSQL: {type(error).__name__}")
        return json_response({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    async def metrics_page() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.add_api_route("/healthz", healthz, methods=["GET"], tags=["vitals"])
    app.add_api_route("/readyz", readyz, methods=["GET"], tags=["vitals"])
    app.add_api_route("/metrics", metrics_page, methods=["GET"], tags=["vitals"])


def _add_standing(app: FastAPI, runtime: Runtime) -> None:
    """``GET /v1/standing``: lag by partition and what is parked; ``POST /v1/parked/redrive``: apply a subject's parked records again."""
    decoder, service = decoder_of(standing.Redrive), runtime.service.name

    def allowed(request: Request, roles: frozenset[str]) -> Identity:
        identity = runtime.identify(request)
        if identity.role not in roles:
            raise wrong_role(identity.role)
        return identity

    async def stands(request: Request) -> Response:
        allowed(request, standing.LOOKING)
        return json_response(await standing.standing(runtime.pool, service))

    async def redrive(request: Request) -> Response:
        wanted = decoded(decoder, await request.body())
        identity = allowed(request, standing.DISCARDING if wanted.discard else standing.REDRIVING)
        if wanted.discard and not wanted.reason:
            raise Problem(
                status=422, code="reason-missing", zh="舍弃须说明理由", en="leaving a record behind needs a reason"
            )
        if not await standing.ask_redrive(runtime.pool, service, wanted, identity.actor):
            raise Problem(
                status=404, code="not-parked", zh="该主体没有搁置的记录", en="nothing of that subject is parked"
            )
        return json_response({"asked": wanted.subject}, 202)

    body = openapi.body_of(standing.Redrive)
    app.add_api_route("/v1/standing", stands, methods=["GET"], tags=["running"])
    app.add_api_route("/v1/parked/redrive", redrive, methods=["POST"], tags=["running"], openapi_extra=body)


def _add_command(app: FastAPI, runtime: Runtime, command: type[Command]) -> None:
    decoder = decoder_of(command)

    async def endpoint(request: Request) -> Response:
        identity = runtime.identify(request)
        body = decoded(decoder, await request.body())
        incoming = incoming_of(
            runtime.doors, identity, body, idempotency_key(request), expected_version=expected_version(request)
        )
        outcome = await runtime.decider.submit(incoming)
        return await answer(runtime, request, outcome, confirm=type(body) in runtime.doors.confirm_always)

    app.add_api_route(f"/v1/commands/{kebab(command.__name__)}", endpoint, methods=["POST"], tags=["commands"])


def _add_stream_versions(app: FastAPI, runtime: Runtime) -> None:
    schema = runtime.service.name

    async def endpoint(request: Request, subject: str) -> Response:
        """The version for ``If-Match``; what is read of the subject after this answer is not older."""
        identity = runtime.identify(request)
        if identity.role not in runtime.doors.readers:
            raise wrong_role(identity.role)
        subject = listing.as_text(subject)
        found = await runtime.pool.fetchrow(
            f"SELECT version, convert_from(state, 'UTF8')::jsonb ->> 'town' AS town FROM {schema}.streams WHERE subject = $1",
            subject,
        )
        own = identity.town is None or subject.partition(":")[2].partition("-")[0] == identity.town
        if found is None or not (own or found["town"] == identity.town):
            raise Problem(
                status=404,
                code="not-found",
                zh="没有这个对象，或不属于本镇街",
                en="no such subject, or not of your town",
            )
        partition = partition_of(subject, runtime.settings.partitions)
        if not await waiting.shown(runtime.pool, schema, subject, partition, WAIT_SECONDS):
            raise _NOT_VISIBLE_YET()
        return json_response({"subject": subject, "streamversion": found["version"]})

    app.add_api_route("/v1/stream-versions/{subject:path}", endpoint, methods=["GET"], tags=["queries"])


class _Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: uuid.UUID
    command: msgspec.Raw
    if_version: Annotated[int, msgspec.Meta(ge=0)] | None = None


def _add_batch(app: FastAPI, runtime: Runtime) -> None:
    items = decoder_of(list[_Item])
    one: msgspec.json.Decoder[Command] = decoder_of(functools.reduce(operator.or_, runtime.doors.roles))

    async def endpoint(request: Request) -> Response:
        identity = runtime.identify(request)
        batch = decoded(items, await request.body())
        if len(batch) > BATCH_COMMANDS_MAX:
            raise Problem(
                status=413, code="batch-too-long", zh=f"一批最多 {BATCH_COMMANDS_MAX} 条", en=f"at most {BATCH_COMMANDS_MAX} a batch"
            )  # fmt: skip
        commands = [decoded(one, bytes(item.command), under=f"/{i}/command") for i, item in enumerate(batch)]
        incoming = [
            incoming_of(
                runtime.doors, identity, command, item.id, under=f"/{i}/command", expected_version=item.if_version
            )
            for i, (item, command) in enumerate(zip(batch, commands, strict=True))
        ]
        outcomes = told_apart(incoming, await runtime.decider.execute(incoming))
        confirm = any(type(command) in runtime.doors.confirm_always for command in commands)
        return json_response(
            [outcome_body(outcome) for outcome in outcomes], await reply_status(runtime, request, outcomes, confirm)
        )

    app.add_api_route("/v1/commands", endpoint, methods=["POST"], tags=["commands"])


def idempotency_key(request: Request) -> uuid.UUID:
    """The ``Idempotency-Key`` (a UUID) that becomes the command id; a fresh one when the client sends none."""
    text = request.headers.get("idempotency-key")
    if text is None:
        return uuid7()
    try:
        return uuid.UUID(text.strip('"'))
    except ValueError as error:
        raise Problem(
            status=400,
            code="idempotency-key-invalid",
            zh="Idempotency-Key 须为 UUID",
            en="Idempotency-Key must be a UUID",
        ) from error


def expected_version(request: Request) -> int | None:
    """The stream version of ``If-Match: "<version>"``; None when the client names none."""
    text = request.headers.get("if-match")
    if text is None:
        return None
    if not _VERSION.fullmatch(text):
        raise Problem(
            status=400, code="if-match-invalid", zh='If-Match 须为带引号的版本号，如 "7"',
            en='If-Match must be a quoted stream version, such as "7"',
        )  # fmt: skip
    return int(text.strip('"'))


def wrong_town() -> Problem:
    """A town's credential used for another town."""
    return Problem(status=403, code="wrong-town", zh="只能办理本镇街的业务", en="this credential is for another town")


def wrong_role(role: str) -> Problem:
    """A credential whose role may not do this."""
    return Problem(
        status=403, code="wrong-role", zh=f"岗位 {role} 无权办理此项业务", en=f"role {role} may not do this"
    )  # fmt: skip


def incoming_of(
    doors: Doors, identity: Identity, command: Command, commandid: uuid.UUID, *, under: str = "",
    expected_version: int | None = None,
) -> Incoming:  # fmt: skip
    """A command in the name of `identity`; 403 when its role or town may not issue it, 422 for an impossible subject."""
    if identity.role not in doors.roles[type(command)]:
        raise wrong_role(identity.role)
    town = getattr(command, "town", None)
    if identity.town is not None and town is not None and town != identity.town:
        raise wrong_town()
    if _SUBJECT.fullmatch(command.subject) is None:
        raise Problem(
            status=422, code="body-invalid", zh="请求内容不符合要求，请按 errors 所列逐项更正", en="the request does not fit",
            errors=(FieldError(pointer=under, zh="编号过长或含有控制字符", en="its number is too long or no plain text"),),
        )  # fmt: skip
    return Incoming(
        commandid=commandid, command=command, actor=identity.actor, role=identity.role, town=identity.town,
        expected_version=expected_version, traceparent=TRACE.get(),
    )  # fmt: skip


def told_apart(incoming: Sequence[Incoming], outcomes: Sequence[Outcome | Exception]) -> list[Outcome]:
    """Outcomes of a batch; where deciding one raised, an outcome ``failed``, so that its neighbours keep their answers."""
    return [
        outcome if isinstance(outcome, Outcome) else _failed(one, outcome)
        for one, outcome in zip(incoming, outcomes, strict=True)
    ]


def _failed(one: Incoming, error: Exception) -> Outcome:
    problem = internal_problem(error)
    return Outcome(
        commandid=one.commandid, subject=one.command.subject, streamversion=0, status="failed",
        code=problem.code, zh=problem.zh, en=problem.en,
    )  # fmt: skip


def refused(outcome: Outcome) -> Problem:
    """The problem of a command that was refused (409; for another town 403), reuses an id (422), or failed (500)."""
    status = {"conflict": 422, "failed": 500}.get(outcome.status, 403 if outcome.code == "wrong-town" else 409)
    return Problem(status=status, code=outcome.code, zh=outcome.zh, en=outcome.en, extra=outcome_body(outcome))


async def reply_status(runtime: Runtime, request: Request, outcomes: Sequence[Outcome], confirm: bool) -> int:
    """200; with ``Prefer: confirm=log`` (money: always) only once all is on the log, else 202 after a time-out."""
    if not (confirm or "confirm=log" in request.headers.get("prefer", "")):
        return 200
    stated = [outcome.commandid for outcome in outcomes if outcome.status == "accepted" or outcome.facts]
    return 200 if await waiting.on_log(runtime.pool, stated, CONFIRM_SECONDS) else 202


async def answer(runtime: Runtime, request: Request, outcome: Outcome, *, confirm: bool = False) -> Response:
    """The reply to one command; a problem when it was not accepted."""
    if outcome.status not in ("accepted", "unchanged"):
        raise refused(outcome)
    return json_response(outcome_body(outcome), await reply_status(runtime, request, [outcome], confirm))


def outcome_body(outcome: Outcome) -> dict[str, object]:
    """An outcome as the reply states it."""
    body: dict[str, object] = {
        "commandid": str(outcome.commandid),
        "subject": outcome.subject,
        "streamversion": outcome.streamversion,
        "outcome": outcome.status,
        "replayed": outcome.replayed,
        "facts": [{"id": event_id, "type": name} for event_id, name in outcome.facts],
    }
    if outcome.code:
        body |= {"code": outcome.code, "reason": outcome.zh, "reason_en": outcome.en}
    if outcome.status == "failed":
        body["trace"] = TRACE.get() or ""
    return body


async def see_command(runtime: Runtime, request: Request) -> None:
    """Honour ``Jiuzhu-After: <commandid>``: wait until this service's read models show that command, or 503."""
    text = request.headers.get("jiuzhu-after")
    if text is None:
        return
    try:
        wanted = uuid.UUID(text)
    except ValueError as error:
        raise Problem(
            status=400, code="after-invalid", zh="Jiuzhu-After 须为命令编号", en="Jiuzhu-After must be a command id"
        ) from error
    if not await waiting.visible(runtime.pool, runtime.service.name, wanted, WAIT_SECONDS):
        raise _NOT_VISIBLE_YET()


def _add_open_clocks(app: FastAPI, runtime: Runtime) -> None:
    async def open_clocks(
        request: Request, town: str | None = None, held_by: str | None = None, clock: str | None = None,
        overdue: bool = False, after: str = "", limit: int = 100,
    ) -> Response:  # fmt: skip
        """The clocks that run or are paused, by last day, with the days left today (限时办理); `overdue`: only those that ran out."""
        identity = runtime.identify(request)
        if identity.role not in runtime.doors.readers:
            raise wrong_role(identity.role)
        if identity.town is not None and town not in (None, identity.town):
            raise wrong_town()
        await see_command(runtime, request)
        today = await listing.today(runtime.pool)
        try:
            calendar = (await runtime.decider.rulebook()).on("calendar", today, WorkingCalendar)
        except NoRule as none:
            raise Problem(
                status=409, code="no-rule-in-force", zh="尚未采用工作日历", en="no calendar was adopted yet"
            ) from none
        found, following = await listing.open_clocks(
            runtime.pool, runtime.service.name, limit=max(1, min(limit, PAGE_ROWS_MAX)), today=today,
            town=identity.town or town, held_by=held_by, clock=clock, overdue=overdue, after=after,
        )  # fmt: skip
        rows = [as_of(key, row, calendar, today) for key, row in found]
        return json_response({"as_of": today, "rows": rows, "after": following})

    app.add_api_route("/v1/open-clocks", open_clocks, methods=["GET"], tags=["queries"])


def _add_rule_packs(app: FastAPI, runtime: Runtime) -> None:
    async def rule_pack(request: Request, name: str) -> Response:
        """The pack of that name in force today with its citation: what forms offer to choose from comes from it."""
        role = runtime.identify(request).role
        if role not in runtime.doors.readers:
            raise wrong_role(role)
        book, today = await runtime.decider.rulebook(), await listing.today(runtime.pool)
        try:
            return json_response(book.adopted(name, today))
        except NoRule as none:
            raise Problem(status=404, code="not-found", zh="没有这个规则包", en="there is no such rule pack") from none

    app.add_api_route("/v1/rules-in-force/{name}", rule_pack, methods=["GET"], tags=["queries"])


def _add_queries(app: FastAPI, runtime: Runtime, model: Model[Any]) -> None:
    schema = runtime.service.name
    path = f"/v1/{model.name.replace('_', '-')}"

    async def authorised(request: Request) -> Identity:
        identity = runtime.identify(request)
        if identity.role not in runtime.doors.readers:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        return identity

    async def page(request: Request, town: str | None, **wanted: Any) -> Response:
        identity = await authorised(request)
        if identity.town is not None and town not in (None, identity.town):
            raise wrong_town()
        wanted["limit"] = max(1, min(wanted["limit"], PAGE_ROWS_MAX))
        found, following = await listing.page(runtime.pool, schema, model, town=identity.town or town, **wanted)
        return json_response({"rows": found, "after": following})

    async def rows(request: Request, town: str | None = None, after: str = "", limit: int = 100) -> Response:
        return await page(request, town, after=after, limit=limit)

    async def listed_rows(
        request: Request, town: str | None = None, order: str = "", until: str = "", after: str = "", limit: int = 100
    ) -> Response:
        if order not in ("", model.listed_by):
            raise Problem(
                status=422, code="parameter-invalid", zh=f"只能按 {model.listed_by} 排序", en=f"it is listed by {model.listed_by} only",
                errors=(FieldError(pointer="/query/order", zh="此处不符合要求", en="does not fit"),),
            )  # fmt: skip
        return await page(request, town, after=after, limit=limit, in_order=bool(order or until), until=until)

    async def past_rows(
        request: Request, as_at: str = "", known_on: str = "", town: str | None = None, order: str = "", until: str = "",
        after: str = "", limit: int = 100,
    ) -> Response:  # fmt: skip
        """`as_at`: leaving out what happened after that day; `known_on`: a sealing instant, or a root checkpoint's size."""
        if not (as_at or known_on):
            ordered = {"order": order, "until": until} if model.listed_by else {}
            return await (listed_rows if model.listed_by else rows)(request, town, after=after, limit=limit, **ordered)
        identity = await authorised(request)
        if identity.town is not None and town not in (None, identity.town):
            raise wrong_town()
        found = await runtime.doors.past(runtime, model, as_at, known_on) if runtime.doors.past else {}
        of = identity.town or town
        shown = [one for key, one in found.items() if key > after and of in (None, one.get("town"))]
        page_rows = shown[: max(1, min(limit, PAGE_ROWS_MAX))]
        return json_response({"rows": page_rows, "after": page_rows[-1]["key"] if page_rows else None})

    async def row(request: Request, key: str) -> Response:
        identity = await authorised(request)
        found = await listing.row(runtime.pool, schema, model, key)
        if found is None or (identity.town is not None and found.get("town") != identity.town):
            raise Problem(
                status=404, code="not-found", zh="没有这条记录，或不属于本镇街", en="no such row, or not of your town"
            )
        return json_response(found)

    listed = past_rows if runtime.doors.past else listed_rows if model.listed_by else rows
    app.add_api_route(path, listed, methods=["GET"], tags=["queries"])
    app.add_api_route(path + "/{key:path}", row, methods=["GET"], tags=["queries"])
