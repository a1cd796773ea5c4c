"""Reads the log from Kafka into one tiled log a partition and a root log over them; publishes at least once a second.

The files are its cursor: a log of n leaves holds the records 1 to n. It reads nothing of PostgreSQL and decides nothing.
"""

import asyncio
import fcntl
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, TypeVar

from services.audit.publishing.files import TiledLog
from services.audit.publishing.verifying import ROOT
from services.audit.publishing.witnesses import Witnesses
from services.audit.transparency.leaf import leaf_bytes, read_leaf
from services.audit.transparency.note import Note, Signature
from services.contracts import codec
from services.contracts.chain import Chain, Standing
from services.eventlog import metrics
from services.eventlog.reading import RawLog, StoredRecord

T = TypeVar("T")
log = logging.getLogger(__name__)

LEAVES_PER_CHECKPOINT_MAX: Final = 1_000
CHECKPOINT_SECONDS: Final = 1.0
POLL_SECONDS: Final = 0.2
ASK_AGAIN_SECONDS: Final = 20.0
_LOCK: Final = ".lock"
_CHECKPOINT_FACTS: Final = "assist.audit.checkpoint_"

Open = Callable[[Path, str], TiledLog]


class FolderInUse(RuntimeError):
    """Another process publishes into this folder."""


