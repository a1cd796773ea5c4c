"""Proves small promises of the doors: refusals repeat nothing of what was sent, input is kept byte for byte, ids keep order."""

import asyncio
import functools
import operator
import re
import time
import uuid
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.installation import SERVICES
from services.contracts.codec import decoder_of
from services.contracts.deciding import Service, kebab
from services.eventlog import ending
from services.eventlog.auth import new_town_key, town_of_key
from services.eventlog.ending import end, ends_process
from services.eventlog.ids import new_traceparent, uuid7
from services.eventlog.listing import added_up
from services.eventlog.problems import FieldError, Problem, decoded
from services.intake.town_door import payload_bytes, payload_text
from services.intake.town_events import EVENTS, BadInput, command_of, read
from tests.contract.golden import AT

SECRET = "张三510212196001010010"
NAMED = [pytest.param(service, id=service.name) for service in SERVICES]
WORDS = st.sampled_from([SECRET, f"' {SECRET} '", f"x - at `$.{SECRET}`", f"`{SECRET}`", f"{SECRET}\n", "T01", "tekun"])
JSON = st.recursive(
    st.one_of(WORDS, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)


@functools.cache
def decoder(service: Service) -> msgspec.json.Decoder[Any]:
    union: Any = functools.reduce(operator.or_, service.command_types)
    return decoder_of(union)


def filled(fields: tuple[str, ...], data: st.DataObject) -> dict[str, Any]:
    """Some or all fields of a structure, any of them with whatever a client may send; now and then one too many."""
    given_fields = {name: data.draw(JSON) for name in fields if data.draw(st.integers(0, 9))}
    extra: dict[str, Any] = data.draw(st.one_of(st.just({}), st.dictionaries(WORDS, JSON, max_size=1)))
    return extra | given_fields  # first, for only the first fault is reported


@pytest.mark.parametrize("service", NAMED)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_refused_body_is_never_repeated(service: Service, data: st.DataObject) -> None:
    """Whatever stands in a body – a name, a number, where a code should be – the problem document does not show it."""
    command = data.draw(st.sampled_from(service.command_types))
    tag = data.draw(st.sampled_from([kebab(command.__name__), SECRET]))
    body = msgspec.json.encode({"command": tag} | filled(command.__struct_fields__, data))
    cut = data.draw(st.integers(len(body) // 2, len(body)))
    documents = []
    for raw in (body, body[:cut]):
        try:
            decoded(decoder(service), raw)
        except Problem as refused:
            documents.append(msgspec.json.decode(refused.document("/v1/commands")))
    for document in documents:
        assert document["status"] in (400, 422)
        assert all(error["pointer"][:1] in ("", "/") for error in document.get("errors", ()))
        assert "510212196001010010" not in str(document)
        assert "张三" not in str(document)


@pytest.mark.parametrize("kind", sorted(EVENTS))
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_towns_refused_event_is_never_repeated(kind: str, data: st.DataObject) -> None:
    event = {
        "specversion": "1.0", "id": "e-1", "source": "/town/T01", "type": kind, "time": "2026-03-02T09:00:00+08:00",
        "data": filled(EVENTS[kind].__struct_fields__, data),
    }  # fmt: skip
    try:
        command_of(read(msgspec.json.encode(event)), AT)
    except BadInput as bad:
        said = f"{bad.code} {bad.zh} {bad.en} {bad.errors}"
        assert "510212196001010010" not in said
        assert "张三" not in said


def test_a_problem_document_is_rfc_9457_in_both_languages() -> None:
    error = FieldError(pointer="/members/0/name", zh="缺少该字段", en="is missing")
    problem = Problem(
        status=422, code="body-invalid", zh="请更正", en="correct it", errors=(error,), extra={"trace": "t"}
    )
    assert msgspec.json.decode(problem.document("/v1/events")) == {
        "type": "/problems/body-invalid",
        "title": "请更正",
        "title_en": "correct it",
        "status": 422,
        "code": "body-invalid",
        "instance": "/v1/events",
        "trace": "t",
        "errors": [{"pointer": "/members/0/name", "detail": "缺少该字段", "detail_en": "is missing"}],
    }


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b'{"command":"receive-request"}', "/household_no"),
        (b'{"command":"record-consultation","town":7}', "/town"),
        (b'{"command":"record-consultation","town":"T01","consultation_no":"\xc3\xa9"}', "/consultation_no"),
    ],
)
def test_a_problem_points_at_the_field(raw: bytes, pointer: str) -> None:
    with pytest.raises(Problem) as refused:
        decoded(decoder(SERVICES[0]), raw)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_a_month_that_is_none_is_not_repeated() -> None:
    """The one value type with words of its own for what does not fit."""
    payroll = next(service for service in SERVICES if service.name == "payroll")
    for month in (SECRET, [SECRET], {SECRET: 1}):
        with pytest.raises(Problem) as refused:
            decoded(decoder(payroll), msgspec.json.encode({"command": "check-run", "month": month}))
        assert [error.pointer for error in refused.value.errors] == ["/month"]
        assert SECRET not in refused.value.document("/").decode()


