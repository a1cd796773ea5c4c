"""A household at the window: its requests, one application per need, one notice, one answer; decides no eligibility."""

from datetime import date
from typing import Literal, assert_never

import msgspec

from services.contracts.calendar import WorkingCalendar
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.intake import (
    ApplicationAccepted,
    ApplicationAnswered,
    ApplicationReferred,
    ApplicationWithdrawn,
    MaterialsNoticeIssued,
    MaterialsNoticeRepeated,
    MaterialsSupplied,
    Member,
    RequestReceived,
)
from services.contracts.registry import Fact
from services.contracts.resident_ids import names_a_person, normal_id, resident_id_fault
from services.contracts.sealed import Clear
from services.intake.domain.commands import (
    AnswerApplication,
    GivenMember,
    ReceiveRequest,
    SupplyMaterials,
    WithdrawApplication,
)
from services.intake.rules import (
    Materials,
    Procedure,
    ResidentIds,
    Road,
)

HouseholdCommand = ReceiveRequest | SupplyMaterials | WithdrawApplication | AnswerApplication


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An open item of the window. `missing` is what the last notice listed."""

    application_no: str
    request_no: str
    need: str
    town: str
    committee: str
    member_count: int
    near_relative_declared: bool
    responsible: str
    received_on: date
    status: Literal["received", "waiting", "accepted", "referred"] = "received"
    missing: tuple[str, ...] = ()
    notice_count: int = 0


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state: every request number ever used and the open applications."""

    request_nos: tuple[str, ...] = ()
    applications: tuple[Application, ...] = ()


def application_no_of(request_no: str, need: str) -> str:
    """The number of the application that a need of a request becomes."""
    return f"{request_no}-{need}"


def decide(state: Household, command: HouseholdCommand, context: Context) -> tuple[Fact, ...]:
    _own_town(command, context)
    match command:
        case ReceiveRequest():
            return _receive(state, command, context)
        case SupplyMaterials():
            return _supply(state, command, context)
        case WithdrawApplication():
            return _withdraw(state, command)
        case AnswerApplication():
            return _answer(state, command)
        case _:
            assert_never(command)


def _own_town(command: HouseholdCommand, context: Context) -> None:
    """A town acts for itself and on its own households only (DOMAIN §8)."""
    acting = command.household_no.partition("-")[0] if isinstance(command, AnswerApplication) else command.town
    if context.town is not None and acting != context.town:
        raise CommandRejected(
            "wrong-town", f"{context.town} 不能代 {acting} 办理", f"{context.town} may not act for {acting}"
        )
    if command.household_no.partition("-")[0] != acting:
        raise CommandRejected(
            "wrong-town", f"该户档案不属于 {acting}", f"the household's folder does not belong to {acting}"
        )


def _receive(state: Household, command: ReceiveRequest, context: Context) -> tuple[Fact, ...]:
    _check_members(command.members, context)
    _check_request(state, command, context)
    procedure = context.rule_on("procedure", command.received_on, Procedure)
    received = _received(command, context)
    facts: list[Fact] = [received]
    for need in command.needs:
        road = procedure.needs.get(need)
        if road is None:
            raise CommandRejected("need-unknown", f"窗口不受理事项 {need}", f"the window takes no need {need}")
        application = _application(received, need)
        if any(a.need == need and a.status != "referred" for a in state.applications):
            raise CommandRejected(
                "application-open",
                f"该户的 {need} 申请正在办理，不能重复申请",
                f"an application of this household for {need} is open",
            )
        facts.append(_first_step(application, road, command, context))
    return tuple(facts)


def _check_request(state: Household, command: ReceiveRequest, context: Context) -> None:
    if command.request_no in state.request_nos:
        raise CommandRejected("request-repeated", "该受理编号已登记", "this request number is registered already")
    if len(set(command.needs)) != len(command.needs):
        raise CommandRejected("need-repeated", "同一事项重复填写", "a need is named twice")
    if not command.committee.startswith(f"{command.town}-"):
        raise CommandRejected("wrong-committee", "村（居）不属于该镇街", "the committee does not belong to the town")
    _not_in_future("received_on", command.received_on, context)


