"""A household as casework decides about it: taken over, its cases opened and closed; each step has a module of its own."""

from typing import assert_never

from services.casework.domain.benefit import decide_benefit
from services.casework.domain.clocks import decide_clock
from services.casework.domain.commands import (
    AdjustBenefit,
    CloseCase,
    CloseNotice,
    DecideEligibility,
    DeliverRefusal,
    ExtendClock,
    HandOverCase,
    HouseholdCommand,
    MarkOverdue,
    MarkReverificationOverdue,
    NoteNearRelative,
    ObjectToNotice,
    OpenCase,
    PauseClock,
    PostNotice,
    PostTermination,
    ReadPersonalField,
    RecordBureauVisit,
    RecordInformationCheck,
    RecordSurvey,
    RecordVisit,
    RequestInformationCheck,
    ResumeClock,
    ReverifyHousehold,
    SubmitOpinion,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.casework.domain.deciding import decide_eligibility, deliver_refusal, submit_opinion, visit_by_bureau
from services.casework.domain.guards import case_of, no_personal_number, own_town, rejected_unless
from services.casework.domain.investigating import (
    close_notice,
    object_to_notice,
    post_notice,
    request_check,
    return_check,
    survey,
)
from services.casework.domain.members import members_of, own_committee
from services.casework.domain.state import Household, evolve, readable
from services.casework.domain.visiting import visit
from services.casework.rules import procedure_of, steps_of
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import CaseClosed, CaseOpened, HouseholdTakenOver, PersonalFieldRead
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.registry import Fact
from services.contracts.sealed import Clear


def decide(state: Household, command: HouseholdCommand, context: Context) -> tuple[Fact, ...]:
    own_town(command.household_no, context)
    match command:
        case TakeOverHousehold():
            return (_take_over(state, command, context),)
        case OpenCase():
            return (_open_case(state, command, context),)
        case RecordVisit():
            return (visit(state, command, context),)
        case ReadPersonalField():
            return (_read(state, command, context),)
        case DecideEligibility():
            return decide_eligibility(state, command, context)
        case (
            ReverifyHousehold() | AdjustBenefit() | PostTermination() | TerminateBenefit() | MarkReverificationOverdue()
        ):
            return (decide_benefit(state, command, context),)
        case MarkOverdue() | PauseClock() | ResumeClock() | ExtendClock() | HandOverCase() | NoteNearRelative():
            return (decide_clock(state, command, context),)
        case _:
            return (_step(state, command, context),)


def _step(
    state: Household,
    command: CloseCase
    | RecordSurvey
    | RequestInformationCheck
    | RecordInformationCheck
    | PostNotice
    | ObjectToNotice
    | CloseNotice
    | SubmitOpinion
    | RecordBureauVisit
    | DeliverRefusal,
    context: Context,
) -> Fact:
    """One step of a case that is open."""
    match command:
        case RecordSurvey():
            return survey(state, command, context)
        case RequestInformationCheck():
            return request_check(state, command, context)
        case RecordInformationCheck():
            return return_check(state, command, context)
        case PostNotice():
            return post_notice(state, command, context)
        case ObjectToNotice():
            return object_to_notice(state, command)
        case CloseNotice():
            return close_notice(state, command, context)
        case SubmitOpinion():
            return submit_opinion(state, command, context)
        case RecordBureauVisit():
            return visit_by_bureau(state, command, context)
        case DeliverRefusal():
            return deliver_refusal(state, command, context)
        case CloseCase():
            case = case_of(state, command.application_no)
            return CaseClosed(application_no=case.application_no, town=case.town, reason=command.reason)
        case _:
            assert_never(command)


def _take_over(state: Household, command: TakeOverHousehold, context: Context) -> HouseholdTakenOver:
    rejected_unless(not state.known, "household-known", "该户已有档案", "the household has a folder already")
    own_committee(command.committee, command.town, command.household_no)
    members = members_of(command.members, context)
    return HouseholdTakenOver(
        household_no=command.household_no,
        town=command.town,
        committee=command.committee,
        category=command.category,
        members=members,
        address=Clear(person=members[0].person, group="identity", text=command.address),
        monthly_amount_fen=Fen(command.monthly_amount_fen),
        benefit_from_month=command.benefit_from_month,
        officer=command.officer,
        visits_per_month=command.visits_per_month,
        source=command.source,
        document=command.document,
        reverify_by=command.reverify_by,
    )


def _open_case(state: Household, command: OpenCase, context: Context) -> CaseOpened:
    """The case with all it must go through, as the procedure in force on the day of acceptance says."""
    opened = any(case.application_no == command.application_no for case in state.cases)
    rejected_unless(
        not opened and command.application_no not in state.ended_cases,
        "case-known",
        "该申请已立案",
        "this application has a case already",
    )
    calendar = context.rule_on("calendar", command.accepted_on, WorkingCalendar)
    procedure = procedure_of(
        steps_of(context, command.need, command.accepted_on),
        calendar,
        accepted_on=command.accepted_on,
        investigate_by=command.investigate_by,
        decide_by=command.decide_by,
    )
    return CaseOpened(
        procedure=procedure,
        pack_version=context.rules.version_on("procedure", command.accepted_on),
        **{name: getattr(command, name) for name in OpenCase.__struct_fields__ if name != "household_no"},
    )


def _read(state: Household, command: ReadPersonalField, context: Context) -> PersonalFieldRead:
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明查看理由", "reading needs a reason")
    no_personal_number(command.reason)
    if readable(state, command.field) is None:
        raise CommandRejected("field-unknown", "该户没有这一项", "the household has no such field")
    return PersonalFieldRead(field=command.field, reason=command.reason, reader_role=context.role)


HOUSEHOLD = Aggregate(
    prefix="household",
    state=Household,
    initial=Household(),
    commands=(
        TakeOverHousehold,
        OpenCase,
        CloseCase,
        RecordSurvey,
        RequestInformationCheck,
        RecordInformationCheck,
        PostNotice,
        ObjectToNotice,
        CloseNotice,
        SubmitOpinion,
        RecordBureauVisit,
        DecideEligibility,
        DeliverRefusal,
        ReverifyHousehold,
        AdjustBenefit,
        PostTermination,
        TerminateBenefit,
        MarkReverificationOverdue,
        RecordVisit,
        MarkOverdue,
        PauseClock,
        ResumeClock,
        ExtendClock,
        HandOverCase,
        NoteNearRelative,
        ReadPersonalField,
    ),
    decide=decide,
    evolve=evolve,
)
