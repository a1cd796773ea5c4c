"""Double entry in whole fen: what each money fact books, pure; whoever reads the log folds the journal from it (三).

Two books side by side (政府会计: 平行记账). Budget control: what documents gave equals what is available, committed, spent
or on its way. Financial: what is owed to officers, insurance, tax and contractors, and the money that paid it; what
`CLEARING` holds was paid out of the sources and is still to be remitted. A town's own money has books of its own.
The accounts' names are data: the pack `accounts`.
"""

from typing import Final, Literal

import msgspec

from services.contracts.money import Fen
from services.contracts.payroll import (
    Charge,
    ContractorPayableNoted,
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
    InvoicePaid,
    MovedMoney,
    PaymentSettled,
    RecoveryReceived,
    RemittanceRecorded,
    RunApproved,
    SlipReversed,
    TownFundBudgeted,
    TownFundCommitted,
    TownFundPaid,
    TownFundReleased,
)
from services.contracts.registry import Fact

QUOTA: Final = "B01"
AVAILABLE: Final = "B02"
COMMITTED: Final = "B03"
SPENT: Final = "B04"
IN_TRANSIT: Final = "B05"
PAY_COST: Final = "5001.01"
INSURANCE_COST: Final = "5001.02"
SERVICES_COST: Final = "5001.03"
NET_PAYABLE: Final = "2201.01"
INSURANCE_PAYABLE: Final = "2201.02"
TAX_PAYABLE: Final = "2102.01"
CONTRACTORS_PAYABLE: Final = "2302"
CLEARING: Final = "1002"
APPROPRIATION: Final = "4001"
ACCUMULATED: Final = "3001"
TOWN_QUOTA: Final = "T01"
TOWN_AVAILABLE: Final = "T02"
TOWN_COMMITTED: Final = "T03"
TOWN_SPENT: Final = "T04"
TOWN_COST: Final = "T5001"
TOWN_PAYABLE: Final = "T2302"
TOWN_CLEARING: Final = "T1002"
TOWN_MONEY: Final = "T4609"
ACCOUNTS: Final = (
    QUOTA, AVAILABLE, COMMITTED, SPENT, IN_TRANSIT, PAY_COST, INSURANCE_COST, SERVICES_COST, NET_PAYABLE,
    INSURANCE_PAYABLE, TAX_PAYABLE, CONTRACTORS_PAYABLE, CLEARING, APPROPRIATION, ACCUMULATED, TOWN_QUOTA,
    TOWN_AVAILABLE, TOWN_COMMITTED, TOWN_SPENT, TOWN_COST, TOWN_PAYABLE, TOWN_CLEARING, TOWN_MONEY,
)  # fmt: skip


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One side of an entry: `of` says of what within the account (a fund's document, a month, a contractor, a town)."""

    account: str
    of: str
    side: Literal["debit", "credit"]
    amount_fen: Fen


POSTED: Final[tuple[type[Fact], ...]] = (
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
    RunApproved,
    PaymentSettled,
    SlipReversed,
    RecoveryReceived,
    RemittanceRecorded,
    ContractorPayableNoted,
    InvoicePaid,
    TownFundBudgeted,
    TownFundCommitted,
    TownFundPaid,
    TownFundReleased,
)


def postings(fact: Fact, subject: str) -> tuple[Posting, ...]:
    """The entry of a fact about a subject: debits equal credits, whatever the fact; nothing for facts that move no money."""
    fund = subject.partition(":")[2]
    match fact:
        case FundBudgeted() | FundBudgetChanged() | FundTakenOver():
            return _budgeted(fact, fund)
        case FundCommitted() | FundPaid() | FundReleased() | FundCredited():
            return _claimed(fact, fund)
        case FundMovedOut(documents=documents):
            return _moved(documents, fund, out=True)
        case FundMovedIn(documents=documents) | FundMoveReturned(documents=documents):
            return _moved(documents, fund, out=False)
        case RunApproved() | PaymentSettled() | SlipReversed() | RecoveryReceived() | RemittanceRecorded():
            return _run(fact, fund)
        case _:
            return _invoices_and_towns(fact, fund)


def _both(debit: str, credit: str, amount_fen: int, of_debit: str, of_credit: str | None = None) -> tuple[Posting, ...]:
    """One amount from an account to another; a negative one the other way round, nothing for nothing."""
    if not amount_fen:
        return ()
    of_credit = of_debit if of_credit is None else of_credit
    if amount_fen < 0:
        debit, credit, of_debit, of_credit, amount_fen = credit, debit, of_credit, of_debit, -amount_fen
    return (
        Posting(account=debit, of=of_debit, side="debit", amount_fen=Fen(amount_fen)),
        Posting(account=credit, of=of_credit, side="credit", amount_fen=Fen(amount_fen)),
    )


def _budgeted(fact: FundBudgeted | FundBudgetChanged | FundTakenOver, fund: str) -> tuple[Posting, ...]:
    of = f"{fund}/{fact.document}"
    if isinstance(fact, FundBudgetChanged):
        return _both(QUOTA, AVAILABLE, fact.change_fen, of)
    booked = _both(QUOTA, AVAILABLE, fact.amount_fen, of)
    if isinstance(fact, FundTakenOver):
        open_fen = sum(one.open_fen for one in fact.commitments)
        booked += _both(AVAILABLE, COMMITTED, open_fen, of) + _both(AVAILABLE, SPENT, fact.paid_fen, of)
    return booked


def _claimed(fact: FundCommitted | FundPaid | FundReleased | FundCredited, fund: str) -> tuple[Posting, ...]:
    """By document; what a run will give back is not booked before it is back."""
    whole = Charge(source=fact.source, document="", amount_fen=fact.amount_fen)
    found: tuple[Posting, ...] = ()
    for one in fact.by_document or (whole,):
        of, amount_fen = f"{fund}/{one.document}", one.amount_fen
        if amount_fen < 0 and not isinstance(fact, FundCredited):
            continue
        match fact:
            case FundCommitted():
                found += _both(AVAILABLE, COMMITTED, amount_fen, of)
            case FundPaid():
                found += _both(COMMITTED, SPENT, amount_fen, of)
                # What was promised before take-over was owed by other books.
                owed = ACCUMULATED if fact.claim else CLEARING
                found += _both(owed, APPROPRIATION, amount_fen, _cleared(fact), of)
            case FundReleased():
                found += _both(COMMITTED, AVAILABLE, amount_fen, of)
            case FundCredited():
                found += _both(SPENT, AVAILABLE, amount_fen, of)
                found += _both(APPROPRIATION, CLEARING, amount_fen, of, _cleared(fact))
    return found


def _cleared(fact: FundPaid | FundCredited) -> str:
    """What is cleared: a run's month, an invoice, a promise that was taken over."""
    return fact.run or fact.invoice or getattr(fact, "claim", "")


def _moved(documents: tuple[MovedMoney, ...], fund: str, *, out: bool) -> tuple[Posting, ...]:
    found: tuple[Posting, ...] = ()
    for one in documents:
        of = f"{fund}/{one.document}"
        if out:
            found += _both(AVAILABLE, IN_TRANSIT, one.amount_fen, of, one.document)
        else:
            found += _both(IN_TRANSIT, AVAILABLE, one.amount_fen, one.document, of)
    return found


def _accrued(
    month: str, *, employer_fen: int, net_fen: int, personal_fen: int, tax_fen: int, sign: int = 1
) -> tuple[Posting, ...]:
    """What slips cost and whom it is owed to; with the other sign it takes a slip back."""
    return (
        *_both(PAY_COST, NET_PAYABLE, sign * net_fen, month),
        *_both(PAY_COST, INSURANCE_PAYABLE, sign * personal_fen, month),
        *_both(PAY_COST, TAX_PAYABLE, sign * tax_fen, month),
        *_both(INSURANCE_COST, INSURANCE_PAYABLE, sign * employer_fen, month),
    )


def _run(
    fact: RunApproved | PaymentSettled | SlipReversed | RecoveryReceived | RemittanceRecorded, month: str
) -> tuple[Posting, ...]:
    """A slip that was taken back after payment leaves the officer owing: net payable is below zero until it came back."""
    match fact:
        case PaymentSettled():
            return _both(NET_PAYABLE, CLEARING, fact.amount_fen, month)
        case RecoveryReceived():
            return _both(CLEARING, NET_PAYABLE, fact.amount_fen, month)
        case RemittanceRecorded():
            owed = TAX_PAYABLE if fact.declaration == "tax" else INSURANCE_PAYABLE
            return _both(owed, CLEARING, fact.amount_fen, month)
        case RunApproved() | SlipReversed():
            # A run approved by an earlier version states no sums: nothing is booked of it.
            return _accrued(
                month,
                employer_fen=fact.employer_insurance_fen,
                net_fen=fact.net_fen,
                personal_fen=fact.personal_insurance_fen,
                tax_fen=fact.tax_fen,
                sign=-1 if isinstance(fact, SlipReversed) else 1,
            )


def _invoices_and_towns(fact: Fact, subject: str) -> tuple[Posting, ...]:
    match fact:
        case ContractorPayableNoted(payer_town="") as noted:
            return _both(SERVICES_COST, CONTRACTORS_PAYABLE, noted.payable_fen, noted.contractor)
        case ContractorPayableNoted() as noted:
            return _both(TOWN_COST, TOWN_PAYABLE, noted.payable_fen, noted.payer_town, noted.contractor)
        case InvoicePaid(payer_town="") as paid:
            number = f"{paid.contractor}/{paid.invoice_no}"
            return _both(CONTRACTORS_PAYABLE, CLEARING, paid.amount_fen, paid.contractor, number)
        case InvoicePaid() as paid:
            return _both(TOWN_PAYABLE, TOWN_CLEARING, paid.amount_fen, paid.contractor, paid.payer_town)
        case TownFundBudgeted(amount_fen=amount_fen):
            return _both(TOWN_QUOTA, TOWN_AVAILABLE, amount_fen, subject)
        case TownFundCommitted(amount_fen=amount_fen):
            return _both(TOWN_AVAILABLE, TOWN_COMMITTED, amount_fen, subject)
        case TownFundReleased(amount_fen=amount_fen):
            return _both(TOWN_COMMITTED, TOWN_AVAILABLE, amount_fen, subject)
        case TownFundPaid() as paid:
            owed = TOWN_CLEARING if paid.invoice else TOWN_COST
            spent = _both(TOWN_COMMITTED, TOWN_SPENT, paid.amount_fen, subject)
            return spent + _both(owed, TOWN_MONEY, paid.amount_fen, paid.town, subject)
        case _:
            return ()
