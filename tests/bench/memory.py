"""Benchmark f: resident memory of every process of the product, after the sample district's stock and some visits."""

import asyncio
from typing import Final

from services.contracts.registry import OWNERS
from tests.bench.ground import Ground, processes
from tests.bench.load import closed_loop
from tests.bench.report import Line
from tests.bench.window import Window, visits

BATCHES: Final = 10
COMMANDS_PER_BATCH: Final = 100
SERVING_MIB: Final = 150
_WHY: Final = "an API keeps an AES key object per person and key group it sealed for, so that a person's next field costs no look-up"


def memory(ground: Ground, households: int) -> list[Line]:
    """(f) Resident memory of each process after `households` were taken over and 1,000 visits recorded."""
    log = ground.log(simulated=True)
    names = ["log-writer", *(f"{owner}-{kind}" for owner in OWNERS for kind in ("api", "worker"))]
    with processes(log, *names) as running:
        window = Window(log, running["casework-api"].port)
        window.open(households)
        requests = [window.batch_request([*visits(COMMANDS_PER_BATCH)]) for _ in range(BATCHES)]
        asyncio.run(closed_loop(window.port, requests, 2))
        found = {name: process.memory_kib() for name, process in running.items()}
    return [
        Line(
            what=name, load=f"接续 {households:,} 户 households taken over", ours=f"{now // 1024} MiB（峰值 peak {peak // 1024}）",
            value=peak / 1024, goal=SERVING_MIB, at_most=True, unit="MiB", why=_WHY,
        )
        for name, (now, peak) in found.items()
    ]  # fmt: skip
