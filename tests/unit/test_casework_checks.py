"""Proves the information check (家庭信息核查比对): who is asked about, what each register settles, what is contested.

Terms and limits are the sample pack's.
"""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain import (
    ExportCheck,
)
from services.casework.domain.cases import left_open
from services.contracts.casework import (
    CheckContested,
    CheckExported,
    ConflictResolved,
    EligibilityConfirmed,
    InformationCheckRequested,
    InformationCheckReturned,
    OpinionSubmitted,
    StepOverdue,
)
from services.contracts.sealed import Clear
from tests.unit.casework_steps import (
    APPLICANT,
    DOWN,
    HASH,
    POSTED,
    RETURNED,
    SPOUSE,
    A,
    H,
    Said,
    ask,
    close,
    confirm,
    contest,
    no,
    open_case,
    overdue,
    person,
    post,
    resolve,
    returned,
    run,
    steps,
    submit,
    survey,
)

ALL = steps()
T = "R-1-temporary"
CONFLICTED = (*ALL[:3], returned("bank"))


def again(*registers: str, number: str = A) -> tuple[date, Any]:
    return RETURNED, ask(number, 2, registers=registers)[1]


# ---- 信息核对：不一致（民发〔2021〕57号第18条）


@pytest.mark.parametrize(
    ("what", "said", "open_conflicts"),
    [
        ("银行不一致", CONFLICTED, ("bank",)),
        ("再核车辆，银行仍未决", (*CONFLICTED, again("vehicle"), returned(registers=("vehicle",))), ("bank",)),
        ("再核房产也不一致，两项未决", (*CONFLICTED, again("property"), returned("property")), ("bank", "property")),
        ("再核银行，仍不一致", (*CONFLICTED, again("bank"), returned("bank")), ("bank",)),
        ("再核银行，一致", (*CONFLICTED, again("bank"), returned()), ()),
        ("经办人核实并附证明", (*CONFLICTED, resolve()), ()),
        ("逐项反馈：车辆先到", (*ALL[:3], returned(registers=("vehicle",))), ()),
        (
            "逐项反馈：车辆一致，银行不一致",
            (*ALL[:3], returned(registers=("vehicle",)), returned("bank", registers=("bank",))),
            ("bank",),
        ),
    ],
)
def test_a_conflict_stays_open_until_its_register_is_clean_or_a_person_settles_it(
    what: str, said: tuple[Said, ...], open_conflicts: tuple[str, ...]
) -> None:
    state, _ = run(*said)
    assert state.cases[0].conflicts == open_conflicts, what
    answered = state.cases[0].check == "returned"
    if open_conflicts:
        assert no(*said, *ALL[4:6], confirm()) == "conflict-open"
    elif answered:
        assert isinstance(run(*said, *ALL[4:], confirm())[1][0], EligibilityConfirmed)
    else:
        assert no(*said, post()) == "check-missing"


REGISTERS = ("bank", "vehicle", "property", "tax")
ANSWERS = st.lists(
    st.tuples(st.sets(st.sampled_from(REGISTERS), min_size=1), st.sets(st.sampled_from(REGISTERS))), max_size=6
)


