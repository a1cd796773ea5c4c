"""RFC 6962 trees kept as C2SP hash tiles: appending, roots, proofs and their verification; holds only the right edge."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

TILE_WIDTH: Final = 256
TILE_LEVELS: Final = 8
HASH_BYTES: Final = 32
PROOF_HASHES_MAX: Final = 64
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

# Gives the hashes of a tile: (tile level, tile number, how many) → that many hashes, from the left.
TileReader = Callable[[int, int, int], Sequence[bytes]]


def leaf_hash(data: bytes) -> bytes:
    """``SHA-256(0x00 || data)``."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """``SHA-256(0x01 || left || right)``."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of one level, of which the last may stand for a smaller tree; the empty root of none."""
    if not hashes:
        return EMPTY_ROOT
    sha256, level = hashlib.sha256, list(hashes)
    while len(level) > 1:
        odd = level.pop() if len(level) % 2 else None
        level = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level), 2)]
        if odd is not None:
            level.append(odd)
    return level[0]


class Edge:
    """The right edge of a growing tree: for each tile level the hashes of its unfinished tile. Not thread-safe."""

    def __init__(self, size: int = 0, levels: Iterable[Sequence[bytes]] = ()) -> None:
        self.size = size
        self.levels = [list(level) for level in levels]

    def append(self, hashes: Sequence[bytes]) -> list[tuple[int, int, list[bytes]]]:
        """Add leaf hashes; the tiles finished by them, as (tile level, tile number, 256 hashes), lower levels first."""
        finished: list[tuple[int, int, list[bytes]]] = []
        number = self.size // TILE_WIDTH
        self.size += len(hashes)
        level, incoming = 0, list(hashes)
        while incoming:
            if level == len(self.levels):
                self.levels.append([])
            pending = self.levels[level] + incoming
            whole = len(pending) // TILE_WIDTH
            tiles = [pending[i * TILE_WIDTH : (i + 1) * TILE_WIDTH] for i in range(whole)]
            finished += [(level, number + i, tile) for i, tile in enumerate(tiles)]
            self.levels[level] = pending[whole * TILE_WIDTH :]
            incoming = [root_of(tile) for tile in tiles]
            level, number = level + 1, number // TILE_WIDTH
        return finished

    def unfinished(self) -> list[tuple[int, int, list[bytes]]]:
        """The partial tiles of the present size, as (tile level, tile number, hashes); empty ones left out."""
        return [
            (level, self.size >> (TILE_LEVELS * (level + 1)), list(hashes))
            for level, hashes in enumerate(self.levels)
            if hashes
        ]

    def root(self) -> bytes:
        """The tree's root at the present size."""
        lower: list[bytes] = []
        for hashes in self.levels:
            lower = [root_of([*hashes, *lower])] if hashes or lower else []
        return lower[0] if lower else EMPTY_ROOT


def edge_of(size: int, read: TileReader) -> Edge:
    """The edge of a tree of `size` leaves from its tiles."""
    levels, level = [], 0
    while size >> (TILE_LEVELS * level):
        count = (size >> (TILE_LEVELS * level)) % TILE_WIDTH
        number = size >> (TILE_LEVELS * (level + 1))
        levels.append(read(level, number, count) if count else ())
        level += 1
    return Edge(size, levels)


def _perfect(read: TileReader, level: int, index: int) -> bytes:
    """The root of the perfect subtree of ``2^level`` leaves that begins at leaf ``index * 2^level``."""
    tile_level, inside = divmod(level, TILE_LEVELS)
    first = index << inside
    number, at = divmod(first, TILE_WIDTH)
    count = 1 << inside
    return root_of(read(tile_level, number, at + count)[at : at + count])


def subtree(read: TileReader, first: int, after: int) -> bytes:
    """The root of leaves `first` to before `after`, where that is a subtree of an RFC 6962 tree."""
    count = after - first
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return _perfect(read, level, first >> level)
    split = 1 << ((count - 1).bit_length() - 1)
    return node_hash(subtree(read, first, first + split), subtree(read, first + split, after))


def inclusion_proof(read: TileReader, index: int, size: int) -> list[bytes]:
    """The proof that leaf `index` is in the tree of `size`, from the leaf upwards (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    proof, first, after = [], 0, size
    while after - first > 1:
        split = first + (1 << ((after - first - 1).bit_length() - 1))
        if index < split:
            proof.append(subtree(read, split, after))
            after = split
        else:
            proof.append(subtree(read, first, split))
            first = split
    return proof[::-1]


def consistency_proof(read: TileReader, old: int, size: int) -> list[bytes]:
    """The proof that the tree of `old` leaves is the beginning of that of `size` (RFC 6962 §2.1.2); none when trivial."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} has no beginning of {old}")
    if old in (0, size):
        return []
    return _consistency(read, old, 0, size, whole=True)


def _consistency(read: TileReader, old: int, first: int, after: int, *, whole: bool) -> list[bytes]:
    if old == after:
        return [] if whole else [subtree(read, first, after)]
    split = first + (1 << ((after - first - 1).bit_length() - 1))
    if old <= split:
        return [*_consistency(read, old, first, split, whole=whole), subtree(read, split, after)]
    return [*_consistency(read, old, split, after, whole=False), subtree(read, first, split)]


def proves_inclusion(proof: Sequence[bytes], index: int, size: int, leaf: bytes, root: bytes) -> bool:
    """Whether `proof` shows that the leaf hash `leaf` is number `index` of the tree with `root` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or len(proof) > PROOF_HASHES_MAX or any(len(one) != HASH_BYTES for one in proof):
        return False
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node_hash(sibling, found)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(proof: Sequence[bytes], old: int, size: int, old_root: bytes, root: bytes) -> bool:
    """Whether `proof` shows that the tree of `size` begins with that of `old` (RFC 9162 §2.1.4.2)."""
    if not 0 <= old <= size or len(proof) > PROOF_HASHES_MAX or any(len(one) != HASH_BYTES for one in proof):
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    at, last = old - 1, size - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    before = now = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            before, now = node_hash(one, before), node_hash(one, now)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, one)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and now == root
