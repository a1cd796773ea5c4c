"""Forms of the bureau's part of a case: the decision sheet (审核确认表), the written refusal with its rights, the care agreement."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.casework.forms.bundle import Bundle, CaseBundle, authority_of, yuan
from services.casework.forms.investigation import REGISTERS, TIERS
from services.casework.rules import Remedies
from services.contracts.casework import (
    AbilityAssessed,
    BureauVisited,
    CareArranged,
    CheckContested,
    ConflictResolved,
    EligibilityRefused,
    InformationCheckReturned,
    NoticeClosed,
    NoticePosted,
    OpinionSubmitted,
    RefusalDelivered,
)
from services.contracts.folders import Form, Held, Sheet, cited_by, need_words, said
from services.contracts.printing import Field, Html, fields, heading, joined, listed, paragraph, signatures

DECISION: Final = Form(code="decision_form", place=8, zh="社会救助审核确认表", en="Opinion and decision")
REFUSAL: Final = Form(code="refusal_notice", place=9, zh="不予确认告知书", en="Written refusal")
CARE: Final = Form(code="care_agreement", place=10, zh="特困人员照料服务协议", en="Care agreement")
_PLACEMENTS: Final = {"institution": "集中供养", "home": "分散供养"}
NO_REMEDIES: Final = "〔规则包未载明救济权利，须补正后送达 no remedies in the rule pack: do not deliver〕"


def decision_sheet(case: CaseBundle) -> Sheet:
    """Opinion of the town, what the bureau saw itself, its decision (审核确认, arts. 19-23)."""
    steps = ("submitted", "decided_by_bureau", "granted_from_month")
    outcome = case.outcome()
    visits = [one.fact for one in said(case.facts, BureauVisited)]
    body = joined((
        fields((*case.head(), ("事项", "matter", need_words(case.opened.need)), ("受理日期", "accepted on", case.opened.accepted_on),
                ("家庭人口", "members", case.member_count), ("镇街、村居", "town, committee", f"{case.opened.town} {case.opened.committee}"),
                ("近亲属申报", "near relative declared", "有 yes" if case.opened.near_relative_declared else "无 no"))),
        heading("核对与初审", "check and first opinion"),
        fields(_opinion(case)),
        heading("审核确认", "decision"),
        fields((
            ("区民政局入户", "visited by the bureau", "；".join(f"{v.visited_on} {'、'.join(v.visitors)}" for v in visits)),
            *_decided(case),
        )),
        signatures(("镇街经办人签名", "town, prepared by"), ("镇街分管领导签名（盖章）", "town leader"),
                   ("区民政局经办人签名", "bureau, prepared by"), ("审核确认机关（盖章）", "decided by")),
    ))  # fmt: skip
    if outcome is None:
        return case.missing(DECISION, body, *steps)
    event = next(one.event for one in case.facts if one.fact is outcome)
    return Sheet(
        form=DECISION, of=case.number, state="present", body=body, on=outcome.decided_on,
        article=case.article(*steps), evidence=tuple(v.form_sha256 for v in visits), event=event,
    )  # fmt: skip


def _opinion(case: CaseBundle) -> tuple[Field, ...]:
    posted, submitted = said(case.facts, NoticePosted), said(case.facts, OpinionSubmitted)
    returned = [one.fact for one in said(case.facts, InformationCheckReturned)]
    conflicts = dict.fromkeys(register for fact in returned for register in fact.conflicts)
    settled = [one.fact for one in said(case.facts, ConflictResolved)]
    contests = [one.fact.contest_no for one in said(case.facts, CheckContested)]
    closed = said(case.facts, NoticeClosed)
    return (
        ("核对反馈日期", "check answered on", "、".join(dict.fromkeys(str(fact.returned_on) for fact in returned))),
        ("核对不一致", "conflicts", "、".join(REGISTERS.get(one, one) for one in conflicts) or ("无 none" if returned else "")),
        ("不一致处理", "settled", "；".join(f"{REGISTERS.get(f.register, f.register)}：{f.reason}（{f.resolved_by}）" for f in settled)),
        ("核对异议", "contested", "、".join(contests)),
        ("初审意见签署", "opinion signed by", posted[-1].fact.opinion_signed_by if posted else ""),
        ("拟救助金额", "proposed amount", yuan(posted[-1].fact.proposed_amount_fen) if posted else ""),
        ("公示期满、异议件数", "notice closed, objections", f"{closed[-1].fact.closed_on}，{closed[-1].fact.objection_count}" if closed else ""),
        ("上报日期、收件人", "submitted on, received by", f"{submitted[-1].fact.submitted_on} {submitted[-1].fact.received_by}" if submitted else ""),
    )  # fmt: skip


def _decided(case: CaseBundle) -> tuple[Field, ...]:
    fact = case.outcome()
    if fact is None:
        return (
            ("决定", "decision", ""),
            ("救助金额", "amount", ""),
            ("起始月份", "from month", ""),
            ("决定日期", "decided on", ""),
        )
    by = (
        ("作出决定的机关", "authority", authority_of(fact.decided_by, fact.town)),
        ("决定日期、审核确认人", "decided on, by", f"{fact.decided_on} {fact.decided_by}"),
        ("规则", "pack", fact.pack_version),
    )
    if isinstance(fact, EligibilityRefused):
        return (("决定", "decision", "不予确认 refused"), ("理由", "reason", fact.reason), *by)
    return (
        ("决定", "decision", "予以确认 confirmed"),
        ("救助金额", "amount", yuan(fact.monthly_amount_fen) + (" 一次性 once" if fact.one_off else " 每月 a month")),
        ("标准、保障人数", "standard, covered", f"{yuan(fact.standard_fen)} × {fact.covered_members} 人"),
        ("其中分类施保、照料护理费", "top-ups, care fee", f"{yuan(fact.top_up_fen)}、{yuan(fact.care_fee_fen)}"),
        ("起始月份", "from month", fact.from_month),
        ("有效期至、下次复核", "valid until, next review", f"{fact.valid_until or ''} {fact.reverify_by or ''}".strip()),
        ("急难先行救助补齐期限", "emergency papers by", fact.papers_by),
        ("备用金", "reserve fund", fact.reserve_fund),
        ("尚缺", "still lacking", "、".join(fact.missing_points)),
        *by,
    )  # fmt: skip


def refusal_sheet(case: CaseBundle) -> Sheet:
    """The written refusal: reason, and the rights of review and suit with body and term (arts. 21, 36-38)."""
    refused, delivered = said(case.facts, EligibilityRefused), said(case.facts, RefusalDelivered)
    steps = ("refusal_in_writing", "remedies_named")
    if not refused:
        return Sheet(form=REFUSAL, of=case.number, state="not_required")
    fact = refused[-1].fact
    reached = delivered[-1].fact if delivered else None
    pack = case.whole.remedies(fact.decided_on)
    texts = (reached.remedies if reached else ()) or fact.remedies or (pack.texts if pack else ())
    authority = authority_of(fact.decided_by, fact.town)
    terms = (
        ("书面告知期限", "notice due by", fact.written_notice_by),
        ("送达日期", "delivered on", reached and reached.delivered_on),
        ("申请复议截止", "review until", reached and reached.review_by),
        ("提起诉讼截止", "suit until", reached and reached.sue_by),
    )
    body = joined((
        paragraph(f"{case.applicant()}：", "To the applicant"),
        paragraph(
            f"你（户）{case.opened.accepted_on} 受理的{need_words(fact.need)}申请，经审核不予确认。",
            "Your application was not confirmed.",
        ),
        fields((*case.head(), ("不予确认的理由", "reason", fact.reason), ("作出决定的机关", "authority", authority),
                ("决定日期", "decided on", fact.decided_on), *terms)),
        rights(texts),
        signatures((f"{authority}（盖章）", "the authority"), ("受送达人签收", "received by"), ("送达人签名", "delivered by")),
    ))  # fmt: skip
    whole = reached is not None and bool(texts)
    return Sheet(
        form=REFUSAL, of=case.number, state="present" if whole else "failed" if reached else "missing",
        why="remedies" if reached and not texts else "", body=body, on=reached.delivered_on if reached else None,
        article="；".join(dict.fromkeys((case.article(*steps), *([pack.article] if pack else [])))),
        evidence=(reached.form_sha256,) if reached else (), event=(delivered or refused)[-1].event,
    )  # fmt: skip


def rights(texts: Sequence[str]) -> Html:
    """What may be done against a decision: to which body, in which term, in the words of the pack."""
    return joined((heading("救济权利", "rights of review and suit"), listed(texts or (NO_REMEDIES,))))


def rights_of(remedies: Remedies | None) -> Html:
    """As `rights`, as the pack of the day has them."""
    return rights(remedies.texts if remedies else ())


def care_sheets(case: CaseBundle) -> tuple[Sheet, ...]:
    """The care agreement of every tekun person; a blank for whom none is arranged (特困人员认定办法)."""
    arranged = said(case.facts, CareArranged)
    latest = {one.fact.person: one for one in arranged}
    sheets = tuple(care_sheet(case.whole, case.number, one) for one in latest.values())
    if case.given_up():  # nobody is cared for by a case that granted nothing
        sheets = tuple(one if one.state == "present" else replace(one, state="not_required", why="") for one in sheets)
    if len(latest) >= case.opened.member_count:
        return sheets
    return (*sheets, case.missing(CARE, _agreement(case.whole, None), "care_arranged"))


def care_sheet(bundle: Bundle, of: str, one: Held[CareArranged]) -> Sheet:
    """One person's; in an institution no agreement is asked for where the pack says so."""
    fact = one.fact
    signed = bool(fact.agreement_sha256)
    return Sheet(
        form=CARE, of=of, state="present" if signed else "missing" if fact.agreement_required else "not_required",
        why="" if signed or not fact.agreement_required else "care_agreement", body=_agreement(bundle, fact),
        on=fact.arranged_on, article=cited_by(bundle.book, fact.pack_version),
        evidence=(fact.agreement_sha256,) if signed else (), event=one.event,
    )  # fmt: skip


