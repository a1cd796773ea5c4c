"""The clock of an item that others have: paused and extended by a named legal cause, overdue by the one definition."""

from datetime import date

from services.contracts.clocks import Term, extension_stated, overdue, pause_of, resumption_of, running_until
from services.contracts.deciding import CommandRejected, Context
from services.contracts.intake import ClockExtended, ClockPaused, ClockResumed, ReferralOverdue
from services.contracts.registry import Fact
from services.intake.domain.commands import ExtendClock, MarkReferralOverdue, PauseClock, ResumeClock
from services.intake.domain.guards import open_application, rejected_unless
from services.intake.domain.state import Application, Household

ClockCommand = PauseClock | ResumeClock | ExtendClock | MarkReferralOverdue


def decide_clock(state: Household, command: ClockCommand, context: Context) -> Fact:
    """What is stated of a referral's clock (限时办理, 四(一))."""
    application = open_application(state, command.application_no)
    term = _term_of(application, command.due_on if isinstance(command, MarkReferralOverdue) else None)
    match command:
        case PauseClock():
            return ClockPaused(**pause_of(term, command, application, context))
        case ResumeClock():
            return ClockResumed(**resumption_of(term, command.clock, command.resumed_on, application, context))
        case ExtendClock():
            return ClockExtended(**extension_stated(term, command, application, context))
        case MarkReferralOverdue():
            return _overdue(application, term, command, context)


def _term_of(application: Application, stated: date | None) -> Term:
    """The clock of an item that is passed on; an item at the window has none.

    Decision states of before referrals were answered keep no last day: then it is the one that the timer states.
    """
    due_on = application.answer_by or stated
    if application.status != "referred" or due_on is None:
        raise CommandRejected("not-referred", "该申请未在转办中", "this application is not passed on to anybody")
    since = application.referred_on or application.received_on
    return Term(
        due_on=due_on,
        since=max(since, application.resumed_on or since),
        paused_on=application.paused_on,
        overdue=application.referral_overdue,
        extended_for=application.extended_for,
    )


def _overdue(application: Application, term: Term, command: MarkReferralOverdue, context: Context) -> ReferralOverdue:
    """The last day of the clock has passed and no answer has come; stated once."""
    rejected_unless(not term.overdue, "overdue-known", "该逾期已登记", "this overdue referral is stated already")
    due_on = running_until(term)
    rejected_unless(
        command.due_on == due_on and overdue(due_on, context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    return ReferralOverdue(
        application_no=application.application_no,
        town=application.town,
        department=application.department,
        due_on=command.due_on,
        responsible=application.responsible,
    )
