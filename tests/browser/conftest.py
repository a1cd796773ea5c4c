"""The running product with a small district, and Debian's Chromium signed in to it as anybody; shared by all browser tests."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Browser, BrowserContext, FilePayload, Locator, Page, async_playwright

from tests.browser.paper_forms import Desk, sit_at
from tests.browser.product import Product, running_product

if TYPE_CHECKING:
    from tests.browser.guests import Guests

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser")
# Nothing but the pages under test is asked for by the browser itself.
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 800}
PHOTO: FilePayload = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"a photo of the posted notice"}
# Each language on each size; the way that other tests go least in every run, all in the long ones.
EACH_WAY = pytest.mark.parametrize(
    ("language", "phone"),
    [
        pytest.param("en", True, id="en-phone"),
        pytest.param("zh", False, id="zh-desktop", marks=pytest.mark.slow),
        pytest.param("zh", True, id="zh-phone", marks=pytest.mark.slow),
        pytest.param("en", False, id="en-desktop", marks=pytest.mark.slow),
    ],
)
Seen = list[str]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole product as real processes, with a small district's year of pay and month of cases played."""
    with running_product(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="session")
async def guests(product: Product) -> AsyncIterator["Guests"]:
    """Somebody of every role signed in without a browser, and the same of another town."""
    from tests.browser.guests import everybody

    async with everybody(product) as all_guests:
        yield all_guests


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for the whole session; each test opens contexts of its own."""
    found = next((path for path in CHROMIUM if Path(path).exists()), None)
    assert found is not None, "缺少 Chromium：apt install chromium / Chromium is missing: apt install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        await browser.close()


@dataclass(kw_only=True)
class Seat:
    """Somebody at a browser: a page, and whatever the browser complained about."""

    page: Page
    context: BrowserContext
    url: str
    complaints: Seen = field(default_factory=list)

    async def open(self, path: str) -> None:
        """Open a page of the portal; it must be served."""
        answer = await self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status} {await self.page.inner_text('main')}"

    async def send(self, ending: str, nth: int = 0, **filled: str | list[str] | FilePayload) -> None:
        """Fill in and send the page's form to an address with this end, as a person does: unfold it, type, choose, press.

        Files that are asked for are chosen by themselves. The page that answers must not tell of a refusal.
        """
        form = self.page.locator(f"main form[method='post'][action$='{ending}']").nth(nth)
        for folded in await form.locator("xpath=ancestor::details[not(@open)]").all():
            await folded.locator("> summary").click()
        for name in await form.locator("input[type=file][required]").evaluate_all("all => all.map((one) => one.name)"):
            filled.setdefault(name, PHOTO)
        for name, value in filled.items():
            await fill(form.locator(f"[name='{name}']"), value)
        async with self.page.expect_navigation():
            await form.locator("button:not([type=button])").last.click()
        refused = self.page.locator("main .box.bad")
        assert await refused.count() == 0, f"{ending}: {await refused.all_inner_texts()}"

    async def come_to(self, path: str, selector: str) -> None:
        """Open a page until it shows what was done elsewhere: other partitions are read a moment later."""
        for _ in range(60):
            await self.open(path)
            if await self.page.locator(selector).count():
                return
            await self.page.wait_for_timeout(300)
        raise AssertionError(f"{path} shows no {selector}: {await self.page.inner_text('main')}")

    async def must_be_accessible(self) -> None:
        """No serious or critical objection of axe-core to the page that is shown."""
        from axe_playwright_python.async_playwright import Axe

        found = await Axe().run(self.page)
        grave = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
        told = [
            f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0].get('failureSummary', '')}" for one in grave
        ]
        assert told == [], f"{self.page.url}\n" + "\n".join(told)

    async def must_not_scroll_sideways(self) -> None:
        """The page fits its window."""
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"


async def fill(control: Locator, value: str | list[str] | FilePayload) -> None:
    """Put a value into a form's control, whatever its kind; of a row of ticks or radio buttons, those that are named."""
    kind = await control.first.evaluate("one => one.tagName === 'INPUT' ? one.type : one.tagName.toLowerCase()")
    if kind in ("checkbox", "radio"):
        assert not isinstance(value, dict)
        for one in [value] if isinstance(value, str) else value:
            await control.and_(control.page.locator(f"[value='{one}']")).check()
    elif kind == "file":
        assert isinstance(value, dict)
        await control.set_input_files(value)
    elif kind == "select":
        assert isinstance(value, str)
        await control.select_option(value)
    else:
        assert isinstance(value, str)
        await control.first.fill(value)


SitDown = Callable[..., Any]
SitAt = Callable[..., Desk]


@pytest.fixture
def sit(product: Product) -> Iterator[SitAt]:
    """Somebody signed in without a browser."""
    with ExitStack() as leaving:

        def seated(account: str, password: str = product.password) -> Desk:
            desk = sit_at(product.url, account, password)
            leaving.callback(desk.client.close)
            return desk

        yield seated


@pytest.fixture
async def sit_down(product: Product, chromium: Browser) -> SitDown:
    """``async with sit_down("window", phone=True, language="en", theme="dark") as seat`` – signed in, closed at the end."""

    @asynccontextmanager
    async def seated(
        account: str | None,
        *,
        phone: bool = False,
        language: str = "zh",
        theme: str = "light",
        password: str = product.password,
    ) -> AsyncIterator[Seat]:
        context = await chromium.new_context(viewport=PHONE if phone else DESKTOP)  # type: ignore[arg-type]
        await context.add_cookies(
            [
                {"name": name, "value": value, "url": product.url}
                for name, value in (("language", language), ("theme", theme))
            ]
        )
        seat = Seat(page=await context.new_page(), context=context, url=product.url)
        seat.page.on("console", lambda said: seat.complaints.append(said.text) if said.type == "error" else None)
        seat.page.on("pageerror", lambda error: seat.complaints.append(str(error)))
        try:
            if account is not None:
                await sign_in(seat, account, password)
            yield seat
        finally:
            await context.close()
        assert seat.complaints == [], "the browser complained"

    return seated


async def sign_in(seat: Seat, account: str, password: str) -> None:
    """Sign in by the form, as people do."""
    await seat.page.goto(seat.url + "/sign-in")
    await seat.page.fill("#account", account)
    await seat.page.fill("#password", password)
    await seat.page.click("main button.primary")
    await seat.page.wait_for_url(lambda url: "/sign-in" not in url)
