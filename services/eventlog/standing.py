"""How far a service has come with the log, what it parked, and the wish for a re-drive: SQL for the doors of IT."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from services.eventlog.postgres import Pool

LOOKING: Final = frozenset({"operator", "system-administrator", "auditor"})
# A re-drive applies what is on the log already; leaving a record behind is a fact, in the operator's name.
REDRIVING: Final = frozenset({"operator", "system-administrator"})
DISCARDING: Final = frozenset({"operator"})
PARKED_SHOWN_MAX: Final = 200


class Redrive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A subject whose parked records are to be applied again; `discard` leaves the first of them behind, with a reason."""

    subject: Annotated[str, Meta(min_length=1, max_length=200)]
    discard: bool = False
    reason: Annotated[str, Meta(max_length=500)] = ""


async def standing(pool: Pool, service: str) -> dict[str, Any]:
    """How many records each partition is behind the journal, the parked ones with their reason, and what is asked for."""
    cursors = await pool.fetch(
        "SELECT c.partition, c.sequence AS applied, log.sealed_sequence(c.partition) AS sealed "
        f"FROM {service}.cursor c ORDER BY c.partition"
    )
    parked = await pool.fetch(
        "SELECT p.partition, p.sequence, p.subject, p.reason, r.subject IS NOT NULL AS asked "
        f"FROM {service}.parked p LEFT JOIN {service}.redrive r USING (subject) "
        "ORDER BY p.partition, p.sequence LIMIT $1",
        PARKED_SHOWN_MAX,
    )
    partitions = [{**row, "behind": max(0, (row["sealed"] or 0) - row["applied"])} for row in map(dict, cursors)]
    return {
        "service": service,
        "behind": sum(one["behind"] for one in partitions),
        "partitions": partitions,
        "parked_count": await pool.fetchval(f"SELECT count(*) FROM {service}.parked"),
        "parked": [dict(row) for row in parked],
    }


async def ask_redrive(pool: Pool, service: str, wanted: Redrive, actor: str) -> bool:
    """Note the wish for the worker, which carries it out within seconds; False when nothing of the subject is parked."""
    done: str = await pool.execute(
        f"INSERT INTO {service}.redrive (subject, discard, reason, asked_by) SELECT DISTINCT subject, $2::boolean, $3, $4 "
        f"FROM {service}.parked WHERE subject = $1 "
        "ON CONFLICT (subject) DO UPDATE SET discard = excluded.discard, reason = excluded.reason, asked_by = excluded.asked_by",
        wanted.subject, wanted.discard, wanted.reason, actor,
    )  # fmt: skip
    return not done.endswith(" 0")
