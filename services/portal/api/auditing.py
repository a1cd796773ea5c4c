"""Audit's overview (certificate, transparency log, recomputation), views of the past and their difference, inspection bundles."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor, download, go
from services.portal.api.findings import tests_of
from services.portal.api.forms import instant_of
from services.portal.api.menu import AUDITORS
from services.portal.api.posting import COMMAND, Refusal, refusal, told
from services.portal.asking import ServiceSaid

VIEWS: Final[dict[str, tuple[str, str]]] = {
    "findings": ("审计问题", "Findings"),
    "findings-by-town": ("各镇街问题数", "Findings by town"),
    "fact-counts": ("各类事实条数", "Facts by type"),
    "coverage": ("完整性证书", "Certificates"),
    "spot-checks": ("抽查", "Spot checks"),
    "suppressions": ("搁置", "Suppressions"),
}
AREAS: Final[dict[str, tuple[str, str]]] = {
    "amounts": ("救助金额", "amounts"),
    "benefit_lists": ("发放名册", "benefit lists"),
    "clocks": ("办理时限", "clocks"),
    "deadlines": ("办理时限", "deadlines"),
    "payslips": ("工资单", "payslips"),
    "balances": ("资金余额", "balances"),
}
KINDS: Final[dict[str, tuple[str, str]]] = {
    "findings": ("全部问题及其依据", "findings and what they rest on"),
    "town": ("一个镇街", "one town"),
    "subject": ("一个主体", "one subject"),
    "whole": ("全部日志", "the whole log"),
}
_DEMANDS: Final = {
    "certificate": "/v1/certificates",
    "checkpoint": "/v1/checkpoints",
    "recomputation": "/v1/recomputations",
}
_NOT_YOURS: Final = frozenset({"outside-grant", "wrong-role"})
_ROWS: Final = 200


async def granted(asked: Any, otherwise: Any) -> Any:
    """What was asked for; `otherwise` where the visitor's grant of access does not reach so far, or nothing is published yet."""
    try:
        return await asked
    except ServiceSaid as said:
        if said.code in _NOT_YOURS or (said.status == 404 and said.code == "not-found"):
            return otherwise
        raise


def routes(door: Door) -> None:
    """Put audit's pages beside the others."""
    _overview(door)
    _past(door)
    _bundles(door)


def _overview(door: Door) -> None:
    async def overview(visitor: Visitor, no: Refusal | None = None) -> Response:
        ask = visitor.services
        coverage, log, checkpoints, recomputed, attested, ageing, inspections = await asyncio.gather(
            granted(ask.rows("audit", "/v1/coverage"), None),
            granted(ask.get("audit", "/v1/transparency"), None),
            granted(ask.rows("audit", "/v1/checkpoints", limit=_ROWS), []),
            granted(ask.rows("audit", "/v1/recomputations"), None),
            granted(ask.rows("audit", "/v1/attestations"), None),
            granted(ask.get("audit", "/v1/rectification-ageing", by="town"), {"rows": []}),
            granted(ask.rows("audit", "/v1/inspections"), []),
        )
        own = [one for one in inspections if one["inspector"] == visitor.session.acts_as]
        tests = await tests_of(visitor) if any(one["tests"] for one in own) else {}
        return door.shown(
            visitor, "audit/overview.html", coverage=coverage, log=log, checkpoints=checkpoints[-5:][::-1],
            logs=in_order(log["logs"]) if log else [], recomputed=recomputed, attested=attested, totals=totals(ageing["rows"]), areas=AREAS,
            granted=own, tests=tests, **told(visitor, no),
        )  # fmt: skip

    async def shown(visitor: Visitor) -> Response:
        return await overview(visitor)

    async def demanded(visitor: Visitor) -> Response:
        what = visitor.request.path_params["what"]
        if what not in _DEMANDS:
            raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such action")
        try:
            outcome = await visitor.services.post("audit", _DEMANDS[what], {})
        except ServiceSaid as said:
            return await overview(visitor, refusal(said))
        return go(f"/audit?shows=audit:{outcome.get('commandid', '')}&done={what}", visitor)

    door.page("/audit", shown, roles=AUDITORS)
    door.page("/audit/{what}", demanded, roles=AUDITORS, methods=("POST",))


