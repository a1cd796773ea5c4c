"""Findings at their doors: who may take which step, worklist and ageing, facts with their proofs, papers to print."""

import asyncio
from datetime import date
from functools import partial
from typing import Any, Final, Literal

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from services.audit import finding_store
from services.audit.api import inspectors
from services.audit.domain.rectification import commands as step
from services.audit.domain.suppression import (
    ApproveSuppression,
    DeclineSuppression,
    ProposeSuppression,
    RevokeSuppression,
)
from services.audit.evidence_door import Opened, opened
from services.audit.finding_store import Wanted
from services.audit.forms import PAPERS, finding_page
from services.audit.forms.papers import Fact
from services.audit.projections.findings import FindingRow, StepRow
from services.audit.rules import RECTIFICATION, Rectification
from services.contracts.audit import Evidence
from services.contracts.calendar import WorkingCalendar
from services.contracts.clocks import days_left, overdue
from services.contracts.deciding import Command
from services.contracts.rulebook import NoRule, RuleBook
from services.eventlog import listing, metrics
from services.eventlog.api.queries import PAGE_ROWS_MAX
from services.eventlog.api.runtime import Runtime, json_response, see_command, wrong_role, wrong_town
from services.eventlog.auth import READERS, Identity
from services.eventlog.papers import PAGE_HEADERS
from services.eventlog.problems import Problem
from services.eventlog.seeing import WHOLE_DISTRICT, read_for

AUDITORS: Final = frozenset({"auditor", "inspector", "operator"})
SUPERVISORS: Final = AUDITORS | {"bureau", "bureau-leader"}
_DECIDERS: Final = frozenset({"auditor", "bureau-leader"})
_LEADER: Final = frozenset({"bureau-leader"})
# Whoever works in the programme may be the one who answers for a finding.
_RESPONSIBLE: Final = READERS - {"auditor", "inspector", "operator"} | {"contractor"}
FINDING_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    step.RaiseFinding: frozenset({"auditor", "inspector", "bureau-leader"}),
    step.AssignFinding: _DECIDERS,
    step.AnswerFinding: _RESPONSIBLE,
    step.ContestFinding: _RESPONSIBLE,
    step.RequestRectificationExtension: _RESPONSIBLE,
    step.DecideRectificationExtension: _DECIDERS,
    step.DecideFindingContest: _DECIDERS,
    step.VerifyRectification: _DECIDERS | {"bureau"},
    step.CloseFinding: _DECIDERS,
    step.EscalateFinding: _LEADER,
    step.HandleFinding: _LEADER,
    step.AccountForFinding: _LEADER,
    ProposeSuppression: _DECIDERS | {"bureau"},
    ApproveSuppression: _DECIDERS,
    DeclineSuppression: _DECIDERS,
    RevokeSuppression: _DECIDERS,
}
_NOT_FOUND: Final = partial(
    Problem,
    status=404,
    code="not-found",
    zh="没有该问题，或不属于本人或本镇街",
    en="no such finding, or not yours or your town's",
)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A finding on the worklist, as of a day: how long it stands, how many working days its clock has left."""

    finding: FindingRow
    days_open: int
    days_left: int | None
    due_soon: bool
    overdue: bool


def finding_routes(app: FastAPI, runtime: Runtime) -> None:
    """Put the doors of findings beside those of their models."""
    _worklist_routes(app, runtime)
    _evidence_routes(app, runtime)


async def _wanted(runtime: Runtime, identity: Identity, town: str | None, **asked: Any) -> Wanted:
    """What is asked for within what `identity` may see: supervisors all, a town's leader the unit's, others their own."""
    if identity.role in SUPERVISORS:
        if identity.town is not None and town not in (None, identity.town):
            raise wrong_town()
        tests = await inspectors.tests_of(runtime, identity)
        return Wanted(town=identity.town or town, tests=tests, **asked)
    if identity.role not in _RESPONSIBLE:
        raise wrong_role(identity.role)
    if identity.role == "town-leader":
        return Wanted(**asked | {"unit": identity.town, "town": town})
    return Wanted(**asked | {"responsible": identity.actor, "town": town})


def _worklist_routes(app: FastAPI, runtime: Runtime) -> None:
    async def rectifications(
        request: Request, town: str | None = None, unit: str | None = None, responsible: str | None = None,
        status: str | None = None, severity: str | None = None, test: str | None = None,
        overdue: bool = False, ended: bool = False, after: str = "", limit: int = 100,
    ) -> Response:  # fmt: skip
        """Findings by last day with the days left today (问题–责任人–期限); to whoever answers for some, those alone."""
        identity = runtime.identify(request)
        wanted = await _wanted(
            runtime, identity, town, unit=unit, responsible=responsible, status=status, severity=severity, test=test,
            open_only=not ended, overdue=overdue,
        )  # fmt: skip
        await see_command(runtime, request)
        today = await listing.today(runtime.pool)
        found, following = await finding_store.worklist(
            runtime.pool, wanted, today=today, after=after, limit=max(1, min(limit, PAGE_ROWS_MAX))
        )
        book = await runtime.decider.rulebook()
        rows = [listed(row, book, today) for row in found]
        return json_response({"as_of": today, "rows": rows, "after": following})

    async def ageing(
        request: Request, by: Literal["town", "unit", "responsible"] = "town", town: str | None = None
    ) -> Response:
        """Counts by status and severity, ages (up to 7, 30, 90 days, more) and what is late, by town, unit or person."""
        identity = runtime.identify(request)
        wanted = await _wanted(runtime, identity, town, open_only=False)
        await see_command(runtime, request)
        today = await listing.today(runtime.pool)
        rows = await finding_store.ageing(runtime.pool, wanted, by=by, today=today)
        return json_response({"as_of": today, "ages_up_to_days": finding_store.AGE_DAYS, "rows": rows})

    app.add_api_route("/v1/rectifications", rectifications, methods=["GET"], tags=["findings"])
    app.add_api_route("/v1/rectification-ageing", ageing, methods=["GET"], tags=["findings"])


def listed(row: FindingRow, book: RuleBook, today: date) -> Listed:
    """How a finding stands on a day, by the one definition of overdue (`contracts.clocks`)."""
    left, soon = None, False
    if row.due_on is not None:
        try:
            left = days_left(book.on("calendar", today, WorkingCalendar), "workdays", row.due_on, today)
            soon = 0 <= left <= book.on(RECTIFICATION, today, Rectification).due_soon_workdays
        except NoRule:
            left = (row.due_on - today).days
    return Listed(
        finding=row,
        days_open=(today - (row.opened_on or today)).days,
        days_left=left,
        due_soon=soon,
        overdue=overdue(row.due_on, today),
    )


async def _seen(runtime: Runtime, request: Request, finding_no: str, what: str) -> FindingRow:
    """A finding that the caller may open; an inspector's look is stated first."""
    identity = runtime.identify(request)
    if identity.role not in SUPERVISORS | _RESPONSIBLE:
        raise wrong_role(identity.role)
    await see_command(runtime, request)
    row = await finding_store.finding(runtime.pool, finding_no)
    if row is None or not _may_open(identity, row, await inspectors.tests_of(runtime, identity)):
        raise _NOT_FOUND()
    await inspectors.state_read(runtime, identity, row.finding_no, what)
    return row


