"""What the lines of a payslip and its payment are called, on the printed slip and on an officer's pages; nothing is reckoned here."""

from collections.abc import Mapping
from typing import Final

Names = Mapping[str, tuple[str, str]]
SIDES: Final[Names] = {
    "part": ("应发", "Pay"),
    "personal": ("个人缴费", "Officer's insurance"),
    "employer": ("单位缴费（不在实发内）", "Employer's insurance (not in net pay)"),
    "tax": ("个人所得税", "Income tax"),
    "net": ("实发", "Net pay"),
    "arrears": ("补差", "Differences of earlier months"),
}
PAYMENTS: Final[Names] = {
    "computed": ("待发放", "not paid yet"),
    "settled": ("已发放", "paid"),
    "returned": ("银行退回，待重发", "sent back by the bank, to be paid again"),
    "reversed": ("已冲销", "reversed"),
}
