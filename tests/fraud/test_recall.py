"""Proves that each planted irregularity is found, each innocent look-alike left alone, and a clean log objected to by nobody."""

import functools
import random
from collections import Counter
from datetime import date

import pytest

from services.audit.automatic.sweep import sweep
from services.audit.rules import in_force
from services.contracts.casework import ComplaintOverdue, ReassessmentOverdue, ReverificationOverdue, StepOverdue
from services.contracts.envelope import PARTITIONS
from services.contracts.intake import DiscoveryOverdue, ReferralOverdue
from tests.fraud import benefits, money  # noqa: F401  (they register their plants)
from tests.fraud.corpus import Corpus, stated_overdue
from tests.fraud.planting import PLANTS

PLANTS_OF_EACH = 20
PLANTS_OF_AN_INDICATOR = 3
RULES = in_force(Corpus().rules, date(2026, 3, 31))
assert RULES is not None
TESTS = RULES.tests


def objections(corpus: Corpus) -> Counter[tuple[str, str]]:
    return Counter((finding.test, finding.about) for finding in sweep(corpus.records(), corpus.rules))


@pytest.mark.parametrize("test", sorted(PLANTS))
def test_every_plant_is_found_and_every_look_alike_left_alone(test: str) -> None:
    """Recall 1.0: each of twenty and more plants of a test is found, and nothing else by that test.

    An indicator promises no recall: it is shown to speak above its figure, and to be silent at it.
    """
    rng, corpus = random.Random(f"jiuzhu fraud {test}"), Corpus()
    count = PLANTS_OF_AN_INDICATOR if TESTS[test].indicator else PLANTS_OF_EACH
    planted = [PLANTS[test][n % len(PLANTS[test])](corpus, rng) for n in range(count)]
    wanted = Counter(pair for one in planted for pair in one.found)
    innocent = {pair for one in planted for pair in one.innocent}
    assert sum(wanted[pair] for pair in wanted if pair[0] == test) >= count
    assert not innocent & set(wanted), "a look-alike is not guilty as well"
    found = objections(corpus)
    assert {pair: found[pair] for pair in wanted} == dict(wanted)
    assert {pair for pair in found if pair[0] == test} - set(wanted) - set(clean()) == set()
    assert innocent & set(found) == set()


def test_what_is_found_depends_on_no_interleaving_of_partitions() -> None:
    """One plant of every deterministic test in one log, its partitions read one after the other and at random."""
    rng, corpus = random.Random("jiuzhu fraud interleaved"), Corpus()
    for test in sorted(PLANTS):
        if not TESTS[test].indicator:
            PLANTS[test][0](corpus, rng)
    records = corpus.records()
    by_partition = [[one for one in records if one.partition == partition] for partition in range(PARTITIONS)]
    in_turn = [one for of in by_partition for one in of]
    places = [partition for partition, of in enumerate(by_partition) for _ in of]
    rng.shuffle(places)
    readers = [iter(of) for of in by_partition]
    at_random = [next(readers[partition]) for partition in places]
    found = list(sweep(records, corpus.rules))
    assert len({finding.test for finding in found}) > 120
    assert list(sweep(in_turn, corpus.rules)) == found
    assert list(sweep(at_random, corpus.rules)) == found


# What audit reckons otherwise than a service: planted and found in tests/unit/test_audit_recomputed_*.py and test_audit_amounts.py.
RECOMPUTED = {"recomputed_payslip", "recomputed_amount", "recomputed_deadline", "recomputed_balance"}


def test_every_test_of_the_pack_has_plants_and_every_plant_a_test() -> None:
    """At least forty, and none that was never seen to find anything."""
    assert set(PLANTS) == set(TESTS) - RECOMPUTED
    assert len(TESTS) >= 40


@functools.cache
def clean() -> Counter[tuple[str, str]]:
    """What is objected to in the clean log."""
    return objections(Corpus())


def test_a_clean_log_is_objected_to_only_for_what_its_services_call_overdue() -> None:
    """A year of twelve officers' pay and a month of cases as the services decided them: not one false alarm.

    The sample's month lets some terms run out; its services state so, and the tests find those, and nothing else.
    """
    assert {about for _, about in clean()} <= stated_overdue()
    assert sum(clean().values()) == sum(type(line.fact) in OVERDUE for line in Corpus().lines)


OVERDUE = (ComplaintOverdue, DiscoveryOverdue, ReassessmentOverdue, ReferralOverdue, ReverificationOverdue, StepOverdue)
