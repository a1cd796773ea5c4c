"""Proves how the bureau's and contractors' pages shape what services say, and read what people type."""

from datetime import date
from typing import Any

import pytest

from services.eventlog.problems import Problem
from services.portal.api.approvals import late_with, money_left
from services.portal.api.benefit_lists import of_month, summed
from services.portal.api.bureau import clock_line, counted, step_of
from services.portal.api.bureau_forms import pack_of, return_lines
from services.portal.api.case_forms import CASE, fitting
from services.portal.api.case_tasks import open_complaints
from services.portal.api.cases import case_clocks, case_forms
from services.portal.api.forms import body_of
from services.portal.api.posts import FACTORS, beneficiaries, figures_of, weights_of
from services.portal.api.work_orders import sorted_orders, staff_of


def row(
    clock: str, *, days_left: int = 9, overdue: bool = False, matter: str = "T01-A1", who: str = "bureau:B1"
) -> Any:
    of = {
        "clock": clock, "application_no": matter, "household": "T01-H00001", "town": "T01", "held_by": who,
        "due_on": "2026-03-20", "status": "running", "article": "第20条",
    }  # fmt: skip
    return {"key": f"T01/{matter or 'T01-H00001'}/{clock}", "clock": of, "days_left": days_left, "overdue": overdue}


def test_clocks_are_counted_by_step_with_what_is_late_and_what_is_soon() -> None:
    rows = [row("bureau"), row("bureau", days_left=3), row("bureau", days_left=-1, overdue=True), row("request")]
    assert counted(rows)["decide"] == {"all": 3, "late": 1, "soon": 1}
    assert sum(one["all"] for one in counted(rows).values()) == 3
    assert (step_of("warning"), step_of("request")) == ("municipal", "")


def test_a_line_leads_to_its_case_or_to_its_household() -> None:
    assert clock_line(row("bureau"))["path"] == "/cases/T01-A1"
    assert clock_line(row("reverification", matter=""))["path"] == "/households/T01-H00001"
    assert clock_line(row("complaint", matter="C-1"))["path"] == "/tasks#complaints"


def test_complaints_that_wait_stand_by_their_last_day() -> None:
    rows = [
        {"key": f"T01-H00001/C{n}", "household": "T01-H00001", "outcome": outcome, "answer_by": day}
        for n, outcome, day in ((1, "", "2026-03-09"), (2, "founded", "2026-03-01"), (3, "", "2026-03-02"))
    ]
    assert [one["complaint_no"] for one in open_complaints(rows)] == ["C3", "C1"]


def test_a_case_shows_the_clocks_that_still_count() -> None:
    case: dict[str, Any] = {
        "status": "submitted", "outcome": "", "investigate_by": "1", "decide_by": "3", "bureau_decide_by": "2",
        "notice_ends_on": "0", "written_notice_by": None, "papers_by": None,
    }  # fmt: skip
    assert [due_on for _, due_on in case_clocks(case)] == ["2", "3"]
    assert [due_on for _, due_on in case_clocks(case | {"status": "posted", "bureau_decide_by": None})] == ["0", "3"]
    refused = case | {"status": "refused", "outcome": "refused", "written_notice_by": "5"}
    assert [due_on for _, due_on in case_clocks(refused)] == ["5"]
    assert case_clocks(case | {"status": "delivered", "outcome": "refused"}) == []


def test_late_matters_stand_with_whoever_has_most_of_them_first() -> None:
    late = [row("bureau", overdue=True, who=who) for who in ("a", "b", "b")]
    assert late_with([*late, row("bureau", who="c")]) == [("b", "T01", 2), ("a", "T01", 1)]


def test_money_left_is_of_the_latest_year() -> None:
    fund = {"budget_fen": 900, "credited_fen": 100, "left_fen": 250}
    (found,) = money_left([{"key": "2025-district", **fund}, {"key": "2026-district", **fund}])
    assert (found["year"], found["source"], found["left_percent"]) == ("2026", "district", 25)
    assert money_left([]) == []


def test_lists_are_shown_by_month_the_latest_first() -> None:
    money = {"amount_fen": 5, "paid_fen": 2, "returned_fen": 1, "waiting_fen": 1, "open_fen": 1, "line_count": 1}
    rows = [{"month": month, "town": town, **money} for month, town in (("2026-01", "T01"), ("2026-02", "T02"))]
    shown, months, of = of_month(rows, "")
    assert (shown, months, [one["town"] for one in of]) == ("2026-02", ["2026-02", "2026-01"], ["T02"])
    assert summed(rows)["amount_fen"] == 10


