"""The table of running clocks: what the timer states when nobody was in time, and when a notice comes down."""

from datetime import date
from typing import Any, Final, cast

from services.casework.domain import (
    CloseNotice,
    CloseOfficerMonth,
    LapseRecognition,
    MarkComplaintOverdue,
    MarkOverdue,
    MarkReassessmentOverdue,
    MarkReverificationOverdue,
)
from services.casework.domain.cases import OF_DECISION, ends_help
from services.casework.domain.commands import Clock
from services.casework.projections.households import household_no_of
from services.casework.projections.other_clocks import OTHER_CLOCKS, other_due, other_keys
from services.contracts.casework import (
    AbilityAssessed,
    AbilityChangeReported,
    BenefitTerminated,
    CaseClosed,
    CaseOpened,
    CheckContested,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    ComplaintAnswered,
    ComplaintOverdue,
    ComplaintReceived,
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
    OfficerMonthClosed,
    OfficerMonthPlanned,
    OpinionSubmitted,
    PapersCompleted,
    ReassessmentOverdue,
    RecognitionLapsed,
    RefusalDelivered,
    ReverificationOverdue,
    StepOverdue,
    SurveyHelpAsked,
    SurveyHelpDeclined,
)
from services.contracts.codec import encoder
from services.contracts.deciding import Command, Due, Model, Record
from services.contracts.registry import Fact

_LOOK: Final = "reverification"
_MONTH: Final = "month"
_REASSESS: Final = "reassessment"
_VALIDITY: Final = "validity"
# What the town owes, an emergency that was helped first too; and what ends with the decision.
_PAPERS: Final = ("investigation", "check_start", "first_opinion", "notice", "recheck", "survey_help")
_OF_CASE: Final = (*_PAPERS, *OF_DECISION)
# Which clocks a fact sets or stops. Only a change of these touches the due table.
_CLOCKS_OF: Final[dict[type[Fact], tuple[str, ...]]] = {
    CaseOpened: ("investigation", "check_start", "first_opinion", "outer"),
    HouseholdSurveyed: ("investigation", "survey_help"),
    InformationCheckRequested: ("check_start",),
    InformationCheckReturned: ("recheck",),
    CheckContested: ("recheck",),
    SurveyHelpAsked: ("survey_help",),
    SurveyHelpDeclined: ("survey_help",),
    PapersCompleted: (*_PAPERS, "papers"),
    ComplaintReceived: ("complaint",),
    ComplaintAnswered: ("complaint",),
    ComplaintOverdue: ("complaint",),
    NoticePosted: ("notice", "first_opinion"),
    NoticeClosed: ("notice",),
    OpinionSubmitted: ("bureau",),
    EligibilityConfirmed: (*_OF_CASE, "papers", _LOOK, _VALIDITY),
    EligibilityRefused: (*_OF_CASE, "written_notice"),
    RefusalDelivered: ("written_notice",),
    CaseClosed: _OF_CASE,
    HouseholdTakenOver: (_LOOK,),
    HouseholdReverified: (_LOOK,),
    ReverificationOverdue: (_LOOK,),
    GradualExitGranted: (_LOOK,),
    BenefitTerminated: (_LOOK, _VALIDITY),
    RecognitionLapsed: (_LOOK, _VALIDITY),
    AbilityChangeReported: (_REASSESS,),
    AbilityAssessed: (_REASSESS,),
    ReassessmentOverdue: (_REASSESS,),
    OfficerMonthPlanned: (_MONTH,),
    OfficerMonthClosed: (_MONTH,),
}
_OF_HOUSEHOLD: Final = (_LOOK, _VALIDITY)


_OF_ONE: Final = (StepOverdue, ClockPaused, ClockResumed, ClockExtended)


def _keys(record: Record) -> tuple[str, ...]:
    """``<application, household, person, complaint or officer's month>/<clock>``: looking again and validity are a household's clocks."""
    fact: Any = record.fact
    if isinstance(fact, OfficerMonthPlanned | OfficerMonthClosed):
        return (f"{fact.town}/{fact.month}/{fact.officer}/{_MONTH}",)
    if isinstance(fact, BenefitTerminated):
        household_no = household_no_of(record)
        dropped = tuple(f"{household_no}/{person}/{_REASSESS}" for person in fact.reassessments_dropped)
        return (*(f"{household_no}/{clock}" for clock in _OF_HOUSEHOLD), *dropped)
    if isinstance(fact, OTHER_CLOCKS):
        return other_keys(record)
    clocks = (fact.clock,) if isinstance(fact, _OF_ONE) else _CLOCKS_OF[type(fact)]
    return tuple(f"{_subject_of(record, clock)}/{clock}" for clock in clocks)


