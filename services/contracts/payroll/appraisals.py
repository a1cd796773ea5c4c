"""Facts about appraisals (绩效考核, 二(四)): proposed from work facts, contested, ruled on, settled; they set performance pay."""

from datetime import date

import msgspec

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


class AppraisalPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One point of an appraisal: what was measured, and the facts it was measured on.

    `share_permille`: how much of the point was reached; null where nothing was to be measured, and then its weight is
    left out. `facts_sha256`: over the ids of the work facts, sorted, a line each.
    """

    code: str
    weight: int
    share_permille: int | None
    done_count: int
    of_count: int
    facts_count: int
    facts_sha256: str


@fact("payroll", "appraisal_proposed", subject="appraisal")
class AppraisalProposed(Fact, frozen=True, kw_only=True):
    """A quarter's grade as the rule gives it, from the work facts the log held up to `as_of_sequence` (one a partition)."""

    officer: str
    town: str
    year: int
    quarter: int
    points: tuple[AppraisalPoint, ...]
    score_permille: int
    grade: str
    as_of_sequence: tuple[int, ...]
    contest_until: date
    proposed_by: str
    pack_version: str


@fact("payroll", "appraisal_contested", subject="appraisal")
class AppraisalContested(Fact, frozen=True, kw_only=True):
    """The officer objects to one point, up to `contest_until`; `fact_ids` are facts that speak for it."""

    officer: str
    year: int
    quarter: int
    point: str
    reason: str
    fact_ids: tuple[str, ...]
    contested_by: str
    answer_by: date


@fact("payroll", "appraisal_ruled", subject="appraisal")
class AppraisalRuled(Fact, frozen=True, kw_only=True):
    """Somebody else ruled on a contested point; score and grade are what the rule gives with the point as ruled."""

    officer: str
    year: int
    quarter: int
    point: str
    upheld: bool
    share_permille: int | None
    reason: str
    score_permille: int
    grade: str
    ruled_by: str


@fact("payroll", "appraisal_settled", subject="appraisal")
class AppraisalSettled(Fact, frozen=True, kw_only=True):
    """A person who did not propose it confirmed the quarter's grade, or a later ruling changed it; pay follows by it."""

    officer: str
    town: str
    year: int
    quarter: int
    score_permille: int
    grade: str
    coefficient_permille: int
    work_counted: int
    contest_until: date
    settled_by: str
    pack_version: str


@fact("payroll", "year_appraised", subject="appraisal")
class YearAppraised(Fact, frozen=True, kw_only=True):
    """A year's grade from the mean of its settled quarters; it stands in the record and moves no month's pay."""

    officer: str
    year: int
    quarters: tuple[int, ...]
    score_permille: int
    grade: str
    confirmed_by: str
    pack_version: str
