"""Names and contents of the files of a tiled log (C2SP tlog-tiles): hash tiles, entry bundles, checkpoints."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from services.audit.transparency.merkle import HASH_BYTES, TILE_LEVELS, TILE_WIDTH

CHECKPOINT: Final = "checkpoint"
ENTRY_BYTES_MAX: Final = 0xFFFF
ENTRIES: Final = -1  # stands for the level of a bundle, below that of the lowest tiles
_PATH: Final = re.compile(r"tile/(entries|[0-9]{1,2})((?:/x[0-9]{3})*)/([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?\Z")


def number_path(number: int) -> str:
    """A tile's number in groups of three digits, all but the last marked: ``x001/x234/067``."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return "/".join(groups)


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """``tile/<level>/<number>``, with ``.p/<width>`` for a partial tile."""
    return f"tile/{level}/{number_path(number)}{_partial(width)}"


def tiles_of(count: int) -> list[tuple[int, int]]:
    """The tiles that hold `count` hashes of one level, as (number, width)."""
    return [(number, min(TILE_WIDTH, count - number * TILE_WIDTH)) for number in range(-(-count // TILE_WIDTH))]


def entries_path(number: int, width: int = TILE_WIDTH) -> str:
    """``tile/entries/<number>``, with ``.p/<width>`` for a partial bundle."""
    return f"tile/entries/{number_path(number)}{_partial(width)}"


def _partial(width: int) -> str:
    if not 1 <= width <= TILE_WIDTH:
        raise ValueError(f"a tile is 1 to {TILE_WIDTH} wide, not {width}")
    return "" if width == TILE_WIDTH else f".p/{width}"


def is_tile_path(path: str) -> bool:
    """Whether `path` could be a tile's; what is asked for by strangers is held against this before a file is opened."""
    match = _PATH.fullmatch(path)
    if match is None:
        return False
    width = int(match[4]) if match[4] else 1
    return width < TILE_WIDTH and (match[1] == "entries" or int(match[1]) < TILE_LEVELS)


class Parts(NamedTuple):
    """What a tile's name says: its level (`ENTRIES` for a bundle), number and width."""

    level: int
    number: int
    width: int

    @property
    def first_leaf(self) -> int:
        return self.number << (TILE_LEVELS * (max(self.level, 0) + 1))


def parts_of(path: str) -> Parts | None:
    """A name taken apart; None where it is no tile's."""
    match = _PATH.fullmatch(path)
    if match is None or not is_tile_path(path):
        return None
    groups = [*match[2].replace("x", "").split("/")[1:], match[3]]
    level = ENTRIES if match[1] == "entries" else int(match[1])
    return Parts(level, int("".join(groups)), int(match[4]) if match[4] else TILE_WIDTH)


def tile_bytes(hashes: Sequence[bytes]) -> bytes:
    """The hashes one after another."""
    return b"".join(hashes)


def hashes_of(data: bytes, count: int) -> list[bytes]:
    """The first `count` hashes of a tile; `ValueError` when it has fewer or is no whole number of them."""
    if len(data) % HASH_BYTES or len(data) < count * HASH_BYTES:
        raise ValueError(f"a tile of {len(data)} bytes does not hold {count} hashes")
    return [data[i * HASH_BYTES : (i + 1) * HASH_BYTES] for i in range(count)]


def bundle_bytes(entries: Sequence[bytes]) -> bytes:
    """Entries one after another, each after its length in two bytes, big-endian."""
    if any(len(entry) > ENTRY_BYTES_MAX for entry in entries):
        raise ValueError(f"an entry has at most {ENTRY_BYTES_MAX} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def entries_of(data: bytes) -> list[bytes]:
    """The entries of a bundle; `ValueError` when it is cut short."""
    entries, at = [], 0
    while at < len(data):
        after = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if after > len(data) or at + 2 > len(data):
            raise ValueError(f"the bundle is cut short at byte {at}")
        entries.append(data[at + 2 : after])
        at = after
    return entries
