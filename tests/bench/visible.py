"""Benchmark d: from a command sent to casework until audit's read models show its fact, at a steady rate."""

import asyncio
import contextlib
import time
import uuid
from bisect import bisect_left
from typing import Final

from services.eventlog.ids import uuid7
from services.eventlog.postgres import connect
from tests.bench.ground import Ground, processes
from tests.bench.load import open_loop
from tests.bench.report import Line
from tests.bench.window import Window, visits

COMMANDS_PER_SECOND: Final = 200
CLIENTS: Final = 32
LOOK_SECONDS: Final = 0.002
DRAIN_SECONDS_MAX: Final = 20.0
PROCESSES: Final = ("log-writer", "casework-api", "casework-worker", "audit-worker")
WARM_COMMANDS: Final = 2_000  # ten seconds: the broker compiles what it runs often


def latency(ground: Ground, count: int) -> list[Line]:
    """(d) Milliseconds at the median and the 99th percentile, from the appointed sending time to the cursor's commit."""
    log = ground.log(simulated=True)
    with processes(log, *PROCESSES) as running:
        window = Window(log, running["casework-api"].port)
        window.open()
        _measured(window, log.admin_url, min(count, WARM_COMMANDS))
        found = _measured(window, log.admin_url, count)
    load = f"{COMMANDS_PER_SECOND} 条/秒 commands/s, {count:,} 条 commands; PostgreSQL, Kafka, {', '.join(PROCESSES)}"
    lines = []
    for percent, goal in ((50, 20), (99, 80)):
        milliseconds = found[min(len(found) - 1, len(found) * percent // 100)] * 1000
        lines.append(
            Line(
                what=f"casework 命令 → audit 可见 command → visible, p{percent}", load=load, ours=f"{milliseconds:.1f} ms",
                value=milliseconds, goal=goal, at_most=True, unit="ms",
                why="seven processes, the load and the look-out share the cores; waiting for a turn is what is measured",
            )
        )  # fmt: skip
    return lines


def _measured(window: Window, url: str, count: int) -> list[float]:
    ids = [uuid7() for _ in range(count)]
    requests = [window.visit_request(v, str(i)) for v, i in zip(visits(count), ids, strict=True)]
    return asyncio.run(_send_and_look(window.port, url, ids, requests))


async def _send_and_look(port: int, url: str, ids: list[uuid.UUID], requests: list[bytes]) -> list[float]:
    """Seconds until visible for each command, ascending. What the look-out sees is at most one look late."""
    connection = await connect(url, application="bench-look")
    seen: dict[int, tuple[list[int], list[float]]] = {}
    looking = asyncio.create_task(_look(connection, seen))
    try:
        appointed = await open_loop(port, requests, COMMANDS_PER_SECOND, CLIENTS)
        other = await connect(url, application="bench")
        places = await places_of(other, ids)
        await other.close()
        until = time.perf_counter() + DRAIN_SECONDS_MAX
        while any(not seen.get(p) or seen[p][0][-1] < s for p, s in places.values()):
            assert time.perf_counter() < until, "audit's cursor does not get there"
            await asyncio.sleep(0.01)
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
        await connection.close()
    found = []
    for commandid, at in zip(ids, appointed, strict=True):
        partition, sequence = places[commandid]
        sequences, instants = seen[partition]
        found.append(instants[bisect_left(sequences, sequence)] - at)
    return sorted(found)


async def places_of(
    connection: object, ids: list[uuid.UUID], within_seconds: float = DRAIN_SECONDS_MAX
) -> dict[uuid.UUID, tuple[int, int]]:
    """Where each command's fact stands on the log, once all are sealed."""
    until = time.perf_counter() + within_seconds
    while True:
        rows = await connection.fetch(  # type: ignore[attr-defined]
            "SELECT commandid, partition, sequence FROM log.journal WHERE commandid = ANY ($1)", ids
        )
        if len(rows) == len(ids):
            return {row["commandid"]: (row["partition"], row["sequence"]) for row in rows}
        assert time.perf_counter() < until, "not every fact was sealed"
        await asyncio.sleep(0.02)


async def _look(connection: object, seen: dict[int, tuple[list[int], list[float]]]) -> None:
    """Note when each of audit's cursors was first seen at each sequence it stopped at."""
    while True:
        rows = await connection.fetch("SELECT partition, sequence FROM audit.cursor")  # type: ignore[attr-defined]
        now = time.perf_counter()
        for partition, sequence in rows:
            sequences, instants = seen.setdefault(partition, ([], []))
            if not sequences or sequence > sequences[-1]:
                sequences.append(sequence)
                instants.append(now)
        await asyncio.sleep(LOOK_SECONDS)
