"""Proves that audit's own arithmetic agrees with every slip payroll drafts, and objects to each that was altered."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.audit.automatic.pay import PayWatch
from services.audit.automatic.sweep import Sweep, sweep
from services.contracts.codec import convert
from services.contracts.deciding import Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Charge, PayslipComputed
from services.contracts.rulebook import AdoptedPack, RuleBook
from tests.unit.test_payroll_cases import MARCH, approved, budget, record_of, staffed, take_over, ytd, yuan

PACK = Path(__file__).parents[2] / "deploy/district/rules/audit.audit_tests.json"
RULES = RuleBook((convert(json.loads(PACK.read_text(encoding="utf-8")), AdoptedPack),))
replace = msgspec.structs.replace


def objected(records: list[Record]) -> list[str]:
    return sorted(finding.test for finding in sweep(records, RULES))


def slip(**changes: Any) -> PayslipComputed:
    """The slip of March of an officer with tax to pay: back pay of 50,000 stands in the take-over."""
    before = ytd(2, "56,780.00", "1,690.00")
    ordinary: dict[str, Any] = {"contribution_base_fen": yuan("8,000.00"), "position": "lead", "year_to_date": before}
    ledger = approved(staffed([take_over(**(ordinary | changes))], [budget()]))
    (found,) = ledger.facts(PayslipComputed)
    assert isinstance(found, PayslipComputed)
    return found


def found_on(fact: PayslipComputed) -> list[str]:
    """What the tests of pay object to on a slip alone; those that ask for the officer's own facts are not asked."""
    alone = Sweep(rules=RULES, watches=(PayWatch(RULES),))
    alone.read(record_of("run:2026-03", fact, 0))
    return sorted(finding.test for finding in alone.objections())


def test_audit_agrees_with_three_runs_to_the_fen() -> None:
    """Ordinary, high and uneven pay over three months; a source ends within a line, and tax is withheld."""
    officers = [
        take_over("O001"),
        take_over("O002", year_to_date=ytd(2, "56,780.00", "1,690.00"), contribution_base_fen=yuan("8,000.00")),
        take_over("O003", position="lead", year_to_date=ytd(2, "120,000.00")),
        take_over("O004", qualification="senior", qualified_on=date(2026, 3, 3)),
    ]
    ledger = staffed(officers, [budget("1", "5,000.00"), budget("3")])
    for month in (MARCH, Month(2026, 4), Month(2026, 5)):
        approved(ledger, month)
    slips = ledger.facts(PayslipComputed)
    assert (len(slips), sum(one.tax_fen > 0 for one in slips) > 3) == (12, True)
    assert any("tax_deferred" in one.notes for one in slips)
    assert objected(ledger.records) == []


def altered(fact: PayslipComputed, **withholding: Any) -> PayslipComputed:
    return replace(fact, withholding=replace(fact.withholding, **withholding))


def recharged(fact: PayslipComputed, side: str, charges: tuple[Charge, ...]) -> PayslipComputed:
    """The first line of a side charged otherwise, and the first other one so that the slip's sum still agrees."""
    lines = list(fact.lines)
    place = next(i for i, line in enumerate(lines) if line.side == side)
    lines[place] = replace(lines[place], charges=charges)
    return replace(fact, lines=tuple(lines))


def test_a_right_slip_gives_no_objection() -> None:
    assert found_on(slip()) == []
    assert slip().tax_fen > 0


ALTERED = {
    "net a fen more": (lambda one: replace(one, net_fen=Fen(one.net_fen + 1)), ["payslip_sum"]),
    "a line left out": (lambda one: replace(one, lines=one.lines[1:]), ["payslip_sum"]),
    "tax a fen less, net agreeing": (
        lambda one: altered(
            replace(one, tax_fen=Fen(one.tax_fen - 1), net_fen=Fen(one.net_fen + 1)), tax_fen=Fen(one.tax_fen - 1)
        ),
        ["payslip_tax"],
    ),
    "one month's deduction too many": (
        lambda one: altered(one, deduction_months=4, deduction_fen=yuan("20,000.00")),
        ["payslip_tax"],
    ),
    "the year's deduction without its rule": (lambda one: altered(one, deduction_fen=yuan("60,000.00")), ["payslip_tax"]),
    "a rule that nobody made": (lambda one: altered(one, deduction_rule="generous"), ["payslip_tax"]),
    "months of a longer year, all else agreeing": (
        lambda one: altered(
            replace(one, tax_fen=Fen(0), net_fen=Fen(one.net_fen + one.tax_fen)),
            deduction_months=13,
            deduction_fen=yuan("65,000.00"),
            taxable_fen=Fen(0),
            tax_fen=Fen(0),
        ),
        ["payslip_tax"],
    ),
    "a part that nobody pays": (lambda one: recharged(one, "part", ()), ["payslip_sum"]),
    "own insurance charged to a source": (
        lambda one: recharged(one, "personal", (Charge(source="3", document="示例3号", amount_fen=Fen(1)),)),
        ["payslip_sum"],
    ),
    "two lines charged crosswise": (
        lambda one: replace(
            one,
            lines=(
                replace(one.lines[0], charges=one.lines[1].charges),
                replace(one.lines[1], charges=one.lines[0].charges),
                *one.lines[2:],
            ),
        ),
        ["payslip_sum"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("alter", "expected"), ALTERED.values(), ids=ALTERED)
def test_an_altered_slip_is_objected_to(alter: Any, expected: list[str]) -> None:
    assert found_on(alter(slip())) == expected


def test_the_deduction_at_once_and_from_january_are_recomputed_too() -> None:
    """March: 60,670 less 60,000 at once leaves nothing to tax; from January it is 3 × 5,000, as it was."""
    plain = slip()
    at_once = altered(plain, deduction_rule="at_once", deduction_months=12, deduction_fen=yuan("60,000.00"))
    assert found_on(at_once) == ["payslip_tax"]  # the tax was withheld all the same
    january = altered(plain, deduction_rule="from_january")
    assert found_on(january) == []


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        ({"uninsured": "mode"}, ["officer_uninsured"]),
        ({"uninsured": "no_base"}, ["officer_uninsured"]),
        ({"uninsured": ""}, ["officer_uninsured"]),  # said to be insured, but nothing was paid in
        ({"uninsured": "joined_late"}, []),
        ({"uninsured": "left_early"}, []),
    ],
)
def test_whoever_is_on_post_without_insurance_is_found(basis: dict[str, str], expected: list[str]) -> None:
    insured = slip(year_to_date=ytd(2, "6,300.00", "898.72"))
    parts = tuple(line for line in insured.lines if line.side == "part")
    fact = replace(
        insured,
        lines=parts,
        bases=(replace(insured.bases[0], **basis),),
        personal_insurance_fen=Fen(0),
        employer_insurance_fen=Fen(0),
        net_fen=insured.gross_fen,
    )
    assert found_on(fact) == expected


def test_a_difference_of_a_month_without_insurance_is_no_finding_of_this_month() -> None:
    """Gone since; only a part of February comes after, and that month's basis says why it was not insured."""
    paid = slip(year_to_date=ytd(2, "6,300.00", "898.72"))
    february = Month(2026, 2)
    line = replace(paid.lines[0], month=february)
    fact = replace(
        paid,
        lines=(line,),
        bases=(replace(paid.bases[0], month=february, uninsured="mode"),),
        gross_fen=line.amount_fen,
        net_fen=line.amount_fen,
        personal_insurance_fen=Fen(0),
        employer_insurance_fen=Fen(0),
    )
    assert found_on(fact) == []
