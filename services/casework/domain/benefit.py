"""A benefit in force: looked at again by its cadence, adjusted, ended (动态管理); the first grant is decided elsewhere."""

from datetime import date
from typing import assert_never

from services.casework.domain.changes import claim_of, refused_enough
from services.casework.domain.commands import (
    AdjustBenefit,
    MarkReverificationOverdue,
    PostTermination,
    ReverifyHousehold,
    TerminateBenefit,
)
from services.casework.domain.entitled import covered_groups, covered_people, covered_tiers, looked_at_by
from services.casework.domain.guards import (
    income_is_the_latest,
    member_named,
    members_are_the_latest,
    not_before,
    not_by_investigator,
    not_in_future,
    rejected_unless,
)
from services.casework.domain.members import members_of
from services.casework.domain.planning import planned_again
from services.casework.domain.state import Household
from services.casework.domain.uprating import uprated
from services.casework.rules import Reverification, grant_of
from services.contracts.calendar import notice_last_day
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitTerminated,
    HouseholdReverified,
    ReverificationOverdue,
    TerminationPosted,
)
from services.contracts.clocks import overdue
from services.contracts.deciding import CommandRejected, Context
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.roles import numbers
from services.contracts.sealed import Clear

BenefitCommand = ReverifyHousehold | AdjustBenefit | PostTermination | TerminateBenefit | MarkReverificationOverdue


def decide_benefit(state: Household, command: BenefitCommand, context: Context) -> tuple[Fact, ...]:
    """One step in the life of a monthly benefit; whoever receives one may be looked at, taken-over stock included."""
    rejected_unless(bool(state.category), "no-benefit", "该户没有在享待遇", "the household receives no benefit")
    match command:
        case ReverifyHousehold():
            return _reverified(state, command, context)
        case AdjustBenefit():
            if command.because == "uprating":
                return uprated(state, command, context)
            return (_adjusted(state, command, context),)
        case PostTermination():
            return (_posted(state, command, context),)
        case TerminateBenefit():
            return _terminated(state, command, context)
        case MarkReverificationOverdue():
            return (_overdue(state, command, context),)
        case _:
            assert_never(command)


def _reverified(state: Household, command: ReverifyHousehold, context: Context) -> tuple[Fact, ...]:
    """Two look, as at the first survey (民发〔2021〕57号 arts. 16, 31); no application of years ago is asked for.

    Whoever came into a priority group, or left the last one, gets another plan of services (二(一)、二(三)).
    """
    day = command.reverified_on
    not_in_future("reverified_on", day, context)
    if state.reverified_on is not None:
        not_before("reverified_on", day, "the last re-verification", state.reverified_on)
    pack = context.rule_on("reverification", day, Reverification)
    rejected_unless(
        len(numbers(command.investigators)) >= pack.investigators_min,
        "investigators",
        f"复核须 {pack.investigators_min} 人以上",
        f"at least {pack.investigators_min} must look",
    )
    members_are_the_latest(state, command.opened_at)
    members = members_of(command.members, context, known=True)
    known = members or state.members
    applicant = known[0].person if known else context.pseudonym(command.subject)
    next_by = pack.next_by(command.cadence, day)
    seen = HouseholdReverified(
        town=state.town,
        category=state.category,
        investigators=command.investigators,
        reverified_on=day,
        cadence=command.cadence,
        outcome=command.outcome,
        income_per_head=Clear(person=applicant, group="sensitive", text=str(command.income_per_head_fen)),
        form_sha256=command.form_sha256,
        next_by=looked_at_by(next_by, state.category, command.opened, day, context),
        pack_version=context.rules.version_on("reverification", day),
        members=members,
    )
    priority = any(member.priority for member in members)
    if not members or priority == bool(state.priority_count):
        return (seen,)
    return seen, *planned_again(state, context, priority=priority, care_tiers=tuple(state.care.tiers.values()))


def _adjusted(state: Household, command: AdjustBenefit, context: Context) -> BenefitAdjusted:
    """From the next month, by the standard in force then (民发〔2021〕57号 arts. 21, 23, 31); never without a finding behind it."""
    rejected_unless(state.change_found, "no-change-found", "复核未发现变化", "no re-verification found a change")
    rejected_unless(
        command.covered_members <= max(1, sum(one.person not in state.payable.cut for one in state.members)),
        "covered-members",
        "保障人数超过家庭人数",
        "more covered members than members",
    )
    not_by_investigator(state.verified_by, context)
    income_is_the_latest(state.verified_income, command.income_at)
    members_are_the_latest(state, command.opened_at)
    from_month = Month.of(context.today).plus(1)
    grant = grant_of(
        context,
        state.category,
        from_month.first_day,
        covered_members=command.covered_members,
        income_per_head_fen=command.income_per_head_fen,
        groups=covered_groups(state, command.opened, command.covered_members),
        care_tiers=covered_tiers(state, state.care.tiers, command.covered_members),
    )
    return BenefitAdjusted(
        town=state.town,
        category=state.category,
        before_fen=state.monthly_amount_fen,
        monthly_amount_fen=grant.amount_fen,
        standard_fen=grant.standard_fen,
        covered_members=command.covered_members,
        from_month=from_month,
        decided_on=context.today,
        decided_by=context.actor,
        pack_version=grant.pack_version,
        top_up_fen=grant.top_up_fen,
        care_fee_fen=grant.care_fee_fen,
    )


