"""The ledger's accounts anew from the money facts (政府会计: 预算会计与财务会计平行记账), and whether they agree with the sources.

Account codes are those of payroll's pack ``accounts``; what each fact books is written down here once more, in audit's words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.audit.recomputation.difference import Difference
from services.audit.recomputation.fund_sums import FundSums
from services.audit.recomputation.money import Claimed
from services.audit.recomputation.stating import held
from services.audit.recomputation.told import Told
from services.contracts.payroll import (
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

BOOKED: Final[tuple[type[Fact], ...]] = (
    FundBudgeted, FundBudgetChanged, FundTakenOver, FundCommitted, FundPaid, FundReleased, FundCredited, FundMovedOut,
    FundMovedIn, FundMoveReturned, RunApproved, PaymentSettled, SlipReversed, RecoveryReceived, RemittanceRecorded,
    ContractorPayableNoted, InvoicePaid, TownFundBudgeted, TownFundCommitted, TownFundPaid, TownFundReleased,
)  # fmt: skip
# Budget control: what was given, what of it is free, promised, spent, on its way.
GIVEN, FREE, PROMISED, SPENT, UNDER_WAY = "B01", "B02", "B03", "B04", "B05"
# Finance: cost, what is owed, the money that pays it.
PAY, INSURANCE, SERVICES = "5001.01", "5001.02", "5001.03"
OWED_NET, OWED_INSURANCE, OWED_TAX, OWED_CONTRACTORS = "2201.01", "2201.02", "2102.01", "2302"
PAYING, APPROPRIATED, EARLIER_BOOKS = "1002", "4001", "3001"
TOWN_GIVEN, TOWN_FREE, TOWN_PROMISED, TOWN_SPENT = "T01", "T02", "T03", "T04"
TOWN_COST, TOWN_OWED, TOWN_PAYING, TOWN_MONEY = "T5001", "T2302", "T1002", "T4609"

# (account, of what) debited, then credited, and the amount; a negative amount is booked the other way round.
Entry = tuple[tuple[str, str], tuple[str, str], int]


@dataclass(slots=True)
class Books:
    """Debits and credits by account and detail. Mutable."""

    debits: dict[tuple[str, str], int] = field(default_factory=dict)
    credits: dict[tuple[str, str], int] = field(default_factory=dict)
    _last: dict[str, Told[Any]] = field(default_factory=dict)

    def read(self, one: Told[Any]) -> None:
        for debit, credit, fen in entries(one.fact, one.number):
            if fen < 0:
                debit, credit, fen = credit, debit, -fen
            if fen:
                self.debits[debit] = self.debits.get(debit, 0) + fen
                self.credits[credit] = self.credits.get(credit, 0) + fen
        if one.subject.startswith("fund:"):
            self._last[one.number] = one

    def balance(self, account: str, of: str) -> int:
        """Debits less credits."""
        return self.debits.get((account, of), 0) - self.credits.get((account, of), 0)

    def differences(self, funds: Mapping[str, FundSums]) -> Iterator[Difference]:
        """Whether control accounts and the sources' own sums come to the same, document by document."""
        for number, sums in sorted(funds.items()):
            for name, document in sums.money.documents.items():
                of = f"{number}/{name}"
                promised_fen, paid_fen = document.promised_fen, document.paid_fen
                for account, fen in (
                    (FREE, -document.left_fen),
                    (PROMISED, paid_fen - promised_fen),
                    (SPENT, document.credited_fen - paid_fen),
                ):
                    if number in self._last:
                        yield from held(self._last[number], f"{account}/{name}", self.balance(account, of), fen)


def entries(fact: Fact, of: str) -> Iterator[Entry]:
    """What a fact about the subject `of` books."""
    match fact:
        case FundBudgeted() | FundTakenOver() | FundBudgetChanged():
            yield from _given(fact, f"{of}/{fact.document}")
        case FundCommitted() | FundPaid() | FundReleased() | FundCredited():
            yield from _of_source(fact, of)
        case FundMovedOut():
            for one in fact.documents:
                yield (FREE, f"{of}/{one.document}"), (UNDER_WAY, one.document), one.amount_fen
        case FundMovedIn() | FundMoveReturned():
            for one in fact.documents:
                yield (UNDER_WAY, one.document), (FREE, f"{of}/{one.document}"), one.amount_fen
        case RunApproved():
            yield from _pay(fact, of, 1)
        case SlipReversed():
            yield from _pay(fact, of, -1)
        case PaymentSettled():
            yield (OWED_NET, of), (PAYING, of), fact.amount_fen
        case RecoveryReceived():
            yield (PAYING, of), (OWED_NET, of), fact.amount_fen
        case RemittanceRecorded():
            yield (OWED_TAX if fact.declaration == "tax" else OWED_INSURANCE, of), (PAYING, of), fact.amount_fen
        case _:
            yield from _services(fact, of)


