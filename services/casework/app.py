"""casework's wiring: the one place that chooses its adapters."""

from collections.abc import Sequence

from services.casework.api import DOORS, routes
from services.casework.service import SERVICE
from services.casework.store import enrich
from services.eventlog.processes import run_service


def main(arguments: Sequence[str]) -> int:
    """Run casework as its command line says; the exit code."""
    return run_service(arguments, service=SERVICE, doors=DOORS, routes=routes, enrich=enrich)
