"""What audit decides: that a finding is open, and that the log was read whole; it neither tests nor reads."""

import hashlib
from typing import Final

import msgspec

from services.audit import statement
from services.audit.rules import in_force
from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.audit import (
    CoverageCertified,
    Evidence,
    FindingOpened,
    ParkedDiscarded,
    PartitionCoverage,
    RulePackAdopted,
)
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context, Record
from services.contracts.envelope import partition_of
from services.contracts.registry import Fact

DISTRICT: Final = "district"


class OpenFinding(Command, frozen=True, kw_only=True):
    """State an objection of an automatic test. `town` is a town's code, or ``district`` for what no town answers for.

    The pack in force adds severity, rule and law. The same test on the same records is one finding, however often
    it is found.
    """

    finding_no: str
    test: str
    about: str
    town: str
    summary_zh: str
    summary_en: str
    evidence: tuple[Evidence, ...]

    @property
    def subject(self) -> str:
        return f"finding:{self.finding_no}"


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


def finding_no_of(test: str, event_ids: tuple[str, ...]) -> str:
    """``F-`` and 20 hex digits, from the test and the records it rests on, in whatever order they were found."""
    text = "\x1f".join((test, *sorted(event_ids)))
    return f"F-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def evidence_of(record: Record) -> Evidence:
    """Where a record stands, so that a reader can fetch it and check its hash."""
    envelope = record.envelope
    return Evidence(
        event_id=envelope.id,
        type=envelope.type,
        partition=record.partition,
        sequence=envelope.sequence,
        hash=record.hash.hex(),
    )


def objection(
    test: str, evidence: tuple[Evidence, ...], *, about: str, town: str, zh: str, en: str
) -> OpenFinding:  # fmt: skip
    """The command by which a test objects."""
    return OpenFinding(
        finding_no=finding_no_of(test, tuple(one.event_id for one in evidence)),
        test=test,
        about=about,
        town=town,
        summary_zh=zh,
        summary_en=en,
        evidence=evidence,
    )


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a finding was opened."""

    opened: bool = False


def decide_finding(state: Finding, command: OpenFinding, context: Context) -> tuple[Fact, ...]:
    """`FindingOpened`, once. Refuses a number that does not follow from test and evidence, and a test not adopted."""
    if state.opened:
        return ()
    event_ids = tuple(one.event_id for one in command.evidence)
    if not event_ids or command.finding_no != finding_no_of(command.test, event_ids):
        raise CommandRejected(
            "finding-number-differs",
            "问题编号与检查项目和证据不符",
            "the finding number does not follow from the test and its evidence",
        )
    tests = in_force(context.rules, context.today)
    rule = tests.tests.get(command.test) if tests else None
    if rule is None:
        raise CommandRejected(
            "test-not-adopted",
            f"检查项目 {command.test} 不在现行审计规则包中",
            f"the test {command.test} is not in the audit rule pack in force",
        )
    return (
        FindingOpened(
            finding_no=command.finding_no,
            test=command.test,
            severity=rule.severity,
            about=command.about,
            town=command.town,
            rule=rule.rule,
            law=rule.law,
            summary_zh=command.summary_zh,
            summary_en=command.summary_en,
            evidence=command.evidence,
        ),
    )


def evolve_finding(state: Finding, event: Fact) -> Finding:
    return Finding(opened=True) if isinstance(event, FindingOpened) else state


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


FINDING: Final = Aggregate(
    prefix="finding",
    state=Finding,
    initial=Finding(),
    commands=(OpenFinding,),
    decide=decide_finding,
    evolve=evolve_finding,
)
COVERAGE: Final = Aggregate(
    prefix="log",
    state=Certified,
    initial=Certified(),
    commands=(CertifyCoverage,),
    decide=decide_coverage,
    evolve=evolve_coverage,
)
AGGREGATES: Final = (FINDING, COVERAGE, rules_aggregate(RulePackAdopted), parked_aggregate(ParkedDiscarded))
