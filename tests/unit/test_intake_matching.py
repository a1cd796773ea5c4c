"""Proves that a person in two households is always seen, a likeness is never made of a name alone, and a person decides."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.casework import BenefitTerminated, HouseholdMember, HouseholdTakenOver
from services.contracts.deciding import CommandRejected
from services.contracts.intake import (
    ApplicationWithdrawn,
    MatchDecided,
    MatchFound,
    PersonNoted,
    RequestNumberClaimed,
    RequestReceived,
)
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.sealed import Sealed
from services.intake.domain import (
    HOUSEHOLD,
    NUMBER,
    PERSON,
    Alike,
    ClaimRequestNumber,
    DecideMatch,
    MergeRequest,
    NotePerson,
    Number,
    Person,
    Receiving,
)
from services.intake.projections import BENEFITS, FEATURES, MATCHES, PERSONS
from services.intake.rules import Matching
from services.intake.service import SERVICE
from tests.unit.test_intake_clocks import record
from tests.unit.test_intake_window import BOOK, TODAY, after, context, refused, request

FIRST, SECOND, AWAY = "T01-H00001", "T01-H00002", "T02-H00003"
MATCHING = BOOK.on("matching", TODAY, Matching)


def note(household: str = SECOND, number: str = "R-2", **changes: Any) -> NotePerson:
    fields: dict[str, Any] = {
        "person": "p_1", "household_no": household, "town": household.partition("-")[0], "request_no": number,
    }  # fmt: skip
    return NotePerson(**(fields | changes))


def told(*commands: NotePerson | DecideMatch, town: str | None = None) -> tuple[Person, list[Any]]:
    """The person's state after commands, and the facts of the last one."""
    state, facts = Person(), []
    for command in commands:
        facts = list(PERSON.decide(state, command, context(town=town)))
        for fact in facts:
            state = PERSON.evolve(state, fact)
    return state, facts


def match_no(state: Person) -> str:
    return state.matches[0].match_no


def verdict(state: Person, said: str = "merge", reason: str = "同一户重复申请", town: str = "T01") -> DecideMatch:
    return DecideMatch(person="p_1", town=town, match_no=match_no(state), verdict=said, reason=reason)  # type: ignore[arg-type]


# ---- 重复 exact


def test_a_member_of_another_households_open_request_is_found_and_stated() -> None:
    _, facts = told(note(FIRST, "R-1"), note())
    noted, found = facts
    assert noted == PersonNoted(household_no=SECOND, town="T01", request_no="R-2")
    assert isinstance(found, MatchFound)
    assert (found.how, found.where, found.other_household, found.features) == (
        "identity", "open_application", FIRST, ("resident_id",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((note(FIRST, "R-1"),), "nobody else named the person"),
        ((note(FIRST, "R-1"), note(FIRST, "R-3")), "the same household again"),
        ((note(FIRST, "R-1"), note(closed=("R-1",))), "nothing of the other request is open"),
        ((note(receiving=(Receiving(household_no=SECOND, town="T01"),)),), "the household's own benefit"),
    ],
)
def test_what_is_no_match(said: tuple[NotePerson, ...], why: str) -> None:
    assert [type(fact) for fact in told(*said)[1]] == [PersonNoted], why


def test_a_member_of_a_receiving_household_is_found_once_however_often_it_asks() -> None:
    receiving = (Receiving(household_no=AWAY, town="T02"),)
    _, (_, found) = told(note(receiving=receiving))
    assert (found.where, found.other_household, found.other_town) == ("receiving", AWAY, "T02")
    _, facts = told(note(receiving=receiving), note(number="R-9", receiving=receiving))
    assert [type(fact) for fact in facts] == [PersonNoted]


@given(st.permutations([FIRST, SECOND, AWAY]))
def test_in_whatever_order_households_ask_every_pair_of_them_is_found(order: list[str]) -> None:
    """The person's own stream decides, so that two requests at one moment never miss each other."""
    state, _ = told(*(note(household, f"R-{i}") for i, household in enumerate(order)))
    pairs = {frozenset((one.household_no, one.other_household)) for one in state.matches}
    assert pairs == {frozenset(pair) for pair in ((FIRST, SECOND), (FIRST, AWAY), (SECOND, AWAY))}


# ---- 疑似 likeness


@pytest.mark.parametrize(
    ("features", "enough", "why"),
    [
        (("name",), False, "同名不作为依据"),
        (("birth",), False, ""),
        (("address",), False, ""),
        (("name", "birth"), True, "同名同生日，证件号录错"),
        (("name", "address"), True, ""),
        (("birth", "phone"), True, ""),
        (("address", "phone"), True, "同住一处"),
        (("name", "phone"), False, "不在示例组合中"),
    ],
)
def test_which_features_make_a_candidate(features: tuple[str, ...], enough: bool, why: str) -> None:
    assert MATCHING.enough(features) is enough, why


