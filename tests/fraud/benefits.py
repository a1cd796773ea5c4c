"""Irregularities in cases: surveys, notices, amounts."""

import random

from services.contracts.casework import EligibilityConfirmed, HouseholdSurveyed
from tests.fraud.corpus import Corpus
from tests.fraud.planting import Planted, plants


@plants("survey_by_one")
def survey_by_one(corpus: Corpus, rng: random.Random) -> Planted:
    """The second investigator was never there. Innocent: one person's survey that casework itself calls invalid."""
    alone = corpus.take(rng, HouseholdSurveyed, lambda fact: fact.valid)
    assert isinstance(alone.fact, HouseholdSurveyed)
    corpus.change(alone, investigators=alone.fact.investigators[:1] * 2)
    honest = corpus.take(rng, HouseholdSurveyed, lambda fact: fact.valid)
    assert isinstance(honest.fact, HouseholdSurveyed)
    corpus.change(honest, investigators=honest.fact.investigators[:1], valid=False, missed_points=("investigators",))
    return Planted(
        found=(("survey_by_one", alone.subject),),
        innocent=(("survey_by_one", honest.subject),),
    )


@plants("amount_above_ceiling")
def amount_above_ceiling(corpus: Corpus, rng: random.Random) -> Planted:
    """A fen more than standard × members. Innocent: exactly the standard × members, with the top-up beside it."""

    def monthly(fact: EligibilityConfirmed) -> bool:
        return fact.need in ("dibao_urban", "dibao_rural")

    over, full = corpus.take(rng, EligibilityConfirmed, monthly), corpus.take(rng, EligibilityConfirmed, monthly)
    for line, more in ((over, 1), (full, 0)):
        fact = line.fact
        assert isinstance(fact, EligibilityConfirmed)
        ceiling = fact.standard_fen * fact.covered_members
        corpus.change(line, monthly_amount_fen=ceiling + more + fact.top_up_fen + fact.care_fee_fen)
    return Planted(
        found=(("amount_above_ceiling", over.subject),),
        innocent=(("amount_above_ceiling", full.subject),),
    )
