"""What casework decides closes the window's item (首问负责); a request that names a discovery follows it up (主动发现)."""

from typing import Final

from services.contracts.casework import EligibilityConfirmed, EligibilityRefused
from services.contracts.deciding import Reaction, Record
from services.contracts.intake import RequestReceived
from services.contracts.registry import Fact
from services.intake.domain import AnswerApplication, FollowDiscovery

REACTS_TO: Final[tuple[type[Fact], ...]] = (EligibilityConfirmed, EligibilityRefused, RequestReceived)


def react(record: Record) -> tuple[Reaction, ...]:
    """An `AnswerApplication` for a decision, a `FollowDiscovery` for a request that names one; else nothing."""
    household_no = record.envelope.subject.partition(":")[2]
    match record.fact:
        case EligibilityConfirmed(application_no=application_no):
            return (_answer(household_no, application_no, confirmed=True),)
        case EligibilityRefused(application_no=application_no):
            return (_answer(household_no, application_no, confirmed=False),)
        case RequestReceived(discovery_no=discovery_no, request_no=request_no) if discovery_no:
            follow = FollowDiscovery(discovery_no=discovery_no, household_no=household_no, request_no=request_no)
            return (Reaction(name="follow-discovery", command=follow),)
        case _:
            return ()


def _answer(household_no: str, application_no: str, *, confirmed: bool) -> Reaction:
    answer = AnswerApplication(
        household_no=household_no, application_no=application_no, outcome="confirmed" if confirmed else "refused"
    )
    return Reaction(name="answer-application", command=answer)
