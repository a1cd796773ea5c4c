"""How a benefit is decided: its steps, its terms, what makes a survey valid, which rights a refusal names."""

from datetime import date
from typing import Final

import msgspec

from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import ProcedureStep
from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month
from services.contracts.roles import numbers, same_person

# What a step of the pack ``procedure`` may be called, and how it is printed; the proof knows what satisfies each.
STEPS: Final[dict[str, tuple[str, str]]] = {
    "accepted": ("受理", "accepted"),
    "authorised": ("全体成员授权核对", "authorised by every member"),
    "supporters_authorised": ("赡养抚养扶养义务人授权核对", "authorised by the legal supporters"),
    "check_started": ("按时发起核对", "check started in term"),
    "checked": ("信息核对反馈且无未决不一致", "check returned, no conflict open"),
    "contest_answered": ("对核对结果的异议已复核", "contested check answered again"),
    "investigation_started": ("按时启动调查", "investigation started in term"),
    "surveyed_by_two": ("两人以上入户调查", "surveyed by two"),
    "family_signed": ("在场家庭成员签字或见证", "family member signed, or a witness"),
    "ability_assessed": ("生活自理能力评估", "ability assessed by two"),
    "opinion_signed": ("审核意见签署并公示", "opinion signed and posted"),
    "noticed_in_full": ("公示期满", "notice hung its full days"),
    "objection_answered": ("异议已重新调查或民主评议", "objection answered by survey or review"),
    "submitted": ("上报区民政局", "sent up to the bureau"),
    "bureau_visited": ("区民政局入户", "the bureau visited itself"),
    "decided_by_bureau": ("由非调查人员审核确认", "decided by one who did not investigate"),
    "decided_in_term": ("区级时限内确认", "decided in the bureau's term"),
    "whole_in_term": ("全程时限内办结", "whole procedure in term"),
    "care_arranged": ("照料安排与协议", "care arranged, by agreement at home"),
    "granted_from_month": ("发放起始月份正确", "granted from the right month"),
    "valid_in_term": ("认定有效期不超过规定", "recognised for no longer than the term"),
    "papers_completed": ("急难救助后补齐手续", "papers completed after an emergency"),
    "refusal_in_writing": ("不予确认书面告知送达", "refusal delivered in writing"),
    "remedies_named": ("告知行政复议、行政诉讼权利", "rights of review and suit named"),
}


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """How one benefit is decided; `article` is the clause.

    `steps`: every statutory step with its article; a step that is not listed is not asked for.
    `check_workdays`: the information check starts this long after acceptance at the latest; `bureau_workdays`: the
    bureau decides this long after the town's opinion reached it.
    `opinion_workdays`: so long after acceptance the town has investigated and posted its first opinion; 0: no such term.
    `registers_required`: the registers that have been asked, and answered or are known not to, before the opinion goes up.
    `recheck_workdays`: a contested check is answered again this long after; `help_workdays`: so is a town's request for
    help with the survey. `review_participants_min`: of a community review; `review_answers`: it may answer an objection.
    `notice_again`: after an objection the new opinion is posted again (the tekun rule; dibao goes to the bureau).
    `emergency_first`: an emergency (急难型) is helped first, survey, check and notice come within `papers_workdays`.
    `town_decides`: sums up to `town_limit_fen` are delegated to the town, from its reserve fund (备用金).
    `valid_months`: what is granted is a recognition for so long, and then again; 0: a benefit.
    `spot_check_permille`: the bureau visits at least this share itself (抽查).
    """

    article: str
    investigators_min: int
    notice_days: int
    refusal_notice_workdays: int
    monthly: bool
    steps: dict[str, str]
    check_workdays: int
    bureau_workdays: int
    opinion_workdays: int = 0
    registers_required: frozenset[str] = frozenset()
    notice_again: bool = False
    emergency_first: bool = False
    town_decides: bool = False
    town_limit_fen: Fen = ZERO_FEN
    papers_workdays: int = 0
    recheck_workdays: int = 0
    help_workdays: int = 0
    review_participants_min: int = 1
    review_answers: bool = False
    valid_months: int = 0
    spot_check_permille: int = 0


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
    if steps.opinion_workdays:
        due["opinion_signed"] = calendar.plus_workdays(accepted_on, steps.opinion_workdays)
    return tuple(
        ProcedureStep(
            step=step,
            article=steps.steps[step],
            due_on=due.get(step),
            investigators_count=steps.investigators_min if step == "surveyed_by_two" else 0,
            notice_days=steps.notice_days if step == "noticed_in_full" else 0,
            valid_months=steps.valid_months if step == "valid_in_term" else 0,
        )
        for step in STEPS
        if step in steps.steps
    )


class Remedies(msgspec.Struct, frozen=True, kw_only=True):
    """The rights that a refusal names (arts. 36-38): `texts` as they are printed, terms counted from its delivery.

    `review_days`: calendar days for 行政复议 (行政复议法 art. 20); `sue_months`: for 行政诉讼 (行政诉讼法 art. 46).
    """

    article: str
    texts: tuple[str, ...]
    review_days: int
    sue_months: int


class Complaints(msgspec.Struct, frozen=True, kw_only=True):
    """Terms of complaints and reports (投诉举报): by when, in working days, each is checked and answered."""

    article: str
    answer_workdays: int


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``procedure``: the steps of every benefit, the registers of the cross-check, what follows."""

    needs: dict[str, Steps]
    registers: frozenset[str]
    remedies: Remedies | None = None
    complaints: Complaints | None = None


def steps_of(context: Context, need: str, day: date) -> Steps:
    """The steps of a benefit; `CommandRejected` for one that casework does not decide."""
    steps = context.rule_on("procedure", day, Procedure).needs.get(need)
    if steps is None:
        raise CommandRejected("need-unknown", f"没有 {need} 的办理规程", f"there is no procedure for {need}")
    return steps


def survey_points_missed(
    investigators: tuple[str, ...],
    *,
    family_signed: bool,
    witness: str | None,
    investigators_min: int,
    remote_allowed: bool = True,
) -> tuple[str, ...]:
    """Why a survey is invalid (民发〔2021〕57号 art. 16): too few investigators, no signature of family or witness.

    `remote_allowed`: it was made in the household, or by phone or video in a declared emergency.
    """
    missed = []
    if len(numbers(investigators)) < investigators_min:
        missed.append("investigators")
    if not family_signed and (witness is None or same_person(witness, *investigators)):
        missed.append("family_signature")
    if not remote_allowed:
        missed.append("mode")
    return tuple(missed)


class Emergency(msgspec.Struct, frozen=True, kw_only=True):
    """A declared emergency: where (no town named: everywhere) and when a survey need not be made in the household."""

    document: str
    from_on: date
    until_on: date
    towns: frozenset[str] = frozenset()


class RemoteSurvey(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``remote_survey``: the declared emergencies in which phone and video count (art. 16)."""

    emergencies: tuple[Emergency, ...]

    def covering(self, town: str, day: date) -> Emergency | None:
        """The emergency in force in a town on a day; None when there is none."""
        return next(
            (
                one
                for one in self.emergencies
                if one.from_on <= day <= one.until_on and (not one.towns or town in one.towns)
            ),
            None,
        )


def suit_last_day(calendar: WorkingCalendar, delivered_on: date, months: int) -> date:
    """The last day of a term in months (民法典 arts. 200-203): the same day of the month, or the month's last."""
    month = Month.of(delivered_on).plus(months)
    return calendar.next_workday(date(month.year, month.number, min(delivered_on.day, month.last_day.day)))
