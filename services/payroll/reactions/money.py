"""What payroll's facts cause on its other subjects: a run asks its funds, a fund answers; it decides nothing."""

from typing import Final

from services.contracts.deciding import Reaction, Record
from services.contracts.months import Month
from services.contracts.payroll import (
    AppraisalSettled,
    BankReturnImported,
    Charge,
    FundCommitted,
    HeldLineDecided,
    RunApproved,
)
from services.contracts.registry import Fact
from services.payroll.domain.fund import CommitFund, PayFund
from services.payroll.domain.officer import ApplyAppraisal
from services.payroll.domain.run import NoteFundCommitted

REACTS_TO: Final[tuple[type[Fact], ...]] = (
    AppraisalSettled,
    RunApproved,
    FundCommitted,
    BankReturnImported,
    HeldLineDecided,
)


def react(record: Record) -> tuple[Reaction, ...]:
    """Commands caused by one fact: a commitment or a payment for each charged source, or a note to the run."""
    match record.fact:
        case AppraisalSettled() as settled:
            applied = ApplyAppraisal(
                officer=settled.officer,
                year=settled.year,
                quarter=settled.quarter,
                grade=settled.grade,
                coefficient_permille=settled.coefficient_permille,
                settled_by=settled.settled_by,
                work_counted=settled.work_counted,
            )
            return (Reaction(name="apply-appraisal", command=applied),)
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
        case FundCommitted() as committed:
            note = NoteFundCommitted(
                month=Month.parse(committed.run), source=committed.source, amount_fen=committed.amount_fen
            )
            return (Reaction(name="note-fund-committed", command=note),)
        case (
            BankReturnImported(month=month, charges=charges, by_document=documents)
            | HeldLineDecided(month=month, charges=charges, by_document=documents)
        ):
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
