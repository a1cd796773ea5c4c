"""A contractor's pages: its own work orders, what became of what it delivered, stating a delivery, and its people; decides nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.bureau_forms import CONTRACTOR, DELIVERY
from services.portal.api.deal_forms import OWN_STAFF
from services.portal.api.deal_words import next_staff
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.posting import Refusal, forms_door, take, told

_STAFF_PATH: Final = "/orders-staff"


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


async def _staff_lists(visitor: Visitor) -> Mapping[str, Names]:
    """Who delivers on the contract that a form was about."""
    own = await visitor.services.get("casework", "/v1/own-work-orders")
    return {"staff": {one: (one, one) for one in staff_of(own, visitor.text("contract_no"))}}


def routes(door: Door) -> None:
    """Put the contractor's pages beside the others."""

    async def listed(visitor: Visitor) -> Response:
        own = await visitor.services.get("casework", "/v1/own-work-orders")
        return door.shown(
            visitor, "work_orders/list.html", own=own, orders=sorted_orders(own), words=words, named=words.named,
            today=date.fromisoformat(own["as_of"]), **told(visitor),
        )  # fmt: skip

    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        number = visitor.request.path_params["number"]
        own = await visitor.services.get("casework", "/v1/own-work-orders")
        order = next((one for one in own["open"] if one["order_no"] == number), None)
        if order is None:
            raise Problem(
                status=404, code="not-found", zh="没有待办的这份工单", en="there is no such order of yours in hand"
            )
        staff = staff_of(own, order["contract_no"])
        return door.shown(
            visitor, "work_orders/deliver.html", order=order, staff=staff, words=words, named=words.named,
            today=date.fromisoformat(own["as_of"]), delivery=DELIVERY,
            lists={"staff": {one: (one, one) for one in staff}}, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def delivered(visitor: Visitor) -> Response:
        own = await visitor.services.get("casework", "/v1/own-work-orders")
        given = {"contractor": own["contractor"], "order_no": visitor.request.path_params["number"]}
        return await take(visitor, DELIVERY, "/orders", shown, **given)

    async def people(visitor: Visitor) -> Response:
        own = await visitor.services.get("casework", "/v1/own-work-orders")
        return door.shown(
            visitor, "work_orders/staff.html", own=own, forms=OWN_STAFF, lists={}, area_path=_STAFF_PATH, words=words,
            named=words.named, today=date.fromisoformat(own["as_of"]), next_staff=next_staff(own["contractor"], own["contracts"]),
            staff=lambda number: {"staff": {one: (one, one) for one in staff_of(own, number)}}, **told(visitor),
        )  # fmt: skip

    forms_door(door, _STAFF_PATH, OWN_STAFF, _staff_lists)
    door.page(_STAFF_PATH, people, roles=CONTRACTOR)
    door.page("/orders", listed, roles=CONTRACTOR)
    door.page("/orders/{number}", opened, roles=CONTRACTOR)
    door.page("/orders/{number}", delivered, roles=CONTRACTOR, methods=("POST",))
