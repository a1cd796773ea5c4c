"""Proves each role's main path in the browser, in both languages, on a phone and on a desktop: pages opened, forms filled, results read.

What the path begins with is done before, by forms without a browser (`town_work`).
"""

import csv
import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from services.eventlog.ids import uuid7
from tests.browser.conftest import EACH_WAY, PHOTO, Seat, SitAt, SitDown
from tests.browser.field_phone import COUNT, READY, clock, fill_visit, until
from tests.browser.product import Product
from tests.browser.service_doors import state
from tests.browser.town_work import household_of, investigated, ordered, requested, resident_id

pytestmark = EACH_WAY


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """Ends of resident IDs that nobody else in the tests has."""
    return count(701)


def tail() -> str:
    return uuid7().hex[-8:].upper()


async def fits(seat: Seat) -> None:
    """What a page owes everybody, wherever a path comes by."""
    await seat.must_be_accessible()
    await seat.must_not_scroll_sideways()


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


async def test_window_takes_a_request_by_keyboard_tells_at_once_what_is_missing_and_accepts_it(
    sit_down: SitDown, numbers: Iterator[int], language: str, phone: bool
) -> None:
    """Receipt with code, one notice of all that is missing; handed in, the item is accepted and its clocks run."""
    async with sit_down("window", language=language, phone=phone) as seat:
        number = await take_request(seat, next(numbers))
        told = await seat.page.inner_text(".receipt")
        for missing in {"zh": ("授权书", "家庭收入申报表"), "en": ("Authorisation", "Statement of income")}[language]:
            assert missing in told
        assert (await seat.page.get_attribute(".qr", "src") or "").startswith("data:image/svg+xml")
        await fits(seat)
        await seat.page.click(".receipt table a")
        await seat.page.wait_for_url("**/window/items/**")
        await fits(seat)
        await seat.send("/supply", materials=["authorisation", "income_statement"])
        assert {"zh": "已受理", "en": "accepted"}[language] in (await seat.page.inner_text("h1")).lower()
        await seat.open(f"/window?q={number}")
        assert number in await seat.page.inner_text("table")
        await seat.page.fill("#q", "csr")
        await seat.page.keyboard.press("Enter")
        await seat.page.wait_for_url("**/window/find")
        found = await seat.page.inner_text("main")
        assert number in found, "by the letters of 测试人"
        assert "测试人" not in found


async def test_a_committee_reports_hardship_and_posts_a_notice_with_its_photo(
    sit_down: SitDown, sit: SitAt, numbers: Iterator[int], language: str, phone: bool
) -> None:
    number = next(numbers)
    desk, case = requested(sit, "dibao_urban", number)
    investigated(desk, number)
    async with sit_down("committee", language=language, phone=phone) as seat:
        await seat.open("/committee/discovery")
        await seat.send("/committee/discovery", name="欧阳测试", situation="独居，近日未出门")
        await seat.open("/committee/duties/consultation")
        await seat.send("/committee/duties/consultation", people_count="3")
        await seat.come_to("/committee", f"a[href='/committee/notices/{case}']")
        await seat.page.click(f"a[href='/committee/notices/{case}']")
        await seat.page.wait_for_url("**/committee/notices/**")
        await fits(seat)
        await seat.send("/post", proposed_amount_fen="435.00", proof_sha256=PHOTO)
        assert await seat.page.locator("form[action$='/post']").count() == 0
        await seat.send("/look")
        await fits(seat)


