"""Proves that we live beside the municipal system: one number one household, differences and warnings somebody's until settled."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.casework.domain import (
    AcceptCaseload,
    AdjustBenefit,
    EndDuty,
    PlanHandover,
    RecordMemberDeath,
    ReverifyHousehold,
    StartDuty,
    TerminateBenefit,
)
from services.casework.domain.commands.committees import ReportChange
from services.casework.domain.commands.municipal import (
    AssignTask,
    CloseChangeTask,
    FindDifference,
    HandleWarning,
    MarkTaskOverdue,
    OpenWarning,
    ReadForExport,
    ReadWarnedPerson,
    RecordMunicipalNumber,
    ReleaseMunicipalNumber,
    SettleDifference,
    StateExport,
)
from services.casework.projections.cases import CASES
from services.casework.projections.clocks import DUE
from services.casework.projections.households import HOUSEHOLDS
from services.casework.projections.ledger import CLOCKS
from services.casework.projections.municipal import MUNICIPAL_MODELS
from services.contracts import clocks
from services.contracts.casework import (
    ChangeTaskClosed,
    ChangeTaskOpened,
    DifferenceFound,
    DifferenceSettled,
    MunicipalTaskMoved,
    MunicipalTaskOverdue,
    PersonalFieldRead,
    WarningHandled,
    WarningLinked,
    WarningOpened,
)
from services.contracts.clocks import ClockRow
from services.contracts.codec import decoder_of
from services.contracts.deciding import CHINA, Command, CommandRejected, Model
from services.contracts.months import Month
from services.contracts.sealed import Clear
from tests.unit import casework_steps as steps
from tests.unit.casework_world import CaseworkWorld, start_duty, take_over
from tests.unit.test_casework_duty import no
from tests.unit.test_casework_offline import folded
from tests.unit.test_intake_window import resident_id

MODELS: dict[str, Model[Any]] = {model.name: model for model in MUNICIPAL_MODELS}
DAY = date(2026, 3, 20)  # a Friday; the world's day
NUMBER, OTHER = "MZ-2025-00001", "MZ-2025-00002"
ID = resident_id("51021219800101001")
WARNED = f"T01-W-p_{ID}"
DIFFERENCE = "T01-D-0123456789abcdef0123"
HASH = "0" * 64


def world_of_two() -> CaseworkWorld:
    """Two officers on duty, two households of the first."""
    world = CaseworkWorld()
    for officer in ("O001", "O002"):
        world.send(start_duty(officer))
    for number in ("T01-H00011", "T01-H00012"):
        world.send(take_over(number))
    return world


def number(municipal_no: str = NUMBER, household_no: str = "T01-H00011", **changes: Any) -> RecordMunicipalNumber:
    return RecordMunicipalNumber(municipal_no=municipal_no, household_no=household_no, **changes)


def release(municipal_no: str = NUMBER, **changes: Any) -> ReleaseMunicipalNumber:
    fields: dict[str, Any] = {"household_no": "T01-H00011", "reason": "录错"}
    return ReleaseMunicipalNumber(municipal_no=municipal_no, **(fields | changes))


def warning(warning_no: str = "YJ-1", **changes: Any) -> OpenWarning:
    fields: dict[str, Any] = {
        "task_no": WARNED, "warning_no": warning_no, "committee": "T01-C01", "kind": "job_loss", "name": "示例丁",
        "resident_id": ID, "contact": "19900000009", "household_no": "", "receiving": False, "responsible": "officer:O001",
        "warned_on": date(2026, 3, 18),
    }  # fmt: skip
    return OpenWarning(**(fields | changes))


def handled(outcome: Any = "helped", *days: date, **changes: Any) -> HandleWarning:
    return HandleWarning(task_no=WARNED, outcome=outcome, attempted_on=days or (DAY,), **changes)


def difference(**changes: Any) -> FindDifference:
    fields: dict[str, Any] = {
        "task_no": DIFFERENCE, "kind": "amount", "household_no": "T01-H00011", "municipal_no": NUMBER, "ours": "400.00",
        "theirs": "300.00", "comparison_no": "B-1", "responsible": "officer:O001",
    }  # fmt: skip
    return FindDifference(**(fields | changes))


def settle(**changes: Any) -> SettleDifference:
    fields: dict[str, Any] = {
        "task_no": DIFFERENCE, "outcome": "corrected_there", "reason": "已联系市级更正", "settled_on": DAY,
    }  # fmt: skip
    return SettleDifference(**(fields | changes))


def on(world: CaseworkWorld, day: date) -> CaseworkWorld:
    world.now = world.now.replace(year=day.year, month=day.month, day=day.day)
    return world


# ---- numbers


def test_a_number_is_one_households_and_shows_with_it() -> None:
    world = world_of_two()
    world.send(number())
    world.settle()
    assert folded(HOUSEHOLDS, world)["T01-H00011"].municipal_nos == (NUMBER,)
    assert world.household("T01-H00011").municipal_nos == ((NUMBER, ""),)
    assert folded(MODELS["municipal_numbers"], world)[NUMBER].household == "T01-H00011"
    assert world.send(number()) == (), "said again it is nothing new"
    assert no(world, number(household_no="T01-H00012")).code == "municipal-number-taken"
    world.send(number(OTHER))
    world.settle()
    assert folded(HOUSEHOLDS, world)["T01-H00011"].municipal_nos == (NUMBER, OTHER)


def test_a_number_of_one_case_shows_with_the_case() -> None:
    world = world_of_two()
    world.send(msgspec.structs.replace(steps.open_case(), household_no="T01-H00012"))
    assert no(world, number(application_no=steps.A)).code == "case-unknown"
    world.send(number(household_no="T01-H00012", application_no=steps.A))
    world.settle()
    assert folded(CASES, world)[steps.A].municipal_no == NUMBER
    world.send(release(household_no="T01-H00012"))
    world.settle()
    assert folded(CASES, world)[steps.A].municipal_no == ""


def test_a_number_recorded_for_the_wrong_household_is_released_first() -> None:
    world = world_of_two()
    world.send(number())
    world.settle()
    assert no(world, release(reason=" ")).code == "reason-missing"
    assert no(world, release(OTHER)).code == "municipal-number-not-theirs"
    assert no(world, release(household_no="T01-H00012")).code == "municipal-number-not-theirs"
    assert no(world, release(), town="T02").code == "wrong-town"
    world.send(release())
    world.send(number(household_no="T01-H00012"))
    world.settle()
    rows = folded(HOUSEHOLDS, world)
    assert (rows["T01-H00011"].municipal_nos, rows["T01-H00012"].municipal_nos) == ((), (NUMBER,))
    assert list(folded(MODELS["municipal_numbers"], world)) == [NUMBER]


@pytest.mark.parametrize(
    ("command", "town", "code"),
    [
        (number(household_no="T01-H00099"), None, "household-unknown"),
        (number(), "T02", "wrong-town"),
        (number("51021219800101001X"), None, "personal-in-text"),
    ],
)
def test_a_number_that_cannot_be(command: Command, town: str | None, code: str) -> None:
    assert no(world_of_two(), command, town=town).code == code


# ---- warnings


def test_a_warning_is_an_officers_task_of_ten_working_days_and_nobody_is_named_in_clear() -> None:
    world = world_of_two()
    (opened,) = world.send(warning())
    assert isinstance(opened, WarningOpened)
    assert (opened.received_on, opened.visit_by) == (DAY, date(2026, 4, 3))
    assert all(isinstance(box, Clear) for box in (opened.name, opened.resident_id, opened.contact)), (
        "sealed at the edge"
    )
    row = folded(MODELS["warnings"], world)[WARNED]
    assert (row.status, row.responsible, row.visit_by) == ("open", "officer:O001", date(2026, 4, 3))
    clock = clock_of(world, WARNED, "warning")
    assert (clock.status, clock.held_by, clock.open_until) == ("running", "officer:O001", date(2026, 4, 3))


@pytest.mark.parametrize(
    ("changes", "town", "code"),
    [
        ({"kind": "love"}, None, "kind-unknown"),
        ({"warning_no": ID}, None, "personal-in-text"),
        ({"committee": "T02-C01"}, None, "wrong-committee"),
        ({"resident_id": ID[:-1] + ("1" if ID[-1] != "1" else "2")}, None, "resident-id-invalid"),
        ({"task_no": "T01-W-p_1"}, None, "task-of-another"),
        ({"task_no": DIFFERENCE}, None, "task-of-another-kind"),
        ({"warned_on": date(2026, 3, 21)}, None, "time-in-future"),
        ({}, "T02", "wrong-town"),
    ],
)
def test_a_line_that_cannot_be(changes: dict[str, Any], town: str | None, code: str) -> None:
    assert no(world_of_two(), warning(**changes), town=town).code == code


def test_a_second_line_about_a_person_is_linked_and_a_known_one_says_nothing() -> None:
    world = world_of_two()
    world.send(warning())
    assert world.send(warning()) == ()
    (linked,) = world.send(warning("YJ-2", responsible="officer:O002"))
    assert isinstance(linked, WarningLinked)
    assert (linked.because, linked.responsible) == ("open_task", "officer:O001")
    assert world.send(warning("YJ-2")) == ()
    assert folded(MODELS["warnings"], world)[WARNED].linked == ("YJ-2",)
    assert len(world.facts(WarningOpened)) == 1


def test_a_household_that_receives_gets_no_task_of_its_own() -> None:
    world = world_of_two()
    (linked,) = world.send(warning(household_no="T01-H00011", receiving=True))
    assert isinstance(linked, WarningLinked)
    assert linked.because == "receiving"
    row = folded(MODELS["warnings"], world)[WARNED]
    assert (row.status, row.household, row.responsible) == ("linked", "T01-H00011", "officer:O001")
    assert not folded(CLOCKS, world).get(f"T01/{WARNED}/warning")
    assert no(world, handled()).code == "task-unknown"


def test_a_task_that_was_done_begins_anew_with_the_next_warning() -> None:
    world = world_of_two()
    world.send(warning())
    world.send(handled())
    assert clock_of(world, WARNED, "warning").status == "stopped"
    (again,) = world.send(warning("YJ-3"))
    assert isinstance(again, WarningOpened)
    assert clock_of(world, WARNED, "warning").status == "running"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (handled("no_need"), "evidence-missing"),
        (handled("applied"), "request-missing"),
        (handled("helped", request_no="R-1"), "request-missing"),
        (handled("unreachable", DAY, DAY, DAY), "attempts-too-few"),
        (handled("helped", date(2026, 3, 19)), "out-of-order"),
        (handled("helped", date(2026, 3, 21)), "time-in-future"),
    ],
)
def test_an_outcome_has_what_it_rests_on(command: Command, code: str) -> None:
    world = world_of_two()
    world.send(warning())
    assert no(world, command).code == code


@pytest.mark.parametrize(
    "command",
    [
        handled("no_need", evidence_sha256=HASH),
        handled("applied", request_no="R-202603-00001"),
        handled("applied", discovery_no="T01-D1"),
        handled("helped"),
        handled("unreachable", date(2026, 3, 21), date(2026, 3, 22), date(2026, 3, 23)),
    ],
)
def test_every_outcome_stops_the_clock(command: HandleWarning) -> None:
    world = world_of_two()
    world.send(warning())
    on(world, date(2026, 3, 24))
    (done,) = world.send(command, "officer:O001", "T01")
    assert isinstance(done, WarningHandled)
    assert done.handled_on == max(command.attempted_on)
    assert folded(MODELS["warnings"], world)[WARNED].outcome == command.outcome
    counts = folded(MODELS["warnings_by_town"], world)["T01/2026-03"]
    assert getattr(counts, f"{command.outcome}_count") == counts.opened_count == 1
    assert clock_of(world, WARNED, "warning").status == "stopped"
    assert folded(DUE, world).get(f"{WARNED}/warning") is None
    assert no(world, command).code == "task-done"


def test_who_is_to_be_visited_is_read_with_a_reason_and_that_is_a_fact() -> None:
    world = world_of_two()
    assert no(world, ReadWarnedPerson(task_no=WARNED, reason="走访")).code == "task-unknown"
    world.send(warning())
    assert no(world, ReadWarnedPerson(task_no=WARNED, reason="")).code == "reason-missing"
    world.send(ReadWarnedPerson(task_no=WARNED, reason="上门走访"), "officer:O001", "T01")
    boxes = world.states[f"task:{WARNED}"].whom.values
    assert [box.text for box in boxes] == ["示例丁", ID, "19900000009"]


# ---- differences


def test_a_difference_is_settled_by_a_person_with_how_and_why() -> None:
    world = world_of_two()
    (found,) = world.send(difference())
    assert isinstance(found, DifferenceFound)
    assert found.settle_by == date(2026, 4, 3)
    assert folded(MODELS["open_differences"], world)[DIFFERENCE].theirs == "300.00"
    assert world.send(difference(comparison_no="B-2")) == (), "seen again it is the same one"
    assert no(world, settle(outcome="ignored")).code == "outcome-unknown"
    assert no(world, settle(reason="")).code == "reason-missing"
    assert no(world, settle(reason="本人 51021219800101001X")).code == "personal-in-text"
    assert no(world, settle(), town="T02").code == "wrong-town"
    (settled,) = world.send(settle(), "officer:O001", "T01")
    assert isinstance(settled, DifferenceSettled)
    assert folded(MODELS["open_differences"], world)[DIFFERENCE] is None
    assert clock_of(world, DIFFERENCE, "difference").status == "stopped"
    assert no(world, settle()).code == "task-done"
    (again,) = world.send(difference(comparison_no="B-3"))
    assert isinstance(again, DifferenceFound), "there again after it was settled, it is open again"


# ---- clocks


@pytest.mark.parametrize(("first", "task"), [(warning(), WARNED), (difference(), DIFFERENCE)])
def test_an_overdue_task_goes_up_step_by_step_by_its_timer(first: Command, task: str) -> None:
    world = world_of_two()
    world.send(first)
    assert no(world, mark(world)).code == "clock-running"
    on(world, date(2026, 4, 4))
    (once,) = world.send(mark(world))
    assert isinstance(once, MunicipalTaskOverdue)
    assert (once.escalated_to, once.due_on, once.next_by) == ("town-leader", date(2026, 4, 3), date(2026, 4, 9))
    assert no(world, MarkTaskOverdue(task_no=task, due_on=date(2026, 4, 3))).code == "clock-running"
    on(world, date(2026, 4, 10))
    (twice,) = world.send(mark(world))
    assert isinstance(twice, MunicipalTaskOverdue)
    assert (twice.escalated_to, twice.next_by) == ("bureau", None)
    assert tasks_due(world) == []
    assert no(world, MarkTaskOverdue(task_no=task, due_on=date(2026, 4, 9))).code == "overdue-known"
    clock = next(row for key, row in folded(CLOCKS, world).items() if task in key)
    assert (clock.overdue, clock.status, clock.held_by) == (True, "running", "officer:O001")
    assert clocks.overdue(clock.open_until, date(2026, 4, 10))


def mark(world: CaseworkWorld) -> MarkTaskOverdue:
    """The command of the only row on the due table that is a task's."""
    (row,) = tasks_due(world)
    command = decoder_of(MarkTaskOverdue).decode(row.command)
    assert row.due_at.astimezone(CHINA).date() > command.due_on
    return command


