"""Whom a form may name: the numbers of those who have an account, offered while one types; there are no names to offer."""

from collections.abc import Collection
from typing import Any, Final

from fastapi import Response
from fastapi.responses import JSONResponse

from services.contracts.roles import PEOPLE
from services.portal.api.accounts import everybody
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor
from services.portal.api.menu import ADMINISTRATORS, ROLE_NAMES

# Who fills in forms that name somebody; neither contractors nor outside inspectors look through the staff.
READERS: Final = PEOPLE - ADMINISTRATORS - {"contractor", "inspector"}
_NAMED: Final = READERS


async def nameable(door: Door, roles: Collection[str], town: str) -> list[dict[str, Any]]:
    """Open accounts that act in one of `roles`, by number; where `town` is given, its own."""
    return sorted(
        (
            row
            for row in await everybody(door)
            if row["status"] == "open" and row["role"] in roles and town in ("", row["town"])
        ),
        key=lambda row: str(row["acts_as"]),
    )


def routes(door: Door) -> None:
    """Put the question for them beside the pages."""

    async def asked(visitor: Visitor) -> Response:
        roles = _NAMED & set(visitor.request.query_params.get("roles", "").split())
        rows = await nameable(door, roles, visitor.town or "")
        people = [{"actor": row["acts_as"], "role": visitor.t(*ROLE_NAMES[row["role"]])} for row in rows]
        return JSONResponse(people, headers=SECURITY_HEADERS)

    door.page("/people", asked, roles=READERS)
