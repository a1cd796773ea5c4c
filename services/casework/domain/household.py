"""What casework decides about a household and its cases: take-over, acceptance, the steps to the decision, visits."""

from datetime import date, timedelta
from typing import assert_never

import msgspec

from services.casework.domain.benefit import decide_benefit
from services.casework.domain.clocks import mark_overdue
from services.casework.domain.commands import (
    AdjustBenefit,
    CloseCase,
    CloseNotice,
    DecideEligibility,
    DeliverRefusal,
    GivenMember,
    HouseholdCommand,
    MarkOverdue,
    MarkReverificationOverdue,
    ObjectToNotice,
    OpenCase,
    PostNotice,
    PostTermination,
    ReadPersonalField,
    RecordBureauVisit,
    RecordInformationCheck,
    RecordSurvey,
    RecordVisit,
    RequestInformationCheck,
    ReverifyHousehold,
    SubmitOpinion,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.casework.domain.deciding import decide_eligibility, deliver_refusal, submit_opinion, visit_by_bureau
from services.casework.domain.guards import (
    case_of,
    no_personal_number,
    not_before,
    not_in_future,
    own_town,
    rejected_unless,
)
from services.casework.domain.state import Household, evolve, readable
from services.casework.rules import (
    Procedure,
    ServiceStandard,
    procedure_of,
    standard_points_missed,
    steps_of,
    survey_points_missed,
)
from services.contracts.calendar import WorkingCalendar, notice_last_day
from services.contracts.casework import (
    CaseClosed,
    CaseOpened,
    HouseholdMember,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    PersonalFieldRead,
    VisitCompleted,
)
from services.contracts.deciding import CHINA, Aggregate, CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.registry import Fact
from services.contracts.resident_ids import normal_id, resident_id_fault
from services.contracts.sealed import Clear


def decide(state: Household, command: HouseholdCommand, context: Context) -> tuple[Fact, ...]:
    own_town(command.household_no, context)
    match command:
        case TakeOverHousehold():
            return (_take_over(state, command, context),)
        case OpenCase():
            return (_open_case(state, command, context),)
        case RecordVisit():
            return (_visit(state, command, context),)
        case ReadPersonalField():
            return (_read(state, command, context),)
        case DecideEligibility():
            return decide_eligibility(state, command, context)
        case (
            ReverifyHousehold() | AdjustBenefit() | PostTermination() | TerminateBenefit() | MarkReverificationOverdue()
        ):
            return (decide_benefit(state, command, context),)
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
    | DeliverRefusal
    | MarkOverdue,
    context: Context,
) -> Fact:
    """One step of a case that is open."""
    match command:
        case RecordSurvey():
            return _survey(state, command, context)
        case RequestInformationCheck():
            return _request_check(state, command, context)
        case RecordInformationCheck():
            return _returned_check(state, command, context)
        case PostNotice():
            return _post(state, command, context)
        case ObjectToNotice():
            return _object(state, command)
        case CloseNotice():
            return _close_notice(state, command, context)
        case SubmitOpinion():
            return submit_opinion(state, command, context)
        case RecordBureauVisit():
            return visit_by_bureau(state, command, context)
        case DeliverRefusal():
            return deliver_refusal(state, command, context)
        case MarkOverdue():
            return mark_overdue(state, command, context)
        case CloseCase():
            case = case_of(state, command.application_no)
            return CaseClosed(application_no=case.application_no, town=case.town, reason=command.reason)
        case _:
            assert_never(command)


def _take_over(state: Household, command: TakeOverHousehold, context: Context) -> HouseholdTakenOver:
    rejected_unless(not state.known, "household-known", "该户已有档案", "the household has a folder already")
    _own_committee(command.committee, command.town, command.household_no)
    members = _members(command.members, context)
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


def _own_committee(committee: str, town: str, household_no: str) -> None:
    rejected_unless(
        committee.startswith(f"{town}-") and household_no.startswith(f"{town}-"),
        "wrong-committee",
        "村（居）、户档案与镇街不一致",
        "committee, household and town do not belong together",
    )


def _members(given: tuple[GivenMember, ...], context: Context) -> tuple[HouseholdMember, ...]:
    """Members as a fact states them; a bad resident ID is named by its field, never by its number (DOMAIN §8)."""
    numbers = [normal_id(member.resident_id) for member in given]
    for i, number in enumerate(numbers):
        fault = resident_id_fault(number, context.today)
        if fault is not None:
            field = f"members/{i}/resident_id"
            raise CommandRejected("resident-id-invalid", f"{field}：{fault[0]}", f"{field}: {fault[1]}")
    rejected_unless(len(set(numbers)) == len(numbers), "member-repeated", "同一成员重复填写", "a member is named twice")
    return tuple(_member(member, number, context) for member, number in zip(given, numbers, strict=True))