def in_order(logs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The root log, then those of the partitions by their numbers."""
    return sorted(logs.items(), key=lambda one: int(one[0]) if one[0].isdigit() else -1)


def totals(ageing: list[dict[str, Any]]) -> dict[str, int]:
    """Counts over all towns: still open by severity, late ones, closed ones."""
    open_count = sum(sum(row["ages"]) for row in ageing)
    closed = sum(row["by_status"].get("closed", 0) for row in ageing)
    return {"open": open_count, "closed": closed, "overdue": sum(row["overdue"] for row in ageing)}


def _past(door: Door) -> None:
    async def past(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        view = asked.get("view", "findings-by-town")
        if view not in VIEWS:
            raise Problem(status=404, code="not-found", zh="没有这个视图", en="there is no such view")
        given = {name: asked.get(name, "") for name in ("from_as_at", "from_known_on", "to_as_at", "to_known_on")}
        rows = difference = timeline = problem = None
        try:
            if asked.get("subject"):
                known = _moment(given["to_known_on"])
                said = await visitor.services.get(
                    "audit", f"/v1/timelines/{asked['subject']}", as_at=given["to_as_at"], known_on=known
                )
                timeline = said["facts"]
            elif asked.get("compare"):
                instants = {name: _moment(text) if name.endswith("on") else text for name, text in given.items()}
                difference = await visitor.services.get("audit", f"/v1/{view}/difference", **instants)
            elif given["to_as_at"] or given["to_known_on"]:
                said = await visitor.services.get(
                    "audit",
                    f"/v1/{view}",
                    as_at=given["to_as_at"],
                    known_on=_moment(given["to_known_on"]),
                    limit=_ROWS,
                )
                rows = said["rows"]
        except ServiceSaid as said_no:
            if said_no.status >= 500:
                raise
            problem = said_no
        return door.shown(
            visitor, "audit/past.html", status=problem.status if problem else 200, views=VIEWS, view=view, given=given,
            rows=rows and [flat(row) for row in rows], difference=difference and told_apart(difference), timeline=timeline,
            subject=asked.get("subject", ""), problem=problem, today=await door.today(),
        )  # fmt: skip

    door.page("/past", past, roles=AUDITORS)


def _moment(text: str) -> str:
    """An instant with the zone that audit wants; the size of a log stays as it is."""
    return text if text.isdigit() else instant_of(text)


def flat(row: dict[str, Any]) -> dict[str, str]:
    """A row of any view as short texts: lists by their length, so that a table stays one."""
    return {name: _short(value) for name, value in row.items()}


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"[{len(value)}]"
    if isinstance(value, dict):
        return "{…}"
    return "" if value is None else str(value)


def told_apart(difference: dict[str, Any]) -> dict[str, Any]:
    """The rows of a difference with, for each, the fields that changed and the facts that made it so."""
    rows = []
    for row in difference["rows"]:
        before, after = flat(row["before"] or {}), flat(row["after"] or {})
        names = [name for name in {**before, **after} if before.get(name) != after.get(name) and name != "key"]
        facts = [fact for fact in difference["facts"] if row["key"] in fact["keys"]]
        fields = [(name, before.get(name, ""), after.get(name, "")) for name in names]
        rows.append({"key": row["key"], "fields": fields, "facts": facts})
    return {**difference, "rows": rows}


def _bundles(door: Door) -> None:
    async def page(visitor: Visitor, no: Refusal | None = None) -> Response:
        made = await granted(visitor.services.rows("audit", "/v1/bundles", limit=_ROWS), [])
        keys = await granted(visitor.services.get("audit", "/v1/keys"), {})
        log = await granted(visitor.services.get("audit", "/v1/transparency"), {})
        return door.shown(
            visitor, "audit/bundles.html", made=sorted(made, key=lambda one: one["issued_at"])[::-1],
            keys=keys, vkeys=log.get("vkeys", []), witnesses=log.get("witnesses", []), wanted=log.get("wanted", 0),
            kinds=KINDS, towns=await door.towns(), kind=visitor.text("kind") or visitor.request.query_params.get("kind", "findings"),
            of=visitor.text("of") or visitor.request.query_params.get("of", ""), **told(visitor, no),
        )  # fmt: skip

    async def listed(visitor: Visitor) -> Response:
        return await page(visitor)

    async def issued(visitor: Visitor) -> Response:
        scope = {"kind": visitor.text("kind"), "of": visitor.text("of")}
        try:
            made = await visitor.services.paper("audit", "/v1/bundles", scope, commandid=visitor.text(COMMAND))
        except ServiceSaid as said:
            return await page(visitor, refusal(said))
        kept = {name: made.headers[name] for name in ("content-disposition", "jiuzhu-sha256") if name in made.headers}
        return download(made.content, "application/zip", **kept)

    door.page("/bundles", listed, roles=AUDITORS)
    door.page("/bundles", issued, roles=AUDITORS, methods=("POST",))
