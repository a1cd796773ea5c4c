"""Read models of what was done: visits and work by officer and month, counts by town."""

from datetime import timedelta
from typing import Any, Final

import msgspec

from services.contracts.casework import (
    BenefitAdjusted,
    BenefitTerminated,
    CaseClosed,
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    NoticeObjected,
    NoticePosted,
    ReverificationOverdue,
    StepOverdue,
    VisitCompleted,
    VisitSetAside,
    WorkRecorded,
)
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.months import Month
from services.contracts.registry import Fact

_change = msgspec.structs.replace


class VisitsRow(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's visits in one month (of their start in China), as far as one partition knows; add them up."""

    officer: str
    month: Month
    town: str
    done: int = 0
    standard_met: int = 0
    minutes: int = 0


class WorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's administrative work of one kind in one month; `standard_met` of those that had a standard."""

    officer: str
    month: Month
    work: str
    town: str
    count: int = 0
    quantity: int = 0
    minutes: int = 0
    standard_met: int = 0


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
    reverified: int = 0
    reverifications_overdue: int = 0
    adjusted: int = 0
    terminated: int = 0


def _visit_month(fact: VisitCompleted | VisitSetAside) -> Month:
    return Month.of(fact.started_at.astimezone(CHINA).date())


def _visit_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, VisitCompleted | VisitSetAside)
    return (f"{record.fact.officer}/{_visit_month(record.fact)}",)


def _visits(row: VisitsRow | None, record: Record, _: str) -> VisitsRow:
    """A visit counts once it is recorded, and no more when a conflict set it aside."""
    fact = record.fact
    assert isinstance(fact, VisitCompleted | VisitSetAside)
    step = -1 if isinstance(fact, VisitSetAside) else 1
    before = row or VisitsRow(officer=fact.officer, month=_visit_month(fact), town=fact.town)
    return _change(
        before,
        done=before.done + step,
        standard_met=before.standard_met + step * fact.standard_met,
        minutes=before.minutes + step * ((fact.ended_at - fact.started_at) // timedelta(minutes=1)),
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
        standard_met=before.standard_met + bool(fact.standard_met),
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
    VisitSetAside: "visits",
    WorkRecorded: "work_records",
    StepOverdue: "steps_overdue",
    HouseholdReverified: "reverified",
    ReverificationOverdue: "reverifications_overdue",
    BenefitAdjusted: "adjusted",
    BenefitTerminated: "terminated",
}


def _town_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.town,)


def _town(row: TownCounts | None, record: Record, key: str) -> TownCounts:
    before = row or TownCounts(town=key)
    fact = record.fact
    step = -1 if isinstance(fact, VisitSetAside) else 1
    names = [_COUNTED[type(fact)]]
    if isinstance(fact, HouseholdSurveyed) and not fact.valid:
        names.append("surveys_invalid")
    if isinstance(fact, VisitCompleted | VisitSetAside) and fact.standard_met:
        names.append("visits_standard_met")
    return _change(before, **{name: getattr(before, name) + step for name in names})


VISITS_BY_OFFICER: Final = Model(
    name="visits_by_officer", row=VisitsRow, listens=(VisitCompleted, VisitSetAside), keys=_visit_keys, evolve=_visits
)
WORK_BY_OFFICER: Final = Model(
    name="work_by_officer", row=WorkRow, listens=(WorkRecorded,), keys=_work_keys, evolve=_work
)
TOWN_COUNTS: Final = Model(name="town_counts", row=TownCounts, listens=tuple(_COUNTED), keys=_town_keys, evolve=_town)
