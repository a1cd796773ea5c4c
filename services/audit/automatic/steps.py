"""Automatic tests on the steps of a case: nothing decided without acceptance, check, opinion, visit or assessment."""

from typing import Final

from services.audit.automatic.courses import Course
from services.audit.automatic.telling import figure_of, told
from services.audit.domain import OpenFinding
from services.contracts.casework import (
    BenefitTerminated,
    CaseClosed,
    CommunityReviewed,
    EligibilityConfirmed,
    EligibilityRefused,
    StepOverdue,
)
from services.contracts.clock_words import clock_name
from services.contracts.deciding import Record
from services.contracts.money import yuan_text
from services.contracts.months import Month
from services.contracts.rulebook import RuleBook

GRANT_WITHOUT_ACCEPTANCE: Final = "grant_without_acceptance"
GRANT_WITHOUT_CHECK: Final = "grant_without_check"
CONFLICT_UNRESOLVED: Final = "conflict_unresolved"
GRANT_WITHOUT_SUBMISSION: Final = "grant_without_submission"
BUREAU_VISIT_MISSING: Final = "bureau_visit_missing"
TEKUN_UNASSESSED: Final = "tekun_unassessed"
COVERED_ABOVE_MEMBERS: Final = "covered_above_members"
GRANT_FROM_WRONG_MONTH: Final = "grant_from_wrong_month"
NOTICED_AMOUNT_DIFFERS: Final = "noticed_amount_differs"
DECIDED_TWICE: Final = "decided_twice"
CASE_CLOSED_UNASKED: Final = "case_closed_unasked"
STEP_OVERDUE: Final = "step_overdue"
REVIEW_BY_TOO_FEW: Final = "review_by_too_few"
TERMINATION_WITHOUT_NOTICE: Final = "termination_without_notice"


def grant_without_acceptance(course: Course, record: Record) -> OpenFinding | None:
    """A grant to whom no accepted application became a case (民发〔2021〕57号 art. 28: 未经受理不得审核确认)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or course.opened:
        return None
    return told(
        GRANT_WITHOUT_ACCEPTANCE,
        record,
        zh=f"{fact.application_no} 未经受理立案即审核确认",
        en=f"{fact.application_no} was confirmed though it was never accepted",
    )


def grant_without_check(course: Course, record: Record) -> OpenFinding | None:
    """A grant before the information check came back, where its procedure owes one (arts. 17, 18); 急难型 comes first."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or fact.emergency or "checked" not in course.owed:
        return None
    if course.check_requested and course.check_returned:
        return None
    lack_zh, lack_en = ("未返回", "came back") if course.check_requested else ("未发起", "was asked for")
    return told(
        GRANT_WITHOUT_CHECK,
        record,
        course.opened,
        zh=f"{fact.application_no} 的家庭经济状况信息核对{lack_zh}即审核确认",
        en=f"{fact.application_no} was confirmed before its information check {lack_en}",
    )


def conflict_unresolved(course: Course, record: Record) -> OpenFinding | None:
    """A grant while a register contradicts the household and nobody has settled it (art. 18), emergencies included."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or not course.conflicts:
        return None
    registers = sorted(course.conflicts)
    return told(
        CONFLICT_UNRESOLVED,
        record,
        *{one.event_id: one for one in course.conflicts.values()}.values(),
        zh=f"{fact.application_no} 的核对不一致（{'、'.join(registers)}）未核实即审核确认",
        en=f"{fact.application_no} was confirmed while {', '.join(registers)} contradicted it",
    )


def grant_without_submission(course: Course, record: Record) -> OpenFinding | None:
    """A grant before the town sent its opinion and the papers (art. 20), where the procedure owes that."""
    fact = record.fact
    owed = "submitted" in course.owed
    if not isinstance(fact, EligibilityConfirmed) or fact.emergency or not owed or course.submitted:
        return None
    return told(
        GRANT_WITHOUT_SUBMISSION,
        record,
        course.opened,
        zh=f"{fact.application_no} 未经镇街报送审核意见即审核确认",
        en=f"{fact.application_no} was confirmed before the town had sent its opinion",
    )


def bureau_visit_missing(course: Course, record: Record) -> OpenFinding | None:
    """A grant to a near relative, or after an objection or complaint, without the bureau's own visit since (art. 20)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or fact.emergency or not course.bureau_owed or course.bureau_visited:
        return None
    return told(
        BUREAU_VISIT_MISSING,
        record,
        course.bureau_owed,
        zh=f"{fact.application_no} 属近亲属、有异议或有投诉举报，区民政局未入户即审核确认",
        en=f"{fact.application_no} is a near relative's, objected to or complained of; the bureau did not visit",
    )


