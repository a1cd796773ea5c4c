"""An open case as casework decides about it, and what each fact of its road changes in it; nothing of the household's benefit."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.casework import (
    BureauVisited,
    CaseHandedOver,
    CaseOpened,
    CheckContested,
    CheckedPerson,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    CommunityReviewed,
    ConflictResolved,
    EligibilityConfirmed,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NearRelativeNoted,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    OpinionSubmitted,
    StepOverdue,
    SurveyHelpAsked,
    SurveyHelpDeclined,
)
from services.contracts.registry import Fact, kind_of
from services.contracts.sealed import Personal

# Where a case keeps the last day of each of its clocks.
DUE_FIELDS: Final = {
    "investigation": "investigate_by",
    "check_start": "check_by",
    "first_opinion": "opinion_by",
    "bureau": "bureau_decide_by",
    "outer": "decide_by",
    "recheck": "recheck_by",
    "papers": "papers_by",
    "survey_help": "help_by",
}


# The clocks that end with the decision, an emergency's too.
OF_DECISION: Final = ("bureau", "outer")


class SealedFields(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed values and the `kind` of the fact they were sealed for, which unsealing needs."""

    kind: str
    values: tuple[Personal, ...]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An open case. The survey fields are those of the latest *valid* survey, `investigators` of all surveys.

    `registers` have yet to answer the running check, about `persons`; `checked_registers` have answered some check,
    `conflicts` of them are open, `contested` ones are to be asked again; `silent` of these
    gave no answer then, and are a conflict that a person settles. `helped_on`: an emergency that was granted
    already, whose papers are owed by `papers_by`. `helping_town`: asked to survey; not declined, and nobody has surveyed.
    `visit_since`: the bureau's own visit is made from then on.
    `paused_on` names the clocks that stand still, `resumed_on` those that did last, `extended_for` what extended one, as ``<clock>/<cause>``.
    `ordinary_decide_by`: `decide_by` before anything moved it. `surveyed`: the members that survey found; `authorised`: who
    authorised a check of theirs, empty where old facts do not say. `recheck_dues`: the last day of each contested register whose
    clock was not stated overdue.
    """

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
    rigid_spending_per_head: SealedFields | None = None
    property_over: SealedFields | None = None
    check: Literal["none", "requested", "returned"] = "none"
    check_no: str = ""
    check_count: int = 0
    registers: tuple[str, ...] = ()
    persons: tuple[CheckedPerson, ...] = ()
    checked_registers: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    contest_nos: tuple[str, ...] = ()
    recheck_by: date | None = None
    returned_on: date | None = None
    notice: Literal["none", "posted", "closed"] = "none"
    posted_on: date | None = None
    notice_ends_on: date | None = None
    objection_nos: tuple[str, ...] = ()
    objected_on_posting: int = 0
    to_reinvestigate: bool = False
    complained: bool = False
    submitted_on: date | None = None
    bureau_decide_by: date | None = None
    bureau_visited_on: date | None = None
    visit_since: date | None = None
    check_by: date | None = None
    opinion_by: date | None = None
    helping_town: str = ""
    help_by: date | None = None
    helped_on: date | None = None
    papers_by: date | None = None
    overdue: tuple[str, ...] = ()
    paused_on: dict[str, date] = {}
    resumed_on: dict[str, date] = {}
    extended_for: tuple[str, ...] = ()
    ordinary_decide_by: date | None = None
    surveyed: tuple[str, ...] = ()
    authorised: tuple[str, ...] = ()
    recheck_dues: dict[str, date] = {}

    @property
    def coverable_count(self) -> int:
        """How many an amount may cover (57号 art. 23): the members the survey found; before one, those who applied."""
        return len(self.surveyed) or self.member_count

    @property
    def unauthorised(self) -> frozenset[str]:
        """Members the survey found who authorised no check (57号 arts. 9, 17)."""
        return frozenset(self.surveyed) - frozenset(self.authorised) if self.authorised else frozenset()

    @property
    def started(self) -> bool:
        """Whether the investigation started: a survey was made, valid or not."""
        return bool(self.investigators)

    @property
    def bureau_must_visit(self) -> bool:
        """Near relatives, objections and complaints call for the bureau's own visit (民发〔2021〕57号 art. 20)."""
        return self.near_relative_declared or bool(self.objection_nos) or self.complained


