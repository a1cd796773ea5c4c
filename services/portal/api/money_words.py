"""What states and codes of runs, slips, files and money are called on finance's pages, and rows as those pages want them; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from services.contracts import pay_words

Status = tuple[str, str, str]
RUN_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("drafted", "编制", "drafted"),
    ("checked", "复核", "checked"),
    ("approved", "审批", "approved"),
    ("funded", "资金到位", "funded"),
    ("issued", "送银行", "with the bank"),
    ("paid", "全部发放", "paid"),
    ("closed", "结清", "closed"),
)
RUN_STATUS: Final[dict[str, Status]] = {
    "drafted": ("草稿，待复核", "draft, to be checked", "warn"),
    "discarded": ("已作废，可重新编制", "discarded, may be drafted anew", ""),
    "checked": ("已复核，待审批", "checked, to be approved", "warn"),
    "approved": ("已审批，资金安排中", "approved, money is being set aside", ""),
    "funded": ("资金到位，待生成银行文件", "funded, the bank file is next", "warn"),
    "issued": ("银行办理中", "with the bank", ""),
    "paid": ("全部发放，待结清", "all paid, to be closed", "warn"),
    "closed": ("已结清", "closed", "good"),
}
SLIP_STATUS: Final[dict[str, Status]] = {
    "computed": ("待发放", "not paid yet", ""),
    "settled": ("已发放", "paid", "good"),
    "returned": ("银行退回", "sent back by the bank", "bad"),
    "reversed": ("已冲销", "reversed", "warn"),
}
INVOICE_STATUS: Final[dict[str, Status]] = {
    "recorded": ("待审批", "to be approved", "warn"),
    "approved": ("已审批，资金安排中", "approved, money is being set aside", ""),
    "funded": ("待付款", "to be paid", "warn"),
    "unfunded": ("资金不足，须重新审批", "no money, approve again", "bad"),
    "withdrawn": ("已撤回", "withdrawn", ""),
    "paid": ("已付款", "paid", "good"),
}
PURCHASE_STATUS: Final[dict[str, Status]] = {
    "requested": ("待区民政局审批", "waits for the bureau", "warn"),
    "approved": ("已批准", "approved", "good"),
    "refused": ("未批准", "refused", "bad"),
    "contracted": ("已签合同", "contracted", "good"),
}
PAYMENT_STATUS: Final[dict[str, Status]] = {
    "committed": ("待付款", "to be paid", "warn"),
    "declined": ("资金不足", "not enough money", "bad"),
    "released": ("已释放", "released", ""),
    "paid": ("已付款", "paid", "good"),
}
MISUSE_STATUS: Final[dict[str, Status]] = {
    "found": ("待处理", "to be handled", "bad"),
    "handled": ("已处理，待追责", "handled, accountability next", "warn"),
    "accounted": ("已追责，待销号", "accounted for, to be closed", "warn"),
    "closed": ("已销号", "closed", "good"),
}
CONTEST: Final[dict[str, Status]] = {
    "": ("", "", ""),
    "open": ("本人有异议", "objected to", "warn"),
    "upheld": ("异议成立", "objection upheld", ""),
    "rejected": ("异议不成立", "objection rejected", ""),
}
HELD_CODES: Final[dict[str, tuple[str, str]]] = {
    "line-officer-unknown": ("找不到是谁的款", "nobody of the run"),
    "line-twice": ("同一人出现两次", "named twice"),
    "line-amount-wrong": ("金额不符", "another amount"),
    "line-settled-before": ("此前已发放", "paid before"),
    "line-not-sent": ("未送银行的款", "not sent to the bank"),
    "line-unexplained": ("无法解释", "unexplained"),
}
# Why an invoice's money was not to be had.
UNFUNDED_CODES: Final[dict[str, tuple[str, str]]] = {
    "fund-over-committed": ("资金来源余额不足", "the source has not enough left"),
    "document-over-committed": ("资金文件余额不足", "the document has not enough left"),
    "document-unknown": ("没有该资金文件", "there is no such document"),
    "purpose-not-allowed": ("资金文件不得用于该用途", "the document does not allow this purpose"),
    "town-fund-short": ("镇街自有资金不足", "the town's own money is not enough"),
    "town-payment-not-approved": ("该购买未经区民政局批准", "the bureau did not approve the purchase"),
    "wrong-town": ("该购买属于另一镇街", "the purchase is another town's"),
    "invoice-of-another-contract": ("发票不属于该购买的合同", "the invoice is of another contract"),
    "purchase-not-contracted": ("该购买尚未签约", "the purchase has no contract yet"),
    "payment-known": ("该款已申请支付", "this payment was asked for before"),
    "payment-over-contract": ("超过合同金额", "more than the contract's amount"),
}
UNFUNDED_OTHERWISE: Final = ("资金未能占用", "its money could not be set aside")
SIDES = pay_words.SIDES
# What the ledger's entries are of.
LEDGER_FACTS: Final[dict[str, tuple[str, str]]] = {
    "FundBudgeted": ("登记资金文件", "funding document booked"),
    "FundBudgetChanged": ("预算调整", "budget changed"),
    "FundTakenOver": ("接续登记", "balance taken over"),
    "FundCommitted": ("资金预留", "money set aside"),
    "FundPaid": ("来源支付", "paid by the source"),
    "FundReleased": ("预留释放", "set free again"),
    "FundCredited": ("冲回", "credited"),
    "FundMovedOut": ("转出", "moved out"),
    "FundMovedIn": ("转入", "moved in"),
    "FundMoveReturned": ("转出退回", "move returned"),
    "RunApproved": ("工资批次审批", "run approved"),
    "PaymentSettled": ("银行发放", "paid by the bank"),
    "SlipReversed": ("工资单冲销", "slip reversed"),
    "RecoveryReceived": ("收回款", "money came back"),
    "RemittanceRecorded": ("缴纳", "remittance"),
    "ContractorPayableNoted": ("验收应付", "accepted and payable"),
    "InvoicePaid": ("发票付款", "invoice paid"),
    "TownFundBudgeted": ("镇街自有资金", "town's own money booked"),
    "TownFundCommitted": ("镇街自有资金预留", "town's own money set aside"),
    "TownFundReleased": ("镇街自有资金释放", "town's own money set free"),
    "TownFundPaid": ("镇街自有资金付款", "town's own money paid"),
}
MONEY_SUMS: Final = ("budget_fen", "committed_fen", "paid_fen", "credited_fen", "left_fen")


def steps_of(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of a run in order: done, now, or still to come, and by whom where a person did it."""
    places = [code for code, _, _ in RUN_STEPS]
    now = places.index(run["status"]) if run["status"] in places else -1
    by = {
        "drafted": run.get("prepared_by"), "checked": run.get("checked_by"), "approved": run.get("approved_by"),
        "closed": run.get("closed_by"),
    }  # fmt: skip
    return [
        {"code": code, "zh": zh, "en": en, "done": place <= now, "now": place == now, "by": by.get(code) or ""}
        for place, (code, zh, en) in enumerate(RUN_STEPS)
    ]


