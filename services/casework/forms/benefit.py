"""Forms of a benefit in force: what was taken over, looked at again, changed, ended; each written notice with its rights."""

from collections.abc import Mapping
from typing import Any, Final

from services.casework.forms.bundle import Bundle, authority_of, reason_words, words_of_list, yuan, yuan_unsealed
from services.casework.forms.decision import care_sheet, rights_of
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitResumed,
    BenefitSuspended,
    BenefitTerminated,
    CareArranged,
    GradualExitGranted,
    HouseholdReverified,
    HouseholdTakenOver,
    ShareCut,
    TerminationPosted,
)
from services.contracts.folders import Form, Held, Sheet, cited, cited_by, need_words, said
from services.contracts.printing import Field, fields, grid, heading, joined, paragraph, signatures

TAKEN_OVER: Final = Form(code="takeover_record", place=1, zh="存量接续登记表", en="Stock taken over")
REVERIFICATION: Final = Form(code="reverification_form", place=12, zh="动态管理复核表", en="Re-verification form")
CHANGE: Final = Form(
    code="change_notice", place=13, zh="救助待遇变更（调整）告知书", en="Notice of a change of benefit"
)
TERMINATION_POSTED: Final = Form(
    code="termination_posting", place=14, zh="终止救助公示", en="Public notice of a termination", public=True
)
TERMINATION: Final = Form(code="termination_notice", place=15, zh="停发（终止）告知书", en="Notice of termination")
# Their delivery is no fact of this version: the contents say so, and nobody takes the page for a receipt.
UNDELIVERED: Final = "送达未登记 delivery not on record"
_CHANGES: Final[Mapping[type, str]] = {
    BenefitAdjusted: "调整 adjusted",
    BenefitSuspended: "暂停发放 suspended",
    BenefitResumed: "恢复发放 resumed",
    GradualExitGranted: "渐退期 gradual exit",
    ShareCut: "停发个人份额 share cut",
}
_HEADS: Final = (("姓名", "name"), ("身份证号", "resident ID"), ("关系", "relation"), ("重点类别", "groups"))


def benefit_sheets(bundle: Bundle) -> tuple[Sheet, ...]:
    """What happened to the household's benefit, beside its cases."""
    of = bundle.household_no
    care = {one.fact.person: one for one in said(bundle.facts, CareArranged) if not one.fact.application_no}
    return (
        *(_taken_over(bundle, one) for one in said(bundle.facts, HouseholdTakenOver)),
        *(care_sheet(bundle, of, one) for one in care.values()),
        *(_looked_again(bundle, one) for one in said(bundle.facts, HouseholdReverified)),
        *(_changed(bundle, one) for one in bundle.facts if type(one.fact) in _CHANGES),
        *(_ending(bundle, one) for one in said(bundle.facts, TerminationPosted)),
        *(_ended(bundle, one) for one in said(bundle.facts, BenefitTerminated)),
    )


def _addressed(bundle: Bundle, category: str) -> tuple[Field, ...]:
    members = bundle.members()
    return (
        ("户号", "household", bundle.household_no),
        ("救助对象", "recipient", bundle.sight.of(members[0].name) if members else ""),
        ("待遇", "benefit", need_words(category)),
    )


def _members(bundle: Bundle, fact: HouseholdTakenOver | HouseholdReverified) -> Any:
    sight = bundle.sight
    return grid(
        _HEADS,
        [(sight.of(m.name), sight.of(m.resident_id), m.relation, words_of_list(sight.of(m.groups))) for m in fact.members],
    )  # fmt: skip


def _taken_over(bundle: Bundle, one: Held[HouseholdTakenOver]) -> Sheet:
    """No procedure is claimed for stock: its document is named, and by when somebody looks again."""
    fact = one.fact
    body = joined((
        fields((
            *_addressed(bundle, fact.category),
            ("住址", "address", bundle.sight.of(fact.address)),
            ("镇街、村居", "town, committee", f"{fact.town} {fact.committee}"),
            ("金额、起始月份", "amount, from month", f"{yuan(fact.monthly_amount_fen)}，{fact.benefit_from_month}"),
            ("来源、文件", "source, document", f"{fact.source} {fact.document}"),
            ("责任低保员", "officer", fact.officer),
            ("须复核期限", "re-verify by", fact.reverify_by),
        )),
        _members(bundle, fact),
        signatures(("移交人签名", "handed over by"), ("接收人签名", "taken over by")),
    ))  # fmt: skip
    return Sheet(
        form=TAKEN_OVER, of=bundle.household_no, state="present", body=body, on=one.stated_on,
        article=f"接续登记：{fact.document}", event=one.event,
    )  # fmt: skip


def _looked_again(bundle: Bundle, one: Held[HouseholdReverified]) -> Sheet:
    fact = one.fact
    outcome = {"unchanged": "无变化 unchanged", "changed": "有变化 changed"}.get(fact.outcome, fact.outcome)
    body = joined((
        fields((
            *_addressed(bundle, fact.category),
            ("复核日期、复核人", "looked at on, by", f"{fact.reverified_on} {'、'.join(fact.investigators)}"),
            ("家庭月人均收入", "monthly income per head", yuan_unsealed(bundle.sight.of(fact.income_per_head))),
            ("复核结果", "outcome", outcome),
            ("类别、下次复核期限", "class, next by", f"{fact.cadence}，{fact.next_by}"),
        )),
        *((heading("现有家庭成员", "members as found"), _members(bundle, fact)) if fact.members else ()),
        signatures(("复核人一签名", "first"), ("复核人二签名", "second"), ("家庭成员签名", "family member")),
    ))  # fmt: skip
    return Sheet(
        form=REVERIFICATION, of=bundle.household_no, state="present", body=body, on=fact.reverified_on,
        article=cited_by(bundle.book, fact.pack_version), evidence=(fact.form_sha256,), event=one.event,
    )  # fmt: skip


