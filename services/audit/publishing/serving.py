"""What strangers may read of the transparency log: checkpoints, tiles, bundles, keys, proofs; and the folder to take away."""

import base64
import shutil
from pathlib import Path
from typing import Any, Final

from services.audit.publishing.files import SIGNED, tile_reader
from services.audit.transparency import note, tiles
from services.audit.transparency.merkle import TILE_WIDTH, inclusion_proof

VKEYS: Final = "vkeys.txt"
CHECKPOINT_TYPE: Final = "text/plain; charset=utf-8"
TILE_TYPE: Final = "application/octet-stream"


class NoSuchLeaf(LookupError):
    """The record is not covered by the published checkpoint (yet)."""


def public_file(folder: Path, log: str, path: str) -> tuple[bytes, str] | None:
    """A file of one log with its media type; `None` when there is none, or strangers are not to have it."""
    if not (log == "root" or (log.isascii() and log.isdigit())):
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
    """Copy every log as its published checkpoint stands into `target`; the sizes by log. Takes no lock: files only grow.

    `FileExistsError` when `target` holds something already.
    """
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(target)
    sizes: dict[str, int] = {}
    for place in sorted(path for path in folder.iterdir() if (path / tiles.CHECKPOINT).is_file()):
        # The checkpoint first: tiles that are written meanwhile are more than it needs, never less.
        published = (place / tiles.CHECKPOINT).read_bytes()
        sizes[place.name] = note.checkpoint_of(note.note_of(published).text).size
        shutil.copytree(place, target / place.name, ignore=shutil.ignore_patterns(SIGNED, tiles.CHECKPOINT, ".*"))
        (target / place.name / tiles.CHECKPOINT).write_bytes(published)
    target.mkdir(parents=True, exist_ok=True)
    (target / VKEYS).write_text("".join(f"{vkey}\n" for vkey in vkeys), encoding="utf-8")
    return sizes
