"""Facts that several services state alike: adopted rules, refused commands, discarded parked records, moved clocks."""

from datetime import date
from typing import Any

from services.contracts.registry import Fact


class RulePackAdopted(Fact, frozen=True, kw_only=True):
    """A dated rule pack came into force, whole: whatever `decide` reads is a fact. `content` is the pack's JSON."""

    name: str
    version: str
    valid_from: date
    citation: str
    sample: bool
    content: dict[str, Any]


class CommandRefused(Fact, frozen=True, kw_only=True):
    """A command from log, inbox, file or timer was decided with "no"; stated so that it is never decided twice."""

    command: str
    code: str
    reason_zh: str
    reason_en: str


class ParkedDiscarded(Fact, frozen=True, kw_only=True):
    """A person decided that this service goes on without a record it could not apply."""

    partition: int
    sequence: int
    reason: str


class ClockPaused(Fact, frozen=True, kw_only=True):
    """A clock stands still from a day on for a cause that the law names (中止); `due_on` is what it was to be."""

    application_no: str
    town: str
    clock: str
    cause: str
    article: str
    paused_on: date
    due_on: date
    paper_sha256: str
    responsible: str
    pack_version: str


class ClockResumed(Fact, frozen=True, kw_only=True):
    """The cause of a pause is gone (恢复): the days after `paused_on`, `resumed_on` included, are not counted."""

    application_no: str
    town: str
    clock: str
    paused_on: date
    resumed_on: date
    due_before: date
    due_on: date
    responsible: str
    pack_version: str


class ClockExtended(Fact, frozen=True, kw_only=True):
    """A clock that still ran was extended for a cause that the law names (延长), once for each cause.

    `special_days`: the whole special term that took the ordinary one's place (特别程序); 0: it was extended by days.
    """

    application_no: str
    town: str
    clock: str
    cause: str
    article: str
    extension_days: int
    due_before: date
    due_on: date
    paper_sha256: str
    responsible: str
    pack_version: str
    special_days: int = 0
