"""What the bureau's pages call the codes of the services, in both languages; a code without a name is shown as it is."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.contracts import clock_words, list_words
from services.portal.measures.words import PARTS

Names = dict[str, tuple[str, str]]
CLOCKS: Final[Names] = clock_words.CLOCKS

# Clocks as steps of the bureau's day, in this order.
STEPS_OF_WORK: Final[dict[str, tuple[tuple[str, str], tuple[str, ...]]]] = {
    "decide": (("待审核确认", "To decide"), ("bureau",)),
    "survey": (
        ("调查与核对", "Survey and checks"),
        ("investigation", "check_start", "first_opinion", "recheck", "survey_help"),
    ),
    "notice": (("公示与告知", "Notices"), ("notice", "written_notice")),
    "papers": (("补齐手续", "Papers owed"), ("papers",)),
    "whole": (("全程时限", "Whole procedure"), ("outer",)),
    "benefit": (("动态管理", "Looking again"), ("reverification", "validity", "reassessment")),
    "complaint": (("投诉举报", "Complaints"), ("complaint",)),
    "municipal": (
        ("市级预警、差异与动态报告", "Warnings, differences, reported changes"),
        ("warning", "difference", "change"),
    ),
}
NEEDS: Final[Names] = {
    "dibao_urban": ("城市低保", "Dibao, urban"),
    "dibao_rural": ("农村低保", "Dibao, rural"),
    "tekun": ("特困供养", "Tekun"),
    "temporary": ("临时救助", "Temporary help"),
    "near_dibao_urban": ("低保边缘（城市）", "Near dibao, urban"),
    "near_dibao_rural": ("低保边缘（农村）", "Near dibao, rural"),
    "rigid_spending_urban": ("刚性支出困难（城市）", "Rigid spending, urban"),
    "rigid_spending_rural": ("刚性支出困难（农村）", "Rigid spending, rural"),
}
MONTHLY: Final = ("dibao_urban", "dibao_rural", "tekun")
RECOGNISED: Final = ("near_dibao_urban", "near_dibao_rural", "rigid_spending_urban", "rigid_spending_rural")
CATEGORIES: Final[Names] = {**NEEDS, "hardship": ("特殊困难家庭", "Family in hardship")}
HOUSEHOLD_STATUS: Final[Names] = {
    "applying": ("申请中", "applying"),
    "receiving": ("在保", "receiving"),
    "ended": ("已终止", "ended"),
    "helped": ("已临时救助", "helped once"),
    "recognised": ("已认定", "recognised"),
}
CASE_STATUS: Final[Names] = {
    "opened": ("已立案，待调查", "opened, to be surveyed"),
    "surveyed": ("已入户调查", "surveyed"),
    "checking": ("信息核对中", "being checked"),
    "checked": ("信息核对完成", "checked"),
    "posted": ("公示中", "notice hangs"),
    "objected": ("公示有异议", "objected to"),
    "notice_closed": ("公示期满", "notice over"),
    "submitted": ("已报民政局，待审核确认", "with the bureau, to decide"),
    "confirmed": ("已确认", "granted"),
    "refused": ("不予确认", "refused"),
    "delivered": ("不予确认已送达", "refusal delivered"),
    "closed": ("已终止办理", "closed"),
    "papers_completed": ("手续已补齐", "papers completed"),
}
PROOF_STEPS: Final[Names] = {
    "accepted": ("受理", "Accepted"),
    "authorised": ("核对授权", "Authorised the check"),
    "supporters_authorised": ("法定义务人核对授权", "Authorised by supporters"),
    "check_started": ("启动信息核对", "Check started"),
    "checked": ("核对完成", "Checked"),
    "investigation_started": ("启动调查", "Investigation started"),
    "surveyed_by_two": ("两人以上入户调查", "Surveyed by two"),
    "family_signed": ("家庭成员签字", "Signed by the family"),
    "reviewed": ("民主评议", "Community review"),
    "opinion_signed": ("初审意见签署", "First opinion signed"),
    "noticed_in_full": ("公示满期", "Noticed in full"),
    "objection_answered": ("异议复核", "Objection answered"),
    "submitted": ("上报民政局", "Submitted to the bureau"),
    "bureau_visited": ("民政局入户抽查", "Visited by the bureau"),
    "decided_by_bureau": ("审核确认", "Decided"),
    "decided_in_term": ("审核确认在时限内", "Decided in its term"),
    "whole_in_term": ("全程在时限内", "Whole procedure in its term"),
    "granted_from_month": ("次月起发放", "Granted from the next month"),
    "refusal_in_writing": ("不予确认书面告知", "Refusal in writing"),
    "contest_answered": ("核查异议复核", "Contested answer re-checked"),
    "remedies_named": ("告知救济途径", "Remedies named"),
    "papers_completed": ("补齐手续", "Papers completed"),
    "ability_assessed": ("自理能力评估", "Ability assessed"),
    "care_arranged": ("照料安排", "Care arranged"),
    "valid_until_set": ("认定有效期", "Validity set"),
}
PROOF_STATES: Final[dict[str, tuple[str, str, str]]] = {
    "met": ("good", "已完成", "done"),
    "late": ("warn", "已完成但超期", "done late"),
    "missing": ("", "未办", "not yet"),
    "failed": ("bad", "不符合", "failed"),
    "not_required": ("", "不适用", "not required"),
}
FACTS: Final[Names] = {
    "case_opened": ("立案", "Case opened"),
    "case_closed": ("终止办理", "Case closed"),
    "information_check_requested": ("启动信息核对", "Information check requested"),
    "information_check_returned": ("核对结果返回", "Information check returned"),
    "check_contested": ("核对结果异议", "Answer contested"),
    "conflict_resolved": ("核对疑点核实", "Conflict resolved"),
    "survey_help_asked": ("请求协助调查", "Survey help asked"),
    "survey_help_declined": ("退回协助调查", "Survey help declined"),
    "household_surveyed": ("入户调查", "Household surveyed"),
    "ability_assessed": ("自理能力评估", "Ability assessed"),
    "care_arranged": ("照料安排", "Care arranged"),
    "community_reviewed": ("民主评议", "Community reviewed"),
    "notice_posted": ("张贴公示", "Notice posted"),
    "notice_objected": ("公示异议", "Notice objected to"),
    "notice_closed": ("公示期满取下", "Notice closed"),
    "opinion_submitted": ("初审意见上报", "Opinion submitted"),
    "bureau_visited": ("民政局入户", "Bureau visited"),
    "eligibility_confirmed": ("审核确认：同意", "Granted"),
    "eligibility_refused": ("审核确认：不予", "Refused"),
    "refusal_delivered": ("不予确认送达", "Refusal delivered"),
}
LIST_STATUS, LIST_CHANGES = list_words.STATUS, list_words.CHANGES
LINE_STATES, LINE_REASONS = list_words.LINE_STATES, list_words.LINE_REASONS
RUN_STATUS: Final[Names] = {"checked": ("已复核，待审批", "checked, to approve")}
ORDER_STATUS: Final[dict[str, tuple[str, str, str]]] = {
    "open": ("", "待提供服务", "to deliver"),
    "delivered": ("", "已提交，待验收", "delivered, waits for acceptance"),
    "sent_back": ("warn", "退回重做", "sent back"),
    "accepted": ("good", "已验收", "accepted"),
    "cancelled": ("", "已撤销", "cancelled"),
}
GRADES: Final[Names] = {"good": ("良好", "good"), "fair": ("一般", "fair"), "poor": ("较差", "poor")}
MODES: Final[Names] = {"service": ("购买服务合同", "service contract"), "posts": ("直接购买岗位", "direct posts")}
SOURCES: Final[Names] = PARTS["source"]
REGISTERS: Final[Names] = {
    "bank": ("银行", "banks"),
    "vehicle": ("车辆", "vehicles"),
    "property": ("不动产", "real estate"),
    "tax": ("税务", "tax"),
    "business": ("市场主体", "business"),
    "housing_fund": ("公积金", "housing fund"),
    "civil_affairs": ("民政", "civil affairs"),
    "prison": ("监狱", "prison"),
}
SERVICES: Final[Names] = {
    "regular_visit": ("定期走访", "regular visit"),
    "care": ("照料护理", "care"),
    "escort": ("送医陪护", "hospital escort"),
    "rehabilitation": ("康复训练", "rehabilitation"),
    "counselling": ("心理疏导", "counselling"),
    "capability": ("能力提升", "capability"),
    "integration": ("社会融入", "integration"),
}
DIFFERENCES: Final[Names] = {
    "only_here": ("仅本系统有", "only here"),
    "only_there": ("仅市级系统有", "only there"),
    "amount": ("金额不一致", "amount"),
    "status": ("状态不一致", "status"),
    "members": ("人数不一致", "members"),
}
MOVES: Final[Names] = {"move": ("调整岗位", "move"), "duty": ("增加工作任务", "added duty")}


ABILITY_ITEMS: Final[Names] = {
    "eat": ("吃饭", "eating"),
    "dress": ("穿衣", "dressing"),
    "bed": ("上下床", "getting up"),
    "toilet": ("如厕", "the toilet"),
    "walk_indoors": ("室内行走", "walking indoors"),
    "bathe": ("洗澡", "bathing"),
}
PROPERTY: Final[Names] = {
    "deposits": ("存款等金融资产", "deposits"),
    "housing": ("住房", "housing"),
    "vehicle": ("机动车辆", "vehicle"),
    "business": ("经营实体", "business"),
}
CAUSES: Final[Names] = {
    "special_circumstances": ("特殊情况（特别程序）", "special circumstances"),
    "expert_assessment": ("鉴定期间", "expert assessment"),
    "applicant_in_hospital": ("申请人住院", "the applicant is in hospital"),
    "materials_awaited": ("等待补充材料", "materials awaited"),
    "complex_matter": ("情况复杂", "a complex matter"),
    "force_majeure": ("不可抗力", "force majeure"),
}
ENDINGS: Final[Names] = {
    "death": ("死亡", "death"),
    "member_death": ("家庭成员死亡", "a member’s death"),
    "income": ("收入超标", "income above the standard"),
    "moved": ("迁出本区", "moved away"),
    "supporter": ("法定义务人有能力", "somebody is able to maintain"),
    "no_cooperation": ("不配合核查", "no cooperation"),
    "own_request": ("本人申请退出", "own request"),
    "of_age": ("年满十八周岁", "of age"),
    "job_refusals": ("多次拒绝就业", "jobs refused"),
}
SUSPENSIONS: Final[Names] = {
    "unreachable": ("无法联系", "unreachable"),
    "no_cooperation": ("不配合复核", "no cooperation"),
    "detained": ("被羁押", "detained"),
    "account_invalid": ("账户失效", "account invalid"),
}
RESUMPTIONS: Final[Names] = {
    "reached": ("已联系上（补发）", "reached; paid after"),
    "account_corrected": ("账户已更正（补发）", "account corrected; paid after"),
    "cooperates": ("已配合", "cooperates"),
    "released": ("已释放", "released"),
}
WARNINGS: Final[Names] = {
    "medical_expense": ("重大医疗支出", "high medical cost"),
    "disability": ("新增重度残疾", "new severe disability"),
    "job_loss": ("失业", "job lost"),
    "accident": ("重大灾害事故", "disaster or accident"),
    "education_expense": ("学业支出", "cost of education"),
    "other": ("其他", "other"),
}
RATINGS: Final[Names] = {
    "attentive": ("热情周到", "attentive"),
    "timely": ("及时", "timely"),
    "helpful": ("解决问题", "helpful"),
    "late": ("不及时", "late"),
    "hurried": ("走过场", "hurried"),
    "not_solved": ("问题未解决", "not solved"),
    "impolite": ("态度差", "impolite"),
}


def choices(names: Mapping[str, tuple[str, str]], codes: Iterable[str]) -> Names:
    """Codes as a form offers them: those with names in the order that these stand in, the others after."""
    there = dict.fromkeys(codes)
    return {code: names[code] for code in names if code in there} | {
        code: (code, code) for code in there if code not in names
    }


def named(names: Mapping[str, tuple[str, str]], code: str) -> tuple[str, str]:
    """The two names of a code; itself where it has none."""
    return names.get(code, (code, code))


def causes_of(pack: Mapping[str, Any]) -> dict[str, Names]:
    """The causes of a pack ``clock_causes`` to pause a clock for, and to extend it for, as forms offer them."""
    return {
        name: choices(CAUSES, [code for code, one in pack["causes"].items() if one["effect"] == effect])
        for name, effect in (("pauses", "pause"), ("extensions", "extend"))
    }
