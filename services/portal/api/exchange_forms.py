"""What is asked for by each form about a file that goes to another system or comes from one."""

from typing import Final

from services.portal.api.case_forms import LEADERS
from services.portal.api.forms import ACTOR, Body, Field, Form, Names, field
from services.portal.api.menu import BUREAU

TABLES: Final[Names] = {
    "cases": ("在办与在保对象", "cases and households"), "members": ("家庭成员", "members"), "amounts": ("救助金额", "amounts"),
}  # fmt: skip
# What services count in a file that came in.
COUNTED: Final[Names] = {
    "rows": ("文件行数", "rows"), "lines": ("有效行", "lines that fit"), "answers": ("结果", "answers"), "equal": ("一致", "equal"),
    "only_here": ("仅本系统有", "only here"), "only_there": ("仅市级系统有", "only there"), "amount": ("金额不一致", "amounts differ"),
    "status": ("状态不一致", "status differs"), "members": ("人数不一致", "members differ"), "category": ("类别不一致", "category differs"),
    "opened": ("新增任务", "tasks opened"), "accepted": ("已登记", "taken"), "taken": ("已登记", "taken"), "repeated": ("重复", "repeated"),
    "refused": ("未登记", "refused"),
}  # fmt: skip
FORMATS: Final[Names] = {"csv": ("CSV", "CSV"), "json": ("JSON", "JSON")}
SHEETS: Final[Names] = {"csv": ("CSV", "CSV"), "xlsx": ("XLSX", "XLSX")}
ENCODINGS: Final[Names] = {"utf-8": ("UTF-8", "UTF-8"), "gb18030": ("GB18030", "GB18030")}
_RESPONSIBLE: Final = field(
    "responsible", "未知对象由谁处理", "Who answers for whom we do not know", pattern=ACTOR,
        who="town-leader bureau",
        hint_zh="如 town-leader:T01", hint_en="such as town-leader:T01"
)  # fmt: skip
_TAKE: Final = field("take", "确认导入（不勾只检查不导入）", "take it (else it is only looked through)", "yes")


def content_of(raw: bytes) -> Body:
    """The file as it came."""
    return {"content": raw}


def _file(zh: str, en: str, accept: str = ".csv,.xlsx") -> Field:
    return field("file", zh, en, "content", of_file=content_of, gives=("content",), accept=accept)


def _form(command: str, zh: str, en: str, *fields: Field, roles: frozenset[str], keeps_page: bool = False) -> Form:
    return Form(command=command, service="casework", zh=zh, en=en, roles=roles, fields=fields, keeps_page=keeps_page)


CHECKS: Final = _form(
    "export-checks", "登记并下载（含姓名、证件号）", "State it and download, with names and numbers",
    field("register", "核对单位", "Register", "choice", choices="registers"), field("reason", "用途", "Reason"),
    field("format", "格式", "Format", "choice", choices=FORMATS),
    field("after", "接上次的申请编号（分批时）", "Go on after (in parts)", required=False), roles=BUREAU, keeps_page=True,
)  # fmt: skip
ANSWERS: Final = _form(
    "take-answers",
    "导入核对结果",
    "Take answers in",
    _file("核对单位返回的文件", "The register’s file", ".csv,.json"),
    _TAKE,
    roles=BUREAU,
)
TABLE: Final = _form(
    "export-table", "下载市级系统用表", "Download a table for the municipal system",
    field("table", "表", "Table", "choice", choices="tables"), field("month", "变更月份（不填为全部）", "Changed in (none: all)", "month", required=False),
    field("format", "格式", "Format", "choice", choices=SHEETS), field("encoding", "编码（CSV）", "Encoding of CSV", "choice", choices=ENCODINGS),
    field("town", "镇街（不选为全区）", "Town (none: the district)", "choice", choices="towns", required=False),
    field("after", "接上次（分批时）", "Go on after (in parts)", required=False),
    field("personal", "含姓名、证件号（仅民政局，须写用途）", "with names and numbers (the bureau alone, with a reason)", "yes"),
    field("reason", "用途", "Reason", required=False), roles=LEADERS, keeps_page=True,
)  # fmt: skip
LIST: Final = _form(
    "take-list", "导入市级系统名单并对照", "Compare a list of the municipal system",
    field("town", "镇街", "Town", "choice", choices="towns", unset=True),
    field("as_of", "名单日期", "List of", "date", start="today"), _RESPONSIBLE, _file("名单", "The list"), _TAKE, roles=LEADERS,
)  # fmt: skip
WARNINGS: Final = _form(
    "take-warnings",
    "导入监测预警",
    "Take early warnings in",
    _RESPONSIBLE,
    _file("预警名单", "The list of warnings"),
    _TAKE,
    roles=LEADERS,
)
