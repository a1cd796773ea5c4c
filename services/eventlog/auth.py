"""Who asks: signed tokens of people and services (role, town, actor), keys of town systems, ID tokens of an identity provider.

It issues and checks; it decides nothing.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.contracts.roles import ROLES, TOWN_ROLES
from services.eventlog.keyring import Keyring

ISSUER: Final = "jiuzhu"
TOKENS_KEPT_MAX: Final = 1_000
INSPECTOR: Final = "inspector"
# Who grants access to inspectors: without a grant their token is good for nothing but to ask there for one by it.
GRANTED_BY: Final = "audit"
# An inspector's access can be revoked: whoever was let in asks for a token again within a working day.
INSPECTOR_TOKEN_MAX: Final = timedelta(hours=24)
_ID_TOKEN_INVALID: Final = (
    "id-token-invalid",
    "统一身份认证返回的凭证未通过校验，请重新登录；多次出现请联系系统管理员",
    "what the identity provider returned does not stand the checks; sign in again, and tell your system administrator if it stays so",
)
_EXPIRED: Final = ("token-expired", "登录凭证已过期，请重新登录", "the token has expired; sign in again")
TOWN_KEY_PREFIX: Final = "jzk"
# Algorithms an identity provider may sign with, and the type of key each takes: public keys only, so none that a public key could forge.
ID_TOKEN_ALGORITHMS: Final = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
CLOCK_SKEW: Final = timedelta(seconds=30)
# Those who read models in general: no administrators (三员分立), no town's machine, no contractor of a single task.
READERS: Final = ROLES - {
    "system-administrator", "security-administrator", "audit-administrator", "town-system", "contractor",
}  # fmt: skip


class NotAuthenticated(Exception):
    """No valid token or key. `zh` and `en` say what is wrong with it, never what it was; `reason`, for logs, names the check."""

    def __init__(self, code: str, zh: str, en: str, reason: str = "") -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.zh, self.en, self.reason = code, zh, en, reason


class UnknownKey(NotAuthenticated):
    """An ID token is signed by a key that is not among those known; the provider may have changed its keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a token speaks for. `town` is None for those who see the whole district, never for `TOWN_ROLES`.

    `grant` is the grant of access that an outside inspector reads by; `service`, where set, the only service that the
    token is good for. An inspector without a grant asks the service that grants it for a token, and reads nothing.
    """

    actor: str
    role: str
    town: str | None
    grant: str | None = None
    service: str | None = None


class Tokens:
    """Signs and checks tokens (JWT, Ed25519) with the keyring's token key."""

    def __init__(self, keyring: Keyring) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(keyring.secret("token-signing"))
        self._public = self._private.public_key()
        self._verified: dict[str, tuple[Identity, float]] = {}  # with the instant (Unix seconds) each expires at

    def issue(self, identity: Identity, *, valid_for: timedelta, now: datetime | None = None) -> str:
        """A token for `identity`; `ValueError` for a role that is not one of `ROLES`, lacks its town, or its grant of access."""
        if identity.role not in ROLES:
            raise ValueError(f"no such role: {identity.role}; one of {', '.join(sorted(ROLES))}")
        if not _has_its_town(identity):
            raise ValueError(f"role {identity.role} needs its town: without one it would see the whole district")
        if not _has_its_grant(identity):
            raise ValueError(
                "role inspector needs its grant of access: audit's door /v1/inspector-tokens issues by one"
            )
        if identity.role == INSPECTOR and valid_for > INSPECTOR_TOKEN_MAX:
            raise ValueError(f"an inspector's token is good for {INSPECTOR_TOKEN_MAX} at most")
        issued_at = now or datetime.now(UTC)
        claims = {
            "iss": ISSUER,
            "sub": identity.actor,
            "role": identity.role,
            "iat": issued_at,
            "exp": issued_at + valid_for,
        }
        for name in ("town", "grant", "service"):
            if getattr(identity, name) is not None:
                claims[name] = getattr(identity, name)
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
        identity = Identity(
            actor=claims["sub"], role=claims["role"], town=claims.get("town"), grant=claims.get("grant"),
            service=claims.get("service"),
        )  # fmt: skip
        if not (_has_its_town(identity) and _has_its_grant(identity)):
            raise NotAuthenticated("token-invalid", "登录凭证无效", "the token is not valid here")
        if len(self._verified) >= TOKENS_KEPT_MAX:
            self._verified.clear()
        self._verified[token] = identity, float(claims["exp"])
        return self._verified[token]


def read_id_token(
    token: str, keys: Sequence[Mapping[str, Any]], *, issuer: str, client_id: str, nonce: str
) -> Mapping[str, Any]:
    """The claims of an identity provider's ID token (OpenID Connect Core 3.1.3.7); `keys` are its published ones (JWK).

    `UnknownKey` when none of them signed it, `NotAuthenticated` for whatever else is wrong with it.
    """
    try:
        header = jwt.get_unverified_header(token)
        key = _signing_key(header, keys)
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[key.algorithm_name], issuer=issuer, audience=client_id, leeway=CLOCK_SKEW,
            options={"require": ["iss", "sub", "aud", "iat", "exp"], "enforce_minimum_key_length": True},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise _id_token_invalid(type(error).__name__) from error
    audiences = [claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"]
    # Who is named beside us could have handed it on; then the token has to say that it was made for us.
    if claims.get("azp", client_id if audiences == [client_id] else None) != client_id:
        raise _id_token_invalid("azp")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise _id_token_invalid("nonce")
    return claims


def _signing_key(header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> jwt.PyJWK:
    """The one key a token can be signed with; its algorithm is bound to it."""
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ID_TOKEN_ALGORITHMS:
        raise _id_token_invalid("alg")
    fitting = [
        key for key in keys
        if key.get("kty") == ID_TOKEN_ALGORITHMS[algorithm] and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm and (kid is None or key.get("kid") == kid) and "d" not in key
    ]  # fmt: skip
    if len(fitting) != 1:
        raise UnknownKey(*_ID_TOKEN_INVALID, "kid")
    return jwt.PyJWK(dict(fitting[0]), algorithm=algorithm)


def _id_token_invalid(reason: str) -> NotAuthenticated:
    return NotAuthenticated(*_ID_TOKEN_INVALID, reason)


def _has_its_town(identity: Identity) -> bool:
    return identity.town is not None or identity.role not in TOWN_ROLES


def _has_its_grant(identity: Identity) -> bool:
    if identity.role != INSPECTOR:
        return identity.grant is None
    return identity.grant is not None or identity.service == GRANTED_BY


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
