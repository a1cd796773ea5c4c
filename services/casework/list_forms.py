"""Benefit lists and standing lists as pages to print and files to give out, Chinese first; only shapes, no decisions, no stores."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from services.casework.domain.commands.lists import StandingEntry
from services.casework.projections.lists import BenefitLinesRow, BenefitListRow, LineRow
from services.contracts import list_words as words
from services.contracts.casework import CategoryAmount
from services.contracts.money import Fen, yuan_text
from services.contracts.printing import policy_of

_BOM: Final = "\ufeff"
# A spreadsheet reads a cell that begins so as a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_CATEGORIES: Final = {
    "dibao_urban": ("城市低保", "urban dibao"),
    "dibao_rural": ("农村低保", "rural dibao"),
    "tekun": ("特困供养", "tekun"),
}
LINE_COLUMNS: Final = (
    "household_no", "committee", "category", "amount_fen", "account", "holder", "shared_by", "arrears_months", "state",
    "reason", "change", "change_reason",
)  # fmt: skip
PAYMENT_COLUMNS: Final = ("household_no", "account_no", "holder_name", "holder", "amount_fen")
_STYLE: Final = (
    "body{font:14px/1.6 sans-serif;margin:2em}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #666;padding:.3em .5em;text-align:left;vertical-align:top}td.n{text-align:right}"
    ".held,.returned,.withheld,.shared{font-weight:bold}"
    ".sample{border:2px solid #b00;color:#b00;padding:.3em 1em;display:inline-block}@page{size:A4}"
)
POLICY: Final = policy_of(_STYLE)


def cell(value: object) -> str:
    """A value as a spreadsheet may show it: text that would be read as a formula gets an apostrophe in front."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def text_cell(digits: str) -> str:
    """An account as text, so that a spreadsheet neither rounds nor shortens it: a tab in front, which no bank reads."""
    return f"\t{digits}" if digits.isdigit() else cell(digits)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(columns)
    lines.writerows(rows)
    return (_BOM + written.getvalue()).encode()


def lines_file(row: BenefitListRow, committees: Iterable[BenefitLinesRow]) -> bytes:
    """A list's lines as CSV (UTF-8 with BOM), accounts by pseudonym; whoever is paid no more stands below them."""
    changes = {one.household_no: one for one in row.changes}
    rows = []
    for group in committees:
        for line in group.lines:
            change = changes.pop(line.household_no, None)
            said = (change.change, change.reason) if change is not None else ("", "")
            months = " ".join(str(one.month) for one in line.arrears)
            values = (
                line.household_no, group.committee, line.category, line.amount_fen, line.account, line.holder,
                line.shared_by, months, line.state, line.reason, *said,
            )  # fmt: skip
            rows.append([cell(value) for value in values])
    for one in changes.values():
        rest = (one.household_no, "", one.category, 0, "", "", 0, "", "", "", one.change, one.reason)
        rows.append([cell(value) for value in rest])
    return _csv(LINE_COLUMNS, rows)


def payment_file(lines: Iterable[tuple[str, int]], accounts: Mapping[str, tuple[str, str, str]]) -> bytes:
    """A payment file in clear: household and fen of each line, account number, name and holder by household."""
    rows = []
    for number, amount_fen in lines:
        account_no, name, holder = accounts.get(number, ("", "", ""))
        rows.append([number, text_cell(account_no), cell(name), holder, str(amount_fen)])
    return _csv(PAYMENT_COLUMNS, rows)


def _both(names: Mapping[str, tuple[str, str]], code: str) -> str:
    return " ".join(names.get(code, (code, ""))).rstrip()


def _page(title: str, english: str, said: str, body: str, *, sample: bool) -> str:
    mark = '<p class="sample">示例数据 sample data</p>' if sample else ""
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style>{mark}<h1>{escape(title)} {escape(english)}</h1><p>{escape(said)}</p>{body}</html>"
    )


