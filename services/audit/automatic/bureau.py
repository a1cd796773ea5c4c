"""Automatic tests on the bureau itself: who unmasks what and why, records put aside, rules changed after the fact, unusual shares."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Final

from services.audit.automatic.telling import day_of, figure_of, told
from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.audit.rules import PACK, figure
from services.contracts.audit import Evidence
from services.contracts.casework import (
    CaseOpened,
    CheckExported,
    ClockExtended,
    EligibilityConfirmed,
    MunicipalExported,
    PaymentFileExported,
    PersonalFieldRead,
)
from services.contracts.deciding import CHINA, Record
from services.contracts.every_service import ParkedDiscarded, RulePackAdopted
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

READ_WITHOUT_REASON: Final = "read_without_reason"
READS_A_DAY: Final = "reads_a_day"
RECORD_DISCARDED: Final = "record_discarded"
PACK_ADOPTED_AFTERWARDS: Final = "pack_adopted_afterwards"
AUDIT_WEAKENED: Final = "audit_weakened"
SPECIAL_TERM_SHARE: Final = "special_term_share"
EMERGENCY_SHARE: Final = "emergency_share"

READS: Final = (CheckExported, MunicipalExported, PaymentFileExported, PersonalFieldRead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A version of a pack as it was adopted; `tests`: those an audit pack names."""

    adopted_on: date
    valid_from: date
    tests: frozenset[str]
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class Share:
    """How many of a town's cases of a year are of a kind, and which one was the first."""

    total: int = 0
    of_kind: int = 0
    first: tuple[datetime, Evidence] | None = None

    def count(self, record: Record) -> None:
        """One of the kind."""
        self.of_kind += 1
        said = record.envelope.recordedtime, evidence_of(record)
        self.first = said if self.first is None else min(self.first, said, key=lambda one: (one[0], one[1].event_id))


def read_without_reason(record: Record, rules: RuleBook) -> OpenFinding | None:
    """Personal data read or given out in clear, with no reason worth the name (个人信息保护法 arts. 6, 51)."""
    fact = record.fact
    if not isinstance(fact, READS) or (isinstance(fact, MunicipalExported) and not fact.personal):
        return None
    least = figure_of(rules, READ_WITHOUT_REASON, "characters_min", record)
    if least is None or len(fact.reason.strip()) >= least:
        return None
    return told(
        READ_WITHOUT_REASON,
        record,
        zh=f"{record.envelope.actor} 查看或导出明文个人信息，未写明事由",
        en=f"{record.envelope.actor} read or exported personal data in clear without a reason",
    )


def reads_a_day(reads: dict[tuple[str, date], list[tuple[datetime, Evidence]]], most: int) -> Iterator[OpenFinding]:
    """Indicator: one person unmasked more fields on one day than the pack finds likely (个人信息保护法 art. 51)."""
    for (actor, day), told_at in sorted(reads.items()):
        if len(told_at) > most:
            in_order = sorted(told_at, key=lambda one: (one[0], one[1].event_id))
            yield objection(
                READS_A_DAY,
                (in_order[most][1],),
                about=actor,
                town=DISTRICT,
                zh=f"{actor} 在 {day} 查看明文个人信息 {len(told_at)} 次，多于 {most} 次",
                en=f"{actor} unmasked personal fields {len(told_at)} times on {day}, more than {most}",
            )


def record_discarded(record: Record) -> OpenFinding | None:
    """A person decided that a service goes on without a record (社会救助暂行办法 art. 66(5): 丢失、篡改记录)."""
    fact = record.fact
    if not isinstance(fact, ParkedDiscarded):
        return None
    return told(
        RECORD_DISCARDED,
        record,
        zh=f"{record.envelope.owner} 舍弃了分区 {fact.partition} 第 {fact.sequence} 条记录：{fact.reason}",
        en=f"{record.envelope.owner} left record {fact.sequence} of partition {fact.partition} behind: {fact.reason}",
    )


def pack_adopted_afterwards(earlier: tuple[Adopted, ...], record: Record, rules: RuleBook) -> OpenFinding | None:
    """A pack that holds from a day gone by, when another version was adopted and held on that day (立法法 art. 104: 不溯及既往).

    Versions adopted on one day, a new installation's say, have decided nothing in between.
    """
    fact = record.fact
    if not isinstance(fact, RulePackAdopted):
        return None
    most = figure_of(rules, PACK_ADOPTED_AFTERWARDS, "days_max", record)
    held = [one for one in earlier if one.valid_from <= fact.valid_from and one.adopted_on < day_of(record)]
    days = (day_of(record) - fact.valid_from).days
    if most is None or not held or days <= most:
        return None
    return told(
        PACK_ADOPTED_AFTERWARDS,
        record,
        held[-1].evidence,
        zh=f"规则包 {fact.name}@{fact.version} 自 {fact.valid_from} 起生效，{days} 日后才采用",
        en=f"pack {fact.name}@{fact.version} holds from {fact.valid_from} and was adopted {days} days later",
    )


