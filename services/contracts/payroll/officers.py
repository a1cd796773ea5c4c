"""Facts about an officer (专职低保员, 二(四), 四(二)): taken over, appointed, contracted, certified, absent, moved, gone."""

from datetime import date

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


class OfficerContract(msgspec.Struct, frozen=True, kw_only=True):
    """The contract an officer works under: purchaser – contract – contractor – officer, with its mode shown.

    Payer, withholding agent and insured unit follow from the mode. `conflict` names the article that a contract of
    this mode goes against (财政部令第102号 art. 10(5) where posts are bought): it is shown, not hidden.
    """

    contract_no: str
    mode: str
    from_on: date
    until_on: date | None
    payer: str
    withholding_agent: str
    insured_unit: str
    conflict: str
    document: str


class TakenCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A professional qualification that an incumbent brought; `certificate` is the pseudonym of its number."""

    certificate: str
    number: Personal
    qualification: str
    issued_on: date
    expires_on: date | None
    document: str


@fact("payroll", "officer_taken_over", subject="officer")
class OfficerTakenOver(Fact, frozen=True, kw_only=True):
    """An incumbent officer was taken over with post, tenure and certificates (接续登记).

    `paid_through_month` is the last month paid before: `year_to_date` belongs to its tax year. Years of service count
    from `service_from_on`, by `tenure_document`, where it is earlier than the present appointment.
    """

    officer: str
    post_no: str
    town: str
    person: str
    name: Personal
    resident_id: Personal
    phone: Personal
    bank_account: Personal
    bank_account_pseudonym: str
    appointed_on: date
    position: str
    education: str
    qualification: str
    qualified_on: date | None
    contract_mode: str
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    year_to_date: "YearToDate"
    source: str
    document: str
    paid_through_month: Month | None = None
    major: str = ""
    service_from_on: date | None = None
    tenure_document: str = ""
    certificates: tuple[TakenCertificate, ...] = ()
    contract: OfficerContract | None = None
    phone_pseudonym: str = ""


class YearToDate(msgspec.Struct, frozen=True, kw_only=True):
    """Cumulative withholding so far this tax year, the months before take-over."""

    months: int
    income_fen: Fen
    insurance_fen: Fen
    special_fen: Fen
    tax_fen: Fen


class AppointmentException(msgspec.Struct, frozen=True, kw_only=True):
    """Why a rule of appointments was not kept (`rule`: diploma, recruitment), and the document that allowed it."""

    rule: str
    reason: str
    document: str


@fact("payroll", "officer_post_noted", subject="officer")
class OfficerPostNoted(Fact, frozen=True, kw_only=True):
    """A post is kept for this officer, free from a day on: an appointment or a move to it may follow."""

    officer: str
    person: str
    post_no: str
    town: str
    free_from_on: date | None


@fact("payroll", "reservation_given_up", subject="officer")
class ReservationGivenUp(Fact, frozen=True, kw_only=True):
    """The post kept for this officer is not taken after all; it becomes vacant again."""

    officer: str
    post_no: str
    town: str
    reason: str


@fact("payroll", "officer_appointed", subject="officer")
class OfficerAppointed(Fact, frozen=True, kw_only=True):
    """A new officer was appointed to the post kept for them (选聘, 二(四)).

    From now on that takes a college diploma (大专) and a recruitment round; what was not kept stands in `exceptions`.
    `preferred`: a social-work degree or qualification. The contribution base is the first month's wage.
    """

    officer: str
    post_no: str
    town: str
    person: str
    name: Personal
    resident_id: Personal
    phone: Personal
    bank_account: Personal
    bank_account_pseudonym: str
    appointed_on: date
    position: str
    education: str
    major: str
    preferred: bool
    contract: OfficerContract
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    round_no: str
    candidate_no: str
    exceptions: tuple[AppointmentException, ...]
    document: str
    pack_version: str
    phone_pseudonym: str = ""


@fact("payroll", "officer_contract_recorded", subject="officer")
class OfficerContractRecorded(Fact, frozen=True, kw_only=True):
    """A new contract holds from a day on; pay follows its mode from then."""

    officer: str
    town: str
    contract: OfficerContract


@fact("payroll", "certificate_recorded", subject="officer")
class CertificateRecorded(Fact, frozen=True, kw_only=True):
    """A professional qualification (助理社会工作师 / 社会工作师 / 高级社会工作师) with its date and expiry.

    The same certificate recorded again takes the place of what was recorded before (a correction, a renewal).
    """

    officer: str
    town: str
    certificate: str
    number: Personal
    qualification: str
    issued_on: date
    expires_on: date | None
    document: str


@fact("payroll", "certificate_revoked", subject="officer")
class CertificateRevoked(Fact, frozen=True, kw_only=True):
    """A certificate does not count from a day on: revoked by its issuer, or found to be none."""

    officer: str
    town: str
    certificate: str
    qualification: str
    invalid_from_on: date
    reason: str
    document: str


@fact("payroll", "certificate_expired", subject="officer")
class CertificateExpired(Fact, frozen=True, kw_only=True):
    """A certificate ran out and was not renewed; stated by the clock the day after its last day."""

    officer: str
    town: str
    certificate: str
    qualification: str
    expires_on: date


@fact("payroll", "position_changed", subject="officer")
class PositionChanged(Fact, frozen=True, kw_only=True):
    """The bureau changed an officer's position on the same post from a day on (职务补贴 follows)."""

    officer: str
    town: str
    position: str
    previous: str
    from_on: date
    document: str


