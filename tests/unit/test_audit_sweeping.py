"""Proves that the sweep that goes on finds what one over the whole log finds, hands each finding over once, and waits for the second asking."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from services.audit.automatic.sweep import sweep
from services.audit.domain import Finding, OpenFinding, decide_finding
from services.audit.sweeping import LiveSweep
from services.contracts.deciding import Context
from services.contracts.envelope import PARTITIONS
from tests.fraud import procedure, visits
from tests.fraud.corpus import Corpus

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def guilty() -> Corpus:
    """The sample's log with two irregularities: one that a record tells, one that only all partitions tell."""
    corpus, rng = Corpus(), random.Random("live")
    procedure.survey_by_one(corpus, rng)
    visits.visits_overlap(corpus, rng)
    return corpus


def stored(corpus: Corpus) -> list[tuple[int, Any]]:
    """The log's records as a raw reader gives them."""
    return [
        (partition, SimpleNamespace(offset=n, value=value)) for n, (partition, value, _) in enumerate(corpus.stored())
    ]


def read(live: LiveSweep, log: Sequence[tuple[int, Any]]) -> None:
    for partition, raw in log:
        live.take(partition, [raw])


def opened(findings: Sequence[OpenFinding], corpus: Corpus) -> list[tuple[str, Any]]:
    """The facts that audit states of findings."""
    context = Context(now=NOW, actor="a", role="sweep", town=None, rules=corpus.rules, pseudonym=str)
    return [(one.subject, fact) for one in findings for fact in decide_finding(Finding(), one, context)]


def test_it_finds_what_a_sweep_over_the_whole_log_finds() -> None:
    corpus = guilty()
    live = LiveSweep(corpus.rules, PARTITIONS)
    read(live, stored(corpus))
    told = live.told()
    live.handed_over(told)
    assert live.told_by_all(live.sweep.now) == [], "what all tell is not opened at the first asking"
    both = {one.finding_no: one for one in (*told, *live.told_by_all(live.sweep.now))}
    assert both == {one.finding_no: one for one in sweep(corpus.records(), corpus.rules)}
    assert {"survey_by_one", "visits_overlap"} <= {one.test for one in both.values()}


def test_it_hands_each_finding_over_once() -> None:
    corpus = guilty()
    live = LiveSweep(corpus.rules, PARTITIONS)
    read(live, stored(corpus))
    live.handed_over(live.told())
    assert live.told() == []
    live.told_by_all(NOW)
    live.handed_over(live.told_by_all(NOW))
    assert live.told_by_all(NOW) == []


def test_one_that_begins_anew_finds_nothing_that_is_open() -> None:
    corpus = guilty()
    for subject, fact in opened(list(sweep(corpus.records(), corpus.rules)), corpus):
        corpus.add(subject, fact, at=NOW)
    live = LiveSweep(corpus.rules, PARTITIONS)
    read(live, stored(corpus))
    assert (live.told(), live.told_by_all(live.sweep.now), live.told_by_all(live.sweep.now)) == ([], [], [])


def test_records_that_are_not_effective_tell_nothing() -> None:
    """Repeated ones are passed over, and one with a foreign hash is no record of this log."""
    corpus = guilty()
    live = LiveSweep(corpus.rules, PARTITIONS)
    log = stored(corpus)
    read(live, [*log, *log[-100:]])
    assert len(live.told()) == len({one.finding_no for one in live.told()})
    alone = LiveSweep(corpus.rules, PARTITIONS)
    read(alone, log[len(log) // 2 :])
    assert alone.told() == [], "from the middle of a chain nothing is effective"


def test_it_notes_that_the_rules_of_the_tests_moved() -> None:
    corpus = Corpus()
    live = LiveSweep(corpus.rules, PARTITIONS)
    read(live, stored(corpus))
    assert live.rules_moved, "the pack was adopted when the district was opened"
    live.rules_moved = False
    read(live, stored(corpus)[-100:])
    assert not live.rules_moved
