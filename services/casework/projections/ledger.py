"""The clock ledger of casework: every clock of a case and of a benefit, what moved it, who has it in hand (限时办理)."""

from datetime import date
from typing import Any, Final

from services.casework.projections.households import household_no_of
from services.casework.projections.municipal_clocks import TASK_CLOCKS, task_clock, task_clock_keys
from services.contracts import clocks
from services.contracts.casework import (
    BenefitTerminated,
    CaseClosed,
    CaseHandedOver,
    CaseOpened,
    CheckContested,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    EligibilityConfirmed,
    EligibilityRefused,
    GradualExitGranted,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticePosted,
    OpinionSubmitted,
    PapersCompleted,
    RecognitionLapsed,
    RefusalDelivered,
    ResponsibilityMoved,
    ReverificationOverdue,
    ServicePlanned,
    StepOverdue,
    SurveyHelpAsked,
    SurveyHelpDeclined,
)
from services.contracts.clocks import ClockRow, Counting, Held, started, stopped
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.registry import Fact

# The step of the procedure that a clock is about: its article, and whether the case has such a clock at all.
_STEPS: Final = {
    "investigation": "investigation_started",
    "check_start": "check_started",
    "notice": "noticed_in_full",
    "bureau": "decided_in_term",
    "outer": "whole_in_term",
    "written_notice": "refusal_in_writing",
    "recheck": "contest_answered",
    "papers": "papers_completed",
}
_COUNTING: Final[dict[str, Counting]] = {"notice": "full_days", "reverification": "days"}
_LOOK: Final = "reverification"
_HELP: Final = "survey_help"
_ALL: Final = (*_STEPS, _HELP)
# What the town owes also after an emergency was helped first.
_PAPERS: Final = ("investigation", "check_start", "notice", "recheck", "papers", _HELP)
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
    NoticePosted: ("notice",),
    NoticeClosed: ("notice",),
    OpinionSubmitted: ("bureau", "outer", "written_notice", "recheck"),
    EligibilityConfirmed: _ALL,
    EligibilityRefused: _ALL,
    RefusalDelivered: ("written_notice",),
    CaseClosed: _ALL,
}
_OF_HOUSEHOLD: Final = (
    HouseholdTakenOver,
    HouseholdReverified,
    ReverificationOverdue,
    BenefitTerminated,
    ServicePlanned,
    GradualExitGranted,
    RecognitionLapsed,
)
_OF_ONE: Final = (StepOverdue, ClockPaused, ClockResumed, ClockExtended)


def _keys(record: Record) -> tuple[str, ...]:
    """``<town>/<application>/<clock>``; looking again is a household's clock."""
    fact: Any = record.fact
    if isinstance(fact, TASK_CLOCKS):
        return task_clock_keys(record)
    if isinstance(fact, ResponsibilityMoved):
        places = [f"{number}/{name}" for number in fact.application_nos for name in _ALL]
        return tuple(f"{fact.town}/{place}" for place in (f"{household_no_of(record)}/{_LOOK}", *places))
    look = f"{fact.town}/{household_no_of(record)}/{_LOOK}"
    if isinstance(fact, _OF_HOUSEHOLD):
        return (look,)
    names = (fact.clock,) if isinstance(fact, _OF_ONE) else _CLOCKS_OF[type(fact)]
    own = tuple(f"{fact.town}/{fact.application_no}/{name}" for name in names)
    granted = isinstance(fact, EligibilityConfirmed) and not fact.one_off
    return (*own, look) if granted else own


def _on(record: Record) -> date:
    """The day a fact is about where it states none: the civil day in China on which it happened."""
    return record.envelope.time.astimezone(CHINA).date()


def _clock(row: ClockRow | None, record: Record, key: str) -> ClockRow | None:
    name = key.rpartition("/")[2]
    fact, by = record.fact, record.envelope.id
    if isinstance(fact, TASK_CLOCKS):
        return task_clock(row, record)
    if isinstance(fact, ResponsibilityMoved):
        mine = row is not None and row.held_by == fact.previous
        return clocks.held(row, fact.responsible, _on(record)) if row is not None and mine else row
    if name == _LOOK:
        return _look(row, record)
    if isinstance(fact, CaseOpened):
        return _opened(fact, record, name)
    if isinstance(fact, SurveyHelpAsked):
        row = row or _new(record, fact, name, fact.pack_version, "", fact.asked_on, fact.application_no)
        helped = started(row, fact.asked_on, fact.answer_by, by)
        return clocks.held(helped, f"town:{fact.helping_town}", fact.asked_on)
    return None if row is None else _moved(row, record, name)


