"""Money a source states against what asked for it: no fen is set aside, paid, freed or credited that nothing asked for."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from services.audit.recomputation.difference import Difference
from services.audit.recomputation.money import sums_of
from services.audit.recomputation.stating import by_town, held
from services.audit.recomputation.told import Told
from services.contracts.audit import Evidence
from services.contracts.payroll import (
    BankReturnImported,
    Charge,
    FundCommitted,
    FundCredited,
    FundMoveDeclined,
    FundMovedIn,
    FundMovedOut,
    FundMoveReturned,
    FundPaid,
    FundReleased,
    HeldLineDecided,
    InvoiceApproved,
    InvoicePaid,
    InvoiceWithdrawn,
    MovedMoney,
    RunApproved,
    SlipReversed,
    Spent,
)
from services.contracts.registry import Fact

ASKING: Final[tuple[type[Fact], ...]] = (
    RunApproved, BankReturnImported, HeldLineDecided, SlipReversed, InvoiceApproved, InvoicePaid, InvoiceWithdrawn,
)  # fmt: skip
Sums = tuple[tuple[str, int], ...]
# What is asked of a source: fund, what for, what kind, the sums by document, and by town where money comes back.
Wanted = tuple[str, str, str, Sums, Sums]
COMMIT, PAY, FREE, CREDIT, MOVE, RETURN = "commit", "pay", "free", "credit", "move", "return"
_KINDS: Final = {"FundCommitted": COMMIT, "FundPaid": PAY, "FundReleased": FREE, "FundCredited": CREDIT}


@dataclass(slots=True)
class Causes:
    """What was asked of every source, and what every source did. Mutable; streams in whatever interleaving."""

    asked: Counter[Wanted] = field(default_factory=Counter)
    asking: dict[tuple[str, str, str], list[Evidence]] = field(default_factory=dict)
    done: list[Told[Any]] = field(default_factory=list)

    def read(self, one: Told[Any]) -> None:
        match one.fact:
            case RunApproved() as fact if fact.by_document:
                self._run(one, COMMIT, fact.by_document)
            case BankReturnImported() | HeldLineDecided() as fact:
                # What is paid and what comes back with it are two facts of the source.
                self._run(one, PAY, [charge for charge in fact.by_document if charge.amount_fen > 0])
                self._run(one, CREDIT, [_positive(charge) for charge in fact.by_document if charge.amount_fen < 0])
            case SlipReversed() as fact:
                self._run(one, CREDIT if fact.settled else FREE, fact.by_document, fact.by_town)
            case InvoiceApproved() | InvoicePaid() as fact if not fact.payer_town:
                self._invoice(one, COMMIT if isinstance(fact, InvoiceApproved) else PAY)
            case InvoiceWithdrawn() as fact if fact.funded and not fact.payer_town:
                self._invoice(one, FREE, fact.by_town)
            case FundMovedOut() as fact:
                to = f"fund:{fact.to_year}-{fact.to_source}"
                self._ask(one, (to, _move(one.number, fact.move_no), MOVE, _moved(fact.documents), ()))
            case FundMoveDeclined() as fact:
                back = f"fund:{fact.from_year}-{fact.from_source}"
                self._ask(one, (back, _move(one.number, fact.move_no), RETURN, _moved(fact.documents), ()))
            case _:
                pass
        if isinstance(
            one.fact, FundCommitted | FundPaid | FundReleased | FundCredited | FundMovedIn | FundMoveReturned
        ):
            self.done.append(one)

    def _run(self, one: Told[Any], kind: str, charges: Iterable[Charge], spent: tuple[Spent, ...] = ()) -> None:
        by_source: dict[str, list[Charge]] = {}
        for charge in charges:
            by_source.setdefault(charge.source, []).append(charge)
        year = one.number.partition("-")[0]
        for source, its in by_source.items():
            towns = _towns(part for part in spent if part.source == source)
            self._ask(one, (f"fund:{year}-{source}", one.number, kind, _sums(its), towns))

    def _invoice(self, one: Told[Any], kind: str, spent: tuple[Spent, ...] = ()) -> None:
        fact = one.fact
        sums = ((fact.document, int(fact.amount_fen)),)
        claim = f"invoice:{fact.contractor}/{fact.invoice_no}"
        self._ask(one, (f"fund:{fact.year}-{fact.source}", claim, kind, sums, _towns(spent)))

    def _ask(self, one: Told[Any], wanted: Wanted) -> None:
        self.asked[wanted] += 1
        self.asking.setdefault(wanted[:3], []).append(one.evidence)

    def differences(self) -> Iterator[Difference]:
        """Each fact of a source that nothing asked for, or more often than it was asked."""
        left = self.asked.copy()
        for one in self.done:
            wanted = _done(one)
            if wanted is None:
                continue
            if left[wanted] > 0:
                left[wanted] -= 1
                continue
            others = [_shown(asked) for asked in self.asked if asked[:3] == wanted[:3]]
            text = "；".join(others) or "无 / nothing"
            said = _shown(wanted)
            # Asked for once, done twice: the same words on both sides.
            text = f"{text}（一次 / once）" if text == said else text
            yield from held(one, "cause", said, text, self.asking.get(wanted[:3], ()))


def _done(one: Told[Any]) -> Wanted | None:
    """What a source's fact answers; None where a person settled a promise that was taken over, or nobody names documents."""
    fact = one.fact
    match fact:
        case FundMovedIn():
            came_from = f"{fact.from_year}-{fact.from_source}"
            return one.subject, _move(came_from, fact.move_no), MOVE, _moved(fact.documents), ()
        case FundMoveReturned():
            return (
                one.subject,
                _move(f"{fact.to_year}-{fact.to_source}", fact.move_no),
                RETURN,
                _moved(fact.documents),
                (),
            )
        case FundPaid(claim=claim) | FundReleased(claim=claim) if claim:
            return None
        case FundCommitted() | FundPaid() | FundReleased() | FundCredited() if fact.by_document:
            about = f"invoice:{fact.invoice}" if fact.invoice else fact.run
            towns = _towns(fact.by_town) if isinstance(fact, FundReleased | FundCredited) else ()
            return one.subject, about, _KINDS[type(fact).__name__], _sums(fact.by_document), towns
        case _:
            return None


def _move(fund: str, move_no: str) -> str:
    return f"{fund}/{move_no}"


def _towns(spent: Iterable[Spent]) -> Sums:
    return tuple(sorted(("/".join(key), fen) for key, fen in by_town(spent).items()))


def _sums(charges: Iterable[Charge]) -> Sums:
    return tuple(sorted(sums_of(charges).items()))


def _moved(documents: Iterable[MovedMoney]) -> Sums:
    return tuple(sorted((one.document, int(one.amount_fen)) for one in documents))


def _positive(charge: Charge) -> Charge:
    return Charge(
        source=charge.source, document=charge.document, amount_fen=type(charge.amount_fen)(-charge.amount_fen)
    )


def _shown(wanted: Wanted) -> str:
    """The sums by document, and by town where they are told apart."""
    texts = ["，".join(f"{name} {fen}" for name, fen in sums) for sums in wanted[3:] if sums]
    return " · ".join(texts)
