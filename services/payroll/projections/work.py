"""Read model of what an officer did in a quarter, from casework's facts, with the place of each; the ground of appraisals."""

from collections.abc import Iterable
from typing import Final

import msgspec

from services.contracts.casework import (
    OfficerMonthClosed,
    StepOverdue,
    TrainingCredited,
    VisitCompleted,
    VisitRated,
    VisitSetAside,
    WorkRecorded,
)
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.payroll.rules.appraisal import Counted

_OFFICER: Final = "officer:"


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One measure so far: `done` of `of`, and the places ``partition:sequence`` of its facts."""

    done: int = 0
    of: int = 0
    places: tuple[str, ...] = ()


class OfficerWorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A quarter of an officer as far as this partition knows, by measure; readers add the partitions up."""

    officer: str
    quarter: str
    measures: dict[str, Measured]


def quarter_key(officer: str, year: int, quarter: int) -> str:
    """``<officer>/<year>Q<quarter>``."""
    return f"{officer}/{year}Q{quarter}"


def _measured(fact: Fact) -> tuple[str, Month, str, int, int] | None:
    """Officer, month, measure, done and of that a fact adds; `None` when it is about no officer."""
    match fact:
        case OfficerMonthClosed():
            return fact.officer, fact.month, "planned_visits", fact.done_count, fact.planned_count
        case VisitCompleted():
            month = Month.of(fact.started_at.astimezone(CHINA).date())
            return fact.officer, month, "visits", int(fact.standard_met), 1
        case VisitSetAside():
            month = Month.of(fact.started_at.astimezone(CHINA).date())
            return fact.officer, month, "visits", -int(fact.standard_met), -1
        case WorkRecorded():
            return fact.officer, Month.of(fact.worked_on), "work", int(fact.standard_met is not False), 1
        case VisitRated():
            return fact.officer, Month.of(fact.visited_on), "ratings", fact.score, 1
        case StepOverdue() if fact.responsible.startswith(_OFFICER):
            return fact.responsible.removeprefix(_OFFICER), Month.of(fact.due_on), "overdue", 0, 1
        case TrainingCredited() if fact.staff.startswith(_OFFICER):
            return (
                fact.staff.removeprefix(_OFFICER),
                Month.of(fact.held_on),
                "training_minutes",
                fact.minutes,
                fact.minutes,
            )
        case _:
            return None


def _key(record: Record) -> tuple[str, ...]:
    found = _measured(record.fact)
    if found is None:
        return ()
    officer, month, *_ = found
    return (quarter_key(officer, month.year, (month.number + 2) // 3),)


def _work(row: OfficerWorkRow | None, record: Record, key: str) -> OfficerWorkRow | None:
    found = _measured(record.fact)
    if found is None:
        return row
    _, _, measure, done, of = found
    officer, _, quarter = key.partition("/")
    before = row or OfficerWorkRow(officer=officer, quarter=quarter, measures={})
    now = before.measures.get(measure, Measured())
    place = f"{record.partition}:{record.envelope.sequence}"
    measured = Measured(done=now.done + done, of=now.of + of, places=(*now.places, place))
    return msgspec.structs.replace(before, measures={**before.measures, measure: measured})


def counted(rows: Iterable[OfficerWorkRow]) -> tuple[Counted, ...]:
    """The partitions' rows of one quarter added up by measure."""
    sums: dict[str, Measured] = {}
    for row in rows:
        for measure, now in row.measures.items():
            before = sums.get(measure, Measured())
            sums[measure] = Measured(
                done=before.done + now.done, of=before.of + now.of, places=(*before.places, *now.places)
            )
    return tuple(
        Counted(measure=measure, done=one.done, of=one.of, places=one.places) for measure, one in sorted(sums.items())
    )


OFFICER_WORK: Final = Model(
    name="officer_work",
    row=OfficerWorkRow,
    listens=(
        OfficerMonthClosed,
        VisitCompleted,
        VisitSetAside,
        WorkRecorded,
        VisitRated,
        StepOverdue,
        TrainingCredited,
    ),
    keys=_key,
    evolve=_work,
    internal=True,
)
