"""Proves the plan of services: its table by category × priority × care level, and when a plan is made again."""

from datetime import date

import pytest

from services.casework.domain import ReverifyHousehold
from services.casework.domain.commands import GivenMember
from services.casework.rules import Frequency, PlanRow, ServicePlan, ServiceStandard
from services.contracts.casework import HouseholdReverified, PlannedService, ServicePlanned
from tests.unit.casework_steps import APPLICANT, BOOK, HASH, SPOUSE, H, run
from tests.unit.test_casework_ability import stock
from tests.unit.test_casework_benefit import stock as dibao

TODAY = date(2026, 3, 10)
PLAN = BOOK.on("service_plan", TODAY, ServicePlan)
NOBODY = GivenMember(resident_id=APPLICANT.resident_id, name=APPLICANT.name, relation="本人")


def times(category: str, priority: bool, tier: str) -> dict[str, int]:
    return {one.service: one.times_per_month for one in PLAN.services(category, priority, tier)}


@pytest.mark.parametrize(
    ("category", "priority", "tier", "planned"),
    [
        ("dibao_urban", False, "", {"capability": 1}),
        ("dibao_urban", True, "", {"regular_visit": 1, "escort": 1, "counselling": 1}),
        ("dibao_rural", True, "", {"regular_visit": 1, "escort": 1, "counselling": 1}),
        ("tekun", False, "", {"regular_visit": 1, "integration": 1}),
        ("tekun", False, "self_reliant", {"regular_visit": 1, "integration": 1}),
        ("tekun", False, "half_care", {"regular_visit": 2, "care": 8, "rehabilitation": 2, "escort": 1}),
        (
            "tekun", True, "full_care",
            {"regular_visit": 2, "care": 20, "rehabilitation": 4, "escort": 1, "counselling": 1},
        ),
        ("hardship", False, "", {}),
        ("hardship", True, "", {"escort": 1}),
    ],
)  # fmt: skip
def test_a_row_of_the_table_says_how_often_a_month(
    category: str, priority: bool, tier: str, planned: dict[str, int]
) -> None:
    """对象类别×重点对象×护理档次（频次为示例）。"""
    assert times(category, priority, tier) == planned


def test_every_one_of_the_seven_services_is_planned_for_somebody_and_nothing_else() -> None:
    standard = BOOK.on("service_standard", TODAY, ServiceStandard)
    assert {name for row in PLAN.rows for name in row.times_per_month} == set(standard.services)


def test_heavier_care_never_means_less_care() -> None:
    for priority in (False, True):
        care = [times("tekun", priority, tier).get("care", 0) for tier in ("self_reliant", "half_care", "full_care")]
        assert care == sorted(care)


def test_a_pack_of_before_still_says_how_often_a_household_is_visited() -> None:
    old = ServicePlan(categories={"tekun": Frequency(priority=2, ordinary=1)})
    assert old.services("tekun", True, "full_care") == (PlannedService(service="regular_visit", times_per_month=2),)
    assert old.services("hardship", True, "") == ()
    row = PlanRow(category="tekun", priority=True, care_tier="full_care", times_per_month={"care": 5})
    assert ServicePlan(rows=(row,), categories=old.categories).services("tekun", True, "half_care") == (
        PlannedService(service="regular_visit", times_per_month=2),
    )


def look(*members: GivenMember) -> tuple[date, ReverifyHousehold]:
    return TODAY, ReverifyHousehold(
        household_no=H, investigators=("officer:O001", "investigator:T01-I1"), reverified_on=TODAY, cadence="A",
        outcome="unchanged", income_per_head_fen=30_000, form_sha256=HASH, members=members,
    )  # fmt: skip


def test_who_leaves_or_enters_a_priority_group_gets_another_plan() -> None:
    """The household's severely ill member recovered: the plan is made again; and again when somebody falls ill."""
    state, (seen, planned) = run(dibao(), look(NOBODY, SPOUSE))
    assert isinstance(seen, HouseholdReverified)
    assert isinstance(planned, ServicePlanned)
    assert (planned.priority, planned.visits_per_month, state.priority_count) == (False, 0, 0)
    assert planned.services == (PlannedService(service="capability", times_per_month=1),)
    _, (_, back) = run(dibao(), look(NOBODY, SPOUSE), look(APPLICANT, SPOUSE))
    assert isinstance(back, ServicePlanned)
    assert (back.priority, back.visits_per_month, back.officer) == (True, 1, "O001")


@pytest.mark.parametrize("members", [(), (APPLICANT, SPOUSE)])
def test_a_look_that_finds_the_same_groups_leaves_the_plan_alone(members: tuple[GivenMember, ...]) -> None:
    _, facts = run(dibao(), look(*members))
    assert len(facts) == 1


def test_the_care_tier_stays_in_a_plan_that_is_made_again_for_the_priority() -> None:
    _, (_, planned) = run(stock("half_care"), look(NOBODY))
    assert isinstance(planned, ServicePlanned)
    assert (planned.care_tier, planned.priority) == ("half_care", False)
