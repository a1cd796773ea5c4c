"""Proves that what the tests on money find depends neither on how partitions are read nor on how often they are asked."""

import functools
import random

from services.audit.automatic.appraising import AppraisalWatch
from services.audit.automatic.contractors import ContractorWatch
from services.audit.automatic.declarations import DeclarationWatch
from services.audit.automatic.funds import FundWatch
from services.audit.automatic.invoices import InvoiceWatch
from services.audit.automatic.misuse import MisuseWatch
from services.audit.automatic.officers import OfficerPayWatch
from services.audit.automatic.officers_work import OfficerWorkWatch
from services.audit.automatic.pay import PayWatch
from services.audit.automatic.payments import PaymentWatch
from services.audit.automatic.posts import PostWatch
from services.audit.automatic.rates import RateWatch
from services.audit.automatic.recruiting import RecruitmentWatch
from services.audit.automatic.sweep import Sweep
from services.audit.automatic.town_purchases import TownPurchaseWatch
from services.contracts.deciding import Record
from tests.fraud import money  # noqa: F401  (it registers its plants)
from tests.fraud.corpus import Corpus
from tests.fraud.planting import PLANTS
from tests.unit.audit_told import RULES

WATCHES = (
    AppraisalWatch, ContractorWatch, DeclarationWatch, FundWatch, InvoiceWatch, MisuseWatch, OfficerPayWatch,
    OfficerWorkWatch, PayWatch, PaymentWatch, PostWatch, RateWatch, RecruitmentWatch, TownPurchaseWatch,
)  # fmt: skip
ASKED_EVERY_RECORDS = 25


@functools.cache
def planted() -> tuple[tuple[Record, ...], frozenset[tuple[str, str]]]:
    """A log with every irregularity in money once, and what must be found in it."""
    rng, corpus = random.Random("jiuzhu fraud, all of it"), Corpus()
    wanted: set[tuple[str, str]] = set()
    for plants in PLANTS.values():
        for plant in plants:
            if plant.__module__ == "tests.fraud.forging":
                wanted.update(plant(corpus, rng).found)
    return tuple(corpus.records()), frozenset(wanted)


def reading() -> Sweep:
    return Sweep(rules=RULES, watches=tuple(watch(RULES) for watch in WATCHES))


def found_in(records: tuple[Record, ...] | list[Record], *, asked_every: int = 0) -> dict[str, tuple[str, str]]:
    """Number, test and subject of each finding; asked once more at the end, whatever was asked before."""
    one_pass = reading()
    for n, record in enumerate(records, 1):
        one_pass.read(record)
        if asked_every and n % asked_every == 0:
            list(one_pass.objections())
    return {finding.finding_no: (finding.test, finding.about) for finding in one_pass.objections()}


def test_every_irregularity_is_found_in_one_log_together() -> None:
    records, wanted = planted()
    assert len({test for test, _ in wanted}) > 60
    assert wanted <= set(found_in(records).values())


def test_partitions_one_after_the_other_tell_the_same() -> None:
    records, _ = planted()
    assert len({record.partition for record in records}) == 12
    whole = found_in(records)
    assert found_in(sorted(records, key=lambda record: record.partition)) == whole
    assert found_in(sorted(records, key=lambda record: -record.partition)) == whole


def test_a_clean_log_is_objected_to_at_no_point_of_its_reading() -> None:
    """Asked again and again while the log is read in its order, as the live tests do it: never a word."""
    one_pass = reading()
    for n, record in enumerate(Corpus().records(), 1):
        one_pass.read(record)
        if n % ASKED_EVERY_RECORDS == 0:
            assert list(one_pass.objections()) == []
