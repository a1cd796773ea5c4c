"""intake's roads that nobody waits at: the Kafka inbox of the town systems, its signatures checked."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby

from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import inbox_signature
from services.eventlog.ending import end
from services.eventlog.inbox import InboxRecord, listen
from services.eventlog.keyring import Keyring
from services.intake import store
from services.intake.town_door import Given, take


def inbox_secret(town: str, key_hash: str) -> str:
    """Name under which the keyring keeps the key a town signs its inbox records with."""
    return f"inbox/{town}/{key_hash[:16]}"


def signed_by(keyring: Keyring, town: str, record: InboxRecord, key_hashes: frozenset[str]) -> bool:
    """Whether any key of the town made the record's signature; `key_hashes`: those that may be used now."""
    usable = {inbox_secret(town, one) for one in key_hashes}
    signature = record.signature.encode()  # as bytes: texts that are not ASCII are refused by the comparison
    return any(
        hmac.compare_digest(inbox_signature(keyring.secret(name), record.value).encode(), signature)
        for name in keyring.secret_names(f"inbox/{town}/")
        if name in usable
    )


@asynccontextmanager
async def inbox_listener(runtime: Runtime) -> AsyncIterator[None]:
    """The inbox is listened to for the length of a block."""

    async def take_records(records: Sequence[InboxRecord]) -> None:
        usable = {town: await store.key_hashes(runtime.pool, town) for town in {r.town for r in records}}
        judged = [(r.town, signed_by(runtime.keyring, r.town, r, usable[r.town]), r) for r in records]
        for (town, trusted), group in groupby(judged, key=lambda one: one[:2]):
            given = [Given(raw=record.value, place=record.place) for _, _, record in group]
            await take(runtime, town, given, road="inbox", trusted=trusted)

    task = asyncio.create_task(listen(runtime.settings, take_records))
    try:
        yield
    finally:
        await end(task)
