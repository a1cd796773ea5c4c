"""Payroll's read models, a module per kind of row; what is personal in them is sealed."""

from typing import Final

from services.payroll.projections.accounts import ACCOUNTS
from services.payroll.projections.appraisals import APPRAISALS
from services.payroll.projections.declarations import DECLARATIONS
from services.payroll.projections.funds import FUND_DOCUMENTS, FUND_MOVES, FUNDS
from services.payroll.projections.invoices import CONTRACTOR_PAYABLES, INVOICES
from services.payroll.projections.ledger import BALANCES, LEDGER
from services.payroll.projections.misuse import MISUSES
from services.payroll.projections.moves import MOVES
from services.payroll.projections.officers import OFFICERS
from services.payroll.projections.papers import ABSENCES, ATTENDANCE, CERTIFICATES, DUE
from services.payroll.projections.payslips import PAYSLIPS, SLIPS
from services.payroll.projections.posts import LAST_ALLOTMENT, POSTS, POSTS_BY_TOWN
from services.payroll.projections.recruitment import CANDIDATES, RECRUITMENTS
from services.payroll.projections.runs import BANK_FILES, HELD_LINES, RUNS
from services.payroll.projections.spending import SPENDING, SPENDING_BY_MONTH, SPENDING_BY_PURPOSE, SPENDING_BY_TOWN
from services.payroll.projections.town_money import RESERVE_FUNDS, TOWN_FUNDS, TOWN_PAYMENTS, TOWN_PURCHASES
from services.payroll.projections.traces import SLIP_MONEY
from services.payroll.projections.waiting import BANK_RETURNS, PAYSLIP_CONTESTS, SLIP_REVERSALS
from services.payroll.projections.work import OFFICER_WORK

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
    TOWN_PURCHASES,
    TOWN_FUNDS,
    RESERVE_FUNDS,
    TOWN_PAYMENTS,
    INVOICES,
    CONTRACTOR_PAYABLES,
    MISUSES,
)
MODELS: Final = (
    OFFICERS,
    ACCOUNTS,
    PAYSLIPS,
    SLIPS,
    RUNS,
    BANK_FILES,
    HELD_LINES,
    BANK_RETURNS,
    SLIP_REVERSALS,
    PAYSLIP_CONTESTS,
    DECLARATIONS,
    POSTS,
    POSTS_BY_TOWN,
    LAST_ALLOTMENT,
    MOVES,
    CERTIFICATES,
    ABSENCES,
    ATTENDANCE,
    RECRUITMENTS,
    CANDIDATES,
    DUE,
    APPRAISALS,
    OFFICER_WORK,
    *_MONEY,
)
