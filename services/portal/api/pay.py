"""Runs of pay from draft to the bank's return, slips with every line explained, files in and out, declarations."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec
from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import money_words as words
from services.portal.api.door import Door, Visitor, download, go, paper_as_given
from services.portal.api.forms import Names, field_problem, files_of, whole_of
from services.portal.api.money_forms import DECLARATIONS, FINANCE, FORMS, READERS
from services.portal.api.posting import COMMAND, Refusal, forms_door, refusal, told
from services.portal.asking import ServiceSaid, or_none

SLIPS_SHOWN: Final = 300
ROWS_MAX: Final = 1_000
_PATH: Final = "/pay"
_UNITS: Final = {"insurance": "insured_units", "tax": "withholding_agents"}


async def names(visitor: Visitor) -> Mapping[str, Names]:
    """What payroll calls its codes, as lists to choose from."""
    found = await visitor.services.get("payroll", "/v1/money-names")
    return {kind: {code: (pair[0], pair[1]) for code, pair in listed.items()} for kind, listed in found.items()}


async def rows(visitor: Visitor, model: str, *, beyond: str = "", limit: int = ROWS_MAX) -> list[dict[str, Any]]:
    """Rows of one of payroll's models by key, those after the key `beyond`."""
    return await visitor.services.rows("payroll", f"/v1/{model}", after=beyond, limit=limit)


async def month_rows(visitor: Visitor, model: str, month: str, beyond: str = "", limit: int = ROWS_MAX) -> Any:
    """The rows of one month of a model whose keys begin with the month."""
    return words.of_month(await rows(visitor, model, beyond=beyond or f"{month}/", limit=limit), month)


async def common(visitor: Visitor, path: str = _PATH, no: Refusal | None = None) -> dict[str, Any]:
    """What every page with forms of money is given; they are sent under `path`."""
    return {**told(visitor, no), "forms": FORMS, "lists": await names(visitor), "words": words, "area_path": path}


