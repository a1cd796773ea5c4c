"""What casework decides about a course: planned, its sessions held or cancelled, who sat in them, who passed (四(五))."""

from collections.abc import Sequence
from typing import Final, Literal, assert_never

import msgspec

from services.casework.domain.belonging import of_town, text_given, town_of
from services.casework.domain.commands.training import (
    AllotPlaces,
    CancelSession,
    CourseCommand,
    HoldSession,
    Named,
    PlanCourse,
    PlanSession,
    RecordAttendance,
    RecordExam,
)
from services.casework.domain.guards import not_in_future, rejected_unless
from services.casework.rules.training import Training, places_of
from services.contracts.casework import (
    AttendanceRecorded,
    Attendee,
    CoursePlanned,
    ExamHeld,
    ExamResult,
    PlacesAllotted,
    SessionCancelled,
    SessionHeld,
    SessionPlanned,
)
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.registry import Fact

SESSIONS_MAX: Final = 100
_change = msgspec.structs.replace


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One session; `attended` are those on its sign-in sheets."""

    session_no: str
    places: int
    status: Literal["planned", "held", "cancelled"] = "planned"
    allotted: bool = False
    held: SessionHeld | None = None
    attended: tuple[str, ...] = ()


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state of one course; `kind` is empty until it is planned."""

    kind: str = ""
    form: str = ""
    sessions: tuple[Session, ...] = ()
    exam_nos: tuple[str, ...] = ()


def decide(state: Course, command: CourseCommand, context: Context) -> tuple[Fact, ...]:
    town = town_of(command.course_no)
    of_town(town, context)
    if not isinstance(command, PlanCourse):
        rejected_unless(bool(state.kind), "course-unknown", "没有该课程", "there is no such course")
    match command:
        case PlanCourse():
            rejected_unless(not state.kind, "course-known", "该课程已登记", "this course is planned already")
            text_given("title", command.title)
            fields = {name: getattr(command, name) for name in PlanCourse.__struct_fields__}
            return (CoursePlanned(town=town, **fields),)
        case PlanSession():
            return (_planned(state, command, town),)
        case AllotPlaces():
            return (_allotted(state, command, town, context),)
        case HoldSession():
            return (_held(state, command, town, context),)
        case CancelSession():
            _session(state, command.session_no, "planned")
            text_given("reason", command.reason)
            cancelled = SessionCancelled(
                course_no=command.course_no, town=town, session_no=command.session_no, reason=command.reason
            )
            return (cancelled,)
        case RecordAttendance():
            return (_attended(state, command, town, context),)
        case RecordExam():
            return (_exam(state, command, town, context),)
        case _:
            assert_never(command)


def _session(state: Course, session_no: str, status: str) -> Session:
    """The session of that number, which must stand at `status`."""
    for session in state.sessions:
        if session.session_no == session_no:
            rejected_unless(
                session.status == status,
                f"session-not-{status}",
                f"该场次状态为 {session.status}",
                f"the session is {session.status}, not {status}",
            )
            return session
    raise CommandRejected("session-unknown", "没有该场次", "the course has no such session")


def _planned(state: Course, command: PlanSession, town: str) -> SessionPlanned:
    known = {session.session_no for session in state.sessions}
    rejected_unless(command.session_no not in known, "session-known", "该场次已登记", "this session is planned already")
    rejected_unless(
        len(state.sessions) < SESSIONS_MAX,
        "sessions-too-many",
        f"一门课程最多 {SESSIONS_MAX} 个场次",
        f"a course has at most {SESSIONS_MAX} sessions",
    )
    text_given("venue", command.venue)
    return SessionPlanned(town=town, **{name: getattr(command, name) for name in PlanSession.__struct_fields__})


def _allotted(state: Course, command: AllotPlaces, town: str, context: Context) -> PlacesAllotted:
    """Officers first (四(五) 重点是专职低保员); once for a session."""
    session = _session(state, command.session_no, "planned")
    rejected_unless(not session.allotted, "places-allotted", "该场次名额已分配", "its places are allotted already")
    _own_people(command.nominees, context)
    rules = context.rule_on("training", context.today, Training)
    admitted, waiting = places_of([one.staff for one in command.nominees], session.places, rules.places_first)
    return PlacesAllotted(
        course_no=command.course_no,
        town=town,
        session_no=command.session_no,
        admitted=admitted,
        waiting=waiting,
        pack_version=context.rules.version_on("training", context.today),
    )