def tasks_due(world: CaseworkWorld) -> list[Any]:
    return [row for row in folded(DUE, world).values() if row is not None and row.subject.startswith("task:")]


def clock_of(world: CaseworkWorld, task_no: str, name: str) -> ClockRow:
    row = folded(CLOCKS, world)[f"T01/{task_no}/{name}"]
    assert isinstance(row, ClockRow)
    return row


# ---- somebody has it at every moment


def test_nobody_leaves_with_a_task_in_hand_and_tasks_are_handed_over() -> None:
    """四(二) 确保事有人管、责有人负: a warning without a household of ours, and a difference of one."""
    world = world_of_two()
    world.send(warning())
    world.send(difference())
    refused = no(world, EndDuty(officer="O001", kind="exit", last_day_on=DAY))
    assert "任务 2 项" in refused.zh
    assert "2 tasks" in refused.en
    plan = PlanHandover(officer="O001", town="T01", plan_no="P-1", reason="离职")
    (planned,) = world.send(plan, "town-leader:T01-L1", "T01")
    assert {task.task_no: task.receiver for task in planned.tasks} == {WARNED: "O002", DIFFERENCE: "O002"}
    accept = AcceptCaseload(officer="O001", town="T01", plan_no="P-1", receiver="O002")
    world.send(accept, "officer:O002", "T01")
    still = no(world, EndDuty(officer="O002", kind="leave", last_day_on=DAY))
    assert "任务 2 项" in still.zh, "what was accepted and is on its way is in hand"
    world.settle()
    assert [fact.plan_no for fact in world.facts(MunicipalTaskMoved)] == ["P-1", "P-1"]
    assert clock_of(world, WARNED, "warning").held_by == "officer:O002"
    assert clock_of(world, DIFFERENCE, "difference").held_by == "officer:O002"
    assert folded(MODELS["open_differences"], world)[DIFFERENCE].responsible == "officer:O002"
    world.send(EndDuty(officer="O001", kind="exit", last_day_on=DAY))


