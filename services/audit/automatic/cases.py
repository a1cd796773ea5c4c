"""The watch of cases: what happened in each application and who did it, for the tests in `steps` and `deciders`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from services.audit.automatic import deciders, steps
from services.audit.automatic.courses import FOLLOWED, Courses, follow
from services.audit.domain import OpenFinding
from services.contracts.casework import (
    BureauVisited,
    CaseClosed,
    CommunityReviewed,
    EligibilityConfirmed,
    EligibilityRefused,
    StepOverdue,
)
from services.contracts.deciding import Record
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook


@dataclass(slots=True)
class CaseWatch:
    """The courses of every household so far."""

    rules: RuleBook
    courses: dict[str, Courses] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        *FOLLOWED, *deciders.CHANGES, CaseClosed, CommunityReviewed, StepOverdue
    )  # fmt: skip

    def read(self, record: Record) -> Iterator[OpenFinding]:
        courses = self.courses.setdefault(record.envelope.subject, Courses())
        if isinstance(record.fact, EligibilityConfirmed | EligibilityRefused | CaseClosed):
            yield from filter(None, self._on_decision(courses, record))
        yield from filter(None, self._on_any(courses, record))
        follow(courses, record)

    def _on_decision(self, courses: Courses, record: Record) -> tuple[OpenFinding | None, ...]:
        fact = record.fact
        assert isinstance(fact, EligibilityConfirmed | EligibilityRefused | CaseClosed)
        course = courses.of(fact.application_no)
        return (
            steps.grant_without_acceptance(course, record),
            steps.grant_without_check(course, record),
            steps.conflict_unresolved(course, record),
            steps.grant_without_submission(course, record),
            steps.bureau_visit_missing(course, record),
            steps.tekun_unassessed(course, record),
            steps.covered_above_members(course, record),
            steps.grant_from_wrong_month(record),
            steps.noticed_amount_differs(course, record),
            steps.decided_twice(course, record),
            steps.case_closed_unasked(course, record),
            deciders.decided_by_investigator(course, record),
            deciders.decided_by_acceptor(course, record),
            deciders.decided_by_town(record, self.rules),
            deciders.refusal_without_reason(record),
        )

    def _on_any(self, courses: Courses, record: Record) -> tuple[OpenFinding | None, ...]:
        fact = record.fact
        visitor = (
            deciders.visitor_investigated(courses.of(fact.application_no), record)
            if isinstance(fact, BureauVisited)
            else None
        )
        return (
            visitor,
            steps.step_overdue(record),
            steps.review_by_too_few(record, self.rules),
            steps.termination_without_notice(courses.end_posted, record),
            deciders.change_by_investigator(courses, record),
            deciders.relative_took_part(courses, record),
            deciders.relative_found_late(record),
            deciders.complaint_answered_by_involved(courses, record),
            deciders.withdrawal_without_reason(record),
        )

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        yield from ()
