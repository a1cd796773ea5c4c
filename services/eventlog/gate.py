"""The start gate: compares journal and log per partition before anything is sent, and says what is to be done."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from services.contracts.chain import Chain, Standing
from services.contracts.envelope import ZERO_HASH, record_hash
from services.eventlog import journal
from services.eventlog.journal import Watermark
from services.eventlog.postgres import Connection, Pool
from services.eventlog.reading import Ends, LogUnreadable, RawLog

FULL_SCAN_RECORDS_MAX: Final = 200_000


class Verdict(Enum):
    """What the comparison of one partition came to."""

    AGREE = "agree"
    SEND = "send"
    HEAL = "heal"
    REBUILD = "rebuild"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One partition: the last effective sequence on the log, its offset, and what follows."""

    partition: int
    verdict: Verdict
    log_sequence: int
    log_offset: int
    zh: str = ""
    en: str = ""


class GateClosed(RuntimeError):
    """Journal and log do not agree in a way the log writer may mend. `code`: heal, rebuild or incident."""

    def __init__(self, findings: list[Finding]) -> None:
        worst = max(findings, key=lambda finding: list(Verdict).index(finding.verdict))
        self.code = worst.verdict.value
        self.zh = "；".join(finding.zh for finding in findings)
        self.en = "; ".join(finding.en for finding in findings)
        super().__init__(f"{self.code}: {self.zh} / {self.en}")


@dataclass(slots=True, kw_only=True)
class _Seen:
    """A partition of the log as far as it was read, and its hash where the journal ends or, before that, so far."""

    chain: Chain
    offset: int
    hash_at_sealed: bytes = ZERO_HASH

    def offer(self, value: bytes, offset: int, sealed_sequence: int) -> None:
        if self.chain.offer(value) is Standing.EFFECTIVE:
            self.offset = offset
            if self.chain.sequence <= sealed_sequence:
                self.hash_at_sealed = self.chain.hash


async def inspect(connection: Connection | Pool, log: RawLog, partitions: int) -> list[Finding]:
    """Compare every partition. Small logs are read whole; of larger ones, what follows the acknowledged mark."""
    marks = await journal.watermarks(connection)
    ends = await log.ends(range(partitions))
    read_whole = sum(end.after - end.first for end in ends.values()) <= FULL_SCAN_RECORDS_MAX
    findings = []
    for partition in range(partitions):
        mark = marks.get(partition, Watermark(partition=partition))
        try:
            findings.append(await _compare(connection, log, mark, ends[partition], read_whole=read_whole))
        except LogUnreadable as error:
            findings.append(
                Finding(
                    partition=partition, verdict=Verdict.HEAL, log_sequence=0, log_offset=-1,
                    zh=f"{error}，请运行 jiuzhu heal", en=f"{error}: run `jiuzhu heal`",
                )
            )  # fmt: skip
    return findings


def refuse_unless_sendable(findings: list[Finding]) -> None:
    """Raise `GateClosed` unless every partition agrees or only lacks rows that were never acknowledged."""
    closed = [f for f in findings if f.verdict not in (Verdict.AGREE, Verdict.SEND)]
    if closed:
        raise GateClosed(closed)


async def _compare(
    connection: Connection | Pool, log: RawLog, mark: Watermark, ends: Ends, *, read_whole: bool
) -> Finding:
    if not read_whole:
        finding = await _from_mark(connection, log, mark, ends)
        if finding is not None:
            return finding
    seen = _Seen(chain=Chain(), offset=-1)
    async for _, records in log.read({mark.partition: ends.first}, {mark.partition: ends.after}):
        for record in records:
            seen.offer(record.value or b"", record.offset, mark.sealed_sequence)
    return await _judge(connection, mark, seen)


async def _from_mark(connection: Connection | Pool, log: RawLog, mark: Watermark, ends: Ends) -> Finding | None:
    """Compare from the acknowledged record on; `None` when it does not stand where it was acknowledged."""
    known = await journal.hash_at(connection, mark.partition, mark.acked_sequence)
    if not known or not ends.first <= mark.acked_offset < ends.after:
        return None
    seen: _Seen | None = None
    async for _, records in log.read({mark.partition: mark.acked_offset}, {mark.partition: ends.after}):
        for record in records:
            value = record.value or b""
            if seen is None:
                if record.offset != mark.acked_offset or record_hash(value) != known:
                    return None
                seen = _Seen(chain=Chain(mark.acked_sequence, known), offset=mark.acked_offset, hash_at_sealed=known)
            else:
                seen.offer(value, record.offset, mark.sealed_sequence)
    return await _judge(connection, mark, seen) if seen else None


async def _judge(connection: Connection | Pool, mark: Watermark, seen: _Seen) -> Finding:
    p, here = mark.partition, seen.chain.sequence

    def finding(verdict: Verdict, zh: str = "", en: str = "") -> Finding:
        return Finding(partition=p, verdict=verdict, log_sequence=here, log_offset=seen.offset, zh=zh, en=en)

    shared = min(here, mark.sealed_sequence)
    if await journal.hash_at(connection, p, shared) != seen.hash_at_sealed:
        return finding(
            Verdict.INCIDENT,
            f"分区 {p}：序号 {shared} 处日志与台账的字节不同，属安全事件，请保留现场并运行 jiuzhu check",
            f"partition {p}: log and journal hold different bytes at sequence {shared}: an incident; "
            "preserve both and run `jiuzhu check`",
        )
    if here > mark.sealed_sequence:
        return finding(
            Verdict.REBUILD,
            f"分区 {p}：日志已到序号 {here}，台账（journal）只到 {mark.sealed_sequence}，请运行 jiuzhu rebuild all",
            f"partition {p}: the log is at sequence {here}, the journal only at {mark.sealed_sequence}: "
            "run `jiuzhu rebuild all`",
        )
    if here < mark.acked_sequence:
        return finding(
            Verdict.HEAL,
            f"分区 {p}：已确认的序号 {here + 1}–{mark.acked_sequence} 在日志中缺失，请运行 jiuzhu heal",
            f"partition {p}: acknowledged sequences {here + 1}-{mark.acked_sequence} are missing from the log: "
            "run `jiuzhu heal`",
        )
    return finding(Verdict.SEND if here < mark.sealed_sequence else Verdict.AGREE)
