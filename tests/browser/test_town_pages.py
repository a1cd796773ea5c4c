"""Proves that window, committee and town leader do their main work in the browser: by keyboard, on a phone, in both languages."""

import re

import pytest

from tests.browser.conftest import Seat, SitDown

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PHOTO = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"a photo of the posted notice"}
TOWN_PAGES = {
    "window": ("/window?view=all", "/window/new", "/window/discoveries"),
    "committee": ("/committee", "/committee/discovery", "/committee/duties/change", "/committee/duties/consultation"),
    "town-leader": ("/leader", "/leader/opinions", "/leader/attendance"),
}


def resident_id(number: int) -> str:
    """A resident ID of an invented person whose last character checks."""
    first = f"50011219800101{number:03d}"
    return first + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, first, strict=True)) % 11]


async def take_request(seat: Seat, number: int) -> str:
    """A request for dibao with the application form alone, by keyboard; its number."""
    await seat.open("/window/new")
    keys = seat.page.keyboard
    assert await seat.page.evaluate("document.activeElement.name") == "members_id"
    await keys.type(resident_id(number))
    await keys.press("Tab")
    await keys.type("测试人")
    await seat.page.focus("#need-find")
    await keys.type("csdb")
    await keys.press("Enter")
    await seat.page.focus("[name=materials][value=application_form]")
    await keys.press("Space")
    await seat.page.focus("[name=phone]")
    await keys.type("19900000000")
    await keys.press("Tab")
    await keys.type("T01-C01")
    await keys.press("Control+Enter")
    await seat.page.wait_for_url("**/window/receipts/**")
    return (await seat.page.inner_text(".receipt .big")).strip()


async def test_a_request_is_taken_by_keyboard_and_its_missing_materials_told_at_once(sit_down: SitDown) -> None:
    """Receipt with code, one notice of all that is missing; handed in, the item is accepted and its clocks run."""
    async with sit_down("window") as seat:
        number = await take_request(seat, 801)
        told = await seat.page.inner_text(".receipt")
        assert "授权书" in told
        assert "家庭收入申报表" in told
        assert (await seat.page.get_attribute(".qr", "src") or "").startswith("data:image/svg+xml")
        await seat.must_be_accessible()
        await seat.page.click(".receipt table a")
        await seat.page.wait_for_url("**/window/items/**")
        await seat.must_be_accessible()
        await seat.page.click("summary:has-text('补交材料')")
        await seat.page.click("form[action$='/supply'] button")
        await seat.page.wait_for_url("**done=supply-materials")
        assert "已受理" in await seat.page.inner_text("h1")
        await seat.open(f"/window?q={number}")
        assert number in await seat.page.inner_text("table")
        await seat.page.fill("#q", "csr")
        await seat.page.keyboard.press("Enter")
        await seat.page.wait_for_url("**/window/find")
        found = await seat.page.inner_text("main")
        assert number in found, "by the letters of 测试人"
        assert "测试人" not in found


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


async def test_a_leader_confirms_the_sheet_of_last_month(sit_down: SitDown) -> None:
    async with sit_down("town-leader") as seat:
        await seat.open("/leader/attendance")
        if await seat.page.locator("#corrects").count():
            await seat.page.fill("#corrects", "核对后更正（示例）")
        await seat.page.set_input_files("#sheet", PHOTO)  # type: ignore[arg-type]
        await seat.page.click("main form.card button.primary")
        await seat.page.wait_for_url(re.compile("done=confirm-attendance"))
        assert "town-leader" not in await seat.page.inner_text("main")


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
