"""Proves every deadline of a case at its boundary day: over Spring Festival, National Day and a year's end, make-up days in.

The starting day is excluded, the last one included (限时办理). 2026: 15–23 February off, the 14th and 28th worked;
1–7 October off, 20 September and 10 October worked; 1–3 January off, Sunday the 4th worked.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.casework.domain import (
    AskSurveyHelp,
    LapseRecognition,
    MarkComplaintOverdue,
    MarkOverdue,
    OpenCase,
)
from services.casework.domain.commands import Clock
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import (
    ComplaintOverdue,
    NoticeClosed,
    RecognitionLapsed,
    RefusalDelivered,
    StepOverdue,
)
from services.contracts.codec import convert
from services.contracts.deciding import Command
from services.contracts.rulebook import AdoptedPack
from services.intake.rules import Procedure as IntakeProcedure
from tests.unit.casework_proofs import proof, told
from tests.unit.casework_steps import (
    BOOK,
    NEEDS,
    RULES,
    H,
    Said,
    ask,
    cared_for,
    close,
    complaint,
    confirm,
    contest,
    deliver,
    no,
    open_case,
    post,
    returned,
    run,
    submit,
    survey,
)

DAY = timedelta(days=1)


def intake_terms(need: str) -> tuple[int, int]:
    """Working days until the investigation starts and until the decision, as intake's pack has them."""
    raw = (Path(RULES) / "intake.procedure.json").read_bytes()
    pack = convert(convert(msgspec.json.decode(raw), AdoptedPack).content, IntakeProcedure)
    return pack.needs[need].investigate_workdays, pack.needs[need].decide_workdays


def accepted(day: date, need: str = "dibao_urban") -> OpenCase:
    """A case accepted on a day, with the clocks that intake gives it."""
    calendar = BOOK.on("calendar", day, WorkingCalendar)
    investigate, decide = intake_terms(need)
    return msgspec.structs.replace(
        open_case(need),
        accepted_on=day,
        investigate_by=calendar.plus_workdays(day, investigate),
        decide_by=calendar.plus_workdays(day, decide),
    )


def on(day: date, said: tuple[date, Command]) -> tuple[date, Command]:
    return day, said[1]


def checked(start: date, n: str) -> tuple[Said, ...]:
    """Surveyed and checked on the day of acceptance."""
    return survey(start, n), on(start, ask(n)), on(start, returned(number=n, on=start))


def noticed(day: date, need: str) -> tuple[Said, ...]:
    """A case whose notice came down on `day`."""
    start, n = day - 8 * DAY, f"R-1-{need}"
    return (accepted(start, need), *checked(start, n), *cared_for(need, start), post(start, n), close(day, n))


Story = Callable[[date, str], tuple[Said, ...]]

# How each clock is started on a day.
STORIES: dict[str, Story] = {
    "investigation": lambda day, need: (accepted(day, need),),
    "check_start": lambda day, need: (accepted(day, need),),
    "first_opinion": lambda day, need: (accepted(day, need),),
    "outer": lambda day, need: (accepted(day, need),),
    "bureau": lambda day, need: (*noticed(day, need), submit(day, f"R-1-{need}")),
    "written_notice": lambda day, need: (
        accepted(day, need),
        confirm(day, f"R-1-{need}", outcome="refused", reason="示例"),
    ),
    "recheck": lambda day, need: (
        accepted(day, need),
        *checked(day, f"R-1-{need}"),
        contest(day, f"R-1-{need}"),
    ),
    "papers": lambda day, need: (
        accepted(day, need),
        confirm(day, f"R-1-{need}", emergency=True, officer=None),
    ),
    "survey_help": lambda day, need: (
        accepted(day, need),
        (day, AskSurveyHelp(household_no=H, application_no=f"R-1-{need}", helping_town="T02", reason="居住地（示例）")),
    ),
}

