"""What stands in each role's menu, in order; a page that is not listed for a role is not opened for it either."""

from dataclasses import dataclass
from typing import Final

from services.contracts.roles import PEOPLE

ADMINISTRATORS: Final = frozenset({"system-administrator", "security-administrator", "audit-administrator"})
DASHBOARDS: Final = PEOPLE - ADMINISTRATORS - {"contractor", "committee"}
BUREAU: Final = frozenset({"bureau", "bureau-leader"})
TOWN: Final = frozenset({"officer", "window", "town-leader"})
# Who works on cases and households: a town's staff on their own town's.
CASEWORK: Final = BUREAU | TOWN

RESPONSIBLE: Final = PEOPLE - ADMINISTRATORS - {"auditor", "inspector", "operator"}
FINDING_READERS: Final = RESPONSIBLE | {"auditor", "inspector", "operator"}
AUDITORS: Final = frozenset({"auditor", "inspector"})
LOG_READERS: Final = frozenset({"operator", "system-administrator", "auditor"})
# Who reads casework's models: what is published for everybody is for them too.
ANSWER_READERS: Final = PEOPLE - ADMINISTRATORS - {"contractor"}
ONBOARDING: Final = frozenset({"security-administrator", "system-administrator", "operator", "auditor"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the portal: its address, its names, under which heading, who may open it, whose daily work it is (`first`)."""

    path: str
    zh: str
    en: str
    group: str
    roles: frozenset[str]
    first: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries under one heading; daily work, and a whole short menu, has none."""

    zh: str = ""
    en: str = ""
    entries: tuple[Entry, ...]


# Headings, in the order in which they stand in a menu.
GROUPS: Final[dict[str, tuple[str, str]]] = {
    "cases": ("案件与服务", "Cases and care"),
    "people": ("人员与岗位", "People and posts"),
    "bought": ("购买服务", "Bought services"),
    "money": ("资金", "Money"),
    "supervision": ("监督", "Supervision"),
    "public": ("公开与数据", "Public and figures"),
    "system": ("系统", "System"),
}
# A menu so short is read at a glance and needs no headings.
FLAT_MAX: Final = 9


def _first(path: str, zh: str, en: str, group: str, roles: frozenset[str]) -> Entry:
    """A page that is the daily work of everybody who has it."""
    return Entry(path, zh, en, group, roles, roles)


_COMMITTEE: Final = frozenset({"committee"})
_WINDOW: Final = frozenset({"window"})
_LEADER: Final = frozenset({"town-leader"})
_CLERKS: Final = _WINDOW | _LEADER
_OFFICER: Final = frozenset({"officer"})
_BUREAU_LEADER: Final = frozenset({"bureau-leader"})
_FINANCE: Final = frozenset({"bureau-finance"})
_MONEY: Final = _FINANCE | {"district-finance"}
_MONEY_READERS: Final = _MONEY | {"bureau-leader", "auditor", "inspector"}
_TRAINER: Final = frozenset({"trainer"})
_CONTRACTOR: Final = frozenset({"contractor"})
_OPERATOR: Final = frozenset({"operator"})

ENTRIES: Final[tuple[Entry, ...]] = (
    _first("/committee", "村（居）工作", "Committee work", "cases", _COMMITTEE),
    _first("/committee/discovery", "报告困难线索", "Report hardship", "cases", _COMMITTEE),
    _first("/leader", "超期与在办", "Late and in hand", "cases", _LEADER),
    _first("/leader/opinions", "初审意见与备用金", "Opinions, reserve fund", "cases", _LEADER),
    Entry("/window", "今日窗口", "Window today", "cases", _CLERKS, _WINDOW),
    _first("/window/new", "新受理", "New request", "cases", _WINDOW),
    _first("/field/today", "今日走访", "Today’s visits", "cases", _OFFICER),
    _first("/field/visit", "登记走访", "Record a visit", "cases", _OFFICER),
    _first("/field/work", "登记事务", "Record work", "cases", _OFFICER),
    _first("/field/outbox", "未上传", "Unsent", "cases", _OFFICER),
    _first("/bureau/leader", "总览", "Overview", "cases", _BUREAU_LEADER),
    _first("/bureau/work", "待办", "Work", "cases", BUREAU),
    _first("/bureau/approvals", "审批", "Approvals", "cases", BUREAU),
    Entry("/cases", "案件", "Cases", "cases", CASEWORK, CASEWORK),
    Entry("/tasks", "专项任务", "Tasks", "cases", _CLERKS | _OFFICER | BUREAU, _LEADER | BUREAU),
    Entry("/window/discoveries", "主动发现", "Discoveries", "cases", _CLERKS, _WINDOW),
    Entry("/window/consultations", "政策咨询", "Consultations", "cases", _CLERKS, _WINDOW),
    Entry("/discovery", "报告困难线索", "Report hardship", "cases", _CLERKS | _OFFICER),
    Entry("/survey-help", "协助调查", "Surveys for other towns", "cases", _CLERKS | _OFFICER),
    Entry("/field/caseload", "移交与接收", "Hand-over", "cases", _OFFICER),
    Entry("/matches", "疑似重复", "Possible duplicates", "cases", _CLERKS | BUREAU),
    Entry("/visit-conflicts", "走访冲突", "Visits in conflict", "cases", _LEADER | BUREAU),
    Entry("/ratings", "满意度评价", "Ratings", "cases", _CLERKS | BUREAU),
    Entry("/exchange", "数据交换", "Files", "cases", _LEADER | BUREAU),
    Entry("/leader/attendance", "考勤确认", "Attendance", "people", _LEADER, _LEADER),
    Entry("/leader/staff", "人员", "Staff", "people", _LEADER),
    Entry("/bureau/officers", "人员", "Officers", "people", BUREAU),
    Entry("/bureau/posts", "岗位配置", "Posts", "people", BUREAU),
    Entry("/bureau/recruitment", "选聘", "Recruitment", "people", BUREAU),
    Entry("/window-staff", "窗口人员", "Window staff", "people", _LEADER | BUREAU),
    _first("/field/pay", "我的工资", "My pay", "people", _OFFICER),
    _first("/field/own", "我的培训与考核", "My training and appraisal", "people", _OFFICER),
    _first("/training", "培训", "Training", "people", _TRAINER),
    _first("/training-people", "人员学时与逾期", "People's hours", "people", _TRAINER),
    _first("/key-people", "骨干人才", "Key people", "people", _TRAINER),
    _first("/orders", "服务工单", "Work orders", "bought", _CONTRACTOR),
    _first("/orders-staff", "服务人员", "Our people", "bought", _CONTRACTOR),
    Entry("/bureau/contracts", "承接主体与合同", "Contractors", "bought", BUREAU),
    Entry("/town-orders", "工单与验收", "Work orders", "bought", _LEADER | _OFFICER | {"bureau"}),
    Entry("/leader/purchases", "自行购买与资金", "Own purchases", "bought", _LEADER),
    _first("/district-money", "区级资金总览", "District's money", "money", frozenset({"district-finance"})),
    Entry("/pay", "工资发放", "Pay runs", "money", _MONEY_READERS, _MONEY),
    Entry("/bureau/lists", "发放名册", "Benefit lists", "money", BUREAU | _FINANCE, _FINANCE),
    Entry("/money", "资金来源", "Sources of money", "money", _MONEY_READERS, _MONEY),
    Entry("/ledger", "账簿与追溯", "Ledger and traces", "money", _MONEY_READERS),
    Entry("/invoices", "承接主体发票", "Contractors' invoices", "money", _MONEY_READERS | {"bureau"}),
    Entry("/town-purchases", "镇街自行购买", "Towns' own purchases", "money", _MONEY_READERS),
    Entry("/misuse", "违规使用", "Misuse of money", "money", _MONEY_READERS),
    _first("/audit", "审计总览", "Audit", "supervision", AUDITORS),
    _first("/log", "事件日志", "Event log", "supervision", _OPERATOR),
    Entry("/findings", "问题与整改", "Findings", "supervision", FINDING_READERS, AUDITORS),
    Entry("/spot-checks", "抽查", "Spot checks", "supervision", AUDITORS | BUREAU, AUDITORS),
    _first("/past", "时间回溯", "Time travel", "supervision", AUDITORS),
    _first("/bundles", "检查包", "Bundles", "supervision", AUDITORS),
    Entry("/bureau/erasures", "个人信息删除", "Erasing data", "supervision", BUREAU),
    Entry("/bureau/inspectors", "外部检查授权", "Inspectors' access", "supervision", _BUREAU_LEADER),
    Entry("/standing-lists", "长期公布", "Standing lists", "public", _LEADER | _COMMITTEE | BUREAU),
    Entry("/publicity", "政策解答与宣传", "Policy answers", "public", ANSWER_READERS),
    Entry("/dashboards", "数据看板", "Dashboards", "public", DASHBOARDS),
    Entry("/report", "月度报告", "Monthly report", "public", DASHBOARDS),
    Entry("/board", "大屏", "Wall board", "public", DASHBOARDS),
    _first("/accounts", "账号", "Accounts", "system", ADMINISTRATORS),
    Entry("/log", "事件日志", "Event log", "system", LOG_READERS - _OPERATOR),
    Entry("/onboarding", "镇街系统对接", "Town systems", "system", ONBOARDING),
)
ROLE_NAMES: Final[dict[str, tuple[str, str]]] = {
    "committee": ("村（居）工作人员", "Committee"),
    "window": ("窗口人员", "Window staff"),
    "officer": ("专职低保员", "Officer"),
    "town-leader": ("镇街分管领导", "Town leader"),
    "bureau": ("民政局经办", "Bureau caseworker"),
    "bureau-leader": ("民政局领导", "Bureau leader"),
    "bureau-finance": ("民政局财务", "Bureau finance"),
    "district-finance": ("区财政局", "District finance"),
    "trainer": ("培训管理", "Trainer"),
    "contractor": ("承接主体", "Contractor"),
    "auditor": ("内部审计", "Auditor"),
    "inspector": ("外部检查（纪检、审计）", "External inspector"),
    "system-administrator": ("系统管理员", "System administrator"),
    "security-administrator": ("安全管理员", "Security administrator"),
    "audit-administrator": ("安全审计员", "Audit administrator"),
    "operator": ("运维人员", "Operator"),
}


def groups_of(role: str) -> tuple[Group, ...]:
    """A role's menu: its daily work without a heading, then the rest by `GROUPS`; a short menu in one piece."""
    own = [entry for entry in ENTRIES if role in entry.roles]
    first = [entry for entry in own if role in entry.first]
    rest = {code: [one for one in own if one.group == code and role not in one.first] for code in GROUPS}
    if len(own) <= FLAT_MAX:
        return (Group(entries=(*first, *(one for entries in rest.values() for one in entries))),)
    named = (Group(zh=GROUPS[code][0], en=GROUPS[code][1], entries=tuple(rest[code])) for code in GROUPS if rest[code])
    return (Group(entries=tuple(first)), *named)


def menu_of(role: str) -> tuple[Entry, ...]:
    """The entries of a role's menu, in order."""
    return tuple(entry for group in groups_of(role) for entry in group.entries)


def home_of(role: str) -> str:
    """Where a role begins its day: the first entry of its menu."""
    return next((entry.path for entry in menu_of(role)), "/account")
