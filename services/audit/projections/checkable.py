"""What can be spot-checked, as the log had it at every place: one row an item, its changes by sequence; pseudonyms alone.

A row keeps how an item changed and not how it stands, for a plan names a checkpoint of the past: whoever repeats the draw
reads the same population years later.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from services.audit.sampling.population import Candidate
from services.contracts.casework import (
    BenefitTerminated,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdReverified,
    HouseholdTakenOver,
    ResponsibilityMoved,
    ReverificationOverdue,
    VisitCompleted,
    VisitSetAside,
)
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.months import Month
from services.contracts.payroll import (
    ExitWithdrawn,
    OfficerAppointed,
    OfficerLeft,
    OfficerTakenOver,
    PayslipComputed,
    ReassignmentApproved,
    ReassignmentRefused,
    ReassignmentReported,
    RunDiscarded,
    SlipReversed,
)
from services.contracts.registry import Fact


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How an item stands from a day on, by the record with this sequence; without a town it is no item any more."""

    sequence: int
    from_on: date
    town: str
    checked: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


class CheckableRow(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a `listing` (``officers``, ``visits/2026-03``) and its changes, in the order of its partition."""

    listing: str
    item: str
    about: str
    changes: tuple[Change, ...]


def listing_of(kind: str, period: str) -> str:
    """The name of a population."""
    return f"{kind}/{period}" if period else kind


def standing(row: CheckableRow, size: int, on: date) -> Candidate | None:
    """The item as it stood on a day by the first `size` records of its partition; None where it was none."""
    known = [one for one in row.changes if one.sequence <= size and one.from_on <= on]
    if not known:
        return None
    last = max(known, key=lambda one: (one.from_on, one.sequence))
    if not last.town:
        return None
    return Candidate(item=row.item, town=last.town, about=row.about, checked=last.checked, marks=last.marks)


def _person(name: str) -> str:
    """An actor as actors are written: officers are named without their prefix in most facts."""
    return name if ":" in name or not name else f"officer:{name}"


def _id(record: Record) -> str:
    return record.envelope.subject.partition(":")[2]


def _day(record: Record) -> date:
    return record.envelope.time.astimezone(CHINA).date()


# ---- which items a fact is about: (listing, item, about)

_Place = tuple[str, str, str]


def _officer(record: Record, _: Any) -> tuple[_Place, ...]:
    return (("officers", _id(record), record.envelope.subject),)


def _household(record: Record, _: Any) -> tuple[_Place, ...]:
    return (("households", _id(record), record.envelope.subject),)


def _visit(record: Record, fact: Any) -> tuple[_Place, ...]:
    """Two records may carry one number: the device's own number tells them apart."""
    item = f"{_id(record)}/{fact.visit_no}" + (f"/{fact.record_id}" if fact.record_id else "")
    month = Month.of(fact.started_at.astimezone(CHINA).date())
    return ((listing_of("visits", str(month)), item, record.envelope.subject),)


def _slip(record: Record, fact: Any) -> tuple[_Place, ...]:
    """Of the run it is stated of, so that all that is said of a slip lies in one partition."""
    officers = fact.officers if isinstance(fact, RunDiscarded) else (fact.officer,)
    run = _id(record)
    return tuple((listing_of("payslips", run), f"{run}/{officer}", f"officer:{officer}") for officer in officers)


def _decision(record: Record, fact: Any) -> tuple[_Place, ...]:
    item = f"{_id(record)}/{fact.application_no}"
    return ((listing_of("decisions", str(Month.of(fact.decided_on))), item, record.envelope.subject),)


def _decision_and_household(record: Record, fact: Any) -> tuple[_Place, ...]:
    return (*_decision(record, fact), *_household(record, fact))


# ---- what changes: from what was last known (None: nothing) and the record; None where nothing does


def _gone(record: Record, from_on: date) -> Change:
    return Change(sequence=record.envelope.sequence, from_on=from_on, town="")


def _post_taken(_: Change | None, record: Record, fact: Any) -> Change:
    town, day = fact.town, fact.effective_on if isinstance(fact, ReassignmentApproved) else fact.appointed_on
    return Change(sequence=record.envelope.sequence, from_on=day, town=town, checked=(_person(fact.officer),))


def _officer_left(_: Change | None, record: Record, fact: Any) -> Change:
    return _gone(record, fact.last_day_on + timedelta(days=1))


def _officer_stayed(_: Change | None, record: Record, fact: Any) -> Change:
    from_on = fact.last_day_on + timedelta(days=1)
    return Change(sequence=record.envelope.sequence, from_on=from_on, town=fact.town, checked=(_person(fact.officer),))


def _again(record: Record, last: Change | None, day: date, **changes: Any) -> Change | None:
    """The same from a day on but for these changes; of what is not known, nothing."""
    if last is None or not last.town:
        return None
    day = max(day, last.from_on)
    return msgspec.structs.replace(last, sequence=record.envelope.sequence, from_on=day, **changes)


def _marked(mark: str) -> "_Change":
    def change(last: Change | None, record: Record, _: Any) -> Change | None:
        marks = tuple(sorted({*last.marks, mark})) if last else ()
        return _again(record, last, _day(record), marks=marks)

    return change


def _unmarked(mark: str) -> "_Change":
    def change(last: Change | None, record: Record, _: Any) -> Change | None:
        marks = tuple(one for one in last.marks if one != mark) if last else ()
        return _again(record, last, _day(record), marks=marks)

    return change


def _taken_over(_: Change | None, record: Record, fact: Any) -> Change:
    return Change(
        sequence=record.envelope.sequence,
        from_on=fact.benefit_from_month.first_day,
        town=fact.town,
        checked=(_person(fact.officer),),
        marks=("taken_over",),
    )


def _confirmed(last: Change | None, record: Record, fact: Any) -> Change | None:
    if fact.one_off or not fact.monthly_amount_fen:
        return None
    return Change(
        sequence=record.envelope.sequence,
        from_on=fact.from_month.first_day,
        town=fact.town,
        checked=(_person(fact.decided_by), *(last.checked if last else ())),
    )


def _terminated(_: Change | None, record: Record, fact: Any) -> Change:
    return _gone(record, fact.from_month.first_day)


def _moved(last: Change | None, record: Record, fact: Any) -> Change | None:
    return _again(record, last, _day(record), checked=(_person(fact.responsible),))


def _visited(_: Change | None, record: Record, fact: Any) -> Change:
    marks = {
        "standard_missed": not fact.standard_met,
        "not_co_signed": not fact.co_signed,
        "brought_in_by_another": bool(fact.uploaded_by) and fact.uploaded_by != fact.author,
    }
    people = {_person(name) for name in (fact.officer, fact.author, fact.uploaded_by) if name}
    return Change(
        sequence=record.envelope.sequence,
        from_on=fact.started_at.astimezone(CHINA).date(),
        town=fact.town,
        checked=tuple(sorted(people)),
        marks=tuple(mark for mark, holds in marks.items() if holds),
    )


def _set_aside(last: Change | None, record: Record, fact: Any) -> Change:
    return _gone(record, last.from_on if last else fact.started_at.astimezone(CHINA).date())


def _slip_made(_: Change | None, record: Record, fact: Any) -> Change:
    marks = {"differences": len(fact.bases) > 1, "noted": bool(fact.notes)}
    return Change(
        sequence=record.envelope.sequence,
        from_on=fact.month.first_day,
        town=fact.town,
        checked=(_person(fact.officer),),
        marks=tuple(mark for mark, holds in marks.items() if holds),
    )


def _slip_gone(_: Change | None, record: Record, fact: Any) -> Change:
    return _gone(record, fact.month.first_day)


def _decided(_: Change | None, record: Record, fact: Any) -> Change:
    confirmed = isinstance(fact, EligibilityConfirmed)
    marks = {
        "refused": not confirmed,
        "emergency": confirmed and fact.emergency,
        "missing_points": confirmed and bool(fact.missing_points),
        "not_visited": not fact.bureau_visited,
    }
    return Change(
        sequence=record.envelope.sequence,
        from_on=fact.decided_on,
        town=fact.town,
        checked=(_person(fact.decided_by),),
        marks=tuple(mark for mark, holds in marks.items() if holds),
    )


_Change = Callable[[Change | None, Record, Any], Change | None]
_Places = Callable[[Record, Any], tuple[_Place, ...]]
_ABOUT: Final[Mapping[type[Fact], _Places]] = {
    OfficerTakenOver: _officer,
    OfficerAppointed: _officer,
    ReassignmentApproved: _officer,
    ReassignmentReported: _officer,
    ReassignmentRefused: _officer,
    OfficerLeft: _officer,
    ExitWithdrawn: _officer,
    HouseholdTakenOver: _household,
    EligibilityConfirmed: _decision_and_household,
    EligibilityRefused: _decision,
    BenefitTerminated: _household,
    ReverificationOverdue: _household,
    HouseholdReverified: _household,
    ResponsibilityMoved: _household,
    VisitCompleted: _visit,
    VisitSetAside: _visit,
    PayslipComputed: _slip,
    RunDiscarded: _slip,
    SlipReversed: _slip,
}
# By the first word of the listing and the fact.
_CHANGES: Final[Mapping[tuple[str, type[Fact]], _Change]] = {
    ("officers", OfficerTakenOver): _post_taken,
    ("officers", OfficerAppointed): _post_taken,
    ("officers", ReassignmentApproved): _post_taken,
    ("officers", ReassignmentReported): _marked("reported_move"),
    ("officers", ReassignmentRefused): _unmarked("reported_move"),
    ("officers", OfficerLeft): _officer_left,
    ("officers", ExitWithdrawn): _officer_stayed,
    ("households", HouseholdTakenOver): _taken_over,
    ("households", EligibilityConfirmed): _confirmed,
    ("households", BenefitTerminated): _terminated,
    ("households", ReverificationOverdue): _marked("reverification_overdue"),
    ("households", HouseholdReverified): _unmarked("reverification_overdue"),
    ("households", ResponsibilityMoved): _moved,
    ("visits", VisitCompleted): _visited,
    ("visits", VisitSetAside): _set_aside,
    ("payslips", PayslipComputed): _slip_made,
    ("payslips", RunDiscarded): _slip_gone,
    ("payslips", SlipReversed): _slip_gone,
    ("decisions", EligibilityConfirmed): _decided,
    ("decisions", EligibilityRefused): _decided,
}


def _places(record: Record) -> tuple[_Place, ...]:
    return _ABOUT[type(record.fact)](record, record.fact)


def _keys(record: Record) -> tuple[str, ...]:
    return tuple(f"{listing}//{item}" for listing, item, _ in _places(record))


def _checkable(row: CheckableRow | None, record: Record, key: str) -> CheckableRow | None:
    listing, _, item = key.partition("//")
    changes = _CHANGES.get((listing.partition("/")[0], type(record.fact)))
    change = changes(row.changes[-1] if row else None, record, record.fact) if changes else None
    if change is None:
        return row
    if row is not None:
        return msgspec.structs.replace(row, changes=(*row.changes, change))
    about = next((about for _, one, about in _places(record) if one == item), record.envelope.subject)
    return CheckableRow(listing=listing, item=item, about=about, changes=(change,))


CHECKABLE: Final = Model(
    name="checkable", row=CheckableRow, listens=tuple(_ABOUT), keys=_keys, evolve=_checkable, internal=True,
    listed_by="listing",
    every_town="the whole list is what anybody repeats a draw with: numbers, towns and weights, no names",
)  # fmt: skip
