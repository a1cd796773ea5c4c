"""Proves the recognitions (民政建档特殊困难家庭): 低保边缘 and 刚性支出, who fits, for how long, and then again.

Limits are the sample packs': urban dibao standard 735 yuan a head and month, rural 600.
"""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.casework.domain import (
    LapseRecognition,
    TakeOverHousehold,
    sealed_income,
    sealed_property,
    sealed_spending,
)
from services.casework.domain.recognising import last_day_of
from services.casework.rules import Recognition
from services.contracts.casework import EligibilityConfirmed, HouseholdSurveyed, RecognitionLapsed, ServicePlanned
from services.contracts.months import Month
from services.contracts.sealed import Clear
from tests.unit.casework_steps import (
    APPLICANT,
    BOOK,
    DECIDED,
    RECOGNITIONS,
    SPOUSE,
    H,
    Said,
    confirm,
    no,
    open_case,
    run,
    steps,
    survey,
)


@pytest.mark.parametrize(
    ("what", "need", "income_fen", "spending_fen", "over", "code"),
    [
        ("城市边缘：低于735元的1.5倍一分钱", "near_dibao_urban", 110_249, None, (), ""),
        ("城市边缘：正好1.5倍", "near_dibao_urban", 110_250, None, (), "income-over-limit"),
        ("农村边缘：低于600元的1.5倍一分钱", "near_dibao_rural", 89_999, None, (), ""),
        ("农村边缘：正好1.5倍", "near_dibao_rural", 90_000, None, (), "income-over-limit"),
        ("边缘：有超标车辆", "near_dibao_urban", 60_000, None, ("vehicle",), "property-over-limit"),
        ("边缘：财产未核实", "near_dibao_urban", 60_000, None, None, "property-unknown"),
        ("边缘：收入未核实", "near_dibao_urban", None, None, (), "income-unknown"),
        ("刚性支出：扣减后低于735元一分钱", "rigid_spending_urban", 173_499, 100_000, (), ""),
        ("刚性支出：扣减后正好735元", "rigid_spending_urban", 173_500, 100_000, (), "spending-too-small"),
        ("刚性支出：支出大于收入", "rigid_spending_rural", 50_000, 90_000, (), ""),
        ("刚性支出：收入正好三倍标准", "rigid_spending_rural", 180_000, 179_000, (), "income-over-limit"),
        ("刚性支出：支出未核实", "rigid_spending_urban", 100_000, None, (), "spending-unknown"),
        ("刚性支出：存款超标", "rigid_spending_urban", 100_000, 90_000, ("deposits",), "property-over-limit"),
    ],
)
def test_who_is_recognised(
    what: str, need: str, income_fen: int | None, spending_fen: int | None, over: tuple[str, ...] | None, code: str
) -> None:
    decision = confirm(
        number=f"R-1-{need}",
        income_per_head_fen=income_fen,
        rigid_spending_per_head_fen=spending_fen,
        property_over=over,
    )
    if code:
        assert no(*steps(need), decision) == code, what
    else:
        assert isinstance(run(*steps(need), decision)[1][0], EligibilityConfirmed), what


def test_what_a_survey_finds_of_the_means_is_sealed_and_kept_for_the_decision() -> None:
    """As its edge unseals it (DOMAIN §8): income, necessary spending and property, each for the applicant's key."""
    n = "R-1-rigid_spending_urban"
    found = survey(number=n, property_over=("vehicle",), rigid_spending_per_head_fen=1_234)
    state, (made,) = run(open_case("rigid_spending_urban"), found)
    assert isinstance(made, HouseholdSurveyed)
    boxes = [sealed(state, n) for sealed in (sealed_income, sealed_spending, sealed_property)]
    texts = [box.values[0].text for box in boxes if box and isinstance(box.values[0], Clear)]
    assert texts == ["30000", "1234", '["vehicle"]']
    assert "vehicle" not in repr(made)
    state, _ = run(open_case("near_dibao_urban"), survey(number="R-1-near_dibao_urban", property_over=None))
    assert sealed_property(state, "R-1-near_dibao_urban") is None


