"""One item of the window: how it stands, and everything its clerk may do with it; papers pass through as intake made them."""

import asyncio
from collections.abc import Iterable
from typing import Final

from fastapi import Response

from services.portal.api import bureau_words
from services.portal.api.clocks import lines_about
from services.portal.api.door import Door, Visitor, paper_as_given
from services.portal.api.forms import Names
from services.portal.api.posting import COMMAND, Refusal, named, refusal, take, told
from services.portal.api.town_forms import DECLARERS, ITEM
from services.portal.api.town_words import choices, words_in
from services.portal.api.window import READERS, Row
from services.portal.asking import ServiceSaid, found_or_none

# What may be done while an item stands so; the services judge each again.
ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "received": ("refer", "introduce", "withdraw", "offer", "relative"),
    "waiting": ("supply", "withdraw", "offer", "relative"),
    "returned": ("refer", "introduce", "withdraw", "offer", "relative"),
    "referred": ("accept", "return", "complete", "pause", "resume", "extend", "withdraw", "offer", "relative"),
    "accepted": ("withdraw", "offer", "relative"),
}


def papers_of(folder: Row, number: str) -> list[tuple[str, str, str]]:
    """The papers of an item that there are, or that are blank to be signed, with their titles; each once."""
    own = (one for one in folder["forms"] if one["of"] == number and one["state"] != "not_required")
    return list(dict.fromkeys((one["form"], one["title"], one["title_en"]) for one in own))


def actions_of(item: Row) -> list[str]:
    """What may be done with an item as it stands; its clock is paused or runs on, not both."""
    off = {"pause", "extend"} if item["paused_on"] else {"resume"}
    return [what for what in ACTIONS.get(item["status"], ()) if what not in off]


def item_lists(item: Row, procedure: Row, windows: Iterable[Row], causes: Row, role: str) -> dict[str, Names]:
    """What an item's forms offer: what is missing, departments, charities, colleagues, and causes to pause or extend."""
    departments = sorted({road["department"] for road in procedure["needs"].values() if road.get("department")})
    colleagues = sorted({one for row in windows for one in row["staff"]} - {item["responsible"]})
    organisations = procedure["introduction"]["organisations"]
    return {
        "missing": choices("material", item["missing"]),
        "departments": {one: (one, one) for one in departments},
        "organisations": {code: (one["name"],) * 2 for code, one in organisations.items()},
        "staff": {one: (one.partition(":")[2],) * 2 for one in colleagues},
        **bureau_words.causes_of(causes),
        "declarers": {code: names for code, names in DECLARERS.items() if code != "found" or role == "town-leader"},
    }


def routes(door: Door) -> None:
    """Put the page of an item, its forms and its papers beside the other pages."""

    async def item_of(visitor: Visitor) -> Row:
        number = visitor.request.path_params["number"]
        found: Row = await visitor.services.get("intake", f"/v1/applications/{number}")
        return found

    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        item, me = await item_of(visitor), visitor.session.acts_as
        procedure = await visitor.services.pack("intake", "procedure")
        causes = await visitor.services.pack("intake", "clock_causes")
        windows = await visitor.services.rows("intake", "/v1/windows", town=visitor.town)
        clocks = [
            line
            for service in ("intake", "casework")
            for line in lines_about(
                await visitor.services.rows(service, "/v1/open-clocks", town=visitor.town, about=item["key"]),
                visitor.session.role,
                number=item["key"],
            )
        ]
        folder, case, household = await asyncio.gather(
            found_or_none(visitor.services.get("intake", f"/v1/households/{item['household']}/folder", format="json")),
            found_or_none(visitor.services.get("casework", f"/v1/cases/{item['key']}")),
            found_or_none(visitor.services.get("casework", f"/v1/households/{item['household']}")),
        )
        return door.shown(
            visitor, "window/item.html", item=item, clocks=clocks, actions=actions_of(item),
            papers=papers_of(folder, item["key"]) if folder else [], has_case=case is not None, has_household=household is not None,
            today=await door.today(), me=me, w=words_in(visitor.t), forms=ITEM,
            lists=item_lists(item, procedure, windows, causes, visitor.session.role), **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        item, form = await item_of(visitor), named(ITEM, visitor.request.path_params["action"])
        known = {
            "household_no": item["household"], "application_no": item["key"], "town": item["town"], "request_no": item["request_no"],
            "clock": "referral",
        }  # fmt: skip
        given = {name: known[name] for name in form.given}
        return await take(visitor, form, f"/window/items/{item['key']}", shown, **given)

    async def masked(visitor: Visitor) -> Response:
        item = await item_of(visitor)
        form = visitor.request.path_params["form"]
        given = await visitor.services.raw(
            "intake", f"/v1/households/{item['household']}/forms/{form}", of=item["key"]
        )  # fmt: skip
        return paper_as_given(given)

    async def printed(visitor: Visitor) -> Response:
        """The paper with names and numbers: the read is a fact of intake with the reason, once for each form shown."""
        item = await item_of(visitor)
        body = {
            "command": "print-papers", "household_no": item["household"], "paper": visitor.request.path_params["form"],
            "reason": visitor.text("reason"),
        }  # fmt: skip
        try:
            given = await visitor.services.paper(
                "intake", "/v1/print/papers", body, commandid=visitor.text(COMMAND), of=item["key"]
            )
        except ServiceSaid as said:
            return await shown(visitor, refusal(said))
        return paper_as_given(given)

    door.page("/window/items/{number}", opened, roles=READERS)
    door.page("/window/items/{number}/papers/{form}", masked, roles=READERS)
    door.page("/window/items/{number}/papers/{form}", printed, roles=READERS, methods=("POST",))
    door.page("/window/items/{number}/{action}", acted, roles=READERS, methods=("POST",))
