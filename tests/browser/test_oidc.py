"""Proves signing in by an identity provider: there and back in a real browser, and every answer that is not one's own refused."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import uvicorn

from deploy import installation
from deploy.accounts import GRANTER, OPENER
from deploy.embedded.home import PROJECT_ROOT, open_home
from services.eventlog.auth import Tokens
from services.eventlog.ids import uuid7
from services.eventlog.keyring import opened
from services.eventlog.postgres import connect
from services.eventlog.provision import DATABASE, database_url
from services.portal.api.door import CONTENT_SECURITY_POLICY
from services.portal.api.menu import home_of
from tests.browser.conftest import SitDown
from tests.browser.product import Product
from tests.identity_provider import CLIENT_ID, SECRET, Provider

READY_SECONDS = 60.0
CALLBACK = "/sign-in/oidc/callback"
COOKIE, ATTEMPT = "jiuzhu", "jiuzhu-oidc"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(kw_only=True)
class Oidc:
    """A portal beside the product's own, with an identity provider on another site: ``localhost`` is not ``127.0.0.1``."""

    provider: Provider
    url: str
    database: str
    tokens: Tokens

    async def command(self, name: str, **body: str) -> None:
        """A command about an account, by the administrator it belongs to."""
        who = GRANTER if name == "grant-role" else OPENER
        token = self.tokens.issue(who, valid_for=timedelta(minutes=5))
        headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid7())}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30) as http:
            answer = await http.post(f"/v1/commands/{name}", json={"command": name, **body})
            assert answer.status_code == 200, answer.text

    async def account(self, name: str, *, role: str = "trainer", password: str = "") -> None:
        """An account of one test's own; its password, where it has one, is temporary."""
        await self.command("open-account", account=name, acts_as=f"trainer:{name}")
        if role:
            await self.command("grant-role", account=name, role=role)
        if password:
            token = self.tokens.issue(OPENER, valid_for=timedelta(minutes=5))
            async with httpx.AsyncClient(base_url=self.url, timeout=30) as http:
                answer = await http.post(
                    f"/v1/passwords/{name}", json={"password": password, "temporary": True},
                    headers={"authorization": f"Bearer {token}"},
                )  # fmt: skip
                assert answer.status_code == 200, answer.text

    async def stated(self, account: str) -> list[str]:
        """What the log says of an account, as JSON, oldest first."""
        connection = await connect(self.database, application="tests")
        try:
            rows = await connection.fetch(
                "SELECT value FROM log.journal WHERE subject = $1 ORDER BY sequence", f"account:{account}"
            )
        finally:
            await connection.close()
        return [bytes(row["value"]).decode() for row in rows]


