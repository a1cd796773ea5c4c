"""Spot checks (抽查): plan, commitment, draw, field sheets, results and conclusion, each step when its turn has come."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import Response

from services.portal.api.audit_forms import CHECK, CHECK_READERS, CHECKERS, DESIGNS, KINDS, PLAN, PLANNERS, result_form
from services.portal.api.door import Door, Visitor, download, paper_as_given
from services.portal.api.forms import Form, Names
from services.portal.api.posting import Refusal, named, take, told

STATUSES: Final[dict[str, tuple[str, str]]] = {
    "planned": ("已计划，未锁定", "planned"),
    "committed": ("已锁定，待抽取", "committed"),
    "drawn": ("已抽取，核查中", "drawn"),
    "within": ("结论：可接受", "within what is tolerable"),
    "exceeded": ("结论：超出容忍", "exceeded"),
    "abandoned": ("已放弃", "given up"),
}
SHEET_STATUSES: Final[dict[str, tuple[str, str]]] = {
    "drawn": ("待派表", "to be assigned"),
    "assigned": ("待登记", "to be filled in"),
    "conforming": ("相符", "conforming"),
    "deviating": ("不符", "deviating"),
    "unexamined": ("未能核查", "not examined"),
}
_ROWS: Final = 500


def forms_of(check: Mapping[str, Any]) -> dict[str, Form]:
    """The steps of a check by their command; the result of a sheet asks for the attributes of its plan."""
    result = result_form(check["plan"]["attributes"])
    return {**CHECK, result.command: result}


def lists_of(sheets: Iterable[Mapping[str, Any]]) -> dict[str, Names]:
    """The sheets whose result may be recorded."""
    return {"open_sheets": {row["item"]: (row["item"],) * 2 for row in sheets if row["status"] == "assigned"}}


def routes(door: Door) -> None:
    """Put the pages of spot checks beside the others."""

    async def page(visitor: Visitor, no: Refusal | None = None) -> Response:
        rows = await visitor.services.rows("audit", "/v1/spot-checks", limit=_ROWS)
        return door.shown(
            visitor, "audit/spot_checks.html", rows=rows[::-1], statuses=STATUSES, kinds=KINDS, plan=PLAN, lists={},
            today=await door.today(), **told(visitor, no),
        )  # fmt: skip

    async def listed(visitor: Visitor) -> Response:
        return await page(visitor)

    async def planned(visitor: Visitor) -> Response:
        return await take(visitor, PLAN, f"/spot-checks/{visitor.text('spot_check_no')}", page)

    async def check_of(visitor: Visitor) -> dict[str, Any]:
        number = visitor.request.path_params["number"]
        found: dict[str, Any] = await visitor.services.get("audit", f"/v1/spot-checks/{number}")
        return found

    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        check = await check_of(visitor)
        number, ask = check["spot_check_no"], visitor.services.get
        sheets, findings = await asyncio.gather(
            ask("audit", "/v1/field-sheets", order="spot_check_no", after=f"{number} ", until=number, limit=_ROWS),
            ask("audit", "/v1/rectifications", test="spot_check_deviation", ended="true", limit=_ROWS),
        )
        return door.shown(
            visitor, "audit/spot_check.html", check=check, sheets=sheets["rows"], statuses=STATUSES, forms=forms_of(check),
            sheet_statuses=SHEET_STATUSES, kinds=KINDS, designs=DESIGNS, today=await door.today(),
            findings=[one for one in findings["rows"] if one["finding"]["origin_no"].startswith(number)],
            lists=lists_of(sheets["rows"]), **told(visitor, no),
        )  # fmt: skip

    async def one(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def stepped(visitor: Visitor) -> Response:
        check = await check_of(visitor)
        form = named(forms_of(check), visitor.request.path_params["step"])
        known = {"spot_check_no": check["spot_check_no"], "plan_sha256": check["plan_sha256"]}
        given = {name: known[name] for name in form.given if name in known}
        return await take(visitor, form, f"/spot-checks/{check['spot_check_no']}", shown, **given)

    async def sheets(visitor: Visitor) -> Response:
        number, item = visitor.request.path_params["number"], visitor.request.query_params.get("item", "")
        given = await visitor.services.raw("audit", f"/v1/spot-checks/{number}/sheets", item=item)
        return paper_as_given(given)

    async def population(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        given = await visitor.services.raw("audit", f"/v1/spot-checks/{number}/population")
        return download(given.content, "text/tab-separated-values; charset=utf-8", "population.tsv")

    door.page("/spot-checks", listed, roles=CHECK_READERS)
    door.page("/spot-checks", planned, roles=PLANNERS, methods=("POST",))
    door.page("/spot-checks/{number}", one, roles=CHECK_READERS)
    door.page("/spot-checks/{number}/{step}", stepped, roles=CHECKERS, methods=("POST",))
    door.page("/spot-checks/{number}/sheets", sheets, roles=CHECK_READERS)
    door.page("/spot-checks/{number}/population", population, roles=CHECK_READERS)
