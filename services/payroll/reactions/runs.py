"""A run asks its funds for money, a fund answers, the bank's return is booked to them."""

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
    SlipReversed,
)
from services.contracts.registry import Fact
from services.payroll.domain.fund import CommitFund, CreditFund, PayFund, ReleaseFund
from services.payroll.domain.officer import ApplyAppraisal
from services.payroll.domain.run import NoteFundCommitted

REACTS_TO: Final[tuple[type[Fact], ...]] = (
    AppraisalSettled,
    RunApproved,
    FundCommitted,
    BankReturnImported,
    HeldLineDecided,
    SlipReversed,
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
        case FundCommitted() as committed if committed.run:
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
        case SlipReversed() as taken_back:
            return tuple(
                Reaction(name=f"free-fund-{charge.code}", command=_freed(taken_back, charge.code))
                for charge in taken_back.charges
            )
        case _:
            return ()


def _freed(taken_back: SlipReversed, source: str) -> CreditFund | ReleaseFund:
    """A slip that the bank paid is credited to what paid it; of any other what was set aside is free again."""
    wanted = CreditFund if taken_back.settled else ReleaseFund
    return wanted(
        year=taken_back.month.year,
        source=source,
        run=taken_back.month,
        by_document=_of_source(taken_back.by_document, source),
        reason=f"{taken_back.officer} 工资单冲销（{taken_back.document}）",
        by_town=tuple(one for one in taken_back.by_town if one.source == source),
    )


def _of_source(documents: tuple[Charge, ...], source: str) -> tuple[Charge, ...]:
    return tuple(charge for charge in documents if charge.source == source)
