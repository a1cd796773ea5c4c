"""An officer's quarter and year (绩效考核, 二(四)): proposed from work facts, settled by a person, contested, ruled on.

It counts nothing itself: what was measured comes with the command, filled in at the edge from the model `officer_work`.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Final, assert_never

import msgspec
from msgspec import Meta

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.months import Month
from services.contracts.payroll import (
    AppraisalContested,
    AppraisalPoint,
    AppraisalProposed,
    AppraisalRuled,
    AppraisalSettled,
    YearAppraised,
)
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.payroll.domain.shapes import TownCode
from services.payroll.rules import PAY_SCALE, PayScale
from services.payroll.rules.appraisal import (
    APPRAISAL,
    PER_MILLE,
    AppraisalRule,
    Counted,
    score_permille,
    share_permille,
)
from services.payroll.rules.pack import pack_on

OfficerNo = Annotated[str, Meta(pattern=r"^O[0-9]{3,6}\Z")]
Year = Annotated[int, Meta(ge=2000, le=9999)]
Quarter = Annotated[int, Meta(ge=1, le=4)]
Permille = Annotated[int, Meta(ge=0, le=1000)]


def quarter_subject(officer: str, year: int, quarter: int) -> str:
    """``appraisal:<officer>-<year>Q<quarter>``."""
    return f"appraisal:{officer}-{year}Q{quarter}"


class _OfQuarter(Command, frozen=True, kw_only=True):
    officer: OfficerNo
    year: Year
    quarter: Quarter

    @property
    def subject(self) -> str:
        return quarter_subject(self.officer, self.year, self.quarter)


class ProposeAppraisal(_OfQuarter, frozen=True, kw_only=True):
    """Work out a closed quarter by the rule; again, as long as it is not settled.

    `town`, `counted` and `as_of` are never the caller's: the service's edge fills them from the read models.
    """

    town: str | None = None
    counted: tuple[Counted, ...] | None = None
    as_of: tuple[int, ...] | None = None


class SettleAppraisal(_OfQuarter, frozen=True, kw_only=True):
    """Confirm a proposal; the actor must not be who proposed it, and no contested point may be open."""


class ContestAppraisal(_OfQuarter, frozen=True, kw_only=True):
    """Object to one point, by the officer alone, from the own `town`; `fact_ids` speak for the objection."""

    town: TownCode
    point: str
    reason: str
    fact_ids: tuple[str, ...] = ()


class RuleOnAppraisal(_OfQuarter, frozen=True, kw_only=True):
    """Answer an objection: upheld with the point's new share, or not; a settled grade follows at once."""

    point: str
    upheld: bool
    reason: str
    share_permille: Permille | None = None


class AppraiseYear(Command, frozen=True, kw_only=True):
    """State a year's grade; `quarters` (number and score of the settled ones) is filled in at the edge."""

    officer: OfficerNo
    year: Year
    quarters: tuple[tuple[int, int], ...] | None = None

    @property
    def subject(self) -> str:
        return f"appraisal:{self.officer}-{self.year}"


class Appraisal(msgspec.Struct, frozen=True, kw_only=True):
    """A quarter as far as it has come, or a year that was appraised; `upheld`: the points whose share a ruling gave."""

    proposed: AppraisalProposed | None = None
    contested: tuple[AppraisalContested, ...] = ()
    settled: AppraisalSettled | None = None
    year_appraised: bool = False
    upheld: tuple[str, ...] = ()

    @property
    def score(self) -> int | None:
        return self.settled.score_permille if self.settled else None


AppraisalCommand = ProposeAppraisal | SettleAppraisal | ContestAppraisal | RuleOnAppraisal | AppraiseYear


def decide(state: Appraisal, command: AppraisalCommand, context: Context) -> tuple[Fact, ...]:
    match command:
        case ProposeAppraisal():
            return (_propose(state, command, context),)
        case SettleAppraisal():
            return (_settle(state, _proposed(state), context),)
        case ContestAppraisal():
            return (_contest(state, _proposed(state), command, context),)
        case RuleOnAppraisal():
            return _rule(state, _proposed(state), command, context)
        case AppraiseYear():
            return (_year(state, command, context),)
        case _:
            assert_never(command)


def _rule_on(day: date, context: Context) -> AppraisalRule:
    return pack_on(context.rules, APPRAISAL, day, AppraisalRule)


def _proposed(state: Appraisal) -> AppraisalProposed:
    if state.proposed is None:
        raise CommandRejected(
            "appraisal-not-proposed", "该季度考核尚未提出", "this quarter's appraisal is not proposed yet"
        )
    return state.proposed


