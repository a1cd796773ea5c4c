"""The bureau leader's pages: what is late and with whom, what waits for approval, findings, money left; decides nothing."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.bureau_forms import APPROVALS, LEADER, pack_of
from services.portal.api.clocks import clock_line
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import field_problem, files_of
from services.portal.api.menu import BUREAU
from services.portal.api.posting import Refusal, issue, named, refusal, take, told
from services.portal.asking import ServiceSaid, or_none

ROWS_MAX: Final = 1000
LATE_SHOWN_MAX: Final = 20
_PATH: Final = "/bureau/approvals"
RULE_SERVICES: Final = ("intake", "casework", "payroll", "audit", "portal")


def late_with(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, int]]:
    """With whom how much is late: holder, town, count; the most first."""
    found = Counter((row["clock"]["held_by"], row["clock"]["town"]) for row in rows if row["overdue"])
    return [(who, town, n) for (who, town), n in sorted(found.items(), key=lambda one: (-one[1], one[0]))]


def money_left(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sources of the latest year with what is left of them, and how much of the budget that is in per cent."""
    year = max((row["key"].split("-")[0] for row in rows), default="")
    found = []
    for row in rows:
        if row["key"].split("-")[0] != year:
            continue
        whole = row["budget_fen"] + row["credited_fen"]
        source = row["key"].partition("-")[2]
        left = row["left_fen"] * 100 // whole if whole > 0 else 0
        found.append({**row, "year": year, "source": source, "left_percent": left})
    return found


async def waiting(visitor: Visitor) -> dict[str, Any]:
    """All that waits for somebody's approval, by what it is; None for what could not be asked."""
    moves, purchases, runs, lists, posts = await asyncio.gather(
        or_none(visitor.services.get("payroll", "/v1/moves", order="order", until="0-9999", limit=ROWS_MAX)),
        or_none(visitor.services.get("payroll", "/v1/town-purchases", limit=ROWS_MAX)),
        or_none(visitor.services.get("payroll", "/v1/runs", limit=ROWS_MAX)),
        or_none(visitor.services.get("casework", "/v1/benefit-lists", limit=ROWS_MAX)),
        or_none(visitor.services.get("payroll", "/v1/posts", limit=ROWS_MAX)),
    )
    return {
        "moves": _with(moves, "reported"),
        "purchases": _with(purchases, "requested"),
        "runs": _with(runs, "checked"),
        "lists": _with(lists, "drafted"),
        "posts": posts["rows"] if posts else [],
        "vacant": vacant(posts["rows"] if posts else []),
    }


def vacant(posts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, tuple[str, str]]]:
    """Vacant posts by town, as a form offers them."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for post in posts:
        if post["status"] == "vacant":
            found.setdefault(post["town"], {})[post["key"]] = (post["key"],) * 2
    return found


def _with(told: Any, status: str) -> list[dict[str, Any]] | None:
    return None if told is None else [row for row in told["rows"] if row["status"] == status]


def routes(door: Door) -> None:
    """Put the leader's page and the approvals beside the other pages."""
    _leader_route(door)
    _approval_routes(door)


def _leader_route(door: Door) -> None:
    async def leader(visitor: Visitor) -> Response:
        services = visitor.services
        late, requests, waits, findings, funds = await asyncio.gather(
            or_none(services.get("casework", "/v1/open-clocks", overdue="true", limit=ROWS_MAX)),
            or_none(services.get("intake", "/v1/open-clocks", overdue="true", limit=ROWS_MAX)),
            waiting(visitor),
            or_none(services.get("audit", "/v1/rectifications", limit=ROWS_MAX)),
            or_none(services.get("payroll", "/v1/funds", limit=ROWS_MAX)),
        )
        rows = [*(late["rows"] if late else ()), *(requests["rows"] if requests else ())]
        high = [row for row in findings["rows"] if row["finding"]["severity"] == "high"] if findings else None
        return door.shown(
            visitor, "bureau/leader.html", late=rows, late_with=late_with(rows)[:LATE_SHOWN_MAX], waits=waits,
            worst=[clock_line(row, visitor.session.role) for row in rows[:LATE_SHOWN_MAX]], findings=findings, high=high,
            shown_max=LATE_SHOWN_MAX,
            funds=money_left(funds["rows"]) if funds else None, asked_all=late is not None and requests is not None,
            words=words, named=words.named,
        )  # fmt: skip

    door.page("/bureau/leader", leader, roles=LEADER)


def _approval_routes(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        return door.shown(
            visitor, "bureau/approvals.html", waits=await waiting(visitor), words=words, named=words.named,
            forms=APPROVALS, services=RULE_SERVICES, lists={}, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        what = visitor.request.path_params["what"]
        if what != "rules":
            return await take(visitor, named(APPROVALS, what), _PATH, shown)
        try:
            return await issue(visitor, *await _adoption(visitor), _PATH)
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, refusal(said))

    door.page(_PATH, opened, roles=BUREAU)
    door.page(f"{_PATH}/{{what}}", acted, roles=BUREAU, methods=("POST",))


async def _adoption(visitor: Visitor) -> tuple[str, dict[str, Any]]:
    """A rules pack for the service that was chosen: the file itself is the command's body."""
    service, files = visitor.text("service"), (await files_of(visitor.form, ["pack"]))["pack"]
    if service not in RULE_SERVICES:
        raise field_problem("/service", "请选择服务", "choose a service")
    if not files:
        raise field_problem("/pack", "请选择文件", "choose a file")
    return service, {"command": "adopt-rule-pack", **pack_of(files[0])}
