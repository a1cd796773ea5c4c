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
    """Absent for a reason of the attendance pack (sick, maternity, unpaid …); `grounds` add days to the kind's term.

    A ground that holds twice stands twice (a second further child). A day that was no absence after all is covered by
    a later entry of a kind that reduces nothing.
    """

    kind: str
    grounds: tuple[str, ...] = ()


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


class TaxStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What the officer declared, or the take-over said, of a tax year; the last said of a year counts.

    `first_job`: first wages of the year, here (公告2020年第13号). `last_year_months` with this payer and
    `last_year_income_fen` of wages in them (公告2020年第19号); None where payroll's own slips are to say it.
    """

    year: int
    first_job: bool = False
    last_year_months: int | None = None
    last_year_income_fen: Fen | None = None
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
    tax_standings: tuple[TaxStanding, ...] = ()

    def year_before(self, year: int) -> YearToDate:
        """What somebody else paid in tax year `year` before take-over."""
        return self.year_to_date if self.paid_through_month.year == year else NOTHING_YET

    def last_post(self, month: Month) -> InPost | None:
        """The post of the last day up to the end of `month` that is spent on one."""
        begun = [one for one in self.posts if one.from_on <= month.last_day]
        return max(begun, key=lambda one: (min(one.until_on or date.max, month.last_day), one.behind), default=None)

    def months_on_post(self, first: Month, last: Month) -> tuple[Month, ...]:
        """The months from `first` to `last` with a day on post, in order."""
        found: set[Month] = set()
        for one in self.posts:
            month = max(first, Month.of(one.from_on))
            end = last if one.until_on is None else min(last, Month.of(one.until_on))
            while month <= end:
                found.add(month)
                month = month.plus(1)
        return tuple(sorted(found))


_FromMonth = TypeVar("_FromMonth", ContributionBase, SpecialDeduction)


def in_force(entries: tuple[_FromMonth, ...], month: Month) -> _FromMonth | None:
    """The entry that counts in `month`: the latest month not after it, the last said of that month."""
    known = [one for one in entries if one.from_month <= month]
    return max(known, key=lambda one: (one.from_month, one.behind), default=None)
