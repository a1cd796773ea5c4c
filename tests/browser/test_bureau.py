"""Proves that a month's benefit list shows what changed in it and why."""

from tests.browser.conftest import SitDown


async def test_a_list_shows_its_changes_with_reasons_and_its_lines(sit_down: SitDown) -> None:
    async with sit_down("bureau", phone=True) as seat:
        await seat.open("/bureau/lists")
        await seat.page.locator("main tbody th a").first.click()
        await seat.page.wait_for_url("**/bureau/lists/T*")
        assert await seat.page.locator("#committees").count() == 1
        await seat.must_be_accessible()
        await seat.must_not_scroll_sideways()
