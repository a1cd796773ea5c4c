"""Every fact that may be said: its type name, version, owner and kind of subject; nothing about how it travels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

OWNERS: Final = ("intake", "casework", "payroll", "audit", "portal")


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all facts. A fact states a result and the rule version it came from; it is never changed."""


F = TypeVar("F", bound=type[Fact])


@dataclass(frozen=True, slots=True, kw_only=True)
class FactType:
    """One declared fact: `kind` is the CloudEvents type, `subject` the prefix of the subjects it may have."""

    kind: str
    owner: str
    subject: str
    body: type[Fact]


REGISTRY: dict[str, FactType] = {}
_KIND_OF: dict[type[Fact], str] = {}
UPCASTS: dict[str, Callable[[Fact], Fact]] = {}


def fact(owner: str, name: str, *, subject: str, version: int = 1) -> Callable[[F], F]:
    """Declare a fact class as ``assist.<owner>.<name>.v<version>`` about subjects ``<subject>:…``.

    `subject` ``*`` allows any subject (refusals are about whatever the command was about).
    """

    def declare(body: F) -> F:
        kind = f"assist.{owner}.{name}.v{version}"
        assert owner in OWNERS, f"unknown owner {owner}"
        assert kind not in REGISTRY, f"{kind} is declared twice"
        REGISTRY[kind] = FactType(kind=kind, owner=owner, subject=subject, body=body)
        _KIND_OF[body] = kind
        return body

    return declare


def upcast(kind: str) -> Callable[[Callable[[Fact], Fact]], Callable[[Fact], Fact]]:
    """Declare how a fact of the older `kind` reads as its successor; the bytes on the log stay as they are."""

    def declare(convert: Callable[[Fact], Fact]) -> Callable[[Fact], Fact]:
        assert kind in REGISTRY, f"{kind} was never declared"
        assert kind not in UPCASTS, f"{kind} has an upcast already"
        UPCASTS[kind] = convert
        return convert

    return declare


def kinds_read_as(body: type[Fact]) -> tuple[str, ...]:
    """The types whose records reach a listener as `body`, oldest first: its own, and older ones that upcasts lead to it."""
    stem, _, version = kind_of(body).rpartition(".v")
    kinds = [kind_of(body)]
    for number in range(int(version) - 1, 0, -1):
        if f"{stem}.v{number}" not in UPCASTS:
            break
        kinds.insert(0, f"{stem}.v{number}")
    return tuple(kinds)


def kind_of(body: type[Fact]) -> str:
    """The CloudEvents type of a fact class; `KeyError` for a class that was never declared."""
    return _KIND_OF[body]
