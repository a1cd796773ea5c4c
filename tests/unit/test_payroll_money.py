"""Proves how money comes into the four sources, is bound, moved and given back: tables of cases a finance officer can read."""

from datetime import date, datetime
from typing import Any

import pytest

from services.contracts.deciding import CHINA, CommandRejected
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    Charge,
    FundBudgetChanged,
    FundBudgeted,
    FundCredited,
    FundMoveDeclined,
    FundMovedIn,
    FundMovedOut,
    FundMoveReturned,
    FundPaid,
    FundReleased,
    FundTakenOver,
    OpenCommitment,
)
from services.payroll.domain.fund import (
    CarryOverFund,
    ChangeBudget,
    CommitFund,
    CreditFund,
    Fund,
    MovedPart,
    PayFund,
    ReleaseFund,
    SettleOpening,
    TakeOverFund,
    TransferFund,
)
from services.payroll.domain.run import DraftRun
from tests.unit.test_payroll_cases import MARCH, Ledger, budget, staffed, take_over, yuan

MUNICIPAL = {"cap_basis_fen": yuan("132,600,000.00"), "cap_basis_document": "示例民财〔2025〕27号"}
NEW_YEAR = datetime(2027, 1, 4, 9, tzinfo=CHINA)


def fund(ledger: Ledger, name: str = "2026-3") -> Fund:
    state = ledger.states[f"fund:{name}"]
    assert isinstance(state, Fund)
    return state


def charge(amount: str, document: str = "示例3号", source: str = "3", sign: int = 1) -> Charge:
    return Charge(source=source, document=document, amount_fen=Fen(sign * yuan(amount)))


def commit(*charges: Charge, month: Month = MARCH, **changes: Any) -> CommitFund:
    amount_fen = Fen(sum(one.amount_fen for one in charges))
    fields = {"year": 2026, "source": "3", "run": month, "amount_fen": amount_fen, "by_document": charges}
    return CommitFund(**(fields | changes))


def pay(*charges: Charge) -> PayFund:
    amount_fen = Fen(sum(one.amount_fen for one in charges))
    return PayFund(year=2026, source="3", run=MARCH, amount_fen=amount_fen, by_document=charges)


def why(ledger: Ledger, command: Any) -> CommandRejected:
    with pytest.raises(CommandRejected) as no:
        ledger.tell(command)
    return no.value


# ---- 专款专用: what a document may pay


def test_relief_money_is_on_record_for_its_own_purposes_and_says_what_it_may_not_pay() -> None:
    ledger = Ledger()
    (fact,) = ledger.tell(budget("1", "500.00", purposes=("hardship_relief",), kind="central_relief"))
    assert isinstance(fact, FundBudgeted)
    assert fact.blocked == ("officer_pay", "officer_insurance")
    assert "不得用于工作经费" in fact.block_basis


def test_a_run_is_never_charged_to_relief_money_and_the_refusal_says_which_document_and_why() -> None:
    relief = budget("1", "1,000,000.00", purposes=("hardship_relief",), kind="central_relief")
    ledger = staffed((take_over("O001"),), (relief, budget("3", "1,000.00")))
    no = why(ledger, DraftRun(month=MARCH))
    assert no.code == "funds-do-not-suffice"
    assert all(part in no.zh for part in ("短缺", "来源 3", "1,000.00", "示例1号", "1,000,000.00", "不得用于工作经费"))
    assert all(part in no.en for part in ("falls short by", "source 3 1,000.00", "示例1号"))
    # The commitment itself is as firm: nobody reaches the money by another way.
    by_force = commit(charge("1.00", "示例1号", "1"), source="1")
    assert ledger.refuses("fund-over-committed", by_force), "nothing of it counts as left for officers"


def test_a_document_off_purpose_is_refused_though_its_source_has_money() -> None:
    ledger = Ledger()
    ledger.tell(budget("1", "500.00", purposes=("hardship_relief",), kind="central_relief"))
    ledger.tell(budget("1", "500.00", document="示例1号之二"))
    no = why(ledger, commit(charge("1.00", "示例1号", "1"), source="1"))
    assert (no.code, "不得用于工作经费" in no.zh) == ("purpose-not-allowed", True)


