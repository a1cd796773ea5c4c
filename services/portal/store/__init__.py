"""SQL of portal, and its passwords: sessions, the accounts' decision states, hashes in the keyring; judges nothing."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError

from services.contracts.codec import decoder_of
from services.eventlog.keyring import Keyring
from services.eventlog.postgres import Pool
from services.portal.domain import Account

# Argon2id by RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes.
HASHER: Final = PasswordHasher()
_NOBODY: Final = HASHER.hash(secrets.token_hex(16))
_states: Final = decoder_of(Account)
# The cookie's lifetime is checked here; a session that is seen again within this time is not written anew.
SEEN_EVERY: Final = timedelta(seconds=30)
# By which way somebody signed in, as the fact says it.
PASSWORD: Final = "password"
OIDC: Final = "oidc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person who is signed in. `secret` is the cookie; only its SHA-256 is stored."""

    secret: str
    account: str
    acts_as: str
    role: str
    town: str
    must_change_password: bool
    method: str = PASSWORD

    @property
    def form_token(self) -> str:
        """What each form of this session carries, so that no other site can send one in its name (CSRF)."""
        return hashlib.sha256(b"jiuzhu form\x00" + self.secret.encode()).hexdigest()


def keep_password(keyring: Keyring, account: str, hashed: str) -> None:
    """Keep the Argon2id hash of a password in the keyring, outside PostgreSQL and never on the log."""
    keyring.put_secret(f"password/{account}", hashed.encode())


def password_holds(hashed: bytes | None, password: str) -> bool:
    """Whether a password is the account's; as slow for an account that does not exist."""
    try:
        HASHER.verify(hashed.decode() if hashed else _NOBODY, password)
    except (VerifyMismatchError, VerificationError):
        return False
    return hashed is not None


def password_hash(keyring: Keyring, account: str) -> bytes | None:
    """The stored hash; `None` where there is none."""
    try:
        return keyring.stored_secret(f"password/{account}")
    except LookupError:
        return None


async def account_state(pool: Pool, account: str) -> Account | None:
    """An account as decisions know it."""
    state = await pool.fetchval("SELECT state FROM portal.streams WHERE subject = $1", f"account:{account}")
    return None if state is None else _states.decode(state)


def _id(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def begin_session(
    pool: Pool, account: str, state: Account, *, method: str, now: datetime, hours: int
) -> Session:  # fmt: skip
    """A session of `account`; the sessions that ended are swept away. Whoever came without a password has none to change."""
    session = Session(
        secret=secrets.token_urlsafe(32), account=account, acts_as=state.acts_as, role=state.role, town=state.town,
        must_change_password=state.must_change_password and method == PASSWORD, method=method,
    )  # fmt: skip
    await pool.execute("DELETE FROM portal.sessions WHERE ends_at < $1", now)
    await pool.execute(
        "INSERT INTO portal.sessions VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)",
        _id(session.secret), account, state.acts_as, state.role, state.town, session.must_change_password, now,
        now + timedelta(hours=hours), method,
    )  # fmt: skip
    return session


def _stands(account: Account, row: Mapping[str, Any]) -> bool:
    """Whether an account still is what it was at the sign-in: not closed, the same person, role and town.

    A lock keeps new sign-ins out and ends none: else wrong passwords of a stranger would throw somebody out.
    """
    same = (account.acts_as, account.role, account.town) == (row["acts_as"], row["role"], row["town"])
    return same and not account.closed


async def session_of(pool: Pool, secret: str, *, now: datetime, idle: timedelta, touch: bool = True) -> Session | None:
    """The session a cookie stands for; `None` when it ended, idled too long or never was, or its account changed.

    `touch`: it is seen again now, so that it does not idle.
    """
    row = await pool.fetchrow(
        "SELECT s.*, a.state FROM portal.sessions s "
        "JOIN portal.streams a ON a.subject = 'account:' || s.account WHERE s.id = $1",
        _id(secret),
    )
    if row is None or row["ends_at"] < now or row["seen_at"] + idle < now:
        return None
    if not _stands(_states.decode(row["state"]), dict(row)):
        return None
    if touch and row["seen_at"] + SEEN_EVERY < now:
        await pool.execute("UPDATE portal.sessions SET seen_at = $2 WHERE id = $1", _id(secret), now)
    fields: dict[str, Any] = {
        name: row[name] for name in ("account", "acts_as", "role", "town", "must_change_password", "method")
    }  # fmt: skip
    return Session(secret=secret, **fields)


async def end_session(pool: Pool, secret: str) -> None:
    """End one session."""
    await pool.execute("DELETE FROM portal.sessions WHERE id = $1", _id(secret))


async def end_sessions_of(pool: Pool, account: str) -> None:
    """End every session of an account: its role, password or end changed."""
    await pool.execute("DELETE FROM portal.sessions WHERE account = $1", account)


async def spend_sign_in(pool: Pool, attempt: bytes, *, now: datetime, kept: timedelta) -> bool:
    """Use up a sign-in by the identity provider; False when it was used before. Those older than `kept` are swept away."""
    await pool.execute("DELETE FROM portal.spent_sign_ins WHERE spent_at < $1", now - kept)
    query = "INSERT INTO portal.spent_sign_ins VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"
    return bool(await pool.fetchval(query, attempt, now))
