"""What may be asked about an officer, a command each; names and numbers of people come in clear, and leave sealed."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.contracts.deciding import Command
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import YearToDate
from services.payroll.domain.shapes import (
    Code,
    CodeOrEmpty,
    Line,
    OfficerNo,
    PostNo,
    PostNoOrEmpty,
    Pseudonym,
    Reference,
    ReferenceOrEmpty,
    Sha256,
    TownCode,
    Word,
)


class OfOfficer(Command, frozen=True, kw_only=True):
    """About one officer."""

    officer: OfficerNo

    @property
    def subject(self) -> str:
        return f"officer:{self.officer}"


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contract as it is signed; the rules say who pays, withholds and insures under its mode."""

    contract_no: Reference
    mode: Code
    from_on: date
    until_on: date | None = None
    document: Line


class Held(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A professional certificate somebody holds; its number comes in clear."""

    number: Word
    qualification: Code
    issued_on: date
    expires_on: date | None = None
    document: Line


class TakeOverOfficer(OfOfficer, frozen=True, kw_only=True):
    """Take over an incumbent from stock (接续登记), with source and document; incumbents keep what they have.

    `year_to_date` covers the months of this tax year that were paid before; this software pays from the month after.
    `service_from_on` with `tenure_document`: years of service from before the present appointment. `post_fault` is the
    edge's: why the post cannot be this officer's, empty when it can.
    """

    post_no: str
    town: str
    resident_id: str
    name: str
    phone: str
    bank_account: str
    appointed_on: date
    position: str
    education: str
    qualification: str
    qualified_on: date | None
    contract_mode: str
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    year_to_date: YearToDate
    source: str
    document: str
    major: Word = ""
    service_from_on: date | None = None
    tenure_document: Line = ""
    certificates: Annotated[tuple[Held, ...], Meta(max_length=10)] = ()
    contract: Terms | None = None
    post_fault: str = ""


class NotePost(OfOfficer, frozen=True, kw_only=True):
    """A post is kept for this officer; caused by the reservation."""

    person: Pseudonym
    post_no: PostNo
    town: TownCode
    free_from_on: date | None = None


class GiveUpPost(OfOfficer, frozen=True, kw_only=True):
    """Do not take the post that is kept for this officer."""

    reason: Line


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A selected candidate of a recruitment round, as the edge read it; `selected_on`: before that day nobody is appointed."""

    person: str
    town: str
    education: str
    exception_reason: str
    exception_document: str
    selected_on: date | None = None


class Excepted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exception from a rule of appointments, with its reason and the document that allows it."""

    rule: Literal["diploma", "recruitment"]
    reason: Line
    document: Line


class AppointOfficer(OfOfficer, frozen=True, kw_only=True):
    """Appoint a new officer to the post kept for them, out of a recruitment round.

    Below the diploma, or without a round, only with a recorded exception. `account_holders` (other officers with this
    account) and `chosen` (the candidate) are the edge's.
    """

    resident_id: Word
    name: Word
    phone: Word
    bank_account: Word
    appointed_on: date
    position: Code
    education: Word
    major: Word = ""
    certificates: Annotated[tuple[Held, ...], Meta(max_length=10)] = ()
    contract: Terms
    special_deduction_fen: Annotated[int, Meta(ge=0)] = 0
    round_no: ReferenceOrEmpty = ""
    candidate_no: ReferenceOrEmpty = ""
    exceptions: Annotated[tuple[Excepted, ...], Meta(max_length=2)] = ()
    document: Line
    account_holders: tuple[str, ...] = ()
    chosen: Chosen | None = None


class RecordContract(OfOfficer, frozen=True, kw_only=True):
    """Record the contract that holds from a day on."""

    contract: Terms


class RecordCertificate(OfOfficer, frozen=True, kw_only=True):
    """Record a professional certificate, or the same one corrected or renewed."""

    held: Held


class RevokeCertificate(OfOfficer, frozen=True, kw_only=True):
    """Let a certificate count no more from a day on; `certificate` is its pseudonym."""

    certificate: Pseudonym
    invalid_from_on: date
    reason: Line
    document: Line


class ExpireCertificate(OfOfficer, frozen=True, kw_only=True):
    """State that a certificate ran out; issued by the clock."""

    certificate: Pseudonym
    expires_on: date


class ChangePosition(OfOfficer, frozen=True, kw_only=True):
    """Change the position on the same post from a day on."""

    position: Code
    from_on: date
    document: Line


class DeclareSpecialDeduction(OfOfficer, frozen=True, kw_only=True):
    """Special additional deductions a month from a month on; zero ends them."""

    from_month: Month
    monthly_fen: Annotated[int, Meta(ge=0)]
    document: Line


class DeclareTaxStanding(OfOfficer, frozen=True, kw_only=True):
    """What of a tax year changes the basic deduction: a first job, or last year's months and wages with this payer."""

    year: Annotated[int, Meta(ge=1990, le=2200)]
    first_job: bool = False
    last_year_months: Annotated[int, Meta(ge=0, le=12)] | None = None
    last_year_income_fen: Annotated[int, Meta(ge=0)] | None = None
    document: Line


class PaidWages(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer was paid in a year: gross of all slips of its approved runs, and how many months had one."""

    months: int
    gross_fen: Fen


class SetContributionBase(OfOfficer, frozen=True, kw_only=True):
    """Set the insurance base from a month on by what was paid in `wage_year`; another base than that takes a reason.

    `wages` is the edge's: what this software paid. Where it did not pay the whole year, the base is stated with a reason.
    """

    from_month: Month
    wage_year: Annotated[int, Meta(ge=1990, le=2200)]
    base_fen: Annotated[int, Meta(gt=0)] | None = None
    reason: Line = ""
    document: Line
    wages: PaidWages | None = None


class ChangeBankAccount(OfOfficer, frozen=True, kw_only=True):
    """Send pay to another account, by the officer's signed request; `account_holders` are the edge's."""

    bank_account: Word
    document: Line
    account_holders: tuple[str, ...] = ()


class ChangePhone(OfOfficer, frozen=True, kw_only=True):
    """Record the phone an officer is reached at; the same phone again only where it was recorded without a pseudonym."""

    phone: Word
    document: Line


class RecordAbsence(OfOfficer, frozen=True, kw_only=True):
    """Record leave or absence; an absence of a number that is known is corrected, with a reason."""

    town: TownCode
    absence_no: Reference
    kind: Code
    from_on: date
    until_on: date | None = None
    evidence_sha256: Sha256
    corrects: Line = ""
    grounds: Annotated[tuple[Code, ...], Meta(max_length=10)] = ()


class CancelAbsence(OfOfficer, frozen=True, kw_only=True):
    """A recorded absence did not take place."""

    town: TownCode
    absence_no: Reference
    reason: Line


class ReportReassignment(OfOfficer, frozen=True, kw_only=True):
    """A town reports a move or an added duty, done or wished for; nothing counts before the bureau approves."""

    town: TownCode
    report_no: Reference
    kind: Literal["move", "duty"]
    to_town: TownCode
    duty: Word = ""
    since_on: date
    reason: Line


class ApproveReassignment(OfOfficer, frozen=True, kw_only=True):
    """The bureau approves a move to the post kept for the officer, or an added duty; reported before or not.

    `effective_on` may lie before today: pay differences follow by themselves. `to_post` is empty for an added duty.
    """

    approval_no: Reference
    report_no: ReferenceOrEmpty = ""
    kind: Literal["move", "duty"]
    to_post: PostNoOrEmpty = ""
    duty: Word = ""
    effective_on: date
    document: Line


class RefuseReassignment(OfOfficer, frozen=True, kw_only=True):
    """The bureau refuses what a town reported."""

    report_no: Reference
    reason: Line


class RecordExit(OfOfficer, frozen=True, kw_only=True):
    """An officer leaves; the post is vacant from the day after `last_day_on`."""

    last_day_on: date
    reason: CodeOrEmpty
    document: Line


class WithdrawExit(OfOfficer, frozen=True, kw_only=True):
    """An exit on record does not take place, before its day or stated by mistake; the officer stays on the post.

    `post_fault` is the edge's: why the post cannot be this officer's any more, empty when it can.
    """

    reason: Line
    document: Line
    post_fault: str = ""


class ConfirmAppraisal(OfOfficer, frozen=True, kw_only=True):
    """Confirm a closed quarter's appraisal; the pay scale in force gives the grade's coefficient, the actor confirms.

    `work_counted` is the number of work records the appraisal rests on.
    """

    year: int
    quarter: int
    grade: str
    work_counted: int


class ApplyAppraisal(OfOfficer, frozen=True, kw_only=True):
    """A settled quarter (``appraisal:…``) sets the officer's coefficient; a ruling later on sets another. By reaction only."""

    year: int
    quarter: int
    grade: str
    coefficient_permille: int
    settled_by: str
    work_counted: int


OfficerCommand = (
    TakeOverOfficer
    | NotePost
    | GiveUpPost
    | AppointOfficer
    | RecordContract
    | RecordCertificate
    | RevokeCertificate
    | ExpireCertificate
    | ChangePosition
    | DeclareSpecialDeduction
    | DeclareTaxStanding
    | SetContributionBase
    | ChangeBankAccount
    | ChangePhone
    | RecordAbsence
    | CancelAbsence
    | ReportReassignment
    | ApproveReassignment
    | RefuseReassignment
    | RecordExit
    | WithdrawExit
    | ConfirmAppraisal
    | ApplyAppraisal
)
