"""Irregularities in who did what: the same person twice, relatives, complaints answered by those complained of, reasons left out."""

import random
from datetime import timedelta

from services.contracts.casework import (
    BenefitAdjusted,
    BureauVisited,
    ComplaintAnswered,
    ComplaintReceived,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdReverified,
    HouseholdSurveyed,
    NoticePosted,
)
from services.contracts.intake import ApplicationAccepted, ApplicationWithdrawn, NearRelativeDeclared
from services.contracts.money import Fen
from services.contracts.months import Month
from tests.fraud.corpus import Corpus, Line
from tests.fraud.planting import Planted, fact_of, first, found, grant, plants


def investigators_of(corpus: Corpus, line: Line, application_no: str) -> tuple[str, ...]:
    """Who surveyed for an application."""
    return fact_of(first(corpus, line.subject, HouseholdSurveyed, application_no), HouseholdSurveyed).investigators


@plants("decided_by_investigator")
def decided_by_investigator(corpus: Corpus, rng: random.Random) -> Planted:
    """The investigator decides, in another role. Innocent: somebody who investigated another household."""
    (line, fact), (other, _its) = grant(corpus, rng), grant(corpus, rng)
    number = investigators_of(corpus, line, fact.application_no)[0].rpartition(":")[2]
    corpus.change(line, decided_by=f"bureau:{number}")
    for one in corpus.about(other.subject):
        if isinstance(one.fact, HouseholdSurveyed):
            corpus.change(one, investigators=("investigator:T99-I1", "investigator:T99-I2"))
    corpus.change(other, decided_by=f"bureau:{number}")
    return found("decided_by_investigator", line.subject, other.subject)


@plants("decided_by_acceptor")
def decided_by_acceptor(corpus: Corpus, rng: random.Random) -> Planted:
    """Whoever took it in at the window decides it. Innocent: a colleague of the same window."""
    (line, fact), (other, its) = grant(corpus, rng), grant(corpus, rng)
    accepted = fact_of(first(corpus, line.subject, ApplicationAccepted, fact.application_no), ApplicationAccepted)
    corpus.change(line, decided_by=f"bureau:{accepted.responsible.rpartition(':')[2]}")
    corpus.change(other, decided_by=f"bureau:{its.town}-W99")
    return found("decided_by_acceptor", line.subject, other.subject)


@plants("decided_by_town")
def decided_by_town(corpus: Corpus, rng: random.Random) -> Planted:
    """A town grants a monthly benefit, or more than it may. Innocent: a sum to the fen of its limit, of its own fund."""
    if rng.random() < 0.5:
        line, fact = grant(corpus, rng)
        corpus.change(line, decided_by=f"town-leader:{fact.town}")
    else:
        line = corpus.take(rng, EligibilityConfirmed, lambda one: bool(one.reserve_fund))
        corpus.change(line, monthly_amount_fen=Fen(150_001))
    small = corpus.take(rng, EligibilityConfirmed, lambda one: bool(one.reserve_fund))
    corpus.change(small, monthly_amount_fen=Fen(150_000))
    return found("decided_by_town", line.subject, small.subject)


@plants("change_by_investigator")
def change_by_investigator(corpus: Corpus, rng: random.Random) -> Planted:
    """Who looked at the household again adjusts its benefit. Innocent: an investigator of other households does."""
    pair = []
    for own in (True, False):
        looked = corpus.take(rng, HouseholdReverified)
        fact = fact_of(looked, HouseholdReverified)
        number = fact.investigators[0].rpartition(":")[2] if own else "T99-I9"
        adjusted = BenefitAdjusted(
            town=fact.town, category=fact.category, before_fen=Fen(100), monthly_amount_fen=Fen(200),
            standard_fen=Fen(200), covered_members=1, from_month=Month.of(looked.at.date()).plus(1),
            decided_on=fact.reverified_on, decided_by=f"bureau:{number}", pack_version=fact.pack_version,
        )  # fmt: skip
        corpus.add(looked.subject, adjusted, at=looked.at + timedelta(minutes=1))
        pair.append(looked.subject)
    return found("change_by_investigator", *pair)


@plants("visitor_investigated")
def visitor_investigated(corpus: Corpus, rng: random.Random) -> Planted:
    """The bureau's visitor had investigated for the town. Innocent: two others of the bureau."""
    pair = []
    for own in (True, False):
        line, fact = grant(corpus, rng)
        people = investigators_of(corpus, line, fact.application_no)
        visit = BureauVisited(
            application_no=fact.application_no, town=fact.town,
            visitors=(people[0] if own else "bureau:B91", "bureau:B92"),
            visited_on=line.at.date(), form_sha256=f"{corpus.number():064x}",
        )  # fmt: skip
        corpus.add(line.subject, visit, at=line.at - timedelta(hours=1))
        pair.append(line.subject)
    return found("visitor_investigated", *pair)


