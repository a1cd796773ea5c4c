"""Proves income tax and insurance by tables with their working: every bracket ±1 fen over twelve months, starts, limits, rounding."""

from datetime import date
from functools import cache
from typing import Any

import msgspec
import pytest

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import YearToDate
from services.contracts.rulebook import AdoptedPack
from services.payroll.pay import (
    NOTHING_YET,
    Absent,
    ContributionBase,
    Due,
    OfficerPay,
    Pay,
    TaxStanding,
    basic_deduction,
    cumulative_tax_fen,
    due,
    slip,
    total,
    with_first_base,
    withholding,
)
from services.payroll.pay.tax import months_here
from services.payroll.rules import InsuranceLine, PayPacks, pay_packs_on, with_packs
from tests.unit.payroll_world import RICH, in_post, officer
from tests.unit.test_payroll_cases import MARCH, PACKS, RULES, ytd, yuan

replace = msgspec.structs.replace
JANUARY, DECEMBER = Month(2026, 1), Month(2026, 12)


@cache
def packs_of(month: Month) -> PayPacks:
    return pay_packs_on(RULES, month.first_day)


def paid(who: OfficerPay, packs: PayPacks, month: Month) -> Pay:
    pay = slip(who, lambda _: packs, month)
    assert pay is not None
    return pay


# ── cumulative withholding ──────────────────────────────────────────────────────────────────────────────────────────


def withheld(monthly_taxable_fen: list[int]) -> list[int]:
    """What is withheld in each month of a year from January, from wages that add so much to taxable income."""
    before = NOTHING_YET
    taxes: list[int] = []
    who = officer(paid_through_month=Month(2025, 12))
    for number, taxable_fen in enumerate(monthly_taxable_fen, start=1):
        month = Month(2026, number)
        months = months_here(who.timeline, month)
        deduction = basic_deduction(who.timeline, NOTHING_YET, months, month, PACKS.tax)
        gross_fen = Fen(taxable_fen + PACKS.tax.basic_deduction_fen_per_month)
        held = withholding(before, gross_fen, Fen(0), Fen(0), deduction, PACKS.tax)
        assert held.taxable_fen == max(0, sum(monthly_taxable_fen[:number]))
        taxes.append(held.tax_fen)
        before = YearToDate(
            months=number,
            income_fen=Fen(before.income_fen + gross_fen),
            insurance_fen=Fen(0),
            special_fen=Fen(0),
            tax_fen=Fen(before.tax_fen + held.tax_fen),
        )
    return taxes


# Taxable income of the year in fen, the row's rate in percent, what its quick deduction leaves of tax, by hand:
# at a border both rows give the same; one fen more is taxed at the higher rate, below half a fen of tax shows nothing.
BORDERS = [
    (3_600_000, "1,080.00"),  # 36,000 × 3 %
    (14_400_000, "11,880.00"),  # 144,000 × 10 % - 2,520
    (30_000_000, "43,080.00"),  # 300,000 × 20 % - 16,920
    (42_000_000, "73,080.00"),  # 420,000 × 25 % - 31,920
    (66_000_000, "145,080.00"),  # 660,000 × 30 % - 52,920
    (96_000_000, "250,080.00"),  # 960,000 × 35 % - 85,920
]
ROW_ABOVE = [10, 20, 25, 30, 35, 45]


@pytest.mark.parametrize(("border_fen", "tax"), BORDERS)
@pytest.mark.parametrize("more_fen", [-1, 0, 1])
def test_a_year_that_ends_at_a_border_of_the_table_pays_its_tax_over_twelve_months(
    border_fen: int, tax: str, more_fen: int
) -> None:
    """Eleven equal months and a last one that brings the year to the border, one fen less or one fen more."""
    monthly = border_fen // 12
    taxes = withheld([monthly] * 11 + [border_fen + more_fen - monthly * 11])
    # One fen is worth less than half a fen of tax at any rate.
    assert sum(taxes) == yuan(tax)
    assert min(taxes) >= 0
    assert taxes == sorted(taxes)


@pytest.mark.parametrize(("border", "percent"), list(zip([fen for fen, _ in BORDERS], ROW_ABOVE, strict=True)))
def test_a_yuan_above_a_border_is_taxed_at_the_next_rate(border: int, percent: int) -> None:
    above = cumulative_tax_fen(Fen(border + 100), PACKS.tax) - cumulative_tax_fen(Fen(border), PACKS.tax)
    assert above == percent


