"""The ledger's clocks of a household beside those of its cases: looked at again, recognised until, complaints, reassessments."""

from datetime import date
from typing import Any, Final

import msgspec

from services.casework.projections.households import household_no_of
from services.contracts import clocks
from services.contracts.casework import (
    AbilityAssessed,
    AbilityChangeReported,
    BenefitTerminated,
    ComplaintAnswered,
    ComplaintOverdue,
    ComplaintReceived,
    EligibilityConfirmed,
    GradualExitGranted,
    HouseholdReverified,
    HouseholdTakenOver,
    ReassessmentOverdue,
    RecognitionLapsed,
    ResponsibilityMoved,
    ReverificationOverdue,
    ServicePlanned,
)
from services.contracts.clocks import ClockRow, Counting, Held, started, stopped
from services.contracts.deciding import CHINA, Record
from services.contracts.registry import Fact

# A notice and a recognition end on their day and cannot be late.
_COUNTING: Final[dict[str, Counting]] = {"notice": "full_days", "validity": "full_days", "reverification": "days"}
_LOOK: Final = "reverification"
_VALIDITY: Final = "validity"
_COMPLAINT: Final = "complaint"
_REASSESSMENT: Final = "reassessment"
HOUSEHOLD_CLOCKS: Final = (_LOOK, _VALIDITY, _COMPLAINT, _REASSESSMENT)
# Which of a household's two own clocks a fact is about; complaints and reassessments have numbers of their own.
_OWN: Final[dict[type[Fact], tuple[str, ...]]] = {
    HouseholdTakenOver: (_LOOK,),
    HouseholdReverified: (_LOOK,),
    ReverificationOverdue: (_LOOK,),
    GradualExitGranted: (_LOOK,),
    EligibilityConfirmed: (_LOOK, _VALIDITY),
    ServicePlanned: (_LOOK, _VALIDITY),
    RecognitionLapsed: (_LOOK, _VALIDITY),
    BenefitTerminated: (_LOOK, _VALIDITY),
    ResponsibilityMoved: (_LOOK, _VALIDITY),
}
_OF_COMPLAINT: Final = (ComplaintReceived, ComplaintAnswered, ComplaintOverdue)
_OF_ASSESSMENT: Final = (AbilityChangeReported, AbilityAssessed, ReassessmentOverdue)
OF_HOUSEHOLD: Final[tuple[type[Fact], ...]] = (*_OWN, *_OF_COMPLAINT, *_OF_ASSESSMENT)


def on_day(record: Record) -> date:
    """The day a fact is about where it states none: the civil day in China on which it happened."""
    return record.envelope.time.astimezone(CHINA).date()


def household_keys(record: Record) -> tuple[str, ...]:
    """``<town>/<household>/<clock>``; ``<town>/<household>/<complaint or person>/<clock>``; a single sum touches none."""
    fact: Any = record.fact
    place = f"{fact.town}/{household_no_of(record)}"
    if isinstance(fact, EligibilityConfirmed) and fact.one_off:
        return ()
    if isinstance(fact, _OF_COMPLAINT):
        return (f"{place}/{fact.complaint_no}/{_COMPLAINT}",)
    if isinstance(fact, _OF_ASSESSMENT):
        return (f"{place}/{fact.person}/{_REASSESSMENT}",)
    own = tuple(f"{place}/{name}" for name in _OWN.get(type(fact), ()))
    if isinstance(fact, BenefitTerminated):
        return (*own, *(f"{place}/{person}/{_REASSESSMENT}" for person in fact.reassessments_dropped))
    if isinstance(fact, ResponsibilityMoved):
        complaints = (f"{place}/{number}/{_COMPLAINT}" for number in fact.complaint_nos)
        return (*own, *complaints, *(f"{place}/{person}/{_REASSESSMENT}" for person in fact.reassessments))
    return own


def new_clock(
    record: Record, fact: Any, name: str, article: str, holder: str, from_on: date, number: str = ""
) -> ClockRow:
    """A clock that waits for its start; `number` of the application, complaint or report it is about."""
    return ClockRow(
        town=fact.town,
        household=household_no_of(record),
        application_no=number,
        clock=name,
        article=article,
        counting=_COUNTING.get(name, "workdays"),
        status="waiting",
        held_by=holder,
        held=(Held(who=holder, from_on=from_on),),
    )


