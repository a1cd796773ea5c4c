"""A difference, a warning or a reported change as casework decides about it, folded from facts alone; every open one has somebody (四(二))."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.casework.domain.cases import SealedFields
from services.contracts.casework import (
    ChangeTaskClosed,
    ChangeTaskOpened,
    DifferenceFound,
    DifferenceSettled,
    MunicipalTaskMoved,
    MunicipalTaskOverdue,
    WarningHandled,
    WarningLinked,
    WarningOpened,
)
from services.contracts.registry import Fact, kind_of

# A warning's number is known as repeated among so many latest ones of the person.
WARNING_NUMBERS_KEPT: Final = 50


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state. `due_on`: the term's last day; `next_by`, once it is overdue, that of the next escalation.

    `escalated`: how many steps it went up. `household_no`, `person`: whom it is about, as far as that is known.
    `happened_on`, `reported_on`: the day of a change, and the day a committee reported it.
    """

    status: Literal["", "open", "done"] = ""
    kind: str = ""
    town: str = ""
    committee: str = ""
    household_no: str = ""
    municipal_no: str = ""
    person: str = ""
    responsible: str = ""
    due_on: date = date.max
    began_on: date = date.min
    next_by: date | None = None
    escalated: int = 0
    warning_nos: tuple[str, ...] = ()
    whom: SealedFields | None = None
    reported_on: date = date.min
    happened_on: date = date.min

    @property
    def open(self) -> bool:
        return self.status == "open"


def evolve(state: Task, fact: Fact) -> Task:
    change = msgspec.structs.replace
    match fact:
        case DifferenceFound():
            return change(
                Task(status="open", kind=fact.kind, town=fact.town, responsible=fact.responsible),
                household_no=fact.household_no,
                municipal_no=fact.municipal_no,
                began_on=fact.found_on,
                due_on=fact.settle_by,
            )
        case WarningOpened():
            return _opened(state, fact)
        case WarningLinked():
            linked = change(state, warning_nos=_numbers(state, fact.warning_no), town=fact.town)
            return linked if state.open else change(linked, responsible=fact.responsible, kind=fact.kind)
        case ChangeTaskOpened():
            return change(
                Task(status="open", kind=fact.kind, town=fact.town, responsible=fact.responsible),
                committee=fact.committee,
                household_no=fact.household_no,
                reported_on=fact.reported_on,
                happened_on=fact.happened_on,
                began_on=fact.opened_on,
                due_on=fact.visit_by,
            )
        case DifferenceSettled() | WarningHandled() | ChangeTaskClosed():
            return change(state, status="done", next_by=None)
        case MunicipalTaskOverdue():
            return change(state, next_by=fact.next_by, escalated=state.escalated + 1)
        case MunicipalTaskMoved():
            return change(state, responsible=fact.responsible)
        case _:
            return state


def _opened(state: Task, fact: WarningOpened) -> Task:
    return Task(
        status="open",
        kind=fact.kind,
        town=fact.town,
        committee=fact.committee,
        household_no=fact.household_no,
        person=fact.person,
        responsible=fact.responsible,
        began_on=fact.received_on,
        due_on=fact.visit_by,
        warning_nos=_numbers(state, fact.warning_no),
        whom=SealedFields(kind=kind_of(type(fact)), values=(fact.name, fact.resident_id, fact.contact)),
    )


def _numbers(state: Task, warning_no: str) -> tuple[str, ...]:
    return (*state.warning_nos, warning_no)[-WARNING_NUMBERS_KEPT:]
