"""Proves that what people do less often works through the pages' own forms: lists and returns, visits, conflicts, checks, referrals."""

import asyncio
import re
import time

import asyncpg

from deploy import installation
from deploy.embedded.home import open_home
from services.eventlog.ids import uuid7
from services.eventlog.provision import DATABASE, database_url
from tests.browser.conftest import SitAt
from tests.browser.paper_forms import Desk, forms_of, main_of
from tests.browser.product import Product
from tests.browser.service_doors import state
from tests.browser.town_work import resident_id


def first_case(desk: Desk, form: str) -> str:
    """A case whose page has the form; there is one in some town."""
    for town in range(1, 27):
        page = desk.open(f"/cases?town=T{town:02}")
        for number in re.findall(r'href="/cases/([^"?]+)"', page):
            desk.open(f"/cases/{number}")
            if desk.forms(f"/{form}"):
                return str(number)
    raise AssertionError(f"no case has a form to {form}")


def undrafted(desk: Desk) -> str:
    """A town whose list of next month was not drafted yet: now it is, and its page is open."""
    page = desk.open("/bureau/lists?month=2026-04")
    there = set(re.findall(r"/bureau/lists/(T[0-9]{2})-2026-04", page))
    town = next(town for town in (f"T{number:02}" for number in range(2, 27)) if town not in there)
    desk.send("/bureau/lists", town=town, month="2026-04")
    return town


def first_checked(desk: Desk) -> tuple[str, str]:
    """A case whose registers have not all answered yet, and its town."""
    for town in range(1, 27):
        page = desk.open(f"/cases?town=T{town:02}")
        for row in re.findall(r"<tr>.*?</tr>", page, re.S):
            if "信息核对中" in row:
                return re.findall(r'href="/cases/([^"?]+)"', row)[0], f"T{town:02}"
    raise AssertionError("no case is being checked")


def test_a_list_is_drafted_approved_issued_returned_settled_and_closed(sit: SitAt) -> None:
    """One line comes back with another amount: it is held, decided with a reason, and the list closes."""
    desk = sit("bureau")
    here = f"/bureau/lists/{undrafted(desk)}-2026-04"
    assert "待审批" in main_of(desk.page)
    desk.send("/do/draft")
    finance = sit("finance")
    finance.open(here)
    finance.send("/do/approve")
    finance.send("/do/issue")
    given = finance.send("/payment-file", reason="送代发银行").lstrip("\ufeff").splitlines()
    rows = [line.split(",") for line in given[1:]]
    assert rows
    lines = ["household_no,amount,outcome,reference,reason"]
    for place, (household, _, _, _, payable) in enumerate(rows):
        paid = int(payable) + (100 if place == 0 else 0)  # the bank's first line is a yuan too much
        outcome = "returned,,户名不符" if place == 1 else f"paid,B{place},"
        lines.append(f"{household},{paid / 100:.2f},{outcome}")
    finance.open(here)
    told = finance.send("/do/return", refused=True, file_sha256=("r.csv", b"household_no,amount\nx,y\n", "text/csv"))
    assert "/file_sha256" not in main_of(told) or "三列" in main_of(told)
    sheet = ("r.csv", "\n".join(lines).encode(), "text/csv")
    assert "挂账待核" in main_of(finance.send("/do/return", file_sha256=sheet))
    told = main_of(finance.send("/do/resolve", outcome="dismissed", reason="金额与支付文件不符"))
    assert "挂账待核" not in told
    # The line that was dismissed has still no word of the bank: a second return brings it.
    household, amount_fen = rows[0][0], int(rows[0][4])
    rest = f"{lines[0]}\n{household},{amount_fen / 100:.2f},paid,B0b,\n"
    finance.send("/do/return", file_sha256=("r2.csv", rest.encode(), "text/csv"))
    assert "名册已关闭" in main_of(finance.send("/do/close"))


def test_the_bureau_visits_a_household_and_settles_what_a_register_says(sit: SitAt, product: Product) -> None:
    desk = sit("bureau")
    number = first_case(desk, "visit")
    told = main_of(desk.send("/visit", visited_on="2026-03-31"))
    assert "民政局入户 2026-03-31" in told
    number, town = first_checked(desk)
    case = desk.open(f"/cases/{number}")
    household = re.findall(r"/households/(T[0-9]{2}-H[0-9]+)", case)[0]
    body: dict[str, object] = {
        "command": "record-information-check", "household_no": household, "application_no": number,
        "conflicts": ["vehicle"], "returned_on": "2026-03-31",
    }  # fmt: skip
    state(product, "casework", f"window:{town}-W1", "window", town, body)
    for _ in range(50):
        desk.open(f"/cases/{number}")
        if desk.forms("/conflict"):
            break
        time.sleep(0.2)
    told = main_of(desk.send("/conflict", register="vehicle", reason="车辆已于上年过户，有登记证明"))
    assert "已办理" in told
    assert not desk.forms("/conflict")


