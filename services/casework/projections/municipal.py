"""Read models beside the municipal system: numbers, what changed since when, files exchanged, open differences, warnings."""

from datetime import date
from typing import Any, Final

import msgspec

from services.casework.projections.households import household_no_of
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitResumed,
    BenefitSuspended,
    BenefitTerminated,
    CaseClosed,
    CaseOpened,
    ChangeTaskClosed,
    ChangeTaskOpened,
    DifferenceFound,
    DifferenceSettled,
    EligibilityConfirmed,
    EligibilityRefused,
    GradualExitGranted,
    HouseholdReverified,
    HouseholdSurveyed,
    MunicipalExported,
    MunicipalListCompared,
    MunicipalNumberClaimed,
    MunicipalNumberReleased,
    MunicipalTaskMoved,
    MunicipalTaskOverdue,
    RecognitionLapsed,
    ShareCut,
    WarningHandled,
    WarningLinked,
    WarningListReceived,
    WarningOpened,
)
from services.contracts.clocks import days_late
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.months import Month

_change = msgspec.structs.replace
# A household's changed months are kept for so many of them.
MONTHS_KEPT: Final = 24


def _on(record: Record) -> date:
    return record.envelope.time.astimezone(CHINA).date()


# ---- numbers


class MunicipalNumberRow(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a number of the municipal system is."""

    town: str
    household: str
    application_no: str
    claimed_by: str


def _number_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.municipal_no,)


def _number(row: MunicipalNumberRow | None, record: Record, _: str) -> MunicipalNumberRow | None:
    fact = record.fact
    if not isinstance(fact, MunicipalNumberClaimed):
        return None
    return MunicipalNumberRow(
        town=fact.town, household=fact.household_no, application_no=fact.application_no, claimed_by=fact.claimed_by
    )


# ---- what changed


class MunicipalChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """That something which the municipal system keeps too changed in a household: when last, in which months.

    `sequence` is the place of the latest change in its partition: an export's cursor is one of these per partition.
    `application_no`: of the latest case. Stock that was taken over came from there and has no row until it changes.
    """

    town: str
    changed_on: date
    sequence: int
    months: tuple[Month, ...]
    application_no: str = ""


_CHANGES: Final = (
    CaseOpened,
    CaseClosed,
    HouseholdSurveyed,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdReverified,
    BenefitAdjusted,
    ShareCut,
    BenefitSuspended,
    BenefitResumed,
    GradualExitGranted,
    BenefitTerminated,
    RecognitionLapsed,
)


def _change_keys(record: Record) -> tuple[str, ...]:
    return (household_no_of(record),)


def _changed(row: MunicipalChangeRow | None, record: Record, _: str) -> MunicipalChangeRow | None:
    fact: Any = record.fact
    if isinstance(fact, HouseholdSurveyed | HouseholdReverified) and not fact.members:
        return row  # looked at, and nothing there was news
    on = _on(record)
    months = row.months if row is not None else ()
    return MunicipalChangeRow(
        town=fact.town,
        changed_on=on,
        sequence=record.envelope.sequence,
        months=months if Month.of(on) in months else (*months, Month.of(on))[-MONTHS_KEPT:],
        application_no=getattr(fact, "application_no", row.application_no if row is not None else ""),
    )


# ---- files exchanged


class MunicipalFileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file given out or taken in, by its number: `what` is export, comparison or warnings; counts by name."""

    town: str
    what: str
    on: date
    by: str
    file_sha256: str
    about: str
    counts: dict[str, int]
    personal: tuple[str, ...] = ()
    reason: str = ""


def _file_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    number = next(getattr(fact, name) for name in ("export_no", "comparison_no", "list_no") if hasattr(fact, name))
    return (f"{fact.town or 'district'}/{number}",)


def _file(row: MunicipalFileRow | None, record: Record, _: str) -> MunicipalFileRow | None:
    fact: Any = record.fact
    names = (name for name in fact.__struct_fields__ if name.endswith("_count"))
    counts = {name.removesuffix("_count"): getattr(fact, name) for name in names}
    common = {"town": fact.town, "on": _on(record), "file_sha256": fact.file_sha256, "counts": counts}
    match fact:
        case MunicipalExported():
            return MunicipalFileRow(
                what="export", by=fact.exported_by, about=f"{fact.table} {fact.selection}", personal=fact.personal,
                reason=fact.reason, **common,
            )  # fmt: skip
        case MunicipalListCompared():
            about = f"{fact.committee} {fact.as_of_on}".strip()
            return MunicipalFileRow(what="comparison", by=fact.compared_by, about=about, **common)
        case WarningListReceived():
            return MunicipalFileRow(what="warnings", by=fact.received_by, about="", **common)
        case _:
            return row


# ---- differences


class OpenDifferenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A difference that nobody has settled; the row vanishes when somebody has. `escalated_to`: it ran out of its term."""

    town: str
    kind: str
    household: str
    municipal_no: str
    ours: str
    theirs: str
    comparison_no: str
    responsible: str
    found_on: date
    settle_by: date
    overdue: bool = False
    escalated_to: str = ""


def _task_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.task_no,)


def _difference(row: OpenDifferenceRow | None, record: Record, _: str) -> OpenDifferenceRow | None:
    match record.fact:
        case DifferenceFound() as fact:
            names = set(OpenDifferenceRow.__struct_fields__) & set(DifferenceFound.__struct_fields__)
            return OpenDifferenceRow(household=fact.household_no, **{name: getattr(fact, name) for name in names})
        case DifferenceSettled():
            return None
        case MunicipalTaskOverdue() as fact if row is not None:
            return _change(row, overdue=True, escalated_to=fact.escalated_to)
        case MunicipalTaskMoved() as fact if row is not None:
            return _change(row, responsible=fact.responsible)
        case _:
            return row


# ---- warnings


class WarningRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person's latest warning in a town, by its task; whom it is about stays sealed on the log.

    A change that a committee reported (动态报告) is one too: `warning_no` is the report's, `kind` the change.

    `status`: open, handled, linked (the household receives a benefit: its officer knows, no task of its own).
    `linked`: numbers of further lines about the same person. `days_late` of one that was handled.
    """

    town: str
    committee: str
    household: str
    kind: str
    warning_no: str
    status: str
    responsible: str
    warned_on: date
    visit_by: date | None = None
    linked: tuple[str, ...] = ()
    overdue: bool = False
    escalated_to: str = ""
    outcome: str = ""
    request_no: str = ""
    discovery_no: str = ""
    handled_on: date | None = None
    days_late: int = 0


def _warning(row: WarningRow | None, record: Record, _: str) -> WarningRow | None:
    match record.fact:
        case WarningOpened() as fact:
            return _warned(fact, "open", fact.visit_by)
        case WarningLinked() as fact:
            if row is None or row.status != "open":
                return _warned(fact, "linked", None)
            return _change(row, linked=(*row.linked, fact.warning_no))
        case WarningHandled() as fact if row is not None:
            found = {name: getattr(fact, name) for name in ("outcome", "request_no", "discovery_no", "handled_on")}
            return _change(row, status="handled", days_late=days_late(fact.due_on, fact.handled_on), **found)
        case ChangeTaskOpened() as fact:
            return _reported(fact)
        case ChangeTaskClosed() as fact if row is not None:
            late = days_late(fact.due_on, fact.closed_on)
            return _change(row, status="handled", days_late=late, outcome=fact.outcome, handled_on=fact.closed_on)
        case MunicipalTaskOverdue() as fact if row is not None:
            return _change(row, overdue=True, escalated_to=fact.escalated_to)
        case MunicipalTaskMoved() as fact if row is not None:
            return _change(row, responsible=fact.responsible)
        case _:
            return row


def _reported(fact: ChangeTaskOpened) -> WarningRow:
    names = ("town", "committee", "kind", "responsible", "visit_by")
    fields = {name: getattr(fact, name) for name in names}
    return WarningRow(
        household=fact.household_no, status="open", warning_no=fact.duty_no, warned_on=fact.reported_on, **fields
    )


def _warned(fact: WarningOpened | WarningLinked, status: str, visit_by: date | None) -> WarningRow:
    names = ("town", "committee", "kind", "warning_no", "responsible", "warned_on")
    fields = {name: getattr(fact, name) for name in names}
    return WarningRow(household=fact.household_no, status=status, visit_by=visit_by, **fields)


class WarningCountRow(msgspec.Struct, frozen=True, kw_only=True):
    """A town's warnings of the month they came in (handled ones: of the month they were), as one partition knows."""

    town: str
    month: Month
    opened_count: int = 0
    linked_count: int = 0
    no_need_count: int = 0
    applied_count: int = 0
    helped_count: int = 0
    unreachable_count: int = 0
    other_count: int = 0
    late_count: int = 0


_OUTCOMES: Final = ("no_need", "applied", "helped", "unreachable")


def _count_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    on = fact.handled_on if isinstance(fact, WarningHandled) else _on(record)
    return (f"{fact.town}/{Month.of(on)}",)


def _count(row: WarningCountRow | None, record: Record, key: str) -> WarningCountRow | None:
    fact: Any = record.fact
    town, _, month = key.partition("/")
    before = row or WarningCountRow(town=town, month=Month.parse(month))
    match fact:
        case WarningOpened():
            return _change(before, opened_count=before.opened_count + 1)
        case WarningLinked():
            return _change(before, linked_count=before.linked_count + 1)
        case WarningHandled():
            late = before.late_count + bool(days_late(fact.due_on, fact.handled_on))
            name = f"{fact.outcome}_count" if fact.outcome in _OUTCOMES else "other_count"
            return _change(before, late_count=late, **{name: getattr(before, name) + 1})
        case _:
            return row


def _is(*tasks: str) -> Any:
    """Keys of some kinds of task alone: the facts that all have name it."""

    def keys(record: Record) -> tuple[str, ...]:
        return _task_keys(record) if getattr(record.fact, "task", tasks[0]) in tasks else ()

    return keys


_BOTH: Final = (MunicipalTaskOverdue, MunicipalTaskMoved)
MUNICIPAL_MODELS: Final[tuple[Model[Any], ...]] = (
    Model(
        name="municipal_numbers",
        row=MunicipalNumberRow,
        listens=(MunicipalNumberClaimed, MunicipalNumberReleased),
        keys=_number_keys,
        evolve=_number,
    ),
    Model(
        name="municipal_changes",
        row=MunicipalChangeRow,
        listens=_CHANGES,
        keys=_change_keys,
        evolve=_changed,
        internal=True,
    ),
    Model(
        name="municipal_files",
        row=MunicipalFileRow,
        listens=(MunicipalExported, MunicipalListCompared, WarningListReceived),
        keys=_file_keys,
        evolve=_file,
    ),
    Model(
        name="open_differences",
        row=OpenDifferenceRow,
        listens=(DifferenceFound, DifferenceSettled, *_BOTH),
        keys=_is("difference"),
        evolve=_difference,
        listed_by="settle_by",
    ),
    Model(
        name="warnings",
        row=WarningRow,
        listens=(WarningOpened, WarningLinked, WarningHandled, ChangeTaskOpened, ChangeTaskClosed, *_BOTH),
        keys=_is("warning", "change"),
        evolve=_warning,
    ),
    Model(
        name="warnings_by_town",
        row=WarningCountRow,
        listens=(WarningOpened, WarningLinked, WarningHandled),
        keys=_count_keys,
        evolve=_count,
    ),
)
