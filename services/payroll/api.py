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
from services.payroll.domain.run import ApproveRun, CheckRun, DraftRun, ImportBankReturn, IssueBankFile

_FINANCE: Final = frozenset({"bureau-finance"})
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
    ApproveRun: _FINANCE | {"bureau-leader", "district-finance"},
    IssueBankFile: _FINANCE,
    ImportBankReturn: _FINANCE,
}
DOORS: Final = Doors(
    roles=_ROLES,
    confirm_always=frozenset({BudgetFund, DraftRun, CheckRun, ApproveRun, IssueBankFile, ImportBankReturn}),
    readers=frozenset(
        {"bureau", "bureau-leader", "bureau-finance", "district-finance", "auditor", "inspector", "operator"}
    ),
)
