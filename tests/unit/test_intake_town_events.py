"""Proves that the public door reads towns' events strictly, repeats no value, and means the same by every road."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codec import encoder
from services.intake.domain import ReceiveRequest, RecordConsultation, SupplyMaterials, WithdrawApplication
from services.intake.town_events import (
    EVENT_BYTES_MAX,
    EVENTS_PER_BATCH_MAX,
    ROW_COLUMNS,
    BadInput,
    command_id,
    command_of,
    event_of_row,
    read,
    split_batch,
)

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DATA: dict[str, Any] = {
    "household_no": "T01-H00001",
    "request_no": "R-1",
    "town": "T01",
    "committee": "T01-C01",
    "channel": "window",
    "first_asked": "window:T01-W1",
    "needs": ["dibao_urban"],
    "materials": ["application_form", "authorisation"],
    "members": [
        {"resident_id": "510212196001010011", "name": "示例甲", "relation": "本人"},
        {"resident_id": "510212196202020022", "name": "示例乙", "relation": "配偶"},
    ],
    "phone": "19900000001",
    "near_relative_declared": False,
    "delegated": True,
    "received_on": "2026-03-02",
}
ROW = {
    "event_id": "e-1",
    "time": "2026-03-02T09:30:00+08:00",
    "household_no": "T01-H00001",
    "request_no": "R-1",
    "committee": "T01-C01",
    "channel": "window",
    "first_asked": "window:T01-W1",
    "needs": "dibao_urban",
    "materials": "application_form；authorisation",
    "phone": "19900000001",
    "near_relative_declared": "否",
    "delegated": "1",
    "received_on": "2026-03-02",
    "member1_id": "510212196001010011",
    "member1_name": "示例甲",
    "member1_relation": "本人",
    "member2_id": "510212196202020022",
    "member2_name": "示例乙",
    "member2_relation": "配偶",
    "member3_id": "",
    "member3_name": "",
    "member3_relation": "",
}


def event(**changes: Any) -> dict[str, Any]:
    said = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/town/T01",
        "type": "assist.town.request_submitted.v1",
        "time": "2026-03-02T09:30:00+08:00",
        "data": DATA,
    } | changes
    return {name: value for name, value in said.items() if value is not ...}


def request(**changes: Any) -> dict[str, Any]:
    data = {name: value for name, value in (DATA | changes).items() if value is not ...}
    return event(data=data)


def bad(said: dict[str, Any] | bytes) -> BadInput:
    raw = said if isinstance(said, bytes) else msgspec.json.encode(said)
    with pytest.raises(BadInput) as caught:
        command_of(read(raw), NOW)
    return caught.value


def command(said: dict[str, Any]) -> Any:
    return command_of(read(msgspec.json.encode(said)), NOW)


def test_a_request_is_read_as_its_command() -> None:
    received = command(event(subject="household:T01-H00001", datacontenttype="application/json"))
    assert isinstance(received, ReceiveRequest)
    assert received.subject == "household:T01-H00001"
    assert received.members[1].name == "示例乙"
    assert received.happened_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "data", "wanted"),
    [
        (
            "materials_supplied",
            {
                "household_no": "T01-H00001",
                "application_no": "R-1-tekun",
                "town": "T01",
                "materials": ["authorisation"],
                "supplied_on": "2026-03-02",
            },
            SupplyMaterials,
        ),
        (
            "application_withdrawn",
            {"household_no": "T01-H00001", "application_no": "R-1-tekun", "town": "T01", "reason": "迁出"},
            WithdrawApplication,
        ),
        (
            "consultation_recorded",
            {
                "consultation_no": "Q-1",
                "town": "T01",
                "topic": "tekun",
                "answered_by": "window:T01-W1",
                "leaflet": "明白卡",
            },
            RecordConsultation,
        ),
    ],
)
def test_the_other_events_are_read_as_their_commands(kind: str, data: dict[str, Any], wanted: type) -> None:
    assert isinstance(command(event(type=f"assist.town.{kind}.v1", data=data)), wanted)


@pytest.mark.parametrize(
    ("code", "pointer", "said"),
    [
        ("json-malformed", "", msgspec.json.encode(event())[:200]),
        ("json-malformed", "", b""),
        ("json-malformed", "", b"\xff\xfe"),
        ("json-malformed", "", b'{"specversion":"1.0","id":"\xff"}'),
        ("json-malformed", "", b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        ("json-malformed", "", msgspec.json.encode(event()) + b"{}"),
        ("value-invalid", "", b"[]"),
        ("specversion-unknown", "/specversion", event(specversion="0.3")),
        ("value-invalid", "/id", event(id=7)),
        ("value-invalid", "/id", event(id="a b")),
        ("value-invalid", "/id", event(id="e-1\n")),
        ("value-invalid", "/source", event(source="/towns/T01")),
        ("value-invalid", "/time", event(time="2026-03-02")),
        ("value-invalid", "/time", event(time="2026-03-02T09:30:00")),
        ("field-missing", "/type", event(type=...)),
        ("field-unknown", "/traceid", event(traceid="x")),
        ("field-unknown", "/…", event(**{"示例甲 510212196001010011": "x"})),
        ("type-unknown", "/type", event(type="assist.town.unheard_of.v1")),
        ("time-in-future", "/time", event(time="2026-03-02T10:05:01+08:00")),
        ("time-implausible", "/time", event(time="0001-01-01T00:00:00+14:00")),
        ("subject-contradicts", "/subject", event(subject="household:T01-H00002")),
        ("town-contradicts", "/data/town", request(town="T02")),
        ("field-missing", "/data/needs", request(needs=...)),
        ("field-unknown", "/data/remark", request(remark="x")),
        ("value-invalid", "/data/needs", request(needs=[])),
        ("value-invalid", "/data/needs/1", request(needs=["tekun", "Te Kun"])),
        ("value-invalid", "/data/delegated", request(delegated="false")),
        ("value-invalid", "/data/channel", request(channel="示例甲")),
        ("value-invalid", "/data/received_on", request(received_on="02.03.2026")),
        ("value-invalid", "/data/members", request(members=[])),
        ("value-invalid", "/data/members/0/resident_id", request(members=[{"resident_id": 1}])),
        ("field-missing", "/data/members/0/name", request(members=[{"resident_id": "1", "relation": "本人"}])),
        ("field-unknown", "/data/members/0/age", request(members=[DATA["members"][0] | {"age": 3}])),
        ("value-invalid", "/data", event(data="text")),
        ("value-invalid", "/data/household_no", request(household_no="T01-H00001\x00")),
    ],
)  # fmt: skip
def test_a_bad_event_names_what_is_wrong_and_where(code: str, pointer: str, said: dict[str, Any] | bytes) -> None:
    error = bad(said)
    assert (error.code, [at for at, _, _ in error.errors]) == (code, [pointer])
    assert error.zh
    assert "示例甲" not in str(error) + error.zh
    assert "5102" not in str(error) + error.zh


def test_a_clock_may_run_ahead_five_minutes() -> None:
    assert command(event(time="2026-03-02T10:05:00+08:00")).household_no == "T01-H00001"


def test_an_event_has_a_largest_size() -> None:
    assert bad(request(phone="1" * EVENT_BYTES_MAX)).code == "event-too-large"


def test_a_csv_row_means_what_the_event_means() -> None:
    row_event = read(event_of_row(ROW, "T01"))
    said = read(msgspec.json.encode(event()))
    assert command_of(row_event, NOW) == command_of(said, NOW)
    assert command_id(row_event) == command_id(said)


def test_a_request_may_name_the_discovery_it_follows_up_by_every_road() -> None:
    with_number = {"discovery_no": "T01-D1"}
    said = command(event(data=DATA | with_number))
    assert isinstance(said, ReceiveRequest)
    assert said.discovery_no == "T01-D1"
    by_file = command_of(read(event_of_row(ROW | with_number, "T01")), NOW)
    assert isinstance(by_file, ReceiveRequest)
    assert by_file.discovery_no == "T01-D1"
    without = command_of(read(event_of_row(ROW | {"discovery_no": " "}, "T01")), NOW)
    assert without == command_of(read(event_of_row(ROW, "T01")), NOW)
    # What the id of an event stands for is judged by its command's bytes: those of older events must not change.
    assert b"discovery_no" not in encoder.encode(without)


def test_the_same_event_is_the_same_command_however_it_is_written() -> None:
    said = event()
    backwards = dict(reversed(said.items()))
    spaced = msgspec.json.format(msgspec.json.encode(backwards), indent=4)
    assert command_of(read(spaced), NOW) == command(said)
    assert command_id(read(spaced)) == command_id(read(msgspec.json.encode(said)))


def test_another_id_or_town_is_another_command() -> None:
    ids = {command_id(read(msgspec.json.encode(event(**one)))) for one in ({}, {"id": "e-2"}, {"source": "/town/T02"})}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("code", "pointer", "changes"),
    [
        ("column-missing", "/needs", {"needs": None}),
        ("column-unknown", "/remark", {"remark": "x"}),
        ("column-unknown", "/…", {"示例甲": "x"}),
        ("value-invalid", "/near_relative_declared", {"near_relative_declared": ""}),
        ("value-invalid", "/delegated", {"delegated": "maybe"}),
        (
            "member-gap",
            "/member2_id",
            {"member2_id": "", "member2_name": "", "member2_relation": "", "member3_name": "丙"},
        ),
    ],
)
def test_a_bad_row_names_its_column(code: str, pointer: str, changes: dict[str, str | None]) -> None:
    row = {name: value for name, value in (ROW | changes).items() if value is not None}
    with pytest.raises(BadInput) as caught:
        event_of_row(row, "T01")
    assert (caught.value.code, caught.value.errors[0][0]) == (code, pointer)


def test_a_row_whose_values_do_not_fit_is_refused_as_an_event_would_be() -> None:
    assert set(ROW_COLUMNS) <= set(ROW)
    with pytest.raises(BadInput, match="/data/received_on"):
        command_of(read(event_of_row(ROW | {"received_on": "2026/3/2"}, "T01")), NOW)


def test_a_batch_is_split_into_its_events_as_they_were_written() -> None:
    one, two = msgspec.json.encode(event()), msgspec.json.encode(event(id="e-2"))
    assert split_batch(b"[" + one + b" , " + two + b"]") == (one, two)
    for empty_or_large in (b"[]", b"[" + b",".join([b"{}"] * (EVENTS_PER_BATCH_MAX + 1)) + b"]"):
        with pytest.raises(BadInput, match="batch-size"):
            split_batch(empty_or_large)
    with pytest.raises(BadInput, match="value-invalid"):
        split_batch(one)


@given(raw=st.binary(max_size=400))
def test_no_bytes_break_the_door(raw: bytes) -> None:
    with pytest.raises(BadInput):
        command_of(read(raw), NOW)


@given(
    path=st.sampled_from([*DATA, "id", "time", "source", "type"]),
    value=st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), st.lists, max_leaves=5),
)
def test_no_value_breaks_the_door(path: str, value: Any) -> None:
    said = request(**{path: value}) if path in DATA else event(**{path: value})
    with suppress(BadInput):
        assert command(said).subject == "household:T01-H00001"
