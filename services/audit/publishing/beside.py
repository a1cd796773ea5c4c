"""The publisher beside audit's worker: opens the folder, follows Kafka, waits and begins again when something is away."""

import asyncio
import functools
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import httpx

from services.audit import store
from services.audit.publishing.files import TiledLog, TilesDamaged
from services.audit.publishing.publisher import FolderInUse, Publisher, alone
from services.audit.publishing.witnesses import Witnesses, witness_of
from services.eventlog.api.runtime import Runtime
from services.eventlog.ending import end, ends_process
from services.eventlog.keyring import Keyring
from services.eventlog.reading import KAFKA_AWAY, LogUnreadable, raw_log
from services.eventlog.settings import Settings

log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 5.0


def opener(keyring: Keyring, settings: Settings) -> "functools.partial[TiledLog]":
    """Opens one log of the installation by folder and name."""
    return functools.partial(_open, store.checkpoint_signer(keyring), settings.log_name)


def _open(signer: store.CheckpointSigner, log_name: str, folder: Path, name: str) -> TiledLog:
    return TiledLog(folder, signer.key(f"{log_name}/{name}"), signer.sign, store.verify_signature)


@asynccontextmanager
async def publisher_beside(runtime: Runtime) -> AsyncIterator[None]:
    """Publish for the length of a block; nothing where the settings name no folder."""
    if runtime.settings.transparency is None:
        log.warning("JIUZHU_TRANSPARENCY is not set: this audit publishes no transparency log")
        yield
        return
    task = asyncio.create_task(_publish_forever(runtime, runtime.settings.transparency))
    task.add_done_callback(ends_process("publishing ended"))
    try:
        yield
    finally:
        await end(task)


async def _publish_forever(runtime: Runtime, folder: Path) -> None:
    """One process publishes, the others stand by. Damaged tiles are told, again and again, and never signed over."""
    while True:
        try:
            with alone(folder):
                await _publish(runtime, folder)
        except FolderInUse:
            pass
        except TilesDamaged as damaged:
            log.critical("the transparency log is not signed any more", extra={"reason": str(damaged)})
        except (*KAFKA_AWAY, LogUnreadable, OSError) as away:
            log.warning("publishing waits", extra={"error": repr(away)})
        await asyncio.sleep(AGAIN_SECONDS)


async def _publish(runtime: Runtime, folder: Path) -> None:
    settings = runtime.settings
    witnesses = [witness_of(one) for one in settings.witnesses]
    async with httpx.AsyncClient() as http, raw_log(settings, client="jiuzhu-publisher") as reader:
        of_log: dict[str, Witnesses] = {}

        def asked(name: str) -> Witnesses:
            return of_log.setdefault(name, Witnesses(witnesses, store.verify_signature, http))

        publisher = await asyncio.to_thread(
            Publisher, folder, settings.partitions, opener(runtime.keyring, settings), asked,
            settings.witnesses_wanted,
        )  # fmt: skip
        with suppress(GeneratorExit):
            async for _ in publisher.follow(reader):
                pass
