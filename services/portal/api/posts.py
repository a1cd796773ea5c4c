"""Posts of the towns: staffing as it is, the formula's allocation beside a what-if's, and the leader's approval; decides nothing."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import count_of, field_problem
from services.portal.api.menu import BUREAU
from services.portal.api.officers_forms import FORMS
from services.portal.api.posting import Refusal, issue, refusal, told
from services.portal.asking import ServiceSaid, or_none

FACTORS: Final[dict[str, tuple[str, str]]] = {
    "residents": ("户籍人口", "residents"),
    "beneficiaries": ("救助对象户数", "beneficiary households"),
    "service_matters": ("服务事项量", "service matters"),
    "scope": ("服务范围（平方公里）", "scope in km²"),
    "economic_level": ("经济困难指数", "index of hardship"),
}
ROWS_MAX: Final = 1000


def figures_of(form: dict[str, str], towns: list[str], counting: Collection[str]) -> dict[str, dict[str, int]]:
    """Every town's figures as typed; a `Problem` that names those left empty of the factors that count, for none is 0 by itself."""

    def typed(town: str, factor: str) -> bool:
        return bool(form.get(f"{town}.{factor}", "").strip())

    empty = [(town, factor) for town in towns for factor in FACTORS if factor in counting and not typed(town, factor)]
    if empty:
        town, factor = empty[0]
        zh, en = FACTORS[factor]
        raise field_problem(
            f"/{town}.{factor}", f"{town} {zh}未填（共 {len(empty)} 项未填；没有的填 0）",
            f"{town} {en} is missing ({len(empty)} in all; 0 where there is none)",
        )  # fmt: skip
    return {
        town: {factor: count_of(form, f"{town}.{factor}") for factor in FACTORS if typed(town, factor)}
        for town in towns
    }


async def counting_in(visitor: Visitor) -> frozenset[str]:
    """The factors to which the rules give weight; to a what-if those with a weight of its own are added."""
    factors = (await visitor.services.pack("payroll", "post_allocation"))["factors"]
    return frozenset(name for name, factor in factors.items() if factor["weight"])


def weights_of(form: dict[str, str]) -> dict[str, int] | None:
    """The weights of a what-if; None where none was typed, so that the pack's stand."""
    given = {
        factor: count_of(form, f"weight.{factor}") for factor in FACTORS if form.get(f"weight.{factor}", "").strip()
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


def begun_with(last: Mapping[str, Any] | None, households: Mapping[str, int]) -> dict[str, int]:
    """What stands in the fields at first, by ``<town>.<factor>``: the last allotment's figures, but today's households."""
    figures = {
        f"{town['town']}.{one['factor']}": one["amount"] for town in (last["towns"] if last else ()) for one in town["figures"]
    }  # fmt: skip
    return figures | {f"{town}.beneficiaries": count for town, count in households.items()}


def texts(visitor: Visitor) -> dict[str, str]:
    """What was typed, by the names of the fields."""
    return {name: value.strip() for name, value in visitor.form.items() if isinstance(value, str)}


def routes(door: Door) -> None:
    """Put the page of posts beside the others."""

    async def shown(visitor: Visitor, no: Refusal | None = None, found: Any = None) -> Response:
        staffed, totals, posts, last, pack = await asyncio.gather(
            visitor.services.get("payroll", "/v1/staffing"),
            or_none(visitor.services.get("casework", "/v1/benefit-totals", limit=ROWS_MAX)),
            visitor.services.rows("payroll", "/v1/posts", limit=ROWS_MAX),
            visitor.services.rows("payroll", "/v1/last-allotment", limit=1),
            or_none(visitor.services.pack("payroll", "post_allocation")),
        )
        return door.shown(
            visitor, "bureau/posts.html", staffed=staffed, factors=FACTORS, found=found,
            begin=begun_with(last[0] if last else None, beneficiaries(totals["rows"]) if totals else {}),
            last=last[0] if last else None, weights={name: one["weight"] for name, one in (pack["factors"] if pack else {}).items()},
            forms=FORMS, lists={},
            kept=[row for row in posts if row["status"] == "kept"], **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def asked(visitor: Visitor) -> Response:
        form = texts(visitor)
        try:
            towns = visitor.text("towns").split()
            weights = weights_of(form)
            counting = await counting_in(visitor) | {name for name, weight in (weights or {}).items() if weight}
            question: dict[str, Any] = {"towns": figures_of(form, towns, counting), "weights": weights}
            if visitor.text("total"):
                question["total"] = count_of(form, "total")
            found = await visitor.services.post("payroll", "/v1/post-proposals", question)
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, refusal(said))
        return await shown(visitor, found=found)

    async def allotted(visitor: Visitor) -> Response:
        form = texts(visitor)
        try:
            figures = figures_of(form, visitor.text("towns").split(), await counting_in(visitor))
            towns = [
                {"town": town, "figures": of, "posts": count_of(form, f"{town}.posts")}
                if form.get(f"{town}.posts")
                else {"town": town, "figures": of}
                for town, of in figures.items()
            ]
            named = {name: visitor.text(name) for name in ("reason", "document")}
            return await issue(visitor, "payroll", {"command": "allot-posts", "towns": towns, **named}, "/bureau/posts")
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, refusal(said))

    door.page("/bureau/posts", opened, roles=BUREAU)
    door.page("/bureau/posts/what-if", asked, roles=BUREAU, methods=("POST",))
    door.page("/bureau/posts/allot", allotted, roles=frozenset({"bureau-leader"}), methods=("POST",))
