"""Proves that contractors, orders, towns' purchases, findings, inspectors, publicity and window staff are handled through the pages' forms."""

import re
import time

from services.contracts.credit_codes import credit_code_fault
from services.eventlog.ids import uuid7
from tests.browser.paper_forms import Desk, main_of, newcomer
from tests.browser.town_work import SitAt, household_of, ordered, requested, resident_id

_BASE = "52500112"


def tail() -> str:
    return uuid7().hex[-8:].upper()


def credit_code() -> str:
    """A credit code with the right check digit that no other contractor has."""
    body = _BASE + "MJP" + str(int(uuid7().hex[-12:], 16) % 1_000_000).zfill(6)
    return next(code for one in "0123456789ABCDEFGHJKLMNPQRTUWXY" if credit_code_fault(code := body + one) is None)


def nth_of(desk: Desk, ending: str, **hidden: str) -> int:
    """Which of the page's forms to an address has these values."""
    found = desk.forms(ending)
    return next(n for n, form in enumerate(found) if all(form.value(name) == text for name, text in hidden.items()))


def new_contractor(desk: Desk) -> str:
    """Register one; its number, and its page is open."""
    desk.open("/bureau/contracts")
    (form,) = desk.forms("/do/register-contractor")
    number = form.value("contractor")
    assert number is not None
    desk.send(
        "/do/register-contractor", name=f"示例服务中心{tail()}", credit_code=credit_code(), kind="social_organisation"
    )
    desk.open(f"/bureau/contracts/{number}")
    return str(number)


def new_contract(desk: Desk, contractor: str, *, town: str = "") -> str:
    """Procure and contract; its number, and the contractor's page is open."""
    bought = {"purchaser": town, "approval": "示例民政函〔2026〕9号"} if town else {}
    desk.open(f"/bureau/contracts/{contractor}")
    (form,) = desk.forms("/do/record-procurement")
    procurement = form.value("procurement_no")
    desk.send(
        "/do/record-procurement", document="示例采〔2026〕90号", amount_fen="50000.00", services=["care", "rehabilitation"],
        method="competitive_consultation", also=bought,
    )  # fmt: skip
    desk.open(f"/bureau/contracts/{contractor}")
    (form,) = desk.forms("/do/sign-contract")
    number = form.value("contract_no")
    told = main_of(desk.send(
        "/do/sign-contract", procurement_no=procurement, mode="service", services=["care"], amount_fen="40000.00",
        until_on="2026-12-31", document="示例合〔2026〕90号",
    ))  # fmt: skip
    assert str(number) in told
    return str(number)


def test_a_contractor_is_registered_contracted_staffed_and_evaluated(sit: SitAt) -> None:
    desk = sit("bureau")
    contractor = new_contractor(desk)
    number = new_contract(desk, contractor)
    desk.send("/do/assign-contract-staff", name="何示例", resident_id=resident_id(771))
    assert f"{contractor}-S01" in main_of(desk.page)
    told = desk.send("/do/assign-contract-staff", refused=True, name="何示例", resident_id="123")
    assert 'name="resident_id"' in told
    desk.open(f"/bureau/contracts/{contractor}")
    desk.send("/do/release-contract-staff", staff_no=f"{contractor}-S01", reason="离职")
    desk.send("/do/evaluate-contractor", score="92")
    told = main_of(desk.page)
    assert "优秀" in told
    assert number in told


