"""Forms of the town's part of a case: authorisation, help of another town, survey, ability, community review, public notice."""

from typing import Final

from services.casework.forms.bundle import Bundle, CaseBundle, words_of_list, yuan, yuan_unsealed
from services.contracts.authorisation import AUTHORISATION, MEMBER, SUPPORTER, authorisation_body
from services.contracts.casework import (
    AbilityAssessed,
    CommunityReviewed,
    HouseholdSurveyed,
    InformationCheckRequested,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    SurveyHelpAsked,
    SurveyHelpDeclined,
)
from services.contracts.folders import Form, Held, Sheet, cited_by, need_words, said
from services.contracts.printing import Html, fields, grid, heading, joined, listed, paragraph, signatures

HELP_LETTER: Final = Form(
    code="help_letter", place=3, zh="协助调查函", en="Letter asking a town to help with the survey"
)
SURVEY: Final = Form(code="survey_form", place=4, zh="入户调查表", en="Household survey form")
ABILITY: Final = Form(code="ability_form", place=5, zh="生活自理能力评估表", en="Assessment of ability in daily life")
REVIEW: Final = Form(code="review_minutes", place=6, zh="民主评议记录", en="Minutes of the community review")
NOTICE: Final = Form(
    code="notice", place=7, zh="社会救助审核公示", en="Public notice of the first opinion", public=True
)
REGISTERS: Final = {
    "bank": "银行存款", "vehicle": "车辆", "property": "不动产", "tax": "税务", "business": "市场主体", "housing_fund": "住房公积金",
    "civil_affairs": "民政（婚姻、殡葬）", "prison": "服刑、羁押",
}  # fmt: skip
_MODES: Final = {"household": "入户", "phone": "电话", "video": "视频"}
_RESULTS: Final = {"supported": "多数赞成 supported", "not_supported": "多数不赞成 not supported"}
_ABILITIES: Final = {"able": "具备生活自理能力", "partly_lost": "部分丧失", "lost": "完全丧失"}
TIERS: Final = {"self_reliant": "全自理", "half_care": "半护理", "full_care": "全护理"}
_ITEMS: Final = {
    "eat": "自主吃饭", "dress": "自主穿衣", "bed": "自主上下床", "toilet": "自主如厕", "walk_indoors": "室内自主行走", "bathe": "自主洗澡",
}  # fmt: skip
_MEMBER_HEADS: Final = (("姓名", "name"), ("身份证号", "resident ID"), ("关系", "relation"), ("重点类别", "groups"))


def authorisation_sheet(case: CaseBundle) -> Sheet:
    """Every member's authorisation, and the supporters' where the procedure asks for it (art. 9; 特困人员认定办法)."""
    steps = ("authorised", "supporters_authorised")
    asked = said(case.facts, InformationCheckRequested)
    count = case.opened.member_count
    if not asked:
        known = [(case.sight.of(m.name), case.sight.of(m.resident_id), m.relation, MEMBER) for m in case.members()]
        blank = max(0, count - len(known))
        supporters = case.owes("supporters_authorised")
        return case.missing(AUTHORISATION, _authorised(case, known, blank, supporters), *steps)
    last = asked[-1]
    persons = last.fact.persons
    rows = [
        (case.sight.of(p.name), case.sight.of(p.resident_id), p.relation, SUPPORTER if p.supporter else MEMBER)
        for p in persons
    ]
    named = any(person.supporter for person in persons)
    supporters = case.owes("supporters_authorised") and not last.fact.no_supporter and not named
    short = last.fact.authorised_count < count
    declared = paragraph("声明：无法定赡养、抚养、扶养义务人。", "Declared: nobody owes the applicant maintenance.")
    body = _authorised(case, rows, max(0, count - len(rows)), supporters)
    return Sheet(
        form=AUTHORISATION,
        of=case.number,
        state="failed" if short or supporters else "present",
        why="members" if short else "supporters" if supporters else "",
        body=joined((declared, body)) if last.fact.no_supporter else body,
        on=last.fact.requested_on or last.stated_on,
        article=case.article(*steps),
        evidence=tuple(p.authorisation_sha256 for p in persons if p.authorisation_sha256),
        event=last.event,
    )


