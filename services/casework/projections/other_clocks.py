"""The clocks beside those of cases and households: a year's training, a work order, a task; `clocks` puts them into the table."""

from datetime import date
from typing import Any, Final

from services.casework.domain.commands.contractors import MarkWorkOrderOverdue
from services.casework.domain.commands.training import MarkTrainingOverdue
from services.casework.projections.municipal_clocks import TASK_DUES, task_due, task_due_keys
from services.contracts.casework import (
    TrainingFulfilled,
    TrainingOverdue,
    TrainingOwed,
    WorkOrderAccepted,
    WorkOrderCancelled,
    WorkOrderDelivered,
    WorkOrderIssued,
    WorkOrderOverdue,
    WorkOrderSentBack,
)
from services.contracts.codec import encoder
from services.contracts.deciding import Due, Record
from services.contracts.registry import Fact

_OF_TRAINING: Final = (TrainingOwed, TrainingFulfilled, TrainingOverdue)
OTHER_CLOCKS: Final[tuple[type[Fact], ...]] = (
    *_OF_TRAINING,
    WorkOrderIssued,
    WorkOrderDelivered,
    WorkOrderSentBack,
    WorkOrderAccepted,
    WorkOrderCancelled,
    WorkOrderOverdue,
    *TASK_DUES,
)


def other_keys(record: Record) -> tuple[str, ...]:
    """``<person>/<year>/training`` or ``<contractor>/<order>/work_order``."""
    fact: Any = record.fact
    if isinstance(fact, TASK_DUES):
        return task_due_keys(record)
    number = record.envelope.subject.partition(":")[2]
    if isinstance(fact, _OF_TRAINING):
        return (f"{number}/{fact.year}/training",)
    return (f"{number}/{fact.order_no}/work_order",)


def other_due(record: Record) -> Due | None:
    """The row that a fact sets; None, so that the row vanishes, for a fact that stops its clock."""
    if isinstance(record.fact, TASK_DUES):
        return task_due(record)
    match record.fact:
        case TrainingOwed() as fact:
            mark = MarkTrainingOverdue(staff=fact.staff, town=fact.town, year=fact.year, due_on=fact.due_on)
            return Due.after(fact.due_on, subject=record.envelope.subject, command=encoder.encode(mark).decode())
        case WorkOrderIssued() | WorkOrderSentBack() as fact:
            return _order(record, fact.contractor, fact.order_no, fact.due_on)
        case _:
            return None


def _order(record: Record, contractor: str, order_no: str, due_on: date) -> Due:
    mark = MarkWorkOrderOverdue(contractor=contractor, order_no=order_no, due_on=due_on)
    return Due.after(due_on, subject=record.envelope.subject, command=encoder.encode(mark).decode())
