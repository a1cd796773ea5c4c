"""casework's read models: households, cases, visits and work by officer, counts by town, running clocks; no names."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import msgspec

from services.casework.domain import CloseNotice, MarkOverdue
from services.contracts.casework import (
    CaseClosed,
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    ServicePlanned,
    StepOverdue,
    VisitCompleted,
    WorkRecorded,
)
from services.contracts.codec import encoder
from services.contracts.deciding import CHINA, Command, Due, Model, Record
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month
from services.contracts.registry import Fact


class HouseholdRow(msgspec.Struct, frozen=True, kw_only=True):
    """One household by its number.

    `status`: applying, receiving, ended (the only application was refused or withdrawn), helped (a single sum).
    `category` is the benefit in force, while applying the need applied for. `taken_over`: no procedure is claimed.
    """

    town: str
    committee: str
    category: str
    status: str
    member_count: int
    priority_count: int = 0
    monthly_amount_fen: Fen = ZERO_FEN
    officer: str = ""
    visits_per_month: int = 0
    taken_over: bool = False
    from_month: Month | None = None
    reverify_by: date | None = None


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One case by its application number.

    `status` is the latest step: opened, surveyed, checking, checked, posted, objected, notice_closed, confirmed,
    refused, closed. `amount_fen` is the proposed, then the decided amount. `conflict_count`: of the latest check.
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
    decided_on: date | None = None
    outcome: str = ""
    amount_fen: Fen = ZERO_FEN
    overdue_count: int = 0


class VisitsRow(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's visits in one month (of their start in China), as far as one partition knows; add them up."""

    officer: str
    month: Month
    town: str
    done: int = 0
    standard_met: int = 0
    minutes: int = 0


class WorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's administrative work of one kind in one month."""

    officer: str
    month: Month
    work: str
    town: str
    count: int = 0
    quantity: int = 0
    minutes: int = 0


class TownCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in one town's cases and households, as far as one partition knows; add the partitions up."""

    town: str
    taken_over: int = 0
    cases_opened: int = 0
    cases_closed: int = 0
    surveys: int = 0
    surveys_invalid: int = 0
    notices_posted: int = 0
    objections: int = 0
    confirmed: int = 0
    refused: int = 0
    visits: int = 0
    visits_standard_met: int = 0
    work_records: int = 0
    steps_overdue: int = 0


_change = msgspec.structs.replace


def _household_no(record: Record) -> str:
    return record.envelope.subject.partition(":")[2]


def _household_keys(record: Record) -> tuple[str, ...]:
    return (_household_no(record),)


def _household(row: HouseholdRow | None, record: Record, _: str) -> HouseholdRow | None:
    match record.fact:
        case HouseholdTakenOver() as fact:
            return _taken_over(fact)
        case CaseOpened() as fact:
            return row if row is not None and row.status == "receiving" else _applying(row, fact)
        case HouseholdSurveyed() as fact if row is not None and fact.members:
            priority_count = sum(member.priority for member in fact.members)
            return _change(row, member_count=len(fact.members), priority_count=priority_count)
        case EligibilityConfirmed() as fact if row is not None:
            return _granted(row, fact)
        case EligibilityRefused() | CaseClosed() if row is not None and row.status == "applying":
            return _change(row, status="ended")
        case ServicePlanned() as fact if row is not None:
            return _change(row, officer=fact.officer, visits_per_month=fact.visits_per_month)
        case _:
            return row


def _taken_over(fact: HouseholdTakenOver) -> HouseholdRow:
    return HouseholdRow(
        town=fact.town,
        committee=fact.committee,
        category=fact.category,
        status="receiving",
        member_count=len(fact.members),
        priority_count=sum(member.priority for member in fact.members),
        monthly_amount_fen=fact.monthly_amount_fen,
        officer=fact.officer,
        visits_per_month=fact.visits_per_month,
        taken_over=True,
        from_month=fact.benefit_from_month,
        reverify_by=fact.reverify_by,
    )


def _applying(row: HouseholdRow | None, fact: CaseOpened) -> HouseholdRow:
    if row is not None:
        return _change(row, status="applying", category=fact.need)
    return HouseholdRow(
        town=fact.town, committee=fact.committee, category=fact.need, status="applying", member_count=fact.member_count
    )


def _granted(row: HouseholdRow, fact: EligibilityConfirmed) -> HouseholdRow:
    if fact.one_off:
        return row if row.status == "receiving" else _change(row, status="helped")
    return _change(
        row,
        status="receiving",
        category=fact.need,
        monthly_amount_fen=fact.monthly_amount_fen,
        from_month=fact.from_month,
    )


def _case_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.application_no,)


def _case(row: CaseRow | None, record: Record, _: str) -> CaseRow | None:
    fact = record.fact
    if isinstance(fact, CaseOpened):
        names = set(CaseRow.__struct_fields__) & set(CaseOpened.__struct_fields__)
        fields = {name: getattr(fact, name) for name in names}
        return CaseRow(household=_household_no(record), status="opened", **fields)
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
        case EligibilityConfirmed():
            decided = {"status": "confirmed", "outcome": "confirmed", "decided_on": fact.decided_on}
            return {**decided, "amount_fen": fact.monthly_amount_fen}
        case EligibilityRefused():
            decided = {"status": "refused", "outcome": "refused", "decided_on": fact.decided_on}
            return {**decided, "amount_fen": ZERO_FEN}
        case CaseClosed():
            return {"status": "closed", "outcome": fact.reason, "amount_fen": ZERO_FEN}
        case StepOverdue():
            return {"overdue_count": row.overdue_count + 1}
        case _:
            return {}


def _visit_month(fact: VisitCompleted) -> Month:
    return Month.of(fact.started_at.astimezone(CHINA).date())


