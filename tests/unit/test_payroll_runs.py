"""Proves that a month goes draft, check, approval by another, funding, bank file, return, to the fen and only so."""

from collections import Counter
from datetime import date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.deciding import CHINA, CommandRejected
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    Amount,
    FundCommitted,
    FundPaid,
    PaymentSettled,
    PayslipComputed,
    RunApproved,
    RunChecked,
    RunDrafted,
    RunFunded,
)
from services.payroll.domain.drafting import by_source, draft
from services.payroll.domain.fund import ChangeBudget, CommitFund, CommitRun
from services.payroll.domain.pay_inputs import filled, pay_inputs
from services.payroll.domain.run import (
    ApproveRun,
    BankLine,
    CheckRun,
    CloseRun,
    DiscardRun,
    DraftRun,
    ImportBankReturn,
    IssueBankFile,
    NoteFundCommitted,
    Run,
    decide,
    evolve,
)
from services.payroll.pay import Appraisal
from tests.unit.test_payroll_cases import (
    APPROVER,
    CHECKER,
    MARCH,
    PREPARER,
    Ledger,
    approved,
    budget,
    context,
    staffed,
    take_over,
    ytd,
    yuan,
)

APRIL = Month(2026, 4)
# Three officers: 3,150.00 gross each but the lead's 3,450.00; employer insurance 1,074.93 each.
THREE = (take_over("O001"), take_over("O002", position="lead"), take_over("O003"))
# 5,000.00 of source 1, then 3. The three cost 4,224.93 + 4,524.93 + 4,224.93 = 12,974.79.
TWO_SOURCES = (budget("1", "5,000.00"), budget("3", "1,000,000.00"))


def ready() -> Ledger:
    return staffed(THREE, TWO_SOURCES)


def issued() -> Ledger:
    ledger = approved(ready())
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    return ledger


def run_of(ledger: Ledger, month: Month = MARCH) -> Run:
    state = ledger.states[f"run:{month}"]
    assert isinstance(state, Run)
    return state


def lines(ledger: Ledger, **outcomes: str) -> tuple[BankLine, ...]:
    """The run's lines as the bank answers: settled, or what `outcomes` says of an officer; ``absent`` is left out."""
    return tuple(
        BankLine(
            officer=line.officer,
            amount_fen=line.net_fen,
            outcome="settled" if outcomes.get(line.officer, "settled") == "settled" else "returned",
            reference=f"B{line.officer}",
            reason="账号有误",
        )
        for line in run_of(ledger).lines
        if outcomes.get(line.officer) != "absent"
    )


def bank_return(ledger: Ledger, sha: str = "f1", **outcomes: str) -> ImportBankReturn:
    return ImportBankReturn(month=MARCH, file_sha256=sha, lines=lines(ledger, **outcomes))


def sources(slip: PayslipComputed) -> tuple[Amount, ...]:
    return by_source(charge for line in slip.lines for charge in line.charges)


def test_given_officers_and_money_when_drafted_then_totals_and_a_slip_each_in_officer_order() -> None:
    drafted, *slips = ready().tell(DraftRun(month=MARCH))
    assert isinstance(drafted, RunDrafted)
    assert [slip.officer for slip in slips if isinstance(slip, PayslipComputed)] == ["O001", "O002", "O003"]
    assert (drafted.slip_count, drafted.gross_fen, drafted.tax_fen) == (3, yuan("9,750.00"), 0)
    assert drafted.employer_insurance_fen == yuan("3,224.79")
    assert drafted.net_fen == yuan("8,401.92")  # 9,750.00 - 3 × 449.36
    assert drafted.prepared_by == PREPARER


def test_the_first_source_is_used_up_before_the_next_to_the_fen_within_one_slip() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    (drafted,), slips = ledger.facts(RunDrafted), ledger.facts(PayslipComputed)
    assert [[(c.code, c.amount_fen) for c in sources(slip)] for slip in slips] == [
        [("1", yuan("4,224.93"))],
        [("1", yuan("775.07")), ("3", yuan("3,749.86"))],
        [("3", yuan("4,224.93"))],
    ]
    assert [(c.code, c.amount_fen) for c in drafted.charges] == [("1", yuan("5,000.00")), ("3", yuan("7,974.79"))]


