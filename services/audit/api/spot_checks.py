"""Spot checks over HTTP: who may do which step, the population as a list to repeat the draw with, field sheets to print."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from services.audit.domain.spot_check_state import (
    AbandonSpotCheck,
    AssignFieldSheets,
    CommitSpotCheck,
    ConcludeSpotCheck,
    DrawSpotCheck,
    ExtendSpotCheck,
    PlanSpotCheck,
    RecordSpotCheckResult,
)
from services.audit.forms.field_sheets import field_sheets_page
from services.audit.projections.spot_checks import FieldSheetRow, SpotCheckRow
from services.audit.sampling.population import list_bytes, weighed
from services.audit.spot_checking import Edge, spot_check
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.eventlog.api.runtime import Runtime, see_command, wrong_role, wrong_town
from services.eventlog.listing import as_text
from services.eventlog.papers import PAGE_HEADERS
from services.eventlog.problems import Problem

_AUDIT: Final = frozenset({"auditor", "inspector"})
# Whoever checks in the field may also be of the bureau; the sheet says who they are, and nobody checks themselves.
_CHECKERS: Final = _AUDIT | {"bureau", "bureau-leader"}
ROLES: Final[Mapping[type[Command], frozenset[str]]] = {
    PlanSpotCheck: _AUDIT,
    CommitSpotCheck: _AUDIT,
    DrawSpotCheck: _AUDIT,
    AssignFieldSheets: _AUDIT,
    RecordSpotCheckResult: _CHECKERS,
    ExtendSpotCheck: _AUDIT,
    ConcludeSpotCheck: _AUDIT,
    AbandonSpotCheck: _AUDIT,
}
_SHEETS: Final = decoder_of(FieldSheetRow)
_NOT_FOUND: Final = partial(
    Problem, status=404, code="not-found", zh="没有这次抽查或核查表", en="no such spot check or field sheet"
)
_NOT_READ: Final = partial(
    Problem,
    status=503, code="not-visible-yet", zh="审计尚未读到该检查点，请稍后再试", en="audit has not read up to that checkpoint; try again",
    retry_after_seconds=1,
)  # fmt: skip


def routes(app: FastAPI, runtime: Runtime, readers: frozenset[str]) -> None:
    """Put what only spot checks have beside their commands and models; tell the edge where the transparency log is."""
    # Here and not where the service is wired: which folder it is only the settings say.
    edge = Edge(folder=runtime.settings.transparency, before=runtime.enrich)
    runtime.enrich = edge

    async def found(request: Request, number: str) -> SpotCheckRow:
        identity = runtime.identify(request)
        if identity.role not in readers:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        row = await spot_check(runtime.pool, number)
        if row is None:
            raise _NOT_FOUND()
        return row

    async def population(request: Request, number: str) -> Response:
        """The ordered list that the plan's hash is over: ``<item> TAB <town> TAB <weight>``, a line each."""
        plan = (await found(request, number)).plan
        weights = {one.mark: one.weight for one in plan.weights}
        candidates = await edge.population(plan, runtime.pool)
        if candidates is None:
            raise _NOT_READ()
        return Response(list_bytes(weighed(candidates, weights)), media_type="text/tab-separated-values; charset=utf-8")

    async def sheets(request: Request, number: str, item: str = "", town: str = "") -> Response:
        """Field sheets to print: all, one, or those of a town."""
        check, own = await found(request, number), runtime.identify(request).town
        if own is not None and town not in ("", own):
            raise wrong_town()
        town = own or town
        docs = await _sheets(runtime, number)
        wanted = [one for one in docs if item in ("", one.item) and town in ("", one.town)]
        if not wanted:
            raise _NOT_FOUND()
        text = field_sheets_page(check, wanted, sample=runtime.settings.simulated_clock)
        return Response(text, media_type="text/html; charset=utf-8", headers=PAGE_HEADERS)

    for path, endpoint in (("population", population), ("sheets", sheets)):
        app.add_api_route(f"/v1/spot-checks/{{number}}/{path}", endpoint, methods=["GET"], tags=["spot checks"])


async def _sheets(runtime: Runtime, number: str) -> list[FieldSheetRow]:
    """The field sheets of a spot check by town and item."""
    rows: list[Any] = await runtime.pool.fetch(
        "SELECT doc::text AS doc FROM audit.m_field_sheets WHERE listed = $1 ORDER BY town, key", as_text(number)
    )
    return [_SHEETS.decode(row["doc"]) for row in rows]
