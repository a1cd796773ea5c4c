"""Follows the log for one service: effective records in order into read models and reactions, exactly once in effect.

The cursor in PostgreSQL is the truth; whoever delivers (Faust, or the raw consumer when refilling) only hints.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from services.contracts import codec
from services.contracts.chain import Chain, Standing
from services.contracts.codec import UnreadableRecord, derived_id
from services.contracts.deciding import Record, Service
from services.contracts.envelope import record_hash
from services.eventlog import metrics
from services.eventlog.deciding import Decider, Incoming, NotLevel, Outcome
from services.eventlog.folding import Folds, Place, Rows, columns
from services.eventlog.postgres import Pool
from services.eventlog.reading import RawLog

log = logging.getLogger(__name__)

RECORDS_PER_BATCH_MAX: Final = 500
ROWS_KNOWN_MAX: Final = 1_000


class Fenced(RuntimeError):
    """Another process moved this partition's cursor; start again from the cursor."""


class EvolveFailed(RuntimeError):
    """A bug: a fold or reaction raised on a fact it claims to understand. The partition stops; nothing is skipped."""


class LogShorterThanCursor(RuntimeError):
    """The log does not hold the record the cursor stands on; it was lost or re-created and waits for `heal`."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A record as delivered: its offset, value and sealing instant in milliseconds."""

    offset: int
    value: bytes
    sealed_ms: int


@dataclass(slots=True)
class _Batch:
    """What one batch of deliveries comes to."""

    records: list[Record] = field(default_factory=list)
    parked: list[tuple[int, str, str, bytes]] = field(default_factory=list)
    effective: int = 0
    passed_over: dict[Standing, int] = field(default_factory=dict)


