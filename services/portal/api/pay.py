"""Runs of pay from draft to the bank's return, slips with every line explained, files in and out, declarations."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from fastapi import Response
from starlette.datastructures import UploadFile

from services.eventlog.problems import Problem
from services.portal.api import money_words as words
from services.portal.api.commanding import ROWS_MAX, Area, forms_door, new_id, told
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor, go, paper_as_given
from services.portal.api.forms import Names, whole_of
from services.portal.api.money_forms import DECLARATIONS, FINANCE, FORMS, READERS
from services.portal.asking import ServiceSaid

SLIPS_SHOWN: Final = 300
RETURN_BYTES_MAX: Final = 20_000_000
_UNITS: Final = {"insurance": "insured_units", "tax": "withholding_agents"}


async def names(visitor: Visitor) -> Mapping[str, Names]:
    """What payroll calls its codes, as lists to choose from."""
    found = await visitor.services.get("payroll", "/v1/money-names")
    return {kind: {code: (pair[0], pair[1]) for code, pair in listed.items()} for kind, listed in found.items()}


AREA: Final = Area(path="/pay", forms=FORMS, seen_at={"payroll": "/v1/runs"}, lists=names)


async def rows(visitor: Visitor, model: str, *, beyond: str = "", limit: int = ROWS_MAX) -> list[dict[str, Any]]:
    """Rows of one of payroll's models by key, those after the key `beyond`."""
    found = await visitor.services.raw("payroll", f"/v1/{model}", after=beyond, limit=limit)
    return list(msgspec.json.decode(found.content)["rows"])


async def month_rows(visitor: Visitor, model: str, month: str, beyond: str = "", limit: int = ROWS_MAX) -> Any:
    """The rows of one month of a model whose keys begin with the month."""
    return words.of_month(await rows(visitor, model, beyond=beyond or f"{month}/", limit=limit), month)


async def common(visitor: Visitor, area: Area = AREA) -> dict[str, Any]:
    """What every page with command forms is given."""
    return {
        "forms": area.forms, "lists": await names(visitor), "new_id": new_id, "done": told(visitor, area),
        "words": words, "area_path": area.path,
    }  # fmt: skip


def routes(door: Door) -> None:
    """Put the pages of pay beside the others."""

    async def runs(visitor: Visitor) -> Response:
        listed, held, reversals, contests, invoices, declared = await asyncio.gather(
            rows(visitor, "runs"), rows(visitor, "held-lines"), rows(visitor, "slip-reversals"),
            rows(visitor, "payslip-contests"), rows(visitor, "invoices"), rows(visitor, "declarations"),
        )  # fmt: skip
        return door.shown(
            visitor, "finance/runs.html", runs=sorted(listed, key=lambda run: run["month"], reverse=True), held=held,
            reversals=reversals, contests=contests, due=[one for one in declared if one["left_fen"]],
            invoices=[one for one in invoices if one["status"] in ("recorded", "unfunded", "funded")],
            next_month=words.next_month(listed), **await common(visitor),
        )  # fmt: skip

    async def run(visitor: Visitor) -> Response:
        return await shown_run(visitor, visitor.request.path_params["month"])

    async def shown_run(visitor: Visitor, month: str, status: int = 200, **told_too: Any) -> Response:
        after = visitor.request.query_params.get("after", "")
        one, slips, files, returns, held, reversals, contests, declared = await asyncio.gather(
            visitor.services.get("payroll", f"/v1/runs/{month}"),
            month_rows(visitor, "payslips", month, after if after.startswith(f"{month}/") else "", SLIPS_SHOWN),
            month_rows(visitor, "bank-files", month), month_rows(visitor, "bank-returns", month), rows(visitor, "held-lines"),
            month_rows(visitor, "slip-reversals", month), rows(visitor, "payslip-contests"), month_rows(visitor, "declarations", month),
        )  # fmt: skip
        return door.shown(
            visitor, "finance/run.html", status=status, run=one, steps=words.steps_of(one), slips=slips, files=files,
            returns=returns, held=words.of_month(held, month), reversals=reversals, declared=declared,
            contests=words.of_month(contests, month), following=slips[-1]["key"] if len(slips) == SLIPS_SHOWN else "",
            declarations=DECLARATIONS, units=_UNITS, **{"returned": None, "said": None, "errors": []} | told_too,
            **await common(visitor),
        )  # fmt: skip

    async def slip(visitor: Visitor) -> Response:
        month, officer = visitor.request.path_params["month"], visitor.request.path_params["officer"]
        found, money, row = await asyncio.gather(
            visitor.services.get("payroll", f"/v1/slips/{month}/{officer}"),
            visitor.services.get("payroll", f"/v1/slip-money/{month}/{officer}"),
            visitor.services.get("payroll", f"/v1/payslips/{month}/{officer}"),
        )
        return door.shown(
            visitor, "finance/slip.html", found=found, money=money, row=row, month=month, officer=officer,
            paid_by=words.documents_of(money["lines"]), **await common(visitor),
        )  # fmt: skip

    async def printed(visitor: Visitor) -> Response:
        """The paper as payroll prints it; its styles are its own, its scripts none."""
        month, officer = visitor.request.path_params["month"], visitor.request.path_params["officer"]
        paper = await visitor.services.raw("payroll", f"/v1/print/payslips/{month}/{officer}")
        return paper_as_given(paper)

    forms_door(door, AREA)
    door.page("/pay", runs, roles=READERS)
    door.page("/pay/runs/{month}", run, roles=READERS)
    door.page("/pay/slips/{month}/{officer}", slip, roles=READERS)
    door.page("/pay/slips/{month}/{officer}/print", printed, roles=READERS)
    _file_routes(door, shown_run)