async def _records(runtime: Runtime, evidence: tuple[Evidence, ...]) -> list[Opened]:
    stored = await finding_store.records_at(runtime.pool, [(one.partition, one.sequence) for one in evidence])
    found = await asyncio.to_thread(opened, evidence, stored, runtime.settings.transparency)
    metrics.EVIDENCE_BROKEN.inc(sum(not one.as_stated for one in found))
    return found


def _evidence_routes(app: FastAPI, runtime: Runtime) -> None:
    async def evidence(request: Request, finding_no: str) -> Response:
        """Each record a finding and its answer rest on: as stored, readable with personal values masked, and its proof."""
        row = await _seen(runtime, request, finding_no, "evidence")
        body = {
            "finding": row,
            "evidence": await _records(runtime, row.evidence),
            "evidence_files": row.evidence_files,
            "answer_evidence": await _records(runtime, row.answer_evidence),
            "answer_files": row.answer_files,
        }
        return json_response(body)

    async def history(request: Request, finding_no: str) -> Response:
        """Every step of a finding in its order."""
        row = await _seen(runtime, request, finding_no, "history")
        return json_response({"rows": await _steps(runtime, row)})

    async def paper(request: Request, finding_no: str, paper: str) -> Response:
        """取证单, 整改通知书 or 销号单 to print and sign."""
        if paper not in PAPERS:
            raise _NOT_FOUND()
        row = await _seen(runtime, request, finding_no, paper.replace("-", "_"))
        return HTMLResponse(await _page(runtime, row, paper), headers=PAGE_HEADERS)

    app.add_api_route("/v1/findings/{finding_no}/evidence", evidence, methods=["GET"], tags=["findings"])
    app.add_api_route("/v1/findings/{finding_no}/history", history, methods=["GET"], tags=["findings"])
    app.add_api_route("/v1/print/findings/{finding_no}/{paper}", paper, methods=["GET"], tags=["findings"])


async def _page(runtime: Runtime, row: FindingRow, paper: str) -> str:
    """One paper with the records of the finding, or of its answer where it was put right."""
    records = await _records(runtime, row.answer_evidence if paper == "closing-sheet" else row.evidence)
    facts = [
        Fact(
            partition=one.partition, sequence=one.sequence, event_id=one.event_id, hash=one.hash,
            as_stated=one.as_stated, text=one.readable,
        )
        for one in records
    ]  # fmt: skip
    today, book = await listing.today(runtime.pool), await runtime.decider.rulebook()
    try:
        law = book.on(RECTIFICATION, today, Rectification).law
    except NoRule:
        law = ""
    return finding_page(
        paper, row, facts, await _steps(runtime, row), law=law, made_on=today,
        sample=runtime.settings.simulated_clock,
    )  # fmt: skip


async def _steps(runtime: Runtime, row: FindingRow) -> list[StepRow]:
    """The history of a finding that may be opened: it is of the finding's town, who answers for it may be of another."""
    with read_for(WHOLE_DISTRICT):
        return await finding_store.steps(runtime.pool, row.finding_no)


def _may_open(identity: Identity, row: FindingRow, tests: tuple[str, ...] | None) -> bool:
    """Supervisors within their town and tests; others what they, or their town's unit, answer for."""
    if identity.role in SUPERVISORS:
        return identity.town in (None, row.town) and (tests is None or row.test in tests)
    mine = bool(row.responsible) and row.responsible == identity.actor
    return mine or (identity.role == "town-leader" and row.unit == identity.town)
