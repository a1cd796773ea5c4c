"""Proves what the window decides: one request, an application per need, one notice, clocks, and no town for another."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codec import convert, decoder_of, encoder
from services.contracts.deciding import Command, CommandRejected, Context
from services.contracts.intake import (
    ApplicationAccepted,
    ApplicationAnswered,
    ApplicationReferred,
    ApplicationWithdrawn,
    ConsultationRecorded,
    InputQuarantined,
    InputReleased,
    MaterialsNoticeIssued,
    MaterialsNoticeRepeated,
    MaterialsSupplied,
    RequestReceived,
    TownKeyIssued,
    TownKeyRevoked,
    WindowStaffed,
    WindowUnstaffed,
)
from services.contracts.registry import Fact
from services.contracts.resident_ids import check_character, names_a_person, resident_id_fault
from services.contracts.rulebook import AdoptedPack, RuleBook
from services.contracts.sealed import Clear
from services.intake.api import DOORS
from services.intake.domain import (
    HOUSEHOLD,
    TOWN,
    AnswerApplication,
    GivenMember,
    IssueTownKey,
    QuarantineInput,
    ReceiveRequest,
    RecordConsultation,
    ReleaseInput,
    RevokeTownKey,
    StaffWindow,
    SupplyMaterials,
    UnstaffWindow,
    WithdrawApplication,
    warnings_of,
)

RULES = Path(__file__).parents[2] / "deploy" / "district" / "rules"
BOOK = RuleBook(
    tuple(convert(msgspec.json.decode(path.read_bytes()), AdoptedPack) for path in sorted(RULES.glob("intake.*.json")))
)
TODAY = date(2026, 3, 2)


def pseudonym(text: str) -> str:
    return f"p_{sum(text.encode())}"


def context(today: date = TODAY, town: str | None = "T01") -> Context:
    now = datetime(today.year, today.month, today.day, 2, tzinfo=UTC)
    return Context(now=now, actor="window:T01-W1", role="window", town=town, rules=BOOK, pseudonym=pseudonym)


def resident_id(first_17: str) -> str:
    return first_17 + check_character(first_17)


def member(first_17: str = "51021219600101001", relation: str = "本人") -> GivenMember:
    return GivenMember(resident_id=resident_id(first_17), name="示例甲", relation=relation)


def request(**changes: Any) -> ReceiveRequest:
    fields: dict[str, Any] = {
        "household_no": "T01-H00001",
        "request_no": "R-1",
        "town": "T01",
        "committee": "T01-C01",
        "channel": "window",
        "first_asked": "window:T01-W1",
        "needs": ("dibao_urban",),
        "materials": ("application_form", "authorisation", "income_statement"),
        "members": (member(), member("51021219620202002", "配偶")),
        "phone": "19900000001",
        "near_relative_declared": False,
        "delegated": False,
        "received_on": TODAY,
    }
    return ReceiveRequest(**(fields | changes))


def supply(*materials: str, on: date = TODAY, number: str = "R-1-dibao_urban") -> SupplyMaterials:
    return SupplyMaterials(
        household_no="T01-H00001", application_no=number, town="T01", materials=materials, supplied_on=on
    )


def after(*commands: Command, today: date = TODAY) -> tuple[Any, tuple[Fact, ...]]:
    """The household's state after commands, and the facts of the last one."""
    state: Any = HOUSEHOLD.initial
    facts: tuple[Fact, ...] = ()
    for command in commands:
        facts = HOUSEHOLD.decide(state, command, context(today))
        for fact in facts:
            state = HOUSEHOLD.evolve(state, fact)
    return state, facts


def refused(*commands: Command, today: date = TODAY, town: str | None = "T01") -> CommandRejected:
    state, _ = after(*commands[:-1], today=today)
    with pytest.raises(CommandRejected) as caught:
        HOUSEHOLD.decide(state, commands[-1], context(today, town))
    assert caught.value.zh
    assert caught.value.en
    return caught.value


