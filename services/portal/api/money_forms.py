"""What finance, district finance and leaders are asked for by each form about runs, money, invoices, purchases and misuse."""

from collections.abc import Sequence
from typing import Final

from services.portal.api.bureau_forms import APPROVALS
from services.portal.api.forms import NUMBER, Field, Form, Names, by_command, fen_of, field, fixed

FINANCE: Final = frozenset({"bureau-finance"})
MONEY: Final = FINANCE | {"district-finance"}
APPROVERS: Final = MONEY | {"bureau-leader"}
LEADER: Final = frozenset({"bureau-leader"})
# An inspector reads; whoever of the district supervises handles.
SUPERVISION: Final = frozenset({"bureau-leader", "district-finance"})
READERS: Final = APPROVERS | {"auditor", "inspector"}
INVOICE_READERS: Final = READERS | {"bureau"}

MONTH: Final = fixed("month")
_REASON: Final = field("reason", "理由", "Reason")
_DOCUMENT: Final = field("document", "依据文件", "Document it rests on", hint_zh="文号或单据号", hint_en="its number")
_OFFICER: Final = field("officer", "低保员编号", "Officer number", pattern="O[0-9]{3,6}", hint_zh="如 O001", hint_en="such as O001")  # fmt: skip
_FUND: Final = (
    field("year", "年度", "Year", "whole", pattern="[0-9]{4}"),
    field("source", "资金来源", "Source", "choice", choices="sources"),
)  # fmt: skip
_FUNDING_DOCUMENT: Final = field("document", "资金文件", "Funding document")
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


def promised(line: str) -> dict[str, object]:
    """``事项 1,000.00`` as a promise that was open at take-over; `ValueError` for anything else."""
    claim, _, amount = line.rpartition(" ")
    open_fen = fen_of(amount)
    if not claim.strip() or open_fen is None:
        raise ValueError(line)
    return {"claim": claim.strip(), "open_fen": open_fen}


