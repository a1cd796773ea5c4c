"""What the bureau, a town's leader and officers are asked for by each form about officers: posts, papers, absence, appraisal, duty."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from services.portal.api.forms import Body, Field, Form, Names, by_command, field, fixed
from services.portal.api.menu import BUREAU

LEADER: Final = frozenset({"bureau-leader"})
CASEWORKER: Final = frozenset({"bureau"})
TOWN: Final = frozenset({"town-leader"})
OFFICER: Final = frozenset({"officer"})
UPHELD: Final[Names] = {"yes": ("异议成立", "upheld"), "no": ("异议不成立", "not upheld")}
LEAVING: Final[Names] = {"leave": ("长期离岗（休假、脱产）", "long leave"), "exit": ("离任", "exit")}
MOVES: Final[Names] = {"move": ("调往其他镇街", "move to another town"), "duty": ("增加工作任务", "added duty")}
EXCEPTIONS: Final[Names] = {"diploma": ("学历", "diploma"), "recruitment": ("选聘", "recruitment")}
_OFFICER: Final = fixed("officer")
_TOWN: Final = fixed("town")
_REASON: Final = field(
    "reason", "理由", "Reason", hint_zh="不填姓名、身份证号、电话", hint_en="no names, ID or phone numbers"
)
_DOCUMENT: Final = field("document", "依据文件", "Document it rests on", hint_zh="文号", hint_en="its number")
_QUARTER: Final = (fixed("year"), fixed("quarter"))
_CLOSED: Final = field(
    "closed", "季度", "Quarter", "choice", choices="quarters", gives=("year", "quarter")
)  # fmt: skip
_NEW_PERSON: Final = (
    field(
        "resident_id", "身份证号", "Resident ID", pattern="[0-9]{17}[0-9Xx]", most=18, hint_zh="18 位；加密保存，不再显示",
        hint_en="18 characters; sealed, and not shown again",
    ),
    field("name", "姓名", "Name", most=40), field("phone", "电话", "Phone", most=40),
    field(
        "bank_account", "工资银行账号", "Bank account for pay", pattern="[0-9]{8,30}", most=30, hint_zh="只填数字；加密保存，不再显示",
        hint_en="digits only; sealed, and not shown again",
    ),
)  # fmt: skip


def inside(body: Body) -> Body:
    """Fields named ``part/field`` as the fields of a part: ``{"contract/mode": …}`` is ``{"contract": {"mode": …}}``."""
    whole: Body = {}
    for name, value in body.items():
        part, _, rest = name.rpartition("/")
        (whole.setdefault(part, {}) if part else whole)[rest] = value
    return whole


def appointed(body: Body) -> Body:
    """An appointment: its contract and certificate as parts, the candidate's round, and the exceptions that were written down."""
    whole = inside(body)
    held = whole.pop("certificates", {})
    exceptions = [{"rule": rule, **said} for rule in EXCEPTIONS if (said := whole.pop(f"exception-{rule}", None))]
    round_no, _, candidate_no = whole.pop("candidate", "").partition("/")
    chosen = {"round_no": round_no, "candidate_no": candidate_no} if round_no else {}
    return {**whole, **chosen, "certificates": [held] if held else [], "exceptions": exceptions}


def of_quarter(body: Body) -> Body:
    """A quarter, chosen as ``2026Q1``."""
    year, _, quarter = body.pop("closed").partition("Q")
    return {**body, "year": int(year), "quarter": int(quarter)}


def ruled(body: Body) -> Body:
    """A share comes with an objection that is upheld alone."""
    return body if body["upheld"] else {name: value for name, value in body.items() if name != "share_permille"}


def moved(body: Body) -> Body:
    """An added duty is in the officer's own town; a move adds none."""
    if body["kind"] == "duty":
        return {**body, "to_town": body["town"]}
    return {name: value for name, value in body.items() if name != "duty"}


def _terms(part: str = "contract") -> tuple[Field, ...]:
    def term(name: str, zh: str, en: str, kind: Any = "text", **rest: Any) -> Field:
        return field(f"{part}/{name}", zh, en, kind, gives=(part,), **rest)

    return (
        term(
            "contract_no", "合同编号", "Contract number", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}", hint_zh="字母、数字、横线",
            hint_en="letters, digits, dashes",
        ),
        term("mode", "用工方式", "Mode", "choice", choices="modes"), term("from_on", "合同起", "From", "date"),
        term("until_on", "合同止（无固定期限不填）", "Until (none: open-ended)", "date", required=False),
        term("document", "合同文号", "Contract's document"),
    )  # fmt: skip


