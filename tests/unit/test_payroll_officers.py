"""Proves that officers are taken over once, whole and sealed, and that closed quarters are appraised once each."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.contracts.deciding import CHINA, CommandRejected
from services.contracts.months import Month
from services.contracts.payroll import AppraisalConfirmed, OfficerTakenOver
from services.contracts.sealed import Clear
from services.payroll.domain.officer import OFFICER, ConfirmAppraisal, Officer, decide, evolve
from tests.unit.test_payroll_cases import TAKE_OVER_AT, Ledger, context, take_over, ytd, yuan

AT = context("bureau:B01", TAKE_OVER_AT)
Q4 = ConfirmAppraisal(officer="O001", year=2025, quarter=4, grade="excellent", work_counted=31)


def taken_over(**changes: Any) -> OfficerTakenOver:
    (fact,) = decide(Officer(), take_over(**changes), AT)
    assert isinstance(fact, OfficerTakenOver)
    return fact


def test_given_nothing_when_taken_over_then_every_personal_value_is_marked_for_sealing() -> None:
    fact = taken_over()
    sealed = {name: getattr(fact, name) for name in ("name", "resident_id", "phone", "bank_account")}
    assert all(isinstance(value, Clear) and value.person == fact.person for value in sealed.values())
    assert {name: value.group for name, value in sealed.items()} == {
        "name": "identity",
        "resident_id": "identity",
        "phone": "identity",
        "bank_account": "retention",
    }
    assert fact.bank_account_pseudonym == context().pseudonym("account|62220000001")
    assert fact.person == context().pseudonym("50010119900101001X")


@pytest.mark.parametrize(
    ("appointed_on", "months", "paid_through"),
    [
        (date(2020, 5, 1), 2, Month(2026, 2)),
        (date(2020, 5, 1), 1, Month(2026, 1)),
        (date(2020, 5, 1), 0, Month(2025, 12)),
        (date(2026, 2, 1), 1, Month(2026, 2)),
        (date(2026, 2, 1), 0, Month(2026, 1)),
        (date(2026, 2, 10), 1, Month(2026, 2)),
    ],
)
def test_months_paid_this_year_tell_through_when(appointed_on: date, months: int, paid_through: Month) -> None:
    assert taken_over(appointed_on=appointed_on, year_to_date=ytd(months)).paid_through_month == paid_through


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("officer-incomplete", {"officer": "7"}),
        ("officer-incomplete", {"officer": "O001;O002"}),
        ("officer-incomplete", {"town": "X"}),
        ("officer-incomplete", {"bank_account": " "}),
        ("officer-incomplete", {"document": ""}),
        ("officer-incomplete", {"contribution_base_fen": 0}),
        ("officer-incomplete", {"special_deduction_fen": -1}),
        ("officer-incomplete", {"year_to_date": ytd(-1)}),
        ("not-on-pay-scale", {"position": "emperor"}),
        ("not-on-pay-scale", {"qualification": "wizard"}),
        ("certificate-date-missing", {"qualification": "assistant"}),
        ("certificate-date-missing", {"qualified_on": date(2020, 1, 1)}),
        ("appointed-in-future", {"appointed_on": date(2026, 3, 1)}),
        ("year-to-date-beyond-today", {"year_to_date": ytd(3)}),
        ("appointed-within-month", {"appointed_on": date(2026, 2, 10), "year_to_date": ytd(0)}),
    ],
)
def test_a_take_over_that_pay_could_not_rest_on_is_refused(code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(CommandRejected) as no:
        decide(Officer(), take_over(**changes), AT)
    assert no.value.code == code


def test_nobody_is_taken_over_twice() -> None:
    ledger = Ledger()
    ledger.tell(take_over(), "bureau:B01", TAKE_OVER_AT)
    assert ledger.refuses("officer-taken-over", take_over(), "bureau:B01", TAKE_OVER_AT)


def test_given_an_officer_when_a_quarter_is_confirmed_then_the_scale_gives_the_coefficient() -> None:
    officer = evolve(Officer(), taken_over())
    (fact,) = decide(officer, Q4, AT)
    assert fact == AppraisalConfirmed(
        officer="O001",
        year=2025,
        quarter=4,
        grade="excellent",
        coefficient_permille=1200,
        confirmed_by="bureau:B01",
        work_counted=31,
    )
    assert decide(evolve(officer, fact), Q4, AT) == ()


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("appraisal-incomplete", {"grade": "splendid"}),
        ("appraisal-incomplete", {"quarter": 5}),
        ("appraisal-incomplete", {"work_counted": -1}),
        ("quarter-not-closed", {"year": 2026, "quarter": 1}),
        ("appraisal-already-confirmed", {"grade": "pass"}),
    ],
)
def test_appraisals_out_of_order_are_refused(code: str, command: dict[str, Any]) -> None:
    ledger = Ledger()
    ledger.tell(take_over(), "bureau:B01", TAKE_OVER_AT)
    ledger.tell(Q4, "bureau:B01", TAKE_OVER_AT)
    values = {"officer": "O001", "year": 2025, "quarter": 4, "grade": "excellent", "work_counted": 31, **command}
    assert ledger.refuses(code, ConfirmAppraisal(**values), "bureau:B01", TAKE_OVER_AT)


def test_nobody_unknown_is_appraised() -> None:
    assert Ledger().refuses("officer-unknown", Q4, "bureau:B01", TAKE_OVER_AT)


def test_a_quarter_is_closed_on_the_day_after_its_last() -> None:
    officer = evolve(Officer(), taken_over())
    last_day, first_day = (datetime(2026, month, day, tzinfo=CHINA) for month, day in ((3, 31), (4, 1)))
    first_quarter = ConfirmAppraisal(officer="O001", year=2026, quarter=1, grade="good", work_counted=9)
    leader = replace(context("bureau-leader:L1", now=first_day), role="bureau-leader")
    with pytest.raises(CommandRejected):
        decide(officer, first_quarter, replace(leader, now=last_day))
    assert decide(officer, first_quarter, leader)


def test_a_quarter_since_the_take_over_is_not_one_clerks_to_state() -> None:
    officer, april = evolve(Officer(), taken_over()), datetime(2026, 4, 1, tzinfo=CHINA)
    first_quarter = ConfirmAppraisal(officer="O001", year=2026, quarter=1, grade="excellent", work_counted=9)
    with pytest.raises(CommandRejected) as no:
        decide(officer, first_quarter, replace(context("bureau:B01", now=april), role="bureau"))
    assert no.value.code == "quarter-since-take-over"
    assert decide(officer, Q4, replace(context("bureau:B01", now=april), role="bureau"))


def test_the_state_counts_the_facts_of_its_stream_so_that_a_slip_can_name_the_version_it_read() -> None:
    ledger = Ledger()
    ledger.tell(take_over(contribution_base_fen=yuan("5,000.00")), "bureau:B01", TAKE_OVER_AT)
    ledger.tell(Q4, "bureau:B01", TAKE_OVER_AT)
    state = ledger.states["officer:O001"]
    assert isinstance(state, OFFICER.state)
    assert (state.version, state.bases[-1].base_fen, state.bases[-1].behind) == (2, 500000, 1)
