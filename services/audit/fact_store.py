"""Facts as the journal has them, for people who look at the log: by subject, type, time or place, and what came of what; SQL alone."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from services.contracts.envelope import partition_of
from services.eventlog.postgres import Pool

# Records looked through in one partition for one answer: the reader is told when there may be more before them.
LOOKED_THROUGH_MAX: Final = 50_000
# How long after its cause an effect is looked for, and how far a record's sealing may lie from the making of its id.
EFFECTS_WITHIN_MS: Final = 24 * 3_600_000
SEALED_WITHIN_MS: Final = 600_000
RELATED_MAX: Final = 200


class Kept(NamedTuple):
    """A record as the journal keeps it."""

    partition: int
    sequence: int
    sealed_ms: int
    hash: bytes
    value: bytes


class Sought(NamedTuple):
    """What facts are asked for; empty is any. `kind` that ends with a dot is the beginning of a type."""

    subject: str = ""
    kind: str = ""
    since_ms: int = 0
    until_ms: int = 2**62
    before: tuple[int, int, int] = (2**62, 2**15 - 1, 2**62)


def _needle(name: str, text: str, *, whole: bool = True) -> bytes:
    """The bytes by which a member of a record's envelope is found; values come checked, so that nothing is to be escaped."""
    end = '"' if whole else ""
    return f'"{name}":"{text}{end}'.encode()


async def newest(pool: Pool, sought: Sought, *, partitions: int, limit: int) -> list[Kept]:
    """The newest facts that fit, newest first."""
    places = [partition_of(sought.subject, partitions)] if sought.subject else list(range(partitions))
    kind = _needle("type", sought.kind, whole=not sought.kind.endswith(".")) if sought.kind else b""
    rows = await pool.fetch(
        "SELECT f.* FROM unnest($1::smallint[]) AS p (partition), LATERAL ("
        "  SELECT x.partition, x.sequence, x.sealed_ms, x.hash, x.value FROM ("
        "    SELECT j.partition, j.sequence, j.sealed_ms, j.hash, j.value, j.subject FROM log.journal j"
        "    WHERE j.partition = p.partition AND j.sealed_ms BETWEEN $2 AND $3"
        "      AND (j.sealed_ms, j.partition, j.sequence) < ($4, $5, $6)"
        "    ORDER BY j.sequence DESC LIMIT $7) x"
        "  WHERE ($8 = '' OR x.subject = $8) AND ($9 = ''::bytea OR position($9 IN x.value) > 0)"
        "  ORDER BY x.sequence DESC LIMIT $10) f "
        "ORDER BY f.sealed_ms DESC, f.partition DESC, f.sequence DESC LIMIT $10",
        places, sought.since_ms, sought.until_ms, *sought.before, LOOKED_THROUGH_MAX, sought.subject, kind, limit,
    )  # fmt: skip
    return [Kept(*row) for row in rows]


async def since(pool: Pool, places: Mapping[int, int], *, limit: int) -> list[Kept]:
    """Facts after a sequence of each partition, oldest first: what a live tail has not shown yet."""
    rows = await pool.fetch(
        "SELECT f.* FROM unnest($1::smallint[], $2::bigint[]) AS p (partition, sequence), LATERAL ("
        "  SELECT j.partition, j.sequence, j.sealed_ms, j.hash, j.value FROM log.journal j"
        "  WHERE j.partition = p.partition AND j.sequence > p.sequence ORDER BY j.sequence LIMIT $3) f "
        "ORDER BY f.sealed_ms, f.partition, f.sequence LIMIT $3",
        list(places), list(places.values()), limit,
    )  # fmt: skip
    return [Kept(*row) for row in rows]


async def heads(pool: Pool) -> dict[int, int]:
    """The last sealed sequence of each partition."""
    rows = await pool.fetch("SELECT partition, sealed_sequence FROM log.watermark ORDER BY partition")
    return {row["partition"]: row["sealed_sequence"] for row in rows}


async def at(pool: Pool, partition: int, sequence: int) -> Kept | None:
    """The record at a place."""
    row = await pool.fetchrow(
        "SELECT partition, sequence, sealed_ms, hash, value FROM log.journal WHERE partition = $1 AND sequence = $2",
        partition, sequence,
    )  # fmt: skip
    return None if row is None else Kept(*row)


async def by_id(pool: Pool, event_id: uuid.UUID) -> Kept | None:
    """The record of an event: the id says when it was made, and it was sealed soon after."""
    made_ms = event_id.int >> 80
    found = await _holding(
        pool, _needle("id", str(event_id)), made_ms - SEALED_WITHIN_MS, made_ms + EFFECTS_WITHIN_MS, 1
    )
    return found[0] if found else None


async def related(pool: Pool, correlationid: str, sealed_ms: int) -> list[Kept]:
    """The facts that one first command led to, in the order they were sealed: causes and effects of each other."""
    return await _holding(
        pool, _needle("correlationid", correlationid), sealed_ms - EFFECTS_WITHIN_MS, sealed_ms + EFFECTS_WITHIN_MS,
        RELATED_MAX,
    )  # fmt: skip


async def _holding(pool: Pool, needle: bytes, from_ms: int, until_ms: int, limit: int) -> list[Kept]:
    rows: Sequence[Any] = await pool.fetch(
        "SELECT partition, sequence, sealed_ms, hash, value FROM log.journal WHERE sealed_ms BETWEEN $1 AND $2 "
        "AND position($3 IN value) > 0 ORDER BY sealed_ms, partition, sequence LIMIT $4",
        from_ms, until_ms, needle, limit,
    )  # fmt: skip
    return [Kept(*row) for row in rows]
