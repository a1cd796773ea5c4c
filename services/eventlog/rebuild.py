"""Rebuilds one service's read models from the log beside the live ones, compares, and swaps: blue/green."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Final

from services.contracts.chain import Chain
from services.contracts.deciding import Service
from services.eventlog import metrics
from services.eventlog.folding import Folds, Rows
from services.eventlog.postgres import Connection, connect
from services.eventlog.reading import RawLog, raw_log
from services.eventlog.refolding import Refold, Refolder, Said, refold
from services.eventlog.settings import Settings
from services.eventlog.shapes import record_models
from services.eventlog.tables import create_statement, make_tables, model_digests, table_of
from services.eventlog.walls import raise_walls

NEXT: Final = "__next"
OLD: Final = "__old"
Load = Callable[[str], Service]


class RebuildFailed(RuntimeError):
    """The rebuild could not reach the live state; the live read models are untouched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild did: records read, seconds, and digests of the live models before and after the swap."""

    service: str
    records: int
    seconds: float
    before: dict[str, str]
    after: dict[str, str]

    @property
    def equal(self) -> bool:
        return self.before == self.after


async def rebuild(
    service: Service, settings: Settings, *, load: Load | None = None, processes: int = 1, said: Said = lambda _: None
) -> Rebuilt:
    """Fold the log up to the live cursor into new tables, catch up under the cursor's lock, swap.

    `load` gives a service by name in a new process and is needed for `processes` > 1.
    """
    started = time.perf_counter()
    connection = await connect(settings.postgres_url, application=f"jiuzhu-rebuild-{service.name}")
    try:
        async with connection.transaction():  # a model that is new has no table to be compared with yet
            await make_tables(connection, service, settings.partitions)
        await _make_next_tables(connection, service)
        targets = await _cursors(connection, service, lock=False)
        if processes > 1 and load is not None:
            refolds = await _in_processes(service, settings, targets, load, processes, said)
        else:
            refolds = await _fold_and_copy(service, settings, targets, said)
        async with connection.transaction():
            targets = await _cursors(connection, service, lock=True)
            await _catch_up(connection, service, settings, refolds, targets)
            before = await model_digests(connection, service)
            await _swap(connection, service, refolds)
            await raise_walls(connection, service)
            after = await model_digests(connection, service)
        records = sum(refold.chain.sequence for refold in refolds.values())
        return Rebuilt(
            service=service.name, records=records, seconds=time.perf_counter() - started, before=before, after=after
        )
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class _Target:
    sequence: int
    hash: bytes
    offset: int


async def _cursors(connection: Connection, service: Service, *, lock: bool) -> dict[int, _Target]:
    query = f"SELECT partition, sequence, hash, seek_offset FROM {service.name}.cursor ORDER BY partition"
    rows = await connection.fetch(query + (" FOR UPDATE" if lock else ""))
    return {row["partition"]: _Target(row["sequence"], row["hash"], row["seek_offset"]) for row in rows}


async def _make_next_tables(connection: Connection, service: Service) -> None:
    for model in service.models:
        await connection.execute(f"DROP TABLE IF EXISTS {service.name}.{table_of(model.name)}{NEXT}")
        await connection.execute(create_statement(service.name, model, NEXT))


async def _fold_and_copy(
    service: Service, settings: Settings, targets: dict[int, _Target], said: Said
) -> dict[int, Refold]:
    """Fold the partitions of `targets` up to their cursors and copy the rows into the next tables."""
    refolder = Refolder(service)
    refolds = {p: Refold(p) for p in targets}

    def progress(share: float) -> None:
        metrics.REBUILD_PROGRESS.labels(service.name).set(share)
        said(share)

    async with raw_log(settings, client="jiuzhu-rebuild") as reader:
        ends = await reader.ends(targets)
        for partition, refolded in refolds.items():
            refolded.next_offset = ends[partition].first
        await refold(reader, refolder, refolds, await _limits(reader, refolds, targets), progress)
    for partition, target in targets.items():
        if refolds[partition].chain.hash != target.hash:
            raise RebuildFailed(
                f"分区 {partition} 与游标不符，请先运行 jiuzhu check / partition {partition} does not lead to the cursor: "
                "run `jiuzhu check` first"
            )
    connection = await connect(settings.postgres_url, application=f"jiuzhu-rebuild-{service.name}-copy")
    try:
        for refolded in refolds.values():
            await copy_rows(connection, service, refolder.folds, refolded.partition, refolded.rows, NEXT)
            refolded.changed.clear()
    finally:
        await connection.close()
    return refolds


async def _limits(reader: RawLog, refolds: dict[int, Refold], targets: dict[int, _Target]) -> dict[int, int]:
    """Where to stop reading: the cursor's hint, which after a heal may lie too far, so the sequence stops the fold."""
    ends = await reader.ends(refolds)
    for partition, refolded in refolds.items():
        refolded.until_sequence = targets[partition].sequence
    return {p: min(targets[p].offset + 1, ends[p].after) for p in refolds}


async def copy_rows(
    connection: Connection, service: Service, folds: Folds, partition: int, rows: Rows, suffix: str
) -> None:
    """COPY one partition's rows of every read model into its tables."""
    for model in service.models:
        records = [
            (key, partition, folds.encode(row)) for (name, key), row in rows.items() if name == model.name and row
        ]
        await connection.copy_records_to_table(
            table_of(model.name) + suffix,
            schema_name=service.name,
            records=records,
            columns=["key", "partition", "doc"],
        )