_RUNS: Final = (
    _form("draft-run", "编制本月工资", "Draft the run", FINANCE, (field("month", "月份", "Month", pattern="[0-9]{4}-[0-9]{2}"),)),
    _form("discard-run", "作废草稿", "Discard the draft", FINANCE, (MONTH, _REASON), danger=True),
    _form("check-run", "复核", "Check", FINANCE, (MONTH,)),
    _form("approve-run", "审批", "Approve", APPROVERS, (MONTH,)),
    _form("commit-run", "重新申请资金", "Ask for the money again", FINANCE, (MONTH, fixed("source"))),
    _form("issue-bank-file", "生成银行文件", "Make the bank file", FINANCE, (MONTH,)),
    _form("withdraw-bank-file", "作废银行文件", "Withdraw the file", FINANCE, (MONTH, fixed("file_no"), _REASON), danger=True),
    _form("close-run", "结清本月", "Close the run", FINANCE, (MONTH,)),
    _form(
        "decide-held-line", "处理挂起行", "Decide the held line", FINANCE,
        (
            MONTH, fixed("held_no"), field("decision", "处理方式", "Decision", "choice", choices=HELD),
            field("officer", "记入谁（低保员编号）", "To whom (officer number)", required=False, pattern="O[0-9]{3,6}"), _REASON, _DOCUMENT,
        ),
    ),
    _form("request-slip-reversal", "申请冲销", "Ask to reverse this slip", FINANCE, (MONTH, fixed("officer"), _REASON, _DOCUMENT), danger=True),
    _form("confirm-slip-reversal", "同意冲销", "Confirm the reversal", APPROVERS, (MONTH, fixed("officer")), danger=True),
    _form("decline-slip-reversal", "不同意冲销", "Decline it", APPROVERS, (MONTH, fixed("officer"), _REASON)),
    _form(
        "record-recovery", "登记收回款", "Record money that came back", FINANCE,
        (
            MONTH, fixed("officer"), field("amount_fen", "收回金额", "Amount", "yuan"), field("reference", "银行流水号", "Bank's reference"),
            field("received_on", "收到日期", "Received on", "date"),
        ),
    ),
    _form(
        "record-remittance", "登记缴纳", "Record the remittance", FINANCE,
        (
            MONTH, fixed("declaration"), fixed("unit"), field("amount_fen", "缴纳金额", "Amount", "yuan"), field("reference", "缴款凭证号", "Reference"),
            field("remitted_on", "缴纳日期", "Remitted on", "date"),
        ),
    ),
    _form(
        "answer-payslip-contest", "答复异议", "Answer the objection", FINANCE,
        (MONTH, fixed("contest_no"), field("outcome", "结论", "Outcome", "choice", choices=ANSWERS), field("answer", "答复", "Answer", "area")),
    ),
)  # fmt: skip
_FUNDS: Final = (
    _form(
        "budget-fund", "登记资金文件", "Book a funding document", MONEY,
        (
            *_FUND, _FUNDING_DOCUMENT, field("amount_fen", "金额", "Amount", "yuan"),
            field("purposes", "用途", "Purposes", "ticks", choices="purposes"),
            field("kind", "资金性质", "Kind of money", "choice", choices="kinds", required=False),
            field("cap_basis_fen", "上年市级专项资金总数（仅来源②）", "Last year's municipal figure (source 2 only)", "yuan", required=False),
            field("cap_basis_document", "该数出处文号（仅来源②）", "Document of that figure (source 2 only)", required=False),
        ),
    ),
    _form(
        "change-budget", "预算调整", "Change the budget", MONEY,
        (
            *_FUND, _FUNDING_DOCUMENT, field("change_fen", "调整额（减少写负数）", "Change (minus takes away)", "yuan"),
            field("change_document", "调整文件", "Document of the change"),
        ),
    ),
    _form(
        "transfer-fund", "来源间调剂", "Transfer between sources", MONEY,
        (
            *_FUND, field("to_source", "调入来源", "To source", "choice", choices="sources"),
            field("move_no", "调剂编号", "Transfer number", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}"),
            field("decision_document", "调剂决定文号", "Decision's document"),
            field(
                "documents", "从哪些文件调出", "From which documents", "lines", of_line=moved, hint_zh="每行一个：文号 空格 金额（元）",
                hint_en="one a line: document, space, yuan",
            ),
        ),
    ),
    _form(
        "carry-over-fund", "年终结转", "Carry over at year's end", MONEY,
        (
            *_FUND, field("move_no", "结转编号", "Carry-over number", pattern="[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}"),
            field("decision_document", "结转决定文号", "Decision's document"),
        ),
    ),
)  # fmt: skip
_TAKEN_OVER: Final = (
    _form(
        "take-over-fund", "接续登记（原账结余）", "Take a balance over", MONEY,
        (
            *_FUND, _FUNDING_DOCUMENT, field("amount_fen", "资金总额", "Whole amount", "yuan"),
            field("purposes", "用途", "Purposes", "ticks", choices="purposes"), field("paid_fen", "原账已支付", "Paid before", "yuan", start="0"),
            field(
                "commitments", "未结承诺", "Open promises", "lines", required=False, of_line=promised, hint_zh="每行一项：事项 空格 未付金额（元）",
                hint_en="one a line: what it is for, space, yuan not paid yet",
            ),
            field("as_at_on", "原账截止日", "Books as at", "date"), field("taken_from", "接自（原单位、原账）", "Taken from"),
            field("take_over_document", "移交文件号", "Document of the take-over"),
            field("kind", "资金性质", "Kind of money", "choice", choices="kinds", required=False),
            field("cap_basis_fen", "上年市级专项资金总数（仅来源②）", "Last year's municipal figure (source 2 only)", "yuan", required=False),
            field("cap_basis_document", "该数出处文号（仅来源②）", "Document of that figure (source 2 only)", required=False),
        ),
    ),
    _form(
        "settle-opening", "了结承诺", "Settle it", FINANCE,
        (
            fixed("year"), fixed("source"), fixed("claim"), field("outcome", "结果", "Outcome", "choice", choices=OUTCOMES),
            field("amount_fen", "金额", "Amount", "yuan"), field("note", "银行流水号或不再支付的理由", "Bank's reference, or why it is not paid"),
        ),
    ),
)  # fmt: skip
_INVOICE: Final = (
    fixed("contractor"),
    fixed("invoice_no"),
    field("town", "镇街", "town", "fixed", required=False),
)  # fmt: skip
_BESIDE: Final = (
    _form(
        "record-invoice", "登记发票", "Record an invoice", FINANCE | {"bureau"},
        (
            fixed("contractor"), fixed("contract_no"), field("invoice_no", "发票号", "Invoice number", pattern=NUMBER),
            field("orders", "已验收工单", "Accepted orders", "ticks", choices="orders"),
            field("amount_fen", "发票金额", "Amount", "yuan", hint_zh="须等于所选工单的应付之和", hint_en="exactly what the ticked orders come to"),
            field("issued_on", "开票日期", "Issued on", "date", start="today"),
        ),
    ),
    _form(
        "approve-invoice", "审批发票", "Approve the invoice", APPROVERS,
        (
            *_INVOICE,
            *(
                Field(
                    name=one.name, zh=one.zh, en=one.en, kind=one.kind, choices=one.choices, required=one.name == "year", pattern=one.pattern,
                ) for one in _FUND
            ),
            field("document", "资金文件（区级付款）", "Funding document (bureau pays)", required=False),
            field("purchase_no", "镇街购买申请号（镇街付款）", "Town purchase (town pays)", required=False),
        ),
    ),
    _form(
        "pay-invoice", "登记付款", "Record the payment", FINANCE,
        (*_INVOICE, field("bank_reference", "银行流水号", "Bank's reference"), field("paid_on", "付款日期", "Paid on", "date")),
    ),
    _form("withdraw-invoice", "撤回发票", "Withdraw the invoice", FINANCE, (*_INVOICE, _REASON), danger=True),
    APPROVALS["purchase"],
    _form(
        "budget-reserve-fund", "核定镇街备用金", "State a town's reserve fund", frozenset({"bureau-leader"}),
        (
            field("year", "年度", "Year", "whole"), field("town", "镇街", "Town", "choice", choices="towns", unset=True),
            field("amount_fen", "全年额度", "Amount of the year", "yuan"), field("from_on", "自何日起", "From", "date"), _DOCUMENT,
        ),
    ),
    _form(
        "record-misuse", "登记违规使用", "Record misuse", MONEY | {"auditor"},
        (
            field("misuse_no", "编号", "Number"), field("finding_no", "审计发现号", "Audit's finding"), field("year", "年度", "Year", "whole"),
            field("source", "资金来源（镇街自筹不选）", "Source (none: a town's own)", "choice", choices="sources", required=False),
            field("document", "资金文件", "Funding document", required=False), field("town", "镇街", "Town", "choice", choices="towns", required=False),
            field("amount_fen", "金额", "Amount", "yuan"), field("what", "情况", "What happened"), field("rule", "违反的规定", "Rule that it breaks"),
            field("found_on", "发现日期", "Found on", "date"),
        ),
    ),
    _form(
        "handle-misuse", "登记处理", "Record the handling", SUPERVISION,
        (
            fixed("misuse_no"), field("measure", "处理措施", "Measure"), _DOCUMENT, field("recovered_fen", "已追回金额", "Recovered", "yuan", required=False),
            field("handled_on", "处理日期", "Handled on", "date"),
        ),
    ),
    _form(
        "hold-accountable", "登记追责", "Record accountability", SUPERVISION,
        (
            fixed("misuse_no"),
            field("accountable", "责任人（无则留空）", "Who (none: leave empty)", required=False,
                who="town-leader window officer bureau bureau-finance",
                hint_zh="如 window:T01-W1", hint_en="such as window:T01-W1"),
            field("role", "职务", "Role", required=False), field("outcome", "追责结果", "Outcome"), _DOCUMENT,
            field("decided_on", "决定日期", "Decided on", "date"),
        ),
    ),
    _form(
        "close-misuse", "销号", "Close it", SUPERVISION,
        (
            fixed("misuse_no"), field("reason", "未追回部分的理由", "Reason for what did not come back", required=False),
            field("closed_on", "销号日期", "Closed on", "date"),
        ),
    ),
)  # fmt: skip


FORMS: Final = by_command((*_RUNS, *_FUNDS, *_TAKEN_OVER, *_BESIDE))
