"""Proof of procedure: every statutory step of a case, its article, the fact that satisfies it, in time or late."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import msgspec

from services.casework.domain.cases import left_open
from services.casework.domain.recognising import last_day_of
from services.casework.projections.households import household_no_of
from services.contracts.casework import (
    AbilityAssessed,
    BureauVisited,
    CareArranged,
    CaseClosed,
    CaseOpened,
    CheckContested,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    CommunityReviewed,
    ComplaintReceived,
    ConflictResolved,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NearRelativeNoted,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    OpinionSubmitted,
    PapersCompleted,
    ProcedureStep,
    RefusalDelivered,
)
from services.contracts.clocks import days_late
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.roles import numbers, same_person

State = Literal["missing", "met", "late", "failed", "not_required"]


class ProofStep(msgspec.Struct, frozen=True, kw_only=True):
    """One statutory step and what is known of it.

    `fact` is the id of the fact that settled it, `by` who stated that fact, `done_on` the day the step was taken.
    `days_late` counts calendar days after `due_on`, the last day in working days as the pack set it. `why`: the point
    that failed. `moved_for`: each cause that moved its last day, with its article. A step that is ``missing`` when the case has been decided was skipped.
    """

    step: str
    article: str
    state: State = "missing"
    due_on: date | None = None
    done_on: date | None = None
    days_late: int = 0
    fact: str = ""
    fact_type: str = ""
    by: str = ""
    why: str = ""
    investigators_count: int = 0
    notice_days: int = 0
    valid_months: int = 0
    moved_for: tuple[str, ...] = ()


class ProofRow(msgspec.Struct, frozen=True, kw_only=True):
    """The proof of one case by its application number. `outcome`: empty while open, confirmed, refused, withdrawn.

    `complete`: the case has ended and every step it owed was taken, in time or late. `papers_owed`: an emergency was
    helped first. `awaited` and `open_conflicts` are registers of the information check.
    """

    household: str
    town: str
    need: str
    pack_version: str
    accepted_on: date
    member_count: int
    steps: tuple[ProofStep, ...]
    outcome: str = ""
    complete: bool = False
    investigators: tuple[str, ...] = ()
    assessed: tuple[str, ...] = ()
    arranged: tuple[str, ...] = ()
    papers_owed: bool = False
    awaited: tuple[str, ...] = ()
    open_conflicts: tuple[str, ...] = ()
    surveyed: tuple[str, ...] = ()
    authorised: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a fact says of a step: taken on a day, well or not; `due_on` where the fact itself set the last day."""

    on: date
    why: str = ""
    due_on: date | None = None


_change = msgspec.structs.replace


def _keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.application_no,) if fact.application_no else ()


def _proof(row: ProofRow | None, record: Record, _: str) -> ProofRow | None:
    """What comes after the decision proves nothing about it, but refusals delivered, care arranged, an emergency's papers."""
    fact = record.fact
    if isinstance(fact, CaseOpened):
        return _with(_begun(fact, record), {"accepted": Settled(on=fact.accepted_on)}, record)
    if row is None:
        return None
    if isinstance(fact, CaseClosed):
        left = {step.step for step in row.steps if step.state == "missing"}
        return _with(_change(_not_asked(row, *left), outcome=fact.reason), {}, record)
    row = _moved(row, fact)
    settled = _settled(row, fact, record)
    decision = isinstance(fact, EligibilityConfirmed | EligibilityRefused)
    if row.outcome and not decision and not row.papers_owed:
        settled = {step: how for step, how in settled.items() if step in _AFTER_THE_DECISION}
    if isinstance(fact, PapersCompleted):
        row = _change(row, papers_owed=False)
    return _with(row, settled, record)


