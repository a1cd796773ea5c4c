"""One fact's life on real Kafka and PostgreSQL: decided once, sealed once, delivered in order, effected once."""

import asyncio
import time
import uuid

from services.eventlog import waiting
from services.eventlog.deciding import Incoming, Outcome
from services.eventlog.ids import uuid7
from tests.conftest import Installation
from tests.integration.ledger import Open, ledger


def incoming(about: str, number: int, *, echo: bool = False, commandid: uuid.UUID | None = None) -> Incoming:
    return Incoming(
        commandid=commandid or uuid7(), command=Open(about=about, number=number, echo=echo), actor="test", role="auditor",
        must_state=True,
    )  # fmt: skip


async def test_a_command_becomes_visible_in_the_read_model(installation: Installation) -> None:
    """Command → outbox → journal → Kafka → Faust → read model, and the reaction's own fact after it."""
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        one = incoming("a", 1, echo=True)
        outcome = await runtime.decider.submit(one)
        assert outcome.status == "accepted"
        assert await waiting.on_log(runtime.pool, one.commandid, 5.0)
        assert await waiting.visible(runtime.pool, "audit", one.commandid, 10.0)
        started = time.monotonic()
        while time.monotonic() - started < 5:
            found = await runtime.pool.fetchval("SELECT doc->>'opened' FROM audit.m_tally WHERE key = 'echo-a'")
            if found:
                break
            await asyncio.sleep(0.02)
        assert found == "1"


async def test_the_same_command_is_decided_once(installation: Installation) -> None:
    """A repeated command id gives the first answer; with other content it is a conflict; one fact exists."""
    async with installation.log_writer(), installation.running(ledger, worker=False) as (runtime,):
        one = incoming("a", 1)
        first = await runtime.decider.submit(one)
        again = await runtime.decider.submit(one)
        other = await runtime.decider.submit(incoming("a", 2, commandid=one.commandid))
        assert (first.status, again.status, again.replayed, other.status) == ("accepted", "accepted", True, "conflict")
        assert await waiting.on_log(runtime.pool, one.commandid, 5.0)
        assert await installation.admin.fetchval("SELECT count(*) FROM log.journal") == 1


async def test_many_commands_in_batches_keep_their_subjects_order(installation: Installation) -> None:
    """A thousand commands about ten subjects, submitted at once, apply in the order they were decided."""
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        batch = [incoming(f"s{n % 10}", n) for n in range(1000)]
        outcomes = await runtime.decider.execute(batch)
        assert all(isinstance(o, Outcome) and o.status == "accepted" for o in outcomes)
        for one in batch[-10:]:
            assert await waiting.visible(runtime.pool, "audit", one.commandid, 20.0)
        rows = await runtime.pool.fetch(
            "SELECT key, doc->'order' AS o FROM audit.m_tally WHERE key <> '(all)' ORDER BY key"
        )
        for row in rows:
            assert [int(t.rpartition("-")[2]) for t in eval(row["o"])] == [
                int(row["key"][1:]) + 10 * i for i in range(100)
            ]
        total = await runtime.pool.fetchval("SELECT sum((doc->>'opened')::int) FROM audit.m_tally WHERE key = '(all)'")
        assert total == 1000
