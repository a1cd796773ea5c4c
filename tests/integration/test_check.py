"""Proves that no change to the log or its journal goes unseen: each is found, named with its place, judged by the start gate, healed."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts import codec
from services.contracts.envelope import partition_of, record_hash
from services.eventlog import gate, heal, provision, restore, waiting
from services.eventlog.check import Report, check
from services.eventlog.folding import Folds
from services.eventlog.following import PartitionFollower
from services.eventlog.gate import GateClosed
from services.eventlog.heal import CannotHeal
from services.eventlog.ids import uuid7
from services.eventlog.keyring import create_keyring
from services.eventlog.postgres import open_pool
from services.eventlog.reading import raw_log
from services.eventlog.topics import create_topics, open_admin
from services.eventlog.writer import LogWriter
from tests.conftest import TEMPLATE, Installation
from tests.integration import segments
from tests.integration.ledger import ledger
from tests.integration.segments import Change, Stored
from tests.integration.test_life_of_a_fact import incoming

ABOUT = "a"
HERE = partition_of(f"finding:{ABOUT}")
FACTS = 24
BATCH = 4
OTHERS = 24
STATE_SECONDS = 20.0


def silent(_zh: str, _en: str) -> None:
    return None


def continuing(last: Stored) -> bytes:
    """What a forger who knows the format would append: the next sequence, and the right previous hash."""
    value = last.value or b""
    envelope = codec.decode(value)
    body = b"{" + value[value.index(b'"id":') :]
    body = body.replace(envelope.id.encode(), str(uuid7()).encode())
    body = body.replace(
        b'"streamversion":%d' % envelope.streamversion, b'"streamversion":%d' % (envelope.streamversion + 1)
    )
    return codec.seal(body, envelope.sequence + 1, record_hash(value))


def not_continuing(last: Stored) -> bytes:
    """A record of the right form that follows nothing."""
    value = last.value or b""
    sequence = codec.link(value).sequence
    return codec.seal(b"{" + value[value.index(b'"id":') :], sequence + 1, b"\x07" * 32)


def rewritten_and_longer(segment: bytes) -> bytes:
    """The last record is altered and a forged one continues the altered one: longer than the journal, and not its own."""
    last = segments.read(segment)[-1].offset
    return segments.append(continuing)(segments.alter(last, b'"severity":"low"', b'"severity":"mid"')(segment))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A change to partition `HERE`, and what must be said of it: kind, offset, sequence; the gate; what mends it."""

    name: str
    change: Change
    found: tuple[str, int, int]
    verdict: str
    mended_by: str = "heal"
    also: dict[str, int] = field(default_factory=dict)


LAST = FACTS - 1
FAULTS = (
    Fault(name="a byte flipped on disk", change=segments.flip_byte_on_disk(9, b"sample"), found=("corrupt", 8, -1),
          verdict="heal", also={"last_sequence": 8}),  # the checksum is the batch's, so the place is its first record's
    Fault(name="a byte altered, checksum mended", change=segments.alter(9, b"sample", b"simple"),
          found=("foreign", 10, 11), verdict="incident"),
    Fault(name="the last record altered", change=segments.alter(LAST, b"sample", b"simple"),
          found=("journal", -1, FACTS), verdict="incident", also={"foreign": 0}),
    Fault(name="a record dropped", change=segments.drop(9), found=("early", 10, 11), verdict="heal",
          also={"gaps": 1, "early": FACTS - 10}),
    Fault(name="two records swapped", change=segments.swap(9), found=("early", 9, 11), verdict="heal", also={"gaps": 1}),
    Fault(name="a record appended that follows nothing", change=segments.append(not_continuing),
          found=("foreign", FACTS, FACTS + 1), verdict="open", mended_by="", also={"foreign": 1, "last_sequence": FACTS}),
    Fault(name="a record appended that continues the chain", change=segments.append(continuing),
          found=("journal", -1, FACTS + 1), verdict="rebuild", mended_by="", also={"last_sequence": FACTS + 1}),
    Fault(name="the tail rewritten and made longer", change=rewritten_and_longer, found=("journal", -1, FACTS),
          verdict="incident"),
    Fault(name="the tail truncated", change=segments.truncate(20), found=("journal", -1, 21), verdict="heal",
          also={"gaps": 1, "last_sequence": 20}),
    Fault(name="everything truncated", change=segments.truncate(0), found=("journal", -1, 1), verdict="heal"),
)  # fmt: skip
UNALTERED = "nothing altered"


