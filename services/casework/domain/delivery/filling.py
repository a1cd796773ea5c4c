"""What decisions about delivered care read of other subjects of casework, put into the command; reads no store itself."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from services.casework.domain.commands import (
    AcceptCaseload,
    CloseOfficerMonth,
    DecideEligibility,
    EndDuty,
    Holding,
    OnDuty,
    PlanHandover,
    Receiver,
    RecordOfflineVisit,
    ScheduleMonth,
    TaskState,
    VisitedHousehold,
)
from services.casework.domain.delivery.duty import holds
from services.casework.domain.delivery.month import Town
from services.casework.domain.delivery.officers import Officer
from services.casework.domain.state import Household
from services.contracts.deciding import CHINA, Command
from services.contracts.months import Month

FILLED: Final = (RecordOfflineVisit, ScheduleMonth, CloseOfficerMonth, EndDuty, PlanHandover, AcceptCaseload)
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
        case EndDuty():
            return change(command, held=_held(states, command.officer, coming=True))
        case PlanHandover():
            on_duty = _receivers(states, _town_of(states, command.officer))
            return change(command, held=_held(states, command.officer, coming=False), on_duty=on_duty)
        case _:
            return command


def wanted(command: Command, states: States) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The subjects that `filled` reads: by name, and by the beginning of their name.

    Asked again with what was found, until nothing more is named: whose households depends on an officer's town.
    """
    match command:
        case RecordOfflineVisit():
            return (f"officer:{command.author.partition(':')[2]}",), ()
        case DecideEligibility() if command.officer is not None:
            return (f"officer:{command.officer}",), ()
        case AcceptCaseload():
            return (f"officer:{command.receiver}", f"officer:{command.officer}"), ()
        case ScheduleMonth():
            return (), (f"household:{command.town}-", "officer:")
        case CloseOfficerMonth():
            return (f"town:{command.town}", *(f"household:{number}" for number in _tasks(states, command))), ()
        case EndDuty() | PlanHandover():
            town = _town_of(states, command.officer)
            return (f"officer:{command.officer}",), (f"household:{town}-", "officer:") if town else ()
        case _:
            return (), ()


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


def _held(states: States, officer: str, *, coming: bool) -> tuple[Holding, ...]:
    """What an officer answers for; with `coming`, what was accepted by the officer and is still on its way, too."""
    town = _town_of(states, officer)
    under_way = {
        item.household_no
        for state in states.values()
        if coming and isinstance(state, Officer) and state.handover is not None
        for item in state.handover.accepted
        if item.receiver == officer
    }
    found = []
    for number, state in _households(states, town):
        cases = holds(state, officer)
        if cases is not None or (number in under_way and state.known and _not_arrived(state, states, number)):
            found.append(
                Holding(
                    household_no=number,
                    committee=state.committee,
                    visits_per_month=state.visits_per_month,
                    application_nos=cases or (),
                )
            )
    return tuple(sorted(found, key=lambda one: one.household_no))


def _not_arrived(state: Household, states: States, number: str) -> bool:
    """Whether a household is still in the hands of the officer whose hand-over of it was accepted."""
    return any(
        holds(state, subject.partition(":")[2]) is not None
        for subject, one in states.items()
        if isinstance(one, Officer) and one.handover is not None
        and any(item.household_no == number for item in one.handover.accepted)
    )  # fmt: skip


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
            not one.set_aside and Month.of(one.started_at.astimezone(CHINA).date()) == command.month
            for one in state.visits
        )  # fmt: skip
        found.append(
            TaskState(household_no=number, done_count=done, responsible=state.answers, ended=not state.category)
        )
    return tuple(found)
