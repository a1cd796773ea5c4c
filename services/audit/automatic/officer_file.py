"""What the log knew of an officer at a version of their stream: posts, certificates, absences, contract; it judges nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from services.audit.automatic.noted import Noted, noted
from services.contracts.deciding import Record
from services.contracts.months import Month
from services.contracts.payroll import (
    AbsenceCancelled,
    AbsenceRecorded,
    AppraisalConfirmed,
    BankAccountChanged,
    CertificateExpired,
    CertificateRecorded,
    CertificateRevoked,
    CommandRefused,
    ContributionBaseSet,
    ExitWithdrawn,
    OfficerAppointed,
    OfficerContractRecorded,
    OfficerLeft,
    OfficerPhoneChanged,
    OfficerPostNoted,
    OfficerTakenOver,
    PositionChanged,
    ReassignmentApproved,
    ReassignmentRefused,
    ReassignmentReported,
    ReservationGivenUp,
    SpecialDeductionDeclared,
    TaxStandingDeclared,
)
from services.contracts.registry import Fact

FILED: Final[tuple[type[Fact], ...]] = (
    AbsenceCancelled,
    AbsenceRecorded,
    BankAccountChanged,
    CertificateRecorded,
    CertificateRevoked,
    OfficerAppointed,
    OfficerContractRecorded,
    OfficerLeft,
    OfficerPhoneChanged,
    ExitWithdrawn,
    OfficerTakenOver,
    ReassignmentApproved,
    ReassignmentRefused,
    ReassignmentReported,
)


# What else an officer's stream holds: nothing is kept of it but how far the stream was read.
COUNTED: Final[tuple[type[Fact], ...]] = (
    AppraisalConfirmed,
    CertificateExpired,
    CommandRefused,
    ContributionBaseSet,
    OfficerPostNoted,
    PositionChanged,
    ReservationGivenUp,
    SpecialDeductionDeclared,
    TaxStandingDeclared,
)


@dataclass(slots=True, kw_only=True)
class OfficerFile:
    """An officer's facts in the order of their stream, and up to which version it was read."""

    facts: list[Noted[Fact]] = field(default_factory=list)
    version: int = 0

    def up_to(self, version: int) -> Iterator[Noted[Fact]]:
        """The facts of the stream's first `version` ones, which is what a slip of that `officer_version` was made from."""
        return (one for one in self.facts if one.version <= version)


def take(files: dict[str, OfficerFile], record: Record) -> None:
    """Put a fact of an officer's stream into the officer's file; refusals about anything else are not theirs."""
    subject = record.envelope.subject
    if not subject.startswith("officer:"):
        return
    file = files.setdefault(subject, OfficerFile())
    file.version = record.envelope.streamversion
    if isinstance(record.fact, FILED):
        file.facts.append(noted(record, Fact))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """On a town's post from a day on, until the next place or the last day."""

    from_on: date
    town: str


def place_on(facts: Iterable[Noted[Fact]], day: date) -> Place | None:
    """Where the officer's post was on a day: the latest place begun by then, unless they had left (二(四), 四(二))."""
    known = tuple(facts)
    place: Place | None = None
    for n, one in enumerate(known):
        match one.fact:
            case OfficerTakenOver() | OfficerAppointed() as fact:
                begun = Place(from_on=fact.appointed_on, town=fact.town)
            case ReassignmentApproved(kind="move") as fact:
                begun = Place(from_on=fact.effective_on, town=fact.town)
            case OfficerLeft() as fact if fact.last_day_on < day and not _stayed(known[n + 1 :]):
                return None
            case _:
                continue
        if begun.from_on <= day and (place is None or begun.from_on >= place.from_on):
            place = begun
    return place


def _stayed(later: Iterable[Noted[Fact]]) -> bool:
    """Whether the exit stated before these was withdrawn."""
    return any(isinstance(one.fact, ExitWithdrawn) for one in later)


def days_on_post(facts: Iterable[Noted[Fact]], month: Month) -> int:
    """How many days of a month the officer was on some post."""
    known = tuple(facts)
    return sum(place_on(known, day) is not None for day in days_of(month))


def days_of(month: Month) -> Iterator[date]:
    day = month.first_day
    while day <= month.last_day:
        yield day
        day += timedelta(days=1)


def holds_qualification(facts: Iterable[Noted[Fact]], qualification: str, month: Month) -> bool:
    """Whether a certificate of that qualification counts in a month: issued before it began, in force on its first day.

    Revoked, it counts to the end of the month before it became invalid; recorded again, the last word counts.
    """
    held: dict[str, tuple[str, date, date | None]] = {}
    for one in facts:
        match one.fact:
            case OfficerTakenOver() as fact:
                for taken in fact.certificates:
                    held[taken.certificate] = (taken.qualification, taken.issued_on, taken.expires_on)
                if not fact.certificates and fact.qualified_on is not None:
                    held[""] = (fact.qualification, fact.qualified_on, None)
            case CertificateRecorded() as fact:
                held[fact.certificate] = (fact.qualification, fact.issued_on, fact.expires_on)
            case CertificateRevoked() as fact if fact.certificate in held:
                of, since, until = held[fact.certificate]
                ended = Month.of(fact.invalid_from_on).plus(-1).last_day
                held[fact.certificate] = (of, since, min(ended, until or ended))
    first = month.first_day
    return any(
        of == qualification and since < first and (until is None or first <= until)
        for of, since, until in held.values()
    )


def absences(facts: Iterable[Noted[Fact]]) -> dict[str, Noted[AbsenceRecorded]]:
    """The absences that stand, by number: the last word of each, cancelled ones left out."""
    standing: dict[str, Noted[AbsenceRecorded]] = {}
    for one in facts:
        match one.fact:
            case AbsenceRecorded() as fact:
                standing[fact.absence_no] = one  # type: ignore[assignment]  # just looked at
            case AbsenceCancelled() as fact:
                standing.pop(fact.absence_no, None)
    return standing


def contract_until(facts: Iterable[Noted[Fact]], day: date) -> tuple[Noted[Fact], date | None] | None:
    """The contract that holds or held last on a day, with its last day; None where no contract is on record."""
    latest: tuple[date, Noted[Fact], date | None] | None = None
    for one in facts:
        match one.fact:
            case OfficerTakenOver() | OfficerAppointed() | OfficerContractRecorded() as fact:
                contract = fact.contract
            case _:
                continue
        if contract is not None and contract.from_on <= day and (latest is None or contract.from_on >= latest[0]):
            latest = (contract.from_on, one, contract.until_on)
    return latest[1:] if latest else None
