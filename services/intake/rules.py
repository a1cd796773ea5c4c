"""intake's dated law: which need goes which road, its clocks, its materials, and what a resident ID must look like."""

from datetime import date
from typing import Literal, TypeVar

import msgspec

T = TypeVar("T")


class Road(msgspec.Struct, frozen=True, kw_only=True):
    """What the window does with a need: accept it, refer it (转办) to `department`, or introduce it (转介).

    What is to be introduced stays on the window's list until the applicant has consented. Terms in working days;
    `article` is the clause they come from.
    """

    road: Literal["accept", "refer", "introduce"]
    article: str
    investigate_workdays: int = 0
    decide_workdays: int = 0
    department: str = ""
    answer_workdays: int = 0


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A charity or social-work body that the district introduces applicants to."""

    name: str
    kind: Literal["charity", "social_work"]


class Introduction(msgspec.Struct, frozen=True, kw_only=True):
    """Terms of 转介 (社会救助暂行办法 chapter 10: social forces take part): who may be asked, and how long it may take."""

    article: str = ""
    answer_workdays: int = 0
    organisations: dict[str, Organisation] = {}


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """Terms of proactive discovery (主动发现): by when, in working days, a report is followed up (国发〔2014〕47号)."""

    article: str
    workdays: int


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``procedure``: the road of every need the window takes (一门受理), terms of 转介 and 主动发现."""

    needs: dict[str, Road]
    introduction: Introduction = Introduction()
    discovery: FollowUp | None = None

    def referral(self, need: str, department: str) -> Road | None:
        """The road that leads to `department`, the need's own if it does; empty `department`: the need's own road."""
        own = self.needs.get(need)
        roads = [road for road in (own, *self.needs.values()) if road is not None and road.road == "refer"]
        if not department:
            return own if own in roads else None
        return next((road for road in roads if road.department == department), None)


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


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``retention``: whole years for which files and what vouchers rest on are kept.

    Both count from the first day after the year in which something was last stated (会计档案管理办法 art. 14).
    """

    files_years: int
    vouchers_years: int

    def files_until(self, last_on: date) -> date:
        """The first day on which files that ended on `last_on` need not be kept any more."""
        return date(last_on.year + 1 + self.files_years, 1, 1)

    def vouchers_until(self, last_on: date) -> date:
        """The first day on which what vouchers rest on need not be kept any more."""
        return date(last_on.year + 1 + self.vouchers_years, 1, 1)


class Matching(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``matching``: which features together make somebody a candidate for a person to look at.

    `sets`: any of them is enough; one of a single feature is none. `name_distance_max`: characters in which two names
    may differ and still be alike.
    """

    sets: tuple[frozenset[str], ...]
    name_distance_max: int

    def enough(self, features: tuple[str, ...]) -> bool:
        """Whether these features make a candidate; one feature, a name above all, never does."""
        return any(len(one) > 1 and one <= set(features) for one in self.sets)

    def names_alike(self, one: str, other: str) -> bool:
        """Whether two names differ in few characters, and not in all of them."""
        distance = _distance(one, other)
        return distance <= self.name_distance_max and distance < max(len(one), len(other))


def _distance(one: str, other: str) -> int:
    """Characters to insert, delete or replace to make one text the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