def test_the_whole_month_from_draft_to_every_fund_paid() -> None:
    ledger = issued()
    ledger.tell(bank_return(ledger, O002="returned"), CHECKER)
    assert sum(fact.amount_fen for fact in ledger.facts(FundPaid)) == yuan("8,449.86")  # the two that were settled
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    ledger.tell(bank_return(ledger, "f2", O001="absent", O003="absent"), CHECKER)
    ledger.tell(CloseRun(month=MARCH), CHECKER)
    names = [type(record.fact).__name__ for record in ledger.records if record.envelope.subject == "run:2026-03"]
    assert names == [
        "RunDrafted", "PayslipComputed", "PayslipComputed", "PayslipComputed", "RunChecked", "RunApproved",
        "RunSourceCommitted", "RunSourceCommitted", "RunFunded", "BankFileIssued",
        "PaymentSettled", "PaymentReturned", "PaymentSettled", "BankReturnImported",
        "BankFileIssued", "PaymentSettled", "BankReturnImported", "RunClosed",
    ]  # fmt: skip
    committed, paid = ledger.facts(FundCommitted), ledger.facts(FundPaid)
    assert sum(fact.amount_fen for fact in committed) == sum(fact.amount_fen for fact in paid) == yuan("12,974.79")
    assert ledger.refusals == []


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_month_has_one_run() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    assert ledger.refuses("run-exists", DraftRun(month=MARCH))


@pytest.mark.parametrize(
    ("code", "officers", "funds"),
    [
        ("no-officers", (), TWO_SOURCES),
        ("funds-do-not-suffice", THREE, ()),
        ("funds-do-not-suffice", THREE, (budget("3", "12,974.78"),)),
        ("funds-do-not-suffice", THREE, (budget("3", "12,974.79", year=2027),)),  # another year's money
        # Paid through January only, so that February would be skipped and a tax month be lost.
        ("earlier-month-open", (take_over("O001", year_to_date=ytd(1)),), TWO_SOURCES),
    ],
)
def test_a_draft_that_could_not_be_paid_is_refused(code: str, officers: Any, funds: Any) -> None:
    assert staffed(officers, funds).refuses(code, DraftRun(month=MARCH))


def test_exactly_enough_money_suffices() -> None:
    ledger = approved(staffed(THREE, (budget("3", "12,974.79"),)))
    assert run_of(ledger).stage == "funded"


def test_whoever_was_paid_for_the_month_before_take_over_is_not_paid_again() -> None:
    assert staffed(THREE, TWO_SOURCES).refuses("no-officers", DraftRun(month=Month(2026, 2)))


def test_steps_out_of_order_are_refused() -> None:
    ledger = ready()
    assert ledger.refuses("run-not-drafted", CheckRun(month=MARCH))
    ledger.tell(DraftRun(month=MARCH))
    assert ledger.refuses("run-not-checked", ApproveRun(month=MARCH), APPROVER)
    assert ledger.refuses("run-not-approved", NoteFundCommitted(month=MARCH, source="1", amount_fen=Fen(1)))
    assert ledger.refuses("run-not-funded", IssueBankFile(month=MARCH))
    assert ledger.refuses("run-not-issued", ImportBankReturn(month=MARCH, file_sha256="f1", lines=lines(ledger)))
    ledger.tell(CheckRun(month=MARCH))
    assert ledger.refuses("run-not-drafted", CheckRun(month=MARCH))


def test_the_preparer_may_not_approve_and_somebody_else_may() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    ledger.tell(CheckRun(month=MARCH), PREPARER)
    assert ledger.refuses("preparer-is-approver", ApproveRun(month=MARCH), PREPARER)
    (fact,) = ledger.tell(ApproveRun(month=MARCH), APPROVER)
    assert isinstance(fact, RunApproved)
    assert (fact.prepared_by, fact.approved_by) == (PREPARER, APPROVER)


def test_totals_that_are_not_the_slips_do_not_pass_the_check() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    run = run_of(ledger)
    assert run.drafted is not None
    (checked,) = decide(run, CheckRun(month=MARCH), context(CHECKER))
    assert checked == RunChecked(month=MARCH, checked_by=CHECKER)
    for name in ("gross_fen", "net_fen", "tax_fen", "employer_insurance_fen", "slip_count"):
        wrong = msgspec.structs.replace(run.drafted, **{name: getattr(run.drafted, name) + 1})
        ledger.states["run:2026-03"] = msgspec.structs.replace(run, drafted=wrong)
        assert ledger.refuses("totals-differ", CheckRun(month=MARCH))
    ledger.states["run:2026-03"] = msgspec.structs.replace(run, sheets=(run.lines[:-1],))
    assert ledger.refuses("totals-differ", CheckRun(month=MARCH))


# ── money ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_is_funded_with_the_last_source_only() -> None:
    ledger = approved(ready())
    (funded,) = ledger.facts(RunFunded)
    assert funded == RunFunded(month=MARCH, sources=("1", "3"))
    assert [(fact.source, fact.left_fen) for fact in ledger.facts(FundCommitted)] == [
        ("1", 0),
        ("3", yuan("992,025.21")),
    ]


