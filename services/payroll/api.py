"""payroll over HTTP: who may issue which command; every money command answers only once it is on the log."""

from typing import Final

from services.contracts.adopting import AdoptRulePack
from services.contracts.deciding import Command
from services.eventlog.api import Doors
from services.payroll.domain.appraisal import (
    AppraiseYear,
    ContestAppraisal,
    ProposeAppraisal,
    RuleOnAppraisal,
    SettleAppraisal,
)
from services.payroll.domain.fund import BudgetFund
from services.payroll.domain.officer import ConfirmAppraisal, TakeOverOfficer
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

_FINANCE: Final = frozenset({"bureau-finance"})
_APPROVERS: Final = _FINANCE | {"bureau-leader", "district-finance"}
_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    AdoptRulePack: frozenset({"bureau-leader"}),
    TakeOverOfficer: frozenset({"bureau", "bureau-leader"}),
    ConfirmAppraisal: frozenset({"bureau", "bureau-leader"}),
    ProposeAppraisal: frozenset({"bureau"}),
    SettleAppraisal: frozenset({"bureau", "bureau-leader"}),
    ContestAppraisal: frozenset({"officer"}),
    RuleOnAppraisal: frozenset({"bureau-leader"}),
    AppraiseYear: frozenset({"bureau-leader"}),
    BudgetFund: _FINANCE | {"district-finance"},
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
_MONEY: Final = frozenset(_ROLES) - {
    AdoptRulePack,
    TakeOverOfficer,
    ConfirmAppraisal,
    ContestPayslip,
    AnswerPayslipContest,
}
DOORS: Final = Doors(
    roles=_ROLES,
    confirm_always=_MONEY,
    readers=frozenset(
        {"bureau", "bureau-leader", "bureau-finance", "district-finance", "auditor", "inspector", "operator"}
    ),
)
