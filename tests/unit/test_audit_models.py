"""Proves that audit's read models count what they say, partition by partition, and that the service fits together."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from services.audit.projections import BUNDLES, COVERAGE, FACT_COUNTS, FINDINGS, FINDINGS_BY_TOWN
from services.audit.service import SERVICE
from services.contracts.audit import BundleIssued, CoverageCertified, Evidence, FindingOpened, PartitionCoverage
from services.contracts.deciding import Model, Record
from services.contracts.envelope import Envelope
from services.contracts.intake import ApplicationWithdrawn
from services.contracts.registry import REGISTRY, Fact, kind_of


def record(subject: str, fact: Fact, partition: int = 0) -> Record:
    instant = datetime(2026, 3, 31, 8, tzinfo=UTC)
    envelope = Envelope(
        specversion="1.0",
        sequence=1,
        prevhash="",
        id="e1",
        source="/audit",
        type=kind_of(type(fact)),
        subject=subject,
        time=instant,
        recordedtime=instant,
        stream="",
        streamversion=1,
        commandid="",
        commandhash="",
        correlationid="",
        actor="",
        data=msgspec.Raw(b"{}"),
    )
    return Record(partition=partition, hash=b"", envelope=envelope, fact=fact)


def fold(model: Model[Any], records: Sequence[Record]) -> dict[tuple[str, int], Any]:
    rows: dict[tuple[str, int], Any] = {}
    for one in records:
        if isinstance(one.fact, model.listens):
            for key in model.keys(one):
                place = (key, one.partition)
                rows[place] = model.evolve(rows.get(place), one, key)
    return rows


def finding(number: str, town: str, severity: str) -> FindingOpened:
    evidence = (Evidence(event_id="e", type="t", partition=0, sequence=1, hash=""),)
    return FindingOpened(
        finding_no=number, test="visits_overlap", severity=severity, about="officer:O001", town=town,
        rule="", law="", summary_zh="同时", summary_en="at once", evidence=evidence,
    )  # fmt: skip


OPENED = [
    record("finding:F-1", finding("F-1", "T01", "high")),
    record("finding:F-2", finding("F-2", "T01", "medium"), 1),
    record("finding:F-3", finding("F-3", "T01", "high")),
    record("finding:F-4", finding("F-4", "T02", "low")),
]


def test_findings_and_counts_by_town() -> None:
    rows = fold(FINDINGS, OPENED)
    assert [rows["F-1", 0].status, rows["F-2", 1].severity, rows["F-1", 0].evidence_count] == ["open", "medium", 1]
    towns = fold(FINDINGS_BY_TOWN, OPENED)
    assert (towns["T01", 0].high, towns["T01", 1].medium, towns["T02", 0].low) == (2, 1, 1)


def test_coverage_keeps_the_last_certificate() -> None:
    def certificate(count: int) -> Record:
        partition = PartitionCoverage(
            partition=0, first_sequence=1, last_sequence=count, count=count, head="", repeated=2, early=0, foreign=1
        )
        fact = CoverageCertified(
            topic="assist.log.v1", partitions=(partition,), record_count=count, streams_contiguous=True,
            journal_equal=True, configuration_as_required=True, complete=True, statement_sha256="", key_id="k",
            signature="",
        )  # fmt: skip
        return record("log:assist.log.v1", fact)

    (row,) = fold(COVERAGE, [certificate(5), certificate(9)]).values()
    assert (row.record_count, row.complete, row.repeated, row.foreign) == (9, True, 2, 1)


def test_every_declared_fact_is_counted_by_type() -> None:
    assert {kind_of(body) for body in FACT_COUNTS.listens} == set(REGISTRY)
    withdrawn = record("household:T01-H00001", ApplicationWithdrawn(application_no="A1", town="T01", reason=""))
    rows = fold(FACT_COUNTS, [*OPENED, withdrawn, withdrawn])
    assert rows["assist.intake.application_withdrawn.v1", 0].count == 2
    assert rows["assist.audit.finding_opened.v1", 0].count == 3


def test_the_service_finds_an_aggregate_for_each_of_its_own_facts() -> None:
    for declared in REGISTRY.values():
        if declared.owner == SERVICE.name and declared.subject != "*":
            assert SERVICE.aggregate_of(f"{declared.subject}:x").prefix == declared.subject


def test_a_bundle_shows_who_had_it_last_and_how_often_it_was_handed_out() -> None:
    def issued(to: str) -> Record:
        fact = BundleIssued(
            bundle_no="B-1", scope="whole", scope_of="", sha256="ab", size_bytes=9, record_count=8, root_origin="o",
            root_leaf_count=7, root_hash="cd", issued_to=to, role="inspector",
        )  # fmt: skip
        return record("bundle:B-1", fact)

    (row,) = fold(BUNDLES, [issued("inspector:J1"), issued("inspector:J2")]).values()
    assert (row.bundle_no, row.issued_to, row.times, row.sha256) == ("B-1", "inspector:J2", 2, "ab")
