"""One slip anew: what is due less what was paid (补发补扣, ADR 9), its limits and its tax; it compares nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.audit.recomputation.career import Career
from services.audit.recomputation.monthly import Owed, owed, whole_month
from services.audit.recomputation.pay_packs import Packs
from services.audit.recomputation.withholding import Asked, Sums, Withheld, withheld, within_limits
from services.contracts.months import Month
from services.contracts.payroll import Basis, PayslipComputed

LineOf = tuple[str, str, Month]
RulesOf = Callable[[Month], Packs]
SIDES: Final = ("part", "personal", "employer")


@dataclass(frozen=True, slots=True)
class PaidSlip:
    """A slip of an approved run; `reversed` when it had been taken back by the time of asking."""

    slip: PayslipComputed
    reversed: bool


@dataclass(slots=True)
class Paid:
    """What approved runs paid an officer before a month: by month and line, and by tax year. Mutable."""

    lines: dict[Month, dict[tuple[str, str], int]] = field(default_factory=dict)
    years: dict[int, Sums] = field(default_factory=dict)
    last: Month | None = None


def paid_by(career: Career, month: Month, slips: list[PaidSlip]) -> Paid:
    """`slips` in the order of their months. Of a slip taken back the month and its deductions stay: it was worked."""
    paid, others = Paid(), career.others_paid
    paid.last = career.others_paid_through(month)
    paid.years[paid.last.year] = Sums(
        others.months, others.income_fen, others.insurance_fen, others.special_fen, others.tax_fen
    )
    for one in slips:
        slip, counts = one.slip, int(not one.reversed)
        year = paid.years.get(slip.month.year, Sums())
        sums = {side: sum(line.amount_fen for line in slip.lines if line.side == side) for side in SIDES}
        paid.years[slip.month.year] = Sums(
            year.months + 1,
            year.income_fen + counts * sums["part"],
            year.insurance_fen + counts * sums["personal"],
            year.special_fen + slip.withholding.special_deduction_fen,
            year.tax_fen + counts * slip.tax_fen,
        )
        paid.last = max(paid.last, slip.month)
        for line in slip.lines if counts else ():
            of_month = paid.lines.setdefault(line.month, {})
            key = (line.side, line.code)
            of_month[key] = of_month.get(key, 0) + line.amount_fen
    return paid


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A slip as the facts have it: lines taken now and put off, what months rest on, the months' owed amounts."""

    lines: dict[LineOf, int]
    deferred: dict[LineOf, int]
    bases: dict[Month, Basis]
    notes: frozenset[str]


def slip_of(
    career: Career, month: Month, paid: Paid, rules: RulesOf, owed_in: Callable[[Month], Owed | None]
) -> Recomputed | None:
    """The slip of `month`; None when there is nothing to say. `owed_in` is `owed` of this career, known before or not."""
    dues = {one: owed_in(one) for one in _months(career, month)}
    asked = [line for one in dues for line in _asked(dues[one], paid.lines.get(one, {}), one, own=one == month)]
    lines, deferred = within_limits(asked, month, rules(month).guards)
    if not lines:
        return None
    touched = {of for _, _, of in (*lines, *deferred)}
    bases = {one: due.basis for one, due in dues.items() if due is not None and one in touched}
    return Recomputed(lines, deferred, bases, frozenset(_notes(dues[month], deferred, month, rules(month))))


def owed_by(career: Career, rules: RulesOf) -> Callable[[Month], Owed | None]:
    """What each month owes, computed when it is asked for."""
    return lambda month: owed(career, rules(month), month)


def _months(career: Career, month: Month) -> Iterator[Month]:
    """The slip's own month, then every month since somebody else paid the last."""
    yield month
    one = career.others_paid_through(month).plus(1)
    while one < month:
        yield one
        one = one.plus(1)


def _asked(due: Owed | None, paid: Mapping[tuple[str, str], int], month: Month, *, own: bool) -> Iterator[Asked]:
    """Due less paid, in the packs' order; then what was paid and is not due at all."""
    amounts = due.amounts if due is not None else {}
    for (side, code), fen in amounts.items():
        difference_fen = fen - paid.get((side, code), 0)
        if difference_fen or own:
            yield Asked(side, code, month, difference_fen)
    for (side, code), fen in sorted(paid.items()):
        if fen and (side, code) not in amounts:
            yield Asked(side, code, month, -fen)


def _notes(own: Owed | None, deferred: Mapping[LineOf, int], month: Month, packs: Packs) -> Iterator[str]:
    """What somebody should look at, taxes apart."""
    if own is not None:
        basis = own.basis
        if basis.uninsured in ("mode", "no_base"):
            yield f"uninsured_{basis.uninsured}"
        if any(one.contract_mode not in packs.modes.modes for one in basis.posts):
            yield "mode_unknown"
        if any(_below_minimum(one.position, basis, packs) for one in basis.posts):
            yield "below_minimum_wage"
    for (side, _, of), fen in deferred.items():
        yield "insurance_deferred" if side == "personal" and of == month and fen > 0 else "take_back_deferred"


def _below_minimum(position: str, basis: Basis, packs: Packs) -> bool:
    """Whether a whole month would pay less than the minimum wage (最低工资规定 art. 12)."""
    monthly = whole_month(
        packs.scale, position, basis.service_years, basis.qualification, basis.coefficient_permille
    )  # fmt: skip
    counted = sum(fen for code, fen in monthly.items() if code not in packs.guards.without_parts)
    return counted < packs.guards.minimum_wage_fen


def tax_of(career: Career, month: Month, paid: Paid, gross_fen: int, personal_fen: int, packs: Packs) -> Withheld:
    """Tax on what a slip of `month` pays."""
    this_year, last_year = (paid.years.get(year, Sums()) for year in (month.year, month.year - 1))
    return withheld(career, month, this_year, last_year, gross_fen, personal_fen, packs.tax)