def test_a_complete_request_is_accepted_at_once_and_its_clocks_start() -> None:
    _, (received, accepted) = after(request())
    assert isinstance(received, RequestReceived)
    assert isinstance(accepted, ApplicationAccepted)
    assert accepted.application_no == "R-1-dibao_urban"
    assert accepted.investigate_by == date(2026, 3, 5)
    assert accepted.decide_by == date(2026, 4, 7)
    assert accepted.responsible == "window:T01-W1"
    assert accepted.member_count == 2
    assert accepted.pack_version == "procedure@2025-2"


def test_personal_values_leave_the_decision_sealed_for_their_person() -> None:
    _, (received, *_) = after(request())
    assert isinstance(received, RequestReceived)
    applicant = received.members[0]
    assert applicant.person == pseudonym(member().resident_id)
    assert applicant.name == Clear(person=applicant.person, group="identity", text="示例甲")
    assert received.phone == Clear(person=applicant.person, group="identity", text="19900000001")
    assert member().resident_id not in repr(received)


def test_one_request_carries_several_needs_and_each_takes_its_road() -> None:
    command = request(needs=("tekun", "medical", "temporary"), materials=("application_form",))
    _, (_, tekun, medical, temporary) = after(command)
    assert isinstance(tekun, MaterialsNoticeIssued)
    assert tekun.missing == ("authorisation",)
    assert isinstance(medical, ApplicationReferred)
    assert (medical.department, medical.answer_by) == ("区医疗保障局", date(2026, 3, 16))
    assert isinstance(temporary, MaterialsNoticeIssued)


@pytest.mark.parametrize(
    ("brought", "delegated", "near_relative", "missing"),
    [
        (("application_form", "authorisation", "income_statement"), False, False, ()),
        ((), False, False, ("application_form", "authorisation", "income_statement")),
        (("income_statement", "something_else"), False, False, ("application_form", "authorisation")),
        (("application_form", "authorisation", "income_statement"), True, False, ("delegation_letter",)),
        (("application_form", "authorisation", "income_statement"), False, True, ("near_relative_form",)),
        (
            ("application_form", "authorisation"),
            True,
            True,
            ("income_statement", "delegation_letter", "near_relative_form"),
        ),
    ],
)
def test_one_notice_lists_everything_that_is_missing(
    brought: tuple[str, ...], delegated: bool, near_relative: bool, missing: tuple[str, ...]
) -> None:
    _, (_, step, *_) = after(request(materials=brought, delegated=delegated, near_relative_declared=near_relative))
    if missing:
        assert isinstance(step, MaterialsNoticeIssued)
        assert step.missing == missing
    else:
        assert isinstance(step, ApplicationAccepted)


def test_what_was_missing_is_supplied_and_the_clocks_start_then() -> None:
    _, (supplied, accepted) = after(
        request(materials=()), supply("application_form", "authorisation", "income_statement")
    )
    assert isinstance(supplied, MaterialsSupplied)
    assert isinstance(accepted, ApplicationAccepted)
    later = date(2026, 3, 6)
    _, (_, accepted) = after(
        request(materials=("application_form", "authorisation")), supply("income_statement", on=later), today=later
    )
    assert isinstance(accepted, ApplicationAccepted)
    assert (accepted.accepted_on, accepted.investigate_by) == (later, date(2026, 3, 11))


def test_a_second_notice_is_allowed_and_is_a_stated_breach() -> None:
    state, (_, repeated) = after(request(materials=("application_form",)), supply("authorisation"))
    assert isinstance(repeated, MaterialsNoticeRepeated)
    assert (repeated.missing, repeated.notice_count) == (("income_statement",), 2)
    _, accepted = after(request(materials=("application_form",)), supply("authorisation"), supply("income_statement"))
    assert isinstance(accepted[-1], ApplicationAccepted)
    assert state.applications[0].status == "waiting"


def test_a_near_relative_is_declared_with_the_application_for_the_register_of_its_own() -> None:
    materials = ("application_form", "authorisation", "income_statement", "near_relative_form")
    _, (_, accepted, _) = after(request(near_relative_declared=True, materials=materials))
    assert isinstance(accepted, ApplicationAccepted)
    assert accepted.near_relative_declared


