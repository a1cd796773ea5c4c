"""Terms that were not kept: what had a last day is never done, or done a day after it. Innocent: done on the last day."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.contracts.casework import (
    AbilityAssessed,
    AbilityChangeReported,
    CaseOpened,
    CheckContested,
    ComplaintAnswered,
    ComplaintReceived,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdReverified,
    HouseholdTakenOver,
    InformationCheckReturned,
    OpinionSubmitted,
    PapersCompleted,
    RefusalDelivered,
    VisitCompleted,
    VisitConflictDecided,
    VisitConflictFound,
    VisitSide,
)
from services.contracts.deciding import CHINA
from services.contracts.intake import (
    ApplicationReferred,
    DiscoveryClosed,
    InputQuarantined,
    InputReleased,
    NeedDiscovered,
    ReferralCompleted,
)
from services.contracts.registry import Fact
from tests.fraud.corpus import Corpus, Line, sealed_box
from tests.fraud.planting import Planted, fact_of, found, grant, plants

# The last day of the clean log, in China.
NOW = datetime(2026, 3, 31, tzinfo=CHINA)


def drop_after(corpus: Corpus, line: Line, *kinds: type[Fact]) -> None:
    """What was done for a term is undone."""
    for one in corpus.about(line.subject):
        if isinstance(one.fact, kinds) and one.at >= line.at:
            corpus.drop(one)


def early(begins: Callable[[], Line]) -> Line:
    """A term's beginning with two days of the log after it."""
    line = begins()
    while line.at > NOW - timedelta(days=2):
        line = begins()
    return line


def kept_and_not(
    corpus: Corpus, rng: random.Random, test: str, begins: Callable[[], Line],
    done: Callable[[Line, Any, datetime], Fact], due: str, *ends: type[Fact],
) -> Planted:  # fmt: skip
    """A term whose last day is the one it began on: not kept, or kept a day late; and one kept on its last day."""
    guilty, honest = early(begins), early(begins)
    for line, late in ((guilty, True), (honest, False)):
        drop_after(corpus, line, *ends)
        line = corpus.change(line, **{due: line.at.astimezone(CHINA).date()})
        at = line.at + (timedelta(days=1) if late else timedelta(minutes=1))
        if not late or rng.random() < 0.5:
            corpus.add(line.subject, done(line, line.fact, at.astimezone(CHINA)), at=at)
    return found(test, guilty.subject, honest.subject)


@plants("refusal_undelivered")
def refusal_undelivered(corpus: Corpus, rng: random.Random) -> Planted:
    """The written refusal lay about."""

    def done(_: Line, fact: Any, at: datetime) -> Fact:
        return RefusalDelivered(
            application_no=fact.application_no, town=fact.town, delivered_on=at.date(), due_on=at.date(),
            form_sha256=f"{corpus.number():064x}",
        )  # fmt: skip

    return kept_and_not(
        corpus, rng, "refusal_undelivered", lambda: corpus.take(rng, EligibilityRefused), done, "written_notice_by",
        RefusalDelivered,
    )  # fmt: skip


@plants("emergency_without_papers")
def emergency_without_papers(corpus: Corpus, rng: random.Random) -> Planted:
    """Helped first, and the papers never came."""

    def done(_: Line, fact: Any, at: datetime) -> Fact:
        return PapersCompleted(
            application_no=fact.application_no, town=fact.town, completed_on=at.date(), due_on=at.date()
        )

    def begins() -> Line:
        return corpus.take(rng, EligibilityConfirmed, lambda one: one.emergency)

    return kept_and_not(corpus, rng, "emergency_without_papers", begins, done, "papers_by", PapersCompleted)


@plants("complaint_unanswered")
def complaint_unanswered(corpus: Corpus, rng: random.Random) -> Planted:
    """Nobody answered."""

    def done(_: Line, fact: Any, at: datetime) -> Fact:
        return ComplaintAnswered(
            complaint_no=fact.complaint_no, town=fact.town, outcome="unfounded", answered_on=at.date(),
            due_on=at.date(), reply_sha256=f"{corpus.number():064x}",
        )  # fmt: skip

    return kept_and_not(
        corpus, rng, "complaint_unanswered", lambda: corpus.take(rng, ComplaintReceived), done, "answer_by",
        ComplaintAnswered,
    )  # fmt: skip


@plants("reverification_overdue")
def reverification_overdue(corpus: Corpus, rng: random.Random) -> Planted:
    """A household that receives was left alone."""

    def done(line: Line, fact: Any, at: datetime) -> Fact:
        return HouseholdReverified(
            town=fact.town, category=fact.category, investigators=("investigator:T99-I1", "investigator:T99-I2"),
            reverified_on=at.date(), cadence="A", outcome="unchanged", income_per_head=sealed_box(line.id),
            form_sha256=f"{corpus.number():064x}", next_by=at.date() + timedelta(days=365), pack_version="",
        )  # fmt: skip

    return kept_and_not(
        corpus, rng, "reverification_overdue", lambda: corpus.take(rng, HouseholdTakenOver), done, "reverify_by",
        HouseholdReverified,
    )  # fmt: skip


@plants("reassessment_late")
def reassessment_late(corpus: Corpus, rng: random.Random) -> Planted:
    """A change was reported and nobody came."""

    def done(line: Line, fact: Any, at: datetime) -> Fact:
        return AbilityAssessed(
            application_no="", town=fact.town, person=fact.person, assessors=("bureau:B91", "bureau:B92"),
            assessed_on=at.date(), failed_items=sealed_box(line.id), ability="full", care_tier="none",
            form_sha256=f"{corpus.number():064x}", pack_version="",
        )  # fmt: skip

    return kept_and_not(
        corpus, rng, "reassessment_late", lambda: corpus.take(rng, AbilityChangeReported), done, "reassess_by",
        AbilityAssessed,
    )  # fmt: skip