def of_month(rows: Iterable[Mapping[str, Any]], month: str) -> list[Mapping[str, Any]]:
    """The rows of one month."""
    return [row for row in rows if row.get("month") == month]


def next_month(runs: Sequence[Mapping[str, Any]]) -> str:
    """The month after the last run, to be drafted next; empty where there is none yet, or the last one is to be drafted anew."""
    if not runs:
        return ""
    last = max(runs, key=lambda run: str(run["month"]))
    if last["status"] == "discarded":
        return str(last["month"])
    year, month = (int(part) for part in str(last["month"]).split("-"))
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def sums(rows: Iterable[Mapping[str, Any]], names: Sequence[str] = MONEY_SUMS) -> dict[str, int]:
    """The sum of each named amount over rows."""
    found = dict.fromkeys(names, 0)
    for row in rows:
        for name in names:
            found[name] += row.get(name) or 0
    return found


def documents_of(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Charged lines of a slip added up by source and document, largest first."""
    found: dict[tuple[str, str], int] = {}
    for line in lines:
        place = (str(line["source"]), str(line["document"]))
        found[place] = found.get(place, 0) + line["amount_fen"]
    return [
        {"source": source, "document": document, "amount_fen": amount_fen}
        for (source, document), amount_fen in sorted(found.items(), key=lambda one: -one[1])
    ]


def under(rows: Iterable[Mapping[str, Any]], beginning: str) -> list[dict[str, Any]]:
    """Rows whose key begins so, with the rest of the key as ``name``."""
    return [
        {**row, "name": str(row["key"]).removeprefix(beginning)}
        for row in rows
        if str(row["key"]).startswith(beginning)
    ]