# clock, benefit, day it starts, its last day
DEADLINES: list[tuple[Clock, str, date, date]] = [
    # 启动调查：受理后3个工作日（第15条）
    ("investigation", "dibao_urban", date(2026, 2, 13), date(2026, 2, 25)),
    ("investigation", "tekun", date(2026, 9, 30), date(2026, 10, 10)),
    ("investigation", "near_dibao_rural", date(2025, 12, 30), date(2026, 1, 5)),
    ("investigation", "temporary", date(2026, 2, 27), date(2026, 3, 3)),
    # 发起核对：3个工作日（第17条）
    ("check_start", "dibao_rural", date(2026, 9, 30), date(2026, 10, 10)),
    ("check_start", "rigid_spending_urban", date(2026, 2, 13), date(2026, 2, 25)),
    ("check_start", "tekun", date(2025, 12, 31), date(2026, 1, 6)),
    # 特困调查核实并提出初审意见：15个工作日（特困人员认定办法第11-13条）
    ("first_opinion", "tekun", date(2026, 9, 28), date(2026, 10, 23)),
    # 区级审核确认：低保10、特困15、低保边缘10个工作日（第20条）
    ("bureau", "dibao_urban", date(2026, 2, 12), date(2026, 3, 4)),
    ("bureau", "tekun", date(2026, 9, 28), date(2026, 10, 23)),
    ("bureau", "near_dibao_urban", date(2025, 12, 22), date(2026, 1, 6)),
    ("bureau", "rigid_spending_rural", date(2026, 9, 18), date(2026, 10, 9)),
    # 全程：低保25、特困30、临时20、低保边缘和刚性支出30个工作日（第22条）
    ("outer", "dibao_urban", date(2026, 2, 2), date(2026, 3, 13)),
    ("outer", "tekun", date(2026, 9, 1), date(2026, 10, 19)),
    ("outer", "temporary", date(2025, 12, 22), date(2026, 1, 20)),
    ("outer", "near_dibao_urban", date(2025, 12, 15), date(2026, 1, 27)),
    ("outer", "rigid_spending_rural", date(2026, 2, 2), date(2026, 3, 20)),
    # 不予确认书面告知：3个工作日（第21条）
    ("written_notice", "dibao_urban", date(2026, 9, 30), date(2026, 10, 10)),
    ("written_notice", "temporary", date(2025, 12, 31), date(2026, 1, 6)),
    ("written_notice", "near_dibao_rural", date(2026, 2, 13), date(2026, 2, 25)),
    # 核对异议复核：5个工作日（第18条；示例）
    ("recheck", "dibao_urban", date(2026, 2, 13), date(2026, 2, 27)),
    ("recheck", "tekun", date(2026, 9, 29), date(2026, 10, 12)),
    ("recheck", "rigid_spending_urban", date(2025, 12, 30), date(2026, 1, 7)),
    # 急难型补齐手续：15个工作日（国发〔2014〕47号；示例）
    ("papers", "temporary", date(2026, 9, 29), date(2026, 10, 26)),
    ("papers", "temporary", date(2026, 2, 6), date(2026, 3, 5)),
    ("papers", "temporary", date(2025, 12, 22), date(2026, 1, 13)),
    # 协助调查：5个工作日（示例）
    ("survey_help", "dibao_urban", date(2025, 12, 30), date(2026, 1, 7)),
    ("survey_help", "tekun", date(2026, 2, 13), date(2026, 2, 27)),
    ("survey_help", "temporary", date(2026, 9, 30), date(2026, 10, 13)),
]


def test_every_clock_has_its_rows_in_the_table() -> None:
    assert {row[0] for row in DEADLINES} == set(Clock.__args__)  # type: ignore[attr-defined]
    assert {row[1] for row in DEADLINES} == set(NEEDS)


@pytest.mark.parametrize(("clock", "need", "start", "last"), DEADLINES)
def test_a_clock_runs_through_its_last_day_and_out_the_day_after(
    clock: Clock, need: str, start: date, last: date
) -> None:
    said = STORIES[clock](start, need)
    mark = MarkOverdue(household_no=H, application_no=f"R-1-{need}", clock=clock, due_on=last)
    assert no(*said, (last, mark)) == "clock-running"
    _, (stated,) = run(*said, (last + DAY, mark))
    assert isinstance(stated, StepOverdue)
    assert (stated.clock, stated.due_on) == (clock, last)
    early = msgspec.structs.replace(mark, due_on=last - DAY)
    assert no(*said, (last + DAY, early)) == "clock-running", "no other day is the last one"


# What does the step that a clock waits for, and the step of the proof it settles.
DONE: dict[str, tuple[str, Callable[[date, str], tuple[Said, ...]]]] = {
    "investigation": ("investigation_started", lambda day, n: (survey(day, n),)),
    "check_start": ("check_started", lambda day, n: (on(day, ask(n)),)),
    "written_notice": ("refusal_in_writing", lambda day, n: (deliver(day, n),)),
    "recheck": (
        "contest_answered",
        lambda day, n: (
            on(day, ask(n, registers=("bank",))),
            on(day, returned(number=n, on=day, registers=("bank",))),
        ),
    ),
    "outer": ("whole_in_term", lambda day, n: (confirm(day, n, outcome="refused", reason="示例"),)),
    "bureau": ("decided_in_term", lambda day, n: (confirm(day, n),)),
}


