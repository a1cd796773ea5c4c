"""Proves what a case's timeline says of a fact, and whose work orders an actor may see."""

from datetime import date

from services.casework.api.timelines import happened
from services.casework.api.work_orders import contractor_of
from services.contracts.casework import RefusalDelivered
from services.contracts.folders import Held


def test_a_fact_stands_with_its_day_and_who_stated_it() -> None:
    fact = RefusalDelivered(
        application_no="T01-A1",
        town="T01",
        delivered_on=date(2026, 3, 4),
        due_on=date(2026, 3, 4),
        form_sha256="0" * 64,
    )
    one = happened(Held(fact=fact, event="e1", stated_on=date(2026, 3, 5), stated_by="window:T01-W1"))
    assert (one.kind, one.on, one.stated_on, one.by) == (
        "refusal_delivered", "2026-03-04", "2026-03-05", "window:T01-W1",
    )  # fmt: skip


def test_an_actor_acts_for_one_contractor() -> None:
    assert [contractor_of(actor) for actor in ("contractor:K001-L1", "contractor:K0011-L1", "bureau:B1", "")] == [
        "K001", "K0011", "B1", "",
    ]  # fmt: skip
