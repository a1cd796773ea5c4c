"""Read model of funds: what each source of a year has, promised and paid."""

from typing import Final

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.payroll import (
    FundBudgeted,
    FundCommitted,
    FundPaid,
)
from services.payroll.projections.keys import id_of_subject


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


FUNDS: Final = Model(
    name="funds",
    row=FundRow,
    listens=(FundBudgeted, FundCommitted, FundPaid),
    keys=id_of_subject,
    evolve=_fund,
)
