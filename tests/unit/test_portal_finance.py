"""Proves what finance's and trainers' pages do by themselves: forms become commands, rows become what people read."""

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData

from services.eventlog.problems import Problem
from services.payroll.projections.ledger import LEDGER
from services.portal.api import money_forms, money_words, pay, training, training_forms
from services.portal.api.forms import body_of
from services.portal.api.money import every_invoice, not_invoiced
from services.portal.api.purchases import owed_by_contract
from services.portal.asking import PAGE_ROWS, Services
from services.portal.rendering import HERE, hours

ALL = {**money_forms.FORMS, **training_forms.FORMS}


def test_a_transfer_is_read_line_by_line_into_fen() -> None:
    sent = {
        "year": "2026", "source": "3", "to_source": "1", "move_no": "M1", "decision_document": "X财〔2026〕1号",
        "documents": "X财〔2026〕8号 1,000.00\n\nX财 9 2.5",
    }  # fmt: skip
    assert body_of(money_forms.FORMS["transfer-fund"], sent) == {
        "command": "transfer-fund", "year": 2026, "source": "3", "to_source": "1", "move_no": "M1",
        "decision_document": "X财〔2026〕1号",
        "documents": [{"document": "X财〔2026〕8号", "amount_fen": 100_000}, {"document": "X财 9", "amount_fen": 250}],
    }  # fmt: skip


def test_a_sign_in_sheet_and_scores_are_read_a_person_a_line() -> None:
    assert training_forms.present("officer:O001 T01 120") == {"staff": "officer:O001", "town": "T01", "minutes": 120}
    assert training_forms.scored("window:T01-W1 T01 85")["score"] == 85
    for wrong in ("officer:O001", "officer:O001 T01 x", "a b c d"):
        with pytest.raises(ValueError, match=r"."):
            training_forms.present(wrong)


def _sheet(name: str, counts: dict[str, str]) -> FormData:
    cells = [(name, code) for code in counts] + [(f"{name}_count", count) for count in counts.values()]
    return FormData(
        [("course_no", "D-K1"), ("session_no", "S1"), ("exam_no", "E1"), ("taken_on", "2026-03-02"), *cells]
    )


def test_minutes_and_scores_stand_beside_each_person_listed() -> None:
    """Who has none or no minutes did not come; others are added by hand; a score of 0 is a score, an empty one is none."""
    listed = training.with_towns(
        ["officer:O001", "officer:O002", "officer:O009"], {"officer:O001": "T01", "officer:O002": "T02"}
    )
    first, second = listed
    files = {"sheet_sha256": [b"sheet"]}
    attendance, exam = (training_forms.FORMS[one] for one in ("record-attendance", "record-exam"))
    body = body_of(attendance, _sheet("attendees", {first: "120", second: "0"}), files)
    assert body["attendees"] == [{"staff": "officer:O001", "town": "T01", "minutes": 120}]
    assert "others" not in body
    sent = FormData([*_sheet("attendees", {first: "", second: "90"}).multi_items(), ("others", "window:T01-W1 T01 60")])
    assert [one["staff"] for one in body_of(attendance, sent, files)["attendees"]] == ["officer:O002", "window:T01-W1"]
    assert [one["score"] for one in body_of(exam, _sheet("results", {first: "0", second: ""}))["results"]] == [0]
    for wrong in ({first: "x"}, {first: ""}):
        with pytest.raises(Problem) as refused:
            body_of(attendance, _sheet("attendees", wrong), files)
        assert [one.pointer for one in refused.value.errors] == ["/attendees"]


def test_only_accepted_orders_without_an_invoice_are_to_be_invoiced() -> None:
    def order(number: str, status: str = "accepted") -> dict[str, Any]:
        return {
            "key": f"K001/{number}",
            "contractor": "K001",
            "contract_no": "HT1",
            "status": status,
            "payable_fen": 5_000,
        }

    ended = [order("A"), order("B"), order("C"), order("D", "cancelled")]
    invoices = [
        {"contractor": "K001", "status": "paid", "orders": ["A"]},
        {"contractor": "K001", "status": "withdrawn", "orders": ["B"]},
    ]
    (owed,) = owed_by_contract(not_invoiced(ended, invoices))
    assert (list(owed["orders"]), owed["sum_fen"]) == (["B", "C"], 10_000)


class _Paged(Services):
    """Payroll with one invoice more than a page holds."""

    async def get(self, service: str, path: str, **parameters: Any) -> Any:
        assert path == "/v1/invoices"
        keys = [f"K001/{n:05d}" for n in range(PAGE_ROWS + 1)]
        page = [key for key in keys if key > parameters["after"]][: parameters["limit"]]
        return {"rows": [{"key": key} for key in page], "after": page[-1]}


