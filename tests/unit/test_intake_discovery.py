"""Proves what a proactive discovery comes to: followed up by a request, closed with a reason, or overdue just once."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import CommandRejected, Context
from services.contracts.intake import (
    DiscoveryClosed,
    DiscoveryFollowed,
    DiscoveryOverdue,
    NeedDiscovered,
    RequestReceived,
)
from services.contracts.registry import Fact
from services.contracts.rulebook import AdoptedPack, RuleBook
from services.contracts.sealed import Clear
from services.intake.api import DOORS
from services.intake.domain import (
    DISCOVERY,
    CloseDiscovery,
    Discovery,
    FollowDiscovery,
    MarkDiscoveryOverdue,
    ReportDiscovery,
)
from services.intake.domain.discovery import DiscoveryCommand
from tests.unit.test_intake_window import after, context, member, pseudonym, refused, request, resident_id

MONDAY, THURSDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 6)
REPORT = ReportDiscovery(
    discovery_no="T01-D1", town="T01", committee="T01-C01", reported_by="committee:T01-C01", how="visit",
    suspected_need="temporary", name="示例甲", resident_id=member().resident_id, contact="19900000001",
    situation="独居，近日无人送餐", discovered_on=MONDAY,
)  # fmt: skip
CLOSE = CloseDiscovery(discovery_no="T01-D1", town="T01", reason="已由亲属照料")
FOLLOW = FollowDiscovery(discovery_no="T01-D1", household_no="T01-H00001", request_no="R-1")
LATE = MarkDiscoveryOverdue(discovery_no="T01-D1", due_on=THURSDAY)


def play(
    *commands: DiscoveryCommand, today: date = MONDAY, asked: Context | None = None
) -> tuple[Discovery, tuple[Fact, ...]]:
    state, facts = DISCOVERY.initial, ()
    for i, command in enumerate(commands, 1):
        facts = DISCOVERY.decide(state, command, asked if asked and i == len(commands) else context(today))
        for fact in facts:
            state = DISCOVERY.evolve(state, fact)
    return state, facts


def no(*commands: DiscoveryCommand, today: date = MONDAY, asked: Context | None = None) -> str:
    play(*commands[:-1], today=today)
    with pytest.raises(CommandRejected) as caught:
        play(*commands, today=today, asked=asked)
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code


def but(**changes: Any) -> ReportDiscovery:
    return msgspec.structs.replace(REPORT, **changes)


def test_a_report_starts_the_packs_clock_and_its_person_is_sealed() -> None:
    state, (found,) = play(REPORT)
    assert isinstance(found, NeedDiscovered)
    assert (found.follow_up_by, found.pack_version) == (THURSDAY, "procedure@2025-2")
    assert (found.reported_by, found.how, found.suspected_need) == ("committee:T01-C01", "visit", "temporary")
    person = pseudonym(member().resident_id)
    assert found.person == person
    assert found.name == Clear(person=person, group="identity", text="示例甲")
    assert found.situation == Clear(person=person, group="sensitive", text=REPORT.situation)
    assert member().resident_id not in repr(found)
    assert decoder_of(DISCOVERY.state).decode(encoder.encode(state)) == state


def test_somebody_whose_resident_id_is_not_known_can_be_reported() -> None:
    _, (found,) = play(but(resident_id="", contact="", situation=""))
    assert isinstance(found, NeedDiscovered)
    assert found.person == pseudonym("discovery|T01-D1")
    assert found.resident_id == Clear(person=found.person, group="identity", text="")


def test_a_discovery_is_followed_up_by_a_request_or_closed_with_a_reason() -> None:
    state, facts = play(REPORT, FOLLOW)
    assert facts == (DiscoveryFollowed(discovery_no="T01-D1", town="T01", household_no="T01-H00001", request_no="R-1"),)
    assert state.status == "followed"
    state, facts = play(REPORT, CLOSE)
    assert facts == (
        DiscoveryClosed(discovery_no="T01-D1", town="T01", reason="已由亲属照料", closed_by="window:T01-W1"),
    )
    assert state.status == "closed"


def test_a_request_names_the_discovery_it_follows_up_and_none_of_another_town() -> None:
    _, (received, *_) = after(request(discovery_no="T01-D1"))
    assert isinstance(received, RequestReceived)
    assert received.discovery_no == "T01-D1"
    _, (received, *_) = after(request())
    assert isinstance(received, RequestReceived)
    assert received.discovery_no == ""
    assert refused(request(discovery_no="T02-D1")).code == "wrong-discovery"


def test_a_discovery_that_nobody_follows_up_in_time_is_stated_once_and_may_still_be_followed_up() -> None:
    state, facts = play(REPORT, LATE, today=FRIDAY)
    assert facts == (
        DiscoveryOverdue(
            discovery_no="T01-D1", town="T01", committee="T01-C01", due_on=THURSDAY, reported_by="committee:T01-C01"
        ),
    )
    assert state.overdue
    assert play(REPORT, LATE, FOLLOW, today=FRIDAY)[0].status == "followed"
    assert no(REPORT, LATE, LATE, today=FRIDAY) == "overdue-known"
    assert no(REPORT, LATE, today=THURSDAY) == "clock-running"  # the last day counts
    assert no(REPORT, MarkDiscoveryOverdue(discovery_no="T01-D1", due_on=MONDAY), today=FRIDAY) == "clock-running"


@pytest.mark.parametrize(
    ("code", "commands"),
    [
        ("discovery-repeated", (REPORT, REPORT)),
        ("discovery-repeated", (REPORT, CLOSE, REPORT)),
        ("wrong-committee", (but(committee="T02-C01"),)),
        ("wrong-town", (but(town="T02"),)),
        ("wrong-town", (REPORT, msgspec.structs.replace(CLOSE, town="T02"))),
        ("time-in-future", (but(discovered_on=date(2026, 3, 3)),)),
        ("need-unknown", (but(suspected_need="telephone"),)),
        ("no-rule-in-force", (but(discovered_on=date(2019, 3, 3)),)),
        ("resident-id-invalid", (but(resident_id=resident_id("51021219600230001")),)),
        ("reason-missing", (REPORT, msgspec.structs.replace(CLOSE, reason=" "))),
        ("personal-in-text", (REPORT, msgspec.structs.replace(CLOSE, reason="电话 13900000000"))),
        ("discovery-unknown", (CLOSE,)),
        ("discovery-unknown", (FOLLOW,)),
        ("discovery-unknown", (LATE,)),
        ("discovery-followed", (REPORT, FOLLOW, CLOSE)),
        ("discovery-followed", (REPORT, FOLLOW, FOLLOW)),
        ("discovery-followed", (REPORT, FOLLOW, LATE)),
        ("discovery-closed", (REPORT, CLOSE, FOLLOW)),
        ("discovery-closed", (REPORT, CLOSE, CLOSE)),
        ("discovery-closed", (REPORT, CLOSE, LATE)),
    ],
)
def test_an_expected_no_of_a_discovery(code: str, commands: tuple[DiscoveryCommand, ...]) -> None:
    assert no(*commands) == code


def test_no_town_acts_on_anothers_discoveries() -> None:
    for commands in ((REPORT,), (REPORT, CLOSE)):
        assert no(*commands, asked=context(MONDAY, "T02")) == "wrong-town"


def test_a_pack_of_before_discoveries_had_a_term_starts_no_clock() -> None:
    packs = [
        msgspec.structs.replace(pack, content={k: v for k, v in pack.content.items() if k != "discovery"})
        if pack.name == "procedure" else pack
        for pack in context().rules.packs
    ]  # fmt: skip
    assert all(isinstance(pack, AdoptedPack) for pack in packs)
    old = Context(
        now=context().now, actor="window:T01-W1", role="window", town="T01", rules=RuleBook(tuple(packs)),
        pseudonym=pseudonym,
    )  # fmt: skip
    assert no(REPORT, asked=old) == "no-rule-in-force"


def test_committees_report_and_the_window_closes() -> None:
    assert DOORS.roles[ReportDiscovery] >= {"committee", "window"}
    assert DOORS.roles[CloseDiscovery] == {"window", "town-leader"}
    assert FollowDiscovery not in DOORS.roles
    assert MarkDiscoveryOverdue not in DOORS.roles
