"""Income tax of a month by cumulative withholding (累计预扣法); knows sums of the year, not what they are made of."""

from services.contracts.money import Fen, times_ratio
from services.contracts.payroll import Withholding, YearToDate
from services.payroll.pay.insurance import BASIS_POINTS
from services.payroll.rules import IncomeTax, TaxBracket


def bracket_of(taxable_fen: Fen, tax: IncomeTax) -> TaxBracket:
    """The row of the annual table that `taxable_fen` falls into."""
    return next(b for b in tax.brackets if b.up_to_fen is None or taxable_fen <= b.up_to_fen)


def cumulative_tax_fen(taxable_fen: Fen, tax: IncomeTax) -> Fen:
    """Tax on the year's taxable income so far: income × rate - quick deduction (公告2018年第61号 art. 6)."""
    bracket = bracket_of(taxable_fen, tax)
    return Fen(times_ratio(taxable_fen, bracket.rate_basis_points, BASIS_POINTS) - bracket.quick_deduction_fen)


def withholding(before: YearToDate, gross_fen: Fen, personal_fen: Fen, special_fen: Fen, tax: IncomeTax) -> Withholding:
    """What is withheld this month; neither taxable income nor tax is below 0, what was withheld too much stays carried.

    Months are those in this payer's service this tax year, this one included.
    """
    deduction_fen = tax.basic_deduction_fen_per_month * (before.months + 1)
    taxable_fen = Fen(
        max(
            0,
            (before.income_fen + gross_fen)
            - deduction_fen
            - (before.insurance_fen + personal_fen)
            - (before.special_fen + special_fen),
        )
    )
    bracket = bracket_of(taxable_fen, tax)
    return Withholding(
        before=before,
        special_deduction_fen=special_fen,
        deduction_fen=Fen(deduction_fen),
        taxable_fen=taxable_fen,
        rate_basis_points=bracket.rate_basis_points,
        quick_deduction_fen=bracket.quick_deduction_fen,
        tax_fen=Fen(max(0, cumulative_tax_fen(taxable_fen, tax) - before.tax_fen)),
    )