def test_a_month_of_high_pay_is_merged_and_a_low_one_gives_nothing_back() -> None:
    """1,000 a month but 41,000 in June: 5,000 × 3 % = 150.00 to May; then 46,000 × 10 % - 2,520 = 2,080.00, 1,930.00 in June.

    From July 1,000 × 10 % = 100.00 a month: no yearly bonus is taxed apart.
    """
    taxes = withheld([100_000] * 5 + [4_100_000] + [100_000] * 6)
    assert taxes == [3000] * 5 + [193_000] + [10_000] * 6


def test_a_negative_month_is_carried_until_it_is_made_up() -> None:
    """10,000, then -3,000 twice, then 4,000 twice: 300.00, nothing, nothing, 8,000 ≤ 10,000 nothing, 12,000: 60.00."""
    assert withheld([1_000_000, -300_000, -300_000, 400_000, 400_000]) == [30_000, 0, 0, 0, 6_000]


def test_a_start_in_july_deducts_from_july_on_whatever_month_the_first_slip_is_of() -> None:
    """In service since July, filed in September: 3 × 5,000 are deducted, not one month's 5,000."""
    september = Month(2026, 9)
    who = OfficerPay.unpaid(
        officer(
            appointed_on=date(2026, 7, 1), appraisals=(), paid_through_month=Month(2026, 6), year_to_date=NOTHING_YET
        ).timeline
    )
    pay = paid(who, RICH, september)
    assert pay.gross_fen == 3 * yuan("20,600.00")
    assert (pay.withholding.deduction_months, pay.withholding.deduction_fen) == (3, yuan("15,000.00"))
    # The same officer paid month by month has paid the same tax by September.
    monthly, tax_fen = who, 0
    for number in (7, 8, 9):
        one = paid(monthly, RICH, Month(2026, number))
        tax_fen += one.tax_fen
        monthly = monthly.after(one, Month(2026, number))
    assert tax_fen == pay.tax_fen


def test_months_on_post_without_a_slip_count_and_months_off_post_do_not() -> None:
    """Taken over after February; on post in March, gone in April and May, back in June: 2 + 1 + 1 months."""
    posts = (in_post(date(2020, 5, 1), date(2026, 3, 31)), in_post(date(2026, 6, 1), behind=4))
    assert paid(officer(posts=posts), PACKS, Month(2026, 6)).withholding.deduction_months == 4
    assert paid(officer(), PACKS, Month(2026, 6)).withholding.deduction_months == 6


def test_special_deductions_declared_late_count_from_their_month() -> None:
    """1,000 a month from April, known in June: 3,000 in June's slip; the 500 a month of January and February were taken over."""
    before = replace(ytd(2, "6,300.00"), special_fen=yuan("1,000.00"))
    known = officer(year_to_date=before).timeline.deductions[0]
    late = replace(known, from_month=Month(2026, 4), monthly_fen=yuan("1,000.00"), behind=3)
    who = officer(year_to_date=before, deductions=(late,))
    held = paid(who, RICH, Month(2026, 6)).withholding
    assert (held.before.special_fen, held.special_deduction_fen) == (yuan("1,000.00"), yuan("3,000.00"))


def test_special_deductions_declared_late_for_months_before_the_take_over_are_made_up() -> None:
    """1,000 a month from January, declared after take-over: 2 × 1,000 − 500 of January and February come in March."""
    before = replace(ytd(2, "6,300.00"), special_fen=yuan("500.00"))
    known = officer(year_to_date=before).timeline.deductions[0]
    late = replace(known, from_month=Month(2026, 1), monthly_fen=yuan("1,000.00"), behind=3)
    held = paid(officer(year_to_date=before, deductions=(known, late)), RICH, MARCH).withholding
    assert (held.before.special_fen, held.special_deduction_fen) == (yuan("500.00"), yuan("2,500.00"))
    of_last_year = replace(known, monthly_fen=yuan("1,000.00"))
    held = paid(officer(year_to_date=before, deductions=(of_last_year,)), RICH, MARCH).withholding
    assert held.special_deduction_fen == yuan("1,000.00"), "what came with the officer stands as it was stated"


# ── two later rules ─────────────────────────────────────────────────────────────────────────────────────────────────


def standing(**said: Any) -> tuple[TaxStanding, ...]:
    return (TaxStanding(year=2026, behind=3, **said),)


AT_ONCE = [
    # Last year with this payer throughout and not above 60,000: the whole 60,000 from January on.
    ("60,000.00 exactly", {"last_year_months": 12, "last_year_income_fen": 6_000_000}, "at_once", 12, "60,000.00"),
    ("one fen more", {"last_year_months": 12, "last_year_income_fen": 6_000_001}, "monthly", 1, "5,000.00"),
    ("eleven months", {"last_year_months": 11, "last_year_income_fen": 100}, "monthly", 1, "5,000.00"),
    ("nothing known", {}, "monthly", 1, "5,000.00"),
]


