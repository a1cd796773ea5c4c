"""What differences, warnings and reported changes have in common: they are somebody's, they run out and go up, they are handed over."""

from datetime import date
from typing import Final, Literal, assert_never

from services.casework.domain.commands.municipal import (
    AssignTask,
    CloseChangeTask,
    FindDifference,
    HandleWarning,
    MarkTaskOverdue,
    MoveTask,
    OpenChangeTask,
    OpenWarning,
    ReadWarnedPerson,
    SettleDifference,
)
from services.casework.domain.guards import no_personal_number, not_before, not_in_future, rejected_unless
from services.casework.domain.municipal.reported import close_change_task, open_change_task
from services.casework.domain.municipal.state import Task, evolve
from services.casework.domain.municipal.warnings import handle_warning, here, open_warning, read_person
from services.casework.rules.municipal import EarlyWarning, Escalation, MunicipalExchange
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import (
    DifferenceFound,
    DifferenceSettled,
    MunicipalTaskMoved,
    MunicipalTaskOverdue,
)
from services.contracts.clocks import overdue
from services.contracts.deciding import Aggregate, Context
from services.contracts.registry import Fact

TaskCommand = (
    FindDifference
    | SettleDifference
    | OpenWarning
    | HandleWarning
    | ReadWarnedPerson
    | OpenChangeTask
    | CloseChangeTask
    | MarkTaskOverdue
    | AssignTask
    | MoveTask
)
_EXCHANGE = "municipal_exchange"
_KINDS: Final[dict[str, Literal["warning", "difference", "change"]]] = {
    "W": "warning",
    "D": "difference",
    "C": "change",
}


def task_kind(task_no: str) -> Literal["warning", "difference", "change"]:
    """What a task is, by its number."""
    return _KINDS[task_no.split("-")[1]]


def decide(state: Task, command: TaskCommand, context: Context) -> tuple[Fact, ...]:
    _own(command, context)
    match command:
        case FindDifference():
            return _found(state, command, context)
        case SettleDifference():
            return (_settled(state, command, context),)
        case OpenWarning():
            return open_warning(state, command, context)
        case HandleWarning():
            _open(state)
            return (handle_warning(state, command, context),)
        case ReadWarnedPerson():
            return (read_person(state, command, context),)
        case OpenChangeTask():
            return open_change_task(state, command, context)
        case CloseChangeTask():
            _open(state)
            return (close_change_task(state, command, context),)
        case MarkTaskOverdue():
            return (_overdue(state, command, context),)
        case AssignTask():
            return (_assigned(state, command, context),)
        case MoveTask():
            return _moved(state, command)
        case _:
            assert_never(command)


def _own(command: TaskCommand, context: Context) -> None:
    """A town acts on its own tasks; each kind has its own steps."""
    town = command.task_no.partition("-")[0]
    rejected_unless(
        context.town in (None, town),
        "wrong-town",
        f"该任务不属于 {context.town}",
        f"the task does not belong to {context.town}",
    )
    match command:
        case FindDifference() | SettleDifference():
            wanted = "difference"
        case OpenWarning() | HandleWarning() | ReadWarnedPerson():
            wanted = "warning"
        case OpenChangeTask() | CloseChangeTask():
            wanted = "change"
        case _:
            return
    rejected_unless(
        task_kind(command.task_no) == wanted, "task-of-another-kind", "任务种类不符", "it is a task of another kind"
    )


def _open(state: Task) -> None:
    rejected_unless(bool(state.status), "task-unknown", "没有该任务", "there is no such task")
    rejected_unless(state.open, "task-done", "该任务已办结", "this task is done already")


def _found(state: Task, command: FindDifference, context: Context) -> tuple[Fact, ...]:
    """One that is open stays the one it is; one that was settled and is there again begins anew."""
    if state.open:
        return ()
    here(bool(command.household_no) or not command.officer_away)  # a household's own officer has it in any case
    pack = context.rule_on(_EXCHANGE, context.today, MunicipalExchange)
    calendar = context.rule_on("calendar", context.today, WorkingCalendar)
    found = DifferenceFound(
        task_no=command.task_no,
        town=command.task_no.partition("-")[0],
        kind=command.kind,
        household_no=command.household_no,
        municipal_no=command.municipal_no,
        ours=command.ours,
        theirs=command.theirs,
        comparison_no=command.comparison_no,
        responsible=command.responsible,
        found_on=context.today,
        settle_by=calendar.plus_workdays(context.today, pack.settle_workdays),
        pack_version=context.rules.version_on(_EXCHANGE, context.today),
    )
    return (found,)


