"""What payroll's facts cause on its other subjects, a module per area; reactions decide nothing."""

from typing import Final

from services.contracts.deciding import Reaction, Record
from services.contracts.registry import Fact
from services.payroll.reactions import money, posts

_AREAS: Final = (money, posts)
REACTS_TO: Final[tuple[type[Fact], ...]] = tuple(fact for area in _AREAS for fact in area.REACTS_TO)


def react(record: Record) -> tuple[Reaction, ...]:
    """Commands caused by one fact, of every area that listens to it."""
    return tuple(reaction for area in _AREAS for reaction in area.react(record))