@plants("decided_late")
def decided_late(corpus: Corpus, rng: random.Random) -> Planted:
    """A day after the whole term, or after the bureau's own. Innocent: on the last day of both."""
    pair = []
    for days in (1, 0):
        line, fact = grant(corpus, rng)
        for one in corpus.about(line.subject):
            if isinstance(one.fact, CaseOpened | OpinionSubmitted) and one.fact.application_no == fact.application_no:
                corpus.change(one, decide_by=fact.decided_on)
            elif type(one.fact).__name__.startswith("Clock"):
                corpus.drop(one)
        moved = timedelta(days=days)
        corpus.change(line, decided_on=fact.decided_on + moved)
        pair.append(line.subject)
    return found_twice("decided_late", *pair)


def found_twice(test: str, guilty: str, innocent: str) -> Planted:
    """Two findings about one subject: the whole term and the bureau's own."""
    return Planted(found=((test, guilty),) * 2, innocent=((test, innocent),))


@plants("contest_unanswered")
def contest_unanswered(corpus: Corpus, rng: random.Random) -> Planted:
    """The household contested what the bank said, and nobody asked again."""

    def done(_: Line, fact: Any, at: datetime) -> Fact:
        return InformationCheckReturned(
            application_no=fact.application_no,
            town=fact.town,
            conflicts=(),
            returned_on=at.date(),
            settles_contest=True,
        )

    return kept_and_not(
        corpus, rng, "contest_unanswered", lambda: corpus.take(rng, CheckContested), done, "recheck_by",
        InformationCheckReturned,
    )  # fmt: skip


@plants("discovery_unfollowed")
def discovery_unfollowed(corpus: Corpus, rng: random.Random) -> Planted:
    """A committee found somebody in need; nobody went."""

    def begins() -> Line:
        model = rng.choice(corpus.of(NeedDiscovered))
        fact, number = fact_of(model, NeedDiscovered), f"{corpus.number():04d}"
        (line,) = corpus.graft([model], {fact.discovery_no: f"{fact.discovery_no}-F{number}"})
        return line

    def done(_: Line, fact: Any, at: datetime) -> Fact:
        return DiscoveryClosed(discovery_no=fact.discovery_no, town=fact.town, reason="已走访", closed_by="window:W1")

    return kept_and_not(corpus, rng, "discovery_unfollowed", begins, done, "follow_up_by")


@plants("referral_unanswered")
def referral_unanswered(corpus: Corpus, rng: random.Random) -> Planted:
    """The other department said nothing."""

    def done(_: Line, fact: Any, at: datetime) -> Fact:
        return ReferralCompleted(
            application_no=fact.application_no, town=fact.town, department=fact.department, outcome="helped",
            answer="已办理", completed_on=at.date(), responsible=fact.responsible,
        )  # fmt: skip

    def begins() -> Line:
        line = corpus.take(rng, ApplicationReferred)
        for one in corpus.about(line.subject):
            if one.id != line.id and (
                isinstance(one.fact, ApplicationReferred) or type(one.fact).__name__.startswith(("Clock", "Referral"))
            ):
                corpus.drop(one)
        return line

    return kept_and_not(corpus, rng, "referral_unanswered", begins, done, "answer_by")


@plants("visit_conflict_undecided")
def visit_conflict_undecided(corpus: Corpus, rng: random.Random) -> Planted:
    """Two records contradict each other for forty days. Innocent: decided after twenty-nine."""
    pair = []
    for kept_days in (None, 29):
        line = corpus.take(rng, VisitCompleted)
        visit = fact_of(line, VisitCompleted)
        side = VisitSide(
            household_no=line.subject.partition(":")[2], visit_no=visit.visit_no, record_id="", officer=visit.officer,
            author=visit.author, started_at=visit.started_at, ended_at=visit.ended_at,
        )  # fmt: skip
        number = f"K-F{corpus.number()}"
        conflict = VisitConflictFound(
            conflict_no=number, kind="number", town=visit.town, first=side, second=side, responsible=visit.author
        )
        begun = NOW - timedelta(days=40)
        corpus.add(line.subject, conflict, at=begun)
        if kept_days is not None:
            decided = VisitConflictDecided(
                conflict_no=number, kind="number", town=visit.town, kept="first", reason="电话核实",
                decided_by="town-leader:T99", set_aside=(),
            )  # fmt: skip
            corpus.add(line.subject, decided, at=begun + timedelta(days=kept_days))
        pair.append(line.subject)
    return found("visit_conflict_undecided", *pair)


@plants("input_left_quarantined")
def input_left_quarantined(corpus: Corpus, rng: random.Random) -> Planted:
    """What a town system sent lies there for twenty days. Innocent: driven again after nine."""
    pair = []
    for kept_days in (None, 9):
        number = corpus.number()
        begun, subject = NOW - timedelta(days=20), f"town:F{number}"
        left = InputQuarantined(
            town=f"F{number}", road="inbox", place=f"inbox/{number}", code="not-an-event", reason_zh="不是事件",
            reason_en="no event", payload=sealed_box(f"{number}"),
        )  # fmt: skip
        corpus.add(subject, left, at=begun)
        if kept_days is not None:
            mended = InputReleased(place=f"inbox/{number}", outcome="accepted", reason="")
            corpus.add(subject, mended, at=begun + timedelta(days=kept_days))
        pair.append(subject)
    return found("input_left_quarantined", *pair)
