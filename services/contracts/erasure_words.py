"""What stands against erasing a person (个人信息保护法 art. 47), where people read it: intake's refusals and the portal's page; nothing is decided here."""

from collections.abc import Mapping
from typing import Final

AGAINST: Final[Mapping[str, tuple[str, str]]] = {
    "application": ("窗口有在办申请", "an application is open at the window"),
    "case": ("有在办案件", "a case is open"),
    "benefit": ("正在享受救助", "a benefit is being paid"),
    "recovery": ("有未追回款项", "money is still claimed back"),
    "service": ("在岗专职人员", "an officer in service"),
    "recruitment": ("选聘尚未结束", "a recruitment round is not over"),
    "contract": ("承接主体在岗服务人员", "delivers on a contract"),
    "discovery": ("主动发现线索未办结", "a discovery is not closed"),
    "warning": ("预警任务未办结", "a warning is not settled"),
    "finding": ("有未销号问题", "a finding is open"),
    "retention": ("档案保存期未满", "the files must still be kept"),
}
