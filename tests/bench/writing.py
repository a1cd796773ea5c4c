"""Benchmarks b, c and e (second half): commands over HTTP beside a bare insert, sealing and sending, cost on a long log."""

import asyncio
import json
from collections.abc import Sequence
from typing import Final

from services.eventlog.journal import Row
from services.eventlog.postgres import connect
from tests.bench import events
from tests.bench.ground import Ground, Log, processes
from tests.bench.load import closed_loop, request
from tests.bench.reading import RUNS
from tests.bench.report import Line, middle, rate
from tests.bench.window import Window, visits

CLIENTS: Final = 16
BATCH_COMMANDS: Final = 100
BATCH_CLIENTS: Final = 4
OUTBOX_ROWS_PER_COPY: Final = 10_000
_BARE: Final = "bare-api"
_API: Final = "casework-api"
_REST: Final = ("log-writer", "casework-worker")
_WHY_SINGLE: Final = (
    "a command is authenticated (Ed25519), its note is sealed (AES-256-GCM), and state, fact, command id and outbox row are "
    "written where the peer writes one row"
)
_WHY_BATCH: Final = (
    "a bare multi-row insert is one statement per hundred rows; each of our hundred is decided, sealed and encoded in Python, "
    "and writes its household's decision state, which here knows sixty visits and takes some 15 kB"
)


def commanding(ground: Ground, singles: int, batches: int, *, runs: int = RUNS) -> list[Line]:
    """(b) Single commands and batches of 100 against the bare insert; then with the rest of the product running."""
    log = ground.log(simulated=True)
    with processes(log, "log-writer"):
        pass  # opens the door once; commands are decided without the writer from now on
    bare_one, bare_many, one, many = [], [], [], []
    with processes(log, _API, _BARE) as running:
        window = Window(log, running[_API].port)
        window.open()
        for _ in range(runs):
            bare_one.append(_bare_singles(running[_BARE].port, singles))
            one.append(_singles(window, singles))
            bare_many.append(_bare_batches(running[_BARE].port, batches))
            many.append(_batches(window, batches))
    with processes(log, *_REST, _API) as running:
        beside = Window(log, running[_API].port, opened=window)
        whole_one = middle([_singles(beside, singles) for _ in range(runs)])
        whole_many = middle([_batches(beside, batches) for _ in range(runs)])
    peers = "PostgreSQL + FastAPI/asyncpg"
    alone, everything = f"PostgreSQL + {_API}", f"PostgreSQL, Kafka, {_API}, {', '.join(_REST)}"
    single, batch = (
        f"单条 single, {CLIENTS} 连接 clients",
        f"每批 {BATCH_COMMANDS} batches, {BATCH_CLIENTS} 连接 clients",
    )
    lines = []
    for what, ours, peer, goal, why, names in (
        (single, middle(one), middle(bare_one), 0.6, _WHY_SINGLE, alone),
        (batch, middle(many), middle(bare_many), 0.25, _WHY_BATCH, alone),
        (single, whole_one, middle(bare_one), None, "", everything),
        (batch, whole_many, middle(bare_many), None, "", everything),
    ):
        load = f"{names} ∥ {peers}"
        lines.append(
            Line(what=what, load=load, ours=rate(ours), peer=rate(peer), value=ours / peer, goal=goal, why=why)
        )
    return lines


def _singles(window: Window, count: int) -> float:
    requests = [window.visit_request(body) for body in visits(count)]
    return count / asyncio.run(closed_loop(window.port, requests, CLIENTS))


def _batches(window: Window, count: int) -> float:
    requests = [window.batch_request([*visits(BATCH_COMMANDS)]) for _ in range(count)]
    return count * BATCH_COMMANDS / asyncio.run(closed_loop(window.port, requests, BATCH_CLIENTS))


def _bare(body: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in body.items() if name != "command"}