def test_an_answered_application_is_closed_and_the_need_may_be_asked_for_again() -> None:
    answer = AnswerApplication(household_no="T01-H00001", application_no="R-1-dibao_urban", outcome="refused")
    state, facts = after(request(), answer)
    assert facts == (
        ApplicationAnswered(
            application_no="R-1-dibao_urban", town="T01", outcome="refused", responsible="window:T01-W1"
        ),
    )
    assert state.applications == ()
    _, facts = after(request(), answer, request(request_no="R-2"))
    assert isinstance(facts[-1], ApplicationAccepted)
    assert refused(request(), answer, answer).code == "application-closed"


def test_a_withdrawn_application_is_closed() -> None:
    withdraw = WithdrawApplication(
        household_no="T01-H00001", application_no="R-1-dibao_urban", town="T01", reason="已就业"
    )
    _, facts = after(request(), withdraw)
    assert facts == (
        ApplicationWithdrawn(
            application_no="R-1-dibao_urban", town="T01", reason="已就业", responsible="window:T01-W1"
        ),
    )
    personal = msgspec.structs.replace(withdraw, reason=f"本人 {member().resident_id}")
    assert refused(request(), personal).code == "personal-in-text"


@pytest.mark.parametrize(
    ("code", "commands"),
    [
        ("request-repeated", (request(), request())),
        ("application-open", (request(), request(request_no="R-2"))),
        ("application-open", (request(materials=()), request(request_no="R-2"))),
        ("need-repeated", (request(needs=("tekun", "tekun")),)),
        ("need-unknown", (request(needs=("telephone",)),)),
        ("wrong-committee", (request(committee="T02-C01"),)),
        ("wrong-town", (request(town="T02", committee="T02-C01"),)),
        ("wrong-town", (request(household_no="T02-H00001"),)),
        ("time-in-future", (request(received_on=date(2026, 3, 3)),)),
        ("no-rule-in-force", (request(received_on=date(2019, 3, 3)),)),
        ("member-repeated", (request(members=(member(), member())),)),
        ("nothing-missing", (request(), supply("application_form"))),
        ("application-unknown", (supply("application_form"),)),
        ("before-request", (request(materials=()), supply("application_form", on=date(2026, 3, 1)))),
        ("time-in-future", (request(materials=()), supply("application_form", on=date(2026, 3, 3)))),
    ],
)
def test_an_expected_no_has_a_stable_code(code: str, commands: tuple[Command, ...]) -> None:
    assert refused(*commands).code == code


def test_a_town_does_not_act_for_another() -> None:
    assert refused(request(), town="T02").code == "wrong-town"


def test_what_is_wrong_in_itself_is_said_before_what_is_there_already() -> None:
    bad = GivenMember(resident_id="51021219600101001", name="示例", relation="本人")
    assert refused(request(), request(members=(bad,))).code == "resident-id-invalid"


def test_a_referred_need_does_not_keep_the_household_from_asking_again() -> None:
    _, facts = after(request(needs=("medical",)), request(request_no="R-2", needs=("medical",)))
    assert isinstance(facts[-1], ApplicationReferred)


def test_a_bad_resident_id_is_named_by_its_field_and_never_by_its_number() -> None:
    number = resident_id("51021219600101001")
    bad = GivenMember(resident_id=number[:17] + ("1" if number[17] != "1" else "2"), name="示例", relation="本人")
    no = refused(request(members=(member("51021219620202002"), bad)))
    assert no.code == "resident-id-invalid"
    assert no.en.startswith("members/1/resident_id")
    assert bad.resident_id[:6] not in no.zh + no.en


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        (resident_id("51021219600101001"), True),
        (resident_id("51352119600101001"), True),  # an old Chongqing prefix, valid for life
        (resident_id("99999919600101001"), True),  # an unknown region is a warning, not an error
        (resident_id("51021219600230001"), False),  # 30 February
        (resident_id("51021220270101001"), False),  # not born yet
        ("510212600101001", False),  # fifteen digits
        ("51021219600101001", False),
        ("５" + resident_id("51021219600101001")[1:], False),  # a full-width digit
        ("", False),
    ],
)
def test_resident_ids_by_gb_11643(number: str, valid: bool) -> None:
    assert (resident_id_fault(number, TODAY) is None) is valid