def test_over_commitment_is_refused_with_the_source_and_what_is_short() -> None:
    ledger = Ledger()
    ledger.tell(budget("3", "600.00"))
    no = why(ledger, commit(charge("600.01")))
    assert no.code == "fund-over-committed"
    assert "来源 3（区财政安排的资金）" in no.zh
    assert "短缺 0.01 元" in no.zh
    assert "0.01 short" in no.en
    ledger.tell(budget("3", "100.00", document="示例3号之二"))
    no = why(ledger, commit(charge("600.01")))
    assert (no.code, "示例3号" in no.zh, "短缺 0.01 元" in no.zh) == ("document-over-committed", True, True)


# ---- budgets change by document


@pytest.mark.parametrize(
    ("change", "left", "refused"),
    [
        ("100.00", "300.00", ""),
        ("-200.00", "0.00", ""),
        ("-200.01", "", "budget-below-committed"),
        ("0.00", "", "change-empty"),
    ],
)
def test_a_budget_grows_and_shrinks_by_document_but_never_below_what_is_committed(
    change: str, left: str, refused: str
) -> None:
    ledger = Ledger()
    ledger.tell(budget("3", "600.00"))
    ledger.tell(commit(charge("400.00")))
    sign, amount = (-1, change[1:]) if change.startswith("-") else (1, change)
    command = ChangeBudget(
        year=2026, source="3", document="示例3号", change_fen=sign * yuan(amount), change_document="示例调〔2026〕1号"
    )
    if refused:
        assert ledger.refuses(refused, command)
        return
    (fact,) = ledger.tell(command)
    assert isinstance(fact, FundBudgetChanged)
    assert fact.left_fen == fund(ledger).left_fen == yuan(left)


def test_source_2_grows_up_to_its_cap_and_no_further() -> None:
    ledger = Ledger()
    ledger.tell(budget("2", "1,000,000.00", **MUNICIPAL))
    grown = {"year": 2026, "source": "2", "document": "示例2号", "change_document": "示例调〔2026〕1号"}
    assert ledger.refuses("source-over-cap", ChangeBudget(change_fen=yuan("326,000.01"), **grown))
    assert ledger.tell(ChangeBudget(change_fen=yuan("326,000.00"), **grown))


# ---- take-over


def opening(**changes: Any) -> TakeOverFund:
    fields: dict[str, Any] = {
        "year": 2026,
        "source": "3",
        "document": "示例3号",
        "purposes": ("officer_pay", "officer_insurance"),
        "amount_fen": yuan("900.00"),
        "paid_fen": yuan("300.00"),
        "commitments": (OpenCommitment(claim="2026-02", open_fen=yuan("150.00")),),
        "as_at_on": date(2026, 2, 28),
        "taken_from": "示例原财务账",
        "take_over_document": "示例接续〔2026〕1号",
    }
    return TakeOverFund(**(fields | changes))


def test_a_balance_is_taken_over_with_what_was_paid_and_promised_before() -> None:
    ledger = Ledger()
    (fact,) = ledger.tell(opening())
    assert isinstance(fact, FundTakenOver)
    assert fund(ledger).left_fen == yuan("450.00")
    settle = {"year": 2026, "source": "3", "claim": "opening:示例3号/2026-02", "note": "示例回单 0001"}
    assert ledger.refuses("paid-beyond-commitment", SettleOpening(outcome="paid", amount_fen=yuan("150.01"), **settle))
    assert isinstance(ledger.tell(SettleOpening(outcome="paid", amount_fen=yuan("100.00"), **settle))[0], FundPaid)
    assert isinstance(
        ledger.tell(SettleOpening(outcome="released", amount_fen=yuan("50.00"), **settle))[0], FundReleased
    )
    assert fund(ledger).left_fen == yuan("500.00")
    assert ledger.refuses("paid-beyond-commitment", SettleOpening(outcome="paid", amount_fen=1, **settle))


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("opening-over-budget", {"paid_fen": yuan("750.01")}),
        ("opening-commitments-wrong", {"commitments": (OpenCommitment(claim=" ", open_fen=Fen(1)),)}),
        ("opening-commitments-wrong", {"commitments": (OpenCommitment(claim="x", open_fen=Fen(0)),)}),
        ("opening-commitments-wrong", {"commitments": (OpenCommitment(claim="x", open_fen=Fen(1)),) * 2}),
        ("text-missing", {"take_over_document": ""}),
        ("time-in-future", {"as_at_on": date(2026, 3, 17)}),
        ("purpose-unknown", {"purposes": ("banquets",)}),
    ],
)
def test_a_balance_that_does_not_add_up_or_has_no_paper_is_not_taken_over(code: str, changes: dict[str, Any]) -> None:
    assert Ledger().refuses(code, opening(**changes))


