"""Whatever is changed in what we publish is rejected, with the place named: more than 50,000 seeded mutations.

Every mutation differs from the original and is drawn from the seed that the test's name shows.
"""

import base64
import functools
import random
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.store import verify_signature
from services.audit.transparency import note, tiles
from services.audit.transparency.leaf import leaf_bytes
from services.audit.transparency.merkle import Edge, consistency_proof, inclusion_proof, leaf_hash, proves_consistency
from services.audit.transparency.note import Checkpoint, Key, Note, note_of
from services.audit.transparency.proofs import NotProved, proved_leaf
from services.audit.transparency.verifying import log_faults

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEY = Key("jiuzhu.example/log/7", note.ED25519, PRIVATE.public_key().public_bytes_raw())
SEEN_BY = Key("witness.example", note.COSIGNATURE_V1, WITNESS.public_key().public_bytes_raw())

PROOFS, CONSISTENCIES, CHECKPOINTS, FILES, DEEP = 3_900, 2_100, 1_900, 500, 6
SEEDS = range(6)


@functools.cache
def value(sequence: int) -> bytes:
    return b'{"n":%d}' % sequence


@functools.cache
def entry(sequence: int) -> bytes:
    return leaf_bytes(7, sequence, 1_772_000_000_000 + sequence, b"household:%d" % sequence, value(sequence), ())


