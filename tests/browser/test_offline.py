"""Proves that what an officer records at a bedside without a signal arrives whole: nothing lost, nothing doubled, nothing left behind."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import httpx
import pytest
from playwright.async_api import BrowserContext, Error, Page, Route

from deploy import installation
from deploy.embedded.home import open_home
from tests.browser.conftest import SitDown
from tests.browser.field_phone import COUNT, READY, clock, fill_visit, until
from tests.browser.product import Product

SEED: Final = 20260331
CONTROLLED: Final = "navigator.serviceWorker.controller !== null"
PAGES_KEPT: Final = "caches.match('/field/visit').then((found) => found !== undefined)"
# What a browser says of a connection that is not there is no complaint about the pages.
NETWORK: Final = re.compile(r"net::ERR_|Failed to load resource|Failed to fetch")


async def prepared(page: Page, url: str) -> None:
    """The app as it is on a phone that was used once with a signal: its pages are kept and its worker is in charge."""
    await page.goto(url + "/field/today")
    await until(page, PAGES_KEPT)
    await page.reload()
    await until(page, CONTROLLED)


@dataclass(kw_only=True)
class Phone:
    """One phone: its pages die at any moment, its signal comes and goes, its answers get lost."""

    context: BrowserContext
    url: str
    rng: Random
    recorded: list[str] = field(default_factory=list)

    async def page(self, path: str) -> Page:
        page = await self.context.new_page()
        await page.goto(self.url + path)
        return page

    async def record(self, household: str, started: datetime) -> None:
        """Record a visit, however often the page is killed on the way: what is typed is there again."""
        killed = self.rng.choice((None, "typed", "saving", "saved"))
        page = await self.page("/field/visit")
        await until(page, READY)
        await fill_visit(page, household, started)
        if killed == "typed":
            await page.close()
            page = await self.again()
        if killed == "saving":  # the click and the kill at once: it was kept whole, or the draft is still there
            await page.evaluate("setTimeout(() => document.getElementById('visit-form').requestSubmit(), 0)")
            await page.close()
            page = await self.again()
        if killed != "saving" or await page.evaluate("Outbox.kept('draft:visit').then((kept) => kept !== undefined)"):
            await page.click("#visit-form button.primary")
            await page.wait_for_selector("#kept .box")
        self.recorded.append(f"{household} {started.isoformat()}")
        await page.close()

    async def again(self) -> Page:
        page = await self.page("/field/visit")
        await until(page, READY)
        return page

    async def come_back(self) -> None:
        """A signal again; sometimes the first answer is lost after the server had the records, always two pages send at once."""
        lost = self.rng.random() < 0.5
        if lost:
            await self.context.route("**/field/sync", lose_the_answer)
        await self.context.set_offline(False)
        first, second = await self.page("/field/today"), await self.page("/field/outbox")
        await first.evaluate("Outbox.sync()")
        if self.rng.random() < 0.3:  # killed in the middle of sending
            await first.evaluate("void Outbox.sync()")
            await first.close()
        if lost:
            await self.context.unroute("**/field/sync", lose_the_answer)
        await second.click("[data-sync]")
        await until(second, f"{COUNT}.then((n) => n === 0 || (Outbox.sync(), false))")
        for page in (second, *(one for one in (first,) if not one.is_closed())):  # each open page says so
            await until(page, "document.getElementById('unsent').textContent === '已全部上传'")
        for page in self.context.pages[1:]:
            await page.close()


async def lose_the_answer(route: Route) -> None:
    """The server takes the records; the phone never hears of it."""
    await route.fetch()
    with suppress(Error):  # when the phone stopped listening meanwhile, the request went on without us
        await route.abort()


async def figures(product: Product, officer: str, month: str, device: str) -> tuple[int, dict[str, Any]]:
    """The officer's visits of the month and what casework knows of the device, asked beside the portal."""
    place = installation.locate(open_home(product.home))
    assert place is not None
    casework = f"http://127.0.0.1:{place.ports.casework}"
    token = product.jiuzhu("token", "--actor", "bureau:TEST", "--role", "bureau").strip().splitlines()[-1]
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}) as http:
        visits = await http.get(f"{casework}/v1/visits-by-officer/{officer}/{month}")
        seen = await http.get(f"{casework}/v1/devices/{device}")
    return visits.json().get("done", 0) if visits.status_code == 200 else 0, seen.json()


@pytest.mark.parametrize("trials", [6, pytest.param(50, marks=pytest.mark.slow)])
async def test_offline_killed_and_sent_twice_loses_and_doubles_nothing(
    sit_down: SitDown, product: Product, trials: int
) -> None:
    """Offline, the page killed while typing, saving or sending, answers lost, two pages sending at once: each visit arrives once."""
    rng = Random(SEED)
    print(f"seed {SEED}")
    async with sit_down("officer", phone=True) as seat:
        await prepared(seat.page, seat.url)
        phone = Phone(context=seat.context, url=seat.url, rng=rng)
        await seat.open("/field/visit")
        await until(seat.page, READY)
        households = await seat.page.eval_on_selector_all(
            "#household option", "(all) => all.map((one) => one.value).filter((one) => one)"
        )
        actor = await seat.page.get_attribute("#field", "data-actor")
        assert actor is not None
        now = await clock(seat.page)
        officer, month = actor.partition(":")[2], f"{now:%Y-%m}"
        await phone.context.set_offline(True)
        await seat.page.goto(seat.url + "/field/own")
        assert "没有信号" in await seat.page.inner_text("body"), "offline is offline for the worker too"
        await seat.page.goto(seat.url + "/field/visit")
        before, _ = await figures(product, officer, month, "P-NONE")
        for trial in range(trials):
            await phone.context.set_offline(True)
            day, slot = divmod(trial, 10)
            await phone.record(
                rng.choice(households), now.replace(day=2 + day, hour=8 + slot, minute=rng.randrange(25))
            )
            await phone.come_back()
        kept = await seat.page.evaluate("Outbox.kept('device')")
        after, device = await figures(product, officer, month, kept["number"])
        assert len(set(phone.recorded)) == trials
        assert kept["sequence"] == trials
        assert after - before == trials, "visits that casework has"
        assert (device["received"], device["last_sequence"], device["missing"], device["refused"]) == (
            trials,
            trials,
            [],
            [],
        )
        seat.complaints[:] = [one for one in seat.complaints if not NETWORK.search(one)]


