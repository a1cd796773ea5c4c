"""A contractor's own work: its contracts, orders and acceptances; whoever acts for another contractor sees none of it."""

from typing import Final

from fastapi import FastAPI, Request, Response

from services.casework import store
from services.eventlog import listing
from services.eventlog.api import PAGE_ROWS_MAX, Runtime, json_response, see_command, wrong_role

_ROLE: Final = "contractor"


def contractor_of(actor: str) -> str:
    """Which contractor an actor ``contractor:<number>-<person>`` acts for."""
    return actor.partition(":")[2].partition("-")[0]


def work_order_routes(app: FastAPI, runtime: Runtime) -> None:
    """Put the contractor's door beside the others."""

    async def own(request: Request) -> Response:
        """Contracts with their staff, orders that are not over, and the latest that are, of the caller's contractor alone."""
        identity = runtime.identify(request)
        if identity.role != _ROLE:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        number = contractor_of(identity.actor)
        state = await store.contractor(runtime.pool, number)
        signed = state.contracts if state is not None else ()
        contracts = [
            {
                "contract_no": one.signed.contract_no, "town": one.signed.town, "mode": one.signed.mode,
                "services": one.signed.services, "from_on": one.signed.from_on, "until_on": one.signed.until_on,
                "amount_fen": one.signed.amount_fen, "left_fen": one.left_fen, "set_aside_fen": one.set_aside_fen,
                "payable_fen": one.payable_fen, "staff": [staff for staff, _ in one.staff],
            }
            for one in signed
        ]  # fmt: skip
        found = {
            "as_of": await listing.today(runtime.pool),
            "contractor": number,
            "name": state.name if state is not None else "",
            "contracts": contracts,
            "open": await store.orders_of(runtime.pool, number, "open_work_orders", PAGE_ROWS_MAX),
            "ended": await store.orders_of(runtime.pool, number, "ended_work_orders", PAGE_ROWS_MAX),
        }
        return json_response(found)

    app.add_api_route("/v1/own-work-orders", own, methods=["GET"], tags=["queries"])