class PartitionFollower:
    """Applies one partition for one service. One task at a time may call it."""

    def __init__(self, service: Service, partition: int, pool: Pool, decider: Decider, folds: Folds) -> None:
        self.service, self.partition = service, partition
        self._pool, self._decider, self._folds = pool, decider, folds
        self.revision = -1
        self._parked_subjects: set[str] = set()
        self._known: Rows = {}  # rows as this follower last wrote them; nobody else writes them while the cursor is its own
        self.chain = Chain()
        self.next_offset = 0
        self.applied_at = time.monotonic()
        self._load_rows = f"SELECT * FROM {service.name}.load_rows($1, $2, $3)"
        self._apply = f"SELECT {service.name}.apply_batch($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)"

    async def load_cursor(self) -> int:
        """Read cursor and parked subjects; the seek hint (offset of the last effective record, -1 before the first)."""
        self._known.clear()
        row = await self._pool.fetchrow(
            f"SELECT sequence, hash, seek_offset, revision FROM {self.service.name}.cursor WHERE partition = $1",
            self.partition,
        )
        assert row is not None, f"{self.service.name} has no cursor for partition {self.partition}: run `jiuzhu up`"
        self.chain = Chain(row["sequence"], row["hash"])
        self.revision = row["revision"]
        parked = await self._pool.fetch(
            f"SELECT DISTINCT subject FROM {self.service.name}.parked WHERE partition = $1", self.partition
        )
        self._parked_subjects = {r["subject"] for r in parked}
        return int(row["seek_offset"])

    async def seek(self, reader: RawLog) -> None:
        """Find the offset after the cursor. The hint is verified by hash; a stale one is replaced by a search.

        The offset of sequence n is never below n - 1, so the search starts there. `LogShorterThanCursor` when the
        record is nowhere on the log.
        """
        hint = await self.load_cursor()
        ends = (await reader.ends([self.partition]))[self.partition]
        if self.chain.sequence == 0:
            self.next_offset = ends.first
            return
        if ends.first <= hint < ends.after:
            async for _, records in reader.read({self.partition: hint}, {self.partition: hint + 1}):
                if records and record_hash(records[0].value or b"") == self.chain.hash:
                    self.next_offset = hint + 1
                    return
        start = max(ends.first, self.chain.sequence - 1)
        async for _, records in reader.read({self.partition: start}, {self.partition: ends.after}):
            for record in records:
                if record_hash(record.value or b"") == self.chain.hash:
                    self.next_offset = record.offset + 1
                    return
        raise LogShorterThanCursor(
            f"{self.service.name} partition {self.partition}: the log (ends at offset {ends.after}) lacks "
            f"sequence {self.chain.sequence}"
        )

    async def refill(self, reader: RawLog) -> None:
        """Apply everything between the cursor and the log's present end with the raw consumer."""
        metrics.REFILLS.labels(self.service.name).inc()
        await self.seek(reader)
        ends = (await reader.ends([self.partition]))[self.partition]
        async for _, records in reader.read({self.partition: self.next_offset}, {self.partition: ends.after}):
            delivered = [Delivered(r.offset, r.value or b"", r.timestamp) for r in records]
            for begin in range(0, len(delivered), RECORDS_PER_BATCH_MAX):
                # Some offsets have no record: markers of a foreign transaction.
                self.next_offset = delivered[begin].offset
                await self.apply(delivered[begin : begin + RECORDS_PER_BATCH_MAX])
        # At the log's end too: else the watchdog would see a record to go that never comes.
        self.next_offset = max(self.next_offset, ends.after)

    async def apply(self, delivered: Sequence[Delivered]) -> int:
        """Apply contiguous deliveries starting at `next_offset`: reactions first (idempotent), then one transaction.

        Returns how many of them were early. Raises `Fenced` when another process moved the cursor, `EvolveFailed` on
        a bug; then nothing has moved.
        """
        if not delivered:
            return 0
        assert delivered[0].offset == self.next_offset, "deliveries must be contiguous"
        started = time.perf_counter()
        chain = Chain(self.chain.sequence, self.chain.hash)
        batch, last_effective_offset = self._classify(chain, delivered)
        if batch.effective:
            await self._react(batch.records)
            await self._commit(batch, chain, last_effective_offset)
        self.chain = chain
        self.next_offset = delivered[-1].offset + 1
        self.applied_at = time.monotonic()
        self._count(batch, started)
        return batch.passed_over.get(Standing.EARLY, 0)

    def _count(self, batch: _Batch, started: float) -> None:
        name = self.service.name
        metrics.APPLIED.labels(name).inc(batch.effective)
        metrics.APPLY_SECONDS.labels(name).observe(time.perf_counter() - started)
        for standing, count in batch.passed_over.items():
            metrics.NOT_EFFECTIVE.labels(name, standing.value).inc(count)
            log.warning(
                "records passed over",
                extra={"service": name, "partition": self.partition, "kind": standing.value, "count": count},
            )

    def _classify(self, chain: Chain, delivered: Sequence[Delivered]) -> tuple[_Batch, int]:
        batch, last = _Batch(), -1
        parked_subjects = set(self._parked_subjects)
        for one in delivered:
            standing = chain.offer(one.value)
            if standing is not Standing.EFFECTIVE:
                batch.passed_over[standing] = batch.passed_over.get(standing, 0) + 1
                continue
            batch.effective += 1
            last = one.offset
            self._read(one.value, chain, batch, parked_subjects)
        return batch, last

    def _read(self, value: bytes, chain: Chain, batch: _Batch, parked_subjects: set[str]) -> None:
        """Type an effective record if this service listens to it; park it when it cannot be read."""
        subject = "(unreadable)"
        try:
            envelope = codec.decode(value)
            subject = envelope.subject
            codec.fact_type(envelope.type)
            if envelope.type not in self.service.listens:
                return
            if subject in parked_subjects:
                raise UnreadableRecord("an earlier record of this subject is parked")
            body = codec.body(envelope)
        except UnreadableRecord as error:
            parked_subjects.add(subject)
            batch.parked.append((chain.sequence, subject, str(error)[:500], value))
            return
        batch.records.append(Record(partition=self.partition, hash=chain.hash, envelope=envelope, fact=body))

    async def _react(self, records: Sequence[Record]) -> None:
        """Issue the commands these records cause. Their ids are derived, so doing it twice is doing it once."""
        try:
            incoming = [
                reaction for record in records if isinstance(record.fact, self.service.reacts_to)
                for reaction in reactions_of(self.service, record)
            ]  # fmt: skip
        except Exception as error:
            raise EvolveFailed(f"{self.service.name} partition {self.partition}: {error!r}") from error
        await execute_all(self._decider, incoming)
        metrics.REACTIONS.labels(self.service.name).inc(len(incoming))

    async def _commit(self, batch: _Batch, chain: Chain, last_offset: int) -> None:
        places = {place for record in batch.records for place in self._folds.touched(record)}
        rows = await self._rows(places)
        try:
            changed = self._folds.advance(rows, batch.records)
        except Exception as error:
            raise EvolveFailed(f"{self.service.name} partition {self.partition}: {error!r}") from error
        parked = batch.parked
        self._known.clear()  # until the database has said yes
        applied = await self._pool.fetchval(
            self._apply, self.partition, self.revision, self.chain.sequence, chain.sequence, chain.hash, last_offset,
            *columns(rows, changed, self._folds),
            [p[0] for p in parked], [p[1] for p in parked], [p[2] for p in parked], [p[3] for p in parked],
        )  # fmt: skip
        if not applied:
            raise Fenced(f"{self.service.name} partition {self.partition}: the cursor moved under this worker")
        self._known = rows
        self.revision += 1
        self._parked_subjects |= {p[1] for p in parked}
        for sequence, subject, reason, _ in parked:
            log.error(
                "parked",
                extra={"service": self.service.name, "partition": self.partition, "sequence": sequence,
                       "subject": subject, "reason": reason},
            )  # fmt: skip

    async def _rows(self, places: set[Place]) -> Rows:
        """The rows at `places`, and those known from before while there are not too many: visits come in runs."""
        rows: Rows = self._known.copy() if len(self._known) + len(places) <= ROWS_KNOWN_MAX else {}
        rows |= {place: self._known.get(place) for place in places}
        missing = [place for place in places if place not in self._known]
        if missing:
            models, keys = [m for m, _ in missing], [k for _, k in missing]
            for model, key, doc in await self._pool.fetch(self._load_rows, self.partition, models, keys):
                rows[model, key] = self._folds.decode(model, doc)
        return rows


