"""Facts about one application on its way to a decision (四(一))."""

from datetime import date

from services.contracts.casework.checking import CheckedPerson
from services.contracts.casework.household import HouseholdMember
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


class ProcedureStep(Fact, frozen=True, kw_only=True):
    """A statutory step as the procedure pack had it at acceptance: its article, the last day where one is known then.

    `investigators_count` and `notice_days` are what the pack demands at least where the step is a survey or a notice,
    `valid_months` what it allows at most where it is a recognition's validity.
    """

    step: str
    article: str
    due_on: date | None = None
    investigators_count: int = 0
    notice_days: int = 0
    valid_months: int = 0


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
    """A household survey (入户调查). Invalid, with the points, unless two investigators and a family member signed (民发〔2021〕57号 art. 16).

    `mode`: household, or phone and video under the declared `emergency`, named by its document. `property_over`: the
    property limits (财产) found exceeded; None, nobody looked. `surveyed_by_town`: of the town that helped, if one did.
    """

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
    mode: str = "household"
    emergency: str = ""
    rigid_spending_per_head: Personal | None = None
    property_over: Personal | None = None
    surveyed_by_town: str = ""


@fact("casework", "information_check_requested", subject="household")
class InformationCheckRequested(Fact, frozen=True, kw_only=True):
    """The cross-check (家庭信息核查比对) was started with every member's authorisation (arts. 9, 17).

    `no_supporter`: it was declared that nobody owes the applicant maintenance, where supporters authorise too (tekun).
    """

    application_no: str
    town: str
    registers: tuple[str, ...]
    authorised_count: int
    check_no: str = ""
    requested_on: date | None = None
    persons: tuple[CheckedPerson, ...] = ()
    no_supporter: bool = False


@fact("casework", "information_check_returned", subject="household")
class InformationCheckReturned(Fact, frozen=True, kw_only=True):
    """Registers answered; conflicts are listed, never resolved silently (art. 18).

    `registers` are those that answered, none named: all that were asked. `unanswered` of them gave no answer and will give
    none, for `unanswered_reason`; what was open or contested of them is among `conflicts`. `conflict_persons`: whom they contradict.
    `settles_contest`: all that the household contested has been asked again and answered by now. `recheck_by`: where what
    was contested first is answered and something later is not, the last day of the clock from now on.
    """

    application_no: str
    town: str
    conflicts: tuple[str, ...]
    returned_on: date
    check_no: str = ""
    registers: tuple[str, ...] = ()
    conflict_persons: tuple[str, ...] = ()
    settles_contest: bool = False
    recheck_by: date | None = None
    unanswered: tuple[str, ...] = ()
    unanswered_reason: str = ""


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
    objected_on: date | None = None


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
    """The bureau visited the household itself, as it must for near relatives, objections and complaints (art. 20)."""

    application_no: str
    town: str
    visitors: tuple[str, ...]
    visited_on: date
    form_sha256: str


@fact("casework", "eligibility_confirmed", subject="household")
class EligibilityConfirmed(Fact, frozen=True, kw_only=True):
    """The bureau confirmed (审核确认); granted from the month after the decision (arts. 20-23).

    `top_up_fen` (分类施保, art. 27) and `care_fee_fen` (照料护理费, tekun) are parts of the amount; `missing_points`
    names what the grant still lacks without being refused for it, such as a care agreement.
    `papers_by`: an emergency was helped first, the papers follow by then. `reserve_fund`: the town decided a small sum
    from it. `valid_until`: of a recognition. `bureau_visited` counts for the share `spot_check_permille` (抽查).
    """

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
    top_up_fen: Fen = ZERO_FEN
    care_fee_fen: Fen = ZERO_FEN
    missing_points: tuple[str, ...] = ()
    papers_by: date | None = None
    reserve_fund: str = ""
    valid_until: date | None = None
    bureau_visited: bool = False
    spot_check_permille: int = 0


@fact("casework", "eligibility_refused", subject="household")
class EligibilityRefused(Fact, frozen=True, kw_only=True):
    """The bureau refused, in writing, with reason and remedies (arts. 21, 36-38).

    `remedies`: the rights that the written refusal names (行政复议、行政诉讼), each with its term.
    """

    application_no: str
    need: str
    town: str
    reason: str
    written_notice_by: date
    decided_on: date
    decided_by: str
    pack_version: str
    remedies: tuple[str, ...] = ()
    bureau_visited: bool = False
    spot_check_permille: int = 0


@fact("casework", "refusal_delivered", subject="household")
class RefusalDelivered(Fact, frozen=True, kw_only=True):
    """The written refusal with its reason and the rights of review (复议、诉讼) reached the applicant (arts. 21, 36-38)."""

    application_no: str
    town: str
    delivered_on: date
    due_on: date
    form_sha256: str
    remedies: tuple[str, ...] = ()
    review_by: date | None = None
    sue_by: date | None = None


@fact("casework", "case_closed", subject="household")
class CaseClosed(Fact, frozen=True, kw_only=True):
    """A case ended without a decision: its application was withdrawn at the window; its clocks stop."""

    application_no: str
    town: str
    reason: str


@fact("casework", "step_overdue", subject="household")
class StepOverdue(Fact, frozen=True, kw_only=True):
    """A statutory clock ran out; stated once by its timer."""

    application_no: str
    town: str
    clock: str
    due_on: date
    responsible: str
