"""What each fact about a source's or a town's money says is left, against the facts of its stream before it (三)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from services.audit.recomputation.difference import Difference
from services.audit.recomputation.money import FUND, FundMoney, claim_of
from services.audit.recomputation.stating import held
from services.audit.recomputation.told import Told
from services.contracts.audit import Evidence
from services.contracts.payroll import (
    FundBudgetChanged,
    FundCommitmentDeclined,
    FundCommitted,
    FundCredited,
    FundMovedIn,
    FundMovedOut,
    FundMoveReturned,
    FundPaid,
    FundReleased,
    FundTakenOver,
    TownFundBudgeted,
    TownFundCommitted,
    TownFundDeclined,
    TownFundPaid,
    TownFundReleased,
)
from services.contracts.registry import Fact

FUND_SUMS: Final[tuple[type[Fact], ...]] = (*FUND, FundCommitmentDeclined)
TOWN_SUMS: Final[tuple[type[Fact], ...]] = (
    TownFundBudgeted, TownFundCommitted, TownFundDeclined, TownFundReleased, TownFundPaid,
)  # fmt: skip


@dataclass(slots=True)
class FundSums:
    """One source of one year, fact by fact in the order of its stream. Mutable."""

    money: FundMoney = field(default_factory=FundMoney)
    _before: tuple[Evidence, ...] = ()

    def read(self, one: Told[Any]) -> Iterator[Difference]:
        """Take a fact in; what it says of itself and of the balance that the facts do not give."""
        behind = self._before
        known = set(self.money.documents)
        self.money.read(one.fact)
        yield from _its_own_source(one)
        match one.fact:
            case FundCommitted() | FundPaid() | FundReleased() | FundCredited():
                yield from self._claimed(one, behind, known)
            case FundMovedOut() | FundMovedIn() | FundMoveReturned() as moved:
                yield from held(one, "amount_fen", moved.amount_fen, sum(part.amount_fen for part in moved.documents))
                yield from held(one, "left_fen", moved.left_fen, self.money.left_fen, behind)
                if isinstance(moved, FundMovedOut):
                    yield from self._within(one, {part.document for part in moved.documents}, behind)
            case FundBudgetChanged() as changed:
                document = self.money.documents[changed.document]
                yield from held(one, "left_fen", changed.left_fen, document.left_fen, behind)
                if changed.change_fen < 0:
                    yield from self._within(one, {changed.document}, behind)
            case FundTakenOver() as taken:
                yield from self._within(one, {taken.document}, behind)
            case FundCommitmentDeclined() as declined:
                yield from self._declined(one, declined, behind)
            case _:
                pass
        self._before = (*self._before[-1:], one.evidence)

    def _claimed(self, one: Told[Any], behind: tuple[Evidence, ...], known: set[str]) -> Iterator[Difference]:
        fact = one.fact
        parts = [part.amount_fen for part in fact.by_document] or [fact.amount_fen]
        taken_fen, given_fen = sum(fen for fen in parts if fen > 0), -sum(fen for fen in parts if fen < 0)
        yield from held(
            one, "amount_fen", fact.amount_fen, taken_fen - given_fen * (not isinstance(fact, FundReleased))
        )
        documents = {part.document for part in fact.by_document}
        if isinstance(fact, FundCommitted):
            yield from held(one, "returning_fen", fact.returning_fen, given_fen)
            yield from self._within(one, documents, behind)
        if not isinstance(fact, FundPaid):
            yield from held(one, "left_fen", fact.left_fen, self.money.left_fen, behind)
        promises = [self.money.documents[name].claim(claim_of(fact)) for name in documents]
        if isinstance(fact, FundPaid | FundReleased):
            over_fen = sum(max(0, promise.paid_fen - promise.promised_fen) for promise in promises)
            yield from held(one, "overdrawn_fen", over_fen, 0, behind)
        if isinstance(fact, FundCredited):
            over_fen = sum(
                max(0, promise.credited_fen - promise.paid_fen - promise.returning_fen) for promise in promises
            )
            yield from held(one, "overdrawn_fen", over_fen, 0, behind)
        yield from held(one, "document", tuple(sorted(documents & known)), tuple(sorted(documents)), behind)

    def _within(self, one: Told[Any], documents: set[str], behind: tuple[Evidence, ...]) -> Iterator[Difference]:
        """No document promises or moves more than it has."""
        over_fen = sum(max(0, -self.money.documents[name].left_fen) for name in documents)
        yield from held(one, "overdrawn_fen", over_fen, 0, behind)

    def _declined(
        self, one: Told[Any], declined: FundCommitmentDeclined, behind: tuple[Evidence, ...]
    ) -> Iterator[Difference]:
        document = self.money.documents.get(declined.document)
        left_fen = max(0, document.left_fen) if document is not None else 0
        yield from held(one, "left_fen", declined.left_fen, left_fen, behind)
        yield from held(one, "short_fen", declined.short_fen, max(0, declined.amount_fen - left_fen), behind)


def _its_own_source(one: Told[Any]) -> Iterator[Difference]:
    """What the fact says of year and source is what its stream is about, its charges too."""
    year, _, source = one.number.partition("-")
    stated = {getattr(one.fact, "source", source)} | {part.source for part in getattr(one.fact, "by_document", ())}
    yield from held(one, "source", " ".join(sorted(stated)), source)
    yield from held(one, "year", str(getattr(one.fact, "year", year)), year)


@dataclass(slots=True)
class TownSums:
    """A town's own money of a year, which is none of the four sources (二(二)). Mutable."""

    given_fen: int = 0
    paid_fen: int = 0
    promised: dict[tuple[str, str], int] = field(default_factory=dict)
    _before: tuple[Evidence, ...] = ()

    @property
    def left_fen(self) -> int:
        return self.given_fen - self.paid_fen - sum(self.promised.values())

    def read(self, one: Told[Any]) -> Iterator[Difference]:
        fact, behind = one.fact, self._before
        yield from held(one, "town", f"{fact.year}-{fact.town}", one.number)
        if isinstance(fact, TownFundBudgeted):
            self.given_fen += fact.amount_fen
        elif isinstance(fact, TownFundCommitted):
            self.promised[fact.purchase_no, fact.payment_no] = fact.amount_fen
        elif isinstance(fact, TownFundPaid | TownFundReleased):
            promised_fen = self.promised.pop((fact.purchase_no, fact.payment_no), 0)
            yield from held(one, "amount_fen", fact.amount_fen, promised_fen, behind, fact.town)
            self.paid_fen += fact.amount_fen if isinstance(fact, TownFundPaid) else 0
        if not isinstance(fact, TownFundPaid):
            yield from held(one, "left_fen", fact.left_fen, self.left_fen, behind, fact.town)
        if isinstance(fact, TownFundDeclined):
            yield from held(one, "short_fen", fact.short_fen, fact.amount_fen - self.left_fen, behind, fact.town)
        if isinstance(fact, TownFundCommitted):
            yield from held(one, "overdrawn_fen", max(0, -self.left_fen), 0, behind, fact.town)
        self._before = (*self._before[-1:], one.evidence)
