"""Read models of officers' papers: certificates with their expiry, absences, towns' attendance sheets; and the clock of expiry."""

from datetime import date
from typing import Any, Final, Literal

import msgspec

from services.contracts.codec import encoder
from services.contracts.deciding import Due, Model, Record
from services.contracts.months import Month
from services.contracts.payroll import (
    AbsenceCancelled,
    AbsenceRecorded,
    AttendanceSheetConfirmed,
    CertificateExpired,
    CertificateRecorded,
    CertificateRevoked,
    OfficerTakenOver,
    TakenCertificate,
)
from services.payroll.domain.officer import ExpireCertificate
from services.payroll.projections.keys import id_of_subject

_FOR_EVER: Final = date(9999, 12, 31)


class CertificateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate by ``<officer>/<pseudonym of its number>``; listed by the day it expires, those without one last."""

    officer: str
    town: str
    certificate: str
    qualification: str
    issued_on: date
    expires_on: date | None
    listed_on: date
    status: Literal["valid", "expired", "revoked"] = "valid"
    invalid_from_on: date | None = None
    document: str = ""


def _certificate_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    if isinstance(fact, OfficerTakenOver):
        return tuple(f"{fact.officer}/{one.certificate}" for one in fact.certificates)
    return (f"{fact.officer}/{fact.certificate}",)


def _stated(fact: Any, key: str) -> CertificateRecorded | TakenCertificate | None:
    """The certificate of that key that a fact states: recorded by itself, or brought by an incumbent."""
    if isinstance(fact, OfficerTakenOver):
        return next((one for one in fact.certificates if key.endswith(f"/{one.certificate}")), None)
    return fact if isinstance(fact, CertificateRecorded) else None


def _certificate(row: CertificateRow | None, record: Record, key: str) -> CertificateRow | None:
    fact: Any = record.fact
    stated = _stated(fact, key)
    if stated is not None:
        return CertificateRow(
            officer=fact.officer,
            town=fact.town,
            certificate=stated.certificate,
            qualification=stated.qualification,
            issued_on=stated.issued_on,
            expires_on=stated.expires_on,
            listed_on=stated.expires_on or _FOR_EVER,
            document=stated.document,
        )
    match record.fact:
        case CertificateExpired() if row is not None:
            return msgspec.structs.replace(row, status="expired")
        case CertificateRevoked() as fact if row is not None:
            return msgspec.structs.replace(row, status="revoked", invalid_from_on=fact.invalid_from_on)
        case _:
            return row


CERTIFICATES: Final = Model(
    name="certificates",
    row=CertificateRow,
    listens=(OfficerTakenOver, CertificateRecorded, CertificateRevoked, CertificateExpired),
    keys=_certificate_keys,
    evolve=_certificate,
    listed_by="listed_on",
)


def _due(_: Due | None, record: Record, key: str) -> Due | None:
    """A certificate's last day; renewed it is another, revoked or expired none."""
    fact: Any = record.fact
    stated = _stated(fact, key)
    if stated is None or stated.expires_on is None:
        return None
    last = stated.expires_on
    expire = ExpireCertificate(officer=fact.officer, certificate=stated.certificate, expires_on=last)
    return Due.after(last, subject=record.envelope.subject, command=encoder.encode(expire).decode())


DUE: Final = Model(
    name="due",
    row=Due,
    listens=(OfficerTakenOver, CertificateRecorded, CertificateRevoked, CertificateExpired),
    keys=_certificate_keys,
    evolve=_due,
    internal=True,
)


class AbsenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """Leave or absence by ``<officer>/<number>``; `corrected` says how often it was recorded anew."""

    officer: str
    town: str
    absence_no: str
    kind: str
    from_on: date
    until_on: date | None
    evidence_sha256: str
    status: Literal["recorded", "cancelled"] = "recorded"
    corrected: int = 0
    reason: str = ""
    grounds: tuple[str, ...] = ()


def _absence_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, (AbsenceRecorded, AbsenceCancelled))
    return (f"{record.fact.officer}/{record.fact.absence_no}",)


def _absence(row: AbsenceRow | None, record: Record, _: str) -> AbsenceRow | None:
    match record.fact:
        case AbsenceRecorded() as fact:
            return AbsenceRow(
                officer=fact.officer,
                town=fact.town,
                absence_no=fact.absence_no,
                kind=fact.kind,
                from_on=fact.from_on,
                until_on=fact.until_on,
                evidence_sha256=fact.evidence_sha256,
                corrected=0 if row is None else row.corrected + 1,
                reason=fact.corrects,
                grounds=fact.grounds,
            )
        case AbsenceCancelled() as fact if row is not None:
            return msgspec.structs.replace(row, status="cancelled", reason=fact.reason)
        case _:
            return row


ABSENCES: Final = Model(
    name="absences",
    row=AbsenceRow,
    listens=(AbsenceRecorded, AbsenceCancelled),
    keys=_absence_keys,
    evolve=_absence,
)


class AttendanceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A town's sheet of a month by ``<month>-<town>``; `unexplained` were absent, and no absence was on record then."""

    town: str
    month: Month
    officers: int
    present_days: int
    absent_days: int
    unexplained: tuple[str, ...]
    sheet_sha256: str
    confirmed_by: str
    confirmed_times: int
    corrects: str


def _attendance(row: AttendanceRow | None, record: Record, _: str) -> AttendanceRow:
    fact = record.fact
    assert isinstance(fact, AttendanceSheetConfirmed)
    return AttendanceRow(
        town=fact.town,
        month=fact.month,
        officers=len(fact.lines),
        present_days=sum(line.present_days for line in fact.lines),
        absent_days=sum(line.absent_days for line in fact.lines),
        unexplained=fact.unexplained,
        sheet_sha256=fact.sheet_sha256,
        confirmed_by=fact.confirmed_by,
        confirmed_times=1 if row is None else row.confirmed_times + 1,
        corrects=fact.corrects,
    )


ATTENDANCE: Final = Model(
    name="attendance",
    row=AttendanceRow,
    listens=(AttendanceSheetConfirmed,),
    keys=id_of_subject,
    evolve=_attendance,
)