def _pack_with(reason: str, day: date, context: Context) -> Reverification:
    pack = context.rule_on("reverification", day, Reverification)
    rejected_unless(reason in pack.reasons, "reason-unknown", "停发原因不在目录中", "this reason is not on the list")
    return pack


def _posted(state: Household, command: PostTermination, context: Context) -> TerminationPosted:
    not_in_future("posted_on", command.posted_on, context)
    pack = _pack_with(command.reason, command.posted_on, context)
    days = pack.termination_notice_days.get(state.category, 0)
    rejected_unless(days > 0, "notice-not-needed", "该待遇终止无需公示", "this benefit ends without a notice")
    rejected_unless(state.termination is None, "notice-posted", "终止已公示", "the termination is posted already")
    return TerminationPosted(
        town=state.town,
        category=state.category,
        reason=command.reason,
        posted_on=command.posted_on,
        ends_on=notice_last_day(command.posted_on, days),
        proof_sha256=command.proof_sha256,
        pack_version=context.rules.version_on("reverification", command.posted_on),
    )


def _terminated(state: Household, command: TerminateBenefit, context: Context) -> tuple[Fact, ...]:
    """With its reason; posted before where the pack says so, but after a death at once (民发〔2021〕57号 arts. 31-34).

    What was paid after the end is claimed back with it.
    """
    pack = _pack_with(command.reason, context.today, context)
    rejected_unless(
        (command.reason == "death") == (command.died_on is not None),
        "death-and-day",
        "死亡停发须填死亡日期，其他原因不填",
        "a death needs its day, other reasons have none",
    )
    not_by_investigator(state.verified_by, context)
    _reason_holds(state, command.reason, context)
    last_month = Month.of(context.today)
    if command.died_on is not None:
        not_in_future("died_on", command.died_on, context)
        rejected_unless(
            not state.monthly_amount_fen or state.payable.covered_members <= 1,
            "others-live-on",
            "还有其他保障对象，应登记成员死亡并调整待遇，不得整户停发",
            "others are covered too: record the member's death, which adjusts the benefit; it does not end",
        )
        _whose_death(state, command.person)
        last_month = Month.of(command.died_on)
    elif pack.termination_notice_days.get(state.category, 0):
        posted = state.termination
        if posted is None or posted.reason != command.reason:
            raise CommandRejected("notice-missing", "终止须先公示", "the termination must be posted first")
        rejected_unless(
            context.today > posted.ends_on, "notice-running", "公示期未满", "the notice has not run its days"
        )
    ended = BenefitTerminated(
        town=state.town,
        category=state.category,
        reason=command.reason,
        from_month=last_month.plus(1),
        decided_on=context.today,
        decided_by=context.actor,
        pack_version=context.rules.version_on("reverification", context.today),
        reassessments_dropped=tuple(report.person for report in state.care.reports),
    )
    if command.paid_through is None:
        return (ended,)
    claim = claim_of(state, ended.from_month, command.paid_through, command.reason, command.paid, context)
    return (ended,) if claim is None else (ended, claim)


def _whose_death(state: Household, named: str | None) -> None:
    """Where it is said who died, the amount was for that person: another's death ends nothing (57号 art. 32)."""
    if named is None:
        return
    person = member_named(state, named)
    rejected_unless(
        not state.monthly_amount_fen or person in covered_people(state, state.payable.covered_members),
        "person-not-covered",
        "去世的不是保障对象，应登记成员死亡，待遇不终止",
        "who died is not covered: record the member's death; the benefit does not end",
    )


def _reason_holds(state: Household, reason: str, context: Context) -> None:
    """An income from a job ends the benefit only in the last month of the gradual exit, refused jobs only enough of them.

    民发〔2021〕57号 arts. 32-34: 渐退期; 连续三次无正当理由拒绝工作.
    """
    until = state.payable.exit_until
    if reason == "job_refusals":
        refused_enough(state, context)
    rejected_unless(
        reason != "income" or until is None or Month.of(context.today) >= until,
        "gradual-exit-running",
        "渐退期未满",
        "the gradual exit has not run its months",
    )


def _overdue(state: Household, command: MarkReverificationOverdue, context: Context) -> ReverificationOverdue:
    rejected_unless(
        state.reverify_by == command.due_on and overdue(command.due_on, context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    rejected_unless(not state.reverify_overdue, "overdue-known", "该逾期已登记", "it is stated already")
    return ReverificationOverdue(
        town=state.town, category=state.category, due_on=command.due_on, responsible=f"officer:{state.officer}"
    )