def _agreement(bundle: Bundle, fact: CareArranged | None) -> Html:
    assessed = [one.fact for one in said(bundle.facts, AbilityAssessed) if fact and one.fact.person == fact.person]
    tier = TIERS.get(assessed[-1].care_tier, assessed[-1].care_tier) if assessed else ""
    return joined((
        fields((
            ("户号", "household", bundle.household_no),
            ("甲方（委托方）", "first party: the town", fact and f"{fact.town} 镇人民政府（街道办事处）"),
            ("乙方（照料人或机构）", "second party: the carer", fact and bundle.sight.of(fact.carer)),
            ("丙方（特困人员）", "third party: the person", fact and bundle.name_of(fact.person)),
            ("供养方式", "placement", fact and _PLACEMENTS.get(fact.placement, fact.placement)),
            ("照料护理档次", "care tier", tier),
            ("协议起始", "arranged on", fact and fact.arranged_on),
        )),
        listed((
            "乙方负责丙方日常看护、生活照料、送医陪护；丙方住院期间安排护理。daily care, escort to hospital, nursing there",
            "乙方如实记录照料情况，接受甲方检查；丙方情况变化时及时报告。records, inspections, changes reported",
            "照料护理费按丙方评估档次的当期标准支付，专款专用。the care fee follows the tier and the standard in force",
            "不得虐待、遗弃，不得侵占丙方财物；违约的，甲方可解除协议并另行安排。no neglect or taking; else the town ends it",
            "协议自三方签署之日起生效，一式三份。in force from the day it is signed",
        )),
        signatures(("甲方（盖章）", "first party"), ("乙方签名（盖章）", "second party"), ("丙方或监护人签名", "third party or guardian")),
    ))  # fmt: skip
