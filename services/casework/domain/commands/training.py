"""Commands about training (plan 四(五)): courses and sessions, and what each person owes and has."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.casework.domain.commands.shapes import Actor, Line, Reference, Sha256, TownCode
from services.contracts.deciding import Command

# The bureau's own courses begin with D (district), a town's with its code.
CourseNo = Annotated[str, Meta(pattern=r"^(D|T[0-9]{2,3})-K[A-Za-z0-9-]{1,60}\Z")]
Kind = Literal["party", "professional"]
Form = Literal["course", "meeting"]
Year = Annotated[int, Meta(ge=2000, le=9998)]
Minutes = Annotated[int, Meta(ge=1, le=1440)]
OwedMinutes = Annotated[int, Meta(ge=0, le=100_000)]
PEOPLE_MAX = 300


class Named(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody of the grassroots staff (基层社会救助工作人员), by number."""

    staff: Actor
    town: TownCode


class Present(Named, frozen=True, kw_only=True):
    """Somebody on a sign-in sheet."""

    minutes: Minutes


class Scored(Named, frozen=True, kw_only=True):
    """Somebody's score in an exam."""

    score: Annotated[int, Meta(ge=0, le=1000)]


class OfCourse(Command, frozen=True, kw_only=True):
    """Base of the commands about one course."""

    course_no: CourseNo

    @property
    def subject(self) -> str:
        return f"course:{self.course_no}"


class PlanCourse(OfCourse, frozen=True, kw_only=True):
    """Plan a course; a meeting (行政例会) used for training is a course of the form ``meeting``."""

    title: Line
    kind: Kind
    form: Form


class PlanSession(OfCourse, frozen=True, kw_only=True):
    """Plan a session of a course."""

    session_no: Reference
    planned_on: date
    minutes: Minutes
    places: Annotated[int, Meta(ge=1, le=PEOPLE_MAX)]
    venue: Line


class AllotPlaces(OfCourse, frozen=True, kw_only=True):
    """Allot a session's places among those who are named for it, in that order but officers first."""

    session_no: Reference
    nominees: Annotated[tuple[Named, ...], Meta(min_length=1, max_length=PEOPLE_MAX)]


class HoldSession(OfCourse, frozen=True, kw_only=True):
    """State that a session took place, when and how long, and who taught, by number."""

    session_no: Reference
    held_on: date
    minutes: Minutes
    trainer: Actor


class CancelSession(OfCourse, frozen=True, kw_only=True):
    """Cancel a session that was planned."""

    session_no: Reference
    reason: Line


class RecordAttendance(OfCourse, frozen=True, kw_only=True):
    """Record a sign-in sheet of a session that was held."""

    session_no: Reference
    attendees: Annotated[tuple[Present, ...], Meta(min_length=1, max_length=PEOPLE_MAX)]
    sheet_sha256: Sha256


class RecordExam(OfCourse, frozen=True, kw_only=True):
    """Record the scores of an exam; only who attended the course sits it."""

    exam_no: Reference
    taken_on: date
    results: Annotated[tuple[Scored, ...], Meta(min_length=1, max_length=PEOPLE_MAX)]


class OfTrainee(Command, frozen=True, kw_only=True):
    """Base of the commands about one person's training."""

    staff: Actor
    town: TownCode

    @property
    def subject(self) -> str:
        return f"trainee:{self.staff}"


class EnrolTrainee(OfTrainee, frozen=True, kw_only=True):
    """State what a person owes in a year; `…_proved_minutes` were done before and are shown by `document`."""

    year: Year
    party_proved_minutes: OwedMinutes = 0
    professional_proved_minutes: OwedMinutes = 0
    document: Line = ""


class CreditTraining(OfTrainee, frozen=True, kw_only=True):
    """Count a session for a person; issued when a sign-in sheet is recorded."""

    kind: Kind
    form: Form
    minutes: Minutes
    course_no: CourseNo
    session_no: Reference
    held_on: date


class CreditExam(OfTrainee, frozen=True, kw_only=True):
    """Put an exam's outcome into a person's record; issued when an exam is recorded."""

    kind: Kind
    course_no: CourseNo
    exam_no: Reference
    taken_on: date
    score: int
    passed: bool


class MarkTrainingOverdue(OfTrainee, frozen=True, kw_only=True):
    """State that a year's training is lacking; issued by the timer after its last day."""

    year: Year
    due_on: date


class EnterKeyPerson(OfTrainee, frozen=True, kw_only=True):
    """Enter a person into the roster of key people (骨干人才)."""

    entered_on: date
    reason: Line
    document: Line


class RemoveKeyPerson(OfTrainee, frozen=True, kw_only=True):
    """Take a person off the roster of key people, with the reason."""

    left_on: date
    reason: Line


CourseCommand = PlanCourse | PlanSession | AllotPlaces | HoldSession | CancelSession | RecordAttendance | RecordExam
TraineeCommand = EnrolTrainee | CreditTraining | CreditExam | MarkTrainingOverdue | EnterKeyPerson | RemoveKeyPerson
