"""What stands in each role's menu, in order; a page that is not listed for a role is not opened for it either."""

from dataclasses import dataclass
from typing import Final

from services.contracts.roles import PEOPLE

ADMINISTRATORS: Final = frozenset({"system-administrator", "security-administrator", "audit-administrator"})
DASHBOARDS: Final = PEOPLE - ADMINISTRATORS - {"contractor", "committee"}

RESPONSIBLE: Final = PEOPLE - ADMINISTRATORS - {"auditor", "inspector", "operator"}
FINDING_READERS: Final = RESPONSIBLE | {"auditor", "inspector", "operator"}
AUDITORS: Final = frozenset({"auditor", "inspector"})
LOG_READERS: Final = frozenset({"operator", "system-administrator", "auditor"})
ONBOARDING: Final = frozenset({"security-administrator", "system-administrator", "operator", "auditor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place of the portal: its address, its names, and who may open it."""

    path: str
    zh: str
    en: str
    roles: frozenset[str]


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(path="/audit", zh="审计总览", en="Audit", roles=AUDITORS),
    Entry(path="/log", zh="事件日志", en="Event log", roles=frozenset({"operator"})),
    Entry(path="/findings", zh="问题与整改", en="Findings", roles=AUDITORS | {"operator"}),
    Entry(path="/spot-checks", zh="抽查", en="Spot checks", roles=AUDITORS),
    Entry(path="/past", zh="时间回溯", en="Time travel", roles=AUDITORS),
    Entry(path="/bundles", zh="检查包", en="Bundles", roles=AUDITORS),
    Entry(path="/log", zh="事件日志", en="Event log", roles=frozenset({"auditor"})),
    Entry(path="/dashboards", zh="数据看板", en="Dashboards", roles=DASHBOARDS),
    Entry(
        path="/findings", zh="问题与整改", en="Findings", roles=frozenset({"bureau", "bureau-leader", "town-leader"})
    ),
    Entry(path="/accounts", zh="账号", en="Accounts", roles=ADMINISTRATORS),
    Entry(path="/log", zh="事件日志", en="Event log", roles=frozenset({"system-administrator"})),
    Entry(path="/onboarding", zh="镇街系统对接", en="Town systems", roles=ONBOARDING),
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
