"""The two aggregates every service has alike: its adopted rule packs, and parked records it was told to leave."""

from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.every_service import ParkedDiscarded, RulePackAdopted
from services.contracts.registry import Fact
from services.contracts.rulebook import AdoptedPack

# Whoever reads the log must be able to read every pack, with whatever recursion limit.
CONTENT_LEVELS_MAX: Final = 32


class AdoptRulePack(Command, frozen=True, kw_only=True):
    """Put a dated rule pack in force. The same name and version with other content is refused."""

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,59}\Z")]
    version: str
    valid_from: date
    citation: str
    sample: bool
    content: dict[str, Any]

    @property
    def subject(self) -> str:
        return f"rules:{self.name}"


class DiscardParked(Command, frozen=True, kw_only=True):
    """Leave a parked record behind for good; the reason is stated on the log."""

    about: str
    partition: int
    sequence: int
    reason: str

    @property
    def subject(self) -> str:
        return f"parked:{self.about}"


class Packs(msgspec.Struct, frozen=True, kw_only=True):
    """All adopted versions of one pack."""

    packs: tuple[AdoptedPack, ...] = ()


class Discarded(msgspec.Struct, frozen=True, kw_only=True):
    """Records of one subject that were discarded, as (partition, sequence)."""

    places: tuple[tuple[int, int], ...] = ()


def _depth(value: object) -> int:
    """Levels of objects and arrays, counted without recursion: how deep it goes is what is not known yet."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


def rules_aggregate(adopted: type[RulePackAdopted]) -> Aggregate[Packs]:
    """The ``rules:`` aggregate of a service whose own fact is `adopted`."""

    def decide(state: Packs, command: AdoptRulePack, _: Context) -> tuple[Fact, ...]:
        if _depth(command.content) > CONTENT_LEVELS_MAX:
            raise CommandRejected(
                "rule-pack-too-deep",
                f"规则包内容嵌套超过 {CONTENT_LEVELS_MAX} 层",
                f"the content is nested more than {CONTENT_LEVELS_MAX} levels",
            )
        fields: dict[str, Any] = {name: getattr(command, name) for name in AdoptedPack.__struct_fields__}
        if any(pack.version == command.version for pack in state.packs):
            if AdoptedPack(**fields) in state.packs:
                return ()
            raise CommandRejected(
                "rule-pack-version-taken",
                f"规则包 {command.name} 的版本 {command.version} 已生效，内容不同，请换用新版本号",
                f"version {command.version} of rule pack {command.name} is in force with other content; use a new one",
            )
        return (adopted(**fields),)

    def evolve(state: Packs, event: Fact) -> Packs:
        if isinstance(event, adopted):
            pack = AdoptedPack(**{name: getattr(event, name) for name in AdoptedPack.__struct_fields__})
            return Packs(packs=(*state.packs, pack))
        return state

    return Aggregate(
        prefix="rules", state=Packs, initial=Packs(), commands=(AdoptRulePack,), decide=decide, evolve=evolve
    )


def parked_aggregate(discarded: type[ParkedDiscarded]) -> Aggregate[Discarded]:
    """The ``parked:`` aggregate of a service whose own fact is `discarded`."""

    def decide(state: Discarded, command: DiscardParked, _: Context) -> tuple[Fact, ...]:
        if (command.partition, command.sequence) in state.places:
            return ()
        return (discarded(partition=command.partition, sequence=command.sequence, reason=command.reason),)

    def evolve(state: Discarded, event: Fact) -> Discarded:
        if isinstance(event, discarded):
            return Discarded(places=(*state.places, (event.partition, event.sequence)))
        return state

    return Aggregate(
        prefix="parked", state=Discarded, initial=Discarded(), commands=(DiscardParked,), decide=decide, evolve=evolve
    )