def _moved(row: ClockRow, record: Record, name: str) -> ClockRow | None:
    """What a fact of the case does to one of its clocks."""
    fact, by = record.fact, record.envelope.id
    match fact:
        case ClockPaused() | ClockResumed() | ClockExtended():
            return clocks.moved(row, fact, _on(record), by)
        case StepOverdue():
            return clocks.marked_overdue(row)
        case CaseHandedOver():
            return clocks.held(row, fact.responsible, _on(record))
        case NoticePosted():
            return started(row, fact.posted_on, fact.ends_on, by)
        case OpinionSubmitted():
            handed = clocks.held(row, fact.received_by, fact.submitted_on)
            return started(handed, fact.submitted_on, fact.decide_by, by) if name == "bureau" else handed
        case CheckContested():
            return started(row, fact.contested_on, fact.recheck_by, by)
        case InformationCheckReturned() if not fact.settles_contest:
            return row
        case HouseholdSurveyed() if name == _HELP and not (fact.surveyed_by_town and fact.valid):
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
        case NoticeClosed() as fact:
            return min(fact.closed_on, _on(record))
        case EligibilityConfirmed() | EligibilityRefused() as fact:
            return fact.decided_on
        case RefusalDelivered() as fact:
            return fact.delivered_on
        case _:
            return _on(record)


def _opened(fact: CaseOpened, record: Record, name: str) -> ClockRow | None:
    """A clock that the case will need: running, or waiting for its start."""
    step = next((step for step in fact.procedure if step.step == _STEPS.get(name)), None)
    check_by = step.due_on if step is not None else None
    due = {"investigation": fact.investigate_by, "outer": fact.decide_by, "check_start": check_by}.get(name)
    if step is None and due is None:
        return None
    row = _new(
        record, fact, name, step.article if step else "", fact.responsible, fact.accepted_on, fact.application_no
    )
    return row if due is None else started(row, fact.accepted_on, due, record.envelope.id)


def _new(
    record: Record, fact: Any, name: str, article: str, holder: str, from_on: date, application_no: str = ""
) -> ClockRow:
    return ClockRow(
        town=fact.town,
        household=household_no_of(record),
        application_no=application_no,
        clock=name,
        article=article,
        counting=_COUNTING.get(name, "workdays"),
        status="waiting",
        held_by=holder,
        held=(Held(who=holder, from_on=from_on),),
    )


def _look(row: ClockRow | None, record: Record) -> ClockRow | None:
    """The clock by which a benefit is looked at again (民发〔2021〕57号 art. 31); whoever visits the household holds it."""
    on, by = _on(record), record.envelope.id
    match record.fact:
        case HouseholdTakenOver() as fact:
            new = _new(record, fact, _LOOK, fact.document, f"officer:{fact.officer}", on)
            return started(new, on, fact.reverify_by, by)
        case EligibilityConfirmed(reverify_by=date() as due_on) as fact:
            row = row or _new(record, fact, _LOOK, fact.pack_version, fact.decided_by, fact.decided_on)
            return started(row, fact.decided_on, due_on, by)
        case EligibilityConfirmed() as fact if row is not None:  # what is granted now is not looked at again by cadence
            return stopped(row, fact.decided_on, by)
        case GradualExitGranted() as fact if row is not None:
            return started(row, on, fact.until_month.last_day, by)
        case RecognitionLapsed() if row is not None:
            return stopped(row, on, by)
        case HouseholdReverified() as fact if row is not None:
            return started(row, fact.reverified_on, fact.next_by, by)
        case ServicePlanned() as fact if row is not None:
            return clocks.held(row, f"officer:{fact.officer}", on)
        case ReverificationOverdue() if row is not None:
            return clocks.marked_overdue(row)
        case BenefitTerminated() as fact if row is not None:
            return stopped(row, fact.decided_on, by)
        case _:
            return row


CLOCKS: Final = Model(
    name="clocks",
    row=ClockRow,
    listens=(*_CLOCKS_OF, *_OF_HOUSEHOLD, *_OF_ONE, ResponsibilityMoved, *TASK_CLOCKS),
    keys=_keys,
    evolve=_clock,
    listed_by="open_until",
)
