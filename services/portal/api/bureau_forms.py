"""What the bureau's caseworkers, leader and finance, and contractors are asked for by each form."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from services.eventlog.sheets import rows_of
from services.portal.api.forms import EITHER, Body, Field, Form, Names, fen_of, field, field_problem, fixed
from services.portal.api.menu import BUREAU

LEADER: Final = frozenset({"bureau-leader"})
FINANCE: Final = frozenset({"bureau-finance"})
LISTS: Final = BUREAU | FINANCE
DRAFTERS: Final = FINANCE | {"bureau"}
CONTRACTOR: Final = frozenset({"contractor"})
_RETURN_COLUMNS: Final = ("household_no", "amount", "outcome")

HELD: Final[Names] = {
    "paid": ("认定已发", "paid"), "returned": ("认定退回", "returned"), "dismissed": ("不予采信", "dismiss"),
}  # fmt: skip
_REASON: Final = field("reason", "理由", "Reason")


def _casework(
    command: str, zh: str, en: str, fields: Sequence[Field] = (), given: Sequence[str] = (), **rest: Any
) -> Form:
    roles = rest.pop("roles", BUREAU)
    return Form(
        command=command, service="casework", zh=zh, en=en, roles=roles, fields=tuple(fields), given=tuple(given), **rest
    )


def _payroll(command: str, zh: str, en: str, fields: Sequence[Field] = (), **rest: Any) -> Form:
    roles = rest.pop("roles", LEADER)
    return Form(command=command, service="payroll", zh=zh, en=en, roles=roles, fields=tuple(fields), **rest)


def return_lines(raw: bytes) -> list[dict[str, Any]]:
    """The lines of a bank's return (CSV or XLSX: household_no, amount in yuan, outcome, reference or reason)."""
    found = []
    for number, row in rows_of(raw):
        at = f"/file_sha256/{number}"
        cells = {name: value.strip() for name, value in row.items()}
        if any(not cells.get(name) for name in _RETURN_COLUMNS):
            raise field_problem(
                at, "须有 household_no、amount、outcome 三列", "needs the columns household_no, amount, outcome"
            )
        if cells["outcome"] not in ("paid", "returned"):
            raise field_problem(at, "outcome 只能是 paid 或 returned", "outcome is paid or returned")
        amount_fen = fen_of(cells["amount"])
        if amount_fen is None:
            raise field_problem(at, "金额应为元，最多两位小数", "an amount in yuan with at most two decimals")
        found.append(
            {
                "household_no": cells["household_no"], "amount_fen": amount_fen, "outcome": cells["outcome"],
                "reference": cells.get("reference", ""), "reason": cells.get("reason", ""),
            }
        )  # fmt: skip
    return found


def returned(raw: bytes) -> Body:
    """A bank's return: its lines, and what tells the file from every other."""
    return {"file_sha256": hashlib.sha256(raw).hexdigest(), "lines": return_lines(raw)}


def decided(body: Body) -> Body:
    """A purchase that is refused has neither amount nor approval."""
    return body if body["approved"] else {**body, "amount_fen": 0, "approval": ""}


def pack_of(raw: bytes) -> Body:
    """A rules pack's JSON; what is in it, the service judges."""
    try:
        found = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise field_problem("/pack", "不是 JSON 文件", "not a JSON file") from None
    if not isinstance(found, dict) or "command" in found:
        raise field_problem("/pack", "不是规则包", "not a rules pack")
    return found


