"""Proves how an item is passed on: referred or introduced by consent, taken, returned, answered, and overdue just once."""

from datetime import date
from typing import Any

import pytest

from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import CommandRejected, Context
from services.contracts.intake import (
    ApplicationIntroduced,
    ApplicationReferred,
    ApplicationWithdrawn,
    ReferralAccepted,
    ReferralCompleted,
    ReferralOverdue,
    ReferralReturned,
    RequestReceived,
)
from services.contracts.registry import Fact
from services.intake.api import DOORS
from services.intake.domain import (
    HOUSEHOLD,
    AcceptReferral,
    CompleteReferral,
    IntroduceApplication,
    MarkReferralOverdue,
    ReferApplication,
    ReturnReferral,
    WithdrawApplication,
)
from services.intake.domain.household import HouseholdCommand
from tests.unit.test_intake_window import context, request

MONDAY, TUESDAY, WEDNESDAY, LATER = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 17)
ANSWER_BY = date(2026, 3, 16)
CONSENT = "c" * 64
WINDOW = "window:T01-W1"
OF_HOUSEHOLD = {"household_no": "T01-H00001", "application_no": "R-1-medical"}
OF: dict[str, Any] = {**OF_HOUSEHOLD, "town": "T01"}
OF_CHARITY: dict[str, Any] = {**OF, "application_no": "R-1-charity"}

MEDICAL = (MONDAY, request(needs=("medical",)))
CHARITY = (MONDAY, request(needs=("charity",)))
TAKEN = (TUESDAY, AcceptReferral(**OF, accepted_on=TUESDAY))
BACK = (WEDNESDAY, ReturnReferral(**OF, reason="不属于本部门职责", returned_on=WEDNESDAY))
AGAIN = (WEDNESDAY, ReferApplication(**OF))
DONE = (LATER, CompleteReferral(**OF, outcome="helped", completed_on=WEDNESDAY))
GONE = (LATER, WithdrawApplication(**OF, reason="不再需要"))
LATE = (LATER, MarkReferralOverdue(**OF_HOUSEHOLD, due_on=ANSWER_BY))
INTRODUCED = (TUESDAY, IntroduceApplication(**OF_CHARITY, organisation="red_cross", consent_sha256=CONSENT))

Move = tuple[date, HouseholdCommand]


def play(*moves: Move, asked: Context | None = None) -> tuple[Any, tuple[Fact, ...]]:
    """The household's state after commands, each on its day, and the facts of the last one (`asked` by whom)."""
    state: Any = HOUSEHOLD.initial
    facts: tuple[Fact, ...] = ()
    for i, (day, command) in enumerate(moves, 1):
        facts = HOUSEHOLD.decide(state, command, asked if asked and i == len(moves) else context(day))
        for fact in facts:
            state = HOUSEHOLD.evolve(state, fact)
    return state, facts


def no(*moves: Move, asked: Context | None = None) -> CommandRejected:
    play(*moves[:-1])
    with pytest.raises(CommandRejected) as caught:
        play(*moves, asked=asked)
    assert caught.value.zh
    assert caught.value.en
    return caught.value


def test_a_referral_is_taken_and_answered_and_the_item_is_closed_with_its_outcome() -> None:
    state, facts = play(MEDICAL, TAKEN)
    medical = "区医疗保障局"
    assert facts == (
        ReferralAccepted(
            application_no="R-1-medical", town="T01", department=medical, accepted_on=TUESDAY, responsible=WINDOW
        ),
    )
    assert state.applications[0].status == "referred"
    state, facts = play(MEDICAL, TAKEN, DONE)
    assert facts == (
        ReferralCompleted(
            application_no="R-1-medical", town="T01", department=medical, outcome="helped", answer="",
            completed_on=WEDNESDAY, responsible=WINDOW,
        ),
    )  # fmt: skip
    assert state.applications == ()
    assert no(MEDICAL, DONE, DONE).code == "application-closed"


def test_heating_is_asked_for_as_every_need_of_another_department() -> None:
    """DOMAIN §3: one request may carry heating (取暖), which goes to the department in charge with a clock of its own."""
    _, facts = play((MONDAY, request(needs=("heating",))))
    (referred,) = [fact for fact in facts if isinstance(fact, ApplicationReferred)]
    assert (referred.need, referred.department) == ("heating", "区住房和城乡建设委员会")


def test_a_returned_item_is_on_the_windows_list_again_with_the_first_asked_responsible() -> None:
    for moves in ((MEDICAL, BACK), (MEDICAL, TAKEN, BACK)):
        state, (returned,) = play(*moves)
        assert isinstance(returned, ReferralReturned)
        assert (returned.reason, returned.responsible) == ("不属于本部门职责", WINDOW)
        assert (state.applications[0].status, state.applications[0].responsible) == ("returned", WINDOW)
    _, (withdrawn,) = play(MEDICAL, BACK, GONE)
    assert isinstance(withdrawn, ApplicationWithdrawn)


