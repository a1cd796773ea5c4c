"""`jiuzhu rebuild all`: after PostgreSQL was lost, brings back journal, decisions, idempotency keys, read models and
cursors from the log alone, and then runs only the reactions whose commands are absent: nobody is paid twice.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.contracts import codec
from services.contracts.chain import Chain, Standing
from services.contracts.codec import encoder
from services.contracts.deciding import Service
from services.eventlog import gate, journal
from services.eventlog.api.runtime import Doors, Runtime
from services.eventlog.deciding import Enrich
from services.eventlog.ending import end
from services.eventlog.following import execute_all
from services.eventlog.heal import send_missing, take_fence
from services.eventlog.journal import Row, Watermark
from services.eventlog.postgres import Connection, connect, open_pool
from services.eventlog.reading import RawLog, raw_log
from services.eventlog.rebuild import copy_rows, replace_parked
from services.eventlog.refolding import Decided, Refold, Refolder, refold
from services.eventlog.settings import Settings
from services.eventlog.shapes import record_all
from services.eventlog.tables import create_statement, make_tables, table_of
from services.eventlog.walls import raise_walls
from services.eventlog.writer import LogWriter

Say = Callable[[str, str], None]
JOURNAL_ROWS_PER_COPY: Final = 5_000
FINISH_SECONDS: Final = 60.0
FINISH_POLL_SECONDS: Final = 0.1
CLOCK_APART_SECONDS: Final = 3_600


@dataclass(slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    journal_rows: int = 0
    seconds: float = 0.0
    reactions_run: dict[str, int] = field(default_factory=dict)


async def restore_journal(settings: Settings, say: Say) -> int:
    """Append to the journal every effective record it lacks, and set the watermarks to the log's ends.

    What the journal has and Kafka never acknowledged is sent first. `GateClosed` when acknowledged records are missing
    from the log (that is for `heal`: from such a log everything would come back too short) or bytes differ (an incident).
    """
    connection = await connect(settings.postgres_url, application="jiuzhu-restore")
    added = 0
    try:
        await take_fence(connection)
        async with raw_log(settings, client="jiuzhu-restore") as reader:
            findings = await gate.inspect(connection, reader, settings.partitions)
            gate.refuse_unless_sendable([f for f in findings if f.verdict is not gate.Verdict.REBUILD])
            unsent = {f.partition: f.log_sequence for f in findings if f.verdict is gate.Verdict.SEND}
            if unsent:
                await send_missing(connection, settings, unsent, say)
            for partition in range(settings.partitions):
                added += await _restore_partition(connection, reader, partition)
                say(
                    f"台账：分区 {partition + 1}/{settings.partitions}",
                    f"journal: partition {partition + 1} of {settings.partitions}",
                )
    finally:
        connection.terminate()
    return added


async def finish_writing(settings: Settings, say: Say) -> None:
    """Where journal and log agree, nothing was lost: what is committed goes onto the log before anything is replaced.

    Returns at once when the gate closes (the outboxes of an older copy may be on the log already and are dropped) or
    when another log writer is at work.
    """
    writer = LogWriter(settings)
    task = asyncio.create_task(writer.run())
    pool = await open_pool(settings.postgres_url, application="jiuzhu-restore", size=1)
    try:
        for _ in range(int(FINISH_SECONDS / FINISH_POLL_SECONDS)):
            await asyncio.sleep(FINISH_POLL_SECONDS)
            if writer.state[0] not in ("open", "waiting", "standby"):
                return
            if writer.ready and not any((await journal.outbox_depths(pool)).values()):
                say("已提交的事实全部写入日志", "everything committed is on the log")
                return
    finally:
        await pool.close()
        await end(task)


async def restore_clock(settings: Settings) -> None:
    """Sample mode only: the simulated clock was lost with PostgreSQL; it goes on from the last fact's recorded time.

    A fact recorded near the instant it was sealed tells that the clock was never moved: then it stays the real one.
    """
    if not settings.simulated_clock:
        return
    connection = await connect(settings.postgres_url, application="jiuzhu-restore")
    try:
        last = await connection.fetch(
            "SELECT DISTINCT ON (partition) value, sealed_ms FROM log.journal ORDER BY partition, sequence DESC"
        )
        known = [(row["sealed_ms"], codec.decode(row["value"]).recordedtime) for row in last]
        if not known:
            return
        sealed_ms, recorded = max(known)
        if abs(recorded.timestamp() - sealed_ms / 1000) > CLOCK_APART_SECONDS:
            await connection.execute(
                "INSERT INTO log.simulated_clock (instant) VALUES ($1) ON CONFLICT (only_row) "
                "DO UPDATE SET instant = greatest(log.simulated_clock.instant, excluded.instant)", recorded,
            )  # fmt: skip
    finally:
        await connection.close()


async def _restore_partition(connection: Connection, reader: RawLog, partition: int) -> int:
    mark = (await journal.watermarks(connection)).get(partition, Watermark(partition=partition))
    ends = (await reader.ends([partition]))[partition]
    chain, added = Chain(), 0
    last_ms, last_offset = 0, -1
    async for _, records in reader.read({partition: ends.first}, {partition: ends.after}):
        rows = []
        for record in records:
            value = record.value or b""
            if chain.offer(value) is not Standing.EFFECTIVE:
                continue
            last_ms, last_offset = record.timestamp, record.offset
            if chain.sequence > mark.sealed_sequence:
                envelope = codec.decode(value)
                rows.append(
                    Row(
                        partition,
                        chain.sequence,
                        envelope.commandid,
                        envelope.subject,
                        value,
                        chain.hash,
                        record.timestamp,
                    )
                )
        for begin in range(0, len(rows), JOURNAL_ROWS_PER_COPY):
            await journal.append(connection, rows[begin : begin + JOURNAL_ROWS_PER_COPY])
        added += len(rows)
    if chain.sequence > 0:
        restored = Watermark(
            partition=partition, sealed_sequence=chain.sequence, sealed_hash=chain.hash, sealed_ms=last_ms,
            acked_sequence=chain.sequence, acked_offset=last_offset,
        )  # fmt: skip
        await journal.save_watermarks(connection, [restored])
    return added


async def restore_service(service: Service, settings: Settings, say: Say) -> Decided:
    """Everything in a service's schema from the log: read models, streams, commands, parked records, cursors.

    Outbox rows are dropped: whatever of them reached the log comes back from there, and what did not was never
    confirmed; its command id is free again.
    """
    connection = await connect(settings.postgres_url, application=f"jiuzhu-restore-{service.name}")
    try:
        async with connection.transaction():
            await make_tables(connection, service, settings.partitions)
        async with connection.transaction():
            await connection.execute(f"SELECT FROM {service.name}.cursor ORDER BY partition FOR UPDATE")
            refolder = Refolder(service, with_decisions=True)
            refolds = {p: Refold(p) for p in range(settings.partitions)}
            async with raw_log(settings, client="jiuzhu-restore") as reader:
                ends = await reader.ends(refolds)
                for partition, refolded in refolds.items():
                    refolded.next_offset = ends[partition].first
                await refold(reader, refolder, refolds, {p: end.after for p, end in ends.items()})
            refolder.settle_discards(refolds.values())
            await _replace_all(connection, service, refolder, refolds)
        say(f"{service.name}：已恢复", f"{service.name}: restored")
        assert refolder.decided is not None
        return refolder.decided
    finally:
        await connection.close()


async def _replace_all(
    connection: Connection, service: Service, refolder: Refolder, refolds: dict[int, Refold]
) -> None:
    decided, schema = refolder.decided, service.name
    assert decided is not None
    for model in service.models:
        # Made anew, not emptied: a newer build may have given the table columns to list its rows by.
        await connection.execute(f"DROP TABLE IF EXISTS {schema}.{table_of(model.name)}")
        await connection.execute(create_statement(schema, model))
    for table in ("streams", "commands", "outbox"):
        await connection.execute(f"DELETE FROM {schema}.{table}")
    for refolded in refolds.values():
        await copy_rows(connection, service, refolder.folds, refolded.partition, refolded.rows, "")
        await connection.execute(
            f"UPDATE {schema}.cursor SET sequence = $2, hash = $3, seek_offset = $4, revision = revision + 1 "
            "WHERE partition = $1",
            refolded.partition, refolded.chain.sequence, refolded.chain.hash, refolded.last_offset,
        )  # fmt: skip
    await replace_parked(connection, service, refolds.values())
    await record_all(connection, service)
    await raise_walls(connection, service)
    await connection.copy_records_to_table(
        "streams", schema_name=schema, columns=["subject", "version", "state"],
        records=[(subject, version, encoder.encode(state)) for subject, (version, state) in decided.streams.items()],
    )  # fmt: skip
    await connection.copy_records_to_table(
        "commands", schema_name=schema, columns=["commandid", "commandhash", "subject", "streamversion", "refusal"],
        records=[(commandid, *row) for commandid, row in decided.commands.items()],
    )  # fmt: skip


async def run_absent_reactions(
    service: Service, settings: Settings, decided: Decided, enrich: Enrich | None = None
) -> int:
    """Issue the reactions whose commands the log does not know; how many there were. Needs the door open."""
    absent = [incoming for incoming in decided.reactions if str(incoming.commandid) not in decided.commands]
    if not absent:
        return 0
    runtime = Runtime(service=service, settings=settings, doors=Doors(roles={}), enrich=enrich)
    async with runtime.running(as_worker=False, slot=0):
        await execute_all(runtime.decider, absent)
    return len(absent)


async def restore_all(
    services: Sequence[tuple[Service, Settings, Enrich | None]], writer: Settings, say: Say
) -> Restored:
    """Journal first, then every service, then the door, then the reactions that were lost on the way."""
    started = time.perf_counter()
    done = Restored()
    await finish_writing(writer, say)
    done.journal_rows = await restore_journal(writer, say)
    await restore_clock(writer)
    decided = [
        (service, settings, enrich, await restore_service(service, settings, say))
        for service, settings, enrich in services
    ]
    connection = await connect(writer.postgres_url, application="jiuzhu-restore")
    try:
        await journal.set_door(connection, is_open=True)
    finally:
        await connection.close()
    for service, settings, enrich, past in decided:
        done.reactions_run[service.name] = await run_absent_reactions(service, settings, past, enrich)
    done.seconds = time.perf_counter() - started
    return done
