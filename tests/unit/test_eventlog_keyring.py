"""Proves that a personal value opens at its own place and nowhere else, and that the keyring is one, private and erasable."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.contracts import casework, intake
from services.contracts.codec import Draft, UnreadableRecord, body, body_bytes, decode, seal
from services.contracts.envelope import ZERO_HASH
from services.contracts.registry import REGISTRY, kind_of
from services.contracts.sealed import Clear, KeyGroup, Sealed, personal_fields
from services.eventlog.keyring import Erased, Keyring, KeyringUnusable, create_keyring, opened
from services.eventlog.sealing import Sealer
from tests.contract.golden import AT

GROUPS: tuple[KeyGroup, ...] = ("identity", "sensitive", "retention")
NAMES = st.text(min_size=1, max_size=20)
KINDS = sorted(kind for kind, declared in REGISTRY.items() if personal_fields(declared.body))
SUBJECT = "household:T01-H00001"


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyring]:
    folder = tmp_path_factory.mktemp("keyring") / "keys"
    create_keyring(folder)
    with opened(folder) as one:
        yield one


def clear(text: str, person: str = "p_1", group: KeyGroup = "identity") -> Clear:
    return Clear(person=person, group=group, text=text)


def request(*names: str) -> intake.RequestReceived:
    """A request of several members, everything personal in clear."""
    members = tuple(
        intake.Member(
            person=f"p_{i}", relation="本人", name=clear(name, f"p_{i}"), resident_id=clear(f"id {name}", f"p_{i}")
        )
        for i, name in enumerate(names)
    )
    return intake.RequestReceived(
        request_no="R-1", town="T01", committee="T01-C01", channel="window", first_asked="window:T01-W1",
        needs=("tekun",), materials=(), members=members, phone=clear("139", group="sensitive"),
        near_relative_declared=False, delegated=False, received_on=AT.date(),
    )  # fmt: skip


# ---- a sealed value and its place


@given(text=st.text(max_size=200), person=NAMES, group=st.sampled_from(GROUPS), at=NAMES, kind=st.sampled_from(KINDS))
def test_what_is_sealed_opens_at_its_place(
    keyring: Keyring, text: str, person: str, group: KeyGroup, at: str, kind: str
) -> None:
    box = keyring.seal(clear(text, person, group), at=at, kind=kind, subject=SUBJECT)
    assert keyring.unseal(box, kind=kind, subject=SUBJECT) == text
    assert (box.person, box.group, box.at) == (person, group, at)


@given(text=st.text(max_size=50), at=NAMES, other=NAMES, kinds=st.permutations(KINDS))
def test_moved_to_another_place_it_stays_closed(
    keyring: Keyring, text: str, at: str, other: str, kinds: list[str]
) -> None:
    """Another event or field (`at`), another type, subject, person or group: the box does not open."""
    assume(at != other)
    kind = kinds[0]
    box = keyring.seal(clear(text), at=at, kind=kind, subject=SUBJECT)
    keyring.seal(clear("x", "p_2"), at=at, kind=kind, subject=SUBJECT)
    keyring.seal(clear("x", "p_1", "sensitive"), at=at, kind=kind, subject=SUBJECT)
    moved = msgspec.structs.replace
    for wrong, its_kind, subject in (
        (moved(box, at=other), kind, SUBJECT),
        (box, kinds[1], SUBJECT),
        (box, kind, "household:T01-H00002"),
        (moved(box, person="p_2"), kind, SUBJECT),
        (moved(box, group="sensitive"), kind, SUBJECT),
        (moved(box, box=box.box[:-4] + ("AAAA" if box.box[-4:] != "AAAA" else "BBBB")), kind, SUBJECT),
    ):
        with pytest.raises(KeyringUnusable, match="moved or altered"):
            keyring.unseal(wrong, kind=its_kind, subject=subject)


def test_a_value_sealed_in_an_older_version_opens_as_the_newer_one(keyring: Keyring) -> None:
    """After an upcast nobody knows the version a value was sealed in; the associated data does not name it."""
    box = keyring.seal(clear("张三"), at="e1/name", kind="assist.intake.request_received.v1", subject=SUBJECT)
    assert keyring.unseal(box, kind="assist.intake.request_received.v2", subject=SUBJECT) == "张三"


def test_the_same_value_twice_gives_two_boxes(keyring: Keyring) -> None:
    boxes = {keyring.seal(clear("张三"), at="e1/name", kind=KINDS[0], subject=SUBJECT).box for _ in range(50)}
    assert len(boxes) == 50


@given(st.lists(NAMES, min_size=1, max_size=5))
@settings(max_examples=30)
def test_a_sealed_fact_holds_nothing_in_clear_and_every_box_knows_its_field(keyring: Keyring, names: list[str]) -> None:
    sealed = Sealer(keyring).seal(request(*names), "e1", SUBJECT)
    assert isinstance(sealed, intake.RequestReceived)
    draft = Draft(
        id="e1", owner="intake", subject=SUBJECT, streamversion=1, time=AT, recordedtime=AT, commandid="c1", commandhash="",
        correlationid="c1", actor="test", fact=sealed,
    )  # fmt: skip
    read = body(decode(seal(body_bytes(draft), 1, ZERO_HASH)))
    assert read == sealed
    for i, (member, name) in enumerate(zip(sealed.members, names, strict=True)):
        for field, box, text in (("name", member.name, name), ("resident_id", member.resident_id, f"id {name}")):
            assert isinstance(box, Sealed)
            assert box.at == f"e1/members.{i}.{field}"
            assert keyring.unseal(box, kind=kind_of(type(sealed)), subject=SUBJECT) == text


def test_a_fact_without_personal_fields_is_left_as_it_is(keyring: Keyring) -> None:
    fact = casework.CaseClosed(application_no="A", town="T01", reason="withdrawn")
    assert Sealer(keyring).seal(fact, "e1", SUBJECT) is fact


def test_a_box_sealed_elsewhere_may_not_be_put_into_a_fact(keyring: Keyring) -> None:
    box = keyring.seal(clear("139"), at="e0/phone", kind="assist.intake.request_received.v1", subject=SUBJECT)
    with pytest.raises(AssertionError, match="e1/phone: a fact may not carry a box sealed for another place"):
        Sealer(keyring).seal(msgspec.structs.replace(request("张三"), phone=box), "e1", SUBJECT)


def test_a_record_in_clear_is_unreadable_and_says_not_what_it_held() -> None:
    fact = request("张三")
    value = (
        b'{"specversion":"1.0","sequence":1,"prevhash":"","id":"e1","source":"/intake","time":"2026-03-02T09:30:00Z",'
    )
    value += (
        b'"type":"assist.intake.request_received.v1","subject":"household:T01-H00001","stream":"","streamversion":1,'
    )
    value += (
        b'"recordedtime":"2026-03-02T09:30:00Z","commandid":"","commandhash":"","correlationid":"","actor":"","data":'
    )
    value += msgspec.json.encode(fact) + b"}"
    with pytest.raises(UnreadableRecord, match="stands in clear") as unread:
        body(decode(value))
    assert "张三" not in str(unread.value)
    assert "张三" not in repr(fact)


# ---- the folder


def test_erasing_a_person_closes_what_was_theirs_and_nothing_else(tmp_path: Path) -> None:
    create_keyring(tmp_path / "k")
    with opened(tmp_path / "k") as keyring, opened(tmp_path / "k") as elsewhere:
        mine = [keyring.seal(clear("张三", "p_1", group), at="e", kind=KINDS[0], subject=SUBJECT) for group in GROUPS]
        yours = keyring.seal(clear("李四", "p_2"), at="e", kind=KINDS[0], subject=SUBJECT)
        keyring.flush()
        assert elsewhere.unseal(mine[0], kind=KINDS[0], subject=SUBJECT) == "张三"
        assert keyring.erase("p_1") == 3
        for one in (keyring, elsewhere):
            for box in mine:
                with pytest.raises(Erased, match="no key for p_1"):
                    one.unseal(box, kind=KINDS[0], subject=SUBJECT)
            assert one.unseal(yours, kind=KINDS[0], subject=SUBJECT) == "李四"
        assert keyring.erase("p_1") == 0


def test_another_process_does_not_go_on_sealing_with_an_erased_key(tmp_path: Path) -> None:
    """A person who comes again after an erasure gets a new key, also in a process that still held the old one."""
    create_keyring(tmp_path / "k")
    with opened(tmp_path / "k") as keyring, opened(tmp_path / "k") as elsewhere:
        for one in (keyring, elsewhere):
            one.seal(clear("张三"), at="e1", kind=KINDS[0], subject=SUBJECT)
            one.flush()
        keyring.erase("p_1")
        again = elsewhere.seal(clear("张三"), at="e2", kind=KINDS[0], subject=SUBJECT)
        elsewhere.flush()
        assert keyring.unseal(again, kind=KINDS[0], subject=SUBJECT) == "张三"


def test_an_erased_key_is_scrubbed_from_the_file(tmp_path: Path) -> None:
    create_keyring(tmp_path / "k")
    with opened(tmp_path / "k") as keyring:
        keyring.seal(clear("张三", "p_to_be_forgotten"), at="e", kind=KINDS[0], subject=SUBJECT)
        keyring.flush()

        def held() -> bool:
            return any(b"p_to_be_forgotten" in path.read_bytes() for path in (tmp_path / "k").glob("keyring.sqlite*"))

        assert held()
        keyring.erase("p_to_be_forgotten")
        assert not held()


def test_keys_of_a_decision_that_failed_are_forgotten(tmp_path: Path) -> None:
    create_keyring(tmp_path / "k")
    with opened(tmp_path / "k") as keyring:
        box = keyring.seal(clear("张三"), at="e", kind=KINDS[0], subject=SUBJECT)
        keyring.discard_unflushed()
        with pytest.raises(Erased):
            keyring.unseal(box, kind=KINDS[0], subject=SUBJECT)


def test_keys_survive_a_restart_only_with_the_same_master_key(tmp_path: Path) -> None:
    create_keyring(tmp_path / "k")
    with opened(tmp_path / "k") as keyring:
        box = keyring.seal(clear("张三"), at="e", kind=KINDS[0], subject=SUBJECT)
        before = (keyring.pseudonym("510212196001010010"), keyring.command_hash(b"{}"))
    with opened(tmp_path / "k") as keyring:
        assert keyring.unseal(box, kind=KINDS[0], subject=SUBJECT) == "张三"
        assert (keyring.pseudonym("510212196001010010"), keyring.command_hash(b"{}")) == before
    (tmp_path / "k/master.key").write_bytes(bytes(32))
    with opened(tmp_path / "k") as keyring:
        with pytest.raises(KeyringUnusable, match="主密钥不符"):
            keyring.unseal(box, kind=KINDS[0], subject=SUBJECT)
        with pytest.raises(KeyringUnusable, match="restore the right master"):
            keyring.pseudonym("510212196001010010")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_master_key_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    create_keyring(tmp_path / "k")
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o700
    (tmp_path / "k/master.key").chmod(mode)
    with pytest.raises(KeyringUnusable, match="chmod 600"):
        Keyring(tmp_path / "k")


def test_a_keyring_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyringUnusable, match="run `jiuzhu up`, or restore its backup"):
        Keyring(tmp_path / "none")


CREATES = """
import sys
from pathlib import Path
from services.eventlog.keyring import create_keyring, opened

