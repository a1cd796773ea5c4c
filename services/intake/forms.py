"""Papers to print at the window: application, authorisation, acceptance, the one notice of what is missing, referral; no decisions, no stores."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.contracts.authorisation import AUTHORISATION, MEMBER, authorisation_body
from services.contracts.folders import Form, Held, Sheet, Sight, State, cited, cited_by, need_words, said
from services.contracts.intake import (
    ApplicationAccepted,
    ApplicationIntroduced,
    ApplicationReferred,
    ApplicationWithdrawn,
    MaterialsNoticeIssued,
    MaterialsNoticeRepeated,
    MaterialsSupplied,
    ReferralAccepted,
    ReferralCompleted,
    ReferralReturned,
    RequestReceived,
)
from services.contracts.printing import NOTHING, fields, grid, heading, joined, listed, paragraph, signatures
from services.contracts.registry import Fact
from services.contracts.rulebook import NoRule, RuleBook
from services.intake.rules import Materials, Procedure

APPLICATION: Final = Form(code="application_form", place=1, zh="社会救助申请书", en="Application")
ACCEPTANCE: Final = Form(code="acceptance_notice", place=3, zh="受理通知书", en="Notice of acceptance")
MATERIALS_NOTICE: Final = Form(
    code="materials_notice", place=4, zh="一次性补正告知书", en="One notice of all missing materials"
)
REFERRAL: Final = Form(code="referral_letter", place=5, zh="社会救助事项转办单", en="Referral to a department")
INTRODUCTION: Final = Form(
    code="introduction_letter", place=6, zh="社会救助事项转介单", en="Introduction to a social body"
)
WITHDRAWAL: Final = Form(code="withdrawal_record", place=7, zh="撤回申请登记", en="Withdrawal")
FORMS: Final = (APPLICATION, AUTHORISATION, ACCEPTANCE, MATERIALS_NOTICE, REFERRAL, INTRODUCTION, WITHDRAWAL)
_MATERIALS: Final = {
    "application_form": "申请书", "authorisation": "家庭经济状况信息核对授权书", "income_statement": "家庭收入申报表", "delegation_letter": "委托书",
    "near_relative_form": "近亲属情况申报表", "spending_statement": "刚性支出票据或证明", "medical_bills": "医疗费用票据",
}  # fmt: skip
_CHANNELS: Final = {
    "window": "窗口", "committee": "村（居）民委员会", "hotline": "热线", "online": "网上", "proactive": "主动发现",
}  # fmt: skip
_OUTCOMES: Final = {"helped": "已予救助 helped", "refused": "不予救助 refused"}
_MEMBER_HEADS: Final = (("姓名", "name"), ("身份证号", "resident ID"), ("与申请人关系", "relation"))
_TRUTH: Final = (
    "本人承诺：所填内容和所交材料真实、完整；家庭人口、收入、财产状况发生变化的，及时报告；不如实申报的，依法承担责任。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """All that the window holds of a household, in the order it was said."""

    household_no: str
    facts: tuple[Held[Fact], ...]
    sight: Sight
    book: RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One need of a request: what was asked, and every fact about the application it became."""

    whole: Bundle
    received: Held[RequestReceived]
    need: str
    facts: tuple[Held[Fact], ...]

    @property
    def number(self) -> str:
        return f"{self.received.fact.request_no}-{self.need}"

    def brought(self) -> frozenset[str]:
        """The materials at hand, those of the request and those supplied after the notice."""
        later = (material for one in said(self.facts, MaterialsSupplied) for material in one.fact.materials)
        return frozenset((*self.received.fact.materials, *later))

    def state_of(self, material: str) -> State:
        """Whether a material is here, and where it is not, whether the dated list asks for it."""
        if material in self.brought():
            return "present"
        asked = self.received.fact
        try:
            listed_on = self.whole.book.on("materials", asked.received_on, Materials)
        except NoRule:
            return "not_required"
        missing = listed_on.missing(
            self.need, tuple(self.brought()), delegated=asked.delegated, near_relative=asked.near_relative_declared
        )
        return "missing" if material in missing else "not_required"

    def head(self) -> tuple[tuple[str, str, object], ...]:
        """The fields that every form of an application begins with."""
        fact = self.received.fact
        return (
            ("申请编号", "application", self.number),
            ("户号", "household", self.whole.household_no),
            ("申请人", "applicant", self.whole.sight.of(fact.members[0].name) if fact.members else ""),
            ("事项", "matter", need_words(self.need)),
        )


def sheets_of(bundle: Bundle) -> tuple[Sheet, ...]:
    """Every form of the household with its state, request by request and need by need."""
    return tuple(sheet for item in _items(bundle) for sheet in _of_item(item))


def _items(bundle: Bundle) -> Iterator[Item]:
    for received in said(bundle.facts, RequestReceived):
        for need in received.fact.needs:
            number = f"{received.fact.request_no}-{need}"
            of = tuple(one for one in bundle.facts if getattr(one.fact, "application_no", "") == number)
            yield Item(whole=bundle, received=received, need=need, facts=of)