def reactions_of(service: Service, record: Record) -> list[Incoming]:
    """The commands a fact causes, with their derived ids."""
    envelope = record.envelope
    return [
        Incoming(
            commandid=derived_id(envelope.id, f"{service.name}/{reaction.name}"),
            command=reaction.command,
            actor=f"reaction:{service.name}",
            role="reaction",
            must_state=True,
            causationid=envelope.id,
            correlationid=envelope.correlationid,
            traceparent=envelope.traceparent,
        )
        for reaction in service.react(record)
    ]


async def execute_all(decider: Decider, incoming: Sequence[Incoming]) -> None:
    """Execute commands that nobody waits for; `EvolveFailed` when deciding one raised unexpectedly.

    `NotLevel` when one of them waits for read models: whoever issues them issues them again, which decides each once.
    """
    not_level: NotLevel | None = None
    for outcome in await decider.execute(incoming) if incoming else ():
        if isinstance(outcome, NotLevel):
            not_level = outcome
        elif isinstance(outcome, Exception):
            raise EvolveFailed(f"{decider.service.name}: {outcome!r}") from outcome
        if isinstance(outcome, Outcome) and outcome.status == "refused" and not outcome.replayed:
            log.info("refused", extra={"service": decider.service.name, "code": outcome.code})
    if not_level is not None:
        raise not_level
