"""A household as casework decides about it: its open cases, benefit, members' sealed names; folded from facts alone."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.casework.domain.visits import (
    CONFLICTS_KEPT,
    VISITS_KEPT,
    KnownVisit,
    OpenConflict,
    changed,
    conflict_of,
    known_visit,
)
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitTerminated,
    BureauVisited,
    CaseClosed,
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdMember,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    OpinionSubmitted,
    RefusalDelivered,
    ResponsibilityMoved,
    ReverificationOverdue,
    ServicePlanned,
    StepOverdue,
    TerminationPosted,
    VisitCompleted,
    VisitConflictDecided,
    VisitConflictFound,
    VisitRated,
    VisitSetAside,
)
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.registry import Fact, kind_of
from services.contracts.sealed import Personal

# A visit number is known as repeated among this many latest visits of the household: years of them.
VISIT_NUMBERS_KEPT: Final = 400


class SealedFields(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed values and the `kind` of the fact they were sealed for, which unsealing needs."""

    kind: str
    values: tuple[Personal, ...]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An open case. The survey fields are those of the latest *valid* survey, `investigators` of all surveys."""

    application_no: str
    need: str
    town: str
    committee: str
    member_count: int
    near_relative_declared: bool
    accepted_on: date
    investigate_by: date
    decide_by: date
    responsible: str
    investigators: tuple[str, ...] = ()
    surveyed_on: date | None = None
    income_per_head: SealedFields | None = None
    check: Literal["none", "requested", "returned"] = "none"
    registers: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    returned_on: date | None = None
    notice: Literal["none", "posted", "closed"] = "none"
    posted_on: date | None = None
    notice_ends_on: date | None = None
    objection_nos: tuple[str, ...] = ()
    objected_on_posting: int = 0
    to_reinvestigate: bool = False
    submitted_on: date | None = None
    bureau_decide_by: date | None = None
    bureau_visited_on: date | None = None
    check_by: date | None = None
    overdue: tuple[str, ...] = ()

    @property
    def started(self) -> bool:
        """Whether the investigation started: a survey was made, valid or not."""
        return bool(self.investigators)


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal that still has to reach the applicant in writing."""

    application_no: str
    town: str
    decided_on: date
    written_notice_by: date
    responsible: str
    overdue: bool = False


class Termination(msgspec.Struct, frozen=True, kw_only=True):
    """A termination that is posted and not decided."""

    reason: str
    ends_on: date


class KnownMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member by pseudonym and relation to the applicant."""

    person: str
    relation: str


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state. `category`: the benefit in force, empty when there is none; `known`: there is a folder.

    From `officer` on: of the benefit in force; `verified_income` and `verified_by` are of the latest re-verification,
    `change_found` that it found a change which nobody has decided on. `visits`: the latest ones, with what is needed
    to hold a record against them.
    """

    known: bool = False
    town: str = ""
    category: str = ""
    priority_count: int = 0
    cases: tuple[Case, ...] = ()
    ended_cases: tuple[str, ...] = ()
    refusals: tuple[Refused, ...] = ()
    visit_nos: tuple[str, ...] = ()
    members: tuple[KnownMember, ...] = ()
    names: SealedFields | None = None
    address: SealedFields | None = None
    officer: str = ""
    monthly_amount_fen: Fen = ZERO_FEN
    reverify_by: date | None = None
    reverified_on: date | None = None
    reverify_overdue: bool = False
    verified_income: SealedFields | None = None
    verified_by: tuple[str, ...] = ()
    change_found: bool = False
    termination: Termination | None = None
    committee: str = ""
    visits_per_month: int = 0
    responsible: str = ""
    visits: tuple[KnownVisit, ...] = ()
    conflicts: tuple[OpenConflict, ...] = ()
    decided_conflicts: tuple[str, ...] = ()

    @property
    def answers(self) -> str:
        """Who answers for the household now (四(二)): its officer, before there is one whoever holds its first case."""
        return self.responsible or (f"officer:{self.officer}" if self.officer else "")

    def person_of(self, seen: str) -> str | None:
        """The pseudonym of the member named by pseudonym or relation (the first one so related); None when none is."""
        return next((member.person for member in self.members if seen in (member.person, member.relation)), None)


def readable(state: Household, field: str) -> SealedFields | None:
    """The sealed values behind a field of `ReadPersonalField`; None when the household has none."""
    return {"names": state.names, "address": state.address}.get(field)


def sealed_income(state: Household, application_no: str) -> SealedFields | None:
    """The sealed income per head (fen a month, as decimal text) of a case's latest valid survey; None without one."""
    return next((case.income_per_head for case in state.cases if case.application_no == application_no), None)


