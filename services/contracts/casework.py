"""Facts casework owns: from acceptance to the care that was delivered (plan 二(三), 四(一), 四(四))."""

from datetime import date, datetime

from services.contracts import every_service
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


@fact("casework", "rule_pack_adopted", subject="rules")
class RulePackAdopted(every_service.RulePackAdopted, frozen=True, kw_only=True):
    __doc__ = every_service.RulePackAdopted.__doc__


@fact("casework", "command_refused", subject="*")
class CommandRefused(every_service.CommandRefused, frozen=True, kw_only=True):
    __doc__ = every_service.CommandRefused.__doc__


@fact("casework", "parked_discarded", subject="parked")
class ParkedDiscarded(every_service.ParkedDiscarded, frozen=True, kw_only=True):
    __doc__ = every_service.ParkedDiscarded.__doc__


class HouseholdMember(Fact, frozen=True, kw_only=True):
    """A member of a household; `groups` (health, age, ability) is sensitive, `priority` alone is in clear."""

    person: str
    relation: str
    priority: bool
    name: Personal
    resident_id: Personal
    groups: Personal


@fact("casework", "household_taken_over", subject="household")
class HouseholdTakenOver(Fact, frozen=True, kw_only=True):
    """Stock taken over (接续登记) with source, document and re-verify-by; no procedure is claimed for it."""

    household_no: str
    town: str
    committee: str
    category: str
    members: tuple[HouseholdMember, ...]
    address: Personal
    monthly_amount_fen: Fen
    benefit_from_month: Month
    officer: str
    visits_per_month: int
    source: str
    document: str
    reverify_by: date


class ProcedureStep(Fact, frozen=True, kw_only=True):
    """A statutory step as the procedure pack had it at acceptance: its article, the last day where one is known then.

    `investigators_count` and `notice_days` are what the pack demands at least where the step is a survey or a notice.
    """

    step: str
    article: str
    due_on: date | None = None
    investigators_count: int = 0
    notice_days: int = 0


@fact("casework", "case_opened", subject="household")
class CaseOpened(Fact, frozen=True, kw_only=True):
    """An accepted application became a case with its clocks and a responsible person (确保责有人负, 四(二)).

    `procedure`: every step the case must go through, so that what was owed is on the log beside what was done.
    """

    application_no: str
    need: str
    town: str
    committee: str
    member_count: int
    near_relative_declared: bool
    accepted_on: date
    investigate_by: date
    decide_by: date
    responsible: str
    procedure: tuple[ProcedureStep, ...] = ()
    pack_version: str = ""


@fact("casework", "household_surveyed", subject="household")
class HouseholdSurveyed(Fact, frozen=True, kw_only=True):
    """A household survey (入户调查). Invalid, with the points, unless two investigators and a family member signed (民发〔2021〕57号 art. 16)."""

    application_no: str
    town: str
    investigators: tuple[str, ...]
    family_signed: bool
    witness: str | None
    surveyed_on: date
    income_per_head: Personal
    form_sha256: str
    valid: bool
    missed_points: tuple[str, ...]
    pack_version: str
    members: tuple[HouseholdMember, ...] = ()


@fact("casework", "information_check_requested", subject="household")
class InformationCheckRequested(Fact, frozen=True, kw_only=True):
    """The cross-check (家庭信息核查比对) was started with every member's authorisation (arts. 9, 17)."""

    application_no: str
    town: str
    registers: tuple[str, ...]
    authorised_count: int


@fact("casework", "information_check_returned", subject="household")
class InformationCheckReturned(Fact, frozen=True, kw_only=True):
    """The registers answered; conflicts are listed, never resolved silently (art. 18)."""

    application_no: str
    town: str
    conflicts: tuple[str, ...]
    returned_on: date


@fact("casework", "notice_posted", subject="household")
class NoticePosted(Fact, frozen=True, kw_only=True):
    """The first opinion was posted (公示) for seven full days (art. 19); generated from the whitelist only."""

    application_no: str
    town: str
    committee: str
    posted_on: date
    ends_on: date
    proposed_amount_fen: Fen
    opinion_signed_by: str
    proof_sha256: str
    pack_version: str


@fact("casework", "notice_objected", subject="household")
class NoticeObjected(Fact, frozen=True, kw_only=True):
    """Somebody objected to a posted notice; the case goes to re-investigation."""

    application_no: str
    town: str
    objection_no: str


@fact("casework", "notice_closed", subject="household")
class NoticeClosed(Fact, frozen=True, kw_only=True):
    """The notice ran its days and came down."""

    application_no: str
    town: str
    posted_on: date
    closed_on: date
    objection_count: int


@fact("casework", "opinion_submitted", subject="household")
class OpinionSubmitted(Fact, frozen=True, kw_only=True):
    """The town sent its opinion and the papers to the bureau, whose own term began (art. 20); `received_by` is responsible now."""

    application_no: str
    town: str
    submitted_on: date
    received_by: str
    decide_by: date
    pack_version: str


