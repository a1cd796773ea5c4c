"""Proves how the bureau's and contractors' pages shape what services say, and read what people type."""

from datetime import date
from typing import Any

import pytest

from services.casework.projections.folder import FOLDER_FACTS
from services.contracts.registry import kind_of
from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api import town_words
from services.portal.api.approvals import late_with, money_left
from services.portal.api.benefit_lists import of_month, summed
from services.portal.api.bureau import counted, spot_share, step_of
from services.portal.api.bureau_forms import pack_of, return_lines
from services.portal.api.case_forms import CASE, fitting
from services.portal.api.case_tasks import open_complaints, standing
from services.portal.api.cases import case_forms, town_in
from services.portal.api.clocks import basis_of, clock_line, lines_about
from services.portal.api.forms import body_of
from services.portal.api.households import papers_to_print
from services.portal.api.posts import FACTORS, beneficiaries, figures_of, weights_of
from services.portal.api.work_orders import sorted_orders, staff_of
from services.portal.rendering import Pages


def row(
    clock: str,
    *,
    days_left: int = 9,
    overdue: bool = False,
    matter: str = "T01-A1",
    who: str = "bureau:B1",
    counting: str = "workdays",
    status: str = "running",
) -> Any:
    of = {
        "clock": clock, "application_no": matter, "household": "T01-H00001", "town": "T01", "held_by": who, "with_whom": "",
        "due_on": "2026-03-20", "status": status, "article": "第20条", "counting": counting,
    }  # fmt: skip
    return {"key": f"T01/{matter or 'T01-H00001'}/{clock}", "clock": of, "days_left": days_left, "overdue": overdue}


def test_clocks_are_counted_by_step_with_what_is_late_and_what_is_soon() -> None:
    rows = [row("bureau"), row("bureau", days_left=3), row("bureau", days_left=-1, overdue=True), row("request")]
    assert counted(rows)["decide"] == {"all": 3, "late": 1, "soon": 1}
    assert sum(one["all"] for one in counted(rows).values()) == 3
    assert (step_of("warning"), step_of("request")) == ("municipal", "")


@pytest.mark.parametrize(
    ("clock", "matter", "role", "path"),
    [
        ("bureau", "T01-A1", "bureau", "/cases/T01-A1"), ("reverification", "", "bureau", "/households/T01-H00001"),
        ("reassessment", "B-2026-03-001", "bureau", "/households/T01-H00001"), ("complaint", "C-1", "bureau", "/tasks#complaints"),
        ("difference", "", "town-leader", "/tasks#differences"), ("referral", "T01-A1", "town-leader", "/window/items/T01-A1"),
        ("referral", "T01-A1", "bureau-leader", ""), ("discovery", "T01-D1", "window", "/window/discoveries"),
    ],
)  # fmt: skip
def test_a_clock_leads_where_its_reader_may_look_at_what_it_is_about(
    clock: str, matter: str, role: str, path: str
) -> None:
    """A report about a person opens the household: its own number is no case's; an item is the window's alone."""
    assert clock_line(row(clock, matter=matter), role)["path"] == path


def test_the_share_of_tekun_cases_the_bureau_visited_itself_is_told_of_the_month() -> None:
    """特困人员认定办法：抽查不低于 30 %；按全区当月的特困决定合计，其他事项和月份不计。"""
    of = {"need": "tekun", "month": "2026-03", "share_permille_min": "300", "decided_count": 3, "visited_count": 1}
    rows = [of, of | {"decided_count": 1, "visited_count": 0}, of | {"month": "2026-02"}, of | {"need": "dibao_urban"}]
    assert spot_share(rows, "2026-03") == {"decided": 4, "visited": 1, "share_permille": 250, "wanted_permille": 300}
    assert spot_share(rows, "2026-04") is None


