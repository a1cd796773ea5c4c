"""Proves that what officers recorded offline comes in whole: none lost, none doubled, both sides of a contradiction kept."""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.casework.domain import DecideVisitConflict, RecordOfflineVisit, RecordVisit
from services.casework.domain.delivery.batches import OfflineRecord, VisitBatch, command_of, receipt_of
from services.casework.domain.delivery.conflicts import conflict_between
from services.casework.domain.delivery.devices import merged, missing
from services.casework.projections.delivery import DEVICES, MONTH_PLANS, VISIT_CONFLICTS
from services.casework.projections.work import VISITS_BY_OFFICER
from services.contracts.casework import (
    SequenceRange,
    VisitBatchReceived,
    VisitCompleted,
    VisitConflictDecided,
    VisitConflictFound,
    VisitSetAside,
    VisitSide,
)
from services.contracts.deciding import CHINA, CommandRejected, Model, Record
from tests.unit.casework_world import CaseworkWorld, record_of, start_duty, take_over

H, ELSEWHERE = "T01-H00001", "T01-H00002"
NINE = datetime(2026, 3, 19, 9, tzinfo=CHINA)
UPLOADER = "window:T01-W1"


def record_id(n: int) -> str:
    return f"01959b3a-0000-7000-8000-{n:012x}"


def record(n: int = 1, **changes: Any) -> OfflineRecord:
    """The n-th record of a device, by O001, of nine o'clock; `at` minutes later."""
    at = changes.pop("at", 0)
    officer = changes.get("officer", "O001")
    fields: dict[str, Any] = {
        "record_id": record_id(n), "device_sequence": n, "author": f"officer:{officer}",
        "recorded_at": NINE + timedelta(minutes=at + 41), "household_no": H, "visit_no": f"V-{n}",
        "service": "regular_visit", "officer": officer, "committee": "T01-C01",
        "started_at": NINE + timedelta(minutes=at), "ended_at": NINE + timedelta(minutes=at + 40),
        "person_seen": "本人", "co_signed": True, "evidence_sha256": ("ab" * 32,), "notes": "近况平稳",
    }  # fmt: skip
    return OfflineRecord(**(fields | changes))


def batch(*_: OfflineRecord, device: str = "P-T01-001", sent_at: datetime = NINE + timedelta(hours=8)) -> VisitBatch:
    return VisitBatch(device=device, town="T01", sent_at=sent_at, records=(msgspec.Raw(b"{}"),))


def opened() -> CaseworkWorld:
    """Two households of one town, two officers on duty there, one in the next town."""
    world = CaseworkWorld()
    world.send(start_duty("O001"))
    world.send(start_duty("O002"))
    world.send(start_duty("O003", "T02"))
    world.send(take_over(H))
    world.send(take_over(ELSEWHERE, officer="O002"))
    return world


def upload(world: CaseworkWorld, *records: OfflineRecord, by: str = UPLOADER, device: str = "P-T01-001") -> list[str]:
    """What becomes of each record of a batch: accepted, unchanged, or the code of its refusal; then the receipt."""
    sent = batch(device=device)
    became: list[str] = []
    for one in records:
        try:
            became.append("accepted" if world.send(command_of(sent, one), by, "T01") else "unchanged")
        except CommandRejected as no:
            became.append(no.code)
    paired = list(zip(records, became, strict=True))
    stands = ("accepted", "unchanged")
    world.send(
        receipt_of(
            sent,
            [one for one, what in paired if what in stands],
            [(one, what) for one, what in paired if what not in stands],
        ),
        by,
        "T01",
    )
    world.settle()
    return became


def folded(model: Model[Any], world: CaseworkWorld) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for subject, _, fact in world.said:
        if isinstance(fact, model.listens):
            one: Record = record_of(subject, fact)
            for key in model.keys(one):
                rows[key] = model.evolve(rows.get(key), one, key)
    return rows


