"""Read models of training: by person and year, by town and month, courses, the roster of key people; no names."""

from datetime import date
from typing import Any, Final

import msgspec

from services.contracts.casework import (
    AttendanceRecorded,
    CoursePlanned,
    ExamCredited,
    ExamHeld,
    KeyPersonEntered,
    KeyPersonLeft,
    PlacesAllotted,
    SessionCancelled,
    SessionHeld,
    SessionPlanned,
    TrainingCredited,
    TrainingFulfilled,
    TrainingOverdue,
    TrainingOwed,
)
from services.contracts.deciding import Model, Record
from services.contracts.months import Month

_change = msgspec.structs.replace


class PersonTraining(msgspec.Struct, frozen=True, kw_only=True):
    """One person's training in one year, party and professional apart; `overdue` ends when all of it is done."""

    staff: str
    town: str
    year: int
    party_minutes_owed: int
    professional_minutes_owed: int
    due_on: date
    party_minutes: int = 0
    professional_minutes: int = 0
    meeting_minutes: int = 0
    sessions: int = 0
    exams_passed: int = 0
    exams_failed: int = 0
    fulfilled: bool = False
    overdue: bool = False


class TownTraining(msgspec.Struct, frozen=True, kw_only=True):
    """One town's staff in one month's sessions and exams, as far as one partition knows; add the partitions up."""

    town: str
    month: Month
    attendances: int = 0
    party_minutes: int = 0
    professional_minutes: int = 0
    meeting_minutes: int = 0
    exams_passed: int = 0
    exams_failed: int = 0


class CourseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One course with its sessions by what became of them; `town` is empty for the district's own."""

    town: str
    title: str
    kind: str
    form: str
    sessions_planned: int = 0
    sessions_held: int = 0
    sessions_cancelled: int = 0
    attendances: int = 0
    minutes: int = 0
    exams_passed: int = 0
    exams_failed: int = 0


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One session of a course: planned, who has a place and who waits, held or cancelled, and who signed in; by number."""

    course_no: str
    town: str
    session_no: str
    planned_on: date
    minutes: int
    places: int
    venue: str
    status: str = "planned"
    admitted: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    held_on: date | None = None
    trainer: str = ""
    attended: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


class KeyPersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of the key people (骨干人才); `left_on` is empty while the roster names the person."""

    staff: str
    town: str
    entered_on: date
    reason: str
    left_on: date | None = None
    left_reason: str = ""


def _staff(record: Record) -> str:
    """The person a fact is about, by number."""
    return record.envelope.subject.partition(":")[2]


def _person_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (f"{_staff(record)}/{fact.year}",)


def _person(row: PersonTraining | None, record: Record, _: str) -> PersonTraining | None:
    match record.fact:
        case TrainingOwed() as fact:
            return PersonTraining(
                staff=fact.staff,
                town=fact.town,
                year=fact.year,
                party_minutes_owed=fact.party_minutes,
                professional_minutes_owed=fact.professional_minutes,
                due_on=fact.due_on,
                party_minutes=fact.party_proved_minutes,
                professional_minutes=fact.professional_proved_minutes,
            )
        case TrainingCredited() as fact if row is not None:
            party = fact.kind == "party"
            return _change(
                row,
                town=fact.town,
                sessions=row.sessions + 1,
                party_minutes=row.party_minutes + (fact.minutes if party else 0),
                professional_minutes=row.professional_minutes + (0 if party else fact.minutes),
                meeting_minutes=row.meeting_minutes + (fact.minutes if fact.form == "meeting" else 0),
            )
        case ExamCredited() as fact if row is not None:
            return _change(
                row, exams_passed=row.exams_passed + fact.passed, exams_failed=row.exams_failed + (not fact.passed)
            )
        case TrainingFulfilled() if row is not None:
            return _change(row, fulfilled=True, overdue=False)
        case TrainingOverdue() if row is not None:
            return _change(row, overdue=True)
        case _:
            return row


def _town_keys(record: Record) -> tuple[str, ...]:
    match record.fact:
        case AttendanceRecorded() as fact:
            return tuple(sorted({f"{one.town}/{Month.of(fact.held_on)}" for one in fact.attendees}))
        case ExamHeld() as fact:
            return tuple(sorted({f"{one.town}/{Month.of(fact.taken_on)}" for one in fact.results}))
        case _:
            return ()


