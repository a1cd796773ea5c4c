"""What a player is told to send: single calls, and steps of calls with a barrier after each; sends nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

Road = Literal["http-single", "http-batch", "inbox", "csv", "command", "visit-batch", "worklist", "municipal"]
Expect = Literal["accepted", "refused", "duplicate", "quarantined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing to send. `body` is JSON-ready: a town event on the town roads, a command on the road ``command``,
    a device's batch on the road ``visit-batch``; on the road ``worklist`` a command but for what only the worklist's row
    says, which whoever sends it looks up; a file for the municipal door named in ``door`` on the road ``municipal``.
    A command with ``task_of`` (a town, a resident ID) is about the warning of that person: its number is a pseudonym.

    `id` is the event's or command's id (Idempotency-Key). `raw`, when set, is sent byte for byte instead of `body`.
    `key_town`: sign with this town's key although the event is of `town`, the planted error; None: `town`'s own key.
    `wrong` names the planted error (a key of the profile's ``month.wrong``), or is None.
    """

    road: Road
    service: str
    town: str | None
    actor: str
    role: str
    at: datetime
    id: UUID
    body: dict[str, Any]
    expect: Expect = "accepted"
    raw: bytes | None = None
    key_town: str | None = None
    wrong: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Calls that may be sent concurrently. The player sets the clock to `at`, sends, waits until the log is settled."""

    day: date
    phase: str
    at: datetime
    calls: tuple[Call, ...]
