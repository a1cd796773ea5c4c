"""Reads the root log back: what of every partition a root checkpoint covers, and the first one that covers a record."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.audit.publishing.files import bundle_reader, tile_reader
from services.audit.publishing.verifying import ROOT
from services.audit.transparency import note, tiles
from services.audit.transparency.merkle import TILE_WIDTH, subtree
from services.audit.transparency.note import Checkpoint


class NoRootYet(LookupError):
    """No root checkpoint is published, or none that covers what was asked for."""


@dataclass(frozen=True, slots=True)
class Covering:
    """The first checkpoints that cover a record: its partition's, and the root tree whose last leaf that is; as texts."""

    partition_checkpoint: str
    root_checkpoint: str


def published_root(folder: Path) -> Checkpoint:
    """The published root checkpoint."""
    try:
        document = (folder / ROOT / tiles.CHECKPOINT).read_bytes()
    except FileNotFoundError:
        raise NoRootYet("no root checkpoint is published") from None
    return note.checkpoint_of(note.note_of(document).text)


def covered(folder: Path, size: int) -> dict[int, int]:
    """How many records of each partition the root tree of `size` leaves covers; partitions that had none are absent."""
    found: dict[int, int] = {}
    for _, text in _leaves_backwards(folder, size):
        leaf = note.checkpoint_of(text)
        found.setdefault(_partition(leaf), leaf.size)
        if len(found) == _partitions(folder):
            break
    return found


def first_covering(folder: Path, after: int, partition: int, sequence: int) -> Covering:
    """The first root tree of more than `after` leaves that covers a record; nobody chooses it. `NoRootYet` until there is one."""
    root = published_root(folder)
    for index, text in _leaves(folder, after, root.size):
        leaf = note.checkpoint_of(text)
        if _partition(leaf) == partition and leaf.size >= sequence:
            head = Checkpoint(root.origin, index + 1, subtree(tile_reader(folder / ROOT), 0, index + 1))
            return Covering(text, head.text())
    raise NoRootYet(f"no root checkpoint covers record {sequence} of partition {partition} yet")


def _partition(leaf: Checkpoint) -> int:
    return int(leaf.origin.rpartition("/")[2])


def _partitions(folder: Path) -> int:
    """Partitions that have a log at all: no more can be found in the root."""
    return sum(path.name.isdigit() for path in folder.iterdir())


def _leaves(folder: Path, first: int, size: int) -> Iterator[tuple[int, str]]:
    for number in range(first // TILE_WIDTH, -(-size // TILE_WIDTH)):
        for at, entry in enumerate(_bundle(folder, number, size)):
            if number * TILE_WIDTH + at >= first:
                yield number * TILE_WIDTH + at, entry.decode()


def _leaves_backwards(folder: Path, size: int) -> Iterator[tuple[int, str]]:
    for number in reversed(range(-(-size // TILE_WIDTH))):
        for at, entry in reversed([*enumerate(_bundle(folder, number, size))]):
            yield number * TILE_WIDTH + at, entry.decode()


def _bundle(folder: Path, number: int, size: int) -> list[bytes]:
    count = min(TILE_WIDTH, size - number * TILE_WIDTH)
    return tiles.entries_of(bundle_reader(folder / ROOT)(number, count))[:count]
