"""What the window accepts becomes a case, what is withdrawn there ends it; a sign-in sheet counts for everybody on it."""

from typing import Final

from services.casework.domain import CloseCase, OpenCase
from services.casework.domain.commands.training import CreditExam, CreditTraining, Kind
from services.contracts.casework import AttendanceRecorded, ExamHeld
from services.contracts.deciding import Reaction, Record
from services.contracts.intake import ApplicationAccepted, ApplicationWithdrawn
from services.contracts.registry import Fact

REACTS_TO: Final[tuple[type[Fact], ...]] = (
    ApplicationAccepted,
    ApplicationWithdrawn,
    AttendanceRecorded,
    ExamHeld,
)


def react(record: Record) -> tuple[Reaction, ...]:
    """`OpenCase` for an acceptance, `CloseCase` for a withdrawal, a credit for each person at a session or an exam.

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
        case AttendanceRecorded() as fact:
            return _credits(fact)
        case ExamHeld() as fact:
            return _outcomes(fact)
        case _:
            return ()


def _credits(fact: AttendanceRecorded) -> tuple[Reaction, ...]:
    return tuple(
        Reaction(
            name=f"credit-training-{one.staff}",
            command=CreditTraining(
                staff=one.staff,
                town=one.town,
                kind=_kind(fact.kind),
                form="meeting" if fact.form == "meeting" else "course",
                minutes=one.minutes,
                course_no=fact.course_no,
                session_no=fact.session_no,
                held_on=fact.held_on,
            ),
        )
        for one in fact.attendees
    )


def _outcomes(fact: ExamHeld) -> tuple[Reaction, ...]:
    return tuple(
        Reaction(
            name=f"credit-exam-{one.staff}",
            command=CreditExam(
                staff=one.staff,
                town=one.town,
                kind=_kind(fact.kind),
                course_no=fact.course_no,
                exam_no=fact.exam_no,
                taken_on=fact.taken_on,
                score=one.score,
                passed=one.passed,
            ),
        )
        for one in fact.results
    )


def _kind(kind: str) -> Kind:
    """A fact's kind as a command has it."""
    return "party" if kind == "party" else "professional"
