"""Income tax of a month by cumulative withholding (累计预扣法); knows sums of the year, not what they are made of.

A yearly bonus would be merged into the month's income like any other (财政部 税务总局公告2023年第30号 leaves the choice);
the five parts know none, so nothing is taxed apart.
"""

import msgspec

from services.contracts.money import Fen, times_ratio
from services.contracts.months import Month
from services.contracts.payroll import Withholding, YearToDate
from services.payroll.pay.insurance import BASIS_POINTS
from services.payroll.pay.timeline import Timeline, in_force
from services.payroll.rules import IncomeTax, TaxBracket


class Deduction(msgspec.Struct, frozen=True, kw_only=True):
    """The basic deduction of the year so far, the rule it follows, and the months it is for."""

    rule: str
    months: int
    amount_fen: Fen


def bracket_of(taxable_fen: Fen, tax: IncomeTax) -> TaxBracket:
    """The row of the annual table that `taxable_fen` falls into."""
    return next(b for b in tax.brackets if b.up_to_fen is None or taxable_fen <= b.up_to_fen)


def cumulative_tax_fen(taxable_fen: Fen, tax: IncomeTax) -> Fen:
    """Tax on the year's taxable income so far: income × rate - quick deduction (公告2018年第61号 art. 6)."""
    bracket = bracket_of(taxable_fen, tax)
    return Fen(times_ratio(taxable_fen, bracket.rate_basis_points, BASIS_POINTS) - bracket.quick_deduction_fen)


def months_here(timeline: Timeline, month: Month) -> tuple[Month, ...]:
    """Months on post of the tax year up to `month`, since take-over."""
    return timeline.months_on_post(max(Month(month.year, 1), timeline.paid_through_month.plus(1)), month)


def basic_deduction(
    timeline: Timeline, last_year: YearToDate, months_on_post: tuple[Month, ...], month: Month, tax: IncomeTax
) -> Deduction:
    """5,000 for each month in this payer's service this year (任职受雇月份数), or what the two later rules allow.

    公告2018年第61号 art. 6; a month served counts, paid or not. `last_year`: what this payer paid last year, by payroll's
    own slips and the take-over; `months_on_post` of this year since take-over.
    """
    standing = max(
        (one for one in timeline.tax_standings if one.year == month.year), key=lambda one: one.behind, default=None
    )
    months, income_fen = last_year.months, last_year.income_fen
    if standing is not None and standing.last_year_months is not None:
        months, income_fen = standing.last_year_months, standing.last_year_income_fen or Fen(0)
    rule = tax.at_once
    if rule is not None and months >= rule.months and income_fen <= rule.income_max_fen:
        return Deduction(rule="at_once", months=rule.months, amount_fen=rule.deduction_fen)
    if standing is not None and standing.first_job and tax.first_job_from_january:
        return _monthly("from_january", month.number, tax)
    return _monthly("monthly", timeline.year_before(month.year).months + len(months_on_post), tax)


def _monthly(rule: str, months: int, tax: IncomeTax) -> Deduction:
    return Deduction(rule=rule, months=months, amount_fen=Fen(tax.basic_deduction_fen_per_month * months))


def special_so_far_fen(timeline: Timeline, months_on_post: tuple[Month, ...], month: Month) -> Fen:
    """Special additional deductions of the months served this year, as known today (公告2018年第61号 art. 6)."""
    before_fen = _before_take_over_fen(timeline, month.year)
    if len(timeline.deductions) == 1:
        (only,) = timeline.deductions
        return Fen(before_fen + only.monthly_fen * sum(only.from_month <= one for one in months_on_post))
    known = [in_force(timeline.deductions, one) for one in months_on_post]
    return Fen(before_fen + sum(one.monthly_fen for one in known if one is not None))


def _before_take_over_fen(timeline: Timeline, year: int) -> Fen:
    """What was deducted before take-over; where that is less, what a declaration since then says of those months (补扣).

    What was not deducted in full is made up in the months that are left (个人所得税专项附加扣除操作办法, 公告2022年第7号).
    """
    before, (first, *later) = timeline.year_before(year), timeline.deductions
    months = [one for n in range(before.months) if (one := timeline.paid_through_month.plus(-n)).year == year]
    if all(declared.from_month > one for declared in later for one in months):
        return before.special_fen
    known = [in_force((first, *later), one) for one in months]
    return Fen(max(before.special_fen, sum(one.monthly_fen for one in known if one is not None)))


def withholding(
    before: YearToDate, gross_fen: Fen, personal_fen: Fen, special_so_far: Fen, deduction: Deduction, tax: IncomeTax
) -> Withholding:
    """What is withheld this month; neither taxable income nor tax is below 0, what was withheld too much stays carried.

    No more is withheld than the month pays; the rest stays due and comes with the next pay of the year.
    """
    taxable_fen = Fen(
        max(
            0,
            (before.income_fen + gross_fen)
            - deduction.amount_fen
            - (before.insurance_fen + personal_fen)
            - special_so_far,
        )
    )
    bracket = bracket_of(taxable_fen, tax)
    due_fen = cumulative_tax_fen(taxable_fen, tax) - before.tax_fen
    return Withholding(
        before=before,
        special_deduction_fen=Fen(special_so_far - before.special_fen),
        deduction_fen=deduction.amount_fen,
        deduction_months=deduction.months,
        deduction_rule=deduction.rule,
        taxable_fen=taxable_fen,
        rate_basis_points=bracket.rate_basis_points,
        quick_deduction_fen=bracket.quick_deduction_fen,
        tax_fen=Fen(max(0, min(due_fen, gross_fen - personal_fen))),
    )
