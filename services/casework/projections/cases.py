"""Read model of cases: where each one stands and until when; what was owed and done step by step is the proof's."""

from datetime import date
from typing import Any, Final

import msgspec

from services.casework.domain.cases import DUE_FIELDS, OF_DECISION, ends_help, left_open
from services.casework.projections.households import household_no_of
from services.contracts.casework import (
    BureauVisited,
    CaseClosed,
    CaseHandedOver,
    CaseOpened,
    CheckContested,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    CommunityReviewed,
    ComplaintReceived,
    ConflictResolved,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    MunicipalNumberDropped,
    MunicipalNumberRecorded,
    NearRelativeNoted,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    OpinionSubmitted,
    PapersCompleted,
    RefusalDelivered,
    ResponsibilityMoved,
    StepOverdue,
    SurveyHelpAsked,
    SurveyHelpDeclined,
)
from services.contracts.deciding import Model, Record
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.registry import Fact

_change = msgspec.structs.replace
_NOTHING_RUNS: Final[dict[str, object]] = {"paused_clocks": (), "helping_town": ""}


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One case by its application number.

    `status` is the latest step: opened, surveyed, checking, checked, posted, objected, notice_closed, submitted,
    confirmed, refused, delivered (the refusal in writing), closed, papers_completed. `amount_fen` is the proposed, then
    the decided amount. `check_returned`: all registers have answered; `awaited`: those still to, `open_conflicts` of those that did, `contested` again.
    `papers_by`: an emergency was helped first. `reserve_fund`: a town's decision was paid from it. `paused_clocks` stand
    still; `clocks` has them in full. `municipal_no`: its number in the municipal system.
    """

    household: str
    town: str
    committee: str
    need: str
    status: str
    responsible: str
    accepted_on: date
    investigate_by: date
    decide_by: date
    near_relative_declared: bool
    survey_valid: bool = False
    conflict_count: int = 0
    notice_posted_on: date | None = None
    notice_ends_on: date | None = None
    objection_count: int = 0
    bureau_decide_by: date | None = None
    bureau_visited_on: date | None = None
    decided_on: date | None = None
    written_notice_by: date | None = None
    outcome: str = ""
    amount_fen: Fen = ZERO_FEN
    overdue_count: int = 0
    awaited: tuple[str, ...] = ()
    open_conflicts: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    review_count: int = 0
    complaint_count: int = 0
    helping_town: str = ""
    papers_by: date | None = None
    reserve_fund: str = ""
    valid_until: date | None = None
    paused_clocks: tuple[str, ...] = ()
    municipal_no: str = ""
    check_returned: bool = False


def _keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    if isinstance(fact, MunicipalNumberRecorded | MunicipalNumberDropped):
        return (fact.application_no,) if fact.application_no else ()
    return fact.application_nos if isinstance(fact, ResponsibilityMoved) else (fact.application_no,)


def _case(row: CaseRow | None, record: Record, _: str) -> CaseRow | None:
    fact = record.fact
    if isinstance(fact, CaseOpened):
        names = set(CaseRow.__struct_fields__) & set(CaseOpened.__struct_fields__)
        fields = {name: getattr(fact, name) for name in names}
        return CaseRow(household=household_no_of(record), status="opened", **fields)
    if row is None:
        return None
    return _change(row, **_case_changes(row, fact))


def _case_changes(row: CaseRow, fact: Fact) -> dict[str, object]:
    """What a fact changes in its case's row."""
    match fact:
        case HouseholdSurveyed():
            helping = "" if ends_help(fact) else row.helping_town
            return {
                "status": "surveyed",
                "survey_valid": row.survey_valid or fact.valid,
                "helping_town": helping,
            }
        case InformationCheckRequested() | InformationCheckReturned() | ConflictResolved() | CheckContested():
            return _check_changes(row, fact)
        case NoticePosted():
            posted = {"notice_posted_on": fact.posted_on, "notice_ends_on": fact.ends_on}
            return {"status": "posted", "amount_fen": fact.proposed_amount_fen, **posted}
        case NoticeObjected():
            return {"status": "objected", "objection_count": row.objection_count + 1, "bureau_visited_on": None}
        case NoticeClosed():
            return {"status": "notice_closed"}
        case OpinionSubmitted():
            return {"status": "submitted", "bureau_decide_by": fact.decide_by, "responsible": fact.received_by}
        case BureauVisited():
            return {"bureau_visited_on": fact.visited_on}
        case EligibilityConfirmed():
            decided = {"status": "confirmed", "outcome": "confirmed", "decided_on": fact.decided_on}
            beside = {name: getattr(fact, name) for name in ("papers_by", "reserve_fund", "valid_until")}
            return {**decided, "amount_fen": fact.monthly_amount_fen, **beside, **_left_running(row, fact)}
        case EligibilityRefused():
            decided = {"status": "refused", "outcome": "refused", "decided_on": fact.decided_on}
            return {**decided, **_NOTHING_RUNS, "amount_fen": ZERO_FEN, "written_notice_by": fact.written_notice_by}
        case RefusalDelivered():
            return {"status": "delivered"}
        case CaseClosed():
            return {"status": "closed", "outcome": fact.reason, "amount_fen": ZERO_FEN, **_NOTHING_RUNS}
        case ResponsibilityMoved():
            return {"responsible": fact.responsible} if row.responsible == fact.previous else {}
        case StepOverdue():
            return {"overdue_count": row.overdue_count + 1}
        case ClockPaused():
            return {"paused_clocks": (*row.paused_clocks, fact.clock)}
        case ClockResumed() | ClockExtended():
            left = tuple(clock for clock in row.paused_clocks if clock != fact.clock)
            due = {DUE_FIELDS[fact.clock]: fact.due_on} if hasattr(row, DUE_FIELDS.get(fact.clock, "")) else {}
            return {**due, "paused_clocks": left}
        case CaseHandedOver():
            return {"responsible": fact.responsible}
        case NearRelativeNoted():
            return {"near_relative_declared": True}
        case _:
            return _beside_changes(row, fact)


