"""What finance, district finance and leaders are asked for by each form about runs, money, invoices, purchases and misuse."""

from collections.abc import Sequence
from typing import Final

from services.portal.api.forms import Field, Form, Names, by_command, fen_of

FINANCE: Final = frozenset({"bureau-finance"})
MONEY: Final = FINANCE | {"district-finance"}
APPROVERS: Final = MONEY | {"bureau-leader"}
LEADER: Final = frozenset({"bureau-leader"})
SUPERVISION: Final = frozenset({"bureau-leader", "district-finance", "inspector"})
READERS: Final = APPROVERS | {"auditor", "inspector"}

MONTH: Final = Field(name="month", zh="月份", en="month", kind="fixed")
_REASON: Final = Field(name="reason", zh="理由", en="Reason")
_DOCUMENT: Final = Field(
    name="document", zh="依据文件", en="Document it rests on", hint_zh="文号或单据号", hint_en="its number"
)
_OFFICER: Final = Field(
    name="officer",
    zh="低保员编号",
    en="Officer number",
    pattern="O[0-9]{3,6}",
    hint_zh="如 O001",
    hint_en="such as O001",
)
_FUND: Final = (
    Field(name="year", zh="年度", en="Year", kind="whole", pattern="[0-9]{4}"),
    Field(name="source", zh="资金来源", en="Source", kind="choice", choices="sources"),
)
_FUNDING_DOCUMENT: Final = Field(name="document", zh="资金文件", en="Funding document")
HELD: Final[Names] = {"applied": ("记入某人应付款", "apply to a payment"), "dismissed": ("不予记入", "dismiss it")}
DECLARATIONS: Final[Names] = {"insurance": ("社会保险费", "social insurance"), "tax": ("个人所得税", "income tax")}
ANSWERS: Final[Names] = {"upheld": ("异议成立", "upheld"), "rejected": ("异议不成立", "rejected")}
OUTCOMES: Final[Names] = {"paid": ("已支付", "paid"), "released": ("不再支付", "released")}


def _form(
    command: str, zh: str, en: str, roles: frozenset[str], fields: Sequence[Field] = (), *, danger: bool = False
) -> Form:
    return Form(command=command, service="payroll", zh=zh, en=en, roles=roles, fields=tuple(fields), danger=danger)


def moved(line: str) -> dict[str, object]:
    """``文号 1,000.00`` as a part of a transfer; `ValueError` for anything else."""
    document, _, amount = line.rpartition(" ")
    amount_fen = fen_of(amount)
    if not document.strip() or amount_fen is None:
        raise ValueError(line)
    return {"document": document.strip(), "amount_fen": amount_fen}