def _of_item(item: Item) -> tuple[Sheet, ...]:
    return (
        _application(item),
        _authorisation(item),
        *(_acceptance(item) or _none(item, ACCEPTANCE)),
        *(_notices(item) or _none(item, MATERIALS_NOTICE)),
        *(_passed_on(item) or _none(item, REFERRAL)),
        *_withdrawn(item),
    )


def _none(item: Item, form: Form) -> tuple[Sheet, ...]:
    return (Sheet(form=form, of=item.number, state="not_required"),)


def _application(item: Item) -> Sheet:
    """What was asked for, by whom, for whom; signed by the applicant or whoever asks for him (57号第9条 names what it needs)."""
    fact, sight = item.received.fact, item.whole.sight
    by = fact.delegate
    delegate = () if by is None else (("委托代办人、关系", "asked by, relation", f"{sight.of(by.name)} {by.relation}"),)
    body = joined((
        fields((
            *item.head(),
            ("住址", "address", sight.of(fact.address)),
            ("联系电话", "phone", sight.of(fact.phone)),
            ("镇街、村居", "town, committee", f"{fact.town} {fact.committee}"),
            ("渠道、收件日期", "channel, received on", f"{_CHANNELS.get(fact.channel, fact.channel)} {fact.received_on}"),
            ("热线、主动发现编号", "ticket, discovery", f"{fact.ticket_no} {fact.discovery_no}".strip()),
            ("近亲属申报", "near relative declared", "有 yes" if fact.near_relative_declared else "无 no"),
            *delegate,
            ("已交材料", "materials", "、".join(_MATERIALS.get(one, one) for one in fact.materials)),
        )),
        heading("共同生活的家庭成员", "members of the household"),
        grid(_MEMBER_HEADS, [(sight.of(m.name), sight.of(m.resident_id), m.relation) for m in fact.members]),
        fields((("申请理由（本人填写）", "why, in the applicant's words", ""),)),
        paragraph(_TRUTH, "All this is true and whole; changes will be reported; false statements are answered for by law."),
        signatures(("申请人（代办人）签名", "applicant or delegate"), ("窗口收件人签名", "received by")),
    ))  # fmt: skip
    evidence = (fact.delegate.authority_sha256,) if fact.delegate is not None else ()
    return Sheet(
        form=APPLICATION, of=item.number, state=item.state_of("application_form"), body=body, on=fact.received_on,
        article=cited(item.whole.book, "materials", fact.received_on), evidence=evidence, event=item.received.event,
    )  # fmt: skip


def _authorisation(item: Item) -> Sheet:
    """To be signed by everybody the request names; with room for the supporters, where the procedure asks for theirs."""
    fact, sight = item.received.fact, item.whole.sight
    people = [(sight.of(one.name), sight.of(one.resident_id), one.relation, MEMBER) for one in fact.members]
    return Sheet(
        form=AUTHORISATION, of=item.number, state=item.state_of("authorisation"),
        body=authorisation_body(item.number, item.need, people, supporters_blank=True), on=fact.received_on,
        article=cited(item.whole.book, "materials", fact.received_on), event=item.received.event,
    )  # fmt: skip


def _acceptance(item: Item) -> tuple[Sheet, ...]:
    return tuple(_accepted(item, one) for one in said(item.facts, ApplicationAccepted))


def _accepted(item: Item, one: Held[ApplicationAccepted]) -> Sheet:
    """That the application was accepted, until when it is decided, and who answers for it (首问负责、限时办理)."""
    fact = one.fact
    body = joined((
        paragraph("你（户）的申请材料齐全，现予受理。", "Your application is complete and was accepted."),
        fields((
            *item.head(),
            ("受理日期", "accepted on", fact.accepted_on),
            ("家庭人口", "members", fact.member_count),
            ("启动调查期限", "investigation until", fact.investigate_by),
            ("办结期限", "decision until", fact.decide_by),
            ("首问责任人", "responsible", fact.responsible),
        )),
        paragraph(
            "受理后将进行入户调查、信息核对、公示，请予配合；审核确认结果将书面告知。",
            "A survey, a check and a public notice follow; the decision comes in writing.",
        ),
        signatures(("受理单位（盖章）", "accepted by"), ("申请人签收", "received by the applicant")),
    ))  # fmt: skip
    return Sheet(
        form=ACCEPTANCE, of=item.number, state="present", body=body, on=fact.accepted_on,
        article=_clause(item, fact.accepted_on), event=one.event,
    )  # fmt: skip


def _notices(item: Item) -> tuple[Sheet, ...]:
    """The one notice; a further one is bound as what it is, a breach of 一次性告知."""
    notices = (one for one in item.facts if isinstance(one.fact, MaterialsNoticeIssued | MaterialsNoticeRepeated))
    return tuple(_notice(item, one) for one in notices)


