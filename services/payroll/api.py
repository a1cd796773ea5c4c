"""payroll over HTTP: who may issue which command, staffing and what-if; every money command answers only once it is on the log."""

import asyncio
from typing import Any, Final, TypeVar

import msgspec
from fastapi import FastAPI, Request, Response

from services.contracts.adopting import AdoptRulePack
from services.contracts.codec import convert, decoder_of
from services.contracts.deciding import Command, CommandRejected, Model
from services.eventlog import listing
from services.eventlog.api import PAGE_ROWS_MAX, Doors, Runtime, json_response, see_command, wrong_role
from services.eventlog.openapi import body_of, schemas
from services.eventlog.problems import Problem, decoded
from services.payroll import store
from services.payroll.domain.appraisal import (
    AppraiseYear,
    ContestAppraisal,
    ProposeAppraisal,
    RuleOnAppraisal,
    SettleAppraisal,
)
from services.payroll.domain.attendance import ConfirmAttendance
from services.payroll.domain.fund import BudgetFund
from services.payroll.domain.officer import (
    AppointOfficer,
    ApproveReassignment,
    CancelAbsence,
    ChangeBankAccount,
    ChangePosition,
    ConfirmAppraisal,
    DeclareSpecialDeduction,
    DeclareTaxStanding,
    GiveUpPost,
    RecordAbsence,
    RecordCertificate,
    RecordContract,
    RecordExit,
    RefuseReassignment,
    ReportReassignment,
    RevokeCertificate,
    SetContributionBase,
    TakeOverOfficer,
)
from services.payroll.domain.posts import AllotPosts, EstablishPosts, ReservePost
from services.payroll.domain.posts.proposing import PostProposal, compared
from services.payroll.domain.recruitment import (
    CloseRecruitment,
    OpenRecruitment,
    PostRanking,
    RegisterCandidate,
    ScoreCandidate,
    SelectCandidates,
)
from services.payroll.domain.run import ApproveRun, CheckRun, DraftRun, ImportBankReturn, IssueBankFile
from services.payroll.domain.what_if import READ_FOR_WHAT_IF, AskWhatIf, what_if
from services.payroll.projections.officers import OFFICERS
from services.payroll.projections.posts import POSTS_BY_TOWN
from services.payroll.projections.staffing import staffing