_RUNS: Final = (
    _form(
        "draft-run",
        "编制本月工资",
        "Draft the run",
        FINANCE,
        (Field(name="month", zh="月份", en="Month", pattern="[0-9]{4}-[0-9]{2}"),),
    ),
    _form("discard-run", "作废草稿", "Discard the draft", FINANCE, (MONTH, _REASON), danger=True),
    _form("check-run", "复核", "Check", FINANCE, (MONTH,)),
    _form("approve-run", "审批", "Approve", APPROVERS, (MONTH,)),
    _form("issue-bank-file", "生成银行文件", "Make the bank file", FINANCE, (MONTH,)),
    _form(
        "withdraw-bank-file",
        "作废银行文件",
        "Withdraw the file",
        FINANCE,
        (MONTH, Field(name="file_no", zh="批次", en="file", kind="fixed"), _REASON),
        danger=True,
    ),
    _form("close-run", "结清本月", "Close the run", FINANCE, (MONTH,)),
    _form(
        "decide-held-line",
        "处理挂起行",
        "Decide the held line",
        FINANCE,
        (
            MONTH,
            Field(name="held_no", zh="挂起号", en="held line", kind="fixed"),
            Field(name="decision", zh="处理方式", en="Decision", kind="choice", choices=HELD),
            Field(
                name="officer",
                zh="记入谁（低保员编号）",
                en="To whom (officer number)",
                required=False,
                pattern="O[0-9]{3,6}",
            ),
            _REASON,
            _DOCUMENT,
        ),
    ),
    _form(
        "request-slip-reversal",
        "申请冲销",
        "Ask to reverse this slip",
        FINANCE,
        (MONTH, Field(name="officer", zh="低保员", en="officer", kind="fixed"), _REASON, _DOCUMENT),
        danger=True,
    ),
    _form(
        "confirm-slip-reversal",
        "同意冲销",
        "Confirm the reversal",
        APPROVERS,
        (MONTH, Field(name="officer", zh="低保员", en="officer", kind="fixed")),
        danger=True,
    ),
    _form(
        "decline-slip-reversal",
        "不同意冲销",
        "Decline it",
        APPROVERS,
        (MONTH, Field(name="officer", zh="低保员", en="officer", kind="fixed"), _REASON),
    ),
    _form(
        "record-recovery",
        "登记收回款",
        "Record money that came back",
        FINANCE,
        (
            MONTH,
            Field(name="officer", zh="低保员", en="officer", kind="fixed"),
            Field(name="amount_fen", zh="收回金额", en="Amount", kind="yuan"),
            Field(name="reference", zh="银行流水号", en="Bank's reference"),
            Field(name="received_on", zh="收到日期", en="Received on", kind="date"),
        ),
    ),
    _form(
        "record-remittance",
        "登记缴纳",
        "Record the remittance",
        FINANCE,
        (
            MONTH,
            Field(name="declaration", zh="申报种类", en="declaration", kind="fixed"),
            Field(name="unit", zh="单位", en="unit", kind="fixed"),
            Field(name="amount_fen", zh="缴纳金额", en="Amount", kind="yuan"),
            Field(name="reference", zh="缴款凭证号", en="Reference"),
            Field(name="remitted_on", zh="缴纳日期", en="Remitted on", kind="date"),
        ),
    ),
    _form(
        "answer-payslip-contest",
        "答复异议",
        "Answer the objection",
        FINANCE,
        (
            MONTH,
            Field(name="contest_no", zh="异议号", en="objection", kind="fixed"),
            Field(name="outcome", zh="结论", en="Outcome", kind="choice", choices=ANSWERS),
            Field(name="answer", zh="答复", en="Answer", kind="area"),
        ),
    ),
)
_FUNDS: Final = (
    _form(
        "budget-fund",
        "登记资金文件",
        "Book a funding document",
        MONEY,
        (
            *_FUND,
            _FUNDING_DOCUMENT,
            Field(name="amount_fen", zh="金额", en="Amount", kind="yuan"),
            Field(
                name="purposes",
                zh="用途代码",
                en="Purposes",
                kind="words",
                hint_zh="以空格分开，如 officer_pay officer_insurance",
                hint_en="apart by spaces, such as officer_pay officer_insurance",
            ),
            Field(name="kind", zh="资金性质", en="Kind of money", kind="choice", choices="kinds", required=False),
            Field(
                name="cap_basis_fen",
                zh="上年市级专项资金总数（仅来源②）",
                en="Last year's municipal figure (source 2 only)",
                kind="yuan",
                required=False,
            ),
            Field(
                name="cap_basis_document",
                zh="该数出处文号（仅来源②）",
                en="Document of that figure (source 2 only)",
                required=False,
            ),
        ),
    ),
    _form(
        "change-budget",
        "预算调整",
        "Change the budget",
        MONEY,
        (
            *_FUND,
            _FUNDING_DOCUMENT,
            Field(name="change_fen", zh="调整额（减少写负数）", en="Change (minus takes away)", kind="yuan"),
            Field(name="change_document", zh="调整文件", en="Document of the change"),
        ),
    ),
    _form(
        "transfer-fund",
        "来源间调剂",
        "Transfer between sources",
        MONEY,
        (
            *_FUND,
            Field(name="to_source", zh="调入来源", en="To source", kind="choice", choices="sources"),
            Field(name="move_no", zh="调剂编号", en="Transfer number", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}"),
            Field(name="decision_document", zh="调剂决定文号", en="Decision's document"),
            Field(
                name="documents",
                zh="从哪些文件调出",
                en="From which documents",
                kind="lines",
                of_line=moved,
                hint_zh="每行一个：文号 空格 金额（元）",
                hint_en="one a line: document, space, yuan",
            ),
        ),
    ),
    _form(
        "carry-over-fund",
        "年终结转",
        "Carry over at year's end",
        MONEY,
        (
            *_FUND,
            Field(name="move_no", zh="结转编号", en="Carry-over number", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}"),
            Field(name="decision_document", zh="结转决定文号", en="Decision's document"),
        ),
    ),
)
_INVOICE: Final = (
    Field(name="contractor", zh="承接主体", en="contractor", kind="fixed"),
    Field(name="invoice_no", zh="发票号", en="invoice", kind="fixed"),
    Field(name="town", zh="镇街", en="town", kind="fixed", required=False),
)
_BESIDE: Final = (
    _form(
        "record-invoice",
        "登记发票",
        "Record an invoice",
        FINANCE | {"bureau"},
        (
            Field(
                name="contractor",
                zh="承接主体编号",
                en="Contractor",
                pattern="K[0-9]{3,6}",
                hint_zh="如 K001",
                hint_en="such as K001",
            ),
            Field(name="invoice_no", zh="发票号", en="Invoice number"),
            Field(name="contract_no", zh="合同号", en="Contract"),
            Field(
                name="orders",
                zh="已验收工单号",
                en="Accepted work orders",
                kind="words",
                most=2000,
                hint_zh="以空格分开，一张工单只能开一次票",
                hint_en="apart by spaces; each is invoiced once",
            ),
            Field(name="amount_fen", zh="发票金额", en="Amount", kind="yuan"),
            Field(name="issued_on", zh="开票日期", en="Issued on", kind="date"),
        ),
    ),
    _form(
        "approve-invoice",
        "审批发票",
        "Approve the invoice",
        APPROVERS,
        (
            *_INVOICE,
            *(
                Field(
                    name=one.name,
                    zh=one.zh,
                    en=one.en,
                    kind=one.kind,
                    choices=one.choices,
                    required=one.name == "year",
                    pattern=one.pattern,
                )
                for one in _FUND
            ),
            Field(name="document", zh="资金文件（区级付款）", en="Funding document (bureau pays)", required=False),
            Field(name="purchase_no", zh="镇街购买申请号（镇街付款）", en="Town purchase (town pays)", required=False),
        ),
    ),
    _form(
        "pay-invoice",
        "登记付款",
        "Record the payment",
        FINANCE,
        (
            *_INVOICE,
            Field(name="bank_reference", zh="银行流水号", en="Bank's reference"),
            Field(name="paid_on", zh="付款日期", en="Paid on", kind="date"),
        ),
    ),
    _form("withdraw-invoice", "撤回发票", "Withdraw the invoice", FINANCE, (*_INVOICE, _REASON), danger=True),
    _form(
        "decide-town-purchase",
        "审批镇街购买",
        "Decide the town's purchase",
        LEADER,
        (
            Field(name="purchase_no", zh="申请号", en="purchase", kind="fixed"),
            Field(name="approved", zh="同意购买", en="Approve", kind="yes"),
            Field(name="amount_fen", zh="批准金额", en="Approved amount", kind="yuan", required=False),
            Field(name="approval", zh="批准文号", en="Approval's document", required=False),
            Field(name="guidance", zh="指导意见", en="Guidance"),
        ),
    ),
    _form(
        "record-misuse",
        "登记违规使用",
        "Record misuse",
        MONEY | {"auditor", "inspector"},
        (
            Field(name="misuse_no", zh="编号", en="Number"),
            Field(name="finding_no", zh="审计发现号", en="Audit's finding"),
            Field(name="year", zh="年度", en="Year", kind="whole"),
            Field(
                name="source",
                zh="资金来源（镇街自筹不选）",
                en="Source (none: a town's own)",
                kind="choice",
                choices="sources",
                required=False,
            ),
            Field(name="document", zh="资金文件", en="Funding document", required=False),
            Field(name="town", zh="镇街", en="Town", required=False, pattern="T[0-9]{2,4}"),
            Field(name="amount_fen", zh="金额", en="Amount", kind="yuan"),
            Field(name="what", zh="情况", en="What happened"),
            Field(name="rule", zh="违反的规定", en="Rule that it breaks"),
            Field(name="found_on", zh="发现日期", en="Found on", kind="date"),
        ),
    ),
    _form(
        "handle-misuse",
        "登记处理",
        "Record the handling",
        SUPERVISION,
        (
            Field(name="misuse_no", zh="编号", en="number", kind="fixed"),
            Field(name="measure", zh="处理措施", en="Measure"),
            _DOCUMENT,
            Field(name="recovered_fen", zh="已追回金额", en="Recovered", kind="yuan", required=False),
            Field(name="handled_on", zh="处理日期", en="Handled on", kind="date"),
        ),
    ),
    _form(
        "hold-accountable",
        "登记追责",
        "Record accountability",
        SUPERVISION,
        (
            Field(name="misuse_no", zh="编号", en="number", kind="fixed"),
            Field(
                name="accountable",
                zh="责任人（无则留空）",
                en="Who (none: leave empty)",
                required=False,
                hint_zh="如 window:T01-W1",
                hint_en="such as window:T01-W1",
            ),
            Field(name="role", zh="职务", en="Role", required=False),
            Field(name="outcome", zh="追责结果", en="Outcome"),
            _DOCUMENT,
            Field(name="decided_on", zh="决定日期", en="Decided on", kind="date"),
        ),
    ),
    _form(
        "close-misuse",
        "销号",
        "Close it",
        SUPERVISION,
        (
            Field(name="misuse_no", zh="编号", en="number", kind="fixed"),
            Field(name="reason", zh="未追回部分的理由", en="Reason for what did not come back", required=False),
            Field(name="closed_on", zh="销号日期", en="Closed on", kind="date"),
        ),
    ),
)


FORMS: Final = by_command((*_RUNS, *_FUNDS, *_BESIDE))
