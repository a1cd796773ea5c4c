"""Folds the log from its beginning in memory, partition by partition, with the same `advance` as live following.

What it makes is handed to `rebuild` (one service's read models, live) and `restore` (everything after a loss).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from services.contracts import codec
from services.contracts.chain import Chain, Standing
from services.contracts.codec import UnreadableRecord, encoder
from services.contracts.deciding import Record, Service
from services.contracts.envelope import Envelope
from services.contracts.registry import REGISTRY
from services.eventlog.folding import Folds, Place, Rows
from services.eventlog.following import reactions_of
from services.eventlog.reading import RawLog

Said = Callable[[float], None]
ParkedRow = tuple[int, int, str, str, bytes]
LATER_REASON: Final = "an earlier record of this subject is parked"


class Placed(Protocol):
    """A record as Kafka or a test delivers it; a fold needs its place and its bytes."""

    @property
    def offset(self) -> int: ...

    @property
    def value(self) -> bytes | None: ...


def _silent(_: float) -> None:
    return None


@dataclass(slots=True)
class Refold:
    """One partition folded so far: its chain, the seek hint, the rows of every read model, what is parked.

    Folding stops at `until_sequence`: an offset cannot say where a cursor stands, since a heal moves offsets.
    """

    partition: int
    chain: Chain = field(default_factory=Chain)
    last_offset: int = -1
    next_offset: int = 0
    until_sequence: int | None = None
    rows: Rows = field(default_factory=dict)
    changed: set[Place] = field(default_factory=set)
    parked: list[ParkedRow] = field(default_factory=list)
    discarded: set[tuple[int, int]] = field(default_factory=set)


@dataclass(slots=True)
class Decided:
    """A service's own past as its facts tell it: streams, commands, and the reactions it must have issued."""

    streams: dict[str, tuple[int, Any]] = field(default_factory=dict)
    commands: dict[str, tuple[str, str, int, str | None]] = field(default_factory=dict)
    reactions: list[Any] = field(default_factory=list)


