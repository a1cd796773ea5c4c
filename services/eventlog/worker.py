"""One worker of a service: follows its partitions, fires due clocks, re-drives parked records, ends itself when stuck."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final

from aiokafka.errors import KafkaError
from faust.contrib.asgi import faust_app_running

from services.contracts.deciding import Service
from services.contracts.envelope import PARTITIONS
from services.eventlog import metrics, redriving, timers
from services.eventlog.deciding import Decider, LogClosed, Overloaded
from services.eventlog.ending import end, end_process, ends_process
from services.eventlog.faust_source import SESSION_SECONDS, faust_app
from services.eventlog.folding import Folds
from services.eventlog.following import (
    RECORDS_PER_BATCH_MAX,
    Delivered,
    EvolveFailed,
    Fenced,
    LogShorterThanCursor,
    PartitionFollower,
)
from services.eventlog.postgres import UNAVAILABLE, Pool
from services.eventlog.reading import raw_log
from services.eventlog.settings import Settings

log = logging.getLogger(__name__)

QUEUE_RECORDS_MAX: Final = 2_000
APPLIES_AT_ONCE: Final = 2
RETRY_SECONDS: Final = 0.5
WATCH_SECONDS: Final = 2.0
STANDSTILL_SECONDS: Final = 20.0
STANDSTILL: Final = "the cursor stands still"
# Overloaded: many partitions react on one subject at once; whoever lost all its tries begins again at its cursor.
WAITS_FOR_BETTER_TIMES: Final = (*UNAVAILABLE, KafkaError, LogClosed, LogShorterThanCursor, Overloaded)


class Worker:
    """Everything a worker process does for one service."""

    def __init__(self, service: Service, settings: Settings, pool: Pool, decider: Decider, *, slot: int = 0) -> None:
        self.service, self.settings = service, settings
        self._pool, self._decider, self._slot = pool, decider, slot
        self._folds = Folds(service)
        self._followers = {
            p: PartitionFollower(service, p, pool, decider, self._folds) for p in range(settings.partitions)
        }
        self._queues: dict[int, asyncio.Queue[Delivered | None]] = {  # None: look again at the log itself
            p: asyncio.Queue(QUEUE_RECORDS_MAX) for p in range(settings.partitions)
        }
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._failed: dict[int, str] = {}
        self._raw_reads = asyncio.Semaphore(2)
        self._refilling_since: dict[int, float | None] = {}  # None: waits for its turn to refill
        self._turns = asyncio.Semaphore(APPLIES_AT_ONCE)
        self.waiting_for = ""
        self._assigned_once = False
        self._must_be_forgotten = False

    def trouble(self) -> list[str]:
        """Why this worker is not ready, in words; empty when it follows."""
        reasons = [f"partition {p}: {reason}" for p, reason in self._failed.items()]
        if not self._assigned_once:
            reasons.append("no partitions assigned yet")
        if self.waiting_for:
            reasons.append(self.waiting_for)
        return reasons

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Worker"]:
        """The worker at work for the length of a block."""
        app = faust_app(
            self.settings, service=self.service.name, slot=self._slot, deliver=self._deliver, assign=self._assign
        )
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(faust_app_running(app, discover=False, stop_timeout=10.0))
            background = [
                asyncio.create_task(timers.fire_forever(self.service, self._pool, self._decider)),
                asyncio.create_task(redriving.redrive_forever(self.service, self._pool, self._decider, self._folds)),
                asyncio.create_task(self._watch()),
            ]
            for task in background:
                task.add_done_callback(ends_process("a worker's own task ended"))
            try:
                yield self
            finally:
                await self._assign(frozenset())
                await end(*background)
        if self._must_be_forgotten:
            await asyncio.sleep(SESSION_SECONDS + 1.0)

    async def _deliver(self, partition: int, record: Delivered) -> None:
        """Queue a record, waiting while the queue is full: all partitions have one agent, so none may wait in vain."""
        if partition in self._tasks and partition not in self._failed:
            await self._queues[partition].put(record)

    def _drop_queued(self, partition: int) -> None:
        """Empty a partition's queue, which also lets go of whoever waits to put something there."""
        while not self._queues[partition].empty():
            self._queues[partition].get_nowait()

    async def _assign(self, partitions: frozenset[int]) -> None:
        """Follow exactly these partitions; what was queued for others is dropped (the cursor knows where to go on)."""
        self._assigned_once = self._assigned_once or bool(partitions)
        for partition in set(self._tasks) - partitions:
            await end(self._tasks.pop(partition))
            self._drop_queued(partition)
        for partition in partitions - set(self._tasks):
            self._tasks[partition] = asyncio.create_task(self._follow(partition))

    async def _follow(self, partition: int) -> None:
        """Follow one partition until cancelled: refill from the cursor, then live; any doubt begins again at the cursor."""
        while True:
            self._refilling_since[partition] = None
            try:
                async with (
                    self._raw_reads,
                    raw_log(self.settings, client="jiuzhu-refill") as reader,
                ):
                    self._refilling_since[partition] = time.monotonic()
                    await self._followers[partition].refill(reader)
                self.waiting_for = ""
                await self._live(partition)
            except Fenced as fenced:
                log.warning("fenced", extra={"reason": str(fenced)})
            except EvolveFailed as bug:
                self._failed[partition] = str(bug)
                self._drop_queued(partition)
                log.critical("a bug stopped this partition", exc_info=bug, extra={"partition": partition})
                return
            except WAITS_FOR_BETTER_TIMES as away:
                self.waiting_for = f"{type(away).__name__}: {away}"
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:  # neither a bug in a fold nor a store away: begin anew, with fresh tables
                end_process("following failed", error)
                return

    async def _live(self, partition: int) -> None:
        """Apply deliveries while they are contiguous; returns at a gap or when the watch says so, to refill.

        An early record is a gap too: offsets are other ones when the topic was made anew and healed meanwhile.
        """
        follower, queue = self._followers[partition], self._queues[partition]
        while True:
            batch = [await queue.get()]
            async with self._turns:  # what arrives while others have their turn goes into the same transaction
                while len(batch) < RECORDS_PER_BATCH_MAX and not queue.empty():
                    batch.append(queue.get_nowait())
                fresh = [record for record in batch if record is not None and record.offset >= follower.next_offset]
                contiguous = [r for i, r in enumerate(fresh) if r.offset == follower.next_offset + i]
                early = await follower.apply(contiguous) if contiguous else 0
            if early or len(contiguous) < len(fresh):
                metrics.GAPS.labels(self.service.name).inc()
                return
            if None in batch:
                return

    async def _watch(self) -> None:
        """Publish the lag; end the process when a cursor stands still while the log's end moves away from it."""
        started = time.monotonic()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                async with raw_log(self.settings, client="jiuzhu-watch") as reader:
                    while True:
                        ends = await reader.ends(range(self.settings.partitions))
                        await self._judge(started, {p: end.after for p, end in ends.items()})
                        await asyncio.sleep(WATCH_SECONDS)
            except WAITS_FOR_BETTER_TIMES as away:
                log.warning("watchdog cannot see the log", extra={"error": repr(away)})
                started = time.monotonic()

    async def _judge(self, started: float, ends: dict[int, int]) -> None:
        now = time.monotonic()
        stuck = []
        for partition, follower in self._followers.items():
            if partition not in self._tasks:
                continue
            behind = max(0, ends[partition] - follower.next_offset)
            labels = (self.service.name, str(partition))
            metrics.LAG_RECORDS.labels(*labels).set(behind)
            if not behind:
                follower.applied_at = now
            metrics.LAG_SECONDS.labels(*labels).set(now - follower.applied_at)
            since = self._refilling_since.get(partition)
            if partition in self._failed or since is None:
                continue  # stopped, and said so; or it waits its turn, and who has the turn is judged
            shorter = ends[partition] < follower.next_offset
            still_seconds = now - max(follower.applied_at, started, since)
            if behind and still_seconds > WATCH_SECONDS:
                # The live delivery may be far behind (a new group, a long absence): read the log itself meanwhile.
                with suppress(asyncio.QueueFull):
                    self._queues[partition].put_nowait(None)
            if shorter or (behind and still_seconds > STANDSTILL_SECONDS):
                stuck.append(partition)
        await self._look_for_cursors_taken_back()
        parked = await self._pool.fetchval(f"SELECT count(*) FROM {self.service.name}.parked")
        metrics.PARKED.labels(self.service.name).set(parked)
        if not self._tasks and now - started > STANDSTILL_SECONDS and self._slot < PARTITIONS:
            # A static member that comes back within its session is given what it had – nothing, when there was no
            # topic at that instant – and cannot ask for more (KIP-345). It must stay away until it is forgotten.
            stuck.append(-1)
            self._must_be_forgotten = True
        if stuck and not self.waiting_for:
            metrics.WATCHDOG_EXITS.labels(self.service.name).inc()
            end_process(STANDSTILL, partitions=stuck)

    async def _look_for_cursors_taken_back(self) -> None:
        """Send a follower back to its cursor when PostgreSQL crashed and lost what `apply_batch` had committed.

        That commit is not waited for (`synchronous_commit` off). The next record would be fenced and read again; in a
        quiet partition none comes.
        """
        known = {p: (self._followers[p].revision, self._followers[p].chain.sequence) for p in self._tasks}
        query = f"SELECT partition, revision, sequence FROM {self.service.name}.cursor"
        for partition, revision, sequence in await self._pool.fetch(query):
            remembered = known.get(partition, (revision, sequence))
            if revision < remembered[0] or sequence < remembered[1]:
                metrics.CURSORS_TAKEN_BACK.labels(self.service.name).inc()
                log.warning("the cursor was taken back", extra={"partition": partition})
                with suppress(asyncio.QueueFull):
                    self._queues[partition].put_nowait(None)
