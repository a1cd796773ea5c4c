"""Facts about appraisals (绩效考核, 二(四)): what sets the performance part of pay."""

from services.contracts.registry import Fact, fact


@fact("payroll", "appraisal_confirmed", subject="officer")
class AppraisalConfirmed(Fact, frozen=True, kw_only=True):
    """A quarter's appraisal, confirmed by a person; sets the performance coefficient (per mille) until the next."""

    officer: str
    year: int
    quarter: int
    grade: str
    coefficient_permille: int
    confirmed_by: str
    work_counted: int
