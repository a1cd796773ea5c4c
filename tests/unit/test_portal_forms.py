"""Proves that every form of the portal asks what its command takes of whom may issue it, and how what was typed is read."""

import asyncio
from io import BytesIO
from typing import Any

import msgspec
import pytest
from starlette.datastructures import FormData, UploadFile

from services.audit.api import DOORS as AUDIT
from services.casework.api import DOORS as CASEWORK
from services.contracts.deciding import kebab
from services.eventlog.problems import Problem
from services.intake.api import DOORS as INTAKE
from services.payroll.api import DOORS as PAYROLL
from services.portal.api import (
    audit_forms,
    bureau_forms,
    case_forms,
    deal_forms,
    field_own,
    money_forms,
    office_forms,
    officers_forms,
    people,
    purchase_forms,
    recruitment_forms,
    town_forms,
    training_forms,
)
from services.portal.api.forms import ACTOR, Field, Form, body_of, fen_of, field, filled_in, permille_of, whole_of
from services.portal.api.posting import by_label, refusal
from services.portal.asking import ServiceSaid

_DOORS = {"payroll": PAYROLL, "casework": CASEWORK, "intake": INTAKE, "audit": AUDIT}
_OFFERED = {service: {kebab(kind.__name__): kind for kind in doors.roles} for service, doors in _DOORS.items()}
FORMS: dict[str, Form] = {
    f"{area}:{name}": form
    for area, forms in {
        "money": money_forms.FORMS, "training": training_forms.FORMS, "case": case_forms.CASE, "tasks": case_forms.TASKS,
        "household": case_forms.HOUSEHOLD,
        "list": bureau_forms.LIST, "approvals": bureau_forms.APPROVALS, "item": town_forms.ITEM, "duties": town_forms.DUTIES,
        "notice": town_forms.NOTICE, "opinions": town_forms.OPINIONS, "finding": audit_forms.BY_STEP,
        "spot-check": audit_forms.CHECK | {"result": audit_forms.result_form([])},
        "officers": officers_forms.FORMS, "caseload": officers_forms.CASELOAD, "recruitment": recruitment_forms.FORMS,
        "suppressions": audit_forms.SUPPRESSIONS, "inspectors": audit_forms.INSPECTORS, "erasures": bureau_forms.ERASURES, "contracts": deal_forms.CONTRACTS,
        "own-staff": deal_forms.OWN_STAFF, "orders": deal_forms.ORDERS, "purchases": purchase_forms.FORMS,
        "publicity": office_forms.PUBLICITY, "standing": office_forms.STANDING, "window": office_forms.WINDOW,
        "found": {"report-discovery": town_forms.FOUND},
        "alone": {
            form.command: form
            for form in (
                bureau_forms.NEW_LIST, bureau_forms.DELIVERY, town_forms.CLOSE_DISCOVERY, town_forms.DISCOVERY,
                town_forms.DECIDE_MATCH, town_forms.CONSULTATION, case_forms.DECLINE_HELP, case_forms.HELP_SURVEY,
                case_forms.DECIDE_CONFLICT, case_forms.RATE,
                audit_forms.PLAN, audit_forms.RAISE, town_forms.attendance(["O001"], corrects=True), field_own.CONTEST_SLIP,
                field_own.CONTEST_APPRAISAL,
            )
        },
    }.items()
    for name, form in forms.items()
}  # fmt: skip
# Fields whose answers `finish` turns into another part of the command.
_TURNED: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "plan-spot-check": (frozenset({"forced_item", "forced_reason"}), frozenset()),
    "confirm-attendance": (frozenset({"present-O001", "absent-O001"}), frozenset()),
    "record-survey": (frozenset(), frozenset({"witness"})),
    "request-information-check": (frozenset({"members", "supporters", "authorisation"}), frozenset({"persons"})),
    "record-payout-account": (
        frozenset({"account_no", "holder", "holder_name", "agreement_sha256"}),
        frozenset({"account"}),
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_asks_what_its_command_takes_of_whom_may_issue_it(form: Form) -> None:
    """Every field is one of the command's, all it needs is asked or known, and the service lets the roles in."""
    kind = _OFFERED[form.service][form.command]
    fields = {one.name: one for one in msgspec.structs.fields(kind)}
    turned, made = _TURNED.get(form.command, (frozenset(), frozenset()))
    sent = {name for one in form.fields for name in (one.gives or (one.name,))} - turned | made | set(form.given)
    assert sent <= set(fields)
    assert {name for name, one in fields.items() if one.required} <= sent
    assert form.roles <= _DOORS[form.service].roles[kind]


# Commands that people give otherwise than by one of the forms above, and where.
ELSEWHERE = {
    "receive-request": "window_request: the window's own form",
    "record-visit": "field: the phone's outbox", "record-work": "field: the phone's outbox",
    "adopt-rule-pack": "approvals: a pack's file", "allot-posts": "posts: with its what-if",
    "import-bank-return": "pay: the bank's file, looked through first",
    "take-over-household": "jiuzhu import: the stock at installation", "take-over-officer": "jiuzhu import: the stock at installation",
}  # fmt: skip


# Roles that a service would let in and no page offers a command to: why, which roles, which commands.
_NEARER = (
    ("the trainer runs training", "bureau town-leader",
     "plan-course plan-session allot-places hold-session cancel-session record-attendance record-exam enrol-trainee enter-key-person "
     "remove-key-person"),
    ("an inspector looks and raises findings; spot checks and misuse are the own auditors' work", "inspector",
     "plan-spot-check commit-spot-check draw-spot-check assign-field-sheets record-spot-check-result conclude-spot-check "
     "extend-spot-check abandon-spot-check record-misuse handle-misuse hold-accountable close-misuse"),
    ("the town's window looks after its referrals", "bureau bureau-leader",
     "intake:pause-clock intake:resume-clock intake:extend-clock complete-referral return-referral"),
    ("declared where the request is taken", "bureau bureau-leader committee officer", "declare-near-relative"),
    ("items pass between the clerks of a window", "committee officer", "offer-handover accept-handover decline-handover"),
    ("registered at the window", "committee", "rate-visit record-complaint record-consultation"),
    ("the finance section settles what is held", "bureau", "resolve-held-line"),
    ("the caseworker records what came back", "bureau-finance", "casework:record-recovery"),
)  # fmt: skip


def test_whatever_somebody_may_do_can_be_done_from_a_page() -> None:
    """Every command that a service takes from people has a form, and every role that may give it is offered one somewhere."""
    offered: dict[tuple[str, str], set[str]] = {}
    for form in FORMS.values():
        offered.setdefault((form.service, form.command), set()).update(form.roles)
    missing = [
        f"{service} {command}" for service, commands in _OFFERED.items() for command in commands
        if (service, command) not in offered and command not in ELSEWHERE
    ]  # fmt: skip
    assert missing == []
    assert {command for _, command in offered}.isdisjoint(ELSEWHERE)
    without = {
        (service, command): _DOORS[service].roles[_OFFERED[service][command]] - roles
        for (service, command), roles in offered.items()
    }
    for _, roles, commands in _NEARER:
        for service, _, command in (name.rpartition(":") for name in commands.split()):
            place = next(one for one in without if one[1] == command and service in ("", one[0]))
            assert without.pop(place) == set(roles.split()), place
    assert {place: roles for place, roles in without.items() if roles} == {}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_speaks_both_languages(form: Form) -> None:
    assert form.zh
    assert form.en
    assert all(one.zh and one.en for one in form.asks)
    assert all(bool(one.hint_zh) == bool(one.hint_en) for one in form.fields)
    assert bool(form.note_zh) == bool(form.note_en)


def test_a_field_that_takes_a_persons_number_offers_those_who_have_one() -> None:
    for form in FORMS.values():
        for one in form.asks:
            assert set(one.who.split()) <= people.READERS, (form.command, one.name)
            assert one.who or one.pattern != ACTOR, (form.command, one.name)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.50", 123_450), ("0.01", 1), (" 5 ", 500), ("-3.2", -320), ("-0.5", -50), ("1.005", None), ("一百", None),
        ("NaN", None), ("", None), ("1e3", None), ("1_000", None), ("¥5", None),
    ],
)  # fmt: skip
def test_yuan_become_whole_fen_or_nothing(text: str, fen: int | None) -> None:
    assert fen_of(text) == fen


