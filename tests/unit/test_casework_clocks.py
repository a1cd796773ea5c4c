"""Proves what a case's clocks do: paused and extended by a legal cause, seen in ledger and proof, held by who took over."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.casework.domain import (
    HOUSEHOLD,
    AskSurveyHelp,
    ExtendClock,
    HandOverCase,
    MarkOverdue,
    MoveResponsibility,
    NoteNearRelative,
    PauseClock,
    ResumeClock,
)
from services.casework.forms import proof_page
from services.casework.projections.cases import CASES
from services.casework.projections.clocks import DUE
from services.casework.projections.ledger import CLOCKS
from services.casework.projections.proofs import PROCEDURE_PROOFS
from services.casework.service import SERVICE
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import (
    CaseHandedOver,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    NearRelativeNoted,
    StepOverdue,
)
from services.contracts.clocks import holder_on
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.envelope import Envelope
from services.contracts.intake import HandoverAccepted, NearRelativeDeclared
from services.contracts.registry import Fact, kind_of
from tests.unit.casework_steps import (
    ACCEPTED,
    BOOK,
    DECIDED,
    HASH,
    SURVEYED,
    A,
    H,
    Said,
    ask,
    bureau_visit,
    close,
    confirm,
    contest,
    context,
    no,
    open_case,
    papers,
    post,
    returned,
    run,
    steps,
    submit,
    survey,
)

ALL = steps()
OUTER, INVESTIGATE = date(2026, 4, 7), date(2026, 3, 5)


def pause(
    on: date = SURVEYED, clock: Any = "outer", cause: str = "expert_assessment", number: str = A
) -> tuple[date, PauseClock]:
    return on, PauseClock(
        household_no=H, application_no=number, clock=clock, cause=cause, paused_on=on, paper_sha256=HASH
    )  # fmt: skip


def resume(on: date, clock: Any = "outer") -> tuple[date, ResumeClock]:
    return on, ResumeClock(household_no=H, application_no=A, clock=clock, resumed_on=on)


def extend(
    on: date = DECIDED, days: int = 0, cause: str = "special_circumstances", number: str = A
) -> tuple[date, ExtendClock]:
    command = ExtendClock(
        household_no=H, application_no=number, clock="outer", cause=cause, days=days, paper_sha256=HASH
    )  # fmt: skip
    return on, command


def mark(clock: Any, due_on: date, on: date) -> tuple[date, MarkOverdue]:
    return on, MarkOverdue(household_no=H, application_no=A, clock=clock, due_on=due_on)


def hand_over(to: str = "window:T01-W2", on: date = SURVEYED) -> tuple[date, HandOverCase]:
    return on, HandOverCase(household_no=H, application_no=A, responsible=to)


def noted(on: date = SURVEYED) -> tuple[date, NoteNearRelative]:
    return on, NoteNearRelative(household_no=H, application_no=A, request_no="R-1")


def rows(model: Model[Any], *said: Said) -> dict[str, Any]:
    """A read model's rows after commands, by the last parts of their keys; facts happen on the day of their command."""
    state: Any = HOUSEHOLD.initial
    found: dict[str, Any] = {}
    day, n = ACCEPTED, 0
    for one in said:
        day, command = one if isinstance(one, tuple) else (day, one)
        for fact in HOUSEHOLD.decide(state, command, context(day)):
            state = HOUSEHOLD.evolve(state, fact)
            n += 1
            one_record = record(fact, day, n)
            if isinstance(fact, model.listens):
                for key in model.keys(one_record):
                    found[key] = model.evolve(found.get(key), one_record, key)
    return {key.rpartition("/")[2]: row for key, row in found.items() if row is not None}


