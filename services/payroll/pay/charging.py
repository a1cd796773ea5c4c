"""Which money pays each line, to the fen (三, 专款专用): documents of the four sources in the stated order.

**The order.** Sources as the pack `funding` states them; within a source documents that may pay fewer purposes first, then
as booked. A line takes from the first document that may pay it, but never what the *other* lines of the run need and no
other document could give them. So a run that its documents can pay at all is always split, though its lines take greedily:
before every draw, for each set of purposes, the documents that may pay one of them still have at least what these
purposes need (the condition of Hall), and a draw keeps that so.

**What is given back.** Differences of a slip (补扣) are first set off within the slip: its documents pay the net. Where a
slip's net for a purpose is negative, the first document that may pay the purpose gets it; it is not spent again before
it is back.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final

import msgspec

from services.contracts.money import Fen
from services.contracts.payroll import Charge, PayLine

# What a line's money is for, as funding documents name it; an officer's own insurance is paid out of gross.
PURPOSES: Final[dict[str, str]] = {"part": "officer_pay", "employer": "officer_insurance"}
_SETS: Final = tuple(
    frozenset(some) for size in (1, 2) for some in combinations(sorted(PURPOSES.values()), size)
)  # every set of purposes that is not empty, small ones first


class DocumentLeft(msgspec.Struct, frozen=True, kw_only=True):
    """What a funding document of a source of a year still has that no run has been promised, and what it may pay.

    `block_basis`: the rule by which its money may not pay officers, where there is one beside the document itself.
    """

    year: int
    source: str
    document: str
    purposes: tuple[str, ...]
    left_fen: Fen
    block_basis: str = ""


class NotEnough(Exception):
    """The documents that may pay `purposes` lack `missing_fen`; `withheld` have money that may not pay them (专款专用)."""

    def __init__(self, purposes: tuple[str, ...], missing_fen: Fen, withheld: tuple[DocumentLeft, ...]) -> None:
        super().__init__(f"{missing_fen} fen short for {', '.join(purposes)}")
        self.purposes = purposes
        self.missing_fen = missing_fen
        self.withheld = withheld


def in_order(documents: Iterable[DocumentLeft], year: int, order: Sequence[str]) -> tuple[DocumentLeft, ...]:
    """The year's documents in the order they are charged; what is of no source in `order` is left out."""
    rank = {source: place for place, source in enumerate(order)}
    known = [one for one in documents if one.year == year and one.source in rank]
    return tuple(sorted(known, key=lambda one: (rank[one.source], len(_payable(one)))))


def _payable(document: DocumentLeft) -> frozenset[str]:
    return frozenset(PURPOSES.values()) & frozenset(document.purposes)


def charged(documents: Iterable[DocumentLeft], slips: Sequence[tuple[PayLine, ...]]) -> list[tuple[PayLine, ...]]:
    """The lines of a run's slips with their charges; `documents` in order. `NotEnough` when they cannot pay all of them."""
    purse = Purse(documents, wanted(slips))
    return [purse.charge_slip(lines) for lines in slips]


def wanted(slips: Iterable[Iterable[PayLine]]) -> dict[str, int]:
    """What a run takes for each purpose: a slip that gives back lessens nobody else's need."""
    taken = dict.fromkeys(PURPOSES.values(), 0)
    for lines in slips:
        net = dict.fromkeys(PURPOSES.values(), 0)
        for line in lines:
            purpose = PURPOSES.get(line.side)
            if purpose is not None:
                net[purpose] += line.amount_fen
        for purpose, amount_fen in net.items():
            taken[purpose] += max(0, amount_fen)
    return taken


