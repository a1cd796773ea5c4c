"""Proves what the pages of contractors, orders, purchases and a town's office work out: numbers, choices, order of rows, sums."""

from datetime import date
from typing import Any

import pytest

from services.casework.api.work_orders import for_town
from services.casework.domain.contractors.state import Award, Contract, Contractor
from services.contracts.casework import ContractSigned, ProcurementRecorded
from services.contracts.money import Fen
from services.payroll.domain.fund import Commitment, Fund
from services.payroll.domain.payee import Payable, Payee
from services.payroll.store import openings_of, payables_of
from services.portal.api import deal_words, posting
from services.portal.api.accounts import found_in
from services.portal.api.deal_forms import ORDERS
from services.portal.api.forms import body_of
from services.portal.api.money_forms import promised
from services.portal.api.office import by_topic, posted_and_due
from services.portal.api.office_forms import PUBLICITY
from services.portal.api.posting import made_no
from services.portal.api.purchase_forms import FORMS as PURCHASES
from services.portal.api.purchases import owed_by_contract, own_contracts, purchases_that_pay
from services.portal.api.town_orders import with_deliveries

DAY = date(2026, 3, 2)


def contract(number: str, town: str = "", *, services: tuple[str, ...] = ("care",), left: int = 100) -> dict[str, Any]:
    return {
        "contract_no": number, "town": town, "services": services, "until_on": "2026-12-31", "left_fen": left,
        "staff": ["K001-S01"],
    }  # fmt: skip


KNOWN: list[dict[str, Any]] = [
    {
        "contractor": "K001", "name": "甲", "delivered": [{"order_no": "G1", "quantity": 2, "staff_no": "K001-S01"}],
        "contracts": [contract("H1"), contract("H2", "T01"), contract("H3", left=0), contract("H4", services=())],
    }
]  # fmt: skip


def test_numbers_that_nobody_has_to_invent() -> None:
    assert posting.next_number("K", ["K001", "K006"]) == "K007"
    assert posting.next_number("K", []) == "K001"
    assert deal_words.next_staff("K001", KNOWN[0]["contracts"]) == "K001-S02"
    assert made_no("GD") != made_no("GD")
    assert len(made_no("GD")) == 11


def test_only_contracts_that_can_take_an_order_are_offered() -> None:
    """Not one that is over, used up, or without services (posts)."""
    assert list(deal_words.contract_choices(KNOWN, "2026-03-02")) == ["K001/H1", "K001/H2"]
    assert deal_words.contract_choices(KNOWN, "2027-01-01") == {}
    assert own_contracts(KNOWN, "T01") == {"K001/H2": ("甲 H2", "甲 H2")}
    assert list(deal_words.grade_choices({"poor": 700, "good": 1000})) == ["good", "poor"]
    modes = {"posts": {"zh": "岗位", "en": "posts", "conflict": "第十条"}, "service": {"zh": "服务", "en": "service"}}
    assert list(deal_words.mode_choices(modes)) == ["service", "posts"]


def test_an_order_names_contractor_and_town_by_what_was_chosen() -> None:
    typed = {
        "order_no": "GD-1", "contract_no": "K001/H1", "household_no": "T02-H00001", "service": "care", "quantity": "3", "price_fen": "88.00",
        "issued_on": "2026-03-02", "due_on": "2026-03-09",
    }  # fmt: skip
    body = body_of(ORDERS["issue-work-order"], typed)
    assert (body["contractor"], body["contract_no"], body["town"]) == ("K001", "H1", "T02")
    typed = {
        "purchase_no": "Z", "town": "T01", "approval": "文", "contract_no": "K001/H2", "amount_fen": "1", "people": "2",
        "signed_on": "2026-03-02",
    }  # fmt: skip
    body = body_of(PURCHASES["contract-town-purchase"], typed)
    assert (body["contractor"], body["contract_no"]) == ("K001", "H2")


def test_what_waits_for_acceptance_comes_first_with_what_was_delivered() -> None:
    rows: list[dict[str, Any]] = [
        {"key": "K001/G2", "contractor": "K001", "status": "open", "due_on": "2026-03-09", "delivered_on": None},
        {"key": "K001/G3", "contractor": "K001", "status": "sent_back", "due_on": "2026-03-05", "delivered_on": "2026-03-01"},
        {"key": "K001/G1", "contractor": "K001", "status": "delivered", "due_on": "2026-03-09", "delivered_on": "2026-03-02"},
    ]  # fmt: skip
    found = with_deliveries(rows, KNOWN)
    assert [(one["order_no"], one["delivered"]["quantity"]) for one in found["waiting"]] == [("G1", 2)]
    assert [one["order_no"] for one in found["under_way"]] == ["G3", "G2"]


def test_a_town_sees_contracts_it_may_order_on_and_awards_of_its_own() -> None:
    state = Contractor(
        name="甲", credit_code="X", awards=(Award(stated=_award("")), Award(stated=_award("T02"))),
        contracts=tuple(Contract(signed=_signed(town)) for town in ("", "T01", "T02")),
    )  # fmt: skip
    assert [one["town"] for one in for_town("K001", state, "T01")["contracts"]] == ["", "T01"]
    assert for_town("K001", state, "T01")["awards"] == []
    assert [len(for_town("K001", state, None)[name]) for name in ("contracts", "awards")] == [3, 2]


def _award(town: str) -> ProcurementRecorded:
    return ProcurementRecorded(
        contractor="K001", procurement_no=f"C{town}", town=town, method="framework", document="d", amount_fen=Fen(1), services=(),
        decided_on=DAY, result="awarded", approval="", pack_version="1",
    )  # fmt: skip


