"""The town's part of a case: survey, public notice, objections, community review; the bureau's part comes after."""

import msgspec

from services.casework.domain.cases import Case
from services.casework.domain.checking import everybody_authorised, no_contest
from services.casework.domain.commands import (
    CloseNotice,
    ObjectToNotice,
    PostNotice,
    RecordReview,
    RecordSurvey,
)
from services.casework.domain.guards import case_of, not_before, not_in_future, of_role, rejected_unless
from services.casework.domain.members import members_of
from services.casework.domain.state import Household
from services.casework.rules import RemoteSurvey, Steps, steps_of, survey_points_missed
from services.contracts.calendar import notice_last_day
from services.contracts.casework import (
    CommunityReviewed,
    HouseholdMember,
    HouseholdSurveyed,
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
    document = _emergency_document(case, command, context)
    missed = survey_points_missed(
        command.investigators,
        family_signed=command.family_signed,
        witness=command.witness,
        investigators_min=steps.investigators_min,
        remote_allowed=command.mode == "household" or bool(document),
    )
    members = members_of(command.members, context)
    spending, over = command.rigid_spending_per_head_fen, command.property_over
    return HouseholdSurveyed(
        application_no=case.application_no,
        town=case.town,
        investigators=command.investigators,
        family_signed=command.family_signed,
        witness=command.witness,
        surveyed_on=command.surveyed_on,
        income_per_head=_sealed(members, str(command.income_per_head_fen)),
        form_sha256=command.form_sha256,
        valid=not missed,
        missed_points=missed,
        pack_version=context.rules.version_on("procedure", command.surveyed_on),
        members=members,
        mode=command.mode,
        emergency=document,
        rigid_spending_per_head=None if spending is None else _sealed(members, str(spending)),
        property_over=None if over is None else _sealed(members, msgspec.json.encode(over).decode()),
        surveyed_by_town=case.helping_town if context.town == case.helping_town and case.helping_town else "",
    )


def _sealed(members: tuple[HouseholdMember, ...], text: str) -> Clear:
    """What was found of the household's means, for its applicant's key."""
    return Clear(person=members[0].person, group="sensitive", text=text)


def _emergency_document(case: Case, command: RecordSurvey, context: Context) -> str:
    """The document of the declared emergency that lets a survey be made from afar; empty when none does."""
    if command.mode == "household":
        return ""
    covering = context.rule_on("remote_survey", command.surveyed_on, RemoteSurvey).covering(
        case.town, command.surveyed_on
    )
    return covering.document if covering is not None else ""


def review(state: Household, command: RecordReview, context: Context) -> CommunityReviewed:
    """A community review (民主评议), valid or with what it lacks; whether it answers objections the pack says (art. 19)."""
    case = case_of(state, command.application_no)
    not_in_future("reviewed_on", command.reviewed_on, context)
    not_before("reviewed_on", command.reviewed_on, "accepted_on", case.accepted_on)
    steps = steps_of(context, case.need, command.reviewed_on)
    missed = () if command.participants_count >= steps.review_participants_min else ("participants",)
    return CommunityReviewed(
        application_no=case.application_no,
        town=case.town,
        committee=case.committee,
        reviewed_on=command.reviewed_on,
        participants_count=command.participants_count,
        result=command.result,
        minutes_sha256=command.minutes_sha256,
        valid=not missed,
        missed_points=missed,
        answers_objection=_answers_objection(case, steps, command) and not missed,
        pack_version=context.rules.version_on("procedure", command.reviewed_on),
    )


def _answers_objection(case: Case, steps: Steps, command: RecordReview) -> bool:
    """Only what comes after the first opinion hung answers an objection to it."""
    after = case.posted_on is not None and command.reviewed_on >= case.posted_on
    return steps.review_answers and case.to_reinvestigate and after


def post_notice(state: Household, command: PostNotice, context: Context) -> NoticePosted:
    """Seven full days (民发〔2021〕57号 art. 19); again only after an objection and where the procedure says so."""
    case = case_of(state, command.application_no)
    steps = steps_of(context, case.need, command.posted_on)
    of_role(
        (command.opinion_signed_by,), ("town-leader",), "signed-by-other",
        "初审意见应由镇街分管领导签署", "the town's leader in charge signs the first opinion",
    )  # fmt: skip
    again = steps.notice_again and case.notice == "closed" and case.objected_on_posting > 0
    rejected_unless(case.notice == "none" or again, "notice-posted", "已公示", "the notice was posted already")
    if case.surveyed_on is None or case.to_reinvestigate:
        raise CommandRejected("survey-missing", "没有有效的入户调查", "there is no valid survey")
    if case.check != "returned" or case.returned_on is None:
        raise CommandRejected("check-missing", "信息核对尚未完成", "the information check has not returned")
    everybody_authorised(case)
    no_contest(case)
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


def object_to_notice(state: Household, command: ObjectToNotice, context: Context) -> NoticeObjected:
    case = case_of(state, command.application_no)
    rejected_unless(case.notice == "posted", "notice-not-posted", "现无公示", "no notice hangs now")
    rejected_unless(
        command.objection_no not in case.objection_nos,
        "objection-repeated",
        "该异议已登记",
        "this objection is registered already",
    )
    return NoticeObjected(
        application_no=case.application_no,
        town=case.town,
        objection_no=command.objection_no,
        objected_on=context.today,
    )


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
