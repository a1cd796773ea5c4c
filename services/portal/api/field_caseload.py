"""An officer's hand-overs on a phone: what is being handed to them and from them, taken, declined or planned; nobody else's."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from fastapi import Response

from services.portal.api.door import Door, Visitor
from services.portal.api.field import OFFICER, clock_of, officer_of, shown
from services.portal.api.forms import Names
from services.portal.api.officers import colleagues_of
from services.portal.api.officers_forms import CASELOAD
from services.portal.api.posting import forms_door, new_number, told
from services.portal.asking import found_or_none

PATH: Final = "/field/caseload"


def routes(door: Door) -> None:
    """Put the page of hand-overs beside the officer's others."""

    async def offered(visitor: Visitor) -> Mapping[str, Names]:
        duties = await visitor.services.all_rows("casework", "/v1/duties", town=visitor.town)
        return {"colleagues": colleagues_of(duties, officer_of(visitor))}

    async def page(visitor: Visitor) -> Response:
        services, me = visitor.services, officer_of(visitor)
        waiting, handovers, caseload, lists = await asyncio.gather(
            services.rows("casework", "/v1/handovers-waiting"),
            services.all_rows("casework", "/v1/handovers", town=visitor.town),
            found_or_none(services.get("casework", f"/v1/caseloads/{me}")), offered(visitor),
        )  # fmt: skip
        day = await door.today()
        return shown(
            door, visitor, "field/caseload.html", me=me, to_me=[one for one in waiting if one["receiver"] == me],
            from_me=[one for one in waiting if one["officer"] == me], past=own_past(handovers, me), caseload=caseload,
            lists=lists, forms=CASELOAD, area_path=PATH, number=partial(new_number, day), town=visitor.town, clock=await clock_of(door),
            **told(visitor),
        )  # fmt: skip

    forms_door(door, PATH, CASELOAD, offered)
    door.page(PATH, page, roles=OFFICER)


def own_past(handovers: list[dict[str, Any]], officer: str) -> list[dict[str, Any]]:
    """The hand-overs that an officer gave or was named in, the latest key first."""
    own = [one for one in handovers if officer == one["officer"] or officer in one["receivers"]]
    return sorted(own, key=lambda one: str(one["key"]), reverse=True)
