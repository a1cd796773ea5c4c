"""Outside inspectors at audit's doors: each request held against the grant, tokens issued by it, what is opened stated first."""

import re
from datetime import timedelta
from typing import Final

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.audit import finding_store
from services.audit.domain.inspection import (
    GrantInspectorAccess,
    OpenInspectorSession,
    RecordInspectorRead,
    RevokeInspectorAccess,
    in_force,
)
from services.audit.domain.rectification.shapes import ReferenceOrEmpty, TownCodeOrEmpty
from services.contracts.audit import InspectorAccessGranted, InspectorSessionOpened
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.eventlog import listing, metrics
from services.eventlog.api.commands import idempotency_key, incoming_of, outcome_body, refused
from services.eventlog.api.runtime import Doors, Runtime, json_response, wrong_role
from services.eventlog.auth import INSPECTOR, Identity, NotAuthenticated
from services.eventlog.deciding import Incoming
from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem, decoded

TOKENS: Final = "/v1/inspector-tokens"
_LEADER: Final = frozenset({"bureau-leader"})
# The inspector opens a session of a grant of their own: portal does, once the inspector has signed in.
_ISSUERS: Final = _LEADER | {"security-administrator", INSPECTOR}
INSPECTOR_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    GrantInspectorAccess: _LEADER,
    RevokeInspectorAccess: _LEADER,
}
_SESSIONS: Final = Doors(roles={OpenInspectorSession: _ISSUERS})
# What a grant of single tests opens: doors that look at a finding's test themselves, and raising one.
_OF_TESTS: Final = re.compile(
    r"/v1/(rectifications|rectification-ageing|commands/raise-finding|findings/[^/]+/(evidence|history)"
    r"|print/findings/[^/]+/[a-z-]+)"
)

# What tells of the whole district at once, which a grant of towns does not open: read from the log, it knows no town.
_OF_DISTRICT: Final = re.compile(r"/v1/(certificates|recomputations|timelines/.*|[^/]+/difference)")


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of the door that issues tokens: the grant (an inspector's own may be left out), and a town of its scope."""

    inspection_no: ReferenceOrEmpty = ""
    town: TownCodeOrEmpty = ""


class Gate:
    """ASGI middleware: an inspector's request passes while the grant is in force, and within what it names."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self._app, self._runtime = app, runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            try:
                identity = self._runtime.identify(Request(scope))
            except (NotAuthenticated, Problem):
                identity = None  # the door itself says so, or needs nobody
            asks_for_one = identity is not None and identity.grant is None and scope["path"] == TOKENS
            if identity is not None and identity.role == INSPECTOR and not asks_for_one:
                _within(await granted_to(self._runtime, identity), scope["path"])
        await self._app(scope, receive, send)


async def granted_to(runtime: Runtime, identity: Identity) -> InspectorAccessGranted:
    """The grant an inspector reads by; 403 when it is not in force today, or is somebody else's."""
    found = await finding_store.inspection(runtime.pool, identity.grant or "")
    granted = found.granted
    if granted is None or not in_force(found, await listing.today(runtime.pool)) or granted.inspector != identity.actor:
        metrics.INSPECTORS_REFUSED.inc()
        raise _not_in_force()
    return granted


def _not_in_force() -> Problem:
    return Problem(
        status=403, code="grant-not-in-force", zh="查阅授权不在有效期内或已终止",
        en="the grant of access is not in force, or was ended",
    )  # fmt: skip


def outside_grant() -> Problem:
    return Problem(status=403, code="outside-grant", zh="不在查阅授权范围内", en="outside of what the grant names")


def _within(granted: InspectorAccessGranted, path: str) -> None:
    """The whole district is asked for by a grant of the whole log alone; a grant of tests opens their findings alone."""
    allowed = {
        "log": True,
        "towns": _OF_DISTRICT.fullmatch(path) is None,
        "tests": _OF_TESTS.fullmatch(path) is not None,
    }[granted.scope]
    if not allowed:
        metrics.INSPECTORS_REFUSED.inc()
        raise outside_grant()


async def tests_of(runtime: Runtime, identity: Identity) -> tuple[str, ...] | None:
    """The tests an inspector may see findings of; None is all of them."""
    if identity.role != INSPECTOR:
        return None
    granted = await granted_to(runtime, identity)
    return granted.tests if granted.scope == "tests" else None


async def state_read(runtime: Runtime, identity: Identity, finding_no: str, what: str) -> None:
    """State that an inspector opens a finding, before anything is shown; others leave no fact."""
    if identity.role != INSPECTOR:
        return
    command = RecordInspectorRead(inspection_no=identity.grant or "", finding_no=finding_no, what=what)
    incoming = Incoming(
        commandid=uuid7(), command=command, actor=identity.actor, role=identity.role, town=identity.town
    )  # fmt: skip
    outcome = await runtime.decider.submit(incoming)
    if outcome.status != "accepted":
        raise refused(outcome)


def inspector_routes(app: FastAPI, runtime: Runtime) -> None:
    """Put the gate before all doors, and the one that issues tokens beside them."""
    app.add_middleware(Gate, runtime=runtime)
    decoder = decoder_of(Asked)

    async def issue(request: Request) -> Response:
        """A token for the inspector of a grant, no longer than the grant; the session is on the log before it is shown."""
        identity = runtime.identify(request)
        if identity.role not in _ISSUERS:
            raise wrong_role(identity.role)
        command = await _asked(runtime, identity, decoded(decoder, await request.body()))
        key = idempotency_key(request)
        outcome = await runtime.decider.submit(incoming_of(_SESSIONS, identity, command, key))
        if outcome.status != "accepted":
            raise refused(outcome)
        if outcome.replayed:
            raise Problem(
                status=409, code="session-replayed", zh="该次会话已签发凭证；再次签发须换用新的 Idempotency-Key",
                en="that session has its token; to open another, use a new Idempotency-Key", extra=outcome_body(outcome),
            )  # fmt: skip
        token, stated, left = await _token(runtime, command)
        said = {"token": token, "expires_at": stated.expires_at, "valid_seconds": int(left.total_seconds())}
        return json_response({**said, **outcome_body(outcome)}, 201)

    app.add_api_route(TOKENS, issue, methods=["POST"], tags=["inspectors"])


async def _asked(runtime: Runtime, identity: Identity, asked: Asked) -> OpenInspectorSession:
    """Which grant's session is to be opened: the one that is named, or the inspector's own that is in force."""
    number = asked.inspection_no
    if identity.role == INSPECTOR:
        today = await listing.today(runtime.pool)
        own = await finding_store.inspections_of(runtime.pool, identity.actor, today)
        number = number or next(iter(own), "")
        if number not in own:
            metrics.INSPECTORS_REFUSED.inc()
            raise _not_in_force()
    return OpenInspectorSession(inspection_no=number or "none", town=asked.town)


async def _token(runtime: Runtime, command: OpenInspectorSession) -> tuple[str, InspectorSessionOpened, timedelta]:
    """The token of a session, and how long it is good: as long as the decision says, by the log's clock."""
    found = await finding_store.inspection(runtime.pool, command.inspection_no)
    stated = found.last_session
    assert found.granted is not None, "a session is of a grant"
    assert stated is not None, "it was stated just now"
    left: timedelta = stated.expires_at - await runtime.pool.fetchval("SELECT log.now()")
    identity = Identity(
        actor=found.granted.inspector, role=INSPECTOR, town=command.town or None, grant=command.inspection_no,
        service=runtime.service.name if found.granted.scope == "tests" else None,
    )  # fmt: skip
    return runtime.tokens.issue(identity, valid_for=left), stated, left
