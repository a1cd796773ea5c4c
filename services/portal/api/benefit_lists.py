"""Monthly benefit lists: drafted, what changed and why, approved by another, payment files, returns, closed; decides nothing."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from fastapi import Response

from services.eventlog import listing
from services.eventlog.problems import Problem
from services.eventlog.sheets import rows_of
from services.portal.api import bureau_words as words
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor, go, paper_as_given
from services.portal.api.issuing import (
    COMMAND,
    DONE,
    Refusal,
    count,
    fen,
    field_problem,
    fresh,
    issue,
    new_command,
    page_of,
    refusal,
    typed,
    uploaded,
)
from services.portal.api.menu import BUREAU
from services.portal.asking import ServiceSaid

LISTS: Final = BUREAU | {"bureau-finance"}
LISTS_MAX: Final = 1000
_RETURN_COLUMNS: Final = ("household_no", "amount", "outcome")


def of_month(rows: Sequence[dict[str, Any]], month: str) -> tuple[str, list[str], list[dict[str, Any]]]:
    """The month that is shown (the latest where none is asked for), all months, and the month's lists by town."""
    months = sorted({row["month"] for row in rows}, reverse=True)
    shown = month or (months[0] if months else "")
    return shown, months, sorted((row for row in rows if row["month"] == shown), key=lambda row: str(row["town"]))


