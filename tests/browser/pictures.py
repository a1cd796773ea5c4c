"""`python -m tests.browser.pictures --url … --password …`: pictures of the main pages, from the product that runs, into docs/pictures/.

The product is the sample after `make run`; nothing is posted, so the pictures may be taken again at any time.
"""

import argparse
import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, async_playwright

from deploy.embedded.home import PROJECT_ROOT
from services.portal.api.help_words import TOURS
from tests.browser.conftest import CHROMIUM, DESKTOP, FLAGS, PHONE

FOLDER: Final = PROJECT_ROOT / "docs" / "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page as somebody sees it. `follow`: the link (CSS) to go by from `path`; the first that is there."""

    name: str
    account: str
    path: str
    follow: str = ""
    phone: bool = False
    language: str = "zh"
    theme: str = "light"


PICTURES: Final = (
    Picture(name="window", account="window", path="/window"),
    Picture(name="window-item", account="window", path="/window", follow="main tbody a[href^='/window/items/']"),
    Picture(name="window-new", account="window", path="/window/new"),
    Picture(name="field", account="officer", path="/field/today", phone=True),
    Picture(name="field-pay", account="officer", path="/field/pay", phone=True),
    Picture(name="bureau", account="bureau", path="/bureau/work"),
    Picture(name="case", account="bureau", path="/cases", follow="main tbody a[href^='/cases/']"),
    Picture(name="case-town", account="window", path="/cases", follow="main tbody a[href^='/cases/']"),
    Picture(name="committee", account="committee", path="/committee", phone=True),
    Picture(name="leader", account="town-leader", path="/leader"),
    Picture(name="bureau-leader", account="bureau-leader", path="/bureau/leader"),
    Picture(
        name="officers", account="bureau", path="/bureau/officers", follow="main tbody a[href^='/bureau/officers/']"
    ),
    Picture(name="contracts", account="bureau", path="/bureau/contracts", follow="main a[href^='/bureau/contracts/']"),
    Picture(name="orders", account="contractor", path="/orders"),
    Picture(name="training", account="trainer", path="/training"),
    Picture(name="district-money", account="district-finance", path="/district-money"),
    Picture(name="finance", account="finance", path="/pay"),
    Picture(name="findings", account="auditor", path="/findings"),
    Picture(name="audit", account="auditor", path="/audit"),
    Picture(name="dashboards", account="bureau-leader", path="/dashboards"),
    Picture(name="dashboards-en-dark", account="bureau-leader", path="/dashboards/money", language="en", theme="dark"),
    Picture(name="board", account="bureau-leader", path="/board", theme="dark"),
    Picture(name="log", account="operator", path="/log"),
)


async def take(browser: Browser, url: str, password: str, picture: Picture, folder: Path) -> None:
    """Sign in, open the page, and keep what a screen shows of it."""
    size = PHONE if picture.phone else DESKTOP
    context = await browser.new_context(viewport=size)  # type: ignore[arg-type]
    await context.add_cookies(
        [
            {"name": name, "value": value, "url": url}
            for name, value in (("language", picture.language), ("theme", picture.theme), ("tour", ".".join(TOURS)))
        ]
    )
    page = await context.new_page()
    await page.goto(f"{url}/sign-in")
    await page.fill("#account", picture.account)
    await page.fill("#password", password)
    await page.click("main button.primary")
    await page.wait_for_url(lambda now: "/sign-in" not in now)
    await page.goto(url + picture.path)
    if picture.follow:
        await page.locator(picture.follow).first.click()
        await page.wait_for_load_state()
    await page.wait_for_timeout(600)  # charts are drawn after the page came
    await page.screenshot(path=folder / f"{picture.name}.png")
    await context.close()


async def take_all(url: str, password: str, folder: Path) -> None:
    """Every picture, one after the other."""
    chromium = next(path for path in CHROMIUM if Path(path).exists())
    folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for picture in PICTURES:
            await take(browser, url, password, picture, folder)
            print(f"{picture.name}.png", flush=True)
        await browser.close()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.browser.pictures", description="页面截图 / pictures of pages"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--password", required=True, help="make run 打印的演示密码 the password that make run printed")
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    asyncio.run(take_all(arguments.url, arguments.password, arguments.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