@given(
    first=st.from_regex(r"51021219[4-9][0-9]0[1-9][01][1-9][0-9]{3}", fullmatch=True),
    at=st.integers(0, 16),
    add=st.integers(1, 9),
)
def test_any_single_wrong_digit_is_noticed(first: str, at: int, add: int) -> None:
    wrong = first[:at] + str((int(first[at]) + add) % 10) + first[at + 1 :]
    assert resident_id_fault(wrong + check_character(first), TODAY) is not None


def test_a_small_x_is_the_same_person() -> None:
    first = next(f for n in range(1000) if check_character(f := f"51021219600101{n:03d}") == "X")
    small, large = (
        [after(request(members=(GivenMember(resident_id=first + x, name="甲", relation="本人"),)))[1][0]] for x in "xX"
    )
    assert small == large


def test_an_unknown_region_prefix_is_only_a_warning() -> None:
    command = request(members=(member("99999919600101001"), member()))
    assert [field for field, _, _ in warnings_of(command, context())] == ["members/0/resident_id"]
    assert after(command)[1]


@pytest.mark.parametrize(
    ("text", "found"), [("已就业", False), ("电话 13900000000", True), (member().resident_id, True)]
)
def test_text_in_clear_is_searched_for_numbers_of_persons(text: str, found: bool) -> None:
    assert names_a_person(text) is found


def test_state_and_commands_survive_being_stored() -> None:
    state, _ = after(request(materials=()))
    assert decoder_of(HOUSEHOLD.state).decode(encoder.encode(state)) == state
    command = request()
    assert decoder_of(ReceiveRequest).decode(encoder.encode(command)) == command


def test_facts_of_others_change_nothing() -> None:
    state, _ = after(request())
    assert HOUSEHOLD.evolve(state, TownKeyIssued(town="T01", key_no=1, key_hash="")) is state


CONSULTATION = RecordConsultation(
    town="T01", consultation_no="Q-1", topic="tekun", answered_by="window:T01-W1", leaflet="明白卡"
)
QUARANTINE = QuarantineInput(
    town="T01", road="inbox", place="3/17", code="json-malformed", reason_zh="坏", reason_en="bad", payload="{\x00"
)


STAFF = StaffWindow(town="T01", staff="window:T01-W1", from_on=TODAY)
UNSTAFF = UnstaffWindow(town="T01", staff="window:T01-W1", from_on=TODAY, reason="调离")


def town_after(*commands: Command) -> tuple[Any, tuple[Fact, ...]]:
    state: Any = TOWN.initial
    facts: tuple[Fact, ...] = ()
    for command in commands:
        facts = TOWN.decide(state, command, context())
        for fact in facts:
            state = TOWN.evolve(state, fact)
    return state, facts


def test_a_window_has_named_staff_and_the_fact_says_when_nobody_is_left() -> None:
    state, facts = town_after(STAFF)
    assert facts == (WindowStaffed(town="T01", staff="window:T01-W1", from_on=TODAY, named_by="window:T01-W1"),)
    second = msgspec.structs.replace(STAFF, staff="window:T01-W2")
    for others, count in (((), 0), ((second,), 1)):
        state, (unstaffed,) = town_after(STAFF, *others, UNSTAFF)
        assert isinstance(unstaffed, WindowUnstaffed)
        assert (unstaffed.staff, unstaffed.staff_count) == ("window:T01-W1", count)
        assert [one.staff for one in state.staff] == [one.staff for one in others]
    assert town_after(STAFF, UNSTAFF, STAFF)[1]  # one may come back
    state, _ = town_after(STAFF)
    assert decoder_of(TOWN.state).decode(encoder.encode(state)) == state


def test_the_towns_leader_and_the_bureau_name_the_staff_and_the_window_does_not() -> None:
    for command in (StaffWindow, UnstaffWindow):
        assert DOORS.roles[command] == {"town-leader", "bureau", "bureau-leader"}


