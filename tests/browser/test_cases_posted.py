"""Proves that a case goes its whole way by the pages' forms alone, and that a benefit in force is looked after by them."""

import asyncio
import csv
import re
import time
from collections.abc import Iterator
from io import StringIO

import asyncpg
import httpx
import msgspec
import pytest

from services.eventlog.ids import uuid7
from services.eventlog.provision import DATABASE, database_url
from tests.browser.paper_forms import Desk, main_of
from tests.browser.product import Product
from tests.browser.service_doors import ask
from tests.browser.town_work import MATERIALS, PEOPLE, SIGNED, TWO, SitAt, investigated, requested, resident_id


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """Ends of resident IDs that nobody else in the tests has."""
    return iter(range(851, 899))


def test_a_request_for_dibao_is_investigated_noticed_contested_and_looked_into_by_the_towns_own_pages(
    sit: SitAt, numbers: Iterator[int]
) -> None:
    number = next(numbers)
    desk, case = requested(sit, "dibao_urban", number)
    assert "待调查" in main_of(desk.page)
    investigated(desk, number, conflicts=["tax"])
    assert "税务" in main_of(desk.page)
    bureau = sit("bureau")
    bureau.open(f"/cases/{case}")
    bureau.send("/conflict", reason="补缴记录属前雇主", register="tax")
    desk.open(f"/cases/{case}")
    desk.send("/contest", registers=["tax"])
    desk.send(
        "/check",
        members_id=[resident_id(number), ""],
        **PEOPLE,
        registers=["tax"],
        no_supporter="yes",
        authorisation=SIGNED,
    )
    desk.send("/answers", registers=["tax"], conflicts=[])
    leader = sit("town-leader")
    leader.open(f"/cases/{case}")
    assert "时限中止" in leader.page
    leader.send("/pause", clock="outer", cause="applicant_in_hospital")
    leader.send("/resume", clock="outer")
    leader.send("/extend", clock="outer", cause="special_circumstances", days="")
    desk.open(f"/cases/{case}")
    desk.send("/notice", proposed_amount_fen="435", opinion_signed_by="town-leader:T01")
    assert "公示中" in main_of(desk.page)
    desk.send("/objection")
    assert "公示有异议" in main_of(desk.page)
    desk.send("/municipal", municipal_no=f"MZ{number}00")
    assert "已办理" in main_of(desk.page)


def test_a_committee_prints_the_notice_it_hangs_with_the_name_and_the_amount_and_nothing_else(
    sit: SitAt, numbers: Iterator[int]
) -> None:
    number = next(numbers)
    desk, case = requested(sit, "dibao_urban", number)
    investigated(desk, number)
    committee = sit("committee")
    assert shown(committee, f"/committee/notices/{case}", "打印公示单")
    sheet = committee.send("/sheet", amount_fen="435")
    assert {"测试人", "435.00 元"} <= set(re.findall(r"<td>([^<]*)</td>", sheet))
    assert resident_id(number) not in sheet


def test_a_tekun_case_is_assessed_and_cared_for(sit: SitAt, numbers: Iterator[int]) -> None:
    number = next(numbers)
    desk, case = requested(sit, "tekun", number)
    investigated(desk, number)
    bureau = sit("bureau")
    bureau.open(f"/cases/{case}")
    bureau.send("/ability", person="本人", assessors="bureau:B08 bureau:B09", failed_items=["bathe"])
    bureau.send("/care", person="本人", placement="home", carer="邻居（示例）", agreement_sha256=SIGNED)
    assert {"自理能力评估", "照料安排"} <= set(re.findall(r"<strong>([^<]+)</strong>", bureau.page))


