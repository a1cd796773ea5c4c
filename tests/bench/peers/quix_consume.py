"""Peer: a Quix Streams application that decodes every envelope by msgspec and keeps nothing (its usual shape)."""

import json
import os
import sys
import time
import uuid

from quixstreams import Application

from services.contracts.codec import decode


def consume(bootstrap: str, topic: str, count: int) -> dict[str, float]:
    """Read `count` records; seconds from joining the group to the last of them."""
    started = time.perf_counter()
    app = Application(
        broker_address=bootstrap,
        consumer_group=f"bench-quix-{uuid.uuid1()}",
        auto_offset_reset="earliest",
        auto_create_topics=False,
        loglevel="ERROR",
    )
    frame = app.dataframe(app.topic(topic, value_deserializer="bytes", key_deserializer="bytes"))
    frame.update(decode)
    app.run(count=count, timeout=30)
    return {"records": count, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    print(json.dumps(consume(os.environ["JIUZHU_KAFKA"], os.environ["BENCH_TOPIC"], int(sys.argv[1]))))
