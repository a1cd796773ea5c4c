"""Effective records of the log up to a prefix of it, a partition after the other; counts how far it came."""

import base64
import math
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from services.audit.publishing import roots
from services.audit.publishing.verifying import ROOT
from services.audit.transparency import note, tiles
from services.contracts import codec
from services.contracts.audit import LogCheckpoint, PartitionHead
from services.contracts.chain import Chain, Standing
from services.contracts.codec import UnreadableRecord
from services.contracts.deciding import Record
from services.eventlog.reading import StoredRecord, raw_log
from services.eventlog.settings import Settings


class NoSuchPrefix(LookupError):
    """No published checkpoint of the root log is of that size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """How far the log is read: to its end (nothing set), to a sealing instant, or to sequences by partition.

    Sealing instants rise within a partition, so each is read up to the first record sealed later.
    """

    sealed_until: datetime | None = None
    sequences: tuple[tuple[int, int], ...] = ()

    def ends_before(self, partition: int) -> tuple[float, float]:
        """The first sealing instant (ms) and the first sequence of a partition that do not belong to it."""
        sealed_ms = math.inf if self.sealed_until is None else self.sealed_until.timestamp() * 1000 + 1
        sequence = dict(self.sequences).get(partition, 0) + 1 if self.sequences else math.inf
        return sealed_ms, sequence


@dataclass(slots=True)
class Reading:
    """One reading of the log: what was asked for, and the heads it came to."""

    prefix: Prefix = field(default_factory=Prefix)
    chains: dict[int, Chain] = field(default_factory=dict)

    @property
    def heads(self) -> tuple[PartitionHead, ...]:
        return tuple(
            PartitionHead(partition=p, sequence=chain.sequence, hash=chain.hash.hex())
            for p, chain in sorted(self.chains.items())
        )

    async def records(
        self, settings: Settings, *, client: str, wanted: Callable[[str], bool], partitions: Iterable[int] | None = None
    ) -> AsyncIterator[list[Record]]:
        """Effective records of `wanted` types, in batches; each partition in its order, up to the prefix."""
        chosen = list(range(settings.partitions) if partitions is None else partitions)
        async with raw_log(settings, client=client) as reader:
            ends = await reader.ends(chosen)
            for p in chosen:
                chain, over = self.chains.setdefault(p, Chain()), False
                async for _, delivered in reader.read({p: ends[p].first}, {p: ends[p].after}):
                    batch, over = self._batch(p, chain, delivered, wanted)
                    if batch:
                        yield batch
                    if over:
                        break

    def _batch(
        self, partition: int, chain: Chain, delivered: Iterable[StoredRecord], wanted: Callable[[str], bool]
    ) -> tuple[list[Record], bool]:
        """The wanted records of a delivery, and whether the prefix ended in it."""
        batch: list[Record] = []
        sealed_ms, sequence = self.prefix.ends_before(partition)
        for stored in delivered:
            if stored.timestamp >= sealed_ms or chain.sequence + 1 >= sequence:
                return batch, True
            value = stored.value or b""
            if chain.offer(value) is not Standing.EFFECTIVE:
                continue
            try:
                envelope = codec.decode(value)
                if wanted(envelope.type):
                    fact = codec.body(envelope)
                    batch.append(Record(partition=partition, hash=chain.hash, envelope=envelope, fact=fact))
            except UnreadableRecord:
                continue
        return batch, False


def published_checkpoint(folder: Path | None) -> LogCheckpoint | None:
    """The root log's published checkpoint; None where no transparency log is kept, or none is published yet."""
    file = None if folder is None else folder / ROOT / tiles.CHECKPOINT
    if file is None or not file.is_file():
        return None
    checkpoint = note.checkpoint_of(note.note_of(file.read_bytes()).text)
    return LogCheckpoint(leaf_count=checkpoint.size, root=base64.b64encode(checkpoint.root).decode())


def prefix_at(folder: Path | None, size: int) -> Prefix:
    """The prefix that the root log's checkpoint of `size` covers: each partition's latest checkpoint in it."""
    published = published_checkpoint(folder)
    if folder is None or published is None or not 0 < size <= published.leaf_count:
        raise NoSuchPrefix(str(size))
    return Prefix(sequences=tuple(sorted(roots.covered(folder, size).items())))
