"""Records that contradict each other: both are kept, the pair is listed, a person decides; no side is ever deleted."""

import hashlib
from collections.abc import Iterator

from services.casework.domain.commands import DecideVisitConflict, RaiseVisitConflict, SetVisitAside
from services.casework.domain.guards import no_personal_number, rejected_unless
from services.casework.domain.state import Household
from services.casework.domain.visits import KnownVisit, known_visit
from services.contracts.casework import (
    VisitCompleted,
    VisitConflictDecided,
    VisitConflictFound,
    VisitSetAside,
    VisitSide,
)
from services.contracts.deciding import CommandRejected, Context
from services.contracts.registry import Fact


def side_of(household_no: str, visit: KnownVisit) -> VisitSide:
    """A remembered visit as one side of a conflict."""
    return VisitSide(
        household_no=household_no,
        visit_no=visit.visit_no,
        record_id=visit.record_id,
        officer=visit.officer,
        author=visit.author,
        started_at=visit.started_at,
        ended_at=visit.ended_at,
    )


def overlap(one: VisitSide, other: VisitSide) -> bool:
    """Whether two visits took place at one time; visits that touch do not."""
    return one.started_at < other.ended_at and other.started_at < one.ended_at


def conflict_between(kind: str, one: VisitSide, other: VisitSide, *, town: str, responsible: str) -> VisitConflictFound:
    """The conflict of a pair: the same, number included, whichever of the two was known first."""
    first, second = sorted((one, other), key=_name)
    digest = hashlib.sha256("|".join((kind, *_name(first), *_name(second))).encode()).hexdigest()
    return VisitConflictFound(
        conflict_no=f"K-{digest[:20]}", kind=kind, town=town, first=first, second=second, responsible=responsible
    )


def _name(side: VisitSide) -> tuple[str, str, str]:
    return side.household_no, side.visit_no, side.record_id


def contradictions(state: Household, household_no: str, fact: VisitCompleted) -> Iterator[VisitConflictFound]:
    """What a new record contradicts in its household: another content under its number, or another visit at its time.

    Two records that no device made are as their authors typed them at once; only audit looks at those.
    """
    new = known_visit(fact)
    for known in state.visits:
        if known.set_aside or not (known.device or new.device):
            continue
        kind = "number" if known.visit_no == new.visit_no else "household" if known.overlaps(new) else ""
        if kind:
            one, other = side_of(household_no, known), side_of(household_no, new)
            yield conflict_between(kind, one, other, town=fact.town, responsible=state.answers)


def raise_conflict(state: Household, command: RaiseVisitConflict) -> tuple[Fact, ...]:
    """An officer at two households at one time; stated once, at the household of the later record."""
    found = conflict_between(
        "officer", command.visit, command.other, town=state.town, responsible=state.answers
    )  # fmt: skip
    known = {one.conflict_no for one in state.conflicts} | set(state.decided_conflicts)
    return () if found.conflict_no in known else (found,)


def decide_conflict(state: Household, command: DecideVisitConflict, context: Context) -> tuple[Fact, ...]:
    """By a person who made neither record, with a reason; the other side is set aside, and stays on the log."""
    conflict = next((one for one in state.conflicts if one.conflict_no == command.conflict_no), None)
    if conflict is None:
        known = command.conflict_no in state.decided_conflicts
        raise CommandRejected(
            "conflict-decided" if known else "conflict-unknown",
            "该冲突已裁定" if known else "没有这宗记录冲突",
            "this conflict is decided" if known else "there is no such conflict",
        )
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason)
    sides = {"first": conflict.first, "second": conflict.second}
    makers = {who.partition(":")[2] for side in sides.values() for who in (f"officer:{side.officer}", side.author)}
    rejected_unless(
        context.actor.partition(":")[2] not in makers,
        "decided-by-author",
        "记录人不得裁定自己的记录",
        "whoever made one of the records may not decide",
    )
    dropped = () if command.kept == "both" else tuple(side for name, side in sides.items() if name != command.kept)
    kept = [side for side in sides.values() if side not in dropped]
    rejected_unless(
        all(_aside(state, command.household_no, side) is not True for side in kept),
        "side-set-aside",
        "所保留的一方此前已不计入",
        "the side to keep was set aside before",
    )
    decided = VisitConflictDecided(
        conflict_no=command.conflict_no,
        kind=conflict.kind,
        town=state.town,
        kept=command.kept,
        reason=command.reason,
        decided_by=context.actor,
        set_aside=dropped,
    )
    here = [side for side in dropped if side.household_no == command.household_no]
    return decided, *(
        aside for side in here for aside in _set_aside(state, command.conflict_no, side.visit_no, side.record_id)
    )


def _aside(state: Household, household_no: str, side: VisitSide) -> bool | None:
    """Whether a side was set aside; None when it is another household's."""
    if side.household_no != household_no:
        return None
    known = _find(state, side.visit_no, side.record_id)
    return known is not None and known.set_aside


def set_aside(state: Household, command: SetVisitAside) -> tuple[Fact, ...]:
    """The side of a conflict that was decided at another household; nothing new when it counts no more already."""
    return _set_aside(state, command.conflict_no, command.visit_no, command.record_id)


def _set_aside(state: Household, conflict_no: str, visit_no: str, record_id: str) -> tuple[Fact, ...]:
    visit = _find(state, visit_no, record_id)
    if visit is None or visit.set_aside:
        return ()
    aside = VisitSetAside(
        conflict_no=conflict_no,
        visit_no=visit.visit_no,
        record_id=visit.record_id,
        town=state.town,
        officer=visit.officer,
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        standard_met=visit.standard_met,
        due_on=visit.due_on,
        author=visit.other_author or f"officer:{visit.officer}",
    )
    return (aside,)


def _find(state: Household, visit_no: str, record_id: str) -> KnownVisit | None:
    return next((one for one in state.visits if (one.visit_no, one.record_id) == (visit_no, record_id)), None)
