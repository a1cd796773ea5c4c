"""Payroll's dated rules as its facts of adoption state them, read with audit's own eyes; it computes no pay.

Only what recomputation needs of a pack is read. Which packs were known at an instant follows from when each was adopted.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

import msgspec

from services.audit.recomputation.told import READING, Told
from services.contracts.audit import Evidence
from services.contracts.calendar import WorkingCalendar
from services.contracts.months import Month
from services.contracts.payroll import RulePackAdopted
from services.contracts.rulebook import AdoptedPack, NoRule, RuleBook


class Sum(msgspec.Struct, frozen=True):
    """What a position or a qualification adds a month."""

    amount_fen: int


class Scale(msgspec.Struct, frozen=True):
    """The five parts (二(四))."""

    base_fen: int
    positions: dict[str, Sum]
    service_year_fen: int
    service_years_max_fen: int
    qualifications: dict[str, Sum]
    no_qualification: str
    performance_standard_fen: int
    unappraised_permille: int


class Line(msgspec.Struct, frozen=True):
    """One insurance: rates, fixed sums, rounding, and its own limits of the base where it has some."""

    code: str
    employer_basis_points: int
    personal_basis_points: int
    employer_fixed_fen: int
    personal_fixed_fen: int
    rounding: Literal["half_up", "up", "down"]
    rounding_unit_fen: int
    floor_fen: int | None = None
    ceiling_fen: int | None = None


class Insurance(msgspec.Struct, frozen=True):
    """The insurances of a place (社会保险法 art. 12), and from which day to which one joins and leaves."""

    floor_fen: int
    ceiling_fen: int
    lines: tuple[Line, ...]
    join_last_day: int = 31
    leave_first_day: int = 1


class Bracket(msgspec.Struct, frozen=True):
    """A row of the annual table (个人所得税预扣率表一)."""

    up_to_fen: int | None
    rate_basis_points: int
    quick_deduction_fen: int


class AtOnce(msgspec.Struct, frozen=True):
    """公告2020年第19号 art. 1."""

    months: int
    income_max_fen: int
    deduction_fen: int


class Tax(msgspec.Struct, frozen=True):
    """公告2018年第61号 art. 6, 公告2020年第13号 art. 1."""

    basic_deduction_fen_per_month: int
    brackets: tuple[Bracket, ...]
    first_job_from_january: bool = False
    at_once: AtOnce | None = None


class Share(msgspec.Struct, frozen=True):
    """What of pay is left, from so many years of service on."""

    years_min: int
    pay_permille: int


class Term(msgspec.Struct, frozen=True):
    """For how many days, from so many years of service on."""

    years_min: int
    term_days: int


class Kind(msgspec.Struct, frozen=True):
    """A kind of absence: which parts it takes, what it leaves of them, for how long, and what it is after that."""

    parts: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    long_after_days: int | None = None
    long_shares: tuple[Share, ...] = ()
    floor_permille: int = 0
    terms: tuple[Term, ...] = ()
    more_days: dict[str, int] = {}
    beyond: str = ""


class Attendance(msgspec.Struct, frozen=True):
    """The kinds of absence, and the days of a month's wage (劳社部发〔2008〕3号)."""

    wage_days_hundredths: int
    kinds: dict[str, Kind]


class Mode(msgspec.Struct, frozen=True):
    """Who pays, withholds and insures under a contract's mode."""

    payer: str
    withholding_agent: str
    insured_unit: str
    insured: bool


class Modes(msgspec.Struct, frozen=True):
    """The contract modes there are."""

    modes: dict[str, Mode]


class Guards(msgspec.Struct, frozen=True):
    """工资支付暂行规定 art. 16, 最低工资规定 art. 12."""

    minimum_wage_fen: int
    without_parts: tuple[str, ...]
    with_personal_insurance: bool
    take_back_permille: int


class Funding(msgspec.Struct, frozen=True):
    """The order in which the four sources are charged (三)."""

    order: tuple[str, ...]


NAMES: Final = (
    "pay_scale", "insurance", "income_tax", "funding", "attendance", "contract_modes", "pay_guards", "calendar",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Packs:
    """All rules of a month. `named` is what a fact that was computed by them says; `evidence` their adoptions by name."""

    scale: Scale
    insurance: Insurance
    tax: Tax
    funding: Funding
    attendance: Attendance
    modes: Modes
    guards: Guards
    calendar: WorkingCalendar
    named: str
    evidence: dict[str, Evidence]


@dataclass(slots=True)
class PackShelf:
    """Every adopted pack, by when it became known. Mutable."""

    adopted: list[Told[RulePackAdopted]] = field(default_factory=list)
    _books: dict[int, RuleBook] = field(default_factory=dict)
    _packs: dict[tuple[int, Month], Packs | None] = field(default_factory=dict)
    _alike: dict[tuple[str, ...], Packs] = field(default_factory=dict)

    def add(self, adopted: Told[RulePackAdopted]) -> None:
        self.adopted.append(adopted)
        self._books.clear()
        self._packs.clear()

    def on(self, month: Month, at: datetime) -> Packs | None:
        """The rules in force on the month's first day by what was adopted up to `at`; None while one is missing."""
        known = [one for one in self.adopted if one.at <= at]
        key = (len(known), month)
        if key not in self._packs:
            self._packs[key] = self._read(known, month)
        return self._packs[key]

    def stated(self, month: Month, at: datetime, named: str) -> Packs | None:
        """Those a fact of `at` names, where they are what was in force by what could be known then; else those of `at`."""
        now = self.on(month, at)
        if now is not None and now.named == named:
            return now
        for other in (self.on(month, at - READING), self.on(month, at + READING)):
            if other is not None and other.named == named:
                return other
        return now

    def _read(self, known: list[Told[RulePackAdopted]], month: Month) -> Packs | None:
        book = self._books.get(len(known))
        if book is None:
            book = self._books[len(known)] = RuleBook(tuple(_adopted(one.fact) for one in known))
        day = month.first_day
        try:
            found = {name: book.adopted(name, day) for name in NAMES}
        except NoRule:
            return None
        evidence = {
            name: next(one.evidence for one in known if (one.fact.name, one.fact.version) == (name, pack.version))
            for name, pack in found.items()
        }
        # The same adoptions are the same rules: months on end share them.
        same = tuple(one.event_id for one in evidence.values())
        if same not in self._alike:
            self._alike[same] = Packs(
                scale=book.on("pay_scale", day, Scale),
                insurance=book.on("insurance", day, Insurance),
                tax=book.on("income_tax", day, Tax),
                funding=book.on("funding", day, Funding),
                attendance=book.on("attendance", day, Attendance),
                modes=book.on("contract_modes", day, Modes),
                guards=book.on("pay_guards", day, Guards),
                calendar=book.on("calendar", day, WorkingCalendar),
                named=" ".join(f"{name}@{pack.version}" for name, pack in found.items()),
                evidence=evidence,
            )
        return self._alike[same]


def _adopted(fact: RulePackAdopted) -> AdoptedPack:
    return AdoptedPack(
        name=fact.name,
        version=fact.version,
        valid_from=fact.valid_from,
        citation=fact.citation,
        sample=fact.sample,
        content=fact.content,
    )
