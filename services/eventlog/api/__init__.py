"""HTTP for every service alike: its app of command and query routes, health, metrics, OpenAPI; no rule of any service."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.contracts.clocks import ClockRow
from services.contracts.deciding import Command, Service
from services.eventlog import openapi
from services.eventlog.api.commands import add_batch, add_command
from services.eventlog.api.queries import (
    add_open_clocks,
    add_queries,
    add_rule_packs,
    add_standing,
    add_stream_versions,
)
from services.eventlog.api.runtime import Runtime, json_response
from services.eventlog.postgres import UNAVAILABLE
from services.eventlog.shell import add_shell

Routes = Callable[[FastAPI, Runtime], None]


def service_app(
    runtime: Runtime,
    *,
    serve: bool,
    as_worker: bool,
    slot: int = 0,
    routes: Routes | None = None,
    beside: Callable[[Runtime], Any] | None = None,
) -> FastAPI:
    """The ASGI app of a service process: commands and queries when it serves, always health and metrics.

    `beside` makes an async context manager that runs for the life of the process (an inbox listener, say).
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(runtime.running(as_worker=as_worker, slot=slot))
            if beside is not None:
                await stack.enter_async_context(beside(runtime))
            yield

    name = runtime.service.name
    app = _Documented(title=f"jiuzhu {name}", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.service, app.commands = runtime.service, tuple(runtime.doors.roles)
    _add_vitals(app, runtime)
    if serve:
        for command in runtime.doors.roles:
            add_command(app, runtime, command)
        add_batch(app, runtime)
        add_stream_versions(app, runtime)
        add_standing(app, runtime)
        if routes is not None:  # before the models: what lies under a row's address is no row's key
            routes(app, runtime)
        for model in runtime.service.models:
            if not model.internal:
                add_queries(app, runtime, model)
        if any(model.row is ClockRow for model in runtime.service.models):
            add_open_clocks(app, runtime)
        add_rule_packs(app, runtime)
    add_shell(app)
    return app


class _Documented(FastAPI):
    """An app whose OpenAPI document knows the schemas of its commands and read models."""

    service: Service
    commands: tuple[type[Command], ...]

    def openapi(self) -> dict[str, Any]:
        self.openapi_schema = self.openapi_schema or openapi.document(self, self.service, self.commands)
        return self.openapi_schema


def _add_vitals(app: FastAPI, runtime: Runtime) -> None:
    async def healthz() -> Response:
        return json_response(
            {"alive": True, "service": runtime.service.name, "sample": runtime.settings.simulated_clock}
        )

    async def readyz() -> Response:
        reasons = runtime.worker.trouble() if runtime.worker else []
        try:
            door = await runtime.pool.fetchrow("SELECT * FROM log.door_state()", timeout=2.0)
            if door is not None and not door["open"]:
                reasons.append(f"{door['code']}: {door['reason_zh']} / {door['reason_en']}")
        except UNAVAILABLE as error:
            reasons.append(f"PostgreSQL: {type(error).__name__}")
        return json_response({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    async def metrics_page() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.add_api_route("/healthz", healthz, methods=["GET"], tags=["vitals"])
    app.add_api_route("/readyz", readyz, methods=["GET"], tags=["vitals"])
    app.add_api_route("/metrics", metrics_page, methods=["GET"], tags=["vitals"])
