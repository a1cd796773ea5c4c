"""Proves that the read models beside households hold in any order of partitions, without a beginning, and when stored."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

import pytest

from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import Model, Record
from services.contracts.registry import REGISTRY
from tests.unit import test_casework_committees as committees
from tests.unit import test_casework_contractors as contractors
from tests.unit import test_casework_training as training
from tests.unit.casework_told import MODELS, Told

SUBJECTS = {"course", "trainee", "publicity", "policy", "committee", "contractor"}


@cache
def story() -> tuple[Record, ...]:
    """At least one of every fact about these subjects."""
    told = Told()
    told.tell(*training.plan(), training.hold(), training.enrol(party=10, document="手册"))
    told.tell(training.sheet((training.O1, "T01", 180), (training.C1, "T02", 90)), training.exam((training.O1, 70)))
    told.tell(*committees.DUTIES, committees.ACTION, actor=committees.ME, town="T01")
    told.tell(committees.ANSWER)
    told.tell(contractors.REGISTER, contractors.WON, contractors.SIGN, contractors.STAFF, contractors.ISSUE)
    told.tell(contractors.DELIVER, actor=contractors.THEIRS)
    told.tell(contractors.ACCEPT)
    return tuple(told.said)


def fold(model: Model[Any], records: Sequence[Record]) -> dict[tuple[str, int], Any]:
    rows: dict[tuple[str, int], Any] = {}
    for one in records:
        if isinstance(one.fact, model.listens):
            for key in model.keys(one):
                rows[key, one.partition] = model.evolve(rows.get((key, one.partition)), one, key)
    return {place: row for place, row in rows.items() if row is not None}


@pytest.mark.parametrize("seed", range(5))
def test_partitions_may_come_in_any_order(seed: int) -> None:
    partitions = sorted({one.partition for one in story()})
    Random(seed).shuffle(partitions)
    mixed = [one for partition in partitions for one in story() if one.partition == partition]
    for model in MODELS.values():
        assert fold(model, mixed) == fold(model, story())


def test_no_model_fails_on_a_fact_that_comes_without_its_beginning() -> None:
    for one in story():
        for model in MODELS.values():
            fold(model, [one])


def test_rows_survive_being_stored_and_say_their_town() -> None:
    for model in MODELS.values():
        for row in fold(model, story()).values():
            assert decoder_of(model.row).decode(encoder.encode(row)) == row
            assert model.internal or isinstance(row.town, str)


def test_what_may_be_said_about_these_subjects_is_heard_by_a_model_or_only_kept() -> None:
    """No fact is forgotten on the way to people: what no model shows is named here, on purpose."""
    heard = {body for model in MODELS.values() for body in model.listens}
    said = {
        declared.body for declared in REGISTRY.values() if declared.owner == "casework" and declared.subject in SUBJECTS
    }
    assert {body.__name__ for body in said - heard} == {
        "ContractorRegistered",
    }  # fmt: skip
