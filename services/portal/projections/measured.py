"""The dashboards' measures as rows: amounts of a month by its days, in several cuts; and the facts behind each of them."""

from datetime import date
from functools import lru_cache
from typing import Final

import msgspec

from services.contracts.deciding import Model, Record
from services.portal.measures import MEASURED, Delta, counted_on, day_of, deltas_of


class MonthMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """What one partition's facts of a month add to one measure in one cut, day by day.

    The cuts: ``all`` (no more than the measure), ``parts`` (of the whole district), ``town``, ``part`` (of a town),
    ``committee`` and ``officer`` (by part, where there is one); each is a sum of its own, so that no page adds up finer
    rows than it shows. `place`: ``cut|measure|month``.
    `days`: amounts by day of the month (``01``…); `amount`: their sum.
    """

    place: str
    measure: str
    month: str
    town: str
    committee: str
    officer: str
    part: str
    days: dict[str, int]
    amount: int


class MeasuredFact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact behind a measure: what it adds, and how it is found again on the log. `place`: ``measure|day``."""

    place: str
    measure: str
    day: str
    town: str
    committee: str
    officer: str
    part: str
    amount: int
    type: str
    subject: str
    event_id: str


Cut = tuple[str, str, str, str, str]


def _cuts(delta: Delta) -> tuple[Cut, ...]:
    """The rows a delta belongs to: cut, town, committee, officer, part."""
    town, committee, officer, part = delta.town, delta.committee, delta.officer, delta.part
    cuts = [("all", "", "", "", ""), ("town", town, "", "", "")]
    cuts += [("committee", town, committee, "", "")] if committee else []
    cuts += [("officer", town, "", officer, part)] if officer else []
    cuts += [("parts", "", "", "", part), ("part", town, "", "", part)] if part else []
    return tuple(cuts)


@lru_cache(maxsize=64)
def _of_event(_: str, on: date, deltas: tuple[Delta, ...]) -> dict[str, tuple[Cut, str, str, int]]:
    """By key: the row's cut, its measure, the day, and what the event adds to it."""
    rows: dict[str, tuple[Cut, str, str, int]] = {}
    for delta in deltas:
        day = counted_on(delta, on).isoformat()
        for cut in _cuts(delta):
            key = f"{cut[0]}|{delta.measure}|{day[:7]}|{'|'.join(cut[1:])}"
            before = rows[key][3] if key in rows else 0
            rows[key] = cut, delta.measure, day, before + delta.amount
    return rows


def _rows(record: Record) -> dict[str, tuple[Cut, str, str, int]]:
    return _of_event(record.envelope.id, day_of(record), tuple(deltas_of(record)))


def _measure_keys(record: Record) -> tuple[str, ...]:
    return tuple(_rows(record))


def _measured(row: MonthMeasure | None, record: Record, key: str) -> MonthMeasure | None:
    if (mine := _rows(record).get(key)) is None:
        return row
    (cut, town, committee, officer, part), measure, day, amount = mine
    days = dict(row.days) if row else {}
    days[day[8:]] = days.get(day[8:], 0) + amount
    return MonthMeasure(
        place=f"{cut}|{measure}|{day[:7]}", measure=measure, month=day[:7], town=town, committee=committee,
        officer=officer, part=part, days=days, amount=(row.amount if row else 0) + amount,
    )  # fmt: skip


def _fact_key(record: Record, delta: Delta) -> str:
    return f"{record.envelope.id}|{delta.measure}|{delta.town}|{delta.committee}|{delta.officer}|{delta.part}"


def _fact_keys(record: Record) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_fact_key(record, delta) for delta in deltas_of(record)))


def _behind(row: MeasuredFact | None, record: Record, key: str) -> MeasuredFact | None:
    mine = [delta for delta in deltas_of(record) if _fact_key(record, delta) == key]
    if not mine:
        return row
    first, day = mine[0], counted_on(mine[0], day_of(record)).isoformat()
    return MeasuredFact(
        place=f"{first.measure}|{day}", measure=first.measure, day=day, town=first.town, committee=first.committee,
        officer=first.officer, part=first.part, amount=sum(delta.amount for delta in mine), type=record.envelope.type,
        subject=record.envelope.subject, event_id=record.envelope.id,
    )  # fmt: skip


MONTH_MEASURES: Final = Model(
    name="month_measures", row=MonthMeasure, listens=MEASURED, keys=_measure_keys, evolve=_measured, internal=True,
    listed_by="place", summed="amount",
)  # fmt: skip
MEASURED_FACTS: Final = Model(
    name="measured_facts", row=MeasuredFact, listens=MEASURED, keys=_fact_keys, evolve=_behind, internal=True,
    listed_by="place",
)  # fmt: skip
