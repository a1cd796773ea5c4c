"""A household at the window as decisions remember it, folded from its facts alone; decides nothing."""

from datetime import date
from typing import Literal

import msgspec

from services.contracts.intake import (
    ApplicationAccepted,
    ApplicationAnswered,
    ApplicationIntroduced,
    ApplicationReferred,
    ApplicationWithdrawn,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    MaterialsNoticeIssued,
    MaterialsNoticeRepeated,
    NearRelativeDeclared,
    ReferralAccepted,
    ReferralCompleted,
    ReferralOverdue,
    ReferralReturned,
    RequestReceived,
)
from services.contracts.registry import Fact


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An open item of the window.

    `missing` is what the last notice listed. While an item is `referred`, `department` (a department's name, or the
    code of the organisation it was introduced to) has it; `returned` puts it back onto the window's list. `offered_to` was
    offered the duty (首问负责) and has not answered; `responsible` changes by that person's acceptance alone. Of the
    referral's clock: since when it stands still (`paused_on`), what extended it.
    """

    application_no: str
    request_no: str
    need: str
    town: str
    committee: str
    member_count: int
    near_relative_declared: bool
    responsible: str
    received_on: date
    status: Literal["received", "waiting", "accepted", "referred", "returned"] = "received"
    missing: tuple[str, ...] = ()
    notice_count: int = 0
    department: str = ""
    referred_on: date | None = None
    answer_by: date | None = None
    referral_accepted_on: date | None = None
    referral_overdue: bool = False
    offered_to: str = ""
    paused_on: date | None = None
    resumed_on: date | None = None
    extended_for: tuple[str, ...] = ()


class Relative(msgspec.Struct, frozen=True, kw_only=True):
    """A declared near relative of a request's applicant; `staff` is empty where nobody was named."""

    request_no: str
    staff: str
    declared_by: str


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state: every request number ever used, the open applications, the declared near relatives."""

    request_nos: tuple[str, ...] = ()
    applications: tuple[Application, ...] = ()
    relatives: tuple[Relative, ...] = ()


def application_no_of(request_no: str, need: str) -> str:
    """The number of the application that a need of a request becomes."""
    return f"{request_no}-{need}"


def application_of(received: RequestReceived, need: str) -> Application:
    """The application that a need of a request begins as; whoever was asked first is responsible (首问负责)."""
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


def evolve(state: Household, fact: Fact) -> Household:
    match fact:
        case RequestReceived():
            opened = tuple(application_of(fact, need) for need in fact.needs)
            request_nos = (*state.request_nos, fact.request_no)
            return msgspec.structs.replace(state, request_nos=request_nos, applications=state.applications + opened)
        case MaterialsNoticeIssued():
            return _changed(state, fact.application_no, status="waiting", missing=fact.missing, notice_count=1)
        case MaterialsNoticeRepeated():
            return _changed(state, fact.application_no, missing=fact.missing, notice_count=fact.notice_count)
        case ApplicationAccepted():
            return _changed(state, fact.application_no, status="accepted", missing=())
        case ApplicationReferred():
            return _passed_on(state, fact, fact.department)
        case ApplicationIntroduced():
            return _passed_on(state, fact, fact.organisation)
        case ReferralAccepted():
            return _changed(state, fact.application_no, referral_accepted_on=fact.accepted_on)
        case ReferralReturned():
            return _changed(
                state, fact.application_no, status="returned", answer_by=None, paused_on=None, resumed_on=None
            )
        case ReferralOverdue():
            return _changed(state, fact.application_no, referral_overdue=True)
        case HandoverOffered():
            return _changed(state, fact.application_no, offered_to=fact.receiver)
        case HandoverAccepted():
            return _changed(state, fact.application_no, responsible=fact.responsible, offered_to="")
        case HandoverDeclined():
            return _changed(state, fact.application_no, offered_to="")
        case ClockPaused():
            return _changed(state, fact.application_no, paused_on=fact.paused_on)
        case ClockResumed():
            moved = {"answer_by": fact.due_on, "resumed_on": fact.resumed_on}
            return _changed(state, fact.application_no, paused_on=None, **moved)
        case ClockExtended():
            return _extended(state, fact)
        case NearRelativeDeclared():
            return _related(state, fact)
        case ApplicationWithdrawn() | ApplicationAnswered() | ReferralCompleted():
            left = tuple(a for a in state.applications if a.application_no != fact.application_no)
            return msgspec.structs.replace(state, applications=left)
        case _:
            return state


def _changed(state: Household, application_no: str, **changes: object) -> Household:
    applications = tuple(
        msgspec.structs.replace(a, **changes) if a.application_no == application_no else a for a in state.applications
    )
    return msgspec.structs.replace(state, applications=applications)


def _extended(state: Household, fact: ClockExtended) -> Household:
    for application in state.applications:
        if application.application_no == fact.application_no:
            causes = (*application.extended_for, fact.cause)
            return _changed(state, fact.application_no, answer_by=fact.due_on, extended_for=causes)
    return state


def _related(state: Household, fact: NearRelativeDeclared) -> Household:
    relative = Relative(request_no=fact.request_no, staff=fact.staff, declared_by=fact.declared_by)
    applications = tuple(
        msgspec.structs.replace(a, near_relative_declared=True) if a.request_no == fact.request_no else a
        for a in state.applications
    )
    return msgspec.structs.replace(state, applications=applications, relatives=(*state.relatives, relative))


def _passed_on(state: Household, fact: ApplicationReferred | ApplicationIntroduced, department: str) -> Household:
    return _changed(
        state,
        fact.application_no,
        status="referred",
        department=department,
        referred_on=fact.referred_on,
        answer_by=fact.answer_by,
        referral_accepted_on=None,
        referral_overdue=False,
        paused_on=None,
        resumed_on=None,
        extended_for=(),
    )
