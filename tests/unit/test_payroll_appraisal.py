"""Proves that a quarter's grade follows from counted work facts, and only by two people; contests and rulings change pay."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.casework import OfficerMonthClosed, VisitCompleted, VisitSetAside, WorkRecorded
from services.contracts.deciding import CHINA, Record
from services.contracts.months import Month
from services.contracts.payroll import AppraisalConfirmed, AppraisalProposed, AppraisalSettled
from services.contracts.registry import Fact
from services.contracts.sealed import Clear
from services.payroll.domain.appraisal import (
    AppraiseYear,
    ContestAppraisal,
    ProposeAppraisal,
    RuleOnAppraisal,
    SettleAppraisal,
    facts_sha256,
)
from services.payroll.projections.appraisals import APPRAISALS
from services.payroll.projections.work import OFFICER_WORK, OfficerWorkRow, counted, quarter_key
from services.payroll.rules.appraisal import AppraisalRule, Counted, score_permille, share_permille
from tests.unit.test_payroll_cases import RULES, Ledger, record_of, staffed, take_over

APRIL_10 = datetime(2026, 4, 10, 9, tzinfo=CHINA)
QUARTER: dict[str, Any] = {"officer": "O001", "year": 2026, "quarter": 1}
RULE = RULES.on("appraisal", date(2026, 3, 31), AppraisalRule)
POINTS = {point.code: point for point in RULE.points}

# Each case: point; done; of; share per mille. The rule is the shipped pack's.
SHARES = [
    ("visits_done", 38, 40, 950),
    ("visits_done", 41, 40, 1000),
    ("visits_done", 0, 0, None),
    ("visits_standard", 1, 3, 333),
    ("satisfaction", 43, 10, 860),
    ("on_time", 0, 0, 1000),
    ("on_time", 0, 2, 600),
    ("on_time", 0, 9, 0),
    ("training", 90, 90, 500),
    ("training", 400, 400, 1000),
]


@pytest.mark.parametrize(("point", "done", "of", "share"), SHARES)
def test_how_a_measure_becomes_a_share_of_its_point(point: str, done: int, of: int, share: int | None) -> None:
    measure = POINTS[point].measure
    assert share_permille(POINTS[point], Counted(measure=measure, done=done, of=of)) == share


def test_what_cannot_be_measured_is_left_out_of_the_score() -> None:
    assert score_permille(((35, 800), (20, None), (15, 600))) == 740
    assert score_permille(((35, None),)) == 1000


def proposal(**changed: Any) -> ProposeAppraisal:
    """38 of 40 planned visits, 18 of 20 to standard, all work to standard, ratings 4.3, one late step, no training."""
    measures = (
        Counted(measure="planned_visits", done=38, of=40, fact_ids=("f7", "f2")),
        Counted(measure="visits", done=18, of=20, fact_ids=("f4",)),
        Counted(measure="work", done=6, of=6, fact_ids=("f9",)),
        Counted(measure="ratings", done=43, of=10),
        Counted(measure="overdue", done=0, of=1),
    )
    full = ProposeAppraisal(**QUARTER, town="T01", counted=measures, as_of=(9,) * 12)
    return msgspec.structs.replace(full, **changed)


def proposed() -> Ledger:
    ledger = staffed([take_over("O001")], [])
    ledger.tell(proposal(), "bureau:B01", APRIL_10)
    return ledger


def test_given_counted_work_when_proposed_then_points_score_and_grade() -> None:
    (fact,) = proposed().facts(AppraisalProposed)
    shares = {point.code: (point.share_permille, point.facts_count) for point in fact.points}
    assert shares == {
        "visits_done": (950, 2),
        "visits_standard": (900, 1),
        "work_standard": (1000, 1),
        "satisfaction": (860, 0),
        "on_time": (800, 0),
        "training": (0, 0),
    }
    # (35 × 950 + 20 × 900 + 15 × 1,000 + 15 × 860 + 10 × 800 + 5 × 0) ÷ 100 = 871.5 → 872: good, from 750.
    assert (fact.score_permille, fact.grade) == (872, "good")
    assert fact.points[0].facts_sha256 == facts_sha256(("f2", "f7"))


def test_settled_by_another_person_it_sets_the_coefficient_on_the_officers_own_stream() -> None:
    ledger = proposed()
    for actor in ("bureau:B01", "bureau-leader:B01"):
        assert ledger.refuses("proposer-is-confirmer", SettleAppraisal(**QUARTER), actor, APRIL_10)
    ledger.tell(SettleAppraisal(**QUARTER), "bureau-leader:L1", APRIL_10)
    applied = ledger.facts(AppraisalConfirmed)[-1]
    assert (applied.quarter, applied.coefficient_permille, applied.confirmed_by) == (1, 1000, "bureau-leader:L1")
    assert ledger.refuses("appraisal-settled", proposal(), "bureau:B01", APRIL_10)


def test_an_upheld_contest_after_settlement_sets_another_coefficient_for_the_same_quarter() -> None:
    ledger = proposed()
    ledger.tell(SettleAppraisal(**QUARTER), "bureau-leader:L1", APRIL_10)
    contest = ContestAppraisal(
        **QUARTER, town="T01", point="training", reason="已参加两次培训，漏记", fact_ids=("f11",)
    )
    ledger.tell(contest, "officer:O001", APRIL_10)
    ruling = RuleOnAppraisal(**QUARTER, point="training", upheld=True, reason="签到表在案", share_permille=1000)
    ledger.tell(ruling, "bureau-leader:L2", APRIL_10)
    # 872 + 5 × 1,000 ÷ 100 = 922 (871.5 + 50): excellent, from 900.
    assert [fact.grade for fact in ledger.facts(AppraisalSettled)] == ["good", "excellent"]
    assert [fact.coefficient_permille for fact in ledger.facts(AppraisalConfirmed)][-2:] == [1000, 1200]


def test_no_new_proposal_wipes_out_an_upheld_ruling() -> None:
    ledger = proposed()
    contest = ContestAppraisal(**QUARTER, town="T01", point="training", reason="已参加两次培训，漏记")
    ledger.tell(contest, "officer:O001", APRIL_10)
    ledger.tell(proposal(), "bureau:B01", APRIL_10)
    ruling = RuleOnAppraisal(**QUARTER, point="training", upheld=True, reason="签到表在案", share_permille=1000)
    ledger.tell(ruling, "bureau-leader:L2", APRIL_10)
    assert ledger.refuses("ruling-stands", proposal(), "bureau:B01", APRIL_10)
    ledger.tell(SettleAppraisal(**QUARTER), "bureau-leader:L1", APRIL_10)
    assert ledger.facts(AppraisalSettled)[-1].score_permille == 922


def test_a_contest_that_is_not_upheld_changes_nothing_but_the_record() -> None:
    ledger = proposed()
    ledger.tell(ContestAppraisal(**QUARTER, town="T01", point="on_time", reason="系统故障"), "officer:O001", APRIL_10)
    assert ledger.refuses("objection-open", SettleAppraisal(**QUARTER), "bureau-leader:L1", APRIL_10)
    no = RuleOnAppraisal(**QUARTER, point="on_time", upheld=False, reason="无故障记录")
    ledger.tell(no, "bureau-leader:L1", APRIL_10)
    ledger.tell(SettleAppraisal(**QUARTER), "bureau-leader:L1", APRIL_10)
    assert ledger.facts(AppraisalSettled)[-1].score_permille == 872


REFUSED = [
    ("not-own-appraisal", ContestAppraisal(**QUARTER, town="T01", point="on_time", reason="x"), "officer:O002", 0),
    ("objection-incomplete", ContestAppraisal(**QUARTER, town="T01", point="beauty", reason="x"), "officer:O001", 0),
    ("objection-incomplete", ContestAppraisal(**QUARTER, town="T01", point="on_time", reason=" "), "officer:O001", 0),
    ("objection-late", ContestAppraisal(**QUARTER, town="T01", point="on_time", reason="x"), "officer:O001", 8),
    ("objection-unknown", RuleOnAppraisal(**QUARTER, point="on_time", upheld=False, reason="x"), "bureau-leader:L1", 0),
    ("appraisal-not-proposed", SettleAppraisal(officer="O001", year=2025, quarter=3), "bureau-leader:L1", 0),
    ("quarter-not-closed", proposal(quarter=2), "bureau:B01", 0),
    ("officer-unknown", proposal(officer="O009", town=""), "bureau:B01", 0),
    ("year-not-closed", AppraiseYear(officer="O001", year=2026, quarters=((1, 800),)), "bureau-leader:L1", 0),
    ("no-quarter-settled", AppraiseYear(officer="O001", year=2025, quarters=()), "bureau-leader:L1", 0),
]


@pytest.mark.parametrize(("code", "command", "actor", "days"), REFUSED)
def test_what_is_refused(code: str, command: Any, actor: str, days: int) -> None:
    assert proposed().refuses(code, command, actor, APRIL_10 + timedelta(days=days))


def test_the_last_day_to_contest_is_the_seventh() -> None:
    late = APRIL_10 + timedelta(days=7)
    proposed().tell(ContestAppraisal(**QUARTER, town="T01", point="on_time", reason="x"), "officer:O001", late)


@pytest.mark.parametrize("actor", ["bureau:B01", "bureau-leader:B01", "officer:O001"])
def test_nobody_rules_in_their_own_cause(actor: str) -> None:
    ledger = proposed()
    ledger.tell(ContestAppraisal(**QUARTER, town="T01", point="on_time", reason="x"), "officer:O001", APRIL_10)
    ruling = RuleOnAppraisal(**QUARTER, point="on_time", upheld=False, reason="x")
    assert ledger.refuses("ruling-own-cause", ruling, actor, APRIL_10)


def test_a_year_is_the_mean_of_its_settled_quarters() -> None:
    (fact,) = staffed([take_over("O001")], []).tell(
        AppraiseYear(officer="O001", year=2025, quarters=((2, 800), (3, 701), (4, 900))), "bureau-leader:L1", APRIL_10
    )
    assert (fact.score_permille, fact.grade, fact.quarters) == (800, "good", (2, 3, 4))  # type: ignore[attr-defined]


def test_the_page_of_a_quarter_shows_the_open_objection_and_its_last_day() -> None:
    ledger = proposed()
    ledger.tell(ContestAppraisal(**QUARTER, town="T01", point="on_time", reason="x"), "officer:O001", APRIL_10)
    row = None
    for record in ledger.records:
        if isinstance(record.fact, APPRAISALS.listens):
            row = APPRAISALS.evolve(row, record, "")
    assert row is not None
    assert (row.status, row.answer_by) == ("contested", date(2026, 4, 25))


# ── what is counted ─────────────────────────────────────────────────────────────────────────────────────────────────

AT = datetime(2026, 3, 31, 17, tzinfo=CHINA)


def visit(number: int, *, met: bool = True, at: datetime = AT) -> VisitCompleted:
    return VisitCompleted(
        visit_no=f"V{number}", service="regular_visit", officer="O001", town="T01", committee="T01-C01", started_at=at,
        ended_at=at + timedelta(minutes=40), person_seen="self", co_signed=True, evidence_sha256=(),
        notes=Clear(person="p_1", group="sensitive", text=""), standard_met=met, missed_points=(), pack_version="",
    )  # fmt: skip


def set_aside() -> VisitSetAside:
    return VisitSetAside(
        conflict_no="C1", visit_no="V2", record_id="", town="T01", officer="O001", started_at=AT,
        ended_at=AT + timedelta(minutes=40), standard_met=True, due_on=None,
    )  # fmt: skip


def work(*, met: bool | None) -> WorkRecorded:
    return WorkRecorded(
        work_no="W1", work="survey", benefit="tekun", officer="O001", town="T01", committee="T01-C01", quantity=1,
        minutes=60, worked_on=date(2026, 1, 1), standard_met=met,
    )  # fmt: skip


FACTS: list[Fact] = [
    visit(1), visit(2), visit(3, met=False), set_aside(), work(met=True), work(met=None), work(met=False),
    OfficerMonthClosed(town="T01", month=Month(2026, 3), officer="O001", planned_count=9, done_count=8, missed=()),
]  # fmt: skip


def folded(facts: list[Fact]) -> tuple[Counted, ...]:
    rows: dict[str, OfficerWorkRow] = {}
    for number, fact in enumerate(facts):
        record = record_of("household:H1", fact, number)
        for key in OFFICER_WORK.keys(record):
            assert key.startswith(quarter_key("O001", 2026, 1) + "/")
            row = OFFICER_WORK.evolve(rows.get(key), record, key)
            assert row is not None
            rows[key] = row
    return counted(rows.items())


def test_each_measure_counts_its_own_facts_and_a_visit_set_aside_counts_no_more() -> None:
    found = {one.measure: (one.done, one.of, len(one.fact_ids)) for one in folded(FACTS)}
    assert found == {"planned_visits": (8, 9, 1), "visits": (1, 2, 4), "work": (2, 3, 3)}


def test_a_visit_that_a_contractor_recorded_is_not_the_work_of_the_officer_it_names() -> None:
    replace = msgspec.structs.replace
    own = replace(visit(4), author="officer:O001")
    others = [replace(visit(5), author="contractor:K001"), replace(set_aside(), author="contractor:K001")]
    assert folded([*FACTS, *others]) == folded(FACTS)
    found = {one.measure: (one.done, one.of) for one in folded([*FACTS, *others, own])}
    assert found["visits"] == (2, 3)


def test_an_older_setting_aside_without_an_author_takes_off_only_what_was_counted() -> None:
    """Whoever made the record stands in the visit alone; the order of the two changes nothing."""
    replace = msgspec.structs.replace
    theirs, aside = replace(visit(7), author="contractor:K001"), replace(set_aside(), visit_no="V7")
    for both in ([theirs, aside], [aside, theirs]):
        assert folded([*FACTS, *both]) == folded(FACTS)
    own = {one.measure: (one.done, one.of) for one in folded([*FACTS, visit(7), aside])}
    assert own["visits"] == (1, 2)
    other_record = {one.measure: (one.done, one.of) for one in folded([*FACTS, theirs, replace(aside, record_id="r2")])}
    assert other_record["visits"] == (0, 1)


@given(st.permutations(FACTS))
def test_the_order_of_facts_changes_no_measure(facts: list[Fact]) -> None:
    def sums(found: tuple[Counted, ...]) -> dict[str, tuple[int, int, int]]:
        return {one.measure: (one.done, one.of, len(one.fact_ids)) for one in found}

    assert sums(folded(facts)) == sums(folded(FACTS))


def test_a_visit_counts_for_the_quarter_of_its_day_in_china() -> None:
    first_of_april = visit(9, at=datetime(2026, 4, 1, 0, 30, tzinfo=CHINA))
    record: Record = record_of("household:H1", first_of_april, 1)
    assert OFFICER_WORK.keys(record) == (f"{quarter_key('O001', 2026, 2)}/visits/e1",)
