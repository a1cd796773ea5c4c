"""Proves the batch files of information checks: what a register is asked, and its answers with each wrong row named."""

import csv
import io
import json
from datetime import date

import pytest

from services.casework.check_files import (
    NAMED_COLUMNS,
    REQUEST_COLUMNS,
    OpenCheck,
    Row,
    answer_rows,
    answers_of,
    csv_of,
    error_file,
    request_rows,
)
from services.casework.domain import RecordInformationCheck
from services.casework.projections.checks import OpenCheckRow, PersonRow
from services.eventlog.problems import Problem

HUSBAND, WIFE, SON = "p_aaa", "p_bbb", "p_ccc"


def check(number: str, *persons: str, registers: tuple[str, ...] = ("bank", "vehicle")) -> OpenCheck:
    row = OpenCheckRow(
        household=f"T01-H0000{number}", town="T01", check_no=f"R-{number}-K1", requested_on=date(2026, 3, 3),
        open_registers=registers,
        persons=tuple(PersonRow(person=one, relation="本人", supporter=one == SON) for one in persons),
    )  # fmt: skip
    return OpenCheck(application_no=f"R-{number}", row=row)


CHECKS = {one.row.check_no: one for one in (check("1", HUSBAND, WIFE), check("2", SON))}


def answer(number: str, person: str, outcome: str = "一致", register: str = "bank", on: str = "2026-03-05") -> Row:
    return {
        "check_no": f"R-{number}-K1", "register": register, "person": person, "outcome": outcome, "returned_on": on,
    }  # fmt: skip


def rows(*given: Row) -> list[tuple[int, Row]]:
    return list(enumerate(given, 2))


def test_an_open_request_is_a_row_a_person_and_names_nobody() -> None:
    asked = request_rows(CHECKS.values(), "bank")
    assert [(row["check_no"], row["person"], row["supporter"], row["outcome"]) for row in asked] == [
        ("R-1-K1", HUSBAND, "否", ""),
        ("R-1-K1", WIFE, "否", ""),
        ("R-2-K1", SON, "是", ""),
    ]
    assert all(set(row) == set(REQUEST_COLUMNS) for row in asked)
    read = list(csv.DictReader(io.StringIO(csv_of(asked, REQUEST_COLUMNS).removeprefix("\ufeff"))))
    assert read == asked


def test_names_stand_only_in_the_file_that_was_asked_for_by_name() -> None:
    named = {("R-2-K1", SON): ("示例丁", "510212198505050031")}
    (row,) = request_rows([CHECKS["R-2-K1"]], "bank", named)
    assert (row["name"], row["resident_id"]) == ("示例丁", "510212198505050031")
    assert set(row) == set(NAMED_COLUMNS)


def test_a_request_that_comes_back_filled_in_is_one_answer_a_check_and_register() -> None:
    filled = [
        row | {"outcome": "不一致" if row["person"] == WIFE else "一致", "returned_on": "2026-03-05"}
        for row in request_rows(CHECKS.values(), "bank")
    ]
    raw = csv_of(filled, REQUEST_COLUMNS).encode()
    found, errors = answers_of(answer_rows(raw), CHECKS)
    assert errors == []
    assert [one.row for one in found] == [2, 4]
    assert found[0].command == RecordInformationCheck(
        household_no="T01-H00001", application_no="R-1", check_no="R-1-K1", registers=("bank",), conflicts=("bank",),
        conflict_persons=(WIFE,), returned_on=date(2026, 3, 5),
    )  # fmt: skip
    assert (found[1].command.conflicts, found[1].command.conflict_persons) == ((), ())


def test_the_same_answers_by_csv_and_json_and_in_gb18030_are_the_same() -> None:
    given = [answer("1", HUSBAND), answer("1", WIFE, "不一致"), answer("2", SON)]
    as_csv = csv_of(given, list(given[0]))
    commands = []
    for raw in (as_csv.encode(), as_csv.removeprefix("\ufeff").encode("gb18030"), json.dumps(given).encode()):
        found, errors = answers_of(answer_rows(raw), CHECKS)
        assert errors == []
        commands.append([one.command for one in found])
    assert commands[0] == commands[1] == commands[2]


@pytest.mark.parametrize(
    ("column", "code", "row"),
    [
        ("check_no", "check-not-open", answer("9", HUSBAND)),
        ("register", "register-not-asked", answer("2", SON, register="property")),
        ("person", "person-unknown", answer("2", HUSBAND)),
        ("outcome", "outcome-invalid", answer("2", SON, "也许")),
        ("outcome", "outcome-invalid", answer("2", SON, "")),
        ("returned_on", "date-invalid", answer("2", SON, on="三月五日")),
        ("returned_on", "date-invalid", answer("2", SON, on="2026-02-30")),
    ],
)
def test_a_wrong_row_is_named_by_row_column_and_reason_and_its_neighbours_are_taken(
    column: str, code: str, row: Row
) -> None:
    good = (answer("1", HUSBAND), answer("1", WIFE))
    found, (error,) = answers_of(rows(*good, row), CHECKS)
    assert [one.command.check_no for one in found] == ["R-1-K1"]
    assert (error.row, error.column, error.code) == (4, column, code)
    assert error.detail
    assert error.detail_en
    assert f"4,{column},{code}," in error_file([error])
    assert not any(value and value in error.detail for value in row.values())


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("person-missing", (answer("1", HUSBAND),)),
        ("row-repeated", (answer("1", HUSBAND), answer("1", WIFE), answer("1", WIFE))),
        ("outcome-invalid", (answer("1", HUSBAND), answer("1", WIFE, "?"))),
    ],
)
def test_a_registers_answer_about_a_check_is_taken_whole_or_not_at_all(code: str, given: tuple[Row, ...]) -> None:
    found, (error,) = answers_of(rows(*given), CHECKS)
    assert (found, error.code) == ([], code)


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("columns-missing", b""),
        ("columns-missing", b"check_no,register\nR-1-K1,bank\n"),
        ("columns-missing", b"check_no,register,person,outcome,returned_on,person\n"),
        ("file-not-csv", b'check_no,register,person,outcome,returned_on\n"R-1'),
        ("file-encoding", b"\xff\xff\xff"),
        ("file-not-json", b"[{"),
        ("file-not-json", b'{"check_no": 1}'),
        ("file-too-long", b"[" + b",".join([b"{}"] * 5_001) + b"]"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(code: str, raw: bytes) -> None:
    with pytest.raises(Problem) as caught:
        answer_rows(raw)
    assert caught.value.code == code


def test_a_cell_of_another_kind_is_a_wrong_cell() -> None:
    given = [answer("2", SON) | {"outcome": 1}]
    _, (error,) = answers_of(answer_rows(json.dumps(given).encode()), CHECKS)
    assert (error.row, error.column) == (1, "outcome")
