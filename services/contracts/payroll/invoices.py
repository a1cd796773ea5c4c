"""Facts about what contractors are owed (承接主体): payable by acceptance, invoiced, approved by a second person, paid."""

from datetime import date

import msgspec

from services.contracts.money import Fen
from services.contracts.payroll.slips import Spent
from services.contracts.registry import Fact, fact


@fact("payroll", "contractor_payable_noted", subject="payee")
class ContractorPayableNoted(Fact, frozen=True, kw_only=True):
    """Payroll noted what an accepted work order (验收) makes payable; `payer_town` is empty when the bureau pays."""

    contractor: str
    contract_no: str
    order_no: str
    town: str
    payer_town: str
    service: str
    payable_fen: Fen
    accepted_on: date


class InvoicedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted work order on an invoice."""

    order_no: str
    town: str
    amount_fen: Fen


@fact("payroll", "invoice_recorded", subject="payee")
class InvoiceRecorded(Fact, frozen=True, kw_only=True):
    """A contractor's invoice: exactly what its accepted work orders made payable, each order once."""

    contractor: str
    invoice_no: str
    contract_no: str
    payer_town: str
    orders: tuple[InvoicedOrder, ...]
    amount_fen: Fen
    issued_on: date
    recorded_by: str


@fact("payroll", "invoice_approved", subject="payee")
class InvoiceApproved(Fact, frozen=True, kw_only=True):
    """Another person approved the invoice and said which money pays: a funding document, or a town's own purchase."""

    contractor: str
    invoice_no: str
    contract_no: str
    payer_town: str
    amount_fen: Fen
    year: int
    source: str
    document: str
    purchase_no: str
    approved_by: str


@fact("payroll", "invoice_funded", subject="payee")
class InvoiceFunded(Fact, frozen=True, kw_only=True):
    """The money for the invoice is set aside; it may be paid."""

    contractor: str
    invoice_no: str
    year: int
    source: str
    document: str
    payer_town: str
    amount_fen: Fen
    by_town: tuple[Spent, ...]


@fact("payroll", "invoice_unfunded", subject="payee")
class InvoiceUnfunded(Fact, frozen=True, kw_only=True):
    """The money named does not suffice or may not pay it: the invoice waits to be approved with other money."""

    contractor: str
    invoice_no: str
    amount_fen: Fen
    code: str


@fact("payroll", "invoice_withdrawn", subject="payee")
class InvoiceWithdrawn(Fact, frozen=True, kw_only=True):
    """An unpaid invoice is taken back: its orders are payable without invoice again, money set aside (`funded`) is free."""

    contractor: str
    invoice_no: str
    contract_no: str
    year: int
    source: str
    document: str
    payer_town: str
    purchase_no: str
    amount_fen: Fen
    orders: tuple[InvoicedOrder, ...]
    funded: bool
    reason: str
    withdrawn_by: str
    by_town: tuple[Spent, ...]


@fact("payroll", "invoice_paid", subject="payee")
class InvoicePaid(Fact, frozen=True, kw_only=True):
    """The contractor was paid; `bank_reference` is the bank's."""

    contractor: str
    invoice_no: str
    year: int
    source: str
    document: str
    payer_town: str
    purchase_no: str
    amount_fen: Fen
    bank_reference: str
    paid_on: date
    paid_by: str
    by_town: tuple[Spent, ...]
