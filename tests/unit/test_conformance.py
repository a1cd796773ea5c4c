"""Proves that the conformance check says of a town's event everything that is wrong, field by field, and takes what the door takes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.intake.town_events import BadInput, checked, split_sample

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "specversion": "1.0", "id": "c-1", "source": "/town/T01", "type": "assist.town.consultation_recorded.v1",
    "time": "2026-03-02T08:00:00Z",
    "data": {"consultation_no": "C1", "town": "T01", "topic": "dibao", "answered_by": "window:W1", "leaflet": "L1"},
}  # fmt: skip


def _checked(event: object, town: str = "T01") -> Any:
    return checked(json.dumps(event).encode(), town, NOW)


def test_an_event_that_fits_is_named_with_what_it_would_be_about() -> None:
    said = _checked(GOOD)
    assert (said.code, said.errors, said.id) == ("", (), "c-1")
    assert said.subject


def test_every_field_that_does_not_fit_is_named_not_the_first_alone() -> None:
    bad = {
        **GOOD,
        "id": "",
        "colour": 1,
        "data": {"consultation_no": 5, "town": "T01", "topic": "dibao", "leaflet": "L1"},
    }
    assert {pointer for pointer, _, _ in _checked(bad).errors} == {
        "/id", "/colour", "/data/consultation_no", "/data/answered_by"
    }  # fmt: skip


def test_another_towns_event_and_an_unknown_type_are_told_with_the_types_there_are() -> None:
    assert _checked(GOOD, "T02").code == "wrong-town"
    unknown = _checked({**GOOD, "type": "x"})
    assert any("assist.town.request_submitted.v1" in zh for _, zh, _ in unknown.errors)


def test_what_was_sent_is_not_repeated() -> None:
    told = _checked({**GOOD, "data": {"张三 510212": 1}})
    assert "510212" not in repr(told)


def test_no_json_is_told_as_such() -> None:
    assert checked(b"no json", "T01", NOW).code == "json-malformed"


@pytest.mark.parametrize("raw", [b'[{"a":1},{"a":2}]', b'{"a":1}\n{"a":2}\n', b'\xef\xbb\xbf[{"a":1},{"a":2}]'])
def test_a_sample_is_an_array_or_one_a_line(raw: bytes) -> None:
    assert len(split_sample(raw)) == 2


def test_an_empty_sample_is_refused() -> None:
    with pytest.raises(BadInput):
        split_sample(b"  ")
