"""Months that are known to be paid as due, so that a run need not compute them again; it changes no result.

Most months of most officers are steady: one post for the whole month and no absence. What such a month owes depends on few
values, so it is kept by them for a run's many officers; a month whose paid sums are exactly those has no difference.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from services.contracts.money import Fen
from services.contracts.months import Month
from services.payroll.pay.due import appraisal_in, certificate_in, full_years
from services.payroll.pay.insurance import insurance_lines
from services.payroll.pay.parts import full_month
from services.payroll.pay.slip import LineKey, OfficerPay, PacksOf
from services.payroll.pay.timeline import Span, Timeline, in_force
from services.payroll.rules import Insurance, PayPacks, PayScale

_FOREVER: Final = date.max
Sums = dict[LineKey, int]


class Steady:
    """Finds an officer's earlier months that need computing. Mutable: it remembers what equal values owe.

    For one set of packs: another `packs_of` needs another `Steady`.
    """

    def __init__(self, packs_of: PacksOf) -> None:
        self._packs_of = packs_of
        self._months: dict[int, _MonthView] = {}
        # By identity of scale and insurance: `_months` keeps both alive, and a rule book gives the same for months on end.
        self._parts: dict[tuple[int, str, int, str, int], Sums] = {}
        self._insured: dict[tuple[int, int], Sums] = {}

    def __call__(self, officer: OfficerPay, month: Month) -> list[Month]:
        """The months before `month` since take-over that are not known to be paid exactly as they are due."""
        timeline, paid_by = officer.timeline, {_index(one): sums for one, sums in officer.paid.items()}
        changes, found = _changes(timeline), []
        owed: tuple[Sums, Sums] | None = None
        before: PayPacks | None = None
        for index in range(_index(timeline.paid_through_month) + 1, _index(month)):
            view = self._view(index)
            packs = view.packs
            same = before is not None and packs.scale is before.scale and packs.insurance is before.insurance
            if not same or index in changes or index % 12 == _anniversary(timeline):
                owed = self._owed(timeline, view)
            before = packs
            paid = paid_by.get(index)
            if owed is None or paid is None or not _exactly(paid, *owed):
                found.append(view.month)
        return found

    def _view(self, index: int) -> "_MonthView":
        view = self._months.get(index)
        if view is None:
            month = Month(index // 12, index % 12 + 1)
            view = self._months[index] = _MonthView(month, self._packs_of(month))
        return view

    def _owed(self, timeline: Timeline, view: "_MonthView") -> tuple[Sums, Sums] | None:
        """What the month owes when it is steady; a doubt is a no, for then it is computed."""
        packs, first, last = view.packs, view.month.first_day, view.month.last_day
        posts = [one for one in timeline.posts if _touches(one, first, last)]
        if len(posts) != 1 or posts[0].from_on > first or (posts[0].until_on or _FOREVER) < last:
            return None
        base = in_force(timeline.bases, view.month)
        mode = packs.modes.modes.get(posts[0].contract_mode)
        if base is None or not base.base_fen or mode is None or not mode.insured:
            return None
        if any(_touches(one, first, last) for one in timeline.absences):
            return None
        held = certificate_in(timeline.certificates, view.month)
        appraised = appraisal_in(timeline.appraisals, view.month)
        parts = self._parts_of(
            packs.scale,
            posts[0].position,
            full_years(timeline.service_from_on, first),
            held.qualification if held else packs.scale.no_qualification,
            appraised.coefficient_permille if appraised else packs.scale.unappraised_permille,
        )
        return parts, self._insured_of(base.base_fen, packs.insurance)

    def _parts_of(self, scale: PayScale, position: str, years: int, qualification: str, coefficient: int) -> Sums:
        key = (id(scale), position, years, qualification, coefficient)
        known = self._parts.get(key)
        if known is None:
            parts = full_month(scale, position, years, qualification, coefficient)
            known = self._parts[key] = {("part", code): fen for code, fen in parts.items() if fen}
        return known

    def _insured_of(self, base_fen: Fen, insurance: Insurance) -> Sums:
        key = (id(insurance), base_fen)
        known = self._insured.get(key)
        if known is None:
            personal, employer = insurance_lines(base_fen, insurance)
            known = self._insured[key] = {
                (side, one.code): one.amount_fen
                for side, amounts in (("personal", personal), ("employer", employer))
                for one in amounts
            }
        return known


class _MonthView:
    """A month with its packs, at hand."""

    __slots__ = ("month", "packs")

    def __init__(self, month: Month, packs: PayPacks) -> None:
        self.month = month
        self.packs = packs


def _index(month: Month) -> int:
    return month.year * 12 + month.number - 1


def _day_index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _anniversary(timeline: Timeline) -> int:
    """The month of the year (0…) on whose first day another full year of service begins to count."""
    began = timeline.service_from_on
    return (began.month - 1 if began.day == 1 else began.month) % 12


def _changes(timeline: Timeline) -> set[int]:
    """Months in which something else may hold than in the month before, anniversaries apart."""
    return set(_change_months(timeline))


def _change_months(timeline: Timeline) -> Iterator[int]:
    for one in timeline.posts + timeline.absences:
        from_index = _day_index(one.from_on)
        yield from (from_index, from_index + 1)
        if one.until_on is not None:
            until_index = _day_index(one.until_on)
            yield from (until_index, until_index + 1)
    for held in timeline.certificates:
        yield _day_index(held.from_on) + 1
        if held.until_on is not None:
            yield _day_index(held.until_on) + 1
    for appraised in timeline.appraisals:
        yield appraised.year * 12 + appraised.quarter * 3
    for base in timeline.bases:
        yield _index(base.from_month)


def _touches(one: Span, first: date, last: date) -> bool:
    return one.from_on <= last and (one.until_on is None or first <= one.until_on)


def _exactly(paid: Mapping[LineKey, int], parts: Sums, insured: Sums) -> bool:
    return len(paid) == len(parts) + len(insured) and parts.items() <= paid.items() and insured.items() <= paid.items()
