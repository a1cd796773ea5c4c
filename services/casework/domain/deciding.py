"""The decision of a case: papers arrive at the bureau, it visits, it decides (审核确认) or a town does, a refusal is delivered."""

from datetime import date

from services.casework.domain.cases import Case
from services.casework.domain.checking import everybody_authorised, no_conflict
from services.casework.domain.commands import DecideEligibility, DeliverRefusal, RecordBureauVisit, SubmitOpinion
from services.casework.domain.entitled import care_points_missed, looked_at_by, may_have_tekun, of_case
from services.casework.domain.guards import (
    case_of,
    income_is_the_latest,
    no_personal_number,
    not_before,
    not_by_investigator,
    not_in_future,
    of_role,
    rejected_unless,
    undecided_case_of,
)
from services.casework.domain.planning import planned
from services.casework.domain.recognising import recognised
from services.casework.domain.state import Household
from services.casework.rules import Grant, Procedure, Reverification, Steps, grant_of, steps_of, suit_last_day
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import (
    BureauVisited,
    EligibilityConfirmed,
    EligibilityRefused,
    OpinionSubmitted,
    RefusalDelivered,
    ServicePlanned,
)
from services.contracts.deciding import CommandRejected, Context
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.roles import same_person


def submit_opinion(state: Household, command: SubmitOpinion, context: Context) -> OpinionSubmitted:
    """The bureau's term runs from here (民发〔2021〕57号 art. 20; 特困人员认定办法 2021)."""
    case = undecided_case_of(state, command.application_no)
    rejected_unless(case.submitted_on is None, "opinion-submitted", "已报区民政局", "the bureau has the papers already")
    not_in_future("submitted_on", command.submitted_on, context)
    steps = steps_of(context, case.need, command.submitted_on)
    town_has_done_its_part(case, steps, "submitted_on", command.submitted_on)
    calendar = context.rule_on("calendar", command.submitted_on, WorkingCalendar)
    return OpinionSubmitted(
        application_no=case.application_no,
        town=case.town,
        submitted_on=command.submitted_on,
        received_by=command.received_by,
        decide_by=calendar.plus_workdays(command.submitted_on, steps.bureau_workdays),
        pack_version=context.rules.version_on("procedure", command.submitted_on),
    )


def visit_by_bureau(state: Household, command: RecordBureauVisit, context: Context) -> BureauVisited:
    """A visit by those who did not investigate for the town (民发〔2021〕57号 art. 20)."""
    case = case_of(state, command.application_no)
    not_in_future("visited_on", command.visited_on, context)
    not_before("visited_on", command.visited_on, "accepted_on", case.accepted_on)
    if case.visit_since is not None:
        not_before("visited_on", command.visited_on, "the objection or complaint", case.visit_since)
    of_role(
        command.visitors, ("bureau", "bureau-leader"), "visitor-not-bureau",
        "区民政局入户应由区民政局人员进行", "the bureau's own visit is made by people of the bureau",
    )  # fmt: skip
    rejected_unless(
        not any(same_person(visitor, *case.investigators) for visitor in command.visitors),
        "visited-by-investigator",
        "调查人员不能代替区民政局入户",
        "an investigator of the case is not the bureau's own visitor",
    )
    return BureauVisited(
        application_no=case.application_no,
        town=case.town,
        visitors=command.visitors,
        visited_on=command.visited_on,
        form_sha256=command.form_sha256,
    )


def deliver_refusal(state: Household, command: DeliverRefusal, context: Context) -> RefusalDelivered:
    """A refusal reaches the applicant in writing, and with it the terms of his rights (民发〔2021〕57号 arts. 21, 36-38)."""
    refused = next((r for r in state.refusals if r.application_no == command.application_no), None)
    if refused is None:
        raise CommandRejected("no-refusal", "没有待送达的不予确认告知", "no refusal waits to be delivered")
    not_in_future("delivered_on", command.delivered_on, context)
    not_before("delivered_on", command.delivered_on, "decided_on", refused.decided_on)
    remedies = context.rule_on("procedure", command.delivered_on, Procedure).remedies
    calendar = context.rule_on("calendar", command.delivered_on, WorkingCalendar)
    return RefusalDelivered(
        application_no=refused.application_no,
        town=refused.town,
        delivered_on=command.delivered_on,
        due_on=refused.written_notice_by,
        form_sha256=command.form_sha256,
        remedies=remedies.texts if remedies else (),
        review_by=calendar.deadline_in_days(command.delivered_on, remedies.review_days) if remedies else None,
        sue_by=suit_last_day(calendar, command.delivered_on, remedies.sue_months) if remedies else None,
    )


