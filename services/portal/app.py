"""portal's wiring: the one place that chooses its adapters."""

from collections.abc import Sequence

from services.eventlog.processes import run_service
from services.portal.api import DOORS, routes
from services.portal.service import SERVICE


def main(arguments: Sequence[str]) -> int:
    """Run portal as its command line says; the exit code."""
    return run_service(arguments, service=SERVICE, doors=DOORS, routes=routes)
