"""Proves that the identity provider's word is taken only when it is its own, for this client, for this sign-in, and in time."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.eventlog.problems import Problem
from services.eventlog.settings import MissingSetting, OidcClient, read_settings
from services.portal.identity_provider import ATTEMPT_LIFE, IdentityProvider, attempt_of, begun
from tests.identity_provider import CLIENT_ID, SECRET, Claims, Provider, jwk, rsa_key

PORTAL = "https://jiuzhu.example.test"
ISSUER = "https://sso.example.test"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ONE, OTHER = rsa_key(), rsa_key()


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "client-secret"
    path.write_text(SECRET + "\n", encoding="utf-8")
    return path


def client(secret: Path | None, *, claim: str = "preferred_username") -> OidcClient:
    return OidcClient(
        issuer=ISSUER, client_id=CLIENT_ID, secret_file=secret, claim=claim, portal_url=PORTAL, local_for_all=True
    )  # fmt: skip


@asynccontextmanager
async def between(there: Provider, here: OidcClient) -> AsyncIterator[tuple[IdentityProvider, httpx.AsyncClient]]:
    """Portal's side of a provider that answers in this process, and a browser."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(there.app())) as http:
        yield IdentityProvider(here, http), http


def provider(**changed: Any) -> Provider:
    return Provider(**{"issuer": ISSUER, "redirect_uris": (f"{PORTAL}/sign-in/oidc/callback",), "key": ONE} | changed)


async def sign_in(ours: IdentityProvider, http: httpx.AsyncClient) -> str:
    """The account by a whole sign-in: there, back with the code, and the code for an ID token."""
    attempt = begun("", now=NOW)
    answer = await http.get(await ours.authorization_url(attempt, again=False))
    assert answer.status_code == 303, answer.text
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == [attempt.state]
    return await ours.account_of(back["code"][0], attempt)


async def refusal(there: Provider, here: OidcClient) -> tuple[int, str]:
    async with between(there, here) as (ours, http):
        with pytest.raises(Problem) as refused:
            await sign_in(ours, http)
    return refused.value.status, refused.value.code


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_a_sign_in_gives_the_account_that_the_claim_names(secret_file: Path, method: str) -> None:
    """The secret goes by the way the provider takes, signs in it included."""
    async with between(provider(auth_methods=(method,)), client(secret_file)) as (ours, http):
        assert await sign_in(ours, http) == "window"
    async with between(provider(auth_methods=(method,)), client(secret_file, claim="sub")) as (ours, http):
        assert await sign_in(ours, http) == "u-window"


async def test_a_claim_that_is_absent_or_no_text_names_nobody(secret_file: Path) -> None:
    for value in (None, 7, ["window"]):
        there = provider(claims=lambda claims, value=value: {**claims, "preferred_username": value})
        async with between(there, client(secret_file)) as (ours, http):
            assert await sign_in(ours, http) == ""


def changed(**other: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **other}


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def moment(seconds: float) -> int:
    return int(time.time() + seconds)


@pytest.mark.parametrize(
    "claims",
    [
        changed(nonce="another"), without("nonce"), changed(nonce="诈"), changed(aud="another client"), without("aud"),
        changed(aud=["another", "client"]), changed(aud=[]), changed(iss="https://evil.example.test"), changed(iss=ISSUER + "/"),
        without("iss"), changed(azp="another client"), changed(aud=[CLIENT_ID, "another"]),
        changed(aud=[CLIENT_ID, "another"], azp="another"), lambda claims: {**claims, "exp": moment(-31)}, without("exp"),
        lambda claims: {**claims, "nbf": moment(60)}, lambda claims: {**claims, "iat": moment(60)}, without("iat"), without("sub"),
    ],
    ids=[
        "nonce", "no nonce", "nonce not ascii", "aud", "no aud", "auds", "empty aud", "iss", "iss with a slash", "no iss", "azp",
        "two auds without azp", "two auds, other azp", "expired", "no exp", "not yet", "from the future", "no iat", "no sub",
    ],
)  # fmt: skip
async def test_a_token_with_a_wrong_claim_is_refused(secret_file: Path, claims: Callable[[Claims], Claims]) -> None:
    assert await refusal(provider(claims=claims), client(secret_file)) == (401, "id-token-invalid")


@pytest.mark.parametrize(
    "claims",
    [changed(azp=CLIENT_ID), changed(aud=[CLIENT_ID]), changed(aud=[CLIENT_ID, "another"], azp=CLIENT_ID), lambda claims: {**claims, "exp": moment(-5)}],
    ids=["azp", "aud in a list", "two auds and azp", "within the clocks' skew"],
)  # fmt: skip
async def test_what_the_standard_allows_is_taken(secret_file: Path, claims: Callable[[Claims], Claims]) -> None:
    async with between(provider(claims=claims), client(secret_file)) as (ours, http):
        assert await sign_in(ours, http) == "window"


def _unsigned(claims: Claims) -> str:
    return jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"})


