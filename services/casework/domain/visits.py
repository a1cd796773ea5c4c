"""Visits as their household remembers them, and pairs of them that contradict each other; decides nothing."""

from datetime import date, datetime
from typing import Final

import msgspec

from services.contracts.casework import VisitCompleted, VisitConflictFound, VisitSide

# What a visit was is known for this many latest ones: a contradiction or a rating comes within months.
VISITS_KEPT: Final = 60
CONFLICTS_KEPT: Final = 60


class KnownVisit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A visit as later records and ratings are held against it; `content` is the pseudonym of what it says."""

    visit_no: str
    officer: str
    started_at: datetime
    ended_at: datetime
    content: str
    record_id: str = ""
    author: str = ""
    device: str = ""
    standard_met: bool = True
    due_on: date | None = None
    set_aside: bool = False
    rated: bool = False


class OpenConflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two records that contradict each other and wait for a person."""

    conflict_no: str
    kind: str
    first: VisitSide
    second: VisitSide
    responsible: str


def known_visit(fact: VisitCompleted) -> KnownVisit:
    """A visit as its household remembers it."""
    return KnownVisit(
        visit_no=fact.visit_no,
        record_id=fact.record_id,
        officer=fact.officer,
        author=fact.author,
        device=fact.device,
        started_at=fact.started_at,
        ended_at=fact.ended_at,
        content=fact.content_pseudonym,
        standard_met=fact.standard_met,
        due_on=fact.due_on,
    )


def conflict_of(fact: VisitConflictFound) -> OpenConflict:
    """A conflict as its household remembers it until it is decided."""
    return OpenConflict(
        conflict_no=fact.conflict_no,
        kind=fact.kind,
        first=fact.first,
        second=fact.second,
        responsible=fact.responsible,
    )


def changed(
    visits: tuple[KnownVisit, ...], visit_no: str, record_id: str | None, **changes: bool
) -> tuple[KnownVisit, ...]:
    """`visits` with every one of that number (and that record, where one is named) changed."""
    return tuple(
        msgspec.structs.replace(one, **changes)
        if one.visit_no == visit_no and record_id in (None, one.record_id)
        else one
        for one in visits
    )
