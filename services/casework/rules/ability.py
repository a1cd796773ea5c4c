"""What a person can do by six items of daily life, and the tier of care that follows (特困人员认定办法 2021)."""

from datetime import date

import msgspec

from services.contracts.deciding import CommandRejected


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """From so many failed items on: the class of ability (具备、部分丧失、完全丧失) and its care tier (全自理、半护理、全护理)."""

    failed_min: int
    ability: str
    care_tier: str


class Ability(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``ability``.

    `levels` from the lightest to the heaviest, the first one from 0 failed items on. `reassess_workdays`: the term
    after a reported change. `agreement_placements`: where care takes a signed agreement. Members of
    `excluded_groups` (孤儿) get another benefit; a minor's is looked at again by the month of `minor_until_age`.
    """

    items: frozenset[str]
    assessors_min: int
    levels: tuple[Level, ...]
    reassess_workdays: int
    agreement_placements: frozenset[str]
    excluded_groups: frozenset[str]
    minor_until_age: int

    def level_of(self, failed: frozenset[str]) -> Level:
        """The level of so many failed items; `CommandRejected` for an item the pack does not know."""
        if not failed <= self.items:
            raise CommandRejected("item-unknown", "评估项目不在目录中", "an item is not one of the six")
        return [level for level in self.levels if level.failed_min <= len(failed)][-1]

    def heaviest(self, tiers: tuple[str, ...]) -> str:
        """The heaviest of some tiers, which a household's plan goes by; empty without any."""
        order = [level.care_tier for level in self.levels]
        return max(tiers, key=lambda tier: order.index(tier) if tier in order else -1, default="")


def birthday(born_on: date, years: int) -> date:
    """The day so many years of life are full; for somebody born on 29 February the first of March in a common year."""
    year = born_on.year + years
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
