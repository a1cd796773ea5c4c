"""Statutory clocks of a case: which runs, until when, what pauses or extends it, who has the case in hand."""

from typing import assert_never

from services.casework.domain.cases import DUE_FIELDS, Case
from services.casework.domain.commands import (
    ExtendClock,
    HandOverCase,
    MarkOverdue,
    NoteNearRelative,
    PauseClock,
    ResumeClock,
)
from services.casework.domain.guards import case_of, rejected_unless
from services.casework.domain.state import Household, Refused
from services.contracts.casework import (
    CaseHandedOver,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    NearRelativeNoted,
    StepOverdue,
)
from services.contracts.clocks import Term, extension_stated, overdue, pause_of, resumption_of, running_until
from services.contracts.deciding import CommandRejected, Context

ClockCommand = MarkOverdue | PauseClock | ResumeClock | ExtendClock | HandOverCase | NoteNearRelative
ClockFact = StepOverdue | ClockPaused | ClockResumed | ClockExtended | CaseHandedOver | NearRelativeNoted


def decide_clock(state: Household, command: ClockCommand, context: Context) -> ClockFact:
    """What is stated of a case's clocks, and of who has it in hand (限时办理、责有人负)."""
    match command:
        case MarkOverdue():
            return mark_overdue(state, command, context)
        case HandOverCase() | NoteNearRelative():
            return _followed(case_of(state, command.application_no), command)
        case PauseClock() | ResumeClock() | ExtendClock():
            return _moved(case_of(state, command.application_no), command, context)
        case _:
            assert_never(command)


def term_of(case: Case, clock: str) -> Term | None:
    """A clock of a case that is not done; None when its step is done or its start has not come (限时办理)."""
    decided = case.helped_on is not None
    done = {
        "investigation": case.started, "check_start": case.check != "none",
        "first_opinion": case.notice != "none", "bureau": decided, "outer": decided,
    }.get(clock, False)  # fmt: skip
    due_on = None if done else getattr(case, DUE_FIELDS.get(clock, ""), None)
    if due_on is None:
        return None
    since = case.submitted_on if clock == "bureau" and case.submitted_on is not None else case.accepted_on
    causes = tuple(cause for name, _, cause in (one.partition("/") for one in case.extended_for) if name == clock)
    return Term(
        due_on=due_on,
        since=max(since, case.resumed_on.get(clock, since)),
        paused_on=case.paused_on.get(clock),
        overdue=clock in case.overdue,
        extended_for=causes,
        need=case.need,
        began_on=case.accepted_on if clock == "outer" else None,
        ordinary_due_on=case.ordinary_decide_by if clock == "outer" else None,
    )


def _open_term(case: Case, clock: str) -> Term:
    term = term_of(case, clock)
    if term is None:
        raise CommandRejected("step-done", "该环节已完成", "the step is done")
    return term


def mark_overdue(state: Household, command: MarkOverdue, context: Context) -> StepOverdue:
    """State once that the last day of a clock has passed and its step is not done (限时办理, 四(一))."""
    refused = next((r for r in state.refusals if r.application_no == command.application_no), None)
    about: Case | Refused
    if command.clock == "written_notice" and refused is not None:
        about = refused
        term = Term(due_on=refused.written_notice_by, since=refused.decided_on, overdue=refused.overdue)
    else:
        about = case_of(state, command.application_no)
        term = _open_term(about, command.clock)
    rejected_unless(not term.overdue, "overdue-known", "该逾期已登记", "this overdue step is stated already")
    due_on = running_until(term)
    rejected_unless(
        command.due_on == due_on and overdue(due_on, context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    return StepOverdue(
        application_no=about.application_no,
        town=about.town,
        clock=command.clock,
        due_on=command.due_on,
        responsible=_responsible(about, command.clock),
    )


def _responsible(about: Case | Refused, clock: str) -> str:
    """Who held the matter: the town that was asked to survey, for that; else whoever is responsible for the case."""
    if clock == "survey_help" and isinstance(about, Case):
        return f"town:{about.helping_town}"
    return about.responsible


def _moved(
    case: Case, command: PauseClock | ResumeClock | ExtendClock, context: Context
) -> ClockPaused | ClockResumed | ClockExtended:
    """Each as the one ledger of clocks has it."""
    term = _open_term(case, command.clock)
    match command:
        case PauseClock():
            return ClockPaused(**pause_of(term, command, case, context))
        case ResumeClock():
            return ClockResumed(**resumption_of(term, command.clock, command.resumed_on, case, context))
        case ExtendClock():
            return ClockExtended(**extension_stated(term, command, case, context))


def _followed(case: Case, command: HandOverCase | NoteNearRelative) -> CaseHandedOver | NearRelativeNoted:
    """What the window stated, as casework's own fact: from here on its decisions know it."""
    if isinstance(command, NoteNearRelative):
        rejected_unless(
            not case.near_relative_declared, "near-relative-noted", "近亲属已登记", "the near relative is known already"
        )
        return NearRelativeNoted(
            application_no=case.application_no, town=case.town, request_no=command.request_no
        )  # fmt: skip
    rejected_unless(
        case.submitted_on is None,
        "bureau-holds-case",
        "该申请已报区民政局，由其承办人负责",
        "the bureau has this case; who has it there is responsible",
    )
    return CaseHandedOver(
        application_no=case.application_no,
        town=case.town,
        previous=case.responsible,
        responsible=command.responsible,
    )
