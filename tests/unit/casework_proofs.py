"""A case told as the facts of the log, its proof of procedure, and facts spoiled or left out; for unit tests."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any

import msgspec

from services.casework.domain import HOUSEHOLD
from services.casework.projections.proofs import ProofRow
from services.casework.rules import Procedure
from services.casework.service import SERVICE
from services.contracts.deciding import CHINA, Record
from services.contracts.envelope import Envelope
from services.contracts.registry import Fact, kind_of
from tests.unit.casework_steps import (
    BOOK,
    DECIDED,
    DOWN,
    A,
    H,
    Said,
    ask,
    bureau_visit,
    close,
    confirm,
    contest,
    context,
    objection,
    open_case,
    papers,
    returned,
    steps,
    submit,
    survey,
)

(MODEL,) = (model for model in SERVICE.models if model.name == "procedure_proofs")


T = "R-1-temporary"


def number_of(records: list[Record]) -> str:
    fact: Any = records[0].fact
    number: str = fact.application_no
    return number


def told(*said: Said) -> list[Record]:
    """The facts of commands, as records of the log."""
    state: Any = HOUSEHOLD.initial
    records: list[Record] = []
    day = date(2026, 3, 2)
    for one in said:
        day, command = one if isinstance(one, tuple) else (day, one)
        for fact in HOUSEHOLD.decide(state, command, context(day)):
            state = HOUSEHOLD.evolve(state, fact)
            records.append(record(fact, day, len(records)))
    return records


def record(fact: Fact, day: date, number: int) -> Record:
    instant = datetime.combine(day, time(20), CHINA)
    envelope = Envelope(
        specversion="1.0", sequence=1, prevhash="", id=f"e{number}", source="/casework", type=kind_of(type(fact)),
        subject=f"household:{H}", time=instant, recordedtime=instant, stream="", streamversion=1, commandid="",
        commandhash="", correlationid="", actor="bureau:B01", data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Record(partition=0, hash=b"", envelope=envelope, fact=fact)


def proof(records: list[Record]) -> ProofRow:
    row = None
    for one in records:
        if isinstance(one.fact, MODEL.listens):
            (key,) = MODEL.keys(one)
            row = MODEL.evolve(row, one, key)
    assert isinstance(row, ProofRow)
    return row


def failing(row: ProofRow) -> set[str]:
    return {step.step for step in row.steps if step.state not in ("met", "not_required")}


def complete(need: str) -> tuple[Said, ...]:
    return (*steps(need), confirm(number=f"R-1-{need}"))


OBJECTED = (*steps()[:5], objection(), close(), survey(DOWN), submit(), bureau_visit())
REFUSED = (*steps(), confirm(outcome="refused", reason="家庭人均月收入高于标准"))
CONTESTED = (*steps()[:4], contest(), ask(A, 2, registers=("bank",)), returned(registers=("bank",)))
EMERGENCY = (
    open_case("temporary"),
    confirm(date(2026, 3, 2), T, emergency=True, officer=None),
    *steps("temporary")[1:],
    papers(),
)

Spoil = Callable[[list[Record]], Iterator[Record]]


def without(*kinds: type[Fact]) -> Spoil:
    return lambda records: (one for one in records if not isinstance(one.fact, kinds))


def changed(kind: type[Fact], **changes: Any) -> Spoil:
    def spoil(records: list[Record]) -> Iterator[Record]:
        for one in records:
            fact = one.fact
            if isinstance(fact, kind):
                fact = msgspec.structs.replace(fact, **changes)
            yield msgspec.structs.replace(one, fact=fact)

    return spoil


def moved_to_the_end(kind: type[Fact]) -> Spoil:
    def spoil(records: list[Record]) -> Iterator[Record]:
        yield from (one for one in records if not isinstance(one.fact, kind))
        yield from (one for one in records if isinstance(one.fact, kind))

    return spoil


def number(need: str) -> str:
    return f"R-1-{need}"


def owed(need: str) -> set[str]:
    return set(BOOK.on("procedure", DECIDED, Procedure).needs[need].steps)