def _notice(item: Item, one: Held[Any]) -> Sheet:
    fact, again = one.fact, isinstance(one.fact, MaterialsNoticeRepeated)
    body = joined((
        paragraph(
            "你（户）的申请尚缺下列材料，请一次补齐；本告知书未列的材料不再要求。",
            "These materials are missing; nothing that is not on this list will be asked for.",
        ),
        fields((*item.head(), ("告知日期", "told on", one.stated_on), ("经办人", "responsible", fact.responsible))),
        heading("须补正的材料", "missing materials"),
        listed(_MATERIALS.get(material, material) for material in fact.missing),
        paragraph("能够通过政府平台查询的信息，不要求申请人提供。", "What a government platform can fetch is not asked for."),
        signatures(("告知单位（盖章）", "told by"), ("申请人签收", "received by the applicant")),
    ))  # fmt: skip
    return Sheet(
        form=MATERIALS_NOTICE, of=item.number, state="failed" if again else "present", why="notice_repeated" if again else "",
        body=body, on=one.stated_on, article=cited_by(item.whole.book, fact.pack_version), event=one.event,
    )  # fmt: skip


def _passed_on(item: Item) -> tuple[Sheet, ...]:
    """Every time the item was passed on, with what came of it until it was passed on again."""
    found, letters = [], (ApplicationReferred, ApplicationIntroduced)
    for i, one in enumerate(item.facts):
        if isinstance(one.fact, letters):
            after = item.facts[i + 1 :]
            end = next((n for n, other in enumerate(after) if isinstance(other.fact, letters)), len(after))
            found.append(_letter(item, one, after[:end]))
    return tuple(found)


def _letter(item: Item, one: Held[Any], after: tuple[Held[Fact], ...]) -> Sheet:
    fact, introduced = one.fact, isinstance(one.fact, ApplicationIntroduced)
    sight, asked = item.whole.sight, item.received.fact
    consent = paragraph("申请人已书面同意转介。", "The applicant consented in writing.") if introduced else NOTHING
    body = joined((
        fields((
            *item.head(),
            ("联系电话", "phone", sight.of(asked.phone)),
            ("接收单位", "to", _receiver(item, fact)),
            ("转出镇街、经办人", "from, by", f"{fact.town} {fact.responsible}"),
            ("转出日期", "passed on on", fact.referred_on or asked.received_on),
            ("答复期限", "answer by", fact.answer_by),
        )),
        consent,
        heading("接收单位回执", "answer of the receiver"),
        fields(_answer(after)),
        signatures(("转出单位（盖章）", "passed on by"), ("接收单位（盖章）", "received by")),
    ))  # fmt: skip
    return Sheet(
        form=INTRODUCTION if introduced else REFERRAL, of=item.number, state="present", body=body,
        on=fact.referred_on or asked.received_on, article=_clause(item, fact.referred_on or asked.received_on, introduced=introduced),
        evidence=(fact.consent_sha256,) if introduced else (), event=one.event,
    )  # fmt: skip


def _clause(item: Item, day: date, *, introduced: bool = False) -> str:
    """The clause of the need's road on a day, or of introductions; what the pack cites where it names none."""
    book = item.whole.book
    try:
        procedure = book.on("procedure", day, Procedure)
    except NoRule:
        return ""
    road = procedure.needs.get(item.need)
    own = procedure.introduction.article if introduced else road.article if road is not None else ""
    return own or cited(book, "procedure", day)


def _receiver(item: Item, fact: ApplicationReferred | ApplicationIntroduced) -> str:
    """The department, or the body by its name in the directory of the day."""
    if isinstance(fact, ApplicationReferred):
        return fact.department
    return _organisation(item.whole.book, fact.organisation, fact.referred_on)


def _organisation(book: RuleBook, code: str, day: date) -> str:
    try:
        body = book.on("procedure", day, Procedure).introduction.organisations.get(code)
    except NoRule:
        return code
    return body.name if body is not None else code


def _answer(after: tuple[Held[Fact], ...]) -> tuple[tuple[str, str, object], ...]:
    taken, returned, done = (said(after, kind) for kind in (ReferralAccepted, ReferralReturned, ReferralCompleted))
    back: Any = returned[-1].fact if returned else None
    end: Any = done[-1].fact if done else None
    accepted: Any = taken[-1].fact if taken else None
    return (
        ("接收日期", "accepted on", accepted and accepted.accepted_on),
        ("退回日期、理由", "returned on, reason", back and f"{back.returned_on} {back.reason}"),
        ("办结日期、结果", "completed on, outcome", end and f"{end.completed_on} {_OUTCOMES.get(end.outcome, end.outcome)}"),
        ("答复内容", "answer", end and end.answer),
    )  # fmt: skip


def _withdrawn(item: Item) -> tuple[Sheet, ...]:
    withdrawn = said(item.facts, ApplicationWithdrawn)
    return tuple(
        Sheet(
            form=WITHDRAWAL, of=item.number, state="present", on=one.stated_on,
            body=joined((
                fields((*item.head(), ("撤回日期", "withdrawn on", one.stated_on), ("理由", "reason", one.fact.reason))),
                signatures(("申请人签名", "applicant"), ("窗口经办人签名", "window")),
            )),
            article=cited(item.whole.book, "procedure", item.received.fact.received_on), event=one.event,
        )
        for one in withdrawn
    )  # fmt: skip
