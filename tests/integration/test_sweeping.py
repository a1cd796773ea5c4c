"""The automatic tests beside audit's worker over real Kafka and PostgreSQL: found live, opened once, by one process at a time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.audit.service import SERVICE
from services.audit.sweeping import sweep_beside
from services.contracts.adopting import AdoptRulePack
from services.eventlog import waiting
from services.eventlog.api.runtime import Runtime
from services.eventlog.deciding import Incoming
from services.eventlog.ids import uuid7
from tests.conftest import Installation
from tests.unit.audit_told import PACK


async def adopt(runtime: Runtime, version: str, *, without: str = "") -> None:
    """The sample's audit pack in another version, perhaps without one of its tests."""
    pack: dict[str, Any] = json.loads(PACK.read_text(encoding="utf-8")) | {"version": version}
    pack["content"]["tests"].pop(without, None)
    command = AdoptRulePack(**pack)
    one = Incoming(commandid=uuid7(), command=command, actor="bureau-leader:L1", role="bureau-leader", must_state=True)
    outcome = await runtime.decider.submit(one)
    assert outcome.status == "accepted", outcome
    assert await waiting.on_log(runtime.pool, one.commandid, 5.0)


async def findings(runtime: Runtime) -> int:
    return int(await runtime.pool.fetchval("SELECT count(*) FROM audit.streams WHERE subject LIKE 'finding:%'"))


async def until(runtime: Runtime, count: int) -> None:
    for _ in range(200):
        if await findings(runtime) >= count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{await findings(runtime)} findings, not {count}")


@asynccontextmanager
async def audit(installation: Installation) -> AsyncIterator[Runtime]:
    async with installation.log_writer(), installation.running(SERVICE, worker=False) as (runtime,):
        yield runtime


async def test_what_is_found_live_is_opened_once_whoever_sweeps_and_however_often(installation: Installation) -> None:
    """A pack without one of its tests is a finding; two sweep beside each other, one begins anew, none opens it again."""
    async with audit(installation) as runtime:
        await adopt(runtime, "2099.1")
        async with sweep_beside(runtime), sweep_beside(runtime):
            await adopt(runtime, "2099.2", without="survey_by_one")
            await until(runtime, 1)
        async with sweep_beside(runtime):
            await adopt(runtime, "2099.3", without="survey_by_one")  # nothing is switched off by this one
            await adopt(runtime, "2099.4", without="visits_overlap")
            await until(runtime, 2)
            await asyncio.sleep(0.5)
        assert await findings(runtime) == 2
        stated = await installation.admin.fetch("SELECT value FROM log.journal")
    assert sum(b"assist.audit.finding_opened" in row["value"] for row in stated) == 2
