"""payroll over HTTP: who may issue which command, what-if, pay's files and slips, money's traces; every money command answers only once it is on the log."""

import asyncio
from typing import Any, Final, TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from services.contracts.adopting import AdoptRulePack
from services.contracts.codec import convert, decoder_of
from services.contracts.deciding import Command, CommandRejected, Model
from services.contracts.months import Month
from services.contracts.rulebook import NoRule
from services.eventlog import listing
from services.eventlog.api.commands import answer, idempotency_key, reply_status
from services.eventlog.api.queries import PAGE_ROWS_MAX
from services.eventlog.api.runtime import Doors, Runtime, json_response, see_command, wrong_role, wrong_town
from services.eventlog.auth import Identity
from services.eventlog.openapi import schemas
from services.eventlog.problems import FieldError, Problem, decoded
from services.payroll import pay_door, store
from services.payroll.domain.appraisal import (
    AppraiseYear,
    ContestAppraisal,
    ProposeAppraisal,
    RuleOnAppraisal,
    SettleAppraisal,
)
from services.payroll.domain.attendance import ConfirmAttendance
from services.payroll.domain.fund import (
    BudgetFund,
    CarryOverFund,
    ChangeBudget,
    CommitRun,
    SettleOpening,
    TakeOverFund,
    TransferFund,
)
from services.payroll.domain.misuse import CloseMisuse, HandleMisuse, HoldAccountable, RecordMisuse
from services.payroll.domain.officer import (
    AppointOfficer,
    ApproveReassignment,
    CancelAbsence,
    ChangeBankAccount,
    ChangePhone,
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
    WithdrawExit,
)
from services.payroll.domain.payee import ApproveInvoice, PayInvoice, RecordInvoice, WithdrawInvoice
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
from services.payroll.domain.run import (
    AnswerPayslipContest,
    ApproveRun,
    CheckRun,
    CloseRun,
    ConfirmSlipReversal,
    ContestPayslip,
    DecideHeldLine,
    DeclineSlipReversal,
    DiscardRun,
    DraftRun,
    ImportBankReturn,
    IssueBankFile,
    RecordRecovery,
    RecordRemittance,
    RequestSlipReversal,
    WithdrawBankFile,
)
from services.payroll.domain.town_fund import BudgetReserveFund, BudgetTownFund, PayTownFund
from services.payroll.domain.town_purchase import (
    ContractTownPurchase,
    DecideTownPurchase,
    OrderTownPayment,
    RequestTownPurchase,
)
from services.payroll.domain.what_if import READ_FOR_WHAT_IF, AskWhatIf, what_if
from services.payroll.forms import POLICY as SLIP_POLICY
from services.payroll.forms import payslip_page
from services.payroll.pay.changes import why_changed
from services.payroll.pay.explaining import explain, packs_of_slip
from services.payroll.projections.moves import MOVES
from services.payroll.projections.officers import OFFICERS
from services.payroll.projections.papers import ABSENCES, ATTENDANCE
from services.payroll.projections.posts import POSTS_BY_TOWN
from services.payroll.projections.staffing import staffing
from services.payroll.rules import ATTENDANCE as ATTENDANCE_PACK
from services.payroll.rules import Attendance
from services.payroll.store import PageOfSlips, decision_states, money_of_town, openings, slips_of_document

