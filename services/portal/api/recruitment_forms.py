"""What the bureau is asked for by each form of a recruitment round (选聘, 二(四)): open, apply, score, post, select, close."""

from typing import Any, Final

from services.portal.api.forms import Body, Field, Form, by_command, fen_of, field, field_problem, fixed, whole_of
from services.portal.api.menu import BUREAU

LEADER: Final = frozenset({"bureau-leader"})
_ROUND: Final = fixed("round_no")
_CANDIDATE: Final = fixed("candidate_no")
_DOCUMENT: Final = field("document", "依据文件", "Document it rests on", hint_zh="文号", hint_en="its number")


def sought(line: str) -> dict[str, Any]:
    """``T01 2``: a town and how many posts; `ValueError` for anything else."""
    town, posts = line.split()
    count = whole_of(posts)
    if count is None:
        raise ValueError(line)
    return {"town": town, "posts": count}


def scored(body: Body) -> Body:
    """A score of at most two decimals in hundredths."""
    score = fen_of(body.pop("score"))
    if score is None:
        raise field_problem("/score", "成绩应为 0–100，最多两位小数", "a score from 0 to 100, at most two decimals")
    return {**body, "score_hundredths": score}


def picked(body: Body) -> Body:
    """The candidates who were ticked, each with the reason for passing others over."""
    reason = body.pop("reason", "")
    return {**body, "picks": [{"candidate_no": one, "reason": reason} for one in body["picks"]]}


def _form(command: str, zh: str, en: str, *fields: Field, roles: frozenset[str] = BUREAU, **rest: Any) -> Form:
    return Form(command=command, service="payroll", zh=zh, en=en, roles=roles, fields=fields, **rest)


FORMS: Final = by_command((
    _form(
        "open-recruitment", "启动选聘", "Open a round", _ROUND, field("opened_on", "启动日期", "Opened on", "date", start="today"),
        field(
            "sought", "选聘岗位", "Posts sought", "lines", of_line=sought, hint_zh="每行一个镇街：镇街 人数，如 T01 2",
            hint_en="one town a line: town and number, such as T01 2",
        ),
        field("document", "区委、区政府文号", "The district's document"), roles=LEADER,
    ),
    _form(
        "register-candidate", "登记报名", "Register a candidate", _ROUND, _CANDIDATE, field("town", "报名镇街", "For town", "choice", choices="sought"),
        field("name", "姓名", "Name", most=60, hint_zh="加密保存，不再显示", hint_en="sealed, and not shown again"),
        field("resident_id", "身份证号", "Resident ID", pattern="[0-9]{17}[0-9Xx]", most=18, hint_zh="18 位；加密保存", hint_en="18 characters; sealed"),
        field("education", "学历", "Education", "choice", choices="diplomas"),
        field("major", "专业", "Major", required=False, most=40, hint_zh="社会工作等专业优先，如 社会工作", hint_en="social work and the like go first"),
        field("qualification", "职业资格", "Qualification", "choice", choices="qualifications", required=False),
        field("exception_reason", "学历不足的例外理由", "Why below the diploma", required=False),
        field("exception_document", "例外批准文号", "Document of the exception", required=False),
    ),
    _form(
        "score-candidate", "登记成绩", "Score", _ROUND, _CANDIDATE,
        field(
            "score", "成绩", "Score", pattern="[0-9]{1,3}(\\.[0-9]{1,2})?", most=6, gives=("score_hundredths",), hint_zh="0–100，最多两位小数",
            hint_en="0 to 100, at most two decimals",
        ),
        field("document", "成绩单文号", "Document of the scores"), finish=scored,
    ),
    _form(
        "post-ranking", "公示排名", "Post the ranking", _ROUND, field("posted_on", "公示日期", "Posted on", "date", start="today"),
        field("evidence_sha256", "公示照片", "Photo of the posting", "file", accept="image/*,.pdf"),
        note_zh="公示后不能再报名和评分；公示天数按规则。", note_en="Nobody applies or is scored afterwards; the rules say how long it hangs.",
    ),
    _form(
        "select-candidates", "确定人选", "Select", _ROUND, field("picks", "人选", "Whom", "ticks", choices="ranked"),
        field("reason", "越过名次靠前或优先者的理由", "Why others are passed over", required=False, gives=("picks",)), _DOCUMENT, roles=LEADER, finish=picked,
    ),
    _form("close-recruitment", "结束选聘", "End the round", _ROUND, field("reason", "理由", "Reason"), roles=LEADER, danger=True),
))  # fmt: skip
