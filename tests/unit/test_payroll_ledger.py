"""Proves that the books balance: every entry and their whole sum are zero, and each account says what the read models say."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.codec import convert
from services.contracts.deciding import CHINA, Command, CommandRejected
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Charge, FundMovedIn, FundMovedOut, FundMoveReturned, InvoicePaid, TownFundPaid
from services.payroll.domain.fund import (
    CarryOverFund,
    ChangeBudget,
    CommitFund,
    CreditFund,
    MovedPart,
    PayFund,
    ReleaseFund,
    TransferFund,
)
from services.payroll.domain.payee import ApproveInvoice, PayInvoice
from services.payroll.domain.postings import (
    ACCOUNTS,
    AVAILABLE,
    CLEARING,
    COMMITTED,
    IN_TRANSIT,
    NET_PAYABLE,
    QUOTA,
    SPENT,
    TAX_PAYABLE,
    TOWN_CLEARING,
    TOWN_SPENT,
    postings,
)
from services.payroll.domain.run import ConfirmSlipReversal, IssueBankFile, RecordRecovery, RequestSlipReversal
from services.payroll.domain.town_fund import BudgetTownFund
from services.payroll.projections import (
    BALANCES,
    FUND_DOCUMENTS,
    FUND_MOVES,
    FUNDS,
    LEDGER,
    SLIP_MONEY,
    SPENDING,
    SPENDING_BY_MONTH,
    SPENDING_BY_PURPOSE,
    SPENDING_BY_TOWN,
)
from services.payroll.rules import Accounts
from tests.unit.payroll_money import CLERK, LEADER, TOWN, accepted, balances, contracted, hear, invoice, rows
from tests.unit.test_payroll_cases import (
    APPROVER,
    CHECKER,
    MARCH,
    PAYDAY,
    RULES_FOLDER,
    Ledger,
    approved,
    budget,
    staffed,
    take_over,
    yuan,
)
from tests.unit.test_payroll_runs import bank_return

NEW_YEAR = datetime(2027, 1, 4, 9, tzinfo=CHINA)
SOURCES = ("3", "4")


def of_account(ledger: Ledger, account: str, begins: str = "") -> int:
    return sum(amount for (code, of), amount in balances(ledger).items() if code == account and of.startswith(begins))


def assert_books_balance(ledger: Ledger) -> None:
    """The laws of the ledger, over every fact so far."""
    for record in ledger.records:
        entry = postings(record.fact, record.envelope.subject)
        sides = {side: sum(one.amount_fen for one in entry if one.side == side) for side in ("debit", "credit")}
        assert sides["debit"] == sides["credit"], record.fact
        assert all(one.amount_fen > 0 and one.account in ACCOUNTS for one in entry)
    assert sum(balances(ledger).values()) == 0
    for key, fund in rows(ledger, FUNDS).items():
        assert of_account(ledger, AVAILABLE, f"{key}/") == fund.left_fen == fund_state_left(ledger, key)
        assert of_account(ledger, COMMITTED, f"{key}/") == fund.committed_fen - fund.paid_fen
        assert of_account(ledger, SPENT, f"{key}/") == fund.paid_fen - fund.credited_fen
        assert fund.budget_fen + fund.credited_fen == fund.committed_fen + fund.left_fen, (
            "money in is money out and left"
        )
    for key, document in rows(ledger, FUND_DOCUMENTS).items():
        assert of_account(ledger, AVAILABLE, key) == document.left_fen >= 0
        assert 0 <= document.paid_fen <= document.committed_fen
    controls = (AVAILABLE, COMMITTED, SPENT, IN_TRANSIT)
    assert -of_account(ledger, QUOTA) == sum(of_account(ledger, one) for one in controls)
    moves = rows(ledger, FUND_MOVES).values()
    under_way = sum(one.sent_fen - one.received_fen - one.returned_fen for one in moves)
    assert of_account(ledger, IN_TRANSIT) == under_way == 0, "every reaction has been told: nothing is on its way"
    folded = {key: row.credit_fen - row.debit_fen for key, row in rows(ledger, BALANCES).items()}
    assert {key: fen for key, fen in folded.items() if fen} == {
        f"{code}/{of}": amount for (code, of), amount in balances(ledger).items()
    }


def fund_state_left(ledger: Ledger, key: str) -> int:
    state: Any = ledger.states[f"fund:{key}"]
    return int(state.left_fen)


def test_every_account_that_is_posted_has_its_names_in_the_chart() -> None:
    pack = json.loads((RULES_FOLDER / "payroll.accounts.json").read_text(encoding="utf-8"))
    chart = convert(pack["content"], Accounts).accounts
    assert pack["sample"]
    assert set(chart) == set(ACCOUNTS)
    assert all(one.zh and one.en for one in chart.values())


def month() -> Ledger:
    officers = (take_over("O001"), take_over("O002", position="lead"), take_over("O003", town="T02"))
    return approved(staffed(officers, (budget("1", "5,000.00"), budget("3", "1,000,000.00"))))


def test_an_approved_run_is_owed_and_a_paid_one_leaves_insurance_and_tax_to_be_remitted() -> None:
    ledger = month()
    approved_run: Any = next(record.fact for record in ledger.records if type(record.fact).__name__ == "RunApproved")
    assert of_account(ledger, NET_PAYABLE) == approved_run.net_fen > 0
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    ledger.tell(bank_return(ledger), CHECKER)
    assert of_account(ledger, NET_PAYABLE) == 0
    owed = approved_run.employer_insurance_fen + approved_run.personal_insurance_fen + approved_run.tax_fen
    assert -of_account(ledger, CLEARING) == owed
    assert of_account(ledger, TAX_PAYABLE) == approved_run.tax_fen
    assert_books_balance(ledger)


def test_payslip_bank_and_ledger_agree_to_the_fen_for_every_officer() -> None:
    ledger = month()
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    ledger.tell(bank_return(ledger), CHECKER)
    slips = rows(ledger, SLIP_MONEY)
    paid: Counter[str] = Counter()
    for record in ledger.records:
        if type(record.fact).__name__ == "PaymentSettled":
            fact: Any = record.fact
            paid[fact.officer] += sum(
                one.amount_fen for one in postings(fact, record.envelope.subject) if one.account == NET_PAYABLE
            )
    assert paid == {row.officer: row.net_fen for row in slips.values()}
    assert all(row.status == "settled" and row.bank_reference for row in slips.values())


@pytest.mark.parametrize("settled", [False, True])
def test_a_slip_taken_back_frees_or_credits_its_documents_and_the_officer_owes_what_was_paid(settled: bool) -> None:
    ledger = month()
    before = {key: row.left_fen for key, row in rows(ledger, FUND_DOCUMENTS).items()}
    if settled:
        ledger.tell(IssueBankFile(month=MARCH), CHECKER)
        ledger.tell(bank_return(ledger), CHECKER)
    ledger.tell(
        RequestSlipReversal(month=MARCH, officer="O002", reason="重复计发", document="示例更正〔2026〕1号"), CHECKER
    )
    (taken_back,) = ledger.tell(ConfirmSlipReversal(month=MARCH, officer="O002"), APPROVER)
    after = {key: row.left_fen for key, row in rows(ledger, FUND_DOCUMENTS).items()}
    cost: Counter[str] = Counter()
    for one in taken_back.by_document:  # type: ignore[attr-defined]
        cost[f"2026-{one.source}/{one.document}"] += one.amount_fen
    assert {key: after[key] - before[key] for key in after if after[key] != before[key]} == cost
    assert not ledger.refusals
    if settled:
        assert -of_account(ledger, NET_PAYABLE) == taken_back.net_fen  # type: ignore[attr-defined]
        back = RecordRecovery(
            month=MARCH, officer="O002", amount_fen=taken_back.net_fen, reference="示例回单 9",  # type: ignore[attr-defined]
            received_on=PAYDAY.date(),
        )  # fmt: skip
        ledger.tell(back, CHECKER)
        assert of_account(ledger, NET_PAYABLE) == 0
    assert rows(ledger, SLIP_MONEY)["2026-03/O002"].status == "reversed"
    assert_books_balance(ledger)


def test_a_contractor_and_a_town_are_booked_apart_and_both_come_to_nothing_when_paid() -> None:
    ledger = contracted(Ledger())
    ledger.tell(budget("4", "1,000.00", document="示例购买服务1号", purposes=("purchased_services",)))
    ledger.tell(BudgetTownFund(year=2026, town="T01", amount_fen=yuan("500.00"), document="示例镇预〔2026〕1号"), TOWN)
    hear(ledger, "contractor:K001", accepted("GD-1", "100.00"))
    hear(ledger, "contractor:K001", accepted("GD-2", "70.00", "T01", "HT-9"))
    ledger.tell(invoice("FP-1", "100.00", "GD-1"), CLERK)
    ledger.tell(invoice("FP-2", "70.00", "GD-2", contract_no="HT-9"), CLERK)
    fields: dict[str, Any] = {"contractor": "K001", "year": 2026}
    ledger.tell(ApproveInvoice(invoice_no="FP-1", source="4", document="示例购买服务1号", **fields), LEADER)
    ledger.tell(ApproveInvoice(invoice_no="FP-2", purchase_no="GM-1", **fields), LEADER)
    for number in ("FP-1", "FP-2"):
        pay = PayInvoice(contractor="K001", invoice_no=number, bank_reference="示例回单 1", paid_on=PAYDAY.date())
        ledger.tell(pay, CLERK)
    assert len(ledger.facts(InvoicePaid)) == 2
    assert len(ledger.facts(TownFundPaid)) == 1
    assert of_account(ledger, CLEARING) == of_account(ledger, TOWN_CLEARING) == 0
    assert of_account(ledger, TOWN_SPENT) == yuan("70.00")
    assert of_account(ledger, SPENT) == yuan("100.00")
    assert_books_balance(ledger)
    town = rows(ledger, SPENDING_BY_TOWN)["2026/T01"]
    assert (town.paid_fen, town.own_paid_fen, town.own_committed_fen) == (Fen(0), yuan("70.00"), yuan("70.00"))
    assert rows(ledger, SPENDING_BY_TOWN)["2026/T02"].paid_fen == yuan("100.00")


# ---- reports


def test_town_month_and_purpose_add_up_to_what_the_sources_committed_and_paid() -> None:
    ledger = month()
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    ledger.tell(bank_return(ledger, O002="returned"), CHECKER)
    funds = rows(ledger, FUNDS).values()
    committed, paid = sum(one.committed_fen for one in funds), sum(one.paid_fen for one in funds)
    assert 0 < paid < committed
    for model in (SPENDING, SPENDING_BY_TOWN, SPENDING_BY_MONTH, SPENDING_BY_PURPOSE):
        found = rows(ledger, model).values()
        assert sum(one.committed_fen for one in found) == committed, model.name
        assert sum(one.paid_fen for one in found) == paid, model.name
    assert set(rows(ledger, SPENDING_BY_PURPOSE)) == {"2026/officer_pay", "2026/officer_insurance"}
    assert set(rows(ledger, SPENDING_BY_TOWN)) == {"2026/T01", "2026/T02"}


def test_a_document_leads_to_its_slips_and_every_slip_back_to_its_documents() -> None:
    ledger = month()
    by_document: Counter[str] = Counter()
    for slip in rows(ledger, SLIP_MONEY).values():
        for line in slip.lines:
            by_document[f"2026-{line.source}/{line.document}"] += line.amount_fen
            assert line.purpose in ("officer_pay", "officer_insurance")
    assert by_document == {key: row.committed_fen for key, row in rows(ledger, FUND_DOCUMENTS).items()}


@given(st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_sums_by_town_month_and_purpose_are_the_same_in_whatever_order_facts_are_folded(shuffled: Any) -> None:
    ledger = month()
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    ledger.tell(bank_return(ledger), CHECKER)
    other = Ledger(records=list(ledger.records))
    shuffled.shuffle(other.records)
    for model in (SPENDING, SPENDING_BY_TOWN, SPENDING_BY_MONTH, SPENDING_BY_PURPOSE, BALANCES, FUND_MOVES):
        assert rows(other, model) == rows(ledger, model), model.name


# ---- whatever is asked


def part(source: str, amount_fen: int) -> tuple[Charge, ...]:
    return (Charge(source=source, document=f"示例{source}号", amount_fen=Fen(amount_fen)),) if amount_fen else ()


AMOUNTS = st.integers(-60, 400)
SOURCE = st.sampled_from(SOURCES)
MONTHS = st.sampled_from([Month(2026, number) for number in (3, 4)])


def of_run(kind: type[Command], **more: Any) -> st.SearchStrategy[Command]:
    def make(source: str, run: Month, taken: int, given_back: int) -> Command:
        by_document = (*part(source, abs(taken)), *part(source, -abs(given_back)))
        fields: dict[str, Any] = {"year": 2026, "source": source, "run": run, "by_document": by_document, **more}
        if kind in (CommitFund, PayFund):
            fields["amount_fen"] = Fen(sum(one.amount_fen for one in by_document))
        return kind(**fields)

    return st.builds(make, SOURCE, MONTHS, AMOUNTS, st.sampled_from([0, 0, 0, 20]))


COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        ChangeBudget,
        year=st.just(2026),
        source=SOURCE,
        document=SOURCE.map(lambda one: f"示例{one}号"),
        change_fen=AMOUNTS,
        change_document=st.just("示例调"),
    ),
    of_run(CommitFund),
    of_run(PayFund),
    of_run(ReleaseFund, reason="示例"),
    of_run(CreditFund, reason="示例"),
    st.builds(
        lambda source, amount, number: TransferFund(
            year=2026,
            source=source,
            to_source=next(one for one in SOURCES if one != source),
            move_no=f"TJ-{number}",
            decision_document="示例调剂",
            documents=(MovedPart(document=f"示例{source}号", amount_fen=max(1, amount)),),
        ),
        SOURCE,
        AMOUNTS,
        st.integers(0, 5),
    ),
    st.builds(
        CarryOverFund,
        year=st.just(2026),
        source=SOURCE,
        move_no=st.sampled_from(["JZ-1", "JZ-2"]),
        decision_document=st.just("示例结转"),
    ),
)


@given(st.lists(COMMANDS, max_size=25))
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_in_whatever_order_the_books_balance_and_no_fen_is_lost(commands: list[Command]) -> None:
    ledger = Ledger()
    for source in SOURCES:
        ledger.tell(budget(source, "6.00"))
    for command in commands:
        try:
            ledger.tell(command, now=NEW_YEAR)
        except CommandRejected:
            continue
    assert_books_balance(ledger)
    out = sum(one.amount_fen for one in ledger.facts(FundMovedOut))
    arrived = [*ledger.facts(FundMovedIn), *ledger.facts(FundMoveReturned)]
    assert out == sum(one.amount_fen for one in arrived)


def test_the_journal_has_an_entry_for_each_money_fact_with_its_day() -> None:
    ledger = month()
    entries = rows(ledger, LEDGER)
    assert {row.fact for row in entries.values()} == {"FundBudgeted", "RunApproved", "FundCommitted"}
    assert all(row.postings and row.day == PAYDAY.date() for row in entries.values())