def test_numbers_and_shares_are_read_or_refused() -> None:
    assert [whole_of(text) for text in ("12", "-3", "1.5", "", "9" * 20)] == [12, -3, None, None, None]
    assert [permille_of(text) for text in ("95", "2.5", "2.55", "x")] == [950, 25, None, None]


def _form(*fields: Field) -> Form:
    return Form(command="x", service="payroll", zh="", en="", roles=frozenset(), fields=fields)


def test_what_cannot_be_read_is_told_by_field_and_optional_fields_may_be_left_out() -> None:
    form = _form(
        Field(name="amount_fen", zh="金额", en="Amount", kind="yuan"), Field(name="day", zh="日期", en="Day", kind="date"),
        Field(name="note", zh="说明", en="Note", required=False), Field(name="sure", kind="yes"),
        Field(name="file_no", kind="fixed"), Field(name="month", kind="fixed"), Field(name="paper", kind="file"),
        Field(name="faults", kind="ticks", required=False),
    )  # fmt: skip
    with pytest.raises(Problem) as told:
        body_of(form, {"amount_fen": "x", "file_no": "2", "month": "2026-03"})
    assert {one.pointer for one in told.value.errors} == {"/amount_fen", "/day", "/paper"}
    given = {"amount_fen": "2", "day": "2026-03-01", "file_no": "2", "month": "2026-03"}
    body = body_of(form, given, {"paper": [b"abc"]})
    assert body.pop("paper").startswith("ba7816bf")
    assert body == {
        "command": "x", "amount_fen": 200, "day": "2026-03-01", "sure": False, "file_no": 2, "month": "2026-03", "faults": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "typed", "told"),
    [
        (field("reason", "理由", "Reason", hint_zh="不写姓名", hint_en="no names"), "x" * 201, "Reason: at most 200 characters, these are 201"),
        (field("name", "姓名", "Name", most=3), "abcd", "Name: at most 3 characters, these are 4"),
        (field("on", "日期", "Day", "date"), "2026-02-30", "Day: a date, such as 2026-03-31"),
        (field("month", "月份", "Month", "month"), "2026-13", "Month: a month, such as 2026-03"),
        (field("people", "人数", "People", "whole", pattern="[0-9]{1,4}"), "-3", "People: a whole number, such as 12"),
        (field("sum", "金额", "Amount", "yuan", hint_zh="公示前填", hint_en="before the notice"), "ten",
         "Amount: an amount in yuan with at most two decimals, such as 350.50"),
        (field("who", "谁", "Who", pattern=ACTOR, hint_zh="如 bureau:B01", hint_en="such as bureau:B01"), "B01", "Who: such as bureau:B01"),
    ],
)  # fmt: skip
def test_what_does_not_fit_says_what_would(asked: Field, typed: str, told: str) -> None:
    """A service would refuse it in words for machines, by its own name of the field."""
    form = Form(command="c", service="s", zh="甲", en="A", roles=frozenset(), fields=(asked,))
    with pytest.raises(Problem) as refused:
        body_of(form, {asked.name: typed})
    assert [(one.pointer, one.en) for one in refused.value.errors] == [(f"/{asked.name}", told)]


