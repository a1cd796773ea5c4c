"""Proves how an officer's rows are shaped: urgent households first and none left out, own conflicts only, refusals told from troubles."""

from datetime import date, datetime
from typing import Any

import pytest

from services.casework.api.caseloads import in_hand, seen_as
from services.casework.domain import RecordVisit
from services.casework.domain.state import Household
from services.casework.domain.visits import KnownVisit
from services.casework.projections.care import ServicePlanRow
from services.contracts.casework import PlannedService
from services.contracts.deciding import CHINA
from services.contracts.months import Month
from services.portal.api.field import grouped, own_conflicts, refusal_of, services_left
from services.portal.api.field_own import counts_for, lines_by_side, month_row
from services.portal.asking import ServiceSaid
from services.portal.rendering import STATIC
from tests.unit.casework_world import CaseworkWorld, start_duty, take_over

TODAY = date(2026, 3, 10)
H = "T01-H00001"


def row(number: str, due_on: str | None) -> dict[str, Any]:
    return {"household_no": number, "due_on": due_on}


def test_households_are_grouped_by_when_they_are_due_and_none_is_left_out() -> None:
    rows = [
        row("5", None),
        row("4", "2026-03-31"),
        row("3", "2026-03-17"),
        row("2", "2026-03-10"),
        row("1", "2026-03-09"),
    ]
    groups = grouped(rows, TODAY)
    assert [(name, [one["household_no"] for one in found]) for name, found in groups] == [
        ("late", ["1"]), ("today", ["2"]), ("soon", ["3"]), ("month", ["4"]), ("done", ["5"]),
    ]  # fmt: skip
    assert grouped([], TODAY) == []


def test_only_contradictions_of_an_own_record_are_shown_the_open_ones_first() -> None:
    def one(first: str, second: str, status: str, found_at: str) -> dict[str, Any]:
        return {"first": {"officer": first}, "second": {"officer": second}, "status": status, "found_at": found_at}

    mine, old, decided = (
        one("O001", "O002", "open", "3"),
        one("O009", "O001", "open", "1"),
        one("O001", "O001", "decided", "4"),
    )
    assert own_conflicts([decided, old, one("O002", "O003", "open", "5"), mine], "O001") == [mine, old, decided]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(409, "refused"), (422, "refused"), (403, "refused"), (401, "failed"), (429, "failed"), (503, "failed")],
)
def test_what_may_go_better_another_time_stays_unsent_and_what_will_not_is_sent_back(status: int, outcome: str) -> None:
    said = ServiceSaid("casework", status, {"code": "x", "title": "甲", "title_en": "a"})
    assert refusal_of(said) == {"outcome": outcome, "code": "x", "reason": "甲", "reason_en": "a", "errors": []}
    assert refusal_of(ValueError("no UUID"))["outcome"] == "invalid"


def test_a_month_without_rows_is_zero_and_a_mean_needs_a_rating() -> None:
    assert month_row("2026-03", None, None, None, [])["score"] == "–"
    rated = month_row(
        "2026-03", {"done": 3, "standard_met": 2, "minutes": 90}, {"planned": 4}, {"rated": 4, "score_sum": 18}, []
    )
    assert (rated["visits"], rated["standard_met"], rated["planned"], rated["done"], rated["score"]) == (
        3,
        2,
        4,
        0,
        "4.5",
    )


def test_a_slip_s_lines_stand_by_side_in_its_own_order_and_net_pay_is_no_line_to_object_to() -> None:
    lines = [{"side": side, "code": side} for side in ("part", "net", "part")]
    sides = lines_by_side(lines)
    assert [(side, len(found)) for side, found in sides] == [("part", 2), ("net", 1)]
    assert [one["contestable"] for _, found in sides for one in found] == [True, True, False]


def test_who_was_seen_is_named_by_relation_and_a_second_one_so_related_by_pseudonym() -> None:
    told = seen_as([("p_a", "本人"), ("p_b", "子女"), ("p_c", "子女")])
    assert [one["seen_as"] for one in told] == ["本人", "子女", "p_c"]
    assert [one["relation"] for one in told] == ["本人", "子女", "子女（2）"]