def test_who_has_tasks_alone_hands_them_over_too() -> None:
    world = world_of_two()
    world.send(warning(responsible="officer:O002"))
    refused = no(world, EndDuty(officer="O002", kind="leave", last_day_on=DAY))
    assert refused.code == "tasks-held"
    world.send(PlanHandover(officer="O002", town="T01", plan_no="P-2", reason="休假"))
    assert no(world, warning("YJ-9", task_no=f"T01-W-p_{OTHER_ID}", resident_id=OTHER_ID, responsible="officer:O002")).code == (
        "officer-leaving"
    )  # fmt: skip
    world.send(AcceptCaseload(officer="O002", town="T01", plan_no="P-2", receiver="O001"), "officer:O001", "T01")
    world.settle()
    world.send(EndDuty(officer="O002", kind="leave", last_day_on=DAY))
    assert world.states[f"task:{WARNED}"].responsible == "officer:O001"


OTHER_ID = resident_id("51021219810101001")


def test_a_task_done_meanwhile_stays_where_it_is() -> None:
    world = world_of_two()
    world.send(warning(responsible="officer:O002"))
    world.send(PlanHandover(officer="O002", town="T01", plan_no="P-2", reason="休假"))
    world.send(handled())
    world.send(AcceptCaseload(officer="O002", town="T01", plan_no="P-2", receiver="O001"), "officer:O001", "T01")
    world.settle()
    assert world.facts(MunicipalTaskMoved) == []


