"""One source's money of one year (三): budgeted, committed to runs and invoices, paid, moved, never below zero; it knows no slips.

`commands` what may be asked; `state` what the facts leave; `budgeting`, `claims`, `moving` decide.
"""

from typing import Final, assert_never

from services.contracts.deciding import Aggregate, Context
from services.contracts.registry import Fact
from services.payroll.domain.fund.budgeting import budget, change, take_over
from services.payroll.domain.fund.claims import commit, commit_run, credit, pay, release, settle_opening
from services.payroll.domain.fund.commands import (
    BudgetFund,
    CarryOverFund,
    ChangeBudget,
    CommitFund,
    CommitRun,
    CreditFund,
    FundCommand,
    MovedPart,
    PayFund,
    ReceiveFund,
    ReleaseFund,
    SettleOpening,
    TakeBackFund,
    TakeOverFund,
    TransferFund,
    fund_subject,
)
from services.payroll.domain.fund.moving import carry_over, receive, take_back, transfer
from services.payroll.domain.fund.state import Commitment, Document, Fund, Share, evolve

__all__ = [
    "FUND", "BudgetFund", "CarryOverFund", "ChangeBudget", "CommitFund", "CommitRun", "Commitment", "CreditFund", "Document", "Fund",
    "FundCommand", "MovedPart", "PayFund", "ReceiveFund", "ReleaseFund", "SettleOpening", "Share", "TakeBackFund",
    "TakeOverFund", "TransferFund", "decide", "evolve", "fund_subject",
]  # fmt: skip


def decide(fund: Fund, command: FundCommand, context: Context) -> tuple[Fact, ...]:
    """What one command does to the source's money; refused when off purpose, over the cap or over what is left."""
    match command:
        case BudgetFund():
            return (budget(fund, command, context),)
        case ChangeBudget():
            return (change(fund, command, context),)
        case TakeOverFund():
            return (take_over(fund, command, context),)
        case CommitFund():
            return (commit(fund, command, context),)
        case CommitRun():
            return (commit_run(fund, command, context),)
        case PayFund():
            return pay(fund, command)
        case ReleaseFund():
            return (release(fund, command),)
        case CreditFund():
            return (credit(fund, command),)
        case SettleOpening():
            return (settle_opening(fund, command),)
        case _:
            return _move(fund, command, context)


def _move(
    fund: Fund, command: CarryOverFund | TransferFund | ReceiveFund | TakeBackFund, context: Context
) -> tuple[Fact, ...]:
    match command:
        case CarryOverFund():
            return (carry_over(fund, command, context),)
        case TransferFund():
            return (transfer(fund, command, context),)
        case ReceiveFund():
            return (receive(fund, command, context),)
        case TakeBackFund():
            return (take_back(fund, command),)
        case _:
            assert_never(command)


FUND: Final = Aggregate(
    prefix="fund",
    state=Fund,
    initial=Fund(),
    commands=(
        BudgetFund,
        ChangeBudget,
        TakeOverFund,
        SettleOpening,
        CommitFund,
        CommitRun,
        PayFund,
        ReleaseFund,
        CreditFund,
        CarryOverFund,
        TransferFund,
        ReceiveFund,
        TakeBackFund,
    ),
    decide=decide,
    evolve=evolve,
)
