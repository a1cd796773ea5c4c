"""Answers about policy as everybody in the programme may read them: the district's and each town's, whoever asks."""

from fastapi import FastAPI, Request, Response

from services.casework.projections.committees import POLICY_ANSWERS
from services.eventlog import listing
from services.eventlog.api.queries import PAGE_ROWS_MAX
from services.eventlog.api.runtime import Runtime, json_response, see_command, wrong_role
from services.eventlog.auth import READERS
from services.eventlog.seeing import WHOLE_DISTRICT, read_for


def answer_routes(app: FastAPI, runtime: Runtime) -> None:
    """Put the door of published answers beside the others."""

    async def published(request: Request) -> Response:
        """Every answer in force: published is published, so a town reads the district's and the other towns' too."""
        identity = runtime.identify(request)
        if identity.role not in READERS:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        with read_for(WHOLE_DISTRICT):
            rows, _ = await listing.page(runtime.pool, "casework", POLICY_ANSWERS, limit=PAGE_ROWS_MAX)
        return json_response({"rows": rows})

    app.add_api_route("/v1/published-answers", published, methods=["GET"], tags=["queries"])