def _visit_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, VisitCompleted)
    return (f"{record.fact.officer}/{_visit_month(record.fact)}",)


def _visits(row: VisitsRow | None, record: Record, _: str) -> VisitsRow:
    fact = record.fact
    assert isinstance(fact, VisitCompleted)
    before = row or VisitsRow(officer=fact.officer, month=_visit_month(fact), town=fact.town)
    return _change(
        before,
        done=before.done + 1,
        standard_met=before.standard_met + fact.standard_met,
        minutes=before.minutes + (fact.ended_at - fact.started_at) // timedelta(minutes=1),
    )


def _work_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    assert isinstance(fact, WorkRecorded)
    return (f"{fact.officer}/{Month.of(fact.worked_on)}/{fact.work}",)


def _work(row: WorkRow | None, record: Record, _: str) -> WorkRow:
    fact = record.fact
    assert isinstance(fact, WorkRecorded)
    before = row or WorkRow(officer=fact.officer, month=Month.of(fact.worked_on), work=fact.work, town=fact.town)
    return _change(
        before,
        count=before.count + 1,
        quantity=before.quantity + fact.quantity,
        minutes=before.minutes + fact.minutes,
    )


_COUNTED: Final[dict[type[Fact], str]] = {
    HouseholdTakenOver: "taken_over",
    CaseOpened: "cases_opened",
    CaseClosed: "cases_closed",
    HouseholdSurveyed: "surveys",
    NoticePosted: "notices_posted",
    NoticeObjected: "objections",
    EligibilityConfirmed: "confirmed",
    EligibilityRefused: "refused",
    VisitCompleted: "visits",
    WorkRecorded: "work_records",
    StepOverdue: "steps_overdue",
}


def _town_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.town,)


def _town(row: TownCounts | None, record: Record, key: str) -> TownCounts:
    before = row or TownCounts(town=key)
    fact = record.fact
    names = [_COUNTED[type(fact)]]
    if isinstance(fact, HouseholdSurveyed) and not fact.valid:
        names.append("surveys_invalid")
    if isinstance(fact, VisitCompleted) and fact.standard_met:
        names.append("visits_standard_met")
    return _change(before, **{name: getattr(before, name) + 1 for name in names})


def due_instant(due_on: date) -> datetime:
    """When a clock whose last day is `due_on` has run out: the start of the next day in China."""
    return datetime.combine(due_on + timedelta(days=1), time(), CHINA)


_CLOCKS: Final = ("investigation", "outer", "notice")
# Which clocks a fact sets or stops. Only a change of these touches the due table.
_CLOCKS_OF: Final[dict[type[Fact], tuple[str, ...]]] = {
    CaseOpened: ("investigation", "outer"),
    HouseholdSurveyed: ("investigation",),
    NoticePosted: ("notice",),
    NoticeClosed: ("notice",),
    EligibilityConfirmed: _CLOCKS,
    EligibilityRefused: _CLOCKS,
    CaseClosed: _CLOCKS,
}


def _due_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    clocks = (fact.clock,) if isinstance(fact, StepOverdue) else _CLOCKS_OF[type(fact)]
    return tuple(f"{fact.application_no}/{clock}" for clock in clocks)


def _due(_: Due | None, record: Record, key: str) -> Due | None:
    """The row of a clock that a fact sets; None, so that the row vanishes, for a fact that stops it."""
    clock = key.rpartition("/")[2]
    household_no = _household_no(record)
    match record.fact:
        case CaseOpened() as fact:
            due_on = fact.investigate_by if clock == "investigation" else fact.decide_by
            overdue = MarkOverdue(
                household_no=household_no,
                application_no=fact.application_no,
                clock="investigation" if clock == "investigation" else "outer",
                due_on=due_on,
            )
            return _due_row(record, due_on, overdue)
        case NoticePosted() as fact:
            closing = CloseNotice(household_no=household_no, application_no=fact.application_no)
            return _due_row(record, fact.ends_on, closing)
        case _:
            return None


def _due_row(record: Record, due_on: date, command: Command) -> Due:
    return Due(subject=record.envelope.subject, due_at=due_instant(due_on), command=encoder.encode(command).decode())


def _model(
    name: str,
    row: type[Any],
    listens: tuple[type[Fact], ...],
    keys: Callable[[Record], tuple[str, ...]],
    evolve: Callable[[Any, Record, str], Any],
    *,
    internal: bool = False,
) -> Model[Any]:
    return Model(name=name, row=row, listens=listens, keys=keys, evolve=evolve, internal=internal)


_CASE_FACTS: Final = (
    CaseOpened,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticePosted,
    NoticeObjected,
    NoticeClosed,
    EligibilityConfirmed,
    EligibilityRefused,
    CaseClosed,
    StepOverdue,
)
_HOUSEHOLD_FACTS: Final = (
    HouseholdTakenOver,
    CaseOpened,
    HouseholdSurveyed,
    EligibilityConfirmed,
    EligibilityRefused,
    CaseClosed,
    ServicePlanned,
)
MODELS: Final[tuple[Model[Any], ...]] = (
    _model("households", HouseholdRow, _HOUSEHOLD_FACTS, _household_keys, _household),
    _model("cases", CaseRow, _CASE_FACTS, _case_keys, _case),
    _model("visits_by_officer", VisitsRow, (VisitCompleted,), _visit_keys, _visits),
    _model("work_by_officer", WorkRow, (WorkRecorded,), _work_keys, _work),
    _model("town_counts", TownCounts, tuple(_COUNTED), _town_keys, _town),
    _model("due", Due, (*_CLOCKS_OF, StepOverdue), _due_keys, _due, internal=True),
)
