"""Putting a finding right: assigned, answered, contested, extended, verified, closed; each by whom it may be, in its term."""

from datetime import date
from typing import assert_never

from services.audit.domain.rectification.commands import (
    AnswerFinding,
    AssignFinding,
    CloseFinding,
    ContestFinding,
    DecideFindingContest,
    DecideRectificationExtension,
    RequestRectificationExtension,
    VerifyRectification,
)
from services.audit.domain.rectification.shapes import evidence_found, names_nobody, rejected_unless, text_given
from services.audit.domain.rectification.state import Finding, Resting, Status
from services.audit.rules import RECTIFICATION, Rectification, Terms
from services.contracts.audit import (
    FindingAnswered,
    FindingAssigned,
    FindingClosed,
    FindingContestDecided,
    FindingContested,
    RectificationExtensionDecided,
    RectificationExtensionRequested,
    RectificationVerified,
)
from services.contracts.calendar import WorkingCalendar
from services.contracts.clocks import Term, overdue, resumed_until
from services.contracts.deciding import CommandRejected, Context
from services.contracts.registry import Fact
from services.contracts.roles import same_person

Step = (
    AssignFinding | AnswerFinding | ContestFinding | RequestRectificationExtension | DecideRectificationExtension
    | DecideFindingContest | VerifyRectification | CloseFinding
)  # fmt: skip
_WORDS: dict[Status, str] = {
    "open": "待交办", "assigned": "整改中", "contested": "异议审查中", "answered": "待核查", "verified": "已通过核查",
    "closed": "已销号", "dismissed": "不成立", "suppressed": "搁置中",
}  # fmt: skip


def decide_step(state: Finding, command: Step, context: Context) -> Fact:
    match command:
        case AssignFinding():
            return _assign(state, command, context)
        case AnswerFinding():
            return _answer(state, command, context)
        case ContestFinding():
            return _contest(state, command, context)
        case RequestRectificationExtension():
            return _request_extension(state, command, context)
        case DecideRectificationExtension():
            return _decide_extension(state, command, context)
        case DecideFindingContest():
            return _decide_contest(state, command, context)
        case VerifyRectification():
            return _verify(state, command, context)
        case CloseFinding():
            return _close(state, command, context)
        case _:
            assert_never(command)


def at_status(state: Finding, *statuses: Status) -> None:
    """A finding that stands where this step may be taken."""
    rejected_unless(state.opened, "finding-unknown", "没有该问题", "there is no such finding")
    rejected_unless(
        state.status in statuses,
        "finding-status",
        f"该问题{_WORDS.get(state.status, '')}，不能办理此步骤",
        f"the finding is {state.status}; this step is not next",
    )


def by_nobody_concerned(state: Finding, context: Context) -> None:
    """Not by who answers for it, answered, or is what it is about, in whatever role (不相容职务分离)."""
    rejected_unless(
        not same_person(context.actor, *state.hands, state.about),
        "concerned-decides",
        "责任人、整改人和被查人不得办理此步骤",
        "whoever answers for a finding, answered it or is its subject does not take this step",
    )


def due_in(start: date, workdays: int, context: Context) -> date:
    """The last day of a term of working days by the calendar in force today."""
    return context.rule_on("calendar", context.today, WorkingCalendar).plus_workdays(start, workdays)


def running_again(resting: Resting, context: Context) -> date | None:
    """The last day of a clock that stood still: the days that were left then are left now; one that had run out has run out."""
    if resting.due_on is None or overdue(resting.due_on, resting.paused_on):
        return resting.due_on
    term = Term(due_on=resting.due_on, since=resting.paused_on, paused_on=resting.paused_on)
    return resumed_until(term, context.today, context)


def _pack(context: Context) -> Rectification:
    return context.rule_on(RECTIFICATION, context.today, Rectification)


