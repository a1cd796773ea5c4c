"""Posts of the towns: staffing as it is, the formula's allocation beside a what-if's, and the leader's approval; decides nothing."""

import asyncio
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api.approvals import or_none
from services.portal.api.door import Door, Visitor, go
from services.portal.api.issuing import DONE, Refusal, Typed, count, fresh, issue, new_command, refusal, typed
from services.portal.api.menu import BUREAU
from services.portal.asking import ServiceSaid

FACTORS: Final[dict[str, tuple[str, str]]] = {
    "residents": ("户籍人口", "residents"),
    "beneficiaries": ("救助对象户数", "beneficiary households"),
    "service_matters": ("服务事项量", "service matters"),
    "scope": ("服务范围（平方公里）", "scope in km²"),
    "economic_level": ("经济困难指数", "index of hardship"),
}
ROWS_MAX: Final = 1000


def figures_of(form: dict[str, str], towns: list[str]) -> dict[str, dict[str, int]]:
    """Every town's figures as typed; an empty field counts 0."""
    return {
        town: {factor: count(form.get(f"{town}.{factor}", "") or "0", f"/{town}.{factor}") for factor in FACTORS}
        for town in towns
    }


def weights_of(form: dict[str, str]) -> dict[str, int] | None:
    """The weights of a what-if; None where none was typed, so that the pack's stand."""
    given = {
        factor: count(form[f"weight.{factor}"], f"/weight.{factor}")
        for factor in FACTORS
        if form.get(f"weight.{factor}", "").strip()
    }
    return {factor: given.get(factor, 0) for factor in FACTORS} if given else None


def beneficiaries(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Households on each town's lists of the latest month, all benefits together."""
    month = max((row["month"] for row in rows), default="")
    found: dict[str, int] = {}
    for row in rows:
        if row["month"] == month:
            found[row["town"]] = found.get(row["town"], 0) + row["household_count"]
    return found


def routes(door: Door) -> None:
    """Put the page of posts beside the others."""

    async def shown(
        visitor: Visitor, *, found: Any = None, problem: Refusal | None = None, form: dict[str, str] | None = None
    ) -> Response:
        staffed, totals = await asyncio.gather(
            fresh(visitor, "payroll", "/v1/staffing"),
            or_none(visitor.services.get("casework", "/v1/benefit-totals", limit=ROWS_MAX)),
        )
        return door.shown(
            visitor, "bureau/posts.html", status=problem.status if problem else 200, staffed=staffed, factors=FACTORS,
            households=beneficiaries(totals["rows"]) if totals else {}, found=found, typed=Typed(form or {}),
            command_id=new_command(), problem=problem, errors=problem.errors if problem else [],
            done=visitor.request.query_params.get(DONE, ""),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def asked(visitor: Visitor) -> Response:
        form = typed(visitor)
        try:
            towns = visitor.text("towns").split()
            question: dict[str, Any] = {"towns": figures_of(form, towns), "weights": weights_of(form)}
            if visitor.text("total"):
                question["total"] = count(visitor.text("total"), "/total")
            found = await visitor.services.post("payroll", "/v1/post-proposals", question)
        except (ServiceSaid, Problem) as no:
            return await shown(visitor, problem=refusal(no), form=form)
        return await shown(visitor, found=found, form=form)

    async def allotted(visitor: Visitor) -> Response:
        form = typed(visitor)
        try:
            figures = figures_of(form, visitor.text("towns").split())
            towns = [
                {"town": town, "figures": of, "posts": count(form[f"{town}.posts"], f"/{town}.posts")}
                if form.get(f"{town}.posts")
                else {"town": town, "figures": of}
                for town, of in figures.items()
            ]
            done = await issue(
                visitor, "payroll", command="allot-posts", towns=towns, reason=visitor.text("reason"),
                document=visitor.text("document"),
            )  # fmt: skip
        except (ServiceSaid, Problem) as no:
            return await shown(visitor, problem=refusal(no), form=form)
        return go(f"/bureau/posts?{DONE}={done}", visitor)

    door.page("/bureau/posts", opened, roles=BUREAU)
    door.page("/bureau/posts/what-if", asked, roles=BUREAU, methods=("POST",))
    door.page("/bureau/posts/allot", allotted, roles=frozenset({"bureau-leader"}), methods=("POST",))
