"""How service work is bought (财政部令第102号): methods, terms, what a contract's mode goes against, quality, verdicts."""

from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen, times_ratio
from services.contracts.months import Month


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """A contract's mode; `conflict` is the article it goes against, empty when none."""

    zh: str
    en: str
    conflict: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict of the yearly evaluation, from a score on."""

    verdict: str
    score_min: int


class Contracting(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``contracting``.

    `term_months_max`: the usual ceiling of a contract's term; `long_term_months_max`: with a reason and a document
    (art. 24). `grades`: quality grade → factor in per mille. `verdicts`: from the best to the last, which is for the rest.
    """

    kinds: frozenset[str]
    methods: frozenset[str]
    modes: dict[str, Mode]
    term_months_max: int
    long_term_months_max: int
    grades: dict[str, int]
    verdicts: Annotated[tuple[Verdict, ...], Meta(min_length=1)]

    def mode(self, name: str) -> Mode:
        mode = self.modes.get(name)
        if mode is None:
            raise CommandRejected("mode-unknown", f"没有合同方式 {name}", f"there is no contract mode {name}")
        return mode

    def factor_permille(self, grade: str) -> int:
        factor = self.grades.get(grade)
        if factor is None:
            raise CommandRejected("grade-unknown", f"没有质量等级 {grade}", f"there is no quality grade {grade}")
        return factor

    def verdict(self, score: int) -> str:
        return next((one.verdict for one in self.verdicts if score >= one.score_min), self.verdicts[-1].verdict)


def last_day_of_term(from_on: date, months: int) -> date:
    """The last day of a term of whole months that begins on a day: 2026-03-01 and 12 months end on 2027-02-28.

    Where the month at the end has no such day, it ends with that month. A term beyond the calendar has no end.
    """
    if from_on.year + months // 12 + 1 > date.max.year:
        return date.max
    month = Month.of(from_on).plus(months)
    if from_on.day > month.last_day.day:
        return month.last_day
    return month.first_day.replace(day=from_on.day) - timedelta(days=1)


def payable(quantity: int, price_fen: Fen, factor_permille: int) -> Fen:
    """Quantity × price × quality, rounded half up to the fen (验收: 数量 × 质量)."""
    return times_ratio(Fen(quantity * price_fen), factor_permille, 1000)