def emptied_after_the_check() -> Ledger:
    """A checked run whose first source lost a fen to something else since the draft."""
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    ledger.tell(CheckRun(month=MARCH), CHECKER)
    ledger.tell(CommitFund(year=2026, source="1", run=Month(2026, 1), amount_fen=yuan("0.01")))
    ledger.refusals.clear()
    return ledger


def test_a_run_whose_money_is_gone_is_not_approved_and_may_be_drafted_anew_from_other_money() -> None:
    ledger = emptied_after_the_check()
    with pytest.raises(CommandRejected, match=r"document 示例1号 of source 1 has 4,999.99 yuan, 5,000.00 asked"):
        ledger.tell(ApproveRun(month=MARCH), APPROVER)
    assert ledger.refuses("funds-do-not-suffice", ApproveRun(month=MARCH), APPROVER)
    ledger.tell(DiscardRun(month=MARCH, reason="资金已另作他用"))
    approved(ledger)
    assert (run_of(ledger).stage, ledger.refusals) == ("funded", [])


def test_another_year_s_document_of_the_same_number_makes_up_for_nothing() -> None:
    """A balance carried over keeps its document's number (结转); the run of March still asks March's year."""
    ledger = emptied_after_the_check()
    ledger.tell(budget("1", "5,000.00", year=2027))
    assert ledger.refuses("funds-do-not-suffice", ApproveRun(month=MARCH), APPROVER)


def test_a_run_approved_in_the_moment_its_money_went_asks_again_once_there_is_money() -> None:
    ledger = emptied_after_the_check()
    before = pay_inputs(ready().states, MARCH).documents
    run = run_of(ledger)
    (fact,) = decide(run, ApproveRun(month=MARCH, documents=before), context(APPROVER))
    again = CommitRun(month=MARCH, source="1")
    assert ledger.refuses("run-waits-for-nothing", again)
    ledger.states["run:2026-03"] = evolve(run, fact)
    assert ledger.refuses("fund-over-committed", again)
    ledger.tell(CommitRun(month=MARCH, source="3"))
    assert run_of(ledger).stage == "approved"
    ledger.tell(
        ChangeBudget(year=2026, source="1", document="示例1号", change_fen=1, change_document="示例补充〔2026〕1号")
    )
    ledger.tell(again)
    assert run_of(ledger).stage == "funded"
    assert ledger.refuses("run-waits-for-nothing", again)


def test_a_commitment_that_is_not_the_runs_share_does_not_fund_it() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    run = run_of(ledger)
    run = msgspec.structs.replace(run, stage="approved")
    ledger.states["run:2026-03"] = run
    assert ledger.refuses("commitment-not-of-run", NoteFundCommitted(month=MARCH, source="1", amount_fen=Fen(1)))
    right = NoteFundCommitted(month=MARCH, source="1", amount_fen=yuan("5,000.00"))
    ledger.tell(right)
    assert ledger.refuses("commitment-noted-before", right)


# ── months in a row ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_next_month_builds_on_the_approved_one() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    assert ledger.refuses("earlier-month-open", DraftRun(month=APRIL))
    ledger.tell(CheckRun(month=MARCH), CHECKER)
    ledger.tell(ApproveRun(month=MARCH), APPROVER)
    _, slip, *_ = ledger.tell(DraftRun(month=APRIL), now=datetime(2026, 4, 15, tzinfo=CHINA))
    assert isinstance(slip, PayslipComputed)
    assert slip.withholding.before == ytd(3, "9,450.00", "1,348.08")
    assert sources(slip)[0].code == "3"  # source 1 was used up by March


def test_money_an_approved_run_still_waits_for_is_not_promised_again() -> None:
    ledger = ready()
    ledger.tell(DraftRun(month=MARCH))
    ledger.states["run:2026-03"] = msgspec.structs.replace(run_of(ledger), stage="approved")
    left = {fund.source: fund.left_fen for fund in pay_inputs(ledger.states, APRIL).documents}
    assert left == {"1": 0, "3": yuan("992,025.21")}


def test_january_starts_a_new_tax_year() -> None:
    ledger = approved(staffed([take_over("O001", appointed_on=date(2020, 5, 1))], TWO_SOURCES))
    ledger.tell(budget("3", "100,000.00", year=2027))
    for number in range(4, 13):
        approved(ledger, Month(2026, number))
    ledger.tell(DraftRun(month=Month(2027, 1)))
    *_, slip = ledger.facts(PayslipComputed)
    assert (slip.month, slip.withholding.before) == (Month(2027, 1), ytd(0))
    (february,) = pay_inputs(approved_january(ledger), Month(2027, 2)).officers
    assert february.year_to_date.months == 1


