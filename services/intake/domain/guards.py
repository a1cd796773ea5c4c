"""Guards that several of the window's decisions share; each raises `CommandRejected` and changes nothing."""

from datetime import date

from services.contracts.deciding import CommandRejected, Context
from services.contracts.resident_ids import names_a_person
from services.intake.domain.state import Application, Household


def rejected_unless(holds: bool, code: str, zh: str, en: str) -> None:
    """Raise `CommandRejected` when a condition does not hold."""
    if not holds:
        raise CommandRejected(code, zh, en)


def open_application(state: Household, application_no: str) -> Application:
    for application in state.applications:
        if application.application_no == application_no:
            return application
    if application_no.rpartition("-")[0] in state.request_nos:
        raise CommandRejected("application-closed", "该申请已办结", "this application is closed")
    raise CommandRejected("application-unknown", "没有该申请", "there is no such application")


def not_in_future(field: str, day: date, context: Context) -> None:
    if day > context.today:
        raise CommandRejected("time-in-future", f"{field} 在将来", f"{field} lies in the future")


def no_personal_number(text: str, zh: str, en: str) -> None:
    """Free text that stands in clear on the log holds no resident ID and no phone number; `zh`, `en` name the text."""
    rejected_unless(
        not names_a_person(text),
        "personal-in-text",
        f"{zh}中不得填写身份证号或手机号",
        f"{en} may hold no resident ID or phone number",
    )
