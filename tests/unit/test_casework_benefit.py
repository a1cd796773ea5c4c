"""Proves dynamic management: recipients are looked at again by cadence, amounts follow findings, benefits end with reason."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain import (
    AdjustBenefit,
    MarkReverificationOverdue,
    PostTermination,
    ReverifyHousehold,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitTerminated,
    EligibilityConfirmed,
    HouseholdReverified,
    ReverificationOverdue,
    TerminationPosted,
)
from services.contracts.months import Month
from services.contracts.sealed import Clear
from tests.unit.casework_steps import APPLICANT, HASH, SPOUSE, H, Said, confirm, no, run, steps

TODAY = date(2026, 3, 10)


def stock(category: Any = "dibao_urban", members: tuple[Any, ...] = (APPLICANT, SPOUSE)) -> TakeOverHousehold:
    return TakeOverHousehold(
        household_no=H, town="T01", committee="T01-C01", category=category, members=members,
        address="示例路1号", monthly_amount_fen=87_000, benefit_from_month=Month(2020, 5), officer="O001",
        visits_per_month=1, source="示例", document="示例1号", reverify_by=date(2026, 3, 31),
    )  # fmt: skip


def alone(category: Any = "dibao_urban") -> TakeOverHousehold:
    """A household of one."""
    return stock(category, (APPLICANT,))


def look(on: date = TODAY, **changes: Any) -> tuple[date, ReverifyHousehold]:
    fields: dict[str, Any] = {
        "household_no": H, "investigators": ("officer:O001", "investigator:T01-I1"), "reverified_on": on,
        "cadence": "A", "outcome": "unchanged", "income_per_head_fen": 30_000, "form_sha256": HASH,
    }  # fmt: skip
    return on, ReverifyHousehold(**(fields | changes))


def adjust(income_fen: int | None = 20_000, covered: int = 2, **changes: Any) -> tuple[date, AdjustBenefit]:
    command = AdjustBenefit(household_no=H, covered_members=covered, income_per_head_fen=income_fen, **changes)
    return date(2026, 3, 12), command


def terminate(reason: str, on: date = date(2026, 3, 12), died_on: date | None = None) -> tuple[date, TerminateBenefit]:
    return on, TerminateBenefit(household_no=H, reason=reason, died_on=died_on)


def posted(on: date = TODAY, reason: str = "supporter") -> tuple[date, PostTermination]:
    return on, PostTermination(household_no=H, reason=reason, posted_on=on, proof_sha256=HASH)


def overdue(due_on: date, today: date) -> tuple[date, MarkReverificationOverdue]:
    return today, MarkReverificationOverdue(household_no=H, due_on=due_on)


@pytest.mark.parametrize(
    ("cadence", "next_by"),
    [("A", date(2027, 3, 31)), ("B", date(2026, 9, 30)), ("C", date(2026, 6, 30))],
)
def test_stock_is_looked_at_again_without_any_old_application(cadence: str, next_by: date) -> None:
    """A, B, C are 12, 6 and 3 months here; the day is the last one of that month. The income is sealed."""
    state, (seen,) = run(stock(), look(cadence=cadence))
    assert isinstance(seen, HouseholdReverified)
    assert (seen.category, seen.next_by, seen.pack_version) == ("dibao_urban", next_by, "reverification@2025-2")
    assert isinstance(seen.income_per_head, Clear)
    assert (seen.income_per_head.text, seen.income_per_head.group) == ("30000", "sensitive")
    assert state.reverify_by == next_by


def test_a_new_grant_is_looked_at_again_by_the_class_of_its_category() -> None:
    state, (granted, _) = run(*steps(), confirm())
    assert isinstance(granted, EligibilityConfirmed)
    assert granted.reverify_by == state.reverify_by == date(2026, 9, 30)
    _, (once,) = run(*steps("temporary"), confirm(number="R-1-temporary"))
    assert isinstance(once, EligibilityConfirmed)
    assert once.reverify_by is None


def test_a_look_that_did_not_happen_is_stated_once_and_the_household_can_still_be_looked_at() -> None:
    late = overdue(date(2026, 3, 31), date(2026, 4, 1))
    _, facts = run(stock(), late)
    assert facts == (
        ReverificationOverdue(town="T01", category="dibao_urban", due_on=date(2026, 3, 31), responsible="officer:O001"),
    )
    assert no(stock(), late, late) == "overdue-known"
    assert no(stock(), overdue(date(2026, 3, 31), date(2026, 3, 31))) == "clock-running"
    assert no(stock(), look(), overdue(date(2026, 3, 31), date(2026, 4, 1))) == "clock-running"
    state, _ = run(stock(), late, look(date(2026, 4, 2)))
    assert not state.reverify_overdue


@pytest.mark.parametrize(
    ("category", "income_fen", "covered", "amount_fen"),
    [
        ("dibao_urban", 20_000, 2, 107_000),
        ("dibao_urban", 73_499, 1, 1),
        ("dibao_rural", 20_000, 2, 76_000),
        ("tekun", None, 2, 191_200),
    ],
)
def test_an_amount_changes_by_the_standard_from_the_next_month(
    category: str, income_fen: int | None, covered: int, amount_fen: int
) -> None:
    state, (adjusted,) = run(stock(category), look(outcome="changed"), adjust(income_fen, covered))
    assert isinstance(adjusted, BenefitAdjusted)
    assert (adjusted.before_fen, adjusted.monthly_amount_fen) == (87_000, amount_fen)
    assert (adjusted.from_month, adjusted.decided_by) == (Month(2026, 4), "bureau:B01")
    assert (state.monthly_amount_fen, state.change_found) == (amount_fen, False)


@given(income_fen=st.integers(0, 73_499), covered=st.integers(1, 2))
def test_an_adjusted_dibao_and_the_income_it_fills_up_make_the_standard(income_fen: int, covered: int) -> None:
    _, (adjusted,) = run(stock(), look(outcome="changed"), adjust(income_fen, covered))
    assert isinstance(adjusted, BenefitAdjusted)
    assert adjusted.monthly_amount_fen + income_fen * covered == 73_500 * covered


def test_tekun_ends_only_after_seven_posted_days() -> None:
    state, (hung,) = run(stock("tekun"), posted())
    assert isinstance(hung, TerminationPosted)
    assert hung.ends_on == date(2026, 3, 17)
    assert state.termination is not None
    assert no(stock("tekun"), posted(), terminate("supporter", date(2026, 3, 17))) == "notice-running"
    assert no(stock("tekun"), posted(), terminate("moved", date(2026, 3, 18))) == "notice-missing"
    state, (ended,) = run(stock("tekun"), posted(), terminate("supporter", date(2026, 3, 18)))
    assert isinstance(ended, BenefitTerminated)
    assert (ended.reason, ended.from_month) == ("supporter", Month(2026, 4))
    assert (state.category, state.reverify_by, state.termination) == ("", None, None)


@pytest.mark.parametrize("category", ["dibao_urban", "tekun"])
def test_a_death_ends_the_benefit_from_the_month_after_it(category: str) -> None:
    """Known in March, died in January: nothing is owed from February on; no notice delays it."""
    _, (ended,) = run(alone(category), terminate("death", died_on=date(2026, 1, 20)))
    assert isinstance(ended, BenefitTerminated)
    assert ended.from_month == Month(2026, 2)


def test_who_lost_a_benefit_may_apply_again() -> None:
    state, facts = run(stock(), terminate("own_request"), *steps(), confirm())
    assert isinstance(facts[0], EligibilityConfirmed)
    assert state.category == "dibao_urban"
    assert no(stock(), *steps(), confirm()) == "benefit-in-force"


CHANGED = (stock(), look(outcome="changed"))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("no-benefit", (look(),)),
        ("no-benefit", (stock(), terminate("moved"), look(date(2026, 3, 13)))),
        ("no-benefit", (*steps("temporary"), confirm(number="R-1-temporary"), look(date(2026, 3, 16)))),
        ("investigators", (stock(), look(investigators=("officer:O001",)))),
        ("investigators", (stock(), look(investigators=("officer:O001", "officer:O001")))),
        ("investigators", (stock(), look(investigators=("officer:O001", "window:O001")))),
        ("cadence-unknown", (stock(), look(cadence="Z"))),
        ("time-in-future", (stock(), (TODAY, look(date(2026, 3, 11))[1]))),
        ("out-of-order", (stock(), look(), (date(2026, 3, 11), look(date(2026, 3, 9))[1]))),
        ("no-change-found", (stock(), adjust())),
        ("no-change-found", (stock(), look(), adjust())),
        ("no-change-found", (*CHANGED, adjust(), adjust())),
        ("covered-members", (*CHANGED, adjust(covered=3))),
        ("income-unknown", (*CHANGED, adjust(None))),
        ("income-over-standard", (*CHANGED, adjust(73_500))),
        ("income-changed", (*CHANGED, adjust(income_at="another-event/income_per_head"))),
        ("reason-unknown", (stock(), terminate("boredom"))),
        ("death-and-day", (stock(), terminate("death"))),
        ("death-and-day", (stock(), terminate("moved", died_on=TODAY))),
        ("time-in-future", (stock(), terminate("death", died_on=date(2026, 3, 13)))),
        ("notice-not-needed", (stock(), posted())),
        ("notice-posted", (stock("tekun"), posted(), posted())),
        ("notice-missing", (stock("tekun"), terminate("moved"))),
    ],
)
def test_a_benefit_changes_only_by_its_steps(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_who_looked_does_not_decide() -> None:
    assert no(*CHANGED, adjust(), actor="bureau:O001") == "decided-by-investigator"
    assert no(*CHANGED, terminate("moved"), actor="bureau:T01-I1") == "decided-by-investigator"


def test_a_town_looks_at_its_own_households_only() -> None:
    assert no(stock(), look(), town="T02") == "wrong-town"
