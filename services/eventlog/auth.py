"""Who asks: signed tokens of people and services (role, town, actor), keys of town systems; issues and checks, decides nothing."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.contracts.roles import ROLES, TOWN_ROLES
from services.eventlog.keyring import Keyring

ISSUER: Final = "jiuzhu"
TOKENS_KEPT_MAX: Final = 1_000
_EXPIRED: Final = ("token-expired", "登录凭证已过期，请重新登录", "the token has expired; sign in again")
TOWN_KEY_PREFIX: Final = "jzk"
# Those who read models in general: no administrators (三员分立), no town's machine, no contractor of a single task.
READERS: Final = ROLES - {
    "system-administrator", "security-administrator", "audit-administrator", "town-system", "contractor",
}  # fmt: skip


class NotAuthenticated(Exception):
    """No valid token or key. `zh` and `en` say what is wrong with it, never what it was."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.zh, self.en = code, zh, en


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a token speaks for. `town` is None for those who see the whole district, never for `TOWN_ROLES`."""

    actor: str
    role: str
    town: str | None


class Tokens:
    """Signs and checks tokens (JWT, Ed25519) with the keyring's token key."""

    def __init__(self, keyring: Keyring) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(keyring.secret("token-signing"))
        self._public = self._private.public_key()
        self._verified: dict[str, tuple[Identity, float]] = {}  # with the instant (Unix seconds) each expires at

    def issue(self, identity: Identity, *, valid_for: timedelta, now: datetime | None = None) -> str:
        """A token for `identity`; `ValueError` for a role that is not one of `ROLES`, or lacks its town."""
        if identity.role not in ROLES:
            raise ValueError(f"no such role: {identity.role}; one of {', '.join(sorted(ROLES))}")
        if not _has_its_town(identity):
            raise ValueError(f"role {identity.role} needs its town: without one it would see the whole district")
        issued_at = now or datetime.now(UTC)
        claims = {
            "iss": ISSUER,
            "sub": identity.actor,
            "role": identity.role,
            "iat": issued_at,
            "exp": issued_at + valid_for,
        }
        if identity.town is not None:
            claims["town"] = identity.town
        return jwt.encode(claims, self._private, algorithm="EdDSA")

    def read(self, token: str) -> Identity:
        """The identity of a token; `NotAuthenticated` when it is expired, forged or not ours."""
        identity, expires_at = self._verified.get(token) or self._verify(token)
        if time.time() < expires_at:
            return identity
        del self._verified[token]
        raise NotAuthenticated(*_EXPIRED)

    def _verify(self, token: str) -> tuple[Identity, float]:
        """A token's identity and end, remembered: its signature is the dearest part of a small request."""
        try:
            claims = jwt.decode(
                token, self._public, algorithms=["EdDSA"], issuer=ISSUER, options={"require": ["exp", "sub", "role"]}
            )  # fmt: skip
        except jwt.ExpiredSignatureError as error:
            raise NotAuthenticated(*_EXPIRED) from error
        except jwt.InvalidTokenError as error:
            raise NotAuthenticated("token-invalid", "登录凭证无效", "the token is not valid here") from error
        identity = Identity(actor=claims["sub"], role=claims["role"], town=claims.get("town"))
        if not _has_its_town(identity):
            raise NotAuthenticated("token-invalid", "登录凭证无效", "the token is not valid here")
        if len(self._verified) >= TOKENS_KEPT_MAX:
            self._verified.clear()
        self._verified[token] = identity, float(claims["exp"])
        return self._verified[token]


def _has_its_town(identity: Identity) -> bool:
    return identity.town is not None or identity.role not in TOWN_ROLES


def bearer(header: str | None) -> str:
    """The credential of an ``Authorization: Bearer …`` header."""
    scheme, _, credential = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not credential:
        raise NotAuthenticated(
            "no-credential", "缺少 Authorization: Bearer 凭证", "an Authorization: Bearer credential is required"
        )
    return credential.strip()


def new_town_key(town: str) -> str:
    """A fresh key for a town's system: ``jzk_<town>_<secret>``; shown once, only its hash is kept."""
    return f"{TOWN_KEY_PREFIX}_{town}_{secrets.token_urlsafe(32)}"


def town_key_hash(key: str) -> str:
    """The hash a town key is known by (SHA-256, hex). The key is 256 random bits, so no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def town_of_key(key: str) -> str | None:
    """The town a key says it belongs to; `None` when it is no town key at all."""
    parts = key.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == TOWN_KEY_PREFIX else None


def inbox_key(key: str) -> bytes:
    """The key a town's system signs inbox records with, derived from its town key."""
    return hmac.digest(key.encode(), b"jiuzhu inbox", hashlib.sha256)


def inbox_signature(signing_key: bytes, value: bytes) -> str:
    """HMAC-SHA-256 of an inbox record's value, hex: the header ``jiuzhu-signature``."""
    return hmac.digest(signing_key, value, hashlib.sha256).hex()
