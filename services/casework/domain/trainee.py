"""What casework decides about one person's training: what a year owes, what counts, what lacks; and the key people."""

from datetime import date
from typing import assert_never

import msgspec

from services.casework.domain.belonging import of_town, text_given
from services.casework.domain.commands.training import (
    CreditExam,
    CreditTraining,
    EnrolTrainee,
    EnterKeyPerson,
    MarkTrainingOverdue,
    RemoveKeyPerson,
    TraineeCommand,
)
from services.casework.domain.guards import not_before, not_in_future, rejected_unless
from services.casework.rules.training import Training
from services.contracts.casework import (
    ExamCredited,
    KeyPersonEntered,
    KeyPersonLeft,
    TrainingCredited,
    TrainingFulfilled,
    TrainingOverdue,
    TrainingOwed,
)
from services.contracts.clocks import overdue
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.registry import Fact

_change = msgspec.structs.replace


class YearOfTraining(msgspec.Struct, frozen=True, kw_only=True):
    """What a year owes and has, in minutes; `credits` are the sessions and exams counted."""

    owed: TrainingOwed
    party_minutes: int = 0
    professional_minutes: int = 0
    fulfilled: bool = False
    overdue: bool = False
    credits: tuple[str, ...] = ()

    @property
    def party_lacking(self) -> int:
        return max(0, self.owed.party_minutes - self.party_minutes)

    @property
    def professional_lacking(self) -> int:
        return max(0, self.owed.professional_minutes - self.professional_minutes)

    @property
    def untouched(self) -> bool:
        """Only owed: nothing proved, counted or stated of it."""
        return not (self.owed.document or self.credits or self.fulfilled or self.overdue)

    @property
    def complete(self) -> bool:
        return not self.party_lacking and not self.professional_lacking


