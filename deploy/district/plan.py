"""A month's calls as they are collected by day and phase, with ids and instants; knows no command and no town event."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from deploy.district.call import Call, Expect, Road, Step
from deploy.district.district import District
from services.contracts.deciding import CHINA
from services.contracts.months import Month

Phase = Literal[
    "dawn", "window", "case", "draft", "check", "approve", "bank", "return", "field", "again", "keep", "appoint"
]

# From … to, minutes since midnight. In this order, so that a day's clock only moves forward; field work is uploaded
# in the evening, after the last visit has ended.
PHASES: Final[dict[Phase, tuple[int, int]]] = {
    "dawn": (5, 5),
    "window": (510, 690),
    "case": (840, 960),
    "draft": (965, 966),
    "check": (970, 971),
    "approve": (975, 976),
    "bank": (980, 981),
    "return": (990, 991),
    "field": (1060, 1120),
    "again": (1130, 1150),
    "keep": (1155, 1160),
    "appoint": (1165, 1170),
}


def instant(day: date, minutes: int) -> datetime:
    """`minutes` after midnight in China on `day`."""
    return datetime.combine(day, time(), CHINA) + timedelta(minutes=minutes)


def sample_id(seed: int, *path: object) -> UUID:
    """The id of a call: the same seed and path always give the same one."""
    return uuid5(NAMESPACE_URL, "urn:jiuzhu:sample:" + "/".join(str(part) for part in (seed, *path)))


@dataclass(kw_only=True)
class Plan:
    """Calls of one month in the making. Not thread-safe; filled in a fixed order, so that ids repeat by seed."""

    district: District
    month: Month
    seed: int
    _calls: dict[tuple[date, Phase], list[Call]] = field(default_factory=dict)
    _count: int = 0
    noted: set[str] = field(default_factory=set)

    def rng(self, purpose: str) -> Random:
        """A stream of chance of its own for `purpose`, so that one amount changed does not shift all others."""
        return Random(f"{self.seed}|{self.month}|{purpose}")

    @property
    def days(self) -> tuple[date, ...]:
        first, last = self.month.first_day, self.month.last_day
        return tuple(first + timedelta(days=i) for i in range((last - first).days + 1))

    @cached_property
    def workdays(self) -> tuple[date, ...]:
        """Working days of the month by the district's calendar, make-up days (调休) included."""
        return tuple(day for day in self.days if self.district.calendar.is_workday(day))

    @property
    def first_month(self) -> Month:
        """The first month that is played: the one after the take-over."""
        return Month.of(self.district.profile.take_over.at).plus(1)

    def workday_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (0: `day` itself, or the next working day)."""
        calendar = self.district.calendar
        return calendar.plus_workdays(calendar.next_workday(day), count)

    def inside(self, day: date) -> bool:
        return Month.of(day) == self.month

    def next_id(self) -> UUID:
        self._count += 1
        return sample_id(self.seed, self.month, self._count)

    def at(self, rng: Random, day: date, phase: Phase) -> datetime:
        """An instant within the phase of that day, to the second."""
        start, end = PHASES[phase]
        return instant(day, start) + timedelta(seconds=int(rng.random() * (end - start) * 60))

    def add(self, day: date, phase: Phase, call: Call) -> Call:
        self._calls.setdefault((day, phase), []).append(call)
        return call

    def instead(self, call: Call, other: Call) -> None:
        """`other` in the place of `call`."""
        for calls in self._calls.values():
            for i, one in enumerate(calls):
                if one is call:
                    calls[i] = other

    def command(
        self, day: date, phase: Phase, service: str, body: dict[str, Any], *,
        at: datetime, actor: str, role: str, town: str | None, expect: Expect = "accepted", wrong: str | None = None,
    ) -> Call:  # fmt: skip
        """Add a command for `service`, sent by a person of its own pages."""
        road: Road = "command"
        call = Call(
            road=road, service=service, town=town, actor=actor, role=role, at=at, id=self.next_id(), body=body,
            expect=expect, wrong=wrong,
        )  # fmt: skip
        return self.add(day, phase, call)

    def worklist(
        self, day: date, phase: Phase, service: str, body: dict[str, Any], *,
        at: datetime, actor: str, role: str, town: str | None,
    ) -> Call:  # fmt: skip
        """Add a command that begins with a look at a worklist: only its row says what the rest of the command is."""
        call = Call(
            road="worklist", service=service, town=town, actor=actor, role=role, at=at, id=self.next_id(), body=body
        )
        return self.add(day, phase, call)

    def placed(self) -> Iterator[tuple[date, Phase, Call]]:
        """All calls so far with their place, in the order of the month."""
        for day in self.days:
            for phase in PHASES:
                for call in self._calls.get((day, phase), ()):
                    yield day, phase, call

    def steps(self) -> Iterator[Step]:
        """The month in order: every day opens with a call-free ``dawn`` that lets the timers of the day fire."""
        for day in self.days:
            for phase, (_, end) in PHASES.items():
                calls = tuple(sorted(self._calls.get((day, phase), ()), key=lambda call: call.at))
                if calls or phase == "dawn":
                    yield Step(day=day, phase=phase, at=instant(day, end), calls=calls)
