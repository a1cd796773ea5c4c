"""A tekun person's ability: assessed before the grant, reported as changed, assessed again; and the care that is arranged."""

from typing import assert_never

import msgspec

from services.casework.domain.commands import (
    ArrangeCare,
    AssessAbility,
    MarkReassessmentOverdue,
    ReportAbilityChange,
)
from services.casework.domain.entitled import covered_tiers
from services.casework.domain.guards import case_of, member_named, not_before, not_in_future, rejected_unless
from services.casework.domain.planning import planned_again
from services.casework.domain.state import Household
from services.casework.rules import Ability, grant_of, steps_of
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import (
    AbilityAssessed,
    AbilityChangeReported,
    BenefitAdjusted,
    CareArranged,
    ReassessmentOverdue,
)
from services.contracts.clocks import overdue
from services.contracts.deciding import CommandRejected, Context
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.roles import numbers
from services.contracts.sealed import Clear

AbilityCommand = AssessAbility | ReportAbilityChange | ArrangeCare | MarkReassessmentOverdue


def decide_ability(state: Household, command: AbilityCommand, context: Context) -> tuple[Fact, ...]:
    """One step about a person's ability or care."""
    match command:
        case AssessAbility():
            return _assessed(state, command, context)
        case ReportAbilityChange():
            return (_reported(state, command, context),)
        case ArrangeCare():
            return (_arranged(state, command, context),)
        case MarkReassessmentOverdue():
            return (_overdue(state, command, context),)
        case _:
            assert_never(command)


def _assessed(state: Household, command: AssessAbility, context: Context) -> tuple[Fact, ...]:
    """Six items, by two (特困人员认定办法 2021); of a benefit in force, fee and plan follow a new tier at once."""
    day = command.assessed_on
    not_in_future("assessed_on", day, context)
    person = member_named(state, command.person)
    pack = context.rule_on("ability", day, Ability)
    rejected_unless(
        len(numbers(command.assessors)) >= pack.assessors_min,
        "assessors",
        f"评估须 {pack.assessors_min} 人以上",
        f"at least {pack.assessors_min} must assess",
    )
    _in_order(state, command, person, context)
    level = pack.level_of(frozenset(command.failed_items))
    assessed = AbilityAssessed(
        application_no=command.application_no,
        town=state.town,
        person=person,
        assessors=command.assessors,
        assessed_on=day,
        failed_items=Clear(
            person=person, group="sensitive", text=msgspec.json.encode(sorted(set(command.failed_items))).decode()
        ),
        ability=level.ability,
        care_tier=level.care_tier,
        form_sha256=command.form_sha256,
        pack_version=context.rules.version_on("ability", day),
    )
    return (assessed,) if command.application_no else (assessed, *_followed(state, assessed, context))


def _in_order(state: Household, command: AssessAbility, person: str, context: Context) -> None:
    """An assessment belongs to an open case that asks for one, or follows what is known of the benefit in force."""
    day = command.assessed_on
    if command.application_no:
        case = case_of(state, command.application_no)
        rejected_unless(
            "ability_assessed" in steps_of(context, case.need, case.accepted_on).steps,
            "assessment-not-asked",
            "该事项无需评估生活自理能力",
            "this need asks for no assessment",
        )
        rejected_unless(
            state.category != "tekun", "benefit-in-force", "该户已享受特困供养", "the household receives tekun already"
        )
        not_before("assessed_on", day, "accepted_on", case.accepted_on)
        return
    _receives_tekun(state)
    before, report = state.care.assessment_of(person), state.care.report_of(person)
    if before is not None and before.assessed_on is not None:
        not_before("assessed_on", day, "the last assessment", before.assessed_on)
    if report is not None:
        not_before("assessed_on", day, "reported_on", report.reported_on)


def _receives_tekun(state: Household) -> None:
    rejected_unless(state.category == "tekun", "no-tekun", "该户未享受特困供养", "the household receives no tekun")


