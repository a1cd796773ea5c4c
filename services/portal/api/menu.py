"""What stands in each role's menu, in order; a page that is not listed for a role is not opened for it either."""

from dataclasses import dataclass
from typing import Final

from services.contracts.roles import PEOPLE

ADMINISTRATORS: Final = frozenset({"system-administrator", "security-administrator", "audit-administrator"})
DASHBOARDS: Final = PEOPLE - ADMINISTRATORS - {"contractor", "committee"}
BUREAU: Final = frozenset({"bureau", "bureau-leader"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place of the portal: its address, its names, and who may open it."""

    path: str
    zh: str
    en: str
    roles: frozenset[str]


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(path="/leader", zh="总览", en="Overview", roles=frozenset({"bureau-leader"})),
    Entry(path="/bureau/work", zh="待办", en="Work", roles=BUREAU),
    Entry(path="/bureau/cases", zh="案件", en="Cases", roles=BUREAU),
    Entry(path="/bureau/tasks", zh="专项任务", en="Tasks", roles=BUREAU),
    Entry(path="/bureau/approvals", zh="审批", en="Approvals", roles=BUREAU),
    Entry(path="/bureau/lists", zh="发放名册", en="Benefit lists", roles=BUREAU),
    Entry(path="/bureau/posts", zh="岗位配置", en="Posts", roles=BUREAU),
    Entry(path="/orders", zh="服务工单", en="Work orders", roles=frozenset({"contractor"})),
    Entry(path="/dashboards", zh="数据看板", en="Dashboards", roles=DASHBOARDS),
    Entry(path="/bureau/lists", zh="发放名册", en="Benefit lists", roles=frozenset({"bureau-finance"})),
    Entry(path="/accounts", zh="账号", en="Accounts", roles=ADMINISTRATORS),
)
ROLE_NAMES: Final[dict[str, tuple[str, str]]] = {
    "committee": ("村（居）工作人员", "Committee"),
    "window": ("窗口人员", "Window staff"),
    "officer": ("救助协理员", "Officer"),
    "town-leader": ("镇街分管领导", "Town leader"),
    "bureau": ("民政局经办", "Bureau caseworker"),
    "bureau-leader": ("民政局领导", "Bureau leader"),
    "bureau-finance": ("民政局财务", "Bureau finance"),
    "district-finance": ("区财政局", "District finance"),
    "trainer": ("培训管理", "Trainer"),
    "contractor": ("承接机构", "Contractor"),
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
