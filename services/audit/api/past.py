"""Doors into the past: a view as at a day, as known then; what tells two of them apart; a subject's facts in order."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from weakref import WeakKeyDictionary

from fastapi import FastAPI, Request, Response

from services.audit.replaying.past import Past, moment_of
from services.contracts.deciding import Model
from services.eventlog.api.runtime import Runtime, json_response, wrong_role
from services.eventlog.deciding import Decider
from services.eventlog.problems import Problem

_NO_VIEW: Final = partial(
    Problem,
    status=404, code="not-found", zh="没有这个视图", en="there is no such view"
)  # fmt: skip


async def past_rows(
    runtime: Runtime, model: Model[Any], as_at: str, known_on: str
) -> Mapping[str, dict[str, Any]]:  # fmt: skip
    """What the query of a model answers for an earlier moment."""
    return await _past_of(runtime).rows(model, moment_of(runtime, as_at, known_on))


_PASTS: Final["WeakKeyDictionary[Decider, Past]"] = WeakKeyDictionary()


def _past_of(runtime: Runtime) -> Past:
    """One for each running service, so that a view that was folded once is kept."""
    return _PASTS.setdefault(runtime.decider, Past(runtime))


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put them before the doors of the models: a difference is no row's key."""
    models = {model.name.replace("_", "-"): model for model in runtime.service.models if not model.internal}

    async def difference(
        request: Request, view: str, from_as_at: str = "", from_known_on: str = "", to_as_at: str = "",
        to_known_on: str = "",
    ) -> Response:  # fmt: skip
        """The rows that two views of one model tell otherwise, and the facts that came in between, by place and hash."""
        _reader(request)
        if view not in models:
            raise _NO_VIEW()
        first = moment_of(runtime, from_as_at, from_known_on, under="from_")
        second = moment_of(runtime, to_as_at, to_known_on, under="to_")
        return json_response(await _past_of(runtime).difference(models[view], first, second))

    async def timeline(request: Request, subject: str, as_at: str = "", known_on: str = "") -> Response:
        """Every fact about a household, officer, fund or other subject, of all services, in the order of the log."""
        _reader(request)
        facts = await _past_of(runtime).timeline(subject, moment_of(runtime, as_at, known_on))
        return json_response({"subject": subject, "facts": facts})

    def _reader(request: Request) -> None:
        identity = runtime.identify(request)
        if identity.role not in runtime.doors.readers:
            raise wrong_role(identity.role)

    app.add_api_route("/v1/{view}/difference", difference, methods=["GET"], tags=["past"])
    app.add_api_route("/v1/timelines/{subject:path}", timeline, methods=["GET"], tags=["past"])
