"""A subject beside households told command after command, each on its day and by its person; for unit tests."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from services.casework.service import SERVICE
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import Command, CommandRejected, Context, Record
from services.contracts.envelope import Envelope, partition_of
from services.contracts.registry import Fact, kind_of
from services.contracts.rulebook import RuleBook
from services.contracts.sealed import Clear, Sealed
from tests.unit.casework_steps import BOOK, context

TODAY = date(2026, 3, 16)
MODELS = {model.name: model for model in SERVICE.models}


def around(on: date, actor: str, town: str | None, rules: RuleBook) -> Context:
    """The role is what an actor's text begins with."""
    return replace(context(on, actor=actor, town=town), role=actor.partition(":")[0], rules=rules)


@dataclass(kw_only=True)
class Told:
    """States by subject and all facts so far; reactions are told at once, as the worker would."""

    rules: RuleBook = BOOK
    states: dict[str, Any] = field(default_factory=dict)
    said: list[Record] = field(default_factory=list)

    def tell(
        self, *commands: Command, on: date = TODAY, actor: str = "bureau:B01", town: str | None = None
    ) -> tuple[Fact, ...]:
        """The facts of the last command."""
        facts: tuple[Fact, ...] = ()
        for command in commands:
            aggregate = SERVICE.aggregate_of(command.subject)
            # What is kept between two commands is JSON.
            state = decoder_of(aggregate.state).decode(encoder.encode(self.state(command.subject)))
            facts = aggregate.decide(state, command, around(on, actor, town, self.rules))
            for fact in facts:
                state = aggregate.evolve(state, sealed(fact))
            self.states[command.subject] = state
            records = [record(command.subject, sealed(fact)) for fact in facts]
            self.said += records
            for reaction in (
                one for heard in records if isinstance(heard.fact, SERVICE.reacts_to) for one in SERVICE.react(heard)
            ):
                self.tell(reaction.command, on=on, actor="reaction:casework")
        return facts

    def state(self, subject: str) -> Any:
        return self.states.get(subject, SERVICE.aggregate_of(subject).initial)

    def no(self, command: Command, *, on: date = TODAY, actor: str = "bureau:B01", town: str | None = None) -> str:
        """The code of the refusal, which is said in both languages and changes nothing."""
        aggregate = SERVICE.aggregate_of(command.subject)
        with pytest.raises(CommandRejected) as caught:
            aggregate.decide(self.state(command.subject), command, around(on, actor, town, self.rules))
        assert caught.value.zh
        assert caught.value.en
        return caught.value.code

    def rows(self, name: str) -> dict[str, Any]:
        """The rows of a read model by key, as far as each is folded in one partition."""
        model, rows = MODELS[name], {}
        for one in self.said:
            if isinstance(one.fact, model.listens):
                for key in model.keys(one):
                    rows[key, one.partition] = model.evolve(rows.get((key, one.partition)), one, key)
        return {key: row for (key, _), row in rows.items() if row is not None}

    def kinds(self) -> list[str]:
        return [type(one.fact).__name__ for one in self.said]


def sealed(fact: Fact) -> Fact:
    """The fact as it stands on the log, its personal fields sealed with an empty box."""
    boxes = {
        name: Sealed(person=value.person, group=value.group, at=f"e/{name}", box="")
        for name in fact.__struct_fields__
        if isinstance(value := getattr(fact, name), Clear)
    }
    return msgspec.structs.replace(fact, **boxes)


def record(subject: str, fact: Fact) -> Record:
    instant = datetime(2026, 3, 16, 8, tzinfo=UTC)
    envelope = Envelope(
        specversion="1.0", sequence=1, prevhash="", id="e1", source="/casework", type=kind_of(type(fact)),
        subject=subject, time=instant, recordedtime=instant, stream="", streamversion=1, commandid="",
        commandhash="", correlationid="", actor="", data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Record(partition=partition_of(subject), hash=b"", envelope=envelope, fact=fact)
