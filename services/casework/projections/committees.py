"""Read models of committees' duties and of publicity, by month; and the answers published for everybody."""

from datetime import date
from typing import Any, Final

import msgspec

from services.contracts.casework import (
    ChangeReported,
    EconomicCheckAided,
    HardshipScreened,
    NoticeSupervised,
    NoticeTakenDown,
    PolicyAnswerPublished,
    PolicyAnswerWithdrawn,
    PolicyConsulted,
    PublicityHeld,
)
from services.contracts.deciding import Model, Record
from services.contracts.months import Month
from services.contracts.registry import Fact

_change = msgspec.structs.replace


class DutiesRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one committee did in one month (四(四)), as far as one partition knows; add the partitions up."""

    committee: str
    month: Month
    town: str
    screenings: int = 0
    households_screened: int = 0
    hardship_found: int = 0
    checks_aided: int = 0
    notices_supervised: int = 0
    notices_faulty: int = 0
    changes_reported: int = 0
    consultations: int = 0
    people_consulted: int = 0
    publicity_actions: int = 0
    leaflets: int = 0
    people_reached: int = 0


class PublicityRow(msgspec.Struct, frozen=True, kw_only=True):
    """One town's publicity in one month, as far as one partition knows; add the partitions up."""

    town: str
    month: Month
    actions: int = 0
    by_committees: int = 0
    leaflets: int = 0
    people_reached: int = 0


class AnswerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A question about policy and the answer in force; `town` is empty for the district's own."""

    town: str
    topic: str
    question: str
    answer: str
    basis: str


class TakenDownRow(msgspec.Struct, frozen=True, kw_only=True):
    """A case's notice that came down last, by the case's number."""

    town: str
    committee: str
    taken_down_on: date
    proof_sha256: str


_DAY_OF: Final[dict[type[Fact], str]] = {
    HardshipScreened: "screened_on",
    EconomicCheckAided: "aided_on",
    NoticeSupervised: "supervised_on",
    ChangeReported: "reported_on",
    PolicyConsulted: "consulted_on",
    PublicityHeld: "held_on",
}


def _month(fact: Any) -> Month:
    day: date = getattr(fact, _DAY_OF[type(fact)])
    return Month.of(day)


def _duty_keys(record: Record) -> tuple[str, ...]:
    """None for a publicity action of a town itself."""
    fact: Any = record.fact
    return (f"{fact.committee}/{_month(fact)}",) if fact.committee else ()


def _counted(fact: Fact) -> dict[str, int]:
    """What a fact adds to its committee's row."""
    match fact:
        case HardshipScreened():
            found = len(fact.discovery_nos)
            return {"screenings": 1, "households_screened": fact.household_count, "hardship_found": found}
        case EconomicCheckAided():
            return {"checks_aided": 1}
        case NoticeSupervised():
            return {"notices_supervised": 1, "notices_faulty": int(bool(fact.faults))}
        case ChangeReported():
            return {"changes_reported": 1}
        case PolicyConsulted():
            return {"consultations": 1, "people_consulted": fact.people_count}
        case PublicityHeld():
            return {"publicity_actions": 1, "leaflets": fact.leaflet_count, "people_reached": fact.people_count}
        case _:
            return {}


def _duties(row: DutiesRow | None, record: Record, _: str) -> DutiesRow:
    fact: Any = record.fact
    before = row or DutiesRow(committee=fact.committee, month=_month(fact), town=fact.town)
    return _change(before, **{name: getattr(before, name) + count for name, count in _counted(fact).items()})


def _taken_down_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.application_no,)


def _taken_down(_: TakenDownRow | None, record: Record, __: str) -> TakenDownRow:
    fact: Any = record.fact
    return TakenDownRow(**{name: getattr(fact, name) for name in TakenDownRow.__struct_fields__})


def _publicity_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (f"{fact.town}/{_month(fact)}",)


def _publicity(row: PublicityRow | None, record: Record, _: str) -> PublicityRow:
    fact = record.fact
    assert isinstance(fact, PublicityHeld)
    before = row or PublicityRow(town=fact.town, month=_month(fact))
    return _change(
        before,
        actions=before.actions + 1,
        by_committees=before.by_committees + bool(fact.committee),
        leaflets=before.leaflets + fact.leaflet_count,
        people_reached=before.people_reached + fact.people_count,
    )


def _answer_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.question_no,)


def _answer(row: AnswerRow | None, record: Record, _: str) -> AnswerRow | None:
    match record.fact:
        case PolicyAnswerPublished() as fact:
            return AnswerRow(**{name: getattr(fact, name) for name in AnswerRow.__struct_fields__})
        case PolicyAnswerWithdrawn():
            return None
        case _:
            return row


COMMITTEE_DUTIES: Final = Model(
    name="committee_duties", row=DutiesRow, listens=tuple(_DAY_OF), keys=_duty_keys, evolve=_duties
)
NOTICES_TAKEN_DOWN: Final = Model(
    name="notices_taken_down",
    row=TakenDownRow,
    listens=(NoticeTakenDown,),
    keys=_taken_down_keys,
    evolve=_taken_down,
)
PUBLICITY_BY_TOWN: Final = Model(
    name="publicity_by_town", row=PublicityRow, listens=(PublicityHeld,), keys=_publicity_keys, evolve=_publicity
)
POLICY_ANSWERS: Final = Model(
    name="policy_answers",
    row=AnswerRow,
    listens=(PolicyAnswerPublished, PolicyAnswerWithdrawn),
    keys=_answer_keys,
    evolve=_answer,
)
