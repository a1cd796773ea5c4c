"""``python -m tests.chaos.victim writer|serve|worker STEP N``: the same processes, which SIGKILL themselves at a step.

The steps are methods of the product's classes, surrounded here by subclasses; nothing of the product is replaced.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import uvicorn

from services.contracts.deciding import Record
from services.eventlog.api import service_app
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import Tokens
from services.eventlog.deciding import Decider
from services.eventlog.following import Delivered, PartitionFollower
from services.eventlog.journal import Row
from services.eventlog.keyring import Keyring
from services.eventlog.postgres import Connection, open_pool
from services.eventlog.sending import Sender
from services.eventlog.settings import Settings, read_settings
from services.eventlog.shapes import ensure_tables
from services.eventlog.worker import Worker
from services.eventlog.writer import LogWriter
from tests.chaos.notes import notes
from tests.chaos.product import DOORS

# Process → the steps of a fact's life at which it can be made to die.
STEPS = {
    "serve": ("deciding", "accepted"),
    "writer": ("committed", "sealed", "sent", "acked", "marked"),
    "worker": ("delivered", "reacting", "effected", "cursor-moved"),
}
SENT_NOT_ACKED_SECONDS = 0.002


class Fate:
    """Counts the passings of one step and ends the process, without a farewell, at the n-th."""

    def __init__(self, step: str, passing: int) -> None:
        self.step, self._left = step, passing

    def meet(self, step: str) -> None:
        if step == self.step:
            self._left -= 1
            if self._left == 0:
                print(f"killed at {step}", flush=True)
                os.kill(os.getpid(), signal.SIGKILL)


class MortalSender(Sender):
    def __init__(self, settings: Settings, fate: Fate) -> None:
        super().__init__(settings.kafka, settings.log_topic, settings.kafka_identity)
        self._fate = fate

    async def send(self, rows: Sequence[Row]) -> dict[int, tuple[int, int]]:
        sending = asyncio.create_task(super().send(rows))
        if self._fate.step == "sent":
            await asyncio.sleep(SENT_NOT_ACKED_SECONDS)
            self._fate.meet("sent")
        acked = await sending
        self._fate.meet("acked")
        return acked


class MortalWriter(LogWriter):
    def __init__(self, settings: Settings, fate: Fate) -> None:
        super().__init__(settings)
        self._fate = fate

    def _new_sender(self) -> Sender:
        return MortalSender(self._settings, self._fate)

    def _place(self, taken: list[Any]) -> Any:
        placed = super()._place(taken)
        if taken:  # taken from the outbox, the journal's transaction still open
            self._fate.meet("committed")
        return placed

    async def _seal(self, connection: Connection, epoch: int) -> list[Row]:
        unsaved = {p: place for p, place in self._acked.items() if self._acked_saved.get(p) != place}
        rows = await super()._seal(connection, epoch)
        if rows:
            self._fate.meet("sealed")
        if unsaved:
            self._fate.meet("marked")
        return rows


class MortalDecider(Decider):
    def __init__(self, fate: Fate, *given: Any) -> None:
        super().__init__(*given)
        self._fate = fate

    async def _write(self, plan: Any, loaded: Any) -> None:
        self._fate.meet("deciding")
        await super()._write(plan, loaded)
        self._fate.meet("accepted")


class MortalFollower(PartitionFollower):
    def __init__(self, fate: Fate, *given: Any) -> None:
        super().__init__(*given)
        self._fate = fate

    async def _react(self, records: Sequence[Record]) -> None:
        self._fate.meet("reacting")
        await super()._react(records)
        self._fate.meet("effected")

    async def _commit(self, *given: Any) -> None:
        await super()._commit(*given)
        self._fate.meet("cursor-moved")


class MortalWorker(Worker):
    def __init__(self, fate: Fate, service: Any, settings: Any, pool: Any, decider: Any, *, slot: int) -> None:
        super().__init__(service, settings, pool, decider, slot=slot)
        self._fate = fate
        self._followers = {
            p: MortalFollower(fate, service, p, pool, decider, self._folds) for p in range(settings.partitions)
        }

    async def _deliver(self, partition: int, record: Delivered) -> None:
        self._fate.meet("delivered")
        await super()._deliver(partition, record)


class MortalRuntime(Runtime):
    """The product's runtime with mortal parts."""

    fate: Fate

    @asynccontextmanager
    async def running(self, *, as_worker: bool, slot: int) -> AsyncIterator[Runtime]:
        async with AsyncExitStack() as stack:
            self.keyring = Keyring(self.settings.keyring)
            self.tokens = Tokens(self.keyring)
            self.pool = await open_pool(self.settings.postgres_url, application="jiuzhu-victim", size=6)
            stack.push_async_callback(self.pool.close)
            await ensure_tables(self.pool, self.service, self.settings.partitions)
            # A worker's reactions are decided by a decider too; its fate is met in the follower's own steps.
            self.decider = MortalDecider(self.fate, self.service, self.pool, self.keyring)
            await self.decider.start()
            stack.push_async_callback(self.decider.stop)
            if as_worker:
                worker = MortalWorker(self.fate, self.service, self.settings, self.pool, self.decider, slot=slot)
                self.worker = worker
                await stack.enter_async_context(worker.running())
            yield self


def main(process: str, step: str, passing: int) -> None:
    assert step in STEPS[process], f"{process} has no step {step}"
    settings, fate = read_settings(port=0), Fate(step, passing)
    if process == "writer":
        asyncio.run(MortalWriter(settings, fate).run())
        return
    runtime = MortalRuntime(service=notes, settings=settings, doors=DOORS)
    runtime.fate = fate
    app = service_app(runtime, serve=process == "serve", as_worker=process == "worker")
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", loop="uvloop")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
