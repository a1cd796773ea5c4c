"""Peer: raw aiokafka, manual assignment, large fetches, every envelope decoded by msgspec; checks and keeps nothing."""

import asyncio
import json
import os
import time

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.contracts.codec import decode


async def consume(bootstrap: str, topic: str, partitions: int) -> dict[str, float]:
    """Read the topic from its beginning to its present end; records and seconds, connecting included."""
    started = time.perf_counter()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_bytes=64 * 1024 * 1024,
        max_partition_fetch_bytes=16 * 1024 * 1024,
    )
    await consumer.start()
    try:
        places = [TopicPartition(topic, partition) for partition in range(partitions)]
        left = sum((await consumer.end_offsets(places)).values())
        total = left
        consumer.assign(places)
        for place in places:
            consumer.seek(place, 0)
        while left > 0:
            for records in (await consumer.getmany(timeout_ms=200, max_records=20_000)).values():
                for record in records:
                    decode(record.value)
                left -= len(records)
    finally:
        await consumer.stop()
    return {"records": total, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    kafka, log, count = (os.environ[name] for name in ("JIUZHU_KAFKA", "BENCH_TOPIC", "JIUZHU_PARTITIONS"))
    print(json.dumps(asyncio.run(consume(kafka, log, int(count)))))
