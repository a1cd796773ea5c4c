"""Proves that no altered bundle passes: hundreds of mutations, by strangers and by an insider, all rejected at a named place.

A stranger may make every manifest anew, not the signature. The insider has the certificate key and signs whatever they
changed; the log's key and the witnesses' they do not have.
"""

import base64
import io
import json
import random
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.bundling import verify
from services.audit.bundling.scope import Scope
from services.audit.transparency.note import ED25519, Key, Note, note_of, signed
from tests.unit.bundle_world import (
    LOG_NAME,
    Members,
    keys,
    members_of,
    repacked,
    small_world,
    verified,
    zipped,
)

SEED = 20260302
SECONDS_MAX = 5.0
FLIPS, TRUNCATIONS, FLIPS_A_MEMBER, INSIDER_FLIPS_A_MEMBER = 200, 60, 4, 10
# What the log itself proves, whoever signs the bundle.
PROVED = ("data/records/", "data/proofs/", "data/readable/", "data/log/", "data/certificate.json")


class Subject:
    """A valid bundle of each kind, an older one of the same log, and where mutants are written."""

    def __init__(self, folder: Path) -> None:
        world = small_world(folder, partitions=3)
        self.path = folder / "mutant.zip"
        self.bundles: dict[str, bytes] = {}
        self.unmet_by_default = keys(witnesses_min=3)
        for scope in (Scope(), Scope(kind="findings")):
            world.bundle(self.path, scope, self.unmet_by_default)
            self.bundles[scope.kind] = self.path.read_bytes()
        world.care("T01-H00001", person="p_1")
        world.care("T01-H00002", person="p_2")
        world.care("T02-H00003", person="p_3")
        world.publish()
        world.bundle(self.path, Scope(), self.unmet_by_default)
        self.newer = members_of(self.path.read_bytes())
        world.keyring.close()

    def judged(self, data: bytes, *options: str) -> tuple[int, list[str]]:
        """The verdict on a mutant, which comes within seconds and names a place."""
        self.path.write_bytes(data)
        started = time.perf_counter()
        code, lines = verified(self.path, *options)
        assert time.perf_counter() - started < SECONDS_MAX
        if code in (verify.ALTERED, verify.UNREADABLE):
            assert lines[0].startswith("位置 place: ")
            assert len(lines[0]) > len("位置 place: ")
            assert " / " in lines[1]
        return code, lines


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return Subject(tmp_path_factory.mktemp("mutants"))


