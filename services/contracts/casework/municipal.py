"""Facts about the municipal social-assistance system beside ours: its numbers, files exchanged, differences, early warnings."""

from datetime import date

from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal

# ---- its case numbers


@fact("casework", "municipal_number_claimed", subject="municipal")
class MunicipalNumberClaimed(Fact, frozen=True, kw_only=True):
    """A case number of the municipal system is one household's; `application_no` where it is that of one case."""

    municipal_no: str
    household_no: str
    town: str
    application_no: str
    claimed_by: str


@fact("casework", "municipal_number_released", subject="municipal")
class MunicipalNumberReleased(Fact, frozen=True, kw_only=True):
    """A number was recorded for the wrong household: it is free again, for the reason given."""

    municipal_no: str
    household_no: str
    town: str
    reason: str
    released_by: str


@fact("casework", "municipal_number_recorded", subject="household")
class MunicipalNumberRecorded(Fact, frozen=True, kw_only=True):
    """The household, or one of its cases, has this number in the municipal system."""

    town: str
    municipal_no: str
    application_no: str


@fact("casework", "municipal_number_dropped", subject="household")
class MunicipalNumberDropped(Fact, frozen=True, kw_only=True):
    """The number is not this household's."""

    town: str
    municipal_no: str
    application_no: str


# ---- files exchanged


@fact("casework", "municipal_exported", subject="exchange")
class MunicipalExported(Fact, frozen=True, kw_only=True):
    """A file for the municipal system was given out: what is in it is told by its hash, never by itself.

    `selection`: the month, or the cursor it began after; `until_cursor`: where the next one begins. `personal`: the
    columns that were unsealed, for `reason`; empty when it holds pseudonyms alone.
    """

    export_no: str
    town: str
    table: str
    selection: str
    until_cursor: str
    format: str
    encoding: str
    row_count: int
    household_count: int
    personal: tuple[str, ...]
    reason: str
    exported_by: str
    file_sha256: str
    pack_version: str


@fact("casework", "municipal_list_compared", subject="exchange")
class MunicipalListCompared(Fact, frozen=True, kw_only=True):
    """A list of the municipal system was held against ours (差异清单), of a town, a committee or the whole district.

    `opened_count` differences are new, the others were open already.
    """

    comparison_no: str
    town: str
    committee: str
    as_of_on: date
    row_count: int
    equal_count: int
    only_here_count: int
    only_there_count: int
    amount_count: int
    status_count: int
    members_count: int
    opened_count: int
    compared_by: str
    file_sha256: str
    pack_version: str


@fact("casework", "warning_list_received", subject="exchange")
class WarningListReceived(Fact, frozen=True, kw_only=True):
    """A list of early warnings (低收入人口监测预警) came in; `taken_count` of its lines became tasks or were linked to one."""

    list_no: str
    town: str
    row_count: int
    taken_count: int
    repeated_count: int
    refused_count: int
    received_by: str
    file_sha256: str


# ---- differences


@fact("casework", "difference_found", subject="task")
class DifferenceFound(Fact, frozen=True, kw_only=True):
    """Ours and the municipal list say different things of a household; `ours` and `theirs` name no person.

    `kind`: only_here, only_there, amount, status, members.
    """

    task_no: str
    town: str
    kind: str
    household_no: str
    municipal_no: str
    ours: str
    theirs: str
    comparison_no: str
    responsible: str
    found_on: date
    settle_by: date
    pack_version: str


@fact("casework", "difference_settled", subject="task")
class DifferenceSettled(Fact, frozen=True, kw_only=True):
    """A person settled a difference, with how and why."""

    task_no: str
    town: str
    kind: str
    household_no: str
    municipal_no: str
    outcome: str
    reason: str
    settled_on: date
    settled_by: str
    due_on: date


# ---- early warnings


@fact("casework", "warning_opened", subject="task")
class WarningOpened(Fact, frozen=True, kw_only=True):
    """A warning became somebody's task with a term; `household_no` where the person has a folder with us."""

    task_no: str
    warning_no: str
    town: str
    committee: str
    kind: str
    person: str
    name: Personal
    resident_id: Personal
    contact: Personal
    household_no: str
    responsible: str
    warned_on: date
    received_on: date
    visit_by: date
    article: str
    pack_version: str


@fact("casework", "warning_linked", subject="task")
class WarningLinked(Fact, frozen=True, kw_only=True):
    """A warning was not made a task of its own: `because` the household receives a benefit, or a task is open already."""

    task_no: str
    warning_no: str
    town: str
    committee: str
    kind: str
    person: str
    household_no: str
    responsible: str
    because: str
    warned_on: date


@fact("casework", "warning_handled", subject="task")
class WarningHandled(Fact, frozen=True, kw_only=True):
    """What came of a warning: no_need, applied, helped or unreachable; its clock stops.

    `attempted_on`: the days somebody went or called. `request_no`, `discovery_no`: what `applied` led to.
    """

    task_no: str
    town: str
    kind: str
    household_no: str
    outcome: str
    attempted_on: tuple[date, ...]
    request_no: str
    discovery_no: str
    evidence_sha256: str
    handled_on: date
    handled_by: str
    due_on: date


@fact("casework", "warned_person_read", subject="task")
class WarnedPersonRead(Fact, frozen=True, kw_only=True):
    """Somebody read unmasked whom a warning is about; who and why."""

    town: str
    reason: str
    reader_role: str


# ---- what committees report


@fact("casework", "change_task_opened", subject="task")
class ChangeTaskOpened(Fact, frozen=True, kw_only=True):
    """A committee's report of a change (动态报告) became the task of whoever answers for the household, with a term."""

    task_no: str
    duty_no: str
    town: str
    committee: str
    household_no: str
    kind: str
    happened_on: date
    reported_on: date
    reported_by: str
    responsible: str
    opened_on: date
    visit_by: date
    article: str
    pack_version: str


@fact("casework", "change_task_closed", subject="task")
class ChangeTaskClosed(Fact, frozen=True, kw_only=True):
    """The case work that a reported change led to, by its `outcome`, or why there was nothing to do; its clock stops.

    `outcome`: reverified, reassessed, adjusted, terminated or nothing.
    """

    task_no: str
    town: str
    kind: str
    household_no: str
    outcome: str
    reason: str
    closed_on: date
    closed_by: str
    due_on: date


# ---- every kind of task


@fact("casework", "municipal_task_overdue", subject="task")
class MunicipalTaskOverdue(Fact, frozen=True, kw_only=True):
    """A difference, a warning or a reported change ran out of its term and was escalated; `next_by`: when it goes one step further."""

    task_no: str
    town: str
    task: str
    kind: str
    due_on: date
    responsible: str
    escalated_to: str
    next_by: date | None


@fact("casework", "municipal_task_moved", subject="task")
class MunicipalTaskMoved(Fact, frozen=True, kw_only=True):
    """Somebody else answers for a difference, a warning or a reported change: by a hand-over (`plan_no`), or named with a reason."""

    task_no: str
    town: str
    task: str
    plan_no: str
    reason: str
    previous: str
    responsible: str