def summed(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """The month's lists added up."""
    names = ("line_count", "amount_fen", "paid_fen", "returned_fen", "waiting_fen", "open_fen")
    return {name: sum(row[name] for row in rows) for name in names}


def return_lines(raw: bytes) -> list[dict[str, Any]]:
    """The lines of a bank's return (CSV or XLSX: household_no, amount in yuan, outcome, reference or reason)."""
    found = []
    for number, row in rows_of(raw):
        at = f"/return_file/{number}"
        cells = {name: value.strip() for name, value in row.items()}
        if any(not cells.get(name) for name in _RETURN_COLUMNS):
            raise field_problem(
                at, "须有 household_no、amount、outcome 三列", "needs the columns household_no, amount, outcome"
            )
        if cells["outcome"] not in ("paid", "returned"):
            raise field_problem(at, "outcome 只能是 paid 或 returned", "outcome is paid or returned")
        found.append(
            {
                "household_no": cells["household_no"],
                "amount_fen": fen(cells["amount"], at),
                "outcome": cells["outcome"],
                "reference": cells.get("reference", ""),
                "reason": cells.get("reason", ""),
            }
        )
    return found


def _parts(list_no: str) -> dict[str, str]:
    town, _, month = list_no.partition("-")
    return {"town": town, "month": month}


def routes(door: Door) -> None:
    """Put the pages of benefit lists beside the others."""
    _overview(door)
    _one_list(door)
    _papers(door)


def _overview(door: Door) -> None:
    async def shown(visitor: Visitor, problem: Refusal | None = None) -> Response:
        told = await fresh(visitor, "casework", "/v1/benefit-lists", limit=LISTS_MAX)
        month, months, rows = of_month(told["rows"], visitor.request.query_params.get("month", ""))
        today = await listing.today(door.runtime.pool)
        return door.shown(
            visitor, "bureau/lists.html", status=problem.status if problem else 200, rows=rows, month=month, months=months,
            sums=summed(rows), status_names=words.LIST_STATUS, named=words.named, command_id=new_command(),
            this_month=today.isoformat()[:7], problem=problem, errors=problem.errors if problem else [], typed=typed(visitor),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def drafted(visitor: Visitor) -> Response:
        town, month = visitor.text("town").upper(), visitor.text("month")
        try:
            done = await issue(visitor, "casework", command="draft-benefit-list", town=town, month=month)
        except (ServiceSaid, Problem) as no:
            return await shown(visitor, refusal(no))
        return go(f"/bureau/lists/{town}-{month}?{DONE}={done}", visitor)

    door.page("/bureau/lists", opened, roles=LISTS)
    door.page("/bureau/lists", drafted, roles=LISTS, methods=("POST",))


async def _approval(_: Visitor) -> dict[str, Any]:
    return {"command": "approve-benefit-list"}


async def _issuing(_: Visitor) -> dict[str, Any]:
    return {"command": "issue-payment-file"}


async def _closing(_: Visitor) -> dict[str, Any]:
    return {"command": "close-benefit-list"}


async def _redraft(_: Visitor) -> dict[str, Any]:
    return {"command": "draft-benefit-list"}


async def _return(visitor: Visitor) -> dict[str, Any]:
    raw = await uploaded(visitor, "return_file")
    return {
        "command": "import-benefit-return", "file_no": count(visitor.text("file_no"), "/file_no"),
        "file_sha256": hashlib.sha256(raw).hexdigest(), "lines": return_lines(raw),
    }  # fmt: skip


async def _resolution(visitor: Visitor) -> dict[str, Any]:
    given = {name: visitor.text(name) for name in ("held_no", "outcome", "reason")}
    return {"command": "resolve-held-line", **given}


_ACTIONS: Final = {
    "draft": _redraft, "approve": _approval, "issue": _issuing, "return": _return, "resolve": _resolution,
    "close": _closing,
}  # fmt: skip


def _one_list(door: Door) -> None:
    async def shown(visitor: Visitor, list_no: str, problem: Refusal | None = None) -> Response:
        row = await fresh(visitor, "casework", f"/v1/benefit-lists/{list_no}")
        lines = await page_of(
            visitor, "casework", "/v1/benefit-lines", town=row["town"], after=f"{list_no}/", limit=LISTS_MAX
        )
        committees = [one for one in lines["rows"] if one["key"].startswith(f"{list_no}/")]
        return door.shown(
            visitor, "bureau/list.html", status=problem.status if problem else 200, no=list_no, row=row,
            committees=committees, words=words, named=words.named, command_id=new_command(), typed=typed(visitor),
            problem=problem, errors=problem.errors if problem else [], done=visitor.request.query_params.get(DONE, ""),
            mine=row["drafted_by"] == visitor.session.acts_as,
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor, visitor.request.path_params["list_no"])

    async def acted(visitor: Visitor) -> Response:
        list_no, what = visitor.request.path_params["list_no"], visitor.request.path_params["what"]
        if what not in _ACTIONS:
            raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such action")
        try:
            done = await issue(visitor, "casework", **_parts(list_no), **await _ACTIONS[what](visitor))
        except (ServiceSaid, Problem) as no:
            return await shown(visitor, list_no, refusal(no))
        return go(f"/bureau/lists/{list_no}?{DONE}={done}", visitor)

    door.page("/bureau/lists/{list_no}", opened, roles=LISTS)
    door.page("/bureau/lists/{list_no}/do/{what}", acted, roles=LISTS, methods=("POST",))


def _papers(door: Door) -> None:
    async def printed(visitor: Visitor) -> Response:
        list_no = visitor.request.path_params["list_no"]
        paper = await visitor.services.raw("casework", f"/v1/print/benefit-lists/{list_no}")
        return paper_as_given(paper)

    async def table(visitor: Visitor) -> Response:
        list_no = visitor.request.path_params["list_no"]
        paper = await visitor.services.raw("casework", f"/v1/benefit-list-files/{list_no}")
        return _download(paper.content, f"benefit-list-{list_no}.csv")

    async def payment_file(visitor: Visitor) -> Response:
        """With account numbers in clear: the service states who was given it and why first."""
        list_no = visitor.request.path_params["list_no"]
        body = {
            **_parts(list_no),
            "file_no": count(visitor.text("file_no"), "/file_no"),
            "reason": visitor.text("reason"),
        }
        command_id = visitor.text(COMMAND) or new_command()
        paper = await visitor.services.paper("casework", "/v1/payment-files", body, commandid=command_id)
        return _download(paper.content, f"payment-{list_no}-{body['file_no']}.csv")

    door.page("/bureau/lists/{list_no}/print", printed, roles=LISTS)
    door.page("/bureau/lists/{list_no}/table.csv", table, roles=LISTS)
    door.page("/bureau/lists/{list_no}/payment-file", payment_file, roles=LISTS, methods=("POST",))


def _download(content: bytes, name: str) -> Response:
    headers = {**SECURITY_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
