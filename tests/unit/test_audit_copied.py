"""Proves that a visit recorded twice is no copy of itself while a person has yet to decide, or once one record is set aside."""

from datetime import datetime

import msgspec

from services.audit.automatic.papers import PaperWatch
from services.contracts.casework import VisitCompleted, VisitConflictDecided, VisitConflictFound, VisitSetAside
from services.contracts.deciding import CHINA
from services.contracts.registry import Fact
from tests.contract.golden import made
from tests.unit.audit_told import HOUSEHOLD, found

STARTED, ENDED = (datetime(2026, 2, 27, 10, minute, tzinfo=CHINA) for minute in (0, 40))


def visit(number: str) -> tuple[str, Fact]:
    fact = made(
        VisitCompleted, visit_no=number, evidence_sha256=("ab" * 32,), notes_pseudonym="p_words", notes_characters=30,
        started_at=STARTED, ended_at=ENDED,
    )  # fmt: skip
    return HOUSEHOLD, fact


def copied(*facts: tuple[str, Fact]) -> list[str]:
    return [test for test in found(*facts, areas=(PaperWatch,)) if test.endswith("_copied")]


CONFLICT = made(VisitConflictFound, conflict_no="K1")
DISPUTED = msgspec.structs.replace(
    CONFLICT,
    first=msgspec.structs.replace(CONFLICT.first, visit_no="V1"),
    second=msgspec.structs.replace(CONFLICT.second, visit_no="V2"),
)


def test_a_double_is_no_copy_before_a_person_decided_nor_once_it_is_set_aside() -> None:
    both = (visit("V1"), visit("V2"))
    assert copied(*both) == ["evidence_copied", "notes_copied"]
    assert copied(*both, (HOUSEHOLD, DISPUTED)) == []
    decided = (HOUSEHOLD, made(VisitConflictDecided, conflict_no="K1"))
    assert copied(*both, (HOUSEHOLD, DISPUTED), decided) == ["evidence_copied", "notes_copied"]
    assert copied(*both, (HOUSEHOLD, DISPUTED), decided, (HOUSEHOLD, made(VisitSetAside, visit_no="V2"))) == []
