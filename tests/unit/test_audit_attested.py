"""Proves what audit states of an attestation and a recomputation, and that each edited row becomes one finding with its facts."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from services.audit.automatic.attested import edited_rows
from services.audit.automatic.sweep import sweep
from services.audit.domain import AttestProjections, OpenFinding, StateRecomputation
from services.audit.domain.attestation import Attestations, decide_attestation, evolve_attestation
from services.audit.domain.recomputation import Recomputations, decide_recomputation, evolve_recomputation
from services.audit.service import SERVICE
from services.contracts.audit import (
    EditedProjectionRow,
    Evidence,
    LogCheckpoint,
    ModelDigest,
    PartitionHead,
    ProjectionsAttested,
    RecomputationStated,
    RecomputedArea,
)
from services.contracts.deciding import CommandRejected, Context
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook
from services.eventlog.folding import Folds, Rows
from tests.unit.audit_told import RULES, log_of

CONTEXT = Context(
    now=datetime(2026, 3, 31, tzinfo=UTC), actor="auditor:A1", role="auditor", town=None, rules=RULES, pseudonym=str
)
SUBJECT = "attestation:casework"
CURSORS = (PartitionHead(partition=0, sequence=7, hash="aa"), PartitionHead(partition=1, sequence=0, hash="00"))


def fact_at(sequence: int) -> Evidence:
    return Evidence(
        event_id=f"e{sequence}", type="assist.casework.case_opened.v1", partition=0, sequence=sequence, hash="ab"
    )


def row(key: str, *facts: Evidence, model: str = "cases", **changes: Any) -> EditedProjectionRow:
    fields: dict[str, Any] = {"what": "altered", "fields": ("monthly_amount_fen",), "partition": 0} | changes
    return EditedProjectionRow(model=model, key=key, facts=facts, fact_count=len(facts), **fields)


def digest(model: str = "cases", edited_count: int = 0) -> ModelDigest:
    stored = "d1" if edited_count else "d0"
    return ModelDigest(model=model, row_count=3, digest="d0", stored_digest=stored, edited_count=edited_count)


def command(*edited: EditedProjectionRow, edited_count: int | None = None, **changes: Any) -> AttestProjections:
    count = len(edited) if edited_count is None else edited_count
    fields: dict[str, Any] = {"cursors": CURSORS, "models": (digest(edited_count=count),)} | changes
    return AttestProjections(service="casework", edited=edited, **fields)


def stated(said: AttestProjections, state: Attestations | None = None) -> ProjectionsAttested:
    (fact,) = decide_attestation(state or Attestations(), said, CONTEXT)
    assert isinstance(fact, ProjectionsAttested)
    return fact


ATTESTED_EDITED = stated(command(row("R-1", fact_at(3), fact_at(5))))


def test_an_attestation_says_how_far_and_whether_all_is_equal() -> None:
    clean = stated(command(checkpoint=LogCheckpoint(leaf_count=4, root="cm9vdA==")))
    assert (clean.equal, clean.edited_count, clean.record_count) == (True, 0, 7)
    assert clean.checkpoint == LogCheckpoint(leaf_count=4, root="cm9vdA==")
    assert (ATTESTED_EDITED.equal, ATTESTED_EDITED.edited_count) == (False, 1)
    many = stated(command(row("R-1", fact_at(3)), edited_count=500))
    assert (many.edited_count, len(many.edited)) == (500, 1)


def test_the_same_place_with_another_record_is_refused_and_a_rebuilt_model_is_not() -> None:
    known = evolve_attestation(Attestations(), stated(command()))
    other = (msgspec.structs.replace(CURSORS[0], hash="bb"), CURSORS[1])
    with pytest.raises(CommandRejected) as no:
        stated(command(cursors=other), known)
    assert no.value.code == "log-went-back"
    back = (msgspec.structs.replace(CURSORS[0], sequence=3, hash="cc"), CURSORS[1])
    assert stated(command(cursors=back), known).record_count == 3


@pytest.mark.parametrize(("edited", "count"), [((), 2), ((row("R-1", fact_at(3)),), 0)])
def test_rows_that_differ_and_rows_that_are_named_belong_together(
    edited: tuple[EditedProjectionRow, ...], count: int
) -> None:
    with pytest.raises(CommandRejected) as no:
        stated(command(*edited, edited_count=count))
    assert no.value.code == "rows-not-named"


def findings(fact: Fact) -> list[OpenFinding]:
    (record,) = log_of((SUBJECT, fact))
    found = list(edited_rows(record))
    assert sorted(one.subject for one in found) == [one.subject for one in sweep([record], RULES)]
    return found


def test_each_set_of_facts_is_one_finding_that_names_its_rows() -> None:
    """Two models' rows of the same facts are one finding, another row is another."""
    fact = stated(
        command(
            row("R-1", fact_at(3), fact_at(5)),
            row("T01-H00001", fact_at(3), fact_at(5), model="households", what="missing", fields=()),
            row("R-2", fact_at(4)),
        )
    )
    first, second = findings(fact)
    assert first.test == second.test == "projection_edited"
    assert [one.event_id for one in first.evidence[1:]] == ["e3", "e5"]
    for said in (first.summary_zh, first.summary_en):
        for named in ("casework.cases", "R-1", "monthly_amount_fen", "casework.households", "T01-H00001"):
            assert named in said
    assert "R-2" in second.summary_en
    assert "R-2" not in first.summary_en
    assert findings(stated(command())) == []


def test_the_last_attestation_and_recomputation_can_be_read() -> None:
    area = RecomputedArea(
        of="amounts", equal_count=9, different_count=1, erased_count=2, sealed_count=0, not_recomputable_count=0
    )
    said = StateRecomputation(
        topic="assist.log.v1", heads=CURSORS, areas=(area,), report_sha256="ee", opened_count=4
    )  # fmt: skip
    (fact,) = decide_recomputation(Recomputations(), said, CONTEXT)
    assert isinstance(fact, RecomputationStated)
    assert fact.record_count == 7
    state = evolve_recomputation(Recomputations(), fact)
    assert state.report_sha256 == "ee"
    assert decide_recomputation(state, said, CONTEXT) == (fact,), "what was opened is stated each time"
    rows: Rows = {}
    records = log_of((SUBJECT, ATTESTED_EDITED), ("recomputation:assist.log.v1", fact))
    for record in records:
        Folds(SERVICE).advance(rows, [record])
    attested = msgspec.to_builtins(rows["attestations", "casework"])
    assert (attested["equal"], attested["edited"], attested["models"][0]["digest"]) == (False, ("cases/R-1",), "d0")
    recomputed = msgspec.to_builtins(rows["recomputations", "amounts"])
    assert (recomputed["different_count"], recomputed["erased_count"], recomputed["opened_count"]) == (1, 2, 4)


def test_without_adopted_rules_an_edited_row_is_still_told() -> None:
    records = log_of((SUBJECT, ATTESTED_EDITED))
    assert [one.test for one in sweep(records, RuleBook())] == ["projection_edited"]