def _held(part: str, zh: str = "", en: str = "", *, required: bool = True) -> tuple[Field, ...]:
    def held(name: str, zh_of: str, en_of: str, kind: Any = "text", **rest: Any) -> Field:
        rest.setdefault("required", required)
        return field(f"{part}/{name}", f"{zh}{zh_of}", f"{en}{en_of}", kind, gives=(part,), **rest)

    return (
        held("qualification", "证书等级", "Certificate's qualification", "choice", choices="qualifications"),
        held("number", "证书编号", "Certificate's number", most=40, hint_zh="加密保存，不再显示", hint_en="sealed, and not shown again"),
        held("issued_on", "发证日期", "Issued on", "date", start="today" if required else ""),
        held("expires_on", "证书有效期至", "Certificate expires on", "date", required=False),
        held("document", "证书材料文号", "Certificate's document"),
    )  # fmt: skip


def _excepted(rule: str, zh: str, en: str) -> tuple[Field, ...]:
    part, gives = f"exception-{rule}", ("exceptions",)
    return (
        field(f"{part}/reason", f"{zh}：理由", f"{en}: reason", required=False, gives=gives),
        field(f"{part}/document", f"{zh}：批准文号", f"{en}: document", required=False, gives=gives),
    )


def _form(
    command: str,
    zh: str,
    en: str,
    *fields: Field,
    service: str = "payroll",
    roles: frozenset[str] = BUREAU,
    **rest: Any,
) -> Form:
    return Form(command=command, service=service, zh=zh, en=en, roles=roles, fields=fields, **rest)


