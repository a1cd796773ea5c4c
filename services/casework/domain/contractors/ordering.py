"""A work order's life: issued within its contract, delivered, accepted (验收) or sent back, cancelled or overdue."""

from typing import assert_never

from services.casework.domain.belonging import number_of_town, of_town, text_given
from services.casework.domain.commands.contractors import (
    AcceptWorkOrder,
    CancelWorkOrder,
    DeliverWorkOrder,
    IssueWorkOrder,
    MarkWorkOrderOverdue,
    OfTownsOrder,
    OrderCommand,
    SendBackWorkOrder,
)
from services.casework.domain.contractors.state import OPEN_ORDERS_MAX, Contract, Contractor, Order
from services.casework.domain.guards import not_before, not_in_future, rejected_unless
from services.casework.rules.contracting import Contracting, payable
from services.contracts.casework import (
    WorkOrderAccepted,
    WorkOrderCancelled,
    WorkOrderDelivered,
    WorkOrderIssued,
    WorkOrderOverdue,
    WorkOrderSentBack,
)
from services.contracts.clocks import overdue
from services.contracts.deciding import Context
from services.contracts.money import Fen
from services.contracts.registry import Fact
from services.contracts.roles import same_person


def decide_order(state: Contractor, command: OrderCommand, context: Context) -> Fact:
    match command:
        case IssueWorkOrder():
            return _issued(state, command, context)
        case DeliverWorkOrder():
            return _delivered(state, command, context)
        case AcceptWorkOrder():
            return _accepted(state, command, context)
        case SendBackWorkOrder():
            return _sent_back(state, command, context)
        case CancelWorkOrder():
            return _cancelled(state, command, context)
        case MarkWorkOrderOverdue():
            return _overdue(state, command, context)
        case _:
            assert_never(command)


def _issued(state: Contractor, command: IssueWorkOrder, context: Context) -> WorkOrderIssued:
    """A new order for a household of the town, within its contract."""
    of_town(command.town, context)
    number_of_town(command.household_no, command.town)
    known = {order.issued.order_no for order in state.orders} | set(state.ended_orders)
    rejected_unless(command.order_no not in known, "order-known", "该工单编号已登记", "this order is issued already")
    rejected_unless(
        len(state.orders) < OPEN_ORDERS_MAX,
        "orders-too-many",
        f"未结工单已达 {OPEN_ORDERS_MAX} 张",
        f"{OPEN_ORDERS_MAX} orders are open already",
    )
    not_in_future("issued_on", command.issued_on, context)
    not_before("due_on", command.due_on, "issued_on", command.issued_on)
    amount_fen = Fen(command.quantity * command.price_fen)
    _within(state.contract(command.contract_no), command, amount_fen)
    fields = {name: getattr(command, name) for name in IssueWorkOrder.__struct_fields__}
    return WorkOrderIssued(
        **(fields | {"price_fen": Fen(command.price_fen)}), amount_fen=amount_fen, issued_by=context.actor
    )


def _within(contract: Contract, command: IssueWorkOrder, amount_fen: Fen) -> None:
    """Within the contract's purchaser, services, term and amount: an order cannot exceed what is left of it."""
    signed = contract.signed
    rejected_unless(
        signed.town in ("", command.town), "contract-of-another-town", "该合同由其他镇街购买", "another town's contract"
    )
    rejected_unless(
        command.service in signed.services,
        "service-not-in-contract",
        "合同不含该服务项目",
        "not a service of the contract",
    )
    rejected_unless(
        signed.from_on <= command.issued_on and command.due_on <= signed.until_on,
        "outside-term",
        f"工单须在合同期内（{signed.from_on} 至 {signed.until_on}）",
        f"an order lies within the contract's term ({signed.from_on} to {signed.until_on})",
    )
    rejected_unless(
        amount_fen <= contract.left_fen,
        "contract-exceeded",
        "工单金额超过合同余额",
        "the order is above what is left of the contract",
    )


def _delivered(state: Contractor, command: DeliverWorkOrder, context: Context) -> WorkOrderDelivered:
    """By somebody whom the contract names on that day."""
    order = state.order(command.order_no)
    rejected_unless(order.status == "open", "order-delivered", "该工单已提交验收", "this order waits for acceptance")
    not_in_future("delivered_on", command.delivered_on, context)
    not_before("delivered_on", command.delivered_on, "issued_on", order.issued.issued_on)
    rejected_unless(
        command.quantity <= order.issued.quantity, "quantity-above-order", "数量超过工单", "more than was ordered"
    )
    since = state.contract(order.issued.contract_no).staff_since(command.staff_no)
    rejected_unless(
        since is not None and since <= command.delivered_on,
        "staff-unknown",
        "服务人员当日不在合同名单中",
        "the contract did not name this person on that day",
    )
    return WorkOrderDelivered(
        contractor=command.contractor,
        contract_no=order.issued.contract_no,
        order_no=command.order_no,
        town=order.issued.town,
        quantity=command.quantity,
        staff_no=command.staff_no,
        delivered_on=command.delivered_on,
        delivered_by=context.actor,
        evidence_sha256=command.evidence_sha256,
    )