def test_an_officer_of_another_town_gets_nothing_of_this_one() -> None:
    world = world_of_two()
    world.send(start_duty("O009", "T02"))
    assert no(world, warning(responsible="officer:O009")).code == "officer-leaving"
    strange = difference(kind="only_there", household_no="", responsible="officer:O009")
    assert no(world, strange).code == "officer-leaving"
    assert world.send(difference(responsible="officer:O009")), "who has the household has its differences"


def test_a_leader_names_somebody_else_with_a_reason() -> None:
    world = world_of_two()
    world.send(warning())
    to = AssignTask(task_no=WARNED, responsible="officer:O002", reason="原责任人住院")
    assert no(world, msgspec.structs.replace(to, reason="")).code == "reason-missing"
    assert no(world, msgspec.structs.replace(to, responsible="officer:O001")).code == "responsible-already"
    world.send(StartDuty(officer="O003", town="T01", from_on=date(2025, 1, 1)))
    world.send(EndDuty(officer="O003", kind="leave", last_day_on=DAY))
    assert no(world, msgspec.structs.replace(to, responsible="officer:O003")).code == "officer-leaving"
    world.send(to, "town-leader:T01-L1", "T01")
    assert folded(MODELS["warnings"], world)[WARNED].responsible == "officer:O002"