async def install(cluster: EmbeddedCluster, folder: Path, number: int) -> Installation:
    """An installation of its own: database, topics, keyring."""
    name = f"c{os.getpid()}_{number}"
    create_keyring(folder / name)
    made = Installation(cluster=cluster, database=name, prefix=f"{name}.", keyring=folder / name)
    server = await open_pool(cluster.dsn, application="tests", size=1)
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    await server.close()
    await create_topics(made.settings("eventlog"))
    made.admin = await open_pool(made.admin_url, application="tests", size=1)
    return made


async def fill(installation: Installation) -> None:
    """Facts about one subject in partition `HERE`, and as many about others anywhere else; all acknowledged."""
    batches = [[incoming(ABOUT, n) for n in range(begin, begin + BATCH)] for begin in range(0, FACTS, BATCH)]
    elsewhere = (f"o{n}" for n in itertools.count() if partition_of(f"finding:o{n}") != HERE)
    batches[0] += [incoming(name, 0) for name in itertools.islice(elsewhere, OTHERS)]
    async with installation.log_writer(), installation.running(ledger, worker=False) as (runtime,):
        for batch in batches:
            await runtime.decider.execute(batch)
            assert await waiting.on_log(runtime.pool, batch[0].commandid, STATE_SECONDS)


@pytest.fixture(scope="module")
async def altered(
    cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Installation]]:
    """One installation a fault, all altered during one stop of the broker."""
    folder = tmp_path_factory.mktemp("keyrings")
    names = (UNALTERED, *(fault.name for fault in FAULTS))
    made = {name: await install(cluster, folder, number) for number, name in enumerate(names)}
    for installation in made.values():
        await fill(installation)
    await asyncio.to_thread(cluster.stop_kafka)
    for fault in FAULTS:
        topic = made[fault.name].settings("eventlog").log_topic
        segments.edit(cluster.home.kafka_data, topic, HERE, fault.change)
    await asyncio.to_thread(cluster.start_kafka)
    yield made
    for installation in made.values():
        await installation.admin.close()
        await provision.drop_database(cluster.dsn, installation.database)


async def checked(installation: Installation) -> Report:
    return await check(installation.settings("audit"), installation.admin)


async def gate_state(installation: Installation) -> tuple[str, str, str]:
    """What a log writer that starts now says once it has judged: code and both sentences."""
    writer = LogWriter(installation.settings("eventlog"))
    task = asyncio.create_task(writer.run())
    try:
        for _ in range(int(STATE_SECONDS / 0.05)):
            await asyncio.sleep(0.05)
            if writer.state[0] not in ("standby", "waiting"):
                break
        return writer.state
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def log_values(installation: Installation) -> dict[int, list[bytes]]:
    """Every record's bytes, by partition."""
    settings = installation.settings("eventlog")
    found: dict[int, list[bytes]] = {p: [] for p in range(settings.partitions)}
    async with raw_log(settings, client="tests") as reader:
        ends = await reader.ends(found)
        async for partition, records in reader.read(
            {p: e.first for p, e in ends.items()}, {p: e.after for p, e in ends.items()}
        ):
            found[partition] += [record.value for record in records]
    return found


async def journal_values(installation: Installation) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {p: [] for p in range(12)}
    for row in await installation.admin.fetch("SELECT partition, value FROM log.journal ORDER BY partition, sequence"):
        found[row["partition"]].append(row["value"])
    return found


