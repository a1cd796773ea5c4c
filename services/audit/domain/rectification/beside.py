"""What happens to a finding beside its way: overdue, escalated, handled, accounted for, suppressed, found again."""

from typing import assert_never

from services.audit.domain.rectification.commands import (
    AccountForFinding,
    EscalateFinding,
    HandleFinding,
    LinkMisuse,
    MarkRectificationOverdue,
    NoteRecurrence,
    ReleaseFinding,
    SuppressFinding,
)
from services.audit.domain.rectification.shapes import not_in_future, rejected_unless, text_given
from services.audit.domain.rectification.state import Finding
from services.audit.domain.rectification.steps import by_nobody_concerned, due_in, running_again
from services.audit.rules import RECTIFICATION, Rectification
from services.contracts.audit import (
    FindingAccounted,
    FindingEscalated,
    FindingHandled,
    FindingMisuseLinked,
    FindingRecurred,
    FindingReleased,
    FindingSuppressed,
    RectificationOverdue,
)
from services.contracts.clocks import overdue
from services.contracts.deciding import Context
from services.contracts.registry import Fact
from services.contracts.roles import same_person

Beside = (
    EscalateFinding | HandleFinding | AccountForFinding | MarkRectificationOverdue | LinkMisuse | SuppressFinding
    | ReleaseFinding | NoteRecurrence
)  # fmt: skip


def decide_beside(state: Finding, command: Beside, context: Context) -> tuple[Fact, ...]:
    rejected_unless(state.opened, "finding-unknown", "没有该问题", "there is no such finding")
    match command:
        case EscalateFinding():
            return (_escalate(state, command, context),)
        case HandleFinding():
            return (_handle(state, command, context),)
        case AccountForFinding():
            return (_account(state, command, context),)
        case MarkRectificationOverdue():
            return (_mark_overdue(state, command, context),)
        case LinkMisuse():
            known = command.misuse_no in state.misuses
            linked = FindingMisuseLinked(
                finding_no=command.finding_no, town=state.town, misuse_no=command.misuse_no
            )  # fmt: skip
            return () if known else (linked,)
        case SuppressFinding():
            return _suppress(state, command, context)
        case ReleaseFinding():
            return _release(state, command, context)
        case NoteRecurrence():
            return (
                FindingRecurred(
                    finding_no=command.finding_no, town=state.town, severity=state.severity,
                    recurred_in=command.recurred_in, reopened=state.status == "closed", noted_on=context.today,
                ),
            )  # fmt: skip
        case _:
            assert_never(command)


def _escalate(state: Finding, command: EscalateFinding, context: Context) -> FindingEscalated:
    """处理、追责 by the bureau's leader; not about themselves."""
    rejected_unless(not state.ended, "finding-ended", "该问题已办结", "the finding is closed or stands no more")
    rejected_unless(state.escalated_on is None, "escalated-already", "该问题已升级处理", "it is escalated already")
    by_nobody_concerned(state, context)
    text_given("reason", command.reason)
    text_given("document", command.document)
    return FindingEscalated(
        finding_no=command.finding_no, town=state.town, reason=command.reason, document=command.document,
        misuse_no=command.misuse_no, escalated_on=context.today, escalated_by=context.actor,
    )  # fmt: skip


def _escalated(state: Finding, field: str, day: object, context: Context) -> None:
    on = state.escalated_on
    rejected_unless(on is not None and not state.ended, "not-escalated", "该问题未升级处理", "it is not escalated")
    by_nobody_concerned(state, context)
    assert on is not None, "refused otherwise"
    rejected_unless(
        str(day) >= on.isoformat(),
        "out-of-order",
        f"{field} 早于升级日 {on}",
        f"{field} lies before its escalation on {on}",
    )


def _handle(state: Finding, command: HandleFinding, context: Context) -> FindingHandled:
    _escalated(state, "handled_on", command.handled_on, context)
    not_in_future("handled_on", command.handled_on, context)
    text_given("measure", command.measure)
    text_given("document", command.document)
    return FindingHandled(
        finding_no=command.finding_no, town=state.town, measure=command.measure, document=command.document,
        handled_on=command.handled_on, handled_by=context.actor,
    )  # fmt: skip


def _account(state: Finding, command: AccountForFinding, context: Context) -> FindingAccounted:
    """After it was handled; nobody decides about themselves, and nobody is accountable only by a document."""
    _escalated(state, "decided_on", command.decided_on, context)
    not_in_future("decided_on", command.decided_on, context)
    rejected_unless(state.handled_on is not None, "finding-not-handled", "尚未处理", "it is not handled yet")
    rejected_unless(
        bool(command.accountable) == bool(command.role.strip()),
        "accountable-incomplete",
        "责任人和岗位须一并填写",
        "who is accountable is named with their role",
    )
    rejected_unless(
        not same_person(context.actor, command.accountable),
        "accountable-decides",
        "责任人不得决定对自己的追责",
        "nobody decides their own accountability",
    )
    text_given("outcome", command.outcome)
    text_given("document", command.document)
    return FindingAccounted(
        finding_no=command.finding_no, town=state.town, accountable=command.accountable, role=command.role,
        outcome=command.outcome, document=command.document, decided_on=command.decided_on, decided_by=context.actor,
    )  # fmt: skip


def _mark_overdue(state: Finding, command: MarkRectificationOverdue, context: Context) -> RectificationOverdue:
    """State once for each step of the pack that the clock has run out, and who is told; the first step is at once."""
    rejected_unless(
        (command.clock, command.due_on, command.step) == (state.clock, state.due_on, state.told + 1),
        "overdue-known",
        "该逾期已登记或时限已变",
        "it is stated already, or the clock is another one by now",
    )
    steps = context.rule_on(RECTIFICATION, context.today, Rectification).escalation
    rejected_unless(command.step <= len(steps), "no-further-step", "没有下一级提醒", "there is no further step")
    after = steps[command.step - 1].after_workdays if command.step > 1 else 0
    rejected_unless(
        overdue(due_in(command.due_on, after, context), context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    following = steps[command.step] if command.step < len(steps) else None
    return RectificationOverdue(
        finding_no=command.finding_no, town=state.town, clock=command.clock, due_on=command.due_on,
        responsible=state.responsible, step=command.step, told=steps[command.step - 1].told,
        next_on=due_in(command.due_on, following.after_workdays, context) if following else None,
    )  # fmt: skip


def _suppress(state: Finding, command: SuppressFinding, context: Context) -> tuple[Fact, ...]:
    """Nothing where it has ended or rests already: of the findings of a test some are closed."""
    if state.ended or state.status == "suppressed":
        return ()
    return (
        FindingSuppressed(
            finding_no=command.finding_no, town=state.town, suppression_no=command.suppression_no, until=command.until,
            reason=command.reason, proposed_by=command.proposed_by, approved_by=command.approved_by,
            suppressed_on=context.today,
        ),
    )  # fmt: skip


def _release(state: Finding, command: ReleaseFinding, context: Context) -> tuple[Fact, ...]:
    """Nothing where another suppression holds it, or none does."""
    if state.status != "suppressed" or state.suppression_no != command.suppression_no:
        return ()
    resting = state.resting[-1]
    return (
        FindingReleased(
            finding_no=command.finding_no, town=state.town, suppression_no=command.suppression_no,
            status=resting.status, due_on=running_again(resting, context), released_on=context.today,
        ),
    )  # fmt: skip
