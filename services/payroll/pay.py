"""One officer's pay for one month, to the fen, from inputs and dated packs alone; it pays nobody and reads no log."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from services.contracts.money import Fen, times_ratio
from services.contracts.months import Month
from services.contracts.payroll import Amount, Inputs, YearToDate
from services.payroll.rules import IncomeTax, Insurance, InsuranceLine, PayPacks, PayScale

BASIS_POINTS: Final = 10_000
PER_MILLE: Final = 1_000
MONTHS_IN_QUARTER: Final = 3
NOTHING_YET: Final = YearToDate(months=0, income_fen=Fen(0), insurance_fen=Fen(0), special_fen=Fen(0), tax_fen=Fen(0))


class Appraisal(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmed quarter and the coefficient it set."""

    year: int
    quarter: int
    coefficient_permille: int

    @property
    def last_month(self) -> Month:
        return Month(self.year, self.quarter * MONTHS_IN_QUARTER)


class OfficerPay(msgspec.Struct, frozen=True, kw_only=True):
    """What a month's pay of one officer depends on.

    `year_to_date` covers the tax year's months up to `paid_through_month`; `version` is the version of the officer's
    stream that all this was read at.
    """

    officer: str
    version: int
    town: str
    bank_account_pseudonym: str
    appointed_on: date
    position: str
    qualification: str
    qualified_on: date | None
    appraisals: tuple[Appraisal, ...]
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    paid_through_month: Month
    year_to_date: YearToDate


class Pay(msgspec.Struct, frozen=True, kw_only=True):
    """A computed month: parts and insurance lines in the packs' order, cumulative taxable income, tax and net."""

    inputs: Inputs
    parts: tuple[Amount, ...]
    personal_insurance: tuple[Amount, ...]
    employer_insurance: tuple[Amount, ...]
    taxable_cumulative_fen: Fen
    tax_fen: Fen

    @property
    def gross_fen(self) -> Fen:
        return total(self.parts)

    @property
    def net_fen(self) -> Fen:
        return Fen(self.gross_fen - total(self.personal_insurance) - self.tax_fen)

    @property
    def employer_insurance_fen(self) -> Fen:
        return total(self.employer_insurance)

    @property
    def cost_fen(self) -> Fen:
        """What the sources are charged: gross pay and the employer's insurance (二(四))."""
        return Fen(self.gross_fen + self.employer_insurance_fen)


class FundLeft(msgspec.Struct, frozen=True, kw_only=True):
    """What a source of a year still has that no run has been promised."""

    year: int
    source: str
    left_fen: Fen


def total(amounts: Iterable[Amount]) -> Fen:
    """The sum of named amounts."""
    return Fen(sum(amount.amount_fen for amount in amounts))


def full_years(since: date, day: date) -> int:
    """Whole years from `since` to `day`; 0 when `day` is earlier. An anniversary on 29 February falls on 1 March."""
    years = day.year - since.year - ((day.month, day.day) < (since.month, since.day))
    return max(0, years)


def coefficient_permille(appraisals: Iterable[Appraisal], scale: PayScale, month: Month) -> int:
    """The coefficient of the latest appraised quarter that ended before `month` (二(四) 绩效补贴)."""
    closed = [appraisal for appraisal in appraisals if appraisal.last_month < month]
    if not closed:
        return scale.unappraised_permille
    return max(closed, key=lambda appraisal: appraisal.last_month).coefficient_permille


def effective_qualification(qualification: str, qualified_on: date | None, scale: PayScale, month: Month) -> str:
    """The qualification that counts in `month`: from the month after the certificate's date, none before."""
    if qualified_on is None or Month.of(qualified_on) >= month:
        return scale.no_qualification
    return qualification


def inputs_of(officer: OfficerPay, scale: PayScale, month: Month) -> Inputs:
    """What the slip of `month` is computed from; a slip can be computed again from these and the packs alone.

    Service years are full years on the month's first day (二(四)). The tax year's sums start anew each January.
    """
    same_tax_year = officer.paid_through_month.year == month.year
    return Inputs(
        officer_version=officer.version,
        service_years=full_years(officer.appointed_on, month.first_day),
        position=officer.position,
        qualification=effective_qualification(officer.qualification, officer.qualified_on, scale, month),
        coefficient_permille=coefficient_permille(officer.appraisals, scale, month),
        contribution_base_fen=officer.contribution_base_fen,
        special_deduction_fen=officer.special_deduction_fen,
        year_to_date=officer.year_to_date if same_tax_year else NOTHING_YET,
    )


