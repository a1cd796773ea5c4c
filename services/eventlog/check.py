"""`jiuzhu check`: reads the whole log to the ends captured at the start and says, with the exact place, what is wrong.

It trusts neither Kafka nor PostgreSQL: the chain is recomputed, streams are counted, and both stores are compared.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import ConsumerRecord
from aiokafka.errors import UnknownTopicOrPartitionError

from services.contracts import codec
from services.contracts.chain import Chain, Standing
from services.contracts.codec import UnreadableRecord
from services.contracts.envelope import CONTENT_TYPE, Envelope, partition_of, record_hash
from services.contracts.registry import REGISTRY
from services.eventlog import journal, topics
from services.eventlog.journal import Watermark
from services.eventlog.postgres import Pool
from services.eventlog.reading import Ends, LogUnreadable, RawLog, raw_log
from services.eventlog.settings import Settings

FAULTS_SHOWN_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong, and where. `offset` and `sequence` are -1 where they do not apply."""

    kind: str
    partition: int
    offset: int
    sequence: int
    zh: str
    en: str


@dataclass(slots=True, kw_only=True)
class PartitionReport:
    """What one partition holds."""

    partition: int
    first_sequence: int = 0
    last_sequence: int = 0
    count: int = 0
    head: str = "00" * 32
    gaps: int = 0
    repeated: int = 0
    early: int = 0
    foreign: int = 0
    journal_sequence: int = 0
    journal_equal: bool = False


@dataclass(slots=True, kw_only=True)
class Report:
    """The whole check. `complete` only when nothing at all is wrong; repeats of effective records are harmless."""

    topic: str
    partitions: list[PartitionReport]
    per_source: dict[str, int] = field(default_factory=dict)
    streams: int = 0
    streams_contiguous: bool = True
    configuration_as_required: bool = True
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0

    @property
    def complete(self) -> bool:
        return self.fault_count == 0

    @property
    def record_count(self) -> int:
        return sum(p.count for p in self.partitions)

    def object_to(self, fault: Fault) -> None:
        """Note a fault; all are counted, the first `FAULTS_SHOWN_MAX` are kept."""
        self.fault_count += 1
        if len(self.faults) < FAULTS_SHOWN_MAX:
            self.faults.append(fault)

    def document(self) -> dict[str, Any]:
        """The report as plain JSON."""
        return {
            "complete": self.complete,
            "topic": self.topic,
            "records": self.record_count,
            "partitions": [{name: getattr(p, name) for name in PartitionReport.__slots__} for p in self.partitions],
            "per_source": dict(sorted(self.per_source.items())),
            "streams": self.streams,
            "streams_contiguous": self.streams_contiguous,
            "configuration_as_required": self.configuration_as_required,
            "fault_count": self.fault_count,
            "faults": [{name: getattr(f, name) for name in Fault.__slots__} for f in self.faults],
        }


class _Reader:
    """Reads one partition's records one by one, keeping the chain and each stream's version."""

    def __init__(self, partition: int, partitions: int, report: Report) -> None:
        self.chain = Chain()
        self.hashes: list[bytes] = []
        self._partition, self._partitions, self._report = partition, partitions, report
        self._mine = report.partitions[partition]
        self._versions: dict[str, int] = {}
        self._sources: Counter[str] = Counter()

    def take(self, record: ConsumerRecord) -> None:
        """One record as Kafka gives it."""
        value = record.value or b""
        match self.chain.offer(value):
            case Standing.EFFECTIVE:
                self._effective(record, value)
            case Standing.REPEATED:
                self._repeated(record, value)
            case Standing.EARLY:
                self._mine.early += 1
                self._fault(
                    record, "early", "序号超前，前面缺少记录", "its sequence is ahead: records before it are missing"
                )
            case Standing.FOREIGN:
                self._mine.foreign += 1
                self._fault(record, "foreign", "不接续前一条记录，或不是本日志的记录", "does not continue the chain")

    def _repeated(self, record: ConsumerRecord, value: bytes) -> None:
        self._mine.repeated += 1
        sequence = codec.link(value).sequence
        if sequence < 1 or self.hashes[sequence - 1] != record_hash(value):
            self._mine.foreign += 1
            self._fault(record, "forged-repeat", "与同序号的有效记录内容不同", "differs from the effective record")

    def _effective(self, record: ConsumerRecord, value: bytes) -> None:
        self.hashes.append(self.chain.hash)
        self._mine.first_sequence = self._mine.first_sequence or 1
        self._mine.last_sequence = self.chain.sequence
        self._mine.count += 1
        self._mine.head = self.chain.hash.hex()
        try:
            envelope = codec.decode(value)
        except UnreadableRecord as error:
            self._fault(record, "unreadable", "不是有效的信封", str(error))
            return
        self._sources[envelope.source] += 1
        for kind, zh, en in self._objections(record, envelope):
            self._fault(record, kind, zh, en)

    def _objections(self, record: ConsumerRecord, envelope: Envelope) -> Iterator[tuple[str, str, str]]:
        version = self._versions.get(envelope.stream, 0) + 1
        self._versions[envelope.stream] = envelope.streamversion
        if envelope.streamversion != version:
            self._report.streams_contiguous = False
            found = envelope.streamversion
            yield "stream-version", f"流版本应为 {version}，实为 {found}", f"stream version {found}, not {version}"
        if partition_of(envelope.subject, self._partitions) != self._partition:
            yield "partition", "不在该主体应在的分区", "not in its subject's partition"
        if (record.key or b"").decode(errors="replace") != envelope.subject:
            yield "key", "键与主体不同", "its key is not its subject"
        if tuple(record.headers) != (("content-type", CONTENT_TYPE.encode()),):
            yield "headers", "头部不符", "its headers are not those of the log"
        declared = REGISTRY.get(envelope.type)
        if declared is not None and declared.owner != envelope.owner:
            yield "writer", f"{envelope.owner} 无权陈述该事实", f"{envelope.owner} does not own this fact"

    def _fault(self, record: ConsumerRecord, kind: str, zh: str, en: str) -> None:
        try:
            sequence = codec.link(record.value or b"").sequence
        except UnreadableRecord:
            sequence = -1
        self._report.object_to(
            Fault(kind=kind, partition=self._partition, offset=record.offset, sequence=sequence, zh=zh, en=en)
        )

    def finish(self) -> None:
        """Add what was counted to the report."""
        for source, count in self._sources.items():
            self._report.per_source[source] = self._report.per_source.get(source, 0) + count
        self._report.streams += len(self._versions)