async def test_a_town_leader_sees_what_waits_grants_small_help_and_confirms_attendance(
    sit_down: SitDown, sit: SitAt, numbers: Iterator[int], language: str, phone: bool
) -> None:
    number = next(numbers)
    desk, case = requested(sit, "dibao_urban", number)
    investigated(desk, number)
    _, help_asked = requested(sit, "temporary", next(numbers))
    async with sit_down("town-leader", language=language, phone=phone) as seat:
        await seat.open("/leader")
        await fits(seat)
        await seat.come_to("/leader/opinions", f"form[action='/leader/opinions/{help_asked}/decide']")
        assert await seat.page.locator(f"a[href='/cases/{case}']").count() == 1, "the opinion waits to be signed"
        await seat.send(f"/opinions/{help_asked}/decide", outcome="confirmed", emergency=["yes"])
        assert help_asked in await seat.page.inner_text("section[aria-labelledby=reserve]")
        await fits(seat)
        await seat.open("/leader/attendance")
        corrects = {"corrects": "核对后更正（示例）"} if await seat.page.locator("#corrects").count() else {}
        await seat.send("/leader/attendance", sheet_sha256=PHOTO, **corrects)


# Of each way its own day, so that none meets the others' visits.
OFFICERS_DAYS = {("zh", False): 12, ("en", True): 13, ("zh", True): 14, ("en", False): 15}


async def test_an_officer_visits_records_work_and_objects_to_a_line_of_the_own_slip(
    sit_down: SitDown, language: str, phone: bool
) -> None:
    async with sit_down("officer", language=language, phone=phone) as seat:
        await seat.open("/field/today")
        await seat.page.click(".household summary >> nth=0")
        await seat.page.click(".household[open] a[href^='/field/households/']")
        await seat.page.wait_for_url("**/field/households/*")
        household = seat.page.url.rpartition("/")[2].partition("?")[0]
        await fits(seat)
        await seat.open("/field/visit")
        await until(seat.page, READY)
        day = OFFICERS_DAYS[language, phone]
        await fill_visit(seat.page, household, (await clock(seat.page)).replace(day=day, hour=19, minute=5))
        await seat.page.click("#visit-form button.primary")
        await until(seat.page, f"{COUNT}.then((n) => n === 0)")
        await seat.open("/field/work")
        await until(seat.page, READY)
        await seat.page.fill("#minutes", "15")
        await seat.page.click("#work-form button.primary")
        await until(seat.page, f"{COUNT}.then((n) => n === 0)")
        await seat.open("/field/outbox")
        assert await seat.page.locator("#refused article").count() == 0
        await fits(seat)
        await seat.open("/field/pay")
        await fits(seat)
        months = await seat.page.locator("main a[href^='/field/pay/20']").evaluate_all(
            "all => all.map((one) => one.pathname)"
        )
        for here in months:
            await seat.open(here)
            if await seat.page.locator(f"form[action='{here}']").count():
                break
        await seat.send(here, statement="走访补助少算一户")
        assert await seat.page.locator(f"form[action='{here}']").count() == 0, "one objection at a time"
        await fits(seat)


async def test_a_caseworker_finds_a_case_by_the_worklist_settles_a_conflict_and_prints_the_proof(
    sit_down: SitDown, sit: SitAt, numbers: Iterator[int], language: str, phone: bool
) -> None:
    number = next(numbers)
    desk, case = requested(sit, "dibao_urban", number)
    investigated(desk, number, conflicts=["tax"])
    async with sit_down("bureau", language=language, phone=phone) as seat:
        await seat.open("/bureau/work")
        await fits(seat)
        await seat.open("/cases?town=T01")
        await fits(seat)
        await seat.page.fill("main [name=no]", case)
        await seat.page.press("main [name=no]", "Enter")
        await seat.page.wait_for_url(f"**/cases/{case}")
        assert await seat.page.locator(".timeline li").count() > 0
        assert await seat.page.locator(".proof li").count() > 0
        await fits(seat)
        await seat.send("/conflict", register="tax", reason="补缴记录属前雇主")
        assert await seat.page.locator("form[action$='/conflict']").count() == 0
        await seat.open(f"/cases/{case}/proof")