def _authorised(case: CaseBundle, rows: list[tuple[str, str, str, str]], blank: int, supporters: bool) -> Html:
    return authorisation_body(
        case.number, case.opened.need, rows, members_blank=blank, supporters_blank=supporters
    )  # fmt: skip


def help_sheets(case: CaseBundle) -> tuple[Sheet, ...]:
    """What was asked of another town (协助调查, 人户分离), and what it answered."""
    asked = said(case.facts, SurveyHelpAsked)
    if not asked:
        return (Sheet(form=HELP_LETTER, of=case.number, state="not_required"),)
    return tuple(_letter(case, one) for one in asked)


def _letter(case: CaseBundle, one: Held[SurveyHelpAsked]) -> Sheet:
    fact = one.fact
    declined = [no.fact for no in said(case.facts, SurveyHelpDeclined) if no.fact.helping_town == fact.helping_town]
    surveyed = [s.fact for s in said(case.facts, HouseholdSurveyed) if s.fact.surveyed_by_town == fact.helping_town]
    reply = (
        f"已协助入户调查 surveyed {surveyed[0].surveyed_on}" if surveyed
        else f"不能协助：{declined[0].reason}（{declined[0].declined_on}）" if declined else ""
    )  # fmt: skip
    body = joined((
        paragraph(f"{fact.helping_town}：", f"To town {fact.helping_town}"),
        paragraph(
            f"下列家庭户籍地与居住地分离，现居住在你镇街。请于 {fact.answer_by} 前协助开展入户调查并函复。",
            f"The household lives in your town. Please survey it and answer by {fact.answer_by}.",
        ),
        fields((
            *case.head(),
            ("事项", "matter", need_words(fact.need)),
            ("家庭人口", "members", fact.member_count),
            ("请求镇街、村居", "asked by", f"{fact.town} {fact.committee}"),
            ("协助理由", "reason", fact.reason),
            ("发函日期、答复期限", "asked on, answer by", f"{fact.asked_on} / {fact.answer_by}"),
            ("答复", "answer", reply),
        )),
        signatures(("发函镇街（盖章）", "the town that asks"), ("协助镇街（盖章）", "the town that helps")),
    ))  # fmt: skip
    return Sheet(
        form=HELP_LETTER, of=case.number, state="present", body=body, on=fact.asked_on,
        article=cited_by(case.whole.book, fact.pack_version), event=one.event,
    )  # fmt: skip


def survey_sheets(case: CaseBundle) -> tuple[Sheet, ...]:
    """Each survey as it was made, valid or not (art. 16); a blank with the investigators' lines where none was."""
    surveys = said(case.facts, HouseholdSurveyed)
    steps = ("surveyed_by_two", "family_signed")
    if not surveys:
        return (case.missing(SURVEY, _survey_body(case, None), *steps),)
    return tuple(
        Sheet(
            form=SURVEY, of=case.number, state="present" if one.fact.valid else "failed",
            why="、".join(one.fact.missed_points), body=_survey_body(case, one.fact), on=one.fact.surveyed_on,
            article=case.article(*steps), evidence=(one.fact.form_sha256,), event=one.event,
        )
        for one in surveys
    )  # fmt: skip