@fact("payroll", "special_deduction_declared", subject="officer")
class SpecialDeductionDeclared(Fact, frozen=True, kw_only=True):
    """Special additional deductions (专项附加扣除) a month, from a month on; zero ends them."""

    officer: str
    from_month: Month
    monthly_fen: Fen
    document: str


@fact("payroll", "tax_standing_declared", subject="officer")
class TaxStandingDeclared(Fact, frozen=True, kw_only=True):
    """What an officer declared of a tax year, or the take-over showed; the last said of a year counts.

    `first_job`: first wages of the year, here (公告2020年第13号). `last_year_months` with this payer and the wages in
    them (公告2020年第19号); None where payroll's own slips are to say it.
    """

    officer: str
    year: int
    first_job: bool
    last_year_months: int | None
    last_year_income_fen: Fen | None
    document: str


@fact("payroll", "contribution_base_set", subject="officer")
class ContributionBaseSet(Fact, frozen=True, kw_only=True):
    """The insurance base from a month on: what was paid in the year before by months (社会保险法 art. 12).

    `wages_fen` in `months` of `wage_year` gave `proposed_fen`; another `base_fen` has its reason.
    """

    officer: str
    from_month: Month
    base_fen: Fen
    proposed_fen: Fen
    wage_year: int
    months: int
    wages_fen: Fen
    reason: str
    document: str


@fact("payroll", "bank_account_changed", subject="officer")
class BankAccountChanged(Fact, frozen=True, kw_only=True):
    """Pay goes to another account from now on; who asked is the record's actor, when its time."""

    officer: str
    town: str
    bank_account: Personal
    bank_account_pseudonym: str
    previous_pseudonym: str
    document: str


@fact("payroll", "officer_phone_changed", subject="officer")
class OfficerPhoneChanged(Fact, frozen=True, kw_only=True):
    """The officer is reached at another phone from now on; no previous pseudonym where it was recorded without one."""

    officer: str
    town: str
    phone: Personal
    phone_pseudonym: str
    previous_pseudonym: str
    document: str


@fact("payroll", "absence_recorded", subject="officer")
class AbsenceRecorded(Fact, frozen=True, kw_only=True):
    """Leave or absence of a kind of the pack, from a day to a day, both included; without an end it goes on.

    The same number recorded again takes the place of what it said before, with the reason in `corrects`. `grounds`
    lengthen it; one that holds twice stands twice (a second further child).
    """

    officer: str
    town: str
    absence_no: str
    kind: str
    from_on: date
    until_on: date | None
    evidence_sha256: str
    corrects: str
    grounds: tuple[str, ...]


@fact("payroll", "absence_cancelled", subject="officer")
class AbsenceCancelled(Fact, frozen=True, kw_only=True):
    """A recorded absence did not take place."""

    officer: str
    town: str
    absence_no: str
    reason: str


@fact("payroll", "reassignment_reported", subject="officer")
class ReassignmentReported(Fact, frozen=True, kw_only=True):
    """A town reported that it moved an officer or gave added duty: raised, and without any effect (四(二)).

    Post and pay stay as they are until the bureau approves; `kind` is move or duty.
    """

    officer: str
    report_no: str
    kind: str
    from_town: str
    to_town: str
    duty: str
    since_on: date
    reason: str


@fact("payroll", "reassignment_approved", subject="officer")
class ReassignmentApproved(Fact, frozen=True, kw_only=True):
    """The bureau approved a move or an added duty; it counts from `effective_on`, which may lie before the approval.

    `report_no` is empty where the bureau was asked first. For an added duty post and town stay.
    """

    officer: str
    person: str
    approval_no: str
    report_no: str
    kind: str
    from_town: str
    from_post: str
    town: str
    post_no: str
    duty: str
    effective_on: date
    document: str


@fact("payroll", "reassignment_refused", subject="officer")
class ReassignmentRefused(Fact, frozen=True, kw_only=True):
    """The bureau refused what a town had reported: the officer's post stays, the town undoes it."""

    officer: str
    report_no: str
    from_town: str
    reason: str


@fact("payroll", "officer_left", subject="officer")
class OfficerLeft(Fact, frozen=True, kw_only=True):
    """An officer leaves after a last day; the post becomes vacant the day after."""

    officer: str
    town: str
    post_no: str
    last_day_on: date
    reason: str
    document: str


@fact("payroll", "exit_withdrawn", subject="officer")
class ExitWithdrawn(Fact, frozen=True, kw_only=True):
    """An exit that was stated does not take place, or was stated by mistake: the officer stays on the post.

    The post counts as taken again if nobody else has it by now; pay of months already run follows by difference lines.
    """

    officer: str
    person: str
    town: str
    post_no: str
    last_day_on: date
    reason: str
    document: str
