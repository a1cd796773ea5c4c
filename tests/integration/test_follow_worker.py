"""A worker applies every record once whatever its deliveries are: with gaps, repeated, stale, early, or another's already."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer

from services.contracts.deciding import Model, Record, Service
from services.contracts.envelope import partition_of
from services.eventlog import heal, topics
from services.eventlog.api.runtime import Runtime
from services.eventlog.deciding import Incoming
from services.eventlog.folding import Folds
from services.eventlog.following import Delivered, Fenced, LogShorterThanCursor, PartitionFollower
from services.eventlog.journal import Row
from services.eventlog.reading import raw_log
from services.eventlog.sending import Sender
from services.eventlog.worker import QUEUE_RECORDS_MAX, Worker
from tests.conftest import Installation
from tests.integration.ledger import Open, Tally, ledger, tally

HERE = partition_of("finding:a")
# Two subjects that live in other partitions than "a" does, and than each other.
ELSEWHERE = next(f"b{n}" for n in range(99) if partition_of(f"finding:b{n}") != HERE)


def commands(about: str, numbers: Sequence[int], *, echo: bool = False) -> list[Incoming]:
    return [
        Incoming(commandid=uuid.uuid5(uuid.NAMESPACE_OID, f"{about}/{n}"), command=Open(about=about, number=n, echo=echo),
                 actor="test", role="auditor", must_state=True)
        for n in numbers
    ]  # fmt: skip


async def on_the_log(installation: Installation, runtime: Runtime, about: str, numbers: Sequence[int]) -> None:
    """State facts about `about` and wait until Kafka acknowledged them all."""
    await runtime.decider.execute(commands(about, numbers))
    await eventually(
        installation,
        "SELECT NOT EXISTS (SELECT FROM audit.outbox) AND bool_and(acked_sequence = sealed_sequence) FROM log.watermark",
    )


async def eventually(installation: Installation, query: str, seconds: float = 20.0) -> None:
    """Wait until the query says true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await installation.admin.fetchval(query):
        assert asyncio.get_running_loop().time() < deadline, query
        await asyncio.sleep(0.02)


async def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something in this process."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def shows(about: str, numbers: Sequence[int]) -> str:
    """The query that is true once the read model shows these numbers about `about`, in this order."""
    wanted = ", ".join(f'"{about}-{n}"' for n in numbers)
    return f"SELECT (SELECT doc->'order' FROM audit.m_tally WHERE key = '{about}') = '[{wanted}]'::jsonb"


async def records_of(installation: Installation) -> list[Delivered]:
    """Everything in the partition of "a", as Faust would deliver it."""
    settings = installation.settings("audit")
    async with raw_log(settings, client="test") as reader:
        ends = (await reader.ends([HERE]))[HERE]
        found = [r async for _, batch in reader.read({HERE: ends.first}, {HERE: ends.after}) for r in batch]
    return [Delivered(r.offset, r.value or b"", r.timestamp) for r in found]


@asynccontextmanager
async def unattended(installation: Installation, runtime: Runtime, service: Service = ledger) -> AsyncIterator[Worker]:
    """A worker that nobody delivers to but the test; every partition is its own."""
    worker = Worker(service, installation.settings("audit"), runtime.pool, runtime.decider)
    await worker._assign(frozenset(range(12)))
    try:
        yield worker
    finally:
        await worker._assign(frozenset())


async def make_anew(installation: Installation) -> None:
    """The log's topic deleted, made again and healed: offsets are other ones now."""
    settings = installation.settings("eventlog")
    await topics.delete_log_topic(settings)
    await heal.heal(settings, lambda zh, en: None)


async def send_again(installation: Installation, times: int) -> None:
    """Copies of everything, as an old producer might send them."""
    settings = installation.settings("eventlog")
    rows = [
        Row(**dict(r)) for r in await installation.admin.fetch("SELECT * FROM log.journal ORDER BY partition, sequence")
    ]
    sender = Sender(settings.kafka, settings.log_topic, settings.kafka_identity)
    await sender.start()
    for _ in range(times):
        await sender.send(rows)
    await sender.close()


async def test_a_gap_is_filled_from_the_log(installation: Installation) -> None:
    """When a delivery is ahead of the cursor, what lies between is read from the log first, in order, once."""
    async with installation.running(ledger, worker=False) as (runtime,), unattended(installation, runtime) as worker:
        async with installation.log_writer():
            await on_the_log(installation, runtime, "a", range(1, 11))
        records = await records_of(installation)
        await eventually(installation, "SELECT NOT EXISTS (SELECT FROM audit.m_tally)")
        for record in (records[7], records[3], records[7], records[9]):
            await worker._deliver(HERE, record)
        await eventually(installation, shows("a", range(1, 11)))


