"""Proves that a contractor is paid what was accepted, once, after another person's approval; a town pays by approval and itself."""

import dataclasses
from datetime import date
from typing import Any

import msgspec
import pytest

from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen
from services.contracts.payroll import (
    FundCommitmentDeclined,
    InvoiceFunded,
    InvoicePaid,
    InvoiceUnfunded,
    TownFundDeclined,
    TownFundPaid,
    TownPaymentDeclined,
    TownPaymentOrdered,
)
from services.payroll.domain.payee import ApproveInvoice, PayInvoice, WithdrawInvoice
from services.payroll.domain.payee import decide as decide_payee
from services.payroll.domain.town_fund import BudgetReserveFund, BudgetTownFund, PayTownFund
from services.payroll.domain.town_purchase import OrderTownPayment
from services.payroll.projections import (
    CONTRACTOR_PAYABLES,
    FUNDS,
    INVOICES,
    POSTS_BY_TOWN,
    RESERVE_FUNDS,
    SPENDING_BY_TOWN,
    TOWN_FUNDS,
    TOWN_PAYMENTS,
    TOWN_PURCHASES,
)
from tests.unit.payroll_money import (
    APPROVAL,
    CLERK,
    LEADER,
    TOWN,
    accepted,
    balances,
    contract,
    contracted,
    decision,
    hear,
    invoice,
    request,
    rows,
)
from tests.unit.test_payroll_cases import Ledger, budget, context, yuan

SERVICES_MONEY = {"document": "示例购买服务1号", "purposes": ("purchased_services",)}
PAID_ON = date(2026, 3, 16)


def owed(*orders: tuple[str, str], payer_town: str = "", contract_no: str = "HT-1") -> Ledger:
    """A ledger with money for services, and accepted orders of contractor K001."""
    ledger = Ledger()
    ledger.tell(budget("4", "1,000.00", **SERVICES_MONEY))
    ledger.tell(budget("3", "1,000.00"))
    for number, payable in orders:
        hear(ledger, "contractor:K001", accepted(number, payable, payer_town, contract_no))
    return ledger


def approve(number: str = "FP-1", **changes: Any) -> ApproveInvoice:
    fields: dict[str, Any] = {
        "contractor": "K001",
        "invoice_no": number,
        "year": 2026,
        "source": "4",
        "document": "示例购买服务1号",
    }
    return ApproveInvoice(**(fields | changes))


def payment(number: str = "FP-1") -> PayInvoice:
    return PayInvoice(contractor="K001", invoice_no=number, bank_reference="示例回单 0001", paid_on=PAID_ON)


def test_from_acceptance_to_payment_an_invoice_takes_its_money_once() -> None:
    ledger = owed(("GD-1", "100.00"), ("GD-2", "50.55"))
    ledger.tell(invoice("FP-1", "150.55", "GD-1", "GD-2"), CLERK)
    ledger.tell(approve(), LEADER)
    assert len(ledger.facts(InvoiceFunded)) == 1
    assert rows(ledger, INVOICES)["K001/FP-1"].status == "funded"
    ledger.tell(payment(), CLERK)
    row = rows(ledger, INVOICES)["K001/FP-1"]
    assert (row.status, row.bank_reference, row.source) == ("paid", "示例回单 0001", "4")
    sums = rows(ledger, CONTRACTOR_PAYABLES)["K001"]
    assert sums.payable_fen == sums.invoiced_fen == sums.paid_fen == yuan("150.55")
    assert ledger.refuses("invoice-paid", payment())
    assert not ledger.refusals


@pytest.mark.parametrize(
    ("code", "number", "amount", "orders"),
    [
        ("invoice-amount-wrong", "FP-2", "50.56", ("GD-2",)),
        ("invoice-amount-wrong", "FP-2", "50.54", ("GD-2",)),
        ("order-not-payable", "FP-2", "100.00", ("GD-1",)),
        ("order-not-payable", "FP-2", "10.00", ("GD-9",)),
        ("order-twice", "FP-2", "101.10", ("GD-2", "GD-2")),
        ("invoice-known", "FP-1", "50.55", ("GD-2",)),
        ("order-of-another-contract", "FP-2", "60.55", ("GD-2", "GD-3")),
    ],
)
def test_an_invoice_is_exactly_what_was_accepted_and_no_order_is_on_two(
    code: str, number: str, amount: str, orders: tuple[str, ...]
) -> None:
    ledger = owed(("GD-1", "100.00"), ("GD-2", "50.55"))
    hear(ledger, "contractor:K001", accepted("GD-3", "10.00", contract_no="HT-2"))
    ledger.tell(invoice("FP-1", "100.00", "GD-1"), CLERK)
    assert ledger.refuses(code, invoice(number, amount, *orders), CLERK)


