"""Automatic tests on records as records: written down long after, before it happened, by night, or copied from another."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Final

from services.audit.automatic.telling import day_of, figure_of, told
from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.contracts.audit import Evidence
from services.contracts.casework import (
    BureauVisited,
    CommunityReviewed,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdReverified,
    HouseholdSurveyed,
    NoticePosted,
    VisitCompleted,
    VisitConflictDecided,
    VisitConflictFound,
    VisitSetAside,
    WorkRecorded,
)
from services.contracts.deciding import CHINA, Record
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

VISIT_ENTERED_LATE: Final = "visit_entered_late"
VISIT_BEFORE_IT_ENDED: Final = "visit_before_it_ended"
PROCEDURE_ENTERED_LATE: Final = "procedure_entered_late"
EVIDENCE_COPIED: Final = "evidence_copied"
FORM_COPIED: Final = "form_copied"
NOTES_COPIED: Final = "notes_copied"
VISIT_AT_NIGHT: Final = "visit_at_night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A photo or a form by its hash, or words by their pseudonym, as one record has it; `of` is what it may rightly stand for more than once."""

    digest: str
    of: str
    about: str
    town: str
    said_at: datetime
    evidence: Evidence


def visit_entered_late(record: Record, rules: RuleBook) -> OpenFinding | None:
    """A visit brought in longer after it than the pack allows (四(三): 事后集中补录); a device keeps it a while."""
    fact = record.fact
    if not isinstance(fact, VisitCompleted):
        return None
    most = figure_of(rules, VISIT_ENTERED_LATE, "days_max", record)
    days = (day_of(record) - fact.ended_at.astimezone(CHINA).date()).days
    if most is None or days <= most:
        return None
    return told(
        VISIT_ENTERED_LATE,
        record,
        zh=f"走访 {fact.visit_no} 在 {days} 日后才登记",
        en=f"visit {fact.visit_no} was recorded {days} days after it",
    )


def visit_before_it_ended(record: Record) -> OpenFinding | None:
    """A visit recorded before it was over (四(三); 社会救助暂行办法 art. 66: 不得伪造记录)."""
    fact = record.fact
    if not isinstance(fact, VisitCompleted) or record.envelope.recordedtime >= fact.ended_at:
        return None
    return told(
        VISIT_BEFORE_IT_ENDED,
        record,
        zh=f"走访 {fact.visit_no} 尚未结束即已登记",
        en=f"visit {fact.visit_no} was recorded before it had ended",
    )


def done_on(fact: Fact) -> date | None:
    """The day that a step of the procedure says it was done on."""
    match fact:
        case HouseholdSurveyed():
            return fact.surveyed_on
        case HouseholdReverified():
            return fact.reverified_on
        case BureauVisited():
            return fact.visited_on
        case EligibilityConfirmed() | EligibilityRefused():
            return fact.decided_on
        case NoticePosted():
            return fact.posted_on
    return None


def procedure_entered_late(record: Record, rules: RuleBook) -> OpenFinding | None:
    """A survey, visit, notice or decision written down longer after its day than the pack allows (四(三): 倒签、补录)."""
    day = done_on(record.fact)
    most = figure_of(rules, PROCEDURE_ENTERED_LATE, "days_max", record)
    if day is None or most is None or (day_of(record) - day).days <= most:
        return None
    return told(
        PROCEDURE_ENTERED_LATE,
        record,
        zh=f"{day} 办理的事项在 {(day_of(record) - day).days} 日后才登记",
        en=f"what was done on {day} was recorded {(day_of(record) - day).days} days after it",
    )


def visit_at_night(record: Record, rules: RuleBook) -> OpenFinding | None:
    """Indicator: a visit that began at an hour when nobody is visited; a person looks at it (四(三))."""
    fact = record.fact
    if not isinstance(fact, VisitCompleted):
        return None
    first = figure_of(rules, VISIT_AT_NIGHT, "hour_first", record)
    last = figure_of(rules, VISIT_AT_NIGHT, "hour_last", record)
    began = fact.started_at.astimezone(CHINA)
    if first is None or last is None or first <= began.hour <= last:
        return None
    return told(
        VISIT_AT_NIGHT,
        record,
        zh=f"走访 {fact.visit_no} 始于 {began:%H:%M}",
        en=f"visit {fact.visit_no} began at {began:%H:%M}",
    )


def evidence_of_work(record: Record) -> Iterator[Paper]:
    """The photos and files that prove a visit or a work."""
    fact = record.fact
    if isinstance(fact, VisitCompleted | WorkRecorded):
        number = fact.visit_no if isinstance(fact, VisitCompleted) else fact.work_no
        about = record.envelope.subject if isinstance(fact, VisitCompleted) else f"officer:{fact.officer}"
        for sha256 in fact.evidence_sha256:
            yield _paper(record, sha256, of=number, about=about)


def forms(record: Record) -> Iterator[Paper]:
    """The signed forms of the procedure."""
    fact = record.fact
    match fact:
        case HouseholdSurveyed() | BureauVisited():
            yield _paper(record, fact.form_sha256, of=f"{record.envelope.subject} {fact.application_no}")
        case HouseholdReverified():
            yield _paper(record, fact.form_sha256, of=f"{record.envelope.subject} {fact.reverified_on}")
        case CommunityReviewed():
            yield _paper(record, fact.minutes_sha256, of=f"{fact.committee} {fact.reviewed_on}")
        case NoticePosted():
            yield _paper(record, fact.proof_sha256, of=f"{fact.committee} {fact.posted_on}")


