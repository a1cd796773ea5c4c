"""Read models of runs: totals, who did what and what the bank said; bank files out; bank lines that wait for a person."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.deciding import CHINA, Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    BankFileExported,
    BankFileIssued,
    BankFileWithdrawn,
    BankLineHeld,
    BankReturnImported,
    HeldLineDecided,
    RecoveryReceived,
    RunApproved,
    RunChecked,
    RunClosed,
    RunDiscarded,
    RunDrafted,
    RunFunded,
    RunSourceCommitted,
    SlipReversed,
)
from services.payroll.projections.keys import id_of_subject


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """A month's run. `returned_…` count every returned line, also one that a later file settled.

    `paid`: every line is settled or reversed. `recovery_open_fen`: expected back of slips reversed after payment.
    `committed`: the sources that have set their charge aside.
    """

    month: Month
    status: Literal["drafted", "discarded", "checked", "approved", "funded", "issued", "paid", "closed"]
    slip_count: int
    gross_fen: Fen
    net_fen: Fen
    tax_fen: Fen
    employer_insurance_fen: Fen
    charges: dict[str, Fen]
    prepared_by: str
    draft_no: int = 1
    checked_by: str | None = None
    approved_by: str | None = None
    closed_by: str | None = None
    file_count: int = 0
    settled_count: int = 0
    settled_fen: Fen = Fen(0)
    returned_count: int = 0
    returned_fen: Fen = Fen(0)
    held_count: int = 0
    reversed_count: int = 0
    reversed_settled_count: int = 0
    reversed_fen: Fen = Fen(0)
    recovery_open_fen: Fen = Fen(0)
    committed: tuple[str, ...] = ()


def _run(row: RunRow | None, record: Record, _: str) -> RunRow | None:
    if isinstance(record.fact, RunDrafted):
        return _drafted_row(record.fact)
    if row is None:
        return None
    replace = msgspec.structs.replace
    match record.fact:
        case RunDiscarded():
            return replace(row, status="discarded")
        case RunChecked(checked_by=checked_by):
            return replace(row, status="checked", checked_by=checked_by)
        case RunApproved(approved_by=approved_by):
            return replace(row, status="approved", approved_by=approved_by)
        case RunSourceCommitted(source=source):
            return replace(row, committed=(*row.committed, source))
        case RunFunded():
            return replace(row, status="funded")
        case RunClosed(closed_by=closed_by):
            return replace(row, status="closed", closed_by=closed_by)
        case BankFileIssued(file_no=file_no):
            return replace(row, status="issued", file_count=file_no)
        case _:
            return _after_answer(row, record)


def _after_answer(row: RunRow, record: Record) -> RunRow:
    """The row after the bank's or a person's answer about lines; paid once nothing is left to pay."""
    replace = msgspec.structs.replace
    match record.fact:
        case BankReturnImported() as imported:
            row = replace(
                row,
                settled_count=row.settled_count + imported.settled_count,
                settled_fen=Fen(row.settled_fen + imported.settled_fen),
                returned_count=row.returned_count + imported.returned_count,
                returned_fen=Fen(row.returned_fen + imported.returned_fen),
                held_count=row.held_count + imported.held_count,
            )
        case HeldLineDecided() as decided:
            row = replace(row, held_count=row.held_count - 1)
            applied_fen = decided.amount_fen if decided.decision == "applied" else Fen(0)
            if applied_fen and decided.outcome == "settled":
                settled = Fen(row.settled_fen + applied_fen)
                row = replace(row, settled_count=row.settled_count + 1, settled_fen=settled)
            elif applied_fen:
                returned = Fen(row.returned_fen + applied_fen)
                row = replace(row, returned_count=row.returned_count + 1, returned_fen=returned)
        case SlipReversed() as fact:
            row = replace(
                row,
                reversed_count=row.reversed_count + 1,
                reversed_settled_count=row.reversed_settled_count + fact.settled,
                reversed_fen=Fen(row.reversed_fen + fact.net_fen),
                recovery_open_fen=Fen(row.recovery_open_fen + (fact.net_fen if fact.settled else 0)),
            )
        case RecoveryReceived() as fact:
            row = replace(row, recovery_open_fen=Fen(row.recovery_open_fen - fact.amount_fen))
    done = row.settled_count + row.reversed_count - row.reversed_settled_count
    return replace(row, status="paid") if row.status == "issued" and done == row.slip_count else row


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
        draft_no=drafted.draft_no,
    )


RUNS: Final = Model(
    name="runs",
    row=RunRow,
    listens=(
        RunDrafted, RunDiscarded, RunChecked, RunApproved, RunSourceCommitted, RunFunded, RunClosed, BankFileIssued, BankReturnImported,
        HeldLineDecided, SlipReversed, RecoveryReceived,
    ),
    keys=id_of_subject,
    evolve=_run,
    every_town="an officer's own slip says where the month's run stands; it names no officer",
)  # fmt: skip


class ExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One giving out of a bank file: when, to whom, in which layout, with the hash of its bytes."""

    exported_on: date
    exported_by: str
    profile: str
    file_sha256: str
    reason: str


class BankFileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bank file: control totals, the hash of its neutral rows, and to whom its bytes were given."""

    month: Month
    file_no: int
    line_count: int
    total_fen: Fen
    file_sha256: str
    withdrawn: bool = False
    exports: tuple[ExportRow, ...] = ()


def _file_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    assert isinstance(fact, (BankFileIssued, BankFileWithdrawn, BankFileExported))
    return (f"{fact.month}/{fact.file_no}",)


def _file(row: BankFileRow | None, record: Record, _: str) -> BankFileRow | None:
    match record.fact:
        case BankFileIssued() as fact:
            return BankFileRow(
                month=fact.month,
                file_no=fact.file_no,
                line_count=fact.line_count,
                total_fen=fact.total_fen,
                file_sha256=fact.file_sha256,
            )
        case BankFileWithdrawn() if row is not None:
            return msgspec.structs.replace(row, withdrawn=True)
        case BankFileExported() as fact if row is not None:
            given = ExportRow(
                exported_on=record.envelope.time.astimezone(CHINA).date(),
                exported_by=fact.exported_by,
                profile=fact.profile,
                file_sha256=fact.file_sha256,
                reason=fact.reason,
            )
            return msgspec.structs.replace(row, exports=(*row.exports, given))
        case _:
            return row


BANK_FILES: Final = Model(
    name="bank_files",
    row=BankFileRow,
    listens=(BankFileIssued, BankFileWithdrawn, BankFileExported),
    keys=_file_keys,
    evolve=_file,
)


class HeldLineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a bank's return that waits for a person; gone once somebody decided about it."""

    month: Month
    held_no: str
    row_no: int
    officer: str
    amount_fen: Fen
    outcome: str
    code: str


def _held_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, (BankLineHeld, HeldLineDecided))
    return (record.fact.held_no,)


def _held(_: HeldLineRow | None, record: Record, __: str) -> HeldLineRow | None:
    fact = record.fact
    if not isinstance(fact, BankLineHeld):
        return None
    return HeldLineRow(
        month=fact.month,
        held_no=fact.held_no,
        row_no=fact.row_no,
        officer=fact.officer,
        amount_fen=fact.amount_fen,
        outcome=fact.outcome,
        code=fact.code,
    )


HELD_LINES: Final = Model(
    name="held_lines",
    row=HeldLineRow,
    listens=(BankLineHeld, HeldLineDecided),
    keys=_held_keys,
    evolve=_held,
)