def _followed(state: Household, assessed: AbilityAssessed, context: Context) -> tuple[Fact, ...]:
    """A new tier changes the care fee from the next month, and the plan (特困人员认定办法 2021); who assessed decides neither."""
    before = state.care.assessment_of(assessed.person)
    if before is not None and before.care_tier == assessed.care_tier:
        return ()
    rejected_unless(
        context.actor.partition(":")[2] not in {who.partition(":")[2] for who in assessed.assessors},
        "decided-by-investigator",
        "评估人员不得作出调整决定",
        "who assessed may not decide what follows",
    )
    tiers = state.care.tiers | {assessed.person: assessed.care_tier}
    covered = state.payable.covered_members or max(1, len(state.members))
    from_month = Month.of(context.today).plus(1)
    grant = grant_of(
        context,
        state.category,
        from_month.first_day,
        covered_members=covered,
        income_per_head_fen=None,
        care_tiers=covered_tiers(state, tiers, covered),
    )
    adjusted = BenefitAdjusted(
        town=state.town,
        category=state.category,
        before_fen=state.monthly_amount_fen,
        monthly_amount_fen=grant.amount_fen,
        standard_fen=grant.standard_fen,
        covered_members=covered,
        from_month=from_month,
        decided_on=context.today,
        decided_by=context.actor,
        pack_version=grant.pack_version,
        reason="ability",
        care_fee_fen=grant.care_fee_fen,
    )
    return adjusted, *planned_again(
        state, context, priority=bool(state.priority_count), care_tiers=tuple(tiers.values())
    )


def _reported(state: Household, command: ReportAbilityChange, context: Context) -> AbilityChangeReported:
    """The reassessment is due so many working days after the report (特困人员认定办法 2021); one report at a time runs."""
    _receives_tekun(state)
    day = command.reported_on
    not_in_future("reported_on", day, context)
    person = member_named(state, command.person)
    rejected_unless(
        command.report_no not in state.care.report_nos,
        "report-repeated",
        "该报告已登记",
        "this report is recorded already",
    )
    rejected_unless(
        state.care.report_of(person) is None,
        "reassessment-pending",
        "复核评估尚未完成",
        "a reassessment is due already",
    )
    workdays = context.rule_on("ability", day, Ability).reassess_workdays
    return AbilityChangeReported(
        report_no=command.report_no,
        town=state.town,
        person=person,
        channel=command.channel,
        reported_by=command.reported_by,
        reported_on=day,
        reassess_by=context.rule_on("calendar", day, WorkingCalendar).plus_workdays(day, workdays),
        pack_version=context.rules.version_on("ability", day),
        responsible=f"officer:{state.officer}",
    )


def _arranged(state: Household, command: ArrangeCare, context: Context) -> CareArranged:
    """In an institution or at home (集中、分散供养), before the grant or after it; the agreement may follow later."""
    not_in_future("arranged_on", command.arranged_on, context)
    if command.application_no:
        case = case_of(state, command.application_no)
        not_before("arranged_on", command.arranged_on, "accepted_on", case.accepted_on)
    else:
        _receives_tekun(state)
    person = member_named(state, command.person)
    assessed = state.care.assessment_of(person)  # what is agreed after the grant still completes that case's proof
    needing = context.rule_on("ability", command.arranged_on, Ability).agreement_placements
    return CareArranged(
        application_no=command.application_no or (assessed.application_no if assessed else ""),
        town=state.town,
        person=person,
        placement=command.placement,
        carer=Clear(person=person, group="identity", text=command.carer),
        agreement_sha256=command.agreement_sha256,
        agreement_required=command.placement in needing,
        arranged_on=command.arranged_on,
        pack_version=context.rules.version_on("ability", command.arranged_on),
    )


def _overdue(state: Household, command: MarkReassessmentOverdue, context: Context) -> ReassessmentOverdue:
    # The clock holds for whoever was reported, a member still or not.
    report = state.care.report_of(state.person_of(command.person) or command.person)
    if report is None:
        raise CommandRejected("step-done", "已复核评估", "it was reassessed")
    rejected_unless(
        report.reassess_by == command.due_on and overdue(command.due_on, context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    rejected_unless(not report.overdue, "overdue-known", "该逾期已登记", "it is stated already")
    return ReassessmentOverdue(
        report_no=report.report_no,
        town=state.town,
        person=report.person,
        due_on=command.due_on,
        responsible=f"officer:{state.officer}",
    )