def test_the_next_visit_of_a_household_in_hand_follows_what_was_done_this_month() -> None:
    """Two visits a month: the first is due by the middle, the next one by its end, and then none."""
    world = CaseworkWorld()
    world.send(start_duty("O001"))
    world.send(take_over(H))
    plan = ServicePlanRow(
        town="T01", committee="T01-C01", officer="O001", category="tekun", priority=True, care_tier="",
        visits_per_month=2, services=(PlannedService(service="regular_visit", times_per_month=2),), pack_version="",
    )  # fmt: skip
    dues = []
    for day in (2, 12, 18):
        found = in_hand(H, plan, world.states[f"household:{H}"], date(2026, 3, 18))
        dues.append((found["visits_done"], found["due_on"]))
        started = datetime(2026, 3, day, 9, tzinfo=CHINA)
        visit = RecordVisit(
            household_no=H, visit_no=f"V-{day}", service="regular_visit", officer="O001", town="T01", committee="T01-C01",
            started_at=started, ended_at=started.replace(hour=10), person_seen="本人", co_signed=True,
            evidence_sha256=("ab" * 32,), notes="",
        )  # fmt: skip
        world.send(visit, "officer:O001", "T01")
    assert dues == [(0, date(2026, 3, 16)), (1, date(2026, 3, 31)), (2, None)]
    assert found["members"][0]["seen_as"] == "本人"


def test_a_visit_that_does_nothing_of_the_plan_moves_no_due_day() -> None:
    """As the month's close counts: a contractor's visit and another service are seen, and no visit of the plan."""
    plan = ServicePlanRow(
        town="T01", committee="T01-C01", officer="O001", category="tekun", priority=True, care_tier="",
        visits_per_month=2, services=(PlannedService(service="regular_visit", times_per_month=2),), pack_version="",
    )  # fmt: skip
    at = datetime(2026, 3, 2, 9, tzinfo=CHINA)
    us = int(at.timestamp()) * 1_000_000
    visits = tuple(
        KnownVisit(visit_no=no, officer="O001", started_us=us, lasted_us=1, content="", **other)
        for no, other in (
            ("V1", {}),
            ("V2", {"other_author": "contractor:K1"}),
            ("V3", {"other_service": "home_care"}),
            ("V4", {"set_aside": True}),
        )
    )
    found = in_hand(H, plan, Household(visits=visits), date(2026, 3, 18))
    assert (found["visits_done"], found["due_on"]) == (1, date(2026, 3, 31))
    assert found["services_done"] == {"regular_visit": 2, "home_care": 1}
    assert found["last_visit_on"] == date(2026, 3, 2)


def test_the_phone_s_worker_keeps_exactly_the_pages_that_show_nobody_in_clear() -> None:
    """A household's own page may show names: it is never among those kept on the phone."""
    text = (STATIC / "field" / "worker.js").read_text(encoding="utf-8")
    assert 'const KEPT = ["/field/today", "/field/visit", "/field/work", "/field/outbox"];' in text


@pytest.mark.parametrize(("visits", "care", "left"), [(0, 0, 6), (2, 0, 4), (7, 0, 4), (2, 3, 1), (1, 9, 1)])
def test_more_of_one_planned_service_makes_up_for_no_other(visits: int, care: int, left: int) -> None:
    planned = [{"service": "regular_visit", "times_per_month": 2}, {"service": "home_care", "times_per_month": 4}]
    row = {"services_done": {"regular_visit": visits, "home_care": care}, "services": planned}
    assert services_left(row) == left


def test_pay_goes_by_the_latest_quarter_that_was_over_before_the_month() -> None:
    """二(四) 绩效补贴：上一个已结束季度的考核确定系数，当季的要到下月才起作用。"""
    quarters = [{"year": year, "quarter": quarter} for year, quarter in ((2025, 3), (2026, 1), (2025, 4))]
    assert counts_for(Month(2026, 3), quarters) == {"year": 2025, "quarter": 4}
    assert counts_for(Month(2026, 4), quarters) == {"year": 2026, "quarter": 1}
    assert counts_for(Month(2025, 9), quarters) is None
