"""intake's wiring: the one place that chooses its adapters."""

from collections.abc import Sequence

from services.eventlog.processes import run_service
from services.intake.api import DOORS, routes
from services.intake.service import SERVICE
from services.intake.store import Edge
from services.intake.stream import inbox_listener


def main(arguments: Sequence[str]) -> int:
    """Run intake as its command line says; the exit code."""
    return run_service(arguments, service=SERVICE, doors=DOORS, routes=routes, enrich=Edge(), beside=inbox_listener)
