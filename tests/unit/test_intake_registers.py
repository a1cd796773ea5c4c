"""Proves the near-relative register, delegated and hotline requests, and consultations: who says what, and what follows."""

from datetime import date
from typing import Any

import pytest

from services.contracts.casework import EligibilityConfirmed, PapersCompleted
from services.contracts.deciding import CommandRejected, Context
from services.contracts.intake import ConsultationRecorded, NearRelativeDeclared, RequestReceived
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.sealed import Clear
from services.intake.domain import (
    HOUSEHOLD,
    TOWN,
    AcceptHandover,
    DeclareNearRelative,
    GivenDelegate,
    OfferHandover,
    RecordConsultation,
    Town,
)
from services.intake.projections import CONSULTATIONS, NEAR_RELATIVES
from services.intake.service import SERVICE
from tests.unit.test_intake_clocks import record
from tests.unit.test_intake_window import TODAY, after, context, refused, request

WINDOW, OTHER, LEADER = "window:T01-W1", "window:T01-W2", "town-leader:T01"
FORM = ("application_form", "authorisation", "income_statement", "near_relative_form")
PAPER = "d" * 64


def declare(by: str = "staff", staff: str = OTHER, on: date = TODAY) -> DeclareNearRelative:
    return DeclareNearRelative(
        household_no="T01-H00001", request_no="R-1", town="T01", declared_by=by, staff=staff, kinship="侄子",
        declared_on=on,
    )  # type: ignore[arg-type]  # fmt: skip


def as_who(actor: str, role: str = "") -> Context:
    ground = context()
    role = role or actor.partition(":")[0]
    return Context(
        now=ground.now, actor=actor, role=role, town="T01", rules=ground.rules, pseudonym=ground.pseudonym
    )  # fmt: skip


def declared(state: Any, command: DeclareNearRelative, actor: str) -> NearRelativeDeclared:
    (fact,) = HOUSEHOLD.decide(state, command, as_who(actor))
    assert isinstance(fact, NearRelativeDeclared)
    return fact


def code_of(state: Any, command: Any, actor: str) -> str:
    with pytest.raises(CommandRejected) as caught:
        HOUSEHOLD.decide(state, command, as_who(actor))
    assert caught.value.zh
    return caught.value.code


# ---- 近亲属单独登记备案


def test_what_the_applicant_declares_goes_into_the_register_with_the_request() -> None:
    _, (*_, fact) = after(request(near_relative_declared=True, materials=FORM))
    assert isinstance(fact, NearRelativeDeclared)
    assert (fact.declared_by, fact.staff, fact.needs, fact.open_cases) == ("applicant", "", ("dibao_urban",), ())


def test_the_staff_member_declares_too_and_the_open_case_is_named() -> None:
    state, _ = after(request())
    fact = declared(state, declare(), OTHER)
    assert (fact.staff, fact.kinship, fact.open_cases, fact.recused) == (OTHER, "侄子", ("R-1-dibao_urban",), False)
    state = HOUSEHOLD.evolve(state, fact)
    assert state.applications[0].near_relative_declared
    assert declared(state, declare(staff=WINDOW), WINDOW).recused, "the relative has the duty and must hand it over"


PAPERS_BY = date(2026, 3, 23)
HELPED = EligibilityConfirmed(
    application_no="R-1-temporary", need="temporary", town="T01", committee="T01-C01", monthly_amount_fen=Fen(100_000),
    one_off=True, standard_fen=Fen(100_000), covered_members=1, from_month=Month(2026, 3), decided_on=TODAY,
    decided_by="bureau:B01", pack_version="procedure@2025-1", emergency=True, papers_by=PAPERS_BY,
)  # fmt: skip


def with_what_casework_says(state: Any, fact: Fact) -> Any:
    """The household at the window after it reacted to a fact of casework."""
    for reaction in SERVICE.react(record(fact, TODAY, 1)):
        for answer in HOUSEHOLD.decide(state, reaction.command, context()):
            state = HOUSEHOLD.evolve(state, answer)
    return state


def test_a_relative_declared_after_an_emergency_was_helped_still_reaches_the_case_that_owes_papers() -> None:
    state, _ = after(request(needs=("temporary",)))
    state = with_what_casework_says(state, HELPED)
    assert declared(state, declare(), OTHER).open_cases == ("R-1-temporary",)
    papers = PapersCompleted(application_no="R-1-temporary", town="T01", completed_on=TODAY, due_on=PAPERS_BY)
    assert with_what_casework_says(state, papers).applications == ()