@fact("casework", "bureau_visited", subject="household")
class BureauVisited(Fact, frozen=True, kw_only=True):
    """The bureau visited the household itself, as it must for near relatives and objections (art. 20)."""

    application_no: str
    town: str
    visitors: tuple[str, ...]
    visited_on: date
    form_sha256: str


@fact("casework", "eligibility_confirmed", subject="household")
class EligibilityConfirmed(Fact, frozen=True, kw_only=True):
    """The bureau confirmed (审核确认); granted from the month after the decision (arts. 20-23)."""

    application_no: str
    need: str
    town: str
    committee: str
    monthly_amount_fen: Fen
    one_off: bool
    standard_fen: Fen
    covered_members: int
    from_month: Month
    decided_on: date
    decided_by: str
    pack_version: str
    emergency: bool = False
    reverify_by: date | None = None


@fact("casework", "eligibility_refused", subject="household")
class EligibilityRefused(Fact, frozen=True, kw_only=True):
    """The bureau refused, in writing, with reason and remedies (arts. 21, 36-38)."""

    application_no: str
    need: str
    town: str
    reason: str
    written_notice_by: date
    decided_on: date
    decided_by: str
    pack_version: str


@fact("casework", "refusal_delivered", subject="household")
class RefusalDelivered(Fact, frozen=True, kw_only=True):
    """The written refusal with its reason and the rights of review (复议、诉讼) reached the applicant (arts. 21, 36-38)."""

    application_no: str
    town: str
    delivered_on: date
    due_on: date
    form_sha256: str


@fact("casework", "case_closed", subject="household")
class CaseClosed(Fact, frozen=True, kw_only=True):
    """A case ended without a decision: its application was withdrawn at the window; its clocks stop."""

    application_no: str
    town: str
    reason: str


@fact("casework", "service_planned", subject="household")
class ServicePlanned(Fact, frozen=True, kw_only=True):
    """Who visits the household and how often; the plan's own table row is named by `pack_version`."""

    town: str
    committee: str
    officer: str
    visits_per_month: int
    pack_version: str


@fact("casework", "household_reverified", subject="household")
class HouseholdReverified(Fact, frozen=True, kw_only=True):
    """A household that receives a monthly benefit was looked at again (动态管理, art. 31); `next_by` follows its cadence."""

    town: str
    category: str
    investigators: tuple[str, ...]
    reverified_on: date
    cadence: str
    outcome: str
    income_per_head: Personal
    form_sha256: str
    next_by: date
    pack_version: str


@fact("casework", "reverification_overdue", subject="household")
class ReverificationOverdue(Fact, frozen=True, kw_only=True):
    """A household was not looked at again by its day; stated once by its timer."""

    town: str
    category: str
    due_on: date
    responsible: str


@fact("casework", "benefit_adjusted", subject="household")
class BenefitAdjusted(Fact, frozen=True, kw_only=True):
    """The amount changed after a re-verification (art. 31), from the month after the decision."""

    town: str
    category: str
    before_fen: Fen
    monthly_amount_fen: Fen
    standard_fen: Fen
    covered_members: int
    from_month: Month
    decided_on: date
    decided_by: str
    pack_version: str


@fact("casework", "termination_posted", subject="household")
class TerminationPosted(Fact, frozen=True, kw_only=True):
    """That a benefit shall end was posted before it ends (特困人员认定办法 2021: seven days)."""

    town: str
    category: str
    reason: str
    posted_on: date
    ends_on: date
    proof_sha256: str
    pack_version: str


@fact("casework", "benefit_terminated", subject="household")
class BenefitTerminated(Fact, frozen=True, kw_only=True):
    """A benefit ended, with its reason (arts. 31-34); after a death from the month after it, so that nothing is paid on."""

    town: str
    category: str
    reason: str
    from_month: Month
    decided_on: date
    decided_by: str
    pack_version: str


@fact("casework", "visit_completed", subject="household")
class VisitCompleted(Fact, frozen=True, kw_only=True):
    """One service delivered to a household (二(三) 服务性工作): meets the standard or names the points it misses."""

    visit_no: str
    service: str
    officer: str
    town: str
    committee: str
    started_at: datetime
    ended_at: datetime
    person_seen: str
    co_signed: bool
    evidence_sha256: tuple[str, ...]
    notes: Personal
    standard_met: bool
    missed_points: tuple[str, ...]
    pack_version: str


@fact("casework", "work_recorded", subject="officer")
class WorkRecorded(Fact, frozen=True, kw_only=True):
    """One administrative work record of an officer (二(三) 事务性工作)."""

    work_no: str
    work: str
    benefit: str
    officer: str
    town: str
    committee: str
    quantity: int
    minutes: int
    worked_on: date


@fact("casework", "step_overdue", subject="household")
class StepOverdue(Fact, frozen=True, kw_only=True):
    """A statutory clock ran out; stated once by its timer."""

    application_no: str
    town: str
    clock: str
    due_on: date
    responsible: str


@fact("casework", "personal_field_read", subject="household")
class PersonalFieldRead(Fact, frozen=True, kw_only=True):
    """Somebody read a personal field unmasked; who, which and why."""

    field: str
    reason: str
    reader_role: str
