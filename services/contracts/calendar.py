"""Working days as the State Council announced them, and how statutory deadlines are counted; no clock, no guesses."""

from datetime import date, timedelta
from typing import Final

import msgspec

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class WorkingCalendar(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the rule pack ``calendar``: what differs from Monday to Friday, and up to which day that is announced.

    `off_days` are weekdays off by State Council notice, `make_up_days` weekend days worked (调休). Beyond
    `announced_through` weekends alone count and every result is provisional; a deadline already set does not move when
    a later notice is adopted.
    """

    version: str
    announced_through: date
    off_days: frozenset[date]
    make_up_days: frozenset[date]

    def is_workday(self, day: date) -> bool:
        if day.weekday() >= _SATURDAY:
            return day in self.make_up_days
        return day not in self.off_days

    def plus_workdays(self, start: date, n: int) -> date:
        """The last day of a term of `n` working days: the starting day is excluded, the last day included.

        `n` = 0 gives `start` itself. `ValueError` when `n` is negative.
        """
        if n < 0:
            raise ValueError(f"a term has no negative length, got {n}")
        day = start
        for _ in range(n):
            day = self.next_workday(day + _DAY)
        return day

    def deadline_in_days(self, start: date, n: int) -> date:
        """The last day of a term of `n` calendar days; when that is a day off, the next working day.

        行政诉讼法 art. 81 and 民法典 art. 203 count so: the starting day excluded, a last day off moved on.
        """
        if n < 0:
            raise ValueError(f"a term has no negative length, got {n}")
        return self.next_workday(start + timedelta(days=n))

    def next_workday(self, day: date) -> date:
        """`day` itself when it is worked, else the first working day after it."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def provisional(self, day: date) -> bool:
        """Whether `day` lies beyond the announced years, so that a notice may still change its answer."""
        return day > self.announced_through


def notice_last_day(posted_on: date, days: int) -> date:
    """The last full day of a public notice (公示) of `days` full days, the posting day excluded.

    民发〔2021〕57号 art. 19. A notice hangs on days off too, so its end does not move; it may come down the day after.
    """
    return posted_on + timedelta(days=days)
