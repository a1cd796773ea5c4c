"""Who is on duty, and who takes over before anybody leaves (四(二) 确保事有人管、责有人负); posts and pay are payroll's."""

from collections.abc import Sequence

from services.casework.domain.cases import Case
from services.casework.domain.commands import (
    AcceptCaseload,
    DeclineCaseload,
    EndDuty,
    HeldTask,
    MoveResponsibility,
    PlanHandover,
    Receiver,
    StartDuty,
    VisitedHousehold,
)
from services.casework.domain.delivery.officers import Duty, Handover, Officer
from services.casework.domain.guards import no_personal_number, not_before, rejected_unless
from services.casework.domain.state import Household, Refused
from services.casework.rules import Able, Delivery, assigned
from services.contracts.casework import (
    CaseloadAccepted,
    CaseloadDeclined,
    CaseloadHandoverPlanned,
    HandoverItem,
    HandoverTask,
    OfficerDutyEnded,
    OfficerDutyStarted,
    ResponsibilityMoved,
)
from services.contracts.deciding import CommandRejected, Context
from services.contracts.registry import Fact


def start_duty(state: Officer, command: StartDuty) -> tuple[Fact, ...]:
    """Begin a spell of duty; the same one begun again is nothing new."""
    if state.duty is not None:
        same = state.duty.town == command.town
        rejected_unless(same, "on-duty", "该人员仍在其他镇街任职", "the officer is on duty in another town")
        return ()
    if state.duties and state.duties[-1].until_on is not None:
        not_before("from_on", command.from_on, "the end of the last duty", state.duties[-1].until_on)
    rejected_unless(
        all(committee.startswith(f"{command.town}-") for committee in command.committees),
        "wrong-committee",
        "村（居）不属于该镇街",
        "the committee does not belong to the town",
    )
    started = OfficerDutyStarted(
        officer=command.officer, town=command.town, committees=command.committees, from_on=command.from_on
    )
    return (started,)


def _on_duty(state: Officer, town: str | None) -> Duty:
    duty = state.duty
    if duty is None:
        raise CommandRejected("not-on-duty", "该人员不在岗", "the officer is not on duty")
    rejected_unless(
        town is None or duty.town == town,
        "wrong-town",
        f"该人员不在 {town} 任职",
        f"the officer is not on duty in {town}",
    )
    return duty


def end_duty(state: Officer, command: EndDuty) -> tuple[Fact, ...]:
    """By leave or exit, and only with empty hands: a hand-over comes first (四(二))."""
    duty = _on_duty(state, None)
    not_before("last_day_on", command.last_day_on, "from_on", duty.from_on)
    cases_count = sum(len(one.application_nos) for one in command.held)
    rejected_unless(
        not command.held,
        "caseload-held",
        f"尚有 {len(command.held)} 户（其中案件 {cases_count} 宗）、任务 {len(command.tasks)} 项未移交，请先移交",
        f"{len(command.held)} households ({cases_count} cases) and {len(command.tasks)} tasks are still in hand; "
        "hand them over first",
    )
    rejected_unless(
        not command.tasks,
        "tasks-held",
        f"尚有任务 {len(command.tasks)} 项（差异或预警）未移交，请先移交",
        f"{len(command.tasks)} tasks (differences, warnings) are still in hand; hand them over first",
    )
    ended = OfficerDutyEnded(
        officer=command.officer, town=duty.town, kind=command.kind, last_day_on=command.last_day_on
    )  # fmt: skip
    return (ended,)


def plan_handover(state: Officer, command: PlanHandover, context: Context) -> tuple[Fact, ...]:
    """Give everything in hand to named others, by distance of duty and caseload; they accept before anything moves.

    A new plan takes the place of what nobody has answered in the last one.
    """
    duty = _on_duty(state, command.town)
    rejected_unless(
        context.role != "officer" or context.actor == f"officer:{command.officer}",
        "not-own-caseload",
        "低保员只能移交本人名下的户",
        "an officer plans the hand-over of their own caseload only",
    )
    rejected_unless(
        command.plan_no not in state.plan_nos, "plan-repeated", "该移交编号已用", "this plan's number is taken"
    )  # fmt: skip
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason)
    rejected_unless(
        bool(command.held or command.tasks), "nothing-held", "名下没有需要移交的户", "there is nothing to hand over"
    )
    able = _able(command)
    visits_max = context.rule_on("delivery", context.today, Delivery).visits_max
    wanted = [
        VisitedHousehold(
            household_no=one.household_no,
            committee=one.committee,
            officer=command.officer,
            visits_per_month=one.visits_per_month,
        )
        for one in command.held
    ]
    cases = {one.household_no: one.application_nos for one in command.held}
    given = assigned(wanted, able, visits_max=visits_max)
    items = tuple(
        HandoverItem(household_no=one.household_no, receiver=receiver, application_nos=cases[one.household_no])
        for receiver, taken in given.items()
        for one in taken
    )
    planned = CaseloadHandoverPlanned(
        officer=command.officer,
        town=duty.town,
        plan_no=command.plan_no,
        reason=command.reason,
        planned_by=context.actor,
        items=items,
        tasks=tasks_given(command.tasks, items, able),
    )
    return (planned,)


