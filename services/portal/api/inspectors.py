"""Access of outside inspectors (纪检、审计), granted and ended by the bureau's leader: who, for what, until when, and how it was used."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from fastapi import Response

from services.portal.api.audit_forms import INSPECTORS, SCOPES
from services.portal.api.door import Door, Visitor
from services.portal.api.findings import tests_of
from services.portal.api.forms import Names
from services.portal.api.posting import forms_door, made_no, told

_PATH: Final = "/bureau/inspectors"
_LEADER: Final = frozenset({"bureau-leader"})
_DAYS: Final = 30
STATUSES: Final[dict[str, tuple[str, str, str]]] = {
    "granted": ("有效", "in force", "good"),
    "revoked": ("已终止", "ended", "warn"),
    "expired": ("已届满", "over", ""),
}


def routes(door: Door) -> None:
    """Put the page of inspectors' access beside the others."""

    async def listed(visitor: Visitor) -> Response:
        rows = await visitor.services.all_rows("audit", "/v1/inspections")
        rows.sort(key=lambda one: (one["status"] != "granted", one["until_on"], one["key"]))
        today, tests = await door.today(), await tests_of(visitor)
        return door.shown(
            visitor, "bureau/inspectors.html", rows=rows, statuses=STATUSES, scopes=SCOPES, forms=INSPECTORS, lists=await offered(visitor), tests=tests,
            today=today, start={"from_on": today.isoformat(), "until_on": (today + timedelta(days=_DAYS - 1)).isoformat()},
            number=made_no("JC"), area_path=_PATH, **told(visitor),
        )  # fmt: skip

    async def offered(visitor: Visitor) -> Mapping[str, Names]:
        return {"tests": await tests_of(visitor), "towns": await door.towns()}

    forms_door(door, _PATH, INSPECTORS, offered)
    door.page(_PATH, listed, roles=_LEADER)