def test_the_author_is_who_made_the_record_and_the_uploader_is_stated_too() -> None:
    world = opened()
    assert upload(world, record()) == ["accepted"]
    (visit,) = world.facts(VisitCompleted)
    assert (visit.author, visit.uploaded_by) == ("officer:O001", UPLOADER)
    assert (visit.device, visit.device_sequence, visit.record_id) == ("P-T01-001", 1, record_id(1))
    assert visit.recorded_at == NINE + timedelta(minutes=41)
    (received,) = world.facts(VisitBatchReceived)
    assert (received.sent_at, received.skew_seconds, received.clock_wrong) == (
        NINE + timedelta(hours=8), 27 * 3600, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("author-not-of-town", {"officer": "O003"}),  # on duty, but in the next town
        ("author-not-of-town", {"officer": "O009"}),  # nobody knows this officer
        ("author-not-officer", {"author": "officer:O002"}),
        ("author-not-officer", {"author": "window:T01-W1"}),
        ("author-not-uploader", {"author": "contractor:K1-S1"}),
        ("household-unknown", {"household_no": "T01-H00009"}),
        ("wrong-committee", {"committee": "T02-C01"}),
        ("person-unknown", {"person_seen": "示例甲"}),
        ("time-in-future", {"at": 60 * 48}),
        ("ended-before-started", {"ended_at": NINE}),
    ],
)
def test_a_record_that_cannot_be_taken_stays_on_the_device_and_keeps_no_other_out(
    code: str, changes: dict[str, Any]
) -> None:
    world = opened()
    assert upload(world, record(1, **changes), record(2, at=60)) == [code, "accepted"]
    row = folded(DEVICES, world)["P-T01-001"]
    assert [(one.device_sequence, one.code) for one in row.refused] == [(1, code)]
    assert row.missing == (SequenceRange(first_sequence=1, last_sequence=1),)


def test_a_contractors_person_brings_in_their_own_records() -> None:
    world = opened()
    assert upload(world, record(author="contractor:K1-S1"), by="contractor:K1-S1") == ["accepted"]


def test_an_officer_who_moved_is_still_the_author_of_what_was_done_before() -> None:
    world = CaseworkWorld()
    world.send(take_over(H, officer="O002"))
    world.send(start_duty("O001"))
    officer = world.states["officer:O001"]
    ended = msgspec.structs.replace(officer.duties[0], until_on=NINE.date())
    world.states["officer:O001"] = msgspec.structs.replace(officer, duties=(ended,))
    assert upload(world, record(1), record(2, at=24 * 60)) == ["accepted", "author-not-of-town"]


def test_gaps_in_a_devices_numbers_are_seen_until_they_are_filled() -> None:
    world = opened()
    upload(world, record(5, at=240), record(2, at=60))
    assert [(one.first_sequence, one.last_sequence) for one in folded(DEVICES, world)["P-T01-001"].missing] == [
        (1, 1), (3, 4),
    ]  # fmt: skip
    upload(world, record(3, at=120), record(4, at=180), record(1))
    row = folded(DEVICES, world)["P-T01-001"]
    assert (row.missing, row.received, row.last_sequence) == ((), 5, 5)


def test_a_batch_that_comes_again_states_nothing_new() -> None:
    world = opened()
    upload(world, record(1), record(2, at=60))
    said = len(world.said)
    assert upload(world, record(2, at=60), record(1)) == ["unchanged", "unchanged"]
    assert len(world.said) == said


def test_the_same_content_under_another_id_is_one_visit() -> None:
    world = opened()
    upload(world, record(1))
    again = record(1, record_id=record_id(77), device_sequence=2)
    assert upload(world, again) == ["unchanged"]
    assert len(world.facts(VisitCompleted)) == 1


@pytest.mark.parametrize(
    ("kind", "second"),
    [
        ("number", {"visit_no": "V-1", "at": 300}),  # one number, another time
        ("number", {"visit_no": "V-1", "notes": "情况有变"}),  # one number, other words
        ("household", {"at": 20, "officer": "O002"}),  # two officers there at one time
        ("officer", {"at": 20, "household_no": ELSEWHERE}),  # one officer at two households
    ],
)
def test_both_sides_of_a_contradiction_are_kept_and_listed(kind: str, second: dict[str, Any]) -> None:
    for order in ((0, 1), (1, 0)):
        world = opened()
        pair = (record(1), record(2, **second))
        assert upload(world, *(pair[i] for i in order)) == ["accepted", "accepted"]
        assert {visit.record_id for visit in world.facts(VisitCompleted)} == {record_id(1), record_id(2)}
        (found,) = world.facts(VisitConflictFound)
        assert (found.kind, found.first.record_id, found.second.record_id) == (kind, record_id(1), record_id(2))
        assert found.responsible.startswith("officer:")
        assert [row.status for row in folded(VISIT_CONFLICTS, world).values()] == ["open"]


