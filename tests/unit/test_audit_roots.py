"""Proves that the root log reads back: what each checkpoint covers, and the first tree that covers a record, chosen by nobody."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.publishing.files import TiledLog
from services.audit.publishing.roots import NoRootYet, covered, first_covering, published_root
from services.audit.store import verify_signature
from services.audit.transparency.merkle import leaf_hash, root_of
from services.audit.transparency.note import ED25519, Checkpoint, Key

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def open_root(folder: Path) -> TiledLog:
    key = Key("jiuzhu.test/log/root", ED25519, PRIVATE.public_key().public_bytes_raw())
    return TiledLog(folder / "root", key, PRIVATE.sign, verify_signature)


def leaf(partition: int, size: int) -> bytes:
    return Checkpoint(f"jiuzhu.test/log/{partition}", size, size.to_bytes(32, "big")).text().encode()


def publish(log: TiledLog, *leaves: tuple[int, int]) -> None:
    log.append([leaf(partition, size) for partition, size in leaves])
    log.publish(log.sign())


def tree(leaves: list[tuple[int, int]]) -> str:
    """The root's text after so many leaves."""
    hashes = [leaf_hash(leaf(*one)) for one in leaves]
    return Checkpoint("jiuzhu.test/log/root", len(leaves), root_of(hashes)).text()


def test_there_is_nothing_before_the_first_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(NoRootYet):
        published_root(tmp_path)


def test_the_first_tree_that_covers_a_record_stays_the_same_however_the_log_grows(tmp_path: Path) -> None:
    for partition in range(3):
        (tmp_path / str(partition)).mkdir()
    log = open_root(tmp_path)
    leaves = [(0, 4), (1, 2), (0, 5), (2, 9)]
    publish(log, *leaves[:2])
    planned = published_root(tmp_path)
    assert (planned.size, covered(tmp_path, planned.size)) == (2, {0: 4, 1: 2})
    with pytest.raises(NoRootYet):
        first_covering(tmp_path, planned.size, 2, 7)
    publish(log, *leaves[2:], (1, 3), (2, 12))
    found = first_covering(tmp_path, planned.size, 2, 7)
    assert found.partition_checkpoint == leaf(2, 9).decode()
    assert found.root_checkpoint == tree(leaves)
    # Past a tile, and opened anew: nothing moves, neither forwards nor backwards.
    log = open_root(tmp_path)
    for number in range(40):
        publish(log, *((p, 100 + number * 10 + p) for p in range(3)), *((0, 104 + number * 10 + k) for k in range(7)))
    assert published_root(tmp_path).size > 256
    assert first_covering(tmp_path, planned.size, 2, 7) == found
    assert covered(tmp_path, planned.size) == {0: 4, 1: 2}
    assert covered(tmp_path, published_root(tmp_path).size) == {0: 500, 1: 491, 2: 492}
