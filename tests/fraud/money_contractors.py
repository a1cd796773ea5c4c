"""Irregularities with contractors and towns' own purchases: unwon, split, undelivered, billed twice, unapproved, out of the wrong purse."""

import random
from datetime import date, timedelta
from typing import Any

from services.contracts.casework import (
    ContractSigned,
    ProcurementRecorded,
    WorkOrderAccepted,
    WorkOrderCancelled,
    WorkOrderDelivered,
    WorkOrderIssued,
    WorkOrderSentBack,
)
from services.contracts.money import Fen
from services.contracts.payroll import (
    InvoiceApproved,
    InvoicedOrder,
    InvoiceFunded,
    InvoicePaid,
    InvoiceRecorded,
    InvoiceUnfunded,
    InvoiceWithdrawn,
    TownFundBudgeted,
    TownFundCommitted,
    TownFundPaid,
    TownFundReleased,
    TownPaymentDeclined,
    TownPaymentOrdered,
    TownPurchaseContracted,
    TownPurchaseDecided,
    TownPurchaseRequested,
)
from tests.contract.golden import made
from tests.fraud.corpus import Corpus
from tests.fraud.forging import at, pair, replace, said

BEGUN = date(2025, 6, 2)


def award(fen: int = 1_000_000, **changes: Any) -> ProcurementRecorded:
    ordinary: dict[str, Any] = {
        "procurement_no": "CG-1",
        "town": "",
        "amount_fen": Fen(fen),
        "result": "awarded",
        "approval": "",
    }
    return made(ProcurementRecorded, **(ordinary | changes))


def contract(fen: int = 1_000_000, **changes: Any) -> ContractSigned:
    ordinary: dict[str, Any] = {
        "contract_no": "HT-1", "procurement_no": "CG-1", "town": "", "services": ("care",), "from_on": BEGUN,
        "until_on": BEGUN + timedelta(days=300), "amount_fen": Fen(fen),
    }  # fmt: skip
    return made(ContractSigned, **(ordinary | changes))


def issued(number: str = "GD-1", fen: int = 100_000, **changes: Any) -> WorkOrderIssued:
    ordinary: dict[str, Any] = {
        "contract_no": "HT-1", "order_no": number, "town": "T01", "service": "care", "quantity": 4,
        "amount_fen": Fen(fen), "issued_on": BEGUN, "due_on": BEGUN + timedelta(days=20),
    }  # fmt: skip
    return made(WorkOrderIssued, **(ordinary | changes))


def delivered(number: str = "GD-1", **changes: Any) -> WorkOrderDelivered:
    ordinary: dict[str, Any] = {
        "contract_no": "HT-1", "order_no": number, "town": "T01", "quantity": 4, "staff_no": "S01",
        "delivered_on": BEGUN + timedelta(days=5), "delivered_by": "contractor:K-L1",
    }  # fmt: skip
    return made(WorkOrderDelivered, **(ordinary | changes))


def accepted(number: str = "GD-1", fen: int = 100_000, **changes: Any) -> WorkOrderAccepted:
    ordinary: dict[str, Any] = {
        "contract_no": "HT-1", "order_no": number, "town": "T01", "payer_town": "", "quantity": 4,
        "payable_fen": Fen(fen), "set_free_fen": Fen(fen), "accepted_on": BEGUN + timedelta(days=6),
        "accepted_by": "officer:O001",
    }  # fmt: skip
    return made(WorkOrderAccepted, **(ordinary | changes))


def contractor(corpus: Corpus, *facts: Any) -> str:
    """A contractor of its own with these facts; the subject."""
    number = f"K{1000 + corpus.number()}"
    said(corpus, f"contractor:{number}", at(BEGUN), *(replace(one, contractor=number) for one in facts))
    return f"contractor:{number}"