def _survey_body(case: CaseBundle, fact: HouseholdSurveyed | None) -> Html:
    sight = case.sight
    members = fact.members if fact is not None else case.members()
    rows = [
        (sight.of(m.name), sight.of(m.resident_id), m.relation, words_of_list(sight.of(m.groups))) for m in members
    ] or [("", "", "", "")] * case.opened.member_count
    witnessed = "见证人 witness" if fact is not None and not fact.family_signed else "家庭成员签字 family member signed"
    facts = (
        *case.head(),
        ("事项", "matter", need_words(case.opened.need)),
        ("调查日期", "surveyed on", fact and fact.surveyed_on),
        ("调查方式", "mode", fact and f"{_MODES.get(fact.mode, fact.mode)} {fact.emergency}"),
        ("调查人（两人以上）", "investigators, two at least", fact and "、".join(fact.investigators)),
        ("协助调查镇街", "surveyed by the town", fact and fact.surveyed_by_town),
        ("家庭月人均收入", "monthly income per head", fact and yuan_unsealed(sight.of(fact.income_per_head))),
        ("月人均刚性支出", "necessary spending per head", fact and yuan_unsealed(sight.of(fact.rigid_spending_per_head))),
        ("超出规定的财产", "property over the limits", fact and words_of_list(sight.of(fact.property_over))),
        ("在场签字", "signed by", fact and f"{witnessed} {fact.witness or ''}"),
        ("调查效力", "validity", fact and ("有效 valid" if fact.valid else f"无效 invalid：{'、'.join(fact.missed_points)}")),
    )  # fmt: skip
    return joined((
        fields(facts),
        heading("共同生活的家庭成员", "members of the household"),
        grid(_MEMBER_HEADS, rows),
        paragraph("家庭成员确认：调查内容与实际情况一致；知悉不如实申报的责任。", "The family confirms that this is how things are."),
        signatures(
            ("调查人一签名", "first investigator"), ("调查人二签名", "second investigator"),
            ("在场家庭成员签名", "family member present"), ("见证人签名（家庭成员不能签字时）", "witness, where nobody can sign"),
        ),
    ))  # fmt: skip


def ability_sheets(case: CaseBundle) -> tuple[Sheet, ...]:
    """Each person's assessment (特困人员认定办法); one blank while somebody was not assessed."""
    assessed = said(case.facts, AbilityAssessed)
    sheets = tuple(ability_sheet(case.whole, case.number, one) for one in assessed)
    persons = {one.fact.person for one in assessed}
    if len(persons) >= case.opened.member_count:
        return sheets
    blank = joined(
        (fields((("户号", "household", case.whole.household_no), ("被评估人", "person", ""))), _ability_lines(""))
    )
    return (*sheets, case.missing(ABILITY, blank, "ability_assessed"))


def ability_sheet(bundle: Bundle, of: str, one: Held[AbilityAssessed]) -> Sheet:
    """One person's assessment, of a case or of a benefit in force."""
    fact = one.fact
    body = joined((
        fields((
            ("户号", "household", bundle.household_no),
            ("被评估人", "person", bundle.name_of(fact.person)),
            ("评估日期", "assessed on", fact.assessed_on),
            ("评估人", "assessors", "、".join(fact.assessors)),
            ("评估结果", "ability", _ABILITIES.get(fact.ability, fact.ability)),
            ("照料护理档次", "care tier", TIERS.get(fact.care_tier, fact.care_tier)),
        )),
        _ability_lines(bundle.sight.of(fact.failed_items)),
    ))  # fmt: skip
    return Sheet(
        form=ABILITY, of=of, state="present", body=body, on=fact.assessed_on,
        article=cited_by(bundle.book, fact.pack_version), evidence=(fact.form_sha256,), event=one.event,
    )  # fmt: skip


def _ability_lines(failed: str) -> Html:
    """The six items, each with whether it failed, where that may be seen."""
    known = failed.startswith("[")
    rows = [(zh, "不能" if f'"{code}"' in failed else "能" if known else failed) for code, zh in _ITEMS.items()]
    return joined((
        grid((("评估项目", "item"), ("能否自主完成", "done alone")), rows),
        signatures(("评估人一签名", "first assessor"), ("评估人二签名", "second assessor"), ("被评估人或代理人签名", "person or guardian")),
    ))  # fmt: skip


def review_sheets(case: CaseBundle) -> tuple[Sheet, ...]:
    """Each community review (民主评议, art. 19); owed where an objection was answered neither by one nor by a new survey."""
    reviewed = said(case.facts, CommunityReviewed)
    if reviewed:
        return tuple(
            Sheet(
                form=REVIEW, of=case.number, state="present" if one.fact.valid else "failed",
                why="、".join(one.fact.missed_points), body=_minutes(case, one.fact), on=one.fact.reviewed_on,
                article=case.article("objection_answered"), evidence=(one.fact.minutes_sha256,), event=one.event,
            )
            for one in reviewed
        )  # fmt: skip
    objected = said(case.facts, NoticeObjected)
    if not objected or _answered_by_survey(case, objected[-1]):
        return (Sheet(form=REVIEW, of=case.number, state="not_required"),)
    return (case.missing(REVIEW, _minutes(case, None), "objection_answered"),)


