"""Proves that a suppression takes two people and a reason, rests what it names and no more, ends on its day, and deletes nothing."""

from datetime import date
from typing import Any

import msgspec

from services.audit.domain.rectification import commands as step
from services.audit.domain.suppression import (
    ApproveSuppression,
    DeclineSuppression,
    ProposeSuppression,
    RevokeSuppression,
)
from services.contracts.audit import FindingRecurred, FindingReleased
from tests.unit.findings_desk import AUDITOR, CHIEF, LEADER, OTHER, Desk, answer

END = date(2026, 3, 31)


def propose(desk: Desk, number: str = "YZ-1", **fields: Any) -> ProposeSuppression:
    command = ProposeSuppression(suppression_no=number, reason="系统迁移期间已知误报", until=END, **fields)
    if command.finding_no:
        finding = desk.states.get(f"finding:{command.finding_no}")
        known = (*finding.hands, finding.about) if finding else None
        command = msgspec.structs.replace(command, concerned=known)
    return command


def of_test(desk: Desk, number: str = "YZ-1", **changes: Any) -> None:
    fields = {"test": "visits_overlap", "about": "officer:O001"} | changes
    desk.says(AUDITOR, propose(desk, number, **fields))
    desk.says(OTHER, ApproveSuppression(suppression_no=number))


def status(desk: Desk, number: str) -> str:
    return str(desk.rows("findings")[number].status)


def test_one_finding_rests_by_two_people_until_its_day_and_stands_as_before() -> None:
    desk = Desk()
    desk.assigned()
    desk.says(AUDITOR, propose(desk, finding_no="R-1"))
    assert status(desk, "R-1") == "assigned", "a proposal changes nothing"
    assert desk.no(AUDITOR, ApproveSuppression(suppression_no="YZ-1")) == "proposer-approves"
    assert desk.no(CHIEF, ApproveSuppression(suppression_no="YZ-1")) == "concerned-decides"
    assert desk.no("officer:O001", ApproveSuppression(suppression_no="YZ-1")) == "concerned-decides"
    desk.until(date(2026, 3, 4))
    desk.says(LEADER, ApproveSuppression(suppression_no="YZ-1"))
    row = desk.rows("findings")["R-1"]
    assert (row.status, row.suppression_no, row.suppressed_until, row.due_on) == ("suppressed", "YZ-1", END, None)
    assert desk.no(CHIEF, answer(), town="T01") == "finding-status"
    desk.until(date(2026, 3, 31))
    assert status(desk, "R-1") == "suppressed", "its last day is included"
    desk.until(date(2026, 4, 1))
    assert (status(desk, "R-1"), desk.rows("suppressions")["YZ-1"].status) == ("assigned", "ended")
    released = desk.records[-1].fact
    assert isinstance(released, FindingReleased)
    assert released.due_on == date(2026, 4, 14), "eight working days were left on 4 March; 6 April is off"
    assert desk.names("finding:R-1") == ["FindingOpened", "FindingAssigned", "FindingSuppressed", "FindingReleased"]
    assert desk.refused == []


def test_a_test_about_one_subject_rests_for_findings_there_are_and_those_to_come() -> None:
    desk = Desk()
    first, other = desk.tested("e1"), desk.tested("e9", about="officer:O002")
    of_test(desk)
    second = desk.tested("e2")
    assert [status(desk, one) for one in (first, second, other)] == ["suppressed", "suppressed", "open"]
    desk.until(date(2026, 4, 1))
    assert [status(desk, one) for one in (first, second)] == ["open", "open"]
    third = desk.tested("e3")
    assert status(desk, third) == "open"
    assert desk.refused == []


def test_a_suppression_leaves_closed_findings_alone_and_another_one_holds_its_own() -> None:
    desk = Desk()
    first, second = desk.tested("e1"), desk.tested("e2")
    desk.says(AUDITOR, step.AssignFinding(finding_no=first, unit="T01", responsible=CHIEF))
    desk.says(CHIEF, answer(first), town="T01")
    desk.says(OTHER, step.VerifyRectification(finding_no=first, outcome="accepted", note="已核实"))
    desk.says(OTHER, step.CloseFinding(finding_no=first))
    desk.says(AUDITOR, propose(desk, "YZ-2", finding_no=second))
    desk.says(OTHER, ApproveSuppression(suppression_no="YZ-2"))
    of_test(desk)
    desk.says(OTHER, RevokeSuppression(suppression_no="YZ-1", why="误报已排除"))
    assert status(desk, second) == "suppressed", "by the suppression of its own"
    assert "FindingSuppressed" not in desk.names(f"finding:{first}")
    assert desk.refused == []


def test_a_closed_finding_is_open_again_when_its_test_finds_new_evidence() -> None:
    desk = Desk()
    first = desk.tested("e1")
    second = desk.tested("e2")
    told = desk.records[-1].fact
    assert isinstance(told, FindingRecurred)
    assert (told.finding_no, told.recurred_in, told.reopened) == (first, second, False)
    desk.says(AUDITOR, step.AssignFinding(finding_no=second, unit="T01", responsible=CHIEF))
    desk.says(CHIEF, answer(second), town="T01")
    desk.says(OTHER, step.VerifyRectification(finding_no=second, outcome="accepted", note="已核实"))
    desk.says(OTHER, step.CloseFinding(finding_no=second))
    third = desk.tested("e3")
    row = desk.rows("findings")[second]
    assert (row.status, row.rounds, row.recurred_in, row.responsible) == ("open", 2, (third,), "")
    desk.tested("e3")
    assert desk.rows("findings")[second].rounds == 2, "the same evidence is no new evidence"
    towns = desk.rows("findings_by_town")["T01"]
    assert (towns.high, towns.closed) == (3, 0)


def test_what_is_proposed_has_one_scope_a_reason_and_a_term() -> None:
    desk = Desk()
    desk.raised()
    for code, fields in (
        ("suppression-of-what", {}),
        ("suppression-of-what", {"finding_no": "R-1", "test": "visits_overlap", "about": "officer:O001"}),
        ("suppression-of-what", {"test": "visits_overlap"}),
        ("finding-unknown", {"finding_no": "R-9"}),
    ):
        assert desk.no(AUDITOR, propose(desk, **fields)) == code
    good = propose(desk, finding_no="R-1")
    assert desk.no(AUDITOR, msgspec.structs.replace(good, reason=" ")) == "text-missing"
    assert desk.no(AUDITOR, msgspec.structs.replace(good, until=date(2026, 12, 31))) == "suppression-too-long"
    assert desk.no(AUDITOR, msgspec.structs.replace(good, until=date(2026, 3, 1))) == "suppression-too-long"


def test_what_is_declined_or_over_is_not_approved_and_nothing_rests() -> None:
    desk = Desk()
    desk.raised()
    desk.says(AUDITOR, propose(desk, finding_no="R-1"))
    desk.says(OTHER, DeclineSuppression(suppression_no="YZ-1", why="理由不足"))
    assert desk.no(LEADER, ApproveSuppression(suppression_no="YZ-1")) == "suppression-stage"
    desk.says(AUDITOR, propose(desk, "YZ-2", finding_no="R-1"))
    desk.until(date(2026, 4, 1))
    assert desk.no(LEADER, ApproveSuppression(suppression_no="YZ-2")) == "suppression-over"
    assert desk.no(LEADER, ApproveSuppression(suppression_no="YZ-3")) == "suppression-unknown"
    assert status(desk, "R-1") == "open"