class Purse:
    """Money left while a run is drafted, in the order it is charged. Mutable: a run has many thousands of lines.

    `wanted`: what all slips together will take for each purpose. `NotEnough` at once when that cannot be.
    """

    def __init__(self, documents: Iterable[DocumentLeft], wanted: Mapping[str, int]) -> None:
        self._documents = tuple(documents)
        self._left = [max(0, int(one.left_fen)) for one in self._documents]
        self._back = dict.fromkeys(((one.source, one.document) for one in self._documents), 0)
        payable = [_payable(one) for one in self._documents]
        self._may = {
            purpose: [index for index, some in enumerate(payable) if purpose in some] for purpose in PURPOSES.values()
        }
        # Spare of a set of purposes: what its documents have beyond what it needs. A draw for a purpose in the set takes
        # from both; a draw for another purpose takes from the documents alone, as far as there is spare.
        self._spare = {
            some: sum(left for left, of in zip(self._left, payable, strict=True) if some & of)
            - sum(wanted.get(purpose, 0) for purpose in some)
            for some in _SETS
        }
        self._others = {
            (purpose, index): [some for some in _SETS if purpose not in some and some & payable[index]]
            for purpose, indexes in self._may.items()
            for index in indexes
        }
        for some, spare in self._spare.items():
            if spare < 0:
                raise self._short(tuple(sorted(some)), -spare)

    def left(self) -> tuple[DocumentLeft, ...]:
        """The documents after these slips, with what came back: as the next run finds them."""
        return tuple(
            msgspec.structs.replace(one, left_fen=Fen(left + self._back[one.source, one.document]))
            for one, left in zip(self._documents, self._left, strict=True)
        )

    def charge_slip(self, lines: tuple[PayLine, ...]) -> tuple[PayLine, ...]:
        """A slip's lines with their charges, which add up to each line's amount."""
        after = list(lines)
        places: dict[str, list[int]] = {}
        giving = set()
        for index, line in enumerate(lines):
            purpose = PURPOSES.get(line.side)
            if purpose is not None and line.amount_fen:
                places.setdefault(purpose, []).append(index)
                if line.amount_fen < 0:
                    giving.add(purpose)
        for purpose, mine in places.items():
            if purpose in giving:
                self._set_off(purpose, mine, after)
                continue
            for index in mine:
                drawn = self._drawn(purpose, lines[index].amount_fen)
                after[index] = msgspec.structs.replace(lines[index], charges=tuple(drawn))
        return tuple(after)

    def _set_off(self, purpose: str, mine: list[int], after: list[PayLine]) -> None:
        """Lines of which some give back: documents pay the net, the rest goes to and fro in the first of them."""
        net_fen = sum(after[index].amount_fen for index in mine)
        drawn = self._drawn(purpose, Fen(net_fen)) if net_fen > 0 else []
        first = drawn[0] if drawn else self._first(purpose)
        self._back[first.source, first.document] += max(0, -net_fen)
        given_fen = -sum(min(0, after[index].amount_fen) for index in mine)
        pool = [_of(first, given_fen), *drawn] if net_fen > 0 else [_of(first, given_fen + max(0, net_fen))]
        for index in mine:
            amount_fen = after[index].amount_fen
            shares = [_of(first, amount_fen)] if amount_fen < 0 else _dealt(pool, amount_fen)
            after[index] = _with_charges(after[index], shares)

    def _first(self, purpose: str) -> Charge:
        if not self._may[purpose]:
            raise self._short((purpose,), 0)
        one = self._documents[self._may[purpose][0]]
        return Charge(source=one.source, document=one.document, amount_fen=Fen(0))

    def _drawn(self, purpose: str, amount_fen: Fen) -> list[Charge]:
        charges, open_fen = [], int(amount_fen)
        for index in self._may[purpose]:
            share_fen = self._left[index]
            if not share_fen:
                continue
            share_fen = min(share_fen, open_fen)
            others = self._others[purpose, index]
            for some in others:
                share_fen = min(share_fen, self._spare[some])
            if share_fen > 0:
                self._left[index] -= share_fen
                for some in others:
                    self._spare[some] -= share_fen
                open_fen -= share_fen
                one = self._documents[index]
                charges.append(Charge(source=one.source, document=one.document, amount_fen=Fen(share_fen)))
                if not open_fen:
                    return charges
        raise self._short((purpose,), open_fen)

    def _short(self, purposes: tuple[str, ...], missing_fen: int) -> NotEnough:
        withheld = tuple(
            one for one in self._documents if one.left_fen > 0 and not set(purposes) <= _payable(one)
        )  # a document that may pay one of several is named too: it is why the other falls short
        return NotEnough(purposes, Fen(missing_fen), withheld)


def _of(charge: Charge, amount_fen: int) -> Charge:
    return Charge(source=charge.source, document=charge.document, amount_fen=Fen(amount_fen))


def _dealt(pool: list[Charge], amount_fen: int) -> list[Charge]:
    """`amount_fen` out of a pool, which has that much; the pool shrinks."""
    shares: list[Charge] = []
    while amount_fen > 0:
        first = pool.pop(0)
        share_fen = min(amount_fen, first.amount_fen)
        if share_fen:
            shares.append(_of(first, share_fen))
        amount_fen -= share_fen
        if first.amount_fen > share_fen:
            pool.insert(0, _of(first, first.amount_fen - share_fen))
    return shares


def _with_charges(line: PayLine, charges: Iterable[Charge]) -> PayLine:
    """`line` with charges by document: a pool may name one twice."""
    sums: dict[tuple[str, str], int] = {}
    for one in charges:
        key = (one.source, one.document)
        sums[key] = sums.get(key, 0) + one.amount_fen
    return msgspec.structs.replace(
        line,
        charges=tuple(
            Charge(source=source, document=document, amount_fen=Fen(amount))
            for (source, document), amount in sums.items()
        ),
    )