@pair("contract_without_award")
def unwon(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """No procurement, one that was lost, or above the award. Innocent: two contracts that come to the award."""
    over = rng.randint(1, 90_000)
    guilty = rng.choice(
        (
            (contract(),),
            (award(result="lost"), contract()),
            (award(), contract(1_000_000 + over)),
            (award(), contract(), contract(over, contract_no="HT-2")),
        )
    )
    halves = (contract(600_000), contract(400_000, contract_no="HT-2"))
    return contractor(corpus, *guilty), contractor(corpus, award(), *halves)


@pair("order_outside_contract")
def outside(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Before or after the term, another service, above the amount, on no contract. Innocent: to the last day and fen; after a cancelled one."""
    begun = (award(), contract())
    fault = rng.choice(
        (
            issued(issued_on=BEGUN - timedelta(days=rng.randint(1, 30))),
            issued(due_on=BEGUN + timedelta(days=300 + rng.randint(1, 30))),
            issued(service="psychology"),
            issued(fen=1_000_000 + rng.randint(1, 9000)),
            issued(contract_no="HT-9"),
        )
    )
    cancelled = made(WorkOrderCancelled, contract_no="HT-1", order_no="GD-1", set_free_fen=Fen(1_000_000))
    whole = issued(fen=1_000_000, due_on=BEGUN + timedelta(days=300))
    return (
        contractor(corpus, *begun, fault),
        contractor(corpus, *begun, whole),
        contractor(corpus, *begun, whole, cancelled, issued("GD-2", 1_000_000)),
    )


@pair("orders_split")
def split(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Three just under 5,000 yuan within ten days. Innocent: two; three weeks apart; for different towns; clearly below."""
    begun = (award(9_000_000), contract(9_000_000))

    def orders(count: int, fen: int, gap_days: int, *towns: str) -> list[WorkOrderIssued]:
        return [
            issued(
                f"GD-{n}", fen, issued_on=BEGUN + timedelta(days=n * gap_days), due_on=BEGUN + timedelta(days=200),
                town=(towns or ("T01",))[n % max(1, len(towns))],
            )
            for n in range(count)
        ]  # fmt: skip

    near = rng.randint(450_000, 499_999)
    return (
        contractor(corpus, *begun, *orders(3, near, rng.randint(0, 5))),
        contractor(corpus, *begun, *orders(2, near, 1)),
        contractor(corpus, *begun, *orders(3, near, 20)),
        contractor(corpus, *begun, *orders(3, near, 1, "T01", "T13", "T15")),
        contractor(corpus, *begun, *orders(3, rng.randint(1000, 449_999), 1)),
    )


@pair("accepted_undelivered")
def undelivered(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Accepted without delivery, after it was sent back, before the day of delivery, or more than came. Innocent: on that day; delivered again."""
    begun = (award(), contract(), issued())
    back = made(WorkOrderSentBack, contract_no="HT-1", order_no="GD-1")
    days = rng.randint(0, 4)
    guilty = rng.choice(
        (
            (accepted(),),
            (delivered(), back, accepted()),
            (delivered(), accepted(accepted_on=BEGUN + timedelta(days=days))),
            (delivered(quantity=rng.randint(1, 3)), accepted()),
        )
    )
    same_day = (delivered(), accepted(accepted_on=BEGUN + timedelta(days=5)))
    again = (delivered(), back, delivered(delivered_on=BEGUN + timedelta(days=6)), accepted())
    return (
        contractor(corpus, *begun, *guilty),
        contractor(corpus, *begun, *same_day),
        contractor(corpus, *begun, *again),
    )


@pair("accepted_by_deliverer")
def own_acceptance(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Accepted by the contractor, by who said it was delivered, or by who did the work. Innocent: by an officer."""
    begun = (award(), contract(), issued(), delivered())
    by = rng.choice(("contractor:K-L1", "contractor:K-L2", "officer:S01"))
    return contractor(corpus, *begun, accepted(accepted_by=by)), contractor(corpus, *begun, accepted())


# ── invoices


def payee(corpus: Corpus, number: str, *facts: Any) -> str:
    said(corpus, f"payee:{number}", at(BEGUN + timedelta(days=30)), *(replace(one, contractor=number) for one in facts))
    return f"payee:{number}"


def with_orders(corpus: Corpus, *orders: int, contract_fen: int = 1_000_000) -> str:
    """A contractor with so many accepted orders of these sums; its number."""
    steps = [
        step(f"GD-{n}", *amounts)
        for n, fen in enumerate(orders, 1)
        for step, amounts in ((issued, (fen,)), (delivered, ()), (accepted, (fen,)))
    ]
    return contractor(corpus, award(contract_fen), contract(contract_fen), *steps).partition(":")[2]


def invoice(number: str, *orders: tuple[str, int], **changes: Any) -> InvoiceRecorded:
    ordinary: dict[str, Any] = {
        "invoice_no": number, "contract_no": "HT-1", "payer_town": "",
        "orders": tuple(InvoicedOrder(order_no=one, town="T01", amount_fen=Fen(fen)) for one, fen in orders),
        "amount_fen": Fen(sum(fen for _, fen in orders)), "recorded_by": "finance:F1",
    }  # fmt: skip
    return made(InvoiceRecorded, **(ordinary | changes))


def approval(number: str, fen: int, by: str = "bureau-leader:L1", **changes: Any) -> InvoiceApproved:
    ordinary: dict[str, Any] = {
        "invoice_no": number, "payer_town": "", "amount_fen": Fen(fen), "approved_by": by, "source": "4",
    }  # fmt: skip
    return made(InvoiceApproved, **(ordinary | changes))


def payment(number: str, fen: int, **changes: Any) -> InvoicePaid:
    ordinary: dict[str, Any] = {"invoice_no": number, "payer_town": "", "amount_fen": Fen(fen)}
    return made(InvoicePaid, **(ordinary | changes))


@pair("invoice_without_acceptance")
def unaccepted(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """For an order nobody accepted, for more than was, or for more than its orders. Innocent: exactly what was accepted."""
    fen = rng.randint(1000, 90_000)
    guilty, right = with_orders(corpus, fen, fen), with_orders(corpus, fen, fen)
    wrong = rng.choice(
        (
            invoice("FP-1", ("GD-1", fen), ("GD-9", fen)),
            invoice("FP-1", ("GD-1", fen + rng.randint(1, 900))),
            invoice("FP-1", ("GD-1", fen), amount_fen=Fen(fen + 1)),
        )
    )
    return payee(corpus, guilty, wrong), payee(corpus, right, invoice("FP-1", ("GD-1", fen), ("GD-2", fen)))


@pair("invoice_over_contract")
def over_contract(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Invoices that come to more than the contract, or on none. Innocent: to the fen; the first was withdrawn."""
    fen = rng.randint(10_000, 400_000)

    def billed(contract_fen: int, *facts: Any) -> str:
        return payee(corpus, with_orders(corpus, fen, fen, contract_fen=contract_fen), *facts)

    first, second = invoice("FP-1", ("GD-1", fen)), invoice("FP-2", ("GD-2", fen))
    withdrawn = made(InvoiceWithdrawn, invoice_no="FP-1", orders=first.orders)
    guilty = (
        billed(2 * fen - rng.randint(1, fen - 1), first, second)
        if rng.random() < 0.5
        else billed(2 * fen, replace(first, contract_no="HT-9"))
    )
    return guilty, billed(2 * fen, first, second), billed(fen, first, withdrawn, second)


@pair("order_invoiced_twice")
def billed_twice(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """On a second invoice, or twice on one. Innocent: billed anew after the first was withdrawn."""
    fen = rng.randint(1000, 90_000)
    first = invoice("FP-1", ("GD-1", fen))
    again = replace(first, invoice_no="FP-2")
    guilty = rng.choice(((first, again), (invoice("FP-1", ("GD-1", fen), ("GD-1", fen)),)))
    withdrawn = made(InvoiceWithdrawn, invoice_no="FP-1", orders=first.orders)
    return (
        payee(corpus, with_orders(corpus, fen), *guilty),
        payee(corpus, with_orders(corpus, fen), first, withdrawn, again),
    )


@pair("invoice_self_approved")
def self_approved(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Recorded and approved by one person. Innocent: by two, each of whom does both for others."""
    fen, by = rng.randint(1000, 90_000), f"finance:F{rng.randint(1, 9)}"
    one = invoice("FP-1", ("GD-1", fen), recorded_by=by)
    crosswise = (
        one,
        replace(one, invoice_no="FP-2", recorded_by="finance:F0"),
        approval("FP-1", fen, "finance:F0"),
        approval("FP-2", fen, by),
    )
    return (
        payee(corpus, with_orders(corpus, fen), one, approval("FP-1", fen, by)),
        payee(corpus, with_orders(corpus, fen), *crosswise),
    )


@pair("invoice_paid_unapproved")
def paid_unapproved(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Paid unrecorded, unapproved, unfunded, or with another sum. Innocent: approved anew with other money, funded, paid."""
    fen = rng.randint(1000, 90_000)
    one, yes, funded = invoice("FP-1", ("GD-1", fen)), approval("FP-1", fen), made(InvoiceFunded, invoice_no="FP-1")
    unfunded = made(InvoiceUnfunded, invoice_no="FP-1")
    guilty = rng.choice(
        (
            (payment("FP-1", fen),),
            (one, payment("FP-1", fen)),
            (one, yes, payment("FP-1", fen)),
            (one, yes, unfunded, payment("FP-1", fen)),
            (one, yes, funded, payment("FP-1", fen + rng.randint(1, 900))),
        )
    )
    return (
        payee(corpus, with_orders(corpus, fen), *guilty),
        payee(corpus, with_orders(corpus, fen), one, yes, unfunded, yes, funded, payment("FP-1", fen)),
    )


@pair("town_invoice_from_sources")
def wrong_purse(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A town's invoice approved or paid from a source. Innocent: from its own purchase; the bureau's from a source."""
    fen = rng.randint(1000, 90_000)
    own = {"payer_town": "T01", "source": "", "document": "", "purchase_no": "GM-1"}
    wrong = own | rng.choice(({"source": str(rng.randint(1, 4))}, {"document": "示例文件1号"}))
    guilty = rng.choice((approval("FP-1", fen, **wrong), payment("FP-1", fen, **wrong)))
    one = invoice("FP-1", ("GD-1", fen))
    return (
        payee(corpus, with_orders(corpus, fen), one, guilty),
        payee(corpus, with_orders(corpus, fen), one, approval("FP-1", fen, **own), payment("FP-1", fen, **own)),
        payee(corpus, with_orders(corpus, fen), one, approval("FP-1", fen)),
    )


# ── a town's own purchase


def asked(fen: int, by: str = "town-leader:T01") -> TownPurchaseRequested:
    return made(TownPurchaseRequested, town="T01", amount_fen=Fen(fen), requested_by=by)


def decided(fen: int, by: str = "bureau-leader:L1", *, approved: bool = True) -> TownPurchaseDecided:
    return made(TownPurchaseDecided, town="T01", approved=approved, amount_fen=Fen(fen), decided_by=by)


def signed(fen: int, contractor_no: str = "K001") -> TownPurchaseContracted:
    return made(TownPurchaseContracted, town="T01", contractor=contractor_no, amount_fen=Fen(fen), people=2)


def ordered(fen: int, number: str = "FK-1", contractor_no: str = "K001") -> TownPaymentOrdered:
    return made(
        TownPaymentOrdered, town="T01", year=2025, payment_no=number, contractor=contractor_no, amount_fen=Fen(fen)
    )  # fmt: skip


def purchase(corpus: Corpus, *facts: Any) -> str:
    """A town's purchase of its own with these facts; the subject."""
    number = f"GM-F{corpus.number()}"
    said(corpus, f"town_purchase:{number}", at(BEGUN), *(replace(one, purchase_no=number) for one in facts))
    return f"town_purchase:{number}"


@pair("town_purchase_unapproved")
def unapproved(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Contracted unasked, refused or above approval; paid unapproved; procured without its number. Innocent: approved, to the fen; the bureau's own."""
    fen = rng.randint(1000, 900_000)
    right = purchase(corpus, asked(fen), decided(fen), signed(fen), ordered(fen))
    bureau = contractor(corpus, award())
    fault = rng.randrange(5)
    if fault == 4:
        return contractor(corpus, award(town="T01", approval=" ")), right, bureau
    guilty = (
        (signed(fen),),
        (asked(fen), decided(0, approved=False), signed(fen)),
        (asked(fen), decided(fen - 1), signed(fen)),
        (asked(fen), ordered(fen)),
    )[fault]
    return purchase(corpus, *guilty), right, bureau


@pair("town_purchase_self_approved")
def own_approval(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Approved by who asked, or by the town. Innocent: by the bureau; refused by the town itself."""
    fen = rng.randint(1000, 900_000)
    guilty = rng.choice(
        (
            (asked(fen, "bureau-leader:L1"), decided(fen)),
            (asked(fen), decided(fen, "town-leader:T01")),
            (asked(fen), decided(fen, "town-leader:T13")),
        )
    )
    return (
        purchase(corpus, *guilty),
        purchase(corpus, asked(fen), decided(fen)),
        purchase(corpus, asked(fen), decided(0, "town-leader:T01", approved=False)),
    )


@pair("town_payment_over_contract")
def over_purchase(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """Above the contract, without one, or to another contractor. Innocent: in two parts; again after one was declined."""
    fen = rng.randint(1000, 900_000)
    begun = (asked(fen), decided(fen), signed(fen))
    guilty = rng.choice(
        (
            (*begun, ordered(fen), ordered(rng.randint(1, 900), "FK-2")),
            (*begun[:2], ordered(fen)),
            (*begun, ordered(fen, contractor_no="K002")),
        )
    )
    declined = made(TownPaymentDeclined, town="T01", payment_no="FK-1", ordered=True, amount_fen=Fen(fen))
    part = rng.randint(1, fen - 1)
    return (
        purchase(corpus, *guilty),
        purchase(corpus, *begun, ordered(part), ordered(fen - part, "FK-2")),
        purchase(corpus, *begun, ordered(fen), declined, ordered(fen, "FK-2")),
    )


def fund(corpus: Corpus, fen: int, *facts: Any) -> str:
    """A town's own money of a year with these movements; the subject."""
    subject = f"town_fund:2025-F{corpus.number()}"
    said(corpus, subject, at(BEGUN), made(TownFundBudgeted, town="T01", amount_fen=Fen(fen)), *facts)
    return subject


def aside(fen: int, number: str = "FK-1", purchase_no: str = "GM-1") -> TownFundCommitted:
    return made(TownFundCommitted, town="T01", purchase_no=purchase_no, payment_no=number, amount_fen=Fen(fen))


def town_paid(fen: int, number: str = "FK-1", purchase_no: str = "GM-1") -> TownFundPaid:
    return made(TownFundPaid, town="T01", purchase_no=purchase_no, payment_no=number, amount_fen=Fen(fen))


@pair("town_fund_overspent")
def overspent(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """More set aside than was put in, or more paid than was set aside. Innocent: to the fen; again after a release."""
    fen, over = rng.randint(1000, 900_000), rng.randint(1, 900)
    guilty = rng.choice(
        (
            (aside(fen + over),),
            (aside(fen), aside(over, "FK-2")),
            (aside(fen), town_paid(fen + over)),
            (town_paid(over),),
        )
    )
    released = made(TownFundReleased, town="T01", payment_no="FK-1", amount_fen=Fen(fen))
    return (
        fund(corpus, fen, *guilty),
        fund(corpus, fen, aside(fen), town_paid(fen)),
        fund(corpus, fen, aside(fen), released, aside(fen, "FK-2")),
    )


@pair("town_fund_off_purpose")
def not_its_own(corpus: Corpus, rng: random.Random) -> tuple[str, ...]:
    """A town's money for something no purchase of its own ordered. Innocent: for a payment that one ordered."""
    fen = rng.randint(1000, 900_000)
    bought = purchase(corpus, asked(fen), decided(fen), signed(fen), ordered(fen)).partition(":")[2]
    strange = rng.choice(((bought, "FK-9"), ("GM-none", "FK-1"), ("", "工资2025-06")))
    guilty = fund(corpus, fen, aside(fen, strange[1], strange[0]))
    return guilty, fund(corpus, fen, aside(fen, "FK-1", bought), town_paid(fen, "FK-1", bought))
