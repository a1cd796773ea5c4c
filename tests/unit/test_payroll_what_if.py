"""Proves that what-if makes no difference with unchanged rules, agrees with runs to the fen, and shows what other rules change."""

import time
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PayslipComputed
from services.payroll.domain.what_if import AskWhatIf, OtherAppraisal, OtherPack, OtherTown, what_if
from services.payroll.pay.whatif import WhatIf, compare, replay
from services.payroll.rules import pay_packs_on
from tests.unit.payroll_world import officer
from tests.unit.test_payroll_cases import MARCH, RULES, Ledger, approved, budget, staffed, take_over, ytd, yuan

APRIL = Month(2026, 4)
UNCHANGED = AskWhatIf(first_month=MARCH, last_month=APRIL)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Three officers of two towns, two approved months; the first source ends within a line of April."""
    officers = [
        take_over("O001"),
        take_over("O002", town="T02", post_no="T02-P02", position="lead", year_to_date=ytd(2, "56,780.00", "1,690.00")),
        take_over("O003", qualification="assistant", qualified_on=date(2026, 3, 3)),
    ]
    paid = staffed(officers, [budget("1", "20,000.00"), budget("3")])
    return approved(approved(paid), APRIL)


def asked(ledger: Ledger, **changes: Any) -> WhatIf:
    return what_if(msgspec.structs.replace(UNCHANGED, **changes), ledger.states, RULES)


def test_unchanged_rules_make_no_difference_and_agree_with_the_runs_to_the_fen(ledger: Ledger) -> None:
    found, slips = asked(ledger), ledger.facts(PayslipComputed)
    figures = (*found.persons, *found.towns, *found.months, found.total)
    assert all((one.difference_fen, one.in_force) == (0, one.otherwise) for one in figures)
    assert all(one.difference_fen == 0 for one in found.sources)
    for one in found.persons:
        own = [slip for slip in slips if slip.officer == one.key]
        assert one.otherwise.gross_fen == sum(slip.gross_fen for slip in own)
        assert one.otherwise.tax_fen == sum(slip.tax_fen for slip in own)
        assert one.otherwise.net_fen == sum(slip.net_fen for slip in own)
        assert one.otherwise.employer_fen == sum(slip.employer_insurance_fen for slip in own)
    charged: dict[str, int] = {}
    for charge in (charge for slip in slips for line in slip.lines for charge in line.charges):
        charged[charge.source] = charged.get(charge.source, 0) + charge.amount_fen
    assert {one.source: one.otherwise_fen for one in found.sources} == charged
    assert [one.key for one in found.towns] == ["T01", "T02"]
    assert found.total.otherwise.tax_fen > 0


def test_asking_writes_nothing(ledger: Ledger) -> None:
    before = (dict(ledger.states), len(ledger.records))
    asked(ledger, packs=(scale(base_fen=260000),))
    assert (ledger.states, len(ledger.records)) == before


def scale(version: str = "what-if", valid_from: date = MARCH.first_day, **content: Any) -> OtherPack:
    shipped = RULES.adopted("pay_scale", MARCH.first_day).content
    return OtherPack(name="pay_scale", version=version, valid_from=valid_from, content={**shipped, **content})


def test_another_scale_shows_per_person_town_month_and_source(ledger: Ledger) -> None:
    """200 more a month: 400 a person, 1,200 in all; the first source is empty either way, so the third pays it."""
    found = asked(ledger, packs=(scale(base_fen=260000),))
    assert {one.key: one.difference_fen for one in found.persons} == dict.fromkeys(("O001", "O002", "O003"), 40000)
    assert {one.key: one.difference_fen for one in found.towns} == {"T01": 80000, "T02": 40000}
    assert {one.key: one.difference_fen for one in found.months} == {"2026-03": 60000, "2026-04": 60000}
    assert {one.source: one.difference_fen for one in found.sources} == {"1": 0, "3": 120000}
    assert found.total.difference_fen == 120000


def test_a_pack_holds_from_its_day_on(ledger: Ledger) -> None:
    found = asked(ledger, packs=(scale(valid_from=APRIL.first_day, base_fen=260000),))
    assert {one.key: one.difference_fen for one in found.months} == {"2026-03": 0, "2026-04": 60000}


def test_other_rates_move_cost_without_gross(ledger: Ledger) -> None:
    """Injury 0.4 % → 0.5 % of 4,232: 21.16 in place of 16.93 a month and person."""
    content = RULES.adopted("insurance", MARCH.first_day).content
    lines = [{**one, "employer_basis_points": 50} if one["code"] == "injury" else one for one in content["lines"]]
    pack = OtherPack(
        name="insurance", version="what-if", valid_from=MARCH.first_day, content={**content, "lines": lines}
    )
    found = asked(ledger, packs=(pack,))
    assert {one.difference_fen for one in found.persons} == {2 * (2116 - 1693)}
    assert found.total.in_force.gross_fen == found.total.otherwise.gross_fen


def test_another_appraisal_and_another_town(ledger: Ledger) -> None:
    grade = OtherAppraisal(officer="O001", year=2025, quarter=4, coefficient_permille=1200)
    found = asked(ledger, appraisals=(grade,), towns=(OtherTown(officer="O003", town="T02"),))
    assert {one.key: one.difference_fen for one in found.persons} == {"O001": 24000, "O002": 0, "O003": 0}
    moved = next(one for one in found.persons if one.key == "O003").in_force.cost_fen
    assert {one.key: one.difference_fen for one in found.towns} == {"T01": 24000 - moved, "T02": moved}


def test_months_before_the_asked_ones_are_replayed_but_not_shown(ledger: Ledger) -> None:
    found = asked(ledger, first_month=APRIL)
    assert [one.key for one in found.months] == ["2026-04"]
    april = [slip for slip in ledger.facts(PayslipComputed) if slip.month == APRIL]
    assert found.total.in_force.tax_fen == sum(slip.tax_fen for slip in april)


def test_a_budget_that_would_not_suffice_shows_its_shortfall() -> None:
    small = staffed([take_over("O001")], [budget("3", "9,000.00")])
    found = what_if(msgspec.structs.replace(UNCHANGED, packs=(scale(base_fen=500000),)), small.states, RULES)
    cost = found.total.otherwise.cost_fen
    assert {one.source: one.otherwise_fen for one in found.sources} == {"3": yuan("9,000.00"), "short": cost - 900000}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"last_month": Month(2026, 2)}, "what-if-months-wrong"),
        ({"last_month": MARCH.plus(36)}, "what-if-months-wrong"),
        (
            {"packs": (OtherPack(name="procedure", version="1", valid_from=MARCH.first_day, content={}),)},
            "what-if-pack-unknown",
        ),
        ({"packs": (scale(base_fen="much"),)}, "what-if-pack-invalid"),
        ({"packs": (scale(positions={}),)}, "not-on-pay-scale"),
        ({"packs": (scale(no_qualification="nothing"),)}, "not-on-pay-scale"),
        (
            {"appraisals": (OtherAppraisal(officer="O999", year=2025, quarter=4, coefficient_permille=1),)},
            "officer-unknown",
        ),
        ({"towns": (OtherTown(officer="O998", town="T02"),)}, "officer-unknown"),
    ],
)
def test_an_impossible_question_is_refused(ledger: Ledger, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(CommandRejected) as no:
        asked(ledger, **changes)
    assert (no.value.code, bool(no.value.zh and no.value.en)) == (code, True)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.builds(
            officer,
            appointed_on=st.dates(date(2005, 1, 1), date(2026, 6, 1)),
            position=st.sampled_from(["lead", "deputy", "member"]),
            contribution_base_fen=st.integers(0, 3_000_000).map(Fen),
        ),
        max_size=3,
    )
)
def test_law_no_officers_and_months_make_a_difference_under_the_same_rules(officers: list[Any]) -> None:
    timelines = [msgspec.structs.replace(one.timeline, officer=f"O{n:03d}") for n, one in enumerate(officers, start=1)]
    rules = [lambda month: pay_packs_on(RULES, month.first_day) for _ in range(2)]
    first, second = (replay(timelines, (), one, Month(2026, 8)) for one in rules)
    found = compare(first, second, MARCH)
    assert found.total.difference_fen == sum(abs(one.difference_fen) for one in (*found.persons, *found.towns)) == 0
    assert found.total.in_force == found.total.otherwise


def test_a_full_year_of_198_officers_is_replayed_in_time() -> None:
    """The goal is 5 seconds for a full-year recompute; what-if does it twice."""
    timelines = [
        msgspec.structs.replace(officer(contribution_base_fen=Fen(400_000 + n * 997)).timeline, officer=f"O{n:03d}")
        for n in range(198)
    ]
    began = time.process_time()
    slips = replay(timelines, (), lambda month: pay_packs_on(RULES, month.first_day), MARCH.plus(11))
    assert (len(slips), time.process_time() - began < 5) == (198 * 12, True)