_FINANCE: Final = frozenset({"bureau-finance"})
_BUREAU: Final = frozenset({"bureau", "bureau-leader"})
_LEADER: Final = frozenset({"bureau-leader"})
_MONEY: Final = _FINANCE | {"district-finance"}
# A town acts on its own purchases and money only; the bureau decides, and finance may act for a town.
_TOWN: Final = frozenset({"town-leader"})
# What a town needs to know of an officer for its sheet: no pay, no qualification, no appraisal.
_OF_A_POST: Final = ("officer", "post_no", "status", "appointed_on", "on_post_from_on", "last_day_on")
_SUPERVISION: Final = frozenset({"bureau-leader", "district-finance", "inspector"})
_APPROVERS: Final = _FINANCE | {"bureau-leader", "district-finance"}
_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    AdoptRulePack: frozenset({"bureau-leader"}),
    BudgetFund: _MONEY,
    ChangeBudget: _MONEY,
    TakeOverFund: _MONEY,
    SettleOpening: _FINANCE,
    CarryOverFund: _MONEY,
    TransferFund: _MONEY,
    RequestTownPurchase: _TOWN,
    DecideTownPurchase: frozenset({"bureau-leader"}),
    ContractTownPurchase: _TOWN,
    BudgetTownFund: _TOWN,
    BudgetReserveFund: _LEADER,
    OrderTownPayment: _TOWN,
    PayTownFund: _TOWN,
    RecordInvoice: _FINANCE | _TOWN | {"bureau"},
    ApproveInvoice: _MONEY | _TOWN | {"bureau-leader"},
    PayInvoice: _FINANCE | _TOWN,
    WithdrawInvoice: _FINANCE | _TOWN,
    RecordMisuse: _MONEY | {"auditor", "inspector"},
    HandleMisuse: _SUPERVISION,
    HoldAccountable: _SUPERVISION,
    CloseMisuse: _SUPERVISION,
    ProposeAppraisal: frozenset({"bureau"}),
    SettleAppraisal: frozenset({"bureau", "bureau-leader"}),
    ContestAppraisal: frozenset({"officer"}),
    RuleOnAppraisal: frozenset({"bureau-leader"}),
    AppraiseYear: frozenset({"bureau-leader"}),
    DraftRun: _FINANCE,
    CheckRun: _FINANCE,
    DiscardRun: _FINANCE,
    ApproveRun: _APPROVERS,
    CommitRun: _FINANCE,
    CloseRun: _FINANCE,
    IssueBankFile: _FINANCE,
    WithdrawBankFile: _FINANCE,
    ImportBankReturn: _FINANCE,
    DecideHeldLine: _FINANCE,
    RequestSlipReversal: _FINANCE,
    ConfirmSlipReversal: _APPROVERS,
    DeclineSlipReversal: _APPROVERS,
    RecordRecovery: _FINANCE,
    RecordRemittance: _FINANCE,
    ContestPayslip: frozenset({"officer"}),
    AnswerPayslipContest: _FINANCE,
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
    ChangePhone: _BUREAU,
    RecordAbsence: _BUREAU | _TOWN,
    CancelAbsence: _BUREAU | _TOWN,
    ConfirmAttendance: _TOWN,
    ReportReassignment: _TOWN,
    ApproveReassignment: _LEADER,
    RefuseReassignment: _LEADER,
    RecordExit: _BUREAU,
    WithdrawExit: _BUREAU,
    ConfirmAppraisal: _BUREAU,
    OpenRecruitment: _LEADER,
    RegisterCandidate: _BUREAU,
    ScoreCandidate: _BUREAU,
    PostRanking: _BUREAU,
    SelectCandidates: _LEADER,
    CloseRecruitment: _LEADER,
}
# What moves money, or says that it moved, answers only once it is on the log.
_CONFIRMED: Final = frozenset(_ROLES) - {
    AdoptRulePack,
    ContestPayslip,
    AnswerPayslipContest,
}
DOORS: Final = Doors(
    roles=_ROLES | _ROLES_OF_POSTS,
    confirm_always=_CONFIRMED,
    readers=frozenset(
        {"bureau", "bureau-leader", "bureau-finance", "district-finance", "auditor", "inspector", "operator"}
    ),
)
_Row = TypeVar("_Row", bound=msgspec.Struct)
_WHAT_IF_ROLES: Final = _FINANCE | {"bureau-leader", "district-finance", "auditor"}


def routes(app: FastAPI, runtime: Runtime) -> None:
    """What payroll answers beside commands and read models: what-if and traces, which write nothing."""
    _money_routes(app, runtime)
    asking = decoder_of(AskWhatIf)

    async def ask(request: Request) -> Response:
        """Past months replayed under other rules, by person, town, month and source (测算); nothing is written."""
        identity = runtime.identify(request)
        if identity.role not in _WHAT_IF_ROLES:
            raise wrong_role(identity.role)
        asked = decoded(asking, await request.body())
        states = await decision_states(runtime.pool, READ_FOR_WHAT_IF)
        rules = await runtime.decider.rulebook()
        try:
            return json_response(await asyncio.to_thread(what_if, asked, states, rules))
        except CommandRejected as no:
            raise Problem(status=422, code=no.code, zh=no.zh, en=no.en) from None

    app.add_api_route("/v1/what-if", ask, methods=["POST"], tags=["what-if"], openapi_extra=_body(AskWhatIf))
    _post_routes(app, runtime)
    _file_routes(app, runtime)
    _slip_routes(app, runtime)


