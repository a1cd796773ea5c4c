"""A contractor as payroll owes it (承接主体): payable by acceptance, invoiced once and exactly, approved by another person, paid."""

from datetime import date
from typing import Annotated, Final, assert_never

import msgspec
from msgspec import Meta

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
    ContractorPayableNoted,
    InvoiceApproved,
    InvoicedOrder,
    InvoiceFunded,
    InvoicePaid,
    InvoiceRecorded,
    InvoiceUnfunded,
    InvoiceWithdrawn,
    Spent,
)
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.payroll.domain.shapes import (
    AmountFen,
    ContractorNo,
    Line,
    Reference,
    ReferenceOrEmpty,
    SourceOrEmpty,
    TownCodeOrEmpty,
    Year,
    rejected_unless,
    text_given,
)

PURCHASED: Final = "purchased_services"


class _OfPayee(Command, frozen=True, kw_only=True):
    contractor: ContractorNo
    # The town that acts, where it pays itself: the door holds it against the credential.
    town: TownCodeOrEmpty = ""

    @property
    def subject(self) -> str:
        return f"payee:{self.contractor}"


class NotePayable(_OfPayee, frozen=True, kw_only=True):
    """Note what an accepted work order makes payable; by reaction."""

    contract_no: str
    order_no: str
    town: str
    payer_town: str
    service: str
    payable_fen: Fen
    accepted_on: date


class RecordInvoice(_OfPayee, frozen=True, kw_only=True):
    """Record a contractor's invoice with the accepted work orders it is for; its amount is exactly theirs."""

    invoice_no: Reference
    contract_no: Reference
    orders: Annotated[tuple[Reference, ...], Meta(min_length=1, max_length=500)]
    amount_fen: AmountFen
    issued_on: date


class ApproveInvoice(_OfPayee, frozen=True, kw_only=True):
    """Approve an invoice and name the money: a funding document of a source, or a town's own approved purchase."""

    invoice_no: Reference
    year: Year
    source: SourceOrEmpty = ""
    document: Line = ""
    purchase_no: ReferenceOrEmpty = ""


class NoteInvoiceFunded(_OfPayee, frozen=True, kw_only=True):
    """The money is set aside; by reaction."""

    invoice_no: str


class NoteInvoiceUnfunded(_OfPayee, frozen=True, kw_only=True):
    """The money named does not suffice or may not pay it; by reaction."""

    invoice_no: str
    code: str


class PayInvoice(_OfPayee, frozen=True, kw_only=True):
    """Book the bank's payment of a funded invoice."""

    invoice_no: Reference
    bank_reference: Line
    paid_on: date


class WithdrawInvoice(_OfPayee, frozen=True, kw_only=True):
    """Take back an invoice that is not paid; its orders may be invoiced anew."""

    invoice_no: Reference
    reason: Line


