"""Somebody in need who has not asked (主动发现), reported by whoever of the town's staff noticed; committees have a page of their own."""

from typing import Final

from fastapi import Response

from services.portal.api.door import Door, Visitor
from services.portal.api.posting import COMMAND, Refusal, own_number, take, told
from services.portal.api.town_forms import FOUND
from services.portal.api.town_words import choices, in_order

_PATH: Final = "/discovery"


def routes(door: Door) -> None:
    """Put the page beside the others."""

    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        needs = (await visitor.services.pack("intake", "procedure"))["needs"]
        return door.shown(
            visitor, "window/discovery.html", found=FOUND, page=_PATH, today=await door.today(),
            lists={"needs": choices("need", in_order(needs))}, **told(visitor, no),
        )  # fmt: skip

    async def asked(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def reported(visitor: Visitor) -> Response:
        given = {
            "discovery_no": f"{visitor.town}-{own_number('D', visitor.text(COMMAND))}", "town": visitor.town,
            "reported_by": visitor.session.acts_as,
        }  # fmt: skip
        return await take(visitor, FOUND, _PATH, shown, **given)

    door.page(_PATH, asked, roles=FOUND.roles)
    door.page(_PATH, reported, roles=FOUND.roles, methods=("POST",))
