"""Laws of the way a finding goes, whatever anybody tries in whatever order: who verifies, what closes, which clock runs."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.domain.rectification import Finding, evolve
from services.audit.domain.rectification import commands as step
from services.audit.domain.rectification.state import CLOCK_OF
from services.audit.domain.suppression import (
    ApproveSuppression,
    ProposeSuppression,
    RevokeSuppression,
)
from services.contracts.audit import FindingAnswered, FindingClosed, RectificationVerified
from services.contracts.clocks import ClockRow
from services.contracts.deciding import Command, CommandRejected
from tests.unit.findings_desk import AUDITOR, CHIEF, LEADER, OTHER, PAPER, Desk

ACTORS = (AUDITOR, OTHER, LEADER, CHIEF, "bureau:B1", "officer:O001")
NO = "R-1"


def tried(suppression: int) -> list[Command]:
    """Every command a person or a timer may send about the finding."""
    asked: dict[str, Any] = {"finding_no": NO, "town": "T01"}
    return [
        step.AssignFinding(finding_no=NO, unit="T01", responsible=CHIEF),
        step.AssignFinding(finding_no=NO, unit="bureau", responsible="bureau:B1"),
        step.AnswerFinding(measures="已整改", evidence_files=(PAPER,), **asked),
        step.AnswerFinding(finding_no=NO, measures="已整改", evidence_files=(PAPER,)),
        step.ContestFinding(statement="有误", **asked),
        step.RequestRectificationExtension(workdays=5, reason="示例", **asked),
        step.DecideRectificationExtension(finding_no=NO, approved=True, reason="示例"),
        step.DecideFindingContest(finding_no=NO, outcome="rejected", reason="示例"),
        step.DecideFindingContest(finding_no=NO, outcome="upheld", reason="示例"),
        step.VerifyRectification(finding_no=NO, outcome="accepted", note="示例"),
        step.VerifyRectification(finding_no=NO, outcome="sent_back", note="示例"),
        step.CloseFinding(finding_no=NO),
        step.EscalateFinding(finding_no=NO, reason="示例", document="示例"),
        step.NoteRecurrence(finding_no=NO, recurred_in="F-2"),
        ProposeSuppression(
            suppression_no=f"YZ-{suppression}", finding_no=NO, reason="示例", until=date(2026, 4, 30), concerned=(CHIEF,)
        ),
        ApproveSuppression(suppression_no=f"YZ-{suppression}"),
        RevokeSuppression(suppression_no=f"YZ-{suppression}", why="示例"),
    ]  # fmt: skip


# Steps by somebody who may take them, else hardly anything would ever be closed; and by those who would most like to.
PROPER = [
    (0, AUDITOR), (1, LEADER), (2, CHIEF), (3, "bureau:B1"), (4, CHIEF), (5, CHIEF), (6, AUDITOR), (7, OTHER), (9, OTHER),
    (9, LEADER), (10, AUDITOR), (11, OTHER), (14, AUDITOR), (15, OTHER), (16, OTHER),
    (9, CHIEF), (9, "bureau:B1"), (11, CHIEF), (11, "bureau:B1"), (8, CHIEF), (6, CHIEF),
]  # fmt: skip
ANY = st.tuples(st.integers(0, len(tried(1)) - 1), st.sampled_from(ACTORS))
ATTEMPTS = st.lists(
    st.tuples(st.one_of(st.sampled_from(PROPER), st.sampled_from(PROPER), ANY), st.integers(0, 3)),
    min_size=30,
    max_size=60,
)
Attempts = list[tuple[tuple[int, str], int]]


def played(attempts: Attempts) -> Desk:
    """A desk at which all that was tried was allowed or refused, and days passed in between."""
    desk = Desk()
    desk.raised(NO)
    for number, ((which, actor), days) in enumerate(attempts):
        desk.until(desk.today + timedelta(days=days))
        try:
            desk.says(actor, tried(1 + number // 8)[which])
        except CommandRejected:
            continue
        hold(desk)
    hold(desk)
    return desk


def finding(desk: Desk) -> Finding:
    found = desk.states[f"finding:{NO}"]
    assert isinstance(found, Finding)
    return found


def hold(desk: Desk) -> None:
    """What is true after every step."""
    state = finding(desk)
    clocks: list[ClockRow] = [row for row in desk.rows("clocks").values() if row.status == "running"]
    due = [row for key, row in desk.rows("due").items() if key == f"finding:{NO}"]
    row = desk.rows("findings")[NO]
    assert (state.status, state.due_on, state.responsible) == (row.status, row.due_on, row.responsible)
    # One clock runs exactly while somebody is to do something; a timer waits for no other.
    assert [(one.clock, one.due_on) for one in clocks] == ([(state.clock, state.due_on)] if state.clock else [])
    assert bool(state.clock) == (state.status in CLOCK_OF)
    assert len(due) <= len(clocks)
    assert not state.ended or not due
    if state.status in CLOCK_OF:
        assert state.responsible
        assert state.due_on is not None


@settings(max_examples=150, deadline=None)
@given(ATTEMPTS)
def test_nobody_verifies_or_closes_what_they_answered_and_closed_comes_by_verification_alone(
    attempts: Attempts,
) -> None:
    desk = played(attempts)
    answerers: set[str] = set()
    last: Any = None
    for record in desk.records:
        match record.fact:
            case FindingAnswered() as fact:
                answerers.add(fact.answered_by)
                last = fact
            case RectificationVerified() as fact:
                assert isinstance(last, FindingAnswered)
                assert fact.verified_by not in answerers | {fact.responsible}
                last = fact
            case FindingClosed() as fact:
                assert isinstance(last, RectificationVerified)
                assert last.outcome == "accepted"
                assert fact.closed_by not in answerers
                last = fact
            case _ if type(record.fact).__name__ == "FindingRecurred":
                if finding_reopened(record.fact):
                    answerers, last = set(), None
            case _:
                pass
    assert desk.names().count("FindingOpened") == 1
    # Timers and reactions are never refused: what they ask for still holds when they ask.
    assert desk.refused == []


def finding_reopened(fact: Any) -> bool:
    return bool(fact.reopened)


@settings(max_examples=60, deadline=None)
@given(ATTEMPTS)
def test_folding_again_comes_to_the_same_and_every_step_is_in_the_history(attempts: Attempts) -> None:
    desk = played(attempts)
    state = Finding()
    of_finding = [one for one in desk.records if one.envelope.subject == f"finding:{NO}"]
    for one in of_finding:
        state = evolve(state, one.fact)
    assert state == finding(desk)
    steps = [row for _, row in sorted(desk.rows("finding_steps").items())]
    assert [row.event_id for row in steps] == [one.envelope.id for one in of_finding]
    towns = desk.rows("findings_by_town")["T01"]
    assert towns.high == (not state.ended)
    assert towns.suppressed == (state.status == "suppressed")
    assert towns.closed == (state.status == "closed")
