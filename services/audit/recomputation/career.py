"""What was known of an officer by the facts of the officer's own stream; it computes no pay and reads no other stream.

Every entry keeps the version that said it. Of two entries about the same day the later said counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Generic, TypeVar

from services.contracts.months import Month
from services.contracts.payroll import (
    AbsenceCancelled,
    AbsenceRecorded,
    AppraisalConfirmed,
    BankAccountChanged,
    CertificateExpired,
    CertificateRecorded,
    CertificateRevoked,
    ContributionBaseSet,
    ExitWithdrawn,
    OfficerAppointed,
    OfficerContractRecorded,
    OfficerLeft,
    OfficerPostNoted,
    OfficerTakenOver,
    PositionChanged,
    ReassignmentApproved,
    ReassignmentRefused,
    ReassignmentReported,
    ReservationGivenUp,
    SpecialDeductionDeclared,
    TaxStandingDeclared,
    YearToDate,
)
from services.contracts.registry import Fact

NOBODY: Final[YearToDate] = YearToDate(months=0, income_fen=0, insurance_fen=0, special_fen=0, tax_fen=0)  # type: ignore[arg-type]
DAY: Final = timedelta(days=1)
CAREER: Final[tuple[type[Fact], ...]] = (
    OfficerTakenOver, OfficerAppointed, OfficerContractRecorded, PositionChanged, ReassignmentApproved, OfficerLeft, ExitWithdrawn,
    CertificateRecorded, CertificateRevoked, AbsenceRecorded, AbsenceCancelled, AppraisalConfirmed,
    ContributionBaseSet, SpecialDeductionDeclared, TaxStandingDeclared, BankAccountChanged,
)  # fmt: skip
# Facts of the stream that change no pay: only how far the stream has come.
PASSING: Final[tuple[type[Fact], ...]] = (
    CertificateExpired, OfficerPostNoted, ReservationGivenUp, ReassignmentReported, ReassignmentRefused,
)  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Since(Generic[T]):
    """What holds from a day on, and the version that said so."""

    day: date
    value: T
    version: int


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate: from its date, to its expiry."""

    from_on: date
    until_on: date | None
    qualification: str
    version: int


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, both days included."""

    from_on: date
    until_on: date | None
    kind: str
    grounds: tuple[str, ...]
    version: int

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class FromMonth:
    """A sum that holds from a month on: a contribution base, a special deduction."""

    month: Month
    amount_fen: int
    version: int


@dataclass(frozen=True, slots=True)
class Quarter:
    """A confirmed appraisal."""

    year: int
    quarter: int
    coefficient_permille: int
    version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What was declared of a tax year."""

    first_job: bool
    last_year_months: int | None
    last_year_income_fen: int