class LookedUp(dict[str, msgspec.Struct]):
    """States that count how often each is looked up."""

    def __init__(self, states: dict[str, msgspec.Struct]) -> None:
        super().__init__(states)
        self.times: Counter[str] = Counter()

    def __getitem__(self, subject: str) -> msgspec.Struct:
        self.times[subject] += 1
        return super().__getitem__(subject)


def test_earlier_runs_are_read_once_and_equal_months_are_held_once_until_one_of_them_is_mended() -> None:
    ledger = approved(staffed([take_over("O001"), take_over("O002")], TWO_SOURCES))
    better = Appraisal(year=2025, quarter=4, coefficient_permille=1200, behind=3)
    ledger.states["officer:O001"] = msgspec.structs.replace(ledger.states["officer:O001"], appraisals=(better,))
    states = LookedUp(approved(ledger, APRIL).states)
    mended, other = pay_inputs(states, Month(2026, 5)).officers
    assert {states.times["run:2026-03"], states.times["run:2026-04"]} == {1}
    assert other.paid[MARCH] is other.paid[APRIL]
    assert mended.paid[MARCH] == mended.paid[APRIL] != other.paid[MARCH]
    assert mended.year_to_date.income_fen - other.year_to_date.income_fen == sum(
        fen - other.paid[month][key] for month in (MARCH, APRIL) for key, fen in mended.paid[month].items() if key[0] == "part"
    )  # fmt: skip


def approved_january(ledger: Ledger) -> dict[str, msgspec.Struct]:
    ledger.tell(CheckRun(month=Month(2027, 1)), CHECKER)
    ledger.tell(ApproveRun(month=Month(2027, 1)), APPROVER)
    return ledger.states


# ── laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────

CROWD = tuple(
    take_over(
        f"O{n:03d}",
        town=f"T{1 + n % 26:02d}",
        position=("member", "deputy", "lead")[n % 3],
        appointed_on=date(2012 + n % 13, 1 + n % 12, 1),
        contribution_base_fen=yuan("4,232.00") + 70_000 * (n % 9),
        year_to_date=ytd(2, "56,780.00" if n % 5 == 0 else "6,300.00", "1,690.00"),
    )
    for n in range(1, 13)
)
MONEY = (budget("1", "9,000.00"), budget("3", "20,000.00"), budget("4", "40,000.00"))


@given(st.permutations(CROWD), st.permutations(MONEY), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_same_facts_in_any_order_give_the_same_slips(officers: Any, funds: Any, random: Any) -> None:
    expected = staffed(CROWD, MONEY).tell(DraftRun(month=MARCH))
    ledger = staffed(officers, funds)
    assert ledger.tell(DraftRun(month=MARCH)) == expected
    inputs = filled(DraftRun(month=MARCH), ledger.states)
    assert inputs.officers is not None
    assert inputs.documents is not None
    mixed_officers, mixed_funds = list(inputs.officers), list(inputs.documents)
    random.shuffle(mixed_officers)
    random.shuffle(mixed_funds)
    assert draft(MARCH, tuple(mixed_officers), tuple(mixed_funds), context()) == expected


@given(st.data())
@settings(max_examples=40)
def test_money_in_is_money_out_however_the_bank_answers(data: st.DataObject) -> None:
    ledger = approved(staffed(CROWD, MONEY))
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    cost = {slip.officer: slip.gross_fen + slip.employer_insurance_fen for slip in ledger.facts(PayslipComputed)}
    assert sum(c.amount_fen for slip in ledger.facts(PayslipComputed) for c in sources(slip)) == sum(cost.values())
    assert sum(fact.amount_fen for fact in ledger.facts(FundCommitted)) == sum(cost.values())
    for number in range(4):
        owed = [line.officer for line in run_of(ledger).lines if line.outcome == "sent"]
        answers = {officer: data.draw(st.sampled_from(["settled", "returned", "absent"])) for officer in owed}
        answers |= dict.fromkeys(cost.keys() - set(owed), "absent")
        command = bank_return(ledger, f"f{number}", **answers)
        if command.lines:
            ledger.tell(command, CHECKER)
        settled = {fact.officer for fact in ledger.facts(PaymentSettled)}
        assert len(ledger.facts(PaymentSettled)) == len(settled)
        assert sum(fact.amount_fen for fact in ledger.facts(FundPaid)) == sum(cost[officer] for officer in settled)
        if run_of(ledger).payable():
            ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    assert ledger.refusals == []


def test_folding_is_total_a_fact_the_run_does_not_know_changes_nothing() -> None:
    run = run_of(issued())
    assert evolve(run, FundPaid(source="1", run="2026-03", amount_fen=Fen(1))) is run