class Trainee(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state of one person: years by number, and whether the person is on the roster of key people."""

    years: tuple[YearOfTraining, ...] = ()
    key_person: KeyPersonEntered | None = None

    def year(self, number: int) -> YearOfTraining | None:
        return next((one for one in self.years if one.owed.year == number), None)


def decide(state: Trainee, command: TraineeCommand, context: Context) -> tuple[Fact, ...]:
    of_town(command.town, context)
    match command:
        case EnrolTrainee():
            return _enrolled(state, command, context)
        case CreditTraining():
            return _credited(state, command, context)
        case CreditExam():
            return _examined(state, command, context)
        case MarkTrainingOverdue():
            return (_overdue(state, command, context),)
        case EnterKeyPerson():
            return (_entered(state, command, context),)
        case RemoveKeyPerson():
            return (_left(state, command, context),)
        case _:
            assert_never(command)


def _owed(
    command: EnrolTrainee | CreditTraining | CreditExam,
    year: int,
    context: Context,
    proved: tuple[int, int],
    document: str,
) -> TrainingOwed:
    """What the pack in force when the year begins asks of this position."""
    begins_on = date(year, 1, 1)
    rules = context.rule_on("training", begins_on, Training)
    owed = rules.owed_by(command.staff)
    return TrainingOwed(
        staff=command.staff,
        town=command.town,
        year=year,
        party_minutes=owed.party_minutes,
        professional_minutes=owed.professional_minutes,
        due_on=rules.due_on(year),
        party_proved_minutes=proved[0],
        professional_proved_minutes=proved[1],
        document=document,
        pack_version=context.rules.version_on("training", begins_on),
    )


def _fulfilled(state: Trainee, year: int, context: Context) -> tuple[TrainingFulfilled, ...]:
    """The fact that closes a year, once, when both kinds are done."""
    found = state.year(year)
    if found is None or found.fulfilled or not found.complete:
        return ()
    owed = found.owed
    closing = TrainingFulfilled(
        staff=owed.staff, town=owed.town, year=year, fulfilled_on=context.today, in_time=context.today <= owed.due_on
    )
    return (closing,)


def _enrolled(state: Trainee, command: EnrolTrainee, context: Context) -> tuple[Fact, ...]:
    found, proved = state.year(command.year), (command.party_proved_minutes, command.professional_proved_minutes)
    # Owed by coming on a post: what was proved before is stated once more while nothing has been counted yet.
    rejected_unless(
        found is None or (any(proved) and found.untouched),
        "training-owed",
        "该人员本年度学时已登记",
        "this year is enrolled already",
    )
    if any(proved):
        text_given("document", command.document)
    owed = _owed(command, command.year, context, proved, command.document)
    if found is not None:
        owed = _change(owed, restated=True)
    return (owed, *_fulfilled(evolve(state, owed), command.year, context))


def _begun(
    state: Trainee, command: CreditTraining | CreditExam, year: int, credit: str, context: Context
) -> tuple[TrainingOwed, ...]:
    """What the first credit of a year states before it; nothing is counted twice."""
    found = state.year(year)
    if found is None:
        return (_owed(command, year, context, (0, 0), ""),)
    rejected_unless(credit not in found.credits, "credit-repeated", "该项已计入", "this is counted already")
    return ()


def _credited(state: Trainee, command: CreditTraining, context: Context) -> tuple[Fact, ...]:
    """A session's minutes, with what they complete."""
    year = command.held_on.year
    begun = _begun(state, command, year, f"{command.course_no}/{command.session_no}", context)
    fields = {name: getattr(command, name) for name in CreditTraining.__struct_fields__}
    facts: tuple[Fact, ...] = (*begun, TrainingCredited(year=year, **fields))
    after = state
    for fact in facts:
        after = evolve(after, fact)
    return (*facts, *_fulfilled(after, year, context))


def _examined(state: Trainee, command: CreditExam, context: Context) -> tuple[Fact, ...]:
    year = command.taken_on.year
    begun = _begun(state, command, year, f"{command.course_no}/{command.exam_no}", context)
    fields = {name: getattr(command, name) for name in CreditExam.__struct_fields__}
    return (*begun, ExamCredited(year=year, **fields))


def _overdue(state: Trainee, command: MarkTrainingOverdue, context: Context) -> TrainingOverdue:
    """The one definition of overdue: the last day has passed and minutes are lacking."""
    found = state.year(command.year)
    if found is None:
        raise CommandRejected("year-unknown", "该年度未登记", "this year was never enrolled")
    rejected_unless(not found.fulfilled, "training-fulfilled", "该年度学时已完成", "this year's training is done")
    rejected_unless(not found.overdue, "overdue-known", "该逾期已登记", "this is stated already")
    rejected_unless(
        command.due_on == found.owed.due_on and overdue(command.due_on, context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    return TrainingOverdue(
        staff=command.staff,
        town=found.owed.town,
        year=command.year,
        due_on=command.due_on,
        party_lacking_minutes=found.party_lacking,
        professional_lacking_minutes=found.professional_lacking,
    )


def _entered(state: Trainee, command: EnterKeyPerson, context: Context) -> KeyPersonEntered:
    rejected_unless(state.key_person is None, "key-person-known", "已在骨干名册中", "the roster names this person")
    not_in_future("entered_on", command.entered_on, context)
    text_given("reason", command.reason)
    text_given("document", command.document)
    return KeyPersonEntered(**{name: getattr(command, name) for name in EnterKeyPerson.__struct_fields__})


def _left(state: Trainee, command: RemoveKeyPerson, context: Context) -> KeyPersonLeft:
    entered = state.key_person
    if entered is None:
        raise CommandRejected("key-person-unknown", "不在骨干名册中", "the roster does not name this person")
    of_town(entered.town, context)
    not_in_future("left_on", command.left_on, context)
    not_before("left_on", command.left_on, "entered_on", entered.entered_on)
    text_given("reason", command.reason)
    return KeyPersonLeft(staff=command.staff, town=entered.town, left_on=command.left_on, reason=command.reason)


def evolve(state: Trainee, fact: Fact) -> Trainee:
    match fact:
        case TrainingOwed():
            begun = YearOfTraining(
                owed=fact,
                party_minutes=fact.party_proved_minutes,
                professional_minutes=fact.professional_proved_minutes,
            )
            others = tuple(one for one in state.years if one.owed.year != fact.year)
            return _change(state, years=(*others, begun))
        case TrainingCredited() | ExamCredited() | TrainingFulfilled() | TrainingOverdue():
            years = (_after(one, fact) if one.owed.year == fact.year else one for one in state.years)
            return _change(state, years=tuple(years))
        case KeyPersonEntered():
            return _change(state, key_person=fact)
        case KeyPersonLeft():
            return _change(state, key_person=None)
        case _:
            return state


def _after(
    year: YearOfTraining, fact: TrainingCredited | ExamCredited | TrainingFulfilled | TrainingOverdue
) -> YearOfTraining:
    match fact:
        case TrainingCredited():
            return _change(
                year,
                party_minutes=year.party_minutes + (fact.minutes if fact.kind == "party" else 0),
                professional_minutes=year.professional_minutes + (0 if fact.kind == "party" else fact.minutes),
                credits=(*year.credits, f"{fact.course_no}/{fact.session_no}"),
            )
        case ExamCredited():
            return _change(year, credits=(*year.credits, f"{fact.course_no}/{fact.exam_no}"))
        case TrainingFulfilled():
            return _change(year, fulfilled=True)
        case TrainingOverdue():
            return _change(year, overdue=True)
        case _:
            assert_never(fact)


TRAINEE = Aggregate(
    prefix="trainee",
    state=Trainee,
    initial=Trainee(),
    commands=(EnrolTrainee, CreditTraining, CreditExam, MarkTrainingOverdue, EnterKeyPerson, RemoveKeyPerson),
    decide=decide,
    evolve=evolve,
)
