"""The dated rule packs of audit: tests with severities, citations and figures; terms of rectification; it holds no figure."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.money import Fen
from services.contracts.rulebook import NoRule, RuleBook

PACK: Final = "audit_tests"
Severity = Literal["low", "medium", "high"]
RECTIFICATION: Final = "rectification"


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Working days for findings of one severity: to put right, to verify, and to put right what was sent back."""

    rectify_workdays: int
    verify_workdays: int
    again_workdays: int


class EscalationStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is told so many working days after a finding's clock ran out (0: at once)."""

    after_workdays: int
    told: str


class Rectification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Content of pack ``rectification`` (问题–责任人–期限–销号). `escalation` is in order of its days; `law` is printed."""

    law: str
    terms: dict[Severity, Terms]
    contest_within_workdays: int
    contest_decide_workdays: int
    extension_workdays_max: int
    extensions_max: int
    due_soon_workdays: int
    escalation: tuple[EscalationStep, ...]
    suppression_days_max: int
    inspection_days_max: int
    session_hours_max: int


class TestRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a test stands for: how grave an objection is, the rule in words, the clause it comes from, its own figures.

    `parameters`: days, counts and per milles by name, unit last. `indicator`: the test points at what a person should
    look at (a share out of the ordinary, say) and proves nothing by itself.
    """

    severity: Severity
    rule: str
    law: str
    parameters: dict[str, int] = {}
    indicator: bool = False


class TaxBracket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the annual cumulative table (个人所得税预扣率表一); `up_to_fen` None is the last row."""

    up_to_fen: Fen | None
    rate_basis_points: int
    quick_deduction_fen: Fen


class AuditTests(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Content of pack ``audit_tests``. A test that `tests` does not name is switched off.

    `ceilings_permille`: the most a benefit may be, in per mille of standard × covered members, by need.
    """

    tests: dict[str, TestRule]
    investigators_min: int
    survey_needs: tuple[str, ...]
    notice_needs: tuple[str, ...]
    notice_full_days_min: int
    ceilings_permille: dict[str, int]
    basic_deduction_fen_per_month: Fen
    tax_brackets: tuple[TaxBracket, ...]


def in_force(rules: RuleBook, day: date) -> AuditTests | None:
    """The tests in force on `day`; None when no pack is, for then there is nothing to hold a fact against."""
    try:
        return rules.on(PACK, day, AuditTests)
    except NoRule:
        return None


def figure(rules: RuleBook, test: str, name: str, day: date) -> int | None:
    """A figure of a test in force on `day`; None when the pack of that day has no such test or no such figure."""
    tests = in_force(rules, day)
    rule = tests.tests.get(test) if tests else None
    return rule.parameters.get(name) if rule else None


def tax_due(taxable_fen: int, brackets: tuple[TaxBracket, ...]) -> int:
    """Cumulative tax in fen on a cumulative taxable income, rounded half up to the fen.

    国家税务总局公告2018年第61号 art. 6 (累计预扣法); not below 0.
    """
    for bracket in brackets:
        if bracket.up_to_fen is None or taxable_fen <= bracket.up_to_fen:
            product = taxable_fen * bracket.rate_basis_points
            return max(0, (2 * product + 10_000) // 20_000 - bracket.quick_deduction_fen)
    raise AssertionError("the tax table has no last row")
