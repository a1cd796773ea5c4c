"""Proves what a bank's return does to a benefit list: what fits is applied, the rest is held; no fen is lost or paid twice."""

import asyncio
import hashlib
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.casework import store
from services.casework.domain.commands.household import RecordPayoutAccount
from services.casework.domain.commands.lists import (
    CloseBenefitList,
    ExportPaymentFile,
    ResolveHeldLine,
    ReturnLine,
)
from services.casework.domain.listed import BenefitList
from services.casework.projections.lists import (
    BENEFIT_LINES,
    BENEFIT_LISTS,
    BENEFIT_TOTALS,
    BenefitLinesRow,
    BenefitListRow,
    BenefitTotalsRow,
)
from services.contracts.casework import (
    BankLineHeld,
    BenefitReturnImported,
    BenefitsPaid,
    BenefitsReturned,
    HeldLineResolved,
    PaymentFileExported,
)
from services.contracts.codec import encoder
from services.contracts.deciding import CommandRejected, Model, Record
from services.contracts.registry import Fact
from tests.unit.casework_steps import HASH
from tests.unit.casework_world import CaseworkWorld, record_of
from tests.unit.test_casework_lists import (
    H1,
    H2,
    H3,
    MARCH,
    PAYER,
    account,
    answer,
    approve,
    closed,
    draft,
    issue,
    issued,
    list_of,
    opened,
    paid,
    refused,
    returned,
    states_of,
)

NOBODY = "T01-H99999"
CLOSE = CloseBenefitList(town="T01", month=MARCH)


def resolve(held_no: str, outcome: Any, reason: str = "与银行核对") -> ResolveHeldLine:
    return ResolveHeldLine(town="T01", month=MARCH, held_no=held_no, outcome=outcome, reason=reason)


def said(facts: tuple[Fact, ...]) -> Counter[str]:
    return Counter(type(fact).__name__ for fact in facts)


def test_a_return_pays_some_lines_and_sends_others_back() -> None:
    world = issued(opened())
    facts = world.send(answer(paid(H1), returned(H2), paid(H3)), PAYER)
    assert said(facts) == {"BenefitsPaid": 1, "BenefitsReturned": 1, "BenefitReturnImported": 1}
    told = facts[-1]
    assert isinstance(told, BenefitReturnImported)
    assert (told.paid_fen, told.returned_count, told.returned_fen, told.held_count) == (80_000, 1, 40_000, 0)
    assert states_of(world) == {H1: "paid", H2: "returned", H3: "paid"}
    assert refused(world, answer(paid(H2)), PAYER) == "file-imported-before"
    assert refused(world, answer(paid(H2), file_no=2, sha="1" * 64), PAYER) == "file-unknown"


def test_what_came_back_goes_out_again_in_a_later_file_and_nothing_else_does() -> None:
    world = issued(opened())
    world.send(answer(paid(H1), returned(H2)), PAYER)
    world.send(issue(), PAYER)
    assert {line.household_no: line.file_no for line in list_of(world).lines} == {H1: 1, H2: 2, H3: 1}
    world.send(answer(paid(H2), file_no=2, sha="1" * 64), PAYER)
    world.send(answer(paid(H3), sha="2" * 64), PAYER)
    assert closed(world).paid_fen == 120_000
    for command in (issue(), answer(paid(H1), sha="3" * 64), CLOSE):
        assert refused(world, command, PAYER) == "list-not-approved", "closed is closed"


