"""Files of rows as people's spreadsheets write and read them: CSV and XLSX, within limits; it knows no column's meaning.

The one door to workbooks. Written files are the same bytes for the same rows, and no cell of them can be a formula.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final, Literal
from xml.sax.saxutils import escape

from openpyxl import load_workbook

from services.contracts.deciding import CHINA
from services.eventlog.problems import Problem

# An XLSX is a zip: what it unpacks to, and how far its sheet is looked through, is limited before it is read.
UNPACKED_BYTES_MAX: Final = 32 * 1024 * 1024
SHEET_ROWS_MAX: Final = 60_000
# What one import takes, and how long a row of it may be, where its door says nothing else.
IMPORT_ROWS_MAX: Final = 5_000
ROW_BYTES_MAX: Final = 256 * 1024
SHEET_COLUMNS_MAX: Final = 512
# A spreadsheet keeps 15 digits of a number; a longer one has lost its end.
EXACT_DIGITS: Final = 15
ERROR_COLUMNS: Final = ("行 row", "列 column", "代码 code", "原因", "reason")
ENCODINGS: Final = ("utf-8-sig", "gb18030")
# What a spreadsheet takes for the beginning of a formula or command.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM: Final = "\ufeff"
_ZIP: Final = b"PK\x03\x04"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)

# Its warnings about a file may repeat a cell's value; they are nobody's business but the file's.
warnings.filterwarnings("ignore", module=r"openpyxl\.")

Row = tuple[int, dict[str, str]]
FileKind = Literal["csv", "xlsx"]
Encoding = Literal["utf-8", "gb18030"]
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def kind_of_file(raw: bytes) -> FileKind:
    """What a file is, by its own first bytes: people's browsers and names of files say anything."""
    return "xlsx" if raw.startswith((_ZIP, _OLD_WORKBOOK)) else "csv"


def cells_of(raw: bytes, *, rows_max: int = SHEET_ROWS_MAX, timed_column: str = "") -> Iterator[list[str]]:
    """The file's lines as texts, whichever kind it is; a date in `timed_column` keeps its time. A `Problem` for a file that is none."""
    return _sheet(raw, rows_max, timed_column) if kind_of_file(raw) == "xlsx" else iter(_csv(raw))


def rows_of(
    raw: bytes, *, rows_max: int = IMPORT_ROWS_MAX, row_bytes_max: int = ROW_BYTES_MAX, sheet_rows_max: int = SHEET_ROWS_MAX,
    timed_column: str = "",
) -> list[Row]:  # fmt: skip
    """The file's rows by column with their numbers as a spreadsheet counts them (the heading is row 1, empty rows count too).

    The same cells give the same rows whichever kind the file is. A `Problem` for a file that is none.
    """
    lines = cells_of(raw, rows_max=sheet_rows_max, timed_column=timed_column)
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
        if len(found) == rows_max:
            raise _too_long(rows_max)
        if sum(len(cell.encode()) for cell in cells) > row_bytes_max:
            raise Problem(
                status=413, code="row-too-large", zh=f"第 {number} 行过大，全文件未处理", en=f"row {number} is too large; nothing was read"
            )  # fmt: skip
        found.append((number, _named(heading, cells)))
    return found


def error_file(errors: Iterable[Mapping[str, Any]]) -> str:
    """The errors of an import as a CSV file that a spreadsheet opens as it is (UTF-8 with BOM); no value is repeated."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(ERROR_COLUMNS)
    for error in errors:
        lines.writerow([error[name] for name in ("row", "column", "code", "detail", "detail_en")])
    return _BOM + written.getvalue()


def no_formula(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like one is quoted."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_file(
    lines: Iterable[Sequence[str]], *, encoding: str = "utf-8-sig", delimiter: str = ",", quote_all: bool = False
) -> bytes:
    """Lines as a CSV file; a `Problem` for a character that `encoding` does not have."""
    written = io.StringIO(newline="")
    if quote_all:
        csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(lines)
    else:
        csv.writer(written, delimiter=delimiter).writerows(lines)
    return encoded(written.getvalue(), encoding)


def csv_table(heading: Sequence[str], rows: Iterable[Sequence[str]], encoding: Encoding) -> bytes:
    """A table as CSV, every cell quoted and none a formula; UTF-8 with BOM, or GB18030."""
    lines = ([no_formula(cell) for cell in row] for row in (heading, *rows))
    return csv_file(lines, encoding="utf-8-sig" if encoding == "utf-8" else encoding, quote_all=True)


def xlsx_table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as the one sheet of a workbook, every cell text and none a formula."""
    return workbook([no_formula(cell) for cell in row] for row in (heading, *rows))


