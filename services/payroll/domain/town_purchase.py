"""A town's own purchase (二(二)): asked, decided by the bureau with guidance, contracted, its payments ordered; it holds no money."""

from datetime import date
from typing import Annotated, Final, assert_never

import msgspec
from msgspec import Meta

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
    TownPaymentDeclined,
    TownPaymentOrdered,
    TownPurchaseContracted,
    TownPurchaseDecided,
    TownPurchaseRequested,
)
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.payroll.domain.shapes import (
    AmountFen,
    AmountFenOrZero,
    Code,
    ContractorNo,
    Line,
    Reference,
    TownCode,
    Year,
    rejected_unless,
    text_given,
)


class _OfPurchase(Command, frozen=True, kw_only=True):
    purchase_no: Reference

    @property
    def subject(self) -> str:
        return f"town_purchase:{self.purchase_no}"


class RequestTownPurchase(_OfPurchase, frozen=True, kw_only=True):
    """Ask the bureau to let the town buy services with money of its own."""

    town: TownCode
    services: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    amount_fen: AmountFen
    reason: Line
    document: Line


class DecideTownPurchase(_OfPurchase, frozen=True, kw_only=True):
    """Approve (with the approval's document and the amount) or refuse; guidance in either case."""

    approved: bool
    amount_fen: AmountFenOrZero = 0
    approval: Line = ""
    guidance: Line


class ContractTownPurchase(_OfPurchase, frozen=True, kw_only=True):
    """Record the town's contract under the approval; `people` who work on it are not of the district's posts."""

    town: TownCode
    contractor: ContractorNo
    contract_no: Reference
    approval: Line
    amount_fen: AmountFen
    people: Annotated[int, Meta(ge=0, le=10_000)]
    signed_on: date


class OrderTownPayment(_OfPurchase, frozen=True, kw_only=True):
    """Order a payment on the contract from the town's own ledger of a year."""

    town: TownCode
    year: Year
    payment_no: Reference
    amount_fen: AmountFen


class ClaimTownPayment(_OfPurchase, frozen=True, kw_only=True):
    """A contractor's approved invoice asks for payment; by reaction, and always answered by a fact."""

    town: str
    year: Year
    contractor: str
    contract_no: str
    invoice: str
    amount_fen: Fen


class NoteTownPaymentDeclined(_OfPurchase, frozen=True, kw_only=True):
    """The town's own money did not suffice; by reaction."""

    payment_no: str
    code: str


class Ordered(msgspec.Struct, frozen=True, array_like=True):
    """A payment that counts against the contract."""

    payment_no: str
    invoice: str
    amount_fen: int


