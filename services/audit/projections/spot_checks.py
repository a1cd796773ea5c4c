"""Spot checks and their field sheets as people read them; nobody's personal values."""

from datetime import datetime
from typing import Any, Final

import msgspec

from services.contracts.audit import (
    AttributeResult,
    Evidence,
    FieldSheetsAssigned,
    SpotCheckAbandoned,
    SpotCheckCommitted,
    SpotCheckConcluded,
    SpotCheckDrawn,
    SpotCheckExtended,
    SpotCheckPlan,
    SpotCheckPlanned,
    SpotCheckResultRecorded,
    StratumSize,
)
from services.contracts.deciding import Model, Record
from services.contracts.registry import Fact

_ABOUT_ONE: Final[tuple[type[Fact], ...]] = (
    SpotCheckPlanned, SpotCheckCommitted, SpotCheckDrawn, SpotCheckExtended, SpotCheckResultRecorded,
    SpotCheckConcluded, SpotCheckAbandoned,
)  # fmt: skip
_ABOUT_SHEETS: Final[tuple[type[Fact], ...]] = (
    SpotCheckDrawn, SpotCheckExtended, FieldSheetsAssigned, SpotCheckResultRecorded,
)  # fmt: skip


class SpotCheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """A spot check; `status`: planned, committed, drawn, within, exceeded, abandoned.

    `commitment` is where the record that binds the plan stands; a sheet counts as deviating once, however much deviates.
    """

    spot_check_no: str
    status: str
    plan: SpotCheckPlan
    plan_sha256: str
    commitment: Evidence | None = None
    seed: str = ""
    root_checkpoint: str = ""
    public_value: str = ""
    draw_sha256: str = ""
    rounds: int = 0
    sizes: tuple[StratumSize, ...] = ()
    sheet_count: int = 0
    filled_count: int = 0
    deviating_count: int = 0
    attributes: tuple[AttributeResult, ...] = ()
    planned_at: datetime
    ended_at: datetime | None = None


class FieldSheetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A field sheet; `status`: drawn, assigned, conforming, deviating, unexamined."""

    spot_check_no: str
    item: str
    town: str
    about: str
    round_no: int
    forced: bool
    ticket: str
    checked: tuple[str, ...]
    status: str = "drawn"
    checkers: tuple[str, ...] = ()
    deviating: tuple[str, ...] = ()
    unexamined: tuple[str, ...] = ()
    form_sha256: str = ""


def _number(record: Record) -> str:
    return record.envelope.subject.partition(":")[2]


def _place(record: Record) -> Evidence:
    envelope = record.envelope
    return Evidence(
        event_id=envelope.id, type=envelope.type, partition=record.partition, sequence=envelope.sequence,
        hash=record.hash.hex(),
    )  # fmt: skip


def _spot_check(row: SpotCheckRow | None, record: Record, key: str) -> SpotCheckRow | None:
    fact, at = record.fact, record.envelope.time
    if isinstance(fact, SpotCheckPlanned):
        return SpotCheckRow(
            spot_check_no=key, status="planned", plan=fact.plan, plan_sha256=fact.plan_sha256, planned_at=at
        )
    return row and msgspec.structs.replace(row, **_changed(row, record, fact, at))


def _changed(row: SpotCheckRow, record: Record, fact: Fact, at: datetime) -> dict[str, Any]:
    match fact:
        case SpotCheckCommitted():
            return {"status": "committed", "commitment": _place(record)}
        case SpotCheckDrawn():
            return {
                "status": "drawn", "seed": fact.seed, "root_checkpoint": fact.root_checkpoint, "rounds": 1,
                "public_value": fact.public_value, "draw_sha256": fact.draw_sha256, "sizes": fact.sizes,
                "sheet_count": len(fact.items),
            }  # fmt: skip
        case SpotCheckExtended():
            count = row.sheet_count + len(fact.items)
            return {"rounds": fact.rounds, "sizes": fact.sizes, "sheet_count": count}
        case SpotCheckResultRecorded():
            return {
                "filled_count": row.filled_count + 1,
                "deviating_count": row.deviating_count + bool(fact.deviating or fact.unexamined),
            }
        case SpotCheckConcluded():
            return {"status": fact.outcome, "attributes": fact.attributes, "ended_at": at}
        case SpotCheckAbandoned():
            return {"status": "abandoned", "ended_at": at}
        case _:
            return {}


def _items(fact: Fact) -> tuple[str, ...]:
    match fact:
        case SpotCheckDrawn() | SpotCheckExtended():
            return tuple(one.item for one in fact.items)
        case FieldSheetsAssigned():
            return fact.items
        case SpotCheckResultRecorded():
            return (fact.item,)
        case _:
            return ()


def _sheet(row: FieldSheetRow | None, record: Record, key: str) -> FieldSheetRow | None:
    fact, (_, _, item) = record.fact, key.partition("/")
    if isinstance(fact, (SpotCheckDrawn, SpotCheckExtended)):
        drawn = next((one for one in fact.items if one.item == item), None)
        if drawn is None:
            return row
        return FieldSheetRow(
            spot_check_no=_number(record),
            item=item,
            town=drawn.town,
            about=drawn.about,
            round_no=fact.rounds if isinstance(fact, SpotCheckExtended) else 1,
            forced=drawn.forced,
            ticket=drawn.ticket,
            checked=drawn.checked,
        )
    if row is None:
        return None
    if isinstance(fact, FieldSheetsAssigned):
        return msgspec.structs.replace(row, status="assigned", checkers=fact.checkers)
    assert isinstance(fact, SpotCheckResultRecorded)
    return msgspec.structs.replace(
        row,
        status="deviating" if fact.deviating else "unexamined" if fact.unexamined else "conforming",
        deviating=tuple(one.code for one in fact.deviating),
        unexamined=tuple(one.code for one in fact.unexamined),
        form_sha256=fact.form_sha256,
    )


SPOT_CHECKS: Final = Model(
    name="spot_checks",
    row=SpotCheckRow,
    listens=_ABOUT_ONE,
    keys=lambda record: (_number(record),),
    evolve=_spot_check,
    every_town="an order is the district's; what it says of a town are its field sheets",
)
FIELD_SHEETS: Final = Model(
    name="field_sheets",
    row=FieldSheetRow,
    listens=_ABOUT_SHEETS,
    keys=lambda record: tuple(f"{_number(record)}/{item}" for item in _items(record.fact)),
    evolve=_sheet,
    listed_by="spot_check_no",
)