@pytest.mark.parametrize(
    ("why", "lines", "reason", "state"),
    [
        ("名册上没有这户", [paid(NOBODY)], "unknown", "sent"),
        ("其他镇街的户", [paid("T02-H00001")], "unknown", "sent"),
        ("金额不符", [paid(H1, 40_001)], "amount", "held"),
        ("退回金额不符", [returned(H1, 1)], "amount", "held"),
        ("同一户两行", [paid(H1), paid(H1)], "twice", "held"),
        ("一户既发又退", [paid(H1), returned(H1)], "twice", "held"),
        ("无流水号", [ReturnLine(household_no=H1, amount_fen=40_000, outcome="paid")], "unexplained", "held"),
        ("退回无原因", [returned(H1, reason=" ")], "unexplained", "held"),
    ],
)
def test_a_line_that_does_not_fit_is_held_and_the_others_are_applied(
    why: str, lines: list[ReturnLine], reason: str, state: str
) -> None:
    world = issued(opened())
    facts = world.send(answer(*lines, paid(H2), returned(H3)), PAYER)
    held = [fact for fact in facts if isinstance(fact, BankLineHeld)]
    assert [fact.why for fact in held] == [reason] * len(lines), why
    assert states_of(world) == {H1: state, H2: "paid", H3: "returned"}
    assert refused(world, CLOSE) == ("lines-waiting")


def test_a_line_paid_before_that_comes_back_later_is_a_persons_to_decide() -> None:
    """The bank says paid, and days after it bounces (退汇): nothing moves until somebody has looked."""
    world = issued(opened())
    world.send(answer(paid(H1), paid(H2), paid(H3)), PAYER)
    (held, _) = world.send(answer(returned(H1, reason="入账后退汇"), sha="1" * 64), PAYER)
    assert isinstance(held, BankLineHeld)
    assert (held.why, held.keeps_open, held.line_fen) == ("paid_before", False, 0)
    assert states_of(world)[H1] == "paid"
    assert refused(world, CLOSE) == "lines-held"
    world.send(resolve(held.held_no, "returned"), PAYER)
    assert states_of(world)[H1] == "returned"
    assert closed(world).paid_fen == 80_000


@pytest.mark.parametrize(("outcome", "after"), [("paid", "paid"), ("returned", "returned"), ("dismissed", "sent")])
def test_a_person_decides_on_a_held_line(outcome: str, after: str) -> None:
    world = issued(opened())
    unexplained = ReturnLine(household_no=H1, amount_fen=40_000, outcome="paid")
    world.send(answer(unexplained), PAYER)
    (fact,) = world.send(resolve("2026-03-001", outcome), PAYER)
    assert isinstance(fact, HeldLineResolved)
    assert (fact.before, fact.after, fact.amount_fen) == ("held", after, 40_000)
    assert states_of(world)[H1] == after
    assert list_of(world).held == ()


def test_the_line_waits_until_the_last_of_its_held_lines_is_decided() -> None:
    world = issued(opened())
    world.send(answer(paid(H1), returned(H1)), PAYER)
    world.send(resolve("2026-03-001", "dismissed"), PAYER)
    assert states_of(world)[H1] == "held"
    world.send(resolve("2026-03-002", "dismissed"), PAYER)
    assert states_of(world)[H1] == "sent"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (resolve("2026-03-009", "paid"), "held-line-unknown"),
        (resolve("2026-03-001", "paid"), "line-not-sent"),
        (resolve("2026-03-001", "dismissed", " "), "reason-missing"),
        (resolve("2026-03-001", "dismissed", "致电19900000001核实"), "personal-in-text"),
    ],
)
def test_a_decision_on_a_held_line_that_is_refused(command: ResolveHeldLine, code: str) -> None:
    world = issued(opened())
    world.send(answer(paid(NOBODY)), PAYER)
    assert refused(world, command, PAYER) == code


def test_a_payment_file_given_out_in_clear_is_stated_with_its_reason() -> None:
    world = issued(opened())
    export = ExportPaymentFile(town="T01", month=MARCH, file_no=1, reason="送银行代发")
    (fact,) = world.send(export, PAYER)
    assert isinstance(fact, PaymentFileExported)
    assert (fact.line_count, fact.reader_role) == (3, "bureau-finance")
    assert refused(world, ExportPaymentFile(town="T01", month=MARCH, file_no=1, reason=" ")) == "reason-missing"
    world.send(answer(paid(H1), paid(H2), paid(H3)), PAYER)
    assert refused(world, export) == "file-unknown", "nothing of it waits for the bank any more"