class Payable(msgspec.Struct, frozen=True, array_like=True):
    """An accepted order that no invoice has yet."""

    order_no: str
    contract_no: str
    town: str
    payer_town: str
    payable_fen: int


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice that is not paid yet."""

    stated: InvoiceRecorded
    approved: InvoiceApproved | None = None
    funded: bool = False


class Payee(msgspec.Struct, frozen=True, kw_only=True):
    """What a contractor is owed: payables without invoice, invoices on their way, numbers of those that ended."""

    payables: tuple[Payable, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    paid: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()

    def invoice(self, number: str) -> Invoice:
        for one in self.invoices:
            if one.stated.invoice_no == number:
                return one
        if number in self.paid:
            raise CommandRejected("invoice-paid", f"发票 {number} 已支付", f"invoice {number} is paid")
        if number in self.withdrawn:
            raise CommandRejected("invoice-withdrawn", f"发票 {number} 已撤回", f"invoice {number} was withdrawn")
        raise CommandRejected("invoice-unknown", f"没有发票 {number}", f"there is no invoice {number}")


PayeeCommand = (
    NotePayable
    | RecordInvoice
    | ApproveInvoice
    | NoteInvoiceFunded
    | NoteInvoiceUnfunded
    | PayInvoice
    | WithdrawInvoice
)


def decide(payee: Payee, command: PayeeCommand, context: Context) -> tuple[Fact, ...]:
    match command:
        case NotePayable():
            fields = {name: getattr(command, name) for name in NotePayable.__struct_fields__}
            return (ContractorPayableNoted(**fields),)
        case RecordInvoice():
            return (_record(payee, command, context),)
        case ApproveInvoice():
            return (_approve(payee, command, context),)
        case NoteInvoiceFunded():
            return (_funded(payee, command),)
        case NoteInvoiceUnfunded():
            return (_unfunded(payee, command),)
        case PayInvoice():
            return (_pay(payee, command, context),)
        case WithdrawInvoice():
            return (_withdraw(payee, command, context),)
        case _:
            assert_never(command)


def _record(payee: Payee, command: RecordInvoice, context: Context) -> InvoiceRecorded:
    """Exactly what was accepted (数量 × 单价 × 质量): no more, no order twice, one contract and one payer."""
    numbers = {one.stated.invoice_no for one in payee.invoices} | {*payee.paid, *payee.withdrawn}
    rejected_unless(
        command.invoice_no not in numbers,
        "invoice-known",
        f"发票 {command.invoice_no} 已登记",
        f"invoice {command.invoice_no} is recorded",
    )
    rejected_unless(
        command.issued_on <= context.today, "time-in-future", "issued_on 在将来", "issued_on lies in the future"
    )
    rejected_unless(
        len(set(command.orders)) == len(command.orders), "order-twice", "工单重复", "an order is named twice"
    )
    orders = _invoiced(payee, command, context)
    return InvoiceRecorded(
        contractor=command.contractor,
        invoice_no=command.invoice_no,
        contract_no=command.contract_no,
        payer_town=orders[0].payer_town,
        orders=tuple(
            InvoicedOrder(order_no=one.order_no, town=one.town, amount_fen=Fen(one.payable_fen)) for one in orders
        ),
        amount_fen=Fen(command.amount_fen),
        issued_on=command.issued_on,
        recorded_by=context.actor,
    )


def _invoiced(payee: Payee, command: RecordInvoice, context: Context) -> list[Payable]:
    """The accepted orders named, all of the contract, none invoiced before; together they are the invoice's amount."""
    open_orders = {one.order_no: one for one in payee.payables}
    unknown = [one for one in command.orders if one not in open_orders]
    rejected_unless(
        not unknown,
        "order-not-payable",
        f"工单未验收或已开票：{'、'.join(unknown)}",
        f"not accepted or invoiced before: {', '.join(unknown)}",
    )
    orders = [open_orders[number] for number in command.orders]
    rejected_unless(
        {one.contract_no for one in orders} == {command.contract_no},
        "order-of-another-contract",
        "发票所列工单不属于该合同",
        "an order is of another contract",
    )
    _refuse_other_town(orders[0].payer_town, context)
    payable_fen = sum(one.payable_fen for one in orders)
    rejected_unless(
        payable_fen == command.amount_fen,
        "invoice-amount-wrong",
        f"验收应付 {yuan_text(Fen(payable_fen))} 元，发票为 {yuan_text(Fen(command.amount_fen))} 元",
        f"{yuan_text(Fen(payable_fen))} yuan are payable by acceptance, the invoice says {yuan_text(Fen(command.amount_fen))}",
    )
    return orders