def _own_people(people: Sequence[Named], context: Context) -> None:
    """Nobody twice; a town records for its own staff only."""
    rejected_unless(
        len({one.staff for one in people}) == len(people),
        "person-repeated",
        "名单中有人重复",
        "somebody is on the list twice",
    )
    for one in people:
        of_town(one.town, context)


def _held(state: Course, command: HoldSession, town: str, context: Context) -> SessionHeld:
    _session(state, command.session_no, "planned")
    not_in_future("held_on", command.held_on, context)
    return SessionHeld(town=town, **{name: getattr(command, name) for name in HoldSession.__struct_fields__})


def _attended(state: Course, command: RecordAttendance, town: str, context: Context) -> AttendanceRecorded:
    session = _session(state, command.session_no, "held")
    held = session.held
    assert held is not None, "a session that is held says when"
    _own_people(command.attendees, context)
    rejected_unless(
        not {one.staff for one in command.attendees} & set(session.attended),
        "attendance-repeated",
        "名单中有人已签到登记",
        "somebody on the sheet is recorded already",
    )
    rejected_unless(
        all(one.minutes <= held.minutes for one in command.attendees),
        "minutes-too-many",
        f"签到时长超过该场次的 {held.minutes} 分钟",
        f"nobody sat longer than the session's {held.minutes} minutes",
    )
    return AttendanceRecorded(
        course_no=command.course_no,
        town=town,
        session_no=command.session_no,
        kind=state.kind,
        form=state.form,
        held_on=held.held_on,
        attendees=tuple(Attendee(staff=one.staff, town=one.town, minutes=one.minutes) for one in command.attendees),
        sheet_sha256=command.sheet_sha256,
    )


def _exam(state: Course, command: RecordExam, town: str, context: Context) -> ExamHeld:
    rejected_unless(
        command.exam_no not in state.exam_nos, "exam-known", "该考试已登记", "this exam is recorded already"
    )
    not_in_future("taken_on", command.taken_on, context)
    _own_people(command.results, context)
    attended = {staff for session in state.sessions for staff in session.attended}
    rejected_unless(
        all(one.staff in attended for one in command.results),
        "not-attended",
        "参加考试的人员未参加该课程",
        "somebody in the exam did not attend the course",
    )
    rules = context.rule_on("training", command.taken_on, Training)
    rejected_unless(
        all(one.score <= rules.score_max for one in command.results),
        "score-too-high",
        f"成绩超过满分 {rules.score_max}",
        f"a score is above {rules.score_max}",
    )
    results = (
        ExamResult(staff=one.staff, town=one.town, score=one.score, passed=one.score >= rules.pass_mark)
        for one in command.results
    )
    return ExamHeld(
        course_no=command.course_no,
        town=town,
        exam_no=command.exam_no,
        kind=state.kind,
        taken_on=command.taken_on,
        pass_mark=rules.pass_mark,
        results=tuple(results),
        pack_version=context.rules.version_on("training", command.taken_on),
    )


def evolve(state: Course, fact: Fact) -> Course:
    match fact:
        case CoursePlanned():
            return _change(state, kind=fact.kind, form=fact.form)
        case SessionPlanned():
            planned = Session(session_no=fact.session_no, places=fact.places)
            return _change(state, sessions=(*state.sessions, planned))
        case PlacesAllotted():
            return _with_session(state, fact.session_no, allotted=True)
        case SessionHeld():
            return _with_session(state, fact.session_no, status="held", held=fact)
        case SessionCancelled():
            return _with_session(state, fact.session_no, status="cancelled")
        case AttendanceRecorded():
            before = next((s.attended for s in state.sessions if s.session_no == fact.session_no), ())
            attended = (*before, *(one.staff for one in fact.attendees))
            return _with_session(state, fact.session_no, attended=attended)
        case ExamHeld():
            return _change(state, exam_nos=(*state.exam_nos, fact.exam_no))
        case _:
            return state


def _with_session(state: Course, session_no: str, **changes: object) -> Course:
    sessions = (_change(one, **changes) if one.session_no == session_no else one for one in state.sessions)
    return _change(state, sessions=tuple(sessions))


COURSE = Aggregate(
    prefix="course",
    state=Course,
    initial=Course(),
    commands=(PlanCourse, PlanSession, AllotPlaces, HoldSession, CancelSession, RecordAttendance, RecordExam),
    decide=decide,
    evolve=evolve,
)