def _signed(town: str) -> ContractSigned:
    return ContractSigned(
        contractor="K001", contract_no=f"H{town}", procurement_no="C", mode="service", services=("care",), signed_on=DAY,
        from_on=DAY, until_on=DAY, amount_fen=Fen(5), document="d", long_term_reason="", long_term_document="",
        contractor_name="甲", credit_code="X", town=town, conflict="", pack_version="1",
    )  # fmt: skip


def test_a_town_owes_for_accepted_orders_on_its_own_contracts_alone() -> None:
    owed = Payee(
        payables=(
            Payable("G1", "H2", "T01", "T01", 300),
            Payable("G2", "H2", "T01", "T01", 200),
            Payable("G3", "H1", "T01", "", 9),
        )
    )
    rows = payables_of([("payee:K001", owed)], "T01")
    assert [(one["order_no"], one["payable_fen"]) for one in rows] == [("G1", 300), ("G2", 200)]
    (found,) = owed_by_contract(rows)
    assert (found["contractor"], found["contract_no"], found["sum_fen"], list(found["orders"])) == (
        "K001",
        "H2",
        500,
        ["G1", "G2"],
    )


def test_an_invoice_is_paid_by_a_contracted_purchase_of_its_contract() -> None:
    rows = [
        {"key": "Z1", "status": "contracted", "contract_no": "H2"}, {"key": "Z2", "status": "approved", "contract_no": "H2"},
        {"key": "Z3", "status": "contracted", "contract_no": "H9"},
    ]  # fmt: skip
    assert list(purchases_that_pay(rows, "H2")) == ["Z1"]
    assert list(purchases_that_pay(rows)) == ["Z1", "Z3"]


def test_promises_taken_over_are_listed_until_they_are_settled() -> None:
    fund = Fund(
        commitments=(
            Commitment(run="opening:文1/房租", committed_fen=Fen(500), paid_fen=Fen(200)),
            Commitment(run="opening:文1", committed_fen=Fen(900), paid_fen=Fen(900)), Commitment(run="2026-03", committed_fen=Fen(1)),
        )
    )  # fmt: skip
    assert openings_of([("fund:2026-3", fund)]) == [
        {"year": 2026, "source": "3", "claim": "opening:文1/房租", "open_fen": 300}
    ]
    assert promised("三季度 房租 1,200.50") == {"claim": "三季度 房租", "open_fen": 120_050}
    for wrong in ("房租", "1.00", "房租 一千"):
        with pytest.raises(ValueError, match=r".*"):
            promised(wrong)


def test_answers_stand_under_their_topics_and_are_found_by_words() -> None:
    rows = [
        {"key": "T01-Q1", "topic": "tekun", "town": "T01", "question": "怎样申请？", "answer": "到窗口", "basis": "文"},
        {"key": "D-Q1", "topic": "tekun", "town": "", "question": "标准？", "answer": "见文", "basis": "文"},
        {"key": "D-Q2", "topic": "rights", "town": "", "question": "不服怎么办？", "answer": "申请复核", "basis": "文"},
    ]  # fmt: skip
    assert {topic: [one["key"] for one in found] for topic, found in by_topic(rows, "", "").items()} == {
        "rights": ["D-Q2"], "tekun": ["D-Q1", "T01-Q1"],
    }  # fmt: skip
    assert [one["key"] for found in by_topic(rows, "窗口", "").values() for one in found] == ["T01-Q1"]
    assert list(by_topic(rows, "", "rights")) == ["rights"]


def test_lists_out_of_date_come_first_and_a_committee_sees_its_own() -> None:
    posted = [{"committee": one, "town": "T01", "published_on": "2026-03-01"} for one in ("T01-C01", "T01-C02")]
    due = [{"committee": one, "town": "T01", "households_now": 3} for one in ("T01-C02", "T01-C03")]
    rows = posted_and_due(posted, due)
    assert [(one["committee"], one["due"] is not None) for one in rows] == [
        ("T01-C02", True), ("T01-C03", True), ("T01-C01", False),
    ]  # fmt: skip
    assert [one["committee"] for one in posted_and_due(posted, due, "T01-C01")] == ["T01-C01"]


def test_an_action_is_numbered_by_its_town() -> None:
    typed = {
        "publicity_no": "P-1", "town": "T01", "topic": "tekun", "form": "stall", "place": "广场", "held_on": "2026-03-02", "leaflet_count": "5",
        "people_count": "9", "done_by": "officer:O001",
    }  # fmt: skip
    assert body_of(PUBLICITY["record-publicity"], typed)["publicity_no"] == "T01-P-1"


def test_accounts_are_found_by_name_number_role_and_town_page_by_page() -> None:
    rows = [
        {"key": name, "account": name, "acts_as": f"officer:O{n:03}", "role": "officer" if n else "window", "town": "T01"}
        for n, name in enumerate(("anna", "bo", "cai", "dan"))
    ]  # fmt: skip

    def found(**asked: str) -> tuple[list[str], str]:
        kept, after = found_in(rows, **{"q": "", "role": "", "town": "", "after": ""} | asked, limit=2)
        return [one["key"] for one in kept], after

    assert found() == (["anna", "bo"], "bo")
    assert found(after="bo") == (["cai", "dan"], "")
    assert found(q="o002") == (["cai"], "")
    assert found(role="window") == (["anna"], "")
    assert found(town="T02") == ([], "")
