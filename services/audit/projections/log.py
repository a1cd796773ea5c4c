"""The log as audit knows it: the last certificate, and counts of facts by type."""

from datetime import datetime
from typing import Final

import msgspec

from services.contracts import casework, intake, payroll
from services.contracts.audit import CoverageCertified
from services.contracts.deciding import Model, Record
from services.contracts.registry import REGISTRY, Fact

# Named, so that every owner's facts are declared before they are counted.
DECLARED_BY: Final = (intake, casework, payroll)
ALL_FACTS: Final[tuple[type[Fact], ...]] = tuple(declared.body for declared in REGISTRY.values())


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


def _topic_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, CoverageCertified)
    return (record.fact.topic,)


COVERAGE: Final = Model(
    name="coverage", row=CoverageRow, listens=(CoverageCertified,), keys=_topic_keys, evolve=_coverage
)  # fmt: skip
FACT_COUNTS: Final = Model(
    name="fact_counts", row=FactCount, listens=ALL_FACTS, keys=lambda record: (record.envelope.type,), evolve=_count
)
