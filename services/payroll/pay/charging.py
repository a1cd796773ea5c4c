"""Which money pays each line, to the fen (三, 专款专用): documents of the four sources in the stated order."""

from collections.abc import Iterable
from typing import Final

import msgspec

from services.contracts.money import Fen
from services.contracts.payroll import Charge, PayLine

# What a line's money is for, as funding documents name it; an officer's own insurance is paid out of gross.
PURPOSES: Final[dict[str, str]] = {"part": "officer_pay", "employer": "officer_insurance"}


class DocumentLeft(msgspec.Struct, frozen=True, kw_only=True):
    """What a funding document of a source of a year still has that no run has been promised, and what it may pay."""

    year: int
    source: str
    document: str
    purposes: tuple[str, ...]
    left_fen: Fen


def in_order(documents: Iterable[DocumentLeft], year: int, order: tuple[str, ...]) -> list[DocumentLeft]:
    """The year's documents that still have money, in the order the sources are charged (三), as booked within a source."""
    rank = {source: place for place, source in enumerate(order)}
    known = [one for one in documents if one.year == year and one.source in rank and one.left_fen > 0]
    return sorted(known, key=lambda one: rank[one.source])


class NotEnough(Exception):
    """No document that may pay `purpose` has the `missing_fen` that a line still needs."""

    def __init__(self, purpose: str, missing_fen: Fen) -> None:
        super().__init__(f"{missing_fen} fen short for {purpose}")
        self.purpose = purpose
        self.missing_fen = missing_fen


class Purse:
    """Money left while a run is drafted, in the order it is charged. Mutable: a run has thousands of lines."""

    def __init__(self, documents: Iterable[DocumentLeft]) -> None:
        self._documents = tuple(documents)
        self._left = [int(one.left_fen) for one in self._documents]

    def left_fen(self, purpose: str) -> Fen:
        """What is left for a purpose."""
        pairs = zip(self._documents, self._left, strict=True)
        return Fen(sum(left for one, left in pairs if purpose in one.purposes))

    def charge(self, line: PayLine) -> PayLine:
        """`line` with its charges. What a negative line gives back goes to the first document that may pay the line.

        `NotEnough` when the documents do not have the money.
        """
        purpose = PURPOSES.get(line.side)
        if purpose is None or not line.amount_fen:
            return line
        charges, open_fen = [], int(line.amount_fen)
        for index, one in enumerate(self._documents):
            share_fen = min(open_fen, self._left[index])
            if purpose in one.purposes and share_fen:
                self._left[index] -= share_fen
                open_fen -= share_fen
                charges.append(Charge(source=one.source, document=one.document, amount_fen=Fen(share_fen)))
            if not open_fen:
                break
        if open_fen:
            raise NotEnough(purpose, Fen(open_fen))
        return msgspec.structs.replace(line, charges=tuple(charges))
