"""Proves the month's plan: every planned visit has its officer, by distance of duty and caseload; what is not done is named."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain import CloseOfficerMonth, RecordVisit, ScheduleMonth, TerminateBenefit
from services.casework.domain.commands import VisitedHousehold
from services.casework.projections.clocks import DUE
from services.casework.projections.delivery import MONTH_PLANS
from services.casework.rules import Able, assigned, due_on
from services.contracts.casework import OfficerMonthClosed, OfficerMonthPlanned, VisitCompleted
from services.contracts.codec import decoder_of
from services.contracts.deciding import CHINA, CommandRejected, Due
from services.contracts.months import Month
from tests.unit.casework_steps import APPLICANT
from tests.unit.casework_world import CaseworkWorld, start_duty, take_over
from tests.unit.test_casework_offline import folded, record, upload

MARCH = Month(2026, 3)


def home(number: int, committee: str = "C01", officer: str = "", visits: int = 2) -> VisitedHousehold:
    return VisitedHousehold(
        household_no=f"T01-H{number:05}", committee=f"T01-{committee}", officer=officer, visits_per_month=visits
    )


def able(number: str, *committees: str) -> Able:
    return Able(officer=number, committees=frozenset(f"T01-{one}" for one in committees))


@pytest.mark.parametrize(
    ("why", "homes", "officers", "given"),
    [
        ("本户责任人在岗", [home(1, officer="O002")], [able("O001", "C01"), able("O002")], {"O002": [1]}),
        ("本村居优先于全镇街", [home(1)], [able("O001"), able("O002", "C01")], {"O002": [1]}),
        ("责任人所管的户即其村居", [home(1, officer="O002"), home(2)], [able("O001"), able("O002")], {"O002": [1, 2]}),
        ("同等距离，户少者先", [home(1), home(2), home(3)], [able("O001"), able("O002")], {"O001": [1, 3], "O002": [2]}),
        ("户数相同，按编号", [home(1)], [able("O002"), able("O001")], {"O001": [1]}),
        ("超过上限者最后", [home(1, officer="O001", visits=9), home(2, officer="O001", visits=9)],
         [able("O001"), able("O002")], {"O001": [1], "O002": [2]}),
        ("人人超限也须有人", [home(1, visits=99)], [able("O001")], {"O001": [1]}),
    ],
)  # fmt: skip
def test_by_distance_of_duty_then_caseload_then_number(
    why: str, homes: list[VisitedHousehold], officers: list[Able], given: dict[str, list[int]]
) -> None:
    found = assigned(homes, officers, visits_max=12)
    assert {officer: [int(one.household_no[-5:]) for one in taken] for officer, taken in found.items()} == given, why


@given(st.integers(0, 2**32))
def test_every_household_has_one_officer_whatever_order_they_come_in(seed: int) -> None:
    rng = Random(seed)
    names = [f"O{n:03}" for n in range(1, rng.randint(2, 6))]
    homes = [
        home(n, f"C{rng.randrange(4)}", rng.choice([*names, "O999"]), rng.randint(1, 4))
        for n in range(rng.randint(1, 40))
    ]
    officers = [able(name, *rng.sample(["C0", "C1", "C2", "C3"], rng.randrange(3))) for name in names]
    found = assigned(homes, officers, visits_max=30)
    assert sorted(one.household_no for taken in found.values() for one in taken) == [one.household_no for one in homes]
    assert assigned(rng.sample(homes, len(homes)), rng.sample(officers, len(officers)), visits_max=30) == found


@pytest.mark.parametrize(
    ("nth", "planned", "day"),
    [(1, 1, 31), (1, 2, 16), (2, 2, 31), (1, 4, 8), (4, 4, 31), (3, 2, None), (1, 0, None)],
)
def test_the_visits_of_a_month_lie_evenly_in_it(nth: int, planned: int, day: int | None) -> None:
    assert due_on(MARCH, nth, planned) == (day and date(2026, 3, day))


def opened() -> CaseworkWorld:
    """Three households of T01 in two officers' hands, planned for March."""
    world = CaseworkWorld(now=datetime(2026, 3, 2, 10, tzinfo=CHINA))
    for officer in ("O001", "O002"):
        world.send(start_duty(officer))
    world.send(start_duty("O003", "T02"))
    world.send(take_over("T01-H00001"))
    world.send(take_over("T01-H00002", visits_per_month=1, members=(APPLICANT,)))
    world.send(take_over("T01-H00003", officer="O002", visits_per_month=1))
    world.send(take_over("T01-H00004", visits_per_month=0))
    world.send(take_over("T02-H00001", officer="O003"))
    return world


def schedule(month: Month = MARCH, town: str = "T01") -> ScheduleMonth:
    return ScheduleMonth(town=town, month=month)


