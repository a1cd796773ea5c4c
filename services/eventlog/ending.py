"""Cancellation around Kafka clients: tasks end for good, and a start that was begun is finished."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 3.0  # a client may close until then: cancelled in the middle it would leave its sockets open


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel the tasks until all are done; what one of them raised instead is logged.

    aiokafka (0.14: `AIOKafkaClient.close`, `Fetcher.close`) swallows a cancellation that comes while it closes; a task
    that reconnects for ever would then go on for ever, and whoever awaits it with it.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled() and task.exception() is not None:
            log.warning("a task failed while it was being ended", exc_info=task.exception())


async def started(start: Coroutine[Any, Any, None]) -> None:
    """Await a client's start to its end, even when cancelled meanwhile: cut short it would leave its connection open."""
    task = asyncio.create_task(start)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # whoever is cancelled does not need to know
        raise
