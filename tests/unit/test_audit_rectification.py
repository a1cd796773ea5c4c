"""Proves that a finding goes its one way (问题–责任人–期限–销号): who may take which step, in which term, and what is refused."""

from datetime import date

import msgspec
import pytest

from services.audit.domain.following import follow_finding
from services.audit.domain.rectification import Finding, evolve
from services.audit.domain.rectification import commands as step
from services.audit.domain.rectification.shapes import CitedRecord
from services.contracts.audit import (
    FindingAnswered,
    FindingAssigned,
    FindingClosed,
    FindingContestDecided,
    FindingContested,
    FindingOpened,
    RectificationExtensionDecided,
    RectificationOverdue,
    RectificationVerified,
)
from services.contracts.codec import decoder_of
from services.contracts.payroll import MisuseFound
from services.contracts.registry import Fact
from tests.unit.findings_desk import AUDITOR, CHIEF, EVIDENCE, LEADER, OTHER, PAPER, Desk, answer

CITED = CitedRecord(event_id="e-1", partition=3, sequence=7)


def state(desk: Desk, number: str = "R-1") -> Finding:
    found = desk.states[f"finding:{number}"]
    assert isinstance(found, Finding)
    return found


def only(facts: tuple[Fact, ...]) -> Fact:
    (fact,) = facts
    return fact


def test_given_nothing_when_a_person_raises_a_finding_then_it_rests_on_what_the_journal_has() -> None:
    desk = Desk()
    desk.raised(records=(CITED,), found=(EVIDENCE,), evidence_files=())
    opened = desk.records[0].fact
    assert isinstance(opened, FindingOpened)
    assert (opened.origin, opened.opened_by, opened.test, opened.evidence) == ("person", AUDITOR, "person", (EVIDENCE,))
    assert desk.no(OTHER, raise_again()) == "finding-known"