def test_an_order_is_issued_delivered_sent_back_accepted_and_another_is_cancelled(sit: SitAt) -> None:
    officer, contractor, leader = sit("officer"), sit("contractor"), sit("town-leader")
    household = household_of(officer)
    contractor.open("/orders-staff")
    form = contractor.forms("/do/assign-contract-staff")[0]
    person = form.value("staff_no")
    contractor.send("/do/assign-contract-staff", name="钱示例", resident_id=resident_id(773))
    assert str(person) in main_of(contractor.page)
    number = ordered(officer, household)
    for turn in ("first", "again"):
        contractor.open(f"/orders/{number}")
        contractor.send(f"/orders/{number}", quantity="2", staff_no=person)
        officer.open("/town-orders")
        nth = nth_of(officer, "/do/accept-work-order", order_no=number)
        if turn == "first":
            officer.send("/do/send-back-work-order", nth, reason="缺少过程照片", due_on="2026-04-22")
    leader.open("/town-orders")
    told = main_of(
        leader.send("/do/accept-work-order", nth_of(leader, "/do/accept-work-order", order_no=number), grade="good")
    )
    assert f"K001/{number}" in told
    other = ordered(officer, household)
    officer.open("/town-orders")
    officer.send("/do/cancel-work-order", nth_of(officer, "/do/cancel-work-order", order_no=other), reason="对象住院")
    assert "已撤销" in main_of(officer.page)
    contractor.open("/orders-staff")
    nth = next(
        n for n, form in enumerate(contractor.forms("/do/release-contract-staff")) if person in form.choices["staff_no"]
    )
    contractor.send("/do/release-contract-staff", nth, staff_no=person, reason="轮岗")
    assert f"<li>{person}</li>" not in contractor.page


def test_a_town_buys_for_itself_after_approval_and_pays_from_its_own_money(sit: SitAt) -> None:
    leader, bureau, over = sit("town-leader"), sit("bureau"), sit("bureau-leader")
    contractor = new_contractor(bureau)
    contract = new_contract(bureau, contractor, town="T01")
    leader.open("/leader/purchases")
    (form,) = leader.forms("/do/request-town-purchase")
    purchase = str(form.value("purchase_no"))
    leader.send(
        "/do/request-town-purchase",
        services=["care"],
        amount_fen="40000.00",
        reason="本镇街照护力量不足",
        document="示例府〔2026〕7号",
    )
    over.open("/town-purchases")
    nth = nth_of(over, "/do/decide-town-purchase", purchase_no=purchase)
    over.send(
        "/do/decide-town-purchase",
        nth,
        approved="yes",
        amount_fen="40000.00",
        approval="示例民政函〔2026〕9号",
        guidance="按需购买",
    )
    leader.open("/leader/purchases")
    leader.send(
        "/do/contract-town-purchase", nth_of(leader, "/do/contract-town-purchase", purchase_no=purchase),
        contract_no=f"{contractor}/{contract}", people="2",
    )  # fmt: skip
    leader.send("/do/budget-town-fund", amount_fen="40000.00", document=f"示例财〔2026〕{tail()}号")
    nth = nth_of(leader, "/do/order-town-payment", purchase_no=purchase)
    payment = leader.forms("/do/order-town-payment")[nth].value("payment_no")
    leader.send("/do/order-town-payment", nth, amount_fen="1000.00")
    for _ in range(50):
        leader.open("/leader/purchases")
        if any(form.value("payment_no") == payment for form in leader.forms("/do/pay-town-fund")):
            break
        time.sleep(0.2)
    nth = nth_of(leader, "/do/pay-town-fund", payment_no=str(payment))
    told = main_of(leader.send("/do/pay-town-fund", nth, bank_reference=f"B{tail()}"))
    assert re.search(rf"{payment} 已付款 1,000\.00", told)


