"""The clock ledger of findings, audit's due table, suppressions, and the access of inspectors; no name of anybody."""

from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.audit.domain.inspection import ExpireInspectorAccess
from services.audit.domain.rectification.commands import MarkRectificationOverdue
from services.audit.domain.rectification.state import CLOCK_OF
from services.audit.domain.suppression import EndSuppression
from services.audit.projections.findings import OF_FINDING, on_day
from services.contracts import clocks
from services.contracts.audit import (
    FindingAnswered,
    FindingAssigned,
    FindingClosed,
    FindingContestDecided,
    FindingContested,
    FindingOpened,
    FindingReleased,
    FindingSuppressed,
    InspectorAccessExpired,
    InspectorAccessGranted,
    InspectorAccessRevoked,
    InspectorReadRecorded,
    InspectorSessionOpened,
    RectificationExtensionDecided,
    RectificationOverdue,
    RectificationVerified,
    SuppressionApproved,
    SuppressionDeclined,
    SuppressionEnded,
    SuppressionProposed,
)
from services.contracts.clocks import ClockRow, Held, Moved, started, stopped
from services.contracts.codec import encoder
from services.contracts.deciding import Command, Due, Model, Record

_change: Final = msgspec.structs.replace
CLOCKS_OF_FINDING: Final = ("rectify", "verify", "contest")

# ---- clocks


def _clock_keys(record: Record) -> tuple[str, ...]:
    """``<town>/<finding>/<clock>``: each fact concerns all three, so that one that ends is seen to end."""
    fact: Any = record.fact
    return tuple(f"{fact.town}/{fact.finding_no}/{name}" for name in CLOCKS_OF_FINDING)


def _new(record: Record, name: str, holder: str) -> ClockRow:
    fact: Any = record.fact
    on = on_day(record)
    return ClockRow(
        town=fact.town, household="", application_no=fact.finding_no, clock=name,
        article=getattr(fact, "pack_version", ""), counting="workdays", status="waiting", held_by=holder,
        held=(Held(who=holder, from_on=on),),
    )  # fmt: skip


def _clock(row: ClockRow | None, record: Record, key: str) -> ClockRow | None:
    fact: Any = record.fact
    name = key.rpartition("/")[2]
    match fact:
        case FindingAssigned() if name == "rectify":
            if row is not None and fact.previous:
                return clocks.held(row, fact.responsible, on_day(record))
            return _begun(row, record, name, fact.responsible, fact.due_on)
        case FindingAnswered():
            if name == "verify":
                return _begun(row, record, name, "auditor", fact.verify_by)
            return _stop(row, record, fact.answered_on)
        case FindingContested():
            if name == "contest":
                return _begun(row, record, name, "auditor", fact.decide_by)
            return _stand(row, record, "contest") if name == "rectify" else row
        case FindingContestDecided():
            if name == "rectify" and fact.due_on is not None:
                return _go_on(row, record, fact.due_on)
            return _stop(row, record, fact.decided_on)
        case RectificationVerified():
            if name == "rectify" and fact.rectify_by is not None:
                return _begun(row, record, name, fact.responsible, fact.rectify_by)
            return _stop(row, record, fact.verified_on) if name == "verify" else row
        case _:
            return _clock_beside(row, record, name)


def _clock_beside(row: ClockRow | None, record: Record, name: str) -> ClockRow | None:
    fact: Any = record.fact
    if row is None:
        return None
    match fact:
        case RectificationExtensionDecided(approved=True) if name == "rectify":
            extension = Moved(
                cause="extension", article=fact.pack_version, from_on=fact.decided_on, until_on=fact.decided_on,
                due_before=fact.due_before, due_on=fact.due_on, by=record.envelope.id,
            )  # fmt: skip
            return _change(row, due_on=fact.due_on, open_until=fact.due_on, moved=(*row.moved, extension))
        case RectificationOverdue() if name == fact.clock:
            return clocks.marked_overdue(row)
        case FindingSuppressed() if row.status == "running":
            return _stand(row, record, "suppression")
        case FindingReleased() if _is_of(fact.status, name) and fact.due_on is not None:
            return _go_on(row, record, fact.due_on)
        case FindingClosed():
            return _stop(row, record, fact.closed_on)
        case _:
            return row


