"""Log writer, casework's decider and worker in one process: commands until their facts are in the read models; seconds."""

import asyncio
import json
import os
import sys
import time
from dataclasses import replace
from typing import Any

from deploy.district import bodies
from deploy.installation import ENRICH, service_named
from services.casework.domain import RecordVisit, TakeOverHousehold
from services.contracts.adopting import AdoptRulePack
from services.contracts.codec import convert
from services.eventlog.api.runtime import Doors, Runtime
from services.eventlog.deciding import Incoming, Outcome
from services.eventlog.ids import uuid7
from services.eventlog.postgres import connect
from services.eventlog.settings import Settings
from services.eventlog.writer import LogWriter
from tests.bench.events import district
from tests.bench.runs.restore import settings_by_role
from tests.bench.window import HOUSEHOLDS, NOW, visits

COMMANDS_PER_BATCH = 100
BOUND_SECONDS = 120.0
_SETTLED = """
    SELECT NOT EXISTS (SELECT FROM casework.outbox) AND NOT EXISTS (
        SELECT FROM casework.cursor c JOIN log.watermark w USING (partition) WHERE c.sequence < w.sealed_sequence)
"""


async def _execute(runtime: Runtime, commands: list[Any], role: str) -> None:
    incoming = [Incoming(commandid=uuid7(), command=command, actor=f"{role}:O001", role=role) for command in commands]
    for outcome in await runtime.decider.execute(incoming):
        assert isinstance(outcome, Outcome), outcome
        assert outcome.status in ("accepted", "unchanged") or outcome.code == "household-known", outcome


async def _prepare(runtime: Runtime) -> None:
    """Rules and households, once a log."""
    profile = district().profile
    packs = [bodies.adopt_pack(pack) for pack in profile.packs if pack.service == "casework"]
    await _execute(runtime, [convert(body, AdoptRulePack) for body in packs], "bureau-leader")
    homes = district().households[:HOUSEHOLDS]
    taken = [bodies.take_over_household(home, profile.take_over.source) for home in homes]
    await _execute(runtime, [convert(body, TakeOverHousehold) for body in taken], "bureau")


async def whole_path(settings: dict[str, Settings], count: int, turn: int, admin_url: str) -> dict[str, float]:
    """Seconds for `count` commands in batches; the first turn also prepares, outside the time."""
    connection = await connect(admin_url, application="bench")
    await connection.execute("INSERT INTO log.simulated_clock (instant) VALUES ($1) ON CONFLICT DO NOTHING", NOW)
    writer = LogWriter(settings["eventlog"])
    writing = asyncio.create_task(writer.run())
    service = service_named("casework")
    mine = replace(settings["casework"], simulated_clock=True)
    runtime = Runtime(service=service, settings=mine, doors=Doors(roles={}), enrich=ENRICH["casework"])

    async def settle() -> None:
        until = time.monotonic() + BOUND_SECONDS
        while not (writer.ready and await connection.fetchval(_SETTLED)):
            assert time.monotonic() < until, writer.state
            await asyncio.sleep(0.005)

    try:
        async with runtime.running(as_worker=True, slot=0):
            await settle()
            if not await connection.fetchval("SELECT EXISTS (SELECT FROM casework.streams)"):
                await _prepare(runtime)
                await settle()
            commands = [convert(body, RecordVisit) for body in visits(count, first=1 + turn * count)]
            started = time.perf_counter()
            for begin in range(0, count, COMMANDS_PER_BATCH):
                await _execute(runtime, commands[begin : begin + COMMANDS_PER_BATCH], "officer")
            await settle()
            return {"records": count, "seconds": time.perf_counter() - started}
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await connection.close()


if __name__ == "__main__":
    answer = asyncio.run(
        whole_path(settings_by_role(), int(sys.argv[1]), int(sys.argv[2]), os.environ["BENCH_ADMIN_URL"])
    )
    print(json.dumps(answer))