class Publisher:
    """All logs of an installation: one a partition, and the root log of their checkpoints. One process at a time."""

    def __init__(
        self, folder: Path, partitions: int, open_log: Open, witnesses: Callable[[str], Witnesses], wanted: int = 0
    ) -> None:
        """`open_log(folder, name)` opens the log called ``<partition>`` or ``root``; `witnesses(name)` are that log's.

        `wanted`: how many cosignatures meet the policy. It is shown, and never holds a checkpoint back.
        """
        self.folder = folder
        self.logs = {p: open_log(folder / str(p), str(p)) for p in range(partitions)}
        self.root = open_log(folder / ROOT, ROOT)
        self._witnesses, self._wanted = witnesses, wanted
        self._chains = {p: _chain(self.logs[p]) for p in self.logs}
        self._offsets = {p: max(0, one.size - 1) for p, one in self.logs.items()}
        self._worth_signing: set[int] = set()
        # Signed by a process that ended before readers could see it; the root log is told of it once more.
        self._unpublished = {p for p, one in self.logs.items() if _text(one.last_signed()) != _text(one.published())}
        self._lacking: set[str] = set()
        self._published_at = self._asked_at = time.monotonic()
        self._oldest_ms: int | None = None

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
                self._oldest_ms = self._oldest_ms or record.timestamp
        self.logs[partition].append(leaves)
        metrics.LEAVES.inc(len(leaves))

    def unsigned(self) -> int:
        """Leaves that no checkpoint covers yet."""
        return sum(one.size - one.signed.size for one in self.logs.values())

    async def publish(self) -> bool:
        """Sign and publish every log that grew, then the root log over them; whether there was anything to sign.

        A log that grew by nothing but facts about checkpoints waits for something else: else each would cause the next.
        The root log is published first: whoever sees a partition's checkpoint finds it in the root log.
        """
        if not self._worth_signing and not self._unpublished:
            return False
        grown = [p for p, one in self.logs.items() if one.size > one.signed.size or p in self._unpublished]
        # Each log is its own thread's meanwhile: most of the time is spent waiting for the disk.
        notes = await finished(*(asyncio.to_thread(self._signed, p) for p in grown))
        signed = {str(p): one for p, one in zip(grown, notes, strict=True)}
        self.root.append([one.text.encode() for one in notes])
        signed[ROOT] = await asyncio.to_thread(self.root.sign)
        began = time.monotonic()
        cosignatures = await asyncio.gather(*(self._cosigned(*one) for one in signed.items()))
        metrics.WITNESS_SECONDS.observe(time.monotonic() - began)
        *others, root = zip(signed, cosignatures, strict=True)
        for together in ((root,), others):
            await finished(*(asyncio.to_thread(self._log(name).publish, signed[name], said) for name, said in together))
        self._worth_signing.clear()
        self._unpublished.clear()
        if self._oldest_ms is not None:
            metrics.PUBLISHED_SECONDS.observe(max(0.0, time.time() - self._oldest_ms / 1000))
            self._oldest_ms = None
        metrics.CHECKPOINTS.inc()
        return True

    def _log(self, name: str) -> TiledLog:
        return self.root if name == ROOT else self.logs[int(name)]

    def _signed(self, partition: int) -> Note:
        one = self.logs[partition]
        last = one.last_signed()
        return last if last is not None and one.size == one.signed.size else one.sign()

    async def _cosigned(self, name: str, signed: Note) -> tuple[Signature, ...]:
        """Cosignatures that came in time; a witness that is away holds nothing up, and is shown."""
        witnesses = self._witnesses(name)
        said = await witnesses.cosign(signed, self._log(name).consistency)
        (self._lacking.add if said.refusals else self._lacking.discard)(name)
        metrics.COSIGNATURES_MISSING.labels(name).set(len(said.refusals))
        metrics.WITNESS_POLICY_MET.labels(name).set(len(said.signatures) >= self._wanted)
        return said.signatures

    async def ask_again(self) -> None:
        """Ask witnesses that were away for the checkpoints that still stand; nothing is signed anew."""
        self._asked_at = time.monotonic()
        for name in sorted(self._lacking):
            one = self._log(name)
            published, signed = one.published(), one.last_signed()
            if signed is None or _text(published) != signed.text:
                continue
            cosignatures = await self._cosigned(name, signed)
            if published is not None and len(cosignatures) >= len(published.signatures):
                await asyncio.to_thread(one.publish, signed, cosignatures)

    async def follow(self, reader: RawLog, *, once: bool = False) -> AsyncIterator[None]:
        """Read to the log's end, publish, again and again; yields after each checkpoint. `once`: stop at the end.

        A checkpoint every second while anything is new, or every thousand leaves, whichever comes first.
        """
        while True:
            ends = await reader.ends(self.logs)
            starts = {p: max(self._offsets[p], ends[p].first) for p in self.logs}
            async for partition, records in reader.read(starts, {p: end.after for p, end in ends.items()}):
                rest = list(records)
                while rest:
                    room = LEAVES_PER_CHECKPOINT_MAX - self.unsigned()
                    taken = room if room > 0 else LEAVES_PER_CHECKPOINT_MAX
                    self.take(partition, rest[:taken])
                    rest = rest[taken:]
                    if self._due() and await self._publish_now():
                        yield
            if (once or self._due()) and await self._publish_now():
                yield
            if once:
                return
            if self._lacking and time.monotonic() - self._asked_at >= ASK_AGAIN_SECONDS:
                await self.ask_again()
            await asyncio.sleep(POLL_SECONDS)

    def _due(self) -> bool:
        late = time.monotonic() - self._published_at >= CHECKPOINT_SECONDS
        return late or self.unsigned() >= LEAVES_PER_CHECKPOINT_MAX

    async def _publish_now(self) -> bool:
        self._published_at = time.monotonic()
        return await self.publish()


async def finished(*writing: Awaitable[T]) -> list[T]:
    """What each came to, once all have ended, also when one fails or this is cancelled: no thread writes on behind the lock."""
    together = asyncio.gather(*writing, return_exceptions=True)
    try:
        results = await asyncio.shield(together)
    except asyncio.CancelledError:
        await together
        raise
    found: list[T] = []
    for one in results:
        if isinstance(one, BaseException):
            raise one
        found.append(one)
    return found


def speaks_of_checkpoints(value: bytes) -> bool:
    """Whether a record is one of audit's own facts about checkpoints."""
    named = _CHECKPOINT_FACTS.encode() in value  # most records are told by this alone, without being decoded
    return named and codec.decode(value).type.startswith(_CHECKPOINT_FACTS)


def _text(one: Note | None) -> str:
    return "" if one is None else one.text


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
