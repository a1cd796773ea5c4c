"""Proves that the printed proof says what the proof says, in both languages, and that nothing in it can run in a browser."""

from datetime import date
from html.parser import HTMLParser

import msgspec
import pytest

from services.casework.forms import proof_page
from services.casework.projections.proofs import ProofRow, ProofStep
from services.casework.rules import STEPS

MET = ProofStep(
    step="surveyed_by_two", article="民发〔2021〕57号第16条", state="met", done_on=date(2026, 3, 3), fact="e1",
    fact_type="assist.casework.household_surveyed.v1", by="officer:O001",
)  # fmt: skip
LATE = ProofStep(
    step="decided_in_term", article="民发〔2021〕57号第20条", state="late", done_on=date(2026, 3, 30),
    due_on=date(2026, 3, 27), days_late=3,
)  # fmt: skip
FAILED = ProofStep(step="noticed_in_full", article="民发〔2021〕57号第19条", state="failed", why="days=6")
ROW = ProofRow(
    household="T01-H00001", town="T01", need="dibao_urban", pack_version="procedure@2025-1",
    accepted_on=date(2026, 3, 2), member_count=2, steps=(MET, LATE, FAILED), outcome="confirmed",
)  # fmt: skip


class Cells(HTMLParser):
    """The text of each table row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_every_step_is_a_line_with_article_state_and_dates() -> None:
    _, met, late, failed = Cells(proof_page("R-1-dibao_urban", ROW, sample=False)).rows[8:]
    assert met == [
        "两人以上入户调查 surveyed by two", "民发〔2021〕57号第16条", "已完成 met", "2026-03-03", "", "", "officer:O001",
        "assist.casework.household_surveyed.v1 e1",
    ]  # fmt: skip
    assert late[2:6] == ["逾期完成 late", "2026-03-30", "2026-03-27", "3"]
    assert failed[2] == "不符合 failed：days=6"


@pytest.mark.parametrize(("complete", "said"), [(True, "程序完备 complete"), (False, "程序未完备 not complete")])
def test_the_page_says_whether_the_whole_is_complete(complete: bool, said: str) -> None:
    assert said in proof_page("R-1", msgspec.structs.replace(ROW, complete=complete), sample=False)


def test_sample_data_are_labelled() -> None:
    assert "示例数据 sample data" in proof_page("R-1", ROW, sample=True)
    assert "示例数据" not in proof_page("R-1", ROW, sample=False)


def test_nothing_that_was_typed_becomes_markup() -> None:
    spoiled = msgspec.structs.replace(MET, article="<script>alert(1)</script>", by='"><img src=x>')
    page = proof_page("<b>R</b>", msgspec.structs.replace(ROW, steps=(spoiled,)), sample=False)
    assert not {"script", "img", "b"} & set(Cells(page).tags)


def test_every_step_has_a_name_to_print() -> None:
    assert all(zh and en for zh, en in STEPS.values())
