"""What a benefit list (发放名册) says, where people read it: casework's printed lists and the portal's pages; nothing is decided here."""

from collections.abc import Mapping
from typing import Final

Names = Mapping[str, tuple[str, str]]
STATUS: Final[Names] = {
    "drafted": ("待审批", "drafted, to approve"),
    "approved": ("已审批", "approved"),
    "issued": ("已出支付文件", "payment file issued"),
    "closed": ("已关闭", "closed"),
}
CHANGES: Final[Names] = {
    "new": ("新增", "new"),
    "adjusted": ("调整", "adjusted"),
    "stopped": ("停发", "stopped"),
    "suspended": ("暂停", "suspended"),
    "resumed": ("恢复", "resumed"),
}
LINE_STATES: Final[Names] = {
    "open": ("待发", "open"),
    "sent": ("已送银行", "with the bank"),
    "paid": ("已发放", "paid"),
    "returned": ("退回", "returned"),
    "held": ("挂账待核", "held"),
    "withheld": ("不发", "withheld"),
}
# Why a line was not sent, or did not fit; other reasons are the bank's or people's own words.
LINE_REASONS: Final[Names] = {
    "no_account": ("没有发放账户", "no payout account"),
    "account_of_the_deceased": ("账户属已故人员，待登记新账户", "the account is a dead person's; another is awaited"),
    "returned": ("银行退回", "returned by the bank"),
    "unknown": ("回盘户号不在本次支付文件中", "no household of this payment file"),
    "twice": ("同一户在回盘中出现两次", "named twice in the return"),
    "amount": ("金额与名册不符", "another amount than the list's"),
    "not_sent": ("未送银行的款", "not sent to the bank"),
    "paid_before": ("此前已发放", "paid before"),
    "unexplained": ("无法解释", "unexplained"),
}
# Whose account a benefit is paid to.
HOLDERS: Final[Names] = {
    "self": ("本人账户", "the person's own"),
    "family_member": ("家庭成员账户", "a member's"),
    "guardian": ("监护人账户", "the guardian's"),
    "staff": ("工作人员代管（须有代管协议）", "kept by staff, with an agreement"),
}
