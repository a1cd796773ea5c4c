"""audit's wiring: the one place that chooses its adapters."""

from collections.abc import Sequence

from services.audit.api import DOORS, routes
from services.audit.finding_store import enrich
from services.audit.publishing.beside import publisher_beside
from services.audit.service import SERVICE
from services.eventlog.processes import run_service


def main(arguments: Sequence[str]) -> int:
    """Run audit as its command line says; the exit code."""
    return run_service(arguments, service=SERVICE, doors=DOORS, routes=routes, enrich=enrich, beside=publisher_beside)
