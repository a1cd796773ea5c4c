"""Before any work is ordered: the contractor, the procurement, the contract and its staff; after it: the evaluation."""

from services.casework.domain.belonging import on_list, text_given
from services.casework.domain.commands.contractors import (
    AssignContractStaff,
    EvaluateContractor,
    RecordProcurement,
    RegisterContractor,
    ReleaseContractStaff,
    SignContract,
)
from services.casework.domain.contractors.state import Award, Contractor
from services.casework.domain.guards import no_personal_number, not_before, not_in_future, rejected_unless
from services.casework.rules import ServiceStandard
from services.casework.rules.contracting import Contracting, last_day_of_term
from services.contracts.casework import (
    ContractorEvaluated,
    ContractorRegistered,
    ContractSigned,
    ContractStaffAssigned,
    ContractStaffReleased,
    ProcurementRecorded,
)
from services.contracts.credit_codes import credit_code_fault
from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.resident_ids import normal_id, resident_id_fault
from services.contracts.sealed import Clear


def register(state: Contractor, command: RegisterContractor, context: Context) -> ContractorRegistered:
    """A body with a right unified social credit code (GB 32100)."""
    rejected_unless(not state.credit_code, "contractor-known", "该承接主体已登记", "this contractor is registered")
    text_given("name", command.name)
    code = command.credit_code.strip().upper()
    fault = credit_code_fault(code)
    if fault is not None:
        raise CommandRejected("credit-code-invalid", f"统一社会信用代码{fault[0]}", f"the credit code {fault[1]}")
    on_list(command.kind, context.rule_on("contracting", context.today, Contracting).kinds, "kind")
    return ContractorRegistered(contractor=command.contractor, name=command.name, kind=command.kind, credit_code=code)


def procured(state: Contractor, command: RecordProcurement, context: Context) -> ProcurementRecorded:
    """A town may not buy on its own; if it must, the bureau has approved first (二(二))."""
    known = {award.stated.procurement_no for award in state.awards}
    rejected_unless(
        command.procurement_no not in known, "procurement-known", "该采购已登记", "this procurement is recorded already"
    )
    not_in_future("decided_on", command.decided_on, context)
    text_given("document", command.document)
    rejected_unless(
        command.purchaser is None or bool(command.approval.strip()),
        "approval-missing",
        "镇街自行购买须先经区民政局批准（方案二（二））",
        "a town buys only after the bureau's approval",
    )
    no_personal_number(command.approval)
    rules = context.rule_on("contracting", command.decided_on, Contracting)
    on_list(command.method, rules.methods, "method")
    _services_known(command.services, command, context)
    return ProcurementRecorded(
        contractor=command.contractor,
        procurement_no=command.procurement_no,
        town=command.purchaser or "",
        method=command.method,
        document=command.document,
        amount_fen=Fen(command.amount_fen),
        services=command.services,
        decided_on=command.decided_on,
        result=command.result,
        approval=command.approval,
        pack_version=context.rules.version_on("contracting", command.decided_on),
    )


def _services_known(services: tuple[str, ...], command: RecordProcurement, context: Context) -> None:
    """What is bought are the services of 二(三), each of which has a standard."""
    standards = context.rule_on("service_standard", command.decided_on, ServiceStandard).services
    for service in services:
        on_list(service, frozenset(standards), "service")


def sign(state: Contractor, command: SignContract, context: Context) -> ContractSigned:
    """Within a won procurement and the usual term; what goes against Order 102 is recorded with its article."""
    numbers = {contract.signed.contract_no for contract in state.contracts}
    rejected_unless(command.contract_no not in numbers, "contract-known", "该合同已登记", "this contract is recorded")
    award = _award(state, command.procurement_no)
    not_in_future("signed_on", command.signed_on, context)
    not_before("signed_on", command.signed_on, "decided_on", award.stated.decided_on)
    not_before("until_on", command.until_on, "from_on", command.from_on)
    text_given("document", command.document)
    rules = context.rule_on("contracting", command.signed_on, Contracting)
    mode = rules.mode(command.mode)
    rejected_unless(
        set(command.services) <= set(award.stated.services),
        "service-not-procured",
        "合同服务项目超出采购范围",
        "the contract has a service that was not procured",
    )
    rejected_unless(
        award.contracted_fen + command.amount_fen <= award.stated.amount_fen,
        "amount-above-award",
        "合同金额超过中标（成交）金额",
        "the contract is above the awarded amount",
    )
    _term(command, rules)
    fields = {name: getattr(command, name) for name in SignContract.__struct_fields__}
    return ContractSigned(
        **(fields | {"amount_fen": Fen(command.amount_fen)}),
        contractor_name=state.name,
        credit_code=state.credit_code,
        town=award.stated.town,
        conflict=mode.conflict,
        pack_version=context.rules.version_on("contracting", command.signed_on),
    )


