"""Visits as their household remembers them, and pairs of them that contradict each other; decides nothing."""

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self

import msgspec

from services.casework.rules import REGULAR_VISIT
from services.contracts.casework import VisitCompleted, VisitConflictFound, VisitSide

# What a visit was is known for so many days before the latest one, and for this many at most: a contradiction or a rating
# comes within months. They are written with every command of the household, so each of their bytes counts.
DAYS_KEPT: Final = 200
VISITS_KEPT: Final = 60
CONFLICTS_KEPT: Final = 60
# A visit number is known as repeated among this many latest visits of the household: a year of them, each as a few
# characters of its digest (48 bits: among a hundred no two are ever alike by chance).
NUMBERS_KEPT: Final = 100
_NUMBER_CHARACTERS: Final = 8
_NUMBER_BYTES: Final = 6
_CONTENT_BYTES: Final = 12
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class KnownVisit(msgspec.Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True):
    """A visit as later records and ratings are held against it; written as an array, in this order.

    Instants are microseconds since 1970; `content` is a digest of the pseudonym of what it says. `other_author`: who made the
    record, where it was not its officer; `due_day`: the ordinal of the day it was due on, 0 for none. `other_service`: what
    was delivered, where it was no regular visit.
    """

    visit_no: str
    officer: str
    started_us: int
    lasted_us: int
    content: str
    due_day: int = 0
    standard_met: bool = True
    rated: bool = False
    set_aside: bool = False
    device: str = ""
    record_id: str = ""
    other_author: str = ""
    other_service: str = ""

    @property
    def of_plan(self) -> bool:
        """Whether it does a visit of the month's plan: an officer's regular visit that stands."""
        return not (self.set_aside or self.other_author or self.other_service)

    @property
    def started_at(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.started_us)

    @property
    def ended_at(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.started_us + self.lasted_us)

    @property
    def author(self) -> str:
        return self.other_author or f"officer:{self.officer}"

    @property
    def due_on(self) -> date | None:
        return date.fromordinal(self.due_day) if self.due_day else None

    def says(self, content_pseudonym: str) -> bool:
        """Whether a record with that pseudonym says what this one does."""
        return self.content == _digest(content_pseudonym, _CONTENT_BYTES)

    def overlaps(self, other: Self) -> bool:
        """Whether two visits took place at one time; visits that touch do not."""
        return (
            self.started_us < other.started_us + other.lasted_us and other.started_us < self.started_us + self.lasted_us
        )


def microseconds(instant: datetime) -> int:
    """An instant as `KnownVisit` counts it."""
    return (instant - _EPOCH) // _MICROSECOND


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
        officer=fact.officer,
        started_us=microseconds(fact.started_at),
        lasted_us=(fact.ended_at - fact.started_at) // _MICROSECOND,
        content=_digest(fact.content_pseudonym, _CONTENT_BYTES),
        due_day=fact.due_on.toordinal() if fact.due_on else 0,
        standard_met=fact.standard_met,
        device=fact.device,
        record_id=fact.record_id,
        other_author="" if fact.author == f"officer:{fact.officer}" else fact.author,
        other_service="" if fact.service == REGULAR_VISIT else fact.service,
    )


def with_visit(visits: tuple[KnownVisit, ...], fact: VisitCompleted) -> tuple[KnownVisit, ...]:
    """The visits that are still known after another one."""
    together = (*visits, known_visit(fact))
    oldest_us = max(one.started_us for one in together) - timedelta(days=DAYS_KEPT) // _MICROSECOND
    return tuple(one for one in together[-VISITS_KEPT:] if one.started_us >= oldest_us)


def with_number(numbers: str, visit_no: str) -> str:
    """The digests of the latest visit numbers, one after the other, after another one."""
    return (numbers + _digest(visit_no, _NUMBER_BYTES))[-NUMBERS_KEPT * _NUMBER_CHARACTERS :]


def has_number(numbers: str, visit_no: str) -> bool:
    """Whether a visit number is among the latest ones."""
    digest = _digest(visit_no, _NUMBER_BYTES)
    at = numbers.find(digest)
    while at % _NUMBER_CHARACTERS and at > 0:  # found across two of them
        at = numbers.find(digest, at + 1)
    return at >= 0


def _digest(text: str, size_bytes: int) -> str:
    """The first bytes of a text's SHA-256; three of them in four characters."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:size_bytes]).decode()


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
