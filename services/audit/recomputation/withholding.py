"""Income tax of a month by cumulative withholding (累计预扣法, 公告2018年第61号 art. 6), and art. 16's limits; it knows no slip.

公告2020年第13号 (first wages of the year) and 第19号 (twelve months with this payer, no more than 60,000) change the basic
deduction and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from services.audit.recomputation.career import Career, in_month
from services.audit.recomputation.monthly import days_of, rounded
from services.audit.recomputation.pay_packs import Guards, Tax
from services.contracts.months import Month


@dataclass(frozen=True, slots=True)
class Sums:
    """What a tax year's months before come to."""

    months: int = 0
    income_fen: int = 0
    insurance_fen: int = 0
    special_fen: int = 0
    tax_fen: int = 0


@dataclass(frozen=True, slots=True)
class Withheld:
    """The tax of a month with its working; the names are those a slip states it under."""

    special_deduction_fen: int
    deduction_fen: int
    deduction_months: int
    deduction_rule: str
    taxable_fen: int
    rate_basis_points: int
    quick_deduction_fen: int
    tax_fen: int
    due_fen: int


def withheld(
    career: Career, month: Month, before: Sums, last_year: Sums, gross_fen: int, personal_fen: int, tax: Tax
) -> Withheld:
    """`before`: this tax year up to the month, somebody else's months included; `last_year`: the same of the year before."""
    here = months_served(career, month)
    since_january_fen = _others_special(career, month) + sum(
        one.amount_fen for served in here if (one := in_month(served, career.specials))
    )
    rule, months, deduction_fen = _basic_deduction(career, month, len(here), last_year, tax)
    income_fen = before.income_fen + gross_fen
    insurance_fen = before.insurance_fen + personal_fen
    taxable_fen = max(0, income_fen - deduction_fen - insurance_fen - since_january_fen)
    row = next(one for one in tax.brackets if one.up_to_fen is None or taxable_fen <= one.up_to_fen)
    year_fen = rounded(Fraction(taxable_fen * row.rate_basis_points, 10_000)) - row.quick_deduction_fen
    due_fen = year_fen - before.tax_fen
    return Withheld(
        special_deduction_fen=since_january_fen - before.special_fen,
        deduction_fen=deduction_fen,
        deduction_months=months,
        deduction_rule=rule,
        taxable_fen=taxable_fen,
        rate_basis_points=row.rate_basis_points,
        quick_deduction_fen=row.quick_deduction_fen,
        # Not more than the month pays: the rest is withheld later in the year.
        tax_fen=max(0, min(due_fen, gross_fen - personal_fen)),
        due_fen=due_fen,
    )


def months_served(career: Career, month: Month) -> list[Month]:
    """The months of the tax year up to `month` with a day on post, since somebody else paid the last."""
    first = max(Month(month.year, 1), career.others_paid_through(month).plus(1))
    found = []
    while first <= month:
        if any(career.on_post(day) for day in days_of(first)):
            found.append(first)
        first = first.plus(1)
    return found


def _others_special(career: Career, month: Month) -> int:
    """What somebody else deducted this year, or what is declared by now for those months where that is more (补扣)."""
    through = career.others_paid_through(month)
    if through.year != month.year:
        return 0
    declared_fen, served = 0, max(Month(month.year, 1), through.plus(1 - career.others_paid.months))
    while served <= through:
        one = in_month(served, career.specials)
        declared_fen += one.amount_fen if one else 0
        served = served.plus(1)
    # What came with the officer was deducted as somebody else stated; only a later declaration reaches back.
    reaches_back = any(one.month <= through for one in career.specials[1:])
    return max(career.others_paid.special_fen, declared_fen if reaches_back else 0)


def _basic_deduction(career: Career, month: Month, served: int, last_year: Sums, tax: Tax) -> tuple[str, int, int]:
    """The rule, its months and the basic deduction of the year so far."""
    standing = career.standings.get(month.year)
    months, income_fen = last_year.months, last_year.income_fen
    if standing is not None and standing.last_year_months is not None:
        months, income_fen = standing.last_year_months, standing.last_year_income_fen
    whole = tax.at_once
    if whole is not None and months >= whole.months and income_fen <= whole.income_max_fen:
        return "at_once", whole.months, whole.deduction_fen
    if standing is not None and standing.first_job and tax.first_job_from_january:
        return "from_january", month.number, month.number * tax.basic_deduction_fen_per_month
    others = career.others_paid.months if career.others_paid_through(month).year == month.year else 0
    return "monthly", others + served, (others + served) * tax.basic_deduction_fen_per_month


@dataclass(frozen=True, slots=True)
class Asked:
    """A line before the limits: what is due less what was paid."""

    side: str
    code: str
    month: Month
    amount_fen: int

    @property
    def key(self) -> tuple[str, str, Month]:
        return self.side, self.code, self.month


def within_limits(
    asked: list[Asked], month: Month, guards: Guards
) -> tuple[dict[tuple[str, str, Month], int], dict[tuple[str, str, Month], int]]:
    """What is taken now and what stays due, by line (工资支付暂行规定 art. 16).

    What the officer owes back of earlier months is set off against what is paid for such, then taken up to a share of the
    month's wage, oldest month first, and never so that less than the minimum wage is left. The month's own insurance is taken
    as far as pay reaches.
    """
    wage_fen = sum(max(0, one.amount_fen) for one in asked if one.side == "part" and one.month == month)
    own = [one for one in asked if one.side == "personal" and one.month == month and one.amount_fen > 0]
    own_fen = sum(one.amount_fen for one in own)
    back = [one for one in asked if _takes(one) > 0 and one not in own]
    if not back and own_fen <= wage_fen:
        return {one.key: one.amount_fen for one in asked}, {}
    for_earlier_fen = sum(-_takes(one) for one in asked if one.month != month and _takes(one) < 0)
    counted_fen = wage_fen if guards.with_personal_insurance else wage_fen - own_fen
    most_fen = min(
        wage_fen * guards.take_back_permille // 1000, counted_fen - guards.minimum_wage_fen, wage_fen - own_fen
    )
    taken = _taken_in_order(sorted(back, key=lambda one: one.month), for_earlier_fen + max(0, most_fen))
    reach_fen = wage_fen + for_earlier_fen - sum(taken.values())
    taken |= _taken_in_order(own, max(0, reach_fen))
    now, later = {}, {}
    for one in asked:
        rest_fen = abs(one.amount_fen) - taken[one.key] if one.key in taken else 0
        sign = 1 if one.amount_fen > 0 else -1
        if one.month == month or rest_fen < abs(one.amount_fen):
            now[one.key] = one.amount_fen - sign * rest_fen
        if rest_fen:
            later[one.key] = sign * rest_fen
    return now, later


def _takes(one: Asked) -> int:
    """What a line takes from the officer's pay; below 0 what it gives."""
    return {"part": -one.amount_fen, "personal": one.amount_fen}.get(one.side, 0)


def _taken_in_order(lines: Iterable[Asked], room_fen: int) -> dict[tuple[str, str, Month], int]:
    taken = {}
    for one in lines:
        taken[one.key] = min(_takes(one), room_fen)
        room_fen -= taken[one.key]
    return taken
