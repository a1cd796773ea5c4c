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


class DayFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts behind one day's measure in one town, as sequences of their partition, in order."""

    measure: str
    day: date
    town: str
    sequences: tuple[int, ...]


def _measure_key(record: Record, delta: Delta) -> str:
    return f"{delta.measure}|{day_of(record)}|{delta.town}|{delta.officer}"


def _facts_key(record: Record, delta: Delta) -> str:
    return f"{delta.measure}|{day_of(record)}|{delta.town}"


def _measure_keys(record: Record) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_measure_key(record, delta) for delta in deltas_of(record)))


def _facts_keys(record: Record) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_facts_key(record, delta) for delta in deltas_of(record)))


def _measured(row: DayMeasure | None, record: Record, key: str) -> DayMeasure | None:
    for delta in deltas_of(record):
        if _measure_key(record, delta) == key:
            before = row.amount if row else 0
            row = DayMeasure(
                measure=delta.measure, day=day_of(record), town=delta.town, officer=delta.officer,
                amount=before + delta.amount,
            )  # fmt: skip
    return row


def _behind(row: DayFacts | None, record: Record, key: str) -> DayFacts | None:
    delta = next((delta for delta in deltas_of(record) if _facts_key(record, delta) == key), None)
    if delta is None:
        return row
    before = row.sequences if row else ()
    return DayFacts(
        measure=delta.measure, day=day_of(record), town=delta.town, sequences=(*before, record.envelope.sequence)
    )


DAY_MEASURES: Final = Model(
    name="day_measures", row=DayMeasure, listens=MEASURED, keys=_measure_keys, evolve=_measured, internal=True
)  # fmt: skip
DAY_FACTS: Final = Model(
    name="day_facts", row=DayFacts, listens=MEASURED, keys=_facts_keys, evolve=_behind, internal=True
)
