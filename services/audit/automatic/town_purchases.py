"""Automatic tests on a town's own purchase and money (二(二)): approval first, by somebody else, within it, and its money for nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, noted
from services.audit.domain import OpenFinding, evidence_of, objection
from services.contracts.audit import Evidence
from services.contracts.casework import ProcurementRecorded
from services.contracts.deciding import Record
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
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
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.contracts.rulebook import RuleBook

TOWN_PURCHASE_UNAPPROVED: Final = "town_purchase_unapproved"
TOWN_PURCHASE_SELF_APPROVED: Final = "town_purchase_self_approved"
TOWN_PAYMENT_OVER_CONTRACT: Final = "town_payment_over_contract"
TOWN_FUND_OVERSPENT: Final = "town_fund_overspent"
TOWN_FUND_OFF_PURPOSE: Final = "town_fund_off_purpose"
# The roles that speak for a town, as actors begin.
TOWN_ROLES: Final = "town-"


@dataclass(slots=True, kw_only=True)
class Purchase:
    """A town's purchase so far."""

    requested: Noted[TownPurchaseRequested] | None = None
    decided: Noted[TownPurchaseDecided] | None = None
    contracted: Noted[TownPurchaseContracted] | None = None
    ordered: dict[str, int] = field(default_factory=dict)


def follow(purchase: Purchase, record: Record) -> None:
    """Bring a purchase up to `record`."""
    match record.fact:
        case TownPurchaseRequested():
            purchase.requested = noted(record, TownPurchaseRequested)
        case TownPurchaseDecided():
            purchase.decided = noted(record, TownPurchaseDecided)
        case TownPurchaseContracted():
            purchase.contracted = noted(record, TownPurchaseContracted)
        case TownPaymentOrdered() as fact:
            purchase.ordered[fact.payment_no] = purchase.ordered.get(fact.payment_no, 0) + fact.amount_fen
        case TownPaymentDeclined() as fact if fact.ordered:
            purchase.ordered.pop(fact.payment_no, None)


def town_purchase_unapproved(purchase: Purchase, record: Record) -> OpenFinding | None:
    """A town that contracted or ordered a payment without the bureau's approval, or above it (二(二): 应报区民政局同意)."""
    fact = record.fact
    if not isinstance(fact, TownPurchaseContracted | TownPaymentOrdered):
        return None
    decided = purchase.decided
    before = (decided.evidence,) if decided else ()
    if decided is None or not decided.fact.approved:
        lack_zh, lack_en = "未经区民政局同意", "without the bureau's approval"
    elif isinstance(fact, TownPurchaseContracted) and fact.amount_fen > decided.fact.amount_fen:
        approved = yuan_text(decided.fact.amount_fen)
        lack_zh, lack_en = f"超过批准的 {approved} 元", f"above the approved {approved}"
    else:
        return None
    did_zh, did_en = (
        ("签约", "contracted") if isinstance(fact, TownPurchaseContracted) else ("付款", "ordered a payment of")
    )
    amount = yuan_text(fact.amount_fen)
    return _on_purchase(
        TOWN_PURCHASE_UNAPPROVED,
        record,
        fact.town,
        (*before, evidence_of(record)),
        f"{fact.purchase_no} {did_zh} {amount} 元，{lack_zh}",
        f"{fact.purchase_no}: {did_en} {amount} {lack_en}",
    )


def procurement_unapproved(record: Record) -> OpenFinding | None:
    """A town's own procurement that names no approval of the bureau (二(二)); the fact alone tells."""
    fact = record.fact
    if not isinstance(fact, ProcurementRecorded) or not fact.town or fact.approval.strip():
        return None
    return _on_purchase(
        TOWN_PURCHASE_UNAPPROVED,
        record,
        fact.town,
        (evidence_of(record),),
        f"采购 {fact.procurement_no} 由 {fact.town} 自行购买，未列区民政局批准文号",
        f"procurement {fact.procurement_no} is {fact.town}'s own and names no approval",
    )


def town_purchase_self_approved(purchase: Purchase, record: Record) -> OpenFinding | None:
    """A purchase decided by whoever asked for it, or by a town's own people (二(二); 会计法: 不相容职务分离)."""
    fact = record.fact
    if not isinstance(fact, TownPurchaseDecided) or not fact.approved:
        return None
    asked = purchase.requested
    same = asked is not None and same_person(fact.decided_by, asked.fact.requested_by)
    if not same and not fact.decided_by.startswith(TOWN_ROLES):
        return None
    return _on_purchase(
        TOWN_PURCHASE_SELF_APPROVED,
        record,
        fact.town,
        (*((asked.evidence,) if asked else ()), evidence_of(record)),
        f"{fact.purchase_no} 由申请方 {fact.decided_by} 自行批复",
        f"{fact.purchase_no} was approved on the asking side, by {fact.decided_by}",
    )


