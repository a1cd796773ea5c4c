"""The clock ledger of casework: every clock of a case and of a benefit, what moved it, who has it in hand (限时办理)."""

from datetime import date
from typing import Any, Final

from services.casework.domain.cases import ends_help
from services.casework.projections.household_clocks import (
    HOUSEHOLD_CLOCKS,
    OF_HOUSEHOLD,
    household_clock,
    household_keys,
    new_clock,
    on_day,
)
from services.casework.projections.municipal_clocks import TASK_CLOCKS, task_clock, task_clock_keys
from services.contracts import clocks
from services.contracts.casework import (
    CaseClosed,
    CaseHandedOver,
    CaseOpened,
    CheckContested,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticePosted,
    OpinionSubmitted,
    PapersCompleted,
    RefusalDelivered,
    ResponsibilityMoved,
    StepOverdue,
    SurveyHelpAsked,
    SurveyHelpDeclined,
)
from services.contracts.clocks import ClockRow, started, stopped
from services.contracts.deciding import Model, Record
from services.contracts.registry import Fact

# The step of the procedure that a clock is about: its article, and whether the case has such a clock at all.
_STEPS: Final = {
    "investigation": "investigation_started",
    "check_start": "check_started",
    "first_opinion": "opinion_signed",
    "notice": "noticed_in_full",
    "bureau": "decided_in_term",
    "outer": "whole_in_term",
    "written_notice": "refusal_in_writing",
    "recheck": "contest_answered",
    "papers": "papers_completed",
}
_HELP: Final = "survey_help"
_ALL: Final = (*_STEPS, _HELP)
# What the town owes also after an emergency was helped first.
_PAPERS: Final = ("investigation", "check_start", "first_opinion", "notice", "recheck", "papers", _HELP)
_CLOCKS_OF: Final[dict[type[Fact], tuple[str, ...]]] = {
    CaseOpened: tuple(_STEPS),
    CaseHandedOver: tuple(_STEPS),
    HouseholdSurveyed: ("investigation", _HELP),
    InformationCheckRequested: ("check_start",),
    InformationCheckReturned: ("recheck",),
    CheckContested: ("recheck",),
    SurveyHelpAsked: (_HELP,),
    SurveyHelpDeclined: (_HELP,),
    PapersCompleted: _PAPERS,
    NoticePosted: ("notice", "first_opinion"),
    NoticeClosed: ("notice",),
    OpinionSubmitted: ("bureau", "outer", "written_notice", "recheck"),
    EligibilityConfirmed: _ALL,
    EligibilityRefused: _ALL,
    RefusalDelivered: ("written_notice",),
    CaseClosed: _ALL,
}
_OF_ONE: Final = (StepOverdue, ClockPaused, ClockResumed, ClockExtended)


def _keys(record: Record) -> tuple[str, ...]:
    """``<town>/<application>/<clock>``; those of the household itself are named in `household_clocks`."""
    fact: Any = record.fact
    if isinstance(fact, TASK_CLOCKS):
        return task_clock_keys(record)
    beside = household_keys(record) if isinstance(fact, OF_HOUSEHOLD) else ()
    if isinstance(fact, ResponsibilityMoved):
        own = tuple(f"{fact.town}/{number}/{name}" for number in fact.application_nos for name in _ALL)
        return (*own, *beside)
    names = (fact.clock,) if isinstance(fact, _OF_ONE) else _CLOCKS_OF.get(type(fact), ())
    return (*(f"{fact.town}/{fact.application_no}/{name}" for name in names), *beside)


