"""Read model of what an officer did in a quarter, from casework's facts, a row a fact; the ground of appraisals."""

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


class OfficerWorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one fact adds to a measure of `quarter` (``<officer>/<year>Q<quarter>``): `done` of `of`.

    `visit`: the household and record of a fact about a visit; a visit that is not the officer's work is kept with 0 of 0.
    """

    quarter: str
    done: int
    of: int
    visit: str = ""


def quarter_key(officer: str, year: int, quarter: int) -> str:
    """``<officer>/<year>Q<quarter>``."""
    return f"{officer}/{year}Q{quarter}"


def _measured(fact: Fact) -> tuple[str, Month, str, int, int] | None:
    """Officer, month, measure, done and of that a fact adds; `None` when it is about no officer."""
    match fact:
        case OfficerMonthClosed():
            return fact.officer, fact.month, "planned_visits", fact.done_count, fact.planned_count
        case VisitCompleted():
            # What somebody else recorded in the officer's name is not the officer's work (二(四) 绩效补贴).
            own = int(fact.author in ("", f"{_OFFICER}{fact.officer}"))
            month = Month.of(fact.started_at.astimezone(CHINA).date())
            return fact.officer, month, "visits", own * fact.standard_met, own
        case VisitSetAside() if fact.author not in ("", f"{_OFFICER}{fact.officer}"):
            return None
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


def _keys(record: Record) -> tuple[str, ...]:
    """``<officer>/<year>Q<quarter>/<measure>/<fact's id>``: a row of its own, so that no row grows with the work done."""
    found = _measured(record.fact)
    if found is None:
        return ()
    officer, month, measure, *_ = found
    quarter = quarter_key(officer, month.year, (month.number + 2) // 3)
    return (f"{quarter}/{measure}/{record.envelope.id}",)


def _work(row: OfficerWorkRow | None, record: Record, key: str) -> OfficerWorkRow | None:
    found = _measured(record.fact)
    if found is None:
        return row
    visit = ""
    if isinstance(record.fact, VisitCompleted | VisitSetAside):
        visit = f"{record.envelope.subject}/{record.fact.visit_no}/{record.fact.record_id}"
    return OfficerWorkRow(quarter=key.rsplit("/", 2)[0], done=found[3], of=found[4], visit=visit)


def counted(rows: Iterable[tuple[str, OfficerWorkRow]]) -> tuple[Counted, ...]:
    """Rows of one quarter, by key, added up by measure.

    A visit set aside takes off only what it had added: older facts name no author, the visit's own row says whether it counts.
    """
    of_quarter = tuple(rows)
    not_own = {row.visit for _, row in of_quarter if row.visit and not row.of}
    found: dict[str, list[tuple[str, OfficerWorkRow]]] = {}
    for key, row in of_quarter:
        if row.visit in not_own:
            continue
        *_, measure, fact_id = key.split("/")
        found.setdefault(measure, []).append((fact_id, row))
    return tuple(
        Counted(
            measure=measure,
            done=sum(row.done for _, row in its),
            of=sum(row.of for _, row in its),
            fact_ids=tuple(sorted(fact_id for fact_id, _ in its)),
        )
        for measure, its in sorted(found.items())
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
    keys=_keys,
    evolve=_work,
    listed_by="quarter",
    internal=True,
)
