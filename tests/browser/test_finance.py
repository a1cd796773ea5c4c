"""Proves that finance takes a month from draft to the bank's return, district finance approves, and a trainer holds a session."""

import csv
import io
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.conftest import SitDown

FINANCE_PAGES = ("/pay", "/money", "/ledger", "/invoices", "/town-purchases", "/misuse")


async def press(page: Page, selector: str) -> None:
    """Press a button of a form and wait for the page that answers."""
    async with page.expect_navigation():
        await page.click(selector)


async def test_a_month_of_pay_from_draft_to_closed(sit_down: SitDown, tmp_path: Path) -> None:
    """Four people's steps: drafted, checked by another, approved by district finance, file out, return in, closed."""
    async with sit_down("finance") as seat:
        await seat.open("/pay")
        month = await seat.page.input_value("#draft-month")
        await press(seat.page, "form[action='/pay/do/draft-run'] button")
        assert "已办理" in await seat.page.inner_text("main")
    async with sit_down("finance-check") as seat:
        await seat.open(f"/pay/runs/{month}")
        await press(seat.page, "form[action='/pay/do/check-run'] button")
    async with sit_down("district-finance") as seat:
        assert seat.page.url.endswith("/district-money")
        assert f"{month} 工资待审批" in await seat.page.inner_text("main")
        await press(seat.page, "form[action='/money/do/approve-run'] button")
    async with sit_down("finance") as seat:
        here = f"/pay/runs/{month}"
        for _ in range(40):
            await seat.open(here)
            if await seat.page.locator("form[action='/pay/do/issue-bank-file']").count():
                break
            await seat.page.wait_for_timeout(500)
        await press(seat.page, "form[action='/pay/do/issue-bank-file'] button")
        assert await seat.page.locator("#files tbody tr").count() == 1
        await seat.page.click("#files summary >> nth=0")
        await seat.page.select_option("#profile-1", "rural_bank")
        await seat.page.fill("#reason-1", "送代发银行")
        async with seat.page.expect_download() as given:
            await seat.page.click(f"form[action='{here}/bank-file'] button")
        file = await given.value
        rows = list(csv.reader(io.StringIO(Path(await file.path()).read_bytes().decode("gb18030"))))
        paid = [row for row in rows[1:] if row[0].isdigit()]
        table = io.StringIO()
        csv.writer(table).writerows(
            [["员工编号", "账号", "金额", "处理结果", "流水号", "失败原因", "批次号"]]
            + [[row[4], row[2].strip(), row[3], "成功", f"B{row[0]}", "", ""] for row in paid]
        )
        returned = tmp_path / "return.csv"
        returned.write_bytes(table.getvalue().encode("utf-8-sig"))
        await seat.open(here)
        for button, said in (("dry", "试算"), ("import", "已导入")):
            await seat.page.select_option("#return-profile", "rural_bank")
            await seat.page.set_input_files("#return-file", returned)
            await press(seat.page, f"button[value='{button}']")
            assert said in await seat.page.inner_text("main .box")
        await seat.open(here)
        await press(seat.page, "form[action='/pay/do/close-run'] button")
        assert "本月已结清" in await seat.page.inner_text("main")
        await seat.must_be_accessible()
        seat.complaints.clear()


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
    """Whoever prepared a run does not approve it; a purpose that does not exist is told beside the form."""
    async with sit_down("finance") as seat:
        await seat.open("/money")
        await seat.page.click("main summary >> nth=0")
        for name, value in (("document", "X财〔2026〕99号"), ("amount_fen", "100.00"), ("purposes", "no_such_purpose")):
            await seat.page.fill(f"#budget-fund-{name}-", value)
        await seat.page.fill("#budget-fund-year-", "2026")
        await seat.page.click("form[action='/money/do/budget-fund'] button")
        await seat.page.wait_for_selector("main .box.bad")
        assert await seat.page.input_value("input[name='document']") == "X财〔2026〕99号"
        seat.complaints.clear()  # the browser notes the refusal


async def test_a_trainer_plans_holds_and_signs_a_session(sit_down: SitDown) -> None:
    async with sit_down("trainer") as seat:
        assert seat.page.url.endswith("/training")
        await seat.page.click("summary:has-text('新建课程')")
        await seat.page.fill("[name='course_no']", "D-KBROWSER")
        await seat.page.fill("[name='title']", "政策更新")
        await press(seat.page, "form[action='/training/do/plan-course'] button")
        await seat.open("/training/courses/D-KBROWSER")
        await seat.page.click("summary:has-text('安排场次')")
        for name, value in (
            ("session_no", "S1"),
            ("planned_on", "2026-03-20"),
            ("minutes", "60"),
            ("places", "2"),
            ("venue", "会议室"),
        ):
            await seat.page.fill(f"form[action='/training/do/plan-session'] [name='{name}']", value)
        await press(seat.page, "form[action='/training/do/plan-session'] button")
        assert "会议室" in await seat.page.inner_text("main")
        await seat.page.click("summary:has-text('分配名额')")
        await seat.page.fill("textarea[name='nominees']", "window:T01-W1 T01\nofficer:O001 T01\nofficer:O002 T01")
        await press(seat.page, "form[action='/training/do/allot-places'] button")
        assert "window:T01-W1" in await seat.page.inner_text("main dl")
        await seat.must_be_accessible()


@pytest.mark.parametrize("account", ["finance", "district-finance"])
@pytest.mark.parametrize(("language", "theme"), [("zh", "dark"), pytest.param("en", "light", marks=pytest.mark.slow)])
async def test_money_pages_fit_a_phone(sit_down: SitDown, account: str, language: str, theme: str) -> None:
    async with sit_down(account, phone=True, language=language, theme=theme) as seat:
        for path in FINANCE_PAGES:
            await seat.open(path)
            await seat.must_not_scroll_sideways()
            await seat.must_be_accessible()
