"""Proves that whoever follows a case by its page finds the form of each next step, on every road the procedure allows."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from services.casework.domain import HOUSEHOLD, CloseNotice, OpenCase, SubmitOpinion
from services.casework.projections.cases import CASES
from services.contracts.codec import encoder
from services.contracts.deciding import Command, kebab
from services.eventlog.problems import Problem
from services.portal.api.case_forms import CASE, answers
from services.portal.api.cases import case_forms, case_lists, ready_to_post
from services.portal.api.town_leader import opinions_of
from tests.unit.casework_steps import (
    ACCEPTED,
    DECIDED,
    HELP,
    NEEDS,
    RETURNED,
    H,
    Said,
    ask,
    bureau_visit,
    close,
    confirm,
    contest,
    context,
    deliver,
    objection,
    open_case,
    papers,
    post,
    resolve,
    returned,
    reviewed,
    steps,
    submit,
    survey,
)
from tests.unit.casework_world import record_of

DIBAO, TEKUN, TEMPORARY = "R-1-dibao_urban", "R-1-tekun", "R-1-temporary"
HANGS, LATER = date(2026, 3, 6), date(2026, 3, 23)
OVER = LATER + timedelta(days=8)


def refuse(number: str = DIBAO) -> Said:
    return confirm(number=number, outcome="refused", reason="收入超过标准", officer=None)


ROADS: dict[str, tuple[Said, ...]] = {
    **{need: (*steps(need), confirm(number=f"R-1-{need}")) for need in NEEDS},
    "a refusal": (*steps(), refuse(), deliver(DECIDED)),
    "the check before the survey": (open_case(), ask(), returned(), survey(on=RETURNED), post(), close(), submit(), confirm()),
    "a conflict": (open_case(), survey(), ask(), returned("bank"), resolve(), post(), close(), submit(), confirm()),
    "a contest": (open_case(), survey(), ask(), returned("bank"), contest(), ask(), returned(), post(), close(), submit(), confirm()),
    "help": (open_case(), HELP, survey()),
    "an objection, looked into again": (*steps()[:5], objection(), survey(on=date(2026, 3, 10)), close(), submit(), bureau_visit(DECIDED), confirm()),
    "an objection, answered by a review": (
        *steps()[:5], objection(), reviewed(on=date(2026, 3, 10)), close(), submit(), bureau_visit(DECIDED), confirm(),
    ),
    "an objection against tekun, posted again": (
        *steps("tekun")[:5], objection(number=TEKUN), close(number=TEKUN), survey(on=LATER, number=TEKUN), post(on=LATER, number=TEKUN),
        close(on=OVER, number=TEKUN), *steps("tekun")[6:10], submit(on=OVER, number=TEKUN),
    ),
    "a contest while the notice hangs": (
        *steps()[:5], contest(on=HANGS), (HANGS, ask()[1]), (HANGS, returned(on=HANGS)[1]), close(), submit(), confirm(),
    ),
    "help first, papers after": (
        open_case("temporary"), confirm(on=ACCEPTED, number=TEMPORARY, emergency=True, officer=None), survey(number=TEMPORARY),
        ask(TEMPORARY), returned(number=TEMPORARY), post(number=TEMPORARY), close(number=TEMPORARY), papers(),
    ),
}  # fmt: skip


def walked(road: tuple[Said, ...]) -> Iterator[tuple[date, dict[str, Any], Command]]:
    """Before each command of a road: its day, the case's row as a page gets it, and the command."""
    state: Any = HOUSEHOLD.initial
    row, day = None, ACCEPTED
    for one in road:
        day, command = one if isinstance(one, tuple) else (day, one)
        if row is not None:
            yield day, {**msgspec.json.decode(encoder.encode(row)), "key": "case"}, command
        for fact in HOUSEHOLD.decide(state, command, context(day, actor="bureau:B01")):
            state = HOUSEHOLD.evolve(state, fact)
            if isinstance(fact, CASES.listens):
                row = CASES.evolve(row, record_of(f"household:{H}", fact), "case")
    assert row is not None


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_the_form_of_each_next_step_is_there(road: tuple[Said, ...]) -> None:
    """For every role that may issue it; what the clock does needs no form, and the leader signs on a page of his own."""
    for day, row, command in walked(road):
        if isinstance(command, OpenCase | CloseNotice):
            continue
        name = kebab(type(command).__name__)
        if isinstance(command, SubmitOpinion):
            assert "case" in [one["key"] for one in opinions_of([row], day)["to_send"]], (day, row["status"])
            continue
        (what,) = [what for what, form in CASE.items() if form.command == name]
        for role in CASE[what].roles:
            assert what in case_forms(row, role, day), (name, day, row["status"], role)
        if name == "post-notice":
            assert ready_to_post(row, day)


def test_nothing_is_offered_once_a_case_is_over() -> None:
    *_, (day, row, _) = walked((*steps(), confirm(), (DECIDED, open_case("temporary"))))
    assert {what for role in ("window", "bureau", "town-leader") for what in case_forms(row, role, day)} == {
        "municipal"
    }


def test_a_notice_is_posted_by_whoever_is_asked_to_and_not_before() -> None:
    for day, row, command in walked(steps()):
        offered = "notice" in case_forms(row, "window", day)
        assert offered == (kebab(type(command).__name__) == "post-notice"), row["status"]


def test_help_with_a_survey_is_asked_of_another_town_by_its_name() -> None:
    towns = {"T01": ("北塔镇",) * 2, "T02": ("南湖街道",) * 2}
    packs: dict[str, Any] = {
        "procedure": {"registers": []}, "ability": {"items": []}, "recognition": {"property_limits": []}, "clock_causes": {"causes": {}},
    }  # fmt: skip
    case = {"town": "T01", "open_conflicts": [], "awaited": [], "paused_clocks": []}
    offered = case_lists(case, [], {}, towns, packs)
    (asked,) = [one for one in CASE["ask-help"].fields if one.name == "helping_town"]
    assert offered[str(asked.choices)] == {"T02": ("南湖街道", "南湖街道")}


def test_an_answer_names_the_registers_that_answered_or_will_not() -> None:
    for named in ({"registers": ["bank"]}, {"unanswered": ["vehicle"], "reason": "系统停运"}):
        assert answers(named) == named
    with pytest.raises(Problem):
        answers({"returned_on": "2026-03-04"})
