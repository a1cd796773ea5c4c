"""Runs a process of the product: the log writer, or a service's api and worker; uvicorn hosts them all."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.contracts.deciding import Service
from services.eventlog import journal, metrics
from services.eventlog.api import Routes, service_app
from services.eventlog.api.runtime import Doors, Runtime, json_response
from services.eventlog.deciding import Enrich
from services.eventlog.ending import end, ends_process
from services.eventlog.kafka_security import KafkaIdentityUnusable
from services.eventlog.keyring import KeyringUnusable
from services.eventlog.logs import log_as_json
from services.eventlog.postgres import UNAVAILABLE, open_pool
from services.eventlog.settings import (
    SERVICE_PORTS,
    WORKER_PORTS,
    WRITER_PORT,
    MissingSetting,
    Settings,
    read_settings,
)
from services.eventlog.shapes import ShapeDiffers, ensure_tables
from services.eventlog.shell import add_shell
from services.eventlog.topics import ConfigurationDiffers, ConfigurationUnreadable, require_configuration
from services.eventlog.writer import LogWriter

log = logging.getLogger(__name__)

EXIT_CONFIGURATION: Final = 78
EXIT_AWAY: Final = 75
DEPTH_EVERY_SECONDS: Final = 2.0
GRACE_SECONDS: Final = 5


def run_service(
    arguments: Sequence[str],
    *,
    service: Any,
    doors: Doors,
    routes: Routes | None = None,
    enrich: Enrich | None = None,
    beside: Any = None,
) -> int:
    """``serve`` (with ``--all-in-one``: the worker inside) or ``worker`` (``--slot N``) of one service; the exit code."""
    mode = arguments[0] if arguments else ""
    if mode not in ("serve", "worker"):
        print(f"用法：python -m services.{service.name} serve [--all-in-one] | worker [--slot N]", file=sys.stderr)
        return 64
    serve, as_worker = mode == "serve", mode == "worker" or "--all-in-one" in arguments
    slot = int(arguments[arguments.index("--slot") + 1]) if "--slot" in arguments else 0
    log_as_json(f"{service.name}-{mode}")
    port = (SERVICE_PORTS if serve else WORKER_PORTS)[service.name] + (0 if serve else slot * 10)
    try:
        settings = read_settings(port=port)
        asyncio.run(require_configuration(settings))
        asyncio.run(_require_tables(settings, service))
        runtime = Runtime(service=service, settings=settings, doors=doors, enrich=enrich)
        app = service_app(
            runtime, serve=serve, as_worker=as_worker, slot=slot, routes=routes, beside=beside if as_worker else None
        )
        return _host(app, settings.host, settings.port)
    except (MissingSetting, KeyringUnusable, KafkaIdentityUnusable, ConfigurationDiffers, ShapeDiffers) as error:
        print(str(error), file=sys.stderr)
        return EXIT_CONFIGURATION
    except (
        ConfigurationUnreadable,
        *UNAVAILABLE,
    ) as error:  # infrastructure is waited for: whoever started this starts it again
        print(str(error), file=sys.stderr)
        return EXIT_AWAY


async def _require_tables(settings: Settings, service: Service) -> None:
    """The service's tables as this version makes them, before anything is served from them."""
    pool = await open_pool(settings.postgres_url, application=f"jiuzhu-{service.name}-tables", size=1)
    try:
        await ensure_tables(pool, service, settings.partitions)
    finally:
        await pool.close()


def run_writer() -> int:
    """The log writer with its health and metrics; the exit code."""
    log_as_json("log-writer")
    try:
        settings = read_settings(port=WRITER_PORT)
    except MissingSetting as error:
        print(str(error), file=sys.stderr)
        return EXIT_CONFIGURATION
    writer = LogWriter(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(writer.run()), asyncio.create_task(_watch_outboxes(settings.postgres_url))]
        tasks[0].add_done_callback(ends_process("the log writer's loop ended"))
        yield
        await end(*tasks)

    app = FastAPI(title="jiuzhu log writer", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)

    async def healthz() -> Response:
        return json_response({"alive": True, "service": "log-writer"})

    async def readyz() -> Response:
        code, zh, en = writer.state
        return json_response(
            {"ready": writer.ready, "state": code, "reasons": [] if writer.ready else [f"{zh} / {en}"]},
            200 if writer.ready else 503,
        )

    async def metrics_page() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.add_api_route("/healthz", healthz, methods=["GET"])
    app.add_api_route("/readyz", readyz, methods=["GET"])
    app.add_api_route("/metrics", metrics_page, methods=["GET"])
    add_shell(app)
    return _host(app, settings.host, settings.port)


async def _watch_outboxes(url: str) -> None:
    pool = None
    while True:
        try:
            pool = pool or await open_pool(url, application="jiuzhu-log-writer-depth", size=1)
            for owner, depth in (await journal.outbox_depths(pool)).items():
                metrics.OUTBOX_DEPTH.labels(owner).set(depth)
        except UNAVAILABLE:
            log.warning("cannot see the outboxes")
        await asyncio.sleep(DEPTH_EVERY_SECONDS)


def _host(app: FastAPI, host: str, port: int) -> int:
    server = uvicorn.Server(
        uvicorn.Config(
            app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS,
            loop="uvloop", lifespan="on",
        )
    )  # fmt: skip
    server.run()
    return 0 if server.started else 1