async def test_signing_out_warns_and_leaves_nothing_on_the_phone(sit_down: SitDown, product: Product) -> None:
    """A record that was not sent holds the officer back; once they leave, neither records nor pages are on the phone."""
    async with sit_down("officer", phone=True) as seat:
        await prepared(seat.page, seat.url)
        await seat.page.route("**/field/sync", lambda route: route.abort())
        await seat.open("/field/work")
        await until(seat.page, READY)
        await seat.page.fill("#minutes", "15")
        await seat.page.click("#work-form button.primary")
        await seat.page.wait_for_selector("#kept .box")
        assert "未上传 1 条" in await seat.page.inner_text("#unsent")
        asked: list[str] = []

        async def stay(dialog: Any) -> None:
            asked.append(dialog.message)
            await (dialog.dismiss() if len(asked) == 1 else dialog.accept())

        seat.page.on("dialog", stay)
        await seat.page.click("#sign-out button")
        for _ in range(100):
            if asked:
                break
            await seat.page.wait_for_timeout(100)
        assert "/field/work" in seat.page.url
        assert "1 条记录没有上传" in asked[0]
        await seat.page.click("#sign-out button")
        await seat.page.wait_for_url("**/sign-in")
        assert await seat.page.evaluate("caches.keys()") == []
        assert await seat.page.evaluate("indexedDB.databases().then((all) => all.map((one) => one.name))") == []
        assert await seat.page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
        seat.complaints[:] = [one for one in seat.complaints if not NETWORK.search(one)]


async def test_a_refused_record_stays_and_is_corrected(sit_down: SitDown, product: Product) -> None:
    """A visit that ends in the future is sent back with the reason in words, corrected on the phone, and taken."""
    async with sit_down("officer", phone=True) as seat:
        await seat.open("/field/visit")
        await until(seat.page, READY)
        households = await seat.page.eval_on_selector_all("#household option", "(all) => all.map((one) => one.value)")
        now = await clock(seat.page)
        await fill_visit(seat.page, households[1], now + timedelta(days=2))
        await seat.page.click("#visit-form button.primary")
        await seat.page.wait_for_selector("#kept .box")
        await seat.open("/field/outbox")
        await seat.page.wait_for_selector("#refused article")
        assert "将来" in await seat.page.inner_text("#refused")
        await seat.must_be_accessible()
        await seat.page.click("#refused button.primary")
        await seat.page.wait_for_url("**/field/visit")
        await until(seat.page, READY)
        assert await seat.page.input_value("#household") == households[1]
        await fill_visit(seat.page, households[1], now.replace(day=1, hour=6, minute=0))
        await seat.page.click("#visit-form button.primary")
        await until(seat.page, f"{COUNT}.then((n) => n === 0)")
        device = await seat.page.evaluate("Outbox.kept('device')")
        _, known = await figures(product, "O001", f"{now:%Y-%m}", device["number"])
        assert (known["received"], known["missing"], known["refused"]) == (1, [], []), (
            "the correction has the refused one's number"
        )


async def test_one_person_s_records_are_not_another_s(sit_down: SitDown, product: Product) -> None:
    """Nobody but officers gets an officer's pages, and an outbox sent without the session's token is not taken."""
    async with sit_down("window") as seat:
        for path in ("/field/today", "/field/own", "/field/session", "/field/worker.js"):
            answer = await seat.page.request.get(seat.url + path)
            assert answer.status == 403, path
    async with sit_down("officer") as seat:
        answer = await seat.page.request.post(seat.url + "/field/sync", data={"device": "P-T01-1", "sent_at": "x"})
        assert answer.status == 403


async def test_the_phone_shows_what_it_is_for(sit_down: SitDown, product: Product) -> None:
    """Installable: a manifest with icons that are there; a household's names only with a reason."""
    async with sit_down("officer", phone=True) as seat:
        await seat.open("/field/today")
        manifest = await (await seat.page.request.get(seat.url + "/static/field/app.webmanifest")).json()
        assert manifest["start_url"] == "/field/today"
        for icon in manifest["icons"]:
            assert (await seat.page.request.get(seat.url + icon["src"])).ok
        await seat.page.click(".household summary")
        await seat.page.click(".household[open] a[href^='/field/households/']")
        await seat.must_be_accessible()
        await seat.must_not_scroll_sideways()
        await seat.page.fill("#reason", "核对在场人员")
        await seat.page.click("form.stack button.primary")
        assert await seat.page.locator(".box.good li").count() > 0
