"""Automatic tests on contractors' invoices (二(三), 三): acceptance behind them, once each, two people, contract, approval, money."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, noted
from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.contracts.audit import Evidence
from services.contracts.casework import ContractSigned, WorkOrderAccepted
from services.contracts.deciding import Record
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
    InvoiceApproved,
    InvoiceFunded,
    InvoicePaid,
    InvoiceRecorded,
    InvoiceUnfunded,
    InvoiceWithdrawn,
)
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.contracts.rulebook import RuleBook

INVOICE_WITHOUT_ACCEPTANCE: Final = "invoice_without_acceptance"
INVOICE_OVER_CONTRACT: Final = "invoice_over_contract"
ORDER_INVOICED_TWICE: Final = "order_invoiced_twice"
INVOICE_SELF_APPROVED: Final = "invoice_self_approved"
INVOICE_PAID_UNAPPROVED: Final = "invoice_paid_unapproved"
TOWN_INVOICE_FROM_SOURCES: Final = "town_invoice_from_sources"


@dataclass(slots=True, kw_only=True)
class Invoice:
    """An invoice on its way."""

    recorded: Noted[InvoiceRecorded]
    approved: InvoiceApproved | None = None
    funded: bool = False


@dataclass(slots=True, kw_only=True)
class Payee:
    """A contractor's invoices that stand, and for each of their orders the invoice it is on."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    on_invoice: dict[str, Noted[InvoiceRecorded]] = field(default_factory=dict)


def follow(payee: Payee, record: Record) -> None:
    """Bring a payee up to `record`."""
    match record.fact:
        case InvoiceRecorded() as fact:
            recorded = noted(record, InvoiceRecorded)
            payee.invoices[fact.invoice_no] = Invoice(recorded=recorded)
            for order in fact.orders:
                payee.on_invoice.setdefault(order.order_no, recorded)
        case InvoiceApproved() as fact:
            if (invoice := payee.invoices.get(fact.invoice_no)) is not None:
                invoice.approved, invoice.funded = fact, False
        case InvoiceFunded() as fact:
            if (invoice := payee.invoices.get(fact.invoice_no)) is not None:
                invoice.funded = True
        case InvoiceUnfunded() as fact:
            if (invoice := payee.invoices.get(fact.invoice_no)) is not None:
                invoice.approved = None
        case InvoiceWithdrawn() as fact:
            payee.invoices.pop(fact.invoice_no, None)
            for order in fact.orders:
                payee.on_invoice.pop(order.order_no, None)


def order_invoiced_twice(payee: Payee, record: Record) -> OpenFinding | None:
    """A work order on two invoices that stand, or twice on one (二(三); 财政部令第102号)."""
    fact = record.fact
    if not isinstance(fact, InvoiceRecorded):
        return None
    numbers = [order.order_no for order in fact.orders]
    again = [number for number in dict.fromkeys(numbers) if number in payee.on_invoice or numbers.count(number) > 1]
    if not again:
        return None
    before = tuple({one.evidence: None for number in again if (one := payee.on_invoice.get(number))})
    names = "、".join(again)
    return _on_invoice(
        ORDER_INVOICED_TWICE, record, fact, (*before, evidence_of(record)), f"工单 {names} 重复开票", f"bills {names} again"
    )  # fmt: skip


def invoice_self_approved(payee: Payee, record: Record) -> OpenFinding | None:
    """An invoice approved by whoever recorded it (会计法: 不相容职务分离)."""
    fact = record.fact
    if not isinstance(fact, InvoiceApproved):
        return None
    invoice = payee.invoices.get(fact.invoice_no)
    if invoice is None or not same_person(fact.approved_by, invoice.recorded.fact.recorded_by):
        return None
    evidence = (invoice.recorded.evidence, evidence_of(record))
    return _on_invoice(
        INVOICE_SELF_APPROVED,
        record,
        fact,
        evidence,
        f"登记人与审批人同为 {fact.approved_by}",
        f"was recorded and approved by the same person, {fact.approved_by}",
    )


def invoice_paid_unapproved(payee: Payee, record: Record) -> OpenFinding | None:
    """A payment of an invoice not recorded, not approved, without its money set aside, or of another sum (三, 四(三))."""
    fact = record.fact
    if not isinstance(fact, InvoicePaid):
        return None
    invoice = payee.invoices.get(fact.invoice_no)
    if invoice is None:
        lack_zh, lack_en = "没有登记", "was not recorded"
    elif invoice.approved is None:
        lack_zh, lack_en = "未经审批", "was not approved"
    elif not invoice.funded:
        lack_zh, lack_en = "资金未落实", "had no money set aside"
    elif fact.amount_fen != invoice.approved.amount_fen:
        lack_zh, lack_en = f"批准 {yuan_text(invoice.approved.amount_fen)} 元", f"was approved for {yuan_text(invoice.approved.amount_fen)}"  # fmt: skip
    else:
        return None
    before = (invoice.recorded.evidence,) if invoice else ()
    paid = yuan_text(fact.amount_fen)
    return _on_invoice(
        INVOICE_PAID_UNAPPROVED,
        record,
        fact,
        (*before, evidence_of(record)),
        f"已付 {paid} 元，但{lack_zh}",
        f"was paid, {paid}, and {lack_en}",
    )


