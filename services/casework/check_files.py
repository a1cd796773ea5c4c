"""Batch files of information checks (家庭信息核查比对): open requests for a register, and its answers as commands; sends nothing."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import msgspec

from services.casework.domain import RecordInformationCheck
from services.casework.projections.checks import OpenCheckRow
from services.eventlog.problems import Problem

ANSWER_ROWS_MAX: Final = 5_000
REQUEST_COLUMNS: Final = (
    "check_no", "register", "person", "relation", "supporter", "requested_on", "outcome", "returned_on",
)  # fmt: skip
NAMED_COLUMNS: Final = (*REQUEST_COLUMNS, "name", "resident_id")
ANSWER_COLUMNS: Final = ("check_no", "register", "person", "outcome", "returned_on")
ERROR_COLUMNS: Final = ("行 row", "列 column", "代码 code", "原因", "reason")
_OUTCOMES: Final = {"consistent": False, "一致": False, "conflict": True, "不一致": True}
_BOM: Final = "\ufeff"

Row = dict[str, str]
FileKind = Literal["csv", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCheck:
    """A running check and the application it is of."""

    application_no: str
    row: OpenCheckRow


class RowError(msgspec.Struct, frozen=True, kw_only=True):
    """One row that was not taken: its number as a spreadsheet counts, the column, and why; no value is repeated."""

    row: int
    column: str
    code: str
    detail: str
    detail_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one register says about one check, and the first of the rows that say it."""

    row: int
    command: RecordInformationCheck


def request_rows(
    checks: Iterable[OpenCheck], register: str, named: Mapping[tuple[str, str], tuple[str, str]] | None = None
) -> list[Row]:
    """A row for each person that `register` is asked about; with name and number where `named` gives them.

    `named` is by check number and pseudonym. The answer comes back in the columns left empty.
    """
    rows = []
    for check in checks:
        for one in check.row.persons:
            row = {
                "check_no": check.row.check_no,
                "register": register,
                "person": one.person,
                "relation": one.relation,
                "supporter": "是" if one.supporter else "否",
                "requested_on": str(check.row.requested_on or ""),
                "outcome": "",
                "returned_on": "",
            }
            if named is not None:
                name, resident_id = named[check.row.check_no, one.person]
                row |= {"name": name, "resident_id": resident_id}
            rows.append(row)
    return rows