# ---- exports as facts


def export(**changes: Any) -> StateExport:
    fields: dict[str, Any] = {
        "town": "", "export_no": "D-E-1", "table": "cases", "selection": "month 2026-03", "until_cursor": "T01-H00012",
        "format": "csv", "encoding": "utf-8", "row_count": 2, "household_count": 2, "personal": (), "reason": "",
        "file_sha256": HASH,
    }  # fmt: skip
    return StateExport(**(fields | changes))


def test_an_export_is_stated_and_personal_columns_need_a_reason() -> None:
    world = world_of_two()
    assert no(world, export(table="everything")).code == "table-unknown"
    assert no(world, export(personal=("name",))).code == "reason-missing"
    assert no(world, export(), "town-leader:T01-L1", "T01").code == "wrong-town"
    world.send(export(personal=("name",), reason="市级系统补录"))
    assert no(world, export()).code == "file-repeated"
    row = folded(MODELS["municipal_files"], world)["district/D-E-1"]
    assert (row.what, row.by, row.counts, row.personal) == (
        "export",
        "bureau:B01",
        {"row": 2, "household": 2},
        ("name",),
    )


def test_each_household_that_is_read_for_a_file_is_a_fact() -> None:
    world = world_of_two()
    read = ReadForExport(
        household_no="T01-H00011", fields=("name", "address"), reason="市级系统补录", export_no="D-E-1"
    )
    (said,) = world.send(read)
    assert said == PersonalFieldRead(field="address+name", reason="市级系统补录", reader_role="bureau")
    with pytest.raises(CommandRejected) as unknown:
        world.send(msgspec.structs.replace(read, household_no="T01-H00099"))
    assert unknown.value.code == "household-unknown"


