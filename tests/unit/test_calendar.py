"""Proves that statutory days are counted as the State Council announced them and the clauses say."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.district.calendar_pack import pack
from services.contracts.calendar import WorkingCalendar, notice_last_day
from services.contracts.codec import convert
from services.contracts.rulebook import AdoptedPack, RuleBook

RULES = Path(__file__).parents[2] / "deploy" / "district" / "rules"
CALENDAR = convert(pack()["content"], WorkingCalendar)
DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("day", "worked", "why"),
    [
        (date(2026, 3, 2), True, "a Monday"),
        (date(2026, 3, 7), False, "a Saturday"),
        (date(2026, 2, 17), False, "the first day of spring festival, a Tuesday"),
        (date(2026, 2, 14), True, "a Saturday worked for spring festival"),
        (date(2026, 2, 28), True, "a Saturday worked for spring festival"),
        (date(2026, 4, 6), False, "Tomb-Sweeping Day moved to a Monday"),
        (date(2026, 10, 10), True, "a Saturday worked for National Day"),
        (date(2025, 1, 26), True, "a Sunday worked for spring festival 2025"),
    ],
)
def test_a_day_is_worked_as_announced(day: date, worked: bool, why: str) -> None:
    assert CALENDAR.is_workday(day) is worked, why


@pytest.mark.parametrize(
    ("start", "workdays", "last"),
    [
        (date(2026, 3, 2), 3, date(2026, 3, 5)),
        (date(2026, 3, 5), 3, date(2026, 3, 10)),  # over a weekend
        (date(2026, 3, 7), 1, date(2026, 3, 9)),  # begun on a Saturday
        (date(2026, 4, 3), 1, date(2026, 4, 7)),  # over Tomb-Sweeping Day
        (date(2026, 2, 13), 3, date(2026, 2, 25)),  # a make-up Saturday counts, then the whole festival does not
        (date(2026, 3, 2), 25, date(2026, 4, 7)),  # the outer clock of a dibao application
        (date(2026, 3, 7), 0, date(2026, 3, 7)),
    ],
)
def test_a_term_in_working_days_excludes_its_first_day_and_includes_its_last(
    start: date, workdays: int, last: date
) -> None:
    assert CALENDAR.plus_workdays(start, workdays) == last


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 3, 2), 7, date(2026, 3, 9)),
        (date(2026, 2, 28), 7, date(2026, 3, 9)),  # ends on a Saturday: moved to Monday
        (date(2026, 3, 28), 7, date(2026, 4, 7)),  # ends on 4 April, a Saturday; Monday is off too
        (date(2026, 9, 25), 7, date(2026, 10, 8)),  # ends inside National Day
    ],
)
def test_a_calendar_day_deadline_that_ends_on_a_day_off_moves_to_the_next_working_day(
    start: date, days: int, last: date
) -> None:
    assert CALENDAR.deadline_in_days(start, days) == last


def test_a_notice_hangs_seven_full_days_whatever_days_they_are() -> None:
    assert notice_last_day(date(2026, 3, 6), 7) == date(2026, 3, 13)
    assert notice_last_day(date(2026, 2, 14), 7) == date(2026, 2, 21)


def test_beyond_the_announced_years_results_are_provisional() -> None:
    assert not CALENDAR.provisional(date(2026, 12, 31))
    assert CALENDAR.provisional(date(2027, 1, 1))


def test_a_term_has_no_negative_length() -> None:
    with pytest.raises(ValueError, match="no negative length"):
        CALENDAR.plus_workdays(date(2026, 3, 2), -1)
    with pytest.raises(ValueError, match="no negative length"):
        CALENDAR.deadline_in_days(date(2026, 3, 2), -1)


@given(day=DAYS)
def test_every_announced_day_is_as_chinesecalendar_has_it(day: date) -> None:
    assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day)


@given(day=DAYS, first=st.integers(0, 10), then=st.integers(0, 10))
def test_terms_add_up_and_end_on_working_days(day: date, first: int, then: int) -> None:
    middle = CALENDAR.plus_workdays(day, first)
    assert CALENDAR.plus_workdays(middle, then) == CALENDAR.plus_workdays(day, first + then)
    end = CALENDAR.plus_workdays(day, first + 1)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert CALENDAR.is_workday(end)
    assert sum(CALENDAR.is_workday(one) for one in between) == first + 1


@pytest.mark.parametrize("service", ["intake", "casework"])
def test_the_shipped_packs_are_what_the_script_writes(service: str) -> None:
    shipped = msgspec.json.decode((RULES / f"{service}.calendar.json").read_bytes())
    assert shipped == pack()
    book = RuleBook((convert(shipped, AdoptedPack),))
    assert book.on("calendar", date(2026, 3, 2), WorkingCalendar) == CALENDAR
