"""A source's money of one year, document by document, from the fund's own facts; it compares nothing.

Plain sums: what a document was given, what of it is promised to which run or invoice, what was paid, what came back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

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
)
from services.contracts.registry import Fact

FUND: Final[tuple[type[Fact], ...]] = (
    FundBudgeted, FundBudgetChanged, FundTakenOver, FundCommitted, FundPaid, FundReleased, FundCredited,
    FundMovedOut, FundMovedIn, FundMoveReturned,
)  # fmt: skip
Claimed = FundCommitted | FundPaid | FundReleased | FundCredited


@dataclass(slots=True)
class Promise:
    """What one document has promised to one claim, paid of it, and what comes back from it. Mutable."""

    promised_fen: int = 0
    paid_fen: int = 0
    returning_fen: int = 0
    credited_fen: int = 0


@dataclass(slots=True)
class DocumentMoney:
    """One funding document's money. Mutable."""

    purposes: tuple[str, ...]
    given_fen: int = 0
    credited_fen: int = 0
    released_fen: int = 0
    claims: dict[str, Promise] = field(default_factory=dict)

    @property
    def promised_fen(self) -> int:
        return sum(one.promised_fen for one in self.claims.values())

    @property
    def paid_fen(self) -> int:
        return sum(one.paid_fen for one in self.claims.values())

    @property
    def left_fen(self) -> int:
        """What may still be promised: given and come back, less promised (paid is part of promised)."""
        return self.given_fen + self.credited_fen - self.promised_fen

    def claim(self, name: str) -> Promise:
        return self.claims.setdefault(name, Promise())


@dataclass(slots=True)
class FundMoney:
    """One source of one year: its documents in the order they were booked. Mutable."""

    documents: dict[str, DocumentMoney] = field(default_factory=dict)

    @property
    def left_fen(self) -> int:
        return sum(one.left_fen for one in self.documents.values())

    def committed_to(self, claim: str) -> bool:
        return any(claim in one.claims for one in self.documents.values())

    def read(self, fact: Fact) -> None:
        match fact:
            case FundBudgeted():
                self._document(fact.document, fact.purposes).given_fen += fact.amount_fen
            case FundBudgetChanged():
                self._document(fact.document).given_fen += fact.change_fen
            case FundTakenOver():
                self._taken_over(fact)
            case FundMovedOut():
                for moved in fact.documents:
                    self._document(moved.document).given_fen -= moved.amount_fen
            case FundMovedIn() | FundMoveReturned():
                for moved in fact.documents:
                    self._document(moved.document, moved.purposes).given_fen += moved.amount_fen
            case FundCommitted() | FundPaid() | FundReleased() | FundCredited():
                self._claimed(fact)
            case _:
                pass

    def _document(self, name: str, purposes: tuple[str, ...] = ()) -> DocumentMoney:
        return self.documents.setdefault(name, DocumentMoney(purposes))

    def _taken_over(self, fact: FundTakenOver) -> None:
        """What other books had promised and paid of it."""
        document = self._document(fact.document, fact.purposes)
        document.given_fen += fact.amount_fen
        for one in fact.commitments:
            document.claim(f"opening:{fact.document}/{one.claim}").promised_fen += one.open_fen
        if fact.paid_fen:
            document.claims[f"opening:{fact.document}"] = Promise(fact.paid_fen, fact.paid_fen)

    def _claimed(self, fact: Claimed) -> None:
        claim = claim_of(fact)
        for document, amount_fen in self.by_document(fact):
            one = self._document(document)
            promise = one.claim(claim)
            match fact:
                case FundCommitted() if amount_fen > 0:
                    promise.promised_fen += amount_fen
                case FundCommitted():
                    promise.returning_fen -= amount_fen
                case FundPaid():
                    promise.paid_fen += amount_fen
                case FundReleased() if amount_fen > 0:
                    promise.promised_fen -= amount_fen
                    one.released_fen += amount_fen
                case FundReleased():
                    promise.returning_fen += amount_fen
                case FundCredited():
                    promise.credited_fen += amount_fen
                    one.credited_fen += amount_fen

    def by_document(self, fact: Claimed) -> list[tuple[str, int]]:
        """The fact's amounts by document; one that names none takes from the first documents that have it."""
        if fact.by_document:
            return [(one.document, one.amount_fen) for one in fact.by_document]
        claim, left_fen, found = claim_of(fact), int(fact.amount_fen), []
        for name, one in self.documents.items():
            promise = one.claims.get(claim, Promise())
            room_fen = one.left_fen if isinstance(fact, FundCommitted) else promise.promised_fen - promise.paid_fen
            share_fen = min(room_fen, left_fen)
            if share_fen > 0:
                found.append((name, share_fen))
                left_fen -= share_fen
        return found


def claim_of(fact: Claimed) -> str:
    """What money is promised to: a run's month, ``invoice:…``, ``opening:…``."""
    if fact.invoice:
        return f"invoice:{fact.invoice}"
    return fact.run or (fact.claim if isinstance(fact, FundPaid | FundReleased) else "")


def fund_of(facts: Iterable[Fact]) -> FundMoney:
    """The source by these facts, in the order of its stream."""
    money = FundMoney()
    for fact in facts:
        money.read(fact)
    return money


def sums_of(charges: Iterable[Charge]) -> dict[str, int]:
    """Charges added up by document; what comes to nothing is left out."""
    found: dict[str, int] = {}
    for one in charges:
        found[one.document] = found.get(one.document, 0) + one.amount_fen
    return {document: fen for document, fen in found.items() if fen}