async def test_the_unaltered_log_is_complete(altered: dict[str, Installation]) -> None:
    """The corpus itself is sound: without a change there is no objection, and every figure is what was written."""
    report = (await checked(altered[UNALTERED])).document()
    assert report["complete"] is True
    assert report["faults"] == []
    assert (report["records"], report["per_source"]) == (FACTS + OTHERS, {"/audit": FACTS + OTHERS})
    assert (report["streams"], report["streams_contiguous"]) == (1 + OTHERS, True)
    here = report["partitions"][HERE]
    head = await altered[UNALTERED].admin.fetchval(
        "SELECT encode(sealed_hash, 'hex') FROM log.watermark WHERE partition = $1", HERE
    )
    assert (here["first_sequence"], here["last_sequence"], here["count"], here["head"]) == (1, FACTS, FACTS, head)
    assert all(
        p["journal_equal"] and not p["gaps"] + p["repeated"] + p["early"] + p["foreign"] for p in report["partitions"]
    )
    assert (await gate_state(altered[UNALTERED]))[0] == "open"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_every_fault_is_found_named_judged_and_mended(altered: dict[str, Installation], fault: Fault) -> None:
    """The check names partition, offset and sequence; the gate acts as the architecture says; heal brings every byte back."""
    installation = altered[fault.name]
    report = await checked(installation)
    assert not report.complete
    first, mine = report.faults[0], report.partitions[HERE]
    assert {f.partition for f in report.faults} == {HERE}
    assert (first.kind, first.offset, first.sequence) == fault.found, report.faults[:3]
    assert {name: getattr(mine, name) for name in fault.also} == fault.also
    state = await gate_state(installation)
    assert state[0] == fault.verdict, state
    if fault.verdict != "open":
        assert f"partition {HERE}" in state[2]
        assert f"分区 {HERE}" in state[1]
    if fault.mended_by != "heal":
        return
    await heal.heal(installation.settings("eventlog"), silent)
    after = await checked(installation)
    assert after.complete, after.faults[:3]
    assert await log_values(installation) == await journal_values(installation)
    assert (await gate_state(installation))[0] == "open"


async def test_heal_refuses_to_lose_what_only_the_log_holds(altered: dict[str, Installation]) -> None:
    """A log ahead of the journal is not healed away."""
    installation = altered["a record appended that continues the chain"]
    with pytest.raises(CannotHeal, match="rebuild all"):
        await heal.heal(installation.settings("eventlog"), silent)


async def test_a_rewritten_log_is_never_taken_into_the_journal(altered: dict[str, Installation]) -> None:
    """`rebuild all` refuses a log that is longer than the journal but not its continuation: that is an incident."""
    installation = await _again(altered, "the tail rewritten and made longer", rewritten_and_longer)
    before = await journal_values(installation)
    with pytest.raises(GateClosed, match="incident"):
        await restore.restore_journal(installation.settings("eventlog"), silent)
    assert await journal_values(installation) == before


async def _again(altered: dict[str, Installation], name: str, change: Change) -> Installation:
    """The installation of a fault, altered once more if it was mended meanwhile."""
    installation = altered[name]
    if (await checked(installation)).complete:
        await asyncio.to_thread(installation.cluster.stop_kafka)
        topic = installation.settings("eventlog").log_topic
        segments.edit(installation.cluster.home.kafka_data, topic, HERE, change)
        await asyncio.to_thread(installation.cluster.start_kafka)
    return installation


async def mutate_journal(installation: Installation, statement: str) -> None:
    """As a superuser who takes the guard away first."""
    async with installation.admin.acquire() as connection:
        await connection.execute("ALTER TABLE log.journal DISABLE TRIGGER journal_append_only")
        await connection.execute(statement)
        await connection.execute("ALTER TABLE log.journal ENABLE TRIGGER journal_append_only")


JOURNAL_FAULTS: tuple[tuple[str, str, int], ...] = (
    ("a row altered", "UPDATE log.journal SET value = value || ' '::bytea WHERE partition = {p} AND sequence = 5", 5),
    ("a row and its hash altered", "UPDATE log.journal SET value = value || ' '::bytea, hash = sha256(value || ' '::bytea) "
     "WHERE partition = {p} AND sequence = 6", 6),
    ("a row deleted", "DELETE FROM log.journal WHERE partition = {p} AND sequence = 7", 7),
    ("the last row deleted", "DELETE FROM log.journal WHERE partition = {p} AND sequence = 24", 24),
)  # fmt: skip


@pytest.mark.parametrize(("name", "statement", "sequence"), JOURNAL_FAULTS, ids=[f[0] for f in JOURNAL_FAULTS])
async def test_every_change_to_the_journal_is_found(
    altered: dict[str, Installation], name: str, statement: str, sequence: int
) -> None:
    """The log is whole, the journal is not: the check names the row. The journal is put back afterwards."""
    installation = altered[UNALTERED]
    rows = await installation.admin.fetch(
        "SELECT * FROM log.journal WHERE partition = $1 AND sequence = $2", HERE, sequence
    )
    await mutate_journal(installation, statement.format(p=HERE))
    try:
        report = await checked(installation)
        assert [(f.kind, f.partition, f.sequence) for f in report.faults] == [("journal", HERE, sequence)]
        assert report.partitions[HERE].journal_equal is False
        assert f"sequence {sequence}" in report.faults[0].en
    finally:
        await mutate_journal(
            installation, f"DELETE FROM log.journal WHERE partition = {HERE} AND sequence = {sequence}"
        )
        row = rows[0]
        await installation.admin.execute("INSERT INTO log.journal VALUES ($1, $2, $3, $4, $5, $6, $7)", *row.values())
    assert (await checked(installation)).complete