def _award(state: Contractor, procurement_no: str) -> Award:
    for award in state.awards:
        if award.stated.procurement_no == procurement_no:
            rejected_unless(
                award.stated.result == "awarded", "not-awarded", "该采购未中标（成交）", "this procurement was not won"
            )
            return award
    raise CommandRejected("procurement-unknown", "没有该采购记录", "there is no such procurement")


def _term(command: SignContract, rules: Contracting) -> None:
    """Not more than a year; up to three when stable and funded, with reason and document (财政部令第102号 art. 24)."""
    rejected_unless(
        command.until_on <= last_day_of_term(command.from_on, rules.long_term_months_max),
        "term-too-long",
        f"合同期限不得超过 {rules.long_term_months_max} 个月",
        f"a contract's term is at most {rules.long_term_months_max} months",
    )
    if command.until_on > last_day_of_term(command.from_on, rules.term_months_max):
        rejected_unless(
            bool(command.long_term_reason.strip() and command.long_term_document.strip()),
            "long-term-unfounded",
            f"期限超过 {rules.term_months_max} 个月须说明理由和预算保障文件",
            f"a term of more than {rules.term_months_max} months needs its reason and document",
        )
    no_personal_number(command.long_term_reason)
    no_personal_number(command.long_term_document)


def assign(state: Contractor, command: AssignContractStaff, context: Context) -> ContractStaffAssigned:
    signed = state.contract(command.contract_no)
    rejected_unless(
        signed.staff_since(command.staff_no) is None,
        "staff-known",
        "该人员已在合同名单中",
        "the contract names this person",
    )
    number = normal_id(command.resident_id)
    fault = resident_id_fault(number, context.today)
    if fault is not None:
        raise CommandRejected("resident-id-invalid", f"resident_id：{fault[0]}", f"resident_id: {fault[1]}")
    not_before("from_on", command.from_on, "contract.from_on", signed.signed.from_on)
    person = context.pseudonym(number)
    return ContractStaffAssigned(
        contractor=command.contractor,
        contract_no=command.contract_no,
        staff_no=command.staff_no,
        person=person,
        name=Clear(person=person, group="identity", text=command.name),
        resident_id=Clear(person=person, group="identity", text=number),
        from_on=command.from_on,
    )


def release(state: Contractor, command: ReleaseContractStaff, context: Context) -> ContractStaffReleased:
    since = state.contract(command.contract_no).staff_since(command.staff_no)
    if since is None:
        raise CommandRejected("staff-unknown", "该人员不在合同名单中", "the contract does not name this person")
    not_in_future("until_on", command.until_on, context)
    not_before("until_on", command.until_on, "from_on", since)
    text_given("reason", command.reason)
    return ContractStaffReleased(**{name: getattr(command, name) for name in ReleaseContractStaff.__struct_fields__})


def evaluate(state: Contractor, command: EvaluateContractor, context: Context) -> ContractorEvaluated:
    """Once a year and contract, in a year the contract ran; the pack gives the verdict."""
    contract = state.contract(command.contract_no)
    not_in_future("evaluated_on", command.evaluated_on, context)
    rejected_unless(
        contract.signed.from_on.year <= command.year <= min(contract.signed.until_on.year, command.evaluated_on.year),
        "year-outside-contract",
        "该年度不在合同期内",
        "the contract did not run in that year",
    )
    rejected_unless(
        command.year not in contract.years, "year-evaluated", "该年度已评价", "this year is evaluated already"
    )
    rules = context.rule_on("contracting", command.evaluated_on, Contracting)
    return ContractorEvaluated(
        contractor=command.contractor,
        contract_no=command.contract_no,
        town=contract.signed.town,
        year=command.year,
        score=command.score,
        verdict=rules.verdict(command.score),
        evaluated_on=command.evaluated_on,
        evaluated_by=context.actor,
        pack_version=context.rules.version_on("contracting", command.evaluated_on),
    )
