"""What is asked for by each form about a town's office: publicity, answers about policy, standing lists, who staffs the window."""

from typing import Any, Final

from services.portal.api.forms import Body, Field, Form, by_command, field, fixed
from services.portal.api.menu import BUREAU

PUBLISHERS: Final = frozenset({"bureau", "committee", "officer", "town-leader", "trainer", "window"})
ANSWERERS: Final = frozenset({"bureau", "town-leader", "trainer"})
POSTERS: Final = BUREAU | {"committee", "town-leader"}
STAFFERS: Final = BUREAU | {"town-leader"}
_TOWN: Final = field("town", "镇街", "Town", pattern="T[0-9]{2,3}", hint_zh="如 T01", hint_en="such as T01")
_PLAIN: Final = ("不写姓名和证件号", "no names or ID numbers")
_QUESTION: Final = fixed("question_no")


def _form(service: str, command: str, zh: str, en: str, roles: frozenset[str], *fields: Field, **rest: Any) -> Form:
    return Form(command=command, service=service, zh=zh, en=en, roles=roles, fields=fields, **rest)


def of_its_town(body: Body) -> Body:
    """An action is numbered by its town."""
    return {**body, "publicity_no": f"{body['town']}-{body['publicity_no']}"}


PUBLICITY: Final = by_command((
    _form(
        "casework", "record-publicity", "登记宣传活动", "Record publicity", PUBLISHERS, fixed("publicity_no"), _TOWN,
        field("committee", "村（居）（镇街活动不填）", "Committee (none: the town)", required=False, pattern="T[0-9]{2,3}-C[0-9]{2,3}",
              hint_zh="如 T01-C01", hint_en="such as T01-C01"),
        field("topic", "主题", "Topic", "choice", choices="topics"), field("form", "形式", "Form", "choice", choices="publicity_forms"),
        field("place", "地点", "Place", hint_zh=_PLAIN[0], hint_en=_PLAIN[1]), field("held_on", "日期", "Held on", "date", start="today"),
        field("leaflet_count", "发放资料（份）", "Leaflets", "whole", pattern="[0-9]{1,6}", start="0"),
        field("people_count", "参加人数", "People", "whole", pattern="[0-9]{1,6}"),
        field("done_by", "办理人编号", "Done by", who="officer window town-leader committee", pattern="[a-z][a-z\\-]{0,39}:[A-Za-z0-9_\\-]{1,40}",
              hint_zh="如 officer:O001", hint_en="such as officer:O001"),
        finish=of_its_town,
    ),
    _form(
        "casework", "publish-policy-answer", "发布解答", "Publish the answer", ANSWERERS, _QUESTION,
        field("topic", "主题", "Topic", "choice", choices="topics"), field("question", "问题", "Question", "area", most=2000,
              hint_zh=_PLAIN[0], hint_en=_PLAIN[1]),
        field("answer", "解答", "Answer", "area", most=2000), field("basis", "依据文件", "Document it rests on"),
    ),
    _form("casework", "withdraw-policy-answer", "撤下", "Withdraw", ANSWERERS, _QUESTION, field("reason", "理由", "Reason"), danger=True),
))  # fmt: skip
STANDING: Final = by_command((
    _form(
        "casework", "publish-standing-list", "登记已张贴", "It was posted", POSTERS, fixed("town"), fixed("committee"),
        field("published_on", "张贴日期", "Posted on", "date", start="today"),
        field("proof_sha256", "公示栏照片", "Photo of the board", "file", accept="image/*", hint_zh="只记照片的指纹（SHA-256），照片请留存备查",
              hint_en="only the photo’s fingerprint is recorded: keep the photo"),
        note_zh="名单按当日在保情况自动生成，只含姓名、类别、人数和金额。",
        note_en="The list follows from who receives help that day: name, category, people and amount, nothing else.",
    ),
))  # fmt: skip
_STAFF: Final = field(
    "staff", "人员编号", "Person", who="window officer town-leader", pattern="[a-z][a-z\\-]{0,39}:[A-Za-z0-9_\\-]{1,40}",
          hint_zh="如 window:T01-W1，不写姓名", hint_en="such as window:T01-W1, no name"
)  # fmt: skip
_FROM: Final = field("from_on", "自哪天起", "From", "date", start="today")
WINDOW: Final = by_command((
    _form("intake", "staff-window", "指定窗口人员", "Name window staff", STAFFERS, _TOWN, _STAFF, _FROM),
    _form(
        "intake", "unstaff-window", "不再在窗口", "Serves there no more", STAFFERS, fixed("town"), fixed("staff"), _FROM,
        field("reason", "理由", "Reason", hint_zh=_PLAIN[0], hint_en=_PLAIN[1]), danger=True,
    ),
))  # fmt: skip