def test_a_refusal_is_told_beside_its_field_and_what_was_typed_is_kept(sit: SitAt) -> None:
    desk = sit("bureau")
    first_case(desk, "visit")
    page = desk.send("/visit", refused=True, visited_on="2026-03-30", visitors="某人 officer:O001")
    assert 'class="field wrong"' in page
    assert 'aria-invalid="true"' in page
    (form,) = desk.forms("/visit")
    assert form.value("visitors") == "某人 officer:O001"
    assert form.value("visited_on") == "2026-03-30"
    assert '<details class="act" open' in page


def test_a_spot_check_is_planned_drawn_handed_out_recorded_and_concluded(sit: SitAt) -> None:
    """Every sheet gets its result; an attribute deviates on one of them, and the conclusion says what that means."""
    desk = sit("auditor")
    desk.open("/spot-checks")
    number = f"SC-{uuid7().hex[-8:]}"
    plan = {
        "kind": "officers",
        "design": "simple",
        "confidence_permille": "95",
        "tolerable_permille": "45",
        "purpose": "试点",
    }
    desk.send("/spot-checks", spot_check_no=number, also=plan)
    desk.send("/commit-spot-check")
    for _ in range(60):
        page = desk.client.post(
            desk.forms("/draw-spot-check")[0].action, data=dict(desk.forms("/draw-spot-check")[0].values)
        )
        desk.page = page.text
        if page.status_code == 200:
            break
        time.sleep(0.5)
        desk.open(f"/spot-checks/{number}")
    items = desk.forms("/assign-field-sheets")[0].choices["items"]
    desk.send("/assign-field-sheets", items=items, checkers=f"{signed_in(desk)}、auditor:A99")
    for place, _ in enumerate(items):
        (form,) = desk.forms("/record-spot-check-result")
        radios = [name for name in form.choices if name.startswith("attribute-")]
        answers = dict.fromkeys(radios, "conforming")
        if place == 0:
            answers[radios[0]] = "deviating"
        desk.send("/record-spot-check-result", item=form.choices["item"][-1], also=answers)
    assert not desk.forms("/record-spot-check-result")
    told = main_of(desk.send("/conclude-spot-check", unextended="样本已足够"))
    assert "结论：" in told


def signed_in(desk: Desk) -> str:
    """Whom the pages say the desk's person acts as."""
    return str(re.findall(r'class="who" title="([^"]+)"', desk.page)[0])


def take(desk: Desk, number: int, *needs: str) -> dict[str, str]:
    """A request at the window; the address of each of its items by its need."""
    desk.open("/window/new")
    page = desk.send(
        "/window/new", members_id=[resident_id(number), ""], members_name=["测试人", ""], members_relation=["本人", ""],
        needs=list(needs), materials=["application_form", "authorisation", "income_statement"], phone="19900000000",
        committee="T01-C01",
    )  # fmt: skip
    found = re.findall(r'href="(/window/items/[^"]+)"', page)
    return {path.rpartition("-")[2]: path for path in found}


def test_an_item_is_referred_taken_returned_referred_again_and_answered(sit: SitAt) -> None:
    desk = sit("window")
    path = take(desk, 821, "medical")["medical"]
    desk.open(path)
    assert "已接收" in main_of(desk.send("/accept")) or not desk.forms("/accept")
    desk.send("/return", reason="缺少病历")
    assert {"refer", "introduce"} <= {one.action.rpartition("/")[2] for one in forms_of(desk.page)}
    desk.send("/refer")
    desk.send("/accept")
    assert "已办结" in main_of(desk.send("/complete", outcome="helped", answer="已报销")) or not desk.forms("/complete")


def test_an_item_is_introduced_to_a_charity_with_the_applicants_consent(sit: SitAt) -> None:
    desk = sit("window")
    path = take(desk, 822, "charity")["charity"]
    desk.open(path)
    assert "转介" in main_of(desk.send("/introduce"))
    assert desk.forms("/complete")
    desk.send("/complete", outcome="refused", answer="不符合资助范围")
    assert not desk.forms("/complete")


def test_an_item_is_withdrawn_and_a_near_relative_is_registered(sit: SitAt) -> None:
    desk = sit("window")
    path = take(desk, 823, "tekun")["tekun"]
    desk.open(path)
    assert "已办理" in main_of(desk.send("/relative", staff="window:T01-W2", kinship="姑侄"))
    told = main_of(desk.send("/withdraw", reason="本人不再申请"))
    assert not desk.forms("/withdraw")
    assert "已撤回" in told


def test_the_duty_of_who_was_asked_first_is_handed_over(sit: SitAt) -> None:
    """The receiver takes it, or says why not; only what was taken moves."""
    desk = sit("window")
    path = take(desk, 824, "tekun")["tekun"]
    desk.open(path)
    receivers = desk.forms("/offer")[0].choices["receiver"]
    assert receivers
    told = main_of(desk.send("/offer", receiver=receivers[0], reason="明日请假"))
    assert "待接收" in told