def pay_parts(inputs: Inputs, scale: PayScale) -> tuple[Amount, ...]:
    """基本补贴 + 职务补贴 + 服务年限补贴 + 职业资格补贴 + 绩效补贴 (二(四)); all five always, zero or not."""
    amounts = {
        "base": scale.base_fen,
        "position": scale.positions[inputs.position].amount_fen,
        "service_years": min(scale.service_year_fen * inputs.service_years, scale.service_years_max_fen),
        "qualification": scale.qualifications[inputs.qualification].amount_fen,
        "performance": times_ratio(scale.performance_standard_fen, inputs.coefficient_permille, PER_MILLE),
    }
    return tuple(Amount(code=code, amount_fen=Fen(amount)) for code, amount in amounts.items())


def clamped_base_fen(base_fen: Fen, insurance: Insurance) -> Fen:
    """The contribution base within the place's published [60 %, 300 %] of the average wage (社会保险法 art. 12)."""
    return Fen(min(max(base_fen, insurance.floor_fen), insurance.ceiling_fen))


def insured_fen(base_fen: Fen, basis_points: int, line: InsuranceLine) -> Fen:
    """``base × rate`` rounded as the line says, to whole multiples of its unit."""
    unit = BASIS_POINTS * line.rounding_unit_fen
    product = base_fen * basis_points
    match line.rounding:
        case "half_up":
            units = (2 * product + unit) // (2 * unit)
        case "up":
            units = -(-product // unit)
        case "down":
            units = product // unit
    return Fen(units * line.rounding_unit_fen)


def insurance_lines(base_fen: Fen, insurance: Insurance) -> tuple[tuple[Amount, ...], tuple[Amount, ...]]:
    """Personal and employer amounts of a month, whole months only; lines a side does not pay are left out."""
    clamped = clamped_base_fen(base_fen, insurance)
    personal, employer = [], []
    for line in insurance.lines:
        personal_fen = insured_fen(clamped, line.personal_basis_points, line) + line.personal_fixed_fen
        employer_fen = insured_fen(clamped, line.employer_basis_points, line) + line.employer_fixed_fen
        personal.append(Amount(code=line.code, amount_fen=Fen(personal_fen)))
        employer.append(Amount(code=line.code, amount_fen=Fen(employer_fen)))
    return tuple(a for a in personal if a.amount_fen), tuple(a for a in employer if a.amount_fen)


def cumulative_tax_fen(taxable_fen: Fen, tax: IncomeTax) -> Fen:
    """Tax on the year's taxable income so far: income × rate - quick deduction (公告2018年第61号 art. 6)."""
    bracket = next(b for b in tax.brackets if b.up_to_fen is None or taxable_fen <= b.up_to_fen)
    return Fen(times_ratio(taxable_fen, bracket.rate_basis_points, BASIS_POINTS) - bracket.quick_deduction_fen)


def withheld(inputs: Inputs, gross_fen: Fen, personal_fen: Fen, tax: IncomeTax) -> tuple[Fen, Fen]:
    """Cumulative taxable income, and the tax to withhold this month (累计预扣法); neither is below 0.

    Months are those in this payer's service this tax year, this one included.
    """
    before = inputs.year_to_date
    taxable_fen = max(
        0,
        (before.income_fen + gross_fen)
        - tax.basic_deduction_fen_per_month * (before.months + 1)
        - (before.insurance_fen + personal_fen)
        - (before.special_fen + inputs.special_deduction_fen),
    )
    return Fen(taxable_fen), Fen(max(0, cumulative_tax_fen(Fen(taxable_fen), tax) - before.tax_fen))


def pay_of(inputs: Inputs, packs: PayPacks) -> Pay:
    """A month's pay from its inputs; `KeyError` when the scale does not know the position or qualification."""
    parts = pay_parts(inputs, packs.scale)
    personal, employer = insurance_lines(inputs.contribution_base_fen, packs.insurance)
    taxable_fen, tax_fen = withheld(inputs, total(parts), total(personal), packs.tax)
    return Pay(
        inputs=inputs,
        parts=parts,
        personal_insurance=personal,
        employer_insurance=employer,
        taxable_cumulative_fen=taxable_fen,
        tax_fen=tax_fen,
    )


def payslip(officer: OfficerPay, packs: PayPacks, month: Month) -> Pay:
    """One officer's pay for `month` under the packs in force on its first day."""
    return pay_of(inputs_of(officer, packs.scale, month), packs)


def charge(amount_fen: Fen, left: dict[str, Fen]) -> tuple[tuple[Amount, ...], dict[str, Fen]]:
    """`amount_fen` split over sources in the order of `left`, each up to what it has (三).

    Returns the charges and what is left then; sources that pay nothing get no charge. The caller sees to it that the
    sources together have enough.
    """
    charges, after, open_fen = [], dict(left), amount_fen
    for source, left_fen in left.items():
        share_fen = Fen(min(open_fen, left_fen))
        if share_fen > 0:
            charges.append(Amount(code=source, amount_fen=share_fen))
            after[source] = Fen(left_fen - share_fen)
            open_fen = Fen(open_fen - share_fen)
    assert open_fen == 0, f"{open_fen} fen were charged to no source"
    return tuple(charges), after