@pytest.mark.parametrize(("said", "rule", "months", "deducted"), [c[1:] for c in AT_ONCE], ids=[c[0] for c in AT_ONCE])
def test_sixty_thousand_at_once_for_a_full_year_of_little_pay(
    said: dict[str, int], rule: str, months: int, deducted: str
) -> None:
    who = officer(paid_through_month=Month(2025, 12), year_to_date=NOTHING_YET, tax_standings=standing(**said))
    held = paid(who, RICH, JANUARY).withholding
    assert (held.deduction_rule, held.deduction_months, held.deduction_fen) == (rule, months, yuan(deducted))


def test_the_slips_of_last_year_say_so_themselves() -> None:
    """Twelve slips of 2026, from an appointment in January on, add up to 37,800: 60,000 at once in 2027."""
    first = date(2026, 1, 1)
    who = officer(appointed_on=first, appraisals=(), paid_through_month=Month(2025, 12), year_to_date=NOTHING_YET)
    for number in range(1, 13):
        who = who.after(paid(who, PACKS, Month(2026, number)), Month(2026, number))
    january = paid(who, PACKS, Month(2027, 1))
    assert who.year_to_date.income_fen == 12 * yuan("3,000.00")
    assert january.withholding.deduction_rule == "at_once"
    in_february = who.after(january, Month(2027, 1))
    assert in_february.last_year == who.year_to_date
    assert paid(in_february, PACKS, Month(2027, 2)).withholding.deduction_rule == "at_once"
    eleven = replace(who, year_to_date=replace(who.year_to_date, months=11))
    assert paid(eleven, PACKS, Month(2027, 1)).withholding.deduction_rule == "monthly"


def test_above_sixty_thousand_within_the_year_the_tax_is_that_of_the_monthly_way_by_december() -> None:
    """20,600 a month: nothing up to February (41,200 ≤ 60,000 + insurance), and by December both ways have withheld the same."""
    sums = []
    for said in ({"last_year_months": 12, "last_year_income_fen": 100}, {}):
        who = officer(paid_through_month=Month(2025, 12), year_to_date=NOTHING_YET, tax_standings=standing(**said))
        taxes = []
        for number in range(1, 13):
            pay = paid(who, RICH, Month(2026, number))
            taxes.append(pay.tax_fen)
            who = who.after(pay, Month(2026, number))
        sums.append((taxes[0], taxes[1], sum(taxes)))
    assert sums[0][:2] == (0, 0)
    assert sums[1][0] > 0
    assert sums[0][2] == sums[1][2]


def test_the_first_wages_of_a_year_deduct_from_january() -> None:
    """First job in July: 7 × 5,000 (公告2020年第13号), not 5,000."""
    who = officer(
        appointed_on=date(2026, 7, 1), appraisals=(), paid_through_month=Month(2026, 6), year_to_date=NOTHING_YET,
        tax_standings=standing(first_job=True),
    )  # fmt: skip
    held = paid(who, RICH, Month(2026, 7)).withholding
    assert (held.deduction_rule, held.deduction_months, held.deduction_fen) == ("from_january", 7, yuan("35,000.00"))


def test_before_the_two_rules_were_made_neither_holds() -> None:
    old = pay_packs_on(RULES, date(2026, 1, 1))
    plain = replace(old, tax=RULES.on("income_tax", date(2020, 12, 31), type(old.tax)))
    said = standing(first_job=True, last_year_months=12, last_year_income_fen=Fen(100))
    who = officer(paid_through_month=Month(2025, 12), year_to_date=NOTHING_YET, tax_standings=said)
    assert paid(who, plain, MARCH).withholding.deduction_rule == "monthly"


# ── insurance ───────────────────────────────────────────────────────────────────────────────────────────────────────


def owed(who: OfficerPay, month: Month = MARCH, packs: PayPacks = PACKS) -> Due:
    found = due(who.timeline, packs, month)
    assert found is not None
    return found


def personal(found: Due) -> dict[str, int]:
    return {one.code: one.amount_fen for one in found.personal}


