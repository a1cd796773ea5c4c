"""Payroll's read models, a module per kind of row; they hold no personal field."""

from typing import Final

from services.payroll.projections.funds import FUND_DOCUMENTS, FUND_MOVES, FUNDS
from services.payroll.projections.invoices import CONTRACTOR_PAYABLES, INVOICES
from services.payroll.projections.ledger import BALANCES, LEDGER
from services.payroll.projections.misuse import MISUSES
from services.payroll.projections.officers import OFFICERS
from services.payroll.projections.payslips import PAYSLIPS
from services.payroll.projections.posts import POSTS_BY_TOWN
from services.payroll.projections.runs import RUNS
from services.payroll.projections.spending import SPENDING, SPENDING_BY_MONTH, SPENDING_BY_PURPOSE, SPENDING_BY_TOWN
from services.payroll.projections.town_money import TOWN_FUNDS, TOWN_PAYMENTS, TOWN_PURCHASES
from services.payroll.projections.traces import DOCUMENT_SLIPS, SLIP_MONEY

_MONEY: Final = (
    FUNDS,
    FUND_DOCUMENTS,
    FUND_MOVES,
    LEDGER,
    BALANCES,
    SPENDING,
    SPENDING_BY_TOWN,
    SPENDING_BY_MONTH,
    SPENDING_BY_PURPOSE,
    SLIP_MONEY,
    DOCUMENT_SLIPS,
    TOWN_PURCHASES,
    TOWN_FUNDS,
    TOWN_PAYMENTS,
    INVOICES,
    CONTRACTOR_PAYABLES,
    MISUSES,
)
MODELS: Final = (OFFICERS, PAYSLIPS, RUNS, POSTS_BY_TOWN, *_MONEY)
