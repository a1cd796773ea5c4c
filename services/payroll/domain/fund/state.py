"""A source's money as its facts leave it: by document, and by what it was promised to; decides nothing."""

from collections.abc import Iterable

import msgspec

from services.contracts.money import Fen
from services.contracts.payroll import (
    Charge,
    FundBudgetChanged,
    FundBudgeted,
    FundCommitted,
    FundCredited,
    FundMovedIn,
    FundMovedOut,
    FundMoveReturned,
    FundPaid,
    FundReleased,
    FundTakenOver,
    MovedMoney,
)
from services.contracts.registry import Fact


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A funding document: its money, what it may be spent on, what of it was promised, and what came back after payment."""

    document: str
    amount_fen: Fen
    purposes: tuple[str, ...]
    committed_fen: Fen = Fen(0)
    credited_fen: Fen = Fen(0)
    kind: str = ""
    block_basis: str = ""

    @property
    def left_fen(self) -> Fen:
        return Fen(self.amount_fen + self.credited_fen - self.committed_fen)


class Share(msgspec.Struct, frozen=True, array_like=True):
    """What one document promised to one claim, what of it was paid, and what the claim gives back and gave back."""

    document: str
    committed_fen: int
    paid_fen: int = 0
    returning_fen: int = 0
    credited_fen: int = 0

    @property
    def open_fen(self) -> int:
        return self.committed_fen - self.paid_fen

    @property
    def expected_fen(self) -> int:
        """What the claim will still give back."""
        return max(0, self.returning_fen - self.credited_fen)

    @property
    def creditable_fen(self) -> int:
        return self.paid_fen + self.returning_fen - self.credited_fen


class Commitment(msgspec.Struct, frozen=True, kw_only=True):
    """What a run, an invoice (``invoice:…``) or a taken-over promise (``opening:…``) has: set aside, paid, by document."""

    run: str
    committed_fen: Fen
    paid_fen: Fen = Fen(0)
    shares: tuple[Share, ...] = ()

    def share(self, document: str) -> Share:
        return next((one for one in self.shares if one.document == document), Share(document, 0))


class Fund(msgspec.Struct, frozen=True, kw_only=True):
    """A source's money, by document in the order booked; none is booked twice.

    `carried_fen`: what came in from last year less all that went to another year or source, for the cap counts what the
    year was given: money given and passed on makes no room for more.
    """

    budget_fen: Fen = Fen(0)
    cap_basis_fen: Fen | None = None
    documents: tuple[Document, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    carried_fen: Fen = Fen(0)
    moves: tuple[str, ...] = ()

    @property
    def left_fen(self) -> Fen:
        return Fen(sum(one.left_fen for one in self.documents))

    def committed_to(self, claim: str) -> Commitment | None:
        return next((one for one in self.commitments if one.run == claim), None)

    def document(self, name: str) -> Document | None:
        return next((one for one in self.documents if one.document == name), None)


def claim_of(fact: FundCommitted | FundPaid | FundReleased | FundCredited) -> str:
    """What the money is promised to, as `Commitment.run` names it."""
    if fact.invoice:
        return f"invoice:{fact.invoice}"
    return getattr(fact, "claim", "") or fact.run


def evolve(fund: Fund, event: Fact) -> Fund:
    match event:
        case FundBudgeted() | FundTakenOver():
            return _booked(fund, event)
        case FundBudgetChanged():
            return _added(fund, {event.document: event.change_fen})
        case FundCommitted():
            return _committed(fund, event)
        case FundPaid():
            return _paid(fund, event)
        case FundReleased():
            return _released(fund, event)
        case FundCredited():
            return _credited(fund, event)
        case FundMovedOut():
            out = _added(fund, {one.document: -one.amount_fen for one in event.documents})
            out = msgspec.structs.replace(out, moves=(*out.moves, event.move_no))
            return _carried(out, -event.amount_fen)
        case FundMovedIn():
            within = _with_moved(fund, event.documents)
            return _carried(within, event.amount_fen) if event.why == "carry_over" else within
        case FundMoveReturned():
            back = _added(fund, {one.document: one.amount_fen for one in event.documents})
            return _carried(back, event.amount_fen)
        case _:
            return fund


def _carried(fund: Fund, amount_fen: int) -> Fund:
    return msgspec.structs.replace(fund, carried_fen=Fen(fund.carried_fen + amount_fen))


def _booked(fund: Fund, event: FundBudgeted | FundTakenOver) -> Fund:
    """A new document; what was paid and promised before its take-over are promises by name, the former paid."""
    commitments: list[Commitment] = []
    if isinstance(event, FundTakenOver):
        commitments = [
            _opening(f"opening:{event.document}/{one.claim}", event.document, one.open_fen, 0)
            for one in event.commitments
        ]
        if event.paid_fen:
            commitments.append(_opening(f"opening:{event.document}", event.document, event.paid_fen, event.paid_fen))
    booked = Document(
        document=event.document,
        amount_fen=event.amount_fen,
        purposes=event.purposes,
        committed_fen=Fen(sum(one.committed_fen for one in commitments)),
        kind=event.kind,
        block_basis=event.block_basis,
    )
    return msgspec.structs.replace(
        fund,
        budget_fen=Fen(fund.budget_fen + event.amount_fen),
        cap_basis_fen=fund.cap_basis_fen if event.cap_basis_fen is None else event.cap_basis_fen,
        documents=(*fund.documents, booked),
        commitments=(*fund.commitments, *commitments),
    )


def _opening(claim: str, document: str, committed_fen: int, paid_fen: int) -> Commitment:
    return Commitment(
        run=claim,
        committed_fen=Fen(committed_fen),
        paid_fen=Fen(paid_fen),
        shares=(Share(document, committed_fen, paid_fen),),
    )


def _added(fund: Fund, changes: dict[str, int]) -> Fund:
    """Documents with their money changed; a document that is not there changes nothing."""
    documents = tuple(
        msgspec.structs.replace(one, amount_fen=Fen(one.amount_fen + changes[one.document]))
        if one.document in changes
        else one
        for one in fund.documents
    )
    budget_fen = Fen(fund.budget_fen + sum(changes[one.document] for one in fund.documents if one.document in changes))
    return msgspec.structs.replace(fund, documents=documents, budget_fen=budget_fen)


def _with_moved(fund: Fund, moved: tuple[MovedMoney, ...]) -> Fund:
    """Money of documents that are here already is added to them, of others it comes with its document."""
    known = {one.document for one in fund.documents}
    new = tuple(
        Document(
            document=one.document,
            amount_fen=one.amount_fen,
            purposes=one.purposes,
            kind=one.kind,
            block_basis=one.block_basis,
        )
        for one in moved
        if one.document not in known
    )
    fund = _added(fund, {one.document: one.amount_fen for one in moved if one.document in known})
    budget_fen = Fen(fund.budget_fen + sum(one.amount_fen for one in new))
    return msgspec.structs.replace(fund, documents=(*fund.documents, *new), budget_fen=budget_fen)


def dealt(amount_fen: int, room: Iterable[tuple[str, int]]) -> dict[str, int]:
    """`amount_fen` by document, from the first on as far as each has room: facts that name no documents are read so."""
    shares: dict[str, int] = {}
    for document, room_fen in room:
        share_fen = min(amount_fen, room_fen)
        if share_fen > 0:
            shares[document] = shares.get(document, 0) + share_fen
            amount_fen -= share_fen
    return shares


def added_up(charges: Iterable[Charge]) -> tuple[dict[str, int], dict[str, int]]:
    """By document: what is taken, and what is given back, both positive."""
    taken: dict[str, int] = {}
    given: dict[str, int] = {}
    for one in charges:
        side = taken if one.amount_fen > 0 else given
        side[one.document] = side.get(one.document, 0) + abs(one.amount_fen)
    return taken, given


def _committed(fund: Fund, event: FundCommitted) -> Fund:
    taken, given = added_up(event.by_document)
    if not event.by_document:
        taken = dealt(event.amount_fen, [(one.document, one.left_fen) for one in fund.documents])
    names = [*taken, *(name for name in given if name not in taken)]
    new = Commitment(
        run=claim_of(event),
        committed_fen=Fen(sum(taken.values())),
        shares=tuple(Share(name, taken.get(name, 0), returning_fen=given.get(name, 0)) for name in names),
    )
    return msgspec.structs.replace(
        fund, commitments=(*fund.commitments, new), documents=_promised(fund.documents, taken, 1)
    )


def _promised(documents: tuple[Document, ...], changes: dict[str, int], sign: int) -> tuple[Document, ...]:
    return tuple(
        msgspec.structs.replace(one, committed_fen=Fen(one.committed_fen + sign * changes[one.document]))
        if one.document in changes
        else one
        for one in documents
    )


def _paid(fund: Fund, event: FundPaid) -> Fund:
    before = fund.committed_to(claim_of(event))
    if before is None:
        return fund
    paid, _ = added_up(event.by_document)
    if not event.by_document:
        paid = dealt(event.amount_fen, [(one.document, one.open_fen) for one in before.shares])
    shares = tuple(
        msgspec.structs.replace(one, paid_fen=one.paid_fen + paid.get(one.document, 0)) for one in before.shares
    )
    after = msgspec.structs.replace(before, paid_fen=Fen(before.paid_fen + event.amount_fen), shares=shares)
    return _with_claim(fund, after)


def _released(fund: Fund, event: FundReleased) -> Fund:
    freed, unexpected = added_up(event.by_document)
    before = fund.committed_to(claim_of(event))
    if before is not None:
        shares = tuple(
            msgspec.structs.replace(
                one,
                committed_fen=one.committed_fen - freed.get(one.document, 0),
                returning_fen=one.returning_fen - unexpected.get(one.document, 0),
            )
            for one in before.shares
        )
        committed_fen = Fen(before.committed_fen - event.amount_fen)
        fund = _with_claim(fund, msgspec.structs.replace(before, committed_fen=committed_fen, shares=shares))
    return msgspec.structs.replace(fund, documents=_promised(fund.documents, freed, -1))


def _credited(fund: Fund, event: FundCredited) -> Fund:
    taken, again = added_up(event.by_document)
    back = {name: taken.get(name, 0) - again.get(name, 0) for name in {**taken, **again}}
    before = fund.committed_to(claim_of(event))
    if before is not None:
        shares = tuple(
            msgspec.structs.replace(one, credited_fen=one.credited_fen + back.get(one.document, 0))
            for one in before.shares
        )
        fund = _with_claim(fund, msgspec.structs.replace(before, shares=shares))
    documents = tuple(
        msgspec.structs.replace(one, credited_fen=Fen(one.credited_fen + back.get(one.document, 0)))
        for one in fund.documents
    )
    return msgspec.structs.replace(fund, documents=documents)


def _with_claim(fund: Fund, after: Commitment) -> Fund:
    commitments = tuple(after if one.run == after.run else one for one in fund.commitments)
    return msgspec.structs.replace(fund, commitments=commitments)
