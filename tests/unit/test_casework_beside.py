"""Proves the read models beside the cases: open checks, complaints, asked help, the share of own visits, and their clocks."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.casework.service import SERVICE
from services.contracts.casework import EligibilityConfirmed
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import CHINA, Record
from tests.unit.casework_proofs import told
from tests.unit.casework_steps import (
    ACCEPTED,
    DECIDED,
    DECLINE,
    DOWN,
    HASH,
    HELP,
    RETURNED,
    A,
    H,
    Said,
    answered,
    ask,
    bureau_visit,
    complaint,
    confirm,
    contest,
    objection,
    open_case,
    papers,
    resolve,
    returned,
    reviewed,
    run,
    steps,
    survey,
)

MODELS = {model.name: model for model in SERVICE.models}
ALL = steps()
T = "R-1-temporary"


def rows(name: str, records: list[Record]) -> dict[str, Any]:
    model = MODELS[name]
    found: dict[str, Any] = {}
    for one in records:
        if isinstance(one.fact, model.listens):
            for key in model.keys(one):
                found[key] = model.evolve(found.get(key), one, key)
    return {key: row for key, row in found.items() if row is not None}


def again(*registers: str) -> tuple[date, Any]:
    return RETURNED, ask(A, 2, registers=registers)[1]


def test_an_open_check_lists_who_and_which_registers_wait_and_names_nobody() -> None:
    asked = told(*ALL[:3])
    row = rows("open_checks", asked)[A]
    assert (row.check_no, row.household, row.open_registers) == (f"{A}-K1", H, ("bank", "vehicle"))
    assert [one.relation for one in row.persons] == ["本人", "配偶"]
    assert "示例甲" not in encoder.encode(row).decode()
    assert rows("open_checks", told(*ALL[:3], returned(registers=("bank",))))[A].open_registers == ("vehicle",)
    for end in (returned(), confirm(outcome="refused", reason="示例")):
        assert rows("open_checks", told(*ALL[:3], end)) == {}
    emergency = (open_case("temporary"), confirm(ACCEPTED, T, emergency=True, officer=None))
    assert T in rows("open_checks", told(*emergency, survey(number=T), ask(T)))


@pytest.mark.parametrize(
    ("what", "said", "shown"),
    [
        ("待反馈", ALL[:3], (("bank", "vehicle"), (), (), 0, "checking")),
        ("银行不一致", (*ALL[:3], returned("bank")), ((), ("bank",), (), 1, "checked")),
        (
            "再核车辆",
            (*ALL[:3], returned("bank"), again("vehicle"), returned(registers=("vehicle",))),
            ((), ("bank",), (), 1, "checked"),
        ),
        ("已核实", (*ALL[:3], returned("bank"), resolve()), ((), (), (), 0, "checked")),
        ("有异议", (*ALL[:4], contest()), ((), (), ("bank",), 0, "checked")),
        (
            "复核中，逐项",
            (*ALL[:4], contest(), again("bank", "vehicle"), returned(registers=("bank",))),
            (("vehicle",), (), (), 0, "checking"),
        ),
    ],
)
def test_a_case_shows_what_its_check_has_open(what: str, said: tuple[Said, ...], shown: tuple[Any, ...]) -> None:
    row = rows("cases", told(*said))[A]
    assert (row.awaited, row.open_conflicts, row.contested, row.conflict_count, row.status) == shown, what


def test_a_case_shows_what_happened_beside_its_road() -> None:
    said = (*ALL[:5], objection(), ALL[5], reviewed(), complaint(), HELP)
    row = rows("cases", told(*said))[A]
    assert (row.review_count, row.complaint_count, row.helping_town) == (1, 1, "T02")
    helped = (open_case("temporary"), confirm(ACCEPTED, T, emergency=True, officer=None))
    assert rows("cases", told(*helped))[T].papers_by == date(2026, 3, 23)
    done = rows("cases", told(*helped, *steps("temporary")[1:], papers()))[T]
    assert (done.status, done.papers_by, done.outcome) == ("papers_completed", None, "confirmed")


def test_a_complaint_shows_its_term_and_its_answer() -> None:
    key = f"{H}/TS-1"
    row = rows("complaints", told(*ALL, complaint()))[key]
    assert (row.kind, row.application_no, row.answer_by, row.outcome) == ("named_report", A, date(2026, 4, 13), "")
    row = rows("complaints", told(*ALL, complaint(), answered()))[key]
    assert (row.answered_on, row.outcome) == (DECIDED, "unfounded")


def test_the_town_that_was_asked_sees_what_it_needs_of_that_case() -> None:
    row = rows("survey_help", told(open_case(), HELP))[A]
    assert (row.town, row.asked_by, row.household, row.status) == ("T02", "T01", H, "asked")
    assert rows("survey_help", told(open_case(), HELP, DECLINE))[A].status == "declined"
    own = told(open_case(), HELP, survey())
    assert rows("survey_help", own)[A].status == "ended", "the case's own survey is no answer of the town asked"
    helped = [
        msgspec.structs.replace(one, fact=msgspec.structs.replace(one.fact, surveyed_by_town="T02"))
        if hasattr(one.fact, "surveyed_by_town")
        else one
        for one in own
    ]
    assert rows("survey_help", helped)[A].status == "surveyed"
    assert rows("survey_help", told(open_case(), HELP, confirm(outcome="refused", reason="示例")))[A].status == "ended"


@pytest.mark.parametrize(("signed", "open_still"), [(True, False), (False, True)])
def test_a_valid_survey_of_its_own_town_ends_the_help_it_asked_for_everywhere(signed: bool, open_still: bool) -> None:
    """人户分离协助调查：本镇街自行完成有效调查的，协助请求即告终止；无效调查不终止。"""
    said = (open_case(), HELP, survey(family_signed=signed))
    state, _ = run(*said)
    assert (state.cases[0].helping_town, state.cases[0].help_by is not None) == (
        "T02" if open_still else "",
        open_still,
    )
    assert state.towns == (frozenset({"T01", "T02"}) if open_still else frozenset({"T01"}))
    records = told(*said)
    assert ("survey_help" in clocks(*said)) is open_still
    assert rows("cases", records)[A].helping_town == ("T02" if open_still else "")
    assert rows("survey_help", records)[A].status == ("asked" if open_still else "ended")
    ledger = rows("clocks", records)[f"T01/{A}/survey_help"]
    assert (ledger.status, ledger.open_until is not None) == ("running" if open_still else "stopped", open_still)


def test_the_share_of_the_bureaus_own_visits_is_counted_per_need_and_month() -> None:
    """特困抽查不低于30% (特困人员认定办法 2021): the minimum stands beside the counts."""
    n = "R-1-tekun"
    visited = told(*steps("tekun"), bureau_visit(number=n), confirm(number=n))
    not_visited = told(*steps("tekun"), confirm(number=n))
    row = rows("spot_checks", [*visited, *not_visited, *not_visited])["T01/tekun/2026-03"]
    assert (row.decided_count, row.visited_count, row.share_permille_min) == (3, 1, "300")
    dibao = rows("spot_checks", told(*ALL, confirm()))["T01/dibao_urban/2026-03"]
    assert (dibao.decided_count, dibao.visited_count, dibao.share_permille_min) == (1, 0, "0")


def clocks(*said: Said) -> dict[str, str]:
    """The running clocks by name, each with its last day."""
    last_days = {}
    for key, row in rows("due", told(*said)).items():
        day = date.fromordinal(row.due_at.astimezone(CHINA).date().toordinal() - 1)
        last_days[key.rpartition("/")[2]] = str(day)
    return last_days


HELPED = (open_case("temporary"), confirm(ACCEPTED, T, emergency=True, officer=None))
RECOGNISED = (*steps("near_dibao_urban"), confirm(number="R-1-near_dibao_urban"))


@pytest.mark.parametrize(
    ("what", "said", "running"),
    [
        ("异议后复核", (*ALL[:4], contest()), {"outer": "2026-04-07", "recheck": "2026-03-11"}),
        ("复核其他项目不停表", (*ALL[:4], contest(), again("vehicle"), returned()), {"outer", "recheck"}),
        ("复核反馈", (*ALL[:4], contest(), again("bank"), returned()), {"outer"}),
        ("急难先行救助", HELPED, {"investigation", "check_start", "papers"}),
        ("急难已调查", (*HELPED, survey(number=T)), {"check_start", "papers"}),
        ("急难补齐", (*HELPED, *steps("temporary")[1:], papers()), set()),
        ("请求协助", (open_case(), HELP), {"investigation", "check_start", "outer", "survey_help"}),
        ("退回协助", (open_case(), HELP, DECLINE), {"investigation", "check_start", "outer"}),
        ("投诉", (*ALL, complaint()), {"bureau", "outer", "complaint"}),
        ("答复投诉", (*ALL, complaint(), answered()), {"bureau", "outer"}),
        ("投诉不随办结停表", (*ALL, complaint(), bureau_visit(DECIDED), confirm()), {"complaint", "reverification"}),
        ("认定有效期", RECOGNISED, {"validity": "2027-03-15"}),
        ("改享低保", (*RECOGNISED, *ALL, confirm()), {"reverification"}),
    ],
)
def test_a_clock_runs_from_the_fact_that_starts_it_to_the_one_that_stops_it(
    what: str, said: tuple[Said, ...], running: Any
) -> None:
    found = clocks(*said)
    assert (found if isinstance(running, dict) else set(found)) == running, what


def test_a_recognised_household_is_shown_until_its_last_day() -> None:
    row = rows("households", told(*RECOGNISED))[H]
    assert (row.status, row.category, row.valid_until) == ("recognised", "near_dibao_urban", date(2027, 3, 15))
    assert (row.monthly_amount_fen, row.officer) == (0, "O001")
    dibao = rows("households", told(*RECOGNISED, *ALL, confirm()))[H]
    assert (dibao.status, dibao.category, dibao.valid_until) == ("receiving", "dibao_urban", None)
    applying = rows("households", told(*RECOGNISED, open_case()))[H]
    assert applying.status == "recognised", "asking for more takes nothing away"


def test_rows_survive_being_stored() -> None:
    records = [
        *told(*ALL[:5], objection(), ALL[5], reviewed(), complaint(), HELP),
        *told(*ALL[:3]),
        *told(*HELPED),
        *told(*RECOGNISED),
    ]
    for model in SERVICE.models:
        for row in rows(model.name, records).values():
            assert decoder_of(model.row).decode(encoder.encode(row)) == row


def test_no_fact_of_an_open_case_holds_a_paper_but_its_hash() -> None:
    """What a complaint or a review says stays in its paper; the fact has 64 hex digits of it."""
    for one in told(*ALL, complaint(), reviewed(DOWN)):
        for name in one.fact.__struct_fields__:
            if name.endswith("_sha256"):
                assert getattr(one.fact, name) == HASH
    assert not isinstance(told(*ALL)[-1].fact, EligibilityConfirmed)
