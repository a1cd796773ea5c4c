"""Facts about an officer's objection to a slip, and finance's answer."""

from services.contracts.months import Month
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


@fact("payroll", "payslip_contested", subject="run")
class PayslipContested(Fact, frozen=True, kw_only=True):
    """The officer objects to a line of the own slip: its side and code, and what is wrong with it in own words."""

    month: Month
    officer: str
    contest_no: str
    side: str
    code: str
    statement: Personal


@fact("payroll", "payslip_contest_answered", subject="run")
class PayslipContestAnswered(Fact, frozen=True, kw_only=True):
    """Finance answered an objection: upheld or rejected. What it upholds is mended by facts of the officer and differences in the next run."""

    month: Month
    officer: str
    contest_no: str
    outcome: str
    answer: Personal
    answered_by: str
