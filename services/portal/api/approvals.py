"""The bureau leader's pages: what is late and with whom, what waits for approval, findings, money left; decides nothing."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.bureau import clock_line
from services.portal.api.door import Door, Visitor, go
from services.portal.api.issuing import (
    DONE,
    Refusal,
    fen,
    field_problem,
    fresh,
    issue,
    new_command,
    refusal,
    typed,
    uploaded,
)
from services.portal.api.menu import BUREAU
from services.portal.asking import ServiceSaid

LEADER: Final = frozenset({"bureau-leader"})
ROWS_MAX: Final = 1000
LATE_SHOWN_MAX: Final = 20
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


async def or_none(asking: Awaitable[Any]) -> Any:
    """What a service answers, or None where it refuses or is away: the rest of the page is shown all the same."""
    try:
        return await asking
    except (ServiceSaid, Problem):
        return None


async def waiting(visitor: Visitor) -> dict[str, Any]:
    """All that waits for somebody's approval, by what it is; None for what could not be asked."""
    moves, purchases, runs, lists, posts = await asyncio.gather(
        or_none(fresh(visitor, "payroll", "/v1/moves", order="order", until="0-9999", limit=ROWS_MAX)),
        or_none(fresh(visitor, "payroll", "/v1/town-purchases", limit=ROWS_MAX)),
        or_none(fresh(visitor, "payroll", "/v1/runs", limit=ROWS_MAX)),
        or_none(visitor.services.get("casework", "/v1/benefit-lists", limit=ROWS_MAX)),
        or_none(visitor.services.get("payroll", "/v1/posts", limit=ROWS_MAX)),
    )
    return {
        "moves": _with(moves, "reported"),
        "purchases": _with(purchases, "requested"),
        "runs": _with(runs, "checked"),
        "lists": _with(lists, "drafted"),
        "posts": posts["rows"] if posts else [],
    }


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
            worst=[clock_line(row) for row in rows[:LATE_SHOWN_MAX]], findings=findings, high=high,
            shown_max=LATE_SHOWN_MAX,
            funds=money_left(funds["rows"]) if funds else None, asked_all=late is not None and requests is not None,
            words=words, named=words.named,
        )  # fmt: skip

    door.page("/bureau/leader", leader, roles=LEADER)


def _approval_routes(door: Door) -> None:
    async def shown(visitor: Visitor, problem: Refusal | None = None) -> Response:
        waits = await waiting(visitor)
        return door.shown(
            visitor, "bureau/approvals.html", status=problem.status if problem else 200, waits=waits, words=words,
            named=words.named, command_id=new_command(), problem=problem, errors=problem.errors if problem else [],
            typed=typed(visitor), services=RULE_SERVICES, done=visitor.request.query_params.get(DONE, ""),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        what = visitor.request.path_params["what"]
        if what not in _ACTIONS:
            raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such action")
        try:
            service, body = await _ACTIONS[what](visitor)
            done = await issue(visitor, service, **body)
        except (ServiceSaid, Problem) as no:
            return await shown(visitor, refusal(no))
        return go(f"/bureau/approvals?{DONE}={done}", visitor)

    door.page("/bureau/approvals", opened, roles=BUREAU)
    door.page("/bureau/approvals/{what}", acted, roles=BUREAU, methods=("POST",))


Issued = tuple[str, dict[str, Any]]


async def _approve_move(visitor: Visitor) -> Issued:
    names = ("officer", "approval_no", "report_no", "kind", "to_post", "duty", "effective_on", "document")
    return "payroll", {"command": "approve-reassignment", **{name: visitor.text(name) for name in names}}


async def _refuse_move(visitor: Visitor) -> Issued:
    names = ("officer", "report_no", "reason")
    return "payroll", {"command": "refuse-reassignment", **{name: visitor.text(name) for name in names}}


async def _reserve_post(visitor: Visitor) -> Issued:
    names = ("town", "officer", "post_no")
    return "payroll", {"command": "reserve-post", **{name: visitor.text(name) for name in names}}


async def _decide_purchase(visitor: Visitor) -> Issued:
    approved = visitor.text("decision") == "approve"
    return "payroll", {
        "command": "decide-town-purchase", "purchase_no": visitor.text("purchase_no"), "approved": approved,
        "amount_fen": fen(visitor.text("amount"), "/amount") if approved else 0,
        "approval": visitor.text("approval") if approved else "", "guidance": visitor.text("guidance"),
    }  # fmt: skip


async def _approve_run(visitor: Visitor) -> Issued:
    return "payroll", {"command": "approve-run", "month": visitor.text("month")}


async def _approve_list(visitor: Visitor) -> Issued:
    return "casework", {
        "command": "approve-benefit-list",
        "town": visitor.text("town"),
        "month": visitor.text("month"),
    }


async def _adopt(visitor: Visitor) -> Issued:
    service = visitor.text("service")
    if service not in RULE_SERVICES:
        raise field_problem("/service", "请选择服务", "choose a service")
    return service, {"command": "adopt-rule-pack", **pack_of(await uploaded(visitor, "pack"))}


def pack_of(raw: bytes) -> dict[str, Any]:
    """A rules pack's JSON; what is in it, the service judges."""
    try:
        found = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise field_problem("/pack", "不是 JSON 文件", "not a JSON file") from None
    if not isinstance(found, dict) or "command" in found:
        raise field_problem("/pack", "不是规则包", "not a rules pack")
    return found


_ACTIONS: Final = {
    "move": _approve_move, "refuse-move": _refuse_move, "reserve-post": _reserve_post, "purchase": _decide_purchase,
    "run": _approve_run, "list": _approve_list, "rules": _adopt,
}  # fmt: skip