def test_a_referrals_clock_stands_still_runs_on_and_is_extended(sit: SitAt, numbers: Iterator[int]) -> None:
    desk = sit("window")
    desk.open("/window/new")
    page = desk.send(
        "/window/new", members_id=[resident_id(next(numbers)), ""], **PEOPLE, needs=["medical"], materials=list(MATERIALS),
        phone="19900000000", committee="T01-C01",
    )  # fmt: skip
    (item,) = re.findall(r'href="(/window/items/[^"]+)"', page)
    desk.open(item)
    if desk.forms("/refer"):
        desk.send("/refer")
    desk.send("/pause", cause="materials_awaited")
    assert not desk.forms("/pause")
    desk.send("/resume")
    assert "已办理" in main_of(desk.send("/extend", cause="complex_matter", days="3"))


def test_a_task_is_given_to_somebody_else_and_a_conflict_of_visits_is_decided(sit: SitAt) -> None:
    leader = sit("town-leader")
    leader.open("/tasks")
    assert "· O002" in main_of(leader.send("/tasks/assign", responsible="officer:O002", reason="原责任人休假"))
    bureau = sit("bureau")
    bureau.open("/visit-conflicts")
    count = len(bureau.forms("/visit-conflicts"))
    assert count
    bureau.send("/visit-conflicts", kept="first", reason="与签字表一致")
    assert len(bureau.forms("/visit-conflicts")) == count - 1


def test_another_town_surveys_or_gives_it_back(sit: SitAt, numbers: Iterator[int]) -> None:
    number = next(numbers)
    desk, _ = requested(sit, "dibao_urban", number)
    desk.send("/ask-help", helping_town="T02", reason="申请人住在云栈街道")
    assert not desk.forms("/ask-help")
    # The small district's month asked the town of the accounts too, in the other direction.
    helper = sit("officer")
    helper.open("/survey-help")
    while helper.forms("/survey-help/do/decline-survey-help"):
        helper.send("/survey-help/do/decline-survey-help", reason="已搬离本镇街")


def test_a_request_may_be_a_duplicate_and_a_person_decides(sit: SitAt, numbers: Iterator[int]) -> None:
    """The same person asks again under another number of a household: both are seen with a reason, then decided."""
    number = next(numbers)
    requested(sit, "dibao_urban", number)
    desk, _ = requested(sit, "dibao_rural", number)
    for _ in range(50):
        desk.open("/matches")
        if desk.forms("/decide"):
            break
        time.sleep(0.2)
    assert "测试人" not in desk.page
    mine = len(desk.forms("/look")) - 1
    match = desk.forms("/look")[mine].value("match_no")
    desk.send("/look", mine, reason="核对是否重复申请")
    assert "测试人" in main_of(desk.page)
    nth = next(n for n, one in enumerate(desk.forms("/decide")) if one.value("match_no") == match)
    desk.send("/decide", nth, verdict="same", reason="同一人两项申请")
    assert match not in [one.value("match_no") for one in desk.forms("/decide")]


def test_what_is_only_asked_is_recorded_and_counted(sit: SitAt) -> None:
    desk = sit("window")
    desk.open("/window/consultations")
    before = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="number">(\d+)</td>', desk.page))
    desk.send("/window/consultations", topic="rights", answer="可申请行政复议")
    after = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="number">(\d+)</td>', desk.page))
    assert int(after["权利救济"]) == int(before.get("权利救济", 0)) + 1


def test_an_officer_reports_hardship_and_the_window_has_its_clock(sit: SitAt) -> None:
    officer = sit("officer")
    officer.open("/discovery")
    assert "已办理" in main_of(officer.send("/discovery", name="欧阳测试", committee="T01-C02", how="visit"))
    desk = sit("window")
    assert shown(desk, "/window/discoveries", "officer:O001") or "O001" in main_of(desk.page)


def receiving(desk: Desk, category: str) -> str:
    """A household of the desk's town that receives a benefit, by the officer's list."""
    page = desk.open("/field/today")
    for number in re.findall(r'href="/field/households/([^"]+)"', page):
        desk.open(f"/households/{number}")
        (title,) = re.findall(r"<h1>(.*?)</h1>", desk.page, re.S)
        if category in title and "在保" in title and "渐退期至" not in desk.page:
            return str(number)
    raise AssertionError(f"nobody in the officer's hands receives {category}")


