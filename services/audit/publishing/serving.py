"""What strangers may read of the transparency log: checkpoints, tiles, bundles, keys, proofs; and the folder to take away."""

import base64
import functools
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from services.audit.publishing.files import tile_reader
from services.audit.publishing.verifying import ROOT, VKEYS, stated_in_root
from services.audit.transparency import note, tiles
from services.audit.transparency.merkle import TILE_LEVELS, TILE_WIDTH, inclusion_proof

# Longer than any tile's path, far shorter than what a file system refuses.
PATH_MAX: Final = 200
INSTANT_TRIES: Final = 100
INSTANT_SECONDS: Final = 0.05
CHECKPOINT_TYPE: Final = "text/plain; charset=utf-8"
TILE_TYPE: Final = "application/octet-stream"


class NoSuchLeaf(LookupError):
    """The record is not covered by the published checkpoint (yet)."""


def public_file(folder: Path, log: str, path: str) -> tuple[bytes, str] | None:
    """A file of one log with its media type; `None` when there is none, or strangers are not to have it."""
    if not (log == "root" or (log.isascii() and log.isdigit())) or len(log) + len(path) > PATH_MAX:
        return None
    if path != tiles.CHECKPOINT and not tiles.is_tile_path(path):
        return None
    file = folder / str(log) / path
    if not file.is_file():
        return None
    return file.read_bytes(), CHECKPOINT_TYPE if path == tiles.CHECKPOINT else TILE_TYPE


def proof_of(folder: Path, partition: int, sequence: int) -> dict[str, Any]:
    """All that proves a record's leaf offline: the leaf, its hashes up to the root, the checkpoint; base64.

    `NoSuchLeaf` when the published checkpoint does not cover it.
    """
    place, index = folder / str(partition), sequence - 1
    try:
        published = (place / tiles.CHECKPOINT).read_bytes()
    except FileNotFoundError:
        raise NoSuchLeaf(f"{partition}:{sequence}") from None
    size = note.checkpoint_of(note.note_of(published).text).size
    if not 0 <= index < size:
        raise NoSuchLeaf(f"{partition}:{sequence}")
    number, at = divmod(index, TILE_WIDTH)
    width = min(TILE_WIDTH, size - number * TILE_WIDTH)
    entries = bundle_entries(place, number, width)
    proof = inclusion_proof(tile_reader(place), index, size)
    return {
        "partition": partition,
        "sequence": sequence,
        "index": index,
        "leaf": base64.b64encode(entries[at]).decode(),
        "proof": [base64.b64encode(one).decode() for one in proof],
        "checkpoint": published.decode(),
    }


def bundle_entries(place: Path, number: int, width: int) -> list[bytes]:
    """The entries of one bundle of a log in `place`, which holds `width` of them or more."""
    full = place / tiles.entries_path(number)
    return tiles.entries_of((full if full.is_file() else place / tiles.entries_path(number, width)).read_bytes())


def export(folder: Path, target: Path, vkeys: list[str]) -> dict[str, int]:
    """Copy every log as it is published into `target`; the sizes by log. Takes no lock: files only grow.

    The checkpoints are of one instant: each is the last that the root log holds of its partition. `FileExistsError`
    when `target` holds something already, `NotTogether` when publishing never stood still for an instant.
    """
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(target)
    target.mkdir(parents=True, exist_ok=True)
    checkpoints = _checkpoints_of_one_instant(folder)
    sizes = {name: note.checkpoint_of(note.note_of(data).text).size for name, data in checkpoints.items()}
    for name, published in checkpoints.items():
        # The checkpoints first: tiles that are written meanwhile are more than they need, never less.
        for level in range(TILE_LEVELS):
            _copy_tiles(folder / name, target / name, level, sizes[name] >> (TILE_LEVELS * level))
        _copy_tiles(folder / name, target / name, tiles.ENTRIES, sizes[name])
        (target / name).mkdir(exist_ok=True)
        (target / name / tiles.CHECKPOINT).write_bytes(published)
    (target / VKEYS).write_text("".join(f"{vkey}\n" for vkey in vkeys), encoding="utf-8")
    return sizes


class NotTogether(RuntimeError):
    """The logs' checkpoints could not be read as of one instant."""


def _checkpoints_of_one_instant(folder: Path) -> dict[str, bytes]:
    for _ in range(INSTANT_TRIES):
        before, found = _checkpoints(folder), _checkpoints(folder)
        if before == found and _root_knows(folder, found):
            return found
        time.sleep(INSTANT_SECONDS)
    raise NotTogether(f"{folder}: 检查点不断更新，请重试；checkpoints keep changing, run it again")


def _checkpoints(folder: Path) -> dict[str, bytes]:
    places = sorted(path for path in folder.iterdir() if (path / tiles.CHECKPOINT).is_file())
    return {place.name: (place / tiles.CHECKPOINT).read_bytes() for place in places}


def _root_knows(folder: Path, found: dict[str, bytes]) -> bool:
    """Whether each partition's checkpoint is the last that the root log holds of it."""
    texts = {name: note.checkpoint_of(note.note_of(data).text) for name, data in found.items()}
    if ROOT not in texts:
        return not texts
    wanted = {one.origin: one for name, one in texts.items() if name != ROOT}
    for _, stated in stated_in_root(folder / ROOT, texts[ROOT].size):
        if not wanted:
            break
        if stated.origin in wanted and wanted.pop(stated.origin) != stated:
            return False
    return not wanted


def _copy_tiles(source: Path, target: Path, level: int, count: int) -> None:
    """The tiles of a level (or the bundles) of a tree with `count` hashes in it: the full ones, and the partial one."""
    path = tiles.entries_path if level == tiles.ENTRIES else functools.partial(tiles.tile_path, level)
    for number in range(-(-count // TILE_WIDTH)):
        width = min(TILE_WIDTH, count - number * TILE_WIDTH)
        wanted, full = path(number, width), path(number)
        data = (source / full).read_bytes() if width == TILE_WIDTH else _cut(source, level, wanted, full, width)
        (target / wanted).parent.mkdir(parents=True, exist_ok=True)
        (target / wanted).write_bytes(data)


def _cut(source: Path, level: int, wanted: str, full: str, width: int) -> bytes:
    """A partial tile; cut from the full one where it was completed meanwhile."""
    if (source / wanted).is_file():
        with suppress(FileNotFoundError):
            return (source / wanted).read_bytes()
    data = (source / full).read_bytes()
    if level == tiles.ENTRIES:
        return tiles.bundle_bytes(tiles.entries_of(data)[:width])
    return tiles.tile_bytes(tiles.hashes_of(data, width))
