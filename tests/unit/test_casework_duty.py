"""Proves 四(二) 确保事有人管、责有人负: nobody leaves with anything in hand, and everything has somebody at every moment."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.casework.api.caseloads import waiting
from services.casework.domain import (
    AcceptCaseload,
    CloseCase,
    DeclineCaseload,
    EndDuty,
    PlanHandover,
    ScheduleMonth,
    TerminateBenefit,
)
from services.casework.domain.commands.training import EnrolTrainee
from services.casework.domain.delivery.officers import Officer
from services.casework.domain.state import Household
from services.casework.projections.cases import CASES
from services.casework.projections.delivery import DUTIES, HANDOVERS, VISIT_CONFLICTS
from services.casework.projections.households import HOUSEHOLDS
from services.casework.reactions import react
from services.contracts import codec
from services.contracts.casework import (
    CaseloadAccepted,
    CaseloadDeclined,
    CaseloadHandoverPlanned,
    OfficerDutyEnded,
    OfficerDutyStarted,
    ResponsibilityMoved,
    ServicePlanned,
)
from services.contracts.deciding import Command, CommandRejected
from services.contracts.months import Month
from services.contracts.payroll import ExitWithdrawn, OfficerAppointed, OfficerTakenOver
from tests.contract.golden import FOLDER
from tests.unit import casework_steps as steps
from tests.unit.casework_world import CaseworkWorld, record_of, start_duty, take_over
from tests.unit.test_casework_offline import folded, record, upload

LEAVER, FIRST, SECOND = "O001", "O002", "O003"
DAY = date(2026, 3, 20)


def world_of_three() -> CaseworkWorld:
    """Three officers of T01, one of T02; the leaver answers for three households and one open case."""
    world = CaseworkWorld()
    for officer in (LEAVER, FIRST, SECOND):
        world.send(start_duty(officer))
    world.send(start_duty("O009", "T02"))
    for n, committee in ((11, "T01-C01"), (12, "T01-C02"), (13, "T01-C01")):
        world.send(take_over(f"T01-H000{n}", committee=committee))
    world.send(take_over("T01-H00021", officer=FIRST, committee="T01-C02"))
    world.send(take_over("T01-H00022", officer=SECOND, committee="T01-C01"))
    world.send(msgspec.structs.replace(steps.open_case(), household_no="T01-H00013", responsible=f"officer:{LEAVER}"))
    return world


def plan(plan_no: str = "P-1", **changes: Any) -> PlanHandover:
    return PlanHandover(**({"officer": LEAVER, "town": "T01", "plan_no": plan_no, "reason": "离职"} | changes))


def accept(receiver: str, plan_no: str = "P-1", officer: str = LEAVER) -> AcceptCaseload:
    return AcceptCaseload(officer=officer, town="T01", plan_no=plan_no, receiver=receiver)


def end(officer: str = LEAVER, kind: Any = "exit") -> EndDuty:
    return EndDuty(officer=officer, kind=kind, last_day_on=DAY)


def take(world: CaseworkWorld, receiver: str, plan_no: str = "P-1") -> None:
    world.send(accept(receiver, plan_no), f"officer:{receiver}", "T01")
    world.settle()


def no(world: CaseworkWorld, command: Command, actor: str = "bureau:B01", town: str | None = None) -> CommandRejected:
    with pytest.raises(CommandRejected) as caught:
        world.send(command, actor, town)
    return caught.value


def test_nobody_leaves_with_anything_in_hand_and_the_refusal_counts_it() -> None:
    for kind in ("leave", "exit"):
        refused = no(world_of_three(), end(kind=kind))
        assert refused.code == "caseload-held"
        assert "3 户（其中案件 1 宗）" in refused.zh
        assert "3 households (1 cases)" in refused.en


def test_a_plan_names_a_receiver_for_everything_by_committee_and_caseload() -> None:
    world = world_of_three()
    (planned,) = world.send(plan(), "town-leader:T01-L1", "T01")
    assert isinstance(planned, CaseloadHandoverPlanned)
    assert [(one.household_no, one.receiver, one.application_nos) for one in planned.items] == [
        ("T01-H00012", FIRST, ()),  # of its committee
        ("T01-H00011", SECOND, ()),
        ("T01-H00013", SECOND, (steps.A,)),
    ]
    (named,) = world_of_three().send(plan(receivers=(FIRST,)))
    assert isinstance(named, CaseloadHandoverPlanned)
    assert {one.receiver for one in named.items} == {FIRST}


def test_nothing_moves_before_the_receiver_accepts_and_then_everything_does() -> None:
    world = world_of_three()
    world.send(plan(), "town-leader:T01-L1", "T01")
    world.settle()
    assert world.household("T01-H00013").answers == f"officer:{LEAVER}"
    take(world, FIRST)
    assert "2 户" in no(world, end()).zh
    take(world, SECOND)
    third = world.household("T01-H00013")
    assert (third.officer, third.answers, third.cases[0].responsible) == (
        SECOND,
        f"officer:{SECOND}",
        f"officer:{SECOND}",
    )
    assert folded(HOUSEHOLDS, world)["T01-H00012"].officer == FIRST
    assert folded(CASES, world)[steps.A].responsible == f"officer:{SECOND}"
    assert folded(HANDOVERS, world)["O001/P-1"].accepted == 3
    (ended,) = world.send(end())
    assert isinstance(ended, OfficerDutyEnded)
    row = folded(DUTIES, world)[LEAVER]
    assert (row.on_duty, row.ended_by, row.last_day_on) == (False, "exit", DAY)


def test_an_undecided_contradiction_goes_with_its_household() -> None:
    world = world_of_three()
    home = {"household_no": "T01-H00011"}
    upload(world, record(1, **home), record(2, at=20, **home))
    world.send(plan(receivers=(FIRST,)))
    take(world, FIRST)
    ((conflict,),) = [state.conflicts for number, state in world.households() if number == "T01-H00011"]
    assert conflict.responsible == f"officer:{FIRST}"
    assert [row.responsible for row in folded(VISIT_CONFLICTS, world).values()] == [f"officer:{FIRST}"]


def test_what_was_accepted_and_is_still_on_its_way_is_in_hand_already() -> None:
    world = world_of_three()
    world.send(plan(receivers=(FIRST,)))
    world.send(accept(FIRST), f"officer:{FIRST}")
    assert len(world.waiting) == 3, "the households have not followed yet"
    assert "4 户" in no(world, end(FIRST)).zh, "the receiver's own one and the three to come"
    assert no(world, end()).code == "caseload-held"
    world.settle()
    world.send(end())


def test_a_receiver_may_decline_and_another_plan_finds_somebody_else() -> None:
    world = world_of_three()
    world.send(plan(receivers=(FIRST,)))
    declined = DeclineCaseload(officer=LEAVER, town="T01", plan_no="P-1", receiver=FIRST, reason="名下户已满")
    world.send(declined, f"officer:{FIRST}")
    assert world.facts(CaseloadDeclined)[0].reason == "名下户已满"
    assert folded(HANDOVERS, world)["O001/P-1"].declined_by == (FIRST,)
    assert no(world, accept(FIRST), f"officer:{FIRST}").code == "no-handover"
    world.send(plan("P-2", receivers=(SECOND,)))
    take(world, SECOND, "P-2")
    world.send(end())


def test_what_waits_for_each_receiver_is_told_until_it_is_answered() -> None:
    """By leaver and receiver, households with their cases; only of the town that is asked for, nothing once it was answered."""
    world = world_of_three()
    world.send(plan(), "town-leader:T01-L1", "T01")

    def told(town: str | None) -> list[Any]:
        officers = {subject.partition(":")[2]: one for subject, one in world.states.items() if isinstance(one, Officer)}
        return [(one["officer"], one["receiver"], one["households"], one["plan_no"]) for one in waiting(officers, town)]

    first = (LEAVER, FIRST, [{"household_no": "T01-H00012", "application_nos": ()}], "P-1")
    assert told("T01") == [
        first,
        (
            LEAVER,
            SECOND,
            [
                {"household_no": "T01-H00011", "application_nos": ()},
                {"household_no": "T01-H00013", "application_nos": (steps.A,)},
            ],
            "P-1",
        ),
    ]
    assert told(None) == told("T01")
    assert told("T02") == []
    take(world, SECOND)
    assert told("T01") == [first]
    world.send(
        DeclineCaseload(officer=LEAVER, town="T01", plan_no="P-1", receiver=FIRST, reason="满"), f"officer:{FIRST}"
    )
    assert told("T01") == []


def test_whoever_is_leaving_is_given_nothing_new() -> None:
    world = world_of_three()
    world.send(plan(), "town-leader:T01-L1")
    assert no(world, plan("P-9", officer=FIRST, receivers=(LEAVER,))).code == "receiver-not-on-duty"
    decide = steps.confirm(officer=LEAVER, household_no="T01-H00013")[1]
    assert no(world, decide).code == "officer-leaving"
    assert no(world, steps.confirm(officer=FIRST, household_no="T01-H00013")[1]).code != "officer-leaving"


@pytest.mark.parametrize(
    ("code", "command", "actor", "town"),
    [
        ("receiver-not-on-duty", plan(receivers=("O009",)), "bureau:B01", None),  # of another town
        ("receiver-not-on-duty", plan(receivers=(LEAVER,)), "bureau:B01", None),
        ("reason-missing", plan(reason=" "), "bureau:B01", None),
        ("personal-in-text", plan(reason="电话 13900000000"), "bureau:B01", None),
        ("nothing-held", plan(officer="O009", town="T02"), "bureau:B01", None),
        ("not-own-caseload", plan(receivers=(FIRST,)), f"officer:{FIRST}", "T01"),
        ("not-on-duty", plan(officer="O777"), "bureau:B01", None),
        ("wrong-town", plan(town="T02"), "town-leader:T02-L1", "T02"),
        ("plan-repeated", plan("P-0"), "bureau:B01", None),
        ("no-handover", accept(FIRST, "P-7"), f"officer:{FIRST}", None),
        ("not-the-receiver", accept(SECOND, "P-0"), f"officer:{FIRST}", None),
        ("not-the-receiver", accept(SECOND, "P-0"), "town-leader:T01-L1", None),
        ("not-on-duty", end("O777"), "bureau:B01", None),
        ("out-of-order", EndDuty(officer=LEAVER, kind="exit", last_day_on=date(2024, 1, 1)), "bureau:B01", None),
        ("on-duty", start_duty(LEAVER, "T02"), "bureau:B01", None),
        ("wrong-committee", start_duty("O010", committees=("T02-C01",)), "bureau:B01", None),
    ],
)  # fmt: skip
def test_an_expected_no(code: str, command: Command, actor: str, town: str | None) -> None:
    world = world_of_three()
    world.send(plan("P-0"))
    assert no(world, command, actor, town).code == code


def test_nobody_leaves_a_complaint_behind() -> None:
    """别户的投诉由其办理的，也须先移交。"""
    world = world_of_three()
    asked = msgspec.structs.replace(
        steps.complaint(number=None)[1], household_no="T01-H00021", responsible=f"officer:{LEAVER}"
    )
    world.send(asked)
    world.send(plan("P-1", receivers=(FIRST,)))
    take(world, FIRST)
    (moved,) = world.household("T01-H00021").complaints
    assert moved.responsible == f"officer:{FIRST}"
    world.send(end())


def test_who_was_on_leave_comes_back() -> None:
    world = CaseworkWorld()
    world.send(start_duty(LEAVER))
    world.send(end(kind="leave"))
    assert no(world, start_duty(LEAVER, from_on=date(2026, 3, 1))).code == "out-of-order"
    world.send(start_duty(LEAVER, from_on=date(2026, 4, 1)))
    assert world.send(start_duty(LEAVER, from_on=date(2026, 4, 1))) == ()
    officer = world.states[f"officer:{LEAVER}"]
    assert [officer.town_on(date(2026, month, 25)) for month in (2, 3, 4)] == ["T01", None, "T01"]


def test_a_withdrawn_exit_puts_the_officer_on_duty_again_and_one_that_still_waited_stays() -> None:
    withdrawn = ExitWithdrawn(
        officer=FIRST, person="p", town="T01", post_no="T01-P02", last_day_on=DAY, reason="误登", document="示例1号"
    )  # fmt: skip
    (reaction,) = react(record_of(f"officer:{FIRST}", withdrawn))
    world = CaseworkWorld()
    world.send(start_duty(FIRST))
    assert world.send(reaction.command) == ()
    world.send(EndDuty(officer=FIRST, kind="exit", last_day_on=DAY))
    (started,) = world.send(reaction.command)
    assert isinstance(started, OfficerDutyStarted)
    assert (started.town, started.from_on) == ("T01", date(2026, 3, 21))


def test_a_new_officer_owes_the_years_training_from_the_appointment_on() -> None:
    """四(五) 重点是专职低保员：聘任当年即有学时要求，不等首次签到。"""
    line = (FOLDER / "assist.payroll.officer_appointed.v1.json").read_bytes()
    fact = codec.body(codec.decode(line))
    assert isinstance(fact, OfficerAppointed)
    duty, training = react(record_of("officer:O001", fact))
    assert duty.name == "start-duty"
    assert isinstance(training.command, EnrolTrainee)
    assert (training.command.staff, training.command.town) == (f"officer:{fact.officer}", fact.town)
    assert training.command.year >= fact.appointed_on.year


def test_payrolls_take_over_puts_an_officer_on_duty() -> None:
    golden = (FOLDER / "assist.payroll.officer_taken_over.v1.json").read_bytes()
    fact = codec.body(codec.decode(golden))
    assert isinstance(fact, OfficerTakenOver)
    (reaction,) = react(record_of("officer:O001", fact))
    (started,) = CaseworkWorld().send(reaction.command, "reaction:casework")
    assert isinstance(started, OfficerDutyStarted)
    assert (started.officer, started.town, started.from_on) == (fact.officer, fact.town, fact.appointed_on)


# ---- the law

OFFICERS = ("O001", "O002", "O003")
HOMES = ("T01-H00001", "T01-H00002", "T01-H00003")
WHO = st.sampled_from(OFFICERS)
HOME = st.sampled_from(HOMES)


def move(kind: str, home: str, officer: str, other: str, number: str) -> tuple[str, Command] | None:
    """A command by somebody who might send it; None: one reaction comes to its end."""
    of: dict[str, Any] = {"officer": officer, "town": "T01", "plan_no": number}
    match kind:
        case "start":
            return "bureau:B01", start_duty(officer, from_on=DAY)
        case "leave" | "exit":
            return "bureau:B01", end(officer, kind)
        case "plan" | "plan-for":
            receivers = (other,) if kind == "plan-for" else ()
            return "bureau:B01", PlanHandover(**of, reason="轮岗", receivers=receivers)
        case "accept":
            return f"officer:{other}", AcceptCaseload(**of, receiver=other)
        case "decline":
            return f"officer:{other}", DeclineCaseload(**of, receiver=other, reason="已满")
        case "open" | "open-at-window":
            responsible = f"officer:{officer}" if kind == "open" else "window:T01-W1"
            case = steps.open_case()
            changes: dict[str, Any] = {
                "household_no": home,
                "application_no": f"R-{home[-1]}",
                "responsible": responsible,
            }
            return "reaction:casework", msgspec.structs.replace(case, **changes)
        case "close":
            return "reaction:casework", CloseCase(household_no=home, application_no=f"R-{home[-1]}", reason="withdrawn")
        case "terminate":
            return "bureau:B02", TerminateBenefit(household_no=home, reason="own_request")
        case "schedule":
            return "town-leader:T01-L1", ScheduleMonth(town="T01", month=Month.of(DAY))
        case _:
            return None


KINDS = (
    "react", "react", "start", "leave", "exit", "plan", "plan-for", "plan-for", "accept", "accept", "decline", "open",
    "open-at-window", "close", "terminate", "schedule",
)  # fmt: skip
MOVES = st.tuples(st.sampled_from(KINDS), HOME, WHO, WHO, st.sampled_from(["P-1", "P-2", "P-3"]))


def _left_before_the_case() -> list[tuple[str, str, str, str, str]]:
    """An officer hands over, leaves, and then a case is opened that they accepted the application of."""
    kinds = (*["react"] * 21, "plan", "accept", "react", "leave", "open")
    return [(kind, "T01-H00001", "O002" if kind != "react" else "O001", "O001", "P-1") for kind in kinds]


@settings(max_examples=80)
@given(st.lists(MOVES, min_size=10, max_size=45))
@example(_left_before_the_case())
def test_no_sequence_of_commands_leaves_anything_without_a_responsible_person_on_duty(
    sequence: list[tuple[str, str, str, str, str]],
) -> None:
    world = CaseworkWorld()
    for officer in OFFICERS:
        world.send(start_duty(officer))
    for n, number in enumerate(HOMES):
        world.send(take_over(number, officer=OFFICERS[n]))
    for given_move in sequence:
        sent = move(*given_move)
        before = dict(world.states)
        said = len(world.said)
        try:
            if sent is None:
                if world.waiting:
                    world.react_once()
            else:
                world.send(sent[1], sent[0])
        except CommandRejected:
            continue
        _everything_has_somebody(world)
        _only_an_accepted_hand_over_moves_a_household(world, before, said)


def _everything_has_somebody(world: CaseworkWorld) -> None:
    """Every household, case and planned task; and whoever has left answers for nothing."""
    away = {
        f"officer:{subject.partition(':')[2]}"
        for subject, state in world.states.items()
        if subject.startswith("officer:") and state.duties and state.duty is None
    }
    for number, state in world.households():
        assert state.answers, number
        assert all(case.responsible and case.responsible not in away for case in state.cases)
        assert all(conflict.responsible not in away for conflict in state.conflicts)
        assert state.answers not in away, f"{state.answers} has left and still answers for {number}"
    for month in getattr(world.states.get("town:T01"), "open", ()):
        for task in month.tasks:
            assert world.household(task.household_no).answers


def _only_an_accepted_hand_over_moves_a_household(world: CaseworkWorld, before: dict[str, Any], said: int) -> None:
    accepted = {
        (item.household_no, f"officer:{fact.receiver}")
        for fact in world.facts(CaseloadAccepted)
        for item in fact.items
    }  # fmt: skip
    for subject, _, fact in world.said[said:]:
        was, now = before.get(subject), world.states[subject]
        if isinstance(now, Household) and isinstance(was, Household) and was.answers != now.answers:
            assert isinstance(fact, ResponsibilityMoved | ServicePlanned)
            assert (subject.partition(":")[2], now.answers) in accepted