_FINANCE: Final = frozenset({"bureau-finance"})
_BUREAU: Final = frozenset({"bureau", "bureau-leader"})
_LEADER: Final = frozenset({"bureau-leader"})
_TOWN: Final = frozenset({"town-leader"})
_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    AdoptRulePack: _LEADER,
    ProposeAppraisal: frozenset({"bureau"}),
    SettleAppraisal: _BUREAU,
    ContestAppraisal: frozenset({"officer"}),
    RuleOnAppraisal: _LEADER,
    AppraiseYear: _LEADER,
    BudgetFund: _FINANCE | {"district-finance"},
    DraftRun: _FINANCE,
    CheckRun: _FINANCE,
    ApproveRun: _FINANCE | {"bureau-leader", "district-finance"},
    IssueBankFile: _FINANCE,
    ImportBankReturn: _FINANCE,
}
# Who prepares or checks a run changes no account, post or paper (会计法: 不相容职务分离).
_ROLES_OF_POSTS: Final[dict[type[Command], frozenset[str]]] = {
    EstablishPosts: _LEADER,
    AllotPosts: _LEADER,
    ReservePost: _BUREAU,
    GiveUpPost: _BUREAU,
    TakeOverOfficer: _BUREAU,
    AppointOfficer: _BUREAU,
    RecordContract: _BUREAU,
    RecordCertificate: _BUREAU,
    RevokeCertificate: _BUREAU,
    ChangePosition: _LEADER,
    DeclareSpecialDeduction: _BUREAU,
    DeclareTaxStanding: _BUREAU,
    SetContributionBase: _BUREAU,
    ChangeBankAccount: _BUREAU,
    RecordAbsence: _BUREAU | _TOWN,
    CancelAbsence: _BUREAU | _TOWN,
    ConfirmAttendance: _TOWN,
    ReportReassignment: _TOWN,
    ApproveReassignment: _LEADER,
    RefuseReassignment: _LEADER,
    RecordExit: _BUREAU,
    ConfirmAppraisal: _BUREAU,
    OpenRecruitment: _LEADER,
    RegisterCandidate: _BUREAU,
    ScoreCandidate: _BUREAU,
    PostRanking: _BUREAU,
    SelectCandidates: _LEADER,
    CloseRecruitment: _LEADER,
}
DOORS: Final = Doors(
    roles=_ROLES | _ROLES_OF_POSTS,
    confirm_always=frozenset({BudgetFund, DraftRun, CheckRun, ApproveRun, IssueBankFile, ImportBankReturn}),
    readers=frozenset(
        {"bureau", "bureau-leader", "bureau-finance", "district-finance", "auditor", "inspector", "operator"}
    ),
)
_WHAT_IF_ROLES: Final = _FINANCE | {"bureau-leader", "district-finance", "auditor"}
_Row = TypeVar("_Row", bound=msgspec.Struct)


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put payroll's own routes beside those of its commands and models."""
    proposals = decoder_of(PostProposal)

    async def propose(request: Request) -> Response:
        """How posts would be divided by these figures, and by other weights (what-if), beside today's; states nothing."""
        await _reader(runtime, request)
        asked = decoded(proposals, await request.body())
        rules, today = await runtime.decider.rulebook(), await listing.today(runtime.pool)
        rows = await _rows(runtime, POSTS_BY_TOWN)
        try:
            found = compared(asked, await store.posts(runtime.pool), rows, rules, today)
        except CommandRejected as no:
            raise Problem(status=409, code=no.code, zh=no.zh, en=no.en) from None
        return json_response(found)

    async def staffed(request: Request) -> Response:
        """Posts, tenure, turnover and qualifications by town, as of today by the log's clock (四(三) 配备)."""
        await _reader(runtime, request)
        today = await listing.today(runtime.pool)
        officers, posts = await _rows(runtime, OFFICERS), await _rows(runtime, POSTS_BY_TOWN)
        return json_response({"as_of": today, "rows": staffing(officers.values(), posts, today)})

    app.add_api_route(
        "/v1/post-proposals", propose, methods=["POST"], tags=["queries"], openapi_extra=body_of(PostProposal)
    )
    app.add_api_route("/v1/staffing", staffed, methods=["GET"], tags=["queries"])
    _what_if_routes(app, runtime)


async def _reader(runtime: Runtime, request: Request) -> None:
    identity = runtime.identify(request)
    if identity.role not in DOORS.readers:
        raise wrong_role(identity.role)
    await see_command(runtime, request)


async def _rows(runtime: Runtime, model: Model[_Row]) -> dict[str, _Row]:
    """All rows of a model by key, a page at a time."""
    found: dict[str, _Row] = {}
    after: str | None = ""
    while after is not None:
        page, following = await listing.page(runtime.pool, "payroll", model, limit=PAGE_ROWS_MAX, after=after)
        for row in page:
            key: Any = row.pop("key")
            found[key] = convert(row, model.row)
        after = following if len(page) == PAGE_ROWS_MAX else None
    return found


def _what_if_routes(app: FastAPI, runtime: Runtime) -> None:
    """What-if, which reads and writes nothing."""
    asking = decoder_of(AskWhatIf)

    async def ask(request: Request) -> Response:
        """Past months replayed under other rules, by person, town, month and source (测算); nothing is written."""
        identity = runtime.identify(request)
        if identity.role not in _WHAT_IF_ROLES:
            raise wrong_role(identity.role)
        asked = decoded(asking, await request.body())
        states = await store.decision_states(runtime.pool, READ_FOR_WHAT_IF)
        rules = await runtime.decider.rulebook()
        try:
            return json_response(await asyncio.to_thread(what_if, asked, states, rules))
        except CommandRejected as no:
            raise Problem(status=422, code=no.code, zh=no.zh, en=no.en) from None

    app.add_api_route("/v1/what-if", ask, methods=["POST"], tags=["what-if"], openapi_extra=_body())


def _body() -> dict[str, Any]:
    """The request body with its parts put in place, for the document lists commands and read models alone."""
    _, parts = schemas([AskWhatIf])
    schema = parts.pop(AskWhatIf.__name__)
    for listed in schema["properties"].values():
        name = listed.get("items", {}).get("$ref", "").rpartition("/")[2]
        if name:
            listed["items"] = parts[name]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
