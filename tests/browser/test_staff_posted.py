"""Proves that officers are recruited, appointed, appraised, away, moved and handed over through the pages' own forms, each form sent once."""

import re
import time
from collections.abc import Callable

from services.eventlog.ids import uuid7
from tests.browser.conftest import SitAt
from tests.browser.paper_forms import Desk, main_of, newcomer
from tests.browser.product import Product
from tests.browser.town_work import resident_id

# A town and its two officers of whom no other test asks; the day of the sample's clock is the last of March.
TOWN, LEAVER, TAKER, APPRAISED = "T26", "O051", "O052", "O049"
TOWN_NAME = "清风寨镇"
TODAY = "2026-03-31"


def until(desk: Desk, path: str, there: Callable[[], object]) -> None:
    """Open the page until it shows what was done elsewhere."""
    for _ in range(60):
        desk.open(path)
        if there():
            return
        time.sleep(0.3)
    raise AssertionError(f"{path}: {main_of(desk.page)[:2000]}")


def with_vacant_post(desk: Desk) -> None:
    """The leader establishes more posts and allots one more to the town than it has."""
    desk.open("/bureau/posts")
    desk.send("/do/establish-posts", total="90", document="编委〔2026〕3号")
    towns = desk.forms("/what-if")[0].value("towns").split()
    figures = {
        f"{town}.{factor}": "100"
        for town in towns
        for factor in ("residents", "beneficiaries", "service_matters", "scope", "economic_level")
    }
    desk.send("/what-if", also=figures)
    counts = re.findall(r'<tr><th scope="row">[^<]+</th><td class="num">(\d+)</td>', desk.page)
    now = {town: int(count) for town, count in zip(towns, counts, strict=False)}
    form = desk.forms("/what-if")[0]
    sent: dict[str, str] = {
        **dict(form.values),
        **{f"{town}.posts": str(now[town] + 2 * (town == TOWN)) for town in towns},
    }
    sent |= {"document": "民发〔2026〕12号", "reason": "T26 地域广、户数多"}
    answer = desk.client.post("/bureau/posts/allot", data=sent)
    assert answer.status_code == 200, main_of(answer.text)


def recruited(leader: Desk, desk: Desk, born: int) -> str:
    """A round from its opening to the selection: its number. Two apply, the first is scored higher and selected."""
    leader.open("/bureau/recruitment")
    number = leader.forms("/do/open-recruitment")[0].value("round_no")
    told = leader.send("/do/open-recruitment", opened_on="2026-03-02", sought=f"{TOWN} 1", document="区委〔2026〕5号")
    assert number in main_of(told)
    here = f"/bureau/recruitment/{number}"
    desk.open(here)
    for place, score in enumerate(("91.5", "80")):
        desk.send(
            "/do/register-candidate", name="虚构人", resident_id=resident_id(born + place), education="本科", town=TOWN, major="社会工作",
        )  # fmt: skip
        desk.send("/do/score-candidate", place, score=score, document="成绩单〔2026〕1号")
    assert "91.50" in main_of(desk.page)
    told = main_of(desk.send("/do/post-ranking", posted_on="2026-03-10"))
    assert "公示中" in told
    leader.open(here)
    picks = leader.forms("/do/select-candidates")[0].choices["picks"]
    assert picks == ["B001", "B002"]
    assert "拟聘" in main_of(leader.send("/do/select-candidates", picks=["B001"], document="民党组〔2026〕4号"))
    return number


def appoint(desk: Desk, born: int, round_no: str) -> str:
    """A post is kept twice: the first time given up, the second time taken; the new officer's number."""
    for again in (False, True):
        desk.open("/bureau/officers")
        officer = desk.forms("/do/reserve-post")[0].value("officer")
        desk.send("/do/reserve-post", town=TOWN, resident_id=resident_id(born))
        mine: list[int] = []

        def kept(ending: str, number: str = officer, found: list[int] = mine) -> list[int]:
            found[:] = [n for n, one in enumerate(desk.forms(ending)) if one.value("officer") == number]
            return found

        until(desk, "/bureau/officers", lambda: kept("/do/give-up-post"))
        if not again:
            desk.send("/do/give-up-post", kept("/do/give-up-post")[0], reason="人选放弃")
            until(desk, "/bureau/officers", lambda: not kept("/do/give-up-post"))
            time.sleep(1)
    said = {
        "contract/mode": "service_contract", "contract/from_on": TODAY, "contract/document": "合同〔2026〕8号",
        "certificates/qualification": "assistant", "certificates/number": f"ZS{uuid7().hex[-10:]}",
        "certificates/issued_on": "2024-06-01", "certificates/document": "证书〔2024〕1号",
    }  # fmt: skip
    until(desk, "/bureau/officers", lambda: kept("/do/appoint-officer"))
    desk.send(
        "/do/appoint-officer", kept("/do/appoint-officer")[0], resident_id=resident_id(born), name="虚构人", phone="19900000001",
        bank_account=f"6222{int(uuid7().hex[-9:], 16):012d}", appointed_on=TODAY, position="member", education="本科",
        candidate=f"{round_no}/B001", document="民发〔2026〕20号", also=said,
    )  # fmt: skip
    until(desk, f"/bureau/officers?find={officer}", lambda: f"/bureau/officers/{officer}" in desk.page)
    return officer


