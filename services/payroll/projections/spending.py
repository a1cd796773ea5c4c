"""Read models of what was committed and paid by town, month and purpose: sums a partition, so that they commute (ADR 1)."""

from collections.abc import Callable
from typing import Final

import msgspec

from services.contracts.deciding import CHINA, Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    BankReturnImported,
    FundCredited,
    FundReleased,
    InvoiceFunded,
    InvoicePaid,
    InvoiceWithdrawn,
    RunApproved,
    Spent,
    TownFundCommitted,
    TownFundPaid,
)
from services.payroll.domain.payee import PURCHASED

_LISTENS: Final = (
    RunApproved,
    BankReturnImported,
    FundReleased,
    FundCredited,
    InvoiceFunded,
    InvoicePaid,
    InvoiceWithdrawn,
    TownFundCommitted,
    TownFundPaid,
)


class SpendingRow(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of the four sources, and apart from them (`own_…`) of towns' own money, as far as this partition knows.

    What was released or came back is taken off.
    """

    committed_fen: Fen = Fen(0)
    paid_fen: Fen = Fen(0)
    own_committed_fen: Fen = Fen(0)
    own_paid_fen: Fen = Fen(0)


class TownSpendingRow(SpendingRow, frozen=True, kw_only=True):
    """A town's sums."""

    town: str = ""


def _spent(record: Record) -> tuple[Month, tuple[Spent, ...]]:
    """The month it counts in, and what it says was spent; a run's money counts in the run's month."""
    fact = record.fact
    written = Month.of(record.envelope.time.astimezone(CHINA).date())
    match fact:
        case RunApproved() | BankReturnImported():
            return fact.month, fact.by_town
        case FundReleased() | FundCredited():
            return Month.parse(fact.run) if fact.run else written, fact.by_town
        case InvoiceFunded():
            return written, fact.by_town
        case InvoiceWithdrawn(funded=True) if fact.payer_town:
            return written, fact.by_town  # the bureau's is told by what its source released
        case InvoicePaid():
            return Month.of(fact.paid_on), fact.by_town
        case TownFundCommitted(invoice="") | TownFundPaid(invoice=""):
            month = Month.of(fact.paid_on) if isinstance(fact, TownFundPaid) else written
            own = Spent(town=fact.town, purpose=PURCHASED, source="", document="", amount_fen=fact.amount_fen)
            return month, (own,)
        case _:
            return written, ()


def _signs(record: Record) -> tuple[int, int]:
    """How a fact's amounts count as committed and as paid."""
    match record.fact:
        case RunApproved() | InvoiceFunded() | TownFundCommitted():
            return 1, 0
        case FundReleased() | InvoiceWithdrawn():
            return -1, 0
        case FundCredited():
            return -1, -1
        case _:
            return 0, 1


Key = Callable[[Month, Spent], str]


def _keys(key: Key) -> Callable[[Record], tuple[str, ...]]:
    def keys(record: Record) -> tuple[str, ...]:
        month, spent = _spent(record)
        return tuple(dict.fromkeys(key(month, one) for one in spent))

    return keys


def _after(row: SpendingRow, record: Record, wanted: Callable[[Month, Spent], bool]) -> SpendingRow:
    month, spent = _spent(record)
    mine = [one for one in spent if wanted(month, one)]
    fen = sum(one.amount_fen for one in mine if one.source)
    own_fen = sum(one.amount_fen for one in mine if not one.source)
    committed, paid = _signs(record)
    return msgspec.structs.replace(
        row,
        committed_fen=Fen(row.committed_fen + committed * fen),
        paid_fen=Fen(row.paid_fen + paid * fen),
        own_committed_fen=Fen(row.own_committed_fen + committed * own_fen),
        own_paid_fen=Fen(row.own_paid_fen + paid * own_fen),
    )


def _model(name: str, key: Key) -> Model[SpendingRow]:
    def evolve(row: SpendingRow | None, record: Record, at: str) -> SpendingRow:
        return _after(row or SpendingRow(), record, lambda month, one: key(month, one) == at)

    return Model(name=name, row=SpendingRow, listens=_LISTENS, keys=_keys(key), evolve=evolve)


def _town_model(name: str, key: Key) -> Model[TownSpendingRow]:
    def evolve(row: TownSpendingRow | None, record: Record, at: str) -> TownSpendingRow:
        month, spent = _spent(record)
        town = next((one.town for one in spent if key(month, one) == at), "")
        after = _after(row or TownSpendingRow(town=town), record, lambda month, one: key(month, one) == at)
        assert isinstance(after, TownSpendingRow)
        return after

    return Model(name=name, row=TownSpendingRow, listens=_LISTENS, keys=_keys(key), evolve=evolve)


SPENDING: Final = _town_model(
    "spending", lambda month, one: f"{month}/{one.town}/{one.purpose}/{one.source or 'own'}/{one.document}"
)
SPENDING_BY_TOWN: Final = _town_model("spending_by_town", lambda month, one: f"{month.year}/{one.town}")
SPENDING_BY_MONTH: Final = _model("spending_by_month", lambda month, _: str(month))
SPENDING_BY_PURPOSE: Final = _model("spending_by_purpose", lambda month, one: f"{month.year}/{one.purpose}")
