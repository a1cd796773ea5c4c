"""The dated scale of the five parts of pay (二(四))."""

from typing import Final, Literal

from services.contracts.money import Fen
from services.payroll.rules.pack import Pack

PAY_SCALE: Final = "pay_scale"


class Allowance(Pack, frozen=True, kw_only=True):
    """What a position or a qualification is called, and what it adds a month."""

    zh: str
    en: str
    amount_fen: Fen


class Grade(Pack, frozen=True, kw_only=True):
    """What an appraisal grade is called, and the coefficient it sets."""

    zh: str
    en: str
    coefficient_permille: int


class Uprating(Pack, frozen=True, kw_only=True):
    """How the scale follows the social average wage (二(四) 逐年提高): this scale stands at `average_wage_fen` a year.

    Each sum is multiplied by the new average wage over this one, then rounded to whole `rounding_unit_fen`.
    """

    average_wage_fen: Fen
    rounding: Literal["half_up", "up", "down"]
    rounding_unit_fen: int


class PayScale(Pack, frozen=True, kw_only=True):
    """The five parts of pay (二(四)), benchmarked to the 村(社区)干部 scale; sums are a month's.

    `no_qualification` is the code of `qualifications` that stands for none; `unappraised_permille` is the coefficient
    of an officer who has no appraisal of a closed quarter yet. Without `uprating` no new scale can be proposed.
    """

    base_fen: Fen
    positions: dict[str, Allowance]
    service_year_fen: Fen
    service_years_max_fen: Fen
    qualifications: dict[str, Allowance]
    no_qualification: str
    performance_standard_fen: Fen
    grades: dict[str, Grade]
    unappraised_permille: int
    uprating: Uprating | None = None
