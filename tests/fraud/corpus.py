"""The log of the sample district in memory, and how a record is forged into it: changed, dropped, added, or copied.

The clean log is what the services themselves decide in a year of pay and a month of cases. Forging happens at the log,
as an insider with its key or a broken service would do it: whatever is changed, every envelope is consistent again –
sequence, previous hash, stream version – so nothing but what the facts say can give a forgery away.
"""

import functools
import hashlib
import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from deploy.district import District, Profile, generate, load_profile, month_script
from services.contracts import codec
from services.contracts.casework import VisitCompleted
from services.contracts.deciding import Command, Record, Service
from services.contracts.envelope import ZERO_HASH, partition_of, record_hash
from services.contracts.registry import Fact, kind_of
from services.contracts.rulebook import RuleBook
from services.contracts.sealed import Clear, Sealed
from tests.unit.audit_told import RULES
from tests.unit.district_world import MARCH, World, before_month, small_profile
from tests.unit.test_district_sample import PLACE, SEED

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact of the log with all of its envelope that does not follow from its place."""

    id: str
    subject: str
    fact: Fact
    at: datetime
    happened_at: datetime
    actor: str
    commandid: str
    causationid: str | None = None

    @property
    def owner(self) -> str:
        return kind_of(type(self.fact)).split(".")[1]


@dataclass(kw_only=True)
class Told(World):
    """The world that keeps what its services decide, line by line, with who asked and what caused it."""

    lines: list[Line] = field(default_factory=list)
    _asked: tuple[str, str, datetime | None, str | None] = ("", "", None, None)

    def decide(self, service: Service, command: Command, actor: str, role: str, town: str | None) -> None:
        before, number = self._asked, len(self.lines)
        cause = self.lines[-1].id if self.lines and actor.startswith("reaction:") else None
        commandid = str(codec.derived_id(f"command {number}", type(command).__name__))
        self._asked = actor, commandid, command.happened_at, cause
        try:
            super().decide(service, command, actor, role, town)
        finally:
            self._asked = before

    def heard(self, service: Service, subject: str, fact: Fact) -> None:
        actor, commandid, happened_at, cause = self._asked
        name = str(codec.derived_id(f"event {len(self.lines)}", type(fact).__name__))
        self.lines.append(
            Line(
                id=name,
                subject=subject,
                fact=_sealed(fact, name),
                at=self.now,
                happened_at=happened_at or self.now,
                actor=actor,
                commandid=commandid,
                causationid=cause,
            )
        )
        super().heard(service, subject, fact)


def sealed_box(at: str) -> Sealed:
    """A box that nobody can open, for a forged record."""
    return Sealed(person="p_nobody", group="sensitive", at=f"{at}/forged", box="AAAA")


def _sealed(value: Any, at: str) -> Any:
    """The fact as the log has it: personal values as boxes that nobody here can open."""
    match value:
        case Clear():
            return Sealed(person=value.person, group=value.group, at=at, box="AAAA")
        case tuple():
            return tuple(_sealed(one, at) for one in value)
        case msgspec.Struct():
            fields = {name: _sealed(getattr(value, name), at) for name in value.__struct_fields__}
            return msgspec.structs.replace(value, **fields)
        case _:
            return value


def play(district: District) -> Told:
    """A district's stock, its year of pay and its March, decided and kept."""
    world = Told()
    for call in before_month(district):
        world.now = call.at
        world.send(call)
    for step in month_script(district, MARCH, SEED):
        world.now = step.at
        world.tick()
        for call in step.calls:
            world.send(call)
    return world


def _played(profile: Profile) -> tuple[Line, ...]:
    # The sample plants overlapping visits on purpose; what it plants besides is refused at the doors.
    month = msgspec.structs.replace(profile.month, overlapping_visits=0)
    return tuple(play(generate(msgspec.structs.replace(profile, month=month), SEED)).lines)


@functools.cache
def _clean() -> tuple[Line, ...]:
    return _played(small_profile())


