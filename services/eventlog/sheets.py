"""Tables as files, CSV or XLSX: read as rows of text by column within limits, written the same bytes for the same rows."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, Final, Literal
from xml.sax.saxutils import escape

from openpyxl import load_workbook

from services.contracts.deciding import CHINA
from services.eventlog.problems import Problem

IMPORT_ROWS_MAX: Final = 5_000
# No row of a table for people is longer; an event's own limit is the same.
ROW_BYTES_MAX: Final = 256 * 1024
# An XLSX is a zip: what it unpacks to, and how far its sheet is looked through, is limited before it is read.
UNPACKED_BYTES_MAX: Final = 32 * 1024 * 1024
SHEET_ROWS_MAX: Final = 20_000
SHEET_COLUMNS_MAX: Final = 512
# A spreadsheet keeps 15 digits of a number; a longer one has lost its end.
EXACT_DIGITS: Final = 15
ERROR_COLUMNS: Final = ("行 row", "列 column", "代码 code", "原因", "reason")
_BOM: Final = "\ufeff"
_ZIP: Final = b"PK\x03\x04"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_TIMED_COLUMN: Final = "time"

# Its warnings about a file may repeat a cell's value; they are nobody's business but the file's.
warnings.filterwarnings("ignore", module=r"openpyxl\.")

Row = tuple[int, dict[str, str]]
FileKind = Literal["csv", "xlsx"]


def kind_of_file(raw: bytes) -> FileKind:
    """What a file is, by its own first bytes: people's browsers and names of files say anything."""
    return "xlsx" if raw.startswith((_ZIP, _OLD_WORKBOOK)) else "csv"


def rows_of(raw: bytes) -> list[Row]:
    """The file's rows with their numbers as a spreadsheet counts them (the heading is row 1, empty rows count too).

    The same cells give the same rows whichever kind the file is. A `Problem` for a file that is none.
    """
    lines = iter(_sheet(raw)) if kind_of_file(raw) == "xlsx" else iter(_csv(raw))
    heading = _without_empty_end([name.strip() for name in next(lines, [])])
    if not heading:
        raise Problem(status=400, code="file-empty", zh="文件没有表头", en="the file has no heading")
    if len(set(heading)) < len(heading):
        raise Problem(status=400, code="column-repeated", zh="表头有重复的列", en="a column is named twice")
    found: list[Row] = []
    for number, given in enumerate(lines, 2):
        cells = _without_empty_end(given)
        if not cells:
            continue
        if len(found) == IMPORT_ROWS_MAX:
            raise _too_long(IMPORT_ROWS_MAX)
        if sum(len(cell.encode()) for cell in cells) > ROW_BYTES_MAX:
            raise Problem(
                status=413, code="row-too-large", zh=f"第 {number} 行过大，全文件未处理", en=f"row {number} is too large; nothing was read"
            )  # fmt: skip
        found.append((number, _named(heading, cells)))
    return found


def error_file(errors: Iterable[dict[str, Any]]) -> str:
    """The errors of an import as a CSV file that a spreadsheet opens as it is (UTF-8 with BOM); no value is repeated."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(ERROR_COLUMNS)
    for error in errors:
        lines.writerow([error[name] for name in ("row", "column", "code", "detail", "detail_en")])
    return _BOM + written.getvalue()


def _too_long(rows: int) -> Problem:
    return Problem(status=413, code="file-too-long", zh=f"一个文件最多 {rows} 行", en=f"at most {rows} rows a file")


def _without_empty_end(cells: list[str]) -> list[str]:
    """Cells up to the last filled one: how many empty ones follow differs by the program that wrote the file."""
    filled = [i for i, cell in enumerate(cells, 1) if cell]
    return cells[: filled[-1]] if filled else []


def _named(heading: list[str], cells: list[str]) -> dict[str, str]:
    """A row by its columns; cells that are missing at its end are empty, those beyond the heading are kept apart."""
    row = dict(zip(heading, cells + [""] * (len(heading) - len(cells)), strict=False))
    beyond = cells[len(heading) :]
    return row | {"(extra)": ",".join(beyond)} if any(beyond) else row


def _csv(raw: bytes) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(_text(raw), newline=""), strict=True))
    except csv.Error as error:
        raise Problem(
            status=400, code="file-not-csv", zh="文件不是完整的 CSV，请检查引号与单元格长度", en="the file is no complete CSV: look at quotes and long cells"
        ) from error  # fmt: skip


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem(
        status=400, code="file-encoding", zh="文件编码须为 UTF-8 或 GB18030", en="the file must be UTF-8 or GB18030"
    )


def _sheet(raw: bytes) -> Iterator[list[str]]:
    """The first sheet's rows as text. However a broken workbook fails, the answer is one `Problem` without its words."""
    if not raw.startswith(_ZIP):
        raise _no_workbook()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as unpacked:
            if sum(member.file_size for member in unpacked.infolist()) > UNPACKED_BYTES_MAX:
                raise _too_wide()
        yield from _sheet_rows(raw)
    except Problem:
        raise
    except Exception as error:
        raise _no_workbook() from error


