"""portal over HTTP: who may issue which command about accounts, and every page, one module per area."""

from typing import Final

import httpx
from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from services.contracts.adopting import AdoptRulePack
from services.contracts.deciding import Command
from services.eventlog.api.runtime import Doors, Runtime
from services.portal.api import (
    accounts,
    approvals,
    auditing,
    benefit_lists,
    board,
    bureau,
    case_tasks,
    cases,
    committee,
    consultations,
    contracts,
    dashboards,
    discovery,
    erasures,
    event_log,
    exchange,
    field,
    field_caseload,
    field_own,
    findings,
    households,
    inspectors,
    leader_staff,
    matches,
    money,
    office,
    officers,
    onboarding,
    pay,
    people,
    posts,
    purchases,
    recruitment,
    signing_in,
    signing_in_oidc,
    spot_checks,
    survey_help,
    town_leader,
    town_orders,
    training,
    visits,
    window,
    window_item,
    window_request,
    work_orders,
)
from services.portal.api.door import Door
from services.portal.domain import CloseAccount, GrantRole, OpenAccount, UnlockAccount
from services.portal.identity_provider import IdentityProvider
from services.portal.rendering import STATIC

_SYSTEM: Final = frozenset({"system-administrator"})
_SECURITY: Final = frozenset({"security-administrator"})
_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    AdoptRulePack: frozenset({"bureau-leader"}),
    OpenAccount: _SYSTEM,
    CloseAccount: _SYSTEM,
    GrantRole: _SECURITY,
    UnlockAccount: _SECURITY,
}
# Signing in and passwords are the pages' own: no token can do them.
DOORS: Final = Doors(
    roles=_ROLES,
    readers=frozenset({"system-administrator", "security-administrator", "audit-administrator", "operator"}),
)
# Each module of a role's or an area's pages; a new page goes into one of them.
AREAS: Final = (
    signing_in,
    signing_in_oidc,
    people,
    dashboards,
    board,
    accounts,
    window,
    window_request,
    window_item,
    committee,
    town_leader,
    leader_staff,
    pay,
    money,
    training,
    bureau,
    cases,
    households,
    case_tasks,
    survey_help,
    visits,
    matches,
    consultations,
    discovery,
    exchange,
    benefit_lists,
    approvals,
    posts,
    officers,
    recruitment,
    contracts,
    town_orders,
    work_orders,
    purchases,
    office,
    inspectors,
    erasures,
    field,
    field_own,
    field_caseload,
    auditing,
    findings,
    spot_checks,
    event_log,
    onboarding,
)


class _Kept(StaticFiles):
    """Static files whose address names their content: kept by browsers for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if b"v=" in scope.get("query_string", b"") and response.status_code == 200:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        else:
            response.headers["cache-control"] = "no-cache"
        return response


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put every page beside the commands and models of accounts."""
    http = httpx.AsyncClient(limits=httpx.Limits(max_connections=64))
    client = runtime.settings.oidc
    provider = None if client is None else IdentityProvider(client, httpx.AsyncClient())
    door = Door(app, runtime, http, provider)
    for area in AREAS:
        area.routes(door)
    accounts.password_door(app, runtime)
    app.mount("/static", _Kept(directory=STATIC))
