"""Service plans and standards, kinds of administrative work (二(三))."""

from typing import Final

import msgspec

from services.contracts.casework import PlannedService

REGULAR_VISIT: Final = "regular_visit"


class Frequency(msgspec.Struct, frozen=True, kw_only=True):
    """Visits a month, for households with a member of a priority group (二(一)) and without."""

    priority: int
    ordinary: int


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the plan's table: how often a month each service is due; `care_tier` empty: whatever the tier."""

    category: str
    priority: bool
    care_tier: str = ""
    times_per_month: dict[str, int]


class ServicePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``service_plan``: which services a household gets, by category × priority × care level.

    A pack without `rows` says in `categories` how often a household of each category is visited, and no more.
    """

    categories: dict[str, Frequency] = {}
    rows: tuple[PlanRow, ...] = ()

    def services(self, category: str, priority: bool, care_tier: str) -> tuple[PlannedService, ...]:
        """What is planned, the services that come at all; the row of the very tier before one for whatever tier."""
        fitting = [
            row for row in self.rows
            if (row.category, row.priority) == (category, priority) and row.care_tier in ("", care_tier)
        ]  # fmt: skip
        if fitting:
            times = max(fitting, key=lambda row: bool(row.care_tier)).times_per_month
        else:
            frequency = self.categories.get(category, Frequency(priority=0, ordinary=0))
            times = {REGULAR_VISIT: frequency.priority if priority else frequency.ordinary}
        return tuple(PlannedService(service=name, times_per_month=times[name]) for name in sorted(times) if times[name])


class Standard(msgspec.Struct, frozen=True, kw_only=True):
    """What one service must show (符合服务标准, 二(三)): time in whole minutes, pieces of evidence, a co-signature."""

    minutes_min: int
    evidence_min: int
    co_signature: bool


class ServiceStandard(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``service_standard``: the seven services of 二(三)."""

    services: dict[str, Standard]


class WorkTypes(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``work_types``: the six kinds of administrative work of 二(三) and what they may be for."""

    works: frozenset[str]
    benefits: frozenset[str]


def standard_points_missed(
    standard: Standard, *, minutes: int, evidence_count: int, co_signed: bool, person_seen: bool
) -> tuple[str, ...]:
    """Which points of the service standard (二(三)) a visit misses; empty when it meets the standard."""
    missed = []
    if minutes < standard.minutes_min:
        missed.append("minutes")
    if evidence_count < standard.evidence_min:
        missed.append("evidence")
    if standard.co_signature and not co_signed:
        missed.append("co_signature")
    if not person_seen:
        missed.append("person_seen")
    return tuple(missed)
