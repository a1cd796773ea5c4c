"""Pay's files: what a bank, the treasury and the bureaus get, and what a bank answers; bytes from rows, it reads no store.

The same rows and layout give the same bytes. Accounts and numbers are texts, and no text of a file can be a formula.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PayslipComputed
from services.eventlog.problems import Problem
from services.eventlog.sheets import EXACT_DIGITS, csv_file, encoded, no_formula, rows_of, workbook
from services.payroll.domain.run import BankLine
from services.payroll.rules import Answers, Column, Insurance, Layout

RETURN_ROWS_MAX: Final = 50_000
RETURN_ROW_BYTES_MAX: Final = 8_192
DECIMALS: Final = 2


class Payee(msgspec.Struct, frozen=True, kw_only=True):
    """Who is paid, in clear: only between the keyring and the file."""

    officer: str
    name: str
    account: str
    resident_id: str
    amount_fen: Fen = Fen(0)


class RowError(msgspec.Struct, frozen=True, kw_only=True):
    """One row that cannot be taken: its number as a spreadsheet counts, the column, and why; no value is repeated."""

    row: int
    column: str
    code: str
    detail: str
    detail_en: str


def plain_yuan(amount_fen: int) -> str:
    """Yuan with two decimals and nothing else: ``3000.64``."""
    sign, fen = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def bank_file(layout: Layout, payees: Sequence[Payee], *, month: Month, file_no: int, reference: str) -> bytes:
    """A bank file of these payees, in their order. A `Problem` for a text that its place cannot hold."""
    total = Fen(sum(one.amount_fen for one in payees))
    said = {
        "count": len(payees), "total_yuan": plain_yuan(total), "total_fen": int(total), "month": str(month),
        "file_no": file_no, "reference": reference,
    }  # fmt: skip
    first, last = ([text.format_map(said) for text in line] for line in (layout.first, layout.last))
    rows = [
        [_cell(column, one, number, month, reference) for column in layout.columns]
        for number, one in enumerate(payees, 1)
    ]
    if layout.format == "fixed":
        lines = [*first, *(_fixed(layout, row) for row in rows), *last]
        return encoded("".join(f"{line}\r\n" for line in lines), layout.encoding)
    heading = [[column.title for column in layout.columns]] if layout.heading else []
    table = [*([first] if first else []), *heading, *rows, *([last] if last else [])]
    if layout.format == "xlsx":
        return workbook(table)
    if layout.tab_accounts:
        accounts = [place for place, column in enumerate(layout.columns) if column.value == "account"]
        for row in rows:
            for place in accounts:
                row[place] = f"\t{row[place]}"
    return csv_file(table, encoding=layout.encoding, delimiter=layout.delimiter)


def _cell(column: Column, one: Payee, number: int, month: Month, reference: str) -> str:
    match column.value:
        case "number":
            return str(number)
        case "amount_yuan":
            return plain_yuan(one.amount_fen)
        case "amount_fen":
            return str(int(one.amount_fen))
        case "month":
            return str(month)
        case "reference":
            return reference
        case "remark":
            return no_formula(f"{column.text}{month} {reference}")
        case "constant":
            return no_formula(column.text)
        case "officer" | "name" | "account":
            return no_formula(getattr(one, column.value))


def _fixed(layout: Layout, row: Sequence[str]) -> str:
    """One line of fixed text; widths are bytes of the encoding, for that is how banks count a Chinese name."""
    cells = []
    for column, text in zip(layout.columns, row, strict=True):
        missing = column.width - len(encoded(text, layout.encoding))
        if missing < 0 or column.pad.encode(layout.encoding) != column.pad.encode()[:1]:
            raise Problem(
                status=409, code="field-too-wide", zh=f"“{column.title}”一栏超过 {column.width} 字节，请改用其他版式",
                en=f"a value does not fit the {column.width} bytes of column {column.title}; use another layout",
            )  # fmt: skip
        padding = column.pad * missing
        cells.append(text + padding if column.align == "left" else padding + text)
    return "".join(cells)


# ── a bank's return ─────────────────────────────────────────────────────────────────────────────────────────────────


def return_lines(
    answers: Answers, raw: bytes, pseudonym: Callable[[str], str]
) -> tuple[tuple[BankLine, ...], list[RowError]]:
    """The lines of a bank's return, CSV or XLSX, and the rows that cannot be read. Accounts become pseudonyms at once."""
    rows = rows_of(raw, rows_max=RETURN_ROWS_MAX, row_bytes_max=RETURN_ROW_BYTES_MAX)
    missing = [title for title in answers.columns.values() if rows and title not in rows[0][1]]
    if missing:
        raise Problem(
            status=400, code="columns-missing", zh=f"回盘文件缺少列：{'、'.join(missing)}",
            en=f"the return lacks the columns {', '.join(missing)}",
        )  # fmt: skip
    lines, errors = [], []
    for number, row in rows:
        said = {field: row.get(title, "").strip().lstrip("'\t") for field, title in answers.columns.items()}
        outcome = answers.outcomes.get(said["outcome"])
        amount_fen = _amount_fen(said.get("amount_yuan"), said.get("amount_fen"))
        if outcome is None:
            errors.append(
                _error(number, answers.columns["outcome"], "outcome-unknown", "不是约定的处理结果", "no agreed outcome")
            )
        elif amount_fen is None:
            column = answers.columns.get("amount_yuan") or answers.columns["amount_fen"]
            errors.append(_error(number, column, "amount-invalid", "不是有效金额", "no valid amount"))
        else:
            account = said.get("account", "")
            lines.append(
                BankLine(
                    officer=said.get("officer", ""),
                    amount_fen=Fen(amount_fen),
                    outcome=outcome,
                    reference=said.get("reference", ""),
                    reason=said.get("reason", ""),
                    account=pseudonym(f"account|{account}") if account else "",
                    batch=said.get("batch", ""),
                    row_no=number,
                )
            )
    return tuple(lines), errors


