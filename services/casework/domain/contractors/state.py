"""A contractor as decisions remember it, folded from its facts alone; decides nothing."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.casework import (
    ContractorEvaluated,
    ContractorRegistered,
    ContractSigned,
    ContractStaffAssigned,
    ContractStaffReleased,
    ProcurementRecorded,
    WorkOrderAccepted,
    WorkOrderCancelled,
    WorkOrderDelivered,
    WorkOrderIssued,
    WorkOrderOverdue,
    WorkOrderSentBack,
)
from services.contracts.deciding import CommandRejected
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.registry import Fact

# A contractor's state stays small: an ended order's number is known as used among this many latest ones.
ENDED_ORDERS_KEPT: Final = 1_000
OPEN_ORDERS_MAX: Final = 2_000
_change = msgspec.structs.replace


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """A procurement this contractor took part in; `contracted_fen` is what its contracts already take of it."""

    stated: ProcurementRecorded
    contracted_fen: Fen = ZERO_FEN


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A contract: `set_aside_fen` for open orders, `payable_fen` for accepted ones; staff now, evaluated years."""

    signed: ContractSigned
    set_aside_fen: Fen = ZERO_FEN
    payable_fen: Fen = ZERO_FEN
    staff: tuple[tuple[str, date], ...] = ()
    years: tuple[int, ...] = ()

    @property
    def left_fen(self) -> Fen:
        return Fen(self.signed.amount_fen - self.set_aside_fen - self.payable_fen)

    def staff_since(self, staff_no: str) -> date | None:
        return next((since for number, since in self.staff if number == staff_no), None)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is neither accepted nor cancelled."""

    issued: WorkOrderIssued
    due_on: date
    status: Literal["open", "delivered"] = "open"
    overdue: bool = False
    delivered: WorkOrderDelivered | None = None


class Contractor(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state of one contractor; `credit_code` is empty until it is registered."""

    name: str = ""
    credit_code: str = ""
    awards: tuple[Award, ...] = ()
    contracts: tuple[Contract, ...] = ()
    orders: tuple[Order, ...] = ()
    ended_orders: tuple[str, ...] = ()

    def contract(self, contract_no: str) -> Contract:
        for contract in self.contracts:
            if contract.signed.contract_no == contract_no:
                return contract
        raise CommandRejected("contract-unknown", "没有该合同", "the contractor has no such contract")

    def order(self, order_no: str) -> Order:
        for order in self.orders:
            if order.issued.order_no == order_no:
                return order
        if order_no in self.ended_orders:
            raise CommandRejected("order-ended", "该工单已办结", "this order has ended")
        raise CommandRejected("order-unknown", "没有该工单", "the contractor has no such order")


def evolve(state: Contractor, fact: Fact) -> Contractor:
    match fact:
        case ContractorRegistered():
            return _change(state, name=fact.name, credit_code=fact.credit_code)
        case ProcurementRecorded():
            return _change(state, awards=(*state.awards, Award(stated=fact)))
        case ContractSigned():
            return _signed(state, fact)
        case ContractStaffAssigned() | ContractStaffReleased() | ContractorEvaluated():
            contracts = (_of_contract(one, fact) for one in state.contracts)
            return _change(state, contracts=tuple(contracts))
        case WorkOrderIssued():
            after = _change(state, orders=(*state.orders, Order(issued=fact, due_on=fact.due_on)))
            return _money(after, fact.contract_no, set_aside_fen=fact.amount_fen)
        case WorkOrderAccepted():
            after = _ended(state, fact.order_no)
            freed = Fen(-fact.set_free_fen)
            return _money(after, fact.contract_no, set_aside_fen=freed, payable_fen=fact.payable_fen)
        case WorkOrderCancelled():
            return _money(_ended(state, fact.order_no), fact.contract_no, set_aside_fen=Fen(-fact.set_free_fen))
        case WorkOrderDelivered() | WorkOrderSentBack() | WorkOrderOverdue():
            orders = (_moved(one, fact) if one.issued.order_no == fact.order_no else one for one in state.orders)
            return _change(state, orders=tuple(orders))
        case _:
            return state


def _signed(state: Contractor, fact: ContractSigned) -> Contractor:
    awards = (
        _change(one, contracted_fen=Fen(one.contracted_fen + fact.amount_fen))
        if one.stated.procurement_no == fact.procurement_no
        else one
        for one in state.awards
    )
    return _change(state, awards=tuple(awards), contracts=(*state.contracts, Contract(signed=fact)))


def _of_contract(
    contract: Contract, fact: ContractStaffAssigned | ContractStaffReleased | ContractorEvaluated
) -> Contract:
    if contract.signed.contract_no != fact.contract_no:
        return contract
    match fact:
        case ContractStaffAssigned():
            return _change(contract, staff=(*contract.staff, (fact.staff_no, fact.from_on)))
        case ContractStaffReleased():
            return _change(contract, staff=tuple(one for one in contract.staff if one[0] != fact.staff_no))
        case ContractorEvaluated():
            return _change(contract, years=(*contract.years, fact.year))


def _moved(order: Order, fact: WorkOrderDelivered | WorkOrderSentBack | WorkOrderOverdue) -> Order:
    match fact:
        case WorkOrderDelivered():
            return _change(order, status="delivered", delivered=fact)
        case WorkOrderSentBack():
            return _change(order, status="open", due_on=fact.due_on, overdue=False)
        case WorkOrderOverdue():
            return _change(order, overdue=True)


def _ended(state: Contractor, order_no: str) -> Contractor:
    return _change(
        state,
        orders=tuple(one for one in state.orders if one.issued.order_no != order_no),
        ended_orders=(*state.ended_orders, order_no)[-ENDED_ORDERS_KEPT:],
    )


def _money(state: Contractor, contract_no: str, *, set_aside_fen: Fen, payable_fen: Fen = ZERO_FEN) -> Contractor:
    contracts = (
        _change(
            one,
            set_aside_fen=Fen(one.set_aside_fen + set_aside_fen),
            payable_fen=Fen(one.payable_fen + payable_fen),
        )
        if one.signed.contract_no == contract_no
        else one
        for one in state.contracts
    )
    return _change(state, contracts=tuple(contracts))
