"""Facts about training (plan 四(五)): courses and their sessions, who sat in them, what each person owes and has."""

from datetime import date

from services.contracts.registry import Fact, fact


class Attendee(Fact, frozen=True, kw_only=True):
    """Somebody who sat in a session, by number and never by name, and for how many minutes."""

    staff: str
    town: str
    minutes: int


class ExamResult(Fact, frozen=True, kw_only=True):
    """One person's score in an exam."""

    staff: str
    town: str
    score: int
    passed: bool


@fact("casework", "course_planned", subject="course")
class CoursePlanned(Fact, frozen=True, kw_only=True):
    """A course: `kind` party (党性教育) or professional (业务培训), counted apart; `form` course or meeting (行政例会)."""

    course_no: str
    town: str
    title: str
    kind: str
    form: str


@fact("casework", "session_planned", subject="course")
class SessionPlanned(Fact, frozen=True, kw_only=True):
    """A session of a course with its day, length and number of places."""

    course_no: str
    town: str
    session_no: str
    planned_on: date
    minutes: int
    places: int
    venue: str


@fact("casework", "places_allotted", subject="course")
class PlacesAllotted(Fact, frozen=True, kw_only=True):
    """Who has a place in a session and who waits; officers come first (四(五) 重点培训专职低保员)."""

    course_no: str
    town: str
    session_no: str
    admitted: tuple[str, ...]
    waiting: tuple[str, ...]
    pack_version: str


@fact("casework", "session_held", subject="course")
class SessionHeld(Fact, frozen=True, kw_only=True):
    """A session took place; `trainer` by number, never by name."""

    course_no: str
    town: str
    session_no: str
    held_on: date
    minutes: int
    trainer: str


@fact("casework", "session_cancelled", subject="course")
class SessionCancelled(Fact, frozen=True, kw_only=True):
    """A planned session does not take place."""

    course_no: str
    town: str
    session_no: str
    reason: str


@fact("casework", "attendance_recorded", subject="course")
class AttendanceRecorded(Fact, frozen=True, kw_only=True):
    """A sign-in sheet of a session: who, and how many minutes; later sheets add to it."""

    course_no: str
    town: str
    session_no: str
    kind: str
    form: str
    held_on: date
    attendees: tuple[Attendee, ...]
    sheet_sha256: str


@fact("casework", "exam_held", subject="course")
class ExamHeld(Fact, frozen=True, kw_only=True):
    """An exam on a course, with the scores and the pass mark in force."""

    course_no: str
    town: str
    exam_no: str
    kind: str
    taken_on: date
    pass_mark: int
    results: tuple[ExamResult, ...]
    pack_version: str


@fact("casework", "training_owed", subject="trainee")
class TrainingOwed(Fact, frozen=True, kw_only=True):
    """What a person owes in a year, by the pack; `…_proved_minutes` were shown by `document` from before this system.

    `restated`: the year was owed already, since the person came on a post, and what was proved before is added.
    """

    staff: str
    town: str
    year: int
    party_minutes: int
    professional_minutes: int
    due_on: date
    party_proved_minutes: int
    professional_proved_minutes: int
    document: str
    pack_version: str
    restated: bool = False


@fact("casework", "training_credited", subject="trainee")
class TrainingCredited(Fact, frozen=True, kw_only=True):
    """A session's minutes count for a person's year."""

    staff: str
    town: str
    year: int
    kind: str
    form: str
    minutes: int
    course_no: str
    session_no: str
    held_on: date


@fact("casework", "exam_credited", subject="trainee")
class ExamCredited(Fact, frozen=True, kw_only=True):
    """An exam's outcome stands in a person's record."""

    staff: str
    town: str
    year: int
    kind: str
    course_no: str
    exam_no: str
    taken_on: date
    score: int
    passed: bool


@fact("casework", "training_fulfilled", subject="trainee")
class TrainingFulfilled(Fact, frozen=True, kw_only=True):
    """Both kinds of a year's training are done; `in_time`: not after the year's last day for it."""

    staff: str
    town: str
    year: int
    fulfilled_on: date
    in_time: bool


@fact("casework", "training_overdue", subject="trainee")
class TrainingOverdue(Fact, frozen=True, kw_only=True):
    """A year's last day passed and training is lacking."""

    staff: str
    town: str
    year: int
    due_on: date
    party_lacking_minutes: int
    professional_lacking_minutes: int


@fact("casework", "key_person_entered", subject="trainee")
class KeyPersonEntered(Fact, frozen=True, kw_only=True):
    """A person entered the roster of key people (骨干人才)."""

    staff: str
    town: str
    entered_on: date
    reason: str
    document: str


@fact("casework", "key_person_left", subject="trainee")
class KeyPersonLeft(Fact, frozen=True, kw_only=True):
    """A person left the roster of key people, and why."""

    staff: str
    town: str
    left_on: date
    reason: str
