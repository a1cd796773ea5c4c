"""What portal decides: who has an account, in which role and town, and whether a sign-in stands; it sees no password.

Three administrators hold each other (三员分立, DOMAIN §8): the system administrator opens an account, the security
administrator gives its role, the audit administrator only reads; nobody does two of these for one account.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final, assert_never

import msgspec
from msgspec import Meta

from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.portal import (
    AccountClosed,
    AccountOpened,
    AccountUnlocked,
    ParkedDiscarded,
    PasswordSet,
    RoleGranted,
    RulePackAdopted,
    SignedIn,
    SignedOut,
    SignInFailed,
)
from services.contracts.registry import Fact
from services.contracts.roles import PEOPLE, TOWN_ROLES
from services.portal.rules import PACK, SignInRules

AccountName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.\-]{1,39}\Z")]
ActorName = Annotated[str, Meta(pattern=r"^[a-z][a-z\-]{0,39}:[A-Za-z0-9.\-]{1,40}\Z")]
Reason = Annotated[str, Meta(min_length=1, max_length=200)]


class _OfAccount(Command, frozen=True, kw_only=True):
    account: AccountName

    @property
    def subject(self) -> str:
        return f"account:{self.account}"


class OpenAccount(_OfAccount, frozen=True, kw_only=True):
    """Open an account. `acts_as` is the actor its commands will carry."""

    acts_as: ActorName


class GrantRole(_OfAccount, frozen=True, kw_only=True):
    """Give an account its role, and its town where the role is a town's; a later grant replaces an earlier one."""

    role: str
    town: str = ""


class CloseAccount(_OfAccount, frozen=True, kw_only=True):
    """End an account."""

    reason: Reason


class NotePassword(_OfAccount, frozen=True, kw_only=True):
    """State that a new password holds; whoever says so has put its hash into the keyring."""

    temporary: bool


class SignIn(_OfAccount, frozen=True, kw_only=True):
    """Sign in, with what the door found out about the password or the identity provider's word."""

    verified: bool
    method: str


class SignOut(_OfAccount, frozen=True, kw_only=True):
    """End one's own session."""


class UnlockAccount(_OfAccount, frozen=True, kw_only=True):
    """Lift a lock before its end."""


AccountCommand = OpenAccount | GrantRole | CloseAccount | NotePassword | SignIn | SignOut | UnlockAccount


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One account as decisions know it. `role` is empty until one was granted."""

    acts_as: str = ""
    opened_by: str = ""
    role: str = ""
    town: str = ""
    closed: bool = False
    must_change_password: bool = False
    failure_count: int = 0
    locked_until: datetime | None = None


def decide(state: Account, command: AccountCommand, context: Context) -> tuple[Fact, ...]:
    """The facts of an account's command; refuses what one administrator may not do alone, and a locked sign-in."""
    if not isinstance(command, OpenAccount) and not state.acts_as:
        raise CommandRejected("no-such-account", "没有这个账号", "there is no such account")
    if state.closed:
        raise CommandRejected("account-closed", "账号已停用", "the account is closed")
    match command:
        case OpenAccount():
            return _open(state, command, context)
        case GrantRole():
            return _grant(state, command, context)
        case CloseAccount():
            return (AccountClosed(account=command.account, reason=command.reason),)
        case NotePassword():
            return (PasswordSet(account=command.account, temporary=command.temporary),)
        case SignIn():
            return _sign_in(state, command, context)
        case SignOut():
            return (SignedOut(account=command.account),)
        case UnlockAccount():
            if state.failure_count == 0:
                return ()
            return (AccountUnlocked(account=command.account, unlocked_by=context.actor),)
        case _:
            assert_never(command)


def _open(state: Account, command: OpenAccount, context: Context) -> tuple[Fact, ...]:
    if state.acts_as:
        raise CommandRejected("account-exists", "账号已存在", "the account exists already")
    return (AccountOpened(account=command.account, acts_as=command.acts_as, opened_by=context.actor),)


def _grant(state: Account, command: GrantRole, context: Context) -> tuple[Fact, ...]:
    """Who opened the account may not give it its role (GB/T 22239-2019 8.1.4.2: roles of administrators are separated)."""
    if context.actor == state.opened_by:
        raise CommandRejected(
            "same-administrator", "开户人不得为同一账号授权", "whoever opened an account may not grant its role"
        )
    if command.role not in PEOPLE:
        raise CommandRejected("role-unknown", f"没有岗位 {command.role}", f"there is no role {command.role}")
    if (command.role in TOWN_ROLES) != bool(command.town):
        raise CommandRejected(
            "town-of-role",
            "镇街岗位须指定镇街，区级岗位不得指定",
            "a town's role names its town, a district's role none",
        )
    if (command.role, command.town) == (state.role, state.town):
        return ()
    return (
        RoleGranted(account=command.account, role=command.role, town=command.town, granted_by=context.actor),
    )  # fmt: skip


def _sign_in(state: Account, command: SignIn, context: Context) -> tuple[Fact, ...]:
    """A locked account is not tried; a wrong password counts, and at the limit locks (GB/T 22239-2019 8.1.4.1 b)."""
    if state.locked_until is not None and context.now < state.locked_until:
        raise CommandRejected(
            "account-locked", "密码错误次数过多，账号已暂时锁定，请稍后再试", "too many wrong passwords; the account is locked for a while"
        )  # fmt: skip
    if not state.role:
        raise CommandRejected(
            "no-role", "账号尚未授权，请联系安全管理员", "the account has no role yet; ask the security administrator"
        )
    if command.verified:
        return (SignedIn(account=command.account, role=state.role, town=state.town, method=command.method),)
    rules = context.rule_on(PACK, context.today, SignInRules)
    failures = (0 if state.locked_until is not None else state.failure_count) + 1
    locked_until = context.now + timedelta(minutes=rules.lock_minutes) if failures >= rules.failures_max else None
    return (SignInFailed(account=command.account, failure_count=failures, locked_until=locked_until),)


def evolve(state: Account, event: Fact) -> Account:
    """The account after a fact about it."""
    change = msgspec.structs.replace
    match event:
        case AccountOpened():
            return change(state, acts_as=event.acts_as, opened_by=event.opened_by)
        case RoleGranted():
            return change(state, role=event.role, town=event.town)
        case AccountClosed():
            return change(state, closed=True)
        case PasswordSet():
            return change(state, must_change_password=event.temporary, failure_count=0, locked_until=None)
        case SignedIn() | AccountUnlocked():
            return change(state, failure_count=0, locked_until=None)
        case SignInFailed():
            return change(state, failure_count=event.failure_count, locked_until=event.locked_until)
        case _:
            return state


ACCOUNT: Final = Aggregate(
    prefix="account",
    state=Account,
    initial=Account(),
    commands=(OpenAccount, GrantRole, CloseAccount, NotePassword, SignIn, SignOut, UnlockAccount),
    decide=decide,
    evolve=evolve,
)
AGGREGATES: Final = (ACCOUNT, rules_aggregate(RulePackAdopted), parked_aggregate(ParkedDiscarded))
