"""Proves that people sign in, read in both languages and themes on phone and desktop, and that nobody else gets in."""

import re

import httpx
import pytest

from services.portal.api.menu import home_of, menu_of
from tests.browser.conftest import SitDown
from tests.browser.product import Product

ACCOUNTS = {
    "committee": "committee", "window": "window", "officer": "officer", "town-leader": "town-leader", "bureau": "bureau",
    "bureau-leader": "bureau-leader", "finance": "bureau-finance", "district-finance": "district-finance",
    "trainer": "trainer", "contractor": "contractor", "auditor": "auditor", "inspector": "inspector",
    "operator": "operator", "system": "system-administrator", "security": "security-administrator",
    "audit-log": "audit-administrator",
}  # fmt: skip


@pytest.mark.parametrize("account", ACCOUNTS)
async def test_every_demo_account_comes_to_its_own_home(sit_down: SitDown, account: str) -> None:
    """Each account of the sample signs in and stands where its role begins, without a complaint of the browser."""
    async with sit_down(account) as seat:
        assert seat.page.url == seat.url + home_of(ACCOUNTS[account])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
async def test_the_sign_in_page_is_for_everybody(sit_down: SitDown, language: str, theme: str, phone: bool) -> None:
    async with sit_down(None, phone=phone, language=language, theme=theme) as seat:
        await seat.open("/sign-in")
        await seat.must_be_accessible()
        await seat.must_not_scroll_sideways()


@pytest.mark.parametrize("account", ACCOUNTS)
async def test_every_page_of_a_menu_is_accessible(sit_down: SitDown, account: str) -> None:
    """axe-core finds nothing serious, nothing scrolls sideways at 360 px; each page by the first role that has it."""
    role = ACCOUNTS[account]
    before = [ACCOUNTS[one] for one in list(ACCOUNTS)[: list(ACCOUNTS).index(account)]]
    seen = {entry.path for one in before for entry in menu_of(one)}
    async with sit_down(account, phone=True) as seat:
        for entry in menu_of(role):
            await seat.open(entry.path)
            if entry.path not in seen or entry.path == home_of(role):
                await seat.must_be_accessible()
                await seat.must_not_scroll_sideways()


# What is no page: files, papers as their services made them, what leads away.
_NO_PAGE = re.compile(r"\.(csv|xlsx|zip)|/(papers|print|proof|sheets?|population|document|sign-out)(/|$|\?)|/report\.")


@pytest.mark.slow
@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize(
    ("language", "theme", "phone"),
    [("en", "light", True), ("zh", "dark", True), ("en", "dark", True), ("en", "dark", False), ("zh", "light", False)],
)
async def test_every_kind_of_page_is_accessible_with_all_its_forms_open(
    sit_down: SitDown, account: str, language: str, theme: str, phone: bool
) -> None:
    """Each page of a role's menu and one of each kind that they lead to, every form unfolded, in the other languages and themes."""
    async with sit_down(account, phone=phone, language=language, theme=theme) as seat:
        waiting, seen = [entry.path for entry in menu_of(ACCOUNTS[account])], set[str]()
        while waiting:
            path = waiting.pop(0)
            kind = re.sub(r"/[^/]*[0-9][^/]*", "/*", path.partition("?")[0])
            if kind in seen or _NO_PAGE.search(path):
                continue
            seen.add(kind)
            await seat.open(path)
            await seat.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
            await seat.must_be_accessible()
            await seat.must_not_scroll_sideways()
            links = await seat.page.eval_on_selector_all(
                "main a[href^='/']", "all => all.map((one) => one.getAttribute('href'))"
            )
            waiting += [str(link).partition("#")[0] for link in links]
        assert len(seen) >= len(menu_of(ACCOUNTS[account]))


async def test_a_wrong_password_is_told_in_words_and_the_account_kept(sit_down: SitDown, product: Product) -> None:
    async with sit_down(None) as seat:
        await seat.open("/sign-in")
        await seat.page.fill("#account", "trainer")
        await seat.page.fill("#password", "wrong")
        await seat.page.click("main button.primary")
        assert "账号或密码不正确" in await seat.page.inner_text("main")
        assert await seat.page.input_value("#account") == "trainer"
        seat.complaints.clear()  # the browser notes the 401


async def test_five_wrong_passwords_lock_and_an_administrator_lifts_it(sit_down: SitDown, product: Product) -> None:
    """Even the right password waits then; the security administrator unlocks, and it opens again."""
    async with httpx.AsyncClient(base_url=product.url) as http:
        for _ in range(5):
            answer = await http.post("/sign-in", data={"account": "auditor-check", "password": "wrong"})
            assert answer.status_code == 401
        locked = await http.post("/sign-in", data={"account": "auditor-check", "password": product.password})
        assert locked.status_code == 409
        assert "锁定" in locked.text
    async with sit_down("security") as seat:
        await seat.open("/accounts")
        await seat.page.click("form[action='/accounts/auditor-check/unlock'] button")
        await seat.page.wait_for_load_state()
    async with httpx.AsyncClient(base_url=product.url) as http:
        answer = await http.post("/sign-in", data={"account": "auditor-check", "password": product.password})
        assert answer.status_code == 303


async def test_nobody_gets_in_by_a_forged_cookie_an_other_site_or_a_form_without_its_token(product: Product) -> None:
    """No session: to the sign-in page. A form of another origin or without the session's token: refused."""
    async with httpx.AsyncClient(base_url=product.url) as http:
        for cookie in ("", "forged", "x" * 4000):
            answer = await http.get("/dashboards", headers={"cookie": f"jiuzhu={cookie}"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/dashboards")
        sent = {"account": "system", "password": product.password}
        answer = await http.post("/sign-in", data=sent, headers={"origin": "https://evil.test"})
        assert answer.status_code == 403
        answer = await http.post("/sign-in", data=sent, headers={"origin": product.url})
        assert answer.status_code == 303
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=strict" in answer.headers["set-cookie"]
        answer = await http.post("/accounts", data={"account": "evil", "acts_as": "window:T01-W9"})
        assert (answer.status_code, "form-expired" in answer.text) == (403, True)
        answer = await http.get("/dashboards/services")
        assert answer.status_code == 403, "an administrator sees no programme data"


async def test_signing_out_ends_the_session_everywhere(sit_down: SitDown, product: Product) -> None:
    async with sit_down("bureau") as seat:
        (cookie,) = [one for one in await seat.context.cookies() if one["name"] == "jiuzhu"]
        await seat.page.click("#sign-out button")
        await seat.page.wait_for_url("**/sign-in")
    async with httpx.AsyncClient(base_url=product.url) as http:
        answer = await http.get("/dashboards", headers={"cookie": f"jiuzhu={cookie['value']}"})
        assert answer.status_code == 303