@pytest.mark.parametrize(("clock", "need", "start", "last"), [row for row in DEADLINES if row[0] in DONE])
def test_the_proof_is_in_time_on_the_last_day_and_a_day_late_on_the_next(
    clock: str, need: str, start: date, last: date
) -> None:
    step, done = DONE[clock]
    for day, state, late in ((last, "met", 0), (last + DAY, "late", 1)):
        row = proof(told(*STORIES[clock](start, need), *done(day, f"R-1-{need}")))
        (found,) = [one for one in row.steps if one.step == step]
        assert (found.state, found.days_late, found.due_on) == (state, late, last)


@pytest.mark.parametrize(
    ("posted_on", "last"),
    [
        (date(2026, 2, 14), date(2026, 2, 21)),
        (date(2026, 9, 28), date(2026, 10, 5)),
        (date(2025, 12, 28), date(2026, 1, 4)),
        (date(2026, 2, 21), date(2026, 2, 28)),
    ],
)
def test_a_notice_hangs_its_seven_days_on_days_off_too(posted_on: date, last: date) -> None:
    """公示七日 (art. 19): its end does not move off a holiday; it comes down the day after."""
    start = posted_on
    said = (accepted(start), *checked(start, "R-1-dibao_urban"), post(posted_on))
    assert no(*said, close(last)) == "notice-running"
    _, (down,) = run(*said, close(last + DAY))
    assert isinstance(down, NoticeClosed)


@pytest.mark.parametrize(
    ("received_on", "last"),
    [
        (date(2026, 9, 18), date(2026, 10, 22)),
        (date(2026, 2, 2), date(2026, 3, 6)),
        (date(2025, 12, 15), date(2026, 1, 13)),
    ],
)
def test_a_complaint_is_answered_within_twenty_working_days(received_on: date, last: date) -> None:
    """投诉举报 (arts. 36-37; the term is the sample's)."""
    said = (accepted(received_on), complaint(received_on))
    mark = MarkComplaintOverdue(household_no=H, complaint_no="TS-1", due_on=last)
    assert no(*said, (last, mark)) == "clock-running"
    _, (stated,) = run(*said, (last + DAY, mark))
    assert isinstance(stated, ComplaintOverdue)


@pytest.mark.parametrize(
    ("delivered_on", "review_by", "sue_by"),
    [
        (date(2026, 3, 16), date(2026, 5, 15), date(2026, 9, 16)),
        (date(2026, 8, 3), date(2026, 10, 8), date(2027, 2, 3)),  # the sixtieth day lies in National Day
        (date(2026, 4, 1), date(2026, 6, 1), date(2026, 10, 8)),  # six months end in National Day; 31 May is a Sunday
        (date(2025, 7, 2), date(2025, 9, 1), date(2026, 1, 4)),  # 2 January is off, Sunday the 4th is worked
        (date(2025, 8, 31), date(2025, 10, 30), date(2026, 2, 28)),  # February has no 31st; its last Saturday is worked
    ],
)
def test_the_terms_of_review_and_suit_run_from_delivery_and_move_off_days_off(
    delivered_on: date, review_by: date, sue_by: date
) -> None:
    """行政复议六十日 (行政复议法 art. 20), 行政诉讼六个月 (行政诉讼法 art. 46)."""
    refused = (accepted(delivered_on), confirm(delivered_on, outcome="refused", reason="示例"))
    _, (delivered,) = run(*refused, deliver(delivered_on))
    assert isinstance(delivered, RefusalDelivered)
    assert (delivered.review_by, delivered.sue_by) == (review_by, sue_by)


@pytest.mark.parametrize(
    ("decided_on", "last"),
    [
        (date(2025, 12, 31), date(2026, 12, 30)),
        (date(2026, 2, 14), date(2027, 2, 13)),
        (date(2025, 10, 11), date(2026, 10, 10)),
    ],
)
def test_a_recognition_lapses_the_day_after_its_last(decided_on: date, last: date) -> None:
    """有效期不超过12个月, in calendar days: a right ends whether anybody works or not."""
    need = "near_dibao_urban"
    n = f"R-1-{need}"
    said = (*noticed(decided_on, need), submit(decided_on, n), confirm(decided_on, n))
    command: Any = LapseRecognition(household_no=H, valid_until=last)
    assert no(*said, (last, command)) == "still-valid"
    _, (lapsed,) = run(*said, (last + DAY, command))
    assert isinstance(lapsed, RecognitionLapsed)