def record(fact: Fact, day: date, n: int) -> Record:
    instant = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    envelope = Envelope(
        specversion="1.0", sequence=1, prevhash="", id=f"e{n}", source="/casework", type=kind_of(type(fact)),
        subject=f"household:{H}", time=instant, recordedtime=instant, stream="", streamversion=1, commandid="",
        commandhash="", correlationid="", actor="bureau:B01", data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Record(partition=0, hash=b"", envelope=envelope, fact=fact)


def test_a_pause_and_its_end_are_stated_with_article_and_deadlines() -> None:
    """鉴定期间不计入（参照行政许可法第45条）：3月3日中止，3月10日恢复，五个工作日不计。"""
    _, (paused,) = run(open_case(), pause())
    assert isinstance(paused, ClockPaused)
    assert (paused.cause, paused.due_on, paused.responsible) == ("expert_assessment", OUTER, "window:T01-W1")
    assert "第45条" in paused.article
    _, (resumed,) = run(open_case(), pause(), resume(date(2026, 3, 10)))
    assert isinstance(resumed, ClockResumed)
    assert (resumed.paused_on, resumed.due_before, resumed.due_on) == (SURVEYED, OUTER, date(2026, 4, 14))


def test_a_special_case_is_decided_in_the_special_term_of_the_pack() -> None:
    """民发〔2021〕57号第22条：特殊情况适用特别程序，二十五个工作日改为四十个工作日。"""
    _, (extended,) = run(open_case(), extend(SURVEYED))
    assert isinstance(extended, ClockExtended)
    assert (extended.due_before, extended.due_on, extended.extension_days) == (OUTER, date(2026, 4, 28), 15)
    assert (extended.special_days, extended.article) == (40, "民发〔2021〕57号第22条")
    calendar = BOOK.on("calendar", SURVEYED, WorkingCalendar)
    assert extended.due_on == calendar.plus_workdays(ACCEPTED, 40), "counted from the acceptance"
    # A pause before it is not lost, and the whole term is no longer than the pack's for all that.
    _, (after,) = run(open_case(), pause(), resume(date(2026, 3, 10)), extend(date(2026, 3, 10)))
    assert isinstance(after, ClockExtended)
    assert (after.extension_days, after.due_on) == (15, calendar.plus_workdays(ACCEPTED, 45))
    _, (recognition,) = run(open_case("near_dibao_urban"), extend(SURVEYED, number="R-1-near_dibao_urban"))
    assert isinstance(recognition, ClockExtended)
    assert recognition.special_days == 45
    ledger = rows(CLOCKS, open_case(), extend(SURVEYED))["outer"]
    assert [(one.cause, one.article, one.due_on) for one in ledger.moved] == [
        ("special_circumstances", "民发〔2021〕57号第22条", date(2026, 4, 28))
    ]
    assert no(open_case("tekun"), extend(SURVEYED, number="R-1-tekun")) == "no-special-term"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("cause-not-legal", (open_case(), pause(cause="staff_shortage"))),
        ("cause-not-legal", (open_case(), pause(clock="check_start"))),
        ("cause-not-legal", (open_case(), extend(SURVEYED, cause="expert_assessment"))),
        ("special-term-fixed", (open_case(), extend(SURVEYED, days=15))),
        ("extended-already", (open_case(), extend(SURVEYED), extend(SURVEYED))),
        ("clock-paused", (open_case(), pause(), pause())),
        ("clock-paused", (open_case(), pause(), extend(SURVEYED))),
        ("clock-not-paused", (open_case(), resume(SURVEYED))),
        ("clock-run-out", (open_case(), extend(date(2026, 4, 8)))),
        ("clock-run-out", (open_case(), mark("outer", OUTER, date(2026, 4, 8)), extend(date(2026, 4, 8)))),
        ("step-done", (open_case(), survey(), pause(clock="investigation"))),
        ("step-done", (open_case(), pause(clock="bureau"))),
        ("case-ended", (*ALL, confirm(), pause(DECIDED))),
        ("case-unknown", (pause(),)),
    ],
)
def test_an_expected_no_about_a_clock(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_a_paused_clock_is_not_stated_overdue_and_one_that_ran_on_is_at_its_new_day() -> None:
    after, later = date(2026, 4, 8), date(2026, 4, 15)
    assert no(open_case(), pause(), mark("outer", OUTER, after)) == "clock-running"
    moved = (open_case(), pause(), resume(date(2026, 3, 10)))
    assert no(*moved, mark("outer", OUTER, later)) == "clock-running"
    assert no(*moved, mark("outer", date(2026, 4, 14), date(2026, 4, 14))) == "clock-running"
    _, (overdue,) = run(*moved, mark("outer", date(2026, 4, 14), later))
    assert isinstance(overdue, StepOverdue)
    assert overdue.due_on == date(2026, 4, 14)


def test_the_timer_waits_while_a_clock_is_paused_and_then_for_its_new_day() -> None:
    assert "outer" not in rows(DUE, open_case(), pause())
    (before, after) = (rows(DUE, open_case())["outer"], rows(DUE, open_case(), pause(), resume(SURVEYED))["outer"])
    assert after.due_at == before.due_at
    assert after.set_by != before.set_by, "set anew to the same day it is another clock, which fires again"
    moved = rows(DUE, open_case(), pause(), resume(date(2026, 3, 10)))["outer"]
    assert moved.due_at.astimezone(CHINA).date() == date(2026, 4, 15)
    assert b'"due_on":"2026-04-14"' in moved.command.encode()


def test_the_same_days_are_not_paused_twice() -> None:
    """恢复后再次中止，不得追溯到已经中止过的日期。"""
    said = (open_case(), pause(), resume(date(2026, 3, 10)))
    assert no(*said, (date(2026, 3, 11), pause(date(2026, 3, 9))[1])) == "out-of-order"
    state, _ = run(*said, pause(date(2026, 3, 11)))
    assert state.cases[0].paused_on == {"outer": date(2026, 3, 11)}


def test_what_is_done_while_its_clock_stands_still_is_in_time() -> None:
    """中止期间办结的，不计逾期：程序证明与时限台账一致。"""
    late = date(2026, 4, 20)
    said = (*steps(), pause(DECIDED), confirm(late))
    (whole,) = [step for step in rows(PROCEDURE_PROOFS, *said)[A].steps if step.step == "whole_in_term"]
    assert (whole.state, whole.days_late) == ("met", 0)
    assert rows(CLOCKS, *said)["outer"].days_late == 0
    assert rows(CLOCKS, *steps(), confirm(late))["outer"].days_late == 13


def test_the_ledger_has_every_clock_of_a_case_with_its_article() -> None:
    opened = rows(CLOCKS, open_case())
    assert {name: (row.status, row.due_on) for name, row in opened.items()} == {
        "investigation": ("running", INVESTIGATE),
        "check_start": ("running", INVESTIGATE),
        "notice": ("waiting", None),
        "bureau": ("waiting", None),
        "outer": ("running", OUTER),
        "written_notice": ("waiting", None),
        "recheck": ("waiting", None),
    }
    assert opened["investigation"].article == "民发〔2021〕57号第15条"
    assert (opened["notice"].counting, opened["notice"].article) == ("full_days", "民发〔2021〕57号第19条")


def test_a_contested_check_has_a_clock_of_its_own_until_the_register_answers_again() -> None:
    """异议复核：自提出异议起另行计时，登记部门再次答复时停止。"""
    said = (*steps()[:4], contest())
    running = rows(CLOCKS, *said)["recheck"]
    assert (running.status, running.open_until) == ("running", running.due_on)
    again = rows(CLOCKS, *said, ask(A, 2, registers=("bank",)), returned(registers=("bank",)))["recheck"]
    assert (again.status, again.open_until) == ("stopped", None)


def test_a_town_that_was_asked_to_survey_holds_that_clock() -> None:
    """人户分离协助调查：被请求的镇街承办，完成有效调查即停止。"""
    asked = (ACCEPTED, AskSurveyHelp(household_no=H, application_no=A, helping_town="T02", reason="居住地（示例）"))
    held = rows(CLOCKS, open_case(), asked)
    assert (held["survey_help"].status, held["survey_help"].held_by) == ("running", "town:T02")
    assert held["investigation"].held_by == "window:T01-W1"


def test_after_an_emergency_only_what_the_town_owes_goes_on() -> None:
    """急难型先行救助：审核、全程时限终止，补齐手续时限开始，手续齐备后全部停止。"""
    number = "R-1-temporary"
    helped = (open_case("temporary"), confirm(ACCEPTED, number, emergency=True, officer=None))
    after = rows(CLOCKS, *helped)
    status = {name: row.status for name, row in after.items()}
    assert (status["papers"], status["investigation"], status["outer"]) == ("running", "running", "stopped")
    done = rows(CLOCKS, *helped, *steps("temporary")[1:], papers())
    assert {row.status for row in done.values()} == {"stopped"}


def test_who_took_a_leaving_officers_households_over_holds_their_clocks() -> None:
    """事有人管：移交后各时限的承办人随之变更，别人手中的不变。"""
    grant = (*steps(), confirm())
    before = rows(CLOCKS, *grant)["reverification"]
    moving = MoveResponsibility(
        household_no=H, plan_no="HO-1", previous="O001", receiver="O002", application_nos=()
    )  # fmt: skip
    after = rows(CLOCKS, *grant, (DECIDED, moving))
    assert (before.held_by, after["reverification"].held_by) == ("officer:O001", "officer:O002")
    assert after["outer"].held_by == "bureau:B01"


def test_the_ledger_shows_who_held_the_matter_each_day_and_what_stopped_each_clock() -> None:
    done = rows(CLOCKS, open_case(), hand_over(), survey(), ask(), returned(), post(), close(), submit(), confirm())
    assert {name: (row.status, row.stopped_on, row.days_late) for name, row in done.items()} == {
        "investigation": ("stopped", SURVEYED, 0),
        "check_start": ("stopped", SURVEYED, 0),
        "notice": ("stopped", date(2026, 3, 13), 0),
        "bureau": ("stopped", DECIDED, 0),
        "outer": ("stopped", DECIDED, 0),
        "reverification": ("running", None, 0),
    }
    days = (ACCEPTED, SURVEYED, date(2026, 3, 12), date(2026, 3, 13), DECIDED)
    assert [holder_on(done["outer"], day) for day in days] == [
        "window:T01-W1", "window:T01-W2", "window:T01-W2", "bureau:B01", "bureau:B01",
    ]  # fmt: skip


def test_a_late_step_is_late_in_the_ledger_and_in_the_proof_by_the_same_count() -> None:
    late = date(2026, 3, 9)
    said = (open_case(), mark("investigation", INVESTIGATE, date(2026, 3, 6)), survey(late))
    ledger = rows(CLOCKS, *said)["investigation"]
    assert (ledger.overdue, ledger.status, ledger.days_late) == (True, "stopped", 4)
    (proof,) = rows(PROCEDURE_PROOFS, *said).values()
    (step,) = [one for one in proof.steps if one.step == "investigation_started"]
    assert (step.state, step.days_late) == ("late", 4)


def test_a_moved_deadline_is_the_one_the_proof_goes_by() -> None:
    """Decided three days after the first outer day, in time by the extension."""
    day = date(2026, 4, 10)
    said = (open_case(), extend(SURVEYED), *ALL[1:], confirm(day))
    (proof,) = rows(PROCEDURE_PROOFS, *said).values()
    (step,) = [one for one in proof.steps if one.step == "whole_in_term"]
    assert (step.state, step.due_on) == ("met", date(2026, 4, 28))
    assert step.moved_for == ("special_circumstances: 民发〔2021〕57号第22条",)
    assert step.moved_for[0] in proof_page(A, proof, sample=True)
    (case,) = rows(CASES, open_case(), extend(SURVEYED), pause()).values()
    assert (case.decide_by, case.paused_clocks) == (date(2026, 4, 28), ("outer",))


def test_a_refusal_begins_its_own_clock_and_delivery_stops_it() -> None:
    refused = (open_case(), confirm(DECIDED, outcome="refused", reason="收入超过标准", officer=None))
    running = rows(CLOCKS, *refused)["written_notice"]
    assert (running.status, running.due_on, running.held_by) == ("running", date(2026, 3, 19), "window:T01-W1")
    assert "bureau" not in rows(CLOCKS, *refused), "a clock that never began leaves no row"


# ---- 首问负责 hand-overs, 近亲属 near relatives


def test_the_case_follows_a_hand_over_that_was_accepted_at_the_window() -> None:
    accepted = HandoverAccepted(
        application_no=A, town="T01", previous="window:T01-W1", responsible="window:T01-W2", case_open=True
    )
    (reaction,) = SERVICE.react(record(accepted, SURVEYED, 1))
    assert reaction.command == hand_over()[1]
    state, facts = run(open_case(), hand_over())
    assert facts == (
        CaseHandedOver(application_no=A, town="T01", previous="window:T01-W1", responsible="window:T01-W2"),
    )
    assert state.cases[0].responsible == "window:T01-W2"
    (row,) = rows(CASES, open_case(), hand_over()).values()
    assert row.responsible == "window:T01-W2"
    _, (late,) = run(open_case(), hand_over(), mark("outer", OUTER, OUTER + timedelta(days=1)))
    assert isinstance(late, StepOverdue)
    assert late.responsible == "window:T01-W2"


def test_without_a_case_casework_has_nothing_to_follow_and_the_bureau_keeps_what_it_has() -> None:
    accepted = HandoverAccepted(application_no="R-1-medical", town="T01", previous="window:a", responsible="window:b")
    assert SERVICE.react(record(accepted, SURVEYED, 1)) == ()
    assert no(*ALL, hand_over(on=DECIDED)) == "bureau-holds-case"
    assert no(hand_over()) == "case-unknown"


def test_a_near_relative_declared_later_makes_the_bureau_visit() -> None:
    """民发〔2021〕57号第20条：近亲属的，区民政局应当入户。"""
    declared = NearRelativeDeclared(
        request_no="R-1", town="T01", committee="T01-C01", needs=("dibao_urban",), declared_by="staff",
        staff="officer:O001", kinship="侄子", declared_on=SURVEYED, stated_by="officer:O001", open_cases=(A,),
    )  # fmt: skip
    (reaction,) = SERVICE.react(record(declared, SURVEYED, 1))
    assert reaction.command == noted()[1]
    assert SERVICE.react(record(msgspec.structs.replace(declared, open_cases=()), SURVEYED, 1)) == ()
    _, facts = run(open_case(), noted())
    assert facts == (NearRelativeNoted(application_no=A, town="T01", request_no="R-1"),)
    told = (open_case(), noted(), *ALL[1:])
    assert no(*told, confirm()) == "bureau-visit-missing"
    run(*told, bureau_visit(), confirm())
    assert no(open_case(near_relative=True), noted()) == "near-relative-noted"
    (proof,) = rows(PROCEDURE_PROOFS, open_case(), noted()).values()
    assert {step.state for step in proof.steps if step.step == "bureau_visited"} == {"missing"}


def test_a_tekun_towns_first_opinion_has_fifteen_working_days() -> None:
    """特困人员认定办法第11-13条：受理起15个工作日内调查核实并提出初审意见；低保没有这一时限。"""
    assert "first_opinion" not in rows(CLOCKS, open_case())
    due_on = date(2026, 3, 23)
    opened = rows(CLOCKS, open_case("tekun"))["first_opinion"]
    assert (opened.status, opened.due_on) == ("running", due_on)
    assert "第11-13条" in opened.article
    late = msgspec.structs.replace(mark("first_opinion", due_on, date(2026, 3, 24))[1], application_no="R-1-tekun")
    waited = (open_case("tekun"), (date(2026, 3, 24), late))
    assert rows(CLOCKS, *waited)["first_opinion"].overdue
    said = steps("tekun")
    posted = rows(CLOCKS, *said)["first_opinion"]
    assert (posted.status, posted.overdue) == ("stopped", False)
    assert "first_opinion" not in rows(DUE, *said)
