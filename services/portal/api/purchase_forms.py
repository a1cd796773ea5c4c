"""What a town's leader is asked for by each form about the town's own purchases, its money, and the invoices it pays (二(二))."""

from typing import Final

from services.portal.api.forms import NUMBER, Body, Field, Form, by_command, field, fixed

LEADER: Final = frozenset({"town-leader"})
_TOWN: Final = fixed("town")
_PURCHASE: Final = (fixed("purchase_no"), _TOWN)
_INVOICE: Final = (fixed("contractor"), fixed("invoice_no"), _TOWN)
_YEAR: Final = field("year", "年度", "Year", "whole", pattern="[0-9]{4}")
_REASON: Final = field("reason", "理由", "Reason")


def _form(command: str, zh: str, en: str, *fields: Field, **rest: bool) -> Form:
    return Form(command=command, service="payroll", zh=zh, en=en, roles=LEADER, fields=fields, **rest)  # type: ignore[arg-type]


def contracted(body: Body) -> Body:
    """A contract is chosen with its contractor."""
    contractor, _, contract_no = body["contract_no"].partition("/")
    return {**body, "contractor": contractor, "contract_no": contract_no}


_CONTRACTED: Final = Form(
    command="contract-town-purchase", service="payroll", zh="登记合同", en="Record the contract", roles=LEADER,
    fields=(
        *_PURCHASE, fixed("approval"),
        field("contract_no", "合同", "Contract", "choice", choices="contracts", gives=("contractor", "contract_no"),
              hint_zh="本镇街购买、已由区民政局登记的合同", hint_en="the town’s contracts that the bureau recorded"),
        field("amount_fen", "合同金额", "Amount", "yuan"),
        field("people", "所用人数", "People who work on it", "whole", pattern="[0-9]{1,5}",
              hint_zh="不计入专职低保员名额", hint_en="outside the district’s posts"),
        field("signed_on", "签订日期", "Signed on", "date", start="today"),
    ),
    finish=contracted,
)  # fmt: skip
FORMS: Final = by_command((
    _form(
        "request-town-purchase", "申请自行购买", "Ask to buy", *_PURCHASE, field("services", "服务项目", "Services", "ticks", choices="services"),
        field("amount_fen", "申请金额", "Amount", "yuan"), _REASON, field("document", "申请文号", "Document"),
    ),
    _CONTRACTED,
    _form(
        "budget-town-fund", "登记自有资金", "Book the town’s own money", _TOWN, _YEAR, field("amount_fen", "金额", "Amount", "yuan"),
        field("document", "资金文件号", "Document"),
    ),
    _form(
        "order-town-payment", "下达付款", "Order a payment", *_PURCHASE, fixed("payment_no"), _YEAR, field("amount_fen", "付款金额", "Amount", "yuan"),
    ),
    _form(
        "pay-town-fund", "登记已付款", "Record the payment", *_PURCHASE, fixed("year"), fixed("payment_no"),
        field("bank_reference", "银行流水号", "Bank’s reference"), field("paid_on", "付款日期", "Paid on", "date", start="today"),
    ),
    _form(
        "record-invoice", "登记发票", "Record an invoice", fixed("contractor"), fixed("contract_no"), _TOWN,
        field("invoice_no", "发票号", "Invoice number", pattern=NUMBER), field("orders", "已验收工单", "Accepted orders", "ticks", choices="orders"),
        field("amount_fen", "发票金额", "Amount", "yuan", hint_zh="须等于所选工单的应付之和", hint_en="exactly what the ticked orders come to"),
        field("issued_on", "开票日期", "Issued on", "date", start="today"),
    ),
    _form(
        "approve-invoice", "审批发票", "Approve the invoice", *_INVOICE, _YEAR,
        field("purchase_no", "由哪项购买支付", "Paid by which purchase", "choice", choices="purchases"),
    ),
    _form(
        "pay-invoice", "登记付款", "Record the payment", *_INVOICE, field("bank_reference", "银行流水号", "Bank’s reference"),
        field("paid_on", "付款日期", "Paid on", "date", start="today"),
    ),
    _form("withdraw-invoice", "撤回发票", "Withdraw the invoice", *_INVOICE, _REASON, danger=True),
))  # fmt: skip
