"""Reads the log from Kafka into one tiled log a partition and a root log over them; publishes at least once a second.

The files are its cursor: a log of n leaves holds the records 1 to n. It reads nothing of PostgreSQL and decides nothing.
"""

import asyncio
import fcntl
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from services.audit.publishing.files import TiledLog
from services.audit.publishing.witnesses import Witnesses
from services.audit.transparency.leaf import leaf_bytes, read_leaf
from services.audit.transparency.note import Note
from services.contracts import codec
from services.contracts.chain import Chain, Standing
from services.eventlog import metrics
from services.eventlog.reading import RawLog, StoredRecord

log = logging.getLogger(__name__)

LEAVES_PER_CHECKPOINT_MAX: Final = 1_000
CHECKPOINT_SECONDS: Final = 1.0
POLL_SECONDS: Final = 0.2
ROOT: Final = "root"
_LOCK: Final = ".lock"

Open = Callable[[Path, str], TiledLog]


class FolderInUse(RuntimeError):
    """Another process publishes into this folder."""


class Publisher:
    """All logs of an installation: one a partition, and the root log of their checkpoints. One process at a time."""

    def __init__(self, folder: Path, partitions: int, open_log: Open, witnesses: Callable[[str], Witnesses]) -> None:
        """`open_log(folder, name)` opens the log called ``<partition>`` or ``root``; `witnesses(name)` are that log's."""
        self.folder = folder
        self.logs = {p: open_log(folder / str(p), str(p)) for p in range(partitions)}
        self.root = open_log(folder / ROOT, ROOT)
        self._witnesses = witnesses
        self._chains = {p: _chain(self.logs[p]) for p in self.logs}
        self._offsets = {p: max(0, one.size - 1) for p, one in self.logs.items()}
        self._worth_signing: set[int] = set()
        self._published_at = time.monotonic()

    def take(self, partition: int, records: Sequence[StoredRecord]) -> None:
        """Take in what is effective of a partition's records, in their order."""
        chain, leaves = self._chains[partition], []
        for record in records:
            value = record.value or b""
            self._offsets[partition] = record.offset + 1
            if chain.offer(value) is not Standing.EFFECTIVE:
                continue
            leaves.append(
                leaf_bytes(partition, chain.sequence, record.timestamp, record.key or b"", value, record.headers)
            )
            if not speaks_of_checkpoints(value):
                self._worth_signing.add(partition)
        self.logs[partition].append(leaves)
        metrics.LEAVES.inc(len(leaves))

    def unsigned(self) -> int:
        """Leaves that no checkpoint covers yet."""
        return sum(one.size - one.signed.size for one in self.logs.values())

    async def publish(self) -> bool:
        """Sign and publish every log that grew, then the root log over them; whether there was anything to sign.

        A log that grew by nothing but facts about checkpoints waits for something else: else each would cause the next.
        """
        if not self._worth_signing:
            return False
        grown = [p for p, one in self.logs.items() if one.size > one.signed.size]
        signed = {p: await asyncio.to_thread(self.logs[p].sign) for p in grown}
        self.root.append([signed[p].text.encode() for p in grown])
        root = await asyncio.to_thread(self.root.sign)
        await asyncio.gather(
            *(self._cosigned(str(p), self.logs[p], signed[p]) for p in grown), self._cosigned(ROOT, self.root, root)
        )
        self._worth_signing.clear()
        metrics.CHECKPOINTS.inc()
        return True

    async def _cosigned(self, name: str, one: TiledLog, signed: Note) -> None:
        said = await self._witnesses(name).cosign(signed, one.consistency)
        metrics.COSIGNATURES_MISSING.set(len(said.refusals))
        await asyncio.to_thread(one.publish, signed, said.signatures)

    async def follow(self, reader: RawLog, *, once: bool = False) -> AsyncIterator[None]:
        """Read to the log's end, publish, again and again; yields after each checkpoint. `once`: stop at the end.

        A checkpoint every second while anything is new, or every thousand leaves, whichever comes first.
        """
        while True:
            ends = await reader.ends(self.logs)
            starts = {p: max(self._offsets[p], ends[p].first) for p in self.logs}
            async for partition, records in reader.read(starts, {p: end.after for p, end in ends.items()}):
                for at in range(0, len(records), LEAVES_PER_CHECKPOINT_MAX):
                    self.take(partition, records[at : at + LEAVES_PER_CHECKPOINT_MAX])
                    if self._due() and await self._publish_now():
                        yield
            if (once or self._due()) and await self._publish_now():
                yield
            if once:
                return
            await asyncio.sleep(POLL_SECONDS)

    def _due(self) -> bool:
        late = time.monotonic() - self._published_at >= CHECKPOINT_SECONDS
        return late or self.unsigned() >= LEAVES_PER_CHECKPOINT_MAX

    async def _publish_now(self) -> bool:
        self._published_at = time.monotonic()
        return await self.publish()


def speaks_of_checkpoints(value: bytes) -> bool:
    """Whether a record is one of audit's own facts about checkpoints."""
    return codec.decode(value).type.startswith("assist.audit.checkpoint_")


def _chain(one: TiledLog) -> Chain:
    """Where the chain of a partition stands after the leaves that are signed: the last one tells."""
    if one.size == 0:
        return Chain()
    last = read_leaf(one.last_leaf())
    return Chain(last.sequence, last.value_sha256)


@contextmanager
def alone(folder: Path) -> Iterator[IO[str]]:
    """Hold the folder for the length of a block; `FolderInUse` when another process has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(f"{folder}: 另一进程正在发布透明日志；another process publishes here") from None
        yield file
