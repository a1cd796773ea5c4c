"""Proves that money is followed both ways, that a refusal keeps what was typed, and that finance's pages fit a phone."""

import pytest

from tests.browser.conftest import SitDown

FINANCE_PAGES = ("/pay", "/money", "/ledger", "/invoices", "/town-purchases", "/misuse")


async def test_any_fen_is_followed_from_its_document_to_a_slip_and_back(sit_down: SitDown) -> None:
    async with sit_down("finance") as seat:
        await seat.open("/money")
        await seat.page.click("main a[href^='/money/document']:has-text('示例11号')")
        await seat.page.click("main tbody th a[href^='/pay/slips/']")
        await seat.page.wait_for_url("**/pay/slips/**")
        await seat.must_be_accessible()
        assert "每一行怎样得出" in await seat.page.inner_text("main")
        await seat.page.click("main a[href^='/money/document']")
        await seat.page.wait_for_url("**/money/document**")


async def test_what_was_typed_stays_when_a_service_refuses(sit_down: SitDown) -> None:
    """Whoever prepared a run does not approve it; an amount that is none is told beside the form."""
    async with sit_down("finance") as seat:
        await seat.open("/money")
        await seat.page.click("main summary >> nth=0")
        for name, value in (("document", "X财〔2026〕99号"), ("amount_fen", "-100.00")):
            await seat.page.fill(f"#budget-fund-{name}-", value)
        await seat.page.check("form[action='/money/do/budget-fund'] input[value='officer_pay']")
        await seat.page.click("form[action='/money/do/budget-fund'] button")
        await seat.page.wait_for_selector("main .box.bad")
        assert await seat.page.input_value("input[name='document']") == "X财〔2026〕99号"
        seat.complaints.clear()  # the browser notes the refusal


@pytest.mark.parametrize("account", ["finance", "district-finance"])
@pytest.mark.parametrize(("language", "theme"), [("zh", "dark"), pytest.param("en", "light", marks=pytest.mark.slow)])
async def test_money_pages_fit_a_phone(sit_down: SitDown, account: str, language: str, theme: str) -> None:
    async with sit_down(account, phone=True, language=language, theme=theme) as seat:
        for path in FINANCE_PAGES:
            await seat.open(path)
            await seat.must_not_scroll_sideways()
            await seat.must_be_accessible()
