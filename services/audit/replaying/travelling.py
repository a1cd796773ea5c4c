"""A view as at a day, as known by a prefix of the log, and what tells two such views apart; pure: it reads nothing.

K, what was known, is a prefix of the log; D, the day, leaves out what happened later. Nothing is re-sorted: a view folds
the records that both allow in the order of the log, with the very `advance` that the live model is folded by.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import msgspec

from services.contracts.deciding import CHINA, Model, Record, Service
from services.eventlog.folding import Folds, Rows
from services.eventlog.listing import added_up

FACTS_LISTED_MAX: Final = 1_000
ROWS_LISTED_MAX: Final = 1_000


def happened_by(record: Record, as_at: date | None) -> bool:
    """Whether what a record states had happened by the end of the day in China; None: any day."""
    return as_at is None or record.envelope.time.astimezone(CHINA).date() <= as_at


@dataclass(slots=True)
class View:
    """One model folded by the records it is given, each partition in its order."""

    service: Service
    model: Model[Any]
    _folds: Folds = field(init=False)
    _rows: dict[int, Rows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._folds = Folds(replace(self.service, models=(self.model,)))

    def take(self, records: Iterable[Record]) -> None:
        """Fold records of one partition."""
        for record in records:
            self._folds.advance(self._rows.setdefault(record.partition, {}), (record,))

    def touched(self, record: Record) -> tuple[str, ...]:
        """The keys of the rows that a record may change."""
        return tuple(key for _, key in self._folds.touched(record))

    def rows(self) -> dict[str, dict[str, Any]]:
        """The rows by key, what each partition folded added up, as a query of the live model shows them."""
        docs: dict[str, list[str]] = {}
        for partition in sorted(self._rows):
            for (_, key), row in self._rows[partition].items():
                doc = self._folds.encode(row)
                if doc is not None:
                    docs.setdefault(key, []).append(doc)
        return {key: {"key": key, **added_up(docs[key])} for key in sorted(docs)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A fact that one view holds and the other does not: ``came`` with the second, or ``left`` with it."""

    side: str
    event_id: str
    type: str
    partition: int
    sequence: int
    hash: str
    subject: str
    time: str
    recordedtime: str
    keys: tuple[str, ...]


@dataclass(slots=True)
class Apart:
    """Two views of one model folded side by side, and every fact that only one of them holds."""

    first: View
    second: View
    facts: list[Listed] = field(default_factory=list)
    fact_count: int = 0

    def take(self, record: Record, in_first: bool, in_second: bool) -> None:
        """Fold a record into the views it belongs to; note it when it belongs to one alone."""
        if in_first:
            self.first.take((record,))
        if in_second:
            self.second.take((record,))
        if in_first == in_second:
            return
        self.fact_count += 1
        if len(self.facts) < FACTS_LISTED_MAX:
            self.facts.append(_listed(record, "came" if in_second else "left", self.first.touched(record)))

    def document(self) -> dict[str, Any]:
        """The rows that differ, before and after, and the facts that came in between, by place and hash."""
        before, after = self.first.rows(), self.second.rows()
        keys = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
        return {
            "row_count": len(keys),
            "rows": [
                {"key": key, "before": before.get(key), "after": after.get(key)} for key in keys[:ROWS_LISTED_MAX]
            ],
            "fact_count": self.fact_count,
            "facts": self.facts,
        }


def _listed(record: Record, side: str, keys: tuple[str, ...]) -> Listed:
    envelope = record.envelope
    return Listed(
        side=side, event_id=envelope.id, type=envelope.type, partition=record.partition, sequence=envelope.sequence,
        hash=record.hash.hex(), subject=envelope.subject, time=envelope.time.isoformat(),
        recordedtime=envelope.recordedtime.isoformat(), keys=keys,
    )  # fmt: skip


def told(record: Record) -> dict[str, Any]:
    """A fact of a timeline: where it stands, when, by whom, and what it says; personal fields stay out."""
    envelope = record.envelope
    return {
        "partition": record.partition,
        "sequence": envelope.sequence,
        "hash": record.hash.hex(),
        "event_id": envelope.id,
        "type": envelope.type,
        "time": envelope.time,
        "recordedtime": envelope.recordedtime,
        "actor": envelope.actor,
        "causationid": envelope.causationid,
        "data": masked(msgspec.json.decode(envelope.data)),
    }


def masked(value: Any) -> Any:
    """A decoded body without its sealed values: of each only the group of its key is left."""
    if isinstance(value, dict):
        if value.get("s") == "1" and "box" in value:
            return {"sealed": value.get("group")}
        return {name: masked(one) for name, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, list) else value