def facts_sha256(fact_ids: Iterable[str]) -> str:
    """SHA-256 (hex) over the facts' ids, sorted, a line each."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(fact_ids)).encode()).hexdigest()


def _propose(state: Appraisal, command: ProposeAppraisal, context: Context) -> Fact:
    """From the work on record of a quarter that is over (二(四) 绩效补贴); what was ruled for the officer is not proposed away."""
    last_day = Month(command.year, command.quarter * 3).last_day
    if last_day >= context.today:
        raise CommandRejected("quarter-not-closed", "该季度尚未结束", "the quarter has not ended yet")
    if state.settled is not None:
        raise CommandRejected("appraisal-settled", "该季度考核已定等", "this quarter is settled")
    if state.upheld:
        raise CommandRejected(
            "ruling-stands",
            "该季度已有支持异议的裁定，不得重新提出，请定等",
            "a ruling stands for this quarter, which a new proposal would wipe out; settle it",
        )
    if not command.town:
        raise CommandRejected("officer-unknown", "没有该低保员", "there is no such officer")
    # The edge fills both in; a proposal without them is a fault of the wiring, not of whoever asked.
    assert command.counted is not None
    assert command.as_of is not None
    rule = _rule_on(last_day, context)
    measured = {one.measure: one for one in command.counted}
    points = []
    for point in rule.points:
        counted = measured.get(point.measure) or Counted(measure=point.measure, done=0, of=0)
        points.append(
            AppraisalPoint(
                code=point.code,
                weight=point.weight,
                share_permille=share_permille(point, counted),
                done_count=counted.done,
                of_count=counted.of,
                facts_count=len(counted.fact_ids),
                facts_sha256=facts_sha256(counted.fact_ids),
            )
        )
    score = score_permille(tuple((one.weight, one.share_permille) for one in points))
    return AppraisalProposed(
        officer=command.officer,
        town=command.town,
        year=command.year,
        quarter=command.quarter,
        points=tuple(points),
        score_permille=score,
        grade=rule.grade_of(score),
        as_of_sequence=command.as_of,
        contest_until=context.today + timedelta(days=rule.contest_days),
        proposed_by=context.actor,
        pack_version=context.rules.version_on(APPRAISAL, last_day),
    )


def _settle(state: Appraisal, proposed: AppraisalProposed, context: Context) -> Fact:
    """Proposed by rule, confirmed by a person: not by the one who let the rule run (不相容职务分离)."""
    if state.settled is not None:
        raise CommandRejected("appraisal-settled", "该季度考核已定等", "this quarter is settled")
    if state.contested:
        raise CommandRejected("objection-open", "尚有异议未答复", "an objection is not answered yet")
    if same_person(context.actor, proposed.proposed_by):
        raise CommandRejected(
            "proposer-is-confirmer", "提出人不得确认自己提出的考核", "whoever proposed an appraisal may not confirm it"
        )
    return _settled(proposed, proposed.score_permille, proposed.grade, context)


def _settled(proposed: AppraisalProposed, score: int, grade: str, context: Context) -> AppraisalSettled:
    last_day = Month(proposed.year, proposed.quarter * 3).last_day
    scale = pack_on(context.rules, PAY_SCALE, last_day, PayScale)
    if grade not in scale.grades:
        raise CommandRejected("grade-unknown", f"工资标准没有等次 {grade}", f"the pay scale has no grade {grade}")
    return AppraisalSettled(
        officer=proposed.officer,
        town=proposed.town,
        year=proposed.year,
        quarter=proposed.quarter,
        score_permille=score,
        grade=grade,
        coefficient_permille=scale.grades[grade].coefficient_permille,
        work_counted=sum(point.facts_count for point in proposed.points),
        contest_until=context.today + timedelta(days=_rule_on(last_day, context).contest_days),
        settled_by=context.actor,
        pack_version=proposed.pack_version,
    )


def _contest(state: Appraisal, proposed: AppraisalProposed, command: ContestAppraisal, context: Context) -> Fact:
    rule = _rule_on(Month(command.year, command.quarter * 3).last_day, context)
    if context.actor != f"officer:{command.officer}":
        raise CommandRejected(
            "not-own-appraisal", "只能对本人的考核提出异议", "only one's own appraisal can be contested"
        )
    if context.today > (state.settled or proposed).contest_until:
        raise CommandRejected("objection-late", "异议期已过", "the days for objections have run out")
    if command.point not in {point.code for point in proposed.points} or not command.reason.strip():
        raise CommandRejected("objection-incomplete", "考核项目或理由不正确", "the point or the reason is wrong")
    if any(one.point == command.point for one in state.contested):
        raise CommandRejected("objection-open", "该项异议尚未答复", "this point's objection is not answered yet")
    return AppraisalContested(
        officer=command.officer,
        year=command.year,
        quarter=command.quarter,
        point=command.point,
        reason=command.reason,
        fact_ids=command.fact_ids,
        contested_by=context.actor,
        answer_by=context.today + timedelta(days=rule.ruling_days),
    )


def _rule(
    state: Appraisal, proposed: AppraisalProposed, command: RuleOnAppraisal, context: Context
) -> tuple[Fact, ...]:
    if all(one.point != command.point for one in state.contested):
        raise CommandRejected("objection-unknown", "该项没有待答复的异议", "there is no open objection to this point")
    if same_person(context.actor, proposed.proposed_by, command.officer):
        raise CommandRejected(
            "ruling-own-cause", "提出人或本人不得裁定", "neither who proposed nor who contested may rule"
        )
    if not command.reason.strip() or command.upheld != (command.share_permille is not None):
        raise CommandRejected(
            "ruling-incomplete",
            "须写明理由；支持异议的须给出该项得分",
            "a reason is needed, and a share exactly when upheld",
        )
    points = _with_share(proposed.points, command.point, command.share_permille) if command.upheld else proposed.points
    score = score_permille(tuple((one.weight, one.share_permille) for one in points))
    grade = _rule_on(Month(command.year, command.quarter * 3).last_day, context).grade_of(score)
    ruled = AppraisalRuled(
        officer=command.officer,
        year=command.year,
        quarter=command.quarter,
        point=command.point,
        upheld=command.upheld,
        share_permille=command.share_permille,
        reason=command.reason,
        score_permille=score,
        grade=grade,
        ruled_by=context.actor,
    )
    if state.settled is None or state.settled.grade == grade:
        return (ruled,)
    return (ruled, _settled(msgspec.structs.replace(proposed, points=points), score, grade, context))


def _with_share(points: tuple[AppraisalPoint, ...], code: str, share: int | None) -> tuple[AppraisalPoint, ...]:
    return tuple(msgspec.structs.replace(one, share_permille=share) if one.code == code else one for one in points)


def _year(state: Appraisal, command: AppraiseYear, context: Context) -> Fact:
    last_day = Month(command.year, 12).last_day
    if last_day >= context.today:
        raise CommandRejected("year-not-closed", "该年度尚未结束", "the year has not ended yet")
    if state.year_appraised:
        raise CommandRejected("year-appraised", "该年度考核已确认", "this year is appraised already")
    assert command.quarters is not None
    if not command.quarters:
        raise CommandRejected("no-quarter-settled", "该年度没有已定等的季度", "no quarter of the year is settled")
    scores = [score for _, score in command.quarters]
    score = (2 * sum(scores) + len(scores)) // (2 * len(scores))
    return YearAppraised(
        officer=command.officer,
        year=command.year,
        quarters=tuple(quarter for quarter, _ in command.quarters),
        score_permille=score,
        grade=_rule_on(last_day, context).grade_of(min(score, PER_MILLE)),
        confirmed_by=context.actor,
        pack_version=context.rules.version_on(APPRAISAL, last_day),
    )


def evolve(state: Appraisal, event: Fact) -> Appraisal:
    replace = msgspec.structs.replace
    match event:
        case AppraisalProposed():
            return replace(state, proposed=event)
        case AppraisalContested():
            return replace(state, contested=(*state.contested, event))
        case AppraisalRuled():
            left = tuple(one for one in state.contested if one.point != event.point)
            if state.proposed is None:
                return replace(state, contested=left)
            points = state.proposed.points
            if event.upheld:
                points = _with_share(points, event.point, event.share_permille)
            proposed = replace(state.proposed, points=points, score_permille=event.score_permille, grade=event.grade)
            upheld = (*state.upheld, event.point) if event.upheld else state.upheld
            return replace(state, contested=left, proposed=proposed, upheld=upheld)
        case AppraisalSettled():
            return replace(state, settled=event)
        case YearAppraised():
            return replace(state, year_appraised=True)
        case _:
            return state


APPRAISAL_OF_OFFICER: Final = Aggregate(
    prefix="appraisal",
    state=Appraisal,
    initial=Appraisal(),
    commands=(ProposeAppraisal, SettleAppraisal, ContestAppraisal, RuleOnAppraisal, AppraiseYear),
    decide=decide,
    evolve=evolve,
)
