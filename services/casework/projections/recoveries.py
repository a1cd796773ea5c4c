"""Read model of recoveries: what each household was paid after its benefit had ended, what came back, what is still owed."""

from datetime import date
from typing import Final

import msgspec

from services.casework.projections.households import household_no_of
from services.contracts.casework import OverpaidMonth, RecoveryClaimed, RecoveryReceived
from services.contracts.deciding import Model, Record
from services.contracts.money import ZERO_FEN, Fen


class RecoveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One household by its number; `months` of all claims, `reason` and `claimed_on` of the latest."""

    town: str
    category: str
    reason: str
    months: tuple[OverpaidMonth, ...]
    claimed_fen: Fen
    claimed_on: date
    received_fen: Fen = ZERO_FEN
    left_fen: Fen = ZERO_FEN
    received_on: date | None = None


def _keys(record: Record) -> tuple[str, ...]:
    return (household_no_of(record),)


def _recovery(row: RecoveryRow | None, record: Record, _: str) -> RecoveryRow | None:
    match record.fact:
        case RecoveryClaimed() as fact:
            months = (*(row.months if row else ()), *fact.months)
            return RecoveryRow(
                town=fact.town, category=fact.category, reason=fact.reason, months=months,
                claimed_fen=Fen((row.claimed_fen if row else ZERO_FEN) + fact.amount_fen), claimed_on=fact.claimed_on,
                received_fen=row.received_fen if row else ZERO_FEN,
                left_fen=Fen((row.left_fen if row else ZERO_FEN) + fact.amount_fen),
                received_on=row.received_on if row else None,
            )  # fmt: skip
        case RecoveryReceived() as fact if row is not None:
            return msgspec.structs.replace(
                row,
                received_fen=Fen(row.received_fen + fact.amount_fen),
                left_fen=fact.left_fen,
                received_on=fact.received_on,
            )
        case _:
            return row


RECOVERIES: Final = Model(
    name="recoveries", row=RecoveryRow, listens=(RecoveryClaimed, RecoveryReceived), keys=_keys, evolve=_recovery
)