def _terms(state: Finding, context: Context) -> Terms:
    terms = _pack(context).terms
    found = next((terms[severity] for severity in terms if severity == state.severity), None)
    if found is None:
        raise CommandRejected("no-rule-in-force", "没有该级别问题的整改期限", "no term for findings of that severity")
    return found


def _version(context: Context) -> str:
    return context.rules.version_on(RECTIFICATION, context.today)


def _town_of(unit: str) -> str:
    """The town of a responsible unit; empty for a unit of the district."""
    return unit if unit[:1] == "T" and unit[1:].isdigit() else ""


def _assign(state: Finding, command: AssignFinding, context: Context) -> FindingAssigned:
    """问题–责任人–期限: the day follows from severity; another person takes it over with the day it has."""
    at_status(state, "open", "assigned")
    by_nobody_concerned(state, context)
    rejected_unless(
        not same_person(context.actor, command.responsible),
        "assigned-to-self",
        "不得交办给本人",
        "nobody assigns a finding to themselves",
    )
    names_nobody("note", command.note)
    previous = state.responsible if state.status == "assigned" else ""
    rejected_unless(
        (command.responsible, command.unit) != (state.responsible, state.unit) or not previous,
        "assigned-already",
        "该问题已交办给此人",
        "that person answers for it already",
    )
    due_on = state.due_on if previous else due_in(context.today, _terms(state, context).rectify_workdays, context)
    assert due_on is not None, "a finding that is assigned has a last day"
    return FindingAssigned(
        finding_no=command.finding_no, town=state.town, unit=command.unit, responsible=command.responsible,
        previous=previous, severity=state.severity, due_on=due_on, assigned_on=context.today,
        assigned_by=context.actor, note=command.note, pack_version=_version(context),
    )  # fmt: skip


def _by_responsible(
    state: Finding, command: AnswerFinding | ContestFinding | RequestRectificationExtension, context: Context
) -> None:
    at_status(state, "assigned")
    rejected_unless(
        command.town == _town_of(state.unit),
        "wrong-town",
        "该问题的责任单位不是此镇街",
        "another unit answers for this finding",
    )
    rejected_unless(
        context.actor == state.responsible,
        "not-responsible",
        "只有责任人可以办理此步骤",
        "only the person responsible takes this step",
    )


def _answer(state: Finding, command: AnswerFinding, context: Context) -> FindingAnswered:
    _by_responsible(state, command, context)
    assert state.due_on is not None, "a finding that is assigned has a last day"
    text_given("measures", command.measures)
    evidence = evidence_found(command.records, command.found)
    rejected_unless(
        bool(evidence or command.evidence_files),
        "evidence-missing",
        "须附整改佐证（日志记录或材料）",
        "records or papers must show what was done",
    )
    return FindingAnswered(
        finding_no=command.finding_no, town=state.town, measures=command.measures, evidence=evidence,
        evidence_files=command.evidence_files, answered_on=context.today, answered_by=context.actor,
        due_on=state.due_on, verify_by=due_in(context.today, _terms(state, context).verify_workdays, context),
    )  # fmt: skip


def _contest(state: Finding, command: ContestFinding, context: Context) -> FindingContested:
    _by_responsible(state, command, context)
    assert state.assigned_on is not None, "a finding that is assigned has its day"
    rejected_unless(not state.contested, "contested-already", "该问题已提出过异议", "it was contested once already")
    until = due_in(state.assigned_on, _pack(context).contest_within_workdays, context)
    rejected_unless(
        not overdue(until, context.today),
        "contest-too-late",
        f"异议期已于 {until} 届满",
        f"it could be contested until {until}",
    )
    text_given("statement", command.statement)
    return FindingContested(
        finding_no=command.finding_no, town=state.town, statement=command.statement,
        evidence_files=command.evidence_files, contested_on=context.today, contested_by=context.actor,
        decide_by=due_in(context.today, _pack(context).contest_decide_workdays, context),
    )  # fmt: skip


