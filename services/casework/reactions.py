"""What the window accepts becomes a case, what is withdrawn, handed over or declared there follows; visits, hand-overs and sign-in sheets have sequels."""

from datetime import timedelta
from typing import Final

from services.casework.domain import (
    CloseCase,
    EndDuty,
    HandOverCase,
    MoveResponsibility,
    NoteNearRelative,
    NoteOfflineVisit,
    OpenCase,
    RaiseVisitConflict,
    SetVisitAside,
    StartDuty,
)
from services.casework.domain.commands.municipal import (
    DropMunicipalNumber,
    MoveTask,
    NoteMunicipalNumber,
    OpenChangeTask,
)
from services.casework.domain.commands.training import CreditExam, CreditTraining, EnrolTrainee, Kind
from services.casework.domain.municipal.reported import change_task_no
from services.contracts.casework import (
    AttendanceRecorded,
    CaseloadAccepted,
    ChangeReported,
    ExamHeld,
    MunicipalNumberClaimed,
    MunicipalNumberReleased,
    OfficerVisitNoted,
    VisitCompleted,
    VisitConflictDecided,
    VisitSide,
)
from services.contracts.deciding import CHINA, Reaction, Record
from services.contracts.intake import ApplicationAccepted, ApplicationWithdrawn, HandoverAccepted, NearRelativeDeclared
from services.contracts.payroll import (
    ExitWithdrawn,
    OfficerAppointed,
    OfficerLeft,
    OfficerTakenOver,
    ReassignmentApproved,
)
from services.contracts.registry import Fact

REACTS_TO: Final[tuple[type[Fact], ...]] = (
    ApplicationAccepted,
    ApplicationWithdrawn,
    OfficerTakenOver,
    OfficerAppointed,
    ReassignmentApproved,
    OfficerLeft,
    ExitWithdrawn,
    VisitCompleted,
    OfficerVisitNoted,
    VisitConflictDecided,
    CaseloadAccepted,
    AttendanceRecorded,
    ExamHeld,
    HandoverAccepted,
    NearRelativeDeclared,
    MunicipalNumberClaimed,
    MunicipalNumberReleased,
    ChangeReported,
)