async def test_a_bureau_leader_reads_the_district_and_approves_what_a_town_asked_for(
    sit_down: SitDown, product: Product, language: str, phone: bool
) -> None:
    report = f"BG{tail()}"
    body: dict[str, object] = {
        "command": "report-reassignment", "officer": "O002", "report_no": report, "kind": "duty", "town": "T01",
        "to_town": "T01", "duty": "协助窗口受理", "since_on": "2026-03-20", "reason": "窗口人手不足",
    }  # fmt: skip
    state(product, "payroll", "town-leader:T01", "town-leader", "T01", body)
    async with sit_down("bureau-leader", language=language, phone=phone) as seat:
        assert seat.page.url.endswith("/bureau/leader")
        assert await seat.page.locator("#money").count() == 1
        assert "–" not in await seat.page.locator(".figure .value").all_inner_texts()
        await fits(seat)
        mine = f"form[action$='/approvals/move']:has(input[name=report_no][value='{report}'])"
        await seat.come_to("/bureau/approvals", mine)
        await fits(seat)
        every = await seat.page.locator("form[action$='/approvals/move'] input[name=report_no]").all()
        nth = [await one.input_value() for one in every].index(report)
        await seat.send(
            "/approvals/move", nth, approval_no=f"PF{tail()}", effective_on="2026-03-25", document="民发〔2026〕9号"
        )
        assert await seat.page.locator(mine).count() == 0


async def press(seat: Seat, selector: str) -> None:
    """Press a button of a form and wait for the page that answers."""
    async with seat.page.expect_navigation():
        await seat.page.click(selector)


async def test_finance_takes_a_month_of_pay_from_draft_to_closed(
    sit_down: SitDown, tmp_path: Path, language: str, phone: bool
) -> None:
    """Four people's steps: drafted, checked by another, approved by district finance, file out, return in, closed."""
    way = {"language": language, "phone": phone}
    async with sit_down("finance", **way) as seat:
        await seat.open("/pay")
        month = await seat.page.input_value("#draft-month")
        here = f"/pay/runs/{month}"
        await seat.send("/pay/do/draft-run")
        await fits(seat)
    async with sit_down("finance-check", **way) as seat:
        await seat.open(here)
        await seat.send("/pay/do/check-run")
    async with sit_down("district-finance", **way) as seat:
        assert seat.page.url.endswith("/district-money")
        assert month in await seat.page.inner_text("main")
        await fits(seat)
        await seat.send("/money/do/approve-run")
    async with sit_down("finance", **way) as seat:
        await seat.come_to(here, "form[action='/pay/do/issue-bank-file']")
        await seat.send("/pay/do/issue-bank-file")
        assert await seat.page.locator("#files tbody tr").count() == 1
        await seat.page.click("#files summary >> nth=0")
        await seat.page.select_option("#profile-1", "rural_bank")
        await seat.page.fill("#reason-1", "送代发银行")
        async with seat.page.expect_download() as given:
            await seat.page.click(f"form[action='{here}/bank-file'] button")
        file = await given.value
        returned = tmp_path / "return.csv"
        returned.write_bytes(bank_return(Path(await file.path()).read_bytes().decode("gb18030")))
        for button in ("dry", "import"):
            await seat.open(here)
            await seat.page.select_option("#return-profile", "rural_bank")
            await seat.page.set_input_files("#return-file", returned)
            await press(seat, f"button[value='{button}']")
            assert await seat.page.locator("main .box.good").count() == 1
        await seat.open(here)
        await seat.send("/pay/do/close-run")
        assert {"zh": "本月已结清", "en": "closed"}[language] in await seat.page.inner_text("main")
        await fits(seat)
        await seat.page.click("main a[href^='/pay/slips/'] >> nth=0")
        await seat.page.wait_for_url("**/pay/slips/**")
        await fits(seat)
        await seat.page.click("main a[href^='/money/document'] >> nth=0")
        await seat.page.wait_for_url("**/money/document**")
        await fits(seat)