def _changed(bundle: Bundle, one: Held[Any]) -> Sheet:
    """A change is told with its reason and the rights against it (arts. 31-34, 36-38)."""
    fact, remedies = one.fact, bundle.remedies(one.fact.decided_on)
    body = joined((
        fields((
            *_addressed(bundle, fact.category),
            ("变更事项", "change", _CHANGES[type(fact)]),
            *_what_changes(bundle, fact),
            ("作出决定的机关", "authority", authority_of(fact.decided_by, fact.town)),
            ("决定日期、决定人", "decided on, by", f"{fact.decided_on} {fact.decided_by}"),
        )),
        rights_of(remedies),
        signatures(("决定机关（盖章）", "the authority"), ("受送达人签收", "received by"), ("送达人签名", "delivered by")),
    ))  # fmt: skip
    return Sheet(
        form=CHANGE, of=bundle.household_no, state="present", why=UNDELIVERED, body=body, on=fact.decided_on,
        article=_articles(bundle, fact, "reverification" if isinstance(fact, BenefitAdjusted) else "benefit_changes"), event=one.event,
    )  # fmt: skip


def _what_changes(bundle: Bundle, fact: Any) -> tuple[Field, ...]:
    """Amounts and months, as far as this kind of change has them."""
    person = getattr(fact, "person", "") or getattr(fact, "deceased", "")
    before, after = getattr(fact, "before_fen", None), getattr(fact, "monthly_amount_fen", None)
    rows: list[Field] = []
    if hasattr(fact, "reason"):
        rows.append(("理由", "reason", reason_words(fact.reason)))
    if isinstance(fact, ShareCut):
        rows.append(("理由", "reason", f"{reason_words('job_refusals')}（{fact.refused_count} 次）"))
    if person:
        rows.append(("涉及成员", "member", bundle.name_of(person)))
    if before is not None:
        rows.append(("变更前月金额", "before, a month", yuan(before)))
    if after is not None:
        rows.append(("变更后月金额", "after, a month", yuan(after)))
    if hasattr(fact, "from_month"):
        rows.append(("起始月份", "from month", fact.from_month))
    if isinstance(fact, GradualExitGranted):
        rows.append(("渐退至", "until month", fact.until_month))
    if isinstance(fact, BenefitResumed):
        months = "、".join(str(month) for month in fact.back_pay_months)
        rows.append(("补发", "paid after", f"{yuan(fact.back_pay_fen)} {months}"))
    return tuple(rows)


def _ending(bundle: Bundle, one: Held[TerminationPosted]) -> Sheet:
    """Posted before a termination (特困人员认定办法); by the same whitelist as every notice: the reason is not on it."""
    fact, members = one.fact, bundle.members()
    body = joined((
        paragraph(f"拟终止下列人员的{need_words(fact.category)}，现予公示：", "It is proposed to end:"),
        grid(
            (("姓名", "name"), ("人数", "members")),
            ((bundle.sight.of(members[0].name) if members else "", f"{len(members)} 人"),),
        ),
        paragraph(f"公示期：{fact.posted_on} 至 {fact.ends_on}。有异议的，可在公示期内向镇人民政府、街道办事处提出。"),
        signatures(("镇人民政府（街道办事处）盖章", "the town"), ("村（居）民委员会盖章", "the committee")),
    ))  # fmt: skip
    return Sheet(
        form=TERMINATION_POSTED, of=bundle.household_no, state="present", body=body, on=fact.posted_on,
        article=cited_by(bundle.book, fact.pack_version), evidence=(fact.proof_sha256,), event=one.event,
    )  # fmt: skip


def _ended(bundle: Bundle, one: Held[BenefitTerminated]) -> Sheet:
    fact = one.fact
    body = joined((
        fields((
            *_addressed(bundle, fact.category),
            ("停发（终止）理由", "reason", reason_words(fact.reason)),
            ("停发起始月份", "from month", fact.from_month),
            ("作出决定的机关", "authority", authority_of(fact.decided_by, fact.town)),
            ("决定日期、决定人", "decided on, by", f"{fact.decided_on} {fact.decided_by}"),
        )),
        rights_of(bundle.remedies(fact.decided_on)),
        signatures(("决定机关（盖章）", "the authority"), ("受送达人签收", "received by"), ("送达人签名", "delivered by")),
    ))  # fmt: skip
    return Sheet(
        form=TERMINATION, of=bundle.household_no, state="present", why=UNDELIVERED, body=body, on=fact.decided_on,
        article=_articles(bundle, fact, "reverification"), event=one.event,
    )  # fmt: skip


def _articles(bundle: Bundle, fact: Any, pack: str) -> str:
    """The clauses of the rule that decided (of the amounts, maybe), of what changes a benefit, and of the rights."""
    remedies = bundle.remedies(fact.decided_on)
    found = (cited_by(bundle.book, fact.pack_version), cited(bundle.book, pack, fact.decided_on))
    return "；".join(dict.fromkeys(one for one in (*found, remedies.article if remedies else "") if one))
