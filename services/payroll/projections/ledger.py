"""Read models of the ledger (三): the journal, an entry a money fact, and the balance of every account; they name no person."""

from datetime import date
from typing import Final

import msgspec

from services.contracts.deciding import CHINA, Model, Record
from services.contracts.money import Fen
from services.payroll.domain.postings import POSTED, Posting, postings


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry: the fact it books (its id is the key), its day, and postings whose debits equal their credits."""

    day: date
    subject: str
    fact: str
    postings: tuple[Posting, ...]


class BalanceRow(msgspec.Struct, frozen=True, kw_only=True):
    """What was debited and credited to one account and detail, as far as this partition knows; readers add partitions up."""

    debit_fen: Fen = Fen(0)
    credit_fen: Fen = Fen(0)


def _of(record: Record) -> tuple[Posting, ...]:
    return postings(record.fact, record.envelope.subject)


def _entry_keys(record: Record) -> tuple[str, ...]:
    return (record.envelope.id,) if _of(record) else ()


def _entry(_: LedgerRow | None, record: Record, __: str) -> LedgerRow:
    return LedgerRow(
        day=record.envelope.time.astimezone(CHINA).date(),
        subject=record.envelope.subject,
        fact=type(record.fact).__name__,
        postings=_of(record),
    )


LEDGER: Final = Model(
    name="ledger",
    row=LedgerRow,
    listens=POSTED,
    keys=_entry_keys,
    evolve=_entry,
    listed_by="day",
)


def _balance_keys(record: Record) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{one.account}/{one.of}" for one in _of(record)))


def _balance(row: BalanceRow | None, record: Record, key: str) -> BalanceRow:
    debit_fen, credit_fen = (row.debit_fen, row.credit_fen) if row else (0, 0)
    for one in _of(record):
        if f"{one.account}/{one.of}" == key:
            debit_fen += one.amount_fen if one.side == "debit" else 0
            credit_fen += one.amount_fen if one.side == "credit" else 0
    return BalanceRow(debit_fen=Fen(debit_fen), credit_fen=Fen(credit_fen))


BALANCES: Final = Model(
    name="balances",
    row=BalanceRow,
    listens=POSTED,
    keys=_balance_keys,
    evolve=_balance,
)
