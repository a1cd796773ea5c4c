"""One tiled log in a folder: appends leaves, signs what is consistent with the checkpoint before, publishes durably.

The files are the truth: what is open at a start is what the last signed checkpoint says. Order of writing: tiles and
bundles, then the signed checkpoint, then the published one; each is on disk before the next is written.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from services.audit.transparency import note, tiles
from services.audit.transparency.merkle import (
    TILE_WIDTH,
    Edge,
    consistency_proof,
    edge_of,
    leaf_hash,
    proves_consistency,
    subtree,
)
from services.audit.transparency.note import Checkpoint, Key, Note, Sign, Signature, Verify
from services.audit.transparency.verifying import Tree

# The last checkpoint this log signed; `checkpoint` is the published one, with what cosignatures came in time.
SIGNED: Final = "checkpoint.signed"


class TilesDamaged(RuntimeError):
    """The files of a log do not agree with the checkpoint it signed last; nothing is signed until a person looked."""

    def __init__(self, folder: Path, zh: str, en: str) -> None:
        super().__init__(f"{folder}: {zh}；{en}")


class TiledLog:
    """One log. Not thread-safe; one process at a time (`publisher` holds a lock on the folder)."""

    def __init__(self, folder: Path, key: Key, sign: Sign, verify: Verify) -> None:
        self.folder, self.key = folder, key
        self._sign, self._verify = sign, verify
        self._reading = _Reading(folder)
        self.signed = self._last_signed()
        self._edge = self._edge_at_signed()
        self._bundle = self._open_bundle()
        self._finished: list[tuple[int, int, list[bytes]]] = []
        self._full_bundles: list[tuple[int, list[bytes]]] = []

    @property
    def size(self) -> int:
        """Leaves taken in, signed or not."""
        return self._edge.size

    def append(self, leaves: Sequence[bytes]) -> None:
        """Take leaves in; they are on disk and signed with the next `publish`."""
        number = self._edge.size // TILE_WIDTH
        self._finished += self._edge.append([leaf_hash(leaf) for leaf in leaves])
        pending = [*self._bundle, *leaves]
        whole = len(pending) // TILE_WIDTH
        for i in range(whole):
            self._full_bundles.append((number + i, pending[i * TILE_WIDTH : (i + 1) * TILE_WIDTH]))
        self._bundle = pending[whole * TILE_WIDTH :]

    def last_leaf(self) -> bytes:
        """The last leaf that is signed; `TilesDamaged` when its bundle is gone."""
        if self._bundle:
            return self._bundle[-1]
        path = self.folder / tiles.entries_path(self.signed.size // TILE_WIDTH - 1)
        try:
            return tiles.entries_of(path.read_bytes())[-1]
        except (OSError, ValueError) as error:
            raise TilesDamaged(
                self.folder, "条目文件缺失或不完整", f"a bundle is missing or cut short: {error}"
            ) from None

    def sign(self) -> Note:
        """Write and sign the tree at its present size: durable, not published yet. `TilesDamaged` when inconsistent."""
        written = [
            (tiles.tile_path(level, number), tiles.tile_bytes(hashes)) for level, number, hashes in self._finished
        ]
        written += [(tiles.entries_path(number), tiles.bundle_bytes(entries)) for number, entries in self._full_bundles]
        written += [
            (tiles.tile_path(level, number, len(hashes)), tiles.tile_bytes(hashes))
            for level, number, hashes in self._edge.unfinished()
        ]
        if self._bundle:
            path = tiles.entries_path(self._edge.size // TILE_WIDTH, len(self._bundle))
            written.append((path, tiles.bundle_bytes(self._bundle)))
        write_durably(self.folder, written)
        now = Checkpoint(self.key.name, self._edge.size, self._edge.root())
        self._require_consistent(now)
        signed = Note(now.text(), (note.signed(now.text(), self.key, self._sign),))
        write_durably(self.folder, [(SIGNED, signed.document())])
        self.signed = now
        for level, number, _ in self._finished:
            _drop_partial(self.folder / tiles.tile_path(level, number))
        for number, _ in self._full_bundles:
            _drop_partial(self.folder / tiles.entries_path(number))
        self._finished, self._full_bundles = [], []
        return signed

    def publish(self, signed: Note, cosignatures: Iterable[Signature] = ()) -> None:
        """Make a signed checkpoint the one that readers see."""
        whole = Note(signed.text, (*signed.signatures, *cosignatures))
        write_durably(self.folder, [(tiles.CHECKPOINT, whole.document())])

    def last_signed(self) -> Note | None:
        """The note signed last; None before the first."""
        path = self.folder / SIGNED
        return note.note_of(path.read_bytes()) if path.exists() else None

    def published(self) -> Note | None:
        """The note that readers see; None where there is none, or none that can be read."""
        try:
            return note.note_of((self.folder / tiles.CHECKPOINT).read_bytes())
        except (FileNotFoundError, note.NotANote):
            return None

    def consistency(self, old: int) -> list[bytes]:
        """The proof from a tree of `old` leaves to the one signed last."""
        return consistency_proof(self._reading.tile, old, self.signed.size)

    def require_whole(self) -> None:
        """Read every tile and bundle up to the signed size and hold them against each other; `TilesDamaged` names one."""
        for fault in Tree(self._reading.file, self.signed).faults():
            raise TilesDamaged(self.folder, f"{fault.path} {fault.zh}", f"{fault.path}: {fault.en}")

    def _require_consistent(self, now: Checkpoint) -> None:
        """From the files alone: what is about to be signed begins with what was signed before."""
        proof = consistency_proof(self._reading.tile, self.signed.size, now.size)
        if not proves_consistency(proof, self.signed.size, now.size, self.signed.root, now.root):
            raise TilesDamaged(
                self.folder,
                f"{now.size} 条的树与上次签名的 {self.signed.size} 条不一致",
                f"the tree of {now.size} leaves does not begin with that of {self.signed.size} signed before",
            )

    def _last_signed(self) -> Checkpoint:
        path = self.folder / SIGNED
        if not path.exists():
            return Checkpoint(self.key.name, 0, Edge().root())
        try:
            found = note.note_of(path.read_bytes())
            checkpoint = note.checkpoint_of(found.text)
        except note.NotANote as error:
            raise TilesDamaged(self.folder, "上次签名的检查点无法读取", f"the signed checkpoint: {error}") from None
        if checkpoint.origin != self.key.name or not note.verified_by(found, [self.key], self._verify):
            raise TilesDamaged(
                self.folder, "检查点不是本日志密钥所签", "the checkpoint is not signed by this log's key"
            )
        return checkpoint

    def _edge_at_signed(self) -> Edge:
        size = self.signed.size
        try:
            edge = edge_of(size, self._reading.tile)
            root = edge.root()
            whole = subtree(self._reading.tile, 0, size) if size else root
        except (OSError, ValueError) as error:
            raise TilesDamaged(
                self.folder, "树的文件缺失或不完整", f"a tile is missing or cut short: {error}"
            ) from None
        if (root, whole) != (self.signed.root, self.signed.root):
            raise TilesDamaged(self.folder, "树的文件与检查点不符", "the tiles do not give the signed root")
        return edge

    def _open_bundle(self) -> list[bytes]:
        size = self.signed.size
        if size % TILE_WIDTH == 0:
            return []
        path = self.folder / tiles.entries_path(size // TILE_WIDTH, size % TILE_WIDTH)
        try:
            entries = tiles.entries_of(path.read_bytes())
        except (OSError, ValueError) as error:
            raise TilesDamaged(
                self.folder, "条目文件缺失或不完整", f"a bundle is missing or cut short: {error}"
            ) from None
        hashes = self._edge.levels[0]
        if [leaf_hash(entry) for entry in entries] != hashes:
            raise TilesDamaged(self.folder, "条目与树不符", "a bundle's entries are not the tree's leaves")
        return entries


class _Reading:
    """Tiles of a folder: a full one where there is one, else any partial one that is wide enough."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tile(self, level: int, number: int, count: int) -> Sequence[bytes]:
        return tiles.hashes_of(self._widest(self._folder / tiles.tile_path(level, number), count), count)

    def bundle(self, number: int, count: int) -> bytes:
        return self._widest(self._folder / tiles.entries_path(number), count)

    def file(self, path: str) -> bytes | None:
        """A file's bytes; None where there is none."""
        file = self._folder / path
        return file.read_bytes() if file.is_file() else None

    def _widest(self, full: Path, count: int) -> bytes:
        if full.is_file():
            return full.read_bytes()
        partial = full.with_name(full.name + ".p")
        widths = sorted(int(path.name) for path in partial.glob("[0-9]*") if int(path.name) >= count)
        if not widths:
            raise FileNotFoundError(f"{full} ({count})")
        return (partial / str(widths[0])).read_bytes()


