"""What follows from facts about officers and posts: a kept post is noted, a filled one counted, a left one vacant; it decides nothing."""

from datetime import timedelta
from typing import Final, Literal

from services.contracts.deciding import Reaction, Record
from services.contracts.payroll import (
    ExitWithdrawn,
    OfficerAppointed,
    OfficerLeft,
    OfficerTakenOver,
    PostReserved,
    ReassignmentApproved,
    ReservationGivenUp,
)
from services.contracts.registry import Fact
from services.payroll.domain.officer import NotePost
from services.payroll.domain.posts import FillPost, ReleasePost, VacatePost
from services.payroll.domain.recruitment import NoteCandidateAppointed

REACTS_TO: Final[tuple[type[Fact], ...]] = (
    OfficerTakenOver,
    OfficerAppointed,
    OfficerLeft,
    ExitWithdrawn,
    PostReserved,
    ReassignmentApproved,
    ReservationGivenUp,
)


def react(record: Record) -> tuple[Reaction, ...]:
    """The post kept is told to its officer; what the officer's record says is told to the posts and to the round."""
    match record.fact:
        case PostReserved() as kept:
            note = NotePost(
                officer=kept.officer,
                person=kept.person,
                post_no=kept.post_no,
                town=kept.town,
                free_from_on=kept.free_from_on,
            )
            return (Reaction(name="note-post", command=note),)
        case OfficerTakenOver() as fact:
            return (_fill(fact, "taken_over"),)
        case OfficerAppointed() as fact:
            return (_fill(fact, "appointed"), *_appointed(fact))
        case ReassignmentApproved(kind="move") as fact:
            return (_moved(fact),)
        case OfficerLeft() as fact:
            left = VacatePost(officer=fact.officer, post_no=fact.post_no, last_day_on=fact.last_day_on)
            return (Reaction(name="vacate-post", command=left),)
        case ExitWithdrawn() as fact:
            return (_stayed(fact),)
        case ReservationGivenUp() as fact:
            released = ReleasePost(officer=fact.officer, post_no=fact.post_no)
            return (Reaction(name="release-post", command=released),)
        case _:
            return ()


def _fill(fact: OfficerTakenOver | OfficerAppointed, how: Literal["taken_over", "appointed"]) -> Reaction:
    filled = FillPost(
        officer=fact.officer,
        person=fact.person,
        post_no=fact.post_no,
        town=fact.town,
        from_on=fact.appointed_on,
        how=how,
    )
    return Reaction(name="fill-post", command=filled)


def _appointed(fact: OfficerAppointed) -> tuple[Reaction, ...]:
    if not fact.round_no:
        return ()
    noted = NoteCandidateAppointed(round_no=fact.round_no, candidate_no=fact.candidate_no, officer=fact.officer)
    return (Reaction(name="note-candidate-appointed", command=noted),)


def _moved(fact: ReassignmentApproved) -> Reaction:
    filled = FillPost(
        officer=fact.officer,
        person=fact.person,
        post_no=fact.post_no,
        town=fact.town,
        from_on=fact.effective_on,
        how="moved",
    )
    return Reaction(name="fill-post", command=filled)


def _stayed(fact: ExitWithdrawn) -> Reaction:
    """From the day on which the exit had made the post free; one that is somebody else's by now is raised, not taken."""
    filled = FillPost(
        officer=fact.officer,
        person=fact.person,
        post_no=fact.post_no,
        town=fact.town,
        from_on=fact.last_day_on + timedelta(days=1),
        how="stayed",
    )
    return Reaction(name="fill-post", command=filled)
