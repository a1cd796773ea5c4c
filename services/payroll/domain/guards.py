"""Guards that several of payroll's decisions share; each raises `CommandRejected` and changes nothing."""

from collections.abc import Container
from datetime import date

from services.contracts.deciding import CommandRejected, Context
from services.contracts.resident_ids import names_a_person, normal_id, resident_id_fault


def rejected_unless(holds: bool, code: str, zh: str, en: str) -> None:
    """Raise `CommandRejected` when a condition does not hold."""
    if not holds:
        raise CommandRejected(code, zh, en)


def text_given(field: str, text: str) -> None:
    """A text that must not be empty, and that holds no resident ID or mobile number, for it stands in clear on the log."""
    rejected_unless(bool(text.strip()), "text-missing", f"须填写 {field}", f"{field} is missing")
    no_personal_number(text)


def no_personal_number(text: str) -> None:
    """Free text that stands in clear on the log holds no resident ID and no mobile number."""
    rejected_unless(
        not names_a_person(text),
        "personal-in-text",
        "不得填写身份证号或手机号",
        "the text may hold no resident ID or phone number",
    )


def on_list(field: str, code: str, known: Container[str]) -> None:
    """A code that the pack in force knows."""
    rejected_unless(
        code in known, "not-on-list", f"现行规则没有 {field} {code}", f"the rules in force know no {field} {code}"
    )


def not_in_future(field: str, day: date, context: Context) -> None:
    rejected_unless(day <= context.today, "time-in-future", f"{field} 在将来", f"{field} lies in the future")


def in_order(earlier_field: str, earlier: date, later_field: str, later: date | None) -> None:
    """`later` is not before `earlier`; None is open."""
    rejected_unless(
        later is None or earlier <= later,
        "out-of-order",
        f"{later_field}（{later}）早于 {earlier_field}（{earlier}）",
        f"{later_field} ({later}) is before {earlier_field} ({earlier})",
    )


def person_of(resident_id: str, context: Context) -> str:
    """The pseudonym of a right resident ID (GB 11643); what was typed is never echoed."""
    number = normal_id(resident_id)
    fault = resident_id_fault(number, context.today)
    if fault is not None:
        raise CommandRejected("resident-id-invalid", f"身份证号{fault[0]}", f"the resident ID {fault[1]}")
    return context.pseudonym(number)