def bank_return(sent: str) -> bytes:
    """The bank's answer to a file of payments: every line paid."""
    paid = [row for row in list(csv.reader(io.StringIO(sent)))[1:] if row[0].isdigit()]
    table = io.StringIO()
    csv.writer(table).writerows(
        [["员工编号", "账号", "金额", "处理结果", "流水号", "失败原因", "批次号"]]
        + [[row[4], row[2].strip(), row[3], "成功", f"B{row[0]}", "", ""] for row in paid]
    )
    return table.getvalue().encode("utf-8-sig")


async def test_a_trainer_plans_a_course_and_gives_its_places(sit_down: SitDown, language: str, phone: bool) -> None:
    course = f"D-K{tail()}"
    async with sit_down("trainer", language=language, phone=phone) as seat:
        assert seat.page.url.endswith("/training")
        await fits(seat)
        await seat.send("/training/do/plan-course", course_no=course, title="政策更新")
        await seat.open(f"/training/courses/{course}")
        await seat.send(
            "/training/do/plan-session",
            session_no="S1",
            planned_on="2026-03-20",
            minutes="60",
            places="2",
            venue="会议室",
        )
        assert "会议室" in await seat.page.inner_text("main")
        await seat.send("/training/do/allot-places", nominees="window:T01-W1 T01\nofficer:O001 T01\nofficer:O002 T01")
        assert "window:T01-W1" in await seat.page.inner_text("main dl")
        await fits(seat)
        await seat.send("/training/do/hold-session", trainer="trainer:TR1")
        await seat.send("/training/do/record-attendance", sheet_sha256=PHOTO)
        told = await seat.page.text_content("main dl") or ""
        assert [told.count(staff) for staff in ("officer:O001", "officer:O002")] == [2, 2]  # had a place, and came
        await fits(seat)


async def test_a_contractor_delivers_what_a_town_ordered_and_the_town_accepts_it(
    sit_down: SitDown, sit: SitAt, language: str, phone: bool
) -> None:
    officer = sit("officer")
    number = ordered(officer, household_of(officer))
    way = {"language": language, "phone": phone}
    async with sit_down("contractor", **way) as seat:
        await seat.come_to("/orders", f"a[href='/orders/{number}']")
        await fits(seat)
        await seat.page.click(f"a[href='/orders/{number}']")
        await seat.page.wait_for_url(f"**/orders/{number}")
        await fits(seat)
        await seat.send(f"/orders/{number}", evidence_sha256=PHOTO)
        assert number in await seat.page.inner_text("section[aria-labelledby=wait]")
    async with sit_down("town-leader", **way) as seat:
        await seat.open("/town-orders")
        await fits(seat)
        asked = await seat.page.locator("form[action$='/do/accept-work-order'] input[name=order_no]").all()
        nth = [await one.input_value() for one in asked].index(number)
        await seat.send("/do/accept-work-order", nth, grade="good")
    async with sit_down("contractor", **way) as seat:
        await seat.come_to("/orders", f"section[aria-labelledby=over]:has-text('{number}')")


async def test_an_auditor_goes_from_a_fact_to_a_finding_that_is_put_right_verified_and_closed(
    sit_down: SitDown, language: str, phone: bool
) -> None:
    """The certificate, the log, one fact; the finding rests on it; the town answers, another auditor verifies, it is closed."""
    way, what = {"language": language, "phone": phone}, f"入户记录缺少签名 {tail()}"
    async with sit_down("auditor", **way) as seat:
        await seat.open("/audit")
        await fits(seat)
        await seat.open("/log?subject=household:T01-H00001")
        await seat.page.click("tbody td a >> nth=0")
        await seat.page.wait_for_url("**/log/facts/**")
        await fits(seat)
        await press(seat, "main a[href^='/findings?']")
        await seat.send(
            "/findings",
            about="household:T01-H00001",
            town="T01",
            summary_zh=what,
            rule="走访须签名",
            law="实施方案四（二）",
        )
        assert what in await seat.page.inner_text("h1")
        here = seat.page.url.removeprefix(seat.url).partition("?")[0]
        await fits(seat)
        await seat.send("/assign-finding", unit="T01", responsible="town-leader:T01")
    async with sit_down("town-leader", **way) as seat:
        await seat.come_to(here, "form[action$='/answer-finding']")
        await fits(seat)
        await seat.send("/answer-finding", measures="已补签并核对原件", evidence_files=PHOTO)
    async with sit_down("auditor-check", **way) as seat:
        await seat.come_to(here, "form[action$='/verify-rectification']")
        await seat.send("/verify-rectification", outcome="accepted", note="已见原件")
        await seat.send("/close-finding")
        assert await seat.page.locator("form[action$='/close-finding']").count() == 0
        await fits(seat)