def evolve(state: Household, fact: Fact) -> Household:
    match fact:
        case HouseholdTakenOver():
            kind = kind_of(type(fact))
            taken = msgspec.structs.replace(
                state,
                known=True,
                town=fact.town,
                category=fact.category,
                address=SealedFields(kind=kind, values=(fact.address,)),
                officer=fact.officer,
                monthly_amount_fen=fact.monthly_amount_fen,
                reverify_by=fact.reverify_by,
                committee=fact.committee,
                visits_per_month=fact.visits_per_month,
                responsible=f"officer:{fact.officer}",
            )
            return _with_members(taken, fact.members, kind)
        case CaseOpened():
            return msgspec.structs.replace(
                state,
                known=True,
                town=fact.town,
                committee=state.committee or fact.committee,
                responsible=state.answers or fact.responsible,
                cases=(*state.cases, _opened(fact)),
            )
        case HouseholdSurveyed():
            surveyed = _with_case(state, fact.application_no, _surveyed(fact))
            return _with_members(surveyed, fact.members, kind_of(type(fact))) if fact.members else surveyed
        case EligibilityConfirmed():
            ended = _ended(state, fact.application_no)
            return ended if fact.one_off else _granted(ended, fact)
        case EligibilityRefused():
            return _refused(state, fact)
        case RefusalDelivered():
            left = tuple(r for r in state.refusals if r.application_no != fact.application_no)
            return msgspec.structs.replace(state, refusals=left)
        case CaseClosed():
            return _ended(state, fact.application_no)
        case _:
            return _evolve_delivery(_evolve_benefit(_evolve_step(state, fact), fact), fact)


def _granted(state: Household, fact: EligibilityConfirmed) -> Household:
    return msgspec.structs.replace(
        _without_benefit(state),
        category=fact.need,
        monthly_amount_fen=fact.monthly_amount_fen,
        reverify_by=fact.reverify_by,
    )


def _without_benefit(state: Household) -> Household:
    return msgspec.structs.replace(
        state,
        category="",
        monthly_amount_fen=ZERO_FEN,
        reverify_by=None,
        reverified_on=None,
        reverify_overdue=False,
        verified_income=None,
        verified_by=(),
        change_found=False,
        termination=None,
        visits_per_month=0,
    )


def _evolve_benefit(state: Household, fact: Fact) -> Household:
    """Facts about the benefit in force."""
    change = msgspec.structs.replace
    match fact:
        case ServicePlanned():
            return change(
                state,
                officer=fact.officer,
                committee=fact.committee,
                visits_per_month=fact.visits_per_month,
                responsible=f"officer:{fact.officer}",
            )
        case HouseholdReverified():
            return change(
                state,
                reverify_by=fact.next_by,
                reverified_on=fact.reverified_on,
                reverify_overdue=False,
                verified_income=SealedFields(kind=kind_of(type(fact)), values=(fact.income_per_head,)),
                verified_by=fact.investigators,
                change_found=fact.outcome == "changed",
            )
        case ReverificationOverdue():
            return change(state, reverify_overdue=True)
        case BenefitAdjusted():
            return change(state, monthly_amount_fen=fact.monthly_amount_fen, change_found=False)
        case TerminationPosted():
            return change(state, termination=Termination(reason=fact.reason, ends_on=fact.ends_on))
        case BenefitTerminated():
            return _without_benefit(state)
        case _:
            return state


def _evolve_step(state: Household, fact: Fact) -> Household:
    """Facts that move one case on and touch nothing else."""
    match fact:
        case InformationCheckRequested():
            return _with_case(state, fact.application_no, {"check": "requested", "registers": fact.registers})
        case InformationCheckReturned():
            changes = {"check": "returned", "conflicts": fact.conflicts, "returned_on": fact.returned_on}
            return _with_case(state, fact.application_no, changes)
        case NoticePosted():
            changes = {"notice": "posted", "posted_on": fact.posted_on, "notice_ends_on": fact.ends_on}
            return _with_case(state, fact.application_no, changes | {"objected_on_posting": 0})
        case NoticeClosed():
            return _with_case(state, fact.application_no, {"notice": "closed"})
        case NoticeObjected():
            return _objected(state, fact)
        case OpinionSubmitted():
            changes = {"submitted_on": fact.submitted_on, "bureau_decide_by": fact.decide_by}
            changes |= {"responsible": fact.received_by}
            return _with_case(state, fact.application_no, changes)
        case BureauVisited():
            return _with_case(state, fact.application_no, {"bureau_visited_on": fact.visited_on})
        case StepOverdue():
            return _overdue(state, fact)
        case _:
            return state


