"""Faust 0.15.3 loses messages in two ways, reproduced here with Faust alone; the same circumstances cost our worker nothing.

When one of the first two tests fails, Faust was mended: then `faust_source` may be simplified.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import faust
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from faust.contrib.asgi import faust_app_running

from services.eventlog.deciding import Incoming
from services.eventlog.topics import open_admin
from services.eventlog.worker import Worker
from tests.conftest import Installation
from tests.integration.ledger import Open, ledger

COMMIT_SECONDS = 0.2
Treat = Callable[[Any], Awaitable[None]]


@pytest.fixture
async def topic(installation: Installation) -> str:
    """A topic of one partition."""
    name = f"{installation.prefix}faust"
    admin = await open_admin(installation.cluster.bootstrap_servers)
    await admin.create_topics([NewTopic(name, 1, 1)])
    await admin.close()
    return name


async def send(installation: Installation, topic: str, numbers: range) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=installation.cluster.bootstrap_servers)
    await producer.start()
    for number in numbers:
        await producer.send_and_wait(topic, str(number).encode())
    await producer.stop()


async def committed(installation: Installation, group: str, topic: str) -> dict[int, int]:
    """The group's committed offset of each partition."""
    admin = await open_admin(installation.cluster.bootstrap_servers)
    try:
        offsets = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return {place.partition: at.offset for place, at in offsets.items() if place.topic == topic}


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@asynccontextmanager
async def faust_alone(
    installation: Installation, topic: str, folder: Path, treat: Treat, *, acks: bool
) -> AsyncIterator[None]:
    """A plain Faust worker of group ``<topic>-group`` whose agent hands every event to `treat`."""
    app = faust.App(
        f"{topic}-group", broker=f"aiokafka://{installation.cluster.bootstrap_servers}", store="memory://",
        datadir=str(folder), key_serializer="raw", value_serializer="raw", consumer_auto_offset_reset="earliest",
        broker_commit_interval=COMMIT_SECONDS, stream_wait_empty=False, topic_allow_declare=False,
        topic_disable_leader=True, topic_partitions=1, web_enabled=False, autodiscover=False,
    )  # fmt: skip

    async def follow(stream: Any) -> None:
        async for event in (stream if acks else stream.noack()).events():
            await treat(event)

    app.agent(app.topic(topic, value_type=bytes), name=f"{topic}-agent")(follow)
    async with faust_app_running(app, discover=False, stop_timeout=5.0):
        yield


async def test_faust_loses_a_message_whose_agent_raised(installation: Installation, topic: str, tmp_path: Path) -> None:
    """The agent raises on message 2; Faust acknowledges it all the same, and nobody ever sees it again."""
    treated: list[bytes] = []

    async def treat(event: Any) -> None:
        if event.value == b"2" and not failed:
            failed.append(True)
            raise ConnectionError("the database is away for a moment")
        treated.append(event.value)

    failed: list[bool] = []
    await send(installation, topic, range(5))
    for last in (b"4", b"5"):  # the worker that fails once, and its successor
        async with faust_alone(installation, topic, tmp_path, treat, acks=True):
            await until(lambda last=last: _has(treated, last))
        await send(installation, topic, range(5, 6))
    assert treated == [b"0", b"1", b"3", b"4", b"5"]


async def _has(treated: list[bytes], wanted: bytes) -> bool:
    return wanted in treated


async def test_faust_commits_past_a_message_that_was_never_acknowledged(
    installation: Installation, topic: str, tmp_path: Path
) -> None:
    """Message 3, at the head of what is committed, is not acknowledged; Faust commits 4 and 5 over it: it is gone."""
    seen: list[bytes] = []

    async def treat(event: Any) -> None:
        seen.append(event.value)
        if event.value != b"3":
            event.ack()

    async def committed_to(offset: int) -> bool:
        return (await committed(installation, f"{topic}-group", topic)).get(0) == offset

    await send(installation, topic, range(3))
    async with faust_alone(installation, topic, tmp_path, treat, acks=False):
        await until(lambda: committed_to(3))
        await send(installation, topic, range(3, 6))
        await until(lambda: committed_to(6))
    await send(installation, topic, range(6, 7))
    async with faust_alone(installation, topic, tmp_path, treat, acks=False):
        await until(lambda: _has(seen, b"6"))
    assert seen == [str(number).encode() for number in range(7)]


async def test_our_worker_loses_nothing_when_faust_does(installation: Installation) -> None:
    """Reactions fail for a while (the log's door is closed), Faust acknowledges and commits everything meanwhile, the
    worker ends: its successor begins at the cursor in PostgreSQL, and every fact is applied and reacted to once."""
    numbers = range(1, 21)
    settings = installation.settings("audit")
    group = f"{settings.topic_prefix}jiuzhu-audit"
    async with installation.log_writer():
        async with installation.running(ledger, worker=False) as (runtime,):
            await runtime.decider.execute([
                Incoming(commandid=uuid.uuid5(uuid.NAMESPACE_OID, str(n)), command=Open(about="a", number=n, echo=True),
                         actor="test", role="auditor", must_state=True)
                for n in numbers
            ])  # fmt: skip
            await until(lambda: says(installation, "SELECT sum(acked_sequence) = 20 FROM log.watermark"))
        await stand_at_the_beginning(installation, group)
        await installation.admin.execute("UPDATE log.door SET open = false, code = 'test'")
        async with installation.running(ledger) as (runtime,):
            assert runtime.worker is not None
            await until(lambda: faust_committed(installation, group, settings.log_topic, len(numbers)))
            worker = runtime.worker
            await until(lambda: waits(worker, "LogClosed"))
        assert await says(installation, "SELECT sum(sequence) = 0 FROM audit.cursor")
        await installation.admin.execute("UPDATE log.door SET open = true")
        async with installation.running(ledger):
            await until(lambda: says(installation, shows("a", [f"a-{n}" for n in numbers])))
            await until(lambda: says(installation, shows("echo-a", [f"echo-a-{n}" for n in numbers])))
    assert await installation.admin.fetchval("SELECT count(*) FROM log.journal") == 2 * len(numbers)


async def waits(worker: Worker, what: str) -> bool:
    """Whether the worker says that it waits for something; it says so between two tries only."""
    return what in worker.waiting_for


async def stand_at_the_beginning(installation: Installation, group: str) -> None:
    """The group was away while all this was written: its offsets are at the log's start, and Faust delivers from there."""
    settings = installation.settings("audit")
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, group_id=group)
    await consumer.start()
    places = [TopicPartition(settings.log_topic, partition) for partition in range(settings.partitions)]
    consumer.assign(places)
    await consumer.commit(dict.fromkeys(places, 0))
    await consumer.stop()


async def says(installation: Installation, query: str) -> bool:
    return bool(await installation.admin.fetchval(query))


def shows(key: str, order: list[str]) -> str:
    wanted = ", ".join(f'"{number}"' for number in order)
    return f"SELECT (SELECT doc->'order' FROM audit.m_tally WHERE key = '{key}') = '[{wanted}]'::jsonb"


async def faust_committed(installation: Installation, group: str, topic: str, records: int) -> bool:
    return sum((await committed(installation, group, topic)).values()) >= records