folder = Path(sys.argv[1])
sys.stdin.readline()
for place in [folder / str(n) for n in range(20)]:
    create_keyring(place)
    with opened(place) as keyring:
        print(keyring.secret("pepper").hex(), keyring.pseudonym("x"), (place / "master.key").read_bytes().hex())
"""


def test_processes_that_create_it_at_once_agree_on_one(tmp_path: Path) -> None:
    """Every service's process may be the first: all end with the same master key and the same secrets, 20 times over."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CREATES, str(tmp_path / "k")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate(timeout=60)[0] for process in started}
    assert [process.returncode for process in started] == [0, 0, 0]
    assert len(answers) == 1
    assert sorted(path.name for path in (tmp_path / "k").rglob("*master*")) == ["master.key"] * 20


def test_pseudonyms_are_one_to_one_and_tell_nothing(keyring: Keyring) -> None:
    numbers = [f"51021219600101{n:04d}" for n in range(300)]
    pseudonyms = {keyring.pseudonym(number) for number in numbers}
    assert len(pseudonyms) == 300
    assert all(one.startswith("p_") and len(one) == 28 for one in pseudonyms)
    assert {keyring.pseudonym(number) for number in numbers} == pseudonyms


def test_whether_a_key_is_there_is_told_without_making_one(keyring: Keyring) -> None:
    assert not keyring.holds("p_never", "identity")
    keyring.seal(clear("示例", "p_there"), at="e/name", kind="k.v1", subject=SUBJECT)
    assert (keyring.holds("p_there", "identity"), keyring.holds("p_there", "sensitive")) == (True, False)
    keyring.erase("p_there")
    assert not keyring.holds("p_there", "identity")
