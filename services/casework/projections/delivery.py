"""Read models of care that was delivered: conflicts, devices, ratings, months planned and done, who is on duty."""

from datetime import date, datetime
from typing import Final

import msgspec

from services.casework.projections.households import household_no_of
from services.contracts.casework import (
    CaseloadAccepted,
    CaseloadDeclined,
    CaseloadHandoverPlanned,
    OfficerDutyEnded,
    OfficerDutyStarted,
    OfficerMonthClosed,
    OfficerMonthPlanned,
    RefusedRecord,
    ResponsibilityMoved,
    SequenceRange,
    VisitBatchReceived,
    VisitCompleted,
    VisitConflictDecided,
    VisitConflictFound,
    VisitRated,
    VisitSetAside,
    VisitSide,
)
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.months import Month

_change = msgspec.structs.replace


# ---- conflicts


class ConflictRow(msgspec.Struct, frozen=True, kw_only=True):
    """Two records that contradict each other, by the conflict's number. `status`: open, decided.

    `kind`: number (one visit number, two contents), household, officer (two visits at one time).
    """

    town: str
    household: str
    kind: str
    status: str
    responsible: str
    first: VisitSide
    second: VisitSide
    found_at: datetime
    kept: str = ""
    reason: str = ""
    decided_by: str = ""


def _conflict_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, VisitConflictFound | VisitConflictDecided | ResponsibilityMoved)
    if isinstance(record.fact, ResponsibilityMoved):
        return record.fact.conflict_nos
    return (record.fact.conflict_no,)


def _conflict(row: ConflictRow | None, record: Record, _: str) -> ConflictRow | None:
    match record.fact:
        case VisitConflictFound() as fact if row is None:
            return ConflictRow(
                town=fact.town,
                household=household_no_of(record),
                kind=fact.kind,
                status="open",
                responsible=fact.responsible,
                first=fact.first,
                second=fact.second,
                found_at=record.envelope.recordedtime,
            )
        case ResponsibilityMoved() as fact if row is not None:
            return _change(row, responsible=fact.responsible)
        case VisitConflictDecided() as fact if row is not None:
            return _change(row, status="decided", kept=fact.kept, reason=fact.reason, decided_by=fact.decided_by)
        case _:
            return row


# ---- devices


class DeviceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One device: which of its numbers are missing, which were refused and why, how far its clock was behind ours."""

    town: str
    received: int
    last_sequence: int
    missing: tuple[SequenceRange, ...]
    refused: tuple[RefusedRecord, ...]
    skew_seconds: int
    clock_wrong: bool
    uploaded_by: str
    received_at: datetime


def _device_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, VisitBatchReceived)
    return (record.fact.device,)


def _device(row: DeviceRow | None, record: Record, _: str) -> DeviceRow:
    fact = record.fact
    assert isinstance(fact, VisitBatchReceived)
    came = set(fact.received_sequence)
    refused = (*(row.refused if row is not None else ()), *fact.refused)
    return DeviceRow(
        town=fact.town,
        received=(row.received if row is not None else 0) + len(fact.received_sequence),
        last_sequence=fact.last_sequence,
        missing=fact.missing,
        refused=tuple(one for one in refused if one.device_sequence not in came),
        skew_seconds=fact.skew_seconds,
        clock_wrong=fact.clock_wrong,
        uploaded_by=fact.uploaded_by,
        received_at=record.envelope.recordedtime,
    )


# ---- ratings


class SatisfactionRow(msgspec.Struct, frozen=True, kw_only=True):
    """Ratings (满意度) of one officer or town in one month of visits, as far as one partition knows; add them up.

    `officer` is empty in a town's row; the average is `score_sum` by `rated`, satisfied are scores of 4 and 5.
    """

    town: str
    month: Month
    officer: str = ""
    rated: int = 0
    score_sum: int = 0
    satisfied: int = 0
    dissatisfied: int = 0


def _officer_rating_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, VisitRated)
    return (f"{record.fact.officer}/{Month.of(record.fact.visited_on)}",)


def _town_rating_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, VisitRated)
    return (f"{record.fact.town}/{Month.of(record.fact.visited_on)}",)


def _rating(row: SatisfactionRow | None, record: Record, key: str) -> SatisfactionRow:
    fact = record.fact
    assert isinstance(fact, VisitRated)
    officer = fact.officer if key.startswith(f"{fact.officer}/") else ""
    before = row or SatisfactionRow(town=fact.town, month=Month.of(fact.visited_on), officer=officer)
    return _change(
        before,
        rated=before.rated + 1,
        score_sum=before.score_sum + fact.score,
        satisfied=before.satisfied + (fact.score >= 4),
        dissatisfied=before.dissatisfied + (fact.score <= 2),
    )


# ---- the month


class MonthPlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's month, planned and done, as far as one partition knows; add them up.

    `done` counts visits that a household's plan asked for, `on_time` those by the day the plan had for them. `missed`:
    visits that were not done by anybody when the month was closed; `closed` is 1 then.
    """

    officer: str
    month: Month
    town: str
    households: int = 0
    planned: int = 0
    done: int = 0
    on_time: int = 0
    missed: int = 0
    closed: int = 0


def _day(instant: datetime) -> date:
    return instant.astimezone(CHINA).date()


def _plan_keys(record: Record) -> tuple[str, ...]:
    match record.fact:
        case OfficerMonthPlanned() | OfficerMonthClosed() as fact:
            return (f"{fact.officer}/{fact.month}",)
        case VisitCompleted() | VisitSetAside() as fact if fact.due_on is not None:
            return (f"{fact.officer}/{Month.of(_day(fact.started_at))}",)
        case _:
            return ()