def _member(given: GivenMember, number: str, context: Context) -> HouseholdMember:
    person = context.pseudonym(number)
    return HouseholdMember(
        person=person,
        relation=given.relation,
        priority=bool(given.groups),
        name=Clear(person=person, group="identity", text=given.name),
        resident_id=Clear(person=person, group="identity", text=number),
        groups=Clear(person=person, group="sensitive", text=msgspec.json.encode(given.groups).decode()),
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


def _survey(state: Household, command: RecordSurvey, context: Context) -> HouseholdSurveyed:
    """A survey is recorded as it was made; whether it counts is stated with it (民发〔2021〕57号 art. 16)."""
    case = case_of(state, command.application_no)
    not_in_future("surveyed_on", command.surveyed_on, context)
    not_before("surveyed_on", command.surveyed_on, "accepted_on", case.accepted_on)
    steps = steps_of(context, case.need, command.surveyed_on)
    missed = survey_points_missed(
        command.investigators,
        family_signed=command.family_signed,
        witness=command.witness,
        investigators_min=steps.investigators_min,
    )
    members = _members(command.members, context)
    income = Clear(person=members[0].person, group="sensitive", text=str(command.income_per_head_fen))
    return HouseholdSurveyed(
        application_no=case.application_no,
        town=case.town,
        investigators=command.investigators,
        family_signed=command.family_signed,
        witness=command.witness,
        surveyed_on=command.surveyed_on,
        income_per_head=income,
        form_sha256=command.form_sha256,
        valid=not missed,
        missed_points=missed,
        pack_version=context.rules.version_on("procedure", command.surveyed_on),
        members=members,
    )


def _request_check(state: Household, command: RequestInformationCheck, context: Context) -> InformationCheckRequested:
    """Every member must have authorised it (民发〔2021〕57号 arts. 9, 17); a contested answer is asked for again."""
    case = case_of(state, command.application_no)
    rejected_unless(case.check != "requested", "check-running", "核对尚未反馈", "the check has not returned yet")
    rejected_unless(
        command.authorised_count >= case.member_count,
        "authorisation-missing",
        f"{case.member_count} 名家庭成员须全部授权，现有 {command.authorised_count} 份",
        f"all {case.member_count} members must authorise the check, {command.authorised_count} did",
    )
    unknown = set(command.registers) - context.rule_on("procedure", context.today, Procedure).registers
    rejected_unless(not unknown, "register-unknown", "核对项目不在目录中", "a register is not on the list")
    return InformationCheckRequested(
        application_no=case.application_no,
        town=case.town,
        registers=command.registers,
        authorised_count=command.authorised_count,
    )


def _returned_check(state: Household, command: RecordInformationCheck, context: Context) -> InformationCheckReturned:
    case = case_of(state, command.application_no)
    rejected_unless(case.check == "requested", "check-not-requested", "未发起核对", "no check is under way")
    not_in_future("returned_on", command.returned_on, context)
    not_before("returned_on", command.returned_on, "accepted_on", case.accepted_on)
    rejected_unless(
        set(command.conflicts) <= set(case.registers),
        "register-unknown",
        "不一致项目不在本次核对范围",
        "a conflict names a register that was not asked",
    )
    return InformationCheckReturned(
        application_no=case.application_no, town=case.town, conflicts=command.conflicts, returned_on=command.returned_on
    )


def _post(state: Household, command: PostNotice, context: Context) -> NoticePosted:
    """Seven full days (民发〔2021〕57号 art. 19); again only after an objection and where the procedure says so."""
    case = case_of(state, command.application_no)
    steps = steps_of(context, case.need, command.posted_on)
    again = steps.notice_again and case.notice == "closed" and case.objected_on_posting > 0
    rejected_unless(case.notice == "none" or again, "notice-posted", "已公示", "the notice was posted already")
    if case.surveyed_on is None or case.to_reinvestigate:
        raise CommandRejected("survey-missing", "没有有效的入户调查", "there is no valid survey")
    if case.check != "returned" or case.returned_on is None:
        raise CommandRejected("check-missing", "信息核对尚未完成", "the information check has not returned")
    not_in_future("posted_on", command.posted_on, context)
    not_before("posted_on", command.posted_on, "surveyed_on", case.surveyed_on)
    not_before("posted_on", command.posted_on, "returned_on", case.returned_on)
    return NoticePosted(
        application_no=case.application_no,
        town=case.town,
        committee=case.committee,
        posted_on=command.posted_on,
        ends_on=notice_last_day(command.posted_on, steps.notice_days),
        proposed_amount_fen=Fen(command.proposed_amount_fen),
        opinion_signed_by=command.opinion_signed_by,
        proof_sha256=command.proof_sha256,
        pack_version=context.rules.version_on("procedure", command.posted_on),
    )


def _object(state: Household, command: ObjectToNotice) -> NoticeObjected:
    case = case_of(state, command.application_no)
    rejected_unless(case.notice == "posted", "notice-not-posted", "现无公示", "no notice hangs now")
    rejected_unless(
        command.objection_no not in case.objection_nos,
        "objection-repeated",
        "该异议已登记",
        "this objection is registered already",
    )
    return NoticeObjected(application_no=case.application_no, town=case.town, objection_no=command.objection_no)


def _close_notice(state: Household, command: CloseNotice, context: Context) -> NoticeClosed:
    case = case_of(state, command.application_no)
    if case.notice != "posted" or case.posted_on is None or case.notice_ends_on is None:
        raise CommandRejected("notice-not-posted", "现无公示", "no notice hangs now")
    rejected_unless(
        context.today > case.notice_ends_on, "notice-running", "公示期未满", "the notice has not run its full days"
    )
    return NoticeClosed(
        application_no=case.application_no,
        town=case.town,
        posted_on=case.posted_on,
        closed_on=context.today,
        objection_count=case.objected_on_posting,
    )


def _visit(state: Household, command: RecordVisit, context: Context) -> VisitCompleted:
    """A visit is recorded as it was; whether it meets the service standard (二(三)) is stated with it."""
    rejected_unless(state.known, "household-unknown", "没有该户档案", "the household has no folder")
    rejected_unless(
        command.visit_no not in state.visit_nos, "visit-repeated", "该走访编号已登记", "this visit is recorded already"
    )
    _own_committee(command.committee, command.town, command.household_no)
    rejected_unless(
        command.ended_at > command.started_at,
        "ended-before-started",
        "结束时间早于开始时间",
        "it ended before it started",
    )
    rejected_unless(command.ended_at <= context.now, "time-in-future", "ended_at 在将来", "ended_at lies in the future")
    # Anything else could be a name, and what is written here stands in clear on the log.
    rejected_unless(
        not command.person_seen or state.person_of(command.person_seen) is not None,
        "person-unknown",
        "所见之人应填与申请人关系（如本人、配偶）",
        "state who was seen by a member's relation or pseudonym",
    )
    day = command.started_at.astimezone(CHINA).date()
    missed = _points_missed(command, context, day)
    return VisitCompleted(
        visit_no=command.visit_no,
        service=command.service,
        officer=command.officer,
        town=command.town,
        committee=command.committee,
        started_at=command.started_at,
        ended_at=command.ended_at,
        person_seen=command.person_seen,
        co_signed=command.co_signed,
        evidence_sha256=command.evidence_sha256,
        notes=_notes(state, command, context),
        standard_met=not missed,
        missed_points=missed,
        pack_version=context.rules.version_on("service_standard", day),
    )


def _points_missed(command: RecordVisit, context: Context, day: date) -> tuple[str, ...]:
    standard = context.rule_on("service_standard", day, ServiceStandard).services.get(command.service)
    if standard is None:
        raise CommandRejected("service-unknown", "没有该服务项目的标准", "this service has no standard")
    return standard_points_missed(
        standard,
        minutes=(command.ended_at - command.started_at) // timedelta(minutes=1),
        evidence_count=len(set(command.evidence_sha256)),
        co_signed=command.co_signed,
        person_seen=bool(command.person_seen),
    )


def _notes(state: Household, command: RecordVisit, context: Context) -> Clear:
    """The notes under the key of who was seen, else of the applicant, else (no member known yet) of the folder."""
    applicant = state.members[0].person if state.members else context.pseudonym(command.subject)
    return Clear(person=state.person_of(command.person_seen) or applicant, group="sensitive", text=command.notes)


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
        ReadPersonalField,
    ),
    decide=decide,
    evolve=evolve,
)