def audit_weakened(earlier: tuple[Adopted, ...], record: Record) -> OpenFinding | None:
    """A pack of audit that names a test no more which the version before had (四(三): 监督不得弱化)."""
    fact = record.fact
    if not isinstance(fact, RulePackAdopted) or fact.name != PACK or not earlier:
        return None
    off = sorted(earlier[-1].tests - tests_of(fact.content))
    if not off:
        return None
    return told(
        AUDIT_WEAKENED,
        record,
        earlier[-1].evidence,
        zh=f"审计规则包 {fact.version} 停用了检查项目：{'、'.join(off)}",
        en=f"audit pack {fact.version} switches tests off: {', '.join(off)}",
    )


def tests_of(content: dict[str, Any]) -> frozenset[str]:
    """The tests that a pack of audit names."""
    return frozenset(content.get("tests", ()))


def unusual_share(
    test: str, shares: dict[tuple[str, int], Share], permille_max: int, cases_min: int, zh: str, en: str
) -> Iterator[OpenFinding]:
    """Indicator: in one town more of a year's cases are of a kind than the pack finds likely; too few cases tell nothing."""
    for (town, year), share in sorted(shares.items()):
        if share.first is None or share.total < cases_min or share.of_kind * 1000 <= permille_max * share.total:
            continue
        yield objection(
            test,
            (share.first[1],),
            about=f"town:{town}",
            town=town,
            zh=f"{town} {year} 年 {share.total} 件中 {share.of_kind} 件{zh}，占比异常",
            en=f"{share.of_kind} of {town}'s {share.total} cases of {year} {en}: out of the ordinary",
        )


@dataclass(slots=True)
class BureauWatch:
    """Who read what in clear by day, which packs each service adopted, and each town's shares by year."""

    rules: RuleBook
    reads: dict[tuple[str, date], list[tuple[datetime, Evidence]]] = field(default_factory=dict)
    adopted: dict[tuple[str, str], tuple[Adopted, ...]] = field(default_factory=dict)
    special: dict[tuple[str, int], Share] = field(default_factory=dict)
    emergency: dict[tuple[str, int], Share] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        *READS, CaseOpened, ClockExtended, EligibilityConfirmed, ParkedDiscarded, RulePackAdopted
    )  # fmt: skip

    def read(self, record: Record) -> Iterator[OpenFinding]:
        fact, envelope = record.fact, record.envelope
        if isinstance(fact, RulePackAdopted):
            place = envelope.owner, envelope.subject
            earlier = self.adopted.get(place, ())
            objections = pack_adopted_afterwards(earlier, record, self.rules), audit_weakened(earlier, record)
            yield from filter(None, objections)
            one = Adopted(
                adopted_on=day_of(record),
                valid_from=fact.valid_from,
                tests=tests_of(fact.content),
                evidence=evidence_of(record),
            )
            self.adopted[place] = (*earlier, one)
            return
        yield from filter(None, (read_without_reason(record, self.rules), record_discarded(record)))
        if isinstance(fact, PersonalFieldRead):
            reads = self.reads.setdefault((envelope.actor, day_of(record)), [])
            reads.append((envelope.recordedtime, evidence_of(record)))
        self._count(record)

    def _count(self, record: Record) -> None:
        fact, year = record.fact, day_of(record).year
        if isinstance(fact, CaseOpened):
            self.special.setdefault((fact.town, year), Share()).total += 1
        elif isinstance(fact, ClockExtended) and fact.clock == "outer":
            self.special.setdefault((fact.town, year), Share()).count(record)
        elif isinstance(fact, EligibilityConfirmed) and fact.one_off:
            share = self.emergency.setdefault((fact.town, year), Share())
            share.total += 1
            if fact.emergency:
                share.count(record)

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        today = now.astimezone(CHINA).date()
        if most := figure(self.rules, READS_A_DAY, "reads_max", today):
            yield from reads_a_day(self.reads, most)
        kinds = (
            (SPECIAL_TERM_SHARE, self.special, "延长了办理时限", "had their term extended"),
            (EMERGENCY_SHARE, self.emergency, "按急难先行救助", "were helped first as emergencies"),
        )
        for test, shares, zh, en in kinds:
            permille = figure(self.rules, test, "permille_max", today)
            cases = figure(self.rules, test, "cases_min", today)
            if permille is not None and cases is not None:
                yield from unusual_share(test, shares, permille, cases, zh, en)
