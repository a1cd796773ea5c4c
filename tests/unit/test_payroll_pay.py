"""Proves that a slip is right to the fen: worked cases, the tables' borders, and laws that hold for any inputs."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import YearToDate
from services.payroll.pay import (
    Appraisal,
    OfficerPay,
    Pay,
    basis_of,
    cumulative_tax_fen,
    full_years,
    insured_fen,
    slip,
)
from services.payroll.rules import InsuranceLine, PayPacks
from tests.unit.payroll_world import RICH, officer
from tests.unit.test_payroll_cases import MARCH, PACKS, ytd, yuan


def pay_of(who: OfficerPay, packs: PayPacks, month: Month) -> Pay:
    """The slip of an officer who is due one."""
    pay = slip(who, lambda _: packs, month)
    assert pay is not None
    return pay


LEAD = {
    "appointed_on": date(2013, 3, 1),
    "position": "lead",
    "qualification": "social_worker",
    "qualified_on": date(2015, 6, 1),
    "contribution_base_fen": yuan("8,000.00"),
}

# Each case: who; packs; month; gross; personal and employer insurance; cumulative taxable; tax; net. Worked by hand.
GOLDEN = {
    # 2,400 + 0 + 5 × 30 + 0 + 600 × 1.0. Floor 4,232: 8 % 338.56, 2 % + 5 89.64, 0.5 % 21.16; employer 16 % 677.12,
    # 8.5 % 359.72, 0.5 % 21.16, 0.4 % 16.928 → 16.93. Income 9,450 is below 3 × 5,000: no tax.
    "low pay, no tax": (officer(), PACKS, MARCH, "3,150.00", "449.36", "1,074.93", "0.00", "0.00", "2,700.64"),
    # Last year's own average 3,000 is raised to the floor: the same as above.
    "base below floor": (
        officer(contribution_base_fen=yuan("3,000.00")),
        PACKS, MARCH, "3,150.00", "449.36", "1,074.93", "0.00", "0.00", "2,700.64",
    ),
    # 2,400 + 300 + 22 × 30 = 660 capped at 600 + 300 + 600 × 1.2 = 720. Base cut to 21,159: 8 % 1,692.72,
    # 2 % + 5 428.18, 0.5 % 105.795 → 105.80; 16 % 3,385.44, 8.5 % 1,798.515 → 1,798.52, 105.80, 0.4 % 84.636 → 84.64.
    "base above ceiling, years capped": (
        officer(
            appointed_on=date(2003, 9, 1), position="lead", qualification="senior", qualified_on=date(2012, 1, 9),
            appraisals=(Appraisal(year=2025, quarter=4, coefficient_permille=1200),),
            contribution_base_fen=yuan("25,000.00"),
        ),
        PACKS, MARCH, "4,320.00", "2,226.70", "5,374.40", "0.00", "0.00", "2,093.30",
    ),
    # 2,400 + 300 + 13 × 30 + 200 + 600; thirteen years are full on the very day. Base 8,000: 640 + 165 + 40; 1,280 +
    # 680 + 40 + 32. Back pay before take-over: 56,780 + 3,890 - 15,000 - (1,690 + 845) = 43,135, × 10 % - 2,520.
    "high pay by back pay, 10 %": (
        officer(**LEAD, year_to_date=ytd(2, "56,780.00", "1,690.00")),
        PACKS, MARCH, "3,890.00", "845.00", "2,032.00", "43,135.00", "1,793.50", "1,251.50",
    ),
    # The month after: 43,135 + 3,890 - 5,000 - 845 = 41,180 → 1,598.00, less than was withheld: none, and no refund.
    "month after high pay, nothing more": (
        officer(**LEAD, paid_through_month=MARCH, year_to_date=ytd(3, "60,670.00", "2,535.00", "1,793.50")),
        PACKS, Month(2026, 4), "3,890.00", "845.00", "2,032.00", "41,180.00", "0.00", "3,045.00",
    ),
    # 20,000 + 150 + 600 = 20,750; a month adds 20,750 - 5,000 - 845 = 14,905. Two months 29,810 × 3 % = 894.30 were
    # withheld; three are 44,715 × 10 % - 2,520 = 1,951.50; the difference is withheld now.
    "crossing from 3 % to 10 %": (
        officer(contribution_base_fen=yuan("8,000.00"), year_to_date=ytd(2, "41,500.00", "1,690.00", "894.30")),
        RICH, MARCH, "20,750.00", "845.00", "2,032.00", "44,715.00", "1,057.20", "18,847.80",
    ),
    # Special deductions of 2,000 a month, first month of the year: 20,750 - 5,000 - 845 - 2,000 = 12,905 × 3 %.
    "special additional deductions": (
        officer(
            contribution_base_fen=yuan("8,000.00"), special_deduction_fen=yuan("2,000.00"),
            paid_through_month=Month(2025, 12), year_to_date=ytd(12, "240,000.00", "10,140.00", "9,999.00"),
        ),
        RICH, Month(2026, 1), "20,750.00", "845.00", "2,032.00", "12,905.00", "387.15", "19,517.85",
    ),
    # In service since June: July is the second month, not the seventh. 20,000 + 600; 2 × (20,600 - 5,000 - 845) =
    # 29,510 × 3 % = 885.30, of which 442.65 were withheld in June.
    "mid-year start": (
        officer(
            appointed_on=date(2026, 6, 1), contribution_base_fen=yuan("8,000.00"), appraisals=(),
            paid_through_month=Month(2026, 6), year_to_date=ytd(1, "20,600.00", "845.00", "442.65"),
        ),
        RICH, Month(2026, 7), "20,600.00", "845.00", "2,032.00", "29,510.00", "442.65", "19,312.35",
    ),
    # 2,400 + 5 × 30 and no performance pay at all: the last closed quarter was failed.
    "failed appraisal": (
        officer(appraisals=(Appraisal(year=2025, quarter=4, coefficient_permille=0),)),
        PACKS, MARCH, "2,550.00", "449.36", "1,074.93", "0.00", "0.00", "2,100.64",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN.values(), ids=GOLDEN)
def test_worked_slips(case: tuple[OfficerPay, PayPacks, Month, str, str, str, str, str, str]) -> None:
    who, packs, month, *expected = case
    pay = pay_of(who, packs, month)
    found = [
        pay.gross_fen,
        pay.personal_fen,
        pay.employer_fen,
        pay.withholding.taxable_fen,
        pay.tax_fen,
        pay.net_fen,
    ]
    assert found == [yuan(amount) for amount in expected]


def test_a_slip_names_its_five_parts_and_every_insurance_line() -> None:
    pay = pay_of(officer(**LEAD), PACKS, MARCH)
    assert {line.month for line in pay.lines} == {MARCH}
    assert [(line.code, line.amount_fen) for line in pay.lines if line.side == "part"] == [
        ("base", 240000),
        ("position", 30000),
        ("service_years", 39000),
        ("qualification", 20000),
        ("performance", 60000),
    ]
    codes = {side: [line.code for line in pay.lines if line.side == side] for side in ("personal", "employer")}
    assert codes == {
        "personal": ["pension", "medical", "unemployment"],
        "employer": ["pension", "medical", "unemployment", "injury"],
    }


@pytest.mark.parametrize(
    ("appointed_on", "month", "years"),
    [
        (date(2020, 3, 1), Month(2026, 3), 6),
        (date(2020, 3, 2), Month(2026, 3), 5),
        (date(2020, 2, 29), Month(2026, 3), 6),
        (date(2020, 2, 29), Month(2026, 2), 5),
        (date(2026, 3, 1), Month(2026, 3), 0),
        (date(2026, 4, 1), Month(2026, 3), 0),
    ],
)
def test_service_years_are_full_years_on_the_months_first_day(appointed_on: date, month: Month, years: int) -> None:
    assert full_years(appointed_on, month.first_day) == years


@pytest.mark.parametrize(
    ("qualified_on", "counts"),
    [(date(2026, 2, 28), "assistant"), (date(2026, 3, 1), "none"), (date(2026, 3, 31), "none"), (None, "none")],
)
def test_a_certificate_counts_from_the_month_after_its_date(qualified_on: date | None, counts: str) -> None:
    who = officer(qualification="assistant", qualified_on=qualified_on)
    assert basis_of(who.timeline, PACKS, MARCH).qualification == counts


@pytest.mark.parametrize(
    ("quarters", "month", "coefficient"),
    [
        ([(2025, 4, 1200)], Month(2026, 3), 1200),
        ([(2025, 4, 1200), (2026, 1, 800)], Month(2026, 3), 1200),  # the first quarter ends with March
        ([(2025, 4, 1200), (2026, 1, 800)], Month(2026, 4), 800),
        ([(2026, 1, 800), (2025, 4, 1200)], Month(2026, 4), 800),  # in whatever order they were confirmed
        ([(2025, 2, 0)], Month(2026, 3), 0),  # the latest there is
        ([(2026, 1, 800)], Month(2026, 3), 1000),  # nothing closed yet: the scale's own figure
        ([], Month(2026, 3), 1000),
    ],
)
def test_the_last_closed_quarter_sets_the_coefficient(
    quarters: list[tuple[int, int, int]], month: Month, coefficient: int
) -> None:
    appraisals = tuple(Appraisal(year=y, quarter=q, coefficient_permille=c) for y, q, c in quarters)
    assert basis_of(officer(appraisals=appraisals).timeline, PACKS, month).coefficient_permille == coefficient


@pytest.mark.parametrize(
    ("taxable", "tax"),
    [
        ("0.00", "0.00"),
        ("0.17", "0.01"),  # 0.0051 → half up to the fen
        ("36,000.00", "1,080.00"),
        ("36,000.10", "1,080.01"),
        ("144,000.00", "11,880.00"),
        ("300,000.00", "43,080.00"),
        ("420,000.00", "73,080.00"),
        ("660,000.00", "145,080.00"),
        ("960,000.00", "250,080.00"),
        ("1,000,000.00", "268,080.00"),
    ],
)
def test_cumulative_tax_at_the_borders_of_the_table(taxable: str, tax: str) -> None:
    assert cumulative_tax_fen(yuan(taxable), PACKS.tax) == yuan(tax)


@pytest.mark.parametrize(
    ("rounding", "unit_fen", "expected_fen"),
    [
        ("half_up", 1, 2117),
        ("up", 1, 2117),
        ("down", 1, 2116),
        ("half_up", 10, 2120),
        ("down", 10, 2110),
        ("half_up", 100, 2100),
        ("up", 100, 2200),
    ],
)
def test_each_insurance_line_rounds_its_own_way(rounding: str, unit_fen: int, expected_fen: int) -> None:
    line = msgspec.structs.replace(PACKS.insurance.lines[0], rounding=rounding, rounding_unit_fen=unit_fen)
    assert isinstance(line, InsuranceLine)
    assert insured_fen(yuan("4,233.00"), 50, line) == expected_fen  # 0.5 % are 2,116.5 fen


# ── laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────

FEN = st.integers(0, 10_000_000).map(Fen)
YEARS_TO_DATE = st.builds(
    YearToDate, months=st.integers(0, 11), income_fen=FEN, insurance_fen=FEN, special_fen=FEN, tax_fen=FEN
)
OFFICERS = st.builds(
    officer,
    appointed_on=st.dates(date(1981, 3, 1), date(2026, 3, 1)),
    position=st.sampled_from(sorted(PACKS.scale.positions)),
    qualification=st.sampled_from(sorted(PACKS.scale.qualifications)),
    qualified_on=st.just(date(2015, 6, 1)),
    appraisals=st.integers(0, 1500).map(
        lambda permille: (Appraisal(year=2025, quarter=4, coefficient_permille=permille),)
    ),
    contribution_base_fen=st.integers(1, 5_000_000).map(Fen),
    special_deduction_fen=st.integers(0, 1_000_000).map(Fen),
    year_to_date=YEARS_TO_DATE,
)


@given(OFFICERS, st.sampled_from([PACKS, RICH]))
def test_parts_add_up_to_gross_and_gross_less_insurance_less_tax_is_net(who: OfficerPay, packs: PayPacks) -> None:
    pay = pay_of(who, packs, MARCH)
    sides = {
        side: [line.amount_fen for line in pay.lines if line.side == side] for side in ("part", "personal", "employer")
    }
    assert len(sides["part"]) == 5
    assert sum(sides["part"]) == pay.gross_fen
    assert pay.gross_fen - sum(sides["personal"]) - pay.tax_fen == pay.net_fen
    assert pay.cost_fen == pay.gross_fen + sum(sides["employer"])
    assert min(pay.tax_fen, pay.withholding.taxable_fen) >= 0
    low, high = (_with_base(who, base) for base in (1, 10**9))
    low_fen, high_fen = (pay_of(one, packs, MARCH).employer_fen for one in (low, high))
    assert low_fen <= pay.employer_fen <= high_fen


def _with_base(who: OfficerPay, base_fen: int) -> OfficerPay:
    replace = msgspec.structs.replace
    bases = tuple(replace(one, base_fen=Fen(base_fen)) for one in who.timeline.bases)
    return replace(who, timeline=replace(who.timeline, bases=bases))


@given(st.lists(st.integers(0, 8_000_000), min_size=1, max_size=12))
def test_what_was_withheld_in_a_year_is_the_highest_cumulative_tax(base_fens: list[int]) -> None:
    so_far, cumulative = ytd(0), []
    for base_fen in base_fens:
        packs = msgspec.structs.replace(PACKS, scale=msgspec.structs.replace(PACKS.scale, base_fen=Fen(base_fen)))
        pay = pay_of(officer(year_to_date=so_far), packs, MARCH)
        cumulative.append(cumulative_tax_fen(pay.withholding.taxable_fen, PACKS.tax))
        so_far = YearToDate(
            months=so_far.months + 1,
            income_fen=Fen(so_far.income_fen + pay.gross_fen),
            insurance_fen=Fen(so_far.insurance_fen + pay.personal_fen),
            special_fen=Fen(0),
            tax_fen=Fen(so_far.tax_fen + pay.tax_fen),
        )
    assert so_far.tax_fen == max(cumulative)


def test_the_sample_years_cost_is_within_the_plans_band() -> None:
    """二(四): 1000余万元 for 198 officers. One lead a town, 43 deputies; nearly all bases at the floor."""
    qualifications = ["none"] * 62 + ["assistant"] * 26 + ["social_worker"] * 11 + ["senior"]
    coefficients = [1200] * 18 + [1000] * 55 + [800] * 24 + [0] * 3
    cost_fen = 0
    for i in range(198):
        who = officer(
            position="lead" if i < 26 else "deputy" if i < 69 else "member",
            appointed_on=date(2012 + i * 7 % 14, 1 + i % 12, 1),
            qualification=qualifications[i * 37 % 100],
            qualified_on=date(2020, 1, 1),
            appraisals=(Appraisal(year=2025, quarter=4, coefficient_permille=coefficients[i * 53 % 100]),),
            contribution_base_fen=yuan("9,000.00" if i < 6 else "4,232.00"),
        )
        cost_fen += pay_of(who, PACKS, MARCH).cost_fen * 12
    assert yuan("10,000,000.00") <= cost_fen <= yuan("10,990,000.00")