# ---- moves


def two_sources() -> Ledger:
    ledger = Ledger()
    ledger.tell(budget("3", "600.00"))
    ledger.tell(budget("4", "50.00"))
    return ledger


def transfer(amount: str, **changes: Any) -> TransferFund:
    fields: dict[str, Any] = {
        "year": 2026,
        "source": "3",
        "to_source": "4",
        "move_no": "TJ-1",
        "decision_document": "示例调剂〔2026〕1号",
        "documents": (MovedPart(document="示例3号", amount_fen=yuan(amount)),),
    }
    return TransferFund(**(fields | changes))


@pytest.mark.parametrize(
    ("code", "amount", "changes"),
    [
        ("move-without-document", "1.00", {"decision_document": " "}),
        ("move-over-left", "600.01", {}),
        ("transfer-to-itself", "1.00", {"to_source": "3"}),
        ("source-unknown", "1.00", {"to_source": "5"}),
        ("move-over-left", "1.00", {"documents": (MovedPart(document="别的文件", amount_fen=1),)}),
    ],
)
def test_money_moves_between_sources_only_by_a_document_and_as_far_as_it_is_there(
    code: str, amount: str, changes: dict[str, Any]
) -> None:
    assert two_sources().refuses(code, transfer(amount, **changes))


def test_a_transfer_states_its_document_on_both_sides_and_loses_nothing() -> None:
    ledger = two_sources()
    ledger.tell(transfer("200.00"))
    (out,), (came,) = ledger.facts(FundMovedOut), ledger.facts(FundMovedIn)
    assert out.decision_document == came.decision_document == "示例调剂〔2026〕1号"
    assert (fund(ledger).left_fen, fund(ledger, "2026-4").left_fen) == (yuan("400.00"), yuan("250.00"))
    moved = fund(ledger, "2026-4").document("示例3号")
    assert moved is not None
    assert moved.purposes == ("officer_pay", "officer_insurance"), "its purposes went with the money"
    assert ledger.refuses("move-known", transfer("1.00"))


def test_what_the_receiver_may_not_take_goes_back_to_where_it_came_from() -> None:
    ledger = two_sources()
    ledger.tell(budget("2", "1,326,000.00", **MUNICIPAL))
    ledger.tell(transfer("200.00", to_source="2"))
    (declined,), (back,) = ledger.facts(FundMoveDeclined), ledger.facts(FundMoveReturned)
    assert (declined.code, back.code) == ("source-over-cap", "source-over-cap")
    assert (fund(ledger).left_fen, fund(ledger, "2026-2").left_fen) == (yuan("600.00"), yuan("1,326,000.00"))


def carry(**changes: Any) -> CarryOverFund:
    fields: dict[str, Any] = {
        "year": 2026,
        "source": "3",
        "move_no": "JZ-1",
        "decision_document": "示例结转〔2027〕1号",
    }
    return CarryOverFund(**(fields | changes))


def test_what_is_left_at_the_years_end_is_carried_over_explicitly_and_stated_in_both_years() -> None:
    ledger = two_sources()
    ledger.tell(commit(charge("400.00")))
    assert ledger.refuses("year-not-over", carry())
    assert ledger.refuses("move-without-document", carry(decision_document=""), now=NEW_YEAR)
    ledger.tell(carry(), now=NEW_YEAR)
    (out,), (came,) = ledger.facts(FundMovedOut), ledger.facts(FundMovedIn)
    assert (out.why, out.year, out.to_year, came.from_year, came.year) == ("carry_over", 2026, 2027, 2026, 2027)
    assert out.amount_fen == came.amount_fen == yuan("200.00")
    assert (fund(ledger).left_fen, fund(ledger, "2027-3").left_fen) == (Fen(0), yuan("200.00"))
    assert ledger.refuses("nothing-left", carry(move_no="JZ-2"), now=NEW_YEAR)
    # What was promised stayed behind; set free later, it is carried over later.
    ledger.tell(ReleaseFund(year=2026, source="3", run=MARCH, by_document=(charge("400.00"),), reason="示例：不再支付"))
    ledger.tell(carry(move_no="JZ-2"), now=NEW_YEAR)
    assert fund(ledger, "2027-3").left_fen == yuan("600.00")


