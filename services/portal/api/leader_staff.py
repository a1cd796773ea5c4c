"""A town's officers for its leader: absences, moves to report, hand-overs, and the month's visits planned; decides nothing."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from fastapi import Response

from services.portal.api import officers_words
from services.portal.api.bureau_words import named
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.officers import colleagues_of, kinds_of, plannable
from services.portal.api.officers_forms import STAFF
from services.portal.api.posting import forms_door, new_number, told
from services.portal.asking import or_none

LEADER: Final = frozenset({"town-leader"})
PATH: Final = "/leader/staff"


def routes(door: Door) -> None:
    """Put the page of the town's officers beside the leader's others."""

    async def known_of(visitor: Visitor) -> dict[str, Any]:
        known: dict[str, Any] = await visitor.services.get("payroll", f"/v1/town-attendance/{visitor.town}")
        return known

    async def offered(visitor: Visitor) -> Mapping[str, Names]:
        known, duties, plans = await asyncio.gather(
            or_none(known_of(visitor)), visitor.services.all_rows("casework", "/v1/duties", town=visitor.town),
            visitor.services.all_rows("casework", "/v1/month-plans", town=visitor.town),
        )  # fmt: skip
        colleagues = colleagues_of(duties, visitor.text("officer"))
        months = plannable(await door.today(), plans)
        return {**kinds_of(known), "colleagues": colleagues, "months": months, "towns": await door.towns()}

    async def shown(visitor: Visitor) -> Response:
        services, town = visitor.services, visitor.town
        known, duties, handovers, waiting, plans = await asyncio.gather(
            known_of(visitor), services.all_rows("casework", "/v1/duties", town=town),
            services.all_rows("casework", "/v1/handovers", town=town),
            or_none(services.rows("casework", "/v1/handovers-waiting", town=town)),
            services.all_rows("casework", "/v1/month-plans", town=town),
        )  # fmt: skip
        day = await door.today()
        lists = {**kinds_of(known), "months": plannable(day, plans), "towns": await door.towns()}
        return door.shown(
            visitor, "leader/staff.html", town=town, today=day, forms=STAFF, area_path=PATH, number=partial(new_number, day), named=named,
            officers=sorted((row for row in known["officers"] if row["status"] == "on_post"), key=lambda row: row["officer"]),
            absences=sorted(known["absences"], key=lambda row: str(row["from_on"]), reverse=True), moves=known.get("moves", []),
            duties={row["key"]: row for row in duties}, handovers=handovers, waiting=waiting or [], lists=lists,
            offers={row["key"]: {**lists, "colleagues": colleagues_of(duties, row["key"])} for row in duties},
            plans=sorted(plans, key=lambda row: (str(row["month"]), row["officer"]), reverse=True)[: 3 * max(1, len(duties))],
            words=officers_words, **told(visitor),
        )  # fmt: skip

    forms_door(door, PATH, STAFF, offered)
    door.page(PATH, shown, roles=LEADER)