def _decide_contest(state: Finding, command: DecideFindingContest, context: Context) -> FindingContestDecided:
    at_status(state, "contested")
    by_nobody_concerned(state, context)
    rejected_unless(
        context.actor != state.opened_by,
        "opener-decides",
        "异议不得由提出问题的人审查",
        "whoever raised a finding does not decide what is said against it",
    )
    text_given("reason", command.reason)
    due_on = running_again(state.resting[-1], context) if command.outcome == "rejected" else None
    return FindingContestDecided(
        finding_no=command.finding_no, town=state.town, severity=state.severity, outcome=command.outcome,
        reason=command.reason, decided_on=context.today, decided_by=context.actor, due_on=due_on,
    )  # fmt: skip


def _request_extension(
    state: Finding, command: RequestRectificationExtension, context: Context
) -> RectificationExtensionRequested:
    _by_responsible(state, command, context)
    pack = _pack(context)
    rejected_unless(state.asked is None, "extension-asked", "已有待批的延期申请", "an extension is asked for already")
    rejected_unless(
        state.extensions < pack.extensions_max, "extended-already", "已延期，不得再延", "it was extended already"
    )
    rejected_unless(
        not overdue(state.due_on, context.today), "clock-run-out", "时限已届满", "the clock has run out"
    )  # fmt: skip
    rejected_unless(
        command.workdays <= pack.extension_workdays_max,
        "extension-too-long",
        f"最多延长 {pack.extension_workdays_max} 个工作日",
        f"it may be extended by at most {pack.extension_workdays_max} working days",
    )
    text_given("reason", command.reason)
    return RectificationExtensionRequested(
        finding_no=command.finding_no, town=state.town, workdays=command.workdays, reason=command.reason,
        requested_on=context.today, requested_by=context.actor,
    )  # fmt: skip


def _decide_extension(
    state: Finding, command: DecideRectificationExtension, context: Context
) -> RectificationExtensionDecided:
    at_status(state, "assigned")
    by_nobody_concerned(state, context)
    asked, due_before = state.asked, state.due_on
    if asked is None or due_before is None:
        raise CommandRejected("no-extension-asked", "没有待批的延期申请", "no extension waits for a decision")
    text_given("reason", command.reason)
    return RectificationExtensionDecided(
        finding_no=command.finding_no, town=state.town, approved=command.approved,
        workdays=asked.workdays if command.approved else 0, reason=command.reason, due_before=due_before,
        due_on=due_in(due_before, asked.workdays, context) if command.approved else due_before,
        decided_on=context.today, decided_by=context.actor, pack_version=_version(context),
    )  # fmt: skip


def _verify(state: Finding, command: VerifyRectification, context: Context) -> RectificationVerified:
    at_status(state, "answered")
    by_nobody_concerned(state, context)
    text_given("note", command.note)
    back = command.outcome == "sent_back"
    return RectificationVerified(
        finding_no=command.finding_no, town=state.town, outcome=command.outcome, note=command.note,
        verified_on=context.today, verified_by=context.actor, responsible=state.responsible,
        rectify_by=due_in(context.today, _terms(state, context).again_workdays, context) if back else None,
    )  # fmt: skip


def _close(state: Finding, command: CloseFinding, context: Context) -> FindingClosed:
    """销号: only what was verified; handling and accountability come first where it was escalated."""
    at_status(state, "verified")
    by_nobody_concerned(state, context)
    rejected_unless(
        state.escalated_on is None or (state.handled_on is not None and state.accounted_on is not None),
        "escalation-open",
        "已升级处理的问题，处理和追责结论未登记前不得销号",
        "an escalated finding is closed when its handling and accountability are on record",
    )
    names_nobody("document", command.document)
    names_nobody("note", command.note)
    return FindingClosed(
        finding_no=command.finding_no, town=state.town, severity=state.severity, note=command.note,
        document=command.document, closed_on=context.today, closed_by=context.actor, verified_by=state.verified_by,
    )  # fmt: skip
