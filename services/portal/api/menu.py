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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place of the portal: its address, its names, and who may open it."""

    path: str
    zh: str
    en: str
    roles: frozenset[str]


_OFFICER: Final = frozenset({"officer"})
_FINANCE: Final = frozenset({"bureau-finance"})
_MONEY: Final = _FINANCE | {"district-finance"}
_TRAINING: Final = frozenset({"trainer"})
# Who approves or looks at pay and money beside the own work: after it in the menu.
_MONEY_TOO: Final = frozenset({"bureau-leader", "auditor", "inspector"})

ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(path="/committee", zh="村（居）工作", en="Committee work", roles=frozenset({"committee"})),
    Entry(path="/committee/discovery", zh="报告困难线索", en="Report hardship", roles=frozenset({"committee"})),
    Entry(path="/leader", zh="超期与在办", en="Late and in hand", roles=frozenset({"town-leader"})),
    Entry(
        path="/leader/opinions", zh="初审意见与备用金", en="Opinions, reserve fund", roles=frozenset({"town-leader"})
    ),
    Entry(path="/leader/attendance", zh="考勤确认", en="Attendance", roles=frozenset({"town-leader"})),
    Entry(path="/leader/staff", zh="人员", en="Staff", roles=frozenset({"town-leader"})),
    Entry(path="/leader/purchases", zh="自行购买与资金", en="Own purchases", roles=frozenset({"town-leader"})),
    Entry(path="/window", zh="今日窗口", en="Window today", roles=frozenset({"window", "town-leader"})),
    Entry(path="/window/new", zh="新受理", en="New request", roles=frozenset({"window"})),
    Entry(path="/window/discoveries", zh="主动发现", en="Discoveries", roles=frozenset({"window", "town-leader"})),
    Entry(path="/discovery", zh="报告困难线索", en="Report hardship", roles=frozenset({"window", "town-leader"})),
    Entry(path="/window/consultations", zh="政策咨询", en="Consultations", roles=frozenset({"window", "town-leader"})),
    Entry(path="/cases", zh="案件", en="Cases", roles=frozenset({"window", "town-leader"})),
    Entry(path="/survey-help", zh="协助调查", en="Surveys for other towns", roles=frozenset({"window", "town-leader"})),
    Entry(path="/tasks", zh="专项任务", en="Tasks", roles=frozenset({"window", "town-leader"})),
    Entry(path="/matches", zh="疑似重复", en="Possible duplicates", roles=frozenset({"window", "town-leader"})),
    Entry(path="/visit-conflicts", zh="走访冲突", en="Visits in conflict", roles=frozenset({"town-leader"})),
    Entry(path="/ratings", zh="满意度评价", en="Ratings", roles=frozenset({"window", "town-leader"})),
    Entry(path="/exchange", zh="数据交换", en="Files", roles=frozenset({"town-leader"})),
    Entry(path="/window-staff", zh="窗口人员", en="Window staff", roles=frozenset({"town-leader"})),
    Entry(path="/town-orders", zh="工单与验收", en="Work orders", roles=frozenset({"town-leader"})),
    Entry(path="/standing-lists", zh="长期公布", en="Standing lists", roles=frozenset({"town-leader", "committee"})),
    Entry(path="/district-money", zh="区级资金总览", en="District's money", roles=frozenset({"district-finance"})),
    Entry(path="/pay", zh="工资发放", en="Pay runs", roles=_MONEY),
    Entry(path="/money", zh="资金来源", en="Sources of money", roles=_MONEY),
    Entry(path="/ledger", zh="账簿与追溯", en="Ledger and traces", roles=_MONEY),
    Entry(path="/invoices", zh="承接主体发票", en="Contractors' invoices", roles=_MONEY),
    Entry(path="/town-purchases", zh="镇街自行购买", en="Towns' own purchases", roles=_MONEY),
    Entry(path="/misuse", zh="违规使用", en="Misuse of money", roles=_MONEY),
    Entry(path="/training", zh="培训", en="Training", roles=_TRAINING),
    Entry(path="/training-people", zh="人员学时与逾期", en="People's hours", roles=_TRAINING),
    Entry(path="/key-people", zh="骨干人才", en="Key people", roles=_TRAINING),
    Entry(path="/bureau/leader", zh="总览", en="Overview", roles=frozenset({"bureau-leader"})),
    Entry(path="/bureau/work", zh="待办", en="Work", roles=BUREAU),
    Entry(path="/cases", zh="案件", en="Cases", roles=BUREAU),
    Entry(path="/tasks", zh="专项任务", en="Tasks", roles=BUREAU),
    Entry(path="/matches", zh="疑似重复", en="Possible duplicates", roles=BUREAU),
    Entry(path="/visit-conflicts", zh="走访冲突", en="Visits in conflict", roles=BUREAU),
    Entry(path="/ratings", zh="满意度评价", en="Ratings", roles=BUREAU),
    Entry(path="/exchange", zh="数据交换", en="Files", roles=BUREAU),
    Entry(path="/bureau/approvals", zh="审批", en="Approvals", roles=BUREAU),
    Entry(path="/bureau/lists", zh="发放名册", en="Benefit lists", roles=BUREAU),
    Entry(path="/bureau/posts", zh="岗位配置", en="Posts", roles=BUREAU),
    Entry(path="/bureau/officers", zh="人员", en="Officers", roles=BUREAU),
    Entry(path="/bureau/recruitment", zh="选聘", en="Recruitment", roles=BUREAU),
    Entry(path="/bureau/contracts", zh="承接主体与合同", en="Contractors", roles=BUREAU),
    Entry(path="/town-orders", zh="工单与验收", en="Work orders", roles=frozenset({"bureau"})),
    Entry(path="/invoices", zh="承接主体发票", en="Contractors' invoices", roles=frozenset({"bureau"})),
    Entry(path="/standing-lists", zh="长期公布", en="Standing lists", roles=BUREAU),
    Entry(path="/window-staff", zh="窗口人员", en="Window staff", roles=BUREAU),
    Entry(path="/bureau/inspectors", zh="外部检查授权", en="Inspectors' access", roles=frozenset({"bureau-leader"})),
    Entry(path="/orders", zh="服务工单", en="Work orders", roles=frozenset({"contractor"})),
    Entry(path="/orders-staff", zh="服务人员", en="Our people", roles=frozenset({"contractor"})),
    Entry(path="/bureau/lists", zh="发放名册", en="Benefit lists", roles=frozenset({"bureau-finance"})),
    Entry(path="/audit", zh="审计总览", en="Audit", roles=AUDITORS),
    Entry(path="/log", zh="事件日志", en="Event log", roles=frozenset({"operator"})),
    Entry(path="/findings", zh="问题与整改", en="Findings", roles=FINDING_READERS - _OFFICER),
    Entry(path="/spot-checks", zh="抽查", en="Spot checks", roles=AUDITORS | BUREAU),
    Entry(path="/past", zh="时间回溯", en="Time travel", roles=AUDITORS),
    Entry(path="/bundles", zh="检查包", en="Bundles", roles=AUDITORS),
    Entry(path="/log", zh="事件日志", en="Event log", roles=frozenset({"auditor"})),
    Entry(path="/log", zh="事件日志", en="Event log", roles=frozenset({"system-administrator"})),
    Entry(path="/onboarding", zh="镇街系统对接", en="Town systems", roles=ONBOARDING),
    Entry(path="/field/today", zh="今日走访", en="Today’s visits", roles=_OFFICER),
    Entry(path="/field/visit", zh="登记走访", en="Record a visit", roles=_OFFICER),
    Entry(path="/field/work", zh="登记事务", en="Record work", roles=_OFFICER),
    Entry(path="/field/outbox", zh="未上传", en="Unsent", roles=_OFFICER),
    Entry(path="/discovery", zh="报告困难线索", en="Report hardship", roles=_OFFICER),
    Entry(path="/cases", zh="案件", en="Cases", roles=_OFFICER),
    Entry(path="/survey-help", zh="协助调查", en="Surveys for other towns", roles=_OFFICER),
    Entry(path="/tasks", zh="专项任务", en="Tasks", roles=_OFFICER),
    Entry(path="/field/caseload", zh="移交与接收", en="Hand-over", roles=_OFFICER),
    Entry(path="/field/pay", zh="我的工资", en="My pay", roles=_OFFICER),
    Entry(path="/field/own", zh="我的培训与考核", en="My training and appraisal", roles=_OFFICER),
    Entry(path="/town-orders", zh="工单与验收", en="Work orders", roles=_OFFICER),
    Entry(path="/findings", zh="问题与整改", en="Findings", roles=_OFFICER),
    Entry(path="/publicity", zh="政策解答与宣传", en="Policy answers", roles=ANSWER_READERS),
    Entry(path="/dashboards", zh="数据看板", en="Dashboards", roles=DASHBOARDS),
    Entry(path="/report", zh="月度报告", en="Monthly report", roles=DASHBOARDS),
    Entry(path="/board", zh="大屏", en="Wall board", roles=DASHBOARDS),
    Entry(path="/pay", zh="工资发放", en="Pay runs", roles=_MONEY_TOO),
    Entry(path="/money", zh="资金来源", en="Sources of money", roles=_MONEY_TOO),
    Entry(path="/ledger", zh="账簿与追溯", en="Ledger and traces", roles=_MONEY_TOO),
    Entry(path="/invoices", zh="承接主体发票", en="Contractors' invoices", roles=_MONEY_TOO),
    Entry(path="/town-purchases", zh="镇街自行购买", en="Towns' own purchases", roles=_MONEY_TOO),
    Entry(path="/misuse", zh="违规使用", en="Misuse of money", roles=_MONEY_TOO),
    Entry(path="/accounts", zh="账号", en="Accounts", roles=ADMINISTRATORS),
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


def menu_of(role: str) -> tuple[Entry, ...]:
    """The entries of a role's menu."""
    return tuple(entry for entry in ENTRIES if role in entry.roles)


def home_of(role: str) -> str:
    """Where a role begins its day: the first entry of its menu."""
    return next((entry.path for entry in menu_of(role)), "/account")
