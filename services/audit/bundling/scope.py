"""Which records a bundle holds: the whole log, or those of a town, a subject, or findings, with all that findings cite."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

from services.audit.bundling import verify
from services.contracts import codec

Kind = Literal["whole", "town", "subject", "findings"]
KINDS: Final[tuple[Kind, ...]] = ("whole", "town", "subject", "findings")
# Audit's own subjects of which a bundle in part holds some facts only: packs in full, of certificates the last.
IN_PART: Final = verify.IN_PART
CERTIFIED: Final = "assist.audit.coverage_certified."
_AUDIT: Final = "/audit"
_PLAIN: Final = re.compile(r"[\w:.@/-]{1,200}")
Place = tuple[int, int]


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for. `of`: the town's code, or the subject (``household:T01-H00001``); empty for the other kinds."""

    kind: Kind = "whole"
    of: str = ""

    @property
    def whole(self) -> bool:
        return self.kind == "whole"

    @property
    def fits(self) -> bool:
        """Whether it names what its kind needs, in plain letters, and nothing else."""
        if self.kind in ("whole", "findings"):
            return not self.of
        return _PLAIN.fullmatch(self.of) is not None and (self.kind == "town" or ":" in self.of)


class _Said(msgspec.Struct, frozen=True):
    """Where a fact says whose it is."""

    town: Any = None
    about: Any = None


_said: Final = msgspec.json.Decoder(_Said)


@dataclass(slots=True)
class _Own:
    """One subject of audit's own: the places of its facts, what they cite, and whether it is about the scope."""

    places: list[Place] = field(default_factory=list)
    cites: set[Place] = field(default_factory=set)
    wanted: bool = False


class Selection:
    """Reads a log once, up to a checkpoint, and says which records a scope takes. The whole log needs no selection."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._chosen: set[Place] = set()
        self._own: dict[str, _Own] = {}
        self._certificates: list[tuple[Any, Place, Any]] = []

    def read(self, partition: int, sequence: int, value: bytes) -> None:
        """Take one effective record in."""
        envelope, place = codec.decode(value), (partition, sequence)
        said = _said.decode(envelope.data)
        id_of = envelope.subject.partition(":")[2]
        match self.scope.kind:
            case "town":
                meant = self.scope.of in (said.town, id_of) or id_of.startswith(f"{self.scope.of}-")
            case "subject":
                meant = envelope.subject == self.scope.of
            case _:
                meant = False
        if meant:
            self._chosen.add(place)
        if envelope.source == _AUDIT:
            about = self.scope.kind == "subject" and said.about in (self.scope.of, self.scope.of.partition(":")[2])
            self._read_own(envelope.subject, envelope.type, place, bytes(envelope.data), meant or about)
            if envelope.type.startswith(CERTIFIED):
                self._certificates.append((envelope.recordedtime, place, msgspec.json.decode(envelope.data)))

    def _read_own(self, subject: str, kind: str, place: Place, data: bytes, meant: bool) -> None:
        prefix = subject.partition(":")[0]
        if prefix == "rules":
            self._chosen.add(place)
        if prefix in IN_PART:
            return
        own = self._own.setdefault(subject, _Own())
        own.places.append(place)
        own.cites |= {(p, s) for p, s, _ in citations(msgspec.json.decode(data))}
        own.wanted |= meant or self.scope.kind == "findings"

    def cited(self) -> frozenset[Place]:
        """Every record that audit's facts cite."""
        return frozenset(place for own in self._own.values() for place in own.cites)

    def places(self, sizes: Mapping[int, int]) -> frozenset[Place]:
        """The records of the scope: chosen ones; audit's subjects about them, whole; all these cite; the last certificate.

        The last one of which the sizes, by partition, cover all that it certifies.
        """
        chosen = set(self._chosen)
        owner = {place: subject for subject, own in self._own.items() for place in own.places}
        wanted = [own for own in self._own.values() if own.wanted or own.cites & self._chosen]
        seen: set[int] = set()
        while wanted:
            own = wanted.pop()
            if id(own) in seen:
                continue
            seen.add(id(own))
            chosen |= own.cites
            chosen.update(own.places)
            # What cites a fact of audit's brings that whole subject.
            wanted += [self._own[owner[place]] for place in own.cites if place in owner]
        certificates = [(at, place) for at, place, data in self._certificates if certifies_within(data, sizes)]
        if certificates:
            chosen.add(max(certificates)[1])
        return frozenset(chosen)


def certifies_within(data: Any, sizes: Mapping[int, int]) -> bool:
    """Whether all that a certificate covers is within these sizes by partition."""
    return all(one["last_sequence"] <= sizes.get(one["partition"], 0) for one in data["partitions"])


def citations(data: Any) -> Iterator[tuple[int, int, str]]:
    """Every record that a fact of audit cites: objects with partition, sequence and hash, at any depth.

    Where a partition was empty (sequence 0) there is no record to cite.
    """
    if isinstance(data, dict):
        if {"partition", "sequence", "hash"} <= data.keys():
            if data["sequence"]:
                yield data["partition"], data["sequence"], data["hash"]
            return
        data = list(data.values())
    if isinstance(data, list):
        for item in data:
            yield from citations(item)
