"""Proves what happens beside a case's main road: emergency and its papers, review, complaints, surveys from afar and by others.

Each table is of one article or one rule of the pack; terms and limits are the sample pack's.
"""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.casework.domain import (
    CloseCase,
    MarkComplaintOverdue,
    MarkOverdue,
    ReadPersonalField,
)
from services.contracts.casework import (
    CommunityReviewed,
    ComplaintAnswered,
    ComplaintOverdue,
    ComplaintReceived,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    PapersCompleted,
    StepOverdue,
    SurveyHelpAsked,
    SurveyHelpDeclined,
)
from tests.unit.casework_steps import (
    ACCEPTED,
    DECIDED,
    DECLINE,
    DOWN,
    ENDS,
    HASH,
    HELP,
    NEEDS,
    RETURNED,
    A,
    H,
    Said,
    answered,
    ask,
    bureau_visit,
    close,
    complaint,
    confirm,
    contest,
    no,
    objection,
    open_case,
    overdue,
    papers,
    post,
    resolve,
    returned,
    reviewed,
    run,
    run_as,
    steps,
    submit,
    survey,
)

ALL = steps()
T = "R-1-temporary"


# ---- 临时救助：急难型先行救助，事后补齐（国发〔2014〕47号）；支出型走完整程序；小额委托镇街

HELPED = (open_case("temporary"), confirm(ACCEPTED, T, emergency=True, officer=None))
PAPERS = steps("temporary")[1:]


def papers_overdue(due_on: date, today: date) -> tuple[date, MarkOverdue]:
    return today, MarkOverdue(household_no=H, application_no=T, clock="papers", due_on=due_on)


def test_an_emergency_is_helped_first_and_owes_its_papers_within_the_term() -> None:
    """Fifteen working days (sample) from 2 March end on 23 March; the case stays open until they are done."""
    state, (helped,) = run(*HELPED)
    assert isinstance(helped, EligibilityConfirmed)
    assert (helped.emergency, helped.papers_by) == (True, date(2026, 3, 23))
    assert [case.application_no for case in state.cases] == [T]
    assert no(*HELPED, papers_overdue(date(2026, 3, 23), date(2026, 3, 23))) == "clock-running"
    _, (stated,) = run(*HELPED, papers_overdue(date(2026, 3, 23), date(2026, 3, 24)))
    assert stated == StepOverdue(
        application_no=T, town="T01", clock="papers", due_on=date(2026, 3, 23), responsible="bureau:B01"
    )
    state, facts = run(*HELPED, *PAPERS, papers())
    assert facts == (PapersCompleted(application_no=T, town="T01", completed_on=DOWN, due_on=date(2026, 3, 23)),)
    assert (state.cases, state.ended_cases) == ((), (T,))
    assert no(*HELPED, *PAPERS, papers(), papers_overdue(date(2026, 3, 23), date(2026, 3, 24))) == "case-ended"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("survey-missing", (papers(),)),
        ("check-missing", (*PAPERS[:1], papers())),
        ("notice-missing", (*PAPERS[:3], papers())),
        ("conflict-open", (*PAPERS[:2], returned("bank", number=T), *PAPERS[3:], papers())),
        ("contest-open", (*PAPERS, contest(DOWN, T), papers())),
        ("notice-running", (*PAPERS, (DOWN, papers(ENDS)[1]))),
        ("case-decided", (confirm(DECIDED, T),)),
        ("case-decided", (confirm(DECIDED, T, outcome="refused", reason="示例"),)),
        ("case-decided", (submit(DOWN, T),)),
        ("case-decided", (CloseCase(household_no=H, application_no=T, reason="withdrawn"),)),
        ("time-in-future", (*PAPERS, (DOWN, papers(DECIDED)[1]))),
    ],
)
def test_papers_of_an_emergency_are_complete_or_what_is_missing_is_said(code: str, said: tuple[Said, ...]) -> None:
    assert no(*HELPED, *said) == code


def test_a_near_relative_in_an_emergency_is_visited_before_its_papers_are_complete() -> None:
    first = (open_case("temporary", near_relative=True), HELPED[1], *PAPERS)
    assert no(*first, papers()) == "bureau-visit-missing"
    assert isinstance(run(*first, bureau_visit(DOWN, T), papers())[1][0], PapersCompleted)


