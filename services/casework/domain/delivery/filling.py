"""What decisions about delivered care read of other subjects of casework, put into the command; reads no store itself."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from services.casework.domain.commands import (
    AcceptCaseload,
    CloseOfficerMonth,
    DecideEligibility,
    EndDuty,
    HeldTask,
    Holding,
    OnDuty,
    OpenCase,
    PlanHandover,
    Receiver,
    RecordOfflineVisit,
    ScheduleMonth,
    TaskState,
    VisitedHousehold,
)
from services.casework.domain.commands.committees import ReportChange, TakeNoticeDown
from services.casework.domain.commands.municipal import (
    AssignTask,
    CloseChangeTask,
    FindDifference,
    OpenChangeTask,
    OpenWarning,
    RecordMunicipalNumber,
)
from services.casework.domain.delivery.duty import holds
from services.casework.domain.delivery.month import Town
from services.casework.domain.delivery.officers import Officer
from services.casework.domain.municipal.reported import worked_since
from services.casework.domain.municipal.state import Task
from services.casework.domain.municipal.tasks import holds_task
from services.casework.domain.state import Household
from services.contracts.deciding import CHINA, Command
from services.contracts.months import Month

FILLED: Final = (
    RecordOfflineVisit, ScheduleMonth, CloseOfficerMonth, EndDuty, PlanHandover, AcceptCaseload, RecordMunicipalNumber,
    OpenWarning, AssignTask, FindDifference, TakeNoticeDown, ReportChange, OpenChangeTask, CloseChangeTask, OpenCase,
)  # fmt: skip
States = Mapping[str, Any]


def filled(command: Command, states: States) -> Command:
    """`command` with what `states` (decision states by subject, those of `wanted`) say; others are left alone."""
    change = msgspec.structs.replace
    match command:
        case RecordOfflineVisit():
            day = command.started_at.astimezone(CHINA).date()
            return change(command, author_town=_officer(states, command.author.partition(":")[2]).town_on(day))
        case DecideEligibility() if command.officer is not None:
            return change(command, officer_leaving=_officer(states, command.officer).leaving)
        case AcceptCaseload():
            receiver, leaver = _officer(states, command.receiver), _officer(states, command.officer)
            both = receiver.duty is not None and leaver.duty is not None and receiver.duty.town == leaver.duty.town
            return change(command, on_duty=both and not receiver.leaving)
        case ScheduleMonth():
            return change(command, households=_visited(states, command.town), officers=_on_duty(states, command.town))
        case CloseOfficerMonth():
            return change(command, states=_task_states(states, command))
        case OpenCase():
            return change(command, responsible=_opened_by(command, states))
        case EndDuty():
            held, tasks = (of(states, command.officer, coming=True) for of in (_held, _held_tasks))
            return change(command, held=held, tasks=tasks)
        case PlanHandover():
            held, tasks = (of(states, command.officer, coming=False) for of in (_held, _held_tasks))
            on_duty = _receivers(states, _town_of(states, command.officer))
            return change(command, held=held, tasks=tasks, on_duty=on_duty)
        case TakeNoticeDown():
            return _filled_notice(command, states)
        case ReportChange():
            return change(command, household_known=_home(states, command.household_no).known)
        case OpenChangeTask():
            town = command.task_no.partition("-")[0]
            return change(command, responsible=_answering(states, command.household_no, town))
        case CloseChangeTask():
            task = _task(states, command)
            return change(command, worked=worked_since(_home(states, task.household_no), task))
        case _:
            return _filled_municipal(command, states)


def _opened_by(command: OpenCase, states: States) -> str:
    """Who accepted the application; for an officer who hands over or has left, whoever answers for the household or the town (四(二))."""
    if not _leaves(states, command.responsible):
        return command.responsible
    return _answering(states, command.household_no, command.town)


def _answering(states: States, household_no: str, town: str) -> str:
    """Who answers for the household; its town where nobody does, or an officer who hands over or has left (四(二))."""
    answers = _home(states, household_no).answers
    return f"town-leader:{town}" if not answers or _leaves(states, answers) else answers


def _leaves(states: States, actor: str) -> bool:
    """Whether an actor is an officer who hands over or has left."""
    role, _, number = actor.partition(":")
    return role == "officer" and _officer(states, number).leaving


def _answering_officer(states: States, household_no: str) -> tuple[str, ...]:
    answers = _home(states, household_no).answers
    return (answers,) if answers.startswith("officer:") else ()


def _filled_notice(command: TakeNoticeDown, states: States) -> Command:
    """Whose case it is and when its notice hung; of an ended one the household says whose, and nothing hangs any more."""
    change = msgspec.structs.replace
    for _, home in _households(states, command.town):
        for case in home.cases:
            if case.application_no == command.application_no:
                days = (case.posted_on, case.notice_ends_on)
                hung = None if None in days else days
                return change(command, of_committee=case.committee, hung=hung, posted=hung is not None)
        if command.application_no in home.ended_cases:
            posted = command.application_no in home.posted_cases
            return change(command, of_committee=home.committee, hung=None, posted=posted)
    return change(command, of_committee="", hung=None, posted=False)


def _filled_municipal(command: Command, states: States) -> Command:
    """What the municipal system's numbers and tasks are held against."""
    change = msgspec.structs.replace
    match command:
        case RecordMunicipalNumber():
            home = _home(states, command.household_no)
            mine = {*home.ended_cases, *(case.application_no for case in home.cases)}
            return change(command, household_known=home.known, application_known=command.application_no in mine)
        case OpenWarning() | AssignTask() | FindDifference():
            role, _, number = command.responsible.partition(":")
            officer = _officer(states, number) if role == "officer" else Officer()
            elsewhere = officer.duty is not None and officer.duty.town != command.task_no.partition("-")[0]
            return change(command, officer_away=officer.leaving or elsewhere)
        case _:
            return command


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Subjects by name, by the beginning of their name, and households and tasks whose state names an officer.

    `naming`: of those found by their beginning only such whose state holds this text.
    """

    named: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    officer: str = ""
    naming: str = ""


def wanted(command: Command, states: States) -> Wanted:
    """The subjects that `filled` reads.

    Asked again with what was found, until nothing more is named: whose households depends on an officer's town.
    """
    match command:
        case RecordOfflineVisit():
            return Wanted(named=(f"officer:{command.author.partition(':')[2]}",))
        case DecideEligibility() if command.officer is not None:
            return Wanted(named=(f"officer:{command.officer}",))
        case AcceptCaseload():
            return Wanted(named=(f"officer:{command.receiver}", f"officer:{command.officer}"))
        case ScheduleMonth():
            return Wanted(beginnings=(f"household:{command.town}-", "officer:"))
        case CloseOfficerMonth():
            tasks = (f"household:{number}" for number in _tasks(states, command))
            return Wanted(named=(f"town:{command.town}", *tasks))
        case OpenCase():
            of_officer = (command.responsible,) if command.responsible.startswith("officer:") else ()
            answering = _answering_officer(states, command.household_no)
            return Wanted(named=(f"household:{command.household_no}", *of_officer, *answering))
        case OpenChangeTask():
            answering = _answering_officer(states, command.household_no)
            return Wanted(named=(f"household:{command.household_no}", *answering))
        case EndDuty():
            coming = [f"household:{number}" for number in _under_way(states, command.officer)]
            coming += [f"task:{number}" for number in _tasks_under_way(states, command.officer)]
            return Wanted(named=tuple(coming), beginnings=("officer:",), officer=command.officer)
        case PlanHandover():
            town = _town_of(states, command.officer)
            homes = (f"household:{town}-",) if town else ()
            return Wanted(beginnings=("officer:", *homes), officer=command.officer)
        case TakeNoticeDown():
            return Wanted(beginnings=(f"household:{command.town}-",), naming=command.application_no)
        case RecordMunicipalNumber() | ReportChange():
            return Wanted(named=(f"household:{command.household_no}",))
        case CloseChangeTask():
            number = _task(states, command).household_no
            return Wanted(named=(command.subject, *((f"household:{number}",) if number else ())))
        case OpenWarning() | AssignTask() | FindDifference():
            return Wanted(named=(command.responsible,)) if command.responsible.startswith("officer:") else Wanted()
        case _:
            return Wanted()


def _home(states: States, number: str) -> Household:
    found: Household = states.get(f"household:{number}", Household())
    return found


def _task(states: States, command: CloseChangeTask) -> Task:
    found: Task = states.get(command.subject, Task())
    return found


def _officer(states: States, number: str) -> Officer:
    found: Officer = states.get(f"officer:{number}", Officer())
    return found


def _town_of(states: States, number: str) -> str:
    duty = _officer(states, number).duty
    return duty.town if duty is not None else ""


def _households(states: States, town: str) -> Iterator[tuple[str, Household]]:
    """The households of a town by number; those of no town, when `town` is empty."""
    for subject, state in states.items():
        if isinstance(state, Household) and subject.startswith(f"household:{town}-"):
            yield subject.partition(":")[2], state


def _officers(states: States, town: str) -> Iterator[tuple[str, Officer]]:
    """Officers on duty in a town who are not about to leave."""
    for subject, state in states.items():
        if isinstance(state, Officer) and state.duty is not None and state.duty.town == town and not state.leaving:
            yield subject.partition(":")[2], state


def _visited(states: States, town: str) -> tuple[VisitedHousehold, ...]:
    return tuple(
        VisitedHousehold(
            household_no=number,
            committee=state.committee,
            officer=state.officer,
            visits_per_month=state.visits_per_month,
        )
        for number, state in sorted(_households(states, town))
        if state.category and state.visits_per_month
    )


def _on_duty(states: States, town: str) -> tuple[OnDuty, ...]:
    return tuple(
        OnDuty(officer=number, committees=state.duty.committees)
        for number, state in sorted(_officers(states, town), key=lambda one: one[0])
        if state.duty is not None
    )


def _receivers(states: States, town: str) -> tuple[Receiver, ...]:
    """Officers on duty in the town, with the committees and the visits a month they have in hand."""
    households = list(_households(states, town))
    found = []
    for officer in _on_duty(states, town):
        mine = [state for _, state in households if state.officer == officer.officer]
        found.append(
            Receiver(
                officer=officer.officer,
                committees=tuple(sorted({*officer.committees, *(state.committee for state in mine)})),
                visits_per_month=sum(state.visits_per_month for state in mine),
            )
        )
    return tuple(found)


def _under_way(states: States, officer: str) -> dict[str, set[str]]:
    """Households whose hand-over an officer has accepted, each with the officers it comes from."""
    found: dict[str, set[str]] = {}
    for subject, state in states.items():
        if isinstance(state, Officer) and state.handover is not None:
            for item in state.handover.accepted:
                if item.receiver == officer:
                    found.setdefault(item.household_no, set()).add(subject.partition(":")[2])
    return found


def _held(states: States, officer: str, *, coming: bool) -> tuple[Holding, ...]:
    """What an officer answers for, in whatever town; with `coming`, what was accepted and is still on its way, too."""
    under_way = _under_way(states, officer) if coming else {}
    found = []
    for subject, state in states.items():
        if not isinstance(state, Household):
            continue
        number = subject.partition(":")[2]
        cases = holds(state, officer)
        # On its way as long as it is still in the hands it comes from.
        if cases is not None or any(holds(state, one) is not None for one in under_way.get(number, ())):
            found.append(
                Holding(
                    household_no=number,
                    committee=state.committee,
                    visits_per_month=state.visits_per_month,
                    application_nos=cases or (),
                )
            )
    return tuple(sorted(found, key=lambda one: one.household_no))


def _tasks_under_way(states: States, officer: str) -> dict[str, set[str]]:
    """Tasks whose hand-over an officer has accepted, each with the officers they come from."""
    found: dict[str, set[str]] = {}
    for subject, state in states.items():
        if isinstance(state, Officer) and state.handover is not None:
            for task in state.handover.accepted_tasks:
                if task.receiver == officer:
                    found.setdefault(task.task_no, set()).add(subject.partition(":")[2])
    return found


def _held_tasks(states: States, officer: str, *, coming: bool) -> tuple[HeldTask, ...]:
    """Differences and warnings an officer answers for; with `coming`, those accepted and still on their way, too."""
    under_way = _tasks_under_way(states, officer) if coming else {}
    found = []
    for subject, state in states.items():
        if not isinstance(state, Task):
            continue
        number = subject.partition(":")[2]
        if any(holds_task(state, one) for one in (officer, *under_way.get(number, ()))):
            found.append(HeldTask(task_no=number, committee=state.committee, household_no=state.household_no))
    return tuple(sorted(found, key=lambda one: one.task_no))


def _tasks(states: States, command: CloseOfficerMonth) -> tuple[str, ...]:
    town: Town = states.get(f"town:{command.town}", Town())
    return tuple(
        task.household_no
        for one in town.open
        if (one.month, one.officer) == (command.month, command.officer)
        for task in one.tasks
    )


def _task_states(states: States, command: CloseOfficerMonth) -> tuple[TaskState, ...]:
    found = []
    for number in _tasks(states, command):
        state: Household = states.get(f"household:{number}", Household())
        done = sum(
            one.of_plan and Month.of(one.started_at.astimezone(CHINA).date()) == command.month
            for one in state.visits
        )  # fmt: skip
        found.append(
            TaskState(household_no=number, done_count=done, responsible=state.answers, ended=not state.category)
        )
    return tuple(found)