def _not_in_future(field: str, day: date, context: Context) -> None:
    if day > context.today:
        raise CommandRejected("time-in-future", f"{field} 在将来", f"{field} lies in the future")


def _check_members(members: tuple[GivenMember, ...], context: Context) -> None:
    """Every resident ID by GB 11643; a bad one is named by its field, never by its number."""
    numbers = [normal_id(member.resident_id) for member in members]
    for i, number in enumerate(numbers):
        fault = resident_id_fault(number, context.today)
        if fault is not None:
            field = f"members/{i}/resident_id"
            raise CommandRejected("resident-id-invalid", f"{field}：{fault[0]}", f"{field}: {fault[1]}")
    if len(set(numbers)) != len(numbers):
        raise CommandRejected("member-repeated", "同一成员重复填写", "a member is named twice")


def _received(command: ReceiveRequest, context: Context) -> RequestReceived:
    members = tuple(_sealed_member(member, context) for member in command.members)
    return RequestReceived(
        request_no=command.request_no,
        town=command.town,
        committee=command.committee,
        channel=command.channel,
        first_asked=command.first_asked,
        needs=command.needs,
        materials=command.materials,
        members=members,
        phone=Clear(person=members[0].person, group="identity", text=command.phone),
        near_relative_declared=command.near_relative_declared,
        delegated=command.delegated,
        received_on=command.received_on,
    )


def _sealed_member(member: GivenMember, context: Context) -> Member:
    number = normal_id(member.resident_id)
    person = context.pseudonym(number)
    return Member(
        person=person,
        relation=member.relation,
        name=Clear(person=person, group="identity", text=member.name),
        resident_id=Clear(person=person, group="identity", text=number),
    )


def _application(received: RequestReceived, need: str) -> Application:
    return Application(
        application_no=application_no_of(received.request_no, need),
        request_no=received.request_no,
        need=need,
        town=received.town,
        committee=received.committee,
        member_count=len(received.members),
        near_relative_declared=received.near_relative_declared,
        responsible=received.first_asked,
        received_on=received.received_on,
    )


def _first_step(application: Application, road: Road, command: ReceiveRequest, context: Context) -> Fact:
    """Refer it, accept it, or tell once everything that is missing."""
    day = application.received_on
    if road.road == "refer":
        return ApplicationReferred(
            application_no=application.application_no,
            request_no=application.request_no,
            need=application.need,
            town=application.town,
            department=road.department,
            answer_by=context.rule_on("calendar", day, WorkingCalendar).plus_workdays(day, road.answer_workdays),
            responsible=application.responsible,
            pack_version=context.rules.version_on("procedure", day),
        )
    missing = context.rule_on("materials", day, Materials).missing(
        application.need,
        command.materials,
        delegated=command.delegated,
        near_relative=command.near_relative_declared,
    )
    if not missing:
        return _accepted(application, day, context)
    return MaterialsNoticeIssued(
        application_no=application.application_no,
        request_no=application.request_no,
        need=application.need,
        town=application.town,
        missing=missing,
        responsible=application.responsible,
        pack_version=context.rules.version_on("materials", day),
    )


def _accepted(application: Application, day: date, context: Context) -> ApplicationAccepted:
    """Accept on `day`: the clocks start, the starting day excluded (限时办理)."""
    road = context.rule_on("procedure", day, Procedure).needs[application.need]
    calendar = context.rule_on("calendar", day, WorkingCalendar)
    return ApplicationAccepted(
        application_no=application.application_no,
        request_no=application.request_no,
        need=application.need,
        town=application.town,
        committee=application.committee,
        member_count=application.member_count,
        near_relative_declared=application.near_relative_declared,
        accepted_on=day,
        investigate_by=calendar.plus_workdays(day, road.investigate_workdays),
        decide_by=calendar.plus_workdays(day, road.decide_workdays),
        responsible=application.responsible,
        pack_version=context.rules.version_on("procedure", day),
    )