def _by_public_key(claims: Claims) -> str:
    """HS256 with the public key as the secret: whoever knows what everybody may know could sign."""
    pem = ONE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT", "kid": "k1"}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = base64.urlsafe_b64encode(hmac.digest(pem, signed, "sha256")).rstrip(b"=")
    return (signed + b"." + mac).decode()


def _by_another_key(claims: Claims) -> str:
    return jwt.encode(claims, OTHER, algorithm="RS256", headers={"kid": "k1"})


def _altered(claims: Claims) -> str:
    head, body, signature = jwt.encode(claims, ONE, algorithm="RS256", headers={"kid": "k1"}).split(".")
    return ".".join((head, body[:-2] + ("AA" if body[-2:] != "AA" else "BB"), signature))


def _rs512(claims: Claims) -> str:
    return jwt.encode(claims, ONE, algorithm="RS512", headers={"kid": "k1"})


@pytest.mark.parametrize(
    "signed", [_unsigned, _by_public_key, _by_another_key, _altered, _rs512, lambda _: "no token", lambda _: "a.b.c"],
    ids=["alg none", "HS256 with the public key", "another key", "altered", "RS512", "no token", "no JSON"],
)  # fmt: skip
async def test_a_token_with_a_wrong_signature_is_refused(secret_file: Path, signed: Callable[[Claims], str]) -> None:
    assert await refusal(provider(signed=signed), client(secret_file)) == (401, "id-token-invalid")


async def test_an_algorithm_is_bound_to_its_key(secret_file: Path) -> None:
    """A key published for RS256 takes no PS256; one without an algorithm takes both."""
    ps256 = provider()
    ps256.signed = lambda claims: ps256.sign(claims, algorithm="PS256")
    async with between(ps256, client(secret_file)) as (ours, http):
        assert await sign_in(ours, http) == "window"
    ps256.published = [jwk(ONE, "k1") | {"alg": "RS256"}]
    assert await refusal(ps256, client(secret_file)) == (401, "id-token-invalid")


@pytest.mark.parametrize("published", [
    [], [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}], [jwk(ONE, "k1") | {"use": "enc"}], [{"kty": "RSA", "kid": "k1"}],
    [{"kty": "RSA", "kid": "k1", "n": 1, "e": "AQAB"}], [jwk(ONE, "k1"), jwk(OTHER, "k1")],
], ids=["none", "a shared secret", "for encryption", "without numbers", "numbers that are none", "one name, two keys"])  # fmt: skip
async def test_keys_that_are_none_for_signing_verify_nothing(
    secret_file: Path, published: list[dict[str, Any]]
) -> None:
    there = provider()
    there.published = published
    assert await refusal(there, client(secret_file)) == (401, "id-token-invalid")


async def test_a_short_key_verifies_nothing(secret_file: Path) -> None:
    there = provider(key=rsa_key(1024))

    def signed(claims: Claims) -> str:
        with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
            return there.sign(claims)

    there.signed = signed
    assert await refusal(there, client(secret_file)) == (401, "id-token-invalid")


async def test_a_changed_key_is_asked_for_once_and_taken(secret_file: Path) -> None:
    """Keys are kept; one that is not among them is looked for anew, once a sign-in, and only then refused."""
    there = provider()
    async with between(there, client(secret_file)) as (ours, http):
        assert await sign_in(ours, http) == "window"
        assert await sign_in(ours, http) == "window"
        assert there.asked.count("/jwks") == 1
        there.key, there.kid, there.published = OTHER, "k2", [jwk(ONE, "k1"), jwk(OTHER, "k2")]
        assert await sign_in(ours, http) == "window"
        assert there.asked.count("/jwks") == 2
        there.kid = "k3"
        with pytest.raises(Problem) as refused:
            await sign_in(ours, http)
        assert refused.value.code == "id-token-invalid"
        assert there.asked.count("/jwks") == 3


async def test_a_code_is_good_once_and_with_its_own_verifier_and_secret(secret_file: Path) -> None:
    async with between(provider(), client(secret_file)) as (ours, http):
        attempt, other = begun("", now=NOW), begun("", now=NOW)

        async def code() -> str:
            answer = await http.get(await ours.authorization_url(attempt, again=False))
            return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

        with pytest.raises(Problem) as refused:
            await ours.account_of(await code(), other)
        assert refused.value.code == "identity-provider-refused"
        good = await code()
        assert await ours.account_of(good, attempt) == "window"
        with pytest.raises(Problem) as refused:
            await ours.account_of(good, attempt)
        assert refused.value.code == "identity-provider-refused"
        secret_file.write_text("another", encoding="utf-8")
        with pytest.raises(Problem) as refused:
            await ours.account_of(await code(), attempt)
        assert refused.value.code == "identity-provider-refused"


