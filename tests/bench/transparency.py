"""Benchmark t: the transparency log – leaves a second, a million with tiles, the size of a proof, from a fact to its checkpoint."""

import asyncio
import base64
import json
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.publishing.files import TiledLog, tile_reader
from services.audit.publishing.publisher import CHECKPOINT_SECONDS, LEAVES_PER_CHECKPOINT_MAX
from services.audit.store import verify_signature
from services.audit.transparency import note
from services.audit.transparency.leaf import leaf_bytes
from services.audit.transparency.merkle import Edge, inclusion_proof, leaf_hash
from services.audit.transparency.note import Key
from services.audit.transparency.verifying import Tree
from services.eventlog.deciding import OUTBOX_CHANNEL
from services.eventlog.postgres import connect
from tests.bench import events
from tests.bench.ground import Ground, Log, processes
from tests.bench.report import Line, middle, rate
from tests.bench.visible import places_of
from tests.bench.writing import into_outbox, waiting

EVENTS_PER_SECOND: Final = 1_000
BURSTS_PER_SECOND: Final = 20
LOOK_SECONDS: Final = 0.01
DRAIN_SECONDS_MAX: Final = 120.0
_WHY: Final = (
    "log writer's broker, audit's worker with its read models, the publisher, the load and the look-out share two cores"
)