def _left_running(row: CaseRow, fact: EligibilityConfirmed) -> dict[str, object]:
    """With the decision nothing runs any more, but for what a town still owes after an emergency was helped first."""
    if fact.papers_by is None:
        return _NOTHING_RUNS
    return {"paused_clocks": tuple(clock for clock in row.paused_clocks if clock not in OF_DECISION)}


def _check_changes(
    row: CaseRow, fact: InformationCheckRequested | InformationCheckReturned | ConflictResolved | CheckContested
) -> dict[str, object]:
    """What the information check changes: a conflict stays open until its own register, or a person, settles it."""
    match fact:
        case InformationCheckRequested():
            return {"status": "checking", "awaited": fact.registers, "check_returned": False}
        case InformationCheckReturned():
            waiting, conflicts = left_open(row.awaited, row.open_conflicts, fact)
            changes = {"awaited": waiting, "open_conflicts": conflicts, "conflict_count": len(conflicts)}
            left = tuple(register for register in row.contested if register not in (fact.registers or row.awaited))
            status = "checking" if waiting else "checked"
            return {**changes, "contested": left, "status": status, "check_returned": not waiting}
        case ConflictResolved():
            conflicts = tuple(register for register in row.open_conflicts if register != fact.register)
            return {"open_conflicts": conflicts, "conflict_count": len(conflicts)}
        case CheckContested():
            return {"contested": tuple(dict.fromkeys((*row.contested, *fact.registers)))}


def _beside_changes(row: CaseRow, fact: Fact) -> dict[str, object]:
    """What happens beside the main road of a case."""
    match fact:
        case CommunityReviewed():
            return {"review_count": row.review_count + 1}
        case ComplaintReceived():
            return {"complaint_count": row.complaint_count + 1, "bureau_visited_on": None}
        case SurveyHelpAsked():
            return {"helping_town": fact.helping_town}
        case SurveyHelpDeclined():
            return {"helping_town": ""}
        case PapersCompleted():
            return {"status": "papers_completed", "papers_by": None, **_NOTHING_RUNS}
        case MunicipalNumberRecorded():
            return {"municipal_no": fact.municipal_no}
        case MunicipalNumberDropped():
            return {"municipal_no": ""}
        case _:
            return {}


CASES: Final = Model(
    name="cases",
    row=CaseRow,
    listens=(
        CaseOpened,
        HouseholdSurveyed,
        InformationCheckRequested,
        InformationCheckReturned,
        NoticePosted,
        NoticeObjected,
        NoticeClosed,
        OpinionSubmitted,
        BureauVisited,
        EligibilityConfirmed,
        EligibilityRefused,
        RefusalDelivered,
        CaseClosed,
        StepOverdue,
        ConflictResolved,
        CheckContested,
        CommunityReviewed,
        ComplaintReceived,
        SurveyHelpAsked,
        SurveyHelpDeclined,
        PapersCompleted,
        ResponsibilityMoved,
        ClockPaused,
        ClockResumed,
        ClockExtended,
        CaseHandedOver,
        NearRelativeNoted,
        MunicipalNumberRecorded,
        MunicipalNumberDropped,
    ),
    keys=_keys,
    evolve=_case,
)
