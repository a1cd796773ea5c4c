"""Spot checks (抽查): plan, commitment, draw, field sheets, results and conclusion, each step when its turn has come."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from services.eventlog import listing
from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor, go, paper_as_given
from services.portal.api.findings import asked_of, digests
from services.portal.api.menu import AUDITORS
from services.portal.asking import ServiceSaid

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
KINDS: Final[dict[str, tuple[str, str, bool]]] = {
    "officers": ("专职低保员", "officers", False),
    "households": ("在保家庭", "households", False),
    "visits": ("入户走访", "visits", True),
    "payslips": ("工资单", "pay slips", True),
    "decisions": ("审核确认决定", "decisions", True),
}
DESIGNS: Final[dict[str, tuple[str, str]]] = {
    "per_town": ("逐镇街抽取，逐镇街下结论", "each town by itself"),
    "simple": ("全区简单随机", "simple, from the whole district"),
    "proportional": ("按镇街同比例", "the same share of every town"),
    "weighted": ("按风险权重", "by risk weights"),
}
_CHECKERS: Final = AUDITORS | {"bureau", "bureau-leader"}
_ROWS: Final = 500


def plan_of(given: Mapping[str, str]) -> dict[str, Any]:
    """The command of a filled-in plan; confidence and tolerable share are given in per cent."""
    kind = given.get("kind", "")
    body: dict[str, Any] = {
        "command": "plan-spot-check", "spot_check_no": given.get("spot_check_no", ""), "kind": kind,
        "on": given.get("on", ""), "purpose": given.get("purpose", ""), "design": given.get("design", ""),
        "period": given.get("period", "") if KINDS.get(kind, ("", "", False))[2] else "",
        "confidence_permille": _permille(given.get("confidence", "95")),
        "tolerable_permille": _permille(given.get("tolerable", "10")),
        "acceptable_count": _count(given.get("acceptable", "0")),
        "rounds_max": max(1, _count(given.get("rounds", "1"))), "extension_count": _count(given.get("extension", "0")),
    }  # fmt: skip
    if given.get("forced_item") and given.get("forced_reason"):
        body["forced"] = [{"item": given["forced_item"], "reason": given["forced_reason"]}]
    return body


def _permille(percent: str) -> int:
    whole, _, tenth = percent.strip().partition(".")
    return _count(whole) * 10 + _count(tenth[:1])


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def command_of(what: str, check: Mapping[str, Any], given: Mapping[str, str], chosen: list[str]) -> dict[str, Any]:
    """The command of a step of a spot check; `chosen`: sheets that are handed out, or attributes that deviate."""
    body: dict[str, Any] = {"command": what, "spot_check_no": check["spot_check_no"]}
    match what:
        case "commit-spot-check":
            body["plan_sha256"] = check["plan_sha256"]
        case "draw-spot-check":
            body["public_value"] = given.get("public_value", "")
        case "assign-field-sheets":
            checkers = given.get("checkers", "").replace("，", ",").replace("、", ",").split(",")
            body |= {"items": chosen, "checkers": [one.strip() for one in checkers if one.strip()]}
        case "record-spot-check-result":
            codes = [one["code"] for one in check["plan"]["attributes"]]
            said = {code: given.get(f"attribute-{code}", "conforming") for code in codes}
            body |= {
                "item": given.get("item", ""), "checked_on": given.get("checked_on", ""),
                "deviating": [code for code in codes if said[code] == "deviating"],
                "unexamined": [code for code in codes if said[code] == "unexamined"],
            }  # fmt: skip
        case "conclude-spot-check":
            body["unextended"] = given.get("unextended", "")
        case "abandon-spot-check":
            body["reason"] = given.get("reason", "")
        case "extend-spot-check":
            pass
        case _:
            raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such step")
    return body


def routes(door: Door) -> None:
    """Put the pages of spot checks beside the others."""

    async def page(visitor: Visitor, *, problem: ServiceSaid | None = None, status: int = 200) -> Response:
        rows = await visitor.services.rows("audit", "/v1/spot-checks", limit=_ROWS)
        return door.shown(
            visitor, "audit/spot_checks.html", status=status, rows=rows[::-1], statuses=STATUSES, kinds=KINDS,
            designs=DESIGNS, problem=problem, given=visitor.form, commandid=str(uuid7()),
            today=await listing.today(door.runtime.pool),
        )  # fmt: skip

    async def listed(visitor: Visitor) -> Response:
        return await page(visitor)

    async def planned(visitor: Visitor) -> Response:
        given = {name: value.strip() for name, value in visitor.form.items() if isinstance(value, str)}
        body, commandid = plan_of(given), visitor.text("commandid")
        try:
            await visitor.services.command("audit", body, commandid=commandid)
        except ServiceSaid as said:
            if said.status >= 500:
                raise
            return await page(visitor, problem=said, status=said.status)
        return go(f"/spot-checks/{body['spot_check_no']}?shows={commandid}", visitor)

    async def check_of(visitor: Visitor, after: str = "") -> dict[str, Any]:
        found: dict[str, Any] = await visitor.services.get(
            "audit", f"/v1/spot-checks/{visitor.request.path_params['number']}", after=after
        )
        return found

    async def one(
        visitor: Visitor, *, problem: ServiceSaid | None = None, step: str = "", status: int = 200
    ) -> Response:
        check = await check_of(visitor, visitor.request.query_params.get("shows", ""))
        number = check["spot_check_no"]
        sheets, findings = await asyncio.gather(
            asked_of(visitor, "audit", "/v1/field-sheets", order="spot_check_no", after=f"{number} ", until=number, limit=_ROWS),
            asked_of(visitor, "audit", "/v1/rectifications", test="spot_check_deviation", ended="true", limit=_ROWS),
        )  # fmt: skip
        of_check = [one for one in findings["rows"] if one["finding"]["origin_no"].startswith(number)]
        return door.shown(
            visitor, "audit/spot_check.html", status=status, check=check, sheets=sheets["rows"], statuses=STATUSES,
            sheet_statuses=SHEET_STATUSES, kinds=KINDS, designs=DESIGNS, problem=problem, failed_step=step,
            given=visitor.form, commandid=str(uuid7()), findings=of_check, today=await listing.today(door.runtime.pool),
        )  # fmt: skip

    async def shown(visitor: Visitor) -> Response:
        return await one(visitor)

    async def stepped(visitor: Visitor) -> Response:
        step, commandid = visitor.request.path_params["step"], visitor.text("commandid")
        given = {name: value.strip() for name, value in visitor.form.items() if isinstance(value, str)}
        chosen = [str(item) for item in visitor.form.getlist("items")]
        check = await check_of(visitor)
        body = command_of(step, check, given, chosen)
        if step == "record-spot-check-result":
            body["form_sha256"] = next(iter(await digests(visitor, "form")), "")
            body["evidence_sha256"] = await digests(visitor, "evidence")
        try:
            await visitor.services.command("audit", body, commandid=commandid)
        except ServiceSaid as said:
            if said.status >= 500:
                raise
            return await one(visitor, problem=said, step=step, status=said.status)
        return go(f"/spot-checks/{check['spot_check_no']}?shows={commandid}", visitor)

    async def sheets(visitor: Visitor) -> Response:
        number, item = visitor.request.path_params["number"], visitor.request.query_params.get("item", "")
        given = await visitor.services.raw("audit", f"/v1/spot-checks/{number}/sheets", item=item)
        return paper_as_given(given)

    async def population(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        given = await visitor.services.raw("audit", f"/v1/spot-checks/{number}/population")
        headers = {**SECURITY_HEADERS, "content-disposition": 'attachment; filename="population.tsv"'}
        return Response(given.content, media_type="text/tab-separated-values; charset=utf-8", headers=headers)

    door.page("/spot-checks", listed, roles=_CHECKERS)
    door.page("/spot-checks", planned, roles=AUDITORS, methods=("POST",))
    door.page("/spot-checks/{number}", shown, roles=_CHECKERS)
    door.page("/spot-checks/{number}/{step}", stepped, roles=_CHECKERS, methods=("POST",))
    door.page("/spot-checks/{number}/sheets", sheets, roles=_CHECKERS)
    door.page("/spot-checks/{number}/population", population, roles=_CHECKERS)
