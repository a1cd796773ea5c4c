"""audit's wiring: the one place that chooses its adapters."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from services.audit.api import DOORS, routes
from services.audit.finding_store import enrich
from services.audit.publishing.beside import publisher_beside
from services.audit.service import SERVICE
from services.audit.sweeping import sweep_beside
from services.eventlog.api.runtime import Runtime
from services.eventlog.processes import run_service


@asynccontextmanager
async def beside(runtime: Runtime) -> AsyncIterator[None]:
    """What runs beside audit's worker: the publisher of the transparency log and the automatic tests."""
    async with publisher_beside(runtime), sweep_beside(runtime):
        yield


def main(arguments: Sequence[str]) -> int:
    """Run audit as its command line says; the exit code."""
    return run_service(arguments, service=SERVICE, doors=DOORS, routes=routes, enrich=enrich, beside=beside)
