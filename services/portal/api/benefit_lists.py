"""Monthly benefit lists: drafted, what changed and why, approved by another, payment files, returns, closed; decides nothing."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.bureau_forms import LIST, LISTS, NEW_LIST, PAYMENT_FILE
from services.portal.api.door import Door, Visitor, download, paper_as_given
from services.portal.api.forms import filled_in
from services.portal.api.posting import COMMAND, Refusal, named, refusal, take, told
from services.portal.asking import ServiceSaid

LISTS_MAX: Final = 1000


def of_month(rows: Sequence[dict[str, Any]], month: str) -> tuple[str, list[str], list[dict[str, Any]]]:
    """The month that is shown (the latest where none is asked for), all months, and the month's lists by town."""
    months = sorted({row["month"] for row in rows}, reverse=True)
    shown = month or (months[0] if months else "")
    return shown, months, sorted((row for row in rows if row["month"] == shown), key=lambda row: str(row["town"]))


def summed(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """The month's lists added up."""
    names = ("line_count", "amount_fen", "paid_fen", "returned_fen", "waiting_fen", "open_fen")
    return {name: sum(row[name] for row in rows) for name in names}


def _parts(list_no: str) -> dict[str, str]:
    town, _, month = list_no.partition("-")
    return {"town": town, "month": month}


def routes(door: Door) -> None:
    """Put the pages of benefit lists beside the others."""
    _overview(door)
    _one_list(door)
    _papers(door)


def _overview(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        listed = await visitor.services.rows("casework", "/v1/benefit-lists", limit=LISTS_MAX)
        month, months, rows = of_month(listed, visitor.request.query_params.get("month", ""))
        return door.shown(
            visitor, "bureau/lists.html", rows=rows, month=month, months=months, sums=summed(rows), form_of=NEW_LIST, lists={"towns": await door.towns()},
            status_names=words.LIST_STATUS, named=words.named, this_month=(await door.today()).isoformat()[:7],
            **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def drafted(visitor: Visitor) -> Response:
        return await take(visitor, NEW_LIST, f"/bureau/lists/{visitor.text('town')}-{visitor.text('month')}", shown)

    door.page("/bureau/lists", opened, roles=LISTS)
    door.page("/bureau/lists", drafted, roles=LISTS, methods=("POST",))


def _one_list(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        list_no = visitor.request.path_params["list_no"]
        row = await visitor.services.get("casework", f"/v1/benefit-lists/{list_no}")
        lines = await visitor.services.rows(
            "casework", "/v1/benefit-lines", town=row["town"], after=f"{list_no}/", limit=LISTS_MAX
        )
        files = [str(one["file_no"]) for one in reversed(row["files"])]
        return door.shown(
            visitor, "bureau/list.html", no=list_no, row=row, words=words, named=words.named, forms=LIST, taking=PAYMENT_FILE,
            committees=[one for one in lines if one["key"].startswith(f"{list_no}/")],
            lists={"files": {number: (number, number) for number in files}},
            mine=row["drafted_by"] == visitor.session.acts_as, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        list_no = visitor.request.path_params["list_no"]
        form = named(LIST, visitor.request.path_params["what"])
        return await take(visitor, form, f"/bureau/lists/{list_no}", shown, **_parts(list_no))

    async def payment_file(visitor: Visitor) -> Response:
        """With account numbers in clear: the service states who was given it and why first."""
        list_no = visitor.request.path_params["list_no"]
        try:
            body = {**await filled_in(PAYMENT_FILE, visitor.form), **_parts(list_no)}
            body.pop("command")
            given = await visitor.services.paper("casework", "/v1/payment-files", body, commandid=visitor.text(COMMAND))
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, refusal(said))
        return download(given.content, "text/csv; charset=utf-8", f"payment-{list_no}-{body['file_no']}.csv")

    door.page("/bureau/lists/{list_no}/payment-file", payment_file, roles=LISTS, methods=("POST",))
    door.page("/bureau/lists/{list_no}", opened, roles=LISTS)
    door.page("/bureau/lists/{list_no}/do/{what}", acted, roles=LISTS, methods=("POST",))


def _papers(door: Door) -> None:
    async def printed(visitor: Visitor) -> Response:
        list_no = visitor.request.path_params["list_no"]
        given = await visitor.services.raw("casework", f"/v1/print/benefit-lists/{list_no}")
        return paper_as_given(given)

    async def table(visitor: Visitor) -> Response:
        list_no = visitor.request.path_params["list_no"]
        given = await visitor.services.raw("casework", f"/v1/benefit-list-files/{list_no}")
        return download(given.content, "text/csv; charset=utf-8", f"benefit-list-{list_no}.csv")

    door.page("/bureau/lists/{list_no}/print", printed, roles=LISTS)
    door.page("/bureau/lists/{list_no}/table.csv", table, roles=LISTS)
