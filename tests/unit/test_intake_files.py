"""Proves that a file of requests means the same as CSV and as XLSX, and that its errors can be read in a spreadsheet."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from services.contracts.deciding import CommandRejected
from services.contracts.registry import Fact
from services.eventlog.problems import Problem
from services.eventlog.sheets import (
    ERROR_COLUMNS,
    SHEET_COLUMNS_MAX,
    UNPACKED_BYTES_MAX,
    error_file,
    kind_of_file,
)
from services.intake.domain import HOUSEHOLD, ReceiveRequest
from services.intake.town_events import BadInput, command_of, event_of_row, read
from services.intake.town_files import IMPORT_ROWS_MAX, SHEET_ROWS_MAX, rows_of
from tests.unit.test_intake_window import context, resident_id

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ROW: dict[str, str] = {
    "event_id": "e-1",
    "time": "2026-03-02T09:30:00+08:00",
    "household_no": "T01-H00001",
    "request_no": "R-1",
    "committee": "T01-C01",
    "channel": "window",
    "first_asked": "window:T01-W1",
    "needs": "dibao_urban;medical",
    "materials": "application_form；authorisation",
    "phone": "19900000001",
    "near_relative_declared": "否",
    "delegated": "1",
    "received_on": "2026-03-02",
    "member1_id": resident_id("51021219600101001"),
    "member1_name": "示例甲",
    "member1_relation": "本人",
    "member2_id": "",
    "member2_name": "",
    "member2_relation": "",
}
EMPTY = dict.fromkeys(ROW, "")


def csv_file(lines: Sequence[Sequence[Any]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(lines)
    return written.getvalue().encode("utf-8-sig")


def xlsx_file(lines: Sequence[Sequence[Any]], *more_sheets: str) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append([None if cell == "" else cell for cell in line])
    for name in more_sheets:
        book.create_sheet(name).append(["请逐行填写"])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def lines_of(*rows: dict[str, Any]) -> list[list[Any]]:
    return [list(ROW), *([row.get(name, "") for name in ROW] for row in rows)]


def came_to(raw: bytes) -> list[tuple[int, Any]]:
    """Of each row its facts, or the code and place of what is wrong: what an import would state and answer."""
    state, told = HOUSEHOLD.initial, []
    for number, row in rows_of(raw):
        try:
            command = command_of(read(event_of_row(row, "T01")), AT)
            assert isinstance(command, ReceiveRequest)
            facts: tuple[Fact, ...] = HOUSEHOLD.decide(state, command, context())
        except BadInput as bad:
            told.append((number, ("quarantined", bad.code, bad.errors)))
            continue
        except CommandRejected as no:
            told.append((number, ("refused", no.code)))
            continue
        for fact in facts:
            state = HOUSEHOLD.evolve(state, fact)
        told.append((number, facts))
    return told


def test_the_same_rows_by_csv_and_xlsx_come_to_the_same_facts_refusals_and_quarantine() -> None:
    lines = lines_of(
        ROW,
        ROW | {"event_id": "e-2"},  # the same request number again: refused
        EMPTY,  # counts as a row's number and is passed over
        ROW | {"event_id": "e-3", "request_no": "R-3", "delegated": "也许"},
        ROW | {"event_id": "e-4", "request_no": "R-4", "household_no": "T01-H00002", "needs": "tekun"},
        ROW | {"event_id": "e-5", "received_on": "2026-02-30"},
        ROW | {"event_id": "e-6", "member2_name": "示例乙", "member3_id": "1"},
    )
    by_csv, by_xlsx = came_to(csv_file(lines)), came_to(xlsx_file(lines, "填写说明"))
    assert by_xlsx == by_csv
    assert [number for number, _ in by_csv] == [2, 3, 5, 6, 7, 8]
    first, repeated, unclear, tekun, no_day, _ = (told for _, told in by_csv)
    assert [type(fact).__name__ for fact in first] == [
        "RequestReceived",
        "MaterialsNoticeIssued",
        "ApplicationReferred",
    ]
    assert repeated == ("refused", "request-repeated")
    assert unclear[:2] == ("quarantined", "value-invalid")
    assert [type(fact).__name__ for fact in tekun] == ["RequestReceived", "MaterialsNoticeIssued"]
    assert no_day[:2] == ("quarantined", "value-invalid")


def test_cells_that_are_no_text_mean_what_a_person_sees_in_them() -> None:
    typed = ROW | {
        "time": datetime.fromisoformat("2026-03-02T09:30"),
        "received_on": date(2026, 3, 2),
        "phone": 19900000001,
        "near_relative_declared": False,
        "delegated": True,
    }
    plain = ROW | {"near_relative_declared": "0"}
    assert rows_of(xlsx_file(lines_of(typed))) == rows_of(csv_file(lines_of(plain)))
    as_number = ROW | {"delegated": 1.0, "received_on": datetime.fromisoformat("2026-03-02T00:00")}
    assert rows_of(xlsx_file(lines_of(as_number))) == rows_of(csv_file(lines_of(ROW)))
    midnight = rows_of(xlsx_file(lines_of(ROW | {"time": datetime.fromisoformat("2026-03-02T00:00")})))
    assert midnight[0][1]["time"] == "2026-03-02T00:00:00+08:00"
    odd = rows_of(xlsx_file(lines_of(ROW | {"phone": 1.5, "needs": time(9, 30)})))
    assert (odd[0][1]["phone"], odd[0][1]["needs"]) == ("1.5", "09:30:00")


def test_a_resident_id_that_a_spreadsheet_cut_to_15_digits_is_never_taken_for_one() -> None:
    cut = int(ROW["member1_id"][:15] + "000") if ROW["member1_id"][:15].isdigit() else 0
    rows = rows_of(xlsx_file(lines_of(ROW | {"member1_id": cut})))
    assert rows[0][1]["member1_id"] == f"{cut:.5E}"
    assert came_to(xlsx_file(lines_of(ROW | {"member1_id": cut}))) == [(2, ("refused", "resident-id-invalid"))]


WORDS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"], exclude_characters="=_\ufeff"), max_size=12
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=1, max_size=6), max_size=8))
def test_any_texts_are_the_same_rows_by_both_kinds_of_file(cells: list[list[str]]) -> None:
    lines = [[f"c{i}" for i in range(4)], *cells]
    assert rows_of(xlsx_file(lines)) == rows_of(csv_file(lines))


def test_a_files_kind_is_told_by_its_bytes() -> None:
    assert kind_of_file(csv_file([["a"]])) == "csv"
    assert kind_of_file(xlsx_file([["a"]])) == "xlsx"


def spoiled(**replaced: bytes | None) -> bytes:
    """A workbook with parts of its zip replaced, or left out."""
    whole = xlsx_file(lines_of(ROW))
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = replaced.get(Path(name).stem, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return written.getvalue()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "file-empty"),
        (xlsx_file([]), 400, "file-empty"),
        (xlsx_file([["", ""], ["1", "2"]]), 400, "file-empty"),
        (csv_file([["a", "b", "a"]]), 400, "column-repeated"),
        (xlsx_file([["a", "b", "a"]]), 400, "column-repeated"),
        (b"PK\x03\x04 and then nothing", 400, "file-not-xlsx"),
        (xlsx_file(lines_of(ROW))[:-200], 400, "file-not-xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), 400, "file-not-xlsx"),
        (spoiled(workbook=None), 400, "file-not-xlsx"),
        (spoiled(sheet1=b"<worksheet"), 400, "file-not-xlsx"),
        (spoiled(sheet1=LAUGHS), 400, "file-not-xlsx"),
        (spoiled(theme1=bytes(UNPACKED_BYTES_MAX)), 413, "file-too-wide"),
        (xlsx_file([["a"] + [""] * SHEET_COLUMNS_MAX + ["b"]]), 413, "file-too-wide"),
        (csv_file([["a"], *[["1"]] * (IMPORT_ROWS_MAX + 1)]), 413, "file-too-long"),
        (xlsx_file([["a"], *[["1"]] * (IMPORT_ROWS_MAX + 1)]), 413, "file-too-long"),
        (xlsx_file([["a"], *[[]] * SHEET_ROWS_MAX, ["1"]]), 413, "file-too-long"),
        (xlsx_file([["a", *"bcdefghi"], ["x" * 32_000] * 9]), 413, "row-too-large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_none_is_refused_whole_in_both_languages(raw: bytes, status: int, code: str) -> None:
    with pytest.raises(Problem) as caught:
        rows_of(raw)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert caught.value.zh
    assert caught.value.en


def test_what_a_workbook_says_of_its_size_is_not_believed() -> None:
    lied = spoiled(sheet1=None)
    with zipfile.ZipFile(io.BytesIO(xlsx_file(lines_of(ROW)))) as whole:
        sheet = whole.read("xl/worksheets/sheet1.xml")
    start, end = sheet.index(b'<dimension ref="') + 16, sheet.index(b'"', sheet.index(b'<dimension ref="') + 16)
    with pytest.raises(Problem):
        rows_of(lied)
    assert rows_of(spoiled(sheet1=sheet[:start] + b"A1:A1" + sheet[end:])) == rows_of(csv_file(lines_of(ROW)))


def test_the_error_file_opens_in_a_spreadsheet_and_names_row_column_and_reason() -> None:
    errors = [
        {
            "row": 3,
            "column": "delegated",
            "code": "value-invalid",
            "detail": "应填 是 或 否",
            "detail_en": "must be 1, or 0",
        },
        {"row": 7, "column": "", "code": "request-repeated", "detail": "已登记", "detail_en": "is registered"},
    ]
    text = error_file(errors)
    assert text.encode().startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert tuple(heading) == ERROR_COLUMNS
    assert rows == [
        ["3", "delegated", "value-invalid", "应填 是 或 否", "must be 1, or 0"],
        ["7", "", "request-repeated", "已登记", "is registered"],
    ]


def test_a_quarantined_row_of_a_workbook_is_kept_as_text_and_can_be_driven_again() -> None:
    ((_, row),) = rows_of(xlsx_file(lines_of(ROW | {"phone": 19900000001})))
    assert msgspec.json.decode(msgspec.json.encode(row)) == row
    assert load_workbook(io.BytesIO(xlsx_file(lines_of(row)))).active.max_row == 2
