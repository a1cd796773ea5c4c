"""What is told to others about the log: `events_page` for people, `asyncapi` for programs; both only from the registry.

Who listens, the Chinese names and the towns' inbox are given to it (`Catalogue`): contracts know no service.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from services.contracts.registry import REGISTRY, FactType


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One use of a fact: a read model of a service (`name`), or its reaction."""

    service: str
    name: str
    reacts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """The towns' inbox: its envelope, the data of each event type, and the record headers a town must set."""

    topic: str
    taken_by: str
    envelope: type[msgspec.Struct]
    events: Mapping[str, type[msgspec.Struct]]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All that is published: `listeners` by fact type, Chinese `names` by class or event type, both topics."""

    log_topic: str
    inbox: Inbox
    listeners: Mapping[str, tuple[Listener, ...]]
    names: Mapping[str, str]


def facts_of(owner: str) -> list[FactType]:
    """An owner's facts in the order they are declared, which is the order of the work."""
    return [declared for declared in REGISTRY.values() if declared.owner == owner]


def sentence(body: type) -> str:
    """The first paragraph of a class's docstring on one line."""
    return " ".join((body.__doc__ or "").split("\n\n")[0].split())
