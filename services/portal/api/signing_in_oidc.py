"""Signing in by the district's identity provider: it says who somebody is, the account here says what they may (OIDC)."""

import hmac
import logging
import re
from datetime import UTC, datetime
from functools import partial
from typing import Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.eventlog.problems import Problem
from services.portal import store
from services.portal.api.door import SECURITY_HEADERS, Door, own_path
from services.portal.api.menu import home_of
from services.portal.api.signing_in import keep_session, sign_in_page, signed_in
from services.portal.identity_provider import (
    ATTEMPT_LIFE,
    CALLBACK,
    REFUSED,
    Attempt,
    IdentityProvider,
    attempt_of,
    begun,
)

log = logging.getLogger(__name__)

_KEY: Final = "oidc-attempts"
_ACCOUNT: Final = re.compile(r"[a-z0-9][a-z0-9.\-]{1,39}")
_STALE: Final = partial(
    Problem,
    status=400, code="sign-in-stale", zh="这次登录已过期、已用过，或不是从本浏览器发起的，请重新登录",
    en="this sign-in is too old, was used before, or did not begin in this browser; sign in again",
)  # fmt: skip
_UNKNOWN: Final = partial(
    Problem,
    status=403, code="account-unknown",
    zh="统一身份认证已通过，但本系统没有您的账号；请联系本单位系统管理员开户，或换一个账号登录",
    en="the identity provider knows you, but you have no account here; ask your system administrator to open one",
)  # fmt: skip
# The callback's address holds the code: no page that is opened from there is told it.
_HEADERS: Final = {**SECURITY_HEADERS, "referrer-policy": "no-referrer"}


def routes(door: Door) -> None:
    """Put both steps beside the sign-in page, where an identity provider is set."""
    if door.provider is None:
        return
    provider = door.provider

    async def begin(request: Request) -> Response:
        wanted = own_path(request.query_params.get("next", ""), "")
        attempt = begun(wanted, now=datetime.now(UTC))
        try:
            url = await provider.authorization_url(attempt, again="again" in request.query_params)
        except Problem as problem:
            return sign_in_page(door, request, problem=problem, wanted=wanted)
        response = RedirectResponse(url, status_code=303, headers=_HEADERS)
        # Lax: it has to come along when the provider sends the browser back, and with nothing else of another site's.
        response.set_cookie(
            _cookie(door, request), attempt.cookie(_key(door)), httponly=True, samesite="lax", path="/",
            secure=door.secure(request), max_age=int(ATTEMPT_LIFE.total_seconds()),
        )  # fmt: skip
        return response

    async def callback(request: Request) -> Response:
        if "state" not in request.query_params:
            return RedirectResponse("/sign-in", status_code=303, headers=_HEADERS)
        attempt = attempt_of(_key(door), request.cookies.get(_cookie(door, request), ""), now=datetime.now(UTC))
        wanted = attempt.wanted if attempt else ""
        try:
            session = await _entered(door, provider, request, attempt)
        except Problem as problem:
            log.info("a sign-in by the identity provider was refused", extra={"code": problem.code})
            response = sign_in_page(door, request, problem=problem, wanted=wanted, again=True)
        except Exception as error:
            response = door.failed(request, None, error)
        else:
            home = own_path(wanted, home_of(session.role))
            response = door.filled(request, None, "onward.html", to=home, ended=False)
            keep_session(door, request, response, session)
        response.headers["referrer-policy"] = "no-referrer"
        if attempt is not None:
            response.delete_cookie(_cookie(door, request), path="/", secure=door.secure(request), httponly=True)
        return response

    for path, endpoint in (("/sign-in/oidc", begin), (CALLBACK, callback)):
        door.app.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False)


async def _entered(
    door: Door, provider: IdentityProvider, request: Request, attempt: Attempt | None
) -> store.Session:  # fmt: skip
    """The session of whoever came back from the provider; `Problem` for every answer that is not to this browser's own attempt."""
    answer = request.query_params
    if attempt is None or not hmac.compare_digest(answer["state"].encode(), attempt.state.encode()):
        raise _STALE()
    # RFC 9207: where the provider names itself, it is the one that was asked.
    if answer.get("iss", provider.client.issuer) != provider.client.issuer or "code" not in answer:
        raise REFUSED()
    account = await provider.account_of(answer["code"], attempt)
    if not await store.spend_sign_in(door.runtime.pool, attempt.id, now=datetime.now(UTC), kept=ATTEMPT_LIFE):
        raise _STALE()
    state = await store.account_state(door.runtime.pool, account) if _ACCOUNT.fullmatch(account) else None
    if state is None or not state.acts_as:
        raise _UNKNOWN()
    return await signed_in(door, account, state, method=store.OIDC)


def _key(door: Door) -> bytes:
    return door.runtime.keyring.ensure_secret(_KEY)


def _cookie(door: Door, request: Request) -> str:
    """The attempt's cookie; under TLS its name holds browsers to this host, this path and TLS."""
    return "__Host-jiuzhu-oidc" if door.secure(request) else "jiuzhu-oidc"