def transparency(ground: Ground, leaves: int, seconds: int, runs: int = 3) -> list[Line]:
    """(t) Everything, with a tree of `leaves` and `seconds` of facts at a steady rate."""
    with tempfile.TemporaryDirectory(dir=ground.folder) as folder:
        return [
            appending(runs, max(2_000, leaves // 20)),
            *a_large_tree(Path(folder), leaves),
            published(ground, seconds),
        ]


def appending(runs: int, count: int) -> Line:
    """Records as Kafka gives them to leaves, and into the tree, in one process."""
    found = []
    rows = list(events.rows(count))
    for _ in range(runs):
        edge, started = Edge(), time.process_time()  # of one core, whoever else is at work on the machine
        for at in range(0, count, LEAVES_PER_CHECKPOINT_MAX):
            made = [
                leaf_bytes(row.partition, row.sequence, row.sealed_ms, row.subject.encode(), row.value, ())
                for row in rows[at : at + LEAVES_PER_CHECKPOINT_MAX]
            ]
            edge.append([leaf_hash(leaf) for leaf in made])
        found.append(count / (time.process_time() - started))
    mean_bytes = sum(len(row.value) for row in rows) // count
    return Line(
        what="记录 → 叶子 → 树 record → leaf → tree", load=f"{count:,} 条 records × {mean_bytes:,} B, 一核 one core",
        ours=rate(middle(found)), value=middle(found), goal=100_000, unit="/s",
    )  # fmt: skip


def a_large_tree(folder: Path, count: int) -> list[Line]:
    """One log of `count` leaves with its tiles on the disk, signed; then signed as often as the publisher does; a proof."""
    private = Ed25519PrivateKey.generate()
    key = Key("bench.example/log/0", note.ED25519, private.public_key().public_bytes_raw())
    leaves = [leaf_bytes(0, n + 1, 1_772_000_000_000 + n, b"k", b"%d" % n, ()) for n in range(count)]

    def grown(name: str, step: int) -> tuple[TiledLog, float]:
        log, started = TiledLog(folder / name, key, private.sign, verify_signature), time.perf_counter()
        for at in range(0, count, step):
            log.append(leaves[at : at + step])
            log.publish(log.sign())
        return log, time.perf_counter() - started

    once, at_once = grown("once", count)
    often, each = grown("often", LEAVES_PER_CHECKPOINT_MAX)
    assert once.signed == often.signed
    started = time.perf_counter()
    assert Tree(lambda path: _read(folder / "once" / path), once.signed).faults() == []
    verified = time.perf_counter() - started
    proof = inclusion_proof(tile_reader(folder / "once"), count // 3, count)
    size = len(json.dumps([base64.b64encode(one).decode() for one in proof]))
    checkpoints = -(-count // LEAVES_PER_CHECKPOINT_MAX)
    return [
        Line(what="树与散列文件 tree with tiles", load=f"{count:,} 个叶子 leaves, 一次签名 signed once", ours=f"{at_once:.1f} s",
             value=at_once, goal=10, at_most=True, unit="s"),
        Line(what="同上，逐千签名 same, signed every thousand", load=f"{checkpoints:,} 个检查点 checkpoints, 均落盘 each fsynced",
             ours=f"{each:.1f} s（{each / checkpoints * 1000:.1f} ms/检查点）"),
        Line(what="整个日志核验 verifying the whole log", load=f"{count:,} 个叶子 leaves", ours=f"{verified:.1f} s"),
        Line(what="证明的大小 size of a proof", load=f"{count:,} 个叶子 leaves, {len(proof)} 个散列 hashes, JSON",
             ours=f"{size:,} B", value=size, goal=1_500, at_most=True, unit="B"),
    ]  # fmt: skip


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


# ── from a fact to the checkpoint that covers it ────────────────────────────────────────────────────────────────────


def published(ground: Ground, seconds: int) -> Line:
    """The 99th percentile from a fact's commit into an outbox until a published checkpoint covers it."""
    folder = ground.folder / "published"
    log = replace(ground.log(), transparency=folder)
    with processes(log, "log-writer", "audit-worker"):
        found = asyncio.run(_send_and_look(log, folder, seconds * EVENTS_PER_SECOND))
    p50, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
    return Line(
        what="事实 → 已发布检查点 fact → published checkpoint, p99",
        load=f"{EVENTS_PER_SECOND:,} 条/秒 facts/s × {seconds} s; PostgreSQL, Kafka, log-writer, audit-worker; 每 {CHECKPOINT_SECONDS:.0f} 秒或千条一个检查点",
        ours=f"{p99:.2f} s（p50 {p50:.2f}）", value=p99, goal=2.0, at_most=True, unit="s", why=_WHY,
    )  # fmt: skip


async def _send_and_look(log: Log, folder: Path, count: int) -> list[float]:
    """Seconds for each fact, ascending, after a second of warming up. What the look-out sees is at most a look late."""
    connection = await connect(log.admin_url, application="bench-facts")
    seen: list[tuple[float, dict[int, int]]] = []
    looking = asyncio.create_task(_look(folder, seen))
    rows, burst = list(events.rows(count)), EVENTS_PER_SECOND // BURSTS_PER_SECOND
    appointed: dict[uuid.UUID, float] = {}
    try:
        began = time.perf_counter()
        for number in range(-(-count // burst)):
            at = began + number / BURSTS_PER_SECOND
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            batch = rows[number * burst : (number + 1) * burst]
            await into_outbox(connection, [waiting(row) for row in batch])
            await connection.execute(f"NOTIFY {OUTBOX_CHANNEL}")
            appointed |= {row.commandid: at for row in batch}
        places = await places_of(connection, list(appointed), DRAIN_SECONDS_MAX)
        ends: dict[int, int] = {}
        for partition, sequence in places.values():
            ends[partition] = max(sequence, ends.get(partition, 0))
        until = time.perf_counter() + DRAIN_SECONDS_MAX
        while not seen or any(seen[-1][1].get(p, 0) < sequence for p, sequence in ends.items()):
            assert time.perf_counter() < until, "the published checkpoints do not get there"
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await connection.close()
    warm = islice(appointed.items(), EVENTS_PER_SECOND, None)
    return sorted(_covered_at(seen, *places[commandid]) - at for commandid, at in warm)


def _covered_at(seen: Sequence[tuple[float, dict[int, int]]], partition: int, sequence: int) -> float:
    low, high = 0, len(seen) - 1
    while low < high:
        middle_one = (low + high) // 2
        if seen[middle_one][1].get(partition, 0) >= sequence:
            high = middle_one
        else:
            low = middle_one + 1
    return seen[low][0]


async def _look(folder: Path, seen: list[tuple[float, dict[int, int]]]) -> None:
    """Note every partition's published size, whenever one moved."""
    while True:
        sizes = {}
        for place in folder.glob("[0-9]*/checkpoint"):
            sizes[int(place.parent.name)] = int(place.read_bytes().split(b"\n")[1])
        if sizes and (not seen or seen[-1][1] != sizes):
            seen.append((time.perf_counter(), sizes))
        await asyncio.sleep(LOOK_SECONDS)