def test_papers_are_owed_by_emergencies_only() -> None:
    assert no(*steps("temporary"), papers()) == "no-papers-owed"
    assert no(*ALL, papers(number=A)) == "no-papers-owed"


@pytest.mark.parametrize("left_out", range(1, 6))
def test_the_expenditure_type_follows_the_full_procedure(left_out: int) -> None:
    """支出型: no sum without survey, check and notice, whoever decides."""
    said = [one for place, one in enumerate(steps("temporary")) if place != left_out]
    with pytest.raises(Exception, match=r"survey|check|notice"):
        run(*said, confirm(number=T))
    _, (granted,) = run(*steps("temporary"), confirm(number=T))
    assert isinstance(granted, EligibilityConfirmed)
    assert (granted.emergency, granted.papers_by, granted.one_off) == (False, None, True)


@pytest.mark.parametrize(
    ("what", "covered", "fund", "code"),
    [
        ("一人735元，本镇街备用金", 1, "T01-BYJ-2026", ""),
        ("两人1470元，不超过1500元", 2, "T01-BYJ-2026", ""),
        ("三人2205元，超过委托额度", 3, "T01-BYJ-2026", "town-limit"),
        ("未列明备用金", 1, None, "reserve-fund-missing"),
        ("用了外镇街的备用金", 1, "T02-BYJ-2026", "reserve-fund-missing"),
    ],
)
def test_a_town_decides_small_sums_from_its_own_reserve_fund(
    what: str, covered: int, fund: str | None, code: str
) -> None:
    said = open_case("temporary", members=3)
    decision = confirm(number=T, emergency=True, covered_members=covered, reserve_fund=fund)
    if code:
        assert no(said, decision, town="T01") == code, what
        return
    _, (granted,) = run(said, decision, town="T01")
    assert isinstance(granted, EligibilityConfirmed)
    assert (granted.reserve_fund, granted.monthly_amount_fen) == (fund, 73_500 * covered)


def test_the_bureau_uses_no_towns_fund_and_a_town_decides_nothing_else() -> None:
    fund = confirm(number=T, emergency=True, reserve_fund="T01-BYJ-2026")
    assert no(open_case("temporary"), fund) == "fund-of-a-town"
    for need in NEEDS:
        if need != "temporary":
            assert no(*steps(need), confirm(number=f"R-1-{need}"), town="T01") == "bureau-decides"


# ---- 异议之后：重新调查或民主评议，各按规程包（57号第19条；特困另行公示）

OBJECTED = (*ALL[:5], objection(), close())


@pytest.mark.parametrize(
    ("what", "need", "answer", "code"),
    [
        ("低保：民主评议后直接上报", "dibao_urban", reviewed, ""),
        ("低保：评议人数不足", "dibao_urban", lambda on, n: reviewed(on, n, 6), "survey-missing"),
        ("低保：重新调查后直接上报", "dibao_urban", survey, ""),
        ("低保边缘：民主评议", "near_dibao_rural", reviewed, ""),
        ("特困：民主评议不代替重新调查", "tekun", reviewed, "survey-missing"),
        ("特困：重新调查后须再公示", "tekun", survey, "notice-again"),
    ],
)
def test_what_answers_an_objection_is_the_packs_matter(what: str, need: str, answer: Any, code: str) -> None:
    n = f"R-1-{need}"
    said = (*steps(need)[:5], objection(number=n), close(number=n), answer(DOWN, n))
    if code:
        assert no(*said, submit(number=n)) == code, what
    else:
        _, facts = run(*said, submit(number=n), bureau_visit(number=n), confirm(number=n))
        assert isinstance(facts[0], EligibilityConfirmed), what


