"""What decisions read of other subjects of casework, whatever they are about: delivered care, or lists; reads no store itself."""

from typing import Final

from services.casework.domain.delivery import filling as delivery
from services.casework.domain.delivery.filling import States, Wanted
from services.casework.domain.lists import filling as lists
from services.contracts.deciding import Command

FILLED: Final = (*delivery.FILLED, *lists.FILLED)


def filled(command: Command, states: States) -> Command:
    """`command` with what `states` (decision states by subject, those of `wanted`) say; others are left alone."""
    return lists.filled(delivery.filled(command, states), states)


def wanted(command: Command, states: States) -> Wanted:
    """The subjects that `filled` reads; asked again with what was found, until nothing more is named."""
    if isinstance(command, lists.FILLED):
        return lists.wanted(command, states)
    return delivery.wanted(command, states)
