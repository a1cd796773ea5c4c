"""What happened so far in each application of a household, as the tests of procedure need it; it judges nothing."""

from dataclasses import dataclass, field
from typing import Final

from services.audit.automatic.telling import number_of
from services.audit.domain import evidence_of
from services.contracts.audit import Evidence
from services.contracts.casework import (
    AbilityAssessed,
    BenefitTerminated,
    BureauVisited,
    CaseOpened,
    ComplaintAnswered,
    ComplaintReceived,
    ConflictResolved,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckRequested,
    InformationCheckReturned,
    NearRelativeNoted,
    NoticeObjected,
    NoticePosted,
    OpinionSubmitted,
    ServicePlanned,
    TerminationPosted,
)
from services.contracts.deciding import Record
from services.contracts.intake import ApplicationAccepted, ApplicationWithdrawn, NearRelativeDeclared, RequestReceived
from services.contracts.registry import Fact

_OF_APPLICATION: Final[tuple[type[Fact], ...]] = (
    AbilityAssessed, ApplicationAccepted, ApplicationWithdrawn, BureauVisited, CaseOpened, ComplaintReceived,
    ConflictResolved, EligibilityConfirmed, EligibilityRefused, HouseholdSurveyed,
    InformationCheckRequested, InformationCheckReturned, NearRelativeNoted, NoticeObjected, NoticePosted,
    OpinionSubmitted,
)  # fmt: skip
FOLLOWED: Final[tuple[type[Fact], ...]] = (
    *_OF_APPLICATION, BenefitTerminated, ComplaintAnswered, HouseholdReverified, HouseholdTakenOver,
    NearRelativeDeclared, RequestReceived, ServicePlanned, TerminationPosted,
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Course:
    """One application so far. Folded in place, as a household has few of them."""

    opened: Evidence | None = None
    owed: frozenset[str] = frozenset()
    member_count: int = 0
    surveyed_count: int = 0
    accepted_by: set[str] = field(default_factory=set)
    check_requested: bool = False
    check_returned: bool = False
    conflicts: dict[str, Evidence] = field(default_factory=dict)
    investigators: set[str] = field(default_factory=set)
    assessed: bool = False
    proposed: Evidence | None = None
    proposed_fen: int = 0
    submitted: Evidence | None = None
    # Why the bureau itself must visit, and whether it has since.
    bureau_owed: Evidence | None = None
    bureau_visited: bool = False
    withdrawn: bool = False
    decided: Evidence | None = None
    decided_by: str = ""
    request_no: str = ""


@dataclass(slots=True, kw_only=True)
class Courses:
    """The applications of one household by number, and what else is known of the household and those who work for it.

    `first_asked`: by request. `relatives`: near relatives among the staff by request, with where it was declared.
    `complaints` that are open, with who had worked for the household by then.
    """

    by_application: dict[str, Course] = field(default_factory=dict)
    first_asked: dict[str, str] = field(default_factory=dict)
    relatives: dict[str, dict[str, Evidence]] = field(default_factory=dict)
    officer: str = ""
    looked: Evidence | None = None
    looked_by: frozenset[str] = frozenset()
    end_posted: bool = False
    complaints: dict[str, tuple[Evidence, frozenset[str]]] = field(default_factory=dict)

    def of(self, application_no: str) -> Course:
        return self.by_application.setdefault(application_no, Course())


def involved(courses: Courses) -> frozenset[str]:
    """Who has worked for the household so far: its officer, who investigated, who decided."""
    people = {courses.officer}
    for course in courses.by_application.values():
        people |= course.investigators | {course.decided_by}
    return frozenset(people - {""})


def follow(courses: Courses, record: Record) -> None:
    """Bring a household's courses up to `record`."""
    fact = record.fact
    _of_household(courses, record)
    if not isinstance(fact, _OF_APPLICATION):
        return
    course = courses.of(fact.application_no)  # type: ignore[attr-defined]
    match fact:
        case ApplicationAccepted():
            course.request_no = fact.request_no
            course.accepted_by |= {number_of(fact.responsible), courses.first_asked.get(fact.request_no, "")} - {""}
        case ApplicationWithdrawn():
            course.withdrawn = True
        case CaseOpened():
            course.opened, course.member_count = evidence_of(record), fact.member_count
            course.owed = frozenset(one.step for one in fact.procedure)
            if fact.near_relative_declared:
                course.bureau_owed = evidence_of(record)
        case EligibilityConfirmed() | EligibilityRefused():
            course.decided, course.decided_by = evidence_of(record), number_of(fact.decided_by)
        case _:
            _investigated(course, record)


def _of_household(courses: Courses, record: Record) -> None:
    match record.fact:
        case RequestReceived() as fact:
            courses.first_asked[fact.request_no] = number_of(fact.first_asked)
        case NearRelativeDeclared() as fact if fact.staff:
            courses.relatives.setdefault(fact.request_no, {})[number_of(fact.staff)] = evidence_of(record)
        case HouseholdTakenOver() | ServicePlanned() as fact:
            courses.officer = number_of(fact.officer)
        case HouseholdReverified() as fact:
            courses.looked, courses.looked_by = evidence_of(record), frozenset(map(number_of, fact.investigators))
        case TerminationPosted():
            courses.end_posted = True
        case BenefitTerminated():
            courses.end_posted = False
        case ComplaintReceived() as fact:
            courses.complaints[fact.complaint_no] = evidence_of(record), involved(courses)
        case ComplaintAnswered() as fact:
            courses.complaints.pop(fact.complaint_no, None)


def _investigated(course: Course, record: Record) -> None:
    match record.fact:
        case InformationCheckRequested():
            course.check_requested = True
        case InformationCheckReturned() as fact:
            course.check_returned = True
            if fact.registers:
                for register in fact.registers:
                    course.conflicts.pop(register, None)
            else:
                course.conflicts.clear()
            course.conflicts |= dict.fromkeys(fact.conflicts, evidence_of(record))
        case ConflictResolved() as fact:
            course.conflicts.pop(fact.register, None)
        case HouseholdSurveyed() as fact:
            course.investigators |= {number_of(one) for one in fact.investigators}
            if fact.valid and fact.members:
                course.surveyed_count = len(fact.members)
        case AbilityAssessed():
            course.assessed = True
        case NoticePosted() as fact:
            course.proposed, course.proposed_fen = evidence_of(record), fact.proposed_amount_fen
        case OpinionSubmitted() as fact:
            course.submitted = evidence_of(record)
        case BureauVisited():
            course.bureau_visited = True
        case NearRelativeNoted() | NoticeObjected() | ComplaintReceived():
            course.bureau_owed, course.bureau_visited = evidence_of(record), False
