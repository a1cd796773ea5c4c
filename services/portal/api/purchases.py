"""A town's own purchases and money for its leader (二(二)): asked, approved by the bureau, contracted, invoiced, paid; decides nothing."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import Response

from services.portal.api import bureau_words
from services.portal.api import money_words as words
from services.portal.api.contracts import contractors
from services.portal.api.deal_words import Row
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.posting import forms_door, made_no, told
from services.portal.api.purchase_forms import FORMS, LEADER
from services.portal.rendering import yuan

_PATH: Final = "/leader/purchases"


def own_contracts(known: Iterable[Row], town: str) -> Names:
    """Contracts that the town bought itself: ``K003/HT-2026-K003``."""
    return {
        f"{one['contractor']}/{contract['contract_no']}": (f"{one['name']} {contract['contract_no']}",) * 2
        for one in known
        for contract in one["contracts"]
        if contract["town"] == town
    }


def owed_by_contract(payables: Iterable[Row]) -> list[Row]:
    """Accepted orders without an invoice by contract: its orders to choose from, and what all of them come to."""
    found: dict[tuple[str, str], Row] = {}
    for one in payables:
        place = (one["contractor"], one["contract_no"])
        row = found.setdefault(place, {"contractor": place[0], "contract_no": place[1], "orders": {}, "sum_fen": 0})
        row["orders"][one["order_no"]] = (f"{one['order_no']} · {yuan(one['payable_fen'])}",) * 2
        row["sum_fen"] += one["payable_fen"]
    return list(found.values())


def purchases_that_pay(purchases: Iterable[Row], contract_no: str = "") -> Names:
    """Contracted purchases by number, of one contract where it is named."""
    return {
        one["key"]: (f"{one['key']} · {one['contract_no']}",) * 2
        for one in purchases
        if one["status"] == "contracted" and contract_no in ("", one["contract_no"])
    }


async def _money(visitor: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = await visitor.services.get("payroll", f"/v1/town-money/{visitor.town}")
    return found


async def _lists(visitor: Visitor) -> Mapping[str, Names]:
    money, known, standards = await asyncio.gather(
        _money(visitor), contractors(visitor), visitor.services.pack("casework", "service_standard")
    )
    return lists_of(visitor, money, known, standards)


def lists_of(visitor: Visitor, money: Row, known: Iterable[Row], standards: Mapping[str, Any]) -> dict[str, Names]:
    """What the forms choose from; orders are those of the contract that a form was about."""
    place = (visitor.text("contractor"), visitor.text("contract_no"))
    owed = (one for one in owed_by_contract(money["payables"]) if (one["contractor"], one["contract_no"]) == place)
    return {
        "services": bureau_words.choices(bureau_words.SERVICES, standards["services"]),
        "contracts": own_contracts(known, visitor.town or ""), "purchases": purchases_that_pay(money["purchases"]),
        "orders": next((one["orders"] for one in owed), {}),
    }  # fmt: skip


def routes(door: Door) -> None:
    """Put the page of a town's own purchases beside the others."""

    async def listed(visitor: Visitor) -> Response:
        money, known, standards, today = await asyncio.gather(
            _money(visitor), contractors(visitor), visitor.services.pack("casework", "service_standard"), door.today()
        )
        return door.shown(
            visitor, "leader/purchases.html", money=money, owed=owed_by_contract(money["payables"]), forms=FORMS,
            lists=lists_of(visitor, money, known, standards), pays=purchases_that_pay, today=today, words=words,
            named=bureau_words.named, services=bureau_words.SERVICES, made_no=made_no, town=visitor.town,
            names={one["contractor"]: one["name"] for one in known}, area_path=_PATH, **told(visitor),
        )  # fmt: skip

    forms_door(door, _PATH, FORMS, _lists)
    door.page(_PATH, listed, roles=LEADER)