async def test_what_a_crash_of_postgresql_takes_back_is_read_again(installation: Installation) -> None:
    """The last batches, cursor and rows, are gone from PostgreSQL while the worker remembers them: shown again unasked."""
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        await on_the_log(installation, runtime, "a", range(1, 4))
        await eventually(installation, shows("a", range(1, 4)))
        before = await installation.admin.fetchrow("SELECT * FROM audit.cursor WHERE partition = $1", HERE)
        rows = await installation.admin.fetch("SELECT * FROM audit.m_tally WHERE partition = $1", HERE)
        await on_the_log(installation, runtime, "a", range(4, 6))
        await eventually(installation, shows("a", range(1, 6)))
        assert before is not None
        async with installation.admin.acquire() as connection, connection.transaction():
            await connection.execute(
                "UPDATE audit.cursor SET sequence = $2, hash = $3, seek_offset = $4, revision = $5 WHERE partition = $1",
                HERE, before["sequence"], before["hash"], before["seek_offset"], before["revision"],
            )  # fmt: skip
            for row in rows:
                await connection.execute(
                    "UPDATE audit.m_tally SET doc = $3 WHERE key = $1 AND partition = $2", row["key"], HERE, row["doc"]
                )
            assert await connection.fetchval(shows("a", range(1, 4))), "nothing was taken back: the test proves nothing"
        await eventually(installation, shows("a", range(1, 6)))


async def test_a_stale_hint_after_a_heal_skips_nothing(installation: Installation) -> None:
    """The cursor's seek hint points beyond its record once repeats are gone from the log; the hash tells, a search mends."""
    async with installation.running(ledger, worker=False) as (runtime,):
        async with installation.log_writer():
            await on_the_log(installation, runtime, "a", range(1, 6))
        await send_again(installation, 2)
        async with installation.log_writer():
            await on_the_log(installation, runtime, "a", range(6, 8))
        async with unattended(installation, runtime):
            await eventually(installation, shows("a", range(1, 8)))
        hint = await installation.admin.fetchval("SELECT seek_offset FROM audit.cursor WHERE partition = $1", HERE)
        await make_anew(installation)
        async with installation.log_writer():
            await on_the_log(installation, runtime, "a", range(8, 30))
        stands_there_now = (await records_of(installation))[hint]
        assert b'"finding_no":"a-7"' not in stands_there_now.value, "the hint is not stale: the test proves nothing"
        async with unattended(installation, runtime):
            await eventually(installation, shows("a", range(1, 30)))


async def test_early_records_send_a_running_worker_back_to_its_cursor(installation: Installation) -> None:
    """After a quick heal under a running worker the next offset holds a later sequence; it must look, not pass over."""
    async with installation.running(ledger, worker=False) as (runtime,):
        async with installation.log_writer():
            await on_the_log(installation, runtime, "a", range(1, 6))
        await send_again(installation, 2)
        async with unattended(installation, runtime) as worker:
            await eventually(installation, shows("a", range(1, 6)))
            next_offset = worker._followers[HERE].next_offset
            await make_anew(installation)
            async with installation.log_writer():
                await on_the_log(installation, runtime, "a", range(6, 30))
            for record in (await records_of(installation))[next_offset:]:
                await worker._deliver(HERE, record)
            await eventually(installation, shows("a", range(1, 30)))


async def test_a_log_shorter_than_the_cursor_is_waited_for(installation: Installation) -> None:
    """While the log lacks the cursor's record the worker waits and says so; after the heal it goes on."""
    async with installation.running(ledger, worker=False) as (runtime,):
        async with installation.log_writer():
            await on_the_log(installation, runtime, "a", range(1, 6))
        async with unattended(installation, runtime):
            await eventually(installation, shows("a", range(1, 6)))
        settings = installation.settings("eventlog")
        await heal._recreate(settings)
        async with unattended(installation, runtime) as worker:
            await until(lambda: bool(worker.waiting_for))
            assert any(LogShorterThanCursor.__name__ in reason for reason in worker.trouble())
            await heal.heal(settings, lambda zh, en: None)
            async with installation.log_writer():
                await on_the_log(installation, runtime, "a", range(6, 9))
            for record in await records_of(installation):
                await worker._deliver(HERE, record)
            await eventually(installation, shows("a", range(1, 9)))


async def test_a_follower_whose_cursor_another_moved_is_fenced(installation: Installation) -> None:
    """Two followers of one partition: whoever comes second writes nothing, learns it, and goes on from the cursor."""
    async with installation.log_writer(), installation.running(ledger, worker=False) as (runtime,):
        await on_the_log(installation, runtime, "a", range(1, 9))
        records = await records_of(installation)
        first, second = (
            PartitionFollower(ledger, HERE, runtime.pool, runtime.decider, Folds(ledger)) for _ in range(2)
        )
        for follower in (first, second):
            await follower.load_cursor()
        await first.apply(records[:5])
        with pytest.raises(Fenced):
            await second.apply(records[:3])
        async with raw_log(installation.settings("audit"), client="test") as reader:
            await second.refill(reader)
        with pytest.raises(Fenced):
            await first.apply(records[5:])
        await eventually(installation, shows("a", range(1, 9)))