def test_a_consultation_is_recorded_once() -> None:
    assert isinstance(town_after(CONSULTATION)[1][0], ConsultationRecorded)
    with pytest.raises(CommandRejected, match="consultation-repeated"):
        town_after(CONSULTATION, CONSULTATION)


def test_keys_are_numbered_and_only_their_hash_is_stated() -> None:
    first, second = (IssueTownKey(town="T01", key_hash=digit * 64) for digit in "ab")
    assert town_after(first, second)[1] == (TownKeyIssued(town="T01", key_no=2, key_hash="b" * 64),)
    with pytest.raises(CommandRejected, match="key-repeated"):
        town_after(first, first)


def test_a_revoked_key_opens_nothing_and_its_number_is_never_given_again() -> None:
    first, second, third = (IssueTownKey(town="T01", key_hash=digit * 64) for digit in "abc")
    revoke = RevokeTownKey(town="T01", key_no=1, reason="经办人离职")
    state, facts = town_after(first, second, revoke)
    assert facts == (TownKeyRevoked(town="T01", key_no=1, reason="经办人离职"),)
    assert state.usable_key_hashes == {"b" * 64}
    assert town_after(first, second, revoke, third)[1] == (TownKeyIssued(town="T01", key_no=3, key_hash="c" * 64),)
    for again, code in (
        (revoke, "key-revoked"),
        (RevokeTownKey(town="T01", key_no=3, reason="经办人离职"), "key-unknown"),
        (RevokeTownKey(town="T01", key_no=2, reason=" "), "reason-missing"),
        (RevokeTownKey(town="T01", key_no=2, reason="给 19900000001"), "personal-in-text"),
    ):
        with pytest.raises(CommandRejected, match=code):
            town_after(first, second, revoke, again)
    with pytest.raises(CommandRejected, match="key-repeated"):
        town_after(first, revoke, first)


def test_quarantined_input_is_kept_sealed_until_it_is_driven_again_or_discarded() -> None:
    state, (kept,) = town_after(QUARANTINE)
    assert isinstance(kept, InputQuarantined)
    assert isinstance(kept.payload, Clear)
    assert kept.payload.text == "{\x00"
    assert list(state.quarantined) == ["3/17"]
    release = ReleaseInput(town="T01", place="3/17", outcome="accepted", reason="")
    state, facts = town_after(QUARANTINE, release)
    assert facts == (InputReleased(place="3/17", outcome="accepted", reason=""),)
    assert state.quarantined == ()


@pytest.mark.parametrize(
    ("code", "commands"),
    [
        ("staffed-already", (STAFF, STAFF)),
        ("time-in-future", (msgspec.structs.replace(STAFF, from_on=date(2026, 3, 3)),)),
        ("not-staffed", (UNSTAFF,)),
        ("not-staffed", (STAFF, UNSTAFF, UNSTAFF)),
        ("time-in-future", (STAFF, msgspec.structs.replace(UNSTAFF, from_on=date(2026, 3, 3)))),
        ("before-staffed", (STAFF, msgspec.structs.replace(UNSTAFF, from_on=date(2026, 2, 27)))),
        ("reason-missing", (STAFF, msgspec.structs.replace(UNSTAFF, reason=" "))),
        ("personal-in-text", (STAFF, msgspec.structs.replace(UNSTAFF, reason="电话 13900000000"))),
        ("wrong-town", (msgspec.structs.replace(STAFF, town="T02"),)),
        ("place-quarantined", (QUARANTINE, QUARANTINE)),
        ("not-quarantined", (ReleaseInput(town="T01", place="3/17", outcome="accepted", reason=""),)),
        ("reason-missing", (QUARANTINE, ReleaseInput(town="T01", place="3/17", outcome="discarded", reason=""))),
        ("wrong-town", (msgspec.structs.replace(CONSULTATION, town="T02"),)),
        ("personal-in-text", (msgspec.structs.replace(CONSULTATION, leaflet="给 13900000000"),)),
    ],
)
def test_an_expected_no_of_the_town(code: str, commands: tuple[Command, ...]) -> None:
    with pytest.raises(CommandRejected, match=code):
        town_after(*commands)
