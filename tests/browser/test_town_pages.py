"""Proves that pages of window, committee and town leader keep what was typed, show no name to whom it is not for, and fit every size."""

import pytest

from tests.browser.conftest import SitDown

TOWN_PAGES = {
    "window": ("/window?view=all", "/window/new", "/window/discoveries"),
    "committee": ("/committee", "/committee/discovery", "/committee/duties/change", "/committee/duties/consultation"),
    "town-leader": ("/leader", "/leader/opinions", "/leader/attendance"),
}


async def test_a_wrong_resident_id_is_told_before_and_after_and_what_was_typed_is_kept(sit_down: SitDown) -> None:
    async with sit_down("window") as seat:
        await seat.open("/window/new")
        await seat.page.fill("[name=members_id] >> nth=0", "500112198001018020")
        await seat.page.fill("[name=members_name] >> nth=0", "测试人")
        assert await seat.page.inner_text(".member .told >> nth=0") != ""
        await seat.page.check("[name=needs][value=tekun]")
        await seat.page.fill("[name=phone]", "19900000000")
        await seat.page.fill("[name=committee]", "T01-C01")
        await seat.page.click("#request-form button.primary")
        await seat.page.wait_for_selector(".box.bad")
        assert await seat.page.input_value("[name=members_name] >> nth=0") == "测试人"
        assert await seat.page.is_checked("[name=needs][value=tekun]")
        seat.complaints.clear()  # the browser notes the refusal


async def test_a_committee_reports_on_a_phone_and_the_window_sees_it_without_a_name(sit_down: SitDown) -> None:
    async with sit_down("committee", phone=True) as seat:
        await seat.open("/committee/discovery")
        await seat.page.fill("[name=name]", "欧阳测试")
        await seat.page.click("main button.primary")
        await seat.page.wait_for_url("**done=report-discovery")
        await seat.open("/committee/duties/consultation")
        await seat.page.fill("[name=people_count]", "3")
        await seat.page.click("main button.primary")
        await seat.page.wait_for_url("**done=consult-policy")
    async with sit_down("window") as seat:
        await seat.open("/window/discoveries")
        shown = await seat.page.content()
        assert "T01-C01-M1" in shown
        assert "欧阳测试" not in shown


@pytest.mark.parametrize("account", TOWN_PAGES)
@pytest.mark.parametrize(
    ("language", "theme", "phone"), [("en", "light", True), pytest.param("zh", "dark", False, marks=pytest.mark.slow)]
)
async def test_town_pages_are_accessible_and_fit(
    sit_down: SitDown, account: str, language: str, theme: str, phone: bool
) -> None:
    async with sit_down(account, phone=phone, language=language, theme=theme) as seat:
        for path in TOWN_PAGES[account]:
            await seat.open(path)
            await seat.must_be_accessible()
            await seat.must_not_scroll_sideways()
