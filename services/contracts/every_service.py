"""Facts each of the four services may state about itself: adopted rules, refused commands, discarded parked records."""

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
