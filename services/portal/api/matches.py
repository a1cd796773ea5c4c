"""Possible duplicates (疑似重复): two requests that may be of one person; whom they are about is seen with a reason, then decided."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import filled_in
from services.portal.api.menu import BUREAU
from services.portal.api.posting import COMMAND, Refusal, refusal, take, told
from services.portal.api.town_forms import DECIDE_MATCH, LOOK_AT_MATCH
from services.portal.asking import ServiceSaid

READERS: Final = BUREAU | {"window", "town-leader"}
_PATH: Final = "/matches"
Row = dict[str, Any]
FEATURES: Final = {
    "resident_id": ("身份证号相同", "the same ID number"),
    "name": ("姓名相近", "names alike"), "birth": ("出生日期相同", "the same birthday"), "address": ("住址相同", "the same address"),
    "phone": ("电话相同", "the same phone"),
}  # fmt: skip


def open_matches(rows: Iterable[Row]) -> list[Row]:
    """Matches that nobody decided yet, by their number."""
    return sorted((row for row in rows if row["status"] == "open"), key=lambda row: str(row["key"]))


def routes(door: Door) -> None:
    """Put the page of possible duplicates beside the others."""

    async def shown(visitor: Visitor, no: Refusal | None = None, seen: Row | None = None) -> Response:
        rows = await visitor.services.all_rows("intake", "/v1/matches", town=visitor.town)
        return door.shown(
            visitor, "window/matches.html", rows=open_matches(rows), deciding=DECIDE_MATCH, looking=LOOK_AT_MATCH, features=FEATURES, seen=seen, lists={},
            page=_PATH, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def decided(visitor: Visitor) -> Response:
        return await take(visitor, DECIDE_MATCH, _PATH, shown)

    async def looked(visitor: Visitor) -> Response:
        """Both persons in clear: intake states the look and its reason first."""
        try:
            asked = await filled_in(LOOK_AT_MATCH, visitor.form)
            given = await visitor.services.paper("intake", "/v1/matches/unmask", asked, commandid=visitor.text(COMMAND))
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, refusal(said))
        return await shown(visitor, seen={**msgspec.json.decode(given.content), "match_no": asked["match_no"]})

    door.page(_PATH, opened, roles=READERS)
    door.page(f"{_PATH}/decide", decided, roles=READERS, methods=("POST",))
    door.page(f"{_PATH}/look", looked, roles=READERS, methods=("POST",))