def _bare_singles(port: int, count: int) -> float:
    requests = [request("/visits", json.dumps(_bare(body), ensure_ascii=False).encode()) for body in visits(count)]
    return count / asyncio.run(closed_loop(port, requests, CLIENTS))


def _bare_batches(port: int, count: int) -> float:
    batches = [[_bare(body) for body in visits(BATCH_COMMANDS)] for _ in range(count)]
    requests = [request("/visits/many", json.dumps(batch, ensure_ascii=False).encode()) for batch in batches]
    return count * BATCH_COMMANDS / asyncio.run(closed_loop(port, requests, BATCH_CLIENTS))


def sealing(ground: Ground, count: int, *, runs: int = RUNS) -> list[Line]:
    """(c) The log writer over a full outbox, from the open gate to Kafka's last acknowledgement."""
    log, rates = ground.log(), []
    for seed in range(runs):
        size_bytes = asyncio.run(_fill_outbox(log, count, seed))
        rates.append(log.run("tests.bench.runs.seal_and_send", count, role="eventlog").per_second)
    return [
        Line(
            what="封缄、入台账并发送 seal, journal, send (acks=all)", load=f"{count:,} 条 facts × {size_bytes:,.0f} B",
            ours=rate(middle(rates)), value=middle(rates), goal=25_000, unit="/s",
            why="one process seals and sends while PostgreSQL writes journal and outbox (fsync) and Kafka writes the log, on the same cores",
        )
    ]  # fmt: skip


async def _fill_outbox(log: Log, count: int, seed: int) -> float:
    """Put `count` facts into casework's outbox as decisions would; the mean size of their bodies."""
    connection = await connect(log.admin_url, application="bench-fill")
    size_bytes = 0
    try:
        rows = []
        for row in events.rows(count, seed):
            size_bytes += len(row.value)
            rows.append(waiting(row))
            if len(rows) == OUTBOX_ROWS_PER_COPY:
                await into_outbox(connection, rows)
                rows = []
        await into_outbox(connection, rows)
        await connection.execute("ANALYZE casework.outbox")
    finally:
        await connection.close()
    return size_bytes / count


def waiting(row: Row) -> tuple[object, str, bytes]:
    """A made-up record as it waits in an outbox: its place on the log is not decided yet."""
    return row.commandid, row.subject, b"{" + row.value[row.value.index(b'"id":') :]


async def into_outbox(connection: object, rows: Sequence[tuple[object, str, bytes]]) -> None:
    await connection.copy_records_to_table(  # type: ignore[attr-defined]
        "outbox", schema_name="casework", columns=["commandid", "subject", "body"], records=rows
    )


def whole_path(log: Log, commands: int, turn: int) -> float:
    """Microseconds per command, decided until applied, in one process; `turn` numbers the rounds on a log."""
    extra = {"BENCH_ADMIN_URL": log.admin_url, "BENCH_URLS": log.urls()}
    return 1e6 / log.run("tests.bench.runs.whole_path", commands, turn, extra=extra).per_second


def growing(ground: Ground, small: int, large: int, commands: int, *, runs: int) -> Line:
    """(e) Decide → outbox → journal → Kafka → read model, per event, on a log ten times as long; alternately."""
    logs = {count: ground.filled(count, with_journal=True) for count in (small, large)}
    cost: dict[int, list[float]] = {small: [], large: []}
    for number in range(runs + 1):
        for count, log in logs.items():
            microseconds = whole_path(log, commands, number)
            if number:  # the first round warms caches and adopts the rules
                cost[count].append(microseconds)
    little, much = middle(cost[small]), middle(cost[large])
    return Line(
        what="写入直到可见，每条 write until visible, per event",
        load=f"{commands:,} 条命令 commands; 日志 log {large:,} / {small:,}, {runs} 次 runs",
        ours=f"{much:.0f} µs", peer=f"{little:.0f} µs", value=100 * (much / little - 1), goal=15, at_most=True, unit="%",
    )  # fmt: skip
