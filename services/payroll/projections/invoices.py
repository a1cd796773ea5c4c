"""Read models of what contractors are owed and of their invoices; services and towns, no person."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.payroll import (
    ContractorPayableNoted,
    InvoiceApproved,
    InvoiceFunded,
    InvoicePaid,
    InvoiceRecorded,
    InvoiceUnfunded,
    InvoiceWithdrawn,
)
from services.payroll.projections.keys import id_of_subject


class PayableRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contractor's sums: payable by acceptance, of which invoiced, of which paid."""

    payable_fen: Fen = Fen(0)
    invoiced_fen: Fen = Fen(0)
    paid_fen: Fen = Fen(0)


def _payable(row: PayableRow | None, record: Record, _: str) -> PayableRow | None:
    before = row or PayableRow()
    match record.fact:
        case ContractorPayableNoted(payable_fen=payable_fen):
            return msgspec.structs.replace(before, payable_fen=Fen(before.payable_fen + payable_fen))
        case InvoiceRecorded(amount_fen=amount_fen):
            return msgspec.structs.replace(before, invoiced_fen=Fen(before.invoiced_fen + amount_fen))
        case InvoiceWithdrawn(amount_fen=amount_fen):
            return msgspec.structs.replace(before, invoiced_fen=Fen(before.invoiced_fen - amount_fen))
        case InvoicePaid(amount_fen=amount_fen):
            return msgspec.structs.replace(before, paid_fen=Fen(before.paid_fen + amount_fen))
        case _:
            return row


CONTRACTOR_PAYABLES: Final = Model(
    name="contractor_payables",
    row=PayableRow,
    listens=(ContractorPayableNoted, InvoiceRecorded, InvoiceWithdrawn, InvoicePaid),
    keys=id_of_subject,
    evolve=_payable,
)


class InvoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice and where it stands; ``unfunded`` says by `code` why its money was not to be had."""

    contractor: str
    contract_no: str
    payer_town: str
    orders: tuple[str, ...]
    amount_fen: Fen
    status: Literal["recorded", "approved", "funded", "unfunded", "withdrawn", "paid"]
    recorded_by: str
    approved_by: str = ""
    year: int = 0
    source: str = ""
    document: str = ""
    purchase_no: str = ""
    code: str = ""
    bank_reference: str = ""
    paid_on: date | None = None


_Said = InvoiceRecorded | InvoiceApproved | InvoiceFunded | InvoiceUnfunded | InvoiceWithdrawn | InvoicePaid
_OF_INVOICE: Final = (
    InvoiceRecorded,
    InvoiceApproved,
    InvoiceFunded,
    InvoiceUnfunded,
    InvoiceWithdrawn,
    InvoicePaid,
)


def _invoice_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    assert isinstance(fact, _Said)
    return (f"{fact.contractor}/{fact.invoice_no}",)


def _invoice(row: InvoiceRow | None, record: Record, _: str) -> InvoiceRow | None:
    replace = msgspec.structs.replace
    match record.fact:
        case InvoiceRecorded() as stated:
            return InvoiceRow(
                contractor=stated.contractor,
                contract_no=stated.contract_no,
                payer_town=stated.payer_town,
                orders=tuple(one.order_no for one in stated.orders),
                amount_fen=stated.amount_fen,
                status="recorded",
                recorded_by=stated.recorded_by,
            )
        case InvoiceApproved() as approved if row is not None:
            names = ("approved_by", "year", "source", "document", "purchase_no")
            return replace(row, status="approved", code="", **{name: getattr(approved, name) for name in names})
        case InvoiceFunded() if row is not None:
            return replace(row, status="funded")
        case InvoiceUnfunded(code=code) if row is not None:
            return replace(row, status="unfunded", code=code)
        case InvoiceWithdrawn() if row is not None:
            return replace(row, status="withdrawn")
        case InvoicePaid() as paid if row is not None:
            return replace(row, status="paid", bank_reference=paid.bank_reference, paid_on=paid.paid_on)
        case _:
            return row


INVOICES: Final = Model(
    name="invoices",
    row=InvoiceRow,
    listens=_OF_INVOICE,
    keys=_invoice_keys,
    evolve=_invoice,
)
