"""Proves that read models are the same however the log is cut, delivered, placed or folded again: live, rebuilt, restored."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.district import generate, month_script
from deploy.installation import SERVICES
from services.contracts.chain import Chain
from services.contracts.codec import Draft, body_bytes, decode, seal
from services.contracts.deciding import Service
from services.contracts.envelope import ZERO_HASH, partition_of, record_hash
from services.contracts.registry import Fact, kind_of
from services.eventlog.deciding import Decider
from services.eventlog.folding import Folds, Rows
from services.eventlog.following import Delivered, Fenced, PartitionFollower
from services.eventlog.ids import uuid7
from services.eventlog.keyring import create_keyring, opened
from services.eventlog.listing import added_up
from services.eventlog.postgres import Pool
from services.eventlog.refolding import Refold, Refolder
from services.eventlog.sealing import Sealer
from tests.contract.golden import FOLDER
from tests.unit.district_world import MARCH, SEED, World, before_month, small_profile

Log = dict[int, list[Delivered]]
NAMED = [pytest.param(service, id=service.name) for service in SERVICES]


class Recording(World):
    """A month in memory that keeps every fact as a draft of a record, in the order it was stated."""

    def __init__(self) -> None:
        super().__init__()
        self.drafts: list[Draft] = []
        self.versions: dict[tuple[str, str], int] = {}

    def heard(self, service: Service, subject: str, fact: Fact) -> None:
        version = self.versions[service.name, subject] = self.versions.get((service.name, subject), 0) + 1
        self.drafts.append(
            Draft(
                id=str(uuid7()), owner=service.name, subject=subject, streamversion=version, time=self.now,
                recordedtime=self.now, commandid=str(uuid7()), commandhash="", correlationid="", actor="test", fact=fact,
            )
        )  # fmt: skip
        super().heard(service, subject, fact)


@functools.cache
def month() -> tuple[tuple[str, bytes], ...]:
    """A small district's stock and March as (subject, stored body), sealed as on a real log; then what it lacked."""
    district, world = generate(small_profile(), SEED), Recording()
    for call in before_month(district):
        world.now = call.at
        world.send(call)
    for step in month_script(district, MARCH, SEED):
        world.now = step.at
        world.tick()
        for call in step.calls:
            world.send(call)
    with TemporaryDirectory() as folder:
        create_keyring(Path(folder) / "keys")
        with opened(Path(folder) / "keys") as keyring:
            sealer = Sealer(keyring)
            sealed = [
                (d.subject, body_bytes(msgspec.structs.replace(d, fact=sealer.seal(d.fact, d.id, d.subject))))
                for d in world.drafts
            ]
    assert len(sealed) > 1_500
    happened = {kind_of(type(draft.fact)) for draft in world.drafts}
    return (*sealed, *(golden(path) for path in sorted(FOLDER.glob("*.v1.json")) if path.stem not in happened))


def golden(path: Path) -> tuple[str, bytes]:
    """A golden record as (subject, stored body): without the place in front of it."""
    value = path.read_bytes()
    return decode(value).subject, b"{" + value[value.index(b'"id":') :]


@functools.cache
def log_of(partitions: int) -> Log:
    """The month's log on so many partitions, sealed and chained by this test."""
    chains = {partition: Chain() for partition in range(partitions)}
    log: Log = {partition: [] for partition in range(partitions)}
    for subject, body in month():
        partition = partition_of(subject, partitions)
        chain, delivered = chains[partition], log[partition]
        value = seal(body, chain.sequence + 1, chain.hash)
        chain.offer(value)
        delivered.append(Delivered(offset=len(delivered), value=value, sealed_ms=0))
    return log


def refolded(service: Service, log: Log) -> dict[int, Refold]:
    refolds = {partition: Refold(partition) for partition in log}
    refolder = Refolder(service)
    for partition, delivered in log.items():
        refolder.take(refolds[partition], delivered)
    return refolds


def documents(service: Service, rows: Rows) -> dict[tuple[str, str], str | None]:
    """Rows as they are stored; a row that vanished is no row."""
    folds = Folds(service)
    return {place: folds.encode(row) for place, row in rows.items() if row is not None}


@functools.cache
def reference(name: str, partitions: int) -> dict[int, dict[tuple[str, str], str | None]]:
    service = next(service for service in SERVICES if service.name == name)
    return {p: documents(service, r.rows) for p, r in refolded(service, log_of(partitions)).items()}


def cuts(length: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, length), max_size=12).map(lambda places: sorted({0, length, *places}))


