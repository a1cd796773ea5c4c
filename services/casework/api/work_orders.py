"""Contractors at the door: each its own work alone; whoever orders, which contracts there are and what waits for acceptance."""

from typing import Any, Final

from fastapi import FastAPI, Request, Response

from services.casework import store
from services.casework.domain.contractors.state import Contract, Contractor
from services.eventlog import listing
from services.eventlog.api.queries import PAGE_ROWS_MAX
from services.eventlog.api.runtime import Runtime, json_response, see_command, wrong_role
from services.eventlog.auth import READERS

_ROLE: Final = "contractor"


def contractor_of(actor: str) -> str:
    """Which contractor an actor ``contractor:<number>-<person>`` acts for."""
    return actor.partition(":")[2].partition("-")[0]


def as_read(contract: Contract) -> dict[str, Any]:
    """A contract with what is left of it, the numbers of its staff, and the years it was evaluated for; no names."""
    signed = contract.signed
    names = ("contract_no", "town", "mode", "services", "from_on", "until_on", "amount_fen")
    return {
        **{name: getattr(signed, name) for name in names}, "left_fen": contract.left_fen,
        "set_aside_fen": contract.set_aside_fen, "payable_fen": contract.payable_fen,
        "staff": [staff for staff, _ in contract.staff], "years": contract.years,
    }  # fmt: skip


def for_town(number: str, state: Contractor, town: str | None) -> dict[str, Any]:
    """A contractor as whoever orders sees it: a town the contracts that it may order on, and its own deliveries."""
    awards = [
        {"procurement_no": one.stated.procurement_no, "result": one.stated.result, "town": one.stated.town}
        for one in state.awards
        if town in (None, one.stated.town)
    ]
    delivered = [
        {
            "order_no": one.issued.order_no, "quantity": one.delivered.quantity, "staff_no": one.delivered.staff_no,
            "evidence_sha256": one.delivered.evidence_sha256,
        }
        for one in state.orders
        if one.delivered is not None and one.status == "delivered" and town in (None, one.issued.town)
    ]  # fmt: skip
    return {
        "contractor": number, "name": state.name, "credit_code": state.credit_code, "awards": awards,
        "contracts": [as_read(one) for one in state.contracts if town is None or one.signed.town in ("", town)],
        "delivered": delivered,
    }  # fmt: skip


def work_order_routes(app: FastAPI, runtime: Runtime) -> None:
    """Put the doors of contractors beside the others."""

    async def own(request: Request) -> Response:
        """Contracts with their staff, orders that are not over, and the latest that are, of the caller's contractor alone."""
        identity = runtime.identify(request)
        if identity.role != _ROLE:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        number = contractor_of(identity.actor)
        state = await store.contractor(runtime.pool, number)
        found = {
            "as_of": await listing.today(runtime.pool),
            "contractor": number,
            "name": state.name if state is not None else "",
            "contracts": [as_read(one) for one in (state.contracts if state is not None else ())],
            "open": await store.orders_of(runtime.pool, number, "open_work_orders", PAGE_ROWS_MAX),
            "ended": await store.orders_of(runtime.pool, number, "ended_work_orders", PAGE_ROWS_MAX),
        }
        return json_response(found)

    async def contractors(request: Request) -> Response:
        """Who may be ordered from: contractors with procurements, contracts, staff numbers, and what they delivered last."""
        identity = runtime.identify(request)
        if identity.role not in READERS:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        known = await store.contractors(runtime.pool)
        return json_response({"rows": [for_town(number, state, identity.town) for number, state in known]})

    app.add_api_route("/v1/own-work-orders", own, methods=["GET"], tags=["queries"])
    app.add_api_route("/v1/contractors", contractors, methods=["GET"], tags=["queries"])
