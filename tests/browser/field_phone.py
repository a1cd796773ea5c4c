"""An officer's forms in the browser: typed as on a phone, waited for until the outbox is empty."""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any, Final

from playwright.async_api import Page

from services.contracts.deciding import CHINA

WAIT_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.02
COUNT: Final = "Outbox.count()"
READY: Final = "document.querySelector('form[data-ready=yes]') !== null"


async def until(page: Page, wanted: str, arg: Any = None) -> None:
    """Wait until a script says yes; asked from outside, as the pages' policy forbids them to evaluate text."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not await page.evaluate(wanted, arg):
        assert time.monotonic() < deadline, f"{page.url}: {wanted}"
        await asyncio.sleep(POLL_SECONDS)


async def fill_visit(page: Page, household: str, started: datetime) -> None:
    """Type a visit of half an hour; the form keeps it as a draft."""
    await page.select_option("#household", household)
    await page.fill("#started", started.strftime("%Y-%m-%dT%H:%M"))
    await page.fill("#ended", (started + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M"))
    await page.check("input[name=co_signed]")
    await page.fill("#notes", f"近况平稳 {started:%d %H:%M}")
    await until(
        page,
        "(wanted) => Outbox.kept('draft:visit').then((kept) => kept && kept.values.notes === wanted)",
        arg=f"近况平稳 {started:%d %H:%M}",
    )


async def clock(page: Page) -> datetime:
    """The clock records are made by, as China's local time."""
    return datetime.fromtimestamp(await page.evaluate("Outbox.now()") / 1000, CHINA).replace(tzinfo=None)
