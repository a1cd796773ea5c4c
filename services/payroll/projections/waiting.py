"""Read models of what the bank's returns were and of what of a run waits for a person: reversals asked for, objections."""

from datetime import date
from typing import Any, Final

import msgspec

from services.contracts.deciding import CHINA, Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    BankReturnImported,
    PayslipContestAnswered,
    PayslipContested,
    SlipReversalDeclined,
    SlipReversalRequested,
    SlipReversed,
)


class BankReturnRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bank's return as it was taken in: the file's hash, and what became of its lines at once."""

    month: Month
    file_sha256: str
    imported_on: date
    settled_count: int
    settled_fen: Fen
    returned_count: int
    returned_fen: Fen
    held_count: int
    held_fen: Fen


def _return_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, BankReturnImported)
    return (f"{record.fact.month}/{record.fact.file_sha256}",)


def _return(_: BankReturnRow | None, record: Record, __: str) -> BankReturnRow:
    fact = record.fact
    assert isinstance(fact, BankReturnImported)
    return BankReturnRow(
        month=fact.month,
        file_sha256=fact.file_sha256,
        imported_on=record.envelope.time.astimezone(CHINA).date(),
        settled_count=fact.settled_count,
        settled_fen=fact.settled_fen,
        returned_count=fact.returned_count,
        returned_fen=fact.returned_fen,
        held_count=fact.held_count,
        held_fen=fact.held_fen,
    )


BANK_RETURNS: Final = Model(
    name="bank_returns", row=BankReturnRow, listens=(BankReturnImported,), keys=_return_keys, evolve=_return
)


class SlipReversalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A reversal that was asked for; gone once another person confirmed or declined it."""

    month: Month
    officer: str
    reason: str
    document: str
    requested_by: str


def _slip_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (f"{fact.month}/{fact.officer}",)


def _reversal(_: SlipReversalRow | None, record: Record, __: str) -> SlipReversalRow | None:
    fact = record.fact
    if not isinstance(fact, SlipReversalRequested):
        return None
    return SlipReversalRow(
        month=fact.month,
        officer=fact.officer,
        reason=fact.reason,
        document=fact.document,
        requested_by=fact.requested_by,
    )


SLIP_REVERSALS: Final = Model(
    name="slip_reversals",
    row=SlipReversalRow,
    listens=(SlipReversalRequested, SlipReversalDeclined, SlipReversed),
    keys=_slip_keys,
    evolve=_reversal,
)


class PayslipContestRow(msgspec.Struct, frozen=True, kw_only=True):
    """An objection to a line of a slip that waits for finance's answer; what the officer says stays sealed."""

    month: Month
    officer: str
    contest_no: str
    side: str
    code: str


def _contest_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, PayslipContested | PayslipContestAnswered)
    return (record.fact.contest_no,)


def _contest(_: PayslipContestRow | None, record: Record, __: str) -> PayslipContestRow | None:
    fact = record.fact
    if not isinstance(fact, PayslipContested):
        return None
    return PayslipContestRow(
        month=fact.month, officer=fact.officer, contest_no=fact.contest_no, side=fact.side, code=fact.code
    )


PAYSLIP_CONTESTS: Final = Model(
    name="payslip_contests",
    row=PayslipContestRow,
    listens=(PayslipContested, PayslipContestAnswered),
    keys=_contest_keys,
    evolve=_contest,
)
