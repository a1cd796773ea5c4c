"""A town's work orders: what waits for acceptance first, what is under way, what ended; ordering, acceptance, sending back, cancelling."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from fastapi import Response

from services.portal.api import bureau_words as words
from services.portal.api.contracts import contractors
from services.portal.api.deal_forms import ORDERING, ORDERS, from_own_households
from services.portal.api.deal_words import Row, contract_choices, grade_choices, service_choices
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.posting import forms_door, made_no, told
from services.portal.asking import or_none

_PATH: Final = "/town-orders"
_ENDED_SHOWN: Final = 50


def with_deliveries(orders: Iterable[Row], known: Iterable[Row]) -> dict[str, list[Row]]:
    """Orders by what is to be done: to accept (the longest waiting first), under way (by last day); with what was delivered."""
    names = {one["contractor"]: one["name"] for one in known}
    delivered = {f"{one['contractor']}/{each['order_no']}": each for one in known for each in one["delivered"]}
    rows = [
        {
            **row, "order_no": row["key"].partition("/")[2], "name": names.get(row["contractor"], row["contractor"]),
            "delivered": delivered.get(row["key"]),
        }
        for row in orders
    ]  # fmt: skip
    waiting = [row for row in rows if row["status"] == "delivered"]
    return {
        "waiting": sorted(waiting, key=lambda row: (row["delivered_on"] or "", row["key"])),
        "under_way": sorted(
            (row for row in rows if row["status"] != "delivered"), key=lambda row: (row["due_on"], row["key"])
        ),
    }


async def lists_of(door: Door, visitor: Visitor) -> Mapping[str, Names]:
    """Contracts that may be ordered on today, their services, and the quality grades."""
    known, rules, today = await asyncio.gather(
        contractors(visitor), visitor.services.pack("casework", "contracting"), door.today()
    )
    return {
        "contracts": contract_choices(known, today.isoformat()), "services": service_choices(known),
        "grades": grade_choices(rules["grades"]),
    }  # fmt: skip


async def own_households(visitor: Visitor) -> Names:
    """The households that an officer visits, with what they receive; nothing for others."""
    if visitor.session.role != "officer":
        return {}
    officer = visitor.session.acts_as.partition(":")[2]
    found = await or_none(visitor.services.get("casework", f"/v1/caseloads/{officer}"))
    rows = found["rows"] if found else []
    named = {row["household_no"]: words.named(words.CATEGORIES, row["category"]) for row in rows}
    return {number: (f"{number} {zh}", f"{number} {en}") for number, (zh, en) in sorted(named.items())}


def routes(door: Door) -> None:
    """Put the page of a town's work orders beside the others."""

    async def listed(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        town = visitor.town or asked.get("town") or None
        rows: dict[str, Any] = {"town": town}
        open_orders, ended, known, lists, households, today = await asyncio.gather(
            visitor.services.all_rows("casework", "/v1/open-work-orders", **rows),
            visitor.services.all_rows("casework", "/v1/ended-work-orders", **rows),
            contractors(visitor), lists_of(door, visitor), own_households(visitor), door.today(),
        )  # fmt: skip
        ended.sort(key=lambda row: (row["accepted_on"] or "", row["key"]), reverse=True)
        return door.shown(
            visitor, "work_orders/town.html", orders=with_deliveries(open_orders, known), ended=ended[:_ENDED_SHOWN],
            ended_count=len(ended), town=town or "", towns=await door.towns(),
            forms={**ORDERS, **({"issue-work-order": from_own_households()} if households else {})},
            lists={**lists, "households": households}, today=today, words=words, named=words.named,
            area_path=_PATH, order_no=made_no("GD"), household=asked.get("household", ""), **told(visitor),
        )  # fmt: skip

    forms_door(door, _PATH, ORDERS, partial(lists_of, door))
    door.page(_PATH, listed, roles=ORDERING)
