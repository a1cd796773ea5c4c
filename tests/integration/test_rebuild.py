"""Proves that a service's read models are rebuilt under load, in one process or two, and that a rebuild cut short changes nothing."""

import asyncio
import contextlib
import pickle
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from deploy.embedded.home import PROJECT_ROOT
from services.contracts.audit import FindingOpened
from services.contracts.codec import Draft, body_bytes
from services.contracts.deciding import Service
from services.eventlog import heal, restore, tables, waiting
from services.eventlog.api.runtime import Runtime
from services.eventlog.ids import uuid7
from services.eventlog.journal import Row
from services.eventlog.postgres import connect
from services.eventlog.rebuild import Rebuilt, rebuild
from tests.conftest import Installation
from tests.integration.ledger import ledger
from tests.integration.test_life_of_a_fact import incoming

FACTS = 1_200
SUBJECTS = 40
SETTLE_SECONDS = 60.0
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def ledger_named(_: str) -> Service:
    """The service a rebuild's own processes load."""
    return ledger


def silent(_zh: str, _en: str) -> None:
    return None


async def fill(runtime: Runtime, count: int) -> None:
    await runtime.decider.execute([incoming(f"s{n % SUBJECTS}", n) for n in range(count)])


async def settled(runtime: Runtime) -> None:
    """Wait until the outbox is empty and the cursor stands at the journal's end."""
    for _ in range(int(SETTLE_SECONDS / 0.1)):
        left = await runtime.pool.fetchval(
            "SELECT (SELECT count(*) FROM audit.outbox) + (SELECT count(*) FROM audit.cursor c "
            "JOIN log.watermark w USING (partition) WHERE c.sequence < w.sealed_sequence)"
        )
        if left == 0:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the log did not settle")


@asynccontextmanager
async def live_load(runtime: Runtime) -> AsyncIterator[list[int]]:
    """Commands a few at a time, again and again; the numbers submitted so far."""
    numbers: list[int] = []

    async def submit() -> None:
        while True:
            begin = 100_000 + len(numbers)
            await runtime.decider.execute([incoming(f"s{n % SUBJECTS}", n) for n in range(begin, begin + 5)])
            numbers.extend(range(begin, begin + 5))
            await asyncio.sleep(0.01)

    task = asyncio.create_task(submit())
    try:
        yield numbers
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def all_digests(installation: Installation) -> dict[str, str]:
    connection = await connect(installation.settings("audit").postgres_url, application="tests")
    try:
        return await tables.digests(connection, ledger)
    finally:
        await connection.close()


async def rebuilt(installation: Installation, processes: int = 1) -> Rebuilt:
    return await rebuild(ledger, installation.settings("audit"), load=ledger_named, processes=processes)


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_rebuild_under_load_equals_the_live_models(installation: Installation, processes: int) -> None:
    """While commands arrive: digests before and after the swap are equal, no record is missed, the live worker goes on."""
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        await fill(runtime, FACTS)
        await settled(runtime)
        async with live_load(runtime) as numbers:
            done = await rebuilt(installation, processes)
            at_swap = len(numbers)
            await asyncio.sleep(0.5)
        assert done.equal, (done.before, done.after)
        assert done.records >= FACTS
        assert len(numbers) > at_swap
        await settled(runtime)
        total = await runtime.pool.fetchval("SELECT sum((doc->>'opened')::int) FROM audit.m_tally WHERE key = '(all)'")
        on_log = await installation.admin.fetchval("SELECT count(*) FROM log.journal")
        assert total == on_log == await runtime.pool.fetchval("SELECT sum(sequence) FROM audit.cursor")
        quiet = await rebuilt(installation)
        assert quiet.equal
        assert quiet.records == on_log


async def test_a_worker_falls_in_with_the_rebuilt_models(installation: Installation) -> None:
    """After the swap the worker, which held the old revision, applies the next command to the new tables."""
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        await fill(runtime, 50)
        await settled(runtime)
        await rebuilt(installation)
        one = incoming("after", 1)
        await runtime.decider.submit(one)
        assert await waiting.visible(runtime.pool, "audit", one.commandid, 20.0)
        assert await runtime.pool.fetchval("SELECT doc->>'opened' FROM audit.m_tally WHERE key = 'after'") == "1"


async def test_a_rebuild_repairs_what_somebody_changed(installation: Installation) -> None:
    """A row altered by hand: the rebuild says that the models differ, and puts the truth in its place."""
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        await fill(runtime, 100)
        await settled(runtime)
        truth = await all_digests(installation)
        await installation.admin.execute(
            "UPDATE audit.m_tally SET doc = jsonb_set(doc, '{opened}', '999') WHERE key = 's1'"
        )
        done = await rebuilt(installation)
        assert not done.equal
        assert await all_digests(installation) == truth


async def test_a_rebuild_after_a_heal_does_not_trust_old_offsets(installation: Installation) -> None:
    """Copies on the log moved its offsets; a new topic moves them back: the cursor's hint is stale, its sequence is not."""
    async with installation.log_writer() as writer, installation.running(ledger) as (runtime,):
        await fill(runtime, 60)
        await settled(runtime)
        sender = writer._new_sender()
        await sender.start()
        rows = await installation.admin.fetch("SELECT * FROM log.journal ORDER BY partition, sequence")
        await sender.send([Row(**dict(row)) for row in rows])
        await sender.close()
        await fill(runtime, 120)
        await settled(runtime)
    before = await all_digests(installation)
    await heal.heal(installation.settings("eventlog"), silent)
    done = await rebuilt(installation)
    assert done.equal
    assert await all_digests(installation) == before