class Refolder:
    """Folds records of any number of partitions for one service; `decided` also folds its own streams."""

    def __init__(self, service: Service, *, with_decisions: bool = False) -> None:
        self.service = service
        self.folds = Folds(service)
        self.decided = Decided() if with_decisions else None
        self._kinds = {kind: declared.owner == service.name for kind, declared in REGISTRY.items()}
        self._wanted = service.listens | {kind for kind, own in self._kinds.items() if own and with_decisions}
        discards = self._discards = next(k for k, d in REGISTRY.items() if d.body is service.parked_discarded)
        self._unwanted = frozenset(self._kinds) - self._wanted - {discards}

    def take(self, refold: Refold, delivered: Iterable[Placed]) -> None:
        """Fold contiguous deliveries of one partition."""
        records: list[Record] = []
        chain, service_listens, unwanted = refold.chain, self.service.listens, self._unwanted
        parked_subjects = {row[2] for row in refold.parked}
        for one in delivered:
            if chain.sequence == refold.until_sequence:
                break
            value, refold.next_offset = one.value or b"", one.offset + 1
            envelope, reason = _envelope(value)
            # The envelope holds the chain attributes, so the bytes are decoded once.
            standing = chain.place(envelope.sequence, envelope.prevhash, value) if envelope else chain.offer(value)
            if standing is not Standing.EFFECTIVE:
                continue
            refold.last_offset = one.offset
            if envelope is not None and not reason:
                if envelope.type in unwanted:
                    continue
                if parked_subjects and envelope.subject in parked_subjects and envelope.type in service_listens:
                    reason = LATER_REASON
            if envelope is None or reason:
                subject = envelope.subject if envelope else "(unreadable)"
                parked_subjects.add(subject)
                refold.parked.append((refold.partition, chain.sequence, subject, reason, value))
                self._remember_parked(refold, envelope, value)
                continue
            record = self._record(refold, envelope, value, parked_subjects)
            if record is not None:
                records.append(record)
        refold.changed |= self.folds.advance(refold.rows, records)

    def _record(self, refold: Refold, envelope: Envelope, value: bytes, parked_subjects: set[str]) -> Record | None:
        try:
            fact = codec.body(envelope)
        except UnreadableRecord as error:
            if envelope.type not in self.service.listens:
                return None
            parked_subjects.add(envelope.subject)
            row = (refold.partition, refold.chain.sequence, envelope.subject, str(error)[:500], value)
            refold.parked.append(row)
            return None
        record = Record(partition=refold.partition, hash=refold.chain.hash, envelope=envelope, fact=fact)
        if envelope.type == self._discards and envelope.owner == self.service.name:
            refold.discarded.add((fact.partition, fact.sequence))  # type: ignore[attr-defined]
        if self.decided is not None:
            self._react(record)
            self._remember(record)
        return record if envelope.type in self.service.listens else None

    def _react(self, record: Record) -> None:
        """Note the reactions a record causes."""
        if self.decided is not None and isinstance(record.fact, self.service.reacts_to):
            self.decided.reactions += reactions_of(self.service, record)

    def _remember_parked(self, refold: Refold, envelope: Envelope | None, value: bytes) -> None:
        """An own fact that the read models wait for was decided all the same: streams and commands know it."""
        if self.decided is None or envelope is None or not self._kinds.get(envelope.type):
            return
        try:
            fact = codec.body(envelope)
        except UnreadableRecord:
            return
        self._remember(Record(partition=refold.partition, hash=refold.chain.hash, envelope=envelope, fact=fact))

    def _remember(self, record: Record) -> None:
        """Fold a record into what the service itself decided, when it is its own."""
        envelope, decided = record.envelope, self.decided
        if decided is None or envelope.owner != self.service.name:
            return
        aggregate = self.service.aggregate_of(envelope.subject)
        _, state = decided.streams.get(envelope.subject, (0, aggregate.initial))
        decided.streams[envelope.subject] = (envelope.streamversion, aggregate.evolve(state, record.fact))
        refusal = None
        if isinstance(record.fact, self.service.refused):
            no = record.fact
            refusal = encoder.encode({"code": no.code, "zh": no.reason_zh, "en": no.reason_en}).decode()
        decided.commands[envelope.commandid] = (
            envelope.commandhash, envelope.subject, envelope.streamversion, refusal,
        )  # fmt: skip

    def settle_discards(self, refolds: Iterable[Refold]) -> None:
        """Leave out parked records that were discarded, and fold what had only waited behind them, in order."""
        folded = list(refolds)
        discarded = {place for refold in folded for place in refold.discarded}
        for refold in folded:
            blocked: set[str] = set()
            kept: list[ParkedRow] = []
            for row in refold.parked:
                partition, sequence, subject, reason, value = row
                if (partition, sequence) in discarded:
                    continue
                envelope, _ = _envelope(value)
                if subject in blocked or reason != LATER_REASON or envelope is None:
                    blocked.add(subject)
                    kept.append(row)
                    continue
                try:
                    fact = codec.body(envelope)
                except UnreadableRecord:
                    blocked.add(subject)
                    kept.append(row)
                    continue
                record = Record(partition=partition, hash=refold.chain.hash, envelope=envelope, fact=fact)
                self._react(record)
                refold.changed |= self.folds.advance(refold.rows, [record])
            refold.parked = kept


def _envelope(value: bytes) -> tuple[Envelope | None, str]:
    """The envelope of a record and, when its fact is not declared here, why it cannot be applied."""
    try:
        envelope = codec.decode(value)
        codec.fact_type(envelope.type)
    except codec.UnknownKind as error:
        return envelope, str(error)[:500]
    except UnreadableRecord as error:
        return None, str(error)[:500]
    return envelope, ""


async def refold(
    reader: RawLog, refolder: Refolder, refolds: dict[int, Refold], until: dict[int, int], said: Said = _silent
) -> None:
    """Read every partition of `refolds` from where it stands to before offset `until` and fold it."""
    total = max(1, sum(until[p] - r.next_offset for p, r in refolds.items()))
    done = 0
    async for partition, records in reader.read({p: r.next_offset for p, r in refolds.items()}, until):
        refolder.take(refolds[partition], records)
        done += len(records)
        said(done / total)
