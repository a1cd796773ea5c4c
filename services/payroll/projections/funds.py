"""Read models of the four sources: what each source of a year has, and each of its funding documents; nothing by town."""

from typing import Final

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.payroll import (
    FundBudgetChanged,
    FundBudgeted,
    FundCommitmentDeclined,
    FundCommitted,
    FundCredited,
    FundMovedIn,
    FundMovedOut,
    FundMoveReturned,
    FundPaid,
    FundReleased,
    FundTakenOver,
)
from services.contracts.registry import Fact
from services.payroll.domain.fund.state import added_up
from services.payroll.projections.keys import id_of_subject

_MONEY: Final = (
    FundBudgeted,
    FundBudgetChanged,
    FundTakenOver,
    FundCommitted,
    FundPaid,
    FundReleased,
    FundCredited,
    FundMovedOut,
    FundMovedIn,
    FundMoveReturned,
)


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What one fact changes, in fen: all documents together, or one of them."""

    budget_fen: int = 0
    committed_fen: int = 0
    paid_fen: int = 0
    credited_fen: int = 0


class FundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source's money of a year: `left_fen` is budget and what was credited, less committed; paid is part of committed.

    `budget_fen` has what was moved in or out; `declined` counts invoices that it could not set money aside for.
    """

    budget_fen: Fen = Fen(0)
    committed_fen: Fen = Fen(0)
    paid_fen: Fen = Fen(0)
    credited_fen: Fen = Fen(0)
    left_fen: Fen = Fen(0)
    documents: tuple[str, ...] = ()
    cap_basis_fen: Fen | None = None
    cap_basis_document: str = ""
    declined: int = 0


class FundDocumentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A funding document of a source: its purposes, what it may not pay and why, and its money."""

    year: int = 0
    source: str = ""
    document: str = ""
    purposes: tuple[str, ...] = ()
    kind: str = ""
    blocked: tuple[str, ...] = ()
    block_basis: str = ""
    budget_fen: Fen = Fen(0)
    committed_fen: Fen = Fen(0)
    paid_fen: Fen = Fen(0)
    credited_fen: Fen = Fen(0)
    left_fen: Fen = Fen(0)


def sums_of(fact: Fact) -> dict[str, Sums]:
    """What a fact changes, by funding document; facts of an earlier version that name none are under ``""``."""
    match fact:
        case FundBudgeted():
            return {fact.document: Sums(budget_fen=fact.amount_fen)}
        case FundBudgetChanged():
            return {fact.document: Sums(budget_fen=fact.change_fen)}
        case FundTakenOver():
            used_fen = fact.paid_fen + sum(one.open_fen for one in fact.commitments)
            return {fact.document: Sums(budget_fen=fact.amount_fen, committed_fen=used_fen, paid_fen=fact.paid_fen)}
        case FundMovedOut():
            return {one.document: Sums(budget_fen=-one.amount_fen) for one in fact.documents}
        case FundMovedIn() | FundMoveReturned():
            return {one.document: Sums(budget_fen=one.amount_fen) for one in fact.documents}
        case FundCommitted() | FundPaid() | FundReleased() | FundCredited():
            taken, given = added_up(fact.by_document) if fact.by_document else ({"": int(fact.amount_fen)}, {})
            if isinstance(fact, FundCredited):
                taken = {name: taken.get(name, 0) - given.get(name, 0) for name in {**taken, **given}}
            return {document: _claimed(fact, amount_fen) for document, amount_fen in taken.items()}
        case _:
            return {}


def _claimed(fact: FundCommitted | FundPaid | FundReleased | FundCredited, amount_fen: int) -> Sums:
    match fact:
        case FundCommitted():
            return Sums(committed_fen=amount_fen)
        case FundPaid():
            return Sums(paid_fen=amount_fen)
        case FundReleased():
            return Sums(committed_fen=-amount_fen)
        case FundCredited():
            return Sums(credited_fen=amount_fen)


def _with(row: FundRow, sums: Sums) -> FundRow:
    return msgspec.structs.replace(
        row,
        budget_fen=Fen(row.budget_fen + sums.budget_fen),
        committed_fen=Fen(row.committed_fen + sums.committed_fen),
        paid_fen=Fen(row.paid_fen + sums.paid_fen),
        credited_fen=Fen(row.credited_fen + sums.credited_fen),
        left_fen=Fen(row.left_fen + sums.budget_fen + sums.credited_fen - sums.committed_fen),
    )


def _fund(row: FundRow | None, record: Record, _: str) -> FundRow | None:
    fact, after = record.fact, row or FundRow()
    if isinstance(fact, FundCommitmentDeclined):
        return msgspec.structs.replace(after, declined=after.declined + 1)
    changes = sums_of(fact)
    for sums in changes.values():
        after = _with(after, sums)
    new = tuple(document for document in changes if document and document not in after.documents)
    if isinstance(fact, FundBudgeted | FundTakenOver | FundMovedIn) and new:
        after = msgspec.structs.replace(after, documents=(*after.documents, *new))
    if isinstance(fact, FundBudgeted | FundTakenOver) and fact.cap_basis_fen is not None:
        after = msgspec.structs.replace(
            after, cap_basis_fen=fact.cap_basis_fen, cap_basis_document=fact.cap_basis_document
        )
    return after


FUNDS: Final = Model(
    name="funds",
    row=FundRow,
    listens=(*_MONEY, FundCommitmentDeclined),
    keys=id_of_subject,
    evolve=_fund,
)


def _document_keys(record: Record) -> tuple[str, ...]:
    (fund,) = id_of_subject(record)
    return tuple(f"{fund}/{document}" for document in sums_of(record.fact) if document)


def _document(row: FundDocumentRow | None, record: Record, key: str) -> FundDocumentRow | None:
    fact, (fund, _, name) = record.fact, key.partition("/")
    year, _, source = fund.partition("-")
    after = row or FundDocumentRow(year=int(year), source=source, document=name)
    match fact:
        case FundBudgeted() | FundTakenOver():
            after = msgspec.structs.replace(
                after, purposes=fact.purposes, kind=fact.kind, blocked=fact.blocked, block_basis=fact.block_basis
            )
        case FundMovedIn(documents=documents):
            for came in documents:
                if came.document == name:
                    after = msgspec.structs.replace(
                        after, purposes=came.purposes, kind=came.kind, block_basis=came.block_basis
                    )
    sums = sums_of(fact).get(name, Sums())
    return msgspec.structs.replace(
        after,
        budget_fen=Fen(after.budget_fen + sums.budget_fen),
        committed_fen=Fen(after.committed_fen + sums.committed_fen),
        paid_fen=Fen(after.paid_fen + sums.paid_fen),
        credited_fen=Fen(after.credited_fen + sums.credited_fen),
        left_fen=Fen(after.left_fen + sums.budget_fen + sums.credited_fen - sums.committed_fen),
    )


FUND_DOCUMENTS: Final = Model(
    name="fund_documents",
    row=FundDocumentRow,
    listens=_MONEY,
    keys=_document_keys,
    evolve=_document,
)


class FundMoveRow(msgspec.Struct, frozen=True, kw_only=True):
    """Money between years or sources, as far as this partition knows: on its way is what was sent less the rest."""

    sent_fen: Fen = Fen(0)
    received_fen: Fen = Fen(0)
    returned_fen: Fen = Fen(0)


def _move_keys(record: Record) -> tuple[str, ...]:
    match record.fact:
        case FundMovedIn() as moved:
            return (f"{moved.from_year}-{moved.from_source}/{moved.move_no}",)
        case FundMovedOut(move_no=move_no) | FundMoveReturned(move_no=move_no):
            return (f"{id_of_subject(record)[0]}/{move_no}",)
        case _:
            return ()


def _move(row: FundMoveRow | None, record: Record, _: str) -> FundMoveRow | None:
    before = row or FundMoveRow()
    match record.fact:
        case FundMovedOut(amount_fen=amount_fen):
            return msgspec.structs.replace(before, sent_fen=Fen(before.sent_fen + amount_fen))
        case FundMovedIn(amount_fen=amount_fen):
            return msgspec.structs.replace(before, received_fen=Fen(before.received_fen + amount_fen))
        case FundMoveReturned(amount_fen=amount_fen):
            return msgspec.structs.replace(before, returned_fen=Fen(before.returned_fen + amount_fen))
        case _:
            return row


FUND_MOVES: Final = Model(
    name="fund_moves",
    row=FundMoveRow,
    listens=(FundMovedOut, FundMovedIn, FundMoveReturned),
    keys=_move_keys,
    evolve=_move,
)
