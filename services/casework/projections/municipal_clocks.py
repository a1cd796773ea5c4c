"""The clocks of differences, warnings and reported changes: on the due table, where they go up step by step, and on the one clock ledger."""

from datetime import date
from typing import Any, Final

from services.casework.domain.commands.municipal import MarkTaskOverdue
from services.contracts import clocks
from services.contracts.casework import (
    ChangeTaskClosed,
    ChangeTaskOpened,
    DifferenceFound,
    DifferenceSettled,
    MunicipalTaskMoved,
    MunicipalTaskOverdue,
    WarningHandled,
    WarningOpened,
)
from services.contracts.clocks import ClockRow, Held
from services.contracts.codec import encoder
from services.contracts.deciding import CHINA, Due, Record
from services.contracts.registry import Fact

_DIFFERENCE: Final = "difference"
_WARNING: Final = "warning"
_CHANGE: Final = "change"
TASK_CLOCKS: Final[tuple[type[Fact], ...]] = (
    DifferenceFound,
    DifferenceSettled,
    WarningOpened,
    WarningHandled,
    ChangeTaskOpened,
    ChangeTaskClosed,
    MunicipalTaskOverdue,
    MunicipalTaskMoved,
)
# Who answers for a task moves no deadline.
TASK_DUES: Final[tuple[type[Fact], ...]] = TASK_CLOCKS[:-1]


def _name(fact: Any) -> str:
    match fact:
        case DifferenceFound() | DifferenceSettled():
            return _DIFFERENCE
        case ChangeTaskOpened() | ChangeTaskClosed():
            return _CHANGE
        case MunicipalTaskOverdue() | MunicipalTaskMoved():
            return str(fact.task)
        case _:
            return _WARNING


# ---- the due table


def task_due_keys(record: Record) -> tuple[str, ...]:
    """``<task>/<difference, warning or change>``."""
    fact: Any = record.fact
    return (f"{fact.task_no}/{_name(fact)}",)


def task_due(record: Record) -> Due | None:
    """The row that a fact sets; None, so that the row vanishes, for a fact that stops the clock or its escalation."""
    match record.fact:
        case DifferenceFound() as fact:
            return _mark(record, fact.task_no, fact.settle_by)
        case WarningOpened() | ChangeTaskOpened() as fact:
            return _mark(record, fact.task_no, fact.visit_by)
        case MunicipalTaskOverdue(next_by=date() as next_by) as fact:
            return _mark(record, fact.task_no, next_by)
        case _:
            return None


def _mark(record: Record, task_no: str, due_on: date) -> Due:
    command = encoder.encode(MarkTaskOverdue(task_no=task_no, due_on=due_on)).decode()
    return Due.after(due_on, subject=record.envelope.subject, command=command, set_by=record.envelope.id)


# ---- the ledger


def task_clock_keys(record: Record) -> tuple[str, ...]:
    """``<town>/<task>/<difference, warning or change>``."""
    fact: Any = record.fact
    return (f"{fact.town}/{fact.task_no}/{_name(fact)}",)


def task_clock(row: ClockRow | None, record: Record) -> ClockRow | None:
    """A task's clock: in working days, with whoever answers for it; begun anew when the same task is there again."""
    by, on = record.envelope.id, record.envelope.time.astimezone(CHINA).date()
    match record.fact:
        case DifferenceFound() as fact:
            return clocks.started(_new(fact, fact.pack_version, fact.found_on), fact.found_on, fact.settle_by, by)
        case WarningOpened() as fact:
            return clocks.started(_new(fact, fact.article, fact.received_on), fact.received_on, fact.visit_by, by)
        case ChangeTaskOpened() as fact:
            return clocks.started(_new(fact, fact.article, fact.opened_on), fact.opened_on, fact.visit_by, by)
        case ChangeTaskClosed() as fact if row is not None:
            return clocks.stopped(row, fact.closed_on, by)
        case DifferenceSettled() as fact if row is not None:
            return clocks.stopped(row, fact.settled_on, by)
        case WarningHandled() as fact if row is not None:
            return clocks.stopped(row, fact.handled_on, by)
        case MunicipalTaskOverdue() if row is not None:
            return clocks.marked_overdue(row)
        case MunicipalTaskMoved() as fact if row is not None:
            return clocks.held(row, fact.responsible, on)
        case _:
            return row


def _new(fact: DifferenceFound | WarningOpened | ChangeTaskOpened, article: str, from_on: date) -> ClockRow:
    return ClockRow(
        town=fact.town,
        household=fact.household_no,
        application_no="",
        clock=_name(fact),
        article=article,
        counting="workdays",
        status="waiting",
        held_by=fact.responsible,
        held=(Held(who=fact.responsible, from_on=from_on),),
    )
