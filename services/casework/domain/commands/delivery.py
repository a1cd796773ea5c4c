"""Commands about care that was delivered: records from devices, conflicts, ratings, month plans, duty and hand-over."""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from services.casework.domain.commands.household import OfHousehold
from services.casework.domain.commands.service import RecordVisit
from services.casework.domain.commands.shapes import (
    Actor,
    Code,
    CommitteeCode,
    Instant,
    Line,
    OfficerNo,
    Reference,
    TownCode,
)
from services.contracts.casework import RefusedRecord, VisitSide
from services.contracts.deciding import Command
from services.contracts.months import Month

DeviceNo = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{2,39}\Z")]
RecordId = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z", description="UUID v7")
]
Sequence = Annotated[int, Meta(ge=1, le=2_000_000_000)]
RECEIVERS_MAX: Final = 30
REASONS_MAX: Final = 10


# ---- records from devices


class RecordOfflineVisit(RecordVisit, frozen=True, kw_only=True):
    """Record a visit that a device kept until it had a network; issued by the door of batches, one for each record.

    `record_id` is the command's id, made by the device; `recorded_at` its clock. `author_town` is filled in by the
    service's edge: where the author was on duty that day.
    """

    record_id: RecordId
    device: DeviceNo
    device_sequence: Sequence
    author: Actor
    recorded_at: Instant
    author_town: str | None = None


class ReceiveVisitBatch(Command, frozen=True, kw_only=True):
    """State what a batch of a device brought; issued by the door of batches after its records were decided."""

    device: DeviceNo
    town: TownCode
    sent_at: Instant
    received_sequence: tuple[Sequence, ...]
    refused: tuple[RefusedRecord, ...]

    @property
    def subject(self) -> str:
        return f"device:{self.device}"


class NoteOfflineVisit(Command, frozen=True, kw_only=True):
    """Note a visit with the officer who made it, so that being at two places at once is seen; issued by a reaction."""

    officer: OfficerNo
    town: TownCode
    visit: VisitSide

    @property
    def subject(self) -> str:
        return f"officer:{self.officer}"


class RaiseVisitConflict(OfHousehold, frozen=True, kw_only=True):
    """State that an officer's record here contradicts one elsewhere; issued by the reaction to the officer's note."""

    visit: VisitSide
    other: VisitSide


class DecideVisitConflict(OfHousehold, frozen=True, kw_only=True):
    """Decide which side of a conflict stands; by somebody who made neither record."""

    conflict_no: Reference
    kept: Literal["first", "second", "both"]
    reason: Line


class SetVisitAside(OfHousehold, frozen=True, kw_only=True):
    """Let a record count no more, because a conflict seen at another household was decided; issued by a reaction."""

    conflict_no: Reference
    visit_no: Reference
    record_id: str


# ---- rating


class RateVisit(OfHousehold, frozen=True, kw_only=True):
    """Record the household's rating of a visit; `device`: the phone it was given on, if any; `code`: the QR's."""

    visit_no: Reference
    channel: Code
    score: Annotated[int, Meta(ge=1, le=5)]
    reasons: Annotated[tuple[Code, ...], Meta(max_length=REASONS_MAX)] = ()
    device: str = ""
    code: str = ""


# ---- the month's plan


class VisitedHousehold(msgspec.Struct, frozen=True, kw_only=True):
    """A household as the month's plan sees it."""

    household_no: str
    committee: str
    officer: str
    visits_per_month: int


class OnDuty(msgspec.Struct, frozen=True, kw_only=True):
    """An officer on duty in the town, with the committees the duty names."""

    officer: str
    committees: tuple[str, ...] = ()


class TaskState(msgspec.Struct, frozen=True, kw_only=True):
    """How a planned household stands when its month is closed; `ended`: it receives nothing any more."""

    household_no: str
    done_count: int
    responsible: str
    ended: bool


class OfTown(Command, frozen=True, kw_only=True):
    """Base of the commands about one town's month."""

    town: TownCode
    month: Month

    @property
    def subject(self) -> str:
        return f"town:{self.town}"


class ScheduleMonth(OfTown, frozen=True, kw_only=True):
    """Give every planned visit of a month to an officer; households and officers are filled in by the service's edge."""

    households: tuple[VisitedHousehold, ...] = ()
    officers: tuple[OnDuty, ...] = ()


class CloseOfficerMonth(OfTown, frozen=True, kw_only=True):
    """State what of an officer's month was not done; issued by the timer, the states filled in by the service's edge."""

    officer: OfficerNo
    states: tuple[TaskState, ...] = ()


# ---- duty and hand-over


class OfOfficer(Command, frozen=True, kw_only=True):
    """Base of the commands about one officer's duty."""

    officer: OfficerNo

    @property
    def subject(self) -> str:
        return f"officer:{self.officer}"


class StartDuty(OfOfficer, frozen=True, kw_only=True):
    """Put an officer on duty in a town; issued by the reaction to payroll's take-over, or by the bureau."""

    town: TownCode
    from_on: date
    committees: Annotated[tuple[CommitteeCode, ...], Meta(max_length=30)] = ()


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A household that an officer answers for, and those of its open cases that are in the same hands."""

    household_no: str
    committee: str
    visits_per_month: int
    application_nos: tuple[str, ...]


class HeldTask(msgspec.Struct, frozen=True, kw_only=True):
    """A difference or a warning that an officer answers for, and the household it is about where there is one."""

    task_no: str
    committee: str
    household_no: str


class EndDuty(OfOfficer, frozen=True, kw_only=True):
    """End an officer's duty; `held` and `tasks` (what is still in hand) are filled in by the service's edge."""

    kind: Literal["leave", "exit"]
    last_day_on: date
    held: tuple[Holding, ...] = ()
    tasks: tuple[HeldTask, ...] = ()


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """An officer who may take over, with the visits a month already in hand."""

    officer: str
    committees: tuple[str, ...]
    visits_per_month: int


class PlanHandover(OfOfficer, frozen=True, kw_only=True):
    """Plan who takes over everything an officer has in hand: the named receivers, or all on duty in the town.

    `held`, `tasks` and `on_duty` are filled in by the service's edge.
    """

    town: TownCode
    plan_no: Reference
    reason: Line
    receivers: Annotated[tuple[OfficerNo, ...], Meta(max_length=RECEIVERS_MAX)] = ()
    held: tuple[Holding, ...] = ()
    tasks: tuple[HeldTask, ...] = ()
    on_duty: tuple[Receiver, ...] = ()


class AcceptCaseload(OfOfficer, frozen=True, kw_only=True):
    """Take over one's part of a hand-over; only the receiver may. `on_duty` is filled in by the service's edge."""

    town: TownCode
    plan_no: Reference
    receiver: OfficerNo
    on_duty: bool = False


class DeclineCaseload(OfOfficer, frozen=True, kw_only=True):
    """Decline one's part of a hand-over."""

    town: TownCode
    plan_no: Reference
    receiver: OfficerNo
    reason: Line


class MoveResponsibility(OfHousehold, frozen=True, kw_only=True):
    """Let somebody else answer for a household; issued by the reaction to an accepted hand-over."""

    plan_no: Reference
    previous: OfficerNo
    receiver: OfficerNo
    application_nos: tuple[Reference, ...]
