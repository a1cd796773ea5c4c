"""Automatic tests on benefits: survey, notice and amount of each grant; a fold of one household's facts, no more."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Final

from services.audit.domain import OpenFinding, evidence_of, objection
from services.audit.rules import in_force
from services.contracts.audit import Evidence
from services.contracts.casework import (
    CommunityReviewed,
    EligibilityConfirmed,
    HouseholdSurveyed,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
)
from services.contracts.deciding import Record
from services.contracts.money import Fen, yuan_text
from services.contracts.registry import Fact
from services.contracts.roles import numbers
from services.contracts.rulebook import RuleBook

SURVEY_BY_ONE: Final = "survey_by_one"
GRANT_WITHOUT_SURVEY: Final = "grant_without_survey"
NOTICE_CUT_SHORT: Final = "notice_cut_short"
GRANT_WITHOUT_NOTICE: Final = "grant_without_notice"
AMOUNT_ABOVE_CEILING: Final = "amount_above_ceiling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The last survey of an application, as stated."""

    stated_valid: bool
    investigators: int
    signed: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """What happened so far in one application."""

    survey: Survey | None = None
    survey_before: Survey | None = None
    posted: Evidence | None = None
    notice_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedures:
    """The applications of one household by number."""

    by_application: dict[str, Procedure] = field(default_factory=dict)

    def of(self, application_no: str) -> Procedure:
        return self.by_application.get(application_no, Procedure())


def follow(procedures: Procedures, record: Record) -> Procedures:
    """The household's procedures after `record`. An objection calls for a new survey, or a community review (art. 19)."""
    match record.fact:
        case HouseholdSurveyed() as fact:
            survey = Survey(
                stated_valid=fact.valid,
                investigators=len(numbers(fact.investigators)),
                signed=fact.family_signed or (bool(fact.witness) and fact.witness not in fact.investigators),
                evidence=evidence_of(record),
            )
            after = replace(procedures.of(fact.application_no), survey=survey)
        case NoticeObjected() as fact:
            before = procedures.of(fact.application_no)
            after = replace(before, survey=None, survey_before=before.survey)
        case CommunityReviewed() as fact if fact.answers_objection:
            before = procedures.of(fact.application_no)
            after = replace(before, survey=before.survey or before.survey_before)
        case NoticePosted() as fact:
            after = replace(procedures.of(fact.application_no), posted=evidence_of(record), notice_closed=False)
        case NoticeClosed() as fact:
            after = replace(procedures.of(fact.application_no), notice_closed=True)
        case _:
            return procedures
    return Procedures(by_application={**procedures.by_application, fact.application_no: after})


def survey_by_one(record: Record) -> OpenFinding | None:
    """A survey stated valid though no two different people made it (民发〔2021〕57号 art. 16); the fact alone tells."""
    fact = record.fact
    if not isinstance(fact, HouseholdSurveyed) or not fact.valid or len(numbers(fact.investigators)) > 1:
        return None
    return objection(
        SURVEY_BY_ONE,
        (evidence_of(record),),
        about=record.envelope.subject,
        town=fact.town,
        zh=f"申请 {fact.application_no} 的入户调查仅一人进行，却记为有效",
        en=f"the survey of application {fact.application_no} was made by one person and yet stated valid",
    )


