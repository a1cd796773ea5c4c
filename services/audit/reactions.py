"""Facts that alone tell that something is wrong, to findings at once; what needs others too is left to the sweep."""

from typing import Final

from services.audit.automatic import benefits, pay, spot_checks
from services.contracts.audit import SpotCheckResultRecorded
from services.contracts.casework import HouseholdSurveyed
from services.contracts.deciding import Reaction, Record
from services.contracts.payroll import PayslipComputed, RunApproved
from services.contracts.registry import Fact

REACTS_TO: Final[tuple[type[Fact], ...]] = (
    HouseholdSurveyed, RunApproved, PayslipComputed, SpotCheckResultRecorded,
)  # fmt: skip
_LIVE: Final = (
    benefits.survey_by_one, pay.run_self_approved, pay.payslip_sum, pay.officer_uninsured,
    spot_checks.spot_check_deviation,
)  # fmt: skip


def react(record: Record) -> tuple[Reaction, ...]:
    """An `OpenFinding` for each test that objects; the sweep finds the same number again and leaves it."""
    objections = [finding for test in _LIVE if (finding := test(record)) is not None]
    return tuple(Reaction(name=f"open-finding-{finding.test}", command=finding) for finding in objections)
