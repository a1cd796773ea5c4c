"""Commands about the municipal system beside ours: its numbers, files exchanged, differences and early warnings."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from services.casework.domain.commands.household import OfHousehold
from services.casework.domain.commands.shapes import (
    Actor,
    Code,
    CommitteeCode,
    HouseholdNo,
    Line,
    Name,
    OfficerNo,
    Reference,
    ReferenceOrEmpty,
    Sha256,
    Sha256OrEmpty,
)
from services.contracts.deciding import Command

MunicipalNo = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{3,39}\Z")]
MunicipalNoOrEmpty = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{3,39})?\Z")]
HouseholdNoOrEmpty = Annotated[str, Meta(pattern=r"^(T[0-9]{2,3}-H[0-9]{5,7})?\Z")]
CommitteeOrEmpty = Annotated[str, Meta(pattern=r"^(T[0-9]{2,3}-C[0-9]{2,3})?\Z")]
TownOrEmpty = Annotated[str, Meta(pattern=r"^(T[0-9]{2,3})?\Z")]
# The town, the kind (W: a warning, D: a difference, C: a reported change), then what makes it one and the same task however often it comes.
TaskNo = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-[WDC]-[A-Za-z0-9_-]{1,90}\Z")]
DifferenceKind = Literal["only_here", "only_there", "amount", "status", "members"]
Count = Annotated[int, Meta(ge=0)]
ATTEMPTS_MAX = 20


# ---- its case numbers


class OfMunicipalNumber(Command, frozen=True, kw_only=True):
    """Base of the commands about one number of the municipal system."""

    municipal_no: MunicipalNo

    @property
    def subject(self) -> str:
        return f"municipal:{self.municipal_no}"


class RecordMunicipalNumber(OfMunicipalNumber, frozen=True, kw_only=True):
    """Record the number a household, or one of its cases, has in the municipal system.

    `household_known` and `application_known` are filled in by the service's edge.
    """

    household_no: HouseholdNo
    application_no: ReferenceOrEmpty = ""
    household_known: bool = False
    application_known: bool = False


class ReleaseMunicipalNumber(OfMunicipalNumber, frozen=True, kw_only=True):
    """Take back a number that was recorded for the wrong household, which is named again."""

    household_no: HouseholdNo
    reason: Line


class NoteMunicipalNumber(OfHousehold, frozen=True, kw_only=True):
    """Note a claimed number with its household; issued by a reaction."""

    municipal_no: MunicipalNo
    application_no: ReferenceOrEmpty


class DropMunicipalNumber(OfHousehold, frozen=True, kw_only=True):
    """Take a released number off its household; issued by a reaction."""

    municipal_no: MunicipalNo


# ---- files exchanged


class ReadForExport(OfHousehold, frozen=True, kw_only=True):
    """Ask to read a household's personal fields for a file; issued by the door of exports, a fact for each household."""

    fields: Annotated[tuple[Code, ...], Meta(min_length=1)]
    reason: Line
    export_no: Reference


class OfExchange(Command, frozen=True, kw_only=True):
    """Base of what is stated of one file; `town` is empty for the whole district."""

    town: TownOrEmpty

    @property
    def subject(self) -> str:
        return f"exchange:{self.town or 'district'}"


class StateExport(OfExchange, frozen=True, kw_only=True):
    """State that a file was made; issued by the door of exports before it gives the file."""

    export_no: Reference
    table: Code
    selection: Line
    until_cursor: Line
    format: Literal["csv", "xlsx"]
    encoding: Literal["utf-8", "gb18030"]
    row_count: Count
    household_count: Count
    personal: tuple[Code, ...]
    reason: Line
    file_sha256: Sha256


class StateComparison(OfExchange, frozen=True, kw_only=True):
    """State what a comparison found; issued by the door of lists after its differences were decided."""

    comparison_no: Reference
    committee: CommitteeOrEmpty
    as_of_on: date
    row_count: Count
    equal_count: Count
    only_here_count: Count
    only_there_count: Count
    amount_count: Count
    status_count: Count
    members_count: Count
    opened_count: Count
    file_sha256: Sha256


