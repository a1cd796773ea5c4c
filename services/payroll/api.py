"""payroll over HTTP: who may issue which command; every money command answers only once it is on the log."""

from typing import Final

from services.contracts.adopting import AdoptRulePack
from services.contracts.deciding import Command
from services.eventlog.api import Doors
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