def _moved(row: ProofRow, fact: Fact) -> ProofRow:
    """What a fact makes owed, or no longer owed, before it settles anything."""
    match fact:
        case HouseholdSurveyed():
            row = _change(row, investigators=tuple(dict.fromkeys((*row.investigators, *fact.investigators))))
            found = tuple(member.person for member in fact.members) if fact.valid else ()
            return _change(row, surveyed=found or row.surveyed)
        case AbilityAssessed():
            return _change(row, assessed=tuple(dict.fromkeys((*row.assessed, fact.person))))
        case CareArranged():
            return _change(row, arranged=tuple(dict.fromkeys((*row.arranged, fact.person))))
        case InformationCheckRequested():
            persons = (one.person for one in fact.persons if not one.supporter)
            return _change(row, awaited=fact.registers, authorised=tuple(dict.fromkeys((*row.authorised, *persons))))
        case InformationCheckReturned():
            awaited, conflicts = left_open(row.awaited, row.open_conflicts, fact)
            answered = _change(row, awaited=awaited, open_conflicts=conflicts)
            return _due(answered, "contest_answered", fact.recheck_by) if fact.recheck_by else answered
        case ConflictResolved():
            return _change(row, open_conflicts=tuple(r for r in row.open_conflicts if r != fact.register))
        case CheckContested():
            return _due(_asked(row, "contest_answered"), "contest_answered", fact.clock_by or fact.recheck_by)
        case ClockPaused():  # what is done while a clock stands still is in time
            return _moved_for(_due(row, _STEP_OF_CLOCK.get(fact.clock, ""), None), fact)
        case ClockResumed():
            return _due(row, _STEP_OF_CLOCK.get(fact.clock, ""), fact.due_on)
        case ClockExtended():
            return _moved_for(_due(row, _STEP_OF_CLOCK.get(fact.clock, ""), fact.due_on), fact)
        case NearRelativeNoted():
            return _asked(row, "bureau_visited") if _state(row, "bureau_visited") == "not_required" else row
        case NoticeObjected():
            return _asked(row, "objection_answered", "bureau_visited")
        case ComplaintReceived():
            return row if row.outcome and not row.papers_owed else _asked(row, "bureau_visited")
        case OpinionSubmitted():
            return _due(row, "decided_in_term", fact.decide_by)
        case EligibilityConfirmed():
            row = _change(_not_asked(row, *_IN_WRITING), outcome="confirmed")
            if fact.papers_by is None:
                return row
            owed = _due(_asked(row, "papers_completed"), "papers_completed", fact.papers_by)
            return _change(owed, papers_owed=True)
        case EligibilityRefused():
            left = {step.step for step in row.steps if step.state == "missing"} - _OF_A_REFUSAL
            return _change(_not_asked(row, *left), outcome="refused")
        case _:
            return row


_IN_WRITING: Final = ("refusal_in_writing", "remedies_named")
_AFTER_THE_DECISION: Final = (*_IN_WRITING, "care_arranged")
_OF_A_REFUSAL: Final = {"decided_by_bureau", "decided_in_term", "whole_in_term", *_IN_WRITING}
_STEP_OF_CLOCK: Final = {
    "investigation": "investigation_started",
    "check_start": "check_started",
    "first_opinion": "opinion_signed",
    "bureau": "decided_in_term",
    "outer": "whole_in_term",
}


def _begun(fact: CaseOpened, record: Record) -> ProofRow:
    """A case that nobody objected to has nothing to answer; a near relative's is visited by the bureau."""
    row = ProofRow(
        household=household_no_of(record),
        town=fact.town,
        need=fact.need,
        pack_version=fact.pack_version,
        accepted_on=fact.accepted_on,
        member_count=fact.member_count,
        steps=tuple(_missing(step) for step in fact.procedure),
    )
    idle = ("objection_answered", "contest_answered", "papers_completed")
    return _not_asked(row, *idle, *(() if fact.near_relative_declared else ("bureau_visited",)))


def _missing(step: ProcedureStep) -> ProofStep:
    return ProofStep(**{name: getattr(step, name) for name in ProcedureStep.__struct_fields__})