def _evolve_delivery(state: Household, fact: Fact) -> Household:
    """Facts about what was delivered, and about who answers for the household."""
    change = msgspec.structs.replace
    match fact:
        case VisitCompleted():
            return change(
                state,
                visit_nos=(*state.visit_nos, fact.visit_no)[-VISIT_NUMBERS_KEPT:],
                visits=(*state.visits, known_visit(fact))[-VISITS_KEPT:],
            )
        case VisitConflictFound():
            return change(state, conflicts=(*state.conflicts, conflict_of(fact)))
        case VisitConflictDecided():
            left = tuple(one for one in state.conflicts if one.conflict_no != fact.conflict_no)
            decided = (*state.decided_conflicts, fact.conflict_no)[-CONFLICTS_KEPT:]
            return change(state, conflicts=left, decided_conflicts=decided)
        case VisitSetAside():
            return change(state, visits=changed(state.visits, fact.visit_no, fact.record_id, set_aside=True))
        case VisitRated():
            return change(state, visits=changed(state.visits, fact.visit_no, None, rated=True))
        case ResponsibilityMoved():
            return _moved(state, fact)
        case _:
            return state


def _moved(state: Household, fact: ResponsibilityMoved) -> Household:
    """Household, named cases and refusals in the previous hands are in the new ones; nothing else is touched."""

    def hands(responsible: str) -> str:
        return fact.responsible if responsible == fact.previous else responsible

    change = msgspec.structs.replace
    officer = fact.responsible.partition(":")[2] if f"officer:{state.officer}" == fact.previous else state.officer
    return change(
        state,
        officer=officer,
        responsible=hands(state.answers),
        cases=tuple(
            change(case, responsible=hands(case.responsible)) if case.application_no in fact.application_nos else case
            for case in state.cases
        ),
        refusals=tuple(
            change(one, responsible=hands(one.responsible)) if one.application_no in fact.application_nos else one
            for one in state.refusals
        ),
        conflicts=tuple(
            change(one, responsible=hands(one.responsible)) if one.conflict_no in fact.conflict_nos else one
            for one in state.conflicts
        ),
    )


def _opened(fact: CaseOpened) -> Case:
    names = set(Case.__struct_fields__) & set(CaseOpened.__struct_fields__)
    check_by = next((step.due_on for step in fact.procedure if step.step == "check_started"), None)
    return Case(check_by=check_by, **{name: getattr(fact, name) for name in names})


def _refused(state: Household, fact: EligibilityRefused) -> Household:
    case = _find(state, fact.application_no)
    refusal = Refused(
        application_no=fact.application_no,
        town=fact.town,
        decided_on=fact.decided_on,
        written_notice_by=fact.written_notice_by,
        responsible=case.responsible if case else fact.decided_by,
    )
    ended = _ended(state, fact.application_no)
    return msgspec.structs.replace(ended, refusals=(*state.refusals, refusal))


def _surveyed(fact: HouseholdSurveyed) -> dict[str, object]:
    changes: dict[str, object] = {"investigators": fact.investigators}
    if fact.valid:
        income = SealedFields(kind=kind_of(type(fact)), values=(fact.income_per_head,))
        changes |= {"surveyed_on": fact.surveyed_on, "income_per_head": income, "to_reinvestigate": False}
    return changes


def _objected(state: Household, fact: NoticeObjected) -> Household:
    case = _find(state, fact.application_no)
    if case is None:
        return state
    changes = {
        "objection_nos": (*case.objection_nos, fact.objection_no),
        "objected_on_posting": case.objected_on_posting + 1,
        "to_reinvestigate": True,
    }
    return _with_case(state, fact.application_no, changes)


def _overdue(state: Household, fact: StepOverdue) -> Household:
    if fact.clock == "written_notice":
        change = msgspec.structs.replace
        marked = tuple(
            change(r, overdue=True) if r.application_no == fact.application_no else r for r in state.refusals
        )
        return change(state, refusals=marked)
    case = _find(state, fact.application_no)
    return state if case is None else _with_case(state, fact.application_no, {"overdue": (*case.overdue, fact.clock)})


def _find(state: Household, application_no: str) -> Case | None:
    return next((case for case in state.cases if case.application_no == application_no), None)


def _with_case(state: Household, application_no: str, changes: dict[str, object]) -> Household:
    """`state` with one case changed; investigators of earlier surveys are kept, since none of them may decide."""
    case = _find(state, application_no)
    if case is None:
        return state
    investigators = changes.get("investigators")
    if isinstance(investigators, tuple):
        changes = changes | {"investigators": tuple(dict.fromkeys((*case.investigators, *investigators)))}
    changed = msgspec.structs.replace(case, **changes)
    return msgspec.structs.replace(state, cases=tuple(changed if c is case else c for c in state.cases))


def _ended(state: Household, application_no: str) -> Household:
    left = tuple(case for case in state.cases if case.application_no != application_no)
    return msgspec.structs.replace(state, cases=left, ended_cases=(*state.ended_cases, application_no))


def _with_members(state: Household, members: tuple[HouseholdMember, ...], kind: str) -> Household:
    return msgspec.structs.replace(
        state,
        priority_count=sum(member.priority for member in members),
        members=tuple(KnownMember(person=member.person, relation=member.relation) for member in members),
        names=SealedFields(kind=kind, values=tuple(member.name for member in members)),
    )