def _plan(row: MonthPlanRow | None, record: Record, key: str) -> MonthPlanRow | None:
    officer, _, month = key.partition("/")
    match record.fact:
        case OfficerMonthPlanned() as fact:
            before = row or MonthPlanRow(officer=officer, month=fact.month, town=fact.town)
            return _change(
                before, households=before.households + len(fact.tasks), planned=before.planned + fact.visits_per_month
            )
        case OfficerMonthClosed() as fact:
            before = row or MonthPlanRow(officer=officer, month=fact.month, town=fact.town)
            missed = sum(one.planned_count - one.done_count for one in fact.missed)
            return _change(before, missed=before.missed + missed, closed=1)
        case VisitCompleted() | VisitSetAside() as fact:
            before = row or MonthPlanRow(officer=officer, month=Month.parse(month), town=fact.town)
            step = -1 if isinstance(fact, VisitSetAside) else 1
            in_time = fact.due_on is not None and _day(fact.started_at) <= fact.due_on
            return _change(before, done=before.done + step, on_time=before.on_time + step * in_time)
        case _:
            return row


# ---- duty and hand-over


class DutyRow(msgspec.Struct, frozen=True, kw_only=True):
    """An officer by number: on duty in which town since when, or ended how (leave, exit)."""

    town: str
    on_duty: bool
    committees: tuple[str, ...]
    from_on: date
    last_day_on: date | None = None
    ended_by: str = ""


def _duty_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, OfficerDutyStarted | OfficerDutyEnded)
    return (record.fact.officer,)


def _duty(row: DutyRow | None, record: Record, _: str) -> DutyRow | None:
    match record.fact:
        case OfficerDutyStarted() as fact:
            return DutyRow(town=fact.town, on_duty=True, committees=fact.committees, from_on=fact.from_on)
        case OfficerDutyEnded() as fact if row is not None:
            return _change(row, on_duty=False, last_day_on=fact.last_day_on, ended_by=fact.kind)
        case _:
            return row


class HandoverRow(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-over of everything an officer has in hand, by officer and plan: how much of it was accepted or declined."""

    town: str
    officer: str
    reason: str
    planned_by: str
    households: int
    receivers: tuple[str, ...]
    accepted: int = 0
    declined_by: tuple[str, ...] = ()
    tasks: int = 0
    tasks_accepted: int = 0


def _handover_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, CaseloadHandoverPlanned | CaseloadAccepted | CaseloadDeclined)
    return (f"{record.fact.officer}/{record.fact.plan_no}",)


def _handover(row: HandoverRow | None, record: Record, _: str) -> HandoverRow | None:
    match record.fact:
        case CaseloadHandoverPlanned() as fact:
            return HandoverRow(
                town=fact.town,
                officer=fact.officer,
                reason=fact.reason,
                planned_by=fact.planned_by,
                households=len(fact.items),
                receivers=_receivers(fact),
                tasks=len(fact.tasks),
            )
        case CaseloadAccepted() as fact if row is not None:
            taken = {"accepted": row.accepted + len(fact.items), "tasks_accepted": row.tasks_accepted + len(fact.tasks)}
            return _change(row, **taken)
        case CaseloadDeclined() as fact if row is not None:
            return _change(row, declined_by=(*row.declined_by, fact.receiver))
        case _:
            return row


def _receivers(fact: CaseloadHandoverPlanned) -> tuple[str, ...]:
    named = (*(item.receiver for item in fact.items), *(task.receiver for task in fact.tasks))
    return tuple(dict.fromkeys(named))


VISIT_CONFLICTS: Final = Model(
    name="visit_conflicts",
    row=ConflictRow,
    listens=(VisitConflictFound, VisitConflictDecided, ResponsibilityMoved),
    keys=_conflict_keys,
    evolve=_conflict,
)
DEVICES: Final = Model(
    name="devices", row=DeviceRow, listens=(VisitBatchReceived,), keys=_device_keys, evolve=_device
)  # fmt: skip
SATISFACTION_BY_OFFICER: Final = Model(
    name="satisfaction_by_officer",
    row=SatisfactionRow,
    listens=(VisitRated,),
    keys=_officer_rating_keys,
    evolve=_rating,
)
SATISFACTION_BY_TOWN: Final = Model(
    name="satisfaction_by_town", row=SatisfactionRow, listens=(VisitRated,), keys=_town_rating_keys, evolve=_rating
)
MONTH_PLANS: Final = Model(
    name="month_plans",
    row=MonthPlanRow,
    listens=(OfficerMonthPlanned, OfficerMonthClosed, VisitCompleted, VisitSetAside),
    keys=_plan_keys,
    evolve=_plan,
)
DUTIES: Final = Model(
    name="duties", row=DutyRow, listens=(OfficerDutyStarted, OfficerDutyEnded), keys=_duty_keys, evolve=_duty
)
HANDOVERS: Final = Model(
    name="handovers",
    row=HandoverRow,
    listens=(CaseloadHandoverPlanned, CaseloadAccepted, CaseloadDeclined),
    keys=_handover_keys,
    evolve=_handover,
)
DELIVERY_MODELS: Final = (
    VISIT_CONFLICTS,
    DEVICES,
    SATISFACTION_BY_OFFICER,
    SATISFACTION_BY_TOWN,
    MONTH_PLANS,
    DUTIES,
    HANDOVERS,
)
