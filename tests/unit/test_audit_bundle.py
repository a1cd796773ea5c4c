"""Proves what an inspection bundle holds, that it is the same bytes each time, and what its verifier accepts and shows."""

import ast
import base64
import io
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openpyxl import load_workbook

from services.audit.bundling import building, published, verify
from services.audit.bundling.building import NotCovered, RecordDiffers
from services.audit.bundling.readable import ERASED, SEALED
from services.audit.bundling.scope import Scope, citations
from services.audit.transparency.note import COSIGNATURE_V1, Key
from tests.unit.bundle_world import (
    CERTIFICATE,
    NAME,
    PARTITIONS,
    WITNESS_KEYS,
    BundleWorld,
    keys,
    members_of,
    selected,
    small_world,
    verified,
)

KEY = CERTIFICATE.public_key().public_bytes_raw().hex()
VKEY = keys().log_vkeys(["root"])[0]
SCOPES = (
    Scope(),
    Scope(kind="findings"),
    Scope(kind="town", of="T01"),
    Scope(kind="subject", of="household:T02-H00003"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BundleWorld]:
    made = small_world(tmp_path_factory.mktemp("bundle"))
    yield made
    made.keyring.close()


def values(data: bytes) -> str:
    """Everything readable in a bundle."""
    return "".join(content.decode() for name, content in members_of(data).items() if name.startswith("data/readable/"))


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.kind)
def test_made_twice_it_is_the_same_bytes_and_verifies(world: BundleWorld, tmp_path: Path, scope: Scope) -> None:
    """With `cryptography` and without, with trust from outside."""
    made = world.bundle(tmp_path / "a.zip", scope)
    assert made == world.bundle(tmp_path / "b.zip", scope)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    witnesses = [part for key in WITNESS_KEYS for part in ("--witness", key.vkey)]
    trusted = ("--key", KEY, "--vkey", VKEY, *witnesses, "--witnesses-min", "3")
    for options in ((), ("--pure",), trusted):
        code, lines = verified(tmp_path / "a.zip", *options)
        assert code == verify.VALID, lines
    assert any("只证明了包内各部分彼此一致" in line for line in verified(tmp_path / "a.zip")[1])
    assert not any("只证明了" in line for line in verified(tmp_path / "a.zip", *trusted)[1])


def test_each_scope_takes_its_records_with_all_that_findings_cite(world: BundleWorld, tmp_path: Path) -> None:
    subjects: dict[str, set[str]] = {}
    for scope in SCOPES:
        world.bundle(tmp_path / "one.zip", scope)
        shown = values((tmp_path / "one.zip").read_bytes()).splitlines()
        subjects[scope.kind] = {line.split('"主体 subject":"')[1].split('"')[0] for line in shown}
        assert len(shown) == world.bundle(tmp_path / "one.zip", scope).records
    everywhere = {"rules:audit_tests", "log:assist.log.v1"}
    households = {f"household:T0{1 + i % 2}-H{i:05d}" for i in range(12)}
    cited = {"household:T01-H00000", "household:T02-H00001", "household:T01-H00002", "household:T01-H00004"}
    findings = {"finding:F-1", "finding:F-2", "finding:F-3"}
    assert subjects["whole"] == everywhere | households | findings
    assert subjects["findings"] == everywhere | findings | cited
    # F-2 is the other town's, F-3 the district's; both cite records of this town.
    assert subjects["town"] == everywhere | findings | cited | {h for h in households if "T01" in h}
    assert subjects["subject"] == everywhere | {"household:T02-H00003"}


