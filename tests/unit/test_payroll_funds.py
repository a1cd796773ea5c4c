"""Proves that a fund takes money only on purpose and under its cap, never goes below zero, pays what it promised."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Charge, FundBudgeted, FundCommitted, FundPaid
from services.payroll.domain.fund import CommitFund, Fund, PayFund, decide, evolve
from tests.unit.test_payroll_cases import MARCH, OFFICER_PURPOSES, Ledger, budget, context, yuan

MUNICIPAL = yuan("132,600,000.00")


def commit(amount: str, month: Month = MARCH) -> CommitFund:
    return CommitFund(year=2026, source="3", run=month, amount_fen=yuan(amount))


def pay(amount: str, month: Month = MARCH) -> PayFund:
    return PayFund(year=2026, source="3", run=month, amount_fen=yuan(amount))


def test_given_a_document_when_budgeted_then_the_fund_has_its_money() -> None:
    ledger = Ledger()
    (fact,) = ledger.tell(budget("3", "600.00"))
    assert fact == FundBudgeted(
        year=2026,
        source="3",
        amount_fen=yuan("600.00"),
        document="示例3号",
        purposes=OFFICER_PURPOSES,
        cap_basis_fen=None,
    )
    ledger.tell(budget("3", "50.00", document="示例3号之二"))
    state = ledger.states["fund:2026-3"]
    assert isinstance(state, Fund)
    assert state.left_fen == yuan("650.00")


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("budget-incomplete", {"amount_fen": 0}),
        ("budget-incomplete", {"document": " "}),
        ("budget-incomplete", {"year": 0}),
        ("no-rule-in-force", {"year": 2020}),
        ("source-unknown", {"source": "5"}),
        ("purpose-unknown", {"purposes": (*OFFICER_PURPOSES, "banquets")}),
        ("purpose-missing", {"purposes": ()}),
        # 专款专用: central relief money may not pay work costs, whatever its paper says.
        ("purpose-forbidden", {"purposes": ("hardship_relief", "officer_pay"), "kind": "central_relief"}),
        ("kind-unknown", {"kind": "unheard_of"}),
    ],
)
def test_money_without_document_source_or_purpose_is_refused(code: str, changes: dict[str, Any]) -> None:
    assert Ledger().refuses(code, msgspec.structs.replace(budget("3", "600.00"), **changes))


def test_no_document_is_booked_twice() -> None:
    ledger = Ledger()
    ledger.tell(budget())
    assert ledger.refuses("document-already-budgeted", budget())


def test_source_2_takes_one_per_cent_of_last_years_municipal_figure_and_not_a_fen_more() -> None:
    ledger = Ledger()
    stated = {"cap_basis_fen": MUNICIPAL, "cap_basis_document": "示例民财〔2025〕27号"}
    assert ledger.refuses("cap-document-missing", budget("2", "1,000,000.00", cap_basis_fen=MUNICIPAL))
    ledger.tell(budget("2", "1,000,000.00", **stated))
    other = {**stated, "document": "示例2号之二"}
    assert ledger.refuses("source-over-cap", budget("2", "326,000.01", **other))
    assert ledger.refuses("cap-basis-missing", budget("2", "326,000.00", document="示例2号之二"))
    assert ledger.refuses("cap-basis-differs", budget("2", "1.00", **{**other, "cap_basis_fen": 2 * MUNICIPAL}))
    assert ledger.tell(budget("2", "326,000.00", **other))


def test_given_money_when_a_run_asks_then_it_is_set_aside_once_and_never_beyond_what_is_left() -> None:
    ledger = Ledger()
    ledger.tell(budget("3", "600.00"))
    assert ledger.refuses("fund-over-committed", commit("600.01"))
    assert ledger.refuses("commitment-wrong", commit("0.00"))
    assert ledger.refuses("commitment-wrong", commit("1.00", Month(2027, 1)))
    (fact,) = ledger.tell(commit("400.00"))
    assert fact == FundCommitted(
        source="3",
        run="2026-03",
        amount_fen=yuan("400.00"),
        left_fen=yuan("200.00"),
        by_document=(Charge(source="3", document="示例3号", amount_fen=yuan("400.00")),),
    )
    assert ledger.refuses("run-already-committed", commit("1.00"))
    assert ledger.refuses("fund-over-committed", commit("200.01", Month(2026, 4)))


def test_given_a_promise_when_the_bank_paid_then_it_is_booked_up_to_the_promise() -> None:
    ledger = Ledger()
    ledger.tell(budget("3", "600.00"))
    assert ledger.refuses("paid-beyond-commitment", pay("0.01"))
    ledger.tell(commit("400.00"))
    by_document = (Charge(source="3", document="示例3号", amount_fen=yuan("300.00")),)
    paid = FundPaid(source="3", run="2026-03", amount_fen=yuan("300.00"), by_document=by_document)
    assert ledger.tell(pay("300.00")) == (paid,)
    assert ledger.refuses("paid-beyond-commitment", pay("100.01"))
    assert ledger.refuses("paid-beyond-commitment", pay("1.00", Month(2026, 4)))
    assert ledger.tell(pay("100.00"))


AMOUNTS = st.integers(-5, 1000).map(Fen)
MONTHS = st.sampled_from([Month(2026, number) for number in (3, 4, 5)])
COMMANDS = st.one_of(
    st.builds(budget, st.just("3"), document=st.uuids().map(str), amount_fen=AMOUNTS),
    st.builds(CommitFund, year=st.just(2026), source=st.just("3"), run=MONTHS, amount_fen=AMOUNTS),
    st.builds(PayFund, year=st.just(2026), source=st.just("3"), run=MONTHS, amount_fen=AMOUNTS),
)


@given(st.lists(COMMANDS, max_size=30))
def test_whatever_is_asked_in_whatever_order_no_fund_goes_below_zero(commands: list[Any]) -> None:
    fund, budgeted, committed, paid = Fund(), 0, 0, 0
    for command in commands:
        try:
            facts = decide(fund, command, context())
        except CommandRejected:
            continue
        for fact in facts:
            fund = evolve(fund, fact)
            amount_fen = msgspec.structs.asdict(fact)["amount_fen"]
            budgeted += amount_fen if isinstance(fact, FundBudgeted) else 0
            committed += amount_fen if isinstance(fact, FundCommitted) else 0
            paid += amount_fen if isinstance(fact, FundPaid) else 0
        assert 0 <= paid <= committed <= budgeted
        assert fund.left_fen == budgeted - committed
        assert all(0 <= one.paid_fen <= one.committed_fen for one in fund.commitments)
