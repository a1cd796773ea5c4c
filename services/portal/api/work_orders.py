"""A contractor's pages: its own work orders, what became of what it delivered, and stating a delivery; decides nothing."""

import hashlib
from datetime import date
from typing import Any, Final

from fastapi import Response
from starlette.datastructures import UploadFile

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.door import Door, Visitor, go
from services.portal.api.issuing import (
    DONE,
    UPLOAD_BYTES_MAX,
    Refusal,
    count,
    field_problem,
    fresh,
    issue,
    new_command,
    refusal,
    typed,
)
from services.portal.asking import ServiceSaid

CONTRACTOR: Final = frozenset({"contractor"})
EVIDENCE_MAX: Final = 10


def sorted_orders(told: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Orders by what is to be done about them: to deliver (sent back ones too, by last day), waiting, over."""
    to_deliver = [one for one in told["open"] if one["status"] in ("open", "sent_back")]
    waiting = [one for one in told["open"] if one["status"] == "delivered"]
    return {
        "to_deliver": sorted(to_deliver, key=lambda one: (one["due_on"], one["order_no"])),
        "waiting": sorted(waiting, key=lambda one: (one["delivered_on"] or "", one["order_no"])),
        "ended": sorted(told["ended"], key=lambda one: (one["accepted_on"] or "", one["order_no"]), reverse=True),
    }


def staff_of(told: dict[str, Any], contract_no: str) -> list[str]:
    """Who delivers on a contract."""
    return next((list(one["staff"]) for one in told["contracts"] if one["contract_no"] == contract_no), [])


async def evidence_of(visitor: Visitor) -> list[str]:
    """The SHA-256 of every file that was chosen; the files stay with the contractor."""
    hashes = []
    for one in visitor.form.getlist("evidence"):
        raw = await one.read(UPLOAD_BYTES_MAX + 1) if isinstance(one, UploadFile) else b""
        if len(raw) > UPLOAD_BYTES_MAX:
            raise field_problem("/evidence", "每个文件不得超过 10 MB", "each file of at most 10 MB")
        if raw:
            hashes.append(hashlib.sha256(raw).hexdigest())
    if not 1 <= len(hashes) <= EVIDENCE_MAX:
        raise field_problem("/evidence", f"请选择 1 至 {EVIDENCE_MAX} 个佐证文件", f"choose 1 to {EVIDENCE_MAX} files")
    return hashes


def routes(door: Door) -> None:
    """Put the contractor's pages beside the others."""

    async def listed(visitor: Visitor) -> Response:
        told = await fresh(visitor, "casework", "/v1/own-work-orders")
        return door.shown(
            visitor, "work_orders/list.html", told=told, orders=sorted_orders(told), words=words, named=words.named,
            today=date.fromisoformat(told["as_of"]), done=visitor.request.query_params.get(DONE, ""),
        )  # fmt: skip

    async def shown(visitor: Visitor, problem: Refusal | None = None) -> Response:
        number = visitor.request.path_params["number"]
        told = await visitor.services.get("casework", "/v1/own-work-orders")
        order = next((one for one in told["open"] if one["order_no"] == number), None)
        if order is None:
            raise Problem(
                status=404, code="not-found", zh="没有待办的这份工单", en="there is no such order of yours in hand"
            )
        return door.shown(
            visitor, "work_orders/deliver.html", status=problem.status if problem else 200, order=order, told=told,
            staff=staff_of(told, order["contract_no"]), words=words, named=words.named, command_id=new_command(), typed=typed(visitor),
            problem=problem, errors=problem.errors if problem else [],
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def delivered(visitor: Visitor) -> Response:
        told = await visitor.services.get("casework", "/v1/own-work-orders")
        try:
            done = await issue(
                visitor, "casework", command="deliver-work-order", contractor=told["contractor"],
                order_no=visitor.request.path_params["number"], quantity=count(visitor.text("quantity"), "/quantity"),
                staff_no=visitor.text("staff_no"), delivered_on=visitor.text("delivered_on"),
                evidence_sha256=await evidence_of(visitor),
            )  # fmt: skip
        except (ServiceSaid, Problem) as no:
            return await shown(visitor, refusal(no))
        return go(f"/orders?{DONE}={done}", visitor)

    door.page("/orders", listed, roles=CONTRACTOR)
    door.page("/orders/{number}", opened, roles=CONTRACTOR)
    door.page("/orders/{number}", delivered, roles=CONTRACTOR, methods=("POST",))
