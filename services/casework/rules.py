"""casework's dated law: procedures, amounts, service plans and standards, kinds of work; figures are the packs' own."""

from datetime import date
from typing import Final, TypeVar

import msgspec

from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import ProcedureStep
from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.months import Month

T = TypeVar("T")

# What a step of the pack ``procedure`` may be called, and how it is printed; the proof knows what satisfies each.
STEPS: Final[dict[str, tuple[str, str]]] = {
    "accepted": ("受理", "accepted"),
    "authorised": ("全体成员授权核对", "authorised by every member"),
    "check_started": ("按时发起核对", "check started in term"),
    "checked": ("信息核对反馈且无未决不一致", "check returned, no conflict open"),
    "investigation_started": ("按时启动调查", "investigation started in term"),
    "surveyed_by_two": ("两人以上入户调查", "surveyed by two"),
    "family_signed": ("在场家庭成员签字或见证", "family member signed, or a witness"),
    "opinion_signed": ("审核意见签署并公示", "opinion signed and posted"),
    "noticed_in_full": ("公示期满", "notice hung its full days"),
    "objection_answered": ("异议已重新调查", "objection answered by surveying again"),
    "submitted": ("上报区民政局", "sent up to the bureau"),
    "bureau_visited": ("区民政局入户", "the bureau visited itself"),
    "decided_by_bureau": ("由非调查人员审核确认", "decided by one who did not investigate"),
    "decided_in_term": ("区级时限内确认", "decided in the bureau's term"),
    "whole_in_term": ("全程时限内办结", "whole procedure in term"),
    "granted_from_month": ("发放起始月份正确", "granted from the right month"),
    "refusal_in_writing": ("不予确认书面告知送达", "refusal delivered in writing"),
}


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """How one benefit is decided; `article` is the clause.

    `steps`: every statutory step with its article; a step that is not listed is not asked for.
    `check_workdays`: the information check starts this long after acceptance at the latest; `bureau_workdays`: the
    bureau decides this long after the town's opinion reached it.
    `notice_again`: after an objection the new opinion is posted again (the tekun rule; dibao goes to the bureau).
    `emergency_first`: an emergency (急难型) is helped first, survey, check and notice come after.
    `town_decides`: small sums are delegated to the town.
    """

    article: str
    investigators_min: int
    notice_days: int
    refusal_notice_workdays: int
    monthly: bool
    steps: dict[str, str]
    check_workdays: int
    bureau_workdays: int
    notice_again: bool = False
    emergency_first: bool = False
    town_decides: bool = False


def procedure_of(
    steps: Steps, calendar: WorkingCalendar, *, accepted_on: date, investigate_by: date, decide_by: date
) -> tuple[ProcedureStep, ...]:
    """The steps that a case accepted on a day must go through, with what the pack says of each.

    In the order of `STEPS`: on the log a pack's content has its names sorted.
    """
    due = {
        "investigation_started": investigate_by,
        "check_started": calendar.plus_workdays(accepted_on, steps.check_workdays),
        "whole_in_term": decide_by,
    }
    return tuple(
        ProcedureStep(
            step=step,
            article=steps.steps[step],
            due_on=due.get(step),
            investigators_count=steps.investigators_min if step == "surveyed_by_two" else 0,
            notice_days=steps.notice_days if step == "noticed_in_full" else 0,
        )
        for step in STEPS
        if step in steps.steps
    )


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``procedure``: the steps of every benefit, the registers of the cross-check."""

    needs: dict[str, Steps]
    registers: frozenset[str]


class DibaoStandard(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``dibao_standard``: the monthly standard per head in fen, by dibao_urban and dibao_rural."""

    monthly_fen: dict[str, Fen]


