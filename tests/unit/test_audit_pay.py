"""Proves audit's tests of pay: a slip's arithmetic, the tax table, runs, accounts; each objects to what it should and to no more."""

from datetime import date

import msgspec
import pytest

from services.audit.rules import AuditTests, tax_due
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    Amount,
    Inputs,
    PaymentSettled,
    PayslipComputed,
    PayslipComputed1,
    RunApproved,
    RunDrafted,
    YearToDate,
)
from services.contracts.registry import UPCASTS, Fact, kind_of
from tests.unit.audit_told import RULES, RUN, found

NOTHING_YET = YearToDate(months=2, income_fen=Fen(0), insurance_fen=Fen(0), special_fen=Fen(0), tax_fen=Fen(0))


def amounts(**by_code: int) -> tuple[Amount, ...]:
    return tuple(Amount(code=code, amount_fen=Fen(fen)) for code, fen in by_code.items())


def slip(officer: str = "O001", **changed: object) -> PayslipComputed:
    """A right slip: 3,450.00 gross, 500.00 personal and 1,100.00 employer insurance, no tax."""
    right = PayslipComputed1(
        officer=officer,
        town="T01",
        month=Month(2026, 3),
        parts=amounts(base=240000, position=15000, service_years=20000, qualification=10000, performance=60000),
        gross_fen=Fen(345000),
        personal_insurance=amounts(pension=40000, medical=10000),
        employer_insurance=amounts(pension=80000, medical=30000),
        taxable_cumulative_fen=Fen(0),
        tax_fen=Fen(0),
        net_fen=Fen(295000),
        charges=amounts(higher=400000, district=55000),
        bank_account_pseudonym=f"p_{officer}",
        inputs=Inputs(
            officer_version=1,
            service_years=5,
            position="member",
            qualification="assistant",
            coefficient_permille=1000,
            contribution_base_fen=Fen(423200),
            special_deduction_fen=Fen(0),
            year_to_date=NOTHING_YET,
        ),
        pack_version="",
    )
    by_line = UPCASTS[kind_of(PayslipComputed1)](msgspec.structs.replace(right, **changed))
    assert isinstance(by_line, PayslipComputed)
    return by_line


def well_paid(**changed: object) -> PayslipComputed:
    """March, 20,000 a month: taxable so far 60,000 − 15,000 − 1,500 − 3,000 = 40,500; tax 1,530, 900 withheld."""
    before = YearToDate(
        months=2, income_fen=Fen(4000000), insurance_fen=Fen(100000), special_fen=Fen(200000), tax_fen=Fen(90000)
    )
    inputs = Inputs(
        officer_version=1,
        service_years=5,
        position="member",
        qualification="assistant",
        coefficient_permille=1000,
        contribution_base_fen=Fen(423200),
        special_deduction_fen=Fen(100000),
        year_to_date=before,
    )
    right: dict[str, object] = {
        "parts": amounts(base=2000000),
        "gross_fen": Fen(2000000),
        "taxable_cumulative_fen": Fen(4050000),
        "tax_fen": Fen(63000),
        "net_fen": Fen(1887000),
        "charges": amounts(district=2110000),
        "inputs": inputs,
    }
    return slip(**(right | changed))


SLIPS = [
    ("a right slip", slip(), []),
    ("a right slip with tax", well_paid(), []),
    ("a part left out", slip(parts=amounts(base=240000)), ["payslip_sum"]),
    ("a correction line that is counted", slip(parts=amounts(base=345100, back_pay=-100)), []),
    ("net one fen too much", slip(net_fen=Fen(295001)), ["payslip_sum"]),
    ("a fen nobody pays", slip(charges=amounts(higher=400000, district=54999)), ["payslip_sum"]),
    ("insurance not taken off", slip(personal_insurance=amounts(pension=40000)), ["payslip_sum"]),
    ("tax not withheld, net agrees", well_paid(tax_fen=Fen(0), net_fen=Fen(1950000)), ["payslip_tax"]),
    ("tax forgets what was withheld", well_paid(tax_fen=Fen(153000), net_fen=Fen(1797000)), ["payslip_tax"]),
    ("taxable income understated", well_paid(taxable_cumulative_fen=Fen(3600000)), ["payslip_tax"]),
    ("wrong tax shows in the net as well", well_paid(tax_fen=Fen(0)), ["payslip_sum", "payslip_tax"]),
]