def household_clock(row: ClockRow | None, record: Record, name: str) -> ClockRow | None:
    """What a fact does to one of a household's clocks."""
    match name:
        case "complaint":
            return _complaint(row, record)
        case "reassessment":
            return _reassessment(row, record)
        case "validity":
            return _validity(row, record)
        case _:
            return _look(row, record)


def _look(row: ClockRow | None, record: Record) -> ClockRow | None:
    """The clock by which a benefit is looked at again (民发〔2021〕57号 art. 31); whoever visits the household holds it."""
    on, by = on_day(record), record.envelope.id
    match record.fact:
        case HouseholdTakenOver() as fact:
            new = new_clock(record, fact, _LOOK, fact.document, f"officer:{fact.officer}", on)
            return started(new, on, fact.reverify_by, by)
        case EligibilityConfirmed(reverify_by=date() as due_on) as fact:
            row = row or new_clock(record, fact, _LOOK, fact.pack_version, fact.decided_by, fact.decided_on)
            return started(row, fact.decided_on, due_on, by)
        case EligibilityConfirmed() as fact if row is not None:  # what is granted now is not looked at again by cadence
            return stopped(row, fact.decided_on, by)
        case GradualExitGranted() as fact if row is not None:
            return started(row, on, fact.until_month.last_day, by)
        case HouseholdReverified() as fact if row is not None:
            return started(row, fact.reverified_on, fact.next_by, by)
        case ReverificationOverdue() if row is not None:
            return clocks.marked_overdue(row)
        case _:
            return _held_or_ended(row, record)


def _validity(row: ClockRow | None, record: Record) -> ClockRow | None:
    """How long a recognition is valid (刚性支出困难、低保边缘: for a term, then again)."""
    on, by = on_day(record), record.envelope.id
    match record.fact:
        case EligibilityConfirmed(valid_until=date() as until) as fact:
            row = row or new_clock(record, fact, _VALIDITY, fact.pack_version, fact.decided_by, fact.decided_on)
            return started(row, fact.decided_on, until, by)
        case EligibilityConfirmed() if row is not None:
            return stopped(row, on, by)
        case _:
            return _held_or_ended(row, record)


def _held_or_ended(row: ClockRow | None, record: Record) -> ClockRow | None:
    """The household has another officer, or receives no more."""
    on, by = on_day(record), record.envelope.id
    match record.fact:
        case ServicePlanned() as fact if row is not None:
            return clocks.held(row, f"officer:{fact.officer}", on)
        case ResponsibilityMoved() as fact if row is not None and row.held_by == fact.previous:
            return clocks.held(row, fact.responsible, on)
        case RecognitionLapsed() if row is not None:
            return stopped(row, on, by)
        case BenefitTerminated() as fact if row is not None:
            return stopped(row, fact.decided_on, by)
        case _:
            return row


def _complaint(row: ClockRow | None, record: Record) -> ClockRow | None:
    """A complaint is answered in its term (民发〔2021〕57号 arts. 36-38) by whoever it was given to."""
    by = record.envelope.id
    match record.fact:
        case ComplaintReceived() as fact:
            new = new_clock(
                record, fact, _COMPLAINT, fact.pack_version, fact.responsible, fact.received_on, fact.complaint_no
            )
            return started(new, fact.received_on, fact.answer_by, by)
        case ComplaintAnswered() as fact if row is not None:
            return stopped(row, fact.answered_on, by)
        case ComplaintOverdue() if row is not None:
            return clocks.marked_overdue(row)
        case _:
            return _held_or_ended(row, record)


def _reassessment(row: ClockRow | None, record: Record) -> ClockRow | None:
    """A reported change of ability is assessed in its term (特困人员认定办法 2021); the household's officer answers for it."""
    by = record.envelope.id
    match record.fact:
        case AbilityChangeReported() as fact:
            holder = fact.responsible or fact.reported_by
            row = row or new_clock(record, fact, _REASSESSMENT, fact.pack_version, holder, fact.reported_on)
            again = started(row, fact.reported_on, fact.reassess_by, by)
            about = msgspec.structs.replace(again, application_no=fact.report_no, article=fact.pack_version)
            return clocks.held(about, holder, fact.reported_on)
        case AbilityAssessed() as fact if row is not None:
            return stopped(row, fact.assessed_on, by)
        case ReassessmentOverdue() if row is not None:
            return clocks.marked_overdue(row)
        case _:
            return _held_or_ended(row, record)
