"""Folds an officer's facts into what is known over time; total: every fact ever written has its place or changes nothing."""

from typing import TypeVar

import msgspec

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
from services.payroll.domain.officer.state import Officer, Reported, Reserved, Since
from services.payroll.pay import (
    NOTHING_YET,
    Absent,
    Appraisal,
    Certified,
    ContributionBase,
    SpecialDeduction,
    TaxStanding,
)

TAKEN_OVER = "taken_over"
_replace = msgspec.structs.replace
T = TypeVar("T")


def evolve(officer: Officer, event: Fact) -> Officer:
    now = _replace(officer, version=officer.version + 1)
    match event:
        case OfficerTakenOver():
            return _taken_over(now, event)
        case OfficerAppointed():
            return _appointed(now, event)
        case OfficerPostNoted() | ReservationGivenUp():
            return _reservation(now, event)
        case ReassignmentReported() | ReassignmentApproved() | ReassignmentRefused():
            return _reassigned(now, event)
        case AbsenceRecorded() | AbsenceCancelled():
            return _absent(now, event)
        case CertificateRecorded() | CertificateRevoked() | CertificateExpired():
            return _certified(now, event)
        case OfficerLeft():
            return _replace(now, last_day_on=event.last_day_on, left_behind=now.version)
        case ExitWithdrawn():
            return _replace(now, last_day_on=None, left_behind=now.version)
        case _:
            return _terms(now, event)


def _taken_over(now: Officer, event: OfficerTakenOver) -> Officer:
    first, version = Month.of(event.appointed_on), now.version
    held = {
        one.certificate: Certified(
            from_on=one.issued_on, until_on=one.expires_on, behind=version, qualification=one.qualification
        )
        for one in event.certificates
    }
    if not held and event.qualified_on is not None:
        held[TAKEN_OVER] = Certified(
            from_on=event.qualified_on, behind=version, qualification=event.qualification
        )  # fmt: skip
    mode = event.contract.mode if event.contract is not None else event.contract_mode
    return _replace(
        now,
        officer=event.officer,
        person=event.person,
        bank_account_pseudonym=event.bank_account_pseudonym,
        phone_pseudonym=event.phone_pseudonym,
        appointed_on=event.appointed_on,
        service_from_on=event.service_from_on or event.appointed_on,
        service_behind=version,
        places=(Since(event.appointed_on, event.post_no, version, event.town),),
        positions=(Since(event.appointed_on, event.position, version),),
        modes=(Since(event.appointed_on, mode, version),),
        certificates=held,
        bases=(ContributionBase(from_month=first, base_fen=event.contribution_base_fen, behind=version),),
        deductions=(SpecialDeduction(from_month=first, monthly_fen=event.special_deduction_fen, behind=version),),
        paid_through_month=event.paid_through_month,
        year_to_date=event.year_to_date,
    )


def _appointed(now: Officer, event: OfficerAppointed) -> Officer:
    first, version = Month.of(event.appointed_on), now.version
    return _replace(
        now,
        officer=event.officer,
        person=event.person,
        bank_account_pseudonym=event.bank_account_pseudonym,
        phone_pseudonym=event.phone_pseudonym,
        appointed_on=event.appointed_on,
        service_from_on=event.appointed_on,
        service_behind=version,
        places=(Since(event.appointed_on, event.post_no, version, event.town),),
        positions=(Since(event.appointed_on, event.position, version),),
        modes=(Since(event.appointed_on, event.contract.mode, version),),
        bases=(ContributionBase(from_month=first, base_fen=event.contribution_base_fen, behind=version),),
        deductions=(SpecialDeduction(from_month=first, monthly_fen=event.special_deduction_fen, behind=version),),
        reserved=None,
        # Nothing is owed or was paid before the month of the appointment.
        paid_through_month=first.plus(-1),
        year_to_date=NOTHING_YET,
    )


def _reservation(now: Officer, event: OfficerPostNoted | ReservationGivenUp) -> Officer:
    if isinstance(event, ReservationGivenUp):
        return _replace(now, reserved=None)
    reserved = Reserved(
        post_no=event.post_no, town=event.town, person=event.person, free_from_on=event.free_from_on
    )  # fmt: skip
    return _replace(now, reserved=reserved)


