"""Proves that a finding is opened once, with the adopted pack's law, and that a certificate states what was read."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit import statement
from services.audit.domain import (
    Certified,
    CertifyCoverage,
    Finding,
    IssueBundle,
    OpenFinding,
    StateCheckpoint,
    decide_checkpoint,
    decide_coverage,
    decide_finding,
    evolve_coverage,
    evolve_finding,
    finding_no_of,
    objection,
)
from services.audit.domain.bundle import Issued, decide_bundle, evolve_bundle
from services.audit.transparency import note
from services.contracts.audit import (
    BundleIssued,
    CheckpointPublished,
    CoverageCertified,
    Evidence,
    FindingOpened,
    PartitionCoverage,
)
from services.contracts.codec import convert
from services.contracts.deciding import CommandRejected, Context
from services.contracts.rulebook import AdoptedPack, RuleBook

PACK = Path(__file__).parents[2] / "deploy/district/rules/audit.audit_tests.json"
RULES = RuleBook((convert(json.loads(PACK.read_text(encoding="utf-8")), AdoptedPack),))
NOW = datetime(2026, 3, 31, 8, tzinfo=UTC)
CONTEXT = Context(now=NOW, actor="reaction:audit", role="system", town=None, rules=RULES, pseudonym=str)
EVIDENCE = tuple(Evidence(event_id=f"e{n}", type="t", partition=0, sequence=n, hash="") for n in (1, 2))
COMMAND = objection("visits_overlap", EVIDENCE, about="officer:O001", town="T01", zh="同时", en="at once")


def refused(code: str, command: OpenFinding, rules: RuleBook = RULES) -> bool:
    context = Context(now=NOW, actor="a", role="r", town=None, rules=rules, pseudonym=str)
    with pytest.raises(CommandRejected) as no:
        decide_finding(Finding(), command, context)
    return no.value.code == code


def test_given_nothing_when_a_test_objects_then_a_finding_with_the_packs_law() -> None:
    (fact,) = decide_finding(Finding(), COMMAND, CONTEXT)
    assert isinstance(fact, FindingOpened)
    assert (fact.finding_no, fact.severity, fact.evidence) == (COMMAND.finding_no, "high", EVIDENCE)
    assert "社会救助暂行办法" in fact.law
    assert COMMAND.subject == f"finding:{fact.finding_no}"


def test_given_a_finding_when_the_test_objects_again_then_nothing() -> None:
    (fact,) = decide_finding(Finding(), COMMAND, CONTEXT)
    assert decide_finding(evolve_finding(Finding(), fact), COMMAND, CONTEXT) == ()


def test_number_follows_from_test_and_records_in_any_order() -> None:
    assert finding_no_of("a", ("x", "y")) == finding_no_of("a", ("y", "x"))
    assert len({finding_no_of("a", ("x",)), finding_no_of("b", ("x",)), finding_no_of("a", ("x", "y"))}) == 3


def test_made_up_findings_are_refused() -> None:
    assert refused("finding-number-differs", msgspec.structs.replace(COMMAND, finding_no="F-1"))
    assert refused("finding-number-differs", msgspec.structs.replace(COMMAND, evidence=EVIDENCE[:1]))
    assert refused("finding-number-differs", msgspec.structs.replace(COMMAND, evidence=()))
    unknown = objection("horoscope", EVIDENCE, about="officer:O001", town="T01", zh="", en="")
    assert refused("test-not-adopted", unknown)
    assert refused("test-not-adopted", COMMAND, RuleBook())


# ── coverage ────────────────────────────────────────────────────────────────────────────────────────────────────────


def part(partition: int, last: int, *, first: int = 1, count: int | None = None, head: str = "aa") -> PartitionCoverage:
    return PartitionCoverage(
        partition=partition,
        first_sequence=first if last else 0,
        last_sequence=last,
        count=last if count is None else count,
        head=head,
        repeated=3,
        early=0,
        foreign=1,
    )


def coverage(*partitions: PartitionCoverage, streams_contiguous: bool = True) -> statement.Coverage:
    return statement.Coverage(
        topic="assist.log.v1",
        partitions=partitions,
        streams_contiguous=streams_contiguous,
        journal_equal=True,
        configuration_as_required=True,
    )


def certify(found: statement.Coverage, digest: str | None = None) -> CertifyCoverage:
    fields = {name: getattr(found, name) for name in found.__struct_fields__}
    digest = digest or statement.statement_sha256(found)
    return CertifyCoverage(**fields, statement_sha256=digest, key_id="audit-1", signature="c2ln")


@pytest.mark.parametrize(
    ("case", "found", "complete"),
    [
        ("read whole, one partition empty", coverage(part(0, 5), part(1, 0)), True),
        ("a record of the middle missing", coverage(part(0, 5, count=4)), False),
        ("the first record missing", coverage(part(0, 5, first=2, count=4)), False),
        ("a stream with a gap", coverage(part(0, 5), streams_contiguous=False), False),
        ("nothing read at all", coverage(), False),
        ("nothing objected to", msgspec.structs.replace(coverage(part(0, 5)), fault_count=0), True),
        ("a foreign record, say", msgspec.structs.replace(coverage(part(0, 5)), fault_count=1), False),
    ],
)
def test_complete_is_recomputed(case: str, found: statement.Coverage, complete: bool) -> None:
    (fact,) = decide_coverage(Certified(), certify(found), CONTEXT)
    assert isinstance(fact, CoverageCertified)
    assert fact.complete is complete, case
    assert fact.record_count == sum(partition.count for partition in found.partitions)


def test_a_certificate_can_be_checked_from_the_fact_alone() -> None:
    found = coverage(part(1, 2), part(0, 5))
    (fact,) = decide_coverage(Certified(), certify(found), CONTEXT)
    assert isinstance(fact, CoverageCertified)
    assert statement.statement_sha256(statement.coverage_of(fact)) == fact.statement_sha256


def test_statement_of_another_coverage_is_refused() -> None:
    digest = statement.statement_sha256(coverage(part(0, 6)))
    with pytest.raises(CommandRejected, match="statement-differs"):
        decide_coverage(Certified(), certify(coverage(part(0, 5)), digest), CONTEXT)


def test_the_same_statement_is_certified_once_and_a_log_never_goes_back() -> None:
    command = certify(coverage(part(0, 5), part(1, 2)))
    (fact,) = decide_coverage(Certified(), command, CONTEXT)
    state = evolve_coverage(Certified(), fact)
    assert decide_coverage(state, command, CONTEXT) == ()
    assert decide_coverage(state, certify(coverage(part(0, 7, head="bb"), part(1, 2))), CONTEXT)
    for worse in (
        coverage(part(0, 4), part(1, 2)),
        coverage(part(0, 5, head="bb"), part(1, 3)),
        coverage(part(0, 6)),
    ):
        with pytest.raises(CommandRejected, match="log-went-back"):
            decide_coverage(state, certify(worse), CONTEXT)


def test_a_certificate_of_nothing_but_the_last_certificate_is_none() -> None:
    """The certificate's own record makes the log one longer where `log:` facts lie (here partition 0), and only that."""
    (fact,) = decide_coverage(Certified(), certify(coverage(part(0, 5), part(1, 2))), CONTEXT)
    state = evolve_coverage(Certified(), fact)
    assert decide_coverage(state, certify(coverage(part(0, 6, head="bb"), part(1, 2))), CONTEXT) == ()
    for more in (
        coverage(part(0, 6, head="bb"), part(1, 3, head="bb")),
        coverage(part(0, 5), part(1, 3, head="bb")),
        coverage(part(0, 6, head="bb"), part(1, 2), streams_contiguous=False),
        coverage(msgspec.structs.replace(part(0, 6, head="bb"), foreign=2), part(1, 2)),
    ):
        assert decide_coverage(state, certify(more), CONTEXT), more
    (gap,) = decide_coverage(Certified(), certify(coverage(part(0, 5, count=4), part(1, 2))), CONTEXT)
    incomplete = evolve_coverage(Certified(), gap)
    assert decide_coverage(incomplete, certify(coverage(part(0, 6, count=5, head="bb"), part(1, 2))), CONTEXT)


