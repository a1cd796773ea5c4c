"""What casework decides closes the window's item (首问负责); what a request says of discoveries and persons follows it."""

from datetime import date
from typing import Final

from services.contracts.casework import EligibilityConfirmed, EligibilityRefused, PapersCompleted
from services.contracts.deciding import Reaction, Record
from services.contracts.intake import MatchDecided, RequestReceived
from services.contracts.registry import Fact
from services.contracts.sealed import Sealed
from services.intake.domain import AnswerApplication, FollowDiscovery, MergeRequest, NotePerson

REACTS_TO: Final[tuple[type[Fact], ...]] = (
    EligibilityConfirmed,
    EligibilityRefused,
    PapersCompleted,
    RequestReceived,
    MatchDecided,
)


def react(record: Record) -> tuple[Reaction, ...]:
    """An answer for a decision; for a request its discovery followed and its persons noted; a merged request ended.

    An emergency that was helped first stays the window's until its papers are done: what is declared meanwhile, a near
    relative too, still reaches its case.
    """
    household_no = record.envelope.subject.partition(":")[2]
    match record.fact:
        case EligibilityConfirmed(papers_by=date()):
            return ()
        case EligibilityConfirmed(application_no=application_no) | PapersCompleted(application_no=application_no):
            return (_answer(household_no, application_no, confirmed=True),)
        case EligibilityRefused(application_no=application_no):
            return (_answer(household_no, application_no, confirmed=False),)
        case RequestReceived() as fact:
            return (*_followed(household_no, fact), *_noted(household_no, fact))
        case MatchDecided(verdict="merge") as fact:
            merge = MergeRequest(
                household_no=fact.household_no, request_no=fact.request_no, other_household=fact.other_household
            )
            return (Reaction(name="merge-request", command=merge),)
        case _:
            return ()


def _answer(household_no: str, application_no: str, *, confirmed: bool) -> Reaction:
    answer = AnswerApplication(
        household_no=household_no, application_no=application_no, outcome="confirmed" if confirmed else "refused"
    )
    return Reaction(name="answer-application", command=answer)


def _followed(household_no: str, fact: RequestReceived) -> tuple[Reaction, ...]:
    if not fact.discovery_no:
        return ()
    follow = FollowDiscovery(discovery_no=fact.discovery_no, household_no=household_no, request_no=fact.request_no)
    return (Reaction(name="follow-discovery", command=follow),)


def _noted(household_no: str, fact: RequestReceived) -> tuple[Reaction, ...]:
    """Every member is noted under the pseudonym alone, so that a second household that names the same person is seen."""
    return tuple(
        Reaction(
            name=f"note-person/{member.person}",
            command=NotePerson(
                person=member.person,
                household_no=household_no,
                town=fact.town,
                request_no=fact.request_no,
                name=member.name if isinstance(member.name, Sealed) else None,
                keys=member.keys,
            ),
        )
        for member in fact.members
    )