def broken(service: Service, *, in_reaction: bool) -> Service:
    """`service` with a bug about the finding a-3, in its fold or in its reaction."""

    def fold(row: Tally | None, record: Record, key: str) -> Tally:
        assert record.fact.finding_no != "a-3", "a bug"  # type: ignore[attr-defined]
        return tally(row, record, key)

    def react(record: Record):  # type: ignore[no-untyped-def]
        assert record.fact.finding_no != "a-3", "a bug"  # type: ignore[attr-defined]
        return service.react(record)

    if in_reaction:
        return replace(service, react=react)
    model = replace(service.models[0], evolve=fold)
    assert isinstance(model, Model)
    return replace(service, models=(model,))


@pytest.mark.parametrize("in_reaction", [False, True], ids=["in a fold", "in a reaction"])
async def test_a_bug_stops_its_partition_and_no_other(installation: Installation, in_reaction: bool) -> None:
    """A fold or a reaction that raises stops its partition loudly; the others go on, however much is delivered to it."""
    service = broken(ledger, in_reaction=in_reaction)
    async with installation.log_writer(), installation.running(ledger, worker=False) as (runtime,):
        await on_the_log(installation, runtime, "a", range(1, 6))
        async with unattended(installation, runtime, service) as worker:
            await until(lambda: any(f"partition {HERE}:" in reason for reason in worker.trouble()))
            async with asyncio.timeout(5):
                for offset in range(QUEUE_RECORDS_MAX + 10):
                    await worker._deliver(HERE, Delivered(offset, b"", 0))
            await on_the_log(installation, runtime, ELSEWHERE, [1, 2])
            elsewhere = partition_of(f"finding:{ELSEWHERE}")
            await worker._deliver(elsewhere, Delivered(1, b"", 0))
            await eventually(installation, shows(ELSEWHERE, [1, 2]))
            sequence = "SELECT sequence FROM audit.cursor WHERE partition = $1"
            assert await installation.admin.fetchval(sequence, HERE) == 0


async def test_a_revoked_partition_does_not_hold_up_the_others(installation: Installation) -> None:
    """Faust's one agent may be waiting at a full queue when its partition is taken away; it must be let go."""
    async with installation.running(ledger, worker=False) as (runtime,):
        worker = Worker(ledger, installation.settings("audit"), runtime.pool, runtime.decider)
        worker._tasks[HERE] = asyncio.create_task(asyncio.sleep(3600))  # busy, not taking anything

        async def deliver_too_much() -> None:
            for offset in range(QUEUE_RECORDS_MAX + 1):
                await worker._deliver(HERE, Delivered(offset, b"", 0))

        agent = asyncio.create_task(deliver_too_much())
        await asyncio.sleep(0.1)
        assert not agent.done(), "the queue is not full: the test proves nothing"
        await worker._assign(frozenset())
        await asyncio.wait_for(agent, 5)


async def test_offsets_without_a_record_do_not_stop_a_worker(installation: Installation) -> None:
    """A foreign transaction leaves markers that take offsets and are never delivered; the facts after it still apply."""
    settings = installation.settings("audit")
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, transactional_id=f"{settings.topic_prefix}foreign")
    async with installation.log_writer(), installation.running(ledger, worker=False) as (runtime,):
        await producer.start()
        async with producer.transaction():
            await producer.send_and_wait(settings.log_topic, b"foreign", partition=HERE)
            await on_the_log(installation, runtime, "a", [1, 2])
        await producer.stop()
        async with unattended(installation, runtime):
            await eventually(installation, shows("a", [1, 2]))
        await on_the_log(installation, runtime, "a", [3, 4])  # the marker stands right behind the cursor's record
        async with unattended(installation, runtime) as worker:
            await eventually(installation, shows("a", [1, 2, 3, 4]))
            assert not worker.trouble()


async def test_a_worker_whose_live_delivery_is_far_behind_reads_the_log_itself(installation: Installation) -> None:
    """A new group, or one that was away for long: no delivery comes for a while, the watch sends it to the log."""
    async with (
        installation.log_writer(),
        installation.running(ledger, worker=False) as (runtime,),
        unattended(installation, runtime) as worker,
    ):
        await on_the_log(installation, runtime, "a", [1])
        await until(lambda: worker._refilling_since.get(HERE) is not None)
        watch = asyncio.create_task(worker._watch())
        try:
            await on_the_log(installation, runtime, "a", [2, 3])
            await eventually(installation, shows("a", [1, 2, 3]))
            assert not watch.done()
        finally:
            watch.cancel()
