"""Automatic tests on contractors (承接主体, 一(二), 二(三)): award, contract, order, delivery and acceptance; no payment.

Payment is looked at in `invoices`, a town's own purchase in `town_purchases`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, noted
from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.audit.rules import figure
from services.contracts.audit import Evidence
from services.contracts.casework import (
    ContractSigned,
    ProcurementRecorded,
    WorkOrderAccepted,
    WorkOrderCancelled,
    WorkOrderDelivered,
    WorkOrderIssued,
    WorkOrderSentBack,
)
from services.contracts.deciding import Record
from services.contracts.money import Fen, yuan_text
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.contracts.rulebook import RuleBook

CONTRACT_WITHOUT_AWARD: Final = "contract_without_award"
ORDER_OUTSIDE_CONTRACT: Final = "order_outside_contract"
ORDERS_SPLIT: Final = "orders_split"
ACCEPTED_UNDELIVERED: Final = "accepted_undelivered"
ACCEPTED_BY_DELIVERER: Final = "accepted_by_deliverer"


@dataclass(slots=True, kw_only=True)
class Order:
    """A work order: as issued, and as it was last delivered."""

    issued: Noted[WorkOrderIssued]
    delivered: Noted[WorkOrderDelivered] | None = None


@dataclass(slots=True, kw_only=True)
class Contractor:
    """A contractor so far: procurements won, contracts, orders, and what orders and acceptances take of each contract."""

    awards: dict[str, Noted[ProcurementRecorded]] = field(default_factory=dict)
    contracts: dict[str, Noted[ContractSigned]] = field(default_factory=dict)
    signed_fen: dict[str, int] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    taken_fen: dict[str, int] = field(default_factory=dict)

    def takes(self, contract_no: str, amount_fen: int) -> None:
        self.taken_fen[contract_no] = self.taken_fen.get(contract_no, 0) + amount_fen


def follow(contractor: Contractor, record: Record) -> None:
    """Bring a contractor up to `record`."""
    match record.fact:
        case ProcurementRecorded() as fact:
            if fact.result == "awarded":
                contractor.awards[fact.procurement_no] = noted(record, ProcurementRecorded)
        case ContractSigned() as fact:
            contractor.contracts[fact.contract_no] = noted(record, ContractSigned)
            signed_fen = contractor.signed_fen.get(fact.procurement_no, 0) + fact.amount_fen
            contractor.signed_fen[fact.procurement_no] = signed_fen
        case WorkOrderIssued() as fact:
            contractor.orders[fact.order_no] = Order(issued=noted(record, WorkOrderIssued))
            contractor.takes(fact.contract_no, fact.amount_fen)
        case WorkOrderDelivered() as fact:
            if (order := contractor.orders.get(fact.order_no)) is not None:
                order.delivered = noted(record, WorkOrderDelivered)
        case WorkOrderSentBack() as fact:
            if (order := contractor.orders.get(fact.order_no)) is not None:
                order.delivered = None
        case WorkOrderAccepted() as fact:
            contractor.takes(fact.contract_no, fact.payable_fen - fact.set_free_fen)
        case WorkOrderCancelled() as fact:
            contractor.takes(fact.contract_no, -fact.set_free_fen)


def contract_without_award(contractor: Contractor, record: Record) -> OpenFinding | None:
    """A contract on no procurement that was won, or above what was won (政府采购法; 财政部令第102号; 一(二) 市场选择)."""
    fact = record.fact
    if not isinstance(fact, ContractSigned):
        return None
    award = contractor.awards.get(fact.procurement_no)
    evidence: tuple[Evidence, ...] = (evidence_of(record),)
    if award is None:
        lack_zh, lack_en = (
            f"没有中标（成交）的采购 {fact.procurement_no}",
            f"procurement {fact.procurement_no} was not won",
        )
    else:
        total_fen = contractor.signed_fen.get(fact.procurement_no, 0) + fact.amount_fen
        if total_fen <= award.fact.amount_fen:
            return None
        total, won = yuan_text(Fen(total_fen)), yuan_text(award.fact.amount_fen)
        evidence = (award.evidence, *evidence)
        lack_zh, lack_en = f"合同合计 {total} 元，成交 {won} 元", f"contracts of {total} on an award of {won}"
    return _on_contractor(
        CONTRACT_WITHOUT_AWARD, record, fact.town, evidence, f"合同 {fact.contract_no}：{lack_zh}", f"contract {fact.contract_no}: {lack_en}"
    )  # fmt: skip


def order_outside_contract(contractor: Contractor, record: Record) -> OpenFinding | None:
    """A work order without a contract, outside its term, of another service, or above what it has left (二(三))."""
    fact = record.fact
    if not isinstance(fact, WorkOrderIssued):
        return None
    contract = contractor.contracts.get(fact.contract_no)
    if contract is None:
        lack_zh, lack_en = "没有该合同", "there is no such contract"
    elif not contract.fact.from_on <= fact.issued_on <= fact.due_on <= contract.fact.until_on:
        term = f"{contract.fact.from_on}–{contract.fact.until_on}"
        lack_zh, lack_en = f"不在合同期 {term} 内", f"outside the term {term}"
    elif fact.service not in contract.fact.services:
        lack_zh, lack_en = f"合同不含服务 {fact.service}", f"{fact.service} is no service of it"
    else:
        over_fen = contractor.taken_fen.get(fact.contract_no, 0) + fact.amount_fen - contract.fact.amount_fen
        if over_fen <= 0:
            return None
        over = yuan_text(Fen(over_fen))
        lack_zh, lack_en = f"超出合同金额 {over} 元", f"{over} above its amount"
    before = (contract.evidence,) if contract else ()
    return _on_contractor(
        ORDER_OUTSIDE_CONTRACT,
        record,
        fact.town,
        (*before, evidence_of(record)),
        f"工单 {fact.order_no}（合同 {fact.contract_no}）：{lack_zh}",
        f"order {fact.order_no} on contract {fact.contract_no}: {lack_en}",
    )


def accepted_undelivered(contractor: Contractor, record: Record) -> OpenFinding | None:
    """Acceptance of what was not delivered, earlier than it was, or of more than was (验收; 二(三))."""
    fact = record.fact
    if not isinstance(fact, WorkOrderAccepted):
        return None
    order = contractor.orders.get(fact.order_no)
    delivered = order.delivered if order else None
    if delivered is None:
        lack_zh, lack_en = "尚未交付", "nothing was delivered"
    elif fact.accepted_on < delivered.fact.delivered_on:
        lack_zh, lack_en = f"交付于 {delivered.fact.delivered_on}", f"it was delivered on {delivered.fact.delivered_on}"
    elif fact.quantity > delivered.fact.quantity:
        lack_zh, lack_en = f"只交付 {delivered.fact.quantity}", f"{delivered.fact.quantity} were delivered"
    else:
        return None
    before = (delivered.evidence,) if delivered else ()
    return _on_contractor(
        ACCEPTED_UNDELIVERED,
        record,
        fact.town,
        (*before, evidence_of(record)),
        f"工单 {fact.order_no} 于 {fact.accepted_on} 验收 {fact.quantity}，{lack_zh}",
        f"{fact.quantity} of order {fact.order_no} were accepted on {fact.accepted_on}; {lack_en}",
    )


def accepted_by_deliverer(contractor: Contractor, record: Record) -> OpenFinding | None:
    """Acceptance by the contractor itself or by whoever delivered (验收; 不相容职务分离)."""
    fact = record.fact
    if not isinstance(fact, WorkOrderAccepted):
        return None
    order = contractor.orders.get(fact.order_no)
    delivered = order.delivered if order else None
    role = fact.accepted_by.partition(":")[0]
    same = delivered is not None and same_person(fact.accepted_by, delivered.fact.delivered_by, delivered.fact.staff_no)
    if role != "contractor" and not same:
        return None
    before = (delivered.evidence,) if delivered else ()
    return _on_contractor(
        ACCEPTED_BY_DELIVERER,
        record,
        fact.town,
        (*before, evidence_of(record)),
        f"工单 {fact.order_no} 由承接方 {fact.accepted_by} 自行验收",
        f"order {fact.order_no} was accepted by the contractor's own side, {fact.accepted_by}",
    )


def orders_split(contractor: Contractor, record: Record, rules: RuleBook) -> OpenFinding | None:
    """Orders of one service for one town within days, each just under the limit for one signature and together above it (化整为零).

    The least orders and the nearness to the limit are the pack's. The evidence is the earliest of them and this one.
    """
    fact = record.fact
    if not isinstance(fact, WorkOrderIssued):
        return None
    names = ("limit_fen", "near_permille_min", "within_days_max", "count_min")
    limit, near, days, count = (figure(rules, ORDERS_SPLIT, name, fact.issued_on) for name in names)
    if limit is None or near is None or days is None or count is None:
        return None

    def near_limit(amount_fen: int) -> bool:
        return limit * near <= amount_fen * 1000 and amount_fen < limit

    if not near_limit(fact.amount_fen):
        return None
    since: date = fact.issued_on - timedelta(days=days)
    alike = [
        one.issued
        for one in contractor.orders.values()
        if (one.issued.fact.contract_no, one.issued.fact.town, one.issued.fact.service)
        == (fact.contract_no, fact.town, fact.service)
        and since <= one.issued.fact.issued_on <= fact.issued_on
        and near_limit(one.issued.fact.amount_fen)
    ]
    if len(alike) + 1 < count:
        return None
    total = yuan_text(Fen(sum(one.fact.amount_fen for one in alike) + fact.amount_fen))
    return _on_contractor(
        ORDERS_SPLIT,
        record,
        fact.town,
        (alike[0].evidence, evidence_of(record)),
        f"{days} 日内 {len(alike) + 1} 张同类工单均略低于 {yuan_text(Fen(limit))} 元，合计 {total} 元",
        f"{len(alike) + 1} orders alike within {days} days, each just under {yuan_text(Fen(limit))}, {total} together",
    )


def _on_contractor(
    test: str, record: Record, town: str, evidence: tuple[Evidence, ...], zh: str, en: str
) -> OpenFinding:  # fmt: skip
    return objection(test, evidence, about=record.envelope.subject, town=town or DISTRICT, zh=zh, en=en)


@dataclass(slots=True)
class ContractorWatch:
    """Every contractor so far."""

    rules: RuleBook
    contractors: dict[str, Contractor] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        ContractSigned,
        ProcurementRecorded,
        WorkOrderAccepted,
        WorkOrderCancelled,
        WorkOrderDelivered,
        WorkOrderIssued,
        WorkOrderSentBack,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        contractor = self.contractors.setdefault(record.envelope.subject, Contractor())
        objections = (
            contract_without_award(contractor, record),
            order_outside_contract(contractor, record),
            accepted_undelivered(contractor, record),
            accepted_by_deliverer(contractor, record),
            orders_split(contractor, record, self.rules),
        )
        yield from filter(None, objections)
        follow(contractor, record)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        yield from ()
