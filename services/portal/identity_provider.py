"""Asks the district's identity provider who somebody is (OpenID Connect, authorization code with PKCE); it knows no account."""

import asyncio
import base64
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx
import msgspec

from services.eventlog.auth import NotAuthenticated, UnknownKey, read_id_token
from services.eventlog.problems import Problem
from services.eventlog.settings import OidcClient, is_guarded

log = logging.getLogger(__name__)
T = TypeVar("T")

CALLBACK: Final = "/sign-in/oidc/callback"
# How long somebody may take at the provider, with a second factor and a forgotten password.
ATTEMPT_LIFE: Final = timedelta(minutes=10)
ANSWER_SECONDS: Final = 10.0
ANSWER_BYTES_MAX: Final = 256 * 1024
KEPT_SECONDS: Final = 600.0
WANTED_LENGTH_MAX: Final = 500

AWAY: Final = partial(
    Problem,
    status=503, code="identity-provider-away", zh="统一身份认证平台暂不可用；请稍后重试，或用本地账号登录",
    en="the identity provider does not answer; try again later, or sign in with a local account",
    retry_after_seconds=10,
)  # fmt: skip
REFUSED: Final = partial(
    Problem,
    status=401, code="identity-provider-refused", zh="统一身份认证未完成，请重新登录；多次出现请联系系统管理员",
    en="the identity provider did not let you in; sign in again, and tell your system administrator if it stays so",
)  # fmt: skip


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A sign-in that was begun in one browser. Its secret stays in that browser's cookie; all it shows is derived from it.

    `wanted`: the page to go on to.
    """

    secret: str
    began_at: int
    wanted: str

    def _derived(self, purpose: bytes) -> bytes:
        return hmac.digest(self.secret.encode(), b"jiuzhu oidc " + purpose, hashlib.sha256)

    @property
    def state(self) -> str:
        """What the provider hands back, so that an answer to somebody else's sign-in is not taken."""
        return _text(self._derived(b"state"))

    @property
    def nonce(self) -> str:
        """What the ID token has to repeat, so that a token of another sign-in is not taken."""
        return _text(self._derived(b"nonce"))

    @property
    def verifier(self) -> str:
        """The PKCE verifier (RFC 7636), which goes to the provider with the code and never through the browser."""
        return _text(self._derived(b"verifier"))

    @property
    def challenge(self) -> str:
        """The verifier's SHA-256, which the provider keeps with the code (method S256)."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    @property
    def id(self) -> bytes:
        """What the attempt is known by once it was used."""
        return self._derived(b"id")

    def cookie(self, key: bytes) -> str:
        """The cookie that stands for it, signed with portal's key, so that its end cannot be moved."""
        body = f"{self.secret}.{self.began_at}.{_text(self.wanted.encode())}"
        return f"{body}.{_mac(key, body)}"


def _mac(key: bytes, body: str) -> str:
    return _text(hmac.digest(key, body.encode(), hashlib.sha256))


def begun(wanted: str, *, now: datetime) -> Attempt:
    """A new attempt."""
    return Attempt(
        secret=secrets.token_urlsafe(32), began_at=int(now.timestamp()), wanted=wanted if len(wanted) <= WANTED_LENGTH_MAX else ""
    )  # fmt: skip