class TekunStandard(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``tekun_standard``: the basic living standard (基本生活标准) per person and month, in fen."""

    basic_monthly_fen: Fen


class TemporaryHelp(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``temporary_help``: a single sum per covered member and its cap per household, in fen."""

    per_member_fen: Fen
    household_max_fen: Fen


class Frequency(msgspec.Struct, frozen=True, kw_only=True):
    """Visits a month, for households with a member of a priority group (二(一)) and without."""

    priority: int
    ordinary: int


class ServicePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``service_plan``: how often a household of each category is visited."""

    categories: dict[str, Frequency]


class Standard(msgspec.Struct, frozen=True, kw_only=True):
    """What one service must show (符合服务标准, 二(三)): time in whole minutes, pieces of evidence, a co-signature."""

    minutes_min: int
    evidence_min: int
    co_signature: bool


class ServiceStandard(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``service_standard``: the seven services of 二(三)."""

    services: dict[str, Standard]


class Reverification(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``reverification``: how often a recipient is looked at again, and how a benefit ends.

    `cadences`: months until the next look by class (the local A/B/C practice); `first`: the class of a new grant by
    category. `termination_notice_days`: full days a category's termination is posted before; none for the others.
    """

    cadences: dict[str, int]
    first: dict[str, str]
    investigators_min: int
    reasons: frozenset[str]
    termination_notice_days: dict[str, int]

    def next_by(self, cadence: str, day: date) -> date:
        """The last day of the month so many months later; `CommandRejected` for a class the pack does not know."""
        months = self.cadences.get(cadence)
        if months is None:
            raise CommandRejected("cadence-unknown", f"没有复核类别 {cadence}", f"there is no class {cadence}")
        return Month.of(day).plus(months).last_day


class WorkTypes(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``work_types``: the six kinds of administrative work of 二(三) and what they may be for."""

    works: frozenset[str]
    benefits: frozenset[str]


def steps_of(context: Context, need: str, day: date) -> Steps:
    """The steps of a benefit; `CommandRejected` for one that casework does not decide."""
    steps = context.rule_on("procedure", day, Procedure).needs.get(need)
    if steps is None:
        raise CommandRejected("need-unknown", f"没有 {need} 的办理规程", f"there is no procedure for {need}")
    return steps


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A computed benefit: per month, or once; the standard and the pack it came from."""

    amount_fen: Fen
    standard_fen: Fen
    pack_version: str


def grant_of(context: Context, need: str, day: date, *, covered_members: int, income_per_head_fen: int | None) -> Grant:
    """What a household gets by the standard in force on `day`.

    Dibao (民发〔2021〕57号 art. 23): (standard - income per head) × covered members. Tekun (特困人员认定办法 2021): the
    basic standard for each. Temporary: one sum per member up to the cap. `CommandRejected` when dibao's income is
    unknown or not below the standard.
    """
    if need == "tekun":
        basic = context.rule_on("tekun_standard", day, TekunStandard).basic_monthly_fen
        version = context.rules.version_on("tekun_standard", day)
        return Grant(amount_fen=Fen(basic * covered_members), standard_fen=basic, pack_version=version)
    if need == "temporary":
        sums = context.rule_on("temporary_help", day, TemporaryHelp)
        amount = Fen(min(sums.per_member_fen * covered_members, sums.household_max_fen))
        version = context.rules.version_on("temporary_help", day)
        return Grant(amount_fen=amount, standard_fen=sums.per_member_fen, pack_version=version)
    standard = context.rule_on("dibao_standard", day, DibaoStandard).monthly_fen.get(need)
    if standard is None:
        raise CommandRejected("need-unknown", f"没有 {need} 的标准", f"there is no standard for {need}")
    if income_per_head_fen is None:
        raise CommandRejected("income-unknown", "没有有效的入户调查收入", "no valid survey states an income")
    if income_per_head_fen >= standard:
        raise CommandRejected(
            "income-over-standard", "家庭人均收入不低于低保标准", "the income per head is not below the standard"
        )
    version = context.rules.version_on("dibao_standard", day)
    amount = Fen((standard - income_per_head_fen) * covered_members)
    return Grant(amount_fen=amount, standard_fen=standard, pack_version=version)


def survey_points_missed(
    investigators: tuple[str, ...], *, family_signed: bool, witness: str | None, investigators_min: int
) -> tuple[str, ...]:
    """Why a survey is invalid (民发〔2021〕57号 art. 16): too few investigators, no signature of family or witness."""
    missed = []
    if len(set(investigators)) < investigators_min:
        missed.append("investigators")
    if not family_signed and (witness is None or witness in investigators):
        missed.append("family_signature")
    return tuple(missed)


def standard_points_missed(
    standard: Standard, *, minutes: int, evidence_count: int, co_signed: bool, person_seen: bool
) -> tuple[str, ...]:
    """Which points of the service standard (二(三)) a visit misses; empty when it meets the standard."""
    missed = []
    if minutes < standard.minutes_min:
        missed.append("minutes")
    if evidence_count < standard.evidence_min:
        missed.append("evidence")
    if standard.co_signature and not co_signed:
        missed.append("co_signature")
    if not person_seen:
        missed.append("person_seen")
    return tuple(missed)