async def park_one(installation: Installation, runtime: Runtime, about: str) -> None:
    """A fact from the future about a subject, and two of today's behind it."""
    commandid = uuid7()
    fact = FindingOpened(
        finding_no="F-1", test="t", severity="low", about=about, town="T01", rule="r", law="l", summary_zh="示例",
        summary_en="sample", evidence=(),
    )  # fmt: skip
    draft = Draft(
        id=str(uuid7()), owner="audit", subject=f"finding:{about}", streamversion=1, time=NOW, recordedtime=NOW,
        commandid=str(commandid), commandhash="00", correlationid=str(commandid), actor="test", fact=fact,
    )  # fmt: skip
    body = body_bytes(draft).replace(b"finding_opened.v1", b"from_the_future.v1")
    await installation.admin.execute(
        "INSERT INTO audit.outbox (commandid, subject, body) VALUES ($1, $2, $3)", commandid, f"finding:{about}", body
    )
    # The newer service also left its decision state; this one goes on from version 1.
    await installation.admin.execute(
        "INSERT INTO audit.streams VALUES ($1, 1, '{\"numbers\":[]}'::bytea)", f"finding:{about}"
    )
    await settled(runtime)
    await runtime.decider.execute([incoming(about, 7), incoming(about, 8)])
    await settled(runtime)


@pytest.mark.parametrize("processes", [1, 2])
async def test_parked_and_discarded_records_come_back_as_they_were(installation: Installation, processes: int) -> None:
    """What waits stays parked, what was discarded stays left behind, what had waited behind it is applied: all as live."""
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        await fill(runtime, 80)
        await park_one(installation, runtime, "waits")
        await park_one(installation, runtime, "s1x")
        assert await runtime.pool.fetchval("SELECT count(*) FROM audit.parked") == 6
        await installation.admin.execute(
            "INSERT INTO audit.redrive (subject, discard, reason, asked_by) VALUES ('finding:s1x', true, 'drill', 'tests')"
        )
        for _ in range(200):
            if await runtime.pool.fetchval("SELECT count(*) FROM audit.parked") == 3:
                break
            await asyncio.sleep(0.1)
        await settled(runtime)
        assert await runtime.pool.fetchval("SELECT doc->>'opened' FROM audit.m_tally WHERE key = 's1x'") == "2"
        before = await all_digests(installation)
        done = await rebuilt(installation, processes)
        assert done.equal
        assert await all_digests(installation) == before


async def test_own_facts_behind_a_parked_one_are_decisions_all_the_same(installation: Installation) -> None:
    """After the loss of PostgreSQL commands whose facts the read models still wait for answer as repeated, not anew."""
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        await fill(runtime, 20)
        await park_one(installation, runtime, "waits")
        before = await all_digests(installation)
    await restore.restore_journal(installation.settings("eventlog"), silent)
    await restore.restore_service(ledger, installation.settings("audit"), silent)
    after = await all_digests(installation)
    assert after["(commands)"] == before["(commands)"]
    assert {name for name in before if before[name] != after[name]} <= {"(streams)"}
    versions = await installation.admin.fetch(
        "SELECT subject, version FROM audit.streams WHERE subject = 'finding:waits'"
    )
    assert [tuple(row) for row in versions] == [("finding:waits", 3)]


async def test_a_reaction_lost_on_the_way_is_run_once(installation: Installation) -> None:
    """A fact reached the log, its reaction did not: restoring runs it; restoring again finds it done and runs nothing."""
    async with installation.log_writer(), installation.running(ledger, worker=False) as (runtime,):
        batch = [incoming("a", n, echo=n < 3) for n in range(6)]
        await runtime.decider.execute(batch)
        assert await waiting.on_log(runtime.pool, batch[-1].commandid, SETTLE_SECONDS)
    job = [(ledger, installation.settings("audit"), None)]
    first = await restore.restore_all(job, installation.settings("eventlog"), silent)
    again = await restore.restore_all(job, installation.settings("eventlog"), silent)
    assert (first.reactions_run["audit"], again.reactions_run["audit"]) == (3, 0)
    assert await installation.admin.fetchval("SELECT count(*) FROM log.journal WHERE subject = 'finding:echo-a'") == 3


KILLED = """
import asyncio, pickle, sys
from services.eventlog import rebuild
from tests.integration.test_rebuild import ledger_named
copy = rebuild.copy_rows
async def slow(*arguments):
    await copy(*arguments)
    print("copied", flush=True)
    await asyncio.sleep(60)
rebuild.copy_rows = slow
settings = pickle.load(sys.stdin.buffer)
asyncio.run(rebuild.rebuild(ledger_named(""), settings))
"""


async def test_a_rebuild_killed_in_the_middle_changes_nothing(installation: Installation) -> None:
    """SIGKILL after the first rows were copied: the live models are untouched, and the next rebuild works."""
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        await fill(runtime, 200)
        await settled(runtime)
        before = await all_digests(installation)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", KILLED, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(pickle.dumps(installation.settings("audit")))
        process.stdin.write_eof()
        async with asyncio.timeout(SETTLE_SECONDS):
            assert await process.stdout.readline() == b"copied\n"
        process.send_signal(signal.SIGKILL)
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]
        assert await all_digests(installation) == before
        await fill(runtime, 210)
        await settled(runtime)
        done = await rebuilt(installation, 2)
        assert done.equal
