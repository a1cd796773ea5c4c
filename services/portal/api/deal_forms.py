"""What the bureau, contractors and towns are asked for by each form about contractors, their contracts, staff and work orders."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.portal.api.deal_words import RESULTS
from services.portal.api.forms import NUMBER, Body, Field, Form, by_command, field, fixed
from services.portal.api.menu import BUREAU

CONTRACTOR: Final = frozenset({"contractor"})
ORDERING: Final = frozenset({"officer", "town-leader", "bureau"})
_OF: Final = fixed("contractor")
_CONTRACT: Final = fixed("contract_no")
_REASON: Final = field(
    "reason", "理由", "Reason", hint_zh="不填身份证号、电话、姓名", hint_en="no names, ID or phone numbers"
)


def _form(command: str, zh: str, en: str, roles: frozenset[str], *fields: Field, danger: bool = False) -> Form:
    return Form(command=command, service="casework", zh=zh, en=en, roles=roles, fields=fields, danger=danger)


def _services(*, required: bool = True) -> Field:
    return field("services", "服务项目", "Services", "ticks", choices="services", required=required)


_STAFF: Final[Sequence[Form]] = (
    _form(
        "assign-contract-staff", "登记服务人员", "Name somebody who delivers", BUREAU | CONTRACTOR, _OF, _CONTRACT,
        field("staff_no", "人员编号", "Staff number", pattern=NUMBER, hint_zh="如 K001-S03", hint_en="such as K001-S03"),
        field("name", "姓名", "Name", most=60, hint_zh="姓名和身份证号加密保存，不在页面上显示", hint_en="name and ID number are sealed and shown on no page"),
        field("resident_id", "身份证号", "Resident ID number", most=18, hint_zh="18 位", hint_en="18 characters"),
        field("from_on", "自哪天起", "From", "date"),
    ),
    _form(
        "release-contract-staff", "不再服务", "Delivers no more", BUREAU | CONTRACTOR, _OF, _CONTRACT,
        field("staff_no", "服务人员", "Who", "choice", choices="staff"), field("until_on", "最后一天", "Last day", "date", start="today"), _REASON,
        danger=True,
    ),
)  # fmt: skip
CONTRACTS: Final = by_command((
    _form(
        "register-contractor", "登记承接主体", "Register a contractor", BUREAU,
        field("contractor", "编号", "Number", pattern="K[0-9]{3,6}", hint_zh="K 加三到六位数字", hint_en="K and three to six digits"),
        field("name", "名称", "Name", most=60), field("kind", "类别", "Kind", "choice", choices="kinds"),
        field("credit_code", "统一社会信用代码", "Unified social credit code", most=18,
              hint_zh="18 位，系统核对校验位", hint_en="18 characters; the check digit is verified"),
    ),
    _form(
        "record-procurement", "登记采购", "Record a procurement", BUREAU, _OF,
        field("procurement_no", "采购编号", "Procurement number", pattern=NUMBER),
        field("result", "结果", "Result", "radio", choices=RESULTS, start="awarded"), field("method", "采购方式", "Method", "choice", choices="methods"),
        _services(), field("amount_fen", "成交金额", "Amount", "yuan"), field("document", "采购文件号", "Document"),
        field("decided_on", "成交日期", "Decided on", "date", start="today"),
        field("purchaser", "购买镇街（区里购买不填）", "Town that buys (none: the bureau)", "choice", choices="towns", required=False),
        field("approval", "区民政局同意购买的文号（镇街购买必填）", "The bureau’s approval (needed where a town buys)", required=False),
    ),
    _form(
        "sign-contract", "登记合同", "Record a contract", BUREAU, _OF,
        field("contract_no", "合同编号", "Contract number", pattern=NUMBER), field("procurement_no", "依据的采购", "Procurement", "choice", choices="awards"),
        field("mode", "合同方式", "Mode", "choice", choices="modes",
              hint_zh="直接购买岗位与财政部令第102号有抵触，会如实标明", hint_en="buying posts goes against Order 102 and is shown as such"),
        _services(required=False), field("amount_fen", "合同金额", "Amount", "yuan"), field("signed_on", "签订日期", "Signed on", "date", start="today"),
        field("from_on", "起", "From", "date"), field("until_on", "止", "Until", "date",
              hint_zh="一般不超过一年，最长三年", hint_en="a year as a rule, three at most"),
        field("document", "合同文件号", "Document"), field("long_term_reason", "超过一年的理由", "Reason for more than a year", required=False),
        field("long_term_document", "预算保障文件（超过一年）", "Budget document (more than a year)", required=False),
    ),
    _form(
        "evaluate-contractor", "年度评价", "Evaluate the year", BUREAU, _OF, _CONTRACT, field("year", "年度", "Year", "whole", pattern="[0-9]{4}"),
        field("score", "得分（满分 100）", "Score of 100", "whole", pattern="[0-9]{1,3}"),
        field("evaluated_on", "评价日期", "Evaluated on", "date", start="today"),
    ),
    *(replace(one, roles=BUREAU) for one in _STAFF),
))  # fmt: skip
OWN_STAFF: Final = by_command(replace(one, roles=CONTRACTOR) for one in _STAFF)


def ordered(body: Body) -> Body:
    """A contract is chosen with its contractor, and a household says of which town it is."""
    contractor, _, contract_no = body["contract_no"].partition("/")
    town = body["household_no"].partition("-")[0]
    return {**body, "contractor": contractor, "contract_no": contract_no, "town": town}


_ORDER: Final = (_OF, fixed("order_no"), fixed("town"))
ORDERS: Final = by_command((
    replace(
        _form(
            "issue-work-order", "下达工单", "Order a service", ORDERING, fixed("order_no"),
            field("contract_no", "合同", "Contract", "choice", choices="contracts", gives=("contractor", "contract_no")),
            field(
                "household_no", "户号", "Household", pattern="T[0-9]{2,3}-H[0-9]{5,7}", gives=("household_no", "town"), hint_zh="如 T01-H00001",
                hint_en="such as T01-H00001",
            ),
            field("service", "服务项目", "Service", "choice", choices="services"), field("quantity", "数量（次）", "Quantity", "whole", pattern="[0-9]{1,6}"),
            field("price_fen", "单价", "Price of one", "yuan"), field("issued_on", "下达日期", "Issued on", "date", start="today"),
            field("due_on", "完成期限", "Due on", "date"),
        ),
        finish=ordered, note_zh="工单金额（数量×单价）先从合同余额中预留，验收后按质量等级结算。",
        note_en="Quantity times price is set aside from the contract; acceptance settles it by the quality grade.",
    ),
    _form(
        "accept-work-order", "验收", "Accept", ORDERING, *_ORDER, field("quantity", "验收数量", "Quantity accepted", "whole", pattern="[0-9]{1,6}"),
        field("grade", "质量等级", "Quality", "choice", choices="grades"), field("accepted_on", "验收日期", "Accepted on", "date", start="today"),
    ),
    _form("send-back-work-order", "退回重做", "Send back", ORDERING, *_ORDER, _REASON, field("due_on", "重做期限", "To be done again by", "date")),
    _form("cancel-work-order", "撤销工单", "Cancel the order", ORDERING, *_ORDER, _REASON, danger=True),
))  # fmt: skip


def from_own_households() -> Form:
    """The form of an order with the household chosen from a list, as an officer has one."""
    form = ORDERS["issue-work-order"]
    fields = (
        replace(one, kind="choice", choices="households", pattern="") if one.name == "household_no" else one
        for one in form.fields
    )
    return replace(form, fields=tuple(fields))
