"""The live delivery: one Faust agent per service, whose every delivery is only a hint to the followers.

It starts at the log's end where its group knows no offset: what lies before is the refill's, from the cursor.
Faust acknowledges a record whose agent raised and may commit past one that was never acknowledged; its committed
offsets decide nothing here, so neither can lose or double anything.
"""

import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import faust
from faust.types import TP

from services.eventlog.following import Delivered
from services.eventlog.kafka_security import faust_credentials
from services.eventlog.settings import Settings

METADATA_MAX_AGE_MS: Final = 3_000
STREAM_BUFFER_RECORDS: Final = 4_096
SESSION_SECONDS: Final = 10.0

Deliver = Callable[[int, Delivered], Awaitable[None]]
Assign = Callable[[frozenset[int]], Awaitable[None]]


def _folder(name: str) -> Path:
    """Faust makes folders even where it keeps nothing, by default in the working directory; it makes no parents."""
    folder = Path(tempfile.gettempdir(), f"jiuzhu-faust-{os.getuid()}", name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def faust_app(settings: Settings, *, service: str, slot: int, deliver: Deliver, assign: Assign) -> faust.App:
    """A Faust app of group ``<prefix>jiuzhu-<service>``; `slot` is this worker's stable place in it.

    `deliver(partition, record)` may wait (back-pressure); `assign(partitions)` names all partitions now assigned.
    """
    group = f"{settings.topic_prefix}jiuzhu-{service}"
    app = faust.App(
        group,
        broker=f"aiokafka://{settings.kafka}",
        broker_credentials=faust_credentials(settings.kafka_identity),
        store="memory://",
        datadir=str(_folder(f"{group}-{slot}")),
        key_serializer="raw",
        value_serializer="raw",
        consumer_auto_offset_reset="latest",
        consumer_group_instance_id=f"{group}-{slot}",
        consumer_metadata_max_age_ms=METADATA_MAX_AGE_MS,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=SESSION_SECONDS / 4,
        stream_wait_empty=False,
        stream_buffer_maxsize=STREAM_BUFFER_RECORDS,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        table_standby_replicas=0,
        web_enabled=False,
        agent_supervisor="mode.CrashingSupervisor",
        autodiscover=False,
    )
    topic = app.topic(settings.log_topic, value_type=bytes, key_type=bytes, internal=False)

    @app.agent(topic, name=f"{group}-follow")  # type: ignore[untyped-decorator]
    async def follow(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            sealed_ms = int(message.timestamp * 1000)
            await deliver(message.partition, Delivered(message.offset, message.value or b"", sealed_ms))

    @app.on_partitions_assigned.connect  # type: ignore[untyped-decorator]
    async def assigned(_: Any, assignment: set[TP], **__: Any) -> None:
        await assign(frozenset(tp.partition for tp in assignment if tp.topic == settings.log_topic))

    return app
