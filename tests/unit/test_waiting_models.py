"""Proves the lists that finance and trainers work from: what waits is there until a person decided; returns and sessions stay."""

from datetime import date
from typing import Any

from services.casework.projections.training import TRAINING_SESSIONS
from services.contracts.casework import (
    AttendanceRecorded,
    PlacesAllotted,
    SessionCancelled,
    SessionHeld,
    SessionPlanned,
)
from services.contracts.casework.training import Attendee
from services.contracts.deciding import Model
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    BankReturnImported,
    PayslipContestAnswered,
    PayslipContested,
    SlipReversalDeclined,
    SlipReversalRequested,
)
from services.contracts.registry import Fact
from services.contracts.sealed import Sealed
from services.payroll.projections.waiting import BANK_RETURNS, PAYSLIP_CONTESTS, SLIP_REVERSALS
from tests.unit.folders import record

MARCH = Month(2026, 3)


def folded(model: Model[Any], subject: str, *facts: Fact) -> dict[str, Any]:
    """The model's rows after these facts of one subject."""
    rows: dict[str, Any] = {}
    for place, fact in enumerate(facts, 1):
        one = record(subject, fact, date(2026, 3, 20), place)
        assert type(fact) in model.listens
        for key in model.keys(one):
            rows[key] = model.evolve(rows.get(key), one, key)
    return {key: row for key, row in rows.items() if row is not None}


def test_a_bank_return_is_kept_with_its_hash_day_and_what_became_of_it() -> None:
    taken = BankReturnImported(
        month=MARCH, file_sha256="ab" * 32, settled_count=50, settled_fen=Fen(100), returned_count=1,
        returned_fen=Fen(2), charges=(), held_count=1, held_fen=Fen(3),
    )  # fmt: skip
    ((key, row),) = folded(BANK_RETURNS, "run:2026-03", taken).items()
    assert key == f"2026-03/{'ab' * 32}"
    assert (row.imported_on, row.settled_count, row.returned_fen, row.held_count) == (date(2026, 3, 20), 50, 2, 1)


def test_a_reversal_waits_until_it_is_declined_or_confirmed() -> None:
    asked = SlipReversalRequested(
        month=MARCH, officer="O001", reason="重复", document="X-1", requested_by="bureau-finance:F1"
    )
    declined = SlipReversalDeclined(month=MARCH, officer="O001", reason="不成立", declined_by="bureau-leader:L1")
    (row,) = folded(SLIP_REVERSALS, "run:2026-03", asked).values()
    assert (row.officer, row.requested_by, row.document) == ("O001", "bureau-finance:F1", "X-1")
    assert folded(SLIP_REVERSALS, "run:2026-03", asked, declined) == {}


def test_an_objection_waits_for_its_answer_and_what_was_said_is_in_no_row() -> None:
    sealed = Sealed(person="p", group="identity", at="", box="")
    said = PayslipContested(month=MARCH, officer="O001", contest_no="C1", side="part", code="base", statement=sealed)
    answered = PayslipContestAnswered(
        month=MARCH, officer="O001", contest_no="C1", outcome="rejected", answer=sealed, answered_by="bureau-finance:F1"
    )
    (row,) = folded(PAYSLIP_CONTESTS, "run:2026-03", said).values()
    assert "statement" not in row.__struct_fields__
    assert (row.officer, row.side, row.code) == ("O001", "part", "base")
    assert folded(PAYSLIP_CONTESTS, "run:2026-03", said, answered) == {}


def test_a_session_is_planned_allotted_held_and_signed_or_cancelled() -> None:
    common = {"course_no": "D-K1", "town": "", "session_no": "S1"}
    planned = SessionPlanned(**common, planned_on=date(2026, 3, 9), minutes=120, places=1, venue="二楼")
    allotted = PlacesAllotted(**common, admitted=("officer:O001",), waiting=("window:T01-W1",), pack_version="1")
    held = SessionHeld(**common, held_on=date(2026, 3, 10), minutes=90, trainer="trainer:TR1")
    sheets = [
        AttendanceRecorded(
            **common, kind="party", form="course", held_on=date(2026, 3, 10), sheet_sha256=one * 64,
            attendees=(Attendee(staff=f"officer:O00{one}", town="T01", minutes=90),),
        )
        for one in "12"
    ]  # fmt: skip
    (row,) = folded(TRAINING_SESSIONS, "course:D-K1", planned, allotted, held, *sheets).values()
    assert (row.status, row.held_on, row.minutes, row.waiting) == ("held", date(2026, 3, 10), 90, ("window:T01-W1",))
    assert (row.attended, row.sheets) == (("officer:O001", "officer:O002"), ("1" * 64, "2" * 64))
    (row,) = folded(TRAINING_SESSIONS, "course:D-K1", planned, SessionCancelled(**common, reason="停电")).values()
    assert (row.status, row.attended) == ("cancelled", ())