@given(st.permutations([part(0, 5), part(1, 2), part(2, 0)]))
def test_statement_bytes_do_not_depend_on_order(partitions: list[PartitionCoverage]) -> None:
    assert statement.statement_bytes(coverage(*partitions)) == statement.statement_bytes(
        coverage(part(0, 5), part(1, 2), part(2, 0))
    )


def test_statement_bytes_are_golden() -> None:
    assert statement.statement_bytes(coverage(part(0, 1))) == (
        b'{"complete":true,"configuration_as_required":true,"format":"jiuzhu-coverage/1","journal_equal":true,'
        b'"partitions":[{"count":1,"early":0,"first_sequence":1,"foreign":1,"head":"aa","last_sequence":1,'
        b'"partition":0,"repeated":3}],"record_count":1,"streams_contiguous":true,"topic":"assist.log.v1"}'
    )


# ── checkpoints ─────────────────────────────────────────────────────────────────────────────────────────────────────


def root_note(size: int, root: int = 1, origin: str = "jiuzhu.example/log/root") -> note.Note:
    text = note.Checkpoint(origin, size, bytes([root]) * 32).text()
    return note.Note(text, (note.Signature(origin, b"keyx", b"s" * 64),))


def state(found: note.Note, *cosigned_by: str) -> StateCheckpoint:
    return StateCheckpoint(
        topic="assist.log.v1", note=found.document().decode(), cosigned_by=cosigned_by, wanted_count=2
    )