# ---- the law of the money


def test_a_line_for_which_the_bank_names_another_sum_does_not_count_as_paid_in_full() -> None:
    world = issued(opened())
    world.send(answer(paid(H1, 39_000), paid(H2), paid(H3)), PAYER)
    assert refused(world, resolve("2026-03-001", "paid"), PAYER) == "amount-differs"
    world.send(resolve("2026-03-001", "dismissed"), PAYER)
    world.send(answer(paid(H1), sha="1" * 64), PAYER)
    assert states_of(world)[H1] == "paid"


class States:
    """Of a pool, the decision states by subject that a world holds."""

    def __init__(self, world: CaseworkWorld) -> None:
        self._states = world.states

    async def fetch(self, _query: str, subjects: list[str]) -> list[dict[str, Any]]:
        return [{"subject": one, "state": encoder.encode(self._states[one])} for one in subjects]


def accounts_issued(world: CaseworkWorld) -> dict[str, str]:
    """The pseudonym of the account that each line of file 1 is paid to when it is given out."""
    states: Any = States(world)
    found = asyncio.run(store.issued_accounts(states, list(list_of(world).lines)))
    return {number: one.pseudonym for number, one in found.items()}


def test_a_file_pays_the_account_it_was_issued_for_though_another_was_recorded_since() -> None:
    """The next file pays the new one; an issued account that is not known any more is paid by no other in its place."""
    world = issued(opened())
    listed = {line.household_no: line.account for line in list_of(world).lines}
    record = [
        RecordPayoutAccount(household_no=H1, account=account(f"6222999900{n:06}"), document_sha256=HASH)
        for n in range(5)
    ]
    world.send(record[0], "officer:O001", "T01")
    assert accounts_issued(world) == listed
    world.send(answer(returned(H1), paid(H2), paid(H3)), PAYER)
    world.send(issue(), PAYER)
    assert accounts_issued(world)[H1] == "p_account|6222999900000000" != listed[H1]
    for one in record[1:]:
        world.send(one)
    assert accounts_issued(world)[H1] == "p_account|6222999900000000"
    world.send(RecordPayoutAccount(household_no=H1, account=account("6222999911111111"), document_sha256=HASH))
    assert H1 not in accounts_issued(world)
    world.send(record[0])
    assert accounts_issued(world)[H1] == "p_account|6222999900000000"


