"""What auditors, checkers and whoever answers for a finding are asked for by each form about findings and spot checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from services.portal.api.forms import EITHER, Body, Field, Form, Names, by_command, field, fixed
from services.portal.api.menu import AUDITORS, BUREAU, RESPONSIBLE
from services.portal.measures.words import PARTS

# An outside inspector reads spot checks and states none of their steps; to object is theirs too (`RAISERS`).
CHECK_READERS: Final = AUDITORS | BUREAU
CHECKERS: Final = BUREAU | {"auditor"}
PLANNERS: Final = frozenset({"auditor"})
RAISERS: Final = AUDITORS | {"bureau-leader"}
_LEADER: Final = frozenset({"bureau-leader"})
_DECIDERS: Final = frozenset({"auditor", "bureau-leader"})
_OPEN: Final = frozenset({"open", "assigned", "contested", "answered", "verified"})
_REASON: Final = field("reason", "理由", "Reason")
_NOTE: Final = field("note", "说明", "Note", required=False)
RULINGS: Final[Names] = {"rejected": ("驳回异议", "rejected"), "upheld": ("异议成立", "upheld")}
VERIFIED: Final[Names] = {"accepted": ("整改到位", "put right"), "sent_back": ("退回重改", "sent back")}


def _step(
    command: str, zh: str, en: str, roles: frozenset[str], *fields: Field, given: Sequence[str] = ("finding_no",), **rest: Any
) -> Form:  # fmt: skip
    return Form(command=command, service="audit", zh=zh, en=en, roles=roles, fields=fields, given=tuple(given), **rest)


_ANSWER: Final = ("finding_no", "town")
_DOCUMENT: Final = field("document", "文号", "Document")
# The steps of a finding's way, each with where the finding has to stand; audit judges it again.
STEPS: Final[tuple[tuple[Form, frozenset[str]], ...]] = (
    (_step("assign-finding", "指派责任", "Assign", _DECIDERS,
        field("unit", "责任单位", "Unit", "choice", choices="units", unset=True),
        field("responsible", "责任人编号", "Person responsible",
            who="town-leader window officer bureau bureau-leader bureau-finance trainer district-finance",
            hint_zh="如 town-leader:T01，不写姓名", hint_en="such as town-leader:T01, no name"),
        _NOTE), frozenset({"open", "assigned"})),
    (_step("answer-finding", "答复整改", "Answer", RESPONSIBLE, field("measures", "整改措施", "What was done", "area", most=600),
        field("evidence_files", "证明材料", "Papers that show it", "files",
              hint_zh="只登记文件的 SHA-256，原件由单位保存", hint_en="only their SHA-256 is recorded; keep the originals"),
        given=_ANSWER), frozenset({"assigned"})),
    (_step("contest-finding", "提出异议", "Contest", RESPONSIBLE, field("statement", "异议理由", "Why it is wrong", "area", most=600),
        given=_ANSWER), frozenset({"assigned"})),
    (_step("request-rectification-extension", "申请延期", "Ask for more days", RESPONSIBLE,
        field("workdays", "工作日", "Working days", "whole"), _REASON, given=_ANSWER), frozenset({"assigned"})),
    (_step("decide-rectification-extension", "决定延期", "Decide on more days", _DECIDERS,
        field("approved", "决定", "Decision", "either", choices=EITHER), _REASON), frozenset({"assigned"})),
    (_step("decide-finding-contest", "裁定异议", "Decide the objection", _DECIDERS,
        field("outcome", "裁定", "Ruling", "choice", choices=RULINGS), _REASON), frozenset({"contested"})),
    (_step("verify-rectification", "核实整改", "Verify", _DECIDERS | {"bureau"},
        field("outcome", "结果", "Result", "choice", choices=VERIFIED), field("note", "核实情况", "What was seen")), frozenset({"answered"})),
    (_step("close-finding", "销号", "Close", _DECIDERS, field("document", "文号", "Document", required=False), _NOTE), frozenset({"verified"})),
    (_step("escalate-finding", "移送处理追责", "Escalate", _LEADER, _REASON, _DOCUMENT), _OPEN),
    (_step("handle-finding", "登记处理", "Record the handling", _LEADER, field("measure", "处理措施", "Measure"), _DOCUMENT,
        field("handled_on", "处理日期", "Handled on", "date", start="today")), _OPEN | {"closed"}),
    (_step("account-for-finding", "登记追责", "Record accountability", _LEADER,
        field("accountable", "责任人编号（无人则不填）", "Who (none: leave empty)", required=False,
            who="town-leader window officer bureau bureau-finance committee trainer",
            hint_zh="如 window:T01-W1，不写姓名", hint_en="such as window:T01-W1, no name"),
        field("role", "责任人职务（有责任人时填）", "Their role, where there is one", required=False), field("outcome", "追责结果", "Outcome"), _DOCUMENT,
        field("decided_on", "决定日期", "Decided on", "date", start="today")), _OPEN | {"closed"}),
    (_step("propose-suppression", "提议搁置", "Propose to rest it", _DECIDERS | {"bureau"}, field("until", "搁置至", "Until", "date"), _REASON,
        given=("finding_no", "suppression_no")), _OPEN),
)  # fmt: skip
BY_STEP: Final = {form.command: form for form, _ in STEPS}


# Escalated once, then handled, then accounted for; more days are asked for, then decided.
_WHEN: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "escalate-finding": lambda finding: not finding["escalated_on"],
    "handle-finding": lambda finding: bool(finding["escalated_on"]) and not finding["handled_on"],
    "account-for-finding": lambda finding: bool(finding["handled_on"]) and not finding["accounted_on"],
    "request-rectification-extension": lambda finding: not finding["extension_asked"],
    "decide-rectification-extension": lambda finding: bool(finding["extension_asked"]),
}


def steps_open(role: str, finding: Mapping[str, Any]) -> tuple[Form, ...]:
    """The steps whose forms are shown to a role while a finding stands as it does."""
    return tuple(
        form
        for form, statuses in STEPS
        if role in form.roles
        and finding["status"] in statuses
        and (form.command not in _WHEN or _WHEN[form.command](finding))
    )


SEVERITIES: Final[Names] = dict(reversed(PARTS["severity"].items()))


def cited(line: str) -> dict[str, Any]:
    """``3/1024 019c…`` (partition/sequence, event id, as the event log shows them); `ValueError` for anything else."""
    place, event_id = line.split()
    partition, sequence = place.split("/")
    return {"event_id": event_id, "partition": int(partition), "sequence": int(sequence)}


RAISE: Final = _step(
    "raise-finding", "提出问题", "Raise a finding", RAISERS, fixed("finding_no"),
    field("severity", "程度", "Severity", "choice", choices=SEVERITIES, start="medium"),
    field("about", "对象编号", "About", pattern="[a-z][a-z_\\-]{0,39}:[A-Za-z0-9_.\\-]{1,80}", hint_zh="如 household:T01-H00001、officer:O001，不写姓名",
          hint_en="such as household:T01-H00001 or officer:O001, no name"),
    field("town", "镇街", "Town", "choice", choices="about", unset=True),
    field("summary_zh", "问题", "What is wrong (Chinese)", hint_zh="一句话，不写姓名和证件号", hint_en="a sentence, no names or ID numbers"),
    field("summary_en", "问题（英文）", "What is wrong (English)", required=False),
    field("rule", "违反的规则", "Rule that it breaks"), field("law", "法律依据", "Law"),
    field("records", "日志记录", "Records of the log", "lines", required=False, of_line=cited, hint_zh="每行一条：分区/序号 事件编号；日志记录和附件至少有一项",
          hint_en="one a line: partition/sequence, event id; records or papers, one of them at least"),
    field("evidence_files", "纸质材料或照片", "Papers or photos", "files", required=False, hint_zh="只登记 SHA-256，原件由您保存",
          hint_en="only their SHA-256 is recorded; keep the originals"),
    given=(),
)  # fmt: skip
_SUPPRESSION: Final = fixed("suppression_no")
_WHY: Final = field("why", "理由", "Why")
SUPPRESSIONS: Final = by_command((
    _step("approve-suppression", "批准搁置", "Approve", _DECIDERS, _SUPPRESSION, given=()),
    _step("decline-suppression", "不批准", "Decline", _DECIDERS, _SUPPRESSION, _WHY, given=()),
    _step("revoke-suppression", "提前恢复", "End it early", _DECIDERS, _SUPPRESSION, _WHY, given=(), danger=True),
))  # fmt: skip
SCOPES: Final[Names] = {
    "log": ("全部日志", "the whole log"), "towns": ("所列镇街", "the towns named"), "tests": ("所列检查项目的问题", "findings of the tests named"),
}  # fmt: skip


def scoped(body: Body) -> Body:
    """Towns or tests belong to the scope that is of them."""
    of = {"towns": body.pop("towns", []), "tests": body.pop("tests", [])}
    return {**body, **{name: found for name, found in of.items() if name == body["scope"]}}


INSPECTORS: Final = by_command((
    _step(
        "grant-inspector-access", "授权查阅", "Grant access", _LEADER, fixed("inspection_no"),
        field("inspector", "检查人员编号", "Inspector", pattern="inspector:[A-Za-z0-9_\\-]{1,40}",
              hint_zh="如 inspector:J1，不写姓名", hint_en="such as inspector:J1, no name"),
        field("organisation", "单位", "Organisation"), field("document", "检查文号", "Document"),
        field("scope", "范围", "Scope", "radio", choices=SCOPES, start="log"),
        field("towns", "镇街（范围为镇街时）", "Towns, where the scope is towns", "ticks", required=False, choices="towns"),
        field("tests", "检查项目（范围为检查项目时）", "Tests, where the scope is tests", "ticks", required=False, choices="tests"),
        field("from_on", "起", "From", "date"), field("until_on", "止", "Until", "date"), given=(), finish=scoped,
        note_zh="授权只读，届满自动失效；每次查阅都留有记录。", note_en="It is to read, ends by itself on its day, and every look is on the record.",
    ),
    _step("revoke-inspector-access", "终止授权", "End the access", _LEADER, fixed("inspection_no"), _REASON, given=(), danger=True),
))  # fmt: skip


KINDS: Final[dict[str, tuple[str, str, bool]]] = {
    "officers": ("专职低保员", "officers", False),
    "households": ("在保家庭", "households", False),
    "visits": ("入户走访（按月）", "visits (of a month)", True),
    "payslips": ("工资单（按月）", "pay slips (of a month)", True),
    "decisions": ("审核确认决定（按月）", "decisions (of a month)", True),
}
DESIGNS: Final[Names] = {
    "per_town": ("逐镇街抽取，逐镇街下结论", "each town by itself"),
    "simple": ("全区简单随机", "simple, from the whole district"),
    "proportional": ("按镇街同比例", "the same share of every town"),
    "weighted": ("按风险权重", "by risk weights"),
}
CONFORMING: Final[Names] = {
    "conforming": ("相符", "conforms"), "deviating": ("不符", "deviates"), "unexamined": ("未能核查", "could not be examined"),
}  # fmt: skip


def planned(body: Body) -> Body:
    """A month belongs to what is checked of a month; an item is taken in any case with its reason."""
    item, reason = body.pop("forced_item", ""), body.pop("forced_reason", "")
    forced = {"forced": [{"item": item, "reason": reason}]} if item and reason else {}
    monthly = KINDS.get(body["kind"], ("", "", False))[2]
    return {**body, "period": body.get("period", "") if monthly else "", **forced}


PLAN: Final = _step(
    "plan-spot-check", "拟定计划", "Plan", PLANNERS,
    field("spot_check_no", "编号", "Number", pattern="[A-Za-z0-9\\-]{1,40}", hint_zh="如 SC-2026-01", hint_en="such as SC-2026-01"),
    field("kind", "抽查对象", "Of what", "choice", choices={code: (zh, en) for code, (zh, en, _) in KINDS.items()}),
    field("period", "月份（走访、工资单、决定须填）", "Month (visits, pay slips, decisions)", "month", required=False),
    field("on", "以哪一天的名单", "As they stood on", "date", start="today"),
    field("design", "抽取方式", "Design", "choice", choices=DESIGNS),
    field("confidence_permille", "置信度 %", "Confidence, %", "percent", start="95"),
    field("tolerable_permille", "可容忍的不符比例 %", "Tolerable share of deviations, %", "percent", start="10"),
    field("acceptable_count", "样本中可接受的不符数", "Acceptable deviations in the sample", "whole", start="0"),
    field("rounds_max", "最多轮数", "Rounds at most", "whole", start="1"),
    field("extension_count", "每轮扩大件数", "More per round", "whole", start="0"),
    field("forced_item", "必查对象", "Taken in any case", required=False, hint_zh="如 O001", hint_en="such as O001"),
    field("forced_reason", "必查理由", "Why in any case", required=False), field("purpose", "目的", "Purpose", most=500),
    given=(), finish=planned, note_zh="样本量由系统精确算出；计划锁定前可以重拟。",
    note_en="The size is computed exactly; until it is committed a plan may be made anew.",
)  # fmt: skip
_CHECK: Final = ("spot_check_no",)
# The steps of a spot check, by the last part of their address.
CHECK: Final = {form.command: form for form in (
    _step("commit-spot-check", "锁定方案", "Commit the plan", PLANNERS, given=(*_CHECK, "plan_sha256"),
        note_zh="锁定后方案不能再改，种子还不存在：没有人能挑选查谁。",
        note_en="Once committed the plan cannot change, and its seed does not exist yet: nobody can choose who is checked."),
    _step("draw-spot-check", "抽取", "Draw", PLANNERS, field("public_value", "公共数", "Public value", required=False), given=_CHECK,
        note_zh="种子取自锁定之后第一个覆盖该记录的根检查点，通常一秒后就有。",
        note_en="The seed is of the first root checkpoint that covers the commitment, usually there within a second."),
    _step("assign-field-sheets", "派给勾选的表", "Assign the ticked sheets", PLANNERS, field("items", "抽中的对象", "What was drawn", "ticks"),
        field("checkers", "核查人", "Checkers", "words", who="auditor bureau bureau-leader", hint_zh="编号，以逗号分开，如 auditor:A01,auditor:A02",
              hint_en="with commas, such as auditor:A01,auditor:A02"),
        given=_CHECK),
    _step("conclude-spot-check", "作出结论", "Conclude", PLANNERS,
        field("unextended", "不再扩大的理由（应扩大而不扩大时填）", "Why it is not extended (where it should be)", required=False, most=500), given=_CHECK),
    _step("extend-spot-check", "扩大抽取", "Extend the draw", PLANNERS, given=_CHECK),
    _step("abandon-spot-check", "放弃本次抽查", "Give this spot check up", PLANNERS,
        field("reason", "理由（公开留在日志上）", "Reason (stays on the log)", most=500), given=_CHECK, danger=True),
)}  # fmt: skip
_RESULT: Final = _step(
    "record-spot-check-result", "登记结果", "Record", CHECKERS,
    field("item", "对象", "Item", "choice", choices="open_sheets"), field("checked_on", "核查日期", "Checked on", "date", start="today"),
    field("form_sha256", "签字的核查表（扫描件，只登记摘要）", "The signed sheet (a scan; only its hash is recorded)", "file"),
    field("evidence_sha256", "照片等证据（可多选，只登记摘要）", "Photos and other evidence (only hashes)", "files", required=False),
    given=(*_CHECK, "deviating", "unexamined"),
)  # fmt: skip


def result_form(attributes: Sequence[Mapping[str, Any]]) -> Form:
    """The form of a sheet's result: each attribute of the plan conforms, deviates, or could not be examined."""
    asked = tuple(
        field(f"attribute-{one['code']}", one["zh"], one["en"], "radio", choices=CONFORMING) for one in attributes
    )
    return replace(_RESULT, fields=(*_RESULT.fields[:2], *asked, *_RESULT.fields[2:]), finish=judged)


def judged(body: Body) -> Body:
    """The attributes that deviate and those that could not be examined, by their codes."""
    said = {
        name.partition("-")[2]: value for name, value in body.items() if name.startswith("attribute-")
    }  # fmt: skip
    kept = {name: value for name, value in body.items() if not name.startswith("attribute-")}
    return {
        **kept,
        "deviating": [code for code, value in said.items() if value == "deviating"],
        "unexamined": [code for code, value in said.items() if value == "unexamined"],
    }