async def test_an_inspector_reads_findings_and_their_proofs_and_takes_nothing_in_hand(
    sit_down: SitDown, language: str, phone: bool
) -> None:
    async with sit_down("inspector", language=language, phone=phone) as seat:
        assert seat.page.url.endswith("/audit")
        assert await seat.page.locator("main form[method=post]").count() == 0
        await fits(seat)
        await seat.open("/findings")
        await seat.page.click("tbody th a[href^='/findings/F-'] >> nth=0")
        await seat.page.wait_for_url("**/findings/F-**")
        assert await seat.page.locator("main pre.code").count() > 0, "a proof"
        await fits(seat)
        await seat.open("/spot-checks")
        await fits(seat)
        await seat.open("/bundles")
        await fits(seat)


async def test_an_operator_searches_the_log_looks_at_lag_and_checks_a_towns_sample(
    sit_down: SitDown, language: str, phone: bool
) -> None:
    sample = (
        '{"specversion": "1.0", "id": "x-1", "source": "/town/T01", '
        '"type": "assist.town.consultation_recorded.v1", "colour": 1}'
    )
    async with sit_down("operator", language=language, phone=phone) as seat:
        await seat.open("/log")
        await fits(seat)
        await seat.page.click("tbody td a >> nth=0")
        await seat.page.wait_for_url("**/log/facts/**")
        await fits(seat)
        await seat.open("/log/live")
        await seat.page.wait_for_selector(
            "#tail-state:has-text('" + {"zh": "已连接", "en": "connected"}[language] + "')"
        )
        await seat.open("/log/standing")
        await fits(seat)
        await seat.open("/onboarding")
        await seat.page.fill("#c-town", "T01")
        await seat.page.fill("#c-sample", sample)
        await press(seat, "form[action='/onboarding/conformance'] button")
        told = await seat.page.inner_text("main")
        assert "/colour" in told
        assert "/time" in told


async def test_an_account_is_opened_by_one_administrator_granted_by_another_and_read_by_the_third(
    sit_down: SitDown, language: str, phone: bool
) -> None:
    """The new person signs in with the password that was shown once, and has to change it first."""
    way, account = {"language": language, "phone": phone}, f"p-{tail().lower()}"
    async with sit_down("system", **way) as seat:
        await seat.open("/accounts")
        await seat.send("/accounts", account=account, acts_as=f"window:T01-W{tail()}")
        first = (await seat.page.locator("main .box.good code").all_inner_texts())[-1]
        await fits(seat)
    async with sit_down("security", **way) as seat:
        await seat.come_to(f"/accounts?q={account}", f"form[action='/accounts/{account}/grant']")
        await seat.send(f"/accounts/{account}/grant", role="window", town="T01")
        await fits(seat)
    async with sit_down("audit-log", **way) as seat:
        await seat.open(f"/accounts?q={account}")
        assert account in await seat.page.inner_text("main")
        assert await seat.page.locator("main form[method=post]").count() == 0
        await fits(seat)
    async with sit_down(account, password=first, **way) as seat:
        await seat.page.wait_for_url("**/password**")
        own = f"own-{uuid7().hex}"
        await seat.send("/password", old=first, new=own, again=own)
        await seat.open("/window")
