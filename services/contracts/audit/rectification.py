"""Facts about putting a finding right (问题–责任人–期限–销号): who answers for it until when, what was done, who checked (plan 四(三))."""

from datetime import date

from services.contracts.audit.findings import Evidence
from services.contracts.registry import Fact, fact


@fact("audit", "finding_assigned", subject="finding")
class FindingAssigned(Fact, frozen=True, kw_only=True):
    """A unit and a person answer for a finding until a day (责任单位、责任人、期限); `previous` had it before, with the same day."""

    finding_no: str
    town: str
    unit: str
    responsible: str
    previous: str
    severity: str
    due_on: date
    assigned_on: date
    assigned_by: str
    note: str
    pack_version: str


@fact("audit", "finding_answered", subject="finding")
class FindingAnswered(Fact, frozen=True, kw_only=True):
    """Who answers for it says what was done, with records and papers that show it; to be verified by a day."""

    finding_no: str
    town: str
    measures: str
    evidence: tuple[Evidence, ...]
    evidence_files: tuple[str, ...]
    answered_on: date
    answered_by: str
    due_on: date
    verify_by: date


@fact("audit", "rectification_verified", subject="finding")
class RectificationVerified(Fact, frozen=True, kw_only=True):
    """Somebody else looked: accepted, or sent back, to be put right by another day (`rectify_by`)."""

    finding_no: str
    town: str
    outcome: str
    note: str
    verified_on: date
    verified_by: str
    responsible: str
    rectify_by: date | None


@fact("audit", "finding_closed", subject="finding")
class FindingClosed(Fact, frozen=True, kw_only=True):
    """Closed (销号) after `verified_by` found it put right."""

    finding_no: str
    town: str
    severity: str
    note: str
    document: str
    closed_on: date
    closed_by: str
    verified_by: str


@fact("audit", "finding_contested", subject="finding")
class FindingContested(Fact, frozen=True, kw_only=True):
    """Who answers for it says that it is wrong (异议); its clock stands still until that is decided."""

    finding_no: str
    town: str
    statement: str
    evidence_files: tuple[str, ...]
    contested_on: date
    contested_by: str
    decide_by: date


@fact("audit", "finding_contest_decided", subject="finding")
class FindingContestDecided(Fact, frozen=True, kw_only=True):
    """The objection is upheld, and the finding stands no more (不成立); or rejected, and its clock runs on until `due_on`."""

    finding_no: str
    town: str
    severity: str
    outcome: str
    reason: str
    decided_on: date
    decided_by: str
    due_on: date | None


@fact("audit", "rectification_extension_requested", subject="finding")
class RectificationExtensionRequested(Fact, frozen=True, kw_only=True):
    """Who answers for it asks for more working days, with a reason."""

    finding_no: str
    town: str
    workdays: int
    reason: str
    requested_on: date
    requested_by: str


@fact("audit", "rectification_extension_decided", subject="finding")
class RectificationExtensionDecided(Fact, frozen=True, kw_only=True):
    """Somebody else granted the extension or did not; only then does the last day move."""

    finding_no: str
    town: str
    approved: bool
    workdays: int
    reason: str
    due_before: date
    due_on: date
    decided_on: date
    decided_by: str
    pack_version: str


@fact("audit", "rectification_overdue", subject="finding")
class RectificationOverdue(Fact, frozen=True, kw_only=True):
    """A finding's clock ran out; stated by its timer at each step of the escalation: who is told, and when the next is."""

    finding_no: str
    town: str
    clock: str
    due_on: date
    responsible: str
    step: int
    told: str
    next_on: date | None


@fact("audit", "finding_escalated", subject="finding")
class FindingEscalated(Fact, frozen=True, kw_only=True):
    """The bureau's leader passes a finding on to handling and accountability (处理、追责); `misuse_no`: payroll's, where money is."""

    finding_no: str
    town: str
    reason: str
    document: str
    misuse_no: str
    escalated_on: date
    escalated_by: str


@fact("audit", "finding_handled", subject="finding")
class FindingHandled(Fact, frozen=True, kw_only=True):
    """What was done about an escalated finding (处理), by which document."""

    finding_no: str
    town: str
    measure: str
    document: str
    handled_on: date
    handled_by: str


@fact("audit", "finding_accounted", subject="finding")
class FindingAccounted(Fact, frozen=True, kw_only=True):
    """Somebody is held accountable (追责), or it was decided by document that nobody is: `accountable` is empty then."""

    finding_no: str
    town: str
    accountable: str
    role: str
    outcome: str
    document: str
    decided_on: date
    decided_by: str


@fact("audit", "finding_misuse_linked", subject="finding")
class FindingMisuseLinked(Fact, frozen=True, kw_only=True):
    """Payroll has a case of misused money that rests on this finding."""

    finding_no: str
    town: str
    misuse_no: str


@fact("audit", "finding_suppressed", subject="finding")
class FindingSuppressed(Fact, frozen=True, kw_only=True):
    """A finding rests until a day by an approved suppression; it stays on record, and its clock stands still."""

    finding_no: str
    town: str
    suppression_no: str
    until: date
    reason: str
    proposed_by: str
    approved_by: str
    suppressed_on: date


@fact("audit", "finding_released", subject="finding")
class FindingReleased(Fact, frozen=True, kw_only=True):
    """A suppression ended: the finding stands as before, its clock with the days that were left."""

    finding_no: str
    town: str
    suppression_no: str
    status: str
    due_on: date | None
    released_on: date


@fact("audit", "finding_recurred", subject="finding")
class FindingRecurred(Fact, frozen=True, kw_only=True):
    """The same test objects about the same subject on other records; a closed finding is open again (`reopened`)."""

    finding_no: str
    town: str
    severity: str
    recurred_in: str
    reopened: bool
    noted_on: date
