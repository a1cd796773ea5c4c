"""Automatic tests on visits: whom they were made to, and whether one officer can have made them.

Facts hold no positions, so that distances are those between towns at best: how fast somebody can be in another one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import ClassVar, Final

from services.audit.domain import OpenFinding, evidence_of, objection
from services.audit.rules import figure
from services.contracts.audit import Evidence
from services.contracts.casework import (
    BenefitTerminated,
    CaseOpened,
    HouseholdTakenOver,
    VisitCompleted,
    VisitSetAside,
)
from services.contracts.deciding import CHINA, Record
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

VISIT_WITHOUT_CASE: Final = "visit_without_case"
VISITS_OVERLAP: Final = "visits_overlap"
IMPOSSIBLE_TRAVEL: Final = "impossible_travel"
VISIT_AFTER_DEATH: Final = "visit_after_death"
VISITS_A_DAY: Final = "visits_a_day"
APPLICANT: Final = "本人"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit as one officer's whereabouts."""

    officer: str
    household: str
    town: str
    started_at: datetime
    ended_at: datetime
    evidence: Evidence
    visit_no: str = ""
    record_id: str = ""
    person_seen: str = ""


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
        visit_no=fact.visit_no,
        record_id=fact.record_id,
        person_seen=fact.person_seen,
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

    for _, of_officer in groupby(sorted(visits, key=_in_time), key=lambda visit: visit.officer):
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


def impossible_travel(visits: Iterable[Visit], minutes_min: int) -> Iterator[OpenFinding]:
    """One officer in two towns with fewer minutes between than the pack says it takes (四(三): 时间、距离异常)."""
    for _, of_officer in groupby(sorted(visits, key=_in_time), key=lambda visit: visit.officer):
        before: Visit | None = None
        for visit in of_officer:
            if before is not None and before.town != visit.town:
                minutes = (visit.started_at - before.ended_at) / timedelta(minutes=1)
                if 0 <= minutes < minutes_min:
                    yield _travel(before, visit, int(minutes))
            if before is None or visit.ended_at > before.ended_at:
                before = visit


def visit_after_death(visits: Iterable[Visit], deaths: dict[str, tuple[Month, Evidence]]) -> Iterator[OpenFinding]:
    """A visit at which the applicant was seen, in a month after the death that ended the household's benefit (四(三))."""
    for visit in visits:
        if visit.household not in deaths or visit.person_seen != APPLICANT:
            continue
        from_month, evidence = deaths[visit.household]
        if Month.of(visit.started_at.astimezone(CHINA).date()) >= from_month:
            yield objection(
                VISIT_AFTER_DEATH,
                (evidence, visit.evidence),
                about=visit.household,
                town=visit.town,
                zh=f"走访 {visit.visit_no} 记为见到申请人，其时已死亡（待遇自 {from_month} 终止）",
                en=f"visit {visit.visit_no} says the applicant was seen, who had died (ended from {from_month})",
            )


def visits_a_day(visits: Iterable[Visit], most: int) -> Iterator[OpenFinding]:
    """Indicator: more visits of one officer on one day than the pack finds likely; a person looks at them (四(三))."""
    by_day: dict[tuple[str, date], list[Visit]] = {}
    for visit in sorted(visits, key=_in_time):
        by_day.setdefault((visit.officer, visit.started_at.astimezone(CHINA).date()), []).append(visit)
    for (officer, day), on_day in by_day.items():
        if len(on_day) > most:
            yield objection(
                VISITS_A_DAY,
                tuple(visit.evidence for visit in on_day[: most + 1]),
                about=f"officer:{officer}",
                town=on_day[0].town,
                zh=f"{officer} 在 {day} 登记走访 {len(on_day)} 次，多于 {most} 次",
                en=f"{officer} recorded {len(on_day)} visits on {day}, more than {most}",
            )


def _in_time(visit: Visit) -> tuple[str, datetime, datetime, str]:
    return visit.officer, visit.started_at, visit.ended_at, visit.evidence.event_id


def _travel(before: Visit, visit: Visit, minutes: int) -> OpenFinding:
    return objection(
        IMPOSSIBLE_TRAVEL,
        (before.evidence, visit.evidence),
        about=f"officer:{visit.officer}",
        town=visit.town,
        zh=f"{visit.officer} 结束 {before.town} 的走访 {minutes} 分钟后即在 {visit.town} 开始走访",
        en=f"{visit.officer} began a visit in {visit.town} {minutes} minutes after one in {before.town}",
    )


@dataclass(slots=True)
class VisitWatch:
    """Every visit so far, which of them were set aside, which households casework knows, and whose benefit a death ended."""

    rules: RuleBook
    known: set[str] = field(default_factory=set)
    visits: list[Visit] = field(default_factory=list)
    set_aside: set[tuple[str, str, str]] = field(default_factory=set)
    deaths: dict[str, tuple[Month, Evidence]] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        BenefitTerminated, CaseOpened, HouseholdTakenOver, VisitCompleted, VisitSetAside
    )  # fmt: skip

    def read(self, record: Record) -> Iterator[OpenFinding]:
        subject, fact = record.envelope.subject, record.fact
        known = subject in self.known
        if finding := visit_without_case(known, record):
            yield finding
        if follow(known, record):
            self.known.add(subject)
        if visit := visit_of(record):
            self.visits.append(visit)
        elif isinstance(fact, VisitSetAside):
            self.set_aside.add((subject, fact.visit_no, fact.record_id))
        elif isinstance(fact, BenefitTerminated) and fact.reason == "death":
            self.deaths[subject] = fact.from_month, evidence_of(record)

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        today = now.astimezone(CHINA).date()
        visits = [one for one in self.visits if (one.household, one.visit_no, one.record_id) not in self.set_aside]
        yield from visits_overlap(visits)
        yield from visit_after_death(visits, self.deaths)
        if minutes := figure(self.rules, IMPOSSIBLE_TRAVEL, "minutes_between_towns_min", today):
            yield from impossible_travel(visits, minutes)
        if most := figure(self.rules, VISITS_A_DAY, "visits_max", today):
            yield from visits_a_day(visits, most)
