"""Benchmark h: a month's pay from the draft to the bank's return, a year computed anew, and a run of a hundred times as many officers."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from deploy.district import bodies, pay_bodies
from deploy.district.bodies import Body
from deploy.district.officers import Officer, officer
from deploy.district.pays import pay_rules
from deploy.district.people import Registry
from deploy.district.programme import Budget
from services.contracts.months import Month
from services.eventlog.auth import Identity, Tokens
from services.eventlog.ids import uuid7
from services.eventlog.keyring import opened
from services.eventlog.postgres import Connection, connect
from tests.bench import load
from tests.bench.events import district
from tests.bench.ground import Ground, Log, Process, processes
from tests.bench.procedure import Doors
from tests.bench.report import Line, middle

SEED: Final = 7
MONTH: Final = Month(2025, 4)
PAY_DAY: Final = 16
YEAR_MONTHS: Final = 12
BUDGET_FEN: Final = 10**13
PURPOSES: Final = ("officer_pay", "officer_insurance")
WAIT_SECONDS_MAX: Final = 600.0
POLL_SECONDS: Final = 0.005
WRITER: Final = "log-writer"
API: Final = "payroll-api"
WORKER: Final = "payroll-worker"
PROCESSES: Final = (WRITER, API, WORKER)
LOAD: Final = f"PostgreSQL, Kafka, {', '.join(PROCESSES)}"
_ROLES: Final = {
    "bureau-leader:L1": "bureau-leader",
    "bureau:B01": "bureau",
    "finance:F1": "bureau-finance",
    "finance:F2": "bureau-finance",
}
LEADER, CASEWORKER, PREPARER, CHECKER = _ROLES
_ON_LOG: Final = (
    "SELECT NOT EXISTS (SELECT FROM payroll.outbox) "
    "AND NOT EXISTS (SELECT FROM log.watermark WHERE acked_sequence < sealed_sequence)"
)
_SETTLED: Final = (
    f"{_ON_LOG} AND NOT EXISTS "
    "(SELECT FROM payroll.cursor c JOIN log.watermark w USING (partition) WHERE c.sequence < w.sealed_sequence)"
)
_FUNDED: Final = f"SELECT doc->>'status' = 'funded' FROM payroll.m_runs WHERE key = '{MONTH}'"
_NET: Final = (
    "SELECT doc->>'officer' AS officer, (doc->>'net_fen')::bigint AS net_fen FROM payroll.m_payslips WHERE key LIKE $1"
)


def officers(count: int) -> list[Officer]:
    """Invented officers, over all towns in turn, drawn as the sample district's are."""
    profile = district().profile
    registry = Registry(profile=profile, capacity=count, offset=0)
    places = [(profile.towns[i % len(profile.towns)], i // len(profile.towns)) for i in range(count)]
    drawn = [
        officer(profile, registry, SEED, town, rank, f"O{i + 1:05d}", family=i, index=i)
        for i, (town, rank) in enumerate(places)
    ]
    return [replace(one, post_no=f"{one.town}-P{rank + 1:04d}") for one, (_, rank) in zip(drawn, places, strict=True)]


@dataclass(kw_only=True)
class Desk:
    """Payroll as the bureau's people use it: a command at a time, each awaited until Kafka has acknowledged its facts."""

    doors: Doors
    line: load.Connection
    store: Connection

    async def tell(self, actor: str, body: Body) -> None:
        await self.ask(actor, f"/v1/commands/{body['command']}", body)
        await self.until(_ON_LOG)

    async def ask(self, actor: str, path: str, body: object) -> bytes:
        """One request. Any 20x will do: what came back before it was on the log is waited for."""
        content = json.dumps(body, ensure_ascii=False).encode()
        key = str(uuid7())
        asked = load.request(path, content, self.doors.credentials[actor], idempotency_key=key)
        return await self.line.send(asked, status=20)

    async def until(self, question: str) -> None:
        """Wait until the store says yes."""
        bound = time.perf_counter() + WAIT_SECONDS_MAX
        while not await self.store.fetchval(question):
            assert time.perf_counter() < bound, question
            await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def _desk(log: Log, running: dict[str, Process]) -> AsyncIterator[Desk]:
    with opened(log.keyring) as keyring:
        tokens = Tokens(keyring)
    credentials = {
        actor: tokens.issue(Identity(actor=actor, role=role, town=None), valid_for=timedelta(hours=4))
        for actor, role in _ROLES.items()
    }
    port = running[API].port
    (line,) = await load.connected(port, 1)
    store = await connect(log.admin_url, application="bench")
    doors = Doors(log=log, ports={"payroll": port}, town="", credentials=credentials)
    try:
        yield Desk(doors=doors, line=line, store=store)
    finally:
        line.close()
        await store.close()


async def _staff(desk: Desk, count: int) -> None:
    """Packs, money for both years that the months lie in, and `count` officers taken over and appraised."""
    profile = district().profile
    await desk.doors.clock(profile.pay_history.at)
    packs = [bodies.adopt_pack(pack) for pack in profile.packs if pack.service == "payroll"]
    await desk.doors.commands("payroll", packs, LEADER)
    for year in (MONTH.year, MONTH.year + 1):
        for source, amount_fen in (("1", 50_000_000), ("3", BUDGET_FEN)):
            budget = Budget(
                year=year, source=source, amount_fen=amount_fen, document=f"示例{year}-{source}号", purposes=PURPOSES
            )
            await desk.tell(PREPARER, pay_bodies.budget_fund(budget))
    people = officers(count)
    await desk.doors.commands(
        "payroll", [pay_bodies.take_over_officer(one, profile.take_over) for one in people], CASEWORKER
    )
    await desk.doors.commands("payroll", [pay_bodies.confirm_appraisal(one, one.quarters[0]) for one in people], LEADER)
    await desk.until(_SETTLED)


async def _until_approved(desk: Desk, month: Month) -> tuple[float, float]:
    """Seconds until the draft is on the log, and until the approval is."""
    await desk.doors.clock(date(month.year, month.number, PAY_DAY))
    began = time.perf_counter()
    await desk.tell(PREPARER, pay_bodies.run_step("draft-run", month))
    drafted = time.perf_counter() - began
    await desk.tell(CHECKER, pay_bodies.run_step("check-run", month))
    await desk.tell(LEADER, pay_bodies.run_step("approve-run", month))
    return drafted, time.perf_counter() - began


async def _until_paid(desk: Desk) -> None:
    """Funded by the reactions, sent to the bank, answered by it, booked by the reactions: until nothing is left to do."""
    await desk.until(_FUNDED)
    await desk.tell(CHECKER, pay_bodies.run_step("issue-bank-file", MONTH))
    export = {"month": str(MONTH), "file_no": 1, "profile": "rural_bank", "reason": "送盘"}
    assert await desk.ask(CHECKER, "/v1/bank-files/exports", export)
    rows = await desk.store.fetch(_NET, f"{MONTH}/%")
    lines = [
        {"officer": row["officer"], "amount_fen": row["net_fen"], "outcome": "settled", "reference": f"R{i}"}
        for i, row in enumerate(rows)
    ]
    sha256 = hashlib.sha256(json.dumps(lines).encode()).hexdigest()
    await desk.tell(CHECKER, pay_bodies.import_bank_return(MONTH, sha256, lines))
    await desk.until(_SETTLED)


async def _year(desk: Desk) -> float:
    """Seconds to compute twelve months of everybody anew, twice: by the rules in force and with 200 yuan more base pay."""
    scale = pay_rules(district().profile).adopted("pay_scale", MONTH.first_day)
    content = scale.content | {"base_fen": scale.content["base_fen"] + 20_000}
    pack: dict[str, Any] = {
        "name": "pay_scale", "version": "what-if", "valid_from": MONTH.first_day.isoformat(), "content": content,
    }  # fmt: skip
    asked = {"first_month": str(MONTH), "last_month": str(MONTH.plus(YEAR_MONTHS - 1)), "packs": [pack]}
    began = time.perf_counter()
    answer = json.loads(await desk.ask(PREPARER, "/v1/what-if", asked))
    took = time.perf_counter() - began
    assert len(answer["months"]) == YEAR_MONTHS
    assert answer["total"]["difference_fen"] > 0
    return took


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds of what was measured with a district's officers."""

    approved: float
    paid: float
    year: float


async def _district_month(log: Log, running: dict[str, Process], count: int) -> Took:
    async with _desk(log, running) as desk:
        await _staff(desk, count)
        began = time.perf_counter()
        _, approved = await _until_approved(desk, MONTH)
        await _until_paid(desk)
        paid = time.perf_counter() - began
        return Took(approved=approved, paid=paid, year=await _year(desk))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Seconds of a run of many officers, and the highest memory of payroll's API in it and of its worker until then, in MB."""

    drafted: float
    approved: float
    api_mb: float
    worker_mb: float


def _large_run(log: Log, worker: Process, month: Month) -> Ran:
    """One run by an API that did nothing before it."""

    async def run(running: dict[str, Process]) -> tuple[float, float]:
        async with _desk(log, running) as desk:
            took = await _until_approved(desk, month)
            await desk.until(_SETTLED)
            return took

    with processes(log, API) as running:
        drafted, approved = asyncio.run(run(running))
        api_mb, worker_mb = (one.memory_kib()[1] * 1024 / 1e6 for one in (running[API], worker))
    return Ran(drafted=drafted, approved=approved, api_mb=api_mb, worker_mb=worker_mb)


def payday(ground: Ground, few: int, many: int, *, runs: int = 3, earlier: int = YEAR_MONTHS) -> list[Line]:
    """(h) A month and a year of `few` officers, each run on a log of its own; then one run of `many`, and another after a year."""
    took = []
    for _ in range(runs):
        log = ground.log(simulated=True)
        with processes(log, *PROCESSES) as running:
            took.append(asyncio.run(_district_month(log, running, few)))
    log = ground.log(simulated=True)
    with processes(log, WRITER, WORKER) as beside:
        with processes(log, API) as running:
            asyncio.run(_staffed(log, running, many))
        first = _large_run(log, beside[WORKER], MONTH)
        log.run("tests.bench.runs.pay_history", MONTH.plus(1), earlier - 1, admin=True)
        later = _large_run(log, beside[WORKER], MONTH.plus(earlier))
    return [*_of_few(few, took), *_of_many(few, middle([one.approved for one in took]), many, first, later, earlier)]


async def _staffed(log: Log, running: dict[str, Process], count: int) -> None:
    async with _desk(log, running) as desk:
        await _staff(desk, count)


def _of_few(count: int, took: Sequence[Took]) -> list[Line]:
    month, year = middle([one.paid for one in took]), middle([one.year for one in took])
    return [
        Line(
            what="一个月发放，编制 → 回盘入账 a month's pay, draft → bank's return booked",
            load=f"{count:,} 人 officers; {LOAD}", ours=f"{month:.2f} s", value=month, goal=2, at_most=True, unit="s",
            why="each of the month's steps waits until Kafka has acknowledged it, the reactions between them included",
        ),
        Line(
            what=f"{YEAR_MONTHS} 个月重算，现行与假设规则各一遍 {YEAR_MONTHS} months computed anew, by the rules in force and by others",
            load=f"{count:,} 人 officers; what-if", ours=f"{year:.2f} s", value=year, goal=5, at_most=True, unit="s",
        ),
    ]  # fmt: skip


def _of_many(few: int, few_seconds: float, many: int, first: Ran, later: Ran, earlier: int) -> list[Line]:
    little, much = (1e6 * seconds / count for seconds, count in ((few_seconds, few), (first.approved, many)))
    load = f"{many:,} 人 officers; {LOAD}"
    lines = [
        Line(
            what="一个批次，编制 → 审批 one run, draft → approval", load=load,
            ours=f"{first.approved:.1f} s（编制 draft {first.drafted:.1f}）", value=first.approved, goal=20, at_most=True, unit="s",
        ),
        Line(
            what=f"每张工资单 per slip, {many:,} / {few:,}", load=load, ours=f"{much:.0f} µs", peer=f"{little:.0f} µs",
            value=100 * (much / little - 1), goal=20, at_most=True, unit="%",
        ),
    ]  # fmt: skip
    for what, ran in (
        ("批次内存 memory of the run", first),
        (f"同上，此前已发 {earlier} 个月 after {earlier} months paid", later),
    ):
        lines.append(
            Line(
                what=what, load=load, ours=f"api {ran.api_mb:.0f} MB，worker {ran.worker_mb:.0f} MB（{ran.approved:.1f} s）",
                value=max(ran.api_mb, ran.worker_mb), goal=500, at_most=True, unit="MB",
                why="a run is one command: what it is computed from, its slips, and their bytes on the way to PostgreSQL are held at once",
            )
        )  # fmt: skip
    return lines