def test_a_review_is_stated_with_what_it_lacks_and_answers_nothing_before_an_objection() -> None:
    _, (few,) = run(*ALL, reviewed(participants=6))
    assert isinstance(few, CommunityReviewed)
    assert (few.valid, few.missed_points, few.answers_objection) == (False, ("participants",), False)
    _, (early,) = run(*ALL[:4], reviewed(RETURNED))
    assert isinstance(early, CommunityReviewed)
    assert (early.valid, early.answers_objection) == (True, False)
    assert no(*ALL[:4], reviewed(RETURNED), *OBJECTED[4:], submit()) == "survey-missing"
    backdated = (DOWN, reviewed(RETURNED)[1])
    assert no(*OBJECTED, backdated, submit()) == "survey-missing"
    assert no(*OBJECTED, (DOWN, reviewed(DECIDED)[1])) == "time-in-future"


def test_a_visit_of_before_an_objection_does_not_answer_it() -> None:
    said = (*ALL[:5], bureau_visit(date(2026, 3, 6)), objection(), close(), survey(DOWN), submit())
    assert no(*said, confirm()) == "bureau-visit-missing"
    assert isinstance(run(*said, bureau_visit(), confirm())[1][0], EligibilityConfirmed)


# ---- 投诉举报（57号第36-38条，二十个工作日为示例）


