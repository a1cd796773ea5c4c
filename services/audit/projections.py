"""Audit's read models: findings, findings by town, the last certificate, counts of facts; nobody's personal values."""

from datetime import datetime
from typing import Final

import msgspec

from services.contracts import casework, intake, payroll
from services.contracts.audit import CoverageCertified, FindingOpened
from services.contracts.deciding import Model, Record
from services.contracts.registry import REGISTRY, Fact

# Named, so that every owner's facts are declared before they are counted.
DECLARED_BY: Final = (intake, casework, payroll)
ALL_FACTS: Final[tuple[type[Fact], ...]] = tuple(declared.body for declared in REGISTRY.values())


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One finding; `status` is ``open`` until rectification is recorded."""

    finding_no: str
    test: str
    severity: str
    about: str
    town: str
    rule: str
    law: str
    summary_zh: str
    summary_en: str
    evidence_count: int
    status: str
    opened_at: datetime


class TownFindings(msgspec.Struct, frozen=True, kw_only=True):
    """Open findings of one town by severity, as far as one partition knows; add the partitions up."""

    town: str
    high: int = 0
    medium: int = 0
    low: int = 0


class CoverageRow(msgspec.Struct, frozen=True, kw_only=True):
    """The last certificate of a topic."""

    topic: str
    record_count: int
    complete: bool
    repeated: int
    early: int
    foreign: int
    statement_sha256: str
    key_id: str
    signature: str
    certified_at: datetime


class FactCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many facts of a type one partition holds; add the partitions up."""

    type: str
    count: int


def _finding(_: FindingRow | None, record: Record, key: str) -> FindingRow:
    fact = record.fact
    assert isinstance(fact, FindingOpened)
    return FindingRow(
        finding_no=key,
        test=fact.test,
        severity=fact.severity,
        about=fact.about,
        town=fact.town,
        rule=fact.rule,
        law=fact.law,
        summary_zh=fact.summary_zh,
        summary_en=fact.summary_en,
        evidence_count=len(fact.evidence),
        status="open",
        opened_at=record.envelope.time,
    )


def _town(row: TownFindings | None, record: Record, key: str) -> TownFindings:
    fact = record.fact
    assert isinstance(fact, FindingOpened)
    before = row or TownFindings(town=key)
    return TownFindings(
        town=key,
        high=before.high + (fact.severity == "high"),
        medium=before.medium + (fact.severity == "medium"),
        low=before.low + (fact.severity == "low"),
    )


def _coverage(_: CoverageRow | None, record: Record, key: str) -> CoverageRow:
    fact = record.fact
    assert isinstance(fact, CoverageCertified)
    return CoverageRow(
        topic=key,
        record_count=fact.record_count,
        complete=fact.complete,
        repeated=sum(partition.repeated for partition in fact.partitions),
        early=sum(partition.early for partition in fact.partitions),
        foreign=sum(partition.foreign for partition in fact.partitions),
        statement_sha256=fact.statement_sha256,
        key_id=fact.key_id,
        signature=fact.signature,
        certified_at=record.envelope.time,
    )


def _count(row: FactCount | None, _: Record, key: str) -> FactCount:
    return FactCount(type=key, count=row.count + 1 if row else 1)


def _finding_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, FindingOpened)
    return (record.fact.finding_no,)


def _town_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, FindingOpened)
    return (record.fact.town,)


def _topic_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, CoverageCertified)
    return (record.fact.topic,)


FINDINGS: Final = Model(
    name="findings", row=FindingRow, listens=(FindingOpened,), keys=_finding_keys, evolve=_finding
)  # fmt: skip
FINDINGS_BY_TOWN: Final = Model(
    name="findings_by_town", row=TownFindings, listens=(FindingOpened,), keys=_town_keys, evolve=_town
)
COVERAGE: Final = Model(
    name="coverage", row=CoverageRow, listens=(CoverageCertified,), keys=_topic_keys, evolve=_coverage
)  # fmt: skip
FACT_COUNTS: Final = Model(
    name="fact_counts", row=FactCount, listens=ALL_FACTS, keys=lambda record: (record.envelope.type,), evolve=_count
)
MODELS: Final = (FINDINGS, FINDINGS_BY_TOWN, COVERAGE, FACT_COUNTS)