def rows_of(world: CaseworkWorld, model: Model[Any]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for subject, _, fact in world.said:
        if isinstance(fact, model.listens):
            record: Record = record_of(subject, fact)
            for key in model.keys(record):
                rows[key] = model.evolve(rows.get(key), record, key)
    return rows


def holds(world: CaseworkWorld) -> None:
    """Money in the list = paid + returned + held + open, in the decision state, in the row and line by line."""
    state = list_of(world)
    row = rows_of(world, BENEFIT_LISTS)["T01-2026-03"]
    assert isinstance(row, BenefitListRow)
    by_state = {
        "paid_fen": state.fen_in("paid"),
        "returned_fen": state.fen_in("returned"),
        "waiting_fen": state.fen_in("held"),
        "open_fen": state.fen_in("open", "sent", "withheld"),
    }
    assert {name: getattr(row, name) for name in by_state} == by_state
    assert row.amount_fen == sum(by_state.values()) == sum(line.amount_fen for line in state.lines)
    assert min(by_state.values()) >= 0
    groups = rows_of(world, BENEFIT_LINES).values()
    assert all(isinstance(group, BenefitLinesRow) for group in groups)
    shown = {line.household_no: (line.state, line.amount_fen) for group in groups for line in group.lines}
    assert shown == {line.household_no: (line.state, line.amount_fen) for line in state.lines}
    totals = rows_of(world, BENEFIT_TOTALS).values()
    assert all(isinstance(total, BenefitTotalsRow) for total in totals)
    assert sum(total.paid_fen for total in totals) == state.fen_in("paid")
    assert sum(total.paid_count for total in totals) == sum(line.state == "paid" for line in state.lines)


HOMES = tuple(f"T01-H{n:05}" for n in range(1, 7))
LINES = st.builds(
    ReturnLine,
    household_no=st.sampled_from((*HOMES, NOBODY)),
    amount_fen=st.sampled_from((40_000, 40_000, 40_000, 1)),
    outcome=st.sampled_from(("paid", "returned")),
    reference=st.sampled_from(("流水", "流水", "")),
    reason=st.sampled_from(("账户已销户", "账户已销户", "")),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("return"), st.lists(LINES, min_size=1, max_size=8), st.integers(1, 3)),
        st.tuples(st.just("issue")),
        st.tuples(st.just("resolve"), st.integers(1, 4), st.sampled_from(("paid", "returned", "dismissed"))),
        st.tuples(st.just("close")),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_money_in_the_list_is_paid_returned_held_or_open_for_any_order_of_returns(steps: list[tuple[Any, ...]]) -> None:
    world = issued(opened(12, *HOMES))
    for n, step in enumerate(steps):
        match step:
            case ("return", lines, file_no):
                command: Any = answer(*lines, file_no=file_no, sha=f"{n:064}")
            case ("issue",):
                command = issue()
            case ("resolve", number, outcome):
                command = resolve(f"2026-03-{number:03}", outcome)
            case _:
                command = CLOSE
        try:
            facts = world.send(command, PAYER)
        except CommandRejected:
            facts = ()
        for fact in facts:
            if isinstance(fact, BenefitsPaid | BenefitsReturned):
                assert all(line.amount_fen == 40_000 for line in fact.lines), "only what fits moves money"
        holds(world)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_the_lines_and_of_the_files_does_not_matter(seed: int) -> None:
    """Each household answered once: whatever file and order the answers come in, the list ends the same."""
    rng = Random(seed)
    answers = [rng.choice((paid, returned))(number) for number in HOMES] + [paid(NOBODY), paid(HOMES[0], 7)]

    def played(lines: list[ReturnLine], parts: int) -> BenefitList:
        world = issued(opened(12, *HOMES))
        first, odd = [one for one in lines if one.amount_fen != 7], [one for one in lines if one.amount_fen == 7]
        for n in range(parts):
            part = first[n::parts]
            if part:
                world.send(answer(*part, sha=f"{n:064}"), PAYER)
        world.send(answer(*odd, sha="f" * 64), PAYER)
        holds(world)
        return list_of(world)

    one, other = played(answers, 1), played(rng.sample(answers, len(answers)), rng.randint(1, 4))
    assert {line.household_no: line.state for line in one.lines} == {
        line.household_no: line.state for line in other.lines
    }
    assert sorted(held.household_no for held in one.held) == sorted(held.household_no for held in other.held)


def test_a_draft_made_anew_takes_the_place_of_the_rows_of_the_one_before() -> None:
    world = opened()
    draft_lines = draft()
    world.send(draft_lines, PAYER)
    world.send(draft_lines, PAYER)
    world.send(approve(), "bureau-leader:L1")
    assert rows_of(world, BENEFIT_LISTS)["T01-2026-03"].draft_no == 2
    assert [len(group.lines) for group in rows_of(world, BENEFIT_LINES).values()] == [3]
    (total,) = rows_of(world, BENEFIT_TOTALS).values()
    assert (total.household_count, total.amount_fen) == (3, 120_000)


def test_the_file_is_said_by_a_hash_that_anybody_can_make_again() -> None:
    world = issued(opened())
    row = rows_of(world, BENEFIT_LISTS)["T01-2026-03"]
    lines = sorted(f"{line.household_no};{line.account};{line.amount_fen}" for line in list_of(world).lines)
    text = "\n".join(("household;account;amount_fen", *lines, ""))
    assert row.files[0].file_sha256 == hashlib.sha256(text.encode()).hexdigest()
