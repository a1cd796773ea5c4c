"""What casework decides about publicity (政策宣传, 四(四)(五)): actions as they were held, answers published for everybody."""

from typing import assert_never

import msgspec

from services.casework.domain.belonging import (
    by_committee,
    number_of_town,
    of_town,
    on_list,
    text_given,
    town_of,
)
from services.casework.domain.commands.publicity import (
    PolicyCommand,
    PublishPolicyAnswer,
    RecordPublicity,
    WithdrawPolicyAnswer,
)
from services.casework.domain.guards import no_personal_number, not_in_future, rejected_unless
from services.casework.rules.committees import CommitteeWork
from services.contracts.casework import PolicyAnswerPublished, PolicyAnswerWithdrawn, PublicityHeld
from services.contracts.deciding import Aggregate, Context
from services.contracts.registry import Fact


class Publicity(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state of one action."""

    held: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state of one question."""

    published: PolicyAnswerPublished | None = None


def decide_publicity(state: Publicity, command: RecordPublicity, context: Context) -> tuple[Fact, ...]:
    of_town(command.town, context)
    number_of_town(command.publicity_no, command.town)
    if command.committee is not None or context.role == "committee":
        by_committee(command.committee or "", command.town, command.done_by, context)
    rejected_unless(not state.held, "publicity-known", "该宣传活动已登记", "this action is recorded already")
    not_in_future("held_on", command.held_on, context)
    text_given("place", command.place)
    lists = context.rule_on("committee_work", command.held_on, CommitteeWork)
    on_list(command.topic, lists.topics, "topic")
    on_list(command.form, lists.publicity_forms, "form")
    fields = {name: getattr(command, name) for name in RecordPublicity.__struct_fields__}
    return (PublicityHeld(**(fields | {"committee": command.committee or ""})),)


def evolve_publicity(state: Publicity, fact: Fact) -> Publicity:
    return Publicity(held=True) if isinstance(fact, PublicityHeld) else state


def decide_policy(state: Answer, command: PolicyCommand, context: Context) -> tuple[Fact, ...]:
    town = town_of(command.question_no)
    of_town(town, context)
    match command:
        case PublishPolicyAnswer():
            on_list(command.topic, context.rule_on("committee_work", context.today, CommitteeWork).topics, "topic")
            text_given("basis", command.basis)
            no_personal_number(command.question)
            no_personal_number(command.answer)
            fields = {name: getattr(command, name) for name in PublishPolicyAnswer.__struct_fields__}
            published = PolicyAnswerPublished(town=town, **fields)
            return () if published == state.published else (published,)
        case WithdrawPolicyAnswer():
            rejected_unless(
                state.published is not None,
                "answer-unknown",
                "没有已发布的解答",
                "no answer is published under this number",
            )
            text_given("reason", command.reason)
            return (PolicyAnswerWithdrawn(question_no=command.question_no, town=town, reason=command.reason),)
        case _:
            assert_never(command)


def evolve_policy(state: Answer, fact: Fact) -> Answer:
    match fact:
        case PolicyAnswerPublished():
            return Answer(published=fact)
        case PolicyAnswerWithdrawn():
            return Answer()
        case _:
            return state


PUBLICITY = Aggregate(
    prefix="publicity",
    state=Publicity,
    initial=Publicity(),
    commands=(RecordPublicity,),
    decide=decide_publicity,
    evolve=evolve_publicity,
)
POLICY = Aggregate(
    prefix="policy",
    state=Answer,
    initial=Answer(),
    commands=(PublishPolicyAnswer, WithdrawPolicyAnswer),
    decide=decide_policy,
    evolve=evolve_policy,
)