def _is_of(status: Any, name: str) -> bool:
    return CLOCK_OF.get(status) == name


def _begun(row: ClockRow | None, record: Record, name: str, holder: str, due_on: date) -> ClockRow:
    on = on_day(record)
    again = clocks.held(_change(row, status="running"), holder, on) if row is not None else _new(record, name, holder)
    return started(again, on, due_on, record.envelope.id)


def _stop(row: ClockRow | None, record: Record, on: date) -> ClockRow | None:
    return None if row is None else stopped(row, on, record.envelope.id)


def _stand(row: ClockRow | None, record: Record, cause: str) -> ClockRow | None:
    """The clock stands still; how many days are left is the fact's that lets it run on."""
    if row is None or row.due_on is None:
        return row
    pause = Moved(
        cause=cause, article="", from_on=on_day(record), due_before=row.due_on, due_on=row.due_on, by=record.envelope.id
    )
    return _change(row, status="paused", moved=(*row.moved, pause), open_until=row.due_on)


def _go_on(row: ClockRow | None, record: Record, due_on: date) -> ClockRow | None:
    if row is None or row.status != "paused":
        return row
    moves = tuple(
        _change(one, until_on=on_day(record), due_on=due_on) if one.until_on is None else one for one in row.moved
    )
    return _change(row, status="running", due_on=due_on, open_until=due_on, moved=moves, overdue=False)


CLOCKS: Final = Model(
    name="clocks",
    row=ClockRow,
    listens=(
        FindingAssigned, FindingAnswered, FindingContested, FindingContestDecided, RectificationVerified,
        RectificationExtensionDecided, RectificationOverdue, FindingSuppressed, FindingReleased, FindingClosed,
    ),
    keys=_clock_keys,
    evolve=_clock,
    listed_by="open_until",
)  # fmt: skip

# ---- due: what the timer says and when

_OF_SUPPRESSION: Final = (SuppressionApproved, SuppressionEnded)
_OF_INSPECTION: Final = (InspectorAccessGranted, InspectorAccessRevoked, InspectorAccessExpired)


def _due_keys(record: Record) -> tuple[str, ...]:
    """The subject itself: a finding has one clock at a time, a suppression and a grant one end."""
    return (record.envelope.subject,)


def _after(day: date, record: Record, command: Command) -> Due:
    text = encoder.encode(command).decode()
    return Due.after(day, subject=record.envelope.subject, command=text, set_by=record.envelope.id)


def _due(row: Due | None, record: Record, _: str) -> Due | None:
    match record.fact:
        case SuppressionApproved() as fact:
            ending = EndSuppression(suppression_no=fact.suppression_no, until=fact.until)
            return _after(fact.until, record, ending)
        case InspectorAccessGranted() as fact:
            expiring = ExpireInspectorAccess(inspection_no=fact.inspection_no, until_on=fact.until_on)
            return _after(fact.until_on, record, expiring)
        case SuppressionEnded() | InspectorAccessRevoked() | InspectorAccessExpired():
            return None
        case _:
            return _due_of_finding(row, record)


def _overdue_at(record: Record, clock: str, due_on: date | None) -> Due | None:
    """The first step of a clock's escalation; nothing where no clock runs."""
    fact: Any = record.fact
    if due_on is None:
        return None
    marking = MarkRectificationOverdue(finding_no=fact.finding_no, clock=clock, due_on=due_on, step=1)
    return _after(due_on, record, marking)


def _due_of_finding(row: Due | None, record: Record) -> Due | None:
    fact: Any = record.fact
    match fact:
        case FindingAssigned():
            return row if fact.previous else _overdue_at(record, "rectify", fact.due_on)
        case FindingAnswered():
            return _overdue_at(record, "verify", fact.verify_by)
        case FindingContested():
            return _overdue_at(record, "contest", fact.decide_by)
        case FindingContestDecided():
            return _overdue_at(record, "rectify", fact.due_on)
        case RectificationVerified():
            return _overdue_at(record, "rectify", fact.rectify_by)
        case RectificationExtensionDecided():
            return _overdue_at(record, "rectify", fact.due_on) if fact.approved else row
        case RectificationOverdue():
            if fact.next_on is None:
                return None
            following = MarkRectificationOverdue(
                finding_no=fact.finding_no, clock=fact.clock, due_on=fact.due_on, step=fact.step + 1
            )  # fmt: skip
            return _after(fact.next_on, record, following)
        case FindingSuppressed() | FindingClosed():
            return None
        case FindingReleased():
            status: Any = fact.status
            clock = CLOCK_OF.get(status, "")
            return _overdue_at(record, clock, fact.due_on)
        case _:
            return row


