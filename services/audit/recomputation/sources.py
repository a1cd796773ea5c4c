"""Which document pays each line of a run to the fen (三, 专款专用), by the stated order; it knows no officer and no fund.

The order: sources as the pack says, within one those that may pay fewer purposes first, then as booked. A line takes from
the first that may pay it, but leaves what other lines of the run need and nothing else could pay.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from services.contracts.payroll import PayLine

PURPOSE: Final = {"part": "officer_pay", "employer": "officer_insurance"}
Document = tuple[str, str]
# What each document pays of each line, lines by their place in the slip; nothing for a line that nobody charges.
Shares = list[dict[Document, int]]


@dataclass(frozen=True, slots=True)
class Left:
    """A document as a run finds it."""

    document: Document
    purposes: tuple[str, ...]
    left_fen: int

    @property
    def pays(self) -> frozenset[str]:
        return frozenset(self.purposes) & frozenset(PURPOSE.values())


class Short(Exception):
    """The documents cannot pay these lines by the stated order."""


def in_order(documents: Iterable[Left], order: tuple[str, ...]) -> list[Left]:
    """As they are charged; `documents` come by source and as booked."""
    known = [one for one in documents if one.document[0] in order]
    return sorted(known, key=lambda one: (order.index(one.document[0]), len(one.pays)))


def charged(documents: list[Left], slips: list[tuple[PayLine, ...]]) -> list[Shares]:
    """The shares of every line of every slip, slips in the run's order. `Short` where documents do not suffice."""
    charging = _Charging(
        documents, {purpose: sum(_need(lines, purpose) for lines in slips) for purpose in PURPOSE.values()}
    )
    return [charging.slip(lines) for lines in slips]


def _need(lines: tuple[PayLine, ...], purpose: str) -> int:
    """What a slip takes for a purpose; one that gives back takes nothing."""
    return max(0, sum(one.amount_fen for one in lines if PURPOSE.get(one.side) == purpose))


class _Charging:
    """Documents that grow less, and what the slips still to come need of them. Mutable."""

    def __init__(self, documents: list[Left], need: dict[str, int]) -> None:
        self._documents = documents
        self._need = need

    def slip(self, lines: tuple[PayLine, ...]) -> Shares:
        shares: Shares = [{} for _ in lines]
        for purpose in dict.fromkeys(PURPOSE[one.side] for one in lines if one.side in PURPOSE and one.amount_fen):
            places = [place for place, one in enumerate(lines) if PURPOSE.get(one.side) == purpose and one.amount_fen]
            if any(lines[place].amount_fen < 0 for place in places):
                self._set_off(purpose, places, lines, shares)
            else:
                for place in places:
                    shares[place] = self._drawn(purpose, lines[place].amount_fen)
        return shares

    def _set_off(self, purpose: str, places: list[int], lines: tuple[PayLine, ...], shares: Shares) -> None:
        """Documents pay the net; what is given back goes to the first of them, and from it to the other lines first."""
        net_fen = sum(lines[place].amount_fen for place in places)
        drawn = self._drawn(purpose, net_fen) if net_fen > 0 else {}
        first = next(iter(drawn)) if drawn else next(one.document for one in self._documents if purpose in one.pays)
        given_fen = -sum(min(0, lines[place].amount_fen) for place in places)
        pool = [(first, given_fen), *drawn.items()]
        for place in places:
            if lines[place].amount_fen < 0:
                shares[place] = {first: int(lines[place].amount_fen)}
            else:
                shares[place], pool = _poured(pool, lines[place].amount_fen)

    def _drawn(self, purpose: str, amount_fen: int) -> dict[Document, int]:
        found: dict[Document, int] = {}
        for place, one in enumerate(self._documents):
            if purpose in one.pays and amount_fen > 0:
                fen = min(one.left_fen, amount_fen, *(self._spare(other) for other in one.pays - {purpose}))
                if fen > 0:
                    found[one.document] = fen
                    self._documents[place] = replace(one, left_fen=one.left_fen - fen)
                    self._need[purpose] -= fen
                    amount_fen -= fen
        if amount_fen > 0:
            raise Short(purpose)
        return found

    def _spare(self, purpose: str) -> int:
        """What the documents that may pay a purpose have beyond what is still needed for it."""
        return sum(one.left_fen for one in self._documents if purpose in one.pays) - self._need[purpose]


def _poured(
    pool: list[tuple[Document, int]], amount_fen: int
) -> tuple[dict[Document, int], list[tuple[Document, int]]]:
    """`amount_fen` from the front of a pool, by document, and what is left in the pool."""
    taken: dict[Document, int] = {}
    left = []
    for document, fen in pool:
        share_fen = min(fen, amount_fen)
        amount_fen -= share_fen
        if share_fen:
            taken[document] = taken.get(document, 0) + share_fen
        left.append((document, fen - share_fen))
    return taken, left