def test_a_returned_item_is_referred_again_with_a_clock_of_its_own() -> None:
    _, (again,) = play(MEDICAL, BACK, AGAIN)
    assert isinstance(again, ApplicationReferred)
    assert (again.department, again.referred_on, again.answer_by) == ("区医疗保障局", WEDNESDAY, date(2026, 3, 18))
    elsewhere = (WEDNESDAY, ReferApplication(**OF, department="区残疾人联合会"))
    state, (again,) = play(MEDICAL, TAKEN, BACK, elsewhere)
    assert isinstance(again, ApplicationReferred)
    assert again.department == "区残疾人联合会"
    assert state.applications[0].referral_accepted_on is None
    _, (accepted,) = play(MEDICAL, TAKEN, BACK, elsewhere, (WEDNESDAY, AcceptReferral(**OF, accepted_on=WEDNESDAY)))
    assert isinstance(accepted, ReferralAccepted)
    assert accepted.department == "区残疾人联合会"


def test_what_needs_a_charity_waits_at_the_window_for_the_applicants_consent() -> None:
    state, facts = play(CHARITY)
    assert [type(fact) for fact in facts] == [RequestReceived]
    assert state.applications[0].status == "received"
    _, (introduced,) = play(CHARITY, INTRODUCED)
    assert isinstance(introduced, ApplicationIntroduced)
    assert (introduced.organisation, introduced.organisation_kind) == ("red_cross", "charity")
    assert (introduced.consent_sha256, introduced.answer_by) == (CONSENT, date(2026, 3, 24))
    assert introduced.pack_version == "procedure@2025-2"
    without = (TUESDAY, IntroduceApplication(**OF_CHARITY, organisation="red_cross"))
    assert no(CHARITY, without).code == "consent-missing"


def test_a_returned_referral_may_be_introduced_and_an_introduction_lives_as_a_referral_does() -> None:
    introduce = (WEDNESDAY, IntroduceApplication(**OF, organisation="social_work_station", consent_sha256=CONSENT))
    _, (introduced,) = play(MEDICAL, BACK, introduce)
    assert isinstance(introduced, ApplicationIntroduced)
    assert introduced.organisation_kind == "social_work"
    taken = (WEDNESDAY, AcceptReferral(**OF_CHARITY, accepted_on=TUESDAY))
    _, (completed,) = play(
        CHARITY, INTRODUCED, taken,
        (LATER, CompleteReferral(**OF_CHARITY, outcome="refused", answer="不在项目范围", completed_on=LATER)),
    )  # fmt: skip
    assert isinstance(completed, ReferralCompleted)
    assert (completed.department, completed.outcome) == ("red_cross", "refused")


def test_a_clock_that_runs_out_unanswered_is_stated_once() -> None:
    for moves in ((MEDICAL, LATE), (MEDICAL, TAKEN, LATE)):  # taking it is no answer
        state, facts = play(*moves)
        assert facts == (
            ReferralOverdue(
                application_no="R-1-medical",
                town="T01",
                department="区医疗保障局",
                due_on=ANSWER_BY,
                responsible=WINDOW,
            ),
        )
        assert state.applications[0].referral_overdue
    assert no(MEDICAL, LATE, LATE).code == "overdue-known"
    assert no(MEDICAL, (ANSWER_BY, LATE[1])).code == "clock-running"  # the last day is the applicant's
    assert no(MEDICAL, BACK, LATE).code == "not-referred"
    assert no(MEDICAL, BACK, AGAIN, LATE).code == "clock-running"  # the clock of the earlier referral
    assert no(MEDICAL, DONE, LATE).code == "application-closed"
    late_again = (date(2026, 3, 19), MarkReferralOverdue(**OF_HOUSEHOLD, due_on=date(2026, 3, 18)))
    assert isinstance(play(MEDICAL, BACK, AGAIN, late_again)[1][0], ReferralOverdue)


STEPS = (TAKEN, BACK, DONE)


@pytest.mark.parametrize(("day", "command"), [*STEPS, AGAIN, INTRODUCED, LATE])
def test_no_step_of_an_application_nobody_knows_or_that_is_closed(day: date, command: HouseholdCommand) -> None:
    assert no((day, command)).code == "application-unknown"
    asked = CHARITY if command is INTRODUCED[1] else MEDICAL
    number = "R-1-charity" if command is INTRODUCED[1] else "R-1-medical"
    gone = (TUESDAY, WithdrawApplication(**{**OF, "application_no": number}, reason=""))
    assert no(asked, gone, (day, command)).code == "application-closed"


