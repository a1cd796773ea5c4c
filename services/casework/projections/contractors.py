"""Read models of contractors: procurements, contracts with what is left of them, work orders, evaluations.

Bodies have names here, people have none.
"""

from datetime import date
from typing import Any, Final

import msgspec

from services.contracts.casework import (
    ContractorEvaluated,
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
from services.contracts.deciding import Model, Record
from services.contracts.money import ZERO_FEN, Fen

_change = msgspec.structs.replace


class ProcurementRow(msgspec.Struct, frozen=True, kw_only=True):
    """A procurement one contractor took part in; `contracted_fen` is what its contracts take of it."""

    contractor: str
    procurement_no: str
    town: str
    method: str
    document: str
    approval: str
    services: tuple[str, ...]
    decided_on: date
    result: str
    amount_fen: Fen
    contracted_fen: Fen = ZERO_FEN


class ContractRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contract: `left_fen` = amount − payable of accepted orders − what open orders set aside.

    `conflict` names the article its mode goes against; `town` is empty when the bureau bought.
    """

    contractor: str
    contractor_name: str
    credit_code: str
    town: str
    mode: str
    conflict: str
    long_term_reason: str
    services: tuple[str, ...]
    from_on: date
    until_on: date
    amount_fen: Fen
    left_fen: Fen
    payable_fen: Fen = ZERO_FEN
    set_aside_fen: Fen = ZERO_FEN
    staff_count: int = 0
    orders_issued: int = 0
    orders_accepted: int = 0


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """A work order that is not over. `status`: open, delivered (waits for acceptance), sent_back."""

    contractor: str
    contract_no: str
    town: str
    household_no: str
    service: str
    quantity: int
    amount_fen: Fen
    due_on: date
    status: str = "open"
    overdue: bool = False
    delivered_on: date | None = None
    reason: str = ""


class EndedOrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """A work order that is over. `status`: accepted (with `grade` and `payable_fen`), cancelled (with its `reason`)."""

    contractor: str
    contract_no: str
    town: str
    status: str
    household_no: str = ""
    service: str = ""
    quantity: int = 0
    grade: str = ""
    payable_fen: Fen = ZERO_FEN
    accepted_on: date | None = None
    reason: str = ""


class EvaluationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contractor's evaluation for one year on one contract."""

    contractor: str
    contract_no: str
    town: str
    year: int
    score: int
    verdict: str
    evaluated_on: date


def _procurement_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (f"{fact.procurement_no}/{fact.contractor}",)


def _procurement(row: ProcurementRow | None, record: Record, _: str) -> ProcurementRow | None:
    match record.fact:
        case ProcurementRecorded() as fact:
            fields = {name: getattr(fact, name) for name in ProcurementRow.__struct_fields__ if hasattr(fact, name)}
            return ProcurementRow(**fields)
        case ContractSigned() as fact if row is not None:
            return _change(row, contracted_fen=Fen(row.contracted_fen + fact.amount_fen))
        case _:
            return row


def _contract_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.contract_no,)


def _contract(row: ContractRow | None, record: Record, _: str) -> ContractRow | None:
    fact = record.fact
    if isinstance(fact, ContractSigned):
        fields = {name: getattr(fact, name) for name in ContractRow.__struct_fields__ if hasattr(fact, name)}
        return ContractRow(**fields, left_fen=fact.amount_fen)
    if row is None:
        return None
    match fact:
        case ContractStaffAssigned():
            return _change(row, staff_count=row.staff_count + 1)
        case ContractStaffReleased():
            return _change(row, staff_count=row.staff_count - 1)
        case WorkOrderIssued():
            return _with_money(_change(row, orders_issued=row.orders_issued + 1), aside_fen=fact.amount_fen)
        case WorkOrderAccepted():
            accepted = _change(row, orders_accepted=row.orders_accepted + 1)
            return _with_money(accepted, aside_fen=-fact.set_free_fen, payable_fen=fact.payable_fen)
        case WorkOrderCancelled():
            return _with_money(row, aside_fen=-fact.set_free_fen)
        case _:
            return row


def _with_money(row: ContractRow, *, aside_fen: int, payable_fen: int = 0) -> ContractRow:
    return _change(
        row,
        set_aside_fen=Fen(row.set_aside_fen + aside_fen),
        payable_fen=Fen(row.payable_fen + payable_fen),
        left_fen=Fen(row.left_fen - aside_fen - payable_fen),
    )


def _order_keys(record: Record) -> tuple[str, ...]:
    """By contractor first, so that a contractor's orders stand together."""
    fact: Any = record.fact
    return (f"{fact.contractor}/{fact.order_no}",)


def _order(row: OrderRow | None, record: Record, _: str) -> OrderRow | None:
    match record.fact:
        case WorkOrderIssued() as fact:
            fields = {name: getattr(fact, name) for name in OrderRow.__struct_fields__ if hasattr(fact, name)}
            return OrderRow(**fields)
        case WorkOrderDelivered() as fact if row is not None:
            return _change(row, status="delivered", delivered_on=fact.delivered_on)
        case WorkOrderSentBack() as fact if row is not None:
            return _change(row, status="sent_back", due_on=fact.due_on, overdue=False, reason=fact.reason)
        case WorkOrderOverdue() if row is not None:
            return _change(row, overdue=True)
        case WorkOrderAccepted() | WorkOrderCancelled():
            return None
        case _:
            return row


def _ended_order(_: EndedOrderRow | None, record: Record, __: str) -> EndedOrderRow:
    fact = record.fact
    assert isinstance(fact, WorkOrderAccepted | WorkOrderCancelled)
    fields = {name: getattr(fact, name) for name in EndedOrderRow.__struct_fields__ if hasattr(fact, name)}
    return EndedOrderRow(status="accepted" if isinstance(fact, WorkOrderAccepted) else "cancelled", **fields)


def _evaluation_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    assert isinstance(fact, ContractorEvaluated)
    return (f"{fact.contract_no}/{fact.year}",)


def _evaluation(_: EvaluationRow | None, record: Record, __: str) -> EvaluationRow:
    fields = {name: getattr(record.fact, name) for name in EvaluationRow.__struct_fields__}
    return EvaluationRow(**fields)


PROCUREMENTS: Final = Model(
    name="procurements",
    row=ProcurementRow,
    listens=(ProcurementRecorded, ContractSigned),
    keys=_procurement_keys,
    evolve=_procurement,
)
CONTRACTS: Final = Model(
    name="contracts",
    row=ContractRow,
    listens=(
        ContractSigned,
        ContractStaffAssigned,
        ContractStaffReleased,
        WorkOrderIssued,
        WorkOrderAccepted,
        WorkOrderCancelled,
    ),
    keys=_contract_keys,
    evolve=_contract,
)
OPEN_WORK_ORDERS: Final = Model(
    name="open_work_orders",
    row=OrderRow,
    listens=(
        WorkOrderIssued,
        WorkOrderDelivered,
        WorkOrderSentBack,
        WorkOrderOverdue,
        WorkOrderAccepted,
        WorkOrderCancelled,
    ),
    keys=_order_keys,
    evolve=_order,
)
ENDED_WORK_ORDERS: Final = Model(
    name="ended_work_orders",
    row=EndedOrderRow,
    listens=(WorkOrderAccepted, WorkOrderCancelled),
    keys=_order_keys,
    evolve=_ended_order,
)
CONTRACTOR_EVALUATIONS: Final = Model(
    name="contractor_evaluations",
    row=EvaluationRow,
    listens=(ContractorEvaluated,),
    keys=_evaluation_keys,
    evolve=_evaluation,
)