POSTS: Final = (
    _form(
        "establish-posts", "核定岗位总数", "Establish posts",
        field("total", "全区岗位总数", "Posts of the district", "whole", pattern="[0-9]{1,6}"), _DOCUMENT, roles=LEADER,
        note_zh="不得少于已分配到镇街的岗位数。", note_en="No fewer than are allotted to towns.",
    ),
    _form(
        "reserve-post", "为新任人员预留岗位", "Keep a post for somebody new",
        field("officer", "人员编号", "Officer number", pattern="O[0-9]{3,6}", hint_zh="已填下一个未用编号", hint_en="the next free number is filled in"),
        field("town", "镇街", "Town", "choice", choices="vacant_towns"), _NEW_PERSON[0],
        note_zh="系统取该镇街第一个空岗；随后在下方办理聘任。", note_en="The town's first vacant post; appoint below afterwards.",
    ),
    _form("give-up-post", "放弃预留", "Give the post up", _OFFICER, _REASON, danger=True),
    _form(
        "appoint-officer", "聘任到岗", "Appoint", _OFFICER, *_NEW_PERSON,
        field("appointed_on", "到岗日期", "Appointed on", "date"), field("position", "职务", "Position", "choice", choices="positions"),
        field("education", "学历", "Education", "choice", choices="diplomas"),
        field("major", "专业", "Major", required=False, most=40, hint_zh="社会工作等专业优先，如 社会工作", hint_en="social work and the like go first"),
        field("candidate", "选聘批次和人选", "Round and candidate", "choice", choices="selected", required=False, gives=("round_no", "candidate_no"),
              hint_zh="未经选聘的不选，并填下方例外", hint_en="none without recruitment; state the exception below"),
        *_terms(), *_held("certificates", required=False),
        field("special_deduction_fen", "每月专项附加扣除", "Special deductions a month", "yuan", required=False),
        *_excepted("diploma", "学历例外", "Exception for the diploma"), *_excepted("recruitment", "未经选聘例外", "Exception for recruitment"),
        field("document", "聘任文号", "Document of the appointment"), finish=appointed,
    ),
)  # fmt: skip
PAPERS: Final = (
    _form("record-contract", "登记合同", "Record a contract", _OFFICER, *_terms(), finish=inside),
    _form("record-certificate", "登记职业证书", "Record a certificate", _OFFICER, *_held("held"), finish=inside),
    _form(
        "revoke-certificate", "取消证书", "Revoke it", _OFFICER, fixed("certificate"),
        field("invalid_from_on", "自何日起无效", "Invalid from", "date", start="today"), _REASON, _DOCUMENT, danger=True,
    ),
    _form(
        "change-position", "变更职务", "Change the position", _OFFICER, field("position", "新职务", "New position", "choice", choices="positions"),
        field("from_on", "自何日起", "From", "date"), _DOCUMENT, roles=LEADER,
    ),
    _form(
        "declare-special-deduction", "申报专项附加扣除", "Special deductions", _OFFICER, field("from_month", "自何月起", "From month", "month"),
        field("monthly_fen", "每月金额（填 0 即停止）", "A month (0 ends them)", "yuan"), _DOCUMENT,
    ),
    _form(
        "declare-tax-standing", "申报个税情况", "Tax standing", _OFFICER, field("year", "纳税年度", "Tax year", "whole", pattern="[0-9]{4}"),
        field("first_job", "当年首次就业", "first job in this year", "yes"),
        field("last_year_months", "上年在本单位领薪月数", "Months paid here last year", "whole", required=False, pattern="[0-9]{1,2}"),
        field("last_year_income_fen", "上年在本单位工资收入", "Paid here last year", "yuan", required=False), _DOCUMENT,
        note_zh="上年的月数和收入须同时填写。", note_en="Last year's months and income come together.",
    ),
    _form(
        "set-contribution-base", "核定社保缴费基数", "Insurance base", _OFFICER, field("from_month", "自何月起", "From month", "month"),
        field("wage_year", "按哪一年工资", "By the wages of", "whole", pattern="[0-9]{4}"),
        field("base_fen", "缴费基数（不填：按该年实发推算）", "Base (none: what was paid that year)", "yuan", required=False),
        field("reason", "与推算不同的理由", "Why another base", required=False), _DOCUMENT,
    ),
    _form("change-bank-account", "变更工资账号", "Change the bank account", _OFFICER, _NEW_PERSON[3],
          field("document", "本人签字申请文号", "Signed request", hint_zh="文号", hint_en="its number")),
    _form("change-phone", "变更联系电话", "Change the phone", _OFFICER,
          field("phone", "新电话", "New phone", most=40, hint_zh="加密保存，不再显示；接续前登记的，填原号码即可补登",
                hint_en="sealed, and not shown again; the old number too where it was recorded before its pseudonym was kept"),
          field("document", "本人申请文号", "Request", hint_zh="文号", hint_en="its number")),
)  # fmt: skip
AWAY: Final = (
    _form(
        "record-absence", "登记请假、缺勤", "Record leave or absence", _OFFICER, _TOWN, fixed("absence_no"),
        field("kind", "类别", "Kind", "choice", choices="kinds", unset=True), field("from_on", "自", "From", "date"),
        field("until_on", "至（未定不填）", "Until (none: not known yet)", "date", required=False),
        field("grounds", "加天事由（产假）", "Grounds for more days (maternity)", "ticks", choices="grounds", required=False),
        fixed("corrects", required=False),
        field("evidence_sha256", "证明照片或扫描件", "Photo or scan of the proof", "file", accept="image/*,.pdf"), roles=BUREAU | TOWN,
    ),
    _form("cancel-absence", "撤销（未发生）", "It did not take place", _OFFICER, _TOWN, fixed("absence_no"), _REASON, roles=BUREAU | TOWN, danger=True),
    _form(
        "report-reassignment", "报告调整岗位或新增任务", "Report a move or an added duty", _OFFICER, _TOWN, fixed("report_no"),
        field("kind", "事项", "What", "choice", choices=MOVES),
        field("to_town", "调往镇街（调整岗位时）", "To town, for a move", "choice", choices="towns", required=False),
        field("duty", "新增任务（增加任务时）", "Duty, for an added one", required=False, most=40),
        field("since_on", "自何日起", "Since", "date"), _REASON, roles=TOWN, finish=moved,
        note_zh="民政局批准前不生效，岗位和工资不变。", note_en="Counts for nothing until the bureau approves.",
    ),
    _form(
        "record-exit", "登记离任", "Record the exit", _OFFICER, field("last_day_on", "最后在岗日", "Last day", "date"),
        field("reason", "离任类别", "Kind of exit", "choice", choices="exits"), _DOCUMENT, danger=True,
        note_zh="离任前须先移交名下的户和任务。", note_en="First everything in hand is handed over.",
    ),
    _form(
        "withdraw-exit", "撤回离任登记", "Withdraw the exit", _OFFICER, _REASON, _DOCUMENT, danger=True,
        note_zh="未离任或登记有误时撤回：岗位须仍空，已发月份的工资差额在下次发放时补发；已移交的户须另行移回。最后在岗日已过的，由局领导撤回。",
        note_en="For an exit that does not take place or was stated by mistake: the post must still be free, pay differences come "
        "with the next run; households handed over are handed back apart. Once the last day is over, by the bureau's leader.",
    ),
)  # fmt: skip
APPRAISAL: Final = (
    _form(
        "propose-appraisal", "按规则测算季度考核", "Work out a quarter", _OFFICER, _CLOSED, roles=CASEWORKER, finish=of_quarter,
        note_zh="按工作记录计分；定等前可重新测算。", note_en="From the work on record; again until it is settled.",
    ),
    _form("settle-appraisal", "确认定等", "Settle the grade", _OFFICER, *_QUARTER, note_zh="测算人不得确认。", note_en="Not by whoever worked it out."),
    _form(
        "rule-on-appraisal", "答复异议", "Rule on the objection", _OFFICER, *_QUARTER, fixed("point"),
        field("upheld", "结论", "Ruling", "either", choices=UPHELD),
        field(
            "share_permille", "该项得分（%，成立时填）", "The point's share (%, if upheld)", "percent", required=False, hint_zh="0–100，可一位小数",
            hint_en="0 to 100, one decimal",
        ),
        _REASON, roles=LEADER, finish=ruled,
    ),
    _form(
        "appraise-year", "确认年度考核", "State the year's grade", _OFFICER, field("year", "年度", "Year", "choice", choices="years"), roles=LEADER,
        note_zh="取该年已定等季度的平均分；一年确认一次。", note_en="The mean of the year's settled quarters; once a year.",
    ),
    _form(
        "confirm-appraisal", "登记上线前的季度考核", "Take in a quarter from before this software", _OFFICER, _CLOSED,
        field("grade", "等次", "Grade", "choice", choices="grades"),
        field("work_counted", "所依据的工作记录数", "Work records it rests on", "whole", pattern="[0-9]+"),
        finish=of_quarter,
    ),
)  # fmt: skip
_HANDOVER: Final[Sequence[Field]] = (
    _OFFICER, _TOWN, fixed("plan_no"), _REASON,
    field(
        "receivers", "接收人（不选：由系统在同镇街在岗人员中分配）", "Receivers (none: whoever is on duty in the town)", "ticks", choices="colleagues",
        required=False,
    ),
)  # fmt: skip
DUTY: Final = (
    _form(
        "start-duty", "开始在岗", "Start duty", _OFFICER, field("town", "镇街", "Town", "choice", choices="towns"),
        field("from_on", "自何日起", "From", "date"),
        field("committees", "负责村（居）", "Committees", "words", required=False, hint_zh="如 T01-C01，以空格分开", hint_en="such as T01-C01, with spaces"),
        service="casework",
    ),
    _form(
        "end-duty", "结束在岗", "End duty", _OFFICER, field("kind", "原因", "Why", "choice", choices=LEAVING),
        field("last_day_on", "最后在岗日", "Last day", "date"), service="casework", danger=True,
        note_zh="名下的户和任务须先移交。", note_en="Everything in hand is handed over first.",
    ),
    _form(
        "plan-handover", "安排移交", "Plan the hand-over", *_HANDOVER, service="casework", roles=BUREAU | TOWN | OFFICER,
        note_zh="名下全部户、案件和任务一并移交；接收人答复后才转移。", note_en="Everything in hand; nothing moves before the receivers answer.",
    ),
    _form(
        "schedule-month", "编排走访计划", "Plan the month's visits", _TOWN, field("month", "月份", "Month", "choice", choices="months"),
        service="casework", roles=BUREAU | TOWN, note_zh="每月编排一次，按村（居）和户数分到在岗人员。",
        note_en="Once a month; by committee and number of households.",
    ),
)  # fmt: skip
CASELOAD: Final[dict[str, Form]] = by_command((
    DUTY[2],
    _form("accept-caseload", "接收", "Take it over", _OFFICER, _TOWN, fixed("plan_no"), fixed("receiver"), service="casework", roles=OFFICER),
    _form(
        "decline-caseload", "不接收", "Decline", _OFFICER, _TOWN, fixed("plan_no"), fixed("receiver"), _REASON, service="casework",
        roles=OFFICER, danger=True,
    ),
))  # fmt: skip
_ABSENCE: Final = AWAY[0]
# The same number recorded again, with the reason.
CORRECT: Final = replace(
    _ABSENCE, zh="更正", en="Correct it",
    fields=tuple(field("corrects", "更正理由", "Why it is corrected") if one.name == "corrects" else one for one in _ABSENCE.fields),
)  # fmt: skip
FORMS: Final = {**by_command((*POSTS, *PAPERS, *AWAY, *APPRAISAL, *DUTY)), "correct-absence": CORRECT}
STAFF: Final = {
    command: FORMS[command]
    for command in (
        "record-absence",
        "correct-absence",
        "cancel-absence",
        "report-reassignment",
        "plan-handover",
        "schedule-month",
    )
}