def raise_again() -> step.RaiseFinding:
    return step.RaiseFinding(
        finding_no="R-1", severity="low", about="officer:O001", town="T01", rule="r", law="l", summary_zh="s",
        evidence_files=(PAPER,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("case", "cited", "found"),
    [
        ("no record at that place", CITED, ()),
        ("another event there", msgspec.structs.replace(CITED, event_id="e-2"), (EVIDENCE,)),
        ("another hash", msgspec.structs.replace(CITED, hash="c" * 64), (EVIDENCE,)),
        ("the edge found none", CITED, None),
    ],
)
def test_a_record_that_is_not_what_is_cited_is_refused(case: str, cited: CitedRecord, found: object) -> None:
    command = msgspec.structs.replace(raise_again(), records=(cited,), found=found)
    assert Desk().no(AUDITOR, command) == "evidence-differs", case


def test_a_finding_rests_on_something_and_names_nobody() -> None:
    assert Desk().no(AUDITOR, msgspec.structs.replace(raise_again(), evidence_files=())) == "evidence-missing"
    named = msgspec.structs.replace(raise_again(), summary_zh="510212196001010010 重复")
    assert Desk().no(AUDITOR, named) == "personal-in-text"
    assert Desk().no(AUDITOR, msgspec.structs.replace(raise_again(), law=" ")) == "text-missing"


@pytest.mark.parametrize(
    ("severity", "due_on"), [("high", date(2026, 3, 16)), ("medium", date(2026, 3, 23)), ("low", date(2026, 4, 14))]
)
def test_the_term_follows_from_severity_in_working_days(severity: str, due_on: date) -> None:
    """From Monday 2 March 2026: 10, 15 and 30 working days of the sample pack; Qingming (6 April) is off."""
    desk = Desk()
    desk.raised(severity=severity)
    fact = only(desk.says(AUDITOR, step.AssignFinding(finding_no="R-1", unit="T01", responsible=CHIEF)))
    assert isinstance(fact, FindingAssigned)
    assert (fact.due_on, fact.pack_version) == (due_on, "rectification@2026.1")


def test_it_is_assigned_to_somebody_else_and_taken_over_with_its_day() -> None:
    desk = Desk()
    desk.raised()
    assert (
        desk.no(LEADER, step.AssignFinding(finding_no="R-1", unit="bureau", responsible=LEADER)) == "assigned-to-self"
    )
    assert (
        desk.no("officer:O001", step.AssignFinding(finding_no="R-1", unit="T01", responsible=CHIEF))
        == "concerned-decides"
    )
    first = only(desk.says(AUDITOR, step.AssignFinding(finding_no="R-1", unit="T01", responsible=CHIEF)))
    assert desk.no(AUDITOR, step.AssignFinding(finding_no="R-1", unit="T01", responsible=CHIEF)) == "assigned-already"
    desk.until(date(2026, 3, 5))
    again = step.AssignFinding(finding_no="R-1", unit="T01", responsible="town-leader:T01-L2")
    second = only(desk.says(AUDITOR, again))
    assert isinstance(first, FindingAssigned)
    assert isinstance(second, FindingAssigned)
    assert (second.previous, second.due_on) == (CHIEF, first.due_on)
    assert desk.no(CHIEF, answer(), town="T01") == "not-responsible"


def test_only_the_person_responsible_answers_with_something_that_shows_it() -> None:
    desk = Desk()
    desk.assigned()
    assert desk.no("town-leader:T02-L1", answer(town="T02"), town="T02") == "wrong-town"
    assert desk.no("officer:O002", answer(), town="T01") == "not-responsible"
    assert desk.no(CHIEF, answer(evidence_files=()), town="T01") == "evidence-missing"
    assert desk.no(CHIEF, answer(measures="电话 13800000000"), town="T01") == "personal-in-text"
    fact = only(desk.says(CHIEF, answer(), town="T01"))
    assert isinstance(fact, FindingAnswered)
    assert (fact.answered_by, fact.verify_by, fact.due_on) == (CHIEF, date(2026, 3, 9), date(2026, 3, 16))
    assert desk.no(CHIEF, answer(), town="T01") == "finding-status"


def test_nobody_who_answered_or_answers_for_it_verifies_or_closes() -> None:
    desk = Desk()
    desk.answered()
    accepted = step.VerifyRectification(finding_no="R-1", outcome="accepted", note="已核实")
    assert desk.no(CHIEF, accepted) == "concerned-decides"
    assert desk.no("officer:O001", accepted) == "concerned-decides"
    assert desk.no(AUDITOR, step.CloseFinding(finding_no="R-1")) == "finding-status"
    assert isinstance(only(desk.says(AUDITOR, accepted)), RectificationVerified)
    assert desk.no(CHIEF, step.CloseFinding(finding_no="R-1")) == "concerned-decides"
    closed = only(desk.says(LEADER, step.CloseFinding(finding_no="R-1", document="示例销〔2026〕1号")))
    assert isinstance(closed, FindingClosed)
    assert (closed.verified_by, closed.closed_by) == (AUDITOR, LEADER)
    assert state(desk).status == "closed"


def test_what_is_sent_back_has_a_new_term_and_the_next_answer_is_verified_again() -> None:
    desk = Desk()
    desk.answered()
    back = step.VerifyRectification(finding_no="R-1", outcome="sent_back", note="照片不清")
    fact = only(desk.says(AUDITOR, back))
    assert isinstance(fact, RectificationVerified)
    assert fact.rectify_by == date(2026, 3, 9)
    assert (state(desk).status, state(desk).clock) == ("assigned", "rectify")
    desk.says(CHIEF, answer(), town="T01")
    assert state(desk).clock == "verify"


def test_it_is_contested_once_in_its_term_and_decided_by_somebody_else() -> None:
    desk = Desk()
    desk.assigned()
    contest = step.ContestFinding(finding_no="R-1", town="T01", statement="当日为两人入户")
    assert desk.no("officer:O002", contest, town="T01") == "not-responsible"
    desk.until(date(2026, 3, 4))
    fact = only(desk.says(CHIEF, contest, town="T01"))
    assert isinstance(fact, FindingContested)
    assert fact.decide_by == date(2026, 3, 18)
    rejected = step.DecideFindingContest(finding_no="R-1", outcome="rejected", reason="签名为一人")
    assert desk.no(CHIEF, rejected) == "concerned-decides"
    assert desk.no(AUDITOR, rejected) == "opener-decides"
    desk.until(date(2026, 3, 11))
    decided = only(desk.says(OTHER, rejected))
    assert isinstance(decided, FindingContestDecided)
    assert decided.due_on == date(2026, 3, 23), "eight working days were left on the 4th, and are on the 11th"
    assert desk.no(CHIEF, contest, town="T01") == "contested-already"


def test_a_contest_that_is_upheld_ends_it_without_closing_it() -> None:
    desk = Desk()
    desk.assigned()
    desk.says(CHIEF, step.ContestFinding(finding_no="R-1", town="T01", statement="记录有误"), town="T01")
    desk.says(OTHER, step.DecideFindingContest(finding_no="R-1", outcome="upheld", reason="经查属实"))
    assert (state(desk).status, state(desk).clock, state(desk).resting) == ("dismissed", "", ())
    assert desk.no(AUDITOR, step.AssignFinding(finding_no="R-1", unit="T01", responsible=CHIEF)) == "finding-status"
    assert "FindingClosed" not in desk.names()


def test_a_contest_comes_in_its_term() -> None:
    desk = Desk()
    desk.assigned()
    desk.until(date(2026, 3, 10))
    contest = step.ContestFinding(finding_no="R-1", town="T01", statement="记录有误")
    assert desk.no(CHIEF, contest, town="T01") == "contest-too-late"


def test_an_extension_is_asked_for_with_a_reason_and_granted_by_another() -> None:
    desk = Desk()
    desk.assigned()
    asked = step.RequestRectificationExtension(finding_no="R-1", town="T01", workdays=5, reason="住户外出")
    assert desk.no(CHIEF, msgspec.structs.replace(asked, workdays=11), town="T01") == "extension-too-long"
    assert desk.no(AUDITOR, decide(True)) == "no-extension-asked"
    desk.says(CHIEF, asked, town="T01")
    assert state(desk).due_on == date(2026, 3, 16), "asking moves nothing"
    assert desk.no(CHIEF, asked, town="T01") == "extension-asked"
    assert desk.no(CHIEF, decide(True)) == "concerned-decides"
    fact = only(desk.says(AUDITOR, decide(True)))
    assert isinstance(fact, RectificationExtensionDecided)
    assert (fact.due_before, fact.due_on, fact.workdays) == (date(2026, 3, 16), date(2026, 3, 23), 5)
    assert desk.no(CHIEF, asked, town="T01") == "extended-already"


def decide(approved: bool) -> step.DecideRectificationExtension:
    return step.DecideRectificationExtension(finding_no="R-1", approved=approved, reason="示例")


def test_an_extension_that_is_declined_or_comes_too_late_moves_nothing() -> None:
    desk = Desk()
    desk.assigned()
    asked = step.RequestRectificationExtension(finding_no="R-1", town="T01", workdays=5, reason="住户外出")
    desk.says(CHIEF, asked, town="T01")
    desk.says(AUDITOR, decide(False))
    assert state(desk).due_on == date(2026, 3, 16)
    desk.until(date(2026, 3, 17))
    assert desk.no(CHIEF, asked, town="T01") == "clock-run-out"


def test_overdue_is_stated_step_by_step_and_stops_when_it_is_answered() -> None:
    """Due on Monday 16 March; told at once, three and five working days later."""
    desk = Desk()
    desk.assigned()
    desk.until(date(2026, 3, 20))
    late = [record for record in desk.records if isinstance(record.fact, RectificationOverdue)]
    told = [(one.envelope.time.date(), one.fact.step, one.fact.told) for one in late]  # type: ignore[attr-defined]
    assert told == [(date(2026, 3, 17), 1, "unit"), (date(2026, 3, 20), 2, "auditor")]
    desk.says(CHIEF, answer(), town="T01")
    desk.until(date(2026, 3, 27))
    assert desk.names().count("RectificationOverdue") == 2
    desk.until(date(2026, 4, 30))
    assert desk.names().count("RectificationOverdue") == 5, "who verifies is late too, to the last step"
    assert desk.refused == []


def test_an_escalated_finding_is_closed_only_when_handled_and_accounted_for() -> None:
    desk = Desk()
    desk.answered()
    escalate = step.EscalateFinding(finding_no="R-1", reason="重复发生", document="示例移〔2026〕1号", misuse_no="WG-1")
    handled = step.HandleFinding(
        finding_no="R-1", measure="责令退回", document="示例处〔2026〕1号", handled_on=desk.today
    )
    account = step.AccountForFinding(
        finding_no="R-1", accountable=CHIEF, role="镇街分管领导", outcome="批评教育", document="示例责〔2026〕1号",
        decided_on=desk.today,
    )  # fmt: skip
    assert desk.no(LEADER, handled) == "not-escalated"
    assert desk.no(CHIEF, escalate) == "concerned-decides"
    desk.says(LEADER, escalate)
    desk.says(OTHER, step.VerifyRectification(finding_no="R-1", outcome="accepted", note="已核实"))
    assert desk.no(OTHER, step.CloseFinding(finding_no="R-1")) == "escalation-open"
    assert desk.no(LEADER, account) == "finding-not-handled"
    assert desk.no(LEADER, msgspec.structs.replace(handled, handled_on=date(2026, 3, 1))) == "out-of-order"
    desk.says(LEADER, handled)
    assert desk.no(LEADER, msgspec.structs.replace(account, role="")) == "accountable-incomplete"
    assert desk.no(LEADER, msgspec.structs.replace(account, accountable=LEADER)) == "accountable-decides"
    desk.says(LEADER, account)
    desk.says(OTHER, step.CloseFinding(finding_no="R-1"))
    assert (state(desk).status, state(desk).misuses) == ("closed", ("WG-1",))


def test_payrolls_misuse_is_linked_to_its_finding_once() -> None:
    desk = Desk()
    desk.raised()
    misuse = MisuseFound(
        misuse_no="WG-2", finding_no="R-1", year=2026, source="1", document="示例", town="", amount_fen=1, what="w",  # type: ignore[arg-type]
        rule="r", found_on=desk.today, recorded_by="finance:F1",
    )  # fmt: skip
    for reaction in (*follow_finding(misuse), *follow_finding(misuse)):
        desk.follows("reaction:audit", reaction.command)
    assert desk.names("finding:R-1") == ["FindingOpened", "FindingMisuseLinked"]
    assert follow_finding(msgspec.structs.replace(misuse, finding_no="JC-2026-7")) == (), (
        "a paper of outside supervision"
    )


def test_a_finding_that_was_opened_before_there_was_a_way_to_go_can_go_it() -> None:
    """Old bytes fold: the optional fields have their defaults."""
    old = (
        b'{"finding_no":"F-1","test":"visits_overlap","severity":"high","about":"officer:O001","town":"T01","rule":"",'
        b'"law":"","summary_zh":"s","summary_en":"s","evidence":[]}'
    )
    fact = decoder_of(FindingOpened).decode(old)
    assert (fact.origin, fact.opened_by, fact.evidence_files) == ("test", "", ())
    desk = Desk()
    desk.states["finding:F-1"] = evolve(Finding(), fact)
    desk.says(AUDITOR, step.AssignFinding(finding_no="F-1", unit="T01", responsible=CHIEF))
    assert state(desk, "F-1").due_on == date(2026, 3, 16)


def test_every_step_of_a_finding_that_is_none_is_refused() -> None:
    desk = Desk()
    for command in (
        answer("R-9"),
        step.CloseFinding(finding_no="R-9"),
        step.EscalateFinding(finding_no="R-9", reason="r", document="d"),
        step.AssignFinding(finding_no="R-9", unit="T01", responsible=CHIEF),
    ):
        assert desk.no(LEADER, command) == "finding-unknown"
