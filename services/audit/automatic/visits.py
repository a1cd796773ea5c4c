"""Automatic tests on visits: whom they were made to, and whether one officer can have made them; no distances."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import ClassVar, Final

from services.audit.domain import OpenFinding, evidence_of, objection
from services.contracts.audit import Evidence
from services.contracts.casework import CaseOpened, HouseholdTakenOver, VisitCompleted
from services.contracts.deciding import CHINA, Record
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

VISIT_WITHOUT_CASE: Final = "visit_without_case"
VISITS_OVERLAP: Final = "visits_overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit as one officer's whereabouts."""

    officer: str
    household: str
    town: str
    started_at: datetime
    ended_at: datetime
    evidence: Evidence


def follow(known: bool, record: Record) -> bool:
    """Whether a household is known to casework after `record`: taken over, or with a case."""
    return known or isinstance(record.fact, (HouseholdTakenOver, CaseOpened))


def visit_of(record: Record) -> Visit | None:
    """The visit a record states; None when it states none."""
    fact = record.fact
    if not isinstance(fact, VisitCompleted):
        return None
    return Visit(
        officer=fact.officer,
        household=record.envelope.subject,
        town=fact.town,
        started_at=fact.started_at,
        ended_at=fact.ended_at,
        evidence=evidence_of(record),
    )


def visit_without_case(known: bool, record: Record) -> OpenFinding | None:
    """A visit to a household that was neither taken over nor has a case (二(一): the service is for 救助对象)."""
    fact = record.fact
    if known or not isinstance(fact, VisitCompleted):
        return None
    return objection(
        VISIT_WITHOUT_CASE,
        (evidence_of(record),),
        about=record.envelope.subject,
        town=fact.town,
        zh=f"走访 {fact.visit_no} 的家庭既未接续登记也无案件",
        en=f"visit {fact.visit_no} is to a household that was neither taken over nor has a case",
    )


def visits_overlap(visits: Iterable[Visit]) -> Iterator[OpenFinding]:
    """Pairs of visits of one officer at two households at one time; each visit objects once at most.

    An officer's visits lie in the partitions of many households, so only whoever read all partitions can ask this.
    Visits that touch, and several services in one household at a time, are possible.
    """

    def order(visit: Visit) -> tuple[str, datetime, datetime, str]:
        return visit.officer, visit.started_at, visit.ended_at, visit.evidence.event_id

    for _, of_officer in groupby(sorted(visits, key=order), key=lambda visit: visit.officer):
        # Of all earlier visits two are enough: the one that ends last, and the last one at another household than that.
        latest: Visit | None = None
        other: Visit | None = None
        for visit in of_officer:
            elsewhere = other if latest is None or latest.household == visit.household else latest
            if elsewhere is not None and elsewhere.ended_at > visit.started_at:
                yield _overlap(elsewhere, visit)
            if latest is None or visit.ended_at > latest.ended_at:
                if latest is not None and latest.household != visit.household:
                    other = latest
                latest = visit
            elif visit.household != latest.household and (other is None or visit.ended_at > other.ended_at):
                other = visit


def _overlap(first: Visit, second: Visit) -> OpenFinding:
    at = second.started_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    return objection(
        VISITS_OVERLAP,
        (first.evidence, second.evidence),
        about=f"officer:{second.officer}",
        town=second.town,
        zh=f"{second.officer} 在 {at} 同时走访两户：{first.household} 与 {second.household}",
        en=f"{second.officer} was at two households at {at}: {first.household} and {second.household}",
    )


@dataclass(slots=True)
class VisitWatch:
    """Every visit so far, and which households casework knows."""

    rules: RuleBook
    known: set[str] = field(default_factory=set)
    visits: list[Visit] = field(default_factory=list)
    listens: ClassVar[tuple[type[Fact], ...]] = (CaseOpened, HouseholdTakenOver, VisitCompleted)

    def read(self, record: Record) -> Iterator[OpenFinding]:
        subject = record.envelope.subject
        known = subject in self.known
        if finding := visit_without_case(known, record):
            yield finding
        if follow(known, record):
            self.known.add(subject)
        if visit := visit_of(record):
            self.visits.append(visit)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        yield from visits_overlap(self.visits)
