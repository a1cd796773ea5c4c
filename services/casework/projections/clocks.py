"""The table of running clocks: what the timer states when nobody was in time, and when a notice comes down."""

from datetime import date
from typing import Any, Final, cast

from services.casework.domain import CloseNotice, MarkOverdue, MarkReverificationOverdue
from services.casework.domain.commands import Clock
from services.casework.projections.households import household_no_of
from services.contracts.casework import (
    BenefitTerminated,
    CaseClosed,
    CaseOpened,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckRequested,
    NoticeClosed,
    NoticePosted,
    OpinionSubmitted,
    RefusalDelivered,
    ReverificationOverdue,
    StepOverdue,
)
from services.contracts.codec import encoder
from services.contracts.deciding import Command, Due, Model, Record
from services.contracts.registry import Fact

_LOOK: Final = "reverification"
_OF_CASE: Final = ("investigation", "check_start", "notice", "bureau", "outer")
# Which clocks a fact sets or stops. Only a change of these touches the due table.
_CLOCKS_OF: Final[dict[type[Fact], tuple[str, ...]]] = {
    CaseOpened: ("investigation", "check_start", "outer"),
    HouseholdSurveyed: ("investigation",),
    InformationCheckRequested: ("check_start",),
    NoticePosted: ("notice",),
    NoticeClosed: ("notice",),
    OpinionSubmitted: ("bureau",),
    EligibilityConfirmed: (*_OF_CASE, _LOOK),
    EligibilityRefused: (*_OF_CASE, "written_notice"),
    RefusalDelivered: ("written_notice",),
    CaseClosed: _OF_CASE,
    HouseholdTakenOver: (_LOOK,),
    HouseholdReverified: (_LOOK,),
    ReverificationOverdue: (_LOOK,),
    BenefitTerminated: (_LOOK,),
}


_OF_ONE: Final = (StepOverdue, ClockPaused, ClockResumed, ClockExtended)


def _keys(record: Record) -> tuple[str, ...]:
    """``<application or household>/<clock>``: looking again is a household's clock, all others are a case's."""
    fact: Any = record.fact
    if _LOOK in _CLOCKS_OF.get(type(fact), ()):
        look = f"{household_no_of(record)}/{_LOOK}"
        if not isinstance(fact, EligibilityConfirmed):
            return (look,)
        return (*(f"{fact.application_no}/{clock}" for clock in _OF_CASE), look)
    clocks = (fact.clock,) if isinstance(fact, _OF_ONE) else _CLOCKS_OF[type(fact)]
    return tuple(f"{fact.application_no}/{clock}" for clock in clocks)


def _due(before: Due | None, record: Record, key: str) -> Due | None:
    """The row of a clock that a fact sets; None, so that the row vanishes, for a fact that stops it."""
    clock = key.rpartition("/")[2]
    match record.fact:
        case CaseOpened() as fact:
            check_by = next((step.due_on for step in fact.procedure if step.step == "check_started"), None)
            if clock == "investigation":
                return _overdue(record, fact.application_no, "investigation", fact.investigate_by)
            if clock == "check_start":
                return _overdue(record, fact.application_no, "check_start", check_by)
            return _overdue(record, fact.application_no, "outer", fact.decide_by)
        case OpinionSubmitted() as fact:
            return _overdue(record, fact.application_no, "bureau", fact.decide_by)
        case EligibilityRefused() as fact if clock == "written_notice":
            return _overdue(record, fact.application_no, "written_notice", fact.written_notice_by)
        case HouseholdTakenOver() as fact:
            return _look(record, fact.reverify_by)
        case HouseholdReverified() as fact:
            return _look(record, fact.next_by)
        case EligibilityConfirmed() as fact if clock == _LOOK:
            # A single sum leaves the clock of the benefit in force alone.
            return _look(record, fact.reverify_by) if fact.reverify_by is not None else before
        case NoticePosted() as fact:
            closing = CloseNotice(household_no=household_no_of(record), application_no=fact.application_no)
            return _row(record, fact.ends_on, closing)
        case ClockResumed() | ClockExtended() as fact:
            return _overdue(record, fact.application_no, fact.clock, fact.due_on)
        case _:
            return None


def _overdue(record: Record, application_no: str, clock: str, due_on: date | None) -> Due | None:
    if due_on is None:
        return None
    household_no = household_no_of(record)
    mark = MarkOverdue(
        household_no=household_no, application_no=application_no, clock=cast("Clock", clock), due_on=due_on
    )
    return _row(record, due_on, mark)


def _look(record: Record, due_on: date) -> Due:
    mark = MarkReverificationOverdue(household_no=household_no_of(record), due_on=due_on)
    return _row(record, due_on, mark)


def _row(record: Record, due_on: date, command: Command) -> Due:
    return Due.after(
        due_on,
        subject=record.envelope.subject,
        command=encoder.encode(command).decode(),
        set_by=record.envelope.id,
    )


DUE: Final = Model(name="due", row=Due, listens=(*_CLOCKS_OF, *_OF_ONE), keys=_keys, evolve=_due, internal=True)
