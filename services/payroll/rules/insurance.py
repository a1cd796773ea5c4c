"""Social insurance of a place and year: lines, rates, rounding, the base's floor and ceiling."""

from typing import Final, Literal

from services.contracts.money import Fen
from services.payroll.rules.pack import Pack

INSURANCE: Final = "insurance"


class InsuranceLine(Pack, frozen=True, kw_only=True):
    """One insurance: rates on the clamped base, fixed sums, and how its amounts are rounded.

    Each side is rounded to whole multiples of `rounding_unit_fen` before its fixed sum is added. `floor_fen` and
    `ceiling_fen` stand in place of the pack's where a line has its own (住房公积金管理条例 art. 16).
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
    floor_fen: Fen | None = None
    ceiling_fen: Fen | None = None


class Insurance(Pack, frozen=True, kw_only=True):
    """Social insurance of one place and year; the base is clamped to `floor_fen`…`ceiling_fen` (社会保险法 art. 12).

    Whole months: insured in the month of joining up to its day `join_last_day`, in the month of leaving from its day
    `leave_first_day` on (31 and 1: always).
    """

    place: str
    year: int
    floor_fen: Fen
    ceiling_fen: Fen
    lines: tuple[InsuranceLine, ...]
    join_last_day: int = 31
    leave_first_day: int = 1
