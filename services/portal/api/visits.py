"""Visits: records in conflict that a person decides, and how satisfied households were: by phone, at the window, by a code of their own."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from fastapi import Request, Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api import field_words
from services.portal.api.case_forms import CODE, DECIDE_CONFLICT, GIVEN, LEADERS, RATE
from services.portal.api.cases import packs_of
from services.portal.api.door import Door, Visitor, require_same_origin
from services.portal.api.forms import Names, filled_in
from services.portal.api.menu import BUREAU
from services.portal.api.people import nameable
from services.portal.api.posting import COMMAND, Refusal, by_label, new_id, refusal, take, told
from services.portal.api.window_request import qr_of
from services.portal.asking import ServiceSaid, or_none

RATERS: Final = BUREAU | {"town-leader", "window"}
_CONFLICTS: Final = "/visit-conflicts"
_RATINGS: Final = "/ratings"
Row = dict[str, Any]


def open_first(rows: Iterable[Row]) -> list[Row]:
    """Conflicts that nobody decided yet, the oldest first."""
    return sorted((row for row in rows if row["status"] == "open"), key=lambda row: str(row["found_at"]))


def routes(door: Door) -> None:
    """Put the pages of conflicts and of ratings beside the others."""
    _conflicts(door)
    _ratings(door)


def _conflicts(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        rows = open_first(await visitor.services.all_rows("casework", "/v1/visit-conflicts", town=visitor.town))
        leaders = await nameable(door, {"town-leader"}, visitor.town or "")
        return door.shown(
            visitor, "cases/visit_conflicts.html", rows=rows, leaders=leaders, deciding=DECIDE_CONFLICT, page=_CONFLICTS, lists={},
            kinds=field_words.CONFLICTS, named=words.named, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def decided(visitor: Visitor) -> Response:
        return await take(visitor, DECIDE_CONFLICT, _CONFLICTS, shown)

    door.page(_CONFLICTS, opened, roles=LEADERS)
    door.page(_CONFLICTS, decided, roles=LEADERS, methods=("POST",))


def visits_of(rows: Iterable[Row]) -> Names:
    """Visits that may still be rated, as a form offers them."""
    return {row["visit_no"]: (f"{row['on']} {row['officer']}",) * 2 for row in rows}


def _ratings(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None, slip: Row | None = None) -> Response:
        household = visitor.text("household_no") or visitor.request.query_params.get("household", "").strip()
        asked = visitor.services.rows("casework", f"/v1/visits-to-rate/{household}") if household else None
        visits = visits_of(await or_none(asked) or ()) if asked else {}
        reasons = (await packs_of(visitor, "delivery"))["delivery"]["rating"]["reasons"]
        return door.shown(
            visitor, "cases/ratings.html", rate=RATE, code=CODE, slip=slip, page=_RATINGS, household=household,
            lists={"ratings": words.choices(words.RATINGS, reasons), "visits": visits}, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def recorded(visitor: Visitor) -> Response:
        return await take(visitor, RATE, f"{_RATINGS}?household={visitor.text('household_no')}", shown)

    async def coded(visitor: Visitor) -> Response:
        """A slip with the code of one visit, for the household to scan."""
        try:
            asked = await filled_in(CODE, visitor.form)
            found = await visitor.services.post(
                "casework", "/v1/rating-codes", {name: asked[name] for name in ("household_no", "visit_no")}
            )
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, refusal(said))
        address = f"{str(visitor.request.base_url).rstrip('/')}/rate/{found['household_no']}/{found['visit_no']}/{found['code']}"
        return await shown(visitor, slip={**found, "address": address, "qr": qr_of(address)})

    door.page(_RATINGS, opened, roles=RATERS)
    door.page(_RATINGS, recorded, roles=RATERS, methods=("POST",))
    door.page(f"{_RATINGS}/code", coded, roles=RATERS, methods=("POST",))
    _by_code(door)


def _by_code(door: Door) -> None:
    """The household's own page, behind the code of one visit: nobody signs in, and it shows nothing of anybody."""
    path = "/rate/{household_no}/{visit_no}/{code}"

    def page(request: Request, status: int = 200, **said: Any) -> Response:
        found = {"problem": None, "errors": (), "done": False, "commandid": new_id(), **said}
        return door.filled(request, None, "rate.html", status=status, reasons=words.RATINGS, **found)

    async def asked(request: Request) -> Response:
        return page(request)

    async def rated(request: Request) -> Response:
        try:
            require_same_origin(request)
            sent = await request.form()
            given = await filled_in(GIVEN, sent)
            body = {"score": given["score"], "reasons": given["reasons"], **request.path_params}
            headers = {"idempotency-key": str(sent.get(COMMAND, "")) or new_id()}
            await door.unsigned("casework", "/v1/ratings", msgspec.json.encode(body), headers)
        except (ServiceSaid, Problem) as said:
            if said.status >= 500:
                return door.failed(request, None, said)
            no = by_label(refusal(said), GIVEN)
            return page(request, no.status, problem=no, errors=no.errors)
        except Exception as error:
            return door.failed(request, None, error)
        return page(request, done=True)

    door.app.add_api_route(path, asked, methods=["GET"], include_in_schema=False)
    door.app.add_api_route(path, rated, methods=["POST"], include_in_schema=False)