@pytest.fixture(scope="module")
def oidc(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oidc]:
    """The provider in a thread, and a portal process set up for it as an operator would; local sign-in for administrators."""
    folder = tmp_path_factory.mktemp("oidc")
    secret = folder / "client-secret"
    secret.write_text(SECRET, encoding="utf-8")
    home, place = open_home(product.home), product.place
    port, issuer = free_port(), f"http://localhost:{free_port()}"
    url = f"http://127.0.0.1:{port}"
    provider = Provider(issuer=issuer, redirect_uris=(url + CALLBACK, f"https://127.0.0.1:{port}{CALLBACK}"))
    server = uvicorn.Server(
        uvicorn.Config(provider.app(), host="127.0.0.1", port=int(issuer.rpartition(":")[2]), log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    env = {
        **os.environ, **installation.environment(home, place, "portal"), "JIUZHU_PORT": str(port),
        "JIUZHU_PORTAL_URL": url, "JIUZHU_OIDC_ISSUER": issuer, "JIUZHU_OIDC_CLIENT_ID": CLIENT_ID,
        "JIUZHU_OIDC_CLIENT_SECRET_FILE": str(secret), "JIUZHU_OIDC_LOCAL": "administrators",
    }  # fmt: skip
    with (folder / "portal.log").open("w+b") as told:
        portal = subprocess.Popen(
            [sys.executable, "-m", "services.portal", "serve"], env=env, cwd=PROJECT_ROOT, stderr=told
        )
        try:
            _wait_until_ready(url, portal)
            with opened(home.keyring) as keyring:
                tokens = Tokens(keyring)
            yield Oidc(
                provider=provider, url=url, database=database_url(place.admin_url, DATABASE), tokens=tokens
            )  # fmt: skip
        finally:
            portal.terminate()
            portal.wait(20)
            server.should_exit = True
            thread.join(20)
    assert SECRET not in (folder / "portal.log").read_text(encoding="utf-8")


def _wait_until_ready(url: str, portal: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and portal.poll() is None:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"portal did not get ready: {portal.poll()}")


@pytest.fixture
async def somebody(oidc: Oidc) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of its own, as far as cookies and redirects go; the provider as it is meant to be."""
    there = oidc.provider
    there.user, there.away, there.claims = "bureau", False, lambda claims: claims
    async with httpx.AsyncClient(base_url=oidc.url, timeout=30) as http:
        yield http


async def came_back(http: httpx.AsyncClient, path: str = "/sign-in/oidc") -> str:
    """The way to the provider and back up to portal's door, which is not opened yet: its address."""
    there = await http.get(path)
    assert there.status_code == 303, there.text
    back = await http.get(there.headers["location"])
    assert back.status_code == 303, back.text
    return str(back.headers["location"])


def onward(answer: httpx.Response) -> str:
    """Where the page after a sign-in leads on to."""
    assert answer.status_code == 200, answer.text
    return answer.text.partition('content="0;url=')[2].partition('"')[0].replace("&amp;", "&")


# ── there and back in Chromium ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
async def test_somebody_signs_in_there_and_out_everywhere(oidc: Oidc, sit_down: SitDown, phone: bool) -> None:
    """By the button, the provider's own page and back, past the sign-in page's policy; a strict cookie arrives; out again at both."""
    oidc.provider.user = None
    async with sit_down(None, phone=phone, language="en" if phone else "zh") as seat:
        seat.url = oidc.url
        await seat.open("/sign-in")
        await seat.must_be_accessible()
        await seat.must_not_scroll_sideways()
        await seat.page.click("main a.primary")
        await seat.page.wait_for_url(f"{oidc.provider.issuer}/**")
        await seat.page.fill("#user", "bureau")
        await seat.page.click("button")
        await seat.page.wait_for_url(oidc.url + home_of("bureau"))
        cookies = {one["name"]: one for one in await seat.context.cookies(oidc.url)}
        assert (cookies[COOKIE]["httpOnly"], cookies[COOKIE]["sameSite"]) == (True, "Strict")
        assert ATTEMPT not in cookies
        assert '"method":"oidc"' in next(fact for fact in reversed(await oidc.stated("bureau")) if "signed_in" in fact)
        await seat.page.click("#sign-out button")
        await seat.page.wait_for_url(f"{oidc.url}/sign-in")
        assert oidc.provider.user is None, "signed out there, too"
        async with httpx.AsyncClient(base_url=oidc.url) as http:
            answer = await http.get("/dashboards", headers={"cookie": f"{COOKIE}={cookies[COOKIE]['value']}"})
            assert answer.status_code == 303


# ── where one goes on to, and what the browser is given ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wanted", "path"),
    [("/dashboards?from=2026-01-01", "/dashboards?from=2026-01-01"), ("https://evil.test/", ""), ("//evil.test", ""), ("/\t/evil.test", ""), ("", "")],
)  # fmt: skip
async def test_after_it_one_goes_on_within_portal_alone(
    oidc: Oidc, somebody: httpx.AsyncClient, wanted: str, path: str
) -> None:
    answer = await somebody.get(await came_back(somebody, f"/sign-in/oidc?{urlencode({'next': wanted})}"))
    assert onward(answer) == (path or home_of("bureau"))
    assert (await somebody.get(onward(answer))).status_code == 200


async def test_what_is_asked_there_shows_nothing_of_the_secret(oidc: Oidc, somebody: httpx.AsyncClient) -> None:
    """Code flow, S256, state and nonce; no page's policy had to be widened for it."""
    page = await somebody.get("/sign-in")
    assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "form-action 'self';" in CONTENT_SECURITY_POLICY
    there = await somebody.get("/sign-in/oidc")
    asked = parse_qs(urlsplit(there.headers["location"]).query)
    assert asked["redirect_uri"] == [oidc.url + CALLBACK]
    assert (asked["response_type"], asked["code_challenge_method"]) == (["code"], ["S256"])
    secret = somebody.cookies[ATTEMPT].partition(".")[0]
    assert secret not in there.headers["location"]
    assert "prompt" not in asked
    again = await somebody.get("/sign-in/oidc?again=yes")
    assert parse_qs(urlsplit(again.headers["location"]).query)["prompt"] == ["login"]


async def test_the_attempts_cookie_is_bound_to_this_host(oidc: Oidc, somebody: httpx.AsyncClient) -> None:
    """HttpOnly, Lax; under TLS by a name that browsers take from this host and path alone."""
    plain = (await somebody.get("/sign-in/oidc")).headers["set-cookie"]
    assert plain.startswith(f"{ATTEMPT}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"} <= {part.strip() for part in plain.split(";")}
    guarded = (await somebody.get("/sign-in/oidc", headers={"x-forwarded-proto": "https"})).headers["set-cookie"]
    assert guarded.startswith(f"__Host-{ATTEMPT}=")
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in guarded.split(";")}
    assert "Domain" not in guarded


