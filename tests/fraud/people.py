"""Irregularities with people across households: two benefits, two places, undecided matches, staff among the members."""

import random
from datetime import timedelta

import msgspec

from services.contracts.casework import BenefitTerminated, HouseholdTakenOver
from services.contracts.intake import (
    ApplicationAccepted,
    MatchDecided,
    MatchFound,
    NearRelativeDeclared,
    RequestReceived,
)
from services.contracts.months import Month
from services.contracts.payroll import OfficerTakenOver
from tests.fraud.corpus import Corpus, Line
from tests.fraud.planting import DIBAO, Planted, fact_of, first, found, grant, plants


def stock(corpus: Corpus, rng: random.Random, *categories: str) -> tuple[Line, HouseholdTakenOver]:
    """Stock with one of these benefits and its members known."""
    line = corpus.take(rng, HouseholdTakenOver, lambda one: one.category in categories and bool(one.members))
    return line, fact_of(line, HouseholdTakenOver)


def joins(corpus: Corpus, line: Line, model: HouseholdTakenOver) -> None:
    """The first member of `model`'s household stands among the members of this one, from the beginning."""
    fact = fact_of(line, HouseholdTakenOver)
    corpus.change(line, members=(*fact.members, model.members[0]))
    for one in corpus.about(line.subject):
        members = getattr(one.fact, "members", ())
        if members and one.id != line.id and type(one.fact).__name__ in ("HouseholdSurveyed", "HouseholdReverified"):
            corpus.change(one, members=(*members, model.members[0]))


def ends(corpus: Corpus, line: Line, month: Month) -> None:
    """The household's benefit ends from a month on."""
    fact = fact_of(line, HouseholdTakenOver)
    ended = BenefitTerminated(
        town=fact.town, category=fact.category, reason="own_request", from_month=month,
        decided_on=line.at.date(), decided_by="bureau:B90", pack_version="",
    )  # fmt: skip
    corpus.add(line.subject, ended, at=line.at + timedelta(days=1))


def later(first_one: HouseholdTakenOver, second: HouseholdTakenOver, one: Line, other: Line) -> str:
    """The household that a finding about two is about: the one whose benefit began later."""
    order = [(first_one.benefit_from_month, one.subject, one.id), (second.benefit_from_month, other.subject, other.id)]
    return max(order)[1]


@plants("dibao_and_tekun")
def dibao_and_tekun(corpus: Corpus, rng: random.Random) -> Planted:
    """A tekun person stands in a dibao household too. Innocent: that household's dibao ended before the tekun began."""
    (line, fact), (other, its) = stock(corpus, rng, *DIBAO), stock(corpus, rng, "tekun")
    joins(corpus, line, its)
    (left, _gone), (now, new) = stock(corpus, rng, *DIBAO), stock(corpus, rng, "tekun")
    joins(corpus, left, new)
    corpus.change(now, benefit_from_month=Month(2026, 3))
    ends(corpus, left, Month(2026, 3))
    return found("dibao_and_tekun", later(fact, its, line, other), now.subject)


@plants("person_in_two_households")
def person_in_two_households(corpus: Corpus, rng: random.Random) -> Planted:
    """A member counts in two dibao households. Innocent: married out, and the first household's dibao has ended."""
    (line, fact), (other, its) = stock(corpus, rng, *DIBAO), stock(corpus, rng, *DIBAO)
    joins(corpus, line, its)
    (left, _), (now, new) = stock(corpus, rng, *DIBAO), stock(corpus, rng, *DIBAO)
    joins(corpus, left, new)
    corpus.change(now, benefit_from_month=Month(2026, 3))
    ends(corpus, left, Month(2026, 3))
    return found("person_in_two_households", later(fact, its, line, other), now.subject)


@plants("match_undecided")
def match_undecided(corpus: Corpus, rng: random.Random) -> Planted:
    """Granted with the match open. Innocent: decided an hour before the grant."""
    pair = []
    for decided in (False, True):
        line, fact = grant(corpus, rng)
        accepted = fact_of(first(corpus, line.subject, ApplicationAccepted, fact.application_no), ApplicationAccepted)
        household = line.subject.partition(":")[2]
        number = f"M-F{corpus.number()}"
        match = MatchFound(
            match_no=number, town=fact.town, household_no=household, request_no=accepted.request_no, how="identity",
            features=(), other_person="", other_household="T99-H00001", other_town="T99", where="receiving",
        )  # fmt: skip
        corpus.add(f"person:p_{number}", match, at=line.at - timedelta(days=2))
        verdict = MatchDecided(
            match_no=number, town=fact.town, household_no=household, request_no=accepted.request_no,
            other_household="T99-H00001", verdict="different", reason="电话核实", decided_by="bureau:B90",
        )  # fmt: skip
        hours = -1 if decided else 1
        corpus.add(f"person:p_{number}", verdict, at=line.at + timedelta(hours=hours))
        pair.append(line.subject)
    return found("match_undecided", *pair)


@plants("officer_in_household")
def officer_in_household(corpus: Corpus, rng: random.Random) -> Planted:
    """An officer's own household asks and says nothing. Innocent: declared in the register."""
    pair = []
    for said in (False, True):
        line = corpus.take(rng, RequestReceived, lambda one: not one.near_relative_declared and bool(one.members))
        fact = fact_of(line, RequestReceived)
        model = fact_of(rng.choice(corpus.of(OfficerTakenOver)), OfficerTakenOver)
        name = f"O8{corpus.number():03d}"
        hired = msgspec.structs.replace(
            model, officer=name, person=fact.members[-1].person, bank_account_pseudonym=f"p_{corpus.number():020x}"
        )
        corpus.add(f"officer:{name}", hired, at=line.at - timedelta(days=10))
        for one in corpus.about(line.subject):
            if isinstance(one.fact, NearRelativeDeclared) or (
                isinstance(one.fact, RequestReceived) and one.id != line.id
            ):
                corpus.drop(one)
        if said:
            declared = NearRelativeDeclared(
                request_no=fact.request_no, town=fact.town, committee=fact.committee, needs=fact.needs,
                declared_by="staff", staff=f"officer:{name}", kinship="本人", declared_on=fact.received_on,
                stated_by=f"officer:{name}",
            )  # fmt: skip
            corpus.add(line.subject, declared, at=line.at + timedelta(minutes=1))
        pair.append(line.subject)
    return found("officer_in_household", *pair)