def test_a_fresh_python_outside_the_environment_verifies_it(world: BundleWorld, tmp_path: Path) -> None:
    """The copy inside the bundle, isolated and without any installed package; and the bundle unpacked by a usual tool."""
    world.bundle(tmp_path / "b.zip", Scope(kind="findings"))
    with zipfile.ZipFile(tmp_path / "b.zip") as usual:
        assert usual.testzip() is None
        usual.extractall(tmp_path / "unpacked")
    python = getattr(sys, "_base_executable", sys.executable)
    for bundle in ("b.zip", "unpacked"):
        done = subprocess.run(
            [python, "-I", "-S", str(tmp_path / "unpacked/verify.py"), str(tmp_path / bundle), "--key", KEY],
            capture_output=True,
            text=True,
            cwd="/",
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert done.stdout.startswith("有效 VALID")
    (tmp_path / "unpacked/data/log/root/checkpoint").write_bytes(b"x")
    assert verified(tmp_path / "unpacked")[0] == verify.ALTERED


def test_the_verifier_needs_the_standard_library_alone_and_no_network() -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(Path(verify.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported <= sys.stdlib_module_names | {"__future__"}
    assert not imported & {"socket", "urllib", "http", "subprocess", "ctypes", "pickle", "tempfile", "shutil"}


def test_nothing_of_a_person_is_readable_and_an_erased_one_is_said_to_be(tmp_path: Path) -> None:
    """Erased after the bundle was made and before the next: both verify, raw records and proofs are the same bytes."""
    world = small_world(tmp_path)
    world.bundle(tmp_path / "before.zip")
    assert world.keyring.erase("p_2") == 1
    world.bundle(tmp_path / "after.zip")
    before, after = (members_of((tmp_path / name).read_bytes()) for name in ("before.zip", "after.zip"))
    for name in ("before.zip", "after.zip"):
        assert verified(tmp_path / name, "--key", KEY)[0] == verify.VALID
        data = (tmp_path / name).read_bytes()
        for told in (NAME.encode(), NAME.encode("unicode_escape"), NAME[2:].encode()):
            assert told not in data
    told = {name for name in before if before[name] != after[name]}
    derived = ("data/readable/", "bag-info", "manifest", "tagmanifest", "attestation")
    assert told
    assert all(name.startswith(derived) for name in told), told
    assert values((tmp_path / "before.zip").read_bytes()).count(ERASED) == 0
    assert values((tmp_path / "after.zip").read_bytes()).count(ERASED) == 2
    assert values((tmp_path / "after.zip").read_bytes()).count(SEALED) == 11
    world.keyring.close()


def test_trust_from_outside_is_held_against_the_bundle(world: BundleWorld, tmp_path: Path) -> None:
    """Whole, but by other keys or with too few witnesses than those trusted: 3, and said which."""
    path = tmp_path / "b.zip"
    world.bundle(path)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    stranger = Key("witness9.example.org", COSIGNATURE_V1, other).vkey
    for options in (
        ("--key", other.hex()),
        ("--vkey", Key("example.org/log/root", 1, other).vkey),
        ("--witness", stranger, "--witnesses-min", "1"),
        ("--witness", stranger),
        ("--witnesses-min", "4"),
    ):
        code, lines = verified(path, *options)
        assert code == verify.UNMET, options
        assert any(line.startswith("未满足 unmet") for line in lines)
    (tmp_path / "vkeys.txt").write_bytes(members_of(path.read_bytes())["data/keys/vkeys.txt"])
    assert verified(path, "--vkey", str(tmp_path / "vkeys.txt"), "--witnesses-min", "3")[0] == verify.VALID
    assert verified(path, "--vkey", "no+key")[0] == verify.UNREADABLE


def test_too_few_cosignatures_by_the_bundles_own_policy(tmp_path: Path) -> None:
    world = BundleWorld(tmp_path)
    world.finding("F-1", [world.care("T01-H00001")])
    world.publish(witnesses=1)
    world.bundle(tmp_path / "b.zip", made_with=keys(witnesses_min=2))
    code, lines = verified(tmp_path / "b.zip")
    assert code == verify.UNMET
    assert "data/log/" in "".join(lines)
    world.bundle(tmp_path / "b.zip", made_with=keys(witnesses_min=0))
    code, lines = verified(tmp_path / "b.zip")
    assert code == verify.VALID
    assert any("无须见证人" in line for line in lines)
    assert any("没有覆盖证明" in line for line in lines)
    world.keyring.close()


def test_a_whole_bundle_of_another_key_is_told_by_the_key_alone(tmp_path: Path) -> None:
    """An insider makes a log and a bundle with keys of their own: without a key from outside nobody can tell."""
    stranger = Ed25519PrivateKey.generate()
    world = BundleWorld(tmp_path, log=stranger)
    world.finding("F-1", [world.care("T01-H00001")])
    world.publish()
    world.bundle(tmp_path / "b.zip", made_with=keys(log=stranger, certificate=stranger))
    assert verified(tmp_path / "b.zip")[0] == verify.VALID
    assert verified(tmp_path / "b.zip", "--key", KEY)[0] == verify.UNMET
    assert verified(tmp_path / "b.zip", "--vkey", VKEY)[0] == verify.UNMET
    world.keyring.close()


def test_no_bundle_is_made_of_what_is_not_covered_or_not_what_was_signed(tmp_path: Path) -> None:
    world = small_world(tmp_path)
    late = world.care("T01-H00099")
    world.finding("F-9", [late])
    world.publish()
    moment, findings = published.moment(world.files(), PARTITIONS), Scope(kind="findings")
    # The finding's partition was published, that of its evidence not yet.
    older = published.Checkpoint(origin="o", size=late.sequence - 1, root=bytes(32))
    stale = {**moment.partitions, late.partition: published.Signed(document=b"", checkpoint=older)}
    with pytest.raises(NotCovered):
        building.covered(selected(world, findings, moment), replace(moment, partitions=stale))
    at, key, value = world.records[late.partition][0]
    world.records[late.partition][0] = (at, key, value.replace(b"T01", b"T02", 1) if b"T01" in value else value + b" ")
    with pytest.raises(RecordDiffers):
        world.bundle(tmp_path / "b.zip")
    world.records[late.partition][0] = (at, key, value)
    del world.records[late.partition][-1]
    with pytest.raises(RecordDiffers):
        world.bundle(tmp_path / "b.zip")
    world.keyring.close()


def test_a_moment_waits_for_the_root_that_has_every_partition(tmp_path: Path) -> None:
    """A partition's checkpoint may be published before the root's; what never comes is told, not awaited for ever."""
    world = small_world(tmp_path)
    root = tmp_path / "log/root/checkpoint"
    old = root.read_bytes()
    world.care("T01-H00001")
    world.publish()
    new, waits = root.read_bytes(), []
    root.write_bytes(old)

    def appear(seconds: float) -> None:
        waits.append(seconds)
        root.write_bytes(new if len(waits) == 3 else old)

    assert published.moment(world.files(), PARTITIONS, wait=appear).root.document == new
    root.write_bytes(old)
    with pytest.raises(published.NothingPublished):
        published.moment(world.files(), PARTITIONS, wait=lambda _: None)
    world.keyring.close()


def test_the_report_names_findings_tests_and_law_in_both_forms(world: BundleWorld, tmp_path: Path) -> None:
    world.bundle(tmp_path / "b.zip")
    members = members_of((tmp_path / "b.zip").read_bytes())
    page = members["data/report/report.html"].decode()
    for told in (
        "检查报告",
        "F-1",
        "finding_opened 2026-03-02",
        "survey_by_one",
        "示例数据",
        "audit_tests@2026.3",
        "完整 complete",
    ):
        assert told in page
    book = load_workbook(io.BytesIO(members["data/report/report.xlsx"]))
    assert [sheet.title.split()[-1] for sheet in book] == ["findings", "checks", "tests", "facts", "partitions"]
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["编号 number", "F-1", "F-2", "F-3"]
    counts = dict(book.worksheets[3].iter_rows(min_row=2, values_only=True))
    assert counts["assist.casework.care_arranged.v1"] == "13"


@pytest.mark.parametrize("options", [(), ("--pure",)], ids=["cryptography", "pure"])
def test_five_hundred_findings_are_verified_within_five_seconds(many: Path, options: tuple[str, ...]) -> None:
    started = time.perf_counter()
    code, lines = verified(many, *options, "--key", KEY)
    seconds = time.perf_counter() - started
    print(f"{seconds:.2f} s {options}")
    assert code == verify.VALID, lines
    assert seconds <= 5.0


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    world = BundleWorld(folder)
    world.pack()
    cared = [world.care(f"T{1 + i % 26:02d}-H{i:05d}", person=f"p_{i % 50}") for i in range(1_500)]
    for i in range(500):
        world.finding(f"F-{i:05d}", cared[i : i + 3])
    world.certify()
    world.publish()
    world.bundle(folder / "b.zip", Scope(kind="findings"))
    world.keyring.close()
    return folder / "b.zip"


def test_our_ed25519_is_that_of_rfc_8032() -> None:
    """The RFC's vectors; and on random messages, altered ones and signatures beyond the order, what `cryptography` says."""
    vectors = (
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    )  # fmt: skip
    for public, message, signature in vectors:
        assert verify.ed25519_pure(*map(bytes.fromhex, (public, signature, message)))
    fast, chance = verify.ed25519(), random.Random(8032)
    assert fast is not verify.ed25519_pure
    for _ in range(20):
        private = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public, message = private.public_key().public_bytes_raw(), chance.randbytes(chance.randrange(100))
        signature = private.sign(message)
        assert verify.ed25519_pure(public, signature, message)
        beyond = (int.from_bytes(signature[32:], "little") + verify._L).to_bytes(32, "little")
        at = chance.randrange(512)
        flipped = bytearray(signature)
        flipped[at // 8] ^= 1 << at % 8
        for other in (signature[:32] + beyond, bytes(flipped), bytes(64)):
            assert verify.ed25519_pure(public, other, message) is fast(public, other, message) is False
        assert not verify.ed25519_pure(public, signature, message + b"x")
    assert not verify.ed25519_pure(b"\xff" * 32, bytes(64), b"")


@pytest.mark.parametrize("found", [{"fault_count": 2}, {"journal_equal": False}, {"configuration_as_required": False}])
def test_a_certificate_that_says_the_log_is_not_complete_does_not_meet_the_policy(
    tmp_path: Path, found: dict[str, object]
) -> None:
    world = BundleWorld(tmp_path)
    world.finding("F-1", [world.care("T01-H00001")])
    world.certify(**found)
    world.publish()
    world.bundle(tmp_path / "b.zip")
    code, lines = verified(tmp_path / "b.zip", "--key", KEY)
    assert code == verify.UNMET
    assert any("覆盖证明自称日志不完整" in line for line in lines)
    world.keyring.close()


def test_witnesses_that_are_named_are_all_wanted_whatever_the_bundles_own_policy_is(tmp_path: Path) -> None:
    """A stranger's key beside a bundle that wants no witness at all is not met, unless none is asked for."""
    world = BundleWorld(tmp_path)
    world.finding("F-1", [world.care("T01-H00001")])
    world.publish(witnesses=1)
    world.bundle(tmp_path / "b.zip", made_with=keys(witnesses_min=0))
    named = [part for key in WITNESS_KEYS[:2] for part in ("--witness", key.vkey)]
    assert verified(tmp_path / "b.zip", *named[:2])[0] == verify.VALID
    assert verified(tmp_path / "b.zip", *named)[0] == verify.UNMET
    assert verified(tmp_path / "b.zip", *named, "--witnesses-min", "1")[0] == verify.VALID
    world.keyring.close()


def test_what_was_attested_over_an_empty_partition_cites_no_record_of_it(tmp_path: Path) -> None:
    """A partition without a record is stated as 0: no evidence to be held, by whoever makes the bundle or verifies it."""
    heads = [{"partition": 3, "sequence": 0, "hash": "00" * 32}, {"partition": 4, "sequence": 2, "hash": "ab" * 32}]
    data = {"cursors": heads, "edited": [{"facts": [heads[1]]}]}
    assert verify.citations(data) == list(citations(data)) == [(4, 2, "ab" * 32)] * 2


def test_the_record_that_was_changed_is_named_not_only_its_file(world: BundleWorld, tmp_path: Path) -> None:
    """One bit of one record: the place says its line, its partition and its sequence."""
    world.bundle(tmp_path / "whole.zip")
    with zipfile.ZipFile(tmp_path / "whole.zip") as usual:
        usual.extractall(tmp_path / "unpacked")
    file = max((tmp_path / "unpacked/data/records").iterdir(), key=lambda one: one.stat().st_size)
    lines = file.read_bytes().split(b"\n")
    value = base64.b64decode(json.loads(lines[1])["value"]).replace(b"officer:O001", b"officer:O002", 1)
    lines[1] = json.dumps(
        {**json.loads(lines[1]), "value": base64.b64encode(value).decode()}, separators=(",", ":")
    ).encode()
    file.write_bytes(b"\n".join(lines))
    code, said = verified(tmp_path / "unpacked")
    assert code == verify.ALTERED
    assert f"data/records/{file.name}:2" in said[0]
