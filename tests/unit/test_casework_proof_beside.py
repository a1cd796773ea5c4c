"""Proves the proof of procedure beside its main road: objections, contests, complaints, refusals, emergencies, in every pack."""

from datetime import date

import pytest

from services.contracts.casework import (
    BureauVisited,
    CaseClosed,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeObjected,
    NoticePosted,
    RefusalDelivered,
)
from services.contracts.deciding import CommandRejected
from services.contracts.months import Month
from services.contracts.registry import Fact
from tests.unit.casework_proofs import (
    CONTESTED,
    EMERGENCY,
    OBJECTED,
    REFUSED,
    T,
    changed,
    complete,
    failing,
    number,
    owed,
    proof,
    record,
    told,
    without,
)
from tests.unit.casework_steps import (
    DECIDED,
    DOWN,
    NEEDS,
    Said,
    ask,
    bureau_visit,
    cared_for,
    close,
    complaint,
    confirm,
    contest,
    deliver,
    no,
    objection,
    open_case,
    post,
    returned,
    steps,
    submit,
    survey,
)


@pytest.mark.parametrize("near_relative", [True, False])
def test_near_relatives_and_objections_need_the_bureaus_own_visit(near_relative: bool) -> None:
    said = (*steps(near_relative=True), bureau_visit()) if near_relative else OBJECTED
    records = told(*said, confirm())
    assert failing(proof(records)) == set()
    assert failing(proof(list(without(BureauVisited)(records)))) == {"bureau_visited"}
    own = changed(BureauVisited, visitors=("investigator:T01-I1",))
    assert failing(proof(list(own(records)))) == {"bureau_visited"}
    assert no(*said[:-1], confirm()) == "bureau-visit-missing"


def test_a_near_relative_that_was_not_declared_shows_no_duty_to_visit() -> None:
    """What the log was never told it cannot prove; finding undeclared relatives is audit's test, not this proof's."""
    row = proof(told(*complete("dibao_urban")))
    assert {step.step: step.state for step in row.steps}["bureau_visited"] == "not_required"


def objected(need: str) -> tuple[Said, ...]:
    """A case of a benefit that was objected to, answered as its pack says, up to its decision."""
    n = number(need)
    again = (post(DOWN, n), close(date(2026, 3, 21), n)) if need == "tekun" else ()
    day = date(2026, 3, 21) if again else DOWN
    sent = (submit(day, n),) if "submitted" in owed(need) else ()
    return (
        *steps(need)[:5], *cared_for(need), objection(number=n), close(number=n), survey(DOWN, n), *again, *sent, bureau_visit(day, n),
        confirm(date(2026, 3, 23), n),
    )  # fmt: skip


@pytest.mark.parametrize("need", NEEDS)
def test_an_objection_that_was_not_answered_fails_its_article_in_every_pack(need: str) -> None:
    records = told(*objected(need))
    assert failing(proof(records)) == set()
    once = [one for one in records if not (isinstance(one.fact, HouseholdSurveyed) and one.fact.surveyed_on == DOWN)]
    assert failing(proof(once)) == {"objection_answered"}
    assert failing(proof(list(without(BureauVisited)(records)))) == {"bureau_visited"}
    unanswered = (
        *steps(need)[:5],
        objection(number=number(need)),
        close(number=number(need)),
        confirm(number=number(need)),
    )
    assert no(*unanswered) == "survey-missing"


@pytest.mark.parametrize("need", NEEDS)
def test_a_decision_after_its_last_day_is_late_in_every_pack(need: str) -> None:
    """The whole procedure from intake's clock, the bureau's own from the day the papers reached it (arts. 20, 22)."""
    after = date(2026, 4, 8)
    records = list(changed(EligibilityConfirmed, decided_on=after, from_month=Month(2026, 5))(told(*complete(need))))
    late = {step.step: step.days_late for step in proof(records).steps if step.state == "late"}
    assert late["whole_in_term"] == 1
    assert ("decided_in_term" in late) == ("decided_in_term" in owed(need))


@pytest.mark.parametrize("need", NEEDS)
def test_a_refusal_that_did_not_reach_the_applicant_fails_in_every_pack(need: str) -> None:
    n = number(need)
    refused = (*steps(need), confirm(number=n, outcome="refused", reason="示例"), deliver(DECIDED, n))
    records = told(*refused)
    assert failing(proof(records)) == set()
    assert failing(proof(list(without(RefusalDelivered)(records)))) == {"refusal_in_writing", "remedies_named"}
    assert failing(proof(list(changed(RefusalDelivered, remedies=())(records)))) == {"remedies_named"}
    assert no(*steps(need), confirm(number=n, outcome="refused")) == "reason-missing"


def test_an_objection_is_answered_by_surveying_again() -> None:
    records = told(*OBJECTED, confirm())
    once = [one for one in records if not (isinstance(one.fact, HouseholdSurveyed) and one.fact.surveyed_on == DOWN)]
    assert failing(proof(once)) == {"objection_answered"}
    assert failing(proof(list(without(NoticeObjected)(records)))) == {"surveyed_by_two"}


def test_days_late_are_counted_from_the_last_day() -> None:
    records = list(changed(EligibilityConfirmed, decided_on=date(2026, 3, 30))(told(*complete("dibao_urban"))))
    row = proof(records)
    (late,) = [step for step in row.steps if step.state == "late"]
    assert (late.step, late.due_on, late.days_late) == ("decided_in_term", date(2026, 3, 27), 3)
    assert row.complete