_LIST: Final = ("town", "month")
LIST: Final[dict[str, Form]] = {
    "draft": _casework("draft-benefit-list", "重新编制", "Draft again", given=_LIST, roles=DRAFTERS),
    "approve": _casework("approve-benefit-list", "审批名册", "Approve the list", given=_LIST, roles=LEADER | FINANCE),
    "issue": _casework("issue-payment-file", "出支付文件", "Issue a payment file", given=_LIST, roles=FINANCE),
    "return": _casework("import-benefit-return", "导入银行回盘", "Take the bank’s return in", (
        field("file_no", "文件编号", "File no.", "choice", choices="files"),
        field("file_sha256", "回盘文件", "Return file", "content", of_file=returned, gives=("file_sha256", "lines"), accept=".csv,.xlsx",
              hint_zh="CSV 或 XLSX，列：household_no、amount（元）、outcome（paid/returned）、reference、reason",
              hint_en="CSV or XLSX with the columns household_no, amount (yuan), outcome (paid/returned), reference, reason"),
    ), _LIST, roles=FINANCE),
    "resolve": _casework("resolve-held-line", "登记挂账处理", "State it", (
        fixed("held_no"), field("outcome", "处理", "Decide", "choice", choices=HELD), _REASON,
    ), _LIST, roles=FINANCE),
    "close": _casework("close-benefit-list", "关闭名册", "Close the list", given=_LIST, roles=FINANCE),
}  # fmt: skip
NEW_LIST: Final = _casework(
    "draft-benefit-list", "编制名册", "Draft a list",
    (
        field("town", "镇街", "Town", "choice", choices="towns", unset=True),
        field("month", "月份", "Month", "month", pattern="[0-9]{4}-[0-9]{2}"),
    ),
    roles=DRAFTERS, note_zh="名册按已作出的决定自动生成；审批前可以重新编制，审批人不得是编制人。",
    note_en="A list follows from the decisions; until approval it can be drafted again, and the approver is another person.",
)  # fmt: skip
PAYMENT_FILE: Final = _casework(
    "export-payment-file", "登记并下载（含账号）", "State it and download, with account numbers",
    (field("file_no", "文件编号", "File no.", "choice", choices="files"), field("reason", "用途", "Reason")), roles=FINANCE,
    keeps_page=True,
)  # fmt: skip
APPROVALS: Final[dict[str, Form]] = {
    "move": _payroll("approve-reassignment", "批准", "Approve", (
        fixed("officer"), fixed("report_no"), fixed("kind"), fixed("duty", required=False), fixed("to_post", required=False),
        field("approval_no", "批准文号", "Approval no.", most=60), field("effective_on", "生效日", "Effective on", "date"),
        field("document", "依据文件", "Document"),
    )),
    "refuse-move": _payroll("refuse-reassignment", "不批准", "Refuse", (
        fixed("officer"), fixed("report_no"), field("reason", "不批准理由", "Reason to refuse"),
    ), danger=True),
    "reserve-post": _payroll("reserve-post", "先预留岗位", "First keep a post", (
        fixed("town"), fixed("officer"), field("post_no", "岗位", "Post", "choice", choices="vacant"),
    ), roles=BUREAU),
    "purchase": _payroll("decide-town-purchase", "答复", "Answer", (
        fixed("purchase_no"), field("approved", "意见", "Decision", "either", choices=EITHER),
        field("amount_fen", "批准金额", "Amount", "yuan", required=False), field("approval", "批复文号", "Approval document", required=False),
        field("guidance", "指导意见", "Guidance"),
    ), finish=decided),
    "run": _payroll("approve-run", "审批", "Approve", (fixed("month"),)),
    "list": _casework("approve-benefit-list", "审批", "Approve", (fixed("town"), fixed("month")), roles=LEADER),
}  # fmt: skip
DELIVERY: Final = _casework(
    "deliver-work-order", "提交完成情况", "State delivery",
    (
        field("quantity", "完成数量", "Quantity delivered", "whole", pattern="[0-9]+"),
        field("staff_no", "服务人员", "Delivered by", "choice", choices="staff"),
        field("delivered_on", "完成日期", "Delivered on", "date", start="today"),
        field("evidence_sha256", "佐证（签字表、照片，1–10 个文件）", "Evidence (signed sheet, photos; 1 to 10 files)", "files",
              hint_zh="登记的是文件指纹，原件请自行保存备查。", hint_en="Their fingerprints go on the record; keep the originals."),
    ),
    ("contractor", "order_no"), roles=CONTRACTOR,
)  # fmt: skip


GROUNDS: Final[Names] = {
    "purpose_achieved": ("处理目的已实现或不再必要（第四十七条第一项）", "its purpose is achieved (art. 47(1))"),
    "term_over": ("停止服务或保存期限已届满（第二项）", "the service ended or its term is over (art. 47(2))"),
    "consent_withdrawn": ("本人撤回同意（第三项）", "consent was withdrawn (art. 47(3))"),
    "unlawful": ("违法或违反约定处理（第四项）", "processed unlawfully (art. 47(4))"),
    "other_law": ("法律、行政法规规定的其他情形（第五项）", "another law says so (art. 47(5))"),
}
ERASURES: Final[dict[str, Form]] = {
    form.command: form
    for form in (
        Form(
            command="request-erasure", service="intake", zh="登记删除申请", en="Register a request", roles=frozenset({"bureau"}),
            fields=(
                fixed("erasure_no"),
                field("resident_id", "本人身份证号", "Resident ID", pattern="[0-9]{17}[0-9Xx]",
                      hint_zh="只用来找到此人，不入日志", hint_en="only to find the person; it is stated nowhere"),
                field("ground", "理由（个人信息保护法）", "Ground (Personal Information Protection Law)", "choice", choices=GROUNDS, unset=True),
                field("document_sha256", "本人书面申请（扫描件）", "The written request (a scan)", "file"),
                field("received_on", "收到日期", "Received on", "date"),
            ),
            note_zh="登记不删除任何信息；系统核查在办事项和保存期限。", note_en="Nothing is erased yet; open matters and terms are looked up.",
        ),
        Form(
            command="approve-erasure", service="intake", zh="批准删除", en="Approve", roles=LEADER, fields=(fixed("erasure_no"),),
            danger=True, note_zh="批准后即销毁密钥，无法恢复。", note_en="The keys are destroyed at once, for good.",
        ),
        Form(
            command="refuse-erasure", service="intake", zh="不予删除", en="Refuse", roles=LEADER,
            fields=(fixed("erasure_no"), _REASON), note_zh="理由须告知本人（第五十条）。", note_en="The person is told the reason (art. 50).",
        ),
    )
}  # fmt: skip
