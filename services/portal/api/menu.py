"""What stands in each role's menu, in order; a page that is not listed for a role is not opened for it either."""

from dataclasses import dataclass
from typing import Final

from services.contracts.roles import PEOPLE

ADMINISTRATORS: Final = frozenset({"system-administrator", "security-administrator", "audit-administrator"})
DASHBOARDS: Final = PEOPLE - ADMINISTRATORS - {"contractor", "committee"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place of the portal: its address, its names, and who may open it."""

    path: str
    zh: str
    en: str
    roles: frozenset[str]


_OFFICER: Final = frozenset({"officer"})
ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(path="/field/today", zh="今日走访", en="Today’s visits", roles=_OFFICER),
    Entry(path="/field/visit", zh="登记走访", en="Record a visit", roles=_OFFICER),
    Entry(path="/field/work", zh="登记事务", en="Record work", roles=_OFFICER),
    Entry(path="/field/outbox", zh="未上传", en="Unsent", roles=_OFFICER),
    Entry(path="/field/pay", zh="我的工资", en="My pay", roles=_OFFICER),
    Entry(path="/field/own", zh="我的培训与考核", en="My training and appraisal", roles=_OFFICER),
    Entry(path="/dashboards", zh="数据看板", en="Dashboards", roles=DASHBOARDS),
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
