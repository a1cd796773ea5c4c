"""An officer as casework decides about one: work numbers, duty, hand-overs, visits a device brought; folded from facts alone."""

from datetime import date
from typing import Final

import msgspec

from services.contracts.casework import (
    CaseloadAccepted,
    CaseloadDeclined,
    CaseloadHandoverPlanned,
    HandoverItem,
    HandoverTask,
    OfficerDutyEnded,
    OfficerDutyStarted,
    OfficerVisitNoted,
    VisitSide,
    WorkRecorded,
)
from services.contracts.registry import Fact

# An officer's state stays small: a work number is known as repeated among this many latest ones.
WORK_NUMBERS_KEPT: Final = 500
# Batches come in within weeks; an officer makes some hundred visits a month.
NOTED_KEPT: Final = 300
DUTIES_KEPT: Final = 20


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One spell of duty in one town; without `until_on` it goes on."""

    town: str
    committees: tuple[str, ...]
    from_on: date
    until_on: date | None = None


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """The latest hand-over plan: what each receiver has still to answer, and what was accepted."""

    plan_no: str
    waiting: tuple[HandoverItem, ...]
    accepted: tuple[HandoverItem, ...] = ()
    waiting_tasks: tuple[HandoverTask, ...] = ()
    accepted_tasks: tuple[HandoverTask, ...] = ()


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state."""

    work_nos: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    handover: Handover | None = None
    plan_nos: tuple[str, ...] = ()
    noted: tuple[VisitSide, ...] = ()

    @property
    def duty(self) -> Duty | None:
        """The spell that goes on; None for who is on leave, has left, or never began."""
        return self.duties[-1] if self.duties and self.duties[-1].until_on is None else None

    @property
    def leaving(self) -> bool:
        """Whether somebody shall take over, or the duty has ended: nothing new is given to such an officer."""
        return (bool(self.duties) and self.duty is None) or self.handover is not None

    def town_on(self, day: date) -> str | None:
        """The town an officer was on duty in on a day."""
        spells = (one for one in reversed(self.duties) if one.from_on <= day)
        return next((one.town for one in spells if one.until_on is None or day <= one.until_on), None)


def evolve(state: Officer, fact: Fact) -> Officer:
    change = msgspec.structs.replace
    match fact:
        case WorkRecorded():
            return change(state, work_nos=(*state.work_nos, fact.work_no)[-WORK_NUMBERS_KEPT:])
        case OfficerVisitNoted():
            return change(state, noted=(*state.noted, fact.visit)[-NOTED_KEPT:])
        case OfficerDutyStarted():
            spell = Duty(town=fact.town, committees=fact.committees, from_on=fact.from_on)
            return change(state, duties=(*state.duties, spell)[-DUTIES_KEPT:], handover=None)
        case OfficerDutyEnded() if state.duties:
            ended = change(state.duties[-1], until_on=fact.last_day_on)
            return change(state, duties=(*state.duties[:-1], ended), handover=None)
        case CaseloadHandoverPlanned():
            # What was accepted before may still be on its way to its households.
            before = state.handover or Handover(plan_no="", waiting=())
            planned = change(before, plan_no=fact.plan_no, waiting=fact.items, waiting_tasks=fact.tasks)
            return change(state, handover=planned, plan_nos=(*state.plan_nos, fact.plan_no)[-DUTIES_KEPT:])
        case CaseloadAccepted() | CaseloadDeclined() if state.handover is not None:
            return _answered(state, state.handover, fact)
        case _:
            return state


def _answered(state: Officer, handover: Handover, fact: CaseloadAccepted | CaseloadDeclined) -> Officer:
    taken, tasks = (fact.items, fact.tasks) if isinstance(fact, CaseloadAccepted) else ((), ())
    left = msgspec.structs.replace(
        handover,
        waiting=tuple(item for item in handover.waiting if item.receiver != fact.receiver),
        accepted=(*handover.accepted, *taken),
        waiting_tasks=tuple(task for task in handover.waiting_tasks if task.receiver != fact.receiver),
        accepted_tasks=(*handover.accepted_tasks, *tasks),
    )
    anything = left.waiting or left.accepted or left.waiting_tasks or left.accepted_tasks
    return msgspec.structs.replace(state, handover=left if anything else None)