def test_what_changed_is_marked_by_month_and_place_and_the_stock_is_not() -> None:
    world = world_of_two()
    assert not folded(MODELS["municipal_changes"], world)
    world.send(TerminateBenefit(household_no="T01-H00011", reason="own_request"))
    row = folded(MODELS["municipal_changes"], world)["T01-H00011"]
    assert ([str(month) for month in row.months], row.sequence) == (["2026-03"], 1)


# ---- what committees report (动态报告)

REPORTED = "T01-C-C01-Z-1"


def report(change: str = "income", **changes: Any) -> ReportChange:
    fields: dict[str, Any] = {
        "duty_no": "Z-1", "town": "T01", "committee": "T01-C01", "done_by": "committee:T01-C01-M1", "reported_on": DAY,
        "household_no": "T01-H00011", "change": change, "happened_on": date(2026, 3, 10),
    }  # fmt: skip
    return ReportChange(**(fields | changes))


def reported(change: str = "income") -> CaseworkWorld:
    world = world_of_two()
    world.send(report(change), "committee:T01-C01-M1", "T01")
    world.settle()
    return world


def close(outcome: Any = "nothing", reason: str = "") -> CloseChangeTask:
    return CloseChangeTask(task_no=REPORTED, outcome=outcome, reason=reason)


def test_a_reported_change_is_a_task_of_the_households_officer_with_a_clock() -> None:
    """四(四) 动态管理、信息报送；四(二) 事有人管：报告当日起计时限，落到该户低保员，随交接转移，逾期提级。"""
    world = reported()
    (opened,) = world.facts(ChangeTaskOpened)
    assert (opened.task_no, opened.responsible, opened.kind) == (REPORTED, "officer:O001", "income")
    assert opened.visit_by == date(2026, 4, 3)
    row = folded(MODELS["warnings"], world)[REPORTED]
    assert (row.status, row.household, row.responsible) == ("open", "T01-H00011", "officer:O001")
    assert folded(CLOCKS, world)[f"T01/{REPORTED}/change"].status == "running"
    due = folded(DUE, world)[f"{REPORTED}/change"]
    on(world, date(2026, 4, 4))
    (stated,) = world.send(decoder_of(MarkTaskOverdue).decode(due.command), "timer:casework")
    assert isinstance(stated, MunicipalTaskOverdue)
    assert (stated.task, stated.responsible, stated.escalated_to) == ("change", "officer:O001", "town-leader")
    assert folded(MODELS["warnings"], world)[REPORTED].overdue
    world.send(AssignTask(task_no=REPORTED, responsible="officer:O002", reason="休假"))
    assert folded(MODELS["warnings"], world)[REPORTED].responsible == "officer:O002"


def test_a_report_about_nobody_we_know_is_refused() -> None:
    assert no(world_of_two(), report(household_no="T01-H00099")).code == "household-unknown"


