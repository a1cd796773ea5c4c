"""Proves what goes to the bank and what becomes of its answers: applied, or held for a person while the rest is applied."""

import hashlib
from typing import Any

import msgspec
import pytest

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    Amount,
    BankFileExported,
    BankFileIssued,
    BankFileWithdrawn,
    BankLineHeld,
    BankReturnImported,
    FundPaid,
    HeldLineDecided,
    PaidTo,
    PaymentReturned,
    PaymentSettled,
)
from services.payroll.domain.officer import ChangeBankAccount
from services.payroll.domain.run import (
    BankLine,
    CloseRun,
    DecideHeldLine,
    ExportBankFile,
    ImportBankReturn,
    IssueBankFile,
    WithdrawBankFile,
    bank_rows,
    batch_reference,
    batch_text,
)
from services.payroll.domain.run.bank import HELD, lines_of_file
from tests.unit.test_payroll_cases import CHECKER, MARCH, PREPARER, Ledger, approved, context, yuan
from tests.unit.test_payroll_models import folded
from tests.unit.test_payroll_runs import bank_return, issued, lines, ready, run_of


def held_lines(ledger: Ledger) -> list[tuple[str, str, int]]:
    return [(fact.held_no, fact.code, fact.row_no) for fact in ledger.facts(BankLineHeld)]


def decided(held_no: str, decision: Any = "applied", officer: str | None = None) -> DecideHeldLine:
    return DecideHeldLine(
        month=MARCH, held_no=held_no, decision=decision, officer=officer, reason="银行更正函", document="示例银函〔2026〕1号"
    )  # fmt: skip


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_bank_file_is_the_same_bytes_every_time() -> None:
    ledger = issued()
    (fact,) = ledger.facts(BankFileIssued)
    rows = bank_rows(run_of(ledger).lines)
    account = context().pseudonym("account|62220000002")
    assert rows.decode().split("\n")[:3:2] == ["officer;account;net_fen", f"O002;{account};300064"]
    assert fact.file_sha256 == hashlib.sha256(rows).hexdigest()
    assert (fact.file_no, fact.line_count, fact.total_fen) == (1, 3, yuan("8,401.92"))


def test_nothing_that_is_under_way_or_paid_goes_into_another_file() -> None:
    ledger = issued()
    assert ledger.refuses("no-lines-to-issue", IssueBankFile(month=MARCH))
    ledger.tell(bank_return(ledger, O002="returned", O003="absent"))
    (second,) = ledger.tell(IssueBankFile(month=MARCH))
    assert isinstance(second, BankFileIssued)
    assert (second.file_no, second.line_count, second.total_fen) == (2, 1, yuan("3,000.64"))
    assert ledger.refuses("no-lines-to-issue", IssueBankFile(month=MARCH))
    assert [line.officer for line in lines_of_file(run_of(ledger), 2)] == ["O002"]
    assert ledger.refuses("run-lines-open", CloseRun(month=MARCH))


def test_what_the_bank_returned_goes_to_the_account_the_officer_has_by_now_and_the_file_says_so() -> None:
    ledger = issued()
    ledger.tell(bank_return(ledger, O002="returned", O003="returned"))
    changed = {"document": "示例换户〔2026〕1号"}
    for officer in ("O001", "O002"):
        command = ChangeBankAccount(officer=officer, bank_account=f"62229999{officer[1:]}", **changed)
        ledger.tell(command, "bureau:B01")
    (second,) = ledger.tell(IssueBankFile(month=MARCH))
    assert isinstance(second, BankFileIssued)
    new, old = (context().pseudonym(f"account|{one}") for one in ("62229999002", "62220000003"))
    assert second.accounts == (PaidTo(officer="O002", bank_account_pseudonym=new),)
    rows = bank_rows(lines_of_file(run_of(ledger), 2))
    assert [row.split(";")[:2] for row in rows.decode().splitlines()[1:]] == [["O002", new], ["O003", old]]
    assert second.file_sha256 == hashlib.sha256(rows).hexdigest()
    answer = BankLine(account=new, amount_fen=yuan("3,000.64"), outcome="settled", reference="B2")
    ledger.tell(ImportBankReturn(month=MARCH, file_sha256="f2", lines=(answer,)))
    assert [one.officer for one in ledger.facts(PaymentSettled)] == ["O001", "O002"]


def test_a_file_nobody_answered_may_be_withdrawn_and_its_lines_sent_again() -> None:
    ledger = issued()
    withdraw = WithdrawBankFile(month=MARCH, file_no=1, reason="银行拒收")
    (void,) = ledger.tell(withdraw, CHECKER)
    assert isinstance(void, BankFileWithdrawn)
    assert (void.line_count, void.total_fen) == (3, yuan("8,401.92"))
    assert ledger.refuses("bank-file-unknown", withdraw)
    (again,) = ledger.tell(IssueBankFile(month=MARCH))
    assert isinstance(again, BankFileIssued)
    assert (again.file_no, again.line_count) == (2, 3)
    ledger.tell(bank_return(ledger, O001="absent", O003="absent"))
    assert ledger.refuses("bank-file-answered", WithdrawBankFile(month=MARCH, file_no=2, reason="银行拒收"))


