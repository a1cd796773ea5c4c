"""A small OpenID Connect provider for tests: checks its client as a real one does, and can be told to answer wrongly."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

CLIENT_ID, SECRET = "jiuzhu district", "s3cret/with:signs"
Claims = dict[str, Any]


def rsa_key(bits: int = 2048) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=bits)


def jwk(key: RSAPrivateKey, kid: str) -> dict[str, Any]:
    """The public half, as a provider publishes it."""
    return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig"}


@dataclass(kw_only=True)
class Provider:
    """`user` is signed in there; with none, its own page asks. What a test changes, the next answer has."""

    issuer: str
    redirect_uris: tuple[str, ...]
    user: str | None = "window"
    key: RSAPrivateKey = field(default_factory=rsa_key)
    kid: str = "k1"
    published: list[dict[str, Any]] = field(default_factory=list)
    away: bool = False
    with_logout: bool = True
    codes_once: bool = True
    auth_methods: tuple[str, ...] = ("client_secret_basic",)
    claims: Callable[[Claims], Claims] = lambda claims: claims
    signed: Callable[[Claims], str] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.published = self.published or [jwk(self.key, self.kid)]

    def _granted(self, asked: dict[str, str], user: str) -> Response:
        code = secrets.token_urlsafe(16)
        self._codes[code] = {**asked, "user": user}
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", status_code=303)

    def authorize(self, asked: dict[str, str]) -> Response:
        """To portal and back with a code; a client, address or challenge it does not know is never sent back."""
        fitting = (
            asked.get("client_id") == CLIENT_ID
            and asked.get("redirect_uri") in self.redirect_uris
            and asked.get("response_type") == "code"
            and asked.get("code_challenge_method") == "S256"
            and "openid" in asked.get("scope", "").split()
        )
        if not fitting:
            return JSONResponse({"error": "invalid_request"}, status_code=400)
        if self.user is None or asked.get("prompt") == "login":
            fields = "".join(
                f'<input type="hidden" name="{name}" value="{value}">'
                for name, value in asked.items()
                if name != "prompt"
            )
            return HTMLResponse(
                f'<form method="post" action="/login"><input id="user" name="user">{fields}<button>go</button></form>'
            )
        return self._granted(asked, self.user)

    def token(self, sent: dict[str, str], authorization: str) -> Response:
        """An ID token for a code, once, to its client alone, with the verifier of its challenge."""
        if "client_secret_basic" in self.auth_methods:
            name, _, secret = base64.b64decode(authorization.partition(" ")[2]).decode().partition(":")
            client = unquote(name), unquote(secret)
        else:
            client = sent.get("client_id", ""), sent.get("client_secret", "")
        if client != (CLIENT_ID, SECRET):
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        asked = self._codes.get(sent.get("code", ""), {})
        if self.codes_once:
            self._codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (asked.get("code_challenge"), asked.get("redirect_uri")) != (challenge, sent.get("redirect_uri")):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        claims = self.claims({
            "iss": self.issuer, "aud": CLIENT_ID, "sub": f"u-{asked['user']}", "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "preferred_username": asked["user"],
        })  # fmt: skip
        token = self.signed(claims) if self.signed else self.sign(claims)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "id_token": token})

    def sign(self, claims: Claims, *, algorithm: str = "RS256") -> str:
        return jwt.encode(claims, self.key, algorithm=algorithm, headers={"kid": self.kid})

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def noted(request: Request, proceed: Any) -> Response:
            self.asked.append(request.url.path)
            if self.away:
                return Response(status_code=503)
            answer: Response = await proceed(request)
            return answer

        @app.get("/.well-known/openid-configuration")
        async def about() -> Response:
            told: dict[str, Any] = {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
                "token_endpoint_auth_methods_supported": self.auth_methods,
            }  # fmt: skip
            if self.with_logout:
                told["end_session_endpoint"] = f"{self.issuer}/logout"
            return JSONResponse(told | self.about)

        @app.get("/favicon.ico")
        async def icon() -> Response:
            return Response(status_code=204)

        @app.get("/jwks")
        async def keys() -> Response:
            return JSONResponse({"keys": self.published})

        @app.get("/authorize")
        async def authorize(request: Request) -> Response:
            return self.authorize(dict(request.query_params))

        @app.post("/login")
        async def login(request: Request) -> Response:
            sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            self.user = sent.pop("user")
            return self._granted(sent, self.user)

        @app.post("/token")
        async def token(request: Request) -> Response:
            sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            return self.token(sent, request.headers.get("authorization", ""))

        @app.get("/logout")
        async def logout(request: Request) -> Response:
            self.user = None
            return RedirectResponse(request.query_params["post_logout_redirect_uri"], status_code=303)

        return app
