"""Proves what finance's and trainers' pages do by themselves: forms become commands, rows become what people read."""

import re
from pathlib import Path
from typing import Any

import pytest

from services.portal.api import money_forms, money_words, training, training_forms
from services.portal.api.forms import body_of
from services.portal.rendering import HERE

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


def test_towns_count_their_people_done_and_overdue() -> None:
    people = [
        {"town": "T02", "fulfilled": True, "overdue": False},
        {"town": "T01", "fulfilled": False, "overdue": True},
        {"town": "T02", "fulfilled": False, "overdue": False},
    ]
    assert training.by_town(people) == [
        {"town": "T01", "people": 1, "fulfilled": 0, "overdue": 1},
        {"town": "T02", "people": 2, "fulfilled": 1, "overdue": 0},
    ]


@pytest.mark.parametrize("folder", ["finance", "training"])
def test_every_command_that_a_page_names_has_a_form(folder: str) -> None:
    for path in Path(HERE, "templates", folder).glob("*.html"):
        named = re.findall(r"command_form\('([a-z-]+)'", path.read_text(encoding="utf-8"))
        assert set(named) <= set(ALL), path.name
