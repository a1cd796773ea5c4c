"""Who of a household an amount is for: whose groups raise it, who may have tekun, and what a grant of it still lacks."""

from datetime import date
from typing import Any

from services.casework.domain.cases import Case
from services.casework.domain.commands import DecideEligibility, OpenedMember
from services.casework.domain.guards import members_are_the_latest, not_before, rejected_unless
from services.casework.domain.state import Household
from services.casework.rules import Ability, Groups, Steps, birthday
from services.contracts.deciding import CommandRejected, Context
from services.contracts.months import Month


def of_case(state: Household, case: Case, command: DecideEligibility, covered_members: int) -> dict[str, Any]:
    """What `grant_of` wants to know about the people of a case: their groups (art. 27), their care tiers (tekun)."""
    members_are_the_latest(state, command.opened_at)
    tiers = {one.person: one.care_tier for one in state.care.assessments if one.application_no == case.application_no}
    return {
        "groups": covered_groups(state, command.opened, covered_members),
        "care_tiers": covered_tiers(state, tiers, covered_members),
    }


def covered_people(state: Household, covered_members: int, month: Month | None = None) -> list[str]:
    """Who is covered, now or in a month: the first members as recorded, the applicant before all, without a cut share."""
    cut = state.payable.cut if month is None else state.payable.cut_in(month)
    return [one.person for one in state.members if one.person not in cut][:covered_members]


def covered_groups(
    state: Household, opened: tuple[OpenedMember, ...] | None, covered_members: int, *, only: str = ""
) -> Groups:
    """The groups of the covered members, or of one of them alone; none when the edge could open nothing."""
    if opened is None:
        return ()
    people = [person for person in covered_people(state, covered_members) if only in ("", person)]
    return tuple(one.groups for member, one in zip(state.members, opened, strict=True) if member.person in people)


def covered_tiers(state: Household, tiers: dict[str, str], covered_members: int) -> tuple[str, ...]:
    """The care tiers of the covered members, of those who have one."""
    return tuple(tiers[person] for person in covered_people(state, covered_members) if person in tiers)


def may_have_tekun(
    state: Household, case: Case, command: DecideEligibility, steps: Steps, decided_on: date, context: Context
) -> None:
    """Everybody was assessed, by others than who decides, and nobody is an orphan (特困人员认定办法 2021)."""
    if "ability_assessed" not in steps.steps:
        return
    own = [one for one in state.care.assessments if one.application_no == case.application_no]
    rejected_unless(
        len(own) >= case.member_count, "assessment-missing", "生活自理能力尚未评估", "ability has not been assessed"
    )
    number = context.actor.partition(":")[2]
    for assessment in own:
        if assessment.assessed_on is not None:
            not_before("decided_on", decided_on, "assessed_on", assessment.assessed_on)
        rejected_unless(
            number not in {who.partition(":")[2] for who in assessment.assessors},
            "decided-by-investigator",
            "评估人员不得作出审核确认",
            "an assessor of the case may not decide it",
        )
    if command.opened is None:
        raise CommandRejected("members-unknown", "家庭成员信息无法读取", "the members cannot be read")
    excluded = context.rule_on("ability", decided_on, Ability).excluded_groups
    rejected_unless(
        not any(excluded & set(one.groups) for one in command.opened),
        "orphan-excluded",
        "孤儿另有保障，不认定为特困人员",
        "orphans have another benefit and get no tekun",
    )


def care_points_missed(state: Household, case: Case, steps: Steps) -> tuple[str, ...]:
    """What a grant of tekun still lacks: an arrangement for each person, at home with a signed agreement (分散供养)."""
    if "care_arranged" not in steps.steps:
        return ()
    people = {one.person for one in state.care.assessments if one.application_no == case.application_no}
    arranged = {one.person: one for one in state.care.arrangements}
    missed = []
    if people - set(arranged):
        missed.append("care_arrangement")
    if any(not arranged[who].agreed for who in people & set(arranged)):
        missed.append("care_agreement")
    return tuple(missed)


def looked_at_by(
    next_by: date, category: str, opened: tuple[OpenedMember, ...] | None, day: date, context: Context
) -> date:
    """The next look, for a minor with tekun not after the month in which they come of age (特困人员认定办法 2021)."""
    births = [one.born_on for one in opened or () if one.born_on is not None]
    if category != "tekun" or not births:
        return next_by
    years = context.rule_on("ability", day, Ability).minor_until_age
    of_age = [birthday(born_on, years) for born_on in births]
    return min([next_by, *(Month.of(adult).last_day for adult in of_age if adult > day)])
