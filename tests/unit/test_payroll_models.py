"""Proves what payroll's read models show, that they hold nothing personal, and which commands its facts cause."""

from typing import Any

import msgspec

from services.contracts.codec import decoder_of, encoder
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Amount, BankReturnImported, FundCommitted, RunApproved
from services.contracts.registry import Fact
from services.contracts.sealed import Clear, Sealed, personal_fields
from services.payroll.domain.fund import CommitFund, PayFund
from services.payroll.domain.officer import ConfirmAppraisal
from services.payroll.domain.run import BankLine, ImportBankReturn, IssueBankFile, NoteFundCommitted, Run
from services.payroll.projections.funds import FundRow
from services.payroll.projections.officers import OfficerRow
from services.payroll.projections.payslips import PayslipRow
from services.payroll.projections.runs import RunRow
from services.payroll.service import SERVICE
from tests.unit.test_payroll_cases import (
    CHECKER,
    MARCH,
    Ledger,
    approved,
    budget,
    record_of,
    staffed,
    take_over,
    yuan,
)

Rows = dict[tuple[str, str], Any]


def folded(ledger: Ledger) -> Rows:
    """Every model over the whole ledger; each row passes through its JSON, as it does in the store."""
    rows: Rows = {}
    for record in ledger.records:
        for model in SERVICE.models:
            if isinstance(record.fact, model.listens):
                for key in model.keys(record):
                    row = model.evolve(rows.get((model.name, key)), record, key)
                    rows.pop((model.name, key), None)
                    if row is not None:
                        rows[model.name, key] = decoder_of(model.row).decode(encoder.encode(row))
    return rows


def month() -> Ledger:
    officers = (take_over("O001"), take_over("O002", position="lead"), take_over("O003", town="T02"))
    ledger = approved(staffed(officers, (budget("1", "5,000.00"), budget("3", "1,000,000.00"))))
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    return ledger


def answer(ledger: Ledger, sha: str, returned: set[str], absent: frozenset[str] = frozenset()) -> None:
    run = ledger.states["run:2026-03"]
    assert isinstance(run, Run)
    lines = tuple(
        BankLine(
            officer=line.officer,
            amount_fen=line.net_fen,
            outcome="returned" if line.officer in returned else "settled",
            reference="B1",
            reason="账号有误",
        )
        for line in run.lines
        if line.officer not in absent
    )
    ledger.tell(ImportBankReturn(month=MARCH, file_sha256=sha, lines=lines), CHECKER)


def test_a_run_says_which_sources_have_set_their_charge_aside_and_an_officer_which_quarters_counted() -> None:
    rows = folded(month())
    assert set(rows["runs", "2026-03"].committed) == {"1", "3"}
    (quarter,) = rows["officers", "O001"].quarters
    assert (quarter.year, quarter.quarter, quarter.grade, quarter.work_counted) == (2025, 4, "good", 12)


def test_models_after_a_month_with_one_returned_line() -> None:
    ledger = month()
    answer(ledger, "f1", {"O002"})
    rows = folded(ledger)
    run: RunRow = rows["runs", "2026-03"]
    assert (run.status, run.slip_count, run.gross_fen) == ("issued", 3, yuan("9,750.00"))
    assert (run.settled_count, run.settled_fen) == (2, yuan("5,401.28"))
    assert (run.returned_count, run.returned_fen) == (1, yuan("3,000.64"))
    assert (run.prepared_by, run.checked_by, run.approved_by) == ("finance:F1", "finance:F2", "bureau-leader:L1")
    slips: dict[str, PayslipRow] = {key: row for (name, key), row in rows.items() if name == "payslips"}
    assert {key: slip.status for key, slip in slips.items()} == {
        "2026-03/O001": "settled",
        "2026-03/O002": "returned",
        "2026-03/O003": "settled",
    }
    fund: FundRow = rows["funds", "2026-3"]
    assert (fund.budget_fen, fund.committed_fen, fund.left_fen) == (
        yuan("1,000,000.00"),
        yuan("7,974.79"),
        yuan("992,025.21"),
    )
    assert fund.paid_fen == yuan("4,224.93")
    assert rows["funds", "2026-1"].paid_fen == yuan("4,224.93")
    officer: OfficerRow = rows["officers", "O002"]
    assert (officer.position, officer.grade, officer.coefficient_permille) == ("lead", "good", 1000)


def test_a_run_is_paid_when_every_line_is_settled() -> None:
    ledger = month()
    answer(ledger, "f1", {"O002"})
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    answer(ledger, "f2", set(), frozenset({"O001", "O003"}))
    rows = folded(ledger)
    assert rows["runs", "2026-03"].status == "paid"
    assert rows["payslips", "2026-03/O002"].status == "settled"
    assert [rows["funds", key].paid_fen == rows["funds", key].committed_fen for key in ("2026-1", "2026-3")] == [
        True
    ] * 2


def test_an_older_quarter_confirmed_late_does_not_replace_the_latest() -> None:
    ledger = month()
    late = ConfirmAppraisal(officer="O001", year=2025, quarter=3, grade="fail", work_counted=4)
    ledger.tell(late, "bureau:B01")
    row: OfficerRow = folded(ledger)["officers", "O001"]
    assert (row.appraised_year, row.appraised_quarter, row.grade) == (2025, 4, "good")


def test_no_model_has_a_personal_field() -> None:
    """But one, which has no query: what the bank's file needs stays sealed in it."""
    sealed = {model.name for model in SERVICE.models if personal_fields(model.row)}
    assert sealed == {model.name for model in SERVICE.models if model.internal} & {"accounts"}
    for (name, _), row in folded(month()).items():
        assert name in sealed or not any(isinstance(value, (Sealed, Clear)) for value in msgspec.structs.astuple(row))


def caused(fact: Fact, subject: str) -> dict[str, Any]:
    return {reaction.name: reaction.command for reaction in SERVICE.react(record_of(subject, fact, 0))}


CHARGES = (Amount(code="1", amount_fen=Fen(5)), Amount(code="3", amount_fen=Fen(7)))


def test_an_approved_run_asks_every_source_it_charges() -> None:
    fact = RunApproved(month=MARCH, prepared_by="a", approved_by="b", charges=CHARGES)
    assert caused(fact, "run:2026-03") == {
        "commit-fund-1": CommitFund(year=2026, source="1", run=MARCH, amount_fen=Fen(5)),
        "commit-fund-3": CommitFund(year=2026, source="3", run=MARCH, amount_fen=Fen(7)),
    }


def test_a_commitment_is_told_to_its_run() -> None:
    fact = FundCommitted(source="3", run="2026-03", amount_fen=Fen(7), left_fen=Fen(0))
    note = NoteFundCommitted(month=Month(2026, 3), source="3", amount_fen=Fen(7))
    assert caused(fact, "fund:2026-3") == {"note-fund-committed": note}


def test_a_bank_return_is_booked_to_every_source() -> None:
    fact = BankReturnImported(
        month=MARCH,
        file_sha256="f1",
        settled_count=1,
        settled_fen=Fen(9),
        returned_count=0,
        returned_fen=Fen(0),
        charges=CHARGES,
    )
    assert set(caused(fact, "run:2026-03")) == {"pay-fund-1", "pay-fund-3"}
    assert caused(fact, "run:2026-03")["pay-fund-3"] == PayFund(year=2026, source="3", run=MARCH, amount_fen=Fen(7))
