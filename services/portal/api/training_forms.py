"""What trainers are asked for by each form about courses, sessions, sign-in sheets, exams and key people."""

from typing import Any, Final

from services.portal.api.forms import Field, Form, Names, by_command, whole_of

TRAINERS: Final = frozenset({"trainer"})
KINDS: Final[Names] = {"party": ("党性教育", "party education"), "professional": ("业务培训", "professional training")}
SHAPES: Final[Names] = {"course": ("课程", "course"), "meeting": ("行政例会", "administrative meeting")}
SESSION_STATUS: Final[dict[str, tuple[str, str, str]]] = {
    "planned": ("已计划", "planned", "warn"),
    "held": ("已举办", "held", "good"),
    "cancelled": ("已取消", "cancelled", ""),
}
_COURSE: Final = Field(name="course_no", zh="课程", en="course", kind="fixed")
_SESSION: Final = Field(name="session_no", zh="场次", en="session", kind="fixed")
_STAFF: Final = Field(
    name="staff", zh="人员编号", en="Staff", hint_zh="如 officer:O001", hint_en="such as officer:O001"
)
_TOWN: Final = Field(name="town", zh="镇街", en="Town", pattern="T[0-9]{2,4}", hint_zh="如 T01", hint_en="such as T01")
_PEOPLE_ZH: Final = "每行一人：人员编号 镇街，如 officer:O001 T01"
_PEOPLE_EN: Final = "one a line: staff and town, such as officer:O001 T01"


def named(line: str) -> dict[str, Any]:
    """``officer:O001 T01``; `ValueError` for anything else."""
    staff, town = line.split()
    return {"staff": staff, "town": town}


def present(line: str) -> dict[str, Any]:
    """``officer:O001 T01 120``, the minutes last."""
    staff, town, minutes = line.split()
    return {"staff": staff, "town": town, "minutes": _number(minutes)}


def _number(text: str) -> int:
    found = whole_of(text)
    if found is None:
        raise ValueError(text)
    return found


def scored(line: str) -> dict[str, Any]:
    """``officer:O001 T01 85``, the score last."""
    staff, town, score = line.split()
    return {"staff": staff, "town": town, "score": _number(score)}


def _form(command: str, zh: str, en: str, *fields: Field, danger: bool = False) -> Form:
    return Form(command=command, service="casework", zh=zh, en=en, roles=TRAINERS, fields=fields, danger=danger)


FORMS: Final = by_command(
    (
        _form(
            "plan-course",
            "新建课程",
            "Plan a course",
            Field(
                name="course_no",
                zh="课程编号",
                en="Course number",
                pattern="(D|T[0-9]{2,3})-K[A-Za-z0-9\\-]{1,60}",
                hint_zh="区级以 D-K 开头，如 D-K2026-01",
                hint_en="the district's begin with D-K, such as D-K2026-01",
            ),
            Field(name="title", zh="名称", en="Title"),
            Field(name="kind", zh="类别", en="Kind", kind="choice", choices=KINDS),
            Field(name="form", zh="形式", en="Form", kind="choice", choices=SHAPES),
        ),
        _form(
            "plan-session",
            "安排场次",
            "Plan a session",
            _COURSE,
            Field(name="session_no", zh="场次编号", en="Session number", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}"),
            Field(name="planned_on", zh="日期", en="Day", kind="date"),
            Field(name="minutes", zh="时长（分钟）", en="Minutes", kind="whole"),
            Field(name="places", zh="名额", en="Places", kind="whole"),
            Field(name="venue", zh="地点", en="Venue"),
        ),
        _form(
            "allot-places",
            "分配名额",
            "Allot places",
            _COURSE,
            _SESSION,
            Field(
                name="nominees",
                zh="报名人员",
                en="Nominees",
                kind="lines",
                of_line=named,
                hint_zh=_PEOPLE_ZH + "；专职低保员优先",
                hint_en=_PEOPLE_EN + "; officers come first",
            ),
        ),
        _form(
            "hold-session",
            "登记已举办",
            "Record that it was held",
            _COURSE,
            _SESSION,
            Field(name="held_on", zh="举办日期", en="Held on", kind="date"),
            Field(name="minutes", zh="实际时长（分钟）", en="Minutes", kind="whole"),
            Field(
                name="trainer",
                zh="授课人编号",
                en="Trainer's number",
                hint_zh="如 trainer:TR1",
                hint_en="such as trainer:TR1",
            ),
        ),
        _form(
            "cancel-session",
            "取消场次",
            "Cancel the session",
            _COURSE,
            _SESSION,
            Field(name="reason", zh="原因", en="Reason"),
            danger=True,
        ),
        _form(
            "record-attendance",
            "登记签到",
            "Record the sign-in sheet",
            _COURSE,
            _SESSION,
            Field(
                name="attendees",
                zh="签到人员",
                en="Attendees",
                kind="lines",
                of_line=present,
                hint_zh="每行一人：人员编号 镇街 分钟，如 officer:O001 T01 120",
                hint_en="one a line: staff, town, minutes, such as officer:O001 T01 120",
            ),
            Field(
                name="sheet_sha256",
                zh="签到表影像指纹（SHA-256）",
                en="SHA-256 of the scanned sheet",
                pattern="[0-9a-f]{64}",
            ),
        ),
        _form(
            "record-exam",
            "登记考试成绩",
            "Record an exam",
            _COURSE,
            Field(name="exam_no", zh="考试编号", en="Exam number", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}"),
            Field(name="taken_on", zh="考试日期", en="Taken on", kind="date"),
            Field(
                name="results",
                zh="成绩",
                en="Results",
                kind="lines",
                of_line=scored,
                hint_zh="每行一人：人员编号 镇街 分数，如 officer:O001 T01 85；仅限参加过该课程的人",
                hint_en="one a line: staff, town, score, such as officer:O001 T01 85; only who attended",
            ),
        ),
        _form(
            "enrol-trainee",
            "登记年度学时要求",
            "State what a year owes",
            _STAFF,
            _TOWN,
            Field(name="year", zh="年度", en="Year", kind="whole"),
            Field(
                name="party_proved_minutes",
                zh="已有党性教育（分钟）",
                en="Party minutes proved",
                kind="whole",
                required=False,
            ),
            Field(
                name="professional_proved_minutes",
                zh="已有业务培训（分钟）",
                en="Professional minutes proved",
                kind="whole",
                required=False,
            ),
            Field(name="document", zh="证明文件", en="Document", required=False),
        ),
        _form(
            "enter-key-person",
            "列入骨干名册",
            "Enter into the roster",
            _STAFF,
            _TOWN,
            Field(name="entered_on", zh="列入日期", en="Entered on", kind="date"),
            Field(name="reason", zh="理由", en="Reason"),
            Field(name="document", zh="依据文件", en="Document"),
        ),
        _form(
            "remove-key-person",
            "移出名册",
            "Take off the roster",
            Field(name="staff", zh="人员", en="staff", kind="fixed"),
            Field(name="town", zh="镇街", en="town", kind="fixed"),
            Field(name="left_on", zh="移出日期", en="Left on", kind="date"),
            Field(name="reason", zh="理由", en="Reason"),
            danger=True,
        ),
    )
)
