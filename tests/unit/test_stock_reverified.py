"""Proves that a district's whole stock is looked at again by cadence, year in, year out, and no application of years ago is asked for.

The sample's 25,000 taken-over households through casework's own decisions, due table, ledger and rows, over 16 months.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import msgspec

from deploy.district import District
from deploy.district.bodies import take_over_household
from services.casework.domain import (
    MarkReverificationOverdue,
    MoveResponsibility,
    OpenedMember,
    ReverifyHousehold,
    TakeOverHousehold,
)
from services.casework.domain.household import HOUSEHOLD
from services.casework.domain.state import Household
from services.casework.projections.clocks import DUE
from services.casework.projections.households import HOUSEHOLDS
from services.casework.projections.ledger import CLOCKS
from services.contracts.casework import HouseholdReverified, ReverificationOverdue
from services.contracts.codec import convert, decoder_of
from services.contracts.deciding import CHINA, Command, CommandRejected, Record
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.resident_ids import born_on
from services.contracts.sealed import Clear
from tests.unit.casework_steps import HASH, context
from tests.unit.casework_world import record_of
from tests.unit.test_district_sample import sample

MONTHS = {"A": 12, "B": 6, "C": 3}
ENDS_ON = date(2027, 6, 30)
# One household in so many is looked at late, so that its timer fires first.
LATE_EVERY = 40
LATE_DAYS = 5
# On a day half way the first officer's households are handed over to the second.
LEAVES_ON, LEAVER, RECEIVER = date(2026, 10, 9), "O001", "O002"
_MARK = decoder_of(MarkReverificationOverdue)


@dataclass(slots=True)
class Home:
    """One household: its decision state, and its rows in the models that say when it is looked at and by whom."""

    number: str
    cadence: str
    state: Household = HOUSEHOLD.initial
    due: Any = None
    row: Any = None
    clock: Any = None
    looked_on: list[date] = field(default_factory=list)
    overdue: int = 0

    def send(self, command: Command, on: date) -> tuple[Fact, ...]:
        around = replace(context(on), pseudonym=_pseudonym)
        facts = HOUSEHOLD.decide(self.state, command, around)
        for fact in facts:
            self.state = HOUSEHOLD.evolve(self.state, fact)
            self._fold(record_of(command.subject, fact), on)
        return facts

    def _fold(self, record: Record, on: date) -> None:
        at = datetime.combine(on, time(20), CHINA)
        record = replace_time(record, at)
        key = f"{self.number}/reverification"
        if isinstance(record.fact, DUE.listens) and key in DUE.keys(record):
            self.due = DUE.evolve(self.due, record, key)
        if isinstance(record.fact, CLOCKS.listens):
            self.clock = CLOCKS.evolve(self.clock, record, f"{self.state.town}/{key}")
        if isinstance(record.fact, HOUSEHOLDS.listens):
            self.row = HOUSEHOLDS.evolve(self.row, record, self.number)


def _pseudonym(text: str) -> str:
    return f"p_{text}"


def replace_time(record: Record, at: datetime) -> Record:
    return msgspec.structs.replace(record, envelope=msgspec.structs.replace(record.envelope, time=at))


@cache
def lived() -> tuple[District, list[Home], Counter[str]]:
    """Every household taken over, then looked at on its day (or late) until the end; and what was refused."""
    district, refused = sample(), Counter[str]()
    homes = []
    for n, home in enumerate(district.households):
        command = convert({**take_over_household(home, "示例"), "command": "take-over-household"}, TakeOverHousehold)
        one = Home(home.number, "ABC"[n % 3])
        one.send(command, district.profile.take_over.at)
        homes.append(one)
    days = [(_last_day(one), n) for n, one in enumerate(homes)]
    heapq.heapify(days)
    handed_over = False
    while days and days[0][0] <= ENDS_ON:
        day, n = heapq.heappop(days)
        if day >= LEAVES_ON and not handed_over:
            handed_over = True
            _hand_over(homes)
        try:
            _look(homes[n], day, late=n % LATE_EVERY == 0)
        except CommandRejected as no:
            refused[no.code] += 1
            continue
        heapq.heappush(days, (_last_day(homes[n]), n))
    return district, homes, refused


def _hand_over(homes: list[Home]) -> None:
    for home in homes:
        move = MoveResponsibility(
            household_no=home.number, plan_no="HO-1", previous=LEAVER, receiver=RECEIVER, application_nos=()
        )
        home.send(move, LEAVES_ON)


def _last_day(home: Home) -> date:
    """The day before the timer would fire, as the due table has it."""
    assert home.due is not None, f"{home.number} waits for no look"
    return home.due.due_at.astimezone(CHINA).date() - timedelta(days=1)


def _look(home: Home, day: date, *, late: bool) -> None:
    assert home.state.answers.startswith("officer:"), "somebody answers for it on the day"
    if late:
        (stated,) = home.send(_MARK.decode(home.due.command), day + timedelta(days=1))
        assert isinstance(stated, ReverificationOverdue)
        assert stated.responsible == home.state.answers
        home.overdue += 1
        day += timedelta(days=LATE_DAYS)
    look = ReverifyHousehold(
        household_no=home.number, investigators=(home.state.answers, "bureau:B02"), reverified_on=day,
        cadence=home.cadence, outcome="unchanged", income_per_head_fen=20_000, form_sha256=HASH, opened=_opened(home.state),
    )  # fmt: skip
    (seen,) = home.send(look, day)
    assert isinstance(seen, HouseholdReverified)
    home.looked_on.append(day)


def _opened(state: Household) -> tuple[OpenedMember, ...] | None:
    """What the edge unseals for a look at recipients of tekun: an age that ends the benefit brings it forward."""
    if state.resident_ids is None or state.groups is None:
        return None
    ids = [box.text for box in state.resident_ids.values if isinstance(box, Clear)]
    return tuple(OpenedMember(groups=(), born_on=born_on(number)) for number in ids)


def test_every_taken_over_household_waits_for_its_first_look_from_the_day_it_was_taken_over() -> None:
    district, homes, _ = lived()
    assert len(homes) == 25_000
    for planned, home in zip(district.households, homes, strict=True):
        first = home.looked_on[0]
        late = home.overdue and first != planned.reverify_by
        assert first == planned.reverify_by + timedelta(days=LATE_DAYS if late else 0)


def test_nobody_is_ever_refused_and_nobody_has_a_case_of_an_old_application() -> None:
    _, homes, refused = lived()
    assert refused == {}
    for home in homes:
        assert home.state.cases == home.state.ended_cases == ()
        assert home.row.taken_over
        assert home.row.status == "receiving"


def test_the_next_look_is_set_by_the_class_each_time() -> None:
    """12, 6 and 3 months to the last day of the month; for tekun an age may bring it forward, nothing puts it off."""
    _, homes, _ = lived()
    looks = Counter[str]()
    for home in homes:
        looks[home.cadence] += len(home.looked_on)
        expected = Month.of(home.looked_on[-1]).plus(MONTHS[home.cadence]).last_day
        if home.state.category == "tekun":
            assert home.row.reverify_by <= expected
        else:
            assert home.row.reverify_by == expected
        assert home.row.reverify_by == home.state.reverify_by == home.clock.due_on == home.clock.open_until
        assert _last_day(home) == home.row.reverify_by > ENDS_ON
    assert looks["A"] >= 8_333
    assert looks["B"] > 1.5 * looks["A"]
    assert looks["C"] > 1.5 * looks["B"]


def test_twelve_months_never_pass_without_a_look() -> None:
    _, homes, _ = lived()
    for home in homes:
        taken_over = date(2026, 2, 28)
        for before, after in zip([taken_over, *home.looked_on], home.looked_on, strict=False):
            assert (after - before).days <= 366 + 31 + LATE_DAYS


def test_the_late_ones_were_stated_and_are_in_time_again() -> None:
    _, homes, _ = lived()
    late = [home for n, home in enumerate(homes) if n % LATE_EVERY == 0]
    assert len(late) == 625
    assert all(home.overdue == len(home.looked_on) for home in late)
    assert sum(home.overdue for home in homes) == sum(home.overdue for home in late)
    assert not any(home.row.reverify_overdue or home.clock.overdue for home in homes)


def test_nobody_is_left_without_somebody_who_answers() -> None:
    district, homes, _ = lived()
    officers = {f"officer:{officer.number}" for officer in district.officers} - {f"officer:{LEAVER}"}
    for home in homes:
        assert home.state.answers in officers
        assert home.clock.held_by == f"officer:{home.row.officer}" == home.state.answers
        assert home.clock.status == "running"
    theirs = [h for planned, h in zip(district.households, homes, strict=True) if planned.officer == LEAVER]
    assert len(theirs) > 50
    assert {home.state.answers for home in theirs} == {f"officer:{RECEIVER}"}