class StateWarningList(OfExchange, frozen=True, kw_only=True):
    """State what came of a list of warnings; issued by the door of warnings after its lines were decided."""

    list_no: Reference
    row_count: Count
    taken_count: Count
    repeated_count: Count
    refused_count: Count
    file_sha256: Sha256


# ---- tasks


class OfTask(Command, frozen=True, kw_only=True):
    """Base of the commands about one difference or warning."""

    task_no: TaskNo

    @property
    def subject(self) -> str:
        return f"task:{self.task_no}"


class FindDifference(OfTask, frozen=True, kw_only=True):
    """Open a difference; issued by the door of lists. `officer_away` is filled in by the service's edge."""

    kind: DifferenceKind
    household_no: HouseholdNoOrEmpty
    municipal_no: MunicipalNoOrEmpty
    ours: Line
    theirs: Line
    comparison_no: Reference
    responsible: Actor
    officer_away: bool = False


class SettleDifference(OfTask, frozen=True, kw_only=True):
    """Settle a difference: how (a code of the pack ``municipal_exchange``) and why."""

    outcome: Code
    reason: Line
    settled_on: date


class OpenWarning(OfTask, frozen=True, kw_only=True):
    """Make a warning somebody's task, or link it to what is in hand; issued by the door of warnings.

    `receiving`: the household receives a benefit. `officer_away` is filled in by the service's edge.
    """

    warning_no: Reference
    committee: CommitteeCode
    kind: Code
    name: Name
    resident_id: Annotated[str, Meta(max_length=40)]
    contact: Line
    household_no: HouseholdNoOrEmpty
    receiving: bool
    responsible: Actor
    warned_on: date
    officer_away: bool = False


class HandleWarning(OfTask, frozen=True, kw_only=True):
    """Record what came of a warning; `request_no` or `discovery_no` for what `applied` led to."""

    outcome: Literal["no_need", "applied", "helped", "unreachable"]
    attempted_on: Annotated[tuple[date, ...], Meta(min_length=1, max_length=ATTEMPTS_MAX)]
    request_no: ReferenceOrEmpty = ""
    discovery_no: ReferenceOrEmpty = ""
    evidence_sha256: Sha256OrEmpty = ""


class ReadWarnedPerson(OfTask, frozen=True, kw_only=True):
    """Ask to read unmasked whom a warning is about; the fact is written first, the values shown after."""

    reason: Line


class OpenChangeTask(OfTask, frozen=True, kw_only=True):
    """Make a committee's report somebody's task; issued by a reaction.

    `responsible` (who answers for the household) is filled in by the service's edge.
    """

    duty_no: Reference
    committee: CommitteeCode
    household_no: HouseholdNo
    kind: Code
    happened_on: date
    reported_on: date
    reported_by: Actor
    responsible: str = ""


class CloseChangeTask(OfTask, frozen=True, kw_only=True):
    """Close a reported change by the case work it led to, or with the reason why there was nothing to do.

    `worked`: the case work the household has seen since, filled in by the service's edge, whatever the caller sent.
    """

    outcome: Literal["reverified", "reassessed", "adjusted", "terminated", "nothing"]
    reason: Line = ""
    worked: tuple[str, ...] = ()


class MarkTaskOverdue(OfTask, frozen=True, kw_only=True):
    """State that a task ran out of its term, or was not done in the term after that; issued by the timer."""

    due_on: date


class AssignTask(OfTask, frozen=True, kw_only=True):
    """Let somebody else answer for a task; `officer_away` is filled in by the service's edge."""

    responsible: Actor
    reason: Line
    officer_away: bool = False


class MoveTask(OfTask, frozen=True, kw_only=True):
    """Let a task follow an accepted hand-over; issued by a reaction."""

    plan_no: Reference
    previous: OfficerNo
    receiver: OfficerNo