def test_whoever_recorded_an_invoice_may_not_approve_it_and_nothing_is_paid_before() -> None:
    ledger = owed(("GD-1", "100.00"))
    ledger.tell(invoice("FP-1", "100.00", "GD-1"), CLERK)
    assert ledger.refuses("recorder-is-approver", approve(), CLERK)
    assert ledger.refuses("recorder-is-approver", approve(), f"district-{CLERK}"), "in another role"
    assert ledger.refuses("invoice-not-funded", payment(), CLERK)
    assert ledger.refuses("invoice-money-missing", approve(document=""), LEADER)
    assert ledger.refuses("invoice-unknown", approve("FP-9"), LEADER)
    ledger.tell(approve(), LEADER)
    assert ledger.refuses("invoice-approved", approve(), LEADER)


@pytest.mark.parametrize(
    ("code", "money"),
    [
        ("document-over-committed", {}),
        ("purpose-not-allowed", {"source": "3", "document": "示例3号"}),
        ("document-unknown", {"document": "没有这个文件"}),
        ("fund-over-committed", {"source": "1", "document": "示例1号"}),
    ],
)
def test_money_that_does_not_suffice_or_may_not_pay_services_sends_the_invoice_back_to_be_approved(
    code: str, money: dict[str, Any]
) -> None:
    ledger = owed(("GD-1", "1,000.01"))
    ledger.tell(budget("4", "5,000.00", document="示例购买服务2号", purposes=("purchased_services",)))
    ledger.tell(budget("3", "9,000.00", document="示例购买服务3号", purposes=("purchased_services",)))
    ledger.tell(invoice("FP-1", "1,000.01", "GD-1"), CLERK)
    ledger.tell(approve(**money), LEADER)
    (declined,), (unfunded,) = ledger.facts(FundCommitmentDeclined), ledger.facts(InvoiceUnfunded)
    assert (declined.code, unfunded.code) == (code, code)
    if code == "document-over-committed":
        assert declined.short_fen == yuan("0.01")
    ledger.tell(approve(document="示例购买服务2号"), LEADER)
    ledger.tell(payment(), CLERK)
    assert len(ledger.facts(InvoicePaid)) == 1


# ---- a town's own purchase


def test_a_town_asks_the_bureau_approves_and_the_town_pays_with_its_own_money_alone() -> None:
    ledger = contracted(owed())
    ledger.tell(BudgetTownFund(year=2026, town="T01", amount_fen=yuan("500.00"), document="示例镇预〔2026〕1号"), TOWN)
    order = OrderTownPayment(purchase_no="GM-1", town="T01", year=2026, payment_no="FK-1", amount_fen=yuan("120.00"))
    ledger.tell(order, TOWN)
    pay = PayTownFund(
        year=2026, town="T01", purchase_no="GM-1", payment_no="FK-1", bank_reference="示例回单 7", paid_on=PAID_ON
    )
    ledger.tell(pay, TOWN)
    fund = rows(ledger, TOWN_FUNDS)["2026-T01"]
    assert (fund.budget_fen, fund.paid_fen, fund.left_fen) == (yuan("500.00"), yuan("120.00"), yuan("380.00"))
    assert rows(ledger, TOWN_PAYMENTS)["GM-1/FK-1"].bank_reference == "示例回单 7"
    row = rows(ledger, TOWN_PURCHASES)["GM-1"]
    assert (row.status, row.approval, row.guidance, row.people) == ("contracted", APPROVAL, "按服务标准验收", 2)
    assert not rows(ledger, POSTS_BY_TOWN), "its people are none of the district's posts"
    assert not [one for one in ledger.facts(InvoicePaid) if one.source]
    assert ledger.refuses("town-payment-not-approved", pay, TOWN), "paid once"