def test_the_leader_refuses_a_move_and_approves_an_added_duty(sit: SitAt, product: Product) -> None:
    body: dict[str, object] = {
        "command": "report-reassignment", "officer": "O001", "report_no": f"BG{uuid7().hex[-8:]}", "kind": "duty",
        "town": "T01", "to_town": "T01", "duty": "协助窗口受理", "since_on": "2026-03-20", "reason": "窗口人手不足",
    }  # fmt: skip
    state(product, "payroll", "town-leader:T01", "town-leader", "T01", body)
    desk = sit("bureau-leader")
    for _ in range(50):
        desk.open("/bureau/approvals")
        mine = [n for n, one in enumerate(desk.forms("/approvals/move")) if one.value("report_no") == body["report_no"]]
        if mine:
            break
        time.sleep(0.2)
    told = desk.send(
        "/approvals/move",
        mine[0],
        approval_no=f"PF{uuid7().hex[-8:]}",
        effective_on="2026-03-25",
        document="民发〔2026〕9号",
    )
    assert str(body["report_no"]) not in told
    waiting = desk.forms("/approvals/refuse-move")
    if waiting:
        officer = waiting[0].value("report_no")
        told = desk.send("/approvals/refuse-move", reason="调入镇街没有空缺岗位")
        assert officer not in [one.value("report_no") for one in desk.forms("/approvals/refuse-move")]


async def test_a_parked_subject_is_driven_again_and_left_behind(sit: SitAt, product: Product) -> None:
    """An unreadable record parks its subject: shown with its reason, tried again, and in the end left behind for a reason."""
    place = installation.locate(open_home(product.home))
    assert place is not None
    subject, value = f"finding:{uuid7().hex[-8:]}", b"no record"
    connection = await asyncpg.connect(database_url(place.admin_url, DATABASE))
    try:
        sequence = await connection.fetchval("SELECT 1 + max(sequence) FROM casework.cursor")
        await connection.execute(
            "INSERT INTO casework.parked VALUES (0, $1, $2, 'it cannot be read', $3)", sequence + 10**6, subject, value
        )
        desk = await asyncio.to_thread(sit, "operator")
        page = await asyncio.to_thread(desk.open, "/log/standing")
        assert subject in page
        nth = [n for n, one in enumerate(desk.forms("/log/redrive")) if one.value("subject") == subject]
        assert "已请求重放" in main_of(await asyncio.to_thread(desk.send, "/log/redrive", nth[0]))
        for _ in range(60):
            if not await connection.fetchval("SELECT count(*) FROM casework.redrive WHERE subject = $1", subject):
                break
            await asyncio.sleep(0.2)
        assert await connection.fetchval("SELECT count(*) FROM casework.parked WHERE subject = $1", subject) == 1
    finally:
        await connection.execute("DELETE FROM casework.parked WHERE subject = $1", subject)
        await connection.execute("DELETE FROM casework.redrive WHERE subject = $1", subject)
        await connection.close()


async def screenings(product: Product) -> int:
    """How many screenings are on the log."""
    connection = await asyncpg.connect(database_url(product.place.admin_url, DATABASE))
    try:
        found = (
            "SELECT count(*) FROM log.journal WHERE convert_from(value, 'UTF8') LIKE '%casework.hardship_screened.v1%'"
        )
        return int(await connection.fetchval(found))
    finally:
        await connection.close()


async def test_the_same_form_sent_twice_is_done_once(sit: SitAt, product: Product) -> None:
    """Two clicks, or sent again when no answer came: the second is answered like the first and adds no fact."""
    desk = sit("committee")
    desk.open("/committee/duties/screening")
    page = desk.page
    before = await screenings(product)
    await asyncio.to_thread(desk.send, "/duties/screening", household_count="3")
    desk.page = page
    assert "已办理" in main_of(await asyncio.to_thread(desk.send, "/duties/screening", household_count="3"))
    assert await screenings(product) == before + 1


def test_a_request_of_a_new_household_sent_twice_is_one_request_of_one_household(sit: SitAt) -> None:
    desk = sit("window")
    desk.open("/window/new")
    page = desk.page
    asked = {
        "members_id": [resident_id(824), ""], "members_name": ["测试人", ""], "members_relation": ["本人", ""], "needs": ["tekun"],
        "phone": "19900000000", "committee": "T01-C01",
    }  # fmt: skip
    receipt = desk.send("/window/new", **asked)
    desk.page = page
    again = desk.send("/window/new", **asked)
    households = [set(re.findall(r"T01-H[0-9]+", main_of(one))) for one in (receipt, again)]
    assert households[0] == households[1]
    assert len(households[0]) == 1
