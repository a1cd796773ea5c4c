"""Proves the clock ledger: boundary days over festivals and a year's end, pauses and extensions by a named cause, who held it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.district.calendar_pack import pack
from services.contracts import clocks
from services.contracts.calendar import WorkingCalendar
from services.contracts.clocks import ClockRow, Counting, Held, Term
from services.contracts.codec import convert
from services.contracts.deciding import CommandRejected, Context
from services.contracts.every_service import ClockExtended, ClockPaused, ClockResumed
from services.contracts.rulebook import AdoptedPack, RuleBook

CALENDAR_PACK = convert(pack(), AdoptedPack)
CALENDAR = convert(pack()["content"], WorkingCalendar)
CAUSES = AdoptedPack(
    name="clock_causes", version="1", valid_from=date(2024, 1, 1), citation="示例", sample=True,
    content={
        "causes": {
            "assessment": {"effect": "pause", "article": "鉴定", "clocks": ["outer"]},
            "special": {"effect": "extend", "article": "第22条", "clocks": ["outer"], "days_max": 15},
        }
    },
)  # fmt: skip
DAY = timedelta(days=1)
DAYS = st.dates(date(2024, 2, 1), date(2026, 10, 1))


def context(today: date, *packs: AdoptedPack) -> Context:
    now = datetime(today.year, today.month, today.day, 2, tzinfo=UTC)
    book = RuleBook((CALENDAR_PACK, CAUSES, *packs))
    return Context(now=now, actor="bureau:B01", role="bureau", town=None, rules=book, pseudonym=str)


# ---- 期限 boundary days


@pytest.mark.parametrize(
    ("counting", "start", "n", "last", "why"),
    [
        ("workdays", date(2026, 2, 13), 3, date(2026, 2, 25), "春节：2月14日（周六）调休上班，15日至23日放假"),
        ("workdays", date(2026, 2, 27), 1, date(2026, 2, 28), "春节后2月28日（周六）调休上班"),
        ("workdays", date(2026, 9, 18), 1, date(2026, 9, 20), "国庆前9月20日（周日）调休上班"),
        ("workdays", date(2026, 9, 30), 3, date(2026, 10, 10), "国庆：10月8、9日上班，10日（周六）调休上班"),
        ("workdays", date(2025, 12, 30), 2, date(2026, 1, 4), "跨年：元旦至3日放假，4日（周日）调休上班"),
        ("workdays", date(2025, 12, 31), 10, date(2026, 1, 15), "跨年的十个工作日"),
        ("days", date(2026, 2, 10), 7, date(2026, 2, 24), "自然日：末日在春节中，顺延至节后第一个工作日"),
        ("days", date(2026, 9, 25), 7, date(2026, 10, 8), "自然日：末日在国庆中，顺延"),
        ("days", date(2025, 12, 25), 7, date(2026, 1, 4), "自然日：末日为元旦，顺延至调休上班的周日"),
        ("full_days", date(2026, 2, 14), 7, date(2026, 2, 21), "公示：满七日，春节照挂不顺延"),
        ("full_days", date(2025, 12, 28), 7, date(2026, 1, 4), "公示：满七日，跨年"),
    ],
)
def test_the_last_day_is_in_time_and_the_day_after_is_overdue(
    counting: Counting, start: date, n: int, last: date, why: str
) -> None:
    """The starting day is excluded, the last day included (限时办理, 四(一))."""
    due_on = clocks.last_day(CALENDAR, counting, start, n)
    assert due_on == last, why
    assert not clocks.overdue(due_on, due_on)
    assert clocks.overdue(due_on, due_on + DAY)
    assert (clocks.days_late(due_on, due_on), clocks.days_late(due_on, due_on + DAY)) == (0, 1)
    assert clocks.days_left(CALENDAR, counting, due_on, due_on) == 0


def test_a_clock_that_does_not_run_is_never_overdue() -> None:
    assert not clocks.overdue(None, date(2030, 1, 1))
    assert clocks.days_late(None, date(2030, 1, 1)) == 0


@pytest.mark.parametrize(
    ("day", "left", "why"),
    [
        (date(2026, 2, 13), 3, "三个工作日：14、24、25日"),
        (date(2026, 2, 14), 2, ""),
        (date(2026, 2, 23), 2, "假期不减少"),
        (date(2026, 2, 25), 0, "末日"),
        (date(2026, 2, 28), -3, "逾期：26、27、28日"),
    ],
)
def test_days_left_are_those_the_clock_counts(day: date, left: int, why: str) -> None:
    assert clocks.days_left(CALENDAR, "workdays", date(2026, 2, 25), day) == left, why
    assert clocks.days_left(CALENDAR, "days", date(2026, 2, 25), day) == (date(2026, 2, 25) - day).days


@given(start=DAYS, n=st.integers(0, 40))
def test_what_is_left_at_the_start_is_the_term(start: date, n: int) -> None:
    assert clocks.days_left(CALENDAR, "workdays", CALENDAR.plus_workdays(start, n), start) == n


# ---- 中止、恢复、延长


def term(due_on: date = date(2026, 4, 7), **changes: Any) -> Term:
    return Term(**({"due_on": due_on, "since": date(2026, 3, 2)} | changes))


@pytest.mark.parametrize(
    ("paused_on", "resumed_on", "due_on", "why"),
    [
        (date(2026, 3, 10), date(2026, 3, 10), date(2026, 4, 7), "当日中止当日恢复，不变"),
        (date(2026, 3, 10), date(2026, 3, 11), date(2026, 4, 8), "少计一个工作日"),
        (date(2026, 3, 13), date(2026, 3, 15), date(2026, 4, 7), "只隔周末，不变"),
        (date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 7), "只隔清明，不变"),
        (date(2026, 3, 10), date(2026, 4, 20), date(2026, 5, 19), "清明与五一之间，5月9日（周六）调休上班"),
    ],
)
def test_days_of_a_pause_are_not_counted(paused_on: date, resumed_on: date, due_on: date, why: str) -> None:
    """What was left after the pausing day is left after the day of resumption."""
    found = clocks.resumed_until(term(paused_on=paused_on), resumed_on, context(date(2026, 5, 6)))
    assert found == due_on, why


@given(start=DAYS, n=st.integers(1, 30), paused_after=st.integers(0, 30), paused_for=st.integers(0, 40))
def test_a_pause_adds_exactly_its_own_working_days(start: date, n: int, paused_after: int, paused_for: int) -> None:
    due_on = CALENDAR.plus_workdays(start, n)
    paused_on = min(start + paused_after * DAY, due_on)
    resumed_on = paused_on + paused_for * DAY
    found = clocks.resumed_until(
        term(due_on, since=start, paused_on=paused_on), resumed_on, context(date(2027, 12, 31))
    )
    left = clocks.days_left(CALENDAR, "workdays", due_on, paused_on)
    assert CALENDAR.is_workday(found)
    assert found >= due_on
    if left:
        assert clocks.days_left(CALENDAR, "workdays", found, resumed_on) == left
        lost = clocks.days_left(CALENDAR, "workdays", resumed_on, paused_on)
        assert clocks.days_left(CALENDAR, "workdays", found, start) == n + lost
    else:  # paused on its last day: it ends when it is taken up again, on a day that is worked
        assert found == max(due_on, CALENDAR.next_workday(resumed_on))


def test_a_paused_clock_does_not_run_out_however_long_it_stands() -> None:
    assert clocks.running_until(term()) == date(2026, 4, 7)
    assert clocks.running_until(term(paused_on=date(2026, 3, 10))) is None


def test_a_calendar_adopted_later_moves_no_deadline_and_shortens_none_when_a_pause_ends() -> None:
    """The deadline is a date a fact stated; the newer calendar is asked when the pause ends, and never for less."""
    off = [(date(2026, 4, 1) + n * DAY).isoformat() for n in range(7)]
    newer = AdoptedPack(
        name="calendar", version="2", valid_from=date(2026, 3, 15), citation="示例", sample=True,
        content={"version": "2", "announced_through": "2026-12-31", "off_days": off, "make_up_days": []},
    )  # fmt: skip
    assert clocks.running_until(term()) == date(2026, 4, 7)
    same_day = clocks.resumed_until(
        term(paused_on=date(2026, 3, 16)), date(2026, 3, 16), context(date(2026, 3, 16), newer)
    )
    assert same_day == date(2026, 4, 7)


def code_of(call: Any) -> str:
    with pytest.raises(CommandRejected) as caught:
        call()
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code


TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("code", "of", "cause", "clock", "on"),
    [
        ("cause-not-legal", term(), "busy", "outer", TODAY),
        ("cause-not-legal", term(), "assessment", "investigation", TODAY),
        ("cause-not-legal", term(), "special", "outer", TODAY),
        ("clock-paused", term(paused_on=date(2026, 3, 9)), "assessment", "outer", TODAY),
        ("time-in-future", term(), "assessment", "outer", TODAY + DAY),
        ("out-of-order", term(), "assessment", "outer", date(2026, 3, 1)),
        ("clock-run-out", term(date(2026, 3, 9)), "assessment", "outer", TODAY),
        ("clock-run-out", term(overdue=True), "assessment", "outer", TODAY),
    ],
)
def test_nothing_but_a_named_legal_cause_pauses_a_clock_that_runs(
    code: str, of: Term, cause: str, clock: str, on: date
) -> None:
    assert code_of(lambda: clocks.pause_for(of, clock, cause, on, context(TODAY))) == code


def test_a_legal_cause_is_stated_with_its_article() -> None:
    assert clocks.pause_for(term(), "outer", "assessment", TODAY, context(TODAY)).article == "鉴定"
    extension = clocks.extension_of(term(), "outer", "special", 15, context(TODAY))
    assert (extension.cause.article, extension.due_on) == ("第22条", date(2026, 4, 28))


@pytest.mark.parametrize(
    ("code", "of", "cause", "days"),
    [
        ("cause-not-legal", term(), "assessment", 5),
        ("extension-too-long", term(), "special", 16),
        ("extended-already", term(extended_for=("special",)), "special", 5),
        ("clock-run-out", term(date(2026, 3, 9)), "special", 5),
        ("clock-paused", term(paused_on=TODAY), "special", 5),
    ],
)
def test_an_extension_is_granted_once_while_the_clock_runs(code: str, of: Term, cause: str, days: int) -> None:
    assert code_of(lambda: clocks.extension_of(of, "outer", cause, days, context(TODAY))) == code


@pytest.mark.parametrize(
    ("code", "of", "on"),
    [
        ("clock-not-paused", term(), TODAY),
        ("out-of-order", term(paused_on=TODAY), date(2026, 3, 9)),
        ("out-of-order", term(paused_on=date(2026, 3, 5)), TODAY + DAY),
    ],
)
def test_a_pause_ends_between_its_start_and_today(code: str, of: Term, on: date) -> None:
    assert code_of(lambda: clocks.resumed_until(of, on, context(TODAY))) == code


# ---- 台账 the ledger


ROW = ClockRow(
    town="T01", household="T01-H00001", application_no="R-1", clock="outer", article="第22条", counting="workdays",
    status="waiting", held_by="window:T01-W1", held=(Held(who="window:T01-W1", from_on=date(2026, 3, 2)),),
)  # fmt: skip
COMMON: dict[str, Any] = {
    "application_no": "R-1", "town": "T01", "clock": "outer", "responsible": "x", "pack_version": "p",
}  # fmt: skip
PAUSED = ClockPaused(
    cause="assessment", article="鉴定", paused_on=date(2026, 3, 10), due_on=date(2026, 4, 7), paper_sha256="0", **COMMON
)
RESUMED = ClockResumed(
    paused_on=date(2026, 3, 10), resumed_on=date(2026, 3, 11), due_before=date(2026, 4, 7), due_on=date(2026, 4, 8),
    **COMMON,
)  # fmt: skip
EXTENDED = ClockExtended(
    cause="special", article="第22条", extension_days=15, due_before=date(2026, 4, 8), due_on=date(2026, 4, 29), paper_sha256="0",
    **COMMON,
)  # fmt: skip


def test_a_row_tells_what_moved_the_clock_by_which_fact_and_who_held_it_each_day() -> None:
    row = clocks.started(ROW, date(2026, 3, 2), date(2026, 4, 7), "e1")
    paused = clocks.moved(row, PAUSED, date(2026, 3, 10), "e2")
    assert (paused.status, paused.due_on) == ("paused", date(2026, 4, 7))
    open_clock = clocks.as_of("k", paused, CALENDAR, date(2026, 6, 1))
    assert (open_clock.overdue, open_clock.days_left < 0) == (False, True)
    resumed = clocks.moved(paused, RESUMED, date(2026, 3, 11), "e3")
    extended = clocks.moved(resumed, EXTENDED, date(2026, 3, 12), "e4")
    handed = clocks.held(extended, "bureau:B01", date(2026, 3, 16))
    done = clocks.stopped(handed, date(2026, 4, 30), "e5")
    assert done is not None
    assert [(one.cause, one.from_on, one.until_on, one.due_before, one.due_on, one.by) for one in done.moved] == [
        ("assessment", date(2026, 3, 10), date(2026, 3, 11), date(2026, 4, 7), date(2026, 4, 8), "e2"),
        ("special", date(2026, 3, 12), date(2026, 3, 12), date(2026, 4, 8), date(2026, 4, 29), "e4"),
    ]
    assert (done.status, done.stopped_on, done.stopped_by, done.days_late) == ("stopped", date(2026, 4, 30), "e5", 1)
    assert clocks.held(done, "window:T01-W2", date(2026, 5, 1)) is done
    assert [clocks.holder_on(done, day) for day in (date(2026, 3, 1), date(2026, 3, 15), date(2026, 3, 16))] == [
        "", "window:T01-W1", "bureau:B01",
    ]  # fmt: skip


def test_a_clock_that_never_began_leaves_no_row_and_one_that_stopped_stays_as_it_is() -> None:
    assert clocks.stopped(ROW, date(2026, 3, 2), "e1") is None
    done = clocks.stopped(clocks.started(ROW, date(2026, 3, 2), date(2026, 3, 5), "e1"), date(2026, 3, 4), "e2")
    assert done is not None
    assert done.days_late == 0
    assert clocks.stopped(done, date(2026, 3, 20), "e3") is done


def test_a_notice_that_came_down_after_its_last_full_day_was_not_late() -> None:
    notice = clocks.started(
        ClockRow(**{name: getattr(ROW, name) for name in ROW.__struct_fields__} | {"counting": "full_days"}),
        date(2026, 3, 5), date(2026, 3, 12), "e1",
    )  # fmt: skip
    done = clocks.stopped(notice, date(2026, 3, 13), "e2")
    assert done is not None
    assert done.days_late == 0
    assert not clocks.as_of("k", notice, CALENDAR, date(2026, 3, 13)).overdue