@pytest.mark.parametrize("decided", [None, decision(approved=False, amount_fen=0, approval="")])
def test_without_the_bureaus_approval_nothing_is_contracted_ordered_or_paid(decided: Any) -> None:
    ledger = Ledger()
    ledger.tell(BudgetTownFund(year=2026, town="T01", amount_fen=yuan("500.00"), document="示例镇预〔2026〕1号"), TOWN)
    ledger.tell(request(), TOWN)
    if decided is not None:
        ledger.tell(decided, LEADER)
    order = OrderTownPayment(purchase_no="GM-1", town="T01", year=2026, payment_no="FK-1", amount_fen=1)
    pay = PayTownFund(year=2026, town="T01", purchase_no="GM-1", payment_no="FK-1", bank_reference="x", paid_on=PAID_ON)
    for command in (contract(), order, pay):
        assert ledger.refuses("town-payment-not-approved", command, TOWN)


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("purchase-known", request()),
        ("purchase-decided", decision()),
        ("purchase-contracted", contract()),
        ("payment-over-contract", OrderTownPayment(purchase_no="GM-1", town="T01", year=2026, payment_no="F", amount_fen=yuan("300.01"))),
        ("wrong-town", OrderTownPayment(purchase_no="GM-1", town="T02", year=2026, payment_no="F", amount_fen=1)),
    ],
)  # fmt: skip
def test_each_step_is_taken_once_and_within_the_contract(code: str, command: Any) -> None:
    assert contracted(Ledger()).refuses(code, command, LEADER)


@pytest.mark.parametrize(
    ("code", "command", "actor"),
    [
        ("requester-is-approver", decision(), TOWN),
        ("requester-is-approver", decision(), "bureau-leader:T01"),
        ("approval-amount-wrong", decision(amount_fen=yuan("500.01")), LEADER),
        ("text-missing", decision(approval=" "), LEADER),
        ("text-missing", decision(guidance=""), LEADER),
    ],
)
def test_the_bureau_decides_with_paper_and_guidance_and_not_beyond_what_was_asked(
    code: str, command: Any, actor: str
) -> None:
    ledger = Ledger()
    ledger.tell(request(), TOWN)
    assert ledger.refuses(code, command, actor)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("approval-differs", {"approval": "别的批文"}),
        ("contract-over-approval", {"amount_fen": yuan("400.01")}),
        ("wrong-town", {"town": "T02"}),
        ("time-in-future", {"signed_on": date(2026, 3, 17)}),
    ],
)
def test_a_town_contracts_under_its_approval(code: str, changes: dict[str, Any]) -> None:
    ledger = Ledger()
    ledger.tell(request(), TOWN)
    ledger.tell(decision(), LEADER)
    assert ledger.refuses(code, contract(**changes), TOWN)


def towns_invoice(amount: str = "100.00") -> Ledger:
    ledger = owed(("GD-1", amount), payer_town="T01", contract_no="HT-9")
    ledger.tell(BudgetTownFund(year=2026, town="T01", amount_fen=yuan("250.00"), document="示例镇预〔2026〕1号"), TOWN)
    ledger.tell(invoice("FP-1", amount, "GD-1", contract_no="HT-9"), CLERK)
    return ledger


TOWNS = {"source": "", "document": "", "purchase_no": "GM-1"}


def test_a_towns_invoice_is_paid_from_its_own_ledger_and_never_from_the_four_sources() -> None:
    ledger = contracted(towns_invoice())
    assert ledger.refuses("town-purchase-from-sources", approve(), LEADER)
    assert ledger.refuses("town-payment-not-approved", approve(source="", document=""), LEADER)
    ledger.tell(approve(**TOWNS), LEADER)
    assert ledger.refuses(
        "paid-by-invoice",
        PayTownFund(year=2026, town="T01", purchase_no="GM-1", payment_no="FP-1", bank_reference="x", paid_on=PAID_ON),
        TOWN,
    )
    ledger.tell(payment(), CLERK)
    (paid,) = ledger.facts(TownFundPaid)
    assert (paid.invoice, paid.amount_fen, paid.bank_reference) == ("FP-1", yuan("100.00"), "示例回单 0001")
    assert not ledger.refusals


def test_a_towns_invoice_without_approved_purchase_is_sent_back() -> None:
    ledger = towns_invoice()
    ledger.tell(request(), TOWN)
    ledger.tell(approve(**TOWNS), LEADER)
    (declined,) = ledger.facts(TownPaymentDeclined)
    assert declined.code == "town-payment-not-approved"
    assert rows(ledger, INVOICES)["K001/FP-1"].status == "unfunded"
    assert ledger.refuses("invoice-not-funded", payment(), CLERK)


