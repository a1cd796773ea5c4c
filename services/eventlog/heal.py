"""`jiuzhu heal`: brings the log back from the journal, byte for byte, after Kafka lost some or all of it."""

import asyncio
from collections.abc import Callable
from typing import Final

from aiokafka.errors import KafkaError

from services.eventlog import gate, journal, topics
from services.eventlog.gate import Verdict
from services.eventlog.journal import Watermark
from services.eventlog.postgres import Connection, connect
from services.eventlog.reading import raw_log
from services.eventlog.sending import Sender
from services.eventlog.settings import Settings

FENCE_WAIT_SECONDS: Final = 30.0
TOPIC_GONE_SECONDS: Final = 30.0

Say = Callable[[str, str], None]


class CannotHeal(RuntimeError):
    """Healing would lose something, or the log writer does not let go of the fence; nothing was changed."""


async def heal(settings: Settings, say: Say, *, before_new_topic: Callable[[], None] = lambda: None) -> int:
    """Send what the log lacks. A missing tail is appended; anything else means a new topic and all of the journal.

    `before_new_topic` is called when the topic is about to be deleted: a worker that sees no topic is assigned nothing.
    Returns the number of records sent. Refuses (`CannotHeal`) while the log holds effective records that the
    journal lacks: those would be lost, and `jiuzhu rebuild all` is what brings them into the journal.
    """
    connection = await connect(settings.postgres_url, application="jiuzhu-heal")
    try:
        await take_fence(connection)
        await topics.create_topics(settings)
        async with raw_log(settings, client="jiuzhu-heal") as reader:
            findings = await gate.inspect(connection, reader, settings.partitions)
            foreign = await _holds_only_ours(connection, reader, settings.partitions, findings)
        ahead = [f for f in findings if f.verdict is Verdict.REBUILD]
        if ahead:
            raise CannotHeal("；".join(f.zh for f in ahead) + " / " + "; ".join(f.en for f in ahead))
        starts = {f.partition: f.log_sequence for f in findings}
        if foreign:
            say(
                f"日志含有不接续的内容（{foreign}），改建新主题",
                f"the log holds what does not continue it ({foreign}): making a new topic",
            )
            await asyncio.to_thread(before_new_topic)
            await _recreate(settings)
            starts = dict.fromkeys(starts, 0)
        return await send_missing(connection, settings, starts, say)
    finally:
        connection.terminate()


async def take_fence(connection: Connection) -> None:
    """Wait until no log writer holds the fence (a closed gate lets go of it within seconds)."""
    for _ in range(int(FENCE_WAIT_SECONDS / 0.2)):
        if await journal.raise_fence(connection) is not None:
            return
        await asyncio.sleep(0.2)
    raise CannotHeal(
        "日志写入者正在正常工作，无需修复；若要清除外来记录，请用 jiuzhu heal --force / "
        "the log writer is at work, so nothing is missing; `jiuzhu heal --force` makes a log without foreign records"
    )


async def _holds_only_ours(
    connection: Connection, reader: object, partitions: int, findings: list[gate.Finding]
) -> str:
    """Empty when the log is a clean prefix of the journal; else what makes a new topic necessary."""
    for finding in findings:
        if finding.verdict is Verdict.INCIDENT:
            return f"partition {finding.partition}: other bytes"
    ends = await reader.ends(range(partitions))  # type: ignore[attr-defined]
    for finding in findings:
        after, last = ends[finding.partition].after, finding.log_offset
        if last + 1 < after:
            return f"partition {finding.partition}: {after - last - 1} records after sequence {finding.log_sequence}"
    return ""


async def _recreate(settings: Settings) -> None:
    await topics.delete_log_topic(settings)
    for _ in range(int(TOPIC_GONE_SECONDS / 0.5)):
        await asyncio.sleep(0.5)
        try:
            await topics.create_topics(settings, log_only=True)
            if not await topics.differences(settings):
                return
        except KafkaError:
            continue
    raise CannotHeal("主题删除后未能重建，请重试 / the topic could not be made again after its deletion; try again")


async def send_missing(connection: Connection, settings: Settings, starts: dict[int, int], say: Say) -> int:
    """Send the journal's rows after `starts` (sequences by partition) and note them as acknowledged; how many."""
    marks = await journal.watermarks(connection)
    total = sum(marks[p].sealed_sequence - start for p, start in starts.items() if p in marks)
    sender = Sender(settings.kafka, settings.log_topic, settings.kafka_identity)
    await sender.start()
    sent = 0
    try:
        for partition, start in starts.items():
            mark = marks.get(partition, Watermark(partition=partition))
            async for rows in journal.rows_after(connection, partition, start, mark.sealed_sequence):
                acked = await sender.send(rows)
                sent += len(rows)
                sequence, offset = acked[partition]
                await journal.save_watermarks(
                    connection,
                    [Watermark(partition=partition, sealed_sequence=mark.sealed_sequence, sealed_hash=mark.sealed_hash,
                               sealed_ms=mark.sealed_ms, acked_sequence=sequence, acked_offset=offset)],
                )  # fmt: skip
                say(f"已补发 {sent}/{total} 条", f"sent {sent} of {total} records")
    finally:
        await sender.close()
    return sent