def test_a_return_file_is_read_line_by_line_and_a_bad_line_is_named() -> None:
    head = "household_no,amount,outcome,reference,reason\n"
    (line,) = return_lines((head + "T01-H00001,735.50,paid,R1,\n").encode())
    assert (line["amount_fen"], line["outcome"], line["reference"]) == (73550, "paid", "R1")
    with pytest.raises(Problem) as no:
        return_lines((head + "T01-H00001,735.50,lost,,\n").encode())
    assert no.value.errors[0].pointer == "/file_sha256/2"


def test_figures_and_weights_of_a_what_if() -> None:
    form = {"T01.residents": "1000", "weight.residents": "2"}
    with pytest.raises(Problem) as empty:  # what was not typed is not 0
        figures_of(form, ["T01"])
    assert [one.pointer for one in empty.value.errors] == ["/T01.beneficiaries"]
    whole = {**{f"T01.{factor}": "0" for factor in FACTORS}, **form}
    assert figures_of(whole, ["T01"])["T01"] == {**dict.fromkeys(FACTORS, 0), "residents": 1000}
    weights = weights_of(form)
    assert weights is not None
    assert (weights["residents"], weights["beneficiaries"]) == (2, 0)
    assert weights_of({"weight.residents": " "}) is None
    totals = [{"month": m, "town": "T01", "household_count": n} for m, n in (("2026-01", 9), ("2026-02", 3))]
    assert beneficiaries([*totals, totals[1]]) == {"T01": 6}


def test_a_contractor_sees_first_what_is_to_be_delivered() -> None:
    def order(number: str, status: str, **more: Any) -> dict[str, Any]:
        return {"order_no": number, "status": status, "due_on": "2026-03-20", "delivered_on": None, **more}

    told = {
        "open": [order("G2", "sent_back"), order("G1", "open"), order("G3", "delivered", delivered_on="2026-03-01")],
        "ended": [order("G4", "accepted", accepted_on="2026-03-02"), order("G5", "cancelled", accepted_on=None)],
        "contracts": [{"contract_no": "H1", "staff": ["S01"]}],
    }  # fmt: skip
    found = sorted_orders(told)
    assert [[one["order_no"] for one in found[name]] for name in ("to_deliver", "waiting", "ended")] == [
        ["G1", "G2"], ["G3"], ["G4", "G5"],
    ]  # fmt: skip
    assert (staff_of(told, "H1"), staff_of(told, "H2")) == (["S01"], [])


def test_a_pack_is_a_json_object_that_names_no_command() -> None:
    assert pack_of(b'{"name": "x"}') == {"name": "x"}
    for raw in (b"[]", b"{", b'{"command": "y"}'):
        with pytest.raises(Problem):
            pack_of(raw)


def test_a_decision_names_an_officer_with_a_grant_alone() -> None:
    given = {"outcome": "confirmed", "officer": "O001", "emergency": ""}
    assert body_of(CASE["decide"], given)["officer"] == "O001"
    refused = body_of(CASE["decide"], given | {"outcome": "refused", "reason": "收入超标", "emergency": "yes"})
    assert refused == {"command": "decide-eligibility", "outcome": "refused", "reason": "收入超标"}


def test_a_case_has_the_forms_of_where_it_stands_for_each_role() -> None:
    today = date(2026, 3, 20)
    case: dict[str, Any] = {
        "status": "submitted", "outcome": "", "open_conflicts": ["tax"], "papers_by": None, "need": "dibao_urban", "awaited": [],
        "helping_town": "", "paused_clocks": [], "municipal_no": "M1", "contested": [], "notice_posted_on": "2026-03-05",
        "notice_ends_on": "2026-03-12", "objection_count": 0, "survey_valid": True, "check_returned": True,
    }  # fmt: skip
    assert set(case_forms(case, "bureau", today)) == {"decide", "visit", "conflict", "contest", "pause", "extend"}
    assert set(case_forms(case, "window", today)) == {"contest"}
    assert set(case_forms(case | {"paused_clocks": ["outer"]}, "town-leader", today)) == {
        "contest",
        "pause",
        "resume",
        "extend",
    }
    refused = case | {"status": "refused", "outcome": "refused"}
    assert "deliver" in case_forms(refused, "bureau", today)
    assert "decide" not in case_forms(refused, "bureau", today)
    new = case | {
        "status": "opened",
        "need": "temporary",
        "notice_posted_on": None,
        "notice_ends_on": None,
        "check_returned": False,
    }
    assert set(case_forms(new, "window", today)) == {"survey", "check", "ask-help", "review"}
    assert [one.name for one in case_forms(new, "bureau", today)["decide"].fields] == ["outcome", "reason", "emergency"]


def test_a_survey_looks_at_property_where_a_recognition_is_asked_for() -> None:
    fields = {
        need: [one.name for one in fitting("survey", need).fields] for need in ("dibao_urban", "near_dibao_rural")
    }
    assert "property_over" not in fields["dibao_urban"]
    assert "property_over" in fields["near_dibao_rural"]
