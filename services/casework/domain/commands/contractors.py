"""Commands about contractors (承接主体): procurement, contract, staff, work orders, acceptance, evaluation."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from services.casework.domain.commands.shapes import (
    EVIDENCE_MAX,
    Code,
    HouseholdNo,
    Line,
    Name,
    Reference,
    Sha256,
    TownCode,
)
from services.contracts.deciding import Command

ContractorNo = Annotated[str, Meta(pattern=r"^K[0-9]{3,6}\Z")]
Services = Annotated[tuple[Code, ...], Meta(max_length=20)]
Amount = Annotated[int, Meta(ge=1, le=100_000_000_000)]
Quantity = Annotated[int, Meta(ge=1, le=100_000)]


class OfContractor(Command, frozen=True, kw_only=True):
    """Base of the commands about one contractor. Amounts are fen."""

    contractor: ContractorNo

    @property
    def subject(self) -> str:
        return f"contractor:{self.contractor}"


class RegisterContractor(OfContractor, frozen=True, kw_only=True):
    """Register a body that may take service work over."""

    name: Name
    kind: Code
    credit_code: Annotated[str, Meta(max_length=40)]


class RecordProcurement(OfContractor, frozen=True, kw_only=True):
    """Record a procurement this contractor took part in. `purchaser` None: the bureau; a town needs its `approval`."""

    procurement_no: Reference
    purchaser: TownCode | None = None
    method: Code
    document: Line
    amount_fen: Amount
    services: Services
    decided_on: date
    result: Literal["awarded", "not_awarded"]
    approval: Line = ""


class SignContract(OfContractor, frozen=True, kw_only=True):
    """Record a contract; a term of more than a year gives its reason and document, a contract for posts is shown."""

    contract_no: Reference
    procurement_no: Reference
    mode: Code
    services: Services
    signed_on: date
    from_on: date
    until_on: date
    amount_fen: Amount
    document: Line
    long_term_reason: Line = ""
    long_term_document: Line = ""


class AssignContractStaff(OfContractor, frozen=True, kw_only=True):
    """Name somebody who delivers on a contract."""

    contract_no: Reference
    staff_no: Reference
    name: Name
    resident_id: Annotated[str, Meta(max_length=40)]
    from_on: date


class ReleaseContractStaff(OfContractor, frozen=True, kw_only=True):
    """Somebody delivers on a contract no more."""

    contract_no: Reference
    staff_no: Reference
    until_on: date
    reason: Line


class IssueWorkOrder(OfContractor, frozen=True, kw_only=True):
    """Order a service for a household on a contract; `price_fen` is for one unit of `quantity`."""

    contract_no: Reference
    order_no: Reference
    town: TownCode
    household_no: HouseholdNo
    service: Code
    quantity: Quantity
    price_fen: Amount
    issued_on: date
    due_on: date


class DeliverWorkOrder(OfContractor, frozen=True, kw_only=True):
    """The contractor states what it delivered."""

    order_no: Reference
    quantity: Quantity
    staff_no: Reference
    delivered_on: date
    evidence_sha256: Annotated[tuple[Sha256, ...], Meta(min_length=1, max_length=EVIDENCE_MAX)]


class OfTownsOrder(OfContractor, frozen=True, kw_only=True):
    """Base of what a town, or the bureau, says to a delivered or an open order."""

    order_no: Reference
    town: TownCode


class AcceptWorkOrder(OfTownsOrder, frozen=True, kw_only=True):
    """Accept what was delivered (验收): how much of it, and of which quality grade."""

    quantity: Annotated[int, Meta(ge=0, le=100_000)]
    grade: Code
    accepted_on: date


class SendBackWorkOrder(OfTownsOrder, frozen=True, kw_only=True):
    """Send back what was delivered, to be done again by `due_on`."""

    reason: Line
    due_on: date


class CancelWorkOrder(OfTownsOrder, frozen=True, kw_only=True):
    """Take back an order that nothing was delivered on."""

    reason: Line


class MarkWorkOrderOverdue(OfContractor, frozen=True, kw_only=True):
    """State that an order's last day passed; issued by the timer."""

    order_no: Reference
    due_on: date


class EvaluateContractor(OfContractor, frozen=True, kw_only=True):
    """The yearly evaluation of a contractor on one of its contracts; `score` of 100."""

    contract_no: Reference
    year: Annotated[int, Meta(ge=2000, le=9998)]
    score: Annotated[int, Meta(ge=0, le=100)]
    evaluated_on: date


OrderCommand = (
    IssueWorkOrder | DeliverWorkOrder | AcceptWorkOrder | SendBackWorkOrder | CancelWorkOrder | MarkWorkOrderOverdue
)
ContractorCommand = (
    RegisterContractor
    | RecordProcurement
    | SignContract
    | AssignContractStaff
    | ReleaseContractStaff
    | EvaluateContractor
    | OrderCommand
)
