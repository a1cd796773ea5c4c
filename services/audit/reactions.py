"""What follows from facts about findings themselves; what objects in the first place is found by the sweep."""

from typing import Final

from services.audit.domain.following import FOLLOWS, follow_finding
from services.contracts.deciding import Reaction, Record
from services.contracts.registry import Fact

REACTS_TO: Final[tuple[type[Fact], ...]] = FOLLOWS


def react(record: Record) -> tuple[Reaction, ...]:
    """The commands that a fact about a finding causes, as `domain.following` names them."""
    return follow_finding(record.fact)
