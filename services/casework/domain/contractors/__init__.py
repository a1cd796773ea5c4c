"""A contractor as casework decides about it: registered, contracted, ordered from, accepted, evaluated (承接主体)."""

from typing import assert_never

from services.casework.domain.belonging import by_contractor
from services.casework.domain.commands.contractors import (
    AcceptWorkOrder,
    AssignContractStaff,
    CancelWorkOrder,
    ContractorCommand,
    DeliverWorkOrder,
    EvaluateContractor,
    IssueWorkOrder,
    MarkWorkOrderOverdue,
    RecordProcurement,
    RegisterContractor,
    ReleaseContractStaff,
    SendBackWorkOrder,
    SignContract,
)
from services.casework.domain.contractors.contracting import assign, evaluate, procured, register, release, sign
from services.casework.domain.contractors.ordering import decide_order
from services.casework.domain.contractors.state import Contractor, evolve
from services.casework.domain.guards import rejected_unless
from services.contracts.deciding import Aggregate, Context
from services.contracts.registry import Fact

__all__ = ["CONTRACTOR", "Contractor"]


def decide(state: Contractor, command: ContractorCommand, context: Context) -> tuple[Fact, ...]:
    by_contractor(command.contractor, context)
    match command:
        case RegisterContractor():
            return (register(state, command, context),)
        case RecordProcurement() | SignContract() | AssignContractStaff() | ReleaseContractStaff():
            _known(state)
            return (_bought(state, command, context),)
        case EvaluateContractor():
            _known(state)
            return (evaluate(state, command, context),)
        case _:
            return (decide_order(state, command, context),)


def _known(state: Contractor) -> None:
    rejected_unless(bool(state.credit_code), "contractor-unknown", "没有该承接主体", "there is no such contractor")


def _bought(
    state: Contractor,
    command: RecordProcurement | SignContract | AssignContractStaff | ReleaseContractStaff,
    context: Context,
) -> Fact:
    match command:
        case RecordProcurement():
            return procured(state, command, context)
        case SignContract():
            return sign(state, command, context)
        case AssignContractStaff():
            return assign(state, command, context)
        case ReleaseContractStaff():
            return release(state, command, context)
        case _:
            assert_never(command)


CONTRACTOR = Aggregate(
    prefix="contractor",
    state=Contractor,
    initial=Contractor(),
    commands=(
        RegisterContractor,
        RecordProcurement,
        SignContract,
        AssignContractStaff,
        ReleaseContractStaff,
        IssueWorkOrder,
        DeliverWorkOrder,
        SendBackWorkOrder,
        AcceptWorkOrder,
        CancelWorkOrder,
        MarkWorkOrderOverdue,
        EvaluateContractor,
    ),
    decide=decide,
    evolve=evolve,
)