def tekun_unassessed(course: Course, record: Record) -> OpenFinding | None:
    """A tekun grant without an assessment of ability (特困人员认定办法 2021: 生活自理能力评估)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or "ability_assessed" not in course.owed or course.assessed:
        return None
    return told(
        TEKUN_UNASSESSED,
        record,
        course.opened,
        zh=f"{fact.application_no} 未评估生活自理能力即认定特困",
        en=f"{fact.application_no} was recognised as tekun without an assessment of ability",
    )


def covered_above_members(course: Course, record: Record) -> OpenFinding | None:
    """A benefit for more people than the valid survey found, or without one were accepted (art. 23: 按共同生活家庭成员计算)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed):
        return None
    members = course.surveyed_count or course.member_count
    if not members or fact.covered_members <= members:
        return None
    return told(
        COVERED_ABOVE_MEMBERS,
        record,
        course.opened,
        zh=f"{fact.application_no} 保障 {fact.covered_members} 人，家庭仅 {members} 人",
        en=f"{fact.application_no} covers {fact.covered_members} people of a household of {members}",
    )


def grant_from_wrong_month(record: Record) -> OpenFinding | None:
    """A monthly benefit that begins in another month than the one after the decision (art. 21: 次月起)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or fact.one_off or fact.reverify_by is None:
        return None
    due = Month.of(fact.decided_on).plus(1)
    if fact.from_month == due:
        return None
    return told(
        GRANT_FROM_WRONG_MONTH,
        record,
        zh=f"{fact.application_no} 自 {fact.from_month} 发放，应自 {due}",
        en=f"{fact.application_no} is paid from {fact.from_month}, not from {due}",
    )


def noticed_amount_differs(course: Course, record: Record) -> OpenFinding | None:
    """A monthly amount granted that is above the one that hung for the neighbours to see (art. 19)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed) or fact.one_off or not course.proposed_fen:
        return None
    if fact.monthly_amount_fen <= course.proposed_fen:
        return None
    return told(
        NOTICED_AMOUNT_DIFFERS,
        record,
        course.proposed,
        zh=f"{fact.application_no} 确认金额 {yuan_text(fact.monthly_amount_fen)} 元，高于公示金额",
        en=f"{fact.application_no} was granted {yuan_text(fact.monthly_amount_fen)} yuan, more than its notice said",
    )


def decided_twice(course: Course, record: Record) -> OpenFinding | None:
    """An application decided once more, help after a refusal say, without a new application (arts. 20, 21)."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed | EligibilityRefused) or course.decided is None:
        return None
    return told(
        DECIDED_TWICE,
        record,
        course.decided,
        zh=f"{fact.application_no} 已有决定，又作出一次决定",
        en=f"{fact.application_no} had been decided and was decided again",
    )


def case_closed_unasked(course: Course, record: Record) -> OpenFinding | None:
    """A case put down as withdrawn though nobody withdrew it (社会救助暂行办法 art. 66: 拒不受理、未予批准)."""
    fact = record.fact
    if not isinstance(fact, CaseClosed) or fact.reason != "withdrawn" or course.withdrawn:
        return None
    return told(
        CASE_CLOSED_UNASKED,
        record,
        course.opened,
        zh=f"{fact.application_no} 以撤回结案，但没有申请人撤回的记录",
        en=f"{fact.application_no} was closed as withdrawn, and nobody withdrew it",
    )


def step_overdue(record: Record) -> OpenFinding | None:
    """A clock of a step ran out, as its timer stated (限时办理, 方案四(一)); whole terms and papers `terms` counts itself."""
    fact = record.fact
    if not isinstance(fact, StepOverdue) or fact.clock in ("outer", "bureau", "papers"):
        return None
    zh, en = clock_name(fact.clock)
    return told(
        STEP_OVERDUE,
        record,
        zh=f"{fact.application_no} 的{zh}时限 {fact.due_on} 已过，责任人 {fact.responsible}",
        en=f"the clock “{en}” of {fact.application_no} ran out on {fact.due_on}; {fact.responsible} answers for it",
    )


def review_by_too_few(record: Record, rules: RuleBook) -> OpenFinding | None:
    """A community review stated valid though fewer took part than the pack asks for (art. 19: 民主评议)."""
    fact = record.fact
    if not isinstance(fact, CommunityReviewed) or not fact.valid:
        return None
    least = figure_of(rules, REVIEW_BY_TOO_FEW, "participants_min", record)
    if least is None or fact.participants_count >= least:
        return None
    return told(
        REVIEW_BY_TOO_FEW,
        record,
        zh=f"{fact.application_no} 的民主评议仅 {fact.participants_count} 人参加，应不少于 {least} 人",
        en=f"{fact.participants_count} people reviewed {fact.application_no}, at least {least} are asked for",
    )


def termination_without_notice(posted: bool, record: Record) -> OpenFinding | None:
    """A tekun benefit ended with no notice of it first, a death aside (特困人员认定办法 2021: 终止公示七日)."""
    fact = record.fact
    if not isinstance(fact, BenefitTerminated) or fact.category != "tekun" or fact.reason == "death" or posted:
        return None
    return told(
        TERMINATION_WITHOUT_NOTICE,
        record,
        zh=f"特困供养终止（{fact.reason}）未先公示",
        en=f"a tekun benefit was ended ({fact.reason}) without a notice first",
    )
