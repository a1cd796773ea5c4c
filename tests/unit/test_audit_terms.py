"""Proves what moves or ends a term that audit watches: a gradual exit, a recognition, a refusal."""

from datetime import UTC, date, datetime
from typing import Any

from services.audit.automatic.terms import TermWatch
from tests.unit.audit_told import HOUSEHOLD, RULES, log_of
from tests.unit.casework_steps import DECIDED, ask, confirm, contest, returned, run, steps
from tests.unit.test_casework_benefit import look, stock
from tests.unit.test_casework_changes import phase_out


def overdue(now: date, *said: Any) -> list[str]:
    """The terms that audit finds run out by a day, after a household's steps."""
    facts = [(HOUSEHOLD, fact) for n in range(len(said)) for fact in run(*said[: n + 1])[1]]
    watch = TermWatch(RULES)
    found = [one.test for record in log_of(*facts) for one in watch.read(record)]
    return found + [one.test for one in watch.ended(datetime(now.year, now.month, now.day, 12, tzinfo=UTC))]


def test_a_gradual_exit_moves_the_next_look_to_its_end() -> None:
    """Looked at in March for the year after, then the exit until June: in July nobody has looked."""
    looked = (stock(), look(outcome="changed"))
    assert overdue(date(2026, 9, 2), *looked) == []
    exited = (*looked, phase_out())
    until = run(*exited)[0].reverify_by
    assert overdue(until, *exited) == []
    assert overdue(date(2026, 12, 31), *exited) == ["reverification_overdue"]


def test_a_recognition_asks_for_no_look_by_the_day_of_the_benefit_before() -> None:
    need = "near_dibao_urban"
    recognised = (stock("hardship"), *steps(need), confirm(number=f"R-1-{need}"))
    assert run(*recognised)[0].reverify_by is None
    assert overdue(date(2026, 5, 1), *recognised) == []


def test_a_second_contest_puts_off_no_day_of_the_first() -> None:
    both = (*steps()[:4], contest(), contest(date(2026, 3, 6), registers=("vehicle",), contest_no="HY-2"))
    answered = (*both, ask(registers=("bank",)), returned(registers=("bank",)))
    found = [
        "contest_unanswered" in overdue(date(2026, 3, day), *said)
        for said, day in ((both, 11), (both, 12), (answered, 12), (answered, 14))
    ]
    assert found == [False, True, False, True]


def test_a_refusal_ends_what_was_contested() -> None:
    contested = (*steps()[:4], contest())
    late = date(2026, 5, 1)
    assert "contest_unanswered" in overdue(late, *contested)
    refused = (*contested, confirm(DECIDED, outcome="refused", reason="撤回异议后不符合条件"))
    assert "contest_unanswered" not in overdue(late, *refused)
