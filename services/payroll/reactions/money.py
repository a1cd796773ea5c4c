"""Money on its way between years and sources: what left is taken in, what is declined goes back (三)."""

from typing import Final

from services.contracts.deciding import Reaction, Record
from services.contracts.payroll import FundMoveDeclined, FundMovedOut
from services.contracts.registry import Fact
from services.payroll.domain.fund import ReceiveFund, TakeBackFund

REACTS_TO: Final[tuple[type[Fact], ...]] = (FundMovedOut, FundMoveDeclined)


def react(record: Record) -> tuple[Reaction, ...]:
    match record.fact:
        case FundMovedOut() as out:
            taken_in = ReceiveFund(
                year=out.to_year,
                source=out.to_source,
                move_no=out.move_no,
                why=out.why,
                from_year=out.year,
                from_source=out.source,
                decision_document=out.decision_document,
                documents=out.documents,
            )
            return (Reaction(name="receive-fund", command=taken_in),)
        case FundMoveDeclined() as no:
            year, _, source = record.envelope.subject.removeprefix("fund:").partition("-")
            back = TakeBackFund(
                year=no.from_year,
                source=no.from_source,
                move_no=no.move_no,
                why=no.why,
                to_year=int(year),
                to_source=source,
                documents=no.documents,
                code=no.code,
            )
            return (Reaction(name="take-back-fund", command=back),)
        case _:
            return ()
