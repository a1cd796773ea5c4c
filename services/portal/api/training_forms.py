"""What trainers are asked for by each form about courses, sessions, sign-in sheets, exams and key people."""

from collections.abc import Callable
from typing import Any, Final

from services.portal.api.forms import Body, Field, Form, Names, by_command, field, field_problem, fixed, whole_of

TRAINERS: Final = frozenset({"trainer"})
KINDS: Final[Names] = {"party": ("党性教育", "party education"), "professional": ("业务培训", "professional training")}
SHAPES: Final[Names] = {"course": ("课程", "course"), "meeting": ("行政例会", "administrative meeting")}
SESSION_STATUS: Final[dict[str, tuple[str, str, str]]] = {
    "planned": ("已计划", "planned", "warn"),
    "held": ("已举办", "held", "good"),
    "cancelled": ("已取消", "cancelled", ""),
}
_COURSE: Final = fixed("course_no")
_SESSION: Final = fixed("session_no")
_STAFF: Final = field(
    "staff",
    "人员编号",
    "Staff",
    who="officer window town-leader committee",
    hint_zh="如 officer:O001",
    hint_en="such as officer:O001",
)
_TOWN: Final = field("town", "镇街", "Town", "choice", choices="towns", unset=True)
_PEOPLE_ZH: Final = "每行一人：人员编号 镇街，如 officer:O001 T01"
_PEOPLE_EN: Final = "one a line: staff and town, such as officer:O001 T01"


def _number(text: str) -> int:
    found = whole_of(text)
    if found is None:
        raise ValueError(text)
    return found


def named(line: str) -> dict[str, Any]:
    """``officer:O001 T01``; `ValueError` for anything else."""
    staff, town = line.split()
    return {"staff": staff, "town": town}


def present(line: str) -> dict[str, Any]:
    """``officer:O001 T01 120``, the minutes last."""
    staff, town, minutes = line.split()
    return {"staff": staff, "town": town, "minutes": _number(minutes)}


def scored(line: str) -> dict[str, Any]:
    """``officer:O001 T01 85``, the score last."""
    staff, town, score = line.split()
    return {"staff": staff, "town": town, "score": _number(score)}


def came(body: Body) -> Body:
    """Who signed in: those with minutes, of the people listed and of those who came without a place."""
    people = [one for one in (*body["attendees"], *body.pop("others", ())) if one["minutes"]]
    return {**body, "attendees": _somebody("attendees", people)}


def sat(body: Body) -> Body:
    """Who sat the exam, of the people listed and of the others that were named."""
    return {**body, "results": _somebody("results", [*body["results"], *body.pop("others", ())])}


def _somebody(field_name: str, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not people:
        raise field_problem(f"/{field_name}", "至少填写一人", "at least one person")
    return people


def _form(
    command: str, zh: str, en: str, *fields: Field, danger: bool = False, finish: Callable[[Body], Body] = dict
) -> Form:  # fmt: skip
    return Form(
        command=command, service="casework", zh=zh, en=en, roles=TRAINERS, fields=fields, danger=danger, finish=finish
    )  # fmt: skip


FORMS: Final = by_command((
    _form(
        "plan-course", "新建课程", "Plan a course",
        field(
            "course_no", "课程编号", "Course number", pattern="(D|T[0-9]{2,3})-K[A-Za-z0-9\\-]{1,60}", hint_zh="区级以 D-K 开头，如 D-K2026-01",
            hint_en="the district's begin with D-K, such as D-K2026-01",
        ),
        field("title", "名称", "Title"), field("kind", "类别", "Kind", "choice", choices=KINDS), field("form", "形式", "Form", "choice", choices=SHAPES),
    ),
    _form(
        "plan-session", "安排场次", "Plan a session", _COURSE, field("session_no", "场次编号", "Session number", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}"),
        field("planned_on", "日期", "Day", "date"), field("minutes", "时长（分钟）", "Minutes", "whole"), field("places", "名额", "Places", "whole"),
        field("venue", "地点", "Venue"),
    ),
    _form(
        "allot-places", "分配名额", "Allot places", _COURSE, _SESSION,
        field("nominees", "报名人员", "Nominees", "lines", of_line=named, hint_zh=_PEOPLE_ZH + "；专职低保员优先",
            hint_en=_PEOPLE_EN + "; officers come first"),
    ),
    _form(
        "hold-session", "登记已举办", "Record that it was held", _COURSE, _SESSION, field("held_on", "举办日期", "Held on", "date", start="today"),
        field("minutes", "实际时长（分钟）", "Minutes", "whole"),
        field("trainer", "授课人编号", "Trainer's number", hint_zh="如 trainer:TR1", hint_en="such as trainer:TR1"),
    ),
    _form("cancel-session", "取消场次", "Cancel the session", _COURSE, _SESSION, field("reason", "原因", "Reason"), danger=True),
    _form(
        "record-attendance", "登记签到", "Record the sign-in sheet", _COURSE, _SESSION,
        field(
            "attendees", "签到人员（分钟）", "Who signed in (minutes)", "each", required=False, choices="people", of_line=present,
            hint_zh="每人实到分钟数；未到填 0 或留空", hint_en="minutes of each; 0 or empty for who did not come",
        ),
        field(
            "others", "其他到场人员", "Others who came", "lines", required=False, of_line=present, gives=("attendees",),
            hint_zh="每行一人：人员编号 镇街 分钟，如 officer:O001 T01 120", hint_en="one a line: staff, town, minutes, such as officer:O001 T01 120",
        ),
        field("sheet_sha256", "签到表照片或扫描件", "Photo or scan of the sheet", "file", accept="image/*,.pdf"),
        finish=came,
    ),
    _form(
        "record-exam", "登记考试成绩", "Record an exam", _COURSE, field("exam_no", "考试编号", "Exam number", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}"),
        field("taken_on", "考试日期", "Taken on", "date", start="today"),
        field(
            "results", "成绩（仅列参加过该课程的人）", "Scores (only who attended is listed)", "each", required=False, choices="people",
            of_line=scored, hint_zh="每人分数；未参加考试留空", hint_en="the score of each; empty for who did not sit it",
        ),
        field(
            "others", "未列出的人", "Who is not listed", "lines", required=False, of_line=scored, gives=("results",),
            hint_zh="每行一人：人员编号 镇街 分数，如 officer:O001 T01 85", hint_en="one a line: staff, town, score, such as officer:O001 T01 85",
        ),
        finish=sat,
    ),
    _form(
        "enrol-trainee", "登记年度学时要求", "State what a year owes", _STAFF, _TOWN, field("year", "年度", "Year", "whole"),
        field("party_proved_minutes", "已有党性教育（分钟）", "Party minutes proved", "whole", required=False),
        field("professional_proved_minutes", "已有业务培训（分钟）", "Professional minutes proved", "whole", required=False),
        field("document", "证明文件", "Document", required=False),
    ),
    _form(
        "enter-key-person", "列入骨干名册", "Enter into the roster", _STAFF, _TOWN, field("entered_on", "列入日期", "Entered on", "date"),
        field("reason", "理由", "Reason"), field("document", "依据文件", "Document"),
    ),
    _form(
        "remove-key-person", "移出名册", "Take off the roster", fixed("staff"), fixed("town"), field("left_on", "移出日期", "Left on", "date"),
        field("reason", "理由", "Reason"), danger=True,
    ),
))  # fmt: skip