def test_no_near_relative_gets_the_duty_for_the_matter() -> None:
    """回避：近亲属不得接收该事项。"""
    state, _ = after(request())
    offer = OfferHandover(
        household_no="T01-H00001", application_no="R-1-dibao_urban", town="T01", receiver=OTHER, reason="轮岗"
    )
    (offered,) = HOUSEHOLD.decide(state, offer, as_who(WINDOW))
    late = HOUSEHOLD.evolve(state, offered)
    late = HOUSEHOLD.evolve(late, declared(late, declare(), OTHER))
    accept = AcceptHandover(household_no="T01-H00001", application_no="R-1-dibao_urban", town="T01")
    assert code_of(late, accept, OTHER) == "near-relative-recused"
    early = HOUSEHOLD.evolve(state, declared(state, declare(), OTHER))
    assert code_of(early, offer, WINDOW) == "near-relative-recused"


@pytest.mark.parametrize(
    ("code", "command", "actor"),
    [
        ("not-the-declarer", declare(), WINDOW),
        ("not-the-finder", declare("found"), WINDOW),
        ("time-in-future", declare(on=date(2026, 3, 3)), OTHER),
        ("relative-declared", declare("applicant", "officer:O001"), WINDOW),
    ],
)
def test_an_expected_no_of_a_declaration(code: str, command: DeclareNearRelative, actor: str) -> None:
    state, _ = after(request())
    state = HOUSEHOLD.evolve(state, declared(state, declare("applicant", "officer:O001"), WINDOW))
    assert code_of(state, command, actor) == code
    assert code_of(HOUSEHOLD.initial, command, actor) == "request-unknown"


def test_the_register_brings_both_sides_together_and_names_no_applicant() -> None:
    _, (*_, first) = after(request(near_relative_declared=True, materials=FORM))
    state, _ = after(request(near_relative_declared=True, materials=FORM))
    second, third = declared(state, declare(), OTHER), declared(state, declare("found", "officer:O001"), LEADER)
    row: Any = None
    for n, fact in enumerate((first, second, third)):
        row = NEAR_RELATIVES.evolve(row, record(fact, TODAY, n), "R-1")
    assert (row.household, row.town, row.needs) == ("T01-H00001", "T01", ("dibao_urban",))
    assert (row.applicant_declared, row.staff_declared) == (True, True)
    assert [one.declared_by for one in row.declarations] == ["applicant", "staff", "found"]


# ---- 委托代办、热线


def test_a_delegated_request_names_the_delegate_sealed_and_the_paper_is_the_authority() -> None:
    delegate = GivenDelegate(name="示例丁", relation="女儿", authority_sha256=PAPER)
    _, (received, accepted) = after(request(delegated=True, delegate=delegate))
    assert isinstance(received, RequestReceived)
    assert received.delegate is not None
    assert received.delegate.authority_sha256 == PAPER
    assert received.delegate.name == Clear(person=received.delegate.person, group="identity", text="示例丁")
    assert received.delegate.person not in {member.person for member in received.members}
    assert type(accepted).__name__ == "ApplicationAccepted", "the authority paper is the delegation letter"
    assert refused(request(delegate=delegate)).code == "delegate-unasked"


def test_a_hotline_request_keeps_the_calls_number() -> None:
    _, (received, *_) = after(request(channel="hotline", ticket_no="12345-0001"))
    assert isinstance(received, RequestReceived)
    assert (received.channel, received.ticket_no) == ("hotline", "12345-0001")
    assert refused(request(ticket_no="12345-0001")).code == "ticket-without-hotline"


# ---- 介绍政策


def consult(**changes: Any) -> RecordConsultation:
    fields: dict[str, Any] = {
        "town": "T01", "consultation_no": "Q-1", "topic": "dibao", "answered_by": WINDOW, "leaflet": "低保明白卡",
        "answer": "已说明申请条件与所需材料", "channel": "hotline",
    }  # fmt: skip
    return RecordConsultation(**(fields | changes))


def test_a_consultation_says_what_was_asked_answered_and_given() -> None:
    (fact,) = TOWN.decide(Town(), consult(), context())
    assert fact == ConsultationRecorded(
        consultation_no="Q-1", town="T01", topic="dibao", answered_by=WINDOW, leaflet="低保明白卡",
        answer="已说明申请条件与所需材料", channel="hotline",
    )  # fmt: skip
    with pytest.raises(CommandRejected, match="personal-in-text"):
        TOWN.decide(Town(), consult(answer="请致电 13900000000"), context())
    one = record(fact, TODAY, 1, "town:T01")
    (key,) = CONSULTATIONS.keys(one)
    row = CONSULTATIONS.evolve(CONSULTATIONS.evolve(None, one, key), one, key)
    assert (key, row.consultations, row.answered, row.leaflets, row.by_hotline) == ("T01/dibao", 2, 2, 2, 2)
