"""What facts cause on payroll's subjects, a module per area: `runs` and their funds, `money` on its way, `invoices` and towns,
`posts` with their officers and rounds.

It decides nothing.
"""

from typing import Final

from services.contracts.deciding import Reaction, Record
from services.contracts.registry import Fact
from services.payroll.reactions import invoices, money, posts, runs

_AREAS: Final = (runs, money, invoices, posts)
REACTS_TO: Final[tuple[type[Fact], ...]] = tuple(dict.fromkeys(fact for area in _AREAS for fact in area.REACTS_TO))


def react(record: Record) -> tuple[Reaction, ...]:
    """Commands caused by one fact, of all areas."""
    return tuple(reaction for area in _AREAS for reaction in area.react(record))
