"""What a committee reported of a household (动态报告, 四(四)): somebody's task until the case work it calls for is there, or nothing was to do."""

from typing import Final

from services.casework.domain.commands.municipal import CloseChangeTask, OpenChangeTask
from services.casework.domain.guards import no_personal_number, rejected_unless
from services.casework.domain.municipal.state import Task
from services.casework.domain.payable import DEATH
from services.casework.domain.state import Household
from services.casework.rules.municipal import EarlyWarning
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import ChangeTaskClosed, ChangeTaskOpened
from services.contracts.deciding import Context
from services.contracts.registry import Fact

_PACK: Final = "early_warning"
# A death is not done with by looking: the dead leave the benefit, or it ends (民发〔2021〕57号 art. 32).
_AFTER_DEATH: Final = frozenset({"adjusted", "terminated", "nothing"})


def change_task_no(town: str, committee: str, duty_no: str) -> str:
    """A report's task: a duty's number is the committee's own."""
    return f"{town}-C-{committee.partition('-')[2]}-{duty_no}"


def open_change_task(state: Task, command: OpenChangeTask, context: Context) -> tuple[Fact, ...]:
    """The term of dynamic monitoring runs from the day the task is opened (57号 arts. 31, 32; the figure is the pack's)."""
    if state.status:
        return ()
    pack = context.rule_on(_PACK, context.today, EarlyWarning)
    calendar = context.rule_on("calendar", context.today, WorkingCalendar)
    names = ("task_no", "duty_no", "committee", "household_no", "kind", "happened_on", "reported_on", "reported_by")
    opened = ChangeTaskOpened(
        **{name: getattr(command, name) for name in names},
        town=command.task_no.partition("-")[0],
        responsible=command.responsible,
        opened_on=context.today,
        visit_by=calendar.plus_workdays(context.today, pack.visit_workdays),
        article=pack.article,
        pack_version=context.rules.version_on(_PACK, context.today),
    )
    return (opened,)


def close_change_task(state: Task, command: CloseChangeTask, context: Context) -> ChangeTaskClosed:
    """By case work that is on record since the report, else with a reason (民发〔2021〕57号 arts. 31, 32)."""
    nothing = command.outcome == "nothing"
    rejected_unless(not nothing or bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason)
    rejected_unless(
        state.kind != DEATH or command.outcome in _AFTER_DEATH,
        "death-not-followed",
        "死亡报告须调整或停发待遇，或说明无需处理的理由",
        "a death is followed by an adjustment or the end of the benefit, or by a reason why not",
    )
    rejected_unless(
        nothing or command.outcome in command.worked, "case-work-missing", *_missing(state.kind, command.outcome)
    )
    return ChangeTaskClosed(
        task_no=command.task_no,
        town=state.town,
        kind=state.kind,
        household_no=state.household_no,
        outcome=command.outcome,
        reason=command.reason,
        closed_on=context.today,
        closed_by=context.actor,
        due_on=state.due_on,
    )


def _missing(kind: str, outcome: str) -> tuple[str, str]:
    """What the household has not seen, in Chinese and English."""
    if kind != DEATH:
        return "报告之后该户没有这项办理记录", "the household has seen no such case work since the report"
    if outcome == "adjusted":
        return "尚未登记成员死亡并调整待遇", "no member's death that adjusts the benefit is recorded since it happened"
    return "待遇尚未因死亡停发", "the benefit has not ended for a death since it happened"


def worked_since(home: Household, task: Task) -> tuple[str, ...]:
    """The case work a household has seen since a report, as `CloseChangeTask` names it; of a death what follows a death alone."""
    payable, day = home.payable, task.reported_on
    if task.kind == DEATH:
        if payable.death_on is None or payable.death_on < task.happened_on:
            return ()
        return ("terminated",) if not home.category and payable.ended_reason == DEATH else ("adjusted",)
    found = {
        "reverified": home.reverified_on is not None and home.reverified_on >= day,
        "reassessed": any(one.assessed_on is not None and one.assessed_on >= day for one in home.care.assessments),
        "adjusted": payable.adjusted_on is not None and payable.adjusted_on >= day,
        "terminated": not home.category and payable.ended_from is not None,
    }
    return tuple(name for name, there in found.items() if there)