def _given(fact: FundBudgeted | FundTakenOver | FundBudgetChanged, of: str) -> Iterator[Entry]:
    fen = fact.change_fen if isinstance(fact, FundBudgetChanged) else fact.amount_fen
    yield (GIVEN, of), (FREE, of), fen
    if isinstance(fact, FundTakenOver):
        yield (FREE, of), (PROMISED, of), sum(one.open_fen for one in fact.commitments)
        yield (FREE, of), (SPENT, of), fact.paid_fen


def _of_source(fact: Claimed, of: str) -> Iterator[Entry]:
    """By document. What is to be given back is booked when it is back; what it was paid for stands beside it."""
    claim = fact.claim if isinstance(fact, FundPaid | FundReleased) else ""
    paid_for = fact.run or fact.invoice or claim
    amounts = [(one.document, one.amount_fen) for one in fact.by_document] or [("", fact.amount_fen)]
    for name, fen in amounts:
        document = f"{of}/{name}"
        match fact:
            case FundCredited():
                yield (SPENT, document), (FREE, document), fen
                yield (APPROPRIATED, document), (PAYING, paid_for), fen
            case FundCommitted() if fen > 0:
                yield (FREE, document), (PROMISED, document), fen
            case FundReleased() if fen > 0:
                yield (PROMISED, document), (FREE, document), fen
            case FundPaid() if fen > 0:
                yield (PROMISED, document), (SPENT, document), fen
                # A promise that was taken over was owed by other books.
                yield (EARLIER_BOOKS if claim else PAYING, paid_for), (APPROPRIATED, document), fen
            case _:
                pass


def _pay(fact: RunApproved | SlipReversed, month: str, sign: int) -> Iterator[Entry]:
    """What slips cost, and whom it is owed to."""
    yield (PAY, month), (OWED_NET, month), sign * fact.net_fen
    yield (PAY, month), (OWED_INSURANCE, month), sign * fact.personal_insurance_fen
    yield (PAY, month), (OWED_TAX, month), sign * fact.tax_fen
    yield (INSURANCE, month), (OWED_INSURANCE, month), sign * fact.employer_insurance_fen


def _services(fact: Fact, of: str) -> Iterator[Entry]:
    """Contractors and towns: a town's money is none of the four sources and has books of its own (二(二))."""
    match fact:
        case ContractorPayableNoted(payer_town="") as noted:
            yield (SERVICES, noted.contractor), (OWED_CONTRACTORS, noted.contractor), noted.payable_fen
        case ContractorPayableNoted() as noted:
            yield (TOWN_COST, noted.payer_town), (TOWN_OWED, noted.contractor), noted.payable_fen
        case InvoicePaid(payer_town="") as paid:
            number = f"{paid.contractor}/{paid.invoice_no}"
            yield (OWED_CONTRACTORS, paid.contractor), (PAYING, number), paid.amount_fen
        case InvoicePaid() as paid:
            yield (TOWN_OWED, paid.contractor), (TOWN_PAYING, paid.payer_town), paid.amount_fen
        case TownFundBudgeted():
            yield (TOWN_GIVEN, of), (TOWN_FREE, of), fact.amount_fen
        case TownFundCommitted():
            yield (TOWN_FREE, of), (TOWN_PROMISED, of), fact.amount_fen
        case TownFundReleased():
            yield (TOWN_PROMISED, of), (TOWN_FREE, of), fact.amount_fen
        case TownFundPaid():
            yield (TOWN_PROMISED, of), (TOWN_SPENT, of), fact.amount_fen
            yield (TOWN_PAYING if fact.invoice else TOWN_COST, fact.town), (TOWN_MONEY, of), fact.amount_fen
        case _:
            pass
