"""payroll's wiring: the one place that chooses its adapters."""

from collections.abc import Sequence

from services.eventlog.processes import run_service
from services.payroll.api import DOORS, routes
from services.payroll.service import SERVICE
from services.payroll.store import enrich


def main(arguments: Sequence[str]) -> int:
    """Run payroll as its command line says; the exit code."""
    return run_service(arguments, service=SERVICE, doors=DOORS, routes=routes, enrich=enrich)
