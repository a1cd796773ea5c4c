"""Months' runs decided up to their approval and put straight into payroll's decision states, as a year would leave them; prints their count."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime

from deploy.district.pays import pay_rules
from services.contracts.codec import encoder
from services.contracts.deciding import Context
from services.contracts.months import Month
from services.eventlog.postgres import open_pool
from services.payroll.domain.pay_inputs import READ_FOR_DRAFT, filled
from services.payroll.domain.run import RUN, ApproveRun, CheckRun, DraftRun, Run
from services.payroll.store import decision_states
from tests.bench.events import district

_INSERT = "INSERT INTO payroll.streams (subject, version, state) VALUES ($1, $2, $3)"


def _decided(run: Run, command: DraftRun | CheckRun | ApproveRun, actor: str) -> Run:
    month = command.month
    context = Context(
        now=datetime(month.year, month.number, 16, 1, tzinfo=UTC), actor=actor, role="", town=None,
        rules=pay_rules(district().profile), pseudonym=lambda text: text,
    )  # fmt: skip
    for fact in RUN.decide(run, command, context):
        run = RUN.evolve(run, fact)
    return run


async def history(first: Month, count: int) -> int:
    pool = await open_pool(os.environ["JIUZHU_POSTGRES_URL"], application="bench", size=1)
    for month in (first.plus(i) for i in range(count)):
        draft = filled(DraftRun(month=month), await decision_states(pool, READ_FOR_DRAFT))
        run = _decided(Run(), draft, "finance:F1")
        run = _decided(run, CheckRun(month=month), "finance:F2")
        run = _decided(run, ApproveRun(month=month, documents=draft.documents), "bureau-leader:L1")
        await pool.execute(_INSERT, f"run:{month}", 1, encoder.encode(run))
    await pool.close()
    return count


if __name__ == "__main__":
    print(json.dumps({"records": asyncio.run(history(Month.parse(sys.argv[1]), int(sys.argv[2])))}))