BASES = [
    # 8 %, 2 % + 5, 0.5 % of 4,232 = 338.56, 84.64 + 5, 21.16
    ("one fen below the floor", 423_199, [33856, 8964, 2116]),
    ("the floor", 423_200, [33856, 8964, 2116]),
    # 4,233: 338.64, 84.66 + 5, 21.165 → 21.17
    ("a yuan above it", 423_300, [33864, 8966, 2117]),
    # 21,159: 1,692.72, 423.18 + 5, 105.795 → 105.80
    ("the ceiling", 2_115_900, [169272, 42818, 10580]),
    ("one fen above it", 2_115_901, [169272, 42818, 10580]),
]


@pytest.mark.parametrize(("base_fen", "expected"), [c[1:] for c in BASES], ids=[c[0] for c in BASES])
def test_a_base_is_kept_between_floor_and_ceiling(base_fen: int, expected: list[int]) -> None:
    found = owed(officer(contribution_base_fen=Fen(base_fen)))
    assert list(personal(found).values()) == expected


def with_insurance(version: str, valid_from: date, **changes: Any) -> list[AdoptedPack]:
    adopted = RULES.adopted("insurance", valid_from)
    return [
        replace(adopted, version=version, valid_from=valid_from, content={**adopted.content, **changes}),
    ]  # fmt: skip


def test_rates_that_change_in_july_leave_june_alone() -> None:
    """Unemployment from 0.5 % to 1 % in July: 21.16 in June, 42.32 in July; the base stays what it was."""
    lines = [
        {**line, "personal_basis_points": 100} if line["code"] == "unemployment" else line
        for line in RULES.adopted("insurance", MARCH.first_day).content["lines"]
    ]
    book = with_packs(RULES, with_insurance("2026.2", date(2026, 7, 1), lines=lines))
    who = officer()
    found = {
        number: personal(owed(who, Month(2026, number), pay_packs_on(book, date(2026, number, 1))))["unemployment"]
        for number in (6, 7)
    }
    assert found == {6: 2116, 7: 4232}


def test_rates_published_late_give_differences_for_both_sides() -> None:
    """The new floor of 4,500 holds from July, adopted in August: pension 8 % 360.00 - 338.56 = 21.44 for July."""
    late = with_packs(RULES, with_insurance("2026.2", date(2026, 7, 1), floor_fen=450_000))
    july, august = Month(2026, 7), Month(2026, 8)
    who = officer()
    for number in range(3, 8):
        pay = slip(who, packs_of, Month(2026, number))
        assert pay is not None
        who = who.after(pay, Month(2026, number))
    pay = slip(who, lambda month: pay_packs_on(late, month.first_day), august)
    assert pay is not None
    lines = {(one.side, one.code): one.amount_fen for one in pay.lines if one.month == july}
    assert lines["personal", "pension"] == 2144
    assert lines["employer", "pension"] == 4288
    assert {side for side, _ in lines} == {"personal", "employer"}


def test_a_housing_fund_line_has_limits_and_rounding_of_its_own() -> None:
    """5 % of 4,232 kept within 2,300 and 30,000, to whole yuan: 211.60 → 212.00 for both sides."""
    fund = InsuranceLine(
        code="housing_fund", zh="住房公积金", en="housing fund", employer_basis_points=500, personal_basis_points=500,
        employer_fixed_fen=Fen(0), personal_fixed_fen=Fen(0), rounding="half_up", rounding_unit_fen=100,
        floor_fen=yuan("2,300.00"), ceiling_fen=yuan("30,000.00"),
    )  # fmt: skip
    packs = replace(PACKS, insurance=replace(PACKS.insurance, lines=(*PACKS.insurance.lines, fund)))
    assert personal(owed(officer(), packs=packs))["housing_fund"] == 21200
    low = owed(officer(contribution_base_fen=Fen(100_000)), packs=packs)
    assert personal(low)["housing_fund"] == 11500  # 2,300 × 5 %, while the pension takes its own floor
    high = owed(officer(contribution_base_fen=yuan("25,000.00")), packs=packs)
    assert personal(high)["housing_fund"] == 125000


JOINING = [
    # The shipped rule: whole months, however late the first day, however early the last.
    ("joined on the last day", {}, date(2026, 3, 31), None, ""),
    ("left on the first", {}, date(2020, 5, 1), date(2026, 3, 1), ""),
    # A place that takes whoever joins by the 15th, and insures the month of leaving from the 16th on.
    ("by the 15th", {"join_last_day": 15}, date(2026, 3, 15), None, ""),
    ("after the 15th", {"join_last_day": 15}, date(2026, 3, 16), None, "joined_late"),
    ("left on the 15th", {"leave_first_day": 16}, date(2020, 5, 1), date(2026, 3, 15), "left_early"),
    ("left on the 16th", {"leave_first_day": 16}, date(2020, 5, 1), date(2026, 3, 16), ""),
    ("there all month", {"join_last_day": 1, "leave_first_day": 31}, date(2020, 5, 1), None, ""),
]


