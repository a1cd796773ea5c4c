"""The list of cases over HTTP, by last day to decide: what is owed, of a town, a committee, a person, a request or a household."""

from fastapi import FastAPI, Request, Response

from services.casework.store import case_lists
from services.eventlog import listing
from services.eventlog.api.queries import PAGE_ROWS_MAX
from services.eventlog.api.runtime import Runtime, json_response, see_command, wrong_role, wrong_town
from services.eventlog.auth import READERS


def case_list_routes(app: FastAPI, runtime: Runtime) -> None:
    """Put the door of the list beside the others."""

    async def case_list(
        request: Request, town: str = "", committee: str = "", responsible: str = "", status: str = "", number: str = "",
        after: str = "", limit: int = 100,
    ) -> Response:  # fmt: skip
        """Rows as ``/v1/cases`` has them, `count` of all that fit, `after`: where the next page begins.

        `status`: ``open``, ``to_post``, ``from_reserve`` or one status of a case; none: all.
        """
        identity = runtime.identify(request)
        if identity.role not in READERS:
            raise wrong_role(identity.role)
        if identity.town is not None and town not in ("", identity.town):
            raise wrong_town()
        await see_command(runtime, request)
        wanted = case_lists.Wanted(
            town=identity.town or town, committee=committee, responsible=responsible, status=status, number=number
        )
        today = await listing.today(runtime.pool)
        limit = max(1, min(limit, PAGE_ROWS_MAX))
        rows, count, following = await case_lists.page(runtime.pool, wanted, today=today, after=after, limit=limit)
        return json_response({"as_of": today, "rows": rows, "count": count, "after": following})

    app.add_api_route("/v1/case-list", case_list, methods=["GET"], tags=["queries"])
