"""How delivered care is judged: devices' clocks, ratings, the month's plan (二(三), 一(三) 满意度); figures are the pack's."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol

import msgspec

from services.contracts.months import Month


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """By which channels a household may rate, for which reasons, until how many days after the visit."""

    channels: frozenset[str]
    reasons: frozenset[str]
    days_max: int


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``delivery``.

    `skew_seconds_max`: a device whose clock is off by more is shown. `visits_max`: an officer is full with so many
    visits a month; `close_days`: so many days after its end a month is looked at, so that late batches still count.
    """

    rating: Rating
    skew_seconds_max: int
    visits_max: int
    close_days: int

    def close_on(self, month: Month) -> date:
        """The last day on which visits of a month are still awaited."""
        return month.last_day + timedelta(days=self.close_days)


class WorkNorm(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of administrative work must show: whole minutes for each piece, pieces of evidence."""

    minutes_min: int
    evidence_min: int


class WorkStandard(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``work_standard``: the six administrative works of 二(三)."""

    works: dict[str, WorkNorm]


def work_points_missed(norm: WorkNorm, *, minutes: int, quantity: int, evidence_count: int) -> tuple[str, ...]:
    """Which points of its standard a piece of work misses (二(三)); empty when it meets it."""
    missed = []
    if minutes < norm.minutes_min * quantity:
        missed.append("minutes")
    if evidence_count < norm.evidence_min:
        missed.append("evidence")
    return tuple(missed)


def due_on(month: Month, nth: int, planned: int) -> date | None:
    """The last day of the `nth` of `planned` visits that lie evenly in a month; None beyond the plan."""
    if not 1 <= nth <= planned:
        return None
    days = (month.last_day - month.first_day).days + 1
    return month.first_day + timedelta(days=-(-days * nth // planned) - 1)


class Visited(Protocol):
    """A household as the month's plan sees it; `officer` answers for it."""

    @property
    def household_no(self) -> str: ...
    @property
    def committee(self) -> str: ...
    @property
    def officer(self) -> str: ...
    @property
    def visits_per_month(self) -> int: ...


class Able(msgspec.Struct, frozen=True, kw_only=True):
    """An officer to whom visits may be given: committees of the duty, visits a month already in hand."""

    officer: str
    committees: frozenset[str] = frozenset()
    visits_per_month: int = 0


def assigned(
    households: Iterable[Visited], officers: Sequence[Able], *, visits_max: int
) -> dict[str, tuple[Visited, ...]]:
    """Every household's visits to one officer (四(二) 确保事有人管): by distance of duty, then by caseload, then by number.

    Distance: who answers for the household, then an officer of its committee, then any of the town; whoever would be
    over `visits_max` comes after all others. An officer's committees are those the duty names and those of the
    households in hand. The same whatever order households and officers come in; `officers` must not be empty.
    """
    wanted = sorted(households, key=lambda household: household.household_no)
    committees = {one.officer: set(one.committees) for one in officers}
    for household in wanted:
        if household.officer in committees:
            committees[household.officer].add(household.committee)
    load = {one.officer: one.visits_per_month for one in officers}
    given: dict[str, list[Visited]] = {number: [] for number in sorted(load)}
    for household in wanted:

        def rank(number: str, household: Visited = household) -> tuple[bool, int, int, str]:
            near = 0 if number == household.officer else 1 if household.committee in committees[number] else 2
            return load[number] + household.visits_per_month > visits_max, near, load[number], number

        chosen = min(given, key=rank)
        given[chosen].append(household)
        load[chosen] += household.visits_per_month
    return {number: tuple(taken) for number, taken in given.items() if taken}
