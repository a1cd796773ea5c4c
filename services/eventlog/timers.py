"""Fires due clocks: rows of the due table become commands whose ids derive from clock, due instant and setting."""

import asyncio
import logging
from typing import Final

from services.contracts.codec import decoder_of, derived_id
from services.contracts.deciding import Command, Service
from services.eventlog import metrics
from services.eventlog.deciding import Decider, Incoming, LogClosed, Overloaded
from services.eventlog.following import EvolveFailed, execute_all
from services.eventlog.postgres import UNAVAILABLE, Pool
from services.eventlog.tables import table_of

log = logging.getLogger(__name__)

# A due instant is written in UTC to the second, so that its text sorts as it does and the table's own order serves.
IS_DUE: Final = """due_at <= to_char(log.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
FIRE_EVERY_SECONDS: Final = 0.5
CLOCKS_PER_ROUND_MAX: Final = 500
# A clock as it was set once: its key, its due instant, the id of the fact that set it.
Clock = tuple[str, str, str]


def has_clocks(service: Service) -> bool:
    """Whether the service has a due table."""
    return any(model.name == "due" for model in service.models)


async def fire_forever(service: Service, pool: Pool, decider: Decider) -> None:
    """Fire what is due, again and again. Any worker may do it; the same clock never fires twice in effect."""
    if not has_clocks(service):
        await asyncio.Event().wait()  # for ever, as the name says: a task that ends would end its worker
    fired: set[Clock] = set()
    while True:
        try:
            fired = await fire_due(service, pool, decider, fired)
        except (*UNAVAILABLE, LogClosed, Overloaded) as away:
            log.info("clocks wait", extra={"error": repr(away)})
        except EvolveFailed as bug:
            log.critical("a clock's command raised", exc_info=bug)
        await asyncio.sleep(FIRE_EVERY_SECONDS)


async def fire_due(service: Service, pool: Pool, decider: Decider, fired: set[Clock]) -> set[Clock]:
    """One round: commands of all due clocks but those `fired` in the round before; the clocks now due.

    A clock that fired keeps its row until its fact comes back from the log; deciding it again is harmless but idle.
    """
    command_of = decoder_of(_union(service))
    rows = await pool.fetch(
        f"SELECT key, due_at, coalesce(doc->>'set_by', '') AS set_by, doc->>'command' AS command FROM {service.name}.{table_of('due')} "
        f"WHERE {IS_DUE} ORDER BY due_at, key LIMIT $1",
        CLOCKS_PER_ROUND_MAX,
    )
    due: dict[Clock, str] = {(row["key"], row["due_at"], row["set_by"]): row["command"] for row in rows}
    incoming = [
        Incoming(
            commandid=derived_id(f"{service.name}/{key}", f"{due_at}/{set_by}" if set_by else due_at),
            command=command_of.decode(command),
            actor=f"timer:{service.name}",
            role="timer",
            must_state=True,
        )
        for (key, due_at, set_by), command in due.items()
        if (key, due_at, set_by) not in fired
    ]
    await execute_all(decider, incoming)
    metrics.TIMERS_FIRED.labels(service.name).inc(len(incoming))
    return set(due)


def _union(service: Service) -> type[Command]:
    union = service.command_types[0]
    for command in service.command_types[1:]:
        union = union | command  # type: ignore[assignment]
    return union
