"""What casework decides about a committee's duties (村居, 四(四)): each is recorded once, by the committee itself."""

from typing import Any, Final, assert_never

import msgspec

from services.casework.domain.belonging import by_committee, number_of_town, of_town, on_list
from services.casework.domain.commands.committees import (
    AidEconomicCheck,
    CommitteeCommand,
    ConsultPolicy,
    ReportChange,
    ScreenHardship,
    SuperviseNotice,
    TakeNoticeDown,
)
from services.casework.domain.guards import not_before, not_in_future, rejected_unless
from services.casework.rules.committees import CommitteeWork
from services.contracts.casework import (
    ChangeReported,
    EconomicCheckAided,
    HardshipScreened,
    NoticeSupervised,
    NoticeTakenDown,
    PolicyConsulted,
)
from services.contracts.deciding import Aggregate, Context
from services.contracts.registry import Fact

# A committee's state stays small: a duty's number is known as repeated among this many latest ones.
DUTY_NUMBERS_KEPT: Final = 500
_STATED: Final = (
    HardshipScreened,
    EconomicCheckAided,
    NoticeSupervised,
    NoticeTakenDown,
    ChangeReported,
    PolicyConsulted,
)


class Committee(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state: the latest numbers."""

    duty_nos: tuple[str, ...] = ()


def decide(state: Committee, command: CommitteeCommand, context: Context) -> tuple[Fact, ...]:
    of_town(command.town, context)
    by_committee(command.committee, command.town, command.done_by, context)
    rejected_unless(
        command.duty_no not in state.duty_nos, "duty-repeated", "该履职编号已登记", "this duty is recorded already"
    )
    fields: dict[str, Any] = {name: getattr(command, name) for name in command.__struct_fields__}
    match command:
        case ScreenHardship():
            _may_screen(command, context)
            return (HardshipScreened(**fields),)
        case AidEconomicCheck():
            not_in_future("aided_on", command.aided_on, context)
            number_of_town(command.household_no, command.town)
            on_list(command.aid, context.rule_on("committee_work", command.aided_on, CommitteeWork).aids, "aid")
            return (EconomicCheckAided(**fields),)
        case SuperviseNotice():
            not_in_future("supervised_on", command.supervised_on, context)
            lists = context.rule_on("committee_work", command.supervised_on, CommitteeWork)
            for fault in command.faults:
                on_list(fault, lists.notice_faults, "fault")
            return (NoticeSupervised(**fields),)
        case TakeNoticeDown():
            _may_take_down(command, context)
            return (NoticeTakenDown(**{name: fields[name] for name in NoticeTakenDown.__struct_fields__}),)
        case ReportChange():
            not_in_future("reported_on", command.reported_on, context)
            not_before("reported_on", command.reported_on, "happened_on", command.happened_on)
            number_of_town(command.household_no, command.town)
            lists = context.rule_on("committee_work", command.reported_on, CommitteeWork)
            on_list(command.change, lists.changes, "change")
            rejected_unless(
                command.household_known, "household-unknown", "没有该户档案", "there is no folder of this household"
            )
            return (ChangeReported(**{name: fields[name] for name in ChangeReported.__struct_fields__}),)
        case ConsultPolicy():
            not_in_future("consulted_on", command.consulted_on, context)
            lists = context.rule_on("committee_work", command.consulted_on, CommitteeWork)
            on_list(command.topic, lists.topics, "topic")
            return (PolicyConsulted(**fields),)
        case _:
            assert_never(command)


def _may_take_down(command: TakeNoticeDown, context: Context) -> None:
    """A committee takes down what it hung itself, and not before the notice hung its full days (公示, 民发〔2021〕57号 art. 19)."""
    not_in_future("taken_down_on", command.taken_down_on, context)
    rejected_unless(
        command.of_committee == command.committee,
        "not-of-committee",
        "不是本村（居）的公示",
        "not a notice of this committee",
    )
    rejected_unless(
        command.posted, "notice-not-posted", "该申请没有张贴过公示", "no notice of this application was ever posted"
    )
    if command.hung is None:
        return
    posted_on, ends_on = command.hung
    rejected_unless(
        not posted_on <= command.taken_down_on <= ends_on,
        "notice-still-hangs",
        f"公示至 {ends_on}，期满后方可取下",
        f"the notice hangs until {ends_on}; it comes down the day after",
    )


def _may_screen(command: ScreenHardship, context: Context) -> None:
    """Hardship that was found is a report at the window, made by its number (四(一) 主动发现)."""
    not_in_future("screened_on", command.screened_on, context)
    for number in command.discovery_nos:
        number_of_town(number, command.town)
    rejected_unless(
        len(set(command.discovery_nos)) == len(command.discovery_nos) <= command.household_count,
        "discoveries-too-many",
        "线索编号重复，或多于排查户数",
        "a report is named twice, or there are more of them than households",
    )


def evolve(state: Committee, fact: Fact) -> Committee:
    if isinstance(fact, _STATED):
        return Committee(duty_nos=(*state.duty_nos, fact.duty_no)[-DUTY_NUMBERS_KEPT:])
    return state


COMMITTEE = Aggregate(
    prefix="committee",
    state=Committee,
    initial=Committee(),
    commands=(ScreenHardship, AidEconomicCheck, SuperviseNotice, TakeNoticeDown, ReportChange, ConsultPolicy),
    decide=decide,
    evolve=evolve,
)
