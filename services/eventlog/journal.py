"""SQL of the ``log`` schema: the writer's fence, taking outboxes, the journal, its watermarks and the door."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from services.contracts.envelope import ZERO_HASH
from services.contracts.registry import OWNERS
from services.eventlog.postgres import Connection, Pool

_FENCE_LOCK: Final = 0x6A69757A6875  # "jiuzhu": one log writer per database
_JOURNAL_READ_ROWS: Final = 2_000
ROWS_PER_INSERT_MAX: Final = 100  # more are copied


class Superseded(RuntimeError):
    """Another log writer raised the epoch; this one must stop at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """How far a partition is sealed and acknowledged."""

    partition: int
    sealed_sequence: int = 0
    sealed_hash: bytes = ZERO_HASH
    sealed_ms: int = 0
    acked_sequence: int = 0
    acked_offset: int = -1


@dataclass(frozen=True, slots=True)
class Row:
    """A journal row: one record of the log, with its place and final bytes."""

    partition: int
    sequence: int
    commandid: object
    subject: str
    value: bytes
    hash: bytes
    sealed_ms: int


async def raise_fence(connection: Connection) -> int | None:
    """Become the log writer: take the advisory lock and raise the epoch. `None` while another one holds the lock."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _FENCE_LOCK):
        return None
    epoch = await connection.fetchval("UPDATE log.writer SET epoch = epoch + 1 RETURNING epoch")
    assert isinstance(epoch, int)
    return epoch


_TAKE: Final = (
    "WITH held AS MATERIALIZED (SELECT epoch FROM log.writer WHERE epoch = $2 FOR SHARE), "
    + ", ".join(
        # An array, so that the rows are found by the index whatever the planner thinks of a table that fills and empties.
        f"{owner} AS (DELETE FROM {owner}.outbox WHERE EXISTS (SELECT FROM held) AND position = ANY "
        f"(ARRAY(SELECT position FROM {owner}.outbox ORDER BY position LIMIT $1)) RETURNING position, commandid, subject, body)"
        for owner in OWNERS
    )
    + " SELECT commandid, subject, body FROM (SELECT -1 AS o, 0 AS position, NULL AS commandid, NULL AS subject, NULL AS body FROM held"
    + "".join(f" UNION ALL SELECT {i}, * FROM {owner}" for i, owner in enumerate(OWNERS))
    + ") taken ORDER BY o, position"
)


async def take_outboxes(connection: Connection, epoch: int, limit_each: int) -> list[asyncpg.Record]:
    """Remove up to `limit_each` of the oldest committed rows of every outbox: (commandid, subject, body).

    Inside a transaction; `Superseded` unless `epoch` is still the writer's, which it then stays until the commit.
    Whatever is visible is taken, by position, never "above the last seen": a transaction that commits late is
    simply taken later.
    """
    found = await connection.fetch(_TAKE, limit_each, epoch)
    if not found:
        raise Superseded(f"epoch {epoch} is no longer the log writer's")
    return found[1:]  # the first says that the epoch is held


async def outbox_depths(pool: Pool) -> dict[str, int]:
    """Rows waiting in each outbox."""
    query = " UNION ALL ".join(f"SELECT '{owner}' AS owner, count(*) AS n FROM {owner}.outbox" for owner in OWNERS)
    return {row["owner"]: row["n"] for row in await pool.fetch(query)}


async def append(connection: Connection, rows: Sequence[Row], marks: Sequence[Watermark] = ()) -> None:
    """Append sealed rows to the journal and write the watermarks of some partitions; a few rows in one round trip."""
    if len(rows) > ROWS_PER_INSERT_MAX:
        await connection.copy_records_to_table(
            "journal",
            schema_name="log",
            records=[(r.partition, r.sequence, r.commandid, r.subject, r.value, r.hash, r.sealed_ms) for r in rows],
            columns=["partition", "sequence", "commandid", "subject", "value", "hash", "sealed_ms"],
        )
        rows = ()
    await connection.execute(
        _APPEND,
        [r.partition for r in rows], [r.sequence for r in rows], [r.commandid for r in rows], [r.subject for r in rows],
        [r.value for r in rows], [r.hash for r in rows], [r.sealed_ms for r in rows],
        *_columns_of(marks),
    )  # fmt: skip


async def watermarks(connection: Connection | Pool) -> dict[int, Watermark]:
    """The watermark of every partition."""
    rows = await connection.fetch("SELECT * FROM log.watermark ORDER BY partition")
    return {row["partition"]: Watermark(**dict(row)) for row in rows}


async def save_watermarks(connection: Connection, marks: Sequence[Watermark]) -> None:
    """Write watermarks of some partitions."""
    await append(connection, (), marks)


def _columns_of(marks: Sequence[Watermark]) -> list[list[Any]]:
    return [
        [m.partition for m in marks], [m.sealed_sequence for m in marks], [m.sealed_hash for m in marks],
        [m.sealed_ms for m in marks], [m.acked_sequence for m in marks], [m.acked_offset for m in marks],
    ]  # fmt: skip


_APPEND: Final = (
    "WITH sealed AS (INSERT INTO log.journal (partition, sequence, commandid, subject, value, hash, sealed_ms) SELECT * FROM "
    "unnest($1::smallint[], $2::bigint[], $3::uuid[], $4::text[], $5::bytea[], $6::bytea[], $7::bigint[])) "
    "INSERT INTO log.watermark SELECT * FROM "
    "unnest($8::smallint[], $9::bigint[], $10::bytea[], $11::bigint[], $12::bigint[], $13::bigint[])"
    " ON CONFLICT (partition) DO UPDATE SET sealed_sequence = excluded.sealed_sequence, sealed_hash = excluded.sealed_hash,"
    " sealed_ms = excluded.sealed_ms, acked_sequence = excluded.acked_sequence, acked_offset = excluded.acked_offset"
)


async def hash_at(connection: Connection | Pool, partition: int, sequence: int) -> bytes | None:
    """Hash of one journal row; zeros for sequence 0, `None` when the row is not there."""
    if sequence == 0:
        return ZERO_HASH
    found = await connection.fetchval(
        "SELECT hash FROM log.journal WHERE partition = $1 AND sequence = $2", partition, sequence
    )
    assert found is None or isinstance(found, bytes)
    return found


async def rows_after(
    connection: Connection | Pool, partition: int, sequence: int, until: int
) -> AsyncIterator[list[Row]]:
    """Journal rows of a partition with ``sequence < row <= until``, in order, in batches."""
    while sequence < until:
        found = await connection.fetch(
            "SELECT * FROM log.journal WHERE partition = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence LIMIT $4",
            partition,
            sequence,
            until,
            _JOURNAL_READ_ROWS,
        )
        if not found:
            return
        yield [Row(**dict(row)) for row in found]
        sequence = found[-1]["sequence"]


async def set_door(connection: Connection | Pool, *, is_open: bool, code: str = "", zh: str = "", en: str = "") -> None:
    """Open or close the door at which every service's commit asks."""
    await connection.execute(
        "UPDATE log.door SET open = $1, code = $2, reason_zh = $3, reason_en = $4", is_open, code, zh, en
    )
