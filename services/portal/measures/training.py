"""Training of everybody who works for the programme (四(五)): hours, attendance, exams, who is overdue, publicity; pure."""

from collections.abc import Iterator
from typing import Final

from services.contracts.casework import (
    AttendanceRecorded,
    ExamCredited,
    PlacesAllotted,
    PublicityHeld,
    TrainingCredited,
    TrainingFulfilled,
    TrainingOverdue,
    TrainingOwed,
)
from services.portal.measures.shapes import Counted, Delta, flow, level, one, share

MEASURES: Final = (
    flow(
        "party_minutes", "training", "党性教育（小时）", "party education (hours)",
        "计入个人记录的党性教育时长", "time of party education credited to persons", unit="minutes", parts="course",
    ),
    flow(
        "professional_minutes", "training", "业务培训（小时）", "professional training (hours)",
        "计入个人记录的业务培训时长（含行政例会）", "time of professional training credited to persons, meetings included",
        unit="minutes", parts="course",
    ),
    flow(
        "places", "training", "应到人次", "places allotted",
        "各场次分配的名额", "people who were given a place in a session", parts="course",
    ),
    flow(
        "attended", "training", "实到人次", "attended",
        "签到表记载的人次，按举办单位", "people on the sign-in sheets, by who held the session", parts="course",
    ),
    flow(
        "exams_taken", "training", "考试人次", "exams taken", "计入个人记录的考试", "exams credited to persons", parts="course",
    ),
    flow(
        "exams_passed", "training", "考试合格", "exams passed", "其中合格的", "of these, those passed", parts="course",
    ),
    flow(
        "training_owed", "training", "应培训人数", "people who owe training",
        "当年有培训任务的人数，按下达之日计", "people who owe training in a year, on the day that was set",
    ),
    flow(
        "training_done", "training", "完成年度培训", "year's training done", "两类培训均完成的人数", "people whose both kinds are done",
    ),
    level(
        "training_overdue", "training", "培训逾期", "training overdue",
        "年度期限已过仍未完成、至今未补的人数", "people whose year's last day passed with training lacking, and lacking still",
    ),
    flow(
        "publicity", "training", "政策宣传活动", "publicity actions", "政策宣传活动场次", "publicity actions held",
    ),
    flow(
        "leaflets", "training", "发放资料", "leaflets given", "宣传活动发放的资料份数", "leaflets given at publicity actions",
    ),
)  # fmt: skip
RATIOS: Final = (
    share("attendance_share", "training", "到课率", "attendance", "attended", "places"),
    share("pass_share", "training", "考试合格率", "pass rate", "exams_passed", "exams_taken"),
)


def _credited(fact: TrainingCredited) -> Iterator[Delta]:
    measure = "party_minutes" if fact.kind == "party" else "professional_minutes"
    yield Delta(measure=measure, town=fact.town, amount=fact.minutes, officer=fact.staff, part=fact.course_no)


def _exam(fact: ExamCredited) -> Iterator[Delta]:
    for measure in ("exams_taken", "exams_passed") if fact.passed else ("exams_taken",):
        yield Delta(measure=measure, town=fact.town, amount=1, officer=fact.staff, part=fact.course_no)


def _places(fact: PlacesAllotted) -> Iterator[Delta]:
    yield Delta(measure="places", town=fact.town, amount=len(fact.admitted), part=fact.course_no)


def _attended(fact: AttendanceRecorded) -> Iterator[Delta]:
    yield Delta(measure="attended", town=fact.town, amount=len(fact.attendees), part=fact.course_no)


def _owed(fact: TrainingOwed) -> Iterator[Delta]:
    if not fact.restated:
        yield Delta(measure="training_owed", town=fact.town, amount=1, officer=fact.staff)


def _fulfilled(fact: TrainingFulfilled) -> Iterator[Delta]:
    yield Delta(measure="training_done", town=fact.town, amount=1, officer=fact.staff)
    if not fact.in_time:
        yield Delta(measure="training_overdue", town=fact.town, amount=-1, officer=fact.staff)


def _publicity(fact: PublicityHeld) -> Iterator[Delta]:
    yield Delta(measure="publicity", town=fact.town, amount=1, committee=fact.committee)
    yield Delta(measure="leaflets", town=fact.town, amount=fact.leaflet_count, committee=fact.committee)


COUNTED: Final[Counted] = {
    TrainingCredited: (_credited,),
    ExamCredited: (_exam,),
    PlacesAllotted: (_places,),
    AttendanceRecorded: (_attended,),
    TrainingOwed: (_owed,),
    TrainingFulfilled: (_fulfilled,),
    TrainingOverdue: (one("training_overdue", officer="staff"),),
    PublicityHeld: (_publicity,),
}