@pytest.mark.parametrize("service", NAMED)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_batching_gives_the_same_rows(service: Service, data: st.DataObject) -> None:
    """Cut anywhere; between two batches the rows go through their stored form, as between two transactions."""
    partition = data.draw(st.integers(0, 11))
    delivered = log_of(12)[partition]
    places = data.draw(cuts(len(delivered)))
    folds, refolder, refold = Folds(service), Refolder(service), Refold(partition)
    for begin, end in pairwise(places):
        refolder.take(refold, delivered[begin:end])
        stored = {place: folds.encode(row) for place, row in refold.rows.items()}
        refold.rows = {place: folds.decode(place[0], doc) if doc else None for place, doc in stored.items()}
    assert documents(service, refold.rows) == reference(service.name, 12)[partition]
    assert refold.parked == []


# Internal rows that say where their latest fact stands in its partition.
PLACED = ("municipal_changes",)


@pytest.mark.parametrize("service", NAMED)
@pytest.mark.parametrize("partitions", [2, 5, 12])
def test_where_a_subject_lies_changes_nothing_once_partitions_are_added_up(service: Service, partitions: int) -> None:
    """Rows that span subjects commute: on one partition or many, what a reader gets after adding up is the same.

    But for a row's own place in its partition, which an export's cursor is made of: it is where the subject lies.
    """

    def read(count: int) -> Mapping[tuple[str, str], dict[str, Any]]:
        docs: dict[tuple[str, str], list[str]] = {}
        for rows in reference(service.name, count).values():
            for place, doc in rows.items():
                docs.setdefault(place, []).append(str(doc))
        found = {place: added_up(its) for place, its in docs.items()}
        for (model, _), row in found.items():
            if model == "checkable":  # how an item changed, numbered and ordered by its partition's own count
                own = [change.pop("sequence") for change in row["changes"]]
                assert own == sorted(own)
            if model in PLACED:
                assert row.pop("sequence") > 0
        return found

    spread, whole = read(partitions), read(1)
    assert spread.keys() == whole.keys()
    for place, row in whole.items():
        assert spread[place] == row, place


@pytest.mark.parametrize("service", NAMED)
def test_every_model_of_the_service_is_in_the_month(service: Service) -> None:
    """Otherwise the laws above would hold for nothing. A released input leaves no payload behind, so that is looked for."""
    touched = {model for refold in refolded(service, log_of(12)).values() for model, _ in refold.rows}
    assert {model.name for model in service.models} == touched


# ---- live following, on a store in memory


class Memory:
    """A service's cursor, rows and parked records, with the calls a follower makes of its database."""

    def __init__(self) -> None:
        self.cursor: dict[str, Any] = {"sequence": 0, "hash": ZERO_HASH, "seek_offset": -1, "revision": 0}
        self.rows: dict[tuple[str, str], str] = {}
        self.parked: list[tuple[Any, ...]] = []
        self.loaded: list[tuple[str, str]] = []

    async def fetchrow(self, _: str, __: int) -> dict[str, Any]:
        return self.cursor

    async def fetch(self, _: str, __: int, *wanted: Sequence[str]) -> list[Any]:
        if not wanted:
            return [{"subject": row[1]} for row in self.parked]
        places = list(zip(*wanted, strict=True))
        self.loaded += places
        return [(*place, self.rows[place]) for place in places if place in self.rows]

    async def fetchval(self, _: str, __: int, revision: int, *effects: Any) -> bool:
        expected, sequence, its_hash, offset, models, keys, docs, *parked = effects
        if (revision, expected) != (self.cursor["revision"], self.cursor["sequence"]):
            return False
        self.cursor = {"sequence": sequence, "hash": its_hash, "seek_offset": offset, "revision": revision + 1}
        for *place, doc in zip(models, keys, docs, strict=True):
            if doc is None:
                self.rows.pop((place[0], place[1]), None)
            else:
                self.rows[place[0], place[1]] = doc
        self.parked += zip(*parked, strict=True)
        return True


def follower(service: Service, partition: int, memory: Memory) -> PartitionFollower:
    silent = dataclasses.replace(service, reacts_to=())
    return PartitionFollower(silent, partition, cast(Pool, memory), cast(Decider, None), Folds(silent))


def noisy(delivered: list[Delivered], draw: st.DataObject) -> list[Delivered]:
    """The same records with repeats, early and forged ones among them, offsets running on."""
    values: list[bytes] = []
    noise = draw.draw(st.lists(st.tuples(st.integers(0, len(delivered)), st.integers(0, 3)), max_size=8))
    for place, one in enumerate(delivered):
        for _, kind in (n for n in noise if n[0] == place):
            further = delivered[(place * 7 + kind) % len(delivered)].value
            values.append((further, b"{}", seal(b"{}", place + 1, record_hash(further)), delivered[0].value)[kind])
        values.append(one.value)
    return [Delivered(offset=offset, value=value, sealed_ms=0) for offset, value in enumerate(values)]