def decide_eligibility(state: Household, command: DecideEligibility, context: Context) -> tuple[Fact, ...]:
    """Confirm, with a service plan for monthly benefits, or refuse with reason and a term for the written notice."""
    case = undecided_case_of(state, command.application_no)
    decided_on = command.decided_on or context.today
    not_in_future("decided_on", decided_on, context)
    not_before("decided_on", decided_on, "accepted_on", case.accepted_on)
    steps = steps_of(context, case.need, decided_on)
    _may_decide(case, steps, context)
    if command.outcome == "refused":
        return (_refused(case, command, steps, decided_on, context),)
    _must_be_done(case, command, steps, decided_on)
    return _confirmed(state, case, command, steps, decided_on, context)


def _may_decide(case: Case, steps: Steps, context: Context) -> None:
    """The bureau decides (民发〔2021〕57号 art. 20), nobody who investigated does; small sums may be a town's."""
    rejected_unless(
        context.town is None or steps.town_decides, "bureau-decides", "应由区民政局审核确认", "the bureau decides this"
    )
    not_by_investigator(case.investigators, context)


def _must_be_done(case: Case, command: DecideEligibility, steps: Steps, decided_on: date) -> None:
    """No grant without survey, check, notice and opinion (57号 arts. 16-20, 28); the pack excepts emergencies."""
    if command.emergency and steps.emergency_first:
        no_conflict(case)
        return
    town_has_done_its_part(case, steps, "decided_on", decided_on)
    if "submitted" in steps.steps:
        if case.submitted_on is None:
            raise CommandRejected("submission-missing", "镇街尚未上报审核意见", "the town has not sent its opinion")
        not_before("decided_on", decided_on, "submitted_on", case.submitted_on)
    bureau_has_visited(case)


def bureau_has_visited(case: Case) -> None:
    """Where it must (民发〔2021〕57号 art. 20), and after the objection or complaint that calls for it."""
    rejected_unless(
        not case.bureau_must_visit or case.bureau_visited_on is not None,
        "bureau-visit-missing",
        "近亲属、有异议或有投诉举报的，区民政局应当入户",
        "near relatives, objections or complaints: the bureau must visit itself",
    )


def town_has_done_its_part(case: Case, steps: Steps, field: str, day: date) -> None:
    """A valid survey, a check without open conflicts and a notice that hung its full days, all before `day`."""
    no_conflict(case)
    if case.surveyed_on is None or case.to_reinvestigate:
        raise CommandRejected("survey-missing", "没有有效的入户调查", "there is no valid survey")
    rejected_unless(case.check == "returned", "check-missing", "信息核对尚未完成", "the check has not returned")
    everybody_authorised(case)
    lacking = sorted(steps.registers_required - set(case.checked_registers))
    rejected_unless(
        not lacking,
        "register-missing",
        f"规程要求核对的单位尚未核对：{'、'.join(lacking)}",
        f"registers that the procedure requires were not asked: {', '.join(lacking)}",
    )
    if case.notice != "closed" or case.notice_ends_on is None:
        raise CommandRejected("notice-missing", "公示未完成", "the notice has not been posted and closed")
    rejected_unless(
        not (steps.notice_again and case.objected_on_posting),
        "notice-again",
        "有异议，须重新公示",
        "there were objections: the new opinion must be posted again",
    )
    rejected_unless(day > case.notice_ends_on, "notice-running", "公示期未满", "the notice had not run its days")
    not_before(field, day, "surveyed_on", case.surveyed_on)


def _refused(
    case: Case, command: DecideEligibility, steps: Steps, decided_on: date, context: Context
) -> EligibilityRefused:
    """In writing, with the reason, within the term (民发〔2021〕57号 art. 21)."""
    rejected_unless(bool(command.reason.strip()), "reason-missing", "不予确认须说明理由", "a refusal needs a reason")
    no_personal_number(command.reason)
    remedies = context.rule_on("procedure", decided_on, Procedure).remedies
    return EligibilityRefused(
        application_no=case.application_no,
        need=case.need,
        town=case.town,
        reason=command.reason,
        written_notice_by=context.rule_on("calendar", decided_on, WorkingCalendar).plus_workdays(
            decided_on, steps.refusal_notice_workdays
        ),
        decided_on=decided_on,
        decided_by=context.actor,
        pack_version=context.rules.version_on("procedure", decided_on),
        remedies=remedies.texts if remedies else (),
        bureau_visited=case.bureau_visited_on is not None,
        spot_check_permille=steps.spot_check_permille,
    )