def test_an_officer_is_recruited_appointed_and_all_papers_are_recorded(sit: SitAt) -> None:
    """From the posts to the exit: every form of the bureau's about one person, the leader's by the leader."""
    leader, desk = sit("bureau-leader"), sit("bureau")
    born = 100 + int(uuid7().hex[-4:], 16) % 800
    with_vacant_post(leader)
    round_no = recruited(leader, desk, born)
    officer = appoint(desk, born, round_no)
    here = f"/bureau/officers/{officer}"
    until(desk, here, lambda: f"在岗 {TOWN_NAME}" in main_of(desk.page))
    desk.send(
        "/do/record-contract",
        also={"contract/mode": "service_contract", "contract/from_on": TODAY, "contract/document": "合同〔2026〕9号"},
    )
    held = {
        "held/qualification": "social_worker",
        "held/number": f"ZS{uuid7().hex[-10:]}",
        "held/issued_on": "2025-06-01",
        "held/document": "证书〔2025〕7号",
    }
    told = desk.send("/do/record-certificate", also=held)
    assert "社会工作师" in main_of(told)
    assert held["held/number"] not in told
    assert "已取消" in main_of(
        desk.send("/do/revoke-certificate", invalid_from_on=TODAY, reason="登记错误", document="民函〔2026〕1号")
    )
    desk.send("/do/declare-special-deduction", from_month="2026-04", monthly_fen="1500", document="扣除申报〔2026〕1号")
    desk.send("/do/declare-tax-standing", first_job="yes", document="个税申报〔2026〕1号")
    desk.send(
        "/do/set-contribution-base",
        from_month="2026-04",
        base_fen="5200",
        reason="新进人员按首月工资",
        document="社保〔2026〕1号",
    )
    told = desk.send(
        "/do/change-bank-account", bank_account=f"6222{int(uuid7().hex[-9:], 16):012d}", document="本人申请〔2026〕1号"
    )
    assert "2026-03-31 变更过" in main_of(told)
    desk.send("/do/change-phone", phone="13800000009", document="本人申请〔2026〕2号")
    told = main_of(desk.send("/do/record-absence", kind="annual_leave", from_on=TODAY, until_on="2026-04-02"))
    assert "2026-04-02" in told
    told = main_of(
        desk.send("/do/correct-absence", kind="annual_leave", from_on=TODAY, until_on="2026-04-01", corrects="提前返岗")
    )
    assert "更正 1 次" in told
    assert "已撤销" in main_of(desk.send("/do/cancel-absence", reason="未休"))
    desk.send("/do/confirm-appraisal", closed="2025Q4", grade="good", work_counted="12")
    leader.open(here)
    assert "副组长" in main_of(
        leader.send("/do/change-position", position="deputy", from_on="2026-04-01", document="民发〔2026〕21号")
    )
    desk.open(here)
    told = main_of(desk.send("/do/end-duty", kind="leave", last_day_on=TODAY))
    assert "长期离岗" in told
    assert f"在岗 {TOWN_NAME}" in main_of(desk.send("/do/start-duty", town=TOWN, from_on=TODAY, committees="T26-C01"))
    assert "已离任" in main_of(
        desk.send("/do/record-exit", last_day_on="2026-04-30", reason="resigned", document="辞职〔2026〕1号")
    )
    assert "已离任" not in main_of(desk.send("/do/withdraw-exit", reason="本人撤回辞职", document="撤回〔2026〕1号"))
    assert "已离任" in main_of(
        desk.send("/do/record-exit", last_day_on="2026-05-31", reason="resigned", document="辞职〔2026〕2号")
    )
    leader.open(f"/bureau/recruitment/{round_no}")
    if leader.forms("/do/close-recruitment"):
        leader.send("/do/close-recruitment", reason="已完成")