def _money_routes(app: FastAPI, runtime: Runtime) -> None:
    """From a funding document to the slips it pays, and a town's own purchases and money for the town itself."""

    async def slips(
        request: Request, year: int, source: str, document: str, after: str = "", limit: int = 100
    ) -> Response:
        """The slips that a document pays, by month and officer, with its share of each line; pages go on `after`."""
        identity = runtime.identify(request)
        if identity.role not in DOORS.readers:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        wanted = PageOfSlips(year=year, source=source, document=document, after=after, limit=limit)
        rows = await slips_of_document(runtime.pool, wanted)
        return json_response({"rows": rows, "after": rows[-1].key if rows else None})

    async def town(request: Request, town: str) -> Response:
        """A town's own purchases, payments, money, invoices and what it owes for; a town its own."""
        identity = runtime.identify(request)
        if identity.role not in DOORS.readers | _TOWN:
            raise wrong_role(identity.role)
        if identity.town is not None and identity.town != town:
            raise wrong_town()
        await see_command(runtime, request)
        return json_response(await money_of_town(runtime.pool, town))

    async def opened(request: Request) -> Response:
        """What of the promises that were taken over with a fund is not settled yet."""
        await _reader(runtime, request)
        return json_response({"rows": await openings(runtime.pool)})

    async def attendance(request: Request, town: str) -> Response:
        """What a town knows of its officers: who is or was on its posts, absences with their kinds, sheets, moves reported."""
        identity = runtime.identify(request)
        if identity.role not in DOORS.readers | _TOWN:
            raise wrong_role(identity.role)
        if identity.town is not None and identity.town != town:
            raise wrong_town()
        await see_command(runtime, request)
        officers = [one for one in (await _rows(runtime, OFFICERS)).values() if one.town == town]
        absences = [one for one in (await _rows(runtime, ABSENCES)).values() if one.town == town]
        sheets = [one for one in (await _rows(runtime, ATTENDANCE)).values() if one.town == town]
        moves = [
            {"key": key, **msgspec.structs.asdict(one)}
            for key, one in (await _rows(runtime, MOVES)).items()
            if one.town == town
        ]
        known = [{name: getattr(one, name) for name in _OF_A_POST} for one in officers]
        kinds = await _absence_kinds(runtime)
        return json_response(
            {"officers": known, "absences": absences, "sheets": sheets, "moves": moves, "kinds": kinds}
        )

    app.add_api_route("/v1/town-attendance/{town}", attendance, methods=["GET"], tags=["posts"])

    async def names(request: Request) -> Response:
        """What the codes of money are called today, Chinese and English, by the packs in force."""
        await _reader(runtime, request)
        today = await listing.today(runtime.pool)
        return json_response(pay_door.names_on(await runtime.decider.rulebook(), today))

    app.add_api_route("/v1/money-names", names, methods=["GET"], tags=["money"])
    app.add_api_route("/v1/traces/slips", slips, methods=["GET"], tags=["money"])
    app.add_api_route("/v1/fund-openings", opened, methods=["GET"], tags=["money"])
    app.add_api_route("/v1/town-money/{town}", town, methods=["GET"], tags=["money"])


async def _absence_kinds(runtime: Runtime) -> dict[str, dict[str, Any]]:
    """What absences may be recorded as today, Chinese and English, with the grounds that each knows; none without a pack."""
    try:
        pack = (await runtime.decider.rulebook()).on(ATTENDANCE_PACK, await listing.today(runtime.pool), Attendance)
    except NoRule:
        return {}
    return {
        code: {"zh": kind.zh, "en": kind.en, "grounds": sorted(kind.more_days)} for code, kind in pack.recorded.items()
    }


def _post_routes(app: FastAPI, runtime: Runtime) -> None:
    """How posts are divided and might be, and what the towns' staffing looks like."""
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
        "/v1/post-proposals", propose, methods=["POST"], tags=["queries"], openapi_extra=_body(PostProposal)
    )
    app.add_api_route("/v1/staffing", staffed, methods=["GET"], tags=["queries"])


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


def _file_routes(app: FastAPI, runtime: Runtime) -> None:
    """Bank files and declarations given out, which is a fact each time, and banks' returns taken in."""
    files, asked = decoder_of(pay_door.BankFileExport), decoder_of(pay_door.DeclarationAsked)
    exported = decoder_of(pay_door.DeclarationExport)

    async def give_bank_file(request: Request) -> Response:
        """A bank file's bytes with names and accounts, in the layout of a profile; stated first."""
        identity, key = _finance(runtime, request), idempotency_key(request)
        return _file(await pay_door.give_bank_file(runtime, identity, decoded(files, await request.body()), key))

    async def take_return(request: Request, month: str, profile: str, dry_run: bool = False) -> Response:
        """A bank's return, CSV or XLSX: applied, held or unreadable by row. A dry run decides nothing."""
        identity, key = _finance(runtime, request), idempotency_key(request)
        told, outcome = await pay_door.take_bank_return(
            runtime, identity, _month(month), profile, await request.body(), key, dry_run=dry_run
        )
        if "text/csv" in request.headers.get("accept", ""):
            return Response(told["error_file"] or "", media_type="text/csv; charset=utf-8")
        stated = [outcome] if outcome is not None else []
        return json_response(told, await reply_status(runtime, request, stated, confirm=True))

    async def declare(request: Request) -> Response:
        """Make a unit's declaration of insurance or tax from a month's slips: hash and control totals."""
        identity, key = _finance(runtime, request), idempotency_key(request)
        outcome = await pay_door.declare(runtime, identity, decoded(asked, await request.body()), key)
        return await answer(runtime, request, outcome, confirm=True)

    async def give_declaration(request: Request) -> Response:
        """A declaration's file with names and numbers; stated first."""
        identity, key = _finance(runtime, request), idempotency_key(request)
        return _file(await pay_door.give_declaration(runtime, identity, decoded(exported, await request.body()), key))

    def post(path: str, endpoint: Any, **extra: Any) -> None:
        app.add_api_route(path, endpoint, methods=["POST"], tags=["pay files"], **extra)

    post("/v1/bank-files/exports", give_bank_file, openapi_extra=_body(pay_door.BankFileExport))
    post("/v1/bank-returns/{month}", take_return, openapi_extra=_RETURN_BODY)
    post("/v1/declarations", declare, openapi_extra=_body(pay_door.DeclarationAsked))
    post("/v1/declarations/exports", give_declaration, openapi_extra=_body(pay_door.DeclarationExport))