def grant_without_survey(procedures: Procedures, record: Record, rules: RuleBook) -> OpenFinding | None:
    """A grant whose last survey is missing, invalid, unsigned or by too few (arts. 16, 28); 急难型 comes first."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or fact.emergency:
        return None
    tests = in_force(rules, fact.decided_on)
    if tests is None or fact.need not in tests.survey_needs:
        return None
    survey = procedures.of(fact.application_no).survey
    evidence: tuple[Evidence, ...] = ()
    if survey is None:
        lack_zh, lack_en = "没有入户调查（或异议后未重新调查）", "no household survey (or none after an objection)"
    elif not survey.stated_valid or not survey.signed or survey.investigators < tests.investigators_min:
        lack_zh, lack_en, evidence = "入户调查无效", "no valid household survey", (survey.evidence,)
    else:
        return None
    return objection(
        GRANT_WITHOUT_SURVEY,
        (*evidence, evidence_of(record)),
        about=record.envelope.subject,
        town=fact.town,
        zh=f"申请 {fact.application_no} 已审核确认，但{lack_zh}",
        en=f"application {fact.application_no} was confirmed with {lack_en}",
    )


def notice_cut_short(procedures: Procedures, record: Record, rules: RuleBook) -> OpenFinding | None:
    """A notice taken down before it stood its full days; the first and the last day do not count (art. 19)."""
    fact = record.fact
    if not isinstance(fact, NoticeClosed):
        return None
    tests = in_force(rules, fact.closed_on)
    full_days = (fact.closed_on - fact.posted_on).days - 1
    if tests is None or full_days >= tests.notice_full_days_min:
        return None
    posted = procedures.of(fact.application_no).posted
    shown_days, asked_days = max(0, full_days), tests.notice_full_days_min
    return objection(
        NOTICE_CUT_SHORT,
        (*((posted,) if posted else ()), evidence_of(record)),
        about=record.envelope.subject,
        town=fact.town,
        zh=f"申请 {fact.application_no} 的公示仅满 {shown_days} 日，应满 {asked_days} 日",
        en=f"the notice of application {fact.application_no} stood {shown_days} full days, not {asked_days}",
    )


def grant_without_notice(procedures: Procedures, record: Record, rules: RuleBook) -> OpenFinding | None:
    """A grant decided with no notice posted, or while it was still up (art. 19, 20); 急难型 is helped first."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or fact.emergency:
        return None
    tests = in_force(rules, fact.decided_on)
    procedure = procedures.of(fact.application_no)
    if tests is None or fact.need not in tests.notice_needs or procedure.notice_closed:
        return None
    lack_zh, lack_en = (
        ("公示尚未结束", "while its notice was still up") if procedure.posted else ("没有公示", "without a notice")
    )
    return objection(
        GRANT_WITHOUT_NOTICE,
        (*((procedure.posted,) if procedure.posted else ()), evidence_of(record)),
        about=record.envelope.subject,
        town=fact.town,
        zh=f"申请 {fact.application_no} 已审核确认，但{lack_zh}",
        en=f"application {fact.application_no} was confirmed {lack_en}",
    )


def amount_above_ceiling(record: Record, rules: RuleBook) -> OpenFinding | None:
    """A benefit above what standard × covered members allows for its need (art. 23), top-ups and care fee aside (27)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed):
        return None
    tests = in_force(rules, fact.decided_on)
    permille = tests.ceilings_permille.get(fact.need) if tests else None
    if permille is None:
        return None
    ceiling_fen = fact.standard_fen * fact.covered_members * permille // 1000
    counted = Fen(fact.monthly_amount_fen - fact.top_up_fen - fact.care_fee_fen)
    if counted <= ceiling_fen:
        return None
    amount, ceiling = yuan_text(counted), f"{ceiling_fen // 100:,}.{ceiling_fen % 100:02d}"
    return objection(
        AMOUNT_ABOVE_CEILING,
        (evidence_of(record),),
        about=record.envelope.subject,
        town=fact.town,
        zh=f"申请 {fact.application_no} 的金额 {amount} 元，高于上限 {ceiling} 元",
        en=f"application {fact.application_no} was granted {amount} yuan, above the ceiling of {ceiling} yuan",
    )


@dataclass(slots=True)
class BenefitWatch:
    """The procedures of every household so far."""

    rules: RuleBook
    procedures: dict[str, Procedures] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        CommunityReviewed,
        EligibilityConfirmed,
        HouseholdSurveyed,
        NoticeClosed,
        NoticeObjected,
        NoticePosted,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        subject = record.envelope.subject
        procedures = self.procedures.get(subject, Procedures())
        objections = (
            survey_by_one(record),
            grant_without_survey(procedures, record, self.rules),
            notice_cut_short(procedures, record, self.rules),
            grant_without_notice(procedures, record, self.rules),
            amount_above_ceiling(record, self.rules),
        )
        yield from filter(None, objections)
        self.procedures[subject] = follow(procedures, record)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        yield from ()
