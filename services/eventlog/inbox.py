"""Listens to the towns' inbox topic (not evidence, seven days): a batch is committed to Kafka only after it was decided."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError

from services.eventlog.deciding import LogClosed, Overloaded
from services.eventlog.kafka_security import client_security
from services.eventlog.postgres import UNAVAILABLE
from services.eventlog.settings import Settings

log = logging.getLogger(__name__)

RECORDS_PER_BATCH_MAX: Final = 250
RETRY_SECONDS: Final = 0.5
RETRY_AFTER_BUG_SECONDS: Final = 5.0
TOWN_HEADER: Final = "jiuzhu-town"
SIGNATURE_HEADER: Final = "jiuzhu-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRecord:
    """A record of the inbox: who says it wrote it, its signature, its bytes, and where it lies."""

    town: str
    signature: str
    value: bytes
    place: str


async def listen(settings: Settings, take: Callable[[Sequence[InboxRecord]], Awaitable[None]]) -> None:
    """Hand every record to `take`, at least once and in order, for ever; `take` must be idempotent.

    When `take` fails because a store is away or the log closed, the same records are handed over again.
    """
    while True:
        consumer = AIOKafkaConsumer(
            settings.inbox_topic,
            bootstrap_servers=settings.kafka,
            group_id=f"{settings.topic_prefix}jiuzhu-inbox",
            client_id="jiuzhu-inbox",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=RECORDS_PER_BATCH_MAX,
            **client_security(settings.kafka_identity),
        )
        try:
            await consumer.start()
            while True:
                for records in (await consumer.getmany(timeout_ms=1_000)).values():
                    await take([_inbox_record(record) for record in records])
                await consumer.commit()
        except (*UNAVAILABLE, KafkaError, LogClosed, Overloaded) as away:
            # A new consumer begins at the committed offset: after a failed batch the position has already moved on.
            log.warning("the inbox waits", extra={"error": repr(away)})
            await asyncio.sleep(RETRY_SECONDS)
        except Exception as bug:
            # Listening must outlive any bug; the records are kept and come again.
            log.critical("the inbox raised and tries again", exc_info=bug)
            await asyncio.sleep(RETRY_AFTER_BUG_SECONDS)
        finally:
            await consumer.stop()


def _inbox_record(record: ConsumerRecord) -> InboxRecord:
    """A record as anybody may have written it: headers may be absent, repeated, null or no text."""
    headers = {name: (value or b"").decode("ascii", "replace") for name, value in record.headers}
    return InboxRecord(
        town=headers.get(TOWN_HEADER, "unknown"),
        signature=headers.get(SIGNATURE_HEADER, ""),
        value=record.value or b"",
        place=f"inbox/{record.partition}/{record.offset}",
    )
