"""A household as casework decides about it: taken over, its cases opened and closed; each step has a module of its own."""

from typing import assert_never

from services.casework.domain.ability import decide_ability
from services.casework.domain.benefit import decide_benefit
from services.casework.domain.changes import decide_change
from services.casework.domain.checking import decide_check
from services.casework.domain.clocks import decide_clock
from services.casework.domain.commands import (
    AdjustBenefit,
    AnswerComplaint,
    ArrangeCare,
    AskSurveyHelp,
    AssessAbility,
    ClaimRecovery,
    CloseCase,
    CloseNotice,
    CompletePapers,
    ContestCheck,
    CutShare,
    DecideEligibility,
    DecideVisitConflict,
    DeclineSurveyHelp,
    DeliverRefusal,
    DeliveryCommand,
    ExportCheck,
    ExtendClock,
    GrantGradualExit,
    HandOverCase,
    HouseholdCommand,
    LapseRecognition,
    MarkComplaintOverdue,
    MarkOverdue,
    MarkReassessmentOverdue,
    MarkReverificationOverdue,
    MoveResponsibility,
    NoteNearRelative,
    ObjectToNotice,
    OpenCase,
    PauseClock,
    PostNotice,
    PostTermination,
    PrintPapers,
    RaiseVisitConflict,
    RateVisit,
    ReadPersonalField,
    RecordBureauVisit,
    RecordComplaint,
    RecordInformationCheck,
    RecordJobRefusal,
    RecordMemberDeath,
    RecordOfflineVisit,
    RecordPayoutAccount,
    RecordRecovery,
    RecordReview,
    RecordSurvey,
    RecordVisit,
    ReportAbilityChange,
    RequestInformationCheck,
    ResolveConflict,
    ResumeBenefit,
    ResumeClock,
    ReverifyHousehold,
    SetVisitAside,
    SubmitOpinion,
    SuspendBenefit,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.casework.domain.commands.municipal import DropMunicipalNumber, NoteMunicipalNumber, ReadForExport
from services.casework.domain.complaints import decide_complaint
from services.casework.domain.deciding import decide_eligibility, deliver_refusal, submit_opinion, visit_by_bureau
from services.casework.domain.delivery.conflicts import decide_conflict, raise_conflict, set_aside
from services.casework.domain.delivery.duty import move_responsibility
from services.casework.domain.delivery.offline import record_offline, with_contradictions
from services.casework.domain.delivery.rating import rate
from services.casework.domain.guards import (
    no_personal_number,
    own_or_asked_town,
    own_town,
    rejected_unless,
    undecided_case_of,
)
from services.casework.domain.investigating import (
    close_notice,
    object_to_notice,
    post_notice,
    review,
    survey,
)
from services.casework.domain.member_death import member_died
from services.casework.domain.members import members_of, own_committee
from services.casework.domain.municipal.numbers import decide_number
from services.casework.domain.payout import account_of, record_account
from services.casework.domain.procedure import decide_beside
from services.casework.domain.recognising import lapse
from services.casework.domain.state import Household, evolve, readable
from services.casework.domain.visiting import visit
from services.casework.rules import procedure_of, standard_version, steps_of
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import CaseClosed, CaseOpened, HouseholdTakenOver, PersonalFieldRead, PlannedService
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.registry import Fact
from services.contracts.sealed import Clear


def decide(state: Household, command: HouseholdCommand, context: Context) -> tuple[Fact, ...]:
    _of_its_town(state, command, context)
    match command:
        case TakeOverHousehold():
            return (_take_over(state, command, context),)
        case OpenCase():
            return (_open_case(state, command, context),)
        case (
            RecordVisit()
            | RateVisit()
            | RaiseVisitConflict()
            | DecideVisitConflict()
            | SetVisitAside()
            | MoveResponsibility()
        ):
            return _delivery(state, command, context)
        case ReadPersonalField() | ReadForExport():
            return (_read(state, command, context),)
        case PrintPapers():
            return (_print(state, command, context),)
        case RecordPayoutAccount():
            return (record_account(state, command, context),)
        case DecideEligibility():
            rejected_unless(
                command.outcome != "confirmed" or not command.officer_leaving,
                "officer-leaving",
                "该低保员即将离岗或不在岗",
                "this officer is leaving or away",
            )
            return decide_eligibility(state, command, context)
        case (
            ReverifyHousehold() | AdjustBenefit() | PostTermination() | TerminateBenefit() | MarkReverificationOverdue()
        ):
            return decide_benefit(state, command, context)
        case AssessAbility() | ReportAbilityChange() | ArrangeCare() | MarkReassessmentOverdue():
            return decide_ability(state, command, context)
        case (
            SuspendBenefit()
            | ResumeBenefit()
            | GrantGradualExit()
            | RecordJobRefusal()
            | CutShare()
            | ClaimRecovery()
            | RecordRecovery()
        ):
            return (decide_change(state, command, context),)
        case RecordMemberDeath():
            return member_died(state, command, context)
        case RecordComplaint() | AnswerComplaint() | MarkComplaintOverdue():
            return (decide_complaint(state, command, context),)
        case RequestInformationCheck() | RecordInformationCheck() | ExportCheck() | ContestCheck() | ResolveConflict():
            return (decide_check(state, command, context),)
        case AskSurveyHelp() | DeclineSurveyHelp() | CompletePapers():
            return (decide_beside(state, command, context),)
        case LapseRecognition():
            return (lapse(state, command, context),)
        case MarkOverdue() | PauseClock() | ResumeClock() | ExtendClock() | HandOverCase() | NoteNearRelative():
            return (decide_clock(state, command, context),)
        case NoteMunicipalNumber() | DropMunicipalNumber():
            return decide_number(state, command)
        case _:
            return (_step(state, command, context),)


def _of_its_town(state: Household, command: HouseholdCommand, context: Context) -> None:
    """A town acts on its own households; one that was asked to help surveys that case, and reads whom it goes to see."""
    match command:
        case RecordSurvey() | DeclineSurveyHelp():
            own_or_asked_town(state, command.household_no, command.application_no, context)
        case ReadPersonalField() | PrintPapers():
            own_or_asked_town(state, command.household_no, None, context)
        case _:
            own_town(command.household_no, context)


def _delivery(state: Household, command: DeliveryCommand, context: Context) -> tuple[Fact, ...]:
    """What was delivered, what is said of it, and who answers for the household."""
    match command:
        case RecordOfflineVisit():  # before its base
            return record_offline(state, command, context)
        case RecordVisit():
            return with_contradictions(state, command.household_no, visit(state, command, context))
        case RateVisit():
            return (rate(state, command, context),)
        case RaiseVisitConflict():
            return raise_conflict(state, command)
        case DecideVisitConflict():
            return decide_conflict(state, command, context)
        case SetVisitAside():
            return set_aside(state, command)
        case MoveResponsibility():
            return move_responsibility(state, command)
        case _:
            assert_never(command)


def _step(
    state: Household,
    command: CloseCase
    | RecordSurvey
    | RecordReview
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
        case RecordReview():
            return review(state, command, context)
        case PostNotice():
            return post_notice(state, command, context)
        case ObjectToNotice():
            return object_to_notice(state, command, context)
        case CloseNotice():
            return close_notice(state, command, context)
        case SubmitOpinion():
            return submit_opinion(state, command, context)
        case RecordBureauVisit():
            return visit_by_bureau(state, command, context)
        case DeliverRefusal():
            return deliver_refusal(state, command, context)
        case CloseCase():
            case = undecided_case_of(state, command.application_no)
            return CaseClosed(application_no=case.application_no, town=case.town, reason=command.reason)
        case _:
            assert_never(command)


def _take_over(state: Household, command: TakeOverHousehold, context: Context) -> HouseholdTakenOver:
    rejected_unless(not state.known, "household-known", "该户已有档案", "the household has a folder already")
    own_committee(command.committee, command.town, command.household_no)
    members = members_of(command.members, context, address=command.address, known=True)
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
        care_tier=command.care_tier,
        placement=command.placement,
        services=tuple(
            PlannedService(service=one.service, times_per_month=one.times_per_month) for one in command.services
        ),
        account=account_of(command.account, members[0].person, context) if command.account is not None else None,
        standard_version=standard_version(context, command.category, context.today),
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


def _read(state: Household, command: ReadPersonalField | ReadForExport, context: Context) -> PersonalFieldRead:
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明查看理由", "reading needs a reason")
    no_personal_number(command.reason)
    if isinstance(command, ReadForExport):
        rejected_unless(state.known, "household-unknown", "没有该户档案", "there is no folder of this household")
        return PersonalFieldRead(
            field="+".join(sorted(command.fields)), reason=command.reason, reader_role=context.role
        )
    if readable(state, command.field) is None:
        raise CommandRejected("field-unknown", "该户没有这一项", "the household has no such field")
    return PersonalFieldRead(field=command.field, reason=command.reason, reader_role=context.role)


def _print(state: Household, command: PrintPapers, context: Context) -> PersonalFieldRead:
    """A paper shows what it holds of persons: printing it unmasked is a read, of all its fields."""
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明打印理由", "printing needs a reason")
    no_personal_number(command.reason)
    rejected_unless(state.known, "field-unknown", "该户没有档案", "the household has no folder")
    if context.role == "committee":
        _hangs_the_notice(state, command, context)
    field = f"papers/{command.paper}" if command.paper else "papers"
    return PersonalFieldRead(field=field, reason=command.reason, reader_role=context.role)


def _hangs_the_notice(state: Household, command: PrintPapers, context: Context) -> None:
    """A committee (村居) prints what it hangs itself: the notice (公示, 民发〔2021〕57号 art. 19), of its own households."""
    rejected_unless(
        command.paper == "notice", "paper-not-public", "村（居）只能打印公示单", "a committee prints the notice alone"
    )
    number = context.actor.partition(":")[2]
    own = (state.committee, *(case.committee for case in state.cases))
    rejected_unless(
        any(one and (number == one or number.startswith(f"{one}-")) for one in own),
        "not-of-committee",
        "不是本村（居）的家庭",
        "not a household of this committee",
    )


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
        ExportCheck,
        ContestCheck,
        ResolveConflict,
        AskSurveyHelp,
        DeclineSurveyHelp,
        RecordReview,
        PostNotice,
        ObjectToNotice,
        CloseNotice,
        SubmitOpinion,
        RecordBureauVisit,
        DecideEligibility,
        DeliverRefusal,
        CompletePapers,
        LapseRecognition,
        RecordComplaint,
        AnswerComplaint,
        MarkComplaintOverdue,
        ReverifyHousehold,
        AdjustBenefit,
        PostTermination,
        TerminateBenefit,
        MarkReverificationOverdue,
        AssessAbility,
        ReportAbilityChange,
        MarkReassessmentOverdue,
        ArrangeCare,
        SuspendBenefit,
        ResumeBenefit,
        GrantGradualExit,
        RecordJobRefusal,
        CutShare,
        RecordMemberDeath,
        ClaimRecovery,
        RecordRecovery,
        RecordVisit,
        RecordOfflineVisit,
        RateVisit,
        RaiseVisitConflict,
        DecideVisitConflict,
        SetVisitAside,
        MoveResponsibility,
        MarkOverdue,
        PauseClock,
        ResumeClock,
        ExtendClock,
        HandOverCase,
        NoteNearRelative,
        PrintPapers,
        RecordPayoutAccount,
        NoteMunicipalNumber,
        DropMunicipalNumber,
        ReadPersonalField,
        ReadForExport,
    ),
    decide=decide,
    evolve=evolve,
)
