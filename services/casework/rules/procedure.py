"""How a benefit is decided: its steps, its terms, what makes a survey valid."""

from datetime import date
from typing import Final

import msgspec

from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import ProcedureStep
from services.contracts.deciding import CommandRejected, Context

# What a step of the pack ``procedure`` may be called, and how it is printed; the proof knows what satisfies each.
STEPS: Final[dict[str, tuple[str, str]]] = {
    "accepted": ("受理", "accepted"),
    "authorised": ("全体成员授权核对", "authorised by every member"),
    "check_started": ("按时发起核对", "check started in term"),
    "checked": ("信息核对反馈且无未决不一致", "check returned, no conflict open"),
    "investigation_started": ("按时启动调查", "investigation started in term"),
    "surveyed_by_two": ("两人以上入户调查", "surveyed by two"),
    "family_signed": ("在场家庭成员签字或见证", "family member signed, or a witness"),
    "ability_assessed": ("生活自理能力评估", "ability assessed by two"),
    "opinion_signed": ("审核意见签署并公示", "opinion signed and posted"),
    "noticed_in_full": ("公示期满", "notice hung its full days"),
    "objection_answered": ("异议已重新调查", "objection answered by surveying again"),
    "submitted": ("上报区民政局", "sent up to the bureau"),
    "bureau_visited": ("区民政局入户", "the bureau visited itself"),
    "decided_by_bureau": ("由非调查人员审核确认", "decided by one who did not investigate"),
    "decided_in_term": ("区级时限内确认", "decided in the bureau's term"),
    "whole_in_term": ("全程时限内办结", "whole procedure in term"),
    "care_arranged": ("照料安排与协议", "care arranged, by agreement at home"),
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


def steps_of(context: Context, need: str, day: date) -> Steps:
    """The steps of a benefit; `CommandRejected` for one that casework does not decide."""
    steps = context.rule_on("procedure", day, Procedure).needs.get(need)
    if steps is None:
        raise CommandRejected("need-unknown", f"没有 {need} 的办理规程", f"there is no procedure for {need}")
    return steps


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