def town_invoice_from_sources(record: Record) -> OpenFinding | None:
    """A town's own purchase approved or paid from one of the four sources (二(二): 所需经费由本镇街自行负责); the fact alone tells."""
    fact = record.fact
    if not isinstance(fact, InvoiceApproved | InvoicePaid) or not fact.payer_town or not (fact.source or fact.document):
        return None
    return _on_invoice(
        TOWN_INVOICE_FROM_SOURCES,
        record,
        fact,
        (evidence_of(record),),
        f"{fact.payer_town} 自行购买，却由来源 {fact.source}（{fact.document}）列支",
        f"of {fact.payer_town}'s own purchase is charged to source {fact.source} ({fact.document})",
    )


def invoice_without_acceptance(
    invoice: Noted[InvoiceRecorded], accepted: Mapping[tuple[str, str], WorkOrderAccepted]
) -> OpenFinding | None:
    """An invoice for a work order that nobody accepted, or for another sum than acceptance made payable (验收; 二(三))."""
    fact = invoice.fact
    wrong = []
    for order in fact.orders:
        known = accepted.get((fact.contractor, order.order_no))
        if known is None or known.payable_fen != order.amount_fen:
            wrong.append(order.order_no)
    if not wrong and sum(order.amount_fen for order in fact.orders) == fact.amount_fen:
        return None
    names = "、".join(wrong) or fact.invoice_no
    return objection(
        INVOICE_WITHOUT_ACCEPTANCE,
        (invoice.evidence,),
        about=invoice.subject,
        town=fact.payer_town or DISTRICT,
        zh=f"发票 {fact.invoice_no}：{names} 未验收，或金额与验收应付不符",
        en=f"invoice {fact.invoice_no}: {names} not accepted, or not the sum that acceptance made payable",
    )


def invoice_over_contract(
    invoices: list[Noted[InvoiceRecorded]], contracts: Mapping[tuple[str, str], Noted[ContractSigned]]
) -> Iterator[OpenFinding]:
    """The invoice with which a contract's invoices come to more than its amount, or one on no contract (二(三))."""
    invoiced_fen: dict[tuple[str, str], int] = {}
    for invoice in invoices:
        fact = invoice.fact
        key = (fact.contractor, fact.contract_no)
        contract = contracts.get(key)
        invoiced_fen[key] = total_fen = invoiced_fen.get(key, 0) + fact.amount_fen
        if contract is not None and total_fen <= contract.fact.amount_fen:
            continue
        total = yuan_text(Fen(total_fen))
        signed_zh, signed_en = (
            (f"合同金额 {yuan_text(contract.fact.amount_fen)} 元", f"of {yuan_text(contract.fact.amount_fen)}")
            if contract
            else ("没有该合同", "which does not exist")
        )
        yield objection(
            INVOICE_OVER_CONTRACT,
            (*((contract.evidence,) if contract else ()), invoice.evidence),
            about=invoice.subject,
            town=fact.payer_town or DISTRICT,
            zh=f"发票 {fact.invoice_no} 后合同 {fact.contract_no} 累计开票 {total} 元，{signed_zh}",
            en=f"with invoice {fact.invoice_no}, {total} are billed on contract {fact.contract_no}, {signed_en}",
        )


def _on_invoice(
    test: str,
    record: Record,
    fact: InvoiceRecorded | InvoiceApproved | InvoicePaid,
    evidence: tuple[Evidence, ...],
    zh: str,
    en: str,
) -> OpenFinding:
    return objection(
        test,
        evidence,
        about=record.envelope.subject,
        town=fact.payer_town or DISTRICT,
        zh=f"发票 {fact.invoice_no}：{zh}",
        en=f"invoice {fact.invoice_no} {en}",
    )


@dataclass(slots=True)
class InvoiceWatch:
    """Every payee's invoices, every acceptance and contract of casework."""

    rules: RuleBook
    payees: dict[str, Payee] = field(default_factory=dict)
    accepted: dict[tuple[str, str], WorkOrderAccepted] = field(default_factory=dict)
    contracts: dict[tuple[str, str], Noted[ContractSigned]] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        ContractSigned,
        InvoiceApproved,
        InvoiceFunded,
        InvoicePaid,
        InvoiceRecorded,
        InvoiceUnfunded,
        InvoiceWithdrawn,
        WorkOrderAccepted,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        match record.fact:
            case ContractSigned() as fact:
                self.contracts[fact.contractor, fact.contract_no] = noted(record, ContractSigned)
                return
            case WorkOrderAccepted() as fact:
                self.accepted[fact.contractor, fact.order_no] = fact
                return
        payee = self.payees.setdefault(record.envelope.subject, Payee())
        objections = (
            order_invoiced_twice(payee, record),
            invoice_self_approved(payee, record),
            invoice_paid_unapproved(payee, record),
            town_invoice_from_sources(record),
        )
        yield from filter(None, objections)
        follow(payee, record)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        for payee in self.payees.values():
            standing = [one.recorded for one in payee.invoices.values()]
            for invoice in standing:
                if finding := invoice_without_acceptance(invoice, self.accepted):
                    yield finding
            yield from invoice_over_contract(standing, self.contracts)