def _slip_routes(app: FastAPI, runtime: Runtime) -> None:
    """One slip for its reader, as JSON and to print: every line explained, and why it changed from last month."""

    async def told(request: Request, month: str, officer: str) -> tuple[pay_door.ToldSlip, Any, Any]:
        identity = runtime.identify(request)
        await see_command(runtime, request)
        found = await pay_door.told_slip(runtime, identity, _month(month), officer, DOORS.readers)
        packs_of = packs_of_slip(found.slip, await runtime.decider.rulebook())
        changes = why_changed(found.slip, found.previous) if found.previous is not None else None
        return found, explain(found.slip, packs_of), changes

    async def slip(request: Request, month: str, officer: str) -> Response:
        found, explained, changes = await told(request, month, officer)
        return json_response(
            {
                "slip": found.slip,
                "run": found.run_status,
                "payment": found.payment,
                "contest": found.contest,
                "explained": explained,
                "changes": changes,
            }
        )

    async def printed(request: Request, month: str, officer: str) -> Response:
        found, explained, changes = await told(request, month, officer)
        page = payslip_page(
            officer, month, explained, changes, payment=found.payment, draft=found.run_status in ("drafted", "checked"),
            sample=runtime.settings.simulated_clock,
        )  # fmt: skip
        return HTMLResponse(page, headers={"content-security-policy": SLIP_POLICY})

    async def own_appraisals(request: Request) -> Response:
        """The quarters of the officer who asks, with the facts behind each point counted; nobody else's; `confirmed`: which set a coefficient."""
        identity = runtime.identify(request)
        if identity.role != "officer":
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        officer = identity.actor.partition(":")[2]
        rows, confirmed = await asyncio.gather(
            store.appraisals_of(runtime.pool, officer), store.quarters_of(runtime.pool, officer)
        )
        today = await listing.today(runtime.pool)
        return json_response({"as_of": today, "rows": rows, "confirmed": confirmed})

    app.add_api_route("/v1/own-appraisals", own_appraisals, methods=["GET"], tags=["appraisals"])
    app.add_api_route("/v1/slips/{month}/{officer}", slip, methods=["GET"], tags=["payslips"])
    app.add_api_route("/v1/print/payslips/{month}/{officer}", printed, methods=["GET"], tags=["papers"])


def _finance(runtime: Runtime, request: Request) -> Identity:
    identity = runtime.identify(request)
    if identity.role not in pay_door.FINANCE:
        raise wrong_role(identity.role)
    return identity


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise Problem(
            status=422, code="parameter-invalid", zh="月份应为 YYYY-MM", en="a month is written YYYY-MM",
            errors=(FieldError(pointer="/path/month", zh="应为 YYYY-MM", en="must be YYYY-MM"),),
        ) from None  # fmt: skip


_TYPES: Final = {
    "csv": "text/csv",
    "fixed": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_RETURN_BODY: Final = {
    "requestBody": {"required": True, "content": {kind: {"schema": {"type": "string"}} for kind in _TYPES.values()}}
}


def _file(given: pay_door.GivenFile) -> Response:
    """A file as it left: the hash in its header is the one that was stated."""
    headers = {"content-disposition": f'attachment; filename="{given.name}"', "jiuzhu-sha256": given.sha256}
    return Response(given.content, media_type=_TYPES[given.kind], headers=headers)


def _body(asked: type[msgspec.Struct]) -> dict[str, Any]:
    """The request body with its parts put in place, for the document lists commands and read models alone."""
    _, parts = schemas([asked])
    schema = parts.pop(asked.__name__)
    for listed in schema["properties"].values():
        name = listed.get("items", {}).get("$ref", "").rpartition("/")[2]
        if name:
            listed["items"] = parts[name]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