def whole_district() -> "Corpus":
    """The clean log of the whole sample district: 198 officers, 26 towns. It takes a minute and more."""
    return Corpus(lines=list(_played(load_profile(PLACE))))


@functools.cache
def stated_overdue() -> frozenset[str]:
    """Subjects of which the services themselves state that something ran out: irregular as they are, and no ground for plants."""
    return frozenset(line.subject for line in _clean() if type(line.fact).__name__.endswith("Overdue"))


@dataclass(slots=True)
class Corpus:
    """A log being forged: the clean one at first. Each plant takes lines of its own, so that plants do not disturb
    each other."""

    lines: list[Line] = field(default_factory=lambda: list(_clean()))
    rules: RuleBook = RULES
    taken: set[str] = field(default_factory=lambda: set(stated_overdue()))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # ── looking

    def of(self, kind: type[F], wanted: Callable[[F], bool] = lambda _: True) -> list[Line]:
        """The lines that state `kind` as wanted, in their order."""
        return [line for line in self.lines if isinstance(line.fact, kind) and wanted(line.fact)]

    def about(self, subject: str) -> list[Line]:
        """The lines of one subject, in their order."""
        return [line for line in self.lines if line.subject == subject]

    def take(self, rng: random.Random, kind: type[F], wanted: Callable[[F], bool] = lambda _: True) -> Line:
        """A line that states `kind` as wanted, of a subject that no plant took yet; its subject is taken now.

        Where all households that have one are taken, one of them is grafted anew.
        """
        fitting = self.of(kind, wanted)
        free = [line for line in fitting if line.subject not in self.taken]
        if not free:
            model = rng.choice([line for line in self._clean_of(kind) if wanted(line.fact)])  # type: ignore[arg-type]
            assert model.subject.startswith("household:"), f"the corpus has no {kind.__name__} left"
            grafted = self.graft_household(model.subject)
            free = [line for line in grafted if isinstance(line.fact, kind) and wanted(line.fact)]
        line = rng.choice(free)
        self.taken.add(line.subject)
        return line

    def _clean_of(self, kind: type[Fact]) -> list[Line]:
        return [line for line in _clean() if isinstance(line.fact, kind) and line.subject not in stated_overdue()]

    def number(self) -> int:
        """A number that no other plant has."""
        return next(self._numbers)

    # ── forging

    def change(self, line: Line, **fields: Any) -> Line:
        """The line says something else now; its place stays."""
        return self.put(line, replace(line, fact=msgspec.structs.replace(line.fact, **fields)))

    def put(self, line: Line, changed: Line) -> Line:
        """Another line stands in the place of `line`."""
        self.lines[self._place(line)] = changed
        return changed

    def drop(self, line: Line) -> None:
        """The line was never written."""
        del self.lines[self._place(line)]

    def _place(self, line: Line) -> int:
        return next(n for n, one in enumerate(self.lines) if one.id == line.id)

    def add(self, subject: str, fact: Fact, *, at: datetime, actor: str = "insider") -> Line:
        """A fact that nobody decided, in its place by `at`."""
        number = self.number()
        line = Line(
            id=str(codec.derived_id(f"forged {number}", type(fact).__name__)), subject=subject, fact=fact, at=at,
            happened_at=at, actor=actor, commandid=str(codec.derived_id(f"forged {number}", "command")),
        )  # fmt: skip
        self.lines.insert(next((n for n, one in enumerate(self.lines) if one.at > at), len(self.lines)), line)
        return line

    def graft_household(self, subject: str) -> list[Line]:
        """A household of the clean log once more under another number: other people, papers, accounts, applications.

        Its visits are not copied, for its officer cannot have been at both at once.
        """
        number = subject.partition(":")[2]
        new = f"{number.partition('-')[0]}-H{90_000 + self.number():05d}"
        names = {number: new}
        lines = [line for line in _clean() if line.subject == subject and not isinstance(line.fact, VisitCompleted)]
        for text in {text for line in lines for text in _texts(line.fact)}:
            if re.fullmatch(r"(.*:)?p_[0-9a-f]{20}", text):
                names[text[-22:]] = "p_" + hashlib.sha256(f"{new} {text[-22:]}".encode()).hexdigest()[:20]
            elif re.fullmatch(r"[0-9a-f]{64}", text):
                names[text] = hashlib.sha256(f"{new} {text}".encode()).hexdigest()
            elif re.match(r"R-T\d+-\d{4}-", text):
                names[text] = f"{text}-{new[-6:]}"
        return self.graft(lines, names)

    def graft(self, lines: Sequence[Line], names: Mapping[str, str]) -> list[Line]:
        """Lines of one subject once more, beside the old ones, with every name in `names` replaced by another.

        `names` gives the subject's own number another one at least; ids of the lines are new. Gives the new lines.
        """
        number = self.number()
        longest_first = sorted(names.items(), key=lambda pair: -len(pair[0]))
        grafted = [
            replace(
                line,
                id=str(codec.derived_id(f"graft {number}", line.id)),
                commandid=str(codec.derived_id(f"graft {number}", line.commandid)),
                subject=_renamed(line.subject, longest_first),
                fact=_renamed(line.fact, longest_first),
                actor=_renamed(line.actor, longest_first),
                causationid=None,
            )
            for line in lines
        ]
        assert not {line.subject for line in grafted} & {line.subject for line in lines}, "a graft is another subject"
        self.lines = sorted((*self.lines, *grafted), key=lambda line: line.at)
        return grafted

    # ── reading

    def stored(self) -> Iterator[tuple[int, bytes, Fact]]:
        """Partition, value and fact of every record as the log would hold these lines, chained anew."""
        heads: dict[int, tuple[int, bytes]] = {}
        versions: Counter[str] = Counter()
        for line in self.lines:
            partition = partition_of(line.subject)
            sequence, prevhash = heads.get(partition, (0, ZERO_HASH))
            stream = f"/{line.owner}/{line.subject}"
            versions[stream] += 1
            value = codec.seal(_body(line, versions[stream]), sequence + 1, prevhash)
            heads[partition] = sequence + 1, record_hash(value)
            yield partition, value, line.fact

    def records(self) -> list[Record]:
        """The effective records of the log."""
        return [
            Record(partition=partition, hash=record_hash(value), envelope=codec.decode(value), fact=fact)
            for partition, value, fact in self.stored()
        ]


