"""Proves what casework decides and shows about training (方案四（五）): courses, hours by person and town, who is overdue."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain.commands.training import (
    AllotPlaces,
    CancelSession,
    CreditTraining,
    EnrolTrainee,
    EnterKeyPerson,
    HoldSession,
    MarkTrainingOverdue,
    Named,
    PlanCourse,
    PlanSession,
    Present,
    RecordAttendance,
    RecordExam,
    RemoveKeyPerson,
    Scored,
)
from services.casework.domain.course import SESSIONS_MAX
from services.casework.rules.training import places_of
from services.contracts.casework import (
    ExamHeld,
    PlacesAllotted,
    TrainingCredited,
    TrainingFulfilled,
    TrainingOverdue,
    TrainingOwed,
)
from services.contracts.months import Month
from services.portal.measures.training import COUNTED
from tests.unit.casework_told import TODAY, Told

HASH = "0" * 64
COURSE = "D-K202603-01"
O1, O2, W1, C1 = "officer:O001", "officer:O002", "window:T01-W1", "committee:T02-C01-M1"


def plan(course_no: str = COURSE, kind: Any = "professional", form: Any = "course") -> tuple[PlanCourse, PlanSession]:
    return (
        PlanCourse(course_no=course_no, title="低保审核确认办法（示例）", kind=kind, form=form),
        PlanSession(course_no=course_no, session_no="S1", planned_on=TODAY, minutes=180, places=2, venue="区民政局"),
    )


def hold(course_no: str = COURSE, on: date = TODAY, minutes: int = 180) -> HoldSession:
    return HoldSession(course_no=course_no, session_no="S1", held_on=on, minutes=minutes, trainer="trainer:P01")


def sheet(*people: tuple[str, str, int], course_no: str = COURSE) -> RecordAttendance:
    attendees = tuple(Present(staff=staff, town=town, minutes=minutes) for staff, town, minutes in people)
    return RecordAttendance(course_no=course_no, session_no="S1", attendees=attendees, sheet_sha256=HASH)


def exam(*scores: tuple[str, int], exam_no: str = "E1") -> RecordExam:
    results = tuple(Scored(staff=staff, town="T01", score=score) for staff, score in scores)
    return RecordExam(course_no=COURSE, exam_no=exam_no, taken_on=TODAY, results=results)


def enrol(staff: str = O1, year: int = 2026, party: int = 0, professional: int = 0, document: str = "") -> EnrolTrainee:
    return EnrolTrainee(
        staff=staff, town="T01", year=year, party_proved_minutes=party, professional_proved_minutes=professional,
        document=document,
    )  # fmt: skip


def held() -> Told:
    told = Told()
    told.tell(*plan(), hold())
    return told


# ---- places: 重点是专职低保员


@pytest.mark.parametrize(
    ("nominees", "admitted", "waiting"),
    [
        pytest.param((O1, O2), (O1, O2), (), id="名额够：按报名顺序"),
        pytest.param((W1, O1, O2), (O1, O2), (W1,), id="名额不够：专职低保员优先"),
        pytest.param((W1, C1, O1), (O1, W1), (C1,), id="其余人员按报名顺序"),
        pytest.param((W1,), (W1,), (), id="没有低保员报名"),
    ],
)
def test_officers_have_a_sessions_places_first(
    nominees: tuple[str, ...], admitted: tuple[str, ...], waiting: tuple[str, ...]
) -> None:
    told = Told()
    told.tell(*plan())
    named = tuple(Named(staff=staff, town="T01") for staff in nominees)
    (fact,) = told.tell(AllotPlaces(course_no=COURSE, session_no="S1", nominees=named))
    assert isinstance(fact, PlacesAllotted)
    assert (fact.admitted, fact.waiting) == (admitted, waiting)
    assert told.no(AllotPlaces(course_no=COURSE, session_no="S1", nominees=named)) == "places-allotted"


@given(st.lists(st.sampled_from(["officer", "window", "committee"]), max_size=30), st.integers(1, 40))
def test_nobody_is_lost_among_the_nominees_and_no_officer_waits_while_another_has_a_place(
    positions: list[str], places: int
) -> None:
    nominees = [f"{position}:{n}" for n, position in enumerate(positions)]
    admitted, waiting = places_of(nominees, places, ("officer",))
    assert sorted(admitted + waiting) == sorted(nominees)
    assert len(admitted) == min(places, len(nominees))
    if any(staff.startswith("officer") for staff in waiting):
        assert all(staff.startswith("officer") for staff in admitted)


# ---- sessions and sign-in sheets


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param(plan()[0], "course-known", id="课程重复登记"),
        pytest.param(plan()[1], "session-known", id="场次重复登记"),
        pytest.param(hold(), "session-not-planned", id="已举办的场次不能再举办"),
        pytest.param(CancelSession(course_no=COURSE, session_no="S1", reason="讲师生病"), "session-not-planned", id="已举办不能取消"),
        pytest.param(CancelSession(course_no=COURSE, session_no="S9", reason="讲师生病"), "session-unknown", id="没有该场次"),
        pytest.param(sheet((O1, "T01", 181)), "minutes-too-many", id="签到时长超过场次时长"),
        pytest.param(sheet((O1, "T01", 90), (O1, "T01", 90)), "person-repeated", id="同一人签到两次"),
        pytest.param(exam((O1, 80)), "not-attended", id="未参加课程不能考试"),
        pytest.param(PlanCourse(course_no="D-K2", title="电话13812345678", kind="party", form="course"), "personal-in-text",
                     id="课程名称不得有手机号"),
        pytest.param(PlanCourse(course_no="D-K2", title=" ", kind="party", form="course"), "title-missing", id="须有名称"),
        pytest.param(plan("D-K3")[1], "course-unknown", id="没有该课程"),
    ],
)  # fmt: skip
def test_what_a_course_refuses(command: Any, code: str) -> None:
    assert held().no(command) == code


def test_a_session_is_not_held_in_the_future_nor_signed_for_before_it_was_held() -> None:
    told = Told()
    told.tell(*plan())
    assert told.no(hold(on=date(2026, 3, 17))) == "time-in-future"
    assert told.no(sheet((O1, "T01", 90))) == "session-not-held"
    assert told.no(CancelSession(course_no=COURSE, session_no="S1", reason="")) == "reason-missing"
    told.tell(CancelSession(course_no=COURSE, session_no="S1", reason="讲师生病"))
    assert told.no(hold()) == "session-not-planned"


def test_a_course_has_a_limited_number_of_sessions() -> None:
    told = Told()
    told.tell(plan()[0], *(msgspec.structs.replace(plan()[1], session_no=f"S{n}") for n in range(SESSIONS_MAX)))
    assert told.no(msgspec.structs.replace(plan()[1], session_no="S-more")) == "sessions-too-many"


def test_a_later_sheet_adds_people_but_nobody_twice() -> None:
    told = held()
    told.tell(sheet((O1, "T01", 180)))
    told.tell(sheet((O2, "T01", 120)))
    assert told.no(sheet((O2, "T01", 120))) == "attendance-repeated"
    row = told.rows("courses")[COURSE]
    assert (row.sessions_planned, row.sessions_held, row.attendances, row.minutes) == (1, 1, 2, 300)


def test_a_town_trains_its_own_staff_in_its_own_courses() -> None:
    told = held()
    assert told.no(sheet((O1, "T01", 90)), actor="town-leader:T01", town="T01") == "wrong-town"
    mine = "T01-K1"
    told.tell(*plan(mine, "party", "meeting"), hold(mine), actor="town-leader:T01", town="T01")
    other = sheet(("officer:O020", "T02", 90), course_no=mine)
    assert told.no(other, actor="town-leader:T01", town="T01") == "wrong-town"
    assert told.no(plan("T02-K1")[0], actor="town-leader:T01", town="T01") == "wrong-town"


# ---- exams


@pytest.mark.parametrize(("score", "passed"), [(59, False), (60, True), (100, True)])
def test_an_exam_is_passed_from_the_pass_mark_on(score: int, passed: bool) -> None:
    told = held()
    told.tell(sheet((O1, "T01", 180)))
    (fact,) = told.tell(exam((O1, score)))
    assert isinstance(fact, ExamHeld)
    assert [one.passed for one in fact.results] == [passed]
    assert fact.pass_mark == 60
    row = told.rows("training_by_person")[f"{O1}/2026"]
    assert (row.exams_passed, row.exams_failed) == (passed, not passed)
    assert told.no(exam((O1, score))) == "exam-known"
    assert told.no(exam((O1, 101), exam_no="E2")) == "score-too-high"


# ---- hours: 党性教育与业务培训分别计算


def test_a_sheet_counts_for_each_person_apart_by_kind_and_states_what_the_year_owes() -> None:
    told = held()
    told.tell(sheet((O1, "T01", 180), (C1, "T02", 120)))
    meeting = "T01-K1"
    told.tell(*plan(meeting, "party", "meeting"), hold(meeting, minutes=60), sheet((O1, "T01", 60), course_no=meeting))
    officer, member = (told.rows("training_by_person")[f"{one}/2026"] for one in (O1, C1))
    assert (officer.party_minutes, officer.professional_minutes, officer.meeting_minutes) == (60, 180, 60)
    assert (officer.party_minutes_owed, officer.professional_minutes_owed) == (480, 1440)
    assert (member.party_minutes_owed, member.professional_minutes_owed) == (240, 480), "其他人员"
    assert (officer.due_on, officer.sessions) == (date(2026, 12, 31), 2)
    town = told.rows("training_by_town")
    assert town["T02/2026-03"].professional_minutes == 120
    assert set(town) == {"T01/2026-03", "T02/2026-03"}
    assert town["T01/2026-03"].month == Month(2026, 3)


def test_the_year_is_fulfilled_when_both_kinds_are_done_and_only_once() -> None:
    told = Told()
    told.tell(enrol(party=480, professional=1430, document="2026年培训手册（示例）"))
    credit = CreditTraining(
        staff=O1, town="T01", kind="professional", form="course", minutes=10, course_no=COURSE, session_no="S1", held_on=TODAY
    )  # fmt: skip
    credited, fulfilled = told.tell(credit, actor="reaction:casework")
    assert isinstance(credited, TrainingCredited)
    assert fulfilled == TrainingFulfilled(staff=O1, town="T01", year=2026, fulfilled_on=TODAY, in_time=True)
    assert told.no(credit) == "credit-repeated"
    assert told.rows("training_by_person")[f"{O1}/2026"].fulfilled
    assert told.rows("due") == {}, "学时完成即停表"


def test_what_was_proved_is_added_to_a_year_that_was_owed_by_the_appointment_until_something_counts() -> None:
    told = Told()
    told.tell(enrol(), actor="reaction:casework")
    (owed,) = told.tell(enrol(party=60, document="培训手册（示例）"))
    assert isinstance(owed, TrainingOwed)
    assert owed.restated
    assert told.rows("training_by_person")[f"{O1}/2026"].party_minutes == 60
    assert told.no(enrol(party=90, document="培训手册（示例）")) == "training-owed"
    assert [one.amount for one in COUNTED[TrainingOwed][0](owed)] == [], "应培训人数只计一次"


def test_hours_proved_before_need_their_document() -> None:
    told = Told()
    assert told.no(enrol(party=60)) == "document-missing"
    owed, fulfilled = told.tell(enrol(party=480, professional=1440, document="培训手册（示例）"))
    assert isinstance(owed, TrainingOwed)
    assert isinstance(fulfilled, TrainingFulfilled)
    assert told.no(enrol()) == "training-owed"
    assert Told().no(enrol(year=2024)) == "no-rule-in-force"


@pytest.mark.parametrize(
    ("today", "code"),
    [
        pytest.param(date(2026, 12, 31), "clock-running", id="最后一日未过"),
        pytest.param(date(2027, 1, 1), "", id="次日逾期"),
    ],
)
def test_training_is_overdue_the_day_after_the_years_last(today: date, code: str) -> None:
    told = Told()
    told.tell(enrol(party=480, document="培训手册（示例）"))
    (due,) = told.rows("due").values()
    assert due.due_at.isoformat() == "2026-12-31T16:00:00+00:00"
    mark = MarkTrainingOverdue(staff=O1, town="T01", year=2026, due_on=date(2026, 12, 31))
    if code:
        assert told.no(mark, on=today) == code
        return
    (fact,) = told.tell(mark, on=today, actor="timer:casework")
    assert isinstance(fact, TrainingOverdue)
    assert (fact.party_lacking_minutes, fact.professional_lacking_minutes) == (0, 1440)
    assert told.no(mark, on=today) == "overdue-known"
    row = told.rows("training_by_person")[f"{O1}/2026"]
    assert (row.overdue, row.fulfilled) == (True, False)


def test_training_done_late_is_fulfilled_but_not_in_time() -> None:
    told = Told()
    told.tell(enrol(year=2025, party=480, professional=1400, document="培训手册（示例）"))
    told.tell(MarkTrainingOverdue(staff=O1, town="T01", year=2025, due_on=date(2025, 12, 31)), on=date(2026, 1, 1))
    late = CreditTraining(
        staff=O1, town="T01", kind="professional", form="course", minutes=40, course_no=COURSE, session_no="S1",
        held_on=date(2025, 12, 30),
    )  # fmt: skip
    *_, fulfilled = told.tell(late)
    assert isinstance(fulfilled, TrainingFulfilled)
    assert not fulfilled.in_time
    assert not told.rows("training_by_person")[f"{O1}/2025"].overdue


@given(st.lists(st.tuples(st.sampled_from(["party", "professional"]), st.integers(1, 400)), max_size=12))
def test_the_sum_of_credits_is_the_row_and_the_year_ends_exactly_when_nothing_lacks(credits: Any) -> None:
    """A law: minutes in = minutes shown, and `fulfilled` is true when and only when both kinds are done."""
    told = Told()
    told.tell(enrol())
    for n, (kind, minutes) in enumerate(credits):
        told.tell(
            CreditTraining(
                staff=O1, town="T01", kind=kind, form="course", minutes=minutes, course_no=COURSE, session_no=f"S{n}",
                held_on=TODAY,
            )
        )  # fmt: skip
    row = told.rows("training_by_person")[f"{O1}/2026"]
    party, professional = (sum(m for k, m in credits if k == kind) for kind in ("party", "professional"))
    assert (row.party_minutes, row.professional_minutes) == (party, professional)
    assert row.fulfilled == (party >= 480 and professional >= 1440) == ("TrainingFulfilled" in told.kinds())


# ---- 骨干人才名册


def test_the_roster_of_key_people_is_entered_and_left_with_a_reason() -> None:
    told = Told()
    enter = EnterKeyPerson(staff=O1, town="T01", entered_on=TODAY, reason="连续两年优秀", document="示例〔2026〕5号")
    leave = RemoveKeyPerson(staff=O1, town="T01", left_on=TODAY, reason="调离本区")
    assert told.no(leave) == "key-person-unknown"
    told.tell(enter)
    assert told.no(enter) == "key-person-known"
    assert (
        told.no(
            RemoveKeyPerson(staff=O1, town="T02", left_on=TODAY, reason="调离"), actor="town-leader:T02", town="T02"
        )
        == "wrong-town"
    )
    assert told.no(RemoveKeyPerson(staff=O1, town="T01", left_on=date(2026, 3, 1), reason="调离")) == "out-of-order"
    assert told.no(RemoveKeyPerson(staff=O1, town="T01", left_on=TODAY, reason=" ")) == "reason-missing"
    told.tell(leave)
    row = told.rows("key_people")[O1]
    assert (row.entered_on, row.left_on, row.left_reason) == (TODAY, TODAY, "调离本区")
    told.tell(enter)
    assert told.rows("key_people")[O1].left_on is None
