"""Irregularities in money: runs, slips, payments."""

import random

from services.contracts.payroll import PayslipComputed
from tests.fraud import money_contractors, money_funds, money_officers, money_posts, money_runs  # noqa: F401  (they register their plants)
from tests.fraud.corpus import Corpus
from tests.fraud.planting import Planted, plants


@plants("payslip_sum")
def payslip_sum(corpus: Corpus, rng: random.Random) -> Planted:
    """A slip's net is a fen more than its parts give."""
    slip = rng.choice(corpus.of(PayslipComputed, lambda fact: f"slip {fact.officer} {fact.month}" not in corpus.taken))
    fact = slip.fact
    assert isinstance(fact, PayslipComputed)
    corpus.taken.add(f"slip {fact.officer} {fact.month}")
    corpus.change(slip, net_fen=fact.net_fen + 1)
    return Planted(found=(("payslip_sum", f"officer:{fact.officer}"),))
