"""Runs the log writer of its environment until it has sealed and sent what waits in the outboxes; prints count, seconds."""

import asyncio
import json
import sys
import time

from services.eventlog.postgres import connect
from services.eventlog.settings import Settings, read_settings
from services.eventlog.writer import LogWriter

BOUND_SECONDS = 300.0


async def sealed_and_sent(settings: Settings, count: int) -> dict[str, float]:
    """Seconds from the open gate to the last acknowledgement that is saved."""
    connection = await connect(settings.postgres_url, application="bench")
    query = "SELECT coalesce(sum(acked_sequence), 0)::bigint FROM log.watermark"
    before = await connection.fetchval(query)
    writer = LogWriter(settings)
    task = asyncio.create_task(writer.run())
    try:
        while not writer.ready:  # noqa: ASYNC110 - the writer tells its state, it raises no event
            await asyncio.sleep(0.001)
        started = time.perf_counter()
        while (await connection.fetchval(query)) - before < count:
            assert time.perf_counter() - started < BOUND_SECONDS, writer.state
            await asyncio.sleep(0.005)
        return {"records": count, "seconds": time.perf_counter() - started}
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await connection.close()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(sealed_and_sent(read_settings(port=0), int(sys.argv[1])))))
