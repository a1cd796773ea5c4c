"""A run asks its funds for money, a fund answers, the bank's return is booked to them."""

from typing import Final

from services.contracts.deciding import Reaction, Record
from services.contracts.months import Month
from services.contracts.payroll import BankReturnImported, Charge, FundCommitted, RunApproved
from services.contracts.registry import Fact
from services.payroll.domain.fund import CommitFund, PayFund
from services.payroll.domain.run import NoteFundCommitted

REACTS_TO: Final[tuple[type[Fact], ...]] = (RunApproved, FundCommitted, BankReturnImported)


def react(record: Record) -> tuple[Reaction, ...]:
    """Commands caused by one fact: a commitment or a payment for each charged source, or a note to the run."""
    match record.fact:
        case RunApproved(month=month, charges=charges, by_document=documents):
            return tuple(
                Reaction(
                    name=f"commit-fund-{charge.code}",
                    command=CommitFund(
                        year=month.year,
                        source=charge.code,
                        run=month,
                        amount_fen=charge.amount_fen,
                        by_document=_of_source(documents, charge.code),
                    ),
                )
                for charge in charges
            )
        case FundCommitted() as committed if committed.run:
            note = NoteFundCommitted(
                month=Month.parse(committed.run), source=committed.source, amount_fen=committed.amount_fen
            )
            return (Reaction(name="note-fund-committed", command=note),)
        case BankReturnImported(month=month, charges=charges, by_document=documents):
            return tuple(
                Reaction(
                    name=f"pay-fund-{charge.code}",
                    command=PayFund(
                        year=month.year,
                        source=charge.code,
                        run=month,
                        amount_fen=charge.amount_fen,
                        by_document=_of_source(documents, charge.code),
                    ),
                )
                for charge in charges
            )
        case _:
            return ()


def _of_source(documents: tuple[Charge, ...], source: str) -> tuple[Charge, ...]:
    return tuple(charge for charge in documents if charge.source == source)