async def check(settings: Settings, pool: Pool) -> Report:
    """Check the whole log against itself, its required configuration, and the journal."""
    report = Report(
        topic=settings.log_topic, partitions=[PartitionReport(partition=p) for p in range(settings.partitions)]
    )
    try:
        for difference in await topics.differences(settings):
            report.configuration_as_required = False
            report.object_to(_fault_without_place("configuration", str(difference), str(difference)))
    except UnknownTopicOrPartitionError:
        await _without_topic(pool, report)
        return report
    async with raw_log(settings, client="jiuzhu-check") as reader:
        # The journal's marks are taken before the log's ends: what is sent in between is then on the log, not missing.
        marks = await journal.watermarks(pool)
        ends = await reader.ends(range(settings.partitions))
        for partition in range(settings.partitions):
            mark = marks.get(partition, Watermark(partition=partition))
            await _check_partition(pool, reader, report, mark, ends[partition])
    return report


async def _without_topic(pool: Pool, report: Report) -> None:
    """The topic is gone: that is a fault, and so is every partition the journal says was acknowledged."""
    report.configuration_as_required = False
    report.object_to(
        _fault_without_place("configuration", f"主题 {report.topic} 不存在", f"the topic {report.topic} does not exist")
    )
    for mark in (await journal.watermarks(pool)).values():
        await _compare_with_journal(pool, report, mark, _Reader(mark.partition, len(report.partitions), report))


async def _check_partition(pool: Pool, reader: RawLog, report: Report, mark: Watermark, ends: Ends) -> None:
    partition = mark.partition
    one = _Reader(partition, len(report.partitions), report)
    try:
        async for _, records in reader.read({partition: ends.first}, {partition: ends.after}):
            for record in records:
                one.take(record)
    except LogUnreadable as error:
        zh, _, en = str(error).partition("；")
        report.object_to(Fault(kind="corrupt", partition=partition, offset=error.offset, sequence=-1, zh=zh, en=en))
    one.finish()
    await _compare_with_journal(pool, report, mark, one)


async def _compare_with_journal(pool: Pool, report: Report, mark: Watermark, one: _Reader) -> None:
    """Every row of the journal against every effective record: the first difference is named."""
    partition = mark.partition
    mine = report.partitions[partition]
    mine.journal_sequence = mark.sealed_sequence
    difference: tuple[int, str, str] | None = None
    expected = 0
    async for rows in journal.rows_after(pool, partition, 0, 2**62):
        for row in rows:
            expected += 1
            if row.sequence != expected or record_hash(row.value) != row.hash:
                difference = (expected, "台账自身缺行或被改动", "the journal itself lacks or altered this row")
            elif expected <= len(one.hashes) and one.hashes[expected - 1] != row.hash:
                difference = (expected, "日志与台账的字节不同", "log and journal hold different bytes")
            if difference:
                break
        if difference:
            break
    if difference is None:
        acknowledged = min(mark.acked_sequence, mark.sealed_sequence)
        if len(one.hashes) > expected:
            difference = (expected + 1, "日志有而台账没有", "on the log but not in the journal")
        elif expected < mark.sealed_sequence:
            difference = (expected + 1, "台账末尾缺行", "the journal lacks rows at its end")
        elif len(one.hashes) < acknowledged:
            difference = (len(one.hashes) + 1, "已确认的记录在日志中缺失", "acknowledged, but missing from the log")
            mine.gaps += 1
    mine.journal_equal = difference is None
    if difference:
        sequence, zh, en = difference
        report.object_to(
            Fault(kind="journal", partition=partition, offset=-1, sequence=sequence, zh=f"分区 {partition} 序号 {sequence}：{zh}",
                  en=f"partition {partition}, sequence {sequence}: {en}")
        )  # fmt: skip


def _fault_without_place(kind: str, zh: str, en: str) -> Fault:
    return Fault(kind=kind, partition=-1, offset=-1, sequence=-1, zh=zh, en=en)
