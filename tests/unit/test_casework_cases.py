"""Proves casework's decisions: no grant without its steps, invalid surveys, clocks, visits against the standard."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain import (
    HOUSEHOLD,
    OFFICER,
    CloseCase,
    MarkOverdue,
    ReadPersonalField,
    RecordVisit,
    RecordWork,
    TakeOverHousehold,
    readable,
    sealed_income,
)
from services.casework.rules import survey_points_missed
from services.contracts.casework import (
    CaseClosed,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckReturned,
    NoticeClosed,
    NoticePosted,
    PersonalFieldRead,
    PlannedService,
    ServicePlanned,
    StepOverdue,
    VisitCompleted,
    WorkRecorded,
)
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import CHINA, CommandRejected
from services.contracts.likeness import address_keys, birth_key
from services.contracts.months import Month
from services.contracts.sealed import Clear, Sealed
from tests.unit.casework_steps import (
    ACCEPTED,
    APPLICANT,
    DECIDED,
    DOWN,
    ENDS,
    HASH,
    POSTED,
    REMEDIES,
    RETURNED,
    SPOUSE,
    SURVEYED,
    A,
    H,
    Said,
    arrange,
    ask,
    assess,
    bureau_visit,
    close,
    confirm,
    no,
    objection,
    open_case,
    post,
    returned,
    run,
    saying,
    steps,
    submit,
    survey,
)


def test_a_household_goes_from_acceptance_to_a_grant_and_a_visit_plan() -> None:
    state, (confirmed, planned) = run(*steps(), confirm())
    assert isinstance(confirmed, EligibilityConfirmed)
    assert confirmed.monthly_amount_fen == (73_500 - 30_000) * 2
    assert (confirmed.standard_fen, confirmed.covered_members) == (73_500, 2)
    assert (confirmed.from_month, confirmed.one_off) == (Month(2026, 4), False)
    assert (confirmed.decided_by, confirmed.pack_version) == ("bureau:B01", "dibao_standard@2025-2")
    assert planned == ServicePlanned(
        town="T01", committee="T01-C01", officer="O001", visits_per_month=1, pack_version="service_plan@2025-3",
        category="dibao_urban", priority=True,
        services=tuple(
            PlannedService(service=name, times_per_month=1) for name in ("counselling", "escort", "regular_visit")
        ),
    )  # fmt: skip
    assert (state.category, state.cases, state.ended_cases) == ("dibao_urban", (), (A,))


@pytest.mark.parametrize(
    ("need", "covered", "income_fen", "amount_fen", "once"),
    [
        ("dibao_urban", None, 0, 147_000, False),
        ("dibao_urban", 1, 30_000, 43_500, False),
        ("dibao_urban", None, 73_499, 2, False),
        ("dibao_rural", None, 20_000, 76_000, False),
        ("tekun", None, None, 201_200, False),
        ("temporary", None, None, 147_000, True),
    ],
)
def test_what_a_household_gets(
    need: str, covered: int | None, income_fen: int | None, amount_fen: int, once: bool
) -> None:
    decision = confirm(number=f"R-1-{need}", covered_members=covered, income_per_head_fen=income_fen)
    _, (confirmed, *planned) = run(*steps(need), decision)
    assert isinstance(confirmed, EligibilityConfirmed)
    assert (confirmed.monthly_amount_fen, confirmed.one_off) == (amount_fen, once)
    assert confirmed.from_month == Month(2026, 3 if once else 4)
    assert bool(planned) is not once


@given(income_fen=st.integers(0, 73_499), covered=st.integers(1, 2))
def test_a_dibao_grant_and_the_income_it_fills_up_make_the_standard(income_fen: int, covered: int) -> None:
    _, (confirmed, _) = run(*steps(), confirm(income_per_head_fen=income_fen, covered_members=covered))
    assert isinstance(confirmed, EligibilityConfirmed)
    assert confirmed.monthly_amount_fen + income_fen * covered == 73_500 * covered


def test_a_refusal_has_a_reason_and_a_term_for_its_written_notice() -> None:
    decision = confirm(outcome="refused", reason="家庭人均月收入高于标准")
    _, facts = run(open_case(), decision)
    assert facts == (
        EligibilityRefused(
            application_no=A, need="dibao_urban", town="T01", reason="家庭人均月收入高于标准",
            written_notice_by=date(2026, 3, 19), decided_on=DECIDED, decided_by="bureau:B01",
            pack_version="procedure@2025-2", remedies=REMEDIES,
        ),
    )  # fmt: skip


ALL = steps()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("case-unknown", (confirm(),)),
        ("survey-missing", (ALL[0], confirm())),
        ("survey-missing", (ALL[0], survey(investigators=("investigator:T01-I1",)), *ALL[2:4], confirm())),
        ("check-missing", (*ALL[:2], confirm())),
        ("check-missing", (*ALL[:3], confirm())),
        ("notice-missing", (*ALL[:4], confirm())),
        ("notice-missing", (*ALL[:5], confirm())),
        ("conflict-open", (*ALL[:3], returned("bank"), *ALL[4:6], confirm())),
        ("notice-running", (*ALL, confirm(decided_on=ENDS))),
        ("submission-missing", (*ALL[:6], confirm())),
        ("out-of-order", (*ALL[:6], submit(date(2026, 3, 16)), confirm(decided_on=DOWN))),
        ("out-of-order", (*ALL, confirm(decided_on=date(2026, 3, 1)))),
        ("time-in-future", (*ALL, confirm(decided_on=date(2026, 3, 17)))),
        ("income-unknown", (*ALL, confirm(income_per_head_fen=None))),
        ("income-over-standard", (*ALL, confirm(income_per_head_fen=73_500))),
        ("covered-members", (*ALL, confirm(covered_members=3))),
        ("officer-missing", (*ALL, confirm(officer=None))),
        ("bureau-visit-missing", (*steps(near_relative=True), confirm())),
        ("reason-missing", (open_case(), confirm(outcome="refused"))),
        ("personal-in-text", (open_case(), confirm(outcome="refused", reason="证号510212196001010010"))),
        ("case-ended", (*ALL, confirm(), confirm())),
        ("income-changed", (*ALL, confirm(income_at="another-event/income_per_head"))),
    ],
)
def test_no_grant_without_its_steps(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_who_investigated_does_not_decide_nor_does_a_town() -> None:
    assert no(*ALL, confirm(), actor="bureau:T01-I1") == "decided-by-investigator"
    one_alone = survey(investigators=("officer:O007",))
    assert no(ALL[0], one_alone, *ALL[1:], confirm(), actor="officer:O007") == "decided-by-investigator"
    assert no(*ALL, confirm(), town="T01") == "bureau-decides"


def test_near_relatives_are_granted_once_the_bureau_was_there() -> None:
    _, facts = run(*steps(near_relative=True), bureau_visit(), confirm())
    assert isinstance(facts[0], EligibilityConfirmed)


def test_a_conflict_is_resolved_by_checking_again_and_never_silently() -> None:
    conflicted = (*ALL[:3], returned("bank"))
    _, (stated,) = run(*conflicted)
    assert isinstance(stated, InformationCheckReturned)
    assert stated.conflicts == ("bank",)
    _, facts = run(*conflicted, (RETURNED, ask()[1]), returned(), *ALL[4:], confirm())
    assert isinstance(facts[0], EligibilityConfirmed)


def test_an_emergency_is_helped_first_where_the_pack_says_so() -> None:
    n = "R-1-temporary"
    _, (confirmed,) = run(open_case("temporary"), confirm(number=n, emergency=True, officer=None))
    assert isinstance(confirmed, EligibilityConfirmed)
    assert confirmed.emergency
    assert no(open_case("temporary"), confirm(number=n)) == "survey-missing"
    assert no(open_case(), confirm(emergency=True)) == "survey-missing"
    small = confirm(number=n, emergency=True, reserve_fund="T01-BYJ-2026")
    _, (delegated,) = run(open_case("temporary"), small, town="T01")
    assert isinstance(delegated, EligibilityConfirmed)


def test_after_an_objection_dibao_is_investigated_again_and_goes_to_the_bureau() -> None:
    objected = (*ALL[:5], objection(), close())
    assert no(*objected, confirm()) == "survey-missing"
    again = survey(DOWN)
    assert no(*objected, again, submit(), confirm()) == "bureau-visit-missing"
    assert no(*objected, again, post(DOWN)) == "notice-posted"
    later = survey(date(2026, 3, 18))
    assert no(*objected, later, (date(2026, 3, 18), submit()[1])) == "out-of-order"
    _, facts = run(*objected, again, submit(), bureau_visit(), confirm())
    assert isinstance(facts[0], EligibilityConfirmed)


def test_after_an_objection_tekun_is_posted_again() -> None:
    n = "R-1-tekun"
    first = (*steps("tekun")[:5], objection(number=n), close(number=n), survey(DOWN, n))
    up, decision = submit(date(2026, 3, 23), n), confirm(date(2026, 3, 24), n)
    assert no(*first, up) == "notice-again"
    assert no(*first, decision) == "notice-again"
    visited = bureau_visit(date(2026, 3, 23), n)
    cared = (assess("本人"), assess("配偶"), arrange("本人"), arrange("配偶"))
    _, facts = run(*first, *cared, post(DOWN, n), close(date(2026, 3, 21), n), up, visited, decision)
    assert isinstance(facts[0], EligibilityConfirmed)


@pytest.mark.parametrize(
    ("investigators", "signed", "witness", "missed"),
    [
        (("investigator:A", "investigator:B"), True, None, ()),
        (("investigator:A", "investigator:B"), False, "committee:C", ()),
        (("investigator:A",), True, None, ("investigators",)),
        (("investigator:A", "investigator:A"), True, None, ("investigators",)),
        (("investigator:A", "investigator:B"), False, None, ("family_signature",)),
        (("investigator:A", "investigator:B"), False, "investigator:B", ("family_signature",)),
        (("investigator:A",), False, None, ("investigators", "family_signature")),
    ],
)
def test_a_survey_counts_or_names_what_it_misses(
    investigators: tuple[str, ...], signed: bool, witness: str | None, missed: tuple[str, ...]
) -> None:
    found = survey_points_missed(investigators, family_signed=signed, witness=witness, investigators_min=2)
    assert found == missed


def test_an_invalid_survey_is_stated_and_the_income_is_sealed_for_the_applicant() -> None:
    state, (stated,) = run(ALL[0], survey(investigators=("investigator:T01-I1",)))
    assert isinstance(stated, HouseholdSurveyed)
    assert (stated.valid, stated.missed_points) == (False, ("investigators",))
    assert isinstance(stated.income_per_head, Clear)
    assert (stated.income_per_head.text, stated.income_per_head.person) == ("30000", stated.members[0].person)
    assert stated.members[0].priority
    assert not stated.members[1].priority
    assert sealed_income(state, A) is None
    state, _ = run(*ALL[:2])
    income = sealed_income(state, A)
    assert income is not None
    assert income.kind == "assist.casework.household_surveyed.v1"


def test_a_notice_hangs_seven_full_days_and_comes_down_the_day_after() -> None:
    _, (posted,) = run(*ALL[:5])
    assert isinstance(posted, NoticePosted)
    assert posted.ends_on == ENDS
    assert no(*ALL[:5], close(ENDS)) == "notice-running"
    _, (closed,) = run(*ALL[:5], objection(), close())
    assert closed == NoticeClosed(application_no=A, town="T01", posted_on=POSTED, closed_on=DOWN, objection_count=1)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("case-known", (open_case(), open_case())),
        ("case-known", (*ALL, confirm(), open_case())),
        ("out-of-order", (ALL[0], (SURVEYED, survey(date(2026, 3, 1))[1]))),
        ("time-in-future", (ALL[0], (ACCEPTED, survey(SURVEYED)[1]))),
        ("resident-id-invalid", (ALL[0], survey(members=(msgspec.structs.replace(APPLICANT, resident_id="5"),)))),
        ("member-repeated", (ALL[0], survey(members=(APPLICANT, APPLICANT)))),
        ("authorisation-missing", (ALL[0], ask(count=1))),
        ("register-unknown", (ALL[0], ask(A, 2, "gossip"))),
        ("time-in-future", (*ALL[:3], returned(on=POSTED))),
        ("out-of-order", (*ALL[:3], returned(on=date(2026, 3, 1)))),
        ("check-running", (*ALL[:3], ask())),
        ("check-not-requested", (*ALL[:2], returned())),
        ("register-unknown", (*ALL[:3], returned("property"))),
        ("survey-missing", (ALL[0], ALL[2], ALL[3], post())),
        ("check-missing", (*ALL[:2], post())),
        ("out-of-order", (*ALL[:4], (POSTED, post(SURVEYED)[1]))),
        ("out-of-order", (ALL[0], *ALL[2:4], survey(date(2026, 3, 6)), (date(2026, 3, 6), post()[1]))),
        ("time-in-future", (*ALL[:4], (RETURNED, post()[1]))),
        ("notice-posted", (*ALL[:5], post())),
        ("notice-not-posted", (*ALL[:4], objection())),
        ("notice-not-posted", (*ALL, close())),
        ("objection-repeated", (*ALL[:5], objection(), objection())),
    ],
)
def test_steps_come_in_their_order(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_a_withdrawn_application_ends_its_case() -> None:
    withdraw = CloseCase(household_no=H, application_no=A, reason="withdrawn")
    state, facts = run(open_case(), withdraw)
    assert facts == (CaseClosed(application_no=A, town="T01", reason="withdrawn"),)
    assert state.cases == ()
    assert no(open_case(), withdraw, survey()) == "case-ended"


def overdue(clock: str, due_on: date, today: date) -> tuple[date, MarkOverdue]:
    kind: Any = clock
    return today, MarkOverdue(household_no=H, application_no=A, clock=kind, due_on=due_on)


def test_a_clock_that_ran_out_is_stated_once() -> None:
    late = overdue("investigation", date(2026, 3, 5), date(2026, 3, 6))
    _, facts = run(open_case(), late)
    assert facts == (
        StepOverdue(
            application_no=A, town="T01", clock="investigation", due_on=date(2026, 3, 5), responsible="window:T01-W1"
        ),
    )
    assert no(open_case(), late, late) == "overdue-known"
    assert no(*ALL[:2], late) == "step-done"
    assert no(open_case(), overdue("investigation", date(2026, 3, 5), date(2026, 3, 5))) == "clock-running"
    assert no(open_case(), overdue("outer", date(2026, 4, 1), date(2026, 4, 8))) == "clock-running"
    _, facts = run(*ALL, overdue("outer", date(2026, 4, 7), date(2026, 4, 8)))
    assert isinstance(facts[0], StepOverdue)


TAKE_OVER = TakeOverHousehold(
    household_no=H, town="T01", committee="T01-C01", category="tekun", members=(APPLICANT, SPOUSE), address="示例路1号",
    monthly_amount_fen=95_600, benefit_from_month=Month(2020, 5), officer="O001", visits_per_month=2, source="示例",
    document="示例1号", reverify_by=date(2026, 9, 1),
)  # fmt: skip


def visit(minutes: int = 30, **changes: Any) -> tuple[date, RecordVisit]:
    start = datetime(2026, 3, 3, 10, tzinfo=CHINA)
    fields: dict[str, Any] = {
        "household_no": H, "visit_no": "V-1", "service": "regular_visit", "officer": "O001", "town": "T01",
        "committee": "T01-C01", "started_at": start, "ended_at": start + timedelta(minutes=minutes),
        "person_seen": "本人", "co_signed": True, "evidence_sha256": (HASH,), "notes": "精神尚好",
    }  # fmt: skip
    return SURVEYED, RecordVisit(**(fields | changes))


def test_stock_is_taken_over_once_and_claims_no_procedure() -> None:
    state, (taken,) = run(TAKE_OVER)
    assert isinstance(taken, HouseholdTakenOver)
    assert (taken.source, taken.document, taken.reverify_by) == ("示例", "示例1号", date(2026, 9, 1))
    assert APPLICANT.resident_id not in repr(taken)
    assert (state.category, state.cases) == ("tekun", ())
    assert no(TAKE_OVER, TAKE_OVER) == "household-known"
    assert no(msgspec.structs.replace(TAKE_OVER, committee="T02-C01")) == "wrong-committee"


def test_who_receives_a_monthly_benefit_gets_no_second_one_but_may_be_helped_once() -> None:
    assert no(TAKE_OVER, *ALL, confirm()) == "benefit-in-force"
    hardship = msgspec.structs.replace(TAKE_OVER, category="hardship")
    assert isinstance(run(hardship, *ALL, confirm())[1][0], EligibilityConfirmed)
    state, facts = run(TAKE_OVER, *steps("temporary"), confirm(number="R-1-temporary"))
    assert isinstance(facts[0], EligibilityConfirmed)
    assert state.category == "tekun"


@pytest.mark.parametrize(
    ("minutes", "changes", "missed"),
    [
        (20, {}, ()),
        (19, {}, ("minutes",)),
        (29, {"service": "care"}, ("minutes",)),
        (30, {"evidence_sha256": ()}, ("evidence",)),
        (30, {"co_signed": False}, ("co_signature",)),
        (30, {"person_seen": ""}, ("person_seen",)),
        (5, {"co_signed": False}, ("minutes", "co_signature")),
    ],
)
def test_a_visit_meets_the_standard_or_names_what_it_misses(
    minutes: int, changes: dict[str, Any], missed: tuple[str, ...]
) -> None:
    _, (completed,) = run(TAKE_OVER, visit(minutes, **changes))
    assert isinstance(completed, VisitCompleted)
    assert (completed.missed_points, completed.standard_met) == (missed, not missed)
    assert completed.pack_version == "service_standard@2025-1"


def test_the_notes_of_a_visit_are_sealed_for_who_was_seen() -> None:
    _, (taken,) = run(TAKE_OVER)
    assert isinstance(taken, HouseholdTakenOver)
    _, (completed,) = run(TAKE_OVER, visit(person_seen="配偶"))
    assert isinstance(completed, VisitCompleted)
    assert completed.notes == Clear(person=taken.members[1].person, group="sensitive", text="精神尚好")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("household-unknown", (visit(),)),
        ("visit-repeated", (TAKE_OVER, visit(), visit())),
        ("ended-before-started", (TAKE_OVER, visit(0))),
        ("ended-before-started", (TAKE_OVER, visit(-5))),
        ("time-in-future", (TAKE_OVER, (ACCEPTED, visit()[1]))),
        ("service-unknown", (TAKE_OVER, visit(service="haircut"))),
        ("person-unknown", (TAKE_OVER, visit(person_seen="示例甲"))),
        ("wrong-committee", (TAKE_OVER, visit(committee="T02-C01"))),
    ],
)
def test_a_visit_that_cannot_have_been_is_refused(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_a_visit_has_no_time_but_its_own() -> None:
    assert visit()[1].happened_at == datetime(2026, 3, 3, 2, 30, tzinfo=UTC)


def test_a_town_acts_on_its_own_households_only() -> None:
    assert no(TAKE_OVER, visit(), town="T02") == "wrong-town"
    assert no(ALL[0], survey(), town="T02") == "wrong-town"


def test_the_stock_states_keyed_features_and_nothing_that_can_be_read() -> None:
    """The same birthday and address give intake's requests the same pseudonyms; a survey's household has asked there."""
    _, (taken,) = run(TAKE_OVER)
    assert isinstance(taken, HouseholdTakenOver)
    first, second = taken.members
    assert first.keys == (
        birth_key(APPLICANT.resident_id, BY_OFFICER.pseudonym),
        *address_keys("示例路 1号", BY_OFFICER.pseudonym),
    )
    assert [key.partition(":")[0] for key in second.keys] == ["birth"]
    assert not {"19600101", "示例路1号"} & {part for key in first.keys for part in key.split(":")}
    _, (surveyed,) = run(*ALL[:2])
    assert isinstance(surveyed, HouseholdSurveyed)
    assert {member.keys for member in surveyed.members} == {()}


def test_reading_a_personal_field_is_a_fact_with_a_reason() -> None:
    read = ReadPersonalField(household_no=H, field="names", reason="入户前核对")
    state, facts = run(TAKE_OVER, read)
    assert facts == (PersonalFieldRead(field="names", reason="入户前核对", reader_role="bureau"),)
    names = readable(state, "names")
    assert names is not None
    assert (names.kind, len(names.values)) == ("assist.casework.household_taken_over.v1", 2)
    assert no(TAKE_OVER, msgspec.structs.replace(read, reason=" ")) == "reason-missing"
    assert no(TAKE_OVER, msgspec.structs.replace(read, reason="电话13900000000")) == "personal-in-text"
    assert no(open_case(), read) == "field-unknown"


def test_state_survives_being_stored_sealed() -> None:
    state, _ = run(TAKE_OVER, *ALL[:5])

    def sealed(value: Any) -> Any:
        match value:
            case Clear():
                return Sealed(person=value.person, group=value.group, at="e/x", box="")
            case tuple():
                return tuple(sealed(item) for item in value)
            case msgspec.Struct():
                return type(value)(**{name: sealed(getattr(value, name)) for name in value.__struct_fields__})
            case _:
                return value

    stored = encoder.encode(sealed(state))
    assert encoder.encode(decoder_of(HOUSEHOLD.state).decode(stored)) == stored


def work(**changes: Any) -> RecordWork:
    fields: dict[str, Any] = {
        "officer": "O001", "work_no": "W-1", "work": "screening", "benefit": "tekun", "town": "T01",
        "committee": "T01-C01", "quantity": 2, "minutes": 45, "worked_on": ACCEPTED,
    }  # fmt: skip
    return RecordWork(**(fields | changes))


BY_OFFICER = saying(work(), ACCEPTED, actor="", town="T01")


def test_work_is_recorded_once() -> None:
    facts = OFFICER.decide(OFFICER.initial, work(), BY_OFFICER)
    assert isinstance(facts[0], WorkRecorded)
    state = OFFICER.evolve(OFFICER.initial, facts[0])
    with pytest.raises(CommandRejected, match="work-repeated"):
        OFFICER.decide(state, work(), BY_OFFICER)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("work-unknown", {"work": "gardening"}),
        ("work-unknown", {"benefit": "lottery"}),
        ("wrong-town", {"town": "T02", "committee": "T02-C01"}),
        ("wrong-committee", {"committee": "T02-C01"}),
        ("time-in-future", {"worked_on": date(2026, 3, 3)}),
    ],
)
def test_work_that_does_not_count_is_refused(code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(CommandRejected, match=code):
        OFFICER.decide(OFFICER.initial, work(**changes), BY_OFFICER)