def _confirmed(
    state: Household, case: Case, command: DecideEligibility, steps: Steps, decided_on: date, context: Context
) -> tuple[Fact, ...]:
    """Granted from the month after the decision (民发〔2021〕57号 art. 21), by the standard of that month; a single sum at once."""
    covered = command.covered_members or case.coverable_count
    rejected_unless(
        covered <= case.coverable_count, "covered-members", "保障人数超过家庭人数", "more covered members than members"
    )
    if steps.monthly or steps.valid_months:
        _no_other_benefit(state, decided_on, context)
    may_have_tekun(state, case, command, steps, decided_on, context)
    income_is_the_latest(case.income_per_head, command.income_at)
    if steps.valid_months:
        confirmed = recognised(case, command, steps, decided_on, covered, context)
        return confirmed, _planned(state, case, command, decided_on, context)
    from_month = Month.of(decided_on).plus(1 if steps.monthly else 0)
    grant = grant_of(
        context, case.need, from_month.first_day if steps.monthly else decided_on, covered_members=covered, income_per_head_fen=command.income_per_head_fen,
        **of_case(state, case, command, covered),
    )  # fmt: skip
    emergency = command.emergency and steps.emergency_first
    confirmed = EligibilityConfirmed(
        application_no=case.application_no,
        need=case.need,
        town=case.town,
        committee=case.committee,
        monthly_amount_fen=grant.amount_fen,
        one_off=not steps.monthly,
        standard_fen=grant.standard_fen,
        covered_members=covered,
        from_month=from_month,
        decided_on=decided_on,
        decided_by=context.actor,
        pack_version=grant.pack_version,
        emergency=emergency,
        reverify_by=_first_look(case, command, decided_on, context) if steps.monthly else None,
        top_up_fen=grant.top_up_fen,
        care_fee_fen=grant.care_fee_fen,
        missing_points=care_points_missed(state, case, steps),
        papers_by=_papers_by(steps, decided_on, context) if emergency else None,
        reserve_fund=_reserve_fund(case, command, steps, grant, context),
        bureau_visited=case.bureau_visited_on is not None,
        spot_check_permille=steps.spot_check_permille,
    )
    if not steps.monthly:
        return (confirmed,)
    return confirmed, _planned(state, case, command, decided_on, context)


def _papers_by(steps: Steps, decided_on: date, context: Context) -> date:
    """An emergency is helped first; what it was helped without is done within a locally set term (国发〔2014〕47号)."""
    return context.rule_on("calendar", decided_on, WorkingCalendar).plus_workdays(decided_on, steps.papers_workdays)


def _reserve_fund(case: Case, command: DecideEligibility, steps: Steps, grant: Grant, context: Context) -> str:
    """A town decides small sums only, each from its own reserve fund (临时救助备用金, 国发〔2014〕47号)."""
    fund = command.reserve_fund or ""
    if context.town is None:
        rejected_unless(not fund, "fund-of-a-town", "区民政局不动用镇街备用金", "the bureau does not use a town's fund")
        return ""
    rejected_unless(
        grant.amount_fen <= steps.town_limit_fen,
        "town-limit",
        "超过委托镇街审核确认的额度",
        "more than a town may decide",
    )
    rejected_unless(
        fund.startswith(f"{case.town}-"),
        "reserve-fund-missing",
        "须列明本镇街备用金",
        "name the town's own reserve fund",
    )
    return fund


def _first_look(case: Case, command: DecideEligibility, decided_on: date, context: Context) -> date:
    """When a new grant is looked at again (民发〔2021〕57号 art. 31)."""
    pack = context.rule_on("reverification", decided_on, Reverification)
    next_by = pack.next_by(pack.first.get(case.need, ""), decided_on)
    return looked_at_by(next_by, case.need, command.opened, decided_on, context)


def _no_other_benefit(state: Household, day: date, context: Context) -> None:
    """Dibao and tekun exclude each other, and neither is granted twice."""
    in_force = context.rule_on("procedure", day, Procedure).needs.get(state.category)
    rejected_unless(
        in_force is None or not in_force.monthly,
        "benefit-in-force",
        f"该户已享受 {state.category}",
        f"the household already receives {state.category}",
    )


def _planned(state: Household, case: Case, command: DecideEligibility, day: date, context: Context) -> ServicePlanned:
    """Somebody is named who visits (确保责有人负, 四(二)); priority households (二(一)) by their row of the plan."""
    if command.officer is None:
        raise CommandRejected("officer-missing", "须指定专职低保员", "name the officer who will visit")
    return planned(
        context,
        day,
        town=case.town,
        committee=case.committee,
        officer=command.officer,
        category=case.need,
        priority=bool(state.priority_count),
        care_tiers=tuple(one.care_tier for one in state.care.assessments if one.application_no == case.application_no),
    )
