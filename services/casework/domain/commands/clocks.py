"""Commands about a case's clocks, and about who has the case in hand."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from services.casework.domain.commands.case import OfApplication
from services.casework.domain.commands.shapes import Actor, CaseClock, Code, Reference, Sha256


class PauseClock(OfApplication, frozen=True, kw_only=True):
    """Let a clock stand still (中止) from a day on for a cause of the pack ``clock_causes``; `paper_sha256` proves it."""

    clock: CaseClock
    cause: Code
    paused_on: date
    paper_sha256: Sha256


class ResumeClock(OfApplication, frozen=True, kw_only=True):
    """Let a paused clock run on (恢复): the cause was gone on this day."""

    clock: CaseClock
    resumed_on: date


class ExtendClock(OfApplication, frozen=True, kw_only=True):
    """Extend a clock that still runs (延长), today, by days as the clock counts them, for a cause of the pack.

    `days` 0: the cause's special term takes the ordinary one's place (特别程序), as the pack has it.
    """

    clock: CaseClock
    cause: Code
    days: Annotated[int, Meta(ge=0, le=250)] = 0
    paper_sha256: Sha256


class HandOverCase(OfApplication, frozen=True, kw_only=True):
    """Follow a hand-over that was accepted at the window; issued by the reaction to it."""

    responsible: Actor


class NoteNearRelative(OfApplication, frozen=True, kw_only=True):
    """Note that a near relative was declared after the case was opened; issued by the reaction to it."""

    request_no: Reference