def test_a_town_records_withdraws_approves_and_pays_an_invoice(sit: SitAt) -> None:
    """One person records, another approves: the leader's own is withdrawn, the bureau's is approved and paid by the leader."""
    leader, bureau, officer = sit("town-leader"), sit("bureau"), sit("officer")
    contractor = "K003"
    theirs = newcomer(sit, f"contractor:{contractor}-L{tail()}", "contractor")
    theirs.open("/orders-staff")
    person = str(theirs.forms("/do/assign-contract-staff")[0].value("staff_no"))
    theirs.send("/do/assign-contract-staff", name="孙示例", resident_id=resident_id(774))
    number = ordered(officer, household_of(officer), contractor, "capability")
    theirs.open(f"/orders/{number}")
    theirs.send(f"/orders/{number}", quantity="2", staff_no=person)
    leader.open("/town-orders")
    leader.send("/do/accept-work-order", nth_of(leader, "/do/accept-work-order", order_no=number), grade="good")
    for _ in range(50):
        leader.open("/leader/purchases")
        if leader.forms("/do/record-invoice"):
            break
        time.sleep(0.2)
    form = leader.forms("/do/record-invoice")[0]
    contract = str(form.value("contract_no"))
    assert form.value("contractor") == contractor
    orders, amount = [one for name, one in form.values if name == "orders"], str(form.value("amount_fen"))
    first, second = f"FP-{tail()}", f"FP-{tail()}"
    leader.send("/do/record-invoice", invoice_no=first, orders=orders)
    leader.send("/do/withdraw-invoice", nth_of(leader, "/do/withdraw-invoice", invoice_no=first), reason="发票抬头有误")
    bureau.open("/invoices")
    nth = nth_of(bureau, "/do/record-invoice", contract_no=contract)
    assert bureau.forms("/do/record-invoice")[nth].value("contractor") == contractor
    bureau.send("/do/record-invoice", nth, invoice_no=second, orders=orders, amount_fen=amount)
    leader.open("/leader/purchases")
    leader.send("/do/approve-invoice", nth_of(leader, "/do/approve-invoice", invoice_no=second))
    for _ in range(50):
        leader.open("/leader/purchases")
        if any(one.value("invoice_no") == second for one in leader.forms("/do/pay-invoice")):
            break
        time.sleep(0.2)
    told = main_of(
        leader.send(
            "/do/pay-invoice", nth_of(leader, "/do/pay-invoice", invoice_no=second), bank_reference=f"B{tail()}"
        )
    )
    assert re.search(rf"{contractor}/{second} 已付款", told)


def test_a_balance_is_taken_over_and_its_open_promise_settled(sit: SitAt) -> None:
    desk, document = sit("finance"), f"示例预〔2026〕{tail()}号"
    desk.open("/money?year=2026")
    desk.send(
        "/do/take-over-fund", year="2026", source="4", document=document, amount_fen="9000.00", purposes=["purchased_services"],
        paid_fen="1000.00", commitments="一季度照护服务 500.00", as_at_on="2026-02-28", taken_from="原账（示例）",
        take_over_document=f"示例交〔2026〕{tail()}号",
    )  # fmt: skip
    claim = f"opening:{document}/一季度照护服务"
    nth = nth_of(desk, "/do/settle-opening", claim=claim)
    desk.send("/do/settle-opening", nth, outcome="paid", amount_fen="500.00", note=f"B{tail()}")
    assert not [one for one in desk.forms("/do/settle-opening") if one.value("claim") == claim]


def raised(desk: Desk) -> str:
    """Raise a finding on papers; its number, and its page is open."""
    desk.open("/findings")
    (form,) = desk.forms("/findings")
    number = str(form.value("finding_no"))
    desk.send(
        "/findings", about="officer:O001", town="T01", summary_zh="走访记录与照片不符", rule="走访须留有过程照片", law="方案四（三）",
        evidence_files=("a.jpg", b"photo " + number.encode(), "image/jpeg"),
    )  # fmt: skip
    assert number in main_of(desk.page)
    return number


def test_a_finding_is_raised_escalated_handled_and_accounted_for(sit: SitAt) -> None:
    auditor, leader = sit("auditor"), sit("bureau-leader")
    number = raised(auditor)
    leader.open(f"/findings/{number}")
    leader.send("/escalate-finding", reason="情节严重", document="示例移〔2026〕1号")
    leader.send("/handle-finding", measure="通报并补录", document="示例处〔2026〕1号")
    leader.send(
        "/account-for-finding",
        accountable="officer:O001",
        role="专职低保员",
        outcome="批评教育",
        document="示例责〔2026〕1号",
    )
    told = main_of(leader.page)
    assert "追责" in told
    assert "批评教育" in told
    assert not leader.forms("/escalate-finding")