@pytest.mark.parametrize("about", [
    {"issuer": "https://evil.example.test"}, {"token_endpoint": "http://sso.example.test/token"},
    {"jwks_uri": "file:///etc/keys"}, {"authorization_endpoint": "javascript:alert(1)"}, {"token_endpoint": "https://[sso"}, {"issuer": 7},
    {"end_session_endpoint": "http://sso.example.test/logout"}, {"padding": "x" * 300_000},
])  # fmt: skip
async def test_a_provider_that_is_another_or_unguarded_is_not_asked(
    secret_file: Path, about: Mapping[str, Any]
) -> None:
    there = provider(about=dict(about))
    async with between(there, client(secret_file)) as (ours, _):
        with pytest.raises(Problem) as refused:
            await ours.authorization_url(begun("", now=NOW), again=False)
        assert refused.value.code == "identity-provider-away"
        assert await ours.end_session_url() is None


async def test_a_provider_that_is_away_is_told_and_asked_anew(secret_file: Path) -> None:
    there = provider(away=True)
    async with between(there, client(secret_file)) as (ours, http):
        with pytest.raises(Problem) as refused:
            await sign_in(ours, http)
        assert (refused.value.status, refused.value.code) == (503, "identity-provider-away")
        there.away = False
        assert await sign_in(ours, http) == "window"


async def test_nothing_of_the_secret_and_no_name_is_logged(secret_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    there = provider(claims=changed(nonce="another"))
    with caplog.at_level("DEBUG"):
        await refusal(there, client(secret_file))
        secret_file.unlink()
        assert await refusal(there, client(secret_file)) == (503, "identity-provider-away")
    told = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("services"))
    assert "an ID token was refused" in told
    assert not any(word in told for word in (SECRET, "u-window", "preferred_username"))


def test_an_attempt_comes_back_from_its_own_cookie_alone_and_in_time() -> None:
    """Signed by portal, and good for as long as it says: neither its end nor its page can be changed by whoever holds it."""
    key, attempt = b"k" * 32, begun("/audit?as_of=2026-03-01", now=NOW)
    cookie = attempt.cookie(key)
    assert attempt_of(key, cookie, now=NOW + ATTEMPT_LIFE) == attempt
    assert attempt_of(key, cookie, now=NOW + ATTEMPT_LIFE + timedelta(seconds=1)) is None
    assert attempt_of(b"o" * 32, cookie, now=NOW) is None
    secret, began_at, wanted, mac = cookie.split(".")
    for forged in (
        "",
        "...",
        "诈",
        cookie[:-1],
        f"{secret}.{int(began_at) + 60}.{wanted}.{mac}",
        f"{secret}.{began_at}.Lw.{mac}",
    ):
        assert attempt_of(key, forged, now=NOW) is None, forged


def test_what_an_attempt_shows_is_its_own_and_does_not_tell_the_rest() -> None:
    one, other = begun("", now=NOW), begun("", now=NOW)
    shown = [
        one.state,
        one.nonce,
        one.verifier,
        one.challenge,
        one.secret,
        one.id,
        other.state,
        other.nonce,
        other.verifier,
    ]
    assert len(set(shown)) == len(shown)
    assert len(one.verifier) == 43
    assert begun("/" + "x" * 500, now=NOW).wanted == ""


SET = {
    "JIUZHU_KAFKA": "k:1", "JIUZHU_POSTGRES_URL": "postgresql://x", "JIUZHU_KEYRING": "/k", "JIUZHU_OIDC_ISSUER": ISSUER,
    "JIUZHU_OIDC_CLIENT_ID": CLIENT_ID, "JIUZHU_PORTAL_URL": PORTAL + "/",
}  # fmt: skip


def test_settings_make_a_client_or_none() -> None:
    assert read_settings(SET, port=1).oidc == client(None)
    assert read_settings(SET | {"JIUZHU_OIDC_ISSUER": "", "JIUZHU_OIDC_CLIENT_ID": ""}, port=1).oidc is None
    restricted = read_settings(
        SET | {"JIUZHU_OIDC_LOCAL": "administrators", "JIUZHU_OIDC_CLAIM": "employee"}, port=1
    ).oidc
    assert restricted is not None
    assert (restricted.local_for_all, restricted.claim) == (False, "employee")


@pytest.mark.parametrize("wrong", [
    {"JIUZHU_OIDC_ISSUER": ""}, {"JIUZHU_OIDC_CLIENT_ID": ""}, {"JIUZHU_PORTAL_URL": ""}, {"JIUZHU_OIDC_LOCAL": "nobody"},
    {"JIUZHU_OIDC_ISSUER": "http://sso.example.test"}, {"JIUZHU_PORTAL_URL": "http://jiuzhu.example.test"},
    {"JIUZHU_OIDC_CLIENT_SECRET_FILE": "/no/such/file"},
])  # fmt: skip
def test_settings_that_cannot_work_are_told_at_start(wrong: Mapping[str, str]) -> None:
    with pytest.raises(MissingSetting, match=next(iter(wrong))):
        read_settings(SET | wrong, port=1)
