"""What of an effective record goes into the tree: 117 bytes of fixed places, so that any program can build them again."""

import hashlib
import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

VERSION: Final = 1
# version, partition, sequence, timestamp in ms, then SHA-256 of key, value and headers; all big-endian.
_LAYOUT: Final = struct.Struct(">BxHxQq32s32s32s")
LEAF_BYTES: Final = _LAYOUT.size
_NO_HEADERS: Final = hashlib.sha256(b"").digest()


class Leaf(NamedTuple):
    """A record as the tree knows it: its place, its sealing instant (ms since 1970, UTC), and three SHA-256."""

    partition: int
    sequence: int
    timestamp_ms: int
    key_sha256: bytes
    value_sha256: bytes
    headers_sha256: bytes


def headers_sha256(headers: Sequence[tuple[str, bytes]]) -> bytes:
    """SHA-256 over the headers as stored: for each, in order, name and value, each after its length in four bytes."""
    if not headers:
        return _NO_HEADERS
    digest = hashlib.sha256()
    for name, value in headers:
        for part in (name.encode(), value):
            digest.update(len(part).to_bytes(4, "big"))
            digest.update(part)
    return digest.digest()


def leaf_bytes(
    partition: int, sequence: int, timestamp_ms: int, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes]]
) -> bytes:
    """The leaf of one effective record, from its bytes as Kafka stores them."""
    sha256 = hashlib.sha256
    return _LAYOUT.pack(
        VERSION,
        partition,
        sequence,
        timestamp_ms,
        sha256(key).digest(),
        sha256(value).digest(),
        headers_sha256(headers),
    )


def read_leaf(data: bytes) -> Leaf:
    """A leaf's fields; `ValueError` for bytes of another length or version."""
    if len(data) != LEAF_BYTES:
        raise ValueError(f"a leaf has {LEAF_BYTES} bytes, not {len(data)}")
    version, *fields = _LAYOUT.unpack(data)
    leaf = Leaf(*fields)
    if version != VERSION or leaf_again(leaf) != data:
        raise ValueError(f"not a leaf of version {VERSION}")
    return leaf


def leaf_again(leaf: Leaf) -> bytes:
    """The bytes of a leaf from its fields."""
    return _LAYOUT.pack(VERSION, *leaf)