def _town(row: TownTraining | None, record: Record, key: str) -> TownTraining | None:
    town, _, month = key.partition("/")
    before = row or TownTraining(town=town, month=Month.parse(month))
    match record.fact:
        case AttendanceRecorded() as fact:
            mine = [one.minutes for one in fact.attendees if one.town == town]
            name = "party_minutes" if fact.kind == "party" else "professional_minutes"
            return _change(
                before,
                attendances=before.attendances + len(mine),
                meeting_minutes=before.meeting_minutes + (sum(mine) if fact.form == "meeting" else 0),
                **{name: getattr(before, name) + sum(mine)},
            )
        case ExamHeld() as fact:
            passed = [one.passed for one in fact.results if one.town == town]
            return _change(
                before,
                exams_passed=before.exams_passed + sum(passed),
                exams_failed=before.exams_failed + len(passed) - sum(passed),
            )
        case _:
            return row


def _course_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.course_no,)


def _course(row: CourseRow | None, record: Record, _: str) -> CourseRow | None:
    match record.fact:
        case CoursePlanned() as fact:
            return CourseRow(town=fact.town, title=fact.title, kind=fact.kind, form=fact.form)
        case SessionPlanned() if row is not None:
            return _change(row, sessions_planned=row.sessions_planned + 1)
        case SessionHeld() if row is not None:
            return _change(row, sessions_held=row.sessions_held + 1)
        case SessionCancelled() if row is not None:
            return _change(row, sessions_cancelled=row.sessions_cancelled + 1)
        case AttendanceRecorded() as fact if row is not None:
            minutes = sum(one.minutes for one in fact.attendees)
            return _change(row, attendances=row.attendances + len(fact.attendees), minutes=row.minutes + minutes)
        case ExamHeld() as fact if row is not None:
            passed = sum(one.passed for one in fact.results)
            failed = len(fact.results) - passed
            return _change(row, exams_passed=row.exams_passed + passed, exams_failed=row.exams_failed + failed)
        case _:
            return row


def _session_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (f"{fact.course_no}/{fact.session_no}",)


def _session(row: SessionRow | None, record: Record, _: str) -> SessionRow | None:
    match record.fact:
        case SessionPlanned() as fact:
            names = ("course_no", "town", "session_no", "planned_on", "minutes", "places", "venue")
            return SessionRow(**{name: getattr(fact, name) for name in names})
        case PlacesAllotted() as fact if row is not None:
            return _change(row, admitted=fact.admitted, waiting=fact.waiting)
        case SessionHeld() as fact if row is not None:
            return _change(row, status="held", held_on=fact.held_on, minutes=fact.minutes, trainer=fact.trainer)
        case SessionCancelled() if row is not None:
            return _change(row, status="cancelled")
        case AttendanceRecorded() as fact if row is not None:
            attended = (*row.attended, *(one.staff for one in fact.attendees))
            return _change(row, attended=attended, sheets=(*row.sheets, fact.sheet_sha256))
        case _:
            return row


def _key_person_keys(record: Record) -> tuple[str, ...]:
    return (_staff(record),)


def _key_person(row: KeyPersonRow | None, record: Record, _: str) -> KeyPersonRow | None:
    match record.fact:
        case KeyPersonEntered() as fact:
            return KeyPersonRow(staff=fact.staff, town=fact.town, entered_on=fact.entered_on, reason=fact.reason)
        case KeyPersonLeft() as fact if row is not None:
            return _change(row, left_on=fact.left_on, left_reason=fact.reason)
        case _:
            return row


TRAINING_BY_PERSON: Final = Model(
    name="training_by_person",
    row=PersonTraining,
    listens=(TrainingOwed, TrainingCredited, ExamCredited, TrainingFulfilled, TrainingOverdue),
    keys=_person_keys,
    evolve=_person,
)
TRAINING_BY_TOWN: Final = Model(
    name="training_by_town", row=TownTraining, listens=(AttendanceRecorded, ExamHeld), keys=_town_keys, evolve=_town
)
COURSES: Final = Model(
    name="courses",
    row=CourseRow,
    listens=(CoursePlanned, SessionPlanned, SessionHeld, SessionCancelled, AttendanceRecorded, ExamHeld),
    keys=_course_keys,
    evolve=_course,
)
TRAINING_SESSIONS: Final = Model(
    name="training_sessions",
    row=SessionRow,
    listens=(SessionPlanned, PlacesAllotted, SessionHeld, SessionCancelled, AttendanceRecorded),
    keys=_session_keys,
    evolve=_session,
    listed_by="planned_on",
)
KEY_PEOPLE: Final = Model(
    name="key_people",
    row=KeyPersonRow,
    listens=(KeyPersonEntered, KeyPersonLeft),
    keys=_key_person_keys,
    evolve=_key_person,
)
