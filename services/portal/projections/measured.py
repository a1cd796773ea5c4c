"""The dashboards' measures as rows: amounts by measure, day, town and officer, and the facts behind each of them."""

from datetime import date
from typing import Final

import msgspec

from services.contracts.deciding import Model, Record
from services.portal.measures import MEASURED, Delta, day_of, deltas_of


class DayMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """What one partition's facts of a day add to one measure in one town, of one officer where there is one."""

    measure: str
    day: date
    town: str
    officer: str
    amount: int


class MeasuredFact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact behind a measure: what it adds, and how it is found again on the log."""

    measure: str
    day: date
    town: str
    officer: str
    amount: int
    type: str
    subject: str
    event_id: str


def _measure_key(record: Record, delta: Delta) -> str:
    return f"{delta.measure}|{day_of(record)}|{delta.town}|{delta.officer}"


def _measure_keys(record: Record) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_measure_key(record, delta) for delta in deltas_of(record)))


def _fact_keys(record: Record) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{record.envelope.id}|{delta.measure}" for delta in deltas_of(record)))


def _measured(row: DayMeasure | None, record: Record, key: str) -> DayMeasure | None:
    for delta in deltas_of(record):
        if _measure_key(record, delta) == key:
            before = row.amount if row else 0
            row = DayMeasure(
                measure=delta.measure, day=day_of(record), town=delta.town, officer=delta.officer,
                amount=before + delta.amount,
            )  # fmt: skip
    return row


def _behind(_: MeasuredFact | None, record: Record, key: str) -> MeasuredFact | None:
    mine = [delta for delta in deltas_of(record) if delta.measure == key.partition("|")[2]]
    if not mine:
        return None
    return MeasuredFact(
        measure=mine[0].measure, day=day_of(record), town=mine[0].town, officer=mine[0].officer,
        amount=sum(delta.amount for delta in mine), type=record.envelope.type, subject=record.envelope.subject,
        event_id=record.envelope.id,
    )  # fmt: skip


DAY_MEASURES: Final = Model(
    name="day_measures", row=DayMeasure, listens=MEASURED, keys=_measure_keys, evolve=_measured, internal=True
)  # fmt: skip
MEASURED_FACTS: Final = Model(
    name="measured_facts", row=MeasuredFact, listens=MEASURED, keys=_fact_keys, evolve=_behind, internal=True,
    listed_by="day",
)  # fmt: skip
