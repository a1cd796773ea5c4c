"""The dated rule packs a service has adopted, and which one holds on a day; what a pack means is each service's `rules.py`."""

from datetime import date
from typing import Any, TypeVar

import msgspec

from services.contracts.codec import convert

T = TypeVar("T")


class AdoptedPack(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a pack as adopted; `content` is plain JSON, typed when it is asked for."""

    name: str
    version: str
    valid_from: date
    citation: str
    sample: bool
    content: dict[str, Any]


class NoRule(LookupError):
    """No adopted pack of that name holds on that day."""


class RuleBook:
    """All adopted packs of one service. Immutable; typed contents are kept, so asking again is cheap."""

    def __init__(self, packs: tuple[AdoptedPack, ...] = ()) -> None:
        self.packs = tuple(sorted(packs, key=lambda pack: (pack.name, pack.valid_from, pack.version)))
        # Kept by the day asked for: few days are asked for, very often.
        self._in_force: dict[tuple[str, date], AdoptedPack] = {}
        self._typed: dict[tuple[str, str, type], object] = {}

    def adopted(self, name: str, day: date) -> AdoptedPack:
        """The pack of that name in force on `day`; `NoRule` when none is."""
        kept = self._in_force.get((name, day))
        if kept is None:
            in_force = [pack for pack in self.packs if pack.name == name and pack.valid_from <= day]
            if not in_force:
                raise NoRule(f"no rule pack {name!r} in force on {day}")
            kept = self._in_force[name, day] = in_force[-1]
        return kept

    def on(self, name: str, day: date, wanted: type[T]) -> T:
        """The content of the pack in force on `day` as a `wanted`."""
        pack = self.adopted(name, day)
        key = (pack.name, pack.version, wanted)
        typed = self._typed.get(key)
        if typed is None:
            typed = self._typed[key] = convert(pack.content, wanted)
        assert isinstance(typed, wanted)
        return typed

    def named(self, version: str) -> AdoptedPack | None:
        """The pack that facts state as ``name@version``; None when it was never adopted."""
        return next((pack for pack in self.packs if f"{pack.name}@{pack.version}" == version), None)

    def version_on(self, name: str, day: date) -> str:
        """``name@version`` of the pack in force on `day`, as facts state it."""
        pack = self.adopted(name, day)
        return f"{pack.name}@{pack.version}"