async def test_a_cookie_that_was_there_before_is_not_the_sessions(oidc: Oidc, somebody: httpx.AsyncClient) -> None:
    """Session fixation: whoever planted a cookie holds nothing afterwards."""
    somebody.cookies.set(COOKIE, "planted", domain="127.0.0.1", path="/")
    answer = await somebody.get(await came_back(somebody))
    assert len(onward(answer)) > 1
    (given,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{COOKIE}=")]
    assert "planted" not in given
    async with httpx.AsyncClient(base_url=oidc.url) as other:
        assert (await other.get("/dashboards", headers={"cookie": f"{COOKIE}=planted"})).status_code == 303


# ── answers that are refused ────────────────────────────────────────────────────────────────────────────────────────


async def refused(http: httpx.AsyncClient, address: str, status: int, code: str) -> httpx.Response:
    """The answer to a callback: the sign-in page with the reason, a way on, and no session."""
    answer = await http.get(address)
    assert (answer.status_code, f"<code>{code}</code>" in answer.text) == (status, True), answer.text
    assert 'href="/sign-in/oidc' in answer.text
    assert 'action="/sign-in"' in answer.text
    assert not any(one.startswith(f"{COOKIE}=") for one in answer.headers.get_list("set-cookie"))
    assert (await http.get("/accounts")).status_code == 303
    return answer


async def test_an_answer_to_somebody_elses_attempt_is_refused(oidc: Oidc, somebody: httpx.AsyncClient) -> None:
    """CSRF on the callback: another browser's state, a forged one, or none; one's own still stands after it."""
    async with httpx.AsyncClient(base_url=oidc.url, timeout=30) as attacker:
        theirs = await came_back(attacker)
        await refused(somebody, theirs, 400, "sign-in-stale")
        mine = await came_back(somebody)
        assert (await somebody.get(mine.replace("state=", "state=x"))).status_code == 400
        mine = await came_back(somebody)
        await refused(attacker, mine, 400, "sign-in-stale")
        assert (await somebody.get(CALLBACK)).headers["location"] == "/sign-in"
        assert onward(await somebody.get(mine)) == home_of("bureau")


async def test_an_answer_is_taken_once(oidc: Oidc, somebody: httpx.AsyncClient) -> None:
    """With its cookie kept aside, too: by portal itself, were the provider to give a token for the code a second time."""
    address = await came_back(somebody)
    kept = {ATTEMPT: somebody.cookies[ATTEMPT]}
    assert onward(await somebody.get(address)) == home_of("bureau")
    assert ATTEMPT not in somebody.cookies
    async with httpx.AsyncClient(base_url=oidc.url, cookies=kept, timeout=30) as other:
        await refused(other, address, 401, "identity-provider-refused")
    oidc.provider.codes_once = False
    try:
        address = await came_back(somebody)
        kept = {ATTEMPT: somebody.cookies[ATTEMPT]}
        assert onward(await somebody.get(address)) == home_of("bureau")
        async with httpx.AsyncClient(base_url=oidc.url, cookies=kept, timeout=30) as other:
            await refused(other, address, 400, "sign-in-stale")
    finally:
        oidc.provider.codes_once = True


@pytest.mark.parametrize("answer", ["error=access_denied", "code=made-up"])
async def test_a_refusal_or_a_made_up_code_signs_nobody_in(
    oidc: Oidc, somebody: httpx.AsyncClient, answer: str
) -> None:
    state = parse_qs(urlsplit(await came_back(somebody)).query)["state"][0]
    await refused(somebody, f"{CALLBACK}?{answer}&state={state}", 401, "identity-provider-refused")


async def test_an_answer_in_another_providers_name_is_not_followed(oidc: Oidc, somebody: httpx.AsyncClient) -> None:
    """Though its code be good: it is not asked about (RFC 9207)."""
    address = await came_back(somebody)
    asked = oidc.provider.asked.count("/token")
    named = urlencode({"iss": oidc.provider.issuer})
    assert named in address
    other = address.replace(named, urlencode({"iss": "https://evil.test"}))
    await refused(somebody, other, 401, "identity-provider-refused")
    assert oidc.provider.asked.count("/token") == asked


async def test_a_token_that_fails_a_check_signs_nobody_in(oidc: Oidc, somebody: httpx.AsyncClient) -> None:
    oidc.provider.claims = lambda claims: {**claims, "aud": "another client"}
    await refused(somebody, await came_back(somebody), 401, "id-token-invalid")
    assert "id-token-invalid" not in "".join(await oidc.stated("bureau"))


async def test_a_provider_that_is_away_leaves_the_local_form(
    oidc: Oidc, somebody: httpx.AsyncClient, product: Product
) -> None:
    """On the way there and on the way back; an administrator signs in beside it."""
    address = await came_back(somebody)
    oidc.provider.away = True
    await refused(somebody, address, 503, "identity-provider-away")
    answer = await somebody.post("/sign-in", data={"account": "system", "password": product.password})
    assert (answer.status_code, answer.headers["location"]) == (303, home_of("system-administrator"))


# ── accounts decide ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whom_the_provider_knows_and_portal_does_not_is_told_what_to_do(
    oidc: Oidc, somebody: httpx.AsyncClient
) -> None:
    """Unknown, of another spelling, or no account's name at all: never taken for somebody else."""
    for user in ("nobody", "Bureau", "bureau ", "bureau\n", "bureau\0", "", "局"):
        oidc.provider.user = user
        answer = await refused(somebody, await came_back(somebody), 403, "account-unknown")
        assert "系统管理员" in answer.text
        assert "again=yes" in answer.text
    assert await oidc.stated("nobody") == []


