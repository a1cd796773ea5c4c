"""Payroll's read models: officers, slips, runs, funds and filled posts; they hold no personal field."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    AppraisalConfirmed,
    BankFileIssued,
    BankReturnImported,
    FundBudgeted,
    FundCommitted,
    FundPaid,
    OfficerTakenOver,
    PaymentReturned,
    PaymentSettled,
    PayslipComputed,
    RunApproved,
    RunChecked,
    RunDrafted,
    RunFunded,
)
from services.payroll.pay import total


def _id_of_subject(record: Record) -> tuple[str, ...]:
    return (record.envelope.subject.partition(":")[2],)


class OfficerRow(msgspec.Struct, frozen=True, kw_only=True):
    """An officer's post and standing; `coefficient_permille` is that of the latest appraised quarter, if any."""

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


def _officer(row: OfficerRow | None, record: Record, _: str) -> OfficerRow | None:
    match record.fact:
        case OfficerTakenOver() as fact:
            names = OfficerRow.__struct_fields__[: OfficerRow.__struct_fields__.index("appraised_year")]
            return OfficerRow(**{name: getattr(fact, name) for name in names})
        case AppraisalConfirmed() as fact if row is not None:
            if (fact.year, fact.quarter) <= (row.appraised_year or 0, row.appraised_quarter or 0):
                return row
            return msgspec.structs.replace(
                row,
                appraised_year=fact.year,
                appraised_quarter=fact.quarter,
                grade=fact.grade,
                coefficient_permille=fact.coefficient_permille,
            )
        case _:
            return row


class PayslipRow(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's month. A returned line stays owed until a later file settles it."""

    officer: str
    month: Month
    town: str
    gross_fen: Fen
    personal_insurance_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    employer_insurance_fen: Fen
    status: Literal["computed", "settled", "returned"]


def _payslip_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    assert isinstance(fact, (PayslipComputed, PaymentSettled, PaymentReturned))
    return (f"{_id_of_subject(record)[0]}/{fact.officer}",)


def _payslip(row: PayslipRow | None, record: Record, _: str) -> PayslipRow | None:
    match record.fact:
        case PayslipComputed() as slip:
            return PayslipRow(
                officer=slip.officer,
                month=slip.month,
                town=slip.town,
                gross_fen=slip.gross_fen,
                personal_insurance_fen=total(slip.personal_insurance),
                tax_fen=slip.tax_fen,
                net_fen=slip.net_fen,
                employer_insurance_fen=total(slip.employer_insurance),
                status="computed",
            )
        case PaymentSettled() if row is not None:
            return msgspec.structs.replace(row, status="settled")
        case PaymentReturned() if row is not None:
            return msgspec.structs.replace(row, status="returned")
        case _:
            return row


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """A month's run. `returned_…` count every returned line, also one that a later file settled."""

    month: Month
    status: Literal["drafted", "checked", "approved", "funded", "issued", "paid"]
    slip_count: int
    gross_fen: Fen
    net_fen: Fen
    tax_fen: Fen
    employer_insurance_fen: Fen
    charges: dict[str, Fen]
    prepared_by: str
    checked_by: str | None = None
    approved_by: str | None = None
    settled_count: int = 0
    settled_fen: Fen = Fen(0)
    returned_count: int = 0
    returned_fen: Fen = Fen(0)


def _run(row: RunRow | None, record: Record, _: str) -> RunRow | None:
    if isinstance(record.fact, RunDrafted):
        return _drafted_row(record.fact)
    if row is None:
        return None
    replace = msgspec.structs.replace
    match record.fact:
        case RunChecked(checked_by=checked_by):
            return replace(row, status="checked", checked_by=checked_by)
        case RunApproved(approved_by=approved_by):
            return replace(row, status="approved", approved_by=approved_by)
        case RunFunded():
            return replace(row, status="funded")
        case BankFileIssued():
            return replace(row, status="issued")
        case BankReturnImported() as imported:
            settled_count = row.settled_count + imported.settled_count
            return replace(
                row,
                status="paid" if settled_count == row.slip_count else row.status,
                settled_count=settled_count,
                settled_fen=Fen(row.settled_fen + imported.settled_fen),
                returned_count=row.returned_count + imported.returned_count,
                returned_fen=Fen(row.returned_fen + imported.returned_fen),
            )
        case _:
            return row


def _drafted_row(drafted: RunDrafted) -> RunRow:
    return RunRow(
        month=drafted.month,
        status="drafted",
        slip_count=drafted.slip_count,
        gross_fen=drafted.gross_fen,
        net_fen=drafted.net_fen,
        tax_fen=drafted.tax_fen,
        employer_insurance_fen=drafted.employer_insurance_fen,
        charges={charge.code: charge.amount_fen for charge in drafted.charges},
        prepared_by=drafted.prepared_by,
    )


class FundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source's money of a year: `left_fen` is budget less committed; paid is part of committed."""

    budget_fen: Fen = Fen(0)
    committed_fen: Fen = Fen(0)
    paid_fen: Fen = Fen(0)
    left_fen: Fen = Fen(0)
    documents: tuple[str, ...] = ()


def _fund(row: FundRow | None, record: Record, _: str) -> FundRow | None:
    before = row or FundRow()
    match record.fact:
        case FundBudgeted() as fact:
            return msgspec.structs.replace(
                before,
                budget_fen=Fen(before.budget_fen + fact.amount_fen),
                left_fen=Fen(before.left_fen + fact.amount_fen),
                documents=(*before.documents, fact.document),
            )
        case FundCommitted() as fact:
            return msgspec.structs.replace(
                before,
                committed_fen=Fen(before.committed_fen + fact.amount_fen),
                left_fen=Fen(before.left_fen - fact.amount_fen),
            )
        case FundPaid() as fact:
            return msgspec.structs.replace(before, paid_fen=Fen(before.paid_fen + fact.amount_fen))
        case _:
            return row


class TownPostsRow(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of a town that are filled, as far as this partition knows; readers add the partitions up."""

    filled: int = 0


def _town_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, OfficerTakenOver)
    return (record.fact.town,)


def _town_posts(row: TownPostsRow | None, _: Record, __: str) -> TownPostsRow:
    return TownPostsRow(filled=(row.filled if row else 0) + 1)


MODELS: Final = (
    Model(
        name="officers",
        row=OfficerRow,
        listens=(OfficerTakenOver, AppraisalConfirmed),
        keys=_id_of_subject,
        evolve=_officer,
    ),
    Model(
        name="payslips",
        row=PayslipRow,
        listens=(PayslipComputed, PaymentSettled, PaymentReturned),
        keys=_payslip_keys,
        evolve=_payslip,
    ),
    Model(
        name="runs",
        row=RunRow,
        listens=(RunDrafted, RunChecked, RunApproved, RunFunded, BankFileIssued, BankReturnImported),
        keys=_id_of_subject,
        evolve=_run,
    ),
    Model(
        name="funds",
        row=FundRow,
        listens=(FundBudgeted, FundCommitted, FundPaid),
        keys=_id_of_subject,
        evolve=_fund,
    ),
    Model(
        name="posts_by_town",
        row=TownPostsRow,
        listens=(OfficerTakenOver,),
        keys=_town_keys,
        evolve=_town_posts,
    ),
)
