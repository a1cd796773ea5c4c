"""The bureau's contractors (承接主体): who is registered, what they won, their contracts with staff and money, how they were evaluated."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api import deal_words
from services.portal.api.deal_forms import CONTRACTS
from services.portal.api.deal_words import Row
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.menu import BUREAU
from services.portal.api.posting import forms_door, made_no, next_number, told

_PATH: Final = "/bureau/contracts"


async def contractors(visitor: Visitor) -> list[Row]:
    """Contractors as the visitor may see them, by number."""
    return await visitor.services.rows("casework", "/v1/contractors")


def awards_of(one: Row) -> Names:
    """The procurements that a contractor won, as a contract names them."""
    return {
        award["procurement_no"]: (award["procurement_no"],) * 2
        for award in one["awards"]
        if award["result"] == "awarded"
    }


def staff_of(one: Row, contract_no: str) -> Names:
    """Who delivers on one contract, or on any where none is named."""
    found = [
        staff
        for contract in one["contracts"]
        if contract_no in ("", contract["contract_no"])
        for staff in contract["staff"]
    ]
    return {staff: (staff, staff) for staff in sorted(set(found))}


async def _lists(door: Door, visitor: Visitor) -> Mapping[str, Names]:
    """What the forms choose from; what belongs to a contractor is of the one that the form was about."""
    rules, standards, known = await asyncio.gather(
        visitor.services.pack("casework", "contracting"),
        visitor.services.pack("casework", "service_standard"),
        contractors(visitor),
    )
    number = visitor.text("contractor") or visitor.request.path_params.get("contractor", "")
    one = next((row for row in known if row["contractor"] == number), None)
    return {
        "towns": await door.towns(),
        "kinds": words.choices(deal_words.KINDS, rules["kinds"]),
        "methods": words.choices(deal_words.METHODS, rules["methods"]),
        "modes": deal_words.mode_choices(rules["modes"]),
        "services": words.choices(words.SERVICES, standards["services"]),
        "awards": awards_of(one) if one else {},
        "staff": staff_of(one, visitor.text("contract_no")) if one else {},
    }


def routes(door: Door) -> None:
    """Put the bureau's pages of contractors beside the others."""

    async def listed(visitor: Visitor) -> Response:
        known, lists, open_orders = await asyncio.gather(
            contractors(visitor), _lists(door, visitor), visitor.services.all_rows("casework", "/v1/open-work-orders")
        )
        waiting: dict[str, int] = {}
        for order in open_orders:
            waiting[order["contractor"]] = waiting.get(order["contractor"], 0) + 1
        return door.shown(
            visitor, "bureau/contractors.html", contractors=known, waiting=waiting, forms=CONTRACTS, lists=lists,
            today=await door.today(), next_no=next_number("K", (one["contractor"] for one in known)), area_path=_PATH,
            **told(visitor),
        )  # fmt: skip

    async def one(visitor: Visitor) -> Response:
        number = visitor.request.path_params["contractor"]
        known, lists, procurements, evaluations, orders, today = await asyncio.gather(
            contractors(visitor), _lists(door, visitor), visitor.services.all_rows("casework", "/v1/procurements"),
            visitor.services.all_rows("casework", "/v1/contractor-evaluations"),
            visitor.services.all_rows("casework", "/v1/contracts"), door.today(),
        )  # fmt: skip
        row = next((one for one in known if one["contractor"] == number), None)
        if row is None:
            raise Problem(status=404, code="not-found", zh="没有这个承接主体", en="there is no such contractor")
        models = {contract["key"]: contract for contract in orders if contract["contractor"] == number}
        return door.shown(
            visitor, "bureau/contractor.html", one=row, models=models, forms=CONTRACTS, lists=lists, today=today,
            procurements=[each for each in procurements if each["contractor"] == number],
            evaluations=[each for each in evaluations if each["contractor"] == number],
            words=words, deal=deal_words, named=words.named, staff=lambda number: {"staff": staff_of(row, number)},
            area_path=_PATH, made_no=made_no, next_staff=deal_words.next_staff(number, row["contracts"]),
            **told(visitor),
        )  # fmt: skip

    forms_door(door, _PATH, CONTRACTS, partial(_lists, door))
    door.page(_PATH, listed, roles=BUREAU)
    door.page(f"{_PATH}/{{contractor}}", one, roles=BUREAU)