# ---- adding partitions up

COUNTS = st.fixed_dictionaries({"done": st.integers(0, 999), "minutes": st.integers(0, 9_999)})


@given(st.lists(COUNTS, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_counts_of_partitions_add_up_in_any_order(rows: list[dict[str, int]], random: Any) -> None:
    docs = [msgspec.json.encode({"town": "T01", "open": True, **row}).decode() for row in rows]
    shuffled = list(docs)
    random.shuffle(shuffled)
    expected = {"done": sum(row["done"] for row in rows), "minutes": sum(row["minutes"] for row in rows)}
    assert added_up(docs) == added_up(shuffled) == {"town": "T01", "open": True, **expected}


def test_one_partitions_row_is_shown_as_it_is() -> None:
    doc = '{"year":2026,"status":"paid","charges":{"1":7},"documents":["a"],"checked_by":null,"met":false}'
    assert added_up([doc]) == msgspec.json.decode(doc)
    assert added_up([]) == {}


# ---- kept input, ids, keys


@given(st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode)))
def test_kept_input_is_the_same_bytes_again(raw: bytes) -> None:
    for one in (raw, b"base64:" + raw):
        text = payload_text(one)
        assert payload_bytes(text) == one
        assert msgspec.json.decode(msgspec.json.encode(text)) == text


def test_text_is_kept_readable() -> None:
    assert payload_text('{"名":"张三"}'.encode()) == '{"名":"张三"}'
    assert payload_text(b"\xff\x00") == "base64:/wA="


def test_ids_sort_by_the_time_they_were_made() -> None:
    before = time.time_ns() // 1_000_000
    ids = [uuid7() for _ in range(3_000)]
    assert before <= ids[0].int >> 80 <= ids[-1].int >> 80 <= time.time_ns() // 1_000_000
    assert len(set(ids)) == len(ids)
    for one, following in pairwise(ids):
        assert one.int >> 80 <= following.int >> 80
        assert (one.version, one.variant) == (7, uuid.RFC_4122)


def test_a_trace_parent_is_as_w3c_writes_it() -> None:
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", new_traceparent())


@given(st.from_regex(r"\AT[0-9]{2,3}\Z"))
def test_a_town_key_names_its_town(town: str) -> None:
    assert town_of_key(new_town_key(town)) == town
    assert town_of_key(f"other_{town}_secret") is None


async def test_a_task_that_swallows_a_cancellation_ends_all_the_same() -> None:
    """As aiokafka's close does: the first cancellation is lost and the task begins anew; it is told again until it ends."""
    begun = 0

    async def stubborn() -> None:
        nonlocal begun
        while True:
            begun += 1
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if begun > 1:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await asyncio.wait_for(end(task), 5)
    assert (begun, task.cancelled()) == (2, True)


async def test_a_task_that_ends_takes_its_process_with_it_and_one_that_is_cancelled_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What would fail in silence is told with its reason; a shutdown's cancellation is none."""
    said: list[str] = []
    monkeypatch.setattr(ending, "terminate", said.append)
    for work, expected in ((asyncio.sleep(0), ["over"]), (_fails(), ["over"]), (asyncio.sleep(60), [])):
        said.clear()
        task = asyncio.create_task(work)
        task.add_done_callback(ends_process("over"))
        if not expected:
            await end(task)
        await asyncio.wait({task})
        await asyncio.sleep(0)
        assert said == expected


async def _fails() -> None:
    raise RuntimeError("a bug")