def test_money_given_and_transferred_on_makes_no_room_under_the_cap() -> None:
    ledger = two_sources()
    ledger.tell(budget("2", "1,326,000.00", **MUNICIPAL))
    part = MovedPart(document="示例2号", amount_fen=yuan("1,000.00"))
    ledger.tell(transfer("1.00", source="2", documents=(part,)))
    assert fund(ledger, "2026-2").left_fen == yuan("1,325,000.00")
    assert ledger.refuses("source-over-cap", budget("2", "0.01", document="又一号", **MUNICIPAL))


def test_money_carried_over_was_under_last_years_cap_and_does_not_count_under_this_years() -> None:
    ledger = Ledger()
    ledger.tell(budget("2", "1,326,000.00", **MUNICIPAL))
    ledger.tell(carry(source="2"), now=NEW_YEAR)
    assert ledger.refuses("source-over-cap", budget("2", "0.01", document="又一号", **MUNICIPAL)), (
        "nor frees last year's"
    )
    small = {"cap_basis_fen": yuan("100.00"), "cap_basis_document": "示例民财〔2026〕30号"}
    assert ledger.refuses("source-over-cap", budget("2", "1.01", year=2027, document="新年号", **small))
    assert ledger.tell(budget("2", "1.00", year=2027, document="新年号", **small))


# ---- what comes back


def test_what_a_run_gives_back_is_not_spent_before_it_is_back() -> None:
    ledger = Ledger()
    ledger.tell(budget("3", "600.00"))
    (committed,) = ledger.tell(commit(charge("500.00"), charge("80.00", sign=-1)))
    assert (committed.amount_fen, committed.returning_fen) == (yuan("420.00"), yuan("80.00"))
    assert fund(ledger).left_fen == yuan("100.00")
    paid, credited = ledger.tell(pay(charge("500.00"), charge("80.00", sign=-1)))
    assert isinstance(paid, FundPaid)
    assert isinstance(credited, FundCredited)
    assert (paid.amount_fen, credited.amount_fen) == (yuan("500.00"), yuan("80.00"))
    assert fund(ledger).left_fen == yuan("180.00")


def test_a_run_that_only_gives_back_needs_no_money() -> None:
    ledger = Ledger()
    ledger.tell(budget("3", "1.00"))
    assert ledger.tell(commit(charge("80.00", sign=-1)))[0].amount_fen == -yuan("80.00")
    ledger.tell(pay(charge("80.00", sign=-1)))
    assert fund(ledger).left_fen == yuan("81.00")


@pytest.mark.parametrize(
    ("released", "credited", "left"),
    [("100.00", "", "200.00"), ("", "300.00", "400.00"), ("100.00", "300.00", "500.00")],
)
def test_unpaid_money_is_set_free_and_paid_money_credited(released: str, credited: str, left: str) -> None:
    ledger = Ledger()
    ledger.tell(budget("3", "500.00"))
    ledger.tell(commit(charge("400.00")))
    ledger.tell(pay(charge("300.00")))
    of = {"year": 2026, "source": "3", "run": MARCH, "reason": "示例冲销"}
    assert ledger.refuses("released-beyond-commitment", ReleaseFund(by_document=(charge("100.01"),), **of))
    assert ledger.refuses("credited-beyond-payment", CreditFund(by_document=(charge("300.01"),), **of))
    if released:
        ledger.tell(ReleaseFund(by_document=(charge(released),), **of))
    if credited:
        ledger.tell(CreditFund(by_document=(charge(credited),), **of))
        assert ledger.refuses("credited-beyond-payment", CreditFund(by_document=(charge("0.01"),), **of)), "once"
    assert fund(ledger).left_fen == yuan(left)