@pytest.mark.parametrize(
    ("rule", "from_on", "until_on", "why"), [c[1:] for c in JOINING], ids=[c[0] for c in JOINING]
)  # fmt: skip
def test_the_months_of_joining_and_leaving_follow_the_places_rule(
    rule: dict[str, int], from_on: date, until_on: date | None, why: str
) -> None:
    packs = replace(PACKS, insurance=replace(PACKS.insurance, **rule))
    found = owed(officer(posts=(in_post(from_on, until_on),)), packs=packs)
    assert found.basis.uninsured == why
    assert (total(found.personal), total(found.employer)) == ((0, 0) if why else (44936, 107493))


def test_a_new_hire_is_insured_by_a_full_months_first_wage() -> None:
    """Hired on 16 March: paid 16 ÷ 31 of 3,000, insured by 3,000 raised to the floor; as lead of 20,900 by 20,900."""
    march_on = in_post(date(2026, 3, 16))
    who = officer(
        appointed_on=date(2026, 3, 16), appraisals=(), paid_through_month=Month(2026, 2), year_to_date=NOTHING_YET,
        posts=(march_on,), bases=(),
    )  # fmt: skip
    known = with_first_base(who.timeline, lambda _: PACKS)
    assert known.bases == (ContributionBase(from_month=MARCH, base_fen=yuan("3,000.00"), behind=1),)
    pay = paid(who, PACKS, MARCH)
    assert (pay.personal_fen, pay.bases[0].contribution_base_fen, pay.notes) == (44936, yuan("3,000.00"), ())
    lead = replace(who, timeline=replace(who.timeline, posts=(replace(march_on, position="lead"),)))
    assert paid(lead, RICH, MARCH).bases[0].contribution_base_fen == yuan("20,900.00")
    # A base that was declared stays; whoever was taken over has one, or is found without.
    assert with_first_base(officer().timeline, lambda _: PACKS) == officer().timeline
    assert with_first_base(officer(bases=()).timeline, lambda _: PACKS).bases == ()


def test_a_first_wage_stays_the_base_until_another_is_declared() -> None:
    hired = date(2026, 3, 1)
    who = officer(
        appointed_on=hired, appraisals=(), paid_through_month=Month(2026, 2), year_to_date=NOTHING_YET,
        bases=(ContributionBase(from_month=Month(2027, 1), base_fen=yuan("8,000.00"), behind=5),),
    )  # fmt: skip
    known = with_first_base(who.timeline, lambda _: PACKS)
    found = {str(m): due(known, PACKS, m) for m in (DECEMBER, Month(2027, 1))}
    assert [d.basis.contribution_base_fen for d in found.values() if d] == [yuan("3,000.00"), yuan("8,000.00")]


@pytest.mark.parametrize(
    ("mode", "base", "notes"),
    [
        ("service_contract", "4,232.00", ()),
        ("labour_service", "4,232.00", ("uninsured_mode",)),
        ("service_contract", "0.00", ("uninsured_no_base",)),
        ("on_loan", "4,232.00", ("mode_unknown",)),
    ],
)
def test_an_officer_without_insurance_is_said_to_be_so_on_the_slip(
    mode: str, base: str, notes: tuple[str, ...]
) -> None:
    who = officer(contribution_base_fen=yuan(base), posts=(in_post(date(2020, 5, 1), mode=mode),))
    pay = paid(who, PACKS, MARCH)
    assert pay.notes == notes
    assert (pay.employer_fen == 0) == any(note.startswith("uninsured") for note in notes)


def test_pay_below_the_minimum_wage_is_said_to_be_so_on_the_slip() -> None:
    guards = replace(PACKS.guards, minimum_wage_fen=yuan("3,150.01"))
    assert paid(officer(), replace(PACKS, guards=guards), MARCH).notes == ("below_minimum_wage",)
    assert paid(officer(), replace(PACKS, guards=replace(guards, minimum_wage_fen=yuan("3,150.00"))), MARCH).notes == ()
    without = replace(guards, minimum_wage_fen=yuan("2,600.00"), without_parts=("performance",))
    assert paid(officer(), replace(PACKS, guards=without), MARCH).notes == ("below_minimum_wage",)
    # A month served in part, or absent, is judged by the whole month's wage.
    part = officer(absences=(Absent(from_on=date(2026, 3, 2), until_on=date(2026, 3, 31), kind="unpaid"),))
    assert "below_minimum_wage" not in paid(part, PACKS, MARCH).notes