def test_a_finding_is_raised_on_a_record_of_the_log(sit: SitAt) -> None:
    """From the fact's page the record is cited by itself; the finding shows it with its proof."""
    desk = sit("auditor")
    place = re.findall(r'href="/log/facts/([0-9]+/[0-9]+)"', desk.open("/log"))[0]
    page = desk.open(f"/log/facts/{place}")
    desk.open(re.findall(r'href="(/findings\?records=[^"]+)"', page)[0])
    desk.send(
        "/findings",
        about="officer:O001",
        town="T01",
        summary_zh="记录与事实不符",
        rule="记录须真实",
        law="社会救助暂行办法第六十六条",
    )
    assert place in main_of(desk.page)


def test_an_inspector_raises_a_finding_and_plans_no_spot_check(sit: SitAt) -> None:
    desk = sit("inspector")
    raised(desk)
    for path, ending in (("/spot-checks", "/spot-checks"), ("/misuse", "/do/record-misuse")):
        desk.open(path)
        assert not desk.forms(ending)


def test_a_finding_is_put_to_rest_by_two_and_ended_early_and_another_is_not(sit: SitAt) -> None:
    auditor, bureau = sit("auditor"), sit("bureau")
    for declined in (False, True):
        number = raised(auditor)
        bureau.open(f"/findings/{number}")
        bureau.send("/propose-suppression", until="2026-04-20", reason="等待上级复函")
        suppression = f"SP-{number}-2026-04-20"
        auditor.open("/findings/suppressions")
        if declined:
            nth = nth_of(auditor, "/do/decline-suppression", suppression_no=suppression)
            auditor.send("/do/decline-suppression", nth, why="可以先行整改")
            assert "可以先行整改" in main_of(auditor.page)
            continue
        auditor.send("/do/approve-suppression", nth_of(auditor, "/do/approve-suppression", suppression_no=suppression))
        nth = nth_of(auditor, "/do/revoke-suppression", suppression_no=suppression)
        auditor.send("/do/revoke-suppression", nth, why="复函已到")
        assert "复函已到" in main_of(auditor.page)


def test_an_inspectors_access_is_granted_and_ended(sit: SitAt) -> None:
    desk = sit("bureau-leader")
    desk.open("/bureau/inspectors")
    (form,) = desk.forms("/do/grant-inspector-access")
    number, who = str(form.value("inspection_no")), f"inspector:X{tail()}"
    desk.send(
        "/do/grant-inspector-access", inspector=who, organisation="区审计局（示例）", document="示例审〔2026〕3号", scope="towns",
        towns=["T01", "T02"],
    )  # fmt: skip
    assert who in main_of(desk.page)
    desk.send(
        "/do/revoke-inspector-access",
        nth_of(desk, "/do/revoke-inspector-access", inspection_no=number),
        reason="检查提前结束",
    )
    assert re.search(rf"{who} 已终止", main_of(desk.page))


def test_an_erasure_is_registered_and_refused_by_another_while_a_case_is_open(sit: SitAt) -> None:
    """What stands against it is told with the first day, approving is not offered; of nobody known nothing is registered."""
    requested(sit, "dibao_urban", 951)
    desk, leader = sit("bureau"), sit("bureau-leader")
    desk.open("/bureau/erasures")
    assert "没有此人的个人信息" in main_of(
        desk.send("/do/request-erasure", resident_id=resident_id(952), ground="purpose_achieved", refused=True)
    )
    desk.open("/bureau/erasures")
    (form,) = desk.forms("/do/request-erasure")
    number = str(form.value("erasure_no"))
    told = main_of(desk.send("/do/request-erasure", resident_id=resident_id(951), ground="purpose_achieved"))
    assert f"{number} 待审批" in told
    assert "窗口有在办申请" in told
    assert resident_id(951) not in told
    leader.open("/bureau/erasures")
    assert leader.forms("/do/request-erasure") == []
    offered = [one.value("erasure_no") for one in leader.forms("/do/approve-erasure")]
    assert number not in offered
    leader.send("/do/refuse-erasure", nth_of(leader, "/do/refuse-erasure", erasure_no=number), reason="申请在办")
    assert f"{number} 不予删除" in main_of(leader.page)