def csv_of(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Rows as a CSV file that a spreadsheet opens as it is (UTF-8 with BOM)."""
    written = io.StringIO(newline="")
    lines = csv.DictWriter(written, columns)
    lines.writeheader()
    lines.writerows(rows)
    return _BOM + written.getvalue()


def error_file(errors: Iterable[RowError]) -> str:
    """The errors of an import as a CSV file."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(ERROR_COLUMNS)
    for error in errors:
        lines.writerow([error.row, error.column, error.code, error.detail, error.detail_en])
    return _BOM + written.getvalue()


def answer_rows(raw: bytes) -> list[tuple[int, Row]]:
    """A register's file, CSV (UTF-8 or GB18030) or JSON (a list of objects), as rows with their numbers.

    The heading of a CSV file is row 1; the first object of a JSON file is row 1. A `Problem` for a file that is none.
    """
    rows = _json_rows(raw) if raw.lstrip()[:1] in (b"[", b"{") else _csv_rows(raw)
    if len(rows) > ANSWER_ROWS_MAX:
        raise Problem(
            status=413, code="file-too-long", zh=f"一个文件最多 {ANSWER_ROWS_MAX} 行", en=f"at most {ANSWER_ROWS_MAX} rows a file"
        )  # fmt: skip
    return rows


def _json_rows(raw: bytes) -> list[tuple[int, Row]]:
    try:
        given = msgspec.json.decode(raw, type=list[dict[str, Any]])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(
            status=400, code="file-not-json", zh="文件须为 JSON 对象的列表", en="the file must be a JSON list of objects"
        ) from error  # fmt: skip
    return [
        (number, {name: value if isinstance(value, str) else "" for name, value in row.items()})
        for number, row in enumerate(given, 1)
    ]


def _csv_rows(raw: bytes) -> list[tuple[int, Row]]:
    try:
        lines = list(csv.reader(io.StringIO(_text(raw), newline=""), strict=True))
    except csv.Error as error:
        raise Problem(
            status=400, code="file-not-csv", zh="文件不是完整的 CSV", en="the file is no complete CSV"
        ) from error
    heading = [name.strip() for name in lines[0]] if lines else []
    missing = [name for name in ANSWER_COLUMNS if name not in heading]
    if missing or len(set(heading)) < len(heading):
        raise Problem(
            status=400, code="columns-missing", zh=f"表头须有且仅各有一列：{'、'.join(ANSWER_COLUMNS)}",
            en=f"the heading must name once each: {', '.join(ANSWER_COLUMNS)}",
        )  # fmt: skip
    return [
        (number, dict(zip(heading, [cell.strip() for cell in cells], strict=False)))
        for number, cells in enumerate(lines[1:], 2)
        if any(cells)
    ]


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem(
        status=400, code="file-encoding", zh="文件编码须为 UTF-8 或 GB18030", en="the file must be UTF-8 or GB18030"
    )


def answers_of(rows: Sequence[tuple[int, Row]], checks: Mapping[str, OpenCheck]) -> tuple[list[Answer], list[RowError]]:
    """One answer for each check and register whose rows are all right and name every person; else what is wrong.

    `checks`: the open ones by check number. A register's answer is taken whole or not at all.
    """
    errors: dict[int, RowError] = {}
    groups: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    for number, row in rows:
        error = _row_error(number, row, checks)
        if error is not None:
            errors[number] = error
        groups.setdefault((row.get("check_no", ""), row.get("register", "")), []).append((number, row))
    answers = []
    for (check_no, register), group in groups.items():
        if any(number in errors for number, _ in group):
            continue
        check, first = checks[check_no], group[0][0]
        named = [row["person"] for _, row in group]
        if len(set(named)) < len(named):
            errors[first] = _error(first, "person", "row-repeated", "同一人员重复填写", "a person is answered twice")
        elif set(named) != {one.person for one in check.row.persons}:
            errors[first] = _error(
                first, "person", "person-missing", "该项目未答复全部人员", "a person of this check has no answer"
            )
        else:
            answers.append(Answer(row=first, command=_command(check, register, [row for _, row in group])))
    return answers, [errors[number] for number in sorted(errors)]


def _command(check: OpenCheck, register: str, rows: list[Row]) -> RecordInformationCheck:
    persons = tuple(row["person"] for row in rows if _OUTCOMES[row["outcome"]])
    return RecordInformationCheck(
        household_no=check.row.household,
        application_no=check.application_no,
        check_no=check.row.check_no,
        registers=(register,),
        conflicts=(register,) if persons else (),
        conflict_persons=persons,
        returned_on=max(date.fromisoformat(row["returned_on"]) for row in rows),
    )


def _row_error(number: int, row: Row, checks: Mapping[str, OpenCheck]) -> RowError | None:
    check = checks.get(row.get("check_no", ""))
    if check is None:
        return _error(number, "check_no", "check-not-open", "没有这个待反馈的核对", "no such check waits for an answer")
    if row.get("register") not in check.row.open_registers:
        return _error(number, "register", "register-not-asked", "该项目不在待反馈之列", "this register is not asked")
    if row.get("person") not in {one.person for one in check.row.persons}:
        return _error(number, "person", "person-unknown", "不在本次核对人员中", "nobody so named is checked")
    if row.get("outcome") not in _OUTCOMES:
        return _error(number, "outcome", "outcome-invalid", "应为 一致 或 不一致", "must be consistent or conflict")
    try:
        date.fromisoformat(row.get("returned_on", ""))
    except ValueError:
        return _error(number, "returned_on", "date-invalid", "应为 YYYY-MM-DD", "must be YYYY-MM-DD")
    return None


def _error(row: int, column: str, code: str, zh: str, en: str) -> RowError:
    return RowError(row=row, column=column, code=code, detail=zh, detail_en=en)