def shown(desk: Desk, path: str, wanted: str, *, there: bool = True) -> bool:
    """Whether a page comes to hold `wanted`, or no longer does: what stands in another partition comes a moment later."""
    for _ in range(50):
        if (wanted in main_of(desk.open(path))) == there:
            return True
        time.sleep(0.1)
    return False


def test_a_benefit_in_force_is_looked_at_again_adjusted_suspended_resumed_and_ended(sit: SitAt) -> None:
    officer = sit("officer")
    household, municipal_no = receiving(officer, "低保"), f"MZ-{uuid7().hex[-8:]}"
    assert "已办理" in main_of(
        officer.send(
            "/do/reverify",
            investigators=TWO,
            cadence="B",
            outcome="changed",
            income_per_head_fen="350",
        )
    )
    officer.send("/do/account", account_no="6217000012345678", holder="self", holder_name="测试人")
    assert "6217000012345678" not in officer.page
    officer.send("/do/complaint", kind="complaint", responsible="bureau:B01")
    officer.send("/do/job-refusal", person="本人", justified="no")
    officer.send("/do/municipal", municipal_no=municipal_no)
    assert shown(officer, f"/households/{household}", municipal_no)
    officer.send("/clear", field="names", reason="核对入户对象")
    assert "本次查看已登记" in main_of(officer.page)
    bureau = sit("bureau")
    bureau.open(f"/households/{household}")
    bureau.send("/do/exit", person="本人", employed_on="2026-03-30")
    officer.open(f"/households/{household}")
    officer.send(
        "/do/reverify",
        investigators=TWO,
        cadence="B",
        outcome="changed",
        income_per_head_fen="340",
    )
    bureau.open(f"/households/{household}")
    bureau.send("/do/adjust", because="reverification")
    bureau.send("/do/suspend", reason="unreachable")
    bureau.send("/do/resume", reason="reached")
    bureau.send("/do/release", municipal_no=municipal_no, reason="登记错了户")
    assert shown(bureau, f"/households/{household}", municipal_no, there=False)
    bureau.send("/do/terminate", reason="own_request")
    assert "已终止" in main_of(bureau.page)
    told = main_of(bureau.send("/do/claim", refused=True, paid_through="2026-03"))
    assert "没有" in told or "无" in told


def test_tekun_people_are_reported_reassessed_and_moved(sit: SitAt) -> None:
    officer = sit("officer")
    household = receiving(officer, "特困")
    officer.send("/do/ability-change", person="本人", channel="officer")
    bureau = sit("bureau")
    bureau.open(f"/households/{household}")
    bureau.send("/do/ability", person="本人", assessors="bureau:B08 bureau:B09", failed_items=["bathe", "dress"])
    bureau.send("/do/care", person="本人", placement="institution", carer="区福利院（示例）")
    officer.open(f"/households/{household}")
    officer.send("/do/post-termination", reason="of_age")


async def _visits(product: Product) -> list[tuple[str, str]]:
    connection = await asyncpg.connect(database_url(product.place.admin_url, DATABASE))
    try:
        rows = await connection.fetch(
            "SELECT value FROM log.journal WHERE subject LIKE 'household:T01-%' "
            "AND convert_from(value, 'UTF8') LIKE '%casework.visit_completed.v1%'"
        )
    finally:
        await connection.close()
    facts = [msgspec.json.decode(row["value"]) for row in rows]
    return [(fact["subject"].partition(":")[2], fact["data"]["visit_no"]) for fact in facts]