async def test_the_journal_refuses_change(altered: dict[str, Installation]) -> None:
    """Without taking the guard away not even a superuser changes a row."""
    with pytest.raises(Exception, match="append-only"):
        await altered[UNALTERED].admin.execute("UPDATE log.journal SET subject = 'x'")


async def test_a_setting_that_differs_closes_the_gate_and_is_named(altered: dict[str, Installation]) -> None:
    """With a retention of a week the log would forget: check and log writer say which setting, and neither goes on."""
    installation = altered[UNALTERED]
    await set_retention(installation, "604800000")
    try:
        report = await checked(installation)
        assert report.configuration_as_required is False
        assert [f.kind for f in report.faults] == ["configuration"]
        assert "retention.ms" in report.faults[0].en
        code, zh, en = await gate_state(installation)
        assert code == "configuration"
        assert "retention.ms" in zh
        assert "604800000" in en
    finally:
        await set_retention(installation, "-1")
    assert (await gate_state(installation))[0] == "open"


async def set_retention(installation: Installation, milliseconds: str) -> None:
    settings = installation.settings("eventlog")
    admin = await open_admin(settings.kafka)
    try:
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, settings.log_topic, {"retention.ms": milliseconds})]
        )
    finally:
        await admin.close()


async def test_a_missing_topic_is_a_fault_with_words(altered: dict[str, Installation]) -> None:
    """When the log's topic is gone the check still answers: which topic, and that every acknowledged record is missing."""
    installation = altered[UNALTERED]
    settings = installation.settings("audit")
    elsewhere = type(settings)(**{**_fields(settings), "topic_prefix": "nobody."})
    report = await check(elsewhere, installation.admin)
    assert not report.complete
    assert report.faults[0].kind == "configuration"
    assert "nobody.assist.log.v1" in report.faults[0].en
    assert any(f.partition == HERE and f.sequence == 1 for f in report.faults)


def _fields(settings: Any) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in type(settings).__slots__}


async def test_offsets_without_a_record_do_not_stop_a_reader(altered: dict[str, Installation]) -> None:
    """A foreign producer's transaction leaves a marker that no consumer is ever given: the check reads past it and objects."""
    installation = altered["everything truncated"]
    settings = installation.settings("eventlog")
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, transactional_id=f"{settings.topic_prefix}foreign")
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(settings.log_topic, b"not ours", partition=HERE)
    finally:
        await producer.stop()
    async with asyncio.timeout(STATE_SECONDS):
        report = await checked(installation)
        assert [(f.kind, f.partition) for f in report.faults] == [("foreign", HERE)]
        assert report.partitions[HERE].count == FACTS
        async with raw_log(settings, client="tests") as reader:
            verdicts = {f.verdict for f in await gate.inspect(installation.admin, reader, settings.partitions)}
            end = (await reader.ends([HERE]))[HERE].after
            async with installation.running(ledger, worker=False) as (runtime,):
                follower = PartitionFollower(ledger, HERE, runtime.pool, runtime.decider, Folds(ledger))
                await follower.refill(reader)
        assert verdicts == {gate.Verdict.AGREE}
        assert (follower.chain.sequence, follower.next_offset) == (FACTS, end)


Read = Callable[[bytes], list[Stored]]


def test_segments_are_written_as_they_are_read(altered: dict[str, Installation]) -> None:
    """What the tests write into a segment is what they read from one: no fault comes from the tool itself."""
    installation = altered[UNALTERED]
    folder = installation.cluster.home.kafka_data / f"{installation.settings('eventlog').log_topic}-{HERE}"
    (path,) = folder.glob("*.log")
    records = segments.read(path.read_bytes())
    assert [record.offset for record in records] == list(range(FACTS))
    assert segments.read(segments.write(records)) == records
    assert segments.crc32c(b"123456789") == 0xE3069283
