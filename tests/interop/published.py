"""Logs published into folders by our own code, of the leaves that the frozen vectors are made of."""

import base64
import functools
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.publishing.files import TiledLog, tile_reader
from services.audit.store import verify_signature
from services.audit.transparency import note
from services.audit.transparency.merkle import consistency_proof, inclusion_proof
from services.audit.transparency.note import Key

VECTORS = Path(__file__).parent / "vectors" / "trees.json"
ORIGIN = "jiuzhu.example/log/7"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = Key(ORIGIN, note.ED25519, PRIVATE.public_key().public_bytes_raw())


@functools.cache
def frozen() -> dict[str, Any]:
    """The answers made with Go's x/mod (`verifier vectors`)."""
    found: dict[str, Any] = json.loads(VECTORS.read_text())
    return found


def trees() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frozen()["trees"]
    return found


def sizes() -> list[int]:
    return [tree["size"] for tree in trees()]


def root(size: int) -> bytes:
    """The root that x/mod computed for so many leaves."""
    return base64.b64decode(next(tree["root"] for tree in trees() if tree["size"] == size))


@functools.lru_cache(maxsize=1)
def _leaves() -> list[bytes]:
    return [b"jiuzhu interop leaf %d" % i for i in range(max(sizes()))]


def leaves(first: int, after: int) -> list[bytes]:
    """Leaves as the vectors state them."""
    return _leaves()[first:after]


def opened(folder: Path, key: Key = KEY, private: Ed25519PrivateKey = PRIVATE) -> TiledLog:
    return TiledLog(folder, key, private.sign, verify_signature)


def published(folder: Path, size: int) -> TiledLog:
    """A log of `size` leaves, signed three times on the way: half, all but one, all."""
    log = opened(folder)
    for upto in sorted({size // 2, max(0, size - 1), size}):
        log.append(leaves(log.size, upto))
        log.publish(log.sign())
    return log


def case(folder: Path, size: int, witnesses: list[Key] | None = None) -> dict[str, Any]:
    """What the outside verifier is asked: a folder, and our proofs of leaves and of every beginning that has a vector."""
    read = tile_reader(folder)
    indexes = sorted({0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)))
    return {
        "folder": str(folder),
        "vkey": KEY.vkey,
        "witnesses": [one.vkey for one in witnesses or []],
        "size": size,
        "leaves": [
            {
                "index": index,
                "leaf": encoded(leaves(index, index + 1)[0]),
                "proof": [encoded(one) for one in inclusion_proof(read, index, size)],
            }
            for index in indexes
        ],
        "beginnings": [
            {
                "size": old,
                "root": encoded(root(old)),
                "proof": [encoded(one) for one in consistency_proof(read, old, size)],
            }
            for old in sizes()
            if old <= size
        ],
    }


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
