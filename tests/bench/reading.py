"""Benchmarks a and e (first half): the log read from its beginning by the product and by three peers."""

import importlib.util
from typing import Final

from tests.bench.ground import Ground, Log, Ran
from tests.bench.report import Line, middle, rate

FAUST_RECORDS: Final = 5_000
RUNS: Final = 3
_RAW: Final = "tests.bench.peers.raw_consume"
_REBUILD: Final = "tests.bench.runs.rebuild"
_WHY_RAW: Final = (
    "one process does on one core what the peer does (fetch, CRC, decode the envelope) and beside it SHA-256 of every "
    "record, the typed body, and the folds of all of casework's read models in Python, clocks and proofs step by step"
)
_WHY_TWO: Final = "on two cores the broker that serves both readers takes the rest of the second core"


def rebuilding(ground: Ground, count: int, *, runs: int = RUNS) -> list[Line]:
    """(a) One service's rebuild against raw consume, a Faust agent, Quix Streams; two processes; the full restore."""
    log = ground.filled(count)
    raw, one, two = [], [], []
    log.run(_REBUILD, 1)  # fills the tables, so that every later rebuild must come out equal
    for _ in range(runs):
        raw.append(log.run(_RAW))
        one.append(_equal(log.run(_REBUILD, 1)))
        two.append(_equal(log.run(_REBUILD, 2)))
    ours, peer, both = (middle([ran.per_second for ran in rans]) for rans in (one, raw, two))
    load = f"{count:,} 条 records × {log.mean_bytes:,.0f} B"
    return [
        Line(
            what="casework 重建 rebuild → PostgreSQL / aiokafka 读取并解码 consume + decode", load=load, ours=rate(ours),
            peer=rate(peer), value=ours / peer, goal=0.5, why=_WHY_RAW,
        ),
        _against_faust(log, ours, min(count, FAUST_RECORDS)),
        *_beside_quix(log, ours, count),
        Line(
            what="两个进程 / 一个进程 two processes / one", load=load, ours=rate(both), peer=rate(ours), value=both / ours,
            goal=1.5, why=_WHY_TWO,
        ),
        Line(
            what="重建进程内存 memory of the rebuilding process", load=load, ours=f"{max(r.peak_kib for r in one) // 1024} MiB",
            value=max(ran.peak_kib for ran in one) / 1024, goal=400, at_most=True, unit="MiB",
        ),
        _full_restore(ground, log, load),
    ]  # fmt: skip


def _equal(ran: Ran) -> Ran:
    assert ran.answer["equal"], "a rebuild changed the read models"
    return ran


def _against_faust(log: Log, ours: float, count: int) -> Line:
    faust = log.run("tests.bench.peers.faust_rows", count, admin=True)
    return Line(
        what="同上 same / Faust agent，逐条写同样的行 writing the same rows per event",
        load=f"对照读前 the peer reads the first {count:,} 条 records", ours=rate(ours), peer=rate(faust.per_second),
        value=ours / faust.per_second, goal=10,
    )  # fmt: skip


def _beside_quix(log: Log, ours: float, count: int) -> list[Line]:
    if importlib.util.find_spec("quixstreams") is None:
        return []
    quix = log.run("tests.bench.peers.quix_consume", count)
    what = "同上 same / Quix Streams，只读取并解码 consume + decode only"
    return [
        Line(
            what=what,
            load=f"{count:,} 条 records",
            ours=rate(ours),
            peer=rate(quix.per_second),
            value=ours / quix.per_second,
        )
    ]


def _full_restore(ground: Ground, log: Log, load: str) -> Line:
    """Journal and four services into an empty database beside the log."""
    empty = ground.log()
    ran = log.run("tests.bench.runs.restore", extra={"BENCH_URLS": empty.urls()})
    what = "全部恢复：台账与四个服务 full restore: journal and four services"
    return Line(what=what, load=load, ours=f"{rate(ran.per_second)}（{ran.answer['seconds']:.1f} s）")


def growing(ground: Ground, small: int, large: int, *, runs: int) -> Line:
    """(e) Rebuild cost per event on a log ten times as long, alternately, each the median of `runs`."""
    logs = {count: ground.filled(count, with_journal=True) for count in (small, large)}
    cost: dict[int, list[float]] = {small: [], large: []}
    for _ in range(runs):
        for count, log in logs.items():
            cost[count].append(1e6 / log.run(_REBUILD, 1).per_second)
    little, much = middle(cost[small]), middle(cost[large])
    return Line(
        what="重建，每条 rebuild, per event", load=f"{large:,} / {small:,} 条 records, {runs} 次 runs",
        ours=f"{much:.1f} µs", peer=f"{little:.1f} µs", value=100 * (much / little - 1), goal=15, at_most=True, unit="%",
    )  # fmt: skip