def _file_routes(door: Door, shown_run: Callable[..., Awaitable[Response]]) -> None:
    """Files that leave and come: each giving out is a fact, so each has an id of its own."""

    async def bank_file(visitor: Visitor) -> Response:
        wanted = {
            "month": visitor.request.path_params["month"], "file_no": _whole(visitor.text("file_no")),
            "profile": visitor.text("profile"), "reason": visitor.text("reason"),
        }  # fmt: skip
        return await given(visitor, "/v1/bank-files/exports", wanted)

    async def declaration_file(visitor: Visitor) -> Response:
        wanted = {
            "month": visitor.request.path_params["month"], "declaration": visitor.text("declaration"),
            "unit": visitor.text("unit"), "reason": visitor.text("reason"),
        }  # fmt: skip
        return await given(visitor, "/v1/declarations/exports", wanted)

    async def given(visitor: Visitor, path: str, wanted: dict[str, Any]) -> Response:
        try:
            file = await visitor.services.send("payroll", path, msgspec.json.encode(wanted))
        except ServiceSaid as said:
            return await shown_run(visitor, wanted["month"], said.status, said=said, errors=said.errors)
        kept = {name: file.headers[name] for name in ("content-disposition", "jiuzhu-sha256") if name in file.headers}
        return Response(file.content, media_type=file.headers.get("content-type"), headers={**SECURITY_HEADERS, **kept})

    async def declare(visitor: Visitor) -> Response:
        month = visitor.request.path_params["month"]
        wanted = {
            "month": month, "declaration": visitor.text("declaration"), "unit": visitor.text("unit"),
            "format": visitor.text("format", "xlsx"),
        }  # fmt: skip
        try:
            made = await visitor.services.send(
                "payroll", "/v1/declarations", msgspec.json.encode(wanted), commandid=visitor.text("commandid")
            )
            outcome = msgspec.json.decode(made.content)
            await visitor.services.get("payroll", "/v1/runs", after=outcome["commandid"], limit=1)
        except ServiceSaid as said:
            return await shown_run(visitor, month, said.status, said=said, errors=said.errors)
        return go(f"/pay/runs/{month}#declarations", visitor)

    async def bank_return(visitor: Visitor) -> Response:
        month, file = visitor.request.path_params["month"], visitor.form.get("file")
        content = await file.read(RETURN_BYTES_MAX + 1) if isinstance(file, UploadFile) else b""
        if not content or len(content) > RETURN_BYTES_MAX:
            raise Problem(
                status=422, code="file-missing", zh="请选择银行回盘文件（不超过 20 MB）", en="choose the bank's return file (at most 20 MB)"
            )  # fmt: skip
        dry = visitor.text("what") != "import"
        try:
            answer = await visitor.services.send(
                "payroll", f"/v1/bank-returns/{month}", content, commandid=visitor.text("commandid"),
                profile=visitor.text("profile"), dry_run="true" if dry else "false",
            )  # fmt: skip
        except ServiceSaid as said:
            return await shown_run(visitor, month, said.status, said=said, errors=_rows_said(said))
        told_of_file = msgspec.json.decode(answer.content)
        if not dry:
            await visitor.services.get("payroll", "/v1/runs", after=told_of_file["commandid"], limit=1)
        return await shown_run(visitor, month, returned=told_of_file)

    door.page("/pay/runs/{month}/bank-file", bank_file, roles=FINANCE, methods=("POST",))
    door.page("/pay/runs/{month}/bank-return", bank_return, roles=FINANCE, methods=("POST",))
    door.page("/pay/runs/{month}/declare", declare, roles=FINANCE, methods=("POST",))
    door.page("/pay/runs/{month}/declaration-file", declaration_file, roles=FINANCE, methods=("POST",))


def _rows_said(said: ServiceSaid) -> list[dict[str, Any]]:
    """Rows of a return that could not be read, as the box of problems lists them."""
    return [
        {"pointer": one.get("pointer") or f"{one.get('row', '')} {one.get('column', '')}".strip(),
         "detail": one.get("detail", ""), "detail_en": one.get("detail_en", "")}
        for one in said.errors
    ]  # fmt: skip


def _whole(text: str) -> int:
    return whole_of(text) or 0
