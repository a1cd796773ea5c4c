"""`python -m tests.bench`: runs the benchmarks on stores of its own, prints a table, writes docs/BENCHMARKS.md, ends by itself."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from deploy.embedded.fixture import EmbeddedCluster
from deploy.embedded.progress import Progress
from tests.bench import dashboards, memory, payday, procedure, reading, sweeping, transparency, visible, writing
from tests.bench.ground import Ground
from tests.bench.report import PAGE, TITLES, Line, table, written
from tests.fraud.corpus import Corpus, whole_district

EVENTS: Final = 200_000
LOG_SMALL: Final = 100_000
Measure = Callable[[Ground, float], list[Line]]


def _auditing(log: Corpus) -> list[Line]:
    return [*sweeping.sweeping(log), *sweeping.recomputing_year(log)]


def _cost(ground: Ground, share: float) -> list[Line]:
    small, large = int(LOG_SMALL * share), int(10 * LOG_SMALL * share)
    return [
        writing.growing(ground, small, large, 2_000, runs=5),
        reading.growing(ground, small, large, runs=5),
    ]


# Sizes at `--events 200000`; other counts scale them all.
MEASURES: Final[dict[str, Measure]] = {
    "a": lambda ground, share: reading.rebuilding(ground, int(EVENTS * share)),
    "b": lambda ground, share: writing.commanding(ground, max(100, int(6_000 * share)), max(2, int(150 * share))),
    "c": lambda ground, share: writing.sealing(ground, int(100_000 * share)),
    "d": lambda ground, share: visible.latency(ground, max(100, int(4_000 * share))),
    "e": _cost,
    "f": lambda ground, share: memory.memory(ground, min(25_000, max(500, int(25_000 * share)))),
    "g": lambda ground, share: [
        *procedure.procedure(ground, max(20, int(300 * share))),
        *procedure.worklists(ground, max(1_000, int(10_000 * share)), max(10_000, int(100_000 * share))),
    ],
    "h": lambda ground, share: payday.payday(ground, 198, max(400, int(19_800 * share))),
    "k": lambda _, share: _auditing(whole_district() if share >= 1 else Corpus()),
    "p": lambda ground, share: asyncio.run(
        dashboards.dashboards(
            ground.folder / "portal", whole_district() if share >= 1 else Corpus(), max(3, int(20 * share))
        )
    ),
    "t": lambda ground, share: transparency.transparency(
        ground, max(2_000, int(1_000_000 * share)), max(3, int(20 * share))
    ),
}


def run(ground: Ground, keys: Sequence[str], share: float, out: Path) -> None:
    """Measure `keys` in their order; each section is on the page once it is measured."""
    for key in keys:
        print(f"{key}. {TITLES[key]} …", file=sys.stderr, flush=True)
        started = time.perf_counter()
        lines = MEASURES[key](ground, share)
        seconds = time.perf_counter() - started
        print(table(lines) + f"\n({seconds:.0f} s)\n", flush=True)
        written(out, {key: lines}, {key: seconds})


def main() -> int:
    """The command line; 0 when everything could be measured, whether or not the goals were met."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="基准测试 / benchmarks")
    parser.add_argument("--only", default=",".join(MEASURES), help=f"a,b,… of {','.join(MEASURES)}")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"日志长度 length of the log (default {EVENTS})")
    parser.add_argument("--out", type=Path, default=PAGE, help="结果页 page to write")
    arguments = parser.parse_args()
    keys = arguments.only.split(",")
    if unknown := [key for key in keys if key not in MEASURES]:
        parser.error(f"no such benchmark: {unknown[0]}")
    with tempfile.TemporaryDirectory(prefix="jiuzhu-bench-") as root:
        folder = Path(root)
        folder.chmod(0o755)  # PostgreSQL's user must reach its data
        with EmbeddedCluster(folder / "stores", durable=True, progress=Progress.to_stderr()) as cluster:
            run(Ground(cluster, folder), keys, arguments.events / EVENTS, arguments.out)
    print(f"写入 written: {arguments.out.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