def _amount_fen(yuan: str | None, fen: str | None) -> int | None:
    """An amount as a bank writes it, in whole fen: ``3,000.64``, ``3000.6``, ``300064``."""
    if yuan is None:
        return int(fen) if fen and fen.isascii() and fen.isdigit() else None
    whole, point, decimals = yuan.replace(",", "").partition(".")
    digits = whole + decimals.ljust(DECIMALS, "0")
    right = (
        whole and digits.isascii() and digits.isdigit() and len(decimals) <= DECIMALS and bool(point) == bool(decimals)
    )
    return int(digits) if right else None


def _error(row: int, column: str, code: str, zh: str, en: str) -> RowError:
    return RowError(row=row, column=column, code=code, detail=zh, detail_en=en)


# ── declarations ────────────────────────────────────────────────────────────────────────────────────────────────────


def insurance_table(
    slips: Iterable[tuple[PayslipComputed, Payee]], insurance: Insurance, reference: str
) -> list[list[str]]:
    """A row a person and month (differences of earlier months, 补缴, have rows of their own), and the control totals."""
    codes = [one.code for one in insurance.lines]
    names = {one.code: one.zh for one in insurance.lines}
    heading = ["员工编号", "姓名", "公民身份号码", "费款所属期", "缴费基数"]
    heading += [f"{names[code]}（{side}）" for code in codes for side in ("单位", "个人")] + ["合计"]
    rows, totals, people = [], [0] * (2 * len(codes)), set()
    for slip, payee in slips:
        bases = {basis.month: basis.contribution_base_fen for basis in slip.bases}
        for month, amounts in _insurance_by_month(slip, codes):
            totals = [total + amount for total, amount in zip(totals, amounts, strict=True)]
            people.add(slip.officer)
            person = [no_formula(text) for text in (slip.officer, payee.name, payee.resident_id)]
            base = plain_yuan(bases.get(month, Fen(0)))
            rows.append([*person, str(month), base, *map(plain_yuan, amounts), plain_yuan(sum(amounts))])
    control = ["合计", f"{len(people)} 人", reference, "", "", *map(plain_yuan, totals), plain_yuan(sum(totals))]
    return [heading, *rows, control]


def _insurance_by_month(slip: PayslipComputed, codes: Sequence[str]) -> Iterator[tuple[Month, list[int]]]:
    """Employer's and officer's amounts of each insurance in turn, by the month they are for."""
    sums: dict[Month, list[int]] = {}
    places = {code: 2 * place for place, code in enumerate(codes)}
    for line in slip.lines:
        if line.side != "part" and line.code in places:
            amounts = sums.setdefault(line.month, [0] * (2 * len(codes)))
            amounts[places[line.code] + (line.side == "personal")] += line.amount_fen
    return iter(sorted(sums.items()))


TAX_HEADING: Final = (
    "员工编号", "姓名", "公民身份号码", "税款所属期", "本期收入", "本期个人缴费", "累计收入", "累计减除费用", "累计专项扣除",
    "累计专项附加扣除", "累计应纳税所得额", "预扣率（%）", "速算扣除数", "累计已预扣税额", "本期应补（退）税额",
)  # fmt: skip


def tax_table(slips: Iterable[tuple[PayslipComputed, Payee]], reference: str) -> list[list[str]]:
    """A row a person with the cumulative columns (公告2018年第61号), and the control totals."""
    rows, income_fen, personal_fen, tax_fen = [], 0, 0, 0
    for slip, payee in slips:
        withheld, before = slip.withholding, slip.withholding.before
        money = (
            slip.gross_fen, slip.personal_insurance_fen, before.income_fen + slip.gross_fen, withheld.deduction_fen,
            before.insurance_fen + slip.personal_insurance_fen, before.special_fen + withheld.special_deduction_fen,
            withheld.taxable_fen,
        )  # fmt: skip
        rows.append(
            [
                *(no_formula(text) for text in (slip.officer, payee.name, payee.resident_id)),
                str(slip.month),
                *map(plain_yuan, money),
                f"{withheld.rate_basis_points // 100}",
                *map(plain_yuan, (withheld.quick_deduction_fen, before.tax_fen, slip.tax_fen)),
            ]
        )
        income_fen += slip.gross_fen
        personal_fen += slip.personal_insurance_fen
        tax_fen += slip.tax_fen
    control = ["合计", f"{len(rows)} 人", reference, "", plain_yuan(income_fen), plain_yuan(personal_fen)]
    return [list(TAX_HEADING), *rows, [*control, *[""] * (len(TAX_HEADING) - 7), plain_yuan(tax_fen)]]


def table_file(table: Sequence[Sequence[str]], kind: str) -> bytes:
    """A declaration's table as XLSX, or as CSV (UTF-8 with BOM) whose long numbers a spreadsheet leaves alone."""
    if kind == "xlsx":
        return workbook(table)
    return csv_file(
        [f"\t{cell}" if len(cell) > EXACT_DIGITS and cell[:1].isdigit() else cell for cell in row] for row in table
    )
