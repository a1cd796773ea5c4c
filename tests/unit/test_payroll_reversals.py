"""Proves that one slip can be taken back by two persons, and that reversal and re-issue net to zero to the fen."""

from datetime import date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.codec import encoder
from services.contracts.deciding import CHINA
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    BankFileIssued,
    PaymentSettled,
    PayslipComputed,
    RecoveryReceived,
    RunClosed,
    RunDiscarded,
    RunDrafted,
    SlipReversalDeclined,
    SlipReversalRequested,
    SlipReversed,
)
from services.payroll.domain.run import (
    ApproveRun,
    CheckRun,
    CloseRun,
    ConfirmSlipReversal,
    DeclineSlipReversal,
    DiscardRun,
    DraftRun,
    IssueBankFile,
    RecordRecovery,
    RequestSlipReversal,
    Run,
    evolve,
)
from services.payroll.domain.run.state import SHEET_LINES_MAX
from tests.unit.test_payroll_cases import (
    APPROVER,
    CHECKER,
    MARCH,
    PREPARER,
    Ledger,
    approved,
    budget,
    staffed,
    take_over,
    with_base_pay,
    ytd,
    yuan,
)
from tests.unit.test_payroll_models import folded
from tests.unit.test_payroll_runs import CROWD, TWO_SOURCES, bank_return, issued, ready, run_of

APRIL = Month(2026, 4)
MID_APRIL = datetime(2026, 4, 15, 9, tzinfo=CHINA)


def ask(officer: str = "O002") -> RequestSlipReversal:
    return RequestSlipReversal(month=MARCH, officer=officer, reason="重复计发", document="示例更正〔2026〕1号")


def confirm(officer: str = "O002") -> ConfirmSlipReversal:
    return ConfirmSlipReversal(month=MARCH, officer=officer)


def reverse(ledger: Ledger, officer: str = "O002") -> SlipReversed:
    ledger.tell(ask(officer), CHECKER)
    (fact,) = ledger.tell(confirm(officer), APPROVER)
    assert isinstance(fact, SlipReversed)
    return fact


# ── a draft thrown away ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_may_be_discarded_with_its_reason_and_the_month_drafted_anew() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    (gone,) = ledger.tell(DiscardRun(month=MARCH, reason="证书漏录"), CHECKER)
    assert gone == RunDiscarded(
        month=MARCH, draft_no=1, reason="证书漏录", discarded_by=CHECKER, officers=("O001", "O002", "O003")
    )
    assert {name for name, _ in folded(ledger)} & {"payslips", "slips"} == set()
    drafted, *slips = ledger.tell(DraftRun(month=MARCH), CHECKER)
    assert isinstance(drafted, RunDrafted)
    assert (drafted.draft_no, drafted.prepared_by, len(slips)) == (2, CHECKER, 3)
    assert len(run_of(ledger).lines) == 3
    ledger.tell(CheckRun(month=MARCH), PREPARER)
    assert ledger.refuses("preparer-is-approver", ApproveRun(month=MARCH), CHECKER)
    assert ledger.refuses("preparer-is-approver", ApproveRun(month=MARCH), f"district-{CHECKER}"), "in another role"
    assert ledger.tell(ApproveRun(month=MARCH), APPROVER)
    assert ledger.refuses("run-not-drafted", DiscardRun(month=MARCH, reason="太晚"))


def test_whoever_checked_may_not_approve_either() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    ledger.tell(CheckRun(month=MARCH), CHECKER)
    assert ledger.refuses("checker-is-approver", ApproveRun(month=MARCH), CHECKER)
    assert ledger.refuses("checker-is-approver", ApproveRun(month=MARCH), f"district-{CHECKER}"), "in another role"


# ── one slip taken back ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reversal_needs_a_second_person_and_states_what_comes_free() -> None:
    ledger = approved(ready())
    (asked,) = ledger.tell(ask(), CHECKER)
    assert isinstance(asked, SlipReversalRequested)
    assert ledger.refuses("reversal-requested-before", ask(), APPROVER)
    assert ledger.refuses("requester-is-confirmer", confirm(), CHECKER)
    assert ledger.refuses("requester-is-confirmer", confirm(), f"district-{CHECKER}"), "in another role"
    (fact,) = ledger.tell(confirm(), APPROVER)
    assert isinstance(fact, SlipReversed)
    assert (fact.requested_by, fact.confirmed_by, fact.settled) == (CHECKER, APPROVER, False)
    assert fact.net_fen == fact.gross_fen - fact.personal_insurance_fen - fact.tax_fen == yuan("3,000.64")
    assert (
        sum(one.amount_fen for one in fact.charges) == yuan("4,524.93") == sum(o.amount_fen for o in fact.by_document)
    )
    assert ledger.refuses("slip-reversed-before", ask())
    (file,) = ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    assert isinstance(file, BankFileIssued)
    assert (file.line_count, file.total_fen) == (2, yuan("5,401.28"))