def _open(state: Household, application_no: str) -> Application:
    for application in state.applications:
        if application.application_no == application_no:
            return application
    if application_no.rpartition("-")[0] in state.request_nos:
        raise CommandRejected("application-closed", "该申请已办结", "this application is closed")
    raise CommandRejected("application-unknown", "没有该申请", "there is no such application")


def _supply(state: Household, command: SupplyMaterials, context: Context) -> tuple[Fact, ...]:
    application = _open(state, command.application_no)
    if application.status != "waiting":
        raise CommandRejected("nothing-missing", "该申请没有待补材料", "nothing is missing from this application")
    _not_in_future("supplied_on", command.supplied_on, context)
    if command.supplied_on < application.received_on:
        raise CommandRejected(
            "before-request", "补交日期早于受理日期", "materials cannot be supplied before the request"
        )
    supplied = MaterialsSupplied(
        application_no=application.application_no, town=application.town, materials=command.materials
    )
    # The list of the notice binds the window too: a later pack may not ask this applicant for more (一次性告知).
    missing = tuple(material for material in application.missing if material not in command.materials)
    if not missing:
        return supplied, _accepted(application, command.supplied_on, context)
    repeated = MaterialsNoticeRepeated(
        application_no=application.application_no,
        town=application.town,
        missing=missing,
        notice_count=application.notice_count + 1,
        responsible=application.responsible,
        pack_version=context.rules.version_on("materials", application.received_on),
    )
    return supplied, repeated


def _withdraw(state: Household, command: WithdrawApplication) -> tuple[Fact, ...]:
    application = _open(state, command.application_no)
    if names_a_person(command.reason):
        raise CommandRejected(
            "personal-in-text", "理由中不得填写身份证号或手机号", "the reason may hold no resident ID or phone number"
        )
    withdrawn = ApplicationWithdrawn(
        application_no=application.application_no, town=application.town, reason=command.reason
    )
    return (withdrawn,)


def _answer(state: Household, command: AnswerApplication) -> tuple[Fact, ...]:
    application = _open(state, command.application_no)
    answered = ApplicationAnswered(
        application_no=application.application_no, town=application.town, outcome=command.outcome
    )
    return (answered,)


def evolve(state: Household, fact: Fact) -> Household:
    match fact:
        case RequestReceived():
            opened = tuple(_application(fact, need) for need in fact.needs)
            return Household(
                request_nos=(*state.request_nos, fact.request_no), applications=state.applications + opened
            )
        case MaterialsNoticeIssued():
            return _changed(state, fact.application_no, status="waiting", missing=fact.missing, notice_count=1)
        case MaterialsNoticeRepeated():
            return _changed(state, fact.application_no, missing=fact.missing, notice_count=fact.notice_count)
        case ApplicationAccepted():
            return _changed(state, fact.application_no, status="accepted", missing=())
        case ApplicationReferred():
            return _changed(state, fact.application_no, status="referred")
        case ApplicationWithdrawn() | ApplicationAnswered():
            left = tuple(a for a in state.applications if a.application_no != fact.application_no)
            return msgspec.structs.replace(state, applications=left)
        case _:
            return state


def _changed(state: Household, application_no: str, **changes: object) -> Household:
    applications = tuple(
        msgspec.structs.replace(a, **changes) if a.application_no == application_no else a for a in state.applications
    )
    return msgspec.structs.replace(state, applications=applications)


def warnings_of(command: ReceiveRequest, context: Context) -> tuple[tuple[str, str, str], ...]:
    """What the window should look at twice but may enter: (field, Chinese, English); an unknown region prefix."""
    known = context.rule_on("resident_ids", context.today, ResidentIds).known_regions
    return tuple(
        (f"members/{i}/resident_id", "地区码不在现行目录中", "the region prefix is not in the register")
        for i, member in enumerate(command.members)
        if normal_id(member.resident_id)[:2] not in known
    )


HOUSEHOLD = Aggregate(
    prefix="household",
    state=Household,
    initial=Household(),
    commands=(ReceiveRequest, SupplyMaterials, WithdrawApplication, AnswerApplication),
    decide=decide,
    evolve=evolve,
)
