"""Proves that the bureau decides a case, its leader approves a list, and a contractor delivers: each through the pages."""

from pathlib import Path

import pytest

from tests.browser.conftest import SitDown


@pytest.mark.parametrize(("language", "phone"), [("zh", False), ("en", True)])
async def test_a_caseworker_goes_from_the_worklist_to_a_case_and_prints_its_proof(
    sit_down: SitDown, language: str, phone: bool
) -> None:
    async with sit_down("bureau", language=language, phone=phone) as seat:
        await seat.open("/cases")
        link = seat.page.locator("main tbody th a").first
        number = await link.inner_text()
        await link.click()
        await seat.page.wait_for_url(f"**/cases/{number}")
        assert number in await seat.page.inner_text("h1")
        assert await seat.page.locator(".timeline li").count() > 0
        assert await seat.page.locator(".proof li").count() > 0
        await seat.must_be_accessible()
        await seat.must_not_scroll_sideways()
        await seat.open(f"/cases/{number}/proof")
        await seat.open("/cases")


async def test_the_leader_sees_what_is_late_what_waits_and_the_money_left(sit_down: SitDown) -> None:
    async with sit_down("bureau-leader") as seat:
        await seat.open("/bureau/leader")
        assert await seat.page.locator("#money").count() == 1
        assert "–" not in await seat.page.locator(".figure .value").all_inner_texts()


async def test_a_list_shows_its_changes_with_reasons_and_its_lines(sit_down: SitDown) -> None:
    async with sit_down("bureau", phone=True) as seat:
        await seat.open("/bureau/lists")
        await seat.page.locator("main tbody th a").first.click()
        await seat.page.wait_for_url("**/bureau/lists/T*")
        assert await seat.page.locator("#committees").count() == 1
        await seat.must_be_accessible()
        await seat.must_not_scroll_sideways()


async def test_a_contractor_sees_its_own_orders_and_states_a_delivery(sit_down: SitDown, tmp_path: Path) -> None:
    """What was sent stands among the orders that wait for acceptance; a file of evidence is asked for."""
    paper = tmp_path / "evidence.txt"
    paper.write_text("签字表", encoding="utf-8")
    async with sit_down("contractor", phone=True) as seat:
        await seat.open("/orders")
        assert await seat.page.locator("#contracts").count() == 1
        await seat.page.locator("main article a.button").first.click()
        await seat.page.wait_for_url("**/orders/*")
        number = await seat.page.inner_text("#order")
        await seat.must_be_accessible()
        await seat.page.set_input_files("[name=evidence_sha256]", str(paper))
        await seat.page.click("main form button.primary")
        await seat.page.wait_for_url("**/orders?*done=*")
        assert number in await seat.page.inner_text("section[aria-labelledby=wait]")