def _settled(state: Task, command: SettleDifference, context: Context) -> DifferenceSettled:
    """By a person, with how and why."""
    _open(state)
    not_in_future("settled_on", command.settled_on, context)
    not_before("settled_on", command.settled_on, "found_on", state.began_on)
    pack = context.rule_on(_EXCHANGE, command.settled_on, MunicipalExchange)
    rejected_unless(
        command.outcome in pack.settlements, "outcome-unknown", "处理方式不在目录中", "this outcome is not on the list"
    )
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason)
    return DifferenceSettled(
        task_no=command.task_no,
        town=state.town,
        kind=state.kind,
        household_no=state.household_no,
        municipal_no=state.municipal_no,
        outcome=command.outcome,
        reason=command.reason,
        settled_on=command.settled_on,
        settled_by=context.actor,
        due_on=state.due_on,
    )


def _overdue(state: Task, command: MarkTaskOverdue, context: Context) -> MunicipalTaskOverdue:
    """The one definition of overdue (限时办理); each time it goes one step up, as long as the pack names one."""
    _open(state)
    steps = _escalation(command.task_no, context)
    awaited = state.next_by if state.escalated else state.due_on
    rejected_unless(awaited is not None, "overdue-known", "该逾期已登记", "it is stated already")
    rejected_unless(
        command.due_on == awaited and overdue(command.due_on, context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    step = min(state.escalated, len(steps) - 1)
    return MunicipalTaskOverdue(
        task_no=command.task_no,
        town=state.town,
        task=task_kind(command.task_no),
        kind=state.kind,
        due_on=state.due_on,
        responsible=state.responsible,
        escalated_to=steps[step].to,
        next_by=_next_by(steps[step].workdays, context) if step + 1 < len(steps) else None,
    )


def _escalation(task_no: str, context: Context) -> tuple[Escalation, ...]:
    if task_kind(task_no) != "difference":
        return context.rule_on("early_warning", context.today, EarlyWarning).escalation
    return context.rule_on(_EXCHANGE, context.today, MunicipalExchange).escalation


def _next_by(workdays: int, context: Context) -> date:
    return context.rule_on("calendar", context.today, WorkingCalendar).plus_workdays(context.today, workdays)


def _assigned(state: Task, command: AssignTask, context: Context) -> MunicipalTaskMoved:
    """Named by hand, with a reason; never to somebody who is leaving (四(二))."""
    _open(state)
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason)
    rejected_unless(
        command.responsible != state.responsible,
        "responsible-already",
        "该任务已由其负责",
        "this person has it already",
    )
    here(not command.officer_away)
    return _to(state, command.task_no, command.responsible, reason=command.reason)


def _moved(state: Task, command: MoveTask) -> tuple[Fact, ...]:
    """A task follows its accepted hand-over; one that is done, or in other hands by now, stays as it is."""
    if not holds_task(state, command.previous):
        return ()
    return (_to(state, command.task_no, f"officer:{command.receiver}", plan_no=command.plan_no),)


def _to(state: Task, task_no: str, responsible: str, *, plan_no: str = "", reason: str = "") -> MunicipalTaskMoved:
    return MunicipalTaskMoved(
        task_no=task_no,
        town=state.town,
        task=task_kind(task_no),
        plan_no=plan_no,
        reason=reason,
        previous=state.responsible,
        responsible=responsible,
    )


def holds_task(state: Task, officer: str) -> bool:
    """Whether an open task is in an officer's hands."""
    return state.open and state.responsible == f"officer:{officer}"


TASK = Aggregate(
    prefix="task",
    state=Task,
    initial=Task(),
    commands=(
        FindDifference,
        SettleDifference,
        OpenWarning,
        HandleWarning,
        ReadWarnedPerson,
        OpenChangeTask,
        CloseChangeTask,
        MarkTaskOverdue,
        AssignTask,
        MoveTask,
    ),
    decide=decide,
    evolve=evolve,
)
