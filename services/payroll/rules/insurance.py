"""Social insurance of a place and year: lines, rates, rounding, the base's floor and ceiling."""

from typing import Final, Literal

from services.contracts.money import Fen
from services.payroll.rules.pack import Pack

INSURANCE: Final = "insurance"


class InsuranceLine(Pack, frozen=True, kw_only=True):
    """One insurance: rates on the clamped base, fixed sums, and how its amounts are rounded.

    Each side is rounded to whole multiples of `rounding_unit_fen` before its fixed sum is added.
    """

    code: str
    zh: str
    en: str
    employer_basis_points: int
    personal_basis_points: int
    employer_fixed_fen: Fen
    personal_fixed_fen: Fen
    rounding: Literal["half_up", "up", "down"]
    rounding_unit_fen: int


class Insurance(Pack, frozen=True, kw_only=True):
    """Social insurance of one place and year; the base is clamped to `floor_fen`…`ceiling_fen` (社会保险法 art. 12)."""

    place: str
    year: int
    floor_fen: Fen
    ceiling_fen: Fen
    lines: tuple[InsuranceLine, ...]
