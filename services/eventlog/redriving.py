"""Re-drives parked records in order, once they can be read or a person discarded them; asked for through a small table."""

import asyncio
import logging
from typing import Final

import asyncpg

from services.contracts import codec
from services.contracts.adopting import DiscardParked
from services.contracts.codec import UnreadableRecord, derived_id
from services.contracts.deciding import Record, Service
from services.contracts.envelope import record_hash
from services.eventlog.deciding import Decider, Incoming, LogClosed, Overloaded
from services.eventlog.folding import Folds, Rows, columns
from services.eventlog.following import EvolveFailed, execute_all, reactions_of
from services.eventlog.postgres import UNAVAILABLE, Pool

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS: Final = 1.0


async def redrive_forever(service: Service, pool: Pool, decider: Decider, folds: Folds) -> None:
    """Carry out re-drive requests as they come."""
    while True:
        try:
            await redrive_requested(service, pool, decider, folds)
        except (*UNAVAILABLE, LogClosed, Overloaded) as away:
            log.info("re-drive waits", extra={"error": repr(away)})
        except EvolveFailed as bug:
            log.critical("a re-driven record raised", exc_info=bug)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def redrive_requested(service: Service, pool: Pool, decider: Decider, folds: Folds) -> None:
    """Carry out every waiting request: subjects in order, each until it is empty or its first record still does not read.

    One worker of the service at a time does this; the others leave it to that one.
    """
    if not await pool.fetchval(f"SELECT EXISTS (SELECT FROM {service.name}.redrive)"):
        return
    async with pool.acquire() as holder, holder.transaction():
        if not await holder.fetchval("SELECT pg_try_advisory_xact_lock(hashtext($1))", f"{service.name}.redrive"):
            return
        for row in await pool.fetch(
            f"SELECT subject, discard, reason, asked_by FROM {service.name}.redrive ORDER BY asked_at"
        ):
            subject: str = row["subject"]
            if row["discard"]:
                await _discard_first(service, pool, decider, subject, row["reason"], row["asked_by"])
            await _redrive_subject(service, pool, decider, folds, subject)
            # Unless a discard was asked for meanwhile.
            await pool.execute(f"DELETE FROM {service.name}.redrive WHERE subject = $1 AND NOT discard", subject)


async def _discard_first(
    service: Service, pool: Pool, decider: Decider, subject: str, reason: str, asked_by: str
) -> None:
    """State that the first parked record of a subject is left behind, then remove it and, with it, the wish to."""
    first = await pool.fetchrow(
        f"SELECT partition, sequence FROM {service.name}.parked WHERE subject = $1 ORDER BY partition, sequence LIMIT 1",
        subject,
    )
    if first is None:
        await pool.execute(f"UPDATE {service.name}.redrive SET discard = false WHERE subject = $1", subject)
        return
    place = f"{service.name}/{first['partition']}/{first['sequence']}"
    command = DiscardParked(about=subject, partition=first["partition"], sequence=first["sequence"], reason=reason)
    discard = Incoming(
        commandid=derived_id(place, "discard"), command=command, actor=asked_by, role="operator", must_state=True
    )
    await execute_all(decider, [discard])
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            f"UPDATE {service.name}.cursor SET revision = revision + 1 WHERE partition = $1", first["partition"]
        )
        await connection.execute(
            f"DELETE FROM {service.name}.parked WHERE partition = $1 AND sequence = $2",
            first["partition"],
            first["sequence"],
        )
        # In the same transaction: after a crash in between, the next record would be discarded in its place.
        await connection.execute(f"UPDATE {service.name}.redrive SET discard = false WHERE subject = $1", subject)


async def _redrive_subject(service: Service, pool: Pool, decider: Decider, folds: Folds, subject: str) -> None:
    while True:
        row = await pool.fetchrow(
            f"SELECT partition, sequence, value FROM {service.name}.parked WHERE subject = $1 "
            "ORDER BY partition, sequence LIMIT 1",
            subject,
        )
        if row is None:
            return
        partition, sequence, value = row["partition"], row["sequence"], row["value"]
        try:
            envelope = codec.decode(value)
            codec.fact_type(envelope.type)
            listened = envelope.type in service.listens
            record = Record(partition=partition, hash=record_hash(value), envelope=envelope, fact=codec.body(envelope))
        except UnreadableRecord as error:
            log.warning("still unreadable", extra={"subject": subject, "reason": str(error)})
            return
        if listened and isinstance(record.fact, service.reacts_to):
            await execute_all(decider, reactions_of(service, record))
        await _apply_parked(service, pool, folds, record if listened else None, partition, sequence)


async def _apply_parked(
    service: Service, pool: Pool, folds: Folds, record: Record | None, partition: int, sequence: int
) -> None:
    """Fold one parked record and remove it; the raised revision sends the partition's worker back to its cursor."""
    async with pool.acquire() as connection, connection.transaction():
        cursor = await connection.fetchrow(
            f"SELECT sequence, hash, seek_offset, revision FROM {service.name}.cursor WHERE partition = $1 FOR UPDATE",
            partition,
        )
        assert cursor is not None
        removed = await connection.execute(
            f"DELETE FROM {service.name}.parked WHERE partition = $1 AND sequence = $2", partition, sequence
        )
        if removed == "DELETE 0":  # another worker was quicker
            return
        try:
            rows: Rows = dict.fromkeys(folds.touched(record) if record else ())
            for model, key, doc in await connection.fetch(
                f"SELECT * FROM {service.name}.load_rows($1, $2, $3)",
                partition,
                [m for m, _ in rows],
                [k for _, k in rows],
            ):
                rows[model, key] = folds.decode(model, doc)
            changed = folds.advance(rows, [record]) if record else set()
        except (*UNAVAILABLE, asyncpg.PostgresError):
            raise
        except Exception as error:
            raise EvolveFailed(f"{service.name} partition {partition}, sequence {sequence}: {error!r}") from error
        await connection.execute(
            f"SELECT {service.name}.apply_batch($1,$2,$3,$3,$4,$5,$6,$7,$8,'{{}}','{{}}','{{}}','{{}}')",
            partition, cursor["revision"], cursor["sequence"], cursor["hash"], cursor["seek_offset"],
            *columns(rows, changed, folds),
        )  # fmt: skip
