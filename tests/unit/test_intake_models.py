"""Proves that intake's read models and reactions say what its facts say, whatever order partitions come in."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import msgspec
import pytest

from services.contracts.casework import EligibilityConfirmed, EligibilityRefused
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import CHINA, Due, Model, Record
from services.contracts.envelope import Envelope, partition_of
from services.contracts.intake import (
    ApplicationAccepted,
    ApplicationAnswered,
    ApplicationIntroduced,
    ApplicationReferred,
    ApplicationWithdrawn,
    CommandRefused,
    ConsultationRecorded,
    DiscoveryClosed,
    DiscoveryFollowed,
    DiscoveryOverdue,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    InputQuarantined,
    InputReleased,
    MaterialsNoticeIssued,
    MaterialsNoticeRepeated,
    Member,
    NeedDiscovered,
    ReferralAccepted,
    ReferralCompleted,
    ReferralOverdue,
    ReferralReturned,
    RequestReceived,
    TownKeyIssued,
    TownKeyRevoked,
    WindowStaffed,
    WindowUnstaffed,
)
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import REGISTRY, Fact, kind_of
from services.contracts.sealed import Sealed
from services.intake.domain import (
    AnswerApplication,
    FollowDiscovery,
    MarkDiscoveryOverdue,
    MarkReferralOverdue,
    NotePerson,
)
from services.intake.projections import APPLICATIONS, DISCOVERIES, DUE, QUARANTINED, TOWN_KEYS, WINDOW_COUNTS, WINDOWS
from services.intake.service import SERVICE

DAY = date(2026, 3, 2)
BOX = Sealed(person="p_1", group="identity", at="e/x", box="")


def record(subject: str, fact: Fact) -> Record:
    instant = datetime(2026, 3, 2, 8, tzinfo=UTC)
    envelope = Envelope(
        specversion="1.0", sequence=1, prevhash="", id="e1", source="/intake", type=kind_of(type(fact)),
        subject=subject, time=instant, recordedtime=instant, stream="", streamversion=1, commandid="",
        commandhash="", correlationid="", actor="", data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Record(partition=partition_of(subject), hash=b"", envelope=envelope, fact=fact)


def fold(model: Model[Any], records: Sequence[Record]) -> dict[tuple[str, int], Any]:
    rows: dict[tuple[str, int], Any] = {}
    for one in records:
        if isinstance(one.fact, model.listens):
            for key in model.keys(one):
                rows[key, one.partition] = model.evolve(rows.get((key, one.partition)), one, key)
    return {place: row for place, row in rows.items() if row is not None}


def received(n: int, *needs: str) -> Record:
    fact = RequestReceived(
        request_no=f"R-{n}", town="T01", committee="T01-C01", channel="window", first_asked="window:T01-W1",
        needs=needs, materials=(), members=(Member(person="p_1", relation="本人", name=BOX, resident_id=BOX),),
        phone=BOX, near_relative_declared=False, delegated=False, received_on=DAY,
    )  # fmt: skip
    return record(f"household:T01-H{n:05d}", fact)


def accepted(n: int, need: str) -> Record:
    fact = ApplicationAccepted(
        application_no=f"R-{n}-{need}", request_no=f"R-{n}", need=need, town="T01", committee="T01-C01",
        member_count=1, near_relative_declared=False, accepted_on=DAY, investigate_by=date(2026, 3, 5),
        decide_by=date(2026, 4, 7), responsible="window:T01-W1", pack_version="procedure@2025-1",
    )  # fmt: skip
    return record(f"household:T01-H{n:05d}", fact)


def of_first(fact: Fact) -> Record:
    return record("household:T01-H00001", fact)


NOTICE = MaterialsNoticeIssued(
    application_no="R-1-tekun", request_no="R-1", need="tekun", town="T01", missing=("authorisation", "x"),
    responsible="window:T01-W1", pack_version="materials@2025-1",
)  # fmt: skip
AGAIN = MaterialsNoticeRepeated(
    application_no="R-1-tekun", town="T01", missing=("x",), notice_count=2, responsible="", pack_version=""
)
REFERRED = ApplicationReferred(
    application_no="R-1-medical", request_no="R-1", need="medical", town="T01", department="区医疗保障局",
    answer_by=date(2026, 3, 16), responsible="window:T01-W1", pack_version="procedure@2025-1",
)  # fmt: skip
PASSED_ON = {"town": "T01", "department": "区医疗保障局", "responsible": "window:T01-W1"}
TAKEN = ReferralAccepted(application_no="R-1-medical", accepted_on=DAY, **PASSED_ON)
LATE = ReferralOverdue(application_no="R-1-medical", due_on=date(2026, 3, 16), **PASSED_ON)
BACK = ReferralReturned(application_no="R-1-medical", reason="材料不全", returned_on=date(2026, 3, 17), **PASSED_ON)
INTRODUCED = ApplicationIntroduced(
    application_no="R-1-medical", request_no="R-1", need="medical", town="T01", organisation="red_cross",
    organisation_kind="charity", consent_sha256="c" * 64, referred_on=date(2026, 3, 17), answer_by=date(2026, 4, 8),
    responsible="window:T01-W1", pack_version="procedure@2025-1",
)  # fmt: skip
DONE = ReferralCompleted(
    application_no="R-1-medical", outcome="helped", answer="", completed_on=date(2026, 3, 20), **PASSED_ON
)
OFFERED = HandoverOffered(
    application_no="R-1-medical", town="T01", offered_by="window:T01-W1", receiver="window:T01-W2", reason="轮岗",
    responsible="window:T01-W1",
)  # fmt: skip
DECLINED = HandoverDeclined(
    application_no="R-1-medical", town="T01", receiver="window:T01-W2", reason="休假", responsible="window:T01-W1"
)
HANDED_OVER = HandoverAccepted(
    application_no="R-1-medical", town="T01", previous="window:T01-W1", responsible="window:T01-W2"
)
QUARANTINED_INPUT = InputQuarantined(
    town="T01", road="inbox", place="3/17", code="json-malformed", reason_zh="坏", reason_en="bad", payload=BOX
)
DISCOVERED = NeedDiscovered(
    discovery_no="T01-D1", town="T01", committee="T01-C01", reported_by="committee:T01-C01", how="visit",
    suspected_need="temporary", person="p_1", name=BOX, resident_id=BOX, contact=BOX, situation=BOX, discovered_on=DAY,
    follow_up_by=date(2026, 3, 5), pack_version="procedure@2025-1",
)  # fmt: skip
FOLLOWED = DiscoveryFollowed(discovery_no="T01-D1", town="T01", household_no="T01-H00001", request_no="R-1")
UNFOLLOWED = DiscoveryClosed(discovery_no="T01-D1", town="T01", reason="已由亲属照料", closed_by="window:T01-W1")
FORGOTTEN = DiscoveryOverdue(
    discovery_no="T01-D1", town="T01", committee="T01-C01", due_on=date(2026, 3, 5), reported_by="committee:T01-C01"
)


def of_discovery(fact: Fact) -> Record:
    return record("discovery:T01-D1", fact)


STAFFED, SECOND = (
    WindowStaffed(town="T01", staff=f"window:T01-W{n}", from_on=DAY, named_by="town-leader:T01") for n in (1, 2)
)
UNSTAFFED = WindowUnstaffed(town="T01", staff="window:T01-W1", from_on=date(2026, 3, 9), reason="调离", staff_count=1)
STORY = [
    received(1, "tekun", "medical"),
    of_first(NOTICE),
    of_first(REFERRED),
    of_first(AGAIN),
    accepted(1, "tekun"),
    of_first(ApplicationAnswered(application_no="R-1-tekun", town="T01", outcome="confirmed")),
    received(2, "dibao_urban"),
    accepted(2, "dibao_urban"),
    record("household:T01-H00002", ApplicationWithdrawn(application_no="R-2-dibao_urban", town="T01", reason="迁出")),
    record("household:T01-H00003", CommandRefused(command="ReceiveRequest", code="x", reason_zh="", reason_en="")),
    record("rules:calendar", CommandRefused(command="AdoptRulePack", code="x", reason_zh="", reason_en="")),
    record(
        "town:T01",
        ConsultationRecorded(consultation_no="Q-1", town="T01", topic="tekun", answered_by="window:T01-W1", leaflet=""),
    ),
    record("town:T01", QUARANTINED_INPUT),
    of_discovery(DISCOVERED),
    of_discovery(FORGOTTEN),
    of_discovery(FOLLOWED),
    record("discovery:T02-D7", UNFOLLOWED),
    record("town:T01", STAFFED),
    record("town:T01", UNSTAFFED),
    of_first(TAKEN),
    of_first(LATE),
    of_first(BACK),
    of_first(INTRODUCED),
    of_first(OFFERED),
    of_first(HANDED_OVER),
    of_first(DONE),
]


def test_an_application_shows_where_it_stands() -> None:
    rows = {key: row for (key, _), row in fold(APPLICATIONS, STORY[:4]).items()}
    waiting, referred = rows["R-1-tekun"], rows["R-1-medical"]
    assert (waiting.status, waiting.missing, waiting.notice_count) == ("waiting", ("x",), 2)
    assert (waiting.household, waiting.committee, waiting.need) == ("T01-H00001", "T01-C01", "tekun")
    assert (referred.status, referred.department, referred.decide_by) == ("referred", "区医疗保障局", date(2026, 3, 16))
    rows = {key: row for (key, _), row in fold(APPLICATIONS, STORY).items()}
    assert {key: row.status for key, row in rows.items()} == {
        "R-1-tekun": "confirmed",
        "R-1-medical": "helped",
        "R-2-dibao_urban": "withdrawn",
    }
    assert rows["R-1-tekun"].missing == ()


def test_an_application_that_is_passed_on_shows_who_has_it_and_what_came_back() -> None:
    def medical(*facts: Fact) -> Any:
        rows = fold(APPLICATIONS, [received(1, "medical"), *map(of_first, facts)])
        (row,) = rows.values()
        return row

    taken = medical(REFERRED, TAKEN, LATE)
    assert (taken.status, taken.referral_accepted_on, taken.overdue_count) == ("referred", DAY, 1)
    back = medical(REFERRED, TAKEN, LATE, BACK)
    assert (back.status, back.decide_by, back.return_reason, back.returned_count) == ("returned", None, "材料不全", 1)
    assert back.responsible == "window:T01-W1"
    introduced = medical(REFERRED, TAKEN, LATE, BACK, INTRODUCED)
    assert (introduced.department, introduced.introduced, introduced.referral_accepted_on) == ("red_cross", True, None)
    assert (introduced.status, introduced.decide_by) == ("referred", date(2026, 4, 8))


def test_an_application_shows_who_is_responsible_and_who_was_asked_to_be() -> None:
    def medical(*facts: Fact) -> tuple[str, str, int]:
        (row,) = fold(APPLICATIONS, [received(1, "medical"), *map(of_first, facts)]).values()
        return row.responsible, row.offered_to, row.handover_count

    assert medical(OFFERED) == ("window:T01-W1", "window:T01-W2", 0)
    assert medical(OFFERED, DECLINED) == ("window:T01-W1", "", 0)
    assert medical(OFFERED, HANDED_OVER) == ("window:T01-W2", "", 1)


def test_the_clock_of_a_referral_runs_from_the_end_of_its_last_day_until_an_answer() -> None:
    def clocks(*facts: Fact) -> list[Due]:
        return list(fold(DUE, [of_first(fact) for fact in facts]).values())

    (clock,) = clocks(REFERRED)
    assert clock.due_at == datetime(2026, 3, 17, tzinfo=CHINA)
    command = decoder_of(MarkReferralOverdue).decode(clock.command)
    assert (command.subject, command.due_on) == ("household:T01-H00001", date(2026, 3, 16))
    assert clocks(REFERRED, TAKEN) == [clock]
    withdrawn = ApplicationWithdrawn(application_no="R-1-medical", town="T01", reason="")
    for stops in (LATE, BACK, DONE, withdrawn):
        assert clocks(REFERRED, stops) == []
    (again,) = clocks(REFERRED, BACK, INTRODUCED)
    assert again.due_at == datetime(2026, 4, 9, tzinfo=CHINA)


def test_a_window_counts_what_it_did() -> None:
    rows = fold(WINDOW_COUNTS, STORY).values()
    totals = {name: sum(getattr(row, name) for row in rows) for name in WINDOW_COUNTS.row.__struct_fields__[1:]}
    assert totals == {
        "requests": 2, "accepted": 2, "notices": 1, "repeated_notices": 1, "referred": 1, "withdrawn": 1,
        "answered": 1, "consultations": 1, "quarantined": 1, "refused": 1, "introduced": 1,
        "discoveries": 1, "discoveries_overdue": 1, "discoveries_followed": 1, "discoveries_closed": 1,
        "handovers": 1, "referrals_accepted": 1, "referrals_returned": 1, "referrals_completed": 1, "referrals_overdue": 1,
        "near_relatives": 0, "matches": 0,
    }  # fmt: skip
    assert {row.town for row in rows} == {"T01"}


def test_a_discovery_shows_what_became_of_it_and_never_whom_it_is_about() -> None:
    def row(*facts: Fact) -> Any:
        ((place, found),) = fold(DISCOVERIES, [of_discovery(fact) for fact in facts]).items()
        assert place[0] == "T01-D1"
        return found

    found = row(DISCOVERED)
    assert (found.status, found.follow_up_by, found.overdue) == ("open", date(2026, 3, 5), False)
    assert not {"name", "resident_id", "contact", "situation", "person"} & set(found.__struct_fields__)
    followed = row(DISCOVERED, FORGOTTEN, FOLLOWED)
    assert (followed.status, followed.overdue) == ("followed", True)
    assert (followed.household, followed.request_no) == ("T01-H00001", "R-1")
    closed = row(DISCOVERED, UNFOLLOWED)
    assert (closed.status, closed.reason) == ("closed", "已由亲属照料")


def test_the_clock_of_a_discovery_runs_until_somebody_follows_it_up() -> None:
    (clock,) = fold(DUE, [of_discovery(DISCOVERED)]).values()
    assert clock.due_at == datetime(2026, 3, 6, tzinfo=CHINA)
    command = decoder_of(MarkDiscoveryOverdue).decode(clock.command)
    assert (command.subject, command.due_on) == ("discovery:T01-D1", date(2026, 3, 5))
    for stops in (FOLLOWED, UNFOLLOWED, FORGOTTEN):
        assert fold(DUE, [of_discovery(DISCOVERED), of_discovery(stops)]) == {}


def test_a_request_that_names_a_discovery_follows_it_up() -> None:
    plain = received(1, "temporary")
    assert [type(one.command) for one in SERVICE.react(plain)] == [NotePerson]
    named = msgspec.structs.replace(plain, fact=msgspec.structs.replace(plain.fact, discovery_no="T01-D1"))
    reaction, _ = SERVICE.react(named)
    assert reaction.command == FollowDiscovery(discovery_no="T01-D1", household_no="T01-H00001", request_no="R-1")
    assert reaction.command.subject == "discovery:T01-D1"


def test_a_refusal_about_a_discovery_is_counted_for_its_town() -> None:
    refusal = CommandRefused(command="FollowDiscovery", code="x", reason_zh="", reason_en="")
    ((place, row),) = fold(WINDOW_COUNTS, [of_discovery(refusal)]).items()
    assert (place[0], row.refused) == ("T01", 1)


def test_a_towns_keys_are_listed_by_number_and_day_without_a_hash() -> None:
    facts = [TownKeyIssued(town="T01", key_no=number, key_hash=f"hash-{number}") for number in (1, 2)]
    issued = [record("town:T01", fact) for fact in facts]
    ((place, row),) = fold(TOWN_KEYS, issued).items()
    assert (place[0], row.town) == ("T01", "T01")
    assert row.issued_on == {
        "1": issued[0].envelope.time.astimezone(CHINA).date(),
        "2": issued[1].envelope.time.astimezone(CHINA).date(),
    }
    assert "hash" not in str(row)
    ended = record("town:T01", TownKeyRevoked(town="T01", key_no=1, reason="换人"))
    (row,) = fold(TOWN_KEYS, [*issued, ended]).values()
    assert list(row.issued_on) == ["1", "2"]
    assert row.revoked_on == {"1": ended.envelope.time.astimezone(CHINA).date()}


def test_a_window_shows_its_named_staff_and_whether_nobody_is_there() -> None:
    def window(*facts: Fact) -> Any:
        ((place, row),) = fold(WINDOWS, [record("town:T01", fact) for fact in facts]).items()
        assert place[0] == row.town == "T01"
        return row

    never = window(TownKeyIssued(town="T01", key_no=1, key_hash="a"))
    assert (never.staff, never.unattended, never.unattended_from) == ({}, True, None)
    both = window(STAFFED, SECOND)
    assert (both.staff, both.unattended) == ({"window:T01-W1": DAY, "window:T01-W2": DAY}, False)
    one = window(STAFFED, SECOND, UNSTAFFED)
    assert (list(one.staff), one.unattended) == (["window:T01-W2"], False)
    nobody = window(STAFFED, UNSTAFFED)
    assert (nobody.staff, nobody.unattended, nobody.unattended_from) == ({}, True, date(2026, 3, 9))
    again = window(STAFFED, UNSTAFFED, SECOND)
    assert (again.unattended, again.unattended_from) == (False, None)


def test_quarantine_shows_reason_and_outcome_and_never_the_payload() -> None:
    ((_, waiting),) = fold(QUARANTINED, STORY).items()
    assert (waiting.outcome, waiting.code, waiting.road) == ("waiting", "json-malformed", "inbox")
    assert "payload" not in waiting.__struct_fields__
    released = record("town:T01", InputReleased(place="3/17", outcome="accepted", reason=""))
    assert [row.outcome for row in fold(QUARANTINED, [*STORY, released]).values()] == ["accepted"]


@pytest.mark.parametrize("seed", range(5))
def test_partitions_may_come_in_any_order(seed: int) -> None:
    partitions = sorted({one.partition for one in STORY})
    Random(seed).shuffle(partitions)
    mixed = [one for partition in partitions for one in STORY if one.partition == partition]
    for model in SERVICE.models:
        assert fold(model, mixed) == fold(model, STORY)


def test_no_model_fails_on_a_fact_that_comes_without_its_beginning() -> None:
    for one in STORY:
        for model in SERVICE.models:
            fold(model, [one])


def test_rows_survive_being_stored() -> None:
    for model in SERVICE.models:
        for row in fold(model, STORY).values():
            assert decoder_of(model.row).decode(encoder.encode(row)) == row


def test_a_decision_of_casework_answers_the_application() -> None:
    confirmed = EligibilityConfirmed(
        application_no="R-1-tekun", need="tekun", town="T01", committee="T01-C01", monthly_amount_fen=Fen(1),
        one_off=False, standard_fen=Fen(1), covered_members=1, from_month=Month(2026, 4), decided_on=DAY,
        decided_by="bureau:B01", pack_version="",
    )  # fmt: skip
    refused = EligibilityRefused(
        application_no="R-1-tekun", need="tekun", town="T01", reason="", written_notice_by=DAY, decided_on=DAY,
        decided_by="bureau:B01", pack_version="",
    )  # fmt: skip
    outcomes = []
    for fact in (confirmed, refused):
        (reaction,) = SERVICE.react(of_first(fact))
        assert isinstance(reaction.command, AnswerApplication)
        assert reaction.command.subject == "household:T01-H00001"
        outcomes.append((reaction.name, reaction.command.outcome))
    assert outcomes == [("answer-application", "confirmed"), ("answer-application", "refused")]
    assert SERVICE.react(of_first(NOTICE)) == ()


def test_the_service_fits_together() -> None:
    assert len({command.__name__ for command in SERVICE.command_types}) == len(SERVICE.command_types)
    for kind in SERVICE.listens:
        assert REGISTRY[kind].owner in ("intake", "casework", "payroll", "audit")
    assert SERVICE.aggregate_of("household:T01-H00001").prefix == "household"
    assert {model.name for model in SERVICE.models} == {
        "applications",
        "window_counts",
        "windows",
        "town_keys",
        "discoveries",
        "clocks",
        "near_relatives",
        "matches",
        "consultations",
        "quarantined",
        "quarantined_payloads",
        "persons",
        "benefits",
        "features",
        "folder_facts",
        "ties",
        "matters",
        "erasures",
        "due",
    }