def test_giving_a_file_out_is_stated_with_its_hash_and_only_of_a_file_that_is_valid() -> None:
    ledger = issued()
    export = ExportBankFile(
        month=MARCH, file_no=1, profile="rural_bank", reason="送盘", file_format="csv", file_encoding="gb18030",
        file_sha256="ab" * 32, pack_version="bank_profiles@2026.1",
    )  # fmt: skip
    (fact,) = ledger.tell(export, CHECKER)
    assert isinstance(fact, BankFileExported)
    assert (fact.exported_by, fact.file_sha256, fact.line_count) == (CHECKER, "ab" * 32, 3)
    assert ledger.refuses("bank-file-unknown", msgspec.structs.replace(export, file_no=2))
    row = folded(ledger)["bank_files", "2026-03/1"]
    assert [(one.exported_by, one.reason) for one in row.exports] == [(CHECKER, "送盘")]


# ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_returned_line_is_still_owed_and_may_be_settled_by_a_later_file() -> None:
    ledger = issued()
    *_, imported = ledger.tell(bank_return(ledger, O001="returned", O002="returned", O003="returned"))
    assert imported == BankReturnImported(
        month=MARCH,
        file_sha256="f1",
        settled_count=0,
        settled_fen=Fen(0),
        returned_count=3,
        returned_fen=yuan("8,401.92"),
        charges=(),
    )
    assert ledger.facts(FundPaid) == []
    assert len(ledger.facts(PaymentReturned)) == 3
    ledger.tell(IssueBankFile(month=MARCH))
    ledger.tell(bank_return(ledger, "f2"))
    assert ledger.facts(BankReturnImported)[-1].charges == (
        Amount(code="1", amount_fen=yuan("5,000.00")),
        Amount(code="3", amount_fen=yuan("7,974.79")),
    )
    assert ledger.tell(CloseRun(month=MARCH))


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("line-officer-unknown", {"officer": "O009"}),
        ("line-officer-unknown", {"officer": "", "account": "p_nobodys"}),
        ("line-amount-wrong", {"amount_fen": 1}),
        ("line-twice", {"officer": "O001", "amount_fen": 270064}),
        ("line-unexplained", {"reference": " "}),
        ("line-unexplained", {"outcome": "returned", "reason": ""}),
    ],
)
def test_a_wrong_line_is_held_for_a_person_and_the_rest_is_applied(code: str, change: dict[str, Any]) -> None:
    ledger = issued()
    first, second, last = lines(ledger)
    wrong = msgspec.structs.replace(last, row_no=4, **change)
    *_, imported = ledger.tell(ImportBankReturn(month=MARCH, file_sha256="f1", lines=(first, second, wrong)))
    assert held_lines(ledger) == [("2026-03-H1", code, 4)]
    assert [fact.officer for fact in ledger.facts(PaymentSettled)] == ["O001", "O002"]
    assert isinstance(imported, BankReturnImported)
    assert (imported.settled_count, imported.held_count) == (2, 1)
    assert imported.held_fen == wrong.amount_fen
    rows = folded(ledger)
    assert rows["held_lines", "2026-03-H1"].code == code
    assert rows["runs", "2026-03"].held_count == 1
    assert code in HELD
    assert ledger.refuses("run-lines-open", CloseRun(month=MARCH))


def test_what_the_bank_settled_before_or_was_never_sent_is_held() -> None:
    ledger = issued()
    ledger.tell(bank_return(ledger, O002="returned", O003="absent"))
    assert ledger.refuses("file-imported-before", bank_return(ledger))
    assert ledger.refuses("file-empty", ImportBankReturn(month=MARCH, file_sha256="f3", lines=()))
    ledger.tell(bank_return(ledger, "f2"))
    assert held_lines(ledger) == [("2026-03-H1", "line-settled-before", 0), ("2026-03-H2", "line-not-sent", 0)]
    assert sorted(fact.officer for fact in ledger.facts(PaymentSettled)) == ["O001", "O003"]


def test_a_file_of_another_run_is_refused_whole() -> None:
    ledger = issued()
    strange = tuple(msgspec.structs.replace(line, amount_fen=Fen(line.amount_fen + 1)) for line in lines(ledger))
    assert ledger.refuses("file-of-another-run", ImportBankReturn(month=MARCH, file_sha256="f1", lines=strange))
    april = batch_reference(context().pseudonym(batch_text(Month(2026, 4), 1)))
    foreign = tuple(msgspec.structs.replace(line, batch=april) for line in lines(ledger))
    assert ledger.refuses("file-of-another-run", ImportBankReturn(month=MARCH, file_sha256="f1", lines=foreign))
    ours = batch_reference(context().pseudonym(batch_text(MARCH, 1)))
    own = tuple(msgspec.structs.replace(line, batch=ours) for line in lines(ledger))
    assert ledger.tell(ImportBankReturn(month=MARCH, file_sha256="f1", lines=own))


