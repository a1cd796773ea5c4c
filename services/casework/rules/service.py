"""Service plans and standards, kinds of administrative work (二(三))."""

import msgspec


class Frequency(msgspec.Struct, frozen=True, kw_only=True):
    """Visits a month, for households with a member of a priority group (二(一)) and without."""

    priority: int
    ordinary: int


class ServicePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``service_plan``: how often a household of each category is visited."""

    categories: dict[str, Frequency]


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
