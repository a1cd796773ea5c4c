"""Commands about one source's money of one year: by people (budget, changes, moves) and by reaction (commit, pay, give back)."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.contracts.deciding import Command
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Charge, MovedMoney, OpenCommitment, Spent
from services.payroll.domain.shapes import (
    AMOUNT_FEN_MAX,
    AmountFen,
    AmountFenOrZero,
    CodeOrEmpty,
    Line,
    Reference,
    Source,
    Year,
)


def fund_subject(year: int, source: str) -> str:
    """``fund:<year>-<source>``."""
    return f"fund:{year}-{source}"


class OfFund(Command, frozen=True, kw_only=True):
    """Base of the commands about one source of one year. Amounts are fen."""

    year: int
    source: Source

    @property
    def subject(self) -> str:
        return fund_subject(self.year, self.source)


class BudgetFund(OfFund, frozen=True, kw_only=True):
    """Put a document's money into a source.

    `cap_basis_fen`: last year's municipal figure, for the capped source, by `cap_basis_document`. `kind`: a kind of the
    pack whose money is bound by law, where the document is one.
    """

    amount_fen: Fen
    document: str
    purposes: tuple[str, ...]
    cap_basis_fen: Fen | None = None
    cap_basis_document: Line = ""
    kind: CodeOrEmpty = ""


class ChangeBudget(OfFund, frozen=True, kw_only=True):
    """Increase or decrease (negative) a document's money by another document (预算调整)."""

    document: str
    change_fen: Annotated[int, Meta(ge=-AMOUNT_FEN_MAX, le=AMOUNT_FEN_MAX)]
    change_document: Line


class TakeOverFund(OfFund, frozen=True, kw_only=True):
    """Take a document's balance over with what was paid and promised before (接续登记)."""

    document: str
    purposes: tuple[str, ...]
    amount_fen: AmountFen
    paid_fen: AmountFenOrZero
    commitments: Annotated[tuple[OpenCommitment, ...], Meta(max_length=200)] = ()
    as_at_on: date
    taken_from: Line
    take_over_document: Line
    cap_basis_fen: Fen | None = None
    cap_basis_document: Line = ""
    kind: CodeOrEmpty = ""


class SettleOpening(OfFund, frozen=True, kw_only=True):
    """Pay or release (part of) a commitment that was taken over; `note` is the bank's reference or the reason."""

    claim: Line
    outcome: Literal["paid", "released"]
    amount_fen: AmountFen
    note: Line


class _OfClaim(OfFund, frozen=True, kw_only=True):
    """About a run's money, or an invoice's (``<contractor>/<number>``)."""

    run: Month | None = None
    invoice: str = ""
    by_document: tuple[Charge, ...] = ()

    @property
    def claim(self) -> str:
        return f"invoice:{self.invoice}" if self.run is None else str(self.run)


class CommitFund(_OfClaim, frozen=True, kw_only=True):
    """Set money aside for an approved run or invoice. Refused for a run, declined by a fact for an invoice, when there is less left.

    `amount_fen` is the sum of `by_document`, in which a negative amount is what a run will give back.
    """

    amount_fen: Fen


class CommitRun(Command, frozen=True, kw_only=True):
    """Ask a source once more for its share of an approved run, once it has the money that it had not.

    `asked` is never the caller's: the service's edge sets it by `filling.filled`, empty for a run that waits for nothing.
    """

    month: Month
    source: Source
    asked: tuple[Charge, ...] = ()

    @property
    def subject(self) -> str:
        return fund_subject(self.month.year, self.source)


class PayFund(_OfClaim, frozen=True, kw_only=True):
    """Book what the bank settled of a run's or invoice's share; refused beyond what was committed to it."""

    amount_fen: Fen
    bank_reference: str = ""


class ReleaseFund(_OfClaim, frozen=True, kw_only=True):
    """Free what was set aside and will not be paid: returned for good, never paid, reversed before payment."""

    reason: str
    by_town: tuple[Spent, ...] = ()


class CreditFund(_OfClaim, frozen=True, kw_only=True):
    """Give back to its documents what was paid: a reversal after payment. Never more than was paid."""

    reason: str
    by_town: tuple[Spent, ...] = ()


class MovedPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a document's money is to move."""

    document: str
    amount_fen: AmountFen


class CarryOverFund(OfFund, frozen=True, kw_only=True):
    """Carry what is left into the next year (年终结转); without `documents`, all that is left of all of them."""

    move_no: Reference
    decision_document: Line
    documents: Annotated[tuple[MovedPart, ...], Meta(max_length=200)] = ()


class TransferFund(OfFund, frozen=True, kw_only=True):
    """Move money to another source of the year; only by a document that decides so."""

    move_no: Reference
    to_source: Source
    decision_document: Line = ""
    documents: Annotated[tuple[MovedPart, ...], Meta(min_length=1, max_length=200)]


class ReceiveFund(OfFund, frozen=True, kw_only=True):
    """Take in what another year or source sent, or decline it so that it goes back; by reaction."""

    move_no: str
    why: str
    from_year: Year
    from_source: Source
    decision_document: str
    documents: tuple[MovedMoney, ...]


class TakeBackFund(OfFund, frozen=True, kw_only=True):
    """Take back what the receiver declined; by reaction."""

    move_no: str
    why: str
    to_year: int
    to_source: str
    documents: tuple[MovedMoney, ...]
    code: str


FundCommand = (
    BudgetFund
    | ChangeBudget
    | TakeOverFund
    | SettleOpening
    | CommitFund
    | CommitRun
    | PayFund
    | ReleaseFund
    | CreditFund
    | CarryOverFund
    | TransferFund
    | ReceiveFund
    | TakeBackFund
)
