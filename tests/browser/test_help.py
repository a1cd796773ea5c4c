"""Proves that a role is shown around once per browser, by keyboard, and that a page's terms open where they stand."""

import pytest

from tests.browser.conftest import SitDown


@pytest.mark.parametrize(("account", "language", "phone"), [("window", "zh", False), ("auditor", "en", True)])
async def test_the_first_look_around_is_put_away_by_keyboard_and_comes_back_when_asked_for(
    sit_down: SitDown, account: str, language: str, phone: bool
) -> None:
    async with sit_down(account, language=language, phone=phone, theme="dark") as seat:
        page = seat.page
        assert await page.locator(".tour ol li").count() >= 3
        await seat.must_be_accessible()
        await seat.must_not_scroll_sideways()
        home = page.url
        await page.focus(".tour button")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert page.url == home
        assert await page.locator(".tour").count() == 0
        await page.reload()
        assert await page.locator(".tour").count() == 0
        await page.click(".terms > a")
        await page.wait_for_url("**tour=again")
        assert await page.locator(".tour").count() == 1


@pytest.mark.parametrize(
    ("account", "path"), [("window", "/window/new"), ("finance", "/pay"), ("officer", "/field/pay"), ("auditor", "/spot-checks")]
)  # fmt: skip
async def test_a_term_is_explained_where_it_stands_by_keyboard(sit_down: SitDown, account: str, path: str) -> None:
    async with sit_down(account, phone=True) as seat:
        await seat.open(path)
        term = seat.page.locator(".terms .term").first
        assert not await term.locator("p").is_visible()
        await term.locator("summary").focus()
        await seat.page.keyboard.press("Enter")
        assert await term.locator("p").is_visible()
        await seat.must_be_accessible()
        await seat.must_not_scroll_sideways()


async def test_whom_a_form_may_name_is_offered_while_one_types(sit_down: SitDown) -> None:
    """Numbers of those who may be named there: a town is offered its own people and the district's."""
    offered = "all => all.map((one) => one.value)"
    async with sit_down("town-leader") as seat:
        await seat.open("/tasks")
        await seat.page.locator("summary:has(+ form[action$='/tasks/assign'])").first.click()
        field = seat.page.locator("form[action$='/tasks/assign'] [name=responsible]").first
        await field.focus()
        await seat.page.wait_for_selector("datalist[id$='-who'] option", state="attached")
        numbers = await seat.page.locator("datalist[id$='-who'] option").evaluate_all(offered)
        assert {"officer:O001", "window:T01-W1"} <= set(numbers)
        assert {one.partition(":")[0] for one in numbers} == {"officer", "window", "town-leader", "bureau"}
    async with sit_down("bureau") as seat:
        answer = await seat.page.request.get(seat.url + "/people?roles=bureau+contractor+system-administrator")
        assert {one["actor"].partition(":")[0] for one in await answer.json()} == {"bureau"}