def _clock(row: ClockRow | None, record: Record, key: str) -> ClockRow | None:
    name = key.rpartition("/")[2]
    fact, by = record.fact, record.envelope.id
    if name in HOUSEHOLD_CLOCKS:
        return household_clock(row, record, name)
    if isinstance(fact, TASK_CLOCKS):
        return task_clock(row, record)
    if isinstance(fact, ResponsibilityMoved):
        mine = row is not None and row.held_by == fact.previous
        return clocks.held(row, fact.responsible, on_day(record)) if row is not None and mine else row
    if isinstance(fact, CaseOpened):
        return _opened(fact, record, name)
    if isinstance(fact, SurveyHelpAsked):
        row = row or new_clock(record, fact, name, fact.pack_version, "", fact.asked_on, fact.application_no)
        helped = started(row, fact.asked_on, fact.answer_by, by)
        return clocks.held(helped, f"town:{fact.helping_town}", fact.asked_on)
    return None if row is None else _moved(row, record, name)


def _moved(row: ClockRow, record: Record, name: str) -> ClockRow | None:
    """What a fact of the case does to one of its clocks."""
    fact, by = record.fact, record.envelope.id
    match fact:
        case ClockPaused() | ClockResumed() | ClockExtended():
            return clocks.moved(row, fact, on_day(record), by)
        case StepOverdue():
            return clocks.marked_overdue(row)
        case CaseHandedOver():
            return clocks.held(row, fact.responsible, on_day(record))
        case NoticePosted() if name == "notice":
            return started(row, fact.posted_on, fact.ends_on, by)
        case OpinionSubmitted():
            handed = clocks.held(row, fact.received_by, fact.submitted_on)
            return started(handed, fact.submitted_on, fact.decide_by, by) if name == "bureau" else handed
        case CheckContested():
            return started(row, fact.contested_on, fact.clock_by or fact.recheck_by, by)
        case InformationCheckReturned() if not fact.settles_contest:
            return started(row, fact.returned_on, fact.recheck_by, by) if fact.recheck_by else row
        case HouseholdSurveyed() if name == _HELP and not ends_help(fact):
            return row
        case EligibilityConfirmed(papers_by=date() as papers_by) if name in _PAPERS:
            owed = row if name == _HELP else clocks.held(row, fact.decided_by, fact.decided_on)
            return started(owed, fact.decided_on, papers_by, by) if name == "papers" else owed
        case EligibilityRefused() if name == "written_notice":
            return started(row, fact.decided_on, fact.written_notice_by, by)
        case _:
            return stopped(row, _done_on(record), by)


def _done_on(record: Record) -> date:
    """The day on which a fact took the step whose clock it stops."""
    match record.fact:
        case HouseholdSurveyed() as fact:
            return fact.surveyed_on
        case InformationCheckReturned() as fact:
            return fact.returned_on
        case PapersCompleted() as fact:
            return fact.completed_on
        case NoticePosted() as fact:
            return fact.posted_on
        case NoticeClosed() as fact:
            return min(fact.closed_on, on_day(record))
        case EligibilityConfirmed() | EligibilityRefused() as fact:
            return fact.decided_on
        case RefusalDelivered() as fact:
            return fact.delivered_on
        case _:
            return on_day(record)


def _opened(fact: CaseOpened, record: Record, name: str) -> ClockRow | None:
    """A clock that the case will need: running, or waiting for its start."""
    step = next((step for step in fact.procedure if step.step == _STEPS.get(name)), None)
    by_step = step.due_on if step is not None and name in ("check_start", "first_opinion") else None
    due = {"investigation": fact.investigate_by, "outer": fact.decide_by}.get(name, by_step)
    if due is None and (step is None or name == "first_opinion"):
        return None
    row = new_clock(
        record, fact, name, step.article if step else "", fact.responsible, fact.accepted_on, fact.application_no
    )
    return row if due is None else started(row, fact.accepted_on, due, record.envelope.id)


CLOCKS: Final = Model(
    name="clocks",
    row=ClockRow,
    listens=tuple(dict.fromkeys((*_CLOCKS_OF, *OF_HOUSEHOLD, *_OF_ONE, *TASK_CLOCKS))),
    keys=_keys,
    evolve=_clock,
    listed_by="open_until",
)
