"""Proves that EVENTS.md and asyncapi.json are what the code says today, and that a program can rely on the schemas."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy.published import catalogue, chinese_names, pages
from services.contracts.published import sentence
from services.contracts.published.events_page import ENVELOPE_WORDS
from services.contracts.published.fields import NoUnit, words_of
from services.contracts.registry import OWNERS, REGISTRY
from services.contracts.sealed import personal_fields
from tests.contract.golden import FOLDER

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs/asyncapi.json").read_text(encoding="utf-8"))
PAGE = (Path(__file__).parents[2] / "docs/EVENTS.md").read_text(encoding="utf-8")
FILES = sorted(FOLDER.glob("*.json"))
REFERENCE = {
    "type": "object",
    "required": ["$ref"],
    "additionalProperties": False,
    "properties": {"$ref": {"type": "string"}},
}
# What AsyncAPI 3.0 asks of the parts that are used here.
ESSENTIAL = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "additionalProperties": False,
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "defaultContentType": {"type": "string"},
        "channels": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["address", "messages"],
                "properties": {"messages": {"type": "object", "minProperties": 1, "additionalProperties": REFERENCE}},
            },
        },
        "operations": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel", "messages"],
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "channel": REFERENCE,
                    "messages": {"type": "array", "minItems": 1, "uniqueItems": True, "items": REFERENCE},
                },
            },
        },
        "components": {
            "type": "object",
            "propertyNames": {"enum": ["messages", "messageTraits", "schemas"]},
            "properties": {
                "messages": {
                    "propertyNames": {"pattern": r"^[\w.-]+$"},
                    "additionalProperties": {
                        "type": "object",
                        "required": ["name", "title", "summary", "traits", "payload"],
                        "properties": {"traits": {"type": "array", "items": REFERENCE}},
                    },
                },
                "messageTraits": {"additionalProperties": {"type": "object", "not": {"required": ["payload"]}}},
                "schemas": {"propertyNames": {"pattern": r"^[\w.-]+$"}},
            },
        },
    },
}


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def resolved(reference: str) -> Any:
    assert reference.startswith("#/"), reference
    found: Any = DOCUMENT
    for step in reference[2:].split("/"):
        found = found[step]
    return found


def payload(kind: str) -> jsonschema.Draft202012Validator:
    """The schema of a message's payload, with the document's schemas beside it for its references."""
    schema = DOCUMENT["components"]["messages"][kind]["payload"]
    return jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_committed_page_is_what_the_code_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], f"{path.name} is stale: run `make docs` and commit it"


def test_the_document_is_asyncapi() -> None:
    jsonschema.Draft202012Validator(ESSENTIAL).validate(DOCUMENT)
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_resolves_and_every_schema_is_used() -> None:
    named = set(references(DOCUMENT))
    for reference in named:
        resolved(reference)
    for name in DOCUMENT["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in named, name


def test_every_fact_is_a_message_of_the_log_stated_by_its_owner_alone() -> None:
    assert set(DOCUMENT["channels"]["log"]["messages"]) == set(REGISTRY)
    for owner in OWNERS:
        stated = {one["$ref"].rpartition("/")[2] for one in DOCUMENT["operations"][f"{owner}.states"]["messages"]}
        assert stated == {kind for kind, declared in REGISTRY.items() if declared.owner == owner}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_record_fits_its_published_schema_and_a_spoiled_one_does_not(path: Path) -> None:
    """Golden bytes are valid; without a required field, with another type or with a clear value they are not."""
    record = json.loads(path.read_bytes())
    validator = payload(record["type"])
    validator.validate(record)
    required = DOCUMENT["components"]["schemas"][record["type"]]["required"]
    spoiled = []
    for name in required:
        without = copy.deepcopy(record)
        del without["data"][name]
        spoiled.append(without)
    spoiled.append(record | {"type": "assist.intake.other.v1"})
    spoiled.append(record | {"source": "/other"})
    spoiled.append({name: value for name, value in record.items() if name != "prevhash"})
    for name in personal_fields(REGISTRY[record["type"]].body):
        if isinstance(record["data"].get(name), dict):  # an older record may lack a field that came later
            in_clear = copy.deepcopy(record)
            in_clear["data"][name] = {"s": "0", "person": "p_x", "group": "identity", "text": "张三"}
            spoiled.append(in_clear)
    for one in spoiled:
        assert not validator.is_valid(one)


def test_no_clear_value_is_published() -> None:
    assert "Clear" not in DOCUMENT["components"]["schemas"]
    assert DOCUMENT["components"]["schemas"]["Sealed"]["properties"]["s"] == {"enum": ["1"]}


def test_the_inbox_is_described_as_it_is_read() -> None:
    """An event of a town that intake's door understands fits the schema; one with an unknown field fits neither."""
    event = {
        "specversion": "1.0", "id": "e-1", "source": "/town/T01", "type": "assist.town.consultation_recorded.v1",
        "time": "2026-03-02T09:30:00+08:00",
        "data": {"consultation_no": "Q-1", "town": "T01", "topic": "tekun", "answered_by": "window:T01-W1", "leaflet": ""},
    }  # fmt: skip
    validator = payload(str(event["type"]))
    validator.validate(event)
    assert not validator.is_valid(event | {"source": "/town/X"})
    assert not validator.is_valid(event | {"colour": "red"})
    assert set(DOCUMENT["channels"]["inbox"]["messages"]) == set(catalogue().inbox.events)


def test_the_page_names_every_fact_in_chinese_with_its_sentence_fields_and_seals() -> None:
    names = chinese_names((Path(__file__).parents[2] / "docs/GLOSSARY.md").read_text(encoding="utf-8"))
    for kind, declared in REGISTRY.items():
        assert f"`{kind}`" in PAGE
        assert f"{names[declared.body.__name__]} `{declared.body.__name__}`" in PAGE
        assert sentence(declared.body) in PAGE
        assert sentence(declared.body).endswith("."), kind
        for name in declared.body.__struct_fields__:
            assert f"| `{name}`" in PAGE
    assert (
        PAGE.count("| 密 sealed |") == 46
    )  # several are in `HouseholdMember` and `PayoutAccount`, each of which is shown once


def test_the_envelope_is_described_whole() -> None:
    for path in FILES:
        assert set(json.loads(path.read_bytes())) == set(ENVELOPE_WORDS)


def test_a_number_whose_unit_nobody_knows_is_refused() -> None:
    assert words_of(int, "notice_count") == ("整数 whole number", "个 count")
    with pytest.raises(NoUnit, match="height"):
        words_of(int, "height")
