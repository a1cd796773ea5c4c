"""A town's month: every planned visit is given to an officer, and what was not done is stated when the month is closed."""

from typing import Final, assert_never

import msgspec

from services.casework.domain.commands import CloseOfficerMonth, ScheduleMonth
from services.casework.domain.guards import rejected_unless
from services.casework.rules import Able, Delivery, assigned
from services.contracts.casework import MissedTask, OfficerMonthClosed, OfficerMonthPlanned, PlannedVisits
from services.contracts.clocks import overdue
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.months import Month
from services.contracts.registry import Fact

MONTHS_KEPT: Final = 24


class OfficerMonth(msgspec.Struct, frozen=True, kw_only=True):
    """An officer's month that is not closed yet."""

    month: Month
    officer: str
    tasks: tuple[PlannedVisits, ...]


class Town(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state: which months were planned, and what of them is not closed."""

    planned: tuple[Month, ...] = ()
    open: tuple[OfficerMonth, ...] = ()


def decide(state: Town, command: ScheduleMonth | CloseOfficerMonth, context: Context) -> tuple[Fact, ...]:
    rejected_unless(
        context.town in (None, command.town), "wrong-town", "只能办理本镇街的业务", "this town is another's"
    )
    match command:
        case ScheduleMonth():
            return _schedule(state, command, context)
        case CloseOfficerMonth():
            return _close(state, command, context)
        case _:
            assert_never(command)


def _schedule(state: Town, command: ScheduleMonth, context: Context) -> tuple[Fact, ...]:
    """This month or the next one, once: one fact for each officer who has visits to make."""
    this = Month.of(context.today)
    rejected_unless(
        command.month in (this, this.plus(1)), "month-not-due", "只能编排本月或下月", "only this month or the next one"
    )
    rejected_unless(command.month not in state.planned, "month-planned", "该月已编排", "this month is planned already")
    wanted = [one for one in command.households if one.visits_per_month]
    rejected_unless(bool(wanted), "nothing-planned", "没有需要走访的户", "no household's plan asks for visits")
    rejected_unless(bool(command.officers), "nobody-on-duty", "该镇街没有在岗人员", "nobody is on duty in this town")
    pack = context.rule_on("delivery", command.month.first_day, Delivery)
    able = [Able(officer=one.officer, committees=frozenset(one.committees)) for one in command.officers]
    return tuple(
        OfficerMonthPlanned(
            town=command.town,
            month=command.month,
            officer=officer,
            tasks=tuple(
                PlannedVisits(household_no=one.household_no, visits_per_month=one.visits_per_month) for one in taken
            ),
            visits_per_month=sum(one.visits_per_month for one in taken),
            close_on=pack.close_on(command.month),
            pack_version=context.rules.version_on("delivery", command.month.first_day),
        )
        for officer, taken in assigned(wanted, able, visits_max=pack.visits_max).items()
    )


def _close(state: Town, command: CloseOfficerMonth, context: Context) -> tuple[Fact, ...]:
    """Every household that was visited less often than planned; whoever receives nothing any more is not owed a visit.

    Of such a household only what was made of its visits counts as planned, so that an end lowers nobody's share of work done.
    """
    found = next((one for one in state.open if (one.month, one.officer) == (command.month, command.officer)), None)
    if found is None:
        raise CommandRejected("month-not-open", "该月没有待结的计划", "there is no open plan of this month")
    close_on = context.rule_on("delivery", command.month.first_day, Delivery).close_on(command.month)
    rejected_unless(overdue(close_on, context.today), "clock-running", "时限未到", "the clock has not run out")
    states = {one.household_no: one for one in command.states}
    missed = tuple(
        MissedTask(
            household_no=task.household_no,
            planned_count=task.visits_per_month,
            done_count=known.done_count,
            responsible=known.responsible,
        )
        for task in found.tasks
        if (known := states.get(task.household_no)) and not known.ended and known.done_count < task.visits_per_month
    )
    counted = [
        (min(known.done_count, task.visits_per_month), task.visits_per_month, known.ended)
        for task in found.tasks
        if (known := states.get(task.household_no))
    ]
    closed = OfficerMonthClosed(
        town=command.town,
        month=command.month,
        officer=command.officer,
        planned_count=sum(done if ended else planned for done, planned, ended in counted),
        done_count=sum(done for done, _, _ in counted),
        missed=missed,
    )
    return (closed,)


def evolve(state: Town, fact: Fact) -> Town:
    match fact:
        case OfficerMonthPlanned():
            planned = tuple(dict.fromkeys((*state.planned, fact.month)))[-MONTHS_KEPT:]
            one = OfficerMonth(month=fact.month, officer=fact.officer, tasks=fact.tasks)
            return Town(planned=planned, open=(*state.open, one))
        case OfficerMonthClosed():
            left = tuple(one for one in state.open if (one.month, one.officer) != (fact.month, fact.officer))
            return msgspec.structs.replace(state, open=left)
        case _:
            return state


TOWN: Final = Aggregate(
    prefix="town",
    state=Town,
    initial=Town(),
    commands=(ScheduleMonth, CloseOfficerMonth),
    decide=decide,
    evolve=evolve,
)