def _subject_of(record: Record, clock: str) -> str:
    fact: Any = record.fact
    if clock in _OF_HOUSEHOLD:
        return household_no_of(record)
    if clock == "complaint":
        return f"{household_no_of(record)}/{fact.complaint_no}"
    if clock == _REASSESS:
        return f"{household_no_of(record)}/{fact.person}"
    number: str = fact.application_no
    return number


def _due(before: Due | None, record: Record, key: str) -> Due | None:
    """The row of a clock that a fact sets; None, so that the row vanishes, for a fact that stops it."""
    if isinstance(record.fact, OTHER_CLOCKS):
        return other_due(record)
    clock = key.rpartition("/")[2]
    match record.fact:
        case CaseOpened() as fact:
            steps = {step.step: step.due_on for step in fact.procedure}
            if clock == "investigation":
                return _overdue(record, fact.application_no, "investigation", fact.investigate_by)
            if clock == "check_start":
                return _overdue(record, fact.application_no, "check_start", steps.get("check_started"))
            if clock == "first_opinion":
                return _overdue(record, fact.application_no, clock, steps.get("opinion_signed"))
            return _overdue(record, fact.application_no, "outer", fact.decide_by)
        case OpinionSubmitted() as fact:
            return _overdue(record, fact.application_no, "bureau", fact.decide_by)
        case EligibilityRefused() as fact if clock == "written_notice":
            return _overdue(record, fact.application_no, "written_notice", fact.written_notice_by)
        case HouseholdTakenOver() as fact:
            return _look(record, fact.reverify_by)
        case HouseholdReverified() as fact:
            return _look(record, fact.next_by)
        case GradualExitGranted() as fact:
            return _look(record, fact.until_month.last_day)
        case AbilityChangeReported() as fact:
            mark = MarkReassessmentOverdue(
                household_no=household_no_of(record), person=fact.person, due_on=fact.reassess_by
            )
            return _row(record, fact.reassess_by, mark)
        case EligibilityConfirmed() as fact:
            return _after_grant(before, record, fact, clock)
        case HouseholdSurveyed() as fact if clock == "survey_help":
            return None if ends_help(fact) else before
        case InformationCheckReturned() as fact:
            return _recheck(before, record, fact)
        case CheckContested() as fact:
            return _overdue(record, fact.application_no, "recheck", fact.clock_by or fact.recheck_by)
        case SurveyHelpAsked() as fact:
            return _overdue(record, fact.application_no, "survey_help", fact.answer_by)
        case ComplaintReceived() as fact:
            return _complaint(record, fact)
        case NoticePosted() as fact if clock == "notice":
            closing = CloseNotice(household_no=household_no_of(record), application_no=fact.application_no)
            return _row(record, fact.ends_on, closing)
        case OfficerMonthPlanned() as fact:
            close = CloseOfficerMonth(town=fact.town, month=fact.month, officer=fact.officer)
            return _row(record, fact.close_on, close)
        case ClockResumed() | ClockExtended() as fact:
            return _overdue(record, fact.application_no, fact.clock, fact.due_on)
        case _:
            return None


def _recheck(before: Due | None, record: Record, fact: InformationCheckReturned) -> Due | None:
    """Until all that was contested is answered; what was contested later has a later day."""
    if fact.settles_contest:
        return None
    return _overdue(record, fact.application_no, "recheck", fact.recheck_by) if fact.recheck_by else before


def _after_grant(before: Due | None, record: Record, fact: EligibilityConfirmed, clock: str) -> Due | None:
    """A single sum leaves the clocks of the benefit in force alone; an emergency still owes what the town owed."""
    if clock == _LOOK:
        if fact.reverify_by is not None:
            return _look(record, fact.reverify_by)
        return before if fact.one_off else None
    if clock == _VALIDITY:
        return _validity(record, fact.valid_until) if fact.valid_until else before if fact.one_off else None
    if clock == "papers":
        return _overdue(record, fact.application_no, "papers", fact.papers_by)
    return before if clock in _PAPERS and fact.papers_by is not None else None


def _validity(record: Record, valid_until: date) -> Due:
    return _row(record, valid_until, LapseRecognition(household_no=household_no_of(record), valid_until=valid_until))


def _complaint(record: Record, fact: ComplaintReceived) -> Due:
    mark = MarkComplaintOverdue(
        household_no=household_no_of(record), complaint_no=fact.complaint_no, due_on=fact.answer_by
    )
    return _row(record, fact.answer_by, mark)


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


DUE: Final = Model(
    name="due", row=Due, listens=(*_CLOCKS_OF, *_OF_ONE, *OTHER_CLOCKS), keys=_keys, evolve=_due, internal=True
)
