"""Peer: a Faust agent that writes casework's rows per event, one transaction each, rows cached in memory.

Leaves out what makes the product's rows provable: chain check, cursor, parking, digests.
"""

import asyncio
import json
import logging
import os
import sys
import time
import uuid
from typing import Any

import asyncpg
import faust

from services.casework.service import SERVICE
from services.contracts import codec
from services.contracts.deciding import Record
from services.contracts.registry import kind_of


async def prepare(connection: asyncpg.Connection) -> None:
    """Tables of its own, shaped like the product's."""
    await connection.execute("DROP SCHEMA IF EXISTS faust_peer CASCADE; CREATE SCHEMA faust_peer")
    for model in SERVICE.models:
        await connection.execute(
            f"CREATE TABLE faust_peer.{model.name} "
            "(key text, partition smallint, doc jsonb NOT NULL, PRIMARY KEY (key, partition))"
        )


class Rows:
    """Folds one event and upserts what it changed."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._rows: dict[tuple[str, str, int], Any] = {}
        self._models: dict[str, list[Any]] = {}
        for model in SERVICE.models:
            for body in model.listens:
                self._models.setdefault(kind_of(body), []).append(model)

    async def apply(self, partition: int, value: bytes) -> None:
        envelope = codec.decode(value)
        models = self._models.get(envelope.type)
        if not models:
            return
        record = Record(partition=partition, hash=b"", envelope=envelope, fact=codec.body(envelope))
        async with self._connection.transaction():
            for model in models:
                for key in model.keys(record):
                    place = (model.name, key, partition)
                    row = self._rows[place] = model.evolve(self._rows.get(place), record, key)
                    await self._write(model.name, key, partition, row)

    async def _write(self, table: str, key: str, partition: int, row: Any) -> None:
        if row is None:
            await self._connection.execute(
                f"DELETE FROM faust_peer.{table} WHERE key = $1 AND partition = $2", key, partition
            )
            return
        await self._connection.execute(
            f"INSERT INTO faust_peer.{table} VALUES ($1, $2, $3::jsonb) "
            "ON CONFLICT (key, partition) DO UPDATE SET doc = excluded.doc",
            key, partition, codec.encoder.encode(row).decode(),
        )  # fmt: skip


async def run(bootstrap: str, topic: str, url: str, count: int, partitions: int) -> dict[str, float]:
    """Consume `count` records; the clock runs from the first delivered to the last written (joining not counted)."""
    connection = await asyncpg.connect(url)
    await prepare(connection)
    rows, done = Rows(connection), asyncio.Event()
    name = f"bench-faust-{uuid.uuid1()}"
    app = faust.App(
        name, broker=f"aiokafka://{bootstrap}", store="memory://", value_serializer="raw", key_serializer="raw",
        consumer_auto_offset_reset="earliest", topic_allow_declare=False, topic_disable_leader=True, web_enabled=False,
        stream_wait_empty=False, topic_partitions=partitions,
    )  # fmt: skip
    state = {"records": 0, "started": 0.0, "seconds": 0.0}

    @app.agent(app.topic(topic, value_type=bytes, key_type=bytes))
    async def follow(stream: Any) -> None:
        async for event in stream.events():
            state["started"] = state["started"] or time.perf_counter()
            await rows.apply(event.message.partition, event.message.value)
            state["records"] += 1
            if state["records"] >= count and not done.is_set():
                state["seconds"] = time.perf_counter() - state["started"]
                done.set()

    app.finalize()
    starting = asyncio.create_task(app.start())
    try:
        await asyncio.wait_for(done.wait(), 120)
    finally:
        await app.stop()
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await connection.close()
    return {"records": count, "seconds": state["seconds"]}


if __name__ == "__main__":
    logging.disable(logging.ERROR)
    environment = os.environ
    answer = asyncio.run(
        run(
            environment["JIUZHU_KAFKA"], environment["BENCH_TOPIC"], environment["JIUZHU_POSTGRES_URL"],
            int(sys.argv[1]), int(environment["JIUZHU_PARTITIONS"]),
        )
    )  # fmt: skip
    print(json.dumps(answer))