DUE: Final = Model(
    name="due",
    row=Due,
    listens=(*(one for one in OF_FINDING if one is not FindingOpened), *_OF_SUPPRESSION, *_OF_INSPECTION),
    keys=_due_keys,
    evolve=_due,
    internal=True,
)

# ---- suppressions


class SuppressionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A suppression. `status`: proposed, approved, declined, ended; it stays on record."""

    suppression_no: str
    scope: str
    finding_no: str
    test: str
    about: str
    reason: str
    until: date
    status: str
    proposed_by: str
    proposed_on: date
    approved_by: str = ""
    approved_on: date | None = None
    ended_on: date | None = None
    ended_because: str = ""
    why: str = ""


def _suppression(row: SuppressionRow | None, record: Record, _: str) -> SuppressionRow | None:
    fact: Any = record.fact
    if isinstance(fact, SuppressionProposed):
        names = (
            "suppression_no",
            "scope",
            "finding_no",
            "test",
            "about",
            "reason",
            "until",
            "proposed_by",
            "proposed_on",
        )
        return SuppressionRow(**{name: getattr(fact, name) for name in names}, status="proposed")
    if row is None:
        return None
    match fact:
        case SuppressionApproved():
            return _change(row, status="approved", approved_by=fact.approved_by, approved_on=fact.approved_on)
        case SuppressionDeclined():
            return _change(row, status="declined", why=fact.why, ended_on=fact.declined_on)
        case SuppressionEnded():
            return _change(row, status="ended", ended_on=fact.ended_on, ended_because=fact.because, why=fact.why)
        case _:
            return row


SUPPRESSIONS: Final = Model(
    name="suppressions",
    row=SuppressionRow,
    listens=(SuppressionProposed, SuppressionApproved, SuppressionDeclined, SuppressionEnded),
    keys=lambda record: (record.envelope.subject.partition(":")[2],),
    evolve=_suppression,
    listed_by="until",
)

# ---- inspections


class InspectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A grant of access to an outside inspector, and how it was used. `status`: granted, revoked, expired."""

    inspection_no: str
    inspector: str
    organisation: str
    document: str
    scope: str
    towns: tuple[str, ...]
    tests: tuple[str, ...]
    from_on: date
    until_on: date
    granted_by: str
    status: str = "granted"
    ended_on: date | None = None
    sessions: int = 0
    session_until: datetime | None = None
    reads: int = 0
    last_read: str = ""


def _inspection(row: InspectionRow | None, record: Record, _: str) -> InspectionRow | None:
    fact: Any = record.fact
    if isinstance(fact, InspectorAccessGranted):
        names = (
            "inspection_no", "inspector", "organisation", "document", "scope", "towns", "tests", "from_on", "until_on",
            "granted_by",
        )  # fmt: skip
        return InspectionRow(**{name: getattr(fact, name) for name in names})
    if row is None:
        return None
    match fact:
        case InspectorAccessRevoked():
            return _change(row, status="revoked", ended_on=fact.revoked_on)
        case InspectorAccessExpired():
            return _change(row, status="expired", ended_on=fact.until_on)
        case InspectorSessionOpened():
            return _change(row, sessions=fact.session, session_until=fact.expires_at)
        case InspectorReadRecorded():
            return _change(row, reads=fact.read, last_read=f"{fact.finding_no}/{fact.what}")
        case _:
            return row


INSPECTIONS: Final = Model(
    name="inspections",
    row=InspectionRow,
    listens=(*_OF_INSPECTION, InspectorSessionOpened, InspectorReadRecorded),
    keys=lambda record: (record.envelope.subject.partition(":")[2],),
    evolve=_inspection,
    listed_by="until_on",
)
