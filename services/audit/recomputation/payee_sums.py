"""What contractors are owed and paid, order by order (一(二), 二(二)): acceptance, invoice, approval, payment agree to the fen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from services.audit.recomputation.difference import Difference
from services.audit.recomputation.stating import by_town, held
from services.audit.recomputation.told import Told
from services.contracts.audit import Evidence
from services.contracts.payroll import (
    ContractorPayableNoted,
    InvoiceApproved,
    InvoiceFunded,
    InvoicePaid,
    InvoiceRecorded,
    InvoiceUnfunded,
    InvoiceWithdrawn,
)
from services.contracts.registry import Fact

PAYEE_SUMS: Final[tuple[type[Fact], ...]] = (
    ContractorPayableNoted, InvoiceRecorded, InvoiceApproved, InvoiceFunded, InvoiceUnfunded, InvoicePaid,
    InvoiceWithdrawn,
)  # fmt: skip
PURCHASED: Final = "purchased_services"


@dataclass(slots=True)
class PayeeSums:
    """One contractor, fact by fact in the order of its stream. Mutable."""

    payable: dict[str, Told[ContractorPayableNoted]] = field(default_factory=dict)
    invoices: dict[str, Told[InvoiceRecorded]] = field(default_factory=dict)
    money: dict[str, Told[InvoiceApproved]] = field(default_factory=dict)

    def read(self, one: Told[Any]) -> Iterator[Difference]:
        fact = one.fact
        match fact:
            case ContractorPayableNoted():
                self.payable[fact.order_no] = one
            case InvoiceRecorded():
                self.invoices[fact.invoice_no] = one
                yield from self._recorded(one, fact)
            case InvoiceApproved():
                yield from self._amount(one)
                self.money[fact.invoice_no] = one
            case InvoiceFunded() | InvoicePaid():
                yield from self._amount(one)
                yield from self._by_town(one)
            case InvoiceWithdrawn():
                yield from self._amount(one)
                yield from self._by_town(one)
                yield from held(one, "orders", _orders(one), _orders(self.invoices.get(fact.invoice_no)))
            case InvoiceUnfunded():
                yield from self._amount(one)
                self.money.pop(fact.invoice_no, None)
            case _:
                pass

    def _recorded(self, one: Told[Any], fact: InvoiceRecorded) -> Iterator[Difference]:
        """An invoice is what its accepted orders made payable, each in the town it was accepted for."""
        behind = [self.payable[order.order_no].evidence for order in fact.orders if order.order_no in self.payable]
        accepted = {
            (order.order_no, self.payable[order.order_no].fact.town): int(self.payable[order.order_no].fact.payable_fen)
            for order in fact.orders
            if order.order_no in self.payable
        }
        yield from held(one, "orders", _orders(one), accepted, behind)
        yield from held(one, "amount_fen", fact.amount_fen, sum(accepted.values()), behind)

    def _amount(self, one: Told[Any]) -> Iterator[Difference]:
        invoice = self.invoices.get(one.fact.invoice_no)
        expected_fen = invoice.fact.amount_fen if invoice is not None else 0
        yield from held(one, "amount_fen", one.fact.amount_fen, expected_fen, self._behind(one))

    def _by_town(self, one: Told[Any]) -> Iterator[Difference]:
        """The invoice's orders by town, from the money that was approved; nothing before any was."""
        invoice, approved = self.invoices.get(one.fact.invoice_no), self.money.get(one.fact.invoice_no)
        expected: dict[tuple[str, str, str, str], int] = {}
        if invoice is not None and approved is not None:
            for order in invoice.fact.orders:
                key = (order.town, PURCHASED, approved.fact.source, approved.fact.document)
                expected[key] = expected.get(key, 0) + order.amount_fen
        yield from held(one, "by_town", by_town(one.fact.by_town), expected, self._behind(one))

    def _behind(self, one: Told[Any]) -> Iterator[Evidence]:
        for known in (self.invoices.get(one.fact.invoice_no), self.money.get(one.fact.invoice_no)):
            if known is not None:
                yield known.evidence


def _orders(one: Told[Any] | None) -> dict[tuple[str, str], int]:
    return {(order.order_no, order.town): int(order.amount_fen) for order in one.fact.orders} if one else {}