def _reassigned(now: Officer, event: ReassignmentReported | ReassignmentApproved | ReassignmentRefused) -> Officer:
    if isinstance(event, ReassignmentReported):
        # Only remembered: no post and no pay changes by a report (四(二)).
        reported = Reported(kind=event.kind, to_town=event.to_town, since_on=event.since_on)
        return _replace(now, reports={**now.reports, event.report_no: reported})
    now = _replace(now, reports=_without(now.reports, event.report_no))
    if isinstance(event, ReassignmentRefused):
        return _replace(now, decided=(*now.decided, event.report_no))
    numbers = (event.approval_no, event.report_no) if event.report_no else (event.approval_no,)
    now = _replace(now, decided=(*now.decided, *numbers))
    if event.kind != "move":
        return now
    place = Since(event.effective_on, event.post_no, now.version, event.town)
    return _replace(now, places=(*now.places, place), reserved=None)


def _absent(now: Officer, event: AbsenceRecorded | AbsenceCancelled) -> Officer:
    if isinstance(event, AbsenceCancelled):
        return _replace(now, absences=_without(now.absences, event.absence_no))
    absence = Absent(
        from_on=event.from_on, until_on=event.until_on, behind=now.version, kind=event.kind, grounds=event.grounds
    )
    return _replace(now, absences={**now.absences, event.absence_no: absence})


def _certified(now: Officer, event: CertificateRecorded | CertificateRevoked | CertificateExpired) -> Officer:
    if isinstance(event, CertificateExpired):
        return _replace(now, expired=(*now.expired, event.certificate))
    if isinstance(event, CertificateRecorded):
        held = Certified(
            from_on=event.issued_on,
            until_on=event.expires_on,
            behind=now.version,
            qualification=event.qualification,
        )
        expired = tuple(one for one in now.expired if one != event.certificate)
        return _replace(now, certificates={**now.certificates, event.certificate: held}, expired=expired)
    known = now.certificates.get(event.certificate)
    if known is None or Month.of(event.invalid_from_on) <= Month.of(known.from_on):
        # It never counted in a month.
        return _replace(now, certificates=_without(now.certificates, event.certificate))
    until = Month.of(event.invalid_from_on).plus(-1).last_day
    ended = _replace(known, until_on=min(until, known.until_on or until), behind=now.version)
    return _replace(now, certificates={**now.certificates, event.certificate: ended})


def _terms(now: Officer, event: Fact) -> Officer:
    version = now.version
    match event:
        case AppraisalConfirmed():
            appraisal = Appraisal(
                year=event.year,
                quarter=event.quarter,
                coefficient_permille=event.coefficient_permille,
                behind=version,
            )
            return _replace(now, appraisals=(*now.appraisals, appraisal))
        case OfficerContractRecorded():
            mode = Since(event.contract.from_on, event.contract.mode, version)
            return _replace(now, modes=(*now.modes, mode))
        case PositionChanged():
            position = Since(event.from_on, event.position, version)
            return _replace(now, positions=(*now.positions, position))
        case SpecialDeductionDeclared():
            declared = SpecialDeduction(
                from_month=event.from_month, monthly_fen=event.monthly_fen, behind=version
            )  # fmt: skip
            return _replace(now, deductions=(*now.deductions, declared))
        case TaxStandingDeclared():
            standing = TaxStanding(
                year=event.year,
                first_job=event.first_job,
                last_year_months=event.last_year_months,
                last_year_income_fen=event.last_year_income_fen,
                behind=version,
            )
            return _replace(now, tax_standings=(*now.tax_standings, standing))
        case ContributionBaseSet():
            base = ContributionBase(from_month=event.from_month, base_fen=event.base_fen, behind=version)
            return _replace(now, bases=(*now.bases, base))
        case BankAccountChanged():
            return _replace(now, bank_account_pseudonym=event.bank_account_pseudonym)
        case OfficerPhoneChanged():
            return _replace(now, phone_pseudonym=event.phone_pseudonym)
        case _:
            return now


def _without(numbered: dict[str, T], number: str) -> dict[str, T]:
    return {name: one for name, one in numbered.items() if name != number}