class TownPurchase(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase as far as it has come."""

    requested: TownPurchaseRequested | None = None
    decided: TownPurchaseDecided | None = None
    contract: TownPurchaseContracted | None = None
    payments: tuple[Ordered, ...] = ()

    @property
    def left_fen(self) -> Fen:
        """What is left of the contract."""
        total = self.contract.amount_fen if self.contract else 0
        return Fen(total - sum(one.amount_fen for one in self.payments))


PurchaseCommand = (
    RequestTownPurchase
    | DecideTownPurchase
    | ContractTownPurchase
    | OrderTownPayment
    | ClaimTownPayment
    | NoteTownPaymentDeclined
)


def decide(purchase: TownPurchase, command: PurchaseCommand, context: Context) -> tuple[Fact, ...]:
    match command:
        case RequestTownPurchase():
            return (_request(purchase, command, context),)
        case DecideTownPurchase():
            return (_decide(_asked(purchase), purchase, command, context),)
        case ContractTownPurchase():
            return (_contract(_asked(purchase), purchase, command, context),)
        case OrderTownPayment():
            return (_order(purchase, command, context),)
        case ClaimTownPayment():
            return (_claim(purchase, command),)
        case NoteTownPaymentDeclined():
            return (_declined(_asked(purchase), purchase, command),)
        case _:
            assert_never(command)


def _asked(purchase: TownPurchase) -> TownPurchaseRequested:
    if purchase.requested is None:
        raise CommandRejected("purchase-unknown", "没有该购买申请", "there is no such purchase")
    return purchase.requested


def _request(purchase: TownPurchase, command: RequestTownPurchase, context: Context) -> TownPurchaseRequested:
    rejected_unless(
        purchase.requested is None, "purchase-known", "该购买申请已登记", "the purchase was requested before"
    )
    text_given("reason", command.reason)
    text_given("document", command.document)
    fields = {name: getattr(command, name) for name in RequestTownPurchase.__struct_fields__}
    return TownPurchaseRequested(**fields, requested_by=context.actor)


def _decide(
    asked: TownPurchaseRequested, purchase: TownPurchase, command: DecideTownPurchase, context: Context
) -> TownPurchaseDecided:
    """The bureau decides and guides; nobody approves what they asked for."""
    rejected_unless(purchase.decided is None, "purchase-decided", "该购买申请已批复", "the purchase is decided")
    rejected_unless(
        not same_person(context.actor, asked.requested_by),
        "requester-is-approver",
        "申请人不得批复自己的申请",
        "whoever asked for a purchase may not decide it",
    )
    text_given("guidance", command.guidance)
    if command.approved:
        text_given("approval", command.approval)
        rejected_unless(
            0 < command.amount_fen <= asked.amount_fen,
            "approval-amount-wrong",
            f"批准金额须为正数且不超过申请的 {yuan_text(asked.amount_fen)} 元",
            f"an approved amount is positive and at most the {yuan_text(asked.amount_fen)} yuan asked for",
        )
    return TownPurchaseDecided(
        purchase_no=command.purchase_no,
        town=asked.town,
        approved=command.approved,
        amount_fen=Fen(command.amount_fen if command.approved else 0),
        approval=command.approval if command.approved else "",
        guidance=command.guidance,
        decided_by=context.actor,
    )


def _refuse_unapproved(purchase: TownPurchase) -> TownPurchaseDecided:
    """Towns may not buy on their own; if they must, the bureau approves first (二(二))."""
    if purchase.decided is None or not purchase.decided.approved:
        raise CommandRejected(
            "town-payment-not-approved",
            "镇街自行购买须先经区民政局批准（方案二（二）），未经批准不得签约付款",
            "a town's own purchase needs the bureau's approval first; without it nothing is contracted or paid",
        )
    return purchase.decided


def _contract(
    asked: TownPurchaseRequested, purchase: TownPurchase, command: ContractTownPurchase, context: Context
) -> TownPurchaseContracted:
    decided = _refuse_unapproved(purchase)
    _refuse_other_town(asked, command.town)
    rejected_unless(purchase.contract is None, "purchase-contracted", "该购买已签约", "the purchase is contracted")
    rejected_unless(
        command.approval == decided.approval,
        "approval-differs",
        "批准文号与区民政局批复不同",
        "the approval named is not the bureau's",
    )
    rejected_unless(
        command.amount_fen <= decided.amount_fen,
        "contract-over-approval",
        f"合同金额超过批准金额 {yuan_text(decided.amount_fen)} 元",
        f"the contract is above the approved {yuan_text(decided.amount_fen)} yuan",
    )
    rejected_unless(
        command.signed_on <= context.today, "time-in-future", "signed_on 在将来", "signed_on lies in the future"
    )
    fields = {name: getattr(command, name) for name in ContractTownPurchase.__struct_fields__}
    return TownPurchaseContracted(**fields)


def _refuse_other_town(asked: TownPurchaseRequested, town: str) -> None:
    rejected_unless(
        asked.town == town, "wrong-town", f"该购买属于 {asked.town}", f"the purchase belongs to {asked.town}"
    )


def _payable_on(purchase: TownPurchase, town: str, payment_no: str, amount_fen: int) -> TownPurchaseContracted:
    """The contract, once approval, contract and what is left of it allow the payment."""
    _refuse_unapproved(purchase)
    _refuse_other_town(_asked(purchase), town)
    if purchase.contract is None:
        raise CommandRejected("purchase-not-contracted", "该购买尚未签约", "the purchase has no contract yet")
    rejected_unless(
        payment_no not in {one.payment_no for one in purchase.payments},
        "payment-known",
        f"付款 {payment_no} 已登记",
        f"payment {payment_no} is known",
    )
    rejected_unless(
        amount_fen <= purchase.left_fen,
        "payment-over-contract",
        f"合同余额 {yuan_text(purchase.left_fen)} 元，短缺 {yuan_text(Fen(amount_fen - purchase.left_fen))} 元",
        f"{yuan_text(purchase.left_fen)} yuan are left of the contract, "
        f"{yuan_text(Fen(amount_fen - purchase.left_fen))} short",
    )
    return purchase.contract


def _order(purchase: TownPurchase, command: OrderTownPayment, context: Context) -> TownPaymentOrdered:
    contract = _payable_on(purchase, command.town, command.payment_no, command.amount_fen)
    return TownPaymentOrdered(
        purchase_no=command.purchase_no,
        town=command.town,
        year=command.year,
        payment_no=command.payment_no,
        contractor=contract.contractor,
        invoice="",
        amount_fen=Fen(command.amount_fen),
        ordered_by=context.actor,
    )


def _claim(purchase: TownPurchase, command: ClaimTownPayment) -> Fact:
    try:
        contract = _payable_on(purchase, command.town, command.invoice, command.amount_fen)
        rejected_unless(
            (contract.contractor, contract.contract_no) == (command.contractor, command.contract_no),
            "invoice-of-another-contract",
            "发票不属于该购买的合同",
            "the invoice is of another contract",
        )
    except CommandRejected as no:
        return TownPaymentDeclined(
            purchase_no=command.purchase_no,
            town=command.town,
            payment_no=command.invoice,
            contractor=command.contractor,
            invoice=command.invoice,
            amount_fen=command.amount_fen,
            ordered=False,
            code=no.code,
        )
    return TownPaymentOrdered(
        purchase_no=command.purchase_no,
        town=command.town,
        year=command.year,
        payment_no=command.invoice,
        contractor=command.contractor,
        invoice=command.invoice,
        amount_fen=command.amount_fen,
        ordered_by="",
    )


def _declined(
    asked: TownPurchaseRequested, purchase: TownPurchase, command: NoteTownPaymentDeclined
) -> TownPaymentDeclined:
    for one in purchase.payments:
        if one.payment_no == command.payment_no:
            return TownPaymentDeclined(
                purchase_no=command.purchase_no,
                town=asked.town,
                payment_no=one.payment_no,
                contractor=purchase.contract.contractor if purchase.contract else "",
                invoice=one.invoice,
                amount_fen=Fen(one.amount_fen),
                ordered=True,
                code=command.code,
            )
    raise CommandRejected("payment-unknown", "没有该付款", "there is no such payment")


def evolve(purchase: TownPurchase, event: Fact) -> TownPurchase:
    replace = msgspec.structs.replace
    match event:
        case TownPurchaseRequested():
            return replace(purchase, requested=event)
        case TownPurchaseDecided():
            return replace(purchase, decided=event)
        case TownPurchaseContracted():
            return replace(purchase, contract=event)
        case TownPaymentOrdered():
            ordered = Ordered(event.payment_no, event.invoice, event.amount_fen)
            return replace(purchase, payments=(*purchase.payments, ordered))
        case TownPaymentDeclined() if event.ordered:
            left = tuple(one for one in purchase.payments if one.payment_no != event.payment_no)
            return replace(purchase, payments=left)
        case _:
            return purchase


TOWN_PURCHASE: Final = Aggregate(
    prefix="town_purchase",
    state=TownPurchase,
    initial=TownPurchase(),
    commands=(
        RequestTownPurchase,
        DecideTownPurchase,
        ContractTownPurchase,
        OrderTownPayment,
        ClaimTownPayment,
        NoteTownPaymentDeclined,
    ),
    decide=decide,
    evolve=evolve,
)
