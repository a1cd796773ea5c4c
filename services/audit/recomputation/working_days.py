"""Days counted as the statutes count them, from a calendar pack's own words; audit's arithmetic, not the services'."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """The working days of one calendar pack: weekdays but those off, and the weekend days worked in their place (调休)."""

    content: dict[str, Any]

    @cached_property
    def _off(self) -> frozenset[str]:
        return frozenset(map(str, self.content["off_days"]))

    @cached_property
    def _worked(self) -> frozenset[str]:
        return frozenset(map(str, self.content["make_up_days"]))

    def worked(self, day: date) -> bool:
        text = day.isoformat()
        return text in self._worked if day.isoweekday() > 5 else text not in self._off

    def first_worked_from(self, day: date) -> date:
        """The day itself, or the first one after it that is worked (民法典 art. 203)."""
        while not self.worked(day):
            day += _DAY
        return day

    def last_day(self, counting: str, start: date, n: int) -> date:
        """The last day of a term of `n`: the starting day does not count, the last one does (行政诉讼法 art. 81).

        ``workdays``; ``days``: calendar days, moved on from a day off; ``full_days``: a notice hangs on days off too.
        """
        if counting == "full_days":
            return start + n * _DAY
        if counting == "days":
            return self.first_worked_from(start + n * _DAY)
        day, left = start, n
        while left:
            day += _DAY
            left -= self.worked(day)
        return day

    def left(self, counting: str, due_on: date, day: date) -> int:
        """How many of a clock's days lie after `day` up to its last one; below 0 once that is over."""
        if day > due_on:
            return -self.left(counting, day, due_on)
        if counting != "workdays":
            return (due_on - day).days
        return sum(self.worked(day + n * _DAY) for n in range(1, (due_on - day).days + 1))


def month_end(day: date, months: int) -> date:
    """The last day of the month so many months after that of `day`."""
    index = day.year * 12 + day.month - 1 + months + 1
    return date(index // 12, index % 12 + 1, 1) - _DAY


def same_day(day: date, months: int) -> date:
    """The same day so many months later, or the month's last where it has none (民法典 art. 202)."""
    last = month_end(day, months)
    return last.replace(day=min(day.day, last.day))
