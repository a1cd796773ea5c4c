"""payroll over HTTP: who may issue which command, what-if, money's traces; every money command answers only once it is on the log."""

import asyncio
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from services.contracts.adopting import AdoptRulePack
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command, CommandRejected
from services.eventlog.api import Doors, Runtime, json_response, see_command, wrong_role, wrong_town
from services.eventlog.openapi import schemas
from services.eventlog.problems import Problem, decoded
from services.payroll.domain.appraisal import (
    AppraiseYear,
    ContestAppraisal,
    ProposeAppraisal,
    RuleOnAppraisal,
    SettleAppraisal,
)
from services.payroll.domain.fund import (
    BudgetFund,
    CarryOverFund,
    ChangeBudget,
    SettleOpening,
    TakeOverFund,
    TransferFund,
)
from services.payroll.domain.misuse import CloseMisuse, HandleMisuse, HoldAccountable, RecordMisuse
from services.payroll.domain.officer import ConfirmAppraisal, TakeOverOfficer
from services.payroll.domain.payee import ApproveInvoice, PayInvoice, RecordInvoice
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
from services.payroll.domain.town_fund import BudgetTownFund, PayTownFund
from services.payroll.domain.town_purchase import (
    ContractTownPurchase,
    DecideTownPurchase,
    OrderTownPayment,
    RequestTownPurchase,
)
from services.payroll.domain.what_if import READ_FOR_WHAT_IF, AskWhatIf, what_if
from services.payroll.store import PageOfSlips, decision_states, money_of_town, slips_of_document

_FINANCE: Final = frozenset({"bureau-finance"})
_MONEY: Final = _FINANCE | {"district-finance"}
# A town acts on its own purchases and money only; the bureau decides, and finance may act for a town.
_TOWN: Final = frozenset({"town-leader"})
_SUPERVISION: Final = frozenset({"bureau-leader", "district-finance", "inspector"})
_APPROVERS: Final = _FINANCE | {"bureau-leader", "district-finance"}
_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    AdoptRulePack: frozenset({"bureau-leader"}),
    TakeOverOfficer: frozenset({"bureau", "bureau-leader"}),
    ConfirmAppraisal: frozenset({"bureau", "bureau-leader"}),
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
    OrderTownPayment: _TOWN,
    PayTownFund: _TOWN,
    RecordInvoice: _FINANCE | _TOWN | {"bureau"},
    ApproveInvoice: _MONEY | _TOWN | {"bureau-leader"},
    PayInvoice: _FINANCE | _TOWN,
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
# What moves money, or says that it moved, answers only once it is on the log.
_CONFIRMED: Final = frozenset(_ROLES) - {
    AdoptRulePack,
    TakeOverOfficer,
    ConfirmAppraisal,
    ContestPayslip,
    AnswerPayslipContest,
}
DOORS: Final = Doors(
    roles=_ROLES,
    confirm_always=_CONFIRMED,
    readers=frozenset(
        {"bureau", "bureau-leader", "bureau-finance", "district-finance", "auditor", "inspector", "operator"}
    ),
)
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

    app.add_api_route("/v1/what-if", ask, methods=["POST"], tags=["what-if"], openapi_extra=_body())


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
        """A town's own purchases, payments and money; a town its own."""
        identity = runtime.identify(request)
        if identity.role not in DOORS.readers | _TOWN:
            raise wrong_role(identity.role)
        if identity.town is not None and identity.town != town:
            raise wrong_town()
        await see_command(runtime, request)
        return json_response(await money_of_town(runtime.pool, town))

    app.add_api_route("/v1/traces/slips", slips, methods=["GET"], tags=["money"])
    app.add_api_route("/v1/town-money/{town}", town, methods=["GET"], tags=["money"])


def _body() -> dict[str, Any]:
    """The request body with its parts put in place, for the document lists commands and read models alone."""
    _, parts = schemas([AskWhatIf])
    schema = parts.pop(AskWhatIf.__name__)
    for listed in schema["properties"].values():
        name = listed.get("items", {}).get("$ref", "").rpartition("/")[2]
        if name:
            listed["items"] = parts[name]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
