"""What casework decides about an officer: work records, duty, hand-overs, whereabouts; posts and pay are payroll's."""

from typing import assert_never

from services.casework.domain.commands import (
    AcceptCaseload,
    DeclineCaseload,
    EndDuty,
    NoteOfflineVisit,
    PlanHandover,
    RecordWork,
    StartDuty,
)
from services.casework.domain.delivery.duty import (
    accept_caseload,
    decline_caseload,
    end_duty,
    plan_handover,
    start_duty,
)
from services.casework.domain.delivery.officers import Officer, evolve
from services.casework.domain.delivery.whereabouts import note_visit
from services.casework.domain.guards import by_its_officer, not_in_future, rejected_unless
from services.casework.rules import WorkStandard, WorkTypes, work_points_missed
from services.contracts.casework import WorkRecorded
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.registry import Fact

OfficerCommand = (
    RecordWork | StartDuty | EndDuty | PlanHandover | AcceptCaseload | DeclineCaseload | NoteOfflineVisit
)  # fmt: skip


def decide(state: Officer, command: OfficerCommand, context: Context) -> tuple[Fact, ...]:
    match command:
        case RecordWork():
            return (_work(state, command, context),)
        case StartDuty():
            return start_duty(state, command)
        case EndDuty():
            return end_duty(state, command)
        case PlanHandover():
            return plan_handover(state, command, context)
        case AcceptCaseload():
            return accept_caseload(state, command, context)
        case DeclineCaseload():
            return decline_caseload(state, command, context)
        case NoteOfflineVisit():
            return note_visit(state, command)
        case _:
            assert_never(command)


def _work(state: Officer, command: RecordWork, context: Context) -> WorkRecorded:
    by_its_officer(command.officer, context)
    rejected_unless(
        context.town is None or command.town == context.town,
        "wrong-town",
        f"{context.town} 不能登记 {command.town} 的工作",
        f"{context.town} may not record work of {command.town}",
    )
    rejected_unless(
        command.committee.startswith(f"{command.town}-"),
        "wrong-committee",
        "村（居）不属于该镇街",
        "the committee does not belong to the town",
    )
    rejected_unless(
        command.work_no not in state.work_nos, "work-repeated", "该工作编号已登记", "this work is recorded already"
    )
    not_in_future("worked_on", command.worked_on, context)
    types = context.rule_on("work_types", command.worked_on, WorkTypes)
    rejected_unless(
        command.work in types.works and command.benefit in types.benefits,
        "work-unknown",
        "工作类型或对应救助不在目录中",
        "the kind of work or its benefit is not on the list",
    )
    missed = _points_missed(command, context)
    return WorkRecorded(
        **{name: getattr(command, name) for name in RecordWork.__struct_fields__},
        standard_met=not missed,
        missed_points=missed,
        pack_version=context.rules.version_on("work_standard", command.worked_on),
    )


def _points_missed(command: RecordWork, context: Context) -> tuple[str, ...]:
    """Recorded as it was; whether it meets its dated standard (二(三)) is stated with it."""
    norm = context.rule_on("work_standard", command.worked_on, WorkStandard).works.get(command.work)
    if norm is None:
        raise CommandRejected("work-without-standard", "没有该工作的标准", "this kind of work has no standard")
    return work_points_missed(
        norm,
        minutes=command.minutes,
        quantity=command.quantity,
        evidence_count=len(set(command.evidence_sha256)),
    )


OFFICER = Aggregate(
    prefix="officer",
    state=Officer,
    initial=Officer(),
    commands=(RecordWork, StartDuty, EndDuty, PlanHandover, AcceptCaseload, DeclineCaseload, NoteOfflineVisit),
    decide=decide,
    evolve=evolve,
)
