"""Proves the one rule of the log: repeats, early and forged records, in any order, change nothing; subjects have their place."""

from collections import Counter
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts import codec
from services.contracts.audit import ParkedDiscarded
from services.contracts.chain import Chain, Standing
from services.contracts.codec import Draft, UnknownKind, UnreadableRecord, body_bytes, derived_id, seal
from services.contracts.envelope import ZERO_HASH, partition_of, record_hash
from tests.contract.golden import FOLDER

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def body(n: int) -> bytes:
    fact = ParkedDiscarded(partition=0, sequence=n, reason="示例")
    return body_bytes(
        Draft(
            id=f"e{n}", owner="audit", subject="parked:x", streamversion=n, time=NOW, recordedtime=NOW, commandid=f"c{n}",
            commandhash="", correlationid="", actor="test", fact=fact,
        )
    )  # fmt: skip


def chained(length: int, first: int = 1) -> list[bytes]:
    """A partition's true records."""
    previous, values = ZERO_HASH, []
    for n in range(1, length + 1):
        values.append(seal(body(n + first), n, previous))
        previous = record_hash(values[-1])
    return values


TRUE = chained(12)
OTHER = chained(12, first=100)  # a whole other log: valid in itself, foreign here

HASHES = st.binary(min_size=32, max_size=32)


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[bytes, Standing]]:
    """The true records in order with anything in between, each with the standing it must get."""
    said: list[tuple[bytes, Standing]] = []
    heads = [ZERO_HASH, *map(record_hash, TRUE)]
    for done in range(len(TRUE) + 1):
        for kind in draw(st.lists(st.sampled_from(["repeat", "early", "forged", "garbage", "other log"]), max_size=3)):
            if kind == "repeat" and done:
                said.append((draw(st.sampled_from(TRUE[:done])), Standing.REPEATED))
            elif kind == "early" and done + 1 < len(TRUE):
                said.append((draw(st.sampled_from(TRUE[done + 1 :])), Standing.EARLY))
            elif kind == "forged":
                said.append((seal(body(1), done + 1, draw(HASHES.filter(heads[done].__ne__))), Standing.FOREIGN))
            elif kind == "garbage":
                said.append((draw(st.binary(max_size=40)), Standing.FOREIGN))
            elif kind == "other log" and done:
                said.append((OTHER[done], Standing.FOREIGN) if done < len(OTHER) else (OTHER[0], Standing.REPEATED))
        if done < len(TRUE):
            said.append((TRUE[done], Standing.EFFECTIVE))
    return said


@given(deliveries())
def test_any_interleaving_has_the_same_effective_records(said: list[tuple[bytes, Standing]]) -> None:
    chain = Chain()
    standings = [chain.offer(value) for value, _ in said]
    assert standings == [expected for _, expected in said]
    assert [value for (value, _), it in zip(said, standings, strict=True) if it is Standing.EFFECTIVE] == TRUE
    assert (chain.sequence, chain.hash) == (len(TRUE), record_hash(TRUE[-1]))


@given(deliveries(), st.integers(0, 60))
def test_a_chain_resumed_from_its_cursor_goes_on_the_same(said: list[tuple[bytes, Standing]], cut: int) -> None:
    before, resumed = Chain(), Chain()
    for value, _ in said:
        before.offer(value)
    for value, _ in said[:cut]:
        resumed.offer(value)
    resumed = Chain(resumed.sequence, resumed.hash)
    for value, _ in said[cut:]:
        resumed.offer(value)
    assert resumed == before


@given(st.integers(0, 11), st.integers(0, 10_000), st.integers(1, 255))
def test_an_altered_record_stops_the_chain_there(place: int, where: int, change: int) -> None:
    """One changed byte: either that record is not effective, or the next one is not; nothing after it ever is."""
    altered = bytearray(TRUE[place])
    altered[where % len(altered)] ^= change
    chain = Chain()
    standings = Counter(chain.offer(bytes(value)) for value in (*TRUE[:place], altered, *TRUE[place + 1 :]))
    assert standings[Standing.EFFECTIVE] in (place, place + 1)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"data":' + b"[" * 100_000,
        b'{"sequence":1,"prevhash":"' + b"0" * 64 + b'","data":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"sequence":1e400,"prevhash":""}',
        b'{"sequence":"1","prevhash":""}',
        b'{"sequence":1,"prevhash":"\xff"}',
    ],
)
def test_whatever_lies_on_the_topic_it_is_foreign_and_stops_nobody(value: bytes) -> None:
    assert Chain().offer(value) is Standing.FOREIGN
    with pytest.raises(UnreadableRecord):
        codec.decode(value)


