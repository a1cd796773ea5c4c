"""A household at the window: its requests, one application per need, one notice, one answer; decides no eligibility."""

from datetime import date

from msgspec import UnsetType

from services.contracts.calendar import WorkingCalendar
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.intake import (
    ApplicationAccepted,
    ApplicationAnswered,
    ApplicationWithdrawn,
    Delegate,
    MaterialsNoticeIssued,
    MaterialsNoticeRepeated,
    MaterialsSupplied,
    Member,
    NearRelativeDeclared,
    PersonalFieldRead,
    RequestReceived,
)
from services.contracts.likeness import address_keys, birth_key, phone_keys
from services.contracts.registry import Fact
from services.contracts.resident_ids import normal_id, resident_id_fault
from services.contracts.sealed import Clear
from services.intake.domain.clocks import ClockCommand, decide_clock
from services.intake.domain.commands import (
    AcceptHandover,
    AcceptReferral,
    AnswerApplication,
    CompleteReferral,
    DeclareNearRelative,
    DeclineHandover,
    ExtendClock,
    GivenMember,
    IntroduceApplication,
    MarkReferralOverdue,
    MergeRequest,
    OfferHandover,
    PauseClock,
    PrintPapers,
    ReceiveRequest,
    ReferApplication,
    ResumeClock,
    ReturnReferral,
    SupplyMaterials,
    WithdrawApplication,
)
from services.intake.domain.guards import no_personal_number, not_in_future, open_application, rejected_unless
from services.intake.domain.handover import Handover, decide_handover
from services.intake.domain.numbers import must_be_of
from services.intake.domain.referral import Referral, decide_referral, referred
from services.intake.domain.relatives import declare_near_relative
from services.intake.domain.state import Application, Household, application_of, evolve
from services.intake.rules import (
    Materials,
    Procedure,
    ResidentIds,
    Road,
)

HouseholdCommand = (
    ReceiveRequest
    | SupplyMaterials
    | WithdrawApplication
    | AnswerApplication
    | DeclareNearRelative
    | MergeRequest
    | PrintPapers
    | Referral
    | Handover
    | ClockCommand
)


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
        case OfferHandover() | AcceptHandover() | DeclineHandover():
            return (decide_handover(state, command, context),)
        case PauseClock() | ResumeClock() | ExtendClock() | MarkReferralOverdue():
            return (decide_clock(state, command, context),)
        case DeclareNearRelative():
            return (declare_near_relative(state, command, context),)
        case MergeRequest():
            return _merge(state, command)
        case PrintPapers():
            return (_print(state, command, context),)
        case _:
            return (decide_referral(state, command, context),)


def _own_town(command: HouseholdCommand, context: Context) -> None:
    """A town acts for itself and on its own households only (DOMAIN §8)."""
    if isinstance(command, AnswerApplication | MarkReferralOverdue | MergeRequest):
        return  # what a reaction or the timer issues is about the folder's own town
    acting = command.household_no.partition("-")[0] if isinstance(command, PrintPapers) else command.town
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
        application = application_of(received, need)
        if any(a.need == need and a.status != "referred" for a in state.applications):
            raise CommandRejected(
                "application-open",
                f"该户的 {need} 申请正在办理，不能重复申请",
                f"an application of this household for {need} is open",
            )
        facts += _first_step(application, road, command, context)
    if command.near_relative_declared:
        facts.append(_relative(command, context))
    return tuple(facts)


def _check_request(state: Household, command: ReceiveRequest, context: Context) -> None:
    if not isinstance(command.number_held_by, UnsetType):
        must_be_of(command.number_held_by, command.household_no)
    if command.request_no in state.request_nos:
        raise CommandRejected("request-repeated", "该受理编号已登记", "this request number is registered already")
    if len(set(command.needs)) != len(command.needs):
        raise CommandRejected("need-repeated", "同一事项重复填写", "a need is named twice")
    if not command.committee.startswith(f"{command.town}-"):
        raise CommandRejected("wrong-committee", "村（居）不属于该镇街", "the committee does not belong to the town")
    not_in_future("received_on", command.received_on, context)
    if not isinstance(command.ticket_no, UnsetType) and command.channel != "hotline":
        raise CommandRejected(
            "ticket-without-hotline", "非热线渠道不填工单号", "only a hotline call has a ticket number"
        )
    if not isinstance(command.delegate, UnsetType) and not command.delegated:
        raise CommandRejected("delegate-unasked", "非委托代办不填代办人", "only a delegated request has a delegate")
    discovery_no = _given(command.discovery_no)
    if discovery_no and discovery_no.partition("-")[0] != command.town:
        raise CommandRejected("wrong-discovery", "该线索不属于该镇街", "the discovery does not belong to the town")


def _given(text: str | UnsetType) -> str:
    return "" if isinstance(text, UnsetType) else text


def _relative(command: ReceiveRequest, context: Context) -> NearRelativeDeclared:
    """What the applicant declared goes into the separate register at once (单独登记备案, 四(一))."""
    return NearRelativeDeclared(
        request_no=command.request_no,
        town=command.town,
        committee=command.committee,
        needs=command.needs,
        declared_by="applicant",
        staff="",
        kinship="",
        declared_on=command.received_on,
        stated_by=context.actor,
    )


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
    keys = _keys_of(command, context)
    members = tuple(_sealed_member(member, keys if i == 0 else (), context) for i, member in enumerate(command.members))
    address = _given(command.address)
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
        discovery_no=_given(command.discovery_no),
        ticket_no=_given(command.ticket_no),
        delegate=_delegate(command, context),
        address=Clear(person=members[0].person, group="identity", text=address) if address else None,
    )