def flipped(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(8 * len(data))
    made = bytearray(data)
    made[at // 8] ^= 1 << at % 8
    return bytes(made)


def test_the_bundles_are_valid_as_they_are(subject: Subject) -> None:
    for data in subject.bundles.values():
        assert subject.judged(data)[0] == verify.VALID
        assert repacked(members_of(data)) == data
        assert repacked(members_of(data), signer=keys()) == data


@pytest.mark.parametrize("kind", ["whole", "findings"])
def test_any_bit_of_the_file_any_cut_and_anything_put_to_it(subject: Subject, kind: str) -> None:
    chance, data = random.Random(SEED), subject.bundles[kind]
    mutants = [flipped(data, chance) for _ in range(FLIPS)]
    mutants += [data[: chance.randrange(len(data))] for _ in range(TRUNCATIONS)]
    mutants += [
        data + b"\0",
        b"\0" + data,
        data + data,
        data[:-22],
        data[22:],
        b"",
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(18),
    ]
    for number, mutant in enumerate(mutants):
        assert subject.judged(mutant)[0] in (verify.ALTERED, verify.UNREADABLE), (SEED, number)


def structural(members: Members) -> Iterator[tuple[str, Members]]:
    """Members dropped, added, renamed, swapped; each with its name."""
    for name in members:
        rest = {other: data for other, data in members.items() if other != name}
        yield f"without {name}", rest
        yield f"{name} renamed", {**rest, f"{name}x": members[name]}
        yield f"{name} emptied", {**rest, name: b""}
    for one, other in pairwise(members):
        yield f"{one} for {other}", {**members, one: members[other], other: members[one]}
    for name in (
        "data/more.txt",
        "data/records/12.jsonl",
        "data/records/1.jsonl",
        "data/proofs/05.jsonl",
        "more.txt",
        "data/readable/x",
    ):
        yield f"{name} added", {**members, name: b"{}\n"}


def by_stranger(members: Members) -> bytes:
    """Manifests made anew where there still are all tag files to make them for."""
    if set(verify.SIGNED_TAGS) <= members.keys():
        return repacked(members)
    return zipped(sorted(members.items()))


@pytest.mark.parametrize("kind", ["whole", "findings"])
def test_files_dropped_added_renamed_or_swapped(subject: Subject, kind: str) -> None:
    """With manifests as they were, and made anew; those that a manifest made anew sets right are no change."""
    members, count = members_of(subject.bundles[kind]), 0
    for what, mutant in structural(members):
        for data in (zipped(sorted(mutant.items())), by_stranger(mutant)):
            if data != subject.bundles[kind]:
                count += 1
                assert subject.judged(data)[0] in (verify.ALTERED, verify.UNREADABLE), what
    assert count > 200


# A file that belongs to one log, the root's or a partition's.
_OF_LOG = re.compile(r"data/(?:records|proofs|readable|log)/0*([0-9]+|root)[./]")


def names_it(name: str, told: str) -> bool:
    """Whether the place is the file that was changed, one of the same partition that it has to agree with, or what signs all."""
    if name in told or any(one in told for one in ("manifest-sha256.txt", "attestation")):
        return True
    own, place = _OF_LOG.match(name), _OF_LOG.search(told)
    return own is not None and place is not None and own[1] == place[1]


@pytest.mark.parametrize("kind", ["whole", "findings"])
def test_a_stranger_changes_any_file_and_makes_the_manifests_anew(subject: Subject, kind: str) -> None:
    chance, members = random.Random(SEED), members_of(subject.bundles[kind])
    for name in members:
        for number in range(FLIPS_A_MEMBER):
            data = by_stranger({**members, name: flipped(members[name], chance)})
            if data == subject.bundles[kind]:  # a manifest, which was made anew
                continue
            code, lines = subject.judged(data)
            assert code in (verify.ALTERED, verify.UNREADABLE), (name, number)
            assert names_it(name, lines[0]), (name, lines)


@pytest.mark.parametrize("kind", ["whole", "findings"])
def test_an_insider_changes_what_the_log_proves_and_signs_the_bundle_anew(subject: Subject, kind: str) -> None:
    """Records, proofs, checkpoints, the readable view and the certificate stand without the bundle's own signature."""
    chance, members = random.Random(SEED), members_of(subject.bundles[kind])
    names = [name for name in members if name.startswith(PROVED)]
    for name in names:
        for number in range(INSIDER_FLIPS_A_MEMBER):
            mutant = {**members, name: flipped(members[name], chance)}
            code, lines = subject.judged(repacked(mutant, signer=keys()))
            assert code != verify.VALID, (name, number)
            if code != verify.UNMET:
                assert names_it(name, lines[0]), (name, lines)
    assert len(names) * INSIDER_FLIPS_A_MEMBER > 100


def lines_of(members: Members, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in members[name].decode().split("\n") if line]


def of_lines(lines: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()


def edited(members: Members, name: str, change: Callable[[list[dict[str, Any]]], object]) -> Members:
    lines = lines_of(members, name)
    change(lines)
    return {**members, name: of_lines(lines)}


def restated(line: dict[str, Any], **said: Any) -> None:
    """A record that says something else."""
    value = json.loads(base64.b64decode(line["value"]))
    line["value"] = base64.b64encode(json.dumps({**value, **said}).encode()).decode()


@pytest.mark.parametrize("kind", ["whole", "findings"])
def test_an_insider_edits_drops_swaps_or_doubles_a_record(subject: Subject, kind: str) -> None:
    """The place of the very record is named."""
    members = members_of(subject.bundles[kind])
    for name in [one for one in members if one.startswith("data/records/")]:
        number = len(lines_of(members, name))
        rooms = [name.replace("records", room) for room in ("records", "proofs", "readable")]
        changes: list[tuple[str, Callable[[list[dict[str, Any]]], object]]] = [
            ("actor", lambda lines: restated(lines[-1], actor="officer:O999")),
            ("data", lambda lines: restated(lines[-1], data={})),
            ("time", lambda lines: lines[-1].update(timestamp=lines[-1]["timestamp"] + 1)),
            ("sequence", lambda lines: lines[-1].update(sequence=lines[-1]["sequence"] + 1)),
            ("key", lambda lines: lines[-1].update(key="")),
            ("headers", lambda lines: lines[-1].update(headers=[])),
        ]
        for what, change in changes:
            code, lines = subject.judged(repacked(edited(members, name, change), signer=keys()))
            assert code == verify.ALTERED, (name, what)
            assert name[-8:] in lines[0], (what, lines)
            if kind == "findings":
                assert f"{name}:{number}（" in lines[0] or what == "sequence", (what, lines)
        cut = members
        for room in rooms:
            if room in cut:
                cut = edited(cut, room, lambda lines: lines.pop())
        mutants = [cut, _counted(_doubled(members, rooms), name, number + 1)]
        if kind == "whole":
            mutants.append(_counted(cut, name, number - 1))
        for mutant in mutants:
            assert subject.judged(repacked(mutant, signer=keys()))[0] == verify.ALTERED, name


def test_what_only_the_signer_vouches_for_in_a_bundle_in_part(subject: Subject) -> None:
    """A finding left out with every trace of it: told in a bundle of the whole log, in one in part by nothing but trust."""
    for kind, expected in (("whole", verify.ALTERED), ("findings", verify.VALID)):
        members = members_of(subject.bundles[kind])
        name = next(one for one in members if "records" in one and b"F-3" in _said_last(members, one))
        number, cut = len(lines_of(members, name)), members
        for room in ("records", "proofs", "readable"):
            if (there := name.replace("records", room)) in cut:
                cut = edited(cut, there, lambda lines: lines.pop())
        assert subject.judged(repacked(_counted(cut, name, number - 1), signer=keys()))[0] == expected
        assert subject.judged(repacked(_counted(cut, name, number - 1)))[0] == verify.ALTERED


def test_a_whole_log_without_one_of_its_partitions(subject: Subject) -> None:
    """Every trace of it is gone and the insider signed: the certificate tells."""
    members = members_of(subject.bundles["whole"])
    for partition in ("0", "1", "2"):
        rooms = (f"data/log/{partition}/", *(f"data/{room}/0{partition}.jsonl" for room in ("records", "readable")))
        cut = {name: data for name, data in members.items() if not name.startswith(rooms)}
        bundle = json.loads(cut["data/bundle.json"])
        del bundle["partitions"][partition]
        cut["data/bundle.json"] = json.dumps(bundle, sort_keys=True, separators=(",", ":")).encode()
        assert subject.judged(repacked(cut, signer=keys()))[0] == verify.ALTERED


def _said_last(members: Members, name: str) -> bytes:
    return base64.b64decode(lines_of(members, name)[-1]["value"])


def _counted(members: Members, name: str, count: int) -> Members:
    """With as many records stated as there are now."""
    bundle = json.loads(members["data/bundle.json"])
    bundle["partitions"][str(int(name[-8:-6]))]["records"] = count
    return {**members, "data/bundle.json": json.dumps(bundle, sort_keys=True, separators=(",", ":")).encode()}


def _doubled(members: Members, rooms: list[str]) -> Members:
    for room in rooms:
        if room in members:
            members = edited(members, room, lambda lines: lines.append(lines[-1]))
    return members


def test_an_older_checkpoint_another_origin_and_another_logs_key(subject: Subject) -> None:
    """Each signed as it should be by somebody; none is the checkpoint of these records."""
    old, new = members_of(subject.bundles["whole"]), subject.newer
    grown = [name for name in old if name.endswith("/checkpoint") and old[name] != new[name]]
    assert len(grown) >= 2
    for name in grown:
        code, lines = subject.judged(repacked({**new, name: old[name]}, signer=keys()))
        assert (code, "data/log/" in lines[0]) == (verify.ALTERED, True)
    checkpoints = [name for name in new if name.endswith("/checkpoint")]
    for one, other in pairwise(checkpoints):  # properly signed, of another log
        code, lines = subject.judged(repacked({**new, one: new[other]}, signer=keys()))
        assert (code, one in lines[0] or "来源" in lines[1]) == (verify.ALTERED, True)
    stranger = Ed25519PrivateKey.generate()
    for name in checkpoints:
        key = Key(f"{LOG_NAME}/{name.split('/')[2]}", ED25519, stranger.public_key().public_bytes_raw())
        text = note_of(new[name]).text
        forged = Note(text, (signed(text, key, stranger.sign),)).document()
        code, lines = subject.judged(repacked({**new, name: forged}, signer=keys()))
        assert (code, name in lines[0]) == (verify.ALTERED, True)


def test_keys_that_were_replaced(subject: Subject) -> None:
    """The log's keys, the certificate's key, the policy: against signatures, and against what is trusted from outside."""
    members = members_of(subject.bundles["whole"])
    held, stranger = json.loads(members["data/keys/keys.json"]), Ed25519PrivateKey.generate()
    public = stranger.public_key().public_bytes_raw()

    def with_keys(**changed: Any) -> Members:
        said = json.dumps({**held, **changed}, sort_keys=True, separators=(",", ":")).encode()
        return {**members, "data/keys/keys.json": said}

    other_logs = [Key(vkey.split("+")[0], ED25519, public).vkey for vkey in held["logs"]]
    certificate = {**held["certificate"], "public_key": base64.b64encode(public).decode()}
    for changed in (
        {"logs": other_logs}, {"logs": []}, {"logs": held["witnesses"]}, {"witnesses": held["logs"]},
        {"certificate": certificate}, {"certificate": {}}, {"witnesses_min": "3"}, {"logs": None},
    ):  # fmt: skip
        assert subject.judged(repacked(with_keys(**changed)))[0] in (verify.ALTERED, verify.UNREADABLE)
        assert subject.judged(repacked(with_keys(**changed), signer=keys()))[0] in (verify.ALTERED, verify.UNREADABLE)
    # Wholly signed anew by a stranger: the certificate on the log still is by the true key.
    by_stranger = repacked(with_keys(certificate=certificate), signer=keys(certificate=stranger))
    code, lines = subject.judged(by_stranger)
    assert (code, "certificate.json" in lines[0]) == (verify.ALTERED, True)
    # A weaker policy, signed by the insider, does not lower that from outside.
    weaker = repacked(with_keys(witnesses=[], witnesses_min=0), signer=keys())
    witnesses = [part for vkey in held["witnesses"] for part in ("--witness", vkey)]
    assert subject.judged(weaker)[0] == verify.VALID
    assert subject.judged(weaker, *witnesses, "--witnesses-min", "3")[0] == verify.VALID
    assert subject.judged(weaker, *witnesses, "--witnesses-min", "4")[0] == verify.UNMET


def test_archives_made_to_harm(subject: Subject) -> None:
    """Names twice, paths that lead out, compressed bombs, depths and lengths without end: told at once, nothing written."""
    data = subject.bundles["findings"]
    members = members_of(data)
    items = sorted(members.items())
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in items:
            packed.writestr(name, content)
        packed.writestr("data/zeros", bytes(50_000_000))
    deep = b"[" * 200_000 + b"]" * 200_000
    record = next(name for name in members if name.startswith("data/records/"))
    mutants = [
        zipped([*items, items[-1]]),
        zipped([items[0], *items]),
        zipped(items[::-1]),
        *(zipped(sorted([*items, (name, b"x")])) for name in ("../../tmp/out", "/tmp/out", "data/../x", "data//x", "data/.x", "c:\\x", "data/x\0y")),
        zipped(sorted([*items, ("data/" + "x" * 300, b"x")])),
        bomb.getvalue(),
        *(repacked({**members, name: content}) for name in ("data/bundle.json", "data/keys/keys.json", record, verify.ATTESTATION)
          for content in (deep, b"1" * 1_000_000, b"{" + b'"a":1,' * 100_000 + b'"a":1}', b"\xff\xfe", b"null", b"NaN", b'{"a":1,"a":2}', b'"x"', b"1e999\n")),
    ]  # fmt: skip
    for number, mutant in enumerate(mutants):
        assert subject.judged(mutant)[0] in (verify.ALTERED, verify.UNREADABLE), number
    huge = bytearray(data)
    huge[18:26] = b"\xff" * 8
    assert subject.judged(bytes(huge))[0] == verify.UNREADABLE
    assert subject.judged(data, "--seconds", "0")[0] == verify.UNREADABLE
    assert verified(subject.path.with_name("no such file"))[0] == verify.UNREADABLE


def test_a_folder_made_to_harm(subject: Subject, tmp_path: Path) -> None:
    for name, content in members_of(subject.bundles["findings"]).items():
        (tmp_path / "bag" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bag" / name).write_bytes(content)
    assert verified(tmp_path / "bag")[0] == verify.VALID
    (tmp_path / "bag/data/link").symlink_to("/dev/zero")
    assert verified(tmp_path / "bag")[0] == verify.ALTERED
    (tmp_path / "bag/data/link").unlink()
    (tmp_path / "bag/data/.hidden").write_text("x")
    assert verified(tmp_path / "bag")[0] == verify.ALTERED


def test_what_a_bundle_says_cannot_steer_the_readers_terminal(
    subject: Subject, capsys: pytest.CaptureFixture[str]
) -> None:
    members = members_of(subject.bundles["findings"])
    bundle = json.loads(members["data/bundle.json"])
    bundle["scope"]["of"] = "\x1b[2J\u202e"
    said = {**members, "data/bundle.json": json.dumps(bundle, sort_keys=True, separators=(",", ":")).encode()}
    subject.path.write_bytes(repacked(said, signer=keys()))
    assert verify.main([str(subject.path)]) == verify.VALID
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