def line_names(explained: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """What the lines of a slip are called, by ``side/code``."""
    return {f"{one['side']}/{one['code']}": (one["name"]["zh"], one["name"]["en"]) for one in explained}


async def _names_of(visitor: Visitor, month: str, officer: str) -> dict[str, tuple[str, str]]:
    """The names of an officer's lines of a month; none where the slip cannot be read."""
    found = await or_none(visitor.services.get("payroll", f"/v1/slips/{month}/{officer}"))
    return line_names(found["explained"]) if found else {}


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

    async def shown_run(
        visitor: Visitor, month: str, no: Refusal | None = None, returned: dict[str, Any] | None = None
    ) -> Response:
        after = visitor.request.query_params.get("after", "")
        one, slips, files, returns, held, reversals, contests, declared = await asyncio.gather(
            visitor.services.get("payroll", f"/v1/runs/{month}"),
            month_rows(visitor, "payslips", month, after if after.startswith(f"{month}/") else "", SLIPS_SHOWN),
            month_rows(visitor, "bank-files", month), month_rows(visitor, "bank-returns", month), rows(visitor, "held-lines"),
            month_rows(visitor, "slip-reversals", month), rows(visitor, "payslip-contests"), month_rows(visitor, "declarations", month),
        )  # fmt: skip
        contests = words.of_month(contests, month)
        named = await asyncio.gather(*(_names_of(visitor, month, one["officer"]) for one in contests))
        return door.shown(
            visitor, "finance/run.html", run=one, steps=words.steps_of(one), slips=slips, files=files,
            returns=returns, held=words.of_month(held, month), reversals=reversals, declared=declared,
            contests=list(zip(contests, named, strict=True)), following=slips[-1]["key"] if len(slips) == SLIPS_SHOWN else "",
            declarations=DECLARATIONS, units=_UNITS, returned=returned, **await common(visitor, no=no),
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
            paid_by=words.documents_of(money["lines"]), line_names=line_names(found["explained"]), **await common(visitor),
        )  # fmt: skip

    async def printed(visitor: Visitor) -> Response:
        """The paper as payroll prints it; its styles are its own, its scripts none."""
        month, officer = visitor.request.path_params["month"], visitor.request.path_params["officer"]
        given = await visitor.services.raw("payroll", f"/v1/print/payslips/{month}/{officer}")
        return paper_as_given(given)

    forms_door(door, _PATH, FORMS, names)
    door.page(_PATH, runs, roles=READERS)
    door.page("/pay/runs/{month}", run, roles=READERS)
    door.page("/pay/slips/{month}/{officer}", slip, roles=READERS)
    door.page("/pay/slips/{month}/{officer}/print", printed, roles=READERS)
    _file_routes(door, shown_run)


def _file_routes(door: Door, shown_run: Callable[..., Awaitable[Response]]) -> None:
    """Files that leave and come: each giving out is a fact, so each has an id of its own."""

    async def bank_file(visitor: Visitor) -> Response:
        wanted = {
            "month": visitor.request.path_params["month"], "file_no": whole_of(visitor.text("file_no")),
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
            file = await visitor.services.paper("payroll", path, wanted, commandid=visitor.text(COMMAND))
        except ServiceSaid as said:
            return await shown_run(visitor, wanted["month"], refusal(said))
        kept = {name: file.headers[name] for name in ("content-disposition", "jiuzhu-sha256") if name in file.headers}
        return download(file.content, file.headers["content-type"], **kept)

    async def declare(visitor: Visitor) -> Response:
        month = visitor.request.path_params["month"]
        wanted = {
            "month": month, "declaration": visitor.text("declaration"), "unit": visitor.text("unit"),
            "format": visitor.text("format", "xlsx"),
        }  # fmt: skip
        try:
            made = await visitor.services.paper("payroll", "/v1/declarations", wanted, commandid=visitor.text(COMMAND))
        except ServiceSaid as said:
            return await shown_run(visitor, month, refusal(said))
        shows = msgspec.json.decode(made.content)["commandid"]
        return go(f"/pay/runs/{month}?shows=payroll:{shows}&done=declare#declarations", visitor)

    async def bank_return(visitor: Visitor) -> Response:
        month, dry = visitor.request.path_params["month"], visitor.text("what") != "import"
        try:
            contents = (await files_of(visitor.form, ["file"]))["file"]
            if not contents:
                raise field_problem("/file", "请选择银行回盘文件", "choose the bank's return file")
            answer = await visitor.services.send(
                "payroll", f"/v1/bank-returns/{month}", contents[0], commandid=visitor.text(COMMAND),
                profile=visitor.text("profile"), dry_run="true" if dry else "false",
            )  # fmt: skip
        except (ServiceSaid, Problem) as said:
            return await shown_run(visitor, month, _of_rows(refusal(said)))
        told_of_file = msgspec.json.decode(answer.content)
        if not dry:
            shows = ("payroll", str(told_of_file["commandid"]))
            visitor = replace(visitor, services=replace(visitor.services, shows=shows))
        return await shown_run(visitor, month, returned=told_of_file)

    door.page("/pay/runs/{month}/bank-file", bank_file, roles=FINANCE, methods=("POST",))
    door.page("/pay/runs/{month}/bank-return", bank_return, roles=FINANCE, methods=("POST",))
    door.page("/pay/runs/{month}/declare", declare, roles=FINANCE, methods=("POST",))
    door.page("/pay/runs/{month}/declaration-file", declaration_file, roles=FINANCE, methods=("POST",))


def _of_rows(no: Refusal) -> Refusal:
    """A refused return with the rows that could not be read as the box of problems lists them."""
    errors = [
        {"pointer": one.get("pointer") or f"{one.get('row', '')} {one.get('column', '')}".strip(),
         "detail": one.get("detail", ""), "detail_en": one.get("detail_en", "")}
        for one in no.errors
    ]  # fmt: skip
    return replace(no, errors=errors)