def test_no_pack_can_make_a_name_alone_enough() -> None:
    assert not Matching(sets=(frozenset({"name"}),), name_distance_max=1).enough(("name", "birth"))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("示例甲", "示例甲", True),
        ("张晓峰", "张晓锋", True),
        ("王芳", "王方", True),
        ("李", "王", False),
        ("张三丰", "李四", False),
    ],
)
def test_names_are_alike_when_one_character_differs(one: str, other: str, alike: bool) -> None:
    assert MATCHING.names_alike(one, other) is alike
    assert MATCHING.names_alike(other, one) is alike


def test_a_candidate_is_stated_with_pseudonyms_and_features_only() -> None:
    alike = Alike(person="p_2", household_no=FIRST, town="T01", features=("name", "birth"))
    _, (_, found) = told(note(alike=(alike,)))
    assert (found.how, found.other_person, found.features) == ("likeness", "p_2", ("name", "birth"))
    assert found.pack_version == "matching@2026-1"


def test_a_request_states_keyed_features_and_nothing_that_can_be_read() -> None:
    _, (received, *_) = after(request(address="幸福社区 3栋2单元"))
    assert isinstance(received, RequestReceived)
    first, second = received.members
    assert [key.partition(":")[0] for key in first.keys] == ["birth", "phone", "address"]
    assert [key.partition(":")[0] for key in second.keys] == ["birth"]
    _, (same, *_) = after(request(address="幸福社区3栋2单元"))
    assert isinstance(same, RequestReceived)
    assert same.members[0].keys == first.keys, "spaces make no other address"


# ---- 认定 decided by a person


@pytest.mark.parametrize("said", ["same", "different", "merge"])
def test_a_person_decides_with_the_reason(said: str) -> None:
    state, _ = told(note(FIRST, "R-1"), note())
    (decided,) = PERSON.decide(state, verdict(state, said), context())
    assert isinstance(decided, MatchDecided)
    assert (decided.verdict, decided.household_no, decided.decided_by) == (said, SECOND, "window:T01-W1")


def test_an_expected_no_of_a_decision() -> None:
    state, _ = told(note(FIRST, "R-1"), note())
    away, _ = told(note(receiving=(Receiving(household_no=AWAY, town="T02"),)))
    done = PERSON.evolve(state, PERSON.decide(state, verdict(state), context())[0])

    def code(of: Person, command: DecideMatch, town: str | None = "T01") -> str:
        with pytest.raises(CommandRejected) as caught:
            PERSON.decide(of, command, context(town=town))
        assert caught.value.zh
        return caught.value.code

    assert code(Person(), verdict(state)) == "match-unknown"
    assert code(state, verdict(state), "T02") == "wrong-town"
    assert code(state, verdict(state, town="T02"), None) == "wrong-town"
    assert code(away, verdict(away)) == "bureau-decides-match"
    assert PERSON.decide(away, verdict(away), context(town=None))
    assert code(state, verdict(state, reason=" ")) == "reason-missing"
    assert code(state, verdict(state, reason="电话 13900000000")) == "personal-in-text"
    assert code(done, verdict(done)) == "match-decided"


def test_a_merged_request_ends_at_its_household_and_the_others_stand() -> None:
    decided = MatchDecided(
        match_no="M-1", town="T01", household_no=FIRST, request_no="R-1", other_household=SECOND, verdict="merge",
        reason="重复申请", decided_by="bureau:B01",
    )  # fmt: skip
    (reaction,) = SERVICE.react(record(decided, TODAY, 1, "person:p_1"))
    assert reaction.command == MergeRequest(household_no=FIRST, request_no="R-1", other_household=SECOND)
    same = MatchDecided(**{n: getattr(decided, n) for n in decided.__struct_fields__} | {"verdict": "same"})
    assert SERVICE.react(record(same, TODAY, 1, "person:p_1")) == ()
    state, _ = after(request(needs=("dibao_urban", "medical")), request(request_no="R-5", needs=("temporary",)))
    facts = HOUSEHOLD.decide(state, reaction.command, context(town=None))
    assert [fact.application_no for fact in facts if isinstance(fact, ApplicationWithdrawn)] == [
        "R-1-dibao_urban", "R-1-medical",
    ]  # fmt: skip
    for fact in facts:
        state = HOUSEHOLD.evolve(state, fact)
    assert [one.application_no for one in state.applications] == ["R-5-temporary"]
    assert refused(request(), MergeRequest(household_no=FIRST, request_no="R-4", other_household=SECOND)).code == (
        "application-closed"
    )


