"""Which fields a contract has and a record fills, as paths; the one word for "this record shows every field"."""

import typing
from typing import Any

import msgspec

from services.contracts.sealed import Clear


def fields_of_contract(body: type[msgspec.Struct], under: str = "") -> frozenset[str]:
    """Paths of every field of a fact as it stands on the log, those inside its structures included."""
    found = set()
    for name, hint in typing.get_type_hints(body).items():
        found.add(f"{under}{name}")
        for inner in structs_in(hint):
            found |= fields_of_contract(inner, f"{under}{name}.")
    return frozenset(found)


def structs_in(hint: Any) -> list[type[msgspec.Struct]]:
    """The structures that a field of this type holds; `Clear` never stands on the log."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return [] if hint is Clear else [hint]
    return [found for argument in typing.get_args(hint) for found in structs_in(argument)]


def fields_of_record(value: bytes) -> frozenset[str]:
    """Paths of every field of a record's ``data``; the members of a list share one path."""
    return frozenset(_paths(msgspec.json.decode(value)["data"], ""))


def _paths(value: object, under: str) -> set[str]:
    if isinstance(value, list):
        return {path for item in value for path in _paths(item, under)}
    if not isinstance(value, dict):
        return set()
    return {f"{under}{name}" for name in value} | {
        path for name, item in value.items() for path in _paths(item, f"{under}{name}.")
    }