def test_a_page_has_every_open_clock_of_its_case_and_household() -> None:
    """Paused ones too, and those of the check and the re-check, whatever the case's status is."""
    rows = [
        row("recheck", overdue=True, days_left=-2), row("check_start", status="paused"), row("outer", matter="T01-A2"),
        row("reverification", matter=""),
    ]  # fmt: skip
    assert [(one["clock"], one["paused"]) for one in lines_about(rows, "bureau", number="T01-A1")] == [
        ("recheck", False),
        ("check_start", True),
    ]
    assert len(lines_about(rows, "bureau", household="T01-H00001")) == 4
    assert lines_about(rows, "bureau", household="T01-H00002") == []


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        (row("bureau", days_left=5), "剩 5 个工作日", "5 working days left"),
        (row("reverification", days_left=5, counting="days"), "剩 5 天", "5 days left"),
        (row("bureau", days_left=-2, overdue=True), "超期 2 个工作日", "2 working days overdue"),
        (row("bureau", days_left=0, overdue=True), "已超期", "overdue"), (row("bureau", days_left=0), "今天到期", "due today"),
        (row("notice", days_left=-1, counting="full_days"), "已满", "over"), (row("bureau", status="paused"), "已中止", "paused"),
    ],
)  # fmt: skip
def test_days_left_are_told_with_the_days_they_are_counted_in(line: Any, zh: str, en: str) -> None:
    """The same deadline reads the same on every page: a working day is not called a day."""
    pages = Pages({})._environment
    page = pages.from_string("{% from 'parts.html' import days %}{{ days(t, line) }}")
    for said, t in ((zh, lambda zh, _: zh), (en, lambda _, en: en)):
        assert f">{said}<" in page.render(t=t, line=clock_line(line, "bureau"))


def test_a_difference_stands_in_words_and_an_amount_as_it_is() -> None:
    assert standing("dibao_urban/receiving") == ("城市低保·在保", "Dibao, urban, receiving")
    assert standing("tekun/suspended")[0] == "特困供养·暂停发放"
    assert (standing("735.00"), standing("")) == (("735.00", "735.00"), ("", ""))


def test_every_fact_that_a_timeline_shows_has_words_and_every_state_one_name() -> None:
    shown = {
        kind_of(kind).rpartition(".v")[0].rpartition(".")[2]
        for kind in FOLDER_FACTS.listens
        if "application_no" in kind.__struct_fields__
    }
    assert shown == set(words.FACTS)
    assert {code: town_words.words("status", code) for code in words.CASE_STATUS} == words.CASE_STATUS
    assert town_words.words("clock", "check_start") == words.CLOCKS["check_start"]


def test_complaints_that_wait_stand_by_their_last_day() -> None:
    rows = [
        {"key": f"T01-H00001/C{n}", "household": "T01-H00001", "outcome": outcome, "answer_by": day}
        for n, outcome, day in ((1, "", "2026-03-09"), (2, "founded", "2026-03-01"), (3, "", "2026-03-02"))
    ]
    assert [one["complaint_no"] for one in open_complaints(rows)] == ["C3", "C1"]


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
        figures_of(form, ["T01"], {"residents", "beneficiaries"})
    assert [one.pointer for one in empty.value.errors] == ["/T01.beneficiaries"]
    assert figures_of(form, ["T01"], {"residents"}) == {"T01": {"residents": 1000}}  # the others have no weight
    whole = {**{f"T01.{factor}": "0" for factor in FACTORS}, **form}
    assert figures_of(whole, ["T01"], FACTORS)["T01"] == {**dict.fromkeys(FACTORS, 0), "residents": 1000}
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


def test_a_clock_that_rests_on_a_rule_pack_names_it_in_words() -> None:
    assert basis_of("民发〔2021〕57号第17条") == ("民发〔2021〕57号第17条",) * 2
    assert basis_of("municipal_exchange@2025-2") == (
        "市级系统对接规则 2025-2",
        "rules of the municipal exchange 2025-2",
    )
    assert basis_of("ability@2025-1") == ("自理能力评估规则 2025-1", "rules of ability 2025-1")


def test_a_number_says_which_town_it_is_of() -> None:
    assert [town_in(one) for one in ("R-T03-20260331-019e", "T01-H00001", "x")] == ["T03", "T01", ""]


def test_papers_are_printed_by_matter_and_a_notice_before_it_is_posted() -> None:
    def paper(form: str, of: str, state: str) -> dict[str, str]:
        return {"form": form, "of": of, "state": state, "title": form, "title_en": form}

    folder = {
        "forms": [
            paper("notice", "R-1", "missing"), paper("survey_form", "R-1", "present"), paper("survey_form", "R-1", "failed"),
            paper("survey_form", "R-2", "missing"), paper("takeover_record", "", "present"), paper("notice", "R-2", "not_required"),
        ]
    }  # fmt: skip
    assert list(papers_to_print(folder)) == ["notice R-1", "survey_form R-1", "takeover_record"]
