"""Read model of runs: totals, who did what, and what the bank said."""

from typing import Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    BankFileIssued,
    BankReturnImported,
    RunApproved,
    RunChecked,
    RunDrafted,
    RunFunded,
)
from services.payroll.projections.keys import id_of_subject


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


RUNS: Final = Model(
    name="runs",
    row=RunRow,
    listens=(RunDrafted, RunChecked, RunApproved, RunFunded, BankFileIssued, BankReturnImported),
    keys=id_of_subject,
    evolve=_run,
)
