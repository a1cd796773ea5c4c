"""How things end: tasks around Kafka clients for good, a start that was begun finished, and a process that cannot go on."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine
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


def end_process(why: str, error: BaseException | None = None, **told: object) -> None:
    """What this process cannot go on without is gone: it ends itself, as if it was asked to, and is started anew."""
    log.critical("%s: this process ends itself", why, exc_info=error, extra=told)
    terminate(why)


def terminate(_: str) -> None:
    """Ask this process to end; tests, which share one, put something else in its place."""
    os.kill(os.getpid(), signal.SIGTERM)


def ends_process(why: str) -> Callable[["asyncio.Task[None]"], None]:
    """For a task without which a process would fail in silence: when it ends, so does the process."""

    def ended(task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            end_process(why, task.exception())

    return ended
