"""Facts about care that was delivered: conflicts of records, ratings, month plans, who is on duty and who takes over."""

from datetime import date, datetime

import msgspec

from services.contracts.months import Month
from services.contracts.registry import Fact, fact


class VisitSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of two records that cannot both be right as they stand; `record_id` is empty for one that no device made."""

    household_no: str
    visit_no: str
    record_id: str
    officer: str
    author: str
    started_at: datetime
    ended_at: datetime


class SequenceRange(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive numbers of a device's records, both ends included."""

    first_sequence: int
    last_sequence: int


class RefusedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a batch that was not taken, and the code of the reason; it stays on the device."""

    device_sequence: int
    code: str


class PlannedVisits(msgspec.Struct, frozen=True, kw_only=True):
    """What one household's plan asks for in a month."""

    household_no: str
    visits_per_month: int


class MissedTask(msgspec.Struct, frozen=True, kw_only=True):
    """A household that was visited less often in a month than its plan asks; `responsible` answers for it now."""

    household_no: str
    planned_count: int
    done_count: int
    responsible: str


class HandoverItem(msgspec.Struct, frozen=True, kw_only=True):
    """One household of a hand-over, who shall take it, and those of its open cases that go with it."""

    household_no: str
    receiver: str
    application_nos: tuple[str, ...]


class HandoverTask(msgspec.Struct, frozen=True, kw_only=True):
    """One difference or warning of a hand-over, and who shall take it."""

    task_no: str
    receiver: str


@fact("casework", "visit_batch_received", subject="device")
class VisitBatchReceived(Fact, frozen=True, kw_only=True):
    """A device's records were brought in: which numbers are new, which were not taken, which are still missing.

    `sent_at` is the device's own clock; `skew_seconds` is how far it was behind ours (ahead: below zero).
    """

    device: str
    town: str
    uploaded_by: str
    sent_at: datetime
    skew_seconds: int
    clock_wrong: bool
    received_sequence: tuple[int, ...]
    refused: tuple[RefusedRecord, ...]
    missing: tuple[SequenceRange, ...]
    last_sequence: int
    pack_version: str


@fact("casework", "officer_visit_noted", subject="officer")
class OfficerVisitNoted(Fact, frozen=True, kw_only=True):
    """A visit that a device brought, noted with its officer; `overlaps` are that officer's visits elsewhere at that time."""

    town: str
    visit: VisitSide
    overlaps: tuple[VisitSide, ...]


@fact("casework", "visit_conflict_found", subject="household")
class VisitConflictFound(Fact, frozen=True, kw_only=True):
    """Two records contradict each other; both are kept until a person decides.

    `kind`: number (one visit number, two contents), household (two visits there at one time), officer (one officer
    at two households at one time).
    """

    conflict_no: str
    kind: str
    town: str
    first: VisitSide
    second: VisitSide
    responsible: str


@fact("casework", "visit_conflict_decided", subject="household")
class VisitConflictDecided(Fact, frozen=True, kw_only=True):
    """A person decided which side stands, with a reason; `kept`: first, second or both."""

    conflict_no: str
    kind: str
    town: str
    kept: str
    reason: str
    decided_by: str
    set_aside: tuple[VisitSide, ...]


@fact("casework", "visit_set_aside", subject="household")
class VisitSetAside(Fact, frozen=True, kw_only=True):
    """A record counts no more after a conflict was decided; it stays on the log as it was made, by its `author`."""

    conflict_no: str
    visit_no: str
    record_id: str
    town: str
    officer: str
    started_at: datetime
    ended_at: datetime
    standard_met: bool
    due_on: date | None
    author: str = ""


@fact("casework", "visit_rated", subject="household")
class VisitRated(Fact, frozen=True, kw_only=True):
    """The household rated a visit (满意度, 一(三)): by call-back, at the window or by QR, never through the rated officer."""

    visit_no: str
    officer: str
    town: str
    channel: str
    score: int
    reasons: tuple[str, ...]
    visited_on: date
    pack_version: str


@fact("casework", "officer_month_planned", subject="town")
class OfficerMonthPlanned(Fact, frozen=True, kw_only=True):
    """The visits of one month that one officer shall make; looked at on the day after `close_on`."""

    town: str
    month: Month
    officer: str
    tasks: tuple[PlannedVisits, ...]
    visits_per_month: int
    close_on: date
    pack_version: str


@fact("casework", "officer_month_closed", subject="town")
class OfficerMonthClosed(Fact, frozen=True, kw_only=True):
    """An officer's month was looked at; every task that was not done is named with who answers for it (责有人负, 四(二))."""

    town: str
    month: Month
    officer: str
    planned_count: int
    done_count: int
    missed: tuple[MissedTask, ...]


@fact("casework", "officer_duty_started", subject="officer")
class OfficerDutyStarted(Fact, frozen=True, kw_only=True):
    """An officer is on duty in a town from a day on; `committees` are those the duty names, if any."""

    officer: str
    town: str
    committees: tuple[str, ...]
    from_on: date


@fact("casework", "officer_duty_ended", subject="officer")
class OfficerDutyEnded(Fact, frozen=True, kw_only=True):
    """An officer's duty ended by leave or exit, with nothing left in hand (确保事有人管, 四(二))."""

    officer: str
    town: str
    kind: str
    last_day_on: date


@fact("casework", "caseload_handover_planned", subject="officer")
class CaseloadHandoverPlanned(Fact, frozen=True, kw_only=True):
    """Who shall take over what an officer has in hand; nothing moves before the receiver accepts."""

    officer: str
    town: str
    plan_no: str
    reason: str
    planned_by: str
    items: tuple[HandoverItem, ...]
    tasks: tuple[HandoverTask, ...] = ()


@fact("casework", "caseload_accepted", subject="officer")
class CaseloadAccepted(Fact, frozen=True, kw_only=True):
    """A receiver took over the part of a hand-over that is theirs."""

    officer: str
    town: str
    plan_no: str
    receiver: str
    items: tuple[HandoverItem, ...]
    tasks: tuple[HandoverTask, ...] = ()


@fact("casework", "caseload_declined", subject="officer")
class CaseloadDeclined(Fact, frozen=True, kw_only=True):
    """A receiver declined, with a reason: everything stays in the hands it is in."""

    officer: str
    town: str
    plan_no: str
    receiver: str
    reason: str


@fact("casework", "responsibility_moved", subject="household")
class ResponsibilityMoved(Fact, frozen=True, kw_only=True):
    """Somebody else answers for a household, its open cases, conflicts and complaints that are named, after a hand-over.

    `reassessments`: persons whose reported change is to be assessed.
    """

    town: str
    plan_no: str
    previous: str
    responsible: str
    application_nos: tuple[str, ...]
    conflict_nos: tuple[str, ...]
    complaint_nos: tuple[str, ...] = ()
    reassessments: tuple[str, ...] = ()