def _no_workbook() -> Problem:
    return Problem(
        status=400,
        code="file-not-xlsx",
        zh="文件不是完整的 XLSX 工作簿，请另存为 XLSX 或 CSV",
        en="the file is no complete XLSX workbook; save it as XLSX or CSV",
    )


def _too_wide() -> Problem:
    return Problem(
        status=413, code="file-too-wide", zh="工作簿过大，请只保留数据行列", en="the workbook is too large; keep rows and columns of data only"
    )  # fmt: skip


def _sheet_rows(raw: bytes) -> Iterator[list[str]]:
    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        if not book.worksheets:
            return
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is not what it holds
        heading: list[str] = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > SHEET_ROWS_MAX:
                raise _too_long(SHEET_ROWS_MAX)
            if len(cells) > SHEET_COLUMNS_MAX:
                raise _too_wide()
            texts = [_cell(value, heading[i] if i < len(heading) else "") for i, value in enumerate(cells)]
            heading = heading or [text.strip() for text in texts]
            yield texts
    finally:
        book.close()


def _cell(value: object, column: str) -> str:
    """A cell's value as the text that the same cell of a CSV file has; dates as this door reads them, times in China's."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case int() | float():
            return _number(value)
        case datetime():
            if column == _TIMED_COLUMN or value.time() != time():
                return value.replace(microsecond=0, tzinfo=CHINA).isoformat()
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _number(value: int | float) -> str:
    """A whole number in full; one that the spreadsheet cannot hold exactly as it would show it, so that it fits nowhere."""
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    digits = str(int(value))
    return digits if len(digits.lstrip("-")) <= EXACT_DIGITS else f"{value:.5E}"


# ---- written

# A cell that begins so would be a formula to a spreadsheet: it is made plain text by an apostrophe.
_FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OFFICE: Final = "http://schemas.openxmlformats.org"
_MAIN: Final = f'xmlns="{_OFFICE}/spreadsheetml/2006/main"'
_RELATED: Final = f"{_OFFICE}/officeDocument/2006/relationships"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Cells have the format "@" (text), so that a number stays text also when somebody edits it.
_STYLES: Final = (
    f'{_XML}<styleSheet {_MAIN}><fonts count="1"><font/></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="1">'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_PARTS: Final = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'{_XML}<workbook {_MAIN} xmlns:r="{_RELATED}"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_XML}<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATED}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": _STYLES,
}
Encoding = Literal["utf-8", "gb18030"]


def plain(text: str) -> str:
    """A cell's text such that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) else text


def csv_file(heading: Sequence[str], rows: Iterable[Sequence[str]], encoding: Encoding) -> bytes:
    """Rows as CSV, every cell quoted; UTF-8 with BOM, or GB18030. The same rows give the same bytes."""
    written = io.StringIO(newline="")
    lines = csv.writer(written, quoting=csv.QUOTE_ALL)
    lines.writerows([plain(cell) for cell in row] for row in (heading, *rows))
    return written.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding)


def xlsx_file(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as the one sheet of a workbook, every cell text. The same rows give the same bytes: no clock, no compression."""
    lines = "".join(_line(number, row) for number, row in enumerate((heading, *rows), 1))
    sheet = f"{_XML}<worksheet {_MAIN}><sheetData>{lines}</sheetData></worksheet>"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as book:
        for name, content in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            book.writestr(zipfile.ZipInfo(name), content)
    return written.getvalue()


def _line(number: int, row: Sequence[str]) -> str:
    cells = (escape(_NO_XML.sub("\ufffd", plain(cell))) for cell in row)
    inline = (f'<c t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{"".join(inline)}</row>'
