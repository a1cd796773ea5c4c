"""What is known of an officer over time, folded from facts alone; refuses nothing, computes no pay.

Place, position and contract mode change apart from each other, in whatever order they become known; the spells on a
post that pay reads are their product, so that an approval that comes late gives the same as one that came in time.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from services.contracts.months import Month
from services.contracts.payroll import YearToDate
from services.payroll.pay import (
    NOTHING_YET,
    Absent,
    Appraisal,
    Certified,
    ContributionBase,
    InPost,
    SpecialDeduction,
    TaxStanding,
)

_DAY = timedelta(days=1)


class Since(msgspec.Struct, frozen=True, array_like=True):
    """What holds from a day on: a position, a contract's mode, or a post and its town (`code` is the post)."""

    from_on: date
    code: str
    behind: int
    town: str = ""


class Reserved(msgspec.Struct, frozen=True, kw_only=True):
    """A post kept for this officer."""

    post_no: str
    town: str
    person: str
    free_from_on: date | None = None


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A move or added duty that a town reported, and the bureau has not decided."""

    kind: str
    to_town: str
    since_on: date


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """An officer as decisions and pay need it. `version` counts the facts of the stream; `officer` is empty before the first post.

    Certificates, absences and reports by their number; a report only until it is decided.
    """

    version: int = 0
    officer: str = ""
    person: str = ""
    bank_account_pseudonym: str = ""
    phone_pseudonym: str = ""
    appointed_on: date | None = None
    service_from_on: date | None = None
    service_behind: int = 0
    places: tuple[Since, ...] = ()
    positions: tuple[Since, ...] = ()
    modes: tuple[Since, ...] = ()
    last_day_on: date | None = None
    left_behind: int = 0
    certificates: dict[str, Certified] = {}
    expired: tuple[str, ...] = ()
    absences: dict[str, Absent] = {}
    appraisals: tuple[Appraisal, ...] = ()
    bases: tuple[ContributionBase, ...] = ()
    deductions: tuple[SpecialDeduction, ...] = ()
    tax_standings: tuple[TaxStanding, ...] = ()
    reserved: Reserved | None = None
    reports: dict[str, Reported] = {}
    decided: tuple[str, ...] = ()
    paid_through_month: Month | None = None
    year_to_date: YearToDate = NOTHING_YET

    @property
    def place(self) -> Since:
        """The last post and its town."""
        return self.places[-1]

    @property
    def town(self) -> str:
        return self.places[-1].town if self.places else ""

    @property
    def posts(self) -> tuple[InPost, ...]:
        """Spells on a post, in their order and without a gap, from the appointment to the last day."""
        if not self.places:
            return ()
        begun = self.places[0].from_on
        days = {max(begun, one.from_on) for one in (*self.places, *self.positions, *self.modes)}
        starts = sorted(day for day in days if self.last_day_on is None or day <= self.last_day_on)
        ends = [*(day - _DAY for day in starts[1:]), self.last_day_on]
        return tuple(self._spell(start, end) for start, end in zip(starts, ends, strict=True))

    def _spell(self, start: date, end: date | None) -> InPost:
        place, position, mode = (on(start, said) for said in (self.places, self.positions, self.modes))
        behind = max(place.behind, position.behind, mode.behind)
        return InPost(
            from_on=start,
            until_on=end,
            # Open again, the last spell rests on the fact that withdrew the exit.
            behind=max(behind, self.left_behind) if end == self.last_day_on else behind,
            town=place.town,
            post_no=place.code,
            position=position.code,
            contract_mode=mode.code,
        )

    def town_on(self, day: date) -> str:
        """The town where the officer was on a post on `day`; empty when nowhere."""
        return next((one.town for one in self.posts if one.covers(day)), "")


def on(day: date, said: Iterable[Since]) -> Since:
    """What holds on `day`: the latest that began, the last said of that day; before the first, the first."""
    entries = tuple(said)
    begun = [one for one in entries if one.from_on <= day]
    if not begun:
        return min(entries, key=lambda one: one.from_on)
    return max(begun, key=lambda one: (one.from_on, one.behind))
