"""What clocks of the law are called where people read of them: pages of the portal, findings of audit; nothing is counted here."""

from typing import Final

CLOCKS: Final[dict[str, tuple[str, str]]] = {
    "investigation": ("调查启动", "Start of investigation"),
    "check_start": ("启动信息核对", "Start of information check"),
    "first_opinion": ("初审意见", "First opinion"),
    "recheck": ("核查复核", "Re-check of a contested answer"),
    "survey_help": ("协助调查", "Survey for another town"),
    "notice": ("公示期", "Public notice"),
    "bureau": ("审核确认", "Decision"),
    "outer": ("全程时限", "Whole procedure"),
    "written_notice": ("书面告知", "Refusal in writing"),
    "papers": ("补齐手续", "Papers after emergency help"),
    "complaint": ("投诉举报答复", "Complaint to answer"),
    "reverification": ("动态复核", "Re-verification"),
    "validity": ("认定有效期", "Validity of a recognition"),
    "reassessment": ("能力再评估", "Reassessment of ability"),
    "warning": ("监测预警", "Early warning"),
    "change": ("动态报告核实", "Reported change"),
    "difference": ("市级系统差异", "Difference to the municipal system"),
    "request": ("申请受理", "Request"),
    "acceptance": ("受理决定", "Acceptance"),
    "correction": ("补正", "Correction of papers"),
    "referral": ("转办", "Referral"),
    "discovery": ("主动发现核实", "Discovery to look into"),
}


def clock_name(clock: str) -> tuple[str, str]:
    """A clock's two names; its code where it has none."""
    return CLOCKS.get(clock, (clock, clock))