def _table(heads: Sequence[str], rows: Iterable[str]) -> str:
    return f"<table><thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(cells: Sequence[object], kind: str = "") -> str:
    marked = f' class="{escape(kind)}"' if kind else ""
    return f"<tr{marked}>" + "".join(f"<td>{escape(str(one))}</td>" for one in cells) + "</tr>"


def benefit_list_page(row: BenefitListRow, committees: Iterable[BenefitLinesRow], *, sample: bool) -> str:
    """A town's list of a month to read and sign: totals, changes, every line; households by number, accounts by pseudonym."""
    said = "；".join(
        (
            f"镇街 town {row.town}", f"月份 month {row.month}", f"状态 status {_both(words.STATUS, row.status)}",
            f"户数 households {row.line_count}", f"金额 amount {yuan_text(row.amount_fen)} 元",
            f"暂不能发放 cannot be paid yet {row.without_account_count}", f"编制 drafted by {row.drafted_by}",
            f"审批 approved by {row.approved_by or '—'}",
        )
    )  # fmt: skip
    changes = [
        _row((one.household_no, _both(_CATEGORIES, one.category), _both(words.CHANGES, one.change), one.reason,
              yuan_text(one.before_fen), yuan_text(one.after_fen)))
        for one in row.changes
    ]  # fmt: skip
    lines = [_line(group.committee, line) for group in committees for line in group.lines]
    body = (
        _table(("待遇 benefit", "户数 households", "金额（元）amount"), map(_total, row.totals))
        + "<h2>本月变动 changes</h2>"
        + _table(("户 household", "待遇 benefit", "变动 change", "原因 reason", "上月（元）before", "本月（元）now"), changes)
        + "<h2>发放明细 lines</h2>"
        + _table(
            ("户 household", "村居 committee", "待遇 benefit", "金额（元）amount", "补发月份 arrears", "账户（假名）account",
             "持有人 holder", "同账户户数 on this account", "状态 state", "说明 reason"), lines,
        )
    )  # fmt: skip
    return _page("发放名册", "Benefit list", said, body, sample=sample)


def _total(one: CategoryAmount) -> str:
    return _row((_both(_CATEGORIES, one.category), one.household_count, yuan_text(one.amount_fen)))


def _line(committee: str, line: LineRow) -> str:
    months = " ".join(str(one.month) for one in line.arrears)
    kind = "shared" if line.shared_by > 1 else line.state
    return _row(
        (
            line.household_no, committee, _both(_CATEGORIES, line.category), yuan_text(line.amount_fen), months,
            line.account or "无账户 none", _both(words.HOLDERS, line.holder), line.shared_by, _both(words.LINE_STATES, line.state),
            _both(words.LINE_REASONS, line.reason),
        ),
        kind,
    )  # fmt: skip


def standing_list_page(
    committee: str,
    posted_on: str,
    entries: Iterable[StandingEntry],
    names: Mapping[str, str],
    articles: Mapping[str, str],
    *,
    sample: bool,
) -> str:
    """The standing list as it is hung: by benefit the applicant's name, covered members, monthly amount – nothing else.

    `posted_on`: empty while it waits to be hung.
    """
    listed = sorted(entries, key=lambda one: (one.category, one.household_no))
    parts = []
    for category in dict.fromkeys(one.category for one in listed):
        mine = [one for one in listed if one.category == category]
        rows = [
            _row((names.get(one.household_no, "—"), one.member_count, yuan_text(Fen(one.amount_fen)))) for one in mine
        ]
        head = f"{_both(_CATEGORIES, category)}（{articles.get(category, '')}）"
        heads = ("申请人 applicant", "保障人数 members", "月保障金额（元）monthly amount")
        parts.append(f"<h2>{escape(head)}</h2>" + _table(heads, rows))
    when = f"公布日期 posted on {posted_on}" if posted_on else "待张贴 to be posted"
    said = f"村居 committee {committee}；{when}；共 {len(listed)} 户 households"
    return _page("救助对象公布", "Standing list of recipients", said, "".join(parts), sample=sample)