def test_a_line_may_name_the_account_instead_of_the_officer() -> None:
    ledger = issued()
    by_account = tuple(
        msgspec.structs.replace(line, officer="", account=known.bank_account_pseudonym)
        for line, known in zip(lines(ledger), run_of(ledger).lines, strict=True)
    )
    ledger.tell(ImportBankReturn(month=MARCH, file_sha256="f1", lines=by_account))
    assert [fact.officer for fact in ledger.facts(PaymentSettled)] == ["O001", "O002", "O003"]


def test_an_account_two_officers_share_tells_nobody_apart() -> None:
    ledger = issued()
    first, *rest = run_of(ledger).lines
    same = tuple(msgspec.structs.replace(one, bank_account_pseudonym=first.bank_account_pseudonym) for one in rest[:1])
    run = msgspec.structs.replace(run_of(ledger), sheets=((first, *same, *rest[1:]),))
    ledger.states["run:2026-03"] = run
    one = BankLine(account=first.bank_account_pseudonym, amount_fen=first.net_fen, outcome="settled", reference="B1")
    other = lines(ledger)[2]
    ledger.tell(ImportBankReturn(month=MARCH, file_sha256="f1", lines=(one, other)))
    assert [code for _, code, _ in held_lines(ledger)] == ["line-officer-unknown"]


# ── held lines ──────────────────────────────────────────────────────────────────────────────────────────────────────


def with_unknown() -> Ledger:
    """O003's payment came back under a number that is nobody's."""
    ledger = issued()
    first, second, last = lines(ledger)
    wrong = msgspec.structs.replace(last, officer="O009")
    ledger.tell(ImportBankReturn(month=MARCH, file_sha256="f1", lines=(first, second, wrong)))
    return ledger


def test_a_person_applies_a_held_line_to_whom_it_is_for_and_the_sources_pay() -> None:
    ledger = with_unknown()
    paid_before = sum(fact.amount_fen for fact in ledger.facts(FundPaid))
    fact, settled = ledger.tell(decided("2026-03-H1", officer="O003"), CHECKER)
    assert isinstance(fact, HeldLineDecided)
    assert isinstance(settled, PaymentSettled)
    assert (fact.decided_by, fact.officer, fact.decision) == (CHECKER, "O003", "applied")
    assert sum(one.amount_fen for one in fact.by_document) == yuan("4,224.93")
    assert sum(one.amount_fen for one in ledger.facts(FundPaid)) - paid_before == yuan("4,224.93")
    assert run_of(ledger).held == ()
    rows = folded(ledger)
    assert ("held_lines", "2026-03-H1") not in rows
    assert (rows["runs", "2026-03"].status, rows["runs", "2026-03"].held_count) == ("paid", 0)
    assert ledger.tell(CloseRun(month=MARCH), PREPARER)


def test_a_dismissed_line_changes_no_payment() -> None:
    ledger = with_unknown()
    (fact,) = ledger.tell(decided("2026-03-H1", "dismissed"), CHECKER)
    assert isinstance(fact, HeldLineDecided)
    assert (fact.decision, fact.charges) == ("dismissed", ())
    assert [line.outcome for line in run_of(ledger).lines] == ["settled", "settled", "sent"]


def test_a_held_line_is_applied_only_to_a_payment_under_way_of_its_amount() -> None:
    ledger = with_unknown()
    assert ledger.refuses("held-line-fits-nothing", decided("2026-03-H1"))
    assert ledger.refuses("held-line-fits-nothing", decided("2026-03-H1", officer="O001"))
    assert ledger.refuses("held-line-fits-nothing", decided("2026-03-H1", officer="O002"))
    assert ledger.refuses("held-line-unknown", decided("2026-03-H2"))
    ledger.tell(decided("2026-03-H1", "dismissed"))
    assert ledger.refuses("held-line-unknown", decided("2026-03-H1", "dismissed"))


def test_a_run_with_a_held_line_cannot_be_closed() -> None:
    ledger = with_unknown()
    second = msgspec.structs.replace(lines(ledger)[2], reference="B9")
    ledger.tell(ImportBankReturn(month=MARCH, file_sha256="f2", lines=(second,)))
    assert ledger.refuses("run-waits-for-person", CloseRun(month=MARCH))
    ledger.tell(decided("2026-03-H1", "dismissed"))
    assert ledger.tell(CloseRun(month=MARCH))


def test_nothing_reaches_the_bank_outside_an_approved_and_funded_run() -> None:
    ledger = ready()
    for command in (
        IssueBankFile(month=MARCH), WithdrawBankFile(month=MARCH, file_no=1, reason="x"),
        ImportBankReturn(month=MARCH, file_sha256="f1", lines=(BankLine(officer="O001", amount_fen=Fen(1), outcome="settled"),)),
        decided("2026-03-H1"), CloseRun(month=MARCH),
    ):  # fmt: skip
        with pytest.raises(Exception, match="run-not-"):
            ledger.tell(command)
    assert approved(ledger).tell(IssueBankFile(month=MARCH))
