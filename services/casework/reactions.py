"""What the window accepts becomes a case; what is withdrawn, handed over or declared there follows in the case."""

from typing import Final

from services.casework.domain import CloseCase, HandOverCase, NoteNearRelative, OpenCase
from services.contracts.deciding import Reaction, Record
from services.contracts.intake import ApplicationAccepted, ApplicationWithdrawn, HandoverAccepted, NearRelativeDeclared
from services.contracts.registry import Fact

REACTS_TO: Final[tuple[type[Fact], ...]] = (
    ApplicationAccepted,
    ApplicationWithdrawn,
    HandoverAccepted,
    NearRelativeDeclared,
)


def react(record: Record) -> tuple[Reaction, ...]:
    """`OpenCase` for an acceptance, `CloseCase` for a withdrawal; what else concerns an open case; nothing for any other.

    A withdrawal before acceptance, or after the decision, has no open case: the command is refused, and that is stated.
    """
    household_no = record.envelope.subject.partition(":")[2]
    match record.fact:
        case ApplicationAccepted() as fact:
            opened = OpenCase(
                household_no=household_no,
                application_no=fact.application_no,
                need=fact.need,
                town=fact.town,
                committee=fact.committee,
                member_count=fact.member_count,
                near_relative_declared=fact.near_relative_declared,
                accepted_on=fact.accepted_on,
                investigate_by=fact.investigate_by,
                decide_by=fact.decide_by,
                responsible=fact.responsible,
            )
            return (Reaction(name="open-case", command=opened),)
        case ApplicationWithdrawn() as fact:
            closed = CloseCase(household_no=household_no, application_no=fact.application_no, reason="withdrawn")
            return (Reaction(name="close-case", command=closed),)
        case HandoverAccepted(case_open=True) as fact:
            followed = HandOverCase(
                household_no=household_no, application_no=fact.application_no, responsible=fact.responsible
            )
            return (Reaction(name="hand-over-case", command=followed),)
        case NearRelativeDeclared() as fact:
            return tuple(
                Reaction(
                    name=f"note-near-relative/{number}",
                    command=NoteNearRelative(
                        household_no=household_no, application_no=number, request_no=fact.request_no
                    ),
                )
                for number in fact.open_cases
            )
        case _:
            return ()