def test_visits_that_touch_or_lie_apart_are_no_contradiction() -> None:
    world = opened()
    upload(world, record(1), record(2, at=40), record(3, at=80, household_no=ELSEWHERE))
    assert world.facts(VisitConflictFound) == []


def test_a_record_typed_in_and_one_from_a_device_contradict_each_other_whichever_came_first() -> None:
    typed = RecordVisit(
        household_no=H, visit_no="V-9", service="care", officer="O002", town="T01", committee="T01-C01",
        started_at=NINE + timedelta(minutes=10), ended_at=NINE + timedelta(minutes=45), person_seen="配偶",
        co_signed=True, evidence_sha256=(), notes="",
    )  # fmt: skip
    numbers = set()
    for first_typed in (True, False):
        world = opened()
        if first_typed:
            world.send(typed, "officer:O002", "T01")
        upload(world, record(1))
        if not first_typed:
            world.send(typed, "officer:O002", "T01")
        numbers |= {found.conflict_no for found in world.facts(VisitConflictFound)}
    assert len(numbers) == 1


@pytest.mark.parametrize(
    ("actor", "refused"),
    [
        ("officer:O002", ""),
        ("officer:O001", "author-not-officer"),
        ("window:O002", "author-not-officer"),
        ("bureau:B01", "author-not-officer"),
        ("contractor:C1-L1", ""),
    ],
)
def test_a_record_typed_in_is_made_by_the_officer_named_or_a_contractors_own_person(actor: str, refused: str) -> None:
    """登记人即走访人：由他人代为上传的，走设备批次并列明记录人。"""
    world = opened()
    typed = RecordVisit(
        household_no=H, visit_no="V-9", service="care", officer="O002", town="T01", committee="T01-C01",
        started_at=NINE, ended_at=NINE + timedelta(minutes=45), person_seen="配偶", co_signed=True, evidence_sha256=(),
        notes="",
    )  # fmt: skip
    if refused:
        with pytest.raises(CommandRejected, match=refused):
            world.send(typed, actor, "T01")
    else:
        world.send(typed, actor, "T01")
    assert [fact.author for fact in world.facts(VisitCompleted)] == ([] if refused else [actor])
    # The same record brought in by the window is its author's, and the window is named beside.
    assert upload(world, record(7, officer="O002", at=200), by="window:T01-W1")[0] == "accepted"
    brought = world.facts(VisitCompleted)[-1]
    assert (brought.author, brought.uploaded_by) == ("officer:O002", "window:T01-W1")


# ---- the decision


def decide(number: str, kept: str = "first", household_no: str = H, **changes: Any) -> DecideVisitConflict:
    fields: dict[str, Any] = {
        "household_no": household_no, "conflict_no": number, "kept": kept, "reason": "与照片时间一致",
    }  # fmt: skip
    return DecideVisitConflict(**(fields | changes))


def contradicted(**second: Any) -> tuple[CaseworkWorld, VisitConflictFound]:
    world = opened()
    upload(world, record(1), record(2, **second))
    (found,) = world.facts(VisitConflictFound)
    return world, found


def test_a_person_decides_and_the_other_side_counts_no_more() -> None:
    world, found = contradicted(visit_no="V-1", at=300)
    assert folded(VISITS_BY_OFFICER, world)["O001/2026-03"].done == 2
    world.send(decide(found.conflict_no), "town-leader:T01-L1", "T01")
    (decided,), (aside,) = world.facts(VisitConflictDecided), world.facts(VisitSetAside)
    assert (decided.kept, decided.reason, decided.decided_by) == ("first", "与照片时间一致", "town-leader:T01-L1")
    assert (aside.record_id, aside.officer) == (record_id(2), "O001")
    counted = folded(VISITS_BY_OFFICER, world)["O001/2026-03"]
    assert (counted.done, counted.minutes, counted.standard_met) == (1, 40, 1)
    assert folded(MONTH_PLANS, world)["O001/2026-03"].done == 1
    row = folded(VISIT_CONFLICTS, world)[found.conflict_no]
    assert (row.status, row.kept, row.decided_by) == ("decided", "first", "town-leader:T01-L1")
    assert len(world.facts(VisitCompleted)) == 2, "nothing is taken back"