def _approve(payee: Payee, command: ApproveInvoice, context: Context) -> InvoiceApproved:
    """By a second person (会计法: 不相容职务分离); a town's invoice from its own purchase, never from the four sources (二(二))."""
    invoice = payee.invoice(command.invoice_no)
    stated = invoice.stated
    _refuse_other_town(stated.payer_town, context)
    rejected_unless(
        invoice.approved is None, "invoice-approved", "该发票已审批", "the invoice is approved and its money asked for"
    )
    rejected_unless(
        not same_person(context.actor, stated.recorded_by),
        "recorder-is-approver",
        "登记人不得审批自己登记的发票，须由另一人审批",
        "whoever recorded an invoice may not approve it; a second person must",
    )
    _refuse_other_money(stated.payer_town, command)
    return InvoiceApproved(
        contractor=command.contractor,
        invoice_no=command.invoice_no,
        contract_no=stated.contract_no,
        payer_town=stated.payer_town,
        amount_fen=stated.amount_fen,
        year=command.year,
        source=command.source,
        document=command.document,
        purchase_no=command.purchase_no,
        approved_by=context.actor,
    )


def _refuse_other_money(payer_town: str, command: ApproveInvoice) -> None:
    """A town's purchase is named for a town's invoice, a funding document for the bureau's; never the one for the other."""
    if payer_town:
        rejected_unless(
            not command.source and not command.document,
            "town-purchase-from-sources",
            "镇街自行购买不得由四类资金列支（方案二（二））",
            "a town's own purchase is never paid from the four sources",
        )
        rejected_unless(
            bool(command.purchase_no),
            "town-payment-not-approved",
            "镇街自行购买须有区民政局批准的购买事项方可付款（方案二（二））",
            "a town's payment needs its purchase, approved by the bureau",
        )
    else:
        rejected_unless(
            bool(command.source and command.document) and not command.purchase_no,
            "invoice-money-missing",
            "须指明资金来源和资金文件",
            "the source and the funding document must be named",
        )


def _waiting(payee: Payee, number: str) -> tuple[Invoice, InvoiceApproved]:
    invoice = payee.invoice(number)
    if invoice.approved is None or invoice.funded:
        raise CommandRejected("invoice-not-waiting", "该发票不在等待落实资金", "the invoice does not wait for money")
    return invoice, invoice.approved


def _refuse_other_town(payer_town: str, context: Context) -> None:
    """A town acts on what it pays itself, and on nothing else."""
    rejected_unless(
        context.town in (None, payer_town),
        "wrong-town",
        "该发票不由本镇街付款",
        "the invoice is not this town's to pay",
    )


def _by_town(invoice: Invoice, approved: InvoiceApproved) -> tuple[Spent, ...]:
    sums: dict[str, int] = {}
    for one in invoice.stated.orders:
        sums[one.town] = sums.get(one.town, 0) + one.amount_fen
    return tuple(
        Spent(town=town, purpose=PURCHASED, source=approved.source, document=approved.document, amount_fen=Fen(amount))
        for town, amount in sorted(sums.items())
    )


def _funded(payee: Payee, command: NoteInvoiceFunded) -> InvoiceFunded:
    invoice, approved = _waiting(payee, command.invoice_no)
    return InvoiceFunded(
        contractor=command.contractor,
        invoice_no=command.invoice_no,
        year=approved.year,
        source=approved.source,
        document=approved.document,
        payer_town=approved.payer_town,
        amount_fen=approved.amount_fen,
        by_town=_by_town(invoice, approved),
    )


def _unfunded(payee: Payee, command: NoteInvoiceUnfunded) -> InvoiceUnfunded:
    _, approved = _waiting(payee, command.invoice_no)
    return InvoiceUnfunded(
        contractor=command.contractor,
        invoice_no=command.invoice_no,
        amount_fen=approved.amount_fen,
        code=command.code,
    )


