"""The window's day: what waits at the counter, who was asked first, how many days are left, and finding a request again."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from fastapi import Response

from services.portal.api.door import Door, Visitor
from services.portal.api.forms import whole_of
from services.portal.api.posting import Refusal, take, told
from services.portal.api.town_forms import CLOSE_DISCOVERY
from services.portal.api.town_words import found_by, words_in

Row = dict[str, Any]
ROLES: Final = frozenset({"window"})
READERS: Final = frozenset({"window", "town-leader"})
OPEN: Final = ("received", "waiting", "returned", "referred", "accepted")
VIEWS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "counter": ("待窗口办理", "To do here", ("received", "waiting", "returned")),
    "referred": ("转办（介）在外", "Referred out", ("referred",)),
    "accepted": ("已受理", "Accepted", ("accepted",)),
    "closed": ("已办结", "Closed", ("withdrawn", "confirmed", "helped", "refused")),
    "all": ("全部", "All", ()),
}
_SHOWN_MAX: Final = 200
_NEVER: Final = 9_999
_BY_NAME: Final = "/v1/households/by-name"
_NAME_MAX: Final = 20
_QUERY_MAX: Final = 60


def with_clocks(rows: Iterable[Row], clocks: Iterable[Row]) -> list[Row]:
    """Each application with its most urgent clock (`left`, `counting`, `clock`, `due_on`), the most urgent application first."""
    soonest: dict[str, Row] = {}
    for one in clocks:
        number = one["clock"]["application_no"]
        if number not in soonest or one["days_left"] < soonest[number]["days_left"]:
            soonest[number] = one
    told = []
    for row in rows:
        clock = soonest.get(row["key"])
        told.append(
            {
                **row,
                "left": clock["days_left"] if clock else None,
                "counting": clock["clock"]["counting"] if clock else "",
                "clock": clock["clock"]["clock"] if clock else "",
                "due_on": clock["clock"]["due_on"] if clock else "",
            }
        )
    return sorted(
        told, key=lambda row: (_NEVER if row["left"] is None else row["left"], row["received_on"], row["key"])
    )


def chosen(rows: Iterable[Row], view: str, query: str, mine: str, named: Collection[str] = ()) -> list[Row]:
    """The rows of a view that a query finds and `mine` holds: by number, household, ticket, need in words or pinyin
    initials; or because somebody in one of the households `named` is called so.
    """
    statuses = VIEWS.get(view, VIEWS["counter"])[2]
    wanted = query.strip().lower()

    def fits(row: Row) -> bool:
        if mine and mine not in (row["responsible"], row["offered_to"]):
            return False
        if not wanted:
            return not statuses or row["status"] in statuses
        texts = (row["key"], row["household"], row["ticket_no"], row["committee"], row["responsible"])
        by_what = any(wanted in text.lower() for text in texts) or found_by(wanted, row["need"])
        return by_what or row["household"] in named

    return [row for row in rows if fits(row)]


def _may_be_name(query: str) -> bool:
    """Two or more letters or characters; a number is nobody's name."""
    return 2 <= len(query) <= _NAME_MAX and not any(character.isdigit() for character in query)


def counts(rows: Iterable[Row], me: str) -> dict[str, int]:
    """The figures above the queue."""
    told = {"received": 0, "waiting": 0, "returned": 0, "referred": 0, "late": 0, "offered": 0, "mine": 0}
    for row in rows:
        if row["status"] in told:
            told[row["status"]] += 1
        told["late"] += row["left"] is not None and row["left"] < 0
        told["offered"] += row["offered_to"] == me
        told["mine"] += row["responsible"] == me and row["status"] in OPEN
    return told


async def applications(visitor: Visitor) -> list[Row]:
    """Every application of the town with its clocks."""
    rows = await visitor.services.all_rows("intake", "/v1/applications", town=visitor.town)
    clocks = await visitor.services.all_rows("intake", "/v1/open-clocks", town=visitor.town)
    clocks += await visitor.services.all_rows("casework", "/v1/open-clocks", town=visitor.town)
    return with_clocks(rows, clocks)


def discoveries_left(found: Iterable[Row], clocks: Iterable[Row]) -> list[Row]:
    """Open discoveries (主动发现), each with the days left to follow it up, the most urgent first."""
    left = {one["clock"]["application_no"]: one["days_left"] for one in clocks if one["clock"]["clock"] == "discovery"}
    waiting = [{**row, "left": left.get(row["key"])} for row in found if row["status"] == "open"]
    return sorted(waiting, key=lambda row: (row["follow_up_by"], row["key"]))


def routes(door: Door) -> None:
    """Put the window's queue beside the other pages."""

    async def queue(visitor: Visitor) -> Response:
        # A form is posted, for a name may stand in no address; a link names a number.
        asked: Mapping[str, Any] = visitor.form or visitor.request.query_params
        view, query = str(asked.get("view", "counter")), str(asked.get("q", "")).strip()[:_QUERY_MAX]
        mine = visitor.session.acts_as if asked.get("mine") else ""
        rows = await applications(visitor)
        named = await visitor.services.post("intake", _BY_NAME, {"typed": query}) if _may_be_name(query) else {}
        households = named.get("households", ())
        found = chosen(rows, view, query, mine, households)
        applied = {row["household"] for row in rows}
        page = max(1, whole_of(str(asked.get("page", ""))) or 1)
        shown = found[(page - 1) * _SHOWN_MAX : page * _SHOWN_MAX]
        return door.shown(
            visitor, "window/queue.html", rows=shown, found=len(found), page=page, pages=-(-len(found) // _SHOWN_MAX), view=view, views=VIEWS, query=query,
            mine=bool(mine), counts=counts(rows, visitor.session.acts_as),
            others=[household for household in households if household not in applied], more=named.get("more", False),
            **_words(visitor), **told(visitor),
        )  # fmt: skip

    async def discoveries(visitor: Visitor, no: Refusal | None = None) -> Response:
        found = await visitor.services.all_rows("intake", "/v1/discoveries", town=visitor.town)
        clocks = await visitor.services.all_rows("intake", "/v1/open-clocks", town=visitor.town, clock="discovery")
        return door.shown(
            visitor, "window/discoveries.html", rows=discoveries_left(found, clocks), closing=CLOSE_DISCOVERY, lists={},
            **_words(visitor), **told(visitor, no),
        )  # fmt: skip

    async def closed(visitor: Visitor) -> Response:
        given = {"discovery_no": visitor.request.path_params["number"], "town": visitor.town}
        return await take(visitor, CLOSE_DISCOVERY, "/window/discoveries", discoveries, **given)

    async def listed(visitor: Visitor) -> Response:
        return await discoveries(visitor)

    door.page("/window", queue, roles=READERS)
    door.page("/window/find", queue, roles=READERS, methods=("GET", "POST"))
    door.page("/window/discoveries", listed, roles=READERS)
    door.page("/window/discoveries/{number}/close", closed, roles=READERS, methods=("POST",))


def _words(visitor: Visitor) -> dict[str, Any]:
    return {"w": words_in(visitor.t), "me": visitor.session.acts_as}
