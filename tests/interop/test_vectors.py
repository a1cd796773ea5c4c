"""Without Go: our roots, proofs and notes are those frozen from Go's x/mod, and those of pymerkle, another Python."""

import base64
import functools
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pymerkle import ConsistencyProof, InclusionProof, InmemoryTree, verify_consistency, verify_inclusion

from services.audit.store import verify_signature
from services.audit.transparency import note
from services.audit.transparency.merkle import (
    Edge,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    proves_consistency,
    proves_inclusion,
    subtree,
)
from tests.interop.published import frozen, leaves, root, sizes, trees

STEP = 10_000


class Kept:
    """One tree of all leaves in memory; its beginnings are read from the same tiles."""

    def __init__(self, size: int) -> None:
        self.edge, self.tiles = Edge(), {}
        for at in range(0, size, STEP):
            for level, number, hashes in self.edge.append([leaf_hash(one) for one in leaves(at, min(size, at + STEP))]):
                self.tiles[level, number] = hashes

    def read(self, level: int, number: int, count: int) -> Sequence[bytes]:
        return (self.tiles.get((level, number)) or self.edge.levels[level])[:count]


@functools.cache
def kept() -> Kept:
    return Kept(max(sizes()))


def decoded(proof: list[str]) -> list[bytes]:
    return [base64.b64decode(one) for one in proof]


@pytest.mark.parametrize("tree", trees(), ids=lambda tree: str(tree["size"]))
def test_roots_and_proofs_are_those_frozen_from_go(tree: dict[str, Any]) -> None:
    """Ours are the same bytes, and our verifier accepts theirs."""
    size, read = tree["size"], kept().read
    ours = subtree(read, 0, size) if size else Edge().root()
    assert ours == root(size)
    for one in tree["inclusion"]:
        index, proof = one["index"], decoded(one["proof"])
        assert inclusion_proof(read, index, size) == proof
        assert proves_inclusion(proof, index, size, leaf_hash(leaves(index, index + 1)[0]), ours)
    for one in tree["consistency"]:
        proof = decoded(one["proof"])
        assert consistency_proof(read, one["old"], size) == proof
        assert proves_consistency(proof, one["old"], size, root(one["old"]), ours)


def test_every_size_asked_for_has_its_vector() -> None:
    assert sizes() == [0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 1_000_000]
    counts = [(len(tree["inclusion"]), len(tree["consistency"])) for tree in trees()]
    assert counts == [(0, 0), (1, 0), (2, 1), *((3, n) for n in range(2, 9))]


def test_notes_signed_by_go_are_read_and_verified() -> None:
    for one in frozen()["notes"]:
        found, key = note.note_of(one["document"].encode()), note.key_of(one["vkey"])
        assert found.document().decode() == one["document"]
        assert key.vkey == one["vkey"]
        assert note.verified_by(found, [key], verify_signature) == {key.vkey}
        spoiled = note.Note(found.text.replace("\n2\n", "\n3\n"), found.signatures)
        assert note.verified_by(spoiled, [key], verify_signature) == frozenset()


def test_a_proof_at_a_million_is_small() -> None:
    """As it is sent: leaf, path and checkpoint aside, in base64 and JSON it stays below 1.5 kB."""
    (tree,) = [tree for tree in trees() if tree["size"] == 1_000_000]
    assert max(len(json.dumps(one["proof"])) for one in tree["inclusion"]) <= 1_500


def test_go_makes_the_same_vectors_today(tools: Path) -> None:
    """The frozen file is what the program of tests/interop/verifier makes; its notes have fresh keys each time."""
    made = json.loads(
        subprocess.run([tools / "verifier", "vectors"], capture_output=True, check=True, timeout=120).stdout
    )
    assert made["trees"] == trees()


@pytest.mark.parametrize("size", [*sizes()[:-1], pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_pymerkle_agrees(size: int) -> None:
    """Its roots are ours; it verifies leaves by our path, and our roots by its own consistency proofs.

    (Its consistency proofs list other nodes than RFC 6962's, so they cannot be exchanged.)
    """
    theirs, read = InmemoryTree("sha256"), kept().read
    theirs.append_entries(leaves(0, size))
    assert theirs.get_root() == root(size)
    for index in {0, size // 2, size - 1} if size else ():
        made: InclusionProof = theirs.prove_inclusion(index + 1)
        leaf = leaf_hash(leaves(index, index + 1)[0])
        made.path = [leaf, *inclusion_proof(read, index, size)]
        verify_inclusion(leaf, root(size), made, index=index + 1, size=size)
    for old in (one for one in sizes() if 0 < one <= size):
        proof: ConsistencyProof = theirs.prove_consistency(old, size)
        verify_consistency(root(old), subtree(read, 0, size), proof, prior_size=old, later_size=size)
