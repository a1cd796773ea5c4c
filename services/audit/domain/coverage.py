"""That the log was read whole to the ends captured at the start, and who signed that; it does not read."""

from typing import Final

import msgspec

from services.audit import statement
from services.contracts.audit import CoverageCertified, PartitionCoverage
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.envelope import partition_of
from services.contracts.registry import Fact


class CertifyCoverage(Command, frozen=True, kw_only=True):
    """State how far the log was read and found whole, with the signature over `statement.statement_bytes`."""

    topic: str
    partitions: tuple[PartitionCoverage, ...]
    streams_contiguous: bool
    journal_equal: bool
    configuration_as_required: bool
    statement_sha256: str
    key_id: str
    signature: str

    @property
    def subject(self) -> str:
        return f"log:{self.topic}"

    @property
    def coverage(self) -> statement.Coverage:
        fields = {name: getattr(self, name) for name in statement.Coverage.__struct_fields__}
        return statement.Coverage(**fields)


class Certified(msgspec.Struct, frozen=True, kw_only=True):
    """The last certificate of a topic."""

    last: CoverageCertified | None = None


def decide_coverage(state: Certified, command: CertifyCoverage, _: Context) -> tuple[Fact, ...]:
    """`CoverageCertified` with `complete` recomputed; nothing when the last certificate still says all there is.

    Refuses a digest that is not the statement's, and a log that is shorter or other than one certified before.
    """
    coverage = command.coverage
    digest = statement.statement_sha256(coverage)
    if digest != command.statement_sha256:
        raise CommandRejected(
            "statement-differs",
            "签名所依据的声明与上报的覆盖情况不符",
            "the statement that was signed is not the coverage that was reported",
        )
    if state.last is not None:
        if digest == state.last.statement_sha256 or _only_certified_since(state.last, coverage, command.subject):
            return ()
        _refuse_a_shorter_or_other_log(state.last, command.partitions)
    fields = {name: getattr(command, name) for name in CertifyCoverage.__struct_fields__}
    return (CoverageCertified(**fields, record_count=coverage.record_count, complete=coverage.complete),)


def _only_certified_since(last: CoverageCertified, now: statement.Coverage, subject: str) -> bool:
    """Whether a complete log grew by nothing but the record of its last certificate, which no certificate can cover."""
    if not (last.complete and now.complete):
        return False
    before = {partition.partition: partition for partition in last.partitions}
    changed = [partition for partition in now.partitions if partition != before.pop(partition.partition, None)]
    if before or len(changed) != 1:
        return False
    (grown,) = changed
    own = next(p for p in last.partitions if p.partition == partition_of(subject, len(last.partitions)))
    plus_one = msgspec.structs.replace(
        own, first_sequence=1, last_sequence=own.last_sequence + 1, count=own.count + 1, head=grown.head
    )
    return grown == plus_one


def _refuse_a_shorter_or_other_log(last: CoverageCertified, partitions: tuple[PartitionCoverage, ...]) -> None:
    """Records are for ever (社会救助暂行办法 art. 66(5)): what was certified once must still be there, unchanged."""
    now = {partition.partition: partition for partition in partitions}
    for before in last.partitions:
        found = now.get(before.partition)
        shorter = found is None or found.last_sequence < before.last_sequence
        if shorter or (found and found.last_sequence == before.last_sequence and found.head != before.head):
            raise CommandRejected(
                "log-went-back",
                f"分区 {before.partition} 与上次认证不一致：上次认证到第 {before.last_sequence} 条",
                f"partition {before.partition} differs from what was certified up to record {before.last_sequence}",
            )


def evolve_coverage(state: Certified, event: Fact) -> Certified:
    return Certified(last=event) if isinstance(event, CoverageCertified) else state


COVERAGE: Final = Aggregate(
    prefix="log",
    state=Certified,
    initial=Certified(),
    commands=(CertifyCoverage,),
    decide=decide_coverage,
    evolve=evolve_coverage,
)