def test_a_town_systems_key_is_issued_and_revoked(sit: SitAt) -> None:
    security = sit("security")
    security.open("/onboarding")
    made = security.send("/onboarding/keys", town="T01")
    (key,) = re.findall(r"jzk_T01_[A-Za-z0-9_\-]+", made)
    number = max(
        (str(one.value("key_no")) for one in security.forms("/keys/revoke") if one.value("town") == "T01"), key=int
    )
    nth = nth_of(security, "/keys/revoke", town="T01", key_no=number)
    told = security.send("/keys/revoke", nth, reason="试用结束")
    assert key not in told
    left = [one.value("key_no") for one in security.forms("/keys/revoke") if one.value("town") == "T01"]
    assert number not in left


def test_publicity_is_recorded_and_an_answer_published_corrected_and_withdrawn(sit: SitAt) -> None:
    officer = sit("officer")
    for desk in (officer, sit("committee"), sit("trainer")):
        desk.open("/publicity")
        (form,) = desk.forms("/do/record-publicity")
        town = {} if form.value("town") else {"town": "T01"}
        told = desk.send(
            "/do/record-publicity",
            place="社区广场",
            topic="tekun",
            form="stall",
            people_count="30",
            leaflet_count="50",
            also=town,
        )
        assert "2026-03" in main_of(told)
    bureau, question = sit("bureau"), f"怎样申请特困供养？{tail()}"
    bureau.open("/publicity")
    new = len(bureau.forms("/do/publish-policy-answer")) - 1
    number = str(bureau.forms("/do/publish-policy-answer")[new].value("question_no"))
    bureau.send(
        "/do/publish-policy-answer",
        new,
        topic="tekun",
        question=question,
        answer="到户籍地窗口申请。",
        basis="特困人员认定办法",
    )
    officer.open("/publicity")
    assert question in main_of(officer.page)
    nth = nth_of(bureau, "/do/publish-policy-answer", question_no=number)
    bureau.send("/do/publish-policy-answer", nth, answer="到户籍所在镇街窗口申请，也可委托村（居）代办。")
    assert "委托村（居）代办" in main_of(bureau.page)
    bureau.send(
        "/do/withdraw-policy-answer",
        nth_of(bureau, "/do/withdraw-policy-answer", question_no=number),
        reason="政策已更新",
    )
    assert question not in main_of(bureau.page)


def test_a_committee_posts_its_standing_list_and_prints_it(sit: SitAt) -> None:
    desk = sit("committee")
    desk.open("/standing-lists")
    (form,) = desk.forms("/do/publish-standing-list")
    committee = str(form.value("committee"))
    assert "与现状一致" in main_of(desk.send("/do/publish-standing-list"))
    sheet = desk.client.get(f"/standing-lists/{committee}/print")
    assert sheet.status_code == 200
    assert committee in sheet.text


def test_window_staff_are_named_and_leave(sit: SitAt) -> None:
    leader, bureau, who = sit("town-leader"), sit("bureau"), f"window:T01-X{tail()}"
    leader.open("/window-staff")
    leader.send("/do/staff-window", staff=who)
    bureau.open("/window-staff")
    bureau.send("/do/unstaff-window", nth_of(bureau, "/do/unstaff-window", staff=who), reason="岗位调整")
    assert who not in main_of(bureau.page)


def test_accounts_are_looked_for(sit: SitAt) -> None:
    desk = sit("system")
    assert "town-leader" in main_of(desk.open("/accounts?q=town-leader"))
    assert "没有这样的账号" in main_of(desk.open("/accounts?q=nobody-of-that-name"))


def test_a_committees_figures_are_those_of_its_people(sit: SitAt) -> None:
    desk, days = sit("bureau-leader"), "since=2026-03-01&until=2026-03-31&town=T01"
    lines = desk.client.get(f"/dashboards/services/committee.csv?{days}").text.splitlines()[1:]
    committees = {line.split(",")[0].strip('"'): int(line.split(",")[1].strip('"')) for line in lines if line}
    assert any(committees.values())
    for committee, visits in committees.items():
        people = desk.client.get(f"/dashboards/services/officer.csv?{days}&committee={committee}").text.splitlines()[1:]
        assert sum(int(line.split(",")[1].strip('"')) for line in people if line) == visits
