"""The part of a household's state that is about ability, care and the plan of services; folded from facts alone."""

from datetime import date

import msgspec

from services.contracts.casework import (
    AbilityAssessed,
    AbilityChangeReported,
    BenefitAdjusted,
    BenefitTerminated,
    CareArranged,
    EligibilityConfirmed,
    HouseholdTakenOver,
    PlannedService,
    ReassessmentOverdue,
    RecognitionLapsed,
    ServicePlanned,
)
from services.contracts.registry import Fact


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """The latest assessment of a person; of a taken-over household nobody knows the day and the assessors."""

    person: str
    application_no: str
    care_tier: str
    assessed_on: date | None = None
    assessors: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A reported change that waits for a reassessment."""

    report_no: str
    person: str
    reported_on: date
    reassess_by: date
    overdue: bool = False


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person lives; `agreed`: the care is agreed in writing, or needs not be."""

    person: str
    placement: str
    agreed: bool


class Care(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Decision state. `committee` and `services`: of the plan in force."""

    assessments: tuple[Assessment, ...] = ()
    reports: tuple[Report, ...] = ()
    report_nos: tuple[str, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()
    committee: str = ""
    services: tuple[PlannedService, ...] = ()

    def assessment_of(self, person: str) -> Assessment | None:
        """The latest assessment of a person."""
        return next((one for one in self.assessments if one.person == person), None)

    def report_of(self, person: str) -> Report | None:
        """The open report about a person: there is one at most, whose clock holds."""
        return next((one for one in self.reports if one.person == person), None)

    @property
    def tiers(self) -> dict[str, str]:
        """The care tier of each person assessed."""
        return {one.person: one.care_tier for one in self.assessments}


def evolve_care(care: Care, fact: Fact) -> Care:
    """What a fact changes in it; total."""
    change = msgspec.structs.replace
    match fact:
        case HouseholdTakenOver():
            return _taken_over(fact)
        case AbilityAssessed():
            return _assessed(care, fact)
        case AbilityChangeReported():
            report = Report(
                report_no=fact.report_no, person=fact.person, reported_on=fact.reported_on, reassess_by=fact.reassess_by
            )
            return change(care, reports=(*care.reports, report), report_nos=(*care.report_nos, fact.report_no))
        case ReassessmentOverdue():
            marked = tuple(change(one, overdue=True) if one.person == fact.person else one for one in care.reports)
            return change(care, reports=marked)
        case CareArranged():
            others = tuple(one for one in care.arrangements if one.person != fact.person)
            agreed = bool(fact.agreement_sha256) or not fact.agreement_required
            arranged = Arrangement(person=fact.person, placement=fact.placement, agreed=agreed)
            return change(care, arrangements=(*others, arranged))
        case EligibilityConfirmed() if not fact.one_off:
            # What was assessed for another application says nothing about this benefit.
            own = tuple(one for one in care.assessments if one.application_no == fact.application_no)
            return change(care, assessments=own, committee=fact.committee)
        case ServicePlanned():
            return change(care, committee=fact.committee, services=fact.services)
        case BenefitAdjusted() if fact.deceased:
            return change(
                care,
                assessments=tuple(one for one in care.assessments if one.person != fact.deceased),
                arrangements=tuple(one for one in care.arrangements if one.person != fact.deceased),
            )
        case BenefitTerminated() | RecognitionLapsed():
            return Care(report_nos=care.report_nos)
        case _:
            return care


def _taken_over(fact: HouseholdTakenOver) -> Care:
    people = [member.person for member in fact.members]
    tier, placement = fact.care_tier, fact.placement
    return Care(
        assessments=tuple(Assessment(person=one, application_no="", care_tier=tier) for one in people if tier),
        arrangements=tuple(Arrangement(person=one, placement=placement, agreed=True) for one in people if placement),
        committee=fact.committee,
        services=fact.services,
    )


def _assessed(care: Care, fact: AbilityAssessed) -> Care:
    assessment = Assessment(
        person=fact.person,
        application_no=fact.application_no,
        care_tier=fact.care_tier,
        assessed_on=fact.assessed_on,
        assessors=fact.assessors,
    )
    # A reassessment is of the benefit in force, and so of the application that led to it.
    before = care.assessment_of(fact.person)
    if before is not None and not fact.application_no:
        assessment = msgspec.structs.replace(assessment, application_no=before.application_no)
    return msgspec.structs.replace(
        care,
        assessments=(*(one for one in care.assessments if one.person != fact.person), assessment),
        reports=tuple(one for one in care.reports if one.person != fact.person),
    )
