"""Absences of a month by kind: working days by the calendar, and the share of pay left for them; it computes no pay."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, TypeVar

from services.contracts.calendar import WorkingCalendar
from services.contracts.money import Fen
from services.contracts.payroll import AbsenceDays
from services.payroll.pay.parts import PER_MILLE, full_month
from services.payroll.pay.timeline import Absent
from services.payroll.rules import AbsenceKind, PayPacks, Share, Term

_DAY: Final = timedelta(days=1)
_Row = TypeVar("_Row", Share, Term)


def absence_days(
    absences: tuple[Absent, ...],
    worked: Iterable[tuple[date, str]],
    packs: PayPacks,
    *,
    service_years: int,
    qualification: str,
    coefficient_permille: int,
) -> tuple[AbsenceDays, ...]:
    """The month's absences by kind, share and fact. `worked`: the working days on post, each with the position held.

    For each day the last entry that covers it counts.
    """
    counted: dict[tuple[str, int, int], int] = {}
    for day, position in worked:
        covering = [one for one in absences if one.covers(day)]
        if not covering:
            continue
        latest = max(covering, key=lambda one: one.behind)
        code = _kind_on(latest, absences, day, packs, service_years)
        kind = packs.attendance.kinds[code]
        permille = _share(kind, (day - _began(latest, absences, packs.calendar)).days, service_years)
        monthly = full_month(packs.scale, position, service_years, qualification, coefficient_permille)
        permille = max(permille, _floor_permille(kind, monthly, packs.guards.minimum_wage_fen))
        key = (code, permille, latest.behind)
        counted[key] = counted.get(key, 0) + 1
    return tuple(
        AbsenceDays(kind=code, workdays=days, pay_permille=permille, behind_version=behind)
        for (code, permille, behind), days in sorted(counted.items())
        if packs.attendance.kinds[code].parts
    )


def _began(one: Absent, absences: tuple[Absent, ...], calendar: WorkingCalendar) -> date:
    """The first day of an absence: a note goes on with another of its kind when no working day lies between the two."""
    began = one.from_on
    while True:
        reached = began - _DAY
        earlier = [other for other in absences if other.kind == one.kind and other.from_on < began]
        while earlier and not any(other.covers(reached) for other in earlier) and not calendar.is_workday(reached):
            reached -= _DAY
        before = [other for other in earlier if other.covers(reached)]
        if not before:
            return began
        began = min(other.from_on for other in before)


def _kind_on(one: Absent, absences: tuple[Absent, ...], day: date, packs: PayPacks, service_years: int) -> str:
    """The kind that counts on `day`: the entry's own, or what follows when its term is over."""
    kind = packs.attendance.kinds[one.kind]
    term = _row(kind.terms, service_years)
    if term is None:
        return one.kind
    days = term.term_days + sum(kind.more_days.get(ground, 0) for ground in one.grounds)
    return one.kind if (day - _began(one, absences, packs.calendar)).days < days else kind.beyond


def _share(kind: AbsenceKind, days_before: int, service_years: int) -> int:
    long = kind.long_after_days is not None and days_before >= kind.long_after_days
    row = _row(kind.long_shares if long else kind.shares, service_years)
    return PER_MILLE if row is None else row.pay_permille


def _row(rows: tuple[_Row, ...], service_years: int) -> _Row | None:
    known = [row for row in rows if row.years_min <= service_years]
    return max(known, key=lambda row: row.years_min, default=None)


def _floor_permille(kind: AbsenceKind, monthly: dict[str, int], minimum_wage_fen: Fen) -> int:
    """The least share by which a whole month of this kind is not below its share of the minimum wage (劳部发〔1995〕309号 59)."""
    reduced = sum(amount_fen for code, amount_fen in monthly.items() if code in kind.parts)
    if not kind.floor_permille or not reduced:
        return 0
    kept = sum(monthly.values()) - reduced
    missing = minimum_wage_fen * kind.floor_permille - kept * PER_MILLE
    return min(PER_MILLE, max(0, -(-missing // reduced)))
