"""What window clerks, committees and town leaders are asked for by each form; what is long, such as a request, has a page of its own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from services.portal.api.forms import ACTOR, Body, Field, Form, Names, field, fixed
from services.portal.api.town_words import HOW_FOUND

CLERKS: Final = frozenset({"window", "town-leader"})
COMMITTEE: Final = frozenset({"committee"})
LEADER: Final = frozenset({"town-leader"})
_REASON: Final = field(
    "reason", "理由", "Reason", hint_zh="不填身份证号、电话、姓名", hint_en="no names, ID or phone numbers"
)
_PHOTOS: Final = "image/*,.pdf"


def _form(
    service: str, roles: frozenset[str], command: str, zh: str, en: str, fields: Sequence[Field] = (),
    given: Sequence[str] = (), **rest: Any,
) -> Form:  # fmt: skip
    return Form(
        command=command, service=service, zh=zh, en=en, roles=roles, fields=tuple(fields), given=tuple(given), **rest
    )


_ITEM: Final = ("household_no", "application_no", "town")
_CLOCKED: Final = (*_ITEM, "clock")


def _item(command: str, zh: str, en: str, *fields: Field, given: Sequence[str] = _ITEM, danger: bool = False) -> Form:
    return _form("intake", CLERKS, command, zh, en, fields, given, danger=danger)


def on(name: str) -> Field:
    """The day of what is recorded: today, or before."""
    return field(name, "日期", "Day", "date", start="today")


ASKED_BY: Final[Names] = {
    "window": ("窗口", "window"), "committee": ("村（居）", "committee"), "hotline": ("热线", "hotline"), "online": ("网上", "online"),
}  # fmt: skip
DECLARERS: Final[Names] = {
    "applicant": ("申请人", "the applicant"), "staff": ("工作人员本人", "the staff member"), "found": ("核查发现", "found"),
}  # fmt: skip
ANSWERED: Final[Names] = {"helped": ("已予救助", "helped"), "refused": ("不予救助", "refused")}
# What a clerk may do with an item, by the last part of its address.
ITEM: Final[dict[str, Form]] = {
    "supply": _item("supply-materials", "补交材料", "Hand in materials",
        field("materials", "这次带来的", "Brought now", "ticks", choices="missing"), on("supplied_on")),
    "refer": _item("refer-application", "转办", "Refer to a department",
        field("department", "部门（不选：按事项默认）", "Department (none: as the need says)", "choice", choices="departments", required=False)),
    "introduce": _item("introduce-application", "转介", "Introduce to a charity",
        field("organisation", "社会力量", "Organisation", "choice", choices="organisations"),
        field("consent_sha256", "申请人签字的同意书照片", "Photo of the signed consent", "file", accept=_PHOTOS)),
    "accept": _item("accept-referral", "对方已接收", "It was taken", on("accepted_on")),
    "complete": _item("complete-referral", "对方已答复", "It was answered",
        field("outcome", "结果", "Outcome", "choice", choices=ANSWERED),
        field("answer", "答复", "Answer", required=False, hint_zh="不填身份证号、电话、姓名", hint_en="no names, ID or phone numbers"),
        on("completed_on")),
    "return": _item("return-referral", "对方退回", "It was returned", _REASON, on("returned_on")),
    "offer": _item("offer-handover", "移交首问责任", "Hand the duty over",
        field("receiver", "接收人", "Receiver", "choice", choices="staff"), _REASON),
    "take": _item("accept-handover", "接收", "Take it"),
    "decline": _item("decline-handover", "不接收", "Decline", _REASON),
    "relative": _item("declare-near-relative", "登记近亲属", "Register a near relative",
        field("declared_by", "由谁声明", "Declared by", "choice", choices="declarers"),
        field("staff", "工作人员编号", "Staff member", pattern=ACTOR,
            who="window officer town-leader committee bureau bureau-leader"), field("kinship", "亲属关系", "Kinship", most=20), on("declared_on"),
        given=("household_no", "request_no", "town")),
    "pause": _item("pause-clock", "转办时限中止", "Let the referral’s clock stand still",
        field("cause", "事由", "Cause", "choice", choices="pauses"), on("paused_on"),
        field("paper_sha256", "证明材料", "Proof", "file", accept=_PHOTOS), given=_CLOCKED),
    "resume": _item("resume-clock", "转办时限恢复", "Let it run on", on("resumed_on"), given=_CLOCKED),
    "extend": _item("extend-clock", "转办时限延长", "Extend the referral’s clock",
        field("cause", "事由", "Cause", "choice", choices="extensions"), field("days", "延长天数", "Days", "whole", pattern="[0-9]{1,3}"),
        field("paper_sha256", "批准材料", "Approval", "file", accept=_PHOTOS), given=_CLOCKED),
    "withdraw": _item("withdraw-application", "撤回申请", "Withdraw", _REASON, danger=True),
}  # fmt: skip
VERDICTS: Final[Names] = {
    "same": ("是同一人，两件都有效", "one person, both stand"), "different": ("不是同一人", "two persons"),
    "merge": ("重复申请，并入先前一件", "asked twice: into the earlier one"),
}  # fmt: skip
_MATCH: Final = (fixed("person"), fixed("town"), fixed("match_no"))
_DECIDING: Final = CLERKS | {"bureau", "bureau-leader"}
DECIDE_MATCH: Final = _form(
    "intake", _DECIDING, "decide-match", "认定", "Decide", (*_MATCH, field("verdict", "认定", "Verdict", "radio", choices=VERDICTS), _REASON),
)  # fmt: skip
LOOK_AT_MATCH: Final = _form(
    "intake", _DECIDING, "read-match", "登记并查看双方", "State it and see both", (*_MATCH, field("reason", "查看理由", "Reason to look")),
)  # fmt: skip
CONSULTATION: Final = _form(
    "intake", CLERKS, "record-consultation", "登记咨询", "Record it",
    (
        field("topic", "咨询事项", "Topic", "choice", choices="topics"), field("leaflet", "发放的资料", "Leaflet handed out", required=False),
        field("answer", "答复要点", "What was said", required=False, hint_zh="不填身份证号、电话、姓名", hint_en="no names, ID or phone numbers"),
        field("channel", "渠道", "Channel", "choice", choices=ASKED_BY, start="window"),
    ),
    ("town", "consultation_no", "answered_by"), finish=lambda body: {"leaflet": "", "answer": "", **body},
)  # fmt: skip
CLOSE_DISCOVERY: Final = _item(
    "close-discovery", "无需救助，办结线索", "No request: close it", _REASON, given=("discovery_no", "town")
)
DISCOVERY: Final = _form(
    "intake", COMMITTEE, "report-discovery", "报告", "Report",
    (
        field("name", "姓名", "Name", most=60), field("contact", "电话或住处（知道就填）", "Phone or place (if known)", required=False),
        field("suspected_need", "可能需要", "What may be needed", "choice", choices="needs", start="temporary"),
        field("how", "怎么发现的", "How it was found", "radio", choices=HOW_FOUND, start="visit"),
        field("situation", "情况", "Situation", "area", required=False, most=500),
        field("resident_id", "身份证号（不知道可不填）", "Resident ID (may be left empty)", required=False, most=18),
        field("discovered_on", "发现日期", "Found on", "date", start="today"),
    ),
    ("discovery_no", "town", "committee", "reported_by"), note_zh="姓名、电话、情况加密保存，只有办理此事的人能看到。",
    note_en="Name, phone and situation are sealed; only whoever deals with it sees them.",
)  # fmt: skip
# The same by somebody who works in the whole town: they say where.
FOUND: Final = replace(
    DISCOVERY, roles=CLERKS | {"officer"}, given=("discovery_no", "town", "reported_by"),
    fields=(
        *DISCOVERY.fields[:2],
        field("committee", "村（居）", "Committee", pattern="T[0-9]{2,3}-C[0-9]{2,3}", hint_zh="如 T01-C01", hint_en="such as T01-C01"),
        *DISCOVERY.fields[2:],
    ),
)  # fmt: skip
_HOUSEHOLD: Final = field(
    "household_no", "户号", "Household", pattern="T[0-9]{2,3}-H[0-9]{5,7}", hint_zh="如 T01-H00001", hint_en="such as T01-H00001"
)  # fmt: skip
_DUTY: Final = ("duty_no", "town", "committee", "done_by")


def _duty(command: str, zh: str, en: str, day: str, *fields: Field) -> Form:
    return _form("casework", COMMITTEE, command, zh, en, fields, (*_DUTY, day))


# A committee's other duties (plan 四(四)), by the last part of their address; the day is the last that is given.
DUTIES: Final[dict[str, Form]] = {
    "change": _duty("report-change", "报告家庭变化", "Report a change", "reported_on", _HOUSEHOLD,
        field("change", "变化", "What changed", "choice", choices="changes"), field("happened_on", "发生日期", "Happened on", "date", start="today")),
    "screening": _duty("screen-hardship", "困难排查", "Screening", "screened_on",
        field("household_count", "走访户数", "Households looked at", "whole", pattern="[0-9]{1,6}")),
    "aid": _duty("aid-economic-check", "协助核查", "Help with a check", "aided_on", _HOUSEHOLD,
        field("aid", "协助内容", "What was done", "choice", choices="aids")),
    "consultation": _duty("consult-policy", "政策咨询", "Policy consulting", "consulted_on",
        field("topic", "主题", "Topic", "choice", choices="topics"), field("people_count", "人数", "People", "whole", pattern="[0-9]{1,6}")),
}  # fmt: skip
_CASE: Final = ("household_no", "application_no")
REVIEWED: Final[Names] = {"supported": ("赞成", "supported"), "not_supported": ("不赞成", "not supported")}
NOTICE: Final[dict[str, Form]] = {
    "review": _form("casework", COMMITTEE, "record-review", "登记民主评议", "Record the community review", (
        field("reviewed_on", "评议日期", "Reviewed on", "date", start="today"),
        field("participants_count", "参加人数", "People taking part", "whole", pattern="[0-9]{1,4}"),
        field("result", "结果", "Result", "radio", choices=REVIEWED), field("minutes_sha256", "评议记录", "Minutes", "file", accept=_PHOTOS),
    ), _CASE),
    "post": _form("casework", COMMITTEE, "post-notice", "已张贴", "It is posted", (
        field("proposed_amount_fen", "初审意见金额（每月）", "Amount of the opinion (a month)", "yuan"),
        field("opinion_signed_by", "初审意见签署人", "Opinion signed by", pattern=ACTOR,
            who="town-leader"), field("posted_on", "张贴日期", "Posted on", "date", start="today"),
        field("proof_sha256", "张贴现场照片", "Photo of the posted notice", "file", accept="image/*",
              hint_zh="系统只记照片的指纹（SHA-256），照片请留存备查。", hint_en="Only the photo’s fingerprint is recorded: keep the photo."),
    ), _CASE),
    "look": _form("casework", COMMITTEE, "supervise-notice", "记下这次查看", "Record this look", (
        field("faults", "发现的问题（没有就不勾）", "What is wrong (leave empty if nothing)", "ticks", choices="faults", required=False),
    ), (*_DUTY, "application_no", "supervised_on")),
    "down": _form("casework", COMMITTEE, "take-notice-down", "已取下", "It was taken down", (
        field("taken_down_on", "取下日期", "Taken down on", "date", start="today"),
        field("proof_sha256", "取下后的照片", "Photo of the place without it", "file", accept="image/*",
              hint_zh="系统只记照片的指纹（SHA-256），照片请留存备查；公示单交镇街归档。",
              hint_en="Only the photo’s fingerprint is recorded: keep the photo; the paper goes to the town’s folder."),
    ), (*_DUTY, "application_no")),
    "object": _form("casework", COMMITTEE, "object-to-notice", "登记异议", "Register the objection", given=(*_CASE, "objection_no"), danger=True),
}  # fmt: skip
PRINT_NOTICE: Final = _form(
    "casework", COMMITTEE, "print-papers", "打印公示单", "Print the notice",
    (field("amount_fen", "初审意见金额（每月）", "Amount of the opinion (a month)", "yuan"),), ("household_no", "paper", "reason"),
    keeps_page=True, note_zh="公示单上只有姓名、人数、金额；打印本身登记为一次查看。",
    note_en="Name, members and amount alone stand on it; printing is itself put on the record.",
)  # fmt: skip
OUTCOMES: Final[Names] = {
    "confirmed": ("确认，由备用金支付", "confirm, from the reserve fund"), "refused": ("不予确认", "refuse"),
}  # fmt: skip


def decision(body: Body) -> Body:
    """The reserve fund pays for what is granted alone."""
    return {name: value for name, value in body.items() if name != "reserve_fund" or body["outcome"] == "confirmed"}


OPINIONS: Final[dict[str, Form]] = {
    "submit": _form("casework", LEADER, "submit-opinion", "签署并报送", "Sign and send", (
        field("received_by", "区民政局接收人", "Received by",
            who="bureau",
            pattern="bureau:[A-Za-z0-9_\\-]+", hint_zh="如 bureau:B01", hint_en="such as bureau:B01"),
    ), (*_CASE, "submitted_on")),
    "decide": _form("casework", LEADER, "decide-eligibility", "签署决定", "Sign the decision", (
        field("outcome", "决定", "Decision", "choice", choices=OUTCOMES), field("reserve_fund", "备用金编号", "Reserve fund", required=False),
        field("reason", "理由（不予确认时必填）", "Reason (needed for a refusal)", required=False),
        field("emergency", "急难型：先行救助，事后补齐手续", "Emergency: help first, papers after", "yes"),
    ), _CASE, finish=decision),
}  # fmt: skip


def attendance(officers: Sequence[str], *, corrects: bool) -> Form:
    """A month's sheet: two counts for each officer, the signed sheet, and why it is corrected where it was confirmed before."""
    days = [
        field(f"{what}-{officer}", f"{officer} {zh}", f"{officer} {en}", "whole")
        for officer in officers
        for what, zh, en in (("present", "出勤天数", "present days"), ("absent", "缺勤天数", "absent days"))
    ]
    sheet = replace(SHEET, fields=(*days, *SHEET.fields[: 3 if corrects else 2]))
    return replace(sheet, finish=lambda body: lines_of(body, officers))


SHEET: Final = _form(
    "payroll", LEADER, "confirm-attendance", "确认考勤", "Confirm the sheet",
    (
        field("month", "月份", "Month"), field("sheet_sha256", "签字考勤表的照片或扫描件", "Photo or scan of the signed sheet", "file"),
        field("corrects", "更正理由（该月已确认过）", "Why it is corrected (confirmed before)"),
    ),
    ("town", "lines"),
)  # fmt: skip


def lines_of(body: Body, officers: Sequence[str]) -> Body:
    """The counts of each officer as the sheet's lines."""
    counts = {f"{what}-{officer}" for officer in officers for what in ("present", "absent")}
    lines = [
        {"officer": officer, "present_days": body[f"present-{officer}"], "absent_days": body[f"absent-{officer}"]}
        for officer in officers
    ]
    return {**{name: value for name, value in body.items() if name not in counts}, "lines": lines}
