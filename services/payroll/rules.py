"""The dated rule packs of pay: scale, insurance, tax table, funding; typed and found, computes nothing."""

from datetime import date
from typing import Final, Literal, TypeVar

import msgspec

from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen
from services.contracts.rulebook import NoRule, RuleBook

PAY_SCALE: Final = "pay_scale"
INSURANCE: Final = "insurance"
INCOME_TAX: Final = "income_tax"
FUNDING: Final = "funding"

T = TypeVar("T")


class Pack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all pack contents: a misspelt field is an error, not a silent default."""


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


class PayScale(Pack, frozen=True, kw_only=True):
    """The five parts of pay (二(四)), benchmarked to the 村(社区)干部 scale; sums are a month's.

    `no_qualification` is the code of `qualifications` that stands for none; `unappraised_permille` is the coefficient
    of an officer who has no appraisal of a closed quarter yet.
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


class TaxBracket(Pack, frozen=True, kw_only=True):
    """A row of the annual cumulative table (个人所得税预扣率表一); `up_to_fen` None is the last row."""

    up_to_fen: Fen | None
    rate_basis_points: int
    quick_deduction_fen: Fen


class IncomeTax(Pack, frozen=True, kw_only=True):
    """Cumulative withholding (累计预扣法, 国家税务总局公告2018年第61号 art. 6); brackets in ascending order."""

    basic_deduction_fen_per_month: Fen
    brackets: tuple[TaxBracket, ...]


class Name(Pack, frozen=True, kw_only=True):
    """What a code is called."""

    zh: str
    en: str


class Funding(Pack, frozen=True, kw_only=True):
    """The four sources (三) in the order they are charged, the cap of one, and what money may be for (专款专用).

    A budget counts only when its purposes include all of `required_purposes`.
    """

    order: tuple[str, ...]
    sources: dict[str, Name]
    capped_source: str
    cap_basis_points: int
    purposes: dict[str, Name]
    required_purposes: tuple[str, ...]


class PayPacks(msgspec.Struct, frozen=True, kw_only=True):
    """The four packs in force in a month; `version` names all of them as facts state it."""

    scale: PayScale
    insurance: Insurance
    tax: IncomeTax
    funding: Funding
    version: str


def pack_on(rules: RuleBook, name: str, day: date, wanted: type[T]) -> T:
    """The pack in force on `day`; rejects with ``no-rule-in-force`` when none is, for then nothing can be decided."""
    try:
        return rules.on(name, day, wanted)
    except NoRule:
        raise CommandRejected(
            "no-rule-in-force",
            f"{day} 没有生效的规则包 {name}，请先采用规则包",
            f"no rule pack {name} is in force on {day}; adopt one first",
        ) from None


def pay_packs_on(rules: RuleBook, day: date) -> PayPacks:
    """All four packs in force on `day`; rejects with ``no-rule-in-force`` when one is missing."""
    return PayPacks(
        scale=pack_on(rules, PAY_SCALE, day, PayScale),
        insurance=pack_on(rules, INSURANCE, day, Insurance),
        tax=pack_on(rules, INCOME_TAX, day, IncomeTax),
        funding=pack_on(rules, FUNDING, day, Funding),
        version=" ".join(rules.version_on(name, day) for name in (PAY_SCALE, INSURANCE, INCOME_TAX, FUNDING)),
    )
