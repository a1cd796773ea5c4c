"""Proves the bureau's part of a case: its papers, its own visit, its refusal in writing, and the clocks of all three."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.casework.domain import GivenMember, MarkOverdue
from services.contracts.casework import (
    BureauVisited,
    CaseOpened,
    EligibilityConfirmed,
    HouseholdSurveyed,
    OpinionSubmitted,
    RefusalDelivered,
    StepOverdue,
)
from tests.unit.casework_steps import (
    APPLICANT,
    DECIDED,
    DOWN,
    HASH,
    POSTED,
    REMEDIES,
    SPOUSE,
    A,
    H,
    Said,
    ask,
    bureau_visit,
    confirm,
    deliver,
    no,
    objection,
    open_case,
    person,
    post,
    run,
    steps,
    submit,
    survey,
)

ALL = steps()
REFUSE = confirm(outcome="refused", reason="家庭人均月收入高于标准")


def overdue(clock: str, due_on: date, today: date) -> tuple[date, MarkOverdue]:
    kind: Any = clock
    return today, MarkOverdue(household_no=H, application_no=A, clock=kind, due_on=due_on)


def test_a_case_opens_with_every_step_it_must_go_through_and_its_article() -> None:
    _, (opened,) = run(open_case())
    assert isinstance(opened, CaseOpened)
    by_name = {step.step: step for step in opened.procedure}
    assert by_name["surveyed_by_two"].article == "民发〔2021〕57号第16条"
    assert (by_name["surveyed_by_two"].investigators_count, by_name["noticed_in_full"].notice_days) == (2, 7)
    assert by_name["investigation_started"].due_on == date(2026, 3, 5)
    assert by_name["check_started"].due_on == date(2026, 3, 5)
    assert by_name["whole_in_term"].due_on == date(2026, 4, 7)
    assert opened.pack_version == "procedure@2025-2"


def test_the_bureaus_term_starts_when_the_opinion_reaches_it() -> None:
    """Ten working days for dibao (art. 20), fifteen for tekun; Qingming (6 April is worked, 4-6 off) does not move March."""
    state, (sent,) = run(*ALL)
    assert sent == OpinionSubmitted(
        application_no=A, town="T01", submitted_on=DOWN, received_by="bureau:B01", decide_by=date(2026, 3, 27),
        pack_version="procedure@2025-2",
    )  # fmt: skip
    assert state.cases[0].responsible == "bureau:B01"
    _, (tekun,) = run(*steps("tekun"))
    assert isinstance(tekun, OpinionSubmitted)
    assert tekun.decide_by == date(2026, 4, 3)


def signed_by(who: str) -> Said:
    """The first opinion posted with another's signature than the town leader's."""
    day, command = post()
    return day, msgspec.structs.replace(command, opinion_signed_by=who)


CHILD = GivenMember(resident_id="510212201503030031", name="示例丙", relation="子女")


def test_an_amount_covers_whom_the_valid_survey_found_and_no_more() -> None:
    """Two applied and one lives there: 435 yuan for one, and not for two; an invalid survey counts for nothing."""
    one = (ALL[0], survey(members=(APPLICANT,)), *ALL[2:])
    _, (granted, _) = run(*one, confirm())
    assert isinstance(granted, EligibilityConfirmed)
    assert (granted.covered_members, granted.monthly_amount_fen) == (1, 43_500)
    assert no(*one, confirm(covered_members=2)) == "covered-members"
    ill = msgspec.structs.replace(SPOUSE, groups=("重残",))
    invalid = survey(POSTED, members=(APPLICANT, ill, CHILD), family_signed=False)
    state, (found,) = run(*one[:2], invalid)
    assert isinstance(found, HouseholdSurveyed)
    assert not found.valid
    assert ([member.relation for member in state.members], state.priority_count) == (["本人"], 1)


def test_whoever_the_survey_found_is_checked_before_the_opinion_hangs() -> None:
    three = (ALL[0], survey(members=(APPLICANT, SPOUSE, CHILD)))
    assert no(*three, *ALL[2:4], post()) == "authorisation-missing"
    later = (*ALL[:6], survey(DOWN, members=(APPLICANT, SPOUSE, CHILD)))
    assert no(*later, submit()) == "authorisation-missing"
    everybody = ask(persons=tuple(person(one) for one in (APPLICANT, SPOUSE, CHILD)))
    _, (granted, _) = run(*three, everybody, *ALL[3:], confirm())
    assert isinstance(granted, EligibilityConfirmed)
    assert granted.covered_members == 3


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("case-unknown", (submit(),)),
        ("survey-missing", (ALL[0], submit())),
        ("check-missing", (*ALL[:2], submit())),
        ("notice-missing", (*ALL[:5], submit())),
        ("notice-running", (*ALL[:6], (DOWN, submit(date(2026, 3, 12))[1]))),
        ("opinion-submitted", (*ALL, submit())),
        ("time-in-future", (*ALL[:6], (DOWN, submit(DECIDED)[1]))),
        ("visited-by-investigator", (*ALL, bureau_visit(DOWN, A, "bureau:B02", "bureau:T01-I1"))),
        ("visitor-not-bureau", (*ALL, bureau_visit(DOWN, A, "bureau:B02", "officer:O001"))),
        ("signed-by-other", (*ALL[:4], signed_by("bureau:B01"))),
        ("signed-by-other", (*ALL[:4], signed_by("officer:O001"))),
        ("time-in-future", (*ALL, (DOWN, bureau_visit(DECIDED)[1]))),
        ("out-of-order", (*ALL, (DOWN, bureau_visit(date(2026, 3, 1))[1]))),
        ("case-ended", (*ALL, confirm(), bureau_visit(DECIDED))),
        ("no-refusal", (*ALL, deliver(DECIDED))),
        ("no-refusal", (*ALL, confirm(), deliver(DECIDED))),
        ("no-refusal", (open_case(), REFUSE, deliver(DECIDED), deliver(DECIDED))),
        ("out-of-order", (open_case(), REFUSE, (DECIDED, deliver(DOWN)[1]))),
        ("time-in-future", (open_case(), REFUSE, (DECIDED, deliver(date(2026, 3, 17))[1]))),
    ],
)
def test_the_bureaus_steps_come_in_their_order(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_a_visit_of_the_bureau_is_a_fact_with_its_own_visitors() -> None:
    _, facts = run(*ALL, bureau_visit())
    assert facts == (
        BureauVisited(application_no=A, town="T01", visitors=("bureau:B02",), visited_on=DOWN, form_sha256=HASH),
    )


def test_a_refusal_reaches_the_applicant_in_writing() -> None:
    waiting, _ = run(open_case(), REFUSE)
    assert [one.application_no for one in waiting.refusals] == [A]
    state, facts = run(open_case(), REFUSE, deliver(DECIDED))
    assert facts == (
        RefusalDelivered(
            application_no=A, town="T01", delivered_on=DECIDED, due_on=date(2026, 3, 19), form_sha256=HASH,
            remedies=REMEDIES, review_by=date(2026, 5, 15), sue_by=date(2026, 9, 16),
        ),
    )  # fmt: skip
    assert state.refusals == ()


@pytest.mark.parametrize(
    ("clock", "due_on", "said", "responsible"),
    [
        ("investigation", date(2026, 3, 5), (open_case(),), "window:T01-W1"),
        ("check_start", date(2026, 3, 5), (open_case(),), "window:T01-W1"),
        ("bureau", date(2026, 3, 27), ALL, "bureau:B01"),
        ("outer", date(2026, 4, 7), ALL, "bureau:B01"),
        ("written_notice", date(2026, 3, 19), (open_case(), REFUSE), "window:T01-W1"),
    ],
)
def test_every_clock_runs_out_the_day_after_its_last_and_names_who_held_it(
    clock: str, due_on: date, said: tuple[Said, ...], responsible: str
) -> None:
    """The last day itself is in time (限时办理); the day after, the overdue step is stated once."""
    after = date.fromordinal(due_on.toordinal() + 1)
    assert no(*said, overdue(clock, due_on, due_on)) == "clock-running"
    _, facts = run(*said, overdue(clock, due_on, after))
    assert facts == (StepOverdue(application_no=A, town="T01", clock=clock, due_on=due_on, responsible=responsible),)
    assert no(*said, overdue(clock, due_on, after), overdue(clock, due_on, after)) == "overdue-known"


@pytest.mark.parametrize(
    ("clock", "due_on", "said", "code"),
    [
        ("investigation", date(2026, 3, 5), ALL[:2], "step-done"),
        ("check_start", date(2026, 3, 5), ALL[:3], "step-done"),
        ("bureau", date(2026, 3, 27), ALL[:6], "step-done"),
        ("bureau", date(2026, 3, 27), (*ALL, confirm()), "case-ended"),
        ("written_notice", date(2026, 3, 19), (open_case(), REFUSE, deliver(DECIDED)), "case-ended"),
    ],
)
def test_a_clock_whose_step_is_done_does_not_run_out(
    clock: str, due_on: date, said: tuple[Said, ...], code: str
) -> None:
    assert no(*said, overdue(clock, due_on, date(2026, 4, 20))) == code


def test_after_an_objection_the_opinion_goes_up_once_the_household_was_surveyed_again() -> None:
    objected = (*ALL[:5], objection(), ALL[5])
    assert no(*objected, submit()) == "survey-missing"
    _, (sent,) = run(*objected, survey(DOWN), submit())
    assert isinstance(sent, OpinionSubmitted)
    assert no(*objected, survey(DOWN), post(DOWN)) == "notice-posted"