def attempt_of(key: bytes, cookie: str, *, now: datetime) -> Attempt | None:
    """The attempt a cookie stands for; `None` when portal did not make it, or it is too old."""
    body, _, mac = cookie.rpartition(".")
    if not cookie.isascii() or not hmac.compare_digest(mac, _mac(key, body)):
        return None
    secret, began_at, wanted = body.split(".")
    if int(began_at) + ATTEMPT_LIFE.total_seconds() < now.timestamp():
        return None
    return Attempt(
        secret=secret, began_at=int(began_at), wanted=base64.urlsafe_b64decode(wanted + "=" * (-len(wanted) % 4)).decode()
    )  # fmt: skip


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says about itself (OpenID Connect Discovery 1.0), as far as it is used here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Keys(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


class _Granted(msgspec.Struct, frozen=True):
    id_token: str


class IdentityProvider:
    """The provider as `client` may ask it; what it says about itself is kept for `KEPT_SECONDS`."""

    def __init__(self, client: OidcClient, http: httpx.AsyncClient) -> None:
        self.client, self._http = client, http
        self._metadata: tuple[Metadata, float] | None = None
        self._keys: tuple[list[dict[str, Any]], float] | None = None

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to; it knows this address beforehand."""
        return self.client.portal_url + CALLBACK

    async def authorization_url(self, attempt: Attempt, *, again: bool) -> str:
        """Where a browser goes to sign in; `again`: as somebody else, whoever is signed in there."""
        asked = {
            "response_type": "code", "client_id": self.client.client_id, "redirect_uri": self.redirect_uri,
            "scope": "openid profile", "state": attempt.state, "nonce": attempt.nonce,
            "code_challenge": attempt.challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        return _with_query((await self._about()).authorization_endpoint, asked | ({"prompt": "login"} if again else {}))

    async def account_of(self, code: str, attempt: Attempt) -> str:
        """The account that whoever came back with `code` is by the provider's word; `Problem` when it gives none."""
        token = await self._id_token(code, attempt)
        try:
            claims = await self._claims(token, attempt.nonce)
        except NotAuthenticated as error:
            log.warning("an ID token was refused", extra={"code": error.code, "reason": error.reason})
            raise Problem(status=401, code=error.code, zh=error.zh, en=error.en) from error
        named = claims.get(self.client.claim)
        return named if isinstance(named, str) else ""

    async def end_session_url(self) -> str | None:
        """Where a browser goes to sign out there too (RP-Initiated Logout 1.0); `None` where that is not offered."""
        try:
            about = await self._about()
        except Problem:
            return None
        if not about.end_session_endpoint:
            return None
        # Not by id_token_hint: the token says who somebody is, and would be kept and stand in addresses.
        asked = {"client_id": self.client.client_id, "post_logout_redirect_uri": f"{self.client.portal_url}/sign-in"}
        return _with_query(about.end_session_endpoint, asked)

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token; a key that is not known is asked for once, for providers change theirs."""
        expected = {"issuer": self.client.issuer, "client_id": self.client.client_id, "nonce": nonce}
        kept = self._keys
        if kept is not None and time.monotonic() < kept[1]:
            try:
                return read_id_token(token, kept[0], **expected)
            except UnknownKey:
                log.info("the identity provider's keys are asked for anew")
        answer = await self._ask("GET", (await self._about()).jwks_uri)
        keys = _decoded(answer, _Keys).keys
        self._keys = keys, time.monotonic() + KEPT_SECONDS
        return read_id_token(token, keys, **expected)

    async def _id_token(self, code: str, attempt: Attempt) -> str:
        about = await self._about()
        sent = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
            "code_verifier": attempt.verifier,
        }  # fmt: skip
        client, secret, auth = self.client, self._secret(), None
        if secret is None or "client_secret_basic" not in about.token_endpoint_auth_methods_supported:
            sent |= {"client_id": client.client_id} | ({} if secret is None else {"client_secret": secret})
        else:
            auth = httpx.BasicAuth(quote(client.client_id, safe=""), quote(secret, safe=""))
        answer = await self._ask("POST", about.token_endpoint, data=sent, auth=auth)
        return _decoded(answer, _Granted).id_token

    def _secret(self) -> str | None:
        """The client secret as the file has it now: one that was changed there holds at once."""
        if self.client.secret_file is None:
            return None
        try:
            return self.client.secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            log.error("the file of the client secret cannot be read", extra={"error": type(error).__name__})
            raise AWAY() from error

    async def _about(self) -> Metadata:
        kept = self._metadata
        if kept is not None and time.monotonic() < kept[1]:
            return kept[0]
        issuer = self.client.issuer
        answer = await self._ask("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        about = _decoded(answer, Metadata)
        asked = [about.authorization_endpoint, about.token_endpoint, about.jwks_uri]
        asked += [about.end_session_endpoint] if about.end_session_endpoint else []
        if about.issuer != issuer or not all(map(is_guarded, asked)):
            log.error("the identity provider is not the issuer that was set, or an address of it is not https")
            raise AWAY()
        self._metadata = about, time.monotonic() + KEPT_SECONDS
        return about

    async def _ask(self, method: str, url: str, **rest: Any) -> bytes:
        """The body of an answer: in time, of a bearable size, and no redirect; a 4xx is the provider's refusal."""
        place = {"host": urlsplit(url).hostname}
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self._http.stream(method, url, **rest) as response:
                body = b""
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > ANSWER_BYTES_MAX:
                        raise AWAY()
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning("the identity provider does not answer", extra={**place, "error": type(error).__name__})
            raise AWAY() from error
        if response.is_success:
            return body
        log.warning("the identity provider refused", extra={**place, "status": response.status_code})
        raise REFUSED() if method == "POST" and response.is_client_error else AWAY()


def _with_query(endpoint: str, asked: Mapping[str, str]) -> str:
    return endpoint + ("&" if "?" in endpoint else "?") + urlencode(asked)


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        log.warning("the identity provider's answer is not understood", extra={"wanted": kind.__name__})
        raise AWAY() from error