@pytest.mark.parametrize("service", NAMED)
@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_live_following_equals_a_rebuild_under_any_delivery(service: Service, data: st.DataObject) -> None:
    """Batches cut anywhere, noise between the records, workers that die and resume from the cursor: the same rows."""
    partition = data.draw(st.integers(0, 11))
    true = log_of(12)[partition]
    noise = noisy(true, data)
    memory = Memory()
    worker = follower(service, partition, memory)
    await worker.load_cursor()
    places = data.draw(cuts(len(noise)))
    for begin, end in pairwise(places):
        if data.draw(st.booleans()):
            worker = follower(service, partition, memory)
            await worker.load_cursor()
            worker.next_offset = begin
        await worker.apply(noise[begin:end])
    assert memory.rows == reference(service.name, 12)[partition]
    assert documents(service, refolded(service, {partition: noise})[partition].rows) == memory.rows
    assert memory.cursor["sequence"] == len(true)
    assert noise[memory.cursor["seek_offset"]].value == true[-1].value


async def test_a_worker_whose_cursor_was_moved_by_another_changes_nothing() -> None:
    service, memory = SERVICES[0], Memory()
    delivered = log_of(12)[0]
    first, second = follower(service, 0, memory), follower(service, 0, memory)
    await first.load_cursor()
    await second.load_cursor()
    await first.apply(delivered[:50])
    before = dict(memory.rows)
    with pytest.raises(Fenced):
        await second.apply(delivered[:60])
    assert memory.rows == before


async def test_a_zombie_whose_lost_revision_another_reached_changes_nothing() -> None:
    """A crash took the first one's commit back; another worker came to the same revision with fewer records."""
    service, memory = SERVICES[0], Memory()
    delivered = log_of(12)[0]
    zombie, other = follower(service, 0, memory), follower(service, 0, memory)
    await zombie.load_cursor()
    lost = memory.cursor, dict(memory.rows)
    await zombie.apply(delivered[:50])
    memory.cursor, memory.rows = lost
    await other.load_cursor()
    await other.apply(delivered[:30])
    before = dict(memory.rows)
    with pytest.raises(Fenced):
        await zombie.apply(delivered[50:60])
    assert memory.rows == before


@pytest.mark.parametrize("service", NAMED)
async def test_a_row_is_loaded_once_until_the_cursor_is_read_again(service: Service) -> None:
    """What this follower wrote it knows; what another may have written since, it loads."""

    def changed_later(partition: int, first: list[Delivered]) -> bool:
        docs = documents(service, refolded(service, {partition: first})[partition].rows)
        return any(reference(service.name, 12)[partition].get(place) != doc for place, doc in docs.items())

    halves = {p: (its[: len(its) // 2], its[len(its) // 2 :]) for p, its in log_of(12).items()}
    partition = next(p for p, (first, _) in halves.items() if changed_later(p, first))
    memory, (first, second) = Memory(), halves[partition]
    worker = follower(service, partition, memory)
    await worker.load_cursor()
    for begin in range(0, len(first), 10):
        await worker.apply(first[begin : begin + 10])
    assert len(memory.loaded) == len(set(memory.loaded))
    known = set(memory.loaded)
    memory.loaded.clear()
    await worker.load_cursor()
    for begin in range(0, len(second), 10):
        await worker.apply(second[begin : begin + 10])
    assert known & set(memory.loaded)
    assert memory.rows == reference(service.name, 12)[partition]


async def test_an_unknown_fact_parks_its_subject_in_order_live_and_rebuilt() -> None:
    """A fact of newer contracts, and every later one of its subject, waits; other subjects go on; both roads agree."""
    service = dataclasses.replace(SERVICES[0], reacts_to=())
    delivered, chain, subject = [], Chain(), ""
    for i, (its_subject, body) in enumerate((s, b) for s, b in month() if partition_of(s, 12) == 0):
        if i == 40:
            subject = its_subject
            body = body.replace(b'.v1","subject"', b'.v9","subject"')
        value = seal(body, chain.sequence + 1, chain.hash)
        chain.offer(value)
        delivered.append(Delivered(offset=i, value=value, sealed_ms=0))
    memory = Memory()
    worker = follower(service, 0, memory)
    await worker.load_cursor()
    await worker.apply(delivered)
    refold = Refold(0)
    Refolder(service).take(refold, delivered)
    assert subject
    assert {row[1] for row in memory.parked} == {subject} == {row[2] for row in refold.parked}
    assert [(row[0], row[1], row[3]) for row in memory.parked] == [(row[1], row[2], row[4]) for row in refold.parked]
    assert memory.rows == documents(service, refold.rows)
    assert memory.cursor["sequence"] == len(delivered)
