"""A calendar month as a value; written ``YYYY-MM`` on the log."""

import calendar
import re
from datetime import date
from functools import total_ordering

_TEXT = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@total_ordering
class Month:
    """One calendar month, ordered and hashable. Not a dataclass, so that the codec writes it as text."""

    __slots__ = ("number", "year")

    def __init__(self, year: int, number: int) -> None:
        if not (1 <= number <= 12 and 1900 <= year <= 9999):
            raise ValueError(f"no such month: {year}-{number}")
        self.year = year
        self.number = number

    @classmethod
    def parse(cls, text: str) -> "Month":
        """``YYYY-MM`` to a month; ``ValueError`` for anything else."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ValueError(f"a month is written YYYY-MM, got {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> "Month":
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def __repr__(self) -> str:
        return f"Month({self.year}, {self.number})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Month) and (self.year, self.number) == (other.year, other.number)

    def __lt__(self, other: "Month") -> bool:
        return (self.year, self.number) < (other.year, other.number)

    def __hash__(self) -> int:
        return self.year * 12 + self.number
