"""Proves that dashboards are read from the district to the facts, travel in time, go away as files, and that the board follows."""

import re

import pytest

from services.portal.measures import AREAS
from tests.browser.conftest import SitDown


@pytest.mark.parametrize(
    ("language", "theme", "phone"), [("zh", "light", True), pytest.param("en", "dark", False, marks=pytest.mark.slow)]
)
async def test_every_dashboard_is_accessible_and_fits(
    sit_down: SitDown, language: str, theme: str, phone: bool
) -> None:
    """Each area, the facts behind a figure, the board and the report, for somebody who sees the whole district."""
    pages = [f"/dashboards/{area}?since=2026-03-01" for area in AREAS] + ["/measures/visits/facts", "/board", "/report"]
    async with sit_down("bureau-leader", phone=phone, language=language, theme=theme) as seat:
        for path in pages:
            await seat.open(path)
            await seat.must_be_accessible()
            await seat.must_not_scroll_sideways()


async def test_from_the_district_to_the_facts(sit_down: SitDown) -> None:
    """A tile leads to its town, the town's table to an officer, the officer's figure to the facts behind it."""
    async with sit_down("bureau-leader") as seat:
        await seat.open("/dashboards/services?since=2026-03-01")
        await seat.page.click(".tile a")
        assert "town=T" in seat.page.url
        await seat.page.click("th[scope=row] a[href*='officer=']")
        assert "officer=" in seat.page.url
        await seat.page.click(".figure a[href^='/measures/visits/']")
        assert await seat.page.locator("tbody tr").count() > 0


async def test_the_slider_shows_the_figures_as_at_its_day(sit_down: SitDown) -> None:
    """Moved back to its first day, the figures change in place, and the address tells the day."""
    async with sit_down("bureau-leader") as seat:
        await seat.open("/dashboards/cases")
        before = await seat.page.inner_text("#shown .figures")
        await seat.page.locator("#as-of").fill("0")
        await seat.page.wait_for_function(
            "told => document.querySelector('#shown .figures').innerText !== told", arg=before
        )
        assert re.search(r"until=\d{4}-\d\d-01", seat.page.url)


async def test_a_town_sees_its_own_figures_only(sit_down: SitDown) -> None:
    async with sit_down("town-leader") as seat:
        await seat.open("/dashboards/cases")
        assert await seat.page.locator(".tile").count() == 0
        other = await seat.page.request.get(seat.url + "/dashboards/cases?town=T02")
        own = await seat.page.request.get(seat.url + "/dashboards/cases?town=T01")
        assert {other.status, own.status} >= {403}


async def test_tables_and_the_report_are_taken_away_as_files(sit_down: SitDown) -> None:
    async with sit_down("bureau-leader") as seat:
        for path, begins in (
            ("/dashboards/services/town.csv?since=2026-03-01", '"镇街"'.encode()),
            ("/dashboards/services/service.xlsx?since=2026-03-01", b"PK"),
            ("/report.xlsx", b"PK"),
        ):
            answer = await seat.page.request.get(seat.url + path)
            body = await answer.body()
            assert answer.ok
            assert body.removeprefix(b"\xef\xbb\xbf").startswith(begins), path


async def test_the_board_asks_whether_anything_changed_and_gets_nothing_when_not(sit_down: SitDown) -> None:
    async with sit_down("bureau-leader") as seat:
        await seat.open("/board")
        path = await seat.page.get_attribute("#board", "hx-get")
        answer = await seat.page.request.get(f"{seat.url}{path}")
        assert answer.status == 204
        assert (await seat.page.request.get(f"{seat.url}/board/figures?stamp=0")).status == 200
