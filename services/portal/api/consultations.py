"""Policy explained at the window (介绍政策): one line for each person who only asked, and how often what was asked."""

from typing import Any, Final

from fastapi import Response

from services.portal.api.door import Door, Visitor
from services.portal.api.posting import COMMAND, Refusal, own_number, take, told
from services.portal.api.town_forms import CLERKS, CONSULTATION
from services.portal.api.town_words import TOPICS, choices, words_in

_PATH: Final = "/window/consultations"
Row = dict[str, Any]


def by_topic(rows: list[Row]) -> list[tuple[str, int]]:
    """How often each topic was asked about, the most asked first; partitions added up."""
    found: dict[str, int] = {}
    for row in rows:
        found[row["topic"]] = found.get(row["topic"], 0) + row["consultations"]
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def routes(door: Door) -> None:
    """Put the page of consultations beside the others."""

    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        rows = await visitor.services.rows("intake", "/v1/consultations", town=visitor.town, limit=1_000)
        return door.shown(
            visitor, "window/consultations.html", rows=by_topic(rows), consultation=CONSULTATION, w=words_in(visitor.t),
            lists={"topics": choices("topic", TOPICS)}, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def recorded(visitor: Visitor) -> Response:
        given = {
            "town": visitor.town, "consultation_no": own_number("Q", visitor.text(COMMAND)), "answered_by": visitor.session.acts_as,
        }  # fmt: skip
        return await take(visitor, CONSULTATION, _PATH, shown, **given)

    door.page(_PATH, opened, roles=CLERKS)
    door.page(_PATH, recorded, roles=CLERKS, methods=("POST",))