def test_a_complaint_is_answered_in_its_term_or_that_is_stated() -> None:
    state, (received,) = run(*ALL, complaint())
    assert isinstance(received, ComplaintReceived)
    assert (received.kind, received.answer_by) == ("named_report", date(2026, 4, 13))
    assert state.cases[0].bureau_must_visit
    late = (date(2026, 4, 14), MarkComplaintOverdue(household_no=H, complaint_no="TS-1", due_on=date(2026, 4, 13)))
    assert no(*ALL, complaint(), (date(2026, 4, 13), late[1])) == "clock-running"
    _, facts = run(*ALL, complaint(), late)
    assert facts == (
        ComplaintOverdue(complaint_no="TS-1", town="T01", due_on=date(2026, 4, 13), responsible="bureau:B02"),
    )
    assert no(*ALL, complaint(), late, late) == "overdue-known"
    _, facts = run(*ALL, complaint(), answered())
    assert facts == (
        ComplaintAnswered(
            complaint_no="TS-1", town="T01", outcome="unfounded", answered_on=DECIDED, due_on=date(2026, 4, 13),
            reply_sha256=HASH,
        ),
    )  # fmt: skip
    assert no(*ALL, complaint(), answered(), late) == "no-complaint"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("household-unknown", (complaint(number=None),)),
        ("complaint-repeated", (*ALL, complaint(), complaint())),
        ("complaint-repeated", (*ALL, complaint(), answered(), complaint(DECIDED))),
        ("case-unknown", (*ALL, complaint(number="R-9-tekun"))),
        ("case-ended", (*ALL, confirm(), complaint(DECIDED))),
        ("time-in-future", (*ALL, (DOWN, complaint(DECIDED)[1]))),
        ("no-complaint", (*ALL, answered())),
        ("no-complaint", (*ALL, complaint(), answered(), answered())),
        ("out-of-order", (*ALL, complaint(), (DECIDED, answered(ENDS)[1]))),
    ],
)
def test_complaints_come_in_their_order(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_who_investigated_does_not_answer_the_complaint() -> None:
    assert no(*ALL, complaint(), answered(), actor="bureau:T01-I1") == "decided-by-investigator"


def test_a_complaint_after_the_decision_is_about_the_household_and_forces_no_visit_of_a_case() -> None:
    state, (received,) = run(*ALL, confirm(), complaint(DECIDED, None))
    assert isinstance(received, ComplaintReceived)
    assert received.application_no == ""
    assert state.cases == ()


def test_a_refusal_names_the_rights_of_review_and_suit() -> None:
    """行政复议六十日、行政诉讼六个月: the terms run from delivery (tested with it), the texts stand in the refusal."""
    _, (refusal,) = run(open_case(), confirm(outcome="refused", reason="家庭人均月收入高于标准"))
    assert isinstance(refusal, EligibilityRefused)
    assert len(refusal.remedies) == 2
    assert "行政复议" in refusal.remedies[0]
    assert "行政诉讼" in refusal.remedies[1]


# ---- 远程调查只在已宣布的突发事件期间（57号第16条）；人户分离由他镇街协助调查

EMERGENCY_DAYS = (date(2026, 3, 23), date(2026, 3, 27))


@pytest.mark.parametrize(
    ("what", "town", "day", "mode", "missed"),
    [
        ("应急响应首日，视频", "T03", EMERGENCY_DAYS[0], "video", ()),
        ("应急响应末日，电话", "T03", EMERGENCY_DAYS[1], "phone", ()),
        ("应急响应前一日", "T03", date(2026, 3, 22), "phone", ("mode",)),
        ("应急响应后一日", "T03", date(2026, 3, 28), "phone", ("mode",)),
        ("不在应急响应范围的镇街", "T01", EMERGENCY_DAYS[0], "video", ("mode",)),
        ("应急期间仍可入户", "T03", EMERGENCY_DAYS[0], "household", ()),
    ],
)
def test_a_survey_from_afar_counts_in_a_declared_emergency_only(
    what: str, town: str, day: date, mode: str, missed: tuple[str, ...]
) -> None:
    opened = msgspec.structs.replace(open_case(), household_no=f"{town}-H00001", town=town, committee=f"{town}-C01")
    _, (made,) = run(opened, survey(day, household_no=f"{town}-H00001", mode=mode))
    assert isinstance(made, HouseholdSurveyed)
    assert (made.valid, made.missed_points, made.mode) == (not missed, missed, mode), what
    assert made.emergency == ("示例区应急响应〔2026〕1号" if mode != "household" and not missed else "")


def test_a_town_that_was_asked_surveys_that_case_and_its_survey_counts() -> None:
    assert no(open_case(), survey(), town="T02") == "wrong-town"
    _, (asked,) = run(open_case(), HELP)
    assert isinstance(asked, SurveyHelpAsked)
    assert (asked.helping_town, asked.answer_by) == ("T02", date(2026, 3, 9))
    helped = survey(investigators=("investigator:T02-I1", "investigator:T02-I2"))
    state, (made,) = run_as("T02", open_case(), HELP, helped)
    assert isinstance(made, HouseholdSurveyed)
    assert (made.valid, made.surveyed_by_town) == (True, "T02")
    assert (state.cases[0].surveyed_on, state.cases[0].helping_town) == (date(2026, 3, 3), "")
    assert no(open_case(), HELP, survey(), town="T03") == "wrong-town"


def test_the_helper_does_nothing_else_to_that_case_and_nothing_to_another() -> None:
    """It surveys, declines, and reads whom it goes to see; every other step stays the case's own town's."""
    other = msgspec.structs.replace(open_case("tekun"), member_count=2)
    for said in (ask(), returned(), post(), objection(), submit(), reviewed(), contest(), complaint(), resolve()):
        assert no(open_case(), HELP, other, said, town="T02") == "wrong-town"
    assert no(open_case(), HELP, other, survey(number="R-1-tekun"), town="T02") == "wrong-town"
    read = ReadPersonalField(household_no=H, field="names", reason="入户前核对")
    assert no(open_case(), HELP, read, town="T02") == "field-unknown"
    assert no(open_case(), read, town="T02") == "wrong-town"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("own-town", (open_case(), (ACCEPTED, msgspec.structs.replace(HELP[1], helping_town="T01")))),
        ("help-asked", (open_case(), HELP, HELP)),
        ("reason-missing", (open_case(), (ACCEPTED, msgspec.structs.replace(HELP[1], reason="")))),
        ("help-not-asked", (open_case(), DECLINE)),
        ("case-unknown", (HELP,)),
    ],
)
def test_help_is_asked_of_another_town_once(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_help_that_is_declined_or_late_is_stated_with_who_held_it() -> None:
    _, (declined,) = run_as("T02", open_case(), HELP, DECLINE)
    assert isinstance(declined, SurveyHelpDeclined)
    assert no(open_case(), HELP, DECLINE, town="T01") == "help-not-asked"
    late = overdue("survey_help", date(2026, 3, 9))
    _, (stated,) = run(open_case(), HELP, late)
    assert isinstance(stated, StepOverdue)
    assert stated.responsible == "town:T02"
    assert no(open_case(), HELP, DECLINE, late) == "step-done"
    assert isinstance(run(open_case(), HELP, DECLINE, HELP)[1][0], SurveyHelpAsked)
