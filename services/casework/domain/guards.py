"""Guards that several of casework's decisions share; each raises `CommandRejected` and changes nothing."""

from collections.abc import Iterable
from datetime import date

from services.casework.domain.cases import Case, SealedFields
from services.casework.domain.state import Household
from services.contracts.deciding import CommandRejected, Context
from services.contracts.resident_ids import names_a_person
from services.contracts.roles import same_person
from services.contracts.sealed import Sealed


def rejected_unless(holds: bool, code: str, zh: str, en: str) -> None:
    """Raise `CommandRejected` when a condition does not hold."""
    if not holds:
        raise CommandRejected(code, zh, en)


def own_town(subject_no: str, context: Context) -> None:
    """A town acts on its own households only (DOMAIN §8); `subject_no` begins with the town's code."""
    rejected_unless(
        context.town is None or subject_no.partition("-")[0] == context.town,
        "wrong-town",
        f"该户档案不属于 {context.town}",
        f"the household's folder does not belong to {context.town}",
    )


def own_or_asked_town(state: Household, subject_no: str, application_no: str | None, context: Context) -> None:
    """As `own_town`; a town asked to help with a survey (协助调查) acts on that case too, None: of any of the household."""
    asked = any(
        case.helping_town and case.helping_town == context.town and application_no in (None, case.application_no)
        for case in state.cases
    )
    if not asked:
        own_town(subject_no, context)


def case_of(state: Household, application_no: str) -> Case:
    """The open case of an application."""
    for case in state.cases:
        if case.application_no == application_no:
            return case
    if application_no in state.ended_cases:
        raise CommandRejected("case-ended", "该申请已办结", "this case has ended")
    # No grant without acceptance: a case exists only because intake accepted (民发〔2021〕57号 art. 28).
    raise CommandRejected("case-unknown", "该申请未受理立案", "there is no case of an accepted application")


def member_named(state: Household, named: str) -> str:
    """The pseudonym of a member named by relation or pseudonym."""
    person = state.person_of(named)
    if person is None:
        raise CommandRejected(
            "person-unknown", "应填与申请人关系（如本人、配偶）", "name a member by relation or pseudonym"
        )
    return person


def undecided_case_of(state: Household, application_no: str) -> Case:
    """The open case of an application that nobody has decided: an emergency is decided before its papers are done."""
    case = case_of(state, application_no)
    rejected_unless(
        case.helped_on is None, "case-decided", "已先行救助，只能补齐手续", "help was granted; only papers are owed"
    )
    return case


def of_role(people: Iterable[str], roles: tuple[str, ...], code: str, zh: str, en: str) -> None:
    """All of them act in one of the roles."""
    rejected_unless(all(person.partition(":")[0] in roles for person in people), code, zh, en)


def not_by_investigator(investigators: tuple[str, ...], context: Context) -> None:
    """Who investigated does not decide (审核确认), by their number, whatever their role."""
    rejected_unless(
        not same_person(context.actor, *investigators),
        "decided-by-investigator",
        "调查或复核人员不得作出决定",
        "who investigated or looked again may not decide",
    )


def by_its_officer(officer: str, context: Context) -> None:
    """A record is made by whoever did what it says; somebody else brings it in on the devices' road, under its author's name."""
    rejected_unless(
        context.role == "officer" and context.actor.partition(":")[2] == officer,
        "author-not-officer",
        "记录应由所列低保员本人登记；代为上传须走设备批次并列明记录人",
        "only the officer named records this; others bring it in as that author's, in a device's batch",
    )


def not_in_future(field: str, day: date, context: Context) -> None:
    rejected_unless(day <= context.today, "time-in-future", f"{field} 在将来", f"{field} lies in the future")


def not_before(field: str, day: date, earlier_field: str, earlier: date) -> None:
    rejected_unless(
        day >= earlier,
        "out-of-order",
        f"{field}（{day}）早于 {earlier_field}（{earlier}）",
        f"{field} ({day}) is before {earlier_field} ({earlier})",
    )


def no_personal_number(text: str) -> None:
    """Free text that stands in clear on the log holds no resident ID and no mobile number."""
    rejected_unless(
        not names_a_person(text),
        "personal-in-text",
        "不得填写身份证号或手机号",
        "the text may hold no resident ID or phone number",
    )


def members_are_the_latest(state: Household, opened_at: str | None) -> None:
    """As with the income: the edge unseals the members before the decision that uses them."""
    latest = state.groups.values[0] if state.groups else None
    rejected_unless(
        opened_at is None or (isinstance(latest, Sealed) and latest.at == opened_at),
        "members-changed",
        "期间家庭成员信息有变化，请重新审核",
        "the members were recorded anew meanwhile; decide again",
    )


def income_is_the_latest(known: SealedFields | None, income_at: str | None) -> None:
    """The edge unseals an income before the decision that uses it; what was recorded in between has changed it."""
    latest = known.values[0] if known else None
    rejected_unless(
        income_at is None or (isinstance(latest, Sealed) and latest.at == income_at),
        "income-changed",
        "期间有新的入户调查，请重新审核",
        "a newer survey was recorded meanwhile; decide again",
    )
