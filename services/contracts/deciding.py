"""The shapes every service is made of: commands, aggregates, read models, reactions; pure, and without any transport."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.envelope import Envelope
from services.contracts.every_service import CommandRefused, ParkedDiscarded, RulePackAdopted
from services.contracts.registry import Fact, kinds_read_as
from services.contracts.rulebook import NoRule, RuleBook

CHINA: Final = ZoneInfo("Asia/Shanghai")
S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)


def kebab(name: str) -> str:
    """``AcceptApplication`` → ``accept-application``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="command", tag=kebab):
    """Base of all commands: imperative, one subject each. Written as JSON with its name in ``command``."""

    @property
    def subject(self) -> str:
        """``<prefix>:<id>`` of the one subject this command is about."""
        raise NotImplementedError

    @property
    def happened_at(self) -> datetime | None:
        """When it happened in the world, where the command knows; `None` means now."""
        return None


class CommandRejected(Exception):
    """An expected "no": a stable `code` and a sentence in Chinese and English for the person who asked."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What surrounds a decision: the instant, who asks in which role and town, the adopted rules.

    `pseudonym` gives the keyed pseudonym of a resident ID or account number (``p_…``); it is the same for ever.
    """

    now: datetime
    actor: str
    role: str
    town: str | None
    rules: RuleBook
    pseudonym: Callable[[str], str]

    @property
    def today(self) -> date:
        """The civil date in China."""
        return self.now.astimezone(CHINA).date()

    def rule_on(self, name: str, day: date, wanted: type[T]) -> T:
        """The content of the pack in force on `day`; `CommandRejected` when the day lies before any adopted pack."""
        try:
            return self.rules.on(name, day, wanted)
        except NoRule as none:
            raise CommandRejected(
                "no-rule-in-force", f"{day} 没有生效的规则包 {name}", f"no rule pack {name} is in force on {day}"
            ) from none


@dataclass(frozen=True, kw_only=True)
class Aggregate(Generic[S]):
    """One kind of subject of a service: its decision state, its commands, `decide` and `evolve`."""

    prefix: str
    state: type[S]
    initial: S = field(hash=False)
    commands: tuple[type[Command], ...]
    decide: Callable[[S, Any, Context], tuple[Fact, ...]]
    evolve: Callable[[S, Fact], S]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An effective record as a listener sees it: where it stands, its envelope, its typed body."""

    partition: int
    hash: bytes
    envelope: Envelope
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A command that a fact causes; its command id is derived from the fact's id and `name`."""

    name: str
    command: Command


@dataclass(frozen=True, kw_only=True)
class Model(Generic[R]):
    """A read model: a table of `row`s, folded from the log and nothing else.

    A row's key is (`key`, partition): every partition folds rows of its own, so rows of keys that span subjects
    (a town's counts) never race, and whoever reads them adds them up. `evolve` gets the row of one key or None and
    gives the row to keep or None; it never fails on a fact that `listens` names. An `internal` model serves the
    service itself and has no query of its own. `listed_by`: a field (a day, say) in whose order its rows, each of one
    partition, can be listed: a worklist. `summed`: a field with a whole number that is added up over listed rows; it
    stands in their index, so that adding up reads no documents.

    Who is bound to a town is given rows of that `town` alone, by PostgreSQL too, and none of a model that has no such
    field. `seen_by`: further fields that name a town whose people see the row. `own`: a field that names an officer or
    an actor, who sees the row wherever it lies. `every_town`: why all towns see all of it, and their doors tell apart.
    """

    name: str
    row: type[R]
    listens: tuple[type[Fact], ...]
    keys: Callable[[Record], tuple[str, ...]]
    evolve: Callable[[R | None, Record, str], R | None]
    internal: bool = False
    listed_by: str = ""
    summed: str = ""
    seen_by: tuple[str, ...] = ()
    own: str = ""
    every_town: str = ""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a service's due table: at `due_at` (UTC, whole seconds) the timer issues `command` (JSON) about `subject`.

    `set_by` is the id of the fact that set the clock: set anew to the same day it is another clock, which fires again.
    """

    subject: str
    due_at: datetime
    command: str
    set_by: str = ""

    def __post_init__(self) -> None:
        assert self.due_at.utcoffset() == timedelta(0), "a due instant is written in UTC"
        assert self.due_at.microsecond == 0, "a due instant is written to the second"

    @classmethod
    def after(cls, last_day: date, *, subject: str, command: str, set_by: str = "") -> "Due":
        """The row of a clock whose last day is `last_day`: it has run out at the start of the next day in China."""
        instant = datetime.combine(min(last_day, date(9999, 12, 30)) + timedelta(days=1), time(), CHINA)
        return cls(subject=subject, due_at=instant.astimezone(UTC), command=command, set_by=set_by)


def _no_reaction(_: Record) -> tuple[Reaction, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Service:
    """A whole service as the event log runs it. The due table, if any, is the model named ``due``.

    `state_version` rises when decision states that were stored before lack what decisions now need: then they are folded
    from the log anew before the service runs.
    """

    name: str
    aggregates: tuple[Aggregate[Any], ...]
    models: tuple[Model[Any], ...]
    refused: type[CommandRefused]
    rule_pack_adopted: type[RulePackAdopted]
    parked_discarded: type[ParkedDiscarded]
    reacts_to: tuple[type[Fact], ...] = ()
    react: Callable[[Record], tuple[Reaction, ...]] = field(default=_no_reaction)
    state_version: int = 1

    @cached_property
    def command_types(self) -> tuple[type[Command], ...]:
        return tuple(command for aggregate in self.aggregates for command in aggregate.commands)

    @cached_property
    def listens(self) -> frozenset[str]:
        """The types this service must be able to read: those of its models and reactions, older versions included."""
        bodies = {body for model in self.models for body in model.listens} | set(self.reacts_to)
        return frozenset(kind for body in bodies for kind in kinds_read_as(body))

    def aggregate_of(self, subject: str) -> Aggregate[Any]:
        """The aggregate that decides about `subject`; `LookupError` when this service has none for it."""
        prefix = subject.partition(":")[0]
        for aggregate in self.aggregates:
            if aggregate.prefix == prefix:
                return aggregate
        raise LookupError(f"{self.name} decides nothing about {subject!r}")