def declared(fact: EligibilityConfirmed, request_no: str, staff: str, **fields: object) -> NearRelativeDeclared:
    """A line of the register of near relatives."""
    values = {
        "request_no": request_no, "town": fact.town, "committee": fact.committee, "needs": (fact.need,),
        "declared_by": "staff", "staff": staff, "kinship": "兄弟姐妹", "declared_on": fact.decided_on, "stated_by": staff,
    }  # fmt: skip
    return NearRelativeDeclared(**(values | fields))  # type: ignore[arg-type]


@plants("relative_took_part")
def relative_took_part(corpus: Corpus, rng: random.Random) -> Planted:
    """The relative signs the opinion, or decides, after it was declared. Innocent: declared, and others did it all."""
    line, fact = grant(corpus, rng)
    accepted = first(corpus, line.subject, ApplicationAccepted, fact.application_no)
    request_no = fact_of(accepted, ApplicationAccepted).request_no
    staff = fact.decided_by
    if rng.random() < 0.5:
        staff = fact_of(first(corpus, line.subject, NoticePosted, fact.application_no), NoticePosted).opinion_signed_by
    corpus.add(line.subject, declared(fact, request_no, staff), at=accepted.at + timedelta(minutes=1))
    other, its = grant(corpus, rng)
    accepted = first(corpus, other.subject, ApplicationAccepted, its.application_no)
    request_no = fact_of(accepted, ApplicationAccepted).request_no
    corpus.add(other.subject, declared(its, request_no, "officer:O999"), at=accepted.at + timedelta(minutes=1))
    return found("relative_took_part", line.subject, other.subject)


@plants("relative_found_late")
def relative_found_late(corpus: Corpus, rng: random.Random) -> Planted:
    """Others found it out with the case open. Innocent: the relative declared it, though late as well."""
    pair = []
    for how in ("found", "staff"):
        line, fact = grant(corpus, rng)
        said = declared(fact, "R-none", "officer:O999", declared_by=how, open_cases=(fact.application_no,))
        corpus.add(line.subject, said, at=line.at - timedelta(hours=2))
        pair.append(line.subject)
    return found("relative_found_late", *pair)


@plants("complaint_answered_by_involved")
def complaint_answered_by_involved(corpus: Corpus, rng: random.Random) -> Planted:
    """The complaint is answered by an investigator of the case. Innocent: by somebody who became its decider only later."""
    pair = []
    for involved in (True, False):
        line, fact = grant(corpus, rng)
        people = investigators_of(corpus, line, fact.application_no)
        number = corpus.number()
        received = ComplaintReceived(
            complaint_no=f"TS-F{number}", town=fact.town, kind="complaint", application_no=fact.application_no,
            received_on=line.at.date(), answer_by=line.at.date() + timedelta(days=30), responsible="bureau:B90",
            content_sha256=f"{number:064x}", pack_version="",
        )  # fmt: skip
        corpus.add(line.subject, received, at=line.at - timedelta(minutes=30))
        answered = ComplaintAnswered(
            complaint_no=f"TS-F{number}", town=fact.town, outcome="unfounded", answered_on=line.at.date(),
            due_on=received.answer_by, reply_sha256=f"{number:064x}",
        )  # fmt: skip
        actor = f"bureau:{people[0].rpartition(':')[2]}" if involved else fact.decided_by
        corpus.add(line.subject, answered, at=line.at + timedelta(minutes=30), actor=actor)
        pair.append(line.subject)
    return found("complaint_answered_by_involved", *pair)


@plants("withdrawal_without_reason")
def withdrawal_without_reason(corpus: Corpus, rng: random.Random) -> Planted:
    """Nothing, or blanks. Innocent: two characters are a reason."""
    guilty, honest = (corpus.take(rng, ApplicationWithdrawn) for _ in range(2))
    corpus.change(guilty, reason=rng.choice(("", "  ")))
    corpus.change(honest, reason="搬迁")
    return found("withdrawal_without_reason", guilty.subject, honest.subject)


@plants("refusal_without_reason")
def refusal_without_reason(corpus: Corpus, rng: random.Random) -> Planted:
    """No reason, or no remedy named. Innocent: a short reason with the remedies."""
    guilty, honest = (corpus.take(rng, EligibilityRefused) for _ in range(2))
    corpus.change(guilty, **rng.choice(({"reason": " "}, {"remedies": ()})))
    corpus.change(honest, reason="超收入")
    return found("refusal_without_reason", guilty.subject, honest.subject)
