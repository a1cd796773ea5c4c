"""Verifies one published log from its files alone, and names the file that was altered; pure, told how to read a file.

Trust runs downwards: the signed root vouches for the hashes on the right edge, each hash for the tile below it, the
lowest tiles for the entries. A tile that does not give the hash above it is named, and where what lies below it gives
that hash, the check goes on from there: so a tile altered is told from entries altered.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from services.audit.transparency import note, tiles
from services.audit.transparency.merkle import EMPTY_ROOT, TILE_LEVELS, TILE_WIDTH, Edge, leaf_hash, root_of, subtree
from services.audit.transparency.note import Checkpoint, Key, Note, Verify
from services.audit.transparency.policy import standing

# A file of the log by its path; None where there is none.
Read = Callable[[str], bytes | None]
# What is wrong with an entry in itself, from its index and bytes: Chinese and English; None where nothing is.
EntryFault = Callable[[int, bytes], tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a log: which file, from which leaf on (-1: all of it), and what."""

    path: str
    leaf: int
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.path}: {self.zh}；{self.en}"


class Unreadable(ValueError):
    """A checkpoint that cannot be believed: absent, no note, of another log, or not signed by its key."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def signed_checkpoint(data: bytes | None, key: Key, verify: Verify) -> tuple[Note, Checkpoint]:
    """A log's checkpoint, its key's signature verified; `Unreadable` says why not, also where one key signed twice."""
    if data is None:
        raise Unreadable(Fault(tiles.CHECKPOINT, -1, "没有检查点", "there is no checkpoint"))
    try:
        found = note.note_of(data)
        checkpoint = note.checkpoint_of(found.text)
    except note.NotANote as error:
        raise Unreadable(Fault(tiles.CHECKPOINT, -1, "检查点无法读取", f"no checkpoint: {error}")) from None
    if checkpoint.origin != key.name:
        raise Unreadable(Fault(tiles.CHECKPOINT, -1, "是另一日志的检查点", f"of another log: {checkpoint.origin}"))
    if not note.verified_by(found, [key], verify):
        raise Unreadable(Fault(tiles.CHECKPOINT, -1, "检查点不是本日志密钥所签", "not signed by this log's key"))
    if len({(one.name, one.key_id) for one in found.signatures}) < len(found.signatures):
        raise Unreadable(Fault(tiles.CHECKPOINT, -1, "同一密钥签名重复", "one key signed more than once"))
    return found, checkpoint


def log_faults(
    read: Read,
    key: Key,
    verify: Verify,
    *,
    witnesses: Sequence[Key] = (),
    wanted: int = 0,
    not_before: Checkpoint | None = None,
    names: Iterable[str] = (),
    entry_fault: EntryFault = lambda _, __: None,
) -> list[Fault]:
    """All that is wrong with a log: signature, witness policy, every tile and entry up to its checkpoint.

    `not_before`: a checkpoint seen earlier, of which this log must be a continuation. `names`: the files there are, so
    that partial tiles of earlier sizes are checked too.
    """
    try:
        found, checkpoint = signed_checkpoint(read(tiles.CHECKPOINT), key, verify)
    except Unreadable as error:
        return [error.fault]
    faults = []
    stands = standing(found, witnesses, wanted, verify)
    if not stands.met:
        faults.append(Fault(tiles.CHECKPOINT, -1, stands.zh, stands.en))
    tree = Tree(read, checkpoint, entry_fault)
    faults += tree.faults(names)
    if not_before is not None and not tree.continues(not_before):
        zh = f"不是先前 {not_before.size} 条检查点的延续"
        en = f"does not continue the checkpoint of {not_before.size} leaves seen before"
        faults.append(Fault(tiles.CHECKPOINT, -1, zh, en))
    return faults


class Tree:
    """One tree as its files give it, held against a checkpoint that is believed."""

    def __init__(self, read: Read, checkpoint: Checkpoint, entry_fault: EntryFault = lambda _, __: None) -> None:
        self._read, self._checkpoint, self._entry_fault = read, checkpoint, entry_fault
        self._found: list[Fault] = []
        self._believed: dict[tuple[int, int], list[bytes]] = {}
        self._kept: frozenset[tuple[int, int]] = frozenset()

    def faults(self, names: Iterable[str] = ()) -> list[Fault]:
        """Every tile and bundle up to the checkpoint's size, and the partial ones of earlier sizes among `names`."""
        earlier = [(path, parts) for path in names if (parts := tiles.parts_of(path)) and parts.width < TILE_WIDTH]
        self._kept = frozenset((max(parts.level, 0), parts.number) for _, parts in earlier)
        self._found = []
        edge = self._believed_edge()
        if edge is not None:
            for level in range(len(edge) - 1, -1, -1):
                number = self._checkpoint.size >> (TILE_LEVELS * (level + 1))
                self._below(level, number, edge[level])
            self._earlier(earlier)
        return self._found

    def continues(self, before: Checkpoint) -> bool:
        """Whether this tree begins with that of `before`."""
        if before.origin != self._checkpoint.origin or before.size > self._checkpoint.size:
            return False
        try:
            root = subtree(self._beginning, 0, before.size) if before.size else EMPTY_ROOT
        except ValueError:
            return False
        return root == before.root

    def _beginning(self, level: int, number: int, count: int) -> list[bytes]:
        hashes = self._tile(
            level, number, min(TILE_WIDTH, (self._checkpoint.size >> (TILE_LEVELS * level)) - number * TILE_WIDTH)
        )
        if hashes is None:
            raise ValueError(tiles.tile_path(level, number))
        return hashes[:count]

    # ── the right edge ──────────────────────────────────────────────────────────────────────────────────────────────

    def _believed_edge(self) -> list[list[bytes]] | None:
        """The right edge's hashes by level, those that give the signed root; faults name what does not."""
        size = self._checkpoint.size
        levels = itertools.takewhile(lambda level: size >> (TILE_LEVELS * level), range(TILE_LEVELS))
        places = [divmod(size >> (TILE_LEVELS * level), TILE_WIDTH) for level in levels]
        stored = [self._tile(level, number, count) if count else [] for level, (number, count) in enumerate(places)]
        derived: list[list[bytes] | None] = [None] * len(stored)
        right = self._first_that_gives_root(stored, derived)
        for deep in (False, True):
            if right is None:
                derived = [
                    self._derived(level, number, count, deep=deep) if count else []
                    for level, (number, count) in enumerate(places)
                ]
                right = self._first_that_gives_root(stored, derived)
        if right is None:
            for level, (number, count) in enumerate(places):
                if stored[level] is None or stored[level] != derived[level]:
                    self._altered_tile(level, number, count)
            self._add(tiles.CHECKPOINT, -1, "树与所签的根不符", "the tree does not give the signed root")
            return None
        for level, hashes in enumerate(right):
            if hashes != stored[level]:
                self._altered_tile(level, places[level][0], len(hashes))
            self._believe(level, places[level][0], hashes)
        return right

    def _first_that_gives_root(
        self, stored: Sequence[list[bytes] | None], derived: Sequence[list[bytes] | None]
    ) -> list[list[bytes]] | None:
        """Of each level what is stored, or what the level below gives: the choice that makes the signed root."""
        choices = [
            [one for i, one in enumerate(pair) if one is not None and (i == 0 or one != pair[0])]
            for pair in zip(stored, derived, strict=True)
        ]
        for choice in itertools.product(*choices):
            if Edge(self._checkpoint.size, choice).root() == self._checkpoint.root:
                return list(choice)
        return None

    # ── below a hash that is believed ───────────────────────────────────────────────────────────────────────────────

    def _below(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        """Check all that lies under the tile whose `hashes` are believed."""
        if level == 0:
            self._entries(number, hashes)
            return
        for i, believed in enumerate(hashes):
            child, below = number * TILE_WIDTH + i, level - 1
            stored = self._tile(below, child, TILE_WIDTH)
            if stored is None or root_of(stored) != believed:
                self._altered_tile(below, child, TILE_WIDTH)
                stored = self._given_from_below(below, child, believed)
                if stored is None:
                    self._unproven(below, child)
                    continue
            self._believe(below, child, stored)
            self._below(below, child, stored)

    def _entries(self, number: int, hashes: Sequence[bytes]) -> None:
        if not hashes:
            return
        path, entries = self._bundle(number, len(hashes))
        first = number * TILE_WIDTH
        if entries is None:
            self._add(path, first, "条目文件缺失、不完整或多余", "the bundle is missing, cut short or too long")
            return
        for i, (entry, believed) in enumerate(zip(entries, hashes, strict=True)):
            if leaf_hash(entry) != believed:
                self._add(
                    path, first + i, f"第 {first + i} 个条目与树不符", f"entry {first + i} is not the tree's leaf"
                )
                return
            wrong = self._entry_fault(first + i, entry)
            if wrong is not None:
                self._add(path, first + i, *wrong)

    def _given_from_below(self, level: int, number: int, believed: bytes) -> list[bytes] | None:
        """A full tile's hashes, where what lies below gives the hash above."""
        for deep in (False, True):
            hashes = self._derived(level, number, TILE_WIDTH, deep=deep)
            if hashes is not None and root_of(hashes) == believed:
                return hashes
        return None

    def _unproven(self, level: int, number: int) -> None:
        """Neither a tile nor what lies below it gives the hash above: its entries are another's too."""
        first = number << (TILE_LEVELS * level)
        path = tiles.entries_path(first) if level == 0 else tiles.tile_path(level - 1, first)
        self._add(
            path, number << (TILE_LEVELS * (level + 1)), "与上层的散列也不符", "does not give the hash above either"
        )

    def _derived(self, level: int, number: int, count: int, *, deep: bool = False) -> list[bytes] | None:
        """A tile's hashes as the level below gives them (`deep`: as the entries give them); None where one is missing."""
        if level == 0:
            _, entries = self._bundle(number, count)
            return None if entries is None else [leaf_hash(entry) for entry in entries]
        found, below = [], self._derived_deep if deep else self._tile
        for child in range(number * TILE_WIDTH, number * TILE_WIDTH + count):
            hashes = below(level - 1, child, TILE_WIDTH)
            if hashes is None:
                return None
            found.append(root_of(hashes))
        return found

    def _derived_deep(self, level: int, number: int, count: int) -> list[bytes] | None:
        return self._derived(level, number, count, deep=True)

    # ── partial tiles of earlier sizes ──────────────────────────────────────────────────────────────────────────────

    def _believe(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        if (level, number) in self._kept:
            self._believed[level, number] = list(hashes)

    def _earlier(self, partial: Iterable[tuple[str, tiles.Parts]]) -> None:
        """A partial tile or bundle of an earlier size is a beginning of today's; what lies beyond is not covered yet."""
        for path, parts in partial:
            believed = self._believed.get((max(parts.level, 0), parts.number), [])[: parts.width]
            if len(believed) < parts.width or any(fault.path == path for fault in self._found):
                continue
            data = self._read(path) or b""
            if parts.level == tiles.ENTRIES:
                entries = _entries_of(data)
                same = entries is not None and [leaf_hash(entry) for entry in entries] == believed
            else:
                same = data == tiles.tile_bytes(believed)
            if not same:
                self._add(path, parts.first_leaf, "与树不符", "is not the beginning of the tree's tile")

    # ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _tile(self, level: int, number: int, count: int) -> list[bytes] | None:
        path, data = self._file(lambda width: tiles.tile_path(level, number, width), count)
        wanted = TILE_WIDTH if path == tiles.tile_path(level, number) else count
        if data is None or len(data) != wanted * len(root_of(())):
            return None
        return tiles.hashes_of(data, count)[:count]

    def _bundle(self, number: int, count: int) -> tuple[str, list[bytes] | None]:
        path, data = self._file(lambda width: tiles.entries_path(number, width), count)
        wanted = TILE_WIDTH if path == tiles.entries_path(number) else count
        entries = None if data is None else _entries_of(data)
        return path, entries[:count] if entries is not None and len(entries) == wanted else None

    def _file(self, path: Callable[[int], str], count: int) -> tuple[str, bytes | None]:
        """The partial file, or the full one where that is there instead (C2SP tlog-tiles)."""
        data = self._read(path(count))
        if data is None and count < TILE_WIDTH and (whole := self._read(path(TILE_WIDTH))) is not None:
            return path(TILE_WIDTH), whole
        return path(count), data

    def _altered_tile(self, level: int, number: int, count: int) -> None:
        path, data = self._file(lambda width: tiles.tile_path(level, number, width), count)
        first = number << (TILE_LEVELS * (level + 1))
        if data is None:
            self._add(path, first, "散列文件缺失", "the tile is missing")
        else:
            self._add(path, first, "散列文件与树不符", "the tile is not the tree's")

    def _add(self, path: str, leaf: int, zh: str, en: str) -> None:
        self._found.append(Fault(path, leaf, zh, en))


def _entries_of(data: bytes) -> list[bytes] | None:
    try:
        return tiles.entries_of(data)
    except ValueError:
        return None