def words(record: Record, rules: RuleBook) -> Iterator[Paper]:
    """The words of a visit, where they are more than a usual phrase; a visit recorded without their pseudonym has none."""
    fact = record.fact
    if not isinstance(fact, VisitCompleted) or not fact.notes_pseudonym:
        return
    least = figure_of(rules, NOTES_COPIED, "characters_min", record)
    if least is not None and fact.notes_characters >= least:
        yield _paper(record, fact.notes_pseudonym, of=fact.visit_no)


def _paper(record: Record, digest: str, *, of: str, about: str = "") -> Paper:
    return Paper(
        digest=digest, of=of, about=about or record.envelope.subject, town=getattr(record.fact, "town", DISTRICT),
        said_at=record.envelope.recordedtime, evidence=evidence_of(record),
    )  # fmt: skip


def copied(papers: list[Paper]) -> Iterator[tuple[Paper, Paper]]:
    """The first record that has a paper, with each later one that has it for something else."""
    if len(papers) > 1:
        first, *others = sorted(papers, key=lambda one: (one.said_at, one.evidence.event_id))
        for other in others:
            if other.of != first.of:
                yield first, other


def _copy(test: str, first: Paper, other: Paper, zh: str, en: str) -> OpenFinding:
    return objection(test, (first.evidence, other.evidence), about=other.about, town=other.town, zh=zh, en=en)


def evidence_copied(papers: list[Paper]) -> Iterator[OpenFinding]:
    """The same photo or file as proof of two visits or works (四(三): 记录雷同)."""
    for first, other in copied(papers):
        yield _copy(
            EVIDENCE_COPIED,
            first,
            other,
            zh=f"{other.of} 与 {first.of} 使用同一份佐证材料",
            en=f"{other.of} and {first.of} are proven by the same file",
        )


def form_copied(papers: list[Paper]) -> Iterator[OpenFinding]:
    """The same form, minutes or notice photo for two surveys, visits, reviews or notices (四(三); 社会救助暂行办法 art. 66)."""
    for first, other in copied(papers):
        yield _copy(
            FORM_COPIED,
            first,
            other,
            zh=f"{other.about} 与 {first.about} 的表单为同一份文件",
            en=f"{other.about} and {first.about} have the same form",
        )


def notes_copied(papers: list[Paper]) -> Iterator[OpenFinding]:
    """The same words about two visits, too many to be a usual phrase (四(三): 记录雷同; 社会救助暂行办法 art. 66)."""
    for first, other in copied(papers):
        yield _copy(
            NOTES_COPIED,
            first,
            other,
            zh=f"走访 {other.of} 与 {first.of} 的记录文字相同",
            en=f"visits {other.of} and {first.of} are told in the same words",
        )


@dataclass(slots=True)
class PaperWatch:
    """Every photo and form by its hash, and the words of visits by their pseudonym."""

    rules: RuleBook
    evidence: dict[str, list[Paper]] = field(default_factory=dict)
    forms: dict[str, list[Paper]] = field(default_factory=dict)
    words: dict[str, list[Paper]] = field(default_factory=dict)
    set_aside: set[str] = field(default_factory=set)
    disputed: dict[str, tuple[str, str]] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        BureauVisited, CommunityReviewed, EligibilityConfirmed, EligibilityRefused, HouseholdReverified,
        HouseholdSurveyed, NoticePosted, VisitCompleted, VisitConflictDecided, VisitConflictFound, VisitSetAside,
        WorkRecorded,
    )  # fmt: skip

    def read(self, record: Record) -> Iterator[OpenFinding]:
        objections = (
            visit_entered_late(record, self.rules),
            visit_before_it_ended(record),
            procedure_entered_late(record, self.rules),
            visit_at_night(record, self.rules),
        )
        yield from filter(None, objections)
        for paper in evidence_of_work(record):
            self.evidence.setdefault(paper.digest, []).append(paper)
        for paper in forms(record):
            if paper.digest:
                self.forms.setdefault(paper.digest, []).append(paper)
        for paper in words(record, self.rules):
            self.words.setdefault(paper.digest, []).append(paper)
        match record.fact:
            case VisitSetAside() as fact:
                self.set_aside.add(fact.visit_no)
            case VisitConflictFound() as fact:
                self.disputed[fact.conflict_no] = (fact.first.visit_no, fact.second.visit_no)
            case VisitConflictDecided() as fact:
                self.disputed.pop(fact.conflict_no, None)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        waiting = {number for pair in self.disputed.values() for number in pair}
        for papers in self.evidence.values():
            yield from evidence_copied(self._counting(papers, waiting))
        for papers in self.forms.values():
            yield from form_copied(papers)
        for papers in self.words.values():
            yield from notes_copied(self._counting(papers, waiting))

    def _counting(self, papers: list[Paper], waiting: set[str]) -> list[Paper]:
        """Without a visit's second record: set aside, or waiting for a person to decide which one stands."""
        if len(papers) == 1:  # nearly all are
            return papers
        return [one for one in papers if one.of not in self.set_aside and one.of not in waiting]
