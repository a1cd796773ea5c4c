"""Payroll's read models, a module per kind of row; what is personal in them is sealed."""

from typing import Final

from services.payroll.projections.accounts import ACCOUNTS
from services.payroll.projections.appraisals import APPRAISALS
from services.payroll.projections.declarations import DECLARATIONS
from services.payroll.projections.funds import FUNDS
from services.payroll.projections.moves import MOVES
from services.payroll.projections.officers import OFFICERS
from services.payroll.projections.papers import ABSENCES, ATTENDANCE, CERTIFICATES, DUE
from services.payroll.projections.payslips import PAYSLIPS, SLIPS
from services.payroll.projections.posts import POSTS, POSTS_BY_TOWN
from services.payroll.projections.recruitment import CANDIDATES, RECRUITMENTS
from services.payroll.projections.runs import BANK_FILES, HELD_LINES, RUNS
from services.payroll.projections.work import OFFICER_WORK

MODELS: Final = (
    OFFICERS,
    ACCOUNTS,
    PAYSLIPS,
    SLIPS,
    RUNS,
    BANK_FILES,
    HELD_LINES,
    DECLARATIONS,
    FUNDS,
    POSTS,
    POSTS_BY_TOWN,
    MOVES,
    CERTIFICATES,
    ABSENCES,
    ATTENDANCE,
    RECRUITMENTS,
    CANDIDATES,
    DUE,
    APPRAISALS,
    OFFICER_WORK,
)
