"""Automatic tests on people across households, by pseudonym alone: two benefits, two places, undecided matches, staff among the members."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from typing import ClassVar, Final

from services.audit.domain import OpenFinding, evidence_of, objection
from services.contracts.audit import Evidence
from services.contracts.casework import (
    BenefitTerminated,
    EligibilityConfirmed,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
)
from services.contracts.deciding import Record
from services.contracts.intake import (
    ApplicationAccepted,
    MatchDecided,
    MatchFound,
    NearRelativeDeclared,
    RequestReceived,
)
from services.contracts.months import Month
from services.contracts.payroll import OfficerAppointed, OfficerTakenOver
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

DIBAO_AND_TEKUN: Final = "dibao_and_tekun"
PERSON_IN_TWO_HOUSEHOLDS: Final = "person_in_two_households"
MATCH_UNDECIDED: Final = "match_undecided"
OFFICER_IN_HOUSEHOLD: Final = "officer_in_household"
# The monthly benefits that exclude each other: 社会救助暂行办法 arts. 9, 14; 特困人员认定办法 (2021).
EXCLUSIVE: Final = ("dibao_urban", "dibao_rural", "tekun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A monthly benefit of a household: from a month, to before another, and the record that began it."""

    household: str
    category: str
    town: str
    from_month: Month
    until_month: Month | None
    evidence: Evidence

    def meets(self, other: "Period") -> bool:
        """Whether there is a month that both are paid for."""
        return (self.until_month is None or other.from_month < self.until_month) and (
            other.until_month is None or self.from_month < other.until_month
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Somebody found in two households: in which request, and when a person decided what it means."""

    request_no: str
    evidence: Evidence
    found_at: datetime
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A grant by its request."""

    household: str
    town: str
    granted_at: datetime
    evidence: Evidence


def two_benefits(periods: Iterable[Period]) -> Iterator[tuple[Period, Period]]:
    """Pairs of one person's benefits that are paid for the same month."""
    for first, second in combinations(periods, 2):
        if first.meets(second) and (first.household != second.household or first.category != second.category):
            yield first, second


def dibao_and_tekun(first: Period, second: Period) -> OpenFinding | None:
    """One person with dibao and tekun for the same month (特困人员认定办法 2021; 社会救助暂行办法 arts. 9, 14)."""
    if (first.category == "tekun") == (second.category == "tekun"):
        return None
    return _two(
        DIBAO_AND_TEKUN, first, second, "同一人同时享受低保与特困供养", "one person has dibao and tekun at once"
    )


def person_in_two_households(first: Period, second: Period) -> OpenFinding | None:
    """One person counted in two households that receive for the same month (民发〔2021〕57号 arts. 4, 6)."""
    if first.household == second.household or (first.category == "tekun") != (second.category == "tekun"):
        return None
    return _two(
        PERSON_IN_TWO_HOUSEHOLDS, first, second, "同一人同时计入两户", "one person counts in two households at once"
    )


def _two(test: str, first: Period, second: Period, zh: str, en: str) -> OpenFinding:
    households = sorted({first.household, second.household})
    return objection(
        test,
        (first.evidence, second.evidence),
        about=second.household,
        town=second.town,
        zh=f"{zh}：{'、'.join(households)}（{first.category}、{second.category}）",
        en=f"{en}: {', '.join(households)} ({first.category}, {second.category})",
    )


def match_undecided(match: Match, grants: Iterable[Grant]) -> Iterator[OpenFinding]:
    """A grant to a request one of whose members was found elsewhere, before a person decided what that means (四(一))."""
    for grant in grants:
        decided = match.decided_at is not None and match.decided_at <= grant.granted_at
        if match.found_at <= grant.granted_at and not decided:
            yield objection(
                MATCH_UNDECIDED,
                (match.evidence, grant.evidence),
                about=grant.household,
                town=grant.town,
                zh=f"申请 {match.request_no} 的比对疑点尚未认定即审核确认",
                en=f"request {match.request_no} was granted before anybody had decided a match of its members",
            )


def officer_in_household(
    officers: dict[str, tuple[str, Evidence]], members: dict[str, tuple[str, str, Evidence]]
) -> Iterator[OpenFinding]:
    """An officer among the members of a household that asked, and nobody declared it (四(一): 近亲属单独登记备案)."""
    for person in sorted(officers.keys() & members.keys()):
        officer, employed = officers[person]
        household, town, asked = members[person]
        yield objection(
            OFFICER_IN_HOUSEHOLD,
            (employed, asked),
            about=household,
            town=town,
            zh=f"申请家庭成员是专职低保员 {officer}，未登记备案",
            en=f"officer {officer} is a member of the household that asked, and nobody declared it",
        )


@dataclass(slots=True)
class PersonWatch:
    """Who belongs to which household, which benefits each has had, which matches were found, who is an officer.

    A household's members are those written down last. Emergencies are helped first and leave no mark here.
    """

    rules: RuleBook
    members: dict[str, frozenset[str]] = field(default_factory=dict)
    periods: dict[str, list[Period]] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    grants: dict[str, list[Grant]] = field(default_factory=dict)
    matches: dict[tuple[str, str], Match] = field(default_factory=dict)
    officers: dict[str, tuple[str, Evidence]] = field(default_factory=dict)
    asked: dict[str, dict[str, tuple[str, str, Evidence]]] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        ApplicationAccepted, BenefitTerminated, EligibilityConfirmed, HouseholdReverified, HouseholdSurveyed,
        HouseholdTakenOver, MatchDecided, MatchFound, NearRelativeDeclared, OfficerAppointed, OfficerTakenOver,
        RequestReceived,
    )  # fmt: skip

    def read(self, record: Record) -> Iterator[OpenFinding]:
        fact, subject = record.fact, record.envelope.subject
        match fact:
            case OfficerAppointed() | OfficerTakenOver():
                self.officers[fact.person] = fact.officer, evidence_of(record)
            case MatchFound():
                self.matches[subject, fact.match_no] = Match(
                    request_no=fact.request_no, evidence=evidence_of(record), found_at=record.envelope.recordedtime
                )
            case MatchDecided():
                before = self.matches.get((subject, fact.match_no))
                if before is not None:
                    decided = replace(before, decided_at=record.envelope.recordedtime)
                    self.matches[subject, fact.match_no] = decided
            case RequestReceived() if not fact.near_relative_declared:
                people = {one.person: (subject, fact.town, evidence_of(record)) for one in fact.members}
                self.asked[fact.request_no] = people
            case NearRelativeDeclared():
                self.asked.pop(fact.request_no, None)
            case ApplicationAccepted():
                self.requests[fact.application_no] = fact.request_no
            case _:
                self._household(record)
        yield from ()

    def _household(self, record: Record) -> None:
        """Members as written down last, and the months that a household's benefit is paid for."""
        fact, subject = record.fact, record.envelope.subject
        # An invalid survey tells nothing of the members (57号 art. 16); whom nobody knew it names at least.
        void = isinstance(fact, HouseholdSurveyed) and not fact.valid and subject in self.members
        if isinstance(fact, HouseholdReverified | HouseholdSurveyed | HouseholdTakenOver) and fact.members and not void:
            self.members[subject] = frozenset(one.person for one in fact.members)
        periods = self.periods.setdefault(subject, [])
        match fact:
            case HouseholdTakenOver() if fact.category in EXCLUSIVE:
                periods.append(_period(record, fact.category, fact.town, fact.benefit_from_month))
            case EligibilityConfirmed():
                if fact.need in EXCLUSIVE:
                    periods.append(_period(record, fact.need, fact.town, fact.from_month))
                if not fact.emergency:
                    request_no = self.requests.get(fact.application_no, "")
                    self.grants.setdefault(request_no, []).append(
                        Grant(
                            household=subject,
                            town=fact.town,
                            granted_at=record.envelope.recordedtime,
                            evidence=evidence_of(record),
                        )
                    )
            case BenefitTerminated():
                self.periods[subject] = [
                    replace(one, until_month=fact.from_month)
                    if one.until_month is None and one.category == fact.category
                    else one
                    for one in periods
                ]

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        of_person: dict[str, list[Period]] = {}
        for household, members in self.members.items():
            for person in members:
                of_person.setdefault(person, []).extend(self.periods.get(household, ()))
        for periods in of_person.values():
            if len(periods) > 1:
                periods.sort(key=lambda one: (one.from_month, one.household, one.evidence.event_id))
                for first, second in two_benefits(periods):
                    yield from filter(
                        None, (test(first, second) for test in (dibao_and_tekun, person_in_two_households))
                    )
        for match in self.matches.values():
            yield from match_undecided(match, self.grants.get(match.request_no, ()))
        for asked in self.asked.values():
            yield from officer_in_household(self.officers, asked)


def _period(record: Record, category: str, town: str, from_month: Month) -> Period:
    return Period(
        household=record.envelope.subject, category=category, town=town, from_month=from_month, until_month=None,
        evidence=evidence_of(record),
    )  # fmt: skip
