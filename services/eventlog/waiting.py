"""Waits for a command's facts: until Kafka has acknowledged them, or read models show them."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from services.eventlog.postgres import Pool

FIRST_POLL_SECONDS: Final = 0.004
LAST_POLL_SECONDS: Final = 0.064


async def on_log(pool: Pool, commandids: uuid.UUID | Sequence[uuid.UUID], timeout_seconds: float) -> bool:
    """Whether every fact of the command (of all of them) is acknowledged by Kafka within the time."""
    wanted = [commandids] if isinstance(commandids, uuid.UUID) else list(commandids)

    async def there() -> bool:
        found = await pool.fetchval(
            "SELECT coalesce(bool_and(coalesce(p.acked, false)), true) FROM unnest($1::uuid[]) AS c (id) "
            "LEFT JOIN LATERAL log.place_of(c.id) p ON true",
            wanted,
        )
        return bool(found)

    return await _until(there, timeout_seconds)


async def visible(pool: Pool, schema: str, commandid: uuid.UUID, timeout_seconds: float) -> bool:
    """Whether `schema`'s read models have applied the command's last fact within the time; any service's command."""

    async def there() -> bool:
        found = await pool.fetchval(
            f"SELECT c.sequence >= p.sequence FROM log.place_of($1) p JOIN {schema}.cursor c USING (partition)",
            commandid,
        )
        return bool(found)

    return await _until(there, timeout_seconds)


async def shown(pool: Pool, schema: str, subject: str, partition: int, timeout_seconds: float) -> bool:
    """Whether `schema`'s read models have applied all that it has decided about `subject` by now, within the time."""
    last = await pool.fetchval(f"SELECT max(position) FROM {schema}.outbox WHERE subject = $1", subject)
    sealed_until: int | None = None

    async def there() -> bool:
        """First until what was decided by then is sealed, then until what was sealed by then is applied."""
        nonlocal sealed_until
        if sealed_until is None:
            left = f"SELECT EXISTS (SELECT FROM {schema}.outbox WHERE subject = $1 AND position <= $2)"
            if last is not None and await pool.fetchval(left, subject, last):
                return False
            sealed_until = await pool.fetchval("SELECT log.sealed_sequence($1)", partition)
        query = f"SELECT sequence >= $2 FROM {schema}.cursor WHERE partition = $1"
        return bool(await pool.fetchval(query, partition, sealed_until))

    return await _until(there, timeout_seconds)


async def level(pool: Pool, schema: str, timeout_seconds: float) -> bool:
    """Whether `schema`'s read models have applied all that is sealed by now, in every partition, within the time."""
    ends = await pool.fetch(f"SELECT partition, log.sealed_sequence(partition) AS sealed FROM {schema}.cursor")
    sealed = {row["partition"]: row["sealed"] for row in ends}

    async def there() -> bool:
        rows = await pool.fetch(f"SELECT partition, sequence FROM {schema}.cursor")
        return all(row["sequence"] >= sealed[row["partition"]] for row in rows)

    return await _until(there, timeout_seconds)


async def _until(there: Callable[[], Awaitable[bool]], timeout_seconds: float) -> bool:
    deadline = time.monotonic() + timeout_seconds
    pause = FIRST_POLL_SECONDS
    while not await there():
        if time.monotonic() + pause > deadline:
            return False
        await asyncio.sleep(pause)
        pause = min(pause * 2, LAST_POLL_SECONDS)
    return True