class Published:
    """A log's files in memory, as they lie when it was signed at each of `sizes`."""

    def __init__(self, *sizes: int) -> None:
        self.files: dict[str, bytes] = {}
        self.checkpoints: list[bytes] = []
        self.edge, size = Edge(), 0
        for after in sizes:
            for level, number, hashes in self.edge.append([leaf_hash(entry(n + 1)) for n in range(size, after)]):
                self.files[tiles.tile_path(level, number)] = tiles.tile_bytes(hashes)
                self._drop(tiles.tile_path(level, number))
            for level, number, hashes in self.edge.unfinished():
                self.files[tiles.tile_path(level, number, len(hashes))] = tiles.tile_bytes(hashes)
            for number in range(size // 256, -(-after // 256)):
                first, upto = number * 256, min(after, (number + 1) * 256)
                path = tiles.entries_path(number, upto - first)
                self.files[path] = tiles.bundle_bytes([entry(n + 1) for n in range(first, upto)])
                if upto - first == 256:
                    self._drop(path)
            size = after
            self.checkpoints.append(signed(Checkpoint(KEY.name, size, self.edge.root())))
        self.size = size
        self.files[tiles.CHECKPOINT] = self.checkpoints[-1]

    def _drop(self, full: str) -> None:
        for path in [path for path in self.files if path.startswith(f"{full}.p/")]:
            del self.files[path]

    def tile(self, level: int, number: int, count: int) -> list[bytes]:
        found = self.files.get(tiles.tile_path(level, number)) or tiles.tile_bytes(self.edge.levels[level])
        return tiles.hashes_of(found, count)

    def root(self) -> bytes:
        return self.edge.root()


def signed(checkpoint: Checkpoint, key: Key = KEY, private: Ed25519PrivateKey = PRIVATE) -> bytes:
    text = checkpoint.text()
    cosigned = note.cosigned(text, SEEN_BY, 1_772_000_000, WITNESS.sign)
    return Note(text, (note.signed(text, key, private.sign), cosigned)).document()


def faults(files: dict[str, bytes], **options: Any) -> list[str]:
    """The paths at which our verifier objects."""
    found = log_faults(files.get, KEY, verify_signature, witnesses=[SEEN_BY], wanted=1, names=list(files), **options)
    return [fault.path for fault in found]


@functools.cache
def log() -> Published:
    return Published(100, 290, 515, 530)


# ── how bytes are spoiled ───────────────────────────────────────────────────────────────────────────────────────────


def flip(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]


def drop(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + data[at + draw.choice((1, 2, 32)) :]


def cut(draw: random.Random, data: bytes) -> bytes:
    return data[: draw.randrange(len(data))]


def swap(draw: random.Random, data: bytes) -> bytes:
    a, b = sorted(draw.randrange(0, len(data)) for _ in range(2))
    return data[:a] + data[b : b + 1] + data[a + 1 : b] + data[a : a + 1] + data[b + 1 :] if a < b else data


def double(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + data[at : at + draw.choice((1, 32, 119))] + data[at:]


SPOIL: tuple[Callable[[random.Random, bytes], bytes], ...] = (flip, flip, flip, drop, cut, swap, double)


def spoiled(draw: random.Random, data: bytes) -> bytes:
    """Other bytes than `data`."""
    while True:
        found = draw.choice(SPOIL)(draw, data)
        if found != data:
            return found


def adds_only_a_strangers_line(data: bytes, good: bytes) -> bool:
    """Whether all that is signed is untouched and only a line of an unknown key came in: signed notes ask to pass it over."""
    try:
        found = note_of(data)
    except note.NotANote:
        return False
    whole = note_of(good)
    known = {(one.name, one.key_id) for one in whole.signatures}
    others = [one for one in found.signatures if (one.name, one.key_id) not in known]
    return (
        found.text == whole.text
        and len(found.signatures) == len(whole.signatures) + len(others)
        and (set(whole.signatures) <= set(found.signatures))
    )


# ── what is whole is accepted: else rejecting everything would pass ─────────────────────────────────────────────────


@pytest.mark.parametrize("sizes", [(0,), (1,), (255,), (256,), (257,), (100, 290, 515, 530), (65_535, 65_537)])
def test_a_whole_log_has_no_fault(sizes: tuple[int, ...]) -> None:
    one = Published(*sizes)
    assert faults(one.files) == []
    if len(sizes) > 1:
        before = note.checkpoint_of(note_of(one.checkpoints[0]).text)
        assert faults(one.files, not_before=before) == []


def proof_of(sequence: int) -> dict[str, Any]:
    one = log()
    proof = inclusion_proof(one.tile, sequence - 1, one.size)
    return {
        "partition": 7,
        "sequence": sequence,
        "index": sequence - 1,
        "leaf": base64.b64encode(entry(sequence)).decode(),
        "proof": [base64.b64encode(hash_).decode() for hash_ in proof],
        "checkpoint": one.checkpoints[-1].decode(),
    }


@functools.cache
def whole_proofs() -> tuple[dict[str, Any], ...]:
    return tuple(proof_of(sequence) for sequence in (1, 2, 255, 256, 257, 400, 512, 513, 529, 530))


def test_whole_proofs_hold() -> None:
    for document in whole_proofs():
        leaf = proved_leaf(document, KEY, verify_signature, value=value(document["sequence"]))
        assert leaf.sequence == document["sequence"]


# ── proofs ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def spoiled_proof(draw: random.Random, document: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """A spoiled proof, and the fields any of which may rightly be named."""
    other, made = draw.choice(whole_proofs()), dict(document)
    place = draw.choice(("leaf", "proof", "proof", "proof", "checkpoint", "number", "other", "old"))
    if place == "leaf":
        made["leaf"] = base64.b64encode(spoiled(draw, base64.b64decode(document["leaf"]))).decode()
        return made, frozenset({"leaf", "partition", "sequence", "proof"})
    if place == "proof":
        made["proof"] = list(document["proof"])
        at = draw.randrange(len(made["proof"]))
        match draw.randrange(4):
            case 0:
                made["proof"][at] = base64.b64encode(spoiled(draw, base64.b64decode(made["proof"][at]))).decode()
            case 1:
                del made["proof"][at]
            case 2:
                made["proof"].insert(at, made["proof"][draw.randrange(len(made["proof"]))])
            case _:
                made["proof"][at], made["proof"][at - 1] = made["proof"][at - 1], made["proof"][at]
        return made, frozenset({"proof"})
    if place == "checkpoint":
        made["checkpoint"] = spoiled(draw, document["checkpoint"].encode()).decode("utf-8", "replace")
        return made, frozenset({"checkpoint"})
    if place == "number":
        field = draw.choice(("partition", "sequence", "index"))
        made[field] = draw.choice(
            (made[field] + draw.randrange(1, 99), -made[field] - 1, str(made[field]), None, 2**70)
        )
        return made, frozenset({field})
    if place == "old":  # a genuine checkpoint, but not the one the hashes lead to
        made["checkpoint"] = draw.choice(log().checkpoints[:-1]).decode()
        return made, frozenset({"proof"})
    field = draw.choice(("leaf", "proof"))
    made[field] = other[field]
    return made, frozenset({"sequence", "proof"})


@pytest.mark.parametrize("seed", SEEDS)
def test_no_spoiled_proof_of_a_record_holds(seed: int) -> None:
    draw, count = random.Random(f"proofs {seed}"), 0
    while count < PROOFS:
        document = draw.choice(whole_proofs())
        made, places = spoiled_proof(draw, document)
        if made == document or (
            adds_only_a_strangers_line(made["checkpoint"].encode(), document["checkpoint"].encode())
            and {**made, "checkpoint": ""} == {**document, "checkpoint": ""}
        ):
            continue
        count += 1
        named = rejected_at(made)
        if named:
            assert named in places, (seed, count, named, places)
        else:
            # A cosignature that is spoiled leaves the log's own signature whole: that is the policy's to reject.
            text = note_of(made["checkpoint"].encode())
            assert {**made, "checkpoint": ""} == {**document, "checkpoint": ""}
            assert not note.verified_by(text, [SEEN_BY], verify_signature), (seed, count, made)


def rejected_at(document: dict[str, Any]) -> str:
    """The field at which our verifier rejects a proof; empty when it holds."""
    try:
        proved_leaf(document, KEY, verify_signature)
    except NotProved as error:
        return error.place.partition("/")[0]
    return ""


@pytest.mark.parametrize("seed", SEEDS)
def test_no_spoiled_proof_of_a_beginning_holds(seed: int) -> None:
    """Bits, drops, doubles, swaps, other sizes, other roots."""
    one, draw, count = log(), random.Random(f"beginnings {seed}"), 0
    roots = {100: Published(100).root(), 256: Published(256).root(), 290: Published(290).root(), 530: one.root()}
    proofs = {old: consistency_proof(one.tile, old, 530) for old in (100, 256, 290)}
    while count < CONSISTENCIES:
        old = draw.choice((100, 256, 290))
        proof, size, before, now = list(proofs[old]), 530, roots[old], roots[530]
        at = draw.randrange(len(proof))
        match draw.randrange(8):
            case 0 | 1 | 2:
                proof[at] = spoiled(draw, proof[at])
            case 3:
                del proof[at]
            case 4:
                proof.insert(at, draw.choice(proof))
            case 5:
                proof[at], proof[at - 1] = proof[at - 1], proof[at]
            case 6:
                before, now = (spoiled(draw, before), now) if draw.randrange(2) else (before, spoiled(draw, now))
            case _:
                old = draw.choice([n for n in range(1, 530) if n not in (old, 530)])
        if (proof, before, now) == (proofs.get(old), roots.get(old), roots[530]):
            continue
        count += 1
        assert not proves_consistency(proof, old, size, before, now), (seed, count)


# ── checkpoints ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", SEEDS)
def test_no_spoiled_checkpoint_is_accepted(seed: int) -> None:
    """The log's signature or the witness's does not hold any more; the checkpoint is named, and nothing else."""
    draw, small, count = random.Random(f"checkpoints {seed}"), Published(3), 0
    while count < CHECKPOINTS:
        data = spoiled(draw, small.checkpoints[-1])
        if adds_only_a_strangers_line(data, small.checkpoints[-1]):
            continue
        count += 1
        found = faults({**small.files, tiles.CHECKPOINT: data})
        assert found == [tiles.CHECKPOINT], (seed, count, data)


def test_old_foreign_and_missing_checkpoints_are_rejected() -> None:
    """A genuine older one, another log's by the same key, another key's, none at all, one without its witness."""
    one, now = log(), note.checkpoint_of(note_of(log().checkpoints[-1]).text)
    for old in one.checkpoints[:-1]:
        assert faults({**one.files, tiles.CHECKPOINT: old}, not_before=now) == [tiles.CHECKPOINT]
    elsewhere = Key("jiuzhu.example/log/8", note.ED25519, KEY.public)
    others = Ed25519PrivateKey.generate()
    key = Key(KEY.name, note.ED25519, others.public_key().public_bytes_raw())
    alone = note_of(one.checkpoints[-1])
    for data in (
        signed(Checkpoint(elsewhere.name, now.size, now.root), elsewhere),
        signed(now, key, others),
        Note(alone.text, alone.signatures[:1]).document(),
        b"",
    ):
        assert faults({**one.files, tiles.CHECKPOINT: data}) == [tiles.CHECKPOINT]
    assert faults({path: data for path, data in one.files.items() if path != tiles.CHECKPOINT}) == [tiles.CHECKPOINT]


# ── tiles and entry bundles ─────────────────────────────────────────────────────────────────────────────────────────


def spoil_a_file(draw: random.Random, files: dict[str, bytes]) -> set[str]:
    """Spoil one file, or swap two; the paths that may be named."""
    paths = sorted(path for path in files if path != tiles.CHECKPOINT)
    path = draw.choice(paths)
    match draw.randrange(10):
        case 0:
            del files[path]
        case 1:
            other = draw.choice([one for one in paths if files[one] != files[path]])
            files[path], files[other] = files[other], files[path]
            return {
                path,
                other,
                tiles.CHECKPOINT,
            }  # hashes and their entries gone at once: the root cannot be made again
        case 2:
            files[path] = draw.choice([files[one] for one in paths if files[one] != files[path]])
        case _:
            files[path] = spoiled(draw, files[path])
    return {path}


def is_covered(path: str) -> bool:
    """Whether a file that is gone is missed: partial ones of earlier sizes may go at any time."""
    parts = tiles.parts_of(path)
    assert parts is not None
    return parts.width == 256 or parts.width == (2 if parts.level == 1 else 530 % 256)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_spoiled_tile_and_bundle_is_named(seed: int) -> None:
    draw, count, one = random.Random(f"files {seed}"), 0, log()
    while count < FILES:
        files = dict(one.files)
        places = spoil_a_file(draw, files)
        if len(files) < len(one.files) and not any(map(is_covered, places)):
            continue
        count += 1
        found = faults(files)
        assert found, (seed, count, places)
        assert set(found) <= places, (seed, count, places, found)


@functools.cache
def deep() -> Published:
    return Published(65_535, 65_537, 65_800)


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_in_a_tree_of_three_levels_too(seed: int) -> None:
    draw, one = random.Random(f"deep {seed}"), deep()
    upper = [path for path in one.files if path.startswith(("tile/1", "tile/2"))]
    assert upper
    for count in range(DEEP):
        files = dict(one.files)
        path = draw.choice(upper if count % 2 else sorted(set(files) - {tiles.CHECKPOINT}))
        files[path] = spoiled(draw, files[path])
        assert set(faults(files)) == {path}, (seed, count, path)


def test_an_altered_tile_is_told_from_altered_entries() -> None:
    """A rewritten entry with a tile to match is named by its bundle and tile; nothing else is suspected."""
    files = dict(log().files)
    entries = tiles.entries_of(files["tile/entries/000"])
    entries[17] = entry(99_999)
    files["tile/entries/000"] = tiles.bundle_bytes(entries)
    found = log_faults(files.get, KEY, verify_signature)
    assert [(fault.path, fault.leaf) for fault in found] == [("tile/entries/000", 17)]
    files["tile/0/000"] = tiles.tile_bytes([leaf_hash(one) for one in entries])
    found = log_faults(files.get, KEY, verify_signature)
    assert [fault.path for fault in found] == ["tile/0/000", "tile/entries/000"]


def test_there_are_more_than_fifty_thousand() -> None:
    assert len(SEEDS) * (PROOFS + CONSISTENCIES + CHECKPOINTS + FILES) + 2 * DEEP > 50_000
