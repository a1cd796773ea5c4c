"""Whom a form may name: the numbers of those who have an account, offered while one types; there are no names to offer."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from fastapi import Response
from fastapi.responses import JSONResponse

from services.contracts.roles import PEOPLE
from services.eventlog.seeing import WHOLE_DISTRICT, read_for
from services.portal.api.accounts import everybody
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor
from services.portal.api.menu import ADMINISTRATORS, ROLE_NAMES

# Who fills in forms that name somebody, and may be named there; neither contractors nor outside inspectors look through the staff.
READERS: Final = PEOPLE - ADMINISTRATORS - {"contractor", "inspector"}


async def nameable(door: Door, roles: Collection[str], town: str) -> list[dict[str, Any]]:
    """Open accounts that act in one of `roles`, by number; where `town` is given, its own and the district's."""
    with read_for(WHOLE_DISTRICT):  # the district's people are of no town, so that no town would be given their rows
        rows = await everybody(door)
    return named_among(rows, roles, town)


def named_among(rows: Iterable[dict[str, Any]], roles: Collection[str], town: str) -> list[dict[str, Any]]:
    """Of `rows` those whom a form may name: of another town than `town` nobody."""
    found = (row for row in rows if row["status"] == "open" and row["role"] in roles)
    return sorted((row for row in found if not town or row["town"] in ("", town)), key=lambda row: str(row["acts_as"]))


def routes(door: Door) -> None:
    """Put the question for them beside the pages."""

    async def asked(visitor: Visitor) -> Response:
        roles = READERS & set(visitor.request.query_params.get("roles", "").split())
        rows = await nameable(door, roles, visitor.town or "")
        people = [{"actor": row["acts_as"], "role": visitor.t(*ROLE_NAMES[row["role"]])} for row in rows]
        return JSONResponse(people, headers=SECURITY_HEADERS)

    door.page("/people", asked, roles=READERS)
