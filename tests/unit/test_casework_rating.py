"""Proves 满意度 (一(三)): a household rates once, by call-back, window or QR, and never through the rated officer."""

from datetime import timedelta
from typing import Any

import pytest

from services.casework.api import DOORS
from services.casework.domain import DecideVisitConflict, RateVisit
from services.casework.domain.delivery.rating import rating_text
from services.casework.projections.delivery import SATISFACTION_BY_OFFICER, SATISFACTION_BY_TOWN
from services.contracts.casework import VisitConflictFound, VisitRated
from services.contracts.deciding import CommandRejected
from tests.unit.casework_world import CaseworkWorld
from tests.unit.test_casework_offline import NINE, H, folded, opened, record, upload

WINDOW = "window:T01-W1"


def rate(**changes: Any) -> RateVisit:
    fields: dict[str, Any] = {"household_no": H, "visit_no": "V-1", "channel": "call_back", "score": 5}
    return RateVisit(**(fields | changes))


def visited() -> CaseworkWorld:
    world = opened()
    upload(world, record(1), record(2, at=60), record(3, at=120, officer="O002"))
    return world


def qr(visit_no: str = "V-1") -> str:
    """The code on the slip: the world's pseudonym of the visit."""
    return f"p_{rating_text(H, visit_no)}"


@pytest.mark.parametrize(
    ("channel", "actor", "changes"),
    [
        ("call_back", "bureau:B01", {}),
        ("window", WINDOW, {"device": "P-T01-900"}),
        ("qr", f"household:{H}", {"code": qr()}),
    ],
)
def test_a_household_rates_by_call_back_at_the_window_or_by_qr(
    channel: str, actor: str, changes: dict[str, Any]
) -> None:
    world = visited()
    (rated,) = world.send(rate(channel=channel, score=4, reasons=("attentive", "late"), **changes), actor)
    assert isinstance(rated, VisitRated)
    assert (rated.officer, rated.town, rated.channel, rated.score) == ("O001", "T01", channel, 4)
    assert (rated.reasons, rated.visited_on) == (("attentive", "late"), NINE.date())


@pytest.mark.parametrize(
    ("code", "actor", "changes"),
    [
        ("rated-by-officer", "officer:O001", {}),  # the rated officer's own actor
        ("rated-by-officer", "window:O001", {}),  # in whatever role
        ("rated-on-own-phone", WINDOW, {"device": "P-T01-001"}),  # the phone that recorded the visit
        ("code-invalid", f"household:{H}", {"channel": "qr"}),
        ("code-invalid", f"household:{H}", {"channel": "qr", "code": qr("V-2")}),  # another visit's slip
        ("visit-unknown", WINDOW, {"visit_no": "V-9"}),
        ("channel-unknown", WINDOW, {"channel": "shouting"}),
        ("reason-unknown", WINDOW, {"reasons": ("weather",)}),
    ],
)
def test_an_expected_no_of_a_rating(code: str, actor: str, changes: dict[str, Any]) -> None:
    with pytest.raises(CommandRejected) as caught:
        visited().send(rate(**changes), actor)
    assert caught.value.code == code
    assert caught.value.zh


def test_a_code_serves_once() -> None:
    world = visited()
    world.send(rate(channel="qr", code=qr()), f"household:{H}")
    for again in (rate(channel="qr", code=qr(), score=1), rate()):
        with pytest.raises(CommandRejected, match="visit-rated"):
            world.send(again, WINDOW)


def test_a_rating_comes_within_its_days() -> None:
    world = visited()
    world.now = NINE + timedelta(days=60)
    world.send(rate(), WINDOW)
    world.now += timedelta(days=1)
    with pytest.raises(CommandRejected, match="rating-too-late"):
        world.send(rate(visit_no="V-2"), WINDOW)


def test_a_record_that_counts_no_more_is_not_rated() -> None:
    world = opened()
    upload(world, record(1), record(2, at=20, officer="O002"))
    (found,) = world.facts(VisitConflictFound)
    world.send(
        DecideVisitConflict(household_no=H, conflict_no=found.conflict_no, kept="first", reason="以签到为准"),
        "bureau:B01",
    )
    with pytest.raises(CommandRejected, match="visit-unknown"):
        world.send(rate(visit_no="V-2"), WINDOW)


def test_satisfaction_is_read_by_officer_and_by_town_and_month() -> None:
    world = visited()
    for visit_no, score in (("V-1", 5), ("V-2", 2), ("V-3", 4)):
        world.send(rate(visit_no=visit_no, score=score), WINDOW)
    by_officer = folded(SATISFACTION_BY_OFFICER, world)
    assert {key: (row.rated, row.score_sum, row.satisfied, row.dissatisfied) for key, row in by_officer.items()} == {
        "O001/2026-03": (2, 7, 1, 1),
        "O002/2026-03": (1, 4, 1, 0),
    }
    (row,) = folded(SATISFACTION_BY_TOWN, world).values()
    assert (row.town, row.officer, row.rated, row.score_sum) == ("T01", "", 3, 11)


def test_no_officer_and_no_contractor_may_take_a_rating() -> None:
    assert not DOORS.roles[RateVisit] & {"officer", "contractor"}
