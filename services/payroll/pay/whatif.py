"""Past months replayed under other rules, and what would have been different per person, town and source; it writes nothing.

Both sides are replayed from take-over by the same functions that drafted the runs, with today's knowledge of the officers,
so unchanged rules make no difference of a fen.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PayLine
from services.payroll.pay.charging import PURPOSES, DocumentLeft, NotEnough, Purse, in_order, wanted
from services.payroll.pay.slip import OfficerPay, PacksOf, Pay, slip
from services.payroll.pay.steady import Steady
from services.payroll.pay.timeline import Timeline

# The source that a line is put on when the replayed budget has no money left for it.
SHORT: Final = "short"


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's slip of one month as replayed, its lines charged."""

    officer: str
    town: str
    month: Month
    pay: Pay
    lines: tuple[PayLine, ...]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What slips add up to."""

    gross_fen: Fen
    personal_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    employer_fen: Fen
    cost_fen: Fen


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One person, town or month by the rules in force and by the others; `difference_fen` is that of cost."""

    key: str
    in_force: Figures
    otherwise: Figures
    difference_fen: Fen


class ComparedSource(msgspec.Struct, frozen=True, kw_only=True):
    """What a source would have been charged; ``short`` is what no document had money for."""

    source: str
    in_force_fen: Fen
    otherwise_fen: Fen
    difference_fen: Fen


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: totals, then by person, town, month and source, each in the order of its key."""

    total: Compared
    persons: tuple[Compared, ...]
    towns: tuple[Compared, ...]
    months: tuple[Compared, ...]
    sources: tuple[ComparedSource, ...]


def replay(
    timelines: Iterable[Timeline], documents: Iterable[DocumentLeft], packs_of: PacksOf, last: Month
) -> tuple[Replayed, ...]:
    """Every slip from take-over to `last`, month by month in officer order, as runs would have drafted them."""
    officers = [OfficerPay.unpaid(one) for one in sorted(timelines, key=lambda one: one.officer)]
    if not officers:
        return ()
    booked, left, packs_of = tuple(documents), dict[int, tuple[DocumentLeft, ...]](), cache(packs_of)
    steady, found = Steady(packs_of), list[Replayed]()
    month = min(one.paid_through_month for one in officers).plus(1)
    while month <= last:
        if month.year not in left:
            left[month.year] = in_order(booked, month.year, packs_of(month).funding.order)
        due: list[tuple[str, str, Pay]] = []
        for index, one in enumerate(officers):
            pay = slip(one, packs_of, month, steady) if one.paid_through_month < month else None
            post = one.timeline.last_post(month)
            if pay is not None and post is not None:
                due.append((one.officer, post.town, pay))
                officers[index] = one.after(pay, month)
        lines, left[month.year] = _charged([pay.lines for _, _, pay in due], left[month.year])
        found += [
            Replayed(officer=officer, town=town, month=month, pay=pay, lines=mine)
            for (officer, town, pay), mine in zip(due, lines, strict=True)
        ]
        month = month.plus(1)
    return tuple(found)


def _charged(
    slips: list[tuple[PayLine, ...]], documents: tuple[DocumentLeft, ...]
) -> tuple[list[tuple[PayLine, ...]], tuple[DocumentLeft, ...]]:
    """A month's slips charged, and the documents after it; what they lack is put on `SHORT`."""
    try:
        purse = Purse(documents, wanted(slips))
        return [purse.charge_slip(lines) for lines in slips], purse.left()
    except NotEnough:
        lacking = DocumentLeft(
            year=0,
            source=SHORT,
            document="",
            purposes=tuple(PURPOSES.values()),
            left_fen=Fen(sum(wanted(slips).values())),
        )
        purse = Purse((*documents, lacking), wanted(slips))
        charged = [purse.charge_slip(lines) for lines in slips]
        return charged, tuple(one for one in purse.left() if one.source != SHORT)


def compare(in_force: Iterable[Replayed], otherwise: Iterable[Replayed], first: Month) -> WhatIf:
    """Both replays side by side, from `first` on."""
    now = [one for one in in_force if one.month >= first]
    other = [one for one in otherwise if one.month >= first]
    return WhatIf(
        total=_compared("", now, other),
        persons=_by(lambda one: one.officer, now, other),
        towns=_by(lambda one: one.town, now, other),
        months=_by(lambda one: str(one.month), now, other),
        sources=_by_source(now, other),
    )


def _by(key: Callable[[Replayed], str], now: list[Replayed], other: list[Replayed]) -> tuple[Compared, ...]:
    sides: tuple[dict[str, list[Replayed]], dict[str, list[Replayed]]] = ({}, {})
    for side, slips in zip(sides, (now, other), strict=True):
        for one in slips:
            side.setdefault(key(one), []).append(one)
    return tuple(_compared(one, sides[0].get(one, []), sides[1].get(one, [])) for one in sorted({*sides[0], *sides[1]}))


def _compared(key: str, now: list[Replayed], other: list[Replayed]) -> Compared:
    left, right = _figures(now), _figures(other)
    return Compared(
        key=key, in_force=left, otherwise=right, difference_fen=Fen(right.cost_fen - left.cost_fen)
    )  # fmt: skip


def _figures(slips: list[Replayed]) -> Figures:
    pays = [one.pay for one in slips]
    return Figures(
        gross_fen=Fen(sum(pay.gross_fen for pay in pays)),
        personal_fen=Fen(sum(pay.personal_fen for pay in pays)),
        tax_fen=Fen(sum(pay.tax_fen for pay in pays)),
        net_fen=Fen(sum(pay.net_fen for pay in pays)),
        employer_fen=Fen(sum(pay.employer_fen for pay in pays)),
        cost_fen=Fen(sum(pay.cost_fen for pay in pays)),
    )


def _by_source(now: list[Replayed], other: list[Replayed]) -> tuple[ComparedSource, ...]:
    left, right = _charges(now), _charges(other)
    return tuple(
        ComparedSource(
            source=source,
            in_force_fen=Fen(left.get(source, 0)),
            otherwise_fen=Fen(right.get(source, 0)),
            difference_fen=Fen(right.get(source, 0) - left.get(source, 0)),
        )
        for source in sorted({*left, *right})
    )


def _charges(slips: list[Replayed]) -> Mapping[str, int]:
    sums: dict[str, int] = {}
    for one in slips:
        for line in one.lines:
            for charge in line.charges:
                sums[charge.source] = sums.get(charge.source, 0) + charge.amount_fen
    return sums
