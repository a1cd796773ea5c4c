"""Statutory clocks of a case: which runs, until when, who holds it; one definition of overdue for all of them."""

from datetime import date

from services.casework.domain.cases import Case
from services.casework.domain.commands import MarkOverdue
from services.casework.domain.guards import case_of, rejected_unless
from services.casework.domain.state import Household, Refused
from services.contracts.casework import StepOverdue
from services.contracts.deciding import CommandRejected, Context


def running_until(case: Case, clock: str) -> date | None:
    """The last day of a clock that still runs; None when its step is done or its start has not come (限时办理)."""
    match clock:
        case "investigation":
            return None if case.started else case.investigate_by
        case "check_start":
            return case.check_by if case.check == "none" else None
        case "bureau":
            return case.bureau_decide_by if case.helped_on is None else None
        case "outer":
            return case.decide_by if case.helped_on is None else None
        case "recheck":
            return case.recheck_by
        case "papers":
            return case.papers_by
        case "survey_help":
            return case.help_by
        case _:
            return None


def mark_overdue(state: Household, command: MarkOverdue, context: Context) -> StepOverdue:
    """State once that the last day of a clock has passed and its step is not done (限时办理, 四(一))."""
    refused = next((r for r in state.refusals if r.application_no == command.application_no), None)
    about: Case | Refused
    due_on: date | None
    if command.clock == "written_notice" and refused is not None:
        about, due_on, known = refused, refused.written_notice_by, refused.overdue
    else:
        about = case_of(state, command.application_no)
        due_on, known = running_until(about, command.clock), command.clock in about.overdue
    if due_on is None:
        raise CommandRejected("step-done", "该环节已完成", "the step is done")
    rejected_unless(not known, "overdue-known", "该逾期已登记", "this overdue step is stated already")
    rejected_unless(
        command.due_on == due_on and context.today > due_on, "clock-running", "时限未到", "the clock has not run out"
    )
    return StepOverdue(
        application_no=about.application_no,
        town=about.town,
        clock=command.clock,
        due_on=due_on,
        responsible=_responsible(about, command.clock),
    )


def _responsible(about: Case | Refused, clock: str) -> str:
    """Who held the matter: the town that was asked to survey, for that; else whoever is responsible for the case."""
    if clock == "survey_help" and isinstance(about, Case):
        return f"town:{about.helping_town}"
    return about.responsible
