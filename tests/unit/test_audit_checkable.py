"""Proves that a population is what the log had at a checkpoint: who was in it, in which town, with which marks, then and later."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import msgspec

from services.audit.projections.checkable import CHECKABLE, CheckableRow, standing
from services.contracts import codec
from services.contracts.casework import (
    BenefitTerminated,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdReverified,
    HouseholdTakenOver,
    ResponsibilityMoved,
    ReverificationOverdue,
    VisitCompleted,
    VisitSetAside,
)
from services.contracts.deciding import Record
from services.contracts.months import Month
from services.contracts.payroll import (
    OfficerLeft,
    OfficerTakenOver,
    PayslipComputed,
    ReassignmentApproved,
    ReassignmentReported,
    RunDiscarded,
)
from services.contracts.registry import Fact, kind_of
from tests.contract.golden import files_of
from tests.unit.audit_told import log_of

HOME, OFFICER, RUN = "household:T01-H00001", "officer:O001", "run:2026-03"
MARCH = Month(2026, 3)
LAST = date(2026, 12, 31)


@cache
def golden(kind: type[Fact]) -> Fact:
    return codec.body(codec.decode(files_of(kind_of(kind))[-1].read_bytes()))


def of(body: type[Fact], /, **changes: Any) -> Fact:
    return msgspec.structs.replace(golden(body), **changes)


def rows(records: list[Record]) -> dict[str, CheckableRow]:
    found: dict[str, CheckableRow] = {}
    for record in records:
        for key in CHECKABLE.keys(record):
            row = CHECKABLE.evolve(found.get(key), record, key)
            if row is not None:
                found[key] = row
    return found


def population(records: list[Record], listing: str, size: int = 99, on: date = LAST) -> dict[str, tuple[str, ...]]:
    """Items of a listing with their town and marks."""
    found = (standing(row, size, on) for row in rows(records).values() if row.listing == listing)
    return {one.item: (one.town, *one.marks) for one in found if one is not None}


def test_an_officer_is_in_the_town_of_the_last_approved_move_until_the_last_day() -> None:
    log = log_of(
        (OFFICER, of(OfficerTakenOver, officer="O001", town="T01", appointed_on=date(2025, 1, 1))),
        (OFFICER, of(ReassignmentReported, officer="O001", from_town="T01", to_town="T02")),
        (OFFICER, of(ReassignmentApproved, officer="O001", kind="move", town="T02", effective_on=date(2026, 3, 10))),
        (OFFICER, of(OfficerLeft, officer="O001", town="T02", last_day_on=date(2026, 6, 30))),
    )
    assert population(log, "officers", size=0) == {}
    assert population(log, "officers", size=1) == {"O001": ("T01",)}
    assert population(log, "officers", size=2) == {"O001": ("T01", "reported_move")}
    assert population(log, "officers", size=3, on=date(2026, 3, 9)) == {"O001": ("T01", "reported_move")}
    assert population(log, "officers", size=3) == {"O001": ("T02",)}
    assert population(log, "officers", size=4, on=date(2026, 6, 30)) == {"O001": ("T02",)}
    assert population(log, "officers", size=4, on=date(2026, 7, 1)) == {}
    assert population(log, "officers", on=date(2024, 12, 31)) == {}


def test_a_household_is_in_it_while_a_monthly_benefit_runs() -> None:
    log = log_of(
        (HOME, of(HouseholdTakenOver, town="T01", officer="O009", benefit_from_month=Month(2025, 1))),
        (HOME, of(ReverificationOverdue)),
        (HOME, of(HouseholdReverified)),
        (HOME, of(ResponsibilityMoved, responsible="officer:O010")),
        (HOME, of(BenefitTerminated, from_month=Month(2026, 5))),
    )
    assert population(log, "households", size=1) == {"T01-H00001": ("T01", "taken_over")}
    assert population(log, "households", size=2) == {"T01-H00001": ("T01", "reverification_overdue", "taken_over")}
    assert population(log, "households", size=3) == {"T01-H00001": ("T01", "taken_over")}
    (row,) = (row for row in rows(log).values() if row.listing == "households")
    assert [change.checked for change in row.changes[2:4]] == [("officer:O009",), ("officer:O010",)]
    assert population(log, "households", size=5, on=date(2026, 4, 30)) == {"T01-H00001": ("T01", "taken_over")}
    assert population(log, "households", size=5, on=date(2026, 5, 1)) == {}
    assert population(log, "households", size=4, on=date(2026, 5, 1)) != {}


def test_help_that_is_paid_once_and_an_unknown_household_make_nobody_a_beneficiary() -> None:
    once = of(EligibilityConfirmed, one_off=True, decided_on=date(2026, 3, 5), application_no="R-1")
    monthly = of(EligibilityConfirmed, one_off=False, from_month=Month(2026, 4), application_no="R-2")
    log = log_of((HOME, once), ("household:T01-H00002", of(ResponsibilityMoved)), ("household:T01-H00003", monthly))
    assert population(log, "households") == {"T01-H00003": ("T01",)}
    assert population(log, "households", on=date(2026, 3, 31)) == {}


def test_decisions_of_a_month_with_what_makes_them_weigh_more() -> None:
    confirmed = of(
        EligibilityConfirmed, application_no="R-1", decided_on=date(2026, 3, 5), emergency=True, missing_points=(),
        bureau_visited=True,
    )  # fmt: skip
    refused = of(EligibilityRefused, application_no="R-2", decided_on=date(2026, 3, 31), bureau_visited=False)
    log = log_of((HOME, confirmed), (HOME, refused))
    assert population(log, "decisions/2026-03") == {
        "T01-H00001/R-1": ("T01", "emergency"),
        "T01-H00001/R-2": ("T01", "refused", "not_visited"),
    }
    assert population(log, "decisions/2026-04") == {}


def visit(**changes: Any) -> Fact:
    said = {
        "visit_no": "V-1", "record_id": "", "officer": "O001", "author": "officer:O001", "uploaded_by": "window:T01-W1",
        "started_at": datetime(2026, 3, 31, 15, tzinfo=UTC), "standard_met": False, "co_signed": True,
    }  # fmt: skip
    return of(VisitCompleted, **(said | changes))


def test_visits_are_of_the_month_in_china_and_one_set_aside_is_none() -> None:
    log = log_of(
        (HOME, visit()),
        (HOME, visit(started_at=datetime(2026, 3, 31, 16, tzinfo=UTC), visit_no="V-2")),
        (HOME, visit(record_id="r-1")),
        (HOME, of(VisitSetAside, visit_no="V-1", record_id="r-1", started_at=datetime(2026, 3, 31, 15, tzinfo=UTC))),
    )
    marked = ("T01", "standard_missed", "brought_in_by_another")
    assert population(log, "visits/2026-03", size=3) == {"T01-H00001/V-1": marked, "T01-H00001/V-1/r-1": marked}
    assert population(log, "visits/2026-03", size=4) == {"T01-H00001/V-1": marked}
    assert population(log, "visits/2026-04") == {"T01-H00001/V-2": marked}
    (row,) = (row for row in rows(log).values() if row.item == "T01-H00001/V-1")
    assert (row.about, row.changes[0].checked) == (HOME, ("officer:O001", "window:T01-W1"))


def test_slips_of_a_discarded_draft_are_none_until_drafted_anew() -> None:
    slip = of(PayslipComputed, officer="O001", town="T01", month=MARCH, notes=())
    log = log_of(
        (RUN, slip),
        (RUN, of(PayslipComputed, officer="O002", town="T02", month=MARCH, notes=("uninsured",))),
        (RUN, of(RunDiscarded, month=MARCH, officers=("O001", "O002"))),
        (RUN, slip),
    )
    assert set(population(log, "payslips/2026-03", size=2)) == {"2026-03/O001", "2026-03/O002"}
    assert population(log, "payslips/2026-03", size=3) == {}
    assert set(population(log, "payslips/2026-03", size=4)) == {"2026-03/O001"}