# Most lines of a forged log are the clean log's own: their bodies are written once.
_bodies: dict[tuple[str, int], tuple[Line, bytes]] = {}


def _body(line: Line, streamversion: int) -> bytes:
    known = _bodies.get((line.id, streamversion))
    if known is None or known[0] is not line:
        known = _bodies[line.id, streamversion] = line, codec.body_bytes(_draft(line, streamversion))
    return known[1]


def _draft(line: Line, streamversion: int) -> codec.Draft:
    return codec.Draft(
        id=line.id, owner=line.owner, subject=line.subject, streamversion=streamversion, time=line.happened_at,
        recordedtime=line.at, commandid=line.commandid, commandhash="", correlationid=line.commandid,
        actor=line.actor, causationid=line.causationid, fact=line.fact,
    )  # fmt: skip


def _texts(value: Any) -> Iterator[str]:
    """Every text anywhere in a value."""
    match value:
        case str():
            yield value
        case tuple():
            for one in value:
                yield from _texts(one)
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _texts(getattr(value, name))


def _renamed(value: Any, names: list[tuple[str, str]]) -> Any:
    match value:
        case str():
            whole = dict(names)
            if value in whole:
                return whole[value]
            for old, new in names:
                if old in value:
                    return value.replace(old, new)
            return value
        case tuple():
            return tuple(_renamed(one, names) for one in value)
        case dict():
            return {_renamed(key, names): _renamed(one, names) for key, one in value.items()}
        case msgspec.Struct():
            fields = {name: _renamed(getattr(value, name), names) for name in value.__struct_fields__}
            return msgspec.structs.replace(value, **fields)
        case _:
            return value