def town_payment_over_contract(purchase: Purchase, record: Record) -> OpenFinding | None:
    """Payments ordered on a town's purchase that come to more than its contract, or on no contract (二(二))."""
    fact, contracted = record.fact, purchase.contracted
    if not isinstance(fact, TownPaymentOrdered):
        return None
    signed_fen = contracted.fact.amount_fen if contracted else 0
    total_fen = sum(purchase.ordered.values()) + fact.amount_fen
    if contracted is not None and total_fen <= signed_fen and fact.contractor == contracted.fact.contractor:
        return None
    total, signed = yuan_text(Fen(total_fen)), yuan_text(Fen(signed_fen))
    return _on_purchase(
        TOWN_PAYMENT_OVER_CONTRACT,
        record,
        fact.town,
        (*((contracted.evidence,) if contracted else ()), evidence_of(record)),
        f"{fact.purchase_no} 累计付款 {total} 元，合同 {signed} 元",
        f"{fact.purchase_no}: payments of {total} on a contract of {signed}",
    )


@dataclass(slots=True, kw_only=True)
class TownFund:
    """A town's own money of a year: budgeted, and set aside by payment."""

    budget_fen: int = 0
    aside_fen: dict[str, int] = field(default_factory=dict)


def follow_fund(fund: TownFund, record: Record) -> None:
    """Bring a town's fund up to `record`."""
    match record.fact:
        case TownFundBudgeted() as fact:
            fund.budget_fen += fact.amount_fen
        case TownFundCommitted() as fact:
            fund.aside_fen[fact.payment_no] = fund.aside_fen.get(fact.payment_no, 0) + fact.amount_fen
        case TownFundReleased() as fact:
            fund.aside_fen[fact.payment_no] = fund.aside_fen.get(fact.payment_no, 0) - fact.amount_fen


def town_fund_overspent(fund: TownFund, record: Record) -> OpenFinding | None:
    """A town's money set aside beyond what it put in, or paid beyond what was set aside: a negative balance (二(二))."""
    match record.fact:
        case TownFundCommitted() as fact:
            may_fen = fund.budget_fen - sum(fund.aside_fen.values())
        case TownFundPaid() as fact:
            may_fen = fund.aside_fen.get(fact.payment_no, 0)
        case _:
            return None
    if fact.amount_fen <= may_fen:
        return None
    amount, left = yuan_text(fact.amount_fen), yuan_text(Fen(max(0, may_fen)))
    return _on_purchase(
        TOWN_FUND_OVERSPENT,
        record,
        fact.town,
        (evidence_of(record),),
        f"{fact.town} 自有资金列支 {amount} 元，可用 {left} 元（{fact.payment_no}）",
        f"{amount} of {fact.town}'s own money for {fact.payment_no}, {left} were there",
    )


def town_fund_off_purpose(
    paid: Noted[TownFundCommitted] | Noted[TownFundPaid], ordered: set[tuple[str, str]]
) -> OpenFinding | None:
    """A town's own money for what no payment of an own purchase asked for, such as officers' pay or the bureau's invoices (二(二), 三)."""
    fact = paid.fact
    if (fact.purchase_no, fact.payment_no) in ordered:
        return None
    return objection(
        TOWN_FUND_OFF_PURPOSE,
        (paid.evidence,),
        about=paid.subject,
        town=fact.town,
        zh=f"{fact.town} 自有资金支出 {yuan_text(fact.amount_fen)} 元（{fact.payment_no}），没有相应的自行购买付款",
        en=f"{yuan_text(fact.amount_fen)} of {fact.town}'s own money ({fact.payment_no}) is for no payment of its own purchase",
    )


def _on_purchase(
    test: str, record: Record, town: str, evidence: tuple[Evidence, ...], zh: str, en: str
) -> OpenFinding:  # fmt: skip
    return objection(test, evidence, about=record.envelope.subject, town=town, zh=zh, en=en)


@dataclass(slots=True)
class TownPurchaseWatch:
    """Every town's purchases and own money, and the payments that purchases ordered."""

    rules: RuleBook
    purchases: dict[str, Purchase] = field(default_factory=dict)
    funds: dict[str, TownFund] = field(default_factory=dict)
    ordered: set[tuple[str, str]] = field(default_factory=set)
    spent: list[Noted[TownFundCommitted] | Noted[TownFundPaid]] = field(default_factory=list)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        ProcurementRecorded,
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

    def read(self, record: Record) -> Iterator[OpenFinding]:
        subject = record.envelope.subject
        match record.fact:
            case ProcurementRecorded():
                yield from filter(None, (procurement_unapproved(record),))
            case TownFundBudgeted() | TownFundCommitted() | TownFundPaid() | TownFundReleased():
                fund = self.funds.setdefault(subject, TownFund())
                yield from filter(None, (town_fund_overspent(fund, record),))
                follow_fund(fund, record)
                if isinstance(record.fact, TownFundCommitted):
                    self.spent.append(noted(record, TownFundCommitted))
                elif isinstance(record.fact, TownFundPaid):
                    self.spent.append(noted(record, TownFundPaid))
            case _:
                purchase = self.purchases.setdefault(subject, Purchase())
                objections = (
                    town_purchase_unapproved(purchase, record),
                    town_purchase_self_approved(purchase, record),
                    town_payment_over_contract(purchase, record),
                )
                yield from filter(None, objections)
                follow(purchase, record)
                if isinstance(record.fact, TownPaymentOrdered):
                    self.ordered.add((record.fact.purchase_no, record.fact.payment_no))

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        for paid in self.spent:
            if finding := town_fund_off_purpose(paid, self.ordered):
                yield finding