async def test_invoices_beyond_the_first_page_count_too() -> None:
    nobody: Any = None
    services = _Paged(http=nobody, urls={}, tokens=nobody, identity=nobody, inspectors=nobody)
    visitor: Any = SimpleNamespace(services=services)
    assert len(await every_invoice(visitor)) == PAGE_ROWS + 1


def test_a_changed_line_of_a_slip_is_told_by_its_name_and_never_by_a_code() -> None:
    explained = [{"side": "part", "code": "base", "name": {"zh": "基本工资", "en": "base pay"}}]
    names = pay.line_names(explained)
    page = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
    ).from_string(
        "{% from 'finance/pieces.html' import line_name %}{{ line_name(t, names, sides, one)|striptags|trim }}"
    )
    told = [
        page.render(t=lambda zh, _: zh, names=names, sides=money_words.SIDES, one={"side": side, "code": code})
        for side, code in (("part", "base"), ("part", "gone"), ("employer", "pension"))
    ]
    assert told == ["应发 · 基本工资", "应发", "单位缴费（不在实发内）"]


def test_whatever_stands_in_the_ledger_has_a_name() -> None:
    assert {kind.__name__ for kind in LEDGER.listens} == set(money_words.LEDGER_FACTS)


def test_hours_are_minutes_as_people_say_them() -> None:
    assert [hours(minutes) for minutes in (0, 90, 120, 100)] == ["0", "1.5", "2", "1.7"]


@pytest.mark.parametrize(
    ("runs", "month"),
    [
        ([], ""), ([{"month": "2026-12", "status": "closed"}], "2027-01"),
        ([{"month": "2026-03", "status": "paid"}, {"month": "2026-02", "status": "closed"}], "2026-04"),
        ([{"month": "2026-03", "status": "discarded"}], "2026-03"),
    ],
)  # fmt: skip
def test_the_next_month_follows_the_last_run_or_is_its_discarded_draft(runs: list[dict[str, Any]], month: str) -> None:
    assert money_words.next_month(runs) == month


def test_the_steps_of_a_run_say_what_is_done_by_whom_and_what_is_next() -> None:
    steps = money_words.steps_of({"status": "checked", "prepared_by": "finance:A", "checked_by": "finance:B"})
    assert [one["code"] for one in steps if one["done"]] == ["drafted", "checked"]
    assert [(one["code"], one["by"]) for one in steps if one["now"]] == [("checked", "finance:B")]
    assert not any(one["done"] for one in money_words.steps_of({"status": "discarded"}))


def test_the_money_of_a_slip_is_added_up_by_document() -> None:
    lines = [
        {"source": "1", "document": "A", "amount_fen": 5},
        {"source": "3", "document": "B", "amount_fen": 9},
        {"source": "1", "document": "A", "amount_fen": -2},
    ]
    assert [(one["document"], one["amount_fen"]) for one in money_words.documents_of(lines)] == [("B", 9), ("A", 3)]


def test_a_year_lacks_each_kind_of_training_apart() -> None:
    """Too much of one kind does not make up for the other (四(五): 分开统计)."""
    row = {
        "party_minutes_owed": 480, "party_minutes": 600, "professional_minutes_owed": 1440, "professional_minutes": 1000,
    }  # fmt: skip
    assert training.lacking(row) == (0, 440)


def _trained(town: str, year: int, *, fulfilled: bool = False, overdue: bool = False) -> dict[str, Any]:
    minutes = {"party_minutes_owed": 480, "party_minutes": 0, "professional_minutes_owed": 0, "professional_minutes": 0}
    return {
        "town": town, "year": year, "fulfilled": fulfilled, "overdue": overdue, "key": f"{town}/{year}", **minutes,
    }  # fmt: skip


def test_towns_count_their_people_done_and_who_is_overdue_with_any_year() -> None:
    rows = [
        _trained("T02", 2026, fulfilled=True), _trained("T01", 2025, overdue=True), _trained("T01", 2026),
        _trained("T02", 2026),
    ]  # fmt: skip
    assert [training.year_of(text, date(2026, 3, 1)) for text in (None, "2025", "")] == [2026, 2025, None]
    assert next(one["key"] for one in training.of_year(rows, None)) == "T01/2025"
    people, overdue = training.of_year(rows, 2026), [one for one in rows if one["overdue"]]
    assert len(people) == 3
    assert training.by_town(people, overdue) == [
        {"town": "T01", "people": 1, "fulfilled": 0, "overdue": 1},
        {"town": "T02", "people": 2, "fulfilled": 1, "overdue": 0},
    ]


@pytest.mark.parametrize("folder", ["finance", "training"])
def test_every_command_that_a_page_names_has_a_form(folder: str) -> None:
    for path in Path(HERE, "templates", folder).glob("*.html"):
        named = re.findall(r"command_form\('([a-z-]+)'", path.read_text(encoding="utf-8"))
        assert set(named) <= set(ALL), path.name
