"""Read models of care: whose ability is to be assessed and until when, and what is planned for a household; no names."""

from datetime import date
from typing import Any, Final

import msgspec

from services.casework.projections.households import household_no_of
from services.contracts.casework import (
    AbilityAssessed,
    AbilityChangeReported,
    BenefitTerminated,
    CareArranged,
    CaseClosed,
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdTakenOver,
    PlannedService,
    ReassessmentOverdue,
    RecognitionLapsed,
    ResponsibilityMoved,
    ServicePlanned,
)
from services.contracts.deciding import Model, Record

_change = msgspec.structs.replace
_STEP: Final = "ability_assessed"


class AssessmentDueRow(msgspec.Struct, frozen=True, kw_only=True):
    """An assessment that is owed: by application number for a first one, by ``<household>/<person>`` after a report.

    `assessed` of `wanted` persons are done; the row goes when all are. `due_on` of a first one is the case's last day.
    """

    household: str
    town: str
    kind: str
    due_on: date
    wanted: int
    assessed: tuple[str, ...] = ()
    report_no: str = ""
    overdue: bool = False


def _due_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    if isinstance(fact, BenefitTerminated):
        return tuple(f"{household_no_of(record)}/{person}" for person in fact.reassessments_dropped)
    of_person = (f"{household_no_of(record)}/{fact.person}",) if hasattr(fact, "person") else ()
    of_case = (fact.application_no,) if getattr(fact, "application_no", "") else ()
    return of_case + of_person


def _due(row: AssessmentDueRow | None, record: Record, key: str) -> AssessmentDueRow | None:
    match record.fact:
        case CaseOpened() as fact if any(step.step == _STEP for step in fact.procedure):
            return AssessmentDueRow(
                household=household_no_of(record), town=fact.town, kind="first", due_on=fact.decide_by,
                wanted=fact.member_count,
            )  # fmt: skip
        case AbilityChangeReported() as fact:
            return AssessmentDueRow(
                household=household_no_of(record), town=fact.town, kind="change", due_on=fact.reassess_by, wanted=1,
                report_no=fact.report_no,
            )  # fmt: skip
        case AbilityAssessed() as fact if row is not None:
            done = tuple(dict.fromkeys((*row.assessed, fact.person)))
            return None if len(done) >= row.wanted else _change(row, assessed=done)
        case ReassessmentOverdue() if row is not None:
            return _change(row, overdue=True)
        case EligibilityConfirmed() | EligibilityRefused() | CaseClosed() | BenefitTerminated():
            return None
        case _:
            return row


ASSESSMENTS_DUE: Final = Model(
    name="assessments_due",
    row=AssessmentDueRow,
    listens=(
        CaseOpened,
        AbilityChangeReported,
        AbilityAssessed,
        ReassessmentOverdue,
        EligibilityConfirmed,
        EligibilityRefused,
        CaseClosed,
        BenefitTerminated,
    ),
    keys=_due_keys,
    evolve=_due,
)


class ServicePlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """The plan in force of one household by its number: who is responsible, and each service's times a month.

    `placement`: institution or home, of the person arranged for last; `agreed`: in writing, or it needs not be.
    `pack_version` is empty for a plan that was taken over.
    """

    town: str
    committee: str
    officer: str
    category: str
    priority: bool
    care_tier: str
    visits_per_month: int
    services: tuple[PlannedService, ...]
    pack_version: str
    placement: str = ""
    agreed: bool = False


def _plan_keys(record: Record) -> tuple[str, ...]:
    return (household_no_of(record),)


def _plan(row: ServicePlanRow | None, record: Record, _: str) -> ServicePlanRow | None:
    match record.fact:
        case HouseholdTakenOver() as fact:
            return ServicePlanRow(
                town=fact.town, committee=fact.committee, officer=fact.officer, category=fact.category,
                priority=any(member.priority for member in fact.members), care_tier=fact.care_tier,
                visits_per_month=fact.visits_per_month, services=fact.services, pack_version="",
                placement=fact.placement, agreed=bool(fact.placement),
            )  # fmt: skip
        case ServicePlanned() as fact:
            return ServicePlanRow(
                town=fact.town, committee=fact.committee, officer=fact.officer, category=fact.category,
                priority=fact.priority, care_tier=fact.care_tier, visits_per_month=fact.visits_per_month,
                services=fact.services, pack_version=fact.pack_version,
                placement=row.placement if row else "", agreed=row is not None and row.agreed,
            )  # fmt: skip
        case CareArranged() as fact:
            return _arranged(row, fact)
        case ResponsibilityMoved() as fact if row is not None and f"officer:{row.officer}" == fact.previous:
            return _change(row, officer=fact.responsible.partition(":")[2])
        case BenefitTerminated() | RecognitionLapsed():
            return None
        case _:
            return row


def _arranged(row: ServicePlanRow | None, fact: CareArranged) -> ServicePlanRow:
    """Before the grant there is no plan yet: the arrangement waits for it."""
    before = row or ServicePlanRow(
        town=fact.town, committee="", officer="", category="", priority=False, care_tier="", visits_per_month=0,
        services=(), pack_version="",
    )  # fmt: skip
    return _change(before, placement=fact.placement, agreed=bool(fact.agreement_sha256) or not fact.agreement_required)


SERVICE_PLANS: Final = Model(
    name="service_plans",
    row=ServicePlanRow,
    listens=(
        HouseholdTakenOver,
        ServicePlanned,
        CareArranged,
        BenefitTerminated,
        RecognitionLapsed,
        ResponsibilityMoved,
    ),
    keys=_plan_keys,
    evolve=_plan,
    own="officer",
)