def _fold_in_process(
    name: str, settings: Settings, targets: dict[int, _Target], load: Load
) -> tuple[list[tuple[int, int, bytes, int, int]], list[Refold]]:
    """One process's share: its partitions folded and copied. Only those that must catch up travel back whole."""
    refolds = asyncio.run(_fold_and_copy(load(name), settings, targets, lambda _: None))
    heads = [(p, r.chain.sequence, r.chain.hash, r.last_offset, r.next_offset) for p, r in refolds.items()]
    return heads, [Refold(r.partition, parked=r.parked, discarded=r.discarded) for r in refolds.values()]


def _end_with_parent() -> None:
    """A process of a rebuild that was killed must not go on writing into the tables of the next one."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


async def _in_processes(
    service: Service, settings: Settings, targets: dict[int, _Target], load: Load, processes: int, said: Said
) -> dict[int, Refold]:
    """Share the partitions among processes; the rows stay in the tables and are read back where they must go on."""
    shares = [{p: t for p, t in targets.items() if p % processes == n} for n in range(processes)]
    refolds: dict[int, Refold] = {}
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent) as pool:
        loop = asyncio.get_running_loop()
        jobs = [loop.run_in_executor(pool, _fold_in_process, service.name, settings, share, load) for share in shares]
        for done, job in enumerate(asyncio.as_completed(jobs), 1):
            heads, kept = await job
            for (partition, sequence, digest, last_offset, next_offset), refolded in zip(heads, kept, strict=True):
                refolded.chain = Chain(sequence, digest)
                refolded.last_offset, refolded.next_offset = last_offset, next_offset
                refolds[partition] = refolded
            said(done / processes)
    return refolds


async def _catch_up(
    connection: Connection,
    service: Service,
    settings: Settings,
    refolds: dict[int, Refold],
    targets: dict[int, _Target],
) -> None:
    """Under the cursor's lock: fold what the live side applied meanwhile, and write only what that changed."""
    refolder = Refolder(service)
    behind = {p: refolds[p] for p, target in targets.items() if refolds[p].chain.sequence < target.sequence}
    for refolded in refolds.values():
        if refolded.partition in behind or refolded.parked:  # what is settled is folded onto the rows there are
            await _load_back(connection, service, refolder.folds, refolded)
    if behind:  # a consumer stopped as soon as it started raises a cancellation of its own (aiokafka 0.14)
        async with raw_log(settings, client="jiuzhu-rebuild") as reader:
            await refold(reader, refolder, behind, await _limits(reader, behind, targets))
    refolder.settle_discards(refolds.values())
    for partition, target in targets.items():
        if refolds[partition].chain.hash != target.hash:
            raise RebuildFailed(f"partition {partition} does not lead to the cursor / 分区 {partition} 与游标不符")
        await _write_changed(connection, service, refolder.folds, refolds[partition])
    await _refuse_to_unpark(connection, service, refolds)


async def _refuse_to_unpark(connection: Connection, service: Service, refolds: dict[int, Refold]) -> None:
    """A parked record that reads by now must be reacted to as well, which only a re-drive does: it comes first."""
    left = {row[:2] for refolded in refolds.values() for row in refolded.parked}
    left |= {place for refolded in refolds.values() for place in refolded.discarded}
    for row in await connection.fetch(f"SELECT partition, sequence, subject FROM {service.name}.parked"):
        if (row["partition"], row["sequence"]) not in left:
            raise RebuildFailed(
                f"{row['subject']} 搁置的记录现已可读，请先运行 jiuzhu redrive {service.name} / what is parked of "
                f"{row['subject']} can be read by now: run `jiuzhu redrive {service.name}` first"
            )


async def _load_back(connection: Connection, service: Service, folds: Folds, refolded: Refold) -> None:
    """Rows of a partition that must go on, from the tables where another process (or this one) copied them."""
    if refolded.rows:
        return
    for model in service.models:
        table = f"{service.name}.{table_of(model.name)}{NEXT}"
        for row in await connection.fetch(
            f"SELECT key, doc::text FROM {table} WHERE partition = $1", refolded.partition
        ):
            refolded.rows[model.name, row["key"]] = folds.decode(model.name, row["doc"])


async def _write_changed(connection: Connection, service: Service, folds: Folds, refolded: Refold) -> None:
    for model, key in sorted(refolded.changed):
        table = f"{service.name}.{table_of(model)}{NEXT}"
        row = refolded.rows[model, key]
        if row is None:
            await connection.execute(f"DELETE FROM {table} WHERE key = $1 AND partition = $2", key, refolded.partition)
            continue
        await connection.execute(
            f"INSERT INTO {table} VALUES ($1, $2, $3::jsonb) ON CONFLICT (key, partition) DO UPDATE SET doc = excluded.doc",
            key, refolded.partition, folds.encode(row),
        )  # fmt: skip


async def _swap(connection: Connection, service: Service, refolds: dict[int, Refold]) -> None:
    for model in service.models:
        table = table_of(model.name)
        await connection.execute(f"ALTER TABLE {service.name}.{table} RENAME TO {table}{OLD}")
        await connection.execute(f"ALTER TABLE {service.name}.{table}{NEXT} RENAME TO {table}")
        await connection.execute(f"DROP TABLE {service.name}.{table}{OLD}")
    await replace_parked(connection, service, refolds.values())
    await record_models(connection, service)
    # Workers hold the old set of parked subjects: the raised revision sends them back to the cursor.
    await connection.execute(f"UPDATE {service.name}.cursor SET revision = revision + 1")


async def replace_parked(connection: Connection, service: Service, refolds: Iterable[Refold]) -> None:
    """Put the parked set a fold came to in the place of the one that stands."""
    await connection.execute(f"DELETE FROM {service.name}.parked")
    await connection.copy_records_to_table(
        "parked",
        schema_name=service.name,
        records=[row for refolded in refolds for row in refolded.parked],
        columns=["partition", "sequence", "subject", "reason", "value"],
    )
