"""Contractors' invoices and towns' payments: acceptance makes payable, approval asks for money, money answers (二(二), 一(二))."""

from typing import Final

from services.contracts.casework import WorkOrderAccepted
from services.contracts.deciding import Command, Reaction, Record
from services.contracts.payroll import (
    Charge,
    FundCommitmentDeclined,
    FundCommitted,
    InvoiceApproved,
    InvoicePaid,
    InvoiceWithdrawn,
    TownFundCommitted,
    TownFundDeclined,
    TownFundReleased,
    TownPaymentDeclined,
    TownPaymentOrdered,
)
from services.contracts.registry import Fact
from services.payroll.domain.fund import CommitFund, PayFund, ReleaseFund
from services.payroll.domain.payee import NoteInvoiceFunded, NoteInvoiceUnfunded, NotePayable
from services.payroll.domain.town_fund import CommitTownFund, ReleaseTownFund, SettleTownInvoice
from services.payroll.domain.town_purchase import ClaimTownPayment, NoteTownPaymentDeclined

REACTS_TO: Final[tuple[type[Fact], ...]] = (
    WorkOrderAccepted,
    InvoiceApproved,
    FundCommitted,
    FundCommitmentDeclined,
    TownPaymentOrdered,
    TownFundCommitted,
    TownFundDeclined,
    TownPaymentDeclined,
    InvoicePaid,
    InvoiceWithdrawn,
    TownFundReleased,
)
TOWN_FUND_SHORT: Final = "town-fund-short"
WITHDRAWN: Final = "invoice-withdrawn"


def react(record: Record) -> tuple[Reaction, ...]:
    match record.fact:
        case WorkOrderAccepted() as accepted if accepted.payable_fen > 0:
            names = ("contractor", "contract_no", "order_no", "town", "payer_town", "service", "payable_fen")
            fields = {name: getattr(accepted, name) for name in names}
            return _one("note-payable", NotePayable(**fields, accepted_on=accepted.accepted_on))
        case InvoiceApproved() as approved:
            return _one("ask-for-money", _asked(approved))
        case InvoicePaid() as paid:
            return _one("book-payment", _booked(paid))
        case InvoiceWithdrawn(funded=True) as back:
            return _one("free-money", _freed(back))
        case FundCommitted(invoice=invoice) | FundCommitmentDeclined(invoice=invoice) if invoice:
            contractor, _, number = invoice.partition("/")
            code = getattr(record.fact, "code", "")
            return _answered(contractor, number, code)
        case _:
            return _of_town(record.fact)


def _of_town(fact: Fact) -> tuple[Reaction, ...]:
    match fact:
        case TownPaymentOrdered() as ordered:
            names = ("year", "town", "purchase_no", "payment_no", "contractor", "invoice", "amount_fen")
            return _one("commit-town-fund", CommitTownFund(**{name: getattr(ordered, name) for name in names}))
        case TownFundCommitted() as committed if committed.invoice:
            return _answered(committed.contractor, committed.invoice, "")
        case TownFundDeclined() as short:
            declined = NoteTownPaymentDeclined(
                purchase_no=short.purchase_no, payment_no=short.payment_no, code=TOWN_FUND_SHORT
            )
            return _one("note-town-payment-declined", declined)
        case TownFundReleased() as freed:
            back = NoteTownPaymentDeclined(purchase_no=freed.purchase_no, payment_no=freed.payment_no, code=WITHDRAWN)
            return _one("note-town-payment-declined", back)
        case TownPaymentDeclined() as declined if declined.invoice and declined.code != WITHDRAWN:
            return _answered(declined.contractor, declined.invoice, declined.code)
        case _:
            return ()


def _one(name: str, command: Command) -> tuple[Reaction, ...]:
    return (Reaction(name=name, command=command),)


def _answered(contractor: str, number: str, code: str) -> tuple[Reaction, ...]:
    if code:
        return _one("note-unfunded", NoteInvoiceUnfunded(contractor=contractor, invoice_no=number, code=code))
    return _one("note-funded", NoteInvoiceFunded(contractor=contractor, invoice_no=number))


def _asked(approved: InvoiceApproved) -> Command:
    """Of the town's own purchase, or of the bureau's document: one of the two, by who pays."""
    if approved.payer_town:
        return ClaimTownPayment(
            purchase_no=approved.purchase_no,
            town=approved.payer_town,
            year=approved.year,
            contractor=approved.contractor,
            contract_no=approved.contract_no,
            invoice=approved.invoice_no,
            amount_fen=approved.amount_fen,
        )
    charge = Charge(source=approved.source, document=approved.document, amount_fen=approved.amount_fen)
    return CommitFund(
        year=approved.year,
        source=approved.source,
        invoice=f"{approved.contractor}/{approved.invoice_no}",
        amount_fen=approved.amount_fen,
        by_document=(charge,),
    )


def _freed(back: InvoiceWithdrawn) -> Command:
    if back.payer_town:
        return ReleaseTownFund(
            year=back.year, town=back.payer_town, purchase_no=back.purchase_no, invoice=back.invoice_no
        )
    charge = Charge(source=back.source, document=back.document, amount_fen=back.amount_fen)
    return ReleaseFund(
        year=back.year,
        source=back.source,
        invoice=f"{back.contractor}/{back.invoice_no}",
        by_document=(charge,),
        reason=back.reason,
        by_town=back.by_town,
    )


def _booked(paid: InvoicePaid) -> Command:
    if paid.payer_town:
        return SettleTownInvoice(
            year=paid.year,
            town=paid.payer_town,
            purchase_no=paid.purchase_no,
            invoice=paid.invoice_no,
            bank_reference=paid.bank_reference,
            paid_on=paid.paid_on,
        )
    charge = Charge(source=paid.source, document=paid.document, amount_fen=paid.amount_fen)
    return PayFund(
        year=paid.year,
        source=paid.source,
        invoice=f"{paid.contractor}/{paid.invoice_no}",
        amount_fen=paid.amount_fen,
        by_document=(charge,),
        bank_reference=paid.bank_reference,
    )
