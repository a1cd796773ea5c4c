"""What town staff and the bureau are asked for by each form about a case, a household, and the tasks beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from services.contracts import list_words
from services.portal.api.bureau_words import MONTHLY, RECOGNISED
from services.portal.api.forms import ACTOR, Body, Field, Form, Names, field, field_problem, fixed
from services.portal.api.menu import BUREAU, CASEWORK, TOWN
from services.portal.api.town_forms import NOTICE

LEADERS: Final = BUREAU | {"town-leader"}
_PHOTOS: Final = "image/*,.pdf"

OUTCOMES: Final[Names] = {
    "confirmed": ("同意，予以确认", "Grant"),
    "refused": ("不予确认（须写明理由）", "Refuse, with the reason"),
}
MODES: Final[Names] = {
    "household": ("入户", "at home"), "phone": ("电话（限应急期间）", "by phone, in an emergency"),
    "video": ("视频（限应急期间）", "by video, in an emergency"),
}  # fmt: skip
PLACES: Final[Names] = {"home": ("在家分散供养", "at home"), "institution": ("机构集中供养", "in an institution")}
KINDS: Final[Names] = {
    "complaint": ("投诉", "complaint"), "named_report": ("实名举报", "report by name"),
    "anonymous_report": ("匿名举报", "anonymous report"),
}  # fmt: skip
FOUND_AGAIN: Final[Names] = {"unchanged": ("情况未变", "unchanged"), "changed": ("情况有变", "changed")}
BECAUSE: Final[Names] = {
    "reverification": ("复核发现变化", "looking again found a change"),
    "uprating": ("提高标准", "the standard was raised"),
}
REPORTED_BY: Final[Names] = {
    "committee": ("村（居）", "committee"), "officer": ("低保员", "officer"), "household": ("家庭本人", "the household"),
    "institution": ("供养机构", "institution"),
}  # fmt: skip
JUSTIFIED: Final[Names] = {"yes": ("有正当理由", "with good reason"), "no": ("无正当理由", "without good reason")}
SCORES: Final[Names] = {str(n): (f"{n} 分", str(n)) for n in range(5, 0, -1)}
CALLED: Final[Names] = {"call_back": ("电话回访", "call back"), "window": ("窗口", "at the window")}
SETTLED: Final[Names] = {
    "corrected_here": ("本系统已更正", "corrected here"), "corrected_there": ("市级系统已更正", "corrected there"),
    "number_recorded": ("已登记市级编号", "number recorded"), "explained": ("差异有据", "explained"),
}  # fmt: skip
CHANGE_CLOSED: Final[Names] = {
    "reverified": ("已动态复核", "looked at again"),
    "reassessed": ("已再评估自理能力", "ability assessed again"),
    "adjusted": ("已调整待遇", "benefit adjusted"),
    "terminated": ("已停发待遇", "benefit ended"),
    "nothing": ("无需处理（须说明理由）", "nothing to do (give the reason)"),
}
HANDLED: Final[Names] = {
    "no_need": ("无需救助", "no need"), "applied": ("已申请", "applied"), "helped": ("已帮扶", "helped"),
    "unreachable": ("无法联系", "unreachable"),
}  # fmt: skip
FOUND: Final[Names] = {"founded": ("属实", "founded"), "unfounded": ("不属实", "unfounded")}
KEPT: Final[Names] = {
    "first": ("保留第一条", "keep the first"), "second": ("保留第二条", "keep the second"), "both": ("两条都保留", "keep both"),
}  # fmt: skip

_REASON: Final = field(
    "reason", "理由", "Reason", hint_zh="不填身份证号、电话、姓名", hint_en="no names, ID or phone numbers"
)
_PERSON: Final = field(
    "person", "哪位家庭成员", "Which member", start="本人", most=80, hint_zh="与申请人的关系，如 本人、配偶、子女",
    hint_en="the relation to the applicant, such as 本人, 配偶, 子女",
)  # fmt: skip
_STAFF: Final = field("investigators", "入户人员（两人以上）", "Who went (two or more)", "ticks", choices="staff")


def _form(
    command: str, zh: str, en: str, fields: Sequence[Field] = (), given: Sequence[str] = (), *,
    roles: frozenset[str] = BUREAU, **rest: Any,
) -> Form:  # fmt: skip
    return Form(
        command=command, service="casework", zh=zh, en=en, roles=roles, fields=tuple(fields), given=tuple(given), **rest
    )


def _day(name: str, zh: str, en: str) -> Field:
    return field(name, zh, en, "date", start="today")


def _paper(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    return field(name, zh, en, "file", required=required, accept=_PHOTOS)


def decision(body: Body) -> Body:
    """An officer and help before its papers come with a grant alone; what the services fill in themselves is not sent."""
    granted = body["outcome"] == "confirmed"
    kept = {name: value for name, value in body.items() if value is not False}
    return kept if granted else {name: value for name, value in kept.items() if name not in ("officer", "emergency")}


def answers(body: Body) -> Body:
    """Registers are named, such as answered or such as will not: naming none would settle all of them."""
    if not body.get("registers") and not body.get("unanswered"):
        raise field_problem("/registers", "请勾选已返回或不反馈的单位", "tick the registers that answered, or will not")
    return body


def surveyed(body: Body) -> Body:
    """Nobody witnessed where all signed themselves."""
    return {"witness": None, **body}


def persons_checked(body: Body) -> Body:
    """Members and supporters (赡养、抚养、扶养义务人) in one list, each with the fingerprint of the authority they signed."""
    signed = body.pop("authorisation", None)
    members, supporters = body.pop("members"), body.pop("supporters", [])
    told = [
        {**one, "supporter": supporter} for supporter, group in ((False, members), (True, supporters)) for one in group
    ]
    return {**body, "persons": [{**one, "authorisation_sha256": signed} for one in told]}


def paid_to(body: Body) -> Body:
    """An account of its parts."""
    names = ("account_no", "holder", "holder_name", "agreement_sha256")
    account = {name: body.pop(name) for name in names if name in body}
    return {**body, "account": account}


def rated(body: Body) -> Body:
    """A score is a number."""
    return {**body, "score": int(body["score"])}


_ABILITY: Final = (
    _PERSON,
    field("assessors", "评估人员（两人以上）", "Assessors (two or more)", "words",
        who="bureau bureau-leader",
        hint_zh="编号用空格分开，如 bureau:B08 bureau:B09；不得是作出决定的人",
          hint_en="numbers with spaces, such as bureau:B08 bureau:B09; nobody who decides"),
    _day("assessed_on", "评估日期", "Assessed on"),
    field("failed_items", "不能自理的项目（都能自理就不勾）", "Cannot do alone (none: leave empty)", "ticks", choices="ability", required=False),
    _paper("form_sha256", "评估表扫描件", "Scan of the assessment"),
)  # fmt: skip
_CARE: Final = (
    _PERSON, field("placement", "供养方式", "Placement", "radio", choices=PLACES), field("carer", "照料人或机构", "Carer or institution", most=60),
    _paper("agreement_sha256", "照料协议（分散供养须有，可后补）", "Care agreement (at home; may follow)", required=False),
    _day("arranged_on", "安排日期", "Arranged on"),
)  # fmt: skip
_CLOCK: Final = field("clock", "时限", "Clock", "choice", choices="clocks")
_CASE: Final = ("household_no", "application_no")
# The forms of a case, by the last part of their address, in the order of the procedure.
CASE: Final[dict[str, Form]] = {
    "survey": _form("record-survey", "登记入户调查", "Record a survey", (
        _STAFF, _day("surveyed_on", "调查日期", "Surveyed on"), field("mode", "方式", "How", "radio", choices=MODES, start="household"),
        field("members", "共同生活的家庭成员（按实际填写）", "Members who live together, as found", "people"),
        field("income_per_head_fen", "人均月收入", "Income per head a month", "yuan"),
        field("rigid_spending_per_head_fen", "人均月刚性支出", "Rigid spending per head a month", "yuan", required=False),
        field("property_over", "超过限额的财产（没有就不勾）", "Property above its limit (none: leave empty)", "ticks", choices="property", required=False),
        field("family_signed", "家庭成员已签字", "signed by the family", "yes"),
        field("witness", "见证人（本人不能签字时）", "Witness, for those who cannot sign", pattern=ACTOR,
            who="officer window town-leader committee",
            required=False,
              hint_zh="编号，如 committee:T01-C01-M1", hint_en="a number, such as committee:T01-C01-M1"),
        _paper("form_sha256", "签字的调查表", "The signed form"),
    ), _CASE, roles=TOWN, finish=surveyed, note_zh="身份证号和收入加密保存；系统只记表格的指纹，原件请归档。",
        note_en="Numbers and income are sealed; only the form’s fingerprint is kept: file the original."),
    "check": _form("request-information-check", "启动信息核对", "Start the information check", (
        field("registers", "核对单位", "Registers", "ticks", choices="registers"),
        field("members", "家庭成员", "Members", "people"),
        field("supporters", "法定赡养、抚养、扶养义务人", "Those who owe maintenance", "people", required=False),
        field("no_supporter", "声明没有法定义务人", "declared: nobody owes maintenance", "yes"),
        _paper("authorisation", "全体签字的核对授权书", "Authority signed by all", required=False),
    ), _CASE, roles=CASEWORK, finish=persons_checked),
    "answers": _form("record-information-check", "登记核对结果", "Record what registers answered", (
        field("registers", "已返回的单位", "Registers that answered", "ticks", choices="awaited", required=False),
        field("conflicts", "其中有疑点的（没有就不勾）", "Of these, in conflict (none: leave empty)", "ticks", choices="awaited", required=False),
        field("unanswered", "不反馈的单位（没有就不勾）", "Giving no answer (none: leave empty)", "ticks", choices="awaited", required=False),
        field("reason", "不反馈的理由", "Why they give none", required=False),
        _day("returned_on", "返回日期", "Returned on"),
    ), _CASE, roles=CASEWORK, finish=answers),
    "contest": _form("contest-check", "登记对核对结果的异议", "The household contests an answer", (
        field("registers", "有异议的单位", "Registers contested", "ticks", choices="registers"), _day("contested_on", "提出日期", "Contested on"),
    ), (*_CASE, "contest_no"), roles=CASEWORK),
    "ask-help": _form("ask-survey-help", "请居住地镇街协助调查", "Ask the town where they live to survey", (
        field("helping_town", "协助镇街", "Helping town", "choice", choices="towns", unset=True), _REASON,
    ), _CASE, roles=CASEWORK),
    "review": replace(NOTICE["review"], roles=TOWN),
    "notice": replace(NOTICE["post"], roles=TOWN, zh="登记初审公示", en="The first opinion is posted"),
    "objection": replace(NOTICE["object"], roles=CASEWORK),
    "ability": _form("assess-ability", "登记自理能力评估", "Record an assessment of ability", _ABILITY, _CASE),
    "care": _form("arrange-care", "登记照料安排", "Record who cares", _CARE, _CASE, roles=CASEWORK),
    "decide": _form("decide-eligibility", "作出审核确认", "Decide", (
        field("outcome", "结论", "Outcome", "radio", choices=OUTCOMES), field("reason", "理由", "Reason", "area", required=False),
        field("officer", "入户服务低保员（同意时）", "Officer who will visit, when granted", "choice", choices="officers", required=False),
        field("emergency", "急难型：先行救助，手续后补", "emergency: help first, papers after", "yes"),
    ), _CASE, finish=decision, note_zh="金额由系统按当日标准和核定收入计算，不可手填。",
        note_en="The amount follows from the standard of the day and the income found; nobody types it."),
    "visit": _form("record-bureau-visit", "登记民政局入户核查", "Record a visit of the bureau", (
        _day("visited_on", "入户日期", "Visited on"),
        field("visitors", "入户人员", "Visitors", "words", who="bureau bureau-leader",
              hint_zh="编号用空格分开，如 bureau:B01 bureau:B02", hint_en="numbers with spaces, such as bureau:B01 bureau:B02"),
        _paper("form_sha256", "签字表扫描件", "Scan of the signed form"),
    ), _CASE),
    "conflict": _form("resolve-conflict", "核实核对疑点", "Settle a conflict of the check", (
        field("register", "登记机关", "Register", "choice", choices="conflicts"), field("reason", "核实情况", "What was found", "area"),
        _paper("document_sha256", "佐证材料", "Document"),
    ), _CASE),
    "deliver": _form("deliver-refusal", "登记书面告知送达", "Record that the refusal was delivered", (
        _day("delivered_on", "送达日期", "Delivered on"), _paper("form_sha256", "送达回证", "Proof of delivery"),
    ), _CASE, roles=CASEWORK),
    "papers": _form("complete-papers", "登记手续已补齐", "Record the papers as completed", (
        _day("completed_on", "补齐日期", "Completed on"),
    ), _CASE, roles=CASEWORK),
    "pause": _form("pause-clock", "时限中止", "Let a clock stand still", (
        _CLOCK, field("cause", "事由", "Cause", "choice", choices="pauses"), _day("paused_on", "中止日期", "From"), _paper("paper_sha256", "证明材料", "Proof"),
    ), _CASE, roles=LEADERS),
    "resume": _form("resume-clock", "时限恢复", "Let a clock run on", (
        field("clock", "已中止的时限", "Clock that stands still", "choice", choices="paused"), _day("resumed_on", "恢复日期", "From"),
    ), _CASE, roles=LEADERS),
    "extend": _form("extend-clock", "时限延长", "Extend a clock", (
        _CLOCK, field("cause", "事由", "Cause", "choice", choices="extensions"),
        field("days", "延长天数（按特别程序的不填）", "Days (none for a special term)", "whole", pattern="[0-9]{1,3}", required=False),
        _paper("paper_sha256", "批准材料", "Approval"),
    ), _CASE, roles=LEADERS),
    "municipal": _form("record-municipal-number", "登记市级系统编号", "Record its municipal number", (
        field("municipal_no", "市级编号", "Municipal no.", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{3,39}"),
    ), _CASE, roles=CASEWORK),
}  # fmt: skip

_HOUSEHOLD: Final = ("household_no",)
# The forms of a household, by the last part of their address.
HOUSEHOLD: Final[dict[str, Form]] = {
    "reverify": _form("reverify-household", "登记动态复核", "Record looking again", (
        _STAFF, _day("reverified_on", "复核日期", "Looked again on"), field("cadence", "下次复核类别", "Class for the next time", "choice", choices="cadences"),
        field("outcome", "结果", "Found", "radio", choices=FOUND_AGAIN), field("income_per_head_fen", "人均月收入", "Income per head a month", "yuan"),
        field("members", "家庭成员（有变化才填）", "Members (only where they changed)", "people", required=False),
        _paper("form_sha256", "签字的复核表", "The signed form"),
    ), _HOUSEHOLD, roles=TOWN),
    "adjust": _form("adjust-benefit", "调整救助金", "Adjust the benefit", (
        field("because", "原因", "Because", "radio", choices=BECAUSE, start="reverification"),
        field("covered_members", "保障人数", "Members covered", "whole", pattern="[0-9]{1,2}"),
    ), _HOUSEHOLD, note_zh="金额由系统计算。", note_en="The amount follows from the rules."),
    "suspend": _form("suspend-benefit", "暂停发放", "Suspend", (field("reason", "事由", "Reason", "choice", choices="suspensions"),), _HOUSEHOLD, danger=True),
    "resume": _form("resume-benefit", "恢复发放", "Resume", (field("reason", "事由", "Reason", "choice", choices="resumptions"),), _HOUSEHOLD),
    "post-termination": _form("post-termination", "登记终止公示", "The termination is posted", (
        field("reason", "终止原因", "Reason", "choice", choices="endings"),
        _day("posted_on", "张贴日期", "Posted on"), _paper("proof_sha256", "张贴照片", "Photo of it"),
    ), _HOUSEHOLD, roles=TOWN | {"committee"}),
    "terminate": _form("terminate-benefit", "终止救助", "Terminate", (
        field("reason", "终止原因", "Reason", "choice", choices="endings"),
        field("person", "死者（因死亡终止时）", "Who died, where that is why", required=False, most=80, hint_zh=_PERSON.hint_zh, hint_en=_PERSON.hint_en),
        field("died_on", "死亡日期（因死亡终止时）", "Died on, where that is why", "date", required=False),
        field("paid_through", "已发放到的月份（晚于终止时）", "Paid through, where later than the end", "month", required=False, pattern="[0-9]{4}-[0-9]{2}"),
    ), _HOUSEHOLD, danger=True),
    "member-death": _form("record-member-death", "登记成员死亡", "Record a member’s death", (
        _PERSON, _day("died_on", "死亡日期", "Died on"),
        field("paid_through", "已发放到的月份", "Paid through", "month", pattern="[0-9]{4}-[0-9]{2}"),
    ), _HOUSEHOLD, danger=True,
        note_zh="其余成员继续享受；金额与追回由系统计算。", note_en="The benefit goes on for the others; amount and recovery follow from the rules."),
    "exit": _form("grant-gradual-exit", "给予就业渐退期", "Grant a gradual exit", (_PERSON, _day("employed_on", "就业日期", "Employed on")), _HOUSEHOLD),
    "job-refusal": _form("record-job-refusal", "登记拒绝就业推荐", "Record a refused job", (
        _PERSON, field("justified", "理由", "Reason", "either", choices=JUSTIFIED), _day("refused_on", "拒绝日期", "Refused on"),
        _paper("form_sha256", "推荐登记表", "Form of the offer"),
    ), (*_HOUSEHOLD, "offer_no"), roles=TOWN),
    "cut": _form("cut-share", "减发本人份额", "Cut a member’s share", (_PERSON,), _HOUSEHOLD, danger=True),
    "claim": _form("claim-recovery", "追回多发资金", "Claim back what was paid too much", (
        field("paid_through", "已发放到的月份", "Paid through", "month", pattern="[0-9]{4}-[0-9]{2}"),
    ), _HOUSEHOLD, danger=True),
    "ability-change": _form("report-ability-change", "报告自理能力变化", "Report a change of ability", (
        _PERSON, field("channel", "报告人", "Reported by", "choice", choices=REPORTED_BY), _day("reported_on", "报告日期", "Reported on"),
    ), (*_HOUSEHOLD, "report_no", "reported_by"), roles=TOWN | {"committee"}),
    "ability": _form("assess-ability", "登记自理能力再评估", "Record a reassessment", _ABILITY, (*_HOUSEHOLD, "application_no")),
    "care": _form("arrange-care", "登记照料安排变动", "Record a change of care", _CARE, (*_HOUSEHOLD, "application_no"), roles=CASEWORK),
    "account": _form("record-payout-account", "登记发放账户", "Record the account it is paid to", (
        field("account_no", "银行账号", "Account", pattern="[0-9]{8,32}", most=32), field("holder", "账户属于", "Whose", "radio", choices=list_words.HOLDERS),
        field("holder_name", "户名", "Name of the holder", most=60),
        _paper("agreement_sha256", "代管协议（代管时）", "Agreement, where staff keep it", required=False),
        _paper("document_sha256", "账户证明", "Proof of the account"),
    ), _HOUSEHOLD, roles=CASEWORK, finish=paid_to, note_zh="账号加密保存，不在页面上显示。", note_en="The account is sealed and never shown."),
    "complaint": _form("record-complaint", "登记投诉举报", "Register a complaint or report", (
        field("kind", "类型", "Kind", "choice", choices=KINDS), field("application_no", "涉及案件（选填）", "Case", "choice", choices="cases", required=False),
        _day("received_on", "收到日期", "Received on"),
        field("responsible", "答复责任人", "Who answers it", pattern=ACTOR,
            who="bureau bureau-leader town-leader window officer",
            hint_zh="如 bureau:B01", hint_en="such as bureau:B01"),
        _paper("content_sha256", "投诉内容（只记指纹）", "What it says (its fingerprint is kept)"),
    ), (*_HOUSEHOLD, "complaint_no"), roles=CASEWORK),
    "municipal": _form("record-municipal-number", "登记市级系统编号", "Record a municipal number", (
        field("municipal_no", "市级编号", "Municipal no.", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{3,39}"),
    ), _HOUSEHOLD, roles=CASEWORK),
    "release": _form("release-municipal-number", "撤回登错的市级编号", "Take back a wrong municipal number", (
        field("municipal_no", "市级编号", "Municipal no.", "choice", choices="municipal"), _REASON,
    ), _HOUSEHOLD, roles=LEADERS, danger=True),
}  # fmt: skip
_VISIT: Final = (fixed("household_no"), field("visit_no", "哪次走访", "Which visit", "choice", choices="visits"))
_JUDGED: Final = (
    field("score", "评分（5 分最好）", "Score, 5 is best", "radio", choices=SCORES),
    field("reasons", "原因", "Because", "ticks", choices="ratings", required=False),
)
RATE: Final = _form(
    "rate-visit", "登记评价", "Record a rating",
    (
        *_VISIT, field("channel", "方式", "How", "choice", choices=CALLED), *_JUDGED,
    ),
    roles=BUREAU | {"town-leader", "window"}, finish=rated,
)  # fmt: skip
# Beside commands: the code of a visit, and what a household gives by it.
CODE: Final = _form("rating-code", "生成评价码", "Make the code", _VISIT, roles=RATE.roles)
GIVEN: Final = _form("rate", "提交评价", "Send", _JUDGED, roles=frozenset(), finish=rated)
DECLINE_HELP: Final = _form(
    "decline-survey-help",
    "退回协助请求",
    "Give it back",
    (fixed("household_no"), fixed("application_no"), _REASON),
    roles=TOWN,
)
HELP_SURVEY: Final = replace(
    CASE["survey"], fields=(fixed("household_no"), fixed("application_no"), *CASE["survey"].fields), given=(), zh="登记协助调查", en="Record the survey"
)  # fmt: skip
DECIDE_CONFLICT: Final = _form(
    "decide-visit-conflict", "裁定", "Decide",
    (fixed("household_no"), fixed("conflict_no"), field("kept", "以哪条为准", "Which stands", "radio", choices=KEPT), _REASON), roles=LEADERS,
)  # fmt: skip


def handled(body: Body) -> Body:
    """One attempt at a time."""
    return {**body, "attempted_on": [body["attempted_on"]]}


# A paper with names on it, of one matter: ``<form> <matter>``, the whole folder where none is named.
PRINT: Final = _form(
    "print-papers", "登记并打印", "State it and print", (
        field("paper", "材料", "Paper", "choice", choices="papers", required=False, hint_zh="不选：全档", hint_en="none: the whole folder"),
        field("reason", "理由", "Reason"),
        field("amount_fen", "拟救助金额", "Proposed amount", "yuan", required=False, hint_zh="打印尚未张贴的公示单时填",
            hint_en="for a notice that is not posted yet"),
    ), ("household_no",), roles=CASEWORK, keeps_page=True,
)  # fmt: skip
# Tasks beside cases: every form names its own.
TASKS: Final[dict[str, Form]] = {
    "settle": _form("settle-difference", "登记处理", "Settle", (
        fixed("task_no"), field("outcome", "处理", "Settled how", "choice", choices=SETTLED), _REASON, _day("settled_on", "处理日期", "Settled on"),
    ), roles=CASEWORK),
    "handle": _form("handle-warning", "登记处置", "Handle", (
        fixed("task_no"), field("outcome", "结果", "Outcome", "choice", choices=HANDLED), _day("attempted_on", "走访日", "Visited on"),
        field("request_no", "申请编号（已申请时）", "Request no., if applied", required=False),
        field("evidence_sha256", "佐证", "Evidence", "file", required=False),
    ), roles=CASEWORK, finish=handled),
    "close-change": _form("close-change-task", "办结报告", "Close the report", (
        fixed("task_no"), field("outcome", "办理结果", "What it led to", "choice", choices=CHANGE_CLOSED),
        field("reason", "理由（无需处理时必填）", "Reason, where nothing was to do", required=False),
    ), roles=CASEWORK),
    "assign": _form("assign-task", "改派", "Let somebody else answer for it", (
        fixed("task_no"), field("responsible", "责任人", "Responsible", pattern=ACTOR,
            who="officer window town-leader bureau",
            hint_zh="如 officer:O001", hint_en="such as officer:O001"), _REASON,
    ), roles=LEADERS),
    "answer": _form("answer-complaint", "登记答复", "Answer", (
        fixed("household_no"), fixed("complaint_no"), field("outcome", "核查结论", "Found", "choice", choices=FOUND),
        _day("answered_on", "答复日期", "Answered on"), field("reply_sha256", "答复书", "Reply", "file"),
    )),
    "recovered": _form("record-recovery", "登记收回", "Record", (
        fixed("household_no"), field("amount_fen", "收回金额", "Received", "yuan"), _day("received_on", "收回日", "Received on"),
        field("receipt_sha256", "票据", "Receipt", "file"),
    )),
}  # fmt: skip
WHOM: Final = _form(
    "read-warned-person", "登记并查看对象", "State it and see whom",
    (fixed("task_no"), field("reason", "查看对象的理由", "Reason to see whom")), roles=CASEWORK,
)  # fmt: skip


def without(form: Form, names: Iterable[str]) -> Form:
    """The form without fields that do not fit what it stands beside."""
    left_out = set(names)
    return replace(form, fields=tuple(one for one in form.fields if one.name not in left_out))


def fitting(what: str, need: str) -> Form:
    """A case's form as its need has it: what does not fit is not asked."""
    off = {
        "decide": ((() if need in MONTHLY else ("officer",)) + (() if need == "temporary" else ("emergency",))),
        "survey": () if need in RECOGNISED else ("rigid_spending_per_head_fen", "property_over"),
    }.get(what, ())
    return without(CASE[what], off)