def _settled(row: ProofRow, fact: Fact, record: Record) -> dict[str, Settled]:
    """The steps that a fact settles, each with what it lacks."""
    match fact:
        case InformationCheckRequested() | InformationCheckReturned() | ConflictResolved():
            return _checked(row, fact, record.envelope.time.astimezone(CHINA).date())
        case HouseholdSurveyed():
            return _surveyed(row, fact)
        case AbilityAssessed():
            return {"ability_assessed": Settled(on=fact.assessed_on, why=_assessment_lacks(row, fact))}
        case CareArranged():
            unsigned = fact.agreement_required and not fact.agreement_sha256
            lacks = "care_agreement" if unsigned else "members" if len(row.arranged) < row.member_count else ""
            return {"care_arranged": Settled(on=fact.arranged_on, why=lacks)}
        case NoticePosted():
            return {"opinion_signed": Settled(on=fact.posted_on, why="" if fact.opinion_signed_by else "signature")}
        case NoticeClosed():
            days = (fact.closed_on - fact.posted_on).days - 1
            short = days < max((step.notice_days for step in row.steps), default=0)
            return {"noticed_in_full": Settled(on=fact.closed_on, why=f"days={days}" if short else "")}
        case OpinionSubmitted():
            return {"submitted": Settled(on=fact.submitted_on)}
        case BureauVisited():
            own = numbers(fact.visitors) & numbers(row.investigators)
            return {"bureau_visited": Settled(on=fact.visited_on, why="visitors" if own else "")}
        case RefusalDelivered():
            named = Settled(on=fact.delivered_on, why="" if fact.remedies else "remedies")
            return {
                "refusal_in_writing": Settled(on=fact.delivered_on, due_on=fact.due_on),
                "remedies_named": named,
            }
        case CommunityReviewed():
            answers = fact.answers_objection and _state(row, "objection_answered") == "missing"
            return {"objection_answered": Settled(on=fact.reviewed_on)} if answers else {}
        case PapersCompleted():
            return {"papers_completed": Settled(on=fact.completed_on)}
        case EligibilityConfirmed() | EligibilityRefused():
            return _decided(row, fact)
        case _:
            return {}


def _assessment_lacks(row: ProofRow, fact: AbilityAssessed) -> str:
    """Two assess, and everybody who applied is assessed (特困人员认定办法 2021)."""
    if len(numbers(fact.assessors)) < max((step.investigators_count for step in row.steps), default=0):
        return "assessors"
    return "members" if len(row.assessed) < row.member_count else ""


def _checked(
    row: ProofRow, fact: InformationCheckRequested | InformationCheckReturned | ConflictResolved, on: date
) -> dict[str, Settled]:
    """Asked with every authorisation; answered when the last register has, and no conflict is left open."""
    if isinstance(fact, InformationCheckRequested):
        lacking = "authorisations" if fact.authorised_count < row.member_count or _unauthorised(row) else ""
        supporters = fact.no_supporter or any(person.supporter for person in fact.persons)
        found = {
            "authorised": Settled(on=on, why=lacking),
            "supporters_authorised": Settled(on=on, why="" if supporters else "supporters"),
        }
        return found if _state(row, "check_started") != "missing" else found | {"check_started": Settled(on=on)}
    if isinstance(fact, InformationCheckReturned):
        on = fact.returned_on
    settled: dict[str, Settled] = {}
    if not row.awaited and _state(row, "check_started") != "missing":
        after = "after_notice" if isinstance(fact, InformationCheckReturned) and _checked_too_late(row) else ""
        settled["checked"] = Settled(on=on, why="conflicts" if row.open_conflicts else after)
    if isinstance(fact, InformationCheckReturned) and fact.settles_contest:
        settled["contest_answered"] = Settled(on=on)
    return settled


def _unauthorised(row: ProofRow) -> bool:
    """Whether a member the survey found authorised no check (57号 arts. 9, 17); old facts name nobody."""
    return bool(row.authorised and set(row.surveyed) - set(row.authorised))


def _checked_too_late(row: ProofRow) -> bool:
    """The first opinion hung before the registers had answered; a contested answer may well come again after it."""
    return _posted_unopposed(row) and _state(row, "checked") == "missing"


_DONE: Final = ("met", "late", "not_required")


def _surveyed(row: ProofRow, fact: HouseholdSurveyed) -> dict[str, Settled]:
    """A survey starts the investigation whatever it lacks; a valid one answers the objections so far."""
    on = fact.surveyed_on
    alone = len(numbers(fact.investigators)) < max((step.investigators_count for step in row.steps), default=0)
    after = "after_notice" if _posted_unopposed(row) else ""
    witnessed = fact.witness is not None and not same_person(fact.witness, *fact.investigators)
    remote = fact.mode != "household" and not fact.emergency
    found = {
        "surveyed_by_two": Settled(on=on, why="investigators" if alone else "mode" if remote else after),
        "family_signed": Settled(on=on, why="" if fact.family_signed or witnessed else "family_signature"),
    }
    if _state(row, "investigation_started") == "missing":
        found["investigation_started"] = Settled(on=on)
    if not (alone or remote) and _state(row, "objection_answered") == "missing":
        found["objection_answered"] = Settled(on=on)
    if _unauthorised(row):  # who was found after the check was asked for is checked too
        found["authorised"] = Settled(on=on, why="authorisations")
    return found


