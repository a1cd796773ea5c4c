"""casework in memory: decisions over all its subjects, edges filled, reactions in a queue; for unit tests of delivered care."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from services.casework.domain import StartDuty, TakeOverHousehold
from services.casework.domain.filling import filled
from services.casework.domain.state import Household
from services.casework.service import SERVICE
from services.contracts.deciding import CHINA, Command, Context, Record
from services.contracts.envelope import Envelope
from services.contracts.months import Month
from services.contracts.registry import Fact, kind_of
from tests.unit.casework_steps import APPLICANT, BOOK, SPOUSE

NOW = datetime(2026, 3, 20, 20, tzinfo=CHINA)


@dataclass(kw_only=True)
class CaseworkWorld:
    """States by subject, every fact with its subject and actor, and the reactions that wait."""

    now: datetime = NOW
    states: dict[str, Any] = field(default_factory=dict)
    said: list[tuple[str, str, Fact]] = field(default_factory=list)
    waiting: deque[Command] = field(default_factory=deque)
    heard: Callable[[Record], None] = field(default=lambda _: None)

    def send(self, command: Command, actor: str = "bureau:B01", town: str | None = None) -> tuple[Fact, ...]:
        """Decide one command in somebody's name; its reactions wait until `settle`."""
        context = Context(
            now=self.now, actor=actor, role=actor.partition(":")[0], town=town, rules=BOOK,
            pseudonym=lambda text: f"p_{text}",
        )  # fmt: skip
        aggregate = SERVICE.aggregate_of(command.subject)
        state = self.states.get(command.subject, aggregate.initial)
        facts = aggregate.decide(state, filled(command, self.states), context)
        for fact in facts:
            state = aggregate.evolve(state, fact)
            self.said.append((command.subject, actor, fact))
            record = record_of(command.subject, fact)
            self.heard(record)
            if isinstance(fact, SERVICE.reacts_to):
                self.waiting.extend(reaction.command for reaction in SERVICE.react(record))
        self.states[command.subject] = state
        return facts

    def react_once(self) -> None:
        self.send(self.waiting.popleft(), "reaction:casework")

    def settle(self) -> None:
        while self.waiting:
            self.react_once()

    def facts(self, kind: type[Fact]) -> list[Any]:
        return [fact for _, _, fact in self.said if isinstance(fact, kind)]

    def households(self) -> Iterator[tuple[str, Household]]:
        for subject, state in self.states.items():
            if isinstance(state, Household):
                yield subject.partition(":")[2], state

    def household(self, number: str) -> Household:
        state = self.states[f"household:{number}"]
        assert isinstance(state, Household)
        return state


def record_of(subject: str, fact: Fact, partition: int = 0) -> Record:
    instant = datetime(2026, 3, 20, 12, tzinfo=UTC)
    envelope = Envelope(
        specversion="1.0", sequence=1, prevhash="", id="e1", source="/casework", type=kind_of(type(fact)),
        subject=subject, time=instant, recordedtime=instant, stream="", streamversion=1, commandid="",
        commandhash="", correlationid="", actor="", data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Record(partition=partition, hash=b"", envelope=envelope, fact=fact)


def take_over(number: str = "T01-H00001", **changes: Any) -> TakeOverHousehold:
    town = number.partition("-")[0]
    fields: dict[str, Any] = {
        "household_no": number, "town": town, "committee": f"{town}-C01", "category": "dibao_urban",
        "members": (APPLICANT, SPOUSE), "address": "示例路1号", "monthly_amount_fen": 40_000,
        "benefit_from_month": Month(2025, 1), "officer": "O001", "visits_per_month": 2, "source": "市级系统",
        "document": "示例〔2025〕1号", "reverify_by": date(2026, 12, 31),
    }  # fmt: skip
    return TakeOverHousehold(**(fields | changes))


def start_duty(officer: str, town: str = "T01", **changes: Any) -> StartDuty:
    fields: dict[str, Any] = {"officer": officer, "town": town, "from_on": date(2025, 1, 1)}
    return StartDuty(**(fields | changes))