@pytest.mark.parametrize(("one", "tests"), [case[1:] for case in SLIPS], ids=[case[0] for case in SLIPS])
def test_arithmetic_of_a_slip(one: PayslipComputed, tests: list[str]) -> None:
    assert found((RUN, one)) == tests


@pytest.mark.parametrize(
    ("taxable_fen", "tax_fen"),
    [(0, 0), (16, 0), (17, 1), (3_600_000, 108_000), (3_600_005, 108_001), (14_400_000, 1_188_000),
     (30_000_000, 4_308_000), (42_000_000, 7_308_000), (66_000_000, 14_508_000), (96_000_000, 25_008_000),
     (100_000_000, 26_808_000)],
)  # fmt: skip
def test_tax_table(taxable_fen: int, tax_fen: int) -> None:
    brackets = RULES.on("audit_tests", date(2026, 3, 1), AuditTests).tax_brackets
    assert tax_due(taxable_fen, brackets) == tax_fen


def drafted(slips: int = 2, prepared_by: str = "finance:F1", gross_fen: int = 690000) -> RunDrafted:
    return RunDrafted(
        month=Month(2026, 3),
        slip_count=slips,
        gross_fen=Fen(gross_fen),
        net_fen=Fen(590000),
        tax_fen=Fen(0),
        employer_insurance_fen=Fen(220000),
        charges=amounts(higher=800000, district=110000),
        prepared_by=prepared_by,
        pack_version="",
    )


def approved(by: str, prepared_by: str = "finance:F1") -> RunApproved:
    return RunApproved(
        month=Month(2026, 3),
        prepared_by=prepared_by,
        approved_by=by,
        charges=amounts(higher=800000, district=110000),
    )


def settled(officer: str, amount_fen: int = 295000) -> PaymentSettled:
    return PaymentSettled(officer=officer, amount_fen=Fen(amount_fen), bank_reference="")


APPROVED: list[Fact] = [slip("O001"), slip("O002"), drafted(), approved("bureau-leader:L1")]
RUNS: list[tuple[str, list[Fact], list[str]]] = [
    ("paid as approved", [*APPROVED, settled("O001"), settled("O002")], []),
    ("paid before approval", [slip("O001"), slip("O002"), drafted(), settled("O001")], ["payment_outside_run"]),
    ("paid to somebody without a slip", [*APPROVED, settled("O003")], ["payment_outside_run"]),
    ("paid another sum than the slip", [*APPROVED, settled("O001", 295100)], ["payment_outside_run"]),
    ("two people, right totals", [slip("O001"), slip("O002"), drafted(), approved("bureau-leader:L1")], []),
    ("slips after the draft", [drafted(), slip("O001"), slip("O002"), approved("bureau-leader:L1")], []),
    ("preparer approves", [slip("O001"), slip("O002"), drafted(), approved("finance:F1")], ["run_self_approved"]),
    (
        "preparer approves and names another preparer",
        [slip("O001"), slip("O002"), drafted(), approved("finance:F1", prepared_by="finance:F2")],
        ["run_self_approved"],
    ),
    ("one slip is missing", [slip("O001"), drafted(), approved("bureau-leader:L1")], ["run_totals"]),
    (
        "gross overstated",
        [slip("O001"), slip("O002"), drafted(gross_fen=690001), approved("bureau-leader:L1")],
        ["run_totals"],
    ),
    ("drafted and not approved yet", [slip("O001"), drafted()], []),
    (
        "one account for two officers",
        [slip("O001", bank_account_pseudonym="p_x"), slip("O002", bank_account_pseudonym="p_x")],
        ["account_shared"],
    ),
    ("one officer's slip computed again", [slip("O001"), slip("O001")], []),
]


@pytest.mark.parametrize(("facts", "tests"), [case[1:] for case in RUNS], ids=[case[0] for case in RUNS])
def test_runs(facts: list[Fact], tests: list[str]) -> None:
    assert found(*((RUN, fact) for fact in facts)) == tests


def test_an_account_that_moved_on_between_months_is_innocent() -> None:
    april = slip("O002", bank_account_pseudonym="p_x", month=Month(2026, 4))
    assert found((RUN, slip("O001", bank_account_pseudonym="p_x")), ("run:2026-04", april)) == []
