"""Raw reads of the log: manual assignment, large fetches, no group; what follow, rebuild, gate, heal and check share."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError

from services.eventlog.ending import started
from services.eventlog.kafka_security import client_security
from services.eventlog.settings import Settings

FETCH_BYTES_MAX: Final = 64 * 1024 * 1024
PARTITION_FETCH_BYTES_MAX: Final = 16 * 1024 * 1024
RECORDS_PER_READ_MAX: Final = 20_000
READ_WAIT_MS: Final = 200
CORRUPT_WAIT_MS: Final = 5_000

# A record as Kafka stores it, and what is raised while Kafka is away: for readers that may not know Kafka's library.
StoredRecord = ConsumerRecord
KAFKA_AWAY: Final = (KafkaError,)


class LogUnreadable(RuntimeError):
    """Kafka gives back a record it cannot vouch for (checksum), at a named place."""

    def __init__(self, partition: int, offset: int, reason: str) -> None:
        super().__init__(
            f"分区 {partition} 位移 {offset} 处的记录损坏：{reason}；"
            f"the record at partition {partition}, offset {offset} is corrupt: {reason}"
        )
        self.partition, self.offset, self.reason = partition, offset, reason


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a partition begins and ends now: first offset, and the offset after the last record."""

    first: int
    after: int


class RawLog:
    """A started consumer that belongs to no group."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic

    def _places(self, partitions: Iterable[int]) -> list[TopicPartition]:
        return [TopicPartition(self._topic, partition) for partition in partitions]

    async def ends(self, partitions: Iterable[int]) -> dict[int, Ends]:
        """First and end offsets of each partition, as of now."""
        places = self._places(partitions)
        first = await self._consumer.beginning_offsets(places)
        after = await self._consumer.end_offsets(places)
        return {place.partition: Ends(first[place], after[place]) for place in places}

    async def read(
        self, starts: dict[int, int], until: dict[int, int]
    ) -> AsyncIterator[tuple[int, Sequence[ConsumerRecord]]]:
        """Batches of (partition, records) from `starts` to before `until`, both offsets; ends when all are reached.

        Offsets that hold no record (a transaction's marker, a record that is gone) are passed over. `LogUnreadable`
        names the place of a record whose checksum fails, after everything before it was given out.
        """
        at = {p: start for p, start in starts.items() if start < until[p]}
        if not at:
            return
        self._begin(at)
        while at:
            try:
                batches = await self._consumer.getmany(
                    *self._places(at), timeout_ms=READ_WAIT_MS, max_records=RECORDS_PER_READ_MAX
                )
            except CorruptRecordException as error:
                # The records before the corrupt one went down with the exception: read them again, one by one.
                partition = await self._corrupt_partition(at)
                if partition is not None:
                    async for record in self._one_by_one(partition, at, until[partition], error):
                        yield partition, [record]
                self._begin(at)
                continue
            for place, records in batches.items():
                at[place.partition] = records[-1].offset + 1
                yield place.partition, [record for record in records if record.offset < until[place.partition]]
            for place in self._places(at):
                # The position also moves over what is never given out.
                at[place.partition] = max(at[place.partition], await self._consumer.position(place))
                if at[place.partition] >= until[place.partition]:
                    del at[place.partition]
                    self._consumer.pause(place)

    def _begin(self, at: dict[int, int]) -> None:
        self._consumer.assign(self._places(at))
        for partition, offset in at.items():
            self._consumer.seek(TopicPartition(self._topic, partition), offset)

    async def _corrupt_partition(self, at: dict[int, int]) -> int | None:
        """The partition whose next fetch fails; `None` when none does any more (it was the transfer, not the disk)."""
        for partition, offset in sorted(at.items()):
            self._begin({partition: offset})
            try:
                await self._consumer.getmany(timeout_ms=CORRUPT_WAIT_MS, max_records=RECORDS_PER_READ_MAX)
            except CorruptRecordException:
                return partition
        return None

    async def _one_by_one(
        self, partition: int, at: dict[int, int], until: int, error: Exception
    ) -> AsyncIterator[ConsumerRecord]:
        """Records of a partition up to the corrupt one, at which `LogUnreadable` is raised, or to `until`."""
        place = TopicPartition(self._topic, partition)
        self._begin({partition: at[partition]})
        try:
            while at[partition] < until:
                for record in (await self._consumer.getmany(place, timeout_ms=READ_WAIT_MS, max_records=1)).get(
                    place, ()
                ):
                    at[partition] = record.offset + 1
                    yield record
                at[partition] = max(at[partition], await self._consumer.position(place))
        except CorruptRecordException:
            raise LogUnreadable(partition, at[partition], str(error)) from error
        del at[partition]


@asynccontextmanager
async def raw_log(settings: Settings, *, client: str) -> AsyncIterator[RawLog]:
    """A `RawLog` for the length of a block."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        client_id=client,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_bytes=FETCH_BYTES_MAX,
        max_partition_fetch_bytes=PARTITION_FETCH_BYTES_MAX,
        check_crcs=True,
        **client_security(settings.kafka_identity),
    )
    try:
        await started(consumer.start())
        # A consumer stopped before its own task took its first step lets that task's cancellation out to us.
        await asyncio.sleep(0)
        yield RawLog(consumer, settings.log_topic)
    finally:
        await consumer.stop()
