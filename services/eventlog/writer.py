"""The one log writer: takes committed facts from every outbox, gives them their place in the log, sends them.

It decides the order of the log, once, in the journal; Kafka receives what the journal says. A standby waits at the fence.
"""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any, Final

import asyncpg
from aiokafka.errors import KafkaError

from services.contracts import codec
from services.contracts.envelope import partition_of, record_hash
from services.eventlog import gate, journal, metrics
from services.eventlog.deciding import OUTBOX_CHANNEL
from services.eventlog.ending import end
from services.eventlog.journal import Row, Superseded, Watermark
from services.eventlog.postgres import UNAVAILABLE, Connection, connect
from services.eventlog.reading import raw_log
from services.eventlog.sending import Sender
from services.eventlog.settings import Settings
from services.eventlog.topics import ConfigurationDiffers, ConfigurationUnreadable, require_configuration

log = logging.getLogger(__name__)

SEAL_ROWS_EACH_MAX: Final = 2_000
POLL_SECONDS: Final = 0.25
RETRY_SECONDS: Final = 2.0
RESTART_SECONDS: Final = 0.5
WATCH_SECONDS: Final = 2.0


class LogReplaced(RuntimeError):
    """The log no longer holds what Kafka acknowledged: cut, or made anew. The gate must judge it again."""