@pytest.mark.parametrize("need", RECOGNITIONS)
def test_a_recognition_pays_nothing_and_is_valid_for_a_year_from_its_decision(need: str) -> None:
    state, (made, planned) = run(*steps(need), confirm(number=f"R-1-{need}"))
    assert isinstance(made, EligibilityConfirmed)
    assert (made.monthly_amount_fen, made.one_off, made.reverify_by) == (0, False, None)
    assert (made.from_month, made.valid_until) == (Month(2026, 3), date(2027, 3, 15))
    assert (state.category, state.valid_until) == (need, date(2027, 3, 15))
    assert isinstance(planned, ServicePlanned)
    services = [(one.service, one.times_per_month) for one in planned.services]
    assert services == [("escort", 1)], "with a member who is severely ill, as for all families in special hardship"
    assert planned.officer == "O001", "a recognised household has somebody who answers for it (四(二))"


@pytest.mark.parametrize(
    ("from_on", "months", "last"),
    [
        (date(2026, 3, 16), 12, date(2027, 3, 15)),
        (date(2026, 3, 1), 12, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 30)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
    ],
)
def test_a_term_of_months_ends_the_day_before_the_same_day(from_on: date, months: int, last: date) -> None:
    assert last_day_of(from_on, months) == last


def lapse(valid_until: date, today: date) -> tuple[date, LapseRecognition]:
    return today, LapseRecognition(household_no=H, valid_until=valid_until)


def test_it_lapses_after_its_last_day_and_may_be_asked_for_again_before_or_after() -> None:
    need = "near_dibao_urban"
    recognised = (*steps(need), confirm(number=f"R-1-{need}"))
    last = date(2027, 3, 15)
    assert no(*recognised, lapse(last, last)) == "still-valid"
    state, facts = run(*recognised, lapse(last, date(2027, 3, 16)))
    assert facts == (RecognitionLapsed(town="T01", category=need, valid_until=last),)
    assert (state.category, state.valid_until) == ("", None)
    assert no(*recognised, lapse(last, date(2027, 3, 16)), lapse(last, date(2027, 3, 16))) == "still-valid"
    renewed = (*recognised, *(second(one) for one in steps(need)), second(confirm(date(2026, 3, 18), f"R-1-{need}")))
    state, facts = run(*renewed)
    assert isinstance(facts[0], EligibilityConfirmed)
    assert state.valid_until == date(2027, 3, 17)
    assert no(*renewed, lapse(last, date(2027, 3, 16))) == "still-valid", "the older validity ended with the newer"


def second(said: Said) -> Said:
    """The same step of a second application."""
    day, command = said if isinstance(said, tuple) else (date(2026, 3, 2), said)
    changed: Any = command
    number = changed.application_no.replace("R-1-", "R-2-")
    return day, msgspec.structs.replace(changed, application_no=number)


def test_dibao_takes_the_place_of_a_recognition_and_not_the_other_way_round() -> None:
    need = "near_dibao_urban"
    state, _ = run(*steps(need), confirm(number=f"R-1-{need}"), *steps(), confirm())
    assert (state.category, state.valid_until) == ("dibao_urban", None)
    stock = TakeOverHousehold(
        household_no=H, town="T01", committee="T01-C01", category="dibao_urban", members=(APPLICANT, SPOUSE),
        address="示例路1号", monthly_amount_fen=40_000, benefit_from_month=Month(2020, 5), officer="O001",
        visits_per_month=1, source="示例", document="示例1号", reverify_by=date(2026, 9, 1),
    )  # fmt: skip
    assert no(stock, *steps(need), confirm(number=f"R-1-{need}")) == "benefit-in-force"


def test_every_limit_that_the_criteria_name_is_said_in_words() -> None:
    pack = BOOK.on("recognition", DECIDED, Recognition)
    assert set(pack.needs) == set(RECOGNITIONS)
    for criteria in pack.needs.values():
        assert criteria.property_limits <= set(pack.property_limits)
        assert "示例" in criteria.article


def test_a_recognition_is_decided_by_the_bureau_with_an_officer_named() -> None:
    need = "rigid_spending_urban"
    assert no(*steps(need), confirm(number=f"R-1-{need}", officer=None)) == "officer-missing"
    assert no(open_case(need), confirm(number=f"R-1-{need}")) == "survey-missing"
