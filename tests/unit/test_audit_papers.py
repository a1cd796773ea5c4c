"""Proves that a finding's papers carry its facts, its law and lines to sign, and that records read masked."""

import base64
import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from services.audit.evidence_door import opened
from services.audit.finding_store import Stored, evidence_at
from services.audit.forms import PAPERS, finding_page, readable
from services.audit.forms.papers import Fact
from services.audit.transparency.leaf import leaf_bytes, read_leaf
from services.audit.transparency.merkle import leaf_hash, proves_inclusion
from services.audit.transparency.note import checkpoint_of, note_of
from services.contracts.audit import Evidence
from services.contracts.codec import Draft, body_bytes, seal
from services.contracts.envelope import ZERO_HASH
from services.contracts.folders import MASKED
from services.contracts.registry import REGISTRY
from tests.contract.golden import FOLDER
from tests.unit.findings_desk import Desk
from tests.unit.test_audit_transparency import opened as opened_log

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def record_of(kind: str) -> bytes:
    return (FOLDER / f"{kind}.json").read_bytes()


def test_a_record_reads_field_by_field_with_personal_values_masked() -> None:
    value = record_of("assist.intake.request_received.v1")
    lines = dict(readable(value))
    assert lines["type"] == "assist.intake.request_received.v1"
    assert MASKED in lines.values()
    assert "AAECAwQFBgcICQoL" not in str(lines), "not even the ciphertext is shown as text"
    assert readable(b"\x00") == readable(b"{}") == []


def test_every_type_of_fact_can_be_read_and_none_shows_a_sealed_value() -> None:
    for kind in REGISTRY:
        lines = readable(record_of(kind))
        assert ("type", kind) in lines
        assert not any(path.endswith(".box") for path, _ in lines), kind


def cited(value: bytes) -> tuple[Evidence, dict[tuple[int, int], Stored]]:
    stored = Stored(value, b"beside")
    return evidence_at((3, 7), stored), {(3, 7): stored}


def test_evidence_opens_as_stored_and_says_when_it_is_not_what_was_cited() -> None:
    value = record_of("assist.payroll.run_approved.v1")
    evidence, stored = cited(value)
    (one,) = opened((evidence,), stored, None)
    assert (one.as_stated, one.proof, one.type) == (True, None, "assist.payroll.run_approved.v1")
    other = {(3, 7): Stored(record_of("assist.payroll.run_closed.v1"), b"")}
    assert [opened((evidence,), there, None)[0].as_stated for there in (other, {})] == [False, False]
    altered = {(3, 7): Stored(value.replace(b"2026", b"2027"), stored[3, 7].hash)}
    assert opened((evidence,), altered, None)[0].as_stated is False, "the hash is taken of the bytes that are there"
    moved = msgspec.structs.replace(evidence, event_id="another")
    assert opened((moved,), stored, None)[0].as_stated is False
    assert opened((evidence,), {}, None)[0].stored is None


def test_a_published_record_comes_with_a_proof_that_holds_for_its_own_bytes(tmp_path: Path) -> None:
    """The leaf in the proof is of the bytes that are shown, and is in the tree whose checkpoint is signed."""
    value = record_of("assist.payroll.run_approved.v1")
    others = tuple(leaf_bytes(3, n, 1_770_000_000_000 + n, b"key", b"value", ()) for n in range(1, 7))
    size = grown_of(tmp_path / "3", (*others, leaf_bytes(3, 7, 1_770_000_000_007, b"key", value, ())))
    evidence, stored = cited(value)
    later = msgspec.structs.replace(evidence, sequence=8)
    one, not_yet = opened((evidence, later), {**stored, (3, 8): stored[3, 7]}, tmp_path)
    assert not_yet.proof is None, "no checkpoint covers it yet"
    proof = one.proof
    assert proof is not None
    leaf = base64.b64decode(proof["leaf"])
    assert read_leaf(leaf).value_sha256 == hashlib.sha256(base64.b64decode(one.stored or "")).digest()
    tree = checkpoint_of(note_of(proof["checkpoint"].encode()).text)
    hashes = [base64.b64decode(text) for text in proof["proof"]]
    assert proves_inclusion(hashes, proof["index"], size, leaf_hash(leaf), tree.root)


def grown_of(folder: Path, leaves: tuple[bytes, ...]) -> int:
    log = opened_log(folder)
    log.append(leaves)
    log.publish(log.sign())
    return log.size


def test_each_paper_has_the_finding_its_law_its_facts_and_its_signature_lines() -> None:
    desk = Desk()
    desk.closed()
    row, steps = desk.rows("findings")["R-1"], [one for _, one in sorted(desk.rows("finding_steps").items())]
    fact = Fact(
        partition=3, sequence=7, event_id="e-1", hash="b" * 64, as_stated=True,
        text=[("data.name", MASKED), ("data.town", "T01"), ("data.<b>", "<script>")],
    )  # fmt: skip
    signed = {
        "evidence-sheet": ("取证人", "被取证单位", "见证人"),
        "rectification-notice": ("责任单位", "责任人", "整改期限", "签发人", "签收人"),
        "closing-sheet": ("整改措施", "核查人", "销号审批", "办理经过", "销号 closed"),
    }
    assert set(signed) == set(PAPERS)
    for paper, words in signed.items():
        page = finding_page(
            paper, row, [fact], steps, law="实施方案 四(三)", made_on=date(2026, 3, 2), sample=True
        )  # fmt: skip
        for word in (
            *words,
            "R-1",
            row.law,
            row.summary_zh,
            "3/7",
            "b" * 64,
            MASKED,
            "示例数据",
            "实施方案 四(三)",
            PAPERS[paper][0],
        ):
            assert word in page, (paper, word)
        assert "<script>" not in page, paper
        assert "<b>" not in page, paper


def test_evidence_names_what_the_bytes_are() -> None:
    desk = Desk()
    desk.raised()
    draft = Draft(
        id="019cad32-0000-7000-8000-000000000001", owner="audit", subject="finding:R-1", streamversion=1, time=AT,
        recordedtime=AT, commandid="019cad32-0000-7000-8000-00000000c0de", commandhash="0" * 64, correlationid="c",
        actor="auditor:A1", fact=desk.records[0].fact,
    )  # fmt: skip
    value = seal(body_bytes(draft), 1, ZERO_HASH)
    evidence, _ = cited(value)
    assert (evidence.event_id, evidence.type) == (draft.id, "assist.audit.finding_opened.v1")
    assert evidence_at((0, 1), Stored(b"no record", b"")).event_id == ""
