"""Proves what casework decides and shows about contractors (财政部令第102号；方案一（二）、二（二）（三）)."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain.commands.contractors import (
    AcceptWorkOrder,
    AssignContractStaff,
    CancelWorkOrder,
    DeliverWorkOrder,
    EvaluateContractor,
    IssueWorkOrder,
    MarkWorkOrderOverdue,
    RecordProcurement,
    RegisterContractor,
    ReleaseContractStaff,
    SendBackWorkOrder,
    SignContract,
)
from services.casework.domain.contractors.state import OPEN_ORDERS_MAX
from services.casework.rules.contracting import last_day_of_term, payable
from services.contracts.casework import (
    ContractorEvaluated,
    ContractSigned,
    ContractStaffAssigned,
    WorkOrderAccepted,
    WorkOrderOverdue,
)
from services.contracts.codec import convert
from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen
from services.contracts.rulebook import AdoptedPack, RuleBook
from tests.unit.casework_steps import BOOK, RULES
from tests.unit.casework_told import TODAY, Told

_change = msgspec.structs.replace
HASH = "0" * 64
K, HT, GD = "K001", "HT-1", "GD-1"
SIGNED_ON = date(2026, 3, 2)
CODE = "52500112MJP000017G"
REGISTER = RegisterContractor(
    contractor=K, name="惠民社会工作服务中心（示例）", kind="social_organisation", credit_code=CODE
)
WON = RecordProcurement(
    contractor=K, procurement_no="CG-1", method="competitive_consultation", document="示例采〔2026〕1号", amount_fen=500_000,
    services=("rehabilitation", "counselling"), decided_on=SIGNED_ON, result="awarded",
)  # fmt: skip
SIGN = SignContract(
    contractor=K, contract_no=HT, procurement_no="CG-1", mode="service", services=("rehabilitation",), signed_on=SIGNED_ON,
    from_on=SIGNED_ON, until_on=date(2027, 3, 1), amount_fen=100_000, document="示例合〔2026〕1号",
)  # fmt: skip
STAFF = AssignContractStaff(
    contractor=K,
    contract_no=HT,
    staff_no="K001-S01",
    name="示例丙",
    resident_id="510212196001010010",
    from_on=SIGNED_ON,
)
ISSUE = IssueWorkOrder(
    contractor=K, contract_no=HT, order_no=GD, town="T01", household_no="T01-H00001", service="rehabilitation", quantity=3,
    price_fen=12_345, issued_on=TODAY, due_on=date(2026, 3, 20),
)  # fmt: skip
DELIVER = DeliverWorkOrder(
    contractor=K, order_no=GD, quantity=3, staff_no="K001-S01", delivered_on=TODAY, evidence_sha256=(HASH,)
)
ACCEPT = AcceptWorkOrder(contractor=K, order_no=GD, town="T01", quantity=3, grade="good", accepted_on=TODAY)
SEND_BACK = SendBackWorkOrder(contractor=K, order_no=GD, town="T01", reason="缺少训练记录", due_on=date(2026, 3, 25))
CANCEL = CancelWorkOrder(contractor=K, order_no=GD, town="T01", reason="对象住院")
OFFICER, THEIRS = "officer:O001", "contractor:K001-L1"


def contracted(**changes: Any) -> Told:
    told = Told()
    told.tell(REGISTER, WON, _change(SIGN, **changes), STAFF)
    return told


def ordered(*, delivered: bool = False) -> Told:
    told = contracted()
    told.tell(ISSUE, actor=OFFICER, town="T01")
    if delivered:
        told.tell(DELIVER, actor=THEIRS)
    return told


# ---- 登记与采购


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        pytest.param(CODE, "", id="校验码相符"),
        pytest.param(CODE.lower(), "", id="小写视同大写"),
        pytest.param("52500112MJP0000170", "credit-code-invalid", id="校验码不符"),
        pytest.param("52500112MJP00001", "credit-code-invalid", id="位数不足"),
        pytest.param("525001I2MJP000017G", "credit-code-invalid", id="含字母I"),
    ],
)
def test_a_contractors_credit_code_is_checked(code: str, refused: str) -> None:
    """GB 32100：统一社会信用代码。"""
    command = _change(REGISTER, credit_code=code)
    if refused:
        assert Told().no(command) == refused
        return
    told = Told()
    told.tell(command)
    assert told.state(f"contractor:{K}").credit_code == CODE
    assert told.no(command) == "contractor-known"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param(_change(WON, contractor="K002"), "contractor-unknown", id="承接主体未登记"),
        pytest.param(_change(WON, purchaser="T01"), "approval-missing", id="镇街自行购买未经批准（二（二））"),
        pytest.param(_change(WON, method="lottery"), "method-unknown", id="采购方式不在名录"),
        pytest.param(_change(WON, services=("haircut",)), "service-unknown", id="没有服务标准的项目"),
        pytest.param(_change(WON, decided_on=date(2026, 3, 17)), "time-in-future", id="成交日在将来"),
        pytest.param(_change(SIGN, procurement_no="CG-9"), "procurement-unknown", id="合同没有采购记录"),
    ],
)
def test_what_a_procurement_refuses(command: Any, code: str) -> None:
    told = Told()
    told.tell(REGISTER)
    assert told.no(command) == code


def test_a_town_buys_with_the_bureaus_approval_and_its_contract_is_its_own() -> None:
    """二（二）：镇街确需购买的，先经区民政局批准，由镇街自行付款。"""
    told = Told()
    told.tell(REGISTER, _change(WON, purchaser="T01", approval="示例民政函〔2026〕2号"), SIGN, STAFF)
    assert told.rows("contracts")[HT].town == "T01"
    elsewhere = _change(ISSUE, town="T02", household_no="T02-H00001")
    assert told.no(elsewhere, actor="officer:O020", town="T02") == "contract-of-another-town"
    told.tell(ISSUE)
    told.tell(DELIVER, actor=THEIRS)
    (fact,) = told.tell(ACCEPT)
    assert isinstance(fact, WorkOrderAccepted)
    assert fact.payer_town == "T01"


def test_a_procurement_that_was_not_won_gives_no_contract() -> None:
    told = Told()
    told.tell(REGISTER, _change(WON, result="not_awarded"))
    assert told.no(SIGN) == "not-awarded"
    assert told.no(WON) == "procurement-known"


# ---- 合同：期限、金额、与第102号令的冲突


@pytest.mark.parametrize(
    ("until_on", "reasons", "code"),
    [
        pytest.param(date(2027, 3, 1), ("", ""), "", id="满一年"),
        pytest.param(date(2027, 3, 2), ("", ""), "long-term-unfounded", id="一年零一天无理由"),
        pytest.param(date(2027, 3, 2), ("内容固定、连续性强", ""), "long-term-unfounded", id="有理由无预算文件"),
        pytest.param(date(2029, 3, 1), ("内容固定、连续性强", "示例财〔2026〕9号"), "", id="三年，理由和文件齐全"),
        pytest.param(date(2029, 3, 2), ("内容固定、连续性强", "示例财〔2026〕9号"), "term-too-long", id="三年零一天"),
        pytest.param(date(2026, 3, 1), ("", ""), "out-of-order", id="止期早于起期"),
    ],
)
def test_a_contracts_term(until_on: date, reasons: tuple[str, str], code: str) -> None:
    """财政部令第102号第二十四条：一般不超过1年；有预算保障且稳定的不超过3年。"""
    command = _change(SIGN, until_on=until_on, long_term_reason=reasons[0], long_term_document=reasons[1])
    told = Told()
    told.tell(REGISTER, WON)
    if code:
        assert told.no(command) == code
    else:
        told.tell(command)
        assert told.rows("contracts")[HT].until_on == until_on


@pytest.mark.parametrize(
    ("from_on", "months", "last"),
    [
        (date(2026, 3, 1), 12, date(2027, 2, 28)),
        (date(2026, 3, 2), 12, date(2027, 3, 1)),
        (date(2027, 3, 1), 12, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(9998, 1, 1), 36, date(9999, 12, 31)),
        (date(2026, 1, 1), 36, date(2028, 12, 31)),
    ],
)
def test_the_last_day_of_a_term(from_on: date, months: int, last: date) -> None:
    assert last_day_of_term(from_on, months) == last


def test_a_contract_for_posts_is_recorded_with_its_conflict_and_not_hidden() -> None:
    """财政部令第102号第十条第（五）项：购买主体的人员招聘、劳务派遣、公益性岗位不得购买；方案购买的正是岗位。"""
    told = Told()
    told.tell(REGISTER, WON)
    (fact,) = told.tell(_change(SIGN, mode="posts", services=()))
    assert isinstance(fact, ContractSigned)
    assert fact.conflict == "财政部令第102号第十条第（五）项"
    assert told.rows("contracts")[HT].conflict == fact.conflict
    assert contracted().rows("contracts")[HT].conflict == ""
    assert told.no(ISSUE, actor=OFFICER, town="T01") == "service-not-in-contract"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"amount_fen": 500_001}, "amount-above-award", id="合同金额超过成交金额"),
        pytest.param({"services": ("care",)}, "service-not-procured", id="服务项目超出采购范围"),
        pytest.param({"mode": "friendship"}, "mode-unknown", id="没有该合同方式"),
        pytest.param({"signed_on": date(2026, 3, 1)}, "out-of-order", id="签订早于成交"),
        pytest.param({"document": ""}, "document-missing", id="须有合同文件"),
    ],
)
def test_what_a_contract_refuses(changes: dict[str, Any], code: str) -> None:
    told = Told()
    told.tell(REGISTER, WON)
    assert told.no(_change(SIGN, **changes)) == code


def test_contracts_on_one_procurement_share_its_amount() -> None:
    told = contracted()
    assert told.no(SIGN) == "contract-known"
    assert told.no(_change(SIGN, contract_no="HT-2", amount_fen=400_001)) == "amount-above-award"
    told.tell(_change(SIGN, contract_no="HT-2", amount_fen=400_000))
    assert told.rows("procurements")[f"CG-1/{K}"].contracted_fen == 500_000
    assert told.rows("contracts")["HT-2"].contractor_name == "惠民社会工作服务中心（示例）"


# ---- 服务人员


def test_staff_are_named_on_the_contract_by_sealed_fields_and_leave_with_a_reason() -> None:
    told = contracted()
    (assigned,) = [one.fact for one in told.said if isinstance(one.fact, ContractStaffAssigned)]
    assert assigned.person.startswith("p_")
    assert told.no(STAFF) == "staff-known"
    assert told.no(_change(STAFF, staff_no="K001-S02", resident_id="510212196001010011")) == "resident-id-invalid"
    assert told.no(_change(STAFF, staff_no="K001-S02"), actor="contractor:K002-L1") == "not-of-contractor"
    leave = ReleaseContractStaff(contractor=K, contract_no=HT, staff_no="K001-S01", until_on=TODAY, reason="离职")
    assert told.no(_change(leave, until_on=date(2026, 3, 1))) == "out-of-order"
    assert told.no(_change(leave, reason="")) == "reason-missing"
    told.tell(leave)
    assert told.no(leave) == "staff-unknown"
    assert told.rows("contracts")[HT].staff_count == 0


# ---- 工单


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"contract_no": "HT-9"}, "contract-unknown", id="没有该合同"),
        pytest.param({"service": "counselling"}, "service-not-in-contract", id="合同不含该服务"),
        pytest.param({"household_no": "T02-H00001"}, "number-of-another-town", id="家庭属于其他镇街"),
        pytest.param({"due_on": date(2027, 3, 2)}, "outside-term", id="完成日超过合同期"),
        pytest.param({"issued_on": date(2026, 3, 1)}, "outside-term", id="派单早于合同期"),
        pytest.param({"issued_on": date(2026, 3, 17)}, "time-in-future", id="派单日在将来"),
        pytest.param({"quantity": 9}, "contract-exceeded", id="超过合同余额"),
    ],
)
def test_what_an_order_refuses(changes: dict[str, Any], code: str) -> None:
    assert contracted().no(_change(ISSUE, **changes), actor=OFFICER, town="T01") == code


def test_a_contractor_has_a_limited_number_of_orders_open() -> None:
    told = contracted()
    told.tell(_change(ISSUE, quantity=1, price_fen=1))
    state = told.state(f"contractor:{K}")
    full = _change(state, orders=state.orders * OPEN_ORDERS_MAX)
    told.states[f"contractor:{K}"] = full
    assert told.no(_change(ISSUE, order_no="GD-2")) == "orders-too-many"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"quantity": 4}, "quantity-above-order", id="数量超过工单"),
        pytest.param({"staff_no": "K001-S09"}, "staff-unknown", id="人员不在合同名单"),
        pytest.param({"delivered_on": date(2026, 3, 15)}, "out-of-order", id="早于派单"),
        pytest.param({"order_no": "GD-9"}, "order-unknown", id="没有该工单"),
    ],
)
def test_what_a_delivery_refuses(changes: dict[str, Any], code: str) -> None:
    told = ordered()
    assert told.no(_change(DELIVER, **changes), actor=THEIRS) == code
    assert told.no(DELIVER, actor="contractor:K002-L1") == "not-of-contractor"


@pytest.mark.parametrize(
    ("quantity", "price_fen", "grade", "payable_fen"),
    [
        pytest.param(3, 12_345, "good", 37_035, id="合格数量×单价×1.0"),
        pytest.param(3, 12_345, "fair", 33_332, id="33331.5 分四舍五入"),
        pytest.param(2, 12_345, "poor", 17_283, id="部分验收，0.7"),
        pytest.param(0, 12_345, "good", 0, id="未验收任何数量"),
        pytest.param(1, 1, "poor", 1, id="0.7 分进位"),
    ],
)
def test_acceptance_pays_quantity_times_price_times_quality_to_the_fen(
    quantity: int, price_fen: int, grade: str, payable_fen: int
) -> None:
    told = contracted()
    told.tell(_change(ISSUE, price_fen=price_fen), actor=OFFICER, town="T01")
    told.tell(DELIVER, actor=THEIRS)
    (fact,) = told.tell(_change(ACCEPT, quantity=quantity, grade=grade), actor=OFFICER, town="T01")
    assert isinstance(fact, WorkOrderAccepted)
    assert (fact.payable_fen, fact.set_free_fen) == (payable_fen, 3 * price_fen)
    assert (fact.credit_code, fact.payer_town) == (CODE, "")
    row = told.rows("contracts")[HT]
    assert (row.left_fen, row.payable_fen, row.set_aside_fen) == (100_000 - payable_fen, payable_fen, 0)
    assert told.rows("open_work_orders") == {}
    ended = told.rows("ended_work_orders")[f"{K}/{GD}"]
    assert (ended.status, ended.grade, ended.payable_fen) == ("accepted", grade, payable_fen)
    assert told.no(ACCEPT, actor=OFFICER, town="T01") == "order-ended"


@pytest.mark.parametrize(
    ("command", "actor", "code"),
    [
        pytest.param(ACCEPT, THEIRS, "accepted-by-deliverer", id="提交人不得验收"),
        pytest.param(ACCEPT, "officer:K001-S01", "accepted-by-deliverer", id="服务人员不得验收"),
        pytest.param(ACCEPT, "officer:K001-L1", "accepted-by-deliverer", id="提交人换个岗位也不得验收"),
        pytest.param(_change(ACCEPT, quantity=4), OFFICER, "quantity-above-delivery", id="验收数量超过提交"),
        pytest.param(_change(ACCEPT, grade="superb"), OFFICER, "grade-unknown", id="没有该质量等级"),
        pytest.param(_change(ACCEPT, town="T02"), OFFICER, "wrong-town", id="其他镇街不得验收"),
        pytest.param(_change(ACCEPT, accepted_on=date(2026, 3, 15)), OFFICER, "out-of-order", id="验收早于提交"),
        pytest.param(_change(SEND_BACK, reason=""), OFFICER, "reason-missing", id="退回须说明理由"),
        pytest.param(_change(SEND_BACK, due_on=date(2027, 3, 2)), OFFICER, "outside-term", id="重做超过合同期"),
        pytest.param(CANCEL, OFFICER, "order-not-open", id="已提交的工单不能撤"),
        pytest.param(DELIVER, THEIRS, "order-delivered", id="不能重复提交"),
        pytest.param(ISSUE, OFFICER, "order-known", id="工单编号重复"),
    ],
)
def test_what_is_refused_once_delivered(command: Any, actor: str, code: str) -> None:
    assert ordered(delivered=True).no(command, actor=actor) == code


def test_an_order_sent_back_is_delivered_again() -> None:
    told = ordered(delivered=True)
    told.tell(SEND_BACK, actor=OFFICER, town="T01")
    row = told.rows("open_work_orders")[f"{K}/{GD}"]
    assert (row.status, row.due_on, row.reason) == ("sent_back", date(2026, 3, 25), "缺少训练记录")
    assert told.no(ACCEPT, actor=OFFICER, town="T01") == "order-not-delivered"
    told.tell(DELIVER, actor=THEIRS)
    assert told.rows("open_work_orders")[f"{K}/{GD}"].status == "delivered"


def test_a_cancelled_order_sets_its_amount_free_and_its_number_stays_used() -> None:
    told = ordered()
    assert told.rows("contracts")[HT].left_fen == 100_000 - 37_035
    assert told.no(_change(CANCEL, reason=" "), actor=OFFICER, town="T01") == "reason-missing"
    told.tell(CANCEL, actor=OFFICER, town="T01")
    assert told.rows("contracts")[HT].left_fen == 100_000
    assert told.rows("ended_work_orders")[f"{K}/{GD}"].status == "cancelled"
    assert told.no(ISSUE, actor=OFFICER, town="T01") == "order-known"


def test_an_order_is_overdue_the_day_after_its_last_unless_delivered() -> None:
    told = ordered()
    (due,) = told.rows("due").values()
    assert due.due_at.isoformat() == "2026-03-20T16:00:00+00:00"
    mark = MarkWorkOrderOverdue(contractor=K, order_no=GD, due_on=date(2026, 3, 20))
    assert told.no(mark, on=date(2026, 3, 20)) == "clock-running"
    (fact,) = told.tell(mark, on=date(2026, 3, 21), actor="timer:casework")
    assert isinstance(fact, WorkOrderOverdue)
    assert told.rows("open_work_orders")[f"{K}/{GD}"].overdue
    assert told.no(mark, on=date(2026, 3, 21)) == "overdue-known"
    delivered = ordered(delivered=True)
    assert delivered.rows("due") == {}
    assert delivered.no(mark, on=date(2026, 3, 21)) == "order-delivered"


def test_a_grade_that_pays_more_than_the_price_stays_within_the_contract() -> None:
    """系数大于 1 的规则包：应付金额不得超过工单占用与合同余额之和。"""
    better = msgspec.json.decode((RULES / "casework.contracting.json").read_bytes())
    better["content"]["grades"] = {"good": 1100}
    rules = RuleBook((*BOOK.packs, convert(better | {"version": "bonus", "valid_from": "2026-01-01"}, AdoptedPack)))
    told = Told(rules=rules)
    told.tell(REGISTER, WON, SIGN, STAFF, _change(ISSUE, quantity=1, price_fen=95_000))
    told.tell(_change(DELIVER, quantity=1), actor=THEIRS)
    assert told.no(_change(ACCEPT, quantity=1)) == "contract-exceeded"


# ---- 年度评价


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(100, "excellent"), (90, "excellent"), (89, "qualified"), (60, "qualified"), (59, "unqualified")],
)
def test_the_yearly_evaluation_has_its_verdict(score: int, verdict: str) -> None:
    told = contracted()
    evaluate = EvaluateContractor(contractor=K, contract_no=HT, year=2026, score=score, evaluated_on=TODAY)
    (fact,) = told.tell(evaluate)
    assert isinstance(fact, ContractorEvaluated)
    assert fact.verdict == verdict
    assert told.rows("contractor_evaluations")[f"{HT}/2026"].score == score
    assert told.no(evaluate) == "year-evaluated"
    assert told.no(_change(evaluate, year=2025)) == "year-outside-contract"
    assert told.no(_change(evaluate, year=2027)) == "year-outside-contract"


# ---- laws


@given(st.integers(0, 10_000), st.integers(1, 10_000_000), st.integers(0, 1000))
def test_payable_is_never_more_than_quantity_times_price(quantity: int, price_fen: int, permille: int) -> None:
    found = payable(quantity, Fen(price_fen), permille)
    assert 0 <= found <= quantity * price_fen
    assert abs(found * 1000 - quantity * price_fen * permille) <= 500


_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["issue", "deliver", "accept", "send_back", "cancel"]),
        st.integers(0, 5),
        st.integers(1, 4),
        st.integers(1, 40_000),
        st.sampled_from(["good", "fair", "poor"]),
    ),
    max_size=25,
)


@given(_MOVES)
def test_whatever_is_ordered_and_accepted_never_exceeds_the_contract(moves: Any) -> None:
    """A law: open orders + payable ≤ the contract's amount at every moment, and the read model says the same."""
    told = contracted()
    for move, n, quantity, price_fen, grade in moves:
        number = f"GD-{n}"
        commands = {
            "issue": _change(ISSUE, order_no=number, quantity=quantity, price_fen=price_fen),
            "deliver": _change(DELIVER, order_no=number, quantity=quantity),
            "accept": _change(ACCEPT, order_no=number, quantity=quantity, grade=grade),
            "send_back": _change(SEND_BACK, order_no=number),
            "cancel": _change(CANCEL, order_no=number),
        }
        try:
            told.tell(commands[move], actor=THEIRS if move == "deliver" else OFFICER)
        except CommandRejected:
            continue
        (contract,) = told.state(f"contractor:{K}").contracts
        row = told.rows("contracts")[HT]
        assert 0 <= contract.left_fen <= 100_000
        assert contract.left_fen + contract.set_aside_fen + contract.payable_fen == 100_000
        assert (row.left_fen, row.set_aside_fen, row.payable_fen) == (
            contract.left_fen, contract.set_aside_fen, contract.payable_fen,
        )  # fmt: skip