def test_a_town_whose_money_falls_short_says_by_how_much_and_the_contract_is_free_again() -> None:
    ledger = contracted(towns_invoice("260.00"))
    ledger.tell(approve(**TOWNS), LEADER)
    (short,) = ledger.facts(TownFundDeclined)
    assert (short.left_fen, short.short_fen) == (yuan("250.00"), yuan("10.00"))
    assert rows(ledger, INVOICES)["K001/FP-1"].code == "town-fund-short"
    assert rows(ledger, TOWN_PURCHASES)["GM-1"].ordered_fen == Fen(0)
    ledger.tell(BudgetTownFund(year=2026, town="T01", amount_fen=yuan("10.00"), document="示例镇预〔2026〕2号"), TOWN)
    ledger.tell(approve(**TOWNS), LEADER)
    ledger.tell(payment(), CLERK)
    assert len(ledger.facts(TownPaymentOrdered)) == 2
    assert rows(ledger, TOWN_FUNDS)["2026-T01"].left_fen == Fen(0)


def test_a_town_touches_no_other_towns_invoice() -> None:
    state = towns_invoice().states["payee:K001"]
    other = dataclasses.replace(context(actor="town-leader:T02"), town="T02")
    with pytest.raises(CommandRejected) as no:
        decide_payee(state, approve(**TOWNS), other)  # type: ignore[arg-type]
    assert no.value.code == "wrong-town"


def test_an_order_worth_nothing_makes_nothing_payable() -> None:
    ledger = owed(("GD-1", "0.00"))
    assert ledger.refuses("order-not-payable", invoice("FP-1", "0.01", "GD-1"), CLERK)


def withdraw(number: str = "FP-1") -> WithdrawInvoice:
    return WithdrawInvoice(contractor="K001", invoice_no=number, reason="示例：发票抬头有误")


@pytest.mark.parametrize("funded", [False, True])
def test_an_invoice_is_withdrawn_before_payment_its_money_is_free_and_its_orders_are_invoiced_anew(
    funded: bool,
) -> None:
    ledger = owed(("GD-1", "100.00"))
    ledger.tell(invoice("FP-1", "100.00", "GD-1"), CLERK)
    if funded:
        ledger.tell(approve(), LEADER)
    ledger.tell(withdraw(), CLERK)
    assert rows(ledger, INVOICES)["K001/FP-1"].status == "withdrawn"
    assert rows(ledger, FUNDS)["2026-4"].left_fen == yuan("1,000.00")
    assert rows(ledger, CONTRACTOR_PAYABLES)["K001"].invoiced_fen == Fen(0)
    assert all(row.committed_fen == 0 for row in rows(ledger, SPENDING_BY_TOWN).values())
    assert ledger.refuses("invoice-known", invoice("FP-1", "100.00", "GD-1"), CLERK), "a number is used once"
    assert ledger.refuses("invoice-withdrawn", approve(), LEADER)
    ledger.tell(invoice("FP-2", "100.00", "GD-1"), CLERK)
    ledger.tell(approve("FP-2"), LEADER)
    ledger.tell(payment("FP-2"), CLERK)
    assert ledger.refuses("invoice-paid", withdraw("FP-2"), CLERK)
    assert not ledger.refusals


def test_a_towns_withdrawn_invoice_frees_its_money_and_its_contract() -> None:
    ledger = contracted(towns_invoice())
    ledger.tell(approve(**TOWNS), LEADER)
    ledger.tell(withdraw(), CLERK)
    assert rows(ledger, TOWN_FUNDS)["2026-T01"].left_fen == yuan("250.00")
    assert rows(ledger, TOWN_PURCHASES)["GM-1"].ordered_fen == Fen(0)
    assert rows(ledger, TOWN_PAYMENTS)["GM-1/FP-1"].status == "released"
    assert rows(ledger, SPENDING_BY_TOWN)["2026/T01"].own_committed_fen == Fen(0)
    assert sum(balances(ledger).values()) == 0
    assert not ledger.refusals


def test_the_bureau_states_a_towns_reserve_fund_of_a_year_and_the_last_said_counts() -> None:
    ledger = Ledger()
    first = BudgetReserveFund(
        year=2026, town="T01", amount_fen=yuan("20000.00"), from_on=date(2026, 1, 1), document="示例民财〔2026〕3号"
    )
    ledger.tell(first)
    assert ledger.refuses("other-year", msgspec.structs.replace(first, from_on=date(2025, 12, 31)))
    assert ledger.refuses("text-missing", msgspec.structs.replace(first, document=" "))
    ledger.tell(msgspec.structs.replace(first, amount_fen=yuan("30000.00"), from_on=date(2026, 7, 1)))
    (row,) = rows(ledger, RESERVE_FUNDS).values()
    assert (row.amount_fen, row.from_on) == (yuan("30000.00"), date(2026, 7, 1))
    assert not rows(ledger, TOWN_FUNDS), "a limit, and none of the town's own money"
