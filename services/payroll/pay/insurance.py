"""Social insurance of a month: the clamped base by each line's rate, rounded line by line; whole months only."""

from datetime import date
from typing import Final

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Amount
from services.payroll.rules import Insurance, InsuranceLine, PayPacks

BASIS_POINTS: Final = 10_000


def clamped_base_fen(base_fen: Fen, insurance: Insurance, line: InsuranceLine | None = None) -> Fen:
    """The contribution base within the place's published [60 %, 300 %] of the average wage (社会保险法 art. 12)."""
    floor = insurance.floor_fen if line is None or line.floor_fen is None else line.floor_fen
    ceiling = insurance.ceiling_fen if line is None or line.ceiling_fen is None else line.ceiling_fen
    return Fen(min(max(base_fen, floor), ceiling))


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


def uninsured(first: date, last: date, contract_mode: str, base_fen: Fen, packs: PayPacks) -> str:
    """Why a month has no insurance, empty when it has; `first` and `last` day on post in it, `contract_mode` on the last.

    Whole months: who joins late or leaves early in it, by the place's rule, is insured from the next or to the last one.
    """
    mode = packs.modes.modes.get(contract_mode)
    insurance = packs.insurance
    if mode is not None and not mode.insured:
        return "mode"
    if not base_fen:
        return "no_base"
    if first.day > max(1, insurance.join_last_day):
        return "joined_late"
    if last.day < insurance.leave_first_day and last != Month.of(last).last_day:
        return "left_early"
    return ""


def insurance_lines(base_fen: Fen, insurance: Insurance) -> tuple[tuple[Amount, ...], tuple[Amount, ...]]:
    """Personal and employer amounts of a whole month; lines a side does not pay are left out."""
    personal, employer = [], []
    for line in insurance.lines:
        clamped = clamped_base_fen(base_fen, insurance, line)
        personal_fen = insured_fen(clamped, line.personal_basis_points, line) + line.personal_fixed_fen
        employer_fen = insured_fen(clamped, line.employer_basis_points, line) + line.employer_fixed_fen
        personal.append(Amount(code=line.code, amount_fen=Fen(personal_fen)))
        employer.append(Amount(code=line.code, amount_fen=Fen(employer_fen)))
    return tuple(a for a in personal if a.amount_fen), tuple(a for a in employer if a.amount_fen)