def test_people_are_refused_where_a_cell_is_longer_than_the_page_lets_anybody_type() -> None:
    form = Form(
        command="c",
        service="s",
        zh="甲",
        en="A",
        roles=frozenset(),
        fields=(field("persons", "成员", "Members", "people"),),
    )
    row = [("persons_id", "1" * 18), ("persons_name", "示例甲"), ("persons_relation", "本人")]
    assert body_of(form, FormData(row))["persons"][0]["resident_id"] == "1" * 18
    with pytest.raises(Problem) as refused:
        body_of(form, FormData([("persons_id", "1" * 19), *row[1:]]))
    assert [one.pointer for one in refused.value.errors] == ["/persons"]


def test_a_services_refusal_names_the_field_as_the_page_does_and_the_forms_own_says_it_once() -> None:
    form = Form(
        command="c", service="s", zh="甲", en="A", roles=frozenset(), fields=(field("reason", "理由", "Reason"),)
    )
    said = ServiceSaid("casework", 422, {"code": "body-invalid", "errors": [
        {"pointer": "/reason/0", "detail": "太短", "detail_en": "too short"}, {"pointer": "/other", "detail": "多余", "detail_en": "unknown"},
    ]})  # fmt: skip
    assert [one["label"] for one in by_label(refusal(said), form).errors] == [("理由", "Reason"), ()]
    with pytest.raises(Problem) as own:
        body_of(form, {})
    (error,) = by_label(refusal(own.value), form).errors
    assert (error["label"], error["plain"], error["detail"]) == ((), True, "理由：须填写")


def test_files_are_read_once_and_one_that_is_none_counts_for_nothing() -> None:
    """A browser sends an empty part for a field where nothing was chosen."""
    form = _form(Field(name="papers", zh="材料", en="Papers", kind="files"))

    def sent(*contents: bytes) -> FormData:
        return FormData([("papers", UploadFile(BytesIO(one), filename="a")) for one in contents])

    assert len(asyncio.run(filled_in(form, sent(b"a", b"b")))["papers"]) == 2
    for wrong in (sent(b""), sent(*[b"x"] * 11), FormData([("papers", "no file")])):
        with pytest.raises(Problem) as told:
            asyncio.run(filled_in(form, wrong))
        assert told.value.errors[0].pointer == "/papers"


def test_a_sheet_of_attendance_has_a_line_for_each_officer() -> None:
    form = town_forms.attendance(["O001", "O002"], corrects=False)
    typed: dict[str, Any] = {f"{what}-{officer}": "2" for officer in ("O001", "O002") for what in ("present", "absent")}
    body = body_of(form, {"month": "2026-03", **typed, "absent-O002": "0"}, {"sheet_sha256": [b"x"]})
    assert body["lines"] == [
        {"officer": "O001", "present_days": 2, "absent_days": 2}, {"officer": "O002", "present_days": 2, "absent_days": 0},
    ]  # fmt: skip
    assert set(body) == {"command", "month", "sheet_sha256", "lines"}
