"""Proves who may open, grant, lock and unlock an account, and that nothing of a password is in any fact."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.contracts.deciding import CommandRejected, Context
from services.contracts.portal import (
    AccountOpened,
    AccountUnlocked,
    PasswordSet,
    RoleGranted,
    SignedIn,
    SignInFailed,
)
from services.contracts.registry import REGISTRY, Fact
from services.contracts.rulebook import AdoptedPack, RuleBook
from services.portal.domain import (
    Account,
    AccountCommand,
    CloseAccount,
    GrantRole,
    NotePassword,
    OpenAccount,
    SignIn,
    SignOut,
    UnlockAccount,
    decide,
    evolve,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
RULES = RuleBook((
    AdoptedPack(
        name="sign_in", version="1", valid_from=NOW.date(), citation="", sample=True,
        content={"failures_max": 3, "lock_minutes": 15, "idle_minutes": 30, "session_hours": 12, "password_length_min": 10},
    ),
))  # fmt: skip


def context(actor: str = "system-administrator:S1", now: datetime = NOW) -> Context:
    return Context(now=now, actor=actor, role="", town=None, rules=RULES, pseudonym=lambda text: text)


def after(*facts: Fact) -> Account:
    state = Account()
    for fact in facts:
        state = evolve(state, fact)
    return state


OPENED = AccountOpened(account="w1", acts_as="window:T01-W1", opened_by="system-administrator:S1")
GRANTED = RoleGranted(account="w1", role="window", town="T01", granted_by="security-administrator:S2")


def given(
    *facts: Fact, when: AccountCommand, by: str = "system-administrator:S1", at: datetime = NOW
) -> tuple[Fact, ...]:
    return decide(after(*facts), when, context(by, at))


def refusal(*facts: Fact, when: AccountCommand, by: str = "system-administrator:S1", at: datetime = NOW) -> str:
    with pytest.raises(CommandRejected) as refused:
        given(*facts, when=when, by=by, at=at)
    return refused.value.code


def sign_in(right: bool) -> SignIn:
    return SignIn(account="w1", verified=right, method="password")


def test_one_opens_and_another_grants() -> None:
    """Whoever opened an account cannot give it its role (三员分立)."""
    assert given(when=OpenAccount(account="w1", acts_as="window:T01-W1")) == (OPENED,)
    grant = GrantRole(account="w1", role="window", town="T01")
    assert refusal(OPENED, when=grant) == "same-administrator"
    assert given(OPENED, when=grant, by="security-administrator:S2") == (GRANTED,)
    assert given(OPENED, GRANTED, when=grant, by="security-administrator:S2") == ()


@pytest.mark.parametrize(
    ("role", "town", "code"),
    [("window", "", "town-of-role"), ("bureau", "T01", "town-of-role"), ("king", "", "role-unknown"), ("town-system", "T01", "role-unknown")],
)  # fmt: skip
def test_a_role_is_one_of_people_with_its_town_or_none(role: str, town: str, code: str) -> None:
    grant = GrantRole(account="w1", role=role, town=town)
    assert refusal(OPENED, when=grant, by="security-administrator:S2") == code


def test_wrong_passwords_lock_for_a_while_and_count_anew_after_it() -> None:
    """The third wrong one locks for 15 minutes; then even the right one waits; after it the count begins again."""
    facts: list[Fact] = [OPENED, GRANTED]
    for n in (1, 2, 3):
        (failed,) = given(*facts, when=sign_in(False))
        assert isinstance(failed, SignInFailed)
        assert failed.failure_count == n
        facts.append(failed)
    locked = facts[-1]
    assert isinstance(locked, SignInFailed)
    assert locked.locked_until == NOW + timedelta(minutes=15)
    assert refusal(*facts, when=sign_in(True)) == "account-locked"
    later = NOW + timedelta(minutes=15)
    (signed,) = given(*facts, when=sign_in(True), at=later)
    assert signed == SignedIn(account="w1", role="window", town="T01", method="password")
    (again,) = given(*facts, when=sign_in(False), at=later)
    assert again == SignInFailed(account="w1", failure_count=1, locked_until=None)


def test_a_lock_is_lifted_by_an_administrator_a_new_password_or_a_right_one() -> None:
    failed = SignInFailed(account="w1", failure_count=3, locked_until=NOW + timedelta(minutes=15))
    for cure in (
        AccountUnlocked(account="w1", unlocked_by="security-administrator:S2"),
        PasswordSet(account="w1", temporary=True),
        SignedIn(account="w1", role="window", town="T01", method="password"),
    ):
        state = after(OPENED, GRANTED, failed, cure)
        assert (state.failure_count, state.locked_until) == (0, None)
    assert given(OPENED, GRANTED, when=UnlockAccount(account="w1")) == ()


def test_without_a_role_or_once_closed_nobody_signs_in() -> None:
    assert refusal(OPENED, when=sign_in(True)) == "no-role"
    (closed,) = given(OPENED, GRANTED, when=CloseAccount(account="w1", reason="离职"))
    assert refusal(OPENED, GRANTED, closed, when=sign_in(True)) == "account-closed"
    assert refusal(when=SignOut(account="w1")) == "no-such-account"


def test_a_temporary_password_must_be_changed() -> None:
    (temporary,) = given(OPENED, GRANTED, when=NotePassword(account="w1", temporary=True))
    (own,) = given(OPENED, GRANTED, temporary, when=NotePassword(account="w1", temporary=False))
    assert after(OPENED, temporary).must_change_password
    assert not after(OPENED, temporary, own).must_change_password


def test_no_fact_and_no_command_of_portal_has_room_for_a_password() -> None:
    """A password, or its hash, cannot come onto the log: nothing has a field for it."""
    shapes: list[Any] = [one.body for one in REGISTRY.values() if one.owner == "portal"]
    shapes += [OpenAccount, GrantRole, CloseAccount, NotePassword, SignIn, SignOut, UnlockAccount]
    names = {field.name for shape in shapes for field in msgspec.structs.fields(shape)}
    assert {name for name in names if "password" in name or "hash" in name or "secret" in name} == set()
