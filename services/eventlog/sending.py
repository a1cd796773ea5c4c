"""Sends journal rows to Kafka with one idempotent producer, in order; never decides what is sent."""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer

from services.contracts.envelope import HEADERS
from services.eventlog import metrics
from services.eventlog.ending import started
from services.eventlog.journal import Row
from services.eventlog.kafka_security import client_security
from services.eventlog.settings import KafkaIdentity

BATCH_BYTES_MAX: Final = 900_000
REQUEST_TIMEOUT_MS: Final = 15_000


class Sender:
    """One producer and its doubts: after any exception it must be closed and a new one made."""

    def __init__(self, bootstrap: str, topic: str, identity: KafkaIdentity | None = None) -> None:
        self._topic = topic
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            client_id="jiuzhu-log-writer",
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH_BYTES_MAX,
            max_request_size=BATCH_BYTES_MAX + 100_000,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            linger_ms=0,
            **client_security(identity),
        )

    async def start(self) -> None:
        await started(self._producer.start())

    async def close(self) -> None:
        """Stop the producer; what it still had in flight may or may not arrive."""
        await self._producer.stop()

    async def send(self, rows: Sequence[Row]) -> dict[int, tuple[int, int]]:
        """Send rows (in order within each partition); the last acknowledged (sequence, offset) per partition."""
        by_partition: dict[int, list[Row]] = {}
        for row in rows:
            by_partition.setdefault(row.partition, []).append(row)
        done = await asyncio.gather(*(self._send_partition(p, its) for p, its in by_partition.items()))
        metrics.SENT.inc(len(rows))
        return dict(zip(by_partition, done, strict=True))

    async def _send_partition(self, partition: int, rows: Sequence[Row]) -> tuple[int, int]:
        futures = []
        batch, count = self._producer.create_batch(), 0
        for row in rows:
            if not self._append(batch, row):
                batch.close()
                futures.append((await self._producer.send_batch(batch, self._topic, partition=partition), count))
                batch, count = self._producer.create_batch(), 0
                assert self._append(batch, row), "a single record must fit a batch: facts are capped"
            count += 1
        batch.close()
        futures.append((await self._producer.send_batch(batch, self._topic, partition=partition), count))
        acknowledged = [(await future).offset + count - 1 for future, count in futures]
        return rows[-1].sequence, acknowledged[-1]

    def _append(self, batch, row: Row) -> bool:  # type: ignore[no-untyped-def]
        appended = batch.append(
            timestamp=row.sealed_ms, key=row.subject.encode(), value=row.value, headers=list(HEADERS)
        )
        return appended is not None
