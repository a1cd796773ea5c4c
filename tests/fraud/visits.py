"""Irregularities in visits and papers: nobody there, two places at once, entered when it suits, copied."""

import random
from datetime import UTC, datetime, timedelta

import msgspec

from services.contracts.casework import (
    BenefitTerminated,
    EligibilityConfirmed,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    NoticePosted,
    VisitCompleted,
    VisitSetAside,
    WorkRecorded,
)
from services.contracts.months import Month
from tests.fraud.corpus import Corpus, Line
from tests.fraud.planting import Planted, fact_of, found, plants

# A day of the clean log with no visits: the first of March was a Sunday.
DAY = datetime(2026, 3, 1, tzinfo=UTC)


def visited(
    corpus: Corpus, subject: str, officer: str, minutes: int, *, lasts: int = 30, town: str = "T01", **changes: object
) -> Line:
    """A visit of `officer` that began so many minutes after nine (China) on that Sunday, recorded in the evening."""
    number = corpus.number()
    model = fact_of(corpus.of(VisitCompleted)[0], VisitCompleted)
    began = DAY + timedelta(hours=1, minutes=minutes)
    values = {
        "visit_no": f"V-F{number}", "officer": officer, "town": town, "started_at": began,
        "ended_at": began + timedelta(minutes=lasts), "evidence_sha256": (f"{number:064x}",), "author": f"officer:{officer}",
        "uploaded_by": f"officer:{officer}", "record_id": "", "device": "", "content_pseudonym": f"p_{number:020x}",
        "notes_pseudonym": f"p_notes_{number}", "notes_characters": 40,
    }  # fmt: skip
    visit = msgspec.structs.replace(model, **(values | changes))
    return corpus.add(subject, visit, at=DAY + timedelta(hours=12, seconds=number))


def homes(corpus: Corpus, rng: random.Random, count: int) -> list[str]:
    """Households that casework knows and no plant took."""
    return [corpus.take(rng, HouseholdTakenOver).subject for _ in range(count)]


def unvisited(corpus: Corpus, rng: random.Random) -> str:
    """A household that nobody visited in the clean log."""
    while True:
        (home,) = homes(corpus, rng, 1)
        if not any(isinstance(line.fact, VisitCompleted) for line in corpus.about(home)):
            return home


def an_officer(corpus: Corpus) -> str:
    return f"O7{corpus.number():03d}"


@plants("visit_without_case")
def visit_without_case(corpus: Corpus, rng: random.Random) -> Planted:
    """A household that nobody knows. Innocent: stock that was taken over."""
    nobody = f"household:T01-H{70_000 + corpus.number():05d}"
    (known,) = homes(corpus, rng, 1)
    visited(corpus, nobody, an_officer(corpus), 0)
    visited(corpus, known, an_officer(corpus), 0)
    return found("visit_without_case", nobody, known)


@plants("visits_overlap")
def visits_overlap(corpus: Corpus, rng: random.Random) -> Planted:
    """Two households at once. Innocent: one visit begins when the other ends, or the double was set aside."""
    guilty, honest = an_officer(corpus), an_officer(corpus)
    one, two, three, four = homes(corpus, rng, 4)
    visited(corpus, one, guilty, 0)
    visited(corpus, two, guilty, 29)
    visited(corpus, three, honest, 0)
    visited(corpus, four, honest, 30)
    double = visited(corpus, four, honest, 10)
    fact = fact_of(double, VisitCompleted)
    aside = VisitSetAside(
        conflict_no=f"K-F{corpus.number()}", visit_no=fact.visit_no, record_id="", town=fact.town, officer=honest,
        started_at=fact.started_at, ended_at=fact.ended_at, standard_met=True, due_on=None,
    )  # fmt: skip
    corpus.add(four, aside, at=double.at + timedelta(minutes=1))
    return found("visits_overlap", f"officer:{guilty}", f"officer:{honest}")


@plants("impossible_travel")
def impossible_travel(corpus: Corpus, rng: random.Random) -> Planted:
    """Another town fourteen minutes later. Innocent: fifteen minutes later, or at once in the same town."""
    guilty, honest = an_officer(corpus), an_officer(corpus)
    one, two, three, four, five = homes(corpus, rng, 5)
    visited(corpus, one, guilty, 0)
    visited(corpus, two, guilty, 44, town="T13")
    visited(corpus, three, honest, 0)
    visited(corpus, four, honest, 45, town="T13")
    visited(corpus, five, honest, 76, town="T13")
    return found("impossible_travel", f"officer:{guilty}", f"officer:{honest}")


@plants("visit_after_death")
def visit_after_death(corpus: Corpus, rng: random.Random) -> Planted:
    """The applicant was seen a month after the death. Innocent: the widow was, or the benefit ended otherwise."""
    guilty, honest = unvisited(corpus, rng), unvisited(corpus, rng)
    other = rng.choice(("widow", "income"))
    for home, reason in ((guilty, "death"), (honest, "income" if other == "income" else "death")):
        ended = BenefitTerminated(
            town="T01", category="dibao_urban", reason=reason, from_month=Month(2026, 3), decided_on=DAY.date(),
            decided_by="bureau:B90", pack_version="",
        )  # fmt: skip
        corpus.add(home, ended, at=DAY + timedelta(hours=rng.choice((1, 20))))
    visited(corpus, guilty, an_officer(corpus), 0, person_seen="本人")
    visited(corpus, honest, an_officer(corpus), 0, person_seen="配偶" if other == "widow" else "本人")
    return found("visit_after_death", guilty, honest)