def tied(found: statement.Coverage, checkpoint: note.Note) -> CertifyCoverage:
    """A certificate that names its checkpoint, as the door makes it."""
    named = msgspec.structs.replace(found, root_checkpoint=checkpoint.text)
    return msgspec.structs.replace(certify(named), checkpoint=state(checkpoint, "witness.example"))


def test_a_checkpoint_is_stated_once() -> None:
    """Given nothing, when a checkpoint is stated, then the fact; the same again: nothing; a later one: the next fact."""
    (fact,) = decide_checkpoint(Certified(), state(root_note(7), "witness.example"))
    assert isinstance(fact, CheckpointPublished)
    assert (fact.leaf_count, fact.root, fact.cosigned_by, fact.wanted_count) == (7, "01" * 32, ("witness.example",), 2)
    assert note.note_of(fact.note.encode()) == root_note(7)
    known = evolve_coverage(Certified(), fact)
    assert decide_checkpoint(known, state(root_note(7))) == ()
    assert len(decide_checkpoint(known, state(root_note(8, 2)))) == 1
    assert len(decide_checkpoint(known, state(root_note(3, origin="jiuzhu.example/anew/root")))) == 1


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (state(root_note(6)), "checkpoint-went-back"),
        (state(root_note(7, 9)), "checkpoint-went-back"),
        (msgspec.structs.replace(state(root_note(8)), note="no note"), "checkpoint-differs"),
    ],
)
def test_a_checkpoint_that_went_back_is_refused(command: StateCheckpoint, code: str) -> None:
    (fact,) = decide_checkpoint(Certified(), state(root_note(7)))
    with pytest.raises(CommandRejected) as no:
        decide_checkpoint(evolve_coverage(Certified(), fact), command)
    assert no.value.code == code


def test_a_certificate_names_its_checkpoint_and_states_it() -> None:
    command = tied(coverage(part(0, 5)), root_note(7))
    certified, stated = decide_coverage(Certified(), command, CONTEXT)
    assert isinstance(certified, CoverageCertified)
    assert isinstance(stated, CheckpointPublished)
    assert certified.root_checkpoint == root_note(7).text
    assert statement.statement_sha256(statement.coverage_of(certified)) == certified.statement_sha256
    other = msgspec.structs.replace(command, checkpoint=state(root_note(8)))
    with pytest.raises(CommandRejected, match="checkpoint-differs"):
        decide_coverage(Certified(), other, CONTEXT)


