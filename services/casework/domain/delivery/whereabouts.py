"""Where an officer was, as far as devices brought it: one person at two households at one time is a contradiction."""

from services.casework.domain.commands import NoteOfflineVisit
from services.casework.domain.delivery.conflicts import overlap
from services.casework.domain.delivery.officers import Officer
from services.contracts.casework import OfficerVisitNoted
from services.contracts.registry import Fact


def note_visit(state: Officer, command: NoteOfflineVisit) -> tuple[Fact, ...]:
    """Note a visit once, with those elsewhere at its time; what happens at one household is that household's matter."""
    visit = command.visit
    if visit in state.noted:
        return ()
    overlaps = tuple(
        one for one in state.noted if one.household_no != visit.household_no and overlap(one, visit)
    )  # fmt: skip
    return (OfficerVisitNoted(town=command.town, visit=visit, overlaps=overlaps),)
