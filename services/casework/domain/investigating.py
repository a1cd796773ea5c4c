"""The town's part of a case: survey, information check, public notice and objections; the bureau's part comes after."""

from services.casework.domain.commands import (
    CloseNotice,
    ObjectToNotice,
    PostNotice,
    RecordInformationCheck,
    RecordSurvey,
    RequestInformationCheck,
)
from services.casework.domain.guards import case_of, not_before, not_in_future, rejected_unless
from services.casework.domain.members import members_of
from services.casework.domain.state import Household
from services.casework.rules import Procedure, steps_of, survey_points_missed
from services.contracts.calendar import notice_last_day
from services.contracts.casework import (
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
)
from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.sealed import Clear


def survey(state: Household, command: RecordSurvey, context: Context) -> HouseholdSurveyed:
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
    members = members_of(command.members, context)
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


def request_check(state: Household, command: RequestInformationCheck, context: Context) -> InformationCheckRequested:
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


def return_check(state: Household, command: RecordInformationCheck, context: Context) -> InformationCheckReturned:
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


def post_notice(state: Household, command: PostNotice, context: Context) -> NoticePosted:
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


def object_to_notice(state: Household, command: ObjectToNotice) -> NoticeObjected:
    case = case_of(state, command.application_no)
    rejected_unless(case.notice == "posted", "notice-not-posted", "现无公示", "no notice hangs now")
    rejected_unless(
        command.objection_no not in case.objection_nos,
        "objection-repeated",
        "该异议已登记",
        "this objection is registered already",
    )
    return NoticeObjected(application_no=case.application_no, town=case.town, objection_no=command.objection_no)


def close_notice(state: Household, command: CloseNotice, context: Context) -> NoticeClosed:
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