class LogWriter:
    """The log writer's loop and what `/readyz` says about it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._marks: dict[int, Watermark] = {}
        self._acked: dict[int, tuple[int, int]] = {}
        self._acked_saved: dict[int, tuple[int, int]] = {}
        self._wake = asyncio.Event()
        self.state = ("standby", "等待成为日志写入者", "waiting to become the log writer")

    @property
    def ready(self) -> bool:
        return self.state[0] == "open"

    async def run(self) -> None:
        """Be the log writer, or stand by, until cancelled. Infrastructure that is away is waited for."""
        while True:
            try:
                await self._one_term()
            except gate.GateClosed as closed:
                self.state = (closed.code, closed.zh, closed.en)
                log.error("gate closed", extra={"code": closed.code, "zh": closed.zh, "en": closed.en})
            except ConfigurationDiffers as differs:
                self.state = ("configuration", str(differs), str(differs))
                log.error("configuration differs", extra={"reason": str(differs)})
            except Superseded as superseded:
                self.state = ("standby", "另有日志写入者接替", str(superseded))
            except LogReplaced as replaced:
                self.state = ("waiting", "日志被截短或重建，重新核对", f"the log was cut or made anew: {replaced}")
                log.error("the log is not the one that acknowledged", extra={"reason": str(replaced)})
            except ConfigurationUnreadable as unreadable:
                self.state = ("waiting", str(unreadable), str(unreadable))
                log.warning("the log's configuration cannot be read", extra={"reason": str(unreadable)})
            except (*UNAVAILABLE, KafkaError, asyncpg.PostgresError) as error:
                self.state = ("waiting", "Kafka 或 PostgreSQL 暂不可用，等待恢复", f"waiting: {error!r}")
                log.warning("infrastructure is away", extra={"error": repr(error)})
            metrics.GATE_OPEN.set(0)
            await asyncio.sleep(RETRY_SECONDS if self.state[0] != "waiting" else RESTART_SECONDS)

    async def _one_term(self) -> None:
        connection = await connect(self._settings.postgres_url, application="jiuzhu-log-writer")
        try:
            epoch = await journal.raise_fence(connection)
            if epoch is None:
                self.state = ("standby", "另有日志写入者在岗，待命", "another log writer holds the fence; standing by")
                return
            metrics.WRITER_EPOCH.set(epoch)
            await self._open_gate(connection)
            await self._write(connection, epoch)
        finally:
            connection.terminate()

    def _new_sender(self) -> Sender:
        return Sender(self._settings.kafka, self._settings.log_topic, self._settings.kafka_identity)

    async def _open_gate(self, connection: Connection) -> None:
        """Journal against log; sends what was never acknowledged; opens the door, or raises `GateClosed`."""
        await require_configuration(self._settings)
        try:
            await self._align(connection)
        except gate.GateClosed as closed:
            if closed.code != "heal":  # after a loss of Kafka commands may still be taken: PostgreSQL has them
                await journal.set_door(connection, is_open=False, code=closed.code, zh=closed.zh, en=closed.en)
            raise
        await journal.set_door(connection, is_open=True)
        self.state = ("open", "日志写入正常", "writing")
        metrics.GATE_OPEN.set(1)
        log.info("gate open")

    async def _align(self, connection: Connection) -> None:
        """Compare journal and log from the first gap on, and re-send what is missing and was never acknowledged."""
        settings = self._settings
        async with raw_log(settings, client="jiuzhu-gate") as reader:
            findings = await gate.inspect(connection, reader, settings.partitions)
        gate.refuse_unless_sendable(findings)
        marks = await journal.watermarks(connection)
        self._marks = {p: marks.get(p, Watermark(partition=p)) for p in range(settings.partitions)}
        self._acked = {f.partition: (f.log_sequence, f.log_offset) for f in findings}
        self._acked_saved = {}
        behind = [f for f in findings if f.verdict is gate.Verdict.SEND]
        if not behind:
            return
        sender = self._new_sender()
        await sender.start()
        try:
            for finding in behind:
                until = self._marks[finding.partition].sealed_sequence
                async for rows in journal.rows_after(connection, finding.partition, finding.log_sequence, until):
                    self._acked |= await sender.send(rows)
                    metrics.RESENT.inc(len(rows))
        finally:
            await sender.close()

    async def _write(self, connection: Connection, epoch: int) -> None:
        """Seal and send until something fails: one batch is in flight while the next is sealed."""
        listener = await connect(self._settings.postgres_url, application="jiuzhu-log-writer-listen")
        sender = self._new_sender()
        watch = asyncio.create_task(self._watch_log())
        in_flight: asyncio.Task[dict[int, tuple[int, int]]] | None = None
        try:
            await listener.add_listener(OUTBOX_CHANNEL, lambda *_: self._wake.set())
            await sender.start()
            while True:
                self._wake.clear()
                if watch.done():
                    watch.result()
                if in_flight is not None and in_flight.done():
                    self._take_acknowledged(in_flight.result())
                    in_flight = None
                rows = await self._seal(connection, epoch)  # saves what was acknowledged, too
                if rows:
                    if in_flight is not None:
                        self._take_acknowledged(await in_flight)
                    in_flight = asyncio.create_task(sender.send(rows))
                if len(rows) < SEAL_ROWS_EACH_MAX:
                    await self._idle(in_flight)
        finally:
            await end(*(task for task in (watch, in_flight) if task is not None))
            with suppress(Exception):
                await sender.close()
            listener.terminate()

    def _take_acknowledged(self, acked: dict[int, tuple[int, int]]) -> None:
        """Note how far Kafka acknowledged. The offset of sequence n is never below n - 1, unless the log was made anew."""
        for partition, (sequence, offset) in acked.items():
            if offset < sequence - 1:
                raise LogReplaced(f"partition {partition}: sequence {sequence} was acknowledged at offset {offset}")
        self._acked |= acked

    async def _watch_log(self) -> None:
        """Raise `LogReplaced` once the log is shorter than what it acknowledged: nothing else would tell an idle writer."""
        async with raw_log(self._settings, client="jiuzhu-log-writer-watch") as reader:
            while True:
                acked = dict(self._acked)
                for partition, end in (await reader.ends(acked)).items():
                    if end.after <= acked[partition][1]:
                        raise LogReplaced(f"partition {partition} ends at offset {end.after}, below {acked[partition]}")
                await asyncio.sleep(WATCH_SECONDS)

    async def _idle(self, in_flight: "asyncio.Task[dict[int, tuple[int, int]]] | None") -> None:
        """Wait for a notification, the acknowledgement of what is in flight, or the poll that is the net under both."""
        woken = asyncio.create_task(self._wake.wait())
        waits: set[asyncio.Task[Any]] = {woken} if in_flight is None else {woken, in_flight}
        try:
            await asyncio.wait(waits, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()

    async def _seal(self, connection: Connection, epoch: int) -> list[Row]:
        """Take, place and journal one batch in one transaction; also saves how far Kafka acknowledged."""
        acked = {p: place for p, place in self._acked.items() if self._acked_saved.get(p) != place}
        async with connection.transaction():
            taken = await journal.take_outboxes(connection, epoch, SEAL_ROWS_EACH_MAX)
            rows, marks = self._place(taken)
            for partition, (sequence, offset) in acked.items():
                mark = marks.get(partition, self._marks[partition])
                marks[partition] = _acknowledged(mark, sequence, offset)
            if marks:
                await journal.append(connection, rows, list(marks.values()))
        self._marks |= marks
        self._acked_saved |= acked
        metrics.SEALED.inc(len(rows))
        return rows

    def _place(self, taken: list[asyncpg.Record]) -> tuple[list[Row], dict[int, Watermark]]:
        """Give each fact its partition's next sequence and previous hash, and so its final bytes."""
        heads = {p: (m.sealed_sequence, m.sealed_hash) for p, m in self._marks.items()}
        clock_ms = max(time.time_ns() // 1_000_000, max((m.sealed_ms for m in self._marks.values()), default=0))
        rows, touched = [], set()
        for commandid, subject, body in taken:
            partition = partition_of(subject, self._settings.partitions)
            sequence, prevhash = heads[partition]
            value = codec.seal(body, sequence + 1, prevhash)
            digest = record_hash(value)
            heads[partition] = (sequence + 1, digest)
            touched.add(partition)
            rows.append(Row(partition, sequence + 1, commandid, subject, value, digest, clock_ms))
        marks = {
            p: Watermark(
                partition=p, sealed_sequence=heads[p][0], sealed_hash=heads[p][1], sealed_ms=clock_ms,
                acked_sequence=self._marks[p].acked_sequence, acked_offset=self._marks[p].acked_offset,
            )
            for p in touched
        }  # fmt: skip
        return rows, marks


def _acknowledged(mark: Watermark, sequence: int, offset: int) -> Watermark:
    return Watermark(
        partition=mark.partition, sealed_sequence=mark.sealed_sequence, sealed_hash=mark.sealed_hash,
        sealed_ms=mark.sealed_ms, acked_sequence=sequence, acked_offset=offset,
    )  # fmt: skip