@plants("visit_entered_late")
def visit_entered_late(corpus: Corpus, rng: random.Random) -> Planted:
    """Eight days later. Innocent: seven, brought by a device that had no network."""
    pair = homes(corpus, rng, 2)
    for home, days in zip(pair, (8, 7), strict=True):
        line = visited(corpus, home, an_officer(corpus), 0)
        corpus.drop(line)
        corpus.add(home, line.fact, at=line.at + timedelta(days=days))
    return found("visit_entered_late", *pair)


@plants("visit_before_it_ended")
def visit_before_it_ended(corpus: Corpus, rng: random.Random) -> Planted:
    """Recorded at its beginning. Innocent: recorded the moment it ended."""
    pair = homes(corpus, rng, 2)
    for home, of in zip(pair, ("started_at", "ended_at"), strict=True):
        line = visited(corpus, home, an_officer(corpus), 0)
        corpus.drop(line)
        corpus.add(home, line.fact, at=getattr(line.fact, of))
    return found("visit_before_it_ended", *pair)


@plants("procedure_entered_late")
def procedure_entered_late(corpus: Corpus, rng: random.Random) -> Planted:
    """A survey, visit, notice or decision dated eight days back. Innocent: seven."""
    kind, name = rng.choice(
        (
            (HouseholdSurveyed, "surveyed_on"),
            (NoticePosted, "posted_on"),
            (HouseholdReverified, "reverified_on"),
            (EligibilityConfirmed, "decided_on"),
        )
    )
    pair = []
    for days in (8, 7):
        line = corpus.take(rng, kind)
        corpus.change(line, **{name: getattr(line.fact, name) - timedelta(days=days)})
        pair.append(line.subject)
    return found("procedure_entered_late", *pair)


@plants("evidence_copied")
def evidence_copied(corpus: Corpus, rng: random.Random) -> Planted:
    """One photo proves two visits, or a visit and a work. Innocent: the same visit recorded twice, with its photo."""
    one, two, three = homes(corpus, rng, 3)
    sha256 = f"{corpus.number():064x}"
    visited(corpus, one, an_officer(corpus), 0, evidence_sha256=(sha256,))
    if rng.random() < 0.5:
        second = visited(corpus, two, an_officer(corpus), 0, evidence_sha256=(sha256,))
        about = second.subject
    else:
        model = fact_of(corpus.of(WorkRecorded)[0], WorkRecorded)
        officer = an_officer(corpus)
        work = msgspec.structs.replace(
            model, work_no=f"W-F{corpus.number()}", officer=officer, evidence_sha256=(sha256,)
        )
        corpus.add(f"officer:{officer}", work, at=DAY + timedelta(hours=13))
        about = f"officer:{officer}"
    mine = visited(corpus, three, an_officer(corpus), 0)
    corpus.add(three, mine.fact, at=mine.at + timedelta(hours=1))
    return found("evidence_copied", about, three)


@plants("notes_copied")
def notes_copied(corpus: Corpus, rng: random.Random) -> Planted:
    """The same thirty characters about two visits. Innocent: twenty-nine, a usual phrase; none kept; a double set aside."""
    long, short = f"p_copied_{corpus.number()}", f"p_phrase_{corpus.number()}"
    homes_of = homes(corpus, rng, 7)

    def noted(home: str, minutes: int, words: str, characters: int) -> Line:
        return visited(corpus, home, an_officer(corpus), minutes, notes_pseudonym=words, notes_characters=characters)

    noted(homes_of[0], 0, long, 30)
    second = noted(homes_of[1], 60, long, rng.randint(30, 200))
    usual = [noted(home, 0, short, 29) for home in homes_of[2:4]]
    unkept = [noted(home, 0, "", 0) for home in homes_of[4:6]]
    mine, double = (noted(homes_of[6], 0, f"{long}_double", 60) for _ in range(2))
    fact = fact_of(double, VisitCompleted)
    aside = VisitSetAside(
        conflict_no=f"K-F{corpus.number()}", visit_no=fact.visit_no, record_id="", town=fact.town, officer=fact.officer,
        started_at=fact.started_at, ended_at=fact.ended_at, standard_met=True, due_on=None,
    )  # fmt: skip
    corpus.add(homes_of[6], aside, at=double.at + timedelta(minutes=1))
    return found("notes_copied", second.subject, *(line.subject for line in (*usual, *unkept, mine)))


@plants("form_copied")
def form_copied(corpus: Corpus, rng: random.Random) -> Planted:
    """The same form for two households. Innocent: a survey recorded anew with its form for the same application."""
    one, two = corpus.take(rng, HouseholdSurveyed), corpus.take(rng, HouseholdSurveyed)
    corpus.change(two, form_sha256=fact_of(one, HouseholdSurveyed).form_sha256)
    again = corpus.take(rng, HouseholdSurveyed)
    corpus.add(again.subject, again.fact, at=again.at + timedelta(hours=1))
    return found("form_copied", max(one, two, key=lambda line: (line.at, line.id)).subject, again.subject)


@plants("visits_a_day")
def visits_a_day(corpus: Corpus, rng: random.Random) -> Planted:
    """Sixteen visits on one day. Innocent: fifteen."""
    pair = []
    for count in (16, 15):
        officer = an_officer(corpus)
        for n, home in enumerate(homes(corpus, rng, count)):
            visited(corpus, home, officer, n * 32)
        pair.append(f"officer:{officer}")
    return found("visits_a_day", *pair)


@plants("visit_at_night")
def visit_at_night(corpus: Corpus, rng: random.Random) -> Planted:
    """At five in the morning, or at ten in the evening. Innocent: at six, and at a quarter to ten."""
    pair = homes(corpus, rng, 2)
    visited(corpus, pair[0], an_officer(corpus), rng.choice((-4 * 60, 13 * 60)), lasts=10)
    visited(corpus, pair[1], an_officer(corpus), rng.choice((-3 * 60, 12 * 60 + 45)), lasts=10)
    return found("visit_at_night", *pair)
