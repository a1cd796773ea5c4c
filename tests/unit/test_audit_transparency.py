"""Proves that trees, proofs, notes and tiles are those of RFC 6962 and C2SP, by a second way of computing each."""

import base64
import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.publishing.files import SIGNED, TiledLog, TilesDamaged, tile_reader
from services.audit.store import verify_signature
from services.audit.transparency import note, tiles
from services.audit.transparency.leaf import Leaf, headers_sha256, leaf_again, leaf_bytes, read_leaf
from services.audit.transparency.merkle import (
    EMPTY_ROOT,
    Edge,
    consistency_proof,
    edge_of,
    inclusion_proof,
    leaf_hash,
    node_hash,
    proves_consistency,
    proves_inclusion,
)
from services.audit.transparency.note import Checkpoint, Key, NotANote, checkpoint_of, key_of, note_of, verified_by

SIZES = (0, 1, 2, 3, 7, 255, 256, 257, 511, 512, 513, 1000)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = Key("example.org/log/7", note.ED25519, PRIVATE.public_key().public_bytes_raw())


@functools.cache
def leaves(count: int) -> tuple[bytes, ...]:
    return tuple(b"leaf %d" % i for i in range(count))


def mth(data: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not data:
        return hashlib.sha256().digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = 1
    while 2 * k < len(data):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


class Kept:
    """Tiles in memory."""

    def __init__(self, data: Sequence[bytes], step: int = 100) -> None:
        self.edge, self.tiles = Edge(), {}
        for at in range(0, len(data), step):
            for level, number, hashes in self.edge.append([leaf_hash(one) for one in data[at : at + step]]):
                self.tiles[level, number] = hashes

    def read(self, level: int, number: int, count: int) -> Sequence[bytes]:
        found: Sequence[bytes] = self.tiles.get((level, number)) or self.edge.levels[level]
        assert len(found) >= count
        return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1, 100, 1000])
def test_roots_are_those_of_the_rfc_however_leaves_come_in(size: int, step: int) -> None:
    kept = Kept(leaves(size), step)
    assert kept.edge.root() == mth(leaves(size))
    assert edge_of(size, kept.read).root() == kept.edge.root()


@pytest.mark.parametrize("size", SIZES[1:])
def test_every_leaf_is_proved_and_no_other(size: int) -> None:
    kept, root = Kept(leaves(size)), mth(leaves(size))
    for index in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
        proof = inclusion_proof(kept.read, index, size)
        assert proves_inclusion(proof, index, size, leaf_hash(leaves(size)[index]), root)
        assert not proves_inclusion(proof, index, size, leaf_hash(b"another"), root)
        assert not proves_inclusion(proof, (index + 1) % size, size, leaf_hash(leaves(size)[index]), root) or size == 1
        assert not proves_inclusion([*proof, root], index, size, leaf_hash(leaves(size)[index]), root)