def test_both_may_stand() -> None:
    world, found = contradicted(at=20, officer="O002")
    world.send(decide(found.conflict_no, "both"), "town-leader:T01-L1")
    assert world.facts(VisitSetAside) == []


def test_a_side_at_another_household_is_set_aside_there() -> None:
    world, found = contradicted(at=20, household_no=ELSEWHERE)
    assert found.first.household_no != found.second.household_no
    (here,) = [subject for subject, _, fact in world.said if isinstance(fact, VisitConflictFound)]
    dropped = {"first": found.second, "second": found.first}
    kept = "first" if found.first.household_no == here.partition(":")[2] else "second"
    world.send(decide(found.conflict_no, kept, here.partition(":")[2]), "bureau:B01")
    world.settle()
    ((subject, _, aside),) = [one for one in world.said if isinstance(one[2], VisitSetAside)]
    assert isinstance(aside, VisitSetAside)
    assert (subject, aside.record_id) == (f"household:{dropped[kept].household_no}", dropped[kept].record_id)


@pytest.mark.parametrize(
    ("code", "actor", "changes"),
    [
        ("decided-by-author", "officer:O001", {}),
        ("decided-by-author", "bureau:O002", {}),
        ("reason-missing", "town-leader:T01-L1", {"reason": " "}),
        ("personal-in-text", "town-leader:T01-L1", {"reason": "电话 13900000000"}),
        ("conflict-unknown", "town-leader:T01-L1", {"conflict_no": "K-0"}),
    ],
)
def test_an_expected_no_of_a_decision(code: str, actor: str, changes: dict[str, Any]) -> None:
    world, found = contradicted(at=20, officer="O002")
    with pytest.raises(CommandRejected, match=code):
        world.send(decide(found.conflict_no, **changes), actor)


def test_a_conflict_is_decided_once_and_a_dropped_side_is_not_kept_later() -> None:
    world = opened()
    upload(world, record(1), record(2, visit_no="V-1", at=300), record(3, visit_no="V-1", at=500))
    found = {(one.first.record_id, one.second.record_id): one for one in world.facts(VisitConflictFound)}
    assert len(found) == 3
    first = found[record_id(1), record_id(2)]
    world.send(decide(first.conflict_no))
    with pytest.raises(CommandRejected, match="conflict-decided"):
        world.send(decide(first.conflict_no, "both"))
    with pytest.raises(CommandRejected, match="side-set-aside"):
        world.send(decide(found[record_id(2), record_id(3)].conflict_no))
    world.send(decide(found[record_id(2), record_id(3)].conflict_no, "second"))
    assert len(world.facts(VisitSetAside)) == 1, "a record is set aside once"


# ---- the law: shuffled, doubled, cut


def made(rng: Random, count: int, households: int, officers: int) -> list[tuple[str, OfflineRecord]]:
    """Records of several devices, some under a number that is taken, some at the time of another."""
    records: list[tuple[str, OfflineRecord]] = []
    for n in range(1, count + 1):
        officer = f"O{rng.randrange(officers) + 100:03}"
        household = f"T01-H{rng.randrange(households) + 1:05}"
        earlier = [one for _, one in records if one.household_no == household]
        number = rng.choice(earlier).visit_no if earlier and rng.random() < 0.05 else f"V-{n}"
        one = record(
            n, household_no=household, officer=officer, visit_no=number, at=-rng.randrange(20 * 24 * 4) * 15,
            notes=f"记录{n}",
        )  # fmt: skip
        records.append((f"P-{officer}", one))
    return records


def truth(records: Sequence[tuple[str, OfflineRecord]]) -> set[str]:
    """The numbers of all pairs that contradict each other, found by comparing every record with every other."""
    found = set()
    for (_, one), (_, other) in itertools.combinations(records, 2):
        meets = one.started_at < other.ended_at and other.started_at < one.ended_at
        if one.household_no == other.household_no:
            kind = "number" if one.visit_no == other.visit_no else "household" if meets else ""
        else:
            kind = "officer" if meets and one.officer == other.officer else ""
        if kind:
            sides = [side(one), side(other)]
            found.add(conflict_between(kind, *sides, town="T01", responsible="").conflict_no)
    return found


