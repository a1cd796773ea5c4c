"""Somebody in need found before they asked (主动发现, 四(一)): reported, followed up by a request or closed, or overdue."""

from datetime import date
from typing import Literal, assert_never

import msgspec

from services.contracts.calendar import WorkingCalendar
from services.contracts.clocks import overdue
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.intake import DiscoveryClosed, DiscoveryFollowed, DiscoveryOverdue, NeedDiscovered
from services.contracts.registry import Fact
from services.contracts.resident_ids import normal_id, resident_id_fault
from services.contracts.sealed import Clear
from services.intake.domain.commands import CloseDiscovery, FollowDiscovery, MarkDiscoveryOverdue, ReportDiscovery
from services.intake.domain.guards import no_personal_number, not_in_future, rejected_unless
from services.intake.rules import Procedure

DiscoveryCommand = ReportDiscovery | CloseDiscovery | FollowDiscovery | MarkDiscoveryOverdue


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state of one report; `status` is empty until it is made."""

    status: Literal["", "open", "followed", "closed"] = ""
    town: str = ""
    committee: str = ""
    reported_by: str = ""
    follow_up_by: date | None = None
    overdue: bool = False


def decide(state: Discovery, command: DiscoveryCommand, context: Context) -> tuple[Fact, ...]:
    _own_town(command, context)
    match command:
        case ReportDiscovery():
            return (_discovered(state, command, context),)
        case CloseDiscovery():
            return (_closed(state, command, context),)
        case FollowDiscovery():
            _open(state)
            followed = DiscoveryFollowed(
                discovery_no=command.discovery_no,
                town=state.town,
                household_no=command.household_no,
                request_no=command.request_no,
            )
            return (followed,)
        case MarkDiscoveryOverdue():
            return (_overdue(state, command, context),)
        case _:
            assert_never(command)


def _own_town(command: DiscoveryCommand, context: Context) -> None:
    """A town acts for itself and on its own discoveries only (DOMAIN §8); their numbers begin with its code."""
    town = command.discovery_no.partition("-")[0]
    acting = command.town if isinstance(command, ReportDiscovery | CloseDiscovery) else town
    rejected_unless(
        acting == town and context.town in (None, acting),
        "wrong-town",
        f"该线索不属于 {context.town or acting}",
        f"the discovery does not belong to {context.town or acting}",
    )


def _discovered(state: Discovery, command: ReportDiscovery, context: Context) -> NeedDiscovered:
    rejected_unless(not state.status, "discovery-repeated", "该线索编号已登记", "this discovery number is registered")
    rejected_unless(
        command.committee.startswith(f"{command.town}-"),
        "wrong-committee",
        "村（居）不属于该镇街",
        "the committee does not belong to the town",
    )
    day = command.discovered_on
    not_in_future("discovered_on", day, context)
    procedure = context.rule_on("procedure", day, Procedure)
    rejected_unless(
        command.suspected_need in procedure.needs,
        "need-unknown",
        f"窗口不受理事项 {command.suspected_need}",
        f"the window takes no need {command.suspected_need}",
    )
    if procedure.discovery is None:
        raise CommandRejected(
            "no-rule-in-force", f"{day} 没有主动发现的办理时限", f"no term for discoveries is in force on {day}"
        )
    number = normal_id(command.resident_id)
    fault = resident_id_fault(number, context.today) if number else None
    if fault is not None:
        raise CommandRejected("resident-id-invalid", f"resident_id：{fault[0]}", f"resident_id: {fault[1]}")
    calendar = context.rule_on("calendar", day, WorkingCalendar)
    person = context.pseudonym(number or f"discovery|{command.discovery_no}")
    return NeedDiscovered(
        discovery_no=command.discovery_no,
        town=command.town,
        committee=command.committee,
        reported_by=command.reported_by,
        how=command.how,
        suspected_need=command.suspected_need,
        person=person,
        name=Clear(person=person, group="identity", text=command.name),
        resident_id=Clear(person=person, group="identity", text=number),
        contact=Clear(person=person, group="identity", text=command.contact),
        situation=Clear(person=person, group="sensitive", text=command.situation),
        discovered_on=day,
        follow_up_by=calendar.plus_workdays(day, procedure.discovery.workdays),
        pack_version=context.rules.version_on("procedure", day),
    )


def _open(state: Discovery) -> None:
    rejected_unless(bool(state.status), "discovery-unknown", "没有该线索", "there is no such discovery")
    rejected_unless(
        state.status != "followed",
        "discovery-followed",
        "该线索已由申请跟进",
        "a request follows this discovery already",
    )
    rejected_unless(state.status != "closed", "discovery-closed", "该线索已办结", "this discovery is closed")


def _closed(state: Discovery, command: CloseDiscovery, context: Context) -> DiscoveryClosed:
    _open(state)
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason, "理由", "the reason")
    return DiscoveryClosed(
        discovery_no=command.discovery_no, town=state.town, reason=command.reason, closed_by=context.actor
    )


def _overdue(state: Discovery, command: MarkDiscoveryOverdue, context: Context) -> DiscoveryOverdue:
    """The one definition of overdue: the last day of the clock has passed and nobody has followed it up (限时办理)."""
    _open(state)
    rejected_unless(not state.overdue, "overdue-known", "该逾期已登记", "this overdue discovery is stated already")
    rejected_unless(
        command.due_on == state.follow_up_by and overdue(command.due_on, context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    return DiscoveryOverdue(
        discovery_no=command.discovery_no,
        town=state.town,
        committee=state.committee,
        due_on=command.due_on,
        reported_by=state.reported_by,
    )


def evolve(state: Discovery, fact: Fact) -> Discovery:
    match fact:
        case NeedDiscovered():
            return Discovery(
                status="open",
                town=fact.town,
                committee=fact.committee,
                reported_by=fact.reported_by,
                follow_up_by=fact.follow_up_by,
            )
        case DiscoveryFollowed():
            return msgspec.structs.replace(state, status="followed")
        case DiscoveryClosed():
            return msgspec.structs.replace(state, status="closed")
        case DiscoveryOverdue():
            return msgspec.structs.replace(state, overdue=True)
        case _:
            return state


DISCOVERY = Aggregate(
    prefix="discovery",
    state=Discovery,
    initial=Discovery(),
    commands=(ReportDiscovery, CloseDiscovery, FollowDiscovery, MarkDiscoveryOverdue),
    decide=decide,
    evolve=evolve,
)