def test_a_round_is_ended_early(sit: SitAt) -> None:
    leader = sit("bureau-leader")
    leader.open("/bureau/recruitment")
    leader.send("/do/open-recruitment", opened_on=TODAY, sought=f"{TOWN} 1", document="区委〔2026〕6号")
    assert "暂停选聘" in main_of(leader.send("/do/close-recruitment", reason="暂停选聘"))


def test_a_quarter_is_worked_out_contested_ruled_on_and_settled(sit: SitAt, product: Product) -> None:
    """The officer's words stand on the bureau's page; another person than whoever worked it out settles, then the year follows."""
    desk, leader, here = sit("bureau"), sit("bureau-leader"), f"/bureau/officers/{APPRAISED}"
    town = f"T{(int(APPRAISED[1:]) + 1) // 2:02d}"
    desk.open(here)
    assert "已测算" in main_of(desk.send("/do/propose-appraisal", closed="2025Q4"))
    officer = newcomer(sit, f"officer:{APPRAISED}", "officer", town)
    until(officer, "/field/own", lambda: officer.forms("/field/own"))
    officer.send("/field/own", point="visits_done", reason="两次走访已补登")
    leader.open(here)
    assert "两次走访已补登" in main_of(leader.page)
    told = main_of(leader.send("/do/rule-on-appraisal", upheld="yes", share_permille="96.5", reason="补登属实"))
    assert "补登属实" in told
    assert "已定等" in main_of(leader.send("/do/settle-appraisal"))
    assert "已办理" in main_of(leader.send("/do/appraise-year", year="2025"))


def test_a_towns_leader_records_absence_reports_a_move_and_plans_the_month(sit: SitAt, product: Product) -> None:
    desk = newcomer(sit, f"town-leader:{TOWN}-L1", "town-leader", TOWN)
    here = "/leader/staff"
    desk.open(here)
    nth = next(n for n, one in enumerate(desk.forms("/do/record-absence")) if one.value("officer") == TAKER)
    told = main_of(desk.send("/do/record-absence", nth, kind="sick", from_on="2026-03-27", until_on="2026-03-27"))
    assert "病假" in told
    assert "已撤销" in main_of(desk.send("/do/cancel-absence", reason="当日到岗"))
    nth = next(n for n, one in enumerate(desk.forms("/do/report-reassignment")) if one.value("officer") == TAKER)
    told = main_of(desk.send("/do/report-reassignment", nth, kind="duty", duty="协助窗口受理", reason="窗口人手不足"))
    assert "协助窗口受理" in told
    nth = next(n for n, one in enumerate(desk.forms("/do/report-reassignment")) if one.value("officer") == LEAVER)
    desk.send("/do/report-reassignment", nth, kind="move", to_town="T25", reason="T25 缺员")
    desk.send("/do/schedule-month", month="2026-04")
    assert "本月和下月都已编排" in main_of(desk.page)


def test_a_caseload_is_planned_declined_planned_again_and_taken_over(sit: SitAt, product: Product) -> None:
    """On the phone the receiver sees what comes, and the leaver what waits; nothing moves before it is taken."""
    desk = sit("bureau")
    desk.open(f"/bureau/officers/{LEAVER}")
    told = main_of(desk.send("/do/plan-handover", reason="下月起脱产学习", receivers=[TAKER]))
    assert f"{LEAVER} → {TAKER}" in told
    taker = newcomer(sit, f"officer:{TAKER}", "officer", TOWN)
    taker.open("/field/caseload")
    assert "T26-H" in main_of(taker.page)
    taker.send("/do/decline-caseload", reason="名下户数已满")
    assert not taker.forms("/do/decline-caseload")
    leaver = newcomer(sit, f"officer:{LEAVER}", "officer", TOWN)
    leaver.open("/field/caseload")
    told = main_of(leaver.send("/do/plan-handover", reason="下月起脱产学习", receivers=[TAKER]))
    assert f"→ {TAKER} 待接收" in told
    leader = newcomer(sit, f"town-leader:{TOWN}-L1", "town-leader", TOWN)
    leader.open("/leader/staff")
    nth = next(n for n, one in enumerate(leader.forms("/do/plan-handover")) if one.value("officer") == LEAVER)
    leader.send("/do/plan-handover", nth, reason="改由镇街安排", receivers=[TAKER])
    until(taker, "/field/caseload", lambda: taker.forms("/do/accept-caseload"))
    taker.send("/do/accept-caseload")
    assert not taker.forms("/do/accept-caseload")
    until(desk, f"/bureau/officers/{LEAVER}", lambda: "名下 0 户" in main_of(desk.page))
