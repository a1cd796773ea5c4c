"""Papers to print: the page, tables, signature lines and the sample mark that every form shares, Chinese first; no form itself.

Whatever was typed reaches a page only through `text`, which escapes it: `Html` is markup that was made here.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import Final, NewType

Html = NewType("Html", str)
# Chinese, English, value.
Field = tuple[str, str, object]
Head = tuple[str, str]
NOTHING: Final = Html("")

_STYLE: Final = (
    "@page{size:A4 portrait;margin:18mm 16mm}"
    "body{font:13px/1.45 'Noto Serif CJK SC','Songti SC',SimSun,serif;margin:0 auto;max-width:180mm;color:#000}"
    "h1{font-size:21px;text-align:center;margin:.4em 0}h2{font-size:15px;margin:1em 0 .3em}"
    "table{border-collapse:collapse;width:100%;margin:.5em 0}thead{display:table-header-group}tr{break-inside:avoid}"
    "td,th{border:1px solid #444;padding:.25em .5em;text-align:left;vertical-align:top;font-weight:normal;overflow-wrap:break-word}"
    "th{background:#f2f2f2}.fields th{width:32%}.failed td,.missing td{font-weight:bold}"
    ".fields td,td:last-child,p.small{overflow-wrap:anywhere}.small{font-size:11px}.small td:first-child{min-width:24mm}"
    ".en{color:#555;font-size:.8em}.day{white-space:nowrap}"
    ".sheet{break-after:page;padding:0 0 1em}.sheet:last-child{break-after:auto}"
    ".sign{display:flex;flex-wrap:wrap;gap:.8em 2em;margin:1.2em 0;break-inside:avoid}.sign div{flex:1 1 40%;border-bottom:1px solid #000;padding-top:1.2em}"
    ".sample{border:2px solid #b00;color:#b00;padding:.2em 1em;display:inline-block;margin:0}"
)
_BLANK_DAY: Final = "　　　　年　　月　　日"


def policy_of(style: str) -> str:
    """The content security policy of a paper with this style: nothing runs, nothing is fetched, no other style holds."""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


POLICY: Final = policy_of(_STYLE)


def text(value: object) -> Html:
    """A value as it stands on paper: escaped, a day in one piece, and nothing for what is not known."""
    if isinstance(value, date):
        return Html(f'<span class="day">{value}</span>')
    return Html(escape("" if value is None else str(value)))


def both(zh: object, en: object) -> Html:
    """Chinese, and English in small letters beside it."""
    return Html(f'{escape(str(zh))} <span class="en">{escape(str(en))}</span>')


def joined(parts: Iterable[Html], between: str = "") -> Html:
    return Html(escape(between).join(parts))


def paragraph(zh: object, en: object = "") -> Html:
    return Html(f"<p>{both(zh, en) if en else text(zh)}</p>")


def heading(zh: str, en: str) -> Html:
    return Html(f"<h2>{both(zh, en)}</h2>")


def fields(rows: Iterable[Field]) -> Html:
    """A form's fields: what it is in both languages, and the value or an empty box to write in."""
    lines = "".join(f"<tr><th>{both(zh, en)}</th><td>{text(value)}</td></tr>" for zh, en, value in rows)
    return Html(f'<table class="fields"><tbody>{lines}</tbody></table>')


def grid(
    heads: Sequence[Head], rows: Iterable[Sequence[object]], classes: Sequence[str] = (), small: bool = False
) -> Html:
    """A table with a head on every page; `classes`, one for each row, say how it is set."""
    head = "".join(f"<th>{both(zh, en)}</th>" for zh, en in heads)
    set_as = iter(classes)
    lines = "".join(
        f'<tr class="{escape(next(set_as, ""))}">{"".join(f"<td>{text(cell)}</td>" for cell in row)}</tr>'
        for row in rows
    )
    kind = ' class="small"' if small else ""
    return Html(f"<table{kind}><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>")


def listed(items: Iterable[object]) -> Html:
    """A numbered list."""
    return Html(f"<ol>{''.join(f'<li>{text(item)}</li>' for item in items)}</ol>")


def signatures(*lines: Head) -> Html:
    """Lines to sign and to date on."""
    signed = "".join(f"<div>{both(f'{zh}：', en)}<br>{_BLANK_DAY}</div>" for zh, en in lines)
    return Html(f'<div class="sign">{signed}</div>')


def small(value: object) -> Html:
    return Html(f'<p class="small">{text(value)}</p>')


def sheet(zh: str, en: str, body: Html, *, sample: bool) -> Html:
    """One form: it begins a page of its own, and carries the sample mark by itself."""
    mark = Html('<p class="sample">示例数据 sample data</p>') if sample else NOTHING
    return Html(f'<section class="sheet">{mark}<h1>{both(zh, en)}</h1>{body}</section>')


def page(title: str, sheets: Iterable[Html]) -> str:
    """A whole document, which needs nothing from anywhere else and runs nothing."""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(sheets)}</body></html>"
    )
