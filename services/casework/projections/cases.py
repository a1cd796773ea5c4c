"""Read model of cases: where each one stands and until when; what was owed and done step by step is the proof's."""

from datetime import date
from typing import Any, Final

import msgspec

from services.casework.domain.state import DUE_FIELDS
from services.casework.projections.households import household_no_of
from services.contracts.casework import (
    BureauVisited,
    CaseClosed,
    CaseHandedOver,
    CaseOpened,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NearRelativeNoted,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    OpinionSubmitted,
    RefusalDelivered,
    StepOverdue,
)
from services.contracts.deciding import Model, Record
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.registry import Fact

_change = msgspec.structs.replace


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One case by its application number.

    `status` is the latest step: opened, surveyed, checking, checked, posted, objected, notice_closed, submitted,
    confirmed, refused, delivered (the refusal in writing), closed. `amount_fen` is the proposed, then the decided
    amount. `conflict_count`: of the latest check. `paused_clocks` stand still; `clocks` has them in full.
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
    paused_clocks: tuple[str, ...] = ()


def _keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.application_no,)


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
            return {"status": "surveyed", "survey_valid": row.survey_valid or fact.valid}
        case InformationCheckRequested():
            return {"status": "checking"}
        case InformationCheckReturned():
            return {"status": "checked", "conflict_count": len(fact.conflicts)}
        case NoticePosted():
            posted = {"notice_posted_on": fact.posted_on, "notice_ends_on": fact.ends_on}
            return {"status": "posted", "amount_fen": fact.proposed_amount_fen, **posted}
        case NoticeObjected():
            return {"status": "objected", "objection_count": row.objection_count + 1}
        case NoticeClosed():
            return {"status": "notice_closed"}
        case OpinionSubmitted():
            return {"status": "submitted", "bureau_decide_by": fact.decide_by, "responsible": fact.received_by}
        case BureauVisited():
            return {"bureau_visited_on": fact.visited_on}
        case EligibilityConfirmed():
            decided = {"status": "confirmed", "outcome": "confirmed", "decided_on": fact.decided_on}
            return {**decided, "amount_fen": fact.monthly_amount_fen}
        case EligibilityRefused():
            decided = {"status": "refused", "outcome": "refused", "decided_on": fact.decided_on}
            return {**decided, "amount_fen": ZERO_FEN, "written_notice_by": fact.written_notice_by}
        case RefusalDelivered():
            return {"status": "delivered"}
        case CaseClosed():
            return {"status": "closed", "outcome": fact.reason, "amount_fen": ZERO_FEN}
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
        ClockPaused,
        ClockResumed,
        ClockExtended,
        CaseHandedOver,
        NearRelativeNoted,
    ),
    keys=_keys,
    evolve=_case,
)