def _of_town(state: Contractor, command: OfTownsOrder, status: str, context: Context) -> Order:
    """The town's order of that number, at that point of its life."""
    of_town(command.town, context)
    order = state.order(command.order_no)
    of = order.issued.town
    rejected_unless(command.town == of, "wrong-town", f"该工单属于 {of}", f"the order belongs to {of}")
    rejected_unless(
        order.status == status, f"order-not-{status}", f"该工单状态为 {order.status}", f"the order is {order.status}"
    )
    return order


def _accepted(state: Contractor, command: AcceptWorkOrder, context: Context) -> WorkOrderAccepted:
    """验收: payable = quantity × price × quality, to the fen, within what the contract has left."""
    order = _of_town(state, command, "delivered", context)
    issued = order.issued
    _by_another_than_the_deliverer(order, command, context)
    rules = context.rule_on("contracting", command.accepted_on, Contracting)
    factor = rules.factor_permille(command.grade)
    contract = state.contract(issued.contract_no)
    payable_fen = payable(command.quantity, issued.price_fen, factor)
    # A grade may pay more than the price; what the order set aside and what is left of the contract is all there is.
    rejected_unless(
        payable_fen <= issued.amount_fen + contract.left_fen,
        "contract-exceeded",
        "应付金额超过合同余额",
        "the payable amount is above what is left of the contract",
    )
    return WorkOrderAccepted(
        contractor=command.contractor,
        credit_code=state.credit_code,
        contract_no=issued.contract_no,
        order_no=command.order_no,
        town=issued.town,
        payer_town=contract.signed.town,
        household_no=issued.household_no,
        service=issued.service,
        quantity=command.quantity,
        price_fen=issued.price_fen,
        grade=command.grade,
        factor_permille=factor,
        payable_fen=payable_fen,
        set_free_fen=issued.amount_fen,
        accepted_on=command.accepted_on,
        accepted_by=context.actor,
        pack_version=context.rules.version_on("contracting", command.accepted_on),
    )


def _by_another_than_the_deliverer(order: Order, command: AcceptWorkOrder, context: Context) -> None:
    """Whoever delivered does not accept, and nobody accepts more than that, or before it."""
    delivered = order.delivered
    assert delivered is not None, "an order that is delivered says what"
    rejected_unless(
        not same_person(context.actor, delivered.delivered_by, delivered.staff_no),
        "accepted-by-deliverer",
        "服务人员不得自行验收",
        "whoever delivered does not accept",
    )
    not_in_future("accepted_on", command.accepted_on, context)
    not_before("accepted_on", command.accepted_on, "delivered_on", delivered.delivered_on)
    rejected_unless(
        command.quantity <= delivered.quantity,
        "quantity-above-delivery",
        "验收数量超过提交数量",
        "more than was delivered",
    )


def _sent_back(state: Contractor, command: SendBackWorkOrder, context: Context) -> WorkOrderSentBack:
    order = _of_town(state, command, "delivered", context)
    delivered = order.delivered
    assert delivered is not None, "an order that is delivered says what"
    text_given("reason", command.reason)
    not_before("due_on", command.due_on, "delivered_on", delivered.delivered_on)
    until_on = state.contract(order.issued.contract_no).signed.until_on
    rejected_unless(
        command.due_on <= until_on, "outside-term", f"超过合同截止日 {until_on}", f"after the contract's end {until_on}"
    )
    return WorkOrderSentBack(
        contractor=command.contractor,
        contract_no=order.issued.contract_no,
        order_no=command.order_no,
        town=command.town,
        reason=command.reason,
        due_on=command.due_on,
        sent_back_by=context.actor,
    )


def _cancelled(state: Contractor, command: CancelWorkOrder, context: Context) -> WorkOrderCancelled:
    order = _of_town(state, command, "open", context)
    text_given("reason", command.reason)
    return WorkOrderCancelled(
        contractor=command.contractor,
        contract_no=order.issued.contract_no,
        order_no=command.order_no,
        town=command.town,
        set_free_fen=order.issued.amount_fen,
        reason=command.reason,
    )


def _overdue(state: Contractor, command: MarkWorkOrderOverdue, context: Context) -> WorkOrderOverdue:
    """The one definition of overdue: the order's last day has passed and nothing was delivered."""
    order = state.order(command.order_no)
    rejected_unless(order.status == "open", "order-delivered", "该工单已提交验收", "this order waits for acceptance")
    rejected_unless(not order.overdue, "overdue-known", "该逾期已登记", "this is stated already")
    rejected_unless(
        command.due_on == order.due_on and overdue(command.due_on, context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    return WorkOrderOverdue(
        contractor=command.contractor,
        contract_no=order.issued.contract_no,
        order_no=command.order_no,
        town=order.issued.town,
        due_on=command.due_on,
    )
