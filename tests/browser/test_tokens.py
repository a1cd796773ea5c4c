"""Proves that nobody comes in by what is not theirs: cookies, form tokens and tokens that are forged, old, swapped or ended."""

import asyncio
import base64
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from deploy import accounts, installation
from deploy.accounts import GRANTER, OPENER, Person
from deploy.embedded.home import open_home
from services.eventlog.auth import Identity, Tokens
from services.eventlog.keyring import create_keyring, opened
from services.eventlog.postgres import connect
from services.eventlog.provision import DATABASE, database_url
from services.portal.api.door import COOKIE, FORM_TOKEN
from tests.browser.guests import Guest, Guests, signed_in
from tests.browser.test_isolation import ALLOWED, ONE_OF, OPEN

SENT = sorted(route.removeprefix("POST ") for route in ALLOWED if route.startswith("POST ") and route not in OPEN)
BUREAU = Identity(actor="bureau:B01", role="bureau", town=None)


def opener_of(guests: Guests, path: str) -> Guest:
    """Somebody whom the route is open to."""
    return guests[ONE_OF[min(ALLOWED[f"POST {path}"])]]


def address_of(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "none", path)


@pytest.mark.parametrize("path", SENT)
async def test_no_form_is_taken_without_its_sessions_token_or_from_another_site(guests: Guests, path: str) -> None:
    """No token, another session's, one that is no text of a token: all the same; the right one from elsewhere: refused too."""
    guest, address = opener_of(guests, path), address_of(path)
    stranger = guests["window" if guest.person.role != "window" else "trainer"]
    for token in ("", stranger.form_token, guest.form_token[:-1], guest.form_token.upper(), "表单", "\x00", "x" * 5000):
        answer = await guest.http.post(address, data={FORM_TOKEN: token})
        assert (answer.status_code, "<code>form-expired</code>" in answer.text) == (403, True), f"{path} {token[:20]!r}"
        answer = await guest.http.post(address, content=b"{}", headers={"x-form-token": stranger.form_token})
        assert answer.status_code == 403, path
    for origin in ("https://evil.test", "null", str(guest.http.base_url).replace("http://", "http://evil.")):
        answer = await guest.http.post(address, data={FORM_TOKEN: guest.form_token}, headers={"origin": origin})
        assert (answer.status_code, "<code>other-origin</code>" in answer.text) == (403, True), f"{path} {origin}"


async def test_what_is_open_to_everybody_is_not_sent_from_another_site(guests: Guests) -> None:
    """Nobody is signed in, or given another language, by a page of somebody else's."""
    async with httpx.AsyncClient(base_url=guests.product.url) as http:
        for path in ("/sign-in", "/preference"):
            answer = await http.post(path, data={"language": "en"}, headers={"origin": "https://evil.test"})
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers


async def test_a_cookie_that_is_not_the_sessions_opens_nothing(guests: Guests) -> None:
    """Forged, altered in one character, doubled, empty, its own hash: to the sign-in page."""
    cookie = guests["bureau"].http.cookies[COOKIE]
    other = "A" if cookie[0] != "A" else "B"
    async with httpx.AsyncClient(base_url=guests.product.url) as http:
        for value in (
            "",
            "forged",
            other + cookie[1:],
            cookie[:-1],
            cookie + "=",
            guests["bureau"].form_token,
            "é",
        ):
            answer = await http.get("/bureau/work", headers={b"cookie": f"{COOKIE}={value}".encode()})
            assert (answer.status_code, answer.headers.get("location")) == (303, "/sign-in?next=/bureau/work"), value
        answer = await http.get("/bureau/work", headers={"cookie": f"{COOKIE}={cookie}"})
        assert answer.status_code == 200, "the right one opens"


async def test_a_form_of_one_person_is_not_sent_in_another_ones_session(guests: Guests) -> None:
    """The token belongs to the session, not to the role: a colleague's token is as good as none, and so is the own of before."""
    first = guests["bureau"]
    async with signed_in(guests.product.url, first.person, guests.product.password) as again:
        assert again.form_token != first.form_token
        for token in (first.form_token, guests["bureau-leader"].form_token):
            answer = await again.http.post("/tasks/settle", data={FORM_TOKEN: token})
            assert answer.status_code == 403


@asynccontextmanager
async def somebody(guests: Guests, name: str, role: str = "trainer") -> AsyncIterator[Guest]:
    """Somebody new who is signed in, for the length of a block."""
    home = open_home(guests.product.home)
    place = installation.locate(home)
    assert place is not None
    person = Person(account=f"{name}-{os.getpid()}", acts_as=f"{role}:{name.upper()}", role=role)
    password = await accounts.open_accounts(home, place, [person])
    assert password is not None
    async with signed_in(guests.product.url, person, password) as guest:
        yield guest


