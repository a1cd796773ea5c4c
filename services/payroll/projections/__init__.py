"""Payroll's read models, a module per kind of row; they hold no personal field."""

from typing import Final

from services.payroll.projections.appraisals import APPRAISALS
from services.payroll.projections.funds import FUNDS
from services.payroll.projections.moves import MOVES
from services.payroll.projections.officers import OFFICERS
from services.payroll.projections.papers import ABSENCES, ATTENDANCE, CERTIFICATES, DUE
from services.payroll.projections.payslips import PAYSLIPS
from services.payroll.projections.posts import POSTS, POSTS_BY_TOWN
from services.payroll.projections.recruitment import CANDIDATES, RECRUITMENTS
from services.payroll.projections.runs import RUNS
from services.payroll.projections.work import OFFICER_WORK

MODELS: Final = (
    OFFICERS,
    PAYSLIPS,
    RUNS,
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