def _decided(row: ProofRow, fact: EligibilityConfirmed | EligibilityRefused) -> dict[str, Settled]:
    """Who decided and when; what is granted begins the month after, a single sum in the month itself."""
    on = fact.decided_on
    investigated = same_person(fact.decided_by, *row.investigators)
    found = {
        "decided_by_bureau": Settled(on=on, why="investigator" if investigated else ""),
        "decided_in_term": Settled(on=on),
        "whole_in_term": Settled(on=on),
    }
    if isinstance(fact, EligibilityConfirmed):
        right = fact.from_month == Month.of(on).plus(0 if fact.one_off else 1)
        found["granted_from_month"] = Settled(on=on, why="" if right else "month")
        found["valid_in_term"] = Settled(on=on, why="" if _short_enough(row, fact) else "months")
    return found


def _short_enough(row: ProofRow, fact: EligibilityConfirmed) -> bool:
    """A recognition is valid for no longer than the pack had it at acceptance."""
    months = max((step.valid_months for step in row.steps), default=0)
    return fact.valid_until is not None and fact.valid_until <= last_day_of(fact.decided_on, months)


def _posted_unopposed(row: ProofRow) -> bool:
    """The first opinion hangs already, and no objection sent the case back to its investigators."""
    return _state(row, "opinion_signed") != "missing" and _state(row, "objection_answered") == "not_required"


def _with(row: ProofRow, settled: dict[str, Settled], record: Record) -> ProofRow:
    """The row with these steps settled by this fact."""
    steps = tuple(_settle(step, settled[step.step], record) if step.step in settled else step for step in row.steps)
    complete = bool(row.outcome) and all(step.state in _DONE for step in steps)
    return _change(row, steps=steps, complete=complete)


def _settle(step: ProofStep, settled: Settled, record: Record) -> ProofStep:
    due_on = settled.due_on or step.due_on
    late = days_late(due_on, settled.on)
    state: State = "failed" if settled.why else "late" if late else "met"
    return _change(
        step,
        state=state,
        due_on=due_on,
        done_on=settled.on,
        days_late=late,
        fact=record.envelope.id,
        fact_type=record.envelope.type,
        by=record.envelope.actor,
        why=settled.why,
    )


def _state(row: ProofRow, name: str) -> str:
    return next((step.state for step in row.steps if step.step == name), "not_required")


def _due(row: ProofRow, name: str, due_on: date | None) -> ProofRow:
    return _change(row, steps=tuple(_change(s, due_on=due_on) if s.step == name else s for s in row.steps))


def _moved_for(row: ProofRow, fact: ClockPaused | ClockExtended) -> ProofRow:
    """The cause that lets the step's last day move, and by what clause."""
    name, cause = _STEP_OF_CLOCK.get(fact.clock, ""), f"{fact.cause}: {fact.article}"
    return _change(
        row, steps=tuple(_change(s, moved_for=(*s.moved_for, cause)) if s.step == name else s for s in row.steps)
    )


def _asked(row: ProofRow, *names: str) -> ProofRow:
    """These steps are owed now, whatever was before: an objection is answered after it was made."""
    return _change(row, steps=tuple(_change(s, state="missing") if s.step in names else s for s in row.steps))


def _not_asked(row: ProofRow, *names: str) -> ProofRow:
    return _change(row, steps=tuple(_change(s, state="not_required") if s.step in names else s for s in row.steps))


PROCEDURE_PROOFS: Final = Model(
    name="procedure_proofs",
    row=ProofRow,
    listens=(
        CaseOpened,
        HouseholdSurveyed,
        AbilityAssessed,
        CareArranged,
        InformationCheckRequested,
        InformationCheckReturned,
        NoticePosted,
        NoticeObjected,
        NoticeClosed,
        OpinionSubmitted,
        BureauVisited,
        EligibilityConfirmed,
        EligibilityRefused,
        RefusalDelivered,
        CaseClosed,
        ConflictResolved,
        CheckContested,
        CommunityReviewed,
        ComplaintReceived,
        PapersCompleted,
        ClockPaused,
        ClockResumed,
        ClockExtended,
        NearRelativeNoted,
    ),
    keys=_keys,
    evolve=_proof,
)
