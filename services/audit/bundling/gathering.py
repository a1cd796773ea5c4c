"""From Kafka into a bundle: finds the published moment, reads the log up to it, and has the bundle built beside the event loop."""

import asyncio
import functools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from services.audit import store
from services.audit.bundling import building, published
from services.audit.bundling.attesting import Keys
from services.audit.bundling.building import Made, NotCovered, Spool
from services.audit.bundling.published import LogFiles, Published, TilesMissing
from services.audit.bundling.scope import Scope, Selection
from services.audit.transparency.note import key_of
from services.contracts.chain import Chain, Standing
from services.eventlog.keyring import Keyring, opened
from services.eventlog.reading import StoredRecord, raw_log
from services.eventlog.settings import Settings

# A checkpoint follows within a second or two; a cited record that is not covered by then is a fault, not a delay.
ATTEMPTS_MAX: Final = 6
AGAIN_SECONDS: Final = 1.0

Files = Callable[[], dict[str, LogFiles]]
_Take = Callable[[int, int, StoredRecord], None]


def keys_of(settings: Settings, keyring: Keyring) -> Keys:
    """The installation's keys and its witnesses; as many of them as its policy wants must have cosigned."""
    public, sign = store.certificate_signer(keyring)
    witnesses = [key_of(one.strip().partition(" ")[2].strip()) for one in settings.witnesses]
    return Keys(
        log_name=settings.log_name, log_public=store.checkpoint_signer(keyring).public, certificate_public=public,
        sign=sign, witnesses=witnesses, witnesses_min=settings.witnesses_wanted,
    )  # fmt: skip


async def make_bundle(settings: Settings, keys: Keys, files: Files, scope: Scope, out: Path) -> Made:
    """Make the bundle of `scope` at the checkpoint published now, as the file `out`.

    `NothingPublished`, `NotCovered`, `RecordDiffers`, `TilesMissing` or `BundleTooLarge` where there can be none; each
    says why.
    """
    for left in range(ATTEMPTS_MAX - 1, -1, -1):
        try:
            return await _attempt(settings, keys, files, scope, out)
        except NotCovered:
            if not left:
                raise
        except FileNotFoundError as missing:  # a partial tile goes when the full one is there: look again
            if not left:
                raise TilesMissing(missing) from missing
        await asyncio.sleep(AGAIN_SECONDS)
    raise AssertionError("the last attempt returns or raises")


async def _attempt(settings: Settings, keys: Keys, files: Files, scope: Scope, out: Path) -> Made:
    found = await asyncio.to_thread(lambda: published.moment(files(), settings.partitions))
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=out.parent) as folder:
        spool = await _gathered(settings, found, scope, Path(folder))
        return await asyncio.to_thread(_finish, settings, spool, scope, keys, out)


def _finish(settings: Settings, spool: Spool, scope: Scope, keys: Keys, out: Path) -> Made:
    with opened(settings.keyring) as keyring, out.open("wb") as file:
        holds = functools.cache(keyring.holds)
        return building.finish(spool, scope, keys, holds, file, sample=settings.simulated_clock)


async def _gathered(settings: Settings, found: Published, scope: Scope, folder: Path) -> Spool:
    """Two passes: what the scope takes, then the taking; memory holds places, never the log."""
    selection = Selection(scope)

    def choose(partition: int, sequence: int, record: StoredRecord) -> None:
        selection.read(partition, sequence, record.value or b"")

    await _each(settings, found.sizes, choose)
    spool = Spool(folder, found, building.covered(selection, found))

    def take(partition: int, sequence: int, record: StoredRecord) -> None:
        spool.take(
            partition, sequence, record.timestamp, record.key or b"", record.value or b"", record.headers
        )  # fmt: skip

    try:
        await _each(settings, found.sizes, take)
    finally:
        spool.close()
    return spool


async def _each(settings: Settings, sizes: dict[int, int], take: _Take) -> None:
    """Every effective record up to the sizes, each partition in its order, with its sequence."""
    chains = {partition: Chain() for partition in sizes}

    def take_all(partition: int, records: Sequence[StoredRecord]) -> None:
        chain = chains[partition]
        for record in records:
            if chain.sequence < sizes[partition] and chain.offer(record.value or b"") is Standing.EFFECTIVE:
                take(partition, chain.sequence, record)

    async with raw_log(settings, client="jiuzhu-bundle") as reader:
        ends = await reader.ends(sizes)
        starts = {partition: end.first for partition, end in ends.items()}
        async for partition, records in reader.read(starts, {partition: end.after for partition, end in ends.items()}):
            await asyncio.to_thread(take_all, partition, records)