def test_a_visit_is_rated_by_phone_and_another_by_the_households_own_code(sit: SitAt, product: Product) -> None:
    """Nobody signs in behind the code; it counts once."""
    desk = sit("town-leader")
    for household in dict.fromkeys(number for number, _ in asyncio.run(_visits(product))):
        desk.open(f"/ratings?household={household}")
        if desk.forms("/ratings") and len(desk.forms("/ratings")[0].choices["visit_no"]) > 1:
            break
    first, second = desk.forms("/ratings")[0].choices["visit_no"][:2]
    desk.send("/ratings", visit_no=first, channel="call_back", score="4", reasons=["helpful"])
    assert first not in desk.forms("/ratings")[0].choices["visit_no"]
    assert 'class="qr"' in desk.send("/ratings/code", visit_no=second)
    asked = {"household_no": household, "visit_no": second}
    given = ask(product, "casework", "/v1/rating-codes", "town-leader", actor="town-leader:T01", town="T01", body=asked)
    address = f"/rate/{household}/{second}/{given.json()['code']}"
    with httpx.Client(base_url=product.url, follow_redirects=True, timeout=60) as client:
        guest = Desk(client=client)
        guest.open(address)
        assert "谢谢" in main_of(guest.send(address, score="5", reasons=["timely"]))
        guest.open(address)
        assert "评价" in main_of(guest.send(address, score="1", refused=True))
        forged = address[:-1] + ("A" if address[-1] != "A" else "B")
        guest.open(forged)
        assert "评价码无效" in main_of(guest.send(forged, score="5", refused=True))
        odd = client.post(forged, data={"score": "five"})
        assert (odd.status_code, "请在所列选项中选择" in odd.text) == (422, True)


def test_checks_go_out_and_their_answers_come_in_as_files(sit: SitAt, numbers: Iterator[int]) -> None:
    number = next(numbers)
    desk, case = requested(sit, "dibao_urban", number)
    desk.send("/check", members_id=[resident_id(number), ""], **PEOPLE, no_supporter="yes", authorisation=SIGNED)
    bureau = sit("bureau")
    bureau.open("/exchange")
    (form,) = bureau.forms("/out/checks")
    asked = {**dict(form.values), "register": "tax", "reason": "送税务部门核查", "format": "csv"}
    given = bureau.client.post("/exchange/out/checks", data=asked)
    assert given.status_code == 200
    rows = list(csv.DictReader(StringIO(given.content.decode("utf-8-sig"))))
    (mine,) = [row for row in rows if row["resident_id"] == resident_id(number)]
    columns = ("check_no", "register", "person", "outcome", "returned_on")
    out = StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerow({**mine, "outcome": "一致", "returned_on": mine["requested_on"]})
    sheet = ("answers.csv", out.getvalue().encode(), "text/csv")
    assert "已检查，未导入" in main_of(bureau.send("/in/answers", file=sheet))
    assert "已导入" in main_of(bureau.send("/in/answers", file=sheet, take="yes"))
    for _ in range(50):  # what came by a file is on the case's page a moment later
        waiting = main_of(desk.open(f"/cases/{case}")).partition("未返回核对")[2].partition("核对疑点")[0]
        if "税务" not in waiting:
            break
        time.sleep(0.1)
    assert "税务" not in waiting
    assert "银行" in waiting


def test_tables_go_to_the_municipal_system_and_its_lists_are_compared(sit: SitAt) -> None:
    desk = sit("town-leader")
    desk.open("/exchange")
    (form,) = desk.forms("/out/table")
    given = desk.client.post(
        "/exchange/out/table", data={**dict(form.values), "table": "cases", "format": "csv", "encoding": "utf-8"}
    )
    assert given.status_code == 200
    assert "市级编号" in given.content.decode("utf-8-sig")
    sheet = (
        "list.csv",
        "市级编号,救助类别,状态,保障人数,月保障金额（元）\nMZ-01-99901,11,1,1,100.00\n".encode(),
        "text/csv",
    )
    assert "已检查，未导入" in main_of(desk.send("/in/list", file=sheet, town="T01", responsible="town-leader:T01"))
    assert "已导入" in main_of(desk.send("/in/list", file=sheet, town="T01", responsible="town-leader:T01", take="yes"))
    wrong = ("warnings.csv", b"nothing\n1\n", "text/csv")
    assert desk.send("/in/warnings", file=wrong, responsible="town-leader:T01", refused=True)
