"""Social insurance of a month: the clamped base by each line's rate, rounded line by line; whole months only."""

from typing import Final

from services.contracts.money import Fen
from services.contracts.payroll import Amount
from services.payroll.rules import Insurance, InsuranceLine

BASIS_POINTS: Final = 10_000


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
