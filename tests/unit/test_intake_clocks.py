"""Proves that a referral's clock is paused and extended by a legal cause alone, and what the window's ledger shows."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from services.contracts.clocks import holder_on
from services.contracts.deciding import CommandRejected, Record
from services.contracts.envelope import Envelope
from services.contracts.intake import (
    ClockExtended,
    ClockPaused,
    ClockResumed,
    DiscoveryFollowed,
    DiscoveryOverdue,
    NeedDiscovered,
    ReferralOverdue,
)
from services.contracts.registry import Fact, kind_of
from services.contracts.sealed import Sealed
from services.intake.domain import (
    HOUSEHOLD,
    AcceptHandover,
    CompleteReferral,
    ExtendClock,
    MarkReferralOverdue,
    OfferHandover,
    PauseClock,
    ResumeClock,
    ReturnReferral,
    SupplyMaterials,
)
from services.intake.projections import APPLICATIONS, CLOCKS, DUE
from tests.unit.test_intake_handover import ACCEPT, ASKED, OFFER, as_actor
from tests.unit.test_intake_handover import OF as OF_DIBAO
from tests.unit.test_intake_handover import play as played
from tests.unit.test_intake_referral import (
    AGAIN,
    ANSWER_BY,
    BACK,
    LATER,
    MEDICAL,
    MONDAY,
    OF,
    OF_HOUSEHOLD,
    TAKEN,
    TUESDAY,
    WEDNESDAY,
    WINDOW,
    Move,
    play,
)

PAPER = "0" * 64
REFERRAL: dict[str, Any] = {**OF, "clock": "referral"}
PAUSE = (TUESDAY, PauseClock(**REFERRAL, cause="materials_awaited", paused_on=TUESDAY, paper_sha256=PAPER))
RESUME = (date(2026, 3, 6), ResumeClock(**REFERRAL, resumed_on=date(2026, 3, 6)))
EXTEND = (WEDNESDAY, ExtendClock(**REFERRAL, cause="complex_matter", days=5, paper_sha256=PAPER))


def late(due_on: date = ANSWER_BY, on: date = LATER) -> Move:
    return on, MarkReferralOverdue(**OF_HOUSEHOLD, due_on=due_on)


def record(fact: Fact, day: date, n: int, subject: str = "household:T01-H00001") -> Record:
    instant = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    envelope = Envelope(
        specversion="1.0", sequence=1, prevhash="", id=f"e{n}", source="/intake", type=kind_of(type(fact)),
        subject=subject, time=instant, recordedtime=instant, stream="", streamversion=1, commandid="",
        commandhash="", correlationid="", actor="", data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Record(partition=0, hash=b"", envelope=envelope, fact=fact)


def rows(model: Any, *moves: Move) -> dict[str, Any]:
    state: Any = HOUSEHOLD.initial
    found: dict[str, Any] = {}
    for n, (day, command) in enumerate(moves):
        actor = "window:T01-W2" if isinstance(command, AcceptHandover) else WINDOW
        for i, fact in enumerate(HOUSEHOLD.decide(state, command, as_actor(actor, day))):
            state = HOUSEHOLD.evolve(state, fact)
            if isinstance(fact, model.listens):
                one = record(fact, day, n * 10 + i)
                for key in model.keys(one):
                    found[key] = model.evolve(found.get(key), one, key)
    return {key: row for key, row in found.items() if row is not None}


def test_the_departments_clock_stands_still_while_it_waits_for_papers() -> None:
    """转办后承办部门等待补充材料：3月3日中止，3月6日恢复，三个工作日不计。"""
    _, (paused,) = play(MEDICAL, TAKEN, PAUSE)
    assert isinstance(paused, ClockPaused)
    assert (paused.due_on, paused.responsible) == (ANSWER_BY, WINDOW)
    _, (resumed,) = play(MEDICAL, TAKEN, PAUSE, RESUME)
    assert isinstance(resumed, ClockResumed)
    assert (resumed.paused_on, resumed.due_before, resumed.due_on) == (TUESDAY, ANSWER_BY, date(2026, 3, 19))
    _, (extended,) = play(MEDICAL, EXTEND)
    assert isinstance(extended, ClockExtended)
    assert extended.due_on == date(2026, 3, 23)


def test_it_is_overdue_by_the_day_that_the_facts_state() -> None:
    def code(*moves: Move) -> str:
        play(*moves[:-1])
        with pytest.raises(CommandRejected) as caught:
            play(*moves)
        return caught.value.code

    moved = (MEDICAL, PAUSE, RESUME)
    assert code(MEDICAL, PAUSE, late()) == "clock-running"
    assert code(*moved, late()) == "clock-running"
    assert code(*moved, late(date(2026, 3, 19), date(2026, 3, 19))) == "clock-running"
    _, (overdue,) = play(*moved, late(date(2026, 3, 19), date(2026, 3, 20)))
    assert isinstance(overdue, ReferralOverdue)
    assert code(MEDICAL, late(), EXTEND) == "clock-run-out"
    assert code(MEDICAL, BACK, PAUSE) == "not-referred"
    assert code(MEDICAL, EXTEND, EXTEND) == "extended-already"
    assert code(MEDICAL, PAUSE, BACK, AGAIN, RESUME) == "clock-not-paused"


def test_the_timer_is_set_anew_under_an_id_of_its_own() -> None:
    """A referral given back and referred again on one day has the same last day, and yet another clock."""
    same_day = (MONDAY, ReturnReferral(**OF, reason="不属于本部门职责", returned_on=MONDAY))
    again = (MONDAY, AGAIN[1])
    (first,), (second,) = rows(DUE, MEDICAL).values(), rows(DUE, MEDICAL, same_day, again).values()
    assert (first.due_at, first.command) == (second.due_at, second.command)
    assert first.set_by != second.set_by
    assert rows(DUE, MEDICAL, PAUSE) == {}
    (moved,) = rows(DUE, MEDICAL, PAUSE, RESUME).values()
    assert '"due_on":"2026-03-19"' in moved.command


def test_the_ledger_has_one_row_for_an_item_and_tells_with_whom_and_held_by_whom() -> None:
    offer = (TUESDAY, OfferHandover(**OF, receiver="window:T01-W2", reason="轮岗"))
    accept = (WEDNESDAY, AcceptHandover(**OF))
    done = (date(2026, 3, 18), CompleteReferral(**OF, outcome="helped", completed_on=date(2026, 3, 18)))
    found = rows(CLOCKS, MEDICAL, TAKEN, offer, accept, done)
    row = found["T01/R-1-medical/referral"]
    assert (row.with_whom, row.status, row.due_on, row.days_late) == ("区医疗保障局", "stopped", ANSWER_BY, 2)
    assert [holder_on(row, day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [WINDOW, WINDOW, "window:T01-W2"]
    (again,) = rows(CLOCKS, MEDICAL, PAUSE, RESUME, BACK, AGAIN).values()
    assert (again.status, again.moved, again.stopped_on) == ("running", (), None)
    (paused,) = rows(APPLICATIONS, MEDICAL, PAUSE).values()
    assert paused.paused_on == TUESDAY
    (moved,) = rows(APPLICATIONS, MEDICAL, PAUSE, RESUME).values()
    assert (moved.paused_on, moved.decide_by) == (None, date(2026, 3, 19))


def test_a_discovery_has_its_clock_in_the_ledger_too() -> None:
    box = Sealed(person="p_1", group="identity", at="e/x", box="")
    found = NeedDiscovered(
        discovery_no="T01-D1", town="T01", committee="T01-C01", reported_by="committee:T01-C01", how="visit",
        suspected_need="temporary", person="p_1", name=box, resident_id=box, contact=box, situation=box,
        discovered_on=MONDAY, follow_up_by=date(2026, 3, 5), pack_version="procedure@2025-1",
    )  # fmt: skip
    overdue = DiscoveryOverdue(
        discovery_no="T01-D1", town="T01", committee="T01-C01", due_on=date(2026, 3, 5), reported_by="committee:T01-C01"
    )
    followed = DiscoveryFollowed(discovery_no="T01-D1", town="T01", household_no="T01-H00001", request_no="R-1")
    row: Any = None
    for n, (day, fact) in enumerate([(MONDAY, found), (date(2026, 3, 6), overdue), (date(2026, 3, 9), followed)]):
        one = record(fact, day, n, "discovery:T01-D1")
        (key,) = CLOCKS.keys(one)
        row = CLOCKS.evolve(row, one, key)
    assert key == "T01/T01-D1/discovery"
    assert (row.overdue, row.status, row.days_late, row.held_by) == (True, "stopped", 4, "window:T01"), (
        "no committee answers for a window"
    )


def test_an_item_that_was_accepted_at_the_window_says_so_when_its_duty_moves() -> None:
    """So that casework, which has its case, follows; an item that waits or is referred has no case."""
    _, (waiting,) = played(ASKED, OFFER, ACCEPT)
    supply = SupplyMaterials(**OF_DIBAO, materials=("authorisation", "income_statement"), supplied_on=MONDAY)
    _, (accepted,) = played(ASKED, (WINDOW, supply), OFFER, ACCEPT)
    assert (waiting.case_open, accepted.case_open) == (False, True)  # type: ignore[attr-defined]