def _pay(payee: Payee, command: PayInvoice, context: Context) -> InvoicePaid:
    invoice = payee.invoice(command.invoice_no)
    approved = invoice.approved
    _refuse_other_town(invoice.stated.payer_town, context)
    if approved is None or not invoice.funded:
        raise CommandRejected(
            "invoice-not-funded",
            "该发票未审批或资金未落实，不得支付",
            "the invoice is not approved, or its money is not set aside",
        )
    text_given("bank_reference", command.bank_reference)
    rejected_unless(command.paid_on <= context.today, "time-in-future", "paid_on 在将来", "paid_on lies in the future")
    return InvoicePaid(
        contractor=command.contractor,
        invoice_no=command.invoice_no,
        year=approved.year,
        source=approved.source,
        document=approved.document,
        payer_town=approved.payer_town,
        purchase_no=approved.purchase_no,
        amount_fen=approved.amount_fen,
        bank_reference=command.bank_reference,
        paid_on=command.paid_on,
        paid_by=context.actor,
        by_town=_by_town(invoice, approved),
    )


def _withdraw(payee: Payee, command: WithdrawInvoice, context: Context) -> InvoiceWithdrawn:
    """Not while its money is being asked for: the answer would find no invoice."""
    invoice = payee.invoice(command.invoice_no)
    stated, approved = invoice.stated, invoice.approved
    _refuse_other_town(stated.payer_town, context)
    text_given("reason", command.reason)
    rejected_unless(
        approved is None or invoice.funded,
        "invoice-waits-for-money",
        "该发票正在落实资金，请稍后再撤回",
        "the invoice waits for its money; withdraw it once that is answered",
    )
    return InvoiceWithdrawn(
        contractor=command.contractor,
        invoice_no=command.invoice_no,
        contract_no=stated.contract_no,
        year=approved.year if approved else 0,
        source=approved.source if approved else "",
        document=approved.document if approved else "",
        payer_town=stated.payer_town,
        purchase_no=approved.purchase_no if approved else "",
        amount_fen=stated.amount_fen,
        orders=stated.orders,
        funded=invoice.funded,
        reason=command.reason,
        withdrawn_by=context.actor,
        by_town=_by_town(invoice, approved) if approved else (),
    )


def evolve(payee: Payee, event: Fact) -> Payee:
    replace = msgspec.structs.replace
    match event:
        case ContractorPayableNoted():
            noted = Payable(event.order_no, event.contract_no, event.town, event.payer_town, event.payable_fen)
            return replace(payee, payables=(*payee.payables, noted))
        case InvoiceRecorded():
            orders = {one.order_no for one in event.orders}
            return replace(
                payee,
                payables=tuple(one for one in payee.payables if one.order_no not in orders),
                invoices=(*payee.invoices, Invoice(stated=event)),
            )
        case InvoiceApproved():
            return _changed(payee, event.invoice_no, approved=event)
        case InvoiceFunded():
            return _changed(payee, event.invoice_no, funded=True)
        case InvoiceUnfunded():
            return _changed(payee, event.invoice_no, approved=None)
        case InvoiceWithdrawn():
            again = tuple(
                Payable(one.order_no, event.contract_no, one.town, event.payer_town, one.amount_fen)
                for one in event.orders
            )
            left = tuple(one for one in payee.invoices if one.stated.invoice_no != event.invoice_no)
            withdrawn = (*payee.withdrawn, event.invoice_no)
            return replace(payee, payables=(*payee.payables, *again), invoices=left, withdrawn=withdrawn)
        case InvoicePaid():
            left = tuple(one for one in payee.invoices if one.stated.invoice_no != event.invoice_no)
            return replace(payee, invoices=left, paid=(*payee.paid, event.invoice_no))
        case _:
            return payee


def _changed(payee: Payee, number: str, **changes: object) -> Payee:
    invoices = tuple(
        msgspec.structs.replace(one, **changes) if one.stated.invoice_no == number else one for one in payee.invoices
    )
    return msgspec.structs.replace(payee, invoices=invoices)


PAYEE: Final = Aggregate(
    prefix="payee",
    state=Payee,
    initial=Payee(),
    commands=(
        NotePayable,
        RecordInvoice,
        ApproveInvoice,
        NoteInvoiceFunded,
        NoteInvoiceUnfunded,
        PayInvoice,
        WithdrawInvoice,
    ),
    decide=decide,
    evolve=evolve,
)