def react(record: Record) -> tuple[Reaction, ...]:
    """`OpenCase` for an acceptance, `CloseCase` for a withdrawal, duty that follows an officer's post, a credit for each person at a
    session or an exam; else what delivery causes.

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
        case AttendanceRecorded() as fact:
            return _credits(fact)
        case ExamHeld() as fact:
            return _outcomes(fact)
        case OfficerAppointed() as fact:
            return (*_duty(fact), _trained(record, fact))
        case OfficerTakenOver() | ReassignmentApproved() | OfficerLeft() | ExitWithdrawn() as fact:
            return _duty(fact)
        case _:
            return _of_delivery(household_no, record.fact)


def _trained(record: Record, fact: OfficerAppointed) -> Reaction:
    """Officers first (四(五)): a new one owes the year's training from the appointment on, not from the first sign-in.

    An incumbent's year is stated by the trainer with what was proved of it before the take-over.
    """
    year = max(fact.appointed_on.year, record.envelope.time.astimezone(CHINA).year)
    enrolled = EnrolTrainee(staff=f"officer:{fact.officer}", town=fact.town, year=year)
    return Reaction(name="enrol-trainee", command=enrolled)


def _duty(
    fact: OfficerTakenOver | OfficerAppointed | ReassignmentApproved | OfficerLeft | ExitWithdrawn,
) -> tuple[Reaction, ...]:
    """Duty follows the post. Whoever leaves or moves with households in hand stays on duty, and answers for them, until
    they are handed over (四(二)): `EndDuty` is refused, that is stated, and the bureau ends the duty afterwards.
    """
    match fact:
        case OfficerTakenOver() | OfficerAppointed():
            started = StartDuty(officer=fact.officer, town=fact.town, from_on=fact.appointed_on)
            return (Reaction(name="start-duty", command=started),)
        case ExitWithdrawn():
            # Still on duty where the exit waited for a hand-over: then this is nothing new.
            again = StartDuty(officer=fact.officer, town=fact.town, from_on=fact.last_day_on + timedelta(days=1))
            return (Reaction(name="start-duty", command=again),)
        case OfficerLeft():
            ended = EndDuty(officer=fact.officer, kind="exit", last_day_on=fact.last_day_on)
            return (Reaction(name="end-duty", command=ended),)
        case ReassignmentApproved() if fact.town != fact.from_town:
            last = fact.effective_on - timedelta(days=1)
            ended = EndDuty(officer=fact.officer, kind="exit", last_day_on=last)
            begun = StartDuty(officer=fact.officer, town=fact.town, from_on=fact.effective_on)
            return (Reaction(name="end-duty", command=ended), Reaction(name="start-duty", command=begun))
        case _:
            return ()


def _of_delivery(number: str, fact: Fact) -> tuple[Reaction, ...]:
    """What follows from a visit, a conflict or an accepted hand-over; `number` is that of the fact's subject."""
    match fact:
        case VisitCompleted() if fact.device:
            note = NoteOfflineVisit(officer=fact.officer, town=fact.town, visit=_side(number, fact))
            return (Reaction(name="note-visit", command=note),)
        case OfficerVisitNoted():
            at = fact.visit.household_no
            return tuple(
                Reaction(
                    name=f"raise-conflict-{i}",
                    command=RaiseVisitConflict(household_no=at, visit=fact.visit, other=other),
                )
                for i, other in enumerate(fact.overlaps)
            )
        case VisitConflictDecided():
            return tuple(
                Reaction(
                    name=f"set-aside-{i}",
                    command=SetVisitAside(
                        household_no=side.household_no,
                        conflict_no=fact.conflict_no,
                        visit_no=side.visit_no,
                        record_id=side.record_id,
                    ),
                )
                for i, side in enumerate(fact.set_aside)
                if side.household_no != number
            )
        case CaseloadAccepted():
            return _taken(fact)
        case ChangeReported():
            opened = OpenChangeTask(
                task_no=change_task_no(fact.town, fact.committee, fact.duty_no),
                duty_no=fact.duty_no,
                committee=fact.committee,
                household_no=fact.household_no,
                kind=fact.change,
                happened_on=fact.happened_on,
                reported_on=fact.reported_on,
                reported_by=fact.done_by,
            )
            return (Reaction(name="open-change-task", command=opened),)
        case _:
            return _of_numbers(fact)


def _of_numbers(fact: Fact) -> tuple[Reaction, ...]:
    """A household follows what was decided of a number of the municipal system."""
    match fact:
        case MunicipalNumberClaimed():
            known = NoteMunicipalNumber(
                household_no=fact.household_no, municipal_no=fact.municipal_no, application_no=fact.application_no
            )
            return (Reaction(name="note-municipal-number", command=known),)
        case MunicipalNumberReleased():
            drop = DropMunicipalNumber(household_no=fact.household_no, municipal_no=fact.municipal_no)
            return (Reaction(name="drop-municipal-number", command=drop),)
        case _:
            return ()


def _taken(fact: CaseloadAccepted) -> tuple[Reaction, ...]:
    """Every household and every task of an accepted hand-over follows."""
    homes = (
        Reaction(
            name=f"move-{item.household_no}",
            command=MoveResponsibility(
                household_no=item.household_no,
                plan_no=fact.plan_no,
                previous=fact.officer,
                receiver=fact.receiver,
                application_nos=item.application_nos,
            ),
        )
        for item in fact.items
    )
    tasks = (
        Reaction(
            name=f"move-{task.task_no}",
            command=MoveTask(task_no=task.task_no, plan_no=fact.plan_no, previous=fact.officer, receiver=fact.receiver),
        )
        for task in fact.tasks
    )
    return (*homes, *tasks)


def _side(household_no: str, fact: VisitCompleted) -> VisitSide:
    return VisitSide(
        household_no=household_no,
        visit_no=fact.visit_no,
        record_id=fact.record_id,
        officer=fact.officer,
        author=fact.author,
        started_at=fact.started_at,
        ended_at=fact.ended_at,
    )


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
