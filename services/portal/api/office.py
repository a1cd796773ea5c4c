"""A town's office: publicity and answers about policy, standing lists (长期公布), who staffs the window; decides nothing."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import Response

from services.portal.api.committee import committee_of
from services.portal.api.deal_words import Row
from services.portal.api.door import Door, Visitor, paper_as_given
from services.portal.api.forms import Names
from services.portal.api.menu import ANSWER_READERS
from services.portal.api.office_forms import POSTERS, PUBLICITY, STAFFERS, STANDING, WINDOW
from services.portal.api.posting import forms_door, made_no, no_lists, told
from services.portal.api.town_words import choices, words_in

_PUBLICITY: Final = "/publicity"
_STANDING: Final = "/standing-lists"
_WINDOW: Final = "/window-staff"


def by_topic(answers: Iterable[Row], words: str, topic: str) -> dict[str, list[Row]]:
    """Published answers under their topics, those that contain what is looked for; the district's before the towns'."""
    wanted = words.strip().lower()
    found: dict[str, list[Row]] = {}
    for one in sorted(answers, key=lambda one: (one["topic"], one["town"], one["key"])):
        texts = (one["question"], one["answer"], one["basis"])
        if topic in ("", one["topic"]) and (not wanted or any(wanted in text.lower() for text in texts)):
            found.setdefault(one["topic"], []).append(one)
    return found


def posted_and_due(posted: Iterable[Row], due: Iterable[Row], committee: str = "") -> list[Row]:
    """Committees with the list that hangs and whether it says who receives help now; what is to be posted comes first."""
    rows: dict[str, Row] = {one["committee"]: {**one, "due": None} for one in posted}
    for one in due:
        rows.setdefault(one["committee"], {"committee": one["committee"], "town": one["town"], "published_on": ""})
        rows[one["committee"]]["due"] = one
    kept = (row for row in rows.values() if committee in ("", row["committee"]))
    return sorted(kept, key=lambda row: (row["due"] is None, row["committee"]))


def by_town(rows: Iterable[Row]) -> list[Row]:
    """How many committees of each town have a list, and how many of the lists are out of date; the most of these first."""
    found: dict[str, Row] = {}
    for one in rows:
        row = found.setdefault(one["town"], {"town": one["town"], "committees": 0, "due": 0})
        row["committees"] += 1
        row["due"] += one["due"] is not None
    return sorted(found.values(), key=lambda row: (-row["due"], row["town"]))


def routes(door: Door) -> None:
    """Put the pages of a town's office beside the others."""
    _publicity(door)
    _standing(door)
    _window(door)


async def _topics(visitor: Visitor) -> Mapping[str, Names]:
    rules = await visitor.services.pack("casework", "committee_work")
    return {"topics": choices("topic", rules["topics"]), "publicity_forms": choices("form", rules["publicity_forms"])}


def _publicity(door: Door) -> None:
    async def listed(visitor: Visitor) -> Response:
        asked, session = visitor.request.query_params, visitor.session
        answers, held, lists, today = await asyncio.gather(
            visitor.services.rows("casework", "/v1/published-answers"),
            visitor.services.all_rows("casework", "/v1/publicity-by-town"), _topics(visitor), door.today(),
        )  # fmt: skip
        held.sort(key=lambda row: (row["month"], row["town"]), reverse=True)
        place = session.town or "D"
        given = {"town": session.town} if session.town else {}
        if session.role == "committee":
            given["committee"] = committee_of(session.acts_as)
        return door.shown(
            visitor, "office/publicity.html", today=today, held=held, lists=lists, forms=PUBLICITY, area_path=_PUBLICITY,
            answers=by_topic(answers, asked.get("q", ""), asked.get("topic", "")), q=asked.get("q", ""),
            topic=asked.get("topic", ""), w=words_in(visitor.t), place=place,
            given={**given, "publicity_no": made_no("P")}, question_no=f"{place}-{made_no('Q')}", **told(visitor),
        )  # fmt: skip

    forms_door(door, _PUBLICITY, PUBLICITY, _topics)
    door.page(_PUBLICITY, listed, roles=ANSWER_READERS)


def _standing(door: Door) -> None:
    async def listed(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        where: dict[str, Any] = {"town": visitor.town or asked.get("town") or None}
        posted, due = await asyncio.gather(
            visitor.services.all_rows("casework", "/v1/standing-lists", **where),
            visitor.services.get("casework", "/v1/standing-lists-due", **where),
        )
        own = committee_of(visitor.session.acts_as) if visitor.session.role == "committee" else ""
        rows = posted_and_due(posted, due["rows"], own)
        return door.shown(
            visitor, "office/standing.html", rows=rows if where["town"] else [], towns=[] if where["town"] else by_town(rows), choices=await door.towns(),
            forms=STANDING, lists={}, today=await door.today(), town=where["town"] or "", area_path=_STANDING, **told(visitor),
        )  # fmt: skip

    async def printed(visitor: Visitor) -> Response:
        """The sheet with names as it was posted last, as casework makes it."""
        committee = visitor.request.path_params["committee"]
        given = await visitor.services.raw("casework", f"/v1/print/standing-lists/{committee}")
        return paper_as_given(given)

    forms_door(door, _STANDING, STANDING, no_lists)
    door.page(_STANDING, listed, roles=POSTERS)
    door.page(f"{_STANDING}/{{committee}}/print", printed, roles=POSTERS)


def _window(door: Door) -> None:
    async def listed(visitor: Visitor) -> Response:
        rows = await visitor.services.all_rows("intake", "/v1/windows", town=visitor.town)
        rows.sort(key=lambda row: (not row["unattended"], row["key"]))
        return door.shown(
            visitor, "office/window.html", rows=rows, forms=WINDOW, lists={}, today=await door.today(), area_path=_WINDOW,
            given={"town": visitor.town} if visitor.town else {}, **told(visitor),
        )  # fmt: skip

    forms_door(door, _WINDOW, WINDOW, no_lists)
    door.page(_WINDOW, listed, roles=STAFFERS)
