"""Read model of moves and added duties: what towns reported and what the bureau decided, undecided ones first."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.deciding import CHINA, Model, Record
from services.contracts.payroll import ReassignmentApproved, ReassignmentRefused, ReassignmentReported


class MoveRow(msgspec.Struct, frozen=True, kw_only=True):
    """A move or added duty by ``<officer>/<number>``: that of the report, or of the approval where nobody reported.

    `reported`: it counts for nothing, the officer's post and pay are what they were (四(二)). `order` lists those first,
    oldest first; decided ones after them.
    """

    officer: str
    town: str
    kind: str
    status: Literal["reported", "approved", "refused"]
    to_town: str
    order: str
    to_post: str = ""
    duty: str = ""
    since_on: date | None = None
    effective_on: date | None = None
    reason: str = ""
    document: str = ""
    reported_by: str = ""
    decided_by: str = ""
    approval_no: str = ""


def _keys(record: Record) -> tuple[str, ...]:
    match record.fact:
        case ReassignmentReported() | ReassignmentRefused() as fact:
            return (f"{fact.officer}/{fact.report_no}",)
        case ReassignmentApproved() as fact:
            return (f"{fact.officer}/{fact.report_no or fact.approval_no}",)
        case _:
            return ()


def _move(row: MoveRow | None, record: Record, _: str) -> MoveRow | None:
    actor, on = record.envelope.actor, record.envelope.time.astimezone(CHINA).date()
    match record.fact:
        case ReassignmentReported() as fact:
            return MoveRow(
                officer=fact.officer,
                town=fact.from_town,
                kind=fact.kind,
                status="reported",
                to_town=fact.to_town,
                order=f"0-{on}",
                duty=fact.duty,
                since_on=fact.since_on,
                reason=fact.reason,
                reported_by=actor,
            )
        case ReassignmentApproved() as fact:
            return MoveRow(
                officer=fact.officer,
                town=fact.from_town,
                kind=fact.kind,
                status="approved",
                to_town=fact.town,
                order=f"1-{on}",
                to_post=fact.post_no,
                duty=fact.duty,
                since_on=row.since_on if row else None,
                effective_on=fact.effective_on,
                reason=row.reason if row else "",
                document=fact.document,
                reported_by=row.reported_by if row else "",
                decided_by=actor,
                approval_no=fact.approval_no,
            )
        case ReassignmentRefused() as fact if row is not None:
            return msgspec.structs.replace(
                row, status="refused", order=f"1-{on}", reason=fact.reason, decided_by=actor
            )  # fmt: skip
        case _:
            return row


MOVES: Final = Model(
    name="moves",
    row=MoveRow,
    listens=(ReassignmentReported, ReassignmentApproved, ReassignmentRefused),
    keys=_keys,
    evolve=_move,
    listed_by="order",
)
