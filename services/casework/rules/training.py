"""What training is owed in a year, who has a place first, when an exam is passed (plan 四(五))."""

from collections.abc import Sequence
from datetime import date

import msgspec

from services.contracts.months import Month


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes a year of 党性教育 and of 业务培训, counted apart."""

    party_minutes: int
    professional_minutes: int


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``training``.

    `owed`: by position, the first part of a person's number (``officer``, ``window``…); `other`: all other positions.
    `due_month`: the year's training is done by the last day of this month of the same year. An exam is passed from
    `pass_mark` on, of `score_max`. `places_first`: positions that have a session's places before all others.
    """

    owed: dict[str, Owed]
    other: Owed
    due_month: int
    pass_mark: int
    score_max: int
    places_first: tuple[str, ...]

    def owed_by(self, staff: str) -> Owed:
        """What somebody of this position owes in a year."""
        return self.owed.get(position_of(staff), self.other)

    def due_on(self, year: int) -> date:
        """The last day for a year's training."""
        return Month(year, self.due_month).last_day


def position_of(staff: str) -> str:
    """``officer`` of ``officer:O001``."""
    return staff.partition(":")[0]


def places_of(nominees: Sequence[str], places: int, first: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who has one of the `places` and who waits: the positions `first` before all others, else as they were named."""
    by_right = sorted(nominees, key=lambda staff: position_of(staff) not in first)
    return tuple(by_right[:places]), tuple(by_right[places:])