@given(rounds=ANSWERS)
def test_no_answer_of_one_register_settles_another(rounds: list[tuple[set[str], set[str]]]) -> None:
    """What is open after any rounds of checks: of each register, what it said last (law)."""
    conflicts: tuple[str, ...] = ()
    last: dict[str, bool] = {}
    for asked, contradicting in rounds:
        against = tuple(sorted(asked & contradicting))
        answer = InformationCheckReturned(application_no=A, town="T01", conflicts=against, returned_on=RETURNED)
        waiting, conflicts = left_open(tuple(sorted(asked)), conflicts, answer)
        assert waiting == ()
        last |= {register: register in against for register in asked}
    assert set(conflicts) == {register for register, open_now in last.items() if open_now}
    assert len(set(conflicts)) == len(conflicts)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("no-conflict", (*ALL[:4], resolve())),
        ("no-conflict", (*CONFLICTED, resolve("vehicle"))),
        ("no-conflict", (*CONFLICTED, resolve(), resolve())),
        ("reason-missing", (*CONFLICTED, resolve(reason=" "))),
        ("personal-in-text", (*CONFLICTED, resolve(reason="证号510212196001010010"))),
        ("case-unknown", (resolve(),)),
    ],
)
def test_a_conflict_is_settled_by_reason_and_document_and_once(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_who_investigated_settles_no_conflict() -> None:
    assert no(*CONFLICTED, resolve(), actor="bureau:T01-I1") == "decided-by-investigator"
    _, facts = run(*CONFLICTED, resolve())
    assert facts == (
        ConflictResolved(
            application_no=A, town="T01", register="bank", reason="账户为代管集体资金，已核实", document_sha256=HASH,
            resolved_by="bureau:B01",
        ),
    )  # fmt: skip


# ---- 信息核对：授权（第9、17条；特困：法定义务人）


SON = msgspec.structs.replace(APPLICANT, resident_id="510212198505050031", name="示例丁", relation="儿子")


def test_a_request_names_everybody_by_pseudonym_and_seals_the_rest() -> None:
    number = "R-1-tekun"
    everybody = (*(person(one) for one in (APPLICANT, SPOUSE)), person(SON, supporter=True))
    _, (asked,) = run(open_case("tekun"), ask(number, persons=everybody, no_supporter=False))
    assert isinstance(asked, InformationCheckRequested)
    assert (asked.check_no, asked.authorised_count, asked.requested_on) == ("R-1-tekun-K1", 2, date(2026, 3, 3))
    assert [one.supporter for one in asked.persons] == [False, False, True]
    assert all(isinstance(one.name, Clear) and one.name.group == "identity" for one in asked.persons)
    assert SON.resident_id not in repr(asked)
    assert SON.name not in repr(asked)


@pytest.mark.parametrize(
    ("code", "need", "changes"),
    [
        ("authorisation-missing", "dibao_urban", {"persons": (person(APPLICANT),)}),
        (
            "authorisation-missing",
            "dibao_urban",
            {"persons": (person(APPLICANT), person(SPOUSE, authorisation_sha256=None))},
        ),
        (
            "authorisation-missing",
            "tekun",
            {"persons": (person(APPLICANT), person(SON, supporter=True)), "no_supporter": False},
        ),
        ("supporter-authorisation-missing", "tekun", {"no_supporter": False}),
        (
            "supporter-authorisation-missing",
            "tekun",
            {
                "persons": (
                    person(APPLICANT),
                    person(SPOUSE),
                    person(SON, supporter=True, authorisation_sha256=None),
                ),
                "no_supporter": False,
            },
        ),
        (
            "supporters-contradict",
            "tekun",
            {"persons": (person(APPLICANT), person(SPOUSE), person(SON, supporter=True)), "no_supporter": True},
        ),
        ("member-repeated", "dibao_urban", {"persons": (person(APPLICANT), person(APPLICANT))}),
        ("resident-id-invalid", "dibao_urban", {"persons": (person(APPLICANT, resident_id="5"), person(SPOUSE))}),
        ("register-unknown", "dibao_urban", {"registers": ("gossip",)}),
        ("register-repeated", "dibao_urban", {"registers": ("bank", "bank")}),
    ],
)
def test_a_check_without_an_authorisation_is_not_asked(code: str, need: str, changes: dict[str, Any]) -> None:
    number = f"R-1-{need}"
    assert no(open_case(need), ask(number, **changes)) == code


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("check-unknown", (*ALL[:3], returned(check_no="R-1-dibao_urban-K9"))),
        ("register-unknown", (*ALL[:3], returned(registers=("property",)))),
        ("register-unknown", (*ALL[:3], returned("bank", registers=("vehicle",)))),
        ("register-unknown", (*ALL[:3], returned(registers=("bank",)), returned(registers=("bank",)))),
        ("person-unknown", (*ALL[:3], returned("bank", conflict_persons=("p_somebody",)))),
        ("check-running", (*ALL[:3], returned(registers=("bank",)), again("bank"))),
    ],
)
def test_only_what_was_asked_is_answered(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_names_are_given_out_for_a_register_that_is_asked_and_with_a_reason() -> None:
    export = ExportCheck(household_no=H, application_no=A, register="bank", reason="银行批量核对")
    _, facts = run(*ALL[:3], export)
    assert facts == (
        CheckExported(
            application_no=A, town="T01", check_no="R-1-dibao_urban-K1", register="bank", person_count=2,
            reason="银行批量核对", reader_role="bureau",
        ),
    )  # fmt: skip
    assert no(*ALL[:3], msgspec.structs.replace(export, register="property")) == "check-not-requested"
    assert no(*ALL[:3], msgspec.structs.replace(export, reason="")) == "reason-missing"
    assert no(*ALL[:3], msgspec.structs.replace(export, reason="电话13900000000")) == "personal-in-text"
    assert no(*ALL[:4], export) == "check-not-requested"


# ---- 信息核对：异议与复核（第18条，复核五个工作日为示例）


def test_a_contested_answer_is_asked_again_in_a_term_of_its_own() -> None:
    state, facts = run(*ALL[:4], contest())
    assert facts == (
        CheckContested(
            application_no=A, town="T01", contest_no="HY-1", registers=("bank",), contested_on=RETURNED,
            recheck_by=date(2026, 3, 11), pack_version="procedure@2025-2",
        ),
    )  # fmt: skip
    late = overdue("recheck", date(2026, 3, 11))
    assert no(*ALL[:4], contest(), overdue("recheck", date(2026, 3, 11), date(2026, 3, 11))) == "clock-running"
    _, (stated,) = run(*ALL[:4], contest(), late)
    assert isinstance(stated, StepOverdue)
    settled = (*ALL[:4], contest(), again("bank"), returned(registers=("bank",)))
    state, (answer,) = run(*settled)
    assert isinstance(answer, InformationCheckReturned)
    assert answer.settles_contest
    assert (state.cases[0].contested, state.cases[0].recheck_by) == ((), None)
    assert no(*settled, late) == "step-done"
    second = (*ALL[:4], contest(), late, again("bank"), returned(registers=("bank",)), contest(contest_no="HY-2"))
    assert isinstance(run(*second, late)[1][0], StepOverdue), "a second contest has a clock of its own"


def test_a_second_contest_moves_no_day_of_the_first() -> None:
    """Bank by the 11th; vehicle, contested on the 6th, by the 13th: the clock runs to the one, then to the other."""
    both = (*ALL[:4], contest(), contest(date(2026, 3, 6), registers=("vehicle",), contest_no="HY-2"))
    state, (second,) = run(*both)
    assert isinstance(second, CheckContested)
    assert (second.recheck_by, second.clock_by) == (date(2026, 3, 13), date(2026, 3, 11))
    assert state.cases[0].recheck_by == date(2026, 3, 11)
    assert isinstance(run(*both, overdue("recheck", date(2026, 3, 11)))[1][0], StepOverdue)
    answered = (*both, again("bank"), returned(registers=("bank",)))
    state, (left,) = run(*answered)
    assert isinstance(left, InformationCheckReturned)
    assert (left.settles_contest, left.recheck_by) == (False, date(2026, 3, 13))
    assert state.cases[0].recheck_by == date(2026, 3, 13)
    assert no(*answered, overdue("recheck", date(2026, 3, 11))) == "clock-running"
    assert isinstance(run(*answered, overdue("recheck", date(2026, 3, 13)))[1][0], StepOverdue)
    vehicle_first = (*both, again("vehicle"), returned(registers=("vehicle",)))
    assert run(*vehicle_first)[0].cases[0].recheck_by == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("check-missing", (*ALL[:3], contest())),
        ("check-missing", (*ALL[:4], contest(registers=("property",)))),
        ("contest-repeated", (*ALL[:4], contest(), contest())),
        ("contest-open", (*ALL[:4], contest(), post())),
        ("contest-open", (*ALL[:4], contest(), again("vehicle"), returned(registers=("vehicle",)), post())),
        ("contest-open", (*ALL, contest(DOWN), confirm())),
        ("time-in-future", (*ALL[:4], (RETURNED, contest(POSTED)[1]))),
        ("out-of-order", (*ALL[:4], (RETURNED, contest(date(2026, 3, 1))[1]))),
    ],
)
def test_nothing_goes_on_over_a_contested_answer(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_a_registers_silence_settles_neither_a_contest_nor_a_conflict() -> None:
    """57号第18条：单位未反馈不等于已复核、已核实：异议与不一致均由人核实后方可继续，案件仍可办结。"""
    silent = returned(registers=("bank",), unanswered=("bank",), reason="银行系统停运，已书面函告")
    contested = (*ALL[:4], contest(), again("bank"), silent)
    conflict = (*ALL[:3], returned("bank"), again("bank"), silent)
    for said in (contested, conflict):
        state, (fact,) = run(*said)
        assert isinstance(fact, InformationCheckReturned)
        assert (fact.conflicts, fact.settles_contest, state.cases[0].conflicts) == (("bank",), False, ("bank",))
        state, _ = run(*said, resolve())
        assert (state.cases[0].conflicts, state.cases[0].contested) == ((), ())
        assert isinstance(run(*said, resolve(), *ALL[4:], confirm())[1][0], EligibilityConfirmed)
    assert no(*conflict, *ALL[4:]) == "conflict-open"
    assert no(*contested, post()) == "contest-open"
    # What is contested and was not asked again stays so, whatever a person says of a conflict; an answer later settles it.
    open_still = (*ALL[:3], returned("bank"), contest(), resolve())
    assert run(*open_still)[0].cases[0].contested == ("bank",)
    state, (late,) = run(*contested, again("bank"), returned(registers=("bank",)))
    assert isinstance(late, InformationCheckReturned)
    assert (late.settles_contest, state.cases[0].contested, state.cases[0].silent) == (True, (), ())


def test_the_opinion_goes_up_once_the_required_registers_were_asked_and_answered() -> None:
    """57号第17条：规程载明必核单位；只核对一家的，不能上报；有单位不反馈的，说明理由后核对方告完成。"""
    one = (open_case(), survey(), ask(registers=("bank",)), returned(), post(), close())
    assert no(*one, submit()) == "register-missing"
    waiting = (open_case(), survey(), ask(), returned(registers=("bank",)))
    assert no(*waiting, returned(unanswered=("vehicle",))) == "reason-missing"
    assert no(*waiting, returned("vehicle", unanswered=("vehicle",), reason="系统停运")) == "register-unknown"
    silent = returned(unanswered=("vehicle",), reason="车管系统停运，已书面函告")
    state, (fact,) = run(*waiting, silent)
    assert isinstance(fact, InformationCheckReturned)
    assert (fact.unanswered, fact.unanswered_reason) == (("vehicle",), "车管系统停运，已书面函告")
    assert state.cases[0].check == "returned"
    state, (sent,) = run(*waiting, silent, post(), close(), submit())
    assert isinstance(sent, OpinionSubmitted)