def side(one: OfflineRecord) -> VisitSide:
    return VisitSide(**{name: getattr(one, name) for name in VisitSide.__struct_fields__})


def delivered(
    rng: Random, records: list[tuple[str, OfflineRecord]], batches: int
) -> list[tuple[str, list[OfflineRecord]]]:
    """Batches in which every record comes at least once: shuffled, doubled, and cut off anywhere – then sent again."""
    by_device: dict[str, list[OfflineRecord]] = {}
    for device, one in records:
        by_device.setdefault(device, []).append(one)
    sent: list[tuple[str, list[OfflineRecord]]] = []
    for device, mine in by_device.items():
        rng.shuffle(mine)
        sent += [(device, mine[i : i + 5]) for i in range(0, len(mine), 5)]
    while len(sent) < batches:
        device, whole = rng.choice(sent)
        copy = rng.sample(whole, len(whole))
        sent.append((device, copy[: rng.randrange(1, len(copy) + 1)] if rng.random() < 0.7 else copy))
    rng.shuffle(sent)
    return sent


def play(seed: int, count: int, households: int, officers: int, batches: int) -> int:
    """The number of conflicts, each of which was listed."""
    rng, world = Random(seed), CaseworkWorld()
    for n in range(households):
        world.send(take_over(f"T01-H{n + 1:05}"))
    for n in range(officers):
        world.send(start_duty(f"O{n + 100:03}"))
    records = made(rng, count, households, officers)
    seen: set[str] = set()
    for device, some in delivered(rng, records, batches):
        sent = batch(device=device)
        for one in some:
            # Even without the decider's memory of command ids nothing would be stated twice.
            assert bool(world.send(command_of(sent, one), UPLOADER, "T01")) == (one.record_id not in seen)
            seen.add(one.record_id)
            while world.waiting and rng.random() < 0.5:  # reactions come when they come
                world.react_once()
        world.send(receipt_of(sent, some, []), UPLOADER, "T01")
    world.settle()
    visits = Counter(visit.record_id for visit in world.facts(VisitCompleted))
    assert visits == Counter({one.record_id: 1 for _, one in records}), "0 lost, 0 doubled"
    by_id = {one.record_id: one for _, one in records}
    assert all(visit.author == by_id[visit.record_id].author for visit in world.facts(VisitCompleted))
    conflicts = Counter(found.conflict_no for found in world.facts(VisitConflictFound))
    assert conflicts == Counter(dict.fromkeys(truth(records), 1)), "every conflict listed, once"
    assert set(folded(VISIT_CONFLICTS, world)) == truth(records)
    received = {device: row.received for device, row in folded(DEVICES, world).items()}
    assert received == Counter(device for device, _ in records)
    return len(conflicts)


def test_five_hundred_batches_shuffled_doubled_and_cut() -> None:
    assert play(seed=2026, count=800, households=40, officers=12, batches=500) > 50


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_no_order_of_batches_loses_doubles_or_hides_anything(seed: int) -> None:
    play(seed=seed, count=40, households=4, officers=3, batches=25)


@given(st.sets(st.integers(1, 60)))
def test_received_and_missing_numbers_are_all_there_are(numbers: set[int]) -> None:
    received = merged(SequenceRange(first_sequence=n, last_sequence=n) for n in numbers)
    listed = {n for one in (*received, *missing(received)) for n in range(one.first_sequence, one.last_sequence + 1)}
    assert listed == set(range(1, max(numbers, default=0) + 1))
    assert {n for one in received for n in range(one.first_sequence, one.last_sequence + 1)} == numbers


def test_a_record_is_the_same_command_in_whatever_batch_it_comes() -> None:
    morning, evening = batch(sent_at=NINE), batch(sent_at=NINE + timedelta(hours=9))
    assert command_of(morning, record()) == command_of(evening, record())
    assert isinstance(command_of(morning, record()), RecordOfflineVisit)
