"""Commands over HTTP, one or a batch: in whose name, once by their id, and how an outcome is told."""

import functools
import operator
import re
import uuid
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from fastapi import FastAPI, Request, Response

from services.contracts.codec import decoder_of
from services.contracts.deciding import Command, kebab
from services.eventlog import waiting
from services.eventlog.api.runtime import Doors, Runtime, json_response, wrong_role, wrong_town
from services.eventlog.auth import Identity
from services.eventlog.deciding import Incoming, Outcome
from services.eventlog.ids import uuid7
from services.eventlog.logs import TRACE
from services.eventlog.problems import FieldError, Problem, decoded
from services.eventlog.shell import internal_problem

BATCH_COMMANDS_MAX: Final = 500
CONFIRM_SECONDS: Final = 5.0
# An id of a subject or a row; what PostgreSQL could not hold as text never reaches it.
_SUBJECT: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_VERSION: Final = re.compile(r'"[0-9]{1,18}"')


def add_command(app: FastAPI, runtime: Runtime, command: type[Command]) -> None:
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


class _Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: uuid.UUID
    command: msgspec.Raw
    if_version: Annotated[int, msgspec.Meta(ge=0)] | None = None


def add_batch(app: FastAPI, runtime: Runtime) -> None:
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
