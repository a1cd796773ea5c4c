"""What becomes of an item that others decide: referred (转办) or introduced (转介), taken, returned, answered, overdue."""

from datetime import date
from typing import assert_never

from services.contracts.calendar import WorkingCalendar
from services.contracts.deciding import CommandRejected, Context
from services.contracts.intake import (
    ApplicationIntroduced,
    ApplicationReferred,
    ReferralAccepted,
    ReferralCompleted,
    ReferralReturned,
)
from services.contracts.registry import Fact
from services.intake.domain.commands import (
    AcceptReferral,
    CompleteReferral,
    IntroduceApplication,
    ReferApplication,
    ReturnReferral,
)
from services.intake.domain.guards import no_personal_number, not_in_future, open_application, rejected_unless
from services.intake.domain.state import Application, Household
from services.intake.rules import Procedure, Road

Referral = ReferApplication | IntroduceApplication | AcceptReferral | ReturnReferral | CompleteReferral


def decide_referral(state: Household, command: Referral, context: Context) -> Fact:
    """One step of an item that is, was or is to be passed on (统一受理、转办（介）, 四(一))."""
    application = open_application(state, command.application_no)
    match command:
        case ReferApplication():
            return _refer_again(application, command, context)
        case IntroduceApplication():
            return _introduce(application, command, context)
        case AcceptReferral():
            return _take(application, command, context)
        case ReturnReferral():
            return _return(application, command, context)
        case CompleteReferral():
            return _complete(application, command, context)
        case _:
            assert_never(command)


def referred(application: Application, road: Road, day: date, context: Context) -> ApplicationReferred:
    """Pass an item on to the road's department on `day`; the clock excludes that day (限时办理)."""
    return ApplicationReferred(
        application_no=application.application_no,
        request_no=application.request_no,
        need=application.need,
        town=application.town,
        department=road.department,
        answer_by=context.rule_on("calendar", day, WorkingCalendar).plus_workdays(day, road.answer_workdays),
        responsible=application.responsible,
        pack_version=context.rules.version_on("procedure", day),
        referred_on=day,
    )


def _refer_again(application: Application, command: ReferApplication, context: Context) -> ApplicationReferred:
    """Always dated today, so that no clock of an earlier referral is set anew to a day it has run out on already."""
    _on_the_windows_list(application)
    day = context.today
    road = context.rule_on("procedure", day, Procedure).referral(application.need, command.department)
    if road is None:
        raise CommandRejected(
            "department-unknown", "规则包中没有该承办部门", "the rule pack knows no such department for this"
        )
    return referred(application, road, day, context)


def _introduce(application: Application, command: IntroduceApplication, context: Context) -> ApplicationIntroduced:
    """Only with the applicant's consent: a body outside the government learns of the household (个人信息保护法 art. 23)."""
    _on_the_windows_list(application)
    day = context.today
    terms = context.rule_on("procedure", day, Procedure).introduction
    organisation = terms.organisations.get(command.organisation)
    if organisation is None:
        raise CommandRejected(
            "organisation-unknown", "该机构不在转介名录中", "this body is not on the list of those to introduce to"
        )
    if command.consent_sha256 is None:
        raise CommandRejected(
            "consent-missing", "转介须有申请人的书面同意", "the applicant's recorded consent is missing"
        )
    return ApplicationIntroduced(
        application_no=application.application_no,
        request_no=application.request_no,
        need=application.need,
        town=application.town,
        organisation=command.organisation,
        organisation_kind=organisation.kind,
        consent_sha256=command.consent_sha256,
        referred_on=day,
        answer_by=context.rule_on("calendar", day, WorkingCalendar).plus_workdays(day, terms.answer_workdays),
        responsible=application.responsible,
        pack_version=context.rules.version_on("procedure", day),
    )


def _on_the_windows_list(application: Application) -> None:
    """What may be passed on: an item that came back, or one that no clock has been started for."""
    rejected_unless(
        application.status in ("received", "returned"),
        "not-at-window",
        "该申请不在窗口待办，不能转办或转介",
        "this application is not on the window's list, so it cannot be passed on",
    )


def _referred_on(application: Application) -> date:
    """The day a referred item was passed on; older records do not state it: then the day of the request."""
    rejected_unless(
        application.status == "referred",
        "not-referred",
        "该申请未在转办中",
        "this application is not passed on to anybody",
    )
    return application.referred_on or application.received_on


def _dated(application: Application, field: str, day: date, context: Context) -> None:
    referred_on = _referred_on(application)
    not_in_future(field, day, context)
    rejected_unless(
        day >= referred_on,
        "before-referral",
        f"{field}（{day}）早于转办日（{referred_on}）",
        f"{field} ({day}) is before the referral ({referred_on})",
    )
    accepted_on = application.referral_accepted_on
    rejected_unless(
        accepted_on is None or day >= accepted_on,
        "before-acceptance",
        f"{field}（{day}）早于对方接收日（{accepted_on}）",
        f"{field} ({day}) is before the referral was accepted ({accepted_on})",
    )


def _take(application: Application, command: AcceptReferral, context: Context) -> ReferralAccepted:
    _referred_on(application)
    rejected_unless(
        application.referral_accepted_on is None, "referral-accepted", "对方已接收", "it was accepted already"
    )
    _dated(application, "accepted_on", command.accepted_on, context)
    return ReferralAccepted(
        application_no=application.application_no,
        town=application.town,
        department=application.department,
        accepted_on=command.accepted_on,
        responsible=application.responsible,
    )


def _return(application: Application, command: ReturnReferral, context: Context) -> ReferralReturned:
    """Also after acceptance: nothing may stay with somebody who will not decide it. The first asked stays responsible."""
    _dated(application, "returned_on", command.returned_on, context)
    rejected_unless(bool(command.reason.strip()), "reason-missing", "退回须说明理由", "a return needs a reason")
    no_personal_number(command.reason, "理由", "the reason")
    return ReferralReturned(
        application_no=application.application_no,
        town=application.town,
        department=application.department,
        reason=command.reason,
        returned_on=command.returned_on,
        responsible=application.responsible,
    )


def _complete(application: Application, command: CompleteReferral, context: Context) -> ReferralCompleted:
    _dated(application, "completed_on", command.completed_on, context)
    rejected_unless(
        command.outcome == "helped" or bool(command.answer.strip()),
        "reason-missing",
        "不予救助的答复须说明理由",
        "an answer that refuses needs its reason",
    )
    no_personal_number(command.answer, "答复", "the answer")
    return ReferralCompleted(
        application_no=application.application_no,
        town=application.town,
        department=application.department,
        outcome=command.outcome,
        answer=command.answer,
        completed_on=command.completed_on,
        responsible=application.responsible,
    )