def test_every_member_of_a_request_is_noted_under_the_pseudonym() -> None:
    _, (received, *_) = after(request())
    assert isinstance(received, RequestReceived)
    reactions = SERVICE.react(record(received, TODAY, 1))
    assert [one.command.subject for one in reactions] == [f"person:{member.person}" for member in received.members]
    assert len({one.name for one in reactions}) == 2


# ---- what the edge looks up


def test_the_edge_knows_who_is_where_and_who_receives() -> None:
    terminated = BenefitTerminated(
        town="T01", category="dibao_urban", reason="moved", from_month="2026-04", decided_on=TODAY, decided_by="b",
        pack_version="p",
    )  # type: ignore[arg-type]  # fmt: skip
    assert BENEFITS.evolve(None, record(terminated, TODAY, 1), FIRST).receiving is False  # type: ignore[union-attr]
    assert HouseholdTakenOver in PERSONS.listens
    _, (received, *_) = after(request())
    assert isinstance(received, RequestReceived)
    one = record(received, TODAY, 1)
    key = FEATURES.keys(one)[0]
    row = FEATURES.evolve(None, one, key)
    assert row is not None
    assert key.startswith(f"{received.members[0].keys[0]}/{FIRST}/")
    assert (row.person, row.household_no) == (received.members[0].person, FIRST)


def test_the_stock_is_known_by_its_features_and_stays_known_when_it_asks_for_more() -> None:
    """接续登记的家庭也参与疑似重复比对：只有加密特征，没有明文姓名。"""
    _, (received, *_) = after(request())
    assert isinstance(received, RequestReceived)
    box = Sealed(person="p_1", group="identity", at="e1/members.0.name", box="AA")
    birth, address = received.members[0].keys[0], "address:p_x"
    stock = HouseholdMember(
        person=received.members[0].person, relation="本人", priority=False, name=box, resident_id=box, groups=box,
        keys=(birth, address),
    )  # fmt: skip
    taken = HouseholdTakenOver(
        household_no=FIRST, town="T01", committee="T01-C01", category="dibao_urban", members=(stock,), address=box,
        monthly_amount_fen=Fen(1), benefit_from_month=Month(2020, 5), officer="O001", visits_per_month=1, source="s",
        document="d", reverify_by=TODAY,
    )  # fmt: skip
    one = record(taken, TODAY, 1)
    first, second = FEATURES.keys(one)
    assert (first, second) == (f"{birth}/{FIRST}/{stock.person}", f"{address}/{FIRST}/{stock.person}")
    row = FEATURES.evolve(None, one, first)
    assert row is not None
    assert (row.stock, row.request_no, row.kind) == (True, "", "assist.casework.household_taken_over.v1")
    assert row.name is box
    asked = FEATURES.evolve(row, record(received, TODAY, 2), first)
    assert asked is not None
    assert (asked.stock, asked.request_no, asked.kind) == (True, "R-1", "assist.intake.request_received.v1")
    older = msgspec.structs.replace(taken, members=(msgspec.structs.replace(stock, keys=()),))
    assert FEATURES.keys(record(older, TODAY, 1)) == (), "stock of before has no features until it is looked at again"


def test_a_likeness_to_the_stock_says_that_it_receives() -> None:
    alike = Alike(person="p_2", household_no=FIRST, town="T01", features=("name", "birth"), where="receiving")
    _, (_, found) = told(note(alike=(alike,)))
    assert (found.how, found.where) == ("likeness", "receiving")


def test_the_worklist_shows_a_match_until_somebody_decided_it() -> None:
    state, (_, found) = told(note(FIRST, "R-1"), note())
    (decided,) = PERSON.decide(state, verdict(state, "different"), context())
    one = record(found, TODAY, 1, "person:p_1")
    (key,) = MATCHES.keys(one)
    row = MATCHES.evolve(None, one, key)
    assert row is not None
    assert (row.person, row.household, row.status) == ("p_1", SECOND, "open")
    row = MATCHES.evolve(row, record(decided, TODAY, 2, "person:p_1"), key)
    assert row is not None
    assert (row.status, row.decided_by) == ("different", "window:T01-W1")


# ---- 受理编号 numbers


def test_a_request_number_belongs_to_the_first_household_for_ever() -> None:
    claim = ClaimRequestNumber(request_no="R-1", household_no=FIRST)
    (claimed,) = NUMBER.decide(Number(), claim, context())
    assert claimed == RequestNumberClaimed(request_no="R-1", household_no=FIRST)
    state = NUMBER.evolve(Number(), claimed)
    assert NUMBER.decide(state, claim, context()) == ()
    with pytest.raises(CommandRejected, match="request-number-taken"):
        NUMBER.decide(state, ClaimRequestNumber(request_no="R-1", household_no=SECOND), context())


def test_a_request_with_another_households_number_is_refused() -> None:
    assert refused(request(number_held_by=SECOND)).code == "request-number-taken"
    assert after(request(number_held_by=FIRST))[1]