async def test_a_locked_closed_or_roleless_account_stays_out(
    oidc: Oidc, somebody: httpx.AsyncClient, product: Product
) -> None:
    """The provider's word opens nothing that the account's own state keeps shut."""
    await oidc.account("oidc-locked", password="a first password")
    async with httpx.AsyncClient(base_url=product.url, timeout=30) as http:  # where everybody has a password
        for _ in range(5):
            await http.post("/sign-in", data={"account": "oidc-locked", "password": "wrong"})
    await oidc.account("oidc-closed")
    await oidc.command("close-account", account="oidc-closed", reason="离职")
    await oidc.account("oidc-none", role="")
    for user, code in (
        ("oidc-locked", "account-locked"), ("oidc-closed", "account-closed"), ("oidc-none", "no-role"),
    ):  # fmt: skip
        oidc.provider.user = user
        await refused(somebody, await came_back(somebody), 409, code)
        assert not any('"method":"oidc"' in fact for fact in await oidc.stated(user))


async def test_a_temporary_password_is_nothing_to_whoever_came_without_one(
    oidc: Oidc, somebody: httpx.AsyncClient
) -> None:
    await oidc.account("oidc-new", password="a first password")
    oidc.provider.user = "oidc-new"
    answer = await somebody.get(await came_back(somebody))
    assert onward(answer) == home_of("trainer")
    assert (await somebody.get(home_of("trainer"))).status_code == 200


async def test_local_sign_in_is_for_administrators_where_the_district_says_so(
    oidc: Oidc, somebody: httpx.AsyncClient, product: Product
) -> None:
    """Of others a password is neither told right or wrong nor counted: by it nobody finds one, or locks a colleague out."""
    page = await somebody.get("/sign-in")
    assert "三员" in page.text
    before = await oidc.stated("trainer")
    for account, password in (("trainer", "wrong"), ("trainer", product.password), ("no-such-account", "wrong")):
        answer = await somebody.post("/sign-in", data={"account": account, "password": password})
        assert (answer.status_code, "local-sign-in-closed" in answer.text) == (403, True), account
    assert await oidc.stated("trainer") == before
    answer = await somebody.post("/sign-in", data={"account": "audit-log", "password": "wrong"})
    assert answer.status_code == 401
    answer = await somebody.post("/sign-in", data={"account": "audit-log", "password": product.password})
    assert answer.status_code == 303
    token = (await somebody.get("/password")).text.partition('name="form_token" value="')[2].partition('"')[0]
    answer = await somebody.post("/sign-out", data={"form_token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), "no session there to end"
