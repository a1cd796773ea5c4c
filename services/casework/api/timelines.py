"""What happened in a case, in order: which fact, on which day, stated by whom; nothing of what is personal in it."""

from typing import Final

import msgspec
from fastapi import FastAPI, Request, Response

from services.casework import store
from services.contracts.folders import Held
from services.contracts.registry import Fact, kind_of
from services.eventlog import listing, papers
from services.eventlog.api.runtime import Runtime, json_response, see_command, wrong_role
from services.eventlog.auth import READERS
from services.eventlog.problems import Problem

# Days that say when something was done, where the fact has one; else it is the day it was stated.
_DONE_ON: Final = (
    "surveyed_on", "requested_on", "returned_on", "reviewed_on", "posted_on", "closed_on", "submitted_on", "visited_on",
    "decided_on", "delivered_on", "accepted_on",
)  # fmt: skip


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a case: its kind and id, the day it says something was done, the day and the person it was stated by."""

    kind: str
    fact: str
    on: str
    stated_on: str
    by: str


def happened(one: Held[Fact]) -> Happened:
    """A fact as the timeline shows it."""
    on = next((str(getattr(one.fact, name)) for name in _DONE_ON if getattr(one.fact, name, None)), "")
    kind = kind_of(type(one.fact)).rpartition(".v")[0].rpartition(".")[2]
    return Happened(
        kind=kind, fact=one.event, on=on or str(one.stated_on), stated_on=str(one.stated_on), by=one.stated_by
    )


def timeline_routes(app: FastAPI, runtime: Runtime) -> None:
    """Put the door of timelines beside the others."""

    async def timeline(request: Request, application_no: str) -> Response:
        """The facts of one case in their order; a town its own."""
        identity = runtime.identify(request)
        if identity.role not in READERS:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        row = await store.proof(runtime.pool, listing.as_text(application_no))
        if row is None or (identity.town is not None and row.town != identity.town):
            raise Problem(
                status=404, code="not-found", zh="没有这宗申请，或不属于本镇街", en="no such case, or not of your town"
            )
        facts = await papers.kept(runtime.pool, "casework", row.household)
        rows = [happened(one) for one in facts if getattr(one.fact, "application_no", "") == application_no]
        return json_response({"rows": rows})

    app.add_api_route("/v1/case-timelines/{application_no}", timeline, methods=["GET"], tags=["queries"])
