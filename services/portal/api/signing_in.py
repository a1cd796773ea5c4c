"""Signing in and out, the own password, language and theme; every sign-in is a fact before the session begins."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.contracts.deciding import Command
from services.contracts.roles import PEOPLE
from services.eventlog.api.commands import refused
from services.eventlog.deciding import Incoming, Outcome
from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem
from services.portal import store
from services.portal.api.door import (
    COOKIE,
    SECURITY_HEADERS,
    THEMES,
    TOUR,
    Door,
    Visitor,
    go,
    own_path,
    require_same_origin,
    tours_seen,
)
from services.portal.api.help_words import TOURS
from services.portal.api.menu import ADMINISTRATORS, home_of
from services.portal.domain import Account, NotePassword, SignIn, SignOut
from services.portal.rendering import LANGUAGES

# Argon2id takes 64 MiB and about 50 ms each: a crowd at the door waits its turn.
_HASHES_AT_ONCE: Final = 2
_WRONG: Final = partial(
    Problem, status=401, code="sign-in-wrong", zh="账号或密码不正确", en="the account or the password is not right"
)
_NOT_LOCALLY: Final = partial(
    Problem,
    status=403, code="local-sign-in-closed", zh="本地账号登录仅限管理员，请用统一身份认证登录",
    en="only administrators sign in with a local account here; sign in by the identity provider",
)  # fmt: skip
_PASSWORD_LENGTH_MAX: Final = 128


def routes(door: Door) -> None:
    """Put the pages of signing in beside the others."""
    hashing = asyncio.Semaphore(_HASHES_AT_ONCE)

    async def verified(account: str, password: str) -> bool:
        hashed = store.password_hash(door.runtime.keyring, account)
        async with hashing:
            return await asyncio.to_thread(store.password_holds, hashed, password)

    async def form(request: Request) -> Response:
        if (session := await door.session(request)) is not None:
            return RedirectResponse(home_of(session.role), status_code=303, headers=SECURITY_HEADERS)
        return sign_in_page(door, request, wanted=request.query_params.get("next", ""))

    async def sign_in(request: Request) -> Response:
        sent = await request.form()
        account, password = str(sent.get("account", "")).strip().lower(), str(sent.get("password", ""))
        wanted = str(sent.get("next", ""))
        try:
            require_same_origin(request)
            session = await _signed_in(account, password[:_PASSWORD_LENGTH_MAX])
        except Problem as problem:
            return sign_in_page(door, request, problem=problem, wanted=wanted, account=account)
        except Exception as error:
            return door.failed(request, None, error)
        home = "/password" if session.must_change_password else own_path(wanted, home_of(session.role))
        response = RedirectResponse(home, status_code=303, headers=SECURITY_HEADERS)
        keep_session(door, request, response, session)
        return response

    async def _signed_in(account: str, password: str) -> store.Session:
        state = await store.account_state(door.runtime.pool, account)
        right = await verified(account, password)
        if not _locally(door) and (state is None or state.role not in ADMINISTRATORS):
            raise _NOT_LOCALLY()  # right or wrong: nobody learns a password by it, or locks out who comes by the provider
        if state is None or not state.acts_as:
            raise _WRONG()
        if not right:
            await _say(door, SignIn(account=account, verified=False, method=store.PASSWORD), state.acts_as, state.role)
            raise _WRONG()
        return await signed_in(door, account, state, method=store.PASSWORD)

    async def sign_out(visitor: Visitor) -> Response:
        session = visitor.session
        await store.end_session(door.runtime.pool, session.secret)
        await _say(door, SignOut(account=session.account), session.acts_as, session.role)
        response = go("/sign-in", visitor)
        if door.provider is not None and session.method == store.OIDC:
            elsewhere = await door.provider.end_session_url()
            if elsewhere is not None:
                response = door.filled(visitor.request, None, "onward.html", to=elsewhere, ended=True)
        response.delete_cookie(COOKIE, path="/")
        response.headers["clear-site-data"] = '"cache", "storage"'
        return response

    async def password_form(visitor: Visitor) -> Response:
        rules = await door.rules()
        return door.shown(visitor, "password.html", problem=None, length_min=rules.password_length_min)

    async def change_password(visitor: Visitor) -> Response:
        session, rules = visitor.session, await door.rules()
        old, new, again = (str(visitor.form.get(name, "")) for name in ("old", "new", "again"))
        problem = None
        if not rules.password_length_min <= len(new) <= _PASSWORD_LENGTH_MAX:
            problem = (
                "password-length",
                f"新密码至少 {rules.password_length_min} 位",
                f"at least {rules.password_length_min} characters",
            )
        elif new != again:
            problem = ("password-differs", "两次输入的新密码不一致", "the two new passwords differ")
        elif new == old or new.lower() == session.account:
            problem = (
                "password-same",
                "新密码不得与旧密码或账号相同",
                "it must differ from the old one and from the account",
            )
        elif not await verified(session.account, old):
            await _say(
                door,
                SignIn(account=session.account, verified=False, method=store.PASSWORD),
                session.acts_as,
                session.role,
            )
            problem = ("password-wrong", "旧密码不正确", "the old password is not right")
        if problem is not None:
            code, zh, en = problem
            told = Problem(status=422, code=code, zh=zh, en=en)
            return door.shown(visitor, "password.html", status=422, problem=told, length_min=rules.password_length_min)
        async with hashing:
            hashed = await asyncio.to_thread(store.HASHER.hash, new)
        store.keep_password(door.runtime.keyring, session.account, hashed)
        await _say(door, NotePassword(account=session.account, temporary=False), session.acts_as, session.role)
        await store.end_sessions_of(door.runtime.pool, session.account)
        response = go("/sign-in", visitor)
        response.delete_cookie(COOKIE, path="/")
        return response

    async def preference(request: Request) -> Response:
        sent = await request.form()
        try:
            require_same_origin(request)
        except Problem as problem:
            return door.failed(request, None, problem)
        response = RedirectResponse(
            own_path(str(sent.get("back", "/")), "/"), status_code=303, headers=SECURITY_HEADERS
        )
        for name, allowed in (("language", LANGUAGES), ("theme", THEMES)):
            if (value := str(sent.get(name, ""))) in allowed:
                response.set_cookie(name, value, samesite="lax", max_age=365 * 86_400, path="/")
        if (role := str(sent.get(TOUR, ""))) in TOURS:
            seen = ".".join(sorted({*tours_seen(request), role}))
            response.set_cookie(TOUR, seen, httponly=True, samesite="lax", max_age=365 * 86_400, path="/")
        return response

    async def home(request: Request) -> Response:
        session = await door.session(request)
        path = "/sign-in" if session is None else home_of(session.role)
        return RedirectResponse(path, status_code=303, headers=SECURITY_HEADERS)

    for path, endpoint, methods in (
        ("/", home, ["GET"]), ("/sign-in", form, ["GET"]), ("/sign-in", sign_in, ["POST"]), ("/preference", preference, ["POST"]),
    ):  # fmt: skip
        door.app.add_api_route(path, endpoint, methods=methods, include_in_schema=False)
    door.page("/sign-out", sign_out, roles=PEOPLE, methods=("POST",))
    door.page("/password", password_form, roles=PEOPLE)
    door.page("/password", change_password, roles=PEOPLE, methods=("POST",))


def sign_in_page(
    door: Door, request: Request, *, problem: Problem | None = None, wanted: str = "", account: str = "", again: bool = False
) -> Response:  # fmt: skip
    """The page to sign in on: by a password, and by the identity provider where there is one; `again`: there as somebody else."""
    return door.filled(
        request, None, "sign_in.html", status=200 if problem is None else problem.status, problem=problem, next=wanted,
        account=account, by_provider=door.provider is not None, local_for_all=_locally(door), again=again,
    )  # fmt: skip


def _locally(door: Door) -> bool:
    """Whether everybody may sign in by a password, not only the administrators."""
    return door.provider is None or door.provider.client.local_for_all


async def signed_in(door: Door, account: str, state: Account, *, method: str) -> store.Session:
    """State that an account signed in, which decisions may refuse, and begin its session."""
    outcome = await _say(door, SignIn(account=account, verified=True, method=method), state.acts_as, state.role)
    assert outcome.facts
    hours = (await door.rules()).session_hours
    return await store.begin_session(
        door.runtime.pool, account, state, method=method, now=datetime.now(UTC), hours=hours
    )  # fmt: skip


def keep_session(door: Door, request: Request, response: Response, session: store.Session) -> None:
    """Give the browser the session's cookie; it is a new one at each sign-in."""
    response.set_cookie(
        COOKIE, session.secret, httponly=True, samesite="strict", secure=door.secure(request), path="/"
    )  # fmt: skip


async def _say(door: Door, command: Command, actor: str, role: str) -> Outcome:
    """State a fact about an account in its own name; a `Problem` when it is refused."""
    outcome = await door.runtime.decider.submit(
        Incoming(commandid=uuid7(), command=command, actor=actor, role=role or "operator")
    )
    if outcome.status not in ("accepted", "unchanged"):
        raise refused(outcome)
    return outcome
