"""Findings one by one, and open findings by town; nobody's personal values."""

from datetime import datetime
from typing import Final

import msgspec

from services.contracts.audit import FindingOpened
from services.contracts.deciding import Model, Record


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


def _finding_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, FindingOpened)
    return (record.fact.finding_no,)


def _town_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, FindingOpened)
    return (record.fact.town,)


FINDINGS: Final = Model(
    name="findings", row=FindingRow, listens=(FindingOpened,), keys=_finding_keys, evolve=_finding
)  # fmt: skip
FINDINGS_BY_TOWN: Final = Model(
    name="findings_by_town", row=TownFindings, listens=(FindingOpened,), keys=_town_keys, evolve=_town
)