def test_a_declined_reversal_leaves_the_slip_and_frees_it_for_the_bank() -> None:
    ledger = approved(ready())
    ledger.tell(ask(), CHECKER)
    (file,) = ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    assert isinstance(file, BankFileIssued)
    assert file.line_count == 2  # nobody pays what somebody asked to take back
    (fact,) = ledger.tell(DeclineSlipReversal(month=MARCH, officer="O002", reason="并未重复"), APPROVER)
    assert isinstance(fact, SlipReversalDeclined)
    (second,) = ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    assert isinstance(second, BankFileIssued)
    assert (second.file_no, second.line_count) == (2, 1)
    assert ledger.refuses("reversal-not-requested", confirm(), APPROVER)


def test_what_the_bank_has_cannot_be_reversed_until_it_answers() -> None:
    ledger = issued()
    assert ledger.refuses("line-under-way", ask())
    assert ledger.refuses("line-officer-unknown", ask("O009"))
    ledger.tell(bank_return(ledger))
    assert reverse(ledger).settled


def test_paid_money_of_a_reversed_slip_is_expected_back() -> None:
    ledger = issued()
    ledger.tell(bank_return(ledger))
    reverse(ledger)
    row = folded(ledger)["payslips", "2026-03/O002"]
    assert (row.status, row.recovery_open_fen) == ("reversed", yuan("3,000.64"))
    back = RecordRecovery(
        month=MARCH, officer="O002", amount_fen=yuan("1,000.00"), reference="示例缴款1", received_on=date(2026, 3, 16)
    )
    (fact,) = ledger.tell(back, CHECKER)
    assert isinstance(fact, RecoveryReceived)
    assert fact.left_fen == yuan("2,000.64")
    assert folded(ledger)["runs", "2026-03"].recovery_open_fen == yuan("2,000.64")
    more = RecordRecovery(
        month=MARCH, officer="O002", amount_fen=yuan("2,000.65"), reference="示例缴款2", received_on=date(2026, 3, 16)
    )
    assert ledger.refuses("recovery-not-expected", more)
    (closed,) = ledger.tell(CloseRun(month=MARCH))
    assert isinstance(closed, RunClosed)
    assert (closed.settled_count, closed.reversed_count, closed.reversed_fen) == (2, 1, yuan("3,000.64"))
    assert ledger.refuses("run-not-funded", IssueBankFile(month=MARCH))


def test_a_run_paid_or_reversed_line_by_line_is_paid() -> None:
    ledger = approved(ready())
    reverse(ledger, "O003")
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    ledger.tell(bank_return(ledger, O003="absent"))
    assert folded(ledger)["runs", "2026-03"].status == "paid"
    assert ledger.tell(CloseRun(month=MARCH))


@pytest.mark.parametrize("settled", [False, True])
def test_the_next_slip_pays_the_month_again_and_tax_is_as_if_nothing_had_happened(settled: bool) -> None:
    """Special deduction and months of the reversed month stay; income, insurance and tax are counted once."""
    rules = with_base_pay(yuan("9,000.00"))
    before = ytd(2, "20,000.00", "900.00", "270.00")
    high = take_over("O002", special_deduction_fen=yuan("100.00"), year_to_date=before)
    plain = approved(staffed((high,), TWO_SOURCES, rules))
    (_, straight) = plain.tell(DraftRun(month=APRIL), now=MID_APRIL)
    march_tax = plain.facts(PayslipComputed)[0].tax_fen
    ledger = approved(staffed((high,), TWO_SOURCES, rules))
    if settled:
        ledger.tell(IssueBankFile(month=MARCH), CHECKER)
        ledger.tell(bank_return(ledger))
    reverse(ledger)
    _, again = ledger.tell(DraftRun(month=APRIL), now=MID_APRIL)
    assert isinstance(straight, PayslipComputed)
    assert isinstance(again, PayslipComputed)
    assert march_tax > 0
    assert again.tax_fen == straight.tax_fen + march_tax
    march = [line for line in again.lines if line.month == MARCH]
    first = plain.facts(PayslipComputed)[0]
    assert [(o.side, o.code, o.amount_fen) for o in march] == [
        (o.side, o.code, o.amount_fen) for o in first.lines if o.amount_fen
    ]


