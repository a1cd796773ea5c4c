"""The automatic tests beside audit's worker: they read the log from its beginning, follow it, and open what they find.

Nothing is kept but in memory: a process that starts reads the log anew, and finds nothing twice, for a finding's number
follows from its test and its records. What is remembered grows with the log, some 2 kB a record (docs/OPERATIONS.md).
It decides nothing: a finding is a command like any other.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from services.audit import store
from services.audit.automatic.sweep import Sweep
from services.audit.domain import OpenFinding
from services.audit.rules import PACK
from services.contracts.audit import RulePackAdopted
from services.contracts.chain import Chain
from services.contracts.rulebook import RuleBook
from services.eventlog import metrics
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import Identity
from services.eventlog.deciding import LogClosed, Overloaded
from services.eventlog.ending import end, ends_process
from services.eventlog.postgres import UNAVAILABLE, Connection
from services.eventlog.reading import KAFKA_AWAY, LogUnreadable, RawLog, StoredRecord, raw_log

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.2
AGAIN_SECONDS: Final = 5.0
# What only all that was read can tell is asked no more often than this, and opened when two askings in a row tell it:
# partitions are not read at one instant, and what one of them has not told yet must not look as if it were missing.
ASK_SECONDS: Final = 60.0
# Nor does asking take more than one part in so many of the time: on a log of years it takes many seconds of one core.
ASK_SHARE: Final = 20
# The worker shares this process: it gets its turn after so many records.
RECORDS_PER_TURN: Final = 500
IDENTITY: Final = Identity(actor="sweep:audit", role="sweep", town=None)


class LiveSweep:
    """A sweep that goes on for ever: where it has read to, what it found, what it has had opened."""

    def __init__(self, rules: RuleBook, partitions: int) -> None:
        self.rules = rules
        self.sweep = Sweep(rules)
        self.rules_moved = False
        self._chains = {p: Chain() for p in range(partitions)}
        self._offsets = dict.fromkeys(range(partitions), 0)
        self._handed_over: set[str] = set()
        self._told_before: dict[str, OpenFinding] = {}
        self._asked_seconds = 0.0

    @property
    def ask_every_seconds(self) -> float:
        """How long to wait from one asking to the next."""
        return max(ASK_SECONDS, ASK_SHARE * self._asked_seconds)

    def rewind(self) -> None:
        """Before a new connection: the offset of sequence n is never below n - 1, even on a topic that was made anew.

        What is read twice by this is passed over, for its sequence is known.
        """
        self._offsets = {p: chain.sequence for p, chain in self._chains.items()}

    async def read_on(self, reader: RawLog) -> None:
        """Take in all that the log holds by now."""
        ends = await reader.ends(self._offsets)
        starts = {p: max(self._offsets[p], ends[p].first) for p in ends}
        metrics.SWEEP_LAG_RECORDS.set(sum(max(0, ends[p].after - starts[p]) for p in ends))
        async for partition, records in reader.read(starts, {p: one.after for p, one in ends.items()}):
            for at in range(0, len(records), RECORDS_PER_TURN):
                self.take(partition, records[at : at + RECORDS_PER_TURN])
                await asyncio.sleep(0)
        metrics.SWEEP_LAG_RECORDS.set(0)

    def take(self, partition: int, records: Sequence[StoredRecord]) -> None:
        """Take in what is effective of a partition's records, in their order."""
        for raw in records:
            self._offsets[partition] = raw.offset + 1
            record = store.effective(partition, self._chains[partition], raw.value or b"")
            if record is not None:
                self.sweep.read(record)
                self.rules_moved |= isinstance(record.fact, RulePackAdopted) and record.fact.name == PACK

    def told(self) -> list[OpenFinding]:
        """What records themselves told and nobody was given yet, in order of number."""
        return [self.sweep.found[no] for no in sorted(self.sweep.found) if no not in self._handed_over]

    def told_by_all(self, now: datetime) -> list[OpenFinding]:
        """What all that was read tells, this time and the last time, and nobody was given yet."""
        started = time.perf_counter()
        asked = self.sweep.asked(now)
        self._asked_seconds = time.perf_counter() - started
        metrics.SWEEP_ENDED_SECONDS.set(self._asked_seconds)
        twice, self._told_before = asked.keys() & self._told_before.keys(), asked
        return [asked[no] for no in sorted(twice) if no not in self._handed_over]

    def handed_over(self, findings: Sequence[OpenFinding]) -> None:
        """These were decided about: they are not given out again."""
        self._handed_over.update(finding.finding_no for finding in findings)


@asynccontextmanager
async def sweep_beside(runtime: Runtime) -> AsyncIterator[None]:
    """Sweep for the length of a block."""
    task = asyncio.create_task(_sweep_forever(runtime))
    task.add_done_callback(ends_process("the automatic tests ended"))
    try:
        yield
    finally:
        await end(task)


async def _sweep_forever(runtime: Runtime) -> None:
    """One process sweeps, the others stand by; what was read is kept while a store is away."""
    live: LiveSweep | None = None
    while True:
        try:
            async with store.sweeping_alone(runtime.settings.postgres_url) as holder:
                if holder is not None:
                    live = live or await anew(runtime)
                    async with raw_log(runtime.settings, client="jiuzhu-live-sweep") as reader:
                        live = await follow(runtime, live, reader, holder)
                        continue
        except (*KAFKA_AWAY, *UNAVAILABLE, LogClosed, LogUnreadable, Overloaded) as away:
            log.warning("the automatic tests wait", extra={"error": repr(away)})
        await asyncio.sleep(AGAIN_SECONDS)


async def anew(runtime: Runtime) -> LiveSweep:
    """A sweep that has read nothing yet, by the rules adopted now."""
    return LiveSweep(await runtime.decider.rulebook(), runtime.settings.partitions)


async def follow(runtime: Runtime, live: LiveSweep, reader: RawLog, holder: Connection) -> LiveSweep:
    """Read, open, ask and again, until the rules are others: then a sweep that begins anew, for a fact is held
    against the rules of its own day, and a pack may be adopted for days gone by.
    """
    asked_at: float | None = None
    live.rewind()
    while True:
        await live.read_on(reader)
        if live.rules_moved:
            live.rules_moved = False
            if (await runtime.decider.rulebook()).packs != live.rules.packs:
                return await anew(runtime)
        await open_told(runtime, live, live.told())
        if asked_at is None or time.monotonic() - asked_at >= live.ask_every_seconds:
            asked_at = time.monotonic()
            # On the connection that holds the lock: whether it is still held is learned by this.
            now = await holder.fetchval("SELECT log.now()")
            # Seconds of work on a large log: the worker in this process goes on meanwhile.
            await open_told(runtime, live, await asyncio.to_thread(live.told_by_all, now))
        await asyncio.sleep(POLL_SECONDS)


async def open_told(runtime: Runtime, live: LiveSweep, findings: Sequence[OpenFinding]) -> None:
    """Have what was found opened; a test that is not adopted opens nothing."""
    if findings:
        await store.open_findings(runtime, await store.opening(runtime, findings, IDENTITY))
        live.handed_over(findings)
