"""Proves that a round goes from document to appointment, and that nobody with a better right is passed over without a reason."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.contracts.deciding import Command
from services.contracts.payroll import (
    CandidateAppointed,
    CandidateRegistered,
    CandidatesSelected,
    OfficerAppointed,
    RankingPosted,
    RecruitmentClosed,
)
from services.contracts.sealed import Clear
from services.payroll.domain.recruitment import (
    Candidate,
    CloseRecruitment,
    Pick,
    PostRanking,
    ScoreCandidate,
    ranked,
)
from tests.unit.payroll_posts_world import (
    AFTER_POSTING,
    CASEWORKER,
    EVIDENCE,
    LEADER,
    NOON,
    OPENING,
    appoint,
    candidate,
    establish,
    opened,
    posted,
    reserve,
    resident_id,
    scored,
    select,
)
from tests.unit.test_payroll_cases import Ledger
from tests.unit.test_payroll_models import folded

FIRST, SECOND = candidate("K1", 1), candidate("K2", 2, major="社会工作")


def ranked_round(*candidates: tuple[Any, int]) -> Ledger:
    return posted(scored(opened(establish(Ledger())), *(candidates or ((FIRST, 9_000), (SECOND, 8_500)))))


@pytest.mark.parametrize(
    ("education", "reason", "document", "fine"),
    [
        ("中专", "", "", False),
        ("中专", "示例", "", False),
        ("中专", "", "示例", False),
        ("中专", "示例理由", "示例批复", True),
        ("大专", "", "", True),
    ],
)
def test_the_diploma_rule_of_candidates(education: str, reason: str, document: str, fine: bool) -> None:
    ledger = opened(Ledger())
    command = candidate("K1", 1, education=education, exception_reason=reason, exception_document=document)
    if not fine:
        assert ledger.refuses("diploma-too-low", command, CASEWORKER, NOON)
        return
    ledger.tell(command, CASEWORKER, NOON)
    (fact,) = ledger.facts(CandidateRegistered)
    assert isinstance(fact.name, Clear)
    assert isinstance(fact.resident_id, Clear)


@pytest.mark.parametrize(("major", "qualification", "preferred"), [("社会工作", "", True), ("", "assistant", True), ("会计", "", False)])  # fmt: skip
def test_a_social_work_degree_or_qualification_is_preferred(major: str, qualification: str, preferred: bool) -> None:
    ledger = opened(Ledger())
    ledger.tell(candidate("K1", 1, major=major, qualification=qualification), CASEWORKER, NOON)
    assert ledger.facts(CandidateRegistered)[0].preferred is preferred


def test_equal_scores_are_ranked_by_preference() -> None:
    def one(score: int | None, preferred: bool = False, town: str = "T01") -> Candidate:
        return Candidate(town, "p_x", "大专", preferred, score=score)

    found = ranked(
        {"K1": one(80), "K2": one(80, True), "K3": one(90), "K4": one(None), "K5": one(70, True, "T02")}
    )  # fmt: skip
    assert [(row.town, row.candidate_no, row.rank) for row in found] == [
        ("T01", "K3", 1), ("T01", "K2", 2), ("T01", "K1", 3), ("T02", "K5", 1),
    ]  # fmt: skip


def test_nobody_is_selected_before_the_posting_of_seven_full_days_is_over() -> None:
    ledger = ranked_round()
    (fact,) = ledger.facts(RankingPosted)
    assert fact.last_day_on == date(2026, 3, 23)
    first = select(Pick(candidate_no="K1", reason="示例"))
    assert ledger.refuses("posting-not-over", first, LEADER, NOON + timedelta(days=7))
    ledger.tell(first, LEADER, NOON + timedelta(days=8))


@pytest.mark.parametrize(
    ("candidates", "picked", "passed_over"),
    [
        # the first has no preference, the second has: choosing the first takes a reason
        (((FIRST, 9_000), (SECOND, 8_500)), "K1", [("K2", True)]),
        # the second has the worse place
        (((FIRST, 9_000), (SECOND, 8_500)), "K2", [("K1", False)]),
        (((FIRST, 9_000), (candidate("K3", 3), 8_500)), "K3", [("K1", False)]),
        (((FIRST, 8_000), (SECOND, 8_500)), "K2", []),
        (((FIRST, 9_000), (candidate("K3", 3), 8_500)), "K1", []),
    ],
)
def test_passing_over_somebody_takes_a_reason_on_record(
    candidates: tuple[tuple[Any, int], ...], picked: str, passed_over: list[tuple[str, bool]]
) -> None:
    ledger = ranked_round(*candidates)
    if passed_over:
        assert ledger.refuses("text-missing", select(Pick(candidate_no=picked)), LEADER, AFTER_POSTING)
    reason = "考察中本人说明不服从分配" if passed_over else ""
    ledger.tell(select(Pick(candidate_no=picked, reason=reason)), LEADER, AFTER_POSTING)
    (fact,) = ledger.facts(CandidatesSelected)
    assert [(one.candidate_no, one.preferred) for one in fact.passed_over] == passed_over
    assert all(one.reason == reason and one.selected == picked for one in fact.passed_over)


def test_a_round_closes_into_the_appointment() -> None:
    ledger = ranked_round((SECOND, 9_000), (FIRST, 8_000))
    ledger.tell(select(Pick(candidate_no="K2")), LEADER, AFTER_POSTING)
    ledger.tell(reserve("O101", 2), CASEWORKER, AFTER_POSTING)
    chosen_on = AFTER_POSTING.date()
    of_round = {"round_no": "XP-1", "candidate_no": "K2", "exceptions": (), "appointed_on": chosen_on}
    too_early = appoint("O101", 2, **(of_round | {"appointed_on": chosen_on - timedelta(days=1)}))
    assert ledger.refuses("out-of-order", too_early, CASEWORKER, AFTER_POSTING)
    ledger.tell(appoint("O101", 2, major="社会工作", **of_round), CASEWORKER, AFTER_POSTING)
    (officer,), (noted,), (closed,) = (
        ledger.facts(one) for one in (OfficerAppointed, CandidateAppointed, RecruitmentClosed)
    )
    assert (officer.round_no, noted.officer, closed.appointed_count, closed.reason) == ("XP-1", "O101", 1, "")
    rows = folded(ledger)
    assert (rows["recruitments", "XP-1"].status, rows["recruitments", "XP-1"].appointed) == ("closed", 1)
    assert rows["candidates", "XP-1/K2"].officer == "O101"
    again = appoint("O102", 2, bank_account="62221", **of_round)
    assert ledger.refuses("person-in-post", reserve("O102", 2), CASEWORKER, AFTER_POSTING)
    assert ledger.refuses("post-not-reserved", again, CASEWORKER, AFTER_POSTING)


def test_an_exception_that_the_round_recorded_holds_for_the_appointment() -> None:
    low = candidate("K1", 1, education="高中", exception_reason="示例：无人报名", exception_document="示例批复1号")
    ledger = ranked_round((low, 9_000))
    ledger.tell(select(Pick(candidate_no="K1")), LEADER, AFTER_POSTING)
    ledger.tell(reserve("O101", 1), CASEWORKER, AFTER_POSTING)
    chosen = appoint(
        "O101",
        1,
        education="高中",
        round_no="XP-1",
        candidate_no="K1",
        exceptions=(),
        appointed_on=AFTER_POSTING.date(),
    )
    ledger.tell(chosen, CASEWORKER, AFTER_POSTING)
    (fact,) = ledger.facts(OfficerAppointed)
    assert [(one.rule, one.reason) for one in fact.exceptions] == [("diploma", "示例：无人报名")]


def test_who_was_not_selected_is_not_appointed_out_of_the_round() -> None:
    ledger = ranked_round()
    ledger.tell(select(Pick(candidate_no="K1", reason="示例理由")), LEADER, AFTER_POSTING)
    ledger.tell(reserve("O101", 2), CASEWORKER, AFTER_POSTING)
    for number in ("K1", "K2"):
        other = appoint("O101", 2, round_no="XP-1", candidate_no=number, exceptions=())
        assert ledger.refuses("not-selected", other, CASEWORKER, AFTER_POSTING)


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("candidate-twice", candidate("K3", 1)),
        ("number-taken", candidate("K1", 3)),
        ("town-not-sought", candidate("K3", 3, town="T02")),
        ("resident-id-invalid", candidate("K3", 3, resident_id=resident_id(3)[:-1] + "Z")),
        ("personal-in-text", candidate("K3", 3, exception_reason=resident_id(3))),
        ("candidate-unknown", ScoreCandidate(round_no="XP-1", candidate_no="K9", score_hundredths=1, document="示例")),
        ("nobody-scored", PostRanking(round_no="XP-1", posted_on=NOON.date(), evidence_sha256=EVIDENCE)),
        ("recruitment-not-posted", select(Pick(candidate_no="K1"))),
        ("recruitment-exists", OPENING),
        ("text-missing", CloseRecruitment(round_no="XP-1", reason=" ")),
        ("recruitment-not-open", CloseRecruitment(round_no="XP-2", reason="示例")),
    ],
)
def test_steps_that_do_not_hold_are_refused(code: str, command: Command) -> None:
    ledger = opened(Ledger())
    ledger.tell(FIRST, CASEWORKER, NOON)
    assert ledger.refuses(code, command, LEADER, NOON)


def test_more_than_were_sought_cannot_be_selected_and_a_round_may_end_without_all() -> None:
    ledger = ranked_round()
    both = select(Pick(candidate_no="K1", reason="示例"), Pick(candidate_no="K2"))
    assert ledger.refuses("too-many-selected", both, LEADER, AFTER_POSTING)
    ledger.tell(select(Pick(candidate_no="K1", reason="示例理由")), LEADER, AFTER_POSTING)
    ledger.tell(CloseRecruitment(round_no="XP-1", reason="人选放弃"), LEADER, AFTER_POSTING)
    assert folded(ledger)["recruitments", "XP-1"].closing_reason == "人选放弃"
