"""Read model of officers: post, papers, standing and latest appraisal; no personal field."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.deciding import CHINA, Model, Record
from services.contracts.payroll import (
    AppraisalConfirmed,
    BankAccountChanged,
    CertificateRecorded,
    CertificateRevoked,
    ExitWithdrawn,
    OfficerAppointed,
    OfficerContract,
    OfficerContractRecorded,
    OfficerLeft,
    OfficerTakenOver,
    PositionChanged,
    ReassignmentApproved,
    ReassignmentRefused,
    ReassignmentReported,
)
from services.contracts.registry import Fact
from services.payroll.projections.keys import id_of_subject

NO_QUALIFICATION: Final = "none"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that counts, as far as a reader may see it."""

    qualification: str
    issued_on: date


class Appraised(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmed quarter; `work_counted`: on how many work records it rests."""

    year: int
    quarter: int
    grade: str
    coefficient_permille: int
    work_counted: int


class OfficerRow(msgspec.Struct, frozen=True, kw_only=True):
    """An officer's post and standing; `coefficient_permille` is that of the latest appraised quarter, if any.

    `qualification` is that of the certificate issued last of those `held`; by which of them pay goes is the slip's to
    say. Years of service count from `service_from_on`. `unapproved` moves or duties were reported and count for nothing yet;
    `account_changed_on` is when pay last got another account. `quarters`: every confirmed one, the last said of each.
    """

    officer: str
    town: str
    post_no: str
    position: str
    education: str
    qualification: str
    qualified_on: date | None
    appointed_on: date
    contract_mode: str
    appraised_year: int | None = None
    appraised_quarter: int | None = None
    grade: str | None = None
    coefficient_permille: int | None = None
    major: str = ""
    status: Literal["on_post", "left"] = "on_post"
    entered: Literal["taken_over", "appointed"] = "taken_over"
    service_from_on: date | None = None
    on_post_from_on: date | None = None
    last_day_on: date | None = None
    exit_reason: str = ""
    contract_no: str = ""
    contract_until_on: date | None = None
    contract_conflict: str = ""
    payer: str = ""
    preferred: bool = False
    exceptions: tuple[str, ...] = ()
    unapproved: tuple[str, ...] = ()
    account_changed_on: date | None = None
    held: dict[str, Held] = {}
    quarters: tuple[Appraised, ...] = ()


def _officer(row: OfficerRow | None, record: Record, _: str) -> OfficerRow | None:
    match record.fact:
        case OfficerTakenOver() as fact:
            return _taken_over(fact)
        case OfficerAppointed() as fact:
            return _appointed(fact)
        case _ if row is None:
            return None
        case AppraisalConfirmed() as fact:
            return _appraised(row, fact)
        case CertificateRecorded() as fact:
            held = Held(qualification=fact.qualification, issued_on=fact.issued_on)
            return _qualified(row, row.held | {fact.certificate: held})
        case CertificateRevoked() as fact:
            return _qualified(row, {name: one for name, one in row.held.items() if name != fact.certificate})
        case BankAccountChanged():
            return msgspec.structs.replace(row, account_changed_on=record.envelope.time.astimezone(CHINA).date())
        case fact:
            return _moved(row, fact)


def _taken_over(fact: OfficerTakenOver) -> OfficerRow:
    row = OfficerRow(
        officer=fact.officer,
        town=fact.town,
        post_no=fact.post_no,
        position=fact.position,
        education=fact.education,
        qualification=fact.qualification,
        qualified_on=fact.qualified_on,
        appointed_on=fact.appointed_on,
        contract_mode=fact.contract_mode,
        major=fact.major,
        service_from_on=fact.service_from_on or fact.appointed_on,
        on_post_from_on=fact.appointed_on,
        held=_held_at_first(fact),
    )
    return row if fact.contract is None else _contracted(row, fact.contract)


def _held_at_first(fact: OfficerTakenOver) -> dict[str, Held]:
    """Certificates as they were taken over; what was only said to be held is one without a number."""
    held = {
        one.certificate: Held(qualification=one.qualification, issued_on=one.issued_on) for one in fact.certificates
    }
    if held or fact.qualified_on is None:
        return held
    return {"taken_over": Held(qualification=fact.qualification, issued_on=fact.qualified_on)}


def _appointed(fact: OfficerAppointed) -> OfficerRow:
    row = OfficerRow(
        officer=fact.officer,
        town=fact.town,
        post_no=fact.post_no,
        position=fact.position,
        education=fact.education,
        qualification=NO_QUALIFICATION,
        qualified_on=None,
        appointed_on=fact.appointed_on,
        contract_mode=fact.contract.mode,
        major=fact.major,
        entered="appointed",
        service_from_on=fact.appointed_on,
        on_post_from_on=fact.appointed_on,
        preferred=fact.preferred,
        exceptions=tuple(one.rule for one in fact.exceptions),
    )
    return _contracted(row, fact.contract)


def _contracted(row: OfficerRow, contract: OfficerContract) -> OfficerRow:
    return msgspec.structs.replace(
        row,
        contract_no=contract.contract_no,
        contract_mode=contract.mode,
        contract_until_on=contract.until_on,
        contract_conflict=contract.conflict,
        payer=contract.payer,
    )


def _appraised(row: OfficerRow, fact: AppraisalConfirmed) -> OfficerRow:
    said = Appraised(
        year=fact.year,
        quarter=fact.quarter,
        grade=fact.grade,
        coefficient_permille=fact.coefficient_permille,
        work_counted=fact.work_counted,
    )
    others = (one for one in row.quarters if (one.year, one.quarter) != (fact.year, fact.quarter))
    row = msgspec.structs.replace(row, quarters=(*others, said))
    if (fact.year, fact.quarter) < (row.appraised_year or 0, row.appraised_quarter or 0):
        return row
    return msgspec.structs.replace(
        row,
        appraised_year=fact.year,
        appraised_quarter=fact.quarter,
        grade=fact.grade,
        coefficient_permille=fact.coefficient_permille,
    )


def _qualified(row: OfficerRow, held: dict[str, Held]) -> OfficerRow:
    # Of two of one day the one stated later.
    last = max(reversed(held.values()), key=lambda one: one.issued_on, default=None)
    return msgspec.structs.replace(
        row,
        held=held,
        qualification=last.qualification if last else NO_QUALIFICATION,
        qualified_on=last.issued_on if last else None,
    )


def _moved(row: OfficerRow, fact: Fact) -> OfficerRow:
    replace = msgspec.structs.replace
    match fact:
        case OfficerContractRecorded():
            return _contracted(row, fact.contract)
        case PositionChanged():
            return replace(row, position=fact.position)
        case ReassignmentReported():
            return replace(row, unapproved=(*row.unapproved, fact.report_no))
        case ReassignmentRefused():
            return replace(row, unapproved=_others(row.unapproved, fact.report_no))
        case ReassignmentApproved():
            waiting = _others(row.unapproved, fact.report_no)
            if fact.kind != "move":
                return replace(row, unapproved=waiting)
            return replace(
                row,
                town=fact.town,
                post_no=fact.post_no,
                on_post_from_on=fact.effective_on,
                unapproved=waiting,
            )
        case OfficerLeft():
            return replace(row, status="left", last_day_on=fact.last_day_on, exit_reason=fact.reason)
        case ExitWithdrawn():
            return replace(row, status="on_post", last_day_on=None, exit_reason="")
        case _:
            return row


def _others(numbers: tuple[str, ...], number: str) -> tuple[str, ...]:
    return tuple(one for one in numbers if one != number)


OFFICERS: Final = Model(
    name="officers",
    row=OfficerRow,
    listens=(
        OfficerTakenOver,
        OfficerAppointed,
        AppraisalConfirmed,
        CertificateRecorded,
        CertificateRevoked,
        BankAccountChanged,
        OfficerContractRecorded,
        PositionChanged,
        ReassignmentReported,
        ReassignmentApproved,
        ReassignmentRefused,
        OfficerLeft,
        ExitWithdrawn,
    ),
    keys=id_of_subject,
    evolve=_officer,
)