def test_a_body_that_does_not_fit_is_unreadable_and_says_where() -> None:
    """The kinds of misfit a decoder raises in different ways: a wrong month, a wrong type, nesting without end."""
    golden = (FOLDER / "assist.payroll.run_checked.v1.json").read_bytes()
    envelope = codec.decode(golden)
    for data in (
        b'{"month":"2026-13","checked_by":"a"}',
        b'{"month":[],"checked_by":"a"}',
        b'{"month":"2026-03"}',
        b"[]",
    ):
        with pytest.raises(UnreadableRecord, match=r"assist\.payroll\.run_checked\.v1: "):
            codec.body(msgspec.structs.replace(envelope, data=msgspec.Raw(data)))
    deep = b'{"month":"2026-03","checked_by":"a","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    with pytest.raises(UnreadableRecord, match="recursion"):
        codec.body(msgspec.structs.replace(envelope, data=msgspec.Raw(deep)))
    with pytest.raises(UnknownKind, match=r"no contract for assist\.payroll\.run_checked\.v9"):
        codec.body(msgspec.structs.replace(envelope, type="assist.payroll.run_checked.v9"))


def test_the_last_record_altered_is_only_seen_by_its_hash() -> None:
    """What the chain cannot see alone: the head. It is the journal's and the certificate's hash that tell."""
    chain = Chain()
    altered = TRUE[-1].replace("示例".encode(), b"sample")
    assert [chain.offer(value) for value in (*TRUE[:-1], altered)].count(Standing.EFFECTIVE) == len(TRUE)
    assert chain.hash != record_hash(TRUE[-1])


def test_sealing_only_adds_the_place() -> None:
    """The spliced bytes are the stored body with three attributes in front; they decode to what was drafted."""
    value = seal(body(7), 5, bytes(range(32)))
    decoded = msgspec.json.decode(value)
    head = {"specversion": "1.0", "sequence": 5, "prevhash": bytes(range(32)).hex()}
    assert decoded == head | msgspec.json.decode(body(7))
    assert list(decoded)[:3] == list(head)
    assert codec.body(codec.decode(value)) == ParkedDiscarded(partition=0, sequence=7, reason="示例")


@pytest.mark.parametrize(
    ("subject", "partition"),
    [
        ("household:T01-H00001", 4),
        ("household:T26-H99999", 0),
        ("officer:O001", 8),
        ("officer:O198", 10),
        ("run:2026-03", 10),
        ("fund:2026-1", 5),
        ("town:T01", 6),
        ("rules:calendar", 3),
        ("log:assist.log.v1", 2),
        ("finding:F-0123456789abcdef0123", 11),
    ],
)
def test_a_subject_keeps_its_partition_for_ever(subject: str, partition: int) -> None:
    """Golden values: another function would tear a subject's past from its future."""
    assert partition_of(subject) == partition


def test_households_are_spread_evenly() -> None:
    counts = Counter(partition_of(f"household:T{town:02d}-H{n:05d}") for town in range(1, 27) for n in range(400))
    assert len(counts) == 12
    assert max(counts.values()) < 1.2 * min(counts.values())


def test_a_derived_id_is_the_same_for_ever() -> None:
    """Golden value: the same trigger and name must mean the same command after any update."""
    assert str(derived_id("e1", "casework/open-case")) == "84e6f277-24cd-5829-bbe0-141731b8fd4e"
    assert len({derived_id("e1", "a"), derived_id("e1", "b"), derived_id("e2", "a"), derived_id("e1|a", "")}) == 4
