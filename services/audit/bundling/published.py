"""The transparency log as a bundle takes it: a root checkpoint, the partitions' checkpoints in it, and proofs; from the files."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.audit.transparency import note, tiles
from services.audit.transparency.leaf import read_leaf
from services.audit.transparency.merkle import TILE_WIDTH, TileReader, inclusion_proof
from services.audit.transparency.note import Checkpoint

ROOT: Final = "root"
# A partition's checkpoint may be published moments before the root's that has it: witnesses are asked meanwhile.
SETTLED_SECONDS: Final = 15.0
AGAIN_SECONDS: Final = 0.2

# Gives a bundle of entries: (number, how many at least) → bytes.
EntriesReader = Callable[[int, int], bytes]


class NothingPublished(RuntimeError):
    """There is no checkpoint to make a bundle at."""

    def __init__(self) -> None:
        super().__init__(
            "透明日志尚未发布检查点，稍后再试；the transparency log has published no checkpoint yet: try again later"
        )


class TilesMissing(RuntimeError):
    """A file of the transparency log is gone."""

    def __init__(self, missing: FileNotFoundError) -> None:
        super().__init__(
            f"透明日志缺少文件 {missing.filename or missing}，请由备份恢复；"
            f"the transparency log lacks a file, restore it from the backup: {missing.filename or missing}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFiles:
    """How one tiled log's files are read."""

    folder: Path
    tile: TileReader
    entries: EntriesReader

    def leaves(self, first: int, after: int) -> list[bytes]:
        """Leaves `first` to before `after`, as they were taken in."""
        found: list[bytes] = []
        for number in range(first // TILE_WIDTH, -(-after // TILE_WIDTH)):
            start = number * TILE_WIDTH
            width = min(TILE_WIDTH, after - start)
            found += tiles.entries_of(self.entries(number, width))[max(0, first - start) : width]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A published checkpoint: its bytes with all signatures, and what it says."""

    document: bytes
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One moment of the transparency log: every partition's checkpoint is leaf `in_root` of the root's."""

    files: Mapping[str, LogFiles]
    partition_count: int
    root: Signed
    partitions: Mapping[int, Signed]
    in_root: Mapping[int, int]

    @property
    def sizes(self) -> dict[int, int]:
        """How many records of each partition the moment covers."""
        return {p: one.checkpoint.size for p, one in self.partitions.items()}

    def record_proof(self, partition: int, sequence: int) -> list[bytes]:
        """The proof that a record is in its partition's checkpoint."""
        return inclusion_proof(self.files[str(partition)].tile, sequence - 1, self.sizes[partition])

    def root_proof(self, partition: int) -> list[bytes]:
        """The proof that a partition's checkpoint is in the root's."""
        return inclusion_proof(self.files[ROOT].tile, self.in_root[partition], self.root.checkpoint.size)

    def last_sealed_ms(self) -> int:
        """When the last record of the moment was sealed (ms since 1970), as the log itself says."""
        newest = (self.files[str(p)].leaves(size - 1, size)[0] for p, size in self.sizes.items() if size)
        return max((read_leaf(leaf).timestamp_ms for leaf in newest), default=0)


def moment(
    files: Mapping[str, LogFiles], partition_count: int, *, wait: Callable[[float], None] = time.sleep
) -> Published:
    """The published checkpoints that belong together, of a log of so many partitions. `NothingPublished` where there is none yet.

    Partitions first, then the root until it has them all: whatever is published meanwhile, a root that grew has them too.
    """
    if ROOT not in files or not (files[ROOT].folder / tiles.CHECKPOINT).is_file():
        raise NothingPublished
    partitions = {
        int(name): _signed(one)
        for name, one in files.items()
        if name != ROOT and (one.folder / tiles.CHECKPOINT).is_file()
    }
    waited = 0.0
    while True:
        root = _signed(files[ROOT])
        found = _places(files[ROOT], root.checkpoint.size, partitions)
        if len(found) == len(partitions):
            return Published(
                files=files, partition_count=partition_count, root=root, partitions=partitions, in_root=found
            )
        if waited >= SETTLED_SECONDS:
            raise NothingPublished
        wait(AGAIN_SECONDS)
        waited += AGAIN_SECONDS


def _signed(one: LogFiles) -> Signed:
    document = (one.folder / tiles.CHECKPOINT).read_bytes()
    return Signed(document=document, checkpoint=note.checkpoint_of(note.note_of(document).text))


def _places(root: LogFiles, size: int, partitions: Mapping[int, Signed]) -> dict[int, int]:
    """Where each partition's checkpoint is among the root's leaves; the newest leaves are looked at first."""
    wanted = {one.checkpoint.text().encode(): p for p, one in partitions.items()}
    found: dict[int, int] = {}
    for number in range(-(-size // TILE_WIDTH) - 1, -1, -1):
        first = number * TILE_WIDTH
        leaves: Sequence[bytes] = root.leaves(first, min(first + TILE_WIDTH, size))
        for at, leaf in enumerate(leaves, first):
            if leaf in wanted:
                found[wanted[leaf]] = at
        if len(found) == len(wanted):
            break
    return found