def test_what_a_certificate_itself_wrote_needs_no_certificate() -> None:
    """The log grew by the certificate, its checkpoint, and one stated since: the last certificate is still the answer."""
    known = Certified()
    for fact in decide_coverage(known, tied(coverage(part(0, 5)), root_note(7)), CONTEXT):
        known = evolve_coverage(known, fact)
    assert decide_coverage(known, tied(coverage(part(0, 7, head="bb")), root_note(9)), CONTEXT) == ()
    assert len(decide_coverage(known, tied(coverage(part(0, 8, head="cc")), root_note(9)), CONTEXT)) == 2
    (since,) = decide_checkpoint(known, state(root_note(9)))
    known = evolve_coverage(known, since)
    assert decide_coverage(known, tied(coverage(part(0, 8, head="cc")), root_note(9)), CONTEXT) == ()


def test_statements_of_before_are_the_same_bytes() -> None:
    """A certificate without a checkpoint is signed over the bytes it always was; with one, it is the last key."""
    found = coverage(part(0, 1))
    assert statement.statement_bytes(found) == (
        b'{"complete":true,"configuration_as_required":true,"format":"jiuzhu-coverage/1","journal_equal":true,'
        b'"partitions":[{"count":1,"early":0,"first_sequence":1,"foreign":1,"head":"aa","last_sequence":1,"par'
        b'tition":0,"repeated":3}],"record_count":1,"streams_contiguous":true,"topic":"assist.log.v1"}'
    )
    counted = statement.statement_bytes(msgspec.structs.replace(found, fault_count=0))
    assert json.loads(counted) == {**json.loads(statement.statement_bytes(found)), "fault_count": 0}
    named = statement.statement_bytes(msgspec.structs.replace(found, root_checkpoint=root_note(7).text))
    assert json.loads(named) == {**json.loads(statement.statement_bytes(found)), "root_checkpoint": root_note(7).text}


BUNDLE = IssueBundle(
    scope="town", scope_of="T01", sha256="ab" * 32, size_bytes=9, record_count=8, root_origin="jiuzhu.local/log/root",
    root_leaf_count=7, root_hash="cd" * 32,
)  # fmt: skip


def test_each_handing_out_of_a_bundle_is_stated_with_whoever_got_it() -> None:
    """The same bytes are the same bundle; given twice, it is stated twice."""
    context = asked_by("inspector", None)
    (fact,) = decide_bundle(Issued(), BUNDLE, context)
    assert isinstance(fact, BundleIssued)
    assert (fact.bundle_no, fact.issued_to, fact.role) == ("B-" + "ab" * 10, "inspector:J1", "inspector")
    assert (fact.scope, fact.scope_of, fact.sha256, fact.root_leaf_count) == ("town", "T01", "ab" * 32, 7)
    assert BUNDLE.subject == "bundle:B-" + "ab" * 10
    once = evolve_bundle(Issued(), fact)
    assert decide_bundle(once, BUNDLE, context) == (fact,)
    assert evolve_bundle(once, fact) == Issued(times=2)


@pytest.mark.parametrize(("role", "town"), [("bureau-leader", None), ("operator", None), ("inspector", "T01")])
def test_a_bundle_is_handed_to_those_who_inspect_the_district_alone(role: str, town: str | None) -> None:
    with pytest.raises(CommandRejected) as no:
        decide_bundle(Issued(), BUNDLE, asked_by(role, town))
    assert no.value.code == "not-an-inspector"


def asked_by(role: str, town: str | None) -> Context:
    return Context(now=NOW, actor=f"{role}:J1", role=role, town=town, rules=RULES, pseudonym=str)
