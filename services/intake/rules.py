"""intake's dated law: which need goes which road, its clocks, its materials, and what a resident ID must look like."""

from typing import Literal, TypeVar

import msgspec

T = TypeVar("T")


class Road(msgspec.Struct, frozen=True, kw_only=True):
    """What the window does with a need: accept it, or refer it (转办) to `department`; terms in working days.

    `article` is the clause the terms come from.
    """

    road: Literal["accept", "refer"]
    article: str
    investigate_workdays: int = 0
    decide_workdays: int = 0
    department: str = ""
    answer_workdays: int = 0


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``procedure``: the road of every need the window takes (一门受理)."""

    needs: dict[str, Road]


class MaterialList(msgspec.Struct, frozen=True, kw_only=True):
    """What an applicant must bring; nothing that a government platform can fetch belongs on it."""

    always: tuple[str, ...]
    when_delegated: tuple[str, ...] = ()
    when_near_relative: tuple[str, ...] = ()


class Materials(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``materials``: the dated list per accepted need (一次性告知)."""

    needs: dict[str, MaterialList]

    def missing(self, need: str, brought: tuple[str, ...], *, delegated: bool, near_relative: bool) -> tuple[str, ...]:
        """All required materials that were not brought, in the order of the list."""
        listed = self.needs.get(need, MaterialList(always=()))
        required = (
            *listed.always,
            *(listed.when_delegated if delegated else ()),
            *(listed.when_near_relative if near_relative else ()),
        )
        return tuple(material for material in required if material not in brought)


class ResidentIds(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``resident_ids``: first two digits of the known regions (GB/T 2260), old ones included."""

    known_regions: frozenset[str]