@pytest.mark.parametrize("size", SIZES)
def test_every_beginning_is_proved_and_no_other(size: int) -> None:
    kept, root = Kept(leaves(size)), mth(leaves(size))
    for old in {0, 1, 2, size // 3, size // 2, 255, 256, size - 1, size} & set(range(size + 1)):
        proof = consistency_proof(kept.read, old, size)
        assert proves_consistency(proof, old, size, mth(leaves(size)[:old]), root)
        if 0 < old < size:
            assert not proves_consistency(proof, old, size, EMPTY_ROOT, root)
            assert not proves_consistency(proof[:-1], old, size, mth(leaves(size)[:old]), root)
            rewritten = (b"rewritten", *leaves(size)[1:])
            assert not proves_consistency(proof, old, size, mth(rewritten[:old]), root)


def test_known_answers_of_certificate_transparency() -> None:
    """The eight leaves and roots that implementations of RFC 6962 are commonly tested on."""
    data = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
    assert Kept(data).edge.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert Kept(data[:3]).edge.root().hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"


@settings(max_examples=60)
@given(st.integers(1, 600), st.data())
def test_no_spoiled_proof_holds(size: int, data: st.DataObject) -> None:
    kept, root = Kept(leaves(size)), mth(leaves(size))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(kept.read, index, size)
    if not proof:
        return
    place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    spoiled = list(proof)
    spoiled[place] = (int.from_bytes(proof[place], "big") ^ (1 << bit)).to_bytes(32, "big")
    assert not proves_inclusion(spoiled, index, size, leaf_hash(leaves(size)[index]), root)
    assert not proves_inclusion(proof[1:], index, size, leaf_hash(leaves(size)[index]), root)


# ── leaves ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_leaf_has_fixed_places() -> None:
    headers = [("content-type", b"application/cloudevents+json")]
    data = leaf_bytes(7, 12345, 1_772_000_000_123, b"household:1", b"{}", headers)
    assert data[:21] == bytes([1, 0, 0, 7, 0]) + (12345).to_bytes(8, "big") + (1_772_000_000_123).to_bytes(8, "big")
    assert (
        data[85:]
        == hashlib.sha256(b"\x00\x00\x00\x0ccontent-type\x00\x00\x00\x1capplication/cloudevents+json").digest()
    )
    assert read_leaf(data) == Leaf(7, 12345, 1_772_000_000_123, *(data[i : i + 32] for i in (21, 53, 85)))


def test_what_is_no_leaf_is_refused() -> None:
    data = leaf_bytes(7, 1, 2, b"k", b"v", ())
    for wrong in (data[:-1], data + b"\0", b"\x02" + data[1:], data[:1] + b"\x09" + data[2:]):
        with pytest.raises(ValueError, match="leaf"):
            read_leaf(wrong)
    assert leaf_again(read_leaf(data)) == data


def test_headers_are_told_apart_by_their_borders() -> None:
    assert headers_sha256([("a", b"bc")]) != headers_sha256([("ab", b"c")])


# ── notes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def checkpoint(size: int = 3) -> note.Note:
    text = Checkpoint(KEY.name, size, mth(leaves(size))).text()
    return note.Note(text, (note.signed(text, KEY, PRIVATE.sign),))


def test_a_signed_checkpoint_reads_as_it_was_written() -> None:
    found = note_of(checkpoint().document())
    assert verified_by(found, [KEY], verify_signature) == {KEY.vkey}
    assert checkpoint_of(found.text) == Checkpoint(KEY.name, 3, mth(leaves(3)))
    assert key_of(KEY.vkey) == KEY


def test_a_witness_signs_the_checkpoint_and_when_it_saw_it() -> None:
    witness = Key("witness.example", note.COSIGNATURE_V1, KEY.public)
    text = checkpoint().text
    both = note.Note(text, (*checkpoint().signatures, note.cosigned(text, witness, 1_772_000_000, PRIVATE.sign)))
    assert verified_by(note_of(both.document()), [KEY, witness], verify_signature) == {KEY.vkey, witness.vkey}
    other_time = both.document().replace(
        both.signatures[1].line().encode(),
        note.Signature(witness.name, witness.id, bytes(8) + both.signatures[1].signature[8:]).line().encode(),
    )
    assert verified_by(note_of(other_time), [witness], verify_signature) == set()


GOOD = checkpoint().document()
WRONG_NOTES = {
    "no signature": b"text\n\n",
    "no empty line": GOOD.replace(b"\n\n", b"\n"),
    "no last line feed": GOOD[:-1],
    "not UTF-8": b"\xff" + GOOD,
    "a control character": b"\x01" + GOOD,
    "a signature that is not base64": GOOD[:-9] + b"!" + GOOD[-8:],
    "carriage returns": GOOD.replace(b"\n", b"\r\n"),
    "too long": b"x" * 1_000_001,
}


@pytest.mark.parametrize("data", WRONG_NOTES.values(), ids=WRONG_NOTES)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(NotANote):
        note_of(data)


@pytest.mark.parametrize(
    "text", ["", "a\n", "a\n3\n", f"a\n03\n{base64.b64encode(bytes(32)).decode()}\n", "a\n3\nAAAA\n",
             f"\n3\n{base64.b64encode(bytes(32)).decode()}\n", f"a\n-1\n{base64.b64encode(bytes(32)).decode()}\n"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotANote):
        checkpoint_of(text)


def test_no_spoiled_checkpoint_is_accepted() -> None:
    """Every bit flipped, every cut, every swap of two bytes: never a valid signature of the log's key, never a crash."""
    good = checkpoint().document()
    spoiled = [good[:i] + bytes([good[i] ^ (1 << bit)]) + good[i + 1 :] for i in range(len(good)) for bit in range(8)]
    spoiled += [good[:i] for i in range(len(good))] + [good[i:] for i in range(1, len(good))]
    spoiled += [good[:i] + good[i + 1 :] for i in range(len(good))]
    spoiled += [
        good[:i] + good[j : j + 1] + good[i + 1 : j] + good[i : i + 1] + good[j + 1 :]
        for i in range(len(good)) for j in range(i + 1, len(good)) if good[i] != good[j]
    ]  # fmt: skip
    assert len(spoiled) > 15_000
    for data in spoiled:
        try:
            found = note_of(data)
        except NotANote:
            continue
        assert not verified_by(found, [KEY], verify_signature)


# ── tiles and files ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_names_of_tiles() -> None:
    assert tiles.tile_path(0, 0) == "tile/0/000"
    assert tiles.tile_path(1, 1234067, 12) == "tile/1/x001/x234/067.p/12"
    assert tiles.entries_path(5, 256) == "tile/entries/005"


@pytest.mark.parametrize(
    ("path", "may_be"),
    [("tile/0/000", True), ("tile/0/x001/067.p/255", True), ("tile/entries/000.p/1", True), ("tile/8/000", False),
     ("tile/0/000.p/256", False), ("tile/0/000.p/0", False), ("tile/0/../../checkpoint", False), ("tile/0/0000", False),
     ("tile/0/000/", False), ("tile/0/000\n", False), ("/etc/passwd", False)],
)  # fmt: skip
def test_only_tiles_are_served_as_tiles(path: str, may_be: bool) -> None:
    assert tiles.is_tile_path(path) is may_be


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_read_as_they_were_written(entries: list[bytes]) -> None:
    data = tiles.bundle_bytes(entries)
    assert tiles.entries_of(data) == entries
    if data:
        with pytest.raises(ValueError, match="cut short"):
            tiles.entries_of(data[:-1])


def opened(folder: Path) -> TiledLog:
    return TiledLog(folder, KEY, PRIVATE.sign, verify_signature)


def grown(folder: Path, *sizes: int) -> TiledLog:
    one = opened(folder)
    for size in sizes:
        one.append(leaves(size)[one.size :])
        one.publish(one.sign())
    return one


@pytest.mark.parametrize("sizes", [(1,), (255, 256, 257), (100, 700, 701), (256,), (65_537,)])
def test_a_log_goes_on_where_it_was_signed_and_proves_every_step(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    grown(tmp_path, *sizes)
    again = opened(tmp_path)
    assert (again.size, again.signed.root) == (sizes[-1], mth(leaves(sizes[-1])))
    assert again.last_leaf() == leaves(sizes[-1])[-1]
    read = tile_reader(tmp_path)
    for before in (0, *sizes):
        proof = again.consistency(before)
        assert proves_consistency(proof, before, again.size, mth(leaves(before)), again.signed.root)
    last = sizes[-1] - 1
    proof = inclusion_proof(read, last, again.size)
    assert proves_inclusion(proof, last, again.size, leaf_hash(leaves(sizes[-1])[last]), again.signed.root)


def test_what_was_written_and_not_signed_is_written_again_the_same(tmp_path: Path) -> None:
    one = grown(tmp_path, 300)
    one.append(leaves(600)[300:])
    before = one.signed
    lost = opened(tmp_path)
    assert lost.signed == before
    lost.append(leaves(600)[300:])
    lost.publish(lost.sign())
    assert lost.signed.root == mth(leaves(600))


def test_partial_tiles_of_a_full_tile_are_gone_and_proofs_of_before_still_hold(tmp_path: Path) -> None:
    one = grown(tmp_path, 200, 300)
    assert not (tmp_path / "tile/0/000.p").exists()
    proof = one.consistency(200)
    assert proves_consistency(proof, 200, 300, mth(leaves(200)), one.signed.root)


def test_nothing_is_signed_that_does_not_begin_with_what_was_signed_before(tmp_path: Path) -> None:
    """What is in memory was spoiled since: the proof from the last signature fails, and no signature is made."""
    one = grown(tmp_path, 300)
    one._edge.levels[0][0] = bytes(32)
    one.append(leaves(600)[300:])
    with pytest.raises(TilesDamaged, match="does not begin with that of 300"):
        one.sign()
    assert note_size(tmp_path) == 300


def note_size(folder: Path) -> int:
    return note.checkpoint_of(note.note_of((folder / SIGNED).read_bytes()).text).size


SPOILED = {
    "a tile's bit": ("tile/0/000", lambda data: bytes([data[0] ^ 1]) + data[1:]),
    "a tile cut": ("tile/0/000", lambda data: data[:-1]),
    "the partial tile": ("tile/0/001.p/44", lambda data: data[::-1]),
    "an entry of the open bundle": ("tile/entries/001.p/44", lambda data: data[:-1] + b"x"),
    "the signed size": (SIGNED, lambda data: data.replace(b"\n300\n", b"\n299\n")),
    "the signature": (SIGNED, lambda data: data[:-10] + b"AAAAAAAA" + data[-2:]),
    "no note at all": (SIGNED, lambda data: b"nothing"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_nothing_is_signed_over_spoiled_files(tmp_path: Path, name: str) -> None:
    grown(tmp_path, 300)
    path, spoil = SPOILED[name]
    (tmp_path / path).write_bytes(spoil((tmp_path / path).read_bytes()))
    with pytest.raises(TilesDamaged):
        opened(tmp_path).require_whole()


def test_whole_files_are_found_whole(tmp_path: Path) -> None:
    grown(tmp_path, 70_000).require_whole()
    grown(tmp_path / "empty").require_whole()


def test_a_missing_tile_is_named(tmp_path: Path) -> None:
    grown(tmp_path, 300)
    (tmp_path / "tile/0/001.p/44").unlink()
    with pytest.raises(TilesDamaged, match="missing"):
        opened(tmp_path)


def test_another_key_does_not_go_on_with_a_log(tmp_path: Path) -> None:
    grown(tmp_path, 5)
    other = Ed25519PrivateKey.generate()
    key = Key(KEY.name, note.ED25519, other.public_key().public_bytes_raw())
    with pytest.raises(TilesDamaged, match="not signed by"):
        TiledLog(tmp_path, key, other.sign, verify_signature)


def test_node_and_leaf_are_told_apart() -> None:
    assert node_hash(b"a" * 32, b"b" * 32) != leaf_hash(b"a" * 32 + b"b" * 32)
