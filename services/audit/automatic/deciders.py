"""Automatic tests on who did what: nobody decides what they looked into or accepted, nobody answers for themselves."""

from typing import Final

from services.audit.automatic.courses import Course, Courses
from services.audit.automatic.telling import figure_of, number_of, told
from services.audit.domain import OpenFinding
from services.contracts.casework import (
    AbilityAssessed,
    BenefitAdjusted,
    BenefitResumed,
    BenefitSuspended,
    BenefitTerminated,
    BureauVisited,
    ComplaintAnswered,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    NoticePosted,
)
from services.contracts.deciding import Record
from services.contracts.intake import ApplicationWithdrawn, NearRelativeDeclared
from services.contracts.money import yuan_text
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

DECIDED_BY_INVESTIGATOR: Final = "decided_by_investigator"
DECIDED_BY_ACCEPTOR: Final = "decided_by_acceptor"
DECIDED_BY_TOWN: Final = "decided_by_town"
CHANGE_BY_INVESTIGATOR: Final = "change_by_investigator"
VISITOR_INVESTIGATED: Final = "visitor_investigated"
RELATIVE_TOOK_PART: Final = "relative_took_part"
RELATIVE_FOUND_LATE: Final = "relative_found_late"
COMPLAINT_ANSWERED_BY_INVOLVED: Final = "complaint_answered_by_involved"
WITHDRAWAL_WITHOUT_REASON: Final = "withdrawal_without_reason"
REFUSAL_WITHOUT_REASON: Final = "refusal_without_reason"

CHANGES: Final[tuple[type[Fact], ...]] = (BenefitAdjusted, BenefitResumed, BenefitSuspended, BenefitTerminated)


def decided_by_investigator(course: Course, record: Record) -> OpenFinding | None:
    """A decision by somebody who investigated the case (会计法：不相容职务分离; 民发〔2021〕57号 arts. 16, 20)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed | EligibilityRefused):
        return None
    if number_of(fact.decided_by) not in course.investigators:
        return None
    return told(
        DECIDED_BY_INVESTIGATOR,
        record,
        course.opened,
        zh=f"{fact.application_no} 由调查人员 {fact.decided_by} 本人作出决定",
        en=f"{fact.application_no} was decided by {fact.decided_by}, who had investigated it",
    )


def decided_by_acceptor(course: Course, record: Record) -> OpenFinding | None:
    """A decision by somebody who took the application in at the window (57号 arts. 8, 20: 受理与审核确认分离)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed | EligibilityRefused):
        return None
    if number_of(fact.decided_by) not in course.accepted_by:
        return None
    return told(
        DECIDED_BY_ACCEPTOR,
        record,
        course.opened,
        zh=f"{fact.application_no} 由受理人 {fact.decided_by} 本人作出决定",
        en=f"{fact.application_no} was decided by {fact.decided_by}, who had accepted it",
    )


def decided_by_town(record: Record, rules: RuleBook) -> OpenFinding | None:
    """A grant not by the bureau, but for a small sum of a town's own reserve fund (art. 20; 国发〔2014〕47号)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or fact.decided_by.partition(":")[0].startswith("bureau"):
        return None
    limit = figure_of(rules, DECIDED_BY_TOWN, "town_limit_fen", record)
    if limit is None or (fact.reserve_fund.startswith(f"{fact.town}-") and fact.monthly_amount_fen <= limit):
        return None
    return told(
        DECIDED_BY_TOWN,
        record,
        zh=f"{fact.application_no}（{yuan_text(fact.monthly_amount_fen)} 元）由 {fact.decided_by} 决定，应由区民政局审核确认",
        en=f"{fact.application_no} ({yuan_text(fact.monthly_amount_fen)} yuan) was decided by {fact.decided_by}, not the bureau",
    )


def change_by_investigator(courses: Courses, record: Record) -> OpenFinding | None:
    """A benefit changed by somebody who had looked at the household again (art. 31; 不相容职务分离)."""
    fact = record.fact
    if not isinstance(fact, BenefitAdjusted | BenefitResumed | BenefitSuspended | BenefitTerminated):
        return None
    if courses.looked is None or number_of(fact.decided_by) not in courses.looked_by:
        return None
    return told(
        CHANGE_BY_INVESTIGATOR,
        record,
        courses.looked,
        zh=f"待遇变动由复核人员 {fact.decided_by} 本人决定",
        en=f"the benefit was changed by {fact.decided_by}, who had looked at the household again",
    )


def visitor_investigated(course: Course, record: Record) -> OpenFinding | None:
    """The bureau's own visit made by somebody who had investigated for the town (art. 20)."""
    fact = record.fact
    if not isinstance(fact, BureauVisited):
        return None
    same = sorted({number_of(one) for one in fact.visitors} & course.investigators)
    if not same:
        return None
    return told(
        VISITOR_INVESTIGATED,
        record,
        course.opened,
        zh=f"{fact.application_no} 的区级入户由原调查人员 {'、'.join(same)} 进行",
        en=f"the bureau's visit for {fact.application_no} was made by {', '.join(same)}, who had investigated",
    )