def test_a_refusal_owes_only_its_decision_and_its_written_notice() -> None:
    """Steps that were not taken are not owed any more; the written notice with its remedies is, in three working days."""
    early = told(open_case(), confirm(outcome="refused", reason="家庭人均月收入高于标准"))
    assert failing(proof(early)) == {"refusal_in_writing", "remedies_named"}
    delivered = told(*REFUSED, deliver(date(2026, 3, 20)))
    (late,) = [step for step in proof(delivered).steps if step.state == "late"]
    assert (late.step, late.days_late) == ("refusal_in_writing", 1)
    assert isinstance(delivered[-1].fact, RefusalDelivered)
    assert isinstance(delivered[-2].fact, EligibilityRefused)


def test_a_contested_check_that_was_not_answered_again_fails_article_eighteen() -> None:
    """And nothing is posted or granted meanwhile; asked and answered again, it is settled."""
    assert failing(proof(told(*CONTESTED))) >= {"noticed_in_full"}
    assert "contest_answered" not in failing(proof(told(*CONTESTED)))
    assert "contest_answered" in failing(proof(told(*CONTESTED[:-1])))
    assert no(*CONTESTED[:5], post()) == "contest-open"
    complete_again = told(*CONTESTED, *steps()[4:], confirm())
    assert failing(proof(complete_again)) == set()
    late = contest(date(2026, 3, 13))
    assert no(*steps(), late, confirm()) == "contest-open"
    unanswered = told(*steps(), late)
    assert "contest_answered" in failing(proof([*unanswered, *told(*complete("dibao_urban"))[-2:]]))


@pytest.mark.parametrize("need", NEEDS)
def test_a_contest_that_was_not_answered_fails_in_every_pack(need: str) -> None:
    n = number(need)
    asked_again = ask(n, registers=("bank",))
    said = (*steps(need)[:4], contest(number=n), asked_again, returned(number=n, registers=("bank",)))
    records = told(*said, *steps(need)[4:], confirm(number=n))
    assert failing(proof(records)) == set()
    unsettled = changed(InformationCheckReturned, settles_contest=False)
    assert failing(proof(list(unsettled(records)))) == {"contest_answered"}
    assert no(*said[:5], *steps(need)[4:5]) == "contest-open"


@pytest.mark.parametrize("need", NEEDS)
def test_a_complaint_about_an_open_case_needs_the_bureaus_visit_after_it(need: str) -> None:
    """A visit of before the complaint answers nothing (arts. 20, 36-38)."""
    n = number(need)
    said = (*steps(need), bureau_visit(number=n), complaint(number=n))
    assert no(*said, confirm(number=n)) == "bureau-visit-missing"
    visited = told(*said, bureau_visit(DECIDED, n), confirm(number=n))
    assert failing(proof(visited)) == set()
    only_before = [
        one for one in visited if not (isinstance(one.fact, BureauVisited) and one.fact.visited_on == DECIDED)
    ]
    assert failing(proof(only_before)) == {"bureau_visited"}


def test_a_withdrawn_case_owes_nothing_more() -> None:
    records = [
        *told(open_case()),
        record(CaseClosed(application_no="R-1-dibao_urban", town="T01", reason="withdrawn"), DOWN, 9),
    ]
    row = proof(records)
    assert (row.outcome, row.complete, failing(row)) == ("withdrawn", True, set())


def test_an_emergency_helped_first_shows_the_papers_it_still_owes() -> None:
    row = proof(told(open_case("temporary"), confirm(number=T, emergency=True, officer=None)))
    assert {"surveyed_by_two", "checked", "noticed_in_full", "papers_completed"} <= failing(row)
    assert not row.complete


def test_an_emergency_is_complete_once_its_papers_are() -> None:
    """Helped first, everything else after it, in the term of the pack (fifteen working days, sample)."""
    row = proof(told(*EMERGENCY))
    assert (row.outcome, row.complete, failing(row)) == ("confirmed", True, set())
    by_name = {step.step: step for step in row.steps}
    assert (by_name["papers_completed"].due_on, by_name["papers_completed"].state) == (date(2026, 3, 23), "met")
    assert failing(proof(told(*EMERGENCY[:-1]))) == {"papers_completed"}


@pytest.mark.parametrize(
    ("left_out", "code", "fails"),
    [
        (2, "survey-missing", {"investigation_started", "surveyed_by_two", "family_signed"}),
        (3, "check-not-requested", {"authorised", "check_started", "checked"}),
        (4, "check-missing", {"checked"}),
        (5, "notice-not-posted", {"opinion_signed"}),
    ],
)
def test_papers_of_an_emergency_are_not_complete_without_each_of_them(
    left_out: int, code: str, fails: set[str]
) -> None:
    kinds = (HouseholdSurveyed, InformationCheckRequested, InformationCheckReturned, NoticePosted)
    gone: tuple[type[Fact], ...] = kinds[left_out - 2 : left_out - 1]
    if left_out == 3:
        gone = kinds[1:3]
    assert failing(proof(list(without(*gone)(told(*EMERGENCY))))) == fails
    assert first_refusal(*(one for place, one in enumerate(EMERGENCY) if place != left_out)) == code


def test_a_complaint_in_an_emergency_needs_the_bureaus_visit_before_its_papers_are_complete() -> None:
    complained = (*EMERGENCY[:-1], complaint(DOWN, T))
    assert no(*complained, EMERGENCY[-1]) == "bureau-visit-missing"
    assert failing(proof(told(*complained))) == {"bureau_visited", "papers_completed"}
    assert failing(proof(told(*complained, bureau_visit(DOWN, T), EMERGENCY[-1]))) == set()


def first_refusal(*said: Said) -> str:
    """The code of the first command that is refused on the way."""
    for end in range(1, len(said) + 1):
        try:
            told(*said[:end])
        except CommandRejected as refused:
            return refused.code
    return ""