def _answered_by_survey(case: CaseBundle, objection: Held[NoticeObjected]) -> bool:
    after = case.facts[case.facts.index(objection) :]
    return any(one.fact.valid for one in said(after, HouseholdSurveyed))


def _minutes(case: CaseBundle, fact: CommunityReviewed | None) -> Html:
    objections = [one.fact.objection_no for one in said(case.facts, NoticeObjected)]
    return joined((
        fields((
            *case.head(),
            ("村居", "committee", case.opened.committee),
            ("评议事由", "about", "、".join(objections)),
            ("评议日期", "reviewed on", fact and fact.reviewed_on),
            ("参加人数", "participants", fact and fact.participants_count),
            ("评议结果", "result", fact and _RESULTS.get(fact.result, fact.result)),
            ("效力", "validity", fact and ("有效 valid" if fact.valid else f"无效 invalid：{'、'.join(fact.missed_points)}")),
        )),
        heading("评议过程", "course"),
        listed(("宣讲政策 policy explained", "介绍情况 case presented", "现场评议 discussed", "形成结论 concluded")),
        signatures(("主持人签名", "chair"), ("记录人签名", "minutes by"), ("参评人员签名（可附页）", "participants"), ("监督人签名", "supervised by")),
    ))  # fmt: skip


def notice_sheets(case: CaseBundle) -> tuple[Sheet, ...]:
    """Each posting of the first opinion (公示, art. 19). On the notice: name, members, amount – nothing else of the household."""
    posted = said(case.facts, NoticePosted)
    if not posted or (case.number in case.whole.proposed and _hangs_again(case, posted[-1])):
        return (case.missing(NOTICE, _notice_body(case, None), "opinion_signed", "noticed_in_full"),)
    return tuple(_notice(case, one) for one in posted)


def _hangs_again(case: CaseBundle, posted: Held[NoticePosted]) -> bool:
    """A notice objected to is posted again once it is closed (art. 19); until then the one that hangs stays as it is."""
    after = case.facts[case.facts.index(posted) :]
    return bool(said(after, NoticeObjected) and said(after, NoticeClosed))


def _notice(case: CaseBundle, one: Held[NoticePosted]) -> Sheet:
    fact = one.fact
    days_min = max((step.notice_days for step in case.opened.procedure), default=0)
    closed = [c.fact for c in said(case.facts, NoticeClosed) if c.fact.posted_on == fact.posted_on]
    days = (closed[-1].closed_on - fact.posted_on).days - 1 if closed else days_min
    why = "opinion_signature" if not fact.opinion_signed_by else f"days={days}" if days < days_min else ""
    return Sheet(
        form=NOTICE, of=case.number, state="failed" if why else "present", why=why, body=_notice_body(case, fact),
        on=fact.posted_on, article=case.article("opinion_signed", "noticed_in_full"),
        evidence=(fact.proof_sha256,), event=one.event,
    )  # fmt: skip


def _notice_body(case: CaseBundle, fact: NoticePosted | None) -> Html:
    days = max((step.notice_days for step in case.opened.procedure), default=0)
    matter = need_words(case.opened.need)
    amount_fen = fact.proposed_amount_fen if fact else case.whole.proposed.get(case.number)
    return joined((
        paragraph(f"经调查核实，现将{matter}初审意见公示如下：", "The first opinion is posted:"),
        grid(
            (("申请人姓名", "applicant"), ("家庭人口", "members"), ("拟救助金额", "proposed amount")),
            ((case.applicant(), f"{case.member_count} 人", yuan(amount_fen) if amount_fen is not None else ""),),
        ),
        paragraph(
            f"公示期 {days} 天" + (f"：{fact.posted_on} 至 {fact.ends_on}" if fact else "，自张贴次日起算") + "。",
            f"posted for {days} days",
        ),
        paragraph(
            "对公示内容有异议的，可在公示期内向村（居）民委员会或镇人民政府、街道办事处实名或匿名提出，受理单位依法保密。",
            "Objections go to the committee or the town during these days and are kept confidential.",
        ),
        signatures(("镇人民政府（街道办事处）盖章", "the town"), ("村（居）民委员会盖章", "the committee")),
    ))  # fmt: skip
