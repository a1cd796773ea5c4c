"""Records that a device kept until it had a network: none lost, none doubled, in whatever order they come in."""

import msgspec

from services.casework.domain.commands import RecordOfflineVisit
from services.casework.domain.delivery.conflicts import contradictions
from services.casework.domain.guards import rejected_unless
from services.casework.domain.state import Household
from services.casework.domain.visiting import completed
from services.casework.domain.visits import has_number
from services.contracts.casework import VisitCompleted
from services.contracts.deciding import Context
from services.contracts.registry import Fact


def with_contradictions(state: Household, household_no: str, fact: VisitCompleted) -> tuple[Fact, ...]:
    """A visit together with every earlier record it contradicts."""
    return fact, *contradictions(state, household_no, fact)


def record_offline(state: Household, command: RecordOfflineVisit, context: Context) -> tuple[Fact, ...]:
    """The record as its author made it, whoever brings it in; what is known already with the same content is nothing new."""
    _author_may(command, context)
    known = [one for one in state.visits if one.visit_no == command.visit_no]
    rejected_unless(
        bool(known) or not has_number(state.visit_nos, command.visit_no),
        "visit-repeated",
        "该走访编号早已登记，无从比对",
        "this number was used so long ago that nothing is left to compare with",
    )
    fact = msgspec.structs.replace(
        completed(state, command, context, author=command.author),
        record_id=command.record_id,
        device=command.device,
        device_sequence=command.device_sequence,
        recorded_at=command.recorded_at,
    )
    if any(one.says(fact.content_pseudonym) and one.author == fact.author for one in known):
        return ()
    return with_contradictions(state, command.household_no, fact)


def _author_may(command: RecordOfflineVisit, context: Context) -> None:
    """The author of a record is who made it: an officer of that town on that day, or a contractor's own person."""
    role, _, number = command.author.partition(":")
    if role == "contractor":
        rejected_unless(
            context.role == "contractor" and context.actor == command.author,
            "author-not-uploader",
            "承接主体人员的记录须由本人上传",
            "a contractor's record is brought in by its author",
        )
        return
    rejected_unless(
        role == "officer" and number == command.officer,
        "author-not-officer",
        "记录人应为该次走访的低保员",
        "the author is not the officer of this visit",
    )
    rejected_unless(
        command.author_town == command.town,
        "author-not-of-town",
        "记录人当日不在该镇街任职",
        "the author was not on duty in this town on that day",
    )