async def _command(guests: Guests, identity: Identity, body: dict[str, str]) -> None:
    """A command at portal's own door, not by its pages."""
    token = guests.tokens.issue(identity, valid_for=timedelta(minutes=5))
    async with httpx.AsyncClient(base_url=guests.product.url) as http:
        answer = await http.post(
            f"/v1/commands/{body['command']}", json=body, headers={"authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200, answer.text


async def _sql(guests: Guests, query: str, account: str) -> None:
    place = installation.locate(open_home(guests.product.home))
    assert place is not None
    connection = await connect(database_url(place.admin_url, DATABASE), application="tests")
    try:
        assert (await connection.execute(query, account)) == "UPDATE 1"
    finally:
        await connection.close()


CHANGES = ("signed out", "closed", "given another role", "idle", "over")


@pytest.mark.parametrize("what", CHANGES)
async def test_a_session_ends_with_what_its_account_was(guests: Guests, what: str) -> None:
    """Whoever signed out, was closed or given another role, idled or stayed too long, is asked to sign in at the next click."""
    async with somebody(guests, f"leaver{CHANGES.index(what)}") as guest:
        account, http = guest.person.account, guest.http
        assert (await guest.get("/training")).status_code == 200
        cookie = http.cookies[COOKIE]
        match what:
            case "signed out":
                assert (await guest.post("/sign-out")).status_code == 303
            case "closed":
                await _command(guests, OPENER, {"command": "close-account", "account": account, "reason": "离岗"})
            case "given another role":
                await _command(
                    guests, GRANTER, {"command": "grant-role", "account": account, "role": "bureau", "town": ""}
                )
            case "idle":
                await _sql(
                    guests,
                    "UPDATE portal.sessions SET seen_at = seen_at - interval '9 hours' WHERE account = $1",
                    account,
                )
            case "over":
                await _sql(
                    guests,
                    "UPDATE portal.sessions SET ends_at = ends_at - interval '25 hours' WHERE account = $1",
                    account,
                )
        answer = await http.get("/training", headers={"cookie": f"{COOKIE}={cookie}"})
        assert (answer.status_code, answer.headers.get("location")) == (303, "/sign-in?next=/training")
        sent = await http.post(
            "/training/do/none", data={FORM_TOKEN: guest.form_token}, headers={"cookie": f"{COOKIE}={cookie}"}
        )
        assert (sent.status_code, sent.headers.get("location")) == (303, "/sign-in")


async def test_a_lock_keeps_new_sign_ins_out_and_throws_nobody_out(guests: Guests) -> None:
    """Else a stranger who knows an account's name could end its sessions with wrong passwords."""
    async with somebody(guests, "stayer") as guest:
        for _ in range(5):
            wrong = {"old": "wrong", "new": "another-password", "again": "another-password"}
            await guest.post("/password", wrong.items())
        assert (await guest.get("/training")).status_code == 200


async def test_a_live_tail_ends_with_its_session(guests: Guests) -> None:
    """Whoever signed out sees no more of the log, in a window that was left open either."""
    async with somebody(guests, "tailer", "operator") as guest, guest.http.stream("GET", "/log/tail") as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        assert (await guest.post("/sign-out")).status_code == 303

        async def to_the_end() -> None:
            async for _ in lines:
                pass

        await asyncio.wait_for(to_the_end(), 15)


async def test_the_services_take_no_token_that_is_not_the_portals_own(guests: Guests, tmp_path: Path) -> None:
    """Expired, signed by another key, with its role changed, without a signature: 401 at every service behind the portal."""
    good = guests.tokens.issue(BUREAU, valid_for=timedelta(minutes=5))
    head, payload, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    promoted = base64.urlsafe_b64encode(json.dumps({**claims, "role": "bureau-leader"}).encode()).rstrip(b"=").decode()
    create_keyring(tmp_path / "other")
    with opened(tmp_path / "other") as keyring:
        foreign = Tokens(keyring).issue(BUREAU, valid_for=timedelta(minutes=5))
    old = guests.tokens.issue(BUREAU, valid_for=timedelta(minutes=5), now=datetime.now(UTC) - timedelta(minutes=6))
    for service in ("intake", "casework", "payroll", "audit", "portal"):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{guests.ports[service]}") as http:
            for token in (
                old,
                foreign,
                f"{head}.{promoted}.{signature}",
                f"{head}.{payload}.",
                guests["bureau"].http.cookies[COOKIE],
            ):
                for path in ("/v1/stream-versions/household:T01-H00001", "/v1/standing"):
                    answer = await http.get(path, headers={"authorization": f"Bearer {token}"})
                    assert answer.status_code == 401, f"{service} {path}: {answer.status_code}"