def tile_reader(folder: Path) -> Callable[[int, int, int], Sequence[bytes]]:
    """A reader of the tiles in `folder`, for proofs; `FileNotFoundError` where one is missing."""
    return _Reading(folder).tile


def bundle_reader(folder: Path) -> Callable[[int, int], bytes]:
    """A reader of the entry bundles in `folder`: (number, how many at least) → bytes; `FileNotFoundError` where one is missing."""
    return _Reading(folder).bundle


def _drop_partial(full: Path) -> None:
    """Remove the partial tiles of a tile that is full now: whoever still asks for one is to take the full one."""
    shutil.rmtree(full.with_name(f"{full.name}.p"), ignore_errors=True)


def write_durably(folder: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    """Write files below `folder`, whole or not at all each, and return once they are on the disk."""
    touched: set[Path] = set()
    for name, data in contents:
        path = folder / name
        for parent in _missing(path.parent):
            parent.mkdir(exist_ok=True)
            touched.add(parent.parent)
        fresh = path.with_name(f".{path.name}.new")
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        touched.add(path.parent)
    for directory in touched:
        _fsync_directory(directory)


def _missing(folder: Path) -> list[Path]:
    found: list[Path] = []
    while not folder.exists():
        found.insert(0, folder)
        folder = folder.parent
    return found


def _fsync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