def opened(fact: CaseOpened) -> Case:
    names = set(Case.__struct_fields__) & set(CaseOpened.__struct_fields__)
    due = {step.step: step.due_on for step in fact.procedure}
    return Case(
        check_by=due.get("check_started"),
        opinion_by=due.get("opinion_signed"),
        ordinary_decide_by=fact.decide_by,
        **{name: getattr(fact, name) for name in names},
    )


def left_open(
    asked: tuple[str, ...], conflicts: tuple[str, ...], fact: InformationCheckReturned
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """After an answer: the registers still to answer, and the conflicts open.

    A register that was not asked again says nothing: its conflict stays open (art. 18).
    """
    answered = set(fact.registers or asked)
    kept = tuple(register for register in conflicts if register not in answered)
    waiting = tuple(register for register in asked if register not in answered)
    return waiting, (*kept, *fact.conflicts)


def ends_help(fact: HouseholdSurveyed) -> bool:
    """Whether a survey ends the help another town was asked for: a valid one does, whichever of the two made it."""
    return fact.valid


def visit_again(case: Case, since: date | None) -> dict[str, object]:
    """An objection or complaint calls for a visit of the bureau that comes after it, whatever was before (57号 art. 20)."""
    return {"bureau_visited_on": None, "visit_since": since or case.visit_since}


def moved(case: Case, fact: Fact) -> Case:
    """The case after a fact of its road; itself when the fact changes nothing in it."""
    return msgspec.structs.replace(
        case, **(_check_changes(case, fact) or _clock_changes(case, fact) or _step_changes(case, fact))
    )


def _check_changes(case: Case, fact: Fact) -> dict[str, object]:
    match fact:
        case InformationCheckRequested():
            return {
                "check": "requested",
                "check_no": fact.check_no,
                "check_count": case.check_count + 1,
                "registers": fact.registers,
                "persons": fact.persons,
                "authorised": tuple(
                    dict.fromkeys((*case.authorised, *(one.person for one in fact.persons if not one.supporter)))
                ),
            }
        case InformationCheckReturned():
            return _returned(case, fact)
        case ConflictResolved():
            return _resolved(case, fact.register)
        case CheckContested():
            return {
                "contested": tuple(dict.fromkeys((*case.contested, *fact.registers))),
                "silent": tuple(one for one in case.silent if one not in fact.registers),
                "contest_nos": (*case.contest_nos, fact.contest_no),
                "recheck_by": fact.clock_by or fact.recheck_by,
                "recheck_dues": dict.fromkeys(fact.registers, fact.recheck_by) | case.recheck_dues,
                "overdue": tuple(clock for clock in case.overdue if clock != "recheck"),
            }
        case _:
            return {}


def _clock_changes(case: Case, fact: Fact) -> dict[str, object]:
    """Facts that move a case's clocks, or say who has it in hand and what the bureau must see to itself."""
    match fact:
        case ClockPaused():
            return {"paused_on": {**case.paused_on, fact.clock: fact.paused_on}}
        case ClockResumed():
            left = {clock: on for clock, on in case.paused_on.items() if clock != fact.clock}
            resumed = {**case.resumed_on, fact.clock: fact.resumed_on}
            return {DUE_FIELDS[fact.clock]: fact.due_on, "paused_on": left, "resumed_on": resumed}
        case ClockExtended():
            return {
                DUE_FIELDS[fact.clock]: fact.due_on,
                "extended_for": (*case.extended_for, f"{fact.clock}/{fact.cause}"),
            }
        case CaseHandedOver():
            return {"responsible": fact.responsible}
        case NearRelativeNoted():
            return {"near_relative_declared": True}
        case _:
            return {}


def _resolved(case: Case, register: str) -> dict[str, object]:
    """A person settled a conflict; and with it a contest that its register gave no answer to."""
    contested = tuple(one for one in case.contested if one != register or one not in case.silent)
    conflicts, silent = (tuple(one for one in of if one != register) for of in (case.conflicts, case.silent))
    return {"conflicts": conflicts, "contested": contested, "silent": silent}


def _returned(case: Case, fact: InformationCheckReturned) -> dict[str, object]:
    waiting, conflicts = left_open(case.registers, case.conflicts, fact)
    answered = fact.registers or case.registers
    spoke = set(answered) - set(fact.unanswered)
    silent = tuple(one for one in case.contested if one in fact.unanswered or (one in case.silent and one not in spoke))
    changes: dict[str, object] = {
        "registers": waiting,
        "conflicts": conflicts,
        "checked_registers": tuple(dict.fromkeys((*case.checked_registers, *answered))),
        "contested": tuple(register for register in case.contested if register not in spoke),
        "silent": silent,
        "recheck_dues": {register: by for register, by in case.recheck_dues.items() if register not in spoke},
    }
    if fact.settles_contest:
        changes["recheck_by"] = None
    elif fact.recheck_by is not None:
        changes["recheck_by"] = fact.recheck_by
        changes["overdue"] = tuple(clock for clock in case.overdue if clock != "recheck")
    if waiting:
        return changes
    return changes | {"check": "returned", "returned_on": fact.returned_on, "persons": ()}


def _step_changes(case: Case, fact: Fact) -> dict[str, object]:
    match fact:
        case HouseholdSurveyed():
            return _surveyed(case, fact)
        case NoticePosted():
            changes = {"notice": "posted", "posted_on": fact.posted_on, "notice_ends_on": fact.ends_on}
            return changes | {"objected_on_posting": 0}
        case NoticeClosed():
            return {"notice": "closed"}
        case NoticeObjected():
            objected = {"objected_on_posting": case.objected_on_posting + 1, "to_reinvestigate": True}
            return {
                "objection_nos": (*case.objection_nos, fact.objection_no),
                **visit_again(case, fact.objected_on),
                **objected,
            }
        case CommunityReviewed():
            return {"to_reinvestigate": False} if fact.answers_objection else {}
        case OpinionSubmitted():
            changes = {"submitted_on": fact.submitted_on, "bureau_decide_by": fact.decide_by}
            return changes | {"responsible": fact.received_by}
        case BureauVisited():
            return {"bureau_visited_on": fact.visited_on}
        case EligibilityConfirmed():
            return {"helped_on": fact.decided_on, "papers_by": fact.papers_by, "responsible": fact.decided_by}
        case SurveyHelpAsked():
            overdue = tuple(clock for clock in case.overdue if clock != "survey_help")
            return {"helping_town": fact.helping_town, "help_by": fact.answer_by, "overdue": overdue}
        case SurveyHelpDeclined():
            return {"helping_town": "", "help_by": None}
        case StepOverdue():
            stated = fact.due_on if fact.clock == "recheck" else None
            running = {name: by for name, by in case.recheck_dues.items() if stated is None or by > stated}
            return {"overdue": (*case.overdue, fact.clock), "recheck_dues": running}
        case _:
            return {}


def _surveyed(case: Case, fact: HouseholdSurveyed) -> dict[str, object]:
    """Investigators of earlier surveys are kept, since none of them may decide."""
    changes: dict[str, object] = {"investigators": tuple(dict.fromkeys((*case.investigators, *fact.investigators)))}
    if not fact.valid:
        return changes
    if ends_help(fact):
        changes |= {"helping_town": "", "help_by": None}
    return changes | {
        "surveyed_on": fact.surveyed_on,
        "income_per_head": _sealed(fact, fact.income_per_head),
        "rigid_spending_per_head": _sealed(fact, fact.rigid_spending_per_head),
        "property_over": _sealed(fact, fact.property_over),
        "to_reinvestigate": False,
        **({"surveyed": tuple(member.person for member in fact.members)} if fact.members else {}),
    }


def _sealed(fact: Fact, value: Personal | None) -> SealedFields | None:
    return None if value is None else SealedFields(kind=kind_of(type(fact)), values=(value,))
