"""Proves what files to and from the municipal system say: same rows same bytes, no formulas, and lists held against ours."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.casework.domain.commands.municipal import OpenWarning
from services.casework.domain.state import Household, KnownMember
from services.casework.municipal_files import (
    Compared,
    Folder,
    Listed,
    Opened,
    compared,
    difference_task_no,
    listed,
    personal_columns,
    table_rows,
    warned,
    warning_commands,
)
from services.casework.projections.households import HouseholdRow
from services.casework.rules.municipal import EarlyWarning, MunicipalExchange
from services.contracts.money import Fen
from services.contracts.months import Month
from services.eventlog.problems import Problem
from services.eventlog.sheets import csv_table, rows_of, xlsx_table
from tests.unit.casework_steps import BOOK
from tests.unit.test_intake_window import resident_id

DAY = date(2026, 3, 20)
PACK = BOOK.on("municipal_exchange", DAY, MunicipalExchange)
WARNING = BOOK.on("early_warning", DAY, EarlyWarning)
OPERATIONS = Path(__file__).parents[2] / "docs" / "OPERATIONS.md"
ID, OTHER_ID = resident_id("51021219800101001"), resident_id("51021219810101001")


def household(**changes: Any) -> HouseholdRow:
    fields: dict[str, Any] = {
        "town": "T01", "committee": "T01-C01", "category": "dibao_urban", "status": "receiving", "member_count": 2,
        "monthly_amount_fen": Fen(73_500), "officer": "O001", "from_month": Month(2026, 4), "municipal_nos": ("MZ-2026-00001",),
    }  # fmt: skip
    return HouseholdRow(**(fields | changes))


def folder(**changes: Any) -> Folder:
    state = Household(members=(KnownMember(person="p_a", relation="本人"), KnownMember(person="p_b", relation="配偶")))
    fields: dict[str, Any] = {
        "household_no": "T01-H00011", "row": household(), "state": state, "application_no": "R-1-dibao_urban", "changed_on": DAY,
    }  # fmt: skip
    return Folder(**(fields | changes))


def example(of: str) -> bytes:
    """A file as OPERATIONS shows it, under the fence ``csv <of>``."""
    text = OPERATIONS.read_text(encoding="utf-8")
    return text.partition(f"```csv {of}\n")[2].partition("```")[0].encode()


# ---- files


CELLS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_the_same_rows_are_the_same_bytes_and_both_kinds_read_as_the_same(rows: list[list[str]]) -> None:
    heading = ["甲", "乙", "丙"]
    assert xlsx_table(heading, rows) == xlsx_table(heading, rows)
    assert rows_of(xlsx_table(heading, rows)) == rows_of(csv_table(heading, rows, "utf-8"))


def test_a_cell_is_never_a_formula_and_a_number_stays_text() -> None:
    rows = [["=1+1", "+86", "-5", "@x", "\tx", "500112198001010017", "735.00"]]
    heading = [f"c{n}" for n in range(7)]
    wanted = ["'=1+1", "'+86", "'-5", "'@x", "'\tx", "500112198001010017", "735.00"]
    sheet = load_workbook(io.BytesIO(xlsx_table(heading, rows))).active
    assert [(cell.value, cell.data_type, cell.number_format) for cell in sheet[2]] == [
        (text, "s", "@") for text in wanted
    ]
    text = csv_table(heading, rows, "utf-8").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == wanted
    assert '"500112198001010017"' in text


def test_gb18030_holds_every_name() -> None:
    rows = [["㐂", "𠮷野", "王五"]]
    raw = csv_table(["甲", "乙", "丙"], rows, "gb18030")
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(raw.decode("gb18030"), newline="")))[1] == rows[0]


def test_a_workbook_survives_what_xml_cannot_hold() -> None:
    sheet = load_workbook(io.BytesIO(xlsx_table(["甲"], [["a\x01<b>&"]]))).active
    assert sheet["A2"].value == "a\ufffd<b>&"


# ---- what we give out


def test_a_table_has_the_profiles_columns_codes_and_order_and_no_name_unless_it_was_opened() -> None:
    table = PACK.tables["cases"]
    (row,) = table_rows(table, [folder()], PACK)
    assert row == [
        "MZ-2026-00001", "T01-H00011", "R-1-dibao_urban", "T01", "T01-C01", "11", "1", "2", "", "", "", "2026-03-20",
    ]  # fmt: skip
    assert personal_columns(table) == ("address", "name", "resident_id")
    opened = folder(opened=Opened(names=("示例甲", "示例乙"), resident_ids=(ID, OTHER_ID), address="示例路1号"))
    (row,) = table_rows(table, [opened], PACK)
    assert row[8:11] == ["示例甲", ID, "示例路1号"]
    first, second = table_rows(PACK.tables["members"], [opened], PACK)
    assert (first[2:], second[2:]) == (["p_a", "本人", "示例甲", ID], ["p_b", "配偶", "示例乙", OTHER_ID])


def test_a_suspended_benefit_has_a_code_of_its_own_and_rows_come_by_number() -> None:
    later = folder(household_no="T01-H00009", row=household(suspended_from=Month(2026, 3), municipal_nos=()))
    rows = table_rows(PACK.tables["amounts"], [folder(), later], PACK)
    assert rows == [
        ["", "T01-H00009", "11", "2", "735.00", "2026-04"],
        ["MZ-2026-00001", "T01-H00011", "11", "1", "735.00", "2026-04"],
    ]


def test_a_table_that_asks_for_what_its_rows_do_not_have_is_no_table() -> None:
    with pytest.raises(msgspec.ValidationError, match="has no field"):
        msgspec.convert(
            {"row": "member", "columns": [{"heading": "金额", "field": "monthly_amount_yuan"}]},
            type(PACK.tables["cases"]),
        )


def test_the_documented_export_is_what_is_written() -> None:
    heading = [column.heading for column in PACK.tables["amounts"].columns]
    raw = csv_table(heading, table_rows(PACK.tables["amounts"], [folder()], PACK), "utf-8")
    assert raw.decode("utf-8-sig").replace("\r\n", "\n").encode() == example("export amounts")


# ---- their list against ours


HEADING = ["市级编号", "救助类别", "状态", "保障人数", "月保障金额（元）"]


def a_list(*lines: Sequence[str]) -> bytes:
    return csv_table(HEADING, lines, "utf-8")


def held_against(raw: bytes, ours: dict[str, HouseholdRow]) -> Compared:
    lines, faults = listed(rows_of(raw), PACK)
    assert faults == []
    return compared(lines, ours, town="T01", comparison_no="B-1", responsible="bureau:B01")


def test_what_is_equal_is_no_difference() -> None:
    found = held_against(a_list(["MZ-2026-00001", "11", "1", "2", "735"]), {"T01-H00011": household()})
    assert (found.equal, found.found) == (1, ())


@pytest.mark.parametrize(
    ("line", "ours", "kinds"),
    [
        (["MZ-99", "11", "1", "2", "735"], {}, [("only_there", "", "dibao_urban/receiving", "bureau:B01")]),
        (["MZ-2026-00001", "11", "1", "2", "600.00"], {}, [("amount", "735.00", "600.00", "officer:O001")]),
        (["MZ-2026-00001", "11", "1", "3", "735.00"], {}, [("members", "2", "3", "officer:O001")]),
        (
            ["MZ-2026-00001", "11", "3", "3", "0"],
            {},
            [("status", "dibao_urban/receiving", "dibao_urban/ended", "officer:O001")],
        ),
        (
            ["MZ-2026-00001", "12", "1", "2", "735"],
            {},
            [("status", "dibao_urban/receiving", "dibao_rural/receiving", "officer:O001")],
        ),
        (["MZ-2026-00001", "11", "3", "2", "0"], {"status": "ended", "monthly_amount_fen": Fen(73_500)}, []),
        (
            ["MZ-2026-00001", "11", "1", "3", "1"],
            {},
            [("amount", "735.00", "1.00", "officer:O001"), ("members", "2", "3", "officer:O001")],
        ),
    ],
)
def test_each_kind_of_difference(line: list[str], ours: dict[str, Any], kinds: list[tuple[str, str, str, str]]) -> None:
    found = held_against(a_list(line), {"T01-H00011": household(**ours)})
    mine = [one for one in found.found if one.kind != "only_here"]
    assert [(one.kind, one.ours, one.theirs, one.responsible) for one in mine] == kinds


def test_who_receives_here_and_is_not_on_the_list_is_a_difference_but_nobody_else() -> None:
    ours = {
        "T01-H00011": household(),
        "T01-H00012": household(municipal_nos=()),
        "T01-H00013": household(status="ended"),
        "T01-H00014": household(status="applying"),
        "T01-H00015": household(status="receiving", suspended_from=Month(2026, 3), officer=""),
    }
    found = held_against(a_list(), ours)
    assert [(one.kind, one.household_no, one.responsible) for one in found.found] == [
        ("only_here", "T01-H00011", "officer:O001"),
        ("only_here", "T01-H00012", "officer:O001"),
        ("only_here", "T01-H00015", "bureau:B01"),
    ]
    assert found.count("only_here") == 3


def test_the_same_difference_is_the_same_task_from_whatever_list() -> None:
    (first,) = held_against(a_list(["MZ-2026-00001", "11", "1", "2", "600"]), {"T01-H00011": household()}).found
    (again,) = held_against(a_list(["MZ-2026-00001", "11", "1", "2", "500"]), {"T01-H00011": household()}).found
    assert first.task_no == again.task_no == difference_task_no("T01", "amount", "T01-H00011", "MZ-2026-00001")
    assert first.task_no != difference_task_no("T01", "members", "T01-H00011", "MZ-2026-00001")


def test_the_documented_list_names_its_faults_by_row_and_column() -> None:
    lines, faults = listed(rows_of(example("municipal list")), PACK)
    assert lines == [
        Listed(
            row=2,
            municipal_no="MZ-2026-00001",
            status="dibao_urban/receiving",
            member_count=2,
            monthly_amount_fen=73_500,
        ),
        Listed(
            row=3, municipal_no="MZ-2026-00002", status="tekun/receiving", member_count=1, monthly_amount_fen=95_600
        ),
    ]
    assert [(fault.row, fault.column, fault.code) for fault in faults] == [
        (4, "救助类别", "code-unknown"),
        (5, "市级编号", "row-repeated"),
        (6, "月保障金额（元）", "value-invalid"),
    ]


@pytest.mark.parametrize("amount", ["-1", "1.005", "NaN", "1e99", "十", "Infinity"])
def test_an_amount_that_is_none(amount: str) -> None:
    _, (fault,) = listed(rows_of(a_list(["MZ-01", "11", "1", "1", f" {amount}"])), PACK)
    assert (fault.code, fault.column) == ("value-invalid", "月保障金额（元）")


@pytest.mark.parametrize(
    ("number", "code"),
    [("", "value-missing"), ("户1", "value-invalid"), ("x" * 41, "value-invalid"), (ID, "personal-in-text")],
)
def test_a_number_that_is_none_stands_in_no_fact(number: str, code: str) -> None:
    lines, faults = listed(rows_of(a_list([number, "11", "1", "1", "1"])), PACK)
    assert (lines, [(fault.code, fault.column) for fault in faults]) == ([], [(code, "市级编号")])
    assert not number or number not in str(faults)


def test_a_list_without_its_columns_is_refused_whole() -> None:
    with pytest.raises(Problem) as caught:
        listed(rows_of(csv_table(["市级编号"], [["MZ-1"]], "utf-8")), PACK)
    assert caught.value.code == "columns-missing"
    assert "状态" in caught.value.zh


# ---- warnings


def pseudonym(text: str) -> str:
    return f"p_{text}"


def came_to(
    raw: bytes, *, responsible: str = "", town: str | None = None
) -> tuple[list[OpenWarning], list[tuple[int, str, str]]]:
    lines, faults = warned(rows_of(raw), WARNING, town, pseudonym)
    receiving = Household(known=True, category="dibao_urban", responsible="officer:O007")
    households = {f"p_{OTHER_ID}": ("T01-H00011", receiving)}
    found, more = warning_commands(lines, WARNING, households, {"T01-C01": "officer:O001"}, responsible)
    told = sorted((fault.row, fault.column, fault.code) for fault in (*faults, *more))
    return [line.command for line in found], told


def test_the_documented_warnings_become_tasks_links_and_faults() -> None:
    found, told = came_to(example("early warnings"))
    assert [(one.warning_no, one.kind, one.household_no, one.receiving, one.responsible) for one in found] == [
        ("YJ-202603-0001", "medical_expense", "", False, "officer:O001"),
        ("YJ-202603-0002", "job_loss", "T01-H00011", True, "officer:O007"),
    ]
    assert found[0].task_no == f"T01-W-p_{ID}"
    assert told == [
        (4, "预警类型", "kind-unknown"),
        (5, "村居", "responsible-missing"),
        (6, "预警日期", "value-invalid"),
    ]
    _, told = came_to(example("early warnings"), responsible="town-leader:T01-L1")
    assert [code for _, _, code in told] == ["kind-unknown", "value-invalid"]


def test_a_town_imports_its_own_lines_only() -> None:
    found, told = came_to(example("early warnings"), town="T02")
    assert found == []
    assert {code for _, _, code in told} == {"wrong-town"}
