"""Proves the ledger's clocks of a household itself, and that ledger and due table know the same clocks and days."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.casework.domain import LapseRecognition, MarkComplaintOverdue, MoveResponsibility
from services.casework.projections.clocks import DUE
from services.casework.projections.ledger import CLOCKS
from services.contracts.calendar import WorkingCalendar
from services.contracts.clocks import as_of
from services.contracts.deciding import CHINA
from tests.unit.casework_proofs import told
from tests.unit.casework_steps import (
    ACCEPTED,
    BOOK,
    DECIDED,
    DOWN,
    HELP,
    A,
    H,
    Said,
    answered,
    bureau_visit,
    complaint,
    confirm,
    contest,
    no,
    objection,
    open_case,
    papers,
    run,
    steps,
    survey,
)
from tests.unit.test_casework_ability import again, overdue, report, stock
from tests.unit.test_casework_beside import rows as rows_of
from tests.unit.test_casework_clocks import pause, rows

ALL = steps()
R = "R-1-near_dibao_urban"
T = "R-1-temporary"
RECOGNISED = (*steps("near_dibao_urban"), confirm(number=R))
HELPED = (open_case("temporary"), confirm(ACCEPTED, T, emergency=True, officer=None))
LATE = (date(2026, 4, 14), MarkComplaintOverdue(household_no=H, complaint_no="TS-1", due_on=date(2026, 4, 13)))
LAPSED = (date(2027, 3, 16), LapseRecognition(household_no=H, valid_until=date(2027, 3, 15)))


def moved(on: date = DECIDED) -> tuple[date, MoveResponsibility]:
    return on, MoveResponsibility(
        household_no=H, plan_no="HO-1", previous="O001", receiver="O002", application_nos=()
    )  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        (open_case(),),
        ALL,
        (*ALL, complaint()),
        (*ALL, complaint(), answered()),
        (*ALL, complaint(), bureau_visit(DECIDED), confirm()),
        (*ALL[:4], contest()),
        (*ALL, confirm(outcome="refused", reason="示例")),
        (open_case(), HELP),
        (open_case(), HELP, survey()),
        HELPED,
        (*HELPED, *steps("temporary")[1:], papers()),
        RECOGNISED,
        (*RECOGNISED, LAPSED),
        (*RECOGNISED, *ALL, confirm()),
        (*RECOGNISED, moved()),
        (stock(),),
        (stock(), report()),
        (stock(), report(), again(2)),
        (stock(), report(), again(2), report(date(2026, 3, 27), "B-2")),
    ],
)
def test_the_due_table_and_the_ledger_know_the_same_clocks_and_days(said: tuple[Said, ...]) -> None:
    """限时办理：定时器与时限台账同一口径。"""
    due = {
        name: date.fromordinal(row.due_at.astimezone(CHINA).date().toordinal() - 1)
        for name, row in rows(DUE, *said).items()
    }
    assert {name: row.open_until for name, row in rows(CLOCKS, *said).items() if row.open_until} == due


def late(name: str, on: date, *said: Said) -> bool:
    calendar = BOOK.on("calendar", on, WorkingCalendar)
    return as_of(name, rows(CLOCKS, *said)[name], calendar, on).overdue


def test_a_complaint_has_its_clock_held_by_who_answers_it() -> None:
    said = (*ALL, complaint())
    row = rows(CLOCKS, *said)["complaint"]
    assert (row.application_no, row.held_by, row.article) == ("TS-1", "bureau:B02", "procedure@2025-2")
    assert (late("complaint", date(2026, 4, 13), *said), late("complaint", date(2026, 4, 14), *said)) == (False, True)
    assert rows(CLOCKS, *said, LATE)["complaint"].overdue
    done = rows(CLOCKS, *said, answered())["complaint"]
    assert (done.status, done.stopped_on, done.days_late) == ("stopped", DECIDED, 0)


def test_a_reassessment_has_its_clock_held_by_the_households_officer() -> None:
    said = (stock(), report())
    row = rows(CLOCKS, *said)["reassessment"]
    assert (row.application_no, row.held_by, row.due_on) == ("B-1", "officer:O001", date(2026, 3, 24))
    assert (late("reassessment", date(2026, 3, 24), *said), late("reassessment", date(2026, 3, 25), *said)) == (
        False,
        True,
    )
    assert rows(CLOCKS, *said, overdue(date(2026, 3, 24), date(2026, 3, 25)))["reassessment"].overdue
    assert rows(CLOCKS, *said, moved())["reassessment"].held_by == "officer:O002"
    after = rows(CLOCKS, *said, again(2, date(2026, 3, 26)))["reassessment"]
    assert (after.status, after.days_late) == ("stopped", 2)


def test_a_recognition_has_its_clock_and_is_never_late() -> None:
    row = rows(CLOCKS, *RECOGNISED)["validity"]
    assert (row.status, row.due_on, row.held_by) == ("running", date(2027, 3, 15), "officer:O001")
    assert not late("validity", date(2027, 3, 16), *RECOGNISED), "it ends of itself"
    assert rows(CLOCKS, *RECOGNISED, moved())["validity"].held_by == "officer:O002"
    ended = rows(CLOCKS, *RECOGNISED, LAPSED)["validity"]
    assert (ended.status, ended.days_late) == ("stopped", 0)


# ---- what the rows of cases and households say once something is over


def cases(*said: Said) -> Any:
    return rows_of("cases", told(*said))


def test_with_the_decision_no_clock_of_a_case_is_paused_and_no_town_helps() -> None:
    said = (*ALL, HELP, pause(DOWN))
    assert (cases(*said)[A].paused_clocks, cases(*said)[A].helping_town) == (("outer",), "T02")
    refused = confirm(outcome="refused", reason="示例")
    for decision in (confirm(), refused):
        row = cases(*said, decision)[A]
        assert (row.paused_clocks, row.helping_town) == ((), "")
    asked = (HELP[0], msgspec.structs.replace(HELP[1], application_no=T))
    helped = (open_case("temporary"), asked, pause(ACCEPTED, number=T), HELPED[1])
    row = cases(*helped)[T]
    assert (row.paused_clocks, row.helping_town) == ((), "T02"), "the town still owes the survey it asked for"


def test_a_forced_visit_comes_after_the_objection_or_complaint() -> None:
    """民发〔2021〕57号第二十条：投诉、异议之前的入户不算。"""
    before = (*ALL, bureau_visit(DOWN))
    assert cases(*before)[A].bureau_visited_on == DOWN
    complained = (*before, complaint(DECIDED))
    assert cases(*complained)[A].bureau_visited_on is None
    assert no(*complained, confirm()) == "bureau-visit-missing"
    assert no(*complained, (DECIDED, bureau_visit(DOWN)[1])) == "out-of-order"
    assert cases(*complained, bureau_visit(DECIDED))[A].bureau_visited_on == DECIDED
    objected = (*ALL[:5], bureau_visit(date(2026, 3, 6)), objection())
    assert cases(*objected)[A].bureau_visited_on is None
    assert no(*objected, (DOWN, bureau_visit(date(2026, 3, 6))[1])) == "out-of-order"
    assert run(*objected, bureau_visit(DOWN))[0].cases[0].bureau_visited_on == DOWN


def test_a_household_whose_recognition_lapses_while_a_renewal_is_open_is_applying() -> None:
    def row(*said: Said) -> Any:
        return rows_of("households", told(*said))[H]

    renewed = (*RECOGNISED, open_case())
    assert (row(*renewed).status, row(*renewed).category) == ("recognised", "near_dibao_urban")
    lapsed = row(*renewed, LAPSED)
    assert (lapsed.status, lapsed.category, list(lapsed.open_cases)) == ("applying", "dibao_urban", [A])
    assert row(*RECOGNISED, LAPSED).status == "ended"
    two = (open_case(), open_case("tekun"), confirm(outcome="refused", reason="示例"))
    assert (row(*two).status, row(*two).category) == ("applying", "tekun"), "the other application is open still"
    assert row(*two, confirm(number="R-1-tekun", outcome="refused", reason="示例")).status == "ended"