def encoded(text: str, encoding: str) -> bytes:
    """Text in an encoding; a `Problem`, naming no character, when it has characters the encoding lacks."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise Problem(
            status=409, code="not-in-encoding", zh=f"有文字不能用 {encoding} 编码，请改用 UTF-8 版式", en=f"a character has no place in {encoding}"
        ) from error  # fmt: skip


def workbook(lines: Iterable[Sequence[str]], title: str = "Sheet1") -> bytes:
    """Lines as an XLSX of one sheet, every cell a text: long numbers keep their digits, and nothing is a formula."""
    return workbook_of(((title, lines),))


def workbook_of(sheets: Iterable[tuple[str, Iterable[Sequence[str]]]]) -> bytes:
    """An XLSX of several sheets (title, lines), each as `workbook` writes it."""
    named = list(sheets)
    numbers = range(1, len(named) + 1)
    listed = "".join(
        f'<sheet name="{escape(title, _QUOTE)}" sheetId="{number}" r:id="{_relation(number)}"/>'
        for number, (title, _) in zip(numbers, named, strict=True)
    )
    related = "".join(_RELATION_OF_SHEET.format(_relation(number), number) for number in numbers)
    parts = {
        **_PARTS,
        "[Content_Types].xml": _TYPES.format("".join(map(_TYPE_OF_SHEET.format, numbers))),
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(related),
        "xl/workbook.xml": _BOOK.format(listed),
    }
    parts |= {f"xl/worksheets/sheet{number}.xml": _sheet_of(lines) for number, (_, lines) in enumerate(named, 1)}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as packed:
        for name, content in parts.items():
            packed.writestr(zipfile.ZipInfo(name, _ZIP_DATE), _XML + content)
    return written.getvalue()


def _relation(number: int) -> str:
    """The relation of a sheet; the second one is the styles', as in a book of one sheet."""
    return f"rId{number if number == 1 else number + 1}"


def _sheet_of(lines: Iterable[Sequence[str]]) -> str:
    return _SHEET.format(
        "".join(
            f'<row r="{number}">{"".join(_text_cell(number, place, text) for place, text in enumerate(line))}</row>'
            for number, line in enumerate(lines, 1)
        )
    )


def _text_cell(row: int, place: int, text: str) -> str:
    kept = _NO_XML.sub("\ufffd", text)
    return f'<c r="{_column(place)}{row}" s="1" t="inlineStr"><is><t xml:space="preserve">{escape(kept)}</t></is></c>'


def _column(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_PLAIN: Final = 'fontId="0" fillId="0" borderId="0"'
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_QUOTE: Final = {'"': "&quot;"}
_TYPES: Final = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{{}}'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)
_TYPE_OF_SHEET: Final = f'<Override PartName="/xl/worksheets/sheet{{}}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
_RELATIONS: Final = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">{{}}'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_RELATION_OF_SHEET: Final = f'<Relationship Id="{{}}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{{}}.xml"/>'
_PARTS: Final = {
    "[Content_Types].xml": "",
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": "",
    # Style 1 is text (format 49).
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2">'
        '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        f'<cellStyleXfs count="1"><xf numFmtId="0" {_PLAIN}/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" {_PLAIN} xfId="0"/>'
        f'<xf numFmtId="49" {_PLAIN} xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}  # fmt: skip
_BOOK: Final = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{{}}</sheets></workbook>'
_SHEET: Final = f'<worksheet xmlns="{_MAIN}"><sheetData>{{}}</sheetData></worksheet>'


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
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem(
        status=400, code="file-encoding", zh="文件编码须为 UTF-8 或 GB18030", en="the file must be UTF-8 or GB18030"
    )


def _sheet(raw: bytes, rows_max: int, timed_column: str) -> Iterator[list[str]]:
    """The first sheet's rows as text. However a broken workbook fails, the answer is one `Problem` without its words."""
    if not raw.startswith(_ZIP):
        raise _no_workbook()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as unpacked:
            if sum(member.file_size for member in unpacked.infolist()) > UNPACKED_BYTES_MAX:
                raise _too_wide()
        yield from _sheet_rows(raw, rows_max, timed_column)
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


def _sheet_rows(raw: bytes, rows_max: int, timed_column: str) -> Iterator[list[str]]:
    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        if not book.worksheets:
            return
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is not what it holds
        heading: list[str] = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > rows_max:
                raise _too_long(rows_max)
            if len(cells) > SHEET_COLUMNS_MAX:
                raise _too_wide()
            texts = [
                _cell(value, timed=i < len(heading) and heading[i] == timed_column) for i, value in enumerate(cells)
            ]
            heading = heading or [text.strip() for text in texts]
            yield texts
    finally:
        book.close()


def _cell(value: object, *, timed: bool) -> str:
    """A cell's value as the text that the same cell of a CSV file has; a date without a time unless `timed`, times in China's."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case int() | float():
            return _number(value)
        case datetime():
            if timed or value.time() != time():
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
