"""What is known of an officer over time: the one input of pay beside the packs; folded elsewhere, computes nothing.

Every entry carries `behind`, the version of the officer's stream that said so. Later facts about the same days are later
entries: whoever reads takes the last one that covers the day.
"""

from datetime import date
from typing import TypeVar

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import YearToDate

NOTHING_YET = YearToDate(months=0, income_fen=Fen(0), insurance_fen=Fen(0), special_fen=Fen(0), tax_fen=Fen(0))


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Days from `from_on` to `until_on`, both included; without `until_on` it goes on."""

    from_on: date
    until_on: date | None = None
    behind: int = 0

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)

    def days_in(self, month: Month) -> int:
        """How many days of `month` lie in the span."""
        first = max(self.from_on, month.first_day)
        last = min(self.until_on or month.last_day, month.last_day)
        return max(0, (last - first).days + 1)


class InPost(Span, frozen=True, kw_only=True):
    """On a post of a town in a position, under a contract's mode (direct post, service contract …)."""

    town: str
    post_no: str
    position: str
    contract_mode: str


class Certified(Span, frozen=True, kw_only=True):
    """Holding a professional qualification (助理社会工作师 / 社会工作师 / 高级社会工作师); `until_on` is its expiry."""

    qualification: str


class Absent(Span, frozen=True, kw_only=True):
    """Absent for a reason of the attendance pack (sick, maternity, unpaid …)."""

    kind: str


class Appraisal(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmed quarter and the coefficient it set."""

    year: int
    quarter: int
    coefficient_permille: int
    behind: int = 0

    @property
    def last_month(self) -> Month:
        return Month(self.year, self.quarter * 3)


class ContributionBase(msgspec.Struct, frozen=True, kw_only=True):
    """The insurance base from a month on: last year's own average, or a new hire's first month (社会保险法 art. 12)."""

    from_month: Month
    base_fen: Fen
    behind: int = 0


class SpecialDeduction(msgspec.Struct, frozen=True, kw_only=True):
    """Special additional deductions (专项附加扣除) a month, from a month on; zero ends them."""

    from_month: Month
    monthly_fen: Fen
    behind: int = 0


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """One officer. `version`: the stream as read. `service_from_on`: from when years of service count.

    `paid_through_month`: the last month that somebody else paid, before take-over; `year_to_date` are that tax year's
    sums up to it. For an officer appointed here it is the month before the appointment, with nothing to date.
    """

    officer: str
    version: int
    bank_account_pseudonym: str
    service_from_on: date
    service_behind: int
    posts: tuple[InPost, ...]
    certificates: tuple[Certified, ...]
    absences: tuple[Absent, ...]
    appraisals: tuple[Appraisal, ...]
    bases: tuple[ContributionBase, ...]
    deductions: tuple[SpecialDeduction, ...]
    paid_through_month: Month
    year_to_date: YearToDate


_FromMonth = TypeVar("_FromMonth", ContributionBase, SpecialDeduction)


def in_force(entries: tuple[_FromMonth, ...], month: Month) -> _FromMonth | None:
    """The entry that counts in `month`: the latest month not after it, the last said of that month."""
    known = [one for one in entries if one.from_month <= month]
    return max(known, key=lambda one: (one.from_month, one.behind), default=None)