def test_a_reported_change_ends_by_the_case_work_it_led_to() -> None:
    """57号第31条：报告之后有复核、调整或停发的记录方可据此办结；无需处理的须说明理由。"""
    world = reported()
    assert no(world, close("reverified")).code == "case-work-missing"
    assert no(world, close("terminated")).code == "case-work-missing"
    assert no(world, close()).code == "reason-missing"
    world.send(TerminateBenefit(household_no="T01-H00011", reason="own_request"))
    (closed,) = world.send(close("terminated"), "officer:O001", "T01")
    assert isinstance(closed, ChangeTaskClosed)
    assert (closed.outcome, closed.closed_by) == ("terminated", "officer:O001")
    assert folded(MODELS["warnings"], world)[REPORTED].status == "handled"
    assert folded(CLOCKS, world)[f"T01/{REPORTED}/change"].status == "stopped"
    assert folded(DUE, world)[f"{REPORTED}/change"] is None
    assert no(world, close("terminated")).code == "task-done"


def test_a_look_that_found_nothing_settles_a_change_but_no_death() -> None:
    for change, code in (("income", ""), ("death", "death-not-followed")):
        world = reported(change)
        look = ReverifyHousehold(
            household_no="T01-H00011", investigators=("officer:O001", "window:T01-W1"), reverified_on=DAY, cadence="A",
            outcome="unchanged", income_per_head_fen=10_000, form_sha256=HASH,
        )  # fmt: skip
        world.send(look, "officer:O001", "T01")
        if code:
            assert no(world, close("reverified")).code == code
        else:
            (closed,) = world.send(close("reverified"), "officer:O001", "T01")
            assert isinstance(closed, ChangeTaskClosed)
    (closed,) = world.send(close(reason="误报，本人健在"), "officer:O001", "T01")
    assert isinstance(closed, ChangeTaskClosed)
    assert closed.reason == "误报，本人健在"


def test_a_reported_death_ends_by_what_follows_a_death_alone() -> None:
    """57号第32条：死亡报告之后仅调整收入、因其他原因停发均不足以办结，须登记死亡并减发，或因死亡停发。"""
    home, seen = (
        "T01-H00011",
        {"investigators": ("officer:O001", "window:T01-W1"), "reverified_on": DAY, "cadence": "A"},
    )
    looked = ReverifyHousehold(
        household_no=home, **seen, outcome="changed", income_per_head_fen=10_000, form_sha256=HASH
    )  # fmt: skip
    world = reported("death")
    world.send(looked, "officer:O001", "T01")
    world.send(AdjustBenefit(household_no=home, covered_members=1, income_per_head_fen=10_000))
    refused = no(world, close("adjusted"))
    assert (refused.code, refused.zh) == ("case-work-missing", "尚未登记成员死亡并调整待遇")
    other = reported("death")
    other.send(TerminateBenefit(household_no=home, reason="own_request"))
    assert no(other, close("terminated")).zh == "待遇尚未因死亡停发"
    died = {"household_no": home, "died_on": date(2026, 3, 10)}
    two, one = (steps.APPLICANT, steps.SPOUSE), (steps.APPLICANT,)
    for outcome, members, command in (
        ("adjusted", two, RecordMemberDeath(**died, person="配偶", paid_through=Month(2026, 3))),
        ("terminated", one, TerminateBenefit(**died, reason="death")),
    ):
        world = CaseworkWorld()
        world.send(start_duty("O001"))
        world.send(take_over(home, members=members))
        world.send(report("death"), "committee:T01-C01-M1", "T01")
        world.settle()
        assert no(world, close(outcome)).code == "case-work-missing"
        world.send(command)
        (closed,) = world.send(close(outcome), "officer:O001", "T01")
        assert isinstance(closed, ChangeTaskClosed)


def test_a_report_about_a_household_whose_officer_leaves_is_the_towns() -> None:
    """四(二) 事有人管：低保员正在交接或已离任的，报告落到镇街负责人，不落空。"""
    world = world_of_two()
    world.send(PlanHandover(officer="O001", town="T01", plan_no="P-1", reason="离职"))
    world.send(report(), "committee:T01-C01-M1", "T01")
    world.settle()
    (opened,) = world.facts(ChangeTaskOpened)
    assert opened.responsible == "town-leader:T01"