@pytest.mark.parametrize(("day", "command"), STEPS)
def test_no_answer_for_what_is_not_passed_on(day: date, command: HouseholdCommand) -> None:
    assert no(MEDICAL, BACK, (day, command)).code == "not-referred"
    own = (MONDAY, request(needs=("charity",), request_no="R-2"))
    of_own: dict[str, Any] = {**OF, "application_no": "R-2-charity"}
    assert no(own, (TUESDAY, AcceptReferral(**of_own, accepted_on=TUESDAY))).code == "not-referred"


@pytest.mark.parametrize(
    ("code", "move"),
    [
        ("time-in-future", (MONDAY, TAKEN[1])),
        ("time-in-future", (TUESDAY, BACK[1])),
        ("time-in-future", (TUESDAY, DONE[1])),
        ("before-referral", (LATER, AcceptReferral(**OF, accepted_on=date(2026, 2, 27)))),
        ("before-referral", (LATER, ReturnReferral(**OF, reason="退", returned_on=date(2026, 2, 27)))),
        ("before-referral", (LATER, CompleteReferral(**OF, outcome="helped", completed_on=date(2026, 2, 27)))),
        ("reason-missing", (LATER, ReturnReferral(**OF, reason=" ", returned_on=TUESDAY))),
        ("reason-missing", (LATER, CompleteReferral(**OF, outcome="refused", completed_on=TUESDAY))),
        ("personal-in-text", (LATER, ReturnReferral(**OF, reason="电话 13900000000", returned_on=TUESDAY))),
        (
            "personal-in-text",
            (LATER, CompleteReferral(**OF, outcome="helped", answer="电话 13900000000", completed_on=TUESDAY)),
        ),
        ("not-at-window", (TUESDAY, ReferApplication(**OF))),
        ("not-at-window", (TUESDAY, IntroduceApplication(**OF, organisation="red_cross", consent_sha256=CONSENT))),
    ],
)
def test_an_expected_no_of_a_referral(code: str, move: Move) -> None:
    assert no(MEDICAL, move).code == code


def test_an_expected_no_once_it_was_taken_or_came_back() -> None:
    assert no(MEDICAL, TAKEN, TAKEN).code == "referral-accepted"
    early = (WEDNESDAY, CompleteReferral(**OF, outcome="helped", completed_on=MONDAY))
    assert no(MEDICAL, TAKEN, early).code == "before-acceptance"
    elsewhere = (WEDNESDAY, ReferApplication(**OF, department="区长办公室"))
    assert no(MEDICAL, BACK, elsewhere).code == "department-unknown"
    unknown = (TUESDAY, IntroduceApplication(**OF_CHARITY, organisation="nobody", consent_sha256=CONSENT))
    assert no(CHARITY, unknown).code == "organisation-unknown"
    assert no(CHARITY, (TUESDAY, ReferApplication(**OF_CHARITY))).code == "department-unknown"
    same_need = (WEDNESDAY, request(needs=("medical",), request_no="R-2"))
    assert no(MEDICAL, BACK, same_need).code == "application-open"


@pytest.mark.parametrize(("day", "command"), [*STEPS, AGAIN, INTRODUCED])
def test_no_step_by_another_town(day: date, command: HouseholdCommand) -> None:
    assert no(MEDICAL, (day, command), asked=context(day, "T02")).code == "wrong-town"


def test_the_bureau_may_say_what_came_back_but_not_refer() -> None:
    for command, roles in DOORS.roles.items():
        if command in (CompleteReferral, ReturnReferral):
            assert roles >= {"window", "bureau"}
        if command in (ReferApplication, IntroduceApplication, AcceptReferral):
            assert "window" in roles
            assert "bureau" not in roles
    assert MarkReferralOverdue not in DOORS.roles
    district = context(LATER, None)
    assert isinstance(play(MEDICAL, DONE, asked=district)[1][0], ReferralCompleted)


def test_a_referral_of_before_its_date_was_stated_began_on_the_day_of_the_request() -> None:
    state, (received, _) = play(MEDICAL)
    old = ApplicationReferred(
        application_no="R-1-medical", request_no="R-1", need="medical", town="T01", department="区医疗保障局",
        answer_by=ANSWER_BY, responsible=WINDOW, pack_version="procedure@2025-1",
    )  # fmt: skip
    state = HOUSEHOLD.evolve(HOUSEHOLD.evolve(HOUSEHOLD.initial, received), old)
    with pytest.raises(CommandRejected, match="before-referral"):
        HOUSEHOLD.decide(state, AcceptReferral(**OF, accepted_on=date(2026, 2, 27)), context(TUESDAY))
    assert HOUSEHOLD.decide(state, TAKEN[1], context(TUESDAY))


def test_the_state_of_a_referral_survives_being_stored() -> None:
    state, _ = play(MEDICAL, TAKEN, LATE)
    assert decoder_of(HOUSEHOLD.state).decode(encoder.encode(state)) == state