@dataclass(slots=True)
class Career:
    """One officer up to a version of the stream. Mutable while it is read."""

    appointed_on: date | None = None
    account: str = ""
    serves_since: date = date.max
    serves_version: int = 0
    places: list[Since[str]] = field(default_factory=list)
    positions: list[Since[str]] = field(default_factory=list)
    modes: list[Since[str]] = field(default_factory=list)
    last_day_on: date | None = None
    left_version: int = 0
    certificates: dict[str, Held] = field(default_factory=dict)
    absences: dict[str, Away] = field(default_factory=dict)
    quarters: list[Quarter] = field(default_factory=list)
    bases: list[FromMonth] = field(default_factory=list)
    specials: list[FromMonth] = field(default_factory=list)
    standings: dict[int, Standing] = field(default_factory=dict)
    paid_through: Month | None = None
    others_paid: YearToDate = NOBODY

    def read(self, fact: Fact, version: int) -> None:
        match fact:
            case OfficerTakenOver():
                self._begins(fact, fact.contract.mode if fact.contract else fact.contract_mode, version)
                self.serves_since = fact.service_from_on or fact.appointed_on
                self.paid_through, self.others_paid = fact.paid_through_month, fact.year_to_date
                for one in fact.certificates:
                    self.certificates[one.certificate] = Held(one.issued_on, one.expires_on, one.qualification, version)
                if not fact.certificates and fact.qualified_on is not None:
                    self.certificates["taken_over"] = Held(fact.qualified_on, None, fact.qualification, version)
            case OfficerAppointed():
                self._begins(fact, fact.contract.mode, version)
                self.paid_through = Month.of(fact.appointed_on).plus(-1)
            case OfficerLeft():
                self.last_day_on, self.left_version = fact.last_day_on, version
            case ExitWithdrawn():
                self.last_day_on, self.left_version = None, version
            case OfficerContractRecorded():
                self.modes.append(Since(fact.contract.from_on, fact.contract.mode, version))
            case PositionChanged():
                self.positions.append(Since(fact.from_on, fact.position, version))
            case ReassignmentApproved(kind="move"):
                self.places.append(Since(fact.effective_on, fact.town, version))
            case BankAccountChanged():
                self.account = fact.bank_account_pseudonym
            case _:
                self._terms(fact, version)

    def _begins(self, fact: OfficerTakenOver | OfficerAppointed, mode: str, version: int) -> None:
        first = fact.appointed_on
        self.appointed_on = self.serves_since = first
        self.serves_version = version
        self.account = fact.bank_account_pseudonym
        self.places = [Since(first, fact.town, version)]
        self.positions = [Since(first, fact.position, version)]
        self.modes = [Since(first, mode, version)]
        self.bases = [FromMonth(Month.of(first), fact.contribution_base_fen, version)]
        self.specials = [FromMonth(Month.of(first), fact.special_deduction_fen, version)]

    def _terms(self, fact: Fact, version: int) -> None:
        match fact:
            case CertificateRecorded():
                self.certificates[fact.certificate] = Held(fact.issued_on, fact.expires_on, fact.qualification, version)
            case CertificateRevoked():
                self._revoked(fact, version)
            case AbsenceRecorded():
                self.absences[fact.absence_no] = Away(fact.from_on, fact.until_on, fact.kind, fact.grounds, version)
            case AbsenceCancelled():
                self.absences.pop(fact.absence_no, None)
            case AppraisalConfirmed():
                self.quarters.append(Quarter(fact.year, fact.quarter, fact.coefficient_permille, version))
            case ContributionBaseSet():
                self.bases.append(FromMonth(fact.from_month, fact.base_fen, version))
            case SpecialDeductionDeclared():
                self.specials.append(FromMonth(fact.from_month, fact.monthly_fen, version))
            case TaxStandingDeclared():
                self.standings[fact.year] = Standing(
                    fact.first_job, fact.last_year_months, fact.last_year_income_fen or 0
                )
            case _:
                pass

    def _revoked(self, fact: CertificateRevoked, version: int) -> None:
        """It counts to the end of the month before; one that would never have counted is none."""
        held = self.certificates.pop(fact.certificate, None)
        if held is None or Month.of(fact.invalid_from_on) <= Month.of(held.from_on):
            return
        last_day = Month.of(fact.invalid_from_on).plus(-1).last_day
        until = last_day if held.until_on is None else min(last_day, held.until_on)
        self.certificates[fact.certificate] = replace(held, until_on=until, version=version)

    def on_post(self, day: date) -> bool:
        if self.appointed_on is None or day < self.appointed_on:
            return False
        return self.last_day_on is None or day <= self.last_day_on

    def others_paid_through(self, month: Month) -> Month:
        """The last month somebody else paid; a take-over that names none counts its months from January of `month`'s year."""
        if self.paid_through is not None:
            return self.paid_through
        return Month(month.year, 1).plus(self.others_paid.months - 1)


def career_of(facts: Iterable[tuple[int, Fact]]) -> Career:
    """The officer by these (version, fact), in the order of the stream."""
    career = Career()
    for version, fact in facts:
        career.read(fact, version)
    return career


def holds_on(day: date, said: list[Since[T]]) -> Since[T]:
    """What holds on a day: what began last, of that the last said; before anything began, what begins first."""
    begun = [one for one in said if one.day <= day]
    if begun:
        return max(begun, key=lambda one: (one.day, one.version))
    return min(said, key=lambda one: one.day)


def in_month(month: Month, said: list[FromMonth]) -> FromMonth | None:
    """The sum that holds in a month: from the latest month on, the last said of it."""
    begun = [one for one in said if one.month <= month]
    return max(begun, key=lambda one: (one.month, one.version), default=None)