def _keys_of(command: ReceiveRequest, context: Context) -> tuple[str, ...]:
    """Keyed pseudonyms by which two households may be seen to be alike; nothing can be read out of them."""
    address = _given(command.address)
    return (*phone_keys(command.phone, context.pseudonym), *address_keys(address, context.pseudonym))


def _delegate(command: ReceiveRequest, context: Context) -> Delegate | None:
    """Who asks for the applicant; sealed under a key of its own, for it is another person."""
    if isinstance(command.delegate, UnsetType):
        return None
    person = context.pseudonym(f"delegate|{command.request_no}")
    return Delegate(
        person=person,
        relation=command.delegate.relation,
        name=Clear(person=person, group="identity", text=command.delegate.name),
        authority_sha256=command.delegate.authority_sha256,
    )


def _sealed_member(member: GivenMember, keys: tuple[str, ...], context: Context) -> Member:
    number = normal_id(member.resident_id)
    person = context.pseudonym(number)
    return Member(
        person=person,
        relation=member.relation,
        name=Clear(person=person, group="identity", text=member.name),
        resident_id=Clear(person=person, group="identity", text=number),
        keys=(birth_key(number, context.pseudonym), *keys),
    )


def _first_step(application: Application, road: Road, command: ReceiveRequest, context: Context) -> tuple[Fact, ...]:
    """Refer it, accept it, or tell once everything that is missing; what is to be introduced waits for consent."""
    day = application.received_on
    if road.road == "introduce":
        return ()
    if road.road == "refer":
        return (referred(application, road, day, context),)
    missing = context.rule_on("materials", day, Materials).missing(
        application.need,
        command.materials,
        # The paper that gives the authority is what is asked of a delegated request.
        delegated=command.delegated and isinstance(command.delegate, UnsetType),
        near_relative=command.near_relative_declared,
    )
    if not missing:
        return (_accepted(application, day, context),)
    notice = MaterialsNoticeIssued(
        application_no=application.application_no,
        request_no=application.request_no,
        need=application.need,
        town=application.town,
        missing=missing,
        responsible=application.responsible,
        pack_version=context.rules.version_on("materials", day),
    )
    return (notice,)


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


def _supply(state: Household, command: SupplyMaterials, context: Context) -> tuple[Fact, ...]:
    application = open_application(state, command.application_no)
    if application.status != "waiting":
        raise CommandRejected("nothing-missing", "该申请没有待补材料", "nothing is missing from this application")
    not_in_future("supplied_on", command.supplied_on, context)
    if command.supplied_on < application.received_on:
        raise CommandRejected(
            "before-request", "补交日期早于受理日期", "materials cannot be supplied before the request"
        )
    supplied = MaterialsSupplied(
        application_no=application.application_no,
        town=application.town,
        materials=command.materials,
        responsible=application.responsible,
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
    application = open_application(state, command.application_no)
    no_personal_number(command.reason, "理由", "the reason")
    withdrawn = ApplicationWithdrawn(
        application_no=application.application_no,
        town=application.town,
        reason=command.reason,
        responsible=application.responsible,
    )
    return (withdrawn,)


def _merge(state: Household, command: MergeRequest) -> tuple[Fact, ...]:
    """A person decided that the request is another household's already: what is open of it ends, the reason stated."""
    mine = [one for one in state.applications if one.request_no == command.request_no]
    if not mine:
        raise CommandRejected("application-closed", "该申请已办结", "nothing of this request is open")
    return tuple(
        ApplicationWithdrawn(
            application_no=one.application_no,
            town=one.town,
            reason=f"merged:{command.other_household}",
            responsible=one.responsible,
        )
        for one in mine
    )


def _answer(state: Household, command: AnswerApplication) -> tuple[Fact, ...]:
    application = open_application(state, command.application_no)
    answered = ApplicationAnswered(
        application_no=application.application_no,
        town=application.town,
        outcome=command.outcome,
        responsible=application.responsible,
    )
    return (answered,)


def _print(state: Household, command: PrintPapers, context: Context) -> PersonalFieldRead:
    """A paper shows what it holds of persons: printing it unmasked is a read, of all its fields."""
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明打印理由", "printing needs a reason")
    no_personal_number(command.reason, "理由", "the reason")
    rejected_unless(bool(state.request_nos), "field-unknown", "该户没有受理档案", "the household has no folder here")
    field = f"papers/{command.paper}" if command.paper else "papers"
    return PersonalFieldRead(field=field, reason=command.reason, reader_role=context.role)


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
    commands=(
        ReceiveRequest,
        SupplyMaterials,
        WithdrawApplication,
        ReferApplication,
        IntroduceApplication,
        AcceptReferral,
        ReturnReferral,
        CompleteReferral,
        MarkReferralOverdue,
        OfferHandover,
        AcceptHandover,
        DeclineHandover,
        AnswerApplication,
        PauseClock,
        ResumeClock,
        ExtendClock,
        DeclareNearRelative,
        MergeRequest,
        PrintPapers,
    ),
    decide=decide,
    evolve=evolve,
)