def test_a_towns_month_is_planned_for_its_own_officers() -> None:
    world = opened()
    planned = world.send(schedule(), "town-leader:T01-L1", "T01")
    assert all(isinstance(one, OfficerMonthPlanned) for one in planned)
    assert {one.officer: [task.household_no for task in one.tasks] for one in world.facts(OfficerMonthPlanned)} == {
        "O001": ["T01-H00001", "T01-H00002"],
        "O002": ["T01-H00003"],
    }
    assert {key: (row.households, row.planned) for key, row in folded(MONTH_PLANS, world).items()} == {
        "O001/2026-03": (2, 3), "O002/2026-03": (1, 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "command", "town"),
    [
        ("month-planned", schedule(), None),
        ("month-not-due", schedule(Month(2026, 5)), None),
        ("month-not-due", schedule(Month(2026, 2)), None),
        ("nobody-on-duty", schedule(town="T03"), None),
        ("nothing-planned", schedule(town="T04"), None),
        ("wrong-town", schedule(Month(2026, 4)), "T02"),
    ],
)
def test_an_expected_no_of_a_plan(code: str, command: ScheduleMonth, town: str | None) -> None:
    world = opened()
    world.send(schedule())
    world.send(take_over("T03-H00001"))
    with pytest.raises(CommandRejected, match=code):
        world.send(command, "town-leader:L1", town)


def test_what_was_not_done_in_its_month_is_stated_by_the_timer_with_who_answers_for_it() -> None:
    world = opened()
    world.send(schedule())
    world.now = datetime(2026, 3, 20, 20, tzinfo=CHINA)
    upload(world, record(1), record(2, at=60, household_no="T01-H00003", officer="O002"))
    died = TerminateBenefit(household_no="T01-H00002", reason="death", died_on=date(2026, 3, 9))
    world.send(died, "bureau:B02")
    due: dict[str, Due] = folded(DUE, world)
    row = due["T01/2026-03/O001/month"]
    assert row.due_at.astimezone(CHINA) == datetime(2026, 4, 6, tzinfo=CHINA), "late batches still count for five days"
    close = decoder_of(CloseOfficerMonth).decode(row.command)
    with pytest.raises(CommandRejected, match="clock-running"):
        world.send(close, "timer:casework")
    world.now = datetime(2026, 4, 6, 1, tzinfo=CHINA)
    world.send(close, "timer:casework")
    world.send(CloseOfficerMonth(town="T01", month=MARCH, officer="O002"), "timer:casework")
    first, second = world.facts(OfficerMonthClosed)
    assert (first.planned_count, first.done_count) == (2, 1), (
        "who died in the month was to be visited once, and was not"
    )
    assert [(one.household_no, one.planned_count, one.done_count, one.responsible) for one in first.missed] == [
        ("T01-H00001", 2, 1, "officer:O001")
    ], "who died is owed no visit"
    assert (second.planned_count, second.done_count, second.missed) == (1, 1, ())
    rows = folded(MONTH_PLANS, world)
    assert {key: (one.planned, one.done, one.missed, one.closed) for key, one in rows.items()} == {
        "O001/2026-03": (3, 1, 1, 1), "O002/2026-03": (1, 1, 0, 1),
    }  # fmt: skip
    assert folded(DUE, world)["T01/2026-03/O001/month"] is None
    with pytest.raises(CommandRejected, match="month-not-open"):
        world.send(close, "timer:casework")


def test_a_planned_visit_is_done_by_an_officers_regular_visit_and_by_no_other_service() -> None:
    """What a contractor delivers, and what else an officer does there, is no regular visit (二(三) 定期走访)."""
    world = opened()
    world.send(schedule())
    world.now = datetime(2026, 3, 28, 20, tzinfo=CHINA)
    upload(world, record(1, service="counselling"))
    names = RecordVisit.__struct_fields__
    one = record(2, at=60)
    world.send(
        RecordVisit(town="T01", **{name: getattr(one, name) for name in names if name != "town"}),
        "contractor:K001-S01",
        "T01",
    )
    close = CloseOfficerMonth(town="T01", month=MARCH, officer="O001")
    upload(world, record(3, at=120))
    visits = world.facts(VisitCompleted)
    assert [one.due_on for one in visits] == [None, None, date(2026, 3, 16)]
    world.now = datetime(2026, 4, 6, 1, tzinfo=CHINA)
    world.send(close, "timer:casework")
    (closed,) = world.facts(OfficerMonthClosed)
    assert [(one.household_no, one.done_count) for one in closed.missed] == [("T01-H00001", 1), ("T01-H00002", 0)]


@pytest.mark.parametrize(("day", "on_time"), [(3, 1), (16, 1), (17, 0)])
def test_a_planned_visit_is_on_time_by_the_day_the_plan_has_for_it(day: int, on_time: int) -> None:
    """Two visits in March: the first by the 16th, the second by the 31st."""
    world = opened()
    world.now = datetime(2026, 3, 28, 20, tzinfo=CHINA)
    upload(world, record(1, at=(day - 19) * 24 * 60))
    upload(world, record(2, at=8 * 24 * 60))
    upload(world, record(3, at=8 * 24 * 60 + 60))
    row: Any = folded(MONTH_PLANS, world)["O001/2026-03"]
    assert (row.done, row.on_time) == (2, on_time + 1), "a third visit is beyond the plan"


def test_the_month_of_a_visit_is_that_of_its_start_in_china() -> None:
    world = opened()
    world.now = datetime(2026, 4, 2, tzinfo=CHINA)
    late = datetime(2026, 3, 31, 23, 50, tzinfo=CHINA)
    upload(world, record(1, started_at=late, ended_at=late + timedelta(minutes=30)))
    assert list(folded(MONTH_PLANS, world)) == ["O001/2026-03"]
