"""Facts about contractors (承接主体, plan 一(二), 二(三)): procurement, contract, staff, work orders, acceptance, evaluation.

Payment is payroll's: `WorkOrderAccepted` says what is payable, to whom and on which contract.
"""

from datetime import date

from services.contracts.money import Fen
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


@fact("casework", "contractor_registered", subject="contractor")
class ContractorRegistered(Fact, frozen=True, kw_only=True):
    """A body that may take service work over; its unified social credit code is checked (GB 32100)."""

    contractor: str
    name: str
    kind: str
    credit_code: str


@fact("casework", "procurement_recorded", subject="contractor")
class ProcurementRecorded(Fact, frozen=True, kw_only=True):
    """A procurement this contractor took part in, with its result for it.

    `town` is empty when the bureau buys; a town's own purchase names the bureau's `approval` (二(二)).
    """

    contractor: str
    procurement_no: str
    town: str
    method: str
    document: str
    amount_fen: Fen
    services: tuple[str, ...]
    decided_on: date
    result: str
    approval: str
    pack_version: str


@fact("casework", "contract_signed", subject="contractor")
class ContractSigned(Fact, frozen=True, kw_only=True):
    """A contract on a won procurement; `until_on` is its last day, `amount_fen` its ceiling.

    `conflict` names the article that a contract of this mode goes against (财政部令第102号 art. 10(5) for posts): it is
    recorded and shown, not hidden. A term of more than the pack's months gives its `long_term_reason` and document.
    """

    contractor: str
    contractor_name: str
    credit_code: str
    contract_no: str
    procurement_no: str
    town: str
    mode: str
    services: tuple[str, ...]
    signed_on: date
    from_on: date
    until_on: date
    amount_fen: Fen
    document: str
    long_term_reason: str
    long_term_document: str
    conflict: str
    pack_version: str


@fact("casework", "contract_staff_assigned", subject="contractor")
class ContractStaffAssigned(Fact, frozen=True, kw_only=True):
    """Somebody of the contractor's who delivers on a contract."""

    contractor: str
    contract_no: str
    staff_no: str
    person: str
    name: Personal
    resident_id: Personal
    from_on: date


@fact("casework", "contract_staff_released", subject="contractor")
class ContractStaffReleased(Fact, frozen=True, kw_only=True):
    """Somebody delivers on a contract no more; `until_on` was the last day."""

    contractor: str
    contract_no: str
    staff_no: str
    until_on: date
    reason: str


@fact("casework", "work_order_issued", subject="contractor")
class WorkOrderIssued(Fact, frozen=True, kw_only=True):
    """A work order within a contract's term and amount: `amount_fen` = quantity × price is set aside from it."""

    contractor: str
    contract_no: str
    order_no: str
    town: str
    household_no: str
    service: str
    quantity: int
    price_fen: Fen
    amount_fen: Fen
    issued_on: date
    due_on: date
    issued_by: str


@fact("casework", "work_order_delivered", subject="contractor")
class WorkOrderDelivered(Fact, frozen=True, kw_only=True):
    """The contractor says that it has delivered, by whom and with which evidence."""

    contractor: str
    contract_no: str
    order_no: str
    town: str
    quantity: int
    staff_no: str
    delivered_on: date
    delivered_by: str
    evidence_sha256: tuple[str, ...]


@fact("casework", "work_order_sent_back", subject="contractor")
class WorkOrderSentBack(Fact, frozen=True, kw_only=True):
    """What was delivered is not accepted: why, and by when it is to be done again."""

    contractor: str
    contract_no: str
    order_no: str
    town: str
    reason: str
    due_on: date
    sent_back_by: str


@fact("casework", "work_order_accepted", subject="contractor")
class WorkOrderAccepted(Fact, frozen=True, kw_only=True):
    """Acceptance (验收): payable = accepted quantity × price × the grade's factor, to the fen.

    `set_free_fen` was set aside for the order and is so no more; `payer_town` is empty when the bureau pays.
    """

    contractor: str
    credit_code: str
    contract_no: str
    order_no: str
    town: str
    payer_town: str
    household_no: str
    service: str
    quantity: int
    price_fen: Fen
    grade: str
    factor_permille: int
    payable_fen: Fen
    set_free_fen: Fen
    accepted_on: date
    accepted_by: str
    pack_version: str


@fact("casework", "work_order_cancelled", subject="contractor")
class WorkOrderCancelled(Fact, frozen=True, kw_only=True):
    """A work order is taken back, and its amount set free."""

    contractor: str
    contract_no: str
    order_no: str
    town: str
    set_free_fen: Fen
    reason: str


@fact("casework", "work_order_overdue", subject="contractor")
class WorkOrderOverdue(Fact, frozen=True, kw_only=True):
    """A work order's last day passed and nothing was delivered."""

    contractor: str
    contract_no: str
    order_no: str
    town: str
    due_on: date


@fact("casework", "contractor_evaluated", subject="contractor")
class ContractorEvaluated(Fact, frozen=True, kw_only=True):
    """The yearly evaluation of a contractor on a contract: score of 100 and the pack's verdict."""

    contractor: str
    contract_no: str
    town: str
    year: int
    score: int
    verdict: str
    evaluated_on: date
    evaluated_by: str
    pack_version: str
