"""Proves first-asked responsibility: only the named receiver's acceptance makes somebody else responsible, ever."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.deciding import CommandRejected, Context
from services.contracts.intake import (
    ApplicationAccepted,
    ApplicationReferred,
    ApplicationWithdrawn,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    MaterialsSupplied,
)
from services.contracts.registry import Fact
from services.intake.api import DOORS
from services.intake.domain import (
    HOUSEHOLD,
    AcceptHandover,
    AcceptReferral,
    AnswerApplication,
    CompleteReferral,
    DeclineHandover,
    Household,
    IntroduceApplication,
    MarkReferralOverdue,
    OfferHandover,
    ReferApplication,
    ReturnReferral,
    SupplyMaterials,
    WithdrawApplication,
)
from services.intake.domain.household import HouseholdCommand
from tests.unit.test_intake_window import TODAY, context, request

FIRST, SECOND, THIRD, LEADER = "window:T01-W1", "window:T01-W2", "committee:T01-C01", "town-leader:T01"
OF: dict[str, Any] = {"household_no": "T01-H00001", "application_no": "R-1-dibao_urban", "town": "T01"}
ASKED = (FIRST, request(materials=("application_form",)))
OFFER = (FIRST, OfferHandover(**OF, receiver=SECOND, reason="轮岗"))
ACCEPT = (SECOND, AcceptHandover(**OF))
DECLINE = (SECOND, DeclineHandover(**OF, reason="正在休假"))

Move = tuple[str, HouseholdCommand]


def as_actor(actor: str, today: date = TODAY) -> Context:
    return Context(
        now=context(today).now, actor=actor, role=actor.partition(":")[0], town="T01", rules=context().rules,
        pseudonym=context().pseudonym,
    )  # fmt: skip


def play(*moves: Move) -> tuple[Household, tuple[Fact, ...]]:
    state, facts = HOUSEHOLD.initial, ()
    for actor, command in moves:
        facts = HOUSEHOLD.decide(state, command, as_actor(actor))
        for fact in facts:
            state = HOUSEHOLD.evolve(state, fact)
    return state, facts


def responsible(*moves: Move) -> str:
    (application,) = play(*moves)[0].applications
    return application.responsible


def test_the_duty_moves_with_the_receivers_acceptance_and_not_before() -> None:
    _, offered = play(ASKED, OFFER)
    assert offered == (
        HandoverOffered(
            application_no="R-1-dibao_urban", town="T01", offered_by=FIRST, receiver=SECOND, reason="轮岗",
            responsible=FIRST,
        ),
    )  # fmt: skip
    assert responsible(ASKED, OFFER) == FIRST
    _, accepted = play(ASKED, OFFER, ACCEPT)
    assert accepted == (
        HandoverAccepted(application_no="R-1-dibao_urban", town="T01", previous=FIRST, responsible=SECOND),
    )
    assert responsible(ASKED, OFFER, ACCEPT) == SECOND


def test_a_declined_offer_leaves_the_duty_where_it_is_and_may_be_made_to_another() -> None:
    _, (declined,) = play(ASKED, OFFER, DECLINE)
    assert isinstance(declined, HandoverDeclined)
    assert (declined.receiver, declined.reason, declined.responsible) == (SECOND, "正在休假", FIRST)
    other = (FIRST, OfferHandover(**OF, receiver=THIRD, reason="轮岗"))
    for moves in ((ASKED, OFFER, DECLINE, other), (ASKED, OFFER, other)):  # also before the first has answered
        assert responsible(*moves, (THIRD, AcceptHandover(**OF))) == THIRD
        with pytest.raises(CommandRejected, match="not-the-receiver"):
            play(*moves, ACCEPT)


def test_every_later_fact_names_the_new_responsible_person() -> None:
    supply = SupplyMaterials(
        household_no="T01-H00001", application_no="R-1-dibao_urban", town="T01",
        materials=("authorisation", "income_statement"), supplied_on=TODAY,
    )  # fmt: skip
    _, (supplied, accepted) = play(ASKED, OFFER, ACCEPT, (SECOND, supply))
    assert isinstance(supplied, MaterialsSupplied)
    assert isinstance(accepted, ApplicationAccepted)
    _, (withdrawn,) = play(ASKED, OFFER, ACCEPT, (SECOND, WithdrawApplication(**OF, reason="")))
    assert isinstance(withdrawn, ApplicationWithdrawn)
    assert {supplied.responsible, accepted.responsible, withdrawn.responsible} == {SECOND}
    medical: dict[str, Any] = {**OF, "application_no": "R-1-medical"}
    _, (again,) = play(
        (FIRST, request(needs=("medical",))),
        (FIRST, OfferHandover(**medical, receiver=SECOND, reason="轮岗")),
        (SECOND, AcceptHandover(**medical)),
        (SECOND, ReturnReferral(**medical, reason="不属于本部门职责", returned_on=TODAY)),
        (SECOND, ReferApplication(**medical)),
    )
    assert isinstance(again, ApplicationReferred)
    assert again.responsible == SECOND


def test_the_towns_leader_may_offer_for_somebody_who_left() -> None:
    offer = (LEADER, OfferHandover(**OF, receiver=SECOND, reason="离职"))
    _, (offered,) = play(ASKED, offer)
    assert isinstance(offered, HandoverOffered)
    assert (offered.offered_by, offered.responsible) == (LEADER, FIRST)
    assert responsible(ASKED, offer, ACCEPT) == SECOND


@pytest.mark.parametrize(
    ("code", "moves"),
    [
        ("application-unknown", (OFFER,)),
        ("application-closed", (ASKED, (FIRST, WithdrawApplication(**OF, reason="")), OFFER)),
        ("application-closed", (ASKED, OFFER, (FIRST, WithdrawApplication(**OF, reason="")), ACCEPT)),
        ("not-responsible", (ASKED, (SECOND, OFFER[1]))),
        ("not-responsible", (ASKED, OFFER, ACCEPT, OFFER)),
        ("handover-to-self", (ASKED, (FIRST, OfferHandover(**OF, receiver=FIRST, reason="轮岗")))),
        ("handover-offered", (ASKED, OFFER, OFFER)),
        ("reason-missing", (ASKED, (FIRST, OfferHandover(**OF, receiver=SECOND, reason=" ")))),
        ("personal-in-text", (ASKED, (FIRST, OfferHandover(**OF, receiver=SECOND, reason="电话 13900000000")))),
        ("no-handover", (ASKED, ACCEPT)),
        ("no-handover", (ASKED, DECLINE)),
        ("no-handover", (ASKED, OFFER, DECLINE, ACCEPT)),
        ("no-handover", (ASKED, OFFER, ACCEPT, ACCEPT)),
        ("not-the-receiver", (ASKED, OFFER, (FIRST, ACCEPT[1]))),
        ("not-the-receiver", (ASKED, OFFER, (LEADER, ACCEPT[1]))),
        ("not-the-receiver", (ASKED, OFFER, (THIRD, DECLINE[1]))),
        ("reason-missing", (ASKED, OFFER, (SECOND, DeclineHandover(**OF, reason="")))),
        ("wrong-town", (ASKED, (FIRST, msgspec.structs.replace(OFFER[1], town="T02")))),
    ],
)
def test_an_expected_no_of_a_hand_over(code: str, moves: tuple[Move, ...]) -> None:
    play(*moves[:-1])
    with pytest.raises(CommandRejected) as caught:
        play(*moves)
    assert caught.value.code == code
    assert caught.value.zh
    assert caught.value.en


def test_whoever_may_be_asked_first_may_also_be_handed_the_duty() -> None:
    for command in (OfferHandover, AcceptHandover, DeclineHandover):
        assert DOORS.roles[command] >= {"window", "committee", "town-leader"}


# ---- the law

ACTORS = st.sampled_from([FIRST, SECOND, THIRD, LEADER])
NUMBERS = st.sampled_from(["R-1-dibao_urban", "R-1-medical", "R-1-charity", "R-2-medical"])
DAYS = st.sampled_from([TODAY, date(2026, 3, 3), date(2026, 3, 20)])


@st.composite
def moves(draw: st.DrawFn) -> tuple[date, str, HouseholdCommand]:
    """Any command about the household by anybody on any of the days; most of them get their expected no."""
    day, actor, number = draw(DAYS), draw(ACTORS), draw(NUMBERS)
    of: dict[str, Any] = {"household_no": "T01-H00001", "application_no": number}
    in_town = of | {"town": "T01"}
    commands: list[HouseholdCommand] = [
        request(first_asked=actor, needs=("dibao_urban", "medical", "charity"), materials=draw(st.sampled_from([
            (), ("application_form",), ("application_form", "authorisation", "income_statement")]))),
        request(first_asked=actor, request_no="R-2", needs=("medical",)),
        SupplyMaterials(**in_town, materials=("authorisation", "income_statement", "application_form"), supplied_on=day),
        WithdrawApplication(**in_town, reason=""),
        AnswerApplication(**of, outcome="confirmed"),
        ReferApplication(**in_town, department=draw(st.sampled_from(["", "区医疗保障局"]))),
        IntroduceApplication(**in_town, organisation="red_cross", consent_sha256="c" * 64),
        AcceptReferral(**in_town, accepted_on=day),
        ReturnReferral(**in_town, reason="退回", returned_on=day),
        CompleteReferral(**in_town, outcome="helped", completed_on=day),
        MarkReferralOverdue(**of, due_on=date(2026, 3, 16)),
        OfferHandover(**in_town, receiver=draw(ACTORS), reason="轮岗"),
        AcceptHandover(**in_town),
        DeclineHandover(**in_town, reason="休假"),
    ]  # fmt: skip
    # Hand-overs as often as all the rest: they are what the law is about.
    return day, actor, draw(st.sampled_from([*commands, *commands[-3:] * 4]))


@settings(max_examples=150)
@given(st.lists(moves(), min_size=15, max_size=40))
def test_every_open_application_has_somebody_and_the_duty_moves_by_an_accepted_hand_over_alone(
    sequence: list[tuple[date, str, HouseholdCommand]],
) -> None:
    state, _ = play((FIRST, request(needs=("dibao_urban", "medical", "charity"))))
    for day, actor, command in sequence:
        try:
            facts = HOUSEHOLD.decide(state, command, as_actor(actor, day))
        except CommandRejected:
            continue
        for fact in facts:
            before = {one.application_no: one for one in state.applications}
            state = HOUSEHOLD.evolve(state, fact)
            for application in state.applications:
                assert application.responsible
                earlier = before.get(application.application_no, application)
                if application.responsible == earlier.responsible:
                    continue
                assert isinstance(fact, HandoverAccepted)
                assert fact.application_no == application.application_no
                assert (fact.previous, fact.responsible) == (earlier.responsible, application.responsible)
                assert actor == earlier.offered_to == application.responsible
            said: Any = fact
            open_now = {one.application_no: one.responsible for one in state.applications}
            named = getattr(said, "responsible", None)
            if named is not None and said.application_no in open_now:
                assert named == open_now[said.application_no]
            elif named is not None:
                assert named == before[said.application_no].responsible