def relative_took_part(courses: Courses, record: Record) -> OpenFinding | None:
    """A near relative of the applicant surveyed, assessed, signed, visited or decided after it was declared (四(一): 回避)."""
    fact = record.fact
    match fact:
        case HouseholdSurveyed():
            people = fact.investigators
        case AbilityAssessed():
            people = fact.assessors
        case BureauVisited():
            people = fact.visitors
        case NoticePosted():
            people = (fact.opinion_signed_by,)
        case EligibilityConfirmed() | EligibilityRefused():
            people = (fact.decided_by,)
        case _:
            return None
    relatives = courses.relatives.get(courses.of(fact.application_no).request_no, {})
    same = sorted({number_of(one) for one in people} & relatives.keys())
    if not same:
        return None
    return told(
        RELATIVE_TOOK_PART,
        record,
        *(relatives[one] for one in same),
        zh=f"申请人近亲属 {'、'.join(same)} 经办了 {fact.application_no}，应当回避",
        en=f"{', '.join(same)}, near relative of the applicant, took part in {fact.application_no}",
    )


def relative_found_late(record: Record) -> OpenFinding | None:
    """A near relative among the staff whom somebody else found out after the case had been accepted (四(一): 单独登记备案)."""
    fact = record.fact
    if not isinstance(fact, NearRelativeDeclared) or fact.declared_by != "found" or not fact.open_cases:
        return None
    return told(
        RELATIVE_FOUND_LATE,
        record,
        zh=f"{fact.staff or '经办人员'} 是申请人近亲属，未主动报备，立案后由他人发现",
        en=f"{fact.staff or 'somebody of the staff'} is a near relative and did not declare it; found after acceptance",
    )


def complaint_answered_by_involved(courses: Courses, record: Record) -> OpenFinding | None:
    """A complaint answered by somebody it can be about: whoever had worked for the household (arts. 36-38)."""
    fact = record.fact
    if not isinstance(fact, ComplaintAnswered):
        return None
    received, involved = courses.complaints.get(fact.complaint_no, (None, frozenset[str]()))
    if number_of(record.envelope.actor) not in involved:
        return None
    return told(
        COMPLAINT_ANSWERED_BY_INVOLVED,
        record,
        received,
        zh=f"投诉 {fact.complaint_no} 由经办该户的 {record.envelope.actor} 本人答复",
        en=f"complaint {fact.complaint_no} was answered by {record.envelope.actor}, who works for this household",
    )


def withdrawal_without_reason(record: Record) -> OpenFinding | None:
    """An application taken back with no reason written down (57号 art. 28; 社会救助暂行办法 art. 66)."""
    fact = record.fact
    if not isinstance(fact, ApplicationWithdrawn) or fact.reason.strip():
        return None
    return told(
        WITHDRAWAL_WITHOUT_REASON,
        record,
        zh=f"{fact.application_no} 撤回申请未写明理由",
        en=f"{fact.application_no} was withdrawn without a written reason",
    )


def refusal_without_reason(record: Record) -> OpenFinding | None:
    """A refusal without a reason, or that names no remedy (arts. 21, 36-38)."""
    fact = record.fact
    if not isinstance(fact, EligibilityRefused) or (fact.reason.strip() and fact.remedies):
        return None
    lack_zh, lack_en = ("救济途径", "remedy") if fact.reason.strip() else ("理由", "reason")
    return told(
        REFUSAL_WITHOUT_REASON,
        record,
        zh=f"{fact.application_no} 不予确认，未写明{lack_zh}",
        en=f"{fact.application_no} was refused and no {lack_en} is named",
    )
