"""Papers to print: an officer's payslip on A4, Chinese first with English beside, every line with its working; only shapes."""

from collections.abc import Iterable
from html import escape
from typing import Final

from services.contracts.money import Fen, yuan_text
from services.contracts.pay_words import PAYMENTS, SIDES
from services.contracts.printing import policy_of
from services.payroll.pay.changes import Change
from services.payroll.pay.explaining import Explained

_STYLE: Final = (
    "body{font:12px/1.5 sans-serif;margin:1.5em}table{border-collapse:collapse;width:100%;margin:.6em 0}"
    "td,th{border:1px solid #888;padding:.25em .5em;text-align:left;vertical-align:top}.m{text-align:right;white-space:nowrap}"
    ".en{color:#555;font-size:90%}.total td{font-weight:bold}"
    ".sample{border:2px solid #b00;color:#b00;padding:.3em 1em;display:inline-block}@page{size:A4}"
    "@media print{body{margin:0}tr{break-inside:avoid}}"
)
POLICY: Final = policy_of(_STYLE)


def payslip_page(
    officer: str,
    month: str,
    explained: Iterable[Explained],
    changes: Iterable[Change] | None,
    *,
    payment: str,
    draft: bool,
    sample: bool,
) -> str:
    """One officer's slip as an HTML page. `changes`: since the month before, None where there was no slip."""
    zh, en = PAYMENTS.get(payment, (payment, payment))
    marks = [
        mark
        for mark, shown in (("示例数据 sample data", sample), ("草稿，未经审批 draft, not approved", draft))
        if shown
    ]
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>工资单 {escape(officer)} {escape(month)}</title>'
        f"<style>{_STYLE}</style>{''.join(f'<p class=sample>{mark}</p>' for mark in marks)}"
        f"<h1>工资单 <span class=en>Payslip</span></h1>"
        f"<p>低保员 officer {escape(officer)}；月份 month {escape(month)}；{zh} <span class=en>{en}</span></p>"
        "<table><thead><tr><th>项目 line</th><th>所属月份 month</th><th class=m>金额（元）yuan</th><th>怎样得出 working</th>"
        f"<th>依据 rule and facts</th></tr></thead><tbody>{''.join(_line(one) for one in explained)}</tbody></table>"
        f"{_changes(changes)}</html>"
    )


def _line(one: Explained) -> str:
    zh, en = SIDES.get(one.side, (one.side, one.side))
    rules = "；".join(f"{rule.name}@{rule.version}：{rule.citation}" for rule in one.rules)
    behind = "，".join(f"{fact.subject} v{fact.version}" for fact in one.behind)
    total = " class=total" if one.side == "net" else ""
    return (
        f"<tr{total}><td>{escape(one.name.zh)}<br><span class=en>{escape(one.name.en)}</span><br><span class=en>{zh} {en}</span></td>"
        f"<td>{one.month}</td><td class=m>{_yuan(one.amount_fen)}</td>"
        f"<td>{escape(one.working.zh)}<br><span class=en>{escape(one.working.en)}</span></td>"
        f"<td>{escape(rules)}<br><span class=en>{escape(behind)}</span></td></tr>"
    )


def _changes(changes: Iterable[Change] | None) -> str:
    title = "<h2>与上月相比 <span class=en>why it changed from last month</span></h2>"
    if changes is None:
        return f"{title}<p>没有上月工资单 <span class=en>no slip of the month before</span></p>"
    rows = "".join(
        f"<tr><td>{escape(' '.join(SIDES.get(one.side, (one.side, one.side))))} {escape(one.code)}</td>"
        f"<td class=m>{_yuan(one.difference_fen)}</td>"
        f"<td>{escape(one.why.zh)}<br><span class=en>{escape(one.why.en)}</span></td></tr>"
        for one in changes
    )
    return (
        f"{title}<table><tbody>{rows}</tbody></table>"
        if rows
        else f"{title}<p>没有变化 <span class=en>nothing</span></p>"
    )


def _yuan(amount_fen: Fen) -> str:
    return yuan_text(amount_fen)