def _able(command: PlanHandover) -> list[Able]:
    """The named receivers, or everybody on duty in the town; `CommandRejected` for one who is not."""
    on_duty: dict[str, Receiver] = {one.officer: one for one in command.on_duty if one.officer != command.officer}
    absent = [number for number in command.receivers if number not in on_duty]
    rejected_unless(
        not absent,
        "receiver-not-on-duty",
        f"接收人 {'、'.join(absent)} 不在岗或不在该镇街",
        f"receivers {', '.join(absent)} are not on duty in this town",
    )
    chosen = [on_duty[number] for number in dict.fromkeys(command.receivers or tuple(on_duty))]
    rejected_unless(
        bool(chosen), "no-receiver", "该镇街没有可接收的在岗人员", "nobody on duty in the town may take over"
    )
    return [
        Able(officer=one.officer, committees=frozenset(one.committees), visits_per_month=one.visits_per_month)
        for one in chosen
    ]


def tasks_given(
    tasks: Sequence[HeldTask], items: Sequence[HandoverItem], able: Sequence[Able]
) -> tuple[HandoverTask, ...]:
    """A task goes with its household; another one to an officer of its committee, then to whoever has got fewest."""
    with_household = {item.household_no: item.receiver for item in items}
    given = {one.officer: 0 for one in sorted(able, key=lambda one: one.officer)}
    near = {one.officer: one.committees for one in able}
    found = []
    for task in sorted(tasks, key=lambda task: task.task_no):

        def rank(officer: str, task: HeldTask = task) -> tuple[bool, int, str]:
            return task.committee not in near[officer], given[officer], officer

        receiver = with_household.get(task.household_no) or min(given, key=rank)
        given[receiver] += 1
        found.append(HandoverTask(task_no=task.task_no, receiver=receiver))
    return tuple(found)


def _waiting(
    state: Officer, command: AcceptCaseload | DeclineCaseload, context: Context
) -> tuple[Duty, tuple[HandoverItem, ...], tuple[HandoverTask, ...]]:
    handover = state.handover or Handover(plan_no="", waiting=())
    mine = tuple(one for one in handover.waiting if one.receiver == command.receiver)
    tasks = tuple(one for one in handover.waiting_tasks if one.receiver == command.receiver)
    if handover.plan_no != command.plan_no or not (mine or tasks):
        raise CommandRejected("no-handover", "没有待该人接收的移交", "no hand-over waits for this receiver")
    rejected_unless(
        context.actor == f"officer:{command.receiver}",
        "not-the-receiver",
        "只有被指定的接收人可以答复移交",
        "only the named receiver may answer",
    )
    return _on_duty(state, command.town), mine, tasks


def accept_caseload(state: Officer, command: AcceptCaseload, context: Context) -> tuple[Fact, ...]:
    """The receiver answers for it from here on; households follow by reaction."""
    duty, items, tasks = _waiting(state, command, context)
    rejected_unless(command.on_duty, "receiver-not-on-duty", "接收人不在岗", "the receiver is not on duty")
    accepted = CaseloadAccepted(
        officer=command.officer, town=duty.town, plan_no=command.plan_no, receiver=command.receiver, items=items,
        tasks=tasks,
    )  # fmt: skip
    return (accepted,)


def decline_caseload(state: Officer, command: DeclineCaseload, context: Context) -> tuple[Fact, ...]:
    """Nothing moves; somebody else must be found."""
    duty, _, _ = _waiting(state, command, context)
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason)
    declined = CaseloadDeclined(
        officer=command.officer,
        town=duty.town,
        plan_no=command.plan_no,
        receiver=command.receiver,
        reason=command.reason,
    )
    return (declined,)


def move_responsibility(state: Household, command: MoveResponsibility) -> tuple[Fact, ...]:
    """A household follows its accepted hand-over; who got another officer meanwhile stays where it is."""
    previous = f"officer:{command.previous}"
    held = holds(state, command.previous)
    if held is None:
        return ()
    moved = ResponsibilityMoved(
        town=state.town,
        plan_no=command.plan_no,
        previous=previous,
        responsible=f"officer:{command.receiver}",
        application_nos=held,
        conflict_nos=tuple(one.conflict_no for one in state.conflicts if one.responsible == previous),
        complaint_nos=tuple(one.complaint_no for one in state.complaints if one.responsible == previous),
        reassessments=tuple(r.person for r in state.care.reports) if state.officer == command.previous else (),
    )
    return (moved,)


def holds(state: Household, officer: str) -> tuple[str, ...] | None:
    """The applications of a household that are in an officer's hands; None when nothing of it is, not even the household."""
    who = f"officer:{officer}"
    open_matters: tuple[Case | Refused, ...] = (*state.cases, *state.refusals)
    cases = tuple(one.application_no for one in open_matters if one.responsible == who)
    beside = who in {one.responsible for one in state.conflicts} | {one.responsible for one in state.complaints}
    own = state.answers == who or (state.known and state.officer == officer)
    return cases if cases or own or beside else None
