"""Facts about money (三): budgets by the four sources, commitments, payments, what comes back, what moves; no town's own money."""

from datetime import date

import msgspec

from services.contracts.money import Fen
from services.contracts.payroll.slips import Charge, Spent
from services.contracts.registry import Fact, fact


class OpenCommitment(msgspec.Struct, frozen=True, kw_only=True):
    """A promise that was open at take-over: what it is for, and what of it was not paid yet."""

    claim: str
    open_fen: Fen


class MovedMoney(msgspec.Struct, frozen=True, kw_only=True):
    """Money of one funding document on its way to another year or source; its purposes go with it (专款专用)."""

    document: str
    amount_fen: Fen
    purposes: tuple[str, ...]
    kind: str = ""
    block_basis: str = ""


@fact("payroll", "fund_budgeted", subject="fund")
class FundBudgeted(Fact, frozen=True, kw_only=True):
    """A funding document put money into one of the four sources of a year (三); `purposes` bind it (专款专用).

    `blocked` are the purposes of officers' pay that it may not be used for, `block_basis` the rule that says so;
    `cap_basis_document` is the document that states last year's municipal figure.
    """

    year: int
    source: str
    amount_fen: Fen
    document: str
    purposes: tuple[str, ...]
    cap_basis_fen: Fen | None
    cap_basis_document: str = ""
    kind: str = ""
    blocked: tuple[str, ...] = ()
    block_basis: str = ""


@fact("payroll", "fund_budget_changed", subject="fund")
class FundBudgetChanged(Fact, frozen=True, kw_only=True):
    """A document's money was increased or (negative) decreased by another document; never below what is committed."""

    year: int
    source: str
    document: str
    change_fen: Fen
    change_document: str
    left_fen: Fen


@fact("payroll", "fund_taken_over", subject="fund")
class FundTakenOver(Fact, frozen=True, kw_only=True):
    """A document's balance was taken over with its open commitments (接续登记): `taken_from` which books, by which document."""

    year: int
    source: str
    document: str
    purposes: tuple[str, ...]
    amount_fen: Fen
    paid_fen: Fen
    commitments: tuple[OpenCommitment, ...]
    as_at_on: date
    taken_from: str
    take_over_document: str
    cap_basis_fen: Fen | None = None
    cap_basis_document: str = ""
    kind: str = ""
    blocked: tuple[str, ...] = ()
    block_basis: str = ""


@fact("payroll", "fund_committed", subject="fund")
class FundCommitted(Fact, frozen=True, kw_only=True):
    """A source set money aside for an approved run or invoice; never more than it has left.

    `by_document`: what is set aside, and negative what a run will give back. `amount_fen` is its sum; `returning_fen`
    what will come back, which is not counted on before it has.
    """

    source: str
    run: str
    amount_fen: Fen
    left_fen: Fen
    by_document: tuple[Charge, ...] = ()
    returning_fen: Fen = Fen(0)
    invoice: str = ""


@fact("payroll", "fund_commitment_declined", subject="fund")
class FundCommitmentDeclined(Fact, frozen=True, kw_only=True):
    """A source cannot set money aside for an invoice: the document lacks `short_fen`, or may not pay it."""

    source: str
    invoice: str
    document: str
    amount_fen: Fen
    left_fen: Fen
    short_fen: Fen
    code: str


@fact("payroll", "fund_paid", subject="fund")
class FundPaid(Fact, frozen=True, kw_only=True):
    """A source paid its share of what the bank settled, insurance and tax remittances included."""

    source: str
    run: str
    amount_fen: Fen
    by_document: tuple[Charge, ...] = ()
    invoice: str = ""
    claim: str = ""
    bank_reference: str = ""


@fact("payroll", "fund_released", subject="fund")
class FundReleased(Fact, frozen=True, kw_only=True):
    """Money that was set aside and will not be paid is free again: returned for good, never paid, reversed before payment.

    Negative in `by_document`: what was to be given back is not expected any more.
    """

    source: str
    run: str
    invoice: str
    claim: str
    amount_fen: Fen
    left_fen: Fen
    by_document: tuple[Charge, ...]
    reason: str
    by_town: tuple[Spent, ...] = ()


@fact("payroll", "fund_credited", subject="fund")
class FundCredited(Fact, frozen=True, kw_only=True):
    """Money came back to its documents after it was paid: a reversal, or differences that a run took back.

    Negative in `by_document`: differences that had come back leave again with the slip that took them.
    """

    source: str
    run: str
    invoice: str
    amount_fen: Fen
    left_fen: Fen
    by_document: tuple[Charge, ...]
    reason: str
    by_town: tuple[Spent, ...] = ()


@fact("payroll", "fund_moved_out", subject="fund")
class FundMovedOut(Fact, frozen=True, kw_only=True):
    """Money left a source: carried over to the next year (年终结转), or transferred to another source by a document.

    `why`: ``carry_over`` or ``transfer``. It is on its way until the receiving source states that it came in.
    """

    move_no: str
    why: str
    year: int
    source: str
    to_year: int
    to_source: str
    decision_document: str
    documents: tuple[MovedMoney, ...]
    amount_fen: Fen
    left_fen: Fen


@fact("payroll", "fund_moved_in", subject="fund")
class FundMovedIn(Fact, frozen=True, kw_only=True):
    """Money that left another year or source came in, with the documents and purposes it had there."""

    move_no: str
    why: str
    from_year: int
    from_source: str
    year: int
    source: str
    decision_document: str
    documents: tuple[MovedMoney, ...]
    amount_fen: Fen
    left_fen: Fen


@fact("payroll", "fund_move_declined", subject="fund")
class FundMoveDeclined(Fact, frozen=True, kw_only=True):
    """A source may not take in what was sent to it (over its cap, say): the money goes back where it came from."""

    move_no: str
    why: str
    from_year: int
    from_source: str
    documents: tuple[MovedMoney, ...]
    amount_fen: Fen
    code: str
    reason_zh: str
    reason_en: str


@fact("payroll", "fund_move_returned", subject="fund")
class FundMoveReturned(Fact, frozen=True, kw_only=True):
    """Money that was declined elsewhere is back in its documents."""

    move_no: str
    why: str
    to_year: int
    to_source: str
    documents: tuple[MovedMoney, ...]
    amount_fen: Fen
    left_fen: Fen
    code: str