@given(st.sets(st.sampled_from([one.officer for one in CROWD])), st.booleans())
@settings(max_examples=20)
def test_reversal_and_re_issue_net_to_zero(reversed_officers: set[str], settled: bool) -> None:
    """Over both months every officer's gross, insurance, tax, net and cost are what they are without any reversal."""

    def totals(ledger: Ledger) -> dict[str, list[int]]:
        sums: dict[str, list[int]] = {}
        for fact in ledger.facts(PayslipComputed):
            amounts = sums.setdefault(fact.officer, [0] * 5)
            for i, name in enumerate(SUMS):
                amounts[i] += getattr(fact, name)
        for fact in ledger.facts(SlipReversed):
            for i, name in enumerate(SUMS):
                sums[fact.officer][i] -= getattr(fact, name)
        return sums

    money = (budget("3", "1,000,000.00"),)
    rules = with_base_pay(yuan("9,000.00"))  # in a month below the deduction, withheld tax is not given back
    plain = approved(staffed(CROWD, money, rules))
    plain.tell(DraftRun(month=APRIL), now=MID_APRIL)
    ledger = approved(staffed(CROWD, money, rules))
    if settled:
        ledger.tell(IssueBankFile(month=MARCH), CHECKER)
        ledger.tell(bank_return(ledger))
    for officer in sorted(reversed_officers):
        reverse(ledger, officer)
    ledger.tell(DraftRun(month=APRIL), now=MID_APRIL)
    assert totals(ledger) == totals(plain)
    charged = sum(
        charge.amount_fen for slip in ledger.facts(PayslipComputed) for line in slip.lines for charge in line.charges
    )
    freed = sum(charge.amount_fen for fact in ledger.facts(SlipReversed) for charge in fact.by_document)
    assert charged - freed == sum(sums[0] + sums[2] for sums in totals(plain).values())


SUMS = ("gross_fen", "personal_insurance_fen", "employer_insurance_fen", "tax_fen", "net_fen")


@given(st.data())
@settings(max_examples=30)
def test_settled_returned_reversed_and_open_add_up_to_the_runs_net(data: st.DataObject) -> None:
    ledger = approved(staffed(CROWD, (budget("3", "1,000,000.00"),)))
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    answers = {o.officer: data.draw(st.sampled_from(["settled", "returned", "absent"])) for o in CROWD}
    if set(answers.values()) != {"absent"}:
        ledger.tell(bank_return(ledger, **answers), CHECKER)
    for line in run_of(ledger).lines:
        if line.outcome != "sent" and data.draw(st.booleans()):
            reverse(ledger, line.officer)
    run = run_of(ledger)
    assert run.drafted is not None
    by_outcome: dict[str, int] = {}
    for line in run.lines:
        by_outcome[line.outcome] = by_outcome.get(line.outcome, 0) + line.net_fen
    assert sum(by_outcome.values()) == run.drafted.net_fen
    row = folded(ledger)["runs", "2026-03"]
    kept = row.settled_fen - by_outcome.get("recovering", 0)
    assert kept == by_outcome.get("settled", 0)
    assert row.reversed_fen == by_outcome.get("reversed", 0) + by_outcome.get("recovering", 0)
    assert row.recovery_open_fen == by_outcome.get("recovering", 0) == sum(one.left_fen for one in run.recoveries)


@given(st.permutations([one.officer for one in CROWD]))
@settings(max_examples=20)
def test_slips_are_found_in_whatever_order_they_were_folded(order: list[str]) -> None:
    ledger = approved(staffed(CROWD, (budget("3", "1,000,000.00"),)))
    run = evolve(Run(), ledger.facts(RunDrafted)[0])
    slips = {slip.officer: slip for slip in ledger.facts(PayslipComputed)}
    for officer in order:
        run = evolve(run, slips[officer])
    assert [line.officer for line in run.lines] == sorted(order)
    for officer in order:
        line = run.line_of(officer)
        assert line is not None
        assert run.side_fen(line, "part") == slips[officer].gross_fen
        assert sum(one.amount_fen for one in run.charges(line)) == Fen(
            slips[officer].gross_fen + slips[officer].employer_insurance_fen
        )
    assert run.line_of("O999") is run.line_of("A") is None


def test_one_line_changes_without_copying_the_others_and_takes_few_bytes() -> None:
    """A run of thousands is folded fact by fact: each touches one sheet of lines, whatever the size of the run."""
    ledger = approved(staffed(CROWD[:1], (budget("3", "1,000,000.00"),)))
    (slip,) = ledger.facts(PayslipComputed)
    run = evolve(Run(), ledger.facts(RunDrafted)[0])
    for number in range(1, 1_001):
        run = evolve(run, msgspec.structs.replace(slip, officer=f"O{number:06d}"))
    assert len(run.sheets) == -(-1_000 // SHEET_LINES_MAX)
    paid = evolve(run, PaymentSettled(officer="O000500", amount_fen=slip.net_fen, bank_reference="B1"))
    shared = [old is new for old, new in zip(run.sheets, paid.sheets, strict=True)]
    assert shared.count(False) == 1
    assert len(encoder.encode(paid)) < 1_000 * LINE_BYTES_MAX


LINE_BYTES_MAX = 200
